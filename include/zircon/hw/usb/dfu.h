// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// USB device firmware upgrade, revision 1.1.

#ifndef ZIRCON_HW_USB_DFU_H_
#define ZIRCON_HW_USB_DFU_H_

#include <stdint.h>
#include <zircon/compiler.h>
#include <zircon/types.h>

__BEGIN_CDECLS

// bRequest
#define USB_DFU_DETACH 0x00
#define USB_DFU_DNLOAD 0x01
#define USB_DFU_UPLOAD 0x02
#define USB_DFU_GET_STATUS 0x03
#define USB_DFU_CLR_STATUS 0x04
#define USB_DFU_GET_STATE 0x05
#define USB_DFU_ABORT 0x06

#define USB_DFU_CS_FUNCTIONAL 0x21

typedef struct {
    uint8_t bLength;
    uint8_t bDescriptorType;
    uint8_t bmAttributes;
    uint16_t wDetachTimeOut;
    uint16_t wTransferSize;
    uint16_t bcdDFUVersion;
} __PACKED usb_dfu_func_desc_t;

// The answer to GET_STATUS, its bStatus and its bState. The timeout is a 24-bit number.
typedef struct {
    uint8_t bStatus;
    uint8_t bwPollTimeout[3];
    uint8_t bState;
    uint8_t bString;
} __PACKED usb_dfu_get_status_data_t;
#define USB_DFU_STATUS_OK 0x00
#define USB_DFU_STATUS_ERR_TARGET 0x01
#define USB_DFU_STATUS_ERR_FILE 0x02
#define USB_DFU_STATUS_ERR_WRITE 0x03
#define USB_DFU_STATUS_ERR_ERASE 0x04
#define USB_DFU_STATUS_ERR_CHECK_ERASED 0x05
#define USB_DFU_STATUS_ERR_PROG 0x06
#define USB_DFU_STATUS_ERR_VERIFY 0x07
#define USB_DFU_STATUS_ERR_ADDRESS 0x08
#define USB_DFU_STATUS_ERR_NOT_DONE 0x09
#define USB_DFU_STATUS_ERR_FIRMWARE 0x0A
#define USB_DFU_STATUS_ERR_VENDOR 0x0B
#define USB_DFU_STATUS_ERR_USER 0x0C
#define USB_DFU_STATUS_ERR_POR 0x0D
#define USB_DFU_STATUS_ERR_UNKNOWN 0x0E
#define USB_DFU_STATUS_ERR_STALLED_PKT 0x0F

#define USB_DFU_STATE_APP_IDLE 0x00
#define USB_DFU_STATE_APP_DETACH 0x01
#define USB_DFU_STATE_DFU_IDLE 0x02
#define USB_DFU_STATE_DFU_DNLOAD_SYNC 0x03
#define USB_DFU_STATE_DFU_DNBUSY 0x04
#define USB_DFU_STATE_DFU_DNLOAD_IDLE 0x05
#define USB_DFU_STATE_DFU_MANIFEST_SYNC 0x06
#define USB_DFU_STATE_DFU_MANIFEST 0x07
#define USB_DFU_STATE_DFU_MANIFEST_WAIT_RESET 0x08
#define USB_DFU_STATE_DFU_UPLOAD_IDLE 0x09
#define USB_DFU_STATE_DFU_ERROR 0x0A

__END_CDECLS

#endif // ZIRCON_HW_USB_DFU_H_
