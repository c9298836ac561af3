// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// The values of zx_status_t. 0 is success, negative values are the errors of the system; positive
// values are free for programs.

#ifndef ZIRCON_ERRORS_H_
#define ZIRCON_ERRORS_H_

#define ZX_OK (0)

// Failures of the system itself.

// It met a state that it should never be in.
#define ZX_ERR_INTERNAL (-1)
// It does not do this, or not for this object.
#define ZX_ERR_NOT_SUPPORTED (-2)
// It ran out of something other than memory.
#define ZX_ERR_NO_RESOURCES (-3)
#define ZX_ERR_NO_MEMORY (-4)
// A blocking call was interrupted and starts again. Programs never see it.
#define ZX_ERR_INTERNAL_INTR_RETRY (-6)

// Wrong arguments.

#define ZX_ERR_INVALID_ARGS (-10)
// The value is no handle of the process.
#define ZX_ERR_BAD_HANDLE (-11)
// The handle is to an object of another type.
#define ZX_ERR_WRONG_TYPE (-12)
// There is no such system call.
#define ZX_ERR_BAD_SYSCALL (-13)
#define ZX_ERR_OUT_OF_RANGE (-14)
// The caller's buffer is too small.
#define ZX_ERR_BUFFER_TOO_SMALL (-15)

// Right arguments, wrong moment.

// The object is in a state in which it cannot do this.
#define ZX_ERR_BAD_STATE (-20)
// The deadline passed.
#define ZX_ERR_TIMED_OUT (-21)
// It would have to block now: wait and try again.
#define ZX_ERR_SHOULD_WAIT (-22)
// What was waited for is not going to happen any more.
#define ZX_ERR_CANCELED (-23)
// The other end of a pair is gone.
#define ZX_ERR_PEER_CLOSED (-24)
#define ZX_ERR_NOT_FOUND (-25)
#define ZX_ERR_ALREADY_EXISTS (-26)
// What may be taken once is taken.
#define ZX_ERR_ALREADY_BOUND (-27)
#define ZX_ERR_UNAVAILABLE (-28)

// Permission.

// The handle lacks a right, or a policy forbids it.
#define ZX_ERR_ACCESS_DENIED (-30)

// Input and output.

// Anything that none of the following fits.
#define ZX_ERR_IO (-40)
// The device refused.
#define ZX_ERR_IO_REFUSED (-41)
// Data does not match its checksum.
#define ZX_ERR_IO_DATA_INTEGRITY (-42)
#define ZX_ERR_IO_DATA_LOSS (-43)
// The device is unplugged or gone.
#define ZX_ERR_IO_NOT_PRESENT (-44)
// The device sent more than was asked for.
#define ZX_ERR_IO_OVERRUN (-45)
// The device did not answer in time.
#define ZX_ERR_IO_MISSED_DEADLINE (-46)
#define ZX_ERR_IO_INVALID (-47)

// File systems.

#define ZX_ERR_BAD_PATH (-50)
#define ZX_ERR_NOT_DIR (-51)
#define ZX_ERR_NOT_FILE (-52)
// The file would exceed what the file system can hold in one.
#define ZX_ERR_FILE_BIG (-53)
#define ZX_ERR_NO_SPACE (-54)
#define ZX_ERR_NOT_EMPTY (-55)

// Answers of callbacks, which are no failures.

// Do not call again.
#define ZX_ERR_STOP (-60)
// Go on with the next one.
#define ZX_ERR_NEXT (-61)
// The result follows later.
#define ZX_ERR_ASYNC (-62)

// Networks.

#define ZX_ERR_PROTOCOL_NOT_SUPPORTED (-70)
#define ZX_ERR_ADDRESS_UNREACHABLE (-71)
#define ZX_ERR_ADDRESS_IN_USE (-72)
#define ZX_ERR_NOT_CONNECTED (-73)
#define ZX_ERR_CONNECTION_REFUSED (-74)
#define ZX_ERR_CONNECTION_RESET (-75)
#define ZX_ERR_CONNECTION_ABORTED (-76)

#endif // ZIRCON_ERRORS_H_
