// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// What victims do: every kind of wait, page faults, paths without locks.
#include <zircon/process.h>
#include <zircon/syscalls/exception.h>

#include "storm.h"

// Runs in loaded threads: nothing of libc.
#define VICTIM_CHECK(victim, status_, ...)                                                         \
    do {                                                                                           \
        const zx_status_t allowed_[] = {__VA_ARGS__};                                              \
        bool found_ = false;                                                                       \
        zx_status_t was_ = (status_);                                                              \
        for (size_t i_ = 0; i_ < sizeof(allowed_) / sizeof(allowed_[0]); i_++) {                   \
            found_ |= was_ == allowed_[i_];                                                        \
        }                                                                                          \
        if (!found_) {                                                                             \
            (victim)->status = was_;                                                               \
            (victim)->wrong = __LINE__;                                                            \
        }                                                                                          \
    } while (0)

enum { PAGE = 4096, PAGED = 64 };

// --- nothing to wait for ---

static void spin(struct victim *victim) {
    for (int i = 0; i < 50; i++) {
        victim->word++;
    }
}

static void call(struct victim *victim) {
    VICTIM_CHECK(victim, victim->calls->syscall_test_0(), ZX_OK);
    VICTIM_CHECK(victim, victim->calls->handle_close(5), ZX_ERR_BAD_HANDLE);
}

static void prepare_event(struct conductor *conductor, struct victim *victim) {
    (void)conductor;
    CHECK_OK(zx_event_create(0, &victim->kept[0]));
    CHECK_OK(zx_handle_duplicate(victim->kept[0], ZX_RIGHT_SAME_RIGHTS, &victim->handles[0]));
}

static void finish_kept(struct conductor *conductor, struct victim *victim) {
    (void)conductor;
    for (int i = 0; i < VICTIM_HANDLES; i++) {
        if (victim->kept[i] != ZX_HANDLE_INVALID) {
            CHECK_OK(zx_handle_close(victim->kept[i]));
        }
    }
}

static void duplicate(struct victim *victim) {
    VICTIM_CHECK(
        victim,
        victim->calls->handle_duplicate(victim->handles[0], ZX_RIGHT_SAME_RIGHTS, &victim->made),
        ZX_OK);
    VICTIM_CHECK(victim, victim->calls->object_signal(victim->made, 0, ZX_USER_SIGNAL_3), ZX_OK);
    VICTIM_CHECK(victim, victim->calls->handle_close(victim->made), ZX_OK);
}

static void create(struct victim *victim) {
    VICTIM_CHECK(victim, victim->calls->event_create(0, &victim->made), ZX_OK);
    VICTIM_CHECK(victim, victim->calls->handle_close(victim->made), ZX_OK);
}

static void prepare_channel(struct conductor *conductor, struct victim *victim) {
    (void)conductor;
    CHECK_OK(zx_channel_create(0, &victim->handles[0], &victim->handles[1]));
}

static void talk_to_itself(struct victim *victim) {
    uint64_t number = victim->rounds, got = 0;
    VICTIM_CHECK(
        victim,
        victim->calls->channel_write(victim->handles[0], 0, &number, sizeof(number), NULL, 0),
        ZX_OK);
    VICTIM_CHECK(
        victim,
        victim->calls->channel_read(victim->handles[1], 0, &got, NULL, sizeof(got), 0, NULL, NULL),
        ZX_OK);
    if (got != number) {
        victim->wrong = __LINE__;
    }
}

static void nap(struct victim *victim) {
    zx_time_t now = victim->calls->clock_get_monotonic();
    VICTIM_CHECK(victim, victim->calls->nanosleep(now + 20 * MICROSECOND), ZX_OK);
}

// --- memory ---

static void prepare_page(struct conductor *conductor, struct victim *victim) {
    CHECK_OK(zx_handle_duplicate(conductor->vmo, ZX_RIGHT_SAME_RIGHTS, &victim->handles[0]));
    victim->page = (volatile char *)conductor->page;
}

static void fault(struct victim *victim) {
    VICTIM_CHECK(
        victim,
        victim->calls->vmo_op_range(victim->handles[0], ZX_VMO_OP_DECOMMIT, 0, PAGE, NULL, 0),
        ZX_OK);
    if (*victim->page != 0) {
        victim->wrong = __LINE__;
    }
    *victim->page = 1;
}

