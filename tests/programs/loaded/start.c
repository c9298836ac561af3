// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// From the entry point to program(): relocations, the first message, thread-local storage.
#include "elf_types.h"
#include "runtime.h"

struct start start;

static char main_block[THREAD_BLOCK] __attribute__((aligned(64)));

// --- the vDSO ---

struct symbols {
    const struct elf_symbol *table;
    const char *names;
    const uint32_t *hash; // DT_GNU_HASH
    uintptr_t base;
};

static void read_dynamic(uintptr_t base, struct symbols *symbols) {
    const struct elf_header *header = (const void *)base;
    const struct elf_segment *segments = (const void *)(base + header->segments);
    const struct elf_dynamic *dynamic = 0;
    for (int i = 0; i < header->segment_count; i++) {
        if (segments[i].type == PT_DYNAMIC) {
            dynamic = (const void *)(base + segments[i].address);
        }
    }
    symbols->base = base;
    for (; dynamic->tag != DT_NULL; dynamic++) {
        const void *at = (const void *)(base + dynamic->value);
        if (dynamic->tag == DT_SYMTAB) {
            symbols->table = at;
        } else if (dynamic->tag == DT_STRTAB) {
            symbols->names = at;
        } else if (dynamic->tag == DT_GNU_HASH) {
            symbols->hash = at;
        }
    }
}

