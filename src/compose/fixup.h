/* fixup.h - the last core module of a component: it fills the shim, and its start function runs what has to run once when everything exists.
 *
 * It is filled with imports and actions by whoever has some (shims, `_initialize`, task hooks, the linker of libraries), then made, then instantiated. */
#ifndef CTI_COMPOSE_FIXUP_H
#define CTI_COMPOSE_FIXUP_H

#include "compose/core_make.h"
#include "compose/plan.h"

/* What the fixup imports from: the shim, a unit, or "actual", an instance made of the real functions. */
typedef enum cti_fixup_source { CTI_FIXUP_SHIM, CTI_FIXUP_ACTUAL, CTI_FIXUP_UNIT } cti_fixup_source;

typedef struct cti_fixup_instance {
  ct_slice name;
  cti_fixup_source source;
  uint32_t unit;
} cti_fixup_instance;

/* Events that a module which exports the task hook hears of; the numbers are its argument. */
typedef enum cti_task_event {
  CTI_TASK_SYNC_START,
  CTI_TASK_SYNC_FINISH,
  CTI_TASK_ASYNC_START,
  CTI_TASK_ASYNC_RESUME,
  CTI_TASK_ASYNC_BLOCK,
  CTI_TASK_ASYNC_FINISH,
  CTI_TASK_INITIALIZE_START,
  CTI_TASK_INITIALIZE_FINISH,
  CTI_TASK_DTOR_START,
  CTI_TASK_DTOR_FINISH,
  CTI_TASK_REALLOC_START = 12, /* 10 and 11 are no longer told */
  CTI_TASK_REALLOC_FINISH,
  CTI_TASK_NO_EVENT
} cti_task_event;

typedef enum cti_action_kind {
  CTI_ACTION_FILL_GLOBAL,  /* global `a` = ref.func of filling `b` */
  CTI_ACTION_CALL,         /* call function `a` */
  CTI_ACTION_HOOK,         /* call the hook, function `a`, with event `b` */
  CTI_ACTION_STORE_SUM,    /* 32-bit word at address `c` of memory `d` = global `a` + global `b` */
  CTI_ACTION_SET_SUM       /* global `c` = global `a` + global `b` */
} cti_action_kind;

typedef struct cti_action {
  cti_action_kind kind;
  uint32_t a, b, c, d;
} cti_action;

/* A function that is put into the shim: an imported one, or, when `hook` is not CTI_WIT_NONE, a wrapper of it made here. */
typedef struct cti_filling {
  uint32_t shim; /* place in plan->shims */
  uint32_t func; /* imported */
  uint32_t hook; /* place in `hooked` */
} cti_filling;

/* A function that calls another one between two calls of the task hook. */
typedef struct cti_hooked {
  uint32_t type, func; /* of the fixup: the function's type, the imported function that is wrapped */
  uint32_t param_count;
  ct_slice name;         /* of the core export that is wrapped */
  uint32_t unit;         /* whose export; CTI_WIT_NONE when the wrapper goes into the shim alone */
  cti_task_event start, finish;
  bool tells_state;      /* what it returns tells whether the task is finished or blocked */
} cti_hooked;

typedef struct cti_fixup {
  cti_plan *plan;
  cti_module module;
  cti_map types, imported; /* by signature; by instance and name */
  cti_map instance_ids;
  CTI_VEC(cti_fixup_instance) instances; /* in order of the first import */
  cti_name_map func_names, global_names;
  CTI_VEC(cti_action) first, then; /* of the start function: what the ABI needs, what the user's code does */
  CTI_VEC(cti_filling) fillings;
  CTI_VEC(cti_hooked) hooked;
  uint32_t hook; /* the imported task hook, UINT32_MAX without one */
} cti_fixup;

void cti_fixup_init(cti_fixup *fixup, cti_plan *plan);

/* Imports something, once for each name; gives its index in the fixup's index space of that kind. UINT32_MAX on failure (reported). */
uint32_t cti_fixup_import(cti_fixup *fixup, cti_fixup_source source, uint32_t unit, ct_slice name, const cti_extern_type *type);
uint32_t cti_fixup_import_func(cti_fixup *fixup, cti_fixup_source source, uint32_t unit, ct_slice name, const cti_core_sig *sig);

/* Imports what fills each shim; makes the start function run the main module's `_initialize`. */
ct_status cti_fixup_add_shims(cti_fixup *fixup);
ct_status cti_fixup_add_initialize(cti_fixup *fixup);

/* When the main module exports the task hook: wraps everything that the component model calls (task_hooks.c). */
ct_status cti_fixup_add_task_hooks(cti_fixup *fixup);

/* Makes the module, in the arena; empty when there is nothing to do. Afterwards `instances` tells what it is instantiated with. */
ct_status cti_fixup_make(ct_slice *out, cti_fixup *fixup);

/* Appends the body of a wrapper: locals and expression. */
void cti_hooked_body(cti_buf *code, const cti_fixup *fixup, const cti_hooked *hooked);

#endif
