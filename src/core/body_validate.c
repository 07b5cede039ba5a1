/* body_validate.c - whole function bodies and constant expressions, and the fast path through the instructions that make up nearly all of real code.
 *
 * The fast path decides nothing: it handles an instruction when every operand is what its row asks for and every immediate is short, and leaves the
 * others, untouched, to cti_instr_validate, which knows all rules and reports all failures. Which opcodes it takes, with which types, comes from
 * opcodes.def and the features (make_fast_table).
 *
 * It needs no look at the end of the bytes inside an instruction: the last byte of a body is an `end`, 0x0b, so that no LEB runs past it, and whatever
 * opcode comes before it has at least one more byte. A body that ends otherwise is validated from a copy with an `end` behind it.
 * https://webassembly.github.io/spec/core/valid/modules.html#functions */
#include "core/body_state.h"

enum { OPCODE_END = 0x0b, BLOCK_EMPTY = 0x40 };

typedef enum fast_class {
  FAST_NONE,
  FAST_LOCAL_GET,
  FAST_LOCAL_SET,
  FAST_LOCAL_TEE,
  FAST_GLOBAL_GET,
  FAST_GLOBAL_SET,
  FAST_UNARY,   /* pops `pop`, pushes `push` */
  FAST_BINARY,  /* pops two of `pop`, pushes `push` */
  FAST_LOAD,    /* pops an address of memory 0, pushes `push` */
  FAST_STORE,   /* pops `pop` and an address of memory 0 */
  FAST_LEB,     /* a constant of up to `width` bytes, pushes `push` */
  FAST_FIXED,   /* a constant of `width` bytes, pushes `push` */
  FAST_BLOCK,   /* opens a block; `pop`: its kind */
  FAST_IF,
  FAST_ELSE,
  FAST_END,
  FAST_BR,
  FAST_BR_IF,
  FAST_BR_TABLE,
  FAST_RETURN,
  FAST_CALL,
  FAST_CALL_INDIRECT,
  FAST_DROP,
  FAST_SELECT,
  FAST_NOP
} fast_class;

/* ---- the table */

static uint8_t letter_code(char letter) {
  switch (letter) {
    case 'i': return CTI_VT_I32;
    case 'I': return CTI_VT_I64;
    case 'f': return CTI_VT_F32;
    case 'F': return CTI_VT_F64;
    default: return 0;
  }
}

static cti_fast irregular_row(cti_op op) {
  switch (op) {
    case CTI_OP_LOCAL_GET: return (cti_fast){FAST_LOCAL_GET, 0, 0, 0};
    case CTI_OP_LOCAL_SET: return (cti_fast){FAST_LOCAL_SET, 0, 0, 0};
    case CTI_OP_LOCAL_TEE: return (cti_fast){FAST_LOCAL_TEE, 0, 0, 0};
    case CTI_OP_GLOBAL_GET: return (cti_fast){FAST_GLOBAL_GET, 0, 0, 0};
    case CTI_OP_GLOBAL_SET: return (cti_fast){FAST_GLOBAL_SET, 0, 0, 0};
    case CTI_OP_BLOCK: return (cti_fast){FAST_BLOCK, CTI_CONTROL_BLOCK, 0, 0};
    case CTI_OP_LOOP: return (cti_fast){FAST_BLOCK, CTI_CONTROL_LOOP, 0, 0};
    case CTI_OP_IF: return (cti_fast){FAST_IF, 0, 0, 0};
    case CTI_OP_ELSE: return (cti_fast){FAST_ELSE, 0, 0, 0};
    case CTI_OP_END: return (cti_fast){FAST_END, 0, 0, 0};
    case CTI_OP_BR: return (cti_fast){FAST_BR, 0, 0, 0};
    case CTI_OP_BR_IF: return (cti_fast){FAST_BR_IF, 0, 0, 0};
    case CTI_OP_BR_TABLE: return (cti_fast){FAST_BR_TABLE, 0, 0, 0};
    case CTI_OP_RETURN: return (cti_fast){FAST_RETURN, 0, 0, 0};
    case CTI_OP_CALL: return (cti_fast){FAST_CALL, 0, 0, 0};
    case CTI_OP_CALL_INDIRECT: return (cti_fast){FAST_CALL_INDIRECT, 0, 0, 0};
    case CTI_OP_DROP: return (cti_fast){FAST_DROP, 0, 0, 0};
    case CTI_OP_SELECT: return (cti_fast){FAST_SELECT, 0, 0, 0};
    case CTI_OP_NOP: return (cti_fast){FAST_NOP, 0, 0, 0};
    default: return (cti_fast){FAST_NONE, 0, 0, 0};
  }
}

