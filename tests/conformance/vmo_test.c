// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "harness.h"

#include <zircon/limits.h>

enum { PAGE = 4096 };

static uint8_t bytes[8 * PAGE], got[8 * PAGE];

static zx_handle_t make(uint64_t size) {
    zx_handle_t vmo;
    EXPECT_OK(zx_vmo_create(size, 0, &vmo));
    return vmo;
}

static zx_handle_t make_resizable(uint64_t size) {
    zx_handle_t vmo;
    EXPECT_OK(zx_vmo_create(size, ZX_VMO_RESIZABLE, &vmo));
    return vmo;
}

static uint64_t size_of(zx_handle_t vmo) {
    uint64_t size = 1;
    EXPECT_OK(zx_vmo_get_size(vmo, &size));
    return size;
}

static void fill(void *at, size_t size, uint32_t seed) {
    for (size_t i = 0; i < size; i++) {
        ((uint8_t *)at)[i] = (uint8_t)(seed * 29 + i * 7 + (i >> 8) * 3 + 1);
    }
}

static void expect_bytes(zx_handle_t vmo, uint64_t offset, const void *expected, size_t size) {
    memset(got, 0xee, sizeof(got));
    EXPECT_OK(zx_vmo_read(vmo, got, offset, size));
    EXPECT(memcmp(got, expected, size) == 0);
}

static void expect_zero(zx_handle_t vmo, uint64_t offset, size_t size) {
    static const uint8_t zeroes[sizeof(got)];
    expect_bytes(vmo, offset, zeroes, size);
}

// --- vmo_create ---

TEST(vmo_create, makes_zeroes_with_the_default_rights) {
    zx_handle_t vmo = make(3 * PAGE);
    EXPECT_EQ(type_of(vmo), ZX_OBJ_TYPE_VMO);
    EXPECT_EQ(rights_of(vmo), ZX_DEFAULT_VMO_RIGHTS);
    expect_zero(vmo, 0, 3 * PAGE);
    zx_signals_t signals;
    EXPECT_OK(zx_object_wait_one(vmo, ZX_VMO_ZERO_CHILDREN, 0, &signals));
    EXPECT_EQ(signals, ZX_VMO_ZERO_CHILDREN);
    close_handle(vmo);
}

TEST(vmo_create, rounds_the_size_up_to_pages) {
    static const uint64_t sizes[][2] = {
        {0, 0},
        {1, PAGE},
        {PAGE - 1, PAGE},
        {PAGE, PAGE},
        {PAGE + 1, 2 * PAGE},
        {UINT64_MAX - 131072 - 4094, UINT64_MAX - 131071},
        {UINT64_MAX - 131071, UINT64_MAX - 131071},
    };
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        zx_handle_t vmo = make(sizes[i][0]);
        EXPECT_EQ(size_of(vmo), sizes[i][1]);
        close_handle(vmo);
    }
}

TEST(vmo_create, refuses_what_is_too_large) {
    zx_handle_t vmo = 7;
    EXPECT_STATUS(zx_vmo_create(UINT64_MAX, 0, &vmo), ZX_ERR_OUT_OF_RANGE);
    EXPECT_STATUS(zx_vmo_create(UINT64_MAX - 131070, 0, &vmo), ZX_ERR_OUT_OF_RANGE);
    EXPECT_EQ(vmo, 7);
}

TEST(vmo_create, knows_two_options) {
    zx_handle_t vmo = 7;
    for (uint32_t bit = 0; bit < 32; bit++) {
        if (bit <= 1) {
            EXPECT_OK(zx_vmo_create(PAGE, 1u << bit, &vmo));
            close_handle(vmo);
            vmo = 7;
        } else {
            EXPECT_STATUS(zx_vmo_create(PAGE, 1u << bit, &vmo), ZX_ERR_INVALID_ARGS);
        }
    }
    EXPECT_EQ(vmo, 7);
}

static zx_status_t create(void *context) {
    return zx_vmo_create(PAGE, 0, context);
}

