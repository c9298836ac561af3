// Part of libzircon. BSD-3-Clause, see LICENSE.
// What a program is told of a guest, as packets.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <zircon/syscalls/port.h>

void packet_bell(zx_port_packet_t *packet, uint64_t key, uint64_t address);

// The guest wrote `size` bytes at `data`, or reads as many.
void packet_io(zx_port_packet_t *packet, uint64_t key, uint16_t port, uint8_t size, bool input,
               const void *data);

void packet_memory(zx_port_packet_t *packet, uint64_t key, uint64_t address,
                   const uint8_t *instruction, uint8_t length, uint8_t operand_size);

void packet_interrupt(zx_port_packet_t *packet, uint64_t mask, uint8_t vector);
void packet_startup(zx_port_packet_t *packet, uint64_t id, uint64_t entry);
