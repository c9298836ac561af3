// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Errors of the calls for tasks that want some preparation.
#include <zircon/syscalls/policy.h>

#include "child.h"

enum { PAGE = 4096 };

static zx_handle_t new_thread(void) {
    zx_handle_t thread;
    EXPECT_OK(zx_thread_create(zx_process_self(), "new", 3, 0, &thread));
    return thread;
}

// --- task_suspend and its other name ---

static zx_handle_t suspended;

static zx_status_t suspend(void *context) {
    return zx_task_suspend(suspended, context);
}

static zx_status_t suspend_token(void *context) {
    return zx_task_suspend_token(suspended, context);
}

static void expect_no_memory_to_suspend(allocating_call call) {
    zx_handle_t token = 7;
    suspended = new_thread();
    expect_no_memory(call, &token, sizeof(token));
    close_handle(token);
    close_handle(suspended);
}

TEST(task_suspend, says_when_memory_is_used_up) {
    expect_no_memory_to_suspend(suspend);
}

TEST(task_suspend_token, says_when_memory_is_used_up) {
    expect_no_memory_to_suspend(suspend_token);
}

TEST(task_suspend_token, refuses_oneself_and_the_dead) {
    zx_handle_t token = 7;
    EXPECT_STATUS(zx_task_suspend_token(zx_thread_self(), &token), ZX_ERR_NOT_SUPPORTED);
    EXPECT_STATUS(zx_task_suspend_token(zx_process_self(), &token), ZX_ERR_NOT_SUPPORTED);
    EXPECT_STATUS(zx_task_suspend_token(zx_job_default(), &token), ZX_ERR_WRONG_TYPE);
    zx_handle_t process, root;
    EXPECT_OK(zx_process_create(zx_job_default(), "x", 1, 0, &process, &root));
    EXPECT_OK(zx_task_kill(process));
    EXPECT_STATUS(zx_task_suspend_token(process, &token), ZX_ERR_BAD_STATE);
    EXPECT_EQ(token, 7);
    close_handle(process);
    close_handle(root);
}

// --- exceptions ---

static zx_handle_t listened;

static zx_status_t create_exception_channel(void *context) {
    return zx_task_create_exception_channel(listened, 0, context);
}

TEST(task_create_exception_channel, says_when_memory_is_used_up) {
    zx_handle_t channel = 7;
    listened = new_thread();
    expect_no_memory(create_exception_channel, &channel, sizeof(channel));
    close_handle(channel);
    close_handle(listened);
}

static zx_status_t bind_exception_port(void *context) {
    return zx_task_bind_exception_port(listened, *(zx_handle_t *)context, 1, 0);
}

TEST(task_bind_exception_port, says_when_memory_is_used_up) {
    zx_handle_t port;
    listened = new_thread();
    EXPECT_OK(zx_port_create(0, &port));
    expect_no_memory(bind_exception_port, &port, sizeof(port));
    EXPECT_OK(zx_task_bind_exception_port(listened, ZX_HANDLE_INVALID, 0, 0));
    close_handle(port);
    close_handle(listened);
}

static bool debugger_is_attached(zx_handle_t process) {
    zx_info_process_t info;
    EXPECT_OK(zx_object_get_info(process, ZX_INFO_PROCESS, &info, sizeof(info), NULL, NULL));
    return info.debugger_attached;
}

TEST(object_get_info, tells_whether_a_debugger_is_attached) {
    zx_handle_t process, root, channel, port;
    EXPECT_OK(zx_process_create(zx_job_default(), "x", 1, 0, &process, &root));
    EXPECT(!debugger_is_attached(process));
    EXPECT_OK(zx_task_create_exception_channel(process, 0, &channel));
    EXPECT(!debugger_is_attached(process));
    close_handle(channel);
    EXPECT_OK(zx_task_create_exception_channel(process, ZX_EXCEPTION_CHANNEL_DEBUGGER, &channel));
    EXPECT(debugger_is_attached(process));
    close_handle(channel);
    EXPECT(!debugger_is_attached(process));
    EXPECT_OK(zx_port_create(0, &port));
    EXPECT_OK(zx_task_bind_exception_port(process, port, 1, ZX_EXCEPTION_PORT_DEBUGGER));
    EXPECT(debugger_is_attached(process));
    EXPECT_OK(
        zx_task_bind_exception_port(process, ZX_HANDLE_INVALID, 0, ZX_EXCEPTION_PORT_DEBUGGER));
    EXPECT(!debugger_is_attached(process));
    close_handle(port);
    close_handle(process);
    close_handle(root);
}

