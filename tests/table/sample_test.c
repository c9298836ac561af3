// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// The code that gen_syscalls prints for the table in sample/, compiled and run with bodies that
// record what reaches them.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>
#include <zircon/errors.h>
#include <zircon/rights.h>
#include <zircon/syscalls.h>
#include <zircon/syscalls/port.h>
#include <zircon/syscalls/resource.h>
#include <zircon/zx-syscall-numbers.h>

#include "../../src/syscalls/table.h"
#include "sys.h"

struct thread {
    int unused;
};

static struct thread thread;
static char events[64]; // what happened: e enter, l leave, r retried, t traced, b body
static uint64_t seen[8];
static size_t seen_count;
static bool tracing;
static int retries;
static jmp_buf exit_point;

static void happen(char event) {
    size_t length = strlen(events);
    events[length] = event;
    events[length + 1] = '\0';
}

static void see(uint64_t word) {
    seen[seen_count++] = word;
}

static void see_pointer(const void *pointer) {
    see((uint64_t)(uintptr_t)pointer);
}

static struct thread *entry_enter(unsigned number) {
    happen('e');
    assert_true(number < ZX_SYS_COUNT);
    return &thread;
}

static void entry_leave(struct thread *self) {
    assert_ptr_equal(self, &thread);
    happen('l');
}

static bool entry_leave_retry(struct thread *self, zx_status_t status) {
    assert_ptr_equal(self, &thread);
    if (status == ZX_ERR_INTERNAL_INTR_RETRY) {
        happen('r');
        return true;
    }
    happen('l');
    return false;
}

static bool entry_traced(void) {
    return tracing;
}

static uint64_t dispatch(struct thread *self, unsigned number, const uint64_t *a) {
    switch (number) {
#include "dispatch.inc"
    default:
        return UINT64_MAX;
    }
}

static uint64_t entry_traced_call(struct thread *self, unsigned number, const uint64_t *words) {
    happen('t');
    tracing = false;
    return dispatch(self, number, words);
}

