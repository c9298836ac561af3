// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "loaded.h"

#include <elf.h>
#include <zircon/process.h>
#include <zircon/syscalls.h>

#include "../run/process.h"

enum {
    PAGE = 4096,
    DATA_PAGES = 4,
    REGION = 256 << 10,
    SEGMENTS_MAX = 16,
    NAMES_MAX = 64 << 10,
    SYMBOLS_MAX = 1024
};

extern const char __start_loaded_code[], __stop_loaded_code[];

// What all of them share.
static struct {
    zx_handle_t vmo, code;
    Elf64_Phdr segments[SEGMENTS_MAX];
    int segment_count;
    uint64_t end;
    struct loaded_calls calls; // as offsets into the image
    uint64_t nanosleep;
} vdso;

// --- the vDSO ---

static uint64_t symbol_of(const Elf64_Sym *symbols, size_t count, const char *names,
                          const char *wanted) {
    for (size_t i = 0; i < count; i++) {
        const char *name = names + symbols[i].st_name;
        if (strncmp(name, "zx_", 3) == 0 && strcmp(name + 3, wanted) == 0) {
            return symbols[i].st_value;
        }
    }
    bool vdso_has_the_call = false;
    BENCH_CHECK(vdso_has_the_call);
    return 0;
}

static void read_image(void *to, uint64_t offset, size_t size) {
    BENCH_OK(zx_vmo_read(vdso.vmo, to, offset, size));
}

#define FOR_EACH_CALL(do)                                                                               \
    do                                                                                                  \
    (syscall_test_0) do(object_wait_one) do(object_set_property) do(channel_read) do(channel_write) do( \
        channel_call) do(thread_create) do(thread_start) do(thread_exit) do(handle_close) do(process_exit)

static void find_vdso(void) {
    static char names[NAMES_MAX];
    static Elf64_Sym symbols[SYMBOLS_MAX];
    if (vdso.vmo != ZX_HANDLE_INVALID) {
        return;
    }
    vdso.vmo = run_vdso();
    Elf64_Ehdr header;
    read_image(&header, 0, sizeof(header));
    BENCH_CHECK(header.e_phnum <= SEGMENTS_MAX);
    vdso.segment_count = header.e_phnum;
    read_image(vdso.segments, header.e_phoff, header.e_phnum * sizeof(Elf64_Phdr));
    uint64_t dynamic = 0, table = 0, text = 0, text_size = 0;
    for (int i = 0; i < vdso.segment_count; i++) {
        const Elf64_Phdr *segment = &vdso.segments[i];
        dynamic = segment->p_type == PT_DYNAMIC ? segment->p_vaddr : dynamic;
        vdso.end = segment->p_type == PT_LOAD ? segment->p_vaddr + segment->p_memsz : vdso.end;
    }
    Elf64_Dyn entry;
    do {
        read_image(&entry, dynamic, sizeof(entry));
        table = entry.d_tag == DT_SYMTAB ? entry.d_un.d_ptr : table;
        text = entry.d_tag == DT_STRTAB ? entry.d_un.d_ptr : text;
        text_size = entry.d_tag == DT_STRSZ ? entry.d_un.d_val : text_size;
        dynamic += sizeof(entry);
    } while (entry.d_tag != DT_NULL);
    size_t count = (text - table) / sizeof(Elf64_Sym); // the names come right behind
    BENCH_CHECK(count <= SYMBOLS_MAX && text_size <= NAMES_MAX);
    read_image(symbols, table, count * sizeof(Elf64_Sym));
    read_image(names, text, text_size);
#define FIND(name)                                                                                 \
    vdso.calls.name =                                                                              \
        (__typeof__(vdso.calls.name))(uintptr_t)symbol_of(symbols, count, names, #name);
    FOR_EACH_CALL(FIND)
#undef FIND
    vdso.nanosleep = symbol_of(symbols, count, names, "nanosleep");
    size_t size = (size_t)(__stop_loaded_code - __start_loaded_code);
    BENCH_OK(zx_vmo_create(size, 0, &vdso.code));
    BENCH_OK(zx_vmo_write(vdso.code, __start_loaded_code, 0, size));
    BENCH_OK(zx_vmo_replace_as_executable(vdso.code, ZX_HANDLE_INVALID, &vdso.code));
}

static uintptr_t map_vdso(zx_handle_t root) {
    const uint32_t rights = ZX_VM_CAN_MAP_READ | ZX_VM_CAN_MAP_EXECUTE | ZX_VM_CAN_MAP_SPECIFIC;
    zx_handle_t region;
    zx_vaddr_t base, address;
    BENCH_OK(zx_vmar_allocate(root, rights, 0, vdso.end, &region, &base));
    for (int i = 0; i < vdso.segment_count; i++) {
        const Elf64_Phdr *segment = &vdso.segments[i];
        if (segment->p_type == PT_LOAD) {
            uint32_t options = ZX_VM_SPECIFIC | ZX_VM_PERM_READ |
                               ((segment->p_flags & PF_X) != 0 ? ZX_VM_PERM_EXECUTE : 0);
            BENCH_OK(zx_vmar_map(region, options, segment->p_vaddr, vdso.vmo, segment->p_offset,
                                 segment->p_memsz, &address));
        }
    }
    BENCH_OK(zx_handle_close(region));
    return base;
}

bool bench_is_plain(void) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return false;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
    return false;
#endif
#endif
    return true;
}

