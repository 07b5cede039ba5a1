/* rewrite.c - walks the sections of a module or component and of all that is nested in it. Flows in: bytes and a visitor of custom sections. Flows out:
 * pieces of the input in order, with new headers only where something nested changed. */
#include "core/rewrite.h"

typedef struct rewrite {
  cti_pieces *out;
  const cti_rewriter *by;
  uint32_t units;
} rewrite;

static ct_status rewrite_unit(rewrite *r, ct_slice bytes, uint64_t offset, uint32_t depth, bool *changed);

/* A nested module or component: its section stays as it is unless something inside changed. */
static ct_status rewrite_nested(rewrite *r, const cti_frame *frame, uint32_t depth, bool *changed) {
  uint32_t mark = r->out->list.count; /* an empty piece: the header's place, and what keeps the pieces before it from growing */
  bool inside = false;
  if (!cti_vec_push(&r->out->arena, &r->out->list, ((ct_slice){NULL, 0}))) return CT_NOMEM;
  CTI_TRY(rewrite_unit(r, frame->payload, frame->payload_offset, depth + 1, &inside));
  if (inside) {
    *changed = true;
    return cti_pieces_header(r->out, mark, frame->id, cti_pieces_size(r->out, mark + 1));
  }
  r->out->list.count = mark;
  return cti_pieces_put(r->out, frame->raw);
}

static ct_status rewrite_section(rewrite *r, const cti_unit *unit, const cti_frame *frame, bool *changed) {
  if (frame->id != CTI_SECTION_CUSTOM) {
    bool nested = unit->kind == CT_KIND_COMPONENT && (frame->id == CTI_COMPONENT_SECTION_MODULE || frame->id == CTI_COMPONENT_SECTION_COMPONENT);
    return nested ? rewrite_nested(r, frame, unit->depth, changed) : cti_pieces_put(r->out, frame->raw);
  }
  cti_custom_section section = {.raw = frame->raw};
  ct_slice raw = frame->raw;
  CTI_TRY(cti_custom_name(frame, &section.name, &section.content, r->out->arena.error));
  section.offset = frame->payload_offset + (frame->payload.size - section.content.size);
  CTI_TRY(r->by->custom(r->by->context, r->out, unit, &section, &raw));
  *changed |= raw.data != frame->raw.data || raw.size != frame->raw.size;
  return raw.size ? cti_pieces_put(r->out, raw) : CT_OK;
}

static ct_status rewrite_unit(rewrite *r, ct_slice bytes, uint64_t offset, uint32_t depth, bool *changed) {
  if (depth > CTI_MAX_DEPTH) return cti_fail(r->out->arena.error, CT_LIMIT, offset, "components are nested more than %d deep", CTI_MAX_DEPTH);
  cti_unit unit = {.number = r->units++, .depth = depth, .offset = offset, .bytes = bytes};
  cti_cursor c = cti_cursor_make(bytes, offset, r->out->arena.error);
  CTI_TRY(cti_preamble_read(&c, &unit.kind));
  CTI_TRY(cti_pieces_put(r->out, cti_slice_cut(bytes, 0, CTI_PREAMBLE_SIZE)));
  for (cti_frame frame; cti_frame_next(&c, &frame);) CTI_TRY(rewrite_section(r, &unit, &frame, changed));
  CTI_TRY(cti_cursor_status(&c));
  return r->by->end ? r->by->end(r->by->context, r->out, &unit, changed) : CT_OK;
}

ct_status cti_rewrite(cti_pieces *out, const cti_rewriter *rewriter, ct_slice bytes, bool *changed) {
  rewrite r = {out, rewriter, 0};
  *changed = false;
  return rewrite_unit(&r, bytes, 0, 0, changed);
}

ct_slice cti_custom_make(cti_pieces *out, ct_slice name, cti_buf *content) {
  cti_buf section = {0};
  cti_buf_u8(&section, CTI_SECTION_CUSTOM);
  size_t mark = cti_buf_open(&section);
  cti_buf_name(&section, name);
  cti_buf_bytes(&section, cti_buf_slice(content));
  cti_buf_close(&section, mark);
  section.failed |= content->failed;
  ct_buf_free(content);
  return cti_take(&section, &out->arena);
}
