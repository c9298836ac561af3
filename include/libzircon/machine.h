// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// The virtual machine that drivers find, from the side of its devices: for tests, tools, and
// programs that model a device.

#ifndef LIBZIRCON_MACHINE_H_
#define LIBZIRCON_MACHINE_H_

#include <stdbool.h>
#include <stdint.h>
#include <zircon/types.h>

__BEGIN_CDECLS

// How many inputs the interrupt controller has. They are numbered like the interrupts that
// zx_interrupt_create takes.
#define LIBZIRCON_INTERRUPT_LINES 120u

// Raises or lowers an input of the interrupt controller. An interrupt object in an edge mode fires
// when its line goes up; one in a level mode as long as it is up, once between two waits or
// acknowledgements. Which voltage counts as up is not modelled. Without an interrupt object a rise
// is lost. ZX_ERR_INVALID_ARGS for a line that is not there.
zx_status_t libzircon_interrupt_line(uint32_t line, bool raised);

__END_CDECLS

#endif // LIBZIRCON_MACHINE_H_
