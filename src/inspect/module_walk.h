/* module_walk.h - the core modules of a binary in the order of the file, with where their code lies and their DWARF. */
#ifndef CTI_INSPECT_MODULE_WALK_H
#define CTI_INSPECT_MODULE_WALK_H

#include "inspect/dwarf.h"

typedef struct cti_module_item {
  ct_slice bytes;
  uint64_t offset; /* absolute, of the preamble */
  ct_slice code;   /* the content of the code section; data == NULL: there is none */
  uint64_t code_offset;
  cti_dwarf_sections dwarf;
} cti_module_item;

typedef struct cti_module_list {
  CTI_VEC(cti_module_item) items;
} cti_module_list;

ct_status cti_module_list_read(cti_module_list *out, ct_slice bytes, cti_arena *arena);

#endif
