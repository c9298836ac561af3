// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// The first byte of a packet that a Bluetooth host controller interface shows to who snoops on it.

#ifndef ZIRCON_DEVICE_BT_HCI_H_
#define ZIRCON_DEVICE_BT_HCI_H_

#include <stdbool.h>
#include <stdint.h>
#include <zircon/compiler.h>

__BEGIN_CDECLS

typedef uint32_t bt_hci_snoop_type_t;
#define BT_HCI_SNOOP_TYPE_CMD ((bt_hci_snoop_type_t)0)
#define BT_HCI_SNOOP_TYPE_EVT ((bt_hci_snoop_type_t)1)
#define BT_HCI_SNOOP_TYPE_ACL ((bt_hci_snoop_type_t)2)
#define BT_HCI_SNOOP_TYPE_SCO ((bt_hci_snoop_type_t)3)

// Set in packets from the controller to the host.
#define BT_HCI_SNOOP_FLAG_RECV 0x04

// The byte for a packet of that type and direction.
static inline uint8_t bt_hci_snoop_flags(bt_hci_snoop_type_t type, bool is_received) {
    return (uint8_t)(type | (is_received ? BT_HCI_SNOOP_FLAG_RECV : 0));
}

__END_CDECLS

#endif // ZIRCON_DEVICE_BT_HCI_H_
