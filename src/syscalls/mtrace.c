// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// The processor traces and counts for the host alone. What is left are the checks.
#include "host/console.h"
#include "objects/resource.h"
#include "syscalls/syscall.h"

enum { KIND_INSNTRACE, KIND_PERFMON };

enum { INSN_ALLOC, INSN_FREE, INSN_STAGE, INSN_GET, INSN_START, INSN_STOP };
enum { INSN_MODE_CPUS, INSN_MODE_THREADS };
enum { INSN_TRACES_MAX = 64, INSN_REGISTERS_SIZE = 72 };

struct insn_config {
    uint32_t mode, traces;
};

enum { PERF_PROPERTIES, PERF_INIT, PERF_ASSIGN, PERF_STAGE, PERF_START, PERF_STOP, PERF_FINISH };
enum { PERF_PROPERTIES_SIZE = 32, PERF_CONFIG_SIZE = 344, PERF_CPU_MASK = 0x3f };

static zx_status_t insntrace(uint32_t action, uint32_t options, user_in ptr, size_t size) {
    struct insn_config config;
    char registers[INSN_REGISTERS_SIZE];
    zx_status_t status;
    switch (action) {
    case INSN_ALLOC:
        if (options != 0 || size != sizeof(config)) {
            return ZX_ERR_INVALID_ARGS;
        }
        status = copy_from_user(&config, ptr, sizeof(config));
        if (status != ZX_OK) {
            return status;
        }
        return config.traces > INSN_TRACES_MAX || config.mode > INSN_MODE_THREADS ||
                       (config.mode == INSN_MODE_CPUS && config.traces != machine_cpus())
                   ? ZX_ERR_INVALID_ARGS
                   : ZX_ERR_NOT_SUPPORTED;
    case INSN_STAGE:
        if (size != sizeof(registers)) {
            return ZX_ERR_INVALID_ARGS;
        }
        status = copy_from_user(registers, ptr, sizeof(registers));
        return status != ZX_OK ? status : ZX_ERR_NOT_SUPPORTED;
    case INSN_GET:
        return size != sizeof(registers) ? ZX_ERR_INVALID_ARGS : ZX_ERR_NOT_SUPPORTED;
    case INSN_FREE:
    case INSN_START:
    case INSN_STOP:
        return options != 0 || size != 0 ? ZX_ERR_INVALID_ARGS : ZX_ERR_NOT_SUPPORTED;
    default:
        return ZX_ERR_INVALID_ARGS;
    }
}

static zx_status_t assign_buffer(struct thread *self, uint32_t options, user_in ptr) {
    zx_handle_t vmo;
    zx_status_t status = copy_from_user(&vmo, ptr, sizeof(vmo));
    if (status != ZX_OK) {
        return status;
    }
    if ((options & ~(uint32_t)PERF_CPU_MASK) != 0) {
        return ZX_ERR_INVALID_ARGS;
    }
    const zx_rights_t needed = ZX_RIGHT_MAP | ZX_RIGHT_READ | ZX_RIGHT_WRITE;
    struct object *object;
    zx_rights_t rights;
    status = handle_get_rights(self, vmo, NULL, 0, &object, &rights);
    if (status != ZX_OK) {
        return status;
    }
    status = object->type->id != ZX_OBJ_TYPE_VMO ? ZX_ERR_WRONG_TYPE
             : (rights & needed) != needed       ? ZX_ERR_ACCESS_DENIED
                                                 : ZX_ERR_NOT_SUPPORTED;
    object_unref(self, object);
    return status;
}

static zx_status_t perfmon(struct thread *self, uint32_t action, uint32_t options, user_in ptr,
                           size_t size) {
    char config[PERF_CONFIG_SIZE];
    zx_status_t status;
    switch (action) {
    case PERF_PROPERTIES:
        return size != PERF_PROPERTIES_SIZE || options != 0 ? ZX_ERR_INVALID_ARGS
                                                            : ZX_ERR_NOT_SUPPORTED;
    case PERF_ASSIGN:
        return size != sizeof(zx_handle_t) ? ZX_ERR_INVALID_ARGS
                                           : assign_buffer(self, options, ptr);
    case PERF_STAGE:
        if (size != sizeof(config)) {
            return ZX_ERR_INVALID_ARGS;
        }
        status = copy_from_user(config, ptr, sizeof(config));
        if (status != ZX_OK) {
            return status;
        }
        return options != 0 ? ZX_ERR_INVALID_ARGS : ZX_ERR_NOT_SUPPORTED;
    case PERF_INIT:
    case PERF_START:
        return options != 0 || size != 0 ? ZX_ERR_INVALID_ARGS : ZX_ERR_NOT_SUPPORTED;
    case PERF_STOP:
    case PERF_FINISH:
        return options != 0 || size != 0 ? ZX_ERR_INVALID_ARGS : ZX_OK;
    default:
        return ZX_ERR_INVALID_ARGS;
    }
}

zx_status_t sys_mtrace_control(struct thread *self, zx_handle_t handle, uint32_t kind,
                               uint32_t action, uint32_t options, user_inout ptr, size_t ptr_size) {
    zx_status_t status = resource_check(self, handle, ZX_RSRC_KIND_ROOT);
    if (status != ZX_OK) {
        return status;
    }
    switch (kind) {
    case KIND_INSNTRACE:
        return insntrace(action, options, user_inout_in(ptr), ptr_size);
    case KIND_PERFMON:
        return perfmon(self, action, options, user_inout_in(ptr), ptr_size);
    default:
        return ZX_ERR_INVALID_ARGS;
    }
}
