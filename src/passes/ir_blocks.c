/* ir_blocks.c - blocks, branches and ifs: fewer and shorter. Flows in: trees. Flows out: trees that run the same instructions in the same order, but for
 * jumps and tests.
 *
 * requires: label counts. preserves: order of effects. breaks: label counts (the pipeline counts again).
 * What compilers write as `block; br_if; ...; end` becomes an `if`, a branch to where control comes anyway goes, branches go to their last stop at once. */
#include "passes/ir_passes.h"

typedef struct blocks {
  cti_ir *f;
  bool changed;
  CTI_VEC(cti_node) list; /* of statements, as a stack: each level of recursion uses what is above its mark */
} blocks;

static cti_ir_node *at(const blocks *b, cti_node node) { return cti_ir_at(b->f, node); }
static uint32_t uses(const blocks *b, uint32_t label) { return b->f->labels.items[label].uses; }
static void put(blocks *b, cti_node node) { cti_vec_push(b->f->arena, &b->list, node); }

static cti_node seq_of(blocks *b, const cti_node *kids, uint32_t count) {
  cti_node node = cti_ir_add(b->f, CTI_IR_SEQ, CTI_VT_NONE, kids, count);
  at(b, node)->a = UINT32_MAX;
  return node;
}

/* ---- conditions: only whether they are zero matters */

static uint16_t inverse(uint16_t op) {
  static const uint16_t pairs[][2] = {
      {CTI_OP_I32_EQ, CTI_OP_I32_NE},     {CTI_OP_I32_LT_S, CTI_OP_I32_GE_S}, {CTI_OP_I32_LT_U, CTI_OP_I32_GE_U}, {CTI_OP_I32_GT_S, CTI_OP_I32_LE_S}, {CTI_OP_I32_GT_U, CTI_OP_I32_LE_U},
      {CTI_OP_I64_EQ, CTI_OP_I64_NE},     {CTI_OP_I64_LT_S, CTI_OP_I64_GE_S}, {CTI_OP_I64_LT_U, CTI_OP_I64_GE_U}, {CTI_OP_I64_GT_S, CTI_OP_I64_LE_S}, {CTI_OP_I64_GT_U, CTI_OP_I64_LE_U},
      {CTI_OP_F32_EQ, CTI_OP_F32_NE},     {CTI_OP_F64_EQ, CTI_OP_F64_NE},
  };
  for (size_t i = 0; i < CTI_COUNT(pairs); i++) {
    if (pairs[i][0] == op) return pairs[i][1];
    if (pairs[i][1] == op) return pairs[i][0];
  }
  return CTI_OP_NOP;
}

static bool is_zero(const cti_ir *f, cti_node node) { return cti_ir_is_const(f, node) && cti_ir_at(f, node)->value == 0; }

cti_node cti_ir_condition(cti_ir *f, cti_node node) {
  for (;;) {
    const cti_ir_node *n = cti_ir_at(f, node);
    cti_node first = n->kid_count ? cti_ir_kid(f, node, 0) : CTI_NO_NODE;
    if (n->op == CTI_OP_I32_EQZ && cti_ir_at(f, first)->op == CTI_OP_I32_EQZ) node = cti_ir_kid(f, first, 0);
    else if (n->op == CTI_OP_I32_NE && is_zero(f, cti_ir_kid(f, node, 1))) node = first;
    else return node;
  }
}

cti_node cti_ir_negated(cti_ir *f, cti_node node) {
  node = cti_ir_condition(f, node);
  cti_ir_node *n = cti_ir_at(f, node);
  if (n->op == CTI_OP_I32_EQZ) return cti_ir_condition(f, cti_ir_kid(f, node, 0));
  if (inverse(n->op) != CTI_OP_NOP) {
    n->op = inverse(n->op);
    return node;
  }
  return cti_ir_add(f, CTI_OP_I32_EQZ, CTI_VT_I32, &node, 1);
}

static void set_kid(blocks *b, cti_node node, uint32_t i, cti_node kid) { *cti_ir_kid_at(b->f, node, i) = kid; }

/* ---- where control goes anyway */

/* Labels whose end is where a statement's end leads. Void blocks only; the function's label 0 is one when it gives nothing. */
typedef struct exits {
  const struct exits *outer; /* further labels of the same place */
  uint32_t label;
} exits;

static bool leads_to(const exits *places, uint32_t label) {
  for (; places; places = places->outer)
    if (places->label == label) return true;
  return false;
}

