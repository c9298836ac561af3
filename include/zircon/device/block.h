// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Block devices: operations on their file descriptors, and the messages of the FIFO that reads and
// writes go through.

#ifndef ZIRCON_DEVICE_BLOCK_H_
#define ZIRCON_DEVICE_BLOCK_H_

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <zircon/device/ioctl-wrapper.h>
#include <zircon/device/ioctl.h>
#include <zircon/types.h>

__BEGIN_CDECLS

// Operations. Each has a function below.
#define IOCTL_BLOCK_GET_INFO IOCTL(IOCTL_KIND_DEFAULT, IOCTL_FAMILY_BLOCK, 1)
#define IOCTL_BLOCK_GET_TYPE_GUID IOCTL(IOCTL_KIND_DEFAULT, IOCTL_FAMILY_BLOCK, 2)
#define IOCTL_BLOCK_GET_PARTITION_GUID IOCTL(IOCTL_KIND_DEFAULT, IOCTL_FAMILY_BLOCK, 3)
#define IOCTL_BLOCK_GET_NAME IOCTL(IOCTL_KIND_DEFAULT, IOCTL_FAMILY_BLOCK, 4)
#define IOCTL_BLOCK_RR_PART IOCTL(IOCTL_KIND_DEFAULT, IOCTL_FAMILY_BLOCK, 5)
#define IOCTL_BLOCK_GET_FIFOS IOCTL(IOCTL_KIND_GET_HANDLE, IOCTL_FAMILY_BLOCK, 6)
#define IOCTL_BLOCK_ATTACH_VMO IOCTL(IOCTL_KIND_SET_HANDLE, IOCTL_FAMILY_BLOCK, 7)
#define IOCTL_BLOCK_FIFO_CLOSE IOCTL(IOCTL_KIND_DEFAULT, IOCTL_FAMILY_BLOCK, 10)
#define IOCTL_BLOCK_GET_STATS IOCTL(IOCTL_KIND_DEFAULT, IOCTL_FAMILY_BLOCK, 18)

// The device. A transfer is at most max_transfer_size bytes.
#define BLOCK_FLAG_READONLY 0x00000001
#define BLOCK_FLAG_REMOVABLE 0x00000002
#define BLOCK_FLAG_BOOTPART 0x00000004
#define BLOCK_MAX_TRANSFER_UNBOUNDED 0xFFFFFFFF

typedef struct {
    uint64_t block_count;
    uint32_t block_size;
    uint32_t max_transfer_size;
    uint32_t flags;
    uint32_t reserved;
} block_info_t;

typedef struct {
    size_t total_ops;
    size_t total_blocks;
    size_t total_reads;
    size_t total_blocks_read;
    size_t total_writes;
    size_t total_blocks_written;
} block_stats_t;

// Names a memory object to the server, once attached.
typedef uint16_t vmoid_t;
#define VMOID_INVALID 0

// Partitions that are made of slices: one to allocate, slices to add or take away, and a question
// about which there are.
#define GUID_LEN 16
#define NAME_LEN 24
#define MAX_FVM_VSLICE_REQUESTS 16

typedef struct {
    size_t slice_count;
    uint8_t type[GUID_LEN];
    uint8_t guid[GUID_LEN];
    char name[NAME_LEN];
    uint32_t flags;
} alloc_req_t;

typedef struct {
    size_t offset;
    size_t length;
} extend_request_t;

typedef struct {
    size_t count;
    size_t vslice_start[MAX_FVM_VSLICE_REQUESTS];
} query_request_t;

IOCTL_WRAPPER_OUT(ioctl_block_get_info, IOCTL_BLOCK_GET_INFO, block_info_t)
IOCTL_WRAPPER_VAROUT(ioctl_block_get_type_guid, IOCTL_BLOCK_GET_TYPE_GUID, void)
IOCTL_WRAPPER_VAROUT(ioctl_block_get_partition_guid, IOCTL_BLOCK_GET_PARTITION_GUID, void)
IOCTL_WRAPPER_VAROUT(ioctl_block_get_name, IOCTL_BLOCK_GET_NAME, char)
IOCTL_WRAPPER(ioctl_block_rr_part, IOCTL_BLOCK_RR_PART)
IOCTL_WRAPPER_OUT(ioctl_block_get_fifos, IOCTL_BLOCK_GET_FIFOS, zx_handle_t)
IOCTL_WRAPPER_INOUT(ioctl_block_attach_vmo, IOCTL_BLOCK_ATTACH_VMO, zx_handle_t, vmoid_t)
IOCTL_WRAPPER(ioctl_block_fifo_close, IOCTL_BLOCK_FIFO_CLOSE)
IOCTL_WRAPPER_INOUT(ioctl_block_get_stats, IOCTL_BLOCK_GET_STATS, bool, block_stats_t)
// Requests carry a number of the client's own, and may belong to a group, which gets one answer:
// all but its last one have GROUP_ITEM, the last one GROUP_ITEM and GROUP_LAST.
#define MAX_TXN_GROUP_COUNT 8
typedef uint32_t reqid_t;
typedef uint16_t groupid_t;

// What to do, and what to do it after or before.
#define BLOCKIO_READ 0x00000001
#define BLOCKIO_WRITE 0x00000002
#define BLOCKIO_FLUSH 0x00000003
#define BLOCKIO_TRIM 0x00000004
#define BLOCKIO_CLOSE_VMO 0x00000005
#define BLOCKIO_OP_MASK 0x000000FF
#define BLOCKIO_BARRIER_BEFORE 0x00000100
#define BLOCKIO_BARRIER_AFTER 0x00000200
#define BLOCKIO_GROUP_ITEM 0x00000400
#define BLOCKIO_GROUP_LAST 0x00000800
#define BLOCKIO_FLAG_MASK 0x0000FF00

// Length and offsets are in blocks. `count` is the number of requests that the answer is for.
typedef struct {
    uint32_t opcode;
    reqid_t reqid;
    groupid_t group;
    vmoid_t vmoid;
    uint32_t length;
    uint64_t vmo_offset;
    uint64_t dev_offset;
} block_fifo_request_t;

typedef struct {
    zx_status_t status;
    reqid_t reqid;
    groupid_t group;
    vmoid_t reserved0;
    uint32_t count;
    uint64_t reserved1;
    uint64_t reserved2;
} block_fifo_response_t;
#define BLOCK_FIFO_ESIZE (sizeof(block_fifo_request_t))
#define BLOCK_FIFO_MAX_DEPTH (4096 / BLOCK_FIFO_ESIZE)

__END_CDECLS

#endif // ZIRCON_DEVICE_BLOCK_H_
