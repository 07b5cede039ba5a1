/* wit_resolve_type.c - types as written to definitions of the draft: names looked up, anonymous types interned, and what the form does not tell checked
 * (empty records, too many flags, keys of maps, handles of what is no resource). */
#include "types/label.h"
#include "wit/wit_draft.h"

#define MAX_FLAGS 32 /* https://github.com/WebAssembly/component-model/issues/370 */

ct_status cti_draft_docs(cti_draft *d, ct_slice gap, ct_slice *out) {
  *out = gap.data ? cti_docs_text(d->resolve->arena, gap) : (ct_slice){0};
  return d->resolve->arena->error->status;
}

/* ---- definitions ---- */

cti_map *cti_draft_type_names(cti_draft *d) {
  return d->owner.kind == CTI_OWNER_WORLD ? &d->world_types : &d->local.interfaces.items[d->owner.id].type_ids;
}

ct_status cti_draft_add_type(cti_draft *d, const cti_def *def, const cti_wit_type *names, uint32_t *out) {
  uint32_t id = *out = cti_resolve_add_type(&d->local, def, names);
  if (id == CTI_WIT_NONE) return d->resolve->arena->error->status;
  bool alias = def->kind == CTI_DEF_ALIAS && cti_valtype_is_def(def->element);
  uint32_t root = alias ? d->roots.items[cti_valtype_index(def->element)] : id;
  return cti_vec_push(d->scratch, &d->roots, root) ? CT_OK : d->resolve->arena->error->status;
}

ct_status cti_draft_define(cti_draft *d, const cti_ast_id *id, uint32_t type) {
  if (cti_map_get(cti_draft_type_names(d), id->name) != CTI_MAP_NONE) {
    uint32_t other = cti_map_get(cti_draft_type_names(d), id->name);
    cti_wit_fail(d->resolve, CT_WIT_NAME, id->span, "the name `%.*s` is defined more than once", CTI_S(id->name));
    cti_error_hint(d->resolve->arena->error, "it is defined at %.*s, too", CTI_S(cti_span_text(d->resolve, d->local.names.items[other].span)));
    return CT_WIT_NAME;
  }
  if (d->owner.kind == CTI_OWNER_INTERFACE) return cti_interface_add_type(&d->local, d->owner.id, type);
  return cti_map_set(&d->world_types, d->scratch, id->name, type);
}

/* ---- names of types ---- */

/* What other languages call types that WIT has by another name, or has not. */
static const char *foreign_type(ct_slice name) {
  static const struct {
    const char *name, *hint;
  } rows[] = {
      {"void", "a function that gives nothing has no `->`"}, {"unit", "a function that gives nothing has no `->`"}, {"none", "a function that gives nothing has no `->`"},
      {"float32", "it is called `f32` now"}, {"float64", "it is called `f64` now"}, {"float", "numbers are f32 or f64"}, {"double", "it is called `f64`"},
      {"int", "integers are s8, s16, s32 and s64, without a sign u8, u16, u32 and u64"}, {"uint", "integers without a sign are u8, u16, u32 and u64"},
      {"boolean", "it is called `bool`"}, {"str", "it is called `string`"}, {"byte", "it is called `u8`"}, {"bytes", "it is written `list<u8>`"},
  };
  for (unsigned i = 0; i < CTI_COUNT(rows); i++)
    if (cti_slice_is(name, rows[i].name)) return rows[i].hint;
  return NULL;
}

static ct_status fail_unknown_type(cti_draft *d, ct_slice name, cti_span span, const cti_map *more) {
  ct_error *error = d->resolve->arena->error;
  cti_nearest nearest = cti_nearest_make(name);
  cti_wit_fail(d->resolve, CT_WIT_NAME, span, "the type `%.*s` does not exist here", CTI_S(name));
  const char *foreign = foreign_type(name);
  if (foreign) cti_error_hint(error, "%s", foreign);
  if (more) cti_nearest_try_keys(&nearest, more);
  cti_nearest_try_keys(&nearest, cti_draft_type_names(d));
  for (unsigned i = 0; i < CTI_PRIM_COUNT; i++) cti_nearest_try(&nearest, cti_slice_str(cti_prims[i].name));
  cti_nearest_hint(&nearest, error);
  cti_error_hint(error, "a type of another interface is brought in by `use interface.{%.*s};`", CTI_S(name));
  return error->status;
}