/* The label that is cheapest to branch to among those of the same place: the outermost, for it makes the inner blocks needless. */
static uint32_t outermost(const exits *places) {
  while (places->outer) places = places->outer;
  return places->label;
}

static void retarget(blocks *b, cti_node node, uint32_t from, uint32_t to) {
  cti_ir_node *n = at(b, node);
  if ((n->op == CTI_OP_BR || n->op == CTI_OP_BR_IF) && n->a == from) n->a = to;
  for (uint32_t i = 0; n->op == CTI_OP_BR_TABLE && i < n->b; i++)
    if (b->f->lists.items[n->a + i] == from) b->f->lists.items[n->a + i] = to;
  for (uint32_t i = 0; i < at(b, node)->kid_count; i++) retarget(b, cti_ir_kid(b->f, node, i), from, to);
}

static void retarget_all(blocks *b, cti_node node, uint32_t from, uint32_t to) {
  if (uses(b, from) == 0 || from == to) return;
  retarget(b, node, from, to);
  b->f->labels.items[to].uses += b->f->labels.items[from].uses;
  b->f->labels.items[from].uses = 0;
  b->changed = true;
}

static void tail_list(blocks *b, cti_node node, const exits *places);

/* The last statement of what ends at `places`. */
static void tail(blocks *b, cti_node node, const exits *places) {
  cti_ir_node *n = at(b, node);
  switch (n->op) {
  case CTI_OP_BR:
    if (n->kid_count || !leads_to(places, n->a)) return;
    b->f->labels.items[n->a].uses--;
    cti_ir_remove(b->f, node);
    b->changed = true;
    return;
  case CTI_OP_BR_IF:
    if (n->kid_count != 1 || !leads_to(places, n->a)) return;
    b->f->labels.items[n->a].uses--;
    n->op = CTI_OP_DROP;
    n->a = 0;
    b->changed = true;
    return;
  case CTI_OP_BLOCK:
    if (n->type != CTI_VT_NONE) return;
    if (places) retarget_all(b, node, n->a, outermost(places));
    tail_list(b, node, &(exits){places, at(b, node)->a});
    return;
  case CTI_OP_IF:
    if (n->type != CTI_VT_NONE) return;
    if (places) retarget_all(b, node, n->a, outermost(places));
    for (uint32_t i = 1; i < at(b, node)->kid_count; i++) tail_list(b, cti_ir_kid(b->f, node, i), &(exits){places, at(b, node)->a});
    return;
  case CTI_OP_LOOP:
    if (n->type == CTI_VT_NONE) tail_list(b, node, places);
    return;
  case CTI_IR_SEQ:
    if (n->type == CTI_VT_NONE) tail_list(b, node, places);
    return;
  default: return;
  }
}

static void tail_of_value(blocks *b, cti_node node, const exits *places);

/* The last kid of a list that ends at `places` with a value. */
static void tail_value_list(blocks *b, cti_node node, const exits *places) {
  uint32_t count = at(b, node)->kid_count;
  if (count) tail_of_value(b, cti_ir_kid(b->f, node, count - 1), places);
  if (count && at(b, node)->op == CTI_IR_SEQ && at(b, cti_ir_kid(b->f, node, count - 1))->type != CTI_VT_NONE) at(b, node)->a = count - 1;
}

/* What gives the value of what ends at `places`: a branch there with a value is the value. */
static void tail_of_value(blocks *b, cti_node node, const exits *places) {
  cti_ir *f = b->f;
  cti_ir_node *n = at(b, node);
  if (n->op == CTI_OP_BR && n->kid_count == 1 && leads_to(places, n->a)) {
    cti_node value = cti_ir_kid(f, node, 0);
    f->labels.items[n->a].uses--;
    *n = *at(b, value);
    if (cti_ir_is_label_node(n->op)) f->labels.items[n->a].target = node;
    b->changed = true;
    tail_of_value(b, node, places);
  } else if (n->op == CTI_OP_RETURN && n->kid_count == 1 && leads_to(places, 0)) {
    *n = *at(b, cti_ir_kid(f, node, 0));
    if (cti_ir_is_label_node(n->op)) f->labels.items[n->a].target = node;
    b->changed = true;
    tail_of_value(b, node, places);
  } else if (n->op == CTI_OP_BLOCK && n->type != CTI_VT_NONE) {
    if (places) retarget_all(b, node, n->a, outermost(places));
    tail_value_list(b, node, &(exits){places, at(b, node)->a});
  } else if (n->op == CTI_OP_IF && n->type != CTI_VT_NONE) {
    if (places) retarget_all(b, node, n->a, outermost(places));
    for (uint32_t i = 1; i < at(b, node)->kid_count; i++) tail_value_list(b, cti_ir_kid(f, node, i), &(exits){places, at(b, node)->a});
  } else if (n->op == CTI_IR_SEQ && n->type != CTI_VT_NONE && (n->a == UINT32_MAX || n->a + 1 == n->kid_count)) {
    tail_value_list(b, node, places);
  } else if (n->op == CTI_OP_LOOP && n->type != CTI_VT_NONE) {
    tail_value_list(b, node, places);
  }
}

