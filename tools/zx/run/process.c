// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "process.h"

#include <stdlib.h>
#include <string.h>
#include <zircon/process.h>
#include <zircon/processargs.h>
#include <zircon/status.h>
#include <zircon/syscalls.h>

#include "image.h"
#include "message.h"

enum { STACK_DEFAULT = 256 << 10, STACK_MAX = 1 << 30, CHILDREN_MAX = 256, KILL_ROUNDS = 100 };

// What belongs to a process that is being made.
struct making {
    const struct run_options *options;
    struct run_process *made;
    zx_handle_t root; // the process's address space
    zx_handle_t vdso, channel, to_child;
    struct image program, interpreter;
    bool has_interpreter;
    struct image_place place; // of what runs first
    uintptr_t vdso_base, stack;
};

static bool failed(const struct making *making, const char *what, zx_status_t status) {
    if (status != ZX_OK) {
        zx_complain(making->options->command, "%s: %s: %s", making->options->program, what,
                    zx_status_get_string(status));
    }
    return status != ZX_OK;
}

static bool open_images(struct making *making) {
    const struct run_options *options = making->options;
    if (!image_open(options->command, options->program, &making->program)) {
        return false;
    }
    if (making->program.interpreter[0] == '\0') {
        return true;
    }
    char path[4096];
    if (!library_find(&options->folders, "", making->program.interpreter, path)) {
        zx_complain(options->command,
                    "%s: its interpreter %s is in none of the library folders; name one with "
                    "--libraries or --sysroot",
                    options->program, making->program.interpreter);
        return false;
    }
    making->has_interpreter = true;
    if (!image_open(options->command, path, &making->interpreter)) {
        return false;
    }
    if (making->interpreter.interpreter[0] != '\0') {
        zx_complain(options->command, "%s: this is an interpreter that wants one itself", path);
        return false;
    }
    return true;
}

static bool make_process(struct making *making) {
    const struct run_options *options = making->options;
    struct run_process *made = making->made;
    const char *name = strrchr(options->program, '/');
    name = name != NULL ? name + 1 : options->program;
    zx_status_t status =
        options->own_job ? zx_job_create(zx_job_default(), 0, &made->job)
                         : zx_handle_duplicate(zx_job_default(), ZX_RIGHT_SAME_RIGHTS, &made->job);
    if (failed(making, "no job", status) ||
        failed(
            making, "no process",
            zx_process_create(made->job, name, strlen(name), 0, &made->process, &making->root)) ||
        failed(making, "no thread",
               zx_thread_create(made->process, "initial-thread", strlen("initial-thread"), 0,
                                &made->thread))) {
        return false;
    }
    if (options->own_job) {
        zx_object_set_property(made->job, ZX_PROP_NAME, name, strlen(name));
    }
    return true;
}

zx_handle_t run_vdso(void) {
    static zx_handle_t vdso;
    if (vdso == ZX_HANDLE_INVALID) {
        vdso = zx_take_startup_handle(PA_HND(PA_VMO_VDSO, 0));
    }
    return vdso;
}

// We hand on copies.
static bool map_vdso(struct making *making) {
    zx_handle_t copy;
    if (failed(making, "no vDSO", zx_handle_duplicate(run_vdso(), ZX_RIGHT_SAME_RIGHTS, &copy))) {
        return false;
    }
    struct image image = {0};
    struct image_place place;
    if (failed(making, "no vDSO", zx_vmo_get_size(copy, &image.size)) ||
        !image_open_vmo_take(making->options->command, "vDSO", copy, &image)) {
        return false;
    }
    making->vdso = copy;
    if (!image_map(making->options->command, &image, making->root, &place)) {
        return false;
    }
    zx_handle_close(place.vmar);
    // As in every process on Fuchsia, it is mapped in ours too.
    static zx_vaddr_t own;
    if (own == 0) {
        zx_vmar_map(zx_vmar_root_self(), ZX_VM_PERM_READ, 0, copy, 0, image.size, &own);
    }
    making->vdso_base = making->made->vdso_base = place.base;
    return true;
}

