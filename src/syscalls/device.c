// Part of libzircon. BSD-3-Clause, see LICENSE.
#include <string.h>

#include <zircon/syscalls/iommu.h>
#include <zircon/syscalls/smc.h>

#include <zircon/syscalls/policy.h>

#include "host/frames.h"
#include "objects/bti.h"
#include "objects/framebuffer.h"
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

// --- DMA ---

static struct vmo *vmo_of(struct object *object) {
    return list_entry(object, struct vmo, object);
}

zx_status_t sys_bti_create(struct thread *self, zx_handle_t iommu, uint32_t options,
                           uint64_t bti_id, user_out out) {
    if (options != 0) {
        return ZX_ERR_INVALID_ARGS;
    }
    struct object *object;
    zx_status_t status = handle_get(self, iommu, &iommu_type, ZX_RIGHT_NONE, &object);
    if (status != ZX_OK) {
        return status;
    }
    struct object *bti = bti_new(self, object, bti_id);
    object_unref(self, object);
    return bti != NULL ? handle_return_take(self, out, bti, bti_type.rights) : ZX_ERR_NO_MEMORY;
}

// The rights that the device's permissions ask for of the VMO. Executing is the device's reading.
static zx_status_t check_pin_rights(uint32_t options, zx_rights_t rights) {
    zx_rights_t needed = ZX_RIGHT_MAP;
    if ((options & (ZX_BTI_PERM_READ | ZX_BTI_PERM_EXECUTE)) != 0) {
        needed |= ZX_RIGHT_READ;
    }
    if ((options & ZX_BTI_PERM_WRITE) != 0) {
        needed |= ZX_RIGHT_WRITE;
    }
    return (rights & needed) == needed ? ZX_OK : ZX_ERR_ACCESS_DENIED;
}

enum { PERMISSIONS = ZX_BTI_PERM_READ | ZX_BTI_PERM_WRITE | ZX_BTI_PERM_EXECUTE };

static zx_status_t check_pin_options(uint32_t options, const struct vmo *vmo) {
    bool compress = (options & ZX_BTI_COMPRESS) != 0;
    bool contiguous = (options & ZX_BTI_CONTIGUOUS) != 0;
    uint32_t known = (uint32_t)PERMISSIONS | ZX_BTI_COMPRESS | ZX_BTI_CONTIGUOUS;
    bool follow = vmo_is_one_run(vmo);
    return (options & ~known) != 0 || (compress && contiguous) || (contiguous && !follow)
               ? ZX_ERR_INVALID_ARGS
               : ZX_OK;
}

// How many addresses describe the token, of which each but the last stands for so many pages.
static size_t count_addresses(struct object *pmt, uint32_t options) {
    bool one = pmt_is_contiguous(pmt) && (options & (ZX_BTI_COMPRESS | ZX_BTI_CONTIGUOUS)) != 0;
    return one ? 1 : (size_t)(pmt_size(pmt) / FRAME_SIZE);
}

static zx_status_t put_addresses(struct thread *self, struct object *pmt, user_out addrs,
                                 size_t count) {
    zx_paddr_t portion[64];
    const size_t most = sizeof(portion) / sizeof(portion[0]);
    for (size_t done = 0, n; done < count; done += n) {
        n = count - done < most ? count - done : most;
        for (size_t i = 0; i < n; i++) {
            portion[i] = pmt_address(self, pmt, (done + i) * FRAME_SIZE);
        }
        zx_status_t status = copy_to_user(user_out_at(addrs, done * sizeof(portion[0])), portion,
                                          n * sizeof(portion[0]));
        if (status != ZX_OK) {
            return status;
        }
    }
    return ZX_OK;
}

static zx_status_t pin(struct thread *self, struct object *bti, uint32_t options, struct vmo *vmo,
                       uint64_t offset, uint64_t size, user_out addrs, size_t addrs_count,
                       struct object **out) {
    struct object *pmt;
    zx_status_t status = bti_pin(self, bti, vmo, offset, size, options & PERMISSIONS, &pmt);
    if (status != ZX_OK) {
        return status;
    }
    status = addrs_count == count_addresses(pmt, options)
                 ? put_addresses(self, pmt, addrs, addrs_count)
                 : ZX_ERR_INVALID_ARGS;
    if (status != ZX_OK) {
        object_unref(self, pmt);
        return status;
    }
    *out = pmt;
    return ZX_OK;
}

zx_status_t sys_bti_pin(struct thread *self, zx_handle_t handle, uint32_t options, zx_handle_t vmo,
                        uint64_t offset, uint64_t size, user_out addrs, size_t addrs_count,
                        user_out pmt) {
    struct object *bti, *object, *token = NULL;
    zx_rights_t rights;
    zx_status_t status = handle_get(self, handle, &bti_type, ZX_RIGHT_MAP, &bti);
    if (status != ZX_OK) {
        return status;
    }
    if (offset % FRAME_SIZE != 0 || size % FRAME_SIZE != 0) {
        status = ZX_ERR_INVALID_ARGS;
    } else {
        status = handle_get_rights(self, vmo, &vmo_type, ZX_RIGHT_NONE, &object, &rights);
    }
    if (status == ZX_OK) {
        status = check_pin_rights(options, rights);
        if (status == ZX_OK) {
            status = check_pin_options(options, vmo_of(object));
        }
        if (status == ZX_OK) {
            status =
                pin(self, bti, options, vmo_of(object), offset, size, addrs, addrs_count, &token);
        }
        object_unref(self, object);
    }
    object_unref(self, bti);
    if (status != ZX_OK) {
        return status;
    }
    // Without a handle it must not go into quarantine, whatever the end of its first one does.
    object_ref(token);
    pmt_mark_unpinned(self, token);
    status = handle_return_take(self, pmt, token, pmt_type.rights);
    if (status == ZX_OK) {
        pmt_mark_pinned(self, token);
    }
    object_unref(self, token);
    return status;
}

