// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "host/frames.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/memfd.h>
#include <linux/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/linux.h"
#include "host/memory.h"
#include "host/user_copy.h"

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif
#ifndef FALLOC_FL_KEEP_SIZE
#define FALLOC_FL_KEEP_SIZE 0x01
#endif
#ifndef FALLOC_FL_PUNCH_HOLE
#define FALLOC_FL_PUNCH_HOLE 0x02
#endif
#ifndef MADV_DONTDUMP
#define MADV_DONTDUMP 16
#endif

enum { HIGH_FILE = 768 }; // out of the way of programs that count on low numbers

// Outside KERNEL_STATE: the mapping survives a fork, and is replaced then.
struct frame_space frame_space;
static int file = -1;
static uint64_t file_inode;

const char frame_zeroes[FRAME_SIZE] __attribute__((aligned(FRAME_SIZE)));

static uint64_t inode_of(int descriptor) {
    struct stat status;
    return linux_call(SYS_fstat, descriptor, &status) == 0 ? status.st_ino : 0;
}

bool frames_start(void) {
    if (file >= 0 && inode_of(file) == file_inode) {
        linux_call(SYS_close, file); // the child of a fork: this one is its parent's
    }
    long made = linux_call(SYS_memfd_create, "zircon frames", MFD_CLOEXEC);
    if (made < 0) {
        return false;
    }
    long high = linux_call(SYS_fcntl, made, F_DUPFD_CLOEXEC, HIGH_FILE);
    if (high >= 0) {
        linux_call(SYS_close, made);
        made = high;
    }
    file = (int)made;
    file_inode = inode_of(file);

    size_t size = kernel_range.end - kernel_range.frames;
    if (linux_call(SYS_ftruncate, file, size) != 0) {
        return false;
    }
    long at = linux_call(SYS_mmap, kernel_range.frames, size, PROT_READ | PROT_WRITE,
                         MAP_SHARED | MAP_FIXED | MAP_NORESERVE, file, 0);
    if (at != (long)kernel_range.frames) {
        return false;
    }
    linux_call(SYS_madvise, at, size, MADV_DONTDUMP);
    frame_space.base = (char *)at;
    frame_space.count = size >> FRAME_SHIFT;
    return true;
}

int frames_file(void) {
    return file;
}

bool frames_populate(uint64_t first, uint64_t count) {
    long result =
        linux_call(SYS_madvise, frame_at(first), count << FRAME_SHIFT, MADV_POPULATE_WRITE);
    if (result != -EINVAL) {
        return result == 0;
    }
    for (uint64_t i = 0; i < count; i++) { // Linux before 5.14
        if (!user_touch(frame_at(first + i), true)) {
            return false;
        }
    }
    return true;
}

void frames_punch(uint64_t first, uint64_t count) {
    linux_call(SYS_fallocate, file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
               first << FRAME_SHIFT, count << FRAME_SHIFT);
}

static uint64_t seek(uint64_t first, uint64_t end, int whence) {
    long at = linux_call(SYS_lseek, file, first << FRAME_SHIFT, whence);
    if (at < 0) {
        return end; // no memory from there on to the file's end
    }
    uint64_t frame = (uint64_t)at >> FRAME_SHIFT;
    return frame < end ? frame : end;
}

uint64_t frames_find_memory(uint64_t first, uint64_t end) {
    return seek(first, end, SEEK_DATA);
}

uint64_t frames_find_hole(uint64_t first, uint64_t end) {
    return seek(first, end, SEEK_HOLE);
}

uint64_t frames_in_use(void) {
    struct stat status;
    return linux_call(SYS_fstat, file, &status) == 0 ? (uint64_t)status.st_blocks / 8 : 0;
}

bool frame_copy(uint64_t to, uint64_t from) {
    return user_copy(frame_at(to), frame_at(from), FRAME_SIZE) == 0;
}

bool frame_zero(uint64_t frame) {
    return user_copy(frame_at(frame), frame_zeroes, FRAME_SIZE) == 0;
}