static bool map_stack(struct making *making) {
    uint64_t size = making->program.stack_size;
    size = size == 0 ? STACK_DEFAULT : (size + IMAGE_PAGE - 1) & -(uint64_t)IMAGE_PAGE;
    if (size > STACK_MAX) {
        zx_complain(making->options->command, "%s: it wants a stack of %llu bytes",
                    making->options->program, (unsigned long long)size);
        return false;
    }
    zx_handle_t vmo, vmar;
    if (failed(making, "no stack", zx_vmo_create(size, 0, &vmo))) {
        return false;
    }
    zx_object_set_property(vmo, ZX_PROP_NAME, "stack", strlen("stack"));
    // A page that is not mapped lies below it, and nothing else can take its place.
    zx_vaddr_t base;
    zx_status_t status = zx_vmar_allocate(
        making->root, ZX_VM_CAN_MAP_READ | ZX_VM_CAN_MAP_WRITE | ZX_VM_CAN_MAP_SPECIFIC, 0,
        size + IMAGE_PAGE, &vmar, &base);
    if (status == ZX_OK) {
        status = zx_vmar_map(vmar, ZX_VM_PERM_READ | ZX_VM_PERM_WRITE | ZX_VM_SPECIFIC, IMAGE_PAGE,
                             vmo, 0, size, &base);
        zx_handle_close(vmar);
    }
    zx_handle_close(vmo);
    making->stack = (base + size - 16) & -(uintptr_t)16;
    making->stack += 8; // as if a call had pushed its return address
    return !failed(making, "no stack", status);
}

static bool send_to_linker(struct making *making) {
    const struct run_options *options = making->options;
    struct message message = {0};
    zx_handle_t service;
    if (!loader_service_start(options->command, &options->folders, &service)) {
        return false;
    }
    static char log[] = "LD_DEBUG=1";
    static char *const environment[] = {log, NULL};
    if (options->linker_log) {
        message.environment = environment;
    }
    message_add_take(&message, PA_HND(PA_LDSVC_LOADER, 0), service);
    message_add_copy(&message, PA_HND(PA_VMO_EXECUTABLE, 0), making->program.vmo);
    message_add_copy(&message, PA_HND(PA_PROC_SELF, 0), making->made->process);
    message_add_copy(&message, PA_HND(PA_VMAR_ROOT, 0), making->root);
    message_add_copy(&message, PA_HND(PA_VMAR_LOADED, 0), making->place.vmar);
    return !failed(making, "no message for the dynamic linker",
                   message_send(&message, making->channel));
}

// Sockets in the place of files.
static void add_stdio(struct making *making, struct message *message) {
    zx_handle_t here, there;
    for (uint32_t file = 0; file < 3; file++) {
        if (zx_socket_create(ZX_SOCKET_STREAM, &here, &there) != ZX_OK) {
            continue;
        }
        message_add_take(message, PA_HND(PA_FD, file), there);
        *(file == 0 ? &making->made->input : &making->made->output[file - 1]) = here;
    }
}

static bool send_to_program(struct making *making) {
    const struct run_options *options = making->options;
    static zx_handle_t resource;
    if (resource == ZX_HANDLE_INVALID) {
        resource = zx_take_startup_handle(PA_HND(PA_RESOURCE, 0));
    }
    struct message message = {.arguments = options->arguments, .environment = options->environment};
    message_add_copy(&message, PA_HND(PA_PROC_SELF, 0), making->made->process);
    message_add_copy(&message, PA_HND(PA_THREAD_SELF, 0), making->made->thread);
    message_add_copy(&message, PA_HND(PA_VMAR_ROOT, 0), making->root);
    if (!making->has_interpreter) {
        message_add_copy(&message, PA_HND(PA_VMAR_LOADED, 0), making->place.vmar);
    }
    if (!options->no_job) {
        message_add_copy(&message, PA_HND(PA_JOB_DEFAULT, 0), making->made->job);
    }
    if (!options->no_resource) {
        message_add_copy(&message, PA_HND(PA_RESOURCE, 0), resource);
    }
    if (!options->no_vdso) {
        message_add_copy(&message, PA_HND(PA_VMO_VDSO, 0), making->vdso);
    }
    if (!options->no_stdio) {
        add_stdio(making, &message);
    }
    return !failed(making, "no message for the program", message_send(&message, making->channel));
}

