# The vDSO image: an ELF file of its own, for loaded programs, that the library carries. It runs as
# part of programs that know nothing of this system, so none of our flags apply to it.
file(MAKE_DIRECTORY ${generated}/vdso)
gen_syscalls(vdso ${generated}/vdso/calls.inc ${SYSCALL_DEFS})
set(vdso ${CMAKE_CURRENT_SOURCE_DIR}/vdso)
set(image ${generated}/libzircon-vdso.so)

set(flags -std=gnu11 -O2 -fPIC -fvisibility=hidden -ffreestanding -fno-stack-protector
          -fno-jump-tables -fno-builtin -fcf-protection=none -mno-red-zone -U_FORTIFY_SOURCE
          -fasynchronous-unwind-tables -Wall -Wextra -Wconversion
          -I${PROJECT_SOURCE_DIR}/src -I${PROJECT_SOURCE_DIR}/include -I${generated})
if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
    list(APPEND flags -fno-tree-switch-conversion) # a table of names would want relocations
endif()
set(objects "")
foreach(source code.c ../syscalls/status.c stubs_x86_64.S)
    get_filename_component(name ${source} NAME)
    set(object ${generated}/vdso_${name}.o)
    add_custom_command(
        OUTPUT ${object}
        COMMAND ${CMAKE_C_COMPILER} ${flags} -c ${vdso}/${source} -MD -MF
                ${object}.d -o ${object}
        DEPENDS ${vdso}/${source} ${generated}/vdso/calls.inc ${generated}/sys.h
        DEPFILE ${object}.d
        VERBATIM)
    list(APPEND objects ${object})
endforeach()
add_custom_command(
    OUTPUT ${image}
    COMMAND
        ${CMAKE_C_COMPILER} -shared -nostdlib -o ${image} ${objects} -Wl,-soname,libzircon.so
        -Wl,-T,${vdso}/image.ld -Wl,--hash-style=gnu -Wl,--build-id=sha1
        -Wl,--eh-frame-hdr -Wl,-z,norelro -Wl,-z,text -Wl,-z,max-page-size=4096
        -Wl,--no-undefined -Wl,-Bsymbolic -Wl,-e,_zx_process_exit -Wl,-s
    DEPENDS ${objects} ${vdso}/image.ld
    VERBATIM)
set_source_files_properties(
    ${vdso}/image.S
    PROPERTIES COMPILE_DEFINITIONS "VDSO_IMAGE=\"${image}\"" OBJECT_DEPENDS ${image})
target_sources(kernel PRIVATE ${vdso}/vdso.c ${vdso}/image.S)
add_custom_target(vdso_image DEPENDS ${image})
add_dependencies(kernel vdso_image)
