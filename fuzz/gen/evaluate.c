/* evaluate.c - the interpreter. Flows in: a valid module. Flows out: what it did (evaluate.h).
 *
 * Values are 64 bits, those of i32 and f32 with zeros above. A function's instructions are read once, when it is first called, and each `block`, `loop`, `if`
 * and `else` is told where its end is. Stacks and steps are bounded; recursion is that of calls, to CALLS deep. */
#include "gen/evaluate.h"

#include "core/opcode.h"

enum { STEPS = 20000, CALLS = 60, STACK = 2048, LABELS = 200, PAGE = 65536, PAGES = 2, TABLE = 256 };

typedef struct body {
  cti_instr *instrs;
  uint32_t *ends; /* of what opens a block: its `end`; of `if`, its `else` where it has one */
  uint32_t count, local_count;
} body;

typedef struct label {
  uint32_t start, end, height, arity; /* start: of a loop, the instruction after it; else UINT32_MAX */
} label;

typedef struct machine {
  cti_arena arena;
  cti_module module;
  body *bodies;
  uint64_t *globals;
  uint8_t *memory;
  uint32_t pages, table_size;
  uint64_t touched; /* all memory from there on is zero */
  uint32_t table[TABLE]; /* functions; UINT32_MAX: none */
  uint64_t stack[STACK];
  uint32_t top, steps, depth;
  evaluation_end end;
  uint64_t seed, seen;
} machine;

static uint64_t mix(uint64_t a, uint64_t b) {
  a = (a ^ b) * 0x9e3779b97f4a7c15u;
  return a ^ a >> 29;
}

static void see(machine *m, uint64_t what) { m->seen = mix(m->seen, what); }
static void see_bytes(machine *m, ct_slice bytes) {
  see(m, bytes.size);
  for (size_t i = 0; i < bytes.size; i++) see(m, bytes.data[i]);
}

/* False, so that callers can leave with it. */
static bool stop(machine *m, evaluation_end end) {
  if (m->end == EVALUATION_DONE) m->end = end;
  return false;
}

static bool push(machine *m, uint64_t value) {
  if (m->top == STACK) return stop(m, EVALUATION_SPENT);
  m->stack[m->top++] = value;
  return true;
}

static uint64_t pop(machine *m) { return m->top ? m->stack[--m->top] : 0; }

/* ---- integers. An i64 operation has the number of its i32 twin and a distance, since rows of opcodes.def are in one order. */

static int64_t as_signed(uint64_t value, unsigned width) { return width == 64 ? (int64_t)value : (int64_t)(int32_t)(uint32_t)value; }
static uint64_t cut(uint64_t value, unsigned width) { return width == 64 ? value : (uint32_t)value; }

static uint64_t compare(unsigned op, uint64_t a, uint64_t b, unsigned width) {
  int64_t x = as_signed(a, width), y = as_signed(b, width);
  switch (op) {
  case CTI_OP_I32_EQ: return a == b;
  case CTI_OP_I32_NE: return a != b;
  case CTI_OP_I32_LT_S: return x < y;
  case CTI_OP_I32_LT_U: return a < b;
  case CTI_OP_I32_GT_S: return x > y;
  case CTI_OP_I32_GT_U: return a > b;
  case CTI_OP_I32_LE_S: return x <= y;
  case CTI_OP_I32_LE_U: return a <= b;
  case CTI_OP_I32_GE_S: return x >= y;
  default: return a >= b;
  }
}

static uint64_t shift_right(int64_t value, unsigned by) { return value < 0 ? ~(~(uint64_t)value >> by) : (uint64_t)value >> by; }

/* All but division. */
static uint64_t arithmetic(unsigned op, uint64_t a, uint64_t b, unsigned width) {
  unsigned by = b & (width - 1);
  switch (op) {
  case CTI_OP_I32_ADD: return cut(a + b, width);
  case CTI_OP_I32_SUB: return cut(a - b, width);
  case CTI_OP_I32_MUL: return cut(a * b, width);
  case CTI_OP_I32_AND: return a & b;
  case CTI_OP_I32_OR: return a | b;
  case CTI_OP_I32_XOR: return a ^ b;
  case CTI_OP_I32_SHL: return cut(a << by, width);
  case CTI_OP_I32_SHR_S: return cut(shift_right(as_signed(a, width), by), width);
  case CTI_OP_I32_SHR_U: return a >> by;
  case CTI_OP_I32_ROTL: return by ? cut(a << by | a >> (width - by), width) : a;
  default: return by ? cut(a >> by | a << (width - by), width) : a; /* rotr */
  }
}

