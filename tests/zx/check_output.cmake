# Runs COMMAND (a list) and compares what it printed, and its exit status, with what is expected:
#     STATUS     the exit status
#     EXPECTED   a file that the output equals; or
#     SAYS       a part of what it printed, on either output
#     JSON       true: the output is JSON
#     REMOVE     a file that must not be there before
#     OUTPUT     the file that it wrote, instead of the standard output
if(REMOVE)
    file(REMOVE ${REMOVE})
endif()
execute_process(
    COMMAND ${COMMAND}
    RESULT_VARIABLE status
    OUTPUT_VARIABLE out
    ERROR_VARIABLE errors)
if(NOT status STREQUAL "${STATUS}")
    message(FATAL_ERROR "${COMMAND} exited with ${status} instead of ${STATUS}:\n${out}${errors}")
endif()
if(OUTPUT)
    file(READ ${OUTPUT} out)
endif()
if(SAYS)
    string(FIND "${out}${errors}" "${SAYS}" at)
    if(at EQUAL -1)
        message(FATAL_ERROR "${COMMAND} did not say '${SAYS}' but:\n${out}${errors}")
    endif()
endif()
if(EXPECTED)
    file(READ ${EXPECTED} expected)
    if(NOT out STREQUAL expected)
        message(FATAL_ERROR "${COMMAND} printed something else than ${EXPECTED}:\n${out}")
    endif()
endif()
if(JSON)
    string(JSON type TYPE "${out}")
    if(NOT type STREQUAL OBJECT)
        message(FATAL_ERROR "${COMMAND} printed no object in JSON")
    endif()
endif()
