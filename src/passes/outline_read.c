/* outline_read.c - bodies to tokens. Flows in: valid functions, instructions in their shortest form. Flows out: tokens.
 *
 * Types on the operand stack are kept, since some instructions (drop, select, br to a result) are the same bytes for all types: the type goes into the hash.
 * Branches to the function's label are returns, whatever they look like. */
#include "passes/instr_shape.h"
#include "passes/outline.h"

/* ---- types on the stack */

static cti_outline_frame *top(const cti_outline_reader *r) { return cti_vec_last(&r->frames); }

static cti_corevt pop(cti_outline_reader *r) {
  r->token.pops++;
  if (r->token.pops != 0 && r->types.count > top(r)->start) return r->types.items[--r->types.count];
  r->foreign = true;
  return CTI_VT_NONE;
}

static void push(cti_outline_reader *r, cti_corevt type) {
  if (type == CTI_VT_NONE) return;
  r->token.pushes++;
  cti_vec_push(r->arena, &r->types, type);
}

static void pop_many(cti_outline_reader *r, uint32_t count) {
  if (count > UINT8_MAX) r->foreign = true;
  for (; count > 0 && !r->foreign; count--) pop(r);
}

/* ---- hashes */

static uint32_t mix(uint32_t op, uint64_t more) { return (uint32_t)(cti_hash_u64(more * 0x9e3779b97f4a7c15u + op) >> 16); }

static uint32_t hash_bytes(const cti_instr *instr) {
  uint64_t word = 0;
  if (instr->bytes.size > sizeof word) return (uint32_t)cti_hash_bytes(instr->bytes.data, instr->bytes.size);
  memcpy(&word, instr->bytes.data, instr->bytes.size);
  return mix((uint32_t)instr->bytes.size, word);
}

/* ---- control */

/* How much more, or less, than what is around them, as powers of two: loops, arms of an if, what is behind a branch out. */
enum { LOOP_HEAT = 3, ARM_HEAT = 1, BRANCH_HEAT = 1, MAX_HEAT = 40 };

/* A loop that begins by going on where a parameter says (Go's functions are such loops) is no loop for the one who counts. */
static bool resumes(const cti_outline_reader *r) {
  cti_cursor c = r->cursor;
  cti_instr instr;
  do
    if (!cti_instr_next(&instr, &c)) return false;
  while (instr.op == CTI_OP_BLOCK);
  return instr.op == CTI_OP_LOCAL_GET && instr.a < r->param_count && cti_instr_next(&instr, &c) && instr.op == CTI_OP_BR_TABLE;
}

static cti_corevt block_result(cti_outline_reader *r) {
  const cti_blocktype *block = &r->instr.block;
  if (block->kind == CTI_BLOCK_EMPTY) return CTI_VT_NONE;
  if (block->kind == CTI_BLOCK_VALUE) return block->word;
  const cti_subtype *type = cti_module_type_func(r->m, block->word);
  if (!type || type->param_count || type->result_count > 1) r->foreign = true;
  else if (type->result_count) return type->types[0];
  return CTI_VT_NONE;
}

static void open_frame(cti_outline_reader *r) {
  cti_outline_frame frame = {.op = (uint16_t)r->instr.op, .result = block_result(r), .heat = top(r)->heat};
  if (r->instr.op == CTI_OP_LOOP && !resumes(r) && frame.heat < MAX_HEAT) frame.heat += LOOP_HEAT;
  if (r->instr.op == CTI_OP_IF && frame.heat > -MAX_HEAT) frame.heat -= ARM_HEAT;
  if (r->instr.op == CTI_OP_IF) pop(r);
  frame.start = r->types.count;
  r->token.flags |= CTI_TOKEN_OPENS;
  cti_vec_push(r->arena, &r->frames, frame);
}

static void close_frame(cti_outline_reader *r) {
  cti_outline_frame frame = *top(r);
  r->dead = false;
  r->frames.count--;
  if (r->frames.count == 0) {
    r->token.flags |= CTI_TOKEN_LEAVES | CTI_TOKEN_RETURNS;
    r->token.pops = frame.result != CTI_VT_NONE;
    r->hash = mix(CTI_OP_RETURN, r->result);
    return;
  }
  r->types.count = frame.start;
  r->token.flags |= CTI_TOKEN_CLOSES;
  push(r, frame.result);
}

static void leave(cti_outline_reader *r) {
  r->token.flags |= CTI_TOKEN_LEAVES;
  r->dead = true;
  r->dead_depth = 0;
}

