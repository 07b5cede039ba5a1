/* instr_shape.h - what an instruction takes from the operand stack and gives to it, where no control is in it. */
#ifndef CTI_PASSES_INSTR_SHAPE_H
#define CTI_PASSES_INSTR_SHAPE_H

#include "core/module.h"
#include "core/opcode.h"

typedef struct cti_instr_shape {
  uint32_t operands;
  cti_corevt result; /* CTI_VT_NONE: none */
} cti_instr_shape;

/* False for control, for `drop` and `select`, whose operands may be of any type, for several results, and for what the optimizer does not know.
 * `locals` has the type of each local, parameters first. requires: a valid module. */
bool cti_instr_shape_of(cti_instr_shape *out, const cti_module *m, const cti_corevt *locals, const cti_instr *instr);

#endif