/* A row with a signature, as one of the shapes that the fast path knows. */
static cti_fast regular_row(const cti_opcode *op) {
  const char *s = op->signature;
  uint8_t first = letter_code(s[0]), second = s[0] && s[1] ? letter_code(s[1]) : 0;
  cti_fast none = {FAST_NONE, 0, 0, 0};
  if (op->immediate == CTI_IMM_NONE && first && s[1] == ':') return (cti_fast){FAST_UNARY, first, letter_code(s[2]), 0};
  if (op->immediate == CTI_IMM_NONE && first && first == second && s[2] == ':') return (cti_fast){FAST_BINARY, first, letter_code(s[3]), 0};
  if (op->immediate == CTI_IMM_MEMARG && s[0] == 'p' && s[1] == ':') return (cti_fast){FAST_LOAD, 0, letter_code(s[2]), op->width};
  if (op->immediate == CTI_IMM_MEMARG && s[0] == 'p' && second && s[2] == ':') return (cti_fast){FAST_STORE, second, 0, op->width};
  if (op->immediate == CTI_IMM_I32 || op->immediate == CTI_IMM_I64) return (cti_fast){FAST_LEB, 0, letter_code(s[1]), op->immediate == CTI_IMM_I32 ? 5 : 10};
  if (op->immediate == CTI_IMM_F32 || op->immediate == CTI_IMM_F64) return (cti_fast){FAST_FIXED, 0, letter_code(s[1]), op->immediate == CTI_IMM_F32 ? 4 : 8};
  return none;
}

static void make_fast_table(cti_body *b) {
  memset(b->fast, 0, sizeof b->fast);
  for (cti_op op = 0; op < CTI_OPS && cti_opcodes[op].prefix == 0; op++) {
    const cti_opcode *row = &cti_opcodes[op];
    bool enabled = cti_features_have(b->features, (cti_feature)row->feature) && (!(row->effects & CTI_EFFECT_FLOATS) || cti_features_have(b->features, CTI_FEATURE_FLOATS));
    if (!enabled || b->env->slow) continue;
    cti_fast fast = irregular_row(op);
    b->fast[row->code] = fast.class != FAST_NONE ? fast : regular_row(row);
  }
}

void cti_body_init(cti_body *out, const cti_module_env *env, ct_error *error) {
  *out = (cti_body){.env = env, .types = env->types, .features = env->types->features, .error = error};
  make_fast_table(out);
}

/* ---- the fast path */

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
#define READ_U32(value)                                                       \
  do {                                                                        \
    (value) = *pc++;                                                          \
    if ((value) >= 0x80 && !(pc = read_long(pc, &(value)))) goto slow;        \
  } while (0)

/* Is the last byte of the longest form of a signed LEB a copy of the sign? Of 32 bits it holds four, of 64 one. */
static bool sign_fits(uint8_t last, uint8_t longest) { return longest == 5 ? last <= 0x07 || (last >= 0x78 && last < 0x80) : last == 0 || last == 0x7f; }

/* What a branch to `label` needs on top of the stack, besides `skip` operands that are popped first: nothing, or one value that is there. */
static bool label_fits(const cti_control *label, const uint32_t *sp) {
  if (label->label == CTI_VT_NONE) return true;
  return !label->label_is_params && sp[-1] == label->label; /* never equal to the word of a function type */
}

/* Do the operands below sp match the parameters? The barrier ends it at the latest. */
static bool params_fit(const cti_deftype *type, const uint32_t *sp) {
  for (uint32_t i = type->param_count; i-- > 0;)
    if (*--sp != type->of.types[i]) return false;
  return true;
}

