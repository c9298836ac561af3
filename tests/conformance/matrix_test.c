// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Tests that the table of system calls writes: every call that is implemented, with one argument at
// a time wrong. Handles that are none, of a wrong type or without a right; pointers to memory that
// is not there, cannot be written, or is the kernel's. A plan is a call with all arguments right:
// the table says how they look, and a setup adds what it cannot say.
#include "harness.h"

#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <libzircon/machine.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zircon/features.h>
#include <zircon/syscalls/clock.h>
#include <zircon/syscalls/exception.h>
#include <zircon/syscalls/iommu.h>
#include <zircon/syscalls/log.h>
#include <zircon/syscalls/pci.h>
#include <zircon/syscalls/profile.h>
#include <zircon/syscalls/resource.h>
#include <zircon/syscalls/system.h>

#include "syscalls/table.h"

enum { PAGE = 4096, STORAGE = PAGE, OPEN_MAX_HANDLES = 64, SIZE_DEFAULT = 64, COUNT_DEFAULT = 2 };

struct plan {
    const struct syscall_desc *call;
    const struct setup *setup;
    struct stopped_thread stopped; // whose exception is among the handles
    uint64_t words[8];
    zx_handle_t open[OPEN_MAX_HANDLES]; // closed at the end, those that are left
    size_t open_count;
    zx_handle_t peer;                      // of the pair that was made last
    zx_handle_t regions[OPEN_MAX_HANDLES]; // of address space, destroyed at the end
    size_t region_count;
    zx_vaddr_t region_address; // of the last
    struct test_thread server;
    zx_handle_t served; // the end that the server answers on, or ZX_HANDLE_INVALID
};

// What the table does not say about a call.
struct setup {
    const char *call, *variant; // variant: for messages, where a call has several
    zx_status_t status;         // of the call with all arguments right; a result above 0 is ZX_OK
    void (*prepare)(struct plan *plan);
};

// Memory for the pointers of a call.
static union {
    char bytes[STORAGE];
    uint64_t words[STORAGE / 8];
} storage[SYSCALL_MAX_ARGS];

// The message of a failed expectation begins with this.
static char scene[256];

#define EXPECT_IN_SCENE(condition, ...)                                                            \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            char text_[256];                                                                       \
            snprintf(text_, sizeof(text_), __VA_ARGS__);                                           \
            ck_abort_msg("%s: %s", scene, text_);                                                  \
        }                                                                                          \
    } while (0)

// --- objects to call with ---

static struct idle_thread other_thread; // the thread that handles are for

static zx_handle_t keep(struct plan *plan, zx_handle_t handle) {
    EXPECT(plan->open_count < OPEN_MAX_HANDLES);
    plan->open[plan->open_count++] = handle;
    return handle;
}

static zx_handle_t duplicate(struct plan *plan, zx_handle_t handle) {
    zx_handle_t copy = ZX_HANDLE_INVALID;
    if (zx_handle_duplicate(handle, ZX_RIGHT_SAME_RIGHTS, &copy) != ZX_OK) {
        return ZX_HANDLE_INVALID;
    }
    return keep(plan, copy);
}

enum { REGION_SIZE = 16 * PAGE };

static zx_status_t make_region(struct plan *plan, zx_handle_t *out) {
    zx_status_t status = zx_vmar_allocate(zx_vmar_root_self(),
                                          ZX_VM_CAN_MAP_READ | ZX_VM_CAN_MAP_WRITE |
                                              ZX_VM_CAN_MAP_EXECUTE | ZX_VM_CAN_MAP_SPECIFIC,
                                          0, REGION_SIZE, out, &plan->region_address);
    if (status == ZX_OK) {
        zx_handle_t *copy = &plan->regions[plan->region_count++];
        status = zx_handle_duplicate(*out, ZX_RIGHT_SAME_RIGHTS, copy);
    }
    return status;
}

static void end_regions(struct plan *plan) {
    for (size_t i = 0; i < plan->region_count; i++) {
        zx_status_t status = zx_vmar_destroy(plan->regions[i]);
        EXPECT(status == ZX_OK || status == ZX_ERR_BAD_STATE);
        close_handle(plan->regions[i]);
    }
}

// A bus with one device, which is started once.
static zx_pci_init_arg_t *pci_init_arg(uint32_t *size) {
    static union {
        zx_pci_init_arg_t arg;
        char bytes[sizeof(zx_pci_init_arg_t) + 24];
    } init;
    init.arg.addr_window_count = 1;
    init.arg.addr_windows[0].cfg_space_type = PCI_CFG_SPACE_TYPE_PIO;
    *size = sizeof(init.bytes);
    return &init.arg;
}

static void start_pci_bus(void) {
    static const struct libzircon_pci_function function = {.vendor_id = 1,
                                                           .pin = 1,
                                                           .msi_count = 1,
                                                           .resets = true,
                                                           .bars = {{ZX_PCI_BAR_TYPE_MMIO, PAGE}}};
    uint32_t size;
    if (libzircon_pci_add(&function) == ZX_OK) {
        const zx_pci_init_arg_t *arg = pci_init_arg(&size);
        EXPECT_OK(zx_pci_init(root_resource(), arg, size));
    }
}

// A handle to a new object with all rights that it comes with, or ZX_HANDLE_INVALID for types that
// cannot be made (yet).
static zx_handle_t make_object(struct plan *plan, zx_obj_type_t type) {
    zx_handle_t handle = ZX_HANDLE_INVALID, peer = ZX_HANDLE_INVALID;
    zx_status_t status = ZX_ERR_NOT_SUPPORTED;
    switch (type) {
    case ZX_OBJ_TYPE_PROCESS:
        return duplicate(plan, zx_process_self());
    case ZX_OBJ_TYPE_THREAD:
        return duplicate(plan, handle_of_thread(&other_thread.thread));
    case ZX_OBJ_TYPE_JOB:
        return duplicate(plan, zx_job_default());
    case ZX_OBJ_TYPE_RESOURCE:
        return duplicate(plan, root_resource());
    case ZX_OBJ_TYPE_VMAR:
        status = make_region(plan, &handle);
        break;
    case ZX_OBJ_TYPE_EVENT:
        status = zx_event_create(0, &handle);
        break;
    case ZX_OBJ_TYPE_EVENTPAIR:
        status = zx_eventpair_create(0, &handle, &peer);
        break;
    case ZX_OBJ_TYPE_CHANNEL:
        status = zx_channel_create(0, &handle, &peer);
        break;
    case ZX_OBJ_TYPE_SOCKET:
        status = zx_socket_create(ZX_SOCKET_STREAM, &handle, &peer);
        break;
    case ZX_OBJ_TYPE_FIFO:
        status = zx_fifo_create(16, 8, 0, &handle, &peer);
        break;
    case ZX_OBJ_TYPE_PORT:
        status = zx_port_create(0, &handle);
        break;
    case ZX_OBJ_TYPE_LOG:
        status = zx_debuglog_create(ZX_HANDLE_INVALID, ZX_LOG_FLAG_READABLE, &handle);
        break;
    case ZX_OBJ_TYPE_TIMER:
        status = zx_timer_create(ZX_TIMER_SLACK_CENTER, ZX_CLOCK_MONOTONIC, &handle);
        break;
    case ZX_OBJ_TYPE_CLOCK:
        status = zx_clock_create(0, NULL, &handle);
        break;
    case ZX_OBJ_TYPE_INTERRUPT:
        status = zx_interrupt_create(ZX_HANDLE_INVALID, 0, ZX_INTERRUPT_VIRTUAL, &handle);
        break;
    case ZX_OBJ_TYPE_BTI:
        status = zx_bti_create(make_object(plan, ZX_OBJ_TYPE_IOMMU), 0, 0, &handle);
        break;
    case ZX_OBJ_TYPE_STREAM:
        status = zx_stream_create(ZX_STREAM_MODE_READ | ZX_STREAM_MODE_WRITE,
                                  make_object(plan, ZX_OBJ_TYPE_VMO), 0, &handle);
        break;
    case ZX_OBJ_TYPE_MSI_ALLOCATION:
        status = zx_msi_allocate(root_resource(), 1, &handle);
        break;
    case ZX_OBJ_TYPE_PCI_DEVICE:
        start_pci_bus();
        status = zx_pci_get_nth_device(root_resource(), 0, &(zx_pcie_device_info_t){0}, &handle);
        break;
    case ZX_OBJ_TYPE_IOMMU:
        status = zx_iommu_create(root_resource(), ZX_IOMMU_TYPE_DUMMY, &(zx_iommu_desc_dummy_t){0},
                                 sizeof(zx_iommu_desc_dummy_t), &handle);
        break;
    case ZX_OBJ_TYPE_VMO:
        status = zx_vmo_create(PAGE, 0, &handle);
        break;
    case ZX_OBJ_TYPE_PAGER:
        status = zx_pager_create(0, &handle);
        break;
    case ZX_OBJ_TYPE_GUEST:
        status = zx_guest_create(root_resource(), 0, &handle, &peer);
        break;
    case ZX_OBJ_TYPE_EXCEPTION:
        EXPECT(plan->stopped.thread.handle == ZX_HANDLE_INVALID);
        start_stopped_thread(&plan->stopped, zx_process_self());
        return plan->stopped.exception;
    case ZX_OBJ_TYPE_PROFILE: {
        zx_profile_info_t info = {.type = ZX_PROFILE_INFO_SCHEDULER};
        status = zx_profile_create(zx_job_default(), 0, &info, &handle);
        break;
    }
    case ZX_OBJ_TYPE_SUSPEND_TOKEN:
        status = zx_task_suspend(handle_of_thread(&other_thread.thread), &handle);
        break;
    default:
        break;
    }
    if (status != ZX_OK) {
        return ZX_HANDLE_INVALID;
    }
    if (peer != ZX_HANDLE_INVALID) {
        plan->peer = keep(plan, peer);
    }
    return keep(plan, handle);
}

