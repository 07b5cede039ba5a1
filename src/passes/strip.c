/* strip.c - removes custom sections at every depth. Flows in: the bytes of a module or component. Flows out: pieces of the input in order, with new
 * headers only where something nested shrank. Only the framing is read, so that what validate refuses can be stripped.
 * requires: well-formed framing. preserves: every kept section, byte for byte. breaks: nothing. */
#include "base/regex.h"
#include "core/rewrite.h"

typedef struct strip {
  const ct_strip_options *options;
  cti_regex_set *deleted, *keep;
} strip;

/* What tools after ctool read: names, interfaces, dynamic linking, and the features that an optimizer may use. */
static bool kept_by_default(ct_slice name, bool like_wasm_tools) {
  if (like_wasm_tools) return cti_slice_is(name, "name") || cti_slice_starts(name, CTI_LIT("component-type:")) || cti_slice_is(name, "dylink.0");
  return cti_slice_is(name, "name") || cti_slice_starts(name, CTI_LIT("component-type")) || cti_slice_is(name, "dylink.0") || cti_slice_is(name, "target_features");
}

static bool goes(strip *s, ct_slice name, cti_arena *arena) {
  if (cti_regex_set_matches(s->keep, name, arena)) return false;
  if (s->options->all) return true;
  if (s->options->deleted_count) return cti_regex_set_matches(s->deleted, name, arena);
  return !kept_by_default(name, s->options->like_wasm_tools);
}

static ct_status custom(void *context, cti_pieces *out, const cti_unit *unit, const cti_custom_section *section, ct_slice *raw) {
  (void)unit;
  if (goes(context, section->name, &out->arena)) *raw = (ct_slice){NULL, 0};
  return out->arena.error->status;
}

static ct_status run(strip *s, cti_pieces *out, ct_slice bytes) {
  bool changed;
  CTI_TRY(cti_regex_set_make(&s->deleted, s->options->deleted, s->options->deleted_count, &out->arena));
  CTI_TRY(cti_regex_set_make(&s->keep, s->options->keep, s->options->keep_count, &out->arena));
  return cti_rewrite(out, &(cti_rewriter){custom, NULL, s}, bytes, &changed);
}

ct_status ct_strip(ct_pieces *out, ct_slice bytes, const ct_strip_options *options, ct_error *error) {
  static const ct_strip_options defaults;
  strip s = {.options = options ? options : &defaults};
  cti_pieces pieces = {0};
  *out = (ct_pieces){0};
  cti_arena_init(&pieces.arena, error);
  ct_status status = run(&s, &pieces, bytes);
  cti_regex_set_free(s.deleted);
  cti_regex_set_free(s.keep);
  return cti_pieces_give(out, &pieces, status);
}
