// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Programs that behave badly, one for each word that it can be given.
#include "runtime.h"

// What a call does must not depend on the registers that are the program's own.
static void with_segment(bool gs, uint64_t value) {
    MUST_OK(zx_object_set_property(start.thread, gs ? ZX_PROP_REGISTER_GS : ZX_PROP_REGISTER_FS,
                                   &value, sizeof(value)));
    zx_handle_t event;
    for (int i = 0; i < 100; i++) {
        MUST_OK(zx_event_create(0, &event));
        MUST_STATUS(zx_event_create(0, (void *)16), ZX_ERR_INVALID_ARGS);
        MUST_STATUS(zx_object_wait_one(event, ZX_EVENT_SIGNALED, zx_deadline_after(1000), 0),
                    ZX_ERR_TIMED_OUT);
        MUST_OK(zx_handle_close(event));
    }
}

static void with_garbage(bool gs) {
    with_segment(gs, 0);
    with_segment(gs, 0x1234567890);
    with_segment(gs, start.image_base);
    with_segment(gs, 0x7fffffffe000);
}

// Calls on a stack that has room for no more than their return address.
static void tiny_stack(void) {
    static uint64_t words[64];
    static zx_handle_t event;
    uintptr_t create = vdso_symbol("zx_event_create"), status;
    __asm__ volatile("mov %%rsp, %%rbx\n"
                     "mov %[stack], %%rsp\n"
                     "xor %%edi, %%edi\n"
                     "mov %[event], %%rsi\n"
                     "call *%[create]\n"
                     "mov %%rbx, %%rsp\n"
                     : "=a"(status)
                     : [stack] "r"(&words[1]), [event] "r"(&event), [create] "r"(create)
                     : "rbx", "rdi", "rsi", "rcx", "rdx", "r8", "r9", "r10", "r11", "memory");
    MUST((zx_status_t)status == ZX_OK);
    MUST_OK(zx_handle_close(event));
}

// 512 bytes between pages that nobody may touch, from the top of their page to its bottom.
static void guarded_stack(void) {
    enum { PAGE = 4096, SIZE = 512 };
    zx_handle_t vmo, region;
    zx_vaddr_t base, address;
    MUST_OK(zx_vmo_create(PAGE, 0, &vmo));
    MUST_OK(zx_vmar_allocate(start.root,
                             ZX_VM_CAN_MAP_READ | ZX_VM_CAN_MAP_WRITE | ZX_VM_CAN_MAP_SPECIFIC, 0,
                             3 * PAGE, &region, &base));
    MUST_OK(zx_vmar_map(region, ZX_VM_PERM_READ | ZX_VM_PERM_WRITE | ZX_VM_SPECIFIC, PAGE, vmo, 0,
                        PAGE, &address));
    uintptr_t create = vdso_symbol("zx_event_create"), status;
    const uintptr_t tops[] = {address + PAGE, address + SIZE, address + 8};
    static zx_handle_t event;
    for (int i = 0; i < 3; i++) {
        __asm__ volatile("mov %%rsp, %%rbx\n"
                         "mov %[stack], %%rsp\n"
                         "xor %%edi, %%edi\n"
                         "mov %[event], %%rsi\n"
                         "call *%[create]\n"
                         "mov %%rbx, %%rsp\n"
                         : "=a"(status)
                         : [stack] "r"(tops[i]), [event] "r"(&event), [create] "r"(create)
                         : "rbx", "rdi", "rsi", "rcx", "rdx", "r8", "r9", "r10", "r11", "memory");
        MUST((zx_status_t)status == ZX_OK);
        MUST_OK(zx_handle_close(event));
    }
    // And none at all: a thread whose only code is a call that does not come back.
    const uintptr_t none[] = {0, address, base, 0xffff800000000000};
    for (int i = 0; i < 4; i++) {
        zx_handle_t thread;
        MUST_OK(zx_thread_create(start.process, "none", 4, 0, &thread));
        MUST_OK(zx_thread_start(thread, vdso_symbol("zx_thread_exit"), none[i], 0, 0));
        MUST_OK(zx_object_wait_one(thread, ZX_THREAD_TERMINATED, ZX_TIME_INFINITE, 0));
        MUST_OK(zx_handle_close(thread));
    }
    MUST_OK(zx_handle_close(region));
    MUST_OK(zx_handle_close(vmo));
}

static int64_t linux_call(int64_t number) {
    int64_t result;
    __asm__ volatile("syscall" : "=a"(result) : "a"(number) : "rcx", "r11", "memory");
    return result;
}

int64_t program(void) {
    const char *how = start.argc > 1 ? start.argv[1] : "";
    if (text_is(how, "gs")) {
        with_garbage(true);
    } else if (text_is(how, "fs")) {
        with_garbage(false);
    } else if (text_is(how, "stack")) {
        tiny_stack();
        guarded_stack();
    } else if (text_is(how, "syscall")) {
        linux_call(231); // Linux would end the whole process, with any code
        return 0;
    } else if (text_is(how, "loop")) {
        for (;;) {
            __asm__ volatile("pause");
        }
    } else if (text_is(how, "jump")) {
        __asm__ volatile("jmp *%0" : : "r"((uintptr_t)0x10));
    } else if (text_is(how, "read")) {
        return *(volatile char *)0x20;
    } else if (text_is(how, "trap")) {
        __builtin_trap();
    } else if (text_is(how, "memory")) {
        zx_handle_t vmo;
        MUST_OK(zx_vmo_create(64 << 20, 0, &vmo));
        print(zx_status_get_string(zx_vmo_op_range(vmo, ZX_VMO_OP_COMMIT, 0, 64 << 20, 0, 0)));
        print("\n");
    } else if (text_is(how, "sleep")) {
        zx_nanosleep(ZX_TIME_INFINITE);
    } else {
        return 101;
    }
    return 0;
}
