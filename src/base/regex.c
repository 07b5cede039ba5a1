/* regex.c - a set of compiled expressions. What regcomp allocates is freed by cti_regex_set_free; the set itself lies in the arena. */
#include "base/regex.h"

#include <regex.h>

struct cti_regex_set {
  regex_t *items;
  size_t count; /* of those that were compiled */
};

ct_status cti_regex_set_make(cti_regex_set **out, const char *const *patterns, size_t count, cti_arena *arena) {
  cti_regex_set *set = *out = CTI_NEW(arena, cti_regex_set);
  if (!set) return arena->error->status;
  set->items = CTI_NEW_N(arena, regex_t, count);
  if (!set->items) return arena->error->status;
  for (; set->count < count; set->count++) {
    int code = regcomp(&set->items[set->count], patterns[set->count], REG_EXTENDED | REG_NOSUB);
    if (code == 0) continue;
    char why[128];
    regerror(code, &set->items[set->count], why, sizeof why);
    return cti_fail(arena->error, CT_MISUSE, CT_NO_OFFSET, "the regular expression \"%s\" does not compile: %s", patterns[set->count], why);
  }
  return CT_OK;
}

void cti_regex_set_free(cti_regex_set *set) {
  for (size_t i = 0; set && i < set->count; i++) regfree(&set->items[i]);
  if (set) set->count = 0;
}

bool cti_regex_set_matches(cti_regex_set *set, ct_slice text, cti_arena *arena) {
  if (set->count == 0) return false;
  ct_slice copy = cti_format(arena, "%.*s", CTI_S(text));
  for (size_t i = 0; copy.data && i < set->count; i++)
    if (regexec(&set->items[i], (const char *)copy.data, 0, NULL, 0) == 0) return true;
  return false;
}
