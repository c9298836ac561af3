// Part of libzircon. BSD-3-Clause, see LICENSE.
// Where things are in the memory of the tests' guests. For C and assembly.
#pragma once

#define GUEST_MEMORY 0x1000000 // 16 MiB from 0 on
#define GUEST_TABLES 0x0       // the page tables: two pages, which map the first GiB onto itself
#define GUEST_CODE 0x2000      // the program's start
#define GUEST_STACK 0x7000     // grows down from here
#define GUEST_RUNTIME 0x8000   // descriptor tables and interrupt handlers, see programs.S
#define GUEST_DATA 0x100000    // for the program's use
#define GUEST_TRAP 0xffe000    // a page for the test's traps
#define GUEST_EXIT 0xfff000    // a page with a trap: writing 0 there says that all is well
#define GUEST_FREE 0x2000000   // above the memory
#define GUEST_PORT 0x11

// Selectors.
#define CODE_32 0x08
#define CODE_64 0x10
#define DATA 0x18
#define USER_CODE_32 0x20
#define USER_DATA 0x28
#define USER_CODE_64 0x30
#define USER_DATA_AGAIN 0x38 // sysexit wants it there
#define CODE_16 0x40
#define TASK 0x48
