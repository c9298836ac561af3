// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// What the tables of facts cannot say: macros with arguments, inline functions, and the signs and
// kinds of types. Compiled as C11 and as C++17.

#define ZX_DEBUGLEVEL 2

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zircon/assert.h>
#include <zircon/compiler.h>
#include <zircon/fidl.h>
#include <zircon/listnode.h>
#include <zircon/pixelformat.h>
#include <zircon/processargs.h>
#include <zircon/syscalls/clock.h>
#include <zircon/syscalls/exception.h>
#include <zircon/syscalls/object.h>
#include <zircon/syscalls/port.h>
#include <zircon/syscalls/resource.h>
#include <zircon/syscalls/smc.h>
#include <zircon/threads.h>
#include <zircon/time.h>
#include <zircon/types.h>

#define MIN_TIME ZX_TIME_INFINITE_PAST
#define MAX_TIME ZX_TIME_INFINITE

static unsigned checks;
static unsigned failures;

static void check(bool condition, const char *what, int line) {
    checks++;
    if (!condition) {
        failures++;
        fprintf(stderr, "%s:%d: %s\n", __FILE__, line, what);
    }
}

#define CHECK(condition) check((condition), #condition, __LINE__)

// A value that the compiler does not know.
static int64_t opaque(int64_t value) {
    volatile int64_t hidden = value;
    return hidden;
}

// Constant expressions, as initialisers of statics have to be.
static const zx_duration_t kTwoSeconds = ZX_SEC(2);
static const uint32_t kStandardError = PA_HND(PA_FD, 2);

static void test_time_macros(void) {
    CHECK(kTwoSeconds == INT64_C(2000000000));
    CHECK(ZX_NSEC(7) == 7);
    CHECK(ZX_USEC(7) == 7000);
    CHECK(ZX_MSEC(7) == 7000000);
    CHECK(ZX_SEC(-7) == INT64_C(-7000000000));
    CHECK(ZX_MIN(7) == INT64_C(420000000000));
    CHECK(ZX_HOUR(7) == INT64_C(25200000000000));
    CHECK(ZX_USEC(1u << 31) == INT64_C(2147483648000));

    CHECK(ZX_NSEC(opaque(7)) == 7);
    CHECK(ZX_USEC(opaque(7)) == 7000);
    CHECK(ZX_MSEC(opaque(7)) == 7000000);
    CHECK(ZX_SEC(opaque(-7)) == INT64_C(-7000000000));
    CHECK(ZX_MIN(opaque(7)) == INT64_C(420000000000));
    CHECK(ZX_HOUR(opaque(7)) == INT64_C(25200000000000));

    CHECK(ZX_NSEC(opaque(MAX_TIME)) == MAX_TIME);
    CHECK(ZX_USEC(opaque(MAX_TIME / 1000)) == MAX_TIME / 1000 * 1000);
    CHECK(ZX_USEC(opaque(MAX_TIME / 1000 + 1)) == MAX_TIME);
    CHECK(ZX_MSEC(opaque(MIN_TIME / 1000000 - 1)) == MIN_TIME);
    CHECK(ZX_SEC(opaque(MAX_TIME)) == MAX_TIME);
    CHECK(ZX_SEC(opaque(MIN_TIME)) == MIN_TIME);
    CHECK(ZX_MIN(opaque(MAX_TIME / 60)) == MAX_TIME);
    CHECK(ZX_HOUR(opaque(MIN_TIME / 3600)) == MIN_TIME);
}

