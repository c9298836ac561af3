# Each file in malformed/ starts with the messages that it must provoke, in lines "# expect LINE: TEXT".
set(here ${CMAKE_CURRENT_LIST_DIR})

# Runs the generator and checks its exit status and what it says; "*" stands for anything.
function(expect status message)
    execute_process(
        COMMAND ${GENERATOR} ${ARGN}
        WORKING_DIRECTORY ${here}/malformed
        RESULT_VARIABLE actual_status
        ERROR_VARIABLE actual
        OUTPUT_QUIET)
    if(NOT actual_status EQUAL ${status} OR (NOT message STREQUAL "*" AND NOT actual STREQUAL message))
        message(SEND_ERROR "gen_syscalls ${ARGN}\nexpected status ${status}:\n${message}\n"
                           "got status ${actual_status}:\n${actual}")
    endif()
endfunction()

file(GLOB files ${here}/malformed/*.def)
list(LENGTH files count)
if(count EQUAL 0)
    message(FATAL_ERROR "no malformed tables found")
endif()
foreach(file ${files})
    get_filename_component(name ${file} NAME)
    file(READ ${file} text)
    # Semicolons and brackets would be read as lists.
    string(REPLACE ";" "\\;" text "${text}")
    string(REPLACE "[" "<open>" text "${text}")
    string(REPLACE "]" "<close>" text "${text}")
    string(REGEX MATCHALL "# expect [^\n]*" lines "${text}")
    set(message "")
    foreach(line ${lines})
        string(REGEX REPLACE "^# expect " "" line "${line}")
        string(APPEND message "${name}:${line}\n")
    endforeach()
    if(message STREQUAL "")
        message(SEND_ERROR "${name} expects no message")
    endif()
    string(REPLACE "<open>" "[" message "${message}")
    string(REPLACE "<close>" "]" message "${message}")
    set(output ${SCRATCH}/malformed.inc)
    file(REMOVE ${output})
    expect(1 "${message}" table --constants constants.h -o ${output} ${name})
    if(EXISTS ${output})
        message(SEND_ERROR "${name}: an output was written though the table is wrong")
    endif()
endforeach()

# A name that stands in two files.
set(good ${here}/sample/channel.def)
execute_process(COMMAND ${GENERATOR} numbers ${good} ${good} RESULT_VARIABLE status
                ERROR_VARIABLE actual OUTPUT_QUIET)
if(NOT status EQUAL 1 OR NOT actual MATCHES "zx_channel_read stands already at .*channel.def:3")
    message(SEND_ERROR "a call in two files: status ${status}, ${actual}")
endif()

# An enum needs the headers for its names.
file(WRITE ${SCRATCH}/enum.def "call thing zx_status_t\n    kind kernel\n    since 2019\n    does\n"
                               "        X.\n    arg a uint32_t : enum ZX_THING_\n    differs Nothing.\n")
expect(0 "" header ${SCRATCH}/enum.def)
expect(0 "" table --constants constants.h ${SCRATCH}/enum.def)
expect(1 "${SCRATCH}/enum.def:6: 'enum ZX_THING_' needs the headers; run with --constants HEADER, or \
write 'enum ZX_THING_:A|B'\n" table ${SCRATCH}/enum.def)

# Calls of the generator that are wrong themselves.
expect(0 "" --help)
expect(0 "" header --help)
expect(2 "gen_syscalls: which output?; see gen_syscalls --help\n")
expect(2 "gen_syscalls: no output is called heading; see gen_syscalls --help\n" heading ${good})
expect(2 "gen_syscalls: no files of the table; see gen_syscalls --help\n" header)
expect(2 "gen_syscalls: no such option: -x; see gen_syscalls --help\n" header -x ${good})
expect(2 "gen_syscalls: a file name is missing after -o; see gen_syscalls --help\n" header ${good} -o)
expect(2 "gen_syscalls: --extra goes with exports only; see gen_syscalls --help\n"
       header --extra ${good} ${good})
expect(3 "gen_syscalls: no-such.def: No such file or directory\n" header no-such.def)
expect(3 "*" header ${here})
expect(3 "gen_syscalls: no-such.h: No such file or directory\n"
       header --constants no-such.h ${good})
expect(3 "gen_syscalls: no-such.txt: No such file or directory\n"
       exports --extra no-such.txt ${good})
expect(3 "*" header -o no-such-directory/x ${good})
file(WRITE ${SCRATCH}/extra.txt "one_name\ntwo names\n")
expect(1 "${SCRATCH}/extra.txt:2: 'two names' is no symbol; write one name a line\n"
       exports --extra ${SCRATCH}/extra.txt ${good})
