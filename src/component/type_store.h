/* type_store.h - the types of one validation: one store for a component and all that is nested in it.
 *
 * A type is an id. Ids are nominal: a definition, and each import or export of a type, makes a new one, for "is this type named?" asks about identity.
 * Equality is structural: `canon` numbers the structures of value and function types, so that two are equal when the numbers are, whatever the ids.
 * A resource is a number that each introduction takes anew; own and borrow name the id of a resource type, structure looks at the number alone.
 * Types are never changed. What instantiation substitutes is made anew by cti_substitution (substitute.h).
 * https://github.com/WebAssembly/component-model/blob/main/design/mvp/Explainer.md#type-definitions */
#ifndef CTI_COMPONENT_TYPE_STORE_H
#define CTI_COMPONENT_TYPE_STORE_H

#include "base/map.h"
#include "component/component.h"
#include "core/module_validate.h"
#include "types/canon_abi.h"

typedef enum cti_component_limit {
#define CT_COMPONENT_LIMIT(symbol, value, what) CTI_COMPONENT_LIMIT_##symbol,
#include "component/limits.def"
#undef CT_COMPONENT_LIMIT
  CTI_COMPONENT_LIMITS
} cti_component_limit;

typedef enum cti_type_kind { CTI_TYPE_VALUE, CTI_TYPE_FUNC, CTI_TYPE_INSTANCE, CTI_TYPE_COMPONENT, CTI_TYPE_RESOURCE } cti_type_kind;

enum {
  CTI_TYPE_OPEN = 1,      /* holds something that has an identity: a resource, a named type, a record, variant, enum or flags */
  CTI_TYPE_RESOURCES = 2, /* holds a resource, bound or free */
  CTI_TYPE_BORROW = 4,    /* holds a borrow */
  CTI_TYPE_HANDLE = 8,    /* holds own, borrow, stream, future or error-context */
  CTI_TYPE_FIXED = 16     /* holds a list of fixed length */
};

/* The type of something that can be imported or exported. */
typedef struct cti_entity {
  cti_sort sort;    /* CORE_MODULE, FUNC, VALUE, TYPE, COMPONENT or INSTANCE */
  uint32_t type;    /* id of the type; of types: of what the new one equals; of values: the word of a cti_valtype; of core modules: index of a module type */
  uint32_t created; /* of types: the id that the import or export introduced; the same as `type` for a new resource */
} cti_entity;

/* Imports or exports in order. Copies of a type share the names; entities are their own. */
typedef struct cti_extern_names {
  uint32_t count;
  const cti_extern_name *const *items; /* of the model */
  cti_map by_name; /* name -> index, of as many as there were when one was last looked for */
  cti_arena *arena; /* of this, and of the map */
} cti_extern_names;

/* Few names are found by looking at each of them, more by a map, which is made for whoever asks first: most lists are never asked. */
enum { CTI_FEW_NAMES = 8 };
/* The index, or CTI_MAP_NONE. Names may have been appended since the last time. */
uint32_t cti_names_find(const cti_extern_name *const *items, uint32_t count, cti_map *by_name, ct_slice name, cti_arena *arena);

typedef struct cti_extern_list {
  cti_extern_names *names; /* never NULL */
  const cti_entity *entities;
} cti_extern_list;

static inline ct_slice cti_extern_text(const cti_extern_list *list, uint32_t index) { return list->names->items[index]->name; }

/* The index of a name, or CTI_MAP_NONE. */
static inline uint32_t cti_extern_find(const cti_extern_list *list, ct_slice name) {
  return cti_names_find(list->names->items, list->names->count, &list->names->by_name, name, list->names->arena);
}

/* Size and depth of a type, as all that it is made of is added; flags of all that it holds. */
typedef struct cti_type_info {
  uint32_t size, depth;
  uint8_t flags;
} cti_type_info;

typedef struct cti_func_type {
  bool is_async;
  uint32_t param_count;
  const cti_member *params; /* value types are ids of the store */
  cti_valtype result;       /* none when absent */
} cti_func_type;

typedef struct cti_instance_type {
  cti_extern_list exports;
  uint32_t resource_count;
  const uint32_t *resources; /* introduced by this type; empty for the types of instances that exist */
} cti_instance_type;

typedef struct cti_component_type {
  cti_extern_list imports, exports;
  cti_type_info exports_info; /* of an instance that has these exports */
  uint32_t imported_count, defined_count;
  const uint32_t *imported; /* resources that an instantiation must be given */
  const uint32_t *defined;  /* resources that an instantiation makes */
} cti_component_type;

typedef struct cti_type {
  uint8_t kind; /* cti_type_kind */
  uint8_t flags;
  uint8_t depth;
  uint32_t size;        /* as if nothing were shared */
  uint32_t canon;       /* values and functions */
  uint32_t session, to; /* substitute.c: what became of it in that session */
  uint32_t walk;        /* resources.c: was met in that walk */
  union {
    struct {
      uint32_t alias_of; /* 1 + the id that this is a new id for; 0: none, or lost by substitution */
      uint32_t epoch;    /* type_names.c: known to be named since then */
    } value;
    const cti_func_type *func;
    const cti_instance_type *instance;
    const cti_component_type *component;
    struct {
      uint32_t number, alias; /* alias: 0 for the first id of the resource */
    } resource;
  } of;
} cti_type;

/* The type of a core instance: the exports of a module, or a list of its own. */
typedef struct cti_core_exports {
  uint32_t count;
  const cti_module_export *items;
  cti_map by_name; /* name -> index */
  uint32_t size;
} cti_core_exports;

typedef struct cti_core_module {
  cti_module_type type;
  cti_map imports; /* (module, name), as numbers of strings, -> index */
  CTI_VEC(ct_slice) sources; /* the module names that it imports from, each once */
  cti_core_exports exports;
} cti_core_module;

