// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Starting a Fuchsia program in a Zircon process of its own.
#pragma once

#include "loader_service.h"

struct run_process {
    zx_handle_t job, process, thread; // of the job that it is in
    bool own_job;                     // which is not the root job
    uintptr_t vdso_base;
    uintptr_t image_base; // of what runs first: the interpreter, or the program
    char image_name[256];
    zx_handle_t output[2]; // what it writes to 1 and 2
    zx_handle_t input;
};

struct run_options {
    const char *command; // for messages
    const char *program;
    char **arguments;   // the program's name first
    char **environment; // for the program
    struct library_folders folders;
    bool own_job; // to be in; else the root job
    bool no_job, no_resource, no_vdso, no_stdio;
    bool linker_log;                                  // LD_DEBUG for the dynamic linker
    void (*ready)(const struct run_process *process); // called just before it starts
};

// The VMO of the vDSO, which can be asked for once. It stays open.
zx_handle_t run_vdso(void);

// False after a message; then nothing is left over.
bool run_process_start(const struct run_options *options, struct run_process *process);

// Kills it and all that it has started.
void run_process_kill(const struct run_process *process);
