// Part of libzircon. BSD-3-Clause, see LICENSE.
.section .rodata
.p2align 12
.globl vdso_image
.hidden vdso_image
.type vdso_image, @object
vdso_image:
    .incbin VDSO_IMAGE
    .size vdso_image, . - vdso_image
.globl vdso_image_end
.hidden vdso_image_end
vdso_image_end:
.section .note.GNU-stack, "", @progbits
