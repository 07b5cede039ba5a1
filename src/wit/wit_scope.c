/* wit_scope.c - the names at the top of a package: its interfaces and worlds, what each file calls them, what is taken from other packages, and the
 * order in which to resolve. Nothing inside of interfaces is looked at but the paths of `use`, `include`, `import` and `export`. */
#include <stdio.h>

#include "wit/wit_draft.h"
#include "wit/wit_wasi.h"

/* ---- all paths of a unit ---- */

static ct_status visit_uses(cti_draft *d, const cti_ast_block *from, const cti_ast_items *items, cti_path_visitor visit) {
  for (uint32_t i = 0; i < items->count; i++) {
    if (items->items[i].kind != CTI_AST_USE) continue;
    cti_ast_use *use = items->items[i].of.use;
    CTI_TRY(visit(d, from, use->gates, &use->path, &use->names, false));
  }
  return CT_OK;
}

static ct_status visit_externs(cti_draft *d, const cti_ast_items *items, bool exports, cti_path_visitor visit) {
  for (uint32_t i = 0; i < items->count; i++) {
    if (items->items[i].kind != CTI_AST_EXTERN || items->items[i].of.extern_->is_export != exports) continue;
    cti_ast_extern *it = items->items[i].of.extern_;
    if (it->kind == CTI_EXTERN_INLINE) CTI_TRY(visit_uses(d, NULL, &it->items, visit));
    else if (it->kind != CTI_EXTERN_FUNC) CTI_TRY(visit(d, NULL, it->gates, &it->path, NULL, false));
  }
  return CT_OK;
}

/* Imports before exports, whatever their order in the text: printing writes them so, and reading that again must find the same order. */
static ct_status visit_world(cti_draft *d, const cti_ast_block *world, cti_path_visitor visit) {
  for (uint32_t i = 0; i < world->items.count; i++) {
    const cti_ast_item *item = &world->items.items[i];
    if (item->kind == CTI_AST_USE) CTI_TRY(visit(d, NULL, item->of.use->gates, &item->of.use->path, &item->of.use->names, false));
    if (item->kind == CTI_AST_INCLUDE) CTI_TRY(visit(d, world, item->of.use->gates, &item->of.use->path, NULL, true));
  }
  CTI_TRY(visit_externs(d, &world->items, false, visit));
  return visit_externs(d, &world->items, true, visit);
}

ct_status cti_draft_visit_paths(cti_draft *d, const cti_ast_unit *unit, cti_path_visitor visit) {
  for (uint32_t i = 0; i < unit->decls.count; i++) {
    const cti_ast_decl *decl = &unit->decls.items[i];
    if (!decl->block) CTI_TRY(visit(d, NULL, decl->use->gates, &decl->use->path, NULL, false));
    else if (decl->block->is_world) CTI_TRY(visit_world(d, decl->block, visit));
    else CTI_TRY(visit_uses(d, decl->block, &decl->block->items, visit));
  }
  return CT_OK;
}

/* ---- other packages ---- */

static ct_status add_foreign(cti_draft *d, const cti_ast_path *path, bool wants_world, uint32_t *out) {
  cti_arena *arena = d->scratch;
  cti_draft_foreign *foreign = cti_vec_add(arena, &d->foreign);
  if (!foreign) return arena->error->status;
  *foreign = (cti_draft_foreign){.package = path->package, .item = path->item.name, .package_span = path->package_span, .item_span = path->item.span};
  *out = d->foreign.count - 1;
  cti_wit_interface interface = {.package = CTI_WIT_NONE, .span = path->item.span, .clone_of = CTI_WIT_NONE};
  cti_wit_world world = {.package = CTI_WIT_NONE, .span = path->item.span};
  foreign->ref = (cti_item_ref){wants_world, wants_world ? cti_resolve_add_world(&d->local, &world) : cti_resolve_add_interface(&d->local, &interface)};
  return foreign->ref.id == CTI_WIT_NONE ? arena->error->status : CT_OK;
}

