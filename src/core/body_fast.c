/* body_fast.c - the fast path through the instructions that make up nearly all of real code.
 *
 * It decides nothing: it handles an instruction when every operand is just what its row asks for, and leaves the others, untouched, to
 * cti_instr_validate, which knows all rules and reports all failures. Which opcodes it takes, with which types, comes from opcodes.def and the features.
 *
 * It needs no look at the end of the bytes inside an instruction: the last byte of a body is an `end`, 0x0b, so that no LEB runs past it, and whatever
 * opcode comes before it has at least one more byte. Room on the operand stack is made for as many operands as bytes are left: no instruction that is
 * handled here pushes more.
 *
 * What it costs is the guess which instruction comes next, so each handler ends with a jump of its own where the compiler can (NEXT): the processor then
 * guesses by what came before. tests/bench/README.md has what was tried. */
#include "core/body_state.h"

/* ---- the table: what is done with an opcode */

#define CLASSES(X)                                                                                                                         \
  X(NONE)                                                                                                                                  \
  X(LOCAL_GET) X(LOCAL_SET) X(LOCAL_TEE) X(GLOBAL_GET) X(GLOBAL_SET)                                                                       \
  X(UNARY)  /* pops `pop`, pushes `push` */                                                                                                \
  X(BINARY) /* pops two of `pop`, pushes `push` */                                                                                         \
  X(TERNARY)                                                                                                                               \
  X(MIXED)  /* pops `pop`, leaves `push` below it; vectors shifted, lanes replaced */                                                       \
  X(GET_LANE) X(SET_LANE) /* as UNARY and MIXED with a lane below `width` */                                                               \
  X(LOAD)   /* pops an address of memory 0, pushes `push`; `width` is the natural alignment */                                             \
  X(STORE)  /* pops `pop` and an address of memory 0 */                                                                                    \
  X(LEB)    /* a constant of up to `width` bytes, pushes `push` */                                                                         \
  X(FIXED)  /* a constant of `width` bytes, pushes `push` */                                                                               \
  X(BLOCK) X(LOOP) X(IF) X(ELSE) X(END) X(BR) X(BR_IF) X(BR_TABLE) X(RETURN) X(CALL) X(CALL_INDIRECT)                                      \
  X(DROP) X(SELECT) X(NOP)                                                                                                                 \
  X(PREFIX) /* the code that follows has a row of its own */

typedef enum fast_class {
#define X(name) FAST_##name,
  CLASSES(X)
#undef X
} fast_class;

/* Those that are one instruction each have its name. */
static const struct {
  cti_op op;
  fast_class class;
} single[] = {
#define ROW(name) {CTI_OP_##name, FAST_##name}
    ROW(LOCAL_GET), ROW(LOCAL_SET), ROW(LOCAL_TEE), ROW(GLOBAL_GET), ROW(GLOBAL_SET), ROW(BLOCK), ROW(LOOP), ROW(IF), ROW(ELSE), ROW(END), ROW(BR), ROW(BR_IF),
    ROW(BR_TABLE), ROW(RETURN), ROW(CALL), ROW(CALL_INDIRECT), ROW(DROP), ROW(SELECT), ROW(NOP)
#undef ROW
};

enum { MOST_OPERANDS = 3 };

typedef struct shape {
  uint8_t operands[MOST_OPERANDS], result; /* 0: none */
  unsigned count;                          /* of operands */
} shape;

/* A signature of up to three operands and one result of number and vector types. */
static bool read_shape(shape *out, const char *signature) {
  *out = (shape){.count = 0};
  for (; *signature && *signature != ':'; out->count++, signature++)
    if (out->count == MOST_OPERANDS || !(out->operands[out->count] = (uint8_t)cti_letter_type(*signature, CTI_VT_NONE))) return false;
  if (!*signature || !signature[1]) return true;
  out->result = (uint8_t)cti_letter_type(signature[1], CTI_VT_NONE);
  return out->result && !signature[2];
}

