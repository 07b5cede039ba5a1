/* ir_globals.c - locals that hold what a global holds are not read, and sets of a global that nobody sees go. Flows in: trees. Flows out: trees that read the
 * global instead, whose sets of such locals are dead.
 *
 * requires: nothing. preserves: all but reads of locals and how often a global is set. A compiler that keeps its stack pointer in a global has a copy of it in
 * a local, which it fetches again after each call (Go's does): reading the global is as short, and the copies are not needed. Which locals hold what a global
 * holds is found by walks in order of execution, until what loops begin with stands still: at first all is taken to hold. A call may set any global. */
#include "passes/ir_passes.h"

enum { MAX_GLOBALS = 4, MAX_LOCALS = 64, MAX_WALKS = 8 };

/* By global, a bit for each local that holds the same. Where control does not come, all do. */
typedef struct held {
  uint64_t locals[MAX_GLOBALS];
} held;

typedef struct watcher {
  cti_ir *f;
  uint32_t globals[MAX_GLOBALS], count;
  held *at_label; /* what holds where branches go */
  bool lowered;   /* what some loop begins with, in this walk */
  uint32_t gets[MAX_LOCALS];
  uint8_t mirrored[MAX_LOCALS]; /* the globals, by bit, that each get could read */
} watcher;

static cti_ir_node *at(const watcher *w, cti_node node) { return cti_ir_at(w->f, node); }
static void everything(held *now) { memset(now, 0xff, sizeof *now); }
static void nothing(held *now) { memset(now, 0, sizeof *now); }

static bool meet(held *into, const held *other) {
  bool lowered = false;
  for (uint32_t i = 0; i < MAX_GLOBALS; i++) {
    lowered |= (into->locals[i] & ~other->locals[i]) != 0;
    into->locals[i] &= other->locals[i];
  }
  return lowered;
}

/* ---- which globals */

static bool is_local(const cti_ir *f, cti_node node) { return cti_ir_op(f, node) == CTI_OP_LOCAL_GET || cti_ir_op(f, node) == CTI_OP_LOCAL_TEE; }

static uint32_t number_of(const watcher *w, uint32_t global) {
  uint32_t i = 0;
  while (i < w->count && w->globals[i] != global) i++;
  return i;
}

static void watch(watcher *w, uint32_t global) {
  if (w->count < MAX_GLOBALS && number_of(w, global) == w->count) w->globals[w->count++] = global;
}

/* Those that are set from a local, or to one. */
static void find_globals(watcher *w, cti_node node) {
  const cti_ir_node *n = at(w, node);
  cti_node kid = n->kid_count ? cti_ir_kid(w->f, node, 0) : CTI_NO_NODE;
  if (n->op == CTI_OP_GLOBAL_SET && is_local(w->f, kid)) watch(w, n->a);
  if (cti_op_sets_local(n->op) && cti_ir_op(w->f, kid) == CTI_OP_GLOBAL_GET) watch(w, at(w, kid)->a);
  for (uint32_t i = 0; i < at(w, node)->kid_count; i++) find_globals(w, cti_ir_kid(w->f, node, i));
}

/* ---- the walk */

/* The globals, by bit, that hold the value which was just made. */
static uint8_t sources(const watcher *w, cti_node value, const held *now) {
  const cti_ir_node *n = at(w, value);
  uint8_t found = 0;
  if (n->op == CTI_OP_GLOBAL_GET) return (uint8_t)(1u << number_of(w, n->a) & ((1u << w->count) - 1));
  if (!is_local(w->f, value) || n->a >= MAX_LOCALS) return 0;
  for (uint32_t i = 0; i < w->count; i++) found |= (uint8_t)((now->locals[i] >> n->a & 1) << i);
  return found;
}

static void set_local(const watcher *w, cti_node node, held *now) {
  uint32_t local = at(w, node)->a;
  if (local >= MAX_LOCALS) return;
  uint8_t from = sources(w, cti_ir_kid(w->f, node, 0), now);
  for (uint32_t i = 0; i < w->count; i++) {
    now->locals[i] &= ~((uint64_t)1 << local);
    if (from >> i & 1) now->locals[i] |= (uint64_t)1 << local;
  }
}