// The handle of a plan's argument with these rights only, in the place of the one that it has.
static void reduce(struct plan *plan, int arg, zx_rights_t rights) {
    zx_handle_t fewer;
    EXPECT_OK(zx_handle_replace((zx_handle_t)plan->words[arg], rights, &fewer));
    plan->words[arg] = keep(plan, fewer);
}

static int index_of_arg(const struct syscall_desc *call, const char *name) {
    for (int i = 0; i < call->arg_count; i++) {
        if (strcmp(call->args[i].name, name) == 0) {
            return i;
        }
    }
    ck_abort_msg("%s has no argument %s", call->name, name);
    return -1;
}

static void set(struct plan *plan, const char *arg, uint64_t word) {
    plan->words[index_of_arg(plan->call, arg)] = word;
}

static uint64_t get(const struct plan *plan, const char *arg) {
    return plan->words[index_of_arg(plan->call, arg)];
}

static void *memory_of(const struct plan *plan, const char *arg) {
    return storage[index_of_arg(plan->call, arg)].bytes;
}

// A new object for an argument that may be of several types.
static zx_handle_t use(struct plan *plan, const char *arg, zx_obj_type_t type) {
    zx_handle_t handle = make_object(plan, type);
    EXPECT_IN_SCENE(handle != ZX_HANDLE_INVALID, "no object of type %u", type);
    set(plan, arg, handle);
    return handle;
}

// --- what each call needs besides ---

static void prepare_channel_read(struct plan *plan) {
    char message[SIZE_DEFAULT] = {0};
    EXPECT_OK(zx_channel_write(plan->peer, 0, message, sizeof(message), NULL, 0));
}

static int answer_calls(void *argument) {
    const struct plan *plan = argument;
    for (;;) {
        char message[SIZE_DEFAULT];
        uint32_t bytes;
        zx_status_t status = zx_object_wait_one(
            plan->served, ZX_CHANNEL_READABLE | ZX_CHANNEL_PEER_CLOSED, ZX_TIME_INFINITE, NULL);
        if (status == ZX_OK) {
            status =
                zx_channel_read(plan->served, 0, message, NULL, sizeof(message), 0, &bytes, NULL);
        }
        if (status == ZX_OK) {
            status = zx_channel_write(plan->served, 0, message, bytes, NULL, 0);
        }
        if (status != ZX_OK) {
            return status;
        }
    }
}

static void prepare_channel_call(struct plan *plan) {
    static char sent[16], got[16];
    zx_channel_call_args_t args = {
        .wr_bytes = sent,
        .wr_num_bytes = sizeof(sent),
        .rd_bytes = got,
        .rd_num_bytes = sizeof(got),
    };
    memcpy(memory_of(plan, "args"), &args, sizeof(args));
    set(plan, "deadline", ZX_TIME_INFINITE);
    plan->served = plan->peer;
    start_thread(&plan->server, answer_calls, plan);
}

static void prepare_clock_adjust(struct plan *plan) {
    set(plan, "clock_id", ZX_CLOCK_UTC);
}

static void prepare_clock_create(struct plan *plan) {
    set(plan, "options", ZX_CLOCK_ARGS_VERSION(1));
}

static void prepare_clock_get_details(struct plan *plan) {
    set(plan, "options", ZX_CLOCK_ARGS_VERSION(1));
}

static void prepare_clock_update(struct plan *plan) {
    set(plan, "options", ZX_CLOCK_ARGS_VERSION(1) | ZX_CLOCK_UPDATE_OPTION_VALUE_VALID);
    zx_clock_update_args_v1_t args = {.value = 1};
    memcpy(memory_of(plan, "args"), &args, sizeof(args));
}

static void prepare_debuglog_read(struct plan *plan) {
    char text[SIZE_DEFAULT] = {0};
    EXPECT_OK(zx_debuglog_write((zx_handle_t)get(plan, "handle"), 0, text, sizeof(text)));
}

static void prepare_fifo_create(struct plan *plan) {
    set(plan, "elem_count", 4);
    set(plan, "elem_size", 8);
}

static void prepare_fifo_write(struct plan *plan) {
    set(plan, "elem_size", 8);
    set(plan, "count", COUNT_DEFAULT);
}

static void prepare_fifo_read(struct plan *plan) {
    uint64_t elements[COUNT_DEFAULT] = {1, 2};
    prepare_fifo_write(plan);
    EXPECT_OK(zx_fifo_write(plan->peer, 8, elements, COUNT_DEFAULT, NULL));
}

static void prepare_new_rights(struct plan *plan) {
    set(plan, "rights", ZX_RIGHT_SAME_RIGHTS);
}

static void prepare_object_get_child(struct plan *plan) {
    use(plan, "handle", ZX_OBJ_TYPE_PROCESS);
    set(plan, "koid", koid_of(zx_thread_self()));
    set(plan, "rights", ZX_RIGHT_SAME_RIGHTS);
}

static void prepare_profile_create(struct plan *plan) {
    zx_profile_info_t info = {.type = ZX_PROFILE_INFO_SCHEDULER};
    memcpy(memory_of(plan, "profile"), &info, sizeof(info));
}

// A job of its own, so that the one that the tests run in stays as it is.
static void prepare_job(struct plan *plan) {
    zx_handle_t job;
    EXPECT_OK(zx_job_create(zx_job_default(), 0, &job));
    set(plan, "handle", keep(plan, job));
}

static void prepare_job_set_policy(struct plan *plan) {
    prepare_job(plan);
    set(plan, "count", 1);
}

static void prepare_job_set_critical(struct plan *plan) {
    (void)zx_job_set_critical(zx_job_default(), 0, zx_process_self());
    use(plan, "job", ZX_OBJ_TYPE_JOB);
}

static void prepare_object_signal_peer(struct plan *plan) {
    use(plan, "handle", ZX_OBJ_TYPE_EVENTPAIR);
}

static void prepare_get_property(struct plan *plan) {
    use(plan, "handle", ZX_OBJ_TYPE_THREAD);
    set(plan, "property", ZX_PROP_NAME);
    set(plan, "value_size", ZX_MAX_NAME_LEN);
}

static void prepare_set_property(struct plan *plan) {
    prepare_get_property(plan);
    set(plan, "value_size", ZX_MAX_NAME_LEN - 1); // of more the last byte is not read
}

static void prepare_wait_one(struct plan *plan) {
    EXPECT_OK(zx_object_signal((zx_handle_t)get(plan, "handle"), 0, ZX_EVENT_SIGNALED));
    set(plan, "signals", ZX_EVENT_SIGNALED);
}

static void prepare_wait_many(struct plan *plan) {
    zx_wait_item_t items[COUNT_DEFAULT];
    for (int i = 0; i < COUNT_DEFAULT; i++) {
        items[i] = (zx_wait_item_t){make_object(plan, ZX_OBJ_TYPE_EVENT), ZX_EVENT_SIGNALED, 0};
        EXPECT_OK(zx_object_signal(items[i].handle, 0, ZX_EVENT_SIGNALED));
    }
    memcpy(memory_of(plan, "items"), items, sizeof(items));
}

static void prepare_wait_async(struct plan *plan) {
    set(plan, "signals", ZX_EVENT_SIGNALED);
}

static void prepare_port_wait(struct plan *plan) {
    zx_port_packet_t packet = {.key = 1};
    EXPECT_OK(zx_port_queue((zx_handle_t)get(plan, "handle"), &packet));
}

static void prepare_port_cancel(struct plan *plan) {
    EXPECT_OK(zx_object_wait_async((zx_handle_t)get(plan, "source"),
                                   (zx_handle_t)get(plan, "handle"), get(plan, "key"),
                                   ZX_EVENT_SIGNALED, 0));
}

static void prepare_socket_read(struct plan *plan) {
    char bytes[SIZE_DEFAULT] = {0};
    EXPECT_OK(zx_socket_write(plan->peer, 0, bytes, sizeof(bytes), NULL));
}

// A socket that takes sockets.
static void prepare_socket_share(struct plan *plan) {
    zx_handle_t first, second;
    EXPECT_OK(zx_socket_create(ZX_SOCKET_HAS_ACCEPT, &first, &second));
    set(plan, "handle", keep(plan, first));
    plan->peer = keep(plan, second);
}

static void prepare_socket_accept(struct plan *plan) {
    prepare_socket_share(plan);
    zx_handle_t first, second;
    EXPECT_OK(zx_socket_create(0, &first, &second));
    keep(plan, second);
    EXPECT_OK(zx_socket_share(plan->peer, first));
}

static void prepare_resource_create(struct plan *plan) {
    set(plan, "options", ZX_RSRC_KIND_IOPORT);
    set(plan, "base", 0x100);
    set(plan, "name_size", 16);
    set(plan, "size", 16);
}

static void prepare_interrupt_wait(struct plan *plan) {
    EXPECT_OK(zx_interrupt_trigger((zx_handle_t)get(plan, "handle"), 0, 1));
}