static bool divide(machine *m, unsigned op, uint64_t a, uint64_t b, unsigned width) {
  int64_t x = as_signed(a, width), y = as_signed(b, width);
  bool overflows = y == -1 && a == (uint64_t)1 << (width - 1);
  if (b == 0 || (overflows && op == CTI_OP_I32_DIV_S)) return stop(m, EVALUATION_TRAP);
  switch (op) {
  case CTI_OP_I32_DIV_S: return push(m, cut((uint64_t)(x / y), width));
  case CTI_OP_I32_DIV_U: return push(m, a / b);
  case CTI_OP_I32_REM_S: return push(m, overflows ? 0 : cut((uint64_t)(x % y), width));
  default: return push(m, a % b);
  }
}

static uint64_t count_bits(unsigned op, uint64_t a, unsigned width) {
  uint64_t ones = 0, leading = 0, trailing = 0;
  for (unsigned i = 0; i < width; i++) ones += a >> i & 1;
  while (leading < width && !(a >> (width - 1 - leading) & 1)) leading++;
  while (trailing < width && !(a >> trailing & 1)) trailing++;
  return op == CTI_OP_I32_CLZ ? leading : op == CTI_OP_I32_CTZ ? trailing : ones;
}

static uint64_t extend(uint64_t value, unsigned from, unsigned width) {
  uint64_t sign = (uint64_t)1 << (from - 1);
  value &= (sign << 1) - 1;
  return cut((value ^ sign) - sign, width);
}

/* Comparisons and arithmetic of one width. */
static bool integer(machine *m, unsigned op, unsigned width) {
  if (op == CTI_OP_I32_EQZ) return push(m, pop(m) == 0);
  if (op <= CTI_OP_I32_POPCNT && op >= CTI_OP_I32_CLZ) return push(m, count_bits(op, pop(m), width));
  uint64_t b = pop(m), a = pop(m);
  if (op <= CTI_OP_I32_GE_U) return push(m, compare(op, a, b, width));
  return op >= CTI_OP_I32_DIV_S && op <= CTI_OP_I32_REM_U ? divide(m, op, a, b, width) : push(m, arithmetic(op, a, b, width));
}

static bool numeric(machine *m, unsigned op) {
  if (op >= CTI_OP_I32_EQZ && op <= CTI_OP_I32_GE_U) return integer(m, op, 32);
  if (op >= CTI_OP_I64_EQZ && op <= CTI_OP_I64_GE_U) return integer(m, op - CTI_OP_I64_EQZ + CTI_OP_I32_EQZ, 64);
  if (op >= CTI_OP_I32_CLZ && op <= CTI_OP_I32_ROTR) return integer(m, op, 32);
  if (op >= CTI_OP_I64_CLZ && op <= CTI_OP_I64_ROTR) return integer(m, op - CTI_OP_I64_CLZ + CTI_OP_I32_CLZ, 64);
  switch (op) {
  case CTI_OP_I32_WRAP_I64: return push(m, (uint32_t)pop(m));
  case CTI_OP_I64_EXTEND_I32_S: return push(m, extend(pop(m), 32, 64));
  case CTI_OP_I64_EXTEND_I32_U: case CTI_OP_I32_REINTERPRET_F32: case CTI_OP_I64_REINTERPRET_F64: case CTI_OP_F32_REINTERPRET_I32: case CTI_OP_F64_REINTERPRET_I64: return true;
  case CTI_OP_I32_EXTEND8_S: return push(m, extend(pop(m), 8, 32));
  case CTI_OP_I32_EXTEND16_S: return push(m, extend(pop(m), 16, 32));
  case CTI_OP_I64_EXTEND8_S: return push(m, extend(pop(m), 8, 64));
  case CTI_OP_I64_EXTEND16_S: return push(m, extend(pop(m), 16, 64));
  case CTI_OP_I64_EXTEND32_S: return push(m, extend(pop(m), 32, 64));
  default: return stop(m, EVALUATION_UNKNOWN);
  }
}

