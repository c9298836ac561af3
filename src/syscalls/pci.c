// Part of libzircon. BSD-3-Clause, see LICENSE.
#include <string.h>

#include "objects/interrupt.h"
#include "objects/pci_device.h"
#include "objects/resource.h"
#include "objects/vmo.h"
#include "syscalls/syscall.h"

enum {
    PORTS_END = 0x10000,
    BUSES = 256,
    WORD_BITS = 32,
};
#define BUS_BYTES ((uint64_t)ZX_PCI_ECAM_BYTE_PER_BUS)
#define CONFIG_LIMIT UINT64_C(0xfec00000) // registers of the processor lie above

// --- the bus ---

zx_status_t sys_pci_add_subtract_io_range(struct thread *self, zx_handle_t handle, bool mmio,
                                          uint64_t base, uint64_t len, bool add) {
    (void)add;
    zx_status_t status = resource_check(self, handle, ZX_RSRC_KIND_ROOT);
    if (status == ZX_OK) {
        status = pci_check_not_started(self);
    }
    if (status != ZX_OK) {
        return status;
    }
    uint64_t last = base + len - 1;
    if (len == 0 || last < base || (!mmio && last >= PORTS_END)) {
        return ZX_ERR_INVALID_ARGS;
    }
    return ZX_OK; // the addresses of devices are firmware's, whatever the bus may use
}

// zx_pci_init's argument with as many windows as there can be.
union init_arg {
    zx_pci_init_arg_t arg;
    char bytes[ZX_PCI_INIT_ARG_MAX_SIZE];
};

static bool is_designware(uint8_t type) {
    return type == PCI_CFG_SPACE_TYPE_DW_ROOT || type == PCI_CFG_SPACE_TYPE_DW_DS;
}

// The lines of interrupts become what the argument says; those that are not there are forgotten.
static void configure_lines(struct thread *self, zx_pci_init_arg_t *arg) {
    for (uint32_t i = 0; i < arg->num_irqs; i++) {
        uint32_t irq = arg->irqs[i].global_irq;
        struct interrupt_line *line = interrupt_line_of_pin(irq);
        if (line != NULL) {
            interrupt_line_configure(self, line, arg->irqs[i].level_triggered,
                                     arg->irqs[i].active_high);
            continue;
        }
        uint32_t *pin = &arg->dev_pin_to_global_irq[0][0][0];
        for (size_t at = 0; at < sizeof(zx_pci_irq_swizzle_lut_t) / sizeof(*pin); at++) {
            pin[at] = pin[at] == irq ? ZX_PCI_NO_IRQ_MAPPING : pin[at];
        }
    }
}

// Windows to configuration space below the processor's registers, as far as they reach.
static bool windows_make_sense(const zx_pci_init_arg_t *arg) {
    bool designware = false;
    for (uint32_t i = 0; i < arg->addr_window_count; i++) {
        designware = designware || is_designware(arg->addr_windows[i].cfg_space_type);
    }
    if (arg->addr_window_count != (designware ? 2 : 1) || arg->addr_windows[0].bus_start != 0) {
        return false;
    }
    uint64_t base = arg->addr_windows[0].base, size = arg->addr_windows[0].size;
    if (base + (arg->addr_windows[0].bus_end + UINT64_C(1)) * BUS_BYTES > CONFIG_LIMIT) {
        if (base > CONFIG_LIMIT) {
            return false;
        }
        size = (CONFIG_LIMIT - base) / BUS_BYTES * BUS_BYTES;
        if (size == 0 || size / BUS_BYTES > BUSES) {
            return false;
        }
    }
    switch (arg->addr_windows[0].cfg_space_type) {
    case PCI_CFG_SPACE_TYPE_PIO:
        return true;
    case PCI_CFG_SPACE_TYPE_MMIO:
        return size >= BUS_BYTES && size / BUS_BYTES <= BUSES;
    case PCI_CFG_SPACE_TYPE_DW_ROOT:
    case PCI_CFG_SPACE_TYPE_DW_DS: // one of each
        return is_designware(arg->addr_windows[1].cfg_space_type) &&
               arg->addr_windows[0].cfg_space_type != arg->addr_windows[1].cfg_space_type &&
               size != 0 && arg->addr_windows[1].size != 0;
    default:
        return false;
    }
}

zx_status_t sys_pci_init(struct thread *self, zx_handle_t handle, user_in init_buf, uint32_t len) {
    zx_status_t status = resource_check(self, handle, ZX_RSRC_KIND_ROOT);
    if (status != ZX_OK) {
        return status;
    }
    union init_arg buffer;
    zx_pci_init_arg_t *arg = &buffer.arg;
    if (len < sizeof(*arg) || len > ZX_PCI_INIT_ARG_MAX_SIZE) {
        return ZX_ERR_INVALID_ARGS;
    }
    status = copy_from_user(&buffer, init_buf, len);
    if (status != ZX_OK) {
        return status;
    }
    if (len != sizeof(*arg) + (uint64_t)arg->addr_window_count * sizeof(arg->addr_windows[0]) ||
        arg->num_irqs > sizeof(arg->irqs) / sizeof(arg->irqs[0])) {
        return ZX_ERR_INVALID_ARGS;
    }
    configure_lines(self, arg);
    return windows_make_sense(arg) ? pci_start_driver(self, arg) : ZX_ERR_INVALID_ARGS;
}

