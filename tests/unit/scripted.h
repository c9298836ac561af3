// Part of libzircon. BSD-3-Clause, see LICENSE.
// A backend that plays exits from a list, and notes what it is told.
#pragma once

#include "hypervisor/backend.h"

struct script_step {
    struct hv_exit exit;
    void (*act)(struct hv_vcpu *vcpu); // before the exit; may be null
    bool takes_interrupts;
};

enum { SCRIPT_NOTES = 64 };

extern struct script {
    const struct script_step *steps;
    uint32_t count, at; // the last step is repeated
    struct hv_system system;
    struct hv_registers registers;
    uint8_t stop;
    uint64_t data; // what io.data, msr.value point to
    uint8_t error;
    uint32_t runs, settles, injected_count;
    uint32_t injected[SCRIPT_NOTES];
    bool wanted_window; // in the last run
    zx_status_t guest_says, vcpu_says;
} script;

extern const struct hv_backend backend_scripted;

void script_play(const struct script_step *steps, uint32_t count);

#define SCRIPT_IO(PORT, SIZE, INPUT)                                                               \
    {                                                                                              \
        .exit =                                                                                    \
        {.reason = HV_EXIT_IO,                                                                     \
         .io = {                                                                                   \
             .port = (PORT), .size = (SIZE), .input = (INPUT), .count = 1, .data = &script.data} } \
    }
#define SCRIPT_MSR(REASON, INDEX)                                                                  \
    {                                                                                              \
        .exit = {                                                                                  \
            .reason = (REASON),                                                                    \
            .msr = {.index = (INDEX), .value = &script.data, .error = &script.error}               \
        }                                                                                          \
    }
#define SCRIPT_EXIT(REASON)                                                                        \
    {                                                                                              \
        .exit = {.reason = (REASON) }                                                              \
    }
