/* bundle.c - core modules into a component that imports them. Flows in: the bytes of a component, and modules by the names of its imports. Flows out: a
 * component that has the modules where unbundle.c took them from: in the place of the one outer alias to the import, or else where the import was. The types
 * that only the import needed go with it, and what stands behind moves back. */
#include "component/component.h"
#include "ctool/compose.h"
#include "passes/component_remap.h"

/* What becomes of an import that gets its module. */
typedef struct filling {
  uint32_t item;         /* of the import */
  ct_slice module;
  uint32_t refs;         /* how often its index is named */
  uint32_t alias_refs;   /* how often by an outer alias */
} filling;

typedef struct bundler {
  cti_arena arena;
  cti_component component;
  ct_give_module *give;
  void *context;
  CTI_VEC(filling) fillings;
  uint32_t *filling_of;  /* by index of a core module: place in fillings, or UINT32_MAX */
  uint32_t *to[2];       /* by index of a core type, of a core module: where it goes; of types, before: is it needed? */
  bool *dropped;         /* by item */
} bundler;

static uint32_t *place_of(bundler *b, cti_sort sort, uint32_t index) {
  return index < b->component.count[sort] ? &b->to[sort == CTI_SORT_CORE_MODULE][index] : NULL;
}

/* ---- which imports get a module */

static bool is_module_import(const cti_item *item) { return item->kind == CTI_ITEM_IMPORT && item->of.import.type.sort == CTI_SORT_CORE_MODULE; }

static ct_status check_module(bundler *b, ct_slice name, ct_slice module) {
  if (module.size >= 8 && memcmp(module.data, "\0asm\1\0\0\0", 8) == 0) return CT_OK;
  return cti_fail(b->arena.error, CT_CORE_KIND, CT_NO_OFFSET, "what is given for the import \"%.*s\" is no core module in binary form", CTI_S(name));
}

static ct_status ask_for(bundler *b, uint32_t item, uint32_t index) {
  ct_slice name = b->component.items.items[item].of.import.name.name;
  ct_slice text = cti_format(&b->arena, "%.*s", CTI_S(name)); /* ends with a NUL */
  filling f = {.item = item};
  if (!text.data) return CT_NOMEM;
  CTI_TRY(b->give(b->context, (const char *)text.data, &f.module, b->arena.error));
  if (!f.module.data) return CT_OK;
  CTI_TRY(check_module(b, name, f.module));
  b->filling_of[index] = b->fillings.count;
  return cti_vec_push(&b->arena, &b->fillings, f) ? CT_OK : CT_NOMEM;
}

static ct_status ask(bundler *b) {
  uint32_t index = 0;
  for (uint32_t i = 0; i < b->component.items.count; i++) {
    const cti_item *item = &b->component.items.items[i];
    if (is_module_import(item)) CTI_TRY(ask_for(b, i, index));
    index += cti_item_sort(item, false) == CTI_SORT_CORE_MODULE;
  }
  return CT_OK;
}

/* ---- where the modules go */

static filling *filling_at(bundler *b, uint32_t module) {
  return module < b->component.count[CTI_SORT_CORE_MODULE] && b->filling_of[module] != UINT32_MAX ? &b->fillings.items[b->filling_of[module]] : NULL;
}

static uint32_t count_ref(void *context, cti_sort sort, uint32_t index) {
  filling *f = sort == CTI_SORT_CORE_MODULE ? filling_at(context, index) : NULL;
  if (f) f->refs++;
  return index;
}

/* The import that an outer alias at `depth` stands for, or NULL. */
static filling *aliased(bundler *b, const cti_item *item, uint32_t depth) {
  const cti_alias *alias = &item->of.alias;
  bool is_outer = item->kind == CTI_ITEM_ALIAS && alias->kind == CTI_ALIAS_OUTER && alias->sort == CTI_SORT_CORE_MODULE && alias->instance == depth;
  return is_outer ? filling_at(b, alias->index) : NULL;
}

static void count_aliases(bundler *b, const cti_component *component, uint32_t depth) {
  for (uint32_t i = 0; i < component->items.count; i++) {
    const cti_item *item = &component->items.items[i];
    filling *f = aliased(b, item, depth);
    if (f) f->alias_refs++;
    if (item->kind == CTI_ITEM_COMPONENT) count_aliases(b, item->of.component, depth + 1);
  }
}

static bool goes_to_alias(const filling *f) { return f->refs == 1 && f->alias_refs == 1; }

static bool put_in(cti_item *item, ct_slice module) {
  item->kind = CTI_ITEM_CORE_MODULE;
  item->of.module = module;
  return true;
}

/* Gives whether something in the component has changed. */
static bool fill_aliases(bundler *b, cti_component *component, uint32_t depth) {
  bool any = false;
  for (uint32_t i = 0; i < component->items.count; i++) {
    cti_item *item = &component->items.items[i];
    const filling *f = aliased(b, item, depth);
    bool here = f && goes_to_alias(f) && put_in(item, f->module);
    if (!f && item->kind == CTI_ITEM_COMPONENT) here = fill_aliases(b, item->of.component, depth + 1);
    if (here) cti_component_touch(component, item);
    any |= here;
  }
  return any;
}

