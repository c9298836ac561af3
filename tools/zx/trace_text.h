// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Text in a buffer of fixed size. Nothing here allocates, locks or uses the locale, so that a trace
// hook can use it wherever its program makes a call.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Once `length` reaches `size` what follows is dropped, and `cut` is set.
struct text {
    char *start;
    size_t size, length;
    bool cut;
};

void text_char(struct text *text, char c);
void text_bytes(struct text *text, const char *bytes, size_t count);
void text_string(struct text *text, const char *string);
void text_decimal(struct text *text, uint64_t value);
void text_signed(struct text *text, int64_t value);
void text_hex(struct text *text, uint64_t value); // with 0x
// Decimal where that reads better.
void text_number(struct text *text, uint64_t value);
// "12.5ms"
void text_duration(struct text *text, int64_t nanoseconds);
// With `digits` digits behind the point, 1 to 9.
void text_seconds(struct text *text, int64_t nanoseconds, int digits);
// Bytes as a string in quotes if most can be read, else as x"00 01".
void text_data(struct text *text, const uint8_t *bytes, size_t count);
// A string in JSON, with its quotes.
void text_json(struct text *text, const char *bytes, size_t count);
