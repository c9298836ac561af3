// Part of libzircon. BSD-3-Clause, see LICENSE.
// A guest's physical memory, seen from the host, and its linear addresses.
//
// The memory is a window of our address space in which VMOs are mapped. It is read like a program's
// memory: a hole in it, or a trap, is found out by the fault.
#pragma once

#include "base/thread.h"
#include "hypervisor/backend.h"

enum { GPAS_LEVELS_MAX = 5 };

// Which access of the guest's could not be made.
struct gpas_fault {
    uint64_t address; // guest-physical
    // The entries of page tables that were looked at on the way, guest-physical too.
    uint64_t entries[GPAS_LEVELS_MAX];
    uint32_t entry_count;
};

// Copies from guest-physical memory. False if a part is not there; `fault` says which.
bool gpas_read(const struct hv_guest *guest, uint64_t address, void *to, size_t size,
               struct gpas_fault *fault);

enum gpas_walk {
    GPAS_FOUND,
    GPAS_NOT_MAPPED, // the guest's page tables do not map it
    GPAS_NO_TABLE,   // a page table is where no memory is; `fault` says where
};

// The physical address that the guest's page tables give a linear one.
enum gpas_walk gpas_translate(const struct hv_guest *guest, const struct hv_system *system,
                              uint64_t linear, uint64_t *physical, struct gpas_fault *fault);

// Copies up to `size` bytes of code from a linear address; returns how many there are. Where it is
// less, `fault` is a physical address that could not be read, or UINT64_MAX if the guest's page
// tables do not map the rest.
size_t gpas_fetch(const struct hv_guest *guest, const struct hv_system *system, uint64_t linear,
                  void *to, size_t size, struct gpas_fault *fault);
