// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "host/clock.h"

#include <elf.h>
#include <link.h>
#include <string.h>
#include <sys/auxv.h>
#include <time.h>

#include "unit.h"

enum { SECOND = 1000000000 };

// Where the kernel finds Linux's vDSO; the true one if it is null.
static const void *vdso;
static bool no_vdso;

unsigned long __real_getauxval(unsigned long type);
unsigned long __wrap_getauxval(unsigned long type);

unsigned long __wrap_getauxval(unsigned long type) {
    if (type == AT_SYSINFO_EHDR && (no_vdso || vdso != NULL)) {
        return no_vdso ? 0 : (unsigned long)(uintptr_t)vdso;
    }
    return __real_getauxval(type);
}

static int64_t linux_clock(clockid_t id) {
    struct timespec now;
    clock_gettime(id, &now);
    return now.tv_sec * (int64_t)SECOND + now.tv_nsec;
}

static void check_against_linux(void) {
    for (int i = 0; i < 1000; i++) {
        int64_t before = linux_clock(CLOCK_MONOTONIC);
        zx_time_t now = clock_monotonic();
        assert_in_range(now, before, linux_clock(CLOCK_MONOTONIC));
        before = linux_clock(CLOCK_REALTIME);
        now = clock_realtime();
        assert_in_range(now, before, linux_clock(CLOCK_REALTIME));
        before = linux_clock(CLOCK_THREAD_CPUTIME_ID);
        now = clock_thread();
        assert_in_range(now, before, linux_clock(CLOCK_THREAD_CPUTIME_ID));
    }
}

static void restart(const void *image, bool none) {
    vdso = image;
    no_vdso = none;
    // What an earlier start found must not hide what this one finds.
    clock_start();
}

static void the_clocks_are_linuxs(void **state) {
    (void)state;
    restart(NULL, false);
    check_against_linux();
}

static void they_are_without_a_vdso(void **state) {
    (void)state;
    restart(NULL, true);
    check_against_linux();
}

static void the_threads_clock_stands_still_in_sleep(void **state) {
    (void)state;
    restart(NULL, false);
    zx_time_t before = clock_thread(), start = clock_monotonic();
    unit_sleep(100000000);
    assert_true(clock_monotonic() - start >= 100000000);
    assert_true(clock_thread() - before < 50000000);
    before = clock_thread();
    while (clock_thread() - before < 1000000) {
    }
}

// --- an image of our own ---

static int fake_result;

static int fake_gettime(clockid_t id, struct timespec *now) {
    now->tv_sec = 1000 + id;
    now->tv_nsec = 7;
    return fake_result;
}

static struct image {
    ElfW(Ehdr) header;
    ElfW(Phdr) segments[3];
    ElfW(Dyn) dynamic[5];
    ElfW(Word) hash[2 + 1 + 3];
    ElfW(Sym) symbols[3];
    char names[64];
} image;

// `link_base` is the address that the image was linked for.
static void make_image(uintptr_t link_base, bool with_hash, bool defined) {
    uintptr_t bias = (uintptr_t)&image - link_base;
    memset(&image, 0, sizeof(image));
    memcpy(image.header.e_ident, ELFMAG, SELFMAG);
    image.header.e_phoff = offsetof(struct image, segments);
    image.header.e_phnum = 3;
    image.segments[0] = (ElfW(Phdr)){.p_type = PT_NOTE};
    image.segments[1] = (ElfW(Phdr)){.p_type = PT_LOAD, .p_offset = 0, .p_vaddr = link_base};
    image.segments[2] = (ElfW(Phdr)){.p_type = PT_DYNAMIC,
                                     .p_offset = offsetof(struct image, dynamic),
                                     .p_vaddr = link_base + offsetof(struct image, dynamic)};
    int entries = 0;
    image.dynamic[entries].d_tag = DT_STRTAB;
    image.dynamic[entries++].d_un.d_ptr = link_base + offsetof(struct image, names);
    image.dynamic[entries].d_tag = DT_SYMTAB;
    image.dynamic[entries++].d_un.d_ptr = link_base + offsetof(struct image, symbols);
    if (with_hash) {
        image.dynamic[entries].d_tag = DT_HASH;
        image.dynamic[entries++].d_un.d_ptr = link_base + offsetof(struct image, hash);
    }
    image.hash[0] = 1;
    image.hash[1] = 3;
    strcpy(image.names + 1, "__vdso_time");
    strcpy(image.names + 20, "__vdso_clock_gettime");
    image.symbols[1] = (ElfW(Sym)){.st_name = 1, .st_value = 8};
    image.symbols[2] =
        (ElfW(Sym)){.st_name = 20, .st_value = defined ? (uintptr_t)fake_gettime - bias : 0};
}

static void a_vdsos_function_is_found_and_used(void **state) {
    (void)state;
    const uintptr_t bases[] = {0, 0x10000};
    for (int i = 0; i < 2; i++) {
        make_image(bases[i], true, true);
        fake_result = 0;
        restart(&image, false);
        assert_int_equal(clock_monotonic(), (1000 + CLOCK_MONOTONIC) * (int64_t)SECOND + 7);
        assert_int_equal(clock_realtime(), (1000 + CLOCK_REALTIME) * (int64_t)SECOND + 7);
        assert_int_equal(clock_thread(), (1000 + CLOCK_THREAD_CPUTIME_ID) * (int64_t)SECOND + 7);
    }
}

static void a_vdso_that_fails_is_not_believed(void **state) {
    (void)state;
    make_image(0, true, true);
    fake_result = -1;
    restart(&image, false);
    check_against_linux();
    fake_result = 0;
}

static void a_vdso_without_the_function_is_no_use(void **state) {
    (void)state;
    make_image(0, true, false);
    restart(&image, false);
    check_against_linux();
    make_image(0, false, true);
    restart(&image, false);
    check_against_linux();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_clocks_are_linuxs),
        cmocka_unit_test(they_are_without_a_vdso),
        cmocka_unit_test(the_threads_clock_stands_still_in_sleep),
        cmocka_unit_test(a_vdsos_function_is_found_and_used),
        cmocka_unit_test(a_vdso_that_fails_is_not_believed),
        cmocka_unit_test(a_vdso_without_the_function_is_no_use),
    };
    return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
