/* ir_known.c - what locals are known to hold: a constant, or what another local holds. Flows in: trees. Flows out: trees where reads of them are constants, or can
 * go further, and without sets that change nothing. Late, the other way round: constants that a local holds are read there, which is shorter.
 *
 * requires: label counts. preserves: everything else. One walk in order of execution; where ways come together, what all of them know is kept; a loop begins
 * with what its body does not write. Locals begin as zero. */
#include "passes/ir_integer.h"
#include "passes/ir_passes.h"

enum { GET_SIZE = 2 }; /* bytes of a local.get */
enum { MAX_FACTS = 32 }; /* at a time: older ones are forgotten */

typedef struct fact {
  uint32_t local;
  uint16_t op;    /* of a constant, or CTI_OP_LOCAL_GET */
  uint64_t value; /* the constant, or the other local */
} fact;

typedef struct known {
  struct known *next; /* while it is spare */
  bool dead;          /* no control comes here */
  uint32_t count;
  fact facts[MAX_FACTS];
  uint64_t zero[]; /* integer locals that are zero */
} known;

typedef struct knower {
  cti_ir *f;
  uint32_t words;
  bool fetches; /* constants that a local holds are read there, and not the other way round */
  known **at_label; /* what is known where a branch to it goes; NULL: no branch yet */
  known *spare;
  bool changed;
} knower;

static cti_ir_node *at(const knower *k, cti_node node) { return cti_ir_at(k->f, node); }
static void copy(const knower *k, known *to, const known *from) { memcpy(to, from, sizeof *to + k->words * sizeof *to->zero); }

static known *borrow(knower *k) {
  known *made = k->spare;
  if (made) k->spare = made->next;
  else made = cti_alloc(k->f->arena, sizeof *made + k->words * sizeof *made->zero);
  return made;
}

static void give_back(knower *k, known *state) {
  if (!state) return;
  state->next = k->spare;
  k->spare = state;
}

/* ---- facts */

static bool is_zero(const known *now, uint32_t local) { return now->zero[local / 64] >> (local % 64) & 1; }
static void set_zero(known *now, uint32_t local, bool zero) {
  uint64_t bit = (uint64_t)1 << (local % 64);
  if (zero) now->zero[local / 64] |= bit;
  else now->zero[local / 64] &= ~bit;
}

static const fact *find(const known *now, uint32_t local) {
  for (uint32_t i = 0; i < now->count; i++)
    if (now->facts[i].local == local) return &now->facts[i];
  return NULL;
}

/* Nothing is known of the local any more, nor by it. */
static void forget(known *now, uint32_t local) {
  uint32_t kept = 0;
  for (uint32_t i = 0; i < now->count; i++) {
    const fact *x = &now->facts[i];
    if (x->local != local && !(x->op == CTI_OP_LOCAL_GET && x->value == local)) now->facts[kept++] = *x;
  }
  now->count = kept;
  set_zero(now, local, false);
}

static void learn(known *now, fact x) {
  if (now->count == MAX_FACTS) {
    now->count--;
    memmove(&now->facts[0], &now->facts[1], now->count * sizeof *now->facts);
  }
  now->facts[now->count++] = x;
}

static bool same(const fact *a, const fact *b) { return a->op == b->op && a->value == b->value; }

/* What both know; the second may be a way that control never takes. */
static void meet(const knower *k, known *into, const known *other) {
  uint32_t kept = 0;
  if (other->dead) return;
  if (into->dead) {
    copy(k, into, other);
    return;
  }
  for (uint32_t i = 0; i < into->count; i++) {
    const fact *theirs = find(other, into->facts[i].local);
    if (theirs && same(theirs, &into->facts[i])) into->facts[kept++] = into->facts[i];
  }
  into->count = kept;
  for (uint32_t i = 0; i < k->words; i++) into->zero[i] &= other->zero[i];
}

static void branch(knower *k, uint32_t label, const known *now) {
  if (k->at_label[label]) {
    meet(k, k->at_label[label], now);
    return;
  }
  k->at_label[label] = borrow(k);
  if (k->at_label[label]) copy(k, k->at_label[label], now);
}