static void test_time_functions(void) {
    CHECK(zx_time_add_duration(40, 2) == 42);
    CHECK(zx_time_add_duration(40, -50) == -10);
    CHECK(zx_time_add_duration(MAX_TIME, 0) == MAX_TIME);
    CHECK(zx_time_add_duration(MAX_TIME, 1) == MAX_TIME);
    CHECK(zx_time_add_duration(MAX_TIME - 1, 1) == MAX_TIME);
    CHECK(zx_time_add_duration(1, MAX_TIME) == MAX_TIME);
    CHECK(zx_time_add_duration(MIN_TIME, -1) == MIN_TIME);
    CHECK(zx_time_add_duration(-1, MIN_TIME) == MIN_TIME);
    CHECK(zx_time_add_duration(MIN_TIME, MIN_TIME) == MIN_TIME);
    CHECK(zx_time_add_duration(MIN_TIME, MAX_TIME) == -1);

    CHECK(zx_time_sub_duration(40, 50) == -10);
    CHECK(zx_time_sub_duration(MIN_TIME, 1) == MIN_TIME);
    CHECK(zx_time_sub_duration(MIN_TIME + 1, 1) == MIN_TIME);
    CHECK(zx_time_sub_duration(MAX_TIME, -1) == MAX_TIME);
    CHECK(zx_time_sub_duration(0, MIN_TIME) == MAX_TIME);
    CHECK(zx_time_sub_duration(-1, MIN_TIME) == MAX_TIME);
    CHECK(zx_time_sub_duration(MAX_TIME, MIN_TIME) == MAX_TIME);
    CHECK(zx_time_sub_duration(MIN_TIME, MAX_TIME) == MIN_TIME);

    CHECK(zx_time_sub_time(50, 40) == 10);
    CHECK(zx_time_sub_time(MAX_TIME, MIN_TIME) == MAX_TIME);
    CHECK(zx_time_sub_time(MIN_TIME, MAX_TIME) == MIN_TIME);
    CHECK(zx_time_sub_time(MIN_TIME, MIN_TIME) == 0);

    CHECK(zx_duration_add_duration(-1, -2) == -3);
    CHECK(zx_duration_add_duration(MAX_TIME, MAX_TIME) == MAX_TIME);
    CHECK(zx_duration_add_duration(MIN_TIME, -1) == MIN_TIME);
    CHECK(zx_duration_sub_duration(1, 2) == -1);
    CHECK(zx_duration_sub_duration(MAX_TIME, -1) == MAX_TIME);
    CHECK(zx_duration_sub_duration(MIN_TIME, 1) == MIN_TIME);

    CHECK(zx_duration_mul_int64(-6, 7) == -42);
    CHECK(zx_duration_mul_int64(MAX_TIME, 0) == 0);
    CHECK(zx_duration_mul_int64(MAX_TIME, 2) == MAX_TIME);
    CHECK(zx_duration_mul_int64(MAX_TIME, -2) == MIN_TIME);
    CHECK(zx_duration_mul_int64(MIN_TIME, 2) == MIN_TIME);
    CHECK(zx_duration_mul_int64(MIN_TIME, -1) == MAX_TIME);
    CHECK(zx_duration_mul_int64(MIN_TIME, 1) == MIN_TIME);

    CHECK(zx_nsec_from_duration(-5) == -5);
    CHECK(zx_duration_from_nsec(-5) == -5);
    CHECK(zx_duration_from_sec(MAX_TIME / INT64_C(1000000000)) ==
          MAX_TIME / INT64_C(1000000000) * INT64_C(1000000000));
    CHECK(zx_duration_from_hour(-1) == INT64_C(-3600000000000));
}

