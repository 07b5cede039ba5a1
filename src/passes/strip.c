/* strip.c - removes custom sections at every depth. Flows in: the bytes of a module or component. Flows out: pieces of the input in order, with new
 * headers only where something nested shrank. Only the framing is read, so that what validate refuses can be stripped.
 * requires: well-formed framing. preserves: every kept section, byte for byte. breaks: nothing. */
#include "base/pieces.h"
#include "base/regex.h"
#include "core/framing.h"

typedef struct strip {
  cti_pieces out;
  const ct_strip_options *options;
  cti_regex_set *deleted, *keep;
} strip;

/* What tools after ctool read: names, interfaces, dynamic linking, and the features that an optimizer may use. */
static bool kept_by_default(ct_slice name) {
  return cti_slice_is(name, "name") || cti_slice_starts(name, CTI_LIT("component-type")) || cti_slice_is(name, "dylink.0") || cti_slice_is(name, "target_features");
}

static bool goes(strip *s, ct_slice name) {
  if (cti_regex_set_matches(s->keep, name, &s->out.arena)) return false;
  if (s->options->all) return true;
  if (s->options->deleted_count) return cti_regex_set_matches(s->deleted, name, &s->out.arena);
  return !kept_by_default(name);
}

static ct_status strip_unit(strip *s, ct_slice bytes, uint64_t base, uint32_t depth, bool *changed);

/* A nested module or component: its section stays as it is unless something inside went. */
static ct_status strip_nested(strip *s, const cti_frame *frame, uint32_t depth, bool *changed) {
  uint32_t mark = s->out.list.count; /* an empty piece: the header's place, and what keeps the pieces before it from growing */
  bool shrank = false;
  if (!cti_vec_push(&s->out.arena, &s->out.list, ((ct_slice){NULL, 0}))) return CT_NOMEM;
  CTI_TRY(strip_unit(s, frame->payload, frame->payload_offset, depth + 1, &shrank));
  if (shrank) {
    *changed = true;
    return cti_pieces_header(&s->out, mark, frame->id, cti_pieces_size(&s->out, mark + 1));
  }
  s->out.list.count = mark;
  return cti_pieces_put(&s->out, frame->raw);
}

static ct_status strip_section(strip *s, ct_kind kind, const cti_frame *frame, uint32_t depth, bool *changed) {
  if (frame->id == CTI_SECTION_CUSTOM) {
    ct_slice name, rest;
    CTI_TRY(cti_custom_name(frame, &name, &rest, s->out.arena.error));
    bool gone = goes(s, name);
    if (s->out.arena.error->status != CT_OK) return s->out.arena.error->status;
    *changed |= gone;
    return gone ? CT_OK : cti_pieces_put(&s->out, frame->raw);
  }
  bool nested = kind == CT_KIND_COMPONENT && (frame->id == CTI_COMPONENT_SECTION_MODULE || frame->id == CTI_COMPONENT_SECTION_COMPONENT);
  return nested ? strip_nested(s, frame, depth, changed) : cti_pieces_put(&s->out, frame->raw);
}

static ct_status strip_unit(strip *s, ct_slice bytes, uint64_t base, uint32_t depth, bool *changed) {
  if (depth > CTI_MAX_DEPTH) return cti_fail(s->out.arena.error, CT_LIMIT, base, "components are nested more than %d deep", CTI_MAX_DEPTH);
  cti_cursor c = cti_cursor_make(bytes, base, s->out.arena.error);
  ct_kind kind;
  CTI_TRY(cti_preamble_read(&c, &kind));
  CTI_TRY(cti_pieces_put(&s->out, cti_slice_cut(bytes, 0, CTI_PREAMBLE_SIZE)));
  cti_frame frame;
  while (cti_frame_next(&c, &frame)) CTI_TRY(strip_section(s, kind, &frame, depth, changed));
  return cti_cursor_status(&c);
}

static ct_status run(strip *s, ct_slice bytes) {
  CTI_TRY(cti_regex_set_make(&s->deleted, s->options->deleted, s->options->deleted_count, &s->out.arena));
  CTI_TRY(cti_regex_set_make(&s->keep, s->options->keep, s->options->keep_count, &s->out.arena));
  bool changed = false;
  return strip_unit(s, bytes, 0, 0, &changed);
}

ct_status ct_strip(ct_pieces *out, ct_slice bytes, const ct_strip_options *options, ct_error *error) {
  static const ct_strip_options defaults;
  strip s = {.options = options ? options : &defaults};
  *out = (ct_pieces){0};
  cti_arena_init(&s.out.arena, error);
  ct_status status = run(&s, bytes);
  cti_regex_set_free(s.deleted);
  cti_regex_set_free(s.keep);
  return cti_pieces_give(out, &s.out, status);
}