static ct_status find_type(cti_draft *d, ct_slice name, cti_span span, uint32_t *out) {
  *out = cti_map_get(cti_draft_type_names(d), name);
  if (*out != CTI_MAP_NONE) return CT_OK;
  if (d->owner.kind == CTI_OWNER_INTERFACE && cti_map_get(&d->local.interfaces.items[d->owner.id].func_slots, name) != CTI_MAP_NONE)
    return cti_wit_fail(d->resolve, CT_WIT_TYPE, span, "`%.*s` is a function, and a type is needed here", CTI_S(name));
  return fail_unknown_type(d, name, span, NULL);
}

/* A resource, or an alias of one, for a handle. Of foreign types linking will tell. */
static ct_status find_resource(cti_draft *d, const cti_ast_type *handle, uint32_t *out) {
  CTI_TRY(find_type(d, cti_ast_name(handle), handle->span, out));
  uint32_t root = d->roots.items[*out];
  cti_def_kind kind = d->local.types.defs.items[root].kind;
  if (kind == CTI_DEF_RESOURCE) return CT_OK;
  if (kind != CTI_DEF_UNKNOWN)
    return cti_wit_fail(d->resolve, CT_WIT_TYPE, handle->span, "`%.*s` is no resource, and own<> and borrow<> are for resources alone", CTI_S(cti_ast_name(handle)));
  cti_required_resource required = {root, handle->span};
  return cti_vec_push(d->scratch, &d->required_resources, required) ? CT_OK : d->resolve->arena->error->status;
}

/* ---- members ---- */

#define FEW_LABELS 16 /* so few are compared one by one, which is cheaper than a map */

/* The index of a label that is the same but for case and hyphens, or the count. */
static ct_status find_label(cti_draft *d, cti_label_set *set, ct_slice name, uint32_t *out) {
  uint32_t count = set->raw.count;
  *out = 0;
  if (count < FEW_LABELS) {
    while (*out < count && !cti_label_same(set->raw.items[*out], name)) ++*out;
    return CT_OK;
  }
  bool added;
  for (; set->mapped <= count; set->mapped++) {
    ct_slice canonical = cti_plain_name_canonical(&d->temporary, set->mapped < count ? set->raw.items[set->mapped] : name);
    *out = set->mapped;
    if (!canonical.data) return d->resolve->arena->error->status;
    CTI_TRY(cti_map_add(&set->canonical, &d->temporary, canonical, out, &added));
  }
  return CT_OK;
}

ct_status cti_label_set_add(cti_draft *d, cti_label_set *set, const cti_ast_id *id, const char *what) {
  uint32_t same;
  CTI_TRY(find_label(d, set, id->name, &same));
  if (same == set->raw.count) return cti_vec_push(&d->temporary, &set->raw, id->name) ? CT_OK : d->resolve->arena->error->status;
  ct_slice other = set->raw.items[same];
  if (cti_slice_eq(other, id->name)) return cti_wit_fail(d->resolve, CT_WIT_NAME, id->span, "the %s `%.*s` is defined more than once", what, CTI_S(other));
  return cti_wit_fail(d->resolve, CT_WIT_NAME, id->span, "the %s `%.*s` differs from `%.*s` in case and hyphens alone, which is not enough", what, CTI_S(id->name),
                      CTI_S(other));
}

typedef struct members_rule {
  const char *member, *empty;
} members_rule;

static members_rule rule_of(cti_def_kind kind) {
  switch (kind) {
  case CTI_DEF_RECORD: return (members_rule){"field", "this record is empty: it needs a field"};
  case CTI_DEF_VARIANT: return (members_rule){"case", "this variant is empty: it needs a case"};
  case CTI_DEF_ENUM: return (members_rule){"case", "this enum is empty: it needs a case"};
  default: return (members_rule){"flag", "there are no flags here: one at least is needed"};
  }
}

