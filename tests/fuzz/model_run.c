// Part of libzircon. BSD-3-Clause, see LICENSE.
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <zircon/rights.h>
#include <zircon/status.h>

#include "memory.h"
#include "model.h"
#include "model_kernel.h"
#include "report.h"

enum { OPERATIONS_MAX = 300, BIG = AREA_SIZE - 64 };

static struct m_kernel m;
static size_t socket_capacity;

// --- decoding ---

static bool is_usable(int handle) {
    return m.handles[handle].live && m.handles[handle].in_table;
}

// The handle number `byte` of those to objects of a type, of any type if there are none; now and
// then none.
static int pick(struct input *in, zx_obj_type_t type) {
    uint8_t byte = input_byte(in);
    if (byte >= 0xf8) {
        return M_NONE;
    }
    for (int attempt = 0; attempt < 2; attempt++) {
        int fitting[M_HANDLES], count = 0;
        for (int i = 0; i < M_HANDLES; i++) {
            bool any = type == ZX_OBJ_TYPE_NONE || attempt == 1 || byte >= 0xf0;
            if (is_usable(i) && (any || m.objects[m.handles[i].object].type == type)) {
                fitting[count++] = i;
            }
        }
        if (count > 0) {
            return fitting[byte % count];
        }
    }
    return M_NONE;
}

static zx_handle_t value(int handle) {
    return handle == M_NONE ? ZX_HANDLE_INVALID : m.handles[handle].value;
}

static const char *name(int handle) {
    static char names[8][48];
    static unsigned next;
    char *text = names[next++ % 8];
    if (handle == M_NONE) {
        return "invalid";
    }
    snprintf(text, sizeof(names[0]), "$h%" PRIu64, m.handles[handle].id);
    return text;
}

static size_t pick_size(struct input *in) {
    const size_t sizes[] = {511,
                            512,
                            513,
                            1023,
                            1024,
                            1025,
                            4096,
                            16384,
                            65535,
                            65536,
                            65537,
                            100000,
                            150000,
                            socket_capacity - 1,
                            socket_capacity,
                            socket_capacity + 1};
    uint8_t byte = input_byte(in);
    return byte < 160 ? byte : sizes[byte % (sizeof(sizes) / sizeof(sizes[0]))];
}

static zx_rights_t pick_rights(struct input *in) {
    uint8_t byte = input_byte(in);
    return byte < 0x80 ? ZX_RIGHT_SAME_RIGHTS : byte < 0xf8 ? ~(UINT32_C(1) << byte % 20) : 0;
}

static zx_signals_t pick_signals(struct input *in) {
    uint8_t byte = input_byte(in);
    zx_signals_t low = byte & 0x0f, user = (zx_signals_t)(byte >> 4 & 3) << 24;
    return byte < 0xc0 ? low | user : UINT32_C(1) << byte % 32;
}

// --- comparing ---

static void expect(const char *call, zx_status_t is, zx_status_t should) {
    if (is != should) {
        report_failure("zx_%s gave %s, the model says %s", call, zx_status_get_string(is),
                       zx_status_get_string(should));
    }
}

static void expect_number(const char *call, const char *what, uint64_t is, uint64_t should) {
    if (is != should) {
        report_failure("zx_%s: %s is %#" PRIx64 ", the model says %#" PRIx64, call, what, is,
                       should);
    }
}

static void expect_bytes(const char *call, const char *is, const char *should, size_t size) {
    if (memcmp(is, should, size) != 0) {
        report_failure("zx_%s: other bytes than the model's", call);
    }
}

// The end of a line of the script: what must come of it.
static void note_status(zx_status_t status) {
    report_end_line(0);
    report_add(0, "expect %s", zx_status_get_string(status));
    report_end_line(0);
}

// A handle that both kernels gave out.
static void learn(int handle, zx_handle_t given) {
    m.handles[handle].value = given;
    zx_info_handle_basic_t info;
    expect("object_get_info",
           zx_object_get_info(given, ZX_INFO_HANDLE_BASIC, &info, sizeof(info), NULL, NULL), ZX_OK);
    const struct m_object *object = &m.objects[m.handles[handle].object];
    expect_number("object_get_info", "type", info.type, object->type);
    expect_number("object_get_info", "rights", info.rights, m.handles[handle].rights);
    if (object->koid != 0) {
        expect_number("object_get_info", "koid", info.koid, object->koid);
    }
    m.objects[m.handles[handle].object].koid = info.koid;
}

