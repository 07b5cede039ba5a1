/* wit_model.h - resolved WIT: packages, interfaces, worlds and types, each by its id (an index into one of the arrays of cti_resolve), no pointers
 * between them and no syntax left. Made by wit_resolve.c from text and by compose/wit_decode.c from binaries; read by the printer, the JSON writer, the
 * encoder and `component new`.
 *
 * All slices borrow from the source texts, from the arena, or from static strings; all live as long as the arena.
 * Order is meaning: arrays keep the order of the source, as the JSON that bindings generators read shows it.
 * https://github.com/WebAssembly/component-model/blob/main/design/mvp/WIT.md */
#ifndef CTI_WIT_WIT_MODEL_H
#define CTI_WIT_WIT_MODEL_H

#include "base/buf.h"
#include "base/map.h"
#include "types/semver.h"
#include "types/label.h"
#include "types/types.h"

#define CTI_WIT_NONE UINT32_MAX /* no package, no interface, ... */

/* Where something was written, for messages: an index into cti_resolve.files and a byte range. file is CTI_WIT_NONE for what came from a binary. */
typedef struct cti_span {
  uint32_t file, at, size;
} cti_span;

typedef enum cti_stability_kind { CTI_STABILITY_UNKNOWN, CTI_STABILITY_STABLE, CTI_STABILITY_UNSTABLE } cti_stability_kind;

/* @since(version = ..) is STABLE, @unstable(feature = ..) is UNSTABLE; @deprecated(version = ..) goes with either. */
typedef struct cti_gate {
  cti_semver since, deprecated;
  ct_slice feature;
} cti_gate;

/* Few items are gated, so what the gate says lies apart. */
typedef struct cti_stability {
  cti_stability_kind kind;
  const cti_gate *gate; /* NULL when UNKNOWN; never changed, so it may be shared */
} cti_stability;

typedef enum cti_owner_kind { CTI_OWNER_NONE, CTI_OWNER_INTERFACE, CTI_OWNER_WORLD } cti_owner_kind;

typedef struct cti_owner {
  cti_owner_kind kind;
  uint32_t id;
} cti_owner;

/* What is known of a type beside its structure, which is types.defs.items[same index]. Anonymous types (list<u8> in a signature) have no name. */
typedef struct cti_wit_type {
  ct_slice name;
  cti_owner owner;
  ct_slice docs; /* lines joined by \n, without the comment marks; data == NULL when there are none (the same everywhere) */
  cti_stability stability;
  ct_slice external_id; /* data == NULL when absent */
  cti_span span;
  bool is_resource; /* a resource or an alias of one; these two are set by cti_resolve_add_type */
  bool has_borrow;  /* a borrow<T> is somewhere inside */
} cti_wit_type;

typedef enum cti_func_kind { CTI_FUNC_FREE, CTI_FUNC_METHOD, CTI_FUNC_STATIC, CTI_FUNC_CONSTRUCTOR } cti_func_kind;

typedef struct cti_wit_func {
  ct_slice name; /* "f", "[get]f", "[set]f", "[method]r.m", "[method][get]r.m", "[static]r.s", "[constructor]r" */
  cti_func_kind kind;
  cti_accessor accessor;
  bool is_async;
  uint32_t resource; /* type id, or CTI_WIT_NONE for free functions */
  uint32_t param_count;
  cti_member *params; /* methods have `self` first */
  cti_valtype result; /* none when absent */
  ct_slice docs;
  cti_stability stability;
  ct_slice external_id;
  cti_span span;
} cti_wit_func;

typedef struct cti_wit_interface {
  ct_slice name;    /* data == NULL: inline in a world, where the world's item names it */
  uint32_t package; /* CTI_WIT_NONE only while resolving */
  CTI_VEC(uint32_t) types; /* type ids, named; append with cti_interface_add_type */
  CTI_VEC(cti_wit_func) funcs; /* append with cti_interface_add_func */
  cti_map type_ids;  /* name -> type id */
  cti_map func_slots; /* name -> index into funcs */
  ct_slice docs;
  cti_stability stability;
  cti_span span;
  uint32_t clone_of; /* the interface that this is a copy of, for an export of what is imported too; else CTI_WIT_NONE */
} cti_wit_interface;

typedef CTI_VEC(uint32_t) cti_ids;

typedef enum cti_world_item_kind { CTI_WORLD_INTERFACE, CTI_WORLD_FUNC, CTI_WORLD_TYPE } cti_world_item_kind;

/* One import or export. Its key is either a plain name (functions, types, inline interfaces, `name: ns:pkg/iface` which sets implements) or, when
 * name.data == NULL, the interface itself. */
