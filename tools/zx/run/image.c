// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "image.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zircon/status.h>
#include <zircon/syscalls.h>

#include "../zx.h"

enum { COPY_SIZE = 1 << 20 };

// --- the file ---

static zx_status_t copy_file(int file, zx_handle_t vmo, uint64_t size) {
    char *bytes = malloc(COPY_SIZE);
    zx_status_t status = bytes == NULL ? ZX_ERR_NO_MEMORY : ZX_OK;
    for (uint64_t done = 0; status == ZX_OK && done < size;) {
        uint64_t wanted = size - done < COPY_SIZE ? size - done : COPY_SIZE;
        ssize_t got = read(file, bytes, wanted);
        if (got <= 0) {
            status = got < 0 && errno == EINTR ? ZX_OK : ZX_ERR_IO;
            continue;
        }
        status = zx_vmo_write(vmo, bytes, done, (size_t)got);
        done += (uint64_t)got;
    }
    free(bytes);
    return status;
}

static void set_name(zx_handle_t handle, const char *path) {
    const char *name = strrchr(path, '/') != NULL ? strrchr(path, '/') + 1 : path;
    zx_object_set_property(handle, ZX_PROP_NAME, name, strlen(name));
}

zx_status_t image_read_file(const char *path, zx_handle_t *out, uint64_t *size) {
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); // a pipe is refused, not waited for
    if (file < 0) {
        return errno == ENOENT ? ZX_ERR_NOT_FOUND : ZX_ERR_IO;
    }
    struct stat info;
    zx_handle_t vmo = ZX_HANDLE_INVALID;
    zx_status_t status = fstat(file, &info) != 0 || !S_ISREG(info.st_mode) ? ZX_ERR_IO : ZX_OK;
    if (status == ZX_OK) {
        *size = (uint64_t)info.st_size;
        status = zx_vmo_create(*size, 0, &vmo);
    }
    if (status == ZX_OK) {
        set_name(vmo, path);
        status = copy_file(file, vmo, *size);
    }
    int error = errno;
    close(file);
    errno = error;
    if (status == ZX_OK) {
        // The old handle is gone in either case.
        status = zx_vmo_replace_as_executable(vmo, ZX_HANDLE_INVALID, &vmo);
    } else {
        zx_handle_close(vmo);
    }
    if (status == ZX_OK) {
        *out = vmo;
    }
    return status;
}

// --- what it must be ---

static const char *check_header(const Elf64_Ehdr *header, uint64_t size) {
    if (size < SELFMAG || memcmp(header->e_ident, ELFMAG, SELFMAG) != 0) {
        return "this is no ELF file";
    }
    if (size < sizeof(*header)) {
        return "the file ends within its header";
    }
    if (header->e_ident[EI_CLASS] != ELFCLASS64 || header->e_ident[EI_DATA] != ELFDATA2LSB ||
        header->e_machine != EM_X86_64) {
        return "this is a file for another machine than x86-64";
    }
    if (header->e_ident[EI_VERSION] != EV_CURRENT) {
        return "the ELF version is unknown";
    }
    if (header->e_type != ET_DYN) {
        return header->e_type == ET_EXEC
                   ? "this is no position-independent executable: Fuchsia knows no others"
                   : "this is no executable";
    }
    if (header->e_phentsize != sizeof(Elf64_Phdr) || header->e_phnum == 0) {
        return "it has no table of segments";
    }
    if (header->e_phnum > IMAGE_SEGMENTS_MAX) {
        return "its table of segments is too long";
    }
    if (header->e_phoff > size ||
        size - header->e_phoff < (uint64_t)header->e_phnum * sizeof(Elf64_Phdr)) {
        return "the file ends before its table of segments";
    }
    return NULL;
}

static const char *check_load(const Elf64_Phdr *segment, uint64_t size, uint64_t *end) {
    if (segment->p_offset > size || size - segment->p_offset < segment->p_filesz) {
        return "the file ends before its last segment, or a segment lies outside of it";
    }
    if (segment->p_filesz > segment->p_memsz) {
        return "a segment is larger in the file than in memory";
    }
    if (segment->p_offset % IMAGE_PAGE != segment->p_vaddr % IMAGE_PAGE) {
        return "a segment's place in the file does not fit its address";
    }
    if (segment->p_vaddr >= 1ull << 47 || segment->p_memsz >= 1ull << 47) {
        return "a segment lies outside of the address space";
    }
    if ((segment->p_vaddr & -(uint64_t)IMAGE_PAGE) < *end) {
        return "segments overlap, or are not in the order of their addresses";
    }
    if ((segment->p_flags & (PF_W | PF_X)) == (PF_W | PF_X)) {
        return "a segment can be written and executed";
    }
    *end = (segment->p_vaddr + segment->p_memsz + IMAGE_PAGE - 1) & -(uint64_t)IMAGE_PAGE;
    return NULL;
}

