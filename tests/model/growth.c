// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// growth rounds N          creates, clones, maps and closes N times; nothing may have grown
// growth checkerboard MIB  writes every other page of a clone of that size, and unmaps it
// growth crowd N           maps N pages apart, more than Linux has mappings for
// growth cost              what an empty VMO and a committed page cost the kernel
#include <dirent.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zircon/process.h>
#include <zircon/status.h>
#include <zircon/syscalls.h>
#include <zircon/syscalls/object.h>

enum { PAGE = 4096 };

static const zx_vm_option_t read_write = ZX_VM_PERM_READ | ZX_VM_PERM_WRITE;

static void check(bool holds, int line, const char *what) {
    if (!holds) {
        fprintf(stderr, "growth.c:%d: not so: %s\n", line, what);
        exit(1);
    }
}
#define CHECK(condition) check(condition, __LINE__, #condition)

static void check_ok(zx_status_t status, int line, const char *what) {
    if (status != ZX_OK) {
        fprintf(stderr, "growth.c:%d: %s: %s\n", line, what, zx_status_get_string(status));
        exit(1);
    }
}
#define CHECK_OK(expression) check_ok(expression, __LINE__, #expression)

// --- what the process uses ---

struct use {
    int64_t frames;    // pages of memory files
    int64_t anonymous; // pages of other memory that are resident
    int64_t resident;  // all pages that are
    int64_t mappings;
};

static int64_t status_pages(const char *key) {
    char line[256];
    int64_t value = 0;
    FILE *file = fopen("/proc/self/status", "re");
    CHECK(file != NULL);
    while (fgets(line, sizeof(line), file) != NULL) {
        if (strncmp(line, key, strlen(key)) == 0) {
            value = strtoll(line + strlen(key), NULL, 10) * 1024 / PAGE;
        }
    }
    fclose(file);
    return value;
}

static int64_t memory_file_pages(void) {
    int64_t pages = 0;
    DIR *folder = opendir("/proc/self/fd");
    CHECK(folder != NULL);
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        char path[300], link[300];
        snprintf(path, sizeof(path), "/proc/self/fd/%s", entry->d_name);
        ssize_t length = readlink(path, link, sizeof(link) - 1);
        struct stat stat;
        if (length > 0 && strncmp(link, "/memfd:", 7) == 0 &&
            fstat(atoi(entry->d_name), &stat) == 0) {
            pages += stat.st_blocks * 512 / PAGE;
        }
    }
    closedir(folder);
    return pages;
}

static struct use measure(void) {
    struct use use = {.frames = memory_file_pages(),
                      .anonymous = status_pages("RssAnon:"),
                      .resident = status_pages("VmRSS:")};
    FILE *maps = fopen("/proc/self/maps", "re");
    CHECK(maps != NULL);
    for (int c; (c = fgetc(maps)) != EOF;) {
        use.mappings += c == '\n';
    }
    fclose(maps);
    return use;
}

static void print(const char *when, const struct use *use) {
    printf("%s: %lld pages in memory files, %lld anonymous, %lld resident, %lld mappings\n", when,
           (long long)use->frames, (long long)use->anonymous, (long long)use->resident,
           (long long)use->mappings);
}

// --- rounds ---

static zx_vaddr_t map(zx_handle_t vmo, uint64_t pages) {
    zx_vaddr_t at = 0;
    CHECK_OK(zx_vmar_map(zx_vmar_root_self(), read_write, 0, vmo, 0, pages * PAGE, &at));
    return at;
}

static void unmap(zx_vaddr_t at, uint64_t pages) {
    CHECK_OK(zx_vmar_unmap(zx_vmar_root_self(), at, pages * PAGE));
}

static volatile uint64_t *word(zx_vaddr_t at, uint64_t page) {
    return (volatile uint64_t *)(at + page * PAGE);
}

// One of some ways to make memory, share it and let it go.
static void round_of(uint64_t number) {
    static const uint32_t kinds[] = {ZX_VMO_CHILD_COPY_ON_WRITE, ZX_VMO_CHILD_COPY_ON_WRITE2,
                                     ZX_VMO_CHILD_SLICE};
    uint64_t pages = 1 + number % 7;
    zx_handle_t vmo, child;
    bool slice = number % 3 == 2;
    CHECK_OK(zx_vmo_create(pages * PAGE, number % 2 == 0 && !slice ? ZX_VMO_RESIZABLE : 0, &vmo));
    uint64_t value = number;
    CHECK_OK(zx_vmo_write(vmo, &value, 0, sizeof(value)));
    CHECK_OK(zx_vmo_create_child(vmo, kinds[number % 3], 0, pages * PAGE, &child));
    zx_vaddr_t at = map(child, pages);
    CHECK(*word(at, 0) == number);
    *word(at, pages - 1) = ~number;
    CHECK_OK(zx_vmo_read(vmo, &value, (pages - 1) * PAGE, sizeof(value)));
    CHECK(value == (slice ? ~number : pages == 1 ? number : 0));
    if (number % 5 == 0) {
        CHECK_OK(zx_vmar_protect(zx_vmar_root_self(), ZX_VM_PERM_READ, at, PAGE));
        CHECK_OK(zx_vmo_op_range(child, ZX_VMO_OP_DECOMMIT, 0, pages * PAGE, NULL, 0));
    }
    if (number % 4 < 2) {
        unmap(at, pages);
    }
    CHECK_OK(zx_handle_close(number % 11 < 5 ? vmo : child));
    CHECK_OK(zx_handle_close(number % 11 < 5 ? child : vmo));
    if (number % 4 >= 2) {
        unmap(at, pages);
    }
}

