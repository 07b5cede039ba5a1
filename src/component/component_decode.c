/* component_decode.c - bytes -> model; twin of component_encode.c. Flows in: a component in binary form. Flows out: its sections and items in order, one by
 * one, or all of them as a model with nested components decoded; core modules as slices. Invariant: form only; nothing that an index names is looked at.
 * https://github.com/WebAssembly/component-model/blob/main/design/mvp/Binary.md */
#include "component/codec.h"
#include "core/core_read.h"
#include "core/maker.h"

static void bad_byte(cti_cursor *c, uint64_t offset, uint8_t byte, const char *what) {
  if (!c->failed) cti_cursor_fail_at(c, CT_COMP_FORM, offset, "malformed %s: byte 0x%02x", what, byte);
}

bool cti_component_append(cti_component *component, const cti_item *item, bool in_type) {
  if (!cti_vec_push_large(component->arena, &component->items, *item)) return false;
  cti_sort sort = cti_item_sort(item, in_type);
  if (sort != CTI_SORT_COUNT) component->count[sort] += cti_item_defines(item);
  return true;
}

/* ---- items */

typedef CTI_VEC(cti_named_index) named_indices;

static void reserve_named(named_indices *list, cti_cursor *c, cti_arena *arena, uint32_t count) {
  if (!c->failed && !cti_vec_reserve(arena, list, count < 16 ? count : 16)) cti_cursor_fail(c, CT_NOMEM, "out of memory");
}

static cti_named_index *next_named(named_indices *list, cti_cursor *c, cti_arena *arena) {
  cti_named_index *of = cti_vec_add(arena, list);
  if (!of) cti_cursor_fail(c, CT_NOMEM, "out of memory");
  return of;
}

static void read_core_instance(cti_item *item, cti_cursor *c, cti_arena *arena) {
  uint64_t offset = cti_cursor_offset(c);
  uint8_t form = cti_cursor_u8(c);
  if (form > 1) bad_byte(c, offset, form, "core instance");
  item->of.instance.is_exports = form == 1;
  if (form == 0) item->of.instance.index = cti_cursor_u32(c);
  named_indices list = {0};
  uint32_t count = cti_cursor_count(c, form == 0 ? "arguments" : "exports");
  reserve_named(&list, c, arena, count);
  for (uint32_t i = 0; i < count && !c->failed; i++) {
    cti_named_index *of = next_named(&list, c, arena);
    if (!of) return;
    of->offset = cti_cursor_offset(c);
    of->name.name = cti_cursor_name(c);
    of->item.sort = cti_read_core_sort(c);
    of->item.index = cti_cursor_u32(c);
  }
  item->of.instance.items = list.items;
  item->of.instance.count = list.count;
}

static cti_sort_index read_sort_index(cti_cursor *c) {
  cti_sort sort = cti_read_sort(c);
  return (cti_sort_index){sort, cti_cursor_u32(c)};
}

static void read_instance(cti_item *item, cti_cursor *c, cti_arena *arena) {
  uint64_t offset = cti_cursor_offset(c);
  uint8_t form = cti_cursor_u8(c);
  if (form > 1) bad_byte(c, offset, form, "instance");
  item->of.instance.is_exports = form == 1;
  if (form == 0) item->of.instance.index = cti_cursor_u32(c);
  named_indices list = {0};
  uint32_t count = cti_cursor_count(c, form == 0 ? "arguments" : "exports");
  reserve_named(&list, c, arena, count);
  for (uint32_t i = 0; i < count && !c->failed; i++) {
    cti_named_index *of = next_named(&list, c, arena);
    if (!of) return;
    of->offset = cti_cursor_offset(c) + form;
    if (form == 1) cti_read_extern_name(&of->name, c, arena);
    else of->name.name = cti_cursor_name(c);
    of->item = read_sort_index(c);
  }
  item->of.instance.items = list.items;
  item->of.instance.count = list.count;
}

static void read_option(cti_canon_opt *out, cti_cursor *c) {
  uint64_t offset = cti_cursor_offset(c);
  uint8_t code = cti_cursor_u8(c);
  for (unsigned i = 0; i < CTI_CANON_OPT_COUNT; i++) {
    if (cti_canon_opts[i].code != code) continue;
    out->kind = (cti_canon_opt_kind)i;
    out->index = cti_canon_opts[i].has_index ? cti_cursor_u32(c) : UINT32_MAX;
    return;
  }
  bad_byte(c, offset, code, "canonical option");
}

static void read_options(cti_canon *out, cti_cursor *c, cti_arena *arena) {
  CTI_VEC(cti_canon_opt) options = {0};
  uint32_t count = cti_cursor_count(c, "canonical options");
  for (uint32_t i = 0; i < count && !c->failed; i++) {
    cti_canon_opt *option = cti_vec_add(arena, &options);
    if (option) read_option(option, c);
    else cti_cursor_fail(c, CT_NOMEM, "out of memory");
  }
  out->options = options.items;
  out->option_count = options.count;
}

static void read_zero(cti_cursor *c) {
  uint64_t offset = cti_cursor_offset(c);
  uint8_t zero = cti_cursor_u8(c);
  if (zero != 0) bad_byte(c, offset, zero, "sort of a lifted or lowered function");
}

