// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// The Zircon system calls. Printed by tools/gen_syscalls from src/syscalls/*.def, where the
// contracts are to be changed; docs/syscall-table.md says how.
//
// Names of arguments stand between asterisks. Every zx_NAME is also there as _zx_NAME, for
// libraries that must not meet a program's own function of that name.
#pragma once

#include <stdbool.h>
#include <zircon/compiler.h>
#include <zircon/syscalls/object.h>
#include <zircon/syscalls/pci.h>
#include <zircon/syscalls/profile.h>
#include <zircon/syscalls/types.h>
#include <zircon/types.h>

__BEGIN_CDECLS

// Makes a bus transaction initiator, the right of one device to do DMA through *iommu*.
//
// *bti_id* is the number under which the hardware knows the device; a dummy IOMMU takes any. No
// right on *iommu* is needed. *out* receives a handle with DUPLICATE, TRANSFER, INSPECT, READ,
// WRITE and MAP.
//
// Arguments:
//   *iommu*: an IOMMU.
//   *options*: must be 0.
//   *out*: room for one handle that the call creates.
//
// Errors:
//   ZX_ERR_INVALID_ARGS: *options* is not zero; after the handle, the IOMMU does not know *bti_id*,
//     or *out* cannot be written.
//   ZX_ERR_BAD_HANDLE: *iommu* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *iommu* is not an IOMMU.
//   ZX_ERR_NO_MEMORY: the kernel ran out of memory.
zx_status_t zx_bti_create(zx_handle_t iommu, uint32_t options, uint64_t bti_id, zx_handle_t *out);
zx_status_t _zx_bti_create(zx_handle_t iommu, uint32_t options, uint64_t bti_id, zx_handle_t *out);

// Pins *size* bytes of *vmo* from *offset* on and stores their device addresses in *addrs*.
//
// The pages are committed, a pager being asked if need be, and stay where they are until *pmt* is
// given to zx_pmt_unpin. *offset* and *size* must be page-aligned. A page can be pinned 31 times.
// `ZX_BTI_PERM_READ`, `ZX_BTI_PERM_WRITE` and `ZX_BTI_PERM_EXECUTE` say what the device may do, at
// least one; executing by a device needs READ.
//
// *addrs_count* must be exactly the number of addresses: one a page; with `ZX_BTI_COMPRESS` one for
// each run of the IOMMU's minimum contiguity, rounded up, or one in all for a contiguous VMO; with
// `ZX_BTI_CONTIGUOUS`, for contiguous and physical VMOs only, the first. The last two exclude each
// other. *pmt* receives a handle with INSPECT.
//
// Arguments:
//   *handle*: a BTI with ZX_RIGHT_MAP.
//   *options*: 0 or a union of ZX_BTI_PERM_READ, ZX_BTI_PERM_WRITE, ZX_BTI_PERM_EXECUTE,
//     ZX_BTI_COMPRESS and ZX_BTI_CONTIGUOUS.
//   *vmo*: a VMO with ZX_RIGHT_MAP, with ZX_RIGHT_READ if `options & ZX_BTI_PERM_READ`, with
//     ZX_RIGHT_WRITE if `options & ZX_BTI_PERM_WRITE`, with ZX_RIGHT_READ if
//     `options & ZX_BTI_PERM_EXECUTE`.
//   *addrs*: room for *addrs_count* zx_paddr_t, written.
//   *pmt*: room for one handle that the call creates.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *handle* or *vmo* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *handle* is not a bus transaction initiator or *vmo* is not a VMO.
//   ZX_ERR_ACCESS_DENIED: *handle* or *vmo* lacks `ZX_RIGHT_MAP`, or *vmo* a right that *options*
//     needs.
//   ZX_ERR_INVALID_ARGS: *offset* or *size* is not page-aligned (checked before *vmo*); *options*
//     has an undefined bit, both ways of counting, or `ZX_BTI_CONTIGUOUS` for a VMO that is not
//     contiguous; *size* is 0; no permission is given; *addrs_count* is wrong; or *addrs* or *pmt*
//     cannot be written.
//   ZX_ERR_NO_MEMORY: there are not enough pages, or no memory for the addresses.
//   ZX_ERR_OUT_OF_RANGE: the range leaves the VMO.
//   ZX_ERR_NOT_FOUND: a page is missing and its pager is detached.
//   ZX_ERR_BAD_STATE: the last handle of the initiator was closed meanwhile.
//
// Differs from Fuchsia: A failed call leaves nothing pinned; the kernel puts the pages into
// quarantine. A device address is an offset in the library's memory file.
zx_status_t zx_bti_pin(zx_handle_t handle, uint32_t options, zx_handle_t vmo, uint64_t offset,
                       uint64_t size, zx_paddr_t *addrs, size_t addrs_count, zx_handle_t *pmt);
zx_status_t _zx_bti_pin(zx_handle_t handle, uint32_t options, zx_handle_t vmo, uint64_t offset,
                        uint64_t size, zx_paddr_t *addrs, size_t addrs_count, zx_handle_t *pmt);

// Unpins the pages whose tokens were closed without zx_pmt_unpin.
//
// Such pages are kept, because a device might still write to them. The caller says that the device
// of *handle* does so no longer.
//
// Arguments:
//   *handle*: a BTI with ZX_RIGHT_WRITE.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *handle* is not a bus transaction initiator.
//   ZX_ERR_ACCESS_DENIED: *handle* lacks `ZX_RIGHT_WRITE`.
zx_status_t zx_bti_release_quarantine(zx_handle_t handle);
zx_status_t _zx_bti_release_quarantine(zx_handle_t handle);

// Writes the caches of the processor back for a range of memory.
//
// *options* is any of: `ZX_CACHE_FLUSH_DATA` makes earlier writes reach memory,
// `ZX_CACHE_FLUSH_INVALIDATE` besides drops the lines, so that later reads see what others have
// written there, and `ZX_CACHE_FLUSH_INSN` makes earlier writes visible to the fetching of
// instructions. INVALIDATE goes only with DATA, and one of DATA and INSN is needed. The thread
// faults where the range cannot be read.
//
// Arguments:
//   *addr*: *size* bytes, read.
//   *options*: 0 or a union of ZX_CACHE_FLUSH_INSN, ZX_CACHE_FLUSH_DATA and
//     ZX_CACHE_FLUSH_INVALIDATE.
//
// Errors:
//   ZX_ERR_INVALID_ARGS: *options* is none of the allowed combinations.
//   ZX_ERR_NOT_SUPPORTED: the processor does not tell the size of its cache lines.
zx_status_t zx_cache_flush(const void *addr, size_t size, uint32_t options);
zx_status_t _zx_cache_flush(const void *addr, size_t size, uint32_t options);

// Sends a message to the opposite end of a channel and waits for the answer to it.
//
// The kernel overwrites the first four bytes of the message on its way with a transaction id that
// has the top bit set and belongs to no other call that waits on this end. The message that the
// opposite side sends back with the same first four bytes is the answer: it goes to this thread
// past the queue, so that several threads can call on one end at once, and readers of the end never
// see it. Ids without the top bit are free for programs.
//
// *args* names the message in `wr_bytes`, `wr_num_bytes`, `wr_handles` and `wr_num_handles`, with
// the limits of `zx_channel_write()` and at least four bytes, and in `rd_bytes`, `rd_num_bytes`,
// `rd_handles` and `rd_num_handles` where the answer goes. The sizes of the answer are stored in
// *actual_bytes* and *actual_handles*. An answer that does not fit, or that cannot be stored, is
// lost.
//
// The message is sent even if *deadline* has passed. An answer that comes after the deadline joins
// the queue of the end like any other message. The call fails as well when the last handle of this
// end or of the opposite end is closed meanwhile. If the thread is suspended the wait goes on
// afterwards.
//
// All of `wr_handles` are gone after the call, on failure too. They stay where *args* or the array
// cannot be read, and an entry that is refused when the handles are collected stays: one without
// `ZX_RIGHT_TRANSFER`, and the end itself.
//
// Arguments:
//   *handle*: a channel with ZX_RIGHT_READ and ZX_RIGHT_WRITE.
//   *options*: must be 0.
//   *deadline*: a time on the monotonic clock, in nanoseconds.
//   *args*: one zx_channel_call_args_t, read.
//   *actual_bytes*: room for one uint32_t, written.
//   *actual_handles*: room for one uint32_t, written.
//
// Errors:
//   ZX_ERR_INVALID_ARGS: *args* cannot be read, *options* is not 0, or `wr_num_bytes` is less than
//     4; later, `wr_bytes` or `wr_handles` cannot be read; after the answer has come,
//     *actual_bytes*, *actual_handles* or `rd_bytes` cannot be written.
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle; or, after the bytes are copied, an entry of
//     `wr_handles` is not valid or stands there twice; or another thread is just giving *handle* to
//     another process.
//   ZX_ERR_WRONG_TYPE: *handle* is not a channel.
//   ZX_ERR_ACCESS_DENIED: *handle* lacks `ZX_RIGHT_READ` or `ZX_RIGHT_WRITE`, or an entry of
//     `wr_handles` lacks `ZX_RIGHT_TRANSFER`.
//   ZX_ERR_OUT_OF_RANGE: `wr_num_bytes` or `wr_num_handles` is above its limit.
//   ZX_ERR_NO_MEMORY: there is no memory for the message.
//   ZX_ERR_NOT_SUPPORTED: an entry of `wr_handles` names the end itself.
//   ZX_ERR_PEER_CLOSED: the opposite end is closed, or was closed during the wait.
//   ZX_ERR_CANCELED: the last handle of this end was closed during the wait.
//   ZX_ERR_TIMED_OUT: *deadline* passed before an answer came.
//   ZX_ERR_BUFFER_TOO_SMALL: the answer has more than `rd_num_bytes` bytes or `rd_num_handles`
//     handles.
zx_status_t zx_channel_call(zx_handle_t handle, uint32_t options, zx_time_t deadline,
                            const zx_channel_call_args_t *args, uint32_t *actual_bytes,
                            uint32_t *actual_handles);
zx_status_t _zx_channel_call(zx_handle_t handle, uint32_t options, zx_time_t deadline,
                             const zx_channel_call_args_t *args, uint32_t *actual_bytes,
                             uint32_t *actual_handles);

// Creates a channel and gives out its two ends.
//
// What is written to one end is read from the other, message by message, in order. Each end asserts
// `ZX_CHANNEL_WRITABLE` while the opposite end is open, `ZX_CHANNEL_READABLE` while messages wait
// in it, and `ZX_CHANNEL_PEER_CLOSED` for good once all handles of the opposite end are closed;
// messages that lie in an end can still be read then. Both handles have
// `ZX_DEFAULT_CHANNEL_RIGHTS`, which do not include the right to duplicate: one process at a time
// owns an end.
//
// Arguments:
//   *options*: must be 0.
//   *out0*: room for one handle that the call creates.
//   *out1*: room for one handle that the call creates.
//
// Errors:
//   ZX_ERR_INVALID_ARGS: *options* is not 0, or *out0* or *out1* cannot be written; neither handle
//     is created then.
//   ZX_ERR_ACCESS_DENIED: the policy of the job forbids `ZX_POL_NEW_CHANNEL`.
//   ZX_ERR_NO_MEMORY: there is no memory for the channel or its handles.
zx_status_t zx_channel_create(uint32_t options, zx_handle_t *out0, zx_handle_t *out1);
zx_status_t _zx_channel_create(uint32_t options, zx_handle_t *out0, zx_handle_t *out1);

// Takes the first message out of an end of a channel.
//
// *num_bytes* and *num_handles* say how much room *bytes* and *handles* have. If the message has
// more of either, it stays where it is, nothing but the sizes is stored, and the call fails with
// `ZX_ERR_BUFFER_TOO_SMALL`; with `ZX_CHANNEL_READ_MAY_DISCARD` the message and its handles are
// destroyed in that case. *actual_bytes* and *actual_handles*, where not null, receive the sizes of
// the message on success and with `ZX_ERR_BUFFER_TOO_SMALL`. A message may be empty. A buffer is
// not touched for the part of a message that is empty, so it may then be null.
//
// The bytes are stored before the handles. The handles are new values of the reading process with
// the rights that they had when they were sent. Waits and notifications that were started through a
// handle before it was sent end when the message is read.
//
// A message whose sizes or bytes cannot be stored is lost with its handles. If only *handles*
// cannot be written, the call succeeds and the handles belong to the process, which does not learn
// their values.
//
// Arguments:
//   *handle*: a channel with ZX_RIGHT_READ.
//   *options*: 0 or ZX_CHANNEL_READ_MAY_DISCARD.
//   *bytes*: room for *num_bytes* bytes, written; may be null.
//   *handles*: room for *num_handles* handles that the call creates; may be null.
//   *actual_bytes*: room for one uint32_t, written; may be null.
//   *actual_handles*: room for one uint32_t, written; may be null.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle, or another thread is just giving it to
//     another process.
//   ZX_ERR_WRONG_TYPE: *handle* is not a channel.
//   ZX_ERR_ACCESS_DENIED: *handle* lacks `ZX_RIGHT_READ`.
//   ZX_ERR_NOT_SUPPORTED: *options* has a bit that is not defined.
//   ZX_ERR_SHOULD_WAIT: there is no message, and the opposite end is open.
//   ZX_ERR_PEER_CLOSED: there is no message, and the opposite end is closed.
//   ZX_ERR_BUFFER_TOO_SMALL: the message has more bytes than *num_bytes* or more handles than
//     *num_handles*.
//   ZX_ERR_NO_MEMORY: there is no room for the handles of the message, which stays where it is.
//   ZX_ERR_INVALID_ARGS: *actual_bytes* or *actual_handles* is not null and cannot be written, or
//     *bytes* cannot be written.
//
// Differs from Fuchsia: In Fuchsia a handle keeps its place in the table of all handles while it is
// in a message; here the reader needs free places of its own, and `ZX_ERR_NO_MEMORY` is the answer
// if there are none.
zx_status_t zx_channel_read(zx_handle_t handle, uint32_t options, void *bytes, zx_handle_t *handles,
                            uint32_t num_bytes, uint32_t num_handles, uint32_t *actual_bytes,
                            uint32_t *actual_handles);
zx_status_t _zx_channel_read(zx_handle_t handle, uint32_t options, void *bytes,
                             zx_handle_t *handles, uint32_t num_bytes, uint32_t num_handles,
                             uint32_t *actual_bytes, uint32_t *actual_handles);

// Takes the first message out of an end of a channel, with what is known of each handle.
//
// The call does what `zx_channel_read()` does, but stores for each handle a `zx_handle_info_t` with
// its value, the type of its object and its rights; `unused` is 0.
//
// Arguments:
//   *handle*: a channel with ZX_RIGHT_READ.
//   *options*: 0 or ZX_CHANNEL_READ_MAY_DISCARD.
//   *bytes*: room for *num_bytes* bytes, written; may be null.
//   *handles*: room for *num_handles* handles that the call creates, each in a zx_handle_info_t;
//     may be null.
//   *actual_bytes*: room for one uint32_t, written; may be null.
//   *actual_handles*: room for one uint32_t, written; may be null.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle, or another thread is just giving it to
//     another process.
//   ZX_ERR_WRONG_TYPE: *handle* is not a channel.
//   ZX_ERR_ACCESS_DENIED: *handle* lacks `ZX_RIGHT_READ`.
//   ZX_ERR_NOT_SUPPORTED: *options* has a bit that is not defined.
//   ZX_ERR_SHOULD_WAIT: there is no message, and the opposite end is open.
//   ZX_ERR_PEER_CLOSED: there is no message, and the opposite end is closed.
//   ZX_ERR_BUFFER_TOO_SMALL: the message has more bytes than *num_bytes* or more handles than
//     *num_handles*.
//   ZX_ERR_NO_MEMORY: there is no room for the handles of the message, which stays where it is.
//   ZX_ERR_INVALID_ARGS: *actual_bytes* or *actual_handles* is not null and cannot be written, or
//     *bytes* cannot be written.
//
// Differs from Fuchsia: In Fuchsia a handle keeps its place in the table of all handles while it is
// in a message; here the reader needs free places of its own, and `ZX_ERR_NO_MEMORY` is the answer
// if there are none.
zx_status_t zx_channel_read_etc(zx_handle_t handle, uint32_t options, void *bytes,
                                zx_handle_info_t *handles, uint32_t num_bytes, uint32_t num_handles,
                                uint32_t *actual_bytes, uint32_t *actual_handles);
zx_status_t _zx_channel_read_etc(zx_handle_t handle, uint32_t options, void *bytes,
                                 zx_handle_info_t *handles, uint32_t num_bytes,
                                 uint32_t num_handles, uint32_t *actual_bytes,
                                 uint32_t *actual_handles);

// Sends a message of bytes and handles to the opposite end of a channel.
//
// A message has at most `ZX_CHANNEL_MAX_MSG_BYTES` (65536) bytes and `ZX_CHANNEL_MAX_MSG_HANDLES`
// (64) handles; it may be empty. The number of messages that wait in an end has no limit. If
// threads of the reading side wait in `zx_channel_call()`, and the first four bytes of the message
// are the transaction id of such a call, the message goes to that thread past the queue.
//
// Every handle of *handles* is gone from the process after the call, sent on success and closed on
// failure, the ones without `ZX_RIGHT_TRANSFER` and the channel's own handle included. Only where
// *handles* cannot be read do they stay.
//
// Arguments:
//   *handle*: a channel with ZX_RIGHT_WRITE.
//   *options*: must be 0.
//   *bytes*: *num_bytes* bytes, read; may be null.
//   *handles*: *num_handles* handles that the call takes away; may be null.
//
// Errors:
//   ZX_ERR_INVALID_ARGS: *options* is not 0; or, later in the order of checks, *bytes* or *handles*
//     cannot be read.
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle; or, after the bytes are copied, an entry of
//     *handles* is not valid or stands there twice; or another thread is just giving *handle* to
//     another process. Of the entries, the first with a fault decides on the error.
//   ZX_ERR_WRONG_TYPE: *handle* is not a channel.
//   ZX_ERR_ACCESS_DENIED: *handle* lacks `ZX_RIGHT_WRITE`, or an entry of *handles* lacks
//     `ZX_RIGHT_TRANSFER`.
//   ZX_ERR_OUT_OF_RANGE: *num_bytes* or *num_handles* is above its limit.
//   ZX_ERR_NO_MEMORY: there is no memory for the message.
//   ZX_ERR_NOT_SUPPORTED: an entry of *handles* names the end that is written to.
//   ZX_ERR_PEER_CLOSED: the opposite end is closed.
zx_status_t zx_channel_write(zx_handle_t handle, uint32_t options, const void *bytes,
                             uint32_t num_bytes, const zx_handle_t *handles, uint32_t num_handles);
zx_status_t _zx_channel_write(zx_handle_t handle, uint32_t options, const void *bytes,
                              uint32_t num_bytes, const zx_handle_t *handles, uint32_t num_handles);

// Sends a message to the opposite end of a channel, and says of each handle how it goes.
//
// The call does what `zx_channel_write()` does, with a `zx_handle_disposition_t` for each handle.
// `operation` is `ZX_HANDLE_OP_MOVE`, which takes the handle out of the process, or
// `ZX_HANDLE_OP_DUPLICATE`, which leaves it there and sends a duplicate. `rights` are those that
// the reader gets: a part of the rights of the handle, where `ZX_RIGHT_TRANSFER` may be left out,
// or `ZX_RIGHT_SAME_RIGHTS`. `type` is the type that the object must have, or `ZX_OBJ_TYPE_NONE`
// for any.
//
// All entries are tried, even after one has failed, and nothing is sent unless all succeed. The
// error of an entry is stored in its `result`, which the caller sets to `ZX_OK` before the call:
// entries that succeed are not written. The handles of entries with any operation but
// `ZX_HANDLE_OP_DUPLICATE` are gone after the call whether it succeeds or fails.
//
// Arguments:
//   *handle*: a channel with ZX_RIGHT_WRITE.
//   *options*: must be 0.
//   *bytes*: *num_bytes* bytes, read; may be null.
//   *handles*: *num_handles* handles that the call takes away, each in a zx_handle_disposition_t;
//     may be null.
//
// Errors:
//   ZX_ERR_INVALID_ARGS: *options* is not 0; or, later in the order of checks, *bytes* cannot be
//     read, *handles* cannot be read or written, an `operation` is not defined, or `rights` holds a
//     right that its handle lacks.
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle; or, after the bytes are copied, the handle
//     of an entry is not valid; or another thread is just giving *handle* to another process. Of
//     the entries, the first with a fault decides on the error.
//   ZX_ERR_WRONG_TYPE: *handle* is not a channel, or the object of an entry is not of its `type`.
//   ZX_ERR_ACCESS_DENIED: *handle* lacks `ZX_RIGHT_WRITE`, the handle of an entry lacks
//     `ZX_RIGHT_TRANSFER`, or it lacks `ZX_RIGHT_DUPLICATE` and is to be duplicated.
//   ZX_ERR_OUT_OF_RANGE: *num_bytes* or *num_handles* is above its limit.
//   ZX_ERR_NO_MEMORY: there is no memory for the message, or no room for a handle.
//   ZX_ERR_NOT_SUPPORTED: an entry of *handles* names the end that is written to.
//   ZX_ERR_PEER_CLOSED: the opposite end is closed.
//
// Differs from Fuchsia: The kernel of 2019 had announced this call but not written it: with any
// handles it answered `ZX_ERR_NOT_SUPPORTED` and consumed none. Here it does what was announced, as
// Fuchsia's kernels do since 2020. An entry is checked in their order: validity, the right to
// transfer, the channel itself, the type, the operation, the rights, the right to duplicate.
zx_status_t zx_channel_write_etc(zx_handle_t handle, uint32_t options, const void *bytes,
                                 uint32_t num_bytes, zx_handle_disposition_t *handles,
                                 uint32_t num_handles);
zx_status_t _zx_channel_write_etc(zx_handle_t handle, uint32_t options, const void *bytes,
                                  uint32_t num_bytes, zx_handle_disposition_t *handles,
                                  uint32_t num_handles);

// Sets by how many nanoseconds the UTC clock is ahead of the monotonic clock.
//
// The offset may be any number and takes effect at once for all processes. Nothing tells threads
// that the clock was changed, and no deadline depends on it.
//
// Arguments:
//   *handle*: a resource of kind ZX_RSRC_KIND_ROOT.
//   *clock_id*: ZX_CLOCK_MONOTONIC, ZX_CLOCK_UTC or ZX_CLOCK_THREAD.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *handle* is not a resource of kind ROOT.
//   ZX_ERR_ACCESS_DENIED: *clock_id* is `ZX_CLOCK_MONOTONIC`.
//   ZX_ERR_INVALID_ARGS: *clock_id* is neither `ZX_CLOCK_UTC` nor `ZX_CLOCK_MONOTONIC`.
//
// Differs from Fuchsia: The offset belongs to the library's kernel; the host's clock stays as it
// is.
zx_status_t zx_clock_adjust(zx_handle_t handle, zx_clock_t clock_id, int64_t offset);
zx_status_t _zx_clock_adjust(zx_handle_t handle, zx_clock_t clock_id, int64_t offset);

// Creates a clock object, a clock that a program sets and others read.
//
// The clock shows the monotonic time under a linear transformation, which `zx_clock_update()`
// changes. *options* is made of the bits below and of the version of *args* in its top six bits:
// version 0 with *args* null, or version 1 with a `zx_clock_create_args_v1_t` (8 bytes), whose
// `backstop_time` is the earliest time that the clock may ever be set to, 0 in version 0.
//
// `ZX_CLOCK_OPT_MONOTONIC` makes a clock that never goes backwards, `ZX_CLOCK_OPT_CONTINUOUS`,
// which demands the former, one that never jumps. A clock stands still at its backstop time until
// it is set for the first time, and asserts `ZX_CLOCK_STARTED` from then on; with
// `ZX_CLOCK_OPT_AUTO_START` it is started from the beginning as a copy of the monotonic clock. The
// handle has `ZX_DEFAULT_CLOCK_RIGHTS`.
//
// Arguments:
//   *options*: 0 or a union of ZX_CLOCK_OPT_MONOTONIC, ZX_CLOCK_OPT_CONTINUOUS and
//     ZX_CLOCK_OPT_AUTO_START.
//   *args*: memory, read; may be null.
//   *out*: room for one handle that the call creates.
//
// Errors:
//   ZX_ERR_INVALID_ARGS: the version is 0 and *args* is not null, or it is neither 0 nor 1; *args*
//     cannot be read; *options* has a bit that is not defined, or CONTINUOUS without MONOTONIC;
//     `backstop_time` is negative, or later than now with AUTO_START; *out* cannot be written.
//   ZX_ERR_NO_MEMORY: there is no memory for the clock or its handle.
zx_status_t zx_clock_create(uint64_t options, const void *args, zx_handle_t *out);
zx_status_t _zx_clock_create(uint64_t options, const void *args, zx_handle_t *out);

// Reads one of the system's clocks, in nanoseconds.
//
// `ZX_CLOCK_MONOTONIC` is what `zx_clock_get_monotonic()` returns. `ZX_CLOCK_UTC` is the monotonic
// clock plus an offset that `zx_clock_adjust()` sets: the time since the first of January 1970,
// where somebody has set it. `ZX_CLOCK_THREAD` is the time that the calling thread has spent
// running.
//
// Arguments:
//   *clock_id*: ZX_CLOCK_MONOTONIC, ZX_CLOCK_UTC or ZX_CLOCK_THREAD.
//   *out*: room for one zx_time_t, written.
//
// Errors:
//   ZX_ERR_INVALID_ARGS: *clock_id* is not defined, or *out* cannot be written.
zx_status_t zx_clock_get(zx_clock_t clock_id, zx_time_t *out);
zx_status_t _zx_clock_get(zx_clock_t clock_id, zx_time_t *out);

// Tells everything about a clock object.
//
// *options* must be `ZX_CLOCK_ARGS_VERSION(1)`; *details* then receives a `zx_clock_details_v1_t`:
// the options and backstop time of the clock, its transformation from ticks and from monotonic
// time, its error bound, the tick of this call and the ticks of the last changes of value, rate and
// error bound, and a counter that goes up with every update. All come from one moment.
//
// Arguments:
//   *handle*: a clock with ZX_RIGHT_READ.
//   *details*: memory, written.
//
// Errors:
//   ZX_ERR_INVALID_ARGS: *options* is not `ZX_CLOCK_ARGS_VERSION(1)` or *details* is null; or,
//     last, *details* cannot be written.
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *handle* is not a clock.
//   ZX_ERR_ACCESS_DENIED: *handle* lacks `ZX_RIGHT_READ`.
zx_status_t zx_clock_get_details(zx_handle_t handle, uint64_t options, void *details);
zx_status_t _zx_clock_get_details(zx_handle_t handle, uint64_t options, void *details);

// Returns the monotonic time: nanoseconds since some moment near the start of the system.
//
// It never goes backwards. Deadlines are times of this clock.
//
// Differs from Fuchsia: It is the monotonic clock of the host, which may have started long before
// the library.
zx_time_t zx_clock_get_monotonic(void);
zx_time_t _zx_clock_get_monotonic(void);

// Reads one of the system's clocks; another name of `zx_clock_get()`.
//
// Arguments:
//   *clock_id*: ZX_CLOCK_MONOTONIC, ZX_CLOCK_UTC or ZX_CLOCK_THREAD.
//   *out*: room for one zx_time_t, written.
//
// Errors:
//   ZX_ERR_INVALID_ARGS: *clock_id* is not defined, or *out* cannot be written.
zx_status_t zx_clock_get_new(zx_clock_t clock_id, zx_time_t *out);
zx_status_t _zx_clock_get_new(zx_clock_t clock_id, zx_time_t *out);

// Reads a clock object.
//
// A clock that was never started shows its backstop time.
//
// Arguments:
//   *handle*: a clock with ZX_RIGHT_READ.
//   *now*: room for one zx_time_t, written.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *handle* is not a clock.
//   ZX_ERR_ACCESS_DENIED: *handle* lacks `ZX_RIGHT_READ`.
//   ZX_ERR_INVALID_ARGS: *now* cannot be written.
zx_status_t zx_clock_read(zx_handle_t handle, zx_time_t *now);
zx_status_t _zx_clock_read(zx_handle_t handle, zx_time_t *now);

// Changes the value, the rate or the error bound of a clock object.
//
// *options* has version 1 in its top six bits and at least one of the bits below; *args* is a
// `zx_clock_update_args_v1_t` of 24 bytes, of which only the fields that *options* names are used.
// `value` is the time that the clock shows from now on, `rate_adjust` how many parts per million it
// runs faster than the monotonic clock, from -1000 to 1000, and `error_bound` a number of
// nanoseconds that is kept for readers. All change in one step.
//
// The first update of a clock that is not started must set the value, which starts it. The value
// may never be less than the backstop time; a monotonic clock cannot be set back, and a continuous
// clock cannot be set again at all. A change of rate alone leaves the time of the moment as it is.
//
// Arguments:
//   *handle*: a clock with ZX_RIGHT_WRITE.
//   *options*: 0 or a union of ZX_CLOCK_UPDATE_OPTION_VALUE_VALID,
//     ZX_CLOCK_UPDATE_OPTION_RATE_ADJUST_VALID and ZX_CLOCK_UPDATE_OPTION_ERROR_BOUND_VALID.
//   *args*: memory, read.
//
// Errors:
//   ZX_ERR_INVALID_ARGS: *args* is null or cannot be read, the version is not 1, *options* has a
//     bit that is not defined or none that is, or `rate_adjust` is out of its range; or, after the
//     handle is checked, `value` is less than the backstop time, the clock is continuous and
//     started, or `value` would set a monotonic clock back.
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *handle* is not a clock.
//   ZX_ERR_ACCESS_DENIED: *handle* lacks `ZX_RIGHT_WRITE`.
//   ZX_ERR_BAD_STATE: the clock is not started and the update does not set its value.
zx_status_t zx_clock_update(zx_handle_t handle, uint64_t options, const void *args);
zx_status_t _zx_clock_update(zx_handle_t handle, uint64_t options, const void *args);

// Mixes bytes of the caller into the state of the random number generator.
//
// At most `ZX_CPRNG_ADD_ENTROPY_MAX_LEN` (256) bytes are taken in a call. Bytes that are not random
// do no harm: what the generator knew before keeps its worth.
//
// Arguments:
//   *buffer*: *buffer_size* bytes, read.
//
// Errors:
//   ZX_ERR_INVALID_ARGS: *buffer_size* is greater than `ZX_CPRNG_ADD_ENTROPY_MAX_LEN`, or *buffer*
//     cannot be read.
zx_status_t zx_cprng_add_entropy(const void *buffer, size_t buffer_size);
zx_status_t _zx_cprng_add_entropy(const void *buffer, size_t buffer_size);

