/* optimize_code.c - the order of work on code. Flows in: a module. Flows out: the module with shorter bodies and signatures.
 *
 * Bodies are bytes between rounds: a round lifts one function after the other to trees, changes and writes them back, so that memory is one function's at a
 * time, for each thread. What all calls to a function say is noted on the way; the next round, in functions whose signature or calls change by it, runs the passes again.
 * What nothing reaches is left as it is. */
#include "base/parallel.h"
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

/* What works on one function after the other. */
typedef struct worker {
  ct_error error;
  cti_arena scratch;  /* of trees */
  cti_arena notes;    /* of `own` */
  cti_ir f, callee;
  cti_buf plain, made;
  cti_signatures own, *now; /* where it notes: the first worker in the round's, others in their own */
  uint32_t func;            /* that it works on */
  const cti_buf *best;      /* what the body becomes; NULL: it stays */
  bool stopped;             /* no time was left when it began */
} worker;

typedef struct coder {
  const cti_settings *settings;
  cti_module *m;
  cti_arena *arena; /* of the module */
  cti_uses uses;
  ct_slice *bodies; /* of all functions, as they were when the round began */
  cti_signatures now, plan; /* what is noted in this round, and what was planned by the last */
  worker *workers;
  uint32_t worker_count, next; /* the function that is handed out next */
  bool sign_extension;      /* may be used */
  bool first;               /* round */
  bool stopped;             /* no time is left: what was begun is finished, and nothing more */
} coder;

static const cti_remap unmoved;

