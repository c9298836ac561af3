// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Configuration of the drivers in the kernel, by the type of the boot item.

#ifndef ZIRCON_BOOT_DRIVER_CONFIG_H_
#define ZIRCON_BOOT_DRIVER_CONFIG_H_

#include <stdbool.h>
#include <stdint.h>
#include <zircon/compiler.h>

__BEGIN_CDECLS

// The types, four characters each.
#define KDRV_ARM_PSCI 0x49435350
#define KDRV_ARM_GIC_V2 0x32434947
#define KDRV_ARM_GIC_V3 0x33434947
#define KDRV_ARM_GENERIC_TIMER 0x4D495441
#define KDRV_PL011_UART 0x55304C50
#define KDRV_AMLOGIC_UART 0x554C4D41
#define KDRV_NXP_IMX_UART 0x55584D49
#define KDRV_MT8167_UART 0x5538544D
#define KDRV_HISILICON_POWER 0x4F505348
#define KDRV_AMLOGIC_HDCP 0x484C4D41
#define KDRV_MSM_UART 0x554D534D
#define KDRV_MSM_POWER 1347244877
#define KDRV_DW8250_UART 0x44573855

// PL011_UART, AMLOGIC_UART, NXP_IMX_UART
typedef struct {
    uint64_t mmio_phys;
    uint32_t irq;
} dcfg_simple_t;

// MT8167_UART
typedef struct {
    uint64_t soc_mmio_phys;
    uint64_t uart_mmio_phys;
    uint32_t irq;
} dcfg_soc_uart_t;

// ARM_PSCI
typedef struct {
    bool use_hvc;
    uint64_t shutdown_args[3];
    uint64_t reboot_args[3];
    uint64_t reboot_bootloader_args[3];
    uint64_t reboot_recovery_args[3];
} dcfg_arm_psci_driver_t;

// MSM_POWER
typedef struct {
    uint64_t soc_imem_phys;
    uint64_t soc_imem_offset;
} dcfg_msm_power_driver_t;

// ARM_GIC_V2, ARM_GIC_V3
typedef struct {
    uint64_t mmio_phys;
    uint64_t msi_frame_phys;
    uint64_t gicd_offset;
    uint64_t gicc_offset;
    uint64_t gich_offset;
    uint64_t gicv_offset;
    uint32_t ipi_base;
    bool optional;
    bool use_msi;
} dcfg_arm_gicv2_driver_t;

typedef struct {
    uint64_t mmio_phys;
    uint64_t gicd_offset;
    uint64_t gicr_offset;
    uint64_t gicr_stride;
    uint64_t mx8_gpr_phys;
    uint32_t ipi_base;
    bool optional;
} dcfg_arm_gicv3_driver_t;

// ARM_GENERIC_TIMER
typedef struct {
    uint32_t irq_phys;
    uint32_t irq_virt;
    uint32_t irq_sphys;
    uint32_t freq_override;
} dcfg_arm_generic_timer_driver_t;

// HISILICON_POWER
typedef struct {
    uint64_t sctrl_phys;
    uint64_t pmu_phys;
} dcfg_hisilicon_power_driver_t;

// AMLOGIC_HDCP
typedef struct {
    uint64_t preset_phys;
    uint64_t hiu_phys;
    uint64_t hdmitx_phys;
} dcfg_amlogic_hdcp_driver_t;

__END_CDECLS

#endif // ZIRCON_BOOT_DRIVER_CONFIG_H_
