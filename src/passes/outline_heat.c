/* outline_heat.c - which functions may run often. Flows in: a module. Flows out: for each function how often it may run.
 *
 * An estimate, as powers of two. A function is as hot as the hottest place that calls it; only half of what the caller has counts, or recursion would make all of a
 * program hot. The constants are those by which SQLite and boolector took the fewest instructions for the bytes that outlining saved. */
#include "passes/gc.h"
#include "passes/outline.h"

enum { UNKNOWN = -100, MOST = 60, MAX_ROUNDS = 24, TABLE_HEAT = 2 };

typedef struct call {
  uint32_t caller, callee; /* callee: a function, or a type for one by table */
  bool indirect;
  int8_t heat; /* within the caller */
} call;

typedef struct finder {
  const cti_module *m;
  cti_arena *arena;
  CTI_VEC(call) calls;
  int8_t *funcs, *types; /* by index: of functions; of places that call a type by table */
  bool *in_table;
} finder;

static int clamped(int heat) { return heat > MOST ? MOST : heat < -MOST ? -MOST : heat; }

static int half(int heat) { return heat > 0 ? heat / 2 : (heat - 1) / 2; }

static bool raise(int8_t *to, int heat) {
  if (heat <= *to) return false;
  *to = (int8_t)heat;
  return true;
}

/* Functions in tables are called by type; each is one of several. */
static bool pass_on(const finder *f) {
  bool changed = false;
  for (uint32_t i = 0; i < f->calls.count; i++) {
    const call *c = &f->calls.items[i];
    int from = f->funcs[c->caller];
    if (from != UNKNOWN) changed |= raise(c->indirect ? &f->types[c->callee] : &f->funcs[c->callee], clamped(half(from) + c->heat));
  }
  for (uint32_t i = 0; i < f->m->funcs.count; i++) {
    int heat = f->types[f->m->funcs.items[i].type];
    if (f->in_table[i] && heat != UNKNOWN) changed |= raise(&f->funcs[i], heat - TABLE_HEAT);
  }
  return changed;
}

static void settle(const finder *f) {
  for (uint32_t round = 0; round < MAX_ROUNDS && pass_on(f); round++) {}
}

static void find_roots(const finder *f) {
  const cti_module *m = f->m;
  for (uint32_t i = 0; i < m->exports.count; i++)
    if (m->exports.items[i].kind == CTI_EXTERN_FUNC) f->funcs[m->exports.items[i].index] = 0;
  if (m->start != UINT32_MAX) f->funcs[m->start] = 0;
  for (uint32_t i = 0; i < m->elems.count; i++)
    for (uint32_t k = 0; k < m->elems.items[i].count && !m->elems.items[i].is_exprs; k++) f->in_table[m->elems.items[i].funcs[k]] = true;
}

static void find_calls(finder *f, const bool *is_alive) {
  cti_outline_reader r = {.m = f->m, .arena = f->arena};
  for (uint32_t i = f->m->imported[CTI_EXTERN_FUNC]; i < f->m->funcs.count; i++) {
    if (!is_alive[i]) continue;
    cti_outline_start(&r, i);
    while (cti_outline_next(&r)) {
      bool indirect = r.instr.op == CTI_OP_CALL_INDIRECT;
      if (indirect || r.instr.op == CTI_OP_CALL) cti_vec_push_large(f->arena, &f->calls, ((call){i, r.instr.a, indirect, r.heat}));
    }
  }
}

static ct_status find(finder *f, cti_outline_heats *out, cti_arena *arena) {
  uint32_t count = f->m->funcs.count;
  cti_uses uses;
  CTI_TRY(cti_gc_mark(&uses, f->m, f->arena));
  out->is_alive = CTI_NEW_N(arena, bool, count);
  out->funcs = f->funcs = CTI_NEW_N(arena, int8_t, count);
  f->types = CTI_NEW_N(f->arena, int8_t, f->m->types.count);
  f->in_table = CTI_NEW_N(f->arena, bool, count);
  if (!out->is_alive || !f->funcs || !f->types || !f->in_table) return arena->error->status;
  memset(f->funcs, UNKNOWN, count);
  memset(f->types, UNKNOWN, f->m->types.count);
  for (uint32_t i = 0; i < count; i++) out->is_alive[i] = uses.count[CTI_SPACE_FUNC][i] != 0;
  find_calls(f, out->is_alive);
  find_roots(f);
  settle(f);
  for (uint32_t i = 0; i < count; i++)
    if (f->funcs[i] == UNKNOWN) f->funcs[i] = 0; /* who calls it was not read */
  settle(f);
  return f->arena->error->status;
}

ct_status cti_outline_find_heats(cti_outline_heats *out, const cti_module *m, cti_arena *arena) {
  cti_arena scratch;
  cti_arena_init(&scratch, arena->error);
  finder f = {.m = m, .arena = &scratch};
  ct_status status = find(&f, out, arena);
  cti_arena_free(&scratch);
  return status;
}
