/* retarget_merge.c - imports of one interface at several versions become one. Flows in: moves without obstacles. Flows out: the component with all of its moved
 * imports made anew, in front of what it has besides.
 *
 * What the old imports declare, together, is taken from the carried packages and encoded as a world that imports it: that brings the interfaces into an order in
 * which each uses earlier ones only. The old imports go, and with them the types that nothing else refers to; all indices move. */
#include "compose/retarget.h"

#include "component/extern_name.h"
#include "compose/wit_encode.h"
#include "passes/component_remap.h"
#include "wit/wit.h"

typedef struct merger {
  cti_retarget *r;
  cti_map imported;     /* interfaces of r->target that moves import */
  cti_map *wanted;      /* by interface of r->target: names of functions and types that the old imports declare */
  uint8_t *seen;        /* by type of r->target */
  CTI_VEC(uint32_t) stack;
  cti_component front;
  cti_map instance_of;  /* "wasi:cli/exit" -> instance of `front` */
  bool *dead;           /* by item */
  uint32_t *defines;    /* by item: the index that it defines in its sort's space */
  uint32_t *references; /* by type: how many refer to it */
  uint32_t *to[CTI_SORT_COUNT]; /* types and instances: where they go */
  bool is_drop;         /* references are taken back rather than counted */
} merger;

static ct_status failed(const merger *g) { return g->r->arena->error->status; }

/* ---- what is wanted of the target's interfaces */

static ct_status want(merger *g, const cti_move *m) {
  cti_resolve *own = &g->r->own, *target = &g->r->target;
  uint32_t mine = cti_map_get(&g->r->own_imports, m->old);
  if (mine == CTI_MAP_NONE || m->there == CTI_WIT_NONE) return CT_OK;
  const cti_wit_interface *interface = &own->interfaces.items[mine];
  cti_map *names = &g->wanted[m->there];
  for (uint32_t i = 0; i < interface->types.count; i++) {
    ct_slice name = own->names.items[interface->types.items[i]].name;
    if (cti_map_get(&m->unnamed, name) == CTI_MAP_NONE) CTI_TRY(cti_map_set(names, target->arena, name, 0));
  }
  for (uint32_t i = 0; i < interface->funcs.count; i++)
    if (cti_map_get(&m->left_out, interface->funcs.items[i].name) == CTI_MAP_NONE) CTI_TRY(cti_map_set(names, target->arena, interface->funcs.items[i].name, 0));
  return CT_OK;
}

static ct_status see(merger *g, cti_valtype type) {
  if (!cti_valtype_is_def(type) || g->seen[cti_valtype_index(type)]) return CT_OK;
  g->seen[cti_valtype_index(type)] = 1;
  return cti_vec_push(g->r->arena, &g->stack, cti_valtype_index(type)) ? CT_OK : CT_NOMEM;
}

static ct_status see_all(merger *g, cti_valtype type) {
  CTI_TRY(see(g, type));
  while (g->stack.count) {
    const cti_def *def = &g->r->target.types.defs.items[g->stack.items[--g->stack.count]];
    for (uint32_t i = 0; i < cti_def_child_count(def); i++) CTI_TRY(see(g, cti_def_child(def, i)));
  }
  return CT_OK;
}

static ct_status see_func(merger *g, const cti_wit_func *func) {
  if (func->resource != CTI_WIT_NONE) CTI_TRY(see_all(g, cti_valtype_def(func->resource)));
  for (uint32_t i = 0; i < func->param_count; i++) CTI_TRY(see_all(g, func->params[i].type));
  return see_all(g, func->result);
}

/* The functions that are wanted stay; the types that are, or that others need, stay after that. */
static ct_status keep_funcs(merger *g, uint32_t id) {
  cti_wit_interface *interface = &g->r->target.interfaces.items[id];
  uint32_t kept = 0;
  for (uint32_t i = 0; i < interface->types.count; i++) {
    uint32_t type = interface->types.items[i];
    if (cti_map_get(&g->wanted[id], g->r->target.names.items[type].name) != CTI_MAP_NONE) CTI_TRY(see_all(g, cti_valtype_def(type)));
  }
  for (uint32_t i = 0; i < interface->funcs.count; i++) {
    if (cti_map_get(&g->wanted[id], interface->funcs.items[i].name) == CTI_MAP_NONE) continue;
    CTI_TRY(see_func(g, &interface->funcs.items[i]));
    interface->funcs.items[kept++] = interface->funcs.items[i];
  }
  interface->funcs.count = kept;
  return CT_OK;
}

