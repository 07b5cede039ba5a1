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

/* Where a branch leaves with sets that wait: its label's block may give the value of one. */
typedef struct parting {
  cti_node branch, set;
  uint32_t label, local;
  uint32_t next; /* of the same label; 0: none */
} parting;

typedef struct sinker {
  cti_ir *f;
  uint32_t *gets; /* by local */
  waiting sets[MAX_WAITING];
  uint32_t count;
  CTI_VEC(parting) partings; /* from number 1 */
  uint32_t *first_parting;   /* by label */
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
  bool touches = cti_op_names_local(n->op);
  uint64_t bit = touches ? cti_ir_local_bit(n->a) : 0;
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
    cti_ir_become(s->f, get, value);
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
  if (!whole) e.writes |= cti_ir_local_bit(local);
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

/* ---- values of blocks and ifs: what every way out sets is the value of the whole */

static bool waited(const waiting *before, uint32_t count, cti_node set) {
  for (uint32_t i = 0; i < count; i++)
    if (before[i].set == set) return true;
  return false;
}

/* `before` are the sets that waited before the condition: the value comes before it, too, and not before what runs within it. */
static void part(sinker *s, cti_node branch, const waiting *before, uint32_t count) {
  const cti_ir_node *n = at(s, branch);
  bool conditional = n->op == CTI_OP_BR_IF;
  if (n->kid_count != conditional || n->a == 0) return;
  for (uint32_t i = 0; i < s->count; i++) {
    if (conditional && !waited(before, count, s->sets[i].set)) continue;
    if (!cti_vec_push(s->f->arena, &s->partings, ((parting){branch, s->sets[i].set, n->a, s->sets[i].local, s->first_parting[n->a]}))) return;
    s->first_parting[n->a] = s->partings.count - 1;
  }
}

static cti_node value_of(const sinker *s, cti_node set) { return cti_ir_kid(s->f, set, 0); }

/* The branch takes the value along. One that may stay sets the local then, as it did before. */
static void give_to_branch(sinker *s, const parting *p) {
  cti_ir *f = s->f;
  cti_node kids[2] = {value_of(s, p->set), CTI_NO_NODE};
  cti_ir_remove(f, p->set);
  if (at(s, p->branch)->op == CTI_OP_BR) {
    cti_ir_set_kids(f, p->branch, kids, 1);
    return;
  }
  kids[1] = cti_ir_kid(f, p->branch, 0);
  cti_node branch = cti_ir_add_with(f, CTI_OP_BR_IF, f->locals.items[p->local], p->label, kids, 2);
  *at(s, p->branch) = (cti_ir_node){.op = CTI_OP_LOCAL_SET, .a = p->local};
  cti_ir_set_kids(f, p->branch, &branch, 1);
}

static bool last_diverges_plainly(const sinker *s, cti_node list) {
  uint32_t count = at(s, list)->kid_count;
  return count && cti_ir_diverges_plainly(s->f, cti_ir_kid(s->f, list, count - 1));
}

/* The list ends with the value: of a set that waits there, or nothing when control never comes there. */
static void give_to_list(sinker *s, cti_node list, cti_node set) {
  cti_ir *f = s->f;
  uint32_t count = at(s, list)->kid_count;
  cti_node value = set ? value_of(s, set) : CTI_NO_NODE;
  if (set) cti_ir_remove(f, set);
  else if (!last_diverges_plainly(s, list)) value = cti_ir_add(f, CTI_OP_UNREACHABLE, CTI_VT_NONE, NULL, 0);
  if (!value) return;
  cti_node *kids = CTI_NEW_N(f->arena, cti_node, count + 1);
  if (!kids) return;
  if (count) memcpy(kids, f->kids.items + at(s, list)->kids, count * sizeof *kids);
  kids[count] = value;
  cti_ir_set_kids(f, list, kids, count + 1);
  if (set && at(s, list)->op == CTI_IR_SEQ) at(s, list)->a = count;
}

/* The node, whose value is ready, becomes a set of the local to it, which waits. */
static void become_set(sinker *s, cti_node node, uint32_t local) {
  cti_ir *f = s->f;
  cti_node inner = cti_ir_add(f, CTI_OP_NOP, CTI_VT_NONE, NULL, 0);
  if (!inner) return;
  *at(s, inner) = *at(s, node);
  at(s, inner)->type = f->locals.items[local];
  f->labels.items[at(s, inner)->a].target = inner;
  *at(s, node) = (cti_ir_node){.op = CTI_OP_LOCAL_SET, .a = local};
  cti_ir_set_kids(f, node, &inner, 1);
  s->changed = true;
  forget_all(s);
  wait_for_get(s, node);
}

/* Do all branches to the label set the local? */
static bool all_part(const sinker *s, uint32_t label, uint32_t local) {
  uint32_t count = 0;
  for (uint32_t i = s->first_parting[label]; i; i = s->partings.items[i].next) count += s->partings.items[i].local == local;
  return count == s->f->labels.items[label].uses;
}

static void give_to_branches(sinker *s, uint32_t label, uint32_t local) {
  for (uint32_t i = s->first_parting[label]; i; i = s->partings.items[i].next)
    if (s->partings.items[i].local == local) give_to_branch(s, &s->partings.items[i]);
}

/* What waits at an end of a block or arm. */
typedef struct ending {
  waiting sets[MAX_WAITING];
  uint32_t count;
  bool diverges;
} ending;

static void end_here(const sinker *s, ending *out, bool diverges) {
  out->diverges = diverges;
  out->count = out->diverges ? 0 : s->count;
  memcpy(out->sets, s->sets, out->count * sizeof *out->sets);
}

static cti_node set_at(const ending *e, uint32_t local) {
  for (uint32_t i = e->count; i-- > 0;)
    if (e->sets[i].local == local) return e->sets[i].set;
  return CTI_NO_NODE;
}

/* A local that this end sets; where control does not come there, any that a branch sets. The last set comes first. */
static uint32_t candidate(const sinker *s, const ending *e, uint32_t label, uint32_t i) {
  if (!e->diverges) return i < e->count ? e->sets[e->count - 1 - i].local : UINT32_MAX;
  for (uint32_t k = s->first_parting[label]; k; k = s->partings.items[k].next)
    if (i-- == 0) return s->partings.items[k].local;
  return UINT32_MAX;
}

/* A local that is zero at first. */
static bool has_default(const sinker *s, uint32_t local) {
  cti_corevt type = s->f->locals.items[local];
  return !cti_vt_is_ref(type) || (type & CTI_VT_NULLABLE);
}

static void block_value(sinker *s, cti_node node) {
  uint32_t label = at(s, node)->a, local;
  ending e;
  uint32_t kids = at(s, node)->kid_count;
  end_here(s, &e, kids && cti_ir_diverges(s->f, cti_ir_kid(s->f, node, kids - 1)));
  for (uint32_t i = 0; i < MAX_WAITING && (local = candidate(s, &e, label, i)) != UINT32_MAX; i++) {
    if (!has_default(s, local) || !all_part(s, label, local)) continue;
    give_to_branches(s, label, local);
    give_to_list(s, node, set_at(&e, local));
    become_set(s, node, local);
    return;
  }
}

static cti_node get_of(sinker *s, uint32_t local) {
  s->gets[local]++;
  return cti_ir_add_with(s->f, CTI_OP_LOCAL_GET, s->f->locals.items[local], local, NULL, 0);
}

/* An arm becomes one that gives the local's value. */
static void arm_value(sinker *s, cti_node arm, cti_node set, uint32_t local) {
  give_to_list(s, arm, set);
  at(s, arm)->type = s->f->locals.items[local];
}

/* if c { .. x = a } else { .. x = b }: x = if c { .. a } else { .. b }; where there is no else, the value is x as it was. */
static bool if_value(sinker *s, cti_node node, ending ends[2]) {
  cti_ir *f = s->f;
  bool both = at(s, node)->kid_count == 3;
  uint32_t label = at(s, node)->a, uses = f->labels.items[label].uses;
  if ((both && ends[0].diverges && ends[1].diverges) || (!both && (ends[0].diverges || uses))) return false;
  const ending *first = ends[0].diverges ? &ends[1] : &ends[0], *other = first == ends ? &ends[1] : &ends[0];
  for (uint32_t i = first->count; i-- > 0;) {
    uint32_t local = first->sets[i].local;
    if (both && !other->diverges && !set_at(other, local)) continue;
    if (!has_default(s, local) || !all_part(s, label, local)) continue;
    give_to_branches(s, label, local);
    arm_value(s, cti_ir_kid(f, node, 1), set_at(&ends[0], local), local);
    if (both) {
      arm_value(s, cti_ir_kid(f, node, 2), set_at(&ends[1], local), local);
    } else {
      cti_node get = get_of(s, local), kids[3] = {cti_ir_kid(f, node, 0), cti_ir_kid(f, node, 1), cti_ir_add(f, CTI_IR_SEQ, f->locals.items[local], &get, 1)};
      cti_ir_set_kids(f, node, kids, 3);
    }
    become_set(s, node, local);
    return true;
  }
  return false;
}

static void walk_if(sinker *s, cti_node node) {
  ending ends[2]; /* large: only what is read is set */
  ends[0].count = ends[1].count = 0;
  ends[0].diverges = ends[1].diverges = false;
  bool is_void = at(s, node)->type == CTI_VT_NONE;
  walk(s, cti_ir_kid(s->f, node, 0));
  for (uint32_t i = 1; i < at(s, node)->kid_count; i++) {
    forget_all(s);
    walk(s, cti_ir_kid(s->f, node, i));
    end_here(s, &ends[i - 1], cti_ir_diverges(s->f, cti_ir_kid(s->f, node, i)));
  }
  forget_all(s);
  if (is_void) if_value(s, node, ends);
}

static void walk_block(sinker *s, cti_node node) {
  walk_kids(s, node, 0);
  if (s->f->labels.items[at(s, node)->a].uses == 0) return;
  bool was_void = at(s, node)->type == CTI_VT_NONE;
  if (was_void) block_value(s, node);
  if (at(s, node)->op == CTI_OP_BLOCK) forget_all(s);
}

static void walk_branch(sinker *s, cti_node node) {
  waiting before[MAX_WAITING];
  uint32_t count = s->count;
  memcpy(before, s->sets, count * sizeof *before);
  walk_kids(s, node, 0);
  part(s, node, before, count);
  forget_all(s); /* where it goes, the locals may be read */
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
  case CTI_OP_IF: walk_if(s, node); return;
  case CTI_OP_LOOP:
    forget_all(s);
    walk_kids(s, node, 0);
    return;
  case CTI_OP_BLOCK: walk_block(s, node); return;
  case CTI_OP_BR: case CTI_OP_BR_IF: walk_branch(s, node); return;
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
  s.first_parting = CTI_NEW_N(f->arena, uint32_t, f->labels.count);
  if (!s.gets || !s.first_parting || !cti_vec_push(f->arena, &s.partings, ((parting){0}))) return false;
  count_gets(&s, f->root);
  walk(&s, f->root);
  return s.changed;
}