static void make_interrupt_port(struct plan *plan) {
    zx_handle_t port;
    EXPECT_OK(zx_port_create(ZX_PORT_BIND_TO_INTERRUPT, &port));
    plan->peer = keep(plan, port);
}

static void prepare_interrupt_bind(struct plan *plan) {
    make_interrupt_port(plan);
    set(plan, "port_handle", plan->peer);
}

static void prepare_interrupt_ack(struct plan *plan) {
    make_interrupt_port(plan);
    EXPECT_OK(zx_interrupt_bind((zx_handle_t)get(plan, "handle"), plan->peer, 0, 0));
}

static void prepare_iommu_create(struct plan *plan) {
    set(plan, "type", ZX_IOMMU_TYPE_DUMMY);
    set(plan, "desc_size", sizeof(zx_iommu_desc_dummy_t));
}

static void prepare_ktrace_control(struct plan *plan) {
    set(plan, "action", 4); // new probe
}

static void prepare_ktrace_write(struct plan *plan) {
    set(plan, "id", 1);
}

static void prepare_mtrace_control(struct plan *plan) {
    set(plan, "kind", 1);
    set(plan, "action", 3); // stage a configuration
    set(plan, "options", 0);
    set(plan, "ptr_size", 344);
}

static void prepare_pci_range(struct plan *plan) {
    set(plan, "len", 1);
    start_pci_bus();
}

static void prepare_pci_cfg(struct plan *plan) {
    set(plan, "width", 32);
    set(plan, "offset", 0);
    set(plan, "write", 0);
}

static void prepare_pci_config(struct plan *plan) {
    set(plan, "offset", 0xa0);
    set(plan, "width", 4);
}

static void prepare_pci_init(struct plan *plan) {
    uint32_t size;
    start_pci_bus();
    set(plan, "init_buf", (uintptr_t)pci_init_arg(&size));
    set(plan, "len", size);
}

static void prepare_pci_nth(struct plan *plan) {
    start_pci_bus();
    set(plan, "index", 0);
}

static void prepare_pci_map(struct plan *plan) {
    EXPECT_OK(zx_pci_set_irq_mode((zx_handle_t)get(plan, "handle"), ZX_PCIE_IRQ_MODE_MSI, 1));
    set(plan, "which_irq", 0);
}

static void prepare_pci_mode(struct plan *plan) {
    set(plan, "mode", ZX_PCIE_IRQ_MODE_MSI);
}

static void prepare_pci_set_mode(struct plan *plan) {
    prepare_pci_mode(plan);
    set(plan, "requested_irq_count", 1);
}

static void prepare_pci_bar(struct plan *plan) {
    set(plan, "bar_num", 0);
}

static void prepare_msi_allocate(struct plan *plan) {
    set(plan, "count", 1);
}

static void prepare_msi_create(struct plan *plan) {
    zx_handle_t vmo;
    EXPECT_OK(zx_vmo_create_physical(root_resource(), 0, PAGE, &vmo));
    EXPECT_OK(zx_vmo_set_cache_policy(vmo, ZX_CACHE_POLICY_UNCACHED_DEVICE));
    set(plan, "vmo", keep(plan, vmo));
    set(plan, "msi_id", 0);
    set(plan, "vmo_offset", 0);
}

static void prepare_stream_create(struct plan *plan) {
    set(plan, "options", ZX_STREAM_MODE_READ | ZX_STREAM_MODE_WRITE);
}

static void prepare_stream_vector(struct plan *plan) {
    static char bytes[16];
    zx_iovec_t *vector = memory_of(plan, "vector");
    for (int i = 0; i < COUNT_DEFAULT; i++) {
        vector[i] = (zx_iovec_t){bytes, sizeof(bytes)};
    }
    set(plan, "vector_count", COUNT_DEFAULT);
}

static void prepare_stream_vector_at(struct plan *plan) {
    prepare_stream_vector(plan);
    set(plan, "offset", 0);
}

static void prepare_contiguous(struct plan *plan) {
    set(plan, "size", PAGE);
    set(plan, "alignment_log2", 0);
}

static void prepare_physical(struct plan *plan) {
    set(plan, "size", PAGE);
    set(plan, "paddr", 0);
}

static void prepare_info_bti(struct plan *plan) {
    use(plan, "handle", ZX_OBJ_TYPE_BTI);
    set(plan, "topic", ZX_INFO_BTI);
    set(plan, "buffer_size", sizeof(zx_info_bti_t));
}

static void prepare_payload_get(struct plan *plan) {
    set(plan, "buffer_size", 1024);
}

static void prepare_powerctl(struct plan *plan) {
    set(plan, "cmd", ZX_SYSTEM_POWERCTL_X86_SET_PKG_PL1);
}

// The other thread, suspended.
static void prepare_state(struct plan *plan) {
    zx_handle_t thread = (zx_handle_t)get(plan, "handle"), token;
    EXPECT_OK(zx_task_suspend(thread, &token));
    keep(plan, token);
    EXPECT_OK(zx_object_wait_one(thread, ZX_THREAD_SUSPENDED, ZX_TIME_INFINITE, NULL));
    EXPECT_OK(zx_thread_read_state(thread, ZX_THREAD_STATE_GENERAL_REGS, memory_of(plan, "buffer"),
                                   sizeof(zx_thread_state_general_regs_t)));
    set(plan, "buffer_size", sizeof(zx_thread_state_general_regs_t));
}

// Of a name no more is read than fits.
static void prepare_thread_create(struct plan *plan) {
    set(plan, "name_size", 16);
}

static void prepare_thread(struct plan *plan) {
    use(plan, "handle", ZX_OBJ_TYPE_THREAD);
}

static void prepare_features(struct plan *plan) {
    set(plan, "kind", ZX_FEATURE_KIND_HW_BREAKPOINT_COUNT);
}

static void prepare_cache_flush(struct plan *plan) {
    set(plan, "options", ZX_CACHE_FLUSH_DATA);
}

// --- memory ---

static void prepare_resizable(struct plan *plan) {
    zx_handle_t vmo;
    EXPECT_OK(zx_vmo_create(PAGE, ZX_VMO_RESIZABLE, &vmo));
    set(plan, "handle", keep(plan, vmo));
}

#define OP_SETUP(name)                                                                             \
    static void prepare_op_##name(struct plan *plan) {                                             \
        set(plan, "op", ZX_VMO_OP_##name);                                                         \
        set(plan, "size", PAGE);                                                                   \
    }
OP_SETUP(COMMIT)
OP_SETUP(DECOMMIT)
OP_SETUP(CACHE_SYNC)
OP_SETUP(CACHE_INVALIDATE)
OP_SETUP(CACHE_CLEAN)
OP_SETUP(CACHE_CLEAN_INVALIDATE)
OP_SETUP(ZERO)

static void prepare_create_child(struct plan *plan) {
    set(plan, "options", ZX_VMO_CHILD_COPY_ON_WRITE);
    set(plan, "size", PAGE);
}

static void prepare_vmar_allocate(struct plan *plan) {
    set(plan, "options", ZX_VM_CAN_MAP_READ | ZX_VM_CAN_MAP_WRITE | ZX_VM_CAN_MAP_EXECUTE);
    set(plan, "size", PAGE);
}

static zx_handle_t make_executable(struct plan *plan) {
    zx_handle_t vmo;
    EXPECT_OK(zx_vmo_create(PAGE, 0, &vmo));
    EXPECT_OK(zx_vmo_replace_as_executable(vmo, ZX_HANDLE_INVALID, &vmo));
    return keep(plan, vmo);
}

enum { ALL_ACCESS = ZX_VM_PERM_READ | ZX_VM_PERM_WRITE | ZX_VM_PERM_EXECUTE };

static void prepare_vmar_map(struct plan *plan) {
    set(plan, "options", ALL_ACCESS);
    set(plan, "vmo", make_executable(plan));
    set(plan, "len", PAGE);
}

static zx_vaddr_t map_page(struct plan *plan) {
    zx_vaddr_t address;
    EXPECT_OK(zx_vmar_map(plan->regions[plan->region_count - 1], ALL_ACCESS, 0,
                          make_executable(plan), 0, PAGE, &address));
    return address;
}

static void prepare_vmar_unmap(struct plan *plan) {
    set(plan, "addr", map_page(plan));
    set(plan, "len", PAGE);
}

static void prepare_vmar_protect(struct plan *plan) {
    prepare_vmar_unmap(plan);
    set(plan, "options", ALL_ACCESS);
}

static void prepare_vmar_op_range(struct plan *plan) {
    set(plan, "op", ZX_VMAR_OP_COMMIT);
    set(plan, "address", map_page(plan));
    set(plan, "size", PAGE);
    set(plan, "buffer", 0);
}

static void prepare_process_memory(struct plan *plan) {
    zx_handle_t region;
    EXPECT_OK(make_region(plan, &region));
    keep(plan, region);
    set(plan, "vaddr", map_page(plan));
}

// A VMO of the plan's pager, for the argument `arg`.
static void use_pager_vmo(struct plan *plan, const char *arg) {
    zx_handle_t vmo, port = make_object(plan, ZX_OBJ_TYPE_PORT);
    EXPECT_OK(zx_pager_create_vmo((zx_handle_t)get(plan, "pager"), 0, port, 1, PAGE, &vmo));
    set(plan, arg, keep(plan, vmo));
}

static void prepare_pager_detach_vmo(struct plan *plan) {
    use_pager_vmo(plan, "vmo");
}

static void prepare_pager_supply_pages(struct plan *plan) {
    use_pager_vmo(plan, "pager_vmo");
}

