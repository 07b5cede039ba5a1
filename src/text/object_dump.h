/* object_dump.h (private) - a module in the layout of wabt's wasm-objdump: what the files of ct_object_dump share. */
#ifndef CTI_TEXT_OBJECT_DUMP_H
#define CTI_TEXT_OBJECT_DUMP_H

#include "base/map.h"
#include "core/custom.h"
#include "core/opcode.h"
#include "ctool/text.h"
#include "text/text_out.h"

typedef CTI_VEC(cti_reloc) cti_relocs;

/* What has names there: a cti_extern_kind, but for memories, which have none, or segments of data. */
enum { CTI_OBJECT_SEGMENT = CTI_EXTERN_KINDS, CTI_OBJECT_SPACES };

typedef struct cti_object_space {
  ct_slice *names; /* by index; empty: none is known */
  uint32_t count;
} cti_object_space;

typedef struct cti_object {
  cti_text text;
  const ct_object_dump_options *o;
  cti_module module;
  cti_names names;
  cti_object_space spaces[CTI_OBJECT_SPACES];
  cti_map type_names;          /* type -> which of the names of types */
  CTI_VEC(cti_symbol) symbols; /* of the linking section */
  const cti_relocs *relocs; /* by the number of the section that they are about */
  cti_arena *arena;
  ct_error *error;
} cti_object;

/* " <NAME>", or nothing when there is no name, or no such index in that space. */
void cti_object_name(cti_object *d, int space, uint32_t index);
void cti_object_angled(cti_object *d, ct_slice name); /* " <NAME>", though it be empty */
ct_slice cti_object_symbol_name(const cti_object *d, uint32_t symbol);
void cti_object_type(cti_object *d, cti_corevt type);
void cti_object_words(cti_object *d, ct_slice sixteen); /* as four numbers */

/* "Import", "Elem", ...: the section's name there. */
const char *cti_object_section_name(uint8_t id);

/* Sixteen bytes on a line, in hexadecimal and as characters. `place` is the number of the first. */
void cti_object_bytes(cti_object *d, ct_slice bytes, uint64_t place, const char *prefix);

void cti_object_details(cti_object *d, const cti_section *section);
void cti_object_custom_details(cti_object *d, const cti_section *section);
void cti_object_code(cti_object *d);
void cti_object_immediates(cti_object *d, const cti_instr *in);
void cti_object_reloc(cti_object *d, const cti_reloc *reloc); /* "R_WASM_MEMORY_ADDR_LEB 1 <x>+0x2" */

#endif