typedef struct cti_world_item {
  ct_slice name;
  cti_world_item_kind kind;
  uint32_t interface; /* INTERFACE */
  bool implements;    /* INTERFACE with a name: `label: pkg:ns/iface`, printed as such */
  cti_wit_func func;  /* FUNC */
  uint32_t type;      /* TYPE */
  ct_slice docs;
  cti_stability stability;
  ct_slice external_id;
  cti_span span;
} cti_world_item;

typedef CTI_VEC(cti_world_item) cti_world_items;

typedef struct cti_wit_world {
  ct_slice name;
  uint32_t package;
  cti_world_items imports, exports;
  ct_slice docs;
  cti_stability stability;
  cti_span span;
} cti_wit_world;

typedef struct cti_package_name {
  ct_slice ns, name;
  cti_semver version;
} cti_package_name;

typedef struct cti_wit_package {
  cti_package_name name;
  ct_slice docs;
  CTI_VEC(uint32_t) interfaces; /* ids, in order of the source; each has a name; append with cti_package_add_interface */
  CTI_VEC(uint32_t) worlds;     /* append with cti_package_add_world */
  cti_map interface_ids, world_ids; /* by name */
  cti_span span;
} cti_wit_package;

typedef struct cti_wit_file {
  ct_slice path, text;
} cti_wit_file;

typedef struct cti_resolve {
  cti_arena *arena;
  cti_types types;              /* the structure of type id i is types.defs.items[i] */
  CTI_VEC(cti_wit_type) names;  /* and what else is known of it names.items[i]; same count */
  CTI_VEC(cti_wit_interface) interfaces;
  CTI_VEC(cti_wit_world) worlds;
  CTI_VEC(cti_wit_package) packages; /* dependencies before dependents; append with cti_resolve_add_package */
  cti_map package_ids;               /* "ns:name@version" -> package id */
  CTI_VEC(cti_wit_file) files;
} cti_resolve;

void cti_resolve_init(cti_resolve *resolve, cti_arena *arena);

/* Each appends an entity and gives its id, or CTI_WIT_NONE when memory is out (reported by the arena). What is given is copied. Types come after the types
 * that they refer to; interfaces and worlds enter the list of their package by the two functions below, when their names are known. */
uint32_t cti_resolve_add_type(cti_resolve *resolve, const cti_def *def, const cti_wit_type *names);
uint32_t cti_resolve_add_interface(cti_resolve *resolve, const cti_wit_interface *interface);
uint32_t cti_resolve_add_world(cti_resolve *resolve, const cti_wit_world *world);
uint32_t cti_resolve_add_package(cti_resolve *resolve, const cti_wit_package *package);

/* Each appends to the list and to the map beside it. The name must not be there yet. */
ct_status cti_interface_add_type(cti_resolve *resolve, uint32_t interface, uint32_t type);
ct_status cti_interface_add_func(cti_resolve *resolve, uint32_t interface, const cti_wit_func *func);
ct_status cti_package_add_interface(cti_resolve *resolve, uint32_t package, uint32_t interface);
ct_status cti_package_add_world(cti_resolve *resolve, uint32_t package, uint32_t world);

/* The package of this name and version, CTI_WIT_NONE when there is none, or when memory is out (reported: look). */
uint32_t cti_resolve_find_package(const cti_resolve *resolve, const cti_package_name *name);

/* "ns:name@version", and with an interface or world "ns:name/iface@version", in the arena; empty when memory is out. */
ct_slice cti_package_id(const cti_resolve *resolve, uint32_t package);
ct_slice cti_package_name_text(cti_arena *arena, const cti_package_name *name);
ct_slice cti_interface_id(const cti_resolve *resolve, uint32_t interface); /* empty for an inline one */
ct_slice cti_world_id(const cti_resolve *resolve, uint32_t world);
/* How a world's item is called: its name, or the id of its interface. */
ct_slice cti_world_item_name(const cti_resolve *resolve, const cti_world_item *item);
const cti_stability *cti_world_item_stability(const cti_resolve *resolve, const cti_world_item *item);
/* `label: ns:pkg/iface` rather than an inline interface or the interface under its own name. */
bool cti_world_item_implements(const cti_resolve *resolve, const cti_world_item *item);

/* The name of a function as it is written: "m" of "[method]r.m", "f" of "[get]f", "constructor" of "[constructor]r". */
ct_slice cti_func_item_name(const cti_wit_func *func);

/* What a definition refers to, in order: members, ok before error, key before value. child() gives none for an absent payload. */
uint32_t cti_def_child_count(const cti_def *def);
cti_valtype cti_def_child(const cti_def *def, uint32_t at);
void cti_def_set_child(cti_def *def, uint32_t at, cti_valtype type);

/* The interface that type `type` is used from, when it is a `use` from another one; else CTI_WIT_NONE. */
uint32_t cti_type_interface_dep(const cti_resolve *resolve, uint32_t type);

bool cti_stability_eq(const cti_stability *a, const cti_stability *b);

#endif
