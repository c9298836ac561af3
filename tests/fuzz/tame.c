// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "tame.h"

#include <string.h>

static const struct {
    const char *name;
    enum tame tame;
} table[] = {
    // These run code at an address that the input chooses, or end the machine.
    {"process_start", TAME_LEFT_OUT},
    {"thread_start", TAME_LEFT_OUT},
    {"thread_write_state", TAME_LEFT_OUT},
    {"system_mexec", TAME_LEFT_OUT},
    {"system_powerctl", TAME_LEFT_OUT},
    {"debug_send_command", TAME_LEFT_OUT},
    {"vmar_unmap_handle_close_thread_exit", TAME_LEFT_OUT},
    // What these keep outlives the input: pages in quarantine, the framebuffer.
    {"bti_pin", TAME_LEFT_OUT},
    {"framebuffer_set_range", TAME_LEFT_OUT},
    // Fills the terminal.
    {"debug_write", TAME_LEFT_OUT},
    // Without a deadline.
    {"vcpu_enter", TAME_LEFT_OUT},
    {"vcpu_resume", TAME_LEFT_OUT},
    {"interrupt_wait", TAME_LEFT_OUT},
    // These end or change what the fuzzer lives in.
    {"task_kill", TAME_NOT_OWN},
    {"task_suspend", TAME_NOT_OWN},
    {"task_suspend_token", TAME_NOT_OWN},
    {"task_bind_exception_port", TAME_NOT_OWN},
    {"task_create_exception_channel", TAME_NOT_OWN},
    {"job_set_policy", TAME_NOT_OWN},
    {"job_set_critical", TAME_NOT_OWN},
    {"process_write_memory", TAME_NOT_OWN},
    {"process_exit", TAME_LEFT_OUT},
    {"vmar_map", TAME_NOT_OWN},
    {"vmar_unmap", TAME_NOT_OWN},
    {"vmar_protect", TAME_NOT_OWN},
    {"vmar_destroy", TAME_NOT_OWN},
    {"vmar_allocate", TAME_NOT_OWN},
    {"vmar_op_range", TAME_NOT_OWN},
    {"object_set_profile", TAME_NOT_OWN},
    {"object_set_property", TAME_NOT_OWN},
    // A buffer that cannot be written is a fault of the caller, by contract.
    {"cprng_draw", TAME_GOOD_MEMORY},
};

enum tame tame_of(const struct syscall_desc *desc) {
    if (desc->missing || desc->kind == SYSCALL_NORETURN) {
        return TAME_LEFT_OUT;
    }
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        if (strcmp(table[i].name, desc->name) == 0) {
            return table[i].tame;
        }
    }
    return TAME_FREE;
}
