/* ir_blocks.c - blocks, branches and ifs: fewer and shorter. Flows in: trees. Flows out: trees that run the same instructions in the same order, but for
 * jumps and tests.
 *
 * requires: label counts. preserves: order of effects. breaks: label counts (the pipeline counts again).
 * What compilers write as `block; br_if; ...; end` becomes an `if`; branches at the ends of lists are in ir_ends.c. */
#include "passes/ir_integer.h"
#include "passes/ir_passes.h"

typedef struct blocks {
  cti_ir *f;
  bool changed;
  CTI_VEC(cti_node) list; /* of statements, as a stack: each level of recursion uses what is above its mark */
} blocks;

static cti_ir_node *at(const blocks *b, cti_node node) { return cti_ir_at(b->f, node); }
static uint32_t uses(const blocks *b, uint32_t label) { return b->f->labels.items[label].uses; }
static void put(blocks *b, cti_node node) { cti_vec_push(b->f->arena, &b->list, node); }

static cti_node seq_of(blocks *b, const cti_node *kids, uint32_t count) { return cti_ir_add_with(b->f, CTI_IR_SEQ, CTI_VT_NONE, UINT32_MAX, kids, count); }

/* ---- statements */

static void statement(blocks *b, cti_node node);

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

static void become_seq(blocks *b, cti_node node, const cti_node *kids, uint32_t count) {
  cti_node made = seq_of(b, kids, count);
  *at(b, node) = *at(b, made);
}

static cti_node drop_of(blocks *b, cti_node value) { return cti_ir_add(b->f, CTI_OP_DROP, CTI_VT_NONE, &value, 1); }

/* Branches to the label leave their values behind. */
static void make_branches_void(blocks *b, cti_node node, uint32_t label) {
  cti_ir *f = b->f;
  for (uint32_t i = 0; i < at(b, node)->kid_count; i++) make_branches_void(b, cti_ir_kid(f, node, i), label);
  cti_ir_node *n = at(b, node);
  cti_node branch = n->op == CTI_OP_DROP ? cti_ir_kid(f, node, 0) : node;
  if (at(b, branch)->a != label) return;
  if (at(b, branch)->op == CTI_OP_BR && branch == node && n->kid_count == 1) {
    cti_node both[2] = {drop_of(b, cti_ir_kid(f, node, 0)), cti_ir_add_with(f, CTI_OP_BR, CTI_VT_NONE, label, NULL, 0)};
    become_seq(b, node, both, 2);
  } else if (at(b, branch)->op == CTI_OP_BR_IF && branch != node) {
    cti_node condition = cti_ir_kid(f, branch, 1), both[2] = {drop_of(b, cti_ir_kid(f, branch, 0)), cti_ir_add_with(f, CTI_OP_BR_IF, CTI_VT_NONE, label, &condition, 1)};
    become_seq(b, node, both, 2);
  }
}