/* ---- memory */

static bool in_memory(const machine *m, uint64_t at, uint64_t size) { return at <= (uint64_t)m->pages * PAGE && size <= (uint64_t)m->pages * PAGE - at; }

static void touch(machine *m, uint64_t end) {
  if (end > m->touched) m->touched = end;
}

static bool load(machine *m, const cti_instr *in) {
  static const struct {
    uint8_t size, sign_width; /* 0: zeros above */
  } forms[] = {{4, 0}, {8, 0}, {4, 0}, {8, 0}, {1, 32}, {1, 0}, {2, 32}, {2, 0}, {1, 64}, {1, 0}, {2, 64}, {2, 0}, {4, 64}, {4, 0}};
  unsigned form = in->op - CTI_OP_I32_LOAD, size = forms[form].size;
  uint64_t at = pop(m) + in->memarg.offset, value = 0;
  if (in->memarg.memory) return stop(m, EVALUATION_UNKNOWN);
  if (!in_memory(m, at, size)) return stop(m, EVALUATION_TRAP);
  for (unsigned i = 0; i < size; i++) value |= (uint64_t)m->memory[at + i] << 8 * i;
  return push(m, forms[form].sign_width ? extend(value, size * 8, forms[form].sign_width) : value);
}

static bool store(machine *m, const cti_instr *in) {
  static const uint8_t sizes[] = {4, 8, 4, 8, 1, 2, 1, 2, 4};
  unsigned size = sizes[in->op - CTI_OP_I32_STORE];
  uint64_t value = pop(m), at = pop(m) + in->memarg.offset;
  if (in->memarg.memory) return stop(m, EVALUATION_UNKNOWN);
  if (!in_memory(m, at, size)) return stop(m, EVALUATION_TRAP);
  touch(m, at + size);
  for (unsigned i = 0; i < size; i++) m->memory[at + i] = (uint8_t)(value >> 8 * i);
  return true;
}

static bool grow(machine *m) {
  uint64_t by = pop(m), most = PAGES;
  const cti_limits *limits = &m->module.memories.items[0].type;
  if (limits->has_max && limits->max < most) most = limits->max;
  if (by > most - m->pages) return push(m, UINT32_MAX);
  push(m, m->pages);
  m->pages += (uint32_t)by;
  return true;
}

static bool in_bulk(machine *m, const cti_instr *in) {
  uint64_t size = pop(m), from = pop(m), to = pop(m);
  bool copies = in->op == CTI_OP_MEMORY_COPY;
  if (in->a || in->b) return stop(m, EVALUATION_UNKNOWN);
  if (!in_memory(m, to, size) || (copies && !in_memory(m, from, size))) return stop(m, EVALUATION_TRAP);
  touch(m, to + size);
  if (copies) memmove(m->memory + to, m->memory + from, (size_t)size);
  else memset(m->memory + to, (int)(from & 255), (size_t)size);
  return true;
}

/* ---- bodies */

static void note_end(body *out, const uint32_t *open, uint32_t depth, uint32_t at) {
  if (!depth) return;
  uint32_t opened = open[depth - 1];
  if (out->instrs[at].op == CTI_OP_ELSE) out->ends[opened] = at;
  else {
    if (out->ends[opened]) out->ends[out->ends[opened]] = at; /* the `else` */
    else out->ends[opened] = at;
  }
}

static bool read_body(machine *m, body *out, const cti_func *func) {
  cti_cursor c = cti_cursor_make(func->body, func->body_offset, m->arena.error);
  uint32_t open[LABELS], depth = 0;
  for (uint32_t runs = cti_cursor_count(&c, "runs of locals"); runs && !c.failed; runs--) out->local_count += cti_read_local_run(&c).count;
  if (out->local_count > STACK) return stop(m, EVALUATION_SPENT);
  out->instrs = CTI_NEW_N(&m->arena, cti_instr, cti_cursor_left(&c) + 1);
  out->ends = CTI_NEW_N(&m->arena, uint32_t, cti_cursor_left(&c) + 1);
  if (!out->instrs || !out->ends) return stop(m, EVALUATION_UNKNOWN);
  for (cti_instr in; cti_instr_next(&in, &c); out->count++) {
    out->instrs[out->count] = in;
    out->ends[out->count] = 0;
    bool opens = in.op == CTI_OP_BLOCK || in.op == CTI_OP_LOOP || in.op == CTI_OP_IF;
    if (in.op == CTI_OP_TRY || in.op == CTI_OP_TRY_TABLE || (opens && depth == LABELS)) return stop(m, EVALUATION_UNKNOWN);
    if (opens) open[depth++] = out->count;
    if (in.op == CTI_OP_ELSE || in.op == CTI_OP_END) note_end(out, open, depth, out->count);
    if (in.op == CTI_OP_END && depth) depth--;
  }
  return !c.failed || stop(m, EVALUATION_UNKNOWN);
}

