/* unit_pieces.c - a core module as it goes into the component. Flows in: its sections as they were read. Flows out: slices of the input in order, with small
 * new ones for what changed: headers, producers, the import section when names in it had to be told apart, the module's name. Bodies are not copied. */
#include "compose/core_make.h"
#include "compose/units.h"
#include "core/core_write.h"

typedef struct piecer {
  cti_plan *plan;
  cti_unit *unit;
  CTI_VEC(ct_slice) pieces;
  bool has_producers, has_names, has_start, has_elems;
} piecer;

static ct_status failed(const piecer *p) { return p->plan->arena->error->status; }

/* Neighbours in the input become one piece. */
static ct_status put(piecer *p, ct_slice bytes) {
  ct_slice *last = p->pieces.count ? cti_vec_last(&p->pieces) : NULL;
  if (last && last->size && last->data + last->size == bytes.data) last->size += bytes.size;
  else if (bytes.size && !cti_vec_push(p->plan->arena, &p->pieces, bytes)) return CT_NOMEM;
  return CT_OK;
}

static ct_status put_header(piecer *p, uint8_t id, size_t size) {
  cti_buf header = {0};
  cti_buf_u8(&header, id);
  cti_buf_uleb(&header, size);
  ct_slice bytes = cti_take(&header, p->plan->arena);
  return bytes.data ? put(p, bytes) : failed(p);
}

/* A section as it was, its size in the shortest form: linkers pad it. */
static ct_status put_section(piecer *p, const cti_frame *frame) {
  if (frame->raw.size == 1 + cti_uleb_size(frame->payload.size) + frame->payload.size) return put(p, frame->raw);
  CTI_TRY(put_header(p, frame->id, frame->payload.size));
  return put(p, frame->payload);
}

static ct_status put_made(piecer *p, uint8_t id, cti_buf *content) {
  ct_slice bytes = cti_take(content, p->plan->arena);
  if (!bytes.data) return failed(p);
  CTI_TRY(put_header(p, id, bytes.size));
  return put(p, bytes);
}

/* ---- imports that have other names in the component: told apart, or short ones */

static ct_status put_imports(piecer *p) {
  const cti_unit *unit = p->unit;
  cti_buf content = {0};
  cti_import *imports = CTI_NEW_N(p->plan->arena, cti_import, unit->module.imports.count);
  if (!imports) return CT_NOMEM;
  for (uint32_t i = 0; i < unit->module.imports.count; i++) imports[i] = unit->module.imports.items[i];
  for (uint32_t g = 0; g < unit->groups.count; g++)
    for (uint32_t i = 0; i < unit->groups.items[g].count; i++) {
      const cti_use *use = &unit->uses.items[unit->groups.items[g].first + i];
      imports[use->import].module = unit->groups.items[g].module;
      imports[use->import].name = use->field;
    }
  cti_buf_uleb(&content, unit->module.imports.count);
  for (uint32_t i = 0; i < unit->module.imports.count; i++) cti_write_import(&content, &imports[i]);
  return put_made(p, CTI_SECTION_IMPORT, &content);
}

static ct_status put_exports(piecer *p) {
  const cti_module *module = &p->unit->module;
  cti_buf content = {0};
  cti_buf_uleb(&content, module->exports.count);
  for (uint32_t i = 0; i < module->exports.count; i++) cti_write_export(&content, &module->exports.items[i]);
  return put_made(p, CTI_SECTION_EXPORT, &content);
}

/* ---- globals, when the stack pointer was lowered (adapter_place.c) */

static ct_status put_globals(piecer *p) {
  CTI_TRY(put_header(p, CTI_SECTION_GLOBAL, p->plan->main_globals.size));
  return put(p, p->plan->main_globals);
}

/* ---- what the direct layout adds (layout.c) */

static ct_status put_start(piecer *p) {
  cti_buf content = {0};
  cti_buf_uleb(&content, p->unit->start);
  return put_made(p, CTI_SECTION_START, &content);
}

/* Neighbours share a segment: table, place, functions. */
static void write_slots(cti_buf *out, const cti_unit *unit, uint32_t *segments) {
  for (uint32_t i = 0, end; i < unit->slots.count; i = end, (*segments)++) {
    for (end = i + 1; end < unit->slots.count && unit->slots.items[end].slot == unit->slots.items[end - 1].slot + 1;) end++;
    cti_buf_bytes(out, unit->drops_table ? CTI_LIT("\2\1\x41") : CTI_LIT("\0\x41")); /* 2: tells the table, and after the place the kind */
    cti_buf_sleb(out, unit->slots.items[i].slot);
    cti_buf_u8(out, 0x0b);
    if (unit->drops_table) cti_buf_u8(out, 0); /* functions */
    cti_buf_uleb(out, end - i);
    for (uint32_t k = i; k < end; k++) cti_buf_uleb(out, unit->slots.items[k].func);
  }
}

/* The segments that there are, and those for the slots. */
static ct_status put_elems(piecer *p, const cti_section *old) {
  cti_cursor c = cti_cursor_make(old ? old->frame.payload : (ct_slice){NULL, 0}, old ? old->frame.offset : 0, p->plan->arena->error);
  uint32_t count = old ? cti_cursor_u32(&c) : 0, added = 0;
  cti_buf slots = {0}, content = {0};
  write_slots(&slots, p->unit, &added);
  cti_buf_uleb(&content, count + added);
  if (old) cti_buf_bytes(&content, cti_cursor_rest(&c));
  cti_buf_bytes(&content, cti_buf_slice(&slots));
  content.failed |= slots.failed; /* what was lost there is lost here */
  ct_buf_free(&slots);
  CTI_TRY(put_made(p, CTI_SECTION_ELEM, &content));
  return failed(p);
}

