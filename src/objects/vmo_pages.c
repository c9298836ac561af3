// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// What is done with the pages of a VMO: reading, writing, committing, pinning.
#include "base/invariant.h"
#include "host/frames.h"
#include "objects/vmo.h"
#include "vm/page_source.h"

enum { PORTION = 256 << 10 }; // bytes copied without letting others in

// One copy in progress. Exactly one of the three is where it goes to or comes from.
struct transfer {
    user_out to;
    user_in from;
    char *kernel;
    bool write; // into the VMO
};

static bool copy(const struct transfer *transfer, size_t done, char *page, size_t size) {
    if (transfer->kernel != NULL) {
        char *kernel = transfer->kernel + done;
        return user_copy(transfer->write ? page : kernel, transfer->write ? kernel : page, size) ==
               0;
    }
    zx_status_t status = transfer->write
                             ? copy_from_user(page, user_in_at(transfer->from, done), size)
                             : copy_to_user(user_out_at(transfer->to, done), page, size);
    return status == ZX_OK;
}

// The program's page at `done` bytes; tells how many bytes of it are left.
static zx_status_t touch(const struct transfer *transfer, size_t done, size_t *rest) {
    uintptr_t at =
        done + (transfer->write ? user_address_in(transfer->from) : user_address_out(transfer->to));
    *rest = FRAME_SIZE - at % FRAME_SIZE;
    return transfer->write ? touch_user_in(user_in_at(transfer->from, done))
                           : touch_user_out(user_out_at(transfer->to, done));
}

// The program's memory is looked at first, so its errors come before those of the VMO.
static zx_status_t touch_all(const struct transfer *transfer, size_t size) {
    size_t rest;
    for (size_t done = 0; transfer->kernel == NULL && done < size; done += rest) {
        if (touch(transfer, done, &rest) != ZX_OK) {
            return ZX_ERR_INVALID_ARGS;
        }
    }
    return ZX_OK;
}

zx_status_t vmo_wait_locked(struct thread *self, struct mutex *lock, const struct cow_place *owed) {
    struct page_source *source = owed->owner->source;
    struct page_request request = {.page = owed->page, .count = owed->count};
    zx_status_t status = source->type->begin_locked(self, source, &request);
    if (status == ZX_ERR_SHOULD_WAIT) {
        mutex_unlock(self, lock);
        status = source->type->finish(self, &request);
        mutex_lock(self, lock);
    }
    return status;
}

static zx_status_t check_locked(const struct vmo *vmo, uint64_t offset, size_t size) {
    uint64_t end;
    if (vmo->cow.kind == COW_PHYSICAL) {
        return ZX_ERR_NOT_SUPPORTED;
    }
    if (vmo->cache_policy != ZX_CACHE_POLICY_CACHED) {
        return ZX_ERR_BAD_STATE;
    }
    return __builtin_add_overflow(offset, size, &end) || end > vmo->cow.size << FRAME_SHIFT
               ? ZX_ERR_OUT_OF_RANGE
               : ZX_OK;
}

// The frames of some pages from `page` on, made the VMO's own if they are to be written.
static zx_status_t find_locked(struct thread *self, struct vmo *vmo, bool write, uint64_t page,
                               uint64_t count, struct cow_place *place) {
    cow_find(self, &vmo->cow, page, count, place);
    if (write) {
        uint64_t done, at = page;
        struct cow *cow = cow_unslice(&vmo->cow, &at);
        if (place->what != PAGE_FRAME || place->owner != cow) {
            zx_status_t status = cow_own(self, cow, at, count, &done);
            if (done == 0) {
                if (status == ZX_ERR_SHOULD_WAIT) {
                    cow_find(self, cow, at, count, place);
                }
                return status;
            }
            cow_find(self, cow, at, done, place);
        }
    }
    return place->what == PAGE_OWED     ? ZX_ERR_SHOULD_WAIT
           : place->what == PAGE_BEYOND ? ZX_ERR_OUT_OF_RANGE
                                        : ZX_OK;
}