static void fill_imports(bundler *b) {
  for (uint32_t i = 0; i < b->fillings.count; i++) {
    const filling *f = &b->fillings.items[i];
    cti_item *item = &b->component.items.items[f->item];
    cti_component_touch(&b->component, item);
    b->dropped[f->item] = goes_to_alias(f);
    if (!goes_to_alias(f)) put_in(item, f->module);
  }
}

/* ---- which types nobody needs any more: of those before the last import that goes. Types refer to earlier ones, so the last is looked at first. */

static uint32_t need(void *context, cti_sort sort, uint32_t index) {
  uint32_t *place = sort == CTI_SORT_CORE_TYPE ? place_of(context, sort, index) : NULL;
  if (place) *place = 1;
  return index;
}

static ct_status drop_types(bundler *b) {
  const cti_component *c = &b->component;
  uint32_t end = 0, index = c->count[CTI_SORT_CORE_TYPE];
  for (uint32_t i = 0; i < c->items.count; i++)
    if (b->dropped[i]) end = i;
  for (uint32_t i = c->items.count; i-- > 0;) {
    const cti_item *item = &c->items.items[i];
    uint32_t defines = cti_item_sort(item, false) == CTI_SORT_CORE_TYPE ? cti_item_defines(item) : 0;
    bool is_needed = item->kind != CTI_ITEM_CORE_TYPE || i > end;
    index -= defines;
    for (uint32_t j = 0; j < defines; j++) is_needed |= b->to[0][index + j] != 0;
    if (!is_needed) b->dropped[i] = true;
    if (!b->dropped[i]) CTI_TRY(cti_component_remap_item(&b->component, i, need, b));
  }
  return CT_OK;
}

/* ---- the rest moves back */

static uint32_t to(void *context, cti_sort sort, uint32_t index) {
  const uint32_t *place = place_of(context, sort, index);
  return place ? *place : UINT32_MAX;
}

static void number(bundler *b) {
  uint32_t next[2] = {0}, index[2] = {0};
  for (uint32_t i = 0; i < b->component.items.count; i++) {
    const cti_item *item = &b->component.items.items[i];
    cti_sort sort = cti_item_sort(item, false);
    if (sort != CTI_SORT_CORE_TYPE && sort != CTI_SORT_CORE_MODULE) continue;
    bool is_module = sort == CTI_SORT_CORE_MODULE;
    for (uint32_t j = cti_item_defines(item); j > 0; j--) b->to[is_module][index[is_module]++] = b->dropped[i] ? UINT32_MAX : next[is_module]++;
  }
}

static void remove_dropped(bundler *b) {
  cti_component *c = &b->component;
  uint32_t kept = 0;
  for (uint32_t i = 0; i < c->items.count; i++) {
    if (!b->dropped[i]) c->items.items[kept++] = c->items.items[i];
    else cti_component_touch(c, &c->items.items[i]);
  }
  c->items.count = kept;
}

static ct_status fill(bundler *b) {
  for (uint32_t i = 0; i < b->component.items.count; i++) CTI_TRY(cti_component_remap_item(&b->component, i, count_ref, b));
  count_aliases(b, &b->component, 0);
  fill_aliases(b, &b->component, 0);
  fill_imports(b);
  CTI_TRY(drop_types(b));
  number(b);
  remove_dropped(b);
  return cti_component_remap(&b->component, to, b);
}

/* ---- the whole */

static ct_status allocate(bundler *b) {
  uint32_t types = b->component.count[CTI_SORT_CORE_TYPE], modules = b->component.count[CTI_SORT_CORE_MODULE];
  b->to[0] = CTI_NEW_N(&b->arena, uint32_t, types);
  b->to[1] = CTI_NEW_N(&b->arena, uint32_t, modules);
  b->filling_of = CTI_NEW_N(&b->arena, uint32_t, modules);
  b->dropped = CTI_NEW_N(&b->arena, bool, b->component.items.count);
  if (!b->to[0] || !b->to[1] || !b->filling_of || !b->dropped) return CT_NOMEM;
  for (uint32_t i = 0; i < modules; i++) b->filling_of[i] = UINT32_MAX;
  return CT_OK;
}

static ct_status run(ct_buf *out, bundler *b, ct_slice bytes) {
  CTI_TRY(cti_component_decode(&b->component, bytes, 0, &b->arena));
  CTI_TRY(allocate(b));
  CTI_TRY(ask(b));
  if (b->fillings.count) CTI_TRY(fill(b));
  cti_component_encode(&b->component, out);
  return cti_buf_check(out, b->arena.error);
}

ct_status ct_component_bundle(ct_buf *out, ct_slice component, ct_give_module *give, void *context, ct_error *error) {
  bundler b = {.give = give, .context = context};
  cti_arena_init(&b.arena, error);
  ct_status status = run(out, &b, component);
  cti_arena_free(&b.arena);
  return status;
}
