// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "child.h"

#include <elf.h>
#include <stdlib.h>
#include <zircon/limits.h>

enum { PAGE = 4096, VDSO_SYMBOLS = 1024 };

extern const char __start_child_code[], __stop_child_code[];

uint8_t child_scratch_copy[CHILD_SCRATCH];

// --- the vDSO ---

static struct {
    zx_handle_t vmo;
    Elf64_Phdr segments[16];
    int segment_count;
    Elf64_Sym symbols[VDSO_SYMBOLS];
    size_t symbol_count;
    char names[64 << 10];
} vdso;

static void read_vdso(void *to, uint64_t offset, size_t size) {
    EXPECT_OK(zx_vmo_read(vdso.vmo, to, offset, size));
}

static void find_vdso(void) {
    if (vdso.vmo != ZX_HANDLE_INVALID) {
        return;
    }
    vdso.vmo = zx_take_startup_handle(PA_HND(PA_VMO_VDSO, 0));
    EXPECT(vdso.vmo != ZX_HANDLE_INVALID);
    Elf64_Ehdr header;
    read_vdso(&header, 0, sizeof(header));
    vdso.segment_count = header.e_phnum;
    read_vdso(vdso.segments, header.e_phoff, header.e_phnum * sizeof(Elf64_Phdr));
    Elf64_Dyn entry = {0};
    uint64_t dynamic = 0, symbols = 0, names = 0, names_size = 0;
    for (int i = 0; i < vdso.segment_count; i++) {
        dynamic = vdso.segments[i].p_type == PT_DYNAMIC ? vdso.segments[i].p_vaddr : dynamic;
    }
    do {
        read_vdso(&entry, dynamic, sizeof(entry));
        symbols = entry.d_tag == DT_SYMTAB ? entry.d_un.d_ptr : symbols;
        names = entry.d_tag == DT_STRTAB ? entry.d_un.d_ptr : names;
        names_size = entry.d_tag == DT_STRSZ ? entry.d_un.d_val : names_size;
        dynamic += sizeof(entry);
    } while (entry.d_tag != DT_NULL);
    // The table of symbols ends where that of their names begins.
    vdso.symbol_count = (names - symbols) / sizeof(Elf64_Sym);
    EXPECT(vdso.symbol_count <= VDSO_SYMBOLS && names_size <= sizeof(vdso.names));
    read_vdso(vdso.symbols, symbols, vdso.symbol_count * sizeof(Elf64_Sym));
    read_vdso(vdso.names, names, names_size);
}

uint64_t child_call_address(const struct child *child, const char *name) {
    for (size_t i = 0; i < vdso.symbol_count; i++) {
        const char *found = vdso.names + vdso.symbols[i].st_name;
        if (strncmp(found, "zx_", 3) == 0 && strcmp(found + 3, name) == 0) {
            return child->vdso + vdso.symbols[i].st_value;
        }
    }
    ck_abort_msg("the vDSO has no zx_%s", name);
}

// --- making one ---

static uintptr_t map_vdso(zx_handle_t root) {
    find_vdso();
    uint64_t end = 0;
    for (int i = 0; i < vdso.segment_count; i++) {
        const Elf64_Phdr *segment = &vdso.segments[i];
        end = segment->p_type == PT_LOAD ? segment->p_vaddr + segment->p_memsz : end;
    }
    zx_handle_t vmar;
    zx_vaddr_t base, address;
    EXPECT_OK(zx_vmar_allocate(root,
                               ZX_VM_CAN_MAP_READ | ZX_VM_CAN_MAP_EXECUTE | ZX_VM_CAN_MAP_SPECIFIC,
                               0, end, &vmar, &base));
    for (int i = 0; i < vdso.segment_count; i++) {
        const Elf64_Phdr *segment = &vdso.segments[i];
        if (segment->p_type == PT_LOAD) {
            uint32_t options = ZX_VM_SPECIFIC | ZX_VM_PERM_READ |
                               ((segment->p_flags & PF_X) != 0 ? ZX_VM_PERM_EXECUTE : 0);
            EXPECT_OK(zx_vmar_map(vmar, options, segment->p_vaddr, vdso.vmo, segment->p_offset,
                                  segment->p_memsz, &address));
        }
    }
    close_handle(vmar);
    return base;
}

static uintptr_t map_new(zx_handle_t root, uint32_t options, const void *bytes, size_t size,
                         size_t room) {
    zx_handle_t vmo;
    zx_vaddr_t address;
    EXPECT_OK(zx_vmo_create(room, 0, &vmo));
    EXPECT_OK(zx_vmo_write(vmo, bytes, 0, size));
    if ((options & ZX_VM_PERM_EXECUTE) != 0) {
        EXPECT_OK(zx_vmo_replace_as_executable(vmo, ZX_HANDLE_INVALID, &vmo));
    }
    EXPECT_OK(zx_vmar_map(root, options, 0, vmo, 0, room, &address));
    close_handle(vmo);
    return address;
}

