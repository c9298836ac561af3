// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "trace_structs.h"

#include <string.h>
#include <zircon/syscalls/clock.h>
#include <zircon/syscalls/debug.h>
#include <zircon/syscalls/exception.h>
#include <zircon/syscalls/hypervisor.h>
#include <zircon/syscalls/log.h>
#include <zircon/syscalls/object.h>
#include <zircon/syscalls/pci.h>
#include <zircon/syscalls/policy.h>
#include <zircon/syscalls/port.h>
#include <zircon/syscalls/profile.h>
#include <zircon/syscalls/smc.h>
#include <zircon/syscalls/system.h>

#include "trace_names.h"

#define SIZE(type, member) sizeof(((type *)0)->member)
#define FIELD(type, member, field_kind, ...)                                                       \
    {                                                                                              \
        .name = #member, .kind = FIELD_##field_kind, .offset = offsetof(type, member),             \
        .size = SIZE(type, member), .only_type = -1, __VA_ARGS__                                   \
    }
#define F(member, field_kind) FIELD(T, member, field_kind, )
#define ENUM(member, list, counter)                                                                \
    FIELD(T, member, SYMBOL, .symbols = list, .symbol_count = &counter)
// A field of a union in a port packet.
#define CASE(packet_type, member, field_kind)                                                      \
    {                                                                                              \
        .name = #member, .kind = FIELD_##field_kind, .offset = offsetof(T, member),                \
        .size = SIZE(T, member), .only_type = packet_type                                          \
    }
#define STRUCTURE(variable, array)                                                                 \
    static const struct structure variable = {.name = #variable "_t",                              \
                                              .size = sizeof(T),                                   \
                                              .field_count = sizeof(array) / sizeof((array)[0]),   \
                                              .fields = array}

// --- arguments ---

#define T zx_wait_item_t
static const struct field wait_item_fields[] = {F(handle, HANDLE), F(waitfor, SIGNALS),
                                                FIELD(T, pending, SIGNALS, .is_output = true)};
STRUCTURE(zx_wait_item, wait_item_fields);
#undef T

#define T zx_channel_call_args_t
static const struct field channel_call_fields[] = {
    FIELD(T, wr_bytes, POINTER, .count = "wr_num_bytes", .direction = SYSCALL_IN),
    FIELD(T, wr_handles, POINTER, .count = "wr_num_handles", .direction = SYSCALL_IN,
          .to_handles = true),
    FIELD(T, rd_bytes, POINTER, .count = "rd_num_bytes", .direction = SYSCALL_OUT),
    FIELD(T, rd_handles, POINTER, .count = "rd_num_handles", .direction = SYSCALL_OUT,
          .to_handles = true),
    F(wr_num_bytes, NUMBER),
    F(wr_num_handles, NUMBER),
    F(rd_num_bytes, NUMBER),
    F(rd_num_handles, NUMBER)};
STRUCTURE(zx_channel_call_args, channel_call_fields);
#undef T

#define T zx_handle_info_t
static const struct field handle_info_fields[] = {F(handle, HANDLE), F(type, OBJECT_TYPE),
                                                  F(rights, RIGHTS)};
STRUCTURE(zx_handle_info, handle_info_fields);
#undef T

#define T zx_handle_disposition_t
static const struct field handle_disposition_fields[] = {
    ENUM(operation, handle_operations, handle_operation_count), F(handle, HANDLE),
    F(type, OBJECT_TYPE), F(rights, RIGHTS), FIELD(T, result, STATUS, .is_output = true)};
STRUCTURE(zx_handle_disposition, handle_disposition_fields);
#undef T

#define T zx_iovec_t
static const struct field read_vector_fields[] = {
    FIELD(T, buffer, POINTER, .count = "capacity", .direction = SYSCALL_OUT), F(capacity, NUMBER)};
static const struct field write_vector_fields[] = {
    FIELD(T, buffer, POINTER, .count = "capacity", .direction = SYSCALL_IN), F(capacity, NUMBER)};
static const struct structure zx_iovec = {
    .name = "zx_iovec_t", .size = sizeof(T), .field_count = 2, .fields = read_vector_fields};
static const struct structure written_vector = {
    .name = "zx_iovec_t", .size = sizeof(T), .field_count = 2, .fields = write_vector_fields};
#undef T

