/* asyncify.h - letting a module pause within a call: what the steps share.
 *
 * A function that may be on the stack when a pause begins is rewritten. After each call that may pause it looks at __asyncify_state: not zero leads to the
 * end, where the number of the call and the locals that live there are pushed on the stack that __asyncify_data points to. Rewinding takes them back at the
 * entry and branches to just before that call, by br_tables at the entry and at the head of each loop around the call. For that the blocks around a call
 * begin at such a head too, ifs around one become branches, and what was computed before the call lies in locals; where it can be computed again from
 * locals alone it is.
 *   asyncify_graph      which functions and calls may pause
 *   asyncify_flatten    trees to lists in which a mark stands before the statement with such a call
 *   asyncify_dispatch   lists to the nest of blocks with br_tables; saving and restoring
 *   asyncify_support    the globals, functions and exports around it all */
#ifndef CTI_PASSES_ASYNCIFY_H
#define CTI_PASSES_ASYNCIFY_H

#include "core/custom.h"
#include "ctool/asyncify.h"
#include "passes/ir_passes.h"

/* What is known of a function. */
enum {
  CTI_ASYNCIFY_PAUSES = 1 << 0,  /* a call of it may come back with a pause */
  CTI_ASYNCIFY_LISTED = 1 << 1,  /* by add_list or only_list: its indirect calls may, whatever else is known */
  CTI_ASYNCIFY_TOP = 1 << 2,     /* begins pauses, ends rewinding: is not rewritten */
  CTI_ASYNCIFY_BOTTOM = 1 << 3,  /* what pauses lead to */
  CTI_ASYNCIFY_REMOVED = 1 << 4, /* by remove_list */
  CTI_ASYNCIFY_REWRITTEN = 1 << 5
};

typedef enum cti_asyncify_api { CTI_START_UNWIND, CTI_STOP_UNWIND, CTI_START_REWIND, CTI_STOP_REWIND, CTI_GET_STATE, CTI_ASYNCIFY_API } cti_asyncify_api;

enum { CTI_ASYNCIFY_TYPES = 3 }; /* of values that are saved: i32, i64, v128; floats go as integers */

typedef struct cti_asyncify {
  cti_module *m;
  cti_arena *arena;
  const ct_asyncify_options *options;
  uint32_t func_count;  /* before any was added */
  uint8_t *funcs;       /* CTI_ASYNCIFY_* of each */
  bool *indirect;       /* by type: may an indirect call of it pause? */
  ct_slice *names;      /* of functions, for lists and messages */
  uint32_t memory;      /* where frames are kept */
  cti_corevt pointer;   /* its addresses */
  uint32_t state, data; /* the globals */
  cti_remap remap;      /* imports of `asyncify` to what is exported under these names */
  uint32_t check;       /* the function that traps when frames have gone too far */
  uint32_t next_func;   /* index for the next function that is added */
  uint32_t helpers[CTI_ASYNCIFY_TYPES][2]; /* indices of the functions that push and pop a value; 0: not needed yet */
  CTI_VEC(cti_naming) added; /* names of functions that are added */
} cti_asyncify;

/* The pass. requires: valid. preserves: what the module does as long as nobody starts to unwind. Bodies that it writes are in the arena. */
ct_status cti_asyncify_run(cti_module *m, const ct_asyncify_options *options, cti_arena *arena);

/* Does it matter which function a call stands in? Lists name functions, and what a function of the module itself calls of asyncify says what it is. */
bool cti_asyncify_names_funcs(const cti_module *m, const ct_asyncify_options *options);

/* Fails when the module went through the pass before; the pass itself looks, too. */
ct_status cti_asyncify_refuse_second(const cti_module *m, ct_error *error);

/* ---- steps */

/* The function that an import of module `asyncify` asks for; CTI_ASYNCIFY_API for none. */
cti_asyncify_api cti_asyncify_api_named(ct_slice name);

ct_status cti_asyncify_name_funcs(cti_asyncify *a);

/* Fills `funcs` and `indirect`. */
ct_status cti_asyncify_analyze(cti_asyncify *a);

/* One of the texts of the options, taken apart. */
typedef struct cti_asyncify_list {
  const char *title; /* "add" */
  CTI_VEC(ct_slice) patterns; /* with a `*` */
  CTI_VEC(ct_slice) exact;
  cti_map numbers; /* of `exact` */
  bool *pattern_used, *exact_used;
  bool given;
} cti_asyncify_list;
ct_status cti_asyncify_list_parse(cti_asyncify_list *out, const char *title, const char *text, cti_arena *arena);
bool cti_asyncify_list_has(cti_asyncify_list *list, ct_slice name);
void cti_asyncify_list_warn(const cti_asyncify_list *list, const ct_asyncify_options *options); /* of what matched nothing */

void cti_asyncify_note(const ct_asyncify_options *options, const char *format, ...) CTI_PRINTF(2, 3);

/* One call that may pause. After it `check` branches to the end when the state is not 0, with the number of the call. */
typedef struct cti_asyncify_site {
  cti_node mark; /* a NOP whose `a` is the number of the site, from 1: rewinding goes on here */
  cti_node call, check;
  cti_node number; /* a constant */
  bool exact;      /* the callee looks at its arguments while rewinding; else they may be anything */
} cti_asyncify_site;

typedef CTI_VEC(cti_asyncify_site) cti_asyncify_site_list;

typedef struct cti_asyncify_sites {
  cti_asyncify_site_list items;
  uint32_t unwind; /* the label of what comes after the code as it was */
} cti_asyncify_sites;

/* Is the node, of function `func`, a call that comes back with a pause at times? */
bool cti_asyncify_may_pause(const cti_asyncify *a, uint32_t func, const cti_ir_node *node);

/* Afterwards marks lie in the lists of BLOCKs and LOOPs that nothing else is around, and from a mark up to its call nothing is evaluated that could give
 * another value than before, or do anything. Arguments that may be anything hang at the mark. */
ct_status cti_asyncify_flatten(cti_ir *f, const cti_asyncify *a, cti_asyncify_sites *sites);

/* Makes dispatch, saving and restoring of a flat function. *type: what lives at a call and cannot be saved, else CTI_VT_NONE. */
ct_status cti_asyncify_dispatch(cti_ir *f, cti_asyncify *a, cti_asyncify_sites *sites, cti_corevt *unsaved);

/* Which functions push and pop values of that integer or vector type; CTI_ASYNCIFY_TYPES for one that has none. */
uint32_t cti_asyncify_slot(cti_corevt type);
uint32_t cti_asyncify_helper(cti_asyncify *a, uint32_t slot, bool pop);

/* Memory, globals and the indices of the functions to come; then, with the bodies rewritten, these and the exports. */
ct_status cti_asyncify_prepare(cti_asyncify *a);
ct_status cti_asyncify_finish(cti_asyncify *a);

#endif
