// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "host/console.h"
#include "host/defer.h"
#include "objects/debuglog.h"
#include "objects/resource.h"
#include "syscalls/command.h"
#include "syscalls/syscall.h"

enum { DEBUG_WRITE_MAX = 256 };

zx_status_t sys_debug_read(struct thread *self, zx_handle_t handle, user_out buffer,
                           user_inout buffer_size) {
    zx_status_t status = resource_check(self, handle, ZX_RSRC_KIND_ROOT);
    if (status != ZX_OK) {
        return status;
    }
    size_t wanted, done = 0;
    status = copy_from_user(&wanted, user_inout_in(buffer_size), sizeof(wanted));
    if (status != ZX_OK) {
        return status;
    }
    while (done < wanted) {
        char bytes[DEBUG_WRITE_MAX];
        size_t portion = wanted - done < sizeof(bytes) ? wanted - done : sizeof(bytes);
        // While it waits the thread is as one that is parked: signals come, nothing is locked.
        atomic_store(&self->blocked, ZX_THREAD_STATE_BLOCKED);
        signal_resume(self);
        long got = console_read(bytes, portion);
        atomic_store(&self->blocked, 0);
        if (got == 0) {
            return ZX_ERR_NOT_SUPPORTED;
        }
        for (long i = 0; i < got; i++) {
            bytes[i] = bytes[i] == '\r' ? '\n' : bytes[i];
        }
        if (got > 0) {
            status = copy_to_user(user_out_at(buffer, done), bytes, (size_t)got);
            if (status != ZX_OK) {
                return status;
            }
            done += (size_t)got;
        }
    }
    return copy_to_user(user_inout_out(buffer_size), &done, sizeof(done));
}

zx_status_t sys_debug_write(struct thread *self, user_in buffer, size_t buffer_size) {
    (void)self;
    char bytes[DEBUG_WRITE_MAX];
    size_t size = buffer_size < sizeof(bytes) ? buffer_size : sizeof(bytes);
    if (buffer.p == NULL) {
        return ZX_ERR_INVALID_ARGS;
    }
    zx_status_t status = copy_from_user(bytes, buffer, size);
    if (status == ZX_OK) {
        console_write(bytes, size);
    }
    return status;
}

zx_status_t sys_debug_send_command(struct thread *self, zx_handle_t resource, user_in buffer,
                                   size_t buffer_size) {
    zx_status_t status = resource_check(self, resource, ZX_RSRC_KIND_ROOT);
    if (status != ZX_OK) {
        return status;
    }
    char line[DEBUG_WRITE_MAX + 1];
    if (buffer_size > DEBUG_WRITE_MAX) {
        return ZX_ERR_INVALID_ARGS;
    }
    status = copy_from_user(line, buffer, buffer_size);
    if (status != ZX_OK) {
        return status;
    }
    line[buffer_size] = '\0';
    return command_run(self, line);
}

zx_status_t sys_debuglog_create(struct thread *self, zx_handle_t resource, uint32_t options,
                                user_out out) {
    if (resource != ZX_HANDLE_INVALID) {
        zx_status_t status = resource_check(self, resource, ZX_RSRC_KIND_ROOT);
        if (status != ZX_OK) {
            return status;
        }
    }
    struct object *log = debuglog_new(self, options);
    if (log == NULL) {
        return ZX_ERR_NO_MEMORY;
    }
    zx_rights_t rights = debuglog_type.rights;
    if ((options & ZX_LOG_FLAG_READABLE) != 0) {
        rights |= ZX_RIGHT_READ;
    }
    return handle_return_take(self, out, log, rights);
}

zx_status_t sys_debuglog_write(struct thread *self, zx_handle_t handle, uint32_t options,
                               user_in buffer, size_t buffer_size) {
    char bytes[ZX_LOG_RECORD_MAX - sizeof(zx_log_record_t)];
    size_t size = buffer_size < sizeof(bytes) ? buffer_size : sizeof(bytes);
    if ((options & ~(uint32_t)ZX_LOG_FLAGS_MASK) != 0) {
        return ZX_ERR_INVALID_ARGS;
    }
    struct object *log;
    zx_status_t status = handle_get(self, handle, &debuglog_type, ZX_RIGHT_WRITE, &log);
    if (status != ZX_OK) {
        return status;
    }
    status = buffer.p == NULL ? ZX_ERR_INVALID_ARGS : copy_from_user(bytes, buffer, size);
    if (status == ZX_OK) {
        debuglog_write(self, log, options, bytes, size);
    }
    object_unref(self, log);
    return status;
}

zx_status_t sys_debuglog_read(struct thread *self, zx_handle_t handle, uint32_t options,
                              user_out buffer, size_t buffer_size) {
    if (options != 0) {
        return ZX_ERR_INVALID_ARGS;
    }
    struct object *log;
    zx_status_t status = handle_get(self, handle, &debuglog_type, ZX_RIGHT_READ, &log);
    if (status != ZX_OK) {
        return status;
    }
    char record[ZX_LOG_RECORD_MAX];
    size_t size;
    status = debuglog_read(self, log, record, &size);
    object_unref(self, log);
    if (status != ZX_OK) {
        return status;
    }
    size = size < buffer_size ? size : buffer_size;
    status = copy_to_user(buffer, record, size);
    return status != ZX_OK ? status : (zx_status_t)size;
}
