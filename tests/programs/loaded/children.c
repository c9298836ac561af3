// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// A loader of child processes: makes them, gives them code and the vDSO, talks to them, stops them,
// looks into them and ends them in several ways, as often as it is told to, and leaves nothing.
#include "runtime.h"

#include <zircon/syscalls/debug.h>

#include "elf_types.h"

enum { PAGE = 4096, STACK = 16 << 10, PT_LOAD = 1, EXECUTE = 1 };

// What a child knows: it has no code or data but its own section and this.
struct calls {
    zx_status_t (*wait_one)(zx_handle_t, zx_signals_t, zx_time_t, zx_signals_t *);
    zx_status_t (*read)(zx_handle_t, uint32_t, void *, zx_handle_t *, uint32_t, uint32_t,
                        uint32_t *, uint32_t *);
    zx_status_t (*write)(zx_handle_t, uint32_t, const void *, uint32_t, const zx_handle_t *,
                         uint32_t);
    void (*exit)(int64_t);
    uint64_t mark;
};

enum { MARK = 0x6d61726b, STOP = 1000000 };

extern const char __start_child_code[], __stop_child_code[];

// Answers each number with the next one; ends at STOP with the code 33.
__attribute__((section("child_code"), used)) static void child(zx_handle_t channel,
                                                               const struct calls *calls) {
    for (;;) {
        uint64_t number;
        uint32_t size;
        zx_status_t status =
            calls->read(channel, 0, &number, (void *)0, sizeof(number), 0, &size, (void *)0);
        if (status == ZX_ERR_SHOULD_WAIT) {
            status = calls->wait_one(channel, ZX_CHANNEL_READABLE | ZX_CHANNEL_PEER_CLOSED,
                                     ZX_TIME_INFINITE, (void *)0);
            if (status == ZX_OK) {
                continue;
            }
        }
        if (status != ZX_OK || number == STOP) {
            calls->exit(status != ZX_OK ? status : 33);
        }
        number++;
        calls->write(channel, 0, &number, sizeof(number), (void *)0, 0);
    }
}

struct made {
    zx_handle_t process, root, thread, channel;
    uintptr_t code, data;
};

static uintptr_t map_vdso(zx_handle_t root, zx_handle_t vmo) {
    const struct elf_header *header = (const void *)start.vdso_base;
    const struct elf_segment *segments = (const void *)(start.vdso_base + header->segments);
    uint64_t end = 0;
    for (int i = 0; i < header->segment_count; i++) {
        end = segments[i].type == PT_LOAD ? segments[i].address + segments[i].memory_size : end;
    }
    zx_handle_t region;
    zx_vaddr_t base, address;
    MUST_OK(zx_vmar_allocate(root,
                             ZX_VM_CAN_MAP_READ | ZX_VM_CAN_MAP_EXECUTE | ZX_VM_CAN_MAP_SPECIFIC, 0,
                             end, &region, &base));
    for (int i = 0; i < header->segment_count; i++) {
        if (segments[i].type == PT_LOAD) {
            uint32_t options = ZX_VM_SPECIFIC | ZX_VM_PERM_READ |
                               ((segments[i].flags & EXECUTE) != 0 ? ZX_VM_PERM_EXECUTE : 0);
            MUST_OK(zx_vmar_map(region, options, segments[i].address, vmo, segments[i].offset,
                                segments[i].memory_size, &address));
        }
    }
    MUST_OK(zx_handle_close(region));
    return base;
}

static void make(struct made *made, zx_handle_t vdso) {
    zx_handle_t code, data, there;
    zx_vaddr_t address;
    size_t code_size = (size_t)(__stop_child_code - __start_child_code);
    MUST_OK(zx_process_create(start.job, "child", 5, 0, &made->process, &made->root));
    MUST_OK(zx_vmo_create(code_size, 0, &code));
    MUST_OK(zx_vmo_write(code, __start_child_code, 0, code_size));
    MUST_OK(zx_vmo_replace_as_executable(code, ZX_HANDLE_INVALID, &code));
    MUST_OK(zx_vmar_map(made->root, ZX_VM_PERM_READ | ZX_VM_PERM_EXECUTE, 0, code, 0, PAGE,
                        &made->code));
    MUST_OK(zx_handle_close(code));
    uintptr_t base = map_vdso(made->root, vdso), move = base - start.vdso_base;
    struct calls calls = {.mark = MARK};
    calls.wait_one = (void *)(vdso_symbol("zx_object_wait_one") + move);
    calls.read = (void *)(vdso_symbol("zx_channel_read") + move);
    calls.write = (void *)(vdso_symbol("zx_channel_write") + move);
    calls.exit = (void *)(vdso_symbol("zx_process_exit") + move);
    MUST_OK(zx_vmo_create(STACK, 0, &data));
    MUST_OK(zx_vmo_write(data, &calls, 0, sizeof(calls)));
    MUST_OK(
        zx_vmar_map(made->root, ZX_VM_PERM_READ | ZX_VM_PERM_WRITE, 0, data, 0, STACK, &address));
    made->data = address;
    MUST_OK(zx_handle_close(data));
    MUST_OK(zx_thread_create(made->process, "first", 5, 0, &made->thread));
    MUST_OK(zx_channel_create(0, &made->channel, &there));
    MUST_OK(zx_process_start(made->process, made->thread,
                             made->code +
                                 (uintptr_t)((const char *)(uintptr_t)child - __start_child_code),
                             address + STACK - 8, there, address));
}