/* The values of a list are dropped where they arise. */
static void make_list_void(blocks *b, cti_node list) {
  cti_ir *f = b->f;
  for (uint32_t i = 0; i < at(b, list)->kid_count; i++) {
    cti_node kid = cti_ir_kid(f, list, i);
    if (at(b, kid)->type == CTI_VT_NONE) continue;
    cti_ir_set_kid(f, list, i, drop_of(b, kid));
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
  if (cti_ir_is_pure(f, node)) {
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
  put(b, drop_of(b, node));
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

static bool is_boolean(const blocks *b, cti_node node) { return cti_ir_bits(b->f, node) <= 1; }

/* if a { if b { x } }: if (a and b) { x }. */
static void join_ifs(blocks *b, cti_node node) {
  cti_ir *f = b->f;
  cti_node then = cti_ir_kid(f, node, 1), inner = at(b, then)->kid_count == 1 ? cti_ir_kid(f, then, 0) : CTI_NO_NODE;
  if (at(b, node)->kid_count != 2 || !inner || at(b, inner)->op != CTI_OP_IF || at(b, inner)->kid_count != 2 || at(b, inner)->type != CTI_VT_NONE || uses(b, at(b, inner)->a)) return;
  cti_node conditions[2] = {cti_ir_kid(f, node, 0), cti_ir_kid(f, inner, 0)};
  if (!cti_ir_is_cheap(f, conditions[1]) || !is_boolean(b, conditions[0]) || !is_boolean(b, conditions[1])) return;
  cti_node kids[2] = {cti_ir_add(f, CTI_OP_I32_AND, CTI_VT_I32, conditions, 2), cti_ir_kid(f, inner, 1)};
  cti_ir_set_kids(f, node, kids, 2);
  b->changed = true;
}

/* if not c { x } else { y }: if c { y } else { x }. */
static void turn_if(blocks *b, cti_node node) {
  cti_node condition = cti_ir_kid(b->f, node, 0);
  if (at(b, node)->kid_count != 3 || at(b, condition)->op != CTI_OP_I32_EQZ) return;
  cti_node kids[3] = {cti_ir_kid(b->f, condition, 0), cti_ir_kid(b->f, node, 2), cti_ir_kid(b->f, node, 1)};
  cti_ir_set_kids(b->f, node, kids, 3);
  b->changed = true;
}

static void statement_if(blocks *b, cti_node node) {
  cti_ir *f = b->f;
  cti_node last[64];
  uint32_t count = 0;
  cti_ir_set_kid(b->f, node, 0, cti_ir_condition(f, cti_ir_kid(f, node, 0)));
  if (is_const_condition(f, cti_ir_kid(f, node, 0))) {
    if_decided(b, node);
    return;
  }
  join_ifs(b, node);
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
    if (has_else) turn_if(b, node);
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
  cti_ir_set_kid(b->f, node, at(b, node)->kid_count - 1, condition);
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
    node = cti_ir_add_with(f, CTI_OP_BR, CTI_VT_NONE, target, NULL, 0);
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

/* br_if l c. */
static bool is_plain_exit(const blocks *b, cti_node node, uint32_t label) { return at(b, node)->op == CTI_OP_BR_IF && at(b, node)->a == label && at(b, node)->kid_count == 1; }

/* block l { before; br_if l c; rest }: before; if l (not c) { rest }. */
static bool block_to_if(blocks *b, cti_node node) {
  cti_ir *f = b->f;
  uint32_t label = at(b, node)->a, count = at(b, node)->kid_count, i = 0;
  while (i < count && !is_plain_exit(b, cti_ir_kid(f, node, i), label)) i++;
  if (i == count || branches_to(f, cti_ir_kid(f, cti_ir_kid(f, node, i), 0), label)) return false;
  for (uint32_t k = 0; k < i; k++)
    if (branches_to(f, cti_ir_kid(f, node, k), label)) return false;
  cti_node kids[2] = {cti_ir_negated(f, cti_ir_kid(f, cti_ir_kid(f, node, i), 0)), CTI_NO_NODE};
  kids[1] = seq_of(b, f->kids.items + at(b, node)->kids + i + 1, count - i - 1);
  cti_node made = cti_ir_add_with(f, CTI_OP_IF, CTI_VT_NONE, label, kids, 2);
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

/* Does the set or tee give the local what it holds? Tees of the same local below it go. */
static bool sets_nothing(blocks *b, cti_node node) {
  cti_ir *f = b->f;
  uint32_t local = at(b, node)->a;
  while (is_local(b, cti_ir_kid(f, node, 0), CTI_OP_LOCAL_TEE, local)) {
    cti_ir_set_kid(f, node, 0, cti_ir_kid(f, cti_ir_kid(f, node, 0), 0));
    b->changed = true;
  }
  bool nothing = is_local(b, cti_ir_kid(f, node, 0), CTI_OP_LOCAL_GET, local);
  b->changed |= nothing;
  return nothing;
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
  case CTI_OP_LOCAL_SET:
    if (!sets_nothing(b, node)) put(b, node);
    break;
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
    if ((n->op == CTI_OP_BLOCK || n->op == CTI_OP_IF) && n->type == CTI_VT_NONE && next->op == CTI_OP_BR && next->kid_count == 0)
      b->changed |= cti_ir_retarget(b->f, b->list.items[i], n->a, next->a);
  }
}

/* br_if x a; br_if x b: br_if x (a or b). Gives where the value of the list stands then. */
static uint32_t join_branches(blocks *b, uint32_t mark, uint32_t value) {
  uint32_t kept = mark;
  for (uint32_t i = mark; i < b->list.count; i++) {
    cti_node node = b->list.items[i], last = kept > mark ? b->list.items[kept - 1] : CTI_NO_NODE;
    bool joins = last && at(b, last)->op == CTI_OP_BR_IF && at(b, node)->op == CTI_OP_BR_IF && at(b, last)->a == at(b, node)->a && at(b, last)->kid_count == 1 && at(b, node)->kid_count == 1;
    if (!joins || !cti_ir_is_cheap(b->f, cti_ir_kid(b->f, node, 0))) {
      if (i - mark == value) value = kept - mark;
      b->list.items[kept++] = node;
      continue;
    }
    cti_node conditions[2] = {cti_ir_kid(b->f, last, 0), cti_ir_kid(b->f, node, 0)};
    cti_ir_set_kid(b->f, last, 0, cti_ir_add(b->f, CTI_OP_I32_OR, CTI_VT_I32, conditions, 2));
    b->f->labels.items[at(b, node)->a].uses--;
    b->changed = true;
  }
  b->list.count = kept;
  return value;
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
  value = join_branches(b, mark, value);
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
  if (n->kid_count == 1 && n->a == 0) cti_ir_become(b->f, node, cti_ir_kid(b->f, node, 0));
  b->changed = true;
}

/* Does the list stand where a value is asked for, and gives none? */
static bool is_empty_promise(const blocks *b, cti_node node) { return at(b, node)->op == CTI_IR_SEQ && at(b, node)->a == UINT32_MAX; }

/* What has an operand that never comes out is what runs up to there. */
static void cut_operands(blocks *b, cti_node node) {
  cti_ir *f = b->f;
  uint32_t count = at(b, node)->op == CTI_OP_IF ? 1 : at(b, node)->kid_count, i = 0, mark = b->list.count;
  while (i < count && !cti_ir_diverges(f, cti_ir_kid(f, node, i))) i++;
  if (i == count || (at(b, node)->op == CTI_OP_DROP && !is_empty_promise(b, cti_ir_kid(f, node, i)))) return;
  for (uint32_t k = 0; k <= i; k++) {
    cti_node kid = cti_ir_kid(f, node, k);
    if (is_empty_promise(b, kid)) at(b, kid)->type = CTI_VT_NONE;
    put(b, at(b, kid)->type == CTI_VT_NONE ? kid : drop_of(b, kid));
  }
  cti_corevt type = at(b, node)->type;
  if (type != CTI_VT_NONE) mark_end(b, mark);
  become_seq(b, node, cti_vec_tail(&b->list, mark), b->list.count - mark);
  at(b, node)->type = type;
  b->list.count = mark;
  b->changed = true;
}

static void simplify(blocks *b, cti_node node) {
  for (uint32_t i = 0; i < at(b, node)->kid_count; i++) simplify(b, cti_ir_kid(b->f, node, i));
  uint16_t op = at(b, node)->op;
  if (op == CTI_OP_BLOCK || op == CTI_OP_LOOP || op == CTI_IR_SEQ) simplify_list(b, node);
  else if (at(b, node)->kid_count) cut_operands(b, node);
  op = at(b, node)->op;
  open_typed_block(b, node);
  if (op == CTI_OP_LOCAL_TEE && sets_nothing(b, node)) cti_ir_become(b->f, node, cti_ir_kid(b->f, node, 0));
  if ((op == CTI_OP_IF || op == CTI_OP_SELECT) && at(b, node)->type != CTI_VT_NONE) {
    uint32_t i = op == CTI_OP_IF ? 0 : 2;
    cti_ir_set_kid(b->f, node, i, cti_ir_condition(b->f, cti_ir_kid(b->f, node, i)));
    if (op == CTI_OP_IF) turn_if(b, node);
  }
}

bool cti_ir_pass_blocks(cti_ir *f) {
  blocks b = {.f = f};
  simplify(&b, f->root);
  cti_ir_count_labels(f);
  return cti_ir_simplify_ends(f) || b.changed;
}
