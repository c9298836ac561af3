// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Messages to audio drivers, on a channel of the stream and one of its ring buffer. Each command
// has a request and, unless it was sent with the NO_ACK flag, a response; notifications come
// unasked. All start with a header.

#ifndef ZIRCON_DEVICE_AUDIO_H_
#define ZIRCON_DEVICE_AUDIO_H_

#include <stdbool.h>
#include <stdint.h>
#include <zircon/compiler.h>
#include <zircon/types.h>

__BEGIN_CDECLS

// The transaction of notifications, not to be used by requests.
#define AUDIO_INVALID_TRANSACTION_ID ((zx_txid_t)0)

typedef uint32_t audio_cmd_t;

// Stream: commands, and its notification.
#define AUDIO_STREAM_CMD_GET_FORMATS ((audio_cmd_t)0x1000)
#define AUDIO_STREAM_CMD_SET_FORMAT ((audio_cmd_t)0x1001)
#define AUDIO_STREAM_CMD_GET_GAIN ((audio_cmd_t)0x1002)
#define AUDIO_STREAM_CMD_SET_GAIN ((audio_cmd_t)0x1003)
#define AUDIO_STREAM_CMD_PLUG_DETECT ((audio_cmd_t)0x1004)
#define AUDIO_STREAM_CMD_GET_UNIQUE_ID ((audio_cmd_t)0x1005)
#define AUDIO_STREAM_CMD_GET_STRING ((audio_cmd_t)0x1006)
#define AUDIO_STREAM_PLUG_DETECT_NOTIFY ((audio_cmd_t)0x2000)

// Ring buffer: commands, and its notification.
#define AUDIO_RB_CMD_GET_FIFO_DEPTH ((audio_cmd_t)0x3000)
#define AUDIO_RB_CMD_GET_BUFFER ((audio_cmd_t)0x3001)
#define AUDIO_RB_CMD_START ((audio_cmd_t)0x3002)
#define AUDIO_RB_CMD_STOP ((audio_cmd_t)0x3003)
#define AUDIO_RB_POSITION_NOTIFY ((audio_cmd_t)0x4000)

// Modifies SET_GAIN and PLUG_DETECT: no response wanted.
#define AUDIO_FLAG_NO_ACK ((audio_cmd_t)0x80000000)

typedef struct audio_cmd_hdr {
    zx_txid_t transaction_id;
    audio_cmd_t cmd;
} audio_cmd_hdr_t;

// How samples lie in memory, as a set of bits.
typedef uint32_t audio_sample_format_t;
#define AUDIO_SAMPLE_FORMAT_BITSTREAM ((audio_sample_format_t)(1u << 0))
#define AUDIO_SAMPLE_FORMAT_8BIT ((audio_sample_format_t)(1u << 1))
#define AUDIO_SAMPLE_FORMAT_16BIT ((audio_sample_format_t)(1u << 2))
#define AUDIO_SAMPLE_FORMAT_20BIT_PACKED ((audio_sample_format_t)(1u << 4))
#define AUDIO_SAMPLE_FORMAT_24BIT_PACKED ((audio_sample_format_t)(1u << 5))
#define AUDIO_SAMPLE_FORMAT_20BIT_IN32 ((audio_sample_format_t)(1u << 6))
#define AUDIO_SAMPLE_FORMAT_24BIT_IN32 ((audio_sample_format_t)(1u << 7))
#define AUDIO_SAMPLE_FORMAT_32BIT ((audio_sample_format_t)(1u << 8))
#define AUDIO_SAMPLE_FORMAT_32BIT_FLOAT ((audio_sample_format_t)(1u << 9))
#define AUDIO_SAMPLE_FORMAT_FLAG_UNSIGNED ((audio_sample_format_t)(1u << 30))
#define AUDIO_SAMPLE_FORMAT_FLAG_INVERT_ENDIAN ((audio_sample_format_t)(1u << 31))
#define AUDIO_SAMPLE_FORMAT_FLAG_MASK                                                              \
    ((audio_sample_format_t)(AUDIO_SAMPLE_FORMAT_FLAG_UNSIGNED |                                   \
                             AUDIO_SAMPLE_FORMAT_FLAG_INVERT_ENDIAN))

// A range of formats. The rates are any between the limits, or those of the families of 48000 and
// 44100 between them.
#define ASF_RANGE_FLAG_FPS_CONTINUOUS ((uint16_t)(1u << 0))
#define ASF_RANGE_FLAG_FPS_48000_FAMILY ((uint16_t)(1u << 1))
#define ASF_RANGE_FLAG_FPS_44100_FAMILY ((uint16_t)(1u << 2))

