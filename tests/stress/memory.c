// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// VMOs, clones, mappings and a pager that all threads change under each other. What a word of them
// holds is zero or was written as a whole; what a worker has for itself never changes.
#include <signal.h>
#include <ucontext.h>
#include <zircon/process.h>

#include "stress.h"

enum { PAGE = 4096, SHARED = 6, PAGES = 24, WINDOWS = 4, OWN_PAGES = 8 };

static _Atomic zx_handle_t shared[SHARED];
static zx_handle_t region, pager, port;
static zx_vaddr_t base; // WINDOWS times PAGES of address space
static pthread_t service;

// VMOs of the pager. A later one takes the place of an earlier one, which is detached.
enum { BACKED = 8 };
static struct backed {
    uint64_t key;
    zx_handle_t vmo;
} backed[BACKED];
static pthread_mutex_t backed_lock = PTHREAD_MUTEX_INITIALIZER;
static uint64_t keys;

static struct own {
    zx_handle_t vmo;
    zx_vaddr_t at;
    uint64_t value;
} owned[WORKERS_MAX];

// --- loads and stores that may fault (../model/touch_x86_64.S) ---

bool touch_load(const uint64_t *at, uint64_t *value);
bool touch_store(uint64_t *at, uint64_t value);
extern const char touch_load_access[], touch_store_access[], touch_faulted[];

static void handle_fault(int number, siginfo_t *info, void *opaque) {
    ucontext_t *context = opaque;
    greg_t *at = &context->uc_mcontext.gregs[REG_RIP];
    if (*at != (greg_t)(uintptr_t)touch_load_access &&
        *at != (greg_t)(uintptr_t)touch_store_access) {
        stress_fail(__FILE__, __LINE__, "signal %d at 0x%llx, address %p", number,
                    (unsigned long long)*at, info->si_addr);
    }
    *at = (greg_t)(uintptr_t)touch_faulted;
}

// --- words ---

static uint64_t some_word(struct worker *worker) {
    uint64_t half = stress_random(worker) >> 32;
    return half << 32 | (uint32_t)~half;
}

static void check_word(uint64_t word) {
    CHECK(word == 0 || (uint32_t)(word >> 32) == (uint32_t)~word);
}

static zx_handle_t some_vmo(struct worker *worker) {
    return atomic_load(&shared[stress_pick(worker, SHARED)]);
}

static void replace_one(struct worker *worker, zx_handle_t vmo) {
    stress_replace(&shared[stress_pick(worker, SHARED)], vmo);
}

static uint64_t some_offset(struct worker *worker) {
    return stress_pick(worker, PAGES) * UINT64_C(4096);
}

static uint64_t *some_place(struct worker *worker) {
    return (uint64_t *)(base + stress_pick(worker, WINDOWS * PAGES) * UINT64_C(4096) +
                        stress_pick(worker, PAGE / 8) * UINT64_C(8));
}

// --- steps ---

static zx_handle_t make_backed(void) {
    zx_handle_t vmo;
    pthread_mutex_lock(&backed_lock);
    struct backed *entry = &backed[++keys % BACKED];
    if (entry->vmo != ZX_HANDLE_INVALID) {
        CHECK_OK(zx_pager_detach_vmo(pager, entry->vmo));
        CHECK_OK(zx_handle_close(entry->vmo));
    }
    entry->key = keys;
    CHECK_OK(zx_pager_create_vmo(pager, ZX_VMO_RESIZABLE, port, keys, PAGES * PAGE, &vmo));
    CHECK_OK(zx_handle_duplicate(vmo, ZX_RIGHT_SAME_RIGHTS, &entry->vmo));
    pthread_mutex_unlock(&backed_lock);
    return vmo;
}