static fast_class class_of(const shape *s, bool lane) {
  const uint8_t *in = s->operands;
  if (!s->result) return FAST_NONE;
  if (s->count == 1) return lane ? FAST_GET_LANE : FAST_UNARY;
  if (s->count == 2 && in[0] == in[1]) return lane ? FAST_NONE : FAST_BINARY;
  if (s->count == 2 && in[0] == s->result) return lane ? FAST_SET_LANE : FAST_MIXED;
  return s->count == 3 && in[0] == in[1] && in[1] == in[2] && !lane ? FAST_TERNARY : FAST_NONE;
}

/* A row with a signature, as one of the classes that are known here. */
static cti_fast regular_row(const cti_opcode *op) {
  shape s;
  bool lane = op->immediate == CTI_IMM_LANE;
  switch ((cti_imm)op->immediate) {
    case CTI_IMM_NONE: case CTI_IMM_LANE:
      if (read_shape(&s, op->signature)) return (cti_fast){(uint8_t)class_of(&s, lane), s.operands[s.count > 1], s.result, op->width};
      break;
    case CTI_IMM_MEMARG: /* behind the letter of the address */
      if (!read_shape(&s, op->signature + 1)) break;
      if (!s.count && s.result) return (cti_fast){FAST_LOAD, 0, s.result, op->width};
      if (s.count == 1 && !s.result) return (cti_fast){FAST_STORE, s.operands[0], 0, op->width};
      break;
    case CTI_IMM_I32: return (cti_fast){FAST_LEB, 0, CTI_VT_I32, 5};
    case CTI_IMM_I64: return (cti_fast){FAST_LEB, 0, CTI_VT_I64, 10};
    case CTI_IMM_F32: return (cti_fast){FAST_FIXED, 0, CTI_VT_F32, 4};
    case CTI_IMM_F64: return (cti_fast){FAST_FIXED, 0, CTI_VT_F64, 8};
    case CTI_IMM_V128: return (cti_fast){FAST_FIXED, 0, CTI_VT_V128, 16};
    default: break;
  }
  return (cti_fast){FAST_NONE, 0, 0, 0};
}

static bool is_enabled(const cti_body *b, const cti_opcode *row) {
  return cti_features_have(b->features, (cti_feature)row->feature) && (!(row->effects & CTI_EFFECT_FLOATS) || cti_features_have(b->features, CTI_FEATURE_FLOATS));
}

/* Once for each thread that validates bodies, of small modules, too: one look at each row. */
void cti_fast_init(cti_body *b) {
  b->has_fast = true;
  memset(b->fast, 0, sizeof b->fast);
  memset(b->prefixed, 0, sizeof b->prefixed);
  if (b->env->slow) return;
  for (cti_op op = 0; op < CTI_OPS; op++) {
    const cti_opcode *row = &cti_opcodes[op];
    if (row->prefix == 0xfb || row->prefix == 0xfe || !is_enabled(b, row)) continue;
    *(row->prefix ? &b->prefixed[row->prefix - 0xfc][row->code] : &b->fast[row->code]) = regular_row(row);
  }
  for (size_t i = 0; i < CTI_COUNT(single); i++) {
    const cti_opcode *row = &cti_opcodes[single[i].op];
    if (is_enabled(b, row)) b->fast[row->code].class = (uint8_t)single[i].class;
  }
  for (uint8_t plane = 0; plane < 2; plane++) b->fast[0xfc + plane] = (cti_fast){FAST_PREFIX, 0, 0, plane};
}

/* ---- immediates */

/* The rest of a LEB whose first byte has been read and says that more follow; linkers pad them to five bytes. NULL: it is longer, or too large. */
static const uint8_t *read_long(const uint8_t *pc, uint32_t *value) {
  uint32_t result = *value & 0x7f;
  for (unsigned shift = 7; shift < 28; shift += 7) {
    uint32_t byte = *pc++;
    result |= (byte & 0x7f) << shift;
    if (byte < 0x80) {
      *value = result;
      return pc;
    }
  }
  if (*pc > 0x0f) return NULL;
  *value = result | (uint32_t)*pc << 28;
  return pc + 1;
}

/* An unsigned LEB of 32 bits into `value`; a malformed one leaves for the slow path. */
#define READ_U32(value)                                                \
  do {                                                                 \
    (value) = *pc++;                                                   \
    if ((value) >= 0x80 && !(pc = read_long(pc, &(value)))) goto slow; \
  } while (0)

