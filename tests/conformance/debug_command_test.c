// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <zircon/syscalls/resource.h>

static zx_status_t command(const char *line) {
    return zx_debug_send_command(root_resource(), line, strlen(line));
}

// What a command prints.
static const char *output_of(const char *line, zx_status_t expected) {
    static char text[8192];
    int ends[2];
    EXPECT(pipe(ends) == 0);
    int console = dup(STDERR_FILENO);
    EXPECT(console >= 0 && dup2(ends[1], STDERR_FILENO) == STDERR_FILENO);
    close(ends[1]);
    zx_status_t status = command(line);
    dup2(console, STDERR_FILENO);
    close(console);
    size_t size = 0;
    ssize_t got;
    while ((got = read(ends[0], text + size, sizeof(text) - 1 - size)) > 0) {
        size += (size_t)got;
    }
    close(ends[0]);
    text[size] = '\0';
    EXPECT_STATUS(status, expected);
    return text;
}

TEST(debug_send_command, runs_the_commands_of_the_console) {
    EXPECT(strcmp(output_of("echo one  two\tthree", 0), "one two three\n") == 0);
    EXPECT(strncmp(output_of("version", 0), "libzircon ", 10) == 0);
    EXPECT(strstr(output_of("help", 0), "\nobjects: ") != NULL);
    EXPECT(strstr(output_of("objects", 0), "resource ") != NULL);
    EXPECT(strstr(output_of("handles", 0), "limit ") != NULL);
    EXPECT(strstr(output_of("resource", 0), "root shared 0x0 0x0 root\n") != NULL);
}

TEST(debug_send_command, reports_what_mappings_cost) {
    struct libzircon_mappings before, after;
    libzircon_count_mappings(&before);
    EXPECT(before.used > 0 && before.used < before.limit);
    EXPECT_EQ(before.dropped, 0);
    // Every other page of a VMO: no two of them can be one mapping for Linux.
    enum { PAGES = 200, PAGE = 4096 };
    zx_handle_t vmo;
    zx_vaddr_t at[PAGES];
    EXPECT_OK(zx_vmo_create(2 * PAGES * PAGE, 0, &vmo));
    for (uint64_t i = 0; i < PAGES; i++) {
        EXPECT_OK(
            zx_vmar_map(zx_vmar_root_self(), ZX_VM_PERM_READ, 0, vmo, 2 * i * PAGE, PAGE, &at[i]));
        EXPECT_EQ(*(volatile char *)at[i], 0);
    }
    libzircon_count_mappings(&after);
    EXPECT(after.used >= before.used + PAGES);
    EXPECT_EQ(after.limit, before.limit);
    const char *text = output_of("mappings", 0);
    EXPECT(strncmp(text, "mappings ", 9) == 0 && strtoull(text + 9, NULL, 10) >= after.used);
    EXPECT(strstr(text, "\nlimit ") != NULL && strstr(text, "\ndropped 0\n") != NULL);
    for (uint64_t i = 0; i < PAGES; i++) {
        EXPECT_OK(zx_vmar_unmap(zx_vmar_root_self(), at[i], PAGE));
    }
    libzircon_count_mappings(&after);
    EXPECT(after.used < before.used + PAGES / 2);
    close_handle(vmo);
}

TEST(debug_send_command, lists_resources) {
    zx_handle_t ports;
    EXPECT_OK(zx_resource_create(root_resource(), ZX_RSRC_KIND_IOPORT | ZX_RSRC_FLAG_EXCLUSIVE,
                                 0xcf8, 8, "pci", 3, &ports));
    EXPECT(strstr(output_of("resource", 0), "ioport exclusive 0xcf8 0x8 pci\n") != NULL);
    close_handle(ports);
}

TEST(debug_send_command, has_the_result_of_the_last_command_that_ran) {
    EXPECT_EQ(command(""), 0);
    EXPECT_EQ(command("status -25"), -25);
    EXPECT_EQ(command("status 12"), 12);
    EXPECT_EQ(command("# status 13"), 12);
    EXPECT_EQ(command("   "), 12);
    EXPECT_EQ(command("status 14; status 15"), 15);
    EXPECT_EQ(command("status 16\nstatus 17 # status 18; status 19"), 17);
    EXPECT(strcmp(output_of("frobnicate", 17), "no such command: frobnicate\n") == 0);
    EXPECT_EQ(command("status"), 0);
}

TEST(debug_send_command, takes_long_lines_and_many_words) {
    char line[256];
    memset(line, 'x', sizeof(line));
    memcpy(line, "status 3 ", 9);
    EXPECT_EQ(zx_debug_send_command(root_resource(), line, sizeof(line)), 3);
    memset(line, ' ', sizeof(line));
    memcpy(line, "status 4 a b c d e f g h i j k l", 32);
    EXPECT_EQ(zx_debug_send_command(root_resource(), line, sizeof(line)), 4);
    memset(line, 0, sizeof(line));
    EXPECT_EQ(zx_debug_send_command(root_resource(), line, sizeof(line)), 4);
    EXPECT_STATUS(zx_debug_send_command(root_resource(), line, sizeof(line) + 1),
                  ZX_ERR_INVALID_ARGS);
}

static zx_status_t send(zx_handle_t resource) {
    return zx_debug_send_command(resource, "status 0", 8);
}

TEST(debug_send_command, wants_the_root_resource) {
    expect_bad_handle(send);
    expect_wrong_type(send, ZX_OBJ_TYPE_RESOURCE, ZX_OBJ_TYPE_RESOURCE);
}

TEST(debug_send_command, refuses_a_line_that_cannot_be_read) {
    for (int i = 0; i < BAD_IN_POINTERS; i++) {
        EXPECT_STATUS(zx_debug_send_command(root_resource(), bad_pointer(i, 8), 8),
                      ZX_ERR_INVALID_ARGS);
    }
}