static const char *check_interpreter(struct image *image, const Elf64_Phdr *segment) {
    if (segment->p_offset > image->size || image->size - segment->p_offset < segment->p_filesz ||
        segment->p_filesz == 0 || segment->p_filesz >= IMAGE_NAME_MAX) {
        return "the name of its interpreter lies outside of the file, or is too long";
    }
    if (zx_vmo_read(image->vmo, image->interpreter, segment->p_offset, segment->p_filesz) !=
        ZX_OK) {
        return "the name of its interpreter cannot be read";
    }
    image->interpreter[segment->p_filesz] = '\0';
    return strchr(image->interpreter, '/') != NULL || image->interpreter[0] == '\0'
               ? "its interpreter is none of Fuchsia's, which have no folder in their names"
               : NULL;
}

static const char *check_segments(struct image *image) {
    uint64_t end = 0;
    bool entry_found = false, any = false;
    for (int i = 0; i < image->segment_count; i++) {
        const Elf64_Phdr *segment = &image->segments[i];
        const char *wrong = NULL;
        switch (segment->p_type) {
        case PT_LOAD:
            any = true;
            wrong = check_load(segment, image->size, &end);
            entry_found = entry_found || ((segment->p_flags & PF_X) != 0 &&
                                          image->entry - segment->p_vaddr < segment->p_memsz);
            break;
        case PT_INTERP:
            wrong = check_interpreter(image, segment);
            break;
        case PT_GNU_STACK:
            image->stack_size = segment->p_memsz;
            break;
        default:
            break;
        }
        if (wrong != NULL) {
            return wrong;
        }
    }
    return !any           ? "nothing of it is to be loaded"
           : !entry_found ? "its entry point lies outside of its code"
                          : NULL;
}

bool image_open_vmo_take(const char *command, const char *name, zx_handle_t vmo,
                         struct image *image) {
    image->vmo = vmo;
    snprintf(image->name, sizeof(image->name), "%s", name);
    Elf64_Ehdr header = {0};
    uint64_t present = image->size < sizeof(header) ? image->size : sizeof(header);
    zx_status_t status = zx_vmo_read(vmo, &header, 0, present);
    const char *wrong =
        status != ZX_OK ? zx_status_get_string(status) : check_header(&header, image->size);
    if (wrong == NULL) {
        image->entry = header.e_entry;
        image->segment_count = header.e_phnum;
        status =
            zx_vmo_read(vmo, image->segments, header.e_phoff, header.e_phnum * sizeof(Elf64_Phdr));
        wrong = status != ZX_OK ? zx_status_get_string(status) : check_segments(image);
    }
    if (wrong != NULL) {
        zx_complain(command, "%s: %s", name, wrong);
        image_close(image);
        return false;
    }
    return true;
}

bool image_open(const char *command, const char *path, struct image *image) {
    memset(image, 0, sizeof(*image));
    zx_handle_t vmo;
    errno = 0;
    zx_status_t status = image_read_file(path, &vmo, &image->size);
    if (status != ZX_OK) {
        const char *why = errno != 0            ? strerror(errno)
                          : status == ZX_ERR_IO ? "this is no file with bytes in it"
                                                : zx_status_get_string(status);
        zx_complain(command, "%s: %s", path, why);
        return false;
    }
    return image_open_vmo_take(command, path, vmo, image);
}

void image_close(struct image *image) {
    zx_handle_close(image->vmo);
    image->vmo = ZX_HANDLE_INVALID;
}

// --- mapping ---

static uint64_t page_start(uint64_t address) {
    return address & -(uint64_t)IMAGE_PAGE;
}

static uint64_t page_end(uint64_t address) {
    return page_start(address + IMAGE_PAGE - 1);
}

static zx_vm_option_t options_of(uint32_t flags) {
    return ((flags & PF_R) != 0 ? ZX_VM_PERM_READ : 0) |
           ((flags & PF_W) != 0 ? ZX_VM_PERM_WRITE : 0) |
           ((flags & PF_X) != 0 ? ZX_VM_PERM_EXECUTE : 0);
}

