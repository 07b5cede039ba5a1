/* module_gen.c - writes a module section by section, code last, each function by walking a grammar of typed expressions and statements.
 *
 * What makes it valid: an expression leaves one value of the type it is asked for, a statement none; a branch goes to a label whose type it gives. What makes
 * loops end: each has a local of its own that counts down, which nothing else sets. */
#include "gen/module_gen.h"

#include "core/opcode.h"

enum { MOST_FUNCS = 6, MOST_LABELS = 12, DEPTH = 7, LOCALS = 4, LOOPS = 3, TYPES = 6, TABLE_SIZE = 8, BODY = 1500 };
enum { I32 = 0x7f, I64 = 0x7e, NONE = 0x40 };

/* Their first two results are those of expressions' calls. */
static const struct {
  uint8_t count, params[3], result;
} types[TYPES] = {{2, {I32, I32}, I32}, {2, {I64, I32}, I64}, {0, {0}, NONE}, {1, {I32}, I32}, {3, {I32, I64, I32}, NONE}, {1, {I64}, I32}};

typedef struct gen {
  choices *from;
  cti_buf *out;
  uint32_t imports, funcs;
  uint8_t func_types[MOST_FUNCS * 2]; /* imports, then functions */
  uint8_t locals[3 + LOCALS + LOOPS];
  uint32_t local_count, loops, depth;
  uint8_t result;
  uint8_t labels[MOST_LABELS]; /* what a branch takes: a type, or NONE */
  uint32_t label_count;
  size_t body_start;
} gen;

static void op(gen *g, uint32_t which) {
  const cti_opcode *row = &cti_opcodes[which];
  if (row->prefix) {
    cti_buf_u8(g->out, row->prefix);
    cti_buf_uleb(g->out, row->code);
  } else {
    cti_buf_u8(g->out, (uint8_t)row->code);
  }
}

static void op_index(gen *g, uint32_t which, uint32_t index) {
  op(g, which);
  cti_buf_uleb(g->out, index);
}

static bool is_full(const gen *g) { return g->depth >= DEPTH || !choices_are_left(g->from) || g->out->size - g->body_start > BODY; }

/* ---- expressions */

static void expression(gen *g, uint8_t type);
static void statement(gen *g);

static void constant(gen *g, uint8_t type) {
  static const int64_t some[] = {0, 1, -1, 2, 3, 4, 7, 8, 16, 24, 31, 32, 48, 56, 63, 64, 127, 128, 255, 256, 65535, 65536, 0x7fffffff, -0x80000000ll, 0xffffffffll, INT64_MAX, INT64_MIN};
  int64_t value = choose_rarely(g->from, 12) ? some[choose_below(g->from, CTI_COUNT(some))] : (int8_t)choose_byte(g->from);
  op(g, type == I32 ? CTI_OP_I32_CONST : CTI_OP_I64_CONST);
  cti_buf_sleb(g->out, type == I32 ? (int32_t)(uint32_t)(uint64_t)value : value);
}

/* A local of that type, of those that loops do not count with; UINT32_MAX: there is none. */
static uint32_t local_of(gen *g, uint8_t type) {
  uint32_t first = choose_below(g->from, g->local_count);
  for (uint32_t i = 0; i < g->local_count; i++) {
    uint32_t at = (first + i) % g->local_count;
    if (g->locals[at] == type) return at;
  }
  return UINT32_MAX;
}

static void leaf(gen *g, uint8_t type) {
  uint32_t local = choose_rarely(g->from, 4) ? UINT32_MAX : local_of(g, type);
  if (local == UINT32_MAX) constant(g, type);
  else op_index(g, CTI_OP_LOCAL_GET, local);
}

static void memarg(gen *g, uint32_t which) {
  cti_buf_uleb(g->out, choose_below(g->from, cti_opcodes[which].width + 1u));
  cti_buf_uleb(g->out, choose_below(g->from, 70));
}

/* Mostly within the memory. */
static void address(gen *g) {
  expression(g, I32);
  if (choose_rarely(g->from, 2)) return;
  op(g, CTI_OP_I32_CONST);
  cti_buf_sleb(g->out, 0xff8);
  op(g, CTI_OP_I32_AND);
}

