// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// vm_model THREADS OPERATIONS [SEED]: random operations on VMOs and mappings, in each thread on its
// own family of them, compared with a model of plain arrays.
//
// A model's page is four words, at places in the page that tell mistakes apart. A VMO of the model
// has pages of its own, and shows its parent's where it has none. That a snapshot and its origin
// show each other nothing is modelled by copying; so decommitting their pages, which may uncover
// what they had in common, is not tried.
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zircon/process.h>
#include <zircon/status.h>
#include <zircon/syscalls.h>
#include <zircon/syscalls/object.h>

enum { PAGE = 4096, PAGES = 24, WORDS = 4, VMOS = 14, MAPPINGS = 10, RW = 3 };

static const size_t places[WORDS] = {0, 8, 2048, 4088};

struct page {
    bool owned;
    uint64_t words[WORDS];
};

// What a VMO shows. It outlives the VMO as long as a child shows it.
struct model {
    int refs;
    uint64_t size; // in pages
    struct model *parent;
    uint64_t offset, limit;
    bool slice;
    struct page pages[PAGES];
};

struct vmo {
    zx_handle_t handle;
    struct model *model;
    bool resizable, has_slice, snapped;
};

struct mapping {
    zx_vaddr_t address;
    struct model *model;
    uint64_t first, count;
    bool writable;
};

struct family {
    uint64_t seed, operations, done;
    uint32_t number;
    struct vmo vmos[VMOS];
    struct mapping mappings[MAPPINGS];
    uint64_t values;
    char history[64][80];
};

static void fail(struct family *family, const char *what, int line) {
    fprintf(stderr, "vm_model: line %d: %s (thread %u, operation %llu)\n", line, what,
            family->number, (unsigned long long)family->done);
    for (uint64_t i = family->done > 40 ? family->done - 40 : 0; i <= family->done; i++) {
        fprintf(stderr, "  %s\n", family->history[i % 64]);
    }
    abort();
}
#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fail(family, #condition, __LINE__);                                                    \
        }                                                                                          \
    } while (0)
#define OK(call)                                                                                   \
    do {                                                                                           \
        zx_status_t status_ = (call);                                                              \
        if (status_ != ZX_OK) {                                                                    \
            fail(family, zx_status_get_string(status_), __LINE__);                                 \
        }                                                                                          \
    } while (0)
#define NOTE(...)                                                                                  \
    snprintf(family->history[family->done % 64], sizeof(family->history[0]), __VA_ARGS__)

static uint64_t pick(struct family *family, uint64_t below) {
    family->seed ^= family->seed << 13;
    family->seed ^= family->seed >> 7;
    family->seed ^= family->seed << 17;
    return below == 0 ? 0 : (family->seed >> 11) % below;
}

// --- the model ---

static struct model *new_model(uint64_t size) {
    struct model *model = calloc(1, sizeof(*model));
    model->refs = 1;
    model->size = size;
    return model;
}

static void release(struct model *model) {
    while (model != NULL && --model->refs == 0) {
        struct model *parent = model->parent;
        free(model);
        model = parent;
    }
}

static const uint64_t *look(const struct model *model, uint64_t page) {
    static const uint64_t zeroes[WORDS];
    for (;;) {
        if (!model->slice && model->pages[page].owned) {
            return model->pages[page].words;
        }
        if (model->parent == NULL || page >= model->limit) {
            return zeroes;
        }
        page += model->offset;
        model = model->parent;
    }
}

static struct page *own(struct model *model, uint64_t page) {
    while (model->slice) {
        page += model->offset;
        model = model->parent;
    }
    if (!model->pages[page].owned) {
        memcpy(model->pages[page].words, look(model, page), sizeof(model->pages[page].words));
        model->pages[page].owned = true;
    }
    return &model->pages[page];
}

static bool shows(const struct model *model, const struct model *parent) {
    for (; model != NULL; model = model->parent) {
        if (model == parent) {
            return true;
        }
    }
    return false;
}

