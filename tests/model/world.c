// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// A world does operations with the kernel and with the model, and compares.
#include <string.h>
#include <zircon/process.h>
#include <zircon/syscalls.h>
#include <zircon/syscalls/object.h>

#include "model.h"

enum { READ = ZX_VM_PERM_READ, WRITE = ZX_VM_PERM_WRITE };

static void node_is_gone(void *opaque, struct node *node) {
    struct world *world = opaque;
    if (node->kind == NODE_PAGED) {
        service_forget(world->service, node->number);
    }
}

void world_open(struct world *world, uint32_t threads, bool pagers) {
    memset(world, 0, sizeof(*world));
    world->threads = threads;
    world->pagers = pagers;
    world->forest.gone = node_is_gone;
    world->forest.context = world;
    CHECK_OK(zx_vmar_allocate(zx_vmar_root_self(),
                              ZX_VM_CAN_MAP_READ | ZX_VM_CAN_MAP_WRITE | ZX_VM_CAN_MAP_SPECIFIC, 0,
                              (uint64_t)WINDOW * PAGE, &world->window, &world->base));
    CHECK_OK(zx_vmo_create((uint64_t)MAX_THREADS * PAGE, 0, &world->bounce));
    CHECK_OK(zx_vmar_map(zx_vmar_root_self(), READ | WRITE, 0, world->bounce, 0,
                         (uint64_t)MAX_THREADS * PAGE, &world->bounced));
    if (pagers) {
        world->service = service_start();
    }
}

static void forget_mapped(struct world *world, uint32_t at, uint32_t count) {
    for (uint32_t i = at; i < at + count; i++) {
        struct mapped was = world->mapped[i];
        world->mapped[i] = (struct mapped){0};
        if (was.node != NULL) {
            node_drop(&world->forest, was.node);
        }
    }
}

static void put(struct world *world, uint32_t slot, struct node *node, zx_handle_t handle) {
    if (world->nodes[slot] != NULL) {
        CHECK_OK(zx_handle_close(world->handles[slot]));
        node_drop(&world->forest, world->nodes[slot]);
    }
    world->nodes[slot] = node;
    world->handles[slot] = handle;
}

void world_close(struct world *world) {
    for (uint32_t slot = 0; slot < SLOTS; slot++) {
        put(world, slot, NULL, ZX_HANDLE_INVALID);
    }
    CHECK_OK(zx_vmar_destroy(world->window));
    CHECK_OK(zx_handle_close(world->window));
    forget_mapped(world, 0, WINDOW);
    CHECK(world->forest.nodes == NULL);
    CHECK_OK(zx_vmar_unmap(zx_vmar_root_self(), world->bounced, (uint64_t)MAX_THREADS * PAGE));
    CHECK_OK(zx_handle_close(world->bounce));
    if (world->pagers) {
        service_stop(world->service);
    }
}

// --- comparing ---

static void fill(uint64_t *words, uint32_t cells, uint64_t stamp) {
    for (uint32_t i = 0; i < cells * CELL_WORDS; i++) {
        words[i] = stamp;
    }
}

// Bytes from `begin` to `end` of a page.
static void compare(const char *what, uint32_t page, const uint8_t *bytes, uint32_t begin,
                    uint32_t end, const uint64_t cells[CELLS]) {
    for (uint32_t at = begin; at < end; at++) {
        uint8_t wanted = ((const uint8_t *)&cells[at / CELL])[at % 8];
        if (bytes[at - begin] != wanted) {
            uint64_t found = 0;
            memcpy(&found, bytes + (at - begin), end - at < 8 ? end - at : 8);
            model_fail("%s: page %u, byte %u is 0x%llx, not of 0x%llx", what, page, at,
                       (unsigned long long)found, (unsigned long long)cells[at / CELL]);
        }
    }
}

static void read_page(const struct world *world, uint32_t slot, uint32_t page, uint8_t *bytes) {
    CHECK_OK(zx_vmo_read(world->handles[slot], bytes, (uint64_t)page * PAGE, PAGE));
}