static void make(struct worker *worker) {
    static const uint32_t kinds[] = {
        ZX_VMO_CHILD_COPY_ON_WRITE, ZX_VMO_CHILD_COPY_ON_WRITE | ZX_VMO_CHILD_RESIZABLE,
        ZX_VMO_CHILD_COPY_ON_WRITE2, ZX_VMO_CHILD_COPY_ON_WRITE2 | ZX_VMO_CHILD_RESIZABLE,
        ZX_VMO_CHILD_SLICE};
    zx_handle_t vmo;
    uint64_t offset = some_offset(worker), size = some_offset(worker);
    switch (stress_pick(worker, 8)) {
    case 0:
        CHECK_OK(zx_vmo_create(PAGES * PAGE, ZX_VMO_RESIZABLE, &vmo));
        break;
    case 1:
        CHECK_OK(zx_vmo_create(PAGES * PAGE, 0, &vmo));
        break;
    case 2:
        if (pager == ZX_HANDLE_INVALID) {
            return;
        }
        vmo = make_backed();
        break;
    default:
        if (AMONG(zx_vmo_create_child(some_vmo(worker), kinds[stress_pick(worker, 5)], offset, size,
                                      &vmo),
                  ZX_OK, ZX_ERR_BAD_HANDLE, ZX_ERR_NOT_SUPPORTED, ZX_ERR_INVALID_ARGS) != ZX_OK) {
            return;
        }
    }
    replace_one(worker, vmo);
}

static void change(struct worker *worker) {
    zx_handle_t vmo = some_vmo(worker);
    uint64_t offset = some_offset(worker), size = some_offset(worker);
    switch (stress_pick(worker, 4)) {
    case 0:
        AMONG(zx_vmo_set_size(vmo, size), ZX_OK, ZX_ERR_BAD_HANDLE, ZX_ERR_UNAVAILABLE);
        break;
    case 1:
        AMONG(zx_vmo_op_range(vmo, ZX_VMO_OP_DECOMMIT, offset, size, NULL, 0), ZX_OK,
              ZX_ERR_BAD_HANDLE, ZX_ERR_OUT_OF_RANGE);
        break;
    case 2:
        AMONG(zx_vmo_op_range(vmo, ZX_VMO_OP_COMMIT, offset, size, NULL, 0), ZX_OK,
              ZX_ERR_BAD_HANDLE, ZX_ERR_OUT_OF_RANGE, ZX_ERR_IO, ZX_ERR_NOT_FOUND);
        break;
    default: {
        zx_info_vmo_t info;
        if (AMONG(zx_object_get_info(vmo, ZX_INFO_VMO, &info, sizeof(info), NULL, NULL), ZX_OK,
                  ZX_ERR_BAD_HANDLE) == ZX_OK) {
            CHECK(info.committed_bytes <= info.size_bytes && info.size_bytes <= PAGES * PAGE);
        }
    }
    }
}

static void copy(struct worker *worker) {
    uint64_t words[PAGE / 4];
    zx_handle_t vmo = some_vmo(worker);
    uint64_t offset = some_offset(worker) + stress_pick(worker, PAGE / 8) * UINT64_C(8);
    size_t count = 1 + stress_pick(worker, PAGE / 4);
    switch (stress_pick(worker, 4)) {
    case 0:
        for (size_t i = 0; i < count; i++) {
            words[i] = some_word(worker);
        }
        AMONG(zx_vmo_write(vmo, words, offset, count * 8), ZX_OK, ZX_ERR_BAD_HANDLE,
              ZX_ERR_OUT_OF_RANGE, ZX_ERR_IO, ZX_ERR_NOT_FOUND);
        break;
    case 1:
        if (AMONG(zx_vmo_read(vmo, words, offset, count * 8), ZX_OK, ZX_ERR_BAD_HANDLE,
                  ZX_ERR_OUT_OF_RANGE, ZX_ERR_IO, ZX_ERR_NOT_FOUND) == ZX_OK) {
            for (size_t i = 0; i < count; i++) {
                check_word(words[i]);
            }
        }
        break;
    case 2: // between mappings and VMOs, which may show each other's pages
        AMONG(zx_vmo_write(vmo, some_place(worker), offset, 8), ZX_OK, ZX_ERR_BAD_HANDLE,
              ZX_ERR_OUT_OF_RANGE, ZX_ERR_IO, ZX_ERR_NOT_FOUND, ZX_ERR_INVALID_ARGS);
        break;
    default:
        AMONG(zx_vmo_read(vmo, some_place(worker), offset, 8), ZX_OK, ZX_ERR_BAD_HANDLE,
              ZX_ERR_OUT_OF_RANGE, ZX_ERR_IO, ZX_ERR_NOT_FOUND, ZX_ERR_INVALID_ARGS);
    }
}

