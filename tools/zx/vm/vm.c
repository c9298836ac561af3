// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "vm.h"

#include <stdlib.h>
#include <string.h>

enum { MEMORY_MIN = 4, MEMORY_MAX = 3072 };

static const char command_line_default[] = "console=ttyS0 acpi=off noapic nolapic nokaslr pci=off "
                                           "clearcpuid=9,149";

static void print_help(FILE *out) {
    fprintf(out,
            "usage: zx vm probe\n"
            "       zx vm run [OPTION]... IMAGE\n"
            "       zx vm boot [OPTION]... VMLINUZ [--initrd FILE]\n"
            "\n"
            "probe  says what this machine has for virtual machines, and what is missing.\n"
            "run    runs an image in a virtual machine: a 64-bit ELF file, a multiboot image, or\n"
            "       flat 64-bit code. Its serial port is the terminal.\n"
            "boot   the same with a Linux kernel.\n"
            "\n"
            "  --memory MIB     memory of the machine, 64 by default; %d to %d\n"
            "  --time SECONDS   stop after so long\n"
            "  --cmdline TEXT   for the image; boot has\n"
            "                   \"%s\"\n"
            "  --initrd FILE    boot: the initial file system\n"
            "  --at ADDRESS     run: where flat code goes, 0x100000 by default\n"
            "  --verbose        tell how long it took\n"
            "\n"
            "On a terminal, Ctrl-A x stops the machine. docs/zx-vm.md has the rest: what a guest\n"
            "finds, and how it ends. Exit status: 0 if the guest ended well, 1 if not, 2 when\n"
            "called wrongly, 3 if a file or the machine cannot be used.\n",
            MEMORY_MIN, MEMORY_MAX, command_line_default);
}

static bool parse_address(const char *text, uint64_t *address) {
    char *end;
    *address = strtoull(text, &end, 0);
    return *text != '\0' && *end == '\0' && *address % 16 == 0;
}

struct options {
    uint32_t memory, seconds;
    const char *command_line, *initrd, *at;
    bool verbose, help;
};

static int run(const struct options *options, const char *path, bool boot) {
    uint64_t address = 0x100000;
    if (options->memory < MEMORY_MIN || options->memory > MEMORY_MAX) {
        return zx_usage_error("vm", "the memory must be %d to %d MiB", MEMORY_MIN, MEMORY_MAX);
    }
    if (options->at != NULL && !parse_address(options->at, &address)) {
        return zx_usage_error("vm", "'%s' is no address, or no multiple of 16", options->at);
    }
    if (boot ? options->at != NULL : options->initrd != NULL) {
        return zx_usage_error("vm", "%s is not for this", boot ? "--at" : "--initrd");
    }
    struct machine machine;
    int result = ZX_EXIT_FILE;
    if (machine_make(&machine, (uint64_t)options->memory << 20)) {
        machine.seconds = options->seconds;
        machine.verbose = options->verbose;
        const char *command_line = options->command_line != NULL ? options->command_line
                                   : boot                        ? command_line_default
                                                                 : "";
        uint64_t entry = boot ? linux_load(&machine, path, options->initrd, command_line)
                              : image_load(&machine, path, address, command_line);
        if (entry != 0) {
            result = machine_run(&machine, entry);
        }
    }
    machine_end(&machine);
    return result;
}

int vm_command(int argc, char **argv) {
    struct options options = {.memory = 0};
    const struct zx_option known[] = {
        {.name = "--memory", .number = &options.memory},
        {.name = "--time", .number = &options.seconds},
        {.name = "--cmdline", .text = &options.command_line},
        {.name = "--initrd", .text = &options.initrd},
        {.name = "--at", .text = &options.at},
        {.name = "--verbose", .flag = &options.verbose},
        {.name = "--help", .flag = &options.help},
    };
    if (!zx_parse_options("vm", known, sizeof(known) / sizeof(known[0]), &argc, argv)) {
        return ZX_EXIT_USAGE;
    }
    if (options.help) {
        print_help(stdout);
        return ZX_EXIT_OK;
    }
    if (argc == 1 && strcmp(argv[0], "probe") == 0) {
        return probe_command();
    }
    bool boot = argc > 0 && strcmp(argv[0], "boot") == 0;
    if (argc != 2 || (!boot && strcmp(argv[0], "run") != 0)) {
        print_help(stderr);
        return ZX_EXIT_USAGE;
    }
    if (options.memory == 0) {
        options.memory = boot ? 512 : VM_MEMORY_DEFAULT >> 20;
    }
    return run(&options, argv[1], boot);
}
