// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Handles that all threads look up, duplicate, replace and close.
//
// Each worker also holds handles of its own, made the same way from the same slots, and knows for
// each which object it names and with which rights.
#include "stress.h"

enum { SHARED = 8, OWN = 100 };

static _Atomic zx_handle_t shared[SHARED];

static struct own {
    zx_handle_t handle;
    zx_koid_t koid;
    zx_rights_t rights;
} owned[WORKERS_MAX][OWN];

static zx_info_handle_basic_t info_of(zx_handle_t handle) {
    zx_info_handle_basic_t info;
    CHECK_OK(zx_object_get_info(handle, ZX_INFO_HANDLE_BASIC, &info, sizeof(info), NULL, NULL));
    return info;
}

static zx_handle_t some_shared(struct worker *worker) {
    return atomic_load(&shared[stress_pick(worker, SHARED)]);
}

static zx_handle_t new_object(struct worker *worker) {
    zx_handle_t handle, other;
    if (stress_pick(worker, 2) == 0) {
        CHECK_OK(zx_event_create(0, &handle));
    } else {
        CHECK_OK(zx_eventpair_create(0, &other, &handle));
        CHECK_OK(zx_handle_close(other));
    }
    return handle;
}

// Makes, changes or closes one of the worker's own.
static void use_own(struct worker *worker) {
    struct own *own = &owned[worker->index][stress_pick(worker, OWN)];
    struct own *other = &owned[worker->index][stress_pick(worker, OWN)];
    if (own->handle == ZX_HANDLE_INVALID) {
        own->handle = new_object(worker);
        zx_info_handle_basic_t info = info_of(own->handle);
        own->koid = info.koid;
        own->rights = info.rights;
        return;
    }
    zx_info_handle_basic_t info = info_of(own->handle);
    CHECK(info.koid == own->koid && info.rights == own->rights);
    zx_rights_t fewer = own->rights & ~(stress_pick(worker, 2) == 0 ? ZX_RIGHT_SIGNAL : 0);
    zx_status_t status;
    switch (stress_pick(worker, 5)) {
    case 0:
        CHECK_OK(zx_handle_replace(own->handle, fewer, &own->handle));
        own->rights = fewer;
        break;
    case 1:
        if (other->handle == ZX_HANDLE_INVALID) {
            CHECK_OK(zx_handle_duplicate(own->handle, fewer, &other->handle));
            other->koid = own->koid;
            other->rights = fewer;
        }
        break;
    case 2:
        status = zx_object_signal(own->handle, ZX_USER_SIGNAL_0, ZX_USER_SIGNAL_1);
        CHECK(status == ((own->rights & ZX_RIGHT_SIGNAL) != 0 ? ZX_OK : ZX_ERR_ACCESS_DENIED));
        break;
    default:
        CHECK_OK(zx_handle_close(own->handle));
        own->handle = ZX_HANDLE_INVALID;
    }
}

static void use_shared(struct worker *worker) {
    zx_handle_t handle = some_shared(worker), made;
    zx_info_handle_basic_t info;
    zx_signals_t signals;
    switch (stress_pick(worker, 6)) {
    case 0:
        stress_replace(&shared[stress_pick(worker, SHARED)], new_object(worker));
        break;
    case 1:
        if (AMONG(zx_handle_duplicate(handle, ZX_RIGHT_SAME_RIGHTS, &made), ZX_OK,
                  ZX_ERR_BAD_HANDLE) == ZX_OK) {
            stress_replace(&shared[stress_pick(worker, SHARED)], made);
        }
        break;
    case 2:
        if (AMONG(zx_object_get_info(handle, ZX_INFO_HANDLE_BASIC, &info, sizeof(info), NULL, NULL),
                  ZX_OK, ZX_ERR_BAD_HANDLE) == ZX_OK) {
            CHECK(info.koid >= ZX_KOID_FIRST);
            CHECK(info.type == ZX_OBJ_TYPE_EVENT || info.type == ZX_OBJ_TYPE_EVENTPAIR);
        }
        break;
    case 3:
        AMONG(zx_object_wait_one(handle, ZX_USER_SIGNAL_5, stress_deadline(worker), &signals),
              ZX_OK, ZX_ERR_TIMED_OUT, ZX_ERR_CANCELED, ZX_ERR_BAD_HANDLE);
        break;
    default:
        AMONG(zx_object_signal(handle, ZX_USER_SIGNAL_5, ZX_USER_SIGNAL_5), ZX_OK,
              ZX_ERR_BAD_HANDLE, ZX_ERR_ACCESS_DENIED);
        AMONG(zx_object_signal(handle, ZX_USER_SIGNAL_5, 0), ZX_OK, ZX_ERR_BAD_HANDLE,
              ZX_ERR_ACCESS_DENIED);
    }
}

static void step(struct worker *worker) {
    if (stress_pick(worker, 2) == 0) {
        use_own(worker);
    } else {
        use_shared(worker);
    }
}

static void prepare(uint32_t workers) {
    (void)workers;
    memset(owned, 0, sizeof(owned));
    for (int i = 0; i < SHARED; i++) {
        zx_handle_t made;
        CHECK_OK(zx_event_create(0, &made));
        atomic_store(&shared[i], made);
    }
}

static void finish(uint32_t workers) {
    for (int i = 0; i < SHARED; i++) {
        stress_replace(&shared[i], ZX_HANDLE_INVALID);
    }
    for (uint32_t i = 0; i < workers; i++) {
        for (int j = 0; j < OWN; j++) {
            CHECK_OK(zx_handle_close(owned[i][j].handle)); // none is ZX_HANDLE_INVALID, and fine
        }
    }
}

const struct scenario handle_scenario = {
    .name = "handle", .multiple = 1, .prepare = prepare, .step = step, .finish = finish};