/* Sections that the input does not have, when those that come before them are done. */
static ct_status put_missing(piecer *p, uint8_t next) {
  const cti_unit *unit = p->unit;
  uint8_t order = next == CTI_SECTION_CUSTOM ? 0 : cti_section_order(next);
  if (!p->has_start && order > cti_section_order(CTI_SECTION_START)) {
    p->has_start = true;
    if (unit->start != UINT32_MAX) CTI_TRY(put_start(p));
  }
  if (p->has_elems || order <= cti_section_order(CTI_SECTION_ELEM)) return CT_OK;
  p->has_elems = true;
  return unit->slots.count && !cti_module_section(&unit->module, CTI_SECTION_ELEM) ? put_elems(p, NULL) : CT_OK;
}

/* ---- producers: those of the module, and those that its component-type sections name */

static ct_status put_producers(piecer *p, const cti_section *old) {
  cti_producers all = {0};
  ct_error ignored;
  ct_error_clear(&ignored);
  if (old && cti_producers_parse(&all, old->content, 0, p->plan->arena, &ignored)) return failed(p) ? failed(p) : put_section(p, &old->frame); /* not readable: stays */
  CTI_TRY(cti_producers_merge(&all, &p->unit->bindings.producers, p->plan->arena));
  cti_buf content = {0};
  cti_buf_name(&content, CTI_LIT("producers"));
  cti_producers_write(&content, &all);
  return put_made(p, CTI_SECTION_CUSTOM, &content);
}

/* ---- the module's name: of adapters and libraries, so that a debugger tells them apart */

/* The name section with the new module name first; its other parts stay. `content` may be empty. */
static ct_status put_names(piecer *p, ct_slice content) {
  ct_slice name = cti_unit_debug_name(p->plan, p->unit);
  ct_error ignored;
  ct_error_clear(&ignored);
  cti_cursor c = cti_cursor_make(content, 0, &ignored);
  cti_subsection part;
  cti_buf made = {0};
  if (!name.data) return failed(p);
  cti_buf_name(&made, CTI_LIT("name"));
  cti_buf_u8(&made, CTI_NAME_MODULE);
  cti_buf_uleb(&made, cti_uleb_size(name.size) + name.size);
  cti_buf_name(&made, name);
  while (cti_subsection_next(&part, &c))
    if (part.code != CTI_NAME_MODULE && part.code < CTI_NAME_KINDS) cti_buf_bytes(&made, part.raw);
  return put_made(p, CTI_SECTION_CUSTOM, &made);
}

/* ---- all sections */

static bool wants_producers(const piecer *p) { return p->unit->kind == CTI_UNIT_MAIN && p->unit->bindings.producers.fields.count; }

static bool wants_name(const piecer *p) { return p->unit->kind != CTI_UNIT_MAIN && !p->plan->options->no_debug_names && (!p->unit->is_builtin || p->plan->options->adapter_names); }

static ct_status put_custom(piecer *p, const cti_section *section) {
  if (cti_slice_starts(section->name, CTI_LIT(CTI_COMPONENT_TYPE_SECTION))) return CT_OK;
  if (wants_producers(p) && !p->has_producers && cti_slice_is(section->name, "producers")) {
    p->has_producers = true;
    return put_producers(p, section);
  }
  if (wants_name(p) && !p->has_names && cti_slice_is(section->name, "name")) {
    p->has_names = true;
    return put_names(p, section->content);
  }
  return put_section(p, &section->frame);
}

static ct_status put_known(piecer *p, const cti_section *section) {
  const cti_unit *unit = p->unit;
  switch (section->frame.id) {
  case CTI_SECTION_IMPORT: return unit->has_renamed_imports ? put_imports(p) : put_section(p, &section->frame);
  case CTI_SECTION_EXPORT: return unit->has_renamed_exports ? put_exports(p) : put_section(p, &section->frame);
  case CTI_SECTION_GLOBAL: return unit->kind == CTI_UNIT_MAIN && p->plan->main_globals.data ? put_globals(p) : put_section(p, &section->frame);
  case CTI_SECTION_MEMORY: return unit->drops_memory ? CT_OK : put_section(p, &section->frame);
  case CTI_SECTION_TABLE: return unit->drops_table ? CT_OK : put_section(p, &section->frame);
  case CTI_SECTION_ELEM: return unit->slots.count ? put_elems(p, section) : put_section(p, &section->frame);
  default: return put_section(p, &section->frame);
  }
}

static ct_status put_all(piecer *p) {
  const cti_module *module = &p->unit->module;
  CTI_TRY(put(p, cti_slice_cut(p->unit->bytes, 0, CTI_PREAMBLE_SIZE)));
  for (uint32_t i = 0; i < module->sections.count; i++) {
    const cti_section *section = &module->sections.items[i];
    CTI_TRY(put_missing(p, section->frame.id));
    CTI_TRY(section->frame.id == CTI_SECTION_CUSTOM ? put_custom(p, section) : put_known(p, section));
  }
  if (wants_name(p) && !p->has_names) CTI_TRY(put_names(p, (ct_slice){NULL, 0}));
  return wants_producers(p) && !p->has_producers ? put_producers(p, NULL) : CT_OK;
}

ct_status cti_unit_pieces(cti_plan *plan, uint32_t unit) {
  piecer p = {.plan = plan, .unit = &plan->units.items[unit]};
  CTI_TRY(put_all(&p));
  p.unit->pieces = p.pieces.items;
  p.unit->piece_count = p.pieces.count;
  return CT_OK;
}
