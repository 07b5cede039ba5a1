/* ir_liveness.c - which locals still matter where: dead sets go, locals that never live together share one. Flows in: trees. Flows out: trees and a shorter
 * list of locals, those of one type beside each other.
 *
 * requires: label counts. preserves: everything else.
 * One walk against the order of execution; loops are walked until their head stands still, deep ones are taken to keep everything alive. */
#include "passes/ir_passes.h"

enum { MAX_LOOP_DEPTH = 5, MAX_LOCALS = 4000 };

typedef uint64_t word;

typedef struct liveness {
  cti_ir *f;
  uint32_t words; /* of a set */
  word **at_label; /* what is alive where a branch to it goes; NULL: not yet */
  CTI_VEC(word *) spare;
  uint32_t loops; /* how many are around */
  bool final;     /* sets may be changed and lives recorded */
  bool changed;
  word *rows; /* of the interference matrix */
  word *marks; /* what is alive at some mark; NULL: nobody asks */
} liveness;

static cti_ir_node *at(const liveness *l, cti_node node) { return cti_ir_at(l->f, node); }
static bool has(const word *set, uint32_t i) { return set[i / 64] >> (i % 64) & 1; }
static void add(word *set, uint32_t i) { set[i / 64] |= (word)1 << (i % 64); }
static void take(word *set, uint32_t i) { set[i / 64] &= ~((word)1 << (i % 64)); }
static void copy(const liveness *l, word *to, const word *from) { memcpy(to, from, l->words * sizeof *to); }

static bool join(const liveness *l, word *to, const word *from) {
  word grown = 0;
  for (uint32_t i = 0; i < l->words; i++) {
    grown |= from[i] & ~to[i];
    to[i] |= from[i];
  }
  return grown != 0;
}

static void clear(const liveness *l, word *set) { memset(set, 0, l->words * sizeof *set); }

static word *borrow(liveness *l) {
  if (l->spare.count) return l->spare.items[--l->spare.count];
  return CTI_NEW_N(l->f->arena, word, l->words);
}

static void give_back(liveness *l, word *set) { cti_vec_push(l->f->arena, &l->spare, set); }

static void walk(liveness *l, cti_node node, word *alive);

static void walk_kids(liveness *l, cti_node node, uint32_t from, word *alive) {
  for (uint32_t i = at(l, node)->kid_count; i-- > from;) walk(l, cti_ir_kid(l->f, node, i), alive);
}

static word *row(const liveness *l, uint32_t local) { return l->rows + (size_t)local * l->words; }

/* A local that gets a value while others live cannot share with them; with the one whose copy it is, it can. */
static void record(liveness *l, cti_node node, const word *alive) {
  if (!l->rows) return;
  uint32_t local = at(l, node)->a, source = UINT32_MAX;
  const cti_ir_node *value = at(l, cti_ir_kid(l->f, node, 0));
  if (value->op == CTI_OP_LOCAL_GET || value->op == CTI_OP_LOCAL_TEE) source = value->a;
  bool kept = source != UINT32_MAX && has(row(l, local), source);
  join(l, row(l, local), alive);
  if (source != UINT32_MAX && !kept) take(row(l, local), source);
}

static void walk_set(liveness *l, cti_node node, word *alive) {
  cti_ir *f = l->f;
  bool tee = at(l, node)->op == CTI_OP_LOCAL_TEE;
  if (!has(alive, at(l, node)->a)) {
    if (l->final) {
      cti_node value = cti_ir_kid(f, node, 0);
      l->changed = true;
      if (tee) {
        cti_ir_become(f, node, value);
        walk(l, node, alive);
        return;
      }
      at(l, node)->op = CTI_OP_DROP;
      at(l, node)->a = 0;
    }
  } else {
    if (l->final) record(l, node, alive);
    take(alive, at(l, node)->a);
  }
  walk_kids(l, node, 0, alive);
}

static void walk_if(liveness *l, cti_node node, word *alive) {
  word *other = borrow(l);
  if (!other) return;
  copy(l, other, alive);
  copy(l, l->at_label[at(l, node)->a], alive);
  walk(l, cti_ir_kid(l->f, node, 1), alive);
  if (at(l, node)->kid_count == 3) walk(l, cti_ir_kid(l->f, node, 2), other);
  join(l, alive, other);
  give_back(l, other);
  walk(l, cti_ir_kid(l->f, node, 0), alive);
}

