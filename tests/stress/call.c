// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Calls and answers: half of the workers call, the others serve, on channels that are closed and
// made anew all the while. A caller that gets an answer gets its own, with the very handle that it
// sent along.
#include "stress.h"

enum { PAIRS = 3, CLIENT = 0, SERVER = 1 };

struct text {
    zx_txid_t txid;
    uint32_t worker;
    uint64_t number, answer;
};

static _Atomic zx_handle_t ends[PAIRS][2];
static uint64_t numbers[WORKERS_MAX], answers[WORKERS_MAX];

static void renew(uint32_t pair, bool first_first) {
    zx_handle_t made[2];
    CHECK_OK(zx_channel_create(0, &made[0], &made[1]));
    stress_replace(&ends[pair][!first_first], made[!first_first]);
    stress_replace(&ends[pair][first_first], made[first_first]);
}

static zx_koid_t koid_of(zx_handle_t handle) {
    zx_info_handle_basic_t info;
    CHECK_OK(zx_object_get_info(handle, ZX_INFO_HANDLE_BASIC, &info, sizeof(info), NULL, NULL));
    return info.koid;
}

static void call(struct worker *worker) {
    struct text question = {.worker = worker->index, .number = numbers[worker->index]++}, answer;
    zx_handle_t handle = ZX_HANDLE_INVALID, back = ZX_HANDLE_INVALID;
    zx_koid_t koid = 0;
    uint32_t handles = stress_pick(worker, 2), size = 0, count = 0;
    if (handles == 1) {
        CHECK_OK(zx_event_create(0, &handle));
        koid = koid_of(handle);
    }
    zx_channel_call_args_t args = {
        .wr_bytes = &question,
        .wr_num_bytes = sizeof(question),
        .wr_handles = &handle,
        .wr_num_handles = handles,
        .rd_bytes = &answer,
        .rd_num_bytes = stress_pick(worker, 50) == 0 ? 8 : sizeof(answer),
        .rd_handles = &back,
        .rd_num_handles = 1,
    };
    zx_time_t deadline =
        stress_pick(worker, 2) == 0
            ? stress_deadline(worker)
            : zx_deadline_after((zx_duration_t)(stress_is_over() ? 0 : 20 * MILLISECOND));
    zx_status_t status = zx_channel_call(atomic_load(&ends[stress_pick(worker, PAIRS)][CLIENT]), 0,
                                         deadline, &args, &size, &count);
    AMONG(status, ZX_OK, ZX_ERR_TIMED_OUT, ZX_ERR_PEER_CLOSED, ZX_ERR_CANCELED, ZX_ERR_BAD_HANDLE,
          ZX_ERR_WRONG_TYPE, ZX_ERR_BUFFER_TOO_SMALL);
    if (status == ZX_ERR_BUFFER_TOO_SMALL) {
        CHECK(args.rd_num_bytes == 8);
    } else if (status == ZX_OK) {
        CHECK(size == sizeof(answer) && count == handles);
        CHECK(answer.worker == worker->index && answer.number == question.number);
        CHECK(answer.answer == ~question.number);
        if (handles == 1) {
            CHECK(koid_of(back) == koid);
            CHECK_OK(zx_handle_close(back));
        }
        answers[worker->index]++;
    }
}

// Answers that come too late lie in the client's queue.
static void clear_late_answers(struct worker *worker) {
    struct text text;
    zx_handle_t handle;
    uint32_t size, count;
    if (zx_channel_read(atomic_load(&ends[stress_pick(worker, PAIRS)][CLIENT]), 0, &text, &handle,
                        sizeof(text), 1, &size, &count) == ZX_OK &&
        count == 1) {
        CHECK_OK(zx_handle_close(handle));
    }
}

static void serve(struct worker *worker) {
    zx_handle_t end = atomic_load(&ends[stress_pick(worker, PAIRS)][SERVER]), handle;
    zx_signals_t seen;
    struct text text;
    uint32_t size, count;
    zx_status_t status =
        AMONG(zx_object_wait_one(
                  end, ZX_CHANNEL_READABLE | ZX_CHANNEL_PEER_CLOSED,
                  zx_deadline_after((zx_duration_t)stress_pick(worker, 300 * MICROSECOND)), &seen),
              ZX_OK, ZX_ERR_TIMED_OUT, ZX_ERR_CANCELED, ZX_ERR_BAD_HANDLE);
    while (status == ZX_OK) {
        status =
            AMONG(zx_channel_read(end, 0, &text, &handle, sizeof(text), 1, &size, &count), ZX_OK,
                  ZX_ERR_SHOULD_WAIT, ZX_ERR_PEER_CLOSED, ZX_ERR_BAD_HANDLE, ZX_ERR_WRONG_TYPE);
        if (status == ZX_OK) {
            CHECK(size == sizeof(text) && text.txid >> 31 == 1);
            text.answer = ~text.number;
            if (stress_pick(worker, 20) == 0) {
                if (count == 1) {
                    CHECK_OK(zx_handle_close(handle));
                }
                continue; // no answer: the caller has a deadline
            }
            AMONG(zx_channel_write(end, 0, &text, sizeof(text), &handle, count), ZX_OK,
                  ZX_ERR_PEER_CLOSED, ZX_ERR_BAD_HANDLE, ZX_ERR_WRONG_TYPE);
        }
    }
}

static void step(struct worker *worker) {
    if (worker->index % 2 == 1) {
        serve(worker);
    } else if (stress_pick(worker, 30) == 0) {
        renew(stress_pick(worker, PAIRS), stress_pick(worker, 2) == 0);
    } else {
        call(worker);
        clear_late_answers(worker);
    }
}

// --- beginning and end ---

static void prepare(uint32_t workers) {
    (void)workers;
    memset(numbers, 0, sizeof(numbers));
    memset(answers, 0, sizeof(answers));
    for (uint32_t i = 0; i < PAIRS; i++) {
        renew(i, true);
    }
}

static void finish(uint32_t workers) {
    uint64_t total = 0;
    for (uint32_t i = 0; i < workers; i++) {
        total += answers[i];
    }
    CHECK(total > 0);
    for (uint32_t i = 0; i < PAIRS; i++) {
        stress_replace(&ends[i][0], ZX_HANDLE_INVALID);
        stress_replace(&ends[i][1], ZX_HANDLE_INVALID);
    }
}

const struct scenario call_scenario = {
    .name = "call", .multiple = 2, .prepare = prepare, .step = step, .finish = finish};