// --- comparing ---

static void compare(struct family *family, struct vmo *vmo) {
    static _Thread_local char bytes[PAGES * PAGE];
    struct model *model = vmo->model;
    uint64_t size;
    OK(zx_vmo_get_size(vmo->handle, &size));
    CHECK(size == model->size * PAGE);
    OK(zx_vmo_read(vmo->handle, bytes, 0, size));
    for (uint64_t page = 0; page < model->size; page++) {
        const uint64_t *expected = look(model, page);
        for (int i = 0; i < WORDS; i++) {
            uint64_t word;
            memcpy(&word, bytes + page * PAGE + places[i], sizeof(word));
            if (word != expected[i]) {
                fprintf(stderr, "vmo %d page %llu word %d: %llu, not %llu\n",
                        (int)(vmo - family->vmos), (unsigned long long)page, i,
                        (unsigned long long)word, (unsigned long long)expected[i]);
                fail(family, "a read differs", __LINE__);
            }
        }
    }
}

static void compare_mapping(struct family *family, struct mapping *mapping) {
    uint64_t page = mapping->first + pick(family, mapping->count);
    if (page >= mapping->model->size) {
        return;
    }
    const uint64_t *expected = look(mapping->model, page);
    for (int i = 0; i < WORDS; i++) {
        uint64_t word =
            *(volatile uint64_t *)(mapping->address + (page - mapping->first) * PAGE + places[i]);
        if (word != expected[i]) {
            fprintf(stderr, "mapping %d page %llu word %d: %llu, not %llu\n",
                    (int)(mapping - family->mappings), (unsigned long long)page, i,
                    (unsigned long long)word, (unsigned long long)expected[i]);
            fail(family, "a mapping differs", __LINE__);
        }
    }
}

// --- operations ---

static struct vmo *any(struct family *family) {
    for (int tries = 0; tries < 20; tries++) {
        struct vmo *vmo = &family->vmos[pick(family, VMOS)];
        if (vmo->handle != ZX_HANDLE_INVALID) {
            return vmo;
        }
    }
    return NULL;
}

static struct vmo *empty(struct family *family) {
    for (int i = 0; i < VMOS; i++) {
        if (family->vmos[i].handle == ZX_HANDLE_INVALID) {
            return &family->vmos[i];
        }
    }
    return NULL;
}

static void create(struct family *family) {
    struct vmo *vmo = empty(family);
    if (vmo == NULL) {
        return;
    }
    uint64_t size = 1 + pick(family, PAGES);
    vmo->resizable = pick(family, 2) == 0;
    vmo->has_slice = vmo->snapped = false;
    vmo->model = new_model(size);
    OK(zx_vmo_create(size * PAGE, vmo->resizable ? ZX_VMO_RESIZABLE : 0, &vmo->handle));
    NOTE("create %d: %llu pages", (int)(vmo - family->vmos), (unsigned long long)size);
}