static void talk(const struct made *made, uint64_t number) {
    uint64_t answer = 0;
    zx_signals_t signals;
    MUST_OK(zx_channel_write(made->channel, 0, &number, sizeof(number), 0, 0));
    MUST_OK(zx_object_wait_one(made->channel, ZX_CHANNEL_READABLE | ZX_CHANNEL_PEER_CLOSED,
                               ZX_TIME_INFINITE, &signals));
    MUST((signals & ZX_CHANNEL_READABLE) != 0);
    MUST_OK(zx_channel_read(made->channel, 0, &answer, 0, sizeof(answer), 0, 0, 0));
    MUST(answer == number + 1);
}

static void look_into(const struct made *made) {
    zx_handle_t token;
    zx_thread_state_general_regs_t registers;
    uint64_t mark = 0, other = MARK + 1;
    size_t actual = 0;
    MUST_OK(zx_task_suspend_token(made->thread, &token));
    MUST_OK(zx_object_wait_one(made->thread, ZX_THREAD_SUSPENDED, ZX_TIME_INFINITE, 0));
    MUST_OK(zx_thread_read_state(made->thread, ZX_THREAD_STATE_GENERAL_REGS, &registers,
                                 sizeof(registers)));
    MUST(registers.rsp > made->data && registers.rsp < made->data + STACK);
    uintptr_t place = made->data + offsetof(struct calls, mark);
    MUST_OK(zx_process_read_memory(made->process, place, &mark, sizeof(mark), &actual));
    MUST(actual == sizeof(mark) && mark == MARK);
    MUST_OK(zx_process_write_memory(made->process, place, &other, sizeof(other), &actual));
    MUST_OK(zx_process_read_memory(made->process, place, &mark, sizeof(mark), &actual));
    MUST(mark == MARK + 1);
    MUST_OK(zx_handle_close(token));
}

static void end(const struct made *made, int how) {
    uint64_t stop = STOP;
    int64_t code = ZX_TASK_RETCODE_SYSCALL_KILL;
    switch (how) {
    case 0:
        MUST_OK(zx_task_kill(made->process));
        break;
    case 1:
        MUST_OK(zx_channel_write(made->channel, 0, &stop, sizeof(stop), 0, 0));
        code = 33;
        break;
    case 2:
        MUST_OK(zx_task_kill(made->thread)); // the only one
        code = 0;
        break;
    default:
        MUST_OK(zx_handle_close(made->channel));
        code = ZX_ERR_PEER_CLOSED;
        break;
    }
    zx_info_process_t info;
    MUST_OK(zx_object_wait_one(made->process, ZX_TASK_TERMINATED, ZX_TIME_INFINITE, 0));
    MUST_OK(zx_object_get_info(made->process, ZX_INFO_PROCESS, &info, sizeof(info), 0, 0));
    MUST(info.exited && info.return_code == code);
    MUST_OK(zx_handle_close(made->process));
    MUST_OK(zx_handle_close(made->root));
    MUST_OK(zx_handle_close(made->thread));
    if (how < 3) {
        MUST_OK(zx_handle_close(made->channel));
    }
}

static uint32_t count_handles(void) {
    zx_info_process_handle_stats_t stats;
    uint32_t count = 0;
    MUST_OK(zx_object_get_info(start.process, ZX_INFO_PROCESS_HANDLE_STATS, &stats, sizeof(stats),
                               0, 0));
    for (size_t i = 0; i < sizeof(stats.handle_count) / sizeof(stats.handle_count[0]); i++) {
        count += stats.handle_count[i];
    }
    return count;
}

int64_t program(void) {
    int64_t rounds = start.argc > 1 ? number_of(start.argv[1]) : 100;
    zx_handle_t vdso = start_handle(PA_HND(PA_VMO_VDSO, 0));
    uint32_t before = count_handles();
    size_t processes = 0;
    MUST_OK(zx_object_get_info(start.job, ZX_INFO_JOB_PROCESSES, 0, 0, 0, &processes));
    for (int64_t i = 0; i < rounds; i++) {
        struct made made;
        make(&made, vdso);
        talk(&made, (uint64_t)i);
        if (i % 8 == 0) {
            look_into(&made);
            talk(&made, (uint64_t)i + 7);
        }
        end(&made, (int)(i % 4));
    }
    MUST(count_handles() == before);
    // The last one leaves its job a moment after it is known to be dead.
    size_t left = 0;
    for (int i = 0; i < 1000 && left != processes; i++) {
        MUST_OK(zx_object_get_info(start.job, ZX_INFO_JOB_PROCESSES, 0, 0, 0, &left));
        zx_nanosleep(zx_deadline_after(ZX_MSEC(1)));
    }
    MUST(left == processes);
    print_line("children:", rounds);
    return 0;
}
