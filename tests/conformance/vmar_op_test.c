// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// zx_vmar_op_range, and zx_vmo_op_range's later ZX_VMO_OP_ZERO.
#include "child.h"
#include "paging.h"

#include <zircon/syscalls/iommu.h>

enum { KEY = 7, PAGES = 8 };

static const uint32_t ops[] = {
    ZX_VMAR_OP_COMMIT,    ZX_VMAR_OP_DECOMMIT,    ZX_VMAR_OP_MAP_RANGE, ZX_VMAR_OP_ZERO,
    ZX_VMAR_OP_DONT_NEED, ZX_VMAR_OP_ALWAYS_NEED, ZX_VMAR_OP_PREFETCH,
};
enum { OPS = sizeof(ops) / sizeof(ops[0]), CHANGING = 3 };
static const uint32_t changing[CHANGING] = {ZX_VMAR_OP_COMMIT, ZX_VMAR_OP_DECOMMIT,
                                            ZX_VMAR_OP_ZERO};

static zx_handle_t make(uint64_t pages) {
    zx_handle_t vmo;
    EXPECT_OK(zx_vmo_create(pages * PAGE, 0, &vmo));
    return vmo;
}

static uint64_t committed(zx_handle_t vmo) {
    zx_info_vmo_t info;
    EXPECT_OK(zx_object_get_info(vmo, ZX_INFO_VMO, &info, sizeof(info), NULL, NULL));
    return info.committed_bytes / PAGE;
}

static zx_status_t op_range(uint32_t op, zx_vaddr_t at, size_t size) {
    return zx_vmar_op_range(zx_vmar_root_self(), op, at, size, NULL, 0);
}

static zx_vaddr_t map(zx_handle_t vmo, zx_vm_option_t options, uint64_t page, uint64_t pages) {
    zx_vaddr_t at;
    EXPECT_OK(zx_vmar_map(zx_vmar_root_self(), options, 0, vmo, page * PAGE, pages * PAGE, &at));
    return at;
}

static uint64_t word_of(zx_handle_t vmo, uint64_t offset) {
    uint64_t word;
    EXPECT_OK(zx_vmo_read(vmo, &word, offset, sizeof(word)));
    return word;
}

static void fill(zx_handle_t vmo, uint64_t pages) {
    for (uint64_t i = 0; i < pages * PAGE_WORDS; i++) {
        uint64_t word = i + 1;
        EXPECT_OK(zx_vmo_write(vmo, &word, i * 8, sizeof(word)));
    }
}

// All bytes of a filled VMO are as they were, but those of [from, end), which are zero.
static void expect_zeroes(zx_handle_t vmo, uint64_t pages, uint64_t from, uint64_t end) {
    static uint8_t got[PAGES * PAGE];
    EXPECT_OK(zx_vmo_read(vmo, got, 0, pages * PAGE));
    for (uint64_t i = 0; i < pages * PAGE; i++) {
        uint64_t word = i / 8 + 1;
        uint8_t was = (uint8_t)(word >> 8 * (i % 8));
        ck_assert_msg(got[i] == (i >= from && i < end ? 0 : was), "byte %llu is %u",
                      (unsigned long long)i, got[i]);
    }
}

// --- arguments ---

static zx_vaddr_t somewhere;

static zx_status_t with_handle(zx_handle_t handle) {
    return zx_vmar_op_range(handle, ZX_VMAR_OP_COMMIT, somewhere, PAGE, NULL, 0);
}

TEST(vmar_op_range, wants_a_vmar_and_no_right) {
    zx_handle_t vmo = make(1);
    somewhere = map(vmo, ZX_VM_PERM_READ | ZX_VM_PERM_WRITE, 0, 1);
    expect_bad_handle(with_handle);
    expect_wrong_type(with_handle, ZX_OBJ_TYPE_VMAR, ZX_OBJ_TYPE_VMAR);
    zx_handle_t child;
    zx_vaddr_t base;
    EXPECT_OK(zx_vmar_allocate(zx_vmar_root_self(), ZX_VM_CAN_MAP_READ | ZX_VM_CAN_MAP_WRITE, 0,
                               PAGE, &child, &base));
    zx_vaddr_t at;
    EXPECT_OK(zx_vmar_map(child, ZX_VM_PERM_READ | ZX_VM_PERM_WRITE, 0, vmo, 0, PAGE, &at));
    zx_handle_t none;
    EXPECT_OK(zx_handle_duplicate(child, ZX_RIGHT_NONE, &none));
    EXPECT_OK(zx_vmar_op_range(none, ZX_VMAR_OP_COMMIT, at, PAGE, NULL, 0));
    EXPECT_EQ(committed(vmo), 1);
    EXPECT_OK(zx_vmar_destroy(child));
    close_handle(none);
    close_handle(child);
    unmap_pages(somewhere, 1);
    close_handle(vmo);
}

