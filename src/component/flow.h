/* flow.h - a component as instantiation makes it: every instance at every depth, and what stands behind each thing that one is given.
 *
 * Each index of each index space becomes a value, by its number. Aliases, bundles of exports, arguments of nested components and exports are followed while
 * this is made: whoever asks for an argument gets what somebody defined. Nothing is validated: an index that points nowhere is CTI_VALUE_NONE. */
#ifndef CTI_COMPONENT_FLOW_H
#define CTI_COMPONENT_FLOW_H

#include "base/map.h"
#include "component/component.h"

typedef enum cti_value_kind {
  CTI_VALUE_NONE,      /* nothing that is known; number 0 */
  CTI_VALUE_IMPORT,    /* of the outermost component */
  CTI_VALUE_INSTANCE,  /* instances.items[of]: of a core module, or of a component that nobody here knows */
  CTI_VALUE_MEMBER,    /* what the import or instance `of` (a value, perhaps a member itself) exports as `name` */
  CTI_VALUE_BUNDLE,    /* an instance of a list of exports: `members` */
  CTI_VALUE_MODULE,    /* `module` */
  CTI_VALUE_COMPONENT, /* `component`, which finds outer aliases in scope `of` */
  CTI_VALUE_LIFT,      /* a function: `canon`, of the core function `of`, in `scope` */
  CTI_VALUE_CANON,     /* a core function: `canon`, in `scope`; lower: of the function `of`; else of the type `of`, if there is one */
  CTI_VALUE_TYPE       /* defined in `scope` */
} cti_value_kind;

typedef struct cti_value {
  cti_value_kind kind;
  cti_sort sort;
  uint32_t of, scope;
  uint32_t root; /* of a member: the import or instance that it is a part of, at whatever depth */
  ct_slice name; /* of an import or member */
  uint64_t offset; /* of the item that defines it */
  union {
    ct_slice module; /* data == NULL: it is known to be one, no more */
    cti_component *component;
    const cti_canon *canon;
  } is;
  cti_map *members; /* name -> value; of bundles all, of imports and instances those that were asked for. May be NULL */
} cti_value;

/* A component instance: the outermost component, or one that was instantiated. */
typedef struct cti_flow_scope {
  cti_component *component;
  uint32_t lexical; /* the scope that its outer aliases lead to; of the outermost, and of one in `parent`, UINT32_MAX */
  uint32_t parent;  /* the scope that instantiates it */
  ct_slice name;    /* what the parent calls the instance; empty for the outermost */
  CTI_VEC(uint32_t) values[CTI_SORT_COUNT];
  cti_map names;    /* of its own name section: code << 33 | is core << 32 | index -> place in flow->debug_names */
} cti_flow_scope;

typedef struct cti_flow_arg {
  ct_slice name;
  uint32_t value;
} cti_flow_arg;

typedef struct cti_flow_instance {
  bool is_core;
  uint32_t value, scope, of; /* its own value; where it is instantiated; the module or component */
  ct_slice name;             /* never empty */
  ct_slice of_name;          /* of the module or component, in the component's name section or its own; may be empty */
  uint32_t arg_count;
  const cti_flow_arg *args;
  cti_map args_by_name;      /* -> value */
} cti_flow_instance;

typedef struct cti_flow_export {
  ct_slice name;
  cti_sort sort;
  uint32_t value;
} cti_flow_export;

typedef struct cti_flow {
  cti_arena *arena;
  cti_component component; /* the outermost */
  CTI_VEC(cti_value) values;
  CTI_VEC(cti_flow_scope) scopes; /* 0: the outermost */
  CTI_VEC(cti_flow_instance) instances; /* in the order in which they are made: each is given only what earlier ones have */
  CTI_VEC(uint32_t) imports; /* values, in order */
  CTI_VEC(cti_flow_export) exports; /* of the outermost, in order */
  CTI_VEC(ct_slice) debug_names;
  uint32_t steps; /* work so far: items, names, arguments */
} cti_flow;

/* A component that instantiates itself in ever more places is cut off: few bytes can ask for any number of instances. */
enum { CTI_FLOW_STEPS = 1000000, CTI_FLOW_DEPTH = 200 };

/* Reads a component. CT_CORE_KIND for a core module, CT_LIMIT past the limits above. */
ct_status cti_flow_make(cti_flow *out, ct_slice bytes, cti_arena *arena);

/* What a module's own name section calls it; empty: nothing. */
ct_slice cti_flow_module_name(ct_slice module);

static inline const cti_value *cti_flow_value(const cti_flow *flow, uint32_t value) { return &flow->values.items[value]; }

/* The value of an index of a scope; 0 when it is out of range. */
uint32_t cti_flow_index(const cti_flow *flow, uint32_t scope, cti_sort sort, uint32_t index);

/* What an instance exports under a name; 0 when it is known to export nothing of the kind. Makes the member if need be. */
uint32_t cti_flow_member(cti_flow *flow, uint32_t instance, ct_slice name, cti_sort sort);

/* The import or instance that a member, of whatever depth, is a part of; any other value is its own. */
uint32_t cti_flow_root(const cti_flow *flow, uint32_t value);

/* "wasi:io/streams@0.2.0#read" for a member of an import, "name" for an import. In the arena; empty when memory is out. */
ct_slice cti_flow_import_text(const cti_flow *flow, uint32_t value);

/* "outer/inner": the names of the scopes around, down to this one; empty for the outermost. */
ct_slice cti_flow_scope_text(const cti_flow *flow, uint32_t scope);

#endif
