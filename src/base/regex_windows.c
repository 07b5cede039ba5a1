/* regex_windows.c - its C library has no regular expressions. Those of names alone are taken: characters, `.`, `\` before one, and `^` and `$` at the ends. That is
 * what ctool asks for by itself, and most of what its users do; others are refused. */
#include "base/regex.h"

#include <string.h>

struct cti_regex_set {
  const char *const *patterns; /* the caller's */
  size_t count;
};

static bool is_of_a_name(const char *pattern) {
  for (const char *at = pattern; *at; at++) {
    if (strchr("*+?{[(|", *at) || (*at == '^' && at != pattern) || (*at == '$' && at[1])) return false;
    if (*at == '\\' && (!*++at || (*at >= '0' && *at <= '9') || (*at >= 'A' && *at <= 'Z') || (*at >= 'a' && *at <= 'z'))) return false; /* a class, or nothing */
  }
  return true;
}

ct_status cti_regex_set_make(cti_regex_set **out, const char *const *patterns, size_t count, cti_arena *arena) {
  cti_regex_set *set = *out = CTI_NEW(arena, cti_regex_set);
  if (!set) return arena->error->status;
  *set = (cti_regex_set){patterns, count};
  for (size_t i = 0; i < count; i++) {
    if (is_of_a_name(patterns[i])) continue;
    cti_fail(arena->error, CT_USAGE, CT_NO_OFFSET, "on Windows there are no regular expressions but those of names (characters, a dot for any, ^ and $), so \"%s\" cannot be one", patterns[i]);
    cti_error_hint(arena->error, "give several of these, or run this on another system: the bytes that are written are the same on each");
    return CT_USAGE;
  }
  return CT_OK;
}

void cti_regex_set_free(cti_regex_set *set) { (void)set; } /* the arena's */

/* Does `text` go on with the pattern from `at` on? */
static bool goes_on(const char *pattern, ct_slice text, size_t at) {
  for (; *pattern && *pattern != '$'; pattern++, at++) {
    bool any = *pattern == '.';
    if (*pattern == '\\') pattern++;
    if (at == text.size || (!any && text.data[at] != (uint8_t)*pattern)) return false;
  }
  return !*pattern || at == text.size;
}

static bool matches(const char *pattern, ct_slice text) {
  if (*pattern == '^') return goes_on(pattern + 1, text, 0);
  for (size_t at = 0; at <= text.size; at++)
    if (goes_on(pattern, text, at)) return true;
  return false;
}

bool cti_regex_set_matches(cti_regex_set *set, ct_slice text, cti_arena *arena) {
  (void)arena;
  for (size_t i = 0; i < set->count; i++)
    if (matches(set->patterns[i], text)) return true;
  return false;
}
