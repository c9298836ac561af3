// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// What zx_object_get_info answers, by topic, and the properties of zx_object_get_property and
// zx_object_set_property.

#ifndef ZIRCON_SYSCALLS_OBJECT_H_
#define ZIRCON_SYSCALLS_OBJECT_H_

#include <zircon/types.h>

__BEGIN_CDECLS

// Topics. Most answer with one structure of the same name; PROCESS_THREADS, JOB_CHILDREN and
// JOB_PROCESSES with zx_koid_t, PROCESS_MAPS with zx_info_maps_t, PROCESS_VMOS with zx_info_vmo_t
// and CPU_STATS with as many of its structure as there are. THREAD_EXCEPTION_REPORT answers with
// the zx_exception_report_t of exception.h, HANDLE_VALID with its status alone.
typedef uint32_t zx_object_info_topic_t;
#define ZX_INFO_NONE ((zx_object_info_topic_t)0u)
#define ZX_INFO_HANDLE_VALID ((zx_object_info_topic_t)1u)
#define ZX_INFO_HANDLE_BASIC ((zx_object_info_topic_t)2u)
#define ZX_INFO_PROCESS ((zx_object_info_topic_t)3u)
#define ZX_INFO_PROCESS_THREADS ((zx_object_info_topic_t)4u)
#define ZX_INFO_VMAR ((zx_object_info_topic_t)7u)
#define ZX_INFO_JOB_CHILDREN ((zx_object_info_topic_t)8u)
#define ZX_INFO_JOB_PROCESSES ((zx_object_info_topic_t)9u)
#define ZX_INFO_THREAD ((zx_object_info_topic_t)10u)
#define ZX_INFO_THREAD_EXCEPTION_REPORT ((zx_object_info_topic_t)11u)
#define ZX_INFO_TASK_STATS ((zx_object_info_topic_t)12u)
#define ZX_INFO_PROCESS_MAPS ((zx_object_info_topic_t)13u)
#define ZX_INFO_PROCESS_VMOS ((zx_object_info_topic_t)14u)
#define ZX_INFO_THREAD_STATS ((zx_object_info_topic_t)15u)
#define ZX_INFO_CPU_STATS ((zx_object_info_topic_t)16u)
#define ZX_INFO_KMEM_STATS ((zx_object_info_topic_t)17u)
#define ZX_INFO_RESOURCE ((zx_object_info_topic_t)18u)
#define ZX_INFO_HANDLE_COUNT ((zx_object_info_topic_t)19u)
#define ZX_INFO_BTI ((zx_object_info_topic_t)20u)
#define ZX_INFO_PROCESS_HANDLE_STATS ((zx_object_info_topic_t)21u)
#define ZX_INFO_SOCKET ((zx_object_info_topic_t)22u)
#define ZX_INFO_VMO ((zx_object_info_topic_t)23u)
#define ZX_INFO_JOB ((zx_object_info_topic_t)24u)

typedef uint32_t zx_obj_props_t;
#define ZX_OBJ_PROP_NONE ((zx_obj_props_t)0u)
#define ZX_OBJ_PROP_WAITABLE ((zx_obj_props_t)1u)

// related_koid: the other end of a pair, the parent of a task, or 0. It never changes, and may
// name an object that is gone.
typedef struct zx_info_handle_basic {
    zx_koid_t koid;
    zx_rights_t rights;
    zx_obj_type_t type;
    zx_koid_t related_koid;
    zx_obj_props_t props;
} zx_info_handle_basic_t;

// Handles to the object, in all processes.
typedef struct zx_info_handle_count {
    uint32_t handle_count;
} zx_info_handle_count_t;

// Handles of the process, by object type.
typedef struct zx_info_process_handle_stats {
    uint32_t handle_count[ZX_OBJ_TYPE_UPPER_BOUND];
} zx_info_process_handle_stats_t;

// The return code of a task that was killed says how.
#define ZX_TASK_RETCODE_SYSCALL_KILL ((int64_t)-1024)
#define ZX_TASK_RETCODE_OOM_KILL ((int64_t)-1025)
#define ZX_TASK_RETCODE_POLICY_KILL ((int64_t)-1026)
#define ZX_TASK_RETCODE_VDSO_KILL ((int64_t)-1027)
#define ZX_TASK_RETCODE_EXCEPTION_KILL ((int64_t)-1028)

// return_code counts once `exited` is set; `started` stays set after that.
typedef struct zx_info_process {
    int64_t return_code;
    bool started;
    bool exited;
    bool debugger_attached;
} zx_info_process_t;

