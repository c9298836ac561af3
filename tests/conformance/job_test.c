// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Jobs: making them, their policies, their death.
#include "harness.h"

#include <zircon/syscalls/policy.h>

enum { CONDITIONS = ZX_POL_AMBIENT_MARK_VMO_EXEC + 1, HEIGHT = 32 };

static zx_handle_t new_job_in(zx_handle_t parent) {
    zx_handle_t job;
    EXPECT_OK(zx_job_create(parent, 0, &job));
    return job;
}

static zx_handle_t new_job(void) {
    return new_job_in(zx_job_default());
}

static zx_signals_t signals_of(zx_handle_t handle) {
    zx_signals_t signals = 0;
    EXPECT_STATUS(zx_object_wait_one(handle, 0, ZX_TIME_INFINITE_PAST, &signals), ZX_ERR_TIMED_OUT);
    return signals;
}

static zx_info_job_t info_of(zx_handle_t job) {
    zx_info_job_t info;
    memset(&info, 0xff, sizeof(info));
    EXPECT_OK(zx_object_get_info(job, ZX_INFO_JOB, &info, sizeof(info), NULL, NULL));
    return info;
}

static size_t count_children(zx_handle_t job, uint32_t topic) {
    size_t actual, avail;
    EXPECT_OK(zx_object_get_info(job, topic, NULL, 0, &actual, &avail));
    EXPECT_EQ(actual, 0);
    return avail;
}

// --- job_create ---

TEST(job_create, makes_an_empty_job_with_the_default_rights) {
    zx_handle_t job = new_job();
    EXPECT_EQ(type_of(job), ZX_OBJ_TYPE_JOB);
    EXPECT_EQ(rights_of(job), ZX_DEFAULT_JOB_RIGHTS);
    EXPECT_EQ(signals_of(job), ZX_JOB_NO_JOBS | ZX_JOB_NO_PROCESSES);
    zx_info_job_t info = info_of(job);
    EXPECT_EQ(info.return_code, 0);
    EXPECT(!info.exited && !info.kill_on_oom && !info.debugger_attached);
    EXPECT_EQ(count_children(job, ZX_INFO_JOB_CHILDREN), 0);
    EXPECT_EQ(count_children(job, ZX_INFO_JOB_PROCESSES), 0);
    close_handle(job);
}

TEST(job_create, makes_a_child_that_its_parent_knows) {
    zx_handle_t parent = new_job(), child = new_job_in(parent);
    EXPECT_EQ(signals_of(parent), ZX_JOB_NO_PROCESSES);
    zx_koid_t koid;
    size_t actual, avail;
    EXPECT_OK(
        zx_object_get_info(parent, ZX_INFO_JOB_CHILDREN, &koid, sizeof(koid), &actual, &avail));
    EXPECT_EQ(actual, 1);
    EXPECT_EQ(avail, 1);
    EXPECT_EQ(koid, koid_of(child));
    zx_info_handle_basic_t basic;
    EXPECT_OK(zx_object_get_info(child, ZX_INFO_HANDLE_BASIC, &basic, sizeof(basic), NULL, NULL));
    EXPECT_EQ(basic.related_koid, koid_of(parent));
    close_handle(child);
    EXPECT_EQ(signals_of(parent), ZX_JOB_NO_JOBS | ZX_JOB_NO_PROCESSES);
    EXPECT_EQ(count_children(parent, ZX_INFO_JOB_CHILDREN), 0);
    close_handle(parent);
}

TEST(job_create, lists_children_from_the_oldest_on) {
    zx_handle_t parent = new_job(), children[5];
    zx_koid_t koids[5];
    for (int i = 0; i < 5; i++) {
        children[i] = new_job_in(parent);
    }
    EXPECT_OK(zx_object_get_info(parent, ZX_INFO_JOB_CHILDREN, koids, sizeof(koids), NULL, NULL));
    for (int i = 0; i < 5; i++) {
        EXPECT_EQ(koids[i], koid_of(children[i]));
        close_handle(children[i]);
    }
    close_handle(parent);
}

TEST(job_create, keeps_a_parent_alive_that_nobody_holds) {
    zx_handle_t parent = new_job(), child = new_job_in(parent), found;
    zx_koid_t koid = koid_of(parent);
    close_handle(parent);
    EXPECT_OK(zx_object_get_child(zx_job_default(), koid, ZX_RIGHT_SAME_RIGHTS, &found));
    EXPECT_EQ(koid_of(found), koid);
    close_handle(found);
    close_handle(child);
    EXPECT_STATUS(zx_object_get_child(zx_job_default(), koid, ZX_RIGHT_SAME_RIGHTS, &found),
                  ZX_ERR_NOT_FOUND);
}

