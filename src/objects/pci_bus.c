// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Functions are never taken off the bus, so a pointer to one is good for ever. All of a function
// but its description is under one lock of the whole bus, which interrupts and their lines lie
// below.
#include "objects/pci_bus.h"

#include <string.h>

#include "host/frames.h"
#include "host/memory.h"
#include "objects/interrupt.h"
#include "objects/pci_file.h"
#include "vm/runs.h"

enum {
    EXPRESS_SIZE = ZX_PCI_EXTENDED_CONFIG_SIZE,
    PORTS_FIRST = 0xc000, // where firmware puts the ports of base address registers
    PORTS_END = 0x10000,
    COMMAND = 0x04,
    STATUS = 0x06,
    STATUS_CAPABILITIES = 0x10,
    BARS = 0x10,
    CAPABILITIES = 0x34,
    CAP_MSI = 0x40,
    CAP_EXPRESS = 0x60,
    CAP_FEATURES = 0x60,
    CAP_END = 0x9c, // from here on the function's own registers
};
struct pci_function {
    struct pci_description description; // fixed
    // under the bus's lock
    uint8_t *config;   // a page
    uint8_t *writable; // a page: which bits of it can be written
    uint32_t line;     // the controller's input that its pin leads to, or ZX_PCI_NO_IRQ_MAPPING
    uint32_t irq_mode, irq_count;
    struct interrupt_line legacy; // what the function makes of its pin
    uint32_t first_message, messages;
};

static struct {
    struct mutex lock; // RANK_PCI
    bool described, started;
    uint32_t count;
    uint32_t next_port;
    struct pci_function functions[PCI_FUNCTIONS_MAX];
    uint8_t order[PCI_FUNCTIONS_MAX]; // by their places, once the driver was started
} bus KERNEL_STATE;

void pci_start(void) {
    mutex_init(&bus.lock, RANK_PCI);
    bus.next_port = PORTS_FIRST;
}

// --- configuration space ---

static void put(uint8_t *at, uint64_t value, size_t width) {
    for (size_t i = 0; i < width; i++) {
        at[i] = (uint8_t)(value >> (8 * i));
    }
}

static uint32_t get(const uint8_t *at, size_t width) {
    uint32_t value = 0;
    for (size_t i = 0; i < width; i++) {
        value |= (uint32_t)at[i] << (8 * i);
    }
    return value;
}

static void fill_header(struct pci_function *function) {
    const struct pci_description *d = &function->description;
    uint8_t *config = function->config;
    put(config + 0x00, d->vendor_id, 2);
    put(config + 0x02, d->device_id, 2);
    config[0x08] = d->revision;
    config[0x09] = d->interface;
    config[0x0a] = d->sub_class;
    config[0x0b] = d->base_class;
    put(config + 0x2c, d->vendor_id, 2);
    put(config + 0x2e, d->device_id, 2);
    config[0x3d] = d->pin;
    put(function->writable + COMMAND, 0x0407, 2);
    function->writable[0x0c] = function->writable[0x3c] = 0xff;
}

// A register of memory below 4 GiB takes 32 bits, one above 64 and so the next one's place.
static void fill_bars(struct pci_function *function) {
    for (uint32_t i = 0; i < PCI_BARS; i++) {
        const struct pci_bar *bar = &function->description.bars[i];
        size_t wide = bar->address + bar->size > UINT64_C(1) << 32 ? 8 : 4;
        uint8_t *at = function->config + BARS + 4 * i, *mask = function->writable + BARS + 4 * i;
        if (bar->type == ZX_PCI_BAR_TYPE_PIO) {
            put(at, bar->address | 1, 4);
            put(mask, ~(bar->size - 1) & 0xfffffffc, 4);
        } else if (bar->type == ZX_PCI_BAR_TYPE_MMIO) {
            put(at, bar->address | (wide == 8 ? 4 : 0), wide);
            put(mask, ~(bar->size - 1) & ~UINT64_C(0xf), wide);
        }
    }
}