typedef struct zx_info_job {
    int64_t return_code;
    bool exited;
    bool kill_on_oom;
    bool debugger_attached;
} zx_info_job_t;

// States of a thread. The low byte is the state, the next one what a blocked thread is blocked on.
typedef uint32_t zx_thread_state_t;
#define ZX_THREAD_STATE_NEW ((zx_thread_state_t)0x0000u)
#define ZX_THREAD_STATE_RUNNING ((zx_thread_state_t)0x0001u)
#define ZX_THREAD_STATE_SUSPENDED ((zx_thread_state_t)0x0002u)
#define ZX_THREAD_STATE_BLOCKED ((zx_thread_state_t)0x0003u)
#define ZX_THREAD_STATE_DYING ((zx_thread_state_t)0x0004u)
#define ZX_THREAD_STATE_DEAD ((zx_thread_state_t)0x0005u)
#define ZX_THREAD_STATE_BLOCKED_EXCEPTION ((zx_thread_state_t)0x0103u)
#define ZX_THREAD_STATE_BLOCKED_SLEEPING ((zx_thread_state_t)0x0203u)
#define ZX_THREAD_STATE_BLOCKED_FUTEX ((zx_thread_state_t)0x0303u)
#define ZX_THREAD_STATE_BLOCKED_PORT ((zx_thread_state_t)0x0403u)
#define ZX_THREAD_STATE_BLOCKED_CHANNEL ((zx_thread_state_t)0x0503u)
#define ZX_THREAD_STATE_BLOCKED_WAIT_ONE ((zx_thread_state_t)0x0603u)
#define ZX_THREAD_STATE_BLOCKED_WAIT_MANY ((zx_thread_state_t)0x0703u)
#define ZX_THREAD_STATE_BLOCKED_INTERRUPT ((zx_thread_state_t)0x0803u)
#define ZX_THREAD_STATE_BLOCKED_PAGER ((zx_thread_state_t)0x0903u)
// The state without what it is blocked on.
#define ZX_THREAD_STATE_BASIC(n) ((n)&0xff)

// Blocked in an exception: the ZX_EXCEPTION_CHANNEL_TYPE_ of the handler that has it.
typedef struct zx_info_thread {
    zx_thread_state_t state;
    union {
        uint32_t wait_exception_channel_type;
        uint32_t wait_exception_port_type;
    };
} zx_info_thread_t;

typedef struct zx_info_thread_stats {
    zx_duration_t total_runtime;
} zx_info_thread_stats_t;

// Bytes that a process has mapped; of those with memory behind them, what is mapped by this
// process alone, by others too, and its part of the latter if each is divided by those that map it.
typedef struct zx_info_task_stats {
    size_t mem_mapped_bytes;
    size_t mem_private_bytes;
    size_t mem_shared_bytes;
    size_t mem_scaled_shared_bytes;
} zx_info_task_stats_t;

typedef struct zx_info_vmar {
    uintptr_t base;
    size_t len;
} zx_info_vmar_t;

// minimum_contiguity: pinned memory comes in pieces of at least that many bytes.
typedef struct zx_info_bti {
    uint64_t minimum_contiguity;
    uint64_t aspace_size;
} zx_info_bti_t;

// rx: what this end can read; available is what one read gets. tx: the same of the other end, 0
// without one.
typedef struct zx_info_socket {
    uint32_t options;
    size_t rx_buf_max;
    size_t rx_buf_size;
    size_t rx_buf_available;
    size_t tx_buf_max;
    size_t tx_buf_size;
} zx_info_socket_t;

// Permissions, and which pages of which memory object; committed are those with memory behind them.
typedef struct zx_info_maps_mapping {
    zx_vm_option_t mmu_flags;
    zx_koid_t vmo_koid;
    uint64_t vmo_offset;
    size_t committed_pages;
} zx_info_maps_mapping_t;

typedef uint32_t zx_info_maps_type_t;
#define ZX_INFO_MAPS_TYPE_NONE ((zx_info_maps_type_t)0u)
#define ZX_INFO_MAPS_TYPE_ASPACE ((zx_info_maps_type_t)1u)
#define ZX_INFO_MAPS_TYPE_VMAR ((zx_info_maps_type_t)2u)
#define ZX_INFO_MAPS_TYPE_MAPPING ((zx_info_maps_type_t)3u)