/* ---- reads and writes */

static bool is_integer_local(const knower *k, uint32_t local) { return k->f->locals.items[local] == CTI_VT_I32 || k->f->locals.items[local] == CTI_VT_I64; }

/* A constant that some local holds. */
static void fetch(knower *k, cti_node node, const known *now) {
  cti_ir_node *n = at(k, node);
  if (cti_ir_size(k->f, node) <= GET_SIZE) return;
  for (uint32_t i = now->count; i-- > 0;) {
    const fact *x = &now->facts[i];
    if (x->op != n->op || x->value != n->value || cti_uleb_size(x->local) > 1) continue;
    *n = (cti_ir_node){.op = CTI_OP_LOCAL_GET, .type = n->type, .a = x->local};
    k->changed = true;
    return;
  }
}

static void get(knower *k, cti_node node, const known *now) {
  cti_ir_node *n = at(k, node);
  const fact *x = find(now, n->a);
  if (k->fetches) return;
  if (is_zero(now, n->a)) {
    *n = (cti_ir_node){.op = n->type == CTI_VT_I64 ? CTI_OP_I64_CONST : CTI_OP_I32_CONST, .type = n->type};
  } else if (x && x->op == CTI_OP_LOCAL_GET && k->f->locals.items[x->value] == n->type) {
    n->a = (uint32_t)x->value;
  } else if (x && x->op != CTI_OP_LOCAL_GET) {
    *n = (cti_ir_node){.op = x->op, .type = n->type, .value = x->value};
  } else {
    return;
  }
  k->changed = true;
}

/* Does the local hold that value already? */
static bool holds(const known *now, uint32_t local, const cti_ir_node *value) {
  const fact *x = find(now, local);
  bool constant = cti_op_is_const(value->op);
  if (value->op == CTI_OP_LOCAL_GET) {
    const fact *y = find(now, value->a);
    return value->a == local || (x && x->op == CTI_OP_LOCAL_GET && x->value == value->a) || (y && y->op == CTI_OP_LOCAL_GET && y->value == local);
  }
  if (constant && value->value == 0 && is_zero(now, local)) return true;
  return constant && x && x->op == value->op && x->value == value->value;
}

static void set(knower *k, cti_node node, known *now) {
  cti_ir_node *n = at(k, node);
  cti_node kid = cti_ir_kid(k->f, node, 0);
  const cti_ir_node value = *at(k, kid);
  uint32_t local = n->a;
  if (holds(now, local, &value) && !now->dead) {
    k->changed = true;
    if (n->op == CTI_OP_LOCAL_TEE) *n = value;
    else cti_ir_remove(k->f, node);
    return;
  }
  forget(now, local);
  const cti_ir_node *from = &value;
  if (from->op == CTI_OP_LOCAL_TEE) { /* both hold it */
    if (from->a != local && k->f->locals.items[from->a] == k->f->locals.items[local]) learn(now, (fact){local, CTI_OP_LOCAL_GET, from->a});
    return;
  }
  bool constant = cti_op_is_const(from->op);
  if (constant && from->value == 0 && is_integer_local(k, local)) set_zero(now, local, true);
  else if (constant) learn(now, (fact){local, from->op, from->value});
  else if (from->op == CTI_OP_LOCAL_GET && from->a != local) learn(now, (fact){local, CTI_OP_LOCAL_GET, from->a});
}

/* The condition was zero (or not zero): a local that it is holds zero. */
static void learn_condition(const knower *k, known *now, cti_node condition, bool was) {
  const cti_ir_node *n = at(k, condition);
  while (n->op == CTI_OP_I32_EQZ) {
    n = at(k, cti_ir_kid(k->f, condition, 0));
    condition = cti_ir_kid(k->f, condition, 0);
    was = !was;
  }
  if (!was && (n->op == CTI_OP_LOCAL_GET || n->op == CTI_OP_LOCAL_TEE) && n->type == CTI_VT_I32) set_zero(now, n->a, true);
}

