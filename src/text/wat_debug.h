/* wat_debug.h - which line of the text each instruction came from, kept while a module is read, and DWARF 5 made of that. */
#ifndef CTI_TEXT_WAT_DEBUG_H
#define CTI_TEXT_WAT_DEBUG_H

#include "core/valtype.h"
#include "ctool/text.h"
#include "text/lines.h"

/* Of one text, shared by its modules. */
typedef struct cti_wat_debug {
  ct_generate_dwarf style;
  const char *file;
  ct_slice text;
  cti_lines lines;
} cti_wat_debug;

/* CT_OK and *out NULL when `style` asks for nothing. */
ct_status cti_wat_debug_make(cti_wat_debug **out, ct_generate_dwarf style, const char *file, ct_slice text, cti_arena *arena);

/* An instruction: where it lies in the code that all bodies share, and in the text. */
typedef struct cti_wat_instr_place {
  uint32_t code, text;
} cti_wat_instr_place;

/* A function: its first instruction among the places, its locals after the parameters. */
typedef struct cti_wat_func_place {
  uint32_t text, first, local_count;
  const cti_corevt *locals;
} cti_wat_func_place;

typedef struct cti_wat_places {
  CTI_VEC(cti_wat_instr_place) instrs;
  CTI_VEC(cti_wat_func_place) funcs;
} cti_wat_places;

#endif