TEST(vmo_create, leaves_nothing_without_memory) {
    zx_handle_t vmo = 7;
    expect_no_memory(create, &vmo, sizeof(vmo));
    close_handle(vmo);
}

TEST(vmo_create, needs_a_place_for_the_handle) {
    for (int i = 0; i < BAD_OUT_POINTERS; i++) {
        EXPECT_STATUS(zx_vmo_create(PAGE, 0, bad_pointer(i, sizeof(zx_handle_t))),
                      ZX_ERR_INVALID_ARGS);
    }
}

// --- vmo_read, vmo_write ---

TEST(vmo_write, is_seen_by_reads) {
    static const size_t offsets[] = {0, 1, PAGE - 1, PAGE, PAGE + 17, 3 * PAGE - 5};
    static const size_t sizes[] = {1, 2, 63, 64, PAGE - 1, PAGE, PAGE + 1, 3 * PAGE};
    for (size_t o = 0; o < sizeof(offsets) / sizeof(offsets[0]); o++) {
        for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
            zx_handle_t vmo = make(7 * PAGE);
            fill(bytes, sizes[s], (uint32_t)(o * 8 + s));
            EXPECT_OK(zx_vmo_write(vmo, bytes, offsets[o], sizes[s]));
            expect_bytes(vmo, offsets[o], bytes, sizes[s]);
            expect_zero(vmo, 0, offsets[o]);
            expect_zero(vmo, offsets[o] + sizes[s], 7 * PAGE - offsets[o] - sizes[s]);
            close_handle(vmo);
        }
    }
}

// The thread sanitizer leaves less address space for the memory of VMOs.
TEST_WITHOUT_TSAN(vmo_write, reaches_far_apart_pages_of_a_huge_vmo) {
    zx_handle_t vmo = make(UINT64_MAX - 131071);
    for (uint32_t i = 0; i < 50; i++) {
        uint64_t offset = ((uint64_t)1 << (12 + i)) - 3;
        fill(bytes, 7, i);
        EXPECT_OK(zx_vmo_write(vmo, bytes, offset, 7));
    }
    for (uint32_t i = 0; i < 50; i++) {
        uint64_t offset = ((uint64_t)1 << (12 + i)) - 3;
        fill(bytes, 7, i);
        expect_bytes(vmo, offset, bytes, 7);
    }
    expect_zero(vmo, UINT64_MAX - 131071 - PAGE, PAGE);
    close_handle(vmo);
}

TEST(vmo_read, of_nothing_succeeds_up_to_the_end) {
    zx_handle_t vmo = make(PAGE);
    EXPECT_OK(zx_vmo_read(vmo, NULL, 0, 0));
    EXPECT_OK(zx_vmo_read(vmo, NULL, PAGE, 0));
    EXPECT_STATUS(zx_vmo_read(vmo, NULL, PAGE + 1, 0), ZX_ERR_OUT_OF_RANGE);
    EXPECT_OK(zx_vmo_write(vmo, NULL, PAGE, 0));
    EXPECT_STATUS(zx_vmo_write(vmo, NULL, PAGE + 1, 0), ZX_ERR_OUT_OF_RANGE);
    close_handle(vmo);
}

TEST(vmo_read, does_not_leave_the_vmo) {
    zx_handle_t vmo = make(2 * PAGE);
    static const uint64_t ranges[][2] = {
        {0, 2 * PAGE + 1}, {2 * PAGE, 1}, {2 * PAGE - 1, 2}, {UINT64_MAX, 1}, {UINT64_MAX - 7, 16},
    };
    for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
        EXPECT_STATUS(zx_vmo_read(vmo, got, ranges[i][0], ranges[i][1]), ZX_ERR_OUT_OF_RANGE);
        EXPECT_STATUS(zx_vmo_write(vmo, got, ranges[i][0], ranges[i][1]), ZX_ERR_OUT_OF_RANGE);
    }
    close_handle(vmo);
}