static void load(gen *g, uint8_t type) {
  static const uint16_t narrow[] = {CTI_OP_I32_LOAD, CTI_OP_I32_LOAD8_S, CTI_OP_I32_LOAD8_U, CTI_OP_I32_LOAD16_S, CTI_OP_I32_LOAD16_U};
  static const uint16_t wide[] = {CTI_OP_I64_LOAD, CTI_OP_I64_LOAD8_S, CTI_OP_I64_LOAD8_U, CTI_OP_I64_LOAD16_S, CTI_OP_I64_LOAD16_U, CTI_OP_I64_LOAD32_S, CTI_OP_I64_LOAD32_U};
  uint16_t which = type == I32 ? narrow[choose_below(g->from, CTI_COUNT(narrow))] : wide[choose_below(g->from, CTI_COUNT(wide))];
  address(g);
  op(g, which);
  memarg(g, which);
}

static void unary(gen *g, uint8_t type) {
  static const uint16_t narrow[] = {CTI_OP_I32_CLZ, CTI_OP_I32_CTZ, CTI_OP_I32_POPCNT, CTI_OP_I32_EQZ, CTI_OP_I32_EXTEND8_S, CTI_OP_I32_EXTEND16_S};
  static const uint16_t wide[] = {CTI_OP_I64_CLZ, CTI_OP_I64_CTZ, CTI_OP_I64_POPCNT, CTI_OP_I64_EXTEND8_S, CTI_OP_I64_EXTEND16_S, CTI_OP_I64_EXTEND32_S};
  expression(g, type);
  op(g, type == I32 ? narrow[choose_below(g->from, CTI_COUNT(narrow))] : wide[choose_below(g->from, CTI_COUNT(wide))]);
}

static void binary(gen *g, uint8_t type) {
  uint32_t which = choose_below(g->from, CTI_OP_I32_ROTR - CTI_OP_I32_ADD + 1);
  expression(g, type);
  if (choose_rarely(g->from, 8)) constant(g, type);
  else expression(g, type);
  op(g, (type == I32 ? CTI_OP_I32_ADD : CTI_OP_I64_ADD) + which);
}

static void comparison(gen *g) {
  bool wide = choose_rarely(g->from, 6);
  uint32_t which = choose_below(g->from, CTI_OP_I32_GE_U - CTI_OP_I32_EQ + 1);
  expression(g, wide ? I64 : I32);
  if (choose_rarely(g->from, 8)) constant(g, wide ? I64 : I32);
  else expression(g, wide ? I64 : I32);
  op(g, (wide ? CTI_OP_I64_EQ : CTI_OP_I32_EQ) + which);
}

static void conversion(gen *g, uint8_t type) {
  static const uint16_t wide[] = {CTI_OP_I64_EXTEND_I32_S, CTI_OP_I64_EXTEND_I32_U};
  bool tests = type == I32 && choose_rarely(g->from, 4);
  expression(g, type == I32 ? I64 : I32);
  op(g, tests ? CTI_OP_I64_EQZ : type == I32 ? CTI_OP_I32_WRAP_I64 : wide[choose_below(g->from, 2)]);
}

static void choice(gen *g, uint8_t type) {
  expression(g, type);
  expression(g, type);
  expression(g, I32);
  op(g, CTI_OP_SELECT);
}

static void open(gen *g, uint32_t which, uint8_t type, uint8_t taken) {
  op(g, which);
  cti_buf_u8(g->out, type);
  g->labels[g->label_count++] = taken;
}

static void close(gen *g) {
  op(g, CTI_OP_END);
  g->label_count--;
}

static void statements(gen *g) {
  for (uint32_t left = 1 + choose_below(g->from, 4); left; left--) statement(g);
}

static void conditional(gen *g, uint8_t type) {
  expression(g, I32);
  open(g, CTI_OP_IF, type, type);
  statements(g);
  if (type != NONE) expression(g, type);
  if (type != NONE || choose_rarely(g->from, 8)) {
    op(g, CTI_OP_ELSE);
    if (choose_rarely(g->from, 8)) statements(g);
    if (type != NONE) expression(g, type);
  }
  close(g);
}

/* A label that takes `type`, as the distance to it; UINT32_MAX: there is none. */
static uint32_t label_of(gen *g, uint8_t type) {
  uint32_t first = g->label_count ? choose_below(g->from, g->label_count) : 0;
  for (uint32_t i = 0; i < g->label_count; i++) {
    uint32_t by = (first + i) % g->label_count;
    if (g->labels[g->label_count - 1 - by] == type) return by;
  }
  return UINT32_MAX;
}