static void prepare_pager_op_range(struct plan *plan) {
    use_pager_vmo(plan, "pager_vmo");
    set(plan, "op", ZX_PAGER_OP_FAIL);
    set(plan, "data", (uint64_t)ZX_ERR_IO);
}

// Topics of object_get_info: the type of object, and room for what they store.
#define INFO_SETUP(topic_name, object, room)                                                       \
    static void prepare_info_##topic_name(struct plan *plan) {                                     \
        use(plan, "handle", ZX_OBJ_TYPE_##object);                                                 \
        set(plan, "topic", ZX_INFO_##topic_name);                                                  \
        set(plan, "buffer_size", room);                                                            \
    }
INFO_SETUP(HANDLE_BASIC, EVENT, sizeof(zx_info_handle_basic_t))
INFO_SETUP(HANDLE_COUNT, EVENT, sizeof(zx_info_handle_count_t))
INFO_SETUP(PROCESS, PROCESS, sizeof(zx_info_process_t))
INFO_SETUP(PROCESS_THREADS, PROCESS, 2 * sizeof(zx_koid_t)) // this thread and the other one
INFO_SETUP(PROCESS_HANDLE_STATS, PROCESS, sizeof(zx_info_process_handle_stats_t))
INFO_SETUP(THREAD, THREAD, sizeof(zx_info_thread_t))
INFO_SETUP(THREAD_STATS, THREAD, sizeof(zx_info_thread_stats_t))
INFO_SETUP(JOB, JOB, sizeof(zx_info_job_t))
INFO_SETUP(JOB_PROCESSES, JOB, sizeof(zx_koid_t))
INFO_SETUP(SOCKET, SOCKET, sizeof(zx_info_socket_t))
INFO_SETUP(RESOURCE, RESOURCE, sizeof(zx_info_resource_t))

// Calls that are not here work with what the table says of them.
static const struct setup setups[] = {
    {"cache_flush", "", ZX_OK, prepare_cache_flush},
    {"channel_call", "", ZX_OK, prepare_channel_call},
    {"channel_call_finish", "", ZX_ERR_BAD_STATE, NULL}, // no call was interrupted
    {"channel_call_noretry", "", ZX_OK, prepare_channel_call},
    {"channel_read", "", ZX_OK, prepare_channel_read},
    {"channel_read_etc", "", ZX_OK, prepare_channel_read},
    {"clock_adjust", "", ZX_OK, prepare_clock_adjust},
    {"clock_create", "", ZX_OK, prepare_clock_create},
    {"clock_get_details", "", ZX_OK, prepare_clock_get_details},
    {"clock_update", "", ZX_OK, prepare_clock_update},
    {"debuglog_read", "", ZX_OK, prepare_debuglog_read},
    {"fifo_create", "", ZX_OK, prepare_fifo_create},
    {"fifo_read", "", ZX_OK, prepare_fifo_read},
    {"fifo_write", "", ZX_OK, prepare_fifo_write},
    {"futex_wait", "", ZX_ERR_TIMED_OUT, NULL},
    {"handle_duplicate", "", ZX_OK, prepare_new_rights},
    {"handle_replace", "", ZX_OK, prepare_new_rights},
    {"job_set_critical", "", ZX_ERR_ALREADY_BOUND, prepare_job_set_critical},
    {"job_set_policy", "", ZX_OK, prepare_job_set_policy},
    {"framebuffer_get_info", "", ZX_ERR_INVALID_ARGS, NULL}, // there is none
    {"interrupt_ack", "", ZX_OK, prepare_interrupt_ack},
    {"interrupt_bind", "", ZX_OK, prepare_interrupt_bind},
    {"interrupt_wait", "", ZX_OK, prepare_interrupt_wait},
    {"iommu_create", "", ZX_OK, prepare_iommu_create},
    {"ktrace_control", "", ZX_OK, prepare_ktrace_control},
    {"ktrace_write", "", ZX_ERR_UNAVAILABLE, prepare_ktrace_write},
    {"mtrace_control", "", ZX_ERR_NOT_SUPPORTED, prepare_mtrace_control},
    {"object_get_child", "", ZX_OK, prepare_object_get_child},
    {"msi_allocate", "", ZX_OK, prepare_msi_allocate},
    {"msi_create", "", ZX_OK, prepare_msi_create},
    {"object_get_info", "HANDLE_VALID", ZX_OK, NULL},
    {"object_get_info", "BTI", ZX_OK, prepare_info_bti},
    {"object_get_info", "HANDLE_BASIC", ZX_OK, prepare_info_HANDLE_BASIC},
    {"object_get_info", "HANDLE_COUNT", ZX_OK, prepare_info_HANDLE_COUNT},
    {"object_get_info", "PROCESS", ZX_OK, prepare_info_PROCESS},
    {"object_get_info", "PROCESS_THREADS", ZX_OK, prepare_info_PROCESS_THREADS},
    {"object_get_info", "PROCESS_HANDLE_STATS", ZX_OK, prepare_info_PROCESS_HANDLE_STATS},
    {"object_get_info", "THREAD", ZX_OK, prepare_info_THREAD},
    {"object_get_info", "THREAD_STATS", ZX_OK, prepare_info_THREAD_STATS},
    {"object_get_info", "JOB", ZX_OK, prepare_info_JOB},
    {"object_get_info", "JOB_PROCESSES", ZX_OK, prepare_info_JOB_PROCESSES},
    {"object_get_info", "SOCKET", ZX_OK, prepare_info_SOCKET},
    {"object_get_info", "RESOURCE", ZX_OK, prepare_info_RESOURCE},
    {"object_get_property", "", ZX_OK, prepare_get_property},
    {"object_set_property", "", ZX_OK, prepare_set_property},
    {"object_signal_peer", "", ZX_OK, prepare_object_signal_peer},
    {"object_wait_async", "", ZX_OK, prepare_wait_async},
    {"object_wait_many", "", ZX_OK, prepare_wait_many},
    {"object_wait_one", "", ZX_OK, prepare_wait_one},
    {"pager_detach_vmo", "", ZX_OK, prepare_pager_detach_vmo},
    {"pager_op_range", "", ZX_OK, prepare_pager_op_range},
    {"pager_supply_pages", "", ZX_OK, prepare_pager_supply_pages},
    {"pci_add_subtract_io_range", "", ZX_ERR_BAD_STATE, prepare_pci_range},
    {"pci_cfg_pio_rw", "", ZX_OK, prepare_pci_cfg},
    {"pci_config_read", "", ZX_OK, prepare_pci_config},
    {"pci_config_write", "", ZX_OK, prepare_pci_config},
    {"pci_get_bar", "", ZX_OK, prepare_pci_bar},
    {"pci_get_nth_device", "", ZX_OK, prepare_pci_nth},
    {"pci_init", "", ZX_ERR_BAD_STATE, prepare_pci_init},
    {"pci_map_interrupt", "", ZX_OK, prepare_pci_map},
    {"pci_query_irq_mode", "", ZX_OK, prepare_pci_mode},
    {"pci_set_irq_mode", "", ZX_OK, prepare_pci_set_mode},
    {"port_cancel", "", ZX_OK, prepare_port_cancel},
    {"port_wait", "", ZX_OK, prepare_port_wait},
    {"resource_create", "", ZX_OK, prepare_resource_create},
    {"process_read_memory", "", ZX_OK, prepare_process_memory},
    {"process_write_memory", "", ZX_OK, prepare_process_memory},
    {"socket_accept", "", ZX_OK, prepare_socket_accept},
    {"socket_read", "", ZX_OK, prepare_socket_read},
    {"socket_share", "", ZX_OK, prepare_socket_share},
    {"stream_create", "", ZX_OK, prepare_stream_create},
    {"stream_readv", "", ZX_OK, prepare_stream_vector},
    {"stream_readv_at", "", ZX_OK, prepare_stream_vector_at},
    {"stream_writev", "", ZX_OK, prepare_stream_vector},
    {"stream_writev_at", "", ZX_OK, prepare_stream_vector_at},
    {"system_mexec", "", ZX_ERR_NOT_SUPPORTED, NULL},
    {"vmo_create_contiguous", "", ZX_OK, prepare_contiguous},
    {"vmo_create_physical", "", ZX_OK, prepare_physical},
    {"system_mexec_payload_get", "", ZX_OK, prepare_payload_get},
    {"system_powerctl", "", ZX_ERR_NOT_SUPPORTED, prepare_powerctl},
    {"system_get_features", "", ZX_OK, prepare_features},
    {"task_create_exception_channel", "", ZX_OK, prepare_thread}, // others need ENUMERATE too
    {"task_resume_from_exception", "", ZX_ERR_BAD_STATE, NULL},   // it is in none
    {"task_suspend", "", ZX_OK, prepare_thread},
    {"task_suspend_token", "", ZX_OK, prepare_thread},
    {"profile_create", "", ZX_OK, prepare_profile_create},
    {"process_create", "", ZX_OK, prepare_thread_create},
    {"process_start", "", ZX_ERR_BAD_STATE, NULL}, // it was
    {"thread_create", "", ZX_OK, prepare_thread_create},
    {"thread_read_state", "", ZX_OK, prepare_state},
    {"thread_start", "", ZX_ERR_BAD_STATE, NULL}, // it was
    {"thread_write_state", "", ZX_OK, prepare_state},
    {"task_kill", "", ZX_OK, prepare_job},
    {"vmar_allocate", "", ZX_OK, prepare_vmar_allocate},
    {"vmar_map", "", ZX_OK, prepare_vmar_map},
    {"vmar_op_range", "", ZX_OK, prepare_vmar_op_range},
    {"vmar_protect", "", ZX_OK, prepare_vmar_protect},
    {"vmar_unmap", "", ZX_OK, prepare_vmar_unmap},
    {"vmo_create_child", "", ZX_OK, prepare_create_child},
    {"vmo_op_range", "COMMIT", ZX_OK, prepare_op_COMMIT},
    {"vmo_op_range", "DECOMMIT", ZX_OK, prepare_op_DECOMMIT},
    {"vmo_op_range", "CACHE_SYNC", ZX_OK, prepare_op_CACHE_SYNC},
    {"vmo_op_range", "CACHE_INVALIDATE", ZX_OK, prepare_op_CACHE_INVALIDATE},
    {"vmo_op_range", "CACHE_CLEAN", ZX_OK, prepare_op_CACHE_CLEAN},
    {"vmo_op_range", "CACHE_CLEAN_INVALIDATE", ZX_OK, prepare_op_CACHE_CLEAN_INVALIDATE},
    {"vmo_op_range", "ZERO", ZX_OK, prepare_op_ZERO},
    {"vmo_set_size", "", ZX_OK, prepare_resizable},
};
enum { SETUPS = sizeof(setups) / sizeof(setups[0]) };

// Calls that these tests leave alone, with the reason.
static const struct {
    const char *call, *reason;
} left_alone[] = {
    {"guest_create", "it needs /dev/kvm; guest_test.c and vcpu_test.c try it"},
    {"guest_set_trap", "it needs /dev/kvm; guest_test.c and vcpu_test.c try it"},
    {"interrupt_bind_vcpu", "it needs /dev/kvm; guest_test.c and vcpu_test.c try it"},
    {"vcpu_create", "it needs /dev/kvm; guest_test.c and vcpu_test.c try it"},
    {"vcpu_enter", "it needs /dev/kvm; guest_test.c and vcpu_test.c try it"},
    {"vcpu_interrupt", "it needs /dev/kvm; guest_test.c and vcpu_test.c try it"},
    {"vcpu_kick", "it needs /dev/kvm; guest_test.c and vcpu_test.c try it"},
    {"vcpu_read_state", "it needs /dev/kvm; guest_test.c and vcpu_test.c try it"},
    {"vcpu_resume", "it needs /dev/kvm; guest_test.c and vcpu_test.c try it"},
    {"vcpu_write_state", "it needs /dev/kvm; guest_test.c and vcpu_test.c try it"},
    {"vmar_unmap_handle_close_thread_exit", "the thread ends, see tests/programs/loaded/threads.c"},
    {"bti_pin", "a token that is closed stays in quarantine, see dma_test.c"},
    {"pmt_unpin", "there is no token without zx_bti_pin"},
    {"framebuffer_set_range", "the kernel keeps the VMO, see framebuffer_test.c"},
};

// --- exceptions to the rules ---

enum bad_memory {
    NULL_POINTER,
    UNMAPPED,
    NO_ACCESS,
    PARTLY_MAPPED,
    FILE_HAS_ENDED,
    READ_ONLY,
    KERNEL_HEAP,
    KERNEL_DATA,
    NOT_CANONICAL,
    KERNEL_HALF,
    WRAPS_AROUND,
    BAD_MEMORIES,
    ANY_MEMORY = BAD_MEMORIES,
};

static const char *const memory_names[] = {
    "null",        "unmapped",    "no access",     "partly mapped", "file's end",   "read only",
    "kernel heap", "kernel data", "not canonical", "kernel's half", "wraps around",
};

enum { SKIP = 1 }; // in the place of a status

// Where a bad pointer has another result than ZX_ERR_INVALID_ARGS.
static const struct {
    const char *call, *arg;
    enum bad_memory memory;
    zx_status_t status; // SKIP: not tried
    const char *reason;
} exceptions[] = {
    {"cache_flush", "addr", ANY_MEMORY, SKIP, "the thread may fault"},
    {"channel_call_finish", "actual_bytes", ANY_MEMORY, ZX_ERR_BAD_STATE, "never reached"},
    {"channel_call_finish", "actual_handles", ANY_MEMORY, ZX_ERR_BAD_STATE, "never reached"},
    {"channel_read", "handles", ANY_MEMORY, ZX_OK, "the message has none"},
    {"channel_read_etc", "handles", ANY_MEMORY, ZX_OK, "the message has none"},
    {"channel_write_etc", "handles", READ_ONLY, ZX_OK, "only errors are stored"},
    {"clock_create", "args", NULL_POINTER, ZX_ERR_INVALID_ARGS, "version 1 has them"},
    {"cprng_draw", "buffer", ANY_MEMORY, SKIP, "the thread is stopped, see cprng_test.c"},
    {"ktrace_control", "ptr", NULL_POINTER, ZX_ERR_INVALID_ARGS, "a new probe has a name"},
    {"ktrace_control", "ptr", READ_ONLY, ZX_OK, "the name is only read"},
    {"ktrace_read", "data", NULL_POINTER, ZX_OK, "asks for the size"},
    {"stream_readv", "vector", READ_ONLY, ZX_OK, "it is only read"},
    {"stream_readv_at", "vector", READ_ONLY, ZX_OK, "it is only read"},
    {"pci_init", "init_buf", ANY_MEMORY, SKIP, "it is larger than a page, see pci_test.c"},
    {"system_powerctl", "arg", NULL_POINTER, ZX_ERR_INVALID_ARGS, "the command has one"},
    {"mtrace_control", "ptr", NULL_POINTER, ZX_ERR_INVALID_ARGS, "a configuration is wanted"},
    {"mtrace_control", "ptr", READ_ONLY, ZX_ERR_NOT_SUPPORTED, "it is only read"},
};

// Where the call has another result when its handle was replaced by one with fewer rights.
static const struct {
    const char *call, *arg;
    zx_status_t status;
    const char *reason;
} replaced[] = {
    {"port_cancel", "source", ZX_ERR_NOT_FOUND, "the request went with the handle"},
};

// Arguments whose right is looked at before their type, although the call's other handles, and so
// the table, have it the other way round.
static const struct {
    const char *call, *arg;
} right_first[] = {
    {"socket_share", "socket_to_share"},
    {"task_kill", "handle"},
};

// And the other way round, where a denying policy comes before all.
static const struct {
    const char *call, *arg;
} type_first[] = {
    {"pager_create_vmo", "port"},
};

// Arguments for which a handle of a wrong type is as bad as none.
static const struct {
    const char *call, *arg;
} type_is_bad_handle[] = {
    {"vmo_replace_as_executable", "handle"},
};

static zx_status_t wrong_type_of(const char *call, const char *arg) {
    for (size_t i = 0; i < sizeof(type_is_bad_handle) / sizeof(type_is_bad_handle[0]); i++) {
        if (strcmp(type_is_bad_handle[i].call, call) == 0 &&
            strcmp(type_is_bad_handle[i].arg, arg) == 0) {
            return ZX_ERR_BAD_HANDLE;
        }
    }
    return ZX_ERR_WRONG_TYPE;
}

// Rights that no plan above asks for: the condition cannot hold yet.
static const struct {
    const char *call, *arg;
    int rule;
    const char *reason;
} rules_left_alone[] = {
    {"", "", 0, ""}, // none
};

static zx_status_t expected_for(const struct plan *plan, int arg, enum bad_memory memory) {
    const struct syscall_arg *desc = &plan->call->args[arg];
    for (size_t i = 0; i < sizeof(exceptions) / sizeof(exceptions[0]); i++) {
        if (strcmp(exceptions[i].call, plan->call->name) == 0 &&
            strcmp(exceptions[i].arg, desc->name) == 0 &&
            (exceptions[i].memory == ANY_MEMORY || exceptions[i].memory == memory)) {
            return exceptions[i].status;
        }
    }
    if (strcmp(plan->setup->variant, "HANDLE_VALID") == 0) {
        return ZX_OK; // there is nothing to store
    }
    // A null pointer is allowed where it stands for no memory; here there would be some.
    bool stands_for_nothing = desc->optional && desc->count_arg < 0;
    return memory == NULL_POINTER && stands_for_nothing ? plan->setup->status : ZX_ERR_INVALID_ARGS;
}

// --- plans ---

static bool is_handle(const struct syscall_arg *arg) {
    return arg->kind == SYSCALL_ARG_USE || arg->kind == SYSCALL_ARG_CONSUME;
}

static bool is_memory(const struct syscall_arg *arg) {
    return arg->kind == SYSCALL_ARG_BUFFER || arg->kind == SYSCALL_ARG_ACQUIRE ||
           arg->kind == SYSCALL_ARG_CONSUME_ARRAY;
}

static bool is_written(const struct syscall_arg *arg) {
    return arg->direction == SYSCALL_OUT || arg->direction == SYSCALL_INOUT;
}

// How many bytes the call may touch behind a pointer, as far as the table knows.
static size_t size_of_memory(const struct plan *plan, int arg) {
    const struct syscall_arg *desc = &plan->call->args[arg];
    size_t count = 1;
    const int factors[] = {desc->count_arg, desc->scale_arg};
    for (int i = 0; i < 2; i++) {
        if (factors[i] >= 0) {
            count *= plan->call->args[factors[i]].is_pointer ? storage[factors[i]].words[0]
                                                             : plan->words[factors[i]];
        }
    }
    return count * (desc->element_size == 0 ? 1 : desc->element_size);
}

static zx_obj_type_t first_type(uint64_t types) {
    return types == SYSCALL_ANY_OBJECT ? ZX_OBJ_TYPE_EVENT : (zx_obj_type_t)__builtin_ctzll(types);
}

// Is this number how many elements some pointer has, and how large are they?
static bool is_count(const struct syscall_desc *call, int arg, uint32_t *element_size) {
    for (int i = 0; i < call->arg_count; i++) {
        if (call->args[i].count_arg == arg || call->args[i].scale_arg == arg) {
            *element_size = call->args[i].element_size;
            return true;
        }
    }
    return false;
}

static void fill_array(struct plan *plan, int arg) {
    const struct syscall_arg *desc = &plan->call->args[arg];
    for (int i = 0; i < COUNT_DEFAULT; i++) {
        zx_handle_t handle = make_object(plan, ZX_OBJ_TYPE_EVENT);
        if (desc->element_size == sizeof(zx_handle_t)) {
            memcpy(storage[arg].bytes + (size_t)i * sizeof(handle), &handle, sizeof(handle));
        } else {
            zx_handle_disposition_t item = {
                .operation = ZX_HANDLE_OP_MOVE,
                .handle = handle,
                .type = ZX_OBJ_TYPE_NONE,
                .rights = ZX_RIGHT_SAME_RIGHTS,
                .result = ZX_OK,
            };
            EXPECT_EQ(desc->element_size, sizeof(item));
            memcpy(storage[arg].bytes + (size_t)i * sizeof(item), &item, sizeof(item));
        }
    }
}

static uint64_t default_word(struct plan *plan, int arg) {
    const struct syscall_arg *desc = &plan->call->args[arg];
    uint32_t element_size = 0;
    bool counts = is_count(plan->call, arg, &element_size);
    uint64_t count = element_size > 1 ? COUNT_DEFAULT : SIZE_DEFAULT;
    switch (desc->kind) {
    case SYSCALL_ARG_USE:
    case SYSCALL_ARG_CONSUME:
        return make_object(plan, first_type(desc->object_types));
    case SYSCALL_ARG_ENUM:
        return desc->symbol_count > 0 ? desc->symbols[0].value : 0;
    case SYSCALL_ARG_CONSUME_ARRAY:
        fill_array(plan, arg);
        return (uintptr_t)storage[arg].bytes;
    case SYSCALL_ARG_BUFFER:
    case SYSCALL_ARG_ACQUIRE:
        if (counts) {
            storage[arg].words[0] = count;
        }
        return (uintptr_t)storage[arg].bytes;
    case SYSCALL_ARG_ADDRESS:
        return (uintptr_t)storage[arg].bytes;
    case SYSCALL_ARG_VALUE:
        return counts ? count : 0;
    default:
        return 0;
    }
}

static void begin_plan(struct plan *plan, const struct setup *setup) {
    memset(plan, 0, sizeof(*plan));
    memset(storage, 0, sizeof(storage));
    plan->setup = setup;
    plan->call = syscall_find(setup->call);
    EXPECT(plan->call != NULL);
    for (int i = 0; i < plan->call->arg_count; i++) {
        plan->words[i] = default_word(plan, i);
    }
    if (setup->prepare != NULL) {
        setup->prepare(plan);
    }
    for (int i = 0; i < plan->call->arg_count; i++) {
        EXPECT_IN_SCENE(!is_handle(&plan->call->args[i]) || plan->words[i] != ZX_HANDLE_INVALID,
                        "no object for %s: add it to make_object, or a setup for the call",
                        plan->call->args[i].name);
    }
}

// Closes the handles that the call has given out. A call that failed must have given out none.
static void close_acquired(struct plan *plan, bool failed) {
    for (int i = 0; i < plan->call->arg_count; i++) {
        const struct syscall_arg *desc = &plan->call->args[i];
        if (desc->kind != SYSCALL_ARG_ACQUIRE) {
            continue;
        }
        for (size_t at = 0; at + sizeof(zx_handle_t) <= 64 * (size_t)desc->element_size;
             at += desc->element_size) {
            zx_handle_t handle;
            memcpy(&handle, storage[i].bytes + at, sizeof(handle));
            if (handle != ZX_HANDLE_INVALID && is_valid(handle)) {
                EXPECT_IN_SCENE(!failed, "failed, but gave out a handle");
                close_handle(handle);
            }
        }
    }
}

static void finish_plan(struct plan *plan, bool failed) {
    close_acquired(plan, failed);
    if (plan->stopped.thread.handle != ZX_HANDLE_INVALID) {
        for (size_t i = 0; i < plan->open_count; i++) {
            if (is_valid(plan->open[i]) && type_of(plan->open[i]) == ZX_OBJ_TYPE_EXCEPTION) {
                close_handle(plan->open[i]);
            }
        }
        finish_stopped_thread(&plan->stopped);
    }
    for (size_t i = 0; i < plan->open_count; i++) {
        if (plan->open[i] != plan->served && is_valid(plan->open[i])) {
            close_handle(plan->open[i]);
        }
    }
    end_regions(plan);
    if (plan->served != ZX_HANDLE_INVALID) {
        EXPECT_STATUS(finish_thread(&plan->server), ZX_ERR_PEER_CLOSED);
        close_handle(plan->served);
    }
}

// --- what is left over ---

enum { KINDS = 64 };

struct counts {
    uint32_t handles, kinds;
    const char *names[KINDS];
    uint32_t live[KINDS];
};

static void count_kind(void *context, const char *name, uint32_t live) {
    struct counts *counts = context;
    EXPECT(counts->kinds < KINDS);
    counts->names[counts->kinds] = name;
    counts->live[counts->kinds++] = live;
}

static void count(struct counts *counts) {
    counts->kinds = 0;
    counts->handles = libzircon_count_handles();
    libzircon_count_objects(count_kind, counts);
}

static bool is_more(const struct counts *now, const struct counts *before) {
    for (uint32_t i = 0; i < before->kinds; i++) {
        if (now->live[i] > before->live[i]) {
            return true;
        }
    }
    return false;
}

static void expect_unchanged(const struct counts *before) {
    struct counts now;
    count(&now);
    // A thread that has signalled its end still has to let go of what it was.
    for (int i = 0; i < 5000 && is_more(&now, before); i++) {
        zx_nanosleep(zx_deadline_after(ZX_MSEC(1)));
        count(&now);
    }
    EXPECT_IN_SCENE(now.handles == before->handles, "%d handles left over",
                    (int)(now.handles - before->handles));
    for (uint32_t i = 0; i < now.kinds; i++) {
        uint32_t then = i < before->kinds ? before->live[i] : 0;
        EXPECT_IN_SCENE(now.live[i] <= then, "%u %s left over", now.live[i] - then, now.names[i]);
    }
}

// --- calls ---

// Through its symbol where it has one; both ways lead to the same place.
static bool by_symbol;

static int64_t make_call(const struct plan *plan) {
    const uint64_t *w = plan->words;
    if (by_symbol && plan->call->kind != SYSCALL_INTERNAL) {
        typedef uint64_t (*any_call)(uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t,
                                     uint64_t, uint64_t);
        char name[64];
        snprintf(name, sizeof(name), "zx_%s", plan->call->name);
        any_call call;
        *(void **)(void *)&call = dlsym(RTLD_DEFAULT, name);
        EXPECT(call != NULL);
        uint64_t result = call(w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7]);
        return plan->call->result == SYSCALL_RESULT_STATUS ? (int32_t)result : (int64_t)result;
    }
    return (int64_t)libzircon_call((uint32_t)(plan->call - syscall_table), w);
}

