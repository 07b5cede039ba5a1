/* scope.h (of component validation) - the index spaces of one component, component type or instance type while it is validated, and the validator that
 * holds the stack of them. Each entry is what the type checker needs of an item: an id of the type store, or a core type.
 * https://github.com/WebAssembly/component-model/blob/main/design/mvp/Explainer.md#index-spaces */
#ifndef CTI_COMPONENT_SCOPE_H
#define CTI_COMPONENT_SCOPE_H

#include "component/extern_name.h"
#include "component/type_store.h"

typedef enum cti_scope_kind { CTI_SCOPE_COMPONENT, CTI_SCOPE_COMPONENT_TYPE, CTI_SCOPE_INSTANCE_TYPE } cti_scope_kind;

typedef struct cti_scope_value {
  cti_valtype type;
  bool used;
} cti_scope_value;

typedef CTI_VEC(uint32_t) cti_numbers; /* of resources */

/* Ids of types, dense or not: a bit each, in words that are there for the ids that are. */
typedef struct cti_id_set {
  cti_map words; /* id / 64 -> index in bits */
  CTI_VEC(uint64_t) bits;
  uint32_t last; /* the word that was looked for last: ids are dense where there are many */
} cti_id_set;

/* Imports or exports so far. */
typedef struct cti_externs {
  cti_arena *arena;       /* of what is forgotten when the list is finished */
  CTI_VEC(const cti_extern_name *) names;
  CTI_VEC(cti_entity) entities;
  cti_map by_name;        /* name -> index, as in cti_extern_names */
  CTI_VEC(ct_slice) keys; /* of the names (cti_name_key): two that are equal are in conflict */
  cti_map by_key;         /* key -> index; empty while there are few */
  cti_id_set named;       /* types that have a name here */
  uint32_t epoch;         /* marks types that are known to be named here */
  bool is_inline;         /* exports of an instance made of its exports: a resource's name here gives it none */
} cti_externs;

typedef struct cti_scope {
  cti_scope_kind kind;
  cti_arena scratch;                  /* of what is forgotten at its end */
  cti_type_space core_types;          /* ids of core types; CTI_NO_TYPE for module types */
  CTI_VEC(uint32_t) core_type_modules; /* parallel: index of a module type in the store, or UINT32_MAX */
  CTI_VEC(uint32_t) core_funcs, core_tags; /* ids of core types */
  CTI_VEC(cti_table_type) core_tables;
  CTI_VEC(cti_limits) core_memories;
  CTI_VEC(cti_global_type) core_globals;
  CTI_VEC(uint32_t) core_modules, core_instances; /* indices of the store */
  CTI_VEC(uint32_t) types, funcs, components, instances; /* ids */
  CTI_VEC(cti_scope_value) values;
  cti_externs imports, exports;
  cti_type_info info;               /* of the component type, or instance type, that this becomes */
  cti_numbers imported;             /* resources that come by imports */
  cti_numbers defined;              /* resources that were defined, or came of instances */
  cti_map representations;          /* resources defined here -> cti_corevt of the representation */
  uint32_t outer_alias_size;        /* of the types that were aliased into this component from outside */
  bool has_start;
  cti_corevt context_type; /* of context.get and context.set; CTI_VT_NONE before the first */
} cti_scope;

typedef struct cti_component_validator {
  cti_validation *v;
  cti_type_store store;
  cti_arena *arena;
  ct_error *error;
  CTI_VEC(cti_scope *) scopes; /* innermost last */
  CTI_VEC(cti_scope *) spare;  /* for reuse */
  cti_arena scratch;           /* of what is forgotten after each item */
  bool copies_names;           /* items are not kept, so that names in types are copies */
} cti_component_validator;

static inline cti_scope *cti_scope_current(const cti_component_validator *v) { return v->scopes.items[v->scopes.count - 1]; }

/* NULL when memory is out. */
cti_scope *cti_scope_push(cti_component_validator *v, cti_scope_kind kind);
void cti_scope_pop(cti_component_validator *v);
/* Frees what all scopes hold of their own, those that a failure left open too. */
void cti_scopes_free(cti_component_validator *v);

