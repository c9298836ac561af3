// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Lines of words. `function BUS:DEV.FUNC VENDOR:DEVICE` begins a function, the lines behind it say
// more of it; `#` begins a remark. Numbers are hexadecimal, but for counts.
#include "objects/pci_file.h"

#include <string.h>

#include "host/console.h"

enum { FILE_MAX = 64 << 10, WORDS_MAX = 8, WORD_MAX = 31 };

struct line {
    uint32_t number; // of the line
    uint32_t count;
    char words[WORDS_MAX][WORD_MAX + 1];
};

struct parser {
    zx_status_t (*add)(void *context, const struct pci_description *description);
    void *context;
    struct pci_description current;
    bool open;     // `current` was begun
    uint32_t line; // where
};

static void print(const char *text) {
    console_write(text, strlen(text));
}

static void complain(uint32_t line, const char *what) {
    char digits[12];
    size_t at = sizeof(digits);
    do {
        digits[--at] = (char)('0' + line % 10);
        line /= 10;
    } while (line != 0);
    print("LIBZIRCON_PCI, line ");
    console_write(digits + at, sizeof(digits) - at);
    print(": ");
    print(what);
    print("\n");
}

static bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\r';
}

// Cuts the next line; returns where the one behind it begins, or null at the end.
static const char *next_line(const char *at, struct line *line) {
    if (*at == '\0') {
        return NULL;
    }
    line->number++;
    line->count = 0;
    while (*at != '\0' && *at != '\n') {
        if (*at == '#') {
            while (*at != '\0' && *at != '\n') {
                at++;
            }
        } else if (is_space(*at)) {
            at++;
        } else {
            size_t length = 0;
            while (at[length] != '\0' && at[length] != '\n' && at[length] != '#' &&
                   !is_space(at[length])) {
                length++;
            }
            if (line->count < WORDS_MAX) {
                size_t kept = length < WORD_MAX ? length : WORD_MAX;
                memcpy(line->words[line->count], at, kept);
                line->words[line->count++][kept] = '\0';
            }
            at += length;
        }
    }
    return *at == '\n' ? at + 1 : at;
}

// A number up to `most` at `*at`, which moves behind it.
static bool read_number(const char **at, uint32_t base, uint64_t most, uint64_t *number) {
    const char *begin = *at;
    uint64_t value = 0;
    if (base == 16 && begin[0] == '0' && begin[1] == 'x') {
        begin += 2;
        *at = begin;
    }
    for (;; (*at)++) {
        char c = **at;
        uint32_t digit = c >= '0' && c <= '9'   ? (uint32_t)(c - '0')
                         : c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a') + 10
                                                : 16;
        if (digit >= base) {
            break;
        }
        value = value * base + digit;
        if (value > most) {
            return false;
        }
    }
    *number = value;
    return *at != begin;
}

static bool is_number(const char *word, uint32_t base, uint64_t most, uint64_t *number) {
    return read_number(&word, base, most, number) && *word == '\0';
}

static bool skip(const char **at, char c) {
    if (**at != c) {
        return false;
    }
    (*at)++;
    return true;
}

static void finish(struct parser *parser) {
    if (parser->open && parser->add(parser->context, &parser->current) != ZX_OK) {
        complain(parser->line, "this function makes no sense, or there is no room for it");
    }
    parser->open = false;
}

static bool begin_function(struct parser *parser, const struct line *line) {
    uint64_t bus, dev, func, vendor, device;
    const char *place = line->words[1], *ids = line->words[2];
    if (line->count != 3 || !read_number(&place, 16, UINT8_MAX, &bus) || !skip(&place, ':') ||
        !read_number(&place, 16, UINT8_MAX, &dev) || !skip(&place, '.') ||
        !read_number(&place, 16, UINT8_MAX, &func) || *place != '\0' ||
        !read_number(&ids, 16, UINT16_MAX, &vendor) || !skip(&ids, ':') ||
        !read_number(&ids, 16, UINT16_MAX, &device) || *ids != '\0') {
        return false;
    }
    memset(&parser->current, 0, sizeof(parser->current));
    parser->current.bus = (uint8_t)bus;
    parser->current.dev = (uint8_t)dev;
    parser->current.func = (uint8_t)func;
    parser->current.vendor_id = (uint16_t)vendor;
    parser->current.device_id = (uint16_t)device;
    parser->open = true;
    parser->line = line->number;
    return true;
}

