// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "call_words.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zircon/time.h>

// Bytes that one buffer may have.
enum { BYTES_MAX = 64 << 20 };

void script_no_memory(void) {
    zx_complain("call", "there is no memory for the script");
    exit(ZX_EXIT_FILE);
}

void *array_grow(void **array, size_t count, size_t size) {
    if ((count & (count - 1)) == 0) {
        void *more = realloc(*array, (count == 0 ? 1 : 2 * count) * size);
        if (more == NULL) {
            script_no_memory();
        }
        *array = more;
    }
    void *element = (char *)*array + count * size;
    memset(element, 0, size);
    return element;
}

// --- words ---

static void skip_space(struct parser *parser) {
    parser->at += strspn(parser->at, " \t\r,");
    if (*parser->at == '#') {
        parser->at = "";
    }
}

bool parser_at_end(struct parser *parser) {
    skip_space(parser);
    return *parser->at == '\0';
}

bool parser_take(struct parser *parser, const char *token) {
    skip_space(parser);
    size_t length = strlen(token);
    if (strncmp(parser->at, token, length) != 0) {
        return false;
    }
    parser->at += length;
    return true;
}

// A word: up to a space, a bracket or a quote.
static char *take_word(struct parser *parser, const char *stops) {
    skip_space(parser);
    size_t length = strcspn(parser->at, stops);
    char *word = strndup(parser->at, length);
    parser->at += length;
    if (word == NULL) {
        script_no_memory();
    }
    return word;
}

#define STOPS " \t\r,#[]{}<>\""

char *parser_take_word(struct parser *parser) {
    return take_word(parser, STOPS);
}

static bool is_name(const char *word, size_t length) {
    for (size_t i = 0; i < length; i++) {
        if (!isalnum((unsigned char)word[i]) && word[i] != '_') {
            return false;
        }
    }
    return length > 0 && !isdigit((unsigned char)word[0]);
}

static int find_variable(const struct script *script, const char *name, size_t length) {
    for (size_t i = 0; i < script->variable_count; i++) {
        if (strncmp(script->variables[i], name, length) == 0 &&
            script->variables[i][length] == '\0') {
            return (int)i;
        }
    }
    return NO_VARIABLE;
}

// "$name" where a variable gets a value.
int parser_take_new_variable(struct parser *parser) {
    char *word = parser_take_word(parser);
    size_t length = strlen(word);
    if (word[0] != '$' || !is_name(word + 1, length - 1)) {
        FAIL(parser, "'%s' is no variable; write $name", word);
        free(word);
        return NO_VARIABLE;
    }
    int found = find_variable(parser->script, word + 1, length - 1);
    if (found == NO_VARIABLE) {
        found = (int)parser->script->variable_count;
        *(const char **)GROW(parser->script->variables, parser->script->variable_count) =
            strdup(word + 1);
    }
    free(word);
    return found;
}

// --- numbers ---

// A number in C, with a minus perhaps. False if the word is none.
static bool parse_number(const char *word, const char **end, uint64_t *number) {
    bool negative = word[0] == '-';
    const char *digits = word + negative;
    char *stop;
    if (!isdigit((unsigned char)digits[0])) {
        return false;
    }
    errno = 0;
    *number = strtoull(digits, &stop, strncmp(digits, "0x", 2) == 0 ? 16 : 10);
    *end = stop;
    if (negative) {
        *number = 0 - *number;
    }
    return errno == 0;
}

// A number that may have a unit of time behind it.
static bool parse_time(const char *word, uint64_t *number) {
    static const struct {
        const char *name;
        int64_t size;
    } units[] = {
        {"ns", 1}, {"us", ZX_USEC(1)}, {"ms", ZX_MSEC(1)}, {"s", ZX_SEC(1)}, {"min", ZX_MIN(1)}};
    const char *end;
    if (!parse_number(word, &end, number)) {
        return false;
    }
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (strcmp(end, units[i].name) == 0) {
            *number *= (uint64_t)units[i].size;
            return true;
        }
    }
    return *end == '\0';
}

