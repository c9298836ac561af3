# The table of system calls for the build: include this, then
#     gen_syscalls(entry ${CMAKE_CURRENT_BINARY_DIR}/entry.inc ${SYSCALL_DEFS})
# makes a rule that prints one kind of output. Arguments behind the files go to the generator.
get_filename_component(SYSCALL_ROOT ${CMAKE_CURRENT_LIST_DIR}/.. ABSOLUTE)
file(GLOB SYSCALL_DEFS CONFIGURE_DEPENDS ${SYSCALL_ROOT}/src/syscalls/*.def)

# The headers whose constants the table may name: all but the generator's own output.
file(GLOB SYSCALL_HEADERS CONFIGURE_DEPENDS ${SYSCALL_ROOT}/include/zircon/*.h
     ${SYSCALL_ROOT}/include/zircon/syscalls/*.h)
list(REMOVE_ITEM SYSCALL_HEADERS ${SYSCALL_ROOT}/include/zircon/syscalls.h
     ${SYSCALL_ROOT}/include/zircon/zx-syscall-numbers.h)
set(SYSCALL_CONSTANTS "")
foreach(header ${SYSCALL_HEADERS})
    list(APPEND SYSCALL_CONSTANTS --constants ${header})
endforeach()

function(gen_syscalls kind output)
    set(files ${ARGN})
    list(FILTER files INCLUDE REGEX "^/")
    add_custom_command(
        OUTPUT ${output}
        COMMAND gen_syscalls ${kind} ${SYSCALL_CONSTANTS} -o ${output} ${ARGN}
        DEPENDS gen_syscalls ${SYSCALL_HEADERS} ${files}
        VERBATIM)
endfunction()
