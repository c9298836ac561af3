// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "host/memory.h"

#include <linux/mman.h>
#include <stdatomic.h>

#include "base/invariant.h"
#include "base/state.h"
#include "host/linux.h"

// Address space costs nothing; sanitizers with shadow memory get by with less.
static const struct {
    size_t objects, frames;
} sizes[] = {
#ifndef __SANITIZE_THREAD__
    {(size_t)64 << 30, (size_t)16 << 40},  {(size_t)64 << 30, (size_t)1 << 40},
#endif
    {(size_t)16 << 30, (size_t)128 << 30}, {(size_t)8 << 30, (size_t)8 << 30},
    {(size_t)2 << 30, (size_t)2 << 30},    {(size_t)512 << 20, (size_t)512 << 20},
};

enum { COMMIT_STEP = 4 << 20 }; // memory is made accessible in steps, to spare Linux calls

// Outside KERNEL_STATE: the range itself survives a fork, only its contents are wiped.
struct kernel_range kernel_range;

// The first page of the range. Linux wipes it in a fork's child, which shows that it is one.
struct range_header {
    _Atomic uint64_t started;
    _Atomic uintptr_t next;      // first byte not yet taken
    _Atomic uintptr_t committed; // end of the accessible part
};

static struct range_header *header(void) {
    return (struct range_header *)kernel_range.base;
}

static bool is_error(long result) {
    return result < 0 && result > -4096;
}

static bool commit(uintptr_t from, uintptr_t to) {
    return linux_call(SYS_mprotect, from, to - from, PROT_READ | PROT_WRITE) == 0;
}

// Where a program runs under the address sanitizer. Its notes on free cells outlive a fork, in
// whose child the memory begins anew.
extern void __asan_unpoison_memory_region(const volatile void *at, size_t size)
    __attribute__((weak));
static bool inherited; // this process is such a child

bool memory_start(void) {
    inherited = kernel_range.base != 0;
    if (kernel_range.base == 0) {
        for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
            size_t size = sizes[i].objects + sizes[i].frames;
            long base = linux_call(SYS_mmap, 0, size, PROT_NONE,
                                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
            if (!is_error(base)) {
                // Linux keeps this advice for every part of the range, whatever its protection.
                linux_call(SYS_madvise, base, sizes[i].objects, MADV_WIPEONFORK);
                kernel_range.base = (uintptr_t)base;
                kernel_range.frames = (uintptr_t)base + sizes[i].objects;
                kernel_range.end = (uintptr_t)base + size;
                break;
            }
        }
        if (kernel_range.base == 0) {
            return false;
        }
    }
    if (!commit(kernel_range.base, kernel_range.base + COMMIT_STEP)) {
        return false;
    }
    atomic_store(&header()->next, kernel_range.base + HOST_PAGE_SIZE);
    atomic_store(&header()->committed, kernel_range.base + COMMIT_STEP);
    atomic_store(&header()->started, 1);
    return true;
}

bool memory_is_ours(void) {
    return kernel_range.base != 0 && atomic_load(&header()->started) != 0;
}

void *memory_take(size_t size) {
    return memory_take_aligned(size, HOST_PAGE_SIZE);
}

void *memory_take_aligned(size_t size, size_t alignment) {
    size = (size + HOST_PAGE_SIZE - 1) & ~(size_t)(HOST_PAGE_SIZE - 1);
    uintptr_t next = atomic_load(&header()->next), at;
    do {
        at = (next + alignment - 1) & ~(uintptr_t)(alignment - 1);
        if (at > kernel_range.frames || size > kernel_range.frames - at) {
            return NULL;
        }
    } while (!atomic_compare_exchange_weak(&header()->next, &next, at + size));

    // Two threads may commit overlapping parts: making a page accessible twice does no harm.
    uintptr_t committed = atomic_load(&header()->committed);
    while (at + size > committed) {
        uintptr_t end = at + size + COMMIT_STEP;
        end -= end % COMMIT_STEP;
        end = end < kernel_range.frames ? end : kernel_range.frames;
        if (!commit(committed, end)) {
            return NULL;
        }
        if (atomic_compare_exchange_strong(&header()->committed, &committed, end)) {
            break;
        }
    }
    if (inherited && __asan_unpoison_memory_region != NULL) {
        __asan_unpoison_memory_region((void *)at, size);
    }
    return (void *)at;
}

size_t memory_taken(void) {
    return atomic_load(&header()->next) - kernel_range.base;
}

void *memory_take_stack(size_t size) {
    char *bottom = memory_take(size + HOST_PAGE_SIZE);
    if (bottom == NULL) {
        return NULL;
    }
    linux_call(SYS_mprotect, bottom, HOST_PAGE_SIZE, PROT_NONE);
    return bottom + HOST_PAGE_SIZE;
}