zx_status_t sys_pci_get_nth_device(struct thread *self, zx_handle_t handle, uint32_t index,
                                   user_out out_info, user_out out_handle) {
    zx_status_t status = resource_check(self, handle, ZX_RSRC_KIND_ROOT);
    if (status != ZX_OK) {
        return status;
    }
    if (out_info.p == NULL) {
        return ZX_ERR_INVALID_ARGS;
    }
    struct pci_function *function = pci_nth(self, index);
    if (function == NULL) {
        return ZX_ERR_OUT_OF_RANGE;
    }
    struct object *device = pci_device_new(self, function);
    if (device == NULL) {
        return ZX_ERR_NO_MEMORY;
    }
    zx_pcie_device_info_t info;
    pci_info(function, &info);
    status = copy_to_user(out_info, &info, sizeof(info));
    if (status != ZX_OK) {
        object_unref(self, device);
        return status;
    }
    return handle_return_take(self, out_handle, device, pci_device_type.rights);
}

// --- configuration space ---

static uint32_t ones(size_t bits) {
    return bits >= WORD_BITS ? UINT32_MAX : (1u << bits) - 1;
}

zx_status_t sys_pci_cfg_pio_rw(struct thread *self, zx_handle_t handle, uint8_t bus, uint8_t dev,
                               uint8_t func, uint8_t offset, user_inout val, size_t width,
                               bool write) {
    zx_status_t status = resource_check(self, handle, ZX_RSRC_KIND_ROOT);
    if (status != ZX_OK) {
        return status;
    }
    size_t shift = offset % 4 * 8u;
    if (width > WORD_BITS - shift) {
        return ZX_ERR_INVALID_ARGS;
    }
    struct pci_function *function = pci_find(self, bus, dev % 32, func % 8);
    uint32_t at = offset & ~3u, word = UINT32_MAX, mask = ones(width);
    if (function != NULL) {
        word = pci_config_read(self, function, at, 4);
    }
    if (!write) {
        word = word >> shift & mask;
        return copy_to_user(user_inout_out(val), &word, sizeof(word));
    }
    uint32_t value;
    status = copy_from_user(&value, user_inout_in(val), sizeof(value));
    if (status == ZX_OK && function != NULL) {
        word = (word & ~(mask << shift)) | (value & mask) << shift;
        pci_config_write(self, function, at, 4, word);
    }
    return status;
}

static bool is_inside(const struct pci_function *function, uint16_t offset, size_t width) {
    return (width == 1 || width == 2 || width == 4) && offset + width <= pci_config_size(function);
}

zx_status_t sys_pci_config_read(struct thread *self, zx_handle_t handle, uint16_t offset,
                                size_t width, user_out out_val) {
    struct object *device;
    zx_status_t status =
        handle_get(self, handle, &pci_device_type, ZX_RIGHT_READ | ZX_RIGHT_WRITE, &device);
    if (status != ZX_OK) {
        return status;
    }
    struct pci_function *function = pci_device_function(device);
    uint32_t value;
    if (out_val.p == NULL || !is_inside(function, offset, width)) {
        status = ZX_ERR_INVALID_ARGS;
    } else {
        value = pci_config_read(self, function, offset, (uint32_t)width);
        status = copy_to_user(out_val, &value, sizeof(value));
    }
    object_unref(self, device);
    return status;
}

zx_status_t sys_pci_config_write(struct thread *self, zx_handle_t handle, uint16_t offset,
                                 size_t width, uint32_t val) {
    struct object *device;
    zx_status_t status =
        handle_get(self, handle, &pci_device_type, ZX_RIGHT_READ | ZX_RIGHT_WRITE, &device);
    if (status != ZX_OK) {
        return status;
    }
    struct pci_function *function = pci_device_function(device);
    if (offset < ZX_PCI_STANDARD_CONFIG_HDR_SIZE || !is_inside(function, offset, width)) {
        status = ZX_ERR_INVALID_ARGS;
    } else {
        pci_config_write(self, function, offset, (uint32_t)width, val);
    }
    object_unref(self, device);
    return status;
}

// --- devices ---

zx_status_t sys_pci_enable_bus_master(struct thread *self, zx_handle_t handle, bool enable) {
    struct object *device;
    zx_status_t status = handle_get(self, handle, &pci_device_type, ZX_RIGHT_WRITE, &device);
    if (status == ZX_OK) {
        pci_command(self, pci_device_function(device), enable ? 0 : PCI_COMMAND_MASTER,
                    enable ? PCI_COMMAND_MASTER : 0);
        object_unref(self, device);
    }
    return status;
}

