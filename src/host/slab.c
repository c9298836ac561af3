// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "host/slab.h"

#include <string.h>

#include "host/memory.h"
#include "host/threads.h"

#if defined(__SANITIZE_ADDRESS__)
#define HAVE_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAVE_ASAN 1
#endif
#endif
#ifdef HAVE_ASAN
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(at, size) ((void)(at), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(at, size) ((void)(at), (void)(size))
#endif

enum {
    CHUNK_MIN = 64 << 10,
    MAGAZINE_BYTES = 32 << 10, // a magazine holds at most so much memory
    MAGAZINE_MAX = 64,
    KEPT_BYTES = 16, // of a free cell: the count that stays, and the link
};

// A free cell. The first eight bytes belong to the type.
struct slab_link {
    uint64_t kept;
    struct slab_link *next;
};

static struct {
    struct mutex lock;
    _Atomic uint32_t count; // read without the lock: a cache is in its place before it counts
    struct slab_cache *caches[SLAB_CACHES_MAX];
} all KERNEL_STATE;

// Makes use after free show.
static void poison(struct slab_link *cell, uint32_t size) {
#ifdef LIBZIRCON_DEBUG
    memset((char *)cell + KEPT_BYTES, 0xaa, size - KEPT_BYTES);
#endif
    ASAN_POISON_MEMORY_REGION((char *)cell + KEPT_BYTES, size - KEPT_BYTES);
}

void slab_start(void) {
    mutex_init(&all.lock, RANK_SLAB);
}

static void register_cache(struct thread *self, const struct slab_type *type) {
    struct slab_cache *cache = type->cache;
    mutex_lock(self, &all.lock);
    if (atomic_load(&cache->id) == 0) {
        uint32_t id = atomic_load(&all.count) + 1;
        invariant(id < SLAB_CACHES_MAX);
        mutex_init(&cache->lock, RANK_SLAB);
        cache->type = type;
        all.caches[id] = cache;
        atomic_store(&all.count, id);
        atomic_store(&cache->id, id);
    }
    mutex_unlock(self, &all.lock);
}

static uint32_t magazine_limit(const struct slab_type *type) {
    uint32_t limit = MAGAZINE_BYTES / type->size;
    return limit < 2 ? 2 : limit > MAGAZINE_MAX ? MAGAZINE_MAX : limit;
}

// A cell that was never used before.
static struct slab_link *carve_locked(struct slab_cache *cache) {
    const struct slab_type *type = cache->type;
    if ((size_t)(cache->end - cache->next) < type->size) {
        size_t size = type->size * 4u;
        size = size < CHUNK_MIN ? CHUNK_MIN : size;
        char *chunk = memory_take(size);
        if (chunk == NULL) {
            return NULL;
        }
        cache->next = chunk;
        cache->end = chunk + size;
    }
    char *cell = cache->next;
    cache->next += type->size;
    atomic_fetch_add(&cache->carved, 1);
    return (struct slab_link *)(void *)cell;
}

static void refill(struct thread *self, const struct slab_type *type, struct magazine *magazine) {
    struct slab_cache *cache = type->cache;
    uint32_t wanted = magazine_limit(type) / 2;
    mutex_lock(self, &cache->lock);
    while (magazine->count < wanted) {
        struct slab_link *cell = cache->free;
        if (cell != NULL) {
            cache->free = cell->next;
            cache->free_count--;
        } else {
            // New cells one by one: memory that nobody needs yet stays untouched.
            if (magazine->count > 0 || (cell = carve_locked(cache)) == NULL) {
                break;
            }
        }
        cell->next = magazine->top;
        magazine->top = cell;
        magazine->count++;
    }
    mutex_unlock(self, &cache->lock);
}

// Gives back cells until `keep` are left.
static void flush(struct thread *self, struct slab_cache *cache, struct magazine *magazine,
                  uint32_t keep) {
    mutex_lock(self, &cache->lock);
    while (magazine->count > keep) {
        struct slab_link *cell = magazine->top;
        magazine->top = cell->next;
        magazine->count--;
        cell->next = cache->free;
        cache->free = cell;
        cache->free_count++;
    }
    mutex_unlock(self, &cache->lock);
}

// A limit is on cells in use: spare ones that threads keep for themselves do not count.
static bool count_use(const struct slab_type *type) {
    uint32_t used = atomic_load_explicit(&type->cache->used, memory_order_relaxed);
    do {
        if (used >= type->limit) {
            return false;
        }
    } while (!atomic_compare_exchange_weak(&type->cache->used, &used, used + 1));
    return true;
}

void *slab_alloc(struct thread *self, const struct slab_type *type) {
    if (unlikely(self->fail_after != 0) && --self->fail_after == 0) {
        return NULL;
    }
    if (unlikely(type->limit != 0) && !count_use(type)) {
        return NULL;
    }
    uint32_t id = atomic_load_explicit(&type->cache->id, memory_order_acquire);
    if (unlikely(id == 0)) {
        register_cache(self, type);
        id = atomic_load(&type->cache->id);
    }
    struct magazine *magazine = &self->magazines[id];
    if (unlikely(magazine->count == 0)) {
        refill(self, type, magazine);
        if (magazine->count == 0) {
            if (type->limit != 0) {
                atomic_fetch_sub(&type->cache->used, 1);
            }
            return NULL;
        }
    }
    struct slab_link *cell = magazine->top;
    magazine->top = cell->next;
    magazine->count--;
    if (!type->stable) {
        ASAN_UNPOISON_MEMORY_REGION((char *)cell + KEPT_BYTES, type->size - KEPT_BYTES);
    }
    return cell;
}

void slab_free(struct thread *self, const struct slab_type *type, void *pointer) {
    struct magazine *magazine = &self->magazines[atomic_load(&type->cache->id)];
    if (unlikely(magazine->count >= magazine_limit(type))) {
        flush(self, type->cache, magazine, magazine->count / 2);
    }
    if (unlikely(type->limit != 0)) {
        atomic_fetch_sub(&type->cache->used, 1);
    }
    struct slab_link *cell = pointer;
    cell->next = magazine->top;
    magazine->top = cell;
    magazine->count++;
    if (!type->stable) {
        poison(cell, type->size);
    }
}

void slab_flush(struct thread *self) {
    for (uint32_t id = 1; id <= atomic_load(&all.count); id++) {
        if (self->magazines[id].count > 0) {
            flush(self, all.caches[id], &self->magazines[id], 0);
        }
    }
}

void slab_for_each(struct thread *self,
                   void (*report)(void *context, const char *name, uint32_t live), void *context) {
    for (uint32_t id = 1; id <= atomic_load(&all.count); id++) {
        struct slab_cache *cache = all.caches[id];
        uint32_t spare = threads_count_cells(self, id);
        mutex_lock(self, &cache->lock);
        spare += cache->free_count;
        mutex_unlock(self, &cache->lock);
        report(context, cache->type->name, atomic_load(&cache->carved) - spare);
    }
}
