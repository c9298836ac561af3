// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// A test program in zxtest's style, for zx conformance. Its cases end in every way.
#include "runtime.h"

static const char *const names[] = {"passes",  "passes_too", "has_its_variable", "skips", "fails",
                                    "crashes", "hangs"};
enum { TESTS = sizeof(names) / sizeof(names[0]) };

static bool variable_is_there(void) {
    for (int i = 0; start.environment[i] != 0; i++) {
        if (text_is(start.environment[i], "NAME=text")) {
            return true;
        }
    }
    return false;
}

// What stands in front of the name at the end.
static const char *run(const char *name) {
    if (text_is(name, "crashes")) {
        __builtin_trap();
    } else if (text_is(name, "hangs")) {
        zx_nanosleep(ZX_TIME_INFINITE);
    } else if (text_is(name, "skips")) {
        return "[  SKIPPED ] Fuchsia.";
    } else if (text_is(name, "fails") ||
               (text_is(name, "has_its_variable") && !variable_is_there())) {
        print("tests.c:1: Failure: it had to be\n");
        return "[  FAILED  ] Fuchsia.";
    }
    return "[       OK ] Fuchsia.";
}

int64_t program(void) {
    static const char option[] = "--gtest_filter=Fuchsia.";
    const char *wanted = 0;
    bool list = false;
    for (int i = 1; i < start.argc; i++) {
        list = list || text_is(start.argv[i], "--gtest_list_tests");
        if (strlen(start.argv[i]) >= sizeof(option) &&
            memcmp(start.argv[i], option, sizeof(option) - 1) == 0) {
            wanted = start.argv[i] + sizeof(option) - 1;
        }
    }
    if (list) {
        print("Fuchsia\n");
    }
    int64_t failed = 0;
    for (int i = 0; i < TESTS; i++) {
        if (list) {
            print("  .");
            print(names[i]);
            print("\n");
        } else if (wanted == 0 || text_is(wanted, names[i])) {
            const char *end = run(names[i]);
            failed += memcmp(end, "[  FAILED", 9) == 0;
            print(end);
            print(names[i]);
            print(" (0 ms)\n");
        }
    }
    if (!list) {
        print("[==========] 1 test from 1 test case ran (0 ms total).\n");
    }
    return -failed;
}