static void walk_loop(liveness *l, cti_node node, word *alive) {
  word *after = borrow(l), *head = l->at_label[at(l, node)->a];
  bool final = l->final;
  if (!after) return;
  copy(l, after, alive);
  clear(l, head);
  if (++l->loops > MAX_LOOP_DEPTH) memset(head, 0xff, l->words * sizeof *head);
  l->final = false;
  do {
    copy(l, alive, after);
    walk_kids(l, node, 0, alive);
  } while (join(l, head, alive));
  l->final = final;
  if (final) {
    copy(l, alive, after);
    walk_kids(l, node, 0, alive);
  }
  join(l, alive, head);
  l->loops--;
  give_back(l, after);
}

static void walk(liveness *l, cti_node node, word *alive) {
  const cti_ir_node *n = at(l, node);
  switch (n->op) {
  case CTI_OP_LOCAL_GET: add(alive, n->a); return;
  case CTI_OP_LOCAL_SET: case CTI_OP_LOCAL_TEE: walk_set(l, node, alive); return;
  case CTI_OP_BLOCK:
    copy(l, l->at_label[n->a], alive);
    walk_kids(l, node, 0, alive);
    return;
  case CTI_OP_LOOP: walk_loop(l, node, alive); return;
  case CTI_OP_IF: walk_if(l, node, alive); return;
  case CTI_OP_BR: copy(l, alive, l->at_label[n->a]); break;
  case CTI_OP_BR_IF: join(l, alive, l->at_label[n->a]); break;
  case CTI_OP_BR_TABLE:
    clear(l, alive);
    for (uint32_t i = 0; i < n->b; i++) join(l, alive, l->at_label[l->f->lists.items[n->a + i]]);
    break;
  case CTI_OP_RETURN: case CTI_OP_UNREACHABLE: clear(l, alive); break;
  case CTI_OP_NOP:
    if (l->marks && n->a) join(l, l->marks, alive);
    break;
  default: break;
  }
  walk_kids(l, node, 0, alive);
}

/* ---- sharing */

typedef struct coloring {
  cti_ir *f;
  const liveness *l;
  uint32_t *uses, *to; /* by local */
  uint32_t count;
} coloring;

static void count_uses(const cti_ir *f, cti_node node, uint32_t *uses) {
  const cti_ir_node *n = cti_ir_at(f, node);
  if (cti_op_names_local(n->op)) uses[n->a]++;
  for (uint32_t i = 0; i < n->kid_count; i++) count_uses(f, cti_ir_kid(f, node, i), uses);
}

static bool interfere(const liveness *l, uint32_t a, uint32_t b) { return has(row(l, a), b) || has(row(l, b), a); }

/* The first colour of the type among whose locals none lives together with this one. */
static uint32_t colour_for(const coloring *c, uint32_t local, const uint32_t *done, uint32_t done_count, const cti_corevt *types, uint32_t colours) {
  for (uint32_t colour = 0; colour < colours; colour++) {
    bool free = types[colour] == c->f->locals.items[local];
    for (uint32_t i = 0; free && i < done_count; i++) free = c->to[done[i]] != colour || !interfere(c->l, done[i], local);
    if (free) return colour;
  }
  return colours;
}

/* Most used first, so that these get the small numbers; parameters are where they are. */
static void by_use(const uint32_t *uses, uint32_t *order, uint32_t count) {
  for (uint32_t i = 1; i < count; i++)
    for (uint32_t k = i; k > 0 && uses[order[k]] > uses[order[k - 1]]; k--) {
      uint32_t swap = order[k];
      order[k] = order[k - 1];
      order[k - 1] = swap;
    }
}

/* Colours of one type beside each other, the type that is used most first: one run each. */
static void group_types(coloring *c, cti_corevt *types, uint32_t colours) {
  cti_ir *f = c->f;
  uint32_t *total = CTI_NEW_N(f->arena, uint32_t, colours + 1), *place = CTI_NEW_N(f->arena, uint32_t, colours + 1);
  cti_corevt *grouped = CTI_NEW_N(f->arena, cti_corevt, colours + 1);
  if (!total || !place || !grouped) return;
  for (uint32_t i = 0; i < c->count; i++)
    if (c->uses[i])
      for (uint32_t k = f->param_count; k < colours; k++)
        if (types[k] == f->locals.items[i]) total[k] += c->uses[i];
  uint32_t made = f->param_count;
  for (uint32_t i = 0; i < f->param_count; i++) grouped[i] = types[i], place[i] = i;
  while (made < colours) {
    uint32_t best = UINT32_MAX;
    for (uint32_t k = f->param_count; k < colours; k++)
      if (total[k] != UINT32_MAX && (best == UINT32_MAX || total[k] > total[best])) best = k;
    cti_corevt type = types[best];
    for (uint32_t k = f->param_count; k < colours; k++)
      if (total[k] != UINT32_MAX && types[k] == type) place[k] = made, grouped[made++] = type, total[k] = UINT32_MAX;
  }
  for (uint32_t i = 0; i < c->count; i++) c->to[i] = place[c->to[i]];
  memcpy(types, grouped, colours * sizeof *types);
}

