// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "crash.h"

#include <elf.h>
#include <pthread.h>
#include <string.h>
#include <zircon/syscalls.h>
#include <zircon/syscalls/debug.h>
#include <zircon/syscalls/exception.h>

enum { FRAMES_MAX = 50, MODULES_MAX = 200, MODULE_NAME = 64 };

struct module {
    uintptr_t base, end;
    char name[MODULE_NAME];
};

// A process that an exception happened in.
struct scene {
    zx_handle_t process, thread;
    struct module modules[MODULES_MAX];
    size_t module_count;
};

static zx_handle_t watched;
static uintptr_t watched_vdso, watched_image; // where they were mapped
static zx_koid_t watched_koid;                // of the process that they are in
static const char *watched_name;              // of the image

static bool peek(const struct scene *scene, uintptr_t address, void *to, size_t size) {
    size_t actual = 0;
    return zx_process_read_memory(scene->process, address, to, size, &actual) == ZX_OK &&
           actual == size;
}

static void peek_text(const struct scene *scene, uintptr_t address, char *to, size_t size) {
    size_t length = 0;
    while (length + 1 < size && peek(scene, address + length, &to[length], 1) &&
           to[length] != '\0') {
        length++;
    }
    to[length] = '\0';
}

// Where its segments end; if that cannot be read, where the next one begins.
static uintptr_t end_of(const struct scene *scene, uintptr_t base) {
    Elf64_Ehdr header;
    Elf64_Phdr segment;
    uintptr_t end = base;
    if (!peek(scene, base, &header, sizeof(header)) ||
        memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) {
        return UINTPTR_MAX;
    }
    for (unsigned i = 0; i < header.e_phnum; i++) {
        if (!peek(scene, base + header.e_phoff + i * sizeof(segment), &segment, sizeof(segment))) {
            return UINTPTR_MAX;
        }
        if (segment.p_type == PT_LOAD && base + segment.p_vaddr + segment.p_memsz > end) {
            end = base + segment.p_vaddr + segment.p_memsz;
        }
    }
    return end;
}

static void add_module(struct scene *scene, uintptr_t base, const char *name) {
    for (size_t i = 0; i < scene->module_count; i++) {
        if (scene->modules[i].base == base) {
            return;
        }
    }
    struct module *module = &scene->modules[scene->module_count++];
    module->base = base;
    module->end = end_of(scene, base);
    snprintf(module->name, sizeof(module->name), "%s", name);
}

// What zx run has mapped itself. Other processes that the program starts have their own.
static void add_first_modules(struct scene *scene) {
    zx_info_handle_basic_t info;
    if (zx_object_get_info(scene->process, ZX_INFO_HANDLE_BASIC, &info, sizeof(info), NULL, NULL) ==
            ZX_OK &&
        info.koid == watched_koid) {
        add_module(scene, watched_vdso, "<vDSO>");
        add_module(scene, watched_image, watched_name);
    }
}

// The dynamic linker keeps a list for debuggers, in C libraries' usual form.
static void find_modules(struct scene *scene) {
    struct {
        int version;
        uintptr_t first;
    } list;
    struct {
        uintptr_t base, name, dynamic, next;
    } entry;
    uintptr_t address = 0;
    add_first_modules(scene);
    if (zx_object_get_property(scene->process, ZX_PROP_PROCESS_DEBUG_ADDR, &address,
                               sizeof(address)) != ZX_OK ||
        !peek(scene, address, &list, sizeof(list))) {
        return;
    }
    for (uintptr_t at = list.first; at != 0 && scene->module_count < MODULES_MAX; at = entry.next) {
        if (!peek(scene, at, &entry, sizeof(entry))) {
            return;
        }
        char name[MODULE_NAME];
        peek_text(scene, entry.name, name, sizeof(name));
        add_module(scene, entry.base, name[0] != '\0' ? name : "<program>");
    }
}

static const struct module *module_of(const struct scene *scene, uintptr_t pc) {
    const struct module *best = NULL;
    for (size_t i = 0; i < scene->module_count; i++) {
        const struct module *module = &scene->modules[i];
        if (module->base <= pc && pc < module->end && (best == NULL || module->base > best->base)) {
            best = module;
        }
    }
    return best;
}

static void print_frame(const struct scene *scene, int number, uintptr_t pc, uintptr_t sp) {
    const struct module *module = module_of(scene, pc);
    fprintf(stderr, "bt#%02d: pc %#lx sp %#lx", number, pc, sp);
    if (module != NULL) {
        fprintf(stderr, " (%s,%#lx)", module->name, pc - module->base);
    }
    fputc('\n', stderr);
}

// Follows the frame pointers.
static void print_backtrace(const struct scene *scene, const zx_thread_state_general_regs_t *regs) {
    uintptr_t frame = regs->rbp, last = 0;
    print_frame(scene, 1, regs->rip, regs->rsp);
    for (int i = 2; i <= FRAMES_MAX && frame > last; i++) {
        struct {
            uintptr_t next, pc;
        } saved;
        if (frame % sizeof(uintptr_t) != 0 || !peek(scene, frame, &saved, sizeof(saved)) ||
            saved.pc == 0) {
            break;
        }
        print_frame(scene, i, saved.pc, frame + sizeof(saved));
        last = frame;
        frame = saved.next;
    }
    fputs("bt#end\n", stderr);
}