static void check_all(const struct world *world, uint32_t slot) {
    static _Thread_local uint8_t bytes[MAX_PAGES * PAGE];
    const struct node *node = world->nodes[slot];
    CHECK_OK(zx_vmo_read(world->handles[slot], bytes, 0, (uint64_t)node->size * PAGE));
    uint32_t owned = 0;
    for (uint32_t page = 0; page < node->size; page++) {
        uint64_t cells[CELLS];
        node_read(node, page, cells);
        compare("read of all", page, bytes + (size_t)page * PAGE, 0, PAGE, cells);
        owned += node->pages[page].owned;
    }
    zx_info_vmo_t info;
    zx_status_t status =
        zx_object_get_info(world->handles[slot], ZX_INFO_VMO, &info, sizeof(info), NULL, NULL);
    if (status == ZX_ERR_NOT_SUPPORTED) {
        return;
    }
    CHECK(info.size_bytes == (uint64_t)node->size * PAGE);
    CHECK(((info.flags & ZX_INFO_VMO_RESIZABLE) != 0) == node->resizable);
    if (!node_is_shared(node)) {
        CHECK(info.committed_bytes >= (uint64_t)owned * PAGE);
    }
    CHECK(info.committed_bytes <= info.size_bytes);
}

// --- operations on one page ---

static void write_cells(const struct world *world, const struct operation *op, uint32_t page) {
    uint64_t words[CELLS * CELL_WORDS];
    fill(words, op->cells, op->stamp);
    CHECK_OK(zx_vmo_write(world->handles[op->slot], words, (uint64_t)page * PAGE + op->cell * CELL,
                          op->cells * CELL));
    struct page *own = node_own(world->nodes[op->slot], page);
    for (uint32_t i = 0; i < op->cells; i++) {
        own->cells[op->cell + i] = op->stamp;
    }
}

static void read_cells(const struct world *world, const struct operation *op, uint32_t page) {
    uint8_t bytes[PAGE];
    uint64_t cells[CELLS];
    uint32_t begin = op->cell * CELL + (op->flags & 7), end = (op->cell + op->cells) * CELL;
    end -= op->flags >> 3 & 7;
    CHECK_OK(
        zx_vmo_read(world->handles[op->slot], bytes, (uint64_t)page * PAGE + begin, end - begin));
    node_read(world->nodes[op->slot], page, cells);
    compare("read", page, bytes, begin, end, cells);
}

static void decommit(const struct world *world, const struct operation *op, uint32_t page) {
    struct node *node = world->nodes[op->slot];
    CHECK_OK(zx_vmo_op_range(world->handles[op->slot], ZX_VMO_OP_DECOMMIT, (uint64_t)page * PAGE,
                             PAGE, NULL, 0));
    node_decommit(node, page);
    if (node_is_shared(node)) {
        uint8_t bytes[PAGE];
        uint64_t cells[CELLS];
        read_page(world, op->slot, page, bytes);
        for (uint32_t i = 0; i < CELLS; i++) {
            memcpy(&cells[i], bytes + (size_t)i * CELL, sizeof(cells[i]));
        }
        compare("read after decommit", page, bytes, 0, PAGE, cells);
        if (!node_could_read(node, page, cells)) {
            model_fail("page %u shows 0x%llx after a decommit, which nothing above it holds", page,
                       (unsigned long long)cells[0]);
        }
        struct operation all = *op;
        all.cell = 0;
        all.cells = CELLS;
        write_cells(world, &all, page);
    }
}

static bool may(const struct mapped *mapped, uint32_t permission) {
    return mapped->node != NULL && (mapped->permissions & permission) != 0 &&
           mapped->page < mapped->node->size;
}

static uint64_t *address(const struct world *world, const struct operation *op) {
    return (uint64_t *)(world->base + (uint64_t)op->at * PAGE + op->cell * CELL);
}