// A region or mapping of an address space. They come in depth-first order, with their depth. u is
// for mappings only.
typedef struct zx_info_maps {
    char name[ZX_MAX_NAME_LEN];
    zx_vaddr_t base;
    size_t size;
    size_t depth;
    zx_info_maps_type_t type;
    union {
        zx_info_maps_mapping_t mapping;
    } u;
} zx_info_maps_t;

// The flags of a memory object: made of pages or a range of physical addresses, and more. A list
// of those of a process says by which way each belongs to it.
#define ZX_INFO_VMO_TYPE_PAGED (1u << 0)
#define ZX_INFO_VMO_TYPE_PHYSICAL (0u << 0)
#define ZX_INFO_VMO_RESIZABLE (1u << 1)
#define ZX_INFO_VMO_IS_COW_CLONE (1u << 2)
#define ZX_INFO_VMO_VIA_HANDLE (1u << 3)
#define ZX_INFO_VMO_VIA_MAPPING (1u << 4)
#define ZX_INFO_VMO_PAGER_BACKED (1u << 5)
#define ZX_INFO_VMO_CONTIGUOUS (1u << 6)
// ZX_INFO_VMO_TYPE_PAGED or ZX_INFO_VMO_TYPE_PHYSICAL, from the flags.
#define ZX_INFO_VMO_TYPE(flags) ((flags) & (1u << 0))

// num_mappings counts each mapping, share_count each address space that has one. committed_bytes
// is the memory behind a paged one. handle_rights is for VIA_HANDLE.
typedef struct zx_info_vmo {
    zx_koid_t koid;
    char name[ZX_MAX_NAME_LEN];
    uint64_t size_bytes;
    zx_koid_t parent_koid;
    size_t num_children;
    size_t num_mappings;
    size_t share_count;
    uint32_t flags;
    uint64_t committed_bytes;
    zx_rights_t handle_rights;
    uint32_t cache_policy;
} zx_info_vmo_t;

// What a processor has done since the system started. page_faults and exceptions are always 0.
#define ZX_INFO_CPU_STATS_FLAG_ONLINE (1u << 0)

typedef struct zx_info_cpu_stats {
    uint32_t cpu_number;
    uint32_t flags;
    zx_duration_t idle_time;
    uint64_t reschedules;
    uint64_t context_switches;
    uint64_t irq_preempts;
    uint64_t preempts;
    uint64_t yields;
    uint64_t ints;
    uint64_t timer_ints;
    uint64_t timers;
    uint64_t page_faults;
    uint64_t exceptions;
    uint64_t syscalls;
    uint64_t reschedule_ipis;
    uint64_t generic_ipis;
} zx_info_cpu_stats_t;

// Memory of the system, by use.
typedef struct zx_info_kmem_stats {
    uint64_t total_bytes;
    uint64_t free_bytes;
    uint64_t wired_bytes;
    uint64_t total_heap_bytes;
    uint64_t free_heap_bytes;
    uint64_t vmo_bytes;
    uint64_t mmu_overhead_bytes;
    uint64_t ipc_bytes;
    uint64_t other_bytes;
} zx_info_kmem_stats_t;

// The kind and flags of resource.h, and the range.
typedef struct zx_info_resource {
    uint32_t kind;
    uint32_t flags;
    uint64_t base;
    size_t size;
    char name[ZX_MAX_NAME_LEN];
} zx_info_resource_t;

// Properties and the types of their values.

// char[ZX_MAX_NAME_LEN]
#define ZX_PROP_NAME ((uint32_t)3u)
// uintptr_t, of the calling thread
#define ZX_PROP_REGISTER_GS ((uint32_t)2u)
#define ZX_PROP_REGISTER_FS ((uint32_t)4u)
// uintptr_t: where the dynamic linker keeps its list of images. Before it does, BREAK_ON_SET asks
// it to stop at a breakpoint once it has.
#define ZX_PROP_PROCESS_DEBUG_ADDR ((uint32_t)5u)
#define ZX_PROCESS_DEBUG_ADDR_BREAK_ON_SET ((uintptr_t)1u)
// uintptr_t
#define ZX_PROP_PROCESS_VDSO_BASE_ADDRESS ((uint32_t)6u)
// size_t: bytes from which on the threshold signals of a socket are set, 0 for never
#define ZX_PROP_SOCKET_RX_THRESHOLD 12u
#define ZX_PROP_SOCKET_TX_THRESHOLD 13u
// size_t: 0 or 1
#define ZX_PROP_JOB_KILL_ON_OOM 15u
// uint32_t: what becomes of the exception when its last handle is closed
#define ZX_PROP_EXCEPTION_STATE 16u
#define ZX_EXCEPTION_STATE_TRY_NEXT 0u
#define ZX_EXCEPTION_STATE_HANDLED 1u

