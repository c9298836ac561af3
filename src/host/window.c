// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "host/window.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/memfd.h>
#include <linux/mman.h>
#include <stdatomic.h>
#include <stddef.h>

#include "base/invariant.h"
#include "base/state.h"
#include "host/frames.h"
#include "host/linux.h"

#ifndef MADV_DONTDUMP
#define MADV_DONTDUMP 16
#endif

static const size_t sizes[] = {
#ifndef __SANITIZE_THREAD__
    (size_t)64 << 40,  (size_t)4 << 40,
#endif
    (size_t)256 << 30, (size_t)32 << 30, (size_t)4 << 30, (size_t)1 << 30, (size_t)256 << 20};

enum {
    HIGH_FILE = 768,
    COUNT_AGAIN = 4096, // changes after which the true number of mappings is looked up
    USUAL_LIMIT = 65530,
};

// Outside KERNEL_STATE: the range survives a fork, and is cleared then.
struct window_arena window_arena;
static int empty = -1;

// An upper bound of the mappings that there are, and when to count them again.
static struct {
    _Atomic uint64_t estimate, again, evictions;
    uint64_t limit;
} budget KERNEL_STATE;

static long map(uintptr_t at, size_t size, int access, int flags, int file, uint64_t offset) {
    return linux_call(SYS_mmap, at, size, access, flags, file, offset);
}

static long reserve(uintptr_t at, size_t size, int flags) {
    return map(at, size, PROT_NONE, MAP_SHARED | MAP_NORESERVE | flags, empty,
               window_arena.base != 0 ? at - window_arena.base : 0);
}

static uint64_t read_limit(void) {
    char text[24];
    long file =
        linux_call(SYS_openat, AT_FDCWD, "/proc/sys/vm/max_map_count", O_RDONLY | O_CLOEXEC);
    long size = file < 0 ? 0 : linux_call(SYS_read, file, text, sizeof(text));
    if (file >= 0) {
        linux_call(SYS_close, file);
    }
    uint64_t limit = 0;
    for (long i = 0; i < size && text[i] >= '0' && text[i] <= '9'; i++) {
        limit = limit * 10 + (uint64_t)(text[i] - '0');
    }
    return limit != 0 ? limit : USUAL_LIMIT;
}

bool window_start(void) {
    bool inherited = window_arena.base != 0;
    if (!inherited) {
        long made = linux_call(SYS_memfd_create, "zircon nothing", MFD_CLOEXEC);
        if (made < 0) {
            return false;
        }
        long high = linux_call(SYS_fcntl, made, F_DUPFD_CLOEXEC, HIGH_FILE);
        if (high >= 0) {
            linux_call(SYS_close, made);
            made = high;
        }
        empty = (int)made;
        for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
            long base = reserve(0, sizes[i], 0);
            if (base > 0 || base < -4095) {
                window_arena = (struct window_arena){(uintptr_t)base, (uintptr_t)base + sizes[i]};
                break;
            }
        }
        if (window_arena.base == 0) {
            return false;
        }
    }
    budget.limit = read_limit();
    atomic_store(&budget.again, COUNT_AGAIN);
    if (inherited) {
        window_forget();
    }
    return true;
}

void window_forget(void) {
    if (window_arena.base != 0) {
        reserve(window_arena.base, window_arena.end - window_arena.base, MAP_FIXED);
    }
}

// Reads how many mappings there are; each is a line.
static uint64_t count_mappings(void) {
    char text[4096];
    long file = linux_call(SYS_openat, AT_FDCWD, "/proc/self/maps", O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        return 0;
    }
    uint64_t lines = 0;
    long size;
    while ((size = linux_call(SYS_read, file, text, sizeof(text))) > 0) {
        for (long i = 0; i < size; i++) {
            lines += text[i] == '\n';
        }
    }
    linux_call(SYS_close, file);
    return lines;
}

// One mapping in place of all; whoever touches an address gets its mapping back.
static void evict(void) {
    atomic_fetch_add_explicit(&budget.evictions, 1, memory_order_relaxed);
    reserve(window_arena.base, window_arena.end - window_arena.base, MAP_FIXED);
    atomic_store(&budget.estimate, count_mappings());
}

static void spend(uint64_t mappings) {
    uint64_t estimate = atomic_fetch_add_explicit(&budget.estimate, mappings, memory_order_relaxed);
    uint64_t again = atomic_load_explicit(&budget.again, memory_order_relaxed);
    if (likely(estimate < again) ||
        !atomic_compare_exchange_strong(&budget.again, &again, UINT64_MAX)) {
        return;
    }
    uint64_t count = count_mappings();
    atomic_store(&budget.estimate, count);
    if (count > budget.limit - budget.limit / 4) {
        evict();
        count = atomic_load(&budget.estimate);
    }
    atomic_store(&budget.again, count + COUNT_AGAIN);
}

uint32_t window_level(void) {
    uint64_t part = budget.limit / (2 * WINDOW_LEVELS);
    uint64_t level = atomic_load_explicit(&budget.estimate, memory_order_relaxed) / (part + 1);
    return level < WINDOW_LEVELS ? (uint32_t)level : WINDOW_LEVELS - 1;
}

void window_count(struct window_use *use) {
    use->mappings = count_mappings();
    use->limit = budget.limit;
    use->dropped = atomic_load_explicit(&budget.evictions, memory_order_relaxed);
}

bool window_map(uintptr_t at, uint64_t frame, uint64_t count, uint32_t access, bool touch) {
    int flags = MAP_SHARED | MAP_FIXED | (touch ? MAP_POPULATE : 0);
    spend(2);
    long got =
        map(at, count << FRAME_SHIFT, (int)access, flags, frames_file(), frame << FRAME_SHIFT);
    if (unlikely(got == -ENOMEM)) {
        evict();
        got =
            map(at, count << FRAME_SHIFT, (int)access, flags, frames_file(), frame << FRAME_SHIFT);
    }
    return got == (long)at;
}

bool window_map_zero(uintptr_t at, uint64_t count, uint32_t access) {
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE;
    spend(2);
    long got = map(at, count << FRAME_SHIFT, (int)access, flags, -1, 0);
    if (unlikely(got == -ENOMEM)) {
        evict();
        got = map(at, count << FRAME_SHIFT, (int)access, flags, -1, 0);
    }
    return got == (long)at;
}

void window_clear(uintptr_t at, uint64_t count) {
    spend(1);
    if (unlikely(reserve(at, count << FRAME_SHIFT, MAP_FIXED) == -ENOMEM)) {
        evict();
    }
}

void window_protect(uintptr_t at, uint64_t count, uint32_t access) {
    spend(2);
    if (unlikely(linux_call(SYS_mprotect, at, count << FRAME_SHIFT, access) != 0)) {
        evict(); // and the next access finds out what is allowed
    }
}
