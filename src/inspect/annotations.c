/* annotations.c - reads the metadata of a module or component at every depth. Flows in: bytes. Flows out: a list of units with slices of the input.
 * Only the framing is read, and of custom sections those that hold metadata. */
#include "inspect/annotations.h"

#include "base/utf8.h"

const char *const cti_annotation_names[CT_ANNOTATIONS] = {
#define CT_ANNOTATION(symbol, name, rank) [CT_ANNOTATION_##symbol] = name,
#include "inspect/annotations.def"
#undef CT_ANNOTATION
};

const char *cti_names_section(ct_kind kind) { return kind == CT_KIND_MODULE ? "name" : "component-name"; }

/* Of the names the unit's own: the rest may be most of the file. */
static ct_status read_name(cti_meta_unit *unit, ct_slice content, uint64_t offset, ct_error *error) {
  cti_cursor c = cti_cursor_make(content, offset, error);
  for (cti_subsection sub; cti_subsection_next(&sub, &c);) {
    if (sub.code != CTI_NAME_MODULE) continue;
    unit->name = cti_cursor_name(&sub.c);
    CTI_TRY(cti_cursor_expect_end(&sub.c, "the name"));
  }
  return cti_cursor_status(&c);
}

static ct_status read_text(ct_slice *out, ct_slice content, uint64_t offset, const char *name, ct_error *error) {
  size_t valid = cti_utf8_valid_prefix(content);
  if (valid < content.size) return cti_fail(error, CT_CORE_UTF8, offset + valid, "the text of the custom section `%s` is not UTF-8", name);
  *out = content;
  return CT_OK;
}

static ct_status read_custom(cti_meta_unit *unit, const cti_frame *frame, cti_arena *arena) {
  ct_slice name, content;
  CTI_TRY(cti_custom_name(frame, &name, &content, arena->error));
  uint64_t offset = frame->payload_offset + (frame->payload.size - content.size);
  if (cti_slice_is(name, cti_names_section(unit->kind))) return read_name(unit, content, offset, arena->error);
  if (cti_slice_is(name, "producers")) {
    unit->has_producers = true;
    return cti_producers_parse(&unit->producers, content, offset, arena, arena->error);
  }
  for (int i = 0; i < CT_ANNOTATIONS; i++) {
    if (cti_slice_is(name, cti_annotation_names[i])) return read_text(&unit->annotations[i], content, offset, cti_annotation_names[i], arena->error);
  }
  return CT_OK;
}

static ct_status read_unit(cti_meta *out, ct_slice bytes, uint64_t base, uint32_t parent, uint32_t depth, cti_arena *arena) {
  if (depth > CTI_MAX_DEPTH) return cti_fail(arena->error, CT_LIMIT, base, "components are nested more than %d deep", CTI_MAX_DEPTH);
  cti_cursor c = cti_cursor_make(bytes, base, arena->error);
  uint32_t index = out->units.count;
  cti_meta_unit unit = {.parent = parent, .from = base, .to = base + bytes.size};
  CTI_TRY(cti_preamble_read(&c, &unit.kind));
  if (!cti_vec_push(arena, &out->units, unit)) return CT_NOMEM;
  for (cti_frame frame; cti_frame_next(&c, &frame);) {
    bool nested = unit.kind == CT_KIND_COMPONENT && (frame.id == CTI_COMPONENT_SECTION_MODULE || frame.id == CTI_COMPONENT_SECTION_COMPONENT);
    if (nested) CTI_TRY(read_unit(out, frame.payload, frame.payload_offset, index, depth + 1, arena));
    else if (frame.id == CTI_SECTION_CUSTOM) CTI_TRY(read_custom(&unit, &frame, arena));
  }
  unit.end = out->units.count;
  out->units.items[index] = unit;
  return cti_cursor_status(&c);
}

ct_status cti_meta_read(cti_meta *out, ct_slice bytes, cti_arena *arena) {
  *out = (cti_meta){0};
  return read_unit(out, bytes, 0, UINT32_MAX, 0, arena);
}