// Adds a capability in front of the others.
static void fill_capability(struct pci_function *function, uint8_t at, uint8_t id) {
    uint8_t *config = function->config;
    config[at] = id;
    config[at + 1] = config[CAPABILITIES];
    config[CAPABILITIES] = at;
    put(config + STATUS, STATUS_CAPABILITIES, 2);
}

static void fill_capabilities(struct pci_function *function) {
    const struct pci_description *d = &function->description;
    uint8_t *config = function->config;
    memset(function->writable + CAP_END, 0xff, pci_config_size(function) - CAP_END);
    if (d->resets && !d->express) {
        fill_capability(function, CAP_FEATURES, 0x13);
        config[CAP_FEATURES + 2] = 6;
        config[CAP_FEATURES + 3] = 0x03; // transactions pending, reset
    }
    if (d->express) {
        fill_capability(function, CAP_EXPRESS, 0x10);
        put(config + CAP_EXPRESS + 2, 0x0002, 2);
        put(config + CAP_EXPRESS + 4, d->resets ? 1u << 28 : 0, 4);
    }
    if (d->msi_count != 0) {
        fill_capability(function, CAP_MSI, 0x05);
        uint32_t log = (uint32_t)__builtin_ctz(d->msi_count);
        put(config + CAP_MSI + 2, log << 1 | 1u << 7 | (d->msi_masks ? 1u << 8 : 0), 2);
        memset(function->writable + CAP_MSI + 2, 0, 2);
        put(function->writable + CAP_MSI + 2, 0x0071, 2);
        memset(function->writable + CAP_MSI + 4, 0xff, d->msi_masks ? 16 : 10);
    }
}

static void fill(struct pci_function *function) {
    memset(function->config, 0, HOST_PAGE_SIZE);
    memset(function->writable, 0, HOST_PAGE_SIZE);
    fill_header(function);
    fill_bars(function);
    fill_capabilities(function);
}

uint32_t pci_config_size(const struct pci_function *function) {
    return function->description.express ? EXPRESS_SIZE : ZX_PCI_BASE_CONFIG_SIZE;
}

uint32_t pci_config_read(struct thread *self, struct pci_function *function, uint32_t offset,
                         uint32_t width) {
    mutex_lock(self, &bus.lock);
    uint32_t value = get(function->config + offset, width);
    mutex_unlock(self, &bus.lock);
    return value;
}

void pci_config_write(struct thread *self, struct pci_function *function, uint32_t offset,
                      uint32_t width, uint32_t value) {
    mutex_lock(self, &bus.lock);
    uint32_t mask = get(function->writable + offset, width);
    uint32_t before = get(function->config + offset, width);
    put(function->config + offset, (before & ~mask) | (value & mask), width);
    mutex_unlock(self, &bus.lock);
}

static void command_locked(struct pci_function *function, uint16_t clear, uint16_t set) {
    uint8_t *at = function->config + COMMAND;
    put(at, (get(at, 2) & ~(uint32_t)clear) | set, 2);
}

void pci_command(struct thread *self, struct pci_function *function, uint16_t clear, uint16_t set) {
    mutex_lock(self, &bus.lock);
    command_locked(function, clear, set);
    mutex_unlock(self, &bus.lock);
}

// --- functions ---

static bool is_at(const struct pci_function *function, uint8_t bus_number, uint8_t dev,
                  uint8_t func) {
    const struct pci_description *d = &function->description;
    return d->bus == bus_number && d->dev == dev && d->func == func;
}

static struct pci_function *find_locked(uint8_t bus_number, uint8_t dev, uint8_t func) {
    for (uint32_t i = 0; i < bus.count; i++) {
        if (is_at(&bus.functions[i], bus_number, dev, func)) {
            return &bus.functions[i];
        }
    }
    return NULL;
}

static bool is_power_of_two(uint64_t n) {
    return n != 0 && (n & (n - 1)) == 0;
}