/* ---- calls */

static bool call(machine *m, uint32_t index);

static bool call_import(machine *m, const cti_func *func, const cti_subtype *type) {
  const cti_import *import = &m->module.imports.items[func->import];
  see_bytes(m, import->module);
  see_bytes(m, import->name);
  m->top -= type->param_count;
  for (uint32_t i = 0; i < type->param_count; i++) see(m, m->stack[m->top + i]);
  for (uint32_t i = 0; i < type->result_count; i++) {
    if (!push(m, cut(mix(m->seen, m->seed), type->types[type->param_count + i] == CTI_VT_I32 || type->types[type->param_count + i] == CTI_VT_F32 ? 32 : 64))) return false;
  }
  return true;
}

static bool same_type(const cti_subtype *a, const cti_subtype *b) {
  return a->param_count == b->param_count && a->result_count == b->result_count &&
         (a->param_count + a->result_count == 0 || !memcmp(a->types, b->types, (a->param_count + a->result_count) * sizeof *a->types));
}

static bool call_indirect(machine *m, const cti_instr *in) {
  uint64_t at = pop(m);
  const cti_subtype *expected = cti_module_type_func(&m->module, in->a);
  if (in->b || !expected) return stop(m, EVALUATION_UNKNOWN);
  if (at >= m->table_size || m->table[at] == UINT32_MAX) return stop(m, EVALUATION_TRAP);
  const cti_subtype *type = cti_module_func_type(&m->module, m->table[at]);
  return type && same_type(expected, type) ? call(m, m->table[at]) : stop(m, EVALUATION_TRAP);
}

/* ---- control */

typedef struct frame {
  const body *code;
  uint32_t locals, at, depth; /* locals: where they begin in the stack */
  label labels[LABELS];
} frame;

static void block_arity(const machine *m, const cti_blocktype *block, uint32_t *params, uint32_t *results) {
  const cti_subtype *type = block->kind == CTI_BLOCK_TYPE ? cti_module_type_func(&m->module, block->word) : NULL;
  *params = type ? type->param_count : 0;
  *results = type ? type->result_count : block->kind == CTI_BLOCK_VALUE;
}

static bool enter(machine *m, frame *f, const cti_instr *in, uint32_t end) {
  uint32_t params, results;
  if (f->depth == LABELS) return stop(m, EVALUATION_SPENT);
  block_arity(m, &in->block, &params, &results);
  bool loops = in->op == CTI_OP_LOOP;
  f->labels[f->depth++] = (label){loops ? f->at + 1 : UINT32_MAX, end, m->top - params, loops ? params : results};
  return true;
}

/* Leaves `by` labels, or goes on with the loop that the last one is. */
static void branch(machine *m, frame *f, uint32_t by) {
  const label *to = &f->labels[f->depth - 1 - by];
  memmove(m->stack + to->height, m->stack + m->top - to->arity, to->arity * sizeof *m->stack);
  m->top = to->height + to->arity;
  bool loops = to->start != UINT32_MAX;
  f->depth -= by + !loops;
  f->at = loops ? to->start - 1 : to->end; /* the step that follows adds one */
}

static uint32_t table_label(const cti_instr *in, uint64_t choice) {
  ct_error ignored = {0};
  cti_cursor c = cti_cursor_make(in->list, 0, &ignored);
  if (choice >= in->count) return in->a;
  for (uint64_t i = 0; i < choice; i++) cti_cursor_u32(&c);
  return cti_cursor_u32(&c);
}