static zx_status_t run(struct thread *self, struct vmo *vmo, struct transfer *transfer,
                       uint64_t offset, size_t size) {
    size_t done = 0, portion = PORTION;
    bool checked = transfer->write;
    struct mutex *lock = vmo->cow.lock;
    // A failing write makes no page its own.
    if (transfer->write && touch_all(transfer, size) != ZX_OK) {
        return ZX_ERR_INVALID_ARGS;
    }
    mutex_lock(self, lock);
    zx_status_t status = check_locked(vmo, offset, size);
    while (status == ZX_OK && done < size) {
        uint64_t at = offset + done;
        size_t in_page = at % FRAME_SIZE;
        size_t wanted = size - done < portion ? size - done : portion;
        struct cow_place place;
        status = find_locked(self, vmo, transfer->write, at >> FRAME_SHIFT,
                             (in_page + wanted + FRAME_SIZE - 1) >> FRAME_SHIFT, &place);
        if (status == ZX_ERR_SHOULD_WAIT) {
            place.count = 1;
            status = vmo_wait_locked(self, lock, &place);
            if (status == ZX_OK) {
                status = check_locked(vmo, offset, size);
            }
            continue;
        }
        if (status != ZX_OK) {
            break;
        }
        size_t bytes = (place.count << FRAME_SHIFT) - in_page;
        bytes = bytes < wanted ? bytes : wanted;
        char *page;
        if (place.what == PAGE_FRAME) {
            page = frame_at(place.frame) + in_page;
        } else {
            page = (char *)(uintptr_t)frame_zeroes;
            bytes = bytes < FRAME_SIZE ? bytes : FRAME_SIZE;
        }
        if (likely(copy(transfer, done, page, bytes))) {
            done += bytes;
            portion = PORTION;
            continue;
        }
        if (transfer->kernel != NULL) {
            status = ZX_ERR_NO_MEMORY;
            break;
        }
        // Without the lock its page can be waited for, or found to be none.
        mutex_unlock(self, lock);
        status = touch(transfer, done, &portion);
        checked = true;
        mutex_lock(self, lock);
        if (status == ZX_OK) {
            status = check_locked(vmo, offset, size);
        }
    }
    mutex_unlock(self, lock);
    if (status != ZX_OK && !checked && touch_all(transfer, size) != ZX_OK) {
        return ZX_ERR_INVALID_ARGS;
    }
    return status;
}

zx_status_t vmo_read(struct thread *self, struct vmo *vmo, user_out to, uint64_t offset,
                     size_t size) {
    struct transfer transfer = {.to = to};
    return run(self, vmo, &transfer, offset, size);
}

zx_status_t vmo_write(struct thread *self, struct vmo *vmo, user_in from, uint64_t offset,
                      size_t size) {
    struct transfer transfer = {.from = from, .write = true};
    return run(self, vmo, &transfer, offset, size);
}

zx_status_t vmo_read_kernel(struct thread *self, struct vmo *vmo, void *to, uint64_t offset,
                            size_t size) {
    struct transfer transfer = {.kernel = to};
    return run(self, vmo, &transfer, offset, size);
}

zx_status_t vmo_write_kernel(struct thread *self, struct vmo *vmo, const void *from,
                             uint64_t offset, size_t size) {
    struct transfer transfer = {.kernel = (char *)(uintptr_t)from, .write = true};
    return run(self, vmo, &transfer, offset, size);
}

// --- committing ---

// The pages that a range of bytes touches, cut off at the VMO's end. False if the range is wrong.
static bool trim(uint64_t offset, uint64_t size, uint64_t pages, uint64_t *page, uint64_t *count) {
    uint64_t end, whole = pages << FRAME_SHIFT;
    if (__builtin_add_overflow(offset, size, &end) || offset > whole) {
        return false;
    }
    end = end < whole ? end : whole;
    *page = offset >> FRAME_SHIFT;
    *count = end == offset ? 0 : ((end + FRAME_SIZE - 1) >> FRAME_SHIFT) - *page;
    return true;
}

// Is there memory for those pages of the range that the VMO does not have?
static bool has_memory_for(struct thread *self, struct vmo *vmo, uint64_t page, uint64_t count) {
    uint64_t missing = 0;
    if (frames_available(count)) {
        return true;
    }
    struct cow *cow = cow_unslice(&vmo->cow, &page);
    for (struct cow_place place; count > 0; page += place.count, count -= place.count) {
        cow_find(self, cow, page, count, &place);
        missing += place.what == PAGE_FRAME && place.owner == cow ? 0 : place.count;
    }
    return frames_available(missing);
}