static bool makes_sense(const struct pci_description *d) {
    if (d->dev >= ZX_PCI_MAX_DEVICES_PER_BUS || d->func >= ZX_PCI_MAX_FUNCTIONS_PER_DEVICE ||
        d->vendor_id == UINT16_MAX || d->pin > ZX_PCI_MAX_LEGACY_IRQ_PINS ||
        (d->msi_count != 0 &&
         (!is_power_of_two(d->msi_count) || d->msi_count > ZX_PCI_MAX_MSI_IRQS))) {
        return false;
    }
    for (uint32_t i = 0; i < PCI_BARS; i++) {
        const struct pci_bar *bar = &d->bars[i];
        uint64_t least = bar->type == ZX_PCI_BAR_TYPE_PIO ? 4 : 16;
        uint64_t most = bar->type == ZX_PCI_BAR_TYPE_PIO ? 256 : UINT64_C(1) << 30;
        bool used = bar->type != ZX_PCI_BAR_TYPE_UNUSED;
        if (bar->type > ZX_PCI_BAR_TYPE_PIO ||
            (used && (!is_power_of_two(bar->size) || bar->size < least || bar->size > most))) {
            return false;
        }
    }
    return true;
}

// As firmware does it: every register an address, aligned to its size. Memory behind a register is
// a run of page frames that is never given back.
static bool place_bars_locked(struct thread *self, struct pci_description *d) {
    for (uint32_t i = 0; i < PCI_BARS; i++) {
        struct pci_bar *bar = &d->bars[i];
        if (bar->type == ZX_PCI_BAR_TYPE_PIO) {
            uint64_t at = (bus.next_port + bar->size - 1) & ~(bar->size - 1);
            if (at + bar->size > PORTS_END) {
                return false;
            }
            bar->address = at;
            bus.next_port = (uint32_t)(at + bar->size);
        } else if (bar->type == ZX_PCI_BAR_TYPE_MMIO) {
            struct run run;
            uint64_t frames = (bar->size + FRAME_SIZE - 1) >> FRAME_SHIFT;
            if (!run_take(self, run_order(frames), true, &run)) {
                return false;
            }
            bar->address = run.frame << FRAME_SHIFT;
        }
    }
    return true;
}

static zx_status_t add_locked(struct thread *self, const struct pci_description *description) {
    if (bus.started) {
        return ZX_ERR_BAD_STATE;
    }
    if (find_locked(description->bus, description->dev, description->func) != NULL) {
        return ZX_ERR_ALREADY_EXISTS;
    }
    if (bus.count == PCI_FUNCTIONS_MAX) {
        return ZX_ERR_NO_MEMORY;
    }
    struct pci_function *function = &bus.functions[bus.count];
    function->description = *description;
    if (function->config == NULL) {
        function->config = memory_take(2 * HOST_PAGE_SIZE);
    }
    if (function->config == NULL || !place_bars_locked(self, &function->description)) {
        return ZX_ERR_NO_MEMORY;
    }
    function->writable = function->config + HOST_PAGE_SIZE;
    function->line = ZX_PCI_NO_IRQ_MAPPING;
    function->legacy = (struct interrupt_line){.level = true, .masked = true};
    fill(function);
    bus.count++;
    return ZX_OK;
}

static zx_status_t add_described(void *context, const struct pci_description *description) {
    return makes_sense(description) ? add_locked(context, description) : ZX_ERR_INVALID_ARGS;
}

// The file is read when somebody looks at the bus for the first time.
static void lock_bus(struct thread *self) {
    mutex_lock(self, &bus.lock);
    if (unlikely(!bus.described)) {
        bus.described = true;
        pci_file_read(add_described, self);
    }
}

zx_status_t pci_add(struct thread *self, const struct pci_description *description) {
    if (!makes_sense(description)) {
        return ZX_ERR_INVALID_ARGS;
    }
    lock_bus(self);
    zx_status_t status = add_locked(self, description);
    mutex_unlock(self, &bus.lock);
    return status;
}

struct pci_function *pci_find(struct thread *self, uint8_t bus_number, uint8_t dev, uint8_t func) {
    lock_bus(self);
    struct pci_function *function = find_locked(bus_number, dev, func);
    mutex_unlock(self, &bus.lock);
    return function;
}

struct pci_function *pci_nth(struct thread *self, uint32_t index) {
    lock_bus(self);
    struct pci_function *function =
        bus.started && index < bus.count ? &bus.functions[bus.order[index]] : NULL;
    mutex_unlock(self, &bus.lock);
    return function;
}

