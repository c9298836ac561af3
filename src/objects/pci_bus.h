// Part of libzircon. BSD-3-Clause, see LICENSE.
// The virtual PCI bus: functions with a configuration space, base address registers, interrupts.
//
// What is on the bus is described by the file that LIBZIRCON_PCI names, or by calls of
// libzircon/machine.h. Firmware has given the base address registers their addresses.
#pragma once

#include "objects/interrupt_line.h"
#include <zircon/syscalls/pci.h>

enum { PCI_BARS = ZX_PCI_MAX_BAR_REGS, PCI_FUNCTIONS_MAX = 32 };

struct pci_bar {
    uint32_t type; // ZX_PCI_BAR_TYPE_*
    uint64_t size, address;
};

// How a function is described.
struct pci_description {
    uint8_t bus, dev, func;
    uint16_t vendor_id, device_id;
    uint8_t base_class, sub_class, interface, revision;
    uint8_t pin;          // of the interrupt: 1 to 4, 0 for none
    uint8_t msi_count;    // messages: a power of two up to 32, 0 for none
    bool msi_masks;       // each message can be masked
    bool express, resets; // has 4096 bytes of configuration; can be reset
    struct pci_bar bars[PCI_BARS];
};

struct pci_function;

void pci_start(void);

// A further function. INVALID_ARGS if it makes no sense, BAD_STATE once the bus was started,
// ALREADY_EXISTS, NO_MEMORY.
zx_status_t pci_add(struct thread *self, const struct pci_description *description);

// The bus driver: what may be done before it starts, starting it, and the functions it found.
zx_status_t pci_check_not_started(struct thread *self);
zx_status_t pci_start_driver(struct thread *self, const zx_pci_init_arg_t *arg);
struct pci_function *pci_nth(struct thread *self, uint32_t index);
void pci_info(const struct pci_function *function, zx_pcie_device_info_t *info);

// A function by its place, whether the driver was started or not; null if there is none.
struct pci_function *pci_find(struct thread *self, uint8_t bus, uint8_t dev, uint8_t func);

// Configuration space: its size; `width` bytes of it. Bits that hardware does not let be written
// stay.
uint32_t pci_config_size(const struct pci_function *function);
uint32_t pci_config_read(struct thread *self, struct pci_function *function, uint32_t offset,
                         uint32_t width);
void pci_config_write(struct thread *self, struct pci_function *function, uint32_t offset,
                      uint32_t width, uint32_t value);

// Sets and clears bits of the command register.
enum { PCI_COMMAND_PORTS = 1u << 0, PCI_COMMAND_MEMORY = 1u << 1, PCI_COMMAND_MASTER = 1u << 2 };
void pci_command(struct thread *self, struct pci_function *function, uint16_t clear, uint16_t set);

const struct pci_bar *pci_bar(const struct pci_function *function, uint32_t bar);

// Puts the function back to what it was at first, but for addresses and the command register.
// BAD_STATE while it has interrupts, NOT_SUPPORTED.
zx_status_t pci_reset(struct thread *self, struct pci_function *function);

// Interrupts: how many a mode can have, and whether they can be masked; choosing a mode; making the
// object of one.
zx_status_t pci_query_irq_mode(struct thread *self, struct pci_function *function, uint32_t mode,
                               uint32_t *count, bool *masks);
zx_status_t pci_set_irq_mode(struct thread *self, struct pci_function *function, uint32_t mode,
                             uint32_t count);
zx_status_t pci_map_interrupt(struct thread *self, struct pci_function *function, uint32_t irq,
                              bool masks, struct object **interrupt);

// The function raises or lowers an interrupt of the mode that it is in. BAD_STATE if it has none of
// that number.
zx_status_t pci_interrupt(struct thread *self, struct pci_function *function, uint32_t irq,
                          bool raised);
