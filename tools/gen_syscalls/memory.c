// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Memory of the generator: blocks in a list, released together at the end.
#include "model.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

struct block {
    struct block *next;
    size_t size;
    max_align_t payload[];
};

static struct block *blocks;

static _Noreturn void out_of_memory(void) {
    fputs("gen_syscalls: out of memory\n", stderr);
    exit(3);
}

void *mem_alloc(size_t size) {
    struct block *block = calloc(1, sizeof(struct block) + size);
    if (block == NULL) {
        out_of_memory();
    }
    block->size = size;
    block->next = blocks;
    blocks = block;
    return block->payload;
}

void *mem_grow(void *payload, size_t count, size_t element_size) {
    size_t size = payload == NULL ? 0 : ((struct block *)payload)[-1].size;
    if ((count + 1) * element_size <= size) {
        return payload;
    }
    void *grown = mem_alloc((count + 1) * 2 * element_size);
    if (payload != NULL) {
        memcpy(grown, payload, size);
    }
    return grown;
}

char *mem_format(const char *format, ...) {
    va_list args;
    va_start(args, format);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (length < 0) {
        out_of_memory();
    }
    char *text = mem_alloc((size_t)length + 1);
    va_start(args, format);
    vsnprintf(text, (size_t)length + 1, format, args);
    va_end(args);
    return text;
}

char *mem_substring(const char *start, size_t length) {
    char *text = mem_alloc(length + 1);
    memcpy(text, start, length);
    return text;
}

void mem_free_all(void) {
    while (blocks != NULL) {
        struct block *block = blocks;
        blocks = block->next;
        free(block);
    }
}

void name_list_add(struct name_list *list, const char *name) {
    list->names = mem_grow(list->names, list->count, sizeof(*list->names));
    list->names[list->count++] = name;
}
