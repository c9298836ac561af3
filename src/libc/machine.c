// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// The side of the virtual machine that devices have: what the public calls of libzircon/machine.h
// do.
#include <libzircon/machine.h>

#include "objects/pci_bus.h"
#include "syscalls/entry.h"
#include "syscalls/syscall.h"

ZX_EXPORT zx_status_t libzircon_interrupt_line(uint32_t pin, bool raised) {
    struct thread *self = entry_begin();
    struct interrupt_line *line = interrupt_line_of_pin(pin);
    if (line != NULL) {
        interrupt_line_set(self, line, raised);
    }
    entry_end(self);
    return line != NULL ? ZX_OK : ZX_ERR_INVALID_ARGS;
}

ZX_EXPORT zx_status_t libzircon_pci_add(const struct libzircon_pci_function *function) {
    struct pci_description description = {
        .bus = function->bus,
        .dev = function->dev,
        .func = function->func,
        .vendor_id = function->vendor_id,
        .device_id = function->device_id,
        .base_class = function->base_class,
        .sub_class = function->sub_class,
        .interface = function->interface,
        .revision = function->revision,
        .pin = function->pin,
        .msi_count = function->msi_count,
        .msi_masks = function->msi_masks,
        .express = function->express,
        .resets = function->resets,
    };
    for (int i = 0; i < PCI_BARS; i++) {
        description.bars[i].type = function->bars[i].type;
        description.bars[i].size = function->bars[i].size;
    }
    struct thread *self = entry_begin();
    zx_status_t status = pci_add(self, &description);
    entry_end(self);
    return status;
}

ZX_EXPORT zx_status_t libzircon_pci_interrupt(uint8_t bus, uint8_t dev, uint8_t func, uint32_t irq,
                                              bool raised) {
    struct thread *self = entry_begin();
    struct pci_function *function = pci_find(self, bus, dev, func);
    zx_status_t status =
        function != NULL ? pci_interrupt(self, function, irq, raised) : ZX_ERR_NOT_FOUND;
    entry_end(self);
    return status;
}