static void compare_signals(void) {
    for (int i = 0; i < M_HANDLES; i++) {
        if (is_usable(i)) {
            zx_signals_t seen = 0, should = 0;
            zx_status_t status = m_wait_one(&m, i, 0, &should);
            expect("object_wait_one", zx_object_wait_one(m.handles[i].value, 0, 0, &seen), status);
            if (seen != should) {
                report_failure("%s has signals %#x, the model says %#x", name(i), seen, should);
            }
        }
    }
}

static char *buffer(int area, size_t size) {
    return area_end(0, area) - size;
}

// --- operations ---

static void create(struct input *in, zx_obj_type_t type) {
    int made[2] = {M_NONE, M_NONE};
    zx_handle_t given[2] = {0, 0};
    uint32_t options = 0;
    size_t slots = 0, slot_size = 0;
    zx_status_t status;
    switch (type) {
    case ZX_OBJ_TYPE_EVENT:
        report_add(0, "event_create 0");
        status = zx_event_create(0, &given[0]);
        break;
    case ZX_OBJ_TYPE_EVENTPAIR:
        report_add(0, "eventpair_create 0");
        status = zx_eventpair_create(0, &given[0], &given[1]);
        break;
    case ZX_OBJ_TYPE_CHANNEL:
        report_add(0, "channel_create 0");
        status = zx_channel_create(0, &given[0], &given[1]);
        break;
    case ZX_OBJ_TYPE_SOCKET:
        if (!m_has_socket_room()) {
            return;
        }
        options = input_byte(in) & ZX_SOCKET_CREATE_MASK;
        report_add(0, "socket_create %#x", options);
        status = zx_socket_create(options, &given[0], &given[1]);
        break;
    case ZX_OBJ_TYPE_FIFO:
        slots = (size_t)1 << input_byte(in) % 8;
        slot_size = 1 + input_byte(in) % 32u;
        report_add(0, "fifo_create %zu %zu 0", slots, slot_size);
        status = zx_fifo_create(slots, slot_size, 0, &given[0], &given[1]);
        break;
    default:
        report_add(0, "port_create 0");
        status = zx_port_create(0, &given[0]);
        break;
    }
    zx_status_t should = m_create(&m, type, options, socket_capacity, slots, slot_size, made);
    report_add(0, " -> %s", name(made[0]));
    if (made[1] != M_NONE) {
        report_add(0, " %s", name(made[1]));
    }
    note_status(should);
    expect("..._create", status, should);
    for (int i = 0; i < 2 && made[i] != M_NONE; i++) {
        m.objects[m.handles[made[i]].object].koid = 0;
        learn(made[i], given[i]);
    }
}

static void close_one(struct input *in) {
    int handle = pick(in, ZX_OBJ_TYPE_NONE);
    zx_handle_t given = value(handle);
    report_add(0, "handle_close %s", name(handle));
    zx_status_t should = handle == M_NONE ? ZX_OK : m_close(&m, handle); // of none is allowed
    note_status(should);
    expect("handle_close", zx_handle_close(given), should);
}

static void duplicate(struct input *in, bool replace) {
    int handle = pick(in, ZX_OBJ_TYPE_NONE), made = M_NONE;
    zx_handle_t old = value(handle), given;
    zx_rights_t rights = pick_rights(in);
    if (rights != ZX_RIGHT_SAME_RIGHTS && handle != M_NONE && rights != 0) {
        rights &= m.handles[handle].rights | 1u << 30; // one bit that no handle has: refused
        rights &= ~(input_byte(in) < 0xf0 ? 1u << 30 : 0);
    }
    const char *call = replace ? "handle_replace" : "handle_duplicate";
    report_add(0, "%s %s %#x", call, name(handle), rights);
    zx_status_t should =
        replace ? m_replace(&m, handle, rights, &made) : m_duplicate(&m, handle, rights, &made);
    report_add(0, " -> %s", made == M_NONE ? "_" : name(made));
    note_status(should);
    expect(call,
           replace ? zx_handle_replace(old, rights, &given)
                   : zx_handle_duplicate(old, rights, &given),
           should);
    if (should == ZX_OK) {
        learn(made, given);
    }
}