static bool read_class(struct pci_description *d, const struct line *line) {
    uint64_t base, sub, interface;
    if (line->count != 4 || !is_number(line->words[1], 16, UINT8_MAX, &base) ||
        !is_number(line->words[2], 16, UINT8_MAX, &sub) ||
        !is_number(line->words[3], 16, UINT8_MAX, &interface)) {
        return false;
    }
    d->base_class = (uint8_t)base;
    d->sub_class = (uint8_t)sub;
    d->interface = (uint8_t)interface;
    return true;
}

static bool read_bar(struct pci_description *d, const struct line *line) {
    uint64_t bar, size;
    if (line->count != 4 || !is_number(line->words[1], 10, PCI_BARS - 1, &bar) ||
        !is_number(line->words[3], 16, UINT32_MAX, &size)) {
        return false;
    }
    uint32_t type = strcmp(line->words[2], "memory") == 0  ? ZX_PCI_BAR_TYPE_MMIO
                    : strcmp(line->words[2], "ports") == 0 ? ZX_PCI_BAR_TYPE_PIO
                                                           : ZX_PCI_BAR_TYPE_UNUSED;
    d->bars[bar] = (struct pci_bar){.type = type, .size = size};
    return type != ZX_PCI_BAR_TYPE_UNUSED;
}

static bool read_small(const struct line *line, uint32_t base, uint8_t *value) {
    uint64_t number;
    if (line->count != 2 || !is_number(line->words[1], base, UINT8_MAX, &number)) {
        return false;
    }
    *value = (uint8_t)number;
    return true;
}

static bool read_line(struct parser *parser, const struct line *line) {
    struct pci_description *d = &parser->current;
    const char *word = line->words[0];
    if (strcmp(word, "function") == 0) {
        finish(parser);
        return begin_function(parser, line);
    }
    if (!parser->open) {
        return false;
    }
    if (strcmp(word, "class") == 0) {
        return read_class(d, line);
    }
    if (strcmp(word, "bar") == 0) {
        return read_bar(d, line);
    }
    if (strcmp(word, "revision") == 0) {
        return read_small(line, 16, &d->revision);
    }
    if (strcmp(word, "pin") == 0) {
        return read_small(line, 10, &d->pin);
    }
    if (strcmp(word, "msi") == 0) {
        return read_small(line, 10, &d->msi_count);
    }
    d->msi_masks = d->msi_masks || strcmp(word, "masks") == 0;
    d->express = d->express || strcmp(word, "express") == 0;
    d->resets = d->resets || strcmp(word, "resets") == 0;
    return line->count == 1 && (strcmp(word, "masks") == 0 || strcmp(word, "express") == 0 ||
                                strcmp(word, "resets") == 0);
}

void pci_file_parse(const char *text,
                    zx_status_t (*add)(void *context, const struct pci_description *description),
                    void *context) {
    struct parser parser = {.add = add, .context = context};
    struct line line = {.number = 0};
    while ((text = next_line(text, &line)) != NULL) {
        if (line.count != 0 && !read_line(&parser, &line)) {
            complain(line.number, "not understood");
        }
    }
    finish(&parser);
}

void pci_file_read(zx_status_t (*add)(void *context, const struct pci_description *description),
                   void *context) {
    static char text[FILE_MAX] KERNEL_STATE; // under the bus's lock
    const char *path = environment_text("LIBZIRCON_PCI");
    if (path == NULL || *path == '\0') {
        return;
    }
    long size = file_read(path, text, sizeof(text) - 1);
    if (size < 0) {
        complain(0, "the file cannot be read");
        return;
    }
    text[size] = '\0';
    pci_file_parse(text, add, context);
}
