/* lines.c - numbers of lines. Flows in: a text, and offsets into it. Flows out: the line of each. There is at least one line, and the first begins at 0. */
#include "text/lines.h"

ct_status cti_lines_find(cti_lines *out, ct_slice text, cti_arena *arena) {
  for (size_t at = 0; at <= text.size; at = cti_slice_find(text, '\n', at) + 1)
    if (!cti_vec_push_large(arena, &out->starts, (uint32_t)at)) return CT_NOMEM;
  return CT_OK;
}

uint32_t cti_lines_number(const cti_lines *lines, uint32_t offset) {
  uint32_t from = 0, to = lines->starts.count;
  while (to - from > 1) {
    uint32_t middle = from + (to - from) / 2;
    if (lines->starts.items[middle] <= offset) from = middle;
    else to = middle;
  }
  return from + 1;
}
