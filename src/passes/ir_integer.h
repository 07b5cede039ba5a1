/* ir_integer.h - integer arithmetic as the specification has it, of both widths by the names of the narrow one.
 * https://webassembly.github.io/spec/core/exec/numerics.html */
#ifndef CTI_PASSES_IR_INTEGER_H
#define CTI_PASSES_IR_INTEGER_H

#include "passes/ir.h"

/* The i32 instruction whose i64 twin this is, for tests, comparisons and arithmetic; the instruction itself otherwise. */
uint16_t cti_narrow_op(uint16_t op);

/* The twin of an i32 instruction for a type. */
uint16_t cti_op_of_width(uint16_t narrow, bool is_64);

/* The comparison that holds where this one does not, for integers of either width and equality of floats; CTI_OP_NOP: there is none. */
uint16_t cti_opposite_op(uint16_t op);

bool cti_is_i64_op(uint16_t op); /* does it take i64 operands, and has a twin? */

/* The result of an instruction on constants, with bits above the width zero. False: it traps, or is none that is known here. */
bool cti_integer_unary(uint64_t *out, uint16_t op, uint64_t a);
bool cti_integer_binary(uint64_t *out, uint16_t op, uint64_t a, uint64_t b);

static inline uint64_t cti_low_ones(uint32_t count) { return count >= 64 ? ~(uint64_t)0 : ((uint64_t)1 << count) - 1; }
static inline uint64_t cti_cut_to(uint64_t value, uint32_t width) { return value & cti_low_ones(width); }
static inline int64_t cti_as_signed(uint64_t value, uint32_t width) { return width == 64 ? (int64_t)value : (int32_t)(uint32_t)value; }

/* Bytes of the instruction that gives the constant. */
static inline uint32_t cti_const_size(uint64_t value, uint32_t width) { return 1 + cti_sleb_size(cti_as_signed(value, width)); }

/* How many low bits of the value may be other than zero. */
uint32_t cti_ir_bits(const cti_ir *f, cti_node node);

#endif