/* Typed blocks, wherever they stand. */
static void tails_of_values(blocks *b, cti_node node) {
  cti_ir_node *n = at(b, node);
  if ((n->op == CTI_OP_BLOCK || n->op == CTI_OP_IF) && n->type != CTI_VT_NONE && n->a) tail_of_value(b, node, NULL);
  for (uint32_t i = 0; i < at(b, node)->kid_count; i++) tails_of_values(b, cti_ir_kid(b->f, node, i));
}

static void tail_list(blocks *b, cti_node node, const exits *places) {
  uint32_t count = at(b, node)->kid_count;
  if (count) tail(b, cti_ir_kid(b->f, node, count - 1), places);
}

/* ---- statements */

static void statement(blocks *b, cti_node node);

static bool is_pure(const cti_ir *f, cti_node node) {
  cti_ir_effects e;
  cti_ir_effects_of(&e, f, node);
  enum { SEEN = CTI_EFFECT_TRAP | CTI_EFFECT_THROW | CTI_EFFECT_CALL | CTI_EFFECT_WRITE_GLOBAL | CTI_EFFECT_WRITE_TABLE | CTI_EFFECT_WRITE_MEMORY | CTI_EFFECT_WRITE_HEAP | CTI_EFFECT_SYNC };
  uint32_t seen = f->no_traps ? SEEN & ~(uint32_t)CTI_EFFECT_TRAP : SEEN;
  return !(e.bits & seen) && !e.writes && !e.leaves;
}

bool cti_ir_is_pure(const cti_ir *f, cti_node node) { return is_pure(f, node); }

/* ---- blocks whose value nobody wants */

/* Can all branches to the label do without their value? Those that may stay give it to what is around them: a drop, or nothing can be done. */
static bool branches_can_be_void(const blocks *b, cti_node node, uint32_t label, bool dropped) {
  const cti_ir_node *n = at(b, node);
  if (n->op == CTI_OP_BR_IF && n->a == label && !dropped) return false;
  for (uint32_t i = 0; n->op == CTI_OP_BR_TABLE && i < n->b; i++)
    if (b->f->lists.items[n->a + i] == label) return false;
  for (uint32_t i = 0; i < n->kid_count; i++)
    if (!branches_can_be_void(b, cti_ir_kid(b->f, node, i), label, n->op == CTI_OP_DROP)) return false;
  return true;
}

static void become_seq(blocks *b, cti_node node, const cti_node *kids, uint32_t count) { *at(b, node) = *at(b, seq_of(b, kids, count)); }

static cti_node drop_of(blocks *b, cti_node value) { return cti_ir_add(b->f, CTI_OP_DROP, CTI_VT_NONE, &value, 1); }

/* Branches to the label leave their values behind. */
static void make_branches_void(blocks *b, cti_node node, uint32_t label) {
  cti_ir *f = b->f;
  for (uint32_t i = 0; i < at(b, node)->kid_count; i++) make_branches_void(b, cti_ir_kid(f, node, i), label);
  cti_ir_node *n = at(b, node);
  cti_node branch = n->op == CTI_OP_DROP ? cti_ir_kid(f, node, 0) : node;
  if (at(b, branch)->a != label) return;
  if (at(b, branch)->op == CTI_OP_BR && branch == node && n->kid_count == 1) {
    cti_node both[2] = {drop_of(b, cti_ir_kid(f, node, 0)), cti_ir_add(f, CTI_OP_BR, CTI_VT_NONE, NULL, 0)};
    at(b, both[1])->a = label;
    become_seq(b, node, both, 2);
  } else if (at(b, branch)->op == CTI_OP_BR_IF && branch != node) {
    cti_node condition = cti_ir_kid(f, branch, 1), both[2] = {drop_of(b, cti_ir_kid(f, branch, 0)), cti_ir_add(f, CTI_OP_BR_IF, CTI_VT_NONE, &condition, 1)};
    at(b, both[1])->a = label;
    become_seq(b, node, both, 2);
  }
}

