/* optimize_code.c - the order of work on code. Flows in: a module. Flows out: the module with shorter bodies and signatures.
 *
 * Bodies are bytes between rounds: a round lifts one function after the other to trees, changes and writes them back, so that memory is one function's at a
 * time. What all calls to a function say is noted on the way; the next round, in functions whose signature or calls change by it, runs the passes again.
 * What nothing reaches is left as it is. */
#include "passes/gc.h"
#include "passes/inline.h"
#include "passes/ir_passes.h"
#include "passes/module_passes.h"
#include "passes/signatures.h"

typedef enum code_kind { SWEEP, LAST, CALLS, MODULE } code_kind;

/* By number. */
static const struct {
  code_kind kind;
  bool (*run)(cti_ir *f);
} code_passes[] = {
#define CT_PASS(symbol, kind, function, name, level, summary, contract, sqlite, go) {kind, function},
#include "passes/passes.def"
#undef CT_PASS
};

typedef struct coder {
  const cti_settings *settings;
  cti_module *m;
  cti_arena *arena;   /* of the module */
  cti_arena scratch;  /* of trees */
  cti_uses uses;
  cti_ir f, callee;
  ct_slice *bodies; /* of all functions, as they were when the round began */
  cti_buf plain, made;
  cti_signatures now, plan; /* what is noted in this round, and what was planned by the last */
  bool sign_extension;      /* may be used */
  bool first;               /* round */
  bool stopped;             /* no time is left: what was begun is finished, and nothing more */
} coder;

static const cti_remap unmoved;

/* The body with every number in its shortest form and nothing else changed. */
static ct_status shortest(coder *x, const cti_func *func) {
  cti_cursor c = cti_cursor_make(func->body, func->body_offset, x->arena->error);
  CTI_TRY(cti_remap_locals(&x->plain, &unmoved, &c));
  return cti_remap_code(&x->plain, &unmoved, &c);
}

enum { MAX_SWEEPS = 12, MAX_ROUNDS = 8 };

static bool run_pass(const cti_settings *s, cti_pass pass, cti_ir *f) {
  if (!cti_pass_runs(s, pass)) return false;
  int64_t before = s->saved ? cti_ir_size(f, f->root) : 0;
  if (!f->counted) cti_ir_count_labels(f);
  bool changed = code_passes[pass].run(f);
  if (changed) f->counted = false;
  if (s->saved) cti_pass_saved(s, pass, before - (int64_t)cti_ir_size(f, f->root));
  return changed;
}

static bool run_kind(const cti_settings *s, code_kind kind, cti_ir *f) {
  bool changed = false;
  for (cti_pass pass = 0; pass < CTI_PASSES; pass++)
    if (code_passes[pass].kind == kind) changed |= run_pass(s, pass, f);
  return changed;
}

static void sweep(const cti_settings *s, cti_ir *f) {
  for (int round = 0; round < MAX_SWEEPS && run_kind(s, SWEEP, f);) round++;
}

static void finish(const cti_settings *s, cti_ir *f) {
  run_kind(s, LAST, f);
  run_pass(s, CTI_PASS_BLOCKS, f); /* shared locals leave sets of themselves behind, tails jumps */
}

void cti_ir_optimize(cti_ir *f) {
  const cti_settings all = {.passes = ~(uint64_t)0};
  sweep(&all, f);
  finish(&all, f);
}

static ct_status keep(coder *x, cti_func *func, const cti_buf *best) {
  CTI_TRY(cti_buf_check(best, x->arena->error));
  func->body = cti_copy(x->arena, cti_buf_slice(best));
  return x->arena->error->status;
}

static ct_status write_back(coder *x, cti_func *func, bool must) {
  x->plain.size = x->made.size = 0;
  CTI_TRY(cti_ir_emit(&x->made, &x->f, &unmoved));
  if (must) return keep(x, func, &x->made);
  CTI_TRY(shortest(x, func));
  return keep(x, func, x->made.size <= x->plain.size ? &x->made : &x->plain);
}

static ct_status without_trees(coder *x, cti_func *func, uint32_t index) {
  x->plain.size = 0;
  CTI_TRY(cti_signatures_note_code(&x->now, index));
  if (!x->first) return CT_OK;
  CTI_TRY(shortest(x, func));
  return x->plain.size <= func->body.size ? keep(x, func, &x->plain) : CT_OK;
}

enum { SCRATCH_SIZE = 1 << 20 }; /* then the trees' memory is given back */

static void start_trees(coder *x) {
  cti_arena_init(&x->scratch, x->arena->error);
  cti_ir_init(&x->f, x->m, &x->scratch);
  cti_ir_init(&x->callee, x->m, &x->scratch);
  x->f.sign_extension = x->sign_extension;
  x->f.no_traps = x->settings->traps_never_happen;
  x->f.fast_math = x->settings->fast_math;
}

static void renew_trees(coder *x) {
  if (x->scratch.total < SCRATCH_SIZE) return;
  cti_arena_free(&x->scratch);
  start_trees(x);
}