static void signal(struct input *in, bool peer) {
    int handle = pick(in, ZX_OBJ_TYPE_NONE);
    zx_signals_t clear = pick_signals(in), set = pick_signals(in);
    if (input_byte(in) < 0xe0) {
        clear &= ZX_USER_SIGNAL_ALL | ZX_EVENT_SIGNALED;
        set &= ZX_USER_SIGNAL_ALL | ZX_EVENT_SIGNALED;
    }
    const char *call = peer ? "object_signal_peer" : "object_signal";
    zx_handle_t given = value(handle);
    report_add(0, "%s %s %#x %#x", call, name(handle), clear, set);
    zx_status_t should =
        peer ? m_signal_peer(&m, handle, clear, set) : m_signal(&m, handle, clear, set);
    note_status(should);
    expect(call,
           peer ? zx_object_signal_peer(given, clear, set) : zx_object_signal(given, clear, set),
           should);
}

static void wait_one(struct input *in) {
    int handle = pick(in, ZX_OBJ_TYPE_NONE);
    zx_signals_t signals = pick_signals(in), seen = 0, should_see = 0;
    report_add(0, "object_wait_one %s %#x 0", name(handle), signals);
    zx_status_t should = m_wait_one(&m, handle, signals, &should_see);
    note_status(should);
    expect("object_wait_one", zx_object_wait_one(value(handle), signals, 0, &seen), should);
    expect_number("object_wait_one", "observed", seen, should_see);
}

static void wait_many(struct input *in) {
    zx_wait_item_t items[4];
    zx_signals_t should_see[4] = {0};
    int count = input_byte(in) % 5;
    zx_status_t should = ZX_ERR_TIMED_OUT;
    bool failed = false;
    report_add(0, "object_wait_many [");
    for (int i = 0; i < count; i++) {
        int handle = pick(in, ZX_OBJ_TYPE_NONE);
        items[i] = (zx_wait_item_t){.handle = value(handle), .waitfor = pick_signals(in)};
        report_add(0, "%s{handle=%s waitfor=%#x}", i > 0 ? " " : "", name(handle),
                   items[i].waitfor);
        zx_status_t status = m_wait_one(&m, handle, items[i].waitfor, &should_see[i]);
        if (!failed && status != ZX_ERR_TIMED_OUT) {
            should = status;
            failed = status != ZX_OK;
        }
    }
    report_add(0, "] %d 0", count);
    note_status(should);
    expect("object_wait_many", zx_object_wait_many(items, (size_t)count, 0), should);
    for (int i = 0; i < count; i++) {
        expect_number("object_wait_many", "pending", items[i].pending, failed ? 0 : should_see[i]);
    }
}

static void wait_async(struct input *in) {
    int handle = pick(in, ZX_OBJ_TYPE_NONE), port = pick(in, ZX_OBJ_TYPE_PORT);
    uint64_t key = input_byte(in) % 4u;
    zx_signals_t signals = pick_signals(in);
    uint32_t options = input_byte(in) % 8u;
    options = options < 5 ? 0 : options - 4;
    report_add(0, "object_wait_async %s %s %" PRIu64 " %#x %u", name(handle), name(port), key,
               signals, options);
    zx_status_t should = m_wait_async(&m, handle, port, key, signals, options);
    note_status(should);
    expect("object_wait_async",
           zx_object_wait_async(value(handle), value(port), key, signals, options), should);
}

static void port_queue(struct input *in) {
    int port = pick(in, ZX_OBJ_TYPE_PORT);
    zx_port_packet_t packet;
    memset(&packet, 0, sizeof(packet));
    packet.key = input_byte(in) % 4u;
    packet.type = input_byte(in);
    packet.status = (zx_status_t)input_byte(in);
    memset(&packet.user, input_byte(in), sizeof(packet.user));
    report_add(0, "port_queue %s {key=%" PRIu64 " type=%u status=%d}", name(port), packet.key,
               packet.type, packet.status);
    zx_status_t should = m_port_queue(&m, port, &packet);
    note_status(should);
    expect("port_queue", zx_port_queue(value(port), &packet), should);
}

