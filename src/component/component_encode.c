/* component_encode.c - model -> bytes; twin of component_decode.c. Flows in: the items of a component, in order. Flows out: preamble and sections.
 * Invariant: what nobody changed is copied from the bytes it was read from, padded integers included.
 * https://github.com/WebAssembly/component-model/blob/main/design/mvp/Binary.md */
#include "component/codec.h"
#include "core/core_write.h"

/* ---- items */

static void write_core_instance(cti_buf *out, const cti_item *item) {
  cti_buf_u8(out, item->of.instance.is_exports ? 1 : 0);
  if (!item->of.instance.is_exports) cti_buf_uleb(out, item->of.instance.index);
  cti_buf_uleb(out, item->of.instance.count);
  for (uint32_t i = 0; i < item->of.instance.count; i++) {
    const cti_named_index *of = &item->of.instance.items[i];
    cti_buf_name(out, of->name.name);
    cti_buf_u8(out, cti_sorts[of->item.sort].code);
    cti_buf_uleb(out, of->item.index);
  }
}

static void write_sort_index(cti_buf *out, cti_sort_index of) {
  cti_write_sort(out, of.sort);
  cti_buf_uleb(out, of.index);
}

static void write_instance(cti_buf *out, const cti_item *item) {
  bool is_exports = item->of.instance.is_exports;
  cti_buf_u8(out, is_exports ? 1 : 0);
  if (!is_exports) cti_buf_uleb(out, item->of.instance.index);
  cti_buf_uleb(out, item->of.instance.count);
  for (uint32_t i = 0; i < item->of.instance.count; i++) {
    const cti_named_index *of = &item->of.instance.items[i];
    if (is_exports) cti_write_extern_name(out, &of->name);
    else cti_buf_name(out, of->name.name);
    write_sort_index(out, of->item);
  }
}

static void write_options(cti_buf *out, const cti_canon *canon) {
  cti_buf_uleb(out, canon->option_count);
  for (uint32_t i = 0; i < canon->option_count; i++) {
    const cti_canon_opt_info *info = &cti_canon_opts[canon->options[i].kind];
    cti_buf_u8(out, info->code);
    if (info->has_index) cti_buf_uleb(out, canon->options[i].index);
  }
}

/* The letters are those of canon.def. */
static void write_canon(cti_buf *out, const cti_canon *canon) {
  cti_buf_u8(out, cti_canons[canon->kind].code);
  for (const char *part = cti_canons[canon->kind].immediates; *part; part++) {
    switch (*part) {
      case '0': cti_buf_u8(out, 0); break;
      case 'f': cti_buf_uleb(out, canon->func); break;
      case 'b': cti_buf_uleb(out, canon->table); break;
      case 'm': cti_buf_uleb(out, canon->memory); break;
      case 'a':
      case 'c': cti_buf_u8(out, canon->flag ? 1 : 0); break;
      case 'r': cti_write_result_list(out, canon->result); break;
      case 'v': cti_write_valtype(out, canon->slot_type); break;
      case 'n': cti_buf_uleb(out, canon->slot); break;
      case 'o': write_options(out, canon); break;
      default: cti_buf_uleb(out, canon->type); /* t R S U y */
    }
  }
}

static void write_start(cti_buf *out, const cti_item *item) {
  cti_buf_uleb(out, item->of.start.func);
  cti_buf_uleb(out, item->of.start.arg_count);
  for (uint32_t i = 0; i < item->of.start.arg_count; i++) cti_buf_uleb(out, item->of.start.args[i]);
  cti_buf_uleb(out, item->of.start.result_count);
}

static void write_import(cti_buf *out, const cti_item *item) {
  cti_write_extern_name(out, &item->of.import.name);
  cti_write_externtype(out, &item->of.import.type);
}

