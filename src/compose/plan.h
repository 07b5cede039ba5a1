/* plan.h - what `component new` and `component link` know while they make a component, and the stages that fill it in.
 *
 * The way of the data: units (core modules) are read and their worlds merged into one; each unit's imports become uses, its exports offers
 * (world_match.c); adapters are cut to what is used of them (adapter.c); what cannot be lowered before the main module exists goes through the shim
 * (shim.c) that the fixup fills (fixup.c); then the component is built, item by item (emit_*.c), and encoded.
 *
 * Everything lives in one arena and is reached by index: units by their place in plan.units (0 is the main module), world items by their place in the
 * imports or exports of the world, uses and offers by their place in their unit. */
#ifndef CTI_COMPOSE_PLAN_H
#define CTI_COMPOSE_PLAN_H

#include "component/component.h"
#include "compose/metadata.h"
#include "compose/producers.h"
#include "core/custom.h"
#include "compose/wit_type_encode.h"
#include "compose/world_names.h"
#include "core/module.h"
#include "ctool/compose.h"
#include "types/canon_abi.h"
#include "wit/wit_model.h"

/* ---- uses: what an import of a core module stands for */

typedef enum cti_use_kind {
  CTI_USE_CANON,   /* a canonical definition: `canon` says which */
  CTI_USE_ADAPTER, /* an export of the adapter `unit`, which comes after: by way of the shim */
  CTI_USE_MEMORY,  /* the memory that all share */
  CTI_USE_FIRST,   /* the export `source` of the first module (layout.h) */
  CTI_USE_ITEM,    /* the export `source` of `unit`, which came before */
  CTI_USE_TLS_GET, /* the base of thread-local storage, in a context slot or in a global of the shim */
  CTI_USE_TLS_SET
} cti_use_kind;

typedef struct cti_use {
  cti_use_kind kind;
  cti_canon_kind canon;
  ct_slice field;      /* the import's name in the component: another than in the input when one name was imported twice */
  uint32_t import;     /* place in the module's imports */
  bool of_export;      /* `item` is an export of the world: a built-in for what the unit itself implements */
  bool flag;           /* async or cancellable */
  uint32_t item;       /* place in the world's imports or exports; CTI_WIT_NONE for built-ins that need none */
  uint32_t interface;  /* CTI_WIT_NONE for what belongs to the world itself */
  uint32_t func;       /* place in the interface's functions */
  uint32_t lowered;    /* the component's function when it was aliased beforehand, else UINT32_MAX */
  uint32_t type;       /* a resource, a stream or a future; CTI_WIT_NONE for a stream or future without payload */
  cti_string_encoding encoding; /* built-ins of error-context */
  uint32_t slot;
  cti_corevt slot_type;         /* context and TLS */
  uint32_t unit;
  ct_slice source;
} cti_use;

/* The instance that meets them: one made of the uses, or that of another module as it is. */
typedef enum cti_group_source {
  CTI_GROUP_USES,
  CTI_GROUP_UNIT,
  CTI_GROUP_FIRST, /* the first module of the direct layout (layout.h) */
  CTI_GROUP_TABLE  /* the module which has the main module's table there */
} cti_group_source;

/* The imports of one module name, neighbours in the unit's uses. */
typedef struct cti_use_group {
  ct_slice module;
  cti_group_source source;
  uint32_t unit; /* CTI_GROUP_UNIT: whose instance */
  uint32_t first, count;
} cti_use_group;

/* ---- offers: what an export of a core module is good for */

typedef enum cti_role {
  CTI_ROLE_LIFT,
  CTI_ROLE_POST_RETURN,
  CTI_ROLE_CALLBACK,
  CTI_ROLE_DTOR,
  CTI_ROLE_MEMORY,
  CTI_ROLE_REALLOC,         /* for everything */
  CTI_ROLE_IMPORT_REALLOC,  /* for results of imports */
  CTI_ROLE_EXPORT_REALLOC,  /* for params of exports */
  CTI_ROLE_ADAPTER_REALLOC, /* for adapters alone */
  CTI_ROLE_INITIALIZE,
  CTI_ROLE_TABLE,
  CTI_ROLE_TASK_HOOK,
  CTI_ROLE_COUNT
} cti_role;

typedef struct cti_offer {
  cti_role role;
  ct_slice name;
  uint32_t export_; /* place in the module's exports */
  uint32_t item;    /* LIFT, POST_RETURN, CALLBACK: place in the world's exports */
  uint32_t func;    /* place in the interface's functions; 0 for a function of the world */
  uint32_t type;    /* DTOR: the resource */
  cti_abi_variant variant; /* LIFT */
} cti_offer;