/* Is the last byte of the longest form of a signed LEB a copy of the sign? Of 32 bits it holds four, of 64 one. */
static bool sign_fits(uint8_t last, uint8_t longest) { return longest == 5 ? last <= 0x07 || (last >= 0x78 && last < 0x80) : last == 0 || last == 0x7f; }

/* ---- handlers: each gives the new top of the stack, or NULL when it is not so simple */

/* Opens a block; what it pops is gone already. */
CTI_INLINE uint32_t *open_block(cti_body *b, uint32_t *sp, cti_block_kind kind, uint32_t type, const uint8_t *at) {
  enum { EMPTY = 0x40 };
  if (CTI_UNLIKELY(b->depth >= b->control_room)) return NULL;
  if (type == EMPTY) type = CTI_VT_NONE;
  else if (CTI_UNLIKELY(type > CTI_VT_I32 || type < (cti_features_have(b->features, CTI_FEATURE_FLOATS) ? CTI_VT_F64 : CTI_VT_I64))) return NULL;
  *sp++ = CTI_OPERAND_BARRIER;
  uint32_t label = kind == CTI_CONTROL_LOOP ? CTI_VT_NONE : type;
  b->control[b->depth++] = (cti_control){(uint32_t)(sp - b->stack), type, label, false, false, (uint8_t)kind, b->set_count, (uint32_t)(at - b->start)};
  return sp;
}

CTI_INLINE uint32_t *close_then(cti_body *b, uint32_t *sp) {
  cti_control *top = &b->control[b->depth - 1];
  if (CTI_UNLIKELY(top->kind != CTI_CONTROL_IF || top->inits != b->set_count)) return NULL;
  if (top->type != CTI_VT_NONE) {
    if (CTI_UNLIKELY(sp[-1] != top->type || sp[-2] != CTI_OPERAND_BARRIER)) return NULL;
    sp--;
  } else if (CTI_UNLIKELY(sp[-1] != CTI_OPERAND_BARRIER)) {
    return NULL;
  }
  top->kind = CTI_CONTROL_ELSE;
  top->unreachable = false;
  return sp;
}

/* The outermost block is left to the slow path. An `if` that gives something needs an `else`. */
CTI_INLINE uint32_t *close_block(cti_body *b, uint32_t *sp) {
  const cti_control *top = &b->control[b->depth - 1];
  if (CTI_UNLIKELY(b->depth == 1 || top->inits != b->set_count)) return NULL;
  if (top->type == CTI_VT_NONE) {
    if (CTI_UNLIKELY(sp[-1] != CTI_OPERAND_BARRIER)) return NULL;
    b->depth--;
    return sp - 1;
  }
  if (CTI_UNLIKELY(sp[-1] != top->type || sp[-2] != CTI_OPERAND_BARRIER || top->kind == CTI_CONTROL_IF)) return NULL;
  sp[-2] = top->type;
  b->depth--;
  return sp - 1;
}

/* Does a branch to the label find on top of the stack what it takes: nothing, or one value? */
CTI_INLINE bool label_fits(const cti_body *b, uint32_t depth, const uint32_t *sp) {
  if (CTI_UNLIKELY(depth >= b->depth)) return false;
  const cti_control *label = &b->control[b->depth - 1 - depth];
  return label->label == CTI_VT_NONE || (!label->label_is_params && sp[-1] == label->label); /* no operand is the word of a function type */
}

CTI_INLINE uint32_t *set_unreachable(cti_body *b) {
  cti_control *top = &b->control[b->depth - 1];
  top->unreachable = true;
  return b->stack + top->base;
}

/* Passes over a br_table all of whose labels take nothing; NULL when they are not so simple. */
static const uint8_t *pass_labels(const cti_body *b, const uint8_t *pc) {
  uint32_t count, depth;
  READ_U32(count);
  if (count > (size_t)(b->end - pc) || count > b->types->limits.max[CTI_LIMIT_br_table_size]) goto slow;
  for (uint32_t i = 0; i <= count; i++) {
    if (pc >= b->end) goto slow;
    READ_U32(depth);
    if (depth >= b->depth || b->control[b->depth - 1 - depth].label != CTI_VT_NONE) goto slow;
  }
  return pc;
slow:
  return NULL;
}

