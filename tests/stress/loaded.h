// Part of libzircon. BSD-3-Clause, see LICENSE.
// Loaded threads for the stress programs.
//
// They run functions of this very program: all processes share the address space. Such code must
// not use thread-local storage, that is, nothing of libc; its calls are those of the vDSO, which is
// mapped once for all of them.
#pragma once

#include <stdint.h>
#include <zircon/syscalls.h>
#include <zircon/types.h>

// The calls of a thread, linked or loaded.
#define STRESS_CALLS(do)                                                                                                                                                                                                                                                                             \
    do                                                                                                                                                                                                                                                                                               \
    (syscall_test_0) do(clock_get_monotonic) do(handle_close) do(handle_duplicate) do(nanosleep) do(futex_wait) do(object_wait_one) do(object_wait_many) do(object_signal) do(event_create) do(channel_create) do(channel_read) do(channel_write) do(channel_call) do(port_create) do(port_wait) do( \
        thread_exit) do(process_exit) do(socket_read) do(fifo_read) do(vmo_create) do(vmo_read) do(vmo_write) do(vmo_op_range) do(object_wait_async) do(port_cancel) do(interrupt_wait)
struct stress_calls {
#define FIELD(name) __typeof__(zx_##name) *name;
    STRESS_CALLS(FIELD)
#undef FIELD
};

extern const struct stress_calls linked_calls;
const struct stress_calls *loaded_calls(void);
