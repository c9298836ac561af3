// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "harness.h"

TEST(event_create, makes_an_event_with_the_default_rights) {
    zx_handle_t event;
    EXPECT_OK(zx_event_create(0, &event));
    EXPECT_EQ(type_of(event), ZX_OBJ_TYPE_EVENT);
    EXPECT_EQ(rights_of(event), ZX_DEFAULT_EVENT_RIGHTS);
    close_handle(event);
}

TEST(event_create, refuses_any_option) {
    zx_handle_t event = 7;
    for (uint32_t bit = 1; bit != 0; bit <<= 1) {
        EXPECT_STATUS(zx_event_create(bit, &event), ZX_ERR_INVALID_ARGS);
    }
    EXPECT_EQ(event, 7);
}
