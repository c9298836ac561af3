// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Tests of calls on channels that a suspension interrupts: the kernel's half returns early, and the
// thread goes on with channel_call_finish.
#include "harness.h"

enum { REQUEST = 8, ANSWER = 16 };

// What a caller is to do after its call was interrupted.
struct call {
    struct test_thread thread;
    zx_handle_t client, server;
    zx_handle_t go;       // an event: go on with channel_call_finish
    zx_status_t first;    // of channel_call_noretry
    zx_status_t finished; // of channel_call_finish
    zx_time_t finish_deadline;
    uint32_t room;      // for the answer
    bool bad_arguments; // at the second half
    uint32_t bytes, handles;
    char answer[ANSWER];
};

static zx_status_t by_number(uint32_t number, const uint64_t words[8]) {
    return (zx_status_t)(int64_t)libzircon_call(number, words);
}

static int call_in_halves(void *argument) {
    struct call *call = argument;
    char request[REQUEST] = {0};
    zx_channel_call_args_t args = {
        .wr_bytes = request,
        .rd_bytes = call->answer,
        .wr_num_bytes = sizeof(request),
        .rd_num_bytes = sizeof(call->answer),
    };
    call->first =
        by_number(ZX_SYS_channel_call_noretry,
                  (uint64_t[8]){call->client, 0, (uint64_t)ZX_TIME_INFINITE, (uintptr_t)&args,
                                (uintptr_t)&call->bytes, (uintptr_t)&call->handles});
    if (call->first != ZX_ERR_INTERNAL_INTR_RETRY) {
        return 1;
    }
    if (zx_object_wait_one(call->go, ZX_EVENT_SIGNALED, ZX_TIME_INFINITE, NULL) != ZX_OK) {
        return 2;
    }
    args.rd_num_bytes = call->room;
    do {
        call->finished =
            by_number(ZX_SYS_channel_call_finish,
                      (uint64_t[8]){(uint64_t)call->finish_deadline,
                                    call->bad_arguments ? (uintptr_t)bad_page() : (uintptr_t)&args,
                                    (uintptr_t)&call->bytes, (uintptr_t)&call->handles});
        call->bad_arguments = false;
    } while (call->finished == ZX_ERR_INTERNAL_INTR_RETRY || call->finished == ZX_ERR_INVALID_ARGS);
    return 0;
}

// Suspends the caller, which must be blocked, and lets it go on.
static void interrupt(struct call *call) {
    zx_handle_t token;
    wait_until_blocked(&call->thread);
    EXPECT_OK(zx_task_suspend(handle_of_thread(&call->thread), &token));
    EXPECT_OK(zx_object_wait_one(handle_of_thread(&call->thread), ZX_THREAD_SUSPENDED,
                                 ZX_TIME_INFINITE, NULL));
    close_handle(token);
}

// Begins a call and interrupts it once.
static void begin(struct call *call) {
    memset(call, 0, sizeof(*call));
    call->room = ANSWER;
    call->finish_deadline = ZX_TIME_INFINITE;
    EXPECT_OK(zx_channel_create(0, &call->client, &call->server));
    EXPECT_OK(zx_event_create(0, &call->go));
    start_thread(&call->thread, call_in_halves, call);
    interrupt(call);
}

static void go_on(struct call *call) {
    EXPECT_OK(zx_object_signal(call->go, 0, ZX_EVENT_SIGNALED));
}

// Answers with as many bytes as there is room for usually; the first four are the transaction id.
static void answer(struct call *call) {
    char message[ANSWER];
    uint32_t bytes;
    EXPECT_OK(zx_object_wait_one(call->server, ZX_CHANNEL_READABLE, ZX_TIME_INFINITE, NULL));
    EXPECT_OK(zx_channel_read(call->server, 0, message, NULL, sizeof(message), 0, &bytes, NULL));
    EXPECT_EQ(bytes, REQUEST);
    memset(message + bytes, 'a', sizeof(message) - bytes);
    EXPECT_OK(zx_channel_write(call->server, 0, message, sizeof(message), NULL, 0));
}