// By the processor, or by the kernel for a call.
static void load(const struct world *world, uint32_t thread, const struct operation *op) {
    const struct mapped *mapped = &world->mapped[op->at];
    const uint64_t *at = address(world, op);
    uint64_t words[CELL_WORDS];
    bool wanted = may(mapped, READ), done = true;
    if ((op->flags & 1) != 0) {
        for (uint32_t i = 0; i < CELL_WORDS && done; i++) {
            done = touch_load(at + i, &words[i]);
        }
    } else {
        zx_status_t status = zx_vmo_write(world->bounce, at, (uint64_t)thread * PAGE, CELL);
        CHECK(status == ZX_OK || status == ZX_ERR_INVALID_ARGS);
        done = status == ZX_OK;
        memcpy(words, (void *)(world->bounced + (uint64_t)thread * PAGE), sizeof(words));
    }
    if (done != wanted) {
        model_fail("load of page %u of the window %s", op->at, done ? "did not fault" : "faulted");
    }
    if (done) {
        uint64_t cells[CELLS];
        node_read(mapped->node, mapped->page, cells);
        compare("load", op->at, (const uint8_t *)words, op->cell * CELL, (op->cell + 1) * CELL,
                cells);
    }
}

static void store(const struct world *world, uint32_t thread, const struct operation *op) {
    const struct mapped *mapped = &world->mapped[op->at];
    uint64_t *at = address(world, op);
    bool wanted = may(mapped, WRITE), done = true;
    if ((op->flags & 1) != 0) {
        for (uint32_t i = 0; i < CELL_WORDS && done; i++) {
            done = touch_store(at + i, op->stamp);
        }
    } else {
        fill((uint64_t *)(world->bounced + (uint64_t)thread * PAGE), 1, op->stamp);
        zx_status_t status = zx_vmo_read(world->bounce, at, (uint64_t)thread * PAGE, CELL);
        CHECK(status == ZX_OK || status == ZX_ERR_INVALID_ARGS);
        done = status == ZX_OK;
    }
    if (done != wanted) {
        model_fail("store to page %u of the window %s", op->at, done ? "did not fault" : "faulted");
    }
    if (done) {
        node_own(mapped->node, mapped->page)->cells[op->cell] = op->stamp;
    }
}

static bool is_on_window(const struct operation *op) {
    return op->kind == OP_LOAD || op->kind == OP_STORE;
}

uint32_t world_column(const struct world *world, const struct operation *op) {
    uint32_t page = op->at;
    if (is_on_window(op)) {
        page = world->mapped[op->at].node != NULL ? world->mapped[op->at].page : page;
    } else if (world->nodes[op->slot] != NULL && world->nodes[op->slot]->size > 0) {
        page = op->page % world->nodes[op->slot]->size;
    }
    return page / COLUMN % world->threads;
}

static void apply_single(const struct world *world, uint32_t thread, const struct operation *op) {
    const struct node *node = world->nodes[op->slot];
    if (is_on_window(op)) {
        (op->kind == OP_LOAD ? load : store)(world, thread, op);
        return;
    }
    if (node == NULL || node->size == 0) {
        return;
    }
    uint32_t page = op->page % node->size;
    switch (op->kind) {
    case OP_WRITE:
        write_cells(world, op, page);
        break;
    case OP_READ:
        read_cells(world, op, page);
        break;
    case OP_COMMIT:
        CHECK_OK(zx_vmo_op_range(world->handles[op->slot], ZX_VMO_OP_COMMIT, (uint64_t)page * PAGE,
                                 1 + (op->flags & 0xfff) % PAGE, NULL, 0));
        (void)node_own(world->nodes[op->slot], page);
        break;
    default:
        decommit(world, op, page);
    }
}

// --- operations on VMOs ---

static bool flag(const struct operation *op, uint32_t bit) {
    return (op->flags >> bit & 1) != 0;
}

