// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "hypervisor/local_apic.h"

#include <string.h>
#include <zircon/time.h>

#include "host/clock.h"
#include "hypervisor/packet.h"
#include "objects/timer.h"

// Registers, as model-specific registers.
enum {
    APIC_ID = 0x802,
    APIC_VERSION = 0x803,
    APIC_TPR = 0x808,
    APIC_EOI = 0x80b,
    APIC_LDR = 0x80d,
    APIC_SVR = 0x80f,
    APIC_ISR = 0x810,
    APIC_IRR_LAST = 0x827,
    APIC_ESR = 0x828,
    APIC_LVT_CMCI = 0x82f,
    APIC_ICR = 0x830,
    APIC_LVT_TIMER = 0x832,
    APIC_LVT_THERMAL = 0x833,
    APIC_LVT_MONITOR = 0x834,
    APIC_LVT_LINT0 = 0x835,
    APIC_LVT_LINT1 = 0x836,
    APIC_LVT_ERROR = 0x837,
    APIC_INITIAL_COUNT = 0x838,
    APIC_DIVIDE = 0x83e,
    APIC_SELF_IPI = 0x83f,
};

// An entry of the local vector table.
enum {
    LVT_VECTOR = 0xff,
    LVT_MASKED = 1 << 16,
    LVT_MODE = 3 << 17,
    LVT_ONE_SHOT = 0 << 17,
    LVT_PERIODIC = 1 << 17,
    LVT_DEADLINE = 2 << 17,
    LVT_RESERVED = 3 << 17,
};

enum { DELIVER_FIXED = 0, DELIVER_INIT = 5, DELIVER_STARTUP = 6 };
enum { TO_NUMBER = 0, TO_SELF = 1, TO_ALL = 2, TO_OTHERS = 3 };

// Version 0x15, which Linux takes for a modern one, with seven local vectors.
static const uint64_t version = 0x60015;
static const uint64_t spurious_vector = 0xff;

// --- vectors that wait ---

void local_apic_add(struct local_apic *apic, uint32_t vector) {
    atomic_fetch_or(&apic->waiting[vector / 64], 1ull << vector % 64);
}

void local_apic_remove(struct local_apic *apic, uint32_t vector) {
    atomic_fetch_and(&apic->waiting[vector / 64], ~(1ull << vector % 64));
}

void local_apic_remove_exceptions(struct local_apic *apic) {
    const uint64_t exceptions = ((1ull << (VECTOR_LAST_EXCEPTION + 1)) - 1) & ~(1ull << VECTOR_NMI);
    atomic_fetch_and(&apic->waiting[0], ~exceptions);
}

bool local_apic_is_waiting(struct local_apic *apic) {
    uint64_t any = 0;
    for (int i = 0; i < VECTORS / 64; i++) {
        any |= atomic_load(&apic->waiting[i]);
    }
    return any != 0;
}

bool local_apic_next(struct local_apic *apic, uint32_t *vector) {
    if ((atomic_load_explicit(&apic->waiting[0], memory_order_relaxed) & 1ull << VECTOR_NMI) != 0) {
        *vector = VECTOR_NMI;
        return true;
    }
    for (int i = VECTORS / 64 - 1; i >= 0; i--) {
        uint64_t bits = atomic_load_explicit(&apic->waiting[i], memory_order_relaxed);
        if (bits != 0) {
            *vector = (uint32_t)(i * 64 + 63 - __builtin_clzll(bits));
            return true;
        }
    }
    return false;
}

// --- the timer ---

static void timer_changed(struct thread *self, struct observer *observer, zx_signals_t signals) {
    struct local_apic *apic = list_entry(observer, struct local_apic, observer);
    if ((signals & ZX_TIMER_SIGNALED) != 0) {
        atomic_store(&apic->expired, 1);
        apic->on_expired(self, apic);
    }
}

static void timer_cancelled(struct thread *self, struct observer *observer) {
    (void)self;
    (void)observer; // only watches that a handle began are
}

static const struct observer_type timer_observer = {
    .changed = timer_changed,
    .cancelled = timer_cancelled,
};

