// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Between Fuchsia's C library and the run-time libraries of sanitizers: first what the C library
// offers them, then the hooks that it calls if they define them.

#ifndef ZIRCON_SANITIZER_H_
#define ZIRCON_SANITIZER_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <threads.h>
#include <zircon/compiler.h>
#include <zircon/types.h>

__BEGIN_CDECLS

// memcpy, memmove and memset without checks, for a runtime that replaces the plain names.
void *__unsanitized_memcpy(void *__RESTRICT dest, const void *__RESTRICT src, size_t n);
void *__unsanitized_memmove(void *dest, const void *src, size_t n);
void *__unsanitized_memset(void *dest, int c, size_t n);

// The address space under a sanitizer that keeps shadow memory: a gap from 0 to shadow_base, the
// shadow up to shadow_limit, the program's memory up to memory_limit.
typedef struct sanitizer_shadow_bounds {
    uintptr_t shadow_base;
    uintptr_t shadow_limit;
    uintptr_t memory_limit;
} sanitizer_shadow_bounds_t;

sanitizer_shadow_bounds_t __sanitizer_shadow_bounds(void);

// Sets the shadow of the `size` bytes at `base` to `value`; both are multiples of what one byte of
// shadow stands for. Zeroes ranges from `threshold` bytes of shadow on by giving their pages back.
void __sanitizer_fill_shadow(uintptr_t base, size_t size, uint8_t value, size_t threshold);

// Writes `len` bytes of text, in lines, to the system's log.
void __sanitizer_log_write(const char *buffer, size_t len);

// Hands a memory object over to whoever collects what `sink_name` names. Consumes the handle.
void __sanitizer_publish_data(const char *sink_name, zx_handle_t vmo);

// Stores a handle to the contents of the configuration of that name in *out_vmo; it is the
// caller's.
zx_status_t __sanitizer_get_configuration(const char *config_name, zx_handle_t *out_vmo);

// Makes `len` bytes of the caller's own code writable, or executable again.
zx_status_t __sanitizer_change_code_protection(uintptr_t addr, size_t len, bool writable);

// Hook, before anything else of the program runs, with what main is going to get.
__EXPORT void __sanitizer_startup_hook(int argc, char **argv, char **envp, void *stack_base,
                                       size_t stack_size);

// Hook, before a thread starts. What it returns goes to the next three.
__EXPORT void *__sanitizer_before_thread_create_hook(thrd_t thread, bool detached, const char *name,
                                                     void *stack_base, size_t stack_size);

// Hook, in the creating thread, with the thrd_ result of the creation.
__EXPORT void __sanitizer_thread_create_hook(void *hook, thrd_t thread, int error);

// Hooks, in the new thread: first and last thing it does.
__EXPORT void __sanitizer_thread_start_hook(void *hook, thrd_t self);
__EXPORT void __sanitizer_thread_exit_hook(void *hook, thrd_t self);

__END_CDECLS

#endif // ZIRCON_SANITIZER_H_