// What follows is later than November 2019. None of it changes a name or a value of then.

#define ZX_INFO_STREAM ((zx_object_info_topic_t)26u)
#define ZX_INFO_MSI ((zx_object_info_topic_t)28u)

#define ZX_TASK_RETCODE_CRITICAL_PROCESS_KILL ((int64_t)-1029)

// uint64_t: bytes of a memory object that a stream of it regards as contents
#define ZX_PROP_VMO_CONTENT_SIZE 17u

typedef struct zx_info_stream {
    uint32_t options;
    uint8_t padding1[4];
    zx_off_t seek;
    uint64_t content_size;
} zx_info_stream_t;

// A block of message-signalled interrupts: what a device writes where to raise one, and how many
// interrupt objects have been made from it.
typedef struct zx_info_msi {
    uint64_t target_addr;
    uint32_t target_data;
    uint32_t base_irq_id;
    uint32_t num_irq;
    uint32_t interrupt_count;
} zx_info_msi_t;

// Later records of topics: those with a number of their own, and those that share the number of
// 2019 and are told from its record by the size of the buffer.
#define ZX_INFO_PROCESS_V2 ((zx_object_info_topic_t)0x10000003u)
#define ZX_INFO_THREAD_EXCEPTION_REPORT_V2 ((zx_object_info_topic_t)0x1000000bu)
#define ZX_INFO_TASK_STATS_V2 ((zx_object_info_topic_t)0x1000000cu)
#define ZX_INFO_PROCESS_MAPS_V2 ((zx_object_info_topic_t)0x1000000du)
#define ZX_INFO_PROCESS_MAPS_V3 ((zx_object_info_topic_t)0x2000000du)
#define ZX_INFO_PROCESS_VMOS_V2 ((zx_object_info_topic_t)0x1000000eu)
#define ZX_INFO_PROCESS_VMOS_V3 ((zx_object_info_topic_t)0x2000000eu)
#define ZX_INFO_PROCESS_VMOS_V4 ((zx_object_info_topic_t)0x3000000eu)
#define ZX_INFO_KMEM_STATS_V2 ((zx_object_info_topic_t)0x10000011u)
#define ZX_INFO_VMO_V2 ((zx_object_info_topic_t)0x10000017u)
#define ZX_INFO_VMO_V3 ((zx_object_info_topic_t)0x20000017u)
#define ZX_INFO_VMO_V4 ((zx_object_info_topic_t)0x30000017u)

#define ZX_INFO_PROCESS_FLAG_STARTED ((uint32_t)1u << 0)
#define ZX_INFO_PROCESS_FLAG_EXITED ((uint32_t)1u << 1)
#define ZX_INFO_PROCESS_FLAG_DEBUGGER_ATTACHED ((uint32_t)1u << 2)

// start_time is 0 while the process is not started.
typedef struct zx_info_process_v2 {
    int64_t return_code;
    zx_time_t start_time;
    uint32_t flags;
    uint8_t padding1[4];
} zx_info_process_v2_t;

// Beside ZX_INFO_THREAD. The mask names the processors that the thread may run on.
typedef struct zx_info_thread_v2 {
    zx_thread_state_t state;
    uint32_t wait_exception_channel_type;
    uint64_t cpu_affinity_mask[8];
} zx_info_thread_v2_t;

// Beside ZX_INFO_THREAD_STATS. last_scheduled_cpu is ZX_INFO_INVALID_CPU if that is not known.
#define ZX_INFO_INVALID_CPU ((uint32_t)0xffffffffu)
typedef struct zx_info_thread_stats_v2 {
    zx_duration_t total_runtime;
    uint32_t last_scheduled_cpu;
    uint8_t padding1[4];
} zx_info_thread_stats_v2_t;

// The fraction is what mem_scaled_shared_bytes is short of, in parts of 2^63 bytes.
typedef struct zx_info_task_stats_v2 {
    size_t mem_mapped_bytes;
    size_t mem_private_bytes;
    size_t mem_shared_bytes;
    size_t mem_scaled_shared_bytes;
    uint64_t mem_fractional_scaled_shared_bytes;
} zx_info_task_stats_v2_t;

// What is populated is what was ever given memory: here what is committed. A page that several
// memory objects show counts for one of them, so nothing is shared out.
typedef struct zx_info_maps_mapping_v2 {
    zx_vm_option_t mmu_flags;
    uint8_t padding1[4];
    zx_koid_t vmo_koid;
    uint64_t vmo_offset;
    size_t committed_pages;
    size_t populated_pages;
} zx_info_maps_mapping_v2_t;