zx_status_t vmo_commit(struct thread *self, struct vmo *vmo, uint64_t offset, uint64_t size) {
    struct mutex *lock = vmo->cow.lock;
    uint64_t page, count, done;
    if (vmo_is_physical(vmo)) {
        return ZX_ERR_NOT_SUPPORTED;
    }
    mutex_lock(self, lock);
    zx_status_t status =
        trim(offset, size, vmo->cow.size, &page, &count) ? ZX_OK : ZX_ERR_OUT_OF_RANGE;
    if (status == ZX_OK && !has_memory_for(self, vmo, page, count)) {
        status = ZX_ERR_NO_MEMORY; // before anything is done, as in Zircon
    }
    while (status == ZX_OK && count > 0) {
        uint64_t at = page;
        struct cow *cow = cow_unslice(&vmo->cow, &at);
        status = cow_own(self, cow, at, count, &done);
        page += done;
        count -= done;
        if (status == ZX_ERR_SHOULD_WAIT) {
            struct cow_place place;
            cow_find(self, cow, at + done, count, &place);
            status = vmo_wait_locked(self, lock, &place);
            // If the VMO has shrunk it is as if the pages had been committed before.
            uint64_t rest = page < vmo->cow.size ? vmo->cow.size - page : 0;
            count = count < rest ? count : rest;
        }
    }
    mutex_unlock(self, lock);
    return status;
}

zx_status_t vmo_decommit(struct thread *self, struct vmo *vmo, uint64_t offset, uint64_t size) {
    if (vmo_is_physical(vmo) || vmo_is_contiguous(vmo)) {
        return ZX_ERR_NOT_SUPPORTED;
    }
    uint64_t page, count;
    zx_status_t status = ZX_OK;
    mutex_lock(self, vmo->cow.lock);
    uint64_t shift = 0;
    struct cow *cow = cow_unslice(&vmo->cow, &shift);
    if (!trim(offset + (shift << FRAME_SHIFT), size, cow->size, &page, &count)) {
        status = ZX_ERR_OUT_OF_RANGE;
    } else if (count != 0 && cow_is_pinned(cow, page, count)) {
        status = ZX_ERR_BAD_STATE;
    } else if (count != 0) {
        cow_disown(self, cow, page, count);
    }
    mutex_unlock(self, vmo->cow.lock);
    return status;
}

zx_status_t vmo_prefetch(struct thread *self, struct vmo *vmo, uint64_t offset, uint64_t size) {
    struct mutex *lock = vmo->cow.lock;
    zx_status_t status = ZX_OK;
    uint64_t page, count;
    mutex_lock(self, lock);
    if (!trim(offset, size, vmo->cow.size, &page, &count)) {
        status = ZX_ERR_OUT_OF_RANGE;
        count = 0;
    }
    while (status == ZX_OK && count > 0) {
        struct cow_place place;
        cow_find(self, &vmo->cow, page, count, &place);
        if (place.what == PAGE_BEYOND) {
            break;
        }
        if (place.what == PAGE_OWED) {
            status = vmo_wait_locked(self, lock, &place);
        } else {
            page += place.count;
            count -= place.count;
        }
    }
    mutex_unlock(self, lock);
    return status;
}

// Zeroes in [begin, end) of the node's bytes: as many as are alike, at least a part of a page.
// Tells where it got to. ZX_ERR_SHOULD_WAIT: `place` is owed.
static zx_status_t zero_locked(struct thread *self, struct cow *cow, uint64_t *begin, uint64_t end,
                               struct cow_place *place) {
    uint64_t page = *begin >> FRAME_SHIFT, in_page = *begin % FRAME_SIZE;
    bool whole = in_page == 0 && end - *begin >= FRAME_SIZE;
    uint64_t count = whole ? (end - *begin) >> FRAME_SHIFT : 1, done;
    cow_find(self, cow, page, count, place);
    if (place->what == PAGE_BEYOND) {
        *begin = end;
        return ZX_OK;
    }
    // Where nothing else can show through, what is not there is zero.
    bool alone = cow->source == NULL && page >= cow->limit;
    if (alone && place->what == PAGE_FRAME && whole && !cow->contiguous &&
        !cow_is_pinned(cow, page, place->count)) {
        cow_disown(self, cow, page, place->count);
    } else if (!alone || place->what != PAGE_ZERO) {
        // A page at a time: most that it has are zeroed in place.
        zx_status_t status = cow_own(self, cow, page, 1, &done);
        cow_find(self, cow, page, 1, place);
        if (status != ZX_OK) {
            return status;
        }
        size_t part = FRAME_SIZE - in_page < end - *begin ? FRAME_SIZE - in_page : end - *begin;
        if (user_copy(frame_at(place->frame) + in_page, frame_zeroes, part) != 0) {
            return ZX_ERR_NO_MEMORY;
        }
    }
    uint64_t next = (page + place->count) << FRAME_SHIFT;
    *begin = next < end ? next : end;
    return ZX_OK;
}

