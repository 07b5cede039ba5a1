/* body_validate.c - whole function bodies and constant expressions. Flows in: their bytes. Flows out: the verdict; the failure with its place.
 *
 * The fast path (body_fast.c) asks for bytes that end with `end`, or have one behind them: a body that ends otherwise is validated from a copy.
 * https://webassembly.github.io/spec/core/valid/modules.html#functions */
#include "core/body_state.h"

enum { OPCODE_END = 0x0b };

void cti_body_init(cti_body *out, const cti_module_env *env, ct_error *error) {
  *out = (cti_body){.env = env, .types = env->types, .features = env->types->features, .error = error};
}

/* ---- bodies */

/* Runs until the outermost block is closed, which must be at the end. */
static ct_status run_body(cti_body *b) {
  if (!b->has_fast) cti_fast_init(b);
  CTI_TRY(cti_body_begin(b, b->result_type));
  CTI_TRY(cti_operand_room(b, (size_t)(b->end - b->pc)));
  CTI_TRY(cti_fast_run(b));
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

/* `i32.const N`, `i64.const N` and `end`, where that is what is asked for: the offsets of nearly all segments. Stock Go makes 100,000 of them. Integers so long
 * that their last byte must be looked at are left to the reader. */
static bool pass_integer(cti_cursor *c, cti_corevt expected) {
  const uint8_t *at = c->at;
  size_t most = expected == CTI_VT_I32 ? 4 : 9, left = cti_cursor_left(c), size = 1;
  if (left < 3 || *at != (expected == CTI_VT_I32 ? 0x41 : 0x42) || (expected != CTI_VT_I32 && expected != CTI_VT_I64)) return false;
  while (size <= most && size < left && at[size] & 0x80) size++;
  if (size > most || size + 1 >= left || at[size + 1] != 0x0b) return false;
  c->at = at + size + 2;
  return true;
}

ct_status cti_const_validate(cti_body *b, cti_module_env *env, cti_cursor *c, cti_corevt expected) {
  if (c->failed) return c->error->status;
  if (pass_integer(c, expected)) return CT_OK;
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
