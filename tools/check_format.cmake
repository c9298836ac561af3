# All sources are as clang-format would have them:
# cmake -DCLANG_FORMAT=PROGRAM -DROOT=TREE -P check_format.cmake
cmake_minimum_required(VERSION 3.25)

set(files "")
foreach(folder src include tests tools)
    file(GLOB_RECURSE found ${ROOT}/${folder}/*.c ${ROOT}/${folder}/*.h ${ROOT}/${folder}/*.cc
         ${ROOT}/${folder}/*.cpp)
    list(APPEND files ${found})
endforeach()
if(NOT files)
    message(FATAL_ERROR "no sources in ${ROOT}")
endif()
execute_process(COMMAND ${CLANG_FORMAT} --dry-run -Werror ${files} COMMAND_ERROR_IS_FATAL ANY)
