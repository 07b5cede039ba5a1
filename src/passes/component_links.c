/* component_links.c - core modules inside of a component meet by names that nobody outside sees: exports that no alias and no other module names go, and the
 * names become short. Flows in: a component whose links are closed. Flows out: the component, its modules with fewer exports and other names.
 *
 * One name becomes one other name everywhere, so whatever met before meets again. preserves: everything that a component shows.
 * https://github.com/WebAssembly/component-model/blob/main/design/mvp/Explainer.md#instance-definitions */
#include "passes/component_links.h"

#include "base/map.h"
#include "passes/component_remap.h"

/* ---- is it closed? */

static bool names_core_modules(const cti_component *component, uint32_t depth) {
  if (depth > CTI_MAX_DEPTH) return true;
  for (uint32_t i = 0; i < component->items.count; i++) {
    const cti_item *item = &component->items.items[i];
    if (item->kind == CTI_ITEM_ALIAS && item->of.alias.kind == CTI_ALIAS_OUTER && item->of.alias.sort == CTI_SORT_CORE_MODULE) return true;
    if (item->kind == CTI_ITEM_COMPONENT && names_core_modules(item->of.component, depth + 1)) return true;
  }
  return false;
}

static bool gives_core_modules(const cti_item *item) {
  if (item->kind == CTI_ITEM_EXPORT) return item->of.export_.item.sort == CTI_SORT_CORE_MODULE;
  for (uint32_t i = 0; item->kind == CTI_ITEM_INSTANCE && i < item->of.instance.count; i++)
    if (item->of.instance.items[i].item.sort == CTI_SORT_CORE_MODULE) return true;
  return false;
}

bool cti_links_are_closed(const cti_component *component) {
  uint32_t modules = 0;
  for (uint32_t i = 0; i < component->items.count; i++) {
    modules += component->items.items[i].kind == CTI_ITEM_CORE_MODULE;
    if (gives_core_modules(&component->items.items[i])) return false;
  }
  return modules == component->count[CTI_SORT_CORE_MODULE] && !names_core_modules(component, 0);
}

/* ---- who is who */

typedef struct links {
  cti_component *component;
  cti_arena *arena;
  CTI_VEC(cti_item *) modules, instances; /* by index; an instance that is no item here: NULL */
  cti_module *decoded;                    /* by module */
  uint32_t *first, *next;                 /* by module, by instance: which instances a module has, as chains that end with UINT32_MAX */
  cti_map used;                           /* instance << 32 | name's number, of what is named */
  cti_map names;                          /* fields, to their numbers */
} links;

static ct_status find_items(links *l) {
  cti_component *c = l->component;
  for (uint32_t i = 0; i < c->items.count; i++) {
    cti_item *item = &c->items.items[i];
    if (item->kind == CTI_ITEM_CORE_MODULE) cti_vec_push(l->arena, &l->modules, item);
    if (item->kind == CTI_ITEM_CORE_INSTANCE) cti_vec_push(l->arena, &l->instances, item);
    else if (cti_item_sort(item, false) == CTI_SORT_CORE_INSTANCE) cti_vec_push(l->arena, &l->instances, NULL);
  }
  l->decoded = CTI_NEW_N(l->arena, cti_module, l->modules.count);
  if (!l->decoded) return l->arena->error->status;
  for (uint32_t i = 0; i < l->modules.count; i++) CTI_TRY(cti_module_decode(&l->decoded[i], l->modules.items[i]->of.module, l->modules.items[i]->offset, l->arena));
  return l->arena->error->status;
}

static ct_status find_instances(links *l) {
  l->first = cti_alloc_raw(l->arena, l->modules.count, sizeof *l->first);
  l->next = cti_alloc_raw(l->arena, l->instances.count, sizeof *l->next);
  if (!l->first || !l->next) return l->arena->error->status;
  for (uint32_t i = 0; i < l->modules.count; i++) l->first[i] = UINT32_MAX;
  for (uint32_t i = 0; i < l->instances.count; i++) {
    const cti_item *item = l->instances.items[i];
    if (!item || item->of.instance.is_exports) continue;
    l->next[i] = l->first[item->of.instance.index];
    l->first[item->of.instance.index] = i;
  }
  return CT_OK;
}