static const char *type_name(zx_excp_type_t type) {
    switch (type) {
    case ZX_EXCP_GENERAL:
        return "general fault";
    case ZX_EXCP_FATAL_PAGE_FAULT:
        return "page fault";
    case ZX_EXCP_UNDEFINED_INSTRUCTION:
        return "undefined instruction";
    case ZX_EXCP_SW_BREAKPOINT:
        return "software breakpoint";
    case ZX_EXCP_HW_BREAKPOINT:
        return "hardware breakpoint";
    case ZX_EXCP_UNALIGNED_ACCESS:
        return "alignment fault";
    case ZX_EXCP_POLICY_ERROR:
        return "policy error";
    default:
        return "exception";
    }
}

static void print_registers(const zx_thread_state_general_regs_t *r) {
    fprintf(stderr, " RIP: %#18lx EFL: %#18lx\n", r->rip, r->rflags);
    fprintf(stderr, " RAX: %#18lx RBX: %#18lx RCX: %#18lx RDX: %#18lx\n", r->rax, r->rbx, r->rcx,
            r->rdx);
    fprintf(stderr, " RSI: %#18lx RDI: %#18lx RBP: %#18lx RSP: %#18lx\n", r->rsi, r->rdi, r->rbp,
            r->rsp);
    fprintf(stderr, "  R8: %#18lx  R9: %#18lx R10: %#18lx R11: %#18lx\n", r->r8, r->r9, r->r10,
            r->r11);
    fprintf(stderr, " R12: %#18lx R13: %#18lx R14: %#18lx R15: %#18lx\n", r->r12, r->r13, r->r14,
            r->r15);
}

static void print_crash(const zx_exception_info_t *info, zx_handle_t exception) {
    static struct scene scene;
    memset(&scene, 0, sizeof(scene));
    if (zx_exception_get_process(exception, &scene.process) != ZX_OK ||
        zx_exception_get_thread(exception, &scene.thread) != ZX_OK) {
        return;
    }
    char process[ZX_MAX_NAME_LEN] = "?", thread[ZX_MAX_NAME_LEN] = "?";
    zx_object_get_property(scene.process, ZX_PROP_NAME, process, sizeof(process));
    zx_object_get_property(scene.thread, ZX_PROP_NAME, thread, sizeof(thread));
    zx_exception_report_t report = {0};
    zx_object_get_info(scene.thread, ZX_INFO_THREAD_EXCEPTION_REPORT, &report, sizeof(report), NULL,
                       NULL);
    zx_thread_state_general_regs_t regs = {0};
    zx_thread_read_state(scene.thread, ZX_THREAD_STATE_GENERAL_REGS, &regs, sizeof(regs));
    fflush(stdout);
    fprintf(stderr, "<== fatal exception: process %s[%lu] thread %s[%lu]\n", process, info->pid,
            thread, info->tid);
    fprintf(stderr, "<== %s, PC at %#lx", type_name(info->type), regs.rip);
    if (info->type == ZX_EXCP_FATAL_PAGE_FAULT) {
        uint64_t error = report.context.arch.u.x86_64.err_code;
        fprintf(stderr, ", %s address %#lx",
                (error & 16) != 0  ? "executing"
                : (error & 2) != 0 ? "writing"
                                   : "reading",
                report.context.arch.u.x86_64.cr2);
    }
    fputc('\n', stderr);
    print_registers(&regs);
    find_modules(&scene);
    for (size_t i = 0; i < scene.module_count; i++) {
        fprintf(stderr, "dso: base %#lx name %s\n", scene.modules[i].base, scene.modules[i].name);
    }
    print_backtrace(&scene, &regs);
    zx_handle_close(scene.process);
    zx_handle_close(scene.thread);
}

static void *watch(void *argument) {
    (void)argument;
    for (;;) {
        zx_exception_info_t info;
        zx_handle_t exception;
        uint32_t size, count;
        zx_status_t status =
            zx_channel_read(watched, 0, &info, &exception, sizeof(info), 1, &size, &count);
        if (status == ZX_ERR_SHOULD_WAIT) {
            status = zx_object_wait_one(watched, ZX_CHANNEL_READABLE | ZX_CHANNEL_PEER_CLOSED,
                                        ZX_TIME_INFINITE, NULL);
        } else if (status == ZX_OK) {
            if (ZX_EXCP_IS_ARCH(info.type) || info.type == ZX_EXCP_POLICY_ERROR) {
                print_crash(&info, exception);
            }
            zx_handle_close(exception); // the next handler, and then the end
        }
        if (status != ZX_OK) {
            return NULL;
        }
    }
}

void crash_watch(const struct run_process *process) {
    pthread_t thread;
    zx_info_handle_basic_t info = {0};
    zx_object_get_info(process->process, ZX_INFO_HANDLE_BASIC, &info, sizeof(info), NULL, NULL);
    watched_koid = info.koid;
    watched_vdso = process->vdso_base;
    watched_image = process->image_base;
    watched_name = process->image_name;
    if (zx_task_create_exception_channel(process->job, 0, &watched) == ZX_OK &&
        pthread_create(&thread, NULL, watch, NULL) == 0) {
        pthread_detach(thread);
    }
}
