// Part of libzircon. BSD-3-Clause, see LICENSE.
// The bytes of a fuzzer's input, taken one after the other. Behind their end there are zeros.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct input {
    const uint8_t *at;
    size_t left;
};

static inline bool input_is_empty(const struct input *in) {
    return in->left == 0;
}

static inline uint8_t input_byte(struct input *in) {
    if (in->left == 0) {
        return 0;
    }
    in->left--;
    return *in->at++;
}

// Up to eight bytes as a number, the lowest first.
static inline uint64_t input_number(struct input *in, int bytes) {
    uint64_t number = 0;
    for (int i = 0; i < bytes; i++) {
        number |= (uint64_t)input_byte(in) << (8 * i);
    }
    return number;
}

// Takes the first `size` bytes, or what there is, as an input of their own.
static inline struct input input_part(struct input *in, size_t size) {
    struct input part = {in->at, size < in->left ? size : in->left};
    in->at += part.left;
    in->left -= part.left;
    return part;
}
