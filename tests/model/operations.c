// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Operations, made from numbers and told in words.
#include "model.h"

static const struct {
    const char *name;
    uint32_t weight;
} kinds[OP_KINDS] = {
#define X(name, weight) [OP_##name] = {#name, weight},
    OPERATIONS(X)
#undef X
};

static uint64_t mix(uint64_t *state) {
    uint64_t z = *state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

static uint32_t pick(uint64_t *state, uint32_t limit) {
    return (uint32_t)((mix(state) >> 32) * limit >> 32);
}

static enum operation_kind pick_kind(uint64_t *state) {
    uint32_t sum = 0;
    for (uint32_t kind = 0; kind < OP_KINDS; kind++) {
        sum += kinds[kind].weight;
    }
    uint32_t left = pick(state, sum), kind = 0;
    while (left >= kinds[kind].weight) {
        left -= kinds[kind++].weight;
    }
    return (enum operation_kind)kind;
}

struct operation operation_make(uint64_t seed, uint32_t index) {
    uint64_t state = seed * 0x2545f4914f6cdd1d + index;
    (void)mix(&state);
    struct operation made = {.kind = pick_kind(&state)};
    made.slot = pick(&state, SLOTS);
    made.from = pick(&state, SLOTS);
    made.page = pick(&state, MAX_PAGES);
    made.at = pick(&state, WINDOW);
    made.count = pick(&state, 4) == 0 ? pick(&state, MAX_PAGES + 1) : 1 + pick(&state, 16);
    made.cell = pick(&state, CELLS);
    made.cells = 1 + pick(&state, CELLS);
    if (made.cell + made.cells > CELLS) {
        made.cell = 0;
        made.cells = CELLS;
    }
    made.flags = (uint32_t)mix(&state);
    made.stamp = (seed << 32 | index) + 1;
    return made;
}

bool operation_is_single(enum operation_kind kind) {
    return kind >= OP_WRITE;
}

void operation_describe(const struct operation *op, char *text, size_t size) {
    snprintf(text, size,
             "%-13s slot %2u, from %2u, page %2u, at %3u, count %2u, cells %u+%u, flags 0x%x",
             kinds[op->kind].name, op->slot, op->from, op->page, op->at, op->count, op->cell,
             op->cells, op->flags & 0xff);
}