static bool make(struct making *making) {
    const char *command = making->options->command;
    if (!open_images(making) || !make_process(making) || !map_vdso(making) ||
        !image_map(command, making->has_interpreter ? &making->interpreter : &making->program,
                   making->root, &making->place) ||
        !map_stack(making) ||
        failed(making, "no channel", zx_channel_create(0, &making->channel, &making->to_child)) ||
        (making->has_interpreter && !send_to_linker(making)) || !send_to_program(making)) {
        return false;
    }
    const char *first = making->has_interpreter ? making->interpreter.name : making->program.name;
    const char *slash = strrchr(first, '/');
    making->made->image_base = making->place.base;
    snprintf(making->made->image_name, sizeof(making->made->image_name), "%s",
             slash != NULL ? slash + 1 : first);
    making->options->ready(making->made);
    zx_handle_t to_child = making->to_child;
    making->to_child = ZX_HANDLE_INVALID; // it is gone whatever comes out
    return !failed(making, "it cannot be started",
                   zx_process_start(making->made->process, making->made->thread,
                                    making->place.entry, making->stack, to_child,
                                    making->vdso_base));
}

// Kills the tasks of one kind in the root job, but not ourselves. False: there were none.
static bool kill_children(uint32_t topic, zx_koid_t own) {
    zx_koid_t koids[CHILDREN_MAX];
    size_t count = 0;
    bool any = false;
    zx_object_get_info(zx_job_default(), topic, koids, sizeof(koids), &count, NULL);
    for (size_t i = 0; i < count && i < CHILDREN_MAX; i++) {
        zx_handle_t task;
        if (koids[i] != own &&
            zx_object_get_child(zx_job_default(), koids[i], ZX_RIGHT_SAME_RIGHTS, &task) == ZX_OK) {
            any = zx_task_kill(task) == ZX_OK || any;
            if (topic == ZX_INFO_JOB_PROCESSES) {
                zx_object_wait_one(task, ZX_TASK_TERMINATED, zx_deadline_after(ZX_SEC(1)), NULL);
            }
            zx_handle_close(task);
        }
    }
    return any;
}

void run_process_kill(const struct run_process *process) {
    zx_info_handle_basic_t info = {0};
    if (process->own_job) {
        zx_task_kill(process->job);
        return;
    }
    zx_object_get_info(zx_process_self(), ZX_INFO_HANDLE_BASIC, &info, sizeof(info), NULL, NULL);
    zx_task_kill(process->process);
    // They may start others until they are dead.
    for (int i = 0; i < KILL_ROUNDS; i++) {
        bool any = kill_children(ZX_INFO_JOB_CHILDREN, ZX_KOID_INVALID);
        any = kill_children(ZX_INFO_JOB_PROCESSES, info.koid) || any;
        if (!any) {
            break;
        }
    }
}

bool run_process_start(const struct run_options *options, struct run_process *process) {
    memset(process, 0, sizeof(*process));
    process->own_job = options->own_job;
    struct making making = {.options = options, .made = process};
    bool started = make(&making);
    zx_handle_t used[] = {making.root, making.vdso, making.channel, making.to_child,
                          making.place.vmar};
    zx_handle_close_many(used, sizeof(used) / sizeof(used[0]));
    image_close(&making.program);
    image_close(&making.interpreter);
    if (!started) {
        zx_task_kill(process->process);
        zx_handle_t made[] = {process->job,       process->process,   process->thread,
                              process->output[0], process->output[1], process->input};
        zx_handle_close_many(made, sizeof(made) / sizeof(made[0]));
    }
    return started;
}