TEST(vmo_read, finds_bad_memory_before_a_bad_range) {
    zx_handle_t vmo = make(2 * PAGE);
    for (int i = 0; i < BAD_OUT_POINTERS; i++) {
        EXPECT_STATUS(zx_vmo_read(vmo, bad_pointer(i, 64), 0, 64), ZX_ERR_INVALID_ARGS);
        EXPECT_STATUS(zx_vmo_read(vmo, bad_pointer(i, 64), 2 * PAGE, 64), ZX_ERR_INVALID_ARGS);
    }
    for (int i = 0; i < BAD_IN_POINTERS; i++) {
        EXPECT_STATUS(zx_vmo_write(vmo, bad_pointer(i, 64), 0, 64), ZX_ERR_INVALID_ARGS);
        EXPECT_STATUS(zx_vmo_write(vmo, bad_pointer(i, 64), 2 * PAGE, 64), ZX_ERR_INVALID_ARGS);
    }
    close_handle(vmo);
}

static zx_status_t read_one(zx_handle_t handle) {
    return zx_vmo_read(handle, got, 0, 1);
}

static zx_status_t write_one(zx_handle_t handle) {
    return zx_vmo_write(handle, got, 0, 1);
}

TEST(vmo_read, needs_a_vmo_and_the_right) {
    zx_handle_t vmo = make(PAGE);
    expect_bad_handle(read_one);
    expect_wrong_type(read_one, ZX_OBJ_TYPE_VMO, ZX_OBJ_TYPE_VMO);
    expect_right(read_one, vmo, ZX_RIGHT_READ, ZX_OK);
    close_handle(vmo);
}

TEST(vmo_write, needs_a_vmo_and_the_right) {
    zx_handle_t vmo = make(PAGE);
    expect_bad_handle(write_one);
    expect_wrong_type(write_one, ZX_OBJ_TYPE_VMO, ZX_OBJ_TYPE_VMO);
    expect_right(write_one, vmo, ZX_RIGHT_WRITE, ZX_OK);
    close_handle(vmo);
}

// --- vmo_get_size, vmo_set_size ---

static zx_status_t get_size(zx_handle_t handle) {
    uint64_t size;
    return zx_vmo_get_size(handle, &size);
}

static zx_status_t set_size(zx_handle_t handle) {
    return zx_vmo_set_size(handle, PAGE);
}

TEST(vmo_get_size, needs_a_vmo_and_no_right) {
    expect_bad_handle(get_size);
    expect_wrong_type(get_size, ZX_OBJ_TYPE_VMO, ZX_OBJ_TYPE_VMO);
    zx_handle_t vmo;
    EXPECT_OK(zx_handle_replace(make(PAGE), ZX_RIGHT_NONE, &vmo));
    EXPECT_EQ(size_of(vmo), PAGE);
    for (int i = 0; i < BAD_OUT_POINTERS; i++) {
        EXPECT_STATUS(zx_vmo_get_size(vmo, bad_pointer(i, 8)), ZX_ERR_INVALID_ARGS);
    }
    close_handle(vmo);
}

TEST(vmo_set_size, needs_a_vmo_and_the_right) {
    zx_handle_t vmo = make_resizable(PAGE);
    expect_bad_handle(set_size);
    expect_wrong_type(set_size, ZX_OBJ_TYPE_VMO, ZX_OBJ_TYPE_VMO);
    expect_right(set_size, vmo, ZX_RIGHT_WRITE, ZX_OK);
    close_handle(vmo);
}

TEST(vmo_set_size, is_for_resizable_vmos) {
    zx_handle_t vmo = make(PAGE);
    EXPECT_STATUS(zx_vmo_set_size(vmo, PAGE), ZX_ERR_UNAVAILABLE);
    EXPECT_STATUS(zx_vmo_set_size(vmo, UINT64_MAX), ZX_ERR_UNAVAILABLE);
    close_handle(vmo);
    vmo = make_resizable(PAGE);
    EXPECT_STATUS(zx_vmo_set_size(vmo, UINT64_MAX), ZX_ERR_OUT_OF_RANGE);
    EXPECT_STATUS(zx_vmo_set_size(vmo, UINT64_MAX - 131070), ZX_ERR_OUT_OF_RANGE);
    EXPECT_EQ(size_of(vmo), PAGE);
    close_handle(vmo);
}

