// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "hypervisor/gpas.h"

#include "host/memory.h"
#include "host/user_copy.h"
#include "hypervisor/vcpu_state.h"

enum { PAGE_MASK = HOST_PAGE_SIZE - 1, ENTRY_PRESENT = 1, ENTRY_LARGE = 1 << 7 };

#define ENTRY_ADDRESS 0x000ffffffffff000ull

bool gpas_read(const struct hv_guest *guest, uint64_t address, void *to, size_t size,
               struct gpas_fault *fault) {
    fault->address = address;
    if (address >= guest->window_size || size > guest->window_size - address) {
        return false;
    }
    return copy_from_user(to, (user_in){guest->window + address}, size) == ZX_OK;
}

static bool read_entry(const struct hv_guest *guest, uint64_t at, size_t size, uint64_t *entry,
                       struct gpas_fault *fault) {
    *entry = 0;
    fault->entries[fault->entry_count++] = at;
    return gpas_read(guest, at, entry, size, fault);
}

// Tables of 512 entries of 8 bytes, `levels` of them from `table` on.
static enum gpas_walk walk_wide(const struct hv_guest *guest, uint64_t table, int levels,
                                uint64_t linear, uint64_t *physical, struct gpas_fault *fault) {
    for (int level = levels; level > 0; level--) {
        int shift = 12 + 9 * (level - 1);
        uint64_t entry;
        if (!read_entry(guest, (table & ENTRY_ADDRESS) + (linear >> shift & 511) * 8, 8, &entry,
                        fault)) {
            return GPAS_NO_TABLE;
        }
        if ((entry & ENTRY_PRESENT) == 0) {
            return GPAS_NOT_MAPPED;
        }
        bool large = (level == 2 || level == 3) && (entry & ENTRY_LARGE) != 0;
        if (level == 1 || large) {
            uint64_t within = (1ull << shift) - 1;
            *physical = (entry & ENTRY_ADDRESS & ~within) | (linear & within);
            return GPAS_FOUND;
        }
        table = entry;
    }
    return GPAS_NOT_MAPPED;
}

// Page tables of 32-bit paging with its four top entries.
static enum gpas_walk walk_pae(const struct hv_guest *guest, uint64_t cr3, uint64_t linear,
                               uint64_t *physical, struct gpas_fault *fault) {
    uint64_t entry;
    if (!read_entry(guest, (cr3 & 0xffffffe0) + (linear >> 30 & 3) * 8, 8, &entry, fault)) {
        return GPAS_NO_TABLE;
    }
    if ((entry & ENTRY_PRESENT) == 0) {
        return GPAS_NOT_MAPPED;
    }
    return walk_wide(guest, entry, 2, linear, physical, fault);
}

// Tables of 1024 entries of 4 bytes.
static enum gpas_walk walk_narrow(const struct hv_guest *guest, const struct hv_system *system,
                                  uint64_t linear, uint64_t *physical, struct gpas_fault *fault) {
    uint64_t entry;
    if (!read_entry(guest, (system->cr3 & 0xfffff000) + (linear >> 22 & 1023) * 4, 4, &entry,
                    fault)) {
        return GPAS_NO_TABLE;
    }
    if ((entry & ENTRY_PRESENT) == 0) {
        return GPAS_NOT_MAPPED;
    }
    if ((entry & ENTRY_LARGE) != 0 && (system->cr4 & CR4_PSE) != 0) {
        uint64_t high = entry >> 13 & 0xff; // bits 32 to 39
        *physical = high << 32 | (entry & 0xffc00000) | (linear & 0x3fffff);
        return GPAS_FOUND;
    }
    if (!read_entry(guest, (entry & 0xfffff000) + (linear >> 12 & 1023) * 4, 4, &entry, fault)) {
        return GPAS_NO_TABLE;
    }
    if ((entry & ENTRY_PRESENT) == 0) {
        return GPAS_NOT_MAPPED;
    }
    *physical = (entry & 0xfffff000) | (linear & PAGE_MASK);
    return GPAS_FOUND;
}

enum gpas_walk gpas_translate(const struct hv_guest *guest, const struct hv_system *system,
                              uint64_t linear, uint64_t *physical, struct gpas_fault *fault) {
    fault->entry_count = 0;
    if ((system->cr0 & CR0_PG) == 0) {
        *physical = linear;
        return GPAS_FOUND;
    }
    if ((system->efer & EFER_LMA) != 0) {
        int levels = (system->cr4 & CR4_LA57) != 0 ? 5 : 4;
        return walk_wide(guest, system->cr3, levels, linear, physical, fault);
    }
    if ((system->cr4 & CR4_PAE) != 0) {
        return walk_pae(guest, system->cr3, linear, physical, fault);
    }
    return walk_narrow(guest, system, linear, physical, fault);
}

size_t gpas_fetch(const struct hv_guest *guest, const struct hv_system *system, uint64_t linear,
                  void *to, size_t size, struct gpas_fault *fault) {
    size_t done = 0;
    while (done < size) {
        uint64_t at = linear + done, physical;
        size_t portion = HOST_PAGE_SIZE - (size_t)(at & PAGE_MASK);
        portion = portion < size - done ? portion : size - done;
        enum gpas_walk walk = gpas_translate(guest, system, at, &physical, fault);
        if (walk == GPAS_NOT_MAPPED) {
            fault->address = UINT64_MAX;
        }
        if (walk != GPAS_FOUND || !gpas_read(guest, physical, (char *)to + done, portion, fault)) {
            break;
        }
        done += portion;
    }
    return done;
}
