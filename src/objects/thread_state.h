// Part of libzircon. BSD-3-Clause, see LICENSE.
// Debug registers: the bits that the processor fixes, and those of dr7 that programs may change.
#pragma once

#define DEBUG_STATUS_FIXED 0xffff0ff0u
#define DEBUG_STATUS_STEP (1u << 14)
#define DEBUG_CONTROL_FIXED 0x700u
#define DEBUG_CONTROL_USER 0xffff00ffu