TEST(vmo_set_size, cuts_off_for_good) {
    zx_handle_t vmo = make_resizable(4 * PAGE);
    fill(bytes, 4 * PAGE, 1);
    EXPECT_OK(zx_vmo_write(vmo, bytes, 0, 4 * PAGE));
    EXPECT_OK(zx_vmo_set_size(vmo, PAGE + 1));
    EXPECT_EQ(size_of(vmo), 2 * PAGE);
    EXPECT_STATUS(zx_vmo_read(vmo, got, 2 * PAGE, 1), ZX_ERR_OUT_OF_RANGE);
    EXPECT_OK(zx_vmo_set_size(vmo, 6 * PAGE));
    expect_bytes(vmo, 0, bytes, 2 * PAGE);
    expect_zero(vmo, 2 * PAGE, 4 * PAGE);
    EXPECT_OK(zx_vmo_set_size(vmo, 0));
    EXPECT_OK(zx_vmo_set_size(vmo, 2 * PAGE));
    expect_zero(vmo, 0, 2 * PAGE);
    close_handle(vmo);
}

TEST(vmo_set_size, grows_step_by_step) {
    zx_handle_t vmo = make_resizable(0);
    for (uint32_t pages = 1; pages < 200; pages++) {
        EXPECT_OK(zx_vmo_set_size(vmo, pages * PAGE));
        fill(bytes, PAGE, pages);
        EXPECT_OK(zx_vmo_write(vmo, bytes, (pages - 1) * PAGE, PAGE));
    }
    for (uint32_t pages = 1; pages < 200; pages++) {
        fill(bytes, PAGE, pages);
        expect_bytes(vmo, (pages - 1) * PAGE, bytes, PAGE);
    }
    close_handle(vmo);
}

// --- vmo_op_range ---

TEST(vmo_op_range, decommit_makes_zeroes) {
    zx_handle_t vmo = make(4 * PAGE);
    fill(bytes, 4 * PAGE, 3);
    EXPECT_OK(zx_vmo_write(vmo, bytes, 0, 4 * PAGE));
    EXPECT_OK(zx_vmo_op_range(vmo, ZX_VMO_OP_DECOMMIT, PAGE + 5, PAGE, NULL, 0));
    expect_bytes(vmo, 0, bytes, PAGE);
    expect_zero(vmo, PAGE, 2 * PAGE); // both pages that the range touches
    expect_bytes(vmo, 3 * PAGE, bytes + 3 * PAGE, PAGE);
    EXPECT_OK(zx_vmo_op_range(vmo, ZX_VMO_OP_COMMIT, 0, 4 * PAGE, NULL, 0));
    expect_bytes(vmo, 0, bytes, PAGE);
    expect_zero(vmo, PAGE, 2 * PAGE);
    close_handle(vmo);
}

TEST(vmo_op_range, ends_quietly_at_the_end_or_not) {
    zx_handle_t vmo = make(2 * PAGE);
    static const uint32_t trimmed[] = {ZX_VMO_OP_COMMIT, ZX_VMO_OP_DECOMMIT};
    for (int i = 0; i < 2; i++) {
        EXPECT_OK(zx_vmo_op_range(vmo, trimmed[i], PAGE, 5 * PAGE, NULL, 0));
        EXPECT_OK(zx_vmo_op_range(vmo, trimmed[i], 2 * PAGE, PAGE, NULL, 0));
        EXPECT_OK(zx_vmo_op_range(vmo, trimmed[i], 0, 0, NULL, 0));
        EXPECT_STATUS(zx_vmo_op_range(vmo, trimmed[i], 2 * PAGE + 1, 0, NULL, 0),
                      ZX_ERR_OUT_OF_RANGE);
        EXPECT_STATUS(zx_vmo_op_range(vmo, trimmed[i], PAGE, UINT64_MAX, NULL, 0),
                      ZX_ERR_OUT_OF_RANGE);
    }
    static const uint32_t exact[] = {ZX_VMO_OP_CACHE_SYNC, ZX_VMO_OP_CACHE_INVALIDATE,
                                     ZX_VMO_OP_CACHE_CLEAN, ZX_VMO_OP_CACHE_CLEAN_INVALIDATE};
    for (int i = 0; i < 4; i++) {
        EXPECT_OK(zx_vmo_op_range(vmo, exact[i], 1, 2 * PAGE - 1, NULL, 0));
        EXPECT_STATUS(zx_vmo_op_range(vmo, exact[i], 1, 2 * PAGE, NULL, 0), ZX_ERR_OUT_OF_RANGE);
        EXPECT_STATUS(zx_vmo_op_range(vmo, exact[i], 0, 0, NULL, 0), ZX_ERR_INVALID_ARGS);
    }
    close_handle(vmo);
}

