// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "host/console.h"

#include <cpuid.h>
#include <fcntl.h>
#include <linux/sysinfo.h>
#include <string.h>

#include "host/linux.h"

enum { LINUX_EINTR = 4 };

void console_write(const char *bytes, size_t size) {
    while (size > 0) {
        long written = linux_call(SYS_write, 2, bytes, size);
        if (written == -LINUX_EINTR) {
            continue;
        }
        if (written <= 0) {
            return;
        }
        bytes += written;
        size -= (size_t)written;
    }
}

long console_read(char *bytes, size_t size) {
    long got = linux_call(SYS_read, 0, bytes, size);
    return got == -LINUX_EINTR ? -1 : got < 0 ? 0 : got;
}

void entropy_draw(void *bytes, size_t size) {
    char *at = bytes;
    while (size > 0) {
        long drawn = linux_call(SYS_getrandom, at, size, 0);
        if (drawn > 0) {
            at += drawn;
            size -= (size_t)drawn;
        } else if (drawn != -LINUX_EINTR) {
            // No getrandom at all: an ancient or locked-down system. Never weak bytes instead.
            __builtin_trap();
        }
    }
}

void entropy_add(const void *bytes, size_t size) {
    long file = linux_call(SYS_openat, AT_FDCWD, "/dev/urandom", O_WRONLY | O_CLOEXEC);
    if (file >= 0) {
        linux_call(SYS_write, file, bytes, size);
        linux_call(SYS_close, file);
    }
}

extern char **environ;

const char *environment_text(const char *name) {
    size_t length = strlen(name);
    for (char **entry = environ; entry != NULL && *entry != NULL; entry++) {
        if (strncmp(*entry, name, length) == 0 && (*entry)[length] == '=') {
            return *entry + length + 1;
        }
    }
    return NULL;
}

uint64_t environment_number(const char *name, uint64_t fallback) {
    const char *digit = environment_text(name);
    if (digit == NULL || *digit == '\0') {
        return fallback;
    }
    uint64_t value = 0;
    for (; *digit != '\0'; digit++) {
        if (*digit < '0' || *digit > '9' || value > UINT64_MAX / 10 - 9) {
            return fallback;
        }
        value = value * 10 + (uint64_t)(*digit - '0');
    }
    return value;
}

long file_read(const char *path, char *bytes, size_t size) {
    long file = linux_call(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        return -1;
    }
    size_t done = 0;
    long got = 0;
    while (done < size && (got = linux_call(SYS_read, file, bytes + done, size - done)) != 0) {
        if (got > 0) {
            done += (size_t)got;
        } else if (got != -LINUX_EINTR) {
            break;
        }
    }
    linux_call(SYS_close, file);
    return got < 0 ? -1 : (long)done;
}

uint32_t machine_cpus(void) {
    // Kept from the start of the kernel, since later the calling thread may be pinned to a few.
    static _Atomic uint32_t counted;
    uint32_t count = counted;
    if (count != 0) {
        return count;
    }
    unsigned char mask[1024];
    long bytes = linux_call(SYS_sched_getaffinity, 0, sizeof(mask), mask);
    for (long i = 0; i < bytes; i++) {
        count += (uint32_t)__builtin_popcount(mask[i]);
    }
    counted = count == 0 ? 1 : count;
    return counted;
}

uint64_t machine_memory(void) {
    struct sysinfo info;
    if (linux_call(SYS_sysinfo, &info) != 0) {
        return 0;
    }
    return (uint64_t)info.totalram * info.mem_unit;
}

uint32_t machine_dcache_line(void) {
    uint32_t a, b, c, d;
    if (!__get_cpuid(1, &a, &b, &c, &d)) {
        return 64;
    }
    return ((b >> 8) & 0xff) * 8; // the size that CLFLUSH works on
}

uint32_t machine_physical_bits(void) {
    uint32_t a, b, c, d;
    if (!__get_cpuid(0x80000008, &a, &b, &c, &d)) {
        return 36;
    }
    return a & 0xff;
}
