// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "arguments.h"

#include <inttypes.h>
#include <libzircon/libzircon.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <zircon/rights.h>
#include <zircon/syscalls.h>

#include "memory.h"
#include "report.h"

enum {
    LITERAL_MAX = 24,  // bytes of the input that go into one buffer as they are
    SLEEP_UNIT = 3000, // nanoseconds; a call waits 255 of them at most
    RESERVED_AREA = SYSCALL_MAX_ARGS,
};

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
                                            : zx_deadline_after(byte * (int64_t)SLEEP_UNIT);
    if (byte > 3 && (waits || byte < 0xf0)) {
        snprintf(text, size, "now+%uus", byte * SLEEP_UNIT / 1000u);
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

static uint32_t last_read;

void arguments_remember_read(uint32_t first) {
    __atomic_store_n(&last_read, first, __ATOMIC_RELAXED);
}

// Bytes of the input, then a pattern.
static void fill_bytes(char *at, size_t size, struct input *in, struct text *text) {
    uint8_t head = input_byte(in);
    uint32_t first = __atomic_load_n(&last_read, __ATOMIC_RELAXED);
    if (head >= 0xf0 && size >= sizeof(first)) {
        memcpy(at, &first, sizeof(first));
        memset(at + sizeof(first), head, size - sizeof(first));
        text_add(text, "<u32:%u fill:%u:%zu>", first, head, size - sizeof(first));
        return;
    }
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
    uint64_t bytes = size_number(in), handles = input_byte(in) % ARGUMENT_RECEIVED_MAX;
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
    args.rd_num_handles = input_byte(in) % ARGUMENT_RECEIVED_MAX;
    args.rd_handles = (zx_handle_t *)(void *)(area_end(call->thread, RESERVED_AREA + 3) -
                                              ARGUMENT_RECEIVED_MAX * sizeof(zx_handle_t));
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

bool argument_has_type(const struct syscall_arg *arg, const char *type) {
    return strstr(arg->type, type) != NULL;
}

static void fill(struct call *call, const struct syscall_arg *arg, struct span *span,
                 struct input *in, struct text *text) {
    size_t element = arg->element_size != 0 ? arg->element_size : 1;
    size_t count = span->size / element;
    if (arg->kind == SYSCALL_ARG_CONSUME_ARRAY || argument_has_type(arg, "zx_wait_item_t")) {
        memset(span->at, 0, span->size);
        count = count < ARGUMENT_HANDLES_MAX ? count : ARGUMENT_HANDLES_MAX;
        if (argument_has_type(arg, "zx_handle_disposition_t")) {
            fill_dispositions(call, span->at, count, in, text);
        } else if (argument_has_type(arg, "zx_wait_item_t")) {
            fill_wait_items(call, span->at, count, in, text);
        } else {
            fill_handles(call, span->at, count, in, text);
        }
    } else if (argument_has_type(arg, "zx_channel_call_args_t") && span->size >= element) {
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
    size_t size = claimed < AREA_SIZE - ARGUMENT_CANARY ? claimed : AREA_SIZE - ARGUMENT_CANARY;
    bool handles =
        arg->kind == SYSCALL_ARG_CONSUME_ARRAY || argument_has_type(arg, "zx_wait_item_t");
    if (handles && arg->element_size != 0 && size > ARGUMENT_HANDLES_MAX * arg->element_size) {
        size = ARGUMENT_HANDLES_MAX * arg->element_size;
    }
    if (how % 8 == 7 && size > 0 && call->tame != TAME_GOOD_MEMORY) {
        size--;
    }
    if (arg->kind == SYSCALL_ARG_ACQUIRE && arg->count_arg >= 0) {
        size = ARGUMENT_RECEIVED_MAX * arg->element_size;
    }
    span->size = size;
    span->canary = how % 8 == 6 && arg->direction == SYSCALL_OUT && size == claimed;
    span->at = area_end(call->thread, index) - size - (span->canary ? ARGUMENT_CANARY : 0);
    call->words[index] = (uintptr_t)span->at;
    if (span->canary) {
        memset(span->at + size, ARGUMENT_CANARY_BYTE, ARGUMENT_CANARY);
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
    if (arg->kind == SYSCALL_ARG_ADDRESS || argument_has_type(arg, "zx_futex_t")) {
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

// --- all of them ---

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

void arguments_decode(struct call *call, struct input *in) {
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

void arguments_set(struct call *call, uint64_t first, uint64_t second) {
    struct input none = {NULL, 0};
    const uint64_t values[] = {first, second};
    for (int i = 0, value = 0; i < call->desc->arg_count; i++) {
        if (call->desc->args[i].is_pointer) {
            decode_pointer(call, i, &none);
        } else {
            struct text text = text_of(call, i);
            call->words[i] = value < 2 ? values[value++] : 0;
            text_add(&text, "%" PRIu64, call->words[i]);
        }
    }
}
