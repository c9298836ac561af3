// Part of libzircon. BSD-3-Clause, see LICENSE.
// A virtual memory address region: a range of addresses of a process, with mappings and further
// regions in it.
//
// All regions of a process hang below its root. The root's range is a window (host/window.h),
// picked when the first region or mapping is made. An address leads to its window, the window to
// the region, so a fault is served for whichever process the address belongs to.
#pragma once

#include "objects/object.h"
#include "objects/vmo.h"
#include "vm/mapping.h"

struct space;

struct vmar {
    struct object object;
    struct mutex lock; // the object's; what is in the region is under the space's
    struct space *space;
    struct vmar *parent;  // null for a root, or a region that is gone
    struct region region; // in the parent's
    struct regions inside;
    uint32_t flags; // ZX_VM_CAN_MAP_*, ZX_VM_COMPACT
    bool alive;
    bool is_root;
};

extern const struct object_type vmar_type;

// The root region of a new process, with a reference. With VMAR_ROOT_HOST it is the larger window
// of the process whose programs are linked; with VMAR_ROOT_GUEST a guest's physical memory, of
// `size` bytes, from address 0 as the guest sees it. Null if memory is used up.
enum vmar_root_kind { VMAR_ROOT_PROCESS, VMAR_ROOT_HOST, VMAR_ROOT_GUEST };
struct vmar *vmar_new_root(struct thread *self, enum vmar_root_kind kind, uint64_t size);

// The process is gone: unmaps all, the code of the vDSO as well. Its regions are dead afterwards.
// The caller keeps its reference.
void vmar_end_root(struct thread *self, struct vmar *root);

// Where the region's addresses are; gives a root its window.
zx_status_t vmar_range(struct thread *self, struct vmar *vmar, uintptr_t *base, size_t *size);

// Has neither it nor its process ended?
bool vmar_is_alive(struct thread *self, struct vmar *vmar);

// Where that is for the host: another address for a guest's region.
uintptr_t vmar_host_address(struct vmar *vmar);

// Rights of the first handle to a region.
zx_rights_t vmar_rights(const struct vmar *vmar);

// What zx_vmar_allocate does once the handle's rights are checked: checks the options, too.
zx_status_t vmar_allocate(struct thread *self, struct vmar *parent, zx_vm_option_t options,
                          uint64_t offset, uint64_t size, struct vmar **child, uintptr_t *address);

// The same for zx_vmar_map. `options` has ZX_VM_CAN_MAP_* for what zx_vmar_protect may allow later.
zx_status_t vmar_map(struct thread *self, struct vmar *vmar, zx_vm_option_t options,
                     uint64_t offset, struct vmo *vmo, uint64_t vmo_offset, uint64_t size,
                     uintptr_t *address);

zx_status_t vmar_unmap(struct thread *self, struct vmar *vmar, uintptr_t address, uint64_t size);
// As vmar_unmap, but regions within stay, and may be only partly in the range.
zx_status_t vmar_unmap_within(struct thread *self, struct vmar *vmar, uintptr_t address,
                              uint64_t size);
zx_status_t vmar_protect(struct thread *self, struct vmar *vmar, zx_vm_option_t options,
                         uintptr_t address, uint64_t size);
zx_status_t vmar_destroy(struct thread *self, struct vmar *vmar);
// What zx_vmar_op_range does with the mappings in a range; may wait for a pager.
zx_status_t vmar_op_range(struct thread *self, struct vmar *vmar, uint32_t op, uintptr_t address,
                          uint64_t size);

// --- faults ---

// Makes an address accessible (FAULT_READ, FAULT_WRITE, FAULT_EXECUTE of host/fault.h); may wait
// for a pager. ZX_OK: use it again. Else what Zircon's fault would be: NOT_FOUND (nothing is mapped
// there), ACCESS_DENIED, OUT_OF_RANGE (past the end of the VMO), NO_MEMORY, or a pager's error.
zx_status_t vmar_fault(struct thread *self, uintptr_t address, uint32_t access);

// --- other processes' memory ---

// The VMO, with a reference, that is mapped at an address below `root`, where in it, and for how
// many bytes. ZX_ERR_NOT_FOUND.
zx_status_t vmar_find_mapping(struct thread *self, struct vmar *root, uintptr_t address,
                              struct vmo **vmo, uint64_t *offset, uint64_t *size);

// --- the vDSO ---

// Says that [offset, offset + size) of a VMO is the vDSO's code: it can be mapped executable only
// as a whole and once a process, and such a mapping can be neither changed nor unmapped.
void vmar_set_vdso(struct vmo *vmo, uint64_t offset, uint64_t size);
// Where the image begins in a process: ZX_PROP_PROCESS_VDSO_BASE_ADDRESS; 0 if it is not mapped.
uintptr_t vmar_vdso_base(struct thread *self, struct vmar *root);

// --- information ---

// Calls `visit` for the region itself and everything below it, in the order of addresses, under the
// lock. `vmar` or `mapping` is null. Stops when it returns false.
typedef bool (*vmar_visitor)(void *context, struct vmar *vmar, struct mapping *mapping,
                             uint32_t depth);
void vmar_for_each(struct thread *self, struct vmar *vmar, vmar_visitor visit, void *context);

// Pages of the VMO that count for what is mapped, and in how many spaces the VMO is mapped (may be
// null). Under the lock of the mapping's space (vmo_info.c).
uint64_t mapping_committed(struct thread *self, struct mapping *mapping, uint64_t *spaces);
