// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// The headers that assembly code may include.

#include <zircon/boot/bootdata.h>
#include <zircon/boot/image.h>
#include <zircon/boot/multiboot.h>
#include <zircon/compiler.h>
#include <zircon/errors.h>
#include <zircon/tls.h>

    .data
ZBI_CONTAINER_HEADER(header, 64)
    .if . - header != 32
    .error "a header has 32 bytes"
    .endif
    .int BOOTDATA_MAGIC, MULTIBOOT_HEADER_MAGIC, ZX_ERR_INTERNAL, ZX_TLS_UNSAFE_SP_OFFSET
    .section .note.GNU-stack, "", %progbits
