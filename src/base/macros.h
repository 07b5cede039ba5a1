/* macros.h - the compiler's extensions that ctool uses, each by a name and absent where the compiler has none. */
#ifndef CTI_BASE_MACROS_H
#define CTI_BASE_MACROS_H

#if defined(__GNUC__)
#if defined(_WIN32) && !defined(__clang__) /* whose own functions know fewer formats than those that mingw-w64 puts in their place */
#define CTI_PRINTF(text, first) __attribute__((format(gnu_printf, text, first)))
#else
#define CTI_PRINTF(text, first) __attribute__((format(printf, text, first)))
#endif
#define CTI_LIKELY(x) __builtin_expect(!!(x), 1)
#define CTI_UNLIKELY(x) __builtin_expect(!!(x), 0)
#define CTI_INLINE static inline __attribute__((always_inline))
#define CTI_COLD __attribute__((cold, noinline))
#define CTI_MUST_USE __attribute__((warn_unused_result))
#define CTI_FALLTHROUGH __attribute__((fallthrough))
#define CTI_LABELS_AS_VALUES 1 /* `goto *` to the address of a label */
#else
#define CTI_PRINTF(text, first)
#define CTI_LIKELY(x) (x)
#define CTI_UNLIKELY(x) (x)
#define CTI_INLINE static inline
#define CTI_COLD
#define CTI_MUST_USE
#define CTI_FALLTHROUGH
#endif

#define CTI_COUNT(array) (sizeof(array) / sizeof *(array))

/* How deep modules, components, types and WIT may nest before they are refused. Engines and the reference stop at 100 and 1,000; recursion here stays far below any stack. */
#define CTI_MAX_DEPTH 1000

#endif
