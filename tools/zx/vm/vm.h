// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// `zx vm`: a virtual machine monitor that knows of guests only what the system calls tell it.
//
// One thread runs the vcpu and serves its exits; one feeds the console's input in, one the timer's
// ticks. What the devices remember is under one lock, `machine->lock`.
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <zircon/syscalls.h>
#include <zircon/syscalls/hypervisor.h>
#include <zircon/syscalls/port.h>

#include "../zx.h"

enum { VM_PAGE = 4096, VM_MEMORY_DEFAULT = 64 << 20 };

struct pic_chip {
    uint8_t base;    // its first vector
    uint8_t mask;    // lines that it ignores
    uint8_t request; // lines that are raised and not delivered
    uint8_t service; // delivered, and not ended
    uint8_t level;   // lines that are up
    int step;        // of its initialization; 0: done
    bool read_service;
    bool auto_end;
};

struct pic {
    struct pic_chip chips[2]; // the second hangs at line 2 of the first
};

struct pit_channel {
    uint32_t count; // 1 to 65536; what it was set to
    uint16_t latch;
    uint8_t mode, access;
    bool latched, high_next, write_high, running;
    uint8_t low;
    int64_t begun; // when it started to count, in nanoseconds
};

struct pit {
    struct pit_channel channels[3];
    uint8_t port_61;
    int64_t next_tick; // of channel 0, INT64_MAX if there is none
    pthread_cond_t changed;
};

enum { UART_FIFO = 4096 };
struct uart {
    uint8_t interrupt_enable, line_control, modem_control, scratch, divisor_low, divisor_high;
    bool fifo, transmit_empty; // transmit_empty: its interrupt is due
    uint8_t received[UART_FIFO];
    uint32_t head, count;
};

struct machine {
    zx_handle_t guest, vmar, vmo, vcpu;
    uint8_t *memory; // the guest's, from 0 on
    uint64_t memory_size;
    pthread_mutex_t lock;
    struct pic pic;
    struct pit pit;
    struct uart uart;
    zx_vcpu_state_t start; // its registers at the start
    uint8_t cmos_index, info_index;
    pthread_t console_thread, timer_thread, clock_thread;
    bool has_console_thread, has_timer_thread, has_clock_thread;
    uint32_t seconds;     // time limit
    int64_t begun;        // when the guest started, for --verbose
    int64_t first_output; // 0: none yet
    bool verbose;
    bool stopping; // by the console or the time limit
    const char *why;
    bool ended; // by the guest
    int status; // what it ended with
};

// --- machine.c ---

// Makes a guest with so much memory, all of it mapped, and traps for all ports and for the devices'
// addresses. False after a message.
bool machine_make(struct machine *machine, uint64_t memory_size);
// Runs from `entry` on until the guest ends, the time is up, or it does what it must not. Returns
// an enum zx_exit.
int machine_run(struct machine *machine, uint64_t entry);
void machine_end(struct machine *machine);

// Stops the guest from any thread.
void machine_stop(struct machine *machine, const char *why);
void machine_interrupt(struct machine *machine, uint8_t vector);

// Page tables at address 0 that map the first 4 GiB onto themselves.
void machine_make_page_tables(struct machine *machine);

// What there is of memory.
struct machine_range {
    uint64_t begin, size;
    bool usable;
};
enum { MACHINE_RANGES = 3 };
void machine_ranges(const struct machine *machine, struct machine_range ranges[MACHINE_RANGES]);

int64_t machine_now(void);

// --- devices; all under machine->lock ---

// All ports. `value` is what the guest writes; returns what it reads.
uint32_t ports_access(struct machine *machine, uint16_t port, uint8_t size, bool input,
                      uint32_t value);

void pic_reset(struct pic *pic);
void pic_set_line(struct machine *machine, int line, bool up);
uint8_t pic_read(struct machine *machine, uint16_t port);
void pic_write(struct machine *machine, uint16_t port, uint8_t value);

bool pit_start(struct machine *machine);
uint8_t pit_read(struct machine *machine, uint16_t port);
void pit_write(struct machine *machine, uint16_t port, uint8_t value);

bool uart_start(struct machine *machine); // the console's input
void uart_end(struct machine *machine);
uint8_t uart_read(struct machine *machine, uint16_t port);
void uart_write(struct machine *machine, uint16_t port, uint8_t value);

uint8_t cmos_read(struct machine *machine);

// A memory access that trapped, outside of the lock: reads are ones, writes are ignored. False if
// the instruction is not understood, after a message.
bool mmio_serve(struct machine *machine, const zx_packet_guest_mem_t *packet);

// --- images: each returns the entry, or 0 after a message ---

uint64_t image_load(struct machine *machine, const char *path, uint64_t flat_address,
                    const char *command_line);
uint64_t linux_load(struct machine *machine, const char *kernel, const char *initrd,
                    const char *command_line);

// A file, mapped to be read. False after a message.
struct file {
    const char *path;
    const uint8_t *bytes;
    uint64_t size;
};
bool file_open(struct file *image, const char *path);
void file_close(struct file *image);
// Copies into the guest's memory. False if it does not fit there.
bool machine_put(struct machine *machine, uint64_t address, const void *bytes, uint64_t size);

int probe_command(void);
