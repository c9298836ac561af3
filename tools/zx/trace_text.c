// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "trace_text.h"

#include <string.h>

#define SECOND UINT64_C(1000000000)

void text_char(struct text *text, char c) {
    if (text->length < text->size) {
        text->start[text->length++] = c;
    } else {
        text->cut = true;
    }
}

void text_bytes(struct text *text, const char *bytes, size_t count) {
    size_t room = text->size - text->length;
    if (count > room) {
        count = room;
        text->cut = true;
    }
    memcpy(text->start + text->length, bytes, count);
    text->length += count;
}

void text_string(struct text *text, const char *string) {
    text_bytes(text, string, strlen(string));
}

static void put_digits(struct text *text, uint64_t value, int width) {
    char digits[20];
    int count = 0;
    do {
        digits[count++] = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    for (; width > count; width--) {
        text_char(text, '0');
    }
    while (count > 0) {
        text_char(text, digits[--count]);
    }
}

void text_decimal(struct text *text, uint64_t value) {
    put_digits(text, value, 1);
}

void text_signed(struct text *text, int64_t value) {
    if (value < 0) {
        text_char(text, '-');
    }
    put_digits(text, value < 0 ? 0 - (uint64_t)value : (uint64_t)value, 1);
}

static const char hex_digits[] = "0123456789abcdef";

static void put_hex(struct text *text, uint64_t value, int width) {
    int shift = 60;
    while (shift > 0 && value >> shift == 0 && shift >= 4 * width) {
        shift -= 4;
    }
    for (; shift >= 0; shift -= 4) {
        text_char(text, hex_digits[value >> shift & 15]);
    }
}

void text_hex(struct text *text, uint64_t value) {
    text_string(text, "0x");
    put_hex(text, value, 1);
}

void text_number(struct text *text, uint64_t value) {
    if (value < 1000000) {
        text_decimal(text, value);
    } else {
        text_hex(text, value);
    }
}

void text_duration(struct text *text, int64_t nanoseconds) {
    static const struct {
        uint64_t size;
        int digits;
        const char *name;
    } units[] = {{SECOND, 9, "s"}, {1000000, 6, "ms"}, {1000, 3, "us"}, {1, 0, "ns"}};
    uint64_t value = nanoseconds < 0 ? 0 - (uint64_t)nanoseconds : (uint64_t)nanoseconds;
    size_t i = 0;
    while (i < 3 && value < units[i].size) {
        i++;
    }
    if (nanoseconds < 0) {
        text_char(text, '-');
    }
    text_decimal(text, value / units[i].size);
    uint64_t rest = value % units[i].size;
    if (rest != 0) {
        int digits = units[i].digits;
        while (rest % 10 == 0) {
            rest /= 10;
            digits--;
        }
        text_char(text, '.');
        put_digits(text, rest, digits);
    }
    text_string(text, units[i].name);
}

void text_seconds(struct text *text, int64_t nanoseconds, int digits) {
    uint64_t value = nanoseconds < 0 ? 0 : (uint64_t)nanoseconds;
    uint64_t unit = 1;
    for (int i = digits; i < 9; i++) {
        unit *= 10;
    }
    put_digits(text, value / SECOND, 1);
    text_char(text, '.');
    put_digits(text, value % SECOND / unit, digits);
}

static bool is_readable(uint8_t c) {
    return (c >= ' ' && c < 0x7f) || c == '\n' || c == '\t' || c == '\r';
}

void text_data(struct text *text, const uint8_t *bytes, size_t count) {
    size_t readable = 0;
    for (size_t i = 0; i < count; i++) {
        readable += is_readable(bytes[i]);
    }
    if (count > 0 && readable * 4 < count * 3) {
        text_string(text, "x\"");
        for (size_t i = 0; i < count; i++) {
            if (i > 0) {
                text_char(text, ' ');
            }
            put_hex(text, bytes[i], 2);
        }
        text_char(text, '"');
        return;
    }
    text_char(text, '"');
    for (size_t i = 0; i < count; i++) {
        static const char special[] = "\n\t\r\"\\";
        static const char letter[] = "ntr\"\\";
        const char *found = bytes[i] != 0 ? strchr(special, bytes[i]) : NULL;
        if (found != NULL) {
            text_char(text, '\\');
            text_char(text, letter[found - special]);
        } else if (is_readable(bytes[i])) {
            text_char(text, (char)bytes[i]);
        } else {
            text_string(text, "\\x");
            put_hex(text, bytes[i], 2);
        }
    }
    text_char(text, '"');
}

void text_json(struct text *text, const char *bytes, size_t count) {
    text_char(text, '"');
    for (size_t i = 0; i < count; i++) {
        uint8_t c = (uint8_t)bytes[i];
        if (c == '"' || c == '\\') {
            text_char(text, '\\');
            text_char(text, (char)c);
        } else if (c < ' ' || c > 0x7e) {
            text_string(text, "\\u00");
            put_hex(text, c, 2);
        } else {
            text_char(text, (char)c);
        }
    }
    text_char(text, '"');
}
