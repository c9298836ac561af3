// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "objects/resource.h"

#include "unit.h"

// An object that has, where a resource has its kind, that of the root resource.
static struct {
    struct object object;
    struct mutex lock;
    uint64_t zeros[32];
} impostor;

static void destroy_nothing(struct thread *self, struct object *object) {
    (void)self;
    (void)object;
}

static const struct object_type impostor_type = {.id = ZX_OBJ_TYPE_LOG,
                                                 .name = "impostor",
                                                 .rights = ZX_RIGHTS_BASIC,
                                                 .destroy = destroy_nothing};

static void only_resources_pass_for_resources(void **state) {
    (void)state;
    struct thread *self = unit_self();
    mutex_init(&impostor.lock, RANK_OBJECT);
    object_init(&impostor.object, &impostor_type, &impostor.lock, 0);
    zx_handle_t handle = unit_publish_take(self, &impostor.object, ZX_RIGHTS_BASIC);
    assert_int_equal(resource_check(self, handle, ZX_RSRC_KIND_ROOT), ZX_ERR_WRONG_TYPE);
    assert_int_equal(resource_check(self, handle, ZX_RSRC_KIND_VMEX), ZX_ERR_WRONG_TYPE);
    assert_int_equal(resource_check_range(self, handle, ZX_RSRC_KIND_MMIO, 0, 0),
                     ZX_ERR_WRONG_TYPE);
    unit_close(self, handle);
    assert_int_equal(resource_check(self, handle, ZX_RSRC_KIND_ROOT), ZX_ERR_BAD_HANDLE);

    struct object *root = resource_new_root(self);
    handle = unit_publish_take(self, root, ZX_RIGHTS_BASIC);
    assert_int_equal(resource_check(self, handle, ZX_RSRC_KIND_VMEX), ZX_OK);
    unit_close(self, handle);
}

int main(void) {
    const struct CMUnitTest tests[] = {UNIT_TEST(only_resources_pass_for_resources)};
    return cmocka_run_group_tests_name("resource", tests, NULL, NULL);
}