static bool read_flag(cti_cursor *c) {
  uint64_t offset = cti_cursor_offset(c);
  uint8_t flag = cti_cursor_u8(c);
  if (flag > 1) bad_byte(c, offset, flag, "flag of a canonical definition");
  return flag == 1;
}

/* The letters are those of canon.def. */
static void read_immediate(cti_canon *out, cti_cursor *c, cti_arena *arena, char part) {
  switch (part) {
    case '0': read_zero(c); break;
    case 'f': out->func = cti_cursor_u32(c); break;
    case 'b': out->table = cti_cursor_u32(c); break;
    case 'm': out->memory = cti_cursor_u32(c); break;
    case 'a':
    case 'c': out->flag = read_flag(c); break;
    case 'r': out->result = cti_read_result_list(c); break;
    case 'v': out->slot_type = cti_read_valtype(c); break;
    case 'n': out->slot = cti_cursor_u32(c); break;
    case 'o': read_options(out, c, arena); break;
    default: out->type = cti_cursor_u32(c); /* t R S U y */
  }
}

static void read_canon(cti_item *item, cti_cursor *c, cti_arena *arena) {
  cti_canon *out = &item->of.canon;
  uint64_t offset = cti_cursor_offset(c);
  uint8_t code = cti_cursor_u8(c);
  for (unsigned i = 0; i < CTI_CANON_COUNT; i++) {
    if (cti_canons[i].code != code) continue;
    out->kind = (cti_canon_kind)i;
    for (const char *part = cti_canons[i].immediates; *part; part++) read_immediate(out, c, arena, *part);
    return;
  }
  bad_byte(c, offset, code, "canonical definition");
}

static void read_start(cti_item *item, cti_cursor *c, cti_arena *arena) {
  item->of.start.func = cti_cursor_u32(c);
  uint32_t count = cti_cursor_count(c, "arguments of start");
  uint32_t *args = cti_alloc_n(arena, count, sizeof *args);
  if (!args) cti_cursor_fail(c, CT_NOMEM, "out of memory");
  for (uint32_t i = 0; i < count && !c->failed; i++) args[i] = cti_cursor_u32(c);
  item->of.start.args = args;
  item->of.start.arg_count = c->failed ? 0 : count;
  item->of.start.result_count = cti_cursor_u32(c);
}

static void read_import(cti_item *item, cti_cursor *c, cti_arena *arena) {
  cti_read_extern_name(&item->of.import.name, c, arena);
  cti_read_externtype(&item->of.import.type, c);
}

static void read_export(cti_item *item, cti_cursor *c, cti_arena *arena) {
  cti_read_extern_name(&item->of.export_.name, c, arena);
  item->of.export_.item = read_sort_index(c);
  uint64_t offset = cti_cursor_offset(c);
  uint8_t has_type = cti_cursor_u8(c);
  if (has_type > 1) bad_byte(c, offset, has_type, "type of an export");
  item->of.export_.type = CTI_EXTERNTYPE_NONE;
  if (has_type == 1) cti_read_externtype(&item->of.export_.type, c);
}

static void read_value(cti_item *item, cti_cursor *c) {
  item->of.value.type = cti_read_component_valtype(c);
  uint32_t size = cti_cursor_u32(c);
  item->of.value.offset = cti_cursor_offset(c);
  item->of.value.bytes = cti_cursor_bytes(c, size);
}

/* Those of nested components are read by who wants them. */
static void read_item(cti_item *item, cti_cursor *c, cti_arena *arena) {
  switch (item->kind) {
    case CTI_ITEM_CUSTOM:
      item->of.custom.name = cti_cursor_name(c);
      item->of.custom.content = cti_cursor_rest(c);
      break;
    case CTI_ITEM_CORE_MODULE: item->of.module = cti_cursor_rest(c); break;
    case CTI_ITEM_CORE_INSTANCE: read_core_instance(item, c, arena); break;
    case CTI_ITEM_CORE_TYPE: item->of.core_type = cti_read_core_type(c, arena); break;
    case CTI_ITEM_COMPONENT: cti_cursor_rest(c); break;
    case CTI_ITEM_INSTANCE: read_instance(item, c, arena); break;
    case CTI_ITEM_ALIAS: cti_read_alias(&item->of.alias, c); break;
    case CTI_ITEM_TYPE: item->of.type = cti_read_ctype(c, arena, 0); break;
    case CTI_ITEM_CANON: read_canon(item, c, arena); break;
    case CTI_ITEM_START: read_start(item, c, arena); break;
    case CTI_ITEM_IMPORT: read_import(item, c, arena); break;
    case CTI_ITEM_EXPORT: read_export(item, c, arena); break;
    case CTI_ITEM_VALUE: read_value(item, c); break;
    case CTI_ITEM_COUNT: break;
  }
}

/* ---- item by item */