#define T zx_port_packet_t
static const struct field port_packet_fields[] = {
    F(key, NUMBER),
    ENUM(type, packet_types, packet_type_count),
    F(status, STATUS),
    CASE(ZX_PKT_TYPE_USER, user.u64, DATA),
    CASE(ZX_PKT_TYPE_SIGNAL_ONE, signal.trigger, SIGNALS),
    CASE(ZX_PKT_TYPE_SIGNAL_ONE, signal.observed, SIGNALS),
    CASE(ZX_PKT_TYPE_SIGNAL_ONE, signal.count, NUMBER),
    CASE(ZX_PKT_TYPE_SIGNAL_ONE, signal.timestamp, NUMBER),
    CASE(ZX_PKT_TYPE_GUEST_BELL, guest_bell.addr, HEX),
    CASE(ZX_PKT_TYPE_GUEST_MEM, guest_mem.addr, HEX),
    CASE(ZX_PKT_TYPE_GUEST_MEM, guest_mem.inst_len, NUMBER),
    CASE(ZX_PKT_TYPE_GUEST_MEM, guest_mem.inst_buf, DATA),
    CASE(ZX_PKT_TYPE_GUEST_MEM, guest_mem.default_operand_size, NUMBER),
    CASE(ZX_PKT_TYPE_GUEST_IO, guest_io.port, HEX),
    CASE(ZX_PKT_TYPE_GUEST_IO, guest_io.access_size, NUMBER),
    CASE(ZX_PKT_TYPE_GUEST_IO, guest_io.input, BOOL),
    CASE(ZX_PKT_TYPE_GUEST_IO, guest_io.u32, HEX),
    CASE(ZX_PKT_TYPE_GUEST_VCPU, guest_vcpu.type, NUMBER),
    CASE(ZX_PKT_TYPE_GUEST_VCPU, guest_vcpu.startup.id, HEX),
    CASE(ZX_PKT_TYPE_GUEST_VCPU, guest_vcpu.startup.entry, HEX),
    CASE(ZX_PKT_TYPE_INTERRUPT, interrupt.timestamp, NUMBER),
    CASE(ZX_PKT_TYPE_PAGE_REQUEST, page_request.command, NUMBER),
    CASE(ZX_PKT_TYPE_PAGE_REQUEST, page_request.flags, HEX),
    CASE(ZX_PKT_TYPE_PAGE_REQUEST, page_request.offset, NUMBER),
    CASE(ZX_PKT_TYPE_PAGE_REQUEST, page_request.length, NUMBER),
    CASE(ZX_EXCP_GENERAL, exception.pid, KOID),
    CASE(ZX_EXCP_GENERAL, exception.tid, KOID),
};
STRUCTURE(zx_port_packet, port_packet_fields);
#undef T

#define T zx_profile_info_t
static const struct field profile_info_fields[] = {
    F(type, NUMBER), F(scheduler.priority, SIGNED), F(scheduler.boost, NUMBER),
    F(scheduler.deboost, NUMBER), F(scheduler.quantum, NUMBER)};
STRUCTURE(zx_profile_info, profile_info_fields);
#undef T

#define T zx_pci_bar_t
static const struct field pci_bar_fields[] = {F(id, NUMBER), F(type, NUMBER), F(size, NUMBER),
                                              F(addr, HEX)};
STRUCTURE(zx_pci_bar, pci_bar_fields);
#undef T

#define T zx_pcie_device_info_t
static const struct field pcie_device_info_fields[] = {
    F(vendor_id, HEX), F(device_id, HEX),         F(base_class, HEX),
    F(sub_class, HEX), F(program_interface, HEX), F(revision_id, HEX),
    F(bus_id, NUMBER), F(dev_id, NUMBER),         F(func_id, NUMBER)};
STRUCTURE(zx_pcie_device_info, pcie_device_info_fields);
#undef T

#define T zx_smc_parameters_t
static const struct field smc_parameters_fields[] = {
    F(func_id, HEX), F(arg1, HEX), F(arg2, HEX),      F(arg3, HEX),        F(arg4, HEX),
    F(arg5, HEX),    F(arg6, HEX), F(client_id, HEX), F(secure_os_id, HEX)};
STRUCTURE(zx_smc_parameters, smc_parameters_fields);
#undef T

#define T zx_smc_result_t
static const struct field smc_result_fields[] = {F(arg0, HEX), F(arg1, HEX), F(arg2, HEX),
                                                 F(arg3, HEX), F(arg6, HEX)};