// Fills a buffer with random bytes that are fit for cryptography.
//
// Any *buffer_size* is allowed. The bytes come from the kernel's generator, so no process can tell
// those of another. The call cannot fail: a buffer that cannot be written is a fault of the caller,
// which is stopped by an undefined instruction.
//
// Arguments:
//   *buffer*: room for *buffer_size* bytes, written.
void zx_cprng_draw(void *buffer, size_t buffer_size);
void _zx_cprng_draw(void *buffer, size_t buffer_size);

// Returns the monotonic time that lies a duration after now.
//
// *nanoseconds* may be negative. A sum that would overflow becomes `ZX_TIME_INFINITE` or
// `ZX_TIME_INFINITE_PAST`, so `ZX_TIME_INFINITE` gives a deadline that never comes.
//
// Arguments:
//   *nanoseconds*: a number of nanoseconds.
zx_time_t zx_deadline_after(zx_duration_t nanoseconds);
zx_time_t _zx_deadline_after(zx_duration_t nanoseconds);

// Reads characters from the console.
//
// The number that *buffer_size* points to says how many: the call waits until so many have come,
// and stores there in the end how many it has read. A carriage return arrives as a line feed.
//
// Arguments:
//   *handle*: a resource of kind ZX_RSRC_KIND_ROOT.
//   *buffer*: room for **buffer_size* characters, written.
//   *buffer_size*: one size_t, read and written.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *handle* is not a resource of kind ROOT.
//   ZX_ERR_INVALID_ARGS: *buffer_size* cannot be read or written, or *buffer* cannot be written;
//     what was read by then is lost.
//   ZX_ERR_NOT_SUPPORTED: there is no console to read from.
//
// Differs from Fuchsia: The console is the standard input of the host process; where that has ended
// the answer is `ZX_ERR_NOT_SUPPORTED`.
zx_status_t zx_debug_read(zx_handle_t handle, char *buffer, size_t *buffer_size);
zx_status_t _zx_debug_read(zx_handle_t handle, char *buffer, size_t *buffer_size);

// Runs a line of text as a command of the kernel's own console.
//
// A line has at most 256 characters. The result is that of the command, which may be any number.
//
// Arguments:
//   *resource*: a resource of kind ZX_RSRC_KIND_ROOT.
//   *buffer*: *buffer_size* characters, read.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *resource* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *resource* is not a resource of kind ROOT.
//   ZX_ERR_INVALID_ARGS: *buffer_size* is greater than 256, or *buffer* cannot be read.
//
// Differs from Fuchsia: The commands are those of the library; a line that is none of them has the
// result of the command before it, as in Fuchsia.
zx_status_t zx_debug_send_command(zx_handle_t resource, const char *buffer, size_t buffer_size);
zx_status_t _zx_debug_send_command(zx_handle_t resource, const char *buffer, size_t buffer_size);

// Writes characters to the console.
//
// At most 256 are written; more are dropped without an error. No handle is needed.
//
// Arguments:
//   *buffer*: *buffer_size* characters, read.
//
// Errors:
//   ZX_ERR_INVALID_ARGS: *buffer* cannot be read.
//
// Differs from Fuchsia: The console is the standard error output of the host process.
zx_status_t zx_debug_write(const char *buffer, size_t buffer_size);
zx_status_t _zx_debug_write(const char *buffer, size_t buffer_size);

// Makes a handle to the debug log of the system.
//
// *resource* is a resource of kind ROOT or `ZX_HANDLE_INVALID`. With `ZX_LOG_FLAG_READABLE` the
// handle has `ZX_RIGHT_READ` besides `ZX_DEFAULT_LOG_RIGHTS`, and reads the records from the oldest
// that is kept; it asserts `ZX_LOG_READABLE` when there are records, until a read finds none. Every
// such handle has its own place in the log. The low 16 bits of *options* are added to the flags of
// every record that is written through the handle; other bits mean nothing.
//
// Arguments:
//   *resource*: a resource of kind ZX_RSRC_KIND_ROOT; ZX_HANDLE_INVALID is allowed.
//   *options*: 0 or ZX_LOG_FLAG_READABLE.
//   *out*: room for one handle that the call creates.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *resource* is neither a valid handle nor `ZX_HANDLE_INVALID`.
//   ZX_ERR_WRONG_TYPE: *resource* is not a resource of kind ROOT.
//   ZX_ERR_NO_MEMORY: there is no memory for the log object or its handle.
//   ZX_ERR_INVALID_ARGS: *out* cannot be written.
zx_status_t zx_debuglog_create(zx_handle_t resource, uint32_t options, zx_handle_t *out);
zx_status_t _zx_debuglog_create(zx_handle_t resource, uint32_t options, zx_handle_t *out);

// Reads the next record of the debug log.
//
// The result is the number of bytes stored, or an error. A record is a `zx_log_record_t`: 32 bytes
// and then `datalen` bytes of text without a zero byte, 256 (`ZX_LOG_RECORD_MAX`) at most; of a
// longer one than *buffer_size* the rest is lost. A reader that is too slow misses the records that
// the log has forgotten.
//
// Arguments:
//   *handle*: a debug log with ZX_RIGHT_READ.
//   *options*: must be 0.
//   *buffer*: room for *buffer_size* bytes, written.
//
// Errors:
//   ZX_ERR_INVALID_ARGS: *options* is not 0; or, last, *buffer* cannot be written, and the record
//     is lost.
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *handle* is not a log.
//   ZX_ERR_ACCESS_DENIED: *handle* lacks `ZX_RIGHT_READ`, which only a log made with
//     `ZX_LOG_FLAG_READABLE` has.
//   ZX_ERR_SHOULD_WAIT: there is no record that has not been read.
//
// Differs from Fuchsia: The kernel of 2019 ignored *buffer_size* and stored the whole record; later
// ones do as here.
zx_status_t zx_debuglog_read(zx_handle_t handle, uint32_t options, void *buffer,
                             size_t buffer_size);
zx_status_t _zx_debuglog_read(zx_handle_t handle, uint32_t options, void *buffer,
                              size_t buffer_size);

// Adds a record to the debug log.
//
// At most 224 bytes are taken; more are dropped without an error. The kernel adds the monotonic
// time and the koids of process and thread. *options* are the flags of the record; all 16 low bits
// are allowed, the names below are what they mean by agreement. The log keeps 128 KiB and forgets
// the oldest records.
//
// Arguments:
//   *handle*: a debug log with ZX_RIGHT_WRITE.
//   *options*: 0 or a union of ZX_LOG_ERROR, ZX_LOG_WARN, ZX_LOG_INFO, ZX_LOG_TRACE, ZX_LOG_SPEW,
//     ZX_LOG_DEBUG1, ZX_LOG_DEBUG2, ZX_LOG_DEBUG3, ZX_LOG_DEBUG4, ZX_LOG_LOCAL and
//     ZX_LOG_FLAGS_MASK.
//   *buffer*: *buffer_size* bytes, read.
//
// Errors:
//   ZX_ERR_INVALID_ARGS: *options* has a bit above the low 16; or, after the handle is checked,
//     *buffer* cannot be read.
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *handle* is not a log.
//   ZX_ERR_ACCESS_DENIED: *handle* lacks `ZX_RIGHT_WRITE`.
//
// Differs from Fuchsia: The kernel of 2019 prints every record on the console too; the library does
// where it is told to.
zx_status_t zx_debuglog_write(zx_handle_t handle, uint32_t options, const void *buffer,
                              size_t buffer_size);
zx_status_t _zx_debuglog_write(zx_handle_t handle, uint32_t options, const void *buffer,
                               size_t buffer_size);

// Creates an event, an object that has nothing but its signals.
//
// Programs may set and clear `ZX_EVENT_SIGNALED` and the eight user signals with
// `zx_object_signal()`. All are clear at first. The handle has `ZX_DEFAULT_EVENT_RIGHTS`.
//
// Arguments:
//   *options*: must be 0.
//   *out*: room for one handle that the call creates.
//
// Errors:
//   ZX_ERR_INVALID_ARGS: *options* is not 0, or *out* cannot be written.
//   ZX_ERR_ACCESS_DENIED: the policy of the job forbids `ZX_POL_NEW_EVENT`.
//   ZX_ERR_NO_MEMORY: there is no memory for the event or its handle.
zx_status_t zx_event_create(uint32_t options, zx_handle_t *out);
zx_status_t _zx_event_create(uint32_t options, zx_handle_t *out);

// Creates two events that are each other's peer.
//
// A program sets and clears `ZX_EVENTPAIR_SIGNALED` and the user signals of an end with
// `zx_object_signal()`, and those of the opposite end with `zx_object_signal_peer()`. When all
// handles of an end are closed, `ZX_EVENTPAIR_PEER_CLOSED` is asserted on the other for good. Both
// handles have `ZX_DEFAULT_EVENTPAIR_RIGHTS`.
//
// Arguments:
//   *options*: must be 0.
//   *out0*: room for one handle that the call creates.
//   *out1*: room for one handle that the call creates.
//
// Errors:
//   ZX_ERR_NOT_SUPPORTED: *options* is not 0.
//   ZX_ERR_ACCESS_DENIED: the policy of the job forbids `ZX_POL_NEW_EVENTPAIR`.
//   ZX_ERR_NO_MEMORY: there is no memory for the pair or its handles.
//   ZX_ERR_INVALID_ARGS: *out0* or *out1* cannot be written; neither handle is created then.
zx_status_t zx_eventpair_create(uint32_t options, zx_handle_t *out0, zx_handle_t *out1);
zx_status_t _zx_eventpair_create(uint32_t options, zx_handle_t *out0, zx_handle_t *out1);

// Stores a handle to the process whose thread stopped with the exception *handle* in *out*.
//
// Its rights are those of the task handle with which the exception channel was created. An
// exception that came over a thread's channel gives its process away to nobody. No right on
// *handle* is needed.
//
// Arguments:
//   *handle*: an exception.
//   *out*: room for one handle that the call creates.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *handle* is not an exception.
//   ZX_ERR_ACCESS_DENIED: the exception came over the channel of a thread.
//   ZX_ERR_NO_MEMORY: the kernel ran out of handles.
//   ZX_ERR_INVALID_ARGS: *out* cannot be written.
zx_status_t zx_exception_get_process(zx_handle_t handle, zx_handle_t *out);
zx_status_t _zx_exception_get_process(zx_handle_t handle, zx_handle_t *out);

// Stores a handle to the thread that stopped with the exception *handle* in *out*.
//
// Its rights are those of the task handle with which the exception channel was created. No right on
// *handle* is needed.
//
// Arguments:
//   *handle*: an exception.
//   *out*: room for one handle that the call creates.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *handle* is not an exception.
//   ZX_ERR_NO_MEMORY: the kernel ran out of handles.
//   ZX_ERR_INVALID_ARGS: *out* cannot be written.
zx_status_t zx_exception_get_thread(zx_handle_t handle, zx_handle_t *out);
zx_status_t _zx_exception_get_thread(zx_handle_t handle, zx_handle_t *out);

// Creates a FIFO and gives out its two ends.
//
// Each direction has room for *elem_count* elements of *elem_size* bytes. *elem_count* is a power
// of two, and both together may not need more than 4096 bytes. An end asserts `ZX_FIFO_READABLE`
// while there are elements to read, `ZX_FIFO_WRITABLE` while the opposite end has room, and
// `ZX_FIFO_PEER_CLOSED` for good once all handles of the opposite end are closed; elements that lie
// in an end can still be read then. *options* is ignored. Both handles have
// `ZX_DEFAULT_FIFO_RIGHTS`.
//
// Arguments:
//   *out0*: room for one handle that the call creates.
//   *out1*: room for one handle that the call creates.
//
// Errors:
//   ZX_ERR_ACCESS_DENIED: the policy of the job forbids `ZX_POL_NEW_FIFO`.
//   ZX_ERR_OUT_OF_RANGE: *elem_count* or *elem_size* is 0, *elem_count* is not a power of two, or
//     their product is greater than 4096.
//   ZX_ERR_NO_MEMORY: there is no memory for the FIFO or its handles.
//   ZX_ERR_INVALID_ARGS: *out0* or *out1* cannot be written; neither handle is created then.
zx_status_t zx_fifo_create(size_t elem_count, size_t elem_size, uint32_t options, zx_handle_t *out0,
                           zx_handle_t *out1);
zx_status_t _zx_fifo_create(size_t elem_count, size_t elem_size, uint32_t options,
                            zx_handle_t *out0, zx_handle_t *out1);

// Takes elements out of an end of a FIFO.
//
// As many elements are stored one behind the other in *data* as there are, *count* at most.
// *actual_count*, where not null, receives their number on success. If *data* cannot be written as
// far as it is needed, all elements stay.
//
// Arguments:
//   *handle*: a FIFO with ZX_RIGHT_READ.
//   *data*: room for *count* times *elem_size* bytes, written.
//   *actual_count*: room for one size_t, written; may be null.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *handle* is not a FIFO.
//   ZX_ERR_ACCESS_DENIED: *handle* lacks `ZX_RIGHT_READ`.
//   ZX_ERR_OUT_OF_RANGE: *elem_size* is not that of the FIFO, or *count* is 0.
//   ZX_ERR_SHOULD_WAIT: there is no element, and the opposite end is open.
//   ZX_ERR_PEER_CLOSED: there is no element, and the opposite end is closed.
//   ZX_ERR_INVALID_ARGS: *data* cannot be written; or *actual_count* is not null and cannot be
//     written, and the elements are taken out all the same.
zx_status_t zx_fifo_read(zx_handle_t handle, size_t elem_size, void *data, size_t count,
                         size_t *actual_count);
zx_status_t _zx_fifo_read(zx_handle_t handle, size_t elem_size, void *data, size_t count,
                          size_t *actual_count);

// Puts elements into the opposite end of a FIFO.
//
// As many elements are taken from *data* as there is room for, *count* at most. *actual_count*,
// where not null, receives their number on success. If *data* cannot be read as far as it is
// needed, nothing is written.
//
// Arguments:
//   *handle*: a FIFO with ZX_RIGHT_WRITE.
//   *data*: *count* times *elem_size* bytes, read.
//   *actual_count*: room for one size_t, written; may be null.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *handle* is not a FIFO.
//   ZX_ERR_ACCESS_DENIED: *handle* lacks `ZX_RIGHT_WRITE`.
//   ZX_ERR_PEER_CLOSED: the opposite end is closed.
//   ZX_ERR_OUT_OF_RANGE: *elem_size* is not that of the FIFO, or *count* is 0.
//   ZX_ERR_SHOULD_WAIT: there is no room.
//   ZX_ERR_INVALID_ARGS: *data* cannot be read; or *actual_count* is not null and cannot be
//     written, and the elements are written all the same.
zx_status_t zx_fifo_write(zx_handle_t handle, size_t elem_size, const void *data, size_t count,
                          size_t *actual_count);
zx_status_t _zx_fifo_write(zx_handle_t handle, size_t elem_size, const void *data, size_t count,
                           size_t *actual_count);

// Describes the framebuffer that the boot loader set up.
//
// *format* receives its pixel format, *width* and *height* its size in pixels, *stride* the pixels
// from one line to the next.
//
// Arguments:
//   *resource*: a resource of kind ZX_RSRC_KIND_ROOT.
//   *format*: room for one uint32_t, written.
//   *width*: room for one uint32_t, written.
//   *height*: room for one uint32_t, written.
//   *stride*: room for one uint32_t, written.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *resource* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *resource* is not a resource, or not of kind ROOT.
//   ZX_ERR_INVALID_ARGS: there is no framebuffer, or a pointer cannot be written.
//
// Differs from Fuchsia: There is one if `LIBZIRCON_FRAMEBUFFER` says so.
zx_status_t zx_framebuffer_get_info(zx_handle_t resource, uint32_t *format, uint32_t *width,
                                    uint32_t *height, uint32_t *stride);
zx_status_t _zx_framebuffer_get_info(zx_handle_t resource, uint32_t *format, uint32_t *width,
                                     uint32_t *height, uint32_t *stride);

// Tells the kernel that *vmo* is the framebuffer on which it may draw.
//
// *format*, *width*, *height* and *stride* describe it as in zx_framebuffer_get_info; *len* is not
// used. With *vmo* `ZX_HANDLE_INVALID` the kernel gives up the framebuffer it has. No right on
// *vmo* is needed.
//
// Arguments:
//   *resource*: a resource of kind ZX_RSRC_KIND_ROOT.
//   *vmo*: a VMO; ZX_HANDLE_INVALID is allowed.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *resource* is not a valid handle, or *vmo* is neither valid nor
//     `ZX_HANDLE_INVALID`.
//   ZX_ERR_WRONG_TYPE: *resource* is not a resource, or not of kind ROOT, or *vmo* is not a VMO.
//   ZX_ERR_INVALID_ARGS: *vmo* has the size 0.
//   ZX_ERR_NO_MEMORY: there is no memory for the VMO or its mapping.
//
// Differs from Fuchsia: The kernel keeps the VMO, with its pages committed, and draws nothing.
zx_status_t zx_framebuffer_set_range(zx_handle_t resource, zx_handle_t vmo, uint32_t len,
                                     uint32_t format, uint32_t width, uint32_t height,
                                     uint32_t stride);
zx_status_t _zx_framebuffer_set_range(zx_handle_t resource, zx_handle_t vmo, uint32_t len,
                                      uint32_t format, uint32_t width, uint32_t height,
                                      uint32_t stride);

// Tells which thread owns a futex.
//
// *koid* receives the koid of the owner, or `ZX_KOID_INVALID` if there is none; a futex on which no
// thread waits has none.
//
// Arguments:
//   *koid*: room for one zx_koid_t, written.
//
// Errors:
//   ZX_ERR_INVALID_ARGS: *value_ptr* is null or not a multiple of 4, or *koid* cannot be written.
zx_status_t zx_futex_get_owner(const zx_futex_t *value_ptr, zx_koid_t *koid);
zx_status_t _zx_futex_get_owner(const zx_futex_t *value_ptr, zx_koid_t *koid);

// Wakes threads that wait on a futex and moves others to wait on another.
//
// If the number at *value_ptr* is *current_value*, at most *wake_count* threads that wait there are
// woken, and of those that remain at most *requeue_count* go on waiting on *requeue_ptr*, behind
// the ones that are there. All is one step for other calls on these futexes. The futex at
// *value_ptr* has no owner afterwards.
//
// *new_requeue_owner*, a thread of the same process or `ZX_HANDLE_INVALID`, becomes the owner of
// the futex at *requeue_ptr* if threads wait there in the end. With *requeue_count* 0 that owner
// stays as it is, unless no thread waits on *value_ptr*.
//
// Arguments:
//   *value_ptr*: one zx_futex_t, read.
//   *new_requeue_owner*: a thread; ZX_HANDLE_INVALID is allowed.
//
// Errors:
//   ZX_ERR_INVALID_ARGS: *value_ptr* or *requeue_ptr* is null or not a multiple of 4, both are the
//     same, or *value_ptr* cannot be read; or, after the number is compared and the handle checked,
//     *new_requeue_owner* is a thread of another process or one that waits on either futex.
//   ZX_ERR_BAD_STATE: the number at *value_ptr* is not *current_value*.
//   ZX_ERR_BAD_HANDLE: *new_requeue_owner* is neither a valid handle nor `ZX_HANDLE_INVALID`.
//   ZX_ERR_WRONG_TYPE: *new_requeue_owner* is not a thread.
zx_status_t zx_futex_requeue(const zx_futex_t *value_ptr, uint32_t wake_count,
                             zx_futex_t current_value, const zx_futex_t *requeue_ptr,
                             uint32_t requeue_count, zx_handle_t new_requeue_owner);
zx_status_t _zx_futex_requeue(const zx_futex_t *value_ptr, uint32_t wake_count,
                              zx_futex_t current_value, const zx_futex_t *requeue_ptr,
                              uint32_t requeue_count, zx_handle_t new_requeue_owner);

// Wakes one thread that waits on a futex, makes it the owner, and moves others to another futex.
//
// The call does what `zx_futex_requeue()` does with a *wake_count* of 1, except that the woken
// thread becomes the owner of the futex at *value_ptr* if threads are left waiting there.
//
// Arguments:
//   *value_ptr*: one zx_futex_t, read.
//   *new_requeue_owner*: a thread; ZX_HANDLE_INVALID is allowed.
//
// Errors:
//   ZX_ERR_INVALID_ARGS: *value_ptr* or *requeue_ptr* is null or not a multiple of 4, both are the
//     same, or *value_ptr* cannot be read; or, after the number is compared and the handle checked,
//     *new_requeue_owner* is a thread of another process or one that waits on either futex.
//   ZX_ERR_BAD_STATE: the number at *value_ptr* is not *current_value*.
//   ZX_ERR_BAD_HANDLE: *new_requeue_owner* is neither a valid handle nor `ZX_HANDLE_INVALID`.
//   ZX_ERR_WRONG_TYPE: *new_requeue_owner* is not a thread.
zx_status_t zx_futex_requeue_single_owner(const zx_futex_t *value_ptr, zx_futex_t current_value,
                                          const zx_futex_t *requeue_ptr, uint32_t requeue_count,
                                          zx_handle_t new_requeue_owner);
zx_status_t _zx_futex_requeue_single_owner(const zx_futex_t *value_ptr, zx_futex_t current_value,
                                           const zx_futex_t *requeue_ptr, uint32_t requeue_count,
                                           zx_handle_t new_requeue_owner);

// Waits on a futex if it holds an expected value.
//
// A futex is a 32-bit number in the memory of the process, at an address that is a multiple of 4.
// Reading it, comparing it with *current_value* and beginning to wait are one step for all wakes: a
// thread that changes the number and then wakes cannot be missed. Only threads of the same process
// meet at a futex.
//
// *new_futex_owner* names the thread that holds what the futex stands for, or is
// `ZX_HANDLE_INVALID`; it becomes the owner of the futex, replacing the one before. A futex without
// waiters has no owner.
//
// The call returns `ZX_OK` when another thread wakes this one, perhaps at the futex that it was
// moved to meanwhile; `ZX_OK` does not mean that the number has changed. The job policy may add
// slack to the deadline.
//
// Arguments:
//   *value_ptr*: one zx_futex_t, read.
//   *new_futex_owner*: a thread; ZX_HANDLE_INVALID is allowed.
//   *deadline*: a time on the monotonic clock, in nanoseconds.
//
// Errors:
//   ZX_ERR_INVALID_ARGS: *value_ptr* is null, not a multiple of 4, or cannot be read; or, after the
//     number is compared and the handle checked, *new_futex_owner* is a thread of another process,
//     the calling thread, or a thread that waits on this futex.
//   ZX_ERR_BAD_STATE: the number is not *current_value*.
//   ZX_ERR_BAD_HANDLE: *new_futex_owner* is neither a valid handle nor `ZX_HANDLE_INVALID`.
//   ZX_ERR_WRONG_TYPE: *new_futex_owner* is not a thread.
//   ZX_ERR_TIMED_OUT: *deadline* passed before another thread woke this one.
//
// Differs from Fuchsia: Threads are woken in the order in which they came; the kernel of 2019
// prefers those of higher priority, and lends an owner the priority of its waiters.
zx_status_t zx_futex_wait(const zx_futex_t *value_ptr, zx_futex_t current_value,
                          zx_handle_t new_futex_owner, zx_time_t deadline);
zx_status_t _zx_futex_wait(const zx_futex_t *value_ptr, zx_futex_t current_value,
                           zx_handle_t new_futex_owner, zx_time_t deadline);

// Wakes threads that wait on a futex.
//
// At most *wake_count* threads are woken; that there are fewer, or none, is no error. The futex has
// no owner afterwards. The number is not read, so the address need not be that of memory.
//
// Errors:
//   ZX_ERR_INVALID_ARGS: *value_ptr* is null or not a multiple of 4.
zx_status_t zx_futex_wake(const zx_futex_t *value_ptr, uint32_t wake_count);
zx_status_t _zx_futex_wake(const zx_futex_t *value_ptr, uint32_t wake_count);

// Stores *new_value*, wakes waiters, closes a handle and ends the calling thread.
//
// It is for a thread that gives its own stack away. In this order: *new_value* is stored at
// *value_ptr* with release semantics, at most *wake_count* threads waiting there are woken,
// *close_handle* is closed (`ZX_HANDLE_INVALID` closes nothing), and the thread ends as by
// zx_thread_exit. From the store on the user stack is not touched. Does not return: if the wake or
// the close fails, the thread takes an undefined-instruction exception, and if the store fails, a
// page fault.
//
// Arguments:
//   *close_handle*: any object; ZX_HANDLE_INVALID is allowed; the call takes the handle away.
//
// Differs from Fuchsia: One call into the kernel, where Fuchsia's vDSO makes three.
__attribute__((__noreturn__)) void
zx_futex_wake_handle_close_thread_exit(const zx_futex_t *value_ptr, uint32_t wake_count,
                                       int32_t new_value, zx_handle_t close_handle);
__attribute__((__noreturn__)) void
_zx_futex_wake_handle_close_thread_exit(const zx_futex_t *value_ptr, uint32_t wake_count,
                                        int32_t new_value, zx_handle_t close_handle);

// Wakes one thread that waits on a futex and makes it the owner.
//
// If no thread is left waiting, the futex has no owner afterwards. That no thread waits is no
// error.
//
// Errors:
//   ZX_ERR_INVALID_ARGS: *value_ptr* is null or not a multiple of 4.
zx_status_t zx_futex_wake_single_owner(const zx_futex_t *value_ptr);
zx_status_t _zx_futex_wake_single_owner(const zx_futex_t *value_ptr);

// Makes a guest, a virtual machine without memory or processors.
//
// Stores a handle to it in *guest_handle* and one to its physical memory, a root VMAR of 2^48 bytes
// from 0 on, in *vmar_handle*. VMOs mapped there are the guest's memory. *resource* must be of kind
// HYPERVISOR or ROOT. The guest handle has DUPLICATE, TRANSFER, WRITE, INSPECT and MANAGE_PROCESS;
// the VMAR handle DUPLICATE, TRANSFER, INSPECT, READ, WRITE and EXECUTE.
//
// Arguments:
//   *resource*: a resource of kind ZX_RSRC_KIND_HYPERVISOR.
//   *options*: must be 0.
//   *guest_handle*: room for one handle that the call creates.
//   *vmar_handle*: room for one handle that the call creates.
//
// Errors:
//   ZX_ERR_INVALID_ARGS: *options* is not zero, or, once the guest is made, *guest_handle* or
//     *vmar_handle* cannot be written.
//   ZX_ERR_BAD_HANDLE: *resource* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *resource* is not a resource, or neither of kind HYPERVISOR nor ROOT.
//   ZX_ERR_NOT_SUPPORTED: the machine has no hardware virtualization that the kernel may use.
//   ZX_ERR_NO_MEMORY: the kernel ran out of memory.
//
// Differs from Fuchsia: The hardware is reached through the host's /dev/kvm. The guest cannot be
// kept from executing in its memory, and its physical addresses are no wider than the processor's.
zx_status_t zx_guest_create(zx_handle_t resource, uint32_t options, zx_handle_t *guest_handle,
                            zx_handle_t *vmar_handle);
zx_status_t _zx_guest_create(zx_handle_t resource, uint32_t options, zx_handle_t *guest_handle,
                             zx_handle_t *vmar_handle);

// Traps the guest's accesses to *size* bytes, or I/O ports, from *addr* on.
//
// - `ZX_GUEST_TRAP_MEM`: an access ends zx_vcpu_resume with a packet that has the address and the
//   instruction; the instruction counts as done, and its effect is the caller's to make.
//   *port_handle* must be `ZX_HANDLE_INVALID`.
// - `ZX_GUEST_TRAP_BELL`: a write queues a packet with the address to *port_handle* and the guest
//   goes on. A trap has 256 packets; when all wait in the port, the VCPU waits as well. A read is
//   not supported.
// - `ZX_GUEST_TRAP_IO`: an access to ports ends zx_vcpu_resume with a packet. *port_handle* must be
//   `ZX_HANDLE_INVALID`. An access is looked up by its first port; port 65535 cannot be trapped.
//
// *key* is the key of the packets. For memory, *addr* and *size* must be page-aligned, and what is
// mapped in the range is unmapped for good. A trap lasts as long as the guest. Traps that overlap
// are not refused unless they begin at the same address.
//
// Arguments:
//   *handle*: a guest with ZX_RIGHT_WRITE.
//   *kind*: one of the ZX_GUEST_TRAP_ constants.
//   *port_handle*: a port with ZX_RIGHT_WRITE; ZX_HANDLE_INVALID is allowed.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle, or *port_handle* is neither valid nor
//     `ZX_HANDLE_INVALID`.
//   ZX_ERR_WRONG_TYPE: *handle* is not a guest or *port_handle* is not a port.
//   ZX_ERR_ACCESS_DENIED: *handle* or *port_handle* lacks `ZX_RIGHT_WRITE`.
//   ZX_ERR_INVALID_ARGS: *size* is 0; *kind* is unknown; a port is given where none may be or
//     guest's.
//   ZX_ERR_OUT_OF_RANGE: *addr* + *size* overflows (checked before *kind*), or is more than 65535
//     for ports.
//   ZX_ERR_BAD_STATE: the guest's VMAR was destroyed.
//   ZX_ERR_ALREADY_EXISTS: a trap begins at *addr*; memory and bells count as one kind.
//   ZX_ERR_NO_MEMORY: the kernel ran out of memory.
zx_status_t zx_guest_set_trap(zx_handle_t handle, uint32_t kind, zx_vaddr_t addr, size_t size,
                              zx_handle_t port_handle, uint64_t key);
zx_status_t _zx_guest_set_trap(zx_handle_t handle, uint32_t kind, zx_vaddr_t addr, size_t size,
                               zx_handle_t port_handle, uint64_t key);

// Closes a handle.
//
// The value stops naming anything in this process. Waits that other threads make through this very
// handle end with `ZX_ERR_CANCELED`, and notifications that were asked for through it with
// `zx_object_wait_async()` are withdrawn; packets that already lie in a port stay there. When the
// last handle of an object is closed the object ends its life as a thing that programs see: a peer
// notices it as closed, a timer is disarmed, and the memory goes as soon as nothing else refers to
// it.
//
// Closing `ZX_HANDLE_INVALID` succeeds and does nothing. No right is needed.
//
// Arguments:
//   *handle*: any object; ZX_HANDLE_INVALID is allowed; the call takes the handle away.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *handle* is neither a valid handle nor `ZX_HANDLE_INVALID`.
zx_status_t zx_handle_close(zx_handle_t handle);
zx_status_t _zx_handle_close(zx_handle_t handle);