ct_status cti_component_reader_begin(cti_component_reader *out, ct_slice bytes, uint64_t base, uint32_t depth, ct_error *error) {
  *out = (cti_component_reader){.sections = cti_cursor_make(bytes, base, error), .depth = depth};
  if (depth > CTI_MAX_DEPTH) return cti_fail(error, CT_LIMIT, base, "components are nested more than %d deep", CTI_MAX_DEPTH);
  ct_kind kind;
  CTI_TRY(cti_preamble_read(&out->sections, &kind));
  if (kind == CT_KIND_COMPONENT) return CT_OK;
  cti_fail(error, CT_CORE_KIND, base, "this is a core module; a component is needed here");
  cti_error_hint(error, "`ctool component new` makes one of it");
  return CT_CORE_KIND;
}

static bool fail_reading(cti_component_reader *r) {
  r->sections.failed = true;
  return false;
}

bool cti_component_reader_section(cti_component_reader *r) {
  ct_error *error = r->sections.error;
  if (!cti_frame_next(&r->sections, &r->frame)) return false;
  r->section_count++;
  r->begun = false;
  r->items = cti_cursor_make(r->frame.payload, r->frame.payload_offset, error);
  if (r->frame.id < CTI_ITEM_COUNT) return true;
  cti_fail(error, CT_COMP_FORM, r->frame.offset, "unknown section code %u: those of components are 0 to %u", r->frame.id, CTI_ITEM_COUNT - 1);
  return fail_reading(r);
}

/* Nothing may be left of a section when its items were read. */
static void end_section(cti_component_reader *r) {
  const cti_component_section_info *info = &cti_component_sections[r->frame.id];
  if (cti_cursor_expect_end(&r->items, info->name) == CT_OK) return;
  if (r->frame.id != CTI_ITEM_COMPONENT) cti_error_trail(r->items.error, "%s section", info->name);
  cti_error_hint(r->items.error, "the form: https://github.com/WebAssembly/component-model/blob/main/design/mvp/Binary.md#%s", info->clause);
  fail_reading(r);
}

bool cti_component_reader_item(cti_component_reader *r, cti_item *out, cti_arena *arena) {
  const cti_component_section_info *info = &cti_component_sections[r->frame.id];
  cti_cursor *c = &r->items;
  if (!r->begun) r->left = info->is_vector ? cti_cursor_count(c, info->name) : 1;
  r->begun = true;
  *out = (cti_item){.kind = (cti_item_kind)r->frame.id, .section = r->section_count, .offset = cti_cursor_offset(c)};
  if (r->left && !c->failed) read_item(out, c, arena);
  if (r->left && !c->failed) {
    r->left--;
    return true;
  }
  if (!r->sections.failed) end_section(r);
  return false;
}

ct_status cti_component_reader_status(const cti_component_reader *reader) { return cti_cursor_status(&reader->sections); }

void cti_component_reader_fail_nested(cti_component_reader *r, uint32_t index) {
  cti_error_trail(r->items.error, "component %u", index);
  r->items.failed = true;
}

/* ---- a model of it all */

static ct_status decode(cti_component *out, ct_slice bytes, uint64_t base, cti_arena *arena, uint32_t depth);

/* A broken one is kept, too, with what was read of it. */
static ct_status decode_nested(cti_item *item, cti_component_reader *r, cti_arena *arena, uint32_t index) {
  item->of.component = CTI_NEW(arena, cti_component);
  if (!item->of.component) return CT_NOMEM;
  if (decode(item->of.component, r->frame.payload, r->frame.payload_offset, arena, r->depth + 1) != CT_OK) cti_component_reader_fail_nested(r, index);
  return CT_OK;
}

static ct_status decode_section(cti_component *out, cti_component_reader *r) {
  cti_item item;
  cti_component_section *section = cti_vec_add(out->arena, &out->sections);
  if (!section) return CT_NOMEM;
  section->frame = r->frame;
  section->first = out->items.count;
  while (cti_component_reader_item(r, &item, out->arena)) {
    if (item.kind == CTI_ITEM_COMPONENT) CTI_TRY(decode_nested(&item, r, out->arena, out->count[CTI_SORT_COMPONENT]));
    if (!cti_component_append(out, &item, false)) return CT_NOMEM;
  }
  section->count = out->items.count - section->first;
  return cti_component_reader_status(r);
}

static ct_status decode_sections(cti_component *out, ct_slice bytes, uint64_t base, uint32_t depth) {
  cti_component_reader reader;
  CTI_TRY(cti_component_reader_begin(&reader, bytes, base, depth, out->arena->error));
  while (cti_component_reader_section(&reader)) CTI_TRY(decode_section(out, &reader));
  return cti_component_reader_status(&reader);
}

static ct_status decode(cti_component *out, ct_slice bytes, uint64_t base, cti_arena *arena, uint32_t depth) {
  *out = (cti_component){.arena = arena, .bytes = bytes, .base = base};
  ct_status status = decode_sections(out, bytes, base, depth);
  out->broken = status != CT_OK;
  return status;
}

ct_status cti_component_decode(cti_component *out, ct_slice bytes, uint64_t base, cti_arena *arena) {
  ct_status status = decode(out, bytes, base, arena, 0);
  if (status != CT_OK) cti_hint_maker(arena->error, bytes, base);
  return status;
}