static void map(struct worker *worker) {
    static const uint32_t permissions[] = {ZX_VM_PERM_READ, ZX_VM_PERM_READ | ZX_VM_PERM_WRITE};
    uint64_t first = stress_pick(worker, WINDOWS * PAGES);
    uint64_t count = 1 + stress_pick(worker, PAGES);
    count = first + count > WINDOWS * PAGES ? WINDOWS * PAGES - first : count;
    zx_vaddr_t at;
    switch (stress_pick(worker, 5)) {
    case 0:
        CHECK_OK(zx_vmar_unmap(region, base + first * PAGE, count * PAGE));
        break;
    case 1:
        AMONG(zx_vmar_protect(region, permissions[stress_pick(worker, 2)], base + first * PAGE,
                              count * PAGE),
              ZX_OK, ZX_ERR_NOT_FOUND);
        break;
    case 2:
        if (AMONG(zx_vmar_map(region, permissions[1], 0, some_vmo(worker), some_offset(worker),
                              count * PAGE, &at),
                  ZX_OK, ZX_ERR_BAD_HANDLE, ZX_ERR_NO_MEMORY) == ZX_OK) {
            CHECK(at >= base && at + count * PAGE <= base + (uint64_t)WINDOWS * PAGES * PAGE);
        }
        break;
    default:
        AMONG(zx_vmar_map(region, permissions[stress_pick(worker, 2)] | ZX_VM_SPECIFIC_OVERWRITE,
                          first * PAGE, some_vmo(worker), some_offset(worker), count * PAGE, &at),
              ZX_OK, ZX_ERR_BAD_HANDLE);
    }
}

static void touch(struct worker *worker) {
    for (int i = 0; i < 8; i++) {
        uint64_t word;
        if (stress_pick(worker, 2) == 0) {
            (void)touch_store(some_place(worker), some_word(worker));
        } else if (touch_load(some_place(worker), &word)) {
            check_word(word);
        }
    }
}

// The worker's own memory, made from the same frames as all the others.
static void use_own(struct worker *worker) {
    struct own *own = &owned[worker->index];
    uint64_t words[OWN_PAGES];
    for (uint64_t page = 0; page < OWN_PAGES; page++) {
        CHECK(*(volatile uint64_t *)(own->at + page * PAGE) == own->value);
        CHECK_OK(zx_vmo_read(own->vmo, &words[page], page * PAGE + PAGE - 8, 8));
        CHECK(words[page] == own->value);
    }
    if (stress_pick(worker, 4) == 0) {
        CHECK_OK(zx_vmo_op_range(own->vmo, ZX_VMO_OP_DECOMMIT, 0, OWN_PAGES * PAGE, NULL, 0));
        CHECK(*(volatile uint64_t *)own->at == 0);
    }
    own->value++;
    for (uint64_t page = 0; page < OWN_PAGES; page++) {
        *(volatile uint64_t *)(own->at + page * PAGE) = own->value;
        CHECK_OK(zx_vmo_write(own->vmo, &own->value, page * PAGE + PAGE - 8, 8));
    }
}

static void step(struct worker *worker) {
    switch (stress_pick(worker, 12)) {
    case 0:
        make(worker);
        break;
    case 1:
        change(worker);
        break;
    case 2:
    case 3:
        map(worker);
        break;
    case 4:
        use_own(worker);
        break;
    case 5:
    case 6:
    case 7:
        copy(worker);
        break;
    default:
        touch(worker);
    }
}

// --- the pager ---