// Closes every handle of an array.
//
// Entries that are `ZX_HANDLE_INVALID` are passed over. An entry that is no valid handle does not
// stop the call: the others are closed all the same. An array with the same value twice therefore
// closes it once and reports an error.
//
// The array is read in portions of 64 entries, each closed before the next is read. The result is
// that of the last portion: in an array of more than 64 entries a bad one is reported only if it
// stands in the last portion. If a portion cannot be read, the ones before it are closed already.
// *num_handles* has no limit; with 0 the array is not looked at.
//
// Arguments:
//   *handles*: *num_handles* handles that the call takes away.
//
// Errors:
//   ZX_ERR_INVALID_ARGS: *handles* cannot be read.
//   ZX_ERR_BAD_HANDLE: an entry of the last portion is not a valid handle.
zx_status_t zx_handle_close_many(const zx_handle_t *handles, size_t num_handles);
zx_status_t _zx_handle_close_many(const zx_handle_t *handles, size_t num_handles);

// Makes a second handle to the object of a handle, with the same rights or fewer.
//
// With `ZX_RIGHT_SAME_RIGHTS` the new handle has all rights of *handle*. Otherwise it has exactly
// *rights*, which must be a part of the rights of *handle*; `ZX_RIGHT_NONE` is allowed. *handle*
// stays as it is.
//
// Arguments:
//   *handle*: any object with ZX_RIGHT_DUPLICATE.
//   *out*: room for one handle that the call creates.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle.
//   ZX_ERR_ACCESS_DENIED: *handle* lacks `ZX_RIGHT_DUPLICATE`.
//   ZX_ERR_INVALID_ARGS: *rights* holds a right that *handle* lacks, or *out* cannot be written.
//   ZX_ERR_NO_MEMORY: there is no room for another handle.
zx_status_t zx_handle_duplicate(zx_handle_t handle, zx_rights_t rights, zx_handle_t *out);
zx_status_t _zx_handle_duplicate(zx_handle_t handle, zx_rights_t rights, zx_handle_t *out);

// Replaces a handle by a new one to the same object, with the same rights or fewer.
//
// *rights* is understood as by `zx_handle_duplicate()`, but no right is needed. *handle* is gone
// afterwards whether the call succeeds or fails, unless it was not valid to begin with; also its
// pending waits and notifications end as if it had been closed.
//
// Arguments:
//   *handle*: any object; the call takes the handle away.
//   *out*: room for one handle that the call creates.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle.
//   ZX_ERR_INVALID_ARGS: *rights* holds a right that *handle* lacks, or *out* cannot be written; in
//     both cases *handle* is closed.
//   ZX_ERR_NO_MEMORY: there is no room for another handle; *handle* is closed.
zx_status_t zx_handle_replace(zx_handle_t handle, zx_rights_t rights, zx_handle_t *out);
zx_status_t _zx_handle_replace(zx_handle_t handle, zx_rights_t rights, zx_handle_t *out);

// Lets the interrupt *handle*, which is bound to a port, fire again.
//
// If it fired since the last packet, the port gets the next one at once. An interrupt that did not
// fire since the last call is left as it is, with success.
//
// Arguments:
//   *handle*: an interrupt with ZX_RIGHT_WRITE.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *handle* is not an interrupt.
//   ZX_ERR_ACCESS_DENIED: *handle* lacks `ZX_RIGHT_WRITE`.
//   ZX_ERR_BAD_STATE: the interrupt is not bound to a port, or, checked last, it fired again before
//     its packet was taken from the port.
//   ZX_ERR_CANCELED: the interrupt was destroyed.
zx_status_t zx_interrupt_ack(zx_handle_t handle);
zx_status_t _zx_interrupt_ack(zx_handle_t handle);

// Makes the interrupt *handle* queue packets to *port_handle*.
//
// When it fires, the port gets a packet of type `ZX_PKT_TYPE_INTERRUPT` with *key* and the time,
// ahead of all packets of other types. The next one comes only after zx_interrupt_ack. An interrupt
// is bound once, to one port, and the port must have been created with `ZX_PORT_BIND_TO_INTERRUPT`.
//
// Arguments:
//   *handle*: an interrupt with ZX_RIGHT_READ.
//   *port_handle*: a port with ZX_RIGHT_WRITE.
//   *options*: must be 0.
//
// Errors:
//   ZX_ERR_INVALID_ARGS: *options* is not zero.
//   ZX_ERR_BAD_HANDLE: *handle* or *port_handle* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *handle* is not an interrupt, *port_handle* is not a port, or, checked after
//     the rights, the port was not created for interrupts.
//   ZX_ERR_ACCESS_DENIED: *handle* lacks `ZX_RIGHT_READ` or *port_handle* lacks `ZX_RIGHT_WRITE`.
//   ZX_ERR_CANCELED: the interrupt was destroyed.
//   ZX_ERR_BAD_STATE: a thread waits for the interrupt.
//   ZX_ERR_ALREADY_BOUND: the interrupt is bound to a port or a VCPU.
zx_status_t zx_interrupt_bind(zx_handle_t handle, zx_handle_t port_handle, uint64_t key,
                              uint32_t options);
zx_status_t _zx_interrupt_bind(zx_handle_t handle, zx_handle_t port_handle, uint64_t key,
                               uint32_t options);

// Delivers the physical interrupt *handle* to the guest of *vcpu*.
//
// Several VCPUs of one guest may be bound; binding one twice does nothing. *options* is not looked
// at.
//
// Arguments:
//   *handle*: an interrupt with ZX_RIGHT_READ.
//   *vcpu*: a VCPU with ZX_RIGHT_WRITE.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *handle* or *vcpu* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *handle* is not an interrupt or *vcpu* is not a VCPU.
//   ZX_ERR_ACCESS_DENIED: *handle* lacks `ZX_RIGHT_READ` or *vcpu* lacks `ZX_RIGHT_WRITE`.
//   ZX_ERR_NOT_SUPPORTED: the interrupt is virtual, or belongs to a PCI device.
//   ZX_ERR_CANCELED: the interrupt was destroyed.
//   ZX_ERR_BAD_STATE: a thread waits for the interrupt.
//   ZX_ERR_ALREADY_BOUND: the interrupt is bound to a port.
//   ZX_ERR_INVALID_ARGS: a VCPU of another guest is bound.
//   ZX_ERR_NO_MEMORY: the kernel ran out of memory.
zx_status_t zx_interrupt_bind_vcpu(zx_handle_t handle, zx_handle_t vcpu, uint32_t options);
zx_status_t _zx_interrupt_bind_vcpu(zx_handle_t handle, zx_handle_t vcpu, uint32_t options);

// Makes an interrupt object and stores a handle to it in *out_handle*.
//
// With *options* `ZX_INTERRUPT_VIRTUAL` it is one that zx_interrupt_trigger fires; *src_obj* and
// *src_num* are not looked at. Otherwise it is the machine's interrupt *src_num*, which *src_obj*
// must cover, and *options* is one of the modes `ZX_INTERRUPT_MODE_DEFAULT`,
// `ZX_INTERRUPT_MODE_EDGE_LOW`, `ZX_INTERRUPT_MODE_EDGE_HIGH`, `ZX_INTERRUPT_MODE_LEVEL_LOW` or
// `ZX_INTERRUPT_MODE_LEVEL_HIGH`, with `ZX_INTERRUPT_REMAP_IRQ` if *src_num* is the number of an
// old interrupt line.
//
// The handle has DUPLICATE, TRANSFER, WAIT, INSPECT, READ, WRITE and SIGNAL. A firing is no signal:
// zx_object_wait_one and its like see only signals that programs set.
//
// Arguments:
//   *src_obj*: a resource of kind ZX_RSRC_KIND_IRQ.
//   *options*: 0 or a union of ZX_INTERRUPT_REMAP_IRQ, ZX_INTERRUPT_VIRTUAL,
//     ZX_INTERRUPT_MODE_EDGE_LOW, ZX_INTERRUPT_MODE_EDGE_HIGH, ZX_INTERRUPT_MODE_LEVEL_LOW and
//     ZX_INTERRUPT_MODE_LEVEL_HIGH.
//   *out_handle*: room for one handle that the call creates.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *src_obj* is not a valid handle, for an interrupt that is not virtual.
//   ZX_ERR_WRONG_TYPE: *src_obj* is not a resource, or neither of kind IRQ nor ROOT.
//   ZX_ERR_OUT_OF_RANGE: *src_obj* is of kind IRQ and does not cover *src_num*.
//   ZX_ERR_NO_MEMORY: the kernel ran out of memory.
//   ZX_ERR_INVALID_ARGS: *options* has an undefined bit, an undefined mode, or another bit beside
//     `ZX_INTERRUPT_VIRTUAL`; the machine has no interrupt *src_num*; or *out_handle* cannot be
//     written.
//   ZX_ERR_ALREADY_BOUND: the interrupt has an object already.
//
// Differs from Fuchsia: The machine is a virtual one: interrupts 0 to 119, which
// `libzircon/machine.h` raises; old interrupt lines have the same numbers. There are always vectors
// enough, so that `ZX_ERR_NO_RESOURCES` does not occur.
zx_status_t zx_interrupt_create(zx_handle_t src_obj, uint32_t src_num, uint32_t options,
                                zx_handle_t *out_handle);
zx_status_t _zx_interrupt_create(zx_handle_t src_obj, uint32_t src_num, uint32_t options,
                                 zx_handle_t *out_handle);

// Ends the use of the interrupt *handle*: who waits for it, or will, is told so.
//
// A packet that waits in a bound port is taken back. The object stays until its handles are closed;
// destroying it again succeeds. No right is needed.
//
// Arguments:
//   *handle*: an interrupt.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *handle* is not an interrupt.
//   ZX_ERR_NOT_FOUND: the packet was taken from the port and zx_interrupt_ack was not called; the
//     interrupt is destroyed all the same.
zx_status_t zx_interrupt_destroy(zx_handle_t handle);
zx_status_t _zx_interrupt_destroy(zx_handle_t handle);

// Fires the virtual interrupt *handle* at the time *timestamp*.
//
// A waiting thread or the bound port gets *timestamp*. If the last firing was not taken, or not
// acknowledged, this one is remembered, and of several the time of the first; a time of 0 is not
// remembered.
//
// Arguments:
//   *handle*: an interrupt with ZX_RIGHT_SIGNAL.
//   *options*: must be 0.
//
// Errors:
//   ZX_ERR_INVALID_ARGS: *options* is not zero.
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *handle* is not an interrupt.
//   ZX_ERR_ACCESS_DENIED: *handle* lacks `ZX_RIGHT_SIGNAL`.
//   ZX_ERR_BAD_STATE: the interrupt is not virtual.
//   ZX_ERR_CANCELED: the interrupt was destroyed.
zx_status_t zx_interrupt_trigger(zx_handle_t handle, uint32_t options, zx_time_t timestamp);
zx_status_t _zx_interrupt_trigger(zx_handle_t handle, uint32_t options, zx_time_t timestamp);

// Waits until the interrupt *handle* fires and stores the time of that in *out_timestamp*.
//
// Firing before the call counts; several times count once, with the time of the first. The call
// also allows the interrupt to fire again after the last wait. One thread can wait at a time.
// *out_timestamp* may be null. Closing the last handle or zx_interrupt_destroy ends the wait.
//
// Arguments:
//   *handle*: an interrupt with ZX_RIGHT_WAIT.
//   *out_timestamp*: room for one zx_time_t, written; may be null.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *handle* is not an interrupt.
//   ZX_ERR_ACCESS_DENIED: *handle* lacks `ZX_RIGHT_WAIT`.
//   ZX_ERR_BAD_STATE: the interrupt is bound to a port or a VCPU, or another thread waits.
//   ZX_ERR_CANCELED: the interrupt was destroyed, before the call or during it.
//   ZX_ERR_INVALID_ARGS: *out_timestamp* cannot be written; the firing is lost.
zx_status_t zx_interrupt_wait(zx_handle_t handle, zx_time_t *out_timestamp);
zx_status_t _zx_interrupt_wait(zx_handle_t handle, zx_time_t *out_timestamp);

// Makes an IOMMU object from a descriptor and stores a handle to it in *out*.
//
// *desc* is *desc_size* bytes whose form follows from *type*: for `ZX_IOMMU_TYPE_DUMMY`, which
// translates nothing, one byte; for `ZX_IOMMU_TYPE_INTEL` a zx_iommu_desc_intel_t with its lists,
// at most 4096 bytes. The handle has DUPLICATE, TRANSFER and INSPECT.
//
// Arguments:
//   *resource*: a resource of kind ZX_RSRC_KIND_ROOT.
//   *type*: one of the ZX_IOMMU_TYPE_ constants.
//   *desc*: *desc_size* bytes, read.
//   *out*: room for one handle that the call creates.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *resource* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *resource* is not a resource, or not of kind ROOT.
//   ZX_ERR_INVALID_ARGS: *desc_size* is more than 4096, *desc* cannot be read, the descriptor is
//     not what *type* asks for, or *out* cannot be written.
//   ZX_ERR_NO_MEMORY: the kernel ran out of memory.
//   ZX_ERR_NOT_SUPPORTED: *type* is unknown, or the hardware is not there.
//
// Differs from Fuchsia: There is no IOMMU hardware to drive, so `ZX_IOMMU_TYPE_INTEL` is not
// supported.
zx_status_t zx_iommu_create(zx_handle_t resource, uint32_t type, const void *desc, size_t desc_size,
                            zx_handle_t *out);
zx_status_t _zx_iommu_create(zx_handle_t resource, uint32_t type, const void *desc,
                             size_t desc_size, zx_handle_t *out);

// Takes the *len* x86 I/O ports from *io_addr* on from the calling process again.
//
// *resource* must be of kind IOPORT and cover them, or of kind ROOT. Ports that the process does
// not have are passed over.
//
// Arguments:
//   *resource*: a resource of kind ZX_RSRC_KIND_IOPORT.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *resource* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *resource* is not a resource, or neither of kind IOPORT nor ROOT.
//   ZX_ERR_OUT_OF_RANGE: *resource* is of kind IOPORT and *len* is 0 or the ports are not covered.
//   ZX_ERR_INVALID_ARGS: *io_addr* + *len* is more than 65536.
//   ZX_ERR_NO_MEMORY: the kernel ran out of memory.
//
// Differs from Fuchsia: Nothing, beside what zx_ioports_request says.
zx_status_t zx_ioports_release(zx_handle_t resource, uint16_t io_addr, uint32_t len);
zx_status_t _zx_ioports_release(zx_handle_t resource, uint16_t io_addr, uint32_t len);

// Lets the calling process use the *len* x86 I/O ports from *io_addr* on.
//
// *resource* must be of kind IOPORT and cover them, or of kind ROOT. All threads of the process may
// then use in and out instructions on them.
//
// Arguments:
//   *resource*: a resource of kind ZX_RSRC_KIND_IOPORT.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *resource* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *resource* is not a resource, or neither of kind IOPORT nor ROOT.
//   ZX_ERR_OUT_OF_RANGE: *resource* is of kind IOPORT and *len* is 0 or the ports are not covered.
//   ZX_ERR_INVALID_ARGS: *io_addr* + *len* is more than 65536.
//   ZX_ERR_NO_MEMORY: the kernel ran out of memory.
//
// Differs from Fuchsia: The ports are noted but stay with the host: in and out instructions still
// fault.
zx_status_t zx_ioports_request(zx_handle_t resource, uint16_t io_addr, uint32_t len);
zx_status_t _zx_ioports_request(zx_handle_t resource, uint16_t io_addr, uint32_t len);

// Makes a job under *parent_job* and stores a handle to it in *out*.
//
// The new job starts with the policy its parent has at this moment and holds neither jobs nor
// processes. Its handle has DUPLICATE, TRANSFER, WAIT, INSPECT, READ, WRITE, GET_PROPERTY,
// SET_PROPERTY, GET_POLICY, SET_POLICY, ENUMERATE, DESTROY, SIGNAL, MANAGE_JOB, MANAGE_PROCESS and
// MANAGE_THREAD.
//
// Job trees are limited in depth: the kernel's own root counts 32, every job one less than its
// parent, and a job that counts 0 takes no child jobs.
//
// Arguments:
//   *parent_job*: a job with ZX_RIGHT_MANAGE_JOB or ZX_RIGHT_WRITE.
//   *options*: must be 0.
//   *out*: room for one handle that the call creates.
//
// Errors:
//   ZX_ERR_INVALID_ARGS: *options* is not zero, or, once the job is made, *out* cannot be written.
//   ZX_ERR_BAD_HANDLE: *parent_job* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *parent_job* is not a job.
//   ZX_ERR_ACCESS_DENIED: *parent_job* has neither `ZX_RIGHT_MANAGE_JOB` nor `ZX_RIGHT_WRITE`.
//   ZX_ERR_OUT_OF_RANGE: *parent_job* stands on the last level that a tree may have.
//   ZX_ERR_NO_MEMORY: the kernel ran out of memory.
//   ZX_ERR_BAD_STATE: *parent_job* was killed.
zx_status_t zx_job_create(zx_handle_t parent_job, uint32_t options, zx_handle_t *out);
zx_status_t _zx_job_create(zx_handle_t parent_job, uint32_t options, zx_handle_t *out);

// Ties the life of *job* to that of *process*: when the process ends, the job is killed.
//
// The job dies as by zx_task_kill, with the return code `ZX_TASK_RETCODE_CRITICAL_PROCESS_KILL`.
// With `ZX_JOB_CRITICAL_PROCESS_RETCODE_NONZERO` that happens only if the process ends with a
// return code other than 0. *job* must be the job of the process or one of that job's ancestors. A
// process can be made critical once, and that cannot be undone.
//
// Arguments:
//   *job*: a job with ZX_RIGHT_DESTROY.
//   *options*: 0 or ZX_JOB_CRITICAL_PROCESS_RETCODE_NONZERO.
//   *process*: a process with ZX_RIGHT_WAIT.
//
// Errors:
//   ZX_ERR_INVALID_ARGS: *options* has an undefined bit, or, checked last, *job* is not above
//     *process*.
//   ZX_ERR_BAD_HANDLE: *job* or *process* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *job* is not a job or *process* is not a process.
//   ZX_ERR_ACCESS_DENIED: *job* lacks `ZX_RIGHT_DESTROY` or *process* lacks `ZX_RIGHT_WAIT`.
//   ZX_ERR_ALREADY_BOUND: *process* is critical to a job already.
zx_status_t zx_job_set_critical(zx_handle_t job, uint32_t options, zx_handle_t process);
zx_status_t _zx_job_set_critical(zx_handle_t job, uint32_t options, zx_handle_t process);

// Adds policy to the job *handle*, which must hold no job and no process at the time.
//
// Children get a copy of what their parent has when they are created, so the policy of a running
// process never changes.
//
// With *topic* `ZX_JOB_POL_BASIC`, *policy* is an array of *count* zx_policy_basic_t, 8 bytes each:
// a condition and the action to take when a process of the job meets it. *count* is 1 to 15. A
// condition for which the job already has an explicit action keeps it: with `ZX_JOB_POL_RELATIVE` a
// different action is passed over in silence, with `ZX_JOB_POL_ABSOLUTE` it fails the call.
// `ZX_POL_NEW_ANY` stands for every condition whose name has NEW. Of entries in one call that name
// the same condition the last one counts. Either all entries take effect or none does.
//
// The actions are `ZX_POL_ACTION_ALLOW` (the default), `ZX_POL_ACTION_DENY` (the call fails with
// `ZX_ERR_ACCESS_DENIED`), `ZX_POL_ACTION_ALLOW_EXCEPTION` and `ZX_POL_ACTION_DENY_EXCEPTION` (the
// same two, and a `ZX_EXCP_POLICY_ERROR` exception is raised on the way out of the call), and
// `ZX_POL_ACTION_KILL` (the process dies with `ZX_TASK_RETCODE_POLICY_KILL`). `ZX_POL_BAD_HANDLE`
// returns `ZX_ERR_BAD_HANDLE` whatever the action. `ZX_POL_WRONG_OBJECT` and `ZX_POL_VMAR_WX` are
// stored but nothing enforces them.
//
// With *topic* `ZX_JOB_POL_TIMER_SLACK`, *policy* is one zx_policy_timer_slack_t of 16 bytes and
// *options* must be `ZX_JOB_POL_RELATIVE`. The job's slack becomes the larger of min_slack, in
// nanoseconds, and what it was; default_mode replaces the mode.
//
// Arguments:
//   *handle*: a job with ZX_RIGHT_SET_POLICY.
//   *options*: ZX_JOB_POL_RELATIVE or ZX_JOB_POL_ABSOLUTE.
//   *topic*: ZX_JOB_POL_BASIC or ZX_JOB_POL_TIMER_SLACK.
//   *policy*: memory, read.
//
// Errors:
//   ZX_ERR_INVALID_ARGS: *topic* is unknown; *options* is not one that *topic* takes; *policy* is
//     null or cannot be read; *count* is 0, or not 1 for timer slack; and, checked last, a
//     condition is unknown, min_slack is negative, or default_mode is not a slack mode.
//   ZX_ERR_NO_MEMORY: there is no memory for a copy of *count* entries.
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *handle* is not a job.
//   ZX_ERR_ACCESS_DENIED: *handle* lacks `ZX_RIGHT_SET_POLICY`.
//   ZX_ERR_BAD_STATE: the job holds a job or a process.
//   ZX_ERR_OUT_OF_RANGE: *count* is more than 15, for `ZX_JOB_POL_BASIC`.
//   ZX_ERR_NOT_SUPPORTED: an entry's action is unknown.
//   ZX_ERR_ALREADY_EXISTS: *options* is `ZX_JOB_POL_ABSOLUTE` and the job has another explicit
//     action for a condition.
zx_status_t zx_job_set_policy(zx_handle_t handle, uint32_t options, uint32_t topic,
                              const void *policy, uint32_t count);
zx_status_t _zx_job_set_policy(zx_handle_t handle, uint32_t options, uint32_t topic,
                               const void *policy, uint32_t count);

// Controls the kernel's trace.
//
// *action* is one of:
// - 1 (start): records events of the groups whose bits *options* has, of all groups if it is 0;
// - 2 (stop): ends the recording and keeps what there is;
// - 3 (rewind): forgets everything but the head of the buffer;
// - 4 (new probe): *ptr* points to 31 bytes with a name; the result is its number, the same for the
//   same name, for `zx_ktrace_write()`.
//
// For the other actions *ptr* is not looked at.
//
// Arguments:
//   *handle*: a resource of kind ZX_RSRC_KIND_ROOT.
//   *ptr*: memory, read and written; may be null.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *handle* is not a resource of kind ROOT.
//   ZX_ERR_INVALID_ARGS: *action* is not defined, or it is 4 and *ptr* cannot be read.
//   ZX_ERR_NO_MEMORY: there is no memory for a new probe.
zx_status_t zx_ktrace_control(zx_handle_t handle, uint32_t action, uint32_t options, void *ptr);
zx_status_t _zx_ktrace_control(zx_handle_t handle, uint32_t action, uint32_t options, void *ptr);

// Reads from the buffer of the kernel's trace.
//
// *offset* and *data_size* are in bytes; *actual* receives how many bytes were stored, 0 behind the
// end. With *data* null nothing is read and *actual* receives the size of what has been recorded.
//
// Arguments:
//   *handle*: a resource of kind ZX_RSRC_KIND_ROOT.
//   *data*: room for *data_size* bytes, written; may be null.
//   *actual*: room for one size_t, written.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *handle* is not a resource of kind ROOT.
//   ZX_ERR_INVALID_ARGS: *data* or *actual* cannot be written.
//
// Differs from Fuchsia: The kernel records from its start on; here nothing is recorded before it is
// asked for.
zx_status_t zx_ktrace_read(zx_handle_t handle, void *data, uint32_t offset, size_t data_size,
                           size_t *actual);
zx_status_t _zx_ktrace_read(zx_handle_t handle, void *data, uint32_t offset, size_t data_size,
                            size_t *actual);

// Records an event of the program's own in the kernel's trace.
//
// *id* is the number of a probe, *arg0* and *arg1* are recorded with it.
//
// Arguments:
//   *handle*: a resource of kind ZX_RSRC_KIND_ROOT.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *handle* is not a resource of kind ROOT.
//   ZX_ERR_INVALID_ARGS: *id* is greater than 0x7ff.
//   ZX_ERR_UNAVAILABLE: nothing is being recorded, the group of probes is not, or the buffer is
//     full.
zx_status_t zx_ktrace_write(zx_handle_t handle, uint32_t id, uint32_t arg0, uint32_t arg1);
zx_status_t _zx_ktrace_write(zx_handle_t handle, uint32_t id, uint32_t arg0, uint32_t arg1);

// Reserves *count* message-signaled interrupts and stores a handle to the block in
// *out_allocation*.
//
// *count* is 1, 2, 4, 8, 16 or 32. The block is free again when its last handle and the last
// interrupt made from it are closed.
//
// Arguments:
//   *handle*: a resource of kind ZX_RSRC_KIND_ROOT.
//   *out_allocation*: room for one handle that the call creates.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *handle* is not a resource, or not of kind ROOT.
//   ZX_ERR_INVALID_ARGS: *count* is none of these numbers, or *out_allocation* cannot be written.
//   ZX_ERR_NO_RESOURCES: there are not that many vectors in a row.
//   ZX_ERR_NO_MEMORY: the kernel ran out of memory.
//
// Differs from Fuchsia: The messages are those of the virtual machine, see docs/machine.md.
zx_status_t zx_msi_allocate(zx_handle_t handle, uint32_t count, zx_handle_t *out_allocation);
zx_status_t _zx_msi_allocate(zx_handle_t handle, uint32_t count, zx_handle_t *out_allocation);

// Makes the interrupt object of message *msi_id* of the block *handle*.
//
// *vmo* holds the MSI capability of the PCI device *vmo_offset* bytes from its start; it is a
// physical or contiguous VMO with the cache policy `ZX_CACHE_POLICY_UNCACHED_DEVICE`. There is one
// interrupt object for a message at a time. Stores a handle to it in *out_interrupt*.
//
// Arguments:
//   *handle*: a msi allocation.
//   *options*: must be 0.
//   *vmo*: a VMO with ZX_RIGHT_MAP.
//   *out_interrupt*: room for one handle that the call creates.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *handle* or *vmo* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *handle* is not a block of message-signaled interrupts or *vmo* is not a
//     VMO.
//   ZX_ERR_ACCESS_DENIED: *vmo* lacks `ZX_RIGHT_MAP`.
//   ZX_ERR_BAD_STATE: the block has no message *msi_id*.
//   ZX_ERR_ALREADY_BOUND: message *msi_id* has an interrupt object.
//   ZX_ERR_INVALID_ARGS: *options* is not zero, *vmo* is of another kind or cache policy,
//     *vmo_offset* is out of bounds, or *out_interrupt* cannot be written.
//   ZX_ERR_NO_MEMORY: the kernel ran out of memory.
//
// Differs from Fuchsia: The capability is not written to: nothing masks the message.
zx_status_t zx_msi_create(zx_handle_t handle, uint32_t options, uint32_t msi_id, zx_handle_t vmo,
                          size_t vmo_offset, zx_handle_t *out_interrupt);
zx_status_t _zx_msi_create(zx_handle_t handle, uint32_t options, uint32_t msi_id, zx_handle_t vmo,
                           size_t vmo_offset, zx_handle_t *out_interrupt);

// Controls tracing and counting by the processor itself.
//
// *kind* is 0 for the trace of instructions or 1 for performance counters. The actions of the first
// are 0 to 5 (allocate, free, stage, get, start, stop), those of the second 0 to 6 (get properties,
// prepare, assign a buffer, stage a configuration, start, stop, finish). Actions that take or give
// data want *ptr_size* to be the size of their structure, the others want it to be 0; where an
// action has no *options* they must be 0.
//
// Arguments:
//   *handle*: a resource of kind ZX_RSRC_KIND_ROOT.
//   *ptr*: *ptr_size* bytes, read and written; may be null.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *handle* is not a resource of kind ROOT.
//   ZX_ERR_INVALID_ARGS: *kind* or *action* is not defined, *options* or *ptr_size* is not what the
//     action wants, or *ptr* cannot be read.
//   ZX_ERR_NOT_SUPPORTED: the processor cannot do it.
//
// Differs from Fuchsia: The library has no access to these parts of the processor, and answers as a
// 2019 kernel does where they are missing: stopping and finishing the counters succeeds, every
// other action that passes the checks of its arguments is `ZX_ERR_NOT_SUPPORTED`.
zx_status_t zx_mtrace_control(zx_handle_t handle, uint32_t kind, uint32_t action, uint32_t options,
                              void *ptr, size_t ptr_size);
zx_status_t _zx_mtrace_control(zx_handle_t handle, uint32_t kind, uint32_t action, uint32_t options,
                               void *ptr, size_t ptr_size);

// Sleeps until a moment of the monotonic clock.
//
// If *deadline* has passed the call returns at once; if it is 0 or negative, the thread lets others
// run first. The job policy may add slack to the deadline. The call never fails.
//
// Arguments:
//   *deadline*: a time on the monotonic clock, in nanoseconds.
zx_status_t zx_nanosleep(zx_time_t deadline);
zx_status_t _zx_nanosleep(zx_time_t deadline);

// Makes a handle to a child of a process or job that is known by its koid.
//
// The children of a process are its threads, those of a job are the jobs and the processes directly
// in it. With `ZX_RIGHT_SAME_RIGHTS` the new handle has all rights of *handle*, otherwise exactly
// *rights*, which must be a part of them. Rights that mean nothing for the child's type may be
// among them.
//
// Arguments:
//   *handle*: any object with ZX_RIGHT_ENUMERATE.
//   *koid*: a koid.
//   *out*: room for one handle that the call creates.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle.
//   ZX_ERR_ACCESS_DENIED: *handle* lacks `ZX_RIGHT_ENUMERATE`, or *rights* holds a right that
//     *handle* lacks.
//   ZX_ERR_NOT_FOUND: no child has this koid.
//   ZX_ERR_WRONG_TYPE: *handle* is neither a process nor a job.
//   ZX_ERR_NO_MEMORY: there is no room for another handle.
//   ZX_ERR_INVALID_ARGS: *out* cannot be written.
zx_status_t zx_object_get_child(zx_handle_t handle, uint64_t koid, zx_rights_t rights,
                                zx_handle_t *out);
zx_status_t _zx_object_get_child(zx_handle_t handle, uint64_t koid, zx_rights_t rights,
                                 zx_handle_t *out);

