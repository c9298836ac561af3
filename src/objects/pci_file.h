// Part of libzircon. BSD-3-Clause, see LICENSE.
// The file that says what is on the PCI bus. docs/machine.md has its form.
#pragma once

#include "objects/pci_bus.h"

// Reads the file that LIBZIRCON_PCI names, if it does, and calls `add` for each function. What is
// wrong is said on the console, with its line; reading goes on behind it.
void pci_file_read(zx_status_t (*add)(void *context, const struct pci_description *description),
                   void *context);

// The same for text in memory.
void pci_file_parse(const char *text,
                    zx_status_t (*add)(void *context, const struct pci_description *description),
                    void *context);
