// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "calls.h"

#include <libzircon/libzircon.h>
#include <stdio.h>
#include <string.h>
#include <zircon/process.h>
#include <zircon/processargs.h>
#include <zircon/syscalls.h>
#include <zircon/syscalls/log.h>

#include "arguments.h"
#include "memory.h"
#include "pool.h"
#include "report.h"

enum {
    SELECTORS = 4096,
    CALLS_MAX = 200, // of one thread in one input
};

static uint16_t call_of_selector[SELECTORS];
static uint32_t handles_at_start; // before the input

// --- which call ---

static uint32_t hash(uint32_t selector, const char *name) {
    uint32_t value = 2166136261u ^ selector * 2654435761u;
    for (; *name != '\0'; name++) {
        value = (value ^ (uint8_t)*name) * 16777619u;
    }
    value ^= value >> 15;
    return value * 2246822519u ^ value >> 13;
}

// A selector stands for the call whose name goes best with it. So a new call takes over some
// selectors from all others, and the saved inputs keep most of their meaning.
void calls_prepare(void) {
    for (uint32_t selector = 0; selector < SELECTORS; selector++) {
        uint32_t best = 0;
        for (uint32_t number = 0; number < ZX_SYS_COUNT; number++) {
            const struct syscall_desc *desc = &syscall_table[number];
            bool endless = desc->kind == SYSCALL_BLOCKING && strcmp(desc->name, "debug_read") != 0;
            for (int i = 0; i < desc->arg_count; i++) {
                endless = endless && desc->args[i].kind != SYSCALL_ARG_DEADLINE;
            }
            bool memory = desc->group != NULL &&
                          (strcmp(desc->group, "vmo") == 0 || strcmp(desc->group, "vmar") == 0);
            uint32_t value = hash(selector, desc->name) | 1;
            if ((!endless || memory) && tame_of(desc) != TAME_LEFT_OUT && value > best) {
                best = value;
                call_of_selector[selector] = (uint16_t)number;
            }
        }
    }
}

static void result_name(const struct call *call, int arg, size_t element, char *name, size_t size) {
    snprintf(name, size, "$t%dc%u_%d_%zu", call->thread, call->ordinal, arg, element);
}

static void report_call(const struct call *call, uint32_t fail_at) {
    enum { NAMED = 4 };
    const struct syscall_desc *desc = call->desc;
    if (!report_is_on()) {
        return;
    }
    if (fail_at != 0) {
        report_add(call->thread, "fail_allocation %u", fail_at);
        report_end_line(call->thread);
    }
    report_add(call->thread, "%s", desc->name);
    for (int i = 0; i < desc->arg_count; i++) {
        report_add(call->thread, " %s", call->texts[i]);
    }
    for (int i = 0, targets = 0; i < desc->arg_count; i++) {
        const struct syscall_arg *arg = &desc->args[i];
        if (arg->direction != SYSCALL_OUT && arg->direction != SYSCALL_INOUT) {
            continue;
        }
        report_add(call->thread, "%s", targets++ == 0 ? " ->" : "");
        if (arg->kind != SYSCALL_ARG_ACQUIRE || call->spans[i].at == NULL) {
            report_add(call->thread, " _");
            continue;
        }
        char name[48];
        size_t elements = arg->count_arg < 0 ? 1 : NAMED;
        for (size_t j = 0; j < elements; j++) {
            result_name(call, i, j, name, sizeof(name));
            report_add(call->thread, " %s%s%s", elements > 1 && j == 0 ? "[" : "", name,
                       elements > 1 && j == elements - 1 ? "]" : "");
        }
    }
    report_end_line(call->thread);
    if (fail_at != 0) {
        report_add(call->thread, "fail_allocation 0");
        report_end_line(call->thread);
    }
}

// Takes the handles that the call gave out into the pool.
static void collect(const struct call *call, int index, const char *at, size_t size,
                    size_t element) {
    for (size_t i = 0; i < size / element; i++) {
        zx_handle_t value;
        char name[48];
        memcpy(&value, at + i * element, sizeof(value));
        if (value != ZX_HANDLE_INVALID) {
            result_name(call, index, i, name, sizeof(name));
            pool_add(value, name);
        }
    }
}

static bool is_documented(const struct syscall_desc *desc, zx_status_t status) {
    // The result of these is whatever their arguments make it.
    if (strncmp(desc->name, "syscall_test_", strlen("syscall_test_")) == 0) {
        return true;
    }
    for (size_t i = 0; i < desc->error_count; i++) {
        if (desc->errors[i].value == status) {
            return true;
        }
    }
    return false;
}

static void check(const struct call *call, uint64_t result) {
    const struct syscall_desc *desc = call->desc;
    int64_t status = (int64_t)result;
    if (desc->result == SYSCALL_RESULT_STATUS && status < 0 &&
        !is_documented(desc, (zx_status_t)status)) {
        report_failure("zx_%s gave %d, which src/syscalls/%s does not name", desc->name,
                       (int)status, desc->file);
    }
    for (int i = 0; i < desc->arg_count; i++) {
        const struct span *span = &call->spans[i];
        for (int j = 0; span->canary && j < ARGUMENT_CANARY; j++) {
            if ((uint8_t)span->at[span->size + (size_t)j] != ARGUMENT_CANARY_BYTE) {
                report_failure("zx_%s wrote past the end of its argument %s", desc->name,
                               desc->args[i].name);
            }
        }
    }
    if (call->alone && libzircon_count_handles() != handles_at_start + pool_count()) {
        report_failure("after zx_%s there are %d handles that nobody knows", desc->name,
                       (int)(libzircon_count_handles() - handles_at_start - pool_count()));
    }
}