/* Pops the parameters and pushes the result, when there is one at most. The barrier ends the comparison at the latest. */
CTI_INLINE uint32_t *call(const cti_deftype *type, uint32_t *sp) {
  if (CTI_UNLIKELY(type->result_count > 1)) return NULL;
  for (uint32_t i = type->param_count; i-- > 0;)
    if (CTI_UNLIKELY(*--sp != type->of.types[i])) return NULL;
  if (type->result_count) *sp++ = type->of.types[type->param_count];
  return sp;
}

enum { NO_ADDRESS = 2 }; /* a word that never stands on the stack: the slow path must look */

static uint32_t memory_address(const cti_body *b) { return b->env->memories.count ? cti_address_type(&b->env->memories.items[0]) : NO_ADDRESS; }

/* The type that call_indirect through table 0 takes its index in. */
static uint32_t table_address(const cti_body *b) {
  if (b->env->tables.count == 0 || b->shared) return NO_ADDRESS;
  const cti_table_type *table = &b->env->tables.items[0];
  return cti_valtype_is_sub(b->types, table->element, CTI_VT_FUNCREF) ? cti_address_type(&table->limits) : NO_ADDRESS;
}

/* ---- the loop */

#ifdef CTI_LABELS_AS_VALUES
#define CASE(name) case FAST_##name: at_##name:
#define NEXT                        \
  do {                              \
    if (pc >= end) goto out;        \
    at = pc;                        \
    fast = b->fast[*pc++];          \
    goto *handlers[fast.class];     \
  } while (0)
#else
#define CASE(name) case FAST_##name:
#define NEXT continue
#endif

/* What a handler gives becomes the top of the stack. */
#define TOP(expression)                   \
  do {                                    \
    uint32_t *top_ = (expression);        \
    if (CTI_UNLIKELY(!top_)) goto slow;   \
    sp = top_;                            \
  } while (0)

#define UNLESS(condition) if (CTI_UNLIKELY(!(condition))) goto slow