static bool enter_if(machine *m, frame *f, const cti_instr *in) {
  uint32_t other = f->code->ends[f->at];
  bool has_else = f->code->instrs[other].op == CTI_OP_ELSE;
  uint32_t end = has_else ? f->code->ends[other] : other;
  uint64_t condition = pop(m);
  if (!enter(m, f, in, end)) return false;
  if (condition) return true;
  if (!has_else) f->depth--; /* its type then takes what it gives */
  f->at = other;
  return true;
}

static bool control(machine *m, frame *f, const cti_instr *in) {
  switch (in->op) {
  case CTI_OP_UNREACHABLE: return stop(m, EVALUATION_TRAP);
  case CTI_OP_NOP: return true;
  case CTI_OP_BLOCK: case CTI_OP_LOOP: return enter(m, f, in, f->code->ends[f->at]);
  case CTI_OP_IF: return enter_if(m, f, in);
  case CTI_OP_ELSE: f->at = f->code->ends[f->at]; f->depth--; return true; /* the end of the first arm */
  case CTI_OP_END: f->depth--; return true;
  case CTI_OP_BR: branch(m, f, in->a); return true;
  case CTI_OP_BR_IF:
    if (pop(m)) branch(m, f, in->a);
    return true;
  case CTI_OP_BR_TABLE: branch(m, f, table_label(in, pop(m))); return true;
  case CTI_OP_RETURN: branch(m, f, f->depth - 1); return true;
  case CTI_OP_CALL: return call(m, in->a);
  case CTI_OP_CALL_INDIRECT: return call_indirect(m, in);
  default: return stop(m, EVALUATION_UNKNOWN);
  }
}

static bool choose(machine *m) {
  uint64_t condition = pop(m), b = pop(m), a = pop(m);
  return push(m, condition ? a : b);
}

static bool variable(machine *m, frame *f, const cti_instr *in) {
  uint64_t *local = &m->stack[f->locals + in->a];
  switch (in->op) {
  case CTI_OP_LOCAL_GET: return push(m, *local);
  case CTI_OP_LOCAL_SET: *local = pop(m); return true;
  case CTI_OP_LOCAL_TEE: *local = m->stack[m->top - 1]; return true;
  case CTI_OP_GLOBAL_GET: return push(m, m->globals[in->a]);
  default: m->globals[in->a] = pop(m); return true;
  }
}

static bool step(machine *m, frame *f) {
  const cti_instr *in = &f->code->instrs[f->at];
  if (!m->steps--) return m->steps = 0, stop(m, EVALUATION_SPENT);
  if (in->op >= CTI_OP_LOCAL_GET && in->op <= CTI_OP_GLOBAL_SET) return variable(m, f, in);
  if (in->op >= CTI_OP_I32_LOAD && in->op <= CTI_OP_I64_LOAD32_U) return load(m, in);
  if (in->op >= CTI_OP_I32_STORE && in->op <= CTI_OP_I64_STORE32) return store(m, in);
  switch (in->op) {
  case CTI_OP_DROP: pop(m); return true;
  case CTI_OP_SELECT: case CTI_OP_SELECT_TYPED: return choose(m);
  case CTI_OP_MEMORY_SIZE: return push(m, m->pages);
  case CTI_OP_MEMORY_GROW: return grow(m);
  case CTI_OP_MEMORY_COPY: case CTI_OP_MEMORY_FILL: return in_bulk(m, in);
  case CTI_OP_I32_CONST: return push(m, (uint32_t)in->value);
  case CTI_OP_I64_CONST: case CTI_OP_F32_CONST: case CTI_OP_F64_CONST: return push(m, in->value);
  default: return in->op < CTI_OP_DROP ? control(m, f, in) : numeric(m, in->op);
  }
}

static bool run(machine *m, const body *code, const cti_subtype *type) {
  static frame frames[CALLS]; /* too large for the stack, and one machine runs at a time */
  frame *f = &frames[m->depth - 1];
  f->code = code;
  f->locals = m->top - type->param_count;
  for (uint32_t i = 0; i < code->local_count; i++)
    if (!push(m, 0)) return false;
  f->depth = 1;
  f->labels[0] = (label){UINT32_MAX, code->count, m->top, type->result_count};
  for (f->at = 0; f->at < code->count && f->depth; f->at++)
    if (!step(m, f)) return false;
  memmove(m->stack + f->locals, m->stack + m->top - type->result_count, type->result_count * sizeof *m->stack);
  m->top = f->locals + type->result_count;
  return true;
}