static void create_child(struct family *family) {
    struct vmo *parent = any(family), *child = empty(family);
    if (parent == NULL || child == NULL || parent->model->size == 0) {
        return;
    }
    static const uint32_t kinds[] = {ZX_VMO_CHILD_COPY_ON_WRITE, ZX_VMO_CHILD_COPY_ON_WRITE2,
                                     ZX_VMO_CHILD_SLICE};
    uint32_t kind = kinds[pick(family, 3)];
    uint64_t offset = pick(family, parent->model->size), size = 1 + pick(family, PAGES - 1);
    if (kind == ZX_VMO_CHILD_SLICE) {
        if (parent->resizable) {
            return;
        }
        size = 1 + pick(family, parent->model->size - offset);
    }
    child->resizable = kind != ZX_VMO_CHILD_SLICE && pick(family, 2) == 0;
    OK(zx_vmo_create_child(parent->handle, kind | (child->resizable ? ZX_VMO_CHILD_RESIZABLE : 0),
                           offset * PAGE, size * PAGE, &child->handle));
    NOTE("create %d of %d: kind %u, offset %llu, %llu pages", (int)(child - family->vmos),
         (int)(parent - family->vmos), kind, (unsigned long long)offset, (unsigned long long)size);
    child->has_slice = child->snapped = false;
    struct model *model = child->model = new_model(size), *shown = parent->model;
    uint64_t rest = shown->size - offset;
    while (shown->slice) {
        offset += shown->offset;
        shown = shown->parent;
    }
    model->offset = offset;
    model->limit = size < rest ? size : rest;
    model->slice = kind == ZX_VMO_CHILD_SLICE;
    if (kind == ZX_VMO_CHILD_COPY_ON_WRITE2) {
        // What its origin has is copied; what its origin shows of another is shown.
        for (uint64_t page = 0; page < model->limit; page++) {
            uint64_t from = page + offset;
            if (shown->pages[from].owned || shown->parent == NULL || from >= shown->limit) {
                memcpy(model->pages[page].words, look(shown, from),
                       sizeof(model->pages[page].words));
                model->pages[page].owned = true;
            }
        }
        rest = shown->parent != NULL && shown->limit > offset ? shown->limit - offset : 0;
        model->limit = model->limit < rest ? model->limit : rest;
        model->offset = offset + shown->offset;
        for (int i = 0; i < VMOS; i++) {
            struct vmo *vmo = &family->vmos[i];
            if (vmo->handle != ZX_HANDLE_INVALID && shows(vmo->model, shown)) {
                vmo->snapped = true;
            }
        }
        child->snapped = parent->snapped = true;
        shown = shown->parent;
    }
    if (parent->snapped) {
        child->snapped = true;
    }
    model->parent = shown;
    if (shown != NULL) {
        shown->refs++;
    }
}

static void write_pages(struct family *family) {
    struct vmo *vmo = any(family);
    if (vmo == NULL || vmo->model->size == 0) {
        return;
    }
    uint64_t page = pick(family, vmo->model->size), count = 1 + pick(family, 3);
    count = count < vmo->model->size - page ? count : vmo->model->size - page;
    int word = (int)pick(family, WORDS);
    NOTE("write %d: page %llu of %llu, %llu pages, word %d", (int)(vmo - family->vmos),
         (unsigned long long)page, (unsigned long long)vmo->model->size, (unsigned long long)count,
         word);
    if (pick(family, 2) == 0) {
        uint64_t value = ++family->values;
        OK(zx_vmo_write(vmo->handle, &value, page * PAGE + places[word], sizeof(value)));
        own(vmo->model, page)->words[word] = value;
        return;
    }
    static _Thread_local uint64_t bytes[4 * PAGE / 8];
    uint64_t value = ++family->values;
    for (size_t i = 0; i < count * PAGE / 8; i++) {
        bytes[i] = value;
    }
    OK(zx_vmo_write(vmo->handle, bytes, page * PAGE, count * PAGE));
    for (uint64_t i = 0; i < count; i++) {
        struct page *own_page = own(vmo->model, page + i);
        for (int w = 0; w < WORDS; w++) {
            own_page->words[w] = value;
        }
    }
}

static void read_pages(struct family *family) {
    struct vmo *vmo = any(family);
    if (vmo != NULL) {
        NOTE("read %d", (int)(vmo - family->vmos));
        compare(family, vmo);
    }
}

static void close_vmo(struct family *family) {
    struct vmo *vmo = any(family);
    if (vmo != NULL) {
        NOTE("close %d", (int)(vmo - family->vmos));
        OK(zx_handle_close(vmo->handle));
        vmo->handle = ZX_HANDLE_INVALID;
        release(vmo->model);
        vmo->model = NULL;
    }
}

