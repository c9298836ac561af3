// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "hypervisor/packet.h"

#include <string.h>

static void begin(zx_port_packet_t *packet, uint64_t key, uint32_t type) {
    memset(packet, 0, sizeof(*packet));
    packet->key = key;
    packet->type = type;
    packet->status = ZX_OK;
}

void packet_bell(zx_port_packet_t *packet, uint64_t key, uint64_t address) {
    begin(packet, key, ZX_PKT_TYPE_GUEST_BELL);
    packet->guest_bell.addr = address;
}

void packet_io(zx_port_packet_t *packet, uint64_t key, uint16_t port, uint8_t size, bool input,
               const void *data) {
    begin(packet, key, ZX_PKT_TYPE_GUEST_IO);
    packet->guest_io.port = port;
    packet->guest_io.access_size = size;
    packet->guest_io.input = input;
    if (!input) {
        memcpy(packet->guest_io.data, data, size);
    }
}

void packet_memory(zx_port_packet_t *packet, uint64_t key, uint64_t address,
                   const uint8_t *instruction, uint8_t length, uint8_t operand_size) {
    begin(packet, key, ZX_PKT_TYPE_GUEST_MEM);
    packet->guest_mem.addr = address;
    packet->guest_mem.inst_len = length;
    memcpy(packet->guest_mem.inst_buf, instruction, length);
    packet->guest_mem.default_operand_size = operand_size;
}

void packet_interrupt(zx_port_packet_t *packet, uint64_t mask, uint8_t vector) {
    begin(packet, 0, ZX_PKT_TYPE_GUEST_VCPU);
    packet->guest_vcpu.type = ZX_PKT_GUEST_VCPU_INTERRUPT;
    packet->guest_vcpu.interrupt.mask = mask;
    packet->guest_vcpu.interrupt.vector = vector;
}

void packet_startup(zx_port_packet_t *packet, uint64_t id, uint64_t entry) {
    begin(packet, 0, ZX_PKT_TYPE_GUEST_VCPU);
    packet->guest_vcpu.type = ZX_PKT_GUEST_VCPU_STARTUP;
    packet->guest_vcpu.startup.id = id;
    packet->guest_vcpu.startup.entry = entry;
}
