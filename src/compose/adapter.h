/* adapter.h - cutting an adapter down to what is used of it, and giving it a stack.
 *
 * An adapter is a module without memory, table or data of its own. Its shadow stack, when it has one (a mutable i32 global named `__stack_pointer`), is
 * 64 KiB that it takes when it is first entered, if it keeps track of that in a mutable i32 global named `allocation_state`, else when it is instantiated. */
#ifndef CTI_COMPOSE_ADAPTER_H
#define CTI_COMPOSE_ADAPTER_H

#include "core/custom.h"
#include "passes/remap.h"

/* An adapter while it is cut. */
typedef struct cti_splice {
  cti_arena *arena;
  ct_slice name;    /* for messages */
  ct_slice realloc; /* the main module's export to take memory by; data == NULL: memory.grow */
  cti_module in, out;
  const cti_map *required; /* names of exports that stay */
  CTI_VEC(uint32_t) exports; /* those that stay, places in in.exports */
  bool *live[CTI_SPACE_COUNT];
  uint32_t count[CTI_SPACE_COUNT];
  ct_slice *func_names, *global_names; /* by index; data == NULL without one */
  uint32_t stack_pointer, allocation_state; /* globals of `in`, UINT32_MAX when there is none that lives */
  cti_remap remap;
} cti_splice;

/* Reads the adapter and finds what is reachable from the exports in s->required; fills all but `out` and `remap`. */
ct_status cti_splice_mark(cti_splice *s, ct_slice bytes);

/* The name in the adapter by which it imports the main module's allocator. */
bool cti_splice_is_realloc(const cti_import *import);

/* An adapter with nothing but what the exports in `required` (names -> anything) need, in the arena. */
ct_status cti_adapter_splice(ct_slice *out, ct_slice bytes, ct_slice name, const cti_map *required, ct_slice realloc, cti_arena *arena);

#endif
