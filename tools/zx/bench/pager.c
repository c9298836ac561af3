// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// A thread touches a page that is not there, another one fills and supplies it.
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <zircon/process.h>
#include <zircon/syscalls.h>
#include <zircon/syscalls/port.h>

#include "bench.h"

enum { PAGE = 4096, PAGES = 512 };

struct pager_state {
    zx_handle_t pager, port, vmo, pages;
    int faults, stop; // userfaultfd's; an eventfd
    zx_vaddr_t at;
    uint64_t content[PAGE / 8];
    _Atomic uint64_t served;
    pthread_t partner;
};

// Loads a word of each page; when all are there they are taken away again.
static void touch_pages(struct pager_state *state, uint64_t count,
                        void (*take_away)(struct pager_state *state)) {
    uint64_t before = state->served;
    take_away(state);
    for (uint64_t i = 0; i < count; i++) {
        if (i > 0 && i % PAGES == 0) {
            take_away(state);
        }
        volatile uint64_t *at = (volatile uint64_t *)(state->at + i % PAGES * PAGE);
        BENCH_CHECK(at[1] == 5);
    }
    BENCH_CHECK(state->served - before == count);
}

// --- a pager ---

static void *serve_pager(void *opaque) {
    struct pager_state *state = opaque;
    for (;;) {
        zx_port_packet_t packet;
        BENCH_OK(zx_port_wait(state->port, ZX_TIME_INFINITE, &packet));
        if (packet.type == ZX_PKT_TYPE_USER) {
            return NULL;
        }
        BENCH_CHECK(packet.page_request.length == PAGE);
        state->content[0] = packet.page_request.offset;
        state->served++;
        BENCH_OK(zx_vmo_write(state->pages, state->content, 0, PAGE));
        BENCH_OK(zx_pager_supply_pages(state->pager, state->vmo, packet.page_request.offset, PAGE,
                                       state->pages, 0));
    }
}

static void *pager_set_up(size_t size) {
    (void)size;
    struct pager_state *state = bench_allocate(sizeof(*state));
    state->content[1] = 5;
    BENCH_OK(zx_pager_create(0, &state->pager));
    BENCH_OK(zx_port_create(0, &state->port));
    BENCH_OK(zx_vmo_create(PAGE, 0, &state->pages));
    BENCH_OK(
        zx_pager_create_vmo(state->pager, 0, state->port, 1, (uint64_t)PAGES * PAGE, &state->vmo));
    BENCH_OK(zx_vmar_map(zx_vmar_root_self(), ZX_VM_PERM_READ | ZX_VM_PERM_WRITE, 0, state->vmo, 0,
                         (uint64_t)PAGES * PAGE, &state->at));
    state->partner = bench_start_partner(serve_pager, state);
    return state;
}

static void decommit(struct pager_state *state) {
    BENCH_OK(zx_vmo_op_range(state->vmo, ZX_VMO_OP_DECOMMIT, 0, (uint64_t)PAGES * PAGE, NULL, 0));
}

static void pager_run(void *state, uint64_t count) {
    touch_pages(state, count, decommit);
}

static void pager_tear_down(void *opaque) {
    struct pager_state *state = opaque;
    zx_port_packet_t stop = {.type = ZX_PKT_TYPE_USER};
    BENCH_OK(zx_port_queue(state->port, &stop));
    bench_join_partner(state->partner);
    BENCH_OK(zx_vmar_unmap(zx_vmar_root_self(), state->at, (uint64_t)PAGES * PAGE));
    BENCH_OK(zx_handle_close(state->vmo));
    BENCH_OK(zx_handle_close(state->pages));
    BENCH_OK(zx_handle_close(state->port));
    BENCH_OK(zx_handle_close(state->pager));
    free(state);
}

// --- userfaultfd ---

