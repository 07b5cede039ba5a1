/* lines.h - which line of a text is that? For whoever asks often: one walk over the text, then a search for each place. */
#ifndef CTI_TEXT_LINES_H
#define CTI_TEXT_LINES_H

#include "base/slice.h"
#include "base/vec.h"

typedef struct cti_lines {
  CTI_VEC(uint32_t) starts; /* offset of the first byte of each line */
} cti_lines;

/* Of a text of less than 4 GiB; the arena holds them. */
ct_status cti_lines_find(cti_lines *out, ct_slice text, cti_arena *arena);

/* The number of the line that the byte at that offset stands on, counted from 1. */
uint32_t cti_lines_number(const cti_lines *lines, uint32_t offset);

#endif