static void to_function(cti_outline_reader *r) {
  r->token.flags |= CTI_TOKEN_RETURNS;
  r->hash = mix(r->instr.op == CTI_OP_BR_IF ? CTI_OP_BR_IF : CTI_OP_RETURN, r->result);
}

static void note_reach(cti_outline_reader *r, uint32_t depth) {
  if (depth >= UINT8_MAX) r->token.flags |= CTI_TOKEN_BARRIER;
  else if (depth + 1 > r->token.reach) r->token.reach = (uint8_t)(depth + 1);
}

/* The type of what a branch to that depth takes along. */
static cti_corevt taken_along(const cti_outline_reader *r, uint32_t depth) {
  const cti_outline_frame *frame = &r->frames.items[r->frames.count - 1 - depth];
  return frame->op == CTI_OP_LOOP ? CTI_VT_NONE : frame->result;
}

static void branch(cti_outline_reader *r) {
  cti_corevt type = taken_along(r, r->instr.a);
  bool conditional = r->instr.op == CTI_OP_BR_IF;
  if (conditional) pop(r);
  if (type != CTI_VT_NONE) pop(r);
  if (r->instr.a == r->frames.count - 1) to_function(r);
  else note_reach(r, r->instr.a);
  if (conditional && top(r)->heat > -MAX_HEAT) top(r)->heat -= BRANCH_HEAT;
  if (conditional) push(r, type);
  else leave(r);
}

static void branch_table(cti_outline_reader *r) {
  ct_error error;
  ct_error_clear(&error);
  cti_cursor c = cti_cursor_make(r->instr.list, r->instr.offset, &error);
  pop(r);
  if (taken_along(r, r->instr.a) != CTI_VT_NONE) pop(r);
  for (uint32_t i = 0; i <= r->instr.count; i++) {
    uint32_t depth = i < r->instr.count ? cti_cursor_u32(&c) : r->instr.a;
    if (depth == r->frames.count - 1) r->token.flags |= CTI_TOKEN_BARRIER;
    else note_reach(r, depth);
  }
  leave(r);
}

static void typed(cti_outline_reader *r, cti_corevt type) { r->hash = mix(r->hash, type); }

static void plain(cti_outline_reader *r) {
  cti_instr_shape shape;
  if (!cti_instr_shape_of(&shape, r->m, r->locals.items, &r->instr)) {
    r->foreign = true;
    return;
  }
  if (cti_op_names_local(r->instr.op)) r->hash = mix(r->instr.op, r->locals.items[r->instr.a]);
  if (cti_op_is_const(r->instr.op)) r->hash = mix(r->instr.op, 0);
  pop_many(r, shape.operands);
  push(r, shape.result);
}

static void read(cti_outline_reader *r) {
  cti_corevt type;
  switch (r->instr.op) {
  case CTI_OP_NOP: break;
  case CTI_OP_UNREACHABLE: leave(r); break;
  case CTI_OP_BLOCK: case CTI_OP_LOOP: case CTI_OP_IF: open_frame(r); break;
  case CTI_OP_ELSE: r->types.count = top(r)->start, r->dead = false, r->token.flags |= CTI_TOKEN_ELSE; break;
  case CTI_OP_END: close_frame(r); break;
  case CTI_OP_BR: case CTI_OP_BR_IF: branch(r); break;
  case CTI_OP_BR_TABLE: branch_table(r); break;
  case CTI_OP_RETURN:
    if (r->result != CTI_VT_NONE) pop(r);
    to_function(r);
    leave(r);
    break;
  case CTI_OP_DROP: typed(r, pop(r)); break;
  case CTI_OP_SELECT: case CTI_OP_SELECT_TYPED:
    pop(r), type = pop(r), pop(r);
    typed(r, type);
    push(r, type);
    break;
  default: plain(r);
  }
}

/* Code that no control reaches: passed over up to the `else` or `end` of its block. */
static bool is_passed(cti_outline_reader *r) {
  cti_imm imm = (cti_imm)cti_opcodes[r->instr.op].immediate;
  if (!r->dead) return false;
  if (r->dead_depth == 0 && (r->instr.op == CTI_OP_ELSE || r->instr.op == CTI_OP_END)) return false;
  if (imm == CTI_IMM_BLOCK || imm == CTI_IMM_TRY_TABLE) r->foreign = true; /* rare */
  r->token.flags = CTI_TOKEN_BARRIER;
  return true;
}

bool cti_outline_next(cti_outline_reader *r) {
  if (r->foreign || r->frames.count == 0 || !cti_instr_next(&r->instr, &r->cursor)) return false;
  r->heat = top(r)->heat;
  r->token = (cti_token){.at = (uint32_t)(r->instr.bytes.data - r->cursor.start)};
  r->hash = hash_bytes(&r->instr);
  if (!is_passed(r)) read(r);
  return !r->foreign && r->arena->error->status == CT_OK;
}

