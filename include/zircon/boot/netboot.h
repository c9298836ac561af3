// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Booting over the network: packets between the machine that boots and its host, and the functions
// of the part that receives files.

#ifndef ZIRCON_BOOT_NETBOOT_H_
#define ZIRCON_BOOT_NETBOOT_H_

#include <stddef.h>
#include <stdint.h>
#include <zircon/compiler.h>

__BEGIN_CDECLS

// C++ has no arrays without a size, but both compilers do.
#ifdef __cplusplus
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
#endif

#define BOOTLOADER_VERSION "0.7.16"

// First word of a packet: of this protocol, of the debug log.
#define NB_MAGIC 0xAA774217
#define NB_DEBUGLOG_MAGIC 0xAEAE1123

// UDP ports.
#define NB_SERVER_PORT 33330
#define NB_ADVERT_PORT 33331
#define NB_TFTP_OUTGOING_PORT 33340
#define NB_TFTP_INCOMING_PORT 33341
#define NB_CMD_PORT_START 33332
#define NB_CMD_PORT_END 33339

// Commands of the host, then answers.
#define NB_COMMAND 1
#define NB_SEND_FILE 2
#define NB_DATA 3
#define NB_BOOT 4
#define NB_QUERY 5
#define NB_SHELL_CMD 6
#define NB_OPEN 7
#define NB_READ 8
#define NB_WRITE 9
#define NB_CLOSE 10
#define NB_LAST_DATA 11
#define NB_REBOOT 12

#define NB_ACK 0
#define NB_FILE_RECEIVED 0x70000001
#define NB_ADVERTISE 0x77777777
#define NB_ERROR 0x80000000
#define NB_ERROR_BAD_CMD 0x80000001
#define NB_ERROR_BAD_PARAM 0x80000002
#define NB_ERROR_TOO_LARGE 0x80000003
#define NB_ERROR_BAD_FILE 0x80000004

#define NB_VERSION_1_0 0x0001000
#define NB_VERSION_1_1 0x0001010
#define NB_VERSION_1_2 0x0001020
#define NB_VERSION_1_3 0x0001030
#define NB_VERSION_CURRENT NB_VERSION_1_3

// Names of files that mean something, here and on the host.
#define NB_FILENAME_PREFIX "<<netboot>>"
#define NB_KERNEL_FILENAME NB_FILENAME_PREFIX "kernel.bin"
#define NB_RAMDISK_FILENAME NB_FILENAME_PREFIX "ramdisk.bin"
#define NB_CMDLINE_FILENAME NB_FILENAME_PREFIX "cmdline"
#define NB_IMAGE_PREFIX "<<image>>"
#define NB_FVM_HOST_FILENAME "sparse.fvm"
#define NB_FVM_FILENAME NB_IMAGE_PREFIX NB_FVM_HOST_FILENAME
#define NB_BOOTLOADER_HOST_FILENAME "bootloader.img"
#define NB_BOOTLOADER_FILENAME NB_IMAGE_PREFIX NB_BOOTLOADER_HOST_FILENAME
#define NB_ZIRCONA_HOST_FILENAME "zircona.img"
#define NB_ZIRCONA_FILENAME NB_IMAGE_PREFIX NB_ZIRCONA_HOST_FILENAME
#define NB_ZIRCONB_HOST_FILENAME "zirconb.img"
#define NB_ZIRCONB_FILENAME NB_IMAGE_PREFIX NB_ZIRCONB_HOST_FILENAME
#define NB_ZIRCONR_HOST_FILENAME "zirconr.img"
#define NB_ZIRCONR_FILENAME NB_IMAGE_PREFIX NB_ZIRCONR_HOST_FILENAME
#define NB_VBMETAA_HOST_FILENAME "vbmetaa.img"
#define NB_VBMETAA_FILENAME NB_IMAGE_PREFIX NB_VBMETAA_HOST_FILENAME
#define NB_VBMETAB_HOST_FILENAME "vbmetab.img"
#define NB_VBMETAB_FILENAME NB_IMAGE_PREFIX NB_VBMETAB_HOST_FILENAME
#define NB_VBMETAR_HOST_FILENAME "vbmetar.img"
#define NB_VBMETAR_FILENAME NB_IMAGE_PREFIX NB_VBMETAR_HOST_FILENAME
#define NB_SSHAUTH_HOST_FILENAME "authorized_keys"
#define NB_SSHAUTH_FILENAME NB_IMAGE_PREFIX NB_SSHAUTH_HOST_FILENAME
#define NB_BOARD_NAME_HOST_FILENAME "board_name"
#define NB_BOARD_NAME_FILENAME NB_IMAGE_PREFIX NB_BOARD_NAME_HOST_FILENAME

typedef struct nbmsg_t {
    uint32_t magic;
    uint32_t cookie;
    uint32_t cmd;
    uint32_t arg;
    uint8_t data[];
} nbmsg;

// Room for a file, its size, and how much of it is written.
typedef struct nbfile_t {
    uint8_t *data;
    size_t size;
    size_t offset;
} nbfile;

int netboot_init(const char *nodename);
const char *netboot_nodename(void);
int netboot_poll(void);
void netboot_close(void);

// To be defined by the program: room for `size` bytes of the file of that name, or null to refuse
// it.
nbfile *netboot_get_buffer(const char *name, size_t size);
// A line of the debug log.
#define DEBUGLOG_PORT 33337
#define DEBUGLOG_ACK_PORT 33338
#define MAX_LOG_DATA 1216
#define MAX_NODENAME_LENGTH 64

typedef struct logpacket {
    uint32_t magic;
    uint32_t seqno;
    char nodename[MAX_NODENAME_LENGTH];
    char data[MAX_LOG_DATA];
} logpacket_t;

#ifdef __cplusplus
#pragma GCC diagnostic pop
#endif

__END_CDECLS

#endif // ZIRCON_BOOT_NETBOOT_H_
