// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Short names for what compilers offer beyond the languages: attributes, branch hints, checked
// arithmetic, and C linkage for declarations that C++ programs include as well. GCC and Clang only.

#ifndef ZIRCON_COMPILER_H_
#define ZIRCON_COMPILER_H_

#ifndef __ASSEMBLER__

#if !defined(__GNUC__)
#error "the zircon headers need GCC or Clang"
#endif

// Branch hints: each is the truth value of its argument. A program's own definition is kept.
#ifndef likely
#define likely(x) __builtin_expect(!!(x), 1)
#endif
#ifndef unlikely
#define unlikely(x) __builtin_expect(!!(x), 0)
#endif

// Attributes of functions, variables and types, each named like the attribute it stands for.
#define __ALIAS(x) __attribute__((__alias__(x)))
#define __ALIGNED(x) __attribute__((__aligned__(x)))
#define __ALWAYS_INLINE __attribute__((__always_inline__))
#define __CONST __attribute__((__const__))
#define __CONSTRUCTOR __attribute__((__constructor__))
#define __DESTRUCTOR __attribute__((__destructor__))
#define __EXPORT __attribute__((__visibility__("default")))
#define __GNU_INLINE __attribute__((__gnu_inline__))
#define __LOCAL __attribute__((__visibility__("hidden")))
#define __MALLOC __attribute__((__malloc__))
#define __MAY_ALIAS __attribute__((__may_alias__))
#define __NAKED __attribute__((__naked__))
#define __NO_INLINE __attribute__((__noinline__))
#define __NO_RETURN __attribute__((__noreturn__))
#define __PACKED __attribute__((__packed__))
#define __PURE __attribute__((__pure__))
#define __SECTION(x) __attribute__((__section__(x)))
#define __UNUSED __attribute__((__unused__))
#define __USED __attribute__((__used__))
#define __WARN_UNUSED_RESULT __attribute__((__warn_unused_result__))
#define __WEAK __attribute__((__weak__))
#define __WEAK_ALIAS(x) __attribute__((__weak__, __alias__(x)))

// Code for on-chip memory, called out of line.
#define __SRAM __NO_INLINE __SECTION(".sram.text")

// The listed parameters must not be null: __NONNULL((1, 3)).
#define __NONNULL(x) __attribute__((__nonnull__ x))

// Parameter `fmt` is a format string and its arguments start at parameter `args`, from 1 each.
#define __PRINTFLIKE(fmt, args) __attribute__((__format__(__printf__, fmt, args)))
#define __SCANFLIKE(fmt, args) __attribute__((__format__(__scanf__, fmt, args)))

// The return address and the frame address of the function that expands them; the argument is
// ignored.
#define __GET_CALLER(x) __builtin_return_address(0)
#define __GET_FRAME(x) __builtin_frame_address(0)

// 1 where the compiler knows the value of x, else 0.
#define __ISCONSTANT(x) __builtin_constant_p(x)

// Promises the compiler that control never gets here.
#define __UNREACHABLE __builtin_unreachable()

#define __RESTRICT __restrict
#define __THREAD __thread
#ifndef __offsetof
#define __offsetof(type, field) __builtin_offsetof(type, field)
#endif

#ifndef __has_feature
#define __has_feature(x) 0
#endif

// What only one of the two compilers has.
#if defined(__clang__)
#define __EXTERNALLY_VISIBLE
#define __LEAF_FN
#define __NO_SAFESTACK __attribute__((__no_sanitize__("safe-stack")))
#define __OPTIMIZE(x)
#else
#define __EXTERNALLY_VISIBLE __attribute__((__externally_visible__))
#define __LEAF_FN __attribute__((__leaf__))
#define __NO_SAFESTACK
#define __OPTIMIZE(x) __attribute__((__optimize__(x)))
#endif