static ct_status number_of(links *l, cti_map *map, ct_slice name, uint32_t *number) {
  bool added;
  *number = map->count;
  return cti_map_add(map, l->arena, name, number, &added);
}

/* ---- exports that nobody names */

static ct_status use(links *l, uint32_t instance, ct_slice name) {
  uint32_t number, nothing = 0;
  bool added;
  CTI_TRY(number_of(l, &l->names, name, &number));
  return cti_map_add_u64(&l->used, l->arena, (uint64_t)instance << 32 | number, &nothing, &added);
}

/* What a module asks of the instances that it gets by name. */
static ct_status use_by_imports(links *l, const cti_item *instance) {
  const cti_module *m = &l->decoded[instance->of.instance.index];
  cti_map arguments = {0};
  for (uint32_t i = 0; i < instance->of.instance.count; i++) CTI_TRY(cti_map_set(&arguments, l->arena, instance->of.instance.items[i].name.name, instance->of.instance.items[i].item.index));
  for (uint32_t i = 0; i < m->imports.count; i++) {
    uint32_t from = cti_map_get(&arguments, m->imports.items[i].module);
    if (from != CTI_MAP_NONE) CTI_TRY(use(l, from, m->imports.items[i].name));
  }
  return CT_OK;
}

static ct_status find_uses(links *l) {
  for (uint32_t i = 0; i < l->component->items.count; i++) {
    const cti_item *item = &l->component->items.items[i];
    if (item->kind == CTI_ITEM_ALIAS && item->of.alias.kind == CTI_ALIAS_CORE_EXPORT) CTI_TRY(use(l, item->of.alias.instance, item->of.alias.name));
    if (item->kind == CTI_ITEM_CORE_INSTANCE && !item->of.instance.is_exports) CTI_TRY(use_by_imports(l, item));
  }
  return CT_OK;
}

static bool is_used(const links *l, uint32_t instance, uint32_t number) { return number != CTI_MAP_NONE && cti_map_get_u64(&l->used, (uint64_t)instance << 32 | number) != CTI_MAP_NONE; }

/* By any of the module's instances. */
static bool module_export_is_used(const links *l, uint32_t module, ct_slice name) {
  uint32_t number = cti_map_get(&l->names, name);
  for (uint32_t i = l->first[module]; i != UINT32_MAX; i = l->next[i])
    if (is_used(l, i, number)) return true;
  return false;
}

static ct_status write_module(links *l, uint32_t module) {
  static const uint8_t touched[] = {CTI_SECTION_IMPORT, CTI_SECTION_EXPORT};
  cti_module *m = &l->decoded[module];
  cti_buf out = {0};
  for (size_t i = 0; i < sizeof touched; i++) {
    cti_section *section = cti_module_section(m, touched[i]);
    if (section) section->changed = true, section->dropped = touched[i] == CTI_SECTION_EXPORT && m->exports.count == 0;
  }
  cti_module_encode(m, &out);
  l->modules.items[module]->of.module = cti_take(&out, l->component->arena);
  cti_component_touch(l->component, l->modules.items[module]);
  return l->component->arena->error->status;
}

static ct_status drop_of_module(links *l, uint32_t module, bool *changed) {
  cti_module *m = &l->decoded[module];
  uint32_t kept = 0, count = m->exports.count;
  for (uint32_t i = 0; i < count; i++)
    if (module_export_is_used(l, module, m->exports.items[i].name)) m->exports.items[kept++] = m->exports.items[i];
  m->exports.count = kept;
  if (kept == count) return CT_OK;
  *changed = true;
  return write_module(l, module);
}

static ct_status drop_of_instance(links *l, uint32_t instance, bool *changed) {
  cti_item *item = l->instances.items[instance];
  uint32_t kept = 0;
  cti_named_index *items = CTI_NEW_N(l->component->arena, cti_named_index, item->of.instance.count);
  if (!items) return l->component->arena->error->status;
  for (uint32_t i = 0; i < item->of.instance.count; i++)
    if (is_used(l, instance, cti_map_get(&l->names, item->of.instance.items[i].name.name))) items[kept++] = item->of.instance.items[i];
  if (kept == item->of.instance.count) return CT_OK;
  item->of.instance.items = items;
  item->of.instance.count = kept;
  cti_component_touch(l->component, item);
  *changed = true;
  return CT_OK;
}

