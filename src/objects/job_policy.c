// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "objects/job_policy.h"

#include <zircon/errors.h>

static zx_status_t add_one(const struct job_policy *before, struct job_policy *after, uint32_t mode,
                           uint32_t condition, uint32_t action) {
    if (action >= POLICY_ACTIONS) {
        return ZX_ERR_NOT_SUPPORTED;
    }
    uint8_t wanted = (uint8_t)(action + 1);
    // Entries of one call do not bind each other: the last one counts.
    if (before->actions[condition] == 0 || before->actions[condition] == wanted) {
        after->actions[condition] = wanted;
    } else if (mode == ZX_JOB_POL_ABSOLUTE) {
        return ZX_ERR_ALREADY_EXISTS;
    }
    return ZX_OK;
}

zx_status_t job_policy_add(struct job_policy *policy, uint32_t mode,
                           const zx_policy_basic_t *entries, size_t count) {
    if (count > POLICY_CONDITIONS) {
        return ZX_ERR_OUT_OF_RANGE;
    }
    struct job_policy after = *policy;
    for (size_t i = 0; i < count; i++) {
        if (entries[i].condition >= POLICY_CONDITIONS) {
            return ZX_ERR_INVALID_ARGS;
        }
        bool any = entries[i].condition == ZX_POL_NEW_ANY;
        uint32_t first = any ? ZX_POL_NEW_VMO : entries[i].condition;
        uint32_t last = any ? ZX_POL_NEW_PROFILE : entries[i].condition;
        for (uint32_t condition = first; condition <= last; condition++) {
            zx_status_t status = add_one(policy, &after, mode, condition, entries[i].policy);
            if (status != ZX_OK) {
                return status;
            }
        }
    }
    *policy = after;
    return ZX_OK;
}

zx_status_t job_policy_add_slack(struct job_policy *policy, const zx_policy_timer_slack_t *slack) {
    if (slack->min_slack < 0 || slack->default_mode > ZX_TIMER_SLACK_LATE) {
        return ZX_ERR_INVALID_ARGS;
    }
    policy->slack_mode = slack->default_mode;
    if (slack->min_slack > policy->slack) {
        policy->slack = slack->min_slack;
    }
    return ZX_OK;
}