// One of the words that | joins.
static void parse_term(struct parser *parser, const char *word, struct term *term) {
    if (word[0] == '$') {
        size_t length = strcspn(word + 1, ".");
        int variable = find_variable(parser->script, word + 1, length);
        if (variable == NO_VARIABLE) {
            FAIL(parser, "no line above gives '$%.*s' a value", (int)length, word + 1);
            return;
        }
        term->kind = TERM_VARIABLE;
        term->variable = (size_t)variable;
        term->name = word[1 + length] == '.' ? strdup(word + 2 + length) : NULL;
    } else if (strncmp(word, "now", 3) == 0 && (word[3] == '+' || word[3] == '-')) {
        term->kind = TERM_NOW;
        if (!isdigit((unsigned char)word[4]) || !parse_time(word + 4, &term->number)) {
            FAIL(parser, "'%s' is no time; write now+10ms", word);
        }
        term->number = word[3] == '-' ? 0 - term->number : term->number;
    } else if (strcmp(word, "now") == 0) {
        term->kind = TERM_NOW;
    } else if (parse_time(word, &term->number)) {
        term->kind = TERM_NUMBER;
    } else if (strcmp(word, "invalid") == 0) {
        term->kind = TERM_NUMBER;
    } else if (is_name(word, strlen(word))) {
        term->kind = TERM_NAME;
        term->name = strdup(word);
    } else {
        FAIL(parser, "'%s' is no number, name or variable; text stands in \"quotes\"", word);
    }
}

static void parse_union(struct parser *parser, char *word, struct value *value) {
    value->kind = VALUE_NUMBER;
    if (word[0] == '\0') {
        FAIL(parser, "a number or name is missing before '%.1s'", parser->at);
        return;
    }
    for (char *rest = word; rest != NULL && !parser->failed;) {
        char *part = strsep(&rest, "|");
        parse_term(parser, part, GROW(value->terms, value->term_count));
    }
}

// The N of out:N and its like.
static size_t parse_size(struct parser *parser, const char *word) {
    const char *end;
    uint64_t number;
    if (word[0] == '-' || !parse_number(word, &end, &number) || *end != '\0' ||
        number > BYTES_MAX) {
        FAIL(parser, "'%s' is no size from 0 to %d", word, BYTES_MAX);
        return 0;
    }
    return (size_t)number;
}

// --- buffers ---

static void put_byte(struct value *value, unsigned byte) {
    *(uint8_t *)GROW(value->bytes, value->size) = (uint8_t)byte;
}

static int hex_digit(char c) {
    return isdigit((unsigned char)c)    ? c - '0'
           : isxdigit((unsigned char)c) ? tolower((unsigned char)c) - 'a' + 10
                                        : -1;
}

static int hex_byte(const char *at) {
    return hex_digit(at[0]) < 0 || hex_digit(at[1]) < 0 ? -1
                                                        : hex_digit(at[0]) * 16 + hex_digit(at[1]);
}

static void parse_escape(struct parser *parser, struct value *value) {
    static const char letters[] = "nrt0\\\"";
    static const char meanings[] = "\n\r\t\0\\\"";
    char c = *parser->at;
    const char *found = c != '\0' ? strchr(letters, c) : NULL;
    if (found != NULL) {
        put_byte(value, (uint8_t)meanings[found - letters]);
        parser->at++;
    } else if (c == 'x' && hex_byte(parser->at + 1) >= 0) {
        put_byte(value, (unsigned)hex_byte(parser->at + 1));
        parser->at += 3;
    } else {
        FAIL(parser, "'\\%.1s' is not known; there are \\n \\r \\t \\0 \\\\ \\\" \\xHH",
             parser->at);
    }
}

// Behind the first quote.
static void parse_text(struct parser *parser, struct value *value) {
    value->kind = VALUE_BYTES;
    while (*parser->at != '"' && !parser->failed) {
        char c = *parser->at++;
        if (c == '\0') {
            FAIL(parser, "the text has no \" at its end");
        } else if (c == '\\') {
            parse_escape(parser, value);
        } else {
            put_byte(value, (uint8_t)c);
        }
    }
    parser->at += !parser->failed;
}

static void parse_hex(struct parser *parser, struct value *value) {
    value->kind = VALUE_BYTES;
    while (*parser->at != '"' && !parser->failed) {
        if (*parser->at == ' ') {
            parser->at++;
        } else if (hex_byte(parser->at) >= 0) {
            put_byte(value, (unsigned)hex_byte(parser->at));
            parser->at += 2;
        } else {
            FAIL(parser, "x\"...\" holds pairs of hexadecimal digits and ends with \"");
        }
    }
    parser->at += !parser->failed;
}

static void fill_bytes(struct parser *parser, struct value *value, size_t size, int byte) {
    value->kind = VALUE_BYTES;
    value->size = size;
    value->bytes = malloc(size + 1);
    if (value->bytes == NULL) {
        FAIL(parser, "there is no memory for %zu bytes", size);
        return;
    }
    memset(value->bytes, byte, size);
}

