// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Messages to drivers of Intel HDA controllers and codecs. Each command has a request and, unless
// it was sent with the NOACK flag, a response; both start with a header.

#ifndef ZIRCON_DEVICE_INTEL_HDA_H_
#define ZIRCON_DEVICE_INTEL_HDA_H_

#include <zircon/compiler.h>
#include <zircon/types.h>

__BEGIN_CDECLS

// Never used by a request, a stream.
#define IHDA_INVALID_TRANSACTION_ID ((zx_txid_t)0)
#define IHDA_INVALID_STREAM_ID ((uint16_t)0)
#define IHDA_INVALID_STREAM_TAG ((uint8_t)0)

// Bytes of registers in a snapshot.
#define IHDA_REGISTER_SNAPSHOT_SIZE (8u << 10)

typedef uint32_t ihda_cmd_t;
#define IHDA_CMD_GET_IDS ((ihda_cmd_t)0x1000)
#define IHDA_CONTROLLER_CMD_SNAPSHOT_REGS ((ihda_cmd_t)0x2000)
#define IHDA_CODEC_SEND_CORB_CMD ((ihda_cmd_t)0x3000)
#define IHDA_CODEC_REQUEST_STREAM ((ihda_cmd_t)0x3001)
#define IHDA_CODEC_RELEASE_STREAM ((ihda_cmd_t)0x3002)
#define IHDA_CODEC_SET_STREAM_FORMAT ((ihda_cmd_t)0x3003)
#define IHDA_NOACK_FLAG ((ihda_cmd_t)0x80000000)
#define IHDA_CODEC_SEND_CORB_CMD_NOACK ((ihda_cmd_t)(IHDA_NOACK_FLAG | IHDA_CODEC_SEND_CORB_CMD))
#define IHDA_CODEC_RELEASE_STREAM_NOACK ((ihda_cmd_t)(IHDA_NOACK_FLAG | IHDA_CODEC_RELEASE_STREAM))

typedef struct ihda_cmd_hdr {
    zx_txid_t transaction_id;
    ihda_cmd_t cmd;
} ihda_cmd_hdr_t;

// GET_IDS
typedef struct ihda_get_ids_req {
    ihda_cmd_hdr_t hdr;
} ihda_get_ids_req_t;

typedef struct ihda_get_ids_resp {
    ihda_cmd_hdr_t hdr;
    uint16_t vid;
    uint16_t did;
    uint8_t ihda_vmaj;
    uint8_t ihda_vmin;
    uint8_t rev_id;
    uint8_t step_id;
} ihda_get_ids_resp_t;

// SNAPSHOT_REGS
typedef struct ihda_controller_snapshot_regs_req {
    ihda_cmd_hdr_t hdr;
} ihda_controller_snapshot_regs_req_t;

typedef struct ihda_controller_snapshot_regs_resp {
    ihda_cmd_hdr_t hdr;
    uint8_t snapshot[IHDA_REGISTER_SNAPSHOT_SIZE];
} ihda_controller_snapshot_regs_resp_t;

// SEND_CORB_CMD
typedef struct ihda_codec_send_corb_cmd_req {
    ihda_cmd_hdr_t hdr;
    uint32_t verb;
    uint16_t nid;
} ihda_codec_send_corb_cmd_req_t;

typedef struct ihda_codec_send_corb_cmd_resp {
    ihda_cmd_hdr_t hdr;
    uint32_t data;
    uint32_t data_ex;
} ihda_codec_send_corb_cmd_resp_t;

// REQUEST_STREAM
typedef struct ihda_codec_request_stream_req {
    ihda_cmd_hdr_t hdr;
    bool input;
} ihda_codec_request_stream_req_t;

typedef struct ihda_codec_request_stream_resp {
    ihda_cmd_hdr_t hdr;
    zx_status_t result;
    uint16_t stream_id;
    uint8_t stream_tag;
} ihda_codec_request_stream_resp_t;

// RELEASE_STREAM
typedef struct ihda_codec_release_stream_req {
    ihda_cmd_hdr_t hdr;
    uint16_t stream_id;
} ihda_codec_release_stream_req_t;

typedef struct ihda_codec_release_stream_resp {
    ihda_cmd_hdr_t hdr;
} ihda_codec_release_stream_resp_t;

// SET_STREAM_FORMAT: the format as the controller's stream format register has it.
typedef struct ihda_codec_set_stream_format_req {
    ihda_cmd_hdr_t hdr;
    uint16_t stream_id;
    uint16_t format;
} ihda_codec_set_stream_format_req_t;

typedef struct ihda_codec_set_stream_format_resp {
    ihda_cmd_hdr_t hdr;
} ihda_codec_set_stream_format_resp_t;

__END_CDECLS

#endif // ZIRCON_DEVICE_INTEL_HDA_H_
