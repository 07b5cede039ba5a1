/* diff_world.c - the worlds of two components, or the imports and exports of two core modules. Flows in: bytes. Flows out: items that are different.
 * What has the same name in both is one item; of the rest, what has the same name but for its version. */
#include "component/extern_name.h"
#include "compose/wit_decode.h"
#include "inspect/diff.h"

static ct_status failed(const cti_diff *d) { return d->arena->error->status; }

/* ---- names */

static ct_slice version_of(ct_slice name) {
  size_t at = cti_slice_find(name, '@', 0);
  return at < name.size ? cti_slice_cut(name, at + 1, name.size) : (ct_slice){NULL, 0};
}

static bool push_name(cti_diff *d, cti_diff_item *item, bool added, ct_slice name) {
  return added ? cti_vec_push(d->arena, &item->added, name) : cti_vec_push(d->arena, &item->removed, name);
}

/* ---- two that belong together */

typedef struct sides {
  cti_diff *d;
  cti_resolve resolves[2];
  uint32_t worlds[2];
  cti_wit_compare compare;
} sides;

static ct_status note_difference(cti_diff *d, cti_diff_item *item, ct_slice name, ct_slice difference) {
  if (!difference.data) return failed(d);
  return cti_vec_push(d->arena, &item->changed, ((cti_diff_note){name, difference})) ? CT_OK : failed(d);
}

static ct_status compare_funcs(sides *s, cti_diff_item *item, const cti_wit_interface *a, const cti_wit_interface *b) {
  for (uint32_t i = 0; i < a->funcs.count; i++) {
    const cti_wit_func *func = &a->funcs.items[i];
    uint32_t slot = cti_map_get(&b->func_slots, func->name);
    ct_slice difference;
    if (slot == CTI_MAP_NONE) {
      if (!push_name(s->d, item, false, func->name)) return CT_NOMEM;
      continue;
    }
    CTI_TRY(cti_wit_compare_func(&difference, &s->compare, func, &b->funcs.items[slot]));
    CTI_TRY(note_difference(s->d, item, func->name, difference));
  }
  for (uint32_t i = 0; i < b->funcs.count; i++)
    if (cti_map_get(&a->func_slots, b->funcs.items[i].name) == CTI_MAP_NONE && !push_name(s->d, item, true, b->funcs.items[i].name)) return CT_NOMEM;
  return CT_OK;
}

static ct_status compare_types(sides *s, cti_diff_item *item, const cti_wit_interface *a, const cti_wit_interface *b) {
  for (uint32_t i = 0; i < a->types.count; i++) {
    ct_slice name = s->resolves[0].names.items[a->types.items[i]].name, difference;
    uint32_t other = cti_map_get(&b->type_ids, name);
    if (other == CTI_MAP_NONE) {
      if (!push_name(s->d, item, false, name)) return CT_NOMEM;
      continue;
    }
    CTI_TRY(cti_wit_compare_type(&difference, &s->compare, cti_valtype_def(a->types.items[i]), cti_valtype_def(other)));
    CTI_TRY(note_difference(s->d, item, name, difference));
  }
  for (uint32_t i = 0; i < b->types.count; i++) {
    ct_slice name = s->resolves[1].names.items[b->types.items[i]].name;
    if (cti_map_get(&a->type_ids, name) == CTI_MAP_NONE && !push_name(s->d, item, true, name)) return CT_NOMEM;
  }
  return CT_OK;
}

static ct_status compare_contents(sides *s, cti_diff_item *item, const cti_world_item *a, const cti_world_item *b) {
  ct_slice difference = {NULL, 0};
  if (a->kind != b->kind) return note_difference(s->d, item, item->title, CTI_LIT("it is another kind of thing"));
  if (a->kind == CTI_WORLD_INTERFACE) {
    const cti_wit_interface *x = &s->resolves[0].interfaces.items[a->interface], *y = &s->resolves[1].interfaces.items[b->interface];
    CTI_TRY(compare_types(s, item, x, y));
    return compare_funcs(s, item, x, y);
  }
  if (a->kind == CTI_WORLD_FUNC) CTI_TRY(cti_wit_compare_func(&difference, &s->compare, &a->func, &b->func));
  else CTI_TRY(cti_wit_compare_type(&difference, &s->compare, cti_valtype_def(a->type), cti_valtype_def(b->type)));
  return note_difference(s->d, item, item->title, difference);
}

