// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Entries of the FIFOs between an Ethernet driver and its clients.

#ifndef ZIRCON_DEVICE_ETHERNET_H_
#define ZIRCON_DEVICE_ETHERNET_H_

#include <stdint.h>
#include <zircon/compiler.h>

__BEGIN_CDECLS

// Flags of an entry that comes back: done; outside the memory object; a packet of our own.
#define ETH_FIFO_RX_OK (1u)
#define ETH_FIFO_TX_OK (1u)
#define ETH_FIFO_INVALID (2u)
#define ETH_FIFO_RX_TX (4u)

// A packet in the shared memory object. The cookie is the client's.
typedef struct eth_fifo_entry {
    uint32_t offset;
    uint16_t length;
    uint16_t flags;
    uint64_t cookie;
} eth_fifo_entry_t;

__END_CDECLS

#endif // ZIRCON_DEVICE_ETHERNET_H_
