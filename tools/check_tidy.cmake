# clang-tidy has nothing to say about src:
# cmake -DCLANG_TIDY=PROGRAM -DROOT=TREE -DBUILD=FOLDER -P check_tidy.cmake
cmake_minimum_required(VERSION 3.25)

file(GLOB_RECURSE files ${ROOT}/src/*.c)
list(FILTER files EXCLUDE REGEX "/table\\.c$") # compiled for the tools alone
if(NOT files)
    message(FATAL_ERROR "no sources in ${ROOT}")
endif()
execute_process(COMMAND ${CLANG_TIDY} --quiet --warnings-as-errors=* -p ${BUILD} ${files}
                ERROR_VARIABLE counts RESULT_VARIABLE result)
if(NOT result EQUAL 0)
    message(FATAL_ERROR "${counts}")
endif()
