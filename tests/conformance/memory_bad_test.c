// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// What the calls for memory must refuse, with nothing changed: sizes and offsets near 2^64, ranges
// across the end, memory that is the program's own; and every allocation that can fail.
#include "paging.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>

static const uint64_t largest = UINT64_MAX - 131072 + 1; // of a VMO
static const uint64_t last_page = UINT64_MAX - PAGE + 1;

static zx_handle_t new_vmo(uint64_t size, uint32_t options) {
    zx_handle_t vmo;
    EXPECT_OK(zx_vmo_create(size, options, &vmo));
    return vmo;
}

static zx_info_vmo_t info_of(zx_handle_t vmo) {
    zx_info_vmo_t info;
    EXPECT_OK(zx_object_get_info(vmo, ZX_INFO_VMO, &info, sizeof(info), NULL, NULL));
    return info;
}

static zx_info_vmar_t root_range(void) {
    zx_info_vmar_t info;
    EXPECT_OK(
        zx_object_get_info(zx_vmar_root_self(), ZX_INFO_VMAR, &info, sizeof(info), NULL, NULL));
    return info;
}

// --- sizes near 2^64 ---

TEST(vmo_create, takes_sizes_up_to_the_largest) {
    static const uint64_t sizes[] = {largest - PAGE, largest - 1, largest};
    static const uint64_t wrong[] = {largest + 1, largest + PAGE, last_page, last_page + 1,
                                     UINT64_MAX};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        zx_handle_t vmo = new_vmo(sizes[i], ZX_VMO_RESIZABLE);
        uint64_t end = (sizes[i] + PAGE - 1) / PAGE * PAGE, word = 7;
        EXPECT_EQ(info_of(vmo).size_bytes, end);
        EXPECT_EQ(info_of(vmo).committed_bytes, 0);
        // Its last bytes are as good as any.
        EXPECT_OK(zx_vmo_write(vmo, &word, end - 8, 8));
        EXPECT_OK(zx_vmo_read(vmo, &word, end - 8, 8));
        EXPECT_EQ(word, 7);
        EXPECT_OK(zx_vmo_read(vmo, &word, end / 2, 8));
        EXPECT_EQ(word, 0);
        EXPECT_STATUS(zx_vmo_read(vmo, &word, end - 7, 8), ZX_ERR_OUT_OF_RANGE);
        EXPECT_EQ(info_of(vmo).committed_bytes, PAGE);
        EXPECT_OK(zx_vmo_op_range(vmo, ZX_VMO_OP_DECOMMIT, 0, end, NULL, 0));
        EXPECT_EQ(info_of(vmo).committed_bytes, 0);
        for (size_t j = 0; j < sizeof(wrong) / sizeof(wrong[0]); j++) {
            EXPECT_STATUS(zx_vmo_set_size(vmo, wrong[j]), ZX_ERR_OUT_OF_RANGE);
        }
        EXPECT_EQ(info_of(vmo).size_bytes, end);
        EXPECT_OK(zx_vmo_set_size(vmo, 0));
        close_handle(vmo);
    }
    for (size_t j = 0; j < sizeof(wrong) / sizeof(wrong[0]); j++) {
        zx_handle_t vmo;
        EXPECT_STATUS(zx_vmo_create(wrong[j], 0, &vmo), ZX_ERR_OUT_OF_RANGE);
    }
}

