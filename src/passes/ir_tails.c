/* ir_tails.c - code that ends several ways to one place stands there once. Flows in: trees. Flows out: trees with fewer nodes.
 *
 *   block l { .. { A; X; br l } .. { B; X; br l } .. }   becomes   block l { block new { .. { A; br new } .. { B; br new } .. br l } X }
 * The function's own end and the head of a loop are such places too. requires: label counts. preserves: everything runs as it ran, with other jumps. Late: what
 * is the same only after locals are shared is found, too.
 * One place at a time, the innermost first; from among the ends that lead there the ones with the same last statement are taken, and as many statements as all
 * of these have in common. What X branches to must be around the place. */
#include "passes/ir_passes.h"

enum { MAX_ENDS = 512, LEAST_GAIN = 1 };

typedef struct end_of_list {
  cti_node list;
  uint32_t at;   /* of the branch in it, or the count of its kids where control just comes to the end */
  uint64_t hash; /* of the last statement before, or of the branch with its value */
  uint32_t next; /* of the same label; UINT32_MAX: none */
} end_of_list;

typedef struct tails {
  cti_ir *f;
  CTI_VEC(end_of_list) ends;
  uint32_t *first; /* by label: its ends */
  uint32_t *depth; /* by label: how deep it nests */
  uint32_t level;
  uint32_t trap; /* stands for a label, that of what ends in `unreachable`: its place is the function's end */
  bool changed;
} tails;

static cti_ir_node *at(const tails *t, cti_node node) { return cti_ir_at(t->f, node); }
static cti_node kid(const tails *t, cti_node node, uint32_t i) { return cti_ir_kid(t->f, node, i); }

/* Without labels: what nests alike has one hash. */
static uint64_t hash_tree(const cti_ir *f, cti_node node) {
  const cti_ir_node *n = cti_ir_at(f, node);
  bool has_label = n->op == CTI_OP_BR || n->op == CTI_OP_BR_IF || n->op == CTI_OP_BR_TABLE || cti_ir_is_label_node(n->op);
  uint64_t hash = n->op * 0x9e3779b97f4a7c15u + n->kid_count + ((uint64_t)n->type << 20);
  if (!has_label && n->op < CTI_OPS) hash ^= ((uint64_t)n->a << 32 | n->b) * 0xbf58476d1ce4e5b9u;
  if (!n->is_instr) hash += n->value * 0x94d049bb133111ebu;
  for (uint32_t i = 0; i < n->kid_count; i++) hash = (hash ^ hash >> 29) * 0xbf58476d1ce4e5b9u + hash_tree(f, cti_ir_kid(f, node, i));
  return hash ^ hash >> 32;
}

/* ---- which ends there are */

static bool is_list(const cti_ir_node *n) { return n->op == CTI_OP_BLOCK || n->op == CTI_OP_LOOP || n->op == CTI_IR_SEQ; }

static void add_end(tails *t, uint32_t label, cti_node list, uint32_t i) {
  cti_node last = i < at(t, list)->kid_count && at(t, kid(t, list, i))->kid_count ? kid(t, list, i) : i ? kid(t, list, i - 1) : CTI_NO_NODE;
  if (!last || t->ends.count >= UINT32_MAX - 1) return;
  cti_vec_push(t->f->arena, &t->ends, ((end_of_list){list, i, hash_tree(t->f, last), t->first[label]}));
  t->first[label] = t->ends.count - 1;
}

/* The branch or trap at the end of a list, when it goes to `own`, or (UINT32_MAX) to another label than the list's. */
static void note_list(tails *t, cti_node list, uint32_t own) {
  uint32_t count = at(t, list)->kid_count, to = UINT32_MAX, self = cti_ir_is_label_node(at(t, list)->op) ? at(t, list)->a : UINT32_MAX;
  if (!count) return;
  const cti_ir_node *last = at(t, kid(t, list, count - 1));
  if (last->op == CTI_OP_BR) to = last->a;
  if (last->op == CTI_OP_UNREACHABLE) to = t->trap;
  if (to != UINT32_MAX && (own == UINT32_MAX ? to != self : to == own)) add_end(t, to, list, count - 1);
}

/* ---- what ends have in common */

static bool stays_in_scope(const tails *t, cti_node node, uint32_t label) {
  const cti_ir_node *n = at(t, node);
  if (cti_ir_is_label_node(n->op)) t->f->labels.items[n->a].is_open = true;
  bool ok = true;
  if (n->op == CTI_OP_BR || n->op == CTI_OP_BR_IF) ok = t->f->labels.items[n->a].is_open || t->depth[n->a] <= t->depth[label];
  for (uint32_t i = 0; n->op == CTI_OP_BR_TABLE && i < n->b && ok; i++)
    ok = t->f->labels.items[t->f->lists.items[n->a + i]].is_open || t->depth[t->f->lists.items[n->a + i]] <= t->depth[label];
  for (uint32_t i = 0; i < n->kid_count && ok; i++) ok = stays_in_scope(t, kid(t, node, i), label);
  if (cti_ir_is_label_node(n->op)) t->f->labels.items[n->a].is_open = false;
  return ok;
}