/* CT_COMP_INDEX unless the index space has that entry. */
ct_status cti_scope_check(const cti_component_validator *v, const cti_scope *scope, cti_sort sort, uint32_t index, uint64_t offset);
uint32_t cti_scope_count(const cti_scope *scope, cti_sort sort);

/* The id of a type of the kind asked for. */
ct_status cti_scope_type(uint32_t *out, const cti_component_validator *v, uint32_t index, cti_type_kind kind, uint64_t offset);
/* A value type of the model, whose definitions are local indices, as a value type of the store. */
ct_status cti_scope_valtype(cti_valtype *out, const cti_component_validator *v, cti_valtype local, uint64_t offset);
/* The type of a value, which is used by this. */
ct_status cti_scope_use_value(cti_valtype *out, cti_component_validator *v, uint32_t index, uint64_t offset);
/* What an item of the index spaces is; values are used by this. */
ct_status cti_scope_entity(cti_entity *out, cti_component_validator *v, cti_sort_index of, uint64_t offset);

ct_status cti_require(const cti_component_validator *v, cti_feature feature, uint64_t offset, const char *what);

/* Fails as CT_COMP_INVALID. */
#define cti_invalid(v, offset, ...) cti_fail((v)->error, CT_COMP_INVALID, (offset), __VA_ARGS__)

/* ---- the parts of validation, a file each */

/* validate_type.c */
ct_status cti_validate_type(cti_component_validator *v, const cti_ctype *type, uint64_t offset);
ct_status cti_validate_core_type(cti_component_validator *v, const cti_core_type_def *type, uint64_t offset);

/* validate_extern.c */
ct_status cti_entity_of_externtype(cti_entity *out, cti_component_validator *v, const cti_externtype *type, uint64_t offset);
ct_status cti_validate_import(cti_component_validator *v, const cti_extern_name *name, const cti_externtype *type, uint64_t offset);
ct_status cti_validate_export(cti_component_validator *v, const cti_extern_name *name, cti_entity entity, uint64_t offset);
/* A name and what it names, as an export of an instance that is made of its exports: gives no entry to an index space. */
ct_status cti_validate_inline_export(cti_component_validator *v, cti_externs *into, cti_type_info *info, const cti_extern_name *name, const cti_entity *entity,
                                     uint64_t offset);
/* An entry in the index space of the entity's sort, which did not come by a name. */
ct_status cti_add_entity(cti_component_validator *v, const cti_entity *entity, uint64_t offset);
/* The names and entities as a list of a type. */
ct_status cti_externs_finish(cti_extern_list *out, cti_component_validator *v, const cti_externs *externs);

/* extern_rules.c: parses the name, checks what it demands of the type, and registers it in `into` as taken. */
ct_status cti_check_extern_name(cti_name *out, cti_component_validator *v, cti_externs *into, const cti_extern_name *name, const cti_entity *entity,
                                bool is_import, uint64_t offset);

/* validate_instance.c */
ct_status cti_validate_core_instance(cti_component_validator *v, const cti_item *item);
ct_status cti_validate_instance(cti_component_validator *v, const cti_item *item);

/* validate_value.c */
ct_status cti_validate_value(cti_component_validator *v, const cti_item *item);

/* validate_alias.c */
ct_status cti_validate_alias(cti_component_validator *v, const cti_alias *alias, uint64_t offset);

/* validate_canon.c */
ct_status cti_validate_canon(cti_component_validator *v, const cti_canon *canon, uint64_t offset);

/* type_names.c: may a type be imported or exported here, are the types that it is made of named? Registers the names that it brings. */
ct_status cti_check_named(cti_component_validator *v, const cti_entity *entity, bool is_import, uint64_t offset);

/* resources.c: the type of a finished component or component type. */
ct_status cti_finish_component(uint32_t *out, cti_component_validator *v, uint64_t offset);
/* Does a type speak of resources that it does not introduce itself? */
bool cti_has_free_resources(cti_type_store *store, uint32_t id);

#endif