static void end(struct call *call, zx_status_t expected) {
    EXPECT_EQ(finish_thread(&call->thread), 0);
    EXPECT_STATUS(call->first, ZX_ERR_INTERNAL_INTR_RETRY);
    EXPECT_STATUS(call->finished, expected);
    if (is_valid(call->client)) {
        close_handle(call->client);
    }
    if (is_valid(call->server)) {
        close_handle(call->server);
    }
    close_handle(call->go);
}

TEST(channel_call_noretry, returns_early_when_its_thread_is_suspended) {
    struct call call;
    begin(&call);
    answer(&call); // before the thread comes for it
    go_on(&call);
    end(&call, ZX_OK);
    EXPECT_EQ(call.bytes, ANSWER);
    EXPECT_EQ(call.handles, 0);
    EXPECT(call.answer[ANSWER - 1] == 'a');
}

TEST(channel_call_finish, goes_on_waiting_for_the_answer) {
    struct call call;
    begin(&call);
    go_on(&call);
    wait_until_blocked(&call.thread);
    answer(&call);
    end(&call, ZX_OK);
    EXPECT_EQ(call.bytes, ANSWER);
}

TEST(channel_call_finish, may_be_interrupted_again) {
    struct call call;
    begin(&call);
    go_on(&call);
    for (int i = 0; i < 5; i++) {
        interrupt(&call);
    }
    answer(&call);
    end(&call, ZX_OK);
}

TEST(channel_call_finish, has_a_deadline_of_its_own) {
    struct call call;
    begin(&call);
    call.finish_deadline = 0;
    go_on(&call);
    end(&call, ZX_ERR_TIMED_OUT);
}

// One of the two ends is closed, before the call goes on or while it waits again.
static void expect_ends_with(bool server, zx_status_t status) {
    for (int early = 0; early < 2; early++) {
        struct call call;
        begin(&call);
        zx_handle_t closed = server ? call.server : call.client;
        if (early) {
            close_handle(closed);
            go_on(&call);
        } else {
            go_on(&call);
            wait_until_blocked(&call.thread);
            close_handle(closed);
        }
        end(&call, status);
    }
}

TEST(channel_call_finish, ends_when_the_peer_is_closed) {
    expect_ends_with(true, ZX_ERR_PEER_CLOSED);
}

TEST(channel_call_finish, ends_when_its_own_end_is_closed) {
    expect_ends_with(false, ZX_ERR_CANCELED);
}

TEST(channel_call_finish, loses_an_answer_that_does_not_fit) {
    struct call call;
    begin(&call);
    call.room = ANSWER - 1;
    answer(&call);
    go_on(&call);
    end(&call, ZX_ERR_BUFFER_TOO_SMALL);
}

TEST(channel_call_finish, may_be_tried_again_with_arguments_that_can_be_read) {
    struct call call;
    begin(&call);
    call.bad_arguments = true;
    answer(&call);
    go_on(&call);
    end(&call, ZX_OK);
    EXPECT_EQ(call.bytes, ANSWER);
}

static int call_as_a_whole(void *argument) {
    struct call *call = argument;
    char request[REQUEST] = {0};
    zx_channel_call_args_t args = {
        .wr_bytes = request,
        .rd_bytes = call->answer,
        .wr_num_bytes = sizeof(request),
        .rd_num_bytes = sizeof(call->answer),
    };
    return zx_channel_call(call->client, 0, ZX_TIME_INFINITE, &args, &call->bytes, &call->handles);
}

TEST(channel_call, does_not_show_that_it_was_interrupted) {
    struct call call = {0};
    EXPECT_OK(zx_channel_create(0, &call.client, &call.server));
    start_thread(&call.thread, call_as_a_whole, &call);
    for (int i = 0; i < 5; i++) {
        interrupt(&call);
    }
    answer(&call);
    EXPECT_OK(finish_thread(&call.thread));
    EXPECT_EQ(call.bytes, ANSWER);
    EXPECT_STATUS(zx_channel_read(call.server, 0, NULL, NULL, 0, 0, NULL, NULL),
                  ZX_ERR_SHOULD_WAIT); // one request was sent
    close_handle(call.client);
    close_handle(call.server);
}
