// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// One line of a script in words and values: for call_parse.c.
#pragma once

#include "call.h"

struct parser {
    struct script *script;
    unsigned line;
    const char *at;
    bool failed; // in this line
};

// The first mistake of a line is told, the rest of the line is skipped.
#define FAIL(parser, ...)                                                                          \
    do {                                                                                           \
        if (!(parser)->failed) {                                                                   \
            script_complain((parser)->script, (parser)->line, __VA_ARGS__);                        \
            (parser)->failed = true;                                                               \
        }                                                                                          \
        (parser)->at = "";                                                                         \
    } while (0)

// One more element, all zero, for an array that grows.
#define GROW(array, count) array_grow((void **)&(array), (count)++, sizeof(*(array)))
void *array_grow(void **array, size_t count, size_t size);

// Leaves after a message.
_Noreturn void script_no_memory(void);

// Is nothing left but a comment?
bool parser_at_end(struct parser *parser);

// Takes the token if it stands there.
bool parser_take(struct parser *parser, const char *token);

// A word up to a space, a bracket or a quote, to be freed.
char *parser_take_word(struct parser *parser);

// "$name" where a variable gets a value; NO_VARIABLE after a message.
int parser_take_new_variable(struct parser *parser);

void parser_take_value(struct parser *parser, struct value *value);