TEST(vmar_op_range, checks_its_arguments) {
    zx_handle_t vmo = make(2), root = zx_vmar_root_self();
    zx_vaddr_t at = map_pages(vmo, 2);
    for (uint32_t op = 0; op < 40; op++) {
        bool known = false;
        for (int i = 0; i < OPS; i++) {
            known = known || ops[i] == op;
        }
        EXPECT_STATUS(op_range(op, at, PAGE), known ? ZX_OK : ZX_ERR_INVALID_ARGS);
    }
    EXPECT_STATUS(op_range(UINT32_MAX, at, PAGE), ZX_ERR_INVALID_ARGS);
    zx_info_vmar_t info;
    EXPECT_OK(zx_object_get_info(root, ZX_INFO_VMAR, &info, sizeof(info), NULL, NULL));
    int here;
    for (int i = 0; i < OPS; i++) {
        EXPECT_STATUS(zx_vmar_op_range(root, ops[i], at, PAGE, &here, 0), ZX_ERR_INVALID_ARGS);
        EXPECT_STATUS(zx_vmar_op_range(root, ops[i], at, PAGE, NULL, 1), ZX_ERR_INVALID_ARGS);
        EXPECT_STATUS(op_range(ops[i], at + 1, PAGE), ZX_ERR_INVALID_ARGS);
        EXPECT_STATUS(op_range(ops[i], at, 0), ZX_ERR_INVALID_ARGS);
        EXPECT_STATUS(op_range(ops[i], at, SIZE_MAX), ZX_ERR_INVALID_ARGS);
        EXPECT_STATUS(op_range(ops[i], at, SIZE_MAX - 2 * PAGE), ZX_ERR_INVALID_ARGS);
        EXPECT_STATUS(op_range(ops[i], info.base + info.len, PAGE), ZX_ERR_OUT_OF_RANGE);
        EXPECT_STATUS(op_range(ops[i], info.base - PAGE, 2 * PAGE), ZX_ERR_OUT_OF_RANGE);
        EXPECT_STATUS(op_range(ops[i], at, info.base + info.len - at + PAGE), ZX_ERR_OUT_OF_RANGE);
        EXPECT_OK(op_range(ops[i], at, PAGE + 1)); // rounded up
    }
    unmap_pages(at, 2);
    close_handle(vmo);
}

TEST(vmar_op_range, wants_all_of_the_range_mapped) {
    zx_handle_t vmo = make(3), region, inner;
    zx_vaddr_t base, at;
    zx_vm_option_t can =
        ZX_VM_CAN_MAP_READ | ZX_VM_CAN_MAP_WRITE | ZX_VM_CAN_MAP_SPECIFIC | ZX_VM_SPECIFIC;
    EXPECT_OK(
        zx_vmar_allocate(zx_vmar_root_self(), can & ~ZX_VM_SPECIFIC, 0, 8 * PAGE, &region, &base));
    zx_vm_option_t rw = ZX_VM_PERM_READ | ZX_VM_PERM_WRITE | ZX_VM_SPECIFIC;
    EXPECT_OK(zx_vmar_map(region, rw, 0, vmo, 0, PAGE, &at));
    EXPECT_OK(zx_vmar_map(region, rw, 2 * PAGE, vmo, PAGE, PAGE, &at));
    for (int i = 0; i < OPS; i++) {
        EXPECT_STATUS(zx_vmar_op_range(region, ops[i], base, 2 * PAGE, NULL, 0), ZX_ERR_BAD_STATE);
        EXPECT_STATUS(zx_vmar_op_range(region, ops[i], base, 3 * PAGE, NULL, 0), ZX_ERR_BAD_STATE);
        EXPECT_STATUS(zx_vmar_op_range(region, ops[i], base + 5 * PAGE, PAGE, NULL, 0),
                      ZX_ERR_BAD_STATE);
    }
    EXPECT_OK(zx_vmar_op_range(region, ZX_VMAR_OP_DECOMMIT, base, PAGE, NULL, 0));
    EXPECT_EQ(committed(vmo), 0);
    // Mappings of regions within count.
    EXPECT_OK(zx_vmar_allocate(region, can, PAGE, PAGE, &inner, &at));
    EXPECT_STATUS(zx_vmar_op_range(region, ZX_VMAR_OP_COMMIT, base + PAGE, PAGE, NULL, 0),
                  ZX_ERR_BAD_STATE);
    EXPECT_OK(zx_vmar_map(inner, rw, 0, vmo, 2 * PAGE, PAGE, &at));
    EXPECT_OK(zx_vmar_op_range(region, ZX_VMAR_OP_COMMIT, base, 3 * PAGE, NULL, 0));
    EXPECT_EQ(committed(vmo), 3);
    EXPECT_OK(zx_vmar_destroy(region));
    for (int i = 0; i < OPS; i++) {
        EXPECT_STATUS(zx_vmar_op_range(region, ops[i], base, PAGE, NULL, 0), ZX_ERR_BAD_STATE);
        EXPECT_STATUS(zx_vmar_op_range(inner, ops[i], at, PAGE, NULL, 0), ZX_ERR_BAD_STATE);
    }
    close_handle(inner);
    close_handle(region);
    close_handle(vmo);
}