static bool share(liveness *l, const word *at_entry) {
  cti_ir *f = l->f;
  uint32_t count = f->locals.count, done_count = 0, colours = f->param_count;
  coloring c = {f, l, CTI_NEW_N(f->arena, uint32_t, count), CTI_NEW_N(f->arena, uint32_t, count), count};
  uint32_t *order = CTI_NEW_N(f->arena, uint32_t, count), *done = CTI_NEW_N(f->arena, uint32_t, count);
  cti_corevt *types = CTI_NEW_N(f->arena, cti_corevt, count + 1);
  if (!c.uses || !c.to || !order || !done || !types) return false;
  count_uses(f, f->root, c.uses);
  for (uint32_t i = 0; i < count; i++) { /* what lives at the entry has a value there: parameters theirs, others zero */
    order[i] = i;
    if (i < f->param_count || has(at_entry, i)) join(l, row(l, i), at_entry);
  }
  for (uint32_t i = 0; i < f->param_count; i++) {
    c.to[i] = i;
    types[i] = f->locals.items[i];
    done[done_count++] = i;
  }
  by_use(c.uses, order + f->param_count, count - f->param_count);
  for (uint32_t i = f->param_count; i < count && c.uses[order[i]]; i++) {
    uint32_t local = order[i], colour = colour_for(&c, local, done, done_count, types, colours);
    if (colour == colours) types[colours++] = f->locals.items[local];
    c.to[local] = colour;
    done[done_count++] = local;
  }
  group_types(&c, types, colours);
  bool changed = colours != count;
  for (uint32_t i = 0; i < count && !changed; i++) changed = c.uses[i] && c.to[i] != i;
  if (!changed) return false;
  cti_ir_renumber_locals(f, f->root, c.to);
  memcpy(f->locals.items, types, colours * sizeof *types);
  f->locals.count = colours;
  return true;
}

/* What is alive at the entry, or NULL: too many locals, or memory is out. */
static word *walk_all(liveness *l) {
  cti_ir *f = l->f;
  l->words = (f->locals.count + 63) / 64;
  if (f->locals.count == 0 || f->locals.count > MAX_LOCALS) return NULL;
  word *alive = borrow(l);
  l->at_label = CTI_NEW_N(f->arena, word *, f->labels.count);
  if (!alive || !l->at_label) return NULL;
  for (uint32_t i = 0; i < f->labels.count; i++)
    if (!(l->at_label[i] = CTI_NEW_N(f->arena, word, l->words))) return NULL;
  walk_kids(l, f->root, 0, alive);
  return alive;
}

static bool run(cti_ir *f, bool sharing) {
  liveness l = {.f = f, .final = true};
  bool fits = f->locals.count <= MAX_LOCALS;
  if (sharing && fits) l.rows = CTI_NEW_N(f->arena, word, (size_t)f->locals.count * ((f->locals.count + 63) / 64));
  if (sharing && !l.rows) return false;
  const word *alive = walk_all(&l);
  return (alive && sharing && share(&l, alive)) || l.changed;
}

bool *cti_ir_live_at_marks(cti_ir *f) {
  liveness l = {.f = f, .marks = CTI_NEW_N(f->arena, word, (f->locals.count + 63) / 64)};
  bool *live = CTI_NEW_N(f->arena, bool, f->locals.count);
  if (!l.marks || !live) return NULL;
  bool known = walk_all(&l) != NULL;
  for (uint32_t i = 0; i < f->locals.count; i++) live[i] = !known || has(l.marks, i);
  return live;
}

bool cti_ir_pass_dead_sets(cti_ir *f) { return run(f, false); }
bool cti_ir_pass_share_locals(cti_ir *f) { return run(f, true); }