/* References, which may have no value to begin with, are not met here. */
static void read_locals(cti_outline_reader *r, const cti_subtype *type) {
  for (uint32_t i = 0; i < type->param_count; i++) cti_vec_push(r->arena, &r->locals, type->types[i]);
  for (uint32_t runs = cti_cursor_count(&r->cursor, "runs of locals"); runs > 0; runs--) {
    cti_local_run run = cti_read_local_run(&r->cursor);
    for (uint32_t i = 0; i < run.count; i++)
      if (!cti_vec_push(r->arena, &r->locals, run.type)) return;
  }
  for (uint32_t i = 0; i < r->locals.count; i++) r->foreign |= !cti_vt_is_number(r->locals.items[i]) && r->locals.items[i] != CTI_VT_V128;
}

void cti_outline_start(cti_outline_reader *r, uint32_t func) {
  const cti_subtype *type = cti_module_func_type(r->m, func);
  r->locals.count = r->types.count = r->frames.count = 0;
  r->dead = false;
  r->foreign = !type || type->result_count > 1;
  if (r->foreign) return;
  r->param_count = type->param_count;
  r->result = type->result_count ? type->types[type->param_count] : CTI_VT_NONE;
  r->cursor = cti_cursor_make(r->m->funcs.items[func].body, 0, r->arena->error);
  read_locals(r, type);
  cti_vec_push(r->arena, &r->frames, ((cti_outline_frame){.op = CTI_OP_BLOCK, .result = r->result}));
  r->foreign |= r->arena->error->status != CT_OK;
}

/* ---- all functions */

static ct_status read_func(cti_outline_code *code, cti_outline_reader *r, cti_outline_live *live, uint32_t func, int heat) {
  uint32_t first = code->tokens.count;
  cti_outline_start(r, func);
  while (cti_outline_next(r)) {
    cti_vec_push_large(code->arena, &code->tokens, r->token);
    cti_vec_push_large(code->arena, &code->hashes, r->hash);
    cti_vec_push_large(code->arena, &code->heats, (int8_t)(r->heat + heat));
  }
  CTI_TRY(code->arena->error->status);
  if (r->foreign || r->frames.count) {
    code->tokens.count = code->hashes.count = code->heats.count = first;
    return CT_OK;
  }
  if (!cti_vec_push(code->arena, &code->starts, first) || !cti_vec_push(code->arena, &code->funcs, func)) return code->arena->error->status;
  return cti_outline_mark_dead(live, code, code->starts.count - 1, r->locals.count);
}

enum { LEAST_BODY = 8, MANY_TOKENS = 1 << 20 };

/* An instruction has two bytes or more, most of the time; where that is not so, the arrays grow. */
static ct_status make_room(cti_outline_code *code, uint32_t next, uint32_t end) {
  size_t size = 64;
  for (; next < end && size < MANY_TOKENS; next++) size += code->m->funcs.items[next].body.size / 2;
  uint32_t room = (uint32_t)(size < MANY_TOKENS ? size : MANY_TOKENS + MANY_TOKENS / 16);
  bool good = cti_vec_reserve(code->arena, &code->tokens, room) && cti_vec_reserve(code->arena, &code->hashes, room) && cti_vec_reserve(code->arena, &code->heats, room);
  return good ? CT_OK : code->arena->error->status;
}

ct_status cti_outline_read(cti_outline_code *code, const cti_outline_heats *heats, uint32_t *next, uint32_t end) {
  cti_arena scratch;
  const cti_module *m = code->m;
  cti_arena_init(&scratch, code->arena->error);
  cti_outline_reader r = {.m = m, .arena = &scratch};
  cti_outline_live live = {.arena = &scratch};
  CTI_TRY(make_room(code, *next, end));
  for (; *next < end && code->tokens.count < MANY_TOKENS && scratch.error->status == CT_OK; ++*next)
    if (heats->is_alive[*next] && m->funcs.items[*next].body.size >= LEAST_BODY) read_func(code, &r, &live, *next, heats->funcs[*next]);
  cti_arena_free(&scratch);
  cti_vec_push(code->arena, &code->starts, code->tokens.count);
  return code->arena->error->status;
}

uint32_t cti_outline_func_of(const cti_outline_code *code, uint32_t token) {
  uint32_t low = 0, high = code->funcs.count;
  while (high - low > 1) {
    uint32_t middle = low + (high - low) / 2;
    if (code->starts.items[middle] <= token) low = middle;
    else high = middle;
  }
  return low;
}