static uint32_t operation;

static zx_status_t operate(zx_handle_t handle) {
    return zx_vmo_op_range(handle, operation, 0, PAGE, NULL, 0);
}

TEST(vmo_op_range, needs_a_right_for_each_operation) {
    zx_handle_t vmo = make(PAGE);
    static const struct {
        uint32_t operation;
        zx_rights_t right;
    } needs[] = {
        {ZX_VMO_OP_COMMIT, ZX_RIGHT_WRITE},     {ZX_VMO_OP_DECOMMIT, ZX_RIGHT_WRITE},
        {ZX_VMO_OP_CACHE_SYNC, ZX_RIGHT_READ},  {ZX_VMO_OP_CACHE_INVALIDATE, ZX_RIGHT_WRITE},
        {ZX_VMO_OP_CACHE_CLEAN, ZX_RIGHT_READ}, {ZX_VMO_OP_CACHE_CLEAN_INVALIDATE, ZX_RIGHT_READ},
    };
    for (size_t i = 0; i < sizeof(needs) / sizeof(needs[0]); i++) {
        operation = needs[i].operation;
        expect_bad_handle(operate);
        expect_wrong_type(operate, ZX_OBJ_TYPE_VMO, ZX_OBJ_TYPE_VMO);
        expect_right(operate, vmo, needs[i].right, ZX_OK);
    }
    for (operation = 0; operation < 64; operation++) {
        if (operation == ZX_VMO_OP_LOCK || operation == ZX_VMO_OP_UNLOCK) {
            EXPECT_STATUS(operate(vmo), ZX_ERR_NOT_SUPPORTED);
        } else if (operation == 0 || operation == 5 || operation > ZX_VMO_OP_ZERO) {
            EXPECT_STATUS(operate(vmo), ZX_ERR_INVALID_ARGS);
        }
    }
    close_handle(vmo);
}

TEST(vmo_op_range, cannot_commit_more_than_there_is) {
    zx_handle_t vmo = make((uint64_t)1 << 50);
    EXPECT_STATUS(zx_vmo_op_range(vmo, ZX_VMO_OP_COMMIT, 0, (uint64_t)1 << 50, NULL, 0),
                  ZX_ERR_NO_MEMORY);
    close_handle(vmo);
}

// --- vmo_set_cache_policy ---

TEST(vmo_set_cache_policy, is_for_vmos_without_pages) {
    zx_handle_t vmo = make(PAGE);
    for (uint32_t policy = 0; policy < 4; policy++) {
        EXPECT_OK(zx_vmo_set_cache_policy(vmo, policy));
    }
    EXPECT_STATUS(zx_vmo_set_cache_policy(vmo, 4), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_vmo_read(vmo, got, 0, 1), ZX_ERR_BAD_STATE);
    EXPECT_STATUS(zx_vmo_write(vmo, got, 0, 1), ZX_ERR_BAD_STATE);
    EXPECT_OK(zx_vmo_set_cache_policy(vmo, ZX_CACHE_POLICY_CACHED));
    EXPECT_OK(zx_vmo_write(vmo, got, 0, 1));
    EXPECT_STATUS(zx_vmo_set_cache_policy(vmo, ZX_CACHE_POLICY_UNCACHED), ZX_ERR_BAD_STATE);
    close_handle(vmo);
}