// A page that a pager owes, by a load or by a call.
static void prepare_paged(struct conductor *conductor, struct victim *victim) {
    CHECK_OK(zx_pager_create_vmo(conductor->pager, 0, conductor->port, 1, PAGED * PAGE,
                                 &conductor->paged));
    CHECK_OK(zx_vmar_map(zx_vmar_root_self(), ZX_VM_PERM_READ, 0, conductor->paged, 0, PAGED * PAGE,
                         &conductor->paged_at));
    CHECK_OK(zx_handle_duplicate(conductor->paged, ZX_RIGHT_SAME_RIGHTS, &victim->handles[0]));
    victim->page = (volatile char *)conductor->paged_at;
}

static void load_paged(struct victim *victim) {
    if (victim->page[victim->word % PAGED * PAGE] != 0) {
        victim->wrong = __LINE__;
    }
    victim->word++;
}

static void read_paged(struct victim *victim) {
    char byte;
    VICTIM_CHECK(victim,
                 victim->calls->vmo_read(victim->handles[0], &byte, victim->word % PAGED * PAGE, 1),
                 ZX_OK);
    victim->word++;
}

static void feed_paged(struct conductor *conductor, struct victim *victim) {
    (void)victim;
    zx_port_packet_t packet;
    while (zx_port_wait(conductor->port, 0, &packet) == ZX_OK) {
        if (packet.page_request.command == ZX_PAGER_VMO_READ) {
            CHECK_OK(zx_vmo_op_range(conductor->spare, ZX_VMO_OP_COMMIT, 0,
                                     packet.page_request.length, NULL, 0));
            CHECK_OK(zx_pager_supply_pages(conductor->pager, conductor->paged,
                                           packet.page_request.offset, packet.page_request.length,
                                           conductor->spare, 0));
        }
    }
}

static void finish_paged(struct conductor *conductor, struct victim *victim) {
    (void)victim;
    zx_port_packet_t packet;
    CHECK_OK(zx_pager_detach_vmo(conductor->pager, conductor->paged));
    CHECK_OK(zx_vmar_unmap(zx_vmar_root_self(), conductor->paged_at, PAGED * PAGE));
    CHECK_OK(zx_handle_close(conductor->paged));
    while (zx_port_wait(conductor->port, 0, &packet) == ZX_OK) {
    }
}

// --- waits ---

static void wait_one(struct victim *victim) {
    VICTIM_CHECK(victim,
                 victim->calls->object_wait_one(victim->handles[0], ZX_EVENT_SIGNALED,
                                                ZX_TIME_INFINITE, NULL),
                 ZX_OK);
    VICTIM_CHECK(victim, victim->calls->object_signal(victim->handles[0], ZX_EVENT_SIGNALED, 0),
                 ZX_OK);
}

static void wait_many(struct victim *victim) {
    zx_wait_item_t items[2];
    for (int i = 0; i < 2; i++) {
        items[i].handle = victim->handles[0];
        items[i].waitfor = i == 0 ? ZX_USER_SIGNAL_5 : ZX_EVENT_SIGNALED;
        items[i].pending = 0;
    }
    VICTIM_CHECK(victim, victim->calls->object_wait_many(items, 2, ZX_TIME_INFINITE), ZX_OK);
    VICTIM_CHECK(victim, victim->calls->object_signal(victim->handles[0], ZX_EVENT_SIGNALED, 0),
                 ZX_OK);
}

static void feed_event(struct conductor *conductor, struct victim *victim) {
    (void)conductor;
    CHECK_OK(zx_object_signal(victim->kept[0], 0, ZX_EVENT_SIGNALED));
}

static void wait_futex(struct victim *victim) {
    zx_futex_t *word = (zx_futex_t *)&victim->word;
    zx_futex_t seen = *(volatile zx_futex_t *)word;
    if (seen == 0) {
        VICTIM_CHECK(victim,
                     victim->calls->futex_wait(word, 0, ZX_HANDLE_INVALID, ZX_TIME_INFINITE), ZX_OK,
                     ZX_ERR_BAD_STATE);
    }
    atomic_store(word, 0);
}

// Futexes are a process's own: who wakes must be of the same.
static void feed_futex(struct conductor *conductor, struct victim *victim) {
    (void)conductor;
    zx_futex_t *word = (zx_futex_t *)&victim->word;
    atomic_store(word, 1);
    CHECK_OK(zx_futex_wake(word, 1));
}

