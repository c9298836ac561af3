# cmake -DCOMMAND=WORD|WORD... -DSTATUS=N -DEXPECTED=TEXT -P run.cmake: runs a program, and looks at
# how it ends and what it prints.
string(REPLACE "|" ";" command "${COMMAND}")
execute_process(COMMAND ${command} OUTPUT_VARIABLE output ERROR_VARIABLE output
                RESULT_VARIABLE result)
if(NOT result STREQUAL STATUS)
    message(FATAL_ERROR "it ended with ${result}, not ${STATUS}:\n${output}")
endif()
if(NOT EXPECTED STREQUAL "")
    string(FIND "${output}" "${EXPECTED}" at)
    if(at EQUAL -1)
        message(FATAL_ERROR "it did not print '${EXPECTED}':\n${output}")
    endif()
endif()
