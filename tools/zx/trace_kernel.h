// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// What zx_ktrace_read gives, as lines.
#pragma once

// Prints the file's records to another, or to the standard output. The exit status of the command.
int trace_kernel(const char *path, const char *output);
