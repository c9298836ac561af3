// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "host/linux.h"
#include "objects/object.h"
#include <linux/futex.h>