static void test_packet_macros(void) {
    CHECK(ZX_PKT_TYPE_EXCEPTION(0) == 0x8);
    CHECK(ZX_PKT_TYPE_EXCEPTION(0x83) == 0x8308);
    CHECK(ZX_PKT_TYPE_EXCEPTION(0x1ff) == 0xff08);
    CHECK(sizeof(ZX_PKT_TYPE_EXCEPTION(1)) == 4);

    // Row and column agree on the diagonal only; exceptions have their own byte.
    static const uint32_t types[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
    for (uint32_t i = 0; i < countof(types); i++) {
        uint32_t type = types[i];
        CHECK(ZX_PKT_IS_USER(type) == (i == 0));
        CHECK(ZX_PKT_IS_SIGNAL_ONE(type) == (i == 1));
        CHECK(ZX_PKT_IS_SIGNAL_REP(type) == (i == 2));
        CHECK(ZX_PKT_IS_GUEST_BELL(type) == (i == 3));
        CHECK(ZX_PKT_IS_GUEST_MEM(type) == (i == 4));
        CHECK(ZX_PKT_IS_GUEST_IO(type) == (i == 5));
        CHECK(ZX_PKT_IS_GUEST_VCPU(type) == (i == 6));
        CHECK(ZX_PKT_IS_INTERRUPT(type) == (i == 7));
        CHECK(ZX_PKT_IS_EXCEPTION(type) == (i == 8));
        CHECK(ZX_PKT_IS_PAGE_REQUEST(type) == (i == 9));
    }
    CHECK(ZX_PKT_IS_EXCEPTION(ZX_EXCP_POLICY_ERROR));
    CHECK(!ZX_PKT_IS_EXCEPTION(ZX_EXCP_POLICY_ERROR + 1));
    CHECK(!ZX_PKT_IS_USER(0x100u));

    CHECK(ZX_EXCP_IS_ARCH(ZX_EXCP_GENERAL));
    CHECK(ZX_EXCP_IS_ARCH(ZX_EXCP_UNALIGNED_ACCESS));
    CHECK(!ZX_EXCP_IS_ARCH(ZX_EXCP_THREAD_STARTING));
    CHECK(!ZX_EXCP_IS_ARCH(ZX_EXCP_PROCESS_STARTING));
}

static void test_other_macros(void) {
    CHECK(kStandardError == 0x20030);
    CHECK(PA_HND_TYPE(kStandardError) == PA_FD);
    CHECK(PA_HND_ARG(kStandardError) == 2);
    CHECK(PA_HND(0x1ffu, 0x1ffffu) == 0xffff00ffu);

    CHECK(ZX_RSRC_EXTRACT_KIND(0x10003u) == ZX_RSRC_KIND_HYPERVISOR);
    CHECK(ZX_RSRC_EXTRACT_FLAGS(0x10003u) == ZX_RSRC_FLAG_EXCLUSIVE);
    CHECK(ZX_RSRC_EXTRACT_FLAGS(0xffffffffu) == 0xffff0000u);

    CHECK(ZX_INFO_VMO_TYPE(ZX_INFO_VMO_TYPE_PAGED | ZX_INFO_VMO_RESIZABLE) ==
          ZX_INFO_VMO_TYPE_PAGED);
    CHECK(ZX_INFO_VMO_TYPE(ZX_INFO_VMO_CONTIGUOUS) == ZX_INFO_VMO_TYPE_PHYSICAL);
    CHECK(ZX_THREAD_STATE_BASIC(ZX_THREAD_STATE_BLOCKED_PAGER) == ZX_THREAD_STATE_BLOCKED);
    CHECK(ZX_THREAD_STATE_BASIC(ZX_THREAD_STATE_DEAD) == ZX_THREAD_STATE_DEAD);

    CHECK(ZX_PIXEL_FORMAT_BYTES(ZX_PIXEL_FORMAT_RGB_x888) == 4);
    CHECK(ZX_PIXEL_FORMAT_BYTES(ZX_PIXEL_FORMAT_RGB_565) == 2);
    CHECK(ARM_SMC_GET_SERVICE_CALL_NUM_FROM_FUNC_ID(0x83000000u) == 3);
    CHECK(ARM_SMC_GET_SERVICE_CALL_NUM_FROM_FUNC_ID(0xb2001234u) == 0x32);
    CHECK(ZX_CLOCK_ARGS_VERSION(2) == UINT64_C(2) << 58);

    CHECK(FIDL_ALIGN(0) == 0);
    CHECK(FIDL_ALIGN(1) == 8);
    CHECK(FIDL_ALIGN(8) == 8);
    CHECK(FIDL_ALIGN((size_t)0x100000001) == 0x100000008);
    CHECK(sizeof(fidl_message_header_t) == 16);
    CHECK(sizeof(fidl_string_t) == 16 && sizeof(fidl_vector_t) == 16);
    CHECK(sizeof(fidl_envelope_t) == 16 && offsetof(fidl_envelope_t, presence) == 8);
    CHECK(sizeof(fidl_xunion_t) == 24 && offsetof(fidl_xunion_t, envelope) == 8);
    CHECK(sizeof(fidl_msg_t) == 24 && offsetof(fidl_msg_t, num_bytes) == 16);
    CHECK(alignof(fidl_epitaph_t) == FIDL_ALIGNMENT);

    int64_t result = 0;
    CHECK(!add_overflow(2, 3, &result) && result == 5);
    CHECK(!sub_overflow(2, 3, &result) && result == -1);
    CHECK(!mul_overflow(2, 3, &result) && result == 6);
    CHECK(add_overflow(MAX_TIME, 1, &result) && result == MIN_TIME);
    CHECK(likely(2) == 1 && unlikely(2) == 1 && likely(0) == 0 && unlikely(0) == 0);
}

static void test_types(void) {
    CHECK((zx_status_t)-1 < 0);
    CHECK((zx_time_t)-1 < 0 && (zx_duration_t)-1 < 0 && (zx_ticks_t)-1 < 0);
    CHECK((zx_handle_t)-1 > 0 && (zx_rights_t)-1 > 0 && (zx_signals_t)-1 > 0);
    CHECK((zx_off_t)-1 > 0 && (zx_koid_t)-1 > 0 && (zx_txid_t)-1 > 0);
    CHECK((zx_futex_storage_t)-1 < 0);
    CHECK(ZX_ERR_CONNECTION_ABORTED < 0 && ZX_OK == 0);

    CHECK(thrd_status_to_zx_status(thrd_success) == ZX_OK);
    CHECK(thrd_status_to_zx_status(thrd_busy) == ZX_ERR_SHOULD_WAIT);
    CHECK(thrd_status_to_zx_status(thrd_nomem) == ZX_ERR_NO_MEMORY);
    CHECK(thrd_status_to_zx_status(thrd_timedout) == ZX_ERR_TIMED_OUT);
    CHECK(thrd_status_to_zx_status(thrd_error) == ZX_ERR_INTERNAL);
    CHECK(thrd_status_to_zx_status(1234) == ZX_ERR_INTERNAL);
}

struct item {
    int number;
    list_node_t node;
};

// The numbers of a list's items as one decimal number, forwards; 0 if the links back differ.
static int spell(list_node_t *list) {
    int forwards = 0;
    struct item *item;
    list_for_every_entry(list, item, struct item, node) {
        if (item->node.prev->next != &item->node || item->node.next->prev != &item->node) {
            return 0;
        }
        forwards = forwards * 10 + item->number;
    }
    return forwards;
}

static void test_list(void) {
    list_node_t list = LIST_INITIAL_VALUE(list);
    struct item items[5];
    CHECK(list_is_empty(&list) && list_length(&list) == 0);
    CHECK(list_remove_head(&list) == NULL && list_remove_tail(&list) == NULL);
    CHECK(list_peek_head_type(&list, struct item, node) == NULL);
    CHECK(list_next_wrap(&list, &list) == NULL);

    for (int i = 0; i < 5; i++) {
        items[i].number = i + 1;
        list_clear_node(&items[i].node);
        CHECK(!list_in_list(&items[i].node));
    }
    list_add_tail(&list, &items[1].node);
    list_add_head(&list, &items[0].node);
    list_add_after(&items[1].node, &items[3].node);
    list_add_before(&items[3].node, &items[2].node);
    CHECK(spell(&list) == 1234 && list_length(&list) == 4);
    CHECK(list_in_list(&items[2].node) && !list_in_list(&items[4].node));

    CHECK(list_peek_head_type(&list, struct item, node) == &items[0]);
    CHECK(list_peek_tail_type(&list, struct item, node) == &items[3]);
    CHECK(list_next_type(&list, &items[0].node, struct item, node) == &items[1]);
    CHECK(list_next_type(&list, &items[3].node, struct item, node) == NULL);
    CHECK(list_prev_type(&list, &items[0].node, struct item, node) == NULL);
    CHECK(list_prev_type(&list, &items[3].node, struct item, node) == &items[2]);
    CHECK(list_next_wrap_type(&list, &items[3].node, struct item, node) == &items[0]);
    CHECK(list_next_wrap_type(&list, &items[0].node, struct item, node) == &items[1]);
    CHECK(list_prev_wrap_type(&list, &items[0].node, struct item, node) == &items[3]);

    list_replace_node(&items[1].node, &items[4].node);
    CHECK(spell(&list) == 1534 && !list_in_list(&items[1].node));
    list_delete(&items[4].node);
    CHECK(spell(&list) == 134);

    list_node_t other;
    list_split_after(&list, &items[0].node, &other);
    CHECK(spell(&list) == 1 && spell(&other) == 34);
    list_splice_after(&other, &list);
    CHECK(spell(&list) == 341 && list_is_empty(&other));
    list_split_after(&list, &items[0].node, &other);
    CHECK(list_is_empty(&other) && spell(&list) == 341);
    list_move(&list, &other);
    CHECK(list_is_empty(&list) && spell(&other) == 341);
    list_move(&list, &other);
    CHECK(list_is_empty(&list) && list_is_empty(&other));

    for (int i = 0; i < 5; i++) {
        list_add_tail(&list, &items[i].node);
    }
    struct item *item;
    struct item *next;
    list_for_every_entry_safe(&list, item, next, struct item, node) {
        if (item->number % 2 == 0) {
            list_delete(&item->node);
        }
    }
    CHECK(spell(&list) == 135);
    list_node_t *node;
    list_node_t *next_node;
    list_for_every_safe(&list, node, next_node) {
        if (node != &items[4].node) {
            list_delete(node);
        }
    }
    CHECK(spell(&list) == 5);
    CHECK(list_remove_head_type(&list, struct item, node) == &items[4]);
    list_add_tail(&list, &items[0].node);
    CHECK(list_remove_tail_type(&list, struct item, node) == &items[0]);
    CHECK(list_is_empty(&list));
}

static void assert_false(void) {
    ZX_ASSERT(1 == 2);
}

static void assert_false_with_message(void) {
    ZX_ASSERT_MSG(1 == 2, "because of %d", 42);
}

static void debug_assert_false(void) {
    ZX_DEBUG_ASSERT(1 == 2);
}

static void debug_assert_false_with_message(void) {
    ZX_DEBUG_ASSERT_MSG_COND(1 == 2, "because");
}

static void panic(void) {
    ZX_PANIC("%s has %d", "panic", 1);
}

// Whether the function aborts, having printed something with that in it.
static bool aborts(void (*function)(void), const char *expected) {
    int ends[2];
    if (pipe(ends) != 0) {
        return false;
    }
    pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], STDERR_FILENO);
        function();
        _exit(EXIT_SUCCESS);
    }
    close(ends[1]);
    char printed[512];
    size_t length = 0;
    ssize_t got;
    while ((got = read(ends[0], printed + length, sizeof(printed) - 1 - length)) > 0) {
        length += (size_t)got;
    }
    printed[length] = '\0';
    close(ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT && strstr(printed, expected) != NULL;
}

static void test_assertions(void) {
    int evaluations = 0;
    ZX_ASSERT(++evaluations == 1);
    ZX_ASSERT_MSG(++evaluations == 2, "not printed");
    ZX_DEBUG_ASSERT(++evaluations == 3);
    ZX_DEBUG_ASSERT_MSG(++evaluations == 4, "not printed");
    ZX_DEBUG_ASSERT_COND(++evaluations == 5);
    CHECK(evaluations == 5);
    if (evaluations != 5)
        ZX_ASSERT(false);
    else
        CHECK(ZX_DEBUG_ASSERT_IMPLEMENTED);

    CHECK(aborts(assert_false, "(1 == 2)"));
    CHECK(aborts(assert_false_with_message, "because of 42\n"));
    CHECK(aborts(debug_assert_false, "(1 == 2)"));
    CHECK(aborts(debug_assert_false_with_message, "because\n"));
    CHECK(aborts(panic, "panic has 1"));
}

int main(void) {
    test_time_macros();
    test_time_functions();
    test_packet_macros();
    test_other_macros();
    test_types();
    test_list();
    test_assertions();
    printf("%u checks, %u failures\n", checks, failures);
    return checks == 0 || failures != 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