/* The offers for one function of the world's exports; places in the unit's offers, or CTI_WIT_NONE. */
typedef struct cti_lift {
  uint32_t lift, post_return, callback;
} cti_lift;

/* ---- units */

typedef enum cti_unit_kind { CTI_UNIT_MAIN, CTI_UNIT_ADAPTER, CTI_UNIT_LIBRARY } cti_unit_kind;

/* How a library's imports of one module name are met: by a whole instance, or by items, each an export of a unit. */
typedef struct cti_library_item {
  ct_slice alias, name;
  uint32_t unit;
} cti_library_item;

typedef struct cti_library_arg {
  ct_slice module;
  bool is_whole;
  uint32_t unit;
  const cti_library_item *items;
  cti_map by_alias; /* -> place in items */
} cti_library_arg;

/* A slot of the table that the first module calls through, and the function of the unit that goes there. */
typedef struct cti_slot {
  uint32_t slot, func;
} cti_slot;

typedef struct cti_unit {
  cti_unit_kind kind;
  ct_slice name; /* "main", or what --adapt calls it: the module name that it stands for */
  ct_slice file; /* for messages; may be empty */
  ct_slice bytes; /* as it was given; of an adapter that was cut: what is left */
  cti_module module; /* its interface */
  cti_bindings bindings; /* of its component-type sections: encodings and producers; its resolve is the plan's */
  uint32_t world;        /* the one world that its sections name, for messages; CTI_WIT_NONE when there are none or several */
  cti_ids exports;       /* places in the world's exports that its sections ask for */

  CTI_VEC(cti_use) uses;
  CTI_VEC(cti_use_group) groups; /* in order of appearance */
  const cti_limits *imported_memory; /* "env" "memory" */
  bool has_renamed_imports;          /* one name was imported twice: the component needs two; or they were given short ones */
  bool has_renamed_exports;          /* the module's exports have other names than in `bytes` */
  bool drops_memory, drops_table;    /* what it defines is imported instead: an import beyond those of `bytes` */
  uint32_t start;                    /* the function that gets a start section; 0xffffffff: the section stays as it is */
  CTI_VEC(cti_slot) slots;           /* what it puts into the first module's table: for it, that behind the one of its own, if any */
  CTI_VEC(cti_offer) offers;
  uint32_t first_of[CTI_ROLE_COUNT]; /* the first offer of each role, or CTI_WIT_NONE */
  cti_lift *lifts;  /* by plan.export_base[item] + func; NULL when `exports` is empty */
  cti_map dtors;    /* resource type -> offer */

  const cti_library_arg *args; /* LIBRARY */
  uint32_t arg_count;
  bool is_builtin;         /* ctool's own adapter */
  bool is_used;            /* an adapter that nobody needs is left out */
  ct_slice *pieces;        /* the module as it goes into the component */
  uint32_t piece_count;
  uint32_t item;           /* place of the module in component.items */
  uint32_t module_index, instance_index; /* in the component, once they are there */
} cti_unit;

/* ---- shims */

typedef enum cti_shim_kind {
  CTI_SHIM_LOWER,   /* a function of the world, lowered when the memory and realloc of `unit` exist */
  CTI_SHIM_ADAPTER, /* the export `name` of adapter `source` */
  CTI_SHIM_DTOR,    /* the export `name` of `unit`, a destructor */
  CTI_SHIM_BUILTIN, /* a built-in that needs a memory, realloc or table of `unit` */
  CTI_SHIM_EXPORT   /* the export `name` of `unit`: a realloc, or what an earlier module imports */
} cti_shim_kind;

typedef struct cti_shim {
  cti_shim_kind kind;
  uint32_t unit; /* whose realloc and encoding hold */
  uint32_t use;  /* LOWER and BUILTIN: place in the unit's uses */
  uint32_t source;
  ct_slice name;       /* of the core export that fills it: ADAPTER, DTOR, EXPORT */
  ct_slice label;      /* "0", "1", ...: its export in the shim module */
  ct_slice debug_name; /* for name sections */
  cti_core_sig sig;    /* `needs` are the options */
} cti_shim;

/* ---- the whole */

typedef struct cti_problem {
  ct_status status;
  ct_slice text, hint;
  ct_slice group, others; /* what makes it one with others, and those */
  uint32_t other_count;
} cti_problem;

/* What is wanted of an imported function: lowered synchronously, asynchronously, both, or not at all. */
enum { CTI_WANT_SYNC = 1, CTI_WANT_ASYNC = 2 };

