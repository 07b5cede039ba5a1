/* grid.h - a table for a terminal: a head, rows, frames of box-drawing characters, at most 80 columns wide; cells that are too long are broken at blanks. */
#ifndef CTI_INSPECT_GRID_H
#define CTI_INSPECT_GRID_H

#include "base/buf.h"
#include "base/vec.h"

enum { CTI_GRID_MAX_COLUMNS = 8, CTI_GRID_WIDTH = 80 };

typedef struct cti_grid {
  cti_arena *arena;
  uint32_t columns;
  bool right[CTI_GRID_MAX_COLUMNS]; /* aligned to the right */
  CTI_VEC(ct_slice) cells;           /* row by row, the head first; borrowed */
} cti_grid;

void cti_grid_write(const cti_grid *table, cti_buf *out);

/* How many columns a terminal needs for UTF-8 text, one for each scalar value that is no combining mark and two for the wide ones of East Asia. */
uint32_t cti_text_width(ct_slice text);

#endif
