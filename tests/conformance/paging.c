// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "paging.h"

void pager_open(struct pager *pager) {
    EXPECT_OK(zx_pager_create(0, &pager->pager));
    EXPECT_OK(zx_port_create(0, &pager->port));
}

void pager_close(const struct pager *pager) {
    EXPECT_OK(zx_handle_close(pager->pager));
    EXPECT_OK(zx_handle_close(pager->port));
}

zx_handle_t pager_vmo(const struct pager *pager, uint64_t key, uint64_t pages, uint32_t options) {
    zx_handle_t vmo;
    EXPECT_OK(zx_pager_create_vmo(pager->pager, options, pager->port, key, pages * PAGE, &vmo));
    return vmo;
}

uint64_t supplied_word(uint64_t key, uint64_t page, uint64_t i) {
    return key << 32 | page << 12 | i;
}

static void fill_page(uint64_t words[PAGE_WORDS], uint64_t key, uint64_t page) {
    for (uint64_t i = 0; i < PAGE_WORDS; i++) {
        words[i] = supplied_word(key, page, i);
    }
}

zx_handle_t filled_vmo(uint64_t key, uint64_t page, uint64_t count) {
    zx_handle_t vmo;
    EXPECT_OK(zx_vmo_create(count * PAGE, 0, &vmo));
    for (uint64_t i = 0; i < count; i++) {
        uint64_t words[PAGE_WORDS];
        fill_page(words, key, page + i);
        EXPECT_OK(zx_vmo_write(vmo, words, i * PAGE, PAGE));
    }
    return vmo;
}

void pager_supply(const struct pager *pager, zx_handle_t vmo, uint64_t key, uint64_t page,
                  uint64_t count) {
    zx_handle_t pages = filled_vmo(key, page, count);
    EXPECT_OK(zx_pager_supply_pages(pager->pager, vmo, page * PAGE, count * PAGE, pages, 0));
    close_handle(pages);
}

static void expect_packet(const struct pager *pager, uint64_t key, uint16_t command,
                          uint64_t offset, uint64_t length) {
    zx_port_packet_t packet;
    EXPECT_OK(zx_port_wait(pager->port, ZX_TIME_INFINITE, &packet));
    EXPECT_EQ(packet.type, ZX_PKT_TYPE_PAGE_REQUEST);
    EXPECT_EQ(packet.key, key);
    EXPECT_EQ(packet.status, ZX_OK);
    EXPECT_EQ(packet.page_request.command, command);
    EXPECT_EQ(packet.page_request.offset, offset);
    EXPECT_EQ(packet.page_request.length, length);
    EXPECT_EQ(packet.page_request.flags, 0);
    EXPECT_EQ(packet.page_request.reserved0, 0);
    EXPECT_EQ(packet.page_request.reserved1, 0);
}

void expect_request(const struct pager *pager, uint64_t key, uint64_t page, uint64_t count) {
    expect_packet(pager, key, ZX_PAGER_VMO_READ, page * PAGE, count * PAGE);
}

void expect_complete(const struct pager *pager, uint64_t key) {
    expect_packet(pager, key, ZX_PAGER_VMO_COMPLETE, 0, 0);
}

void expect_no_packet(const struct pager *pager) {
    zx_port_packet_t packet;
    EXPECT_STATUS(zx_port_wait(pager->port, 0, &packet), ZX_ERR_TIMED_OUT);
}

static void expect_page(const uint64_t words[PAGE_WORDS], uint64_t key, uint64_t page) {
    for (uint64_t i = 0; i < PAGE_WORDS; i++) {
        EXPECT_EQ(words[i], supplied_word(key, page, i));
    }
}

void expect_supplied(zx_handle_t vmo, uint64_t key, uint64_t page, uint64_t count) {
    for (uint64_t i = page; i < page + count; i++) {
        uint64_t words[PAGE_WORDS];
        EXPECT_OK(zx_vmo_read(vmo, words, i * PAGE, PAGE));
        expect_page(words, key, i);
    }
}

zx_vaddr_t map_pages(zx_handle_t vmo, uint64_t pages) {
    zx_vaddr_t at;
    EXPECT_OK(zx_vmar_map(zx_vmar_root_self(), ZX_VM_PERM_READ | ZX_VM_PERM_WRITE, 0, vmo, 0,
                          pages * PAGE, &at));
    return at;
}

void unmap_pages(zx_vaddr_t at, uint64_t pages) {
    EXPECT_OK(zx_vmar_unmap(zx_vmar_root_self(), at, pages * PAGE));
}

// --- readers ---

static zx_status_t touch_page(struct reader *reader, uint64_t page) {
    const uint64_t *at = (const uint64_t *)(reader->mapped + page * PAGE);
    switch (reader->way) {
    case BY_READ:
        return zx_vmo_read(reader->vmo, reader->words, page * PAGE, PAGE);
    case BY_WRITE:
        return zx_vmo_write(reader->vmo, reader->words, page * PAGE, 8);
    case BY_LOAD:
        for (int i = 0; i < PAGE_WORDS; i++) {
            if (!touch_load(at + i, &reader->words[i])) {
                return ZX_ERR_INTERNAL;
            }
        }
        return ZX_OK;
    case BY_STORE:
        return touch_store((uint64_t *)at, page) ? ZX_OK : ZX_ERR_INTERNAL;
    default: {
        zx_handle_t end, other;
        zx_status_t status = zx_channel_create(0, &end, &other);
        if (status == ZX_OK) {
            status = zx_channel_write(end, 0, at, PAGE, NULL, 0);
            (void)zx_handle_close(end);
            (void)zx_handle_close(other);
        }
        return status;
    }
    }
}

static int read_pages(void *argument) {
    struct reader *reader = argument;
    if (reader->way == BY_COMMIT) {
        return zx_vmo_op_range(reader->vmo, ZX_VMO_OP_COMMIT, reader->page * PAGE,
                               reader->count * PAGE, NULL, 0);
    }
    for (uint64_t page = reader->page; page < reader->page + reader->count; page++) {
        zx_status_t status = touch_page(reader, page);
        if (status != ZX_OK) {
            return status;
        }
        if (reader->way == BY_READ || reader->way == BY_LOAD) {
            expect_page(reader->words, reader->key, page);
        }
    }
    return ZX_OK;
}

void start_reader(struct reader *reader, enum way way, zx_handle_t vmo, uint64_t key, uint64_t page,
                  uint64_t count) {
    memset(reader, 0, sizeof(*reader));
    reader->way = way;
    reader->vmo = vmo;
    reader->key = key;
    reader->page = page;
    reader->count = count;
    if (way == BY_LOAD || way == BY_STORE || way == BY_COPY) {
        touch_begin();
        reader->mapped = map_pages(vmo, page + count);
    }
    start_thread(&reader->thread, read_pages, reader);
}

void expect_result(struct reader *reader, zx_status_t status) {
    EXPECT_STATUS(finish_thread(&reader->thread), status);
    if (reader->mapped != 0) {
        unmap_pages(reader->mapped, reader->page + reader->count);
    }
}

zx_status_t failure_by(enum way way, zx_status_t status) {
    switch (way) {
    case BY_LOAD:
    case BY_STORE:
        return ZX_ERR_INTERNAL;
    case BY_COPY:
        return ZX_ERR_INVALID_ARGS;
    default:
        return status;
    }
}