// Stands as a statement of its own before a case label that is reached from the case above.
#if defined(__cplusplus) && __cplusplus >= 201703L
#define __FALLTHROUGH [[fallthrough]]
#elif defined(__cplusplus) && defined(__clang__)
#define __FALLTHROUGH [[clang::fallthrough]]
#else
#define __FALLTHROUGH __attribute__((__fallthrough__))
#endif

// Clang's thread safety analysis. The standard library has to be annotated too, hence the switch.
#if defined(__clang__) && defined(_LIBCPP_ENABLE_THREAD_SAFETY_ANNOTATIONS)
#define __THREAD_ANNOTATION(x) __attribute__((x))
#else
#define __THREAD_ANNOTATION(x)
#endif
#define __TA_ACQUIRE(...) __THREAD_ANNOTATION(__acquire_capability__(__VA_ARGS__))
#define __TA_ACQUIRED_AFTER(...) __THREAD_ANNOTATION(__acquired_after__(__VA_ARGS__))
#define __TA_ACQUIRED_BEFORE(...) __THREAD_ANNOTATION(__acquired_before__(__VA_ARGS__))
#define __TA_ACQUIRE_SHARED(...) __THREAD_ANNOTATION(__acquire_shared_capability__(__VA_ARGS__))
#define __TA_ASSERT(...) __THREAD_ANNOTATION(__assert_capability__(__VA_ARGS__))
#define __TA_ASSERT_SHARED(...) __THREAD_ANNOTATION(__assert_shared_capability__(__VA_ARGS__))
#define __TA_CAPABILITY(x) __THREAD_ANNOTATION(__capability__(x))
#define __TA_EXCLUDES(...) __THREAD_ANNOTATION(__locks_excluded__(__VA_ARGS__))
#define __TA_GUARDED(x) __THREAD_ANNOTATION(__guarded_by__(x))
#define __TA_NO_THREAD_SAFETY_ANALYSIS __THREAD_ANNOTATION(__no_thread_safety_analysis__)
#define __TA_RELEASE(...) __THREAD_ANNOTATION(__release_capability__(__VA_ARGS__))
#define __TA_RELEASE_SHARED(...) __THREAD_ANNOTATION(__release_shared_capability__(__VA_ARGS__))
#define __TA_REQUIRES(...) __THREAD_ANNOTATION(__requires_capability__(__VA_ARGS__))
#define __TA_REQUIRES_SHARED(...) __THREAD_ANNOTATION(__requires_shared_capability__(__VA_ARGS__))
#define __TA_RETURN_CAPABILITY(x) __THREAD_ANNOTATION(__lock_returned__(x))
#define __TA_SCOPED_CAPABILITY __THREAD_ANNOTATION(__scoped_lockable__)
#define __TA_TRY_ACQUIRE(...) __THREAD_ANNOTATION(__try_acquire_capability__(__VA_ARGS__))

#endif // __ASSEMBLER__

#ifndef __DEPRECATE
#define __DEPRECATE __attribute__((__deprecated__))
#endif

// Number of elements of an array. Wrong for a pointer, which no compiler warning may catch.
#ifndef countof
#define countof(a) (sizeof(a) / sizeof((a)[0]))
#endif

// Around declarations of C functions, so that C++ programs can call them.
#ifdef __cplusplus
#define __BEGIN_CDECLS extern "C" {
#define __END_CDECLS }
#else
#define __BEGIN_CDECLS
#define __END_CDECLS
#endif

// constexpr where the language has it for functions.
#ifdef __cplusplus
#define __CONSTEXPR constexpr
#else
#define __CONSTEXPR
#endif

// Store a + b, a - b or a * b, wrapped, in *result; true if the exact value does not fit.
#define add_overflow(a, b, result) __builtin_add_overflow(a, b, result)
#define mul_overflow(a, b, result) __builtin_mul_overflow(a, b, result)
#define sub_overflow(a, b, result) __builtin_sub_overflow(a, b, result)

#endif // ZIRCON_COMPILER_H_