// Faults of programs are enough for us, and for those no privilege is needed.
static int open_faults(void) {
    int flags = O_CLOEXEC | O_NONBLOCK;
    int file = (int)syscall(SYS_userfaultfd, flags | UFFD_USER_MODE_ONLY);
    struct uffdio_api api = {.api = UFFD_API};
    if (file >= 0 && ioctl(file, UFFDIO_API, &api) != 0) {
        close(file);
        return -1;
    }
    return file;
}

static bool has_faults(void) {
    static int known = -1;
    if (known < 0) {
        int file = open_faults();
        known = file >= 0;
        if (file >= 0) {
            close(file);
        }
    }
    return known == 1;
}

static void *serve_faults(void *opaque) {
    struct pager_state *state = opaque;
    for (;;) {
        struct pollfd files[] = {{.fd = state->faults, .events = POLLIN},
                                 {.fd = state->stop, .events = POLLIN}};
        BENCH_CHECK(poll(files, 2, -1) > 0);
        struct uffd_msg message;
        if (read(state->faults, &message, sizeof(message)) == sizeof(message)) {
            BENCH_CHECK(message.event == UFFD_EVENT_PAGEFAULT);
            uint64_t page = message.arg.pagefault.address / PAGE * PAGE;
            state->content[0] = page;
            state->served++;
            struct uffdio_copy copy = {.dst = page, .src = (uintptr_t)state->content, .len = PAGE};
            BENCH_CHECK(ioctl(state->faults, UFFDIO_COPY, &copy) == 0);
        } else if ((files[1].revents & POLLIN) != 0) {
            return NULL;
        }
    }
}

static void *faults_set_up(size_t size) {
    (void)size;
    struct pager_state *state = bench_allocate(sizeof(*state));
    state->content[1] = 5;
    state->faults = open_faults();
    state->stop = eventfd(0, EFD_CLOEXEC);
    void *at = mmap(NULL, (size_t)PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
                    -1, 0);
    BENCH_CHECK(state->faults >= 0 && state->stop >= 0 && at != MAP_FAILED);
    state->at = (zx_vaddr_t)at;
    struct uffdio_register all = {.range = {.start = state->at, .len = (uint64_t)PAGES * PAGE},
                                  .mode = UFFDIO_REGISTER_MODE_MISSING};
    BENCH_CHECK(ioctl(state->faults, UFFDIO_REGISTER, &all) == 0);
    state->partner = bench_start_partner(serve_faults, state);
    return state;
}

static void drop(struct pager_state *state) {
    BENCH_CHECK(madvise((void *)state->at, (size_t)PAGES * PAGE, MADV_DONTNEED) == 0);
}

static void faults_run(void *state, uint64_t count) {
    touch_pages(state, count, drop);
}

static void faults_tear_down(void *opaque) {
    struct pager_state *state = opaque;
    BENCH_CHECK(eventfd_write(state->stop, 1) == 0);
    bench_join_partner(state->partner);
    BENCH_CHECK(munmap((void *)state->at, (size_t)PAGES * PAGE) == 0);
    close(state->faults);
    close(state->stop);
    free(state);
}

static bool has_pager(void) {
    zx_handle_t pager = ZX_HANDLE_INVALID;
    bool has = zx_pager_create(0, &pager) == ZX_OK;
    return zx_handle_close(pager) == ZX_OK && has;
}

static const struct bench_side sides[] = {
    {.name = "libzircon",
     .kind = BENCH_OURS,
     .set_up = pager_set_up,
     .run = pager_run,
     .tear_down = pager_tear_down,
     .available = has_pager},
    {.name = "userfaultfd",
     .kind = BENCH_NEIGHBOUR,
     .set_up = faults_set_up,
     .run = faults_run,
     .tear_down = faults_tear_down,
     .available = has_faults},
};

static const struct bench_row rows[] = {
    {"page fault served by a thread", BENCH_PAIR, PAGE, BENCH_SIDES(sides)},
};
const struct bench_noun bench_pager = {rows, BENCH_COUNT(rows)};