static void nap_on_futex(struct victim *victim) {
    zx_time_t now = victim->calls->clock_get_monotonic();
    VICTIM_CHECK(victim,
                 victim->calls->futex_wait((zx_futex_t *)&victim->word, 0, ZX_HANDLE_INVALID,
                                           now + 20 * MICROSECOND),
                 ZX_ERR_TIMED_OUT);
}

static void prepare_port(struct conductor *conductor, struct victim *victim) {
    (void)conductor;
    CHECK_OK(zx_port_create(0, &victim->kept[0]));
    CHECK_OK(zx_handle_duplicate(victim->kept[0], ZX_RIGHT_SAME_RIGHTS, &victim->handles[0]));
}

static void wait_port(struct victim *victim) {
    zx_port_packet_t packet;
    VICTIM_CHECK(victim, victim->calls->port_wait(victim->handles[0], ZX_TIME_INFINITE, &packet),
                 ZX_OK);
}

static void feed_port(struct conductor *conductor, struct victim *victim) {
    (void)conductor;
    zx_port_packet_t packet = {.type = ZX_PKT_TYPE_USER, .key = 1};
    AMONG(zx_port_queue(victim->kept[0], &packet), ZX_OK, ZX_ERR_SHOULD_WAIT);
}

// Both ends' use of a watch: it is set and cancelled again and again.
static void prepare_watch(struct conductor *conductor, struct victim *victim) {
    prepare_event(conductor, victim);
    CHECK_OK(zx_port_create(0, &victim->handles[1]));
}

static void watch(struct victim *victim) {
    VICTIM_CHECK(victim,
                 victim->calls->object_wait_async(victim->handles[0], victim->handles[1], 7,
                                                  ZX_EVENT_SIGNALED, 0),
                 ZX_OK);
    VICTIM_CHECK(victim, victim->calls->object_signal(victim->handles[0], ZX_EVENT_SIGNALED, 0),
                 ZX_OK);
    VICTIM_CHECK(victim, victim->calls->port_cancel(victim->handles[1], victim->handles[0], 7),
                 ZX_OK, ZX_ERR_NOT_FOUND);
    zx_port_packet_t packet;
    VICTIM_CHECK(victim, victim->calls->port_wait(victim->handles[1], 0, &packet), ZX_OK,
                 ZX_ERR_TIMED_OUT);
}

// --- messages ---

static void prepare_talk(struct conductor *conductor, struct victim *victim) {
    (void)conductor;
    CHECK_OK(zx_channel_create(0, &victim->kept[0], &victim->handles[0]));
}

struct question {
    zx_txid_t id;
    uint32_t unused;
    uint64_t number;
};

static void ask(struct victim *victim) {
    struct question out, in;
    uint32_t bytes = 0, handles = 0;
    out.id = 0;
    out.unused = 0;
    out.number = victim->rounds;
    zx_channel_call_args_t args;
    args.wr_bytes = &out;
    args.wr_handles = NULL;
    args.rd_bytes = &in;
    args.rd_handles = NULL;
    args.wr_num_bytes = sizeof(out);
    args.wr_num_handles = 0;
    args.rd_num_bytes = sizeof(in);
    args.rd_num_handles = 0;
    VICTIM_CHECK(victim,
                 victim->calls->channel_call(victim->handles[0], 0, ZX_TIME_INFINITE, &args, &bytes,
                                             &handles),
                 ZX_OK);
    if (bytes != sizeof(in) || in.number != out.number + 1) {
        victim->wrong = __LINE__;
    }
}

static void feed_answer(struct conductor *conductor, struct victim *victim) {
    (void)conductor;
    struct question question;
    while (zx_channel_read(victim->kept[0], 0, &question, NULL, sizeof(question), 0, NULL, NULL) ==
           ZX_OK) {
        question.number++;
        AMONG(zx_channel_write(victim->kept[0], 0, &question, sizeof(question), NULL, 0), ZX_OK,
              ZX_ERR_PEER_CLOSED);
    }
}

static void read_message(struct victim *victim) {
    uint64_t word;
    zx_status_t status = victim->calls->channel_read(victim->handles[0], 0, &word, NULL,
                                                     sizeof(word), 0, NULL, NULL);
    VICTIM_CHECK(victim, status, ZX_OK, ZX_ERR_SHOULD_WAIT);
    if (status == ZX_ERR_SHOULD_WAIT) {
        VICTIM_CHECK(victim,
                     victim->calls->object_wait_one(victim->handles[0], ZX_CHANNEL_READABLE,
                                                    ZX_TIME_INFINITE, NULL),
                     ZX_OK);
    }
}

