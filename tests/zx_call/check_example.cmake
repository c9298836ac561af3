# Runs the example at the end of the documentation.
file(READ ${DOC} text)
if(NOT text MATCHES "## An example\n\n```\n([^`]+)```")
    message(FATAL_ERROR "${DOC} has no example")
endif()
file(WRITE ${FILE} "${CMAKE_MATCH_1}")
execute_process(COMMAND ${ZX} call --script ${FILE} RESULT_VARIABLE status OUTPUT_VARIABLE out
                ERROR_VARIABLE errors)
if(NOT status EQUAL 0 OR NOT out MATCHES "channel_read")
    message(FATAL_ERROR "exit status ${status}:\n${out}${errors}")
endif()