static void rounds(uint64_t count) {
    uint64_t first = count / 10 < 1000 ? 1000 : count / 10;
    for (uint64_t i = 0; i < first; i++) {
        round_of(i);
    }
    struct use before = measure();
    for (uint64_t i = 0; i < count; i++) {
        round_of(i);
    }
    struct use after = measure();
    print("before", &before);
    print("after ", &after);
    // Some pages of slack, for what the C library does to print this.
    CHECK(after.frames <= before.frames + 16);
    CHECK(after.anonymous <= before.anonymous + 64);
    CHECK(after.resident <= before.resident + 96);
    CHECK(after.mappings <= before.mappings + 4);
}

// --- checkerboard ---

static void checkerboard(uint64_t mebibytes, uint32_t kind) {
    uint64_t pages = mebibytes << 20 >> 12;
    zx_handle_t vmo, clone;
    struct use before = measure();
    CHECK_OK(zx_vmo_create(pages * PAGE, 0, &vmo));
    zx_vaddr_t original = map(vmo, pages);
    for (uint64_t page = 0; page < pages; page += 8) {
        *word(original, page) = page;
    }
    CHECK_OK(zx_vmo_create_child(vmo, kind, 0, pages * PAGE, &clone));
    zx_vaddr_t at = map(clone, pages);
    for (uint64_t page = 0; page < pages; page += 2) {
        CHECK(*word(at, page) == (page % 8 == 0 ? page : 0));
        *word(at, page) = page | UINT64_C(1) << 63;
    }
    struct use during = measure();
    for (uint64_t page = 0; page < pages; page++) {
        uint64_t wanted = page % 2 == 0 ? page | UINT64_C(1) << 63 : 0, value = 1;
        CHECK(*word(at, page) == wanted);
        CHECK_OK(zx_vmo_read(clone, &value, page * PAGE, sizeof(value)));
        CHECK(value == wanted);
        CHECK(*word(original, page) == (page % 8 == 0 ? page : 0));
    }
    // Pieces of the mapping go and change.
    CHECK_OK(zx_vmar_protect(zx_vmar_root_self(), ZX_VM_PERM_READ, at + PAGE, (pages - 2) * PAGE));
    CHECK_OK(zx_vmar_protect(zx_vmar_root_self(), read_write, at + PAGE, (pages - 2) * PAGE));
    unmap(at + pages / 4 * PAGE, 3);
    unmap(at, pages);
    unmap(original, pages);
    CHECK_OK(zx_handle_close(vmo));
    CHECK_OK(zx_handle_close(clone));
    struct use after = measure();
    print("before", &before);
    print("during", &during);
    print("after ", &after);
    CHECK(after.mappings <= before.mappings + 4);
    CHECK(after.frames <= before.frames + 4096);
}

// --- crowd ---

enum { MOST = 200000, EACH = 64, LEFT = 64 };

// Page `number` of all: pages of many VMOs, mapped in an order in which no two are one mapping of
// Linux's.
static zx_status_t map_one(zx_handle_t region, const zx_handle_t *vmos, uint64_t number,
                           zx_vaddr_t *at) {
    return zx_vmar_map(region, read_write | ZX_VM_SPECIFIC, number * PAGE, vmos[number / EACH],
                       (EACH - 1 - number % EACH) * PAGE, PAGE, at);
}