static void port_wait(struct input *in) {
    int port = pick(in, ZX_OBJ_TYPE_PORT);
    zx_port_packet_t got;
    struct m_packet packet;
    report_add(0, "port_wait %s 0", name(port));
    zx_status_t should = m_port_wait(&m, port, &packet);
    note_status(should);
    expect("port_wait", zx_port_wait(value(port), 0, &got), should);
    if (should != ZX_OK) {
        return;
    }
    if (packet.timestamp) {
        expect_number("port_wait", "has a timestamp", got.signal.timestamp != 0, 1);
        got.signal.timestamp = 0;
    }
    expect_number("port_wait", "key", got.key, packet.packet.key);
    expect_number("port_wait", "type", got.type, packet.packet.type);
    if (packet.watch_handle != 0) {
        expect_number("port_wait", "trigger", got.signal.trigger, packet.packet.signal.trigger);
        expect_number("port_wait", "observed", got.signal.observed, packet.packet.signal.observed);
        expect_number("port_wait", "count", got.signal.count, packet.packet.signal.count);
    }
    expect_bytes("port_wait", (char *)&got, (char *)&packet.packet, sizeof(got));
}

static void port_cancel(struct input *in) {
    int port = pick(in, ZX_OBJ_TYPE_PORT), source = pick(in, ZX_OBJ_TYPE_NONE);
    uint64_t key = input_byte(in) % 4u;
    report_add(0, "port_cancel %s %s %" PRIu64, name(port), name(source), key);
    zx_status_t should = m_port_cancel(&m, port, source, key);
    note_status(should);
    expect("port_cancel", zx_port_cancel(value(port), value(source), key), should);
}

// Channels that hold each other would never go away: a handle can only go through a channel that is
// older than its own, or is its own, which is refused.
static bool can_be_sent(int handle, int channel) {
    if (handle == M_NONE || channel == M_NONE) {
        return true;
    }
    const struct m_object *object = &m.objects[m.handles[handle].object];
    const struct m_object *through = &m.objects[m.handles[channel].object];
    return object->type != ZX_OBJ_TYPE_CHANNEL || object == through || object->age > through->age;
}

static void channel_write(struct input *in) {
    int channel = pick(in, ZX_OBJ_TYPE_CHANNEL), handles[M_MESSAGE_HANDLES];
    uint8_t flags = input_byte(in), seed = input_byte(in);
    uint32_t size = (uint32_t)pick_size(in), options = flags >= 0xfc ? 1 : 0;
    int count = (flags & 7) < 5 ? flags & 7 : 0, kept = 0;
    zx_handle_t values[M_MESSAGE_HANDLES];
    char *bytes = buffer(0, size);
    for (uint32_t i = 0; i < size; i++) {
        bytes[i] = m_pattern(seed, i);
    }
    report_add(0, "channel_write %s %u zero:%u _ [", name(channel), options, size);
    for (int i = 0; i < count; i++) {
        handles[kept] = pick(in, ZX_OBJ_TYPE_NONE);
        if (can_be_sent(handles[kept], channel)) {
            values[kept] = value(handles[kept]);
            report_add(0, "%s%s", kept > 0 ? " " : "", name(handles[kept]));
            kept++;
        }
    }
    report_add(0, "] %d", kept);
    zx_handle_t given = value(channel);
    zx_status_t should = m_channel_write(&m, channel, options, size, seed, handles, kept);
    note_status(should);
    expect("channel_write", zx_channel_write(given, options, bytes, size, values, (uint32_t)kept),
           should);
}

