// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Firmware, secure monitors, power: what a machine has beside its devices.
#include "harness.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zircon/boot/e820.h>
#include <zircon/boot/image.h>
#include <zircon/syscalls/resource.h>
#include <zircon/syscalls/smc.h>
#include <zircon/syscalls/system.h>

// --- pc_firmware_tables ---

TEST(pc_firmware_tables, are_not_there) {
    zx_paddr_t rsdp = 7, smbios = 7;
    EXPECT_OK(zx_pc_firmware_tables(root_resource(), &rsdp, &smbios));
    EXPECT_EQ(rsdp, 0);
    EXPECT_EQ(smbios, 0);
}

static zx_status_t firmware_tables(zx_handle_t resource) {
    zx_paddr_t rsdp, smbios;
    return zx_pc_firmware_tables(resource, &rsdp, &smbios);
}

TEST(pc_firmware_tables, wants_the_root_resource) {
    expect_bad_handle(firmware_tables);
    expect_wrong_type(firmware_tables, ZX_OBJ_TYPE_RESOURCE, ZX_OBJ_TYPE_RESOURCE);
}

TEST(pc_firmware_tables, refuses_memory_that_cannot_be_written) {
    zx_paddr_t address;
    for (int i = 0; i < BAD_OUT_POINTERS; i++) {
        void *bad = bad_pointer(i, sizeof(address));
        EXPECT_STATUS(zx_pc_firmware_tables(root_resource(), bad, &address), ZX_ERR_INVALID_ARGS);
        EXPECT_STATUS(zx_pc_firmware_tables(root_resource(), &address, bad), ZX_ERR_INVALID_ARGS);
    }
}

// --- smc_call ---

TEST(smc_call, has_nothing_to_say_on_this_machine) {
    zx_smc_parameters_t parameters = {.func_id = UINT32_MAX};
    zx_smc_result_t result;
    memset(&result, 1, sizeof(result));
    EXPECT_OK(zx_smc_call(root_resource(), &parameters, &result));
    EXPECT_EQ(result.arg0, 0);
    EXPECT_EQ(result.arg6, 0);
}

static zx_status_t call_monitor(zx_handle_t resource) {
    zx_smc_parameters_t parameters = {0};
    zx_smc_result_t result;
    return zx_smc_call(resource, &parameters, &result);
}

TEST(smc_call, wants_a_resource_for_the_service) {
    expect_bad_handle(call_monitor);
    expect_wrong_type(call_monitor, ZX_OBJ_TYPE_RESOURCE, ZX_OBJ_TYPE_RESOURCE);
    zx_handle_t irq;
    EXPECT_OK(zx_resource_create(root_resource(), ZX_RSRC_KIND_IRQ, 32, 64, NULL, 0, &irq));
    EXPECT_STATUS(call_monitor(irq), ZX_ERR_WRONG_TYPE);
    close_handle(irq);
}