static void set_global(const watcher *w, cti_node node, held *now) {
  cti_node value = cti_ir_kid(w->f, node, 0);
  uint32_t i = number_of(w, at(w, node)->a);
  if (i == w->count) return;
  now->locals[i] = is_local(w->f, value) && at(w, value)->a < MAX_LOCALS ? (uint64_t)1 << at(w, value)->a : 0;
}

static void get_local(watcher *w, cti_node node, const held *now) {
  uint32_t local = at(w, node)->a;
  if (local >= MAX_LOCALS) return;
  w->gets[local]++;
  w->mirrored[local] &= sources(w, node, now);
}

static void walk(watcher *w, cti_node node, held *now);

static void walk_kids(watcher *w, cti_node node, held *now) {
  for (uint32_t i = 0; i < at(w, node)->kid_count; i++) walk(w, cti_ir_kid(w->f, node, i), now);
}

static void walk_if(watcher *w, cti_node node, held *now) {
  walk(w, cti_ir_kid(w->f, node, 0), now);
  held other = *now;
  walk(w, cti_ir_kid(w->f, node, 1), now);
  if (at(w, node)->kid_count == 3) walk(w, cti_ir_kid(w->f, node, 2), &other);
  meet(now, &other);
}

static void branch(watcher *w, uint32_t label, const held *now) {
  bool lowered = meet(&w->at_label[label], now);
  w->lowered |= lowered && label && cti_ir_op(w->f, w->f->labels.items[label].target) == CTI_OP_LOOP;
}

static void walk_branch(watcher *w, cti_node node, held *now) {
  const cti_ir_node *n = at(w, node);
  walk_kids(w, node, now);
  if (n->op == CTI_OP_BR || n->op == CTI_OP_BR_IF) branch(w, n->a, now);
  for (uint32_t i = 0; n->op == CTI_OP_BR_TABLE && i < n->b; i++) branch(w, w->f->lists.items[n->a + i], now);
  if (n->op != CTI_OP_BR_IF) everything(now);
}

static void walk(watcher *w, cti_node node, held *now) {
  const cti_ir_node *n = at(w, node);
  uint32_t label = n->a;
  switch (n->op) {
  case CTI_OP_LOCAL_GET: get_local(w, node, now); return;
  case CTI_OP_LOOP:
    meet(now, &w->at_label[label]);
    walk_kids(w, node, now);
    return;
  case CTI_OP_BLOCK: case CTI_OP_IF:
    everything(&w->at_label[label]);
    if (n->op == CTI_OP_IF) walk_if(w, node, now);
    else walk_kids(w, node, now);
    meet(now, &w->at_label[label]);
    return;
  case CTI_OP_BR: case CTI_OP_BR_IF: case CTI_OP_BR_TABLE: case CTI_OP_RETURN: case CTI_OP_UNREACHABLE: walk_branch(w, node, now); return;
  default: break;
  }
  walk_kids(w, node, now);
  if (cti_op_sets_local(n->op)) set_local(w, node, now);
  else if (n->op == CTI_OP_GLOBAL_SET) set_global(w, node, now);
  else if (n->op < CTI_OPS && cti_opcodes[n->op].effects & (CTI_EFFECT_CALL | CTI_EFFECT_WRITE_GLOBAL)) nothing(now);
}

/* Walks until nothing moves: what was counted in the last walk holds. */
static bool walk_all(watcher *w) {
  for (uint32_t i = 0; i < w->f->labels.count; i++) everything(&w->at_label[i]);
  for (uint32_t i = 0; i < MAX_WALKS; i++) {
    held now;
    nothing(&now);
    memset(w->gets, 0, sizeof w->gets);
    memset(w->mirrored, 0xff, sizeof w->mirrored);
    w->lowered = false;
    walk(w, w->f->root, &now);
    if (!w->lowered) return true;
  }
  return false;
}