static void create(struct world *world, const struct operation *op) {
    bool resizable = flag(op, 0);
    uint32_t size = op->count;
    if (op->kind == OP_PAGED && world->pagers) {
        struct node *node = node_new(&world->forest, NODE_PAGED, size, resizable);
        put(world, op->slot, node,
            service_create(world->service, node->number, (uint64_t)size * PAGE, resizable));
        return;
    }
    zx_handle_t handle;
    uint64_t less = size > 0 && flag(op, 1) ? op->flags % PAGE : 0; // rounded up again
    CHECK_OK(
        zx_vmo_create((uint64_t)size * PAGE - less, resizable ? ZX_VMO_RESIZABLE : 0, &handle));
    put(world, op->slot, node_new(&world->forest, NODE_PLAIN, size, resizable), handle);
}

static void create_child(struct world *world, const struct operation *op) {
    struct node *parent = world->nodes[op->from], *child = NULL;
    if (parent == NULL) {
        return;
    }
    // What belongs to one thread in the parent belongs to it in the child.
    uint32_t stride = world->threads > 1 ? world->threads * COLUMN : 1;
    uint32_t offset = op->page % (parent->size + 1) / stride * stride;
    bool resizable = flag(op, 0);
    uint32_t options = resizable ? ZX_VMO_CHILD_RESIZABLE : 0, size = op->count;
    zx_status_t wanted = ZX_OK;
    switch (op->kind) {
    case OP_CLONE:
        options |= ZX_VMO_CHILD_COPY_ON_WRITE;
        break;
    case OP_SNAPSHOT:
        options |= ZX_VMO_CHILD_COPY_ON_WRITE2;
        wanted = node_is_paged(parent) ? ZX_ERR_NOT_SUPPORTED : ZX_OK;
        break;
    default:
        options = ZX_VMO_CHILD_SLICE;
        size %= parent->size - offset + 1;
        wanted = parent->resizable ? ZX_ERR_NOT_SUPPORTED : ZX_OK;
    }
    zx_handle_t handle;
    CHECK_STATUS(zx_vmo_create_child(world->handles[op->from], options, (uint64_t)offset * PAGE,
                                     (uint64_t)size * PAGE, &handle),
                 wanted);
    if (wanted != ZX_OK) {
        return;
    }
    if (op->kind == OP_CLONE) {
        child = node_clone(&world->forest, parent, offset, size, resizable);
    } else if (op->kind == OP_SNAPSHOT) {
        child = node_snapshot(&world->forest, parent, offset, size, resizable);
    } else {
        child = node_slice(&world->forest, parent, offset, size);
    }
    put(world, op->slot, child, handle);
}

static void resize(struct world *world, const struct operation *op) {
    struct node *node = world->nodes[op->slot];
    CHECK_STATUS(zx_vmo_set_size(world->handles[op->slot], (uint64_t)op->count * PAGE),
                 node->resizable ? ZX_OK : ZX_ERR_UNAVAILABLE);
    if (node->resizable) {
        node_resize(&world->forest, node, op->count);
    }
}

static void do_many(const struct world *world, const struct operation *op) {
    static _Thread_local uint64_t words[MAX_PAGES * PAGE / 8];
    struct node *node = world->nodes[op->slot];
    if (node->size == 0) {
        return;
    }
    zx_handle_t handle = world->handles[op->slot];
    uint32_t page = op->page % node->size;
    uint32_t count = op->count < node->size - page ? op->count : node->size - page;
    uint64_t offset = (uint64_t)page * PAGE, length = (uint64_t)count * PAGE;
    bool drop = op->kind == OP_DECOMMIT_MANY && !node_is_shared(node);
    if (op->kind == OP_WRITE_MANY) {
        fill(words, count * CELLS, op->stamp);
        CHECK_OK(zx_vmo_write(handle, words, offset, length));
    } else {
        CHECK_OK(zx_vmo_op_range(handle, drop ? ZX_VMO_OP_DECOMMIT : ZX_VMO_OP_COMMIT, offset,
                                 length, NULL, 0));
    }
    for (uint32_t i = page; i < page + count; i++) {
        if (drop) {
            node_decommit(node, i);
            continue;
        }
        struct page *own = node_own(node, i);
        for (uint32_t cell = 0; cell < CELLS && op->kind == OP_WRITE_MANY; cell++) {
            own->cells[cell] = op->stamp;
        }
    }
}