typedef struct audio_stream_format_range {
    audio_sample_format_t sample_formats;
    uint32_t min_frames_per_second;
    uint32_t max_frames_per_second;
    uint8_t min_channels;
    uint8_t max_channels;
    uint16_t flags;
} __PACKED audio_stream_format_range_t;

// SET_GAIN: which values count, and two of them.
typedef uint32_t audio_set_gain_flags_t;
#define AUDIO_SGF_MUTE_VALID ((audio_set_gain_flags_t)0x1)
#define AUDIO_SGF_AGC_VALID ((audio_set_gain_flags_t)0x2)
#define AUDIO_SGF_GAIN_VALID ((audio_set_gain_flags_t)0x4)
#define AUDIO_SGF_MUTE ((audio_set_gain_flags_t)0x40000000)
#define AUDIO_SGF_AGC ((audio_set_gain_flags_t)0x80000000)

// PLUG_DETECT, request: switch notifications.
typedef uint32_t audio_pd_flags_t;
#define AUDIO_PDF_NONE ((audio_pd_flags_t)0)
#define AUDIO_PDF_ENABLE_NOTIFICATIONS ((audio_pd_flags_t)0x40000000)
#define AUDIO_PDF_DISABLE_NOTIFICATIONS ((audio_pd_flags_t)0x80000000)

// PLUG_DETECT, response, and the notification: the kind of plug and its state.
typedef uint32_t audio_pd_notify_flags_t;
#define AUDIO_PDNF_HARDWIRED ((audio_pd_notify_flags_t)0x1)
#define AUDIO_PDNF_CAN_NOTIFY ((audio_pd_notify_flags_t)0x2)
#define AUDIO_PDNF_PLUGGED ((audio_pd_notify_flags_t)0x80000000)

// GET_FORMATS. Answered with as many responses as it takes.
#define AUDIO_STREAM_CMD_GET_FORMATS_MAX_RANGES_PER_RESPONSE (15u)

typedef struct audio_stream_cmd_get_formats_req {
    audio_cmd_hdr_t hdr;
} audio_stream_cmd_get_formats_req_t;

typedef struct audio_stream_cmd_get_formats_resp {
    audio_cmd_hdr_t hdr;
    uint32_t _pad;
    uint16_t format_range_count;
    uint16_t first_format_range_ndx;
    audio_stream_format_range_t format_ranges[AUDIO_STREAM_CMD_GET_FORMATS_MAX_RANGES_PER_RESPONSE];
} audio_stream_cmd_get_formats_resp_t;

// SET_FORMAT. With success comes a channel to the ring buffer.
typedef struct audio_stream_cmd_set_format_req {
    audio_cmd_hdr_t hdr;
    uint32_t frames_per_second;
    audio_sample_format_t sample_format;
    uint16_t channels;
} audio_stream_cmd_set_format_req_t;

typedef struct audio_stream_cmd_set_format_resp {
    audio_cmd_hdr_t hdr;
    zx_status_t result;
    uint64_t external_delay_nsec;
} audio_stream_cmd_set_format_resp_t;

// GET_GAIN, in decibels.
typedef struct audio_stream_cmd_get_gain_req {
    audio_cmd_hdr_t hdr;
} audio_stream_cmd_get_gain_req_t;

typedef struct audio_stream_cmd_get_gain_resp {
    audio_cmd_hdr_t hdr;
    bool cur_mute;
    bool cur_agc;
    float cur_gain;
    bool can_mute;
    bool can_agc;
    float min_gain;
    float max_gain;
    float gain_step;
} audio_stream_cmd_get_gain_resp_t;

// SET_GAIN. Rounded to a step; refused outside the limits.
typedef struct audio_stream_cmd_set_gain_req {
    audio_cmd_hdr_t hdr;
    audio_set_gain_flags_t flags;
    float gain;
} audio_stream_cmd_set_gain_req_t;

typedef struct audio_stream_cmd_set_gain_resp {
    audio_cmd_hdr_t hdr;
    zx_status_t result;
    bool cur_mute;
    bool cur_agc;
    float cur_gain;
} audio_stream_cmd_set_gain_resp_t;

// PLUG_DETECT, and the notification.
typedef struct audio_stream_cmd_plug_detect_req {
    audio_cmd_hdr_t hdr;
    audio_pd_flags_t flags;
} audio_stream_cmd_plug_detect_req_t;