/* Local copies of what changes all the time: b has it whenever another function runs. */
ct_status cti_fast_run(cti_body *b) {
#ifdef CTI_LABELS_AS_VALUES
  static const void *const handlers[] = {
#define X(name) &&at_##name,
      CLASSES(X)
#undef X
  };
#endif
  const uint8_t *pc = b->pc, *const end = b->end, *at = pc;
  uint32_t *sp = b->sp, index;
  const cti_module_env *const env = b->env;
  const cti_deftype *const types = b->types->types.items;
  const uint32_t address = memory_address(b), element = table_address(b), locals = b->flat < b->first_unset ? b->flat : b->first_unset;
  while (pc < end) {
    at = pc;
    cti_fast fast = b->fast[*pc++];
  again:
    switch ((fast_class)fast.class) {
      CASE(LOCAL_GET) READ_U32(index); UNLESS(index < locals); *sp++ = b->locals[index]; NEXT;
      CASE(LOCAL_SET) READ_U32(index); UNLESS(index < locals && sp[-1] == b->locals[index]); sp--; NEXT;
      CASE(LOCAL_TEE) READ_U32(index); UNLESS(index < locals && sp[-1] == b->locals[index]); NEXT;
      CASE(GLOBAL_GET) READ_U32(index); UNLESS(index < env->globals.count && !b->shared); *sp++ = env->globals.items[index].type; NEXT;
      CASE(GLOBAL_SET)
        READ_U32(index);
        UNLESS(index < env->globals.count && !b->shared && sp[-1] == env->globals.items[index].type && env->globals.items[index].is_mutable);
        sp--;
        NEXT;
      CASE(UNARY) UNLESS(sp[-1] == fast.pop); sp[-1] = fast.push; NEXT;
      CASE(BINARY) UNLESS(sp[-1] == fast.pop && sp[-2] == fast.pop); sp--; sp[-1] = fast.push; NEXT;
      CASE(TERNARY) UNLESS(sp[-1] == fast.pop && sp[-2] == fast.pop && sp[-3] == fast.pop); sp -= 2; sp[-1] = fast.push; NEXT;
      CASE(MIXED) UNLESS(sp[-1] == fast.pop && sp[-2] == fast.push); sp--; NEXT;
      CASE(GET_LANE) UNLESS(*pc++ < fast.width && sp[-1] == fast.pop); sp[-1] = fast.push; NEXT;
      CASE(SET_LANE) UNLESS(*pc++ < fast.width && sp[-1] == fast.pop && sp[-2] == fast.push); sp--; NEXT;
      CASE(LOAD) UNLESS(*pc++ <= fast.width && pc < end && sp[-1] == address); READ_U32(index); sp[-1] = fast.push; NEXT;
      CASE(STORE) UNLESS(*pc++ <= fast.width && pc < end && sp[-1] == fast.pop && sp[-2] == address); READ_U32(index); sp -= 2; NEXT;
      CASE(LEB)
        while (*pc++ >= 0x80) {}
        UNLESS(pc - at <= fast.width || (pc - at == fast.width + 1 && sign_fits(pc[-1], fast.width)));
        *sp++ = fast.push;
        NEXT;
      CASE(FIXED) UNLESS((size_t)(end - pc) >= fast.width); pc += fast.width; *sp++ = fast.push; NEXT;
      CASE(BLOCK) index = *pc++; TOP(open_block(b, sp, CTI_CONTROL_BLOCK, index, at)); NEXT;
      CASE(LOOP) index = *pc++; TOP(open_block(b, sp, CTI_CONTROL_LOOP, index, at)); NEXT;
      CASE(IF) index = *pc++; UNLESS(sp[-1] == CTI_VT_I32); TOP(open_block(b, sp - 1, CTI_CONTROL_IF, index, at)); NEXT;
      CASE(ELSE) TOP(close_then(b, sp)); NEXT;
      CASE(END) TOP(close_block(b, sp)); NEXT;
      CASE(BR) READ_U32(index); UNLESS(label_fits(b, index, sp)); sp = set_unreachable(b); NEXT;
      CASE(BR_IF) READ_U32(index); UNLESS(sp[-1] == CTI_VT_I32 && label_fits(b, index, sp - 1)); sp--; NEXT;
      CASE(BR_TABLE) UNLESS(sp[-1] == CTI_VT_I32 && (pc = pass_labels(b, pc)) != NULL); sp = set_unreachable(b); NEXT;
      CASE(RETURN) UNLESS(label_fits(b, b->depth - 1, sp)); sp = set_unreachable(b); NEXT;
      CASE(CALL) READ_U32(index); UNLESS(index < env->funcs.count && !b->shared); TOP(call(&types[env->funcs.items[index]], sp)); NEXT;
      CASE(CALL_INDIRECT)
        READ_U32(index);
        UNLESS(pc < end && *pc++ == 0 && sp[-1] == element && index < env->space.count && types[env->space.items[index]].kind == CTI_COMPOSITE_FUNC);
        TOP(call(&types[env->space.items[index]], sp - 1));
        NEXT;
      CASE(DROP) UNLESS(sp[-1] != CTI_OPERAND_BARRIER); sp--; NEXT;
      CASE(SELECT) UNLESS(sp[-1] == CTI_VT_I32 && sp[-2] >= CTI_VT_V128 && sp[-2] <= CTI_VT_I32 && sp[-3] == sp[-2]); sp -= 2; NEXT;
      CASE(NOP) NEXT;
      CASE(PREFIX) READ_U32(index); UNLESS(index < CTI_COUNT(b->prefixed[0]) && pc < end); fast = b->prefixed[fast.width][index]; goto again;
      CASE(NONE) goto slow;
    }
  slow:
    b->pc = at;
    b->sp = sp;
    CTI_TRY(cti_instr_validate(b));
    CTI_TRY(cti_operand_room(b, (size_t)(end - b->pc)));
    pc = b->pc;
    sp = b->sp;
    if (b->depth == 0) break;
  }
#ifdef CTI_LABELS_AS_VALUES
out:
#endif
  b->sp = sp;
  b->pc = pc > end ? at : pc;
  return pc > end ? cti_instr_validate(b) : CT_OK; /* cut inside the last instruction: the reader says where */
}
