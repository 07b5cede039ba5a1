/* regex.h - POSIX extended regular expressions, by the C library. regex.c is the one file that sees it. */
#ifndef CTI_BASE_REGEX_H
#define CTI_BASE_REGEX_H

#include "base/arena.h"

typedef struct cti_regex_set cti_regex_set;

/* Compiles all; CT_USAGE names the one that does not compile, and why. *out must be freed, also after a failure; NULL may be freed. */
ct_status cti_regex_set_make(cti_regex_set **out, const char *const *patterns, size_t count, cti_arena *arena);
void cti_regex_set_free(cti_regex_set *set);

/* Does one of them match somewhere in `text`? A NUL in `text` ends it. False, with the arena's error set, when memory is out. */
bool cti_regex_set_matches(cti_regex_set *set, ct_slice text, cti_arena *arena);

#endif
