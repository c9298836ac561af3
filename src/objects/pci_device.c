// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// There may be several devices of one function; each, when it ends, turns the function's interrupts
// and its own transfers off.
#include "objects/pci_device.h"

struct pci_device {
    struct object object;
    struct mutex object_lock;
    struct pci_function *function; // fixed
    // under the object's lock
    uint32_t irq_count;
    bool irqs_mask;
};

SLAB_OBJECTS(pci_device, sizeof(struct pci_device));

static struct pci_device *pci_device_at(struct object *object) {
    return list_entry(object, struct pci_device, object);
}

struct object *pci_device_new(struct thread *self, struct pci_function *function) {
    struct pci_device *device = slab_alloc(self, &pci_device_slab);
    if (device == NULL) {
        return NULL;
    }
    device->function = function;
    device->irq_count = 0;
    device->irqs_mask = false;
    mutex_init(&device->object_lock, RANK_OBJECT);
    object_init(&device->object, &pci_device_type, &device->object_lock, 0);
    return &device->object;
}

struct pci_function *pci_device_function(struct object *object) {
    return pci_device_at(object)->function;
}

zx_status_t pci_device_set_irq_mode(struct thread *self, struct object *object, uint32_t mode,
                                    uint32_t count) {
    struct pci_device *device = pci_device_at(object);
    zx_status_t status = pci_set_irq_mode(self, device->function, mode, count);
    uint32_t most;
    bool masks;
    if (status == ZX_OK) {
        status = pci_query_irq_mode(self, device->function, mode, &most, &masks);
    }
    if (status == ZX_OK) {
        mutex_lock(self, object->lock);
        device->irq_count = mode == ZX_PCIE_IRQ_MODE_DISABLED ? 0 : count;
        device->irqs_mask = masks;
        mutex_unlock(self, object->lock);
    }
    return status;
}

zx_status_t pci_device_map_interrupt(struct thread *self, struct object *object, int32_t irq,
                                     struct object **interrupt) {
    struct pci_device *device = pci_device_at(object);
    mutex_lock(self, object->lock);
    bool is_there = irq >= 0 && (uint32_t)irq < device->irq_count;
    bool masks = device->irqs_mask;
    mutex_unlock(self, object->lock);
    return is_there ? pci_map_interrupt(self, device->function, (uint32_t)irq, masks, interrupt)
                    : ZX_ERR_INVALID_ARGS;
}

static void pci_device_destroy(struct thread *self, struct object *object) {
    struct pci_device *device = pci_device_at(object);
    pci_command(self, device->function, PCI_COMMAND_MASTER, 0);
    pci_set_irq_mode(self, device->function, ZX_PCIE_IRQ_MODE_DISABLED, 0);
    slab_free(self, &pci_device_slab, device);
}

const struct object_type pci_device_type = {
    .id = ZX_OBJ_TYPE_PCI_DEVICE,
    .name = "pci_device",
    .rights = ZX_DEFAULT_PCI_DEVICE_RIGHTS,
    .destroy = pci_device_destroy,
};
