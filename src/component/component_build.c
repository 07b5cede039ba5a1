/* component_build.c - making a component item by item. Flows in: descriptions of single items. Flows out: a model that component_encode.c writes.
 * Invariant: `count` holds the length of each index space after the last item. Nothing is checked here; the validator sees what was built. */
#include "component/component.h"

void cti_component_init(cti_component *component, cti_arena *arena) { *component = (cti_component){.arena = arena, .changed = true}; }

void cti_extern_name_set(cti_extern_name *name, cti_name_attributes attributes, cti_arena *arena) {
  cti_name_attributes *made = NULL;
  if (attributes.implements.data || attributes.version_suffix.data || attributes.external_id.data) {
    if (!(made = CTI_NEW(arena, cti_name_attributes))) return;
    *made = attributes;
  }
  name->attributes = made;
  name->form = made ? 2 : 0;
}

/* Appends `item`, gives the index of the first entry it adds to its index space. */
static uint32_t append(cti_component *c, cti_item item, bool in_type) {
  item.offset = CT_NO_OFFSET;
  if (!cti_vec_push_large(c->arena, &c->items, item)) return UINT32_MAX;
  cti_sort sort = cti_item_sort(&item, in_type);
  if (sort == CTI_SORT_COUNT) return UINT32_MAX;
  uint32_t index = c->count[sort];
  c->count[sort] += cti_item_defines(&item);
  return index;
}

uint32_t cti_build_core_module(cti_component *c, ct_slice module) { return append(c, (cti_item){.kind = CTI_ITEM_CORE_MODULE, .of.module = module}, false); }

static uint32_t instance(cti_component *c, cti_item_kind kind, bool is_exports, uint32_t index, const cti_named_index *items, uint32_t count) {
  cti_item item = {.kind = kind};
  item.of.instance.is_exports = is_exports;
  item.of.instance.index = index;
  item.of.instance.items = items;
  item.of.instance.count = count;
  return append(c, item, false);
}

uint32_t cti_build_core_instantiate(cti_component *c, uint32_t module, const cti_named_index *args, uint32_t count) {
  return instance(c, CTI_ITEM_CORE_INSTANCE, false, module, args, count);
}

uint32_t cti_build_core_exports(cti_component *c, const cti_named_index *exports, uint32_t count) {
  return instance(c, CTI_ITEM_CORE_INSTANCE, true, 0, exports, count);
}

uint32_t cti_build_component(cti_component *c, cti_component *nested) {
  return append(c, (cti_item){.kind = CTI_ITEM_COMPONENT, .of.component = nested}, false);
}

uint32_t cti_build_instantiate(cti_component *c, uint32_t component, const cti_named_index *args, uint32_t count) {
  return instance(c, CTI_ITEM_INSTANCE, false, component, args, count);
}

uint32_t cti_build_exports(cti_component *c, const cti_named_index *exports, uint32_t count) { return instance(c, CTI_ITEM_INSTANCE, true, 0, exports, count); }

static uint32_t alias(cti_component *c, cti_alias of) { return append(c, (cti_item){.kind = CTI_ITEM_ALIAS, .of.alias = of}, false); }

uint32_t cti_build_alias_export(cti_component *c, cti_sort sort, uint32_t instance_index, ct_slice name) {
  return alias(c, (cti_alias){.kind = CTI_ALIAS_EXPORT, .sort = sort, .instance = instance_index, .name = name});
}

uint32_t cti_build_alias_core_export(cti_component *c, cti_sort sort, uint32_t instance_index, ct_slice name) {
  return alias(c, (cti_alias){.kind = CTI_ALIAS_CORE_EXPORT, .sort = sort, .instance = instance_index, .name = name});
}

uint32_t cti_build_alias_outer(cti_component *c, cti_sort sort, uint32_t count, uint32_t index) {
  return alias(c, (cti_alias){.kind = CTI_ALIAS_OUTER, .sort = sort, .instance = count, .index = index});
}

uint32_t cti_build_type(cti_component *c, const cti_ctype *type) {
  cti_ctype *copy = CTI_NEW(c->arena, cti_ctype);
  if (!copy) return UINT32_MAX;
  *copy = *type;
  return append(c, (cti_item){.kind = CTI_ITEM_TYPE, .of.type = copy}, false);
}

uint32_t cti_build_core_type(cti_component *c, const cti_core_type_def *type) {
  cti_core_type_def *copy = CTI_NEW(c->arena, cti_core_type_def);
  if (!copy) return UINT32_MAX;
  *copy = *type;
  return append(c, (cti_item){.kind = CTI_ITEM_CORE_TYPE, .of.core_type = copy}, false);
}

uint32_t cti_build_canon(cti_component *c, const cti_canon *canon) { return append(c, (cti_item){.kind = CTI_ITEM_CANON, .of.canon = *canon}, false); }

uint32_t cti_build_start(cti_component *c, uint32_t func, const uint32_t *args, uint32_t arg_count, uint32_t result_count) {
  cti_item item = {.kind = CTI_ITEM_START};
  item.of.start.func = func;
  item.of.start.args = args;
  item.of.start.arg_count = arg_count;
  item.of.start.result_count = result_count;
  return append(c, item, false);
}

uint32_t cti_build_import(cti_component *c, const cti_extern_name *name, cti_externtype type) {
  cti_item item = {.kind = CTI_ITEM_IMPORT};
  item.of.import.name = *name;
  item.of.import.type = type;
  return append(c, item, false);
}

uint32_t cti_build_export(cti_component *c, const cti_extern_name *name, cti_sort_index exported, const cti_externtype *type) {
  cti_item item = {.kind = CTI_ITEM_EXPORT};
  item.of.export_.name = *name;
  item.of.export_.item = exported;
  item.of.export_.type = type ? *type : CTI_EXTERNTYPE_NONE;
  return append(c, item, false);
}

uint32_t cti_build_type_export(cti_component *c, const cti_extern_name *name, cti_externtype type) {
  cti_item item = {.kind = CTI_ITEM_EXPORT};
  item.of.export_.name = *name;
  item.of.export_.type = type;
  return append(c, item, true);
}

void cti_build_custom(cti_component *c, ct_slice name, ct_slice content) {
  cti_item item = {.kind = CTI_ITEM_CUSTOM};
  item.of.custom.name = name;
  item.of.custom.content = content;
  append(c, item, false);
}