static void parse_fill(struct parser *parser, struct value *value, char *word) {
    char *colon = strchr(word, ':');
    const char *end;
    uint64_t byte;
    if (colon == NULL || !parse_number(word, &end, &byte) || end != colon || byte > 255) {
        FAIL(parser, "write fill:BYTE:N");
        return;
    }
    fill_bytes(parser, value, parse_size(parser, colon + 1), (int)byte);
}

// Behind the @: a number or variable, and perhaps an offset.
static void parse_address(struct parser *parser, struct value *value) {
    char *word = parser_take_word(parser);
    value->kind = VALUE_ADDRESS;
    size_t length = 1 + strcspn(word + (word[0] != '\0'), "+-");
    if (word[0] != '\0' && word[length] != '\0') {
        const char *end;
        uint64_t offset;
        if (!parse_number(word + length + 1, &end, &offset) || *end != '\0') {
            FAIL(parser, "'@%s' is no address; write @0x10 or @$memory+8", word);
        }
        value->offset = word[length] == '-' ? -(int64_t)offset : (int64_t)offset;
        word[length] = '\0';
    }
    struct term *term = GROW(value->terms, value->term_count);
    parse_term(parser, word, term);
    if (term->kind != TERM_NUMBER && term->kind != TERM_VARIABLE) {
        FAIL(parser, "'@%s' is no address; write @0x10 or @$memory+8", word);
    }
    free(word);
}

// --- values ---

static void parse_items(struct parser *parser, struct value *value, const char *close) {
    while (!parser_take(parser, close) && !parser->failed) {
        if (parser_at_end(parser)) {
            FAIL(parser, "a '%s' is missing", close);
            return;
        }
        parser_take_value(parser, GROW(value->items, value->item_count));
    }
}

static void parse_structure(struct parser *parser, struct value *value) {
    size_t names = 0;
    while (!parser_take(parser, "}") && !parser->failed) {
        char *name = take_word(parser, STOPS "=");
        if (*parser->at != '=' || name[0] == '\0') {
            FAIL(parser, "in {} stands FIELD=VALUE, not '%s%.1s'", name, parser->at);
            free(name);
            return;
        }
        parser->at++;
        *(const char **)GROW(value->names, names) = name;
        parser_take_value(parser, GROW(value->items, value->item_count));
    }
}

static void parse_parts(struct parser *parser, struct value *value) {
    static const char *const widths[] = {"u8:", "u16:", "u32:", "u64:"};
    while (!parser_take(parser, ">") && !parser->failed) {
        if (parser_at_end(parser)) {
            FAIL(parser, "a '>' is missing");
            return;
        }
        struct value *part = GROW(value->items, value->item_count);
        for (size_t i = 0; i < 4 && part->width == 0; i++) {
            part->width = parser_take(parser, widths[i]) ? (size_t)1 << i : 0;
        }
        size_t width = part->width;
        parser_take_value(parser, part);
        bool is_number = part->kind == VALUE_NUMBER;
        bool is_variable = is_number && part->term_count == 1 &&
                           part->terms[0].kind == TERM_VARIABLE && part->terms[0].name == NULL;
        if (width != 0 ? !is_number : !is_variable && part->kind != VALUE_BYTES) {
            FAIL(parser, "in <> stand u8: u16: u32: u64: with a number, or bytes");
        }
    }
}

static void parse_word(struct parser *parser, struct value *value) {
    char *word = parser_take_word(parser);
    if (strcmp(word, "_") == 0) {
        value->kind = VALUE_AUTO;
    } else if (strcmp(word, "null") == 0) {
        value->kind = VALUE_NULL;
    } else if (strncmp(word, "out:", 4) == 0) {
        value->kind = VALUE_OUT;
        value->size = parse_size(parser, word + 4);
    } else if (strncmp(word, "zero:", 5) == 0) {
        fill_bytes(parser, value, parse_size(parser, word + 5), 0);
    } else if (strncmp(word, "fill:", 5) == 0) {
        parse_fill(parser, value, word + 5);
    } else {
        parse_union(parser, word, value);
    }
    free(word);
}

void parser_take_value(struct parser *parser, struct value *value) {
    if (parser_take(parser, "\"")) {
        parse_text(parser, value);
    } else if (parser_take(parser, "x\"")) {
        parse_hex(parser, value);
    } else if (parser_take(parser, "[")) {
        value->kind = VALUE_ARRAY;
        parse_items(parser, value, "]");
    } else if (parser_take(parser, "{")) {
        value->kind = VALUE_STRUCTURE;
        parse_structure(parser, value);
    } else if (parser_take(parser, "<")) {
        value->kind = VALUE_PARTS;
        parse_parts(parser, value);
    } else if (parser_take(parser, "@")) {
        parse_address(parser, value);
    } else {
        parse_word(parser, value);
    }
}