static ct_status make_members(cti_draft *d, const cti_ast_type *type, const cti_stability *stability, cti_def *def) {
  members_rule rule = rule_of((cti_def_kind)type->def);
  cti_label_set seen = {0};
  if (type->count == 0) return cti_wit_fail(d->resolve, CT_WIT_TYPE, type->span, "%s", rule.empty);
  if (type->def == CTI_DEF_FLAGS && type->count > MAX_FLAGS)
    return cti_wit_fail(d->resolve, CT_WIT_TYPE, type->of.members[MAX_FLAGS].id.span, "%u flags are too many: %d is the most", type->count, MAX_FLAGS);
  def->member_count = type->count;
  def->members = CTI_NEW_N(d->resolve->arena, cti_member, type->count);
  if (!def->members) return d->resolve->arena->error->status;
  for (uint32_t i = 0; i < type->count; i++) CTI_TRY(cti_label_set_add(d, &seen, &type->of.members[i].id, rule.member));
  for (uint32_t i = 0; i < type->count; i++) {
    def->members[i].name = type->of.members[i].id.name;
    CTI_TRY(cti_draft_docs(d, type->of.members[i].docs, &def->members[i].docs));
    CTI_TRY(cti_draft_type(d, &type->of.members[i].type, stability, &def->members[i].type));
  }
  return CT_OK;
}

static ct_status make_tuple(cti_draft *d, const cti_ast_type *type, const cti_stability *stability, cti_def *def) {
  if (type->count == 0) return cti_wit_fail(d->resolve, CT_WIT_TYPE, type->span, "this tuple is empty: it needs a type");
  def->member_count = type->count;
  def->members = CTI_NEW_N(d->resolve->arena, cti_member, type->count);
  if (!def->members) return d->resolve->arena->error->status;
  for (uint32_t i = 0; i < type->count; i++) CTI_TRY(cti_draft_type(d, &type->of.parts[i], stability, &def->members[i].type));
  return CT_OK;
}

/* Integers, bool, char and string: what can be compared. */
static bool is_map_key(cti_valtype type) {
  if (!cti_valtype_is_prim(type)) return false;
  cti_prim prim = cti_valtype_to_prim(type);
  return prim != CTI_PRIM_F32 && prim != CTI_PRIM_F64 && prim != CTI_PRIM_ERROR_CONTEXT;
}

static ct_status make_parts(cti_draft *d, const cti_ast_type *type, const cti_stability *stability, cti_def *def) {
  def->length = type->length;
  for (uint32_t i = 0; i < type->count; i++) {
    cti_valtype part;
    CTI_TRY(cti_draft_type(d, &type->of.parts[i], stability, &part));
    cti_def_set_child(def, i, part);
  }
  if (def->kind == CTI_DEF_MAP && !is_map_key(def->key))
    return cti_wit_fail(d->resolve, CT_WIT_TYPE, type->span, "a map's keys must be bool, char, string or integers: u8, u16, u32, u64, s8, s16, s32 or s64");
  return CT_OK;
}

/* The definition that a type makes; a name or a primitive is an alias. */
static ct_status make_def(cti_draft *d, const cti_ast_type *type, const cti_stability *stability, cti_def *def) {
  *def = (cti_def){.kind = type->kind == CTI_AST_DEF ? (cti_def_kind)type->def : CTI_DEF_ALIAS};
  if (type->kind != CTI_AST_DEF) return cti_draft_type(d, type, stability, &def->element);
  switch ((cti_def_kind)type->def) {
  case CTI_DEF_OWN:
  case CTI_DEF_BORROW: return find_resource(d, type, &def->resource);
  case CTI_DEF_RESOURCE: return CT_OK;
  case CTI_DEF_RECORD:
  case CTI_DEF_VARIANT:
  case CTI_DEF_ENUM:
  case CTI_DEF_FLAGS: return make_members(d, type, stability, def);
  case CTI_DEF_TUPLE: return make_tuple(d, type, stability, def);
  default: return make_parts(d, type, stability, def);
  }
}

/* ---- anonymous types ---- */

/* The key under which an anonymous type is found again: kind, length or resource, and the parts. */
static ct_slice anonymous_key(cti_arena *arena, const cti_def *def) {
  uint32_t count = cti_def_child_count(def);
  uint32_t *key = cti_alloc_n(arena, (size_t)count + 2, sizeof *key);
  if (!key) return (ct_slice){0};
  key[0] = (uint32_t)def->kind;
  key[1] = def->length;
  for (uint32_t i = 0; i < count; i++) key[i + 2] = cti_def_child(def, i).word;
  return cti_slice(key, ((size_t)count + 2) * sizeof *key);
}