TEST(vmo_read, refuses_ranges_that_wrap_around) {
    static const struct {
        uint64_t offset, size;
    } cases[] = {{UINT64_MAX, 1}, {UINT64_MAX - 7, 8}, {last_page, PAGE}, {8, UINT64_MAX - 7},
                 {2 * PAGE, 1},   {PAGE, PAGE + 1},    {0, 2 * PAGE + 1}, {largest, 8}};
    static uint64_t buffer[2 * PAGE_WORDS];
    zx_handle_t vmo = new_vmo(2 * PAGE, 0);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (cases[i].size <= sizeof(buffer)) {
            EXPECT_STATUS(zx_vmo_read(vmo, buffer, cases[i].offset, cases[i].size),
                          ZX_ERR_OUT_OF_RANGE);
            EXPECT_STATUS(zx_vmo_write(vmo, buffer, cases[i].offset, cases[i].size),
                          ZX_ERR_OUT_OF_RANGE);
        } else {
            // The buffer is looked at first, and is not that large.
            EXPECT(zx_vmo_read(vmo, buffer, cases[i].offset, cases[i].size) < 0);
            EXPECT(zx_vmo_write(vmo, buffer, cases[i].offset, cases[i].size) < 0);
        }
    }
    EXPECT_OK(zx_vmo_read(vmo, buffer, 2 * PAGE, 0));
    EXPECT_STATUS(zx_vmo_read(vmo, buffer, 2 * PAGE + 1, 0), ZX_ERR_OUT_OF_RANGE);
    EXPECT_EQ(info_of(vmo).committed_bytes, 0);
    close_handle(vmo);
}

TEST(vmo_op_range, refuses_ranges_that_wrap_around) {
    static const uint32_t ops[] = {ZX_VMO_OP_COMMIT,      ZX_VMO_OP_DECOMMIT,
                                   ZX_VMO_OP_CACHE_SYNC,  ZX_VMO_OP_CACHE_INVALIDATE,
                                   ZX_VMO_OP_CACHE_CLEAN, ZX_VMO_OP_CACHE_CLEAN_INVALIDATE};
    zx_handle_t vmo = new_vmo(2 * PAGE, 0);
    for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
        EXPECT_STATUS(zx_vmo_op_range(vmo, ops[i], UINT64_MAX, 2, NULL, 0), ZX_ERR_OUT_OF_RANGE);
        EXPECT_STATUS(zx_vmo_op_range(vmo, ops[i], PAGE, UINT64_MAX, NULL, 0), ZX_ERR_OUT_OF_RANGE);
        EXPECT_STATUS(zx_vmo_op_range(vmo, ops[i], 2 * PAGE + 1, 1, NULL, 0), ZX_ERR_OUT_OF_RANGE);
        EXPECT_STATUS(zx_vmo_op_range(vmo, ops[i], last_page, PAGE, NULL, 0), ZX_ERR_OUT_OF_RANGE);
    }
    EXPECT_EQ(info_of(vmo).committed_bytes, 0);
    close_handle(vmo);
}

TEST(vmo_create_child, takes_offsets_and_sizes_near_the_largest) {
    static const uint32_t kinds[] = {ZX_VMO_CHILD_COPY_ON_WRITE, ZX_VMO_CHILD_COPY_ON_WRITE2};
    zx_handle_t vmo = new_vmo(2 * PAGE, 0), child;
    for (int i = 0; i < 2; i++) {
        uint64_t word = 9;
        EXPECT_STATUS(zx_vmo_create_child(vmo, kinds[i], 0, largest + 1, &child),
                      ZX_ERR_OUT_OF_RANGE);
        EXPECT_STATUS(zx_vmo_create_child(vmo, kinds[i], 0, UINT64_MAX, &child),
                      ZX_ERR_OUT_OF_RANGE);
        EXPECT_STATUS(zx_vmo_create_child(vmo, kinds[i], UINT64_MAX, PAGE, &child),
                      ZX_ERR_INVALID_ARGS);
        EXPECT_OK(zx_vmo_create_child(vmo, kinds[i], 0, largest, &child));
        EXPECT_OK(zx_vmo_write(child, &word, largest - 8, 8));
        EXPECT_OK(zx_vmo_read(child, &word, PAGE, 8));
        EXPECT_EQ(word, 0);
        close_handle(child);
        // It begins where the parent never is.
        EXPECT_OK(zx_vmo_create_child(vmo, kinds[i], last_page, 4 * PAGE, &child));
        EXPECT_OK(zx_vmo_write(child, &word, 3 * PAGE, 8));
        for (uint64_t page = 0; page < 4; page++) {
            EXPECT_OK(zx_vmo_read(child, &word, page * PAGE + 8, 8));
            EXPECT_EQ(word, 0);
        }
        close_handle(child);
    }
    EXPECT_STATUS(zx_vmo_create_child(vmo, ZX_VMO_CHILD_SLICE, last_page, 2 * PAGE, &child),
                  ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_vmo_create_child(vmo, ZX_VMO_CHILD_SLICE, PAGE, largest, &child),
                  ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_vmo_create_child(vmo, ZX_VMO_CHILD_SLICE, PAGE, UINT64_MAX, &child),
                  ZX_ERR_OUT_OF_RANGE);
    close_handle(vmo);
}

