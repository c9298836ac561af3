// Part of libzircon. BSD-3-Clause, see LICENSE.
// A fifo: two ends that pass small elements of one size, several at a time.
#pragma once

#include "objects/object.h"

enum { FIFO_BYTES_MAX = 4096 }; // in one direction

extern const struct object_type fifo_type;

// OUT_OF_RANGE unless `count` is a power of two, neither is 0, and both fit FIFO_BYTES_MAX;
// NO_MEMORY.
zx_status_t fifo_new(struct thread *self, size_t count, size_t element_size, struct object **end0,
                     struct object **end1);

// Writes as many elements as fit, reads as many as there are.
zx_status_t fifo_write(struct thread *self, struct object *fifo, size_t element_size,
                       user_in elements, size_t count, size_t *actual);
zx_status_t fifo_read(struct thread *self, struct object *fifo, size_t element_size,
                      user_out elements, size_t count, size_t *actual);
