// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// What a loaded process of the benchmarks runs. Its code is copied there, so it refers to nothing
// but its arguments.
#pragma once

#include <stdint.h>
#include <zircon/syscalls/object.h>
#include <zircon/types.h>

// Calls at the addresses that they have in the process's vDSO.
struct loaded_calls {
    zx_status_t (*syscall_test_0)(void);
    zx_status_t (*object_wait_one)(zx_handle_t, zx_signals_t, zx_time_t, zx_signals_t *);
    zx_status_t (*object_set_property)(zx_handle_t, uint32_t, const void *, size_t);
    zx_status_t (*channel_read)(zx_handle_t, uint32_t, void *, zx_handle_t *, uint32_t, uint32_t,
                                uint32_t *, uint32_t *);
    zx_status_t (*channel_write)(zx_handle_t, uint32_t, const void *, uint32_t, const zx_handle_t *,
                                 uint32_t);
    zx_status_t (*channel_call)(zx_handle_t, uint32_t, zx_time_t, const zx_channel_call_args_t *,
                                uint32_t *, uint32_t *);
    zx_status_t (*thread_create)(zx_handle_t, const char *, size_t, uint32_t, zx_handle_t *);
    zx_status_t (*thread_start)(zx_handle_t, uintptr_t, uintptr_t, uintptr_t, uintptr_t);
    void (*thread_exit)(void);
    zx_status_t (*handle_close)(zx_handle_t);
    void (*process_exit)(int64_t);
    uintptr_t thread; // where a thread of it begins
};

enum loaded_work {
    LOADED_NULL_CALL,
    LOADED_SET_GS,     // the handle is that of the thread
    LOADED_TAKE,       // keeps the handle for the following
    LOADED_WRITE_READ, // of a message to itself: its other end is the second handle
    LOADED_CALL,       // over the channel
    LOADED_THREADS,    // the handle is that of the process
};

// A thread's stack ends so far behind the calls.
enum { LOADED_MESSAGE = 64, LOADED_HANDLES = 2, LOADED_STACK = 8192 - 8 };

struct loaded_request {
    uint64_t work, count, value;
};

// Does what it is asked to over the channel, and answers each request with a count.
void loaded_main(zx_handle_t channel, const struct loaded_calls *calls);
// The whole life of a thread.
void loaded_thread(const struct loaded_calls *calls);
// The whole life of a process.
void loaded_exit(zx_handle_t unused, const struct loaded_calls *calls);
