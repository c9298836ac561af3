// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// The names that the malformed tables may use.
#pragma once

#define ZX_ERR_BAD_HANDLE (-11) // a comment, ZX_NOT_HERE
#define ZX_OBJ_TYPE_CHANNEL 4
#define ZX_OBJ_TYPE_VMO 3
#define ZX_OBJ_TYPE_RESOURCE 12
#define ZX_RIGHT_READ 4
#define ZX_RIGHT_WRITE 8
#define ZX_RSRC_KIND_ROOT 3
#define ZX_THING_D_UNUSED(x) (x)
#define ZX_CHANNEL_READ_MAY_DISCARD 1

enum thing {
    ZX_THING_A = (1 << 0),
    ZX_THING_B,
};