typedef struct zx_info_maps_v2 {
    char name[ZX_MAX_NAME_LEN];
    zx_vaddr_t base;
    size_t size;
    size_t depth;
    zx_info_maps_type_t type;
    union {
        zx_info_maps_mapping_v2_t mapping;
    } u;
} zx_info_maps_v2_t;

typedef struct zx_info_maps_mapping_v3 {
    zx_vm_option_t mmu_flags;
    uint8_t padding1[4];
    zx_koid_t vmo_koid;
    uint64_t vmo_offset;
    size_t committed_bytes;
    size_t populated_bytes;
    size_t committed_private_bytes;
    size_t populated_private_bytes;
    size_t committed_scaled_bytes;
    size_t populated_scaled_bytes;
    uint64_t committed_fractional_scaled_bytes;
    uint64_t populated_fractional_scaled_bytes;
} zx_info_maps_mapping_v3_t;

typedef struct zx_info_maps_v3 {
    char name[ZX_MAX_NAME_LEN];
    zx_vaddr_t base;
    size_t size;
    size_t depth;
    zx_info_maps_type_t type;
    union {
        zx_info_maps_mapping_v3_t mapping;
    } u;
} zx_info_maps_v3_t;

// Version 2 ends with committed_change_events, which is always 0, version 3 with populated_bytes.
typedef struct zx_info_vmo_v4 {
    zx_koid_t koid;
    char name[ZX_MAX_NAME_LEN];
    uint64_t size_bytes;
    zx_koid_t parent_koid;
    size_t num_children;
    size_t num_mappings;
    size_t share_count;
    uint32_t flags;
    uint8_t padding1[4];
    uint64_t committed_bytes;
    zx_rights_t handle_rights;
    uint32_t cache_policy;
    uint64_t metadata_bytes;
    uint64_t committed_change_events;
    uint64_t populated_bytes;
    uint64_t committed_private_bytes;
    uint64_t populated_private_bytes;
    uint64_t committed_scaled_bytes;
    uint64_t populated_scaled_bytes;
    uint64_t committed_fractional_scaled_bytes;
    uint64_t populated_fractional_scaled_bytes;
} zx_info_vmo_v4_t;

// Beside ZX_INFO_CPU_STATS. Energy is not known, and 0.
typedef struct zx_info_cpu_stats_v2 {
    uint32_t cpu_number;
    uint32_t flags;
    zx_duration_t idle_time;
    zx_duration_t normalized_busy_time;
    uint64_t reschedules;
    uint64_t context_switches;
    uint64_t irq_preempts;
    uint64_t preempts;
    uint64_t yields;
    uint64_t ints;
    uint64_t timer_ints;
    uint64_t timers;
    uint64_t page_faults;
    uint64_t exceptions;
    uint64_t syscalls;
    uint64_t reschedule_ipis;
    uint64_t generic_ipis;
    uint64_t active_energy_consumption_nj;
    uint64_t idle_energy_consumption_nj;
} zx_info_cpu_stats_v2_t;

// What is not told apart here counts as other, and is 0 where it stands.
typedef struct zx_info_kmem_stats_v2 {
    uint64_t total_bytes;
    uint64_t free_bytes;
    uint64_t free_loaned_bytes;
    uint64_t wired_bytes;
    uint64_t total_heap_bytes;
    uint64_t free_heap_bytes;
    uint64_t vmo_bytes;
    uint64_t mmu_overhead_bytes;
    uint64_t ipc_bytes;
    uint64_t cache_bytes;
    uint64_t slab_bytes;
    uint64_t zram_bytes;
    uint64_t other_bytes;
    uint64_t vmo_reclaim_total_bytes;
    uint64_t vmo_reclaim_newest_bytes;
    uint64_t vmo_reclaim_oldest_bytes;
    uint64_t vmo_reclaim_disabled_bytes;
    uint64_t vmo_discardable_locked_bytes;
    uint64_t vmo_discardable_unlocked_bytes;
} zx_info_kmem_stats_v2_t;

// Beside ZX_INFO_BTI: pinned memory that is in use, and in quarantine.
typedef struct zx_info_bti_v2 {
    uint64_t minimum_contiguity;
    uint64_t aspace_size;
    uint64_t pmo_count;
    uint64_t quarantine_count;
} zx_info_bti_v2_t;

__END_CDECLS

#endif // ZIRCON_SYSCALLS_OBJECT_H_