/* An anonymous type is gated as the first of its parts that is: option<t> is there when t is. */
static cti_stability inherited_stability(const cti_draft *d, const cti_def *def, const cti_stability *given) {
  if (given->kind != CTI_STABILITY_UNKNOWN) return *given;
  for (uint32_t i = 0, count = cti_def_child_count(def); i < count; i++) {
    cti_valtype child = cti_def_child(def, i);
    if (!cti_valtype_is_def(child)) continue;
    const cti_stability *inner = &d->local.names.items[cti_valtype_index(child)].stability;
    if (inner->kind != CTI_STABILITY_UNKNOWN) return *inner;
  }
  return *given;
}

static ct_status intern(cti_draft *d, const cti_def *def, const cti_stability *stability, cti_span span, cti_valtype *out) {
  ct_slice key = anonymous_key(d->scratch, def);
  if (!key.data) return d->resolve->arena->error->status;
  uint32_t id = cti_map_get(&d->anonymous, key);
  if (id == CTI_MAP_NONE) {
    cti_wit_type names = {.stability = inherited_stability(d, def, stability), .span = span};
    CTI_TRY(cti_draft_add_type(d, def, &names, &id));
    CTI_TRY(cti_map_set(&d->anonymous, d->scratch, key, id));
  }
  *out = cti_valtype_def(id);
  return CT_OK;
}

ct_status cti_draft_borrow(cti_draft *d, uint32_t resource, cti_span span, cti_valtype *out) {
  cti_def def = {.kind = CTI_DEF_BORROW, .resource = resource};
  cti_stability unknown = {0};
  return intern(d, &def, &unknown, span, out);
}

ct_status cti_draft_type(cti_draft *d, const cti_ast_type *type, const cti_stability *stability, cti_valtype *out) {
  uint32_t id;
  cti_def def;
  *out = CTI_VALTYPE_NONE;
  switch (type->kind) {
  case CTI_AST_NONE: return CT_OK;
  case CTI_AST_PRIM: *out = cti_valtype_prim((cti_prim)type->prim); return CT_OK;
  case CTI_AST_NAME:
    CTI_TRY(find_type(d, cti_ast_name(type), type->span, &id));
    *out = cti_valtype_def(id);
    return CT_OK;
  default: break;
  }
  CTI_TRY(make_def(d, type, stability, &def));
  if (def.kind == CTI_DEF_OWN) { /* own<r> is what r means in a signature: no second type is made */
    *out = cti_valtype_def(def.resource);
    return CT_OK;
  }
  return intern(d, &def, stability, type->span, out);
}

/* ---- the definitions of an interface or world, in the order of their dependencies ---- */

/* Names that are used are nodes as well: a definition that needs one comes after the `use`, also where that stands further down. */
typedef struct typedef_sorter {
  CTI_VEC(const cti_ast_typedef *) nodes; /* NULL for what is used */
  cti_map node_of;
  cti_edges edges;
  uint32_t node; /* whose type is being walked */
} typedef_sorter;

static ct_status add_name_edge(cti_draft *d, typedef_sorter *sorter, const cti_ast_type *type) {
  uint32_t on = cti_map_get(&sorter->node_of, cti_ast_name(type));
  if (on == CTI_MAP_NONE) return fail_unknown_type(d, cti_ast_name(type), type->span, &sorter->node_of);
  cti_edge edge = {sorter->node, on, type->span};
  return cti_vec_push(&d->temporary, &sorter->edges, edge) ? CT_OK : d->resolve->arena->error->status;
}

/* Nesting is as deep as the parser let it be. */
static ct_status add_type_edges(cti_draft *d, typedef_sorter *sorter, const cti_ast_type *type) {
  if (cti_ast_has_name(type)) return add_name_edge(d, sorter, type);
  for (uint32_t i = 0; i < cti_ast_part_count(type); i++) CTI_TRY(add_type_edges(d, sorter, &type->of.parts[i]));
  for (uint32_t i = 0; i < cti_ast_member_count(type); i++) CTI_TRY(add_type_edges(d, sorter, &type->of.members[i].type));
  return CT_OK;
}