// --- registers ---

TEST_OF_LOADED(thread_read_state, of_a_thread_that_exits_has_no_registers) {
    struct child child;
    zx_handle_t channel, exception;
    zx_exception_info_t info;
    zx_thread_state_general_regs_t registers = {0};
    zx_thread_state_single_step_t step = 0;
    child_begin(&child);
    EXPECT_EQ(CHILD_STATUS(&child, "handle_close", 5), ZX_ERR_BAD_HANDLE); // it has begun
    EXPECT_OK(
        zx_task_create_exception_channel(child.process, ZX_EXCEPTION_CHANNEL_DEBUGGER, &channel));
    child_send(&child, "thread_exit", (uint64_t[8]){0});
    EXPECT_OK(zx_object_wait_one(channel, ZX_CHANNEL_READABLE, ZX_TIME_INFINITE, NULL));
    EXPECT_OK(zx_channel_read(channel, 0, &info, &exception, sizeof(info), 1, NULL, NULL));
    EXPECT_EQ(info.type, ZX_EXCP_THREAD_EXITING);
    EXPECT_STATUS(zx_thread_read_state(child.thread, ZX_THREAD_STATE_GENERAL_REGS, &registers,
                                       sizeof(registers)),
                  ZX_ERR_NOT_SUPPORTED);
    EXPECT_STATUS(
        zx_thread_read_state(child.thread, ZX_THREAD_STATE_SINGLE_STEP, &step, sizeof(step)),
        ZX_ERR_NOT_SUPPORTED);
    EXPECT_STATUS(zx_thread_write_state(child.thread, ZX_THREAD_STATE_GENERAL_REGS, &registers,
                                        sizeof(registers)),
                  ZX_ERR_NOT_SUPPORTED);
    EXPECT_STATUS(zx_thread_write_state(child.thread, ZX_THREAD_STATE_GENERAL_REGS, &registers,
                                        sizeof(registers) - 1),
                  ZX_ERR_BUFFER_TOO_SMALL);
    close_handle(exception);
    close_handle(channel);
    EXPECT_EQ(wait_for_end(child.process), 0);
    child_end(&child);
}

TEST_OF_LOADED(thread_write_state, refuses_what_is_too_small_and_what_there_is_not) {
    struct child child;
    zx_handle_t token;
    zx_thread_state_general_regs_t registers;
    child_begin(&child);
    EXPECT_OK(zx_task_suspend_token(child.thread, &token));
    EXPECT_OK(zx_object_wait_one(child.thread, ZX_THREAD_SUSPENDED, ZX_TIME_INFINITE, NULL));
    EXPECT_OK(zx_thread_read_state(child.thread, ZX_THREAD_STATE_GENERAL_REGS, &registers,
                                   sizeof(registers)));
    EXPECT_STATUS(zx_thread_write_state(child.thread, ZX_THREAD_STATE_GENERAL_REGS, &registers,
                                        sizeof(registers) - 1),
                  ZX_ERR_BUFFER_TOO_SMALL);
    EXPECT_STATUS(zx_thread_write_state(child.thread, ZX_THREAD_STATE_SINGLE_STEP, &registers, 3),
                  ZX_ERR_BUFFER_TOO_SMALL);
    close_handle(token);
    // And goes on as if nothing had been.
    EXPECT_EQ(CHILD_STATUS(&child, "handle_close", 5), ZX_ERR_BAD_HANDLE);
    child_end(&child);
}