/* ---- the walk */

static void walk(knower *k, cti_node node, known *now);

static void walk_kids(knower *k, cti_node node, known *now) {
  for (uint32_t i = 0; i < at(k, node)->kid_count; i++) walk(k, cti_ir_kid(k->f, node, i), now);
}

static void come_together(knower *k, uint32_t label, known *now) {
  known *other = k->at_label[label];
  if (!other) return;
  meet(k, now, other);
  k->at_label[label] = NULL;
  give_back(k, other);
}

static void forget_written(const knower *k, cti_node node, known *now) {
  const cti_ir_node *n = at(k, node);
  if (cti_op_sets_local(n->op)) forget(now, n->a);
  for (uint32_t i = 0; i < n->kid_count; i++) forget_written(k, cti_ir_kid(k->f, node, i), now);
}

static void walk_if(knower *k, cti_node node, known *now) {
  cti_node condition = cti_ir_kid(k->f, node, 0);
  walk(k, condition, now);
  known *other = borrow(k);
  if (!other) return;
  copy(k, other, now);
  learn_condition(k, now, condition, true);
  learn_condition(k, other, condition, false);
  walk(k, cti_ir_kid(k->f, node, 1), now);
  if (at(k, node)->kid_count == 3) walk(k, cti_ir_kid(k->f, node, 2), other);
  meet(k, now, other);
  give_back(k, other);
  come_together(k, at(k, node)->a, now);
}

static void walk_branch(knower *k, cti_node node, known *now) {
  const cti_ir_node *n = at(k, node);
  if (n->op == CTI_OP_BR_TABLE) {
    for (uint32_t i = 0; i < n->b; i++) branch(k, k->f->lists.items[n->a + i], now);
  } else {
    branch(k, n->a, now); /* that the condition holds says nothing that is kept */
  }
  if (n->op == CTI_OP_BR_IF) learn_condition(k, now, cti_ir_kid(k->f, node, n->kid_count - 1), false);
  else now->dead = true;
}

static void walk(knower *k, cti_node node, known *now) {
  const cti_ir_node *n = at(k, node);
  switch (n->op) {
  case CTI_OP_LOCAL_GET: get(k, node, now); return;
  case CTI_OP_I32_CONST: case CTI_OP_I64_CONST: case CTI_OP_F32_CONST: case CTI_OP_F64_CONST:
    if (k->fetches && !now->dead) fetch(k, node, now);
    return;
  case CTI_OP_LOCAL_SET: case CTI_OP_LOCAL_TEE:
    walk_kids(k, node, now);
    set(k, node, now);
    return;
  case CTI_OP_BLOCK:
    walk_kids(k, node, now);
    come_together(k, at(k, node)->a, now);
    return;
  case CTI_OP_LOOP:
    forget_written(k, node, now);
    walk_kids(k, node, now);
    give_back(k, k->at_label[at(k, node)->a]);
    k->at_label[at(k, node)->a] = NULL;
    return;
  case CTI_OP_IF: walk_if(k, node, now); return;
  case CTI_OP_BR: case CTI_OP_BR_IF: case CTI_OP_BR_TABLE:
    walk_kids(k, node, now);
    walk_branch(k, node, now);
    return;
  case CTI_OP_UNREACHABLE: now->dead = true; return;
  default: walk_kids(k, node, now); return;
  }
}

static bool run(cti_ir *f, bool fetches) {
  knower k = {.f = f, .words = (f->locals.count + 63) / 64, .fetches = fetches, .at_label = CTI_NEW_N(f->arena, known *, f->labels.count)};
  known *now = borrow(&k);
  if (!now || !k.at_label) return false;
  for (uint32_t i = f->param_count; i < f->locals.count; i++)
    if (is_integer_local(&k, i)) set_zero(now, i, true);
  walk(&k, f->root, now);
  return k.changed;
}

bool cti_ir_pass_known(cti_ir *f) { return run(f, false); }
bool cti_ir_fetch_constants(cti_ir *f) { return run(f, true); }