// The part of a segment that comes from the file. What can be written is a copy of it, with zeros
// behind its last byte.
static zx_status_t map_file_part(const struct image *image, const Elf64_Phdr *segment,
                                 zx_handle_t vmar, uint64_t vmar_offset, uint64_t size) {
    uint64_t offset = page_start(segment->p_offset);
    zx_vaddr_t address;
    if ((segment->p_flags & PF_W) == 0) {
        return zx_vmar_map(vmar, options_of(segment->p_flags) | ZX_VM_SPECIFIC, vmar_offset,
                           image->vmo, offset, size, &address);
    }
    zx_handle_t copy;
    zx_status_t status =
        zx_vmo_create_child(image->vmo, ZX_VMO_CHILD_COPY_ON_WRITE, offset, size, &copy);
    if (status != ZX_OK) {
        return status;
    }
    static const char zeros[IMAGE_PAGE];
    uint64_t used = segment->p_offset + segment->p_filesz - offset;
    if (used < size) {
        status = zx_vmo_write(copy, zeros, used, size - used);
    }
    if (status == ZX_OK) {
        status = zx_vmar_map(vmar, options_of(segment->p_flags) | ZX_VM_SPECIFIC, vmar_offset, copy,
                             0, size, &address);
    }
    zx_handle_close(copy);
    return status;
}

static zx_status_t map_zeros(const Elf64_Phdr *segment, zx_handle_t vmar, uint64_t vmar_offset,
                             uint64_t size) {
    zx_handle_t vmo;
    zx_vaddr_t address;
    zx_status_t status = zx_vmo_create(size, 0, &vmo);
    if (status != ZX_OK) {
        return status;
    }
    zx_object_set_property(vmo, ZX_PROP_NAME, "bss", 3);
    status = zx_vmar_map(vmar, options_of(segment->p_flags) | ZX_VM_SPECIFIC, vmar_offset, vmo, 0,
                         size, &address);
    zx_handle_close(vmo);
    return status;
}

static zx_status_t map_segment(const struct image *image, const Elf64_Phdr *segment,
                               zx_handle_t vmar, uint64_t low) {
    uint64_t start = page_start(segment->p_vaddr);
    uint64_t file_end =
        segment->p_filesz == 0 ? start : page_end(segment->p_vaddr + segment->p_filesz);
    uint64_t memory_end = page_end(segment->p_vaddr + segment->p_memsz);
    zx_status_t status = ZX_OK;
    if (file_end > start) {
        status = map_file_part(image, segment, vmar, start - low, file_end - start);
    }
    if (status == ZX_OK && memory_end > file_end) {
        status = map_zeros(segment, vmar, file_end - low, memory_end - file_end);
    }
    return status;
}

bool image_map(const char *command, const struct image *image, zx_handle_t root,
               struct image_place *place) {
    uint64_t low = UINT64_MAX, high = 0;
    for (int i = 0; i < image->segment_count; i++) {
        const Elf64_Phdr *segment = &image->segments[i];
        if (segment->p_type == PT_LOAD) {
            low = low == UINT64_MAX ? page_start(segment->p_vaddr) : low;
            high = page_end(segment->p_vaddr + segment->p_memsz);
        }
    }
    zx_status_t status = zx_vmar_allocate(root,
                                          ZX_VM_CAN_MAP_READ | ZX_VM_CAN_MAP_WRITE |
                                              ZX_VM_CAN_MAP_EXECUTE | ZX_VM_CAN_MAP_SPECIFIC,
                                          0, high - low, &place->vmar, &place->base);
    if (status == ZX_OK) {
        place->bias = place->base - low;
        place->entry = place->bias + image->entry;
        for (int i = 0; i < image->segment_count && status == ZX_OK; i++) {
            if (image->segments[i].p_type == PT_LOAD && image->segments[i].p_memsz > 0) {
                status = map_segment(image, &image->segments[i], place->vmar, low);
            }
        }
        if (status != ZX_OK) {
            zx_vmar_destroy(place->vmar);
            zx_handle_close(place->vmar);
        }
    }
    if (status != ZX_OK) {
        zx_complain(command, "%s: it cannot be mapped: %s", image->name,
                    zx_status_get_string(status));
    }
    return status == ZX_OK;
}