static bool call(machine *m, uint32_t index) {
  const cti_func *func = &m->module.funcs.items[index];
  const cti_subtype *type = cti_module_func_type(&m->module, index);
  if (!type) return stop(m, EVALUATION_UNKNOWN);
  if (func->import != UINT32_MAX) return call_import(m, func, type);
  if (m->depth == CALLS) return stop(m, EVALUATION_SPENT);
  body *code = &m->bodies[index];
  if (!code->instrs && !read_body(m, code, func)) return false;
  m->depth++;
  bool good = run(m, code, type);
  m->depth--;
  return good;
}

/* ---- instances */

/* One constant or global; what is computed of them is not known. */
static bool constant(machine *m, const cti_expr *expr, uint64_t *out) {
  cti_cursor c = cti_cursor_make(expr->bytes, expr->offset, m->arena.error);
  cti_instr in, end;
  if (!cti_instr_next(&in, &c) || !cti_instr_next(&end, &c) || end.op != CTI_OP_END) return stop(m, EVALUATION_UNKNOWN);
  if (in.op != CTI_OP_GLOBAL_GET && !cti_op_is_const(in.op)) return stop(m, EVALUATION_UNKNOWN);
  *out = in.op == CTI_OP_GLOBAL_GET ? m->globals[in.a] : in.op == CTI_OP_I32_CONST ? (uint32_t)in.value : in.value;
  return true;
}

static bool fill_table(machine *m, const cti_elem *elem) {
  uint64_t at;
  if (elem->mode != CTI_SEGMENT_ACTIVE) return true;
  if (elem->is_exprs || elem->table) return stop(m, EVALUATION_UNKNOWN);
  if (!constant(m, &elem->offset_expr, &at)) return false;
  if (at > m->table_size || elem->count > m->table_size - at) return stop(m, EVALUATION_TRAP);
  if (elem->count) memcpy(m->table + at, elem->funcs, elem->count * sizeof *m->table);
  return true;
}

static bool fill_memory(machine *m, const cti_data *data) {
  uint64_t at;
  if (data->mode != CTI_SEGMENT_ACTIVE) return true;
  if (data->memory) return stop(m, EVALUATION_UNKNOWN);
  if (!constant(m, &data->offset_expr, &at)) return false;
  if (!in_memory(m, at, data->bytes.size)) return stop(m, EVALUATION_TRAP);
  touch(m, at + data->bytes.size);
  if (data->bytes.size) memcpy(m->memory + at, data->bytes.data, data->bytes.size);
  return true;
}

static bool make_room(machine *m) {
  const cti_module *module = &m->module;
  if (module->imported[CTI_EXTERN_MEMORY] || module->imported[CTI_EXTERN_TABLE] || module->imported[CTI_EXTERN_GLOBAL] || module->memories.count > 1 || module->tables.count > 1) return false;
  if (module->memories.count) {
    const cti_limits *limits = &module->memories.items[0].type;
    if (limits->min > PAGES || limits->is_64 || limits->has_page_log2) return false;
    m->pages = (uint32_t)limits->min;
  }
  if (module->tables.count) {
    if (module->tables.items[0].type.limits.min > TABLE || module->tables.items[0].init.bytes.size || module->tables.items[0].type.limits.is_64) return false;
    m->table_size = (uint32_t)module->tables.items[0].type.limits.min;
  }
  memset(m->table, 0xff, sizeof m->table);
  m->bodies = CTI_NEW_N(&m->arena, body, module->funcs.count + 1);
  m->globals = CTI_NEW_N(&m->arena, uint64_t, module->globals.count + 1);
  m->memory = module->memories.count ? cti_alloc(&m->arena, (size_t)PAGES * PAGE) : NULL;
  if (!m->bodies || !m->globals || (module->memories.count && !m->memory)) return false;
  memset(m->bodies, 0, (module->funcs.count + 1) * sizeof *m->bodies);
  if (m->memory) memset(m->memory, 0, (size_t)PAGES * PAGE);
  return true;
}

