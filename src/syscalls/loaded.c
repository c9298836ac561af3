// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "syscalls/loaded.h"

#include <zircon/zx-syscall-numbers.h>

#include "syscalls/dispatch.h"
#include "syscalls/ktrace.h"
#include "syscalls/syscall.h"

// loaded_x86_64.S reads these: the function of each call, if it enters the kernel, and what is to
// know of it.
enum { LOADED_STACK = 1, LOADED_RETRIED = 2 };
typedef void (*loaded_function)(void);
extern const struct loaded_call {
    loaded_function function;
    uint64_t flags;
} loaded_calls[ZX_SYS_COUNT];
const struct loaded_call loaded_calls[ZX_SYS_COUNT] = {
#include "loaded.inc"
    // Of a channel call the vDSO's half is here.
    [ZX_SYS_channel_call] = {(loaded_function)sys_channel_call_noretry, LOADED_RETRIED},
};
extern const uint64_t loaded_call_count;
const uint64_t loaded_call_count = ZX_SYS_COUNT;

// What a linked program's entry loops for: here the program's own registers begin the call anew,
// so that whoever looks at the suspended thread sees it in its call.
static void retry_later(struct thread *self, uint32_t number, const uint64_t words[8]) {
    bool half = number == ZX_SYS_channel_call;
    self->retry[0] = half ? ZX_SYS_channel_call_finish : number;
    // The half that is left of a channel call takes its arguments from the deadline on.
    for (int i = 0; i < 6; i++) {
        self->retry[1 + i] = !half ? words[i] : i < 4 ? words[2 + i] : 0;
    }
    atomic_fetch_or(&self->pending, THREAD_PENDING_RETRY);
}

bool loaded_is_retried(uint32_t number) {
    return number < ZX_SYS_COUNT && (loaded_calls[number].flags & LOADED_RETRIED) != 0;
}

uint64_t loaded_leave(struct thread *self, uint32_t number, const uint64_t words[8],
                      uint64_t result) {
    // The second half of a channel call is what a first one that was interrupted goes on with.
    bool retried = loaded_is_retried(number) || number == ZX_SYS_channel_call_finish;
    if (retried && (zx_status_t)result == ZX_ERR_INTERNAL_INTR_RETRY) {
        retry_later(self, number, words);
    }
    object_bury_dead(self);
    return result;
}

uint64_t loaded_call(struct thread *self, uint32_t number, const uint64_t words[8]) {
    uint32_t called = number == ZX_SYS_channel_call ? ZX_SYS_channel_call_noretry : number;
    bool hooked = (atomic_load(&call_watchers) & WATCHER_HOOK) != 0;
    if (hooked) {
        call_hook_loaded(self, number, words, NULL);
    }
    uint64_t result = ktrace_dispatch(self, called, words);
    if (hooked) {
        call_hook_loaded(self, number, words, &result);
    }
    return loaded_leave(self, number, words, result);
}
