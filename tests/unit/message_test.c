// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "objects/message.h"

#include <string.h>
#include <zircon/limits.h>

#include "objects/event.h"
#include "unit.h"

// Bytes that a message of that size needs in all.
static size_t need(uint32_t size, uint32_t handles) {
    return sizeof(struct message) + handles * sizeof(struct handle_record) + size;
}

static void every_message_has_the_smallest_cell_that_fits(void **state) {
    (void)state;
    struct thread *self = unit_self();
    const uint32_t classes[] = {256, 1024, 2048, 8192, 0};
    for (uint32_t handles = 0; handles <= ZX_CHANNEL_MAX_MSG_HANDLES; handles += 7) {
        for (uint32_t size = 0; size <= ZX_CHANNEL_MAX_MSG_BYTES;
             size += size < 9000 ? 1 : 500 + size / 7) {
            struct message *message;
            assert_int_equal(message_new(self, size, handles, &message), ZX_OK);
            assert_int_equal(message->size, size);
            assert_int_equal(message->handles, handles);
            uint32_t cell = message->slab->size;
            assert_true(cell >= need(size, handles));
            int class = 0;
            while (classes[class] != 0 && classes[class] < need(size, handles)) {
                class ++;
            }
            if (classes[class] != 0) {
                assert_int_equal(cell, classes[class]);
            }
            // The bytes follow the records and end inside the cell.
            char *bytes = message_bytes(message);
            assert_ptr_equal(bytes, (char *)message + need(0, handles));
            if (size > 0) {
                bytes[0] = bytes[size - 1] = 1;
            }
            message_free(self, message);
        }
    }
}

static void the_largest_fits_and_more_does_not(void **state) {
    (void)state;
    struct thread *self = unit_self();
    struct message *message = NULL;
    assert_int_equal(
        message_new(self, ZX_CHANNEL_MAX_MSG_BYTES, ZX_CHANNEL_MAX_MSG_HANDLES, &message), ZX_OK);
    assert_true(message->slab->size >= need(ZX_CHANNEL_MAX_MSG_BYTES, ZX_CHANNEL_MAX_MSG_HANDLES));
    memset(message_bytes(message), 0x77, ZX_CHANNEL_MAX_MSG_BYTES);
    message_free(self, message);
    const uint32_t too_many[][2] = {{ZX_CHANNEL_MAX_MSG_BYTES + 1, 0},
                                    {0, ZX_CHANNEL_MAX_MSG_HANDLES + 1},
                                    {UINT32_MAX, 0},
                                    {0, UINT32_MAX},
                                    {UINT32_MAX, UINT32_MAX}};
    for (int i = 0; i < 5; i++) {
        assert_int_equal(message_new(self, too_many[i][0], too_many[i][1], &message),
                         ZX_ERR_OUT_OF_RANGE);
    }
}

static void without_memory_there_is_none(void **state) {
    (void)state;
    struct thread *self = unit_self();
    struct message *message;
    self->fail_after = 1;
    assert_int_equal(message_new(self, 100, 1, &message), ZX_ERR_NO_MEMORY);
    assert_int_equal(message_new(self, 100, 1, &message), ZX_OK);
    message_free(self, message);
}

static void discarding_closes_what_is_in_it(void **state) {
    (void)state;
    struct thread *self = unit_self();
    struct message *message;
    struct object *kept = event_new(self);
    assert_int_equal(message_new(self, 10, 3, &message), ZX_OK);
    for (int i = 0; i < 3; i++) {
        struct object *object = i == 1 ? kept : event_new(self);
        object_add_handle_always(object);
        message->records[i] = (struct handle_record){object, 0, HANDLE_ID_NONE};
    }
    object_ref(kept);
    assert_int_equal(unit_new("event"), 3);
    message_discard(self, message);
    assert_int_equal(unit_new("event"), 1);
    assert_int_equal(atomic_load(&kept->handles), 0);
    object_unref(self, kept);
    assert_int_equal(unit_new("event"), 0);
}

static void only_filled_records_are_closed(void **state) {
    (void)state;
    struct thread *self = unit_self();
    struct message *message;
    assert_int_equal(message_new(self, 10, 5, &message), ZX_OK);
    struct object *event = event_new(self);
    object_add_handle_always(event);
    message->records[0] = (struct handle_record){event, 0, HANDLE_ID_NONE};
    memset(&message->records[1], 0xff, 4 * sizeof(message->records[1]));
    message->handles = 1;
    message_discard(self, message);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        UNIT_TEST(every_message_has_the_smallest_cell_that_fits),
        UNIT_TEST(the_largest_fits_and_more_does_not),
        UNIT_TEST(without_memory_there_is_none),
        UNIT_TEST(discarding_closes_what_is_in_it),
        UNIT_TEST(only_filled_records_are_closed),
    };
    return cmocka_run_group_tests_name("message", tests, NULL, NULL);
}