static ct_status drop_dead(links *l, bool *changed) {
  CTI_TRY(find_items(l));
  CTI_TRY(find_instances(l));
  CTI_TRY(find_uses(l));
  for (uint32_t i = 0; i < l->modules.count; i++) CTI_TRY(drop_of_module(l, i, changed));
  for (uint32_t i = 0; i < l->instances.count; i++)
    if (l->instances.items[i] && l->instances.items[i]->of.instance.is_exports) CTI_TRY(drop_of_instance(l, i, changed));
  return CT_OK;
}

ct_status cti_drop_dead_exports(cti_component *component, bool *changed) {
  cti_arena scratch;
  cti_arena_init(&scratch, component->arena->error);
  links l = {.component = component, .arena = &scratch};
  ct_status status = drop_dead(&l, changed);
  cti_arena_free(&scratch);
  return status;
}

/* ---- short names. Fields and the names of instances each have their own. */

enum { SHORT_ROOM = 8 };

typedef struct shortener {
  links l;
  cti_map fields, instances;   /* to numbers, in order of coming */
} shortener;

/* The n-th shortest name: a to z, A to Z, then two of them, and so on. */
static ct_slice short_name(cti_arena *arena, uint32_t n) {
  static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  char text[SHORT_ROOM];
  uint32_t at = SHORT_ROOM, base = sizeof letters - 1;
  for (n++; n && at > 0; n = (n - 1) / base) text[--at] = letters[(n - 1) % base];
  return cti_copy(arena, (ct_slice){(const uint8_t *)text + at, SHORT_ROOM - at});
}

static ct_status shorten(shortener *s, bool is_field, ct_slice *name) {
  uint32_t number;
  cti_map *map = is_field ? &s->fields : &s->instances;
  CTI_TRY(number_of(&s->l, map, *name, &number));
  *name = short_name(s->l.component->arena, number);
  return s->l.component->arena->error->status;
}

static ct_status shorten_module(shortener *s, uint32_t module) {
  cti_module *m = &s->l.decoded[module];
  for (uint32_t i = 0; i < m->imports.count; i++) {
    CTI_TRY(shorten(s, false, &m->imports.items[i].module));
    CTI_TRY(shorten(s, true, &m->imports.items[i].name));
  }
  for (uint32_t i = 0; i < m->exports.count; i++) CTI_TRY(shorten(s, true, &m->exports.items[i].name));
  return write_module(&s->l, module);
}

static ct_status shorten_instance(shortener *s, cti_item *item) {
  uint32_t count = item->of.instance.count;
  cti_named_index *items = CTI_NEW_N(s->l.component->arena, cti_named_index, count);
  if (!items) return s->l.component->arena->error->status;
  for (uint32_t i = 0; i < count; i++) {
    items[i] = item->of.instance.items[i];
    CTI_TRY(shorten(s, item->of.instance.is_exports, &items[i].name.name));
  }
  item->of.instance.items = items;
  cti_component_touch(s->l.component, item);
  return CT_OK;
}

static ct_status shorten_all(shortener *s) {
  CTI_TRY(find_items(&s->l));
  for (uint32_t i = 0; i < s->l.modules.count; i++) CTI_TRY(shorten_module(s, i));
  for (uint32_t i = 0; i < s->l.component->items.count; i++) {
    cti_item *item = &s->l.component->items.items[i];
    if (item->kind == CTI_ITEM_CORE_INSTANCE) CTI_TRY(shorten_instance(s, item));
    if (item->kind != CTI_ITEM_ALIAS || item->of.alias.kind != CTI_ALIAS_CORE_EXPORT) continue;
    CTI_TRY(shorten(s, true, &item->of.alias.name));
    cti_component_touch(s->l.component, item);
  }
  return CT_OK;
}

ct_status cti_shorten_links(cti_component *component) {
  cti_arena scratch;
  cti_arena_init(&scratch, component->arena->error);
  shortener s = {.l = {.component = component, .arena = &scratch}};
  ct_status status = shorten_all(&s);
  cti_arena_free(&scratch);
  return status;
}
