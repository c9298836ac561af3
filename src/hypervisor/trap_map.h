// Part of libzircon. BSD-3-Clause, see LICENSE.
// The traps of a guest: ranges of its memory or of its ports, and who is told of accesses.
//
// Traps are never taken back before the guest ends, so a search takes no lock: it walks a skip list
// that only grows. Adding one takes the map's lock.
#pragma once

#include "objects/port.h"

enum { TRAP_LEVELS = 8, BELL_PACKETS_MAX = 256 };

struct trap {
    uint64_t address, size;
    uint64_t key;
    uint32_t kind; // ZX_GUEST_TRAP_*
    struct trap *_Atomic next[TRAP_LEVELS];
    // A bell's.
    _Atomic uint32_t refs; // the map's and one for each packet under way
    struct object *port;   // with a reference
    struct mutex lock;     // RANK_BELL
    struct list packets;   // of struct bell_packet, under way to the program
    uint32_t packet_count;
    struct list waiters; // of struct bell_waiter: threads that wait for a packet to come back
};

struct trap_map {
    struct mutex lock; // RANK_TRAPS, for those who add
    uint64_t random;
    struct trap *_Atomic first[TRAP_LEVELS];
};

// A thread that waits for one of a bell's packets.
struct bell_waiter {
    struct list node;
    struct thread *thread;
    _Atomic uint32_t called;
};

void trap_map_init(struct trap_map *map);

// Takes no reference of the caller's: the trap gets its own to `port`, which is null unless `kind`
// is BELL. ALREADY_EXISTS if a trap begins there, NO_MEMORY.
zx_status_t trap_map_add(struct thread *self, struct trap_map *map, uint32_t kind, uint64_t address,
                         uint64_t size, struct object *port, uint64_t key);

// The trap that begins nearest below `address`, if it reaches that far; else null.
struct trap *trap_map_find(struct trap_map *map, uint64_t address);

// Ends all traps; packets that wait in ports disappear from there.
void trap_map_clear(struct thread *self, struct trap_map *map);

// Queues a bell's packet. BAD_STATE if nobody can read the port any more; SHOULD_WAIT if all
// packets are under way, and then `waiter` is on the list of those who are told that one is free.
zx_status_t trap_ring(struct thread *self, struct trap *trap, uint64_t address,
                      struct bell_waiter *waiter);

// Takes a waiter off the list.
void trap_wait_end(struct thread *self, struct trap *trap, struct bell_waiter *waiter);