TEST(job_create, nests_to_the_limit) {
    // The root job counts 32.
    zx_handle_t jobs[HEIGHT];
    zx_handle_t parent = zx_job_default(), none = ZX_HANDLE_INVALID;
    for (int i = 0; i < HEIGHT; i++) {
        jobs[i] = parent = new_job_in(parent);
    }
    EXPECT_STATUS(zx_job_create(parent, 0, &none), ZX_ERR_OUT_OF_RANGE);
    EXPECT_EQ(none, ZX_HANDLE_INVALID);
    EXPECT_OK(zx_task_kill(jobs[0]));
    for (int i = 0; i < HEIGHT; i++) {
        EXPECT((signals_of(jobs[i]) & ZX_JOB_TERMINATED) != 0);
    }
    for (int i = HEIGHT; i-- > 0;) {
        close_handle(jobs[i]);
    }
}

TEST(job_create, needs_either_of_two_rights) {
    zx_handle_t parent = new_job(), weak, child;
    static const zx_rights_t enough[] = {ZX_RIGHT_MANAGE_JOB, ZX_RIGHT_WRITE};
    for (int i = 0; i < 2; i++) {
        EXPECT_OK(zx_handle_duplicate(parent, enough[i], &weak));
        close_handle(new_job_in(weak));
        close_handle(weak);
    }
    weak = without_rights(parent, ZX_RIGHT_MANAGE_JOB | ZX_RIGHT_WRITE);
    EXPECT_STATUS(zx_job_create(weak, 0, &child), ZX_ERR_ACCESS_DENIED);
    close_handle(weak);
    close_handle(parent);
}

TEST(job_create, refuses_options_before_it_looks_at_the_handle) {
    zx_handle_t child;
    EXPECT_STATUS(zx_job_create(ZX_HANDLE_INVALID, 1, &child), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_job_create(ZX_HANDLE_INVALID, 0, &child), ZX_ERR_BAD_HANDLE);
}

TEST(job_create, refuses_a_killed_parent) {
    zx_handle_t parent = new_job(), child = ZX_HANDLE_INVALID;
    EXPECT_OK(zx_task_kill(parent));
    EXPECT_STATUS(zx_job_create(parent, 0, &child), ZX_ERR_BAD_STATE);
    EXPECT_EQ(child, ZX_HANDLE_INVALID);
    close_handle(parent);
}

static zx_status_t create_job(void *context) {
    return zx_job_create(zx_job_default(), 0, context);
}

TEST(job_create, leaves_nothing_if_memory_runs_out) {
    zx_handle_t job = 7;
    expect_no_memory(create_job, &job, sizeof(job));
    close_handle(job);
}

TEST(job_create, leaves_nothing_if_the_handle_cannot_be_stored) {
    for (int i = 0; i < BAD_OUT_POINTERS; i++) {
        EXPECT_STATUS(zx_job_create(zx_job_default(), 0, bad_pointer(i, sizeof(zx_handle_t))),
                      ZX_ERR_INVALID_ARGS);
    }
    EXPECT_EQ(count_children(zx_job_default(), ZX_INFO_JOB_CHILDREN), 0);
}

// --- task_kill ---

TEST(task_kill, kills_an_empty_job_at_once) {
    zx_handle_t job = new_job();
    EXPECT_OK(zx_task_kill(job));
    EXPECT_EQ(signals_of(job), ZX_JOB_TERMINATED | ZX_JOB_NO_JOBS | ZX_JOB_NO_PROCESSES);
    zx_info_job_t info = info_of(job);
    EXPECT(info.exited);
    EXPECT_EQ(info.return_code, ZX_TASK_RETCODE_SYSCALL_KILL);
    EXPECT_OK(zx_task_kill(job));                                         // and again
    EXPECT_EQ(count_children(zx_job_default(), ZX_INFO_JOB_CHILDREN), 0); // it has left its parent
    close_handle(job);
}

TEST(task_kill, kills_all_jobs_below) {
    zx_handle_t top = new_job(), middle[2], leaf;
    middle[0] = new_job_in(top);
    middle[1] = new_job_in(top);
    leaf = new_job_in(middle[0]);
    EXPECT_OK(zx_task_kill(top));
    zx_handle_t all[] = {leaf, middle[0], middle[1], top};
    for (int i = 0; i < 4; i++) {
        EXPECT((signals_of(all[i]) & ZX_JOB_TERMINATED) != 0);
        EXPECT(info_of(all[i]).exited);
        EXPECT_EQ(info_of(all[i]).return_code, ZX_TASK_RETCODE_SYSCALL_KILL);
        close_handle(all[i]);
    }
}