// The direction flag is the thread's own business until it is killed in the middle.
static void run_backwards(uintptr_t runs, uintptr_t unused) {
    (void)unused;
    atomic_store((atomic_int *)runs, 1);
    __asm__ volatile("std\n"
                     "1: pause\n"
                     "jmp 1b\n");
}

TEST(task_kill, ends_a_thread_that_goes_backwards) {
    for (int i = 0; i < 20; i++) {
        struct started_thread thread;
        atomic_int runs = 0;
        start_raw_thread(&thread, run_backwards, (uintptr_t)&runs, 0);
        while (atomic_load(&runs) == 0) {
            zx_nanosleep(0);
        }
        EXPECT_OK(zx_task_kill(thread.handle));
        finish_raw_thread(&thread);
    }
}

// --- memory of processes ---

static zx_vaddr_t map(zx_handle_t vmo, uint32_t options, uint64_t size) {
    zx_vaddr_t address;
    EXPECT_OK(zx_vmar_map(zx_vmar_root_self(), ZX_VM_PERM_READ | ZX_VM_PERM_WRITE | options, 0, vmo,
                          0, size, &address));
    return address;
}

static void expect_memory(zx_vaddr_t address, zx_status_t status) {
    char byte = 0;
    size_t actual;
    EXPECT_STATUS(zx_process_read_memory(zx_process_self(), address, &byte, 1, &actual), status);
    EXPECT_STATUS(zx_process_write_memory(zx_process_self(), address, &byte, 1, &actual), status);
}

TEST(process_read_memory, wants_memory_that_is_there_and_can_be_copied) {
    zx_handle_t vmo, pager, port;
    zx_vaddr_t address;
    // Nothing mapped.
    EXPECT_OK(zx_vmo_create(PAGE, 0, &vmo));
    address = map(vmo, 0, PAGE);
    expect_memory(address, ZX_OK);
    EXPECT_OK(zx_vmar_unmap(zx_vmar_root_self(), address, PAGE));
    expect_memory(address, ZX_ERR_NO_MEMORY);
    close_handle(vmo);
    // Not cached.
    EXPECT_OK(zx_vmo_create(PAGE, 0, &vmo));
    EXPECT_OK(zx_vmo_set_cache_policy(vmo, ZX_CACHE_POLICY_UNCACHED));
    address = map(vmo, 0, PAGE);
    expect_memory(address, ZX_ERR_BAD_STATE);
    EXPECT_OK(zx_vmar_unmap(zx_vmar_root_self(), address, PAGE));
    close_handle(vmo);
    // Past the end.
    EXPECT_OK(zx_vmo_create(PAGE, ZX_VMO_RESIZABLE, &vmo));
    address = map(vmo, ZX_VM_ALLOW_FAULTS, 2 * PAGE);
    expect_memory(address + PAGE, ZX_ERR_OUT_OF_RANGE);
    EXPECT_OK(zx_vmar_unmap(zx_vmar_root_self(), address, 2 * PAGE));
    close_handle(vmo);
    // A page that its pager will not bring.
    EXPECT_OK(zx_pager_create(0, &pager));
    EXPECT_OK(zx_port_create(0, &port));
    EXPECT_OK(zx_pager_create_vmo(pager, 0, port, 1, PAGE, &vmo));
    address = map(vmo, 0, PAGE);
    EXPECT_OK(zx_pager_detach_vmo(pager, vmo));
    expect_memory(address, ZX_ERR_NOT_FOUND);
    EXPECT_OK(zx_vmar_unmap(zx_vmar_root_self(), address, PAGE));
    close_handle(vmo);
    close_handle(port);
    close_handle(pager);
}

TEST(process_read_memory, of_physical_memory_is_not_supported) {
    zx_handle_t vmo;
    EXPECT_OK(zx_vmo_create_physical(root_resource(), 0x10000000, PAGE, &vmo));
    zx_vaddr_t address = map(vmo, 0, PAGE);
    expect_memory(address, ZX_ERR_NOT_SUPPORTED);
    EXPECT_OK(zx_vmar_unmap(zx_vmar_root_self(), address, PAGE));
    close_handle(vmo);
}

// --- vmar_unmap_handle_close_thread_exit: as long as it fails it returns ---