static void channel_read(struct input *in) {
    int channel = pick(in, ZX_OBJ_TYPE_CHANNEL);
    uint8_t flags = input_byte(in);
    bool with_infos = (flags & 0x10) != 0;
    uint32_t room = (flags & 0x60) != 0 ? ZX_CHANNEL_MAX_MSG_BYTES : (uint32_t)pick_size(in);
    uint32_t handle_room = (flags & 0x80) != 0 ? M_MESSAGE_HANDLES : flags & 3u;
    uint32_t options = (flags & 0xc) == 0xc ? 1 + flags % 2u : 0;
    struct m_message message = {.size = 0};
    zx_handle_t values[M_MESSAGE_HANDLES];
    zx_handle_info_t infos[M_MESSAGE_HANDLES];
    uint32_t actual = 0, actual_handles = 0;
    char *bytes = buffer(0, room < BIG ? room : BIG);
    const char *call = with_infos ? "channel_read_etc" : "channel_read";
    report_add(0, "%s %s %u _ _ %u %u _ _ -> _ [", call, name(channel), options, room, handle_room);
    zx_handle_t given = value(channel);
    zx_status_t should = m_channel_read(&m, channel, options, room, handle_room, &message);
    for (int i = 0; i < message.handle_count && should == ZX_OK; i++) {
        report_add(0, "%s%s", i > 0 ? " " : "", name(message.handles[i]));
    }
    report_add(0, "]");
    note_status(should);
    expect(call,
           with_infos ? zx_channel_read_etc(given, options, bytes, infos, room, handle_room,
                                            &actual, &actual_handles)
                      : zx_channel_read(given, options, bytes, values, room, handle_room, &actual,
                                        &actual_handles),
           should);
    if (should == ZX_OK || should == ZX_ERR_BUFFER_TOO_SMALL) {
        expect_number(call, "actual_bytes", actual, message.size);
        expect_number(call, "actual_handles", actual_handles, (uint64_t)message.handle_count);
    }
    for (uint32_t i = 0; i < message.size && should == ZX_OK; i++) {
        if (bytes[i] != m_pattern(message.seed, i)) {
            report_failure("zx_%s: byte %u differs from what was written", call, i);
        }
    }
    for (int i = 0; i < message.handle_count && should == ZX_OK; i++) {
        int handle = message.handles[i];
        learn(handle, with_infos ? infos[i].handle : values[i]);
        if (with_infos) {
            expect_number(call, "rights", infos[i].rights, m.handles[handle].rights);
            expect_number(call, "type", infos[i].type, m.objects[m.handles[handle].object].type);
        }
    }
}

static void socket_write(struct input *in) {
    int socket = pick(in, ZX_OBJ_TYPE_SOCKET);
    uint8_t flags = input_byte(in), seed = input_byte(in);
    uint32_t options = flags < 0xc0   ? 0
                       : flags < 0xf8 ? (uint32_t)ZX_SOCKET_CONTROL
                                      : 1u << (flags & 7);
    size_t size = pick_size(in), actual = 0, should_be = 0;
    char *bytes = buffer(0, size);
    for (size_t i = 0; i < size; i++) {
        bytes[i] = m_pattern(seed, i);
    }
    report_add(0, "socket_write %s %#x zero:%zu _", name(socket), options, size);
    zx_status_t should = m_socket_write(&m, socket, options, bytes, size, &should_be);
    note_status(should);
    expect("socket_write", zx_socket_write(value(socket), options, bytes, size, &actual), should);
    if (should == ZX_OK) {
        expect_number("socket_write", "actual", actual, should_be);
    }
}

static void socket_read(struct input *in) {
    int socket = pick(in, ZX_OBJ_TYPE_SOCKET);
    uint8_t flags = input_byte(in);
    uint32_t options = ((flags & 3) == 3 ? ZX_SOCKET_CONTROL : 0) |
                       ((flags & 0xc) == 0xc ? ZX_SOCKET_PEEK : 0) | (flags >= 0xfc ? 1u : 0u);
    size_t size = pick_size(in), actual = 0, should_be = 0;
    char *bytes = buffer(0, size), *should_read = buffer(1, BIG);
    report_add(0, "socket_read %s %#x _ %zu", name(socket), options, size);
    zx_status_t should = m_socket_read(&m, socket, options, should_read, size, &should_be);
    note_status(should);
    expect("socket_read", zx_socket_read(value(socket), options, bytes, size, &actual), should);
    if (should == ZX_OK) {
        expect_number("socket_read", "actual", actual, should_be);
        expect_bytes("socket_read", bytes, should_read, actual);
    }
}