static ct_status collect_foreign(cti_draft *d, const cti_ast_block *from, const cti_ast_gates *gates, cti_ast_path *path, const cti_ast_renames *names,
                                 bool wants_world) {
  (void)from, (void)names;
  if (!path->is_foreign) return CT_OK;
  cti_arena *arena = d->scratch;
  ct_slice package = cti_package_name_text(arena, &path->package);
  ct_slice key = package.data ? CTI_JOIN(arena, package, CTI_LIT("/"), path->item.name) : package;
  if (!key.data) return arena->error->status;
  path->foreign = cti_map_get(&d->foreign_of, key);
  if (path->foreign == CTI_MAP_NONE) {
    CTI_TRY(add_foreign(d, path, wants_world, &path->foreign));
    CTI_TRY(cti_map_set(&d->foreign_of, arena, key, path->foreign));
  }
  return cti_vec_push(arena, &d->foreign.items[path->foreign].gates, gates->stability) ? CT_OK : arena->error->status;
}

/* ---- names of the package and of each file ---- */

static ct_status add_block(cti_draft *d, const cti_ast_block *block, uint32_t unit) {
  cti_arena *arena = d->scratch;
  uint32_t index = d->blocks.count;
  bool added;
  CTI_TRY(cti_map_add(&d->block_of, arena, block->id.name, &index, &added));
  if (!added) {
    cti_wit_fail(d->resolve, CT_WIT_NAME, block->id.span, "`%.*s` is defined twice in this package", CTI_S(block->id.name));
    cti_error_hint(arena->error, "it is defined at %.*s, too; interfaces and worlds share one space of names", CTI_S(cti_span_text(d->resolve, d->blocks.items[index].block->id.span)));
    return CT_WIT_NAME;
  }
  cti_draft_block entry = {.block = block, .unit = unit};
  return cti_vec_push(arena, &d->blocks, entry) ? CT_OK : arena->error->status;
}

