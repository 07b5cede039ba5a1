/* regex_windows.c - its C library has no regular expressions, so that a pattern is refused; commands that are given none work as everywhere. */
#include "base/regex.h"

struct cti_regex_set {
  char unused;
};

ct_status cti_regex_set_make(cti_regex_set **out, const char *const *patterns, size_t count, cti_arena *arena) {
  *out = CTI_NEW(arena, cti_regex_set);
  if (!*out) return arena->error->status;
  if (count == 0) return CT_OK;
  cti_fail(arena->error, CT_USAGE, CT_NO_OFFSET, "there are no regular expressions on Windows, so \"%s\" cannot be one", patterns[0]);
  cti_error_hint(arena->error, "run this on another system: the bytes that are written are the same on each");
  return CT_USAGE;
}

void cti_regex_set_free(cti_regex_set *set) { (void)set; }

bool cti_regex_set_matches(cti_regex_set *set, ct_slice text, cti_arena *arena) {
  (void)set, (void)text, (void)arena;
  return false;
}
