/* ir_integer.h - integer arithmetic as the specification has it, of both widths by the names of the narrow one.
 * https://webassembly.github.io/spec/core/exec/numerics.html */
#ifndef CTI_PASSES_IR_INTEGER_H
#define CTI_PASSES_IR_INTEGER_H

#include "passes/ir.h"

/* The i32 instruction whose i64 twin this is, for tests, comparisons and arithmetic; the instruction itself otherwise. */
uint16_t cti_narrow_op(uint16_t op);

/* The twin of an i32 instruction for a type. */
uint16_t cti_op_of_width(uint16_t narrow, bool is_64);

bool cti_is_i64_op(uint16_t op); /* does it take i64 operands, and has a twin? */

/* The result of an instruction on constants, with bits above the width zero. False: it traps, or is none that is known here. */
bool cti_integer_unary(uint64_t *out, uint16_t op, uint64_t a);
bool cti_integer_binary(uint64_t *out, uint16_t op, uint64_t a, uint64_t b);

/* How many low bits of the value may be other than zero. */
uint32_t cti_ir_bits(const cti_ir *f, cti_node node);

/* Bytes of the immediate of a constant. */
uint32_t cti_sleb_size(int64_t value);

#endif