// Makes the call of the plan, and expects a status if it returns one.
static void expect_call(struct plan *plan, zx_status_t expected) {
    int64_t result = make_call(plan);
    if (plan->call->result != SYSCALL_RESULT_STATUS) {
        return;
    }
    zx_status_t status = result > 0 ? ZX_OK : (zx_status_t)result;
    EXPECT_IN_SCENE(status == expected, "%s, not %s", zx_status_get_string(status),
                    zx_status_get_string(expected));
}

static void set_scene(const struct setup *setup, const char *arg, const char *what,
                      uint64_t value) {
    snprintf(scene, sizeof(scene), "%s%s%s%s%s, %s 0x%llx", setup->call,
             setup->variant[0] != '\0' ? " " : "", setup->variant, arg[0] != '\0' ? ", " : "", arg,
             what, (unsigned long long)value);
}

// Calls with all arguments right, but for one.
static void try_word(const struct setup *setup, int arg, uint64_t word, zx_status_t expected,
                     const char *what) {
    struct plan plan;
    struct counts before;
    set_scene(setup, syscall_find(setup->call)->args[arg].name, what, word);
    count(&before);
    begin_plan(&plan, setup);
    plan.words[arg] = word;
    expect_call(&plan, expected);
    finish_plan(&plan, expected != ZX_OK);
    expect_unchanged(&before);
}