static void socket_shutdown(struct input *in) {
    int socket = pick(in, ZX_OBJ_TYPE_SOCKET);
    uint32_t options = input_byte(in) % 5u;
    report_add(0, "socket_shutdown %s %u", name(socket), options);
    zx_status_t should = m_socket_shutdown(&m, socket, options);
    note_status(should);
    expect("socket_shutdown", zx_socket_shutdown(value(socket), options), should);
}

static void socket_threshold(struct input *in) {
    int socket = pick(in, ZX_OBJ_TYPE_SOCKET);
    bool write = input_byte(in) % 2 != 0;
    size_t threshold = pick_size(in);
    report_add(0, "object_set_property %s %s <u64:%zu> 8", name(socket),
               write ? "ZX_PROP_SOCKET_TX_THRESHOLD" : "ZX_PROP_SOCKET_RX_THRESHOLD", threshold);
    zx_status_t should = m_socket_threshold(&m, socket, write, threshold);
    note_status(should);
    expect("object_set_property",
           zx_object_set_property(value(socket),
                                  write ? ZX_PROP_SOCKET_TX_THRESHOLD : ZX_PROP_SOCKET_RX_THRESHOLD,
                                  &threshold, sizeof(threshold)),
           should);
}

static void socket_share(struct input *in) {
    int socket = pick(in, ZX_OBJ_TYPE_SOCKET), sent = pick(in, ZX_OBJ_TYPE_SOCKET);
    zx_handle_t given = value(socket), given_sent = value(sent);
    report_add(0, "socket_share %s %s", name(socket), name(sent));
    zx_status_t should = m_socket_share(&m, socket, sent);
    note_status(should);
    expect("socket_share", zx_socket_share(given, given_sent), should);
}

static void socket_accept(struct input *in) {
    int socket = pick(in, ZX_OBJ_TYPE_SOCKET), made = M_NONE;
    zx_handle_t given = ZX_HANDLE_INVALID;
    report_add(0, "socket_accept %s", name(socket));
    zx_status_t should = m_socket_accept(&m, socket, &made);
    report_add(0, " -> %s", made == M_NONE ? "_" : name(made));
    note_status(should);
    expect("socket_accept", zx_socket_accept(value(socket), &given), should);
    if (should == ZX_OK) {
        learn(made, given);
    }
}

static void socket_info(struct input *in) {
    int socket = pick(in, ZX_OBJ_TYPE_SOCKET);
    zx_info_socket_t info, should_be;
    memset(&info, 0, sizeof(info));
    report_add(0, "object_get_info %s ZX_INFO_SOCKET _ %zu", name(socket), sizeof(info));
    zx_status_t should = m_socket_info(&m, socket, &should_be);
    note_status(should);
    expect("object_get_info",
           zx_object_get_info(value(socket), ZX_INFO_SOCKET, &info, sizeof(info), NULL, NULL),
           should);
    if (should == ZX_OK) {
        expect_number("object_get_info", "rx_buf_size", info.rx_buf_size, should_be.rx_buf_size);
        expect_number("object_get_info", "rx_buf_available", info.rx_buf_available,
                      should_be.rx_buf_available);
        expect_bytes("object_get_info", (char *)&info, (char *)&should_be, sizeof(info));
    }
}

// The size of elements is mostly that of the fifo.
static void fifo_transfer(struct input *in, bool write) {
    int fifo = pick(in, ZX_OBJ_TYPE_FIFO);
    uint8_t seed = input_byte(in), count = input_byte(in) % 140, flags = input_byte(in);
    const struct m_object *object = fifo != M_NONE ? &m.objects[m.handles[fifo].object] : NULL;
    size_t slot_size = object != NULL && object->type == ZX_OBJ_TYPE_FIFO ? object->slot_size : 1;
    slot_size += flags >= 0xf0;
    size_t size = count * slot_size, actual = 0, should_be = 0;
    char *bytes = buffer(0, size), *should_read = buffer(1, size);
    const char *call = write ? "fifo_write" : "fifo_read";
    for (size_t i = 0; i < size && write; i++) {
        bytes[i] = m_pattern(seed, i);
    }
    if (write) {
        report_add(0, "fifo_write %s %zu zero:%zu %u", name(fifo), slot_size, size, count);
    } else {
        report_add(0, "fifo_read %s %zu _ %u", name(fifo), slot_size, count);
    }
    zx_status_t should = write ? m_fifo_write(&m, fifo, slot_size, bytes, count, &should_be)
                               : m_fifo_read(&m, fifo, slot_size, should_read, count, &should_be);
    note_status(should);
    expect(call,
           write ? zx_fifo_write(value(fifo), slot_size, bytes, count, &actual)
                 : zx_fifo_read(value(fifo), slot_size, bytes, count, &actual),
           should);
    if (should == ZX_OK) {
        expect_number(call, "actual_count", actual, should_be);
        expect_bytes(call, bytes, write ? bytes : should_read, actual * slot_size);
    }
}