static void write_export(cti_buf *out, const cti_item *item) {
  cti_write_extern_name(out, &item->of.export_.name);
  write_sort_index(out, item->of.export_.item);
  bool has_type = !cti_externtype_is_none(item->of.export_.type);
  cti_buf_u8(out, has_type ? 1 : 0);
  if (has_type) cti_write_externtype(out, &item->of.export_.type);
}

static void write_value(cti_buf *out, const cti_item *item) {
  cti_write_component_valtype(out, item->of.value.type);
  cti_buf_name(out, item->of.value.bytes);
}

static void write_item(cti_buf *out, const cti_item *item) {
  switch (item->kind) {
    case CTI_ITEM_CUSTOM:
      cti_buf_name(out, item->of.custom.name);
      cti_buf_bytes(out, item->of.custom.content);
      break;
    case CTI_ITEM_CORE_MODULE: cti_buf_bytes(out, item->of.module); break;
    case CTI_ITEM_CORE_INSTANCE: write_core_instance(out, item); break;
    case CTI_ITEM_CORE_TYPE: cti_write_core_type(out, item->of.core_type); break;
    case CTI_ITEM_COMPONENT: cti_component_encode(item->of.component, out); break;
    case CTI_ITEM_INSTANCE: write_instance(out, item); break;
    case CTI_ITEM_ALIAS: cti_write_alias(out, &item->of.alias); break;
    case CTI_ITEM_TYPE: cti_ctype_encode(item->of.type, out); break;
    case CTI_ITEM_CANON: write_canon(out, &item->of.canon); break;
    case CTI_ITEM_START: write_start(out, item); break;
    case CTI_ITEM_IMPORT: write_import(out, item); break;
    case CTI_ITEM_EXPORT: write_export(out, item); break;
    case CTI_ITEM_VALUE: write_value(out, item); break;
    case CTI_ITEM_COUNT: break;
  }
}

/* ---- sections */

/* How many items from `first` on go into one section: neighbours of one kind that come from the same section, or from none. */
static uint32_t run_length(const cti_component *c, uint32_t first, uint32_t end) {
  const cti_item *item = &c->items.items[first];
  if (!cti_component_sections[item->kind].is_vector) return 1;
  uint32_t next = first + 1;
  while (next < end && c->items.items[next].kind == item->kind && c->items.items[next].section == item->section) next++;
  return next - first;
}

/* The section that these items are, as it was read; NULL when something about it changed. */
static const cti_component_section *unchanged(const cti_component *c, uint32_t first, uint32_t count) {
  uint32_t number = c->items.items[first].section;
  if (number == 0) return NULL;
  const cti_component_section *section = &c->sections.items[number - 1];
  return section->changed || section->count != count ? NULL : section;
}

static void write_section(cti_buf *out, const cti_component *c, uint32_t first, uint32_t count) {
  cti_buf_u8(out, (uint8_t)c->items.items[first].kind);
  size_t mark = cti_buf_open(out);
  if (cti_component_sections[c->items.items[first].kind].is_vector) cti_buf_uleb(out, count);
  for (uint32_t i = 0; i < count; i++) write_item(out, &c->items.items[first + i]);
  cti_buf_close(out, mark);
}

void cti_component_encode_items(const cti_component *component, uint32_t first, uint32_t end, cti_buf *out) {
  for (uint32_t count; first < end; first += count) {
    count = run_length(component, first, end);
    const cti_component_section *same = unchanged(component, first, count);
    if (same) cti_buf_bytes(out, same->frame.raw);
    else write_section(out, component, first, count);
  }
}

void cti_component_encode(const cti_component *component, cti_buf *out) {
  if (!component->changed) {
    cti_buf_bytes(out, component->bytes);
    return;
  }
  static const uint8_t preamble[] = {0, 'a', 's', 'm', 0x0d, 0, 1, 0};
  cti_buf_bytes(out, cti_slice(preamble, sizeof preamble));
  cti_component_encode_items(component, 0, component->items.count, out);
}