static ct_status add_item(sides *s, bool is_export, const cti_world_item *a, const cti_world_item *b) {
  ct_slice names[2] = {{NULL, 0}, {NULL, 0}};
  const cti_world_item *items[2] = {a, b};
  cti_diff_item item = {.is_export = is_export, .in_a = a != NULL, .in_b = b != NULL};
  for (unsigned side = 0; side < 2; side++) {
    if (!items[side]) continue;
    names[side] = cti_world_item_name(&s->resolves[side], items[side]);
    item.title = cti_name_unversioned(names[side]);
    item.version[side] = version_of(names[side]);
    if (items[side]->kind == CTI_WORLD_INTERFACE) item.func_count = s->resolves[side].interfaces.items[items[side]->interface].funcs.count;
  }
  if (a && b) {
    CTI_TRY(compare_contents(s, &item, a, b));
    if (cti_slice_eq(names[0], names[1]) && !item.added.count && !item.removed.count && !item.changed.count) return CT_OK;
  }
  return failed(s->d) == CT_OK && cti_vec_push(s->d->arena, &s->d->items, item) ? CT_OK : failed(s->d);
}

/* ---- which belong together */

/* Where an item of one side is on the other: by its whole name, else by its name without the version, when that is free. */
static ct_status pair(sides *s, uint32_t *pairs, const cti_world_items *a, const cti_world_items *b) {
  cti_map names = {0}, titles = {0};
  bool *taken = CTI_NEW_N(s->d->arena, bool, b->count);
  if (!taken) return CT_NOMEM;
  for (uint32_t i = 0; i < b->count; i++) CTI_TRY(cti_map_set(&names, s->d->arena, cti_world_item_name(&s->resolves[1], &b->items[i]), i));
  for (uint32_t i = 0; i < a->count; i++) {
    pairs[i] = cti_map_get(&names, cti_world_item_name(&s->resolves[0], &a->items[i]));
    if (pairs[i] != CTI_MAP_NONE) taken[pairs[i]] = true;
  }
  for (uint32_t i = 0; i < b->count; i++)
    if (!taken[i]) CTI_TRY(cti_map_set(&titles, s->d->arena, cti_name_unversioned(cti_world_item_name(&s->resolves[1], &b->items[i])), i));
  for (uint32_t i = 0; i < a->count; i++) {
    if (pairs[i] != CTI_MAP_NONE) continue;
    uint32_t other = cti_map_get(&titles, cti_name_unversioned(cti_world_item_name(&s->resolves[0], &a->items[i])));
    if (other == CTI_MAP_NONE || taken[other]) continue;
    taken[other] = true;
    pairs[i] = other;
  }
  return failed(s->d);
}

static ct_status compare_items(sides *s, bool is_export) {
  const cti_wit_world *a = &s->resolves[0].worlds.items[s->worlds[0]], *b = &s->resolves[1].worlds.items[s->worlds[1]];
  const cti_world_items *x = is_export ? &a->exports : &a->imports, *y = is_export ? &b->exports : &b->imports;
  uint32_t *pairs = cti_alloc_raw(s->d->arena, x->count, sizeof *pairs);
  bool *paired = CTI_NEW_N(s->d->arena, bool, y->count);
  if (!pairs || !paired) return CT_NOMEM;
  CTI_TRY(pair(s, pairs, x, y));
  for (uint32_t i = 0; i < x->count; i++) {
    if (pairs[i] != CTI_MAP_NONE) paired[pairs[i]] = true;
    CTI_TRY(add_item(s, is_export, &x->items[i], pairs[i] == CTI_MAP_NONE ? NULL : &y->items[pairs[i]]));
  }
  for (uint32_t i = 0; i < y->count; i++)
    if (!paired[i]) CTI_TRY(add_item(s, is_export, NULL, &y->items[i]));
  return CT_OK;
}

