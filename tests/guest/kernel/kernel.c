// Part of libzircon. BSD-3-Clause, see LICENSE.
// The teaching kernel: what a system needs of a machine, each thing once. It prints what it finds,
// and ends the machine through port 0xf4. Words on its command line make it end otherwise.
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SERIAL = 0x3f8, INFO_INDEX = 0x500, INFO = 0x504, END = 0xf4, TICKS = 5 };

extern const char handlers[];

void kernel(uint32_t magic, const uint32_t *info);
void handle_interrupt(uint64_t number, uint64_t rip);

// --- the processor ---

static void out8(uint16_t port, uint8_t value) {
    __asm__ volatile("outb %0, %1" ::"a"(value), "Nd"(port));
}

static uint8_t in8(uint16_t port) {
    uint8_t value;
    __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

static uint32_t in32(uint16_t port) {
    uint32_t value;
    __asm__ volatile("inl %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

static void end(uint8_t status) {
    out8(END, status);
    for (;;) {
        __asm__ volatile("cli; hlt");
    }
}

// --- the console ---

static void put(char c) {
    while ((in8(SERIAL + 5) & 0x20) == 0) {
    }
    out8(SERIAL, (uint8_t)c);
}

static void print(const char *text) {
    for (; *text != '\0'; text++) {
        put(*text);
    }
}

static void print_hex(uint64_t value) {
    int digits = 1;
    while (digits < 16 && value >> 4 * digits != 0) {
        digits++;
    }
    print("0x");
    while (digits-- > 0) {
        put("0123456789abcdef"[value >> 4 * digits & 15]);
    }
}

static void print_named(const char *name, uint64_t value) {
    print(name);
    print_hex(value);
    print("\n");
}

// --- interrupts ---

static volatile uint32_t ticks;

void handle_interrupt(uint64_t number, uint64_t rip) {
    if (number == 32) {
        ticks++;
        out8(0x20, 0x20);
        return;
    }
    print_named("exception ", number);
    print_named("  at ", rip);
    end(2);
}

static struct {
    uint16_t low, selector, flags, middle;
    uint32_t high, unused;
} idt[48];

static void start_interrupts(void) {
    for (int i = 0; i < 48; i++) {
        uint64_t at = (uint64_t)(uintptr_t)handlers + 16 * (uint64_t)i;
        idt[i].low = (uint16_t)at;
        idt[i].selector = 8;
        idt[i].flags = 0x8e00;
        idt[i].middle = (uint16_t)(at >> 16);
        idt[i].high = (uint32_t)(at >> 32);
    }
    struct __attribute__((packed)) {
        uint16_t limit;
        uint64_t base;
    } idtr = {sizeof(idt) - 1, (uint64_t)(uintptr_t)idt};
    __asm__ volatile("lidt %0" ::"m"(idtr));
    // Both interrupt controllers: vectors 32 and 40 on; only the timer.
    static const uint8_t words[][2] = {{0x20, 0x11}, {0xa0, 0x11}, {0x21, 32},   {0xa1, 40},
                                       {0x21, 4},    {0xa1, 2},    {0x21, 1},    {0xa1, 1},
                                       {0x21, 0xfe}, {0xa1, 0xff}, {0x43, 0x34}, {0x40, 0x9c},
                                       {0x40, 0x2e}}; // 11932: 100 times a second
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        out8(words[i][0], words[i][1]);
    }
}

// --- the command line ---

static bool has_word(const char *line, const char *word) {
    for (; *line != '\0'; line++) {
        size_t i = 0;
        while (word[i] != '\0' && line[i] == word[i]) {
            i++;
        }
        if (word[i] == '\0') {
            return true;
        }
    }
    return false;
}

static void misbehave(const char *line) {
    if (has_word(line, "fail")) {
        end(3);
    }
    if (has_word(line, "hole")) { // beyond all traps: the monitor traps below 4 GiB
        uint64_t *tables;
        __asm__ volatile("mov %%cr3, %0" : "=r"(tables));
        tables[511] = tables[0];
        ((uint64_t *)(uintptr_t)(tables[0] & ~0xfffull))[8] = 1ull << 34 | 0x83;
        *(volatile uint64_t *)(uintptr_t)(8ull << 30) = 1;
    }
    if (has_word(line, "triple")) {
        struct __attribute__((packed)) {
            uint16_t limit;
            uint64_t base;
        } none = {0, 0};
        __asm__ volatile("lidt %0; ud2" ::"m"(none));
    }
    if (has_word(line, "exception")) {
        __asm__ volatile("ud2");
    }
    while (has_word(line, "loop")) {
    }
    if (has_word(line, "odd")) { // an access that the monitor does not understand
        __asm__ volatile("lock incl %0" ::"m"(*(volatile uint32_t *)(uintptr_t)0xd0000000));
    }
}

static void echo(void) {
    print("say something: ");
    char c;
    do {
        while ((in8(SERIAL + 5) & 1) == 0) {
        }
        c = (char)in8(SERIAL);
        put(c);
    } while (c != '\n' && c != '\r');
    print("thank you\n");
}

// --- all ---

static void print_cpuid(uint32_t leaf, bool ecx_last) {
    uint32_t eax = leaf, ecx = 0;
    struct {
        uint32_t words[3];
        char zero;
    } name = {.zero = '\0'};
    uint32_t ebx, edx;
    __asm__ volatile("cpuid" : "+a"(eax), "=b"(ebx), "+c"(ecx), "=d"(edx));
    name.words[0] = ebx;
    name.words[1] = ecx_last ? edx : ecx;
    name.words[2] = ecx_last ? ecx : edx;
    print((const char *)name.words);
    print("\n");
}

static uint32_t ask(uint8_t index) {
    out8(INFO_INDEX, index);
    return in32(INFO);
}

static void print_memory(void) {
    uint32_t count = ask(1);
    for (uint32_t i = 0; i < count; i++) {
        uint8_t at = (uint8_t)(2 + 5 * i);
        print("memory at ");
        print_hex(ask(at) | (uint64_t)ask(at + 1) << 32);
        print(", ");
        print_hex(ask(at + 2) | (uint64_t)ask(at + 3) << 32);
        print(ask(at + 4) != 0 ? " bytes\n" : " bytes, reserved\n");
    }
}

void kernel(uint32_t magic, const uint32_t *info) {
    out8(SERIAL + 3, 3);
    out8(SERIAL + 2, 1);
    print("the teaching kernel\n");
    const char *line = (info[0] & 4) != 0 ? (const char *)(uintptr_t)info[4] : "";
    print("command line: ");
    print(line);
    print("\n");
    print_named("multiboot: ", magic);
    print_named("memory above 1 MiB, in KiB: ", info[2]);
    print("processor: ");
    print_cpuid(0, true);
    print("hypervisor: ");
    print_cpuid(0x40000000, false);
    if (ask(0) == 0x6d76787a) {
        print_memory();
    }
    start_interrupts();
    misbehave(line);

    __asm__ volatile("sti");
    while (ticks < TICKS) {
        __asm__ volatile("hlt");
    }
    __asm__ volatile("cli");
    print_named("ticks: ", TICKS);

    uint64_t result = 0xffffffff;
    __asm__ volatile("vmcall" : "+a"(result)::"memory");
    print_named("an unknown hypercall: ", 0 - result);

    volatile uint64_t *board = (volatile uint64_t *)(uintptr_t)0xd0000000;
    uint64_t begin = board[1];
    board[0] = '*';
    print(board[1] > begin ? " and time goes on\n" : " and time stands still\n");
    if (has_word(line, "echo")) {
        echo();
    }
    print("the end\n");
    end(0);
}
