/* calls.h - who may call whom in a whole component: the functions of all core instances, what lifts and lowers them, the tables between them.
 *
 * What is not known errs towards a call: an indirect call reaches every function of its type that is in the table, unless its index is a constant, which is
 * how shims call; a reference that is taken is a call. Nothing is validated: an index that points nowhere leads nowhere. */
#ifndef CTI_INSPECT_CALLS_H
#define CTI_INSPECT_CALLS_H

#include "component/flow.h"

typedef enum cti_caller_kind {
  CTI_CALLER_ROOT,   /* number 0: what runs without being called by anything in here */
  CTI_CALLER_EXPORT, /* by those who use the component: `name` */
  CTI_CALLER_START,  /* at instantiation: `name` tells of what */
  CTI_CALLER_DTOR,   /* when a resource is dropped */
  CTI_CALLER_GIVEN,  /* by a module or component that comes from outside: `name` */
  CTI_CALLER_FUNC,   /* function `index` of core instance `instance` */
  CTI_CALLER_CANON,  /* canonical definition: `value`, a lift or lower or built-in */
  CTI_CALLER_IMPORT, /* what the component imports: `value`, an import or a member of one */
  CTI_CALLER_TABLE,  /* any function of type class `index` in table `instance` */
  CTI_CALLER_REFS    /* any function of type class `index` that a reference was taken of */
} cti_caller_kind;

typedef struct cti_caller {
  cti_caller_kind kind;
  uint32_t instance, index, value;
  ct_slice name; /* of a function: what the first other instance imports it as, a fixup aside; may be empty */
} cti_caller;

/* A core module, which may be instantiated several times. */
typedef struct cti_calls_module {
  cti_module module;
  cti_map exports;         /* functions: name -> index */
  cti_map tables;          /* the same */
  const ct_slice *names;   /* by function: of its name section, else of an export; empty without */
  const uint32_t *classes; /* by type: a number that types have in common when a call of one may reach the other; UINT32_MAX for no function type */
} cti_calls_module;

typedef struct cti_calls_instance {
  const cti_calls_module *of; /* NULL: of a module or component that comes from outside */
  uint32_t first_func;        /* the caller that its first defined function is */
  uint32_t first_table;       /* the number of its first defined table */
  const uint32_t *imported_funcs, *imported_tables; /* callers, numbers of tables; UINT32_MAX for none that is known */
} cti_calls_instance;

typedef struct cti_call {
  uint32_t from, to;
} cti_call;

typedef struct cti_slot {
  uint32_t table, index, func; /* index UINT32_MAX: not known */
  uint32_t class;
} cti_slot;

typedef struct cti_calls {
  cti_arena *arena;
  cti_flow flow;
  CTI_VEC(cti_caller) callers;
  CTI_VEC(cti_call) calls; /* as they were found */
  const uint32_t *first;   /* by caller, and one more: where its calls begin in `to` */
  const uint32_t *to;
  CTI_VEC(cti_calls_instance) instances; /* as in flow.instances */
  CTI_VEC(cti_calls_module *) modules;
  uint32_t table_count;
  cti_map module_of;  /* value of a module -> modules */
  cti_map caller_of;  /* value -> caller */
  cti_map class_of;   /* form of a function type -> class */
  cti_map table_of;   /* table << 32 | class -> caller; table UINT32_MAX: references */
  CTI_VEC(cti_slot) slots;
  cti_map slot_of;    /* table << 32 | index -> place in slots, the last one that was written there */
  CTI_VEC(bool) is_written; /* by table: code puts functions into it */
  CTI_VEC(uint32_t) pending; /* canonical definitions whose calls are to be found */
} cti_calls;

ct_status cti_calls_make(cti_calls *out, ct_slice component, cti_arena *arena);

static inline const cti_caller *cti_caller_at(const cti_calls *calls, uint32_t caller) { return &calls->callers.items[caller]; }

/* The name of a function, "func 12" without one; its size in bytes; empty and 0 for what is no function. */
ct_slice cti_caller_func_name(const cti_calls *calls, uint32_t caller);
uint64_t cti_caller_bytes(const cti_calls *calls, uint32_t caller);

/* ---- between calls.c and calls_code.c */

/* The caller that function `func` of an instance is, wherever it is defined; UINT32_MAX when that is not known. */
uint32_t cti_calls_func(const cti_calls *calls, uint32_t instance, uint32_t func);
uint32_t cti_calls_table(const cti_calls *calls, uint32_t instance, uint32_t table);
ct_status cti_calls_add(cti_calls *calls, uint32_t from, uint32_t to); /* UINT32_MAX is nobody */

/* The calls of all bodies and segments of an instance: segments of all instances first. */
ct_status cti_calls_of_segments(cti_calls *calls, uint32_t instance);
ct_status cti_calls_of_code(cti_calls *calls, uint32_t instance);
/* What tables hold, when all of it is known. */
ct_status cti_calls_of_tables(cti_calls *calls);

#endif
