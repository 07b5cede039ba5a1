/* canon_abi.h - the canonical ABI of component value types: how they flatten to core types, how large they are in memory, and what a function needs of
 * its core module to be lifted or lowered. https://github.com/WebAssembly/component-model/blob/main/design/mvp/CanonicalABI.md
 *
 * What is known of a type is worked out once and kept, so that any number of functions over any graph of types costs its size, not its number of paths. */
#ifndef CTI_TYPES_CANON_ABI_H
#define CTI_TYPES_CANON_ABI_H

#include "types/types.h"

/* Limits of the ABI: https://github.com/WebAssembly/component-model/blob/main/design/mvp/CanonicalABI.md#flattening */
enum { CTI_MAX_FLAT_PARAMS = 16, CTI_MAX_FLAT_ASYNC_PARAMS = 4, CTI_MAX_FLAT_RESULTS = 1 };

/* Core types by their binary codes, which are also those of cti_corevt. */
enum { CTI_FLAT_I32 = 0x7f, CTI_FLAT_I64 = 0x7e, CTI_FLAT_F32 = 0x7d, CTI_FLAT_F64 = 0x7c };

/* What lies inside of a value, looking through everything but handles and the payloads of streams and futures. */
enum { CTI_HOLDS_STRING = 1, CTI_HOLDS_LIST = 2 };

typedef struct cti_layout {
  uint64_t size;       /* bytes in memory; saturates at UINT64_MAX */
  uint8_t align;       /* 1, 2, 4 or 8 */
  uint8_t holds;       /* CTI_HOLDS_ bits */
  uint8_t flat_count;  /* core values; CTI_MAX_FLAT_PARAMS + 1 when there are more than CTI_MAX_FLAT_PARAMS */
  uint8_t flat[CTI_MAX_FLAT_PARAMS];
} cti_layout;

typedef struct cti_abi_step {
  uint32_t def;
  bool entered;
} cti_abi_step;

/* Works on one table of types, which may grow meanwhile but whose definitions stay as they are. */
typedef struct cti_abi {
  const cti_types *types;
  cti_arena *arena;
  uint8_t pointer; /* CTI_FLAT_I32, or CTI_FLAT_I64 for a 64-bit memory */
  CTI_VEC(cti_layout) layouts; /* of definition i; align 0: not known yet */
  CTI_VEC(cti_abi_step) steps; /* scratch */
  cti_layout answer;           /* what cti_abi_layout gave last */
} cti_abi;

void cti_abi_init(cti_abi *abi, const cti_types *types, cti_arena *arena, uint8_t pointer);

/* The layout of a type; of no type (an absent payload): size 0. Lives until the next call. NULL when memory is out, and CT_COMP_TYPE (both reported) for
 * a type that contains itself or holds an unresolved definition or a bare resource, which no well-formed input gives. */
const cti_layout *cti_abi_layout(cti_abi *abi, cti_valtype type);

/* The five ways in which a core module meets a function. */
typedef enum cti_abi_variant {
  CTI_ABI_LOWER,          /* an import, called synchronously */
  CTI_ABI_LOWER_ASYNC,    /* an import, called asynchronously */
  CTI_ABI_LIFT,           /* an export */
  CTI_ABI_LIFT_CALLBACK,  /* an asynchronous export with a callback */
  CTI_ABI_LIFT_STACKFUL   /* an asynchronous export that blocks on its own stack */
} cti_abi_variant;

static inline bool cti_abi_is_async(cti_abi_variant variant) { return variant != CTI_ABI_LOWER && variant != CTI_ABI_LIFT; }
static inline bool cti_abi_is_lift(cti_abi_variant variant) { return variant >= CTI_ABI_LIFT; }

/* What a canonical definition must be given. */
enum { CTI_NEEDS_MEMORY = 1, CTI_NEEDS_REALLOC = 2, CTI_NEEDS_ENCODING = 4, CTI_NEEDS_ASYNC = 8 };

typedef struct cti_core_sig {
  uint8_t param_count, result_count;
  uint8_t params[CTI_MAX_FLAT_PARAMS + 1];
  uint8_t results[CTI_MAX_FLAT_RESULTS];
  bool indirect_params; /* one pointer stands for all */
  bool indirect_result; /* a pointer stands for the result, among the params or the results */
  uint8_t needs;        /* CTI_NEEDS_ bits */
} cti_core_sig;

/* The core signature of a function with these parameters and this result (none when absent), met in this way, and what it needs. For asynchronous lifts
 * `needs` holds what the result needs to be returned by `task.return`, too. Failures as cti_abi_layout. */
ct_status cti_abi_signature(cti_core_sig *out, cti_abi *abi, const cti_member *params, uint32_t param_count, cti_valtype result, cti_abi_variant variant);

/* The same of the `task.return` that belongs to an exported function: its params are the function's result. Its `needs` are those of the whole function
 * but a realloc, which the definition does not take; bindings generators and the reference agree on this. */
ct_status cti_abi_task_return(cti_core_sig *out, cti_abi *abi, const cti_member *params, uint32_t param_count, cti_valtype result);

#endif
