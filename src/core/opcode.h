/* opcode.h - what opcodes.def says about each instruction, and reading instructions one after the other.
 *
 * cti_op is the row's number: dense, and in order of prefix and code. Decoder, printer, text parser, optimizer and validator all ask here. */
#ifndef CTI_CORE_OPCODE_H
#define CTI_CORE_OPCODE_H

#include "base/map.h"
#include "core/core_read.h"
#include "core/features.h"

typedef enum cti_op {
#define CT_OP(symbol, prefix, code, text, immediate, width, signature, feature, effects) CTI_OP_##symbol,
#include "core/opcodes.def"
#undef CT_OP
  CTI_OPS,
  CTI_OP_NONE = CTI_OPS /* no instruction */
} cti_op;

/* What follows an opcode, in order; an index is a u32. Where cti_instr keeps it stands on the right. */
typedef enum cti_imm {
  CTI_IMM_NONE,
  CTI_IMM_BLOCK,             /* block type                                 block */
  CTI_IMM_LABEL,             /* relative depth                             a */
  CTI_IMM_BR_TABLE,          /* labels, then the default                   count, list, a */
  CTI_IMM_FUNC,              /*                                            a */
  CTI_IMM_TYPE,              /*                                            a */
  CTI_IMM_TYPE_TABLE,        /* function type, table                       a, b */
  CTI_IMM_TYPE_TYPE,         /* array.copy: destination, source            a, b */
  CTI_IMM_TYPE_FIELD,        /*                                            a, b */
  CTI_IMM_TYPE_COUNT,        /* array type, number of elements             a, b */
  CTI_IMM_TYPE_DATA,         /*                                            a, b */
  CTI_IMM_TYPE_ELEM,         /*                                            a, b */
  CTI_IMM_TYPE_TAG,          /*                                            a, b */
  CTI_IMM_TYPE_HANDLERS,     /* resume                                     a, count, list */
  CTI_IMM_TYPE_TAG_HANDLERS, /* resume_throw                               a, b, count, list */
  CTI_IMM_LOCAL,             /*                                            a */
  CTI_IMM_GLOBAL,            /*                                            a */
  CTI_IMM_TABLE,             /*                                            a */
  CTI_IMM_TABLE_TABLE,       /* destination, source                        a, b */
  CTI_IMM_ELEM,              /*                                            a */
  CTI_IMM_ELEM_TABLE,        /* segment, table                             a, b */
  CTI_IMM_DATA,              /*                                            a */
  CTI_IMM_DATA_MEMORY,       /* segment, memory                            a, b */
  CTI_IMM_MEMORY,            /*                                            a */
  CTI_IMM_MEMORY_MEMORY,     /* destination, source                        a, b */
  CTI_IMM_TAG,               /*                                            a */
  CTI_IMM_MEMARG,            /* alignment, memory, offset                  memarg */
  CTI_IMM_MEMARG_ATOMIC,     /* the same; may hold an ordering             memarg */
  CTI_IMM_MEMARG_RMW,        /* the same; the ordering is for two accesses memarg */
  CTI_IMM_MEMARG_LANE,       /* memarg, then a byte                        memarg, a */
  CTI_IMM_LANE,              /* a byte                                     a */
  CTI_IMM_SHUFFLE,           /* sixteen bytes: indices of lanes            list */
  CTI_IMM_V128,              /* sixteen bytes                              list */
  CTI_IMM_I32,               /* signed LEB                                 value, sign-extended */
  CTI_IMM_I64,               /* signed LEB                                 value */
  CTI_IMM_F32,               /* four bytes                                 value: the bits */
  CTI_IMM_F64,               /* eight bytes                                value: the bits */
  CTI_IMM_HEAP,              /* heap type                                  heap */
  CTI_IMM_SELECT,            /* value types                                count, list */
  CTI_IMM_TRY_TABLE,         /* block type, catches                        block, count, list */
  CTI_IMM_CAST,              /* flags, label, heap type, heap type         a, heap, heap2, each with its nullable bit */
  CTI_IMM_FENCE,             /* an ordering                                ordering */
  CTI_IMM_ORDER_GLOBAL,      /* ordering, global                           ordering, a */
  CTI_IMM_ORDER_TABLE,       /* ordering, table                            ordering, a */
  CTI_IMM_ORDER_TYPE,        /* ordering, array type                       ordering, a */
  CTI_IMM_ORDER_TYPE_FIELD   /* ordering, struct type, field               ordering, a, b */
} cti_imm;

/* What an instruction may do besides computing its results from its operands. */
enum {
  CTI_EFFECT_CONST = 1 << 0,          /* none: may stand in a constant expression (when its feature is on) */
  CTI_EFFECT_CONST_EXTENDED = 1 << 1, /* the same, with extended-const */
  CTI_EFFECT_TRAP = 1 << 2,
  CTI_EFFECT_THROW = 1 << 3,
  CTI_EFFECT_CONTROL = 1 << 4, /* opens, closes or leaves a block, or may */
  CTI_EFFECT_CALL = 1 << 5,    /* runs code that may do anything */
  CTI_EFFECT_READ_LOCAL = 1 << 6,
  CTI_EFFECT_WRITE_LOCAL = 1 << 7,
  CTI_EFFECT_READ_GLOBAL = 1 << 8,
  CTI_EFFECT_WRITE_GLOBAL = 1 << 9,
  CTI_EFFECT_READ_TABLE = 1 << 10, /* elements or size */
  CTI_EFFECT_WRITE_TABLE = 1 << 11,
  CTI_EFFECT_READ_MEMORY = 1 << 12, /* bytes or size */
  CTI_EFFECT_WRITE_MEMORY = 1 << 13,
  CTI_EFFECT_READ_HEAP = 1 << 14, /* mutable fields of structs, elements of arrays */
  CTI_EFFECT_WRITE_HEAP = 1 << 15,
  CTI_EFFECT_ALLOC = 1 << 16,  /* gives something with an identity of its own: two of them are not equal */
  CTI_EFFECT_SYNC = 1 << 17,   /* orders what other threads see: nothing moves across */
  CTI_EFFECT_FLOATS = 1 << 18 /* not an effect: makes or combines floats, so needs the feature `floats` besides the row's own */
};

