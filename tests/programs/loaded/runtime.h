// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// The small runtime of the programs in this folder. They are compiled for Fuchsia and run without
// its dynamic linker and C library: start.c binds them to the vDSO and reads their first message.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <zircon/processargs.h>
#include <zircon/syscalls.h>
#include <zircon/syscalls/object.h>

enum { START_HANDLES_MAX = 32 };

struct start {
    uintptr_t vdso_base, image_base;
    int argc;
    const char *argv[32], *environment[32];
    uint32_t handle_count;
    uint32_t infos[START_HANDLES_MAX];
    zx_handle_t handles[START_HANDLES_MAX];
    zx_handle_t process, thread, root, job;
};
extern struct start start;

// What each program has. Its result is the return code.
int64_t program(void);

// The handle that the program was started with for PA_HND(...), or ZX_HANDLE_INVALID.
zx_handle_t start_handle(uint32_t info);

// Text to the standard output, or to the debug log if there is none.
void print(const char *text);
void print_number(int64_t number);
void print_line(const char *text, int64_t number);

// Ends the program with the code 100 after a message if something is not as it must be.
void must_be(bool condition, const char *what, int line);
#define MUST(condition) must_be((condition), #condition, __LINE__)
#define MUST_STATUS(expression, expected)                                                          \
    do {                                                                                           \
        zx_status_t status_ = (expression);                                                        \
        if (status_ != (expected)) {                                                               \
            print(zx_status_get_string(status_));                                                  \
            print(" from ");                                                                       \
            must_be(false, #expression, __LINE__);                                                 \
        }                                                                                          \
    } while (0)
#define MUST_OK(expression) MUST_STATUS(expression, ZX_OK)

const char *zx_status_get_string(zx_status_t status);

bool text_is(const char *a, const char *b);
int64_t number_of(const char *text);

// The address of a call in this process's vDSO.
uintptr_t vdso_symbol(const char *name);

// The bytes between two functions of the programs' own code.
void *memcpy(void *to, const void *from, size_t size);
void *memset(void *to, int byte, size_t size);
int memcmp(const void *a, const void *b, size_t size);
size_t strlen(const char *text);

// --- threads ---

struct runtime_thread {
    zx_handle_t handle;
    _Atomic int32_t done; // a futex, 1 at the end
    void (*function)(void *argument);
    void *argument;
    zx_vaddr_t stack;
    size_t stack_size;
};

// A thread with a stack of its own and its own copy of the thread-local variables.
void thread_begin(struct runtime_thread *thread, void (*function)(void *argument), void *argument);
void thread_join(struct runtime_thread *thread);

// Gives the calling thread, whose handle is `thread`, its thread-local variables in a block of
// memory.
enum { THREAD_BLOCK = 4096 };
void thread_local_begin(char *block, zx_handle_t thread);