zx_status_t sys_pci_reset_device(struct thread *self, zx_handle_t handle) {
    struct object *device;
    zx_status_t status = handle_get(self, handle, &pci_device_type, ZX_RIGHT_WRITE, &device);
    if (status == ZX_OK) {
        status = pci_reset(self, pci_device_function(device));
        object_unref(self, device);
    }
    return status;
}

// "pci-BUS:DEV.FUNC-barN", as Zircon names them.
static void name_bar(struct thread *self, struct vmo *vmo, const struct pci_function *function,
                     uint32_t bar) {
    static const char digits[] = "0123456789abcdef";
    char name[] = "pci-00:00.0-bar0";
    zx_pcie_device_info_t info;
    pci_info(function, &info);
    name[4] = digits[info.bus_id >> 4];
    name[5] = digits[info.bus_id & 0xf];
    name[7] = digits[info.dev_id >> 4];
    name[8] = digits[info.dev_id & 0xf];
    name[10] = digits[info.func_id & 0xf];
    name[15] = digits[bar & 0xf];
    vmo_type.set_name(self, &vmo->object, name, sizeof(name) - 1);
}

// What a register names; memory comes as a VMO.
static zx_status_t open_bar(struct thread *self, struct pci_function *function, uint32_t bar_num,
                            zx_pci_bar_t *out, struct vmo **vmo) {
    const struct pci_bar *bar = pci_bar(function, bar_num);
    memset(out, 0, sizeof(*out));
    *vmo = NULL;
    if (bar->type == ZX_PCI_BAR_TYPE_UNUSED) {
        return ZX_ERR_NOT_FOUND;
    }
    out->size = bar->size;
    out->type = bar->type;
    if (bar->type == ZX_PCI_BAR_TYPE_PIO) {
        out->addr = bar->address;
        pci_command(self, function, 0, PCI_COMMAND_PORTS);
        return ZX_OK;
    }
    zx_status_t status = vmo_new_physical(self, bar->address, bar->size, vmo);
    if (status == ZX_OK) {
        name_bar(self, *vmo, function, bar_num);
        pci_command(self, function, 0, PCI_COMMAND_MEMORY);
    }
    return status;
}

zx_status_t sys_pci_get_bar(struct thread *self, zx_handle_t handle, uint32_t bar_num,
                            user_out out_bar, user_out out_handle) {
    if (handle == ZX_HANDLE_INVALID || out_bar.p == NULL || bar_num >= PCI_BARS) {
        return ZX_ERR_INVALID_ARGS;
    }
    struct object *device;
    zx_status_t status =
        handle_get(self, handle, &pci_device_type, ZX_RIGHT_READ | ZX_RIGHT_WRITE, &device);
    if (status != ZX_OK) {
        return status;
    }
    zx_pci_bar_t bar;
    struct vmo *vmo;
    status = open_bar(self, pci_device_function(device), bar_num, &bar, &vmo);
    object_unref(self, device);
    if (status == ZX_OK) {
        status = copy_to_user(out_bar, &bar, sizeof(bar));
    }
    if (status == ZX_OK && vmo != NULL) {
        return handle_return_take(self, out_handle, &vmo->object, vmo_type.rights);
    }
    if (status != ZX_OK && vmo != NULL) {
        object_unref(self, &vmo->object);
    }
    return status;
}

zx_status_t sys_pci_query_irq_mode(struct thread *self, zx_handle_t handle, uint32_t mode,
                                   user_out out_max_irqs) {
    struct object *device;
    zx_status_t status = handle_get(self, handle, &pci_device_type, ZX_RIGHT_READ, &device);
    if (status != ZX_OK) {
        return status;
    }
    uint32_t count;
    bool masks;
    status = pci_query_irq_mode(self, pci_device_function(device), mode, &count, &masks);
    object_unref(self, device);
    return status != ZX_OK ? status : copy_to_user(out_max_irqs, &count, sizeof(count));
}

zx_status_t sys_pci_set_irq_mode(struct thread *self, zx_handle_t handle, uint32_t mode,
                                 uint32_t requested_irq_count) {
    struct object *device;
    zx_status_t status = handle_get(self, handle, &pci_device_type, ZX_RIGHT_WRITE, &device);
    if (status == ZX_OK) {
        status = pci_device_set_irq_mode(self, device, mode, requested_irq_count);
        object_unref(self, device);
    }
    return status;
}

zx_status_t sys_pci_map_interrupt(struct thread *self, zx_handle_t handle, int32_t which_irq,
                                  user_out out_handle) {
    struct object *device, *interrupt = NULL;
    zx_status_t status = handle_get(self, handle, &pci_device_type, ZX_RIGHT_READ, &device);
    if (status != ZX_OK) {
        return status;
    }
    status = pci_device_map_interrupt(self, device, which_irq, &interrupt);
    object_unref(self, device);
    return status != ZX_OK ? status
                           : handle_return_take(self, out_handle, interrupt, interrupt_type.rights);
}
