/* dwarf.h - what a module's DWARF says of its code, flat: rows of line tables and functions with what was inlined into them. Addresses count from the first byte of the
 * code section's content. The program ctool-dwarf reads the DWARF, by libdwarf, in a process of its own. */
#ifndef CTI_INSPECT_DWARF_H
#define CTI_INSPECT_DWARF_H

#include "base/vec.h"
#include "core/framing.h"

enum { CTI_DWARF_NO_FILE = 0 }; /* files count from 1 */

typedef struct cti_dwarf_row {
  uint64_t address;
  uint32_t file, line, column;
} cti_dwarf_row;

/* Rows [first, first + count) cover [low, high), by ascending address. */
typedef struct cti_dwarf_sequence {
  uint64_t low, high;
  uint32_t first, count;
} cti_dwarf_sequence;

typedef struct cti_dwarf_range {
  uint64_t low, high;
} cti_dwarf_range;

/* What was inlined into a function follows it, with a larger depth. */
typedef struct cti_dwarf_func {
  ct_slice name; /* as the linker knows it; empty: none */
  uint32_t depth;
  uint32_t call_file, call_line, call_column; /* where it was inlined; 0: not known */
  uint32_t first, count;                      /* ranges */
} cti_dwarf_func;

typedef struct cti_dwarf {
  CTI_VEC(ct_slice) files; /* that of number 1 comes first */
  CTI_VEC(cti_dwarf_row) rows;
  CTI_VEC(cti_dwarf_sequence) sequences; /* by ascending `low` */
  CTI_VEC(cti_dwarf_range) ranges;
  CTI_VEC(cti_dwarf_func) funcs;
  CTI_VEC(cti_dwarf_range) tops; /* `low` of a range of a function of depth 0, and in `high` the function's index; by ascending `low` */
  ct_slice failure; /* what the reader could not do, or empty */
} cti_dwarf;

/* The sections of a module that hold DWARF. */
typedef struct cti_dwarf_sections {
  CTI_VEC(ct_slice) names;
  CTI_VEC(ct_slice) contents;
} cti_dwarf_sections;
bool cti_is_dwarf(ct_slice section_name);

/* Reads them with the program `reader`: what covers one of the addresses, which ascend, or with none, all. *out borrows from the arena alone. What a failing reader told
 * before is kept, with `failure`. */
ct_status cti_dwarf_read(cti_dwarf *out, const cti_dwarf_sections *sections, const uint64_t *addresses, uint32_t address_count, const char *reader, cti_arena *arena);

/* The same from what the reader wrote, which is hostile as well. */
ct_status cti_dwarf_take(cti_dwarf *out, ct_slice answer, cti_arena *arena);

/* The row that covers an address, or NULL. */
const cti_dwarf_row *cti_dwarf_row_at(const cti_dwarf *dwarf, uint64_t address);

/* The function of depth 0 around an address, or UINT32_MAX. */
uint32_t cti_dwarf_func_at(const cti_dwarf *dwarf, uint64_t address);
bool cti_dwarf_func_covers(const cti_dwarf *dwarf, uint32_t func, uint64_t address);

ct_slice cti_dwarf_file(const cti_dwarf *dwarf, uint32_t number);

#endif