STRUCTURE(zx_smc_result, smc_result_fields);
#undef T

#define T zx_system_powerctl_arg_t
static const struct field powerctl_fields[] = {F(acpi_transition_s_state.target_s_state, NUMBER),
                                               F(acpi_transition_s_state.sleep_type_a, NUMBER),
                                               F(acpi_transition_s_state.sleep_type_b, NUMBER),
                                               F(x86_power_limit.power_limit, NUMBER),
                                               F(x86_power_limit.time_window, NUMBER),
                                               F(x86_power_limit.clamp, NUMBER),
                                               F(x86_power_limit.enable, NUMBER)};
STRUCTURE(zx_system_powerctl_arg, powerctl_fields);
#undef T

#define T zx_clock_create_args_v1_t
static const struct field clock_create_fields[] = {F(backstop_time, SIGNED)};
STRUCTURE(zx_clock_create_args_v1, clock_create_fields);
#undef T

#define T zx_clock_update_args_v1_t
static const struct field clock_update_fields[] = {F(rate_adjust, SIGNED), F(value, SIGNED),
                                                   F(error_bound, NUMBER)};
STRUCTURE(zx_clock_update_args_v1, clock_update_fields);
#undef T

#define T zx_clock_details_v1_t
#define TRANSFORMATION(member)                                                                     \
    F(member.reference_offset, SIGNED), F(member.synthetic_offset, SIGNED),                        \
        F(member.rate.synthetic_ticks, NUMBER), F(member.rate.reference_ticks, NUMBER)
static const struct field clock_details_fields[] = {F(options, HEX),
                                                    F(backstop_time, SIGNED),
                                                    TRANSFORMATION(ticks_to_synthetic),
                                                    TRANSFORMATION(mono_to_synthetic),
                                                    F(error_bound, NUMBER),
                                                    F(query_ticks, SIGNED),
                                                    F(last_value_update_ticks, SIGNED),
                                                    F(last_rate_adjust_update_ticks, SIGNED),
                                                    F(last_error_bounds_update_ticks, SIGNED),
                                                    F(generation_counter, NUMBER)};
STRUCTURE(zx_clock_details_v1, clock_details_fields);
#undef T

#define T zx_policy_basic_t
static const struct field policy_basic_fields[] = {
    ENUM(condition, policy_conditions, policy_condition_count),
    ENUM(policy, policy_actions, policy_action_count)};
STRUCTURE(zx_policy_basic, policy_basic_fields);
#undef T

#define T zx_policy_timer_slack_t
static const struct field policy_timer_slack_fields[] = {F(min_slack, DURATION),
                                                         F(default_mode, NUMBER)};
STRUCTURE(zx_policy_timer_slack, policy_timer_slack_fields);
#undef T

#define T zx_log_record_t
static const struct field log_record_fields[] = {F(datalen, NUMBER),
                                                 F(flags, HEX),
                                                 F(timestamp, NUMBER),
                                                 F(pid, KOID),
                                                 F(tid, KOID),
                                                 {.name = "data",
                                                  .kind = FIELD_TEXT,
                                                  .offset = offsetof(T, data),
                                                  .size = ZX_LOG_RECORD_MAX - offsetof(T, data),
                                                  .only_type = -1}};
static const struct structure zx_log_record = {.name = "zx_log_record_t",
                                               .size = ZX_LOG_RECORD_MAX,
                                               .field_count = sizeof(log_record_fields) /
                                                              sizeof(log_record_fields[0]),
                                               .fields = log_record_fields};
#undef T

#define T zx_thread_state_general_regs_t
static const struct field general_regs_fields[] = {
    F(rax, HEX), F(rbx, HEX), F(rcx, HEX),    F(rdx, HEX),     F(rsi, HEX),
    F(rdi, HEX), F(rbp, HEX), F(rsp, HEX),    F(r8, HEX),      F(r9, HEX),
    F(r10, HEX), F(r11, HEX), F(r12, HEX),    F(r13, HEX),     F(r14, HEX),
    F(r15, HEX), F(rip, HEX), F(rflags, HEX), F(fs_base, HEX), F(gs_base, HEX)};
STRUCTURE(zx_thread_state_general_regs, general_regs_fields);
#undef T