// Answers a question about an object: one record, or as many as there are.
//
// *topic* says what is asked. Where the answer is one record, *buffer* must have room for it,
// *actual* receives 1 (0 if the room is too small) and *avail* 1. Where it is a list, as many
// records are stored as *buffer_size* has room for, *actual* receives their number and *avail* how
// many there would be. *actual* and *avail* may be null.
//
// The topics, the type that *handle* must have, the right it needs and the record:
// - `ZX_INFO_HANDLE_VALID`: any handle; no record, the result alone is the answer. A handle that is
//   not valid does not offend against the job's policy on bad handles here.
// - `ZX_INFO_HANDLE_BASIC`: any handle, no right; one `zx_info_handle_basic_t` of 32 bytes with
//   koid, rights, type, the related koid (the peer's, a thread's process, a process's or job's job,
//   else 0) and whether the object can be waited on.
// - `ZX_INFO_HANDLE_COUNT`: any handle, INSPECT; one `zx_info_handle_count_t` of 4 bytes with the
//   number of handles of the object in all processes.
// - `ZX_INFO_PROCESS`: process, INSPECT; one `zx_info_process_t` of 16 bytes.
// - `ZX_INFO_PROCESS_THREADS`: process, ENUMERATE; a list of koids.
// - `ZX_INFO_PROCESS_MAPS`: another process, INSPECT; a list of `zx_info_maps_t` of 96 bytes, depth
//   first: the address space, its regions and mappings.
// - `ZX_INFO_PROCESS_VMOS`: another process, INSPECT; a list of `zx_info_vmo_t` of 104 bytes: first
//   for each handle to a VMO, then for each mapping of one.
// - `ZX_INFO_PROCESS_HANDLE_STATS`: process, INSPECT; one `zx_info_process_handle_stats_t` of 256
//   bytes with the number of handles by object type.
// - `ZX_INFO_TASK_STATS`: process, INSPECT; one `zx_info_task_stats_t` of 32 bytes.
// - `ZX_INFO_THREAD`: thread, INSPECT; one `zx_info_thread_t` of 8 bytes with the state and the
//   kind of exception handler that the thread waits for.
// - `ZX_INFO_THREAD_EXCEPTION_REPORT`: thread, INSPECT; one `zx_exception_report_t` of the
//   exception that the thread waits in.
// - `ZX_INFO_THREAD_STATS`: thread, INSPECT; one `zx_info_thread_stats_t` of 8 bytes with the time
//   that the thread has run, in nanoseconds.
// - `ZX_INFO_JOB`: job, INSPECT; one `zx_info_job_t` of 16 bytes.
// - `ZX_INFO_JOB_CHILDREN`, `ZX_INFO_JOB_PROCESSES`: job, ENUMERATE; a list of koids of the jobs or
//   processes directly in it.
// - `ZX_INFO_VMAR`: VMAR, INSPECT; one `zx_info_vmar_t` of 16 bytes with base and length.
// - `ZX_INFO_VMO`: VMO, no right; one `zx_info_vmo_t` of 104 bytes, where `handle_rights` is 0;
//   *avail* receives 0.
// - `ZX_INFO_SOCKET`: socket, INSPECT; one `zx_info_socket_t` of 48 bytes.
// - `ZX_INFO_BTI`: BTI, INSPECT; one `zx_info_bti_t` of 16 bytes.
// - `ZX_INFO_RESOURCE`: resource, INSPECT; one `zx_info_resource_t` of 56 bytes.
// - `ZX_INFO_CPU_STATS`: a resource of kind ROOT, no right; a list of `zx_info_cpu_stats_t` of 120
//   bytes, one for each processor.
// - `ZX_INFO_KMEM_STATS`: a resource of kind ROOT, no right; one `zx_info_kmem_stats_t` of 72
//   bytes.
//
// Later versions of the records of processes, reports, task statistics, maps, VMOs and kernel
// memory are topics of their own, such as `ZX_INFO_VMO_V2`. Those of threads, thread and CPU
// statistics and BTIs have the number of the first one: they are stored if *buffer_size* is theirs,
// for the CPUs if it is a multiple of theirs and not of the first one's.
//
// Arguments:
//   *handle*: any object with ZX_RIGHT_INSPECT if `topic == ZX_INFO_PROCESS ||
//     topic == ZX_INFO_PROCESS_MAPS || topic == ZX_INFO_PROCESS_VMOS ||
//     topic == ZX_INFO_PROCESS_HANDLE_STATS || topic == ZX_INFO_TASK_STATS ||
//     topic == ZX_INFO_THREAD || topic == ZX_INFO_THREAD_EXCEPTION_REPORT ||
//     topic == ZX_INFO_THREAD_STATS || topic == ZX_INFO_JOB || topic == ZX_INFO_VMAR ||
//     topic == ZX_INFO_SOCKET || topic == ZX_INFO_BTI || topic == ZX_INFO_RESOURCE ||
//     topic == ZX_INFO_HANDLE_COUNT`, with ZX_RIGHT_ENUMERATE if
//     `topic == ZX_INFO_PROCESS_THREADS || topic == ZX_INFO_JOB_CHILDREN ||
//     topic == ZX_INFO_JOB_PROCESSES`.
//   *topic*: ZX_INFO_HANDLE_VALID, ZX_INFO_HANDLE_BASIC, ZX_INFO_HANDLE_COUNT, ZX_INFO_PROCESS,
//     ZX_INFO_PROCESS_THREADS, ZX_INFO_PROCESS_MAPS, ZX_INFO_PROCESS_VMOS,
//     ZX_INFO_PROCESS_HANDLE_STATS, ZX_INFO_TASK_STATS, ZX_INFO_THREAD,
//     ZX_INFO_THREAD_EXCEPTION_REPORT, ZX_INFO_THREAD_STATS, ZX_INFO_JOB, ZX_INFO_JOB_CHILDREN,
//     ZX_INFO_JOB_PROCESSES, ZX_INFO_VMAR, ZX_INFO_VMO, ZX_INFO_SOCKET, ZX_INFO_BTI,
//     ZX_INFO_RESOURCE, ZX_INFO_CPU_STATS or ZX_INFO_KMEM_STATS.
//   *buffer*: room for *buffer_size* bytes, written; may be null.
//   *actual*: room for one size_t, written; may be null.
//   *avail*: room for one size_t, written; may be null.
//
// Errors:
//   ZX_ERR_NOT_SUPPORTED: *topic* is not defined.
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *handle* is not of the type, or the resource not of the kind, that *topic*
//     asks for.
//   ZX_ERR_ACCESS_DENIED: *handle* lacks the right that *topic* needs, or *topic* is
//     `ZX_INFO_PROCESS_MAPS` or `ZX_INFO_PROCESS_VMOS` and *handle* is the calling process.
//   ZX_ERR_BAD_STATE: the process has died (`ZX_INFO_TASK_STATS`, `ZX_INFO_PROCESS_MAPS`), does not
//     run (`ZX_INFO_PROCESS_VMOS`), or the thread is in no exception
//     (`ZX_INFO_THREAD_EXCEPTION_REPORT`).
//   ZX_ERR_NO_MEMORY: there is no memory for the list (`ZX_INFO_PROCESS_THREADS`).
//   ZX_ERR_INVALID_ARGS: *buffer* cannot be written; or *actual* or *avail* is not null and cannot
//     be written.
//   ZX_ERR_BUFFER_TOO_SMALL: the answer is one record and *buffer_size* is less than its size; this
//     is found after *actual* and *avail* are stored.
//
// Differs from Fuchsia: `ZX_INFO_VMO` checks *buffer_size*; the kernel of 2019 ignored it and
// always wrote 104 bytes.
zx_status_t zx_object_get_info(zx_handle_t handle, uint32_t topic, void *buffer, size_t buffer_size,
                               size_t *actual, size_t *avail);
zx_status_t _zx_object_get_info(zx_handle_t handle, uint32_t topic, void *buffer,
                                size_t buffer_size, size_t *actual, size_t *avail);

// Reads a property of an object.
//
// *value_size* may be more than the property needs; the rest of *value* stays as it is. The
// properties, the objects that have them and their sizes:
// - `ZX_PROP_NAME`: any object, 32 bytes (`ZX_MAX_NAME_LEN`), ended by a zero byte and filled up
//   with zeros; empty for objects that have no name.
// - `ZX_PROP_PROCESS_DEBUG_ADDR`: process, 8 bytes.
// - `ZX_PROP_PROCESS_VDSO_BASE_ADDRESS`: process, 8 bytes: where the vDSO is mapped, or 0.
// - `ZX_PROP_SOCKET_RX_THRESHOLD`, `ZX_PROP_SOCKET_TX_THRESHOLD`: socket, 8 bytes.
// - `ZX_PROP_EXCEPTION_STATE`: exception, 4 bytes: `ZX_EXCEPTION_STATE_HANDLED` or
//   `ZX_EXCEPTION_STATE_TRY_NEXT`.
//
// Arguments:
//   *handle*: any object with ZX_RIGHT_GET_PROPERTY.
//   *property*: ZX_PROP_NAME, ZX_PROP_PROCESS_DEBUG_ADDR, ZX_PROP_PROCESS_VDSO_BASE_ADDRESS,
//     ZX_PROP_SOCKET_RX_THRESHOLD, ZX_PROP_SOCKET_TX_THRESHOLD or ZX_PROP_EXCEPTION_STATE.
//   *value*: room for *value_size* bytes, written.
//
// Errors:
//   ZX_ERR_INVALID_ARGS: *value* is null; or, after the handle is checked, *property* is not one
//     that can be read, or *value* cannot be written.
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle.
//   ZX_ERR_ACCESS_DENIED: *handle* lacks `ZX_RIGHT_GET_PROPERTY`.
//   ZX_ERR_BUFFER_TOO_SMALL: *value_size* is less than the size of the property.
//   ZX_ERR_WRONG_TYPE: the object is of a type that does not have *property*.
zx_status_t zx_object_get_property(zx_handle_t handle, uint32_t property, void *value,
                                   size_t value_size);
zx_status_t _zx_object_get_property(zx_handle_t handle, uint32_t property, void *value,
                                    size_t value_size);

// Applies a scheduling profile to a thread.
//
// A thread that has not been started yet may get one, a thread that is dying or dead may not.
// *options* is ignored.
//
// Arguments:
//   *handle*: a thread with ZX_RIGHT_MANAGE_THREAD.
//   *profile*: a profile with ZX_RIGHT_APPLY_PROFILE.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle, or *profile* is not; *handle* is looked at
//     first, with its type and right.
//   ZX_ERR_WRONG_TYPE: *handle* is not a thread, or *profile* is not a profile.
//   ZX_ERR_ACCESS_DENIED: *handle* lacks `ZX_RIGHT_MANAGE_THREAD`, or *profile* lacks
//     `ZX_RIGHT_APPLY_PROFILE`.
//   ZX_ERR_BAD_STATE: the thread is dying or dead.
//
// Differs from Fuchsia: The priority becomes a nice value of the host's, if the host grants it:
// without a privilege a priority can be lowered and not be raised again.
zx_status_t zx_object_set_profile(zx_handle_t handle, zx_handle_t profile, uint32_t options);
zx_status_t _zx_object_set_profile(zx_handle_t handle, zx_handle_t profile, uint32_t options);

// Changes a property of an object.
//
// The properties, the objects that have them and what they take:
// - `ZX_PROP_NAME`: job, process, thread, VMO or resource. At most 31 bytes are taken, further ones
//   are dropped without an error; a zero byte ends the name early.
// - `ZX_PROP_REGISTER_FS`, `ZX_PROP_REGISTER_GS`: the calling thread only, 8 bytes: the base
//   address of the segment register.
// - `ZX_PROP_PROCESS_DEBUG_ADDR`: process, 8 bytes, not 0. It can be set while it is 0 or
//   `ZX_PROCESS_DEBUG_ADDR_BREAK_ON_SET`, then no more.
// - `ZX_PROP_SOCKET_RX_THRESHOLD`: socket, 8 bytes. From then on `ZX_SOCKET_READ_THRESHOLD` is
//   asserted while at least so many bytes can be read; 0 switches it off.
// - `ZX_PROP_SOCKET_TX_THRESHOLD`: socket, 8 bytes. From then on `ZX_SOCKET_WRITE_THRESHOLD` is
//   asserted while there is room for at least so many bytes; 0 switches it off.
// - `ZX_PROP_JOB_KILL_ON_OOM`: job, 8 bytes that are read whatever *value_size* says: 1 makes the
//   job a victim when the system runs out of memory, 0 does not.
// - `ZX_PROP_EXCEPTION_STATE`: exception, 4 bytes: what becomes of the thread when the last handle
//   of the exception is closed, `ZX_EXCEPTION_STATE_HANDLED` (it runs on) or
//   `ZX_EXCEPTION_STATE_TRY_NEXT` (the next handler is asked).
//
// Arguments:
//   *handle*: any object with ZX_RIGHT_SET_PROPERTY.
//   *property*: ZX_PROP_NAME, ZX_PROP_REGISTER_FS, ZX_PROP_REGISTER_GS, ZX_PROP_PROCESS_DEBUG_ADDR,
//     ZX_PROP_SOCKET_RX_THRESHOLD, ZX_PROP_SOCKET_TX_THRESHOLD, ZX_PROP_JOB_KILL_ON_OOM or
//     ZX_PROP_EXCEPTION_STATE.
//   *value*: *value_size* bytes, read.
//
// Errors:
//   ZX_ERR_INVALID_ARGS: *value* is null; or, after the handle is checked, *property* is not one
//     that can be changed, *value* cannot be read, or what it holds is not allowed: an address that
//     is not canonical or not in user space, a debug address of 0, a threshold above the capacity
//     of the socket, a number that is not defined.
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle.
//   ZX_ERR_ACCESS_DENIED: *handle* lacks `ZX_RIGHT_SET_PROPERTY`, it is not the calling thread
//     (`ZX_PROP_REGISTER_FS`, `ZX_PROP_REGISTER_GS`), or the debug address is set already.
//   ZX_ERR_BUFFER_TOO_SMALL: *value_size* is less than the size of the property, a name or
//     `ZX_PROP_JOB_KILL_ON_OOM` excepted.
//   ZX_ERR_WRONG_TYPE: the object is of a type that does not have *property*.
//   ZX_ERR_NOT_SUPPORTED: the object is of a type that takes no name.
//   ZX_ERR_PEER_CLOSED: the opposite end of the socket is closed (`ZX_PROP_SOCKET_TX_THRESHOLD`).
//
// Differs from Fuchsia: User space begins where the host lets it begin, not at 16 MiB, so lower
// addresses are taken for FS and GS.
zx_status_t zx_object_set_property(zx_handle_t handle, uint32_t property, const void *value,
                                   size_t value_size);
zx_status_t _zx_object_set_property(zx_handle_t handle, uint32_t property, const void *value,
                                    size_t value_size);

// Clears and sets signals of an object in one step.
//
// The signals of *clear_mask* are cleared, then those of *set_mask* are set; one that stands in
// both is set. Programs may change the eight user signals of every object that can be waited on,
// and of events and event pairs `ZX_EVENT_SIGNALED` besides; all other signals belong to the
// kernel. With both masks 0 nothing happens.
//
// Arguments:
//   *handle*: any object with ZX_RIGHT_SIGNAL.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle.
//   ZX_ERR_ACCESS_DENIED: *handle* lacks `ZX_RIGHT_SIGNAL`.
//   ZX_ERR_NOT_SUPPORTED: the object is of a type that cannot be waited on.
//   ZX_ERR_INVALID_ARGS: *clear_mask* or *set_mask* holds a signal that is the kernel's.
zx_status_t zx_object_signal(zx_handle_t handle, uint32_t clear_mask, uint32_t set_mask);
zx_status_t _zx_object_signal(zx_handle_t handle, uint32_t clear_mask, uint32_t set_mask);

// Clears and sets signals of the opposite end of an object.
//
// The object is an event pair, a channel, a socket or a FIFO. What may be changed, and how, is as
// for `zx_object_signal()`.
//
// Arguments:
//   *handle*: any object with ZX_RIGHT_SIGNAL_PEER.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle.
//   ZX_ERR_ACCESS_DENIED: *handle* lacks `ZX_RIGHT_SIGNAL_PEER`.
//   ZX_ERR_NOT_SUPPORTED: the object is of a type that has no opposite end.
//   ZX_ERR_INVALID_ARGS: *clear_mask* or *set_mask* holds a signal that is the kernel's.
//   ZX_ERR_PEER_CLOSED: the opposite end is closed.
zx_status_t zx_object_signal_peer(zx_handle_t handle, uint32_t clear_mask, uint32_t set_mask);
zx_status_t _zx_object_signal_peer(zx_handle_t handle, uint32_t clear_mask, uint32_t set_mask);

// Asks for a packet in a port as soon as an object asserts one of some signals.
//
// The request is good for one packet: when a signal of *signals* is asserted, at once if that is so
// already, a packet of type `ZX_PKT_TYPE_SIGNAL_ONE` with *key* and status `ZX_OK` is queued and
// the request is gone. In `signal.trigger` it has *signals*, in `signal.observed` all signals of
// the object at that moment, in `signal.timestamp` the monotonic time of that moment if *options*
// is `ZX_WAIT_ASYNC_TIMESTAMP`, else 0. `signal.count` is 1, except that a channel which is
// readable when the request is made, with `ZX_CHANNEL_READABLE` among *signals*, gives the number
// of its messages.
//
// Several requests may be made, with the same key too. A request ends without a packet when
// *handle* is closed, replaced or given to another process, when the last handle of the port is
// closed, or through `zx_port_cancel()`. These packets do not count for the limit of
// `zx_port_queue()`.
//
// Arguments:
//   *handle*: any object with ZX_RIGHT_WAIT.
//   *port*: a port with ZX_RIGHT_WRITE.
//   *options*: 0 or ZX_WAIT_ASYNC_TIMESTAMP.
//
// Errors:
//   ZX_ERR_INVALID_ARGS: *options* is neither 0 nor `ZX_WAIT_ASYNC_TIMESTAMP`.
//   ZX_ERR_BAD_HANDLE: *port* is not a valid handle, or *handle* is not; *port* is looked at first,
//     with its type and right.
//   ZX_ERR_WRONG_TYPE: *port* is not a port.
//   ZX_ERR_ACCESS_DENIED: *port* lacks `ZX_RIGHT_WRITE`, or *handle* lacks `ZX_RIGHT_WAIT`.
//   ZX_ERR_NOT_SUPPORTED: the object of *handle* is of a type that cannot be waited on.
//   ZX_ERR_NO_MEMORY: there is no memory for the request.
zx_status_t zx_object_wait_async(zx_handle_t handle, zx_handle_t port, uint64_t key,
                                 zx_signals_t signals, uint32_t options);
zx_status_t _zx_object_wait_async(zx_handle_t handle, zx_handle_t port, uint64_t key,
                                  zx_signals_t signals, uint32_t options);

// Waits until one of several objects asserts one of some signals.
//
// Each item names a handle and in `waitfor` the signals that count for it. The call returns when
// any item is satisfied, at once if one is already. On return `pending` of every item holds the
// signals that its object asserted at any moment of the wait, for items that were not satisfied
// too, and after `ZX_ERR_TIMED_OUT` and `ZX_ERR_CANCELED` as well. The same handle may stand in
// several items.
//
// *count* is at most `ZX_WAIT_MANY_MAX_ITEMS` (16). With *count* 0 the items are not looked at, and
// the call sleeps until *deadline* and returns `ZX_ERR_TIMED_OUT`.
//
// When a handle of an item is closed or given away during the wait, `ZX_SIGNAL_HANDLE_CLOSED` is
// set in its `pending` and the call fails, even if another item is satisfied.
//
// Arguments:
//   *items*: *count* zx_wait_item_t, read and written.
//   *deadline*: a time on the monotonic clock, in nanoseconds.
//
// Errors:
//   ZX_ERR_OUT_OF_RANGE: *count* is greater than `ZX_WAIT_MANY_MAX_ITEMS`.
//   ZX_ERR_INVALID_ARGS: *items* cannot be read, or, after the wait, cannot be written.
//   ZX_ERR_BAD_HANDLE: the handle of an item is not valid. Of the items, the first with a fault
//     decides on this error and the next two.
//   ZX_ERR_ACCESS_DENIED: the handle of an item lacks `ZX_RIGHT_WAIT`.
//   ZX_ERR_NOT_SUPPORTED: the object of an item is of a type that cannot be waited on.
//   ZX_ERR_CANCELED: the handle of an item was closed or given away during the wait.
//   ZX_ERR_TIMED_OUT: *deadline* passed and no item was satisfied, or *count* is 0.
zx_status_t zx_object_wait_many(zx_wait_item_t *items, size_t count, zx_time_t deadline);
zx_status_t _zx_object_wait_many(zx_wait_item_t *items, size_t count, zx_time_t deadline);

// Waits until an object asserts one of some signals.
//
// The call returns as soon as at least one signal of *signals* is asserted on the object, at once
// if that is so already, also when *deadline* has passed. A deadline in the past makes it a poll,
// `ZX_TIME_INFINITE` waits without limit. With *signals* 0 only the deadline or the closing of the
// handle end the wait. The job policy may add slack to the deadline.
//
// If *observed* is not null it receives the signals that were asserted at any moment of the wait,
// the one before it included, not only those asked for, in every case that comes after the start of
// the wait: success, `ZX_ERR_TIMED_OUT` and `ZX_ERR_CANCELED`. By the time that they are read they
// may have changed.
//
// When *handle* is closed, replaced or delivered to a reader of a channel during the wait,
// `ZX_SIGNAL_HANDLE_CLOSED` is among the observed signals and the call fails. The wait does not end
// by that when another handle to the object is closed.
//
// Arguments:
//   *handle*: any object with ZX_RIGHT_WAIT.
//   *deadline*: a time on the monotonic clock, in nanoseconds.
//   *observed*: room for one zx_signals_t, written; may be null.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle.
//   ZX_ERR_ACCESS_DENIED: *handle* lacks `ZX_RIGHT_WAIT`.
//   ZX_ERR_NOT_SUPPORTED: the object is of a type that cannot be waited on.
//   ZX_ERR_INVALID_ARGS: *observed* is not null and cannot be written, which is found out after the
//     wait.
//   ZX_ERR_CANCELED: *handle* was closed or given away during the wait.
//   ZX_ERR_TIMED_OUT: *deadline* passed and none of *signals* was asserted.
zx_status_t zx_object_wait_one(zx_handle_t handle, zx_signals_t signals, zx_time_t deadline,
                               zx_signals_t *observed);
zx_status_t _zx_object_wait_one(zx_handle_t handle, zx_signals_t signals, zx_time_t deadline,
                                zx_signals_t *observed);

// Makes a pager and stores a handle to it in *out*.
//
// The handle has INSPECT, ENUMERATE, GET_PROPERTY, SET_PROPERTY and TRANSFER. When its last copy is
// closed, all VMOs of the pager are detached from it and no more packets come.
//
// Arguments:
//   *options*: must be 0.
//   *out*: room for one handle that the call creates.
//
// Errors:
//   ZX_ERR_INVALID_ARGS: *options* is not zero, or, once the pager is made, *out* cannot be
//     written.
//   ZX_ERR_NO_MEMORY: the kernel ran out of memory.
zx_status_t zx_pager_create(uint32_t options, zx_handle_t *out);
zx_status_t _zx_pager_create(uint32_t options, zx_handle_t *out);

// Makes a VMO of *size* bytes whose pages come from *pager*, asked for through *port*.
//
// When a page is missing, *port* gets a packet of type `ZX_PKT_TYPE_PAGE_REQUEST` with *key*, the
// command `ZX_PAGER_VMO_READ`, and the offset and length of the missing range, in whole pages; who
// needs the page waits until zx_pager_supply_pages fills it. When no more requests will come,
// because the VMO was detached or is gone, a packet with `ZX_PAGER_VMO_COMPLETE` is queued. One VMO
// has one packet in the port at a time.
//
// *size* is rounded up to whole pages. *out* receives a handle with the rights that zx_vmo_create
// gives. Bit 0 of *options* is accepted and ignored.
//
// Arguments:
//   *pager*: a pager.
//   *options*: 0 or ZX_VMO_RESIZABLE.
//   *port*: a port with ZX_RIGHT_WRITE.
//   *out*: room for one handle that the call creates.
//
// Errors:
//   ZX_ERR_ACCESS_DENIED: the policy of the caller's job denies `ZX_POL_NEW_VMO`, or, checked after
//     the types, *port* lacks `ZX_RIGHT_WRITE`.
//   ZX_ERR_BAD_HANDLE: *pager* or *port* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *pager* is not a pager or *port* is not a port.
//   ZX_ERR_INVALID_ARGS: *options* has an undefined bit, or, checked last, *out* cannot be written.
//   ZX_ERR_OUT_OF_RANGE: *size* is more than the largest size of a VMO.
//   ZX_ERR_NO_MEMORY: the kernel ran out of memory.
zx_status_t zx_pager_create_vmo(zx_handle_t pager, uint32_t options, zx_handle_t port, uint64_t key,
                                uint64_t size, zx_handle_t *out);
zx_status_t _zx_pager_create_vmo(zx_handle_t pager, uint32_t options, zx_handle_t port,
                                 uint64_t key, uint64_t size, zx_handle_t *out);

// Makes *pager* stop supplying pages to *vmo*, which it must have created.
//
// Requests that wait fail, a waiting thread that touched a mapping gets an exception, and so do
// later accesses to pages that are missing. Pages that exist stay. The port of the VMO gets a last
// packet, `ZX_PAGER_VMO_COMPLETE`. Detaching again does nothing. No rights are needed.
//
// Arguments:
//   *pager*: a pager.
//   *vmo*: a VMO.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *pager* or *vmo* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *pager* is not a pager or *vmo* is not a VMO.
//   ZX_ERR_INVALID_ARGS: *vmo* was not created from *pager*.
zx_status_t zx_pager_detach_vmo(zx_handle_t pager, zx_handle_t vmo);
zx_status_t _zx_pager_detach_vmo(zx_handle_t pager, zx_handle_t vmo);

// Tells the kernel what became of *length* bytes at *offset* of *pager_vmo*.
//
// With `ZX_PAGER_OP_FAIL` the pages will not come: who waits for them gets the error *data*, a
// zx_status_t extended to 64 bits, from the call it is in, or an exception where it touched a
// mapping. *data* is `ZX_ERR_IO`, `ZX_ERR_IO_DATA_INTEGRITY`, `ZX_ERR_BAD_STATE`, `ZX_ERR_NO_SPACE`
// or `ZX_ERR_BUFFER_TOO_SMALL`. A later access asks for the pages again.
//
// *offset* and *length* must be page-aligned. No rights are needed.
//
// Arguments:
//   *pager*: a pager.
//   *op*: one of the ZX_PAGER_OP_ constants.
//   *pager_vmo*: a VMO.
//
// Errors:
//   ZX_ERR_INVALID_ARGS: *offset* or *length* is not page-aligned; after the handles, *pager_vmo*
//     was not created from *pager*, or *data* is not an error that *op* takes.
//   ZX_ERR_BAD_HANDLE: *pager* or *pager_vmo* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *pager* is not a pager or *pager_vmo* is not a VMO.
//   ZX_ERR_NOT_SUPPORTED: *op* is not `ZX_PAGER_OP_FAIL`.
//   ZX_ERR_OUT_OF_RANGE: the range leaves *pager_vmo*.
//
// Differs from Fuchsia: The operations that came later, for pagers that keep account of written
// pages, are not there.
zx_status_t zx_pager_op_range(zx_handle_t pager, uint32_t op, zx_handle_t pager_vmo,
                              uint64_t offset, uint64_t length, uint64_t data);
zx_status_t _zx_pager_op_range(zx_handle_t pager, uint32_t op, zx_handle_t pager_vmo,
                               uint64_t offset, uint64_t length, uint64_t data);

// Moves *length* bytes of pages from *aux_vmo* at *aux_offset* to *pager_vmo* at *offset*.
//
// The pages are gone from *aux_vmo*. Where *pager_vmo* has a page already it keeps it and the moved
// one is freed. Who waited for the range goes on. The three numbers must be page-aligned. In
// *aux_vmo* every page of the range must be committed and none pinned; it must be a plain VMO of
// zx_vmo_create, without children and mappings.
//
// Arguments:
//   *pager*: a pager.
//   *pager_vmo*: a VMO.
//   *aux_vmo*: a VMO with ZX_RIGHT_READ and ZX_RIGHT_WRITE.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *pager*, *pager_vmo* or *aux_vmo* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *pager* is not a pager, or *pager_vmo* or *aux_vmo* is not a VMO.
//   ZX_ERR_INVALID_ARGS: *pager_vmo* was not created from *pager* (checked before *aux_vmo*), or
//     *offset*, *length* or *aux_offset* is not page-aligned.
//   ZX_ERR_ACCESS_DENIED: *aux_vmo* lacks `ZX_RIGHT_READ` or `ZX_RIGHT_WRITE`.
//   ZX_ERR_NOT_SUPPORTED: *aux_vmo* is a physical VMO.
//   ZX_ERR_OUT_OF_RANGE: the range leaves *aux_vmo*, or, checked last, *pager_vmo*; in the latter
//     case the pages are lost.
//   ZX_ERR_BAD_STATE: *aux_vmo* is a child or a pager's, has children or mappings, or a page of the
//     range is pinned or not committed.
//   ZX_ERR_NO_MEMORY: the kernel ran out of memory; the pages are lost.
zx_status_t zx_pager_supply_pages(zx_handle_t pager, zx_handle_t pager_vmo, uint64_t offset,
                                  uint64_t length, zx_handle_t aux_vmo, uint64_t aux_offset);
zx_status_t _zx_pager_supply_pages(zx_handle_t pager, zx_handle_t pager_vmo, uint64_t offset,
                                   uint64_t length, zx_handle_t aux_vmo, uint64_t aux_offset);

// Stores the physical addresses of the firmware's tables.
//
// *acpi_rsdp* receives that of the ACPI root pointer, *smbios* that of the SMBIOS entry point; 0
// means that there is none.
//
// Arguments:
//   *handle*: a resource of kind ZX_RSRC_KIND_ROOT.
//   *acpi_rsdp*: room for one zx_paddr_t, written.
//   *smbios*: room for one zx_paddr_t, written.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *handle* is not a resource, or not of kind ROOT.
//   ZX_ERR_INVALID_ARGS: *acpi_rsdp* or *smbios* cannot be written.
//
// Differs from Fuchsia: There is no firmware: both are 0.
zx_status_t zx_pc_firmware_tables(zx_handle_t handle, zx_paddr_t *acpi_rsdp, zx_paddr_t *smbios);
zx_status_t _zx_pc_firmware_tables(zx_handle_t handle, zx_paddr_t *acpi_rsdp, zx_paddr_t *smbios);

// Gives addresses to the PCI bus driver, or takes them away, before zx_pci_init starts it.
//
// The *len* addresses from *base* on are memory if *mmio*, else I/O ports below 65536. *add* says
// whether they become available for devices or cease to be.
//
// Arguments:
//   *handle*: a resource of kind ZX_RSRC_KIND_ROOT.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *handle* is not a resource, or not of kind ROOT.
//   ZX_ERR_BAD_STATE: the bus driver was started.
//   ZX_ERR_INVALID_ARGS: *len* is 0, the range wraps around, or ports are not below 65536.
//
// Differs from Fuchsia: The addresses of devices are those that firmware gave them, whatever is
// added or taken away here; so the kernel's `ZX_ERR_NO_MEMORY` does not occur.
zx_status_t zx_pci_add_subtract_io_range(zx_handle_t handle, bool mmio, uint64_t base, uint64_t len,
                                         bool add);
