// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "harness.h"

enum { INSNTRACE, PERFMON };
enum { INSN_CONFIG = 8, INSN_REGISTERS = 72, PERF_PROPERTIES = 32, PERF_CONFIG = 344 };

static char memory[512];

static zx_status_t control(uint32_t kind, uint32_t action, uint32_t options, size_t size) {
    return zx_mtrace_control(root_resource(), kind, action, options, memory, size);
}

// What each action answers to the size and options that it wants.
static const struct {
    uint32_t kind, action;
    size_t size;
    bool any_options;
    zx_status_t status;
} actions[] = {
    {INSNTRACE, 1, 0, false, ZX_ERR_NOT_SUPPORTED},
    {INSNTRACE, 2, INSN_REGISTERS, true, ZX_ERR_NOT_SUPPORTED},
    {INSNTRACE, 3, INSN_REGISTERS, true, ZX_ERR_NOT_SUPPORTED},
    {INSNTRACE, 4, 0, false, ZX_ERR_NOT_SUPPORTED},
    {INSNTRACE, 5, 0, false, ZX_ERR_NOT_SUPPORTED},
    {PERFMON, 0, PERF_PROPERTIES, false, ZX_ERR_NOT_SUPPORTED},
    {PERFMON, 1, 0, false, ZX_ERR_NOT_SUPPORTED},
    {PERFMON, 3, PERF_CONFIG, false, ZX_ERR_NOT_SUPPORTED},
    {PERFMON, 4, 0, false, ZX_ERR_NOT_SUPPORTED},
    {PERFMON, 5, 0, false, ZX_OK},
    {PERFMON, 6, 0, false, ZX_OK},
};

TEST(mtrace_control, has_a_processor_that_cannot_be_asked) {
    for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
        EXPECT_STATUS(control(actions[i].kind, actions[i].action, 0, actions[i].size),
                      actions[i].status);
    }
}

TEST(mtrace_control, checks_options_and_sizes) {
    for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
        for (size_t size = 0; size < sizeof(memory); size++) {
            if (size != actions[i].size) {
                EXPECT_STATUS(control(actions[i].kind, actions[i].action, 0, size),
                              ZX_ERR_INVALID_ARGS);
            }
        }
        for (uint32_t bit = 1; bit != 0; bit <<= 1) {
            EXPECT_STATUS(control(actions[i].kind, actions[i].action, bit, actions[i].size),
                          actions[i].any_options ? actions[i].status : ZX_ERR_INVALID_ARGS);
        }
    }
}

TEST(mtrace_control, checks_what_is_to_be_traced) {
    uint32_t config[2] = {0, zx_system_get_num_cpus()}; // mode, number
    memcpy(memory, config, sizeof(config));
    EXPECT_STATUS(control(INSNTRACE, 0, 0, INSN_CONFIG), ZX_ERR_NOT_SUPPORTED);
    EXPECT_STATUS(control(INSNTRACE, 0, 1, INSN_CONFIG), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(control(INSNTRACE, 0, 0, INSN_CONFIG + 1), ZX_ERR_INVALID_ARGS);
    config[1]++;
    memcpy(memory, config, sizeof(config));
    EXPECT_STATUS(control(INSNTRACE, 0, 0, INSN_CONFIG), ZX_ERR_INVALID_ARGS);
    config[0] = 1; // threads
    memcpy(memory, config, sizeof(config));
    EXPECT_STATUS(control(INSNTRACE, 0, 0, INSN_CONFIG), ZX_ERR_NOT_SUPPORTED);
    config[1] = 65;
    memcpy(memory, config, sizeof(config));
    EXPECT_STATUS(control(INSNTRACE, 0, 0, INSN_CONFIG), ZX_ERR_INVALID_ARGS);
    config[0] = 2;
    config[1] = 1;
    memcpy(memory, config, sizeof(config));
    EXPECT_STATUS(control(INSNTRACE, 0, 0, INSN_CONFIG), ZX_ERR_INVALID_ARGS);
}

TEST(mtrace_control, checks_the_buffer_to_count_into) {
    zx_handle_t event;
    EXPECT_OK(zx_event_create(0, &event));
    memset(memory, 0, sizeof(zx_handle_t));
    EXPECT_STATUS(control(PERFMON, 2, 0, sizeof(zx_handle_t)), ZX_ERR_BAD_HANDLE);
    memcpy(memory, &event, sizeof(event));
    EXPECT_STATUS(control(PERFMON, 2, 0, sizeof(zx_handle_t)), ZX_ERR_WRONG_TYPE);
    EXPECT_STATUS(control(PERFMON, 2, 0x40, sizeof(zx_handle_t)), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(control(PERFMON, 2, 0, sizeof(zx_handle_t) + 1), ZX_ERR_INVALID_ARGS);
    close_handle(event);
}

TEST(mtrace_control, knows_no_other_kinds_and_actions) {
    EXPECT_STATUS(control(2, 0, 0, 0), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(control(UINT32_MAX, 0, 0, 0), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(control(INSNTRACE, 6, 0, 0), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(control(PERFMON, 7, 0, 0), ZX_ERR_INVALID_ARGS);
}

TEST(mtrace_control, refuses_memory_that_cannot_be_read) {
    for (int i = 0; i < BAD_IN_POINTERS; i++) {
        EXPECT_STATUS(zx_mtrace_control(root_resource(), INSNTRACE, 0, 0,
                                        bad_pointer(i, INSN_CONFIG), INSN_CONFIG),
                      ZX_ERR_INVALID_ARGS);
        EXPECT_STATUS(zx_mtrace_control(root_resource(), INSNTRACE, 2, 0,
                                        bad_pointer(i, INSN_REGISTERS), INSN_REGISTERS),
                      ZX_ERR_INVALID_ARGS);
        EXPECT_STATUS(zx_mtrace_control(root_resource(), PERFMON, 2, 0, bad_pointer(i, 4), 4),
                      ZX_ERR_INVALID_ARGS);
        EXPECT_STATUS(zx_mtrace_control(root_resource(), PERFMON, 3, 0, bad_pointer(i, PERF_CONFIG),
                                        PERF_CONFIG),
                      ZX_ERR_INVALID_ARGS);
    }
}

static zx_status_t stop(zx_handle_t resource) {
    return zx_mtrace_control(resource, PERFMON, 5, 0, NULL, 0);
}

TEST(mtrace_control, wants_the_root_resource) {
    expect_bad_handle(stop);
    expect_wrong_type(stop, ZX_OBJ_TYPE_RESOURCE, ZX_OBJ_TYPE_RESOURCE);
}
