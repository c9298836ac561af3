# Finds an object and a handle in a trace of PROGRAM by ZX, and asks for their calls alone.
function(trace)
    execute_process(COMMAND ${ZX} trace ${ARGN} -- ${PROGRAM} messages ERROR_VARIABLE lines
                    OUTPUT_QUIET)
    string(REGEX MATCHALL "[^\n]+" lines "${lines}")
    set(lines "${lines}" PARENT_SCOPE)
endfunction()
function(expect what)
    set(calls "")
    foreach(line IN LISTS lines)
        if(line MATCHES "^[a-z_]+")
            list(APPEND calls ${CMAKE_MATCH_0})
        endif()
    endforeach()
    if(NOT calls STREQUAL "${ARGN}")
        message(FATAL_ERROR "${what}: there are ${calls} instead of ${ARGN}")
    endif()
endfunction()

execute_process(COMMAND ${ZX} trace -- ${PROGRAM} messages ERROR_VARIABLE all)
if(NOT all MATCHES "event_create[^\n]*<event:([0-9]+)>")
    message(FATAL_ERROR "no event:\n${all}")
endif()
set(koid ${CMAKE_MATCH_1})
trace(--koid ${koid})
expect("calls with the event" event_create channel_write channel_read object_signal
       object_wait_one object_wait_one handle_close_many)
trace(--koid ${koid} -e channel)
expect("channel calls with the event" channel_write channel_read)
trace(--koid 7)
expect("calls with no object")
trace(--handle 3)
expect("calls with no handle")
trace(--thread 7)
expect("calls of no thread")

# The thread that makes all the calls.
execute_process(COMMAND ${ZX} trace -e channel -- ${PROGRAM} long_call ERROR_VARIABLE all)
if(NOT all MATCHES "\\[([0-9]+)\\] channel_read")
    message(FATAL_ERROR "no second thread:\n${all}")
endif()
execute_process(COMMAND ${ZX} trace -e channel --thread ${CMAKE_MATCH_1} -- ${PROGRAM} long_call
                ERROR_VARIABLE all)
if(NOT all MATCHES "^\\[[0-9]+\\] channel_read[^\n]*\n\\[[0-9]+\\] channel_write[^\n]*\n\\+\\+\\+ exited with 0 \\+\\+\\+\n$")
    message(FATAL_ERROR "the second thread's calls are others:\n${all}")
endif()

# By a handle, whose value nobody knows before: that of a script whose handle is bad.
execute_process(COMMAND ${ZX} trace --handle 0x1233 -- ${ZX} call --quiet
                        -e "handle_close 0x1233" -e "event_create 0 -> $e"
                        -e "handle_close_many [$e 0x1233] 2" ERROR_VARIABLE all)
string(REGEX MATCHALL "[^\n]+" lines "${all}")
expect("calls with the handle" handle_close handle_close_many)