static bool instantiate(machine *m) {
  const cti_module *module = &m->module;
  if (!make_room(m)) return stop(m, EVALUATION_UNKNOWN);
  for (uint32_t i = 0; i < module->globals.count; i++)
    if (!constant(m, &module->globals.items[i].init, &m->globals[i])) return false;
  for (uint32_t i = 0; i < module->elems.count; i++)
    if (!fill_table(m, &module->elems.items[i])) return false;
  for (uint32_t i = 0; i < module->datas.count; i++)
    if (!fill_memory(m, &module->datas.items[i])) return false;
  return module->start == UINT32_MAX || call(m, module->start);
}

static void see_memory(machine *m) {
  for (uint64_t i = 0; i < m->touched; i++)
    if (m->memory[i]) see(m, i << 8 | m->memory[i]);
}

static void see_state(machine *m) {
  for (uint32_t i = 0; i < m->module.exports.count; i++) {
    const cti_export *e = &m->module.exports.items[i];
    if (e->kind == CTI_EXTERN_MEMORY) {
      see(m, m->pages);
      see_memory(m);
    }
    if (e->kind == CTI_EXTERN_GLOBAL) see(m, m->globals[e->index]);
  }
}

/* Numbers at which something changes, more often than others. */
static uint64_t draw_argument(machine *m, bool narrow) {
  static const uint64_t some[] = {0, 1, 2, 7, 8, 31, 32, 127, 128, 255, 256, 65535, 0x7fffffff, 0x80000000, 0xffffffff, UINT64_MAX, 0x100000000, 0x7fffffffffffffff, 0x8000000000000000};
  m->seed = mix(m->seed, 0x2545f4914f6cdd1d);
  uint64_t value = m->seed >> 5 & 3 ? some[m->seed % CTI_COUNT(some)] : m->seed;
  return cut(value, narrow ? 32 : 64);
}

static bool call_export(machine *m, const cti_export *e) {
  const cti_subtype *type = cti_module_func_type(&m->module, e->index);
  if (!type) return stop(m, EVALUATION_UNKNOWN);
  m->top = m->depth = 0;
  m->steps = STEPS;
  see_bytes(m, e->name);
  for (uint32_t i = 0; i < type->param_count; i++) {
    bool narrow = type->types[i] == CTI_VT_I32 || type->types[i] == CTI_VT_F32;
    if (!narrow && type->types[i] != CTI_VT_I64 && type->types[i] != CTI_VT_F64) return stop(m, EVALUATION_UNKNOWN);
    if (!push(m, draw_argument(m, narrow))) return false;
  }
  if (call(m, e->index)) {
    for (uint32_t i = 0; i < m->top; i++) see(m, m->stack[i]);
  } else if (m->end != EVALUATION_TRAP) {
    return false;
  } else {
    see(m, UINT64_MAX);
    m->end = EVALUATION_DONE;
  }
  see_state(m);
  return true;
}

evaluation evaluate(ct_slice bytes, uint64_t seed) {
  static machine m; /* too large for the stack */
  ct_error error = {0};
  memset(&m, 0, sizeof m);
  evaluation out = {0};
  m.seed = mix(seed, 1);
  m.steps = STEPS;
  cti_arena_init(&m.arena, &error);
  if (cti_module_decode(&m.module, bytes, 0, &m.arena) != CT_OK) stop(&m, EVALUATION_UNKNOWN);
  else if (instantiate(&m)) {
    for (uint32_t i = 0; i < m.module.exports.count; i++) {
      if (m.module.exports.items[i].kind != CTI_EXTERN_FUNC) continue;
      if (!call_export(&m, &m.module.exports.items[i])) break;
      out.calls++;
    }
  }
  if (error.status != CT_OK) stop(&m, EVALUATION_UNKNOWN); /* memory was out */
  out.end = error.status != CT_OK ? EVALUATION_UNKNOWN : m.end;
  out.seen = m.seen;
  cti_arena_free(&m.arena);
  return out;
}

static bool is_verdict(const evaluation *e) { return e->end == EVALUATION_DONE || e->end == EVALUATION_TRAP; }

bool evaluate_same(ct_slice a, ct_slice b, uint32_t seeds) {
  for (uint32_t seed = 0; seed < seeds; seed++) {
    evaluation one = evaluate(a, seed), two = evaluate(b, seed);
    if (!is_verdict(&one) || !is_verdict(&two)) continue;
    if (one.end != two.end || one.calls != two.calls || one.seen != two.seen) return false;
  }
  return true;
}