TEST(task_kill, leaves_the_parents_alone) {
    zx_handle_t top = new_job(), below = new_job_in(top);
    EXPECT_OK(zx_task_kill(below));
    EXPECT(!info_of(top).exited);
    EXPECT_EQ(signals_of(top), ZX_JOB_NO_JOBS | ZX_JOB_NO_PROCESSES);
    close_handle(new_job_in(top));
    close_handle(below);
    close_handle(top);
}

TEST(task_kill, looks_at_the_right_before_the_type) {
    zx_handle_t event, job = new_job(), weak;
    EXPECT_OK(zx_event_create(0, &event));
    EXPECT_STATUS(zx_task_kill(event), ZX_ERR_ACCESS_DENIED);
    EXPECT_STATUS(zx_task_kill(ZX_HANDLE_INVALID), ZX_ERR_BAD_HANDLE);
    weak = without_rights(job, ZX_RIGHT_DESTROY);
    EXPECT_STATUS(zx_task_kill(weak), ZX_ERR_ACCESS_DENIED);
    close_handle(weak);
    close_handle(job);
    close_handle(event);
}

static void end_of_job(zx_handle_t job, zx_handle_t port) {
    zx_port_packet_t packet;
    EXPECT_OK(zx_port_wait(port, ZX_TIME_INFINITE_PAST, &packet));
    EXPECT_EQ(packet.key, job);
    EXPECT((packet.signal.observed & ZX_JOB_TERMINATED) != 0);
}

TEST(task_kill, is_told_to_those_who_watch_children_before_parents) {
    zx_handle_t top = new_job(), leaf = new_job_in(top), port;
    EXPECT_OK(zx_port_create(0, &port));
    EXPECT_OK(zx_object_wait_async(top, port, top, ZX_JOB_TERMINATED, 0));
    EXPECT_OK(zx_object_wait_async(leaf, port, leaf, ZX_JOB_TERMINATED, 0));
    EXPECT_OK(zx_task_kill(top));
    end_of_job(leaf, port);
    end_of_job(top, port);
    close_handle(port);
    close_handle(leaf);
    close_handle(top);
}

// --- job_set_policy ---

static zx_status_t set_policy(zx_handle_t job, uint32_t mode, uint32_t condition, uint32_t action) {
    zx_policy_basic_t policy = {.condition = condition, .policy = action};
    return zx_job_set_policy(job, mode, ZX_JOB_POL_BASIC, &policy, 1);
}

TEST(job_set_policy, takes_every_condition_with_every_action) {
    for (uint32_t condition = 0; condition < CONDITIONS; condition++) {
        for (uint32_t action = ZX_POL_ACTION_ALLOW; action <= ZX_POL_ACTION_KILL; action++) {
            zx_handle_t job = new_job();
            EXPECT_OK(set_policy(job, ZX_JOB_POL_ABSOLUTE, condition, action));
            EXPECT_OK(set_policy(job, ZX_JOB_POL_ABSOLUTE, condition, action)); // the same again
            EXPECT_OK(set_policy(job, ZX_JOB_POL_RELATIVE, condition, (action + 1) % 5));
            EXPECT_STATUS(set_policy(job, ZX_JOB_POL_ABSOLUTE, condition, (action + 1) % 5),
                          ZX_ERR_ALREADY_EXISTS);
            close_handle(job);
        }
    }
}

TEST(job_set_policy, is_inherited_by_children) {
    zx_handle_t job = new_job();
    EXPECT_OK(set_policy(job, ZX_JOB_POL_ABSOLUTE, ZX_POL_NEW_VMO, ZX_POL_ACTION_DENY));
    zx_handle_t child = new_job_in(job);
    EXPECT_STATUS(set_policy(child, ZX_JOB_POL_ABSOLUTE, ZX_POL_NEW_VMO, ZX_POL_ACTION_ALLOW),
                  ZX_ERR_ALREADY_EXISTS);
    EXPECT_OK(set_policy(child, ZX_JOB_POL_ABSOLUTE, ZX_POL_NEW_VMO, ZX_POL_ACTION_DENY));
    EXPECT_OK(set_policy(child, ZX_JOB_POL_ABSOLUTE, ZX_POL_NEW_PORT, ZX_POL_ACTION_ALLOW));
    close_handle(child);
    close_handle(job);
}

