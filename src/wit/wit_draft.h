/* wit_draft.h - a package on its way from trees to a cti_resolve: its names are resolved, what it takes from other packages is not yet there.
 *
 * Three arenas: what ends in the resolve (texts, members, parameters) is made in that one's, so that linking copies no text; the draft itself lies in
 * `scratch`, which goes when all packages are linked; `temporary` is emptied after each interface and world.
 *
 * A draft counts its own types, interfaces and worlds from 0. Those that stand for items of other packages come first in each list, types with the kind
 * UNKNOWN. wit_scope.c fills the lists of names, wit_resolve.c and wit_resolve_type.c the entities, wit_link.c moves them into the resolve. */
#ifndef CTI_WIT_WIT_DRAFT_H
#define CTI_WIT_WIT_DRAFT_H

#include "wit/wit_ast.h"
#include "wit/wit_error.h"
#include "wit/wit_order.h"

/* An interface or a world of the draft. */
typedef struct cti_item_ref {
  bool is_world;
  uint32_t id;
} cti_item_ref;

/* `ns:pkg/item` of another package, as this one refers to it. */
typedef struct cti_draft_foreign {
  cti_package_name package;
  ct_slice item;
  cti_span package_span, item_span;
  cti_item_ref ref;
  CTI_VEC(cti_stability) gates; /* of each place that refers to it */
} cti_draft_foreign;

/* An interface or world that the package itself defines. */
typedef struct cti_draft_block {
  const cti_ast_block *block;
  uint32_t unit;
  cti_item_ref ref;
} cti_draft_block;

typedef struct cti_draft_include {
  uint32_t world, included; /* draft worlds */
  const cti_ast_use *use;
} cti_draft_include;

typedef struct cti_required_resource {
  uint32_t type;
  cti_span span;
} cti_required_resource;

typedef CTI_VEC(ct_slice) cti_raw_names; /* as they were written */

typedef struct cti_draft {
  cti_resolve *resolve; /* what it will go into; files are there already */
  cti_arena *scratch;
  cti_arena temporary;
  cti_package_name name;
  cti_span name_span;
  ct_slice docs;
  bool carried; /* one of wit_wasi.h: items that came after its version are not there, rather than a mistake */
  CTI_VEC(const cti_ast_unit *) units;

  /* names: wit_scope.c */
  CTI_VEC(cti_draft_foreign) foreign;
  cti_map foreign_of; /* "ns:pkg/item@version" -> index into foreign */
  CTI_VEC(cti_draft_block) blocks;
  cti_map block_of;   /* name -> index into blocks */
  CTI_VEC(cti_map) scopes; /* of each unit: name -> index into blocks, or CTI_SCOPE_FOREIGN | index into foreign */
  uint32_t *order;    /* of the blocks, dependencies first */

  /* entities: wit_resolve.c */
  cti_resolve local; /* types, names, interfaces, worlds */
  CTI_VEC(uint32_t) roots; /* of each type: itself, or what it is after following aliases */
  CTI_VEC(cti_required_resource) required_resources; /* of foreign types, in handles */
  CTI_VEC(cti_draft_include) includes;
  uint32_t foreign_types, foreign_interfaces, foreign_worlds;
  cti_map anonymous; /* structure of an anonymous type -> its id */

  /* where resolving stands */
  uint32_t unit;
  cti_owner owner;
  cti_map world_types; /* names of types in the current world */
  cti_map names[2];    /* canonical names in the current interface, or the current world's imports and exports -> index into raw_names */
  cti_raw_names raw_names;
} cti_draft;

#define CTI_SCOPE_FOREIGN 0x80000000u

/* Units are the files of one package, or one nested package. Reports what is wrong within the package. */
ct_status cti_draft_make(cti_draft *out, cti_resolve *resolve, const cti_ast_unit *const *units, uint32_t count, cti_arena *scratch);

/* ---- between the files of the draft ---- */

ct_status cti_draft_scopes(cti_draft *draft);
/* What a path means in the current unit. */
ct_status cti_draft_path(cti_draft *draft, const cti_ast_path *path, cti_item_ref *out);
ct_status cti_draft_interface_path(cti_draft *draft, const cti_ast_path *path, uint32_t *interface);

/* Visits all paths of a unit in the order in which other packages are told: `from` is the block whose order depends on it, or NULL. */
typedef ct_status (*cti_path_visitor)(cti_draft *draft, const cti_ast_block *from, const cti_ast_gates *gates, cti_ast_path *path,
                                      const cti_ast_renames *names, bool wants_world);
ct_status cti_draft_visit_paths(cti_draft *draft, const cti_ast_unit *unit, cti_path_visitor visit);

/* The map of the type names of the current owner. */
cti_map *cti_draft_type_names(cti_draft *draft);
/* Defines a named type of the current owner, or appends an anonymous one. */
ct_status cti_draft_add_type(cti_draft *draft, const cti_def *def, const cti_wit_type *names, uint32_t *out);
ct_status cti_draft_define(cti_draft *draft, const cti_ast_id *id, uint32_t type);

ct_status cti_draft_typedefs(cti_draft *draft, const cti_ast_items *items);
ct_status cti_draft_type(cti_draft *draft, const cti_ast_type *type, const cti_stability *stability, cti_valtype *out);
/* The anonymous borrow<resource>. */
ct_status cti_draft_borrow(cti_draft *draft, uint32_t resource, cti_span span, cti_valtype *out);
ct_status cti_draft_func(cti_draft *draft, const cti_ast_func *func, const cti_ast_id *resource, cti_wit_func *out);
ct_status cti_draft_docs(cti_draft *draft, ct_slice gap, ct_slice *out);

/* Names of members or parameters: each once, case and hyphens aside. */
typedef struct cti_label_set {
  CTI_VEC(ct_slice) raw;
  cti_map canonical; /* -> index into raw; of the first `mapped`, once there are many */
  uint32_t mapped;
} cti_label_set;
ct_status cti_label_set_add(cti_draft *draft, cti_label_set *set, const cti_ast_id *id, const char *what);

#endif