/* By the plan of the last round. True when something changed: the function must be written back then. */
static bool apply_plan(coder *x) {
  if (x->first) return false;
  const cti_settings *s = x->settings;
  int64_t before = s->saved ? cti_ir_size(&x->f, x->f.root) : 0;
  bool inlined = cti_inline_apply(&x->plan, &x->f, &x->callee, x->bodies);
  int64_t between = s->saved ? cti_ir_size(&x->f, x->f.root) : 0;
  bool changed = cti_signatures_apply(&x->plan, &x->f);
  if (!s->saved) return changed || inlined;
  cti_pass_saved(s, CTI_PASS_INLINE, before - between); /* what it copied; dead-code takes away the original */
  cti_pass_saved(s, CTI_PASS_SIGNATURES, between - (int64_t)cti_ir_size(&x->f, x->f.root));
  return changed || inlined;
}

static ct_status optimize_func(coder *x, uint32_t index) {
  cti_func *func = &x->m->funcs.items[index];
  bool lifted;
  x->stopped = x->stopped || cti_should_stop(x->settings);
  if (x->stopped && x->first) return cti_signatures_note_code(&x->now, index);
  renew_trees(x);
  CTI_TRY(cti_ir_lift(&x->f, index, &lifted));
  if (!lifted) return without_trees(x, func, index);
  bool changed = apply_plan(x), work = (changed || x->first) && !x->stopped;
  if (work) sweep(x->settings, &x->f);
  cti_signatures_note(&x->now, &x->f);
  if (work) finish(x->settings, &x->f);
  return changed || x->first ? write_back(x, func, changed) : x->arena->error->status;
}

/* Types move to the plan's, so that the next lift reads the bodies that were written by it. */
static void commit(coder *x) {
  for (uint32_t i = x->m->imported[CTI_EXTERN_FUNC]; i < x->m->funcs.count; i++) x->m->funcs.items[i].type = x->now.funcs[i].type;
}

static ct_status start_round(coder *x) {
  CTI_TRY(cti_gc_mark(&x->uses, x->m, x->arena));
  if (!cti_pass_runs(x->settings, CTI_PASS_DEAD_CODE)) cti_gc_keep_all(&x->uses);
  if (!x->bodies) x->bodies = CTI_NEW_N(x->arena, ct_slice, x->m->funcs.count);
  for (uint32_t i = 0; x->bodies && i < x->m->funcs.count; i++) x->bodies[i] = x->m->funcs.items[i].body;
  return x->arena->error->status;
}

static ct_status run_round(coder *x, bool *again) {
  ct_status status = CT_OK;
  bool inlines;
  CTI_TRY(start_round(x));
  CTI_TRY(cti_signatures_start(&x->now, x->first ? NULL : &x->plan, x->m, x->arena));
  for (uint32_t i = x->m->imported[CTI_EXTERN_FUNC]; i < x->m->funcs.count && status == CT_OK; i++)
    if (x->uses.count[CTI_SPACE_FUNC][i]) status = optimize_func(x, i);
  if (status != CT_OK) return status;
  commit(x);
  *again = inlines = false;
  x->stopped = x->stopped || cti_should_stop(x->settings);
  if (cti_pass_runs(x->settings, CTI_PASS_INLINE) && !x->stopped) cti_inline_decide(&x->now, &inlines);
  if (cti_pass_runs(x->settings, CTI_PASS_SIGNATURES) && !x->stopped) CTI_TRY(cti_signatures_decide(&x->now, again));
  *again |= inlines;
  x->plan = x->now;
  x->first = false;
  return CT_OK;
}

/* A proposal that the module does not use already, by its code or by what its makers say, is not brought in. */
static bool has_sign_extension(const cti_module *m) {
  static const char name[] = "sign-ext";
  const cti_section *features = cti_module_custom(m, CTI_LIT("target_features"), NULL);
  for (size_t i = 0; features && i + sizeof name - 1 <= features->content.size; i++)
    if (memcmp(features->content.data + i, name, sizeof name - 1) == 0) return true;
  for (uint32_t i = m->imported[CTI_EXTERN_FUNC]; i < m->funcs.count; i++) {
    cti_cursor c = cti_cursor_make(m->funcs.items[i].body, 0, m->arena->error);
    cti_instr instr;
    cti_skip_locals(&c);
    while (cti_instr_next(&instr, &c))
      if (cti_opcodes[instr.op].feature == cti_opcodes[CTI_OP_I32_EXTEND8_S].feature) return true;
  }
  return false;
}

ct_status cti_optimize_code(cti_module *m, const cti_settings *settings, cti_arena *arena) {
  coder x = {.settings = settings, .m = m, .arena = arena, .first = true, .sign_extension = has_sign_extension(m)};
  bool again = true;
  ct_status status = CT_OK;
  start_trees(&x);
  for (int round = 0; round < MAX_ROUNDS && again && status == CT_OK; round++) status = run_round(&x, &again);
  cti_arena_free(&x.scratch);
  ct_buf_free(&x.plain);
  ct_buf_free(&x.made);
  return status;
}