// A page between a VMO and the window, in one call.
static void copy(const struct world *world, const struct operation *op) {
    struct node *node = world->nodes[op->slot];
    const struct mapped *mapped = &world->mapped[op->at];
    if (node->size == 0) {
        return;
    }
    uint32_t page = op->page % node->size;
    uint64_t offset = (uint64_t)page * PAGE, cells[CELLS];
    void *at = (void *)(world->base + (uint64_t)op->at * PAGE);
    bool in = op->kind == OP_COPY_IN, wanted = may(mapped, in ? READ : WRITE);
    zx_status_t status = in ? zx_vmo_write(world->handles[op->slot], at, offset, PAGE)
                            : zx_vmo_read(world->handles[op->slot], at, offset, PAGE);
    if (status != (wanted ? ZX_OK : ZX_ERR_INVALID_ARGS)) {
        model_fail("copy of page %u and page %u of the window: status %d", page, op->at, status);
    }
    if (!wanted && in) {
        // It may have written a part.
        struct operation all = *op;
        all.cell = 0;
        all.cells = CELLS;
        write_cells(world, &all, page);
    } else if (wanted && in) {
        node_read(mapped->node, mapped->page, cells);
        memcpy(node_own(node, page)->cells, cells, sizeof(cells));
    } else if (wanted) {
        node_read(node, page, cells);
        memcpy(node_own(mapped->node, mapped->page)->cells, cells, sizeof(cells));
    }
}

// --- operations on the window ---

static bool is_free(const struct world *world, uint32_t at, uint32_t count) {
    for (uint32_t i = at; i < at + count; i++) {
        if (world->mapped[i].node != NULL) {
            return false;
        }
    }
    return true;
}

static bool has_room(const struct world *world, uint32_t count) {
    for (uint32_t at = 0; at + count <= WINDOW; at++) {
        if (is_free(world, at, count)) {
            return true;
        }
    }
    return false;
}

static void map(struct world *world, const struct operation *op) {
    static const uint32_t places[] = {ZX_VM_SPECIFIC_OVERWRITE, ZX_VM_SPECIFIC_OVERWRITE,
                                      ZX_VM_SPECIFIC, 0};
    struct node *node = world->nodes[op->slot];
    uint32_t place = places[op->flags & 3], at = op->at;
    uint32_t count = op->count > 0 ? op->count : 1;
    bool writable = !flag(op, 2) || !flag(op, 3);
    uint32_t permissions = (op->flags >> 4 & 7) == 0 ? 0 : READ;
    permissions |= permissions != 0 && writable && !flag(op, 7) ? WRITE : 0;
    uint32_t options = permissions | place;
    options |= flag(op, 8) && place != ZX_VM_SPECIFIC_OVERWRITE ? ZX_VM_MAP_RANGE : 0;
    options |= (op->flags >> 9 & 7) == 0 ? ZX_VM_REQUIRE_NON_RESIZABLE : 0;
    options |= flag(op, 12) ? ZX_VM_ALLOW_FAULTS : 0;
    at = at + count > WINDOW ? WINDOW - count : at;

    zx_status_t wanted = ZX_OK;
    if ((options & ZX_VM_REQUIRE_NON_RESIZABLE) != 0 && node->resizable) {
        wanted = ZX_ERR_NOT_SUPPORTED;
    } else if (place == 0 ? !has_room(world, count)
                          : place == ZX_VM_SPECIFIC && !is_free(world, at, count)) {
        wanted = ZX_ERR_NO_MEMORY;
    }
    zx_handle_t handle;
    zx_vaddr_t address = 0;
    CHECK_OK(zx_handle_duplicate(world->handles[op->slot],
                                 writable ? ZX_RIGHT_SAME_RIGHTS : ZX_RIGHT_READ | ZX_RIGHT_MAP,
                                 &handle));
    CHECK_STATUS(zx_vmar_map(world->window, options, place == 0 ? 0 : (uint64_t)at * PAGE, handle,
                             (uint64_t)op->page * PAGE, (uint64_t)count * PAGE - (flag(op, 13)),
                             &address),
                 wanted);
    CHECK_OK(zx_handle_close(handle));
    if (wanted != ZX_OK) {
        return;
    }
    if (place == 0) {
        CHECK(address >= world->base && address % PAGE == 0);
        at = (uint32_t)((address - world->base) / PAGE);
        CHECK(at + count <= WINDOW && is_free(world, at, count));
    }
    CHECK(address == world->base + (uint64_t)at * PAGE);
    for (uint32_t i = 0; i < count; i++) {
        node_hold(node);
    }
    forget_mapped(world, at, count);
    for (uint32_t i = 0; i < count; i++) {
        world->mapped[at + i] =
            (struct mapped){node, op->page + i, permissions, READ | (writable ? WRITE : 0u)};
    }
}