static zx_status_t unmap_and_exit(zx_handle_t vmar, zx_vaddr_t address, size_t size) {
    return zx_vmar_unmap_handle_close_thread_exit(vmar, address, size, ZX_HANDLE_INVALID);
}

static zx_status_t unmap_the_middle(void *context) {
    // All that can fail comes before the thread's end, which would be this one's.
    return unmap_and_exit(zx_vmar_root_self(), *(zx_vaddr_t *)context + PAGE, PAGE);
}

TEST(vmar_unmap_handle_close_thread_exit, returns_if_it_cannot_unmap) {
    zx_handle_t region, inner;
    zx_vaddr_t base, inner_base;
    EXPECT_OK(zx_vmar_allocate(zx_vmar_root_self(), ZX_VM_CAN_MAP_READ | ZX_VM_CAN_MAP_SPECIFIC, 0,
                               4 * PAGE, &region, &base));
    EXPECT_OK(zx_vmar_allocate(region, ZX_VM_CAN_MAP_READ | ZX_VM_SPECIFIC, 0, 2 * PAGE, &inner,
                               &inner_base));
    EXPECT_STATUS(unmap_and_exit(5, base, PAGE), ZX_ERR_BAD_HANDLE);
    EXPECT_STATUS(unmap_and_exit(zx_thread_self(), base, PAGE), ZX_ERR_WRONG_TYPE);
    EXPECT_STATUS(unmap_and_exit(region, base + 1, PAGE), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(unmap_and_exit(region, base, 0), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(unmap_and_exit(region, base, PAGE), ZX_ERR_INVALID_ARGS); // cuts `inner`
    EXPECT_OK(zx_vmar_destroy(inner));
    EXPECT_STATUS(unmap_and_exit(inner, inner_base, PAGE), ZX_ERR_BAD_STATE);
    close_handle(inner);
    EXPECT_OK(zx_vmar_destroy(region));
    close_handle(region);
}

TEST(vmar_unmap_handle_close_thread_exit, needs_memory_to_cut_a_mapping) {
    zx_handle_t vmo;
    EXPECT_OK(zx_vmo_create(3 * PAGE, 0, &vmo));
    zx_vaddr_t address = map(vmo, 0, 3 * PAGE);
    libzircon_fail_allocation(1);
    zx_status_t status = unmap_the_middle(&address);
    libzircon_fail_allocation(0);
    EXPECT_STATUS(status, ZX_ERR_NO_MEMORY);
    EXPECT_OK(zx_vmar_unmap(zx_vmar_root_self(), address, 3 * PAGE));
    close_handle(vmo);
}

TEST_OF_LOADED(vmar_unmap_handle_close_thread_exit, leaves_the_vdso_where_it_is) {
    struct child child;
    zx_handle_t root;
    child_begin(&child);
    EXPECT_OK(zx_handle_duplicate(child.root, ZX_RIGHT_SAME_RIGHTS, &root));
    uint64_t code = child_call_address(&child, "handle_close") & -(uint64_t)PAGE;
    EXPECT_EQ((zx_status_t)child_call_with(&child, "vmar_unmap_handle_close_thread_exit",
                                           (uint64_t[8]){0, code, PAGE, 0}, root, 0),
              ZX_ERR_ACCESS_DENIED);
    child_end(&child);
}

// --- places that are none ---

static const uint64_t nowhere[] = {
    0,                  // nothing is there
    0x10,               //
    0x7fffffffe000,     // the last page that programs could have
    0x7ffffffff000,     // and behind it
    0x800000000000,     // not canonical
    0xdeadbeefdeadbeef, //
    0xffff800000000000, // the other half of the addresses
    0xffffffffff600000, //
    UINT64_MAX,         //
};
enum { NOWHERES = sizeof(nowhere) / sizeof(nowhere[0]) };

TEST_OF_LOADED(process_start, with_an_entry_that_is_none_ends_by_an_exception) {
    for (size_t i = 0; i < NOWHERES + 2; i++) {
        struct child child;
        child_make(&child, ZX_HANDLE_INVALID);
        // Memory of its own that is no code, too.
        child.code = i < NOWHERES ? nowhere[i] : i == NOWHERES ? child.stack - 64 : child.calls;
        child_start(&child);
        EXPECT_EQ(wait_for_end(child.process), ZX_TASK_RETCODE_EXCEPTION_KILL);
        child_end(&child);
    }
}

TEST_OF_LOADED(process_start, with_a_stack_that_is_none_ends_by_an_exception) {
    for (size_t i = 0; i < NOWHERES + 1; i++) {
        struct child child;
        child_make(&child, ZX_HANDLE_INVALID);
        child.stack = i < NOWHERES ? nowhere[i] : child.code;
        child_start(&child);
        EXPECT_EQ(wait_for_end(child.process), ZX_TASK_RETCODE_EXCEPTION_KILL);
        child_end(&child);
    }
}

TEST_OF_LOADED(thread_start, anywhere_ends_its_process_alone) {
    for (size_t i = 0; i < NOWHERES; i++) {
        struct child child;
        zx_handle_t thread;
        child_begin(&child);
        EXPECT_OK(zx_thread_create(child.process, "lost", 4, 0, &thread));
        EXPECT_OK(
            zx_thread_start(thread, nowhere[i], nowhere[NOWHERES - 1 - i], UINT64_MAX, UINT64_MAX));
        EXPECT_EQ(wait_for_end(child.process), ZX_TASK_RETCODE_EXCEPTION_KILL);
        EXPECT_OK(zx_object_wait_one(thread, ZX_THREAD_TERMINATED, ZX_TIME_INFINITE, NULL));
        close_handle(thread);
        child_end(&child);
    }
}

// In a call a thread cannot be given such a place; at an exception it can, and stops there again.
TEST_OF_LOADED(thread_write_state, leads_to_nowhere_and_back) {
    struct child child;
    zx_handle_t channel, exception, token;
    zx_exception_info_t info;
    zx_thread_state_general_regs_t registers, lost;
    uint32_t handled = ZX_EXCEPTION_STATE_HANDLED;
    child_begin(&child);
    EXPECT_EQ(CHILD_STATUS(&child, "handle_close", 5), ZX_ERR_BAD_HANDLE);
    EXPECT_OK(zx_task_create_exception_channel(child.process, 0, &channel));
    EXPECT_OK(zx_task_suspend_token(child.thread, &token));
    EXPECT_OK(zx_object_wait_one(child.thread, ZX_THREAD_SUSPENDED, ZX_TIME_INFINITE, NULL));
    EXPECT_OK(zx_thread_read_state(child.thread, ZX_THREAD_STATE_GENERAL_REGS, &registers,
                                   sizeof(registers)));
    lost = registers;
    lost.rip = 0x10;
    EXPECT_OK(
        zx_thread_write_state(child.thread, ZX_THREAD_STATE_GENERAL_REGS, &lost, sizeof(lost)));
    close_handle(token);
    for (size_t i = 0; i < NOWHERES; i++) {
        EXPECT_OK(zx_object_wait_one(channel, ZX_CHANNEL_READABLE, ZX_TIME_INFINITE, NULL));
        EXPECT_OK(zx_channel_read(channel, 0, &info, &exception, sizeof(info), 1, NULL, NULL));
        EXPECT_EQ(info.tid, koid_of(child.thread));
        lost.rip = nowhere[i];
        lost.rsp = nowhere[NOWHERES - 1 - i];
        if (i == NOWHERES - 1) {
            lost = registers; // and back into the call
        }
        EXPECT_OK(
            zx_thread_write_state(child.thread, ZX_THREAD_STATE_GENERAL_REGS, &lost, sizeof(lost)));
        EXPECT_OK(
            zx_object_set_property(exception, ZX_PROP_EXCEPTION_STATE, &handled, sizeof(handled)));
        close_handle(exception);
    }
    EXPECT_EQ(CHILD_STATUS(&child, "handle_close", 5), ZX_ERR_BAD_HANDLE);
    close_handle(channel);
    child_end(&child);
}
