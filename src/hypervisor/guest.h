// Part of libzircon. BSD-3-Clause, see LICENSE.
// A guest: a virtual machine's memory and its traps. Vcpus keep it alive.
#pragma once

#include "hypervisor/backend.h"
#include "hypervisor/trap_map.h"

struct vmar;

enum { GUEST_VCPUS_MAX = HV_VCPUS_MAX };

struct guest {
    struct object object;
    struct mutex lock;
    struct hv_guest machine;
    struct vmar *memory;          // with a reference
    struct trap_map memory_traps; // MEM and BELL
    struct trap_map port_traps;
    _Atomic uint64_t vcpus; // a bit for each number in use
};

extern const struct object_type guest_type;

// A guest over `backend`, and its memory's VMAR. NOT_SUPPORTED, NO_MEMORY.
zx_status_t guest_new(struct thread *self, const struct hv_backend *backend, struct object **guest,
                      struct object **vmar);

static inline struct guest *guest_at(struct object *object) {
    return list_entry(object, struct guest, object);
}

// `port` may be null.
zx_status_t guest_set_trap(struct thread *self, struct guest *guest, uint32_t kind,
                           uint64_t address, uint64_t size, struct object *port, uint64_t key);

// The lowest free vcpu number, from 0 on; false if all are in use.
bool guest_take_number(struct guest *guest, uint32_t *number);
void guest_give_number(struct guest *guest, uint32_t number);
