/* signatures.h - what is known of functions from all the calls to them, and signatures that say no more than the callers need.
 *
 * A round: every function's trees are noted as they stand; then cti_signatures_decide makes a plan; the next round lifts each function by the old types and
 * cti_signatures_apply rewrites it, body and calls; at its end the types move to the new ones. */
#ifndef CTI_PASSES_SIGNATURES_H
#define CTI_PASSES_SIGNATURES_H

#include "passes/ir.h"

typedef enum cti_arg_state { CTI_ARG_UNCALLED, CTI_ARG_CONSTANT, CTI_ARG_VARIES } cti_arg_state;

typedef struct cti_param_facts {
  uint8_t state;  /* of what calls give */
  bool is_read;   /* by the function */
  bool goes;      /* the plan */
  uint16_t op;    /* the constant, when it is one */
  uint64_t value;
} cti_param_facts;

typedef struct cti_func_facts {
  bool fixed;       /* somebody outside of what is lifted knows the signature */
  bool is_noted;    /* the function itself was seen */
  bool result_used, result_stays; /* by a caller; for the function's own sake */
  bool changes, result_goes; /* the plan */
  bool inlines, holds_inlined; /* the plan of inline.h */
  bool calls_itself;
  uint32_t calls, caller; /* how many in live code; the last */
  uint32_t first, param_count; /* in params */
  uint32_t type, new_type;
} cti_func_facts;

typedef struct cti_signatures {
  cti_module *m;
  cti_arena *arena;
  cti_func_facts *funcs; /* by index */
  CTI_VEC(cti_param_facts) params;
} cti_signatures;

/* Begins a round, at whose end functions have the types of `plan` (NULL: those that they have). */
ct_status cti_signatures_start(cti_signatures *out, const cti_signatures *plan, cti_module *m, cti_arena *arena);

/* A function's trees as they will be, or, for one without trees, its code. */
void cti_signatures_note(cti_signatures *s, const cti_ir *f);
ct_status cti_signatures_note_code(cti_signatures *s, uint32_t func);

/* Adds what was noted elsewhere in the same round. */
void cti_signatures_add(cti_signatures *s, const cti_signatures *other);

/* Plans which parameters and results go, and makes the types. *any: something does. requires: every live function noted. */
ct_status cti_signatures_decide(cti_signatures *s, bool *any);

/* Rewrites a function that was lifted by the old types. True when something changed. */
bool cti_signatures_apply(const cti_signatures *plan, cti_ir *f);

#endif