/* The values of a list are dropped where they arise. */
static void make_list_void(blocks *b, cti_node list) {
  cti_ir *f = b->f;
  for (uint32_t i = 0; i < at(b, list)->kid_count; i++) {
    cti_node kid = cti_ir_kid(f, list, i);
    if (at(b, kid)->type == CTI_VT_NONE) continue;
    cti_node dropped = drop_of(b, kid);
    *cti_ir_kid_at(f, list, i) = dropped;
  }
  at(b, list)->type = CTI_VT_NONE;
  if (at(b, list)->op == CTI_IR_SEQ) at(b, list)->a = UINT32_MAX;
}

/* A typed block or if becomes a statement. */
static bool make_void(blocks *b, cti_node node) {
  const cti_ir_node *n = at(b, node);
  if ((n->op != CTI_OP_BLOCK && n->op != CTI_OP_IF) || !branches_can_be_void(b, node, n->a, false)) return false;
  make_branches_void(b, node, n->a);
  if (n->op == CTI_OP_BLOCK) make_list_void(b, node);
  for (uint32_t i = 1; at(b, node)->op == CTI_OP_IF && i < at(b, node)->kid_count; i++) make_list_void(b, cti_ir_kid(b->f, node, i));
  at(b, node)->type = CTI_VT_NONE;
  b->changed = true;
  return true;
}

/* A value that nobody wants: what remains of it are the effects of its parts. */
static void unwanted(blocks *b, cti_node node) {
  cti_ir *f = b->f;
  cti_ir_node *n = at(b, node);
  if (is_pure(f, node)) {
    b->changed = true;
    return;
  }
  if (n->op == CTI_OP_LOCAL_TEE) {
    n->op = CTI_OP_LOCAL_SET;
    n->type = CTI_VT_NONE;
    b->changed = true;
    statement(b, node);
    return;
  }
  if (make_void(b, node)) {
    put(b, node); /* the next sweep looks into it */
    return;
  }
  bool plain = n->op < CTI_OPS && !(cti_opcodes[n->op].effects & ~(uint32_t)(CTI_EFFECT_CONST | CTI_EFFECT_CONST_EXTENDED | CTI_EFFECT_FLOATS)) && n->kid_count;
  if (plain || n->op == CTI_IR_SEQ) {
    b->changed = true;
    for (uint32_t i = 0; i < at(b, node)->kid_count; i++) {
      cti_node kid = cti_ir_kid(f, node, i);
      if (at(b, kid)->type != CTI_VT_NONE) unwanted(b, kid);
      else statement(b, kid);
    }
    return;
  }
  put(b, cti_ir_add(f, CTI_OP_DROP, CTI_VT_NONE, &node, 1));
}

static void each_kid(blocks *b, cti_node node, uint32_t from) {
  for (uint32_t i = from; i < at(b, node)->kid_count; i++) statement(b, cti_ir_kid(b->f, node, i));
}

/* if c { br x }: a br_if, and what else there was after it. */
static bool if_of_branch(blocks *b, cti_node node) {
  cti_ir *f = b->f;
  cti_node then = cti_ir_kid(f, node, 1);
  if (uses(b, at(b, node)->a) || at(b, then)->kid_count != 1) return false;
  cti_node branch = cti_ir_kid(f, then, 0);
  if (at(b, branch)->op != CTI_OP_BR || at(b, branch)->kid_count) return false;
  cti_node condition = cti_ir_kid(f, node, 0), rest = at(b, node)->kid_count == 3 ? cti_ir_kid(f, node, 2) : CTI_NO_NODE;
  at(b, branch)->op = CTI_OP_BR_IF;
  cti_ir_set_kids(f, branch, &condition, 1);
  b->changed = true;
  statement(b, branch);
  if (rest) each_kid(b, rest, 0);
  return true;
}

static bool is_const_condition(const cti_ir *f, cti_node node) { return cti_ir_at(f, node)->op == CTI_OP_I32_CONST; }

/* An `if` whose way is known: becomes a block of its label, for branches to it. */
static void if_decided(blocks *b, cti_node node) {
  cti_ir *f = b->f;
  bool yes = at(b, cti_ir_kid(f, node, 0))->value != 0;
  uint32_t arm = yes ? 1 : 2;
  b->changed = true;
  if (arm >= at(b, node)->kid_count) return;
  cti_node list = cti_ir_kid(f, node, arm);
  if (uses(b, at(b, node)->a) == 0) {
    each_kid(b, list, 0);
    return;
  }
  at(b, node)->op = CTI_OP_BLOCK;
  cti_ir_set_kids(f, node, f->kids.items + at(b, list)->kids, at(b, list)->kid_count);
  put(b, node);
}