static void unmap(struct world *world, const struct operation *op) {
    uint32_t count = op->count > 0 ? op->count : 1;
    count = op->at + count > WINDOW ? WINDOW - op->at : count;
    CHECK_OK(zx_vmar_unmap(world->window, world->base + (uint64_t)op->at * PAGE,
                           (uint64_t)count * PAGE - flag(op, 0)));
    forget_mapped(world, op->at, count);
}

static void protect(struct world *world, const struct operation *op) {
    static const uint32_t some[] = {0, READ, READ, READ | WRITE};
    uint32_t permissions = some[op->flags & 3];
    uint32_t count = op->count > 0 ? op->count : 1;
    count = op->at + count > WINDOW ? WINDOW - op->at : count;
    zx_status_t wanted = ZX_OK;
    for (uint32_t i = op->at; i < op->at + count && wanted == ZX_OK; i++) {
        if (world->mapped[i].node == NULL) {
            wanted = ZX_ERR_NOT_FOUND;
        } else if ((permissions & ~world->mapped[i].most) != 0) {
            wanted = ZX_ERR_ACCESS_DENIED;
        }
    }
    CHECK_STATUS(zx_vmar_protect(world->window, permissions, world->base + (uint64_t)op->at * PAGE,
                                 (uint64_t)count * PAGE),
                 wanted);
    for (uint32_t i = op->at; i < op->at + count && wanted == ZX_OK; i++) {
        world->mapped[i].permissions = permissions;
    }
}

void world_apply(struct world *world, uint32_t thread, const struct operation *op) {
    if (operation_is_single(op->kind)) {
        apply_single(world, thread, op);
        return;
    }
    switch (op->kind) {
    case OP_CREATE:
    case OP_PAGED:
        create(world, op);
        return;
    case OP_CLONE:
    case OP_SNAPSHOT:
    case OP_SLICE:
        create_child(world, op);
        return;
    case OP_CLOSE:
        put(world, op->slot, NULL, ZX_HANDLE_INVALID);
        return;
    case OP_UNMAP:
        unmap(world, op);
        return;
    case OP_PROTECT:
        protect(world, op);
        return;
    default:
        break;
    }
    if (world->nodes[op->slot] == NULL) {
        return;
    }
    switch (op->kind) {
    case OP_RESIZE:
        resize(world, op);
        break;
    case OP_MAP:
        map(world, op);
        break;
    case OP_COPY_IN:
    case OP_COPY_OUT:
        copy(world, op);
        break;
    case OP_READ_ALL:
        check_all(world, op->slot);
        break;
    default:
        do_many(world, op);
    }
}