#define T zx_vcpu_state_t
static const struct field vcpu_state_fields[] = {
    F(rax, HEX), F(rcx, HEX), F(rdx, HEX), F(rbx, HEX), F(rsp, HEX),   F(rbp, HEX),
    F(rsi, HEX), F(rdi, HEX), F(r8, HEX),  F(r9, HEX),  F(r10, HEX),   F(r11, HEX),
    F(r12, HEX), F(r13, HEX), F(r14, HEX), F(r15, HEX), F(rflags, HEX)};
STRUCTURE(zx_vcpu_state, vcpu_state_fields);
#undef T

#define T zx_vcpu_io_t
static const struct field vcpu_io_fields[] = {F(access_size, NUMBER), F(u32, HEX)};
STRUCTURE(zx_vcpu_io, vcpu_io_fields);
#undef T

// --- what zx_object_get_info tells ---

#define T zx_info_handle_basic_t
static const struct field info_handle_basic_fields[] = {
    F(koid, KOID), F(rights, RIGHTS), F(type, OBJECT_TYPE), F(related_koid, KOID), F(props, HEX)};
STRUCTURE(zx_info_handle_basic, info_handle_basic_fields);
#undef T

#define T zx_info_handle_count_t
static const struct field info_handle_count_fields[] = {F(handle_count, NUMBER)};
STRUCTURE(zx_info_handle_count, info_handle_count_fields);
#undef T

#define T zx_info_process_t
static const struct field info_process_fields[] = {F(return_code, SIGNED), F(started, BOOL),
                                                   F(exited, BOOL), F(debugger_attached, BOOL)};
STRUCTURE(zx_info_process, info_process_fields);
#undef T

#define T zx_info_job_t
static const struct field info_job_fields[] = {F(return_code, SIGNED), F(exited, BOOL),
                                               F(kill_on_oom, BOOL), F(debugger_attached, BOOL)};
STRUCTURE(zx_info_job, info_job_fields);
#undef T

#define T zx_info_thread_t
static const struct field info_thread_fields[] = {ENUM(state, thread_states, thread_state_count),
                                                  F(wait_exception_channel_type, NUMBER)};
STRUCTURE(zx_info_thread, info_thread_fields);
#undef T

#define T zx_info_thread_stats_t
static const struct field info_thread_stats_fields[] = {F(total_runtime, DURATION)};
STRUCTURE(zx_info_thread_stats, info_thread_stats_fields);
#undef T

#define T zx_info_task_stats_t
static const struct field info_task_stats_fields[] = {
    F(mem_mapped_bytes, NUMBER), F(mem_private_bytes, NUMBER), F(mem_shared_bytes, NUMBER),
    F(mem_scaled_shared_bytes, NUMBER)};
STRUCTURE(zx_info_task_stats, info_task_stats_fields);
#undef T

#define T zx_info_vmar_t
static const struct field info_vmar_fields[] = {F(base, HEX), F(len, NUMBER)};
STRUCTURE(zx_info_vmar, info_vmar_fields);
#undef T

#define T zx_info_bti_t
static const struct field info_bti_fields[] = {F(minimum_contiguity, NUMBER),
                                               F(aspace_size, NUMBER)};
STRUCTURE(zx_info_bti, info_bti_fields);
#undef T

#define T zx_info_socket_t
static const struct field info_socket_fields[] = {
    F(options, HEX),        F(rx_buf_max, NUMBER),
    F(rx_buf_size, NUMBER), F(rx_buf_available, NUMBER),
    F(tx_buf_max, NUMBER),  F(tx_buf_size, NUMBER)};
STRUCTURE(zx_info_socket, info_socket_fields);
#undef T

#define T zx_info_maps_t
static const struct field info_maps_fields[] = {F(name, TEXT),
                                                F(base, HEX),
                                                F(size, NUMBER),
                                                F(depth, NUMBER),
                                                F(type, NUMBER),
                                                F(u.mapping.mmu_flags, HEX),
                                                F(u.mapping.vmo_koid, KOID),
                                                F(u.mapping.vmo_offset, NUMBER),
                                                F(u.mapping.committed_pages, NUMBER)};
STRUCTURE(zx_info_maps, info_maps_fields);
#undef T

