// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "runtime.h"

#include <stdatomic.h>

#include "elf_types.h"

enum { STACK_SIZE = 64 << 10, LINE = 160 };

// --- memory and text ---

void *memcpy(void *to, const void *from, size_t size) {
    for (size_t i = 0; i < size; i++) {
        ((volatile char *)to)[i] = ((const char *)from)[i];
    }
    return to;
}

void *memset(void *to, int byte, size_t size) {
    for (size_t i = 0; i < size; i++) {
        ((volatile char *)to)[i] = (char)byte;
    }
    return to;
}

int memcmp(const void *a, const void *b, size_t size) {
    for (size_t i = 0; i < size; i++) {
        int difference = ((const unsigned char *)a)[i] - ((const unsigned char *)b)[i];
        if (difference != 0) {
            return difference;
        }
    }
    return 0;
}

size_t strlen(const char *text) {
    size_t length = 0;
    while (((const volatile char *)text)[length] != '\0') {
        length++;
    }
    return length;
}

bool text_is(const char *a, const char *b) {
    size_t length = strlen(a);
    return strlen(b) == length && memcmp(a, b, length) == 0;
}

int64_t number_of(const char *text) {
    int64_t number = 0;
    for (; *text >= '0' && *text <= '9'; text++) {
        number = number * 10 + (*text - '0');
    }
    return number;
}

void print(const char *text) {
    zx_handle_t file = start_handle(PA_HND(PA_FD, 1));
    size_t size = strlen(text);
    if (file == ZX_HANDLE_INVALID) {
        zx_debug_write(text, size);
        return;
    }
    while (size > 0) {
        size_t actual = 0;
        zx_status_t status = zx_socket_write(file, 0, text, size, &actual);
        if (status == ZX_ERR_SHOULD_WAIT) {
            status = zx_object_wait_one(file, ZX_SOCKET_WRITABLE | ZX_SOCKET_PEER_CLOSED,
                                        ZX_TIME_INFINITE, 0);
        }
        if (status != ZX_OK) {
            return;
        }
        text += actual;
        size -= actual;
    }
}

void print_number(int64_t number) {
    char digits[24];
    size_t at = sizeof(digits) - 1;
    digits[at] = '\0';
    uint64_t rest = number < 0 ? -(uint64_t)number : (uint64_t)number;
    do {
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest != 0);
    if (number < 0) {
        digits[--at] = '-';
    }
    print(digits + at);
}

void print_line(const char *text, int64_t number) {
    print(text);
    print(" ");
    print_number(number);
    print("\n");
}

void must_be(bool condition, const char *what, int line) {
    if (!condition) {
        print("not so: ");
        print(what);
        print_line(", line", line);
        zx_process_exit(100);
    }
}

zx_handle_t start_handle(uint32_t info) {
    for (uint32_t i = 0; i < start.handle_count; i++) {
        if (start.infos[i] == info) {
            return start.handles[i];
        }
    }
    return ZX_HANDLE_INVALID;
}

// --- threads ---

// A copy of the image's thread-local variables lies below what %fs points to.
void thread_local_begin(char *block, zx_handle_t thread) {
    const char *base = (const char *)&__ehdr_start;
    const struct elf_segment *segments = (const void *)(base + __ehdr_start.segments);
    struct elf_segment tls = {0};
    for (int i = 0; i < __ehdr_start.segment_count; i++) {
        if (segments[i].type == PT_TLS) {
            tls = segments[i];
        }
    }
    // Where %fs points: the last 64 bytes, with their own address first.
    char *self = block + THREAD_BLOCK - 64;
    uint64_t alignment = tls.alignment == 0 ? 1 : tls.alignment;
    uint64_t below = (tls.memory_size + alignment - 1) / alignment * alignment;
    if (below > THREAD_BLOCK - 64) {
        __builtin_trap();
    }
    memset(self - below, 0, below);
    memcpy(self - below, base + tls.address, tls.file_size);
    uintptr_t value = (uintptr_t)self;
    memcpy(self, &value, sizeof(value));
    MUST_OK(zx_object_set_property(thread, ZX_PROP_REGISTER_FS, &value, sizeof(value)));
}

static void run(struct runtime_thread *thread, char *block) {
    thread_local_begin(block, thread->handle);
    thread->function(thread->argument);
    zx_futex_wake_handle_close_thread_exit((const zx_futex_t *)&thread->done, UINT32_MAX, 1,
                                           ZX_HANDLE_INVALID);
    __builtin_trap();
}

static void entry(uintptr_t thread, uintptr_t block) {
    run((struct runtime_thread *)thread, (char *)block);
}

void thread_begin(struct runtime_thread *thread, void (*function)(void *argument), void *argument) {
    zx_handle_t vmo;
    thread->function = function;
    thread->argument = argument;
    thread->done = 0;
    thread->stack_size = STACK_SIZE;
    MUST_OK(zx_vmo_create(STACK_SIZE, 0, &vmo));
    MUST_OK(zx_vmar_map(start.root, ZX_VM_PERM_READ | ZX_VM_PERM_WRITE, 0, vmo, 0, STACK_SIZE,
                        &thread->stack));
    MUST_OK(zx_handle_close(vmo));
    MUST_OK(zx_thread_create(start.process, "worker", 6, 0, &thread->handle));
    MUST_OK(zx_thread_start(thread->handle, (zx_vaddr_t)(uintptr_t)entry,
                            thread->stack + STACK_SIZE - 8, (uintptr_t)thread, thread->stack));
}

void thread_join(struct runtime_thread *thread) {
    while (atomic_load(&thread->done) == 0) {
        zx_futex_wait((const zx_futex_t *)&thread->done, 0, ZX_HANDLE_INVALID, ZX_TIME_INFINITE);
    }
    // The stack is its own until it is gone.
    MUST_OK(zx_object_wait_one(thread->handle, ZX_THREAD_TERMINATED, ZX_TIME_INFINITE, 0));
    MUST_OK(zx_vmar_unmap(start.root, thread->stack, thread->stack_size));
    MUST_OK(zx_handle_close(thread->handle));
}
