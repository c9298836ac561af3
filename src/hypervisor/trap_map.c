// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "hypervisor/trap_map.h"

#include <string.h>
#include <zircon/syscalls/hypervisor.h>

#include "host/park.h"
#include "hypervisor/packet.h"

// One of a bell's packets, on its way to the program. Its trap lasts until it has come back.
struct bell_packet {
    struct port_packet packet;
    struct list node; // on the trap's list
    struct trap *trap;
};

SLAB_TYPE(trap, sizeof(struct trap));
SLAB_TYPE(bell_packet, sizeof(struct bell_packet));

void trap_map_init(struct trap_map *map) {
    mutex_init(&map->lock, RANK_TRAPS);
    map->random = 0x9e3779b97f4a7c15u;
    for (int level = 0; level < TRAP_LEVELS; level++) {
        atomic_store_explicit(&map->first[level], NULL, memory_order_relaxed);
    }
}

// --- the skip list, by falling address ---

struct trap *trap_map_find(struct trap_map *map, uint64_t address) {
    struct trap *_Atomic *from = map->first;
    for (int level = TRAP_LEVELS - 1; level >= 0; level--) {
        struct trap *next;
        while ((next = atomic_load_explicit(&from[level], memory_order_acquire)) != NULL &&
               next->address > address) {
            from = next->next;
        }
    }
    struct trap *trap = atomic_load_explicit(&from[0], memory_order_acquire);
    return trap != NULL && address - trap->address < trap->size ? trap : NULL;
}

// The pointers that a trap at `address` would have to be put behind.
static struct trap *find_place_locked(struct trap_map *map, uint64_t address,
                                      struct trap *_Atomic *places[TRAP_LEVELS]) {
    struct trap *_Atomic *from = map->first;
    for (int level = TRAP_LEVELS - 1; level >= 0; level--) {
        struct trap *next;
        while ((next = atomic_load_explicit(&from[level], memory_order_relaxed)) != NULL &&
               next->address > address) {
            from = next->next;
        }
        places[level] = &from[level];
    }
    return atomic_load_explicit(places[0], memory_order_relaxed);
}

// 1 with probability 3/4, 2 with 3/16, ...
static int random_height_locked(struct trap_map *map) {
    map->random = map->random * 6364136223846793005u + 1442695040888963407u;
    uint64_t bits = map->random >> 33;
    int height = 1;
    while (height < TRAP_LEVELS && (bits & 3) == 0) {
        height++;
        bits >>= 2;
    }
    return height;
}

static void insert_locked(struct trap_map *map, struct trap *trap,
                          struct trap *_Atomic *places[TRAP_LEVELS]) {
    int height = random_height_locked(map);
    for (int level = 0; level < TRAP_LEVELS; level++) {
        struct trap *next =
            level < height ? atomic_load_explicit(places[level], memory_order_relaxed) : NULL;
        atomic_store_explicit(&trap->next[level], next, memory_order_relaxed);
    }
    // From below, so that who finds it at one level finds it at those below as well.
    for (int level = 0; level < height; level++) {
        atomic_store_explicit(places[level], trap, memory_order_release);
    }
}

zx_status_t trap_map_add(struct thread *self, struct trap_map *map, uint32_t kind, uint64_t address,
                         uint64_t size, struct object *port, uint64_t key) {
    struct trap *trap = slab_alloc(self, &trap_slab);
    if (trap == NULL) {
        return ZX_ERR_NO_MEMORY;
    }
    memset(trap, 0, sizeof(*trap));
    trap->address = address;
    trap->size = size;
    trap->key = key;
    trap->kind = kind;
    trap->port = port;
    atomic_store(&trap->refs, 1);
    mutex_init(&trap->lock, RANK_BELL);
    list_init(&trap->packets);
    list_init(&trap->waiters);

    struct trap *_Atomic *places[TRAP_LEVELS];
    mutex_lock(self, &map->lock);
    struct trap *below = find_place_locked(map, address, places);
    bool taken = below != NULL && below->address == address;
    if (!taken) {
        if (port != NULL) {
            object_ref(port);
        }
        insert_locked(map, trap, places);
    }
    mutex_unlock(self, &map->lock);
    if (taken) {
        slab_free(self, &trap_slab, trap);
    }
    return taken ? ZX_ERR_ALREADY_EXISTS : ZX_OK;
}

