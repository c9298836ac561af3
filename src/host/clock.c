// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "host/clock.h"

#include <elf.h>
#include <link.h>
#include <linux/time_types.h>
#include <string.h>
#include <sys/auxv.h>
#include <time.h>

#include "base/invariant.h"
#include "host/linux.h"

typedef int (*clock_gettime_function)(clockid_t, struct __kernel_timespec *);

// From Linux's vDSO, which touches no thread-local storage; libc's wrapper may.
static clock_gettime_function vdso_gettime;

// Finds a function of an ELF image in memory by its name.
static void *find_symbol(uintptr_t base, const char *name) {
    const ElfW(Ehdr) *header = (const void *)base;
    const ElfW(Phdr) *segments = (const void *)(base + header->e_phoff);
    const ElfW(Dyn) *dynamic = NULL;
    uintptr_t bias = base;
    for (int i = 0; i < header->e_phnum; i++) {
        if (segments[i].p_type == PT_LOAD && segments[i].p_offset == 0) {
            bias = base - segments[i].p_vaddr;
        }
    }
    for (int i = 0; i < header->e_phnum; i++) {
        if (segments[i].p_type == PT_DYNAMIC) {
            dynamic = (const void *)(bias + segments[i].p_vaddr);
        }
    }
    const ElfW(Sym) *symbols = NULL;
    const char *names = NULL;
    const ElfW(Word) *hash = NULL;
    for (; dynamic != NULL && dynamic->d_tag != DT_NULL; dynamic++) {
        const void *at = (const void *)(bias + dynamic->d_un.d_ptr);
        if (dynamic->d_tag == DT_SYMTAB) {
            symbols = at;
        } else if (dynamic->d_tag == DT_STRTAB) {
            names = at;
        } else if (dynamic->d_tag == DT_HASH) {
            hash = at;
        }
    }
    if (symbols == NULL || names == NULL || hash == NULL) {
        return NULL;
    }
    for (ElfW(Word) i = 0; i < hash[1]; i++) {
        if (symbols[i].st_value != 0 && strcmp(names + symbols[i].st_name, name) == 0) {
            return (void *)(bias + symbols[i].st_value);
        }
    }
    return NULL;
}

void clock_start(void) {
    uintptr_t vdso = getauxval(AT_SYSINFO_EHDR);
    if (vdso != 0) {
        *(void **)(void *)&vdso_gettime = find_symbol(vdso, "__vdso_clock_gettime");
    }
}

static zx_time_t get(clockid_t id) {
    struct __kernel_timespec now;
    if (vdso_gettime == NULL || vdso_gettime(id, &now) != 0) {
        linux_call(SYS_clock_gettime, id, &now);
    }
    return now.tv_sec * 1000000000 + now.tv_nsec;
}

zx_time_t clock_monotonic(void) {
    return get(CLOCK_MONOTONIC);
}

zx_time_t clock_realtime(void) {
    return get(CLOCK_REALTIME);
}

zx_time_t clock_thread(void) {
    return get(CLOCK_THREAD_CPUTIME_ID);
}