static void resize(struct family *family) {
    struct vmo *vmo = any(family);
    if (vmo == NULL || !vmo->resizable) {
        return;
    }
    struct model *model = vmo->model;
    uint64_t size = pick(family, PAGES + 1);
    NOTE("resize %d: from %llu to %llu", (int)(vmo - family->vmos), (unsigned long long)model->size,
         (unsigned long long)size);
    OK(zx_vmo_set_size(vmo->handle, size * PAGE));
    for (uint64_t page = size; page < model->size; page++) {
        model->pages[page].owned = false;
    }
    if (size < model->size) {
        model->limit = model->limit < size ? model->limit : size;
        // Children no longer see what is cut off; mappings keep models of closed VMOs, too.
        for (int i = 0; i < VMOS + MAPPINGS; i++) {
            struct model *child =
                i < VMOS
                    ? (family->vmos[i].handle != ZX_HANDLE_INVALID ? family->vmos[i].model : NULL)
                    : (family->mappings[i - VMOS].address != 0 ? family->mappings[i - VMOS].model
                                                               : NULL);
            for (; child != NULL; child = child->parent) {
                if (child->parent == model) {
                    uint64_t rest = size > child->offset ? size - child->offset : 0;
                    child->limit = child->limit < rest ? child->limit : rest;
                }
            }
        }
    }
    model->size = size;
}

static void operate(struct family *family) {
    struct vmo *vmo = any(family);
    if (vmo == NULL || vmo->model->size == 0) {
        return;
    }
    uint64_t page = pick(family, vmo->model->size), count = 1 + pick(family, 4);
    count = count < vmo->model->size - page ? count : vmo->model->size - page;
    bool decommit = pick(family, 2) == 0;
    if (decommit && vmo->snapped) {
        return;
    }
    NOTE("%s %d: page %llu, %llu pages", decommit ? "decommit" : "commit",
         (int)(vmo - family->vmos), (unsigned long long)page, (unsigned long long)count);
    OK(zx_vmo_op_range(vmo->handle, decommit ? ZX_VMO_OP_DECOMMIT : ZX_VMO_OP_COMMIT, page * PAGE,
                       count * PAGE, NULL, 0));
    for (uint64_t i = 0; i < count; i++) {
        struct page *own_page = own(vmo->model, page + i);
        if (decommit) {
            own_page->owned = false;
        }
    }
}

static void map(struct family *family) {
    struct vmo *vmo = any(family);
    struct mapping *mapping = &family->mappings[pick(family, MAPPINGS)];
    if (vmo == NULL || mapping->address != 0) {
        return;
    }
    mapping->first = pick(family, PAGES);
    mapping->count = 1 + pick(family, PAGES - mapping->first);
    mapping->writable = pick(family, 3) != 0;
    OK(zx_vmar_map(zx_vmar_root_self(),
                   ZX_VM_PERM_READ | (mapping->writable ? ZX_VM_PERM_WRITE : 0) |
                       (pick(family, 4) == 0 ? ZX_VM_MAP_RANGE : 0),
                   0, vmo->handle, mapping->first * PAGE, mapping->count * PAGE,
                   &mapping->address));
    mapping->model = vmo->model;
    mapping->model->refs++;
    NOTE("map %d as %d: page %llu, %llu pages", (int)(vmo - family->vmos),
         (int)(mapping - family->mappings), (unsigned long long)mapping->first,
         (unsigned long long)mapping->count);
}

static void unmap(struct family *family) {
    struct mapping *mapping = &family->mappings[pick(family, MAPPINGS)];
    if (mapping->address == 0) {
        return;
    }
    uint64_t cut = pick(family, 3) == 0 ? 1 + pick(family, mapping->count) : mapping->count;
    NOTE("unmap %d: %llu of %llu pages", (int)(mapping - family->mappings), (unsigned long long)cut,
         (unsigned long long)mapping->count);
    OK(zx_vmar_unmap(zx_vmar_root_self(), mapping->address, cut * PAGE));
    mapping->address += cut * PAGE;
    mapping->first += cut;
    mapping->count -= cut;
    if (mapping->count == 0) {
        mapping->address = 0;
        release(mapping->model);
        mapping->model = NULL;
    }
}

