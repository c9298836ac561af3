// Part of libzircon. BSD-3-Clause, see LICENSE.
// What every file of system calls needs: the prototypes from the table, handles, user copies.
#pragma once

#include "base/invariant.h"
#include "host/user_copy.h"
#include "objects/handle.h"
#include "objects/process.h"
#include "sys.h" // generated from the table
#include <zircon/syscalls/types.h>
