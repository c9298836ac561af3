// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// The virtual machine that drivers find, from the side of its devices: for tests, tools, and
// programs that model a device.

#ifndef LIBZIRCON_MACHINE_H_
#define LIBZIRCON_MACHINE_H_

#include <stdbool.h>
#include <stdint.h>
#include <zircon/types.h>

__BEGIN_CDECLS

// How many inputs the interrupt controller has. They are numbered like the interrupts that
// zx_interrupt_create takes.
#define LIBZIRCON_INTERRUPT_LINES 120u

// Raises or lowers an input of the interrupt controller. An interrupt object in an edge mode fires
// when its line goes up; one in a level mode as long as it is up, once between two waits or
// acknowledgements. Which voltage counts as up is not modelled. Without an interrupt object a rise
// is lost. ZX_ERR_INVALID_ARGS for a line that is not there.
zx_status_t libzircon_interrupt_line(uint32_t line, bool raised);

// A function on the virtual PCI bus. Its class, and the rest that is 0, may be left out.
struct libzircon_pci_function {
    uint8_t bus, dev, func;
    uint16_t vendor_id, device_id;
    uint8_t base_class, sub_class, interface, revision;
    uint8_t pin;          // of its interrupt: 1 to 4, 0 for none
    uint8_t msi_count;    // how many messages it can send: a power of two up to 32, 0 for none
    bool msi_masks;       // whether it can mask each of them
    bool express, resets; // whether it has 4096 bytes of configuration; whether it can be reset
    struct {
        uint32_t type; // ZX_PCI_BAR_TYPE_*
        uint64_t size; // a power of two: 16 bytes to 1 GiB of memory, 4 to 256 ports
    } bars[6];
};

// Puts a function on the bus. ZX_ERR_INVALID_ARGS if it makes no sense, ZX_ERR_BAD_STATE after
// zx_pci_init, ZX_ERR_ALREADY_EXISTS if there is one at its place, ZX_ERR_NO_MEMORY if the bus has
// no room. The file that the environment variable LIBZIRCON_PCI names does the same
// (docs/machine.md).
zx_status_t libzircon_pci_add(const struct libzircon_pci_function *function);

// A function of the bus raises or lowers interrupt `irq` of the mode that its driver has chosen.
// With a pin, the interrupt comes as long as it is raised; a message is sent with each rise.
// ZX_ERR_NOT_FOUND if there is no such function, ZX_ERR_BAD_STATE if it may not have this
// interrupt now.
zx_status_t libzircon_pci_interrupt(uint8_t bus, uint8_t dev, uint8_t func, uint32_t irq,
                                    bool raised);

// A device writes `data` to where messages go: the interrupt object of that message fires.
// ZX_ERR_NOT_FOUND if there is none. `data` is what the device's MSI capability has, or what
// ZX_INFO_MSI tells, plus the number of the message.
zx_status_t libzircon_message(uint32_t data);

// Writes what the framebuffer shows (zx_framebuffer_set_range) to a file, as a picture in the PPM
// format. ZX_ERR_BAD_STATE if there is no framebuffer, ZX_ERR_NOT_SUPPORTED for pixel formats other
// than RGB_x888, ARGB_8888, RGB_565 and GRAY_8, ZX_ERR_OUT_OF_RANGE if the VMO is too small,
// ZX_ERR_IO if the file cannot be written.
zx_status_t libzircon_framebuffer_write(const char *path);

__END_CDECLS

#endif // LIBZIRCON_MACHINE_H_
