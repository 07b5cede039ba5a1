/* module.c - questions to the model of a module that have one answer: types by index, exports by name, sections by code and name. */
#include "core/module.h"

const cti_subtype *cti_module_type_func(const cti_module *module, uint32_t type) {
  return type < module->types.count && module->types.items[type].kind == CTI_COMPOSITE_FUNC ? &module->types.items[type] : NULL;
}

const cti_rec_group *cti_module_rec_group(const cti_module *module, uint32_t type) {
  uint32_t low = 0, high = module->rec_groups.count;
  while (high - low > 1) {
    uint32_t middle = low + (high - low) / 2;
    if (module->rec_groups.items[middle].first <= type) low = middle;
    else high = middle;
  }
  return &module->rec_groups.items[low];
}

ct_status cti_module_add_type(uint32_t *index, cti_module *module, const cti_subtype *type) {
  *index = module->types.count;
  cti_rec_group group = {.first = *index, .count = 1};
  return cti_vec_push(module->arena, &module->types, *type) && cti_vec_push(module->arena, &module->rec_groups, group) ? CT_OK : CT_NOMEM;
}

const cti_subtype *cti_module_func_type(const cti_module *module, uint32_t index) {
  return index < module->funcs.count ? cti_module_type_func(module, module->funcs.items[index].type) : NULL;
}

const cti_export *cti_module_find_export(const cti_module *module, cti_extern_kind kind, ct_slice name) {
  for (uint32_t i = 0; i < module->exports.count; i++)
    if (module->exports.items[i].kind == kind && cti_slice_eq(module->exports.items[i].name, name)) return &module->exports.items[i];
  return NULL;
}

const cti_section *cti_module_custom(const cti_module *module, ct_slice name, const cti_section *after) {
  const cti_section *end = cti_vec_tail(&module->sections, module->sections.count);
  for (const cti_section *s = after ? after + 1 : module->sections.items; s < end; s++) {
    if (s->frame.id == CTI_SECTION_CUSTOM && !s->dropped && cti_slice_eq(s->name, name)) return s;
  }
  return NULL;
}

cti_section *cti_module_section(const cti_module *module, uint8_t id) {
  for (uint32_t i = 0; i < module->sections.count; i++) {
    if (module->sections.items[i].frame.id == id) return &module->sections.items[i];
  }
  return NULL;
}

/* The place of a new section: before the first one that comes later in the order, but before custom sections only when they follow such a one. */
static uint32_t place_of(const cti_module *module, uint8_t id) {
  uint32_t place = 0;
  for (uint32_t i = 0; i < module->sections.count; i++) {
    uint8_t order = cti_section_order(module->sections.items[i].frame.id);
    if (order && order < cti_section_order(id)) place = i + 1;
  }
  return place;
}

cti_section *cti_module_touch(cti_module *module, uint8_t id) {
  cti_section *section = cti_module_section(module, id);
  if (!section) {
    uint32_t place = place_of(module, id);
    if (!cti_vec_add(module->arena, &module->sections)) return NULL;
    section = &module->sections.items[place];
    memmove(section + 1, section, (module->sections.count - 1 - place) * sizeof *section);
    *section = (cti_section){.frame.id = id};
  }
  section->changed = true;
  section->dropped = false;
  return section;
}
