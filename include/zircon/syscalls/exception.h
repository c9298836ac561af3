// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Exceptions: their types, what is reported of them, and who handles them.

#ifndef ZIRCON_SYSCALLS_EXCEPTION_H_
#define ZIRCON_SYSCALLS_EXCEPTION_H_

#include <zircon/compiler.h>
#include <zircon/syscalls/port.h>
#include <zircon/types.h>

__BEGIN_CDECLS

// The types, in the form of packet types.
typedef uint32_t zx_excp_type_t;

// What an instruction caused.
#define ZX_EXCP_GENERAL ZX_PKT_TYPE_EXCEPTION(0)
#define ZX_EXCP_FATAL_PAGE_FAULT ZX_PKT_TYPE_EXCEPTION(1)
#define ZX_EXCP_UNDEFINED_INSTRUCTION ZX_PKT_TYPE_EXCEPTION(2)
#define ZX_EXCP_SW_BREAKPOINT ZX_PKT_TYPE_EXCEPTION(3)
#define ZX_EXCP_HW_BREAKPOINT ZX_PKT_TYPE_EXCEPTION(4)
#define ZX_EXCP_UNALIGNED_ACCESS ZX_PKT_TYPE_EXCEPTION(5)

// What the system makes: numbers with this bit. The starts and the exit are for debuggers.
#define ZX_EXCP_SYNTH ((uint8_t)0x80)
#define ZX_EXCP_THREAD_STARTING ZX_PKT_TYPE_EXCEPTION(ZX_EXCP_SYNTH | 0)
#define ZX_EXCP_THREAD_EXITING ZX_PKT_TYPE_EXCEPTION(ZX_EXCP_SYNTH | 1)
#define ZX_EXCP_POLICY_ERROR ZX_PKT_TYPE_EXCEPTION(ZX_EXCP_SYNTH | 2)
#define ZX_EXCP_PROCESS_STARTING ZX_PKT_TYPE_EXCEPTION(ZX_EXCP_SYNTH | 3)

// Whether an instruction caused it.
#define ZX_EXCP_IS_ARCH(excp)                                                                      \
    (((excp) & (ZX_PKT_TYPE_EXCEPTION(ZX_EXCP_SYNTH) & ~ZX_PKT_TYPE_MASK)) == 0)

// What the processor says of an exception: vector, error code, and the address of a page fault.
typedef struct zx_x86_64_exc_data {
    uint64_t vector;
    uint64_t err_code;
    uint64_t cr2;
} zx_x86_64_exc_data_t;

typedef struct zx_arm64_exc_data {
    uint32_t esr;
    uint64_t far;
} zx_arm64_exc_data_t;

typedef struct zx_exception_context {
    struct {
        union {
            zx_x86_64_exc_data_t x86_64;
            zx_arm64_exc_data_t arm_64;
        } u;
    } arch;
} zx_exception_context_t;

// ZX_INFO_THREAD_EXCEPTION_REPORT. `size` is that of the whole report.
typedef struct zx_exception_header {
    uint32_t size;
    zx_excp_type_t type;
} zx_exception_header_t;

typedef struct zx_exception_report {
    zx_exception_header_t header;
    zx_exception_context_t context;
} zx_exception_report_t;

// Later: ZX_INFO_THREAD_EXCEPTION_REPORT_V2. The last two are of exceptions that Linux has not, and
// 0.
typedef struct zx_exception_report_v2 {
    zx_exception_header_t header;
    zx_exception_context_t context;
    uint32_t synth_code;
    uint32_t synth_data;
} zx_exception_report_v2_t;

// The message that an exception channel carries, beside a handle to the exception.
typedef struct zx_exception_info {
    zx_koid_t pid;
    zx_koid_t tid;
    zx_excp_type_t type;
} zx_exception_info_t;

// zx_task_create_exception_channel: options.
#define ZX_EXCEPTION_CHANNEL_DEBUGGER ((uint32_t)1)

// Whose handler a thread in an exception waits for.
#define ZX_EXCEPTION_CHANNEL_TYPE_NONE ((uint32_t)0u)
#define ZX_EXCEPTION_CHANNEL_TYPE_DEBUGGER ((uint32_t)1u)
#define ZX_EXCEPTION_CHANNEL_TYPE_THREAD ((uint32_t)2u)
#define ZX_EXCEPTION_CHANNEL_TYPE_PROCESS ((uint32_t)3u)
#define ZX_EXCEPTION_CHANNEL_TYPE_JOB ((uint32_t)4u)
#define ZX_EXCEPTION_CHANNEL_TYPE_JOB_DEBUGGER ((uint32_t)5u)

// The older interface, zx_task_bind_exception_port and zx_task_resume_from_exception.
#define ZX_RESUME_TRY_NEXT ((uint32_t)2)
#define ZX_EXCEPTION_PORT_DEBUGGER ZX_EXCEPTION_CHANNEL_DEBUGGER
#define ZX_EXCEPTION_PORT_TYPE_NONE ZX_EXCEPTION_CHANNEL_TYPE_NONE
#define ZX_EXCEPTION_PORT_TYPE_DEBUGGER ZX_EXCEPTION_CHANNEL_TYPE_DEBUGGER
#define ZX_EXCEPTION_PORT_TYPE_THREAD ZX_EXCEPTION_CHANNEL_TYPE_THREAD
#define ZX_EXCEPTION_PORT_TYPE_PROCESS ZX_EXCEPTION_CHANNEL_TYPE_PROCESS
#define ZX_EXCEPTION_PORT_TYPE_JOB ZX_EXCEPTION_CHANNEL_TYPE_JOB
#define ZX_EXCEPTION_PORT_TYPE_JOB_DEBUGGER ZX_EXCEPTION_CHANNEL_TYPE_JOB_DEBUGGER

__END_CDECLS

#endif // ZIRCON_SYSCALLS_EXCEPTION_H_
