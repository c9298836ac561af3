// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// The side of the virtual machine that devices have: what the public calls of libzircon/machine.h
// do.
#include <libzircon/machine.h>

#include "objects/interrupt_line.h"
#include "syscalls/entry.h"
#include "syscalls/syscall.h"

ZX_EXPORT zx_status_t libzircon_interrupt_line(uint32_t pin, bool raised) {
    struct thread *self = entry_begin();
    struct interrupt_line *line = interrupt_line_of_pin(pin);
    if (line != NULL) {
        interrupt_line_set(self, line, raised);
    }
    entry_end(self);
    return line != NULL ? ZX_OK : ZX_ERR_INVALID_ARGS;
}
