// Part of libzircon. BSD-3-Clause, see LICENSE.
#pragma once

#define VM_STUB 0x6000 // behind the page tables

#ifndef __ASSEMBLER__
extern const char vm_stub[], vm_stub_end[];
#endif