static void block(gen *g, uint8_t type) {
  open(g, CTI_OP_BLOCK, type, type);
  statements(g);
  if (type != NONE) {
    expression(g, type);
    if (choose_rarely(g->from, 8)) {
      expression(g, I32);
      op_index(g, CTI_OP_BR_IF, 0);
    }
  }
  close(g);
}

/* A function with that result; UINT32_MAX: there is none. Functions call earlier ones, and now and then any. */
static uint32_t func_of(gen *g, uint8_t result, uint32_t self) {
  uint32_t count = choose_rarely(g->from, 1) ? g->imports + g->funcs : self, first = count ? choose_below(g->from, count) : 0;
  for (uint32_t i = 0; i < count; i++) {
    uint32_t at = (first + i) % count;
    if (types[g->func_types[at]].result == result) return at;
  }
  return UINT32_MAX;
}

static void arguments(gen *g, uint32_t type) {
  for (uint32_t i = 0; i < types[type].count; i++) expression(g, types[type].params[i]);
}

static bool invoke(gen *g, uint8_t result) {
  bool by_table = choose_rarely(g->from, 4);
  uint32_t func = func_of(g, result, g->imports + g->funcs - 1);
  if (func == UINT32_MAX) return false;
  uint32_t type = g->func_types[func];
  arguments(g, type);
  if (!by_table) {
    op_index(g, CTI_OP_CALL, func);
    return true;
  }
  expression(g, I32);
  op(g, CTI_OP_I32_CONST);
  cti_buf_sleb(g->out, TABLE_SIZE - 1);
  op(g, CTI_OP_I32_AND);
  op_index(g, CTI_OP_CALL_INDIRECT, type);
  cti_buf_uleb(g->out, 0);
  return true;
}

static void expression(gen *g, uint8_t type) {
  if (is_full(g) || g->label_count + 2 > MOST_LABELS) {
    leaf(g, type);
    return;
  }
  g->depth++;
  switch (choose_below(g->from, 16)) {
  case 0: case 1: leaf(g, type); break;
  case 2: constant(g, type); break;
  case 3: load(g, type); break;
  case 4: unary(g, type); break;
  case 5: conversion(g, type); break;
  case 6: choice(g, type); break;
  case 7: conditional(g, type); break;
  case 8: block(g, type); break;
  case 9: op_index(g, CTI_OP_GLOBAL_GET, type == I64); break;
  case 10: {
    uint32_t local = local_of(g, type);
    expression(g, type);
    if (local != UINT32_MAX) op_index(g, CTI_OP_LOCAL_TEE, local);
    break;
  }
  case 11:
    if (!invoke(g, type)) leaf(g, type);
    break;
  case 12:
    if (type == I32) comparison(g);
    else binary(g, type);
    break;
  default: binary(g, type);
  }
  g->depth--;
}

/* ---- statements */

static void set_local(gen *g) {
  uint32_t local = choose_below(g->from, g->local_count);
  expression(g, g->locals[local]);
  op_index(g, CTI_OP_LOCAL_SET, local);
}

static void store(gen *g) {
  static const uint16_t all[] = {CTI_OP_I32_STORE, CTI_OP_I32_STORE8, CTI_OP_I32_STORE16, CTI_OP_I64_STORE, CTI_OP_I64_STORE8, CTI_OP_I64_STORE16, CTI_OP_I64_STORE32};
  uint32_t which = choose_below(g->from, CTI_COUNT(all));
  address(g);
  expression(g, which < 3 ? I32 : I64);
  op(g, all[which]);
  memarg(g, all[which]);
}

/* local = 1..8; loop { ...; if (--local) continue; } */
static void loop(gen *g) {
  if (g->loops == LOOPS) return;
  uint32_t counter = g->local_count + g->loops++;
  op(g, CTI_OP_I32_CONST);
  cti_buf_sleb(g->out, 1 + choose_below(g->from, 8));
  op_index(g, CTI_OP_LOCAL_SET, counter);
  open(g, CTI_OP_LOOP, NONE, 0); /* the body does not branch to it */
  statements(g);
  op_index(g, CTI_OP_LOCAL_GET, counter);
  op(g, CTI_OP_I32_CONST);
  cti_buf_sleb(g->out, 1);
  op(g, CTI_OP_I32_SUB);
  op_index(g, CTI_OP_LOCAL_TEE, counter);
  op_index(g, CTI_OP_BR_IF, 0);
  close(g);
}

