// Part of libzircon. BSD-3-Clause, see LICENSE.
// What the kernel does about a guest's exits.
#pragma once

#include "hypervisor/vcpu.h"

// Serves the exit of vcpu->machine. ZX_OK: the guest may run on. ZX_ERR_NEXT: there is a packet for
// the program. Anything else ends the call, and the exit is to be served again.
zx_status_t exit_serve(struct thread *self, struct vcpu *vcpu, zx_port_packet_t *packet);
