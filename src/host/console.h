// Part of libzircon. BSD-3-Clause, see LICENSE.
// The console (standard error), randomness, and figures of the machine.
#pragma once

#include <stddef.h>
#include <stdint.h>

// Writes to standard error; gives up at the first error.
void console_write(const char *bytes, size_t size);

// Reads from standard input, waiting for at least one byte. 0 at its end, -1 if a signal came.
long console_read(char *bytes, size_t size);

// Fills `size` bytes from Linux's random number generator.
void entropy_draw(void *bytes, size_t size);

// Mixes bytes into Linux's pool. No credit is given for them.
void entropy_add(const void *bytes, size_t size);

// The value of an environment variable as a number, or `fallback`.
uint64_t environment_number(const char *name, uint64_t fallback);

// Its text, or null.
const char *environment_text(const char *name);

// Reads a file from its beginning; how many bytes, or -1.
long file_read(const char *path, char *bytes, size_t size);

uint32_t machine_cpus(void);
uint64_t machine_memory(void);
uint32_t machine_dcache_line(void);

// How many bits a physical address of the processor has.
uint32_t machine_physical_bits(void);
