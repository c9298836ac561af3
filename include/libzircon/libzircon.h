// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// The few calls that are libzircon's own and not Fuchsia's: looking at the kernel from outside, for
// tools and tests.

#ifndef LIBZIRCON_LIBZIRCON_H_
#define LIBZIRCON_LIBZIRCON_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <zircon/types.h>

__BEGIN_CDECLS

// Makes the Nth allocation of kernel memory from now on fail in the calling thread, N counted from
// 1; 0 lets none fail. The call that meets it gives its documented error. Works in every build.
void libzircon_fail_allocation(uint32_t n);

// Calls `report` with the name of each kind of kernel memory and the number of its cells in use.
// Exact while no other thread is in the kernel.
void libzircon_count_objects(void (*report)(void *context, const char *name, uint32_t live),
                             void *context);

// Live handles of the calling process. Exact while no other thread is in the kernel.
uint32_t libzircon_count_handles(void);

// How often a guest was entered, through the host's /dev/kvm.
uint64_t libzircon_count_guest_entries(void);

// What the mappings of all VMOs cost, with the rest of the Linux process: Linux limits their number
// (vm.max_map_count). When the limit is near the library drops all that its windows show, and gives
// back what is touched; `dropped` says how often it had to.
struct libzircon_mappings {
    uint64_t used, limit, dropped;
};
void libzircon_count_mappings(struct libzircon_mappings *mappings);

// How many handles can exist at a time. The environment variable LIBZIRCON_HANDLES sets it when the
// library starts; without it, it is 262 144. Free slots that a thread keeps for itself, up to 64,
// count as handles.
uint32_t libzircon_handle_limit(void);

// Makes a call by its number (zircon/zx-syscall-numbers.h), its arguments as 64-bit words. Returns
// its result, a signed one with its sign extended; ZX_ERR_BAD_SYSCALL for a number that is none.
uint64_t libzircon_call(uint32_t number, const uint64_t words[8]);

// Sees every call of every thread that enters the kernel: before it with `result` null, after it
// with the result. Runs in the thread that makes the call, outside of the kernel, and must make no
// calls itself but the three below. One hook at a time; null takes it away.
// Calls in progress at that moment may still see the hook before, with either context.
// A thread of a program that zx run has loaded has no libc of ours: there the hook runs on a stack
// of the kernel's, with thread-local variables of its own that begin as those of the thread that
// called libzircon_trace; only of libraries that were there when the program started.
typedef void (*libzircon_trace_hook)(void *context, uint32_t number, const uint64_t words[8],
                                     const uint64_t *result);
void libzircon_trace(libzircon_trace_hook hook, void *context);

// What a handle of the calling process names. False if it names nothing. Takes no lock and no
// reference and enters nothing, so that a trace hook may call it.
bool libzircon_describe_handle(zx_handle_t handle, zx_obj_type_t *type, zx_koid_t *koid);

// The calling thread, ZX_KOID_INVALID if it never entered the kernel. A trace hook may call it.
zx_koid_t libzircon_thread_koid(void);

// Does the calling thread belong to a program that zx run has loaded? A trace hook may call it.
bool libzircon_thread_is_loaded(void);

__END_CDECLS

#endif // LIBZIRCON_LIBZIRCON_H_
