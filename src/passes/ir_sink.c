/* ir_sink.c - values go to where they are used. Flows in: trees. Flows out: trees with fewer local.set and local.get.
 *
 * requires: label counts. preserves: order of effects. breaks: label counts stay right.
 * A walk in order of execution keeps the sets that could still move down. What runs on the way strikes out those that it could tell apart; a get that comes
 * upon its set takes the value itself when it is the only one, else becomes a tee. A set that is followed by another before any get is dead. */
#include "passes/ir_passes.h"

enum { MAX_WAITING = 24 }; /* sets that wait at a time: older ones give way */

typedef struct waiting {
  cti_node set;
  uint32_t local;
  cti_ir_effects effects; /* of its value */
} waiting;

typedef struct sinker {
  cti_ir *f;
  uint32_t *gets; /* by local */
  waiting sets[MAX_WAITING];
  uint32_t count;
  bool changed;
} sinker;

static cti_ir_node *at(const sinker *s, cti_node node) { return cti_ir_at(s->f, node); }

static void forget(sinker *s, uint32_t i) {
  s->count--;
  memmove(&s->sets[i], &s->sets[i + 1], (s->count - i) * sizeof *s->sets);
}

static void forget_all(sinker *s) { s->count = 0; }

static uint32_t find(const sinker *s, uint32_t local) {
  for (uint32_t i = s->count; i-- > 0;)
    if (s->sets[i].local == local) return i;
  return UINT32_MAX;
}

/* What the instruction itself does, its operands aside. */
static cti_ir_effects own_effects(const sinker *s, cti_node node) {
  cti_ir_node alone = *at(s, node);
  cti_ir_effects e = {0};
  if (alone.op < CTI_OPS) e.bits = cti_opcodes[alone.op].effects;
  if (alone.op == CTI_OP_BR_IF || alone.op == CTI_OP_BR || alone.op == CTI_OP_BR_TABLE || alone.op == CTI_OP_RETURN || alone.op == CTI_OP_UNREACHABLE) e.leaves = true;
  return e;
}

static void strike(sinker *s, cti_node node) {
  cti_ir_effects e = own_effects(s, node);
  const cti_ir_node *n = at(s, node);
  if (e.leaves) { /* where it goes, the local may be read */
    forget_all(s);
    return;
  }
  bool touches = n->op == CTI_OP_LOCAL_GET || n->op == CTI_OP_LOCAL_SET || n->op == CTI_OP_LOCAL_TEE;
  uint64_t bit = touches ? (uint64_t)1 << (n->a < 63 ? n->a : 63) : 0;
  if (n->op == CTI_OP_LOCAL_GET) e.reads = bit;
  else e.writes = bit;
  for (uint32_t i = s->count; i-- > 0;) {
    bool same_local = touches && s->sets[i].local == n->a;
    if (same_local || cti_ir_conflict(&s->sets[i].effects, &e)) forget(s, i);
  }
}

static void wait_for_get(sinker *s, cti_node set) {
  if (s->count == MAX_WAITING) forget(s, 0);
  waiting w = {.set = set, .local = at(s, set)->a};
  cti_ir_effects_of(&w.effects, s->f, cti_ir_kid(s->f, set, 0));
  if (!w.effects.leaves) s->sets[s->count++] = w; /* its own control is not followed */
}

static void take_value(sinker *s, cti_node get, uint32_t i) {
  cti_node set = s->sets[i].set, value = cti_ir_kid(s->f, set, 0);
  uint32_t local = s->sets[i].local;
  if (s->gets[local] == 1) {
    *at(s, get) = *at(s, value);
    if (cti_ir_is_label_node(at(s, get)->op)) s->f->labels.items[at(s, get)->a].target = get;
  } else {
    at(s, get)->op = CTI_OP_LOCAL_TEE;
    cti_ir_set_kids(s->f, get, &value, 1);
  }
  s->gets[local]--;
  cti_ir_remove(s->f, set);
  forget(s, i);
  s->changed = true;
}

static void walk(sinker *s, cti_node node);

static void walk_kids(sinker *s, cti_node node, uint32_t from) {
  for (uint32_t i = from; i < at(s, node)->kid_count; i++) walk(s, cti_ir_kid(s->f, node, i));
}

static void walk_get(sinker *s, cti_node node) {
  uint32_t i = find(s, at(s, node)->a);
  if (i == UINT32_MAX) {
    strike(s, node);
    return;
  }
  cti_ir_effects e = s->sets[i].effects;
  uint32_t local = s->sets[i].local;
  bool whole = s->gets[local] == 1;
  take_value(s, node, i);
  if (!whole) e.writes |= (uint64_t)1 << (local < 63 ? local : 63);
  for (uint32_t k = s->count; k-- > 0;) /* the value runs here now: what waits above it must bear that */
    if (cti_ir_conflict(&s->sets[k].effects, &e) || (!whole && s->sets[k].local == local)) forget(s, k);
}

/* An earlier set of the same local that nobody read in between gives nothing. */
static void drop_dead_set(sinker *s, uint32_t local) {
  uint32_t i = find(s, local);
  if (i == UINT32_MAX) return;
  at(s, s->sets[i].set)->op = CTI_OP_DROP;
  at(s, s->sets[i].set)->a = 0;
  forget(s, i);
  s->changed = true;
}

static void walk(sinker *s, cti_node node) {
  cti_ir *f = s->f;
  switch (at(s, node)->op) {
  case CTI_OP_LOCAL_GET: walk_get(s, node); return;
  case CTI_OP_LOCAL_SET:
    walk_kids(s, node, 0);
    drop_dead_set(s, at(s, node)->a);
    strike(s, node);
    wait_for_get(s, node);
    return;
  case CTI_OP_IF:
    walk(s, cti_ir_kid(f, node, 0));
    for (uint32_t i = 1; i < at(s, node)->kid_count; i++) {
      forget_all(s);
      walk(s, cti_ir_kid(f, node, i));
    }
    forget_all(s);
    return;
  case CTI_OP_LOOP:
    forget_all(s);
    walk_kids(s, node, 0);
    return;
  case CTI_OP_BLOCK:
    walk_kids(s, node, 0);
    if (f->labels.items[at(s, node)->a].uses) forget_all(s);
    return;
  default:
    walk_kids(s, node, 0);
    strike(s, node);
    if (cti_ir_diverges(f, node)) forget_all(s);
  }
}

static void count_gets(sinker *s, cti_node node) {
  if (at(s, node)->op == CTI_OP_LOCAL_GET) s->gets[at(s, node)->a]++;
  if (at(s, node)->op == CTI_OP_LOCAL_TEE) s->gets[at(s, node)->a] += 2; /* its value is wanted in place, too */
  for (uint32_t i = 0; i < at(s, node)->kid_count; i++) count_gets(s, cti_ir_kid(s->f, node, i));
}

bool cti_ir_pass_sink(cti_ir *f) {
  sinker s = {.f = f, .gets = CTI_NEW_N(f->arena, uint32_t, f->locals.count)};
  if (!s.gets) return false;
  count_gets(&s, f->root);
  walk(&s, f->root);
  return s.changed;
}
