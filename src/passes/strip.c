/* strip.c - removes custom sections at every depth. Flows in: the bytes of a module or component. Flows out: pieces of the input in order, with new
 * headers only where something nested shrank. Only the framing is read, so that what validate refuses can be stripped.
 * requires: well-formed framing. preserves: every kept section, byte for byte. breaks: nothing. */
#include "base/buf.h"
#include "base/regex.h"
#include "base/vec.h"
#include "core/framing.h"

typedef struct strip {
  cti_arena arena;
  const ct_strip_options *options;
  cti_regex_set *deleted, *keep;
  CTI_VEC(ct_slice) pieces;
} strip;

/* What tools after ctool read: names, interfaces, dynamic linking, and the features that an optimizer may use. */
static bool kept_by_default(ct_slice name) {
  return cti_slice_is(name, "name") || cti_slice_starts(name, CTI_LIT("component-type")) || cti_slice_is(name, "dylink.0") || cti_slice_is(name, "target_features");
}

static bool goes(strip *s, ct_slice name) {
  if (cti_regex_set_matches(s->keep, name, &s->arena)) return false;
  if (s->options->all) return true;
  if (s->options->deleted_count) return cti_regex_set_matches(s->deleted, name, &s->arena);
  return !kept_by_default(name);
}

/* Neighbours in the input become one piece. */
static ct_status put(strip *s, ct_slice bytes) {
  ct_slice *last = s->pieces.count ? cti_vec_last(&s->pieces) : NULL;
  if (last && last->size && last->data + last->size == bytes.data) last->size += bytes.size;
  else if (!cti_vec_push(&s->arena, &s->pieces, bytes)) return CT_NOMEM;
  return CT_OK;
}

static uint64_t size_from(const strip *s, uint32_t piece) {
  uint64_t size = 0;
  for (uint32_t i = piece; i < s->pieces.count; i++) size += s->pieces.items[i].size;
  return size;
}

/* The header of a section whose content is what was put since `piece`. The content is smaller than it was, so its size fits in a u32. */
static ct_status write_header(strip *s, uint32_t piece, uint8_t id) {
  uint8_t *at = cti_alloc(&s->arena, 6);
  if (!at) return CT_NOMEM;
  size_t used = 0;
  at[used++] = id;
  for (uint64_t rest = size_from(s, piece + 1);; rest >>= 7) {
    at[used++] = (uint8_t)((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
    if (rest <= 0x7f) break;
  }
  s->pieces.items[piece] = cti_slice(at, used);
  return CT_OK;
}

static ct_status strip_unit(strip *s, ct_slice bytes, uint64_t base, uint32_t depth, bool *changed);

/* A nested module or component: its section stays as it is unless something inside went. */
static ct_status strip_nested(strip *s, const cti_frame *frame, uint32_t depth, bool *changed) {
  uint32_t mark = s->pieces.count; /* an empty piece: the header's place, and what keeps the pieces before it from growing */
  bool shrank = false;
  if (!cti_vec_push(&s->arena, &s->pieces, ((ct_slice){NULL, 0}))) return CT_NOMEM;
  CTI_TRY(strip_unit(s, frame->payload, frame->payload_offset, depth + 1, &shrank));
  if (shrank) {
    *changed = true;
    return write_header(s, mark, frame->id);
  }
  s->pieces.count = mark;
  return put(s, frame->raw);
}

static ct_status strip_section(strip *s, ct_kind kind, const cti_frame *frame, uint32_t depth, bool *changed) {
  if (frame->id == CTI_SECTION_CUSTOM) {
    ct_slice name, rest;
    CTI_TRY(cti_custom_name(frame, &name, &rest, s->arena.error));
    bool gone = goes(s, name);
    if (s->arena.error->status != CT_OK) return s->arena.error->status;
    *changed |= gone;
    return gone ? CT_OK : put(s, frame->raw);
  }
  bool nested = kind == CT_KIND_COMPONENT && (frame->id == CTI_COMPONENT_SECTION_MODULE || frame->id == CTI_COMPONENT_SECTION_COMPONENT);
  return nested ? strip_nested(s, frame, depth, changed) : put(s, frame->raw);
}

static ct_status strip_unit(strip *s, ct_slice bytes, uint64_t base, uint32_t depth, bool *changed) {
  if (depth > CTI_MAX_DEPTH) return cti_fail(s->arena.error, CT_LIMIT, base, "components are nested more than %d deep", CTI_MAX_DEPTH);
  cti_cursor c = cti_cursor_make(bytes, base, s->arena.error);
  ct_kind kind;
  CTI_TRY(cti_preamble_read(&c, &kind));
  CTI_TRY(put(s, cti_slice_cut(bytes, 0, CTI_PREAMBLE_SIZE)));
  cti_frame frame;
  while (cti_frame_next(&c, &frame)) CTI_TRY(strip_section(s, kind, &frame, depth, changed));
  return cti_cursor_status(&c);
}

void ct_pieces_free(ct_pieces *pieces) {
  cti_arena *arena = pieces->owner;
  if (arena) {
    cti_arena_free(arena);
    cti_free(arena);
  }
  *pieces = (ct_pieces){0};
}

/* The pieces go to the caller, with the arena that holds them. */
static ct_status hand_over(strip *s, ct_pieces *out) {
  cti_arena *owner = cti_malloc(sizeof *owner);
  if (!owner) return cti_fail(s->arena.error, CT_NOMEM, CT_NO_OFFSET, "out of memory");
  *owner = s->arena;
  owner->error = NULL; /* nothing is allocated there any more */
  *out = (ct_pieces){s->pieces.items, s->pieces.count, owner};
  return CT_OK;
}

static ct_status run(strip *s, ct_slice bytes) {
  CTI_TRY(cti_regex_set_make(&s->deleted, s->options->deleted, s->options->deleted_count, &s->arena));
  CTI_TRY(cti_regex_set_make(&s->keep, s->options->keep, s->options->keep_count, &s->arena));
  bool changed = false;
  return strip_unit(s, bytes, 0, 0, &changed);
}

ct_status ct_strip(ct_pieces *out, ct_slice bytes, const ct_strip_options *options, ct_error *error) {
  static const ct_strip_options defaults;
  strip s = {.options = options ? options : &defaults};
  *out = (ct_pieces){0};
  cti_arena_init(&s.arena, error);
  ct_status status = run(&s, bytes);
  cti_regex_set_free(s.deleted);
  cti_regex_set_free(s.keep);
  if (status == CT_OK) status = hand_over(&s, out);
  if (status != CT_OK) cti_arena_free(&s.arena);
  return status;
}