static void crowd(uint64_t most) {
    static zx_handle_t vmos[MOST / EACH];
    zx_handle_t clone, region;
    zx_vaddr_t base, at;
    for (uint64_t i = 0; i < MOST / EACH; i++) {
        CHECK_OK(zx_vmo_create(EACH * PAGE, 0, &vmos[i]));
    }
    // Something that wants to be copied when the mappings are used up.
    CHECK_OK(zx_vmo_create_child(vmos[0], ZX_VMO_CHILD_COPY_ON_WRITE2, 0, LEFT * PAGE, &clone));
    zx_vaddr_t copied = map(clone, LEFT);
    CHECK_OK(zx_vmar_allocate(zx_vmar_root_self(),
                              ZX_VM_CAN_MAP_SPECIFIC | ZX_VM_CAN_MAP_READ | ZX_VM_CAN_MAP_WRITE, 0,
                              (uint64_t)MOST * PAGE, &region, &base));
    uint64_t mapped = 0;
    zx_status_t status = ZX_OK;
    for (; mapped < most; mapped++) {
        status = map_one(region, vmos, mapped, &at);
        if (status != ZX_OK) {
            break;
        }
        *word(at, 0) = mapped;
    }
    printf("%llu mappings, then %s\n", (unsigned long long)mapped, zx_status_get_string(status));
    CHECK(status == ZX_OK || status == ZX_ERR_NO_MEMORY);
    CHECK(mapped > 30000 || mapped == most);
    // A failed call left no trace.
    CHECK_OK(zx_vmar_protect(region, ZX_VM_PERM_READ, base, mapped * PAGE));
    CHECK_OK(zx_vmar_protect(region, read_write, base, mapped * PAGE));
    // Faults that copy are resolved, and every other page of a mapping can change.
    for (uint64_t page = 0; page < LEFT; page += 2) {
        *word(copied, page) = page + 1;
        CHECK_OK(zx_vmar_protect(zx_vmar_root_self(), ZX_VM_PERM_READ, copied + page * PAGE, PAGE));
    }
    for (uint64_t page = 0; page < LEFT; page++) {
        CHECK(*word(copied, page) == (page % 2 == 0 ? page + 1 : 0));
    }
    for (uint64_t page = 0; page < mapped; page += 997) {
        CHECK(*word(base, page) == page);
    }
    // Holes are made, and filled again.
    for (uint64_t page = 0; page < mapped; page += 2) {
        CHECK_OK(zx_vmar_unmap(region, base + page * PAGE, PAGE));
    }
    for (uint64_t page = 0; page < mapped; page += 4) {
        CHECK_OK(map_one(region, vmos, page, &at));
        CHECK(*word(at, 0) == page);
    }
    CHECK_OK(zx_vmar_destroy(region));
    CHECK_OK(zx_handle_close(region));
    unmap(copied, LEFT);
    CHECK_OK(zx_handle_close(clone));
    for (uint64_t i = 0; i < MOST / EACH; i++) {
        CHECK_OK(zx_handle_close(vmos[i]));
    }
}

// --- cost ---

static void cost(void) {
    enum { EMPTY = 100000, LARGE = 65536, SMALL = 16 };
    static zx_handle_t vmos[EMPTY];
    struct use before = measure();
    memset(vmos, 1, sizeof(vmos)); // resident from now on
    before = measure();
    for (int i = 0; i < EMPTY; i++) {
        CHECK_OK(zx_vmo_create(PAGE, 0, &vmos[i]));
    }
    struct use after = measure();
    double empty = (double)(after.anonymous - before.anonymous) * PAGE / EMPTY;
    for (int i = 0; i < EMPTY; i++) {
        CHECK_OK(zx_handle_close(vmos[i]));
    }
    printf("an empty VMO: %.0f bytes, its handle included\n", empty);
    CHECK(empty < 512 + 64);

    zx_handle_t vmo;
    before = measure();
    CHECK_OK(zx_vmo_create((uint64_t)LARGE * PAGE, 0, &vmo));
    CHECK_OK(zx_vmo_op_range(vmo, ZX_VMO_OP_COMMIT, 0, (uint64_t)LARGE * PAGE, NULL, 0));
    after = measure();
    double more = ((double)(after.anonymous - before.anonymous) +
                   (double)(after.frames - before.frames - LARGE)) *
                  PAGE / LARGE;
    printf("a page of a large VMO: its %d bytes and %.2f more\n", PAGE, more);
    CHECK_OK(zx_handle_close(vmo));
    CHECK(more < 32);

    // Small VMOs: their frames come in runs.
    before = measure();
    for (int i = 0; i < EMPTY / 10; i++) {
        CHECK_OK(zx_vmo_create(SMALL * PAGE, 0, &vmos[i]));
        CHECK_OK(zx_vmo_op_range(vmos[i], ZX_VMO_OP_COMMIT, 0, SMALL * PAGE, NULL, 0));
    }
    after = measure();
    more = ((double)(after.anonymous - before.anonymous) +
            (double)(after.frames - before.frames - EMPTY / 10 * SMALL)) *
           PAGE / (EMPTY / 10 * SMALL);
    printf("a page of a VMO of %d: its %d bytes and %.2f more, its share of the VMO included\n",
           SMALL, PAGE, more);
    for (int i = 0; i < EMPTY / 10; i++) {
        CHECK_OK(zx_handle_close(vmos[i]));
    }
    CHECK(more < 32 + 512.0 / SMALL);
}

int main(int argc, char **argv) {
    const char *what = argc > 1 ? argv[1] : "";
    uint64_t number = argc > 2 ? strtoull(argv[2], NULL, 0) : 0;
    if (strcmp(what, "rounds") == 0 && number > 0) {
        rounds(number);
    } else if (strcmp(what, "checkerboard") == 0 && number > 0) {
        checkerboard(number, ZX_VMO_CHILD_COPY_ON_WRITE);
        checkerboard(number, ZX_VMO_CHILD_COPY_ON_WRITE2);
    } else if (strcmp(what, "crowd") == 0 && number > 0 && number <= MOST) {
        crowd(number);
    } else if (strcmp(what, "cost") == 0) {
        cost();
    } else {
        fputs("usage: growth rounds N | checkerboard MIB | crowd N | cost\n", stderr);
        return 2;
    }
    return 0;
}