/* All labels of a br_table that take nothing; *after is behind the default. False: not so simple. */
static bool table_fits(const cti_body *b, const uint8_t *pc, const uint8_t **after) {
  uint32_t count, depth;
  READ_U32(count);
  if (count > (size_t)(b->end - pc) || count > b->types->limits.max[CTI_LIMIT_br_table_size]) goto slow;
  for (uint32_t i = 0; i <= count; i++) {
    if (pc >= b->end) goto slow;
    READ_U32(depth);
    if (depth >= b->depth || b->control[b->depth - 1 - depth].label != CTI_VT_NONE) goto slow;
  }
  *after = pc;
  return true;
slow:
  return false;
}

enum { NO_ADDRESS = 2 }; /* a word that never stands on the stack: the slow path must look */

static uint32_t plain_memory_address(const cti_body *b) { return b->env->memories.count ? cti_address_type(&b->env->memories.items[0]) : NO_ADDRESS; }

/* The type that call_indirect through table 0 takes its index in. */
static uint32_t plain_table_address(const cti_body *b) {
  if (b->env->tables.count == 0 || b->shared) return NO_ADDRESS;
  const cti_table_type *table = &b->env->tables.items[0];
  return cti_valtype_is_sub(b->types, table->element, CTI_VT_FUNCREF) ? cti_address_type(&table->limits) : NO_ADDRESS;
}