zx_status_t _zx_pci_add_subtract_io_range(zx_handle_t handle, bool mmio, uint64_t base,
                                          uint64_t len, bool add);

// Reads or writes PCI configuration space through the ports 0xcf8 and 0xcfc.
//
// The register is at byte *offset* of function *func* of device *dev* on *bus*. *width* is in bits,
// and the register must lie within 4 aligned bytes. *val* holds the value if *write*, else it
// receives it; bits above *width* are 0.
//
// Arguments:
//   *handle*: a resource of kind ZX_RSRC_KIND_ROOT.
//   *val*: one uint32_t, read and written.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *handle* is not a resource, or not of kind ROOT.
//   ZX_ERR_INVALID_ARGS: the register crosses 4 aligned bytes, or *val* cannot be accessed.
//
// Differs from Fuchsia: A bad *val* fails the call, where the kernel carries on.
zx_status_t zx_pci_cfg_pio_rw(zx_handle_t handle, uint8_t bus, uint8_t dev, uint8_t func,
                              uint8_t offset, uint32_t *val, size_t width, bool write);
zx_status_t _zx_pci_cfg_pio_rw(zx_handle_t handle, uint8_t bus, uint8_t dev, uint8_t func,
                               uint8_t offset, uint32_t *val, size_t width, bool write);

// Reads *width* bytes at *offset* of a PCI device's configuration space into *out_val*.
//
// *width* is 1, 2 or 4. The space has 256 bytes, of a PCI Express device 4096.
//
// Arguments:
//   *handle*: a PCI device with ZX_RIGHT_READ and ZX_RIGHT_WRITE.
//   *out_val*: room for one uint32_t, written.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *handle* is not a PCI device.
//   ZX_ERR_ACCESS_DENIED: *handle* lacks `ZX_RIGHT_READ` or `ZX_RIGHT_WRITE`.
//   ZX_ERR_INVALID_ARGS: *out_val* is null or cannot be written, the register leaves the space, or
//     *width* is another number.
zx_status_t zx_pci_config_read(zx_handle_t handle, uint16_t offset, size_t width,
                               uint32_t *out_val);
zx_status_t _zx_pci_config_read(zx_handle_t handle, uint16_t offset, size_t width,
                                uint32_t *out_val);

// Writes the low *width* bytes of *val* at *offset* of a PCI device's configuration space.
//
// *width* is 1, 2 or 4. The first 64 bytes, the header, cannot be written. The space has 256 bytes,
// of a PCI Express device 4096.
//
// Arguments:
//   *handle*: a PCI device with ZX_RIGHT_READ and ZX_RIGHT_WRITE.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *handle* is not a PCI device.
//   ZX_ERR_ACCESS_DENIED: *handle* lacks `ZX_RIGHT_READ` or `ZX_RIGHT_WRITE`.
//   ZX_ERR_INVALID_ARGS: the register is in the header or leaves the space, or *width* is another
//     number.
zx_status_t zx_pci_config_write(zx_handle_t handle, uint16_t offset, size_t width, uint32_t val);
zx_status_t _zx_pci_config_write(zx_handle_t handle, uint16_t offset, size_t width, uint32_t val);

// Allows the PCI device *handle* to start transfers of its own, or forbids it.
//
// Arguments:
//   *handle*: a PCI device with ZX_RIGHT_WRITE.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *handle* is not a PCI device.
//   ZX_ERR_ACCESS_DENIED: *handle* lacks `ZX_RIGHT_WRITE`.
zx_status_t zx_pci_enable_bus_master(zx_handle_t handle, bool enable);
zx_status_t _zx_pci_enable_bus_master(zx_handle_t handle, bool enable);

// Describes the base address register *bar_num* of a PCI device, and turns it on.
//
// *out_bar* receives size and type. For ports it also receives the first port; for memory
// *out_handle* receives a VMO of the device's memory, of at least a page, with the rights that
// zx_vmo_create gives. *bar_num* is 0 to 5.
//
// Arguments:
//   *handle*: a PCI device with ZX_RIGHT_READ and ZX_RIGHT_WRITE.
//   *out_bar*: room for one zx_pci_bar_t, written.
//   *out_handle*: room for one handle that the call creates.
//
// Errors:
//   ZX_ERR_INVALID_ARGS: *handle* is `ZX_HANDLE_INVALID`, *out_bar* is null, *bar_num* is more than
//     5, or, checked last, a pointer cannot be written.
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *handle* is not a PCI device.
//   ZX_ERR_ACCESS_DENIED: *handle* lacks `ZX_RIGHT_READ` or `ZX_RIGHT_WRITE`.
//   ZX_ERR_NOT_FOUND: the device does not use this register.
//   ZX_ERR_NO_MEMORY: the kernel ran out of memory.
zx_status_t zx_pci_get_bar(zx_handle_t handle, uint32_t bar_num, zx_pci_bar_t *out_bar,
                           zx_handle_t *out_handle);
zx_status_t _zx_pci_get_bar(zx_handle_t handle, uint32_t bar_num, zx_pci_bar_t *out_bar,
                            zx_handle_t *out_handle);

// Describes PCI device number *index* in *out_info* and stores a handle to it in *out_handle*.
//
// Devices count from 0 in the order of the bus. The handle has DUPLICATE, TRANSFER, WAIT, INSPECT,
// READ and WRITE.
//
// Arguments:
//   *handle*: a resource of kind ZX_RSRC_KIND_ROOT.
//   *out_info*: room for one zx_pcie_device_info_t, written.
//   *out_handle*: room for one handle that the call creates.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *handle* is not a resource, or not of kind ROOT.
//   ZX_ERR_INVALID_ARGS: *out_info* is null, or, checked last, a pointer cannot be written.
//   ZX_ERR_OUT_OF_RANGE: there are not that many devices, or the bus driver was not started.
//   ZX_ERR_NO_MEMORY: the kernel ran out of memory.
zx_status_t zx_pci_get_nth_device(zx_handle_t handle, uint32_t index,
                                  zx_pcie_device_info_t *out_info, zx_handle_t *out_handle);
zx_status_t _zx_pci_get_nth_device(zx_handle_t handle, uint32_t index,
                                   zx_pcie_device_info_t *out_info, zx_handle_t *out_handle);

// Starts the PCI bus driver with what *init_buf* says of interrupts and address windows.
//
// *len* is the size of a zx_pci_init_arg_t with its addr_window_count windows of 24 bytes, at most
// 5944. One window is needed, or two for a DesignWare controller; the first starts at bus 0. At
// most 224 interrupts can be described. It can be done once.
//
// Arguments:
//   *handle*: a resource of kind ZX_RSRC_KIND_ROOT.
//   *init_buf*: one zx_pci_init_arg_t, read.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *handle* is not a resource, or not of kind ROOT.
//   ZX_ERR_INVALID_ARGS: *len* is less than 5896 or more than 5944; *init_buf* cannot be read,
//     *len* does not fit the number of windows, or interrupts or windows make no sense.
//   ZX_ERR_BAD_STATE: the bus driver was started.
//
// Differs from Fuchsia: The windows are looked at and not used: the configuration space is the
// virtual bus's, see docs/machine.md. The kernel may also run out of memory.
zx_status_t zx_pci_init(zx_handle_t handle, const zx_pci_init_arg_t *init_buf, uint32_t len);
zx_status_t _zx_pci_init(zx_handle_t handle, const zx_pci_init_arg_t *init_buf, uint32_t len);

// Makes the interrupt object of interrupt *which_irq* of a PCI device.
//
// *which_irq* counts from 0 to what zx_pci_set_irq_mode asked for. *out_handle* receives a handle
// with the rights that zx_interrupt_create gives.
//
// Arguments:
//   *handle*: a PCI device with ZX_RIGHT_READ.
//   *out_handle*: room for one handle that the call creates.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *handle* is not a PCI device.
//   ZX_ERR_ACCESS_DENIED: *handle* lacks `ZX_RIGHT_READ`.
//   ZX_ERR_INVALID_ARGS: the device has no interrupt *which_irq* now, or *out_handle* cannot be
//     written.
//   ZX_ERR_NO_MEMORY: the kernel ran out of memory.
//   ZX_ERR_BAD_STATE: the device's interrupts are off.
//
// Differs from Fuchsia: An interrupt that is mapped again is the new object's; the kernel would let
// the end of the old one unplug it.
zx_status_t zx_pci_map_interrupt(zx_handle_t handle, int32_t which_irq, zx_handle_t *out_handle);
zx_status_t _zx_pci_map_interrupt(zx_handle_t handle, int32_t which_irq, zx_handle_t *out_handle);

// Stores how many interrupts a PCI device can have in *mode* in *out_max_irqs*.
//
// `ZX_PCIE_IRQ_MODE_DISABLED` has 0, `ZX_PCIE_IRQ_MODE_LEGACY` 1, `ZX_PCIE_IRQ_MODE_MSI` what the
// device says; `ZX_PCIE_IRQ_MODE_MSI_X` is not supported.
//
// Arguments:
//   *handle*: a PCI device with ZX_RIGHT_READ.
//   *mode*: one of the ZX_PCIE_IRQ_MODE_ constants.
//   *out_max_irqs*: room for one uint32_t, written.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *handle* is not a PCI device.
//   ZX_ERR_ACCESS_DENIED: *handle* lacks `ZX_RIGHT_READ`.
//   ZX_ERR_NOT_SUPPORTED: the device or the machine does not have *mode*.
//   ZX_ERR_INVALID_ARGS: *mode* is unknown, or *out_max_irqs* cannot be written.
zx_status_t zx_pci_query_irq_mode(zx_handle_t handle, uint32_t mode, uint32_t *out_max_irqs);
zx_status_t _zx_pci_query_irq_mode(zx_handle_t handle, uint32_t mode, uint32_t *out_max_irqs);

// Resets one function of a PCI device, whose interrupts must be off.
//
// Arguments:
//   *handle*: a PCI device with ZX_RIGHT_WRITE.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *handle* is not a PCI device.
//   ZX_ERR_ACCESS_DENIED: *handle* lacks `ZX_RIGHT_WRITE`.
//   ZX_ERR_BAD_STATE: the device's interrupts are on.
//   ZX_ERR_NOT_SUPPORTED: the device cannot be reset.
//
// Differs from Fuchsia: The reset takes no time, and nothing is ever unplugged.
zx_status_t zx_pci_reset_device(zx_handle_t handle);
zx_status_t _zx_pci_reset_device(zx_handle_t handle);

// Puts a PCI device into the interrupt mode *mode* with *requested_irq_count* interrupts.
//
// For `ZX_PCIE_IRQ_MODE_DISABLED` the count is not looked at. The mode the device was in is left
// first, even if the call fails.
//
// Arguments:
//   *handle*: a PCI device with ZX_RIGHT_WRITE.
//   *mode*: one of the ZX_PCIE_IRQ_MODE_ constants.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *handle* is not a PCI device.
//   ZX_ERR_ACCESS_DENIED: *handle* lacks `ZX_RIGHT_WRITE`.
//   ZX_ERR_INVALID_ARGS: *mode* is unknown, or *requested_irq_count* is 0 in a mode that is on.
//   ZX_ERR_NOT_SUPPORTED: the device or the machine does not have *mode* or that many interrupts.
//   ZX_ERR_NO_RESOURCES: there are not that many messages in a row.
zx_status_t zx_pci_set_irq_mode(zx_handle_t handle, uint32_t mode, uint32_t requested_irq_count);
zx_status_t _zx_pci_set_irq_mode(zx_handle_t handle, uint32_t mode, uint32_t requested_irq_count);

// Unpins the pages of the pinned memory token *handle* and ends the device's access to them.
//
// *handle* is gone after the call whether it succeeds or not, if it was valid at all. The pages are
// free once no other handle to the token is left.
//
// Arguments:
//   *handle*: a PMT; the call takes the handle away.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *handle* is not a pinned memory token.
zx_status_t zx_pmt_unpin(zx_handle_t handle);
zx_status_t _zx_pmt_unpin(zx_handle_t handle);

// Withdraws requests that were made with `zx_object_wait_async()`.
//
// All requests that were made through the handle *source* for this port with *key* end, and the
// packets of earlier such requests that still lie in the port are removed. Requests made through
// other handles of the same object stay.
//
// Arguments:
//   *handle*: a port with ZX_RIGHT_WRITE.
//   *source*: any object with ZX_RIGHT_WAIT.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle, or *source* is not; *handle* is looked at
//     first, with its type and right.
//   ZX_ERR_WRONG_TYPE: *handle* is not a port.
//   ZX_ERR_ACCESS_DENIED: *handle* lacks `ZX_RIGHT_WRITE`, or *source* lacks `ZX_RIGHT_WAIT`.
//   ZX_ERR_NOT_SUPPORTED: the object of *source* is of a type that cannot be waited on.
//   ZX_ERR_NOT_FOUND: there was neither a request nor a packet to take away.
zx_status_t zx_port_cancel(zx_handle_t handle, zx_handle_t source, uint64_t key);
zx_status_t _zx_port_cancel(zx_handle_t handle, zx_handle_t source, uint64_t key);

// Creates a port, a queue of packets that programs and the kernel fill and threads wait for.
//
// Interrupts can be bound only to a port made with `ZX_PORT_BIND_TO_INTERRUPT`. The handle has
// `ZX_DEFAULT_PORT_RIGHTS`; a port itself cannot be waited on with the `zx_object_wait` calls.
//
// Arguments:
//   *options*: 0 or ZX_PORT_BIND_TO_INTERRUPT.
//   *out*: room for one handle that the call creates.
//
// Errors:
//   ZX_ERR_ACCESS_DENIED: the policy of the job forbids `ZX_POL_NEW_PORT`.
//   ZX_ERR_INVALID_ARGS: *options* is neither 0 nor `ZX_PORT_BIND_TO_INTERRUPT`, or *out* cannot be
//     written.
//   ZX_ERR_NO_MEMORY: there is no memory for the port or its handle.
zx_status_t zx_port_create(uint32_t options, zx_handle_t *out);
zx_status_t _zx_port_create(uint32_t options, zx_handle_t *out);

// Puts a packet of the program's own at the end of a port's queue.
//
// `key`, `status` and the 32 bytes of `user` arrive as they are; `type` always becomes
// `ZX_PKT_TYPE_USER`. A port takes 2049 such packets, then says `ZX_ERR_SHOULD_WAIT` until some are
// taken out; all ports together hold 16384.
//
// Arguments:
//   *handle*: a port with ZX_RIGHT_WRITE.
//   *packet*: one zx_port_packet_t, read.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *handle* is not a port.
//   ZX_ERR_ACCESS_DENIED: *handle* lacks `ZX_RIGHT_WRITE`.
//   ZX_ERR_INVALID_ARGS: *packet* cannot be read.
//   ZX_ERR_NO_MEMORY: all ports together hold as many packets as there may be.
//   ZX_ERR_SHOULD_WAIT: the port holds as many packets as it takes.
//
// Differs from Fuchsia: A port whose last handle another thread closes during the call is
// `ZX_ERR_BAD_HANDLE`; the kernel of 2019 may say `ZX_ERR_BAD_STATE`.
zx_status_t zx_port_queue(zx_handle_t handle, const zx_port_packet_t *packet);
zx_status_t _zx_port_queue(zx_handle_t handle, const zx_port_packet_t *packet);

// Takes the first packet out of a port, waiting for one if there is none.
//
// Each packet goes to one thread, in the order of the queue; a port that interrupts may be bound to
// gives their packets first. A deadline in the past makes the call a poll. The job policy may add
// slack to the deadline.
//
// Closing the handle, even the last one, does not end the wait: the thread then waits until the
// deadline.
//
// Arguments:
//   *handle*: a port with ZX_RIGHT_READ.
//   *deadline*: a time on the monotonic clock, in nanoseconds.
//   *packet*: room for one zx_port_packet_t, written.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *handle* is not a port.
//   ZX_ERR_ACCESS_DENIED: *handle* lacks `ZX_RIGHT_READ`.
//   ZX_ERR_TIMED_OUT: *deadline* passed and there was no packet.
//   ZX_ERR_INVALID_ARGS: *packet* cannot be written. The packet is lost.
zx_status_t zx_port_wait(zx_handle_t handle, zx_time_t deadline, zx_port_packet_t *packet);
zx_status_t _zx_port_wait(zx_handle_t handle, zx_time_t deadline, zx_port_packet_t *packet);

// Makes a process in *job*, with an address space of its own and not yet a thread.
//
// Stores a handle to the process in *proc_handle* and one to its root VMAR in *vmar_handle*. The
// process handle has DUPLICATE, TRANSFER, WAIT, INSPECT, READ, WRITE, GET_PROPERTY, SET_PROPERTY,
// ENUMERATE, DESTROY, SIGNAL, MANAGE_PROCESS and MANAGE_THREAD; the VMAR handle DUPLICATE,
// TRANSFER, INSPECT, READ, WRITE and EXECUTE.
//
// The name is the *name_size* bytes at *name*, up to the first zero byte and cut to 31 bytes.
// *name* must not be null even where *name_size* is 0. A process whose last handle is closed before
// it was started dies at once.
//
// Arguments:
//   *job*: a job with ZX_RIGHT_MANAGE_PROCESS or ZX_RIGHT_WRITE.
//   *name*: *name_size* characters, read.
//   *options*: must be 0.
//   *proc_handle*: room for one handle that the call creates.
//   *vmar_handle*: room for one handle that the call creates.
//
// Errors:
//   ZX_ERR_INVALID_ARGS: *options* is not zero, or *name* is null or cannot be read, or, checked
//     last, *proc_handle* or *vmar_handle* cannot be written.
//   ZX_ERR_ACCESS_DENIED: the policy of the caller's job denies `ZX_POL_NEW_PROCESS`, or, checked
//     after the name, *job* has neither `ZX_RIGHT_MANAGE_PROCESS` nor `ZX_RIGHT_WRITE`.
//   ZX_ERR_BAD_HANDLE: *job* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *job* is not a job.
//   ZX_ERR_NO_MEMORY: the kernel ran out of memory or of room for address spaces.
//   ZX_ERR_BAD_STATE: *job* was killed.
//
// Differs from Fuchsia: The address space is a window of the host process; how many fit is a
// parameter of the library.
zx_status_t zx_process_create(zx_handle_t job, const char *name, size_t name_size, uint32_t options,
                              zx_handle_t *proc_handle, zx_handle_t *vmar_handle);
zx_status_t _zx_process_create(zx_handle_t job, const char *name, size_t name_size,
                               uint32_t options, zx_handle_t *proc_handle,
                               zx_handle_t *vmar_handle);

// Ends the calling process with the return code *retcode*.
//
// Every thread of the process is killed. If the process is dying already, the code it was given
// first stands. Does not return.
__attribute__((__noreturn__)) void zx_process_exit(int64_t retcode);
__attribute__((__noreturn__)) void _zx_process_exit(int64_t retcode);

// Copies up to *buffer_size* bytes at *vaddr* of the process *handle* into *buffer*.
//
// The read ends with the mapping that holds *vaddr*, even where another follows; *actual* receives
// the number of bytes copied. The protection of the mapping does not matter. At most 64 MiB are
// read in one call. What *buffer* holds after a failure is not defined.
//
// Arguments:
//   *handle*: a process with ZX_RIGHT_READ and ZX_RIGHT_WRITE.
//   *buffer*: room for *buffer_size* bytes, written.
//   *actual*: room for one size_t, written.
//
// Errors:
//   ZX_ERR_INVALID_ARGS: *buffer* is null, or *buffer_size* is 0 or more than 67108864, or, checked
//     after the address, *buffer* or *actual* cannot be written.
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *handle* is not a process.
//   ZX_ERR_ACCESS_DENIED: *handle* lacks `ZX_RIGHT_READ` or `ZX_RIGHT_WRITE`.
//   ZX_ERR_NO_MEMORY: no mapping holds *vaddr*, as in a process that has died.
//   ZX_ERR_NOT_SUPPORTED: the mapped VMO is a physical one.
//   ZX_ERR_BAD_STATE: the mapped VMO is not cached.
//   ZX_ERR_OUT_OF_RANGE: the bytes lie, wholly or in part, past the end of the VMO.
//   ZX_ERR_NOT_FOUND: the VMO lacks a page and its pager is detached.
zx_status_t zx_process_read_memory(zx_handle_t handle, zx_vaddr_t vaddr, void *buffer,
                                   size_t buffer_size, size_t *actual);
zx_status_t _zx_process_read_memory(zx_handle_t handle, zx_vaddr_t vaddr, void *buffer,
                                    size_t buffer_size, size_t *actual);

// Starts *thread* as the first thread of *handle*, and with it the process.
//
// The thread begins at *entry* with the stack pointer *stack*; neither is checked. Its first
// argument register holds the value that *arg1* has in the new process, or 0, its second one
// *arg2*; all other general registers are 0. *thread* must have been created in *handle* and not
// been started.
//
// *arg1* moves into the new process and is gone from the caller whether the call succeeds or not;
// on failure it is closed. `ZX_HANDLE_INVALID`, and any value that is not a handle, starts the
// process without one.
//
// Arguments:
//   *handle*: a process with ZX_RIGHT_WRITE.
//   *thread*: a thread with ZX_RIGHT_WRITE.
//   *entry*: the address of the first instruction, in the target process.
//   *stack*: the first stack pointer, an address in the target process.
//   *arg1*: any object with ZX_RIGHT_TRANSFER; ZX_HANDLE_INVALID is allowed; the call takes the
//     handle away.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *handle* or *thread* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *handle* is not a process or *thread* is not a thread.
//   ZX_ERR_ACCESS_DENIED: *handle* or *thread* lacks `ZX_RIGHT_WRITE`, or *thread* belongs to
//     another process, or *arg1* lacks `ZX_RIGHT_TRANSFER`.
//   ZX_ERR_BAD_STATE: the process was started before or is dead, or *thread* was started before.
zx_status_t zx_process_start(zx_handle_t handle, zx_handle_t thread, zx_vaddr_t entry,
                             zx_vaddr_t stack, zx_handle_t arg1, uintptr_t arg2);
zx_status_t _zx_process_start(zx_handle_t handle, zx_handle_t thread, zx_vaddr_t entry,
                              zx_vaddr_t stack, zx_handle_t arg1, uintptr_t arg2);

// Copies up to *buffer_size* bytes from *buffer* to *vaddr* of the process *handle*.
//
// The write ends with the mapping that holds *vaddr*, even where another follows; *actual* receives
// the number of bytes copied. It goes to the VMO, so a mapping that is read-only for the process is
// written too, and every other mapping of the VMO sees it. At most 64 MiB are written in one call.
// A failing call may have written a part.
//
// Arguments:
//   *handle*: a process with ZX_RIGHT_WRITE.
//   *buffer*: *buffer_size* bytes, read.
//   *actual*: room for one size_t, written.
//
// Errors:
//   ZX_ERR_INVALID_ARGS: *buffer* is null, or *buffer_size* is 0 or more than 67108864, or, checked
//     after the address, *buffer* cannot be read or *actual* cannot be written.
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *handle* is not a process.
//   ZX_ERR_ACCESS_DENIED: *handle* lacks `ZX_RIGHT_WRITE`, or *vaddr* is in the vDSO.
//   ZX_ERR_NO_MEMORY: no mapping holds *vaddr*, as in a process that has died, or there is no page
//     for the VMO.
//   ZX_ERR_NOT_SUPPORTED: the mapped VMO is a physical one.
//   ZX_ERR_BAD_STATE: the mapped VMO is not cached.
//   ZX_ERR_OUT_OF_RANGE: the bytes lie, wholly or in part, past the end of the VMO.
//   ZX_ERR_NOT_FOUND: the VMO lacks a page and its pager is detached.
zx_status_t zx_process_write_memory(zx_handle_t handle, zx_vaddr_t vaddr, const void *buffer,
                                    size_t buffer_size, size_t *actual);
zx_status_t _zx_process_write_memory(zx_handle_t handle, zx_vaddr_t vaddr, const void *buffer,
                                     size_t buffer_size, size_t *actual);

// Makes a scheduling profile for zx_object_set_profile and stores a handle to it in *out*.
//
// *profile* has the type `ZX_PROFILE_INFO_SCHEDULER` and a priority from 0, the lowest, to 31; its
// other fields are not used. *root_job* must be the job of the first user process. The handle has
// DUPLICATE, TRANSFER, INSPECT and APPLY_PROFILE.
//
// Arguments:
//   *root_job*: a job with ZX_RIGHT_MANAGE_PROCESS.
//   *options*: must be 0.
//   *profile*: one zx_profile_info_t, read.
//   *out*: room for one handle that the call creates.
//
// Errors:
//   ZX_ERR_ACCESS_DENIED: the policy of the caller's job denies `ZX_POL_NEW_PROFILE`, or, checked
//     after the type, *root_job* lacks `ZX_RIGHT_MANAGE_PROCESS` or is another job.
//   ZX_ERR_INVALID_ARGS: *options* is not zero, *profile* cannot be read, its priority is out of
//     range, or *out* cannot be written.
//   ZX_ERR_BAD_HANDLE: *root_job* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *root_job* is not a job.
//   ZX_ERR_NOT_SUPPORTED: the type of *profile* is unknown; checked before the priority.
//   ZX_ERR_NO_MEMORY: the kernel ran out of memory.
zx_status_t zx_profile_create(zx_handle_t root_job, uint32_t options,
                              const zx_profile_info_t *profile, zx_handle_t *out);
zx_status_t _zx_profile_create(zx_handle_t root_job, uint32_t options,
                               const zx_profile_info_t *profile, zx_handle_t *out);

// Makes a resource that is a part of *parent_rsrc* and stores a handle to it in *resource_out*.
//
// The low 16 bits of *options* are the kind, `ZX_RSRC_KIND_MMIO` to `ZX_RSRC_KIND_SMC`. MMIO, IRQ,
// IOPORT and SMC resources cover *size* units from *base* on; ROOT, HYPERVISOR and VMEX ones are
// yes or no, with *base* and *size* 0. The parent is of kind ROOT, which covers everything, or of
// the same kind and covers the range; an MMIO parent counts the pages it touches.
//
// With `ZX_RSRC_FLAG_EXCLUSIVE`, only under a ROOT parent, the range belongs to this resource
// alone: no resource may overlap it, before or after, for as long as it lives. An exclusive
// resource cannot be a parent.
//
// The name is the *name_size* bytes at *name*, cut to 31; *name_size* 0 means none. The handle has
// DUPLICATE, TRANSFER, WRITE and INSPECT.
//
// Arguments:
//   *parent_rsrc*: a resource with ZX_RIGHT_WRITE.
//   *options*: 0 or ZX_RSRC_FLAG_EXCLUSIVE.
//   *name*: *name_size* characters, read; may be null.
//   *resource_out*: room for one handle that the call creates.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *parent_rsrc* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *parent_rsrc* is not a resource.
//   ZX_ERR_ACCESS_DENIED: *parent_rsrc* lacks `ZX_RIGHT_WRITE`, or, checked after *options*, it is
//     neither of kind ROOT nor of the same kind with the range covered.
//   ZX_ERR_INVALID_ARGS: *options* has an unknown kind or flag; an exclusive resource is wanted
//     under, or the parent is, a resource that is not ROOT and exclusive; *name* cannot be read;
//     *base* or *size* is not 0 where the kind has no range; *size* is 0 or the range wraps around
//     where it has one; or *resource_out* cannot be written.
//   ZX_ERR_BAD_STATE: the machine has nothing of this kind, as SMC on x86-64.
//   ZX_ERR_NOT_FOUND: the machine does not have the range, or a part of it is exclusive, or an
//     exclusive one is wanted and a part is in use.
//   ZX_ERR_NO_MEMORY: the kernel ran out of memory.
//
// Differs from Fuchsia: The kernel takes memory and the debug port out of what can be had; here
// nothing is.
zx_status_t zx_resource_create(zx_handle_t parent_rsrc, uint32_t options, uint64_t base,
                               size_t size, const char *name, size_t name_size,
                               zx_handle_t *resource_out);
zx_status_t _zx_resource_create(zx_handle_t parent_rsrc, uint32_t options, uint64_t base,
                                size_t size, const char *name, size_t name_size,
                                zx_handle_t *resource_out);

// Makes a secure monitor call, which only ARM processors have.
//
// *parameters* is a zx_smc_parameters_t of 64 bytes; *out_smc_result* receives a zx_smc_result_t of
// 40 bytes. *handle* must be of kind SMC and cover the service number, bits 24 to 29 of func_id, or
// of kind ROOT.
//
// Arguments:
//   *handle*: a resource of kind ZX_RSRC_KIND_SMC.
//   *parameters*: one zx_smc_parameters_t, read.
//   *out_smc_result*: room for one zx_smc_result_t, written.
//
// Errors:
//   ZX_ERR_INVALID_ARGS: *parameters* or *out_smc_result* is null, *parameters* cannot be read, or,
//     checked last, *out_smc_result* cannot be written.
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *handle* is not a resource, or neither of kind SMC nor ROOT.
//   ZX_ERR_OUT_OF_RANGE: *handle* is of kind SMC and does not cover the service.
//
// Differs from Fuchsia: The result is all zero; the kernel stores what its stack held and calls it
// success too.
zx_status_t zx_smc_call(zx_handle_t handle, const zx_smc_parameters_t *parameters,
                        zx_smc_result_t *out_smc_result);
zx_status_t _zx_smc_call(zx_handle_t handle, const zx_smc_parameters_t *parameters,
                         zx_smc_result_t *out_smc_result);

// Takes the socket that was passed to an end of a socket.
//
// The handle has the rights that it had when it was passed. A passed socket can still be taken when
// the opposite end is closed.
//
// Arguments:
//   *handle*: a socket with ZX_RIGHT_READ.
//   *out_socket*: room for one handle that the call creates.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *handle* is not a socket.
//   ZX_ERR_ACCESS_DENIED: *handle* lacks `ZX_RIGHT_READ`.
//   ZX_ERR_NO_MEMORY: there is no room for another handle; the passed socket stays.
//   ZX_ERR_NOT_SUPPORTED: *handle* was made without `ZX_SOCKET_HAS_ACCEPT`.
//   ZX_ERR_SHOULD_WAIT: no socket was passed, also when the opposite end is closed.
//   ZX_ERR_INVALID_ARGS: *out_socket* cannot be written. The passed socket is closed.
//
// Differs from Fuchsia: The kernel of 2019 needs no room for the handle.
zx_status_t zx_socket_accept(zx_handle_t handle, zx_handle_t *out_socket);
zx_status_t _zx_socket_accept(zx_handle_t handle, zx_handle_t *out_socket);