#define T zx_info_vmo_t
static const struct field info_vmo_fields[] = {F(koid, KOID),
                                               F(name, TEXT),
                                               F(size_bytes, NUMBER),
                                               F(parent_koid, KOID),
                                               F(num_children, NUMBER),
                                               F(num_mappings, NUMBER),
                                               F(share_count, NUMBER),
                                               F(flags, HEX),
                                               F(committed_bytes, NUMBER),
                                               F(handle_rights, RIGHTS),
                                               F(cache_policy, NUMBER)};
STRUCTURE(zx_info_vmo, info_vmo_fields);
#undef T

#define T zx_info_cpu_stats_t
static const struct field info_cpu_stats_fields[] = {F(cpu_number, NUMBER),
                                                     F(flags, HEX),
                                                     F(idle_time, DURATION),
                                                     F(reschedules, NUMBER),
                                                     F(context_switches, NUMBER),
                                                     F(irq_preempts, NUMBER),
                                                     F(preempts, NUMBER),
                                                     F(yields, NUMBER),
                                                     F(ints, NUMBER),
                                                     F(timer_ints, NUMBER),
                                                     F(timers, NUMBER),
                                                     F(page_faults, NUMBER),
                                                     F(exceptions, NUMBER),
                                                     F(syscalls, NUMBER),
                                                     F(reschedule_ipis, NUMBER),
                                                     F(generic_ipis, NUMBER)};
STRUCTURE(zx_info_cpu_stats, info_cpu_stats_fields);
#undef T

#define T zx_info_kmem_stats_t
static const struct field info_kmem_stats_fields[] = {
    F(total_bytes, NUMBER),        F(free_bytes, NUMBER),      F(wired_bytes, NUMBER),
    F(total_heap_bytes, NUMBER),   F(free_heap_bytes, NUMBER), F(vmo_bytes, NUMBER),
    F(mmu_overhead_bytes, NUMBER), F(ipc_bytes, NUMBER),       F(other_bytes, NUMBER)};
STRUCTURE(zx_info_kmem_stats, info_kmem_stats_fields);
#undef T

#define T zx_info_resource_t
static const struct field info_resource_fields[] = {F(kind, NUMBER), F(flags, HEX), F(base, HEX),
                                                    F(size, NUMBER), F(name, TEXT)};
STRUCTURE(zx_info_resource, info_resource_fields);
#undef T

#define T zx_info_stream_t
static const struct field info_stream_fields[] = {F(options, HEX), F(seek, NUMBER),
                                                  F(content_size, NUMBER)};
STRUCTURE(zx_info_stream, info_stream_fields);
#undef T

#define T zx_info_msi_t
static const struct field info_msi_fields[] = {F(target_addr, HEX), F(target_data, HEX),
                                               F(base_irq_id, NUMBER), F(num_irq, NUMBER),
                                               F(interrupt_count, NUMBER)};
STRUCTURE(zx_info_msi, info_msi_fields);
#undef T

#define T zx_exception_report_t
static const struct field exception_report_fields[] = {
    F(header.size, NUMBER), ENUM(header.type, packet_types, packet_type_count),
    F(context.arch.u.x86_64.vector, NUMBER), F(context.arch.u.x86_64.err_code, HEX),
    F(context.arch.u.x86_64.cr2, HEX)};
STRUCTURE(zx_exception_report, exception_report_fields);
#undef T

// --- numbers and names ---

