# Who may include whom: cmake -DROOT=SRC [-DEXPECTED=FILE] -P check_layers.cmake
#
# The rooms of ROOT in their order; each may include itself and those before it. Beyond that only
# src/host may include Linux's headers, only host and libc may include the C library's (but for those
# that need no state), and only src/host may unwrap a pointer of a program and follow it.
# With EXPECTED the offenders must be exactly the lines of that file.
cmake_minimum_required(VERSION 3.25)

set(rooms base host vdso vm objects hypervisor kernel.h syscalls libc libzircon.c)
# Part of libc's side although they lie beside the calls.
set(front syscalls/entry.c syscalls/entry.h)
# Headers of the C library that bring no state and no Linux.
set(plain stdarg.h stdatomic.h stdbool.h stddef.h stdint.h string.h)
# Written by tools/gen_syscalls, and what describes it (table.h is compiled for the tools alone).
set(generated sys.h dispatch.inc loaded.inc entry.inc missing.inc names.inc table.h table.inc)

set(offenders "")
macro(offend text)
    string(APPEND offenders "${file}: ${text}\n")
endmacro()

file(GLOB_RECURSE files RELATIVE ${ROOT} ${ROOT}/*.c ${ROOT}/*.h ${ROOT}/*.S)
list(SORT files)
if(NOT files)
    message(FATAL_ERROR "no sources in ${ROOT}")
endif()
foreach(file ${files})
    string(REGEX MATCH "^[^/]+" room ${file})
    if(file IN_LIST front)
        set(room libc)
    endif()
    list(FIND rooms ${room} rank)
    if(rank LESS 0)
        offend("no room is called ${room}")
        continue()
    endif()

    file(STRINGS ${ROOT}/${file} lines REGEX "^[ \t]*#[ \t]*include[ \t]")
    foreach(line ${lines})
        if(line MATCHES "include[ \t]+\"([^\"]+)\"")
            set(header ${CMAKE_MATCH_1})
            string(REGEX MATCH "^[^/]+" target ${header})
            if(header IN_LIST front)
                set(target libc)
            elseif(header IN_LIST generated)
                set(target syscalls)
            endif()
            list(FIND rooms ${target} target_rank)
            if(target_rank LESS 0)
                offend("includes ${header}, which is in no room")
            elseif(target_rank GREATER rank)
                offend("includes ${header}, which is above it")
            elseif(header STREQUAL "host/linux.h" AND NOT room STREQUAL "host")
                offend("includes ${header}, which is for host alone")
            endif()
        elseif(line MATCHES "include[ \t]+<([^>]+)>")
            set(header ${CMAKE_MATCH_1})
            if(header MATCHES "^Zydis/" AND file STREQUAL "hypervisor/decode.c")
                continue() # the decoder of instructions
            elseif(header STREQUAL "linux/kvm.h" AND file STREQUAL "hypervisor/backend_kvm.c")
                continue() # what /dev/kvm takes; the calls to it are host's
            endif()
            if(header MATCHES "^(linux|asm|sys/syscall)" AND NOT room STREQUAL "host")
                offend("includes <${header}>, which is for host alone")
            elseif(NOT header MATCHES "^zircon/" AND NOT header IN_LIST plain
                   AND NOT room MATCHES "^(host|libc)$")
                offend("includes <${header}>, which is not for ${room}")
            endif()
        endif()
    endforeach()

    # user_in, user_out and user_inout have one member, p. Calls may look whether it is null, or use
    # it as a number; objects may not even do that.
    file(STRINGS ${ROOT}/${file} lines REGEX "[a-z0-9_]\\.p([^a-z0-9_]|$)")
    foreach(line ${lines})
        string(STRIP "${line}" line)
        string(REGEX REPLACE "[a-z0-9_]+\\.p [!=]= NULL" "" rest "${line}")
        string(REGEX REPLACE "\\(uintptr_t\\)[a-z0-9_]+\\.p" "" rest "${rest}")
        if(room STREQUAL "objects" OR (room STREQUAL "syscalls" AND rest MATCHES "\\.p([^a-z0-9_]|$)"))
            offend("unwraps a pointer of a program: ${line}")
        endif()
    endforeach()
endforeach()

if(DEFINED EXPECTED)
    file(READ ${EXPECTED} expected)
    if(NOT offenders STREQUAL expected)
        message(FATAL_ERROR "expected:\n${expected}\nfound:\n${offenders}")
    endif()
elseif(NOT offenders STREQUAL "")
    message(FATAL_ERROR "${offenders}")
endif()