static zx_status_t set_policy(zx_handle_t handle) {
    return zx_vmo_set_cache_policy(handle, ZX_CACHE_POLICY_CACHED);
}

TEST(vmo_set_cache_policy, needs_a_vmo_and_the_right) {
    zx_handle_t vmo = make(PAGE);
    expect_bad_handle(set_policy);
    expect_wrong_type(set_policy, ZX_OBJ_TYPE_VMO, ZX_OBJ_TYPE_VMO);
    expect_right(set_policy, vmo, ZX_RIGHT_MAP, ZX_OK);
    close_handle(vmo);
}

// --- vmo_replace_as_executable ---

TEST(vmo_replace_as_executable, adds_the_right) {
    zx_handle_t vmo = make(PAGE), executable;
    EXPECT_OK(zx_vmo_replace_as_executable(vmo, ZX_HANDLE_INVALID, &executable));
    EXPECT(!is_valid(vmo));
    EXPECT_EQ(rights_of(executable), ZX_DEFAULT_VMO_RIGHTS | ZX_RIGHT_EXECUTE);
    zx_handle_t again;
    EXPECT_OK(zx_vmo_replace_as_executable(executable, root_resource(), &again));
    EXPECT_EQ(rights_of(again), ZX_DEFAULT_VMO_RIGHTS | ZX_RIGHT_EXECUTE);
    close_handle(again);
}

TEST(vmo_replace_as_executable, consumes_the_handle_in_any_case) {
    zx_handle_t vmo = make(PAGE), event, out = 7;
    EXPECT_OK(zx_event_create(0, &event));
    EXPECT_STATUS(zx_vmo_replace_as_executable(vmo, event, &out), ZX_ERR_WRONG_TYPE);
    EXPECT(!is_valid(vmo));
    EXPECT_STATUS(zx_vmo_replace_as_executable(event, ZX_HANDLE_INVALID, &out), ZX_ERR_BAD_HANDLE);
    EXPECT(!is_valid(event));
    EXPECT_STATUS(zx_vmo_replace_as_executable(event, ZX_HANDLE_INVALID, &out), ZX_ERR_BAD_HANDLE);
    EXPECT_EQ(out, 7);
}

TEST(vmo_replace_as_executable, consumes_the_handle_without_memory) {
    zx_handle_t vmo = make(PAGE), out = 7;
    libzircon_fail_allocation(1);
    EXPECT_STATUS(zx_vmo_replace_as_executable(vmo, ZX_HANDLE_INVALID, &out), ZX_ERR_NO_MEMORY);
    libzircon_fail_allocation(0);
    EXPECT(!is_valid(vmo));
    EXPECT_EQ(out, 7);
}

// --- VMOs that are not plain memory ---

TEST(vmo_set_size, is_not_for_physical_memory) {
    zx_handle_t vmo;
    EXPECT_OK(zx_vmo_create_physical(root_resource(), 0, PAGE, &vmo));
    EXPECT_STATUS(zx_vmo_set_size(vmo, PAGE), ZX_ERR_NOT_SUPPORTED);
    close_handle(vmo);
}

TEST(vmo_create_child, is_for_cached_memory) {
    zx_handle_t vmo = make(PAGE), child;
    static const uint32_t kinds[] = {ZX_VMO_CHILD_COPY_ON_WRITE, ZX_VMO_CHILD_COPY_ON_WRITE2,
                                     ZX_VMO_CHILD_SLICE};
    EXPECT_OK(zx_vmo_set_cache_policy(vmo, ZX_CACHE_POLICY_WRITE_COMBINING));
    for (int i = 0; i < 3; i++) {
        EXPECT_STATUS(zx_vmo_create_child(vmo, kinds[i], 0, PAGE, &child), ZX_ERR_BAD_STATE);
    }
    EXPECT_OK(zx_vmo_set_cache_policy(vmo, ZX_CACHE_POLICY_CACHED));
    close_handle(vmo);
}