#define SINGLE(variable, type, field_kind)                                                         \
    static const struct field variable##_fields[] = {                                              \
        {.name = "", .kind = FIELD_##field_kind, .size = sizeof(type), .only_type = -1}};          \
    static const struct structure variable = {.name = #type,                                       \
                                              .size = sizeof(type),                                \
                                              .field_count = 1,                                    \
                                              .is_single = true,                                   \
                                              .fields = variable##_fields}
SINGLE(handle_value, zx_handle_t, HANDLE);
SINGLE(koid_value, zx_koid_t, KOID);
SINGLE(signals_value, zx_signals_t, SIGNALS);
SINGLE(number32_value, uint32_t, NUMBER);
SINGLE(number64_value, uint64_t, NUMBER);
SINGLE(signed32_value, int32_t, SIGNED);
SINGLE(signed64_value, int64_t, SIGNED);
SINGLE(address_value, zx_vaddr_t, HEX);
static const struct field object_name_fields[] = {
    {.name = "", .kind = FIELD_TEXT, .size = ZX_MAX_NAME_LEN, .only_type = -1}};
static const struct structure object_name = {.name = "char",
                                             .size = ZX_MAX_NAME_LEN,
                                             .field_count = 1,
                                             .is_single = true,
                                             .fields = object_name_fields};

// --- which it is ---

// By the C type of the argument.
static const struct {
    const char *type;
    const struct structure *structure;
} by_type[] = {
    {"zx_handle_t", &handle_value},
    {"zx_handle_info_t", &zx_handle_info},
    {"zx_handle_disposition_t", &zx_handle_disposition},
    {"zx_wait_item_t", &zx_wait_item},
    {"zx_port_packet_t", &zx_port_packet},
    {"zx_channel_call_args_t", &zx_channel_call_args},
    {"zx_iovec_t", &zx_iovec},
    {"zx_koid_t", &koid_value},
    {"zx_signals_t", &signals_value},
    {"uint32_t", &number32_value},
    {"uint64_t", &number64_value},
    {"size_t", &number64_value},
    {"zx_off_t", &number64_value},
    {"zx_time_t", &signed64_value},
    {"zx_futex_t", &signed32_value},
    {"zx_vaddr_t", &address_value},
    {"zx_paddr_t", &address_value},
    {"zx_profile_info_t", &zx_profile_info},
    {"zx_pci_bar_t", &zx_pci_bar},
    {"zx_pcie_device_info_t", &zx_pcie_device_info},
    {"zx_smc_parameters_t", &zx_smc_parameters},
    {"zx_smc_result_t", &zx_smc_result},
    {"zx_system_powerctl_arg_t", &zx_system_powerctl_arg},
};

// By the number that an argument before it has: a topic, a property, a kind.
static const struct {
    const char *call;
    int selector; // -1: none
    uint64_t value;
    const char *argument;
    const struct structure *structure;
} by_selector[] = {
#define INFO(topic, structure)                                                                     \
    { "object_get_info", 1, ZX_INFO_##topic, "buffer", &structure }
    INFO(HANDLE_BASIC, zx_info_handle_basic),
    INFO(HANDLE_COUNT, zx_info_handle_count),
    INFO(PROCESS, zx_info_process),
    INFO(PROCESS_THREADS, koid_value),
    INFO(JOB, zx_info_job),
    INFO(JOB_CHILDREN, koid_value),
    INFO(JOB_PROCESSES, koid_value),
    INFO(THREAD, zx_info_thread),
    INFO(THREAD_STATS, zx_info_thread_stats),
    INFO(THREAD_EXCEPTION_REPORT, zx_exception_report),
    INFO(TASK_STATS, zx_info_task_stats),
    INFO(PROCESS_MAPS, zx_info_maps),
    INFO(PROCESS_VMOS, zx_info_vmo),
    INFO(VMO, zx_info_vmo),
    INFO(VMAR, zx_info_vmar),
    INFO(BTI, zx_info_bti),
    INFO(SOCKET, zx_info_socket),
    INFO(CPU_STATS, zx_info_cpu_stats),
    INFO(KMEM_STATS, zx_info_kmem_stats),
    INFO(RESOURCE, zx_info_resource),
    INFO(STREAM, zx_info_stream),
    INFO(MSI, zx_info_msi),
#define PROPERTY(property, structure)                                                              \
    {"object_get_property", 1, ZX_PROP_##property, "value", &structure}, {                         \
        "object_set_property", 1, ZX_PROP_##property, "value", &structure                          \
    }
    PROPERTY(NAME, object_name),
    PROPERTY(REGISTER_GS, address_value),
    PROPERTY(REGISTER_FS, address_value),
    PROPERTY(PROCESS_DEBUG_ADDR, address_value),
    PROPERTY(PROCESS_VDSO_BASE_ADDRESS, address_value),
    PROPERTY(SOCKET_RX_THRESHOLD, number64_value),
    PROPERTY(SOCKET_TX_THRESHOLD, number64_value),
    PROPERTY(JOB_KILL_ON_OOM, number64_value),
    PROPERTY(EXCEPTION_STATE, number32_value),
    PROPERTY(VMO_CONTENT_SIZE, number64_value),
#define STATE(call, kind, structure)                                                               \
    { call, 1, kind, "buffer", &structure }
    STATE("thread_read_state", ZX_THREAD_STATE_GENERAL_REGS, zx_thread_state_general_regs),
    STATE("thread_write_state", ZX_THREAD_STATE_GENERAL_REGS, zx_thread_state_general_regs),
    STATE("thread_read_state", ZX_THREAD_STATE_SINGLE_STEP, number32_value),
    STATE("thread_write_state", ZX_THREAD_STATE_SINGLE_STEP, number32_value),
    STATE("thread_read_state", ZX_THREAD_X86_REGISTER_FS, address_value),
    STATE("thread_write_state", ZX_THREAD_X86_REGISTER_FS, address_value),
    STATE("thread_read_state", ZX_THREAD_X86_REGISTER_GS, address_value),
    STATE("thread_write_state", ZX_THREAD_X86_REGISTER_GS, address_value),
    STATE("vcpu_read_state", ZX_VCPU_STATE, zx_vcpu_state),
    STATE("vcpu_write_state", ZX_VCPU_STATE, zx_vcpu_state),
    STATE("vcpu_write_state", ZX_VCPU_IO, zx_vcpu_io),
    {"job_set_policy", 2, ZX_JOB_POL_BASIC, "policy", &zx_policy_basic},
    {"job_set_policy", 2, ZX_JOB_POL_TIMER_SLACK, "policy", &zx_policy_timer_slack},
    {"clock_create", -1, 0, "args", &zx_clock_create_args_v1},
    {"clock_update", -1, 0, "args", &zx_clock_update_args_v1},
    {"clock_get_details", -1, 0, "details", &zx_clock_details_v1},
    {"debuglog_read", -1, 0, "buffer", &zx_log_record},
    {"stream_writev", -1, 0, "vector", &written_vector},
    {"stream_writev_at", -1, 0, "vector", &written_vector},
};

// Is it "const NAME *" or "NAME *"?
static bool points_to(const char *type, const char *name) {
    if (strncmp(type, "const ", 6) == 0) {
        type += 6;
    }
    size_t length = strlen(name);
    return strncmp(type, name, length) == 0 && type[length + strspn(type + length, " ")] == '*';
}

const struct structure *structure_of(const struct syscall_desc *call, size_t arg,
                                     const uint64_t words[8]) {
    const struct syscall_arg *described = &call->args[arg];
    if (!described->is_pointer) {
        return NULL;
    }
    for (size_t i = 0; i < sizeof(by_selector) / sizeof(by_selector[0]); i++) {
        if (strcmp(by_selector[i].argument, described->name) == 0 &&
            strcmp(by_selector[i].call, call->name) == 0 &&
            (by_selector[i].selector < 0 ||
             (uint32_t)words[by_selector[i].selector] == by_selector[i].value)) {
            return by_selector[i].structure;
        }
    }
    for (size_t i = 0; i < sizeof(by_type) / sizeof(by_type[0]); i++) {
        if (points_to(described->type, by_type[i].type)) {
            return by_type[i].structure;
        }
    }
    return NULL;
}

const struct field *structure_field(const struct structure *structure, const char *name,
                                    size_t length) {
    for (size_t i = 0; i < structure->field_count; i++) {
        const struct field *field = &structure->fields[i];
        if (strncmp(field->name, name, length) == 0 && field->name[length] == '\0') {
            return field;
        }
    }
    return NULL;
}

uint64_t number_read(const void *from, size_t size, bool is_signed) {
    uint64_t value = 0;
    memcpy(&value, from, size > sizeof(value) ? sizeof(value) : size);
    if (is_signed && size < sizeof(value) && size > 0) {
        int shift = (int)(64 - 8 * size);
        value = (uint64_t)((int64_t)(value << shift) >> shift);
    }
    return value;
}

bool field_applies(const struct structure *structure, const struct field *field,
                   const void *instance, size_t available) {
    // Text ends with the memory, everything else must be there as a whole.
    size_t needed = field->kind == FIELD_TEXT ? 1 : field->size;
    if ((size_t)field->offset + needed > available) {
        return false;
    }
    const struct field *type = field->only_type >= 0 ? structure_field(structure, "type", 4) : NULL;
    if (type == NULL) {
        return true;
    }
    uint64_t value = number_read((const char *)instance + type->offset, type->size, false);
    if (field->only_type == ZX_EXCP_GENERAL) {
        return ZX_PKT_IS_EXCEPTION((uint32_t)value);
    }
    return value == (uint64_t)field->only_type ||
           (field->only_type == ZX_PKT_TYPE_SIGNAL_ONE && value == ZX_PKT_TYPE_SIGNAL_REP);
}
