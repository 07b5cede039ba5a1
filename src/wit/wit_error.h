/* wit_error.h - failures of WIT that name a place of a source, and suggestions of names. */
#ifndef CTI_WIT_WIT_ERROR_H
#define CTI_WIT_WIT_ERROR_H

#include "wit/wit_model.h"

/* Fails at a span of one of the resolve's files (a span of size 0 is no place). Gives the status. */
ct_status cti_wit_fail(const cti_resolve *resolve, ct_status status, cti_span span, const char *format, ...) CTI_PRINTF(4, 5);

/* Places a failure that was just reported there, where it is in a file. */
void cti_wit_place(const cti_resolve *resolve, cti_span span, ct_error *error);

/* "FILE:LINE:COLUMN" of a span, in the arena of the resolve; "a binary" where it is in none of the files. */
ct_slice cti_span_text(const cti_resolve *resolve, cti_span span);

/* The candidate that is nearest to `name` by edit distance, or {NULL, 0} when none is near. Candidates are keys of maps, asked one map after the other. */
typedef struct cti_nearest {
  ct_slice name, best;
  uint32_t distance;
} cti_nearest;
cti_nearest cti_nearest_make(ct_slice name);
void cti_nearest_try(cti_nearest *nearest, ct_slice candidate);
void cti_nearest_try_keys(cti_nearest *nearest, const cti_map *map);
/* Adds "did you mean `x`?" to the failure that was just reported, when something was near. */
void cti_nearest_hint(const cti_nearest *nearest, ct_error *error);

/* Adds LEAD and the keys of a map, as many as there is room for, to the failure that was just reported; nothing when the map is empty. */
void cti_keys_hint(const char *lead, const cti_map *map, ct_error *error);

#endif