/* The same statement at the end of both arms runs after the `if`. Gives it, taken out of the arms. */
static cti_node common_end(blocks *b, cti_node node) {
  cti_ir *f = b->f;
  if (at(b, node)->kid_count != 3 || uses(b, at(b, node)->a)) return CTI_NO_NODE;
  cti_ir_node *then = at(b, cti_ir_kid(f, node, 1)), *other = at(b, cti_ir_kid(f, node, 2));
  if (!then->kid_count || !other->kid_count) return CTI_NO_NODE;
  cti_node x = f->kids.items[then->kids + then->kid_count - 1], y = f->kids.items[other->kids + other->kid_count - 1];
  if (at(b, x)->type != CTI_VT_NONE || !cti_ir_equal(f, x, y)) return CTI_NO_NODE;
  then->kid_count--;
  other->kid_count--;
  b->changed = true;
  return x;
}

static void statement_if(blocks *b, cti_node node) {
  cti_ir *f = b->f;
  cti_node last[64];
  uint32_t count = 0;
  set_kid(b, node, 0, cti_ir_condition(f, cti_ir_kid(f, node, 0)));
  if (is_const_condition(f, cti_ir_kid(f, node, 0))) {
    if_decided(b, node);
    return;
  }
  while (count < CTI_COUNT(last) && (last[count] = common_end(b, node)) != CTI_NO_NODE) count++;
  cti_ir_node *n = at(b, node);
  bool no_then = at(b, cti_ir_kid(f, node, 1))->kid_count == 0, has_else = n->kid_count == 3 && at(b, cti_ir_kid(f, node, 2))->kid_count > 0;
  if (n->kid_count == 3 && !has_else) n->kid_count = 2, b->changed = true;
  if (no_then && !has_else) {
    b->changed = true;
    unwanted(b, cti_ir_kid(f, node, 0));
  } else if (no_then) {
    cti_node kids[2] = {cti_ir_negated(f, cti_ir_kid(f, node, 0)), cti_ir_kid(f, node, 2)};
    cti_ir_set_kids(f, node, kids, 2);
    b->changed = true;
    if (!if_of_branch(b, node)) put(b, node);
  } else {
    bool turn = has_else && at(b, cti_ir_kid(f, node, 0))->op == CTI_OP_I32_EQZ;
    if (turn) {
      cti_node kids[3] = {cti_ir_kid(f, cti_ir_kid(f, node, 0), 0), cti_ir_kid(f, node, 2), cti_ir_kid(f, node, 1)};
      cti_ir_set_kids(f, node, kids, 3);
      b->changed = true;
    }
    if (!if_of_branch(b, node)) {
      bool flat = has_else && uses(b, at(b, node)->a) == 0 && cti_ir_diverges(f, cti_ir_kid(f, node, 1));
      cti_node rest = flat ? cti_ir_kid(f, node, 2) : CTI_NO_NODE;
      if (flat) at(b, node)->kid_count = 2, b->changed = true;
      put(b, node);
      if (flat) each_kid(b, rest, 0);
    }
  }
  while (count) put(b, last[--count]);
}

static void statement_br_if(blocks *b, cti_node node) {
  cti_ir *f = b->f;
  cti_node condition = cti_ir_condition(f, cti_ir_kid(f, node, at(b, node)->kid_count - 1));
  set_kid(b, node, at(b, node)->kid_count - 1, condition);
  if (at(b, node)->kid_count == 1 && is_const_condition(f, condition)) {
    b->changed = true;
    if (at(b, condition)->value == 0) return;
    at(b, node)->op = CTI_OP_BR;
    at(b, node)->kid_count = 0;
  }
  put(b, node);
}

/* Entries at the end that say what the default says are not needed; a table of nothing else is a branch. */
static void statement_table(blocks *b, cti_node node) {
  cti_ir *f = b->f;
  cti_ir_node *n = at(b, node);
  uint32_t *labels = &f->lists.items[n->a], target = labels[n->b - 1];
  while (n->b > 1 && labels[n->b - 2] == target) n->b--, b->changed = true;
  labels[n->b - 1] = target;
  if (n->b == 1 && n->kid_count == 1) {
    b->changed = true;
    unwanted(b, cti_ir_kid(f, node, 0));
    node = cti_ir_add(f, CTI_OP_BR, CTI_VT_NONE, NULL, 0);
    at(b, node)->a = target;
  }
  put(b, node);
}

