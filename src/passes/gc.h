/* gc.h - which items of a module anything can reach, and how often each is referred to. */
#ifndef CTI_PASSES_GC_H
#define CTI_PASSES_GC_H

#include "passes/remap.h"

/* For each item of each space how many references to it stand in live code and definitions; 0: nothing reaches it. Roots (exports, start, what is
 * imported and written to) count as one. */
typedef struct cti_uses {
  uint32_t *count[CTI_SPACE_COUNT];
  uint32_t size[CTI_SPACE_COUNT];
  bool code_names_datas; /* memory.init and the like stand in live code */
} cti_uses;

/* Marks from the roots of a valid module. */
ct_status cti_gc_mark(cti_uses *out, const cti_module *m, cti_arena *arena);

/* What nothing reaches counts as if something did. */
void cti_gc_keep_all(cti_uses *uses);

/* The value of an address that is a single constant. False: it is something else. */
bool cti_constant_address(uint64_t *out, const cti_expr *expr, ct_error *error);

#endif
