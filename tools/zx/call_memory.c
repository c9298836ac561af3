// Part of libzircon. BSD-3-Clause, see LICENSE.
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include "call.h"

enum { PAGE = 4096 };

struct guarded *guarded_new(struct guarded **list, size_t size) {
    if (size > SIZE_MAX / 2) {
        return NULL;
    }
    struct guarded *memory = calloc(1, sizeof(*memory));
    if (memory == NULL) {
        return NULL;
    }
    size_t room = (size + PAGE - 1) / PAGE * PAGE;
    memory->mapped = room + PAGE;
    memory->mapping =
        mmap(NULL, memory->mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory->mapping == MAP_FAILED) {
        free(memory);
        return NULL;
    }
    mprotect((uint8_t *)memory->mapping + room, PAGE, PROT_NONE);
    memory->start = (uint8_t *)memory->mapping + room - size;
    memory->size = size;
    memory->next = *list;
    *list = memory;
    return memory;
}

void guarded_protect(struct guarded *memory) {
    mprotect(memory->mapping, memory->mapped - PAGE, PROT_READ);
}

void guarded_free_all(struct guarded **list) {
    while (*list != NULL) {
        struct guarded *memory = *list;
        *list = memory->next;
        munmap(memory->mapping, memory->mapped);
        free(memory);
    }
}

bool memory_read(void *to, uint64_t from, size_t count) {
    struct iovec local = {to, count}, remote = {(void *)(uintptr_t)from, count};
    return count == 0 || process_vm_readv(getpid(), &local, 1, &remote, 1, 0) == (ssize_t)count;
}

size_t memory_read_some(void *to, uint64_t from, size_t count) {
    size_t done = 0;
    while (done < count) {
        size_t portion = PAGE - (from + done) % PAGE;
        portion = portion < count - done ? portion : count - done;
        if (!memory_read((uint8_t *)to + done, from + done, portion)) {
            break;
        }
        done += portion;
    }
    return done;
}

bool memory_write(uint64_t to, const void *from, size_t count) {
    struct iovec local = {(void *)(uintptr_t)from, count}, remote = {(void *)(uintptr_t)to, count};
    return count == 0 || process_vm_writev(getpid(), &local, 1, &remote, 1, 0) == (ssize_t)count;
}