static bool branches_to(const cti_ir *f, cti_node node, uint32_t label) {
  const cti_ir_node *n = cti_ir_at(f, node);
  if ((n->op == CTI_OP_BR || n->op == CTI_OP_BR_IF) && n->a == label) return true;
  for (uint32_t i = 0; n->op == CTI_OP_BR_TABLE && i < n->b; i++)
    if (f->lists.items[n->a + i] == label) return true;
  for (uint32_t i = 0; i < n->kid_count; i++)
    if (branches_to(f, cti_ir_kid(f, node, i), label)) return true;
  return false;
}

/* block l { before; br_if l c; rest }: before; if l (not c) { rest }. */
static bool block_to_if(blocks *b, cti_node node) {
  cti_ir *f = b->f;
  uint32_t label = at(b, node)->a, count = at(b, node)->kid_count, i = 0;
  for (; i < count; i++) {
    cti_node kid = cti_ir_kid(f, node, i);
    if (at(b, kid)->op == CTI_OP_BR_IF && at(b, kid)->a == label && at(b, kid)->kid_count == 1 && !branches_to(f, cti_ir_kid(f, kid, 0), label)) break;
    if (branches_to(f, kid, label)) return false;
  }
  if (i == count) return false;
  cti_node kids[2] = {cti_ir_negated(f, cti_ir_kid(f, cti_ir_kid(f, node, i), 0)), CTI_NO_NODE};
  kids[1] = seq_of(b, f->kids.items + at(b, node)->kids + i + 1, count - i - 1);
  cti_node made = cti_ir_add(f, CTI_OP_IF, CTI_VT_NONE, kids, 2);
  at(b, made)->a = label;
  f->labels.items[label].target = made;
  f->labels.items[label].uses--;
  b->changed = true;
  for (uint32_t k = 0; k < i; k++) statement(b, cti_ir_kid(f, node, k));
  statement(b, made);
  return true;
}

/* block l { ..; if c { ..; br l }; rest }: the rest is what else happens. */
static void ifs_to_else(blocks *b, cti_node node) {
  cti_ir *f = b->f;
  uint32_t label = at(b, node)->a;
  for (uint32_t i = 0; i + 1 < at(b, node)->kid_count; i++) {
    cti_node kid = cti_ir_kid(f, node, i);
    if (at(b, kid)->op != CTI_OP_IF || at(b, kid)->kid_count != 2 || uses(b, at(b, kid)->a) || at(b, kid)->type != CTI_VT_NONE) continue;
    cti_ir_node *then = at(b, cti_ir_kid(f, kid, 1));
    cti_node last = then->kid_count ? f->kids.items[then->kids + then->kid_count - 1] : CTI_NO_NODE;
    if (!last || at(b, last)->op != CTI_OP_BR || at(b, last)->a != label || at(b, last)->kid_count || then->kid_count == 1) continue;
    then->kid_count--;
    f->labels.items[label].uses--;
    cti_node rest = seq_of(b, f->kids.items + at(b, node)->kids + i + 1, at(b, node)->kid_count - i - 1);
    cti_node kids[3] = {cti_ir_kid(f, kid, 0), cti_ir_kid(f, kid, 1), rest};
    cti_ir_set_kids(f, kid, kids, 3);
    at(b, node)->kid_count = i + 1;
    b->changed = true;
    return;
  }
}

static void statement_block(blocks *b, cti_node node) {
  if (at(b, node)->type != CTI_VT_NONE) {
    put(b, node);
    return;
  }
  if (uses(b, at(b, node)->a) == 0) {
    b->changed = true;
    each_kid(b, node, 0);
    return;
  }
  ifs_to_else(b, node);
  if (!block_to_if(b, node)) put(b, node);
}

static bool is_local(const blocks *b, cti_node node, uint16_t op, uint32_t local) { return at(b, node)->op == op && at(b, node)->a == local; }

static void statement_set(blocks *b, cti_node node) {
  cti_ir *f = b->f;
  uint32_t local = at(b, node)->a;
  while (is_local(b, cti_ir_kid(f, node, 0), CTI_OP_LOCAL_TEE, local)) {
    set_kid(b, node, 0, cti_ir_kid(f, cti_ir_kid(f, node, 0), 0));
    b->changed = true;
  }
  if (is_local(b, cti_ir_kid(f, node, 0), CTI_OP_LOCAL_GET, local)) b->changed = true;
  else put(b, node);
}

