// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// The service that a Fuchsia process's dynamic linker asks for libraries: a channel, behind which a
// thread looks into folders.
#pragma once

#include <stdbool.h>
#include <zircon/types.h>

#include "../zx.h"

// Folders that libraries lie in, the first one that has a name counts.
struct library_folders {
    const char *folders[ZX_LIST_MAX + 2];
    size_t count;
};

// The path of a library, or false. `prefix` is a variant's folder, or empty.
bool library_find(const struct library_folders *folders, const char *prefix, const char *name,
                  char path[4096]);

// Starts the service and stores the client's end. It ends when all clients are gone. False after a
// message.
bool loader_service_start(const char *command, const struct library_folders *folders,
                          zx_handle_t *client);