static void try_plain(const struct setup *setup) {
    struct plan plan;
    struct counts before;
    set_scene(setup, "", "all right", 0);
    count(&before);
    begin_plan(&plan, setup);
    expect_call(&plan, setup->status);
    finish_plan(&plan, setup->status != ZX_OK);
    expect_unchanged(&before);
}

// --- which calls ---

static bool is_left_alone(const char *name) {
    if (syscall_find(name)->kind == SYSCALL_NORETURN) {
        return true; // nothing can be seen after it
    }
    for (size_t i = 0; i < sizeof(left_alone) / sizeof(left_alone[0]); i++) {
        if (strcmp(left_alone[i].call, name) == 0) {
            return true;
        }
    }
    return false;
}

// Calls `visit` with each setup of each call that is implemented.
static void for_each_setup(void (*visit)(const struct setup *setup)) {
    for (uint32_t number = 0; number < ZX_SYS_COUNT; number++) {
        const struct syscall_desc *call = &syscall_table[number];
        if (call->missing || is_left_alone(call->name)) {
            continue;
        }
        bool any = false;
        for (int i = 0; i < SETUPS; i++) {
            if (strcmp(setups[i].call, call->name) == 0) {
                any = true;
                visit(&setups[i]);
            }
        }
        if (!any) {
            const struct setup plain = {call->name, "", ZX_OK, NULL};
            visit(&plain);
        }
    }
}