/* Puts what is left of a statement. Its parts have been simplified. */
static void statement(blocks *b, cti_node node) {
  cti_ir *f = b->f;
  cti_ir_node *n = at(b, node);
  switch (n->op) {
  case CTI_OP_NOP: break;
  case CTI_IR_SEQ:
    if (n->type == CTI_VT_NONE) each_kid(b, node, 0);
    else put(b, node);
    break;
  case CTI_OP_DROP: unwanted(b, cti_ir_kid(f, node, 0)); break;
  case CTI_OP_LOCAL_SET: statement_set(b, node); break;
  case CTI_OP_BLOCK: statement_block(b, node); break;
  case CTI_OP_LOOP:
    if (n->type == CTI_VT_NONE && uses(b, n->a) == 0) b->changed = true, each_kid(b, node, 0);
    else put(b, node);
    break;
  case CTI_OP_IF:
    if (n->type == CTI_VT_NONE) statement_if(b, node);
    else put(b, node);
    break;
  case CTI_OP_BR_IF: statement_br_if(b, node); break;
  case CTI_OP_BR_TABLE: statement_table(b, node); break;
  default: put(b, node);
  }
}

/* What comes after a statement that never comes out does not run. */
static void cut_dead(blocks *b, uint32_t mark) {
  for (uint32_t i = mark; i + 1 < b->list.count; i++) {
    if (!cti_ir_diverges(b->f, b->list.items[i])) continue;
    bool only_that = i + 2 == b->list.count && at(b, *cti_vec_last(&b->list))->op == CTI_OP_UNREACHABLE;
    if (only_that) return; /* put there by the next function */
    b->list.count = i + 1;
    b->changed = true;
    return;
  }
}

/* A list that must give a value and never does ends in an `unreachable`, unless validation sees by itself that control does not come to its end. */
static void mark_end(blocks *b, uint32_t mark) {
  for (uint32_t i = mark; i < b->list.count; i++)
    if (at(b, b->list.items[i])->type != CTI_VT_NONE || cti_ir_diverges_plainly(b->f, b->list.items[i])) return;
  put(b, cti_ir_add(b->f, CTI_OP_UNREACHABLE, CTI_VT_NONE, NULL, 0));
}

/* block l { .. } br x: its branches may go to x at once. */
static void thread_jumps(blocks *b, uint32_t mark) {
  for (uint32_t i = mark; i + 1 < b->list.count; i++) {
    const cti_ir_node *n = at(b, b->list.items[i]), *next = at(b, b->list.items[i + 1]);
    if ((n->op == CTI_OP_BLOCK || n->op == CTI_OP_IF) && n->type == CTI_VT_NONE && next->op == CTI_OP_BR && next->kid_count == 0) retarget_all(b, b->list.items[i], n->a, next->a);
  }
}

static void simplify(blocks *b, cti_node node);

/* The statements of a block, loop, arm or of the function, in place. A value at the end, or anywhere in a SEQ, stays where it is. */
static void simplify_list(blocks *b, cti_node node) {
  cti_ir *f = b->f;
  uint32_t mark = b->list.count, count = at(b, node)->kid_count, value = UINT32_MAX;
  for (uint32_t i = 0; i < count; i++) {
    cti_node kid = cti_ir_kid(f, node, i);
    if (at(b, kid)->type != CTI_VT_NONE) {
      value = b->list.count - mark;
      put(b, kid);
    } else {
      statement(b, kid);
    }
  }
  thread_jumps(b, mark);
  cut_dead(b, mark);
  if (at(b, node)->type != CTI_VT_NONE) mark_end(b, mark);
  cti_ir_set_kids(f, node, cti_vec_tail(&b->list, mark), b->list.count - mark);
  if (at(b, node)->op == CTI_IR_SEQ) at(b, node)->a = value;
  b->list.count = mark;
}

/* A typed block that nothing branches to is a list with a value. */
static void open_typed_block(blocks *b, cti_node node) {
  cti_ir_node *n = at(b, node);
  if (n->type == CTI_VT_NONE || n->op != CTI_OP_BLOCK || n->a == 0 || uses(b, n->a)) return;
  n->op = CTI_IR_SEQ;
  n->a = n->kid_count && at(b, cti_ir_kid(b->f, node, n->kid_count - 1))->type != CTI_VT_NONE ? (uint32_t)(n->kid_count - 1) : UINT32_MAX;
  if (n->kid_count == 1 && n->a == 0) {
    cti_node only = cti_ir_kid(b->f, node, 0);
    *n = *at(b, only);
    if (cti_ir_is_label_node(n->op)) b->f->labels.items[n->a].target = node;
  }
  b->changed = true;
}