typedef struct audio_stream_cmd_plug_detect_resp {
    audio_cmd_hdr_t hdr;
    audio_pd_notify_flags_t flags;
    zx_time_t plug_state_time;
} audio_stream_cmd_plug_detect_resp_t;
typedef audio_stream_cmd_plug_detect_resp_t audio_stream_plug_detect_notify_t;

// GET_UNIQUE_ID. It stays the same over restarts; the values below are for what is built in.
typedef struct audio_stream_cmd_get_unique_id_req {
    audio_cmd_hdr_t hdr;
} audio_stream_cmd_get_unique_id_req_t;

typedef struct audio_stream_unique_id {
    uint8_t data[16];
} audio_stream_unique_id_t;

typedef struct audio_stream_cmd_get_unique_id_resp {
    audio_cmd_hdr_t hdr;
    audio_stream_unique_id_t unique_id;
} audio_stream_cmd_get_unique_id_resp_t;

#define AUDIO_STREAM_UNIQUE_ID_BUILTIN_SPEAKERS                                                    \
    {                                                                                              \
        { 0x01 }                                                                                   \
    }
#define AUDIO_STREAM_UNIQUE_ID_BUILTIN_HEADPHONE_JACK                                              \
    {                                                                                              \
        { 0x02 }                                                                                   \
    }
#define AUDIO_STREAM_UNIQUE_ID_BUILTIN_MICROPHONE                                                  \
    {                                                                                              \
        { 0x03 }                                                                                   \
    }
#define AUDIO_STREAM_UNIQUE_ID_BUILTIN_HEADSET_JACK                                                \
    {                                                                                              \
        { 0x04 }                                                                                   \
    }
// GET_STRING. UTF-8, of strlen bytes; a null character at its end may be missing.
typedef uint32_t audio_stream_string_id_t;
#define AUDIO_STREAM_STR_ID_MANUFACTURER ((audio_stream_string_id_t)0x80000000)
#define AUDIO_STREAM_STR_ID_PRODUCT ((audio_stream_string_id_t)0x80000001)

typedef struct audio_stream_cmd_get_string_req {
    audio_cmd_hdr_t hdr;
    audio_stream_string_id_t id;
} audio_stream_cmd_get_string_req_t;

typedef struct audio_stream_cmd_get_string_resp {
    audio_cmd_hdr_t hdr;
    zx_status_t result;
    audio_stream_string_id_t id;
    uint32_t strlen;
    uint8_t str[236];
} audio_stream_cmd_get_string_resp_t;

// GET_FIFO_DEPTH: how many bytes the hardware may be ahead of what it plays, or behind.
typedef struct audio_rb_cmd_get_fifo_depth_req {
    audio_cmd_hdr_t hdr;
} audio_rb_cmd_get_fifo_depth_req_t;

typedef struct audio_rb_cmd_get_fifo_depth_resp {
    audio_cmd_hdr_t hdr;
    zx_status_t result;
    uint32_t fifo_depth;
} audio_rb_cmd_get_fifo_depth_resp_t;

// GET_BUFFER. With success comes the memory object of the ring.
typedef struct audio_rb_cmd_get_buffer_req {
    audio_cmd_hdr_t hdr;
    uint32_t min_ring_buffer_frames;
    uint32_t notifications_per_ring;
} audio_rb_cmd_get_buffer_req_t;

typedef struct audio_rb_cmd_get_buffer_resp {
    audio_cmd_hdr_t hdr;
    zx_status_t result;
    uint32_t num_ring_buffer_frames;
} audio_rb_cmd_get_buffer_resp_t;

// START and STOP
typedef struct audio_rb_cmd_start_req {
    audio_cmd_hdr_t hdr;
} audio_rb_cmd_start_req_t;

typedef struct audio_rb_cmd_start_resp {
    audio_cmd_hdr_t hdr;
    zx_status_t result;
    uint64_t start_time;
} audio_rb_cmd_start_resp_t;

typedef struct audio_rb_cmd_stop_req {
    audio_cmd_hdr_t hdr;
} audio_rb_cmd_stop_req_t;

typedef struct audio_rb_cmd_stop_resp {
    audio_cmd_hdr_t hdr;
    zx_status_t result;
} audio_rb_cmd_stop_resp_t;

// Where in the ring the hardware is, in bytes.
typedef struct audio_rb_position_notify {
    audio_cmd_hdr_t hdr;
    uint32_t ring_buffer_pos;
} audio_rb_position_notify_t;

__END_CDECLS

#endif // ZIRCON_DEVICE_AUDIO_H_