/* Validates up to b->end. Local copies of what changes all the time; b has it whenever another function runs. */
static ct_status run(cti_body *b) {
  const uint8_t *pc = b->pc, *const end = b->end, *at = pc;
  uint32_t *sp = b->sp;
  const cti_module_env *const env = b->env;
  const cti_deftype *const types = b->types->types.items;
  const uint32_t memory_address = plain_memory_address(b), table_address = plain_table_address(b);
  const uint32_t plain_locals = b->flat < b->first_unset ? b->flat : b->first_unset;
  const bool floats = cti_features_have(b->features, CTI_FEATURE_FLOATS);
  while (pc < end) {
    at = pc;
    const cti_fast fast = b->fast[*pc++];
    uint32_t index;
    switch ((fast_class)fast.class) {
      case FAST_LOCAL_GET:
        READ_U32(index);
        if (CTI_UNLIKELY(index >= plain_locals)) goto slow;
        *sp++ = b->locals[index];
        continue;
      case FAST_LOCAL_SET:
        READ_U32(index);
        if (CTI_UNLIKELY(index >= plain_locals || sp[-1] != b->locals[index])) goto slow;
        sp--;
        continue;
      case FAST_LOCAL_TEE:
        READ_U32(index);
        if (CTI_UNLIKELY(index >= plain_locals || sp[-1] != b->locals[index])) goto slow;
        continue;
      case FAST_GLOBAL_GET:
        READ_U32(index);
        if (CTI_UNLIKELY(index >= env->globals.count || b->shared)) goto slow;
        *sp++ = env->globals.items[index].type;
        continue;
      case FAST_GLOBAL_SET:
        READ_U32(index);
        if (CTI_UNLIKELY(index >= env->globals.count || b->shared || sp[-1] != env->globals.items[index].type || !env->globals.items[index].is_mutable)) goto slow;
        sp--;
        continue;
      case FAST_UNARY:
        if (CTI_UNLIKELY(sp[-1] != fast.pop)) goto slow;
        sp[-1] = fast.push;
        continue;
      case FAST_BINARY:
        if (CTI_UNLIKELY(sp[-1] != fast.pop || sp[-2] != fast.pop)) goto slow;
        sp--;
        sp[-1] = fast.push;
        continue;
      case FAST_LOAD:
        if (CTI_UNLIKELY(*pc++ > fast.width || pc >= end || sp[-1] != memory_address)) goto slow;
        READ_U32(index);
        sp[-1] = fast.push;
        continue;
      case FAST_STORE:
        if (CTI_UNLIKELY(*pc++ > fast.width || pc >= end || sp[-1] != fast.pop || sp[-2] != memory_address)) goto slow;
        READ_U32(index);
        sp -= 2;
        continue;
      case FAST_LEB:
        while (*pc++ >= 0x80) continue;
        if (pc - at > fast.width && (pc - at > fast.width + 1 || !sign_fits(pc[-1], fast.width))) goto slow;
        *sp++ = fast.push;
        continue;
      case FAST_FIXED:
        if (CTI_UNLIKELY((size_t)(end - pc) < fast.width)) goto slow;
        pc += fast.width;
        *sp++ = fast.push;
        continue;
      case FAST_IF:
        if (CTI_UNLIKELY(sp[-1] != CTI_VT_I32)) goto slow;
        CTI_FALLTHROUGH;
      case FAST_BLOCK: {
        uint32_t type = *pc++;
        if (CTI_UNLIKELY(b->depth >= b->control_room)) goto slow;
        if (type == BLOCK_EMPTY) type = CTI_VT_NONE;
        else if (CTI_UNLIKELY(type > CTI_VT_I32 || type < (floats ? CTI_VT_F64 : CTI_VT_I64))) goto slow;
        bool is_if = fast.class == FAST_IF;
        if (is_if) sp--;
        *sp++ = CTI_OPERAND_BARRIER;
        uint8_t kind = is_if ? CTI_CONTROL_IF : fast.pop;
        b->control[b->depth++] = (cti_control){(uint32_t)(sp - b->stack), type, kind == CTI_CONTROL_LOOP ? CTI_VT_NONE : type, false, false, kind, b->set_count, (uint32_t)(at - b->start)};
        continue;
      }
      case FAST_ELSE: {
        cti_control *top = &b->control[b->depth - 1];
        if (CTI_UNLIKELY(top->kind != CTI_CONTROL_IF || top->inits != b->set_count)) goto slow;
        if (top->type != CTI_VT_NONE) {
          if (CTI_UNLIKELY(sp[-1] != top->type || sp[-2] != CTI_OPERAND_BARRIER)) goto slow;
          sp--;
        } else if (CTI_UNLIKELY(sp[-1] != CTI_OPERAND_BARRIER)) {
          goto slow;
        }
        top->kind = CTI_CONTROL_ELSE;
        top->unreachable = false;
        continue;
      }
      case FAST_END: {
        const cti_control *top = &b->control[b->depth - 1];
        if (CTI_UNLIKELY(b->depth == 1 || top->inits != b->set_count)) goto slow;
        if (top->type == CTI_VT_NONE) {
          if (CTI_UNLIKELY(sp[-1] != CTI_OPERAND_BARRIER)) goto slow;
          sp--;
        } else {
          if (CTI_UNLIKELY(sp[-1] != top->type || sp[-2] != CTI_OPERAND_BARRIER || top->kind == CTI_CONTROL_IF)) goto slow;
          sp--;
          sp[-1] = top->type;
        }
        b->depth--;
        continue;
      }
      case FAST_BR: {
        READ_U32(index);
        if (CTI_UNLIKELY(index >= b->depth || !label_fits(&b->control[b->depth - 1 - index], sp))) goto slow;
        cti_control *top = &b->control[b->depth - 1];
        top->unreachable = true;
        sp = b->stack + top->base;
        continue;
      }
      case FAST_BR_IF:
        READ_U32(index);
        if (CTI_UNLIKELY(index >= b->depth || sp[-1] != CTI_VT_I32 || !label_fits(&b->control[b->depth - 1 - index], sp - 1))) goto slow;
        sp--;
        continue;
      case FAST_BR_TABLE: {
        if (CTI_UNLIKELY(sp[-1] != CTI_VT_I32 || !table_fits(b, pc, &pc))) goto slow;
        cti_control *top = &b->control[b->depth - 1];
        top->unreachable = true;
        sp = b->stack + top->base;
        continue;
      }
      case FAST_RETURN: {
        if (CTI_UNLIKELY(!label_fits(&b->control[0], sp))) goto slow;
        cti_control *top = &b->control[b->depth - 1];
        top->unreachable = true;
        sp = b->stack + top->base;
        continue;
      }
      case FAST_CALL_INDIRECT: {
        READ_U32(index);
        if (CTI_UNLIKELY(pc >= end || *pc++ != 0 || sp[-1] != table_address || index >= env->space.count)) goto slow;
        const cti_deftype *type = &types[env->space.items[index]];
        if (CTI_UNLIKELY(type->kind != CTI_COMPOSITE_FUNC || type->result_count > 1 || !params_fit(type, sp - 1))) goto slow;
        sp -= type->param_count + 1;
        if (type->result_count) *sp++ = type->of.types[type->param_count];
        continue;
      }
      case FAST_CALL: {
        READ_U32(index);
        if (CTI_UNLIKELY(index >= env->funcs.count || b->shared)) goto slow;
        const cti_deftype *type = &types[env->funcs.items[index]];
        if (CTI_UNLIKELY(type->result_count > 1 || !params_fit(type, sp))) goto slow;
        sp -= type->param_count;
        if (type->result_count) *sp++ = type->of.types[type->param_count];
        continue;
      }
      case FAST_DROP:
        if (CTI_UNLIKELY(sp[-1] == CTI_OPERAND_BARRIER)) goto slow;
        sp--;
        continue;
      case FAST_SELECT:
        if (CTI_UNLIKELY(sp[-1] != CTI_VT_I32 || sp[-2] < CTI_VT_V128 || sp[-2] > CTI_VT_I32 || sp[-3] != sp[-2])) goto slow;
        sp -= 2;
        continue;
      case FAST_NOP: continue;
      case FAST_NONE: goto slow;
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
  b->sp = sp;
  b->pc = pc > end ? at : pc;
  return pc > end ? cti_instr_validate(b) : CT_OK; /* cut inside the last instruction: the reader says where */
}

/* ---- bodies */

/* Runs until the outermost block is closed, which must be at the end. */
static ct_status run_body(cti_body *b) {
  CTI_TRY(cti_body_begin(b, b->result_type));
  CTI_TRY(cti_operand_room(b, (size_t)(b->end - b->pc)));
  CTI_TRY(run(b));
  b->at = b->pc;
  if (b->pc < b->end) return cti_fail(b->error, CT_CORE_FORM, cti_body_offset(b, b->pc), "operators remaining after end of function body");
  if (b->depth == 0) return CT_OK;
  return cti_fail(b->error, CT_CORE_END, cti_body_offset(b, b->end), "control frames remain at end of function body: %u block%s not closed by `end`", b->depth, b->depth == 1 ? " is" : "s are");
}

/* The body does not end with `end`: everything is found as in another body, and at last that. The fast path may look at the byte behind. */
CTI_COLD static ct_status run_copy(cti_body *b) {
  size_t size = (size_t)(b->end - b->pc);
  uint8_t *copy = cti_malloc(size + 1);
  if (!copy) return cti_fail(b->error, CT_NOMEM, CT_NO_OFFSET, "out of memory");
  if (size) memcpy(copy, b->pc, size);
  copy[size] = OPCODE_END;
  b->base = cti_body_offset(b, b->pc);
  b->start = b->pc = copy;
  b->end = copy + size;
  ct_status status = run_body(b);
  cti_free(copy);
  return status;
}

void cti_body_close(cti_body *b) {
  cti_locals_undo(b, 0);
  b->set_count = 0;
}

static ct_status validate_code(cti_body *b) {
  bool whole = b->pc < b->end && b->end[-1] == OPCODE_END;
  ct_status status = whole ? run_body(b) : run_copy(b);
  cti_body_close(b);
  return status;
}

static ct_status prepare(cti_body *b, uint32_t func, ct_slice bytes, uint64_t offset) {
  uint32_t id = b->env->funcs.items[func];
  const cti_deftype *type = &b->types->types.items[id];
  cti_cursor c = cti_cursor_make(bytes, offset, b->error);
  b->base = offset;
  b->start = b->at = bytes.data;
  b->depth = 0;
  b->op = CTI_OP_NONE;
  b->is_const = false;
  b->shared = type->shared;
  b->result_type = type->result_count == 0 ? CTI_VT_NONE : type->result_count == 1 ? type->of.types[type->param_count] : CTI_VT_CONCRETE | id;
  CTI_TRY(cti_limit_check(&b->types->limits, CTI_LIMIT_function_size, bytes.size, offset, b->error));
  CTI_TRY(cti_locals_read(b, type, &c));
  b->pc = c.at;
  b->end = c.end;
  return CT_OK;
}

ct_status cti_body_validate(cti_body *b, uint32_t func, ct_slice bytes, uint64_t offset) {
  CTI_TRY(prepare(b, func, bytes, offset));
  return validate_code(b);
}

ct_status cti_body_open(cti_body *b, uint32_t func, ct_slice bytes, uint64_t offset) {
  CTI_TRY(prepare(b, func, bytes, offset));
  return cti_body_begin(b, b->result_type);
}

ct_status cti_body_step(cti_body *b) {
  if (b->depth == 0 || b->pc >= b->end) return cti_fail(b->error, CT_CORE_FORM, cti_body_offset(b, b->pc), "operators remaining after end of function body");
  CTI_TRY(cti_operand_room(b, (size_t)(b->end - b->pc)));
  return cti_instr_validate(b);
}

/* ---- constant expressions: https://webassembly.github.io/spec/core/valid/instructions.html#constant-expressions */

static ct_status fail_not_constant(cti_body *b, const char *why) {
  return cti_body_fail(b, CT_CORE_INVALID, "constant expression required: non-constant operator: %s%s", cti_opcodes[b->op].text, why);
}

/* May the instruction at the cursor stand in a constant expression? */
static ct_status check_constant(cti_body *b, cti_module_env *env, const cti_instr *in) {
  uint32_t effects = cti_opcodes[in->op].effects;
  b->op = in->op;
  if (effects & CTI_EFFECT_CONST_EXTENDED) return cti_features_have(b->features, CTI_FEATURE_EXTENDED_CONST) ? CT_OK : fail_not_constant(b, " (extended-const is not enabled)");
  if (!(effects & CTI_EFFECT_CONST)) return fail_not_constant(b, "");
  if (cti_opcodes[in->op].prefix == 0xfb && !cti_features_have(b->features, CTI_FEATURE_GC)) return fail_not_constant(b, " (gc is not enabled)");
  if (in->op == CTI_OP_REF_FUNC) return cti_env_declare(env, in->a);
  if (in->op != CTI_OP_GLOBAL_GET || in->a >= env->globals.count) return CT_OK;
  if (in->a >= env->imported_globals && !cti_features_have(b->features, CTI_FEATURE_GC)) return cti_body_fail(b, CT_CORE_INVALID, "constant expression required: global.get of locally defined global %u", in->a);
  if (env->globals.items[in->a].is_mutable) return cti_body_fail(b, CT_CORE_INVALID, "constant expression required: global.get of mutable global %u", in->a);
  return CT_OK;
}

ct_status cti_const_validate(cti_body *b, cti_module_env *env, cti_cursor *c, cti_corevt expected) {
  if (c->failed) return c->error->status;
  b->base = cti_cursor_offset(c);
  b->start = b->pc = b->at = c->at;
  b->end = c->end;
  b->local_count = b->flat = 0;
  b->first_unset = UINT32_MAX;
  b->is_const = true;
  b->shared = false;
  b->op = CTI_OP_NONE;
  b->result_type = expected;
  CTI_TRY(cti_body_begin(b, expected));
  while (b->depth > 0) {
    cti_cursor peek = cti_cursor_make((ct_slice){b->pc, (size_t)(b->end - b->pc)}, cti_body_offset(b, b->pc), b->error);
    cti_instr in;
    b->at = b->pc;
    if (!cti_instr_next(&in, &peek)) return b->error->status != CT_OK ? b->error->status : cti_fail(b->error, CT_CORE_END, cti_cursor_offset(&peek), "unexpected end: a constant expression has no `end`");
    CTI_TRY(check_constant(b, env, &in));
    CTI_TRY(cti_instr_validate(b));
  }
  c->at = b->pc;
  return CT_OK;
}
