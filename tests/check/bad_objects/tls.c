// Part of libzircon. BSD-3-Clause, see LICENSE.
// For the test of tools/check_no_tls.cmake.
static _Thread_local int counter __attribute__((tls_model("initial-exec")));

int uses_tls(void);
int uses_tls(void) {
    return counter++;
}
