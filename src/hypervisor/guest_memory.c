// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "hypervisor/guest_memory.h"

#include "host/fault.h"
#include "host/lock.h"
#include "host/user_copy.h"
#include "objects/vmar.h"

// What every processor that can run guests can address: 64 GiB. The kernel of 2019 gives guests
// 2^48 bytes; a window of that size does not fit into a process.
static const uint64_t memory_size = 1ull << 36;

zx_status_t guest_memory_begin(struct thread *self, struct guest *guest, struct object **vmar) {
    struct vmar *root = vmar_new_root(self, VMAR_ROOT_GUEST, memory_size);
    if (root == NULL) {
        return ZX_ERR_NO_MEMORY;
    }
    uintptr_t base;
    size_t size;
    zx_status_t status = vmar_range(self, root, &base, &size); // picks the window
    if (status != ZX_OK) {
        object_unref(self, &root->object);
        return status;
    }
    guest->machine.window = (char *)vmar_host_address(root);
    guest->machine.window_size = size;
    guest->memory = root;
    object_ref(&root->object);
    *vmar = &root->object;
    return ZX_OK;
}

void guest_memory_end(struct thread *self, struct guest *guest) {
    vmar_end_root(self, guest->memory);
    object_unref(self, &guest->memory->object);
}

zx_status_t guest_memory_unmap(struct thread *self, struct guest *guest, uint64_t address,
                               uint64_t size) {
    return vmar_unmap_within(self, guest->memory, address, size);
}

bool guest_memory_is_open(struct thread *self, struct guest *guest, uint64_t address, bool write) {
    // Under a lock nobody makes it accessible for us.
    mutex_lock(self, guest->object.lock);
    bool open = user_touch(guest->machine.window + address, write);
    mutex_unlock(self, guest->object.lock);
    return open;
}

zx_status_t guest_memory_touch(struct thread *self, struct guest *guest, uint64_t address,
                               bool write) {
    return vmar_fault(self, (uintptr_t)guest->machine.window + address,
                      write ? FAULT_WRITE : FAULT_READ);
}