typedef struct choice {
  uint32_t ends[MAX_ENDS];
  uint32_t count;
  uint32_t statements; /* in common, without the branch */
  bool value;          /* the branches give the same one */
  int64_t gain;
} choice;

static bool has_branch(const tails *t, const end_of_list *e) { return e->at < at(t, e->list)->kid_count; }

static cti_node statement(const tails *t, const end_of_list *e, uint32_t back) { return back < e->at ? kid(t, e->list, e->at - 1 - back) : CTI_NO_NODE; }

/* As many statements as all of them have in common. */
static uint32_t common_statements(const tails *t, const choice *c, uint32_t label, uint32_t *size) {
  for (uint32_t back = 0;; back++) {
    cti_node first = statement(t, &t->ends.items[c->ends[0]], back);
    if (!first || at(t, first)->type != CTI_VT_NONE || !stays_in_scope(t, first, label)) return back;
    for (uint32_t i = 1; i < c->count; i++) {
      cti_node other = statement(t, &t->ends.items[c->ends[i]], back);
      if (!other || !cti_ir_equal(t->f, first, other)) return back;
    }
    *size += cti_ir_size(t->f, first);
  }
}

/* The group of the end with number `e`: those behind it in the chain whose last thing is the same. */
static void gather(const tails *t, choice *c, uint32_t label, uint32_t e) {
  const end_of_list *first = &t->ends.items[e];
  bool value = has_branch(t, first) && at(t, kid(t, first->list, first->at))->kid_count;
  cti_node key = value ? kid(t, first->list, first->at) : statement(t, first, 0);
  uint32_t size = 0;
  *c = (choice){.value = value};
  c->ends[c->count++] = e;
  if (value && !stays_in_scope(t, kid(t, key, 0), label)) return;
  for (uint32_t k = first->next; k != UINT32_MAX && c->count < MAX_ENDS; k = t->ends.items[k].next) {
    const end_of_list *other = &t->ends.items[k];
    if (other->hash != first->hash || at(t, other->list)->op == CTI_OP_NOP) continue;
    cti_node theirs = value ? (has_branch(t, other) ? kid(t, other->list, other->at) : CTI_NO_NODE) : statement(t, other, 0);
    if (theirs && cti_ir_equal(t->f, key, theirs)) c->ends[c->count++] = k;
  }
  if (c->count < 2) return;
  c->statements = common_statements(t, c, label, &size);
  if (value) size += cti_ir_size(t->f, kid(t, key, 0));
  bool falls = false;
  for (uint32_t i = 0; i < c->count; i++) falls |= !has_branch(t, &t->ends.items[c->ends[i]]);
  /* each loses what is in common; the block is new, with a branch at its end unless one of them stands there */
  c->gain = (int64_t)size * (c->count - 1) - 3 - (falls ? 0 : 2) - (label == 0 || label == t->trap ? (int64_t)c->count + 1 : 0);
  if (c->statements == 0 && !value) c->gain = 0;
}

/* ---- moving them */

static cti_node branch_to(tails *t, uint32_t label) { return cti_ir_add_with(t->f, CTI_OP_BR, CTI_VT_NONE, label, NULL, 0); }

/* Trees that are gone: ends that were noted in them count no more. */
static void kill(tails *t, cti_node node) {
  for (uint32_t i = 0; i < at(t, node)->kid_count; i++) kill(t, kid(t, node, i));
  cti_ir_remove(t->f, node);
}

/* The list's common end goes, and a branch to the new label stands for it; where control just came to the end, it still does. */
static void shorten(tails *t, const choice *c, const end_of_list *e, uint32_t label, bool first) {
  uint32_t kept = e->at - c->statements;
  bool branches = has_branch(t, e);
  for (uint32_t i = 0; i < c->statements && !first; i++) kill(t, statement(t, e, i));
  if (branches) {
    cti_node branch = branch_to(t, label);
    *cti_ir_kid_at(t->f, e->list, kept) = branch;
  }
  at(t, e->list)->kid_count = kept + branches;
}

