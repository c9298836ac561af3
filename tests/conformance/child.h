// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Child processes for tests: they make the system calls that their parent asks them to make.
#pragma once

#include "child_code.h"
#include "harness.h"

struct child {
    zx_handle_t job, process, root, thread, channel; // job: ZX_HANDLE_INVALID, or owned
    zx_handle_t given;                               // the child's end, until it is started
    uintptr_t vdso, code, stack;                     // where they are; stack: its top
    uintptr_t calls;                                 // struct child_calls, and scratch behind it
};

enum { CHILD_STACK = 64 << 10 };

// Makes a child in a job (ZX_HANDLE_INVALID: a new one), with all it needs, and starts it.
void child_make(struct child *child, zx_handle_t job);
void child_start(struct child *child);
// Both.
void child_begin(struct child *child);
// Kills it if it still runs, and closes all handles.
void child_end(struct child *child);

// Where a call is in the child.
uint64_t child_call_address(const struct child *child, const char *name);

// Calls it there; `words` has eight. With a handle, which is gone afterwards, its value there takes
// the place of words[handle_word].
uint64_t child_call(struct child *child, const char *name, const uint64_t words[8]);
uint64_t child_call_with(struct child *child, const char *name, const uint64_t words[8],
                         zx_handle_t handle, int handle_word);
#define CHILD_CALL(child, name, ...) child_call(child, name, (uint64_t[8]){__VA_ARGS__})
#define CHILD_STATUS(child, name, ...) ((zx_status_t)CHILD_CALL(child, name, __VA_ARGS__))

// Sends the request alone; the child may not answer.
void child_send(struct child *child, const char *name, const uint64_t words[8]);
// Waits for the answer. ZX_ERR_PEER_CLOSED: the child is gone.
zx_status_t child_receive(struct child *child, uint64_t *result);

// The child's scratch memory: its address there, and what the last call left in it.
uint64_t child_scratch(const struct child *child);
extern uint8_t child_scratch_copy[CHILD_SCRATCH];
uint32_t child_scratch_handle(void); // the first handle in it

// The return code of a process that must end now.
int64_t wait_for_end(zx_handle_t process);
