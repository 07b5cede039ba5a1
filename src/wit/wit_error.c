/* wit_error.c - placing failures in source files, and finding the name that was meant. */
#include "wit/wit_error.h"

#include <stdarg.h>
#include <stdio.h>

#define LONGEST_NAME 64 /* longer ones are not compared */

ct_status cti_wit_fail(const cti_resolve *resolve, ct_status status, cti_span span, const char *format, ...) {
  ct_error *error = resolve->arena->error;
  if (error->status != CT_OK) return error->status;
  char message[sizeof error->message];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(message, sizeof message, format, arguments);
  va_end(arguments);
  cti_fail(error, status, CT_NO_OFFSET, "%s", message);
  cti_wit_place(resolve, span, error);
  return status;
}

void cti_wit_place(const cti_resolve *resolve, cti_span span, ct_error *error) {
  if (span.size == 0 || span.file >= resolve->files.count) return;
  cti_error_file(error, resolve->files.items[span.file].path);
  cti_error_place_text(error, resolve->files.items[span.file].text, span.at, span.size);
}

ct_slice cti_span_text(const cti_resolve *resolve, cti_span span) {
  if (span.size == 0 || span.file >= resolve->files.count) return CTI_LIT("a binary");
  const cti_wit_file *file = &resolve->files.items[span.file];
  ct_error place;
  ct_error_clear(&place);
  place.status = CT_WIT_NAME; /* cti_error_place_text places failures alone */
  cti_error_place_text(&place, file->text, span.at, span.size);
  return cti_format(resolve->arena, "%.*s:%u:%u", CTI_S(file->path), (unsigned)place.line, (unsigned)place.column);
}

static uint32_t least(uint32_t a, uint32_t b, uint32_t c) {
  uint32_t low = a < b ? a : b;
  return low < c ? low : c;
}

/* Edits (insert, remove, replace) from one name to the other. */
static uint32_t distance(ct_slice a, ct_slice b) {
  uint32_t row[LONGEST_NAME + 1];
  for (uint32_t j = 0; j <= b.size; j++) row[j] = j;
  for (uint32_t i = 1; i <= a.size; i++) {
    uint32_t diagonal = row[0];
    row[0] = i;
    for (uint32_t j = 1; j <= b.size; j++) {
      uint32_t above = row[j];
      row[j] = least(row[j - 1] + 1, above + 1, diagonal + (a.data[i - 1] != b.data[j - 1]));
      diagonal = above;
    }
  }
  return row[b.size];
}

/* A third of a name may differ: less than that is hardly a slip of the fingers. */
cti_nearest cti_nearest_make(ct_slice name) { return (cti_nearest){name, {NULL, 0}, name.size < 3 ? 0 : name.size < 5 ? 2 : name.size < 9 ? 3 : 4}; }

void cti_nearest_try(cti_nearest *nearest, ct_slice candidate) {
  if (nearest->name.size > LONGEST_NAME || candidate.size > LONGEST_NAME || candidate.size == 0) return;
  uint32_t found = distance(nearest->name, candidate);
  if (found >= nearest->distance) return;
  nearest->distance = found;
  nearest->best = candidate;
}

void cti_nearest_try_keys(cti_nearest *nearest, const cti_map *map) {
  for (uint32_t i = 0; i < map->count; i++) cti_nearest_try(nearest, cti_map_key(&map->entries[i]));
}

void cti_nearest_hint(const cti_nearest *nearest, ct_error *error) {
  if (nearest->best.size) cti_error_hint(error, "did you mean `%.*s`?", CTI_S(nearest->best));
}

void cti_keys_hint(const char *lead, const cti_map *map, ct_error *error) {
  char text[sizeof error->hint];
  if (map->count == 0) return;
  size_t used = (size_t)snprintf(text, sizeof text, "%s", lead);
  for (uint32_t i = 0; i < map->count && used < sizeof text; i++)
    used += (size_t)snprintf(text + used, sizeof text - used, "%s%.*s", i ? ", " : "", CTI_S(cti_map_key(&map->entries[i])));
  cti_error_hint(error, "%s", text);
}
