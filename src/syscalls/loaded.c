// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "syscalls/loaded.h"

#include <zircon/zx-syscall-numbers.h>

#include "syscalls/dispatch.h"
#include "syscalls/syscall.h"

// What a linked program's entry loops for: here the program's own registers begin the call anew,
// so that whoever looks at the suspended thread sees it in its call.
static void retry_later(struct thread *self, uint32_t number, const uint64_t words[8]) {
    bool half = number == ZX_SYS_channel_call;
    self->retry[0] = half ? ZX_SYS_channel_call_finish : number;
    // The half that is left of a channel call takes its arguments from the deadline on.
    for (int i = 0; i < 6; i++) {
        self->retry[1 + i] = half ? words[(2 + i) & 7] : words[i];
    }
    atomic_fetch_or(&self->pending, THREAD_PENDING_RETRY);
}

uint64_t loaded_call(struct thread *self, uint32_t number, const uint64_t words[8]) {
    uint32_t called = number == ZX_SYS_channel_call ? ZX_SYS_channel_call_noretry : number;
    uint64_t result = dispatch(self, called, words);
    if (unlikely((int64_t)result == ZX_ERR_INTERNAL_INTR_RETRY)) {
        retry_later(self, number, words);
    }
    object_bury_dead(self);
    return result;
}