typedef struct cti_resource {
  uint32_t id;          /* the first one; UINT32_MAX before it is asked for */
  uint32_t session, to; /* substitute.c: the number that takes its place in that session */
  uint32_t walk;        /* resources.c, subtype.c: was met, or is looked for, in that walk */
} cti_resource;

typedef struct cti_type_store {
  cti_arena *arena;
  ct_error *error;
  cti_types values;         /* index: id of a value type */
  CTI_VEC(cti_type) types;  /* the same */
  CTI_VEC(cti_type) others; /* index: id of any other type, less CTI_OTHER_TYPES */
  cti_map strings;        /* text -> number */
  cti_map canons;         /* structure -> canon */
  CTI_VEC(cti_resource) resources; /* index: number of a resource */
  cti_map resource_aliases;       /* (number, alias) -> id */
  CTI_VEC(uint32_t) alias_parents; /* index: an alias of a resource, less 1; the alias that it was made of */
  uint64_t substituted;  /* types, members and entities that substitute.c made */
  uint64_t compared;     /* members and entities that subtype.c looked at */
  uint32_t session, walk, epoch; /* the last ones that were given out */
  cti_abi abi32, abi64;
  CTI_VEC(uint32_t) key;         /* scratch: the structure that is being looked up */
  CTI_VEC(const cti_core_module *) modules;
  CTI_VEC(const cti_core_exports *) core_instances;
  cti_map linked; /* a core module and the exports that it was instantiated with, which did */
  cti_map opened; /* a component and what it was instantiated with, which did */
} cti_type_store;

void cti_type_store_init(cti_type_store *store, cti_arena *arena);

enum { CTI_OTHER_TYPES = 0x40000000 }; /* ids from here on are not of value types */
static inline cti_type *cti_type_at(const cti_type_store *store, uint32_t id) {
  return id < CTI_OTHER_TYPES ? &store->types.items[id] : &store->others.items[id - CTI_OTHER_TYPES];
}
/* UNKNOWN when it is no value type. */
static inline const cti_def *cti_value_at(const cti_type_store *store, uint32_t id) {
  static const cti_def none = {.kind = CTI_DEF_UNKNOWN};
  return id < CTI_OTHER_TYPES ? &store->values.defs.items[id] : &none;
}

/* ---- `offset` is where a type that grows too large is reported. */

#define CTI_TYPE_INFO_NEW ((cti_type_info){1, 1, 0})
ct_status cti_type_info_add(cti_type_info *info, cti_type_info part, uint64_t offset, ct_error *error);
cti_type_info cti_type_info_of(const cti_type_store *store, uint32_t id);
cti_type_info cti_type_info_of_value(const cti_type_store *store, cti_valtype type);
cti_type_info cti_type_info_of_entity(const cti_type_store *store, const cti_entity *entity);

/* ---- making types: the id, or UINT32_MAX when memory is out (reported). What is pointed to is borrowed. */

uint32_t cti_store_value(cti_type_store *store, const cti_def *def, cti_type_info info);
uint32_t cti_store_func(cti_type_store *store, const cti_func_type *func, cti_type_info info);
uint32_t cti_store_instance(cti_type_store *store, const cti_instance_type *instance, cti_type_info info);
uint32_t cti_store_component(cti_type_store *store, const cti_component_type *component, cti_type_info info);
/* The number of a resource that nothing else is; UINT32_MAX when memory is out. */
uint32_t cti_store_fresh(cti_type_store *store);
/* The id of one. */
uint32_t cti_store_new_resource(cti_type_store *store);
/* The id of (resource, alias). */
uint32_t cti_store_resource(cti_type_store *store, uint32_t number, uint32_t alias);
/* A new id for the same type; types of functions, instances and components have no identity beside their structure: their own id. */
uint32_t cti_store_alias(cti_type_store *store, uint32_t id);
/* What `id` is a new id for; UINT32_MAX when it is none, or nothing knows any more. */
uint32_t cti_store_alias_of(cti_type_store *store, uint32_t id);
uint32_t cti_store_module(cti_type_store *store, const cti_module_type *type, uint64_t offset); /* index; UINT32_MAX also for an import that is there twice */
uint32_t cti_store_core_instance(cti_type_store *store, const cti_core_exports *exports); /* index */

/* Was this asked of `known` before? From now on it was; the key is copied. */
ct_status cti_store_seen(bool *out, cti_type_store *store, cti_map *known, ct_slice key);

/* The number of a text; equal texts, equal numbers. UINT32_MAX when memory is out (reported). */
uint32_t cti_store_string(cti_type_store *store, ct_slice text);
/* The key of a core module's import. */
static inline uint64_t cti_import_key(uint32_t module, uint32_t name) { return (uint64_t)module << 32 | name; }

/* ---- asking */

/* The number of the structure of a value type; equal numbers, equal types. 0: none. */
uint32_t cti_canon_of_value(const cti_type_store *store, cti_valtype type);
/* The primitive that a value type is, perhaps by a definition; CTI_PRIM_COUNT when it is none. */
cti_prim cti_prim_of_value(const cti_type_store *store, cti_valtype type);
/* "record", "u32", ...; "func", "instance", "resource" for other types. Static strings. */
const char *cti_value_describe(const cti_type_store *store, cti_valtype type);
const char *cti_type_describe(const cti_type_store *store, uint32_t id);
const char *cti_entity_describe(const cti_entity *entity);

/* "a " or "an ", as goes before such a description; nothing before one in the plural. */
const char *cti_article(const char *noun);

ct_status cti_component_limit_check(cti_component_limit limit, uint64_t count, uint64_t offset, ct_error *error);

#endif