TEST(job_set_policy, sets_all_that_are_new_at_once) {
    zx_handle_t job = new_job();
    zx_policy_basic_t policy[] = {
        {ZX_POL_NEW_ANY, ZX_POL_ACTION_DENY},
        {ZX_POL_NEW_CHANNEL, ZX_POL_ACTION_ALLOW}, // the last one counts
    };
    EXPECT_OK(zx_job_set_policy(job, ZX_JOB_POL_ABSOLUTE, ZX_JOB_POL_BASIC, policy, 2));
    for (uint32_t condition = ZX_POL_NEW_VMO; condition <= ZX_POL_NEW_PROFILE; condition++) {
        bool allowed = condition == ZX_POL_NEW_CHANNEL;
        EXPECT_STATUS(set_policy(job, ZX_JOB_POL_ABSOLUTE, condition, ZX_POL_ACTION_DENY),
                      allowed ? ZX_ERR_ALREADY_EXISTS : ZX_OK);
        EXPECT_STATUS(set_policy(job, ZX_JOB_POL_ABSOLUTE, condition, ZX_POL_ACTION_ALLOW),
                      allowed ? ZX_OK : ZX_ERR_ALREADY_EXISTS);
    }
    EXPECT_OK(set_policy(job, ZX_JOB_POL_ABSOLUTE, ZX_POL_BAD_HANDLE, ZX_POL_ACTION_KILL));
    EXPECT_OK(set_policy(job, ZX_JOB_POL_ABSOLUTE, ZX_POL_VMAR_WX, ZX_POL_ACTION_KILL));
    close_handle(job);
}

TEST(job_set_policy, takes_all_entries_or_none) {
    zx_handle_t job = new_job();
    EXPECT_OK(set_policy(job, ZX_JOB_POL_ABSOLUTE, ZX_POL_NEW_VMO, ZX_POL_ACTION_DENY));
    zx_policy_basic_t policy[] = {
        {ZX_POL_NEW_PORT, ZX_POL_ACTION_DENY},
        {ZX_POL_NEW_VMO, ZX_POL_ACTION_ALLOW},
    };
    EXPECT_STATUS(zx_job_set_policy(job, ZX_JOB_POL_ABSOLUTE, ZX_JOB_POL_BASIC, policy, 2),
                  ZX_ERR_ALREADY_EXISTS);
    EXPECT_OK(set_policy(job, ZX_JOB_POL_ABSOLUTE, ZX_POL_NEW_PORT, ZX_POL_ACTION_ALLOW));
    close_handle(job);
    job = new_job();
    EXPECT_OK(set_policy(job, ZX_JOB_POL_ABSOLUTE, ZX_POL_NEW_VMO, ZX_POL_ACTION_DENY));
    EXPECT_OK(zx_job_set_policy(job, ZX_JOB_POL_RELATIVE, ZX_JOB_POL_BASIC, policy, 2));
    EXPECT_STATUS(set_policy(job, ZX_JOB_POL_ABSOLUTE, ZX_POL_NEW_PORT, ZX_POL_ACTION_ALLOW),
                  ZX_ERR_ALREADY_EXISTS);
    EXPECT_OK(set_policy(job, ZX_JOB_POL_ABSOLUTE, ZX_POL_NEW_VMO, ZX_POL_ACTION_DENY));
    close_handle(job);
}