static void keep_types(merger *g, uint32_t id) {
  cti_wit_interface *interface = &g->r->target.interfaces.items[id];
  uint32_t kept = 0;
  for (uint32_t i = 0; i < interface->types.count; i++)
    if (g->seen[interface->types.items[i]]) interface->types.items[kept++] = interface->types.items[i];
  interface->types.count = kept;
}

/* ---- the world in front */

static bool is_merged(const cti_move *m) { return !m->is_export && !cti_attributes_of(&m->name)->implements.data; }

/* A world that imports each interface once; the front end brings it into order, and adds what those use. */
static ct_status make_world(uint32_t *world, merger *g) {
  cti_buf text = {0};
  uint32_t package = CTI_WIT_NONE;
  cti_buf_str(&text, "package ctool:retarget;\nworld imports {\n");
  for (uint32_t i = 0; i < g->r->moves.count; i++) {
    const cti_move *m = &g->r->moves.items[i];
    uint32_t at = i;
    bool added;
    if (!is_merged(m) || m->there == CTI_WIT_NONE || cti_map_add_u64(&g->imported, g->r->arena, m->there, &at, &added) != CT_OK || !added) continue;
    cti_buf_printf(&text, "  import %.*s;\n", CTI_S(cti_interface_id(&g->r->target, m->there)));
  }
  cti_buf_str(&text, "}\n");
  ct_slice source = cti_take(&text, g->r->arena);
  if (!source.data) return failed(g);
  CTI_TRY(cti_wit_load_text(&g->r->target, &package, CTI_LIT("ctool:retarget"), source, &(cti_wit_options){.all_features = true}));
  *world = g->r->target.packages.items[package].worlds.items[0];
  return failed(g);
}

static void keep_imports(merger *g, uint32_t world) {
  cti_world_items *imports = &g->r->target.worlds.items[world].imports;
  uint32_t kept = 0;
  for (uint32_t i = 0; i < imports->count; i++) {
    uint32_t id = imports->items[i].interface;
    const cti_wit_interface *interface = &g->r->target.interfaces.items[id];
    if (cti_map_get_u64(&g->imported, id) != CTI_MAP_NONE || interface->types.count || interface->funcs.count) imports->items[kept++] = imports->items[i];
  }
  imports->count = kept;
}

/* The packages are those of the last version that is carried when a later one is asked for. */
static void set_version(cti_retarget *r) {
  for (uint32_t i = 0; i < r->target.packages.count; i++) {
    cti_package_name *name = &r->target.packages.items[i].name;
    if (cti_slice_is(name->ns, "wasi")) name->version = r->to;
  }
}

static ct_status make_front(merger *g) {
  cti_retarget *r = g->r;
  uint32_t world = CTI_WIT_NONE, instances = 0;
  bool canonical = false;
  CTI_TRY(make_world(&world, g));
  g->wanted = CTI_NEW_N(r->arena, cti_map, r->target.interfaces.count);
  g->seen = CTI_NEW_N(r->arena, uint8_t, r->target.types.defs.count);
  if (!g->wanted || !g->seen) return CT_NOMEM;
  for (uint32_t i = 0; i < r->moves.count; i++) {
    if (!is_merged(&r->moves.items[i])) continue;
    canonical |= cti_attributes_of(&r->moves.items[i].name)->version_suffix.size > 0;
    CTI_TRY(want(g, &r->moves.items[i]));
  }
  for (uint32_t i = 0; i < r->target.interfaces.count; i++) CTI_TRY(keep_funcs(g, i));
  for (uint32_t i = 0; i < r->target.interfaces.count; i++) keep_types(g, i);
  keep_imports(g, world);
  set_version(r);
  CTI_TRY(cti_encode_world(&g->front, &r->target, world, canonical));
  for (uint32_t i = 0; i < g->front.items.count; i++) {
    const cti_item *item = &g->front.items.items[i];
    if (item->kind != CTI_ITEM_IMPORT) continue;
    ct_slice name = item->of.import.name.name;
    CTI_TRY(cti_map_set(&g->instance_of, r->arena, cti_name_unversioned(name), instances++));
  }
  return CT_OK;
}

/* ---- what goes */

static uint32_t count_reference(void *context, cti_sort sort, uint32_t index) {
  merger *g = context;
  if (sort == CTI_SORT_TYPE && index < g->r->component.count[CTI_SORT_TYPE]) g->references[index] += g->is_drop ? UINT32_MAX : 1;
  return index;
}

