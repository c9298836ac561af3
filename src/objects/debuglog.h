// Part of libzircon. BSD-3-Clause, see LICENSE.
// The debug log: one ring of records for the whole kernel, and objects that write to and read it.
//
// A new record pushes the oldest ones out. A reader that has fallen behind goes on at the oldest.
#pragma once

#include "objects/object.h"
#include <zircon/syscalls/log.h>

enum { DEBUGLOG_RING = 128 << 10 };

extern const struct object_type debuglog_type;

void debuglog_start(void);

struct object *debuglog_new(struct thread *self, uint32_t flags);

// Adds a record of at most ZX_LOG_RECORD_MAX less the header's bytes.
void debuglog_write(struct thread *self, struct object *log, uint32_t flags, const void *bytes,
                    size_t size);

// Takes this reader's next record. BAD_STATE if the log was not made to be read, SHOULD_WAIT.
zx_status_t debuglog_read(struct thread *self, struct object *log, char record[ZX_LOG_RECORD_MAX],
                          size_t *size);
