// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "scripted.h"

#include <string.h>

#include "unit.h"

struct script script;

void script_play(const struct script_step *steps, uint32_t count) {
    script.steps = steps;
    script.count = count;
    script.at = 0;
}

static zx_status_t scripted_guest_create(struct hv_guest *guest) {
    (void)guest;
    return script.guest_says;
}

static void scripted_guest_destroy(struct hv_guest *guest) {
    (void)guest;
}

static zx_status_t scripted_vcpu_create(struct hv_vcpu *vcpu, uint32_t id,
                                        const struct hv_system *system,
                                        const struct hv_registers *registers) {
    (void)id;
    script.system = *system;
    script.registers = *registers;
    script.runs = script.settles = script.injected_count = 0;
    vcpu->registers = &script.registers;
    vcpu->stop = &script.stop;
    vcpu->tsc_khz = 1000000;
    return script.vcpu_says;
}

static void scripted_vcpu_destroy(struct hv_vcpu *vcpu) {
    (void)vcpu;
}

static void scripted_run(struct hv_vcpu *vcpu) {
    script.runs++;
    script.wanted_window = vcpu->wants_window;
    vcpu->registers_changed = false;
    if (__atomic_load_n(vcpu->stop, __ATOMIC_SEQ_CST) != 0) {
        vcpu->exit.reason = HV_EXIT_INTERRUPTED;
        return;
    }
    const struct script_step *step = &script.steps[script.at];
    script.at += script.at + 1 < script.count;
    vcpu->exit = step->exit;
    vcpu->takes_interrupts = step->takes_interrupts;
    if (step->act != NULL) {
        step->act(vcpu);
    }
}

static void scripted_settle(struct hv_vcpu *vcpu) {
    script.settles++;
    if (vcpu->exit.reason == HV_EXIT_IO && vcpu->exit.io.input) {
        if (vcpu->exit.io.size == 4) {
            vcpu->registers->rax = 0;
        }
        memcpy(&vcpu->registers->rax, vcpu->exit.io.data, vcpu->exit.io.size);
    }
}

static void scripted_read_system(struct hv_vcpu *vcpu, struct hv_system *system) {
    (void)vcpu;
    *system = script.system;
}

static bool scripted_inject(struct hv_vcpu *vcpu, uint32_t vector) {
    (void)vcpu;
    unit_check(script.injected_count < SCRIPT_NOTES);
    script.injected[script.injected_count++] = vector;
    return true;
}

const struct hv_backend backend_scripted = {
    .guest_create = scripted_guest_create,
    .guest_destroy = scripted_guest_destroy,
    .vcpu_create = scripted_vcpu_create,
    .vcpu_destroy = scripted_vcpu_destroy,
    .run = scripted_run,
    .settle = scripted_settle,
    .read_system = scripted_read_system,
    .inject = scripted_inject,
};
