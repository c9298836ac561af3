// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "harness.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static zx_status_t draw_once(void *buffer, size_t size) {
    const uint64_t words[8] = {(uintptr_t)buffer, size};
    return (zx_status_t)libzircon_call(ZX_SYS_cprng_draw_once, words);
}

TEST(cprng_draw, fills_every_byte_and_no_other) {
    enum { LARGEST = 1100, EDGE = 16 };
    uint8_t buffer[LARGEST + 2 * EDGE], ever[LARGEST];
    static const size_t sizes[] = {0, 1, 2, 7, 8, 255, 256, 257, 511, 512, 513, 1024, LARGEST};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        size_t size = sizes[i];
        memset(ever, 0, sizeof(ever));
        for (int round = 0; round < 8; round++) { // one byte stays as it was with odds of 2^-64
            memset(buffer, 0xa5, sizeof(buffer));
            zx_cprng_draw(buffer + EDGE, size);
            for (size_t j = 0; j < size; j++) {
                ever[j] |= buffer[EDGE + j] ^ 0xa5;
            }
            for (size_t j = 0; j < EDGE; j++) {
                EXPECT_EQ(buffer[j], 0xa5);
                EXPECT_EQ(buffer[EDGE + size + j], 0xa5);
            }
        }
        for (size_t j = 0; j < size; j++) {
            EXPECT(ever[j] != 0);
        }
    }
}

TEST(cprng_draw, looks_random) {
    enum { SIZE = 1 << 20 };
    uint8_t *bytes = malloc(SIZE);
    zx_cprng_draw(bytes, SIZE);
    double counts[256] = {0};
    long ones = 0;
    for (size_t i = 0; i < SIZE; i++) {
        counts[bytes[i]]++;
        ones += __builtin_popcount(bytes[i]);
    }
    // 8 million fair coins are 1449 heads away from the mean at one sigma; this is seven.
    EXPECT(labs(ones - 4L * SIZE) < 7 * 1449);
    double chi = 0;
    for (int i = 0; i < 256; i++) {
        double away = counts[i] - SIZE / 256.0;
        chi += away * away / (SIZE / 256.0);
    }
    EXPECT(chi > 100 && chi < 450); // 255 degrees of freedom: about eight sigma either way
    free(bytes);
}

static int draw(void *argument) {
    zx_cprng_draw(argument, 32);
    return 0;
}

TEST(cprng_draw, gives_each_thread_bytes_of_its_own) {
    enum { THREADS = 4 };
    struct test_thread threads[THREADS];
    uint8_t drawn[THREADS][32];
    for (int i = 0; i < THREADS; i++) {
        start_thread(&threads[i], draw, drawn[i]);
    }
    for (int i = 0; i < THREADS; i++) {
        EXPECT_EQ(finish_thread(&threads[i]), 0);
        for (int j = 0; j < i; j++) {
            EXPECT(memcmp(drawn[i], drawn[j], 32) != 0);
        }
    }
}

TEST(cprng_draw, gives_the_child_of_a_fork_other_bytes) {
    uint8_t warm[8],
        *shared = mmap(NULL, 64, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    EXPECT(shared != MAP_FAILED);
    zx_cprng_draw(warm, sizeof(warm));
    pid_t child = fork();
    if (child == 0) {
        zx_cprng_draw(shared, 32);
        _exit(0);
    }
    zx_cprng_draw(shared + 32, 32);
    int status;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
    EXPECT(memcmp(shared, shared + 32, 32) != 0);
}

TEST(cprng_draw, stops_a_caller_whose_buffer_cannot_be_written) {
    void *const buffers[] = {NULL, bad_page(), read_only_page(), end_of_page(31)};
    for (size_t i = 0; i < sizeof(buffers) / sizeof(buffers[0]); i++) {
        pid_t child = fork();
        if (child == 0) {
            signal(SIGILL, SIG_DFL);
            zx_cprng_draw(buffers[i], 32);
            _exit(0);
        }
        int status;
        EXPECT_EQ(waitpid(child, &status, 0), child);
        EXPECT(WIFSIGNALED(status));
        EXPECT_EQ(WTERMSIG(status), SIGILL);
    }
    zx_cprng_draw(NULL, 0); // nothing is to be written
}

TEST(cprng_draw_once, fills_at_most_256_bytes) {
    uint8_t buffer[300], before[300];
    for (size_t size = 0; size <= ZX_CPRNG_DRAW_MAX_LEN; size++) {
        EXPECT_OK(draw_once(buffer, size));
    }
    memset(buffer, 0x5a, sizeof(buffer));
    memset(before, 0x5a, sizeof(before));
    EXPECT_STATUS(draw_once(buffer, ZX_CPRNG_DRAW_MAX_LEN + 1), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(draw_once(buffer, SIZE_MAX), ZX_ERR_INVALID_ARGS);
    EXPECT_EQ(memcmp(buffer, before, sizeof(buffer)), 0);
    EXPECT_OK(draw_once(buffer, ZX_CPRNG_DRAW_MAX_LEN));
    EXPECT(memcmp(buffer, before, ZX_CPRNG_DRAW_MAX_LEN) != 0);
    EXPECT_EQ(memcmp(buffer + ZX_CPRNG_DRAW_MAX_LEN, before, 300 - ZX_CPRNG_DRAW_MAX_LEN), 0);
}

TEST(cprng_draw_once, needs_a_buffer_that_can_be_written) {
    EXPECT_STATUS(draw_once(NULL, 1), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(draw_once(bad_page(), 1), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(draw_once(read_only_page(), 1), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(draw_once(end_of_page(15), 16), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(draw_once(NULL, 0), ZX_ERR_INVALID_ARGS);
    EXPECT_OK(draw_once(end_of_page(16), 16));
}

TEST(cprng_add_entropy, takes_at_most_256_bytes) {
    uint8_t bytes[300] = {1, 2, 3};
    for (size_t size = 0; size <= ZX_CPRNG_ADD_ENTROPY_MAX_LEN; size += 16) {
        EXPECT_OK(zx_cprng_add_entropy(bytes, size));
    }
    EXPECT_OK(zx_cprng_add_entropy(bytes, 1));
    EXPECT_STATUS(zx_cprng_add_entropy(bytes, ZX_CPRNG_ADD_ENTROPY_MAX_LEN + 1),
                  ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_cprng_add_entropy(bytes, SIZE_MAX), ZX_ERR_INVALID_ARGS);
}

TEST(cprng_add_entropy, needs_a_buffer_that_can_be_read) {
    EXPECT_STATUS(zx_cprng_add_entropy(NULL, 1), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_cprng_add_entropy(NULL, 0), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_cprng_add_entropy(bad_page(), 1), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_cprng_add_entropy(end_of_page(15), 16), ZX_ERR_INVALID_ARGS);
    EXPECT_OK(zx_cprng_add_entropy(read_only_page(), 256));
    EXPECT_OK(zx_cprng_add_entropy(end_of_page(16), 16));
}

TEST(cprng_add_entropy, does_not_decide_what_is_drawn) {
    uint8_t first[32], second[32], fixed[256] = {0};
    EXPECT_OK(zx_cprng_add_entropy(fixed, sizeof(fixed)));
    zx_cprng_draw(first, sizeof(first));
    EXPECT_OK(zx_cprng_add_entropy(fixed, sizeof(fixed)));
    zx_cprng_draw(second, sizeof(second));
    EXPECT(memcmp(first, second, sizeof(first)) != 0);
}
