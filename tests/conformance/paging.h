// Part of libzircon. BSD-3-Clause, see LICENSE.
// A pager for tests, and threads that want its pages.
#pragma once

#include "harness.h"
#include "touch.h"

enum { PAGE = 4096, PAGE_WORDS = PAGE / 8 };

struct pager {
    zx_handle_t pager, port;
};
void pager_open(struct pager *pager);
void pager_close(const struct pager *pager); // both handles, unless ZX_HANDLE_INVALID

// A VMO of so many pages; `key` is in its packets, and in the pages that pager_supply gives it.
zx_handle_t pager_vmo(const struct pager *pager, uint64_t key, uint64_t pages, uint32_t options);

// What word `i` of page `page` holds when supplied.
uint64_t supplied_word(uint64_t key, uint64_t page, uint64_t i);
void pager_supply(const struct pager *pager, zx_handle_t vmo, uint64_t key, uint64_t page,
                  uint64_t count);

// A committed VMO of so many pages, filled as for these pages of that key.
zx_handle_t filled_vmo(uint64_t key, uint64_t page, uint64_t count);

// The next packet is for these pages, or the last one of its VMO; or there is none.
void expect_request(const struct pager *pager, uint64_t key, uint64_t page, uint64_t count);
void expect_complete(const struct pager *pager, uint64_t key);
void expect_no_packet(const struct pager *pager);

// Pages hold what was supplied; none of them is missing.
void expect_supplied(zx_handle_t vmo, uint64_t key, uint64_t page, uint64_t count);

// How a thread asks for pages.
enum way {
    BY_READ,   // zx_vmo_read
    BY_LOAD,   // a load from a mapping
    BY_COMMIT, // zx_vmo_op_range
    BY_COPY,   // a call whose argument lies in a mapping
    BY_WRITE,  // zx_vmo_write, of 8 bytes in each page
    BY_STORE,  // a store to a mapping
    WAYS,
};

// A thread that wants pages. Its result is what the call said; for loads and stores ZX_OK, or
// ZX_ERR_INTERNAL if they faulted.
struct reader {
    struct test_thread thread;
    enum way way;
    zx_handle_t vmo;
    uint64_t key, page, count;
    zx_vaddr_t mapped; // the whole VMO
    uint64_t words[PAGE_WORDS];
};
void start_reader(struct reader *reader, enum way way, zx_handle_t vmo, uint64_t key, uint64_t page,
                  uint64_t count);
// Waits for its end. With ZX_OK it saw what was supplied for that key.
void expect_result(struct reader *reader, zx_status_t status);
// What the way says if the pager will not supply.
zx_status_t failure_by(enum way way, zx_status_t status);

// The first `pages` pages, readable and writable.
zx_vaddr_t map_pages(zx_handle_t vmo, uint64_t pages);
void unmap_pages(zx_vaddr_t at, uint64_t pages);