static void trap_unref(struct thread *self, struct trap *trap) {
    if (atomic_fetch_sub(&trap->refs, 1) == 1) {
        if (trap->port != NULL) {
            object_unref(self, trap->port);
        }
        slab_free(self, &trap_slab, trap);
    }
}

// --- bells ---

// The packet left the port: its reader has it, or the port ended.
static void bell_packet_release(struct thread *self, struct port_packet *port_packet) {
    struct bell_packet *packet = list_entry(port_packet, struct bell_packet, packet);
    struct trap *trap = packet->trap;
    mutex_lock(self, &trap->lock);
    list_remove(&packet->node);
    trap->packet_count--;
    struct list *node = list_pop(&trap->waiters);
    if (node != NULL) {
        struct bell_waiter *waiter = list_entry(node, struct bell_waiter, node);
        struct thread *thread = waiter->thread;
        atomic_store(&waiter->called, 1);
        park_wake_later(self, thread);
    }
    mutex_unlock(self, &trap->lock);
    slab_free(self, &bell_packet_slab, packet);
    trap_unref(self, trap);
}

zx_status_t trap_ring(struct thread *self, struct trap *trap, uint64_t address,
                      struct bell_waiter *waiter) {
    struct bell_packet *packet = slab_alloc(self, &bell_packet_slab);
    if (packet == NULL) {
        return ZX_ERR_NO_MEMORY;
    }
    memset(packet, 0, sizeof(*packet));
    packet_bell(&packet->packet.packet, trap->key, address);
    packet->packet.release = bell_packet_release;
    packet->trap = trap;
    list_init(&packet->packet.node);

    mutex_lock(self, &trap->lock);
    bool full = trap->packet_count == BELL_PACKETS_MAX;
    if (full) {
        atomic_store(&waiter->called, 0);
        waiter->thread = self;
        list_add_tail(&trap->waiters, &waiter->node);
    } else {
        atomic_fetch_add(&trap->refs, 1);
        trap->packet_count++;
        list_add_tail(&trap->packets, &packet->node);
    }
    mutex_unlock(self, &trap->lock);
    if (full) {
        slab_free(self, &bell_packet_slab, packet);
        return ZX_ERR_SHOULD_WAIT;
    }
    if (!port_queue(self, trap->port, &packet->packet)) {
        bell_packet_release(self, &packet->packet);
        return ZX_ERR_BAD_STATE;
    }
    return ZX_OK;
}

void trap_wait_end(struct thread *self, struct trap *trap, struct bell_waiter *waiter) {
    mutex_lock(self, &trap->lock);
    list_remove(&waiter->node);
    mutex_unlock(self, &trap->lock);
}

// Takes the packets that still wait out of the port. Those that a reader has taken come back by
// themselves.
static void cancel_packets(struct thread *self, struct trap *trap) {
    struct list ours;
    list_init(&ours);
    mutex_lock(self, &trap->lock);
    list_for_each(node, next, &trap->packets) {
        struct bell_packet *packet = list_entry(node, struct bell_packet, node);
        if (port_unqueue(self, trap->port, &packet->packet)) {
            list_remove(&packet->node);
            list_add_tail(&ours, &packet->node);
        }
    }
    mutex_unlock(self, &trap->lock);
    struct list *node;
    while ((node = list_pop(&ours)) != NULL) {
        bell_packet_release(self, &list_entry(node, struct bell_packet, node)->packet);
    }
}

void trap_map_clear(struct thread *self, struct trap_map *map) {
    struct trap *trap = atomic_load(&map->first[0]);
    while (trap != NULL) {
        struct trap *next = atomic_load(&trap->next[0]);
        if (trap->port != NULL) {
            cancel_packets(self, trap);
        }
        trap_unref(self, trap);
        trap = next;
    }
    trap_map_init(map);
}
