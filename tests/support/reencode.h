/* reencode.h - decode, then encode: as it came, or with every section marked as changed. For the round trips of tests/conformance and of the fuzz targets. */
#ifndef TEST_REENCODE_H
#define TEST_REENCODE_H

#include "component/component.h"

static inline void mark_module(cti_module *module) {
  for (uint32_t i = 0; i < module->sections.count; i++) module->sections.items[i].changed = true;
}

static inline void mark_component(cti_component *component) {
  component->changed = true;
  for (uint32_t i = 0; i < component->sections.count; i++) component->sections.items[i].changed = true;
  for (uint32_t i = 0; i < component->items.count; i++)
    if (component->items.items[i].kind == CTI_ITEM_COMPONENT) mark_component(component->items.items[i].of.component);
}

/* Both give false, with the reason in `error`, when `bytes` do not decode. `base` is the absolute offset of their first byte. */
typedef bool (*reencode)(cti_buf *out, ct_slice bytes, uint64_t base, bool anew, ct_error *error);

static inline bool reencode_module(cti_buf *out, ct_slice bytes, uint64_t base, bool anew, ct_error *error) {
  cti_arena arena;
  cti_arena_init(&arena, error);
  cti_module module;
  bool good = cti_module_decode(&module, bytes, base, &arena) == CT_OK;
  if (good && anew) mark_module(&module);
  if (good) cti_module_encode(&module, out);
  cti_arena_free(&arena);
  return good;
}

static inline bool reencode_component(cti_buf *out, ct_slice bytes, uint64_t base, bool anew, ct_error *error) {
  cti_arena arena;
  cti_arena_init(&arena, error);
  cti_component component;
  bool good = cti_component_decode(&component, bytes, base, &arena) == CT_OK;
  if (good && anew) mark_component(&component);
  if (good) cti_component_encode(&component, out);
  cti_arena_free(&arena);
  return good;
}

#endif