static void read_globals(watcher *w, cti_node node) {
  cti_ir_node *n = at(w, node);
  for (uint32_t i = 0; i < n->kid_count; i++) read_globals(w, cti_ir_kid(w->f, node, i));
  if (n->op != CTI_OP_LOCAL_GET || n->a >= MAX_LOCALS || !w->mirrored[n->a]) return;
  uint32_t i = 0;
  while (!(w->mirrored[n->a] >> i & 1)) i++;
  *n = (cti_ir_node){.op = CTI_OP_GLOBAL_GET, .type = n->type, .a = w->globals[i]};
}

/* Is there a local that is read, and always where a global holds the same? Of those that mirror several, one is left; its type is the local's. */
static bool choose(watcher *w) {
  bool any = false;
  for (uint32_t local = 0; local < MAX_LOCALS; local++) {
    uint8_t chosen = 0;
    for (uint32_t i = 0; i < w->count && w->gets[local] && !chosen; i++)
      if (w->mirrored[local] >> i & 1 && w->f->locals.items[local] == w->f->m->globals.items[w->globals[i]].type.type) chosen = (uint8_t)(1u << i);
    w->mirrored[local] = chosen;
    any |= chosen != 0;
  }
  return any;
}

bool cti_ir_pass_mirrors(cti_ir *f) {
  watcher w = {.f = f};
  find_globals(&w, f->root);
  if (!w.count) return false;
  w.at_label = CTI_NEW_N(f->arena, held, f->labels.count);
  if (!w.at_label || !walk_all(&w) || !choose(&w)) return false;
  read_globals(&w, f->root);
  return true;
}

/* ---- sets that nobody sees */

typedef struct reads {
  uint32_t global, count;
  cti_node last;
} reads;

static void count_reads(reads *r, const cti_ir *f, cti_node node) {
  const cti_ir_node *n = cti_ir_at(f, node);
  if (n->op == CTI_OP_GLOBAL_GET && n->a == r->global) r->count++, r->last = node;
  for (uint32_t i = 0; i < n->kid_count; i++) count_reads(r, f, cti_ir_kid(f, node, i));
}

/* g = x; g = y, where y reads g once or never, and nothing else happens: the first value goes to where it is read, or is dropped. */
static bool join_sets(cti_ir *f, cti_node first, cti_node second) {
  if (cti_ir_op(f, first) != CTI_OP_GLOBAL_SET || cti_ir_op(f, second) != CTI_OP_GLOBAL_SET || cti_ir_at(f, first)->a != cti_ir_at(f, second)->a) return false;
  cti_node x = cti_ir_kid(f, first, 0), y = cti_ir_kid(f, second, 0);
  reads r = {.global = cti_ir_at(f, first)->a};
  cti_ir_effects before, after;
  cti_ir_effects_of(&before, f, x);
  cti_ir_effects_of(&after, f, y);
  if (!cti_ir_is_pure(f, y) || after.bits & CTI_EFFECT_TRAP) return false;
  count_reads(&r, f, y);
  if (r.count > 1 || (r.count == 1 && cti_ir_conflict(&before, &after))) return false;
  if (r.count == 1) {
    cti_ir_become(f, r.last, x);
    cti_ir_remove(f, first);
  } else {
    *cti_ir_at(f, first) = (cti_ir_node){.op = CTI_OP_DROP, .kids = cti_ir_at(f, first)->kids, .kid_count = 1};
  }
  return true;
}

static bool join_all(cti_ir *f, cti_node node) {
  const cti_ir_node *n = cti_ir_at(f, node);
  bool list = n->op == CTI_OP_BLOCK || n->op == CTI_OP_LOOP || n->op == CTI_IR_SEQ, changed = false;
  for (uint32_t i = 0; i < cti_ir_at(f, node)->kid_count; i++) {
    changed |= join_all(f, cti_ir_kid(f, node, i));
    if (list && i) changed |= join_sets(f, cti_ir_kid(f, node, i - 1), cti_ir_kid(f, node, i));
  }
  return changed;
}

bool cti_ir_pass_global_sets(cti_ir *f) { return join_all(f, f->root); }