static ct_status decode(sides *s, unsigned side) {
  cti_decoded what;
  CTI_TRY(cti_wit_decode(&s->resolves[side], &what, s->d->bytes[side], 0, s->d->arena));
  if (what.is_package) return cti_fail(s->d->arena->error, CT_WIT_BINARY, CT_NO_OFFSET, "this is a WIT package");
  s->worlds[side] = what.world;
  return CT_OK;
}

/* ---- names alone */

/* Of one side, those that the other does not have. */
static ct_status only_here(cti_diff *d, const cti_map names[2], unsigned side, bool is_export) {
  for (uint32_t i = 0; i < names[side].count; i++) {
    ct_slice name = cti_map_key(&names[side].entries[i]);
    cti_diff_item item = {.is_export = is_export, .in_a = side == 0, .in_b = side == 1, .title = name};
    if (cti_map_get(&names[!side], name) == CTI_MAP_NONE && !cti_vec_push(d->arena, &d->items, item)) return CT_NOMEM;
  }
  return CT_OK;
}

static ct_status compare_names(cti_diff *d, const cti_flow flows[2]) {
  cti_map imports[2] = {{0}, {0}}, exports[2] = {{0}, {0}};
  for (unsigned side = 0; side < 2; side++) {
    const cti_flow *f = &flows[side];
    for (uint32_t i = 0; i < f->imports.count; i++) CTI_TRY(cti_map_set(&imports[side], d->arena, cti_flow_value(f, f->imports.items[i])->name, i));
    for (uint32_t i = 0; i < f->exports.count; i++) CTI_TRY(cti_map_set(&exports[side], d->arena, f->exports.items[i].name, i));
  }
  for (unsigned side = 0; side < 2; side++) CTI_TRY(only_here(d, imports, side, false));
  for (unsigned side = 0; side < 2; side++) CTI_TRY(only_here(d, exports, side, true));
  return CT_OK;
}

ct_status cti_diff_worlds(cti_diff *d, const cti_flow flows[2]) {
  sides s = {.d = d};
  for (unsigned side = 0; side < 2; side++) {
    ct_status status = decode(&s, side);
    if (status == CT_NOMEM) return status;
    if (status == CT_OK) continue;
    d->by_name = cti_format(d->arena, "%s", d->arena->error->message);
    ct_error_clear(d->arena->error); /* nothing of the comparison depends on it */
    return d->by_name.data ? compare_names(d, flows) : failed(d);
  }
  s.compare = (cti_wit_compare){.a = &s.resolves[0], .b = &s.resolves[1], .a_name = "the first", .b_name = "the second"};
  CTI_TRY(compare_items(&s, false));
  return compare_items(&s, true);
}

/* ---- core modules: names alone, for signatures are seen in the code */

static ct_status core_names(cti_map *out, cti_diff *d, const cti_module *m, bool of_exports) {
  for (uint32_t i = 0; i < (of_exports ? m->exports.count : m->imports.count); i++) {
    ct_slice name = of_exports ? m->exports.items[i].name : cti_format(d->arena, "%.*s.%.*s", CTI_S(m->imports.items[i].module), CTI_S(m->imports.items[i].name));
    if (!name.data) return failed(d);
    CTI_TRY(cti_map_set(out, d->arena, name, i));
  }
  return CT_OK;
}

ct_status cti_diff_core_worlds(cti_diff *d, const cti_module *a, const cti_module *b) {
  const cti_module *modules[2] = {a, b};
  for (unsigned of_exports = 0; of_exports < 2; of_exports++) {
    cti_map names[2] = {{0}, {0}};
    for (unsigned side = 0; side < 2; side++) CTI_TRY(core_names(&names[side], d, modules[side], of_exports));
    for (unsigned side = 0; side < 2; side++) CTI_TRY(only_here(d, names, side, of_exports));
  }
  return CT_OK;
}
