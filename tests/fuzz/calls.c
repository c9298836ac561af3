// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "calls.h"

#include <inttypes.h>
#include <libzircon/libzircon.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <zircon/process.h>
#include <zircon/processargs.h>
#include <zircon/syscalls.h>
#include <zircon/syscalls/clock.h>
#include <zircon/syscalls/log.h>
#include <zircon/syscalls/object.h>

#include "memory.h"
#include "pool.h"
#include "report.h"
#include "tame.h"

enum {
    SELECTORS = 4096,
    CALLS_MAX = 200,  // of one thread in one input
    HANDLES_MAX = 80, // that an array really has, more than a message may
    LITERAL_MAX = 24, // bytes of the input that go into one buffer as they are
    CANARY = 16,
    CANARY_BYTE = 0xa5,
    SLEEP_MAX = 255000, // nanoseconds that a call may wait
    RESERVED_AREA = SYSCALL_MAX_ARGS,
};

// Behind a pointer that the call got.
struct span {
    char *at;
    size_t size; // that is there, without the canary
    bool canary; // CANARY bytes follow that nobody may write
};

struct call {
    int thread;
    bool alone;
    uint32_t number;
    unsigned ordinal; // of the call in its thread
    enum tame tame;
    const struct syscall_desc *desc;
    uint64_t words[SYSCALL_MAX_ARGS];
    struct span spans[SYSCALL_MAX_ARGS];
    char *texts[SYSCALL_MAX_ARGS]; // of the arguments, for the script
    zx_handle_t used[2 * HANDLES_MAX + SYSCALL_MAX_ARGS];
    unsigned used_count;
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

// --- numbers ---

static uint64_t size_number(struct input *in) {
    static const uint64_t sizes[] = {
        128,
        255,
        256,
        257,
        512,
        1024,
        1025,
        2047,
        2048,
        4095,
        4096,
        4097,
        8192,
        16384,
        65535,
        65536,
        65537,
        131072,
        262143,
        262144,
        262145,
        1u << 30,
        0x7fffffff,
        0x80000000,
        0xfffffffc,
        0xffffffff,
        0x100000000ul,
        0x100000001ul,
        1ul << 62,
        1ul << 63,
        UINT64_MAX - 7,
        UINT64_MAX - 1,
        UINT64_MAX,
    };
    uint8_t byte = input_byte(in);
    return byte < 128 ? byte : sizes[(byte - 128u) % (sizeof(sizes) / sizeof(sizes[0]))];
}

static uint64_t any_number(struct input *in) {
    uint8_t byte = input_byte(in);
    switch (byte % 8) {
    case 0:
        return input_number(in, 1);
    case 1:
        return input_number(in, 2);
    case 2:
        return input_number(in, 4);
    case 3:
        return input_number(in, 8);
    case 4:
        return UINT64_C(1) << (byte / 8); // a right, a signal, an option
    case 5:
        return UINT64_C(1) << (byte / 8 + 32);
    case 6:
        return byte / 8;
    default:
        return UINT64_MAX - byte / 8;
    }
}

static uint64_t signals_number(struct input *in) {
    uint8_t byte = input_byte(in);
    return byte < 0xf0 ? (uint64_t)(byte & 0xf) | (uint64_t)(byte >> 4) << 24 : any_number(in);
}

static uint64_t rights_number(struct input *in) {
    uint8_t byte = input_byte(in);
    return byte < 0x80   ? ZX_RIGHT_SAME_RIGHTS
           : byte < 0xf0 ? ZX_DEFAULT_CHANNEL_RIGHTS & ~(UINT32_C(1) << byte % 22)
                         : any_number(in);
}

static uint64_t value_number(const struct syscall_arg *arg, struct input *in) {
    return strcmp(arg->type, "zx_rights_t") == 0    ? rights_number(in)
           : strcmp(arg->type, "zx_signals_t") == 0 ? signals_number(in)
           : strstr(arg->name, "mask") != NULL      ? signals_number(in)
           : strcmp(arg->type, "zx_futex_t") == 0   ? input_byte(in) % 3u
           : strcmp(arg->name, "key") == 0          ? input_byte(in) % 4u
                                                    : any_number(in);
}

static uint64_t symbol_number(const struct syscall_arg *arg, struct input *in) {
    uint8_t byte = input_byte(in);
    if (byte >= 0xf0 || (arg->symbol_count == 0 && byte >= 0x40)) {
        return any_number(in);
    }
    uint64_t number = 0;
    if (arg->kind == SYSCALL_ARG_ENUM) {
        return arg->symbol_count > 0 ? arg->symbols[byte % arg->symbol_count].value : 0;
    }
    for (size_t i = 0; i < arg->symbol_count && i < 7; i++) {
        number |= (byte >> i & 1) != 0 ? arg->symbols[i].value : 0;
    }
    // Some options are made of bits and a version above them.
    return arg->size == 8 && byte >= 0x80 ? number | UINT64_C(1) << 58 : number;
}

// Absolute times: long gone, or so near that waiting for them takes no time. One call is told of
// times that it does not wait for.
static uint64_t deadline_number(const struct call *call, struct input *in, char *text,
                                size_t size) {
    uint8_t byte = input_byte(in);
    bool waits = strcmp(call->desc->name, "timer_set") != 0;
    int64_t time = byte == 0                ? 0
                   : byte == 1              ? INT64_MIN
                   : byte == 2              ? -1
                   : byte == 3              ? 1
                   : !waits && byte >= 0xf0 ? (int64_t)any_number(in)
                                            : zx_deadline_after(byte * (int64_t)(SLEEP_MAX / 255));
    if (byte > 3 && (waits || byte < 0xf0)) {
        snprintf(text, size, "now+%uus", byte);
    } else {
        snprintf(text, size, "%" PRId64, time);
    }
    return (uint64_t)time;
}

// --- handles ---

static bool is_valid(zx_handle_t value) {
    zx_obj_type_t type;
    zx_koid_t koid;
    return libzircon_describe_handle(value, &type, &koid);
}

// A value that was never given out, or not to us; and none of the library's own handles, which a
// program may not close either.
static zx_handle_t forged(struct input *in) {
    static const zx_handle_t fixed[] = {0, 1, 2, 3, UINT32_MAX, 0x7fffffff, 0x80000003};
    uint8_t byte = input_byte(in);
    zx_handle_t value = byte < 32 ? pool_pick(input_byte(in), UINT64_MAX).value ^ 1u << byte
                                  : fixed[byte % (sizeof(fixed) / sizeof(fixed[0]))];
    return is_valid(value) && !pool_find(value).live ? ZX_HANDLE_INVALID : value;
}

// A handle can be sent through a channel that is older than its own, and through itself, which is
// refused. Otherwise channels that hold each other would never go away, as on Fuchsia.
static bool can_be_sent(const struct pooled *handle, zx_handle_t through) {
    if (handle->type != ZX_OBJ_TYPE_CHANNEL || through == handle->value) {
        return true;
    }
    struct pooled carrier = pool_find(through);
    return carrier.type != ZX_OBJ_TYPE_CHANNEL || carrier.pair < handle->pair;
}

static zx_handle_t handle_number(struct call *call, uint64_t types, zx_handle_t through,
                                 struct input *in, char *text, size_t size) {
    uint8_t byte = input_byte(in);
    struct pooled handle = {.value = ZX_HANDLE_INVALID, .name = "invalid"};
    if (byte < 0xd0) {
        handle = pool_pick(byte, types);
    } else if (byte < 0xe0) {
        handle = pool_pick(byte, UINT64_MAX);
    } else if (byte < 0xf0) {
        handle = pool_pick_stale(byte);
        if (is_valid(handle.value) && !pool_find(handle.value).live) {
            handle.value =
                ZX_HANDLE_INVALID; // the value has come back, for a handle of the library
        }
    } else {
        handle.value = forged(in);
        snprintf(handle.name, sizeof(handle.name), "%#x", handle.value);
    }
    if ((call->tame == TAME_NOT_OWN && handle.own) ||
        (through != ZX_HANDLE_INVALID && !can_be_sent(&handle, through))) {
        handle = (struct pooled){.value = ZX_HANDLE_INVALID, .name = "invalid"};
    }
    if (handle.value != ZX_HANDLE_INVALID &&
        call->used_count < sizeof(call->used) / sizeof(call->used[0])) {
        call->used[call->used_count++] = handle.value;
    }
    if (report_is_on()) {
        snprintf(text, size, "%s", handle.value == ZX_HANDLE_INVALID ? "invalid" : handle.name);
    }
    return handle.value;
}

// --- memory ---

// Text that grows; only made for scripts.
struct text {
    char *at;
    size_t size, room;
};

static void text_add(struct text *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void text_add(struct text *text, const char *format, ...) {
    if (!report_is_on()) {
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    int size = vsnprintf(text->at + text->size, text->room - text->size, format, arguments);
    va_end(arguments);
    text->size += (size_t)size;
    text->size = text->size < text->room ? text->size : text->room - 1;
}

enum { TEXT_SIZE = 16 << 10 };
static char text_memory[FUZZ_THREADS][SYSCALL_MAX_ARGS][TEXT_SIZE];

static struct text text_of(struct call *call, int index) {
    call->texts[index] = text_memory[call->thread][index];
    call->texts[index][0] = '\0';
    return (struct text){.at = call->texts[index], .room = TEXT_SIZE};
}

// Bytes of the input, then a pattern.
static void fill_bytes(char *at, size_t size, struct input *in, struct text *text) {
    uint8_t head = input_byte(in);
    size_t literal = head % (LITERAL_MAX + 1u);
    literal = literal < size ? literal : size;
    text_add(text, literal < size ? "<x\"" : "x\"");
    for (size_t i = 0; i < literal; i++) {
        at[i] = (char)input_byte(in);
        text_add(text, "%02x", (uint8_t)at[i]);
    }
    memset(at + literal, head, size - literal);
    text_add(text, "\"");
    if (literal < size) {
        text_add(text, " fill:%u:%zu>", head, size - literal);
    }
}

static void fill_handles(struct call *call, char *at, size_t count, struct input *in,
                         struct text *text) {
    zx_handle_t through = (zx_handle_t)call->words[0];
    bool sends = strncmp(call->desc->name, "channel", 7) == 0;
    text_add(text, "[");
    for (size_t i = 0; i < count; i++) {
        char name[48];
        zx_handle_t value = handle_number(call, UINT64_MAX, sends ? through : ZX_HANDLE_INVALID, in,
                                          name, sizeof(name));
        memcpy(at + i * sizeof(value), &value, sizeof(value));
        text_add(text, "%s%s", i > 0 ? " " : "", name);
    }
    text_add(text, "]");
}

static void fill_dispositions(struct call *call, char *at, size_t count, struct input *in,
                              struct text *text) {
    text_add(text, "[");
    for (size_t i = 0; i < count; i++) {
        char name[48];
        uint8_t byte = input_byte(in);
        zx_handle_disposition_t item = {.operation = byte % 8 == 7 ? byte : byte % 2u};
        item.handle =
            handle_number(call, UINT64_MAX, (zx_handle_t)call->words[0], in, name, sizeof(name));
        item.type = byte < 0xc0 ? ZX_OBJ_TYPE_NONE : pool_find(item.handle).type + byte % 2u;
        item.rights = (zx_rights_t)rights_number(in);
        memcpy(at + i * sizeof(item), &item, sizeof(item));
        text_add(text, "%s{operation=%u handle=%s type=%u rights=%#x}", i > 0 ? " " : "",
                 item.operation, name, item.type, item.rights);
    }
    text_add(text, "]");
}

static void fill_wait_items(struct call *call, char *at, size_t count, struct input *in,
                            struct text *text) {
    text_add(text, "[");
    for (size_t i = 0; i < count; i++) {
        char name[48];
        zx_wait_item_t item = {.pending = 0};
        item.handle = handle_number(call, UINT64_MAX, ZX_HANDLE_INVALID, in, name, sizeof(name));
        item.waitfor = (zx_signals_t)signals_number(in);
        memcpy(at + i * sizeof(item), &item, sizeof(item));
        text_add(text, "%s{handle=%s waitfor=%#x}", i > 0 ? " " : "", name, item.waitfor);
    }
    text_add(text, "]");
}

// What goes behind zx_channel_call: two buffers and two arrays of handles. The handles that come
// back have a good place, else they would be lost.
static void fill_channel_call(struct call *call, char *at, struct input *in, struct text *text) {
    zx_channel_call_args_t args;
    memset(&args, 0, sizeof(args));
    uint64_t bytes = size_number(in), handles = input_byte(in) % 68u;
    size_t size = bytes < 65537 ? bytes : 65537;
    char *wr_bytes = area_end(call->thread, RESERVED_AREA) - size;
    char *wr_handles = area_end(call->thread, RESERVED_AREA + 1) - handles * sizeof(zx_handle_t);
    text_add(text, "{wr_num_bytes=%u wr_bytes=", (uint32_t)bytes);
    fill_bytes(wr_bytes, size, in, text);
    text_add(text, " wr_num_handles=%u wr_handles=", (uint32_t)handles);
    fill_handles(call, wr_handles, handles, in, text);
    args.wr_bytes = wr_bytes;
    args.wr_num_bytes = (uint32_t)bytes;
    args.wr_handles = (zx_handle_t *)(void *)wr_handles;
    args.wr_num_handles = (uint32_t)handles;
    args.rd_num_bytes = (uint32_t)size_number(in);
    size = args.rd_num_bytes < 65536 ? args.rd_num_bytes : 65536;
    args.rd_bytes = area_end(call->thread, RESERVED_AREA + 2) - size;
    args.rd_num_handles = input_byte(in) % 68u;
    args.rd_handles = (zx_handle_t *)(void *)(area_end(call->thread, RESERVED_AREA + 3) -
                                              68 * sizeof(zx_handle_t));
    text_add(text, " rd_num_bytes=%u rd_bytes=out:%zu rd_num_handles=%u rd_handles=_}",
             args.rd_num_bytes, size, args.rd_num_handles);
    memcpy(at, &args, sizeof(args));
}

// How many bytes the call is told that there are behind a pointer.
static size_t claimed_size(const struct call *call, const struct syscall_arg *arg) {
    uint64_t count = 1;
    size_t element = arg->element_size;
    for (int factor = 0; factor < 2; factor++) {
        int index = factor == 0 ? arg->count_arg : arg->scale_arg;
        if (index >= 0 && call->desc->args[index].is_pointer) {
            size_t size = 0;
            const struct span *span = &call->spans[index];
            if (span->at != NULL) {
                memcpy(&size, span->at, span->size < sizeof(size) ? span->size : sizeof(size));
            }
            count = size;
        } else if (index >= 0 && __builtin_mul_overflow(count, call->words[index], &count)) {
            return SIZE_MAX;
        }
    }
    if (element == 0) {
        element = 128; // larger than any structure that other arguments choose
    }
    size_t size;
    return __builtin_mul_overflow(count, element, &size) ? SIZE_MAX : size;
}

static bool has_type(const struct syscall_arg *arg, const char *type) {
    return strstr(arg->type, type) != NULL;
}

static void fill(struct call *call, const struct syscall_arg *arg, struct span *span,
                 struct input *in, struct text *text) {
    size_t element = arg->element_size != 0 ? arg->element_size : 1;
    size_t count = span->size / element;
    if (arg->kind == SYSCALL_ARG_CONSUME_ARRAY || has_type(arg, "zx_wait_item_t")) {
        memset(span->at, 0, span->size);
        count = count < HANDLES_MAX ? count : HANDLES_MAX;
        if (has_type(arg, "zx_handle_disposition_t")) {
            fill_dispositions(call, span->at, count, in, text);
        } else if (has_type(arg, "zx_wait_item_t")) {
            fill_wait_items(call, span->at, count, in, text);
        } else {
            fill_handles(call, span->at, count, in, text);
        }
    } else if (has_type(arg, "zx_channel_call_args_t") && span->size >= element) {
        fill_channel_call(call, span->at, in, text);
    } else {
        fill_bytes(span->at, span->size, in, text);
    }
}

// A message whose handles had no place to go would leave the process with handles that nobody
// knows. Is there one with any?
static bool message_has_handles(zx_handle_t channel) {
    uint32_t bytes = 0, handles = 0;
    return zx_channel_read(channel, 0, NULL, NULL, 0, 0, &bytes, &handles) ==
               ZX_ERR_BUFFER_TOO_SMALL &&
           handles > 0;
}

// A real buffer at the end of its area: of the size that the call is told, longer, or shorter.
static void decode_buffer(struct call *call, int index, uint8_t how, struct input *in,
                          struct text *text) {
    const struct syscall_arg *arg = &call->desc->args[index];
    struct span *span = &call->spans[index];
    size_t claimed = claimed_size(call, arg);
    size_t size = claimed < AREA_SIZE - CANARY ? claimed : AREA_SIZE - CANARY;
    bool handles = arg->kind == SYSCALL_ARG_CONSUME_ARRAY || has_type(arg, "zx_wait_item_t");
    if (handles && arg->element_size != 0 && size > HANDLES_MAX * arg->element_size) {
        size = HANDLES_MAX * arg->element_size;
    }
    if (how % 8 == 7 && size > 0 && call->tame != TAME_GOOD_MEMORY) {
        size--;
    }
    if (arg->kind == SYSCALL_ARG_ACQUIRE && arg->count_arg >= 0) {
        size = 68 * arg->element_size;
    }
    span->size = size;
    span->canary = how % 8 == 6 && arg->direction == SYSCALL_OUT && size == claimed;
    span->at = area_end(call->thread, index) - size - (span->canary ? CANARY : 0);
    call->words[index] = (uintptr_t)span->at;
    if (span->canary) {
        memset(span->at + size, CANARY_BYTE, CANARY);
    }
    if (arg->direction == SYSCALL_IN || arg->direction == SYSCALL_INOUT) {
        fill(call, arg, span, in, text);
    } else {
        memset(span->at, 0, size < 4096 ? size : 4096);
        text_add(text, "out:%zu", size);
    }
}

static void decode_pointer(struct call *call, int index, struct input *in) {
    const struct syscall_arg *arg = &call->desc->args[index];
    struct text text = text_of(call, index);
    uint8_t how = input_byte(in);
    bool array = arg->kind == SYSCALL_ARG_ACQUIRE && arg->count_arg >= 0;
    if (arg->kind == SYSCALL_ARG_ADDRESS || has_type(arg, "zx_futex_t")) {
        void *word = how < 0xe0 ? (void *)memory_futex(how) : memory_bad_pointer(how);
        call->words[index] = (uintptr_t)word + (how >= 0xf8 ? how % 4u : 0);
        memory_describe((void *)(uintptr_t)call->words[index], text.at, text.room);
        return;
    }
    bool bad = how >= 0xd8 && call->tame != TAME_GOOD_MEMORY;
    if (bad && array && (!call->alone || message_has_handles((zx_handle_t)call->words[0]))) {
        bad = false;
    }
    if (!bad) {
        decode_buffer(call, index, how, in, &text);
        return;
    }
    void *pointer = memory_bad_pointer(how < 0xe8 ? 0 : how);
    call->words[index] = (uintptr_t)pointer;
    memory_describe(pointer, text.at, text.room);
}

// --- a call ---

static void decode_value(struct call *call, int index, struct input *in) {
    const struct syscall_arg *arg = &call->desc->args[index];
    struct text text = text_of(call, index);
    uint64_t value;
    bool counts = false;
    for (int i = 0; i < call->desc->arg_count; i++) {
        counts |= call->desc->args[i].count_arg == index || call->desc->args[i].scale_arg == index;
    }
    switch (arg->kind) {
    case SYSCALL_ARG_USE:
    case SYSCALL_ARG_CONSUME:
        value = handle_number(call, arg->object_types, ZX_HANDLE_INVALID, in, text.at, text.room);
        break;
    case SYSCALL_ARG_DEADLINE:
        value = deadline_number(call, in, text.at, text.room);
        break;
    case SYSCALL_ARG_OPTIONS:
    case SYSCALL_ARG_ENUM:
        value = symbol_number(arg, in);
        break;
    default:
        value =
            counts || strstr(arg->name, "elem") != NULL ? size_number(in) : value_number(arg, in);
        break;
    }
    if (arg->size < 8) {
        value &= (UINT64_C(1) << 8 * arg->size) - 1;
    }
    if (call->tame == TAME_GOOD_MEMORY && counts) {
        value %= 4096;
    }
    call->words[index] = value;
    if (report_is_on() && text.at[0] == '\0') {
        bool negative = arg->is_signed && arg->size == 8 && (int64_t)value < 0;
        text_add(&text, negative ? "%" PRId64 : "%#" PRIx64, value);
    }
}

static void decode(struct call *call, struct input *in) {
    const struct syscall_desc *desc = call->desc;
    for (int i = 0; i < desc->arg_count; i++) {
        if (!desc->args[i].is_pointer) {
            decode_value(call, i, in);
        }
    }
    // The pointers to a count come before the buffers that they count.
    for (int counts = 1; counts >= 0; counts--) {
        for (int i = 0; i < desc->arg_count; i++) {
            bool is_count = false;
            for (int j = 0; j < desc->arg_count; j++) {
                is_count |= desc->args[j].count_arg == i;
            }
            if (desc->args[i].is_pointer && is_count == (counts == 1)) {
                decode_pointer(call, i, in);
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
        for (int j = 0; span->canary && j < CANARY; j++) {
            if ((uint8_t)span->at[span->size + (size_t)j] != CANARY_BYTE) {
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
    for (int i = 0; i < desc->arg_count && !failed; i++) {
        const struct syscall_arg *arg = &desc->args[i];
        const struct span *span = &call->spans[i];
        if (arg->kind == SYSCALL_ARG_ACQUIRE && span->at != NULL) {
            collect(call, i, span->at, span->size, arg->element_size);
        } else if (has_type(arg, "zx_channel_call_args_t") && span->at != NULL) {
            zx_channel_call_args_t args;
            memcpy(&args, span->at, sizeof(args));
            collect(call, i, (char *)args.rd_handles, 68 * sizeof(zx_handle_t),
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
        decode(&call, in);
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
    struct input none = {NULL, 0};
    struct call call = {.desc = desc, .ordinal = 1000 + begun++, .alone = true};
    call.number = (uint32_t)(desc - syscall_table);
    uint64_t values[] = {first, second};
    for (int i = 0, value = 0; i < desc->arg_count; i++) {
        if (desc->args[i].is_pointer) {
            decode_pointer(&call, i, &none);
        } else {
            struct text text = text_of(&call, i);
            call.words[i] = value < 2 ? values[value++] : 0;
            text_add(&text, "%" PRIu64, call.words[i]);
        }
    }
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