/* The place's list becomes: block new { what was there; a branch over it, or nothing }, the common end, what was to be done at the place. */
static void move(tails *t, const choice *c, cti_node place, uint32_t label) {
  cti_ir *f = t->f;
  const end_of_list first = t->ends.items[c->ends[0]];
  uint32_t count = at(t, place)->kid_count, n = 0, made = f->labels.count;
  bool loop = at(t, place)->op == CTI_OP_LOOP, falls = false;
  bool trap = label == t->trap;
  cti_node *after = CTI_NEW_N(f->arena, cti_node, c->statements + 3), *inner = CTI_NEW_N(f->arena, cti_node, count + 1);
  if (made == t->trap || !after || !inner || !cti_vec_push(f->arena, &f->labels, ((cti_ir_label){0}))) return;
  t->depth[made] = t->depth[label] + 1;
  cti_node branch = has_branch(t, &first) ? kid(t, first.list, first.at) : CTI_NO_NODE;
  for (uint32_t i = c->statements; i-- > 0;) after[1 + n++] = statement(t, &first, i);
  if (c->value && !loop) after[1 + n++] = kid(t, branch, 0);
  for (uint32_t i = 0; i < c->count; i++) {
    falls |= t->ends.items[c->ends[i]].list == place && !has_branch(t, &t->ends.items[c->ends[i]]);
    shorten(t, c, &t->ends.items[c->ends[i]], made, i == 0);
  }
  count = at(t, place)->kid_count;
  if (count) memcpy(inner, f->kids.items + at(t, place)->kids, count * sizeof *inner);
  if (!falls && !(count && cti_ir_diverges(f, inner[count - 1]))) { /* what came to the end goes past the common one */
    cti_node last = count && at(t, inner[count - 1])->type != CTI_VT_NONE ? inner[--count] : CTI_NO_NODE;
    inner[count++] = cti_ir_add_with(f, CTI_OP_BR, CTI_VT_NONE, trap ? 0 : label, &last, last ? 1 : 0);
  }
  cti_node block = cti_ir_add_with(f, CTI_OP_BLOCK, CTI_VT_NONE, made, inner, count);
  f->labels.items[made].target = block;
  after[0] = block;
  if (loop) after[1 + n++] = branch_to(t, label);
  if (trap) after[1 + n++] = cti_ir_add(f, CTI_OP_UNREACHABLE, CTI_VT_NONE, NULL, 0);
  cti_ir_set_kids(f, place, after, 1 + n);
  t->changed = true;
}

/* Does control come to the end of the loop's list by falling out of it? Then nothing can stand there. */
static bool loop_falls(const tails *t, cti_node loop) {
  uint32_t count = at(t, loop)->kid_count;
  return !count || !cti_ir_diverges(t->f, kid(t, loop, count - 1));
}

static void merge_at(tails *t, cti_node place, uint32_t label) {
  choice best = {.gain = 0}, c;
  uint32_t looked = 0;
  for (uint32_t e = t->first[label]; e != UINT32_MAX && looked++ < MAX_ENDS; e = t->ends.items[e].next) {
    if (at(t, t->ends.items[e].list)->op == CTI_OP_NOP) continue;
    gather(t, &c, label, e);
    if (c.gain > best.gain && c.gain >= LEAST_GAIN) best = c;
  }
  if (best.gain > 0) move(t, &best, place, label);
}

static void merge_place(tails *t, cti_node place) {
  const cti_ir_node *n = at(t, place);
  uint32_t label = n->a, count = n->kid_count;
  bool loop = n->op == CTI_OP_LOOP;
  note_list(t, place, label);
  if (loop && (n->type != CTI_VT_NONE || loop_falls(t, place))) return;
  if (!loop && n->type == CTI_VT_NONE && count && !cti_ir_diverges(t->f, kid(t, place, count - 1))) add_end(t, label, place, count);
  merge_at(t, place, label);
}

static void walk(tails *t, cti_node node) {
  cti_ir_node *n = at(t, node);
  bool label = cti_ir_is_label_node(n->op);
  if (label) t->depth[n->a] = ++t->level;
  for (uint32_t i = 0; i < at(t, node)->kid_count; i++) walk(t, kid(t, node, i));
  if (at(t, node)->op == CTI_OP_BLOCK || at(t, node)->op == CTI_OP_LOOP) merge_place(t, node);
  if (is_list(at(t, node))) note_list(t, node, UINT32_MAX);
  if (label) t->level--;
}

static bool once(cti_ir *f) {
  uint32_t room = 2 * f->labels.count + 16; /* for labels that are made */
  tails t = {.f = f, .trap = room, .first = CTI_NEW_N(f->arena, uint32_t, room + 1), .depth = CTI_NEW_N(f->arena, uint32_t, room + 1)};
  if (!t.first || !t.depth) return false;
  for (uint32_t i = 0; i <= room; i++) t.first[i] = UINT32_MAX, t.depth[i] = UINT32_MAX;
  t.depth[0] = t.depth[t.trap] = 0;
  walk(&t, f->root);
  merge_at(&t, f->root, t.trap);
  return t.changed;
}

enum { MAX_TURNS = 16 };

bool cti_ir_pass_tails(cti_ir *f) {
  bool changed = false;
  for (uint32_t i = 0; i < MAX_TURNS && once(f); i++) {
    changed = true;
    cti_ir_count_labels(f);
  }
  return changed;
}