static void begin_matrix(void) {
    // Endless input for debug_read, and nowhere to go for what debug_write writes.
    int zeros = open("/dev/zero", O_RDONLY | O_CLOEXEC), nowhere = open("/dev/null", O_WRONLY);
    EXPECT(zeros >= 0 && nowhere >= 0);
    dup2(zeros, 0);
    dup2(nowhere, 2);
    close(zeros);
    close(nowhere);
    (void)root_resource();
    start_idle_thread(&other_thread);
}

static void end_matrix(void) {
    finish_idle_thread(&other_thread);
}

TEST(every_call, works_with_all_arguments_right) {
    begin_matrix();
    for_each_setup(try_plain);
    by_symbol = true;
    for_each_setup(try_plain);
    end_matrix();
}

TEST(every_call, that_is_left_alone_has_a_reason_and_is_implemented) {
    for (size_t i = 0; i < sizeof(left_alone) / sizeof(left_alone[0]); i++) {
        const struct syscall_desc *call = syscall_find(left_alone[i].call);
        EXPECT(left_alone[i].call[0] == '\0' ||
               (call != NULL && !call->missing && left_alone[i].reason[0] != '\0'));
    }
    for (int i = 0; i < SETUPS; i++) {
        const struct syscall_desc *call = syscall_find(setups[i].call);
        ck_assert_msg(call != NULL && !call->missing, "a setup for %s, which does nothing",
                      setups[i].call);
    }
    for (size_t i = 0; i < sizeof(exceptions) / sizeof(exceptions[0]); i++) {
        const struct syscall_desc *call = syscall_find(exceptions[i].call);
        EXPECT(call != NULL && !call->missing);
        (void)index_of_arg(call, exceptions[i].arg);
        EXPECT(exceptions[i].reason[0] != '\0');
    }
}

// --- the matrix of rights ---

// The rights that rule by rule are enough, with `choice` for alternatives.
static zx_rights_t rights_that_suffice(const struct plan *plan, int arg, uint8_t choice) {
    const struct syscall_arg *desc = &plan->call->args[arg];
    zx_rights_t rights = 0;
    for (size_t i = 0; i < desc->rule_count; i++) {
        const struct syscall_rights *rule = &desc->rules[i];
        if ((rule->condition == NULL || rule->applies(plan->words)) && rule->count > 0) {
            rights |= rule->masks[choice < rule->count ? choice : 0];
        }
    }
    return rights;
}

// The call with the handle of `arg` reduced to some of its rights.
static void try_rights(const struct setup *setup, int arg, zx_rights_t rights, bool keeps,
                       zx_status_t expected, const char *what) {
    struct plan plan;
    struct counts before;
    set_scene(setup, syscall_find(setup->call)->args[arg].name, what, rights);
    count(&before);
    begin_plan(&plan, setup);
    zx_rights_t all = rights_of((zx_handle_t)plan.words[arg]);
    reduce(&plan, arg, keeps ? all & rights : all & ~rights);
    expect_call(&plan, expected);
    finish_plan(&plan, expected != ZX_OK);
    expect_unchanged(&before);
}

// Which rules some plan has met, by call, argument and rule.
static bool rule_met[ZX_SYS_COUNT][SYSCALL_MAX_ARGS][16];

static void try_missing_rights(const struct setup *setup, int arg) {
    struct plan plan;
    begin_plan(&plan, setup);
    const struct syscall_arg *desc = &plan.call->args[arg];
    zx_rights_t all = rights_of((zx_handle_t)plan.words[arg]);
    zx_rights_t needed[16] = {0}, enough[SYSCALL_RIGHTS_ALTERNATIVES] = {0};
    bool single[16] = {false};
    size_t rules = 0, choices = 1;
    EXPECT(desc->rule_count <= 16);
    for (size_t i = 0; i < desc->rule_count; i++) {
        const struct syscall_rights *rule = &desc->rules[i];
        if (rule->condition != NULL && !rule->applies(plan.words)) {
            continue;
        }
        rule_met[plan.call - syscall_table][arg][i] = true;
        for (uint8_t j = 0; j < rule->count; j++) {
            needed[rules] |= rule->masks[j];
        }
        single[rules++] = rule->count == 1;
        choices = rule->count > choices ? rule->count : choices;
    }
    for (uint8_t i = 0; i < choices; i++) {
        enough[i] = rights_that_suffice(&plan, arg, i);
    }
    finish_plan(&plan, true);

    for (size_t i = 0; i < rules; i++) {
        EXPECT_IN_SCENE((all & needed[i]) == needed[i], "the plan's handle lacks a right");
        if (needed[i] == 0) {
            continue;
        }
        try_rights(setup, arg, needed[i], false, ZX_ERR_ACCESS_DENIED, "without rights");
        for (zx_rights_t bit = 1; single[i] && bit != 0; bit <<= 1) {
            if ((needed[i] & bit) != 0) {
                try_rights(setup, arg, bit, false, ZX_ERR_ACCESS_DENIED, "without right");
            }
        }
    }
    zx_status_t status = setup->status;
    for (size_t i = 0; i < sizeof(replaced) / sizeof(replaced[0]); i++) {
        if (strcmp(replaced[i].call, setup->call) == 0 &&
            strcmp(replaced[i].arg, desc->name) == 0) {
            status = replaced[i].status;
        }
    }
    for (size_t i = 0; i < choices; i++) {
        try_rights(setup, arg, enough[i], true, status, "with rights");
    }
}

static bool comes_first(const struct syscall_desc *call, zx_status_t first, zx_status_t second) {
    for (size_t i = 0; i < call->error_count; i++) {
        if (call->errors[i].value == first) {
            return true;
        }
        if (call->errors[i].value == second) {
            return false;
        }
    }
    return false;
}

static bool is_type_first(const struct syscall_desc *call, int arg) {
    for (size_t i = 0; i < sizeof(right_first) / sizeof(right_first[0]); i++) {
        if (strcmp(right_first[i].call, call->name) == 0 &&
            strcmp(right_first[i].arg, call->args[arg].name) == 0) {
            return false;
        }
    }
    for (size_t i = 0; i < sizeof(type_first) / sizeof(type_first[0]); i++) {
        if (strcmp(type_first[i].call, call->name) == 0 &&
            strcmp(type_first[i].arg, call->args[arg].name) == 0) {
            return true;
        }
    }
    // Of these the policy is looked at first, but not the right.
    return strcmp(call->name, "process_create") == 0 || strcmp(call->name, "profile_create") == 0 ||
           strcmp(call->name, "vmo_create_contiguous") == 0 ||
           comes_first(call, ZX_ERR_WRONG_TYPE, ZX_ERR_ACCESS_DENIED);
}

// An object of another type, with all its rights and with none.
static void try_type(const struct setup *setup, int arg, zx_obj_type_t type) {
    const struct syscall_desc *call = syscall_find(setup->call);
    for (int bare = 0; bare < 2; bare++) {
        struct plan plan;
        struct counts before;
        set_scene(setup, call->args[arg].name, bare ? "no rights, type" : "type", type);
        count(&before);
        begin_plan(&plan, setup);
        zx_handle_t handle = make_object(&plan, type);
        if (handle != ZX_HANDLE_INVALID) {
            plan.words[arg] = handle;
            if (bare) {
                reduce(&plan, arg, ZX_RIGHT_NONE);
            }
            // Some types never come with a right that the call needs.
            zx_rights_t needed = rights_that_suffice(&plan, arg, 0);
            bool denied = !is_type_first(call, arg) &&
                          (rights_of((zx_handle_t)plan.words[arg]) & needed) != needed;
            zx_status_t wrong = wrong_type_of(call->name, call->args[arg].name);
            expect_call(&plan, denied ? ZX_ERR_ACCESS_DENIED : wrong);
        }
        finish_plan(&plan, true);
        expect_unchanged(&before);
    }
}

// What a call does without a handle.
static zx_status_t without_handle(const struct setup *setup, const struct syscall_arg *desc) {
    if (!desc->optional) {
        bool looks_itself = strcmp(setup->call, "pci_get_bar") == 0;
        return looks_itself ? ZX_ERR_INVALID_ARGS : ZX_ERR_BAD_HANDLE;
    }
    bool unbinds = strcmp(setup->call, "task_bind_exception_port") == 0; // and none is bound
    return unbinds ? ZX_ERR_BAD_STATE : setup->status;
}