zx_status_t sys_bti_release_quarantine(struct thread *self, zx_handle_t handle) {
    struct object *bti;
    zx_status_t status = handle_get(self, handle, &bti_type, ZX_RIGHT_WRITE, &bti);
    if (status == ZX_OK) {
        bti_release_quarantine(self, bti);
        object_unref(self, bti);
    }
    return status;
}

zx_status_t sys_pmt_unpin(struct thread *self, zx_handle_t handle) {
    struct handle_record record;
    zx_status_t status = handle_take(self, handle, NULL, NULL, &record);
    if (status != ZX_OK) {
        return status;
    }
    if (record.object->type == &pmt_type) {
        pmt_mark_unpinned(self, record.object);
    } else {
        status = ZX_ERR_WRONG_TYPE;
    }
    handle_record_close(self, record);
    return status;
}

zx_status_t sys_vmo_create_contiguous(struct thread *self, zx_handle_t bti, size_t size,
                                      uint32_t alignment_log2, user_out out) {
    if (size == 0 ||
        (alignment_log2 != 0 && (alignment_log2 < FRAME_SHIFT || alignment_log2 >= 64))) {
        return ZX_ERR_INVALID_ARGS;
    }
    zx_status_t status = process_check_policy(self, ZX_POL_NEW_VMO);
    if (status != ZX_OK) {
        return status;
    }
    struct object *object;
    status = handle_get(self, bti, &bti_type, ZX_RIGHT_MAP, &object);
    if (status != ZX_OK) {
        return status;
    }
    object_unref(self, object);
    struct vmo *vmo;
    status = vmo_new_contiguous(self, size, alignment_log2, &vmo);
    return status != ZX_OK ? status : handle_return_take(self, out, &vmo->object, vmo_type.rights);
}

zx_status_t sys_vmo_create_physical(struct thread *self, zx_handle_t resource, zx_paddr_t paddr,
                                    size_t size, user_out out) {
    zx_status_t status = process_check_policy(self, ZX_POL_NEW_VMO);
    if (status == ZX_OK) {
        status = resource_check_range(self, resource, ZX_RSRC_KIND_MMIO, paddr, size);
    }
    struct vmo *vmo;
    if (status == ZX_OK) {
        status = vmo_new_physical(self, paddr, size, &vmo);
    }
    return status != ZX_OK ? status : handle_return_take(self, out, &vmo->object, vmo_type.rights);
}

// --- ports ---

enum { PORTS_END = 0x10000 };

static zx_status_t check_ports(struct thread *self, zx_handle_t resource, uint16_t io_addr,
                               uint32_t len) {
    zx_status_t status = resource_check_range(self, resource, ZX_RSRC_KIND_IOPORT, io_addr, len);
    return status == ZX_OK && (uint64_t)io_addr + len > PORTS_END ? ZX_ERR_INVALID_ARGS : status;
}

zx_status_t sys_ioports_request(struct thread *self, zx_handle_t resource, uint16_t io_addr,
                                uint32_t len) {
    return check_ports(self, resource, io_addr, len);
}

zx_status_t sys_ioports_release(struct thread *self, zx_handle_t resource, uint16_t io_addr,
                                uint32_t len) {
    return check_ports(self, resource, io_addr, len);
}

// --- the framebuffer ---

zx_status_t sys_framebuffer_get_info(struct thread *self, zx_handle_t resource, user_out format,
                                     user_out width, user_out height, user_out stride) {
    zx_status_t status = resource_check(self, resource, ZX_RSRC_KIND_ROOT);
    struct framebuffer_info info;
    if (status == ZX_OK && !framebuffer_of_machine(&info)) {
        status = ZX_ERR_INVALID_ARGS;
    }
    if (status == ZX_OK) {
        status = copy_to_user(format, &info.format, sizeof(info.format));
    }
    if (status == ZX_OK) {
        status = copy_to_user(width, &info.width, sizeof(info.width));
    }
    if (status == ZX_OK) {
        status = copy_to_user(height, &info.height, sizeof(info.height));
    }
    return status == ZX_OK ? copy_to_user(stride, &info.stride, sizeof(info.stride)) : status;
}

zx_status_t sys_framebuffer_set_range(struct thread *self, zx_handle_t resource, zx_handle_t vmo,
                                      uint32_t len, uint32_t format, uint32_t width,
                                      uint32_t height, uint32_t stride) {
    (void)len;
    zx_status_t status = resource_check(self, resource, ZX_RSRC_KIND_ROOT);
    if (status != ZX_OK) {
        return status;
    }
    if (vmo == ZX_HANDLE_INVALID) {
        framebuffer_clear(self);
        return ZX_OK;
    }
    struct object *object;
    status = handle_get(self, vmo, &vmo_type, ZX_RIGHT_NONE, &object);
    if (status != ZX_OK) {
        return status;
    }
    const struct framebuffer_info info = {format, width, height, stride};
    status = framebuffer_set(self, vmo_of(object), &info);
    object_unref(self, object);
    return status;
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