typedef struct cti_opcode {
  const char *text, *signature;
  uint32_t effects;
  uint16_t code;
  uint8_t prefix, immediate, width, feature;
} cti_opcode;

extern const cti_opcode cti_opcodes[CTI_OPS + 1]; /* the last one is CTI_OP_NONE: "?", no immediates */

/* The type that a letter of a signature names; `otherwise` for those whose type depends on what the instruction refers to. */
static inline cti_corevt cti_letter_type(char letter, cti_corevt otherwise) {
  switch (letter) {
  case 'i': return CTI_VT_I32;
  case 'I': return CTI_VT_I64;
  case 'f': return CTI_VT_F32;
  case 'F': return CTI_VT_F64;
  case 'v': return CTI_VT_V128;
  default: return otherwise;
  }
}

/* The instruction of a one-byte opcode (prefix 0) or of prefix and code; CTI_OP_NONE when there is none. */
cti_op cti_op_find(uint8_t prefix, uint32_t code);

static inline bool cti_op_is_const(uint32_t op) { return op >= CTI_OP_I32_CONST && op <= CTI_OP_F64_CONST; }
static inline bool cti_op_sets_local(uint32_t op) { return op == CTI_OP_LOCAL_SET || op == CTI_OP_LOCAL_TEE; }
static inline bool cti_op_names_local(uint32_t op) { return op == CTI_OP_LOCAL_GET || cti_op_sets_local(op); }

static inline bool cti_op_is_prefix(uint8_t byte) { return byte >= 0xfb && byte <= 0xfe; }

/* Reads an opcode, prefix and all. Fails with CT_CORE_OPCODE when it is none. */
cti_op cti_op_read(cti_cursor *c);

/* Names to cti_op, for parsing text. Of two instructions with one name the map has the first (see opcodes.def). */
ct_status cti_op_map(cti_map *out, cti_arena *arena);

/* How an access to memory or a fence orders. The binary codes are those of the values; of read-modify-write accesses 0x11 is ACQREL. */
typedef enum cti_ordering { CTI_ORDER_SEQCST, CTI_ORDER_ACQREL, CTI_ORDER_UNWRITTEN } cti_ordering;

/* Which bytes an access is about. Bit 6 of the alignment tells that the index of a memory follows, bit 5 that of an array type (multibyte-array-access),
 * bit 4 an ordering (acquire-release-atomics). https://webassembly.github.io/spec/core/binary/instructions.html#memory-instructions */
typedef struct cti_memarg {
  uint32_t align_log2; /* below 64 */
  bool of_array;       /* `memory` then is the array type */
  uint32_t memory;
  uint64_t offset;
} cti_memarg;

/* One instruction as it stands in the bytes. Members that its immediates do not name are zero. */
typedef struct cti_instr {
  cti_op op;
  uint64_t offset; /* absolute */
  ct_slice bytes;  /* opcode and immediates */
  uint32_t a, b;
  uint32_t count; /* items in `list` */
  ct_slice list;  /* their bytes: labels, value types, catches, handlers, lanes */
  cti_blocktype block;
  cti_corevt heap, heap2;
  cti_ordering ordering;
  uint64_t value;
  cti_memarg memarg;
} cti_instr;

/* Reads the next instruction. Whether its form is whole is checked, what it means is not. False at the end of the bytes and after a failure. */
bool cti_instr_next(cti_instr *out, cti_cursor *c);

/* The instruction of an expression that has no other but its end; false where there are more, none, or malformed ones. */
bool cti_expr_single(cti_instr *out, const cti_expr *expr);

/* Appends an instruction in its shortest form; items of lists as `list` has them. `offset` and `bytes` do not matter. */
void cti_instr_write(cti_buf *out, const cti_instr *instr);

/* Passes over the immediates of `op`. */
void cti_imm_skip(cti_cursor *c, cti_op op);

enum { CTI_CATCH_KINDS = 4 };

/* One clause of a try_table: kind 0 catch, 1 catch_ref, 2 catch_all, 3 catch_all_ref; no tag (UINT32_MAX) for the last two.
 * One of a resume: kind 0 `on` tag and label, 1 `switch` with a tag alone (label UINT32_MAX). */
typedef struct cti_clause {
  uint8_t kind;
  uint32_t tag, label;
} cti_clause;
extern const char *const cti_catch_words[CTI_CATCH_KINDS]; /* by kind */
void cti_read_catch(cti_clause *out, cti_cursor *c);
void cti_read_handler(cti_clause *out, cti_cursor *c);

#endif