void child_make(struct child *child, zx_handle_t job) {
    memset(child, 0, sizeof(*child));
    if (job == ZX_HANDLE_INVALID) {
        EXPECT_OK(zx_job_create(zx_job_default(), 0, &child->job));
        job = child->job;
    }
    EXPECT_OK(zx_process_create(job, "child", 5, 0, &child->process, &child->root));
    EXPECT_OK(zx_thread_create(child->process, "first", 5, 0, &child->thread));
    EXPECT_OK(zx_channel_create(0, &child->channel, &child->given));
    child->vdso = map_vdso(child->root);
    size_t size = (size_t)(__stop_child_code - __start_child_code);
    size_t begin = (size_t)((const char *)(uintptr_t)child_main - __start_child_code);
    child->code = begin + map_new(child->root, ZX_VM_PERM_READ | ZX_VM_PERM_EXECUTE,
                                  __start_child_code, size, (size + PAGE - 1) & -(size_t)PAGE);
    struct child_calls calls;
#define SET(name) calls.name = (__typeof__(calls.name))(uintptr_t)child_call_address(child, #name)
    SET(object_wait_one);
    SET(channel_read);
    SET(channel_write);
    SET(process_exit);
#undef SET
    child->calls =
        map_new(child->root, ZX_VM_PERM_READ | ZX_VM_PERM_WRITE, &calls, sizeof(calls), PAGE);
    child->stack =
        CHILD_STACK + map_new(child->root, ZX_VM_PERM_READ | ZX_VM_PERM_WRITE, "", 1, CHILD_STACK);
}

void child_start(struct child *child) {
    EXPECT_OK(zx_process_start(child->process, child->thread, child->code, child->stack - 8,
                               child->given, child->calls));
    child->given = ZX_HANDLE_INVALID;
}

void child_begin(struct child *child) {
    child_make(child, ZX_HANDLE_INVALID);
    child_start(child);
}

void child_end(struct child *child) {
    zx_task_kill(child->process);
    EXPECT_OK(zx_object_wait_one(child->process, ZX_TASK_TERMINATED, ZX_TIME_INFINITE, NULL));
    zx_handle_t handles[] = {child->job,    child->process, child->root,
                             child->thread, child->channel, child->given};
    for (size_t i = 0; i < sizeof(handles) / sizeof(handles[0]); i++) {
        if (handles[i] != ZX_HANDLE_INVALID) {
            close_handle(handles[i]);
        }
    }
}

// --- talking to it ---

uint64_t child_scratch(const struct child *child) {
    return child->calls + sizeof(struct child_calls) + offsetof(struct child_reply, scratch);
}

uint32_t child_scratch_handle(void) {
    uint32_t handle;
    memcpy(&handle, child_scratch_copy, sizeof(handle));
    return handle;
}

static void send(struct child *child, const char *name, const uint64_t words[8], zx_handle_t handle,
                 int handle_word) {
    struct child_request request = {.function = child_call_address(child, name),
                                    .handle_word = (uint64_t)handle_word};
    memcpy(request.words, words, sizeof(request.words));
    EXPECT_OK(zx_channel_write(child->channel, 0, &request, sizeof(request), &handle,
                               handle != ZX_HANDLE_INVALID));
}

void child_send(struct child *child, const char *name, const uint64_t words[8]) {
    send(child, name, words, ZX_HANDLE_INVALID, CHILD_NO_HANDLE);
}

zx_status_t child_receive(struct child *child, uint64_t *result) {
    struct child_reply reply;
    zx_signals_t signals = 0;
    EXPECT_OK(zx_object_wait_one(child->channel, ZX_CHANNEL_READABLE | ZX_CHANNEL_PEER_CLOSED,
                                 ZX_TIME_INFINITE, &signals));
    if ((signals & ZX_CHANNEL_READABLE) == 0) {
        return ZX_ERR_PEER_CLOSED;
    }
    EXPECT_OK(zx_channel_read(child->channel, 0, &reply, NULL, sizeof(reply), 0, NULL, NULL));
    memcpy(child_scratch_copy, reply.scratch, sizeof(reply.scratch));
    *result = reply.result;
    return ZX_OK;
}

uint64_t child_call_with(struct child *child, const char *name, const uint64_t words[8],
                         zx_handle_t handle, int handle_word) {
    uint64_t result;
    send(child, name, words, handle, handle_word);
    EXPECT_OK(child_receive(child, &result));
    note_result(name, result);
    return result;
}

uint64_t child_call(struct child *child, const char *name, const uint64_t words[8]) {
    return child_call_with(child, name, words, ZX_HANDLE_INVALID, CHILD_NO_HANDLE);
}

int64_t wait_for_end(zx_handle_t process) {
    zx_info_process_t info;
    EXPECT_OK(zx_object_wait_one(process, ZX_TASK_TERMINATED, ZX_TIME_INFINITE, NULL));
    EXPECT_OK(zx_object_get_info(process, ZX_INFO_PROCESS, &info, sizeof(info), NULL, NULL));
    EXPECT(info.exited);
    return info.return_code;
}