typedef struct cti_plan cti_plan;
struct cti_fixup;
struct cti_plan {
  cti_arena *arena;
  const ct_component_new_options *options;
  cti_bindings bindings; /* while units are read; then its resolve and world move here: */
  cti_resolve resolve;
  uint32_t world;
  CTI_VEC(cti_unit) units;
  cti_map unit_ids; /* adapters and libraries by name */
  cti_map main_exports; /* names of the main module's exports -> place; once an adapter or library is matched */
  ct_slice main_globals; /* what the main module's global section holds instead; data == NULL: it stays */
  uint32_t main_stack;   /* with that: its stack pointer, global 0 */
  cti_abi abi;

  /* of the world, when it is final: function (item, f) has the number base[item] + f */
  uint32_t *import_base, *export_base;
  uint8_t *wanted;            /* by number of import: CTI_WANT_ bits */
  uint32_t export_func_count;
  cti_world_names import_names, export_names;
  CTI_VEC(uint32_t) stream_counts; /* by type: streams and futures inside (core_sig.c) */
  cti_ids *live_types;        /* by interface: types of imports that the component mentions */
  bool *is_exported;          /* by interface: exported under its own name */
  uint32_t *type_marks, type_round; /* scratch of world_use.c */

  CTI_VEC(cti_problem) unmet; /* unmet.h */
  uint32_t unmet_count;       /* those beyond the list included */

  CTI_VEC(cti_shim) shims;
  cti_map shim_ids;
  cti_corevt tls_type; /* of a global in the shim; CTI_VT_NONE when there is none */
  bool tls_in_context; /* slot 1 of the task's context holds it */

  /* the layout */
  bool is_direct;    /* the memory is the first module's, ctool's own adapter comes before the main module */
  bool is_separate;  /* the adapter has a memory of its own, beside the main module's in the first module */
  bool is_fused;     /* the adapter becomes a part of the main module (fuse.c) */
  bool fills_itself; /* there is no fixup: units fill their slots */

  /* the component that is being built */
  cti_component component;
  cti_type_maps type_maps;
  uint32_t *instances;      /* by interface: the imported or exported instance, UINT32_MAX before */
  uint32_t *imported_funcs; /* by place in the world's imports */
  uint32_t memory, own_memory, shim_instance, table_instance; /* UINT32_MAX before */
  cti_map core_aliases;     /* (instance, name) -> core index */
  cti_map type_aliases;     /* (instance, type) -> index, in the direct layout; elsewhere each use has its own, as in the reference's components */
  cti_map hooked;           /* (unit, core name) -> core function that wraps it */
  CTI_VEC(cti_naming) debug_names; /* by place in component.items */
  cti_map import_renames;          /* old name -> place in options->import_names */
  bool *rename_used;               /* by that place */
  bool main_allocates;             /* the main module's realloc is used */
  bool may_clash;                  /* it was made for it, and takes pages beside an allocator of its own */
  ct_status (*add_to_fixup)(cti_plan *plan, struct cti_fixup *fixup); /* of `link`: what libraries need done at the start; may be NULL */
  void *link;
};

static inline cti_wit_world *cti_plan_world(cti_plan *plan) { return &plan->resolve.worlds.items[plan->world]; }

/* Whom the component and the modules made for it name as their producer. */
static inline cti_maker cti_maker_of(const cti_plan *plan) { return plan->options->like_wasm_tools ? CTI_MAKER_WIT_COMPONENT : CTI_MAKER_CTOOL; }

/* The world's import or export that a use or an offer is about, and its function. */
const cti_world_item *cti_use_item(cti_plan *plan, const cti_use *use);
const cti_wit_func *cti_item_func(const cti_resolve *resolve, const cti_world_item *item, uint32_t func);

/* A function as a line of WIT, "f: func(s: string)", in the arena. */
ct_slice cti_func_text(cti_plan *plan, const cti_wit_func *func);

/* How to speak of the world of a unit: `world "ns:name/world"`, or of all that its sections ask for together. In the arena. */
ct_slice cti_world_title(cti_plan *plan, const cti_unit *unit);

/* How to begin a sentence about a unit: nothing for the main module, else what it is: `adapter "x": `. In the arena. */
ct_slice cti_whose(cti_plan *plan, const cti_unit *unit);

/* " of main.o" for an import, or an export (module without data), of the main module where the caller knows that; else empty. */
ct_slice cti_object_text(cti_plan *plan, const cti_unit *unit, ct_slice module, ct_slice name);

/* Tells the user a decision (`-v`), when somebody listens. */
void cti_plan_note(const cti_plan *plan, const char *format, ...) CTI_PRINTF(2, 3);
/* Tells the user what may be a mistake; the work goes on. */
void cti_plan_warn(const cti_plan *plan, const char *format, ...) CTI_PRINTF(2, 3);

#endif
