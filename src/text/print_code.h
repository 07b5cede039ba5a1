/* print_code.h (private) - printing instructions: the state that the flat printer, the folding one and the operand stack's annotations share. */
#ifndef CTI_TEXT_PRINT_CODE_H
#define CTI_TEXT_PRINT_CODE_H

#include "text/print.h"

typedef enum cti_frame_kind {
  CTI_FRAME_BODY,
  CTI_FRAME_BLOCK,
  CTI_FRAME_LOOP,
  CTI_FRAME_IF,
  CTI_FRAME_ELSE,
  CTI_FRAME_TRY,
  CTI_FRAME_CATCH,
  CTI_FRAME_CATCH_ALL,
  CTI_FRAME_TRY_TABLE
} cti_frame_kind;

/* One open block. The first one is the body itself, whose label has no name. */
typedef struct cti_code_frame {
  cti_frame_kind kind;
  const cti_shown *label; /* or NULL */
  uint32_t ordinal;       /* of the label, counted through the body */
  uint32_t shadowed;      /* the frame outside of this one whose label has the same name; UINT32_MAX: none */
  cti_blocktype type;
} cti_code_frame;

/* What stands between two instructions. */
typedef enum cti_separator { CTI_SEPARATE_LINES, CTI_SEPARATE_NOTHING, CTI_SEPARATE_BLANKS } cti_separator;

typedef struct cti_code {
  cti_printer *p;
  cti_scope *scope;
  uint32_t func;
  cti_separator separator;
  bool first; /* no instruction was printed yet: blanks come from the second on */
  CTI_VEC(cti_code_frame) frames;
  uint32_t labels;    /* so far in this body */
  cti_map innermost;  /* name of a label to its innermost open frame */
  struct cti_stack_view *stack; /* shows the operands, or NULL */
} cti_code;

/* Begins a body (or, with a type of CTI_BLOCK_EMPTY, an expression): one frame is open then. */
bool cti_code_begin(cti_code *code, cti_printer *p, cti_scope *scope, uint32_t func, cti_separator separator);

/* The instruction in its place among the blocks: opens or closes frames, indents, prints. */
ct_status cti_code_instr(cti_code *code, const cti_instr *instr);

/* Reads the next instruction and looks whether it may stand here (else in an if, nothing after the last end). *done: the end that closes all, which is
 * not printed. */
ct_status cti_code_next(cti_code *code, cti_instr *out, cti_cursor *c, bool *done);

/* The folding printer: reads the rest of `c`. `hints`: those of this body. */
ct_status cti_print_folded(cti_code *code, cti_cursor *c, const cti_branch_hint *hints, uint32_t hint_count, uint64_t body_start, uint64_t *end_place);

#endif
