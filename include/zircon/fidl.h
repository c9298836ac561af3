// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// How messages of FIDL, the interface definition language, look in memory. Primitive types, enums,
// arrays and handles are what C has for them. What may be absent or has no fixed size lies out of
// line, in the order in which one meets it, each piece aligned to 8 bytes. In an encoded message a
// word says whether such a piece is present; decoding puts a pointer to it there.

#ifndef ZIRCON_FIDL_H_
#define ZIRCON_FIDL_H_

#include <assert.h>
#include <stdalign.h>
#include <stdint.h>
#include <zircon/compiler.h>
#include <zircon/types.h>

__BEGIN_CDECLS

// The bound of strings and vectors that give none.
#define FIDL_MAX_SIZE UINT32_MAX

// In an encoded message: the out-of-line piece is there, or is not.
#define FIDL_ALLOC_PRESENT ((uintptr_t)UINTPTR_MAX)
#define FIDL_ALLOC_ABSENT ((uintptr_t)0)

// The same for a handle, which travels beside the bytes.
#define FIDL_HANDLE_ABSENT ((zx_handle_t)ZX_HANDLE_INVALID)
#define FIDL_HANDLE_PRESENT ((zx_handle_t)UINT32_MAX)

// Alignment of out-of-line pieces; a size rounded up to it; and the specifier for a declaration.
#define FIDL_ALIGNMENT ((size_t)8)
#define FIDL_ALIGN(a) (((a) + 7) / 8 * 8)
#define FIDL_ALIGNDECL alignas(FIDL_ALIGNMENT)

// Describes a type to the encoder and decoder, opaquely.
typedef struct fidl_type fidl_type_t;

// A string of `size` bytes of UTF-8 without a null character at the end, and a vector of `count`
// elements. An absent one has a null pointer, and size or count 0.
typedef struct fidl_string {
    uint64_t size;
    char *data;
} fidl_string_t;

typedef struct fidl_vector {
    uint64_t count;
    void *data;
} fidl_vector_t;

// Contents of a type that the receiver may not know. The sizes include what the contents have out
// of line; both are 0 if absent.
typedef struct {
    uint32_t num_bytes;
    uint32_t num_handles;
    union {
        void *data;
        uintptr_t presence;
    };
} fidl_envelope_t;

// A union is its tag, then its members in one place.
typedef uint32_t fidl_union_tag_t;

// A table is the envelopes of its fields, up to the last that is present.
typedef struct {
    fidl_vector_t envelopes;
} fidl_table_t;

// An extensible union keeps its member in an envelope. The padding is 0.
typedef uint32_t fidl_xunion_tag_t;

enum {
    kFidlXUnionEmptyTag = 0,
};

typedef struct {
    fidl_xunion_tag_t tag;
    uint32_t padding;
    fidl_envelope_t envelope;
} fidl_xunion_t;

// What every message starts with. The ordinal names the method. Ordinals with the mask's bit are
// the system's, and a txid of 0 says that no answer is expected.
typedef struct fidl_message_header {
    zx_txid_t txid;
    uint32_t reserved0;
    uint64_t ordinal;
} fidl_message_header_t;

#define FIDL_TXID_NO_RESPONSE 0ul
#define FIDL_ORD_SYSTEM_MASK 0x80000000ul

// A message, encoded or decoded.
typedef struct fidl_msg {
    void *bytes;
    zx_handle_t *handles;
    uint32_t num_bytes;
    uint32_t num_handles;
} fidl_msg_t;

// A request that waits for its answer. `reply` sends an encoded message, whose handles it consumes,
// and may be called once; the transaction is gone after it.
typedef struct fidl_txn fidl_txn_t;
struct fidl_txn {
    zx_status_t (*reply)(fidl_txn_t *txn, const fidl_msg_t *msg);
};

// The last message of a server before it closes the channel. Its status is in reserved0.
typedef struct fidl_epitaph {
    FIDL_ALIGNDECL fidl_message_header_t hdr;
} fidl_epitaph_t;

#define FIDL_EPITAPH_ORDINAL 0xFFFFFFFF

__END_CDECLS

#endif // ZIRCON_FIDL_H_