TEST(vmar_op_range, changes_only_what_could_be_written) {
    zx_handle_t vmo = make(2);
    zx_handle_t read_only = without_rights(vmo, ZX_RIGHT_WRITE);
    fill(vmo, 2);
    // Made readable, but could be writable; and the other way.
    zx_vaddr_t could = map(vmo, ZX_VM_PERM_READ, 0, 2),
               never = map(read_only, ZX_VM_PERM_READ, 0, 2);
    for (int i = 0; i < CHANGING; i++) {
        EXPECT_STATUS(op_range(changing[i], never, PAGE), ZX_ERR_ACCESS_DENIED);
    }
    expect_zeroes(vmo, 2, 0, 0);
    EXPECT_OK(op_range(ZX_VMAR_OP_MAP_RANGE, never, PAGE));
    EXPECT_OK(op_range(ZX_VMAR_OP_PREFETCH, never, PAGE));
    EXPECT_OK(op_range(ZX_VMAR_OP_ALWAYS_NEED, never, PAGE));
    EXPECT_OK(op_range(ZX_VMAR_OP_DONT_NEED, never, PAGE));
    EXPECT_OK(op_range(ZX_VMAR_OP_ZERO, could, PAGE));
    expect_zeroes(vmo, 2, 0, PAGE);
    unmap_pages(could, 2);
    unmap_pages(never, 2);
    close_handle(read_only);
    close_handle(vmo);
}

// --- what they do ---

TEST(vmar_op_range, commits_and_decommits) {
    zx_handle_t vmo = make(PAGES);
    zx_vaddr_t at = map_pages(vmo, PAGES);
    EXPECT_OK(op_range(ZX_VMAR_OP_COMMIT, at + PAGE, 3 * PAGE));
    EXPECT_EQ(committed(vmo), 3);
    for (uint64_t i = 0; i < PAGES; i++) {
        ((volatile uint64_t *)at)[i * PAGE_WORDS] = i + 1;
    }
    EXPECT_OK(op_range(ZX_VMAR_OP_DECOMMIT, at + PAGE, 3 * PAGE));
    EXPECT_EQ(committed(vmo), PAGES - 3);
    for (uint64_t i = 0; i < PAGES; i++) {
        EXPECT_EQ(((volatile uint64_t *)at)[i * PAGE_WORDS], i >= 1 && i < 4 ? 0 : i + 1);
    }
    unmap_pages(at, PAGES);
    close_handle(vmo);
}