void local_apic_init(struct local_apic *apic, uint32_t id, uint32_t tsc_khz,
                     void (*on_expired)(struct thread *self, struct local_apic *apic)) {
    memset(apic, 0, sizeof(*apic));
    apic->id = id;
    apic->tsc_khz = tsc_khz;
    apic->lvt_timer = LVT_MASKED;
    apic->observer.type = &timer_observer;
    apic->observer.handle = HANDLE_ID_NONE;
    list_init(&apic->observer.node);
    apic->on_expired = on_expired;
}

void local_apic_destroy(struct thread *self, struct local_apic *apic) {
    if (apic->timer != NULL) {
        timer_cancel(self, apic->timer);
        mutex_lock(self, apic->timer->lock);
        list_remove(&apic->observer.node);
        mutex_unlock(self, apic->timer->lock);
        object_unref(self, apic->timer);
        apic->timer = NULL;
    }
}

static bool ensure_timer(struct thread *self, struct local_apic *apic) {
    if (apic->timer == NULL) {
        apic->timer = timer_new(self, ZX_TIMER_SLACK_CENTER);
        if (apic->timer == NULL) {
            return false;
        }
        mutex_lock(self, apic->timer->lock);
        list_add_tail(&apic->timer->observers, &apic->observer.node);
        mutex_unlock(self, apic->timer->lock);
    }
    return true;
}

static enum msr_result set_timer(struct thread *self, struct local_apic *apic, zx_time_t deadline) {
    if (deadline == 0) {
        if (apic->timer != NULL) {
            timer_cancel(self, apic->timer);
        }
        atomic_store(&apic->expired, 0);
        return MSR_DONE;
    }
    if (!ensure_timer(self, apic)) {
        return MSR_NO_MEMORY;
    }
    atomic_store(&apic->expired, 0);
    timer_set(self, apic->timer, deadline, 0);
    return MSR_DONE;
}

static zx_duration_t ticks_to_time(const struct local_apic *apic, uint64_t ticks) {
    uint64_t milliseconds = ticks / apic->tsc_khz;
    if (milliseconds > INT64_MAX / 1000000 - 1) {
        return INT64_MAX;
    }
    uint64_t rest = ticks % apic->tsc_khz * 1000000 / apic->tsc_khz;
    return (zx_duration_t)(milliseconds * 1000000 + rest);
}

// When a count that begins now is over; 0 if none does.
static zx_time_t count_deadline(const struct local_apic *apic) {
    uint32_t mode = apic->lvt_timer & LVT_MODE;
    if ((mode != LVT_ONE_SHOT && mode != LVT_PERIODIC) || apic->initial_count == 0) {
        return 0;
    }
    uint32_t shift = ((apic->divide & 3) | (apic->divide >> 3 & 1) << 2) + 1;
    uint64_t ticks = (uint64_t)apic->initial_count << (shift & 7);
    return zx_time_add_duration(clock_monotonic(), ticks_to_time(apic, ticks));
}

enum msr_result local_apic_write_deadline(struct thread *self, struct local_apic *apic,
                                          uint64_t ticks) {
    if ((apic->lvt_timer & LVT_MODE) != LVT_DEADLINE) {
        return MSR_INVALID;
    }
    if (ticks == 0) {
        return set_timer(self, apic, 0);
    }
    uint64_t now = __builtin_ia32_rdtsc();
    zx_time_t deadline = clock_monotonic();
    if (ticks > now) {
        deadline = zx_time_add_duration(deadline, ticks_to_time(apic, ticks - now));
    }
    return set_timer(self, apic, deadline);
}

void local_apic_serve_timer(struct thread *self, struct local_apic *apic) {
    if (likely(atomic_load_explicit(&apic->expired, memory_order_relaxed) == 0) ||
        atomic_exchange(&apic->expired, 0) == 0 || (apic->lvt_timer & LVT_MASKED) != 0) {
        return;
    }
    if ((apic->lvt_timer & LVT_MODE) == LVT_PERIODIC) {
        set_timer(self, apic, count_deadline(apic));
    }
    local_apic_add(apic, apic->lvt_timer & LVT_VECTOR);
}

// --- registers ---

