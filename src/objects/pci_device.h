// Part of libzircon. BSD-3-Clause, see LICENSE.
// A PCI device as a driver has it: a function of the bus for as long as the driver lives.
#pragma once

#include "objects/pci_bus.h"

extern const struct object_type pci_device_type;

// Null if memory is used up.
struct object *pci_device_new(struct thread *self, struct pci_function *function);

struct pci_function *pci_device_function(struct object *device);

// As the functions of pci_bus.h; the device remembers how many interrupts it asked for.
zx_status_t pci_device_set_irq_mode(struct thread *self, struct object *device, uint32_t mode,
                                    uint32_t count);
zx_status_t pci_device_map_interrupt(struct thread *self, struct object *device, int32_t irq,
                                     struct object **interrupt);
