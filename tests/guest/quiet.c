// Part of libzircon. BSD-3-Clause, see LICENSE.
// A guest's output or input to a port makes one Linux call, the one that runs it. Once warm, this
// asks Linux to refuse all others, and counts what is refused. Needs /dev/kvm.
#include <errno.h>
#include <libzircon/libzircon.h>
#include <linux/filter.h>
#include <linux/kvm.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>
#include <zircon/process.h>
#include <zircon/processargs.h>
#include <zircon/status.h>
#include <zircon/syscalls.h>
#include <zircon/syscalls/hypervisor.h>
#include <zircon/syscalls/port.h>

#include "layout.h"

enum { WARM_UP = 100, ROUNDS = 1000 };

// Shared with the child.
static struct {
    volatile uint32_t calls, first; // how many others it made, and the number of the first
    uint64_t entries;
    char failure[100];
} * seen;

static void refuse(int number, siginfo_t *info, void *context) {
    (void)number;
    if (seen->calls++ == 0) {
        seen->first = (uint32_t)info->si_syscall;
    }
    ((ucontext_t *)context)->uc_mcontext.gregs[REG_RAX] = -ENOSYS;
}

// From here on only running a guest, the process's end and the return from a signal are allowed.
static bool refuse_linux_calls(void) {
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit_group, 5, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_rt_sigreturn, 4, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_ioctl, 0, 2),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[1])),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, KVM_RUN, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {.len = sizeof(code) / sizeof(code[0]), .filter = code};
    struct sigaction action = {.sa_sigaction = refuse, .sa_flags = SA_SIGINFO};
    return sigaction(SIGSYS, &action, NULL) == 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

static void must(bool condition, const char *what) {
    if (!condition) {
        snprintf(seen->failure, sizeof(seen->failure), "%s", what);
        _exit(1);
    }
}
#define MUST(condition) must(condition, #condition)

static zx_handle_t make_vcpu(const char *code, size_t size) {
    const uint64_t top = 0x1000 | 7, first = 0x87;
    const zx_vm_option_t options = ZX_VM_PERM_READ | ZX_VM_PERM_WRITE;
    zx_handle_t guest, vmar, vmo, vcpu;
    zx_vaddr_t there;
    MUST(zx_guest_create(zx_take_startup_handle(PA_HND(PA_RESOURCE, 0)), 0, &guest, &vmar) ==
         ZX_OK);
    MUST(zx_vmo_create(GUEST_MEMORY, 0, &vmo) == ZX_OK);
    MUST(zx_vmo_write(vmo, &top, GUEST_TABLES, sizeof(top)) == ZX_OK);
    MUST(zx_vmo_write(vmo, &first, GUEST_TABLES + 0x1000, sizeof(first)) == ZX_OK);
    MUST(zx_vmo_write(vmo, code, GUEST_CODE, size) == ZX_OK);
    MUST(zx_vmo_replace_as_executable(vmo, ZX_HANDLE_INVALID, &vmo) == ZX_OK);
    MUST(zx_vmar_map(vmar, options | ZX_VM_PERM_EXECUTE | ZX_VM_SPECIFIC, 0, vmo, 0, GUEST_MEMORY,
                     &there) == ZX_OK);
    MUST(zx_guest_set_trap(guest, ZX_GUEST_TRAP_IO, GUEST_PORT, 1, ZX_HANDLE_INVALID, 1) == ZX_OK);
    MUST(zx_vcpu_create(guest, 0, GUEST_CODE, &vcpu) == ZX_OK);
    return vcpu;
}

static void run(zx_handle_t vcpu, bool input) {
    zx_port_packet_t packet;
    MUST(zx_vcpu_resume(vcpu, &packet) == ZX_OK);
    MUST(packet.type == ZX_PKT_TYPE_GUEST_IO && packet.guest_io.input == input);
    if (input) {
        zx_vcpu_io_t io;
        memset(&io, 0, sizeof(io));
        io.access_size = 1;
        MUST(zx_vcpu_write_state(vcpu, ZX_VCPU_IO, &io, sizeof(io)) == ZX_OK);
    }
}

static bool is_quiet(bool input) {
    memset(seen, 0, sizeof(*seen));
    pid_t child = fork();
    if (child == 0) {
        // in or out, and again
        zx_handle_t vcpu = make_vcpu(input ? "\xe4\x11\xeb\xfc" : "\xe6\x11\xeb\xfc", 4);
        for (int i = 0; i < WARM_UP; i++) {
            run(vcpu, input);
        }
        MUST(refuse_linux_calls());
        uint64_t before = libzircon_count_guest_entries();
        for (int i = 0; i < ROUNDS; i++) {
            run(vcpu, input);
        }
        seen->entries = libzircon_count_guest_entries() - before;
        _exit(0);
    }
    int status = 1;
    waitpid(child, &status, 0);
    printf("%d %s: %lu entries, %u other Linux calls (the first has number %u); %s\n", ROUNDS,
           input ? "inputs" : "outputs", seen->entries, seen->calls, seen->first,
           seen->failure[0] != '\0' ? seen->failure : "fine");
    return status == 0 && seen->calls == 0 && seen->entries >= ROUNDS;
}

int main(void) {
    seen = mmap(NULL, sizeof(*seen), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return seen != MAP_FAILED && is_quiet(false) && is_quiet(true) ? 0 : 1;
}
