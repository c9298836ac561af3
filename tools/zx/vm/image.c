// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Images: ELF, multiboot (ELF or flat with a header), or flat code. Nothing in a file is believed
// before it is checked.
#include "vm.h"

#include <elf.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "stub.h"

enum {
    MULTIBOOT_HEADER = 0x1badb002,
    MULTIBOOT_LOADED = 0x2badb002,
    MULTIBOOT_SEARCH = 8192,
    MULTIBOOT_ADDRESSES = 1 << 16, // the header says where to load
    INFO = 0x9000,                 // the multiboot information, its map of memory and command line
    INFO_MAP = INFO + 0x100,
    INFO_COMMAND_LINE = INFO + 0x400,
    COMMAND_LINE_MAX = 0xb00,
};

bool file_open(struct file *image, const char *path) {
    struct stat status;
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); // a pipe is refused, not waited for
    *image = (struct file){.path = path};
    if (file < 0 || fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) {
        zx_complain("vm", "%s: cannot be read", path);
        if (file >= 0) {
            close(file);
        }
        return false;
    }
    image->size = (uint64_t)status.st_size;
    void *bytes =
        image->size == 0 ? MAP_FAILED : mmap(NULL, image->size, PROT_READ, MAP_PRIVATE, file, 0);
    close(file);
    if (bytes == MAP_FAILED) {
        zx_complain("vm", "%s: is empty", path);
        return false;
    }
    image->bytes = bytes;
    return true;
}

void file_close(struct file *image) {
    munmap((void *)(uintptr_t)image->bytes, image->size);
}

bool machine_put(struct machine *machine, uint64_t address, const void *bytes, uint64_t size) {
    if (address > machine->memory_size || size > machine->memory_size - address) {
        return false;
    }
    memcpy(machine->memory + address, bytes, size);
    return true;
}

static bool refuse(const struct file *image, const char *why) {
    zx_complain("vm", "%s: %s", image->path, why);
    return false;
}

// Where an image may be put: not on the page tables and what else we left at the start.
static bool is_free(const struct machine *machine, uint64_t address, uint64_t size) {
    const uint64_t first = 0x10000;
    return address >= first && address <= machine->memory_size &&
           size <= machine->memory_size - address;
}

// --- ELF ---

struct segment {
    uint64_t offset, address, file_size, memory_size;
    bool loaded;
};

struct elf {
    bool wide;
    uint64_t entry, table;
    uint32_t count, entry_size;
};

static bool read_elf(const struct file *image, struct elf *elf) {
    const Elf64_Ehdr *wide = (const void *)image->bytes;
    const Elf32_Ehdr *narrow = (const void *)image->bytes;
    if (image->size < sizeof(*narrow)) {
        return refuse(image, "ends within its ELF header");
    }
    elf->wide = image->bytes[EI_CLASS] == ELFCLASS64;
    if (elf->wide && image->size < sizeof(*wide)) {
        return refuse(image, "ends within its ELF header");
    }
    if (image->bytes[EI_DATA] != ELFDATA2LSB ||
        (elf->wide ? wide->e_machine != EM_X86_64 : narrow->e_machine != EM_386)) {
        return refuse(image, "is an ELF file for another processor");
    }
    elf->entry = elf->wide ? wide->e_entry : narrow->e_entry;
    elf->table = elf->wide ? wide->e_phoff : narrow->e_phoff;
    elf->count = elf->wide ? wide->e_phnum : narrow->e_phnum;
    elf->entry_size = elf->wide ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr);
    uint32_t said = elf->wide ? wide->e_phentsize : narrow->e_phentsize;
    if (elf->count == 0 || said != elf->entry_size) {
        return refuse(image, "is an ELF file with nothing to load");
    }
    if (elf->table > image->size || elf->count > (image->size - elf->table) / elf->entry_size) {
        return refuse(image, "ends within its ELF program headers");
    }
    return true;
}

static struct segment segment_of(const struct file *image, const struct elf *elf, uint32_t i) {
    const uint8_t *at = image->bytes + elf->table + (uint64_t)i * elf->entry_size;
    Elf64_Phdr wide;
    Elf32_Phdr narrow;
    if (elf->wide) {
        memcpy(&wide, at, sizeof(wide));
        return (struct segment){wide.p_offset, wide.p_paddr, wide.p_filesz, wide.p_memsz,
                                wide.p_type == PT_LOAD};
    }
    memcpy(&narrow, at, sizeof(narrow));
    return (struct segment){narrow.p_offset, narrow.p_paddr, narrow.p_filesz, narrow.p_memsz,
                            narrow.p_type == PT_LOAD};
}

static bool load_elf(struct machine *machine, const struct file *image, struct elf *elf) {
    if (!read_elf(image, elf)) {
        return false;
    }
    bool entered = false;
    for (uint32_t i = 0; i < elf->count; i++) {
        struct segment segment = segment_of(image, elf, i);
        if (!segment.loaded || segment.memory_size == 0) {
            continue;
        }
        if (segment.file_size > segment.memory_size || segment.offset > image->size ||
            segment.file_size > image->size - segment.offset) {
            return refuse(image, "ends within an ELF segment");
        }
        if (!is_free(machine, segment.address, segment.memory_size)) {
            return refuse(image, "has an ELF segment outside of the guest's memory");
        }
        memcpy(machine->memory + segment.address, image->bytes + segment.offset, segment.file_size);
        memset(machine->memory + segment.address + segment.file_size, 0,
               segment.memory_size - segment.file_size);
        entered = entered || elf->entry - segment.address < segment.memory_size;
    }
    return entered || refuse(image, "has its entry outside of all ELF segments");
}

// --- multiboot ---

struct multiboot_header {
    uint32_t magic, flags, checksum;
    uint32_t header_address, load_address, load_end, bss_end, entry;
};

