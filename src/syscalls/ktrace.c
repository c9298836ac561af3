// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// What the trace has of calls comes from here and not from the objects, so that nothing is to be
// asked on the usual way while nobody traces.
#include "syscalls/ktrace.h"

#include <zircon/syscalls/port.h>
#include <zircon/zx-syscall-numbers.h>

#include "host/threads.h"
#include "kernel.h"
#include "objects/ktrace.h"
#include "objects/resource.h"
#include "objects/thread.h"
#include "syscalls/syscall.h"

enum { ACTION_START = 1, ACTION_STOP, ACTION_REWIND, ACTION_NEW_PROBE };

static const char *const call_names[] = {
#include "names.inc"
};

static void prepare(struct thread *self) {
    ktrace_prepare(self, call_names, sizeof(call_names) / sizeof(call_names[0]));
}

// --- calls ---

static uint32_t koid_named(struct thread *self, uint64_t handle) {
    struct object *object;
    uint32_t koid = 0;
    if (handle_get(self, (zx_handle_t)handle, NULL, 0, &object) == ZX_OK) {
        koid = (uint32_t)object->koid;
        object_unref(self, object);
    }
    return koid;
}

static uint32_t high(uint64_t word) {
    return (uint32_t)(word >> 32);
}

// One call in progress.
struct call {
    struct thread *self;
    uint32_t number;
    uint32_t object; // what it is about: the low half of a koid
};

static void write_begin(struct call *call, const uint64_t words[8]) {
    ktrace_write_small(KTRACE_SYSCALL_ENTER, call->number << 8 | (thread_cpu() & 0xff));
    if (!ktrace_wants(KTRACE_CHANNEL_WRITE)) {
        return;
    }
    switch (call->number) {
    case ZX_SYS_channel_write:
    case ZX_SYS_channel_write_etc:
    case ZX_SYS_channel_read:
    case ZX_SYS_channel_read_etc:
    case ZX_SYS_port_queue:
        call->object = koid_named(call->self, words[0]);
        break;
    case ZX_SYS_port_wait:
        call->object = koid_named(call->self, words[0]);
        ktrace_write(call->self, KTRACE_PORT_WAIT, (uint32_t[4]){call->object});
        break;
    case ZX_SYS_object_wait_one:
        call->object = koid_named(call->self, words[0]);
        ktrace_write(
            call->self, KTRACE_WAIT_ONE,
            (uint32_t[4]){call->object, (uint32_t)words[1], (uint32_t)words[2], high(words[2])});
        break;
    default:
        break;
    }
}

static uint32_t number_at(uint64_t pointer) {
    uint32_t number;
    user_in from = {(const void *)(uintptr_t)pointer};
    return copy_from_user(&number, from, sizeof(number)) == ZX_OK ? number : 0;
}

static void write_result(const struct call *call, const uint64_t words[8], zx_status_t status) {
    struct thread *self = call->self;
    uint32_t object = call->object;
    if (call->number == ZX_SYS_port_wait) {
        ktrace_write(self, KTRACE_PORT_WAIT_DONE, (uint32_t[4]){object, (uint32_t)status});
    } else if (call->number == ZX_SYS_object_wait_one) {
        ktrace_write(self, KTRACE_WAIT_ONE_DONE,
                     (uint32_t[4]){object, (uint32_t)status, number_at(words[3])});
    }
    if (status != ZX_OK) {
        return;
    }
    switch (call->number) {
    case ZX_SYS_channel_create:
        ktrace_write(self, KTRACE_CHANNEL_CREATE,
                     (uint32_t[4]){koid_named(self, number_at(words[1])),
                                   koid_named(self, number_at(words[2])), (uint32_t)words[0]});
        break;
    case ZX_SYS_channel_write:
    case ZX_SYS_channel_write_etc:
        ktrace_write(self, KTRACE_CHANNEL_WRITE,
                     (uint32_t[4]){object, (uint32_t)words[3], (uint32_t)words[5]});
        break;
    case ZX_SYS_channel_read:
    case ZX_SYS_channel_read_etc:
        ktrace_write(self, KTRACE_CHANNEL_READ,
                     (uint32_t[4]){object, number_at(words[6]), number_at(words[7])});
        break;
    case ZX_SYS_port_create:
        ktrace_write(self, KTRACE_PORT_CREATE,
                     (uint32_t[4]){koid_named(self, number_at(words[1]))});
        break;
    case ZX_SYS_port_queue:
        ktrace_write(self, KTRACE_PORT_QUEUE, (uint32_t[4]){object, sizeof(zx_port_packet_t)});
        break;
    default:
        break;
    }
}