static bool is_of_word(uint8_t c) { return c == '-' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

/* `import wasi:cli;` is an import named `wasi` of the interface `cli` here; who writes that has a package in mind. Gives `wasi`, or {NULL, 0}. */
static ct_slice word_and_colon_before(const cti_draft *d, cti_span span) {
  ct_slice text = span.file < d->resolve->files.count ? d->resolve->files.items[span.file].text : (ct_slice){NULL, 0};
  size_t end = span.at, start;
  if (end == 0 || end > text.size || text.data[--end] != ':') return (ct_slice){NULL, 0};
  for (start = end; start > 0 && is_of_word(text.data[start - 1]);) start--;
  return start < end ? cti_slice_cut(text, start, end) : (ct_slice){NULL, 0};
}

static ct_status fail_unknown_item(cti_draft *d, const cti_ast_id *id, uint32_t unit) {
  cti_nearest nearest = cti_nearest_make(id->name);
  ct_slice ns = word_and_colon_before(d, id->span);
  cti_wit_fail(d->resolve, CT_WIT_NAME, id->span, "the interface or world `%.*s` does not exist", CTI_S(id->name));
  if (unit < d->scopes.count) cti_nearest_try_keys(&nearest, &d->scopes.items[unit]);
  cti_nearest_try_keys(&nearest, &d->block_of);
  cti_nearest_hint(&nearest, d->resolve->arena->error);
  if (ns.data) cti_hint_package_item(ns, id->name, d->scratch);
  cti_error_hint(d->resolve->arena->error, "one of another package is written with its package: `ns:pkg/%.*s`", CTI_S(id->name));
  return CT_WIT_NAME;
}

static ct_status define_in_file(cti_draft *d, uint32_t unit, const cti_ast_id *id, uint32_t value) {
  bool added;
  CTI_TRY(cti_map_add(&d->scopes.items[unit], d->scratch, id->name, &value, &added));
  return added ? CT_OK : cti_wit_fail(d->resolve, CT_WIT_NAME, id->span, "`%.*s` is defined twice in this file", CTI_S(id->name));
}

static ct_status scope_of_unit(cti_draft *d, uint32_t unit) {
  const cti_ast_unit *it = d->units.items[unit];
  if (!cti_vec_add(d->scratch, &d->scopes)) return d->resolve->arena->error->status;
  for (uint32_t i = 0; i < it->decls.count; i++) {
    const cti_ast_decl *decl = &it->decls.items[i];
    const cti_ast_id *id = decl->block ? &decl->block->id : &decl->as;
    uint32_t value;
    if (decl->use && decl->use->path.is_foreign) {
      value = CTI_SCOPE_FOREIGN | decl->use->path.foreign;
    } else {
      const cti_ast_id *meant = decl->block ? id : &decl->use->path.item;
      value = cti_map_get(&d->block_of, meant->name);
      if (value == CTI_MAP_NONE) return fail_unknown_item(d, meant, unit);
    }
    CTI_TRY(define_in_file(d, unit, id, value));
  }
  return CT_OK;
}

/* The value that a name has in a file: there, or else in the package. */
static uint32_t look_up(const cti_draft *d, uint32_t unit, ct_slice name) {
  uint32_t value = cti_map_get(&d->scopes.items[unit], name);
  return value == CTI_MAP_NONE ? cti_map_get(&d->block_of, name) : value;
}

ct_status cti_draft_path(cti_draft *d, const cti_ast_path *path, cti_item_ref *out) {
  uint32_t value = path->is_foreign ? CTI_SCOPE_FOREIGN | path->foreign : look_up(d, d->unit, path->item.name);
  if (value == CTI_MAP_NONE) return fail_unknown_item(d, &path->item, d->unit);
  *out = value & CTI_SCOPE_FOREIGN ? d->foreign.items[value & ~CTI_SCOPE_FOREIGN].ref : d->blocks.items[value].ref;
  return CT_OK;
}

ct_status cti_draft_interface_path(cti_draft *d, const cti_ast_path *path, uint32_t *interface) {
  cti_item_ref ref = {0};
  CTI_TRY(cti_draft_path(d, path, &ref));
  *interface = ref.id;
  if (!ref.is_world) return CT_OK;
  return cti_wit_fail(d->resolve, CT_WIT_NAME, path->item.span, "`%.*s` is a world, and an interface is needed here", CTI_S(path->item.name));
}

/* ---- the order of blocks ---- */

static ct_status add_edge(cti_draft *d, cti_edges *edges, const cti_ast_block *from, const cti_ast_path *path, uint32_t unit) {
  if (path->is_foreign) return CT_OK;
  uint32_t value = look_up(d, unit, path->item.name);
  if (value == CTI_MAP_NONE) return fail_unknown_item(d, &path->item, unit);
  if (value & CTI_SCOPE_FOREIGN) return CT_OK;
  cti_edge edge = {cti_map_get(&d->block_of, from->id.name), value, path->item.span};
  return cti_vec_push(d->scratch, edges, edge) ? CT_OK : d->resolve->arena->error->status;
}

/* An interface depends on what it uses, a world on what it includes. */
static ct_status add_edges(cti_draft *d, cti_edges *edges, const cti_draft_block *it) {
  cti_ast_item_kind wanted = it->block->is_world ? CTI_AST_INCLUDE : CTI_AST_USE;
  for (uint32_t i = 0; i < it->block->items.count; i++) {
    const cti_ast_item *item = &it->block->items.items[i];
    if (item->kind == wanted) CTI_TRY(add_edge(d, edges, it->block, &item->of.use->path, it->unit));
  }
  return CT_OK;
}

static ct_status fail_cycle(cti_draft *d, const cti_edges *cycle) {
  char path[512];
  size_t size = 0;
  for (uint32_t i = 0; i <= cycle->count && size < sizeof path - 1; i++) {
    ct_slice name = d->blocks.items[i < cycle->count ? cycle->items[i].node : cycle->items[0].node].block->id.name;
    int put = snprintf(path + size, sizeof path - size, "%s%.*s", i ? " -> " : "", CTI_S(name));
    size = put < 0 ? sizeof path : size + (size_t)put;
  }
  ct_slice first = d->blocks.items[cycle->items[0].on].block->id.name;
  return cti_wit_fail(d->resolve, CT_WIT_NAME, cycle->items[0].span, "the interface or world `%.*s` depends on itself: %s", CTI_S(first), path);
}

static ct_status order_blocks(cti_draft *d) {
  cti_edges edges = {0}, cycle;
  for (uint32_t i = 0; i < d->blocks.count; i++) CTI_TRY(add_edges(d, &edges, &d->blocks.items[i]));
  CTI_TRY(cti_order_nodes(&d->order, &cycle, d->blocks.count, &edges, d->scratch));
  return d->order ? CT_OK : fail_cycle(d, &cycle);
}

static ct_status make_block(cti_draft *d, cti_draft_block *it) {
  cti_wit_interface interface = {.name = it->block->id.name, .package = CTI_WIT_NONE, .span = it->block->id.span, .clone_of = CTI_WIT_NONE};
  cti_wit_world world = {.name = it->block->id.name, .package = CTI_WIT_NONE, .span = it->block->id.span};
  it->ref.is_world = it->block->is_world;
  it->ref.id = it->block->is_world ? cti_resolve_add_world(&d->local, &world) : cti_resolve_add_interface(&d->local, &interface);
  return it->ref.id == CTI_WIT_NONE ? d->resolve->arena->error->status : CT_OK;
}

/* ---- types of other packages ---- */

/* A stand-in for each name that is used from an interface of another package. */
static ct_status collect_foreign_types(cti_draft *d, const cti_ast_block *from, const cti_ast_gates *gates, cti_ast_path *path, const cti_ast_renames *names,
                                       bool wants_world) {
  (void)from, (void)gates, (void)wants_world;
  uint32_t interface;
  if (!names) return CT_OK;
  CTI_TRY(cti_draft_interface_path(d, path, &interface));
  if (interface >= d->foreign_interfaces) return CT_OK;
  cti_owner outer = d->owner;
  d->owner = (cti_owner){CTI_OWNER_INTERFACE, interface};
  for (uint32_t i = 0; i < names->count; i++) {
    const cti_ast_id *id = &names->items[i].id;
    uint32_t type = cti_map_get(&d->local.interfaces.items[interface].type_ids, id->name);
    if (type != CTI_MAP_NONE) continue;
    cti_def unknown = {.kind = CTI_DEF_UNKNOWN};
    cti_wit_type type_names = {.name = id->name, .owner = d->owner, .span = id->span};
    CTI_TRY(cti_draft_add_type(d, &unknown, &type_names, &type));
    CTI_TRY(cti_draft_define(d, id, type));
  }
  d->owner = outer;
  return CT_OK;
}

ct_status cti_draft_scopes(cti_draft *d) {
  for (uint32_t i = 0; i < d->units.count; i++) CTI_TRY(cti_draft_visit_paths(d, d->units.items[i], collect_foreign));
  d->foreign_interfaces = d->local.interfaces.count;
  d->foreign_worlds = d->local.worlds.count;
  for (uint32_t i = 0; i < d->units.count; i++)
    for (uint32_t j = 0; j < d->units.items[i]->decls.count; j++)
      if (d->units.items[i]->decls.items[j].block) CTI_TRY(add_block(d, d->units.items[i]->decls.items[j].block, i));
  for (uint32_t i = 0; i < d->units.count; i++) CTI_TRY(scope_of_unit(d, i));
  CTI_TRY(order_blocks(d));
  for (uint32_t i = 0; i < d->blocks.count; i++) CTI_TRY(make_block(d, &d->blocks.items[d->order[i]]));
  for (d->unit = 0; d->unit < d->units.count; d->unit++) CTI_TRY(cti_draft_visit_paths(d, d->units.items[d->unit], collect_foreign_types));
  d->foreign_types = d->local.names.count;
  return CT_OK;
}