// It fills pages with one word, or fails them.
static void answer(struct worker *dice, zx_handle_t vmo, uint64_t offset, uint64_t length) {
    if (stress_pick(dice, 16) == 0) {
        AMONG(zx_pager_op_range(pager, ZX_PAGER_OP_FAIL, vmo, offset, length, (uint64_t)ZX_ERR_IO),
              ZX_OK, ZX_ERR_OUT_OF_RANGE);
        return;
    }
    zx_handle_t pages;
    CHECK_OK(zx_vmo_create(length, 0, &pages));
    for (uint64_t at = 0; at < length; at += PAGE) {
        uint64_t words[PAGE / 8];
        for (size_t i = 0; i < PAGE / 8; i++) {
            words[i] = some_word(dice);
        }
        CHECK_OK(zx_vmo_write(pages, words, at, PAGE));
    }
    AMONG(zx_pager_supply_pages(pager, vmo, offset, length, pages, 0), ZX_OK, ZX_ERR_OUT_OF_RANGE);
    CHECK_OK(zx_handle_close(pages));
}

static void *serve(void *argument) {
    struct worker dice = {.random = 88172645463325252};
    for (;;) {
        zx_port_packet_t packet;
        CHECK_OK(zx_port_wait(port, ZX_TIME_INFINITE, &packet));
        if (packet.type == ZX_PKT_TYPE_USER) {
            return argument;
        }
        struct backed *entry = &backed[packet.key % BACKED];
        pthread_mutex_lock(&backed_lock);
        if (packet.page_request.command == ZX_PAGER_VMO_READ && entry->key == packet.key) {
            answer(&dice, entry->vmo, packet.page_request.offset, packet.page_request.length);
        }
        pthread_mutex_unlock(&backed_lock);
    }
}

// --- beginning and end ---

static void prepare(uint32_t workers) {
    struct sigaction action = {.sa_sigaction = handle_fault, .sa_flags = SA_SIGINFO};
    CHECK(sigaction(SIGSEGV, &action, NULL) == 0 && sigaction(SIGBUS, &action, NULL) == 0);
    // Nothing is behind the calls for pagers yet.
    if (AMONG(zx_pager_create(0, &pager), ZX_OK, ZX_ERR_NOT_SUPPORTED) != ZX_OK) {
        pager = ZX_HANDLE_INVALID;
    }
    CHECK_OK(zx_port_create(0, &port));
    CHECK_OK(zx_vmar_allocate(zx_vmar_root_self(),
                              ZX_VM_CAN_MAP_SPECIFIC | ZX_VM_CAN_MAP_READ | ZX_VM_CAN_MAP_WRITE, 0,
                              (uint64_t)WINDOWS * PAGES * PAGE, &region, &base));
    for (uint32_t i = 0; i < workers; i++) {
        owned[i].value = 0;
        CHECK_OK(zx_vmo_create(OWN_PAGES * PAGE, 0, &owned[i].vmo));
        CHECK_OK(zx_vmar_map(zx_vmar_root_self(), ZX_VM_PERM_READ | ZX_VM_PERM_WRITE, 0,
                             owned[i].vmo, 0, OWN_PAGES * PAGE, &owned[i].at));
    }
    CHECK(pthread_create(&service, NULL, serve, NULL) == 0);
}

static void finish(uint32_t workers) {
    for (uint32_t i = 0; i < workers; i++) {
        CHECK_OK(zx_vmar_unmap(zx_vmar_root_self(), owned[i].at, OWN_PAGES * PAGE));
        CHECK_OK(zx_handle_close(owned[i].vmo));
    }
    for (int i = 0; i < SHARED; i++) {
        stress_replace(&shared[i], ZX_HANDLE_INVALID);
    }
    for (int i = 0; i < BACKED; i++) {
        CHECK_OK(zx_handle_close(backed[i].vmo));
        backed[i] = (struct backed){0};
    }
    zx_port_packet_t stop = {.type = ZX_PKT_TYPE_USER};
    CHECK_OK(zx_port_queue(port, &stop));
    CHECK(pthread_join(service, NULL) == 0);
    CHECK_OK(zx_vmar_destroy(region));
    CHECK_OK(zx_handle_close(region));
    CHECK_OK(zx_handle_close(pager));
    CHECK_OK(zx_handle_close(port));
}

const struct scenario memory_scenario = {
    .name = "memory", .multiple = 1, .prepare = prepare, .step = step, .finish = finish};