static bool same(const char *a, const char *b) {
    while (*a != '\0' && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

// By the hash table, as a dynamic linker does.
static uintptr_t find(const struct symbols *symbols, const char *name) {
    uint32_t hash = 5381;
    for (const char *c = name; *c != '\0'; c++) {
        hash = hash * 33 + (unsigned char)*c;
    }
    uint32_t bucket_count = symbols->hash[0], first = symbols->hash[1];
    uint32_t bloom_size = symbols->hash[2];
    const uint32_t *buckets = symbols->hash + 4 + bloom_size * 2;
    const uint32_t *chain = buckets + bucket_count;
    uint32_t at = buckets[hash % bucket_count];
    if (at == 0) {
        return 0;
    }
    for (;; at++) {
        uint32_t value = chain[at - first];
        const struct elf_symbol *symbol = &symbols->table[at];
        if ((value | 1) == (hash | 1) && same(symbols->names + symbol->name, name)) {
            return symbols->base + symbol->value;
        }
        if ((value & 1) != 0) {
            return 0;
        }
    }
}

uintptr_t vdso_symbol(const char *name) {
    struct symbols symbols = {0};
    read_dynamic(start.vdso_base, &symbols);
    return find(&symbols, name);
}

// --- relocations ---

static void relocate(uintptr_t base, const struct symbols *vdso) {
    const struct elf_relocation *lists[2] = {0, 0};
    uint64_t sizes[2] = {0, 0};
    const struct elf_symbol *table = 0;
    const char *names = 0;
    for (const struct elf_dynamic *dynamic = _DYNAMIC; dynamic->tag != DT_NULL; dynamic++) {
        const void *at = (const void *)(base + dynamic->value);
        switch (dynamic->tag) {
        case DT_RELA:
            lists[0] = at;
            break;
        case DT_RELASZ:
            sizes[0] = dynamic->value;
            break;
        case DT_JMPREL:
            lists[1] = at;
            break;
        case DT_PLTRELSZ:
            sizes[1] = dynamic->value;
            break;
        case DT_SYMTAB:
            table = at;
            break;
        case DT_STRTAB:
            names = at;
            break;
        default:
            break;
        }
    }
    for (int list = 0; list < 2; list++) {
        for (uint64_t i = 0; i < sizes[list] / sizeof(struct elf_relocation); i++) {
            const struct elf_relocation *entry = &lists[list][i];
            uint64_t *place = (uint64_t *)(base + entry->offset);
            const struct elf_symbol *symbol = &table[entry->symbol];
            switch (entry->type) {
            case R_RELATIVE:
                *place = base + (uint64_t)entry->addend;
                break;
            case R_64:
            case R_GLOB_DAT:
            case R_JUMP_SLOT:
                *place = (symbol->section != SHN_UNDEF ? base + symbol->value
                                                       : find(vdso, names + symbol->name)) +
                         (uint64_t)entry->addend;
                break;
            default:
                __builtin_trap();
            }
        }
    }
}

// --- the first message ---

// What it brings is added to what is there.
static void read_message(zx_handle_t channel) {
    static char bytes[ZX_CHANNEL_MAX_MSG_BYTES];
    uint32_t size = 0, count = 0;
    // Its size is asked for first, as Fuchsia's libc does.
    MUST_STATUS(zx_channel_read(channel, 0, 0, 0, 0, 0, &size, &count), ZX_ERR_BUFFER_TOO_SMALL);
    uint32_t first = start.handle_count;
    MUST(size <= sizeof(bytes) && count <= START_HANDLES_MAX - first);
    MUST_OK(zx_channel_read(channel, 0, bytes, start.handles + first, sizeof(bytes),
                            START_HANDLES_MAX - first, &size, &count));
    start.handle_count += count;
    zx_proc_args_t header;
    memcpy(&header, bytes, sizeof(header));
    MUST(header.protocol == ZX_PROCARGS_PROTOCOL && header.version == ZX_PROCARGS_VERSION);
    memcpy(start.infos + first, bytes + header.handle_info_off, count * sizeof(uint32_t));
    const char *text = bytes + header.args_off;
    for (uint32_t i = 0; i < header.args_num && i < 31; i++, text += strlen(text) + 1) {
        start.argv[start.argc++] = text;
    }
    text = bytes + header.environ_off;
    for (uint32_t i = 0; i < header.environ_num && i < 31; i++, text += strlen(text) + 1) {
        start.environment[i] = text;
    }
    start.process = start_handle(PA_HND(PA_PROC_SELF, 0));
    start.thread = start_handle(PA_HND(PA_THREAD_SELF, 0));
    start.root = start_handle(PA_HND(PA_VMAR_ROOT, 0));
    start.job = start_handle(PA_HND(PA_JOB_DEFAULT, 0));
}

__attribute__((used, noreturn)) static void begin(zx_handle_t channel, uintptr_t vdso_base) {
    uintptr_t base = (uintptr_t)&__ehdr_start;
    struct symbols vdso = {0};
    read_dynamic(vdso_base, &vdso);
    relocate(base, &vdso);
    start.image_base = base;
    start.vdso_base = vdso_base;
    read_message(channel);
    if (start.thread == ZX_HANDLE_INVALID) {
        read_message(channel); // that was the dynamic linker's, which we are
    }
    zx_handle_close(channel);
    thread_local_begin(main_block, start.thread);
    zx_process_exit(program());
    __builtin_trap();
}

// Every register that is not an argument must be 0 here (r11 aside, see docs/differences.md), and
// the stack as after a call.
__asm__(".text\n"
        ".globl _start\n"
        ".type _start, @function\n"
        "_start:\n"
        "    mov %rsp, %rax\n"
        "    and $15, %rax\n"
        "    cmp $8, %rax\n"
        "    jne 1f\n"
        "    xor %eax, %eax\n"
        "    or %rbx, %rax\n"
        "    or %rcx, %rax\n"
        "    or %rdx, %rax\n"
        "    or %rbp, %rax\n"
        "    or %r8, %rax\n"
        "    or %r9, %rax\n"
        "    or %r10, %rax\n"
        "    or %r12, %rax\n"
        "    or %r13, %rax\n"
        "    or %r14, %rax\n"
        "    or %r15, %rax\n"
        "    jnz 1f\n"
        "    jmp begin\n"
        "1:  ud2\n"
        "    .size _start, . - _start\n");