TEST(job_set_policy, refuses_what_it_does_not_know) {
    zx_handle_t job = new_job();
    zx_policy_basic_t policy = {ZX_POL_NEW_VMO, ZX_POL_ACTION_DENY};
    EXPECT_STATUS(zx_job_set_policy(job, 2, ZX_JOB_POL_BASIC, &policy, 1), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_job_set_policy(job, 0, 2, &policy, 1), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_job_set_policy(job, 0, ZX_JOB_POL_BASIC, NULL, 1), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_job_set_policy(job, 0, ZX_JOB_POL_BASIC, &policy, 0), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(set_policy(job, 0, CONDITIONS, ZX_POL_ACTION_DENY), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(set_policy(job, 0, UINT32_MAX, ZX_POL_ACTION_DENY), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(set_policy(job, 0, ZX_POL_NEW_VMO, ZX_POL_ACTION_KILL + 1), ZX_ERR_NOT_SUPPORTED);
    EXPECT_STATUS(set_policy(job, 0, ZX_POL_NEW_ANY, UINT32_MAX), ZX_ERR_NOT_SUPPORTED);
    zx_policy_basic_t many[CONDITIONS + 1];
    memset(many, 0, sizeof(many));
    EXPECT_OK(zx_job_set_policy(job, 0, ZX_JOB_POL_BASIC, many, CONDITIONS));
    EXPECT_STATUS(zx_job_set_policy(job, 0, ZX_JOB_POL_BASIC, many, CONDITIONS + 1),
                  ZX_ERR_OUT_OF_RANGE);
    close_handle(job);
}

TEST(job_set_policy, reads_all_entries_before_it_counts_them) {
    zx_handle_t job = new_job();
    zx_policy_basic_t *last = end_of_page(CONDITIONS * sizeof(*last));
    memset(last, 0, CONDITIONS * sizeof(*last));
    EXPECT_OK(zx_job_set_policy(job, 0, ZX_JOB_POL_BASIC, last, CONDITIONS));
    EXPECT_STATUS(zx_job_set_policy(job, 0, ZX_JOB_POL_BASIC, last, CONDITIONS + 1),
                  ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_job_set_policy(ZX_HANDLE_INVALID, 0, ZX_JOB_POL_BASIC, last, CONDITIONS + 1),
                  ZX_ERR_INVALID_ARGS);
    close_handle(job);
}

TEST(job_set_policy, refuses_a_job_with_children) {
    zx_handle_t job = new_job(), child = new_job_in(job);
    zx_policy_timer_slack_t slack = {.min_slack = 1, .default_mode = ZX_TIMER_SLACK_LATE};
    EXPECT_STATUS(set_policy(job, 0, ZX_POL_NEW_VMO, ZX_POL_ACTION_DENY), ZX_ERR_BAD_STATE);
    EXPECT_STATUS(zx_job_set_policy(job, 0, ZX_JOB_POL_TIMER_SLACK, &slack, 1), ZX_ERR_BAD_STATE);
    close_handle(child);
    EXPECT_OK(set_policy(job, 0, ZX_POL_NEW_VMO, ZX_POL_ACTION_DENY));
    EXPECT_OK(zx_job_set_policy(job, 0, ZX_JOB_POL_TIMER_SLACK, &slack, 1));
    close_handle(job);
    // The job of this very process has one in it.
    EXPECT_STATUS(set_policy(zx_job_default(), 0, ZX_POL_NEW_VMO, ZX_POL_ACTION_DENY),
                  ZX_ERR_BAD_STATE);
}

TEST(job_set_policy, sets_the_slack_of_timers) {
    zx_handle_t job = new_job();
    zx_policy_timer_slack_t slack = {.min_slack = ZX_MSEC(1)};
    for (uint32_t mode = ZX_TIMER_SLACK_CENTER; mode <= ZX_TIMER_SLACK_LATE; mode++) {
        slack.default_mode = mode;
        EXPECT_OK(zx_job_set_policy(job, 0, ZX_JOB_POL_TIMER_SLACK, &slack, 1));
    }
    slack.default_mode = ZX_TIMER_SLACK_LATE + 1;
    EXPECT_STATUS(zx_job_set_policy(job, 0, ZX_JOB_POL_TIMER_SLACK, &slack, 1),
                  ZX_ERR_INVALID_ARGS);
    slack.default_mode = ZX_TIMER_SLACK_LATE;
    slack.min_slack = -1;
    EXPECT_STATUS(zx_job_set_policy(job, 0, ZX_JOB_POL_TIMER_SLACK, &slack, 1),
                  ZX_ERR_INVALID_ARGS);
    slack.min_slack = 0;
    EXPECT_STATUS(zx_job_set_policy(job, ZX_JOB_POL_ABSOLUTE, ZX_JOB_POL_TIMER_SLACK, &slack, 1),
                  ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_job_set_policy(job, 0, ZX_JOB_POL_TIMER_SLACK, &slack, 2),
                  ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_job_set_policy(job, 0, ZX_JOB_POL_TIMER_SLACK, &slack, 0),
                  ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_job_set_policy(job, 0, ZX_JOB_POL_TIMER_SLACK, NULL, 1), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_job_set_policy(job, 0, ZX_JOB_POL_TIMER_SLACK, bad_page(), 1),
                  ZX_ERR_INVALID_ARGS);
    close_handle(job);
}

// --- job_set_critical ---

TEST(job_set_critical, refuses_a_job_that_is_not_above_the_process) {
    zx_handle_t job = new_job();
    EXPECT_STATUS(zx_job_set_critical(job, 0, zx_process_self()), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_job_set_critical(job, 2, zx_process_self()), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_job_set_critical(ZX_HANDLE_INVALID, 2, ZX_HANDLE_INVALID),
                  ZX_ERR_INVALID_ARGS);
    close_handle(job);
}
