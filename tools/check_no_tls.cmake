# The kernel must not touch thread-local storage, since %fs may be a loaded program's:
# cmake -DOBJECTS=A.o|B.o -DOBJDUMP=PROGRAM -DNM=PROGRAM -P check_no_tls.cmake
#
# No instruction of the object files uses %fs, and none of the functions that they call from outside
# does, by the list below.
cmake_minimum_required(VERSION 3.25)

# Functions of the C library and the compiler without state. getauxval stores to errno if it does not
# know the number; the kernel asks it for one that exists, once, as it starts.
set(allowed
    __divti3 __popcountdi2 __udivti3 bcmp explicit_bzero getauxval memcmp memcpy memmove memset strcmp
    strlen strncmp)
# Zydis, which decodes instructions of guests. It was built with a stack protector: it reads the word
# at %fs:0x28, whatever that is, and finds it unchanged.
list(APPEND allowed ZydisDecoderDecodeFull ZydisDecoderInit ZydisRegisterGetLargestEnclosing
     ZydisRegisterGetWidth)
# Weak: there with the address sanitizer alone, which needs %fs itself.
list(APPEND allowed __asan_unpoison_memory_region)
# Variables, and what the linker makes.
list(APPEND allowed environ __ehdr_start etext _GLOBAL_OFFSET_TABLE_ __start_kernel_state __stop_kernel_state)
# From the linked programs' side. A call by number of a linked program goes that way; the entry of a
# loaded one must not.
list(APPEND allowed vdso_channel_call)

string(REPLACE "|" ";" objects "${OBJECTS}")
list(LENGTH objects count)
if(count EQUAL 0)
    message(FATAL_ERROR "no object files")
endif()
set(offenders "")

execute_process(COMMAND ${OBJDUMP} -d --no-show-raw-insn ${objects} OUTPUT_VARIABLE code
                COMMAND_ERROR_IS_FATAL ANY)
if(NOT code MATCHES "<[a-z_]+>:")
    message(FATAL_ERROR "no code in the object files")
endif()
# One list element a line; code has neither semicolons nor brackets that matter.
string(REGEX REPLACE "[][;#][^\n]*" "" code "${code}")
string(REGEX MATCHALL "(<[^>\n]+>:|[^\n]*(%fs|fsbase)[^\n]*)" lines "${code}")
set(function "")
foreach(line ${lines})
    if(line MATCHES "^<(.+)>:$")
        set(function ${CMAKE_MATCH_1})
    else()
        string(STRIP "${line}" line)
        string(APPEND offenders "${function}: ${line}\n")
    endif()
endforeach()

execute_process(COMMAND ${NM} ${objects} OUTPUT_VARIABLE symbols COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL "[0-9a-f]+ [A-TV-Za-z] [^\n]+" defined "${symbols}")
list(TRANSFORM defined REPLACE "^[0-9a-f]+ . " "")
string(REGEX MATCHALL "\n +[Uwv] [^\n]+" wanted "\n${symbols}")
list(TRANSFORM wanted REPLACE "^\n +. " "")
list(REMOVE_DUPLICATES wanted)
foreach(symbol ${wanted})
    if(NOT symbol IN_LIST defined AND NOT symbol IN_LIST allowed)
        string(APPEND offenders "calls ${symbol}\n")
    endif()
endforeach()

if(NOT offenders STREQUAL "")
    message(FATAL_ERROR "${offenders}")
endif()
