// Part of libzircon. BSD-3-Clause, see LICENSE.
// What a job lets its processes do. A process keeps a copy, which never changes.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zircon/syscalls/policy.h>

enum { POLICY_CONDITIONS = ZX_POL_AMBIENT_MARK_VMO_EXEC + 1, POLICY_ACTIONS = 5 };

struct job_policy {
    uint8_t actions[POLICY_CONDITIONS]; // 0: none was set; else 1 + ZX_POL_ACTION_*
    uint32_t slack_mode;                // ZX_TIMER_SLACK_*
    zx_duration_t slack;
};

static inline uint32_t job_policy_action(const struct job_policy *policy, uint32_t condition) {
    uint8_t action = policy->actions[condition];
    return action == 0 ? ZX_POL_ACTION_ALLOW : action - 1u;
}

// Adds all entries or none. `mode` is ZX_JOB_POL_*.
zx_status_t job_policy_add(struct job_policy *policy, uint32_t mode,
                           const zx_policy_basic_t *entries, size_t count);

zx_status_t job_policy_add_slack(struct job_policy *policy, const zx_policy_timer_slack_t *slack);
