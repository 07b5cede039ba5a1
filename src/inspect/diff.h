/* diff.h - what is different between two components, or two core modules. */
#ifndef CTI_INSPECT_DIFF_H
#define CTI_INSPECT_DIFF_H

#include "base/map.h"
#include "component/flow.h"
#include "compose/wit_compare.h"
#include "ctool/inspect.h"

/* ---- worlds */

typedef struct cti_diff_note {
  ct_slice name, words;
} cti_diff_note;

/* An import or export that one of the two has, or that is another one. */
typedef struct cti_diff_item {
  bool is_export;
  bool in_a, in_b;
  ct_slice title;      /* without a version */
  ct_slice version[2]; /* of each side; data == NULL without one */
  uint32_t func_count; /* of an interface that only one has */
  CTI_VEC(ct_slice) added, removed; /* functions and types of an interface that both have */
  CTI_VEC(cti_diff_note) changed;
} cti_diff_item;

/* ---- core modules */

typedef struct cti_diff_sizes {
  uint64_t whole, code, data, custom;
  uint32_t funcs; /* defined ones */
} cti_diff_sizes;

/* CONSTANTS: the same but for numbers, which is what becomes of code when data moves. */
typedef enum cti_func_change {
  CTI_FUNC_ADDED,
  CTI_FUNC_REMOVED,
  CTI_FUNC_GROWN,
  CTI_FUNC_SHRUNK,
  CTI_FUNC_CHANGED,
  CTI_FUNC_CONSTANTS,
  CTI_FUNC_CHANGES
} cti_func_change;

typedef struct cti_diff_func {
  cti_func_change change;
  ct_slice name; /* "func 12" without one */
  uint64_t bytes[2];
} cti_diff_func;

typedef struct cti_diff_module {
  ct_slice name;
  bool in_a, in_b;
  cti_diff_sizes sizes[2];
  CTI_VEC(cti_diff_func) funcs; /* those of the largest difference first */
  uint32_t counts[CTI_FUNC_CHANGES];
} cti_diff_module;

typedef struct cti_diff {
  cti_arena *arena;
  ct_slice bytes[2];
  bool is_module; /* both are core modules */
  ct_slice by_name; /* why interfaces were not looked into: one of the worlds is none that WIT has a form for; data == NULL when they were */
  CTI_VEC(cti_diff_item) items;
  CTI_VEC(cti_diff_module) modules; /* that are not the same */
  uint32_t same_modules;
} cti_diff;

ct_status cti_diff_make(cti_diff *out, ct_slice a, ct_slice b, cti_arena *arena);
bool cti_diff_is_same(const cti_diff *diff);

/* diff_world.c */
ct_status cti_diff_worlds(cti_diff *diff, const cti_flow flows[2]);
ct_status cti_diff_core_worlds(cti_diff *diff, const cti_module *a, const cti_module *b);
/* diff_module.c: one of the two may be empty. */
ct_status cti_diff_modules(cti_diff *diff, ct_slice name, ct_slice a, uint64_t a_offset, ct_slice b, uint64_t b_offset);

void cti_diff_write(cti_buf *out, const cti_diff *diff, bool code);
void cti_diff_write_json(cti_buf *out, const cti_diff *diff);

#endif
