/* component_gc.c - items of a component that nothing refers to go, and neighbours of one kind become one section. Flows in: a component. Flows out: the same
 * with fewer items and lower indices.
 *
 * preserves: what instantiation does and exports give; imports that nothing asks for are not asked of the host any more. An item refers to earlier ones only, so
 * one pass from the last to the first finds all. https://github.com/WebAssembly/component-model/blob/main/design/mvp/Binary.md#component-definitions */
#include "passes/component_links.h"
#include "passes/component_remap.h"

typedef struct sweeper {
  cti_component *component;
  uint8_t *used[CTI_SORT_COUNT]; /* by index: does something that stays refer to it? */
  uint32_t *to[CTI_SORT_COUNT];
  uint32_t *defines; /* by item: the first index */
  bool *dead;        /* by item */
} sweeper;

static uint32_t use(void *context, cti_sort sort, uint32_t index) {
  sweeper *s = context;
  if (index < s->component->count[sort]) s->used[sort][index] = 1;
  return index;
}

static ct_status prepare(sweeper *s) {
  cti_component *c = s->component;
  uint32_t next[CTI_SORT_COUNT] = {0};
  s->defines = CTI_NEW_N(c->arena, uint32_t, c->items.count);
  s->dead = CTI_NEW_N(c->arena, bool, c->items.count);
  if (!s->defines || !s->dead) return CT_NOMEM;
  for (int sort = 0; sort < CTI_SORT_COUNT; sort++) {
    s->used[sort] = CTI_NEW_N(c->arena, uint8_t, c->count[sort]);
    s->to[sort] = CTI_NEW_N(c->arena, uint32_t, c->count[sort]);
    if (!s->used[sort] || !s->to[sort]) return CT_NOMEM;
  }
  for (uint32_t i = 0; i < c->items.count; i++) {
    cti_sort sort = cti_item_sort(&c->items.items[i], false);
    if (sort == CTI_SORT_COUNT) continue;
    s->defines[i] = next[sort];
    next[sort] += cti_item_defines(&c->items.items[i]);
  }
  return CT_OK;
}

/* Does it do something by itself, or is it seen from outside? */
static bool is_root(const cti_item *item) {
  switch (item->kind) {
  case CTI_ITEM_CORE_MODULE: case CTI_ITEM_CORE_TYPE: case CTI_ITEM_COMPONENT: case CTI_ITEM_ALIAS: case CTI_ITEM_TYPE: case CTI_ITEM_CANON: case CTI_ITEM_IMPORT: return false;
  case CTI_ITEM_CORE_INSTANCE: case CTI_ITEM_INSTANCE: return !item->of.instance.is_exports;
  default: return true;
  }
}

static bool stays(const sweeper *s, uint32_t i) {
  const cti_item *item = &s->component->items.items[i];
  cti_sort sort = cti_item_sort(item, false);
  if (is_root(item) || sort == CTI_SORT_COUNT) return true;
  for (uint32_t k = 0; k < cti_item_defines(item); k++)
    if (s->used[sort][s->defines[i] + k]) return true;
  return false;
}

static ct_status find_dead(sweeper *s, bool *any) {
  for (uint32_t i = s->component->items.count; i-- > 0;) {
    s->dead[i] = !stays(s, i);
    *any |= s->dead[i];
    if (!s->dead[i]) CTI_TRY(cti_component_remap_item_all(s->component, i, use, s));
  }
  return CT_OK;
}

static uint32_t moved(void *context, cti_sort sort, uint32_t index) {
  const sweeper *s = context;
  return index < s->component->count[sort] ? s->to[sort][index] : UINT32_MAX;
}

/* The items that stay, with the indices that they have then. */
static ct_status put_together(sweeper *s) {
  cti_component *c = s->component;
  uint32_t next[CTI_SORT_COUNT] = {0}, kept = 0;
  for (uint32_t i = 0; i < c->items.count; i++) {
    cti_item *item = &c->items.items[i];
    cti_sort sort = cti_item_sort(item, false);
    for (uint32_t k = 0; sort < CTI_SORT_COUNT && k < cti_item_defines(item); k++) s->to[sort][s->defines[i] + k] = s->dead[i] ? UINT32_MAX : next[sort]++;
    if (s->dead[i]) *item = (cti_item){.kind = CTI_ITEM_CUSTOM, .section = item->section}; /* what is dead refers to what is dead */
  }
  CTI_TRY(cti_component_remap_all(c, moved, s));
  for (uint32_t i = 0; i < c->items.count; i++)
    if (!s->dead[i]) c->items.items[kept++] = c->items.items[i];
  c->items.count = kept;
  for (uint32_t i = 0; i < kept; i++) c->items.items[i].section = 0; /* neighbours of one kind go into one section */
  memcpy(c->count, next, sizeof next);
  c->sections.count = 0;
  c->changed = true;
  return CT_OK;
}

ct_status cti_drop_dead_items(cti_component *component) {
  sweeper s = {.component = component};
  bool any = false;
  CTI_TRY(prepare(&s));
  CTI_TRY(find_dead(&s, &any));
  return any ? put_together(&s) : CT_OK;
}