static void operate(struct input *in) {
    static const zx_obj_type_t types[] = {ZX_OBJ_TYPE_EVENT,   ZX_OBJ_TYPE_EVENTPAIR,
                                          ZX_OBJ_TYPE_CHANNEL, ZX_OBJ_TYPE_SOCKET,
                                          ZX_OBJ_TYPE_FIFO,    ZX_OBJ_TYPE_PORT};
    uint8_t operation = input_byte(in) % 40;
    switch (operation) {
    case 0 ... 5:
        create(in, types[operation]);
        break;
    case 6 ... 8:
        close_one(in);
        break;
    case 9 ... 10:
        duplicate(in, operation == 10);
        break;
    case 11 ... 13:
        signal(in, operation == 13);
        break;
    case 14 ... 16:
        channel_write(in);
        break;
    case 17 ... 19:
        channel_read(in);
        break;
    case 20 ... 21:
        socket_write(in);
        break;
    case 22 ... 23:
        socket_read(in);
        break;
    case 24:
        socket_shutdown(in);
        break;
    case 25:
        socket_threshold(in);
        break;
    case 26:
        socket_share(in);
        break;
    case 27:
        socket_accept(in);
        break;
    case 28:
        socket_info(in);
        break;
    case 29 ... 30:
        fifo_transfer(in, operation == 29);
        break;
    case 31 ... 33:
        wait_async(in);
        break;
    case 34:
        port_queue(in);
        break;
    case 35 ... 36:
        port_wait(in);
        break;
    case 37:
        port_cancel(in);
        break;
    case 38:
        wait_one(in);
        break;
    default:
        wait_many(in);
        break;
    }
}

static void find_capacity(void) {
    zx_handle_t ends[2];
    zx_info_socket_t info;
    expect("socket_create", zx_socket_create(0, &ends[0], &ends[1]), ZX_OK);
    expect("object_get_info",
           zx_object_get_info(ends[0], ZX_INFO_SOCKET, &info, sizeof(info), NULL, NULL), ZX_OK);
    socket_capacity = info.rx_buf_max;
    if (socket_capacity >= BIG) {
        report_failure("sockets hold more than the model: %zu bytes", socket_capacity);
    }
    zx_handle_close_many(ends, 2);
}

void model_run(struct input *in) {
    if (socket_capacity == 0) {
        find_capacity();
    }
    static const zx_obj_type_t first[] = {
        ZX_OBJ_TYPE_EVENT,  ZX_OBJ_TYPE_EVENTPAIR, ZX_OBJ_TYPE_CHANNEL, ZX_OBJ_TYPE_CHANNEL,
        ZX_OBJ_TYPE_SOCKET, ZX_OBJ_TYPE_SOCKET,    ZX_OBJ_TYPE_FIFO,    ZX_OBJ_TYPE_PORT};
    m_start(&m);
    for (size_t i = 0; i < sizeof(first) / sizeof(first[0]); i++) {
        create(in, first[i]);
    }
    for (int i = 0; i < OPERATIONS_MAX && !input_is_empty(in); i++) {
        if (m_has_room(&m)) {
            operate(in);
        } else {
            close_one(in);
        }
        compare_signals();
    }
    for (int i = 0; i < M_HANDLES; i++) {
        if (is_usable(i)) {
            zx_handle_t given = value(i);
            expect("handle_close", zx_handle_close(given), m_close(&m, i));
            compare_signals();
        }
    }
    for (int i = 0; i < M_HANDLES; i++) {
        if (m.handles[i].live) {
            report_failure("the model itself has kept a handle");
        }
    }
}
