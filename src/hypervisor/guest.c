// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "hypervisor/guest.h"

#include <string.h>
#include <zircon/syscalls/hypervisor.h>

#include "host/memory.h"
#include "hypervisor/guest_memory.h"

SLAB_OBJECTS(guest, sizeof(struct guest));

enum { PORTS_END = 65535 }; // beyond what a trap can cover

zx_status_t guest_new(struct thread *self, const struct hv_backend *backend, struct object **object,
                      struct object **vmar) {
    struct guest *guest = slab_alloc(self, &guest_slab);
    if (guest == NULL) {
        return ZX_ERR_NO_MEMORY;
    }
    memset((char *)guest + sizeof(guest->object), 0, sizeof(*guest) - sizeof(guest->object));
    guest->machine.backend = backend;
    zx_status_t status = guest_memory_begin(self, guest, vmar);
    if (status == ZX_OK) {
        status = backend->guest_create(&guest->machine);
        if (status != ZX_OK) {
            object_unref(self, *vmar);
            guest_memory_end(self, guest);
        }
    }
    if (status != ZX_OK) {
        slab_free(self, &guest_slab, guest);
        return status;
    }
    trap_map_init(&guest->memory_traps);
    trap_map_init(&guest->port_traps);
    mutex_init(&guest->lock, RANK_OBJECT);
    object_init(&guest->object, &guest_type, &guest->lock, 0);
    *object = &guest->object;
    return ZX_OK;
}

zx_status_t guest_set_trap(struct thread *self, struct guest *guest, uint32_t kind,
                           uint64_t address, uint64_t size, struct object *port, uint64_t key) {
    if (size == 0) {
        return ZX_ERR_INVALID_ARGS;
    }
    if (UINT64_MAX - size < address) {
        return ZX_ERR_OUT_OF_RANGE;
    }
    switch (kind) {
    case ZX_GUEST_TRAP_MEM:
        if (port != NULL) {
            return ZX_ERR_INVALID_ARGS;
        }
        break;
    case ZX_GUEST_TRAP_BELL:
        if (port == NULL) {
            return ZX_ERR_INVALID_ARGS;
        }
        break;
    case ZX_GUEST_TRAP_IO:
        if (port != NULL) {
            return ZX_ERR_INVALID_ARGS;
        }
        if (address + size > PORTS_END) {
            return ZX_ERR_OUT_OF_RANGE;
        }
        return trap_map_add(self, &guest->port_traps, kind, address, size, NULL, key);
    default:
        return ZX_ERR_INVALID_ARGS;
    }
    if (address % HOST_PAGE_SIZE != 0 || size % HOST_PAGE_SIZE != 0) {
        return ZX_ERR_INVALID_ARGS;
    }
    zx_status_t status = guest_memory_unmap(self, guest, address, size);
    if (status != ZX_OK) {
        return status;
    }
    return trap_map_add(self, &guest->memory_traps, kind, address, size, port, key);
}

bool guest_take_number(struct guest *guest, uint32_t *number) {
    uint64_t taken = atomic_load(&guest->vcpus);
    do {
        if (taken == UINT64_MAX) {
            return false;
        }
        *number = (uint32_t)__builtin_ctzll(~taken);
    } while (!atomic_compare_exchange_weak(&guest->vcpus, &taken, taken | 1ull << *number));
    return true;
}

void guest_give_number(struct guest *guest, uint32_t number) {
    atomic_fetch_and(&guest->vcpus, ~(1ull << number));
}

static void guest_destroy(struct thread *self, struct object *object) {
    struct guest *guest = guest_at(object);
    trap_map_clear(self, &guest->memory_traps);
    trap_map_clear(self, &guest->port_traps);
    guest->machine.backend->guest_destroy(&guest->machine);
    guest_memory_end(self, guest);
    slab_free(self, &guest_slab, guest);
}

const struct object_type guest_type = {
    .id = ZX_OBJ_TYPE_GUEST,
    .name = "guest",
    .rights = ZX_DEFAULT_GUEST_RIGHTS,
    .destroy = guest_destroy,
};
