# Prints KIND from the table and compares it with the file COMMITTED.
execute_process(COMMAND ${GENERATOR} ${KIND} ${OPTIONS} -o ${FRESH} ${DEFS} RESULT_VARIABLE status)
if(NOT status EQUAL 0)
    message(FATAL_ERROR "gen_syscalls ${KIND} failed with ${status}")
endif()
execute_process(COMMAND ${CMAKE_COMMAND} -E compare_files ${FRESH} ${COMMITTED}
                RESULT_VARIABLE different)
if(different)
    execute_process(COMMAND diff ${COMMITTED} ${FRESH})
    message(FATAL_ERROR "${COMMITTED} is not what the table says; build update_syscall_headers, or copy ${FRESH}")
endif()
