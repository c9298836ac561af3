// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// The real table against the list of calls of November 2019.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "../../src/syscalls/table.h"

// One line of syscalls-2019.tsv; false at the end.
static bool next_call(FILE *file, char *name, size_t size, bool *is_public, bool *is_noreturn) {
    char line[1024];
    while (fgets(line, sizeof(line), file) != NULL) {
        size_t length = strcspn(line, "\t");
        if (line[0] == '#' || line[length] == '\0') {
            continue;
        }
        snprintf(name, size, "%.*s", (int)length - 3, line + 3); // without zx_
        *is_public = line[length + 1] != '-';
        *is_noreturn = strstr(line + length, "noreturn") != NULL;
        return true;
    }
    return false;
}

static FILE *open_reference(void) {
    FILE *file = fopen(SYSCALLS_2019, "re");
    assert_non_null(file);
    return file;
}

static void calls_are_in_name_order(void **state) {
    (void)state;
    for (size_t i = 1; i < ZX_SYS_COUNT; i++) {
        assert_true(strcmp(syscall_table[i - 1].name, syscall_table[i].name) < 0);
    }
}

static void calls_of_2019_say_so(void **state) {
    (void)state;
    bool of_2019[ZX_SYS_COUNT] = {false};
    FILE *file = open_reference();
    char name[80];
    bool is_public, is_noreturn;
    int found = 0, wrong = 0;
    while (next_call(file, name, sizeof(name), &is_public, &is_noreturn)) {
        const struct syscall_desc *call = syscall_find(name);
        if (call == NULL) {
            continue;
        }
        found++;
        of_2019[call - syscall_table] = true;
        if (is_public && (call->kind == SYSCALL_NORETURN) != is_noreturn) {
            print_message("%s: noreturn in one of the two only\n", name);
            wrong++;
        }
        if (!is_public && call->kind != SYSCALL_INTERNAL) {
            print_message("%s: is exported, was internal\n", name);
            wrong++;
        }
        if (is_public && call->kind == SYSCALL_INTERNAL) {
            print_message("%s: is internal, was exported\n", name);
            wrong++;
        }
    }
    fclose(file);
    for (size_t i = 0; i < ZX_SYS_COUNT; i++) {
        const struct syscall_desc *call = &syscall_table[i];
        if (call->kind != SYSCALL_INTERNAL && (call->since == SYSCALL_SINCE_2019) != of_2019[i]) {
            print_message("%s: 'since' is wrong\n", call->name);
            wrong++;
        }
    }
    assert_true(found > 0);
    assert_int_equal(wrong, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calls_are_in_name_order),
        cmocka_unit_test(calls_of_2019_say_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
