// Part of libzircon. BSD-3-Clause, see LICENSE.
#include <stdlib.h>
#include <string.h>

#include "call_values.h"
#include "trace_decode.h"
#include "trace_names.h"

static void print_bytes(const char *what, const uint8_t *bytes, size_t size) {
    char room[512];
    struct text text = {.start = room, .size = sizeof(room)};
    text_data(&text, bytes, size < 64 ? size : 64);
    fprintf(stderr, "    %s %zu bytes: %.*s%s\n", what, size, (int)text.length, room,
            size > 64 ? "..." : "");
}

static void print_number(struct text *text, uint64_t number, bool is_status) {
    if (is_status) {
        text_status(text, (zx_status_t)number);
    } else {
        text_number(text, number);
        if (number > 9) {
            text_string(text, " (");
            text_hex(text, number);
            text_char(text, ')');
        }
    }
}

static void fail(const char *what, uint64_t wanted, uint64_t got, bool is_status) {
    char wanted_room[64], got_room[64];
    struct text wanted_text = {.start = wanted_room, .size = sizeof(wanted_room)};
    struct text got_text = {.start = got_room, .size = sizeof(got_room)};
    print_number(&wanted_text, wanted, is_status);
    print_number(&got_text, got, is_status);
    run.failures++;
    script_complain(run.script, run.statement->line, "%s is %.*s instead of %.*s", what,
                    (int)got_text.length, got_room, (int)wanted_text.length, wanted_room);
}

void expect_result(const struct statement *statement) {
    bool is_status = run.call->result == SYSCALL_RESULT_STATUS;
    uint64_t result = is_status ? (uint64_t)(int64_t)(zx_status_t)run.result : run.result;
    uint64_t wanted = ZX_OK;
    if (statement->expects_error && decode_failed(run.call, run.result)) {
        return;
    }
    for (size_t i = 0; i < statement->value_count; i++) {
        wanted = evaluate(&statement->values[i], NULL);
        if (is_status ? (zx_status_t)wanted == (zx_status_t)result : wanted == result) {
            return;
        }
    }
    if (statement->value_count == 0) {
        run.failures++;
        script_complain(run.script, statement->line, "%s did not fail", run.call->name);
    } else {
        fail(run.call->name, wanted, result, is_status);
    }
}

static void expect_bytes(const struct bytes *got, const struct bytes *wanted) {
    if (got->size != wanted->size || memcmp(got->start, wanted->start, got->size) != 0) {
        run.failures++;
        script_complain(run.script, run.statement->line, "the bytes are others");
        print_bytes("got     ", got->start, got->size);
        print_bytes("expected", wanted->start, wanted->size);
    }
}

void expect_value(const struct statement *statement) {
    const struct value *left = &statement->values[0], *right = &statement->values[1];
    struct bytes got = {0}, wanted = {0};
    bool wants_bytes = evaluate_bytes(right, &wanted);
    if (left->kind == VALUE_ADDRESS) {
        if (!wants_bytes) {
            STOP("memory is compared with bytes, like <u32:5>");
        }
        got.size = wanted.size;
        got.start = get_memory(wanted.size);
        if (!memory_read(got.start, evaluate(left, NULL), got.size)) {
            got.size = 0;
        }
        expect_bytes(&got, &wanted);
    } else if (evaluate_bytes(left, &got)) {
        if (!wants_bytes) {
            STOP("it holds bytes, and a number is expected");
        }
        expect_bytes(&got, &wanted);
    } else if (wants_bytes) {
        STOP("it holds a number, and bytes are expected");
    } else {
        bool is_status = false;
        size_t size = 8;
        if (left->term_count == 1 && left->terms[0].name != NULL) {
            const uint8_t *unused;
            const struct field *field = find_field(&left->terms[0], &unused);
            is_status = field->kind == FIELD_STATUS;
            size = field->size;
        }
        uint64_t has = evaluate(left, NULL), should = evaluate(right, NULL);
        if (number_read(&has, size, false) != number_read(&should, size, false)) {
            fail("the value", should, has, is_status);
        }
    }
    free(got.start);
    free(wanted.start);
}