zx_status_t vmo_zero(struct thread *self, struct vmo *vmo, uint64_t offset, uint64_t size) {
    if (vmo_is_physical(vmo)) {
        return ZX_ERR_NOT_SUPPORTED;
    }
    struct mutex *lock = vmo->cow.lock;
    zx_status_t status = ZX_OK;
    uint64_t page, count;
    mutex_lock(self, lock);
    if (vmo->cache_policy != ZX_CACHE_POLICY_CACHED) {
        status = ZX_ERR_BAD_STATE;
    } else if (!trim(offset, size, vmo->cow.size, &page, &count)) {
        status = ZX_ERR_OUT_OF_RANGE;
    }
    while (status == ZX_OK && size > 0) {
        uint64_t shift = 0, whole = vmo->cow.size << FRAME_SHIFT;
        if (offset >= whole) {
            break;
        }
        struct cow *cow = cow_unslice(&vmo->cow, &shift);
        uint64_t end = size < whole - offset ? offset + size : whole;
        uint64_t at = offset + (shift << FRAME_SHIFT);
        struct cow_place place;
        status = zero_locked(self, cow, &at, end + (shift << FRAME_SHIFT), &place);
        size -= at - (shift << FRAME_SHIFT) - offset;
        offset = at - (shift << FRAME_SHIFT);
        if (offset == end) {
            break;
        }
        if (status == ZX_ERR_SHOULD_WAIT) {
            status = vmo_wait_locked(self, lock, &place);
        }
    }
    mutex_unlock(self, lock);
    return status;
}

zx_status_t vmo_cache_op(struct thread *self, struct vmo *vmo, uint64_t offset, uint64_t size) {
    if (size == 0) {
        return ZX_ERR_INVALID_ARGS;
    }
    mutex_lock(self, vmo->cow.lock);
    uint64_t end, whole = vmo->cow.size << FRAME_SHIFT;
    bool inside = !__builtin_add_overflow(offset, size, &end) && end <= whole;
    bool device = vmo->cow.kind == COW_PHYSICAL && inside &&
                  vmo->cow.physical + ((end - 1) >> FRAME_SHIFT) >= frame_space.count;
    mutex_unlock(self, vmo->cow.lock);
    return !inside ? ZX_ERR_OUT_OF_RANGE : device ? ZX_ERR_NOT_SUPPORTED : ZX_OK;
}

// --- for devices ---

zx_status_t vmo_physical(struct thread *self, struct vmo *vmo, uint64_t offset, uint64_t size,
                         zx_paddr_t *address, uint64_t *run_size) {
    struct cow_place place;
    mutex_lock(self, vmo->cow.lock);
    cow_find(self, &vmo->cow, offset >> FRAME_SHIFT, (size + FRAME_SIZE - 1) >> FRAME_SHIFT,
             &place);
    mutex_unlock(self, vmo->cow.lock);
    *address = place.frame << FRAME_SHIFT;
    *run_size = place.count << FRAME_SHIFT;
    return place.what == PAGE_FRAME    ? ZX_OK
           : place.what == PAGE_BEYOND ? ZX_ERR_OUT_OF_RANGE
                                       : ZX_ERR_NOT_FOUND;
}

// Only a node's own pages can be pinned.
static zx_status_t pin_locked(struct thread *self, struct cow *cow, uint64_t page, uint64_t count) {
    if (page > cow->size || count > cow->size - page) {
        return ZX_ERR_OUT_OF_RANGE;
    }
    for (uint64_t done = 0; cow->kind != COW_PHYSICAL && done < count;) {
        struct cow_place place;
        cow_find(self, cow, page + done, count - done, &place);
        if (place.what != PAGE_FRAME || place.owner != cow) {
            return ZX_ERR_NOT_FOUND;
        }
        done += place.count;
    }
    return cow_pin(self, cow, page, count) ? ZX_OK : ZX_ERR_NO_MEMORY;
}

zx_status_t vmo_pin(struct thread *self, struct vmo *vmo, uint64_t offset, uint64_t size) {
    uint64_t page = offset >> FRAME_SHIFT;
    mutex_lock(self, vmo->cow.lock);
    struct cow *cow = cow_unslice(&vmo->cow, &page);
    zx_status_t status = pin_locked(self, cow, page, size >> FRAME_SHIFT);
    mutex_unlock(self, vmo->cow.lock);
    return status;
}

void vmo_unpin(struct thread *self, struct vmo *vmo, uint64_t offset, uint64_t size) {
    uint64_t page = offset >> FRAME_SHIFT;
    mutex_lock(self, vmo->cow.lock);
    struct cow *cow = cow_unslice(&vmo->cow, &page);
    cow_unpin(self, cow, page, size >> FRAME_SHIFT);
    mutex_unlock(self, vmo->cow.lock);
}
