// Part of libzircon. BSD-3-Clause, see LICENSE.
// An IOMMU that translates nothing: what a device calls an address is a physical address.
#pragma once

#include "objects/object.h"

extern const struct object_type iommu_type;

// Null if memory is used up.
struct object *iommu_new(struct thread *self);