TEST(vmar_op_range, works_on_several_mappings_in_their_order) {
    zx_handle_t one = make(2), two = make(2), region;
    zx_vaddr_t base, at;
    EXPECT_OK(zx_vmar_allocate(zx_vmar_root_self(),
                               ZX_VM_CAN_MAP_READ | ZX_VM_CAN_MAP_WRITE | ZX_VM_CAN_MAP_SPECIFIC, 0,
                               4 * PAGE, &region, &base));
    zx_vm_option_t rw = ZX_VM_PERM_READ | ZX_VM_PERM_WRITE | ZX_VM_SPECIFIC;
    EXPECT_OK(zx_vmar_map(region, rw, 0, one, 0, 2 * PAGE, &at));
    EXPECT_OK(zx_vmar_map(region, rw, 2 * PAGE, two, 0, 2 * PAGE, &at));
    fill(one, 2);
    fill(two, 2);
    EXPECT_OK(zx_vmar_op_range(region, ZX_VMAR_OP_ZERO, base + PAGE, 2 * PAGE, NULL, 0));
    expect_zeroes(one, 2, PAGE, 2 * PAGE);
    expect_zeroes(two, 2, 0, PAGE);
    // What comes before the failure is done.
    EXPECT_OK(zx_vmar_unmap(region, base + 3 * PAGE, PAGE));
    EXPECT_STATUS(zx_vmar_op_range(region, ZX_VMAR_OP_DECOMMIT, base, 4 * PAGE, NULL, 0),
                  ZX_ERR_BAD_STATE);
    EXPECT_EQ(committed(one), 0);
    EXPECT_EQ(committed(two), 1);
    EXPECT_OK(zx_vmar_destroy(region));
    close_handle(region);
    close_handle(one);
    close_handle(two);
}

TEST(vmar_op_range, tells_what_the_vmo_says) {
    zx_handle_t small, bti, iommu, contiguous, physical, resource = root_resource();
    EXPECT_OK(zx_vmo_create(2 * PAGE, ZX_VMO_RESIZABLE, &small));
    zx_vaddr_t at = map_pages(small, 4);
    EXPECT_OK(op_range(ZX_VMAR_OP_COMMIT, at, 4 * PAGE)); // ends at the VMO's end
    EXPECT_EQ(committed(small), 2);
    EXPECT_OK(zx_vmo_set_size(small, PAGE));
    for (int i = 0; i < CHANGING; i++) {
        EXPECT_STATUS(op_range(changing[i], at + 2 * PAGE, PAGE), ZX_ERR_OUT_OF_RANGE);
    }
    unmap_pages(at, 4);
    close_handle(small);

    zx_iommu_desc_dummy_t desc = {0};
    EXPECT_OK(zx_iommu_create(resource, ZX_IOMMU_TYPE_DUMMY, &desc, sizeof(desc), &iommu));
    EXPECT_OK(zx_bti_create(iommu, 0, 1, &bti));
    EXPECT_OK(zx_vmo_create_contiguous(bti, 2 * PAGE, 0, &contiguous));
    at = map_pages(contiguous, 2);
    ((volatile uint64_t *)at)[0] = 5;
    EXPECT_OK(op_range(ZX_VMAR_OP_COMMIT, at, PAGE));
    EXPECT_STATUS(op_range(ZX_VMAR_OP_DECOMMIT, at, PAGE), ZX_ERR_NOT_SUPPORTED);
    EXPECT_OK(op_range(ZX_VMAR_OP_ZERO, at, PAGE));
    EXPECT_EQ(((volatile uint64_t *)at)[0], 0);
    EXPECT_EQ(committed(contiguous), 2);
    unmap_pages(at, 2);
    close_handle(contiguous);
    close_handle(bti);
    close_handle(iommu);

    EXPECT_OK(zx_vmo_create_physical(resource, 0, PAGE, &physical));
    at = map_pages(physical, 1);
    for (int i = 0; i < CHANGING; i++) {
        EXPECT_STATUS(op_range(changing[i], at, PAGE), ZX_ERR_NOT_SUPPORTED);
    }
    EXPECT_OK(op_range(ZX_VMAR_OP_MAP_RANGE, at, PAGE));
    unmap_pages(at, 1);
    close_handle(physical);
}

TEST(vmar_op_range, leaves_the_code_of_the_vdso_alone) {
    struct child child;
    child_make(&child, ZX_HANDLE_INVALID);
    zx_vaddr_t code = child_call_address(&child, "clock_get") / PAGE * PAGE;
    for (int i = 0; i < OPS; i++) {
        EXPECT_STATUS(zx_vmar_op_range(child.root, ops[i], code, PAGE, NULL, 0),
                      ZX_ERR_ACCESS_DENIED);
    }
    child_end(&child);
}

