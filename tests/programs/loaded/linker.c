// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Stands in for a dynamic linker: looks at the message that it is to find, and asks the loader
// service for the libraries that the program's arguments name. Of these, =TEXT configures it.
#include "runtime.h"

// As the interface fuchsia.loader.Loader has them on the wire.
struct request {
    uint32_t transaction;
    uint8_t flags[4];
    uint64_t ordinal;
    uint64_t size, present;
    char text[64];
};

struct reply {
    uint32_t transaction;
    uint8_t flags[4];
    uint64_t ordinal;
    zx_status_t status;
    uint32_t object;
};

static const uint64_t load = 0x18d35e60ull << 32, configure = 0x1adeb78dull << 32;

static zx_status_t ask(zx_handle_t service, uint64_t ordinal, const char *text, zx_handle_t *vmo) {
    struct request request = {.ordinal = ordinal, .size = strlen(text), .present = UINT64_MAX};
    struct reply reply;
    MUST(request.size < sizeof(request.text));
    memcpy(request.text, text, request.size);
    uint32_t size = (uint32_t)(offsetof(struct request, text) + (request.size + 7) / 8 * 8);
    uint32_t bytes, handles;
    zx_channel_call_args_t call = {
        .wr_bytes = &request,
        .wr_num_bytes = size,
        .rd_bytes = &reply,
        .rd_num_bytes = sizeof(reply),
        .rd_handles = vmo,
        .rd_num_handles = 1,
    };
    *vmo = ZX_HANDLE_INVALID;
    MUST_OK(zx_channel_call(service, 0, ZX_TIME_INFINITE, &call, &bytes, &handles));
    MUST(bytes == sizeof(reply) && reply.ordinal == ordinal);
    MUST(handles == (reply.object == UINT32_MAX));
    return reply.status;
}

static void check_start(void) {
    zx_handle_t program = start_handle(PA_HND(PA_VMO_EXECUTABLE, 0)), copy;
    uint64_t size;
    char magic[4];
    MUST_OK(zx_vmo_get_size(program, &size));
    MUST_OK(zx_vmo_read(program, magic, 0, 4));
    MUST(memcmp(magic, "\177ELF", 4) == 0);
    zx_info_vmar_t place;
    MUST_OK(zx_object_get_info(start_handle(PA_HND(PA_VMAR_LOADED, 0)), ZX_INFO_VMAR, &place,
                               sizeof(place), 0, 0));
    MUST(place.base == start.image_base);
    // Two handles to each of these, one a message.
    uint32_t processes = 0, roots = 0;
    for (uint32_t i = 0; i < start.handle_count; i++) {
        processes += start.infos[i] == PA_HND(PA_PROC_SELF, 0);
        roots += start.infos[i] == PA_HND(PA_VMAR_ROOT, 0);
    }
    MUST(processes == 2 && roots == 2);
    MUST_OK(zx_handle_duplicate(start.thread, ZX_RIGHT_SAME_RIGHTS, &copy));
    print_line("fuchsia-linker started for a program of this size:", (int64_t)size);
}

int64_t program(void) {
    zx_handle_t service = start_handle(PA_HND(PA_LDSVC_LOADER, 0)), vmo;
    int64_t missing = 0;
    check_start();
    for (int i = 1; i < start.argc; i++) {
        const char *name = start.argv[i];
        if (name[0] == '=') {
            MUST_OK(ask(service, configure, name + 1, &vmo));
            continue;
        }
        zx_status_t status = ask(service, load, name, &vmo);
        char magic[4] = "";
        print(name);
        print(": ");
        if (status == ZX_OK) {
            MUST_OK(zx_vmo_read(vmo, magic, 0, 4));
            print(memcmp(magic, "\177ELF", 4) == 0 ? "an ELF file" : "another file");
        } else {
            print(zx_status_get_string(status));
            missing++;
        }
        print("\n");
    }
    return missing;
}