static void leave(gen *g) {
  uint32_t by = label_of(g, NONE);
  bool returns = by == UINT32_MAX || choose_rarely(g->from, 3);
  if (returns && g->result != NONE) expression(g, g->result);
  expression(g, I32);
  open(g, CTI_OP_IF, NONE, 0);
  if (returns) {
    if (g->result != NONE) expression(g, g->result);
    op(g, CTI_OP_RETURN);
  } else {
    op_index(g, CTI_OP_BR, by + 1);
  }
  close(g);
  if (returns && g->result != NONE) op(g, CTI_OP_DROP);
}

/* block { block { block { br_table } ... } ... } */
static void dispatch(gen *g) {
  if (g->label_count + 4 > MOST_LABELS) return;
  for (int i = 0; i < 3; i++) open(g, CTI_OP_BLOCK, NONE, NONE);
  expression(g, I32);
  op_index(g, CTI_OP_BR_TABLE, 4);
  for (int i = 0; i < 5; i++) cti_buf_uleb(g->out, choose_below(g->from, 3));
  for (int i = 0; i < 3; i++) {
    close(g);
    if (i < 2) statement(g);
  }
}

static void statement(gen *g) {
  if (is_full(g) || g->label_count + 3 > MOST_LABELS) return;
  g->depth++;
  switch (choose_below(g->from, 12)) {
  case 0: case 1: case 2: set_local(g); break;
  case 3: store(g); break;
  case 4: conditional(g, NONE); break;
  case 5: block(g, NONE); break;
  case 6: loop(g); break;
  case 7: leave(g); break;
  case 8: dispatch(g); break;
  case 9: {
    bool wide = choose_rarely(g->from, 6);
    expression(g, wide ? I64 : I32);
    op_index(g, CTI_OP_GLOBAL_SET, wide);
    break;
  }
  case 10: invoke(g, NONE); break;
  default:
    expression(g, I32);
    op(g, CTI_OP_DROP);
  }
  g->depth--;
}

/* ---- sections */

static void body(gen *g, uint32_t type) {
  static const uint8_t locals[LOCALS] = {I32, I64, I32, I64};
  size_t size = cti_buf_open(g->out);
  g->local_count = g->loops = g->depth = 0;
  for (uint32_t i = 0; i < types[type].count; i++) g->locals[g->local_count++] = types[type].params[i];
  cti_buf_uleb(g->out, LOCALS + 1);
  for (uint32_t i = 0; i < LOCALS; i++) {
    g->locals[g->local_count++] = locals[i];
    cti_buf_uleb(g->out, 1);
    cti_buf_u8(g->out, locals[i]);
  }
  cti_buf_uleb(g->out, LOOPS);
  cti_buf_u8(g->out, I32);
  g->result = types[type].result;
  g->body_start = g->out->size;
  g->labels[0] = 0; /* that of the function is left by `return` */
  g->label_count = 1;
  statements(g);
  if (g->result != NONE) expression(g, g->result);
  op(g, CTI_OP_END);
  cti_buf_close(g->out, size);
}

static size_t section(cti_buf *out, uint8_t id, uint32_t count) {
  cti_buf_u8(out, id);
  size_t mark = cti_buf_open(out);
  if (id != CTI_SECTION_START) cti_buf_uleb(out, count);
  return mark;
}

static void write_types(cti_buf *out) {
  size_t mark = section(out, CTI_SECTION_TYPE, TYPES);
  for (uint32_t i = 0; i < TYPES; i++) {
    cti_buf_u8(out, 0x60);
    cti_buf_uleb(out, types[i].count);
    for (uint32_t j = 0; j < types[i].count; j++) cti_buf_u8(out, types[i].params[j]);
    cti_buf_uleb(out, types[i].result != NONE);
    if (types[i].result != NONE) cti_buf_u8(out, types[i].result);
  }
  cti_buf_close(out, mark);
}

