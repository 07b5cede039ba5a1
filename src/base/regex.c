/* regex.c - a set of compiled expressions. What regcomp allocates is freed by cti_regex_set_free; the set itself lies in the arena. */
#include "base/regex.h"

#include <regex.h>
#include <string.h>

struct cti_regex_set {
  regex_t *items;
  size_t count; /* of those that were compiled */
};

/* The C library's words differ from one to the next; its numbers are POSIX':
 * https://pubs.opengroup.org/onlinepubs/9699919799/basedefs/regex.h.html */
static const char *why(int code) {
  switch (code) {
  case REG_EPAREN: return "a parenthesis has no partner";
  case REG_EBRACK: return "a bracket has no partner";
  case REG_EBRACE: return "a brace has no partner";
  case REG_BADBR: return "what is in braces is no count";
  case REG_BADRPT: return "there is nothing before a *, + or ?";
  case REG_ERANGE: return "a range ends before it begins";
  case REG_ECTYPE: return "there is no such class of characters";
  case REG_ECOLLATE: return "there is no such collating element";
  case REG_EESCAPE: return "it ends with a backslash";
  case REG_ESUBREG: return "a number refers to no group";
  default: return "its form is wrong";
  }
}

/* Where it goes wrong, for regcomp does not say: after the longest beginning that is an expression. */
static size_t place_of_error(const char *pattern, cti_arena *arena) {
  enum { LONGEST = 1000 };
  size_t size = strlen(pattern), end = size < LONGEST ? size : 0;
  for (; end > 0; end--) {
    regex_t beginning;
    ct_slice text = cti_format(arena, "%.*s", (int)end, pattern);
    if (!text.data) return 0;
    if (regcomp(&beginning, (const char *)text.data, REG_EXTENDED | REG_NOSUB) != 0) continue;
    regfree(&beginning);
    break;
  }
  return end;
}

static ct_status refuse(const char *pattern, int code, cti_arena *arena) {
  if (code == REG_ESPACE) return cti_fail(arena->error, CT_NOMEM, CT_NO_OFFSET, "out of memory");
  size_t place = place_of_error(pattern, arena);
  return cti_fail(arena->error, CT_USAGE, CT_NO_OFFSET, "the regular expression \"%s\" does not compile: %s, at character %zu: \"%s\"", pattern, why(code), place + 1, pattern + place);
}

ct_status cti_regex_set_make(cti_regex_set **out, const char *const *patterns, size_t count, cti_arena *arena) {
  cti_regex_set *set = *out = CTI_NEW(arena, cti_regex_set);
  if (!set) return arena->error->status;
  set->items = CTI_NEW_N(arena, regex_t, count);
  if (!set->items) return arena->error->status;
  for (; set->count < count; set->count++) {
    int code = regcomp(&set->items[set->count], patterns[set->count], REG_EXTENDED | REG_NOSUB);
    if (code == 0) continue;
    return refuse(patterns[set->count], code, arena);
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