// Creates a socket and gives out its two ends.
//
// What is written to one end can be read from the other. `ZX_SOCKET_STREAM` passes a stream of
// bytes, `ZX_SOCKET_DATAGRAM` keeps the borders of what each write gave. Each direction buffers at
// most 257024 bytes. `ZX_SOCKET_HAS_CONTROL` adds a second channel of one message of at most 1024
// bytes in each direction, `ZX_SOCKET_HAS_ACCEPT` lets other sockets be passed with
// `zx_socket_share()`.
//
// An end asserts `ZX_SOCKET_READABLE` while there are bytes to read, `ZX_SOCKET_WRITABLE` while the
// buffer of the other end is not full, and `ZX_SOCKET_PEER_CLOSED` for good once all handles of the
// other end are closed; bytes that lie in an end can still be read then. Both handles have
// `ZX_DEFAULT_SOCKET_RIGHTS`.
//
// Arguments:
//   *options*: 0 or a union of ZX_SOCKET_DATAGRAM, ZX_SOCKET_HAS_CONTROL and ZX_SOCKET_HAS_ACCEPT.
//   *out0*: room for one handle that the call creates.
//   *out1*: room for one handle that the call creates.
//
// Errors:
//   ZX_ERR_ACCESS_DENIED: the policy of the job forbids `ZX_POL_NEW_SOCKET`.
//   ZX_ERR_INVALID_ARGS: *options* has a bit that is not defined, or *out0* or *out1* cannot be
//     written; neither handle is created then.
//   ZX_ERR_NO_MEMORY: there is no memory for the socket or its handles.
zx_status_t zx_socket_create(uint32_t options, zx_handle_t *out0, zx_handle_t *out1);
zx_status_t _zx_socket_create(uint32_t options, zx_handle_t *out0, zx_handle_t *out1);

// Reads bytes from an end of a socket.
//
// From a stream as many bytes are read as there are, *buffer_size* at most. From a datagram socket
// the first datagram is read; what of it does not fit into *buffer_size* bytes is lost, unless
// *buffer_size* is 0, which takes nothing. With `ZX_SOCKET_CONTROL` the control message is read,
// and what does not fit is lost. With `ZX_SOCKET_PEEK` the bytes are stored but stay in the socket.
// *actual*, where not null, receives the number of bytes stored on success.
//
// Arguments:
//   *handle*: a socket with ZX_RIGHT_READ.
//   *options*: 0 or a union of ZX_SOCKET_CONTROL and ZX_SOCKET_PEEK.
//   *buffer*: room for *buffer_size* bytes, written; may be null.
//   *actual*: room for one size_t, written; may be null.
//
// Errors:
//   ZX_ERR_INVALID_ARGS: *buffer* is null and *buffer_size* is not 0, or *options* has a bit that
//     is not defined; or, after the handle is checked, *buffer_size* does not fit into 32 bits, or
//     *buffer* cannot be written, and the bytes stay in the socket; or *actual* is not null and
//     cannot be written, and the bytes are taken out all the same.
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *handle* is not a socket.
//   ZX_ERR_ACCESS_DENIED: *handle* lacks `ZX_RIGHT_READ`.
//   ZX_ERR_PEER_CLOSED: there are no bytes, and the opposite end is closed. A read of a control
//     message never says so.
//   ZX_ERR_BAD_STATE: there are no bytes, and writing was switched off for the opposite end or
//     reading for this one; or a control message is read from a socket without
//     `ZX_SOCKET_HAS_CONTROL`.
//   ZX_ERR_SHOULD_WAIT: there are no bytes, or there is no control message.
//
// Differs from Fuchsia: When *buffer* cannot be written to its end, the kernel of 2019 loses the
// bytes that it had stored by then.
zx_status_t zx_socket_read(zx_handle_t handle, uint32_t options, void *buffer, size_t buffer_size,
                           size_t *actual);
zx_status_t _zx_socket_read(zx_handle_t handle, uint32_t options, void *buffer, size_t buffer_size,
                            size_t *actual);

// Passes a socket to the opposite end of a socket.
//
// The opposite end holds one passed socket at a time and asserts `ZX_SOCKET_ACCEPT` while it has
// one; this end asserts `ZX_SOCKET_SHARE` while another may be passed. *socket_to_share* is gone
// from the process after the call, passed on success and closed on failure.
//
// Arguments:
//   *handle*: a socket with ZX_RIGHT_WRITE.
//   *socket_to_share*: a socket with ZX_RIGHT_TRANSFER; the call takes the handle away.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle, or *socket_to_share* is not; *handle* is
//     looked at first, with its type and right.
//   ZX_ERR_WRONG_TYPE: *handle* is not a socket, or *socket_to_share* is not; of the latter the
//     right is looked at first.
//   ZX_ERR_ACCESS_DENIED: *handle* lacks `ZX_RIGHT_WRITE`, or *socket_to_share* lacks
//     `ZX_RIGHT_TRANSFER`.
//   ZX_ERR_BAD_STATE: *socket_to_share* was made with `ZX_SOCKET_HAS_ACCEPT`, or is one of the two
//     ends of *handle*.
//   ZX_ERR_NOT_SUPPORTED: *handle* was made without `ZX_SOCKET_HAS_ACCEPT`.
//   ZX_ERR_PEER_CLOSED: the opposite end is closed.
//   ZX_ERR_SHOULD_WAIT: the opposite end has not accepted the last one yet.
zx_status_t zx_socket_share(zx_handle_t handle, zx_handle_t socket_to_share);
zx_status_t _zx_socket_share(zx_handle_t handle, zx_handle_t socket_to_share);

// Switches off one or both directions of a socket for good.
//
// `ZX_SOCKET_SHUTDOWN_WRITE` ends what this end writes, `ZX_SOCKET_SHUTDOWN_READ` what the opposite
// end writes. The writing side asserts `ZX_SOCKET_WRITE_DISABLED` and no longer
// `ZX_SOCKET_WRITABLE`, the reading side `ZX_SOCKET_PEER_WRITE_DISABLED`. Bytes that are in the
// buffer can still be read. Switching off what is off succeeds.
//
// Arguments:
//   *handle*: a socket with ZX_RIGHT_WRITE.
//   *options*: 0 or a union of ZX_SOCKET_SHUTDOWN_WRITE and ZX_SOCKET_SHUTDOWN_READ.
//
// Errors:
//   ZX_ERR_INVALID_ARGS: *options* has a bit that is not defined.
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *handle* is not a socket.
//   ZX_ERR_ACCESS_DENIED: *handle* lacks `ZX_RIGHT_WRITE`.
zx_status_t zx_socket_shutdown(zx_handle_t handle, uint32_t options);
zx_status_t _zx_socket_shutdown(zx_handle_t handle, uint32_t options);

// Writes bytes to the opposite end of a socket.
//
// To a stream as many bytes are written as there is room for, which may be fewer than
// *buffer_size*; a datagram is written whole or not at all. With `ZX_SOCKET_CONTROL` the bytes are
// a control message: 1 to 1024, and only while the other end has read the one before. *actual*,
// where not null, receives the number of bytes on success. Writing no bytes succeeds, a control
// message excepted.
//
// Arguments:
//   *handle*: a socket with ZX_RIGHT_WRITE.
//   *options*: 0 or ZX_SOCKET_CONTROL.
//   *buffer*: *buffer_size* bytes, read; may be null.
//   *actual*: room for one size_t, written; may be null.
//
// Errors:
//   ZX_ERR_INVALID_ARGS: *buffer* is null and *buffer_size* is not 0, or *options* has a bit that
//     is not defined; or, after the handle is checked, *buffer_size* does not fit into 32 bits, a
//     control message has no bytes, or *buffer* cannot be read, and nothing is written; or *actual*
//     is not null and cannot be written, and the bytes are written all the same.
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *handle* is not a socket.
//   ZX_ERR_ACCESS_DENIED: *handle* lacks `ZX_RIGHT_WRITE`.
//   ZX_ERR_PEER_CLOSED: the opposite end is closed; of a control message the size is looked at
//     first.
//   ZX_ERR_BAD_STATE: writing was switched off for this end, or a control message is written to a
//     socket without `ZX_SOCKET_HAS_CONTROL`.
//   ZX_ERR_OUT_OF_RANGE: a datagram is larger than the buffer, or a control message has more than
//     1024 bytes.
//   ZX_ERR_SHOULD_WAIT: the buffer is full, has no room for the whole datagram, or the last control
//     message has not been read.
//   ZX_ERR_NO_MEMORY: there is no memory for the bytes.
//
// Differs from Fuchsia: When *buffer* cannot be read to its end, the kernel of 2019 may have sent
// the first part of a stream; and it answers `ZX_ERR_SHOULD_WAIT` where there is no memory.
zx_status_t zx_socket_write(zx_handle_t handle, uint32_t options, const void *buffer,
                            size_t buffer_size, size_t *actual);
zx_status_t _zx_socket_write(zx_handle_t handle, uint32_t options, const void *buffer,
                             size_t buffer_size, size_t *actual);

// Returns the name of a status.
//
// The text is the name of the constant, such as `ZX_ERR_BAD_HANDLE`, and `(UNKNOWN)` for a number
// that is none. It is never freed.
const char *zx_status_get_string(zx_status_t status);
const char *_zx_status_get_string(zx_status_t status);

// Creates a stream over a VMO.
//
// The stream has a position, *seek* bytes from the start at first, and ends at the content size of
// the VMO. `ZX_STREAM_MODE_READ` and `ZX_STREAM_MODE_WRITE` say what it is for: the VMO's handle
// must allow it, and the new handle gets that right besides `ZX_DEFAULT_STREAM_RIGHTS`. *vmo* may
// be closed afterwards.
//
// Arguments:
//   *options*: 0 or a union of ZX_STREAM_MODE_READ and ZX_STREAM_MODE_WRITE.
//   *vmo*: a VMO with ZX_RIGHT_READ if `options & ZX_STREAM_MODE_READ`, with ZX_RIGHT_WRITE if
//     `options & ZX_STREAM_MODE_WRITE`.
//   *out_stream*: room for one handle that the call creates.
//
// Errors:
//   ZX_ERR_INVALID_ARGS: *options* has a bit that is not defined; or, last, *out_stream* cannot be
//     written.
//   ZX_ERR_BAD_HANDLE: *vmo* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *vmo* is not a VMO.
//   ZX_ERR_ACCESS_DENIED: *vmo* lacks a right that *options* asks for.
//   ZX_ERR_NO_MEMORY: there is no memory for the stream or its handle.
zx_status_t zx_stream_create(uint32_t options, zx_handle_t vmo, zx_off_t seek,
                             zx_handle_t *out_stream);
zx_status_t _zx_stream_create(uint32_t options, zx_handle_t vmo, zx_off_t seek,
                              zx_handle_t *out_stream);

// Reads bytes at the position of a stream, and moves it.
//
// The buffers of *vector* are filled one after the other, up to the end of the content. *actual*,
// where not null, receives the number of bytes, 0 at or behind the end. The position moves before
// the bytes are copied, and stays moved if a buffer cannot be written.
//
// Arguments:
//   *handle*: a stream with ZX_RIGHT_READ.
//   *options*: must be 0.
//   *vector*: *vector_count* zx_iovec_t, read and written.
//   *actual*: room for one size_t, written; may be null.
//
// Errors:
//   ZX_ERR_INVALID_ARGS: *options* is not 0 or *vector* is null; or, after the handle is checked,
//     *vector* cannot be read, its sizes overflow when added, a buffer cannot be written, or
//     *actual* is not null and cannot be written.
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *handle* is not a stream.
//   ZX_ERR_ACCESS_DENIED: *handle* lacks `ZX_RIGHT_READ`.
//   ZX_ERR_OUT_OF_RANGE: the VMO was made smaller during the call.
//   ZX_ERR_BAD_STATE: the pages of the VMO cannot be had, or its cache policy forbids copying.
//   ZX_ERR_NO_MEMORY: there is no memory for a page.
zx_status_t zx_stream_readv(zx_handle_t handle, uint32_t options, zx_iovec_t *vector,
                            size_t vector_count, size_t *actual);
zx_status_t _zx_stream_readv(zx_handle_t handle, uint32_t options, zx_iovec_t *vector,
                             size_t vector_count, size_t *actual);

// Reads bytes at an offset of a stream; its position stays.
//
// *offset* counts from the start of the content. All else is as for `zx_stream_readv()`.
//
// Arguments:
//   *handle*: a stream with ZX_RIGHT_READ.
//   *options*: must be 0.
//   *vector*: *vector_count* zx_iovec_t, read and written.
//   *actual*: room for one size_t, written; may be null.
//
// Errors:
//   ZX_ERR_INVALID_ARGS: *options* is not 0 or *vector* is null; or, after the handle is checked,
//     *vector* cannot be read, its sizes overflow when added, a buffer cannot be written, or
//     *actual* is not null and cannot be written.
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *handle* is not a stream.
//   ZX_ERR_ACCESS_DENIED: *handle* lacks `ZX_RIGHT_READ`.
//   ZX_ERR_OUT_OF_RANGE: the VMO was made smaller during the call.
//   ZX_ERR_BAD_STATE: the pages of the VMO cannot be had, or its cache policy forbids copying.
//   ZX_ERR_NO_MEMORY: there is no memory for a page.
zx_status_t zx_stream_readv_at(zx_handle_t handle, uint32_t options, zx_off_t offset,
                               zx_iovec_t *vector, size_t vector_count, size_t *actual);
zx_status_t _zx_stream_readv_at(zx_handle_t handle, uint32_t options, zx_off_t offset,
                                zx_iovec_t *vector, size_t vector_count, size_t *actual);

// Moves the position of a stream.
//
// *offset* counts from the start, from the position, or from the end of the content, as *whence*
// says, and may be negative. A position behind the end is allowed. *out_seek*, where not null,
// receives the new position, counted from the start.
//
// Arguments:
//   *handle*: a stream with ZX_RIGHT_READ or ZX_RIGHT_WRITE.
//   *whence*: one of the ZX_STREAM_SEEK_ORIGIN_ constants.
//   *out_seek*: room for one zx_off_t, written; may be null.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *handle* is not a stream.
//   ZX_ERR_ACCESS_DENIED: *handle* lacks both `ZX_RIGHT_READ` and `ZX_RIGHT_WRITE`.
//   ZX_ERR_INVALID_ARGS: *whence* is not defined, the position would be negative or beyond 2^64, or
//     *out_seek* is not null and cannot be written; the position has moved in the last case.
zx_status_t zx_stream_seek(zx_handle_t handle, zx_stream_seek_origin_t whence, int64_t offset,
                           zx_off_t *out_seek);
zx_status_t _zx_stream_seek(zx_handle_t handle, zx_stream_seek_origin_t whence, int64_t offset,
                            zx_off_t *out_seek);

// Writes bytes at the position of a stream, and moves it.
//
// The bytes of the buffers of *vector* are written one after the other. Where they reach behind the
// end of the content it grows, and so does the VMO by whole pages if it can; what was between the
// old end and the position becomes zeros. If it cannot grow as far, as many bytes are written as
// fit. *actual*, where not null, receives the number of bytes.
//
// With `ZX_STREAM_APPEND` the position is first moved to the end of the content, in one step with
// the write. The position moves before the bytes are copied, and stays moved if a buffer cannot be
// read.
//
// Arguments:
//   *handle*: a stream with ZX_RIGHT_WRITE.
//   *options*: 0 or ZX_STREAM_APPEND.
//   *vector*: *vector_count* zx_iovec_t, read.
//   *actual*: room for one size_t, written; may be null.
//
// Errors:
//   ZX_ERR_INVALID_ARGS: *options* has a bit that is not defined or *vector* is null; or, after the
//     handle is checked, *vector* cannot be read, its sizes overflow when added, a buffer cannot be
//     read, or *actual* is not null and cannot be written.
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *handle* is not a stream.
//   ZX_ERR_ACCESS_DENIED: *handle* lacks `ZX_RIGHT_WRITE`.
//   ZX_ERR_FILE_BIG: the end of the write would be beyond 2^64.
//   ZX_ERR_NO_SPACE: the position is at or behind the end of the content, which cannot grow.
//   ZX_ERR_OUT_OF_RANGE: the VMO was made smaller during the call.
//   ZX_ERR_BAD_STATE: the pages of the VMO cannot be had, or its cache policy forbids copying.
//   ZX_ERR_NO_MEMORY: there is no memory for a page.
zx_status_t zx_stream_writev(zx_handle_t handle, uint32_t options, const zx_iovec_t *vector,
                             size_t vector_count, size_t *actual);
zx_status_t _zx_stream_writev(zx_handle_t handle, uint32_t options, const zx_iovec_t *vector,
                              size_t vector_count, size_t *actual);

// Writes bytes at an offset of a stream; its position stays.
//
// *offset* counts from the start of the content. All else is as for `zx_stream_writev()`, without
// appending.
//
// Arguments:
//   *handle*: a stream with ZX_RIGHT_WRITE.
//   *options*: must be 0.
//   *vector*: *vector_count* zx_iovec_t, read.
//   *actual*: room for one size_t, written; may be null.
//
// Errors:
//   ZX_ERR_INVALID_ARGS: *options* is not 0 or *vector* is null; or, after the handle is checked,
//     *vector* cannot be read, its sizes overflow when added, a buffer cannot be read, or *actual*
//     is not null and cannot be written.
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *handle* is not a stream.
//   ZX_ERR_ACCESS_DENIED: *handle* lacks `ZX_RIGHT_WRITE`.
//   ZX_ERR_FILE_BIG: the end of the write would be beyond 2^64.
//   ZX_ERR_NO_SPACE: *offset* is at or behind the end of the content, which cannot grow.
//   ZX_ERR_OUT_OF_RANGE: the VMO was made smaller during the call.
//   ZX_ERR_BAD_STATE: the pages of the VMO cannot be had, or its cache policy forbids copying.
//   ZX_ERR_NO_MEMORY: there is no memory for a page.
zx_status_t zx_stream_writev_at(zx_handle_t handle, uint32_t options, zx_off_t offset,
                                const zx_iovec_t *vector, size_t vector_count, size_t *actual);
zx_status_t _zx_stream_writev_at(zx_handle_t handle, uint32_t options, zx_off_t offset,
                                 const zx_iovec_t *vector, size_t vector_count, size_t *actual);

// Returns 0.
zx_status_t zx_syscall_test_0(void);
zx_status_t _zx_syscall_test_0(void);

// Returns its argument.
//
// The number is the result as it is, whether it means an error or not.
zx_status_t zx_syscall_test_1(int32_t a);
zx_status_t _zx_syscall_test_1(int32_t a);

// Returns the sum of its two arguments.
//
// The number is the result as it is, whether it means an error or not.
zx_status_t zx_syscall_test_2(int32_t a, int32_t b);
zx_status_t _zx_syscall_test_2(int32_t a, int32_t b);

// Returns the sum of its three arguments.
//
// The number is the result as it is, whether it means an error or not.
zx_status_t zx_syscall_test_3(int32_t a, int32_t b, int32_t c);
zx_status_t _zx_syscall_test_3(int32_t a, int32_t b, int32_t c);

// Returns the sum of its four arguments.
//
// The number is the result as it is, whether it means an error or not.
zx_status_t zx_syscall_test_4(int32_t a, int32_t b, int32_t c, int32_t d);
zx_status_t _zx_syscall_test_4(int32_t a, int32_t b, int32_t c, int32_t d);

// Returns the sum of its five arguments.
//
// The number is the result as it is, whether it means an error or not.
zx_status_t zx_syscall_test_5(int32_t a, int32_t b, int32_t c, int32_t d, int32_t e);
zx_status_t _zx_syscall_test_5(int32_t a, int32_t b, int32_t c, int32_t d, int32_t e);

// Returns the sum of its six arguments.
//
// The number is the result as it is, whether it means an error or not.
zx_status_t zx_syscall_test_6(int32_t a, int32_t b, int32_t c, int32_t d, int32_t e, int32_t f);
zx_status_t _zx_syscall_test_6(int32_t a, int32_t b, int32_t c, int32_t d, int32_t e, int32_t f);

// Returns the sum of its seven arguments.
//
// The number is the result as it is, whether it means an error or not.
zx_status_t zx_syscall_test_7(int32_t a, int32_t b, int32_t c, int32_t d, int32_t e, int32_t f,
                              int32_t g);
zx_status_t _zx_syscall_test_7(int32_t a, int32_t b, int32_t c, int32_t d, int32_t e, int32_t f,
                               int32_t g);

// Returns the sum of its eight arguments.
//
// The number is the result as it is, whether it means an error or not.
zx_status_t zx_syscall_test_8(int32_t a, int32_t b, int32_t c, int32_t d, int32_t e, int32_t f,
                              int32_t g, int32_t h);
zx_status_t _zx_syscall_test_8(int32_t a, int32_t b, int32_t c, int32_t d, int32_t e, int32_t f,
                               int32_t g, int32_t h);

// Creates an event and returns a chosen result.
//
// If *return_value* is `ZX_OK`, *out* receives the handle. If it is anything else, that is the
// result, the event is destroyed and *out* is not written.
//
// Arguments:
//   *out*: room for one handle that the call creates.
//
// Errors:
//   ZX_ERR_INTERNAL: the event could not be created.
//   ZX_ERR_INVALID_ARGS: *return_value* is `ZX_OK` and *out* cannot be written.
zx_status_t zx_syscall_test_handle_create(zx_status_t return_value, zx_handle_t *out);
zx_status_t _zx_syscall_test_handle_create(zx_status_t return_value, zx_handle_t *out);

// Returns the sum of its arguments, if they and it are in range.
//
// No argument may be negative, and the sum may be at most 50.
//
// Errors:
//   ZX_ERR_INVALID_ARGS: *a*, *b* or *c* is negative.
//   ZX_ERR_OUT_OF_RANGE: the sum is greater than 50.
//
// Differs from Fuchsia: In 2019 the vDSO made these checks around the call, later the kernel
// itself.
zx_status_t zx_syscall_test_wrapper(int32_t a, int32_t b, int32_t c);
zx_status_t _zx_syscall_test_wrapper(int32_t a, int32_t b, int32_t c);

// Returns the size of a line of the data cache, in bytes.
uint32_t zx_system_get_dcache_line_size(void);
uint32_t _zx_system_get_dcache_line_size(void);

// Makes a handle to an event of the system.
//
// `ZX_SYSTEM_EVENT_LOW_MEMORY` is the event that asserts `ZX_EVENT_SIGNALED` while memory is short.
// The handle has only the rights to wait, duplicate and transfer.
//
// Arguments:
//   *root_job*: a job with ZX_RIGHT_MANAGE_PROCESS.
//   *kind*: one of the ZX_SYSTEM_EVENT_ constants.
//   *event*: room for one handle that the call creates.
//
// Errors:
//   ZX_ERR_INVALID_ARGS: *kind* is not `ZX_SYSTEM_EVENT_LOW_MEMORY`; or, last, *event* cannot be
//     written.
//   ZX_ERR_BAD_HANDLE: *root_job* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *root_job* is not a job.
//   ZX_ERR_ACCESS_DENIED: *root_job* lacks `ZX_RIGHT_MANAGE_PROCESS`, or it is not the root job.
//   ZX_ERR_NO_MEMORY: there is no room for another handle.
zx_status_t zx_system_get_event(zx_handle_t root_job, uint32_t kind, zx_handle_t *event);
zx_status_t _zx_system_get_event(zx_handle_t root_job, uint32_t kind, zx_handle_t *event);

// Tells what the hardware can do.
//
// `ZX_FEATURE_KIND_CPU` asks for bits about the processor, of which x86 has none: programs ask the
// processor itself there. `ZX_FEATURE_KIND_HW_BREAKPOINT_COUNT` and
// `ZX_FEATURE_KIND_HW_WATCHPOINT_COUNT` ask how many breakpoints and watchpoints the hardware has,
// 4 each on x86.
//
// Arguments:
//   *kind*: one of the ZX_FEATURE_KIND_ constants.
//   *features*: room for one uint32_t, written.
//
// Errors:
//   ZX_ERR_NOT_SUPPORTED: *kind* is not defined, or it is `ZX_FEATURE_KIND_CPU` and there are no
//     bits.
//   ZX_ERR_INVALID_ARGS: *features* cannot be written.
//
// Differs from Fuchsia: In Fuchsia a pointer that cannot be written is a fault of the caller.
zx_status_t zx_system_get_features(uint32_t kind, uint32_t *features);
zx_status_t _zx_system_get_features(uint32_t kind, uint32_t *features);

// Returns the number of processors, those that are switched off included.
uint32_t zx_system_get_num_cpus(void);
uint32_t _zx_system_get_num_cpus(void);

// Returns the amount of physical memory, in bytes.
uint64_t zx_system_get_physmem(void);
uint64_t _zx_system_get_physmem(void);

// Stores a text that names the version of the system.
//
// The buffer must have 64 bytes, and all 64 are written: the text, a zero byte and zeros.
//
// Arguments:
//   *version*: room for *version_size* characters, written.
//
// Errors:
//   ZX_ERR_BUFFER_TOO_SMALL: *version_size* is less than 64.
//   ZX_ERR_INVALID_ARGS: *version* cannot be written.
//
// Differs from Fuchsia: In Fuchsia a buffer that cannot be written is a fault of the caller.
zx_status_t zx_system_get_version(char *version, size_t version_size);
zx_status_t _zx_system_get_version(char *version, size_t version_size);

// Starts another kernel in the place of this one.
//
// *kernel_vmo* holds the kernel, *bootimage_vmo* the image that it boots from. The call does not
// return when it succeeds.
//
// Arguments:
//   *resource*: a resource of kind ZX_RSRC_KIND_ROOT.
//   *kernel_vmo*: a VMO with ZX_RIGHT_READ.
//   *bootimage_vmo*: a VMO with ZX_RIGHT_READ.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *resource*, *kernel_vmo* or *bootimage_vmo* is not a valid handle; they are
//     checked one after the other, each with type and right.
//   ZX_ERR_WRONG_TYPE: *resource* is not a resource of kind ROOT, or *kernel_vmo* or
//     *bootimage_vmo* is not a VMO.
//   ZX_ERR_ACCESS_DENIED: *kernel_vmo* or *bootimage_vmo* lacks `ZX_RIGHT_READ`.
//   ZX_ERR_NOT_SUPPORTED: the library cannot be replaced by another kernel.
//
// Differs from Fuchsia: The library has no machine to hand over: when all checks have passed it
// answers `ZX_ERR_NOT_SUPPORTED`.
zx_status_t zx_system_mexec(zx_handle_t resource, zx_handle_t kernel_vmo,
                            zx_handle_t bootimage_vmo);
zx_status_t _zx_system_mexec(zx_handle_t resource, zx_handle_t kernel_vmo,
                             zx_handle_t bootimage_vmo);

// Gives the boot items that a kernel needs which is to follow this one.
//
// All *buffer_size* bytes of *buffer* are written: a container of boot items, and zeros behind it.
// At most 16384 bytes are allowed.
//
// Arguments:
//   *resource*: a resource of kind ZX_RSRC_KIND_ROOT.
//   *buffer*: room for *buffer_size* bytes, written.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *resource* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *resource* is not a resource of kind ROOT.
//   ZX_ERR_INVALID_ARGS: *buffer_size* is greater than 16384; or, last, *buffer* cannot be written.
//   ZX_ERR_INTERNAL: the items do not fit into *buffer_size* bytes.
//
// Differs from Fuchsia: The one item is the map of the memory, all of which is RAM.
zx_status_t zx_system_mexec_payload_get(zx_handle_t resource, void *buffer, size_t buffer_size);
zx_status_t _zx_system_mexec_payload_get(zx_handle_t resource, void *buffer, size_t buffer_size);

// Changes the power state of the system.
//
// *cmd* says how: switch processors on or off, put the machine to sleep, limit the power of the
// processor, restart or shut down. *arg* is read for `ZX_SYSTEM_POWERCTL_ACPI_TRANSITION_S_STATE`,
// whose `target_s_state` is from 1 to 5 (off), and for `ZX_SYSTEM_POWERCTL_X86_SET_PKG_PL1`. Who
// restarts or shuts down does not come back.
//
// Arguments:
//   *resource*: a resource of kind ZX_RSRC_KIND_ROOT.
//   *cmd*: one of the ZX_SYSTEM_POWERCTL_ constants.
//   *arg*: one zx_system_powerctl_arg_t, read; may be null.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *resource* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *resource* is not a resource of kind ROOT.
//   ZX_ERR_INVALID_ARGS: *cmd* is not defined, *arg* is needed and cannot be read, or
//     `target_s_state` is out of its range.
//   ZX_ERR_BAD_STATE: the machine cannot go to the state of sleep: other processors are on, or
//     there is no firmware to wake it again.
//   ZX_ERR_NOT_SUPPORTED: the power of this processor cannot be limited.
//
// Differs from Fuchsia: The machine is the Linux process. Shutting down ends it with exit status 0,
// restarting with 75, at once: nothing that libc has to do at an exit is done. Switching processors
// on and off succeeds and changes nothing.
zx_status_t zx_system_powerctl(zx_handle_t resource, uint32_t cmd,
                               const zx_system_powerctl_arg_t *arg);
zx_status_t _zx_system_powerctl(zx_handle_t resource, uint32_t cmd,
                                const zx_system_powerctl_arg_t *arg);

// Makes *port* receive the exceptions of the job, process or thread *handle*.
//
// Each exception queues a packet with *key*, the type of the exception, and the koids of process
// and thread; the thread waits until zx_task_resume_from_exception names it and the port. With
// `ZX_EXCEPTION_PORT_DEBUGGER` the debugger's place of a process or job is bound, which is asked
// first and also hears of starts and exits. A task has one port in each place; one port may serve
// many tasks.
//
// With *port* `ZX_HANDLE_INVALID` the bound port is removed, and threads that wait for it go on to
// the next handler. Closing the port's last handle does the same. No right is needed.
//
// Arguments:
//   *handle*: a job, a process or a thread.
//   *port*: a port; ZX_HANDLE_INVALID is allowed.
//   *options*: 0 or ZX_EXCEPTION_PORT_DEBUGGER.
//
// Errors:
//   ZX_ERR_INVALID_ARGS: *options* has an undefined bit, or, checked after the handles, names the
//     debugger's place of a thread.
//   ZX_ERR_BAD_HANDLE: *port*, unless it is `ZX_HANDLE_INVALID`, or *handle* is not a valid handle;
//     *port* is looked at first.
//   ZX_ERR_WRONG_TYPE: *port* is not a port, or *handle* is not a job, process or thread.
//   ZX_ERR_NO_MEMORY: the kernel ran out of memory.
//   ZX_ERR_NOT_FOUND: the process or thread is dead.
//   ZX_ERR_ALREADY_BOUND: another port is bound in this place.
//   ZX_ERR_BAD_STATE: *port* is `ZX_HANDLE_INVALID` and no port is bound.
zx_status_t zx_task_bind_exception_port(zx_handle_t handle, zx_handle_t port, uint64_t key,
                                        uint32_t options);