TEST(vmar_unmap, and_destroy_leave_the_code_of_the_vdso) {
    struct child child;
    child_make(&child, ZX_HANDLE_INVALID);
    zx_vaddr_t code = child_call_address(&child, "clock_get") / PAGE * PAGE;
    EXPECT_STATUS(zx_vmar_unmap(child.root, code, PAGE), ZX_ERR_ACCESS_DENIED);
    EXPECT_STATUS(zx_vmar_destroy(child.root), ZX_ERR_ACCESS_DENIED);
    child_end(&child);
}

TEST(vmar_op_range, cannot_commit_more_than_there_is) {
    const uint64_t size = (uint64_t)1 << 36;
    zx_handle_t vmo;
    zx_vaddr_t at;
    EXPECT_OK(zx_vmo_create(size << 8, 0, &vmo));
    zx_status_t status = zx_vmar_map(zx_vmar_root_self(), ZX_VM_PERM_READ | ZX_VM_PERM_WRITE, 0,
                                     vmo, 0, size << 4, &at);
    if (status == ZX_OK) { // under sanitizers there are not so many addresses
        EXPECT_STATUS(op_range(ZX_VMAR_OP_COMMIT, at, size << 4), ZX_ERR_NO_MEMORY);
        EXPECT_OK(zx_vmar_unmap(zx_vmar_root_self(), at, size << 4));
    }
    close_handle(vmo);
}

static zx_handle_t memory_vmo;

static zx_status_t commit_mapped(void *at) {
    return op_range(ZX_VMAR_OP_COMMIT, *(zx_vaddr_t *)at, PAGE);
}

static zx_status_t zero_clone(void *at) {
    return op_range(ZX_VMAR_OP_ZERO, *(zx_vaddr_t *)at, PAGE);
}

TEST(vmar_op_range, fails_without_memory) {
    static const allocating_call calls[] = {commit_mapped, zero_clone};
    for (int i = 0; i < 2; i++) {
        zx_handle_t parent = make(1);
        fill(parent, 1);
        EXPECT_OK(zx_vmo_create_child(parent, ZX_VMO_CHILD_COPY_ON_WRITE, 0, PAGE, &memory_vmo));
        zx_vaddr_t at = map_pages(memory_vmo, 1);
        expect_no_memory(calls[i], &at, sizeof(at));
        EXPECT_EQ(((volatile uint64_t *)at)[0], i == 0 ? 1 : 0);
        EXPECT_EQ(word_of(parent, 0), 1);
        unmap_pages(at, 1);
        close_handle(memory_vmo);
        close_handle(parent);
    }
}

// --- pages of a pager ---

static int prefetch(void *at) {
    return op_range(ZX_VMAR_OP_PREFETCH, (zx_vaddr_t)at, 2 * PAGE);
}

static int always_need(void *at) {
    return op_range(ZX_VMAR_OP_ALWAYS_NEED, (zx_vaddr_t)at, 2 * PAGE);
}

static int commit(void *at) {
    return op_range(ZX_VMAR_OP_COMMIT, (zx_vaddr_t)at, 2 * PAGE);
}

TEST(vmar_op_range, asks_the_pager_where_it_is_to) {
    static const thread_function functions[] = {prefetch, always_need, commit};
    for (int i = 0; i < 3; i++) {
        struct pager pager;
        pager_open(&pager);
        zx_handle_t vmo = pager_vmo(&pager, KEY, 4, 0);
        zx_vaddr_t at = map_pages(vmo, 4);
        EXPECT_OK(op_range(ZX_VMAR_OP_MAP_RANGE, at, 4 * PAGE)); // what exists: nothing
        EXPECT_OK(op_range(ZX_VMAR_OP_DONT_NEED, at, 4 * PAGE));
        EXPECT_OK(op_range(ZX_VMAR_OP_DECOMMIT, at, 4 * PAGE));
        expect_no_packet(&pager);
        struct test_thread thread;
        start_thread(&thread, functions[i], (void *)(at + PAGE));
        expect_request(&pager, KEY, 1, 2);
        wait_until_blocked(&thread);
        pager_supply(&pager, vmo, KEY, 1, 2);
        EXPECT_OK(finish_thread(&thread));
        expect_supplied(vmo, KEY, 1, 2);
        expect_no_packet(&pager);

        // What will not come is an error, but none for a hint.
        EXPECT_OK(zx_pager_detach_vmo(pager.pager, vmo));
        expect_complete(&pager, KEY);
        EXPECT_STATUS(functions[i]((void *)(at + 2 * PAGE)), i == 1 ? ZX_OK : ZX_ERR_NOT_FOUND);
        unmap_pages(at, 4);
        close_handle(vmo);
        pager_close(&pager);
    }
}

