// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// The ports of the machine. docs/zx-vm.md lists them.
#include "vm.h"

#include <string.h>
#include <time.h>

enum {
    PORT_INFO_INDEX = 0x500, // which number of what the machine tells of itself
    PORT_INFO = 0x504,       // and that number, 32 bits
    PORT_END = 0xf4,         // ends the machine with the byte written
    PORT_KEYBOARD = 0x64,
    PORT_RESET = 0xcf9,
};

// Numbers to ask for at PORT_INFO_INDEX.
enum {
    INFO_MAGIC = 0,  // "zxvm"
    INFO_RANGES = 1, // how many ranges of memory there are
    INFO_RANGE = 2,  // five numbers each: begin (low, high), size (low, high), 1 if usable
};

static uint32_t info(const struct machine *machine) {
    uint32_t index = machine->info_index;
    struct machine_range ranges[MACHINE_RANGES];
    machine_ranges(machine, ranges);
    if (index == INFO_MAGIC) {
        return 0x6d76787a;
    }
    if (index == INFO_RANGES) {
        return MACHINE_RANGES;
    }
    uint32_t number = (index - INFO_RANGE) / 5;
    if (number >= MACHINE_RANGES) {
        return 0;
    }
    const struct machine_range *range = &ranges[number];
    const uint32_t words[] = {(uint32_t)range->begin, (uint32_t)(range->begin >> 32),
                              (uint32_t)range->size, (uint32_t)(range->size >> 32), range->usable};
    return words[(index - INFO_RANGE) % 5];
}

static uint8_t bcd(int value) {
    return (uint8_t)(value / 10 << 4 | value % 10);
}

uint8_t cmos_read(struct machine *machine) {
    time_t now = time(NULL);
    struct tm utc;
    gmtime_r(&now, &utc);
    switch (machine->cmos_index & 0x7f) {
    case 0x00:
        return bcd(utc.tm_sec);
    case 0x02:
        return bcd(utc.tm_min);
    case 0x04:
        return bcd(utc.tm_hour);
    case 0x06:
        return bcd(utc.tm_wday + 1);
    case 0x07:
        return bcd(utc.tm_mday);
    case 0x08:
        return bcd(utc.tm_mon + 1);
    case 0x09:
        return bcd(utc.tm_year % 100);
    case 0x32:
        return bcd(utc.tm_year / 100 + 19);
    case 0x0a:
        return 0x26;
    case 0x0b:
        return 0x02; // 24 hours, decimal
    case 0x0d:
        return 0x80; // the battery is well
    default:
        return 0;
    }
}

static void end(struct machine *machine, int status) {
    machine->ended = true;
    machine->status = status;
}

static uint8_t read_byte(struct machine *machine, uint16_t port) {
    switch (port) {
    case 0x20:
    case 0x21:
    case 0xa0:
    case 0xa1:
        return pic_read(machine, port);
    case 0x40:
    case 0x41:
    case 0x42:
    case 0x43:
    case 0x61:
        return pit_read(machine, port);
    case 0x71:
        return cmos_read(machine);
    case 0x70:
        return machine->cmos_index;
    default:
        return port >= 0x3f8 && port <= 0x3ff ? uart_read(machine, port) : 0xff;
    }
}

static void write_byte(struct machine *machine, uint16_t port, uint8_t value) {
    switch (port) {
    case 0x20:
    case 0x21:
    case 0xa0:
    case 0xa1:
        pic_write(machine, port, value);
        break;
    case 0x40:
    case 0x41:
    case 0x42:
    case 0x43:
    case 0x61:
        pit_write(machine, port, value);
        break;
    case 0x70:
        machine->cmos_index = value;
        break;
    case PORT_END:
        end(machine, value);
        break;
    case PORT_KEYBOARD:
        if (value == 0xfe) { // pulls the processor's reset line
            end(machine, 0);
        }
        break;
    case PORT_RESET:
        if ((value & 4) != 0) {
            end(machine, 0);
        }
        break;
    default:
        if (port >= 0x3f8 && port <= 0x3ff) {
            uart_write(machine, port, value);
        }
        break;
    }
}

uint32_t ports_access(struct machine *machine, uint16_t port, uint8_t size, bool input,
                      uint32_t value) {
    if (port == PORT_INFO_INDEX && !input) {
        machine->info_index = (uint8_t)value;
        return 0;
    }
    if (port == PORT_INFO && input && size == 4) {
        return info(machine);
    }
    if (!input) {
        for (unsigned i = 0; i < size; i++) {
            write_byte(machine, (uint16_t)(port + i), (uint8_t)(value >> 8 * i));
        }
        return 0;
    }
    uint32_t result = 0;
    for (unsigned i = 0; i < size; i++) {
        result |= (uint32_t)read_byte(machine, (uint16_t)(port + i)) << 8 * i;
    }
    return result;
}