TEST(smc_call, looks_at_the_pointers_before_the_handle) {
    zx_smc_parameters_t parameters = {0};
    zx_smc_result_t result;
    EXPECT_STATUS(zx_smc_call(ZX_HANDLE_INVALID, NULL, &result), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(zx_smc_call(ZX_HANDLE_INVALID, &parameters, NULL), ZX_ERR_INVALID_ARGS);
    for (int i = 0; i < BAD_IN_POINTERS; i++) {
        EXPECT_STATUS(zx_smc_call(ZX_HANDLE_INVALID, bad_pointer(i, sizeof(parameters)), &result),
                      ZX_ERR_INVALID_ARGS);
    }
    for (int i = 0; i < BAD_OUT_POINTERS; i++) {
        EXPECT_STATUS(zx_smc_call(root_resource(), &parameters, bad_pointer(i, sizeof(result))),
                      ZX_ERR_INVALID_ARGS);
    }
}

// --- system_mexec_payload_get ---

enum { PAYLOAD_MAX = 16384, PAYLOAD = 88 };

TEST(system_mexec_payload_get, describes_the_memory) {
    static union {
        char bytes[PAYLOAD_MAX];
        zbi_header_t headers[PAYLOAD_MAX / sizeof(zbi_header_t)];
    } image;
    memset(&image, 0x55, sizeof(image));
    EXPECT_OK(zx_system_mexec_payload_get(root_resource(), image.bytes, PAYLOAD_MAX - 1));
    EXPECT_EQ(image.headers[0].type, ZBI_TYPE_CONTAINER);
    EXPECT_EQ(image.headers[0].extra, ZBI_CONTAINER_MAGIC);
    EXPECT_EQ(image.headers[0].magic, ZBI_ITEM_MAGIC);
    EXPECT_EQ(image.headers[0].length, PAYLOAD - sizeof(zbi_header_t));
    EXPECT_EQ(image.headers[1].type, ZBI_TYPE_E820_TABLE);
    EXPECT_EQ(image.headers[1].magic, ZBI_ITEM_MAGIC);
    EXPECT_EQ(image.headers[1].length, sizeof(e820entry_t));
    e820entry_t entry;
    memcpy(&entry, &image.headers[2], sizeof(entry));
    EXPECT_EQ(entry.type, E820_RAM);
    EXPECT(entry.size != 0);
    for (size_t i = PAYLOAD; i < PAYLOAD_MAX - 1; i++) {
        EXPECT_EQ(image.bytes[i], 0);
    }
    EXPECT_EQ(image.bytes[PAYLOAD_MAX - 1], 0x55);
}

TEST(system_mexec_payload_get, wants_room_for_the_items_and_not_too_much) {
    char *small = end_of_page(PAYLOAD);
    EXPECT_OK(zx_system_mexec_payload_get(root_resource(), small, PAYLOAD));
    EXPECT_STATUS(zx_system_mexec_payload_get(root_resource(), small, PAYLOAD - 1),
                  ZX_ERR_INTERNAL);
    EXPECT_STATUS(zx_system_mexec_payload_get(root_resource(), NULL, 0), ZX_ERR_INTERNAL);
    EXPECT_STATUS(zx_system_mexec_payload_get(root_resource(), small, PAYLOAD_MAX + 1),
                  ZX_ERR_INVALID_ARGS);
    for (int i = 0; i < BAD_OUT_POINTERS; i++) {
        EXPECT_STATUS(
            zx_system_mexec_payload_get(root_resource(), bad_pointer(i, PAYLOAD), PAYLOAD),
            ZX_ERR_INVALID_ARGS);
    }
}

static zx_status_t get_payload(zx_handle_t resource) {
    char bytes[PAYLOAD];
    return zx_system_mexec_payload_get(resource, bytes, sizeof(bytes));
}

TEST(system_mexec_payload_get, wants_the_root_resource) {
    expect_bad_handle(get_payload);
    expect_wrong_type(get_payload, ZX_OBJ_TYPE_RESOURCE, ZX_OBJ_TYPE_RESOURCE);
}

// --- system_powerctl ---

static zx_status_t power(uint32_t cmd, const zx_system_powerctl_arg_t *arg) {
    return zx_system_powerctl(root_resource(), cmd, arg);
}

TEST(system_powerctl, turns_processors_on_and_off) {
    EXPECT_OK(power(ZX_SYSTEM_POWERCTL_DISABLE_ALL_CPUS_BUT_PRIMARY, NULL));
    EXPECT_OK(power(ZX_SYSTEM_POWERCTL_ENABLE_ALL_CPUS, NULL));
}

TEST(system_powerctl, knows_states_of_sleep_and_cannot_wake_from_them) {
    zx_system_powerctl_arg_t arg;
    memset(&arg, 0, sizeof(arg));
    for (uint32_t state = 0; state < 256; state++) {
        if (state != 5) {
            arg.acpi_transition_s_state.target_s_state = (uint8_t)state;
            EXPECT_STATUS(power(ZX_SYSTEM_POWERCTL_ACPI_TRANSITION_S_STATE, &arg),
                          state == 0 || state > 5 ? ZX_ERR_INVALID_ARGS : ZX_ERR_BAD_STATE);
        }
    }
}

TEST(system_powerctl, cannot_limit_the_power) {
    zx_system_powerctl_arg_t arg;
    memset(&arg, 0, sizeof(arg));
    EXPECT_STATUS(power(ZX_SYSTEM_POWERCTL_X86_SET_PKG_PL1, &arg), ZX_ERR_NOT_SUPPORTED);
}

TEST(system_powerctl, refuses_unknown_commands_and_arguments_that_are_not_there) {
    EXPECT_STATUS(power(0, NULL), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(power(ZX_SYSTEM_POWERCTL_SHUTDOWN + 1, NULL), ZX_ERR_INVALID_ARGS);
    EXPECT_STATUS(power(UINT32_MAX, NULL), ZX_ERR_INVALID_ARGS);
    for (int i = 0; i < BAD_IN_POINTERS; i++) {
        const void *bad = bad_pointer(i, sizeof(zx_system_powerctl_arg_t));
        EXPECT_STATUS(power(ZX_SYSTEM_POWERCTL_ACPI_TRANSITION_S_STATE, bad), ZX_ERR_INVALID_ARGS);
        EXPECT_STATUS(power(ZX_SYSTEM_POWERCTL_X86_SET_PKG_PL1, bad), ZX_ERR_INVALID_ARGS);
    }
}

static zx_status_t shut_down(zx_handle_t resource) {
    return zx_system_powerctl(resource, ZX_SYSTEM_POWERCTL_SHUTDOWN, NULL);
}

TEST(system_powerctl, wants_the_root_resource) {
    expect_bad_handle(shut_down);
    expect_wrong_type(shut_down, ZX_OBJ_TYPE_RESOURCE, ZX_OBJ_TYPE_RESOURCE);
}

TEST(system_powerctl, ends_the_process) {
    static const struct {
        uint32_t cmd;
        int status;
    } ends[] = {
        {ZX_SYSTEM_POWERCTL_SHUTDOWN, 0},
        {ZX_SYSTEM_POWERCTL_REBOOT, 75},
        {ZX_SYSTEM_POWERCTL_REBOOT_BOOTLOADER, 75},
        {ZX_SYSTEM_POWERCTL_REBOOT_RECOVERY, 75},
        {ZX_SYSTEM_POWERCTL_ACPI_TRANSITION_S_STATE, 0},
    };
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        pid_t child = fork();
        if (child == 0) {
            zx_system_powerctl_arg_t arg;
            memset(&arg, 0, sizeof(arg));
            arg.acpi_transition_s_state.target_s_state = 5;
            zx_handle_t root = zx_take_startup_handle(PA_HND(PA_RESOURCE, 0));
            zx_system_powerctl(root, ends[i].cmd, &arg);
            _exit(1);
        }
        int status;
        EXPECT_EQ(waitpid(child, &status, 0), child);
        EXPECT(WIFEXITED(status));
        EXPECT_EQ(WEXITSTATUS(status), ends[i].status);
    }
}