static ct_status add_node(cti_draft *d, typedef_sorter *sorter, const cti_ast_id *id, const cti_ast_typedef *it) {
  cti_arena *arena = &d->temporary;
  uint32_t node = sorter->nodes.count;
  bool added;
  CTI_TRY(cti_map_add(&sorter->node_of, arena, id->name, &node, &added));
  if (!added) return cti_wit_fail(d->resolve, CT_WIT_NAME, id->span, "the name `%.*s` is defined more than once", CTI_S(id->name));
  return cti_vec_push(arena, &sorter->nodes, it) ? CT_OK : arena->error->status;
}

static ct_status add_nodes(cti_draft *d, typedef_sorter *sorter, const cti_ast_items *items) {
  for (uint32_t i = 0; i < items->count; i++) {
    const cti_ast_item *item = &items->items[i];
    if (item->kind == CTI_AST_TYPEDEF) CTI_TRY(add_node(d, sorter, &item->of.type->id, item->of.type));
    for (uint32_t j = 0; item->kind == CTI_AST_USE && j < item->of.use->names.count; j++) {
      const cti_ast_rename *rename = &item->of.use->names.items[j];
      CTI_TRY(add_node(d, sorter, rename->as.name.data ? &rename->as : &rename->id, NULL));
    }
  }
  return CT_OK;
}

static ct_status fail_type_cycle(cti_draft *d, const typedef_sorter *sorter, const cti_edges *cycle) {
  ct_slice name = sorter->nodes.items[cycle->items[0].on]->id.name;
  cti_wit_fail(d->resolve, CT_WIT_TYPE, cycle->items[0].span, "the type `%.*s` contains itself", CTI_S(name));
  if (cycle->count > 1) cti_error_hint(d->resolve->arena->error, "by way of `%.*s`", CTI_S(sorter->nodes.items[cycle->items[1 % cycle->count].on]->id.name));
  cti_error_hint(d->resolve->arena->error, "WIT has no recursive types; a resource can stand in between");
  return CT_WIT_TYPE;
}

static ct_status make_typedef(cti_draft *d, const cti_ast_typedef *it) {
  cti_def def;
  cti_wit_type names = {.name = it->id.name, .owner = d->owner, .stability = it->gates->stability, .external_id = it->gates->external_id, .span = it->id.span};
  uint32_t type;
  CTI_TRY(cti_draft_docs(d, it->docs, &names.docs));
  CTI_TRY(make_def(d, &it->type, &it->gates->stability, &def));
  CTI_TRY(cti_draft_add_type(d, &def, &names, &type));
  return cti_draft_define(d, &it->id, type);
}

static uint32_t count_types(const cti_ast_items *items) {
  uint32_t count = 0;
  for (uint32_t i = 0; i < items->count; i++) {
    count += items->items[i].kind == CTI_AST_TYPEDEF;
    if (items->items[i].kind == CTI_AST_USE) count += items->items[i].of.use->names.count;
  }
  return count;
}

ct_status cti_draft_typedefs(cti_draft *d, const cti_ast_items *items) {
  typedef_sorter sorter = {0};
  cti_edges cycle;
  uint32_t *order;
  CTI_TRY(cti_map_reserve(&sorter.node_of, &d->temporary, items->count));
  CTI_TRY(cti_map_reserve(cti_draft_type_names(d), d->scratch, count_types(items)));
  CTI_TRY(add_nodes(d, &sorter, items));
  for (sorter.node = 0; sorter.node < sorter.nodes.count; sorter.node++)
    if (sorter.nodes.items[sorter.node]) CTI_TRY(add_type_edges(d, &sorter, &sorter.nodes.items[sorter.node]->type));
  CTI_TRY(cti_order_nodes(&order, &cycle, sorter.nodes.count, &sorter.edges, &d->temporary));
  if (!order) return fail_type_cycle(d, &sorter, &cycle);
  for (uint32_t i = 0; i < sorter.nodes.count; i++)
    if (sorter.nodes.items[order[i]]) CTI_TRY(make_typedef(d, sorter.nodes.items[order[i]]));
  return CT_OK;
}
