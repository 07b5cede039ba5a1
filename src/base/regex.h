/* regex.h - POSIX extended regular expressions, and of what Perl's have \d \s \w \b and their like. Not the C library's: each has other extensions, one takes
 * exponential time, and Windows has none. */
#ifndef CTI_BASE_REGEX_H
#define CTI_BASE_REGEX_H

#include "base/arena.h"

typedef struct cti_regex_set cti_regex_set; /* the arena's */

/* Compiles all; CT_USAGE names the one that does not compile, where, and why. */
ct_status cti_regex_set_make(cti_regex_set **out, const char *const *patterns, size_t count, cti_arena *arena);

/* Does one of them match somewhere in `text`? In time that grows with the sizes of both. False, with the arena's error set, when memory is out. */
bool cti_regex_set_matches(const cti_regex_set *set, ct_slice text, cti_arena *arena);

#endif
