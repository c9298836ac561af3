// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// The headers that lie over the C library's own. Compiled as C11 and as C++17, with the overlay in
// front of the other directories.

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <threads.h>
#include <zircon/threads.h>

static unsigned checks;
static unsigned failures;

static void check(bool condition, const char *what, int line) {
    checks++;
    if (!condition) {
        failures++;
        fprintf(stderr, "%s:%d: %s\n", __FILE__, line, what);
    }
}

#define CHECK(condition) check((condition), #condition, __LINE__)

static mtx_t mutex = MTX_INIT;
static cnd_t condition = CND_INIT;

// Only declared in the library.
extern int (*create_with_name)(thrd_t *, thrd_start_t, void *, const char *);
int (*create_with_name)(thrd_t *, thrd_start_t, void *, const char *);

static void test_strings(void) {
    char buffer[8] = "xxxxxxx";
    CHECK(strlcpy(buffer, "abc", sizeof(buffer)) == 3 && strcmp(buffer, "abc") == 0);
    CHECK(strlcat(buffer, "def", sizeof(buffer)) == 6 && strcmp(buffer, "abcdef") == 0);
    CHECK(strlcat(buffer, "gh", sizeof(buffer)) == 8 && strcmp(buffer, "abcdefg") == 0);
    CHECK(strlcpy(buffer, "0123456789", sizeof(buffer)) == 10 && strcmp(buffer, "0123456") == 0);
    CHECK(strlcpy(buffer, "abc", 1) == 3 && buffer[0] == '\0' && buffer[1] == '1');
    CHECK(strlcpy(buffer, "abc", 0) == 3 && buffer[1] == '1');
    memset(buffer, 'x', sizeof(buffer));
    CHECK(strlcat(buffer, "abc", sizeof(buffer)) == sizeof(buffer) + 3 && buffer[7] == 'x');
}

int main(void) {
    test_strings();

    CHECK(mtx_trylock(&mutex) == thrd_success);
    CHECK(mtx_trylock(&mutex) == thrd_busy);
    CHECK(mtx_unlock(&mutex) == thrd_success);
    CHECK(cnd_broadcast(&condition) == thrd_success);

    CHECK(sizeof(&thrd_create_with_name) == sizeof(create_with_name));
    CHECK(PAGE_SIZE == 4096 && PAGESIZE == PAGE_SIZE);
    void *page = mmap(NULL, PAGE_SIZE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_JIT, -1, 0);
    CHECK(page != MAP_FAILED);
    munmap(page, PAGE_SIZE);

    printf("%u checks, %u failures\n", checks, failures);
    return checks == 0 || failures != 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
