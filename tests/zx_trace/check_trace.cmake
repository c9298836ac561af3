# Runs COMMAND (words joined by ::, since a word may hold a semicolon) and holds what it did against:
#     STATUS    its exit status
#     EXPECTED  a file that its trace equals, once handles, koids, times and addresses are made alike
#     MATCHES   regular expressions, joined by ::, that the trace has, in this order
#     LACKS     one that it has not
#     COUNT     REGEX::N: that many lines match
#     STDOUT    what it printed to its standard output
# The trace is what went to the standard error, or to TRACE if that is the name of a file.
string(REPLACE "::" ";" words "${COMMAND}")
if(TRACE)
    file(REMOVE ${TRACE})
endif()
execute_process(
    COMMAND ${words}
    RESULT_VARIABLE status
    OUTPUT_VARIABLE out
    ERROR_VARIABLE trace
    TIMEOUT 100)
if(TRACE)
    file(READ ${TRACE} trace)
endif()

function(refuse why)
    string(SUBSTRING "${trace}" 0 6000 shown)
    message(FATAL_ERROR "${words}: ${why}. It printed:\n${shown}\nand:\n${out}")
endfunction()

if(NOT status STREQUAL "${STATUS}")
    refuse("the exit status is ${status} instead of ${STATUS}")
endif()
if(DEFINED STDOUT AND NOT out STREQUAL "${STDOUT}\n")
    refuse("the standard output is not '${STDOUT}'")
endif()

if(EXPECTED)
    string(REGEX REPLACE "0x[0-9a-f]+<" "HANDLE<" plain "${trace}")
    string(REGEX REPLACE "@0x[0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f]+" "@ADDRESS" plain "${plain}")
    string(REGEX REPLACE "now[-+][0-9.]+[a-z]+" "now+TIME" plain "${plain}")
    # Objects get the letters A to Z in the order in which they appear.
    set(letters A B C D E F G H I J K L M N O P Q R S T U V W X Y Z)
    while(plain MATCHES "<[a-z_]+:([0-9]+)>")
        set(koid ${CMAKE_MATCH_1})
        list(POP_FRONT letters letter)
        string(REPLACE ":${koid}>" ":${letter}>" plain "${plain}")
    endwhile()
    file(READ ${EXPECTED} expected)
    if(NOT plain STREQUAL expected)
        set(trace "${plain}")
        refuse("that is not what ${EXPECTED} says")
    endif()
endif()

if(MATCHES)
    set(rest "${trace}")
    string(REPLACE "::" ";" patterns "${MATCHES}")
    foreach(pattern IN LISTS patterns)
        if(NOT rest MATCHES "${pattern}")
            refuse("'${pattern}' is not there, or not where it should be")
        endif()
        string(FIND "${rest}" "${CMAKE_MATCH_0}" at)
        string(LENGTH "${CMAKE_MATCH_0}" length)
        math(EXPR behind "${at} + ${length}")
        string(SUBSTRING "${rest}" ${behind} -1 rest)
    endforeach()
endif()
if(LACKS AND trace MATCHES "${LACKS}")
    refuse("'${CMAKE_MATCH_0}' should not be there")
endif()
if(COUNT)
    string(REPLACE "::" ";" count "${COUNT}")
    list(POP_BACK count wanted)
    string(REGEX MATCHALL "${count}" found "${trace}")
    list(LENGTH found number)
    if(NOT number EQUAL wanted)
        refuse("'${count}' is there ${number} times instead of ${wanted}")
    endif()
endif()
