// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// The message that a process finds in its bootstrap channel: a zx_proc_args_t, then at the offsets
// it gives, from the start of the message, one uint32_t for each handle of the message (PA_HND says
// what the handle is for), and arguments, environment and names, each as that many strings one
// after the other with a null character behind each.

#ifndef ZIRCON_PROCESSARGS_H_
#define ZIRCON_PROCESSARGS_H_

#include <stdint.h>
#include <zircon/compiler.h>
#include <zircon/types.h>

__BEGIN_CDECLS

#define ZX_PROCARGS_PROTOCOL ((uint32_t)0x4150585du)
#define ZX_PROCARGS_VERSION ((uint32_t)0x0001000u)

typedef struct zx_proc_args {
    uint32_t protocol;
    uint32_t version;
    uint32_t handle_info_off;
    uint32_t args_off;
    uint32_t args_num;
    uint32_t environ_off;
    uint32_t environ_num;
    uint32_t names_off;
    uint32_t names_num;
} zx_proc_args_t;

// What a handle is for: one of the PA_ types below in the low byte, and its argument in the upper
// 16 bits.
#define PA_HND(type, arg) (((type)&0xFF) | (((arg)&0xFFFF) << 16))
#define PA_HND_TYPE(n) ((n)&0xFF)
#define PA_HND_ARG(n) (((n) >> 16) & 0xFFFF)

// The process, its first thread, the job for its children, its address space, and the region that
// the program's own image lies in.
#define PA_PROC_SELF 0x01u
#define PA_THREAD_SELF 0x02u
#define PA_JOB_DEFAULT 0x03u
#define PA_VMAR_ROOT 0x04u
#define PA_VMAR_LOADED 0x05u

// Channel to the service that finds libraries.
#define PA_LDSVC_LOADER 0x10u

// Memory objects: the vDSO, the stack, the executable, what the boot loader passed, the boot file
// system (argument: its number), and a file that the kernel offers.
#define PA_VMO_VDSO 0x11u
#define PA_VMO_STACK 0x13u
#define PA_VMO_EXECUTABLE 0x14u
#define PA_VMO_BOOTDATA 0x1Au
#define PA_VMO_BOOTFS 0x1Bu
#define PA_VMO_KERNEL_FILE 0x1Cu

// Directory for the namespace. Argument: index into the names.
#define PA_NS_DIR 0x20u

// File descriptor. Argument: its number.
#define PA_FD 0x30u

// Server end of the directory that the process serves.
#define PA_DIRECTORY_REQUEST 0x3Bu

// Resource object.
#define PA_RESOURCE 0x3Fu

// For the two sides to agree on.
#define PA_USER0 0xF0u
#define PA_USER1 0xF1u
#define PA_USER2 0xF2u

__END_CDECLS

#endif // ZIRCON_PROCESSARGS_H_
