/* remap.h - the one rewriter of indices: what an instruction refers to, and the same instruction when index spaces have moved.
 *
 * requires: instructions in well-formed bodies. preserves: everything but indices and the length of their LEBs. breaks: relocations, source maps and hints
 * by offset into code. */
#ifndef CTI_PASSES_REMAP_H
#define CTI_PASSES_REMAP_H

#include "core/opcode.h"

typedef enum cti_space {
  CTI_SPACE_FUNC,
  CTI_SPACE_TABLE,
  CTI_SPACE_MEMORY,
  CTI_SPACE_GLOBAL,
  CTI_SPACE_TAG, /* up to here as cti_extern_kind */
  CTI_SPACE_TYPE,
  CTI_SPACE_ELEM,
  CTI_SPACE_DATA,
  CTI_SPACE_COUNT,
  CTI_SPACE_NONE = CTI_SPACE_COUNT
} cti_space;

const char *cti_space_name(cti_space space); /* "function", "table", ... */

/* Calls `visit` for each index that the instruction refers to, in order of its immediates; the implicit memory 0 of a memarg included. */
typedef void cti_ref_visitor(void *context, cti_space space, uint32_t index);
void cti_instr_each_ref(const cti_instr *instr, cti_ref_visitor *visit, void *context);
void cti_valtype_each_ref(cti_corevt type, cti_ref_visitor *visit, void *context);

/* Where each index goes. A space without a table keeps its indices; UINT32_MAX marks one that is gone: to meet it is an error of the caller. */
typedef struct cti_remap {
  struct {
    const uint32_t *to;
    uint32_t count;
  } space[CTI_SPACE_COUNT];
} cti_remap;

uint32_t cti_remap_index(const cti_remap *remap, cti_space space, uint32_t index); /* UINT32_MAX when it is gone or out of range */
cti_corevt cti_remap_valtype(const cti_remap *remap, cti_corevt type);

/* Appends the instruction with its indices moved. CT_CORE_INDEX, at the instruction's offset, for one that is gone or out of range. */
ct_status cti_remap_instr(cti_buf *out, const cti_remap *remap, const cti_instr *instr, ct_error *error);

/* Appends all instructions up to the end of the cursor. */
ct_status cti_remap_code(cti_buf *out, const cti_remap *remap, cti_cursor *c);

/* Appends the locals of a body; the cursor is left at its first instruction. */
ct_status cti_remap_locals(cti_buf *out, const cti_remap *remap, cti_cursor *c);

#endif
