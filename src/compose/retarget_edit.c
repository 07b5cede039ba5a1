/* retarget_edit.c - the component at its new version. Flows in: moves without obstacles. Flows out: edited items; no index of the component changes.
 *
 * A function declaration of an instance type goes, for no index space of types counts it. A type that loses its name there becomes an outer alias of the type
 * that it names, in the same scope. */
#include "compose/retarget.h"
#include "passes/component_remap.h"

static ct_status failed(const cti_retarget *r) { return r->arena->error->status; }

/* ---- what instances types hold */

typedef struct edit {
  cti_retarget *r;
  uint32_t *type_items;    /* by type index: place of the item that defines it, UINT32_MAX for an alias or import */
  uint32_t *move_of;       /* by instance: place of the move that imports it, UINT32_MAX */
} edit;

static ct_status find_places(edit *e) {
  const cti_component *c = &e->r->component;
  uint32_t type = 0;
  e->type_items = cti_alloc_raw(e->r->arena, c->count[CTI_SORT_TYPE] + (size_t)1, sizeof *e->type_items);
  e->move_of = cti_alloc_raw(e->r->arena, c->count[CTI_SORT_INSTANCE] + (size_t)1, sizeof *e->move_of);
  if (!e->type_items || !e->move_of) return failed(e->r);
  for (uint32_t i = 0; i < c->count[CTI_SORT_INSTANCE]; i++) e->move_of[i] = UINT32_MAX;
  for (uint32_t i = 0; i < e->r->moves.count; i++)
    if (!e->r->moves.items[i].is_export) e->move_of[e->r->moves.items[i].instance] = i;
  for (uint32_t i = 0; i < c->items.count; i++)
    if (cti_item_sort(&c->items.items[i], false) == CTI_SORT_TYPE) e->type_items[type++] = c->items.items[i].kind == CTI_ITEM_TYPE ? i : UINT32_MAX;
  return CT_OK;
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

static ct_status leave_out(edit *e, const cti_move *m) {
  cti_retarget *r = e->r;
  if (!m->left_out.count && !m->unnamed.count) return CT_OK;
  uint32_t type = r->component.items.items[m->item].of.import.type.index;
  uint32_t place = type < r->component.count[CTI_SORT_TYPE] ? e->type_items[type] : UINT32_MAX;
  if (place == UINT32_MAX)
    return cti_fail(r->arena->error, CT_COMPOSE_RETARGET, CT_NO_OFFSET, "the type of the import `%.*s` is not written where it can be changed", CTI_S(m->old));
  cti_item *item = &r->component.items.items[place];
  cti_component_touch(&r->component, item);
  keep_declarations(item->of.type->decls, &m->left_out, &m->unnamed);
  for (uint32_t i = 0; i < m->left_out.count; i++)
    cti_retarget_tell(r, CT_NOTICE_NOTE, "%.*s: `%.*s` is not used, and not in %s: left out", CTI_S(m->title), CTI_S(cti_map_key(&m->left_out.entries[i])), r->to_text);
  return failed(r);
}

/* ---- who names a type that loses its name */

/* The other name, in the version, of a type that loses this one; `name` itself for all else. */
static ct_slice name_at_version(const cti_move *m, ct_slice name) {
  uint32_t place = cti_map_get(&m->unnamed, name);
  return place == CTI_MAP_NONE ? name : m->renamed.items[place];
}

static void edit_alias(edit *e, cti_item *item) {
  cti_alias *alias = &item->of.alias;
  if (alias->kind != CTI_ALIAS_EXPORT || alias->sort != CTI_SORT_TYPE || alias->instance >= e->r->component.count[CTI_SORT_INSTANCE]) return;
  uint32_t move = e->move_of[alias->instance];
  ct_slice name = move == UINT32_MAX ? alias->name : name_at_version(&e->r->moves.items[move], alias->name);
  if (name.data == alias->name.data) return;
  alias->name = name;
  cti_component_touch(&e->r->component, item);
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
  edit e = {.r = r};
  CTI_TRY(find_places(&e));
  for (uint32_t i = 0; i < r->moves.count; i++) CTI_TRY(leave_out(&e, &r->moves.items[i]));
  for (uint32_t i = 0; i < r->component.items.count; i++)
    if (r->component.items.items[i].kind == CTI_ITEM_ALIAS) edit_alias(&e, &r->component.items.items[i]);
  for (uint32_t i = 0; i < r->moves.count; i++) rename_item(r, &r->moves.items[i]);
  return failed(r);
}