zx_status_t _zx_task_bind_exception_port(zx_handle_t handle, zx_handle_t port, uint64_t key,
                                         uint32_t options);

// Makes a channel that receives the exceptions of the job, process or thread *handle*.
//
// Stores the reading end in *out*, with TRANSFER, WAIT and READ alone. Each exception comes as a
// message with one zx_exception_info_t of 24 bytes and the handle of an exception object. The
// thread waits until the last handle of that object is closed, and then either continues or goes to
// the next handler, as the object's `ZX_PROP_EXCEPTION_STATE` says. Handles that
// zx_exception_get_thread and zx_exception_get_process give out have the rights of *handle*.
// Closing *out* unbinds it, and exceptions that wait unread go to the next handler.
//
// With `ZX_EXCEPTION_CHANNEL_DEBUGGER` the debugger's place of a process or job is taken, which is
// asked first and also hears of starts and exits. A job or process handle needs
// `ZX_RIGHT_ENUMERATE` as well as the rights that every task handle needs here.
//
// Arguments:
//   *handle*: a job, a process or a thread with ZX_RIGHT_INSPECT, ZX_RIGHT_DUPLICATE,
//     ZX_RIGHT_TRANSFER and ZX_RIGHT_MANAGE_THREAD.
//   *options*: 0 or ZX_EXCEPTION_CHANNEL_DEBUGGER.
//   *out*: room for one handle that the call creates.
//
// Errors:
//   ZX_ERR_INVALID_ARGS: *options* has an undefined bit, or, checked after the type, names the
//     debugger's place of a thread, or *out* cannot be written.
//   ZX_ERR_ACCESS_DENIED: the policy of the caller's job denies `ZX_POL_NEW_CHANNEL`, or *handle*
//     lacks `ZX_RIGHT_INSPECT`, `ZX_RIGHT_DUPLICATE`, `ZX_RIGHT_TRANSFER` or
//     `ZX_RIGHT_MANAGE_THREAD`, or, checked after the type, names a job or process and lacks
//     `ZX_RIGHT_ENUMERATE`.
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *handle* is not a job, process or thread.
//   ZX_ERR_NO_MEMORY: the kernel ran out of memory.
//   ZX_ERR_BAD_STATE: the task is dead.
//   ZX_ERR_ALREADY_BOUND: the place has a channel whose reading end is open.
zx_status_t zx_task_create_exception_channel(zx_handle_t handle, uint32_t options,
                                             zx_handle_t *out);
zx_status_t _zx_task_create_exception_channel(zx_handle_t handle, uint32_t options,
                                              zx_handle_t *out);

// Kills the thread, the process, or the job with everything under it, that *handle* names.
//
// The call does not wait: `ZX_TASK_TERMINATED` is set when the task is dead. A process or job that
// is not dying yet gets the return code `ZX_TASK_RETCODE_SYSCALL_KILL`. A killed job takes no new
// jobs or processes. A process that was not started dies at once; a thread that was not started is
// left alone. A task that is dead already stays so, with success. A suspended task is killed as
// well. A caller that kills itself does not return.
//
// Arguments:
//   *handle*: a job, a process or a thread with ZX_RIGHT_DESTROY.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle.
//   ZX_ERR_ACCESS_DENIED: *handle* lacks `ZX_RIGHT_DESTROY`.
//   ZX_ERR_WRONG_TYPE: *handle* is not a job, process or thread.
//
// Differs from Fuchsia: A thread that the host's C library made may be killed while it holds a lock
// of that library.
zx_status_t zx_task_kill(zx_handle_t handle);
zx_status_t _zx_task_kill(zx_handle_t handle);

// Lets the thread *handle* leave the exception that was reported to *port*.
//
// With *options* 0 the exception counts as handled and the thread continues where it stopped. With
// `ZX_RESUME_TRY_NEXT` the next handler is asked. The first answer to an exception counts. A
// suspended thread stays suspended. No right is needed: holding *port* is the permission.
//
// Arguments:
//   *handle*: a thread.
//   *port*: a port.
//   *options*: 0 or ZX_RESUME_TRY_NEXT.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *handle* or *port* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *handle* is not a thread or *port* is not a port.
//   ZX_ERR_INVALID_ARGS: *options* is neither 0 nor `ZX_RESUME_TRY_NEXT`.
//   ZX_ERR_BAD_STATE: the thread is not in an exception that a port received, or, checked last,
//     somebody has answered already.
//   ZX_ERR_ACCESS_DENIED: the exception was reported to another port.
zx_status_t zx_task_resume_from_exception(zx_handle_t handle, zx_handle_t port, uint32_t options);
zx_status_t _zx_task_resume_from_exception(zx_handle_t handle, zx_handle_t port, uint32_t options);

// Suspends the thread or process *handle* for as long as *token* or a copy of it is open.
//
// Stores a handle with TRANSFER and INSPECT in *token*; several may be open at once, and the task
// runs when the last one is closed. The call does not wait: a thread sets `ZX_THREAD_SUSPENDED`
// when it has stopped. A wait inside the kernel is left for the suspension and taken up again after
// it. A task that was not started stops before it executes anything; so does a thread that is
// started in a suspended process.
//
// Arguments:
//   *handle*: a process or a thread with ZX_RIGHT_WRITE.
//   *token*: room for one handle that the call creates.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle.
//   ZX_ERR_ACCESS_DENIED: *handle* lacks `ZX_RIGHT_WRITE`.
//   ZX_ERR_NO_MEMORY: the kernel ran out of memory.
//   ZX_ERR_NOT_SUPPORTED: *handle* is the calling thread or the calling process.
//   ZX_ERR_BAD_STATE: the task is dying or dead.
//   ZX_ERR_WRONG_TYPE: *handle* is neither a thread nor a process; jobs cannot be suspended.
//   ZX_ERR_INVALID_ARGS: *token* cannot be written; the task runs on.
zx_status_t zx_task_suspend(zx_handle_t handle, zx_handle_t *token);
zx_status_t _zx_task_suspend(zx_handle_t handle, zx_handle_t *token);

// Does the same as zx_task_suspend.
//
// Arguments:
//   *handle*: a process or a thread with ZX_RIGHT_WRITE.
//   *token*: room for one handle that the call creates.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle.
//   ZX_ERR_ACCESS_DENIED: *handle* lacks `ZX_RIGHT_WRITE`.
//   ZX_ERR_NO_MEMORY: the kernel ran out of memory.
//   ZX_ERR_NOT_SUPPORTED: *handle* is the calling thread or the calling process.
//   ZX_ERR_BAD_STATE: the task is dying or dead.
//   ZX_ERR_WRONG_TYPE: *handle* is neither a thread nor a process; jobs cannot be suspended.
//   ZX_ERR_INVALID_ARGS: *token* cannot be written; the task runs on.
zx_status_t zx_task_suspend_token(zx_handle_t handle, zx_handle_t *token);
zx_status_t _zx_task_suspend_token(zx_handle_t handle, zx_handle_t *token);

// Makes a thread in *process* and stores a handle to it in *out*; it does not run yet.
//
// zx_process_start starts the first thread of a process, zx_thread_start the others. The handle has
// DUPLICATE, TRANSFER, WAIT, INSPECT, READ, WRITE, GET_PROPERTY, SET_PROPERTY, DESTROY, SIGNAL and
// MANAGE_THREAD. A thread can be made in a process that is not started and in one that is dead; in
// the latter it cannot be started.
//
// The name is the *name_size* bytes at *name*, up to the first zero byte and cut to 31 bytes.
// *name* must not be null even where *name_size* is 0.
//
// Arguments:
//   *process*: a process with ZX_RIGHT_MANAGE_THREAD.
//   *name*: *name_size* characters, read.
//   *options*: must be 0.
//   *out*: room for one handle that the call creates.
//
// Errors:
//   ZX_ERR_INVALID_ARGS: *options* is not zero, or *name* is null or cannot be read, or, checked
//     last, *out* cannot be written.
//   ZX_ERR_BAD_HANDLE: *process* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *process* is not a process.
//   ZX_ERR_ACCESS_DENIED: *process* lacks `ZX_RIGHT_MANAGE_THREAD`.
//   ZX_ERR_NO_MEMORY: the kernel ran out of memory.
zx_status_t zx_thread_create(zx_handle_t process, const char *name, size_t name_size,
                             uint32_t options, zx_handle_t *out);
zx_status_t _zx_thread_create(zx_handle_t process, const char *name, size_t name_size,
                              uint32_t options, zx_handle_t *out);

// Ends the calling thread.
//
// When the last thread of a process ends this way the process ends with it, with return code 0.
// Does not return.
__attribute__((__noreturn__)) void zx_thread_exit(void);
__attribute__((__noreturn__)) void _zx_thread_exit(void);

// Copies one set of registers of the thread *handle* into *buffer*.
//
// The thread must be suspended or stopped in an exception. *kind* says which registers: the general
// ones (zx_thread_state_general_regs_t, 160 bytes), the x87 ones (zx_thread_state_fp_regs_t, 160
// bytes), the vector ones (zx_thread_state_vector_regs_t, 2120 bytes; parts the processor lacks are
// 0), the debug ones (zx_thread_state_debug_regs_t, 64 bytes), or whether the thread is
// single-stepped (zx_thread_state_single_step_t, 0 or 1 in 4 bytes). A larger buffer keeps its
// tail.
//
// Arguments:
//   *handle*: a thread with ZX_RIGHT_READ.
//   *kind*: ZX_THREAD_STATE_GENERAL_REGS, ZX_THREAD_STATE_FP_REGS, ZX_THREAD_STATE_VECTOR_REGS,
//     ZX_THREAD_STATE_DEBUG_REGS or ZX_THREAD_STATE_SINGLE_STEP.
//   *buffer*: room for *buffer_size* bytes, written.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *handle* is not a thread.
//   ZX_ERR_ACCESS_DENIED: *handle* lacks `ZX_RIGHT_READ`.
//   ZX_ERR_INVALID_ARGS: *kind* is unknown, or, checked after the state, it is one of the two that
//     name a single segment base, or *buffer* cannot be written.
//   ZX_ERR_BUFFER_TOO_SMALL: *buffer_size* is less than the size of the structure.
//   ZX_ERR_BAD_STATE: the thread is neither suspended nor in an exception.
//   ZX_ERR_NOT_SUPPORTED: the thread is in an exception without general registers, as
//     `ZX_EXCP_THREAD_EXITING`, and *kind* needs them.
zx_status_t zx_thread_read_state(zx_handle_t handle, uint32_t kind, void *buffer,
                                 size_t buffer_size);
zx_status_t _zx_thread_read_state(zx_handle_t handle, uint32_t kind, void *buffer,
                                  size_t buffer_size);

// Starts the thread *handle* at *thread_entry* with the stack pointer *stack*.
//
// Its first two argument registers hold *arg1* and *arg2*, all other general registers 0. Neither
// address is checked: a bad one shows as an exception of the new thread. The entry has no return
// address, so the thread must leave through a call that ends it. The process must be running, which
// means that zx_process_start has started another thread in it.
//
// Arguments:
//   *handle*: a thread with ZX_RIGHT_MANAGE_THREAD.
//   *thread_entry*: the address of the first instruction, in the target process.
//   *stack*: the first stack pointer, an address in the target process.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *handle* is not a thread.
//   ZX_ERR_ACCESS_DENIED: *handle* lacks `ZX_RIGHT_MANAGE_THREAD`.
//   ZX_ERR_BAD_STATE: the process is not running, or the thread was started before.
//
// Differs from Fuchsia: In a process of the host's own a new thread gets the thread-local storage
// of the host's C library too.
zx_status_t zx_thread_start(zx_handle_t handle, zx_vaddr_t thread_entry, zx_vaddr_t stack,
                            uintptr_t arg1, uintptr_t arg2);
zx_status_t _zx_thread_start(zx_handle_t handle, zx_vaddr_t thread_entry, zx_vaddr_t stack,
                             uintptr_t arg1, uintptr_t arg2);

// Sets one set of registers of the thread *handle* from *buffer*.
//
// The thread must be suspended or stopped in an exception; it continues with the new values. *kind*
// and the structures are those of zx_thread_read_state, and *buffer_size* must be the exact size.
// Of rflags only the bits that user code may change are taken. Of the debug registers the reserved
// bits of dr7 are ignored.
//
// Arguments:
//   *handle*: a thread with ZX_RIGHT_WRITE.
//   *kind*: ZX_THREAD_STATE_GENERAL_REGS, ZX_THREAD_STATE_FP_REGS, ZX_THREAD_STATE_VECTOR_REGS,
//     ZX_THREAD_STATE_DEBUG_REGS or ZX_THREAD_STATE_SINGLE_STEP.
//   *buffer*: *buffer_size* bytes, read.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *handle* is not a thread.
//   ZX_ERR_ACCESS_DENIED: *handle* lacks `ZX_RIGHT_WRITE`.
//   ZX_ERR_INVALID_ARGS: *kind* is unknown, or *buffer_size* is more than the size of the
//     structure, or *buffer* cannot be read, or, checked after the state: *kind* is one of the two
//     that name a single segment base; fs_base or gs_base is not canonical; the thread stopped
//     inside a call and rip is not in the lower half of the address space; a breakpoint address is
//     neither 0 nor a user address; or single step is neither 0 nor 1.
//   ZX_ERR_BUFFER_TOO_SMALL: *buffer_size* is less than the size of the structure.
//   ZX_ERR_BAD_STATE: the thread is neither suspended nor in an exception.
//   ZX_ERR_NOT_SUPPORTED: the thread is in an exception without general registers, as
//     `ZX_EXCP_THREAD_EXITING`, and *kind* needs them.
//
// Differs from Fuchsia: Debug registers are kept and read back; whether they fire depends on what
// the host lets a process do.
zx_status_t zx_thread_write_state(zx_handle_t handle, uint32_t kind, const void *buffer,
                                  size_t buffer_size);
zx_status_t _zx_thread_write_state(zx_handle_t handle, uint32_t kind, const void *buffer,
                                   size_t buffer_size);

// Returns the number of ticks of a fast counter.
//
// `zx_ticks_per_second()` of them make a second. The difference of two results is a duration.
zx_ticks_t zx_ticks_get(void);
zx_ticks_t _zx_ticks_get(void);

// Returns how many ticks of `zx_ticks_get()` make a second; it never changes.
zx_ticks_t zx_ticks_per_second(void);
zx_ticks_t _zx_ticks_per_second(void);

// Stops a timer and clears its signal.
//
// When the call returns, the deadline that was set before does not signal the timer any more. A
// timer that was not set, or has gone off, may be cancelled too.
//
// Arguments:
//   *handle*: a timer with ZX_RIGHT_WRITE.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *handle* is not a timer.
//   ZX_ERR_ACCESS_DENIED: *handle* lacks `ZX_RIGHT_WRITE`.
zx_status_t zx_timer_cancel(zx_handle_t handle);
zx_status_t _zx_timer_cancel(zx_handle_t handle);

// Creates a timer, an object that asserts `ZX_TIMER_SIGNALED` at a moment that is set.
//
// *options* says to which side of its deadline the timer may be moved to go off together with
// others, where slack allows it: to both, only before or only after. The clock is the monotonic
// one. The handle has `ZX_DEFAULT_TIMER_RIGHTS`.
//
// Arguments:
//   *options*: one of the ZX_TIMER_SLACK_ constants.
//   *clock_id*: ZX_CLOCK_MONOTONIC.
//   *out*: room for one handle that the call creates.
//
// Errors:
//   ZX_ERR_INVALID_ARGS: *clock_id* is not `ZX_CLOCK_MONOTONIC`; or, after the policy is looked at,
//     *options* is none of the three; or *out* cannot be written.
//   ZX_ERR_ACCESS_DENIED: the policy of the job forbids `ZX_POL_NEW_TIMER`.
//   ZX_ERR_NO_MEMORY: there is no memory for the timer or its handle.
zx_status_t zx_timer_create(uint32_t options, zx_clock_t clock_id, zx_handle_t *out);
zx_status_t _zx_timer_create(uint32_t options, zx_clock_t clock_id, zx_handle_t *out);

// Sets a timer to go off at a moment of the monotonic clock.
//
// What the timer was set to before is forgotten, and its signal is cleared. When *deadline* comes,
// at once if it has passed or is 0, `ZX_TIMER_SIGNALED` is asserted and stays until the timer is
// set again or cancelled. *slack* is by how many nanoseconds the timer may be moved; the job policy
// may ask for more. Closing the last handle cancels the timer.
//
// Arguments:
//   *handle*: a timer with ZX_RIGHT_WRITE.
//   *deadline*: a time on the monotonic clock, in nanoseconds.
//   *slack*: a number of nanoseconds.
//
// Errors:
//   ZX_ERR_OUT_OF_RANGE: *slack* is negative.
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *handle* is not a timer.
//   ZX_ERR_ACCESS_DENIED: *handle* lacks `ZX_RIGHT_WRITE`.
zx_status_t zx_timer_set(zx_handle_t handle, zx_time_t deadline, zx_duration_t slack);
zx_status_t _zx_timer_set(zx_handle_t handle, zx_time_t deadline, zx_duration_t slack);

// Makes a virtual processor in *guest* that starts at the guest address *entry*.
//
// Stores a handle to it in *out*, with DUPLICATE, TRANSFER, WAIT, INSPECT, READ, WRITE, EXECUTE and
// SIGNAL. The VCPU belongs to the calling thread: no other can run it or see its state. A guest has
// up to 64.
//
// The first VCPU starts in 64-bit mode with paging on, its page tables at guest address 0, flat
// segments, all general registers 0 and interrupts off. Later ones start in real mode with the code
// segment at *entry*, as after a startup message. The local APIC number counts from 0.
//
// Arguments:
//   *guest*: a guest with ZX_RIGHT_MANAGE_PROCESS.
//   *options*: must be 0.
//   *out*: room for one handle that the call creates.
//
// Errors:
//   ZX_ERR_INVALID_ARGS: *options* is not zero; after the handle, *entry* is 2^48 or more, or *out*
//     cannot be written.
//   ZX_ERR_BAD_HANDLE: *guest* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *guest* is not a guest.
//   ZX_ERR_ACCESS_DENIED: *guest* lacks `ZX_RIGHT_MANAGE_PROCESS`.
//   ZX_ERR_NO_RESOURCES: the guest has 64 VCPUs.
//   ZX_ERR_NO_MEMORY: the kernel ran out of memory.
//
// Differs from Fuchsia: The thread is not pinned to a processor.
zx_status_t zx_vcpu_create(zx_handle_t guest, uint32_t options, zx_vaddr_t entry, zx_handle_t *out);
zx_status_t _zx_vcpu_create(zx_handle_t guest, uint32_t options, zx_vaddr_t entry,
                            zx_handle_t *out);

// Does the same as zx_vcpu_resume, and can be ended by zx_vcpu_kick.
//
// After `ZX_ERR_CANCELED` the next call goes on where the guest stopped.
//
// Arguments:
//   *handle*: a VCPU with ZX_RIGHT_EXECUTE.
//   *packet*: room for one zx_port_packet_t, written.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *handle* is not a VCPU.
//   ZX_ERR_ACCESS_DENIED: *handle* lacks `ZX_RIGHT_EXECUTE`, or the guest wrote to memory that is
//     mapped without the permission.
//   ZX_ERR_BAD_STATE: another thread made the VCPU, its state cannot be entered, or the port of a
//     bell has no handle left.
//   ZX_ERR_CANCELED: the VCPU was kicked.
//   ZX_ERR_NOT_SUPPORTED: the guest did what is not provided for, as zx_vcpu_resume says.
//   ZX_ERR_NOT_FOUND: the guest used memory where nothing is mapped and no trap set, or a port
//     without a trap.
//   ZX_ERR_OUT_OF_RANGE: the guest used memory at 2^48 or above.
//   ZX_ERR_INTERNAL: the guest used memory that is not there by an instruction whose operands do
//     not show where, such as a gather.
//   ZX_ERR_INVALID_ARGS: the guest wrote a control register, XCR0 or a model-specific register with
//     a value it may not have, or *packet* cannot be written; in the latter case the packet is
//     lost.
//   ZX_ERR_NO_MEMORY: there is no memory for the guest.
//
// Differs from Fuchsia: Packets have the form of 2019.
zx_status_t zx_vcpu_enter(zx_handle_t handle, zx_port_packet_t *packet);
zx_status_t _zx_vcpu_enter(zx_handle_t handle, zx_port_packet_t *packet);

// Makes the interrupt *vector* wait for the VCPU *handle*.
//
// Any thread may call. A halted VCPU wakes up, a running one is interrupted. A vector waits once,
// however often it is sent. At each entry the guest gets vector 2, the non-maskable interrupt,
// first, else the highest; 32 and above when it takes interrupts, 0 to 20 as exceptions, of which
// those that still wait are dropped when something was injected. 21 to 31 make the next
// zx_vcpu_resume fail.
//
// Arguments:
//   *handle*: a VCPU with ZX_RIGHT_SIGNAL.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *handle* is not a VCPU.
//   ZX_ERR_ACCESS_DENIED: *handle* lacks `ZX_RIGHT_SIGNAL`.
//   ZX_ERR_OUT_OF_RANGE: *vector* is more than 255.
//
// Differs from Fuchsia: The kernel lets a *vector* above 255 pass and does nothing; its
// documentation promises the error.
zx_status_t zx_vcpu_interrupt(zx_handle_t handle, uint32_t vector);
zx_status_t _zx_vcpu_interrupt(zx_handle_t handle, uint32_t vector);

// Makes the VCPU *handle* leave the zx_vcpu_enter it is in, or the next one, with
// `ZX_ERR_CANCELED`.
//
// Any thread may call. Kicks before that one return count as one.
//
// Arguments:
//   *handle*: a VCPU with ZX_RIGHT_EXECUTE.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *handle* is not a VCPU.
//   ZX_ERR_ACCESS_DENIED: *handle* lacks `ZX_RIGHT_EXECUTE`.
//
// Differs from Fuchsia: zx_vcpu_resume is ended by it too.
zx_status_t zx_vcpu_kick(zx_handle_t handle);
zx_status_t _zx_vcpu_kick(zx_handle_t handle);

// Copies the state of the VCPU *handle* into *buffer*.
//
// *kind* is `ZX_VCPU_STATE` and *buffer_size* 136, the size of zx_vcpu_state_t: the 16 general
// registers and rflags, of which only the bits that user code may change are shown.
//
// Arguments:
//   *handle*: a VCPU with ZX_RIGHT_READ.
//   *kind*: ZX_VCPU_STATE.
//   *buffer*: room for *buffer_size* bytes, written.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *handle* is not a VCPU.
//   ZX_ERR_ACCESS_DENIED: *handle* lacks `ZX_RIGHT_READ`.
//   ZX_ERR_INVALID_ARGS: *buffer_size* is more than 136; after the thread, *kind* is another or
//     *buffer_size* less than 136, or *buffer* cannot be written.
//   ZX_ERR_BAD_STATE: another thread made the VCPU.
zx_status_t zx_vcpu_read_state(zx_handle_t handle, uint32_t kind, void *buffer, size_t buffer_size);
zx_status_t _zx_vcpu_read_state(zx_handle_t handle, uint32_t kind, void *buffer,
                                size_t buffer_size);

// Runs the VCPU *handle* until there is something for the caller to do, told in *packet*.
//
// The packet's type is `ZX_PKT_TYPE_GUEST_MEM` or `ZX_PKT_TYPE_GUEST_IO` for a trap, or
// `ZX_PKT_TYPE_GUEST_VCPU` when the guest sends an interrupt to VCPUs or asks to start one. An IN
// instruction is answered with zx_vcpu_write_state and `ZX_VCPU_IO`. CPUID, model-specific
// registers, the local APIC in x2APIC mode with its timer, HLT, which waits for an interrupt, and
// page faults on mapped memory are served without leaving the call. At most one waiting interrupt
// is injected each time the guest is entered.
//
// Arguments:
//   *handle*: a VCPU with ZX_RIGHT_EXECUTE.
//   *packet*: room for one zx_port_packet_t, written.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *handle* is not a VCPU.
//   ZX_ERR_ACCESS_DENIED: *handle* lacks `ZX_RIGHT_EXECUTE`, or the guest wrote to memory that is
//     mapped without the permission.
//   ZX_ERR_BAD_STATE: another thread made the VCPU, its state cannot be entered, or the port of a
//     bell has no handle left.
//   ZX_ERR_NOT_SUPPORTED: the guest did what is not provided for: a string I/O instruction on a
//     trapped port, reading from a bell, an interrupt mode, a triple fault; or an interrupt from 21
//     to 31 waits.
//   ZX_ERR_NOT_FOUND: the guest used memory where nothing is mapped and no trap set, or a port
//     without a trap.
//   ZX_ERR_OUT_OF_RANGE: the guest used memory at 2^48 or above.
//   ZX_ERR_CANCELED: the calling thread was killed while the guest was halted.
//   ZX_ERR_INTERNAL: the guest used memory that is not there by an instruction whose operands do
//     not show where, such as a gather.
//   ZX_ERR_INVALID_ARGS: the guest wrote a control register, XCR0 or a model-specific register with
//     a value it may not have, or *packet* cannot be written; in the latter case the packet is
//     lost.
//   ZX_ERR_NO_MEMORY: there is no memory for the guest.
//
// Differs from Fuchsia: Writing a bad value to CR0 or XCR0 gives the guest a general protection
// fault instead of ending the call. The kernel has NOT_FOUND where INTERNAL is told here.
zx_status_t zx_vcpu_resume(zx_handle_t handle, zx_port_packet_t *packet);
zx_status_t _zx_vcpu_resume(zx_handle_t handle, zx_port_packet_t *packet);

// Sets the state of the VCPU *handle* from *buffer*.
//
// With *kind* `ZX_VCPU_STATE` and *buffer_size* 136 the 16 general registers are set, and rflags,
// the bits that user code may change, if bit 1 of the value is set. With `ZX_VCPU_IO` and
// *buffer_size* 8, a zx_vcpu_io_t, the low access_size bytes of rax become data, which answers an
// IN instruction; access_size is 1, 2 or 4.
//
// Arguments:
//   *handle*: a VCPU with ZX_RIGHT_WRITE.
//   *kind*: ZX_VCPU_STATE or ZX_VCPU_IO.
//   *buffer*: *buffer_size* bytes, read.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *handle* is not a VCPU.
//   ZX_ERR_ACCESS_DENIED: *handle* lacks `ZX_RIGHT_WRITE`.
//   ZX_ERR_INVALID_ARGS: *buffer_size* is more than 136 or *buffer* cannot be read; after the
//     thread, *kind* is unknown, *buffer_size* is not its size, or access_size is another number.
//   ZX_ERR_BAD_STATE: another thread made the VCPU.
//
// Differs from Fuchsia: The kernel of 2019 does not look at access_size.
zx_status_t zx_vcpu_write_state(zx_handle_t handle, uint32_t kind, const void *buffer,
                                size_t buffer_size);
zx_status_t _zx_vcpu_write_state(zx_handle_t handle, uint32_t kind, const void *buffer,
                                 size_t buffer_size);

// Makes a child VMAR of *size* bytes in *parent_vmar*.
//
// Stores a handle to it in *child_vmar* and its address in *child_addr*. *size* must be a multiple
// of 4096. With `ZX_VM_SPECIFIC` the child begins *offset* bytes into the parent, which must allow
// that with `ZX_VM_CAN_MAP_SPECIFIC`; without, *offset* must be 0 and the kernel picks the place.
// `ZX_VM_CAN_MAP_READ`, `ZX_VM_CAN_MAP_WRITE` and `ZX_VM_CAN_MAP_EXECUTE` say what mappings in the
// child may ever be, `ZX_VM_CAN_MAP_SPECIFIC` whether their places may be chosen. `ZX_VM_COMPACT`
// keeps what the kernel places in the child close together.
//
// The top 8 bits of *options* are the power of two to which the address is aligned, 10
// (`ZX_VM_ALIGN_1KB`) to 32 (`ZX_VM_ALIGN_4GB`), or 0 for a page. In a compact parent the kernel
// aligns to no more than a page.
//
// The handle has DUPLICATE, TRANSFER and INSPECT, and READ, WRITE and EXECUTE as the child can map.
// Closing it leaves the region as it is. `ZX_VM_PERM_WRITE` alone is ignored.
//
// Arguments:
//   *parent_vmar*: a VMAR with ZX_RIGHT_READ if `options & ZX_VM_CAN_MAP_READ`, with ZX_RIGHT_WRITE
//     if `options & ZX_VM_CAN_MAP_WRITE`, with ZX_RIGHT_EXECUTE if
//     `options & ZX_VM_CAN_MAP_EXECUTE`.
//   *options*: 0 or a union of ZX_VM_COMPACT, ZX_VM_SPECIFIC, ZX_VM_CAN_MAP_SPECIFIC,
//     ZX_VM_CAN_MAP_READ, ZX_VM_CAN_MAP_WRITE and ZX_VM_CAN_MAP_EXECUTE.
//   *child_vmar*: room for one handle that the call creates.
//   *child_addr*: room for one zx_vaddr_t, written.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *parent_vmar* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *parent_vmar* is not a VMAR.
//   ZX_ERR_ACCESS_DENIED: *parent_vmar* lacks the right to what *options* says can be mapped, or,
//     checked after the state, the VMAR itself does, or it does not let places be chosen.
//   ZX_ERR_INVALID_ARGS: *options* has a bit or an alignment that is not allowed; *size* is 0 or
//     not a multiple of 4096; *offset* is not 0 without `ZX_VM_SPECIFIC`; the range leaves the
//     parent; the address is not page-aligned or not aligned as asked; a larger alignment is wanted
//     in a compact parent; or *child_vmar* or *child_addr* cannot be written.
//   ZX_ERR_BAD_STATE: the parent was destroyed.
//   ZX_ERR_NO_MEMORY: the place is taken, or no free one is large enough, or the kernel ran out of
//     memory.
//
// Differs from Fuchsia: Regions that the host process has claimed for itself cannot be picked in a
// process that shares them.
zx_status_t zx_vmar_allocate(zx_handle_t parent_vmar, zx_vm_option_t options, uint64_t offset,
                             uint64_t size, zx_handle_t *child_vmar, zx_vaddr_t *child_addr);
zx_status_t _zx_vmar_allocate(zx_handle_t parent_vmar, zx_vm_option_t options, uint64_t offset,
                              uint64_t size, zx_handle_t *child_vmar, zx_vaddr_t *child_addr);

// Unmaps everything in the VMAR *handle*, destroys its children and then itself.
//
// The address range is free in the parent again, and every later call on the destroyed regions
// fails. No right is needed.
//
// Arguments:
//   *handle*: a VMAR.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *handle* is not a VMAR.
//   ZX_ERR_BAD_STATE: the VMAR was destroyed before.
//   ZX_ERR_ACCESS_DENIED: the VMAR holds the code of the vDSO; what came before it is unmapped.
zx_status_t zx_vmar_destroy(zx_handle_t handle);
zx_status_t _zx_vmar_destroy(zx_handle_t handle);