static void try_handles(const struct setup *setup) {
    const struct syscall_desc *call = syscall_find(setup->call);
    for (int arg = 0; arg < call->arg_count; arg++) {
        const struct syscall_arg *desc = &call->args[arg];
        if (!is_handle(desc)) {
            continue;
        }
        zx_handle_t bad[BAD_HANDLES];
        bad_handles(bad); // the first is ZX_HANDLE_INVALID
        try_word(setup, arg, ZX_HANDLE_INVALID, without_handle(setup, desc), "handle");
        for (int i = 1; i < BAD_HANDLES; i++) {
            // What is no handle is as good as none there.
            bool is_nothing = strcmp(setup->call, "process_start") == 0 && desc->optional;
            try_word(setup, arg, bad[i], is_nothing ? setup->status : ZX_ERR_BAD_HANDLE, "handle");
        }
        for (zx_obj_type_t type = 1; type < ZX_OBJ_TYPE_UPPER_BOUND; type++) {
            if ((desc->object_types & SYSCALL_OBJECT(type)) == 0) {
                try_type(setup, arg, type);
            }
        }
        try_missing_rights(setup, arg);
    }
}

TEST(every_call, checks_its_handles) {
    begin_matrix();
    for_each_setup(try_handles);
    // Each rule of the table was met by some plan.
    for (uint32_t number = 0; number < ZX_SYS_COUNT; number++) {
        const struct syscall_desc *call = &syscall_table[number];
        for (int arg = 0; arg < call->arg_count && !call->missing; arg++) {
            for (size_t rule = 0; rule < call->args[arg].rule_count; rule++) {
                bool expected = !is_left_alone(call->name) && is_handle(&call->args[arg]);
                for (size_t i = 0; i < sizeof(rules_left_alone) / sizeof(rules_left_alone[0]);
                     i++) {
                    expected &= strcmp(rules_left_alone[i].call, call->name) != 0 ||
                                strcmp(rules_left_alone[i].arg, call->args[arg].name) != 0 ||
                                rules_left_alone[i].rule != (int)rule;
                }
                ck_assert_msg(!expected || rule_met[number][arg][rule],
                              "%s, %s: no setup meets the rights if %s", call->name,
                              call->args[arg].name, call->args[arg].rules[rule].condition);
            }
        }
    }
    end_matrix();
}

// --- the matrix of pointers ---

// The part of the kernel's own memory that Linux wipes in the child of a fork: where it keeps its
// objects. Linux marks it with "wf".
static uintptr_t find_kernel_heap(void) {
    FILE *file = fopen("/proc/self/smaps", "re");
    EXPECT(file != NULL);
    char line[512];
    unsigned long begin = 0, end = 0, found = 0;
    char access[8] = "";
    while (fgets(line, sizeof(line), file) != NULL) {
        unsigned long from, to;
        char mode[8];
        if (sscanf(line, "%lx-%lx %7s", &from, &to, mode) == 3) {
            begin = from;
            end = to;
            memcpy(access, mode, sizeof(access));
        } else if (strncmp(line, "VmFlags:", 8) == 0 && strstr(line, " wf") != NULL &&
                   access[0] == 'r' && access[1] == 'w' && found == 0) {
            found = begin + (end - begin) / 2 / PAGE * PAGE;
        }
    }
    fclose(file);
    EXPECT(found != 0);
    return found;
}

// A variable of the kernel's: all are in one section of the library.
static uintptr_t find_kernel_data(void) {
    Dl_info info;
    void *symbol = dlsym(RTLD_DEFAULT, "libzircon_call");
    EXPECT(symbol != NULL && dladdr(symbol, &info) != 0);
    FILE *file = fopen(info.dli_fname, "re");
    EXPECT(file != NULL);
    Elf64_Ehdr header;
    EXPECT(fread(&header, sizeof(header), 1, file) == 1);
    Elf64_Shdr sections[128];
    EXPECT(header.e_shnum > 0 && header.e_shnum <= 128);
    EXPECT(fseek(file, (long)header.e_shoff, SEEK_SET) == 0);
    EXPECT(fread(sections, sizeof(sections[0]), header.e_shnum, file) == header.e_shnum);
    uintptr_t found = 0;
    for (int i = 0; i < header.e_shnum; i++) {
        char name[16] = "";
        EXPECT(fseek(file, (long)(sections[header.e_shstrndx].sh_offset + sections[i].sh_name),
                     SEEK_SET) == 0);
        EXPECT(fread(name, 1, sizeof(name) - 1, file) > 0);
        if (strcmp(name, "kernel_state") == 0) {
            found = (uintptr_t)info.dli_fbase + sections[i].sh_addr + sections[i].sh_size / 2;
        }
    }
    fclose(file);
    EXPECT(found != 0);
    return found / 8 * 8;
}

// Addresses that are the same for all tries.
static struct {
    char *gone, *closed, *edge, *fixed, *ended;
    uintptr_t heap, data;
} places;

static char *map_pages(size_t count, int protection, int file) {
    char *at = mmap(NULL, count * PAGE, protection,
                    file < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED, file, 0);
    EXPECT(at != MAP_FAILED);
    return at;
}

static void find_places(void) {
    // In the middle of what is mapped on both sides, so that nothing else comes there.
    char *three = map_pages(3, PROT_READ | PROT_WRITE, -1);
    places.gone = three + PAGE;
    EXPECT(mmap(places.gone, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) ==
           places.gone);
    places.closed = map_pages(1, PROT_NONE, -1);
    places.edge = map_pages(3, PROT_READ | PROT_WRITE, -1) + 2 * PAGE;
    EXPECT_EQ(munmap(places.edge, PAGE), 0);
    EXPECT(mmap(places.edge, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) ==
           places.edge);
    places.fixed = map_pages(1, PROT_READ, -1);
    FILE *file = tmpfile();
    EXPECT(file != NULL);
    places.ended = map_pages(1, PROT_READ | PROT_WRITE, fileno(file));
    fclose(file);
    places.heap = find_kernel_heap();
    places.data = find_kernel_data();
}

// An address of that kind; the memory there, if some is, holds what the plan has for the argument.
static uint64_t bad_address(const struct plan *plan, int arg, enum bad_memory memory) {
    size_t size = size_of_memory(plan, arg);
    const char *right = storage[arg].bytes;
    EXPECT(size <= PAGE);
    switch (memory) {
    case NULL_POINTER:
        return 0;
    case UNMAPPED:
        return PAGE; // Linux puts nothing there unless it is told to
    case NO_ACCESS:
        return (uintptr_t)places.closed;
    case PARTLY_MAPPED: {
        size_t part = size > 1 ? size - 1 : 0;
        memcpy(places.edge - part, right, part);
        return (uintptr_t)places.edge - part;
    }
    case FILE_HAS_ENDED:
        return (uintptr_t)places.ended;
    case READ_ONLY:
        EXPECT_EQ(mprotect(places.fixed, PAGE, PROT_READ | PROT_WRITE), 0);
        memcpy(places.fixed, right, size);
        EXPECT_EQ(mprotect(places.fixed, PAGE, PROT_READ), 0);
        return (uintptr_t)places.fixed;
    case KERNEL_HEAP:
        return places.heap;
    case KERNEL_DATA:
        return places.data;
    case NOT_CANONICAL:
        return UINT64_C(0x8000000000000000);
    case KERNEL_HALF:
        return UINT64_C(0xffff888000000000);
    case WRAPS_AROUND:
        return UINT64_MAX - 3;
    default:
        ck_abort();
        return 0;
    }
}

static void try_memory(const struct setup *setup, int arg, enum bad_memory memory) {
    struct plan plan;
    struct counts before;
    set_scene(setup, syscall_find(setup->call)->args[arg].name, memory_names[memory], 0);
    count(&before);
    begin_plan(&plan, setup);
    zx_status_t expected = expected_for(&plan, arg, memory);
    if (expected == SKIP || (memory == READ_ONLY && !is_written(&plan.call->args[arg]))) {
        expected = setup->status;
    } else {
        plan.words[arg] = bad_address(&plan, arg, memory);
    }
    expect_call(&plan, expected);
    finish_plan(&plan, expected != ZX_OK);
    expect_unchanged(&before);
}

static void try_pointers(const struct setup *setup) {
    const struct syscall_desc *call = syscall_find(setup->call);
    for (int arg = 0; arg < call->arg_count; arg++) {
        if (is_memory(&call->args[arg])) {
            for (int memory = 0; memory < BAD_MEMORIES; memory++) {
                try_memory(setup, arg, (enum bad_memory)memory);
            }
        }
    }
}

static void run_pointers(void) {
    begin_matrix();
    find_places();
    for_each_setup(try_pointers);
    end_matrix();
}

TEST(every_call, checks_its_pointers) {
    run_pointers();
}

TEST(every_call, checks_its_pointers_by_symbol) {
    by_symbol = true;
    run_pointers();
}

TEST(every_call, checks_its_pointers_with_all_signals_blocked) {
    sigset_t all;
    sigfillset(&all);
    EXPECT_EQ(pthread_sigmask(SIG_SETMASK, &all, NULL), 0);
    run_pointers();
}

static void stop(int number, siginfo_t *info, void *context) {
    (void)number;
    (void)info;
    (void)context;
    abort();
}

TEST(every_call, checks_its_pointers_after_the_program_installed_handlers) {
    struct sigaction action = {.sa_sigaction = stop, .sa_flags = SA_SIGINFO};
    sigemptyset(&action.sa_mask);
    EXPECT_EQ(sigaction(SIGSEGV, &action, NULL), 0);
    EXPECT_EQ(sigaction(SIGBUS, &action, NULL), 0);
    run_pointers();
    signal(SIGSEGV, SIG_DFL);
    signal(SIGBUS, SIG_DFL);
}
