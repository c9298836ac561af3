// Part of libzircon. BSD-3-Clause, see LICENSE.
#include <string.h>

#include <zircon/syscalls/iommu.h>
#include <zircon/syscalls/smc.h>

#include "objects/iommu.h"
#include "objects/resource.h"
#include "syscalls/syscall.h"

// --- IOMMUs ---

// A walk along the bytes of a description.
struct reader {
    const char *at;
    size_t left;
};

static bool read_part(struct reader *reader, void *part, size_t size) {
    if (reader->left < size) {
        return false;
    }
    memcpy(part, reader->at, size);
    reader->at += size;
    reader->left -= size;
    return true;
}

static bool read_scopes(struct reader *reader, size_t bytes) {
    zx_iommu_desc_intel_scope_t scope;
    if (bytes % sizeof(scope) != 0 || bytes > reader->left) {
        return false;
    }
    for (size_t i = 0; i < bytes / sizeof(scope); i++) {
        if (!read_part(reader, &scope, sizeof(scope)) || scope.num_hops == 0 ||
            scope.num_hops > sizeof(scope.dev_func)) {
            return false;
        }
    }
    return true;
}

// Is it a description of Intel's IOMMU? Reserved memory must have as many scopes as the IOMMU
// itself, which is what the kernel of 2019 asks for.
static bool is_intel(const char *bytes, size_t size) {
    struct reader reader = {bytes, size};
    zx_iommu_desc_intel_t desc;
    if (!read_part(&reader, &desc, sizeof(desc)) ||
        reader.left != (size_t)desc.scope_bytes + desc.reserved_memory_bytes ||
        (desc.scope_bytes == 0 && !desc.whole_segment) || !read_scopes(&reader, desc.scope_bytes)) {
        return false;
    }
    zx_iommu_desc_intel_reserved_memory_t memory;
    while (reader.left > sizeof(memory)) {
        if (!read_part(&reader, &memory, sizeof(memory)) || memory.scope_bytes == 0 ||
            memory.scope_bytes != desc.scope_bytes || !read_scopes(&reader, memory.scope_bytes)) {
            return false;
        }
    }
    return reader.left == 0;
}

zx_status_t sys_iommu_create(struct thread *self, zx_handle_t resource, uint32_t type, user_in desc,
                             size_t desc_size, user_out out) {
    zx_status_t status = resource_check(self, resource, ZX_RSRC_KIND_ROOT);
    if (status != ZX_OK) {
        return status;
    }
    char bytes[ZX_IOMMU_MAX_DESC_LEN];
    if (desc_size > sizeof(bytes)) {
        return ZX_ERR_INVALID_ARGS;
    }
    status = copy_from_user(bytes, desc, desc_size);
    if (status != ZX_OK) {
        return status;
    }
    if (type == ZX_IOMMU_TYPE_INTEL && !is_intel(bytes, desc_size)) {
        return ZX_ERR_INVALID_ARGS;
    }
    if (type != ZX_IOMMU_TYPE_DUMMY) {
        return ZX_ERR_NOT_SUPPORTED;
    }
    if (desc_size != sizeof(zx_iommu_desc_dummy_t)) {
        return ZX_ERR_INVALID_ARGS;
    }
    struct object *iommu = iommu_new(self);
    if (iommu == NULL) {
        return ZX_ERR_NO_MEMORY;
    }
    return handle_return_take(self, out, iommu, iommu_type.rights);
}

// --- firmware ---

zx_status_t sys_pc_firmware_tables(struct thread *self, zx_handle_t handle, user_out acpi_rsdp,
                                   user_out smbios) {
    static const zx_paddr_t none = 0;
    zx_status_t status = resource_check(self, handle, ZX_RSRC_KIND_ROOT);
    if (status == ZX_OK) {
        status = copy_to_user(acpi_rsdp, &none, sizeof(none));
    }
    return status == ZX_OK ? copy_to_user(smbios, &none, sizeof(none)) : status;
}

zx_status_t sys_smc_call(struct thread *self, zx_handle_t handle, user_in parameters,
                         user_out out_smc_result) {
    if (parameters.p == NULL || out_smc_result.p == NULL) {
        return ZX_ERR_INVALID_ARGS;
    }
    zx_smc_parameters_t call;
    zx_status_t status = copy_from_user(&call, parameters, sizeof(call));
    if (status != ZX_OK) {
        return status;
    }
    uint32_t service = ARM_SMC_GET_SERVICE_CALL_NUM_FROM_FUNC_ID(call.func_id);
    status = resource_check_range(self, handle, ZX_RSRC_KIND_SMC, service, 1);
    if (status != ZX_OK) {
        return status;
    }
    zx_smc_result_t result;
    memset(&result, 0, sizeof(result));
    return copy_to_user(out_smc_result, &result, sizeof(result));
}
