/* retarget_edit.c - the component at its new version. Flows in: moves without obstacles. Flows out: edited items; no index of the component changes.
 *
 * A function declaration of an instance type goes, for no index space of types counts it. A type that loses its name there becomes an outer alias of the type
 * that it names, in the same scope. */
#include "compose/retarget.h"
#include "passes/component_remap.h"

static ct_status failed(const cti_retarget *r) { return r->arena->error->status; }

/* ---- what instance types hold */

/* By type index: the place of the item that defines it, UINT32_MAX for an alias or import. NULL when memory is out (reported). */
static const uint32_t *find_type_items(cti_retarget *r) {
  const cti_component *c = &r->component;
  uint32_t *places = cti_alloc_raw(r->arena, c->count[CTI_SORT_TYPE] + (size_t)1, sizeof *places), type = 0;
  for (uint32_t i = 0; places && i < c->items.count; i++)
    if (cti_item_sort(&c->items.items[i], false) == CTI_SORT_TYPE) places[type++] = c->items.items[i].kind == CTI_ITEM_TYPE ? i : UINT32_MAX;
  return places;
}

typedef struct uses {
  uint32_t *of_type, count;
} uses;

static uint32_t note_use(void *context, cti_sort sort, uint32_t index) {
  const uses *u = context;
  if (sort == CTI_SORT_TYPE && index < u->count) u->of_type[index]++;
  return index;
}

/* By type index: how many references to it there are, at any depth. NULL when memory is out (reported). */
static const uint32_t *count_uses(cti_retarget *r) {
  uses u = {CTI_NEW_N(r->arena, uint32_t, r->component.count[CTI_SORT_TYPE] + (size_t)1), r->component.count[CTI_SORT_TYPE]};
  for (uint32_t i = 0; u.of_type && i < r->component.items.count; i++)
    if (cti_component_remap_item_all(&r->component, i, note_use, &u) != CT_OK) return NULL;
  return u.of_type;
}

static bool is_among(const cti_map *names, ct_slice name) { return cti_map_get(names, name) != CTI_MAP_NONE; }

/* The declarations that stay; a type that loses its name stays as an alias. */
static void keep_declarations(cti_component *decls, const cti_map *left_out, const cti_map *unnamed) {
  uint32_t kept = 0;
  for (uint32_t i = 0; i < decls->items.count; i++) {
    cti_item item = decls->items.items[i];
    if (item.kind == CTI_ITEM_EXPORT) {
      const cti_externtype *type = &item.of.export_.type;
      ct_slice name = item.of.export_.name.name;
      if (type->sort == CTI_SORT_FUNC && is_among(left_out, name)) continue;
      if (type->sort == CTI_SORT_TYPE && type->is_eq && is_among(unnamed, name))
        item = (cti_item){.kind = CTI_ITEM_ALIAS, .offset = item.offset, .of.alias = {.kind = CTI_ALIAS_OUTER, .sort = CTI_SORT_TYPE, .index = type->index}};
    }
    decls->items.items[kept++] = item;
  }
  decls->items.count = kept;
}

/* A type that something else refers to as well holds what that needs. */
static ct_status leave_out(cti_retarget *r, const uint32_t *type_items, const uint32_t *used, const cti_move *m) {
  if (!m->left_out.count && !m->unnamed.count) return CT_OK;
  uint32_t type = r->component.items.items[m->item].of.import.type.index;
  uint32_t place = type < r->component.count[CTI_SORT_TYPE] ? type_items[type] : UINT32_MAX;
  if (place == UINT32_MAX || used[type] > 1)
    return cti_fail(r->arena->error, CT_COMPOSE_RETARGET, CT_NO_OFFSET, "the type of the import `%.*s` is not written where it can be changed", CTI_S(m->old));
  cti_item *item = &r->component.items.items[place];
  cti_component_touch(&r->component, item);
  keep_declarations(item->of.type->decls, &m->left_out, &m->unnamed);
  for (uint32_t i = 0; i < m->left_out.count; i++)
    cti_retarget_tell(r, CT_NOTICE_NOTE, "%.*s: `%.*s` is not used, and not in %s: left out", CTI_S(m->title), CTI_S(cti_map_key(&m->left_out.entries[i])), r->to_text);
  return failed(r);
}

static ct_status leave_out_all(cti_retarget *r) {
  bool any = false;
  for (uint32_t i = 0; i < r->moves.count; i++) any |= r->moves.items[i].left_out.count || r->moves.items[i].unnamed.count;
  if (!any) return CT_OK;
  const uint32_t *type_items = find_type_items(r), *used = type_items ? count_uses(r) : NULL;
  if (!used) return failed(r);
  for (uint32_t i = 0; i < r->moves.count; i++) CTI_TRY(leave_out(r, type_items, used, &r->moves.items[i]));
  return CT_OK;
}

/* ---- who names a type that loses its name */

static void edit_alias(cti_retarget *r, cti_item *item) {
  cti_alias *alias = &item->of.alias;
  const cti_move *m = alias->kind == CTI_ALIAS_EXPORT && alias->sort == CTI_SORT_TYPE ? cti_retarget_move_of(r, alias->instance) : NULL;
  uint32_t place = m ? cti_map_get(&m->unnamed, alias->name) : CTI_MAP_NONE;
  if (place == CTI_MAP_NONE) return;
  alias->name = m->renamed.items[place];
  cti_component_touch(&r->component, item);
}

/* ---- names */

static void rename_item(cti_retarget *r, const cti_move *m) {
  cti_item *item = &r->component.items.items[m->item];
  if (cti_semver_cmp(&m->package.version, &r->to) == 0) return;
  cti_component_touch(&r->component, item);
  if (m->is_export) item->of.export_.name = m->name;
  else item->of.import.name = m->name;
  cti_retarget_tell(r, CT_NOTICE_NOTE, "%s %.*s -> %.*s", m->is_export ? "export" : "import", CTI_S(m->old), CTI_S(m->name.name));
}

ct_status cti_retarget_edit(cti_retarget *r) {
  CTI_TRY(leave_out_all(r));
  for (uint32_t i = 0; i < r->component.items.count; i++)
    if (r->component.items.items[i].kind == CTI_ITEM_ALIAS) edit_alias(r, &r->component.items.items[i]);
  for (uint32_t i = 0; i < r->moves.count; i++) rename_item(r, &r->moves.items[i]);
  return failed(r);
}