static void protect(struct family *family) {
    struct mapping *mapping = &family->mappings[pick(family, MAPPINGS)];
    if (mapping->address == 0) {
        return;
    }
    mapping->writable = pick(family, 2) == 0;
    NOTE("protect %d: %s", (int)(mapping - family->mappings), mapping->writable ? "rw" : "r");
    OK(zx_vmar_protect(zx_vmar_root_self(),
                       ZX_VM_PERM_READ | (mapping->writable ? ZX_VM_PERM_WRITE : 0),
                       mapping->address, mapping->count * PAGE));
}

static void touch(struct family *family) {
    struct mapping *mapping = &family->mappings[pick(family, MAPPINGS)];
    if (mapping->address == 0) {
        return;
    }
    uint64_t page = mapping->first + pick(family, mapping->count);
    int word = (int)pick(family, WORDS);
    NOTE("touch %d: page %llu word %d", (int)(mapping - family->mappings), (unsigned long long)page,
         word);
    if (mapping->writable && page < mapping->model->size) {
        uint64_t value = ++family->values;
        *(volatile uint64_t *)(mapping->address + (page - mapping->first) * PAGE + places[word]) =
            value;
        own(mapping->model, page)->words[word] = value;
    }
    compare_mapping(family, mapping);
}

static void info(struct family *family) {
    struct vmo *vmo = any(family);
    if (vmo != NULL) {
        zx_info_vmo_t told;
        NOTE("info %d", (int)(vmo - family->vmos));
        OK(zx_object_get_info(vmo->handle, ZX_INFO_VMO, &told, sizeof(told), NULL, NULL));
        CHECK(told.committed_bytes <= told.size_bytes);
    }
}

static void *run(void *argument) {
    struct family *family = argument;
    static void (*const operations[])(struct family *) = {
        create,     create_child, create_child, write_pages, write_pages, write_pages, read_pages,
        read_pages, close_vmo,    resize,       operate,     map,         map,         unmap,
        protect,    touch,        touch,        touch,       touch,       touch,       info,
    };
    for (; family->done < family->operations; family->done++) {
        NOTE("-");
        operations[pick(family, sizeof(operations) / sizeof(operations[0]))](family);
    }
    for (int i = 0; i < VMOS; i++) {
        if (family->vmos[i].handle != ZX_HANDLE_INVALID) {
            compare(family, &family->vmos[i]);
            OK(zx_handle_close(family->vmos[i].handle));
            release(family->vmos[i].model);
        }
    }
    for (int i = 0; i < MAPPINGS; i++) {
        struct mapping *mapping = &family->mappings[i];
        if (mapping->address != 0) {
            compare_mapping(family, mapping);
            OK(zx_vmar_unmap(zx_vmar_root_self(), mapping->address, mapping->count * PAGE));
            release(mapping->model);
        }
    }
    return NULL;
}

int main(int argc, char **argv) {
    uint32_t threads = argc > 1 ? (uint32_t)atoi(argv[1]) : 4;
    uint64_t operations = argc > 2 ? strtoull(argv[2], NULL, 10) : 25000;
    uint64_t seed = argc > 3 ? strtoull(argv[3], NULL, 10) : 1;
    struct family *families = calloc(threads, sizeof(*families));
    pthread_t *ids = calloc(threads, sizeof(*ids));
    for (uint32_t i = 0; i < threads; i++) {
        families[i].number = i;
        families[i].operations = operations;
        families[i].seed = (seed + i) * UINT64_C(0x9e3779b97f4a7c15) | 1;
        pthread_create(&ids[i], NULL, run, &families[i]);
    }
    for (uint32_t i = 0; i < threads; i++) {
        pthread_join(ids[i], NULL);
    }
    printf("%u threads, %llu operations each: no difference\n", threads,
           (unsigned long long)operations);
    free(families);
    free(ids);
    return 0;
}
