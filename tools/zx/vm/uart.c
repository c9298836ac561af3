// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// A 16550 serial port at 0x3f8, interrupt line 4: its output is ours, its input too. On a terminal
// Ctrl-A x ends the machine.
#include "vm.h"

#include <poll.h>
#include <termios.h>
#include <unistd.h>

enum {
    LINE = 4,
    ENABLE_RECEIVED = 1,
    ENABLE_TRANSMIT = 2,
    CONTROL_DIVISOR = 0x80,
    CONTROL_OUT2 = 8, // lets interrupts through
    CONTROL_LOOP = 0x10,
    STATUS_RECEIVED = 1,
    STATUS_EMPTY = 0x60,
    ESCAPE = 1, // Ctrl-A
};

static struct termios before;
static bool is_raw;

static void update(struct machine *machine) {
    struct uart *uart = &machine->uart;
    bool received = (uart->interrupt_enable & ENABLE_RECEIVED) != 0 && uart->count > 0;
    bool transmit = (uart->interrupt_enable & ENABLE_TRANSMIT) != 0 && uart->transmit_empty;
    pic_set_line(machine, LINE, received || transmit);
}

static void put(struct machine *machine, uint8_t byte) {
    if (machine->first_output == 0) {
        machine->first_output = machine_now();
    }
    while (write(STDOUT_FILENO, &byte, 1) < 0) {
        struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};
        if (poll(&out, 1, 1000) <= 0 || (out.revents & POLLOUT) == 0) {
            return; // nobody reads
        }
    }
}

void uart_write(struct machine *machine, uint16_t port, uint8_t value) {
    struct uart *uart = &machine->uart;
    bool divisor = (uart->line_control & CONTROL_DIVISOR) != 0;
    switch (port & 7) {
    case 0:
        if (divisor) {
            uart->divisor_low = value;
        } else if ((uart->modem_control & CONTROL_LOOP) != 0) {
            uart->received[(uart->head + uart->count++) % UART_FIFO] = value;
        } else {
            put(machine, value);
        }
        uart->transmit_empty = true;
        break;
    case 1:
        if (divisor) {
            uart->divisor_high = value;
        } else {
            if ((value & ENABLE_TRANSMIT & ~uart->interrupt_enable) != 0) {
                uart->transmit_empty = true;
            }
            uart->interrupt_enable = value & 0xf;
        }
        break;
    case 2:
        uart->fifo = (value & 1) != 0;
        if ((value & 2) != 0) {
            uart->count = 0;
        }
        break;
    case 3:
        uart->line_control = value;
        break;
    case 4:
        uart->modem_control = value;
        break;
    case 7:
        uart->scratch = value;
        break;
    default:
        break;
    }
    // A new byte written is a new reason: the line goes down in between.
    if ((port & 7) == 0 && !divisor) {
        pic_set_line(machine, LINE, false);
    }
    update(machine);
}

static uint8_t identify(struct machine *machine) {
    struct uart *uart = &machine->uart;
    uint8_t fifo = uart->fifo ? 0xc0 : 0;
    if ((uart->interrupt_enable & ENABLE_RECEIVED) != 0 && uart->count > 0) {
        return fifo | 4;
    }
    if ((uart->interrupt_enable & ENABLE_TRANSMIT) != 0 && uart->transmit_empty) {
        uart->transmit_empty = false;
        return fifo | 2;
    }
    return fifo | 1;
}

uint8_t uart_read(struct machine *machine, uint16_t port) {
    struct uart *uart = &machine->uart;
    bool divisor = (uart->line_control & CONTROL_DIVISOR) != 0;
    uint8_t value = 0;
    switch (port & 7) {
    case 0:
        if (divisor) {
            value = uart->divisor_low;
        } else if (uart->count > 0) {
            value = uart->received[uart->head];
            uart->head = (uart->head + 1) % UART_FIFO;
            uart->count--;
        }
        break;
    case 1:
        value = divisor ? uart->divisor_high : uart->interrupt_enable;
        break;
    case 2:
        value = identify(machine);
        break;
    case 3:
        value = uart->line_control;
        break;
    case 4:
        value = uart->modem_control;
        break;
    case 5:
        value = (uint8_t)(STATUS_EMPTY | (uart->count > 0 ? STATUS_RECEIVED : 0));
        break;
    case 6: // the other side is ready; looped back, what we control
        value = (uint8_t)((uart->modem_control & CONTROL_LOOP) != 0
                              ? (uart->modem_control & 0xc) << 4 | (uart->modem_control & 1) << 5 |
                                    (uart->modem_control & 2) << 3
                              : 0xb0);
        break;
    default:
        value = uart->scratch;
        break;
    }
    update(machine);
    return value;
}

// --- input ---

static void *feed(void *argument) {
    struct machine *machine = argument;
    bool escaped = false;
    for (;;) {
        struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
        int ready = poll(&in, 1, 100);
        pthread_mutex_lock(&machine->lock);
        bool over = machine->stopping || machine->ended;
        bool full = machine->uart.count == UART_FIFO;
        pthread_mutex_unlock(&machine->lock);
        if (over) {
            return NULL;
        }
        uint8_t byte;
        if (ready <= 0 || full) {
            continue;
        }
        if (read(STDIN_FILENO, &byte, 1) != 1) {
            return NULL; // no more input
        }
        if (is_raw && escaped && byte == 'x') {
            machine_stop(machine, "stopped from the console");
            return NULL;
        }
        escaped = !escaped && byte == ESCAPE;
        if (is_raw && escaped) {
            continue;
        }
        pthread_mutex_lock(&machine->lock);
        struct uart *uart = &machine->uart;
        uart->received[(uart->head + uart->count++) % UART_FIFO] = byte;
        update(machine);
        pthread_mutex_unlock(&machine->lock);
    }
}

bool uart_start(struct machine *machine) {
    machine->uart.transmit_empty = true;
    if (isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &before) == 0) {
        struct termios raw = before;
        cfmakeraw(&raw);
        raw.c_oflag |= OPOST | ONLCR;
        is_raw = tcsetattr(STDIN_FILENO, TCSANOW, &raw) == 0;
    }
    machine->has_console_thread =
        pthread_create(&machine->console_thread, NULL, feed, machine) == 0;
    return machine->has_console_thread;
}

void uart_end(struct machine *machine) {
    if (machine->has_console_thread) {
        pthread_join(machine->console_thread, NULL);
    }
    if (is_raw) {
        tcsetattr(STDIN_FILENO, TCSANOW, &before);
        is_raw = false;
    }
}