static void make(struct call *call, uint32_t fail_at) {
    const struct syscall_desc *desc = call->desc;
    report_call(call, fail_at);
    libzircon_fail_allocation(fail_at);
    uint64_t result = libzircon_call(call->number, call->words);
    libzircon_fail_allocation(0);
    for (unsigned i = 0; i < call->used_count; i++) {
        pool_check(call->used[i]);
    }
    bool failed = desc->result == SYSCALL_RESULT_STATUS && (int64_t)result < 0;
    if (!failed && strncmp(desc->name, "channel_read", 12) == 0 &&
        call->spans[2].size >= sizeof(uint32_t)) {
        uint32_t first;
        memcpy(&first, call->spans[2].at, sizeof(first));
        arguments_remember_read(first);
    }
    for (int i = 0; i < desc->arg_count && !failed; i++) {
        const struct syscall_arg *arg = &desc->args[i];
        const struct span *span = &call->spans[i];
        if (arg->kind == SYSCALL_ARG_ACQUIRE && span->at != NULL) {
            collect(call, i, span->at, span->size, arg->element_size);
        } else if (argument_has_type(arg, "zx_channel_call_args_t") && span->at != NULL) {
            zx_channel_call_args_t args;
            memcpy(&args, span->at, sizeof(args));
            collect(call, i, (char *)args.rd_handles, ARGUMENT_RECEIVED_MAX * sizeof(zx_handle_t),
                    sizeof(zx_handle_t));
        }
    }
    check(call, result);
}

void calls_run(int thread, bool alone, struct input *in) {
    for (unsigned ordinal = 0; ordinal < CALLS_MAX && !input_is_empty(in); ordinal++) {
        uint64_t head = input_number(in, 2);
        struct call call = {.thread = thread, .alone = alone, .ordinal = ordinal};
        call.number = call_of_selector[head % SELECTORS];
        call.desc = &syscall_table[call.number];
        call.tame = tame_of(call.desc);
        unsigned flags = (unsigned)(head / SELECTORS);
        if (flags == 14) {
            int32_t *word = memory_futex(input_byte(in));
            __atomic_store_n(word, input_byte(in) % 3, __ATOMIC_RELAXED);
        }
        uint32_t fail_at = flags == 15 ? 1 + input_byte(in) % 8u : 0;
        arguments_decode(&call, in);
        if (flags == 13) {
            // The upper halves of arguments that have none mean nothing.
            for (int i = 0; i < call.desc->arg_count; i++) {
                call.words[i] |= call.desc->args[i].size < 8 ? UINT64_C(0xdead) << 48 : 0;
            }
        }
        make(&call, fail_at);
    }
}

// --- the beginning ---

static unsigned begun; // calls of the beginning

static void begin_with(const char *name, uint64_t first, uint64_t second) {
    const struct syscall_desc *desc = syscall_find(name);
    struct call call = {.desc = desc, .ordinal = 1000 + begun++, .alone = true};
    call.number = (uint32_t)(desc - syscall_table);
    arguments_set(&call, first, second);
    make(&call, 0);
}

static void begin_with_own(zx_handle_t own, const char *variable, const char *name) {
    zx_handle_t copy;
    if (zx_handle_duplicate(own, ZX_RIGHT_SAME_RIGHTS, &copy) == ZX_OK) {
        report_add(0, "handle_duplicate %s ZX_RIGHT_SAME_RIGHTS -> %s", variable, name);
        report_end_line(0);
        pool_add(copy, name);
    }
}

void calls_begin(struct input *in) {
    static zx_handle_t resource;
    if (resource == ZX_HANDLE_INVALID) {
        resource = zx_take_startup_handle(PA_HND(PA_RESOURCE, 0));
    }
    begun = 0;
    arguments_remember_read(0);
    memory_declare(0);
    for (unsigned i = 0; i < FUTEX_WORDS; i++) {
        *memory_futex(i) = 0;
    }
    handles_at_start = libzircon_count_handles();
    begin_with_own(zx_process_self(), "$process", "$own_process");
    begin_with_own(zx_thread_self(), "$thread", "$own_thread");
    begin_with_own(zx_job_default(), "$job", "$own_job");
    begin_with_own(resource, "$resource", "$own_resource");
    uint8_t wanted = input_byte(in);
    for (int i = 0; i < 8; i++) {
        if ((wanted >> i & 1) == 0) {
            continue;
        }
        uint8_t how = input_byte(in);
        static const uint32_t fifos[] = {1, 1, 2, 8, 4, 64, 128, 32, 512, 8};
        switch (i) {
        case 0:
            begin_with("channel_create", 0, 0);
            begin_with("channel_create", 0, 0);
            break;
        case 1:
            begin_with("socket_create", how % 8u, 0);
            break;
        case 2:
            begin_with("fifo_create", fifos[how % 5 * 2], fifos[how % 5 * 2 + 1]);
            break;
        case 3:
            begin_with("port_create", how % 2u, 0);
            begin_with("event_create", 0, 0);
            break;
        case 4:
            begin_with("eventpair_create", 0, 0);
            break;
        case 5:
            begin_with("timer_create", how % 3u, 0);
            break;
        case 6:
            begin_with("debuglog_create", 0, how % 2u != 0 ? ZX_LOG_FLAG_READABLE : 0);
            break;
        default:
            begin_with("clock_create", how % 8u, 0);
            break;
        }
    }
}