static int zero(void *at) {
    return op_range(ZX_VMAR_OP_ZERO, (zx_vaddr_t)at + 8, 0) == ZX_ERR_INVALID_ARGS
               ? op_range(ZX_VMAR_OP_ZERO, (zx_vaddr_t)at, PAGE)
               : ZX_ERR_INTERNAL;
}

TEST(vmar_op_range, zeroes_a_page_that_a_pager_has_given) {
    struct pager pager;
    pager_open(&pager);
    zx_handle_t vmo = pager_vmo(&pager, KEY, 2, 0);
    zx_vaddr_t at = map_pages(vmo, 2);
    struct test_thread thread;
    start_thread(&thread, zero, (void *)at);
    expect_request(&pager, KEY, 0, 1);
    pager_supply(&pager, vmo, KEY, 0, 1);
    EXPECT_OK(finish_thread(&thread));
    EXPECT_EQ(word_of(vmo, 16), 0);
    EXPECT_EQ(committed(vmo), 1);
    expect_no_packet(&pager);
    unmap_pages(at, 2);
    close_handle(vmo);
    pager_close(&pager);
}

// --- ZX_VMO_OP_ZERO ---

static zx_status_t zero_vmo(zx_handle_t vmo, uint64_t offset, uint64_t size) {
    return zx_vmo_op_range(vmo, ZX_VMO_OP_ZERO, offset, size, NULL, 0);
}

TEST(vmo_op_range, zeroes_any_bytes) {
    static const struct {
        uint64_t from, end;
    } ranges[] = {
        {0, 0},
        {0, PAGE},
        {5, 6},
        {PAGE - 1, PAGE + 1},
        {1, PAGE},
        {PAGE, 3 * PAGE},
        {100, 3 * PAGE + 100},
        {PAGE - 1, 2 * PAGE},
        {3 * PAGE + 4000, 4 * PAGE},
        {0, 4 * PAGE},
    };
    for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
        uint64_t from = ranges[i].from, end = ranges[i].end;
        zx_handle_t vmo = make(4);
        zx_vaddr_t at = i % 2 == 0 ? map_pages(vmo, 4) : 0; // pages that Linux makes, or the kernel
        fill(vmo, 4);
        EXPECT_OK(zero_vmo(vmo, from, end - from));
        expect_zeroes(vmo, 4, from, end);
        uint64_t whole =
            end / PAGE > (from + PAGE - 1) / PAGE ? end / PAGE - (from + PAGE - 1) / PAGE : 0;
        EXPECT_EQ(committed(vmo), 4 - whole); // whole pages are given back
        if (at != 0) {
            unmap_pages(at, 4);
        }
        close_handle(vmo);
    }
}

TEST(vmo_op_range, zeroes_what_is_zero_for_nothing) {
    zx_handle_t vmo = make(1 << 20);
    EXPECT_OK(zero_vmo(vmo, 100, ((uint64_t)PAGE << 20) - 200));
    EXPECT_EQ(committed(vmo), 0);
    uint64_t word = 9;
    EXPECT_OK(zx_vmo_write(vmo, &word, 77 * PAGE, sizeof(word)));
    EXPECT_OK(zero_vmo(vmo, 0, UINT64_MAX / 2)); // ends quietly at the end
    EXPECT_EQ(committed(vmo), 0);
    EXPECT_OK(zero_vmo(vmo, (uint64_t)PAGE << 20, 5));
    EXPECT_STATUS(zero_vmo(vmo, ((uint64_t)PAGE << 20) + 1, 0), ZX_ERR_OUT_OF_RANGE);
    EXPECT_STATUS(zero_vmo(vmo, 5, UINT64_MAX), ZX_ERR_OUT_OF_RANGE);
    close_handle(vmo);
}

