// Part of libzircon. BSD-3-Clause, see LICENSE.
// The way of a loaded program into the kernel: what the stubs of the vDSO image jump to.
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct thread;

// Where the vDSO jumps (not calls) to, from any stack and with any fs and gs. eax has the number of
// the call, ZX_SYS_*; the arguments lie as a C function with up to eight of them finds them, with
// the return address on top of the stack. Returns there with the result in rax. Changes no register
// that a C function preserves.
extern const char loaded_entry[] __attribute__((visibility("hidden")));

// What it calls on the thread's kernel stack where the function of the call is not all that there
// is to it: makes the call with its arguments as words.
uint64_t loaded_call(struct thread *self, uint32_t number, const uint64_t words[8]);

// Is the call made again if a suspension interrupts it, rather than its caller told?
bool loaded_is_retried(uint32_t number);

// And when a call has come back, but was interrupted, or has left dead objects.
uint64_t loaded_leave(struct thread *self, uint32_t number, const uint64_t words[8],
                      uint64_t result);
