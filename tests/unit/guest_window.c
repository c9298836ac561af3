// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "guest_window.h"

#include <sys/mman.h>

#include "hypervisor/guest_memory.h"
#include "objects/event.h"

char *window;
bool window_is_open;
int window_touches;
zx_status_t window_says;

zx_status_t __wrap_guest_memory_begin(struct thread *self, struct guest *guest,
                                      struct object **vmar);
zx_status_t __wrap_guest_memory_begin(struct thread *self, struct guest *guest,
                                      struct object **vmar) {
    window = mmap(NULL, WINDOW_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    unit_check(window != MAP_FAILED);
    guest->machine.window = window;
    guest->machine.window_size = WINDOW_SIZE;
    *vmar = event_new(self); // some object
    window_is_open = false;
    window_touches = 0;
    window_says = ZX_OK;
    return ZX_OK;
}

void __wrap_guest_memory_end(struct thread *self, struct guest *guest);
void __wrap_guest_memory_end(struct thread *self, struct guest *guest) {
    (void)self;
    (void)guest;
    munmap(window, WINDOW_SIZE);
}

zx_status_t __wrap_guest_memory_unmap(struct thread *self, struct guest *guest, uint64_t address,
                                      uint64_t size);
zx_status_t __wrap_guest_memory_unmap(struct thread *self, struct guest *guest, uint64_t address,
                                      uint64_t size) {
    (void)self;
    (void)guest;
    if (address < WINDOW_SIZE && size <= WINDOW_SIZE - address) {
        unit_check(mprotect(window + address, size, PROT_NONE) == 0);
    }
    return ZX_OK;
}

bool __wrap_guest_memory_is_open(struct thread *self, struct guest *guest, uint64_t address,
                                 bool write);
bool __wrap_guest_memory_is_open(struct thread *self, struct guest *guest, uint64_t address,
                                 bool write) {
    (void)self;
    (void)guest;
    (void)address;
    (void)write;
    return window_is_open;
}

zx_status_t __wrap_guest_memory_touch(struct thread *self, struct guest *guest, uint64_t address,
                                      bool write);
zx_status_t __wrap_guest_memory_touch(struct thread *self, struct guest *guest, uint64_t address,
                                      bool write) {
    (void)self;
    (void)guest;
    (void)address;
    (void)write;
    window_touches++;
    return window_says;
}

void machine_make(struct thread *self, struct machine *machine, const struct hv_backend *backend,
                  uint64_t entry) {
    struct object *vmar;
    unit_check(guest_new(self, backend, &machine->guest, &vmar) == ZX_OK);
    object_unref(self, vmar);
    unit_check(vcpu_new(self, guest_at(machine->guest), entry, &machine->vcpu) == ZX_OK);
}

void machine_end(struct thread *self, struct machine *machine) {
    object_unref(self, machine->vcpu);
    object_unref(self, machine->guest);
}
