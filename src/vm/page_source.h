// Part of libzircon. BSD-3-Clause, see LICENSE.
// Where pages come from that a program supplies: what the pages' side knows of a pager.
#pragma once

#include <stdatomic.h>

#include "base/list.h"
#include <zircon/types.h>

struct thread;
struct page_request;

struct page_source {
    const struct page_source_type *type;
    bool detached; // under the tree's lock: no more pages come
};

struct page_source_type {
    // Asks for the request's pages, under the tree's lock. ZX_ERR_SHOULD_WAIT: call `finish`
    // without any lock. Else they will not come.
    zx_status_t (*begin_locked)(struct thread *self, struct page_source *source,
                                struct page_request *request);
    // Waits. ZX_OK: look again.
    zx_status_t (*finish)(struct thread *self, struct page_request *request);
    // Pages have come, or are cut off, under the tree's lock.
    void (*supplied_locked)(struct thread *self, struct page_source *source, uint64_t page,
                            uint64_t count);
    // The VMO is gone. Without locks.
    void (*gone)(struct thread *self, struct page_source *source);
};

// Lies on the waiting thread's stack.
struct page_request {
    struct list node;          // on the source's list, or the main request's
    struct list queued;        // until the pager is told
    struct list followers;     // requests for what this one asks for
    struct page_request *main; // that it follows, if any
    struct page_source *source;
    struct thread *thread;
    uint64_t page, count;
    uint64_t pending; // pages that are still missing
    zx_status_t status;
    atomic_bool done;
};
