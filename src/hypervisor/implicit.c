// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "hypervisor/implicit.h"

#include <string.h>

#include "hypervisor/gpas.h"
#include "hypervisor/vcpu_state.h"

enum {
    PAGE = 4096,
    FRAME_BYTES = 64, // more than what an interrupt pushes, and the return from one pops
    TASK_BYTES = 104,
    TASK_STACKS_64 = 4, // three for privileges, a gap, seven by number
    TASK_STACKS_64_COUNT = 11,
    TASK_STACKS_32 = 4, // three, of eight bytes
    TASK_STACKS_32_COUNT = 3,
};

struct visit {
    const struct hv_guest *guest;
    const struct hv_system *system;
    implicit_visitor visitor;
    void *context;
};

static void visit_range(const struct visit *visit, uint64_t from, uint64_t size, bool write) {
    uint64_t last = from + size - 1;
    for (uint64_t at = from; at <= last && at >= from; at = (at | (PAGE - 1)) + 1) {
        visit->visitor(visit->context, at, write);
    }
}

static void visit_stack(const struct visit *visit, uint64_t top) {
    if (top >= FRAME_BYTES) {
        visit_range(visit, top - FRAME_BYTES, FRAME_BYTES, true);
    }
}

// A part of the task, which may lie on two pages of which one is not there.
static bool read_task(const struct visit *visit, void *to, size_t size) {
    uint64_t linear = visit->system->tr.base;
    for (size_t i = 0; i < size; i++) {
        uint64_t physical;
        struct gpas_fault fault;
        if (gpas_translate(visit->guest, visit->system, linear + i, &physical, &fault) !=
                GPAS_FOUND ||
            !gpas_read(visit->guest, physical, (char *)to + i, 1, &fault)) {
            return false;
        }
    }
    return true;
}

static void visit_task(const struct visit *visit) {
    char task[TASK_BYTES];
    if (!visit->system->tr.present || visit->system->tr.limit < TASK_BYTES - 1) {
        return;
    }
    visit_range(visit, visit->system->tr.base, TASK_BYTES, false);
    if (!read_task(visit, task, sizeof(task))) {
        return;
    }
    bool wide = (visit->system->efer & EFER_LMA) != 0;
    uint32_t count = wide ? TASK_STACKS_64_COUNT : TASK_STACKS_32_COUNT;
    for (uint32_t i = 0; i < count; i++) {
        uint64_t top = 0;
        memcpy(&top, task + (wide ? TASK_STACKS_64 : TASK_STACKS_32) + 8 * i, wide ? 8 : 4);
        visit_stack(visit, top);
    }
}

void implicit_visit(const struct hv_guest *guest, const struct hv_system *system,
                    const struct hv_registers *registers, implicit_visitor visitor, void *context) {
    const struct visit visit = {guest, system, visitor, context};
    bool is_long = (system->efer & EFER_LMA) != 0 && system->cs.l;
    visit_range(&visit, system->idt_base, (uint64_t)system->idt_limit + 1, false);
    visit_range(&visit, system->gdt_base, (uint64_t)system->gdt_limit + 1, true); // marks
    if (system->ldt.present) {
        visit_range(&visit, system->ldt.base, (uint64_t)system->ldt.limit + 1, true);
    }
    uint64_t stack = is_long ? registers->rsp : system->ss.base + (uint32_t)registers->rsp;
    visit_stack(&visit, stack);
    visit_range(&visit, stack, FRAME_BYTES, false);
    visit_task(&visit);
}