// --- processes ---

static uintptr_t place_of(void (*function)(void), uintptr_t code) {
    return code + (uintptr_t)((const char *)(uintptr_t)function - __start_loaded_code);
}
#define PLACE_OF(function, code) place_of((void (*)(void))(function), (code))

// The channel's other end is the argument of `main`, the calls are the second one; they lie in
// front of the stacks.
static void start(zx_handle_t job, void (*main)(zx_handle_t, const struct loaded_calls *),
                  struct bench_loaded *made, bool talks) {
    const size_t size = talks ? (size_t)DATA_PAGES * PAGE : PAGE;
    find_vdso();
    zx_handle_t data, region, there = ZX_HANDLE_INVALID;
    zx_vaddr_t code, at;
    size_t code_size = (size_t)(__stop_loaded_code - __start_loaded_code);
    BENCH_OK(zx_process_create(job, "bench", 5, 0, &made->process, &made->root));
    uintptr_t base = map_vdso(made->root);
    BENCH_OK(zx_vmar_map(made->root, ZX_VM_PERM_READ | ZX_VM_PERM_EXECUTE, 0, vdso.code, 0,
                         (code_size + PAGE - 1) & -(size_t)PAGE, &code));
    struct loaded_calls calls;
#define MOVE(name) calls.name = (__typeof__(calls.name))((uintptr_t)vdso.calls.name + base);
    FOR_EACH_CALL(MOVE)
#undef MOVE
    calls.thread = PLACE_OF(loaded_thread, code);
    BENCH_OK(zx_vmo_create(size, 0, &data));
    BENCH_OK(zx_vmo_write(data, &calls, 0, sizeof(calls)));
    // At the end of a region of a stack's usual size.
    BENCH_OK(zx_vmar_allocate(made->root,
                              ZX_VM_CAN_MAP_READ | ZX_VM_CAN_MAP_WRITE | ZX_VM_CAN_MAP_SPECIFIC, 0,
                              REGION, &region, &at));
    BENCH_OK(zx_vmar_map(region, ZX_VM_PERM_READ | ZX_VM_PERM_WRITE | ZX_VM_SPECIFIC, REGION - size,
                         data, 0, size, &at));
    BENCH_OK(zx_handle_close(region));
    BENCH_OK(zx_handle_close(data));
    made->nanosleep = base + vdso.nanosleep;
    made->stack = at + size - 64;
    BENCH_OK(zx_thread_create(made->process, "bench", 5, 0, &made->thread));
    if (talks) {
        BENCH_OK(zx_channel_create(0, &made->channel, &there));
    }
    BENCH_OK(zx_process_start(made->process, made->thread, PLACE_OF(main, code), at + size - 8,
                              there, at));
}

void bench_loaded_start(struct bench_loaded *loaded) {
    BENCH_OK(zx_job_create(zx_job_default(), 0, &loaded->job));
    start(loaded->job, loaded_main, loaded, true);
}

void bench_loaded_end(struct bench_loaded *loaded) {
    BENCH_OK(zx_task_kill(loaded->job));
    BENCH_OK(zx_object_wait_one(loaded->process, ZX_TASK_TERMINATED, ZX_TIME_INFINITE, NULL));
    const zx_handle_t all[] = {loaded->job, loaded->process, loaded->root, loaded->thread,
                               loaded->channel};
    BENCH_OK(zx_handle_close_many(all, BENCH_COUNT(all)));
}

void bench_loaded_work(struct bench_loaded *loaded, enum loaded_work work, uint64_t count,
                       uint64_t value, const zx_handle_t *handles, uint32_t handle_count) {
    struct loaded_request request = {work, count, value};
    uint64_t done = 0;
    zx_signals_t signals = 0;
    BENCH_OK(
        zx_channel_write(loaded->channel, 0, &request, sizeof(request), handles, handle_count));
    BENCH_OK(zx_object_wait_one(loaded->channel, ZX_CHANNEL_READABLE | ZX_CHANNEL_PEER_CLOSED,
                                ZX_TIME_INFINITE, &signals));
    BENCH_CHECK((signals & ZX_CHANNEL_READABLE) != 0);
    BENCH_OK(zx_channel_read(loaded->channel, 0, &done, NULL, sizeof(done), 0, NULL, NULL));
    BENCH_CHECK(done == count);
}

void bench_loaded_sleep(struct bench_loaded *loaded, zx_handle_t thread) {
    BENCH_OK(
        zx_thread_start(thread, loaded->nanosleep, loaded->stack, (uintptr_t)ZX_TIME_INFINITE, 0));
}

void bench_loaded_start_exiting(zx_handle_t job, zx_handle_t *process, zx_handle_t *thread) {
    struct bench_loaded made = {0};
    start(job, loaded_exit, &made, false);
    BENCH_OK(zx_handle_close(made.root));
    *process = made.process;
    *thread = made.thread;
}

void bench_loaded_start_waiting(zx_handle_t job, zx_handle_t *process, zx_handle_t *thread,
                                zx_handle_t *channel) {
    struct bench_loaded made = {0};
    start(job, loaded_main, &made, true);
    BENCH_OK(zx_handle_close(made.root));
    *process = made.process;
    *thread = made.thread;
    *channel = made.channel;
}