static void write_imports(gen *g) {
  size_t mark = section(g->out, CTI_SECTION_IMPORT, g->imports);
  for (uint32_t i = 0; i < g->imports; i++) {
    cti_buf_name(g->out, CTI_LIT("e"));
    cti_buf_name(g->out, cti_slice((const uint8_t *)"abcdef" + i, 1));
    cti_buf_u8(g->out, CTI_EXTERN_FUNC);
    cti_buf_uleb(g->out, g->func_types[i]);
  }
  cti_buf_close(g->out, mark);
}

static void write_state(gen *g) {
  size_t mark = section(g->out, CTI_SECTION_TABLE, 1);
  cti_buf_bytes(g->out, cti_slice((const uint8_t[]){0x70, 0, TABLE_SIZE}, 3));
  cti_buf_close(g->out, mark);
  mark = section(g->out, CTI_SECTION_MEMORY, 1);
  cti_buf_bytes(g->out, cti_slice((const uint8_t[]){0, 1}, 2));
  cti_buf_close(g->out, mark);
  mark = section(g->out, CTI_SECTION_GLOBAL, 2);
  for (int wide = 0; wide < 2; wide++) {
    cti_buf_u8(g->out, wide ? I64 : I32);
    cti_buf_u8(g->out, 1);
    constant(g, wide ? I64 : I32);
    op(g, CTI_OP_END);
  }
  cti_buf_close(g->out, mark);
}

static void write_exports(gen *g) {
  bool memory = choose_rarely(g->from, 12), global = choose_rarely(g->from, 8);
  uint32_t every = 1 + choose_below(g->from, 2);
  size_t mark = section(g->out, CTI_SECTION_EXPORT, (g->funcs + every - 1) / every + memory + global);
  for (uint32_t i = 0; i < g->funcs; i += every) {
    cti_buf_name(g->out, cti_slice((const uint8_t *)"uvwxyz" + i, 1));
    cti_buf_u8(g->out, CTI_EXTERN_FUNC);
    cti_buf_uleb(g->out, g->imports + i);
  }
  if (memory) cti_buf_bytes(g->out, CTI_LIT("\1m\2\0"));
  if (global) cti_buf_bytes(g->out, CTI_LIT("\1g\3\1"));
  cti_buf_close(g->out, mark);
}

static void write_segment(gen *g) {
  size_t mark = section(g->out, CTI_SECTION_ELEM, 1);
  cti_buf_bytes(g->out, CTI_LIT("\0\x41\0\x0b"));
  uint32_t count = choose_below(g->from, TABLE_SIZE + 1);
  cti_buf_uleb(g->out, count);
  for (uint32_t i = 0; i < count; i++) cti_buf_uleb(g->out, choose_below(g->from, g->imports + g->funcs));
  cti_buf_close(g->out, mark);
}

static void write_data(gen *g) {
  size_t mark = section(g->out, CTI_SECTION_DATA, 1);
  cti_buf_bytes(g->out, CTI_LIT("\0\x41\x08\x0b"));
  uint32_t count = choose_below(g->from, 40);
  cti_buf_uleb(g->out, count);
  for (uint32_t i = 0; i < count; i++) cti_buf_u8(g->out, choose_rarely(g->from, 8) ? choose_byte(g->from) : 0);
  cti_buf_close(g->out, mark);
}

void gen_module(cti_buf *out, choices *from) {
  gen g = {.from = from, .out = out};
  g.imports = choose_below(from, 4);
  g.funcs = 1 + choose_below(from, MOST_FUNCS);
  for (uint32_t i = 0; i < g.imports + g.funcs; i++) g.func_types[i] = (uint8_t)choose_below(from, TYPES);
  cti_buf_bytes(out, CTI_LIT("\0asm\1\0\0\0"));
  write_types(out);
  if (g.imports) write_imports(&g);
  size_t mark = section(out, CTI_SECTION_FUNCTION, g.funcs);
  for (uint32_t i = 0; i < g.funcs; i++) cti_buf_uleb(out, g.func_types[g.imports + i]);
  cti_buf_close(out, mark);
  write_state(&g);
  write_exports(&g);
  write_segment(&g);
  mark = section(out, CTI_SECTION_CODE, g.funcs);
  uint32_t funcs = g.funcs;
  for (uint32_t i = 0; i < funcs; i++) {
    g.funcs = i + 1; /* what it calls */
    body(&g, g.func_types[g.imports + i]);
  }
  cti_buf_close(out, mark);
  write_data(&g);
}