static void simplify(blocks *b, cti_node node) {
  for (uint32_t i = 0; i < at(b, node)->kid_count; i++) simplify(b, cti_ir_kid(b->f, node, i));
  uint16_t op = at(b, node)->op;
  if (op == CTI_OP_BLOCK || op == CTI_OP_LOOP || op == CTI_IR_SEQ) simplify_list(b, node);
  open_typed_block(b, node);
  if (op == CTI_OP_LOCAL_TEE) {
    while (is_local(b, cti_ir_kid(b->f, node, 0), CTI_OP_LOCAL_TEE, at(b, node)->a)) set_kid(b, node, 0, cti_ir_kid(b->f, cti_ir_kid(b->f, node, 0), 0)), b->changed = true;
    if (is_local(b, cti_ir_kid(b->f, node, 0), CTI_OP_LOCAL_GET, at(b, node)->a)) *at(b, node) = *at(b, cti_ir_kid(b->f, node, 0)), b->changed = true;
  }
  if ((op == CTI_OP_IF || op == CTI_OP_SELECT) && at(b, node)->type != CTI_VT_NONE) {
    uint32_t i = op == CTI_OP_IF ? 0 : 2;
    set_kid(b, node, i, cti_ir_condition(b->f, cti_ir_kid(b->f, node, i)));
  }
}

/* x = if c { .. v } else { x }, whose value nobody took further: if c { .. x = v }. */
static void lower(cti_ir *f, cti_node node) {
  for (uint32_t i = 0; i < cti_ir_at(f, node)->kid_count; i++) lower(f, cti_ir_kid(f, node, i));
  cti_ir_node *set = cti_ir_at(f, node);
  if (set->op != CTI_OP_LOCAL_SET) return;
  cti_node choice = cti_ir_kid(f, node, 0);
  if (cti_ir_at(f, choice)->op != CTI_OP_IF || cti_ir_at(f, choice)->kid_count != 3 || f->labels.items[cti_ir_at(f, choice)->a].uses) return;
  for (uint32_t side = 1; side <= 2; side++) {
    cti_node same = cti_ir_kid(f, choice, side), arm = cti_ir_kid(f, choice, 3 - side);
    if (cti_ir_at(f, same)->kid_count != 1 || cti_ir_at(f, arm)->kid_count == 0) continue;
    cti_node get = cti_ir_kid(f, same, 0), value = cti_ir_kid(f, arm, cti_ir_at(f, arm)->kid_count - 1);
    if (cti_ir_at(f, get)->op != CTI_OP_LOCAL_GET || cti_ir_at(f, get)->a != set->a) continue;
    if (cti_ir_at(f, value)->type != CTI_VT_NONE) {
      cti_node made = cti_ir_add(f, CTI_OP_LOCAL_SET, CTI_VT_NONE, &value, 1);
      cti_ir_at(f, made)->a = cti_ir_at(f, node)->a;
      *cti_ir_kid_at(f, arm, cti_ir_at(f, arm)->kid_count - 1) = made;
    } else if (!cti_ir_diverges(f, value)) {
      continue;
    }
    cti_ir_at(f, arm)->type = CTI_VT_NONE;
    cti_ir_at(f, arm)->a = UINT32_MAX;
    cti_node condition = cti_ir_kid(f, choice, 0), kids[2] = {side == 2 ? condition : cti_ir_negated(f, condition), arm};
    *cti_ir_at(f, node) = *cti_ir_at(f, choice);
    cti_ir_at(f, node)->type = CTI_VT_NONE;
    f->labels.items[cti_ir_at(f, node)->a].target = node;
    cti_ir_set_kids(f, node, kids, 2);
    return;
  }
}

bool cti_ir_pass_lower(cti_ir *f) {
  lower(f, f->root);
  return cti_ir_pass_blocks(f);
}

bool cti_ir_pass_blocks(cti_ir *f) {
  blocks b = {.f = f};
  exits function = {NULL, 0};
  cti_ir_count_labels(f);
  simplify(&b, f->root);
  cti_ir_count_labels(f);
  if (f->result == CTI_VT_NONE) tail_list(&b, f->root, &function);
  else tail_value_list(&b, f->root, &function);
  tails_of_values(&b, f->root);
  cti_ir_count_labels(f);
  return b.changed;
}