void pci_info(const struct pci_function *function, zx_pcie_device_info_t *info) {
    const struct pci_description *d = &function->description;
    *info = (zx_pcie_device_info_t){
        .vendor_id = d->vendor_id,
        .device_id = d->device_id,
        .base_class = d->base_class,
        .sub_class = d->sub_class,
        .program_interface = d->interface,
        .revision_id = d->revision,
        .bus_id = d->bus,
        .dev_id = d->dev,
        .func_id = d->func,
    };
}

const struct pci_bar *pci_bar(const struct pci_function *function, uint32_t bar) {
    return &function->description.bars[bar];
}

// --- the driver ---

zx_status_t pci_check_not_started(struct thread *self) {
    lock_bus(self);
    bool started = bus.started;
    mutex_unlock(self, &bus.lock);
    return started ? ZX_ERR_BAD_STATE : ZX_OK;
}

static uint32_t place_of(const struct pci_function *function) {
    const struct pci_description *d = &function->description;
    return (uint32_t)d->bus << 16 | (uint32_t)d->dev << 8 | d->func;
}

// By their places, as a scan finds them.
static void sort_locked(void) {
    for (uint32_t i = 0; i < bus.count; i++) {
        uint32_t at = i;
        for (; at > 0 && place_of(&bus.functions[bus.order[at - 1]]) > place_of(&bus.functions[i]);
             at--) {
            bus.order[at] = bus.order[at - 1];
        }
        bus.order[at] = (uint8_t)i;
    }
}

zx_status_t pci_start_driver(struct thread *self, const zx_pci_init_arg_t *arg) {
    lock_bus(self);
    bool started = bus.started;
    if (!started) {
        bus.started = true;
        sort_locked();
        for (uint32_t i = 0; i < bus.count; i++) {
            struct pci_function *function = &bus.functions[i];
            const struct pci_description *d = &function->description;
            if (d->pin != 0) {
                function->line = arg->dev_pin_to_global_irq[d->dev][d->func][d->pin - 1];
            }
        }
    }
    mutex_unlock(self, &bus.lock);
    return started ? ZX_ERR_BAD_STATE : ZX_OK;
}

// --- interrupts ---

static struct interrupt_line *line_locked(struct pci_function *function, uint32_t irq) {
    return function->irq_mode == ZX_PCIE_IRQ_MODE_LEGACY
               ? &function->legacy
               : interrupt_line_of_message(function->first_message + irq);
}

static void leave_mode_locked(struct thread *self, struct pci_function *function) {
    for (uint32_t i = 0; i < function->irq_count; i++) {
        interrupt_line_drop(self, line_locked(function, i));
    }
    if (function->irq_mode == ZX_PCIE_IRQ_MODE_MSI) {
        interrupt_messages_give(self, function->first_message, function->messages);
        put(function->config + CAP_MSI + 2, get(function->config + CAP_MSI + 2, 2) & ~0x71u, 2);
    }
    function->irq_mode = ZX_PCIE_IRQ_MODE_DISABLED;
    function->irq_count = 0;
}

static zx_status_t enter_msi_locked(struct thread *self, struct pci_function *function,
                                    uint32_t count) {
    uint32_t log = count > 1 ? 32 - (uint32_t)__builtin_clz(count - 1) : 0;
    uint32_t first = interrupt_messages_take(self, 1u << log);
    if (first == INTERRUPT_MESSAGES) {
        return ZX_ERR_NO_RESOURCES;
    }
    function->first_message = first;
    function->messages = 1u << log;
    put(function->config + CAP_MSI + 4, INTERRUPT_MESSAGE_ADDRESS, 8);
    put(function->config + CAP_MSI + 12, first, 2);
    put(function->config + CAP_MSI + 2,
        (get(function->config + CAP_MSI + 2, 2) & ~0x71u) | log << 4 | 1, 2);
    return ZX_OK;
}