// Maps *len* bytes of *vmo* from *vmo_offset* on into the VMAR *handle*.
//
// Stores the address in *mapped_addr*. *vmo_offset* must be page-aligned, *len* is rounded up to
// whole pages. The mapping keeps the VMO alive and may reach past its end; an access there faults.
//
// - `ZX_VM_PERM_READ`, `ZX_VM_PERM_WRITE`, `ZX_VM_PERM_EXECUTE`: what accesses are allowed; the
//   last two need the first. Each needs the right of the same name on both handles. What both
//   handles have rights to is also the most that zx_vmar_protect can allow later.
// - `ZX_VM_SPECIFIC`: begin *vmar_offset* bytes into the VMAR, where nothing may be mapped.
// - `ZX_VM_SPECIFIC_OVERWRITE`: the same, but replace mappings that are there, whole or in part, in
//   one step; child VMARs are not replaced. Both need a VMAR with `ZX_VM_CAN_MAP_SPECIFIC`. Without
//   either *vmar_offset* must be 0 and the kernel picks the place.
// - `ZX_VM_MAP_RANGE`: map the pages that exist at once instead of on first access. Not with
//   `ZX_VM_SPECIFIC_OVERWRITE`.
// - `ZX_VM_REQUIRE_NON_RESIZABLE`: fail if the VMO is resizable.
// - `ZX_VM_ALLOW_FAULTS`: accepted and ignored.
//
// The top 8 bits of *options* are an alignment as in zx_vmar_allocate. The code of the vDSO can be
// mapped executable once in a process, and only as a whole.
//
// Arguments:
//   *handle*: a VMAR with ZX_RIGHT_READ if `options & ZX_VM_PERM_READ`, with ZX_RIGHT_WRITE if
//     `options & ZX_VM_PERM_WRITE`, with ZX_RIGHT_EXECUTE if `options & ZX_VM_PERM_EXECUTE`.
//   *options*: 0 or a union of ZX_VM_PERM_READ, ZX_VM_PERM_WRITE, ZX_VM_PERM_EXECUTE,
//     ZX_VM_SPECIFIC, ZX_VM_SPECIFIC_OVERWRITE, ZX_VM_MAP_RANGE, ZX_VM_REQUIRE_NON_RESIZABLE and
//     ZX_VM_ALLOW_FAULTS.
//   *vmo*: a VMO with ZX_RIGHT_MAP, with ZX_RIGHT_READ if `options & ZX_VM_PERM_READ`, with
//     ZX_RIGHT_WRITE if `options & ZX_VM_PERM_WRITE`, with ZX_RIGHT_EXECUTE if
//     `options & ZX_VM_PERM_EXECUTE`.
//   *mapped_addr*: room for one zx_vaddr_t, written.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *handle* or *vmo* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *handle* is not a VMAR or *vmo* is not a VMO.
//   ZX_ERR_ACCESS_DENIED: *vmo* lacks `ZX_RIGHT_MAP`; after the options, a handle lacks the right
//     to an access, the VMAR does not let places be chosen, or the code of the vDSO would be mapped
//     again or overwritten.
//   ZX_ERR_INVALID_ARGS: writing or executing is wanted without reading; *options* has a bit, a
//     combination or an alignment that is not allowed; *vmo_offset* is not page-aligned or
//     overflows with *len*; *len* is 0; *vmar_offset* is not 0 without a specific place; the range
//     leaves the VMAR; the address is not page-aligned or not aligned as asked; a larger alignment
//     is wanted in a compact VMAR; a child VMAR would be overwritten; or *mapped_addr* cannot be
//     written, in which case nothing stays mapped.
//   ZX_ERR_NOT_SUPPORTED: `ZX_VM_REQUIRE_NON_RESIZABLE` is set and the VMO is resizable.
//   ZX_ERR_BAD_STATE: the VMAR was destroyed.
//   ZX_ERR_NO_MEMORY: the place is taken, or no free one is large enough, or the kernel ran out of
//     memory.
//
// Differs from Fuchsia: `ZX_VM_MAP_RANGE` works with every *vmo_offset*; the kernel takes it for an
// offset in the mapping and refuses most that are not 0. The host limits the number of mappings, so
// that `ZX_ERR_NO_MEMORY` may come sooner.
zx_status_t zx_vmar_map(zx_handle_t handle, zx_vm_option_t options, uint64_t vmar_offset,
                        zx_handle_t vmo, uint64_t vmo_offset, uint64_t len,
                        zx_vaddr_t *mapped_addr);
zx_status_t _zx_vmar_map(zx_handle_t handle, zx_vm_option_t options, uint64_t vmar_offset,
                         zx_handle_t vmo, uint64_t vmo_offset, uint64_t len,
                         zx_vaddr_t *mapped_addr);

// Performs *op* on what is mapped in *size* bytes at *address* of the VMAR *handle*.
//
// - `ZX_VMAR_OP_COMMIT` gives every page memory of its own and maps it. Only for mappings that are
//   or could be made writable.
// - `ZX_VMAR_OP_DECOMMIT` gives the pages back, as zx_vmo_op_range does. Only for mappings that are
//   or could be made writable.
// - `ZX_VMAR_OP_MAP_RANGE` maps the pages that exist, so that a first access does not fault.
// - `ZX_VMAR_OP_ZERO` makes the bytes zero. Only for mappings that are or could be made writable.
// - `ZX_VMAR_OP_DONT_NEED`, `ZX_VMAR_OP_ALWAYS_NEED` and `ZX_VMAR_OP_PREFETCH` are advice: the
//   range is not needed, is always needed, or is needed soon. The first does nothing. The other two
//   ask for pages that a pager owes and map what is there; errors of the pager are of no account to
//   `ZX_VMAR_OP_ALWAYS_NEED`.
//
// *address* must be page-aligned, *size* is rounded up to whole pages. The range must be mapped
// without a gap; mappings in child VMARs count. *buffer* must be null and *buffer_size* 0. No right
// on *handle* is needed: the mappings decide. A failing call may have done a part.
//
// Arguments:
//   *handle*: a VMAR.
//   *op*: one of the ZX_VMAR_OP_ constants.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *handle* is not a VMAR.
//   ZX_ERR_INVALID_ARGS: *op* is unknown; *buffer* is not null or *buffer_size* not 0; *address* is
//     not page-aligned; or *size* is 0 or overflows.
//   ZX_ERR_OUT_OF_RANGE: the range leaves the VMAR, or, in the order of addresses, a mapping in it
//     begins past the end of its VMO.
//   ZX_ERR_BAD_STATE: the VMAR was destroyed, a part of the range is not mapped, a page to decommit
//     is pinned, or a VMO to zero is not cached.
//   ZX_ERR_ACCESS_DENIED: the range touches the code of the vDSO, or a mapping that *op* would
//     change can never be writable.
//   ZX_ERR_NOT_SUPPORTED: a mapped VMO does not take *op*, as a physical one.
//   ZX_ERR_NO_MEMORY: there are not enough pages for what is committed or zeroed.
//   ZX_ERR_NOT_FOUND: a page is needed and the pager is detached.
//
// Differs from Fuchsia: The first version had `ZX_VMAR_OP_DECOMMIT` alone, answered
// `ZX_ERR_NOT_SUPPORTED` to every other *op* and `ZX_ERR_BAD_STATE` where a child VMAR lay in the
// range.
zx_status_t zx_vmar_op_range(zx_handle_t handle, uint32_t op, zx_vaddr_t address, size_t size,
                             void *buffer, size_t buffer_size);
zx_status_t _zx_vmar_op_range(zx_handle_t handle, uint32_t op, zx_vaddr_t address, size_t size,
                              void *buffer, size_t buffer_size);

// Changes what accesses the mappings of *len* bytes at *addr* in the VMAR *handle* allow.
//
// *options* is made of `ZX_VM_PERM_READ`, `ZX_VM_PERM_WRITE` and `ZX_VM_PERM_EXECUTE`, the last two
// only with the first; 0 allows nothing. *addr* must be page-aligned, *len* is rounded up to whole
// pages. The whole range must be mapped, by mappings of this VMAR itself, each of which was made
// with at least these rights. Mappings are split at the ends of the range.
//
// Arguments:
//   *handle*: a VMAR with ZX_RIGHT_READ if `options & ZX_VM_PERM_READ`, with ZX_RIGHT_WRITE if
//     `options & ZX_VM_PERM_WRITE`, with ZX_RIGHT_EXECUTE if `options & ZX_VM_PERM_EXECUTE`.
//   *options*: 0 or a union of ZX_VM_PERM_READ, ZX_VM_PERM_WRITE and ZX_VM_PERM_EXECUTE.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *handle* is not a VMAR.
//   ZX_ERR_ACCESS_DENIED: *handle* lacks the right to an access, or, checked after the range, a
//     mapping may never allow it or is the code of the vDSO.
//   ZX_ERR_INVALID_ARGS: writing or executing is wanted without reading; *addr* is not
//     page-aligned; *options* has another bit; *len* is 0 or overflows; or, checked after the
//     state, the range leaves the VMAR or a child VMAR lies in it.
//   ZX_ERR_BAD_STATE: the VMAR was destroyed.
//   ZX_ERR_NOT_FOUND: a part of the range is not mapped.
//   ZX_ERR_NO_MEMORY: the kernel ran out of memory while splitting a mapping.
zx_status_t zx_vmar_protect(zx_handle_t handle, zx_vm_option_t options, zx_vaddr_t addr,
                            uint64_t len);
zx_status_t _zx_vmar_protect(zx_handle_t handle, zx_vm_option_t options, zx_vaddr_t addr,
                             uint64_t len);

// Unmaps *len* bytes at *addr* within the VMAR *handle*.
//
// *addr* must be page-aligned, *len* is rounded up to whole pages. Mappings that reach out of the
// range keep the rest. Child VMARs that lie wholly in it are destroyed. Nothing need be mapped in
// the range. No right is needed.
//
// Arguments:
//   *handle*: a VMAR.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *handle* is not a VMAR.
//   ZX_ERR_INVALID_ARGS: *addr* is not page-aligned, *len* is 0 or overflows, or, checked after the
//     state, the range leaves the VMAR or cuts into a child VMAR.
//   ZX_ERR_BAD_STATE: the VMAR was destroyed.
//   ZX_ERR_ACCESS_DENIED: the range touches the code of the vDSO.
//   ZX_ERR_NO_MEMORY: the kernel ran out of memory while splitting a mapping.
zx_status_t zx_vmar_unmap(zx_handle_t handle, zx_vaddr_t addr, uint64_t len);
zx_status_t _zx_vmar_unmap(zx_handle_t handle, zx_vaddr_t addr, uint64_t len);

// Unmaps a range, closes a handle and ends the calling thread.
//
// It is for a thread that unmaps its own stack. First the range is unmapped as by zx_vmar_unmap; if
// that fails, the call returns and nothing else has happened. Then *close_handle* is closed
// (`ZX_HANDLE_INVALID` closes nothing) and the thread ends as by zx_thread_exit. After the
// unmapping the call never returns: if the close fails, the thread takes an undefined-instruction
// exception.
//
// Arguments:
//   *vmar_handle*: a VMAR.
//   *close_handle*: any object; ZX_HANDLE_INVALID is allowed; the call takes the handle away.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *vmar_handle* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *vmar_handle* is not a VMAR.
//   ZX_ERR_INVALID_ARGS: *addr* is not page-aligned, *size* is 0 or overflows, or the range leaves
//     the VMAR or cuts into a child VMAR.
//   ZX_ERR_BAD_STATE: the VMAR was destroyed.
//   ZX_ERR_ACCESS_DENIED: the range touches the code of the vDSO.
//   ZX_ERR_NO_MEMORY: the kernel ran out of memory while splitting a mapping.
//
// Differs from Fuchsia: One call into the kernel, where Fuchsia's vDSO makes three.
zx_status_t zx_vmar_unmap_handle_close_thread_exit(zx_handle_t vmar_handle, zx_vaddr_t addr,
                                                   size_t size, zx_handle_t close_handle);
zx_status_t _zx_vmar_unmap_handle_close_thread_exit(zx_handle_t vmar_handle, zx_vaddr_t addr,
                                                    size_t size, zx_handle_t close_handle);

// Makes a VMO of *size* bytes, all zero, and stores a handle to it in *out*.
//
// The size is rounded up to whole pages of 4096 bytes; 0 is a size. It may reach up to 2^64 -
// 131072 bytes, and pages take memory only once they are written or committed. The size is fixed
// unless *options* has `ZX_VMO_RESIZABLE`. Bit 0 of *options* is accepted and ignored, for programs
// that once asked for a fixed size with it.
//
// The handle has DUPLICATE, TRANSFER, WAIT, INSPECT, READ, WRITE, GET_PROPERTY, SET_PROPERTY, MAP
// and SIGNAL. `ZX_VMO_ZERO_CHILDREN` is set while the VMO has no children.
//
// Arguments:
//   *options*: 0 or ZX_VMO_RESIZABLE.
//   *out*: room for one handle that the call creates.
//
// Errors:
//   ZX_ERR_ACCESS_DENIED: the policy of the caller's job denies `ZX_POL_NEW_VMO`.
//   ZX_ERR_INVALID_ARGS: *options* has an undefined bit, or, checked last, *out* cannot be written.
//   ZX_ERR_OUT_OF_RANGE: *size* is more than the largest size.
//   ZX_ERR_NO_MEMORY: the kernel ran out of memory.
zx_status_t zx_vmo_create(uint64_t size, uint32_t options, zx_handle_t *out);
zx_status_t _zx_vmo_create(uint64_t size, uint32_t options, zx_handle_t *out);

// Makes a VMO of *size* bytes that shows the VMO *handle* from *offset* on.
//
// *options* names one kind of child:
//
// - `ZX_VMO_CHILD_COPY_ON_WRITE`: a page stays the parent's until the child writes it, and until
//   then the child sees what the parent writes.
// - `ZX_VMO_CHILD_COPY_ON_WRITE2`: a snapshot of this moment; neither sees later writes of the
//   other. Not for VMOs that descend from a pager's.
// - `ZX_VMO_CHILD_SLICE`: a window; both share every page. The parent must not be resizable and
//   must contain the whole slice. No other bit may be set.
//
// A clone may begin or reach past the parent's end; it reads zero there. `ZX_VMO_CHILD_RESIZABLE`
// makes a clone resizable; bit 1 is accepted and ignored. *offset* must be page-aligned, *size* is
// rounded up to whole pages. A slice has the cache policy of its parent; a clone needs a cached
// parent.
//
// *out* receives a handle with the rights of *handle*, and GET_PROPERTY and SET_PROPERTY; for a
// clone also WRITE and without EXECUTE. The child has the parent's name if *handle* has
// GET_PROPERTY. `ZX_VMO_ZERO_CHILDREN` of the parent is off until its last child, and every mapping
// of that, is gone.
//
// Arguments:
//   *handle*: a VMO with ZX_RIGHT_DUPLICATE and ZX_RIGHT_READ.
//   *options*: 0 or a union of ZX_VMO_CHILD_COPY_ON_WRITE, ZX_VMO_CHILD_RESIZABLE,
//     ZX_VMO_CHILD_COPY_ON_WRITE2 and ZX_VMO_CHILD_SLICE.
//   *out*: room for one handle that the call creates.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *handle* is not a VMO.
//   ZX_ERR_ACCESS_DENIED: *handle* lacks `ZX_RIGHT_DUPLICATE` or `ZX_RIGHT_READ`.
//   ZX_ERR_INVALID_ARGS: *options* names no kind of child, two kinds, or an undefined bit; *offset*
//     is not page-aligned; after the size, a slice does not lie within its parent; or, checked
//     last, *out* cannot be written.
//   ZX_ERR_OUT_OF_RANGE: *size* is more than the largest size.
//   ZX_ERR_NOT_SUPPORTED: the VMO is a physical one, or a slice is wanted of a resizable VMO, or a
//     snapshot of one that descends from a pager's; checked for a physical VMO before *offset*.
//   ZX_ERR_NO_MEMORY: the kernel ran out of memory.
//   ZX_ERR_BAD_STATE: the parent is not cached, unless the child is a slice and the parent is
//     contiguous.
zx_status_t zx_vmo_create_child(zx_handle_t handle, uint32_t options, uint64_t offset,
                                uint64_t size, zx_handle_t *out);
zx_status_t _zx_vmo_create_child(zx_handle_t handle, uint32_t options, uint64_t offset,
                                 uint64_t size, zx_handle_t *out);

// Makes a VMO of *size* bytes whose pages lie in one run of physical memory.
//
// *bti* is the permission. The size is rounded up to whole pages; the physical address is a
// multiple of 2^*alignment_log2*, where 0 means a page and other values run from 12 to 63. The
// pages are zero and committed for good: they cannot be decommitted, and the size is fixed. *out*
// receives a handle with the rights that zx_vmo_create gives.
//
// Arguments:
//   *bti*: a BTI with ZX_RIGHT_MAP.
//   *out*: room for one handle that the call creates.
//
// Errors:
//   ZX_ERR_INVALID_ARGS: *size* is 0, or *alignment_log2* is 1 to 11 or more than 63, or, checked
//     last, *out* cannot be written.
//   ZX_ERR_ACCESS_DENIED: the policy of the caller's job denies `ZX_POL_NEW_VMO`, or, checked after
//     the type, *bti* lacks `ZX_RIGHT_MAP`.
//   ZX_ERR_BAD_HANDLE: *bti* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *bti* is not a bus transaction initiator.
//   ZX_ERR_OUT_OF_RANGE: *size* is more than the largest size.
//   ZX_ERR_NO_MEMORY: there is no such run of free pages.
//
// Differs from Fuchsia: A physical address is an offset in the library's memory file.
zx_status_t zx_vmo_create_contiguous(zx_handle_t bti, size_t size, uint32_t alignment_log2,
                                     zx_handle_t *out);
zx_status_t _zx_vmo_create_contiguous(zx_handle_t bti, size_t size, uint32_t alignment_log2,
                                      zx_handle_t *out);

// Makes a VMO that stands for *size* bytes of physical address space at *paddr*.
//
// *resource* must be of kind MMIO and cover the range, counting the pages it touches, or of kind
// ROOT. *paddr* must be page-aligned, *size* is rounded up to whole pages. The VMO is uncached; it
// can be mapped, but not read or written by calls. *out* receives a handle with the rights that
// zx_vmo_create gives.
//
// Arguments:
//   *resource*: a resource of kind ZX_RSRC_KIND_MMIO.
//   *out*: room for one handle that the call creates.
//
// Errors:
//   ZX_ERR_ACCESS_DENIED: the policy of the caller's job denies `ZX_POL_NEW_VMO`.
//   ZX_ERR_BAD_HANDLE: *resource* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *resource* is not a resource, or neither of kind MMIO nor ROOT.
//   ZX_ERR_OUT_OF_RANGE: *resource* is of kind MMIO and *size* is 0 or the range is not covered.
//   ZX_ERR_INVALID_ARGS: *paddr* is not page-aligned, *size* is 0, the range wraps around, or,
//     checked last, *out* cannot be written.
//   ZX_ERR_NO_MEMORY: the kernel ran out of memory.
//
// Differs from Fuchsia: Physical memory is the library's memory file, and an address is an offset
// in it; what lies outside the file can be named but a mapping of it faults.
zx_status_t zx_vmo_create_physical(zx_handle_t resource, zx_paddr_t paddr, size_t size,
                                   zx_handle_t *out);
zx_status_t _zx_vmo_create_physical(zx_handle_t resource, zx_paddr_t paddr, size_t size,
                                    zx_handle_t *out);

// Stores the size of the VMO *handle* in bytes in *size*.
//
// The size is a multiple of 4096. No right is needed.
//
// Arguments:
//   *handle*: a VMO.
//   *size*: room for one uint64_t, written.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *handle* is not a VMO.
//   ZX_ERR_INVALID_ARGS: *size* cannot be written.
zx_status_t zx_vmo_get_size(zx_handle_t handle, uint64_t *size);
zx_status_t _zx_vmo_get_size(zx_handle_t handle, uint64_t *size);

// Performs *op* on the pages that *size* bytes at *offset* of the VMO *handle* touch.
//
// - `ZX_VMO_OP_COMMIT` gives every page memory of its own, with the contents it had; a pager is
//   asked for pages that it owes. Needs WRITE.
// - `ZX_VMO_OP_DECOMMIT` gives the VMO's own pages back: they read as zero, or as the parent's page
//   in a clone, or are asked of the pager again. A slice passes it on to its parent. Needs WRITE.
// - `ZX_VMO_OP_CACHE_SYNC`, `ZX_VMO_OP_CACHE_CLEAN` and `ZX_VMO_OP_CACHE_CLEAN_INVALIDATE` make the
//   instruction cache, or memory, agree with the data cache for pages that exist. Need READ.
// - `ZX_VMO_OP_CACHE_INVALIDATE` drops cached data. Needs WRITE.
// - `ZX_VMO_OP_LOCK` and `ZX_VMO_OP_UNLOCK` exist in name only.
// - `ZX_VMO_OP_ZERO`, of later versions, makes the bytes zero, as a write of zeroes would, but
//   gives whole pages back where it can. Pinned pages stay. Needs WRITE.
//
// Commit, decommit and zero end quietly at the end of the VMO and accept a *size* of 0; the cache
// operations do neither. Nothing need be aligned. *buffer* and *buffer_size* are not used. A
// failing commit or zero may have done a part.
//
// Arguments:
//   *handle*: a VMO with ZX_RIGHT_WRITE if `op == ZX_VMO_OP_COMMIT`, with ZX_RIGHT_WRITE if
//     `op == ZX_VMO_OP_DECOMMIT`, with ZX_RIGHT_READ if `op == ZX_VMO_OP_CACHE_SYNC`, with
//     ZX_RIGHT_WRITE if `op == ZX_VMO_OP_CACHE_INVALIDATE`, with ZX_RIGHT_READ if
//     `op == ZX_VMO_OP_CACHE_CLEAN`, with ZX_RIGHT_READ if
//     `op == ZX_VMO_OP_CACHE_CLEAN_INVALIDATE`, with ZX_RIGHT_WRITE if `op == ZX_VMO_OP_ZERO`.
//   *op*: ZX_VMO_OP_COMMIT, ZX_VMO_OP_DECOMMIT, ZX_VMO_OP_LOCK, ZX_VMO_OP_UNLOCK,
//     ZX_VMO_OP_CACHE_SYNC, ZX_VMO_OP_CACHE_INVALIDATE, ZX_VMO_OP_CACHE_CLEAN,
//     ZX_VMO_OP_CACHE_CLEAN_INVALIDATE or ZX_VMO_OP_ZERO.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *handle* is not a VMO.
//   ZX_ERR_ACCESS_DENIED: *handle* lacks the right that *op* needs.
//   ZX_ERR_INVALID_ARGS: *op* is unknown, or *size* is 0 in a cache operation.
//   ZX_ERR_NOT_SUPPORTED: *op* is `ZX_VMO_OP_LOCK` or `ZX_VMO_OP_UNLOCK`; or commits, decommits or
//     zeroes a physical VMO, or decommits a contiguous one; or is a cache operation on device
//     memory.
//   ZX_ERR_OUT_OF_RANGE: *offset* + *size* overflows, *offset* is past the end, or a cache
//     operation reaches past the end.
//   ZX_ERR_NO_MEMORY: there are not enough pages for the commit, or for pages to zero.
//   ZX_ERR_NOT_FOUND: a page is needed and the pager is detached.
//   ZX_ERR_BAD_STATE: a page to decommit is pinned, or the VMO to zero is not cached.
//
// Differs from Fuchsia: The processor keeps its caches coherent, so the cache operations check and
// do no more.
zx_status_t zx_vmo_op_range(zx_handle_t handle, uint32_t op, uint64_t offset, uint64_t size,
                            void *buffer, size_t buffer_size);
zx_status_t _zx_vmo_op_range(zx_handle_t handle, uint32_t op, uint64_t offset, uint64_t size,
                             void *buffer, size_t buffer_size);

// Copies *buffer_size* bytes at *offset* of the VMO *handle* into *buffer*.
//
// Pages that do not exist read as zero and are not created; those of a pager are asked for and
// waited for. All bytes are read or the call fails; what *buffer* holds after a failure is not
// defined. Reading 0 bytes succeeds up to and at the end.
//
// Arguments:
//   *handle*: a VMO with ZX_RIGHT_READ.
//   *buffer*: room for *buffer_size* bytes, written.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *handle* is not a VMO.
//   ZX_ERR_ACCESS_DENIED: *handle* lacks `ZX_RIGHT_READ`.
//   ZX_ERR_INVALID_ARGS: *buffer* cannot be written.
//   ZX_ERR_NOT_SUPPORTED: the VMO is a physical one.
//   ZX_ERR_BAD_STATE: the VMO's cache policy is not `ZX_CACHE_POLICY_CACHED`.
//   ZX_ERR_OUT_OF_RANGE: *offset* + *buffer_size* overflows or is past the end, or the VMO shrank
//     while the call waited.
//   ZX_ERR_NOT_FOUND: a page is missing and the pager is detached.
zx_status_t zx_vmo_read(zx_handle_t handle, void *buffer, uint64_t offset, size_t buffer_size);
zx_status_t _zx_vmo_read(zx_handle_t handle, void *buffer, uint64_t offset, size_t buffer_size);

// Replaces *handle* by a handle to the same VMO that has EXECUTE in addition.
//
// *vmex* is a resource of kind VMEX or ROOT, or `ZX_HANDLE_INVALID`, which the policy of the
// caller's job must allow under `ZX_POL_AMBIENT_MARK_VMO_EXEC`. *handle* is gone after the call
// whether it succeeds or not, if it was valid at all.
//
// Arguments:
//   *handle*: a VMO; the call takes the handle away.
//   *vmex*: a resource of kind ZX_RSRC_KIND_VMEX; ZX_HANDLE_INVALID is allowed.
//   *out*: room for one handle that the call creates.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle, or it is not a VMO (checked after *vmex*),
//     or *vmex* is neither valid nor `ZX_HANDLE_INVALID`.
//   ZX_ERR_WRONG_TYPE: *vmex* is not a resource, or one of another kind.
//   ZX_ERR_ACCESS_DENIED: *vmex* is `ZX_HANDLE_INVALID` and the policy denies that.
//   ZX_ERR_NO_MEMORY: the kernel ran out of handles.
//   ZX_ERR_INVALID_ARGS: *out* cannot be written.
zx_status_t zx_vmo_replace_as_executable(zx_handle_t handle, zx_handle_t vmex, zx_handle_t *out);
zx_status_t _zx_vmo_replace_as_executable(zx_handle_t handle, zx_handle_t vmex, zx_handle_t *out);

// Says how later mappings of the VMO *handle* are cached.
//
// *cache_policy* is `ZX_CACHE_POLICY_CACHED`, `ZX_CACHE_POLICY_UNCACHED`,
// `ZX_CACHE_POLICY_UNCACHED_DEVICE` or `ZX_CACHE_POLICY_WRITE_COMBINING`. The VMO must have no
// page, no mapping and no child, and be no child. A physical VMO must only have no mapping, and may
// always be given the policy it has. A VMO that is not cached cannot be read or written by
// zx_vmo_read and zx_vmo_write, nor cloned.
//
// Arguments:
//   *handle*: a VMO with ZX_RIGHT_MAP.
//   *cache_policy*: ZX_CACHE_POLICY_CACHED, ZX_CACHE_POLICY_UNCACHED,
//     ZX_CACHE_POLICY_UNCACHED_DEVICE or ZX_CACHE_POLICY_WRITE_COMBINING.
//
// Errors:
//   ZX_ERR_INVALID_ARGS: *cache_policy* is unknown.
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *handle* is not a VMO.
//   ZX_ERR_ACCESS_DENIED: *handle* lacks `ZX_RIGHT_MAP`.
//   ZX_ERR_BAD_STATE: the VMO has pages, a mapping, a child or a parent.
//
// Differs from Fuchsia: The policy is kept and reported; mappings are cached whatever it says.
zx_status_t zx_vmo_set_cache_policy(zx_handle_t handle, uint32_t cache_policy);
zx_status_t _zx_vmo_set_cache_policy(zx_handle_t handle, uint32_t cache_policy);

// Changes the size of the VMO *handle*, which must be resizable.
//
// *size* is rounded up to whole pages. Pages past a smaller size are freed, mappings of them stay
// but fault, and children no longer see them, even if the VMO grows again. A larger size adds zero
// pages, or for a pager's VMO pages to ask it for.
//
// Arguments:
//   *handle*: a VMO with ZX_RIGHT_WRITE.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *handle* is not a VMO.
//   ZX_ERR_ACCESS_DENIED: *handle* lacks `ZX_RIGHT_WRITE`.
//   ZX_ERR_NOT_SUPPORTED: the VMO is a physical one.
//   ZX_ERR_UNAVAILABLE: the VMO is not resizable.
//   ZX_ERR_OUT_OF_RANGE: *size* is more than the largest size.
//   ZX_ERR_BAD_STATE: a page past the new size is pinned.
zx_status_t zx_vmo_set_size(zx_handle_t handle, uint64_t size);
zx_status_t _zx_vmo_set_size(zx_handle_t handle, uint64_t size);

// Copies *buffer_size* bytes from *buffer* to *offset* of the VMO *handle*.
//
// Pages are created as needed; those of a pager are asked for and waited for. The VMO does not
// grow. A failing call may have written a part.
//
// Arguments:
//   *handle*: a VMO with ZX_RIGHT_WRITE.
//   *buffer*: *buffer_size* bytes, read.
//
// Errors:
//   ZX_ERR_BAD_HANDLE: *handle* is not a valid handle.
//   ZX_ERR_WRONG_TYPE: *handle* is not a VMO.
//   ZX_ERR_ACCESS_DENIED: *handle* lacks `ZX_RIGHT_WRITE`.
//   ZX_ERR_INVALID_ARGS: *buffer* cannot be read.
//   ZX_ERR_NOT_SUPPORTED: the VMO is a physical one.
//   ZX_ERR_BAD_STATE: the VMO's cache policy is not `ZX_CACHE_POLICY_CACHED`.
//   ZX_ERR_OUT_OF_RANGE: *offset* + *buffer_size* overflows or is past the end, or the VMO shrank
//     while the call waited.
//   ZX_ERR_NOT_FOUND: a page is missing and the pager is detached.
//   ZX_ERR_NO_MEMORY: there is no page for the VMO.
zx_status_t zx_vmo_write(zx_handle_t handle, const void *buffer, uint64_t offset,
                         size_t buffer_size);
zx_status_t _zx_vmo_write(zx_handle_t handle, const void *buffer, uint64_t offset,
                          size_t buffer_size);

__END_CDECLS