// Where the header is; image->size if there is none.
static uint64_t find_multiboot(const struct file *image, struct multiboot_header *header) {
    uint64_t end = image->size < MULTIBOOT_SEARCH ? image->size : MULTIBOOT_SEARCH;
    for (uint64_t at = 0; at + 12 <= end; at += 4) {
        memset(header, 0, sizeof(*header));
        uint64_t left = image->size - at;
        memcpy(header, image->bytes + at, left < sizeof(*header) ? left : sizeof(*header));
        if (header->magic == MULTIBOOT_HEADER &&
            header->magic + header->flags + header->checksum == 0) {
            return at;
        }
    }
    return image->size;
}

static bool load_flat_multiboot(struct machine *machine, const struct file *image,
                                const struct multiboot_header *header, uint64_t at) {
    uint64_t before = header->header_address - (uint64_t)header->load_address;
    if (header->load_address > header->header_address || before > at ||
        (header->load_end != 0 && header->load_end < header->load_address)) {
        return refuse(image, "has a multiboot header that contradicts itself");
    }
    uint64_t from = at - before;
    uint64_t size =
        header->load_end != 0 ? header->load_end - header->load_address : image->size - from;
    if (size > image->size - from) {
        return refuse(image, "is shorter than its multiboot header says");
    }
    uint64_t memory = header->bss_end > header->load_address + size
                          ? header->bss_end - header->load_address
                          : size;
    if (!is_free(machine, header->load_address, memory)) {
        return refuse(image, "wants to be loaded outside of the guest's memory");
    }
    if (header->entry - (uint64_t)header->load_address >= memory) {
        return refuse(image, "has its entry outside of what is loaded");
    }
    memcpy(machine->memory + header->load_address, image->bytes + from, size);
    return true;
}

struct multiboot_info {
    uint32_t flags, memory_low, memory_high, boot_device, command_line;
    uint32_t modules[2], symbols[4], map_size, map;
};

struct multiboot_range {
    uint32_t size; // of what follows
    uint32_t begin[2], length[2], type;
};

static void put_multiboot_info(struct machine *machine, const char *command_line) {
    struct machine_range ranges[MACHINE_RANGES];
    machine_ranges(machine, ranges);
    struct multiboot_range map[MACHINE_RANGES];
    for (int i = 0; i < MACHINE_RANGES; i++) {
        map[i] = (struct multiboot_range){
            .size = sizeof(map[i]) - 4,
            .begin = {(uint32_t)ranges[i].begin, (uint32_t)(ranges[i].begin >> 32)},
            .length = {(uint32_t)ranges[i].size, (uint32_t)(ranges[i].size >> 32)},
            .type = ranges[i].usable ? 1 : 2,
        };
    }
    const struct multiboot_info info = {
        .flags = 1 | 1 << 2 | 1 << 6, // memory, command line, map
        .memory_low = (uint32_t)(ranges[0].size >> 10),
        .memory_high = (uint32_t)(ranges[2].size >> 10),
        .command_line = INFO_COMMAND_LINE,
        .map_size = sizeof(map),
        .map = INFO_MAP,
    };
    machine_put(machine, INFO, &info, sizeof(info));
    machine_put(machine, INFO_MAP, map, sizeof(map));
    machine_put(machine, INFO_COMMAND_LINE, command_line, strlen(command_line) + 1);
}

static uint64_t enter_multiboot(struct machine *machine, uint64_t entry, const char *command_line) {
    put_multiboot_info(machine, command_line);
    machine_put(machine, VM_STUB, vm_stub, (uint64_t)(vm_stub_end - vm_stub));
    machine->start.rdi = entry;
    machine->start.rsi = MULTIBOOT_LOADED;
    machine->start.rdx = INFO;
    return VM_STUB;
}

// --- all ---

static uint64_t load(struct machine *machine, const struct file *image, uint64_t flat_address,
                     const char *command_line) {
    struct multiboot_header header;
    struct elf elf;
    uint64_t at = find_multiboot(image, &header);
    bool is_elf = image->size >= SELFMAG && memcmp(image->bytes, ELFMAG, SELFMAG) == 0;
    if (at < image->size && (header.flags & MULTIBOOT_ADDRESSES) != 0) {
        return load_flat_multiboot(machine, image, &header, at)
                   ? enter_multiboot(machine, header.entry, command_line)
                   : 0;
    }
    if (is_elf) {
        if (!load_elf(machine, image, &elf)) {
            return 0;
        }
        if (at < image->size) {
            return enter_multiboot(machine, elf.entry, command_line);
        }
        if (!elf.wide) {
            refuse(image, "is a 32-bit ELF file without a multiboot header");
            return 0;
        }
        put_multiboot_info(machine, command_line);
        machine->start.rdi = INFO;
        return elf.entry;
    }
    if (at < image->size) {
        refuse(image, "has a multiboot header that says nothing of addresses, and is no ELF file");
        return 0;
    }
    if (!is_free(machine, flat_address, image->size)) {
        refuse(image, "does not fit into the guest's memory at that address");
        return 0;
    }
    put_multiboot_info(machine, command_line);
    machine->start.rdi = INFO;
    machine_put(machine, flat_address, image->bytes, image->size);
    return flat_address;
}

uint64_t image_load(struct machine *machine, const char *path, uint64_t flat_address,
                    const char *command_line) {
    struct file image;
    if (strlen(command_line) >= COMMAND_LINE_MAX) {
        zx_complain("vm", "the command line is too long");
        return 0;
    }
    if (!file_open(&image, path)) {
        return 0;
    }
    machine_make_page_tables(machine);
    uint64_t entry = load(machine, &image, flat_address, command_line);
    file_close(&image);
    return entry;
}
