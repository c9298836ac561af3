// Part of libzircon. BSD-3-Clause, see LICENSE.
// The seam to the C library of a linked program. These files use libc freely: they run outside of
// the kernel, in the program's own threads.
#pragma once

// A thread has entered the kernel for the first time: makes libc tell us when it ends.
void libc_thread_attached(void);

// In the child of a fork: forgets the threads of the parent.
void libc_threads_forget(void);
