// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "trace_names.h"

#include <string.h>
#include <zircon/syscalls/debug.h>
#include <zircon/syscalls/exception.h>
#include <zircon/syscalls/hypervisor.h>
#include <zircon/syscalls/log.h>
#include <zircon/syscalls/object.h>
#include <zircon/syscalls/policy.h>
#include <zircon/syscalls/port.h>
#include <zircon/syscalls/resource.h>

#define N(name)                                                                                    \
    { #name, (uint64_t)(name) }
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct syscall_symbol statuses[] = {
    N(ZX_OK),
    N(ZX_ERR_INTERNAL),
    N(ZX_ERR_NOT_SUPPORTED),
    N(ZX_ERR_NO_RESOURCES),
    N(ZX_ERR_NO_MEMORY),
    N(ZX_ERR_INTERNAL_INTR_RETRY),
    N(ZX_ERR_INVALID_ARGS),
    N(ZX_ERR_BAD_HANDLE),
    N(ZX_ERR_WRONG_TYPE),
    N(ZX_ERR_BAD_SYSCALL),
    N(ZX_ERR_OUT_OF_RANGE),
    N(ZX_ERR_BUFFER_TOO_SMALL),
    N(ZX_ERR_BAD_STATE),
    N(ZX_ERR_TIMED_OUT),
    N(ZX_ERR_SHOULD_WAIT),
    N(ZX_ERR_CANCELED),
    N(ZX_ERR_PEER_CLOSED),
    N(ZX_ERR_NOT_FOUND),
    N(ZX_ERR_ALREADY_EXISTS),
    N(ZX_ERR_ALREADY_BOUND),
    N(ZX_ERR_UNAVAILABLE),
    N(ZX_ERR_ACCESS_DENIED),
    N(ZX_ERR_IO),
    N(ZX_ERR_IO_REFUSED),
    N(ZX_ERR_IO_DATA_INTEGRITY),
    N(ZX_ERR_IO_DATA_LOSS),
    N(ZX_ERR_IO_NOT_PRESENT),
    N(ZX_ERR_IO_OVERRUN),
    N(ZX_ERR_IO_MISSED_DEADLINE),
    N(ZX_ERR_IO_INVALID),
    N(ZX_ERR_BAD_PATH),
    N(ZX_ERR_NOT_DIR),
    N(ZX_ERR_NOT_FILE),
    N(ZX_ERR_FILE_BIG),
    N(ZX_ERR_NO_SPACE),
    N(ZX_ERR_NOT_EMPTY),
    N(ZX_ERR_STOP),
    N(ZX_ERR_NEXT),
    N(ZX_ERR_ASYNC),
    N(ZX_ERR_PROTOCOL_NOT_SUPPORTED),
    N(ZX_ERR_ADDRESS_UNREACHABLE),
    N(ZX_ERR_ADDRESS_IN_USE),
    N(ZX_ERR_NOT_CONNECTED),
    N(ZX_ERR_CONNECTION_REFUSED),
    N(ZX_ERR_CONNECTION_RESET),
    N(ZX_ERR_CONNECTION_ABORTED),
};

static const struct {
    zx_obj_type_t type;
    const char *name;
    const char *short_name;
} object_types[] = {
#define TYPE(name, short_name)                                                                     \
    { ZX_OBJ_TYPE_##name, "ZX_OBJ_TYPE_" #name, short_name }
    TYPE(NONE, "none"),
    TYPE(PROCESS, "process"),
    TYPE(THREAD, "thread"),
    TYPE(VMO, "vmo"),
    TYPE(CHANNEL, "channel"),
    TYPE(EVENT, "event"),
    TYPE(PORT, "port"),
    TYPE(INTERRUPT, "interrupt"),
    TYPE(PCI_DEVICE, "pci_device"),
    TYPE(LOG, "log"),
    TYPE(SOCKET, "socket"),
    TYPE(RESOURCE, "resource"),
    TYPE(EVENTPAIR, "eventpair"),
    TYPE(JOB, "job"),
    TYPE(VMAR, "vmar"),
    TYPE(FIFO, "fifo"),
    TYPE(GUEST, "guest"),
    TYPE(VCPU, "vcpu"),
    TYPE(TIMER, "timer"),
    TYPE(IOMMU, "iommu"),
    TYPE(BTI, "bti"),
    TYPE(PROFILE, "profile"),
    TYPE(PMT, "pmt"),
    TYPE(SUSPEND_TOKEN, "suspend_token"),
    TYPE(PAGER, "pager"),
    TYPE(EXCEPTION, "exception"),
    TYPE(CLOCK, "clock"),
    TYPE(STREAM, "stream"),
    TYPE(MSI_ALLOCATION, "msi_allocation"),
    TYPE(MSI_INTERRUPT, "msi_interrupt"),
};

static const struct syscall_symbol rights[] = {
    N(ZX_RIGHT_DUPLICATE),     N(ZX_RIGHT_TRANSFER),      N(ZX_RIGHT_READ),
    N(ZX_RIGHT_WRITE),         N(ZX_RIGHT_EXECUTE),       N(ZX_RIGHT_MAP),
    N(ZX_RIGHT_GET_PROPERTY),  N(ZX_RIGHT_SET_PROPERTY),  N(ZX_RIGHT_ENUMERATE),
    N(ZX_RIGHT_DESTROY),       N(ZX_RIGHT_SET_POLICY),    N(ZX_RIGHT_GET_POLICY),
    N(ZX_RIGHT_SIGNAL),        N(ZX_RIGHT_SIGNAL_PEER),   N(ZX_RIGHT_WAIT),
    N(ZX_RIGHT_INSPECT),       N(ZX_RIGHT_MANAGE_JOB),    N(ZX_RIGHT_MANAGE_PROCESS),
    N(ZX_RIGHT_MANAGE_THREAD), N(ZX_RIGHT_APPLY_PROFILE), N(ZX_RIGHT_SAME_RIGHTS),
};

// Signals by type. The first match wins, so the names without a type come last.
static const struct {
    zx_obj_type_t type;
    struct syscall_symbol symbol;
} signals[] = {
// Not by N, which would show what the name stands for.
#define SIGNAL(type, name)                                                                         \
    {                                                                                              \
        ZX_OBJ_TYPE_##type, {                                                                      \
#name, name                                                                            \
        }                                                                                          \
    }
    SIGNAL(CHANNEL, ZX_CHANNEL_READABLE),
    SIGNAL(CHANNEL, ZX_CHANNEL_WRITABLE),
    SIGNAL(CHANNEL, ZX_CHANNEL_PEER_CLOSED),
    SIGNAL(EVENT, ZX_EVENT_SIGNALED),
    SIGNAL(EVENTPAIR, ZX_EVENTPAIR_SIGNALED),
    SIGNAL(EVENTPAIR, ZX_EVENTPAIR_PEER_CLOSED),
    SIGNAL(FIFO, ZX_FIFO_READABLE),
    SIGNAL(FIFO, ZX_FIFO_WRITABLE),
    SIGNAL(FIFO, ZX_FIFO_PEER_CLOSED),
    SIGNAL(SOCKET, ZX_SOCKET_READABLE),
    SIGNAL(SOCKET, ZX_SOCKET_WRITABLE),
    SIGNAL(SOCKET, ZX_SOCKET_PEER_CLOSED),
    SIGNAL(SOCKET, ZX_SOCKET_PEER_WRITE_DISABLED),
    SIGNAL(SOCKET, ZX_SOCKET_WRITE_DISABLED),
    SIGNAL(SOCKET, ZX_SOCKET_CONTROL_READABLE),
    SIGNAL(SOCKET, ZX_SOCKET_CONTROL_WRITABLE),
    SIGNAL(SOCKET, ZX_SOCKET_ACCEPT),
    SIGNAL(SOCKET, ZX_SOCKET_SHARE),
    SIGNAL(SOCKET, ZX_SOCKET_READ_THRESHOLD),
    SIGNAL(SOCKET, ZX_SOCKET_WRITE_THRESHOLD),
    SIGNAL(JOB, ZX_JOB_TERMINATED),
    SIGNAL(JOB, ZX_JOB_NO_JOBS),
    SIGNAL(JOB, ZX_JOB_NO_PROCESSES),
    SIGNAL(PROCESS, ZX_PROCESS_TERMINATED),
    SIGNAL(THREAD, ZX_THREAD_TERMINATED),
    SIGNAL(THREAD, ZX_THREAD_RUNNING),
    SIGNAL(THREAD, ZX_THREAD_SUSPENDED),
    SIGNAL(LOG, ZX_LOG_READABLE),
    SIGNAL(LOG, ZX_LOG_WRITABLE),
    SIGNAL(TIMER, ZX_TIMER_SIGNALED),
    SIGNAL(VMO, ZX_VMO_ZERO_CHILDREN),
    SIGNAL(CLOCK, ZX_CLOCK_STARTED),
    SIGNAL(NONE, ZX_USER_SIGNAL_0),
    SIGNAL(NONE, ZX_USER_SIGNAL_1),
    SIGNAL(NONE, ZX_USER_SIGNAL_2),
    SIGNAL(NONE, ZX_USER_SIGNAL_3),
    SIGNAL(NONE, ZX_USER_SIGNAL_4),
    SIGNAL(NONE, ZX_USER_SIGNAL_5),
    SIGNAL(NONE, ZX_USER_SIGNAL_6),
    SIGNAL(NONE, ZX_USER_SIGNAL_7),
    SIGNAL(NONE, ZX_SIGNAL_HANDLE_CLOSED),
    SIGNAL(NONE, __ZX_OBJECT_READABLE),
    SIGNAL(NONE, __ZX_OBJECT_WRITABLE),
    SIGNAL(NONE, __ZX_OBJECT_PEER_CLOSED),
    SIGNAL(NONE, __ZX_OBJECT_SIGNALED),
};

#define SYMBOLS(name, counter, ...)                                                                \
    const struct syscall_symbol name[] = {__VA_ARGS__};                                            \
    const size_t counter = COUNT(name)

SYMBOLS(packet_types, packet_type_count, N(ZX_PKT_TYPE_USER), N(ZX_PKT_TYPE_SIGNAL_ONE),
        N(ZX_PKT_TYPE_SIGNAL_REP), N(ZX_PKT_TYPE_GUEST_BELL), N(ZX_PKT_TYPE_GUEST_MEM),
        N(ZX_PKT_TYPE_GUEST_IO), N(ZX_PKT_TYPE_GUEST_VCPU), N(ZX_PKT_TYPE_INTERRUPT),
        N(ZX_PKT_TYPE_PAGE_REQUEST), N(ZX_EXCP_GENERAL), N(ZX_EXCP_FATAL_PAGE_FAULT),
        N(ZX_EXCP_UNDEFINED_INSTRUCTION), N(ZX_EXCP_SW_BREAKPOINT), N(ZX_EXCP_HW_BREAKPOINT),
        N(ZX_EXCP_UNALIGNED_ACCESS), N(ZX_EXCP_THREAD_STARTING), N(ZX_EXCP_THREAD_EXITING),
        N(ZX_EXCP_POLICY_ERROR), N(ZX_EXCP_PROCESS_STARTING));
SYMBOLS(policy_conditions, policy_condition_count, N(ZX_POL_BAD_HANDLE), N(ZX_POL_WRONG_OBJECT),
        N(ZX_POL_VMAR_WX), N(ZX_POL_NEW_ANY), N(ZX_POL_NEW_VMO), N(ZX_POL_NEW_CHANNEL),
        N(ZX_POL_NEW_EVENT), N(ZX_POL_NEW_EVENTPAIR), N(ZX_POL_NEW_PORT), N(ZX_POL_NEW_SOCKET),
        N(ZX_POL_NEW_FIFO), N(ZX_POL_NEW_TIMER), N(ZX_POL_NEW_PROCESS), N(ZX_POL_NEW_PROFILE),
        N(ZX_POL_AMBIENT_MARK_VMO_EXEC));
SYMBOLS(policy_actions, policy_action_count, N(ZX_POL_ACTION_ALLOW), N(ZX_POL_ACTION_DENY),
        N(ZX_POL_ACTION_ALLOW_EXCEPTION), N(ZX_POL_ACTION_DENY_EXCEPTION), N(ZX_POL_ACTION_KILL));
SYMBOLS(handle_operations, handle_operation_count, N(ZX_HANDLE_OP_MOVE), N(ZX_HANDLE_OP_DUPLICATE));
SYMBOLS(thread_states, thread_state_count, N(ZX_THREAD_STATE_NEW), N(ZX_THREAD_STATE_RUNNING),
        N(ZX_THREAD_STATE_SUSPENDED), N(ZX_THREAD_STATE_BLOCKED), N(ZX_THREAD_STATE_DYING),
        N(ZX_THREAD_STATE_DEAD), N(ZX_THREAD_STATE_BLOCKED_EXCEPTION),
        N(ZX_THREAD_STATE_BLOCKED_SLEEPING), N(ZX_THREAD_STATE_BLOCKED_FUTEX),
        N(ZX_THREAD_STATE_BLOCKED_PORT), N(ZX_THREAD_STATE_BLOCKED_CHANNEL),
        N(ZX_THREAD_STATE_BLOCKED_WAIT_ONE), N(ZX_THREAD_STATE_BLOCKED_WAIT_MANY),
        N(ZX_THREAD_STATE_BLOCKED_INTERRUPT), N(ZX_THREAD_STATE_BLOCKED_PAGER));

// Names that scripts may want besides.
static const struct syscall_symbol others[] = {
    N(ZX_HANDLE_INVALID),
    N(ZX_KOID_INVALID),
    N(ZX_RIGHT_NONE),
    N(ZX_RIGHTS_BASIC),
    N(ZX_RIGHTS_IO),
    N(ZX_RIGHTS_PROPERTY),
    N(ZX_RIGHTS_POLICY),
    N(ZX_SIGNAL_NONE),
    N(ZX_TASK_TERMINATED),
    N(ZX_USER_SIGNAL_ALL),
    N(ZX_TIME_INFINITE),
    N(ZX_TIME_INFINITE_PAST),
    N(ZX_MAX_NAME_LEN),
    N(ZX_CHANNEL_MAX_MSG_BYTES),
    N(ZX_CHANNEL_MAX_MSG_HANDLES),
    N(ZX_RSRC_KIND_MMIO),
    N(ZX_RSRC_KIND_IRQ),
    N(ZX_RSRC_KIND_IOPORT),
    N(ZX_RSRC_KIND_HYPERVISOR),
    N(ZX_RSRC_KIND_ROOT),
    N(ZX_RSRC_KIND_VMEX),
    N(ZX_RSRC_KIND_SMC),
    {"true", 1},
    {"false", 0},
};

// --- from values to names ---

static const struct syscall_symbol *find_value(const struct syscall_symbol *symbols, size_t count,
                                               uint64_t value) {
    for (size_t i = 0; i < count; i++) {
        if (symbols[i].value == value) {
            return &symbols[i];
        }
    }
    return NULL;
}

const char *name_of_object_type(zx_obj_type_t type) {
    for (size_t i = 0; i < COUNT(object_types); i++) {
        if (object_types[i].type == type) {
            return object_types[i].short_name;
        }
    }
    return NULL;
}

const char *name_of_status(zx_status_t status) {
    const struct syscall_symbol *symbol =
        find_value(statuses, COUNT(statuses), (uint64_t)(int64_t)status);
    return symbol != NULL ? symbol->name : NULL;
}

void text_status(struct text *text, zx_status_t status) {
    const char *name = name_of_status(status);
    if (name != NULL) {
        text_string(text, name);
    } else {
        text_signed(text, status);
    }
}

void text_symbol(struct text *text, const struct syscall_symbol *symbols, size_t count,
                 uint64_t value) {
    const struct syscall_symbol *symbol = find_value(symbols, count, value);
    if (symbol != NULL) {
        text_string(text, symbol->name);
    } else {
        text_number(text, value);
    }
}

static void put_flag(struct text *text, bool *first, const char *name) {
    if (!*first) {
        text_char(text, '|');
    }
    *first = false;
    text_string(text, name);
}

static void put_rest(struct text *text, bool first, uint64_t rest) {
    if (rest != 0 || first) {
        if (!first) {
            text_char(text, '|');
        }
        if (rest == 0) {
            text_char(text, '0');
        } else {
            text_hex(text, rest);
        }
    }
}

void text_flags(struct text *text, const struct syscall_symbol *symbols, size_t count,
                uint64_t value) {
    bool first = true;
    uint64_t rest = value;
    for (size_t i = 0; i < count; i++) {
        uint64_t bits = symbols[i].value;
        if (bits != 0 && (value & bits) == bits && (rest & bits) != 0) {
            put_flag(text, &first, symbols[i].name);
            rest &= ~bits;
        }
    }
    put_rest(text, first, rest);
}

void text_rights(struct text *text, zx_rights_t value) {
    if (value == 0) {
        text_string(text, "ZX_RIGHT_NONE");
    } else {
        text_flags(text, rights, COUNT(rights), value);
    }
}

void text_signals(struct text *text, zx_obj_type_t type, zx_signals_t value) {
    bool first = true;
    zx_signals_t rest = value;
    for (size_t i = 0; i < COUNT(signals); i++) {
        if ((signals[i].type == type || signals[i].type == ZX_OBJ_TYPE_NONE) &&
            (rest & signals[i].symbol.value) != 0) {
            put_flag(text, &first, signals[i].symbol.name);
            rest &= ~(zx_signals_t)signals[i].symbol.value;
        }
    }
    put_rest(text, first, rest);
}

void text_object_type(struct text *text, zx_obj_type_t type) {
    for (size_t i = 0; i < COUNT(object_types); i++) {
        if (object_types[i].type == type) {
            text_string(text, object_types[i].name);
            return;
        }
    }
    text_number(text, type);
}

// --- from names to values ---

static bool same(const char *name, const char *word, size_t length) {
    return strncmp(name, word, length) == 0 && name[length] == '\0';
}

static bool find_name(const struct syscall_symbol *symbols, size_t count, const char *word,
                      size_t length, uint64_t *value) {
    for (size_t i = 0; i < count; i++) {
        if (same(symbols[i].name, word, length)) {
            *value = symbols[i].value;
            return true;
        }
    }
    return false;
}

bool name_find(const char *word, size_t length, uint64_t *value) {
    static const struct {
        const struct syscall_symbol *symbols;
        size_t count;
    } lists[] = {
#define LIST(array) {array, COUNT(array)}
        LIST(statuses),          LIST(rights),         LIST(packet_types),
        LIST(policy_conditions), LIST(policy_actions), LIST(handle_operations),
        LIST(thread_states),     LIST(others),
    };
    for (size_t i = 0; i < COUNT(lists); i++) {
        if (find_name(lists[i].symbols, lists[i].count, word, length, value)) {
            return true;
        }
    }
    for (size_t i = 0; i < COUNT(object_types); i++) {
        if (same(object_types[i].name, word, length)) {
            *value = object_types[i].type;
            return true;
        }
    }
    for (size_t i = 0; i < COUNT(signals); i++) {
        if (find_name(&signals[i].symbol, 1, word, length, value)) {
            return true;
        }
    }
    for (size_t call = 0; call < ZX_SYS_COUNT; call++) {
        for (size_t i = 0; i < syscall_table[call].arg_count; i++) {
            const struct syscall_arg *arg = &syscall_table[call].args[i];
            if (find_name(arg->symbols, arg->symbol_count, word, length, value)) {
                return true;
            }
        }
    }
    return false;
}