static zx_status_t query_locked(const struct pci_function *function, uint32_t mode, uint32_t *count,
                                bool *masks) {
    const struct pci_description *d = &function->description;
    *count = 0;
    *masks = false;
    switch (mode) {
    case ZX_PCIE_IRQ_MODE_DISABLED:
        return ZX_OK;
    case ZX_PCIE_IRQ_MODE_LEGACY:
        *count = function->line != ZX_PCI_NO_IRQ_MAPPING;
        *masks = true;
        return *count != 0 ? ZX_OK : ZX_ERR_NOT_SUPPORTED;
    case ZX_PCIE_IRQ_MODE_MSI:
        *count = d->msi_count;
        *masks = d->msi_masks;
        return d->msi_count != 0 ? ZX_OK : ZX_ERR_NOT_SUPPORTED;
    case ZX_PCIE_IRQ_MODE_MSI_X:
        return ZX_ERR_NOT_SUPPORTED;
    default:
        return ZX_ERR_INVALID_ARGS;
    }
}

zx_status_t pci_query_irq_mode(struct thread *self, struct pci_function *function, uint32_t mode,
                               uint32_t *count, bool *masks) {
    mutex_lock(self, &bus.lock);
    zx_status_t status = query_locked(function, mode, count, masks);
    mutex_unlock(self, &bus.lock);
    return status;
}

zx_status_t pci_set_irq_mode(struct thread *self, struct pci_function *function, uint32_t mode,
                             uint32_t count) {
    if (mode > ZX_PCIE_IRQ_MODE_MSI_X || (mode != ZX_PCIE_IRQ_MODE_DISABLED && count < 1)) {
        return ZX_ERR_INVALID_ARGS;
    }
    uint32_t most;
    bool masks;
    mutex_lock(self, &bus.lock);
    leave_mode_locked(self, function);
    zx_status_t status = query_locked(function, mode, &most, &masks);
    if (status == ZX_OK && mode != ZX_PCIE_IRQ_MODE_DISABLED && count > most) {
        status = ZX_ERR_NOT_SUPPORTED;
    }
    if (status == ZX_OK && mode == ZX_PCIE_IRQ_MODE_MSI) {
        status = enter_msi_locked(self, function, count);
    }
    if (status == ZX_OK && mode != ZX_PCIE_IRQ_MODE_DISABLED) {
        function->irq_mode = mode;
        function->irq_count = count;
    }
    mutex_unlock(self, &bus.lock);
    return status;
}

zx_status_t pci_map_interrupt(struct thread *self, struct pci_function *function, uint32_t irq,
                              bool masks, struct object **interrupt) {
    zx_status_t status;
    mutex_lock(self, &bus.lock);
    if (function->irq_mode == ZX_PCIE_IRQ_MODE_DISABLED) {
        status = ZX_ERR_BAD_STATE;
    } else if (irq >= function->irq_count) {
        status = ZX_ERR_INVALID_ARGS;
    } else {
        status = interrupt_new(self, line_locked(function, irq),
                               INTERRUPT_STEALS | (masks ? INTERRUPT_MASKS : 0), NULL, interrupt);
    }
    mutex_unlock(self, &bus.lock);
    return status;
}

zx_status_t pci_interrupt(struct thread *self, struct pci_function *function, uint32_t irq,
                          bool raised) {
    struct interrupt_line *line = NULL;
    mutex_lock(self, &bus.lock);
    if (irq < function->irq_count) {
        line = line_locked(function, irq);
        interrupt_line_set(self, line, raised);
    }
    mutex_unlock(self, &bus.lock);
    return line != NULL ? ZX_OK : ZX_ERR_BAD_STATE;
}

// --- reset ---

zx_status_t pci_reset(struct thread *self, struct pci_function *function) {
    zx_status_t status = ZX_OK;
    mutex_lock(self, &bus.lock);
    if (function->irq_mode != ZX_PCIE_IRQ_MODE_DISABLED) {
        status = ZX_ERR_BAD_STATE;
    } else if (!function->description.resets) {
        status = ZX_ERR_NOT_SUPPORTED;
    } else {
        uint32_t command = get(function->config + COMMAND, 2);
        fill(function);
        put(function->config + COMMAND, command, 2);
    }
    mutex_unlock(self, &bus.lock);
    return status;
}