uint64_t ktrace_dispatch(struct thread *self, uint32_t number, const uint64_t words[8]) {
    if (likely(atomic_load_explicit(&ktrace_mask, memory_order_relaxed) == 0) || self == NULL) {
        return dispatch(self, number, words);
    }
    struct call call = {.self = self, .number = number};
    write_begin(&call, words);
    uint64_t result = dispatch(self, number, words);
    if (ktrace_wants(KTRACE_CHANNEL_WRITE)) {
        write_result(&call, words, (zx_status_t)result);
    }
    ktrace_write_small(KTRACE_SYSCALL_EXIT, number << 8 | (thread_cpu() & 0xff));
    return result;
}

// --- names of what lives ---

static bool name_thread(void *context, struct object *object) {
    const struct process *process = context;
    const struct thread_object *thread = object_as(thread_object, object);
    ktrace_write_name(KTRACE_THREAD_NAME, (uint32_t)object->koid, (uint32_t)process->object.koid,
                      thread->name);
    return true;
}

static void name_process(struct thread *self, struct process *process) {
    ktrace_write_name(KTRACE_PROC_NAME, (uint32_t)process->object.koid, 0, process->name);
    process_for_each_thread(self, process, name_thread, process);
}

// --- the calls ---

static zx_status_t start(struct thread *self, uint32_t groups) {
    groups &= KTRACE_ALL;
    ktrace_record_groups(groups != 0 ? groups : KTRACE_ALL);
    name_process(self, kernel_host_process());
    if (self->process != kernel_host_process()) {
        name_process(self, self->process);
    }
    atomic_fetch_or(&call_watchers, WATCHER_KTRACE);
    return ZX_OK;
}

zx_status_t sys_ktrace_control(struct thread *self, zx_handle_t handle, uint32_t action,
                               uint32_t options, user_inout ptr) {
    zx_status_t status = resource_check(self, handle, ZX_RSRC_KIND_ROOT);
    if (status != ZX_OK) {
        return status;
    }
    prepare(self);
    char name[ZX_MAX_NAME_LEN] = {0};
    switch (action) {
    case ACTION_START:
        return start(self, options);
    case ACTION_STOP:
        ktrace_record_groups(0);
        atomic_fetch_and(&call_watchers, ~(uint32_t)WATCHER_KTRACE);
        return ZX_OK;
    case ACTION_REWIND:
        ktrace_rewind(self);
        return ZX_OK;
    case ACTION_NEW_PROBE:
        status = copy_from_user(name, user_inout_in(ptr), sizeof(name) - 1);
        return status != ZX_OK ? status : ktrace_probe(self, name);
    default:
        return ZX_ERR_INVALID_ARGS;
    }
}

zx_status_t sys_ktrace_read(struct thread *self, zx_handle_t handle, user_out data, uint32_t offset,
                            size_t data_size, user_out actual) {
    zx_status_t status = resource_check(self, handle, ZX_RSRC_KIND_ROOT);
    if (status != ZX_OK) {
        return status;
    }
    prepare(self);
    size_t size = ktrace_size();
    if (data.p != NULL) {
        size = offset < size ? size - offset : 0;
        size = data_size < size ? data_size : size;
        status = size == 0 ? ZX_OK : copy_to_user(data, ktrace_bytes() + offset, size);
    }
    return status != ZX_OK ? status : copy_to_user(actual, &size, sizeof(size));
}

zx_status_t sys_ktrace_write(struct thread *self, zx_handle_t handle, uint32_t id, uint32_t arg0,
                             uint32_t arg1) {
    zx_status_t status = resource_check(self, handle, ZX_RSRC_KIND_ROOT);
    if (status != ZX_OK) {
        return status;
    }
    return id > KTRACE_PROBE_ID_MAX ? ZX_ERR_INVALID_ARGS
                                    : ktrace_write_probe(self, id, arg0, arg1);
}