#define ZX_ENTRY
#define ZX_ALIAS(alias_name, target)                                                               \
    extern __typeof(target) alias_name __attribute__((weak, alias(#target)))
#include "entry.inc"

static void body(struct thread *self) {
    assert_ptr_equal(self, &thread);
    happen('b');
}

#include "missing.inc"

int64_t sys_address_use(struct thread *self, user_in pointer, zx_vaddr_t place) {
    body(self);
    see_pointer(pointer.p);
    see(place);
    return INT64_MIN;
}

zx_status_t sys_blocking_wait(struct thread *self, zx_handle_t handle, user_inout items,
                              size_t count, zx_time_t deadline) {
    body(self);
    seen_count = 0;
    see(handle);
    see_pointer(items.p);
    see(count);
    see((uint64_t)deadline);
    return retries-- > 0 ? ZX_ERR_INTERNAL_INTR_RETRY : ZX_ERR_TIMED_OUT;
}

zx_status_t sys_channel_read(struct thread *self, zx_handle_t handle, uint32_t options,
                             user_out bytes, user_out handles, uint32_t num_bytes,
                             uint32_t num_handles, user_out actual_bytes, user_out actual_handles) {
    body(self);
    see(handle);
    see(options);
    see_pointer(bytes.p);
    see_pointer(handles.p);
    see(num_bytes);
    see(num_handles);
    see_pointer(actual_bytes.p);
    see_pointer(actual_handles.p);
    return ZX_ERR_SHOULD_WAIT;
}

zx_status_t sys_channel_write(struct thread *self, zx_handle_t handle, uint32_t options,
                              user_in bytes, uint32_t num_bytes, user_in handles,
                              uint32_t num_handles) {
    body(self);
    see(handle);
    see(options);
    see_pointer(bytes.p);
    see(num_bytes);
    see_pointer(handles.p);
    see(num_handles);
    return ZX_OK;
}

zx_status_t sys_consume_one(struct thread *self, zx_handle_t handle, zx_handle_t resource,
                            uint32_t flag, uint64_t offset, zx_clock_t clock, uint32_t kind,
                            bool on) {
    body(self);
    see(handle);
    see(resource);
    see(flag);
    see(offset);
    see(clock);
    see(kind);
    see(on);
    return ZX_OK;
}

zx_status_t sys_counted(struct thread *self, user_in data, user_inout count, size_t size,
                        user_inout ptr, zx_koid_t koid, zx_duration_t slack, zx_vaddr_t entry,
                        zx_vaddr_t stack) {
    body(self);
    see_pointer(data.p);
    see_pointer(count.p);
    see(size);
    see_pointer(ptr.p);
    see(koid);
    see((uint64_t)slack);
    see(entry);
    see(stack);
    return ZX_OK;
}

void sys_exit(struct thread *self, int64_t code) {
    body(self);
    see((uint64_t)code);
    longjmp(exit_point, 1);
}

zx_status_t sys_hidden(struct thread *self, int32_t value) {
    body(self);
    see((uint64_t)value);
    return value;
}

void sys_notify(struct thread *self) {
    body(self);
}

zx_time_t sys_traced_values(struct thread *self, bool a, int32_t b, uint16_t c, zx_futex_t d,
                            user_in e) {
    body(self);
    see(a);
    see((uint64_t)b);
    see(c);
    see((uint64_t)d);
    see_pointer(e.p);
    return -3;
}

const char *vdso_status_text(zx_status_t status) {
    happen('b');
    see((uint64_t)status);
    return "text";
}

uint32_t vdso_system_count(char *buffer, size_t size) {
    happen('b');
    see_pointer(buffer);
    see(size);
    return UINT32_MAX;
}

static int reset(void **state) {
    (void)state;
    events[0] = '\0';
    seen_count = 0;
    tracing = false;
    retries = 0;
    return 0;
}

static void assert_seen(const uint64_t *words, size_t count) {
    assert_int_equal(seen_count, count);
    assert_memory_equal(seen, words, count * sizeof(*words));
}
#define ASSERT_SEEN(...)                                                                           \
    assert_seen((uint64_t[]){__VA_ARGS__}, sizeof((uint64_t[]){__VA_ARGS__}) / sizeof(uint64_t))

static void entry_passes_arguments_in_order(void **state) {
    (void)state;
    char memory[4];
    assert_int_equal(zx_channel_read(1, 2, memory, (zx_handle_t *)(uintptr_t)4, 5, 6,
                                     (uint32_t *)(uintptr_t)8, NULL),
                     ZX_ERR_SHOULD_WAIT);
    ASSERT_SEEN(1, 2, (uint64_t)(uintptr_t)memory, 4, 5, 6, 8, 0);
    assert_string_equal(events, "ebl");
    seen_count = 0;
    assert_int_equal(_zx_channel_write(1, 2, memory, 3, (const zx_handle_t *)(uintptr_t)8, 5),
                     ZX_OK);
    ASSERT_SEEN(1, 2, (uint64_t)(uintptr_t)memory, 3, 8, 5);
}

static void traced_entry_gives_the_same_words(void **state) {
    (void)state;
    for (int i = 0; i < 2; i++) {
        reset(NULL);
        tracing = i == 1;
        assert_int_equal(zx_traced_values(true, -2, 0xffff, -5, (const zx_futex_t *)(uintptr_t)16),
                         -3);
        ASSERT_SEEN(1, (uint64_t)-2, 0xffff, (uint64_t)-5, 16);
        assert_string_equal(events, i == 1 ? "etb" : "ebl");

        reset(NULL);
        tracing = i == 1;
        assert_int_equal(zx_counted((void *)8, (size_t *)16, 3, (void *)24, 4, -5, 6, 7), ZX_OK);
        ASSERT_SEEN(8, 16, 3, 24, 4, (uint64_t)-5, 6, 7);

        reset(NULL);
        tracing = i == 1;
        assert_int_equal(zx_address_use((void *)8, 9), INT64_MIN);
        ASSERT_SEEN(8, 9);

        reset(NULL);
        tracing = i == 1;
        assert_int_equal(zx_consume_one(1, 2, 3, UINT64_MAX, 5, 6, true), ZX_OK);
        ASSERT_SEEN(1, 2, 3, UINT64_MAX, 5, 6, 1);
    }
}

static void blocking_call_is_retried_until_it_is_done(void **state) {
    (void)state;
    retries = 2;
    assert_int_equal(zx_blocking_wait(7, (zx_signals_t *)(uintptr_t)8, 9, -1), ZX_ERR_TIMED_OUT);
    ASSERT_SEEN(7, 8, 9, (uint64_t)-1);
    assert_string_equal(events, "ebrbrbl");
}

static void void_call_enters_and_leaves(void **state) {
    (void)state;
    zx_notify();
    assert_string_equal(events, "ebl");
    reset(NULL);
    tracing = true;
    zx_notify();
    assert_string_equal(events, "etb");
}

static void noreturn_call_does_not_leave(void **state) {
    (void)state;
    for (volatile int i = 0; i < 2; i++) { // its value must survive longjmp
        reset(NULL);
        tracing = i == 1;
        if (setjmp(exit_point) == 0) {
            zx_exit(-4);
        }
        ASSERT_SEEN((uint64_t)-4);
    }
    assert_string_equal(events, "etb");
}

static void vdso_call_does_not_enter(void **state) {
    (void)state;
    assert_string_equal(zx_status_text(-6), "text");
    ASSERT_SEEN((uint64_t)-6);
    assert_string_equal(events, "b");
    reset(NULL);
    tracing = true;
    assert_string_equal(zx_status_text(-6), "text");
    assert_string_equal(events, "tb");
}

static void dispatch_extends_signed_results_only(void **state) {
    (void)state;
    uint64_t words[8] = {UINT64_C(0xaaaaaaaa00000000) | (uint32_t)-7};
    assert_int_equal(dispatch(&thread, ZX_SYS_hidden, words), (uint64_t)-7);
    ASSERT_SEEN((uint64_t)-7);
    assert_int_equal(dispatch(&thread, ZX_SYS_system_count, words), UINT32_MAX);
    assert_int_equal(dispatch(&thread, ZX_SYS_address_use, words), (uint64_t)INT64_MIN);
    assert_int_equal(dispatch(&thread, ZX_SYS_notify, words), 0);
    assert_int_equal(dispatch(&thread, ZX_SYS_COUNT, words), UINT64_MAX);
    assert_string_equal((const char *)(uintptr_t)dispatch(&thread, ZX_SYS_status_text, words),
                        "text");
}

static void missing_body_is_not_supported(void **state) {
    (void)state;
    assert_int_equal(zx_unwritten_call(1), ZX_ERR_NOT_SUPPORTED);
    assert_string_equal(events, "el");
    assert_true(syscall_find("unwritten_call")->missing);
    assert_false(syscall_find("channel_read")->missing);
}

static void table_describes_calls(void **state) {
    (void)state;
    assert_int_equal(ZX_SYS_COUNT, 13);
    for (size_t i = 1; i < ZX_SYS_COUNT; i++) {
        assert_true(strcmp(syscall_table[i - 1].name, syscall_table[i].name) < 0);
    }
    const struct syscall_desc *call = syscall_find("channel_read");
    assert_ptr_equal(call, &syscall_table[ZX_SYS_channel_read]);
    assert_null(syscall_find("channel"));
    assert_null(syscall_find("zzz"));
    assert_string_equal(call->group, "channel");
    assert_string_equal(call->file, "channel.def");
    assert_int_equal(call->kind, SYSCALL_KERNEL);
    assert_int_equal(call->since, SYSCALL_SINCE_2019);
    assert_int_equal(call->result, SYSCALL_RESULT_STATUS);
    assert_int_equal(call->arg_count, 8);
    assert_int_equal(call->error_count, 2);
    assert_int_equal(call->errors[1].value, ZX_ERR_ACCESS_DENIED);
    assert_string_equal(call->errors[1].name, "ZX_ERR_ACCESS_DENIED");
    assert_string_equal(
        call->errors[1].when,
        "*handle* lacks `ZX_RIGHT_READ`, and this reason goes on in the next line.");
    assert_string_equal(call->differs, "The queue has a limit.");
    assert_non_null(strstr(call->does, "whatever that is.\n\nWhat it needs"));
    assert_non_null(strstr(call->does, "\n- another \"item\" \\ with"));
    assert_null(syscall_find("channel_write")->differs);

    assert_int_equal(syscall_find("address_use")->since, SYSCALL_SINCE_LATER);
    assert_int_equal(syscall_find("address_use")->result, SYSCALL_RESULT_SIGNED);
    assert_int_equal(syscall_find("blocking_wait")->kind, SYSCALL_BLOCKING);
    assert_int_equal(syscall_find("exit")->kind, SYSCALL_NORETURN);
    assert_int_equal(syscall_find("exit")->result, SYSCALL_RESULT_VOID);
    assert_int_equal(syscall_find("hidden")->kind, SYSCALL_INTERNAL);
    assert_int_equal(syscall_find("status_text")->result, SYSCALL_RESULT_STRING);
    assert_int_equal(syscall_find("system_count")->result, SYSCALL_RESULT_UNSIGNED);
}

static void table_describes_pointers(void **state) {
    (void)state;
    const struct syscall_arg *args = syscall_find("channel_read")->args;
    assert_string_equal(args[2].type, "void *");
    assert_int_equal(args[2].kind, SYSCALL_ARG_BUFFER);
    assert_int_equal(args[2].direction, SYSCALL_OUT);
    assert_int_equal(args[2].count_arg, 4);
    assert_int_equal(args[2].scale_arg, -1);
    assert_int_equal(args[2].element_size, 1);
    assert_true(args[2].optional && args[2].is_pointer);
    assert_int_equal(args[3].kind, SYSCALL_ARG_ACQUIRE);
    assert_int_equal(args[3].element_size, sizeof(zx_handle_t));
    assert_int_equal(args[6].count_arg, -1);
    assert_int_equal(args[6].element_size, sizeof(uint32_t));
    assert_false(args[4].is_pointer || args[4].is_signed);
    assert_int_equal(args[4].size, 4);

    args = syscall_find("channel_write")->args;
    assert_int_equal(args[4].kind, SYSCALL_ARG_CONSUME_ARRAY);
    assert_int_equal(args[4].direction, SYSCALL_IN);
    args = syscall_find("blocking_wait")->args;
    assert_int_equal(args[1].direction, SYSCALL_INOUT);
    assert_int_equal(args[3].kind, SYSCALL_ARG_DEADLINE);
    assert_true(args[3].is_signed);
    args = syscall_find("counted")->args;
    assert_int_equal(args[0].count_arg, 1);
    assert_int_equal(args[0].scale_arg, 2);
    assert_int_equal(args[3].element_size, 0);
    assert_int_equal(args[6].kind, SYSCALL_ARG_CODE);
    assert_int_equal(args[7].kind, SYSCALL_ARG_STACK);
    args = syscall_find("traced_values")->args;
    assert_int_equal(args[4].kind, SYSCALL_ARG_ADDRESS);
    assert_int_equal(args[4].direction, SYSCALL_NONE);
    assert_true(args[1].is_signed && !args[0].is_signed && !args[2].is_signed);
}

static void table_describes_rights(void **state) {
    (void)state;
    const struct syscall_arg *arg = &syscall_find("consume_one")->args[0];
    assert_int_equal(arg->kind, SYSCALL_ARG_CONSUME);
    assert_int_equal(arg->object_types,
                     SYSCALL_OBJECT(ZX_OBJ_TYPE_JOB) | SYSCALL_OBJECT(ZX_OBJ_TYPE_PROCESS));
    assert_int_equal(arg->rule_count, 3);
    assert_null(arg->rules[0].condition);
    assert_int_equal(arg->rules[0].count, 2);
    assert_int_equal(arg->rules[0].masks[0], ZX_RIGHT_MANAGE_PROCESS);
    assert_int_equal(arg->rules[0].masks[1], ZX_RIGHT_WRITE | ZX_RIGHT_DESTROY);
    assert_string_equal(arg->rules[1].condition, "flag&1");
    assert_int_equal(arg->rules[2].count, 2);

    uint64_t words[8] = {0};
    assert_false(arg->rules[1].applies(words));
    assert_false(arg->rules[2].applies(words));
    words[3] = UINT64_C(1) << 32;
    assert_true(arg->rules[2].applies(words));
    words[2] = 3;
    assert_true(arg->rules[1].applies(words));
    assert_false(arg->rules[2].applies(words));

    arg = &syscall_find("consume_one")->args[1];
    assert_true(arg->has_resource_kind && arg->optional);
    assert_int_equal(arg->resource_kind, ZX_RSRC_KIND_ROOT);
    assert_int_equal(arg->rules[0].masks[0], ZX_RIGHT_NONE);
    assert_int_equal(syscall_find("blocking_wait")->args[0].object_types, SYSCALL_ANY_OBJECT);
}

static void table_describes_symbols(void **state) {
    (void)state;
    const struct syscall_arg *arg = &syscall_find("channel_read")->args[1];
    assert_int_equal(arg->kind, SYSCALL_ARG_OPTIONS);
    assert_int_equal(arg->symbol_count, 1);
    assert_string_equal(arg->symbols[0].name, "ZX_CHANNEL_READ_MAY_DISCARD");
    assert_int_equal(arg->symbols[0].value, ZX_CHANNEL_READ_MAY_DISCARD);
    assert_int_equal(syscall_find("channel_write")->args[1].symbol_count, 0);

    const struct syscall_arg *args = syscall_find("consume_one")->args;
    assert_int_equal(args[2].symbol_count, 2);
    assert_int_equal(args[2].symbols[0].value, ZX_WAIT_ASYNC_ONCE);
    assert_int_equal(args[2].symbols[1].value, ZX_USER_SIGNAL_0);
    assert_int_equal(args[4].kind, SYSCALL_ARG_ENUM);
    assert_string_equal(args[4].symbol_prefix, "ZX_CLOCK_");
    bool has_utc = false;
    for (size_t i = 0; i < args[4].symbol_count; i++) {
        assert_memory_equal(args[4].symbols[i].name, "ZX_CLOCK_", strlen("ZX_CLOCK_"));
        has_utc = has_utc || (strcmp(args[4].symbols[i].name, "ZX_CLOCK_UTC") == 0 &&
                              args[4].symbols[i].value == ZX_CLOCK_UTC);
    }
    assert_true(has_utc);
    assert_int_equal(args[5].symbol_count, 2);
    assert_string_equal(args[5].symbols[1].name, "ZX_OBJ_TYPE_VMO");
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup(name, reset)
    const struct CMUnitTest tests[] = {
        TEST(entry_passes_arguments_in_order),
        TEST(traced_entry_gives_the_same_words),
        TEST(blocking_call_is_retried_until_it_is_done),
        TEST(void_call_enters_and_leaves),
        TEST(noreturn_call_does_not_leave),
        TEST(vdso_call_does_not_enter),
        TEST(dispatch_extends_signed_results_only),
        TEST(missing_body_is_not_supported),
        TEST(table_describes_calls),
        TEST(table_describes_pointers),
        TEST(table_describes_rights),
        TEST(table_describes_symbols),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