TEST(vmar_map, refuses_ranges_that_wrap_around) {
    zx_handle_t root = zx_vmar_root_self(), vmo = new_vmo(PAGE, 0);
    zx_vaddr_t at = 5;
    static const uint64_t lengths[] = {UINT64_MAX, last_page, last_page + 1, UINT64_MAX / 2 + 1};
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        zx_status_t status = zx_vmar_map(root, ZX_VM_PERM_READ, 0, vmo, 0, lengths[i], &at);
        EXPECT(status == ZX_ERR_INVALID_ARGS || status == ZX_ERR_NO_MEMORY);
        EXPECT_STATUS(
            zx_vmar_map(root, ZX_VM_PERM_READ | ZX_VM_SPECIFIC, PAGE, vmo, 0, lengths[i], &at),
            ZX_ERR_INVALID_ARGS);
    }
    EXPECT_STATUS(zx_vmar_map(root, ZX_VM_PERM_READ, 0, vmo, last_page, 2 * PAGE, &at),
                  ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_vmar_map(root, ZX_VM_PERM_READ, 0, vmo, 0, 0, &at), ZX_ERR_INVALID_ARGS);
    EXPECT_EQ(at, 5);
    EXPECT_EQ(info_of(vmo).num_mappings, 0);
    close_handle(vmo);
}

// --- memory that is the program's own ---

enum { OWN = 4 };

// Calls that would change what is at `at` if they went there.
static void expect_refused(zx_handle_t vmo, zx_vaddr_t at) {
    zx_handle_t root = zx_vmar_root_self(), child;
    zx_info_vmar_t range = root_range();
    uint64_t offset = at - range.base; // may wrap around
    zx_vaddr_t where;
    EXPECT(zx_vmar_unmap(root, at, OWN * PAGE) < 0);
    EXPECT(zx_vmar_protect(root, ZX_VM_PERM_READ, at, OWN * PAGE) < 0);
    EXPECT(zx_vmar_protect(root, 0, at, PAGE) < 0);
    EXPECT(zx_vmar_map(root, ZX_VM_PERM_READ | ZX_VM_PERM_WRITE | ZX_VM_SPECIFIC_OVERWRITE, offset,
                       vmo, 0, OWN * PAGE, &where) < 0);
    EXPECT(zx_vmar_map(root, ZX_VM_PERM_READ | ZX_VM_SPECIFIC, offset, vmo, 0, PAGE, &where) < 0);
    EXPECT(zx_vmar_allocate(root, ZX_VM_CAN_MAP_READ | ZX_VM_SPECIFIC, offset, PAGE, &child,
                            &where) < 0);
    EXPECT(zx_vmar_op_range(root, ZX_VMAR_OP_DECOMMIT, at, OWN * PAGE, NULL, 0) < 0);
    EXPECT(zx_vmar_op_range(root, ZX_VMAR_OP_ZERO, at, OWN * PAGE, NULL, 0) < 0);
}

