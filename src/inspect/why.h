/* why.h - what keeps an import of a component alive. */
#ifndef CTI_INSPECT_WHY_H
#define CTI_INSPECT_WHY_H

#include "ctool/inspect.h"
#include "inspect/calls.h"

/* What would have to go, so that nothing calls the import any more. */
typedef struct cti_cut {
  /* LARGE: more than CTI_CUT_MOST functions; IMPOSSIBLE: no function of the program is on one of the ways */
  enum { CTI_CUT_NONE, CTI_CUT_FOUND, CTI_CUT_LARGE, CTI_CUT_IMPOSSIBLE } kind;
  CTI_VEC(uint32_t) functions;
  uint32_t more_count; /* functions that only these lead to */
  uint64_t more_bytes;
} cti_cut;
enum { CTI_CUT_MOST = 64 };

typedef struct cti_why {
  cti_arena *arena;
  cti_calls calls;
  CTI_VEC(uint32_t) imports;  /* values: those of the name that was asked for */
  cti_map is_import;          /* the same as a set */
  uint32_t *parent;           /* by caller: a shortest way from the root; UINT32_MAX for what is not reached */
  CTI_VEC(uint32_t) kept;     /* callers: members of the imports that are reached, those nearest to the root first */
  CTI_VEC(ct_slice) idle;     /* names of members that are lowered for somebody, but not reached */
  CTI_VEC(ct_slice) for_types; /* other imports that use their types */
  ct_slice *readable;         /* by caller: its name without mangling, where cti_why_name_all found it mangled */
  cti_cut cut;
} cti_why;

ct_status cti_why_make(cti_why *out, ct_slice component, ct_slice import, cti_arena *arena);
ct_status cti_why_cut(cti_why *why);
ct_status cti_why_name_all(cti_why *why); /* demangles the names on the ways and of the cut; comes before what writes */

bool cti_why_is_glue(const cti_why *why, uint32_t caller); /* a function of an adapter or shim: none of the program's own */
bool cti_why_is_shim(const cti_why *why, uint32_t caller);

void cti_why_write(cti_buf *out, const cti_why *why);
void cti_why_write_json(cti_buf *out, const cti_why *why);

#endif
