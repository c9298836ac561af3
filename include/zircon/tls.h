// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Where compilers for Fuchsia expect two words relative to the thread pointer (%fs).

#ifndef ZIRCON_TLS_H_
#define ZIRCON_TLS_H_

#if !defined(__x86_64__)
#error "libzircon knows x86-64 only"
#endif

#define ZX_TLS_STACK_GUARD_OFFSET 0x10
#define ZX_TLS_UNSAFE_SP_OFFSET 0x18

#endif // ZIRCON_TLS_H_
