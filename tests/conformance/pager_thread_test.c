// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Threads that wait for a pager, and are killed or suspended meanwhile.
#include "paging.h"

enum { KEY = 9, HOWS = 5 };

// What a thread does that needs the first page.
struct errand {
    int how;
    zx_handle_t vmo;
    zx_vaddr_t at;
    volatile zx_status_t status;
    volatile uint64_t word;
};

static void run_errand(uintptr_t argument, uintptr_t unused) {
    (void)unused;
    struct errand *errand = (struct errand *)argument;
    uint64_t word = 0;
    zx_status_t status = ZX_OK;
    switch (errand->how) {
    case 0:
        status = zx_vmo_read(errand->vmo, &word, 0, sizeof(word));
        break;
    case 1:
        word = *(volatile uint64_t *)errand->at;
        break;
    case 2:
        status = zx_vmo_op_range(errand->vmo, ZX_VMO_OP_COMMIT, 0, PAGE, NULL, 0);
        break;
    case 3:
        status = zx_vmo_get_size(errand->vmo, (uint64_t *)(errand->at + 8));
        break;
    default:
        *(volatile uint64_t *)(errand->at + 8) = 1;
        break;
    }
    errand->word = word;
    errand->status = status;
    zx_thread_exit();
}

struct scene {
    struct pager pager;
    struct errand errand;
    struct started_thread thread;
};

static uint32_t state_of(zx_handle_t thread) {
    zx_info_thread_t info;
    EXPECT_OK(zx_object_get_info(thread, ZX_INFO_THREAD, &info, sizeof(info), NULL, NULL));
    return info.state;
}

// With the request in the port, or taken out.
static void begin(struct scene *scene, int how, bool asked) {
    pager_open(&scene->pager);
    scene->errand = (struct errand){
        .how = how, .vmo = pager_vmo(&scene->pager, KEY, 2, 0), .status = ZX_ERR_INTERNAL};
    scene->errand.at = map_pages(scene->errand.vmo, 2);
    start_raw_thread(&scene->thread, run_errand, (uintptr_t)&scene->errand, 0);
    if (asked) {
        expect_request(&scene->pager, KEY, 0, 1);
    }
    while (state_of(scene->thread.handle) != ZX_THREAD_STATE_BLOCKED_PAGER) {
        zx_nanosleep(zx_deadline_after(ZX_MSEC(1)));
    }
}

static void end(struct scene *scene) {
    finish_raw_thread(&scene->thread);
    unmap_pages(scene->errand.at, 2);
    close_handle(scene->errand.vmo);
    pager_close(&scene->pager);
}

TEST(task_kill, ends_a_thread_that_waits_for_a_pager) {
    for (int how = 0; how < HOWS; how++) {
        for (int asked = 0; asked < 2; asked++) {
            struct scene scene;
            begin(&scene, how, asked == 1);
            EXPECT_OK(zx_task_kill(scene.thread.handle));
            EXPECT_OK(zx_object_wait_one(scene.thread.handle, ZX_THREAD_TERMINATED,
                                         ZX_TIME_INFINITE, NULL));
            EXPECT_EQ(scene.errand.status, ZX_ERR_INTERNAL);
            // Nobody wants the page any more, but who does later gets it.
            expect_no_packet(&scene.pager);
            pager_supply(&scene.pager, scene.errand.vmo, KEY, 0, 1);
            expect_supplied(scene.errand.vmo, KEY, 0, 1);
            expect_no_packet(&scene.pager);
            end(&scene);
        }
    }
}

static const int how_copy = 3; // a call that has begun, and is not made again

TEST(task_suspend_token, holds_a_thread_that_waits_for_a_pager) {
    for (int how = 0; how < HOWS; how++) {
        if (how == how_copy) {
            continue;
        }
        struct scene scene;
        zx_handle_t token;
        begin(&scene, how, true);
        EXPECT_OK(zx_task_suspend_token(scene.thread.handle, &token));
        EXPECT_OK(
            zx_object_wait_one(scene.thread.handle, ZX_THREAD_SUSPENDED, ZX_TIME_INFINITE, NULL));
        EXPECT_EQ(state_of(scene.thread.handle), ZX_THREAD_STATE_SUSPENDED);
        close_handle(token);
        // It asks again.
        expect_request(&scene.pager, KEY, 0, 1);
        pager_supply(&scene.pager, scene.errand.vmo, KEY, 0, 1);
        EXPECT_OK(
            zx_object_wait_one(scene.thread.handle, ZX_THREAD_TERMINATED, ZX_TIME_INFINITE, NULL));
        EXPECT_OK(scene.errand.status);
        EXPECT_EQ(scene.errand.word, how < 2 ? supplied_word(KEY, 0, 0) : 0);
        expect_no_packet(&scene.pager);
        end(&scene);
    }
}

TEST(task_suspend_token, lets_the_page_come_meanwhile) {
    for (int how = 0; how < HOWS; how++) {
        struct scene scene;
        zx_handle_t token;
        begin(&scene, how, true);
        EXPECT_OK(zx_task_suspend_token(scene.thread.handle, &token));
        if (how == how_copy) {
            pager_supply(&scene.pager, scene.errand.vmo, KEY, 0, 1);
        }
        EXPECT_OK(
            zx_object_wait_one(scene.thread.handle, ZX_THREAD_SUSPENDED, ZX_TIME_INFINITE, NULL));
        if (how != how_copy) {
            pager_supply(&scene.pager, scene.errand.vmo, KEY, 0, 1);
        }
        EXPECT_EQ(scene.errand.status, ZX_ERR_INTERNAL);
        close_handle(token);
        EXPECT_OK(
            zx_object_wait_one(scene.thread.handle, ZX_THREAD_TERMINATED, ZX_TIME_INFINITE, NULL));
        EXPECT_OK(scene.errand.status);
        expect_no_packet(&scene.pager);
        end(&scene);
    }
}
