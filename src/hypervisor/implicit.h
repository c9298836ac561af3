// Part of libzircon. BSD-3-Clause, see LICENSE.
// What a processor uses of memory without an instruction that names it.
#pragma once

#include "hypervisor/backend.h"

// Calls `visit` with linear addresses, one in each page: the descriptor tables, the task, and the
// tops of the stacks that an interrupt may begin on.
typedef void (*implicit_visitor)(void *context, uint64_t linear, bool write);
void implicit_visit(const struct hv_guest *guest, const struct hv_system *system,
                    const struct hv_registers *registers, implicit_visitor visit, void *context);
