/* strip: what comes out behaves as what came in, since at every depth nothing but custom sections went: all else is there byte for byte, in order. Sections that
 * stay are sections of the input, in order; what was valid is valid; and stripping again changes nothing. (tests/differential/strip.py calls exports before and after.) */
#include <string.h>

#include "core/framing.h"
#include "pieces.h"
#include "target.h"

typedef struct joined {
  uint8_t *bytes;
  size_t size;
} joined;

static ct_slice slice(joined j) { return (ct_slice){j.bytes, j.size}; }

/* False with the message checked. */
static bool strip(joined *out, ct_slice bytes, const ct_strip_options *options) {
  ct_pieces pieces = {0};
  ct_error error = {0};
  ct_status status = ct_strip(&pieces, bytes, options, &error);
  *out = (joined){NULL, 0};
  if (status == CT_OK) out->bytes = pieces_join(&pieces, &out->size);
  else FUZZ_CHECK(error.status == status && error.message[0]);
  ct_pieces_free(&pieces);
  return status == CT_OK;
}

/* ---- nothing but custom sections went */

/* What strip writes itself. */
static bool is_made(const cti_frame *frame, const ct_strip_options *options) {
  ct_slice name, content;
  ct_error ignored = {0};
  if (cti_custom_name(frame, &name, &content, &ignored) != CT_OK) return false;
  return (options->reproducible && cti_slice_is(name, "producers")) || (options->debug && (cti_slice_is(name, "build_id") || cti_slice_is(name, "external_debug_info")));
}

/* The next section that is not custom. Each custom one on the way must be what comes next in `original`, but for those that are left out of that. */
static bool next_plain(cti_cursor *c, cti_frame *frame, cti_cursor *original, const ct_strip_options *options) {
  while (cti_frame_next(c, frame)) {
    if (frame->id != CTI_SECTION_CUSTOM) return true;
    if (!original || is_made(frame, options)) continue;
    cti_frame old = {0};
    while (cti_frame_next(original, &old) && !cti_slice_eq(old.raw, frame->raw)) continue;
    FUZZ_CHECK(cti_slice_eq(old.raw, frame->raw));
  }
  FUZZ_CHECK(!c->failed);
  return false;
}

static void check_same(ct_slice before, ct_slice after, const ct_strip_options *options) {
  ct_error error = {0};
  cti_frame old, new;
  FUZZ_CHECK(after.size >= CTI_PREAMBLE_SIZE && !memcmp(before.data, after.data, CTI_PREAMBLE_SIZE));
  cti_cursor a = cti_cursor_make(cti_slice_cut(before, CTI_PREAMBLE_SIZE, before.size), 0, &error), b = cti_cursor_make(cti_slice_cut(after, CTI_PREAMBLE_SIZE, after.size), 0, &error);
  cti_cursor customs = a;
  bool is_component = ct_kind_of(before) == CT_KIND_COMPONENT;
  while (next_plain(&a, &old, NULL, options)) {
    FUZZ_CHECK(next_plain(&b, &new, &customs, options) && old.id == new.id);
    if (is_component && (old.id == CTI_COMPONENT_SECTION_MODULE || old.id == CTI_COMPONENT_SECTION_COMPONENT)) check_same(old.payload, new.payload, options);
    else FUZZ_CHECK(cti_slice_eq(old.raw, new.raw));
  }
  FUZZ_CHECK(!next_plain(&b, &new, &customs, options));
}

/* ---- what was valid is valid */

static ct_status verdict(ct_slice bytes) {
  ct_error error = {0};
  ct_validate_options options = with_features("all");
  options.threads = 1;
  return ct_validate(bytes, &options, &error);
}

/* ---- the ways to strip */

static void check(ct_slice bytes, const ct_strip_options *options) {
  joined once, twice;
  if (!strip(&once, bytes, options)) return;
  check_same(bytes, slice(once), options);
  if (!options->debug) FUZZ_CHECK(once.size <= bytes.size);
  if (verdict(bytes) == CT_OK) {
    ct_status status = verdict(slice(once));
    FUZZ_CHECK(status == CT_OK || is_starved(status));
  }
  ct_strip_options again = *options;
  again.debug = NULL; /* the second time, there would be nothing to split */
  if (strip(&twice, slice(once), &again)) FUZZ_CHECK(options->debug || cti_slice_eq(slice(once), slice(twice)));
  free(once.bytes);
  free(twice.bytes);
}

static ct_status keep(void *context, const char *name, ct_slice bytes, ct_error *error) {
  (void)error;
  FUZZ_CHECK(name[0] && bytes.size >= 8);
  *(size_t *)context += 1;
  return CT_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  ct_slice bytes = {data, size};
  size_t files = 0;
  ct_buf report = {0};
  const char *some[] = {"^.[a-m]", "producers"};
  check(bytes, &(ct_strip_options){0});
  check(bytes, &(ct_strip_options){.all = true});
  check(bytes, &(ct_strip_options){.deleted = some, .deleted_count = 2, .keep = some + 1, .keep_count = 1});
  ct_strip_options split = {.reproducible = true, .debug = keep, .report = &report, .context = &files};
  check(bytes, &split);
  ct_buf_free(&report);
  return 0;
}
