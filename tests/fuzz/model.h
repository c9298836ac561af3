// Part of libzircon. BSD-3-Clause, see LICENSE.
// Calls on channels, sockets, fifos, events and ports by one thread, each with the result that a
// simple model of these objects predicts.
#pragma once

#include "input.h"

void model_run(struct input *in);