enum msr_result local_apic_read(struct local_apic *apic, uint32_t index, uint64_t *value) {
    if (index >= APIC_ISR && index <= APIC_IRR_LAST) {
        *value = 0;
        return MSR_DONE;
    }
    switch (index) {
    case APIC_ID:
        *value = apic->id;
        break;
    case APIC_VERSION:
        *value = version;
        break;
    case APIC_SVR:
        *value = spurious_vector;
        break;
    case APIC_TPR:
    case APIC_LDR:
    case APIC_ESR:
    case APIC_LVT_MONITOR:
        *value = 0;
        break;
    case APIC_LVT_LINT0:
    case APIC_LVT_LINT1:
    case APIC_LVT_THERMAL:
    case APIC_LVT_CMCI:
        *value = LVT_MASKED;
        break;
    case APIC_LVT_TIMER:
        *value = apic->lvt_timer;
        break;
    default:
        return MSR_FAULT;
    }
    return MSR_DONE;
}

static enum msr_result set_count(struct thread *self, struct local_apic *apic, uint32_t *field,
                                 uint64_t value) {
    if (value > UINT32_MAX) {
        return MSR_INVALID;
    }
    *field = (uint32_t)value;
    return set_timer(self, apic, count_deadline(apic));
}

static uint64_t target_mask(const struct local_apic *apic, uint32_t shorthand, uint32_t number) {
    switch (shorthand) {
    case TO_NUMBER:
        return number < 64 ? 1ull << number : 0;
    case TO_SELF:
        return 1ull << apic->id;
    case TO_ALL:
        return UINT64_MAX;
    default:
        return ~(1ull << apic->id);
    }
}

// The interrupt command register: a vector for other vcpus, or the start of one.
static enum msr_result send(struct local_apic *apic, uint64_t rax, uint64_t rdx,
                            zx_port_packet_t *packet) {
    if (rax > UINT32_MAX || rdx > UINT32_MAX) {
        return MSR_INVALID;
    }
    bool logical = (rax >> 11 & 1) != 0;
    if (logical) {
        return MSR_NOT_SUPPORTED;
    }
    uint8_t vector = (uint8_t)rax;
    uint32_t number = (uint32_t)rdx;
    switch (rax >> 8 & 7) {
    case DELIVER_FIXED:
        packet_interrupt(packet, target_mask(apic, rax >> 18 & 3, number), vector);
        return MSR_PACKET;
    case DELIVER_INIT:
        return MSR_DONE; // the startup that follows is enough
    case DELIVER_STARTUP:
        packet_startup(packet, number, (uint64_t)vector << 12);
        return MSR_PACKET;
    default:
        return MSR_NOT_SUPPORTED;
    }
}

enum msr_result local_apic_write(struct thread *self, struct local_apic *apic, uint32_t index,
                                 uint64_t rax, uint64_t rdx, zx_port_packet_t *packet) {
    switch (index) {
    case APIC_EOI:
    case APIC_ESR:
        if (rax != 0) {
            return MSR_FAULT;
        }
        return rdx != 0 ? MSR_INVALID : MSR_DONE;
    case APIC_TPR:
    case APIC_SVR:
    case APIC_LVT_MONITOR:
    case APIC_LVT_ERROR:
    case APIC_LVT_LINT0:
    case APIC_LVT_LINT1:
    case APIC_LVT_THERMAL:
    case APIC_LVT_CMCI:
        return rdx != 0 || rax > UINT32_MAX ? MSR_INVALID : MSR_DONE;
    case APIC_LVT_TIMER:
        if ((rax & LVT_MODE) == LVT_RESERVED) {
            return MSR_INVALID;
        }
        return set_count(self, apic, &apic->lvt_timer, rax);
    case APIC_INITIAL_COUNT:
        return set_count(self, apic, &apic->initial_count, rax);
    case APIC_DIVIDE:
        return set_count(self, apic, &apic->divide, rax);
    case APIC_SELF_IPI:
        local_apic_add(apic, (uint8_t)rax);
        return MSR_DONE;
    case APIC_ICR:
        return send(apic, rax, rdx, packet);
    default:
        return MSR_FAULT;
    }
}