/* From the last item to the first: a type to which only what went referred goes too. */
static ct_status find_dead(merger *g) {
  cti_component *c = &g->r->component;
  uint32_t counts[CTI_SORT_COUNT] = {0};
  g->dead = CTI_NEW_N(c->arena, bool, c->items.count);
  g->defines = CTI_NEW_N(c->arena, uint32_t, c->items.count);
  g->references = CTI_NEW_N(c->arena, uint32_t, c->count[CTI_SORT_TYPE] + (size_t)1);
  bool *loses = CTI_NEW_N(c->arena, bool, c->count[CTI_SORT_TYPE] + (size_t)1);
  if (!g->dead || !g->defines || !g->references || !loses) return CT_NOMEM;
  for (uint32_t i = 0; i < c->items.count; i++) {
    cti_sort sort = cti_item_sort(&c->items.items[i], false);
    if (sort < CTI_SORT_COUNT) {
      g->defines[i] = counts[sort];
      counts[sort] += cti_item_defines(&c->items.items[i]);
    }
    CTI_TRY(cti_component_remap_item_all(c, i, count_reference, g));
  }
  for (uint32_t i = 0; i < g->r->moves.count; i++)
    if (is_merged(&g->r->moves.items[i])) g->dead[g->r->moves.items[i].item] = true;
  uint32_t *before = CTI_NEW_N(c->arena, uint32_t, c->count[CTI_SORT_TYPE] + (size_t)1);
  if (!before) return CT_NOMEM;
  memcpy(before, g->references, c->count[CTI_SORT_TYPE] * sizeof *before);
  g->is_drop = true;
  for (uint32_t i = c->items.count; i-- > 0;) {
    const cti_item *item = &c->items.items[i];
    bool is_type = cti_item_sort(item, false) == CTI_SORT_TYPE && (item->kind == CTI_ITEM_TYPE || item->kind == CTI_ITEM_ALIAS);
    if (is_type && before[g->defines[i]] && !g->references[g->defines[i]]) g->dead[i] = true;
    if (g->dead[i]) CTI_TRY(cti_component_remap_item_all(c, i, count_reference, g));
  }
  return CT_OK;
}

/* ---- where indices go */

static uint32_t moved(void *context, cti_sort sort, uint32_t index) {
  const merger *g = context;
  if (!g->to[sort]) return index;
  return index < g->r->component.count[sort] ? g->to[sort][index] : UINT32_MAX;
}

static ct_status find_places(merger *g) {
  cti_component *c = &g->r->component;
  const cti_sort sorts[] = {CTI_SORT_TYPE, CTI_SORT_INSTANCE};
  uint32_t next[CTI_SORT_COUNT] = {0};
  for (unsigned i = 0; i < 2; i++) {
    next[sorts[i]] = g->front.count[sorts[i]];
    g->to[sorts[i]] = cti_alloc_raw(c->arena, c->count[sorts[i]] + (size_t)1, sizeof(uint32_t));
    if (!g->to[sorts[i]]) return CT_NOMEM;
  }
  for (uint32_t i = 0; i < c->items.count; i++) {
    cti_sort sort = cti_item_sort(&c->items.items[i], false);
    if (sort < CTI_SORT_COUNT && g->to[sort]) g->to[sort][g->defines[i]] = g->dead[i] ? UINT32_MAX : next[sort]++;
  }
  for (uint32_t i = 0; i < g->r->moves.count; i++) {
    const cti_move *m = &g->r->moves.items[i];
    if (is_merged(m)) g->to[CTI_SORT_INSTANCE][m->instance] = cti_map_get(&g->instance_of, m->title);
  }
  return CT_OK;
}

static ct_status put_together(merger *g) {
  cti_component *c = &g->r->component, whole = *c;
  whole.items.items = NULL;
  whole.items.count = whole.items.capacity = 0;
  for (uint32_t i = 0; i < g->front.items.count; i++)
    if (!cti_vec_push(c->arena, &whole.items, g->front.items.items[i])) return CT_NOMEM;
  for (uint32_t i = 0; i < c->items.count; i++)
    if (!g->dead[i] && !cti_vec_push(c->arena, &whole.items, c->items.items[i])) return CT_NOMEM;
  whole.changed = true;
  *c = whole;
  return CT_OK;
}

ct_status cti_retarget_merge(cti_retarget *r) {
  merger g = {.r = r};
  CTI_TRY(make_front(&g));
  CTI_TRY(find_dead(&g));
  CTI_TRY(find_places(&g));
  /* what is dead refers to what is dead: it is not asked where that went */
  for (uint32_t i = 0; i < r->component.items.count; i++)
    if (g.dead[i]) r->component.items.items[i] = (cti_item){.kind = CTI_ITEM_CUSTOM, .section = r->component.items.items[i].section};
  CTI_TRY(cti_component_remap_all(&r->component, moved, &g));
  return put_together(&g);
}