TEST(vmar_unmap, and_its_kin_never_touch_memory_of_linux) {
    static uint64_t variable[(OWN + 1) * PAGE_WORDS];
    zx_handle_t vmo = new_vmo(OWN * PAGE, 0);
    uint64_t *mapped =
        mmap(NULL, OWN * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    uint64_t *allocated = aligned_alloc(PAGE, OWN * PAGE);
    uint64_t *some[] = {mapped, allocated,
                        (uint64_t *)(((uintptr_t)variable + PAGE - 1) / PAGE * PAGE)};
    EXPECT(mapped != MAP_FAILED && allocated != NULL);
    for (int i = 0; i < 3; i++) {
        for (size_t word = 0; word < OWN * PAGE_WORDS; word++) {
            some[i][word] = word;
        }
        expect_refused(vmo, (zx_vaddr_t)some[i]);
        for (size_t word = 0; word < OWN * PAGE_WORDS; word++) {
            EXPECT_EQ(some[i][word], word);
            some[i][word] = 0;
        }
    }
    int here;
    expect_refused(vmo, (uintptr_t)&here / PAGE * PAGE);           // the stack
    expect_refused(vmo, (uintptr_t)&expect_refused / PAGE * PAGE); // code
    expect_refused(vmo, (uintptr_t)&zx_vmar_unmap / PAGE * PAGE);  // the library's
    expect_refused(vmo, 0);
    expect_refused(vmo, last_page);
    expect_refused(vmo, UINT64_C(0x0000800000000000));
    expect_refused(vmo, UINT64_C(0xffff800000000000));
    zx_info_vmar_t range = root_range();
    expect_refused(vmo, range.base + range.len);
    expect_refused(vmo, range.base - PAGE);
    free(allocated);
    EXPECT(munmap(mapped, OWN * PAGE) == 0);
    close_handle(vmo);
}

// --- without memory ---

static zx_handle_t the_vmo, the_child, the_region;
static zx_vaddr_t the_address;

static zx_status_t create(void *context) {
    return zx_vmo_create(64 * PAGE, 0, context);
}

static zx_status_t create_clone(void *context) {
    return zx_vmo_create_child(the_vmo, ZX_VMO_CHILD_COPY_ON_WRITE, 0, 2 * PAGE, context);
}

static zx_status_t create_snapshot(void *context) {
    return zx_vmo_create_child(the_vmo, ZX_VMO_CHILD_COPY_ON_WRITE2, 0, 2 * PAGE, context);
}

static zx_status_t create_slice(void *context) {
    return zx_vmo_create_child(the_vmo, ZX_VMO_CHILD_SLICE, 0, 2 * PAGE, context);
}

TEST(vmo_create, fails_without_memory) {
    zx_handle_t vmo = ZX_HANDLE_INVALID;
    expect_no_memory(create, &vmo, sizeof(vmo));
    close_handle(vmo);
}

TEST(vmo_create_child, fails_without_memory) {
    static const allocating_call calls[] = {create_clone, create_snapshot, create_slice};
    for (int i = 0; i < 3; i++) {
        uint64_t word = 3;
        the_vmo = new_vmo(2 * PAGE, 0);
        EXPECT_OK(zx_vmo_write(the_vmo, &word, PAGE, 8));
        zx_handle_t child = ZX_HANDLE_INVALID;
        expect_no_memory(calls[i], &child, sizeof(child));
        EXPECT_OK(zx_vmo_read(child, &word, PAGE, 8));
        EXPECT_EQ(word, 3);
        EXPECT_EQ(info_of(the_vmo).num_children, 1);
        close_handle(child);
        close_handle(the_vmo);
    }
}

static zx_status_t map_it(void *context) {
    return zx_vmar_map(zx_vmar_root_self(), ZX_VM_PERM_READ | ZX_VM_PERM_WRITE, 0, the_vmo, 0,
                       8 * PAGE, context);
}

static zx_status_t allocate_it(void *context) {
    return zx_vmar_allocate(zx_vmar_root_self(), ZX_VM_CAN_MAP_READ, 0, 8 * PAGE, &the_region,
                            context);
}

TEST(vmar_map, fails_without_memory) {
    zx_vaddr_t at = 0;
    the_vmo = new_vmo(8 * PAGE, 0);
    expect_no_memory(map_it, &at, sizeof(at));
    EXPECT_EQ(info_of(the_vmo).num_mappings, 1);
    *(volatile uint64_t *)at = 1;
    unmap_pages(at, 8);
    close_handle(the_vmo);
}

TEST(vmar_allocate, fails_without_memory) {
    zx_vaddr_t at = 0;
    expect_no_memory(allocate_it, &at, 0);
    EXPECT_OK(zx_vmar_destroy(the_region));
    close_handle(the_region);
}

static zx_status_t protect_middle(void *context) {
    (void)context;
    return zx_vmar_protect(zx_vmar_root_self(), ZX_VM_PERM_READ, the_address + 3 * PAGE, 2 * PAGE);
}

static zx_status_t unmap_middle(void *context) {
    (void)context;
    return zx_vmar_unmap(zx_vmar_root_self(), the_address + 3 * PAGE, 2 * PAGE);
}

// Splitting a mapping needs memory; without it the mapping stays as it is.
TEST(vmar_protect, fails_without_memory_to_split_a_mapping) {
    static const allocating_call calls[] = {protect_middle, unmap_middle};
    touch_begin();
    for (int i = 0; i < 2; i++) {
        the_vmo = new_vmo(8 * PAGE, 0);
        the_address = map_pages(the_vmo, 8);
        for (uint32_t n = 1;; n++) {
            libzircon_fail_allocation(n);
            zx_status_t status = calls[i](NULL);
            libzircon_fail_allocation(0);
            bool done = status == ZX_OK;
            EXPECT(done || status == ZX_ERR_NO_MEMORY);
            for (uint64_t page = 0; page < 8; page++) {
                bool changed = done && (page == 3 || page == 4);
                EXPECT_EQ(touch_store((uint64_t *)(the_address + page * PAGE), page), !changed);
            }
            if (done) {
                break;
            }
        }
        unmap_pages(the_address, 8);
        close_handle(the_vmo);
    }
}

// The thread sanitizer leaves less address space for the memory of VMOs.
#ifdef UNDER_TSAN
static const uint64_t FAR = UINT64_C(1) << 32;
#else
static const uint64_t FAR = UINT64_C(1) << 40;
#endif

static zx_status_t write_far(void *context) {
    (void)context;
    uint64_t word = 4;
    return zx_vmo_write(the_vmo, &word, FAR, 8);
}

static zx_status_t write_child(void *context) {
    (void)context;
    uint64_t word = 4;
    return zx_vmo_write(the_child, &word, PAGE, 8);
}

static zx_status_t commit_child(void *context) {
    (void)context;
    return zx_vmo_op_range(the_child, ZX_VMO_OP_COMMIT, 0, 200 * PAGE, NULL, 0);
}

// Whether a call that adds pages needs kernel memory is its own affair; if it fails it says so, and
// what was there stays.
static void expect_fails_cleanly(allocating_call call) {
    for (uint32_t n = 1;; n++) {
        libzircon_fail_allocation(n);
        zx_status_t status = call(NULL);
        libzircon_fail_allocation(0);
        if (status == ZX_OK) {
            return;
        }
        EXPECT_STATUS(status, ZX_ERR_NO_MEMORY);
        uint64_t word;
        EXPECT_OK(zx_vmo_read(the_vmo, &word, 0, 8));
        EXPECT_EQ(word, 3);
        EXPECT(n < 1000);
    }
}

TEST(vmo_write, fails_without_memory) {
    static const uint32_t kinds[] = {ZX_VMO_CHILD_COPY_ON_WRITE, ZX_VMO_CHILD_COPY_ON_WRITE2};
    static const allocating_call calls[] = {write_far, write_child, commit_child};
    for (int i = 0; i < 2; i++) {
        for (int j = 0; j < 3; j++) {
            uint64_t word = 3;
            the_vmo = new_vmo(2 * FAR, 0);
            EXPECT_OK(zx_vmo_write(the_vmo, &word, 0, 8));
            EXPECT_OK(zx_vmo_write(the_vmo, &word, PAGE, 8));
            EXPECT_OK(zx_vmo_create_child(the_vmo, kinds[i], 0, 200 * PAGE, &the_child));
            expect_fails_cleanly(calls[j]);
            EXPECT_OK(zx_vmo_read(the_vmo, &word, PAGE, 8));
            EXPECT_EQ(word, 3);
            EXPECT_OK(zx_vmo_read(the_child, &word, PAGE, 8));
            EXPECT_EQ(word, j == 1 ? 4 : 3);
            close_handle(the_child);
            close_handle(the_vmo);
        }
    }
}

// A page fault cannot say that memory is used up. It faults, and does not when it is tried again.
TEST(vmar_map, faults_where_a_page_cannot_be_made) {
    touch_begin();
    the_vmo = new_vmo(200 * PAGE, 0);
    uint64_t word = 3;
    EXPECT_OK(zx_vmo_write(the_vmo, &word, PAGE, 8));
    EXPECT_OK(zx_vmo_create_child(the_vmo, ZX_VMO_CHILD_COPY_ON_WRITE2, 0, 200 * PAGE, &the_child));
    the_address = map_pages(the_child, 200);
    for (uint32_t n = 1;; n++) {
        libzircon_fail_allocation(n);
        bool done = touch_store((uint64_t *)(the_address + PAGE), 4);
        libzircon_fail_allocation(0);
        EXPECT(touch_load((uint64_t *)(the_address + PAGE), &word));
        EXPECT_EQ(word, done ? 4 : 3);
        if (done) {
            break;
        }
        EXPECT(n < 1000);
    }
    unmap_pages(the_address, 200);
    close_handle(the_child);
    close_handle(the_vmo);
}

// --- from many threads at once ---

static int do_wrong_things(void *argument) {
    zx_handle_t root = zx_vmar_root_self(), vmo = *(zx_handle_t *)argument;
    uint64_t word;
    for (int i = 0; i < 300; i++) {
        zx_vaddr_t at = (zx_vaddr_t)argument / PAGE * PAGE;
        zx_handle_t made;
        if (zx_vmar_unmap(root, at, PAGE) >= 0 || zx_vmar_protect(root, 0, at, PAGE) >= 0 ||
            zx_vmo_read(vmo, &word, last_page, 8) >= 0 ||
            zx_vmo_create(UINT64_MAX - (uint64_t)i, 0, &made) >= 0 ||
            zx_vmo_create_child(vmo, 0, 0, PAGE, &made) >= 0 ||
            zx_vmar_map(root, ZX_VM_PERM_WRITE, 0, vmo, 0, PAGE, &at) >= 0 ||
            zx_vmo_read(vmo, (void *)(uintptr_t)&zx_vmo_read, 0, 8) >= 0 ||
            zx_vmo_op_range(vmo, (uint32_t)i + 20, 0, PAGE, NULL, 0) >= 0) {
            return -1;
        }
    }
    return 0;
}

TEST(vmar_map, bears_wrong_calls_from_many_threads) {
    enum { THREADS = 6 };
    struct test_thread threads[THREADS];
    zx_handle_t vmo = new_vmo(2 * PAGE, 0);
    for (int i = 0; i < THREADS; i++) {
        start_thread(&threads[i], do_wrong_things, &vmo);
    }
    for (int i = 0; i < THREADS; i++) {
        EXPECT_EQ(finish_thread(&threads[i]), 0);
    }
    EXPECT_EQ(info_of(vmo).committed_bytes, 0);
    EXPECT_EQ(info_of(vmo).num_mappings, 0);
    close_handle(vmo);
}