/* The body with every number in its shortest form and nothing else changed. */
static ct_status shortest(worker *w, const cti_func *func) {
  cti_cursor c = cti_cursor_make(func->body, func->body_offset, &w->error);
  CTI_TRY(cti_remap_locals(&w->plain, &unmoved, &c));
  return cti_remap_code(&w->plain, &unmoved, &c);
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

enum {
  SWEEP_PASSES = 0
#define CT_PASS(symbol, kind, function, name, level, summary, contract, sqlite, go) +(kind == SWEEP)
#include "passes/passes.def"
#undef CT_PASS
};

/* Until each was run since something last moved, and moved nothing. */
static void sweep(const cti_settings *s, cti_ir *f) {
  for (int round = 0, quiet = 0; round < MAX_SWEEPS; round++)
    for (cti_pass pass = 0; pass < CTI_PASSES; pass++) {
      if (code_passes[pass].kind != SWEEP) continue;
      quiet = run_pass(s, pass, f) ? 0 : quiet + 1;
      if (quiet == SWEEP_PASSES) return;
    }
}

static void finish(const cti_settings *s, cti_ir *f) {
  for (cti_pass pass = 0; pass < CTI_PASSES; pass++) {
    if (code_passes[pass].kind == LAST) run_pass(s, pass, f);
    if (pass == CTI_PASS_LOWER && cti_pass_runs(s, pass)) run_pass(s, CTI_PASS_BLOCKS, f); /* ifs that have no value any more */
  }
  run_pass(s, CTI_PASS_BLOCKS, f); /* shared locals leave sets of themselves behind, tails jumps */
}

void cti_ir_optimize(cti_ir *f) {
  const cti_settings all = {.passes = ~(uint64_t)0};
  sweep(&all, f);
  finish(&all, f);
}

static ct_status write_back(worker *w, const cti_func *func, bool must) {
  w->plain.size = w->made.size = 0;
  CTI_TRY(cti_ir_emit(&w->made, &w->f, &unmoved));
  w->best = &w->made;
  if (must) return CT_OK;
  CTI_TRY(shortest(w, func));
  if (w->made.size > w->plain.size) w->best = &w->plain;
  return CT_OK;
}

static ct_status without_trees(const coder *x, worker *w, const cti_func *func) {
  w->plain.size = 0;
  CTI_TRY(cti_signatures_note_code(w->now, w->func));
  if (!x->first) return CT_OK;
  CTI_TRY(shortest(w, func));
  if (w->plain.size <= func->body.size) w->best = &w->plain;
  return CT_OK;
}

enum { SCRATCH_SIZE = 1 << 20 }; /* then the trees' memory is given back */

static void start_trees(const coder *x, worker *w) {
  cti_arena_init(&w->scratch, &w->error);
  cti_ir_init(&w->f, x->m, &w->scratch);
  cti_ir_init(&w->callee, x->m, &w->scratch);
  w->f.sign_extension = x->sign_extension;
  w->f.no_traps = x->settings->traps_never_happen;
  w->f.fast_math = x->settings->fast_math;
}

static void renew_trees(const coder *x, worker *w) {
  if (w->scratch.total < SCRATCH_SIZE) return;
  cti_arena_free(&w->scratch);
  start_trees(x, w);
}

/* By the plan of the last round. True when something changed: the function must be written back then. */
static bool apply_plan(const coder *x, worker *w) {
  if (x->first) return false;
  const cti_settings *s = x->settings;
  int64_t before = s->saved ? cti_ir_size(&w->f, w->f.root) : 0;
  bool inlined = cti_inline_apply(&x->plan, &w->f, &w->callee, x->bodies);
  int64_t between = s->saved ? cti_ir_size(&w->f, w->f.root) : 0;
  bool changed = cti_signatures_apply(&x->plan, &w->f);
  if (!s->saved) return changed || inlined;
  cti_pass_saved(s, CTI_PASS_INLINE, before - between); /* what it copied; dead-code takes away the original */
  cti_pass_saved(s, CTI_PASS_SIGNATURES, between - (int64_t)cti_ir_size(&w->f, w->f.root));
  return changed || inlined;
}

static ct_status optimize_func(const coder *x, worker *w) {
  const cti_func *func = &x->m->funcs.items[w->func];
  bool lifted;
  if (w->stopped && x->first) return cti_signatures_note_code(w->now, w->func);
  renew_trees(x, w);
  CTI_TRY(cti_ir_lift(&w->f, w->func, &lifted));
  if (!lifted) return without_trees(x, w, func);
  bool changed = apply_plan(x, w), work = (changed || x->first) && !w->stopped;
  if (work) sweep(x->settings, &w->f);
  cti_signatures_note(w->now, &w->f);
  if (work) finish(x->settings, &w->f);
  return changed || x->first ? write_back(w, func, changed) : w->error.status;
}

/* ---- functions are handed out one by one: what comes out does not depend on who works on which */

static ct_status keep(coder *x, const worker *w) {
  if (w->error.status != CT_OK && x->arena->error->status == CT_OK) *x->arena->error = w->error;
  CTI_TRY(x->arena->error->status);
  if (!w->best) return CT_OK;
  CTI_TRY(cti_buf_check(w->best, x->arena->error));
  x->m->funcs.items[w->func].body = cti_copy(x->arena, cti_buf_slice(w->best));
  return x->arena->error->status;
}

static bool take_func(void *context, uint32_t number) {
  coder *x = context;
  worker *w = &x->workers[number];
  if (keep(x, w) != CT_OK) return false;
  w->best = NULL;
  while (x->next < x->m->funcs.count && !x->uses.count[CTI_SPACE_FUNC][x->next]) x->next++;
  if (x->next == x->m->funcs.count) return false;
  w->stopped = x->stopped = x->stopped || cti_should_stop(x->settings);
  w->func = x->next++;
  return true;
}

static void work_on_func(void *context, uint32_t number) {
  const coder *x = context;
  worker *w = &x->workers[number];
  if (optimize_func(x, w) != CT_OK) w->best = NULL; /* why is in its error */
}

enum { PARALLEL_FROM = 1 << 17 }; /* bytes of code: less is done before a thread has begun */

/* What passes saved is counted by one. */
static uint32_t choose_threads(const coder *x) {
  size_t size = 0;
  for (uint32_t i = x->m->imported[CTI_EXTERN_FUNC]; i < x->m->funcs.count; i++) size += x->m->funcs.items[i].body.size;
  if (size < PARALLEL_FROM || x->settings->saved) return 1;
  return x->settings->threads ? x->settings->threads : cti_processor_count();
}

static ct_status hire(coder *x) {
  uint32_t count = choose_threads(x);
  x->workers = CTI_NEW_N(x->arena, worker, count);
  if (!x->workers) return CT_NOMEM;
  x->worker_count = count;
  for (uint32_t i = 0; i < count; i++) {
    worker *w = &x->workers[i];
    ct_error_clear(&w->error);
    start_trees(x, w);
    cti_arena_init(&w->notes, &w->error);
    w->now = i ? &w->own : &x->now;
  }
  return CT_OK;
}

static void dismiss(coder *x) {
  for (uint32_t i = 0; i < x->worker_count; i++) {
    worker *w = &x->workers[i];
    cti_arena_free(&w->scratch);
    cti_arena_free(&w->notes);
    ct_buf_free(&w->plain);
    ct_buf_free(&w->made);
  }
}

/* All functions that are alive. */
static ct_status work_on_all(coder *x) {
  const cti_signatures *plan = x->first ? NULL : &x->plan;
  CTI_TRY(cti_signatures_start(&x->now, plan, x->m, x->arena));
  for (uint32_t i = 1; i < x->worker_count; i++) CTI_TRY(cti_signatures_start(&x->workers[i].own, plan, x->m, &x->workers[i].notes));
  x->next = x->m->imported[CTI_EXTERN_FUNC];
  cti_parallel(&(cti_job){take_func, work_on_func, x}, x->worker_count);
  for (uint32_t i = 1; i < x->worker_count; i++) {
    cti_signatures_add(&x->now, &x->workers[i].own);
    cti_arena_free(&x->workers[i].notes);
    cti_arena_init(&x->workers[i].notes, &x->workers[i].error);
  }
  return x->arena->error->status;
}

/* ---- rounds */

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
  bool inlines = false;
  *again = false;
  CTI_TRY(start_round(x));
  CTI_TRY(work_on_all(x));
  commit(x);
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
  ct_status status = hire(&x);
  for (int round = 0; round < MAX_ROUNDS && again && status == CT_OK; round++) status = run_round(&x, &again);
  dismiss(&x);
  return status;
}