static void feed_message(struct conductor *conductor, struct victim *victim) {
    (void)conductor;
    uint64_t word = 5;
    AMONG(zx_channel_write(victim->kept[0], 0, &word, sizeof(word), NULL, 0), ZX_OK,
          ZX_ERR_PEER_CLOSED);
}

// --- exceptions ---

// An instruction that is undefined, which the conductor steps over.
static void prepare_trap(struct conductor *conductor, struct victim *victim) {
    (void)conductor;
    CHECK_OK(zx_task_create_exception_channel(victim->thread, 0, &victim->kept[0]));
}

static void trap(struct victim *victim) {
    (void)victim;
    __asm__ volatile("ud2");
}

static void feed_trap(struct conductor *conductor, struct victim *victim) {
    (void)conductor;
    enum { UD2_SIZE = 2 };
    zx_handle_t exception;
    zx_exception_info_t info;
    zx_thread_state_general_regs_t registers;
    uint32_t handled = ZX_EXCEPTION_STATE_HANDLED;
    if (zx_channel_read(victim->kept[0], 0, &info, &exception, sizeof(info), 1, NULL, NULL) !=
        ZX_OK) {
        return;
    }
    // It may be dead by now.
    if (AMONG(zx_thread_read_state(victim->thread, ZX_THREAD_STATE_GENERAL_REGS, &registers,
                                   sizeof(registers)),
              ZX_OK, ZX_ERR_BAD_STATE) == ZX_OK) {
        registers.rip += UD2_SIZE;
        AMONG(zx_thread_write_state(victim->thread, ZX_THREAD_STATE_GENERAL_REGS, &registers,
                                    sizeof(registers)),
              ZX_OK, ZX_ERR_BAD_STATE);
    }
    CHECK_OK(zx_object_set_property(exception, ZX_PROP_EXCEPTION_STATE, &handled, sizeof(handled)));
    CHECK_OK(zx_handle_close(exception));
}

const struct behaviour behaviours[] = {
    {"spin", NULL, spin, NULL, NULL, false},
    {"call", NULL, call, NULL, NULL, false},
    {"duplicate", prepare_event, duplicate, NULL, finish_kept, false},
    {"create", NULL, create, NULL, NULL, false},
    {"talk to itself", prepare_channel, talk_to_itself, NULL, NULL, false},
    {"nap", NULL, nap, NULL, NULL, false},
    {"fault", prepare_page, fault, NULL, NULL, false},
    {"load from a pager", prepare_paged, load_paged, feed_paged, finish_paged, false},
    {"read from a pager", prepare_paged, read_paged, feed_paged, finish_paged, false},
    {"wait one", prepare_event, wait_one, feed_event, finish_kept, false},
    {"wait many", prepare_event, wait_many, feed_event, finish_kept, false},
    {"futex", NULL, wait_futex, feed_futex, NULL, true},
    {"futex until", NULL, nap_on_futex, NULL, NULL, false},
    {"port", prepare_port, wait_port, feed_port, finish_kept, false},
    {"watch", prepare_watch, watch, NULL, finish_kept, false},
    {"channel call", prepare_talk, ask, feed_answer, finish_kept, false},
    {"channel read", prepare_talk, read_message, feed_message, finish_kept, false},
    {"exception", prepare_trap, trap, feed_trap, finish_kept, false},
};
const uint32_t behaviour_count = sizeof(behaviours) / sizeof(behaviours[0]);

void conductor_prepare(struct conductor *conductor) {
    CHECK_OK(zx_vmo_create(PAGE, 0, &conductor->vmo));
    CHECK_OK(zx_vmar_map(zx_vmar_root_self(), ZX_VM_PERM_READ | ZX_VM_PERM_WRITE, 0, conductor->vmo,
                         0, PAGE, &conductor->page));
    CHECK_OK(zx_pager_create(0, &conductor->pager));
    CHECK_OK(zx_port_create(0, &conductor->port));
    CHECK_OK(zx_vmo_create(PAGED * PAGE, 0, &conductor->spare));
}

void conductor_finish(struct conductor *conductor) {
    CHECK_OK(zx_vmar_unmap(zx_vmar_root_self(), conductor->page, PAGE));
    const zx_handle_t all[] = {conductor->vmo, conductor->pager, conductor->port, conductor->spare};
    CHECK_OK(zx_handle_close_many(all, sizeof(all) / sizeof(all[0])));
}
