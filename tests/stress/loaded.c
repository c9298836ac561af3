// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "loaded.h"

#include <elf.h>
#include <zircon/process.h>
#include <zircon/processargs.h>

#include "stress.h"

const struct stress_calls linked_calls = {
#define FIELD(name) .name = zx_##name,
    STRESS_CALLS(FIELD)
#undef FIELD
};

static uintptr_t map_image(zx_handle_t vmo) {
    Elf64_Ehdr header;
    Elf64_Phdr segments[16];
    CHECK_OK(zx_vmo_read(vmo, &header, 0, sizeof(header)));
    CHECK(header.e_phnum <= 16);
    CHECK_OK(zx_vmo_read(vmo, segments, header.e_phoff, header.e_phnum * sizeof(segments[0])));
    uint64_t end = 0;
    for (int i = 0; i < header.e_phnum; i++) {
        end = segments[i].p_type == PT_LOAD ? segments[i].p_vaddr + segments[i].p_memsz : end;
    }
    zx_handle_t region;
    zx_vaddr_t base, address;
    CHECK_OK(zx_vmar_allocate(zx_vmar_root_self(),
                              ZX_VM_CAN_MAP_READ | ZX_VM_CAN_MAP_EXECUTE | ZX_VM_CAN_MAP_SPECIFIC,
                              0, end, &region, &base));
    for (int i = 0; i < header.e_phnum; i++) {
        if (segments[i].p_type == PT_LOAD) {
            uint32_t options = ZX_VM_SPECIFIC | ZX_VM_PERM_READ |
                               ((segments[i].p_flags & PF_X) != 0 ? ZX_VM_PERM_EXECUTE : 0);
            CHECK_OK(zx_vmar_map(region, options, segments[i].p_vaddr, vmo, segments[i].p_offset,
                                 segments[i].p_memsz, &address));
        }
    }
    CHECK_OK(zx_handle_close(region));
    return base;
}

static void *find(uintptr_t base, const char *name) {
    const Elf64_Ehdr *header = (const void *)base;
    const Elf64_Phdr *segments = (const void *)(base + header->e_phoff);
    const Elf64_Dyn *dynamic = NULL;
    for (int i = 0; i < header->e_phnum; i++) {
        dynamic =
            segments[i].p_type == PT_DYNAMIC ? (const void *)(base + segments[i].p_vaddr) : dynamic;
    }
    CHECK(dynamic != NULL);
    const Elf64_Sym *symbols = NULL;
    const char *names = NULL;
    for (; dynamic->d_tag != DT_NULL; dynamic++) {
        const void *at = (const void *)(base + dynamic->d_un.d_ptr);
        symbols = dynamic->d_tag == DT_SYMTAB ? at : symbols;
        names = dynamic->d_tag == DT_STRTAB ? at : names;
    }
    // The names come right behind the symbols.
    for (; (const void *)symbols < (const void *)names; symbols++) {
        if (strcmp(names + symbols->st_name, name) == 0) {
            return (void *)(base + symbols->st_value);
        }
    }
    stress_fail(__FILE__, __LINE__, "the vDSO has no %s", name);
}

const struct stress_calls *loaded_calls(void) {
    static struct stress_calls calls;
    if (calls.handle_close == NULL) {
        zx_handle_t vmo = zx_take_startup_handle(PA_HND(PA_VMO_VDSO, 0));
        uintptr_t base = map_image(vmo);
        CHECK_OK(zx_handle_close(vmo));
#define FIELD(name) *(void **)(void *)&calls.name = find(base, "zx_" #name);
        STRESS_CALLS(FIELD)
#undef FIELD
    }
    return &calls;
}
