// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "machine.h"

#include <dirent.h>
#include <gnu/libc-version.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/utsname.h>
#include <zircon/syscalls.h>

#include "measure.h"

// The value of the first line that starts with the key, or "unknown".
static void find_line(const char *path, const char *key, char *value, size_t size) {
    char line[512];
    snprintf(value, size, "unknown");
    FILE *file = fopen(path, "re");
    while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
        if (strncmp(line, key, strlen(key)) == 0) {
            const char *start = line + strlen(key);
            start += strspn(start, " \t:");
            snprintf(value, size, "%.*s", (int)strcspn(start, "\n"), start);
            break;
        }
    }
    if (file != NULL) {
        fclose(file);
    }
}

static int is_name(const struct dirent *entry) {
    return entry->d_name[0] != '.';
}

// What the kernel does about faults of the CPU, each as "name: what"; it makes calls dearer.
static void find_mitigations(char *text, size_t size) {
    static const char folder[] = "/sys/devices/system/cpu/vulnerabilities";
    struct dirent **names;
    size_t length = 0;
    snprintf(text, size, "unknown");
    int count = scandir(folder, &names, is_name, alphasort);
    for (int i = 0; i < count; i++) {
        char path[512], what[256];
        snprintf(path, sizeof(path), "%s/%s", folder, names[i]->d_name);
        find_line(path, "", what, sizeof(what));
        if (strcmp(what, "Not affected") != 0 && length < size) {
            const char *shown =
                strncmp(what, "Mitigation: ", 12) == 0 ? what + strlen("Mitigation: ") : what;
            int added = snprintf(text + length, size - length, "%s%s: %s", length > 0 ? "; " : "",
                                 names[i]->d_name, shown);
            length += added > 0 ? (size_t)added : 0;
        }
        free(names[i]);
    }
    if (count >= 0) {
        free(names);
        if (length == 0) {
            snprintf(text, size, "none");
        }
    }
}

struct bench_fact *bench_find_facts(void) {
    struct bench_fact *facts = bench_allocate(BENCH_FACTS * sizeof(*facts));
    static const char *const keys[BENCH_FACTS] = {"cpu",  "cpus",      "kernel", "mitigations",
                                                  "libc", "libzircon", "build",  "load"};
    for (int i = 0; i < BENCH_FACTS; i++) {
        facts[i].key = keys[i];
    }
    size_t size = sizeof(facts[0].value);
    find_line("/proc/cpuinfo", "model name", facts[BENCH_CPU].value, size);
    snprintf(facts[BENCH_CPUS].value, size, "%u", bench_cpus());
    struct utsname name;
    BENCH_CHECK(uname(&name) == 0);
    snprintf(facts[BENCH_KERNEL].value, size, "%s %s", name.sysname, name.release);
    find_mitigations(facts[BENCH_MITIGATIONS].value, size);
    snprintf(facts[BENCH_LIBC].value, size, "glibc %s", gnu_get_libc_version());
    char version[64] = "";
    BENCH_OK(zx_system_get_version(version, sizeof(version)));
    snprintf(facts[BENCH_LIBZIRCON].value, size, "%s", version);
    const char *checks = "";
#ifdef LIBZIRCON_DEBUG
    checks = ", with debug checks: do not quote the numbers";
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    checks = ", with sanitizers: do not quote the numbers";
#elif !defined(__OPTIMIZE__)
    checks = ", not optimised: do not quote the numbers";
#endif
#ifdef __clang__
    snprintf(facts[BENCH_BUILD].value, size, "%s%s", __VERSION__, checks);
#else
    snprintf(facts[BENCH_BUILD].value, size, "gcc %s%s", __VERSION__, checks);
#endif
    find_line("/proc/loadavg", "", facts[BENCH_LOAD].value, size);
    return facts;
}