TEST(vmo_op_range, zeroes_clones_and_parents_as_a_write_would) {
    static const uint32_t kinds[] = {ZX_VMO_CHILD_COPY_ON_WRITE, ZX_VMO_CHILD_COPY_ON_WRITE2,
                                     ZX_VMO_CHILD_SLICE};
    for (int i = 0; i < 3; i++) {
        zx_handle_t parent = make(4), child;
        fill(parent, 4);
        EXPECT_OK(zx_vmo_create_child(parent, kinds[i], PAGE, 3 * PAGE, &child));
        EXPECT_OK(zero_vmo(child, PAGE, PAGE + 8));
        EXPECT_EQ(word_of(child, 0), PAGE_WORDS + 1);
        EXPECT_EQ(word_of(child, PAGE), 0);
        EXPECT_EQ(word_of(child, 2 * PAGE), 0);
        EXPECT_EQ(word_of(child, 2 * PAGE + 8), 3 * PAGE_WORDS + 2);
        if (i == 2) {
            expect_zeroes(parent, 4, 2 * PAGE, 3 * PAGE + 8);
            EXPECT_EQ(committed(parent), 3);
        } else {
            expect_zeroes(parent, 4, 0, 0);
        }
        // The parent's turn: a snapshot keeps what it was.
        EXPECT_OK(zero_vmo(parent, 0, 4 * PAGE));
        expect_zeroes(parent, 4, 0, 4 * PAGE);
        EXPECT_EQ(word_of(child, 0), i == 1 ? PAGE_WORDS + 1 : 0);
        EXPECT_EQ(word_of(child, 2 * PAGE + 8), i == 2 ? 0 : 3 * PAGE_WORDS + 2);
        close_handle(child);
        close_handle(parent);
    }
    // A clone that was given zeroes does not see what the parent writes then.
    zx_handle_t parent = make(1), child;
    EXPECT_OK(zx_vmo_create_child(parent, ZX_VMO_CHILD_COPY_ON_WRITE, 0, PAGE, &child));
    EXPECT_OK(zero_vmo(child, 0, PAGE));
    uint64_t word = 3;
    EXPECT_OK(zx_vmo_write(parent, &word, 0, sizeof(word)));
    EXPECT_EQ(word_of(child, 0), 0);
    close_handle(child);
    close_handle(parent);
}

TEST(vmo_op_range, zeroes_pinned_pages_where_they_are) {
    zx_handle_t vmo = make(2), iommu, bti, pmt;
    zx_iommu_desc_dummy_t desc = {0};
    EXPECT_OK(zx_iommu_create(root_resource(), ZX_IOMMU_TYPE_DUMMY, &desc, sizeof(desc), &iommu));
    EXPECT_OK(zx_bti_create(iommu, 0, 1, &bti));
    fill(vmo, 2);
    zx_paddr_t address;
    EXPECT_OK(zx_bti_pin(bti, ZX_BTI_PERM_READ, vmo, 0, PAGE, &address, 1, &pmt));
    EXPECT_STATUS(zx_vmo_op_range(vmo, ZX_VMO_OP_DECOMMIT, 0, PAGE, NULL, 0), ZX_ERR_BAD_STATE);
    zx_vaddr_t at = map_pages(vmo, 2);
    EXPECT_STATUS(op_range(ZX_VMAR_OP_DECOMMIT, at, PAGE), ZX_ERR_BAD_STATE);
    unmap_pages(at, 2);
    EXPECT_OK(zero_vmo(vmo, 0, 2 * PAGE));
    EXPECT_EQ(committed(vmo), 1);
    expect_zeroes(vmo, 2, 0, 2 * PAGE);
    EXPECT_OK(zx_pmt_unpin(pmt));
    close_handle(bti);
    close_handle(iommu);
    close_handle(vmo);
}

static zx_status_t zero_by(zx_handle_t handle) {
    return zero_vmo(handle, 0, PAGE);
}

TEST(vmo_op_range, zeroes_with_the_right_to_write) {
    zx_handle_t vmo = make(1), physical;
    expect_right(zero_by, vmo, ZX_RIGHT_WRITE, ZX_OK);
    EXPECT_OK(zx_vmo_set_cache_policy(vmo, ZX_CACHE_POLICY_UNCACHED));
    EXPECT_STATUS(zero_by(vmo), ZX_ERR_BAD_STATE);
    close_handle(vmo);
    EXPECT_OK(zx_vmo_create_physical(root_resource(), 0, PAGE, &physical));
    EXPECT_STATUS(zero_by(physical), ZX_ERR_NOT_SUPPORTED);
    close_handle(physical);
}
