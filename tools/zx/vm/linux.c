// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Linux: a bzImage with its 64-bit entry. Linux's Documentation/arch/x86/boot.rst has the protocol.
#include "vm.h"

#include <asm/bootparam.h>
#include <string.h>

enum {
    PARAMETERS = 0x10000, // struct boot_params
    COMMAND_LINE = 0x20000,
    KERNEL = 0x1000000, // where the kernel wants to be
    ENTRY_64 = 0x200,
    SECTOR = 512,
    HEADER_MAGIC = 0x53726448, // "HdrS"
    VERSION_MIN = 0x20c,
    CAN_64 = 1, // XLF_KERNEL_64
    LOADER_OTHER = 0xff,
};

static bool refuse(const struct file *image, const char *why) {
    zx_complain("vm", "%s: %s", image->path, why);
    return false;
}

static bool load_kernel(struct machine *machine, const struct file *image,
                        struct boot_params *parameters) {
    struct setup_header *header = &parameters->hdr;
    const uint64_t at = offsetof(struct boot_params, hdr);
    if (image->size < at + sizeof(*header)) {
        return refuse(image, "is too short for a Linux kernel");
    }
    memcpy(header, image->bytes + at, sizeof(*header));
    if (header->boot_flag != 0xaa55 || header->header != HEADER_MAGIC) {
        return refuse(image, "is no Linux kernel (bzImage)");
    }
    if (header->version < VERSION_MIN || (header->xloadflags & CAN_64) == 0) {
        return refuse(image, "is a Linux kernel that cannot be entered in 64-bit mode");
    }
    uint64_t setup = (uint64_t)((header->setup_sects != 0 ? header->setup_sects : 4) + 1) * SECTOR;
    uint64_t size = (uint64_t)header->syssize * 16;
    if (setup > image->size || size > image->size - setup + 15) {
        return refuse(image, "is shorter than its header says");
    }
    size = size < image->size - setup ? size : image->size - setup;
    uint64_t room = header->init_size > size ? header->init_size : size;
    if (KERNEL + room > machine->memory_size) {
        zx_complain("vm", "%s: needs %lu MiB of memory at least; see --memory", image->path,
                    ((KERNEL + room) >> 20) + 1);
        return false;
    }
    return machine_put(machine, KERNEL, image->bytes + setup, size);
}

static bool load_initrd(struct machine *machine, const char *path, struct boot_params *parameters) {
    struct file image;
    if (!file_open(&image, path)) {
        return false;
    }
    uint64_t end = machine->memory_size;
    uint64_t most = (uint64_t)parameters->hdr.initrd_addr_max + 1;
    end = end < most ? end : most;
    uint64_t begin = end > image.size ? (end - image.size) & ~(uint64_t)(VM_PAGE - 1) : 0;
    uint64_t kernel_end = KERNEL + (uint64_t)parameters->hdr.init_size;
    bool fits = begin >= kernel_end && machine_put(machine, begin, image.bytes, image.size);
    if (!fits) {
        refuse(&image, "does not fit into the guest's memory behind the kernel");
    }
    parameters->hdr.ramdisk_image = (uint32_t)begin;
    parameters->hdr.ramdisk_size = (uint32_t)image.size;
    file_close(&image);
    return fits;
}

static void put_ranges(struct machine *machine, struct boot_params *parameters) {
    struct machine_range ranges[MACHINE_RANGES];
    machine_ranges(machine, ranges);
    for (int i = 0; i < MACHINE_RANGES; i++) {
        parameters->e820_table[i] = (struct boot_e820_entry){
            .addr = ranges[i].begin, .size = ranges[i].size, .type = ranges[i].usable ? 1 : 2};
    }
    parameters->e820_entries = MACHINE_RANGES;
}

uint64_t linux_load(struct machine *machine, const char *kernel, const char *initrd,
                    const char *command_line) {
    struct boot_params parameters;
    struct file image;
    memset(&parameters, 0, sizeof(parameters));
    if (!file_open(&image, kernel)) {
        return 0;
    }
    machine_make_page_tables(machine);
    bool loaded = load_kernel(machine, &image, &parameters);
    file_close(&image);
    if (!loaded || (initrd != NULL && !load_initrd(machine, initrd, &parameters))) {
        return 0;
    }
    if (strlen(command_line) > parameters.hdr.cmdline_size) {
        zx_complain("vm", "the command line is longer than the kernel takes (%u)",
                    parameters.hdr.cmdline_size);
        return 0;
    }
    put_ranges(machine, &parameters);
    parameters.hdr.type_of_loader = LOADER_OTHER;
    parameters.hdr.cmd_line_ptr = COMMAND_LINE;
    parameters.hdr.vid_mode = 0xffff;
    machine_put(machine, COMMAND_LINE, command_line, strlen(command_line) + 1);
    machine_put(machine, PARAMETERS, &parameters, sizeof(parameters));
    machine->start.rsi = PARAMETERS;
    return KERNEL + ENTRY_64;
}
