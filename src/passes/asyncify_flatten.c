/* asyncify_flatten.c - trees to lists around calls that may pause. Flows in: the trees of a function. Flows out: the same, but each such call stands in a
 * statement of a list of BLOCKs and LOOPs, with a mark before it, from which on the statement can be run again.
 *
 * "Hot" is a tree with such a call in it; all others stay as they are. What a hot tree has to evaluate before its call goes to a local, unless it is made of
 * constants and locals that nobody changes meanwhile. A hot block gives its value by a local; ifs with a hot arm become blocks. */
#include "passes/asyncify.h"

typedef struct flattener {
  cti_ir *f;
  const cti_asyncify *a;
  cti_asyncify_sites *sites;
  bool *hot;         /* by node, of those that were lifted */
  bool *forced;      /* by label: flat whether it holds such a call or not */
  uint32_t node_count;
  uint32_t *result;  /* by label: the local that has the value of its block; UINT32_MAX: none */
  uint32_t label_count;
  CTI_VEC(cti_node) items; /* the lists that are being made, one after the other */
} flattener;

static cti_ir_node *at(const flattener *x, cti_node node) { return cti_ir_at(x->f, node); }
static bool failed(const flattener *x) { return x->f->arena->error->status != CT_OK; }
static bool is_hot(const flattener *x, cti_node node) { return node < x->node_count && x->hot[node]; }
static bool is_value(const flattener *x, cti_node node) { return at(x, node)->type != CTI_VT_NONE; }

/* ---- what is hot */

static bool find_hot(flattener *x, cti_node node) {
  const cti_ir_node *n = at(x, node);
  bool hot = x->hot[node] || cti_asyncify_may_pause(x->a, x->f->func, n);
  for (uint32_t i = 0; i < n->kid_count; i++) hot |= find_hot(x, cti_ir_kid(x->f, node, i));
  return x->hot[node] = hot;
}

/* A br_table gives its value to all of its labels, by the stack or by locals. True when another block became hot. */
static bool spread_by_tables(flattener *x) {
  cti_ir *f = x->f;
  bool grown = false;
  for (uint32_t i = 1; i < x->node_count; i++) {
    const cti_ir_node *n = at(x, i);
    bool any = false;
    if (n->op != CTI_OP_BR_TABLE || n->kid_count < 2) continue;
    for (uint32_t k = 0; k < n->b; k++) any |= x->hot[f->labels.items[f->lists.items[n->a + k]].target];
    for (uint32_t k = 0; k < n->b && any; k++) {
      cti_node target = f->labels.items[f->lists.items[n->a + k]].target;
      grown |= !x->hot[target];
      x->hot[target] = x->forced[f->lists.items[n->a + k]] = true;
    }
  }
  return grown;
}

/* The function itself is no block that could be flat: br_tables lead to one around all of it. */
static void wrap_function(cti_ir *f) {
  bool needed = false;
  for (uint32_t i = 1; i < f->nodes.count; i++) {
    const cti_ir_node *n = cti_ir_at(f, i);
    for (uint32_t k = 0; k < n->b && n->op == CTI_OP_BR_TABLE && n->kid_count == 2; k++) needed |= f->lists.items[n->a + k] == 0;
  }
  if (!needed || !cti_vec_push(f->arena, &f->labels, ((cti_ir_label){0}))) return;
  uint32_t label = f->labels.count - 1;
  for (uint32_t i = 1; i < f->nodes.count; i++) {
    const cti_ir_node *n = cti_ir_at(f, i);
    for (uint32_t k = 0; k < n->b && n->op == CTI_OP_BR_TABLE; k++)
      if (f->lists.items[n->a + k] == 0) f->lists.items[n->a + k] = label;
  }
  const cti_ir_node *root = cti_ir_at(f, f->root);
  cti_node block = cti_ir_add(f, CTI_OP_BLOCK, f->result, cti_vec_tail(&f->kids, root->kids), root->kid_count);
  if (!block) return;
  cti_ir_at(f, block)->a = label;
  f->labels.items[label].target = block;
  cti_ir_set_kids(f, f->root, &block, 1);
}

/* ---- small things */

static void push(flattener *x, cti_node node) { cti_vec_push(x->f->arena, &x->items, node); }

static uint32_t new_local(flattener *x, cti_corevt type) {
  cti_vec_push(x->f->arena, &x->f->locals, type);
  return x->f->locals.count - 1;
}

static uint32_t new_label(flattener *x) {
  cti_vec_push(x->f->arena, &x->f->labels, ((cti_ir_label){0}));
  return x->f->labels.count - 1;
}

static cti_node get(flattener *x, uint32_t local) {
  if (local >= x->f->locals.count) return CTI_NO_NODE; /* memory is out */
  cti_node node = cti_ir_add(x->f, CTI_OP_LOCAL_GET, x->f->locals.items[local], NULL, 0);
  at(x, node)->a = local;
  return node;
}

static cti_node set(flattener *x, uint32_t local, cti_node value) {
  cti_node node = cti_ir_add(x->f, CTI_OP_LOCAL_SET, CTI_VT_NONE, &value, 1);
  at(x, node)->a = local;
  return node;
}

static cti_node branch(flattener *x, uint16_t op, uint32_t label, cti_node condition) {
  cti_node node = cti_ir_add(x->f, op, CTI_VT_NONE, &condition, condition != CTI_NO_NODE);
  at(x, node)->a = label;
  return node;
}

/* The value goes to a local of its own, now; gives what stands for it. */
static cti_node spill(flattener *x, cti_node value) {
  uint32_t local = new_local(x, at(x, value)->type);
  if (failed(x)) return value;
  push(x, set(x, local, value));
  return get(x, local);
}

/* The statements from `start` on become the kids of `node`, which is then one itself. */
static void close_list(flattener *x, cti_node node, uint32_t start) {
  cti_ir_set_kids(x->f, node, cti_vec_tail(&x->items, start), x->items.count - start);
  x->items.count = start;
  push(x, node);
}

/* ---- what can be evaluated again */

enum { AGAIN = CTI_EFFECT_CONST | CTI_EFFECT_CONST_EXTENDED | CTI_EFFECT_FLOATS | CTI_EFFECT_READ_LOCAL };
enum { HARMLESS = AGAIN | CTI_EFFECT_READ_GLOBAL | CTI_EFFECT_READ_TABLE | CTI_EFFECT_READ_MEMORY };

static bool has_only(const flattener *x, cti_node node, uint32_t bits) {
  const cti_ir_node *n = at(x, node);
  if (n->op >= CTI_OPS) return false;
  bool is_fixed = n->op == CTI_OP_GLOBAL_GET && !x->f->m->globals.items[n->a].type.is_mutable;
  if (!is_fixed && cti_opcodes[n->op].effects & ~bits) return false;
  for (uint32_t i = 0; i < n->kid_count; i++)
    if (!has_only(x, cti_ir_kid(x->f, node, i), bits)) return false;
  return true;
}

/* Values `first` up to `count` of a node's operands that are not such, or that what comes later would change, go to locals, in their order. `later`: the
 * effects of what is evaluated between them and where they are used. */
static void settle(flattener *x, cti_node node, uint32_t count, uint32_t bits, const cti_ir_effects *later) {
  bool *moves = CTI_NEW_N(x->f->arena, bool, count);
  cti_ir_effects after = *later;
  if (!moves) return;
  for (uint32_t i = count; i-- > 0;) {
    cti_node kid = cti_ir_kid(x->f, node, i);
    cti_ir_effects own;
    cti_ir_effects_of(&own, x->f, kid);
    moves[i] = !has_only(x, kid, bits) || cti_ir_conflict(&own, &after);
    if (!moves[i]) continue;
    after.bits |= own.bits;
    after.reads |= own.reads;
    after.writes |= own.writes;
    after.leaves |= own.leaves;
  }
  for (uint32_t i = 0; i < count; i++) {
    if (!moves[i]) continue;
    cti_node moved = spill(x, cti_ir_kid(x->f, node, i));
    *cti_ir_kid_at(x->f, node, i) = moved;
  }
}

/* ---- statements and operands */

static cti_node lower(flattener *x, cti_node node);

/* A statement, or the value of its list, which goes to the local `result`. */
static void statement(flattener *x, cti_node node, uint32_t result) {
  cti_node rest = is_hot(x, node) ? lower(x, node) : node;
  if (rest == CTI_NO_NODE) return;
  push(x, is_value(x, rest) && result != UINT32_MAX ? set(x, result, rest) : rest);
}

static void statements(flattener *x, cti_node list, uint32_t result) {
  for (uint32_t i = 0; i < at(x, list)->kid_count; i++) statement(x, cti_ir_kid(x->f, list, i), result);
}

/* Operands up to the last hot one: a hot one comes after all before it. */
static void operands(flattener *x, cti_node node) {
  for (uint32_t i = 0; i < at(x, node)->kid_count; i++) {
    cti_node kid = cti_ir_kid(x->f, node, i);
    cti_ir_effects effects;
    if (!is_hot(x, kid)) continue;
    cti_ir_effects_of(&effects, x->f, kid);
    settle(x, node, i, AGAIN, &(cti_ir_effects){.writes = effects.writes});
    kid = lower(x, kid);
    if (failed(x)) return;
    *cti_ir_kid_at(x->f, node, i) = kid;
  }
}

/* The call and what looks at the state after it, in the place of the call. */
static void check(flattener *x, cti_node node, cti_asyncify_site *site) {
  cti_ir *f = x->f;
  site->call = cti_ir_add(f, CTI_OP_NOP, CTI_VT_NONE, NULL, 0);
  if (failed(x)) return;
  cti_ir_node *n = at(x, node);
  *at(x, site->call) = *n;
  bool gives = n->type != CTI_VT_NONE;
  *n = (cti_ir_node){.op = CTI_IR_SEQ, .type = n->type, .depth = n->depth, .a = gives ? 0 : UINT32_MAX};
  site->number = cti_ir_const(f, CTI_VT_I32, 0);
  cti_node state = cti_ir_add(f, CTI_OP_GLOBAL_GET, CTI_VT_I32, NULL, 0);
  at(x, state)->a = x->a->state;
  cti_node jump = cti_ir_add(f, CTI_OP_BR_IF, CTI_VT_I32, (cti_node[]){site->number, state}, 2);
  at(x, jump)->a = x->sites->unwind;
  site->check = cti_ir_add(f, CTI_OP_DROP, CTI_VT_NONE, &jump, 1);
  if (!failed(x)) cti_ir_set_kids(f, node, (cti_node[]){site->call, site->check}, 2);
}

/* The call itself: what rewinding needs before it is set down. */
static void land(flattener *x, cti_node call) {
  cti_ir *f = x->f;
  const cti_ir_node *n = at(x, call);
  bool direct = n->op == CTI_OP_CALL;
  cti_asyncify_site site = {.exact = !direct || !(x->a->funcs[n->a] & CTI_ASYNCIFY_REWRITTEN)};
  settle(x, call, n->kid_count, site.exact ? AGAIN : HARMLESS, &(cti_ir_effects){0});
  site.mark = cti_ir_add(f, CTI_OP_NOP, CTI_VT_NONE, NULL, 0);
  at(x, site.mark)->a = x->sites->items.count + 1;
  push(x, site.mark);
  check(x, call, &site);
  cti_vec_push(f->arena, &x->sites->items, site);
}

/* A value with statements around it. */
static cti_node lower_seq(flattener *x, cti_node node) {
  uint32_t count = at(x, node)->kid_count, value = is_value(x, node) ? at(x, node)->a : UINT32_MAX, i = 0;
  bool hot_after = false;
  for (uint32_t k = count; value != UINT32_MAX && k-- > value + 1;) hot_after |= is_hot(x, cti_ir_kid(x->f, node, k));
  for (; i < count && i != value; i++) statement(x, cti_ir_kid(x->f, node, i), UINT32_MAX);
  if (i == count) return is_value(x, node) ? cti_ir_add(x->f, CTI_OP_UNREACHABLE, at(x, node)->type, NULL, 0) : CTI_NO_NODE; /* who takes the value never does */
  cti_node kept = cti_ir_kid(x->f, node, value);
  if (is_hot(x, kept)) kept = lower(x, kept);
  if (failed(x) || value + 1 == count) return kept;
  if (hot_after) {
    kept = spill(x, kept);
    for (i = value + 1; i < count; i++) statement(x, cti_ir_kid(x->f, node, i), UINT32_MAX);
    return kept;
  }
  *cti_ir_kid_at(x->f, node, value) = kept;
  cti_ir_set_kids(x->f, node, cti_vec_tail(&x->f->kids, at(x, node)->kids + value), count - value);
  at(x, node)->a = 0;
  return node;
}

/* ---- blocks */

/* The local for the value of a block that becomes flat. */
static uint32_t take_result(flattener *x, cti_node node) {
  if (!is_value(x, node)) return UINT32_MAX;
  uint32_t local = new_local(x, at(x, node)->type), label = at(x, node)->a;
  x->result[label] = local;
  at(x, node)->type = CTI_VT_NONE;
  return local;
}

static cti_node give_result(flattener *x, uint32_t local) { return local == UINT32_MAX || failed(x) ? CTI_NO_NODE : get(x, local); }

static cti_node lower_block(flattener *x, cti_node node) {
  uint32_t start = x->items.count, result = take_result(x, node);
  statements(x, node, result);
  close_list(x, node, start);
  return give_result(x, result);
}

/* What chooses an arm. `mark`: that of a call in it, or CTI_NO_NODE; nothing may begin between the two, neither a block nor a group of them. */
typedef struct choice {
  cti_node mark, condition;
} choice;

static void push_mark(flattener *x, const choice *c) {
  if (c->mark) push(x, c->mark);
}

/* An arm without such a call stays what it is: an if that leaves the block. */
static void cold_arm(flattener *x, cti_node block, const choice *c, cti_node arm, uint32_t result) {
  push_mark(x, c);
  uint32_t start = x->items.count, label = new_label(x);
  statements(x, arm, result);
  push(x, branch(x, CTI_OP_BR, at(x, block)->a, CTI_NO_NODE));
  if (failed(x)) return;
  cti_node list = cti_ir_add(x->f, CTI_IR_SEQ, CTI_VT_NONE, cti_vec_tail(&x->items, start), x->items.count - start);
  at(x, list)->a = UINT32_MAX;
  x->items.count = start;
  cti_node made = cti_ir_add(x->f, CTI_OP_IF, CTI_VT_NONE, (cti_node[]){c->condition, list}, 2);
  at(x, made)->a = label;
  x->f->labels.items[label].target = made;
  push(x, made);
}

/* An inner block around the first arm, which the condition leaves. */
static void hot_arm(flattener *x, cti_node block, const choice *c, cti_node arm, uint32_t result) {
  uint32_t start = x->items.count, label = new_label(x);
  push_mark(x, c);
  push(x, branch(x, CTI_OP_BR_IF, label, cti_ir_negated(x->f, c->condition)));
  statements(x, arm, result);
  push(x, branch(x, CTI_OP_BR, at(x, block)->a, CTI_NO_NODE));
  cti_node inner = cti_ir_add(x->f, CTI_OP_BLOCK, CTI_VT_NONE, NULL, 0);
  if (failed(x)) return;
  at(x, inner)->a = label;
  x->f->labels.items[label].target = inner;
  close_list(x, inner, start);
}

/* The arms of an if whose node is a block now; `other` may be CTI_NO_NODE. */
static void lower_arms(flattener *x, cti_node node, choice c, cti_node then, cti_node other, uint32_t result) {
  if (!other) {
    push_mark(x, &c);
    push(x, branch(x, CTI_OP_BR_IF, at(x, node)->a, cti_ir_negated(x->f, c.condition)));
    statements(x, then, result);
  } else if (!is_hot(x, other)) {
    c.condition = cti_ir_negated(x->f, c.condition);
    cold_arm(x, node, &c, other, result);
    statements(x, then, result);
  } else {
    if (is_hot(x, then)) hot_arm(x, node, &c, then, result);
    else cold_arm(x, node, &c, then, result);
    statements(x, other, result);
  }
}

static cti_node lower_if(flattener *x, cti_node node) {
  cti_ir *f = x->f;
  choice c = {CTI_NO_NODE, cti_ir_kid(f, node, 0)};
  cti_node then = cti_ir_kid(f, node, 1), other = at(x, node)->kid_count == 3 ? cti_ir_kid(f, node, 2) : CTI_NO_NODE;
  bool waits = is_hot(x, c.condition);
  if (waits) c.condition = lower(x, c.condition);
  if (failed(x)) return node;
  *cti_ir_kid_at(f, node, 0) = c.condition;
  if (!is_hot(x, then) && !(other && is_hot(x, other)) && !x->forced[at(x, node)->a]) return node;
  cti_node last = x->items.count ? x->items.items[x->items.count - 1] : CTI_NO_NODE;
  if (waits && at(x, last)->op == CTI_OP_NOP && at(x, last)->a) {
    c.mark = last;
    x->items.count--;
  }
  uint32_t result = take_result(x, node), start = x->items.count;
  at(x, node)->op = CTI_OP_BLOCK;
  at(x, node)->kid_count = 0;
  lower_arms(x, node, c, then, other, result);
  close_list(x, node, start);
  return give_result(x, result);
}

/* Pushes what runs before, and gives what is left of a hot tree: a value, or a statement, or nothing. */
static cti_node lower(flattener *x, cti_node node) {
  if (failed(x)) return node;
  switch (at(x, node)->op) {
  case CTI_IR_SEQ: return lower_seq(x, node);
  case CTI_OP_BLOCK: case CTI_OP_LOOP: return lower_block(x, node);
  case CTI_OP_IF: return lower_if(x, node);
  default:
    operands(x, node);
    if (!failed(x) && cti_asyncify_may_pause(x->a, x->f->func, at(x, node))) land(x, node);
    return node;
  }
}

/* ---- branches with a value to what is flat now */

static bool branches(const flattener *x, cti_node node) {
  uint16_t op = at(x, node)->op;
  if (op == CTI_OP_BR || op == CTI_OP_BR_IF || op == CTI_OP_BR_TABLE) return true;
  for (uint32_t i = 0; i < at(x, node)->kid_count; i++)
    if (branches(x, cti_ir_kid(x->f, node, i))) return true;
  return false;
}

static bool leads_to_flat(const flattener *x, cti_node node) {
  const cti_ir_node *n = at(x, node);
  uint32_t label = n->op == CTI_OP_BR_TABLE ? x->f->lists.items[n->a] : n->a;
  uint32_t values = n->kid_count - (n->op != CTI_OP_BR);
  return values == 1 && label < x->label_count && x->result[label] != UINT32_MAX;
}

/* A set for each label of a branch; the value is evaluated once. */
static uint32_t set_results(flattener *x, cti_node *out, const cti_ir_node *n, cti_node value) {
  uint32_t count = 0, last = UINT32_MAX;
  for (uint32_t i = 0; i < (n->op == CTI_OP_BR_TABLE ? n->b : 1); i++) {
    uint32_t local = x->result[n->op == CTI_OP_BR_TABLE ? x->f->lists.items[n->a + i] : n->a];
    bool done = false;
    for (uint32_t k = 0; k < count && !done; k++) done = at(x, out[k])->a == local;
    if (done) continue;
    out[count++] = set(x, local, last == UINT32_MAX ? value : get(x, last));
    last = local;
  }
  return count;
}

/* The branch becomes a list: its value to the local, then the branch alone, then, if it may go on, the value. A condition that branches itself might set the
 * local again, so it is evaluated first then. */
static void split_branch(flattener *x, cti_node node) {
  cti_ir *f = x->f;
  cti_ir_node n = *at(x, node);
  cti_node value = cti_ir_kid(f, node, 0), condition = n.kid_count == 2 ? cti_ir_kid(f, node, 1) : CTI_NO_NODE;
  uint32_t targets = n.op == CTI_OP_BR_TABLE ? n.b : 1, count = 0, kept = UINT32_MAX;
  cti_node *list = CTI_NEW_N(f->arena, cti_node, targets + 4);
  if (!list) return;
  if (condition && branches(x, condition)) {
    kept = new_local(x, at(x, value)->type);
    uint32_t chosen = new_local(x, CTI_VT_I32);
    if (failed(x)) return;
    list[count++] = set(x, kept, value);
    list[count++] = set(x, chosen, condition);
    value = get(x, kept);
    condition = get(x, chosen);
  }
  count += set_results(x, list + count, &n, value);
  if (kept == UINT32_MAX) kept = at(x, list[count - 1])->a;
  cti_node jump = cti_ir_add(f, n.op, CTI_VT_NONE, &condition, condition != CTI_NO_NODE);
  if (failed(x)) return;
  at(x, jump)->a = n.a;
  at(x, jump)->b = n.b;
  list[count++] = jump;
  bool goes_on = n.type != CTI_VT_NONE;
  if (goes_on) list[count++] = get(x, kept);
  if (failed(x)) return;
  *at(x, node) = (cti_ir_node){.op = CTI_IR_SEQ, .type = n.type, .depth = n.depth};
  cti_ir_set_kids(f, node, list, count);
  at(x, node)->a = goes_on ? count - 1 : UINT32_MAX;
}

static void split_branches(flattener *x, cti_node node) {
  for (uint32_t i = 0; i < at(x, node)->kid_count; i++) split_branches(x, cti_ir_kid(x->f, node, i));
  uint16_t op = at(x, node)->op;
  if ((op == CTI_OP_BR || op == CTI_OP_BR_IF || op == CTI_OP_BR_TABLE) && !failed(x) && leads_to_flat(x, node)) split_branch(x, node);
}

/* ---- the whole */

/* Arguments that may be anything while rewinding are used before the mark, not after it: they wait there, and zeros stand for them. */
static void detach_arguments(flattener *x) {
  for (uint32_t i = 0; i < x->sites->items.count && !failed(x); i++) {
    cti_asyncify_site *site = &x->sites->items.items[i];
    if (site->exact) continue;
    uint32_t count = at(x, site->call)->kid_count;
    cti_ir_set_kids(x->f, site->mark, cti_vec_tail(&x->f->kids, at(x, site->call)->kids), count);
    at(x, site->call)->kid_count = 0;
  }
}

ct_status cti_asyncify_flatten(cti_ir *f, const cti_asyncify *a, cti_asyncify_sites *sites) {
  flattener x = {.f = f, .a = a, .sites = sites};
  sites->items = (cti_asyncify_site_list){0};
  sites->unwind = new_label(&x);
  if (f->result != CTI_VT_NONE) wrap_function(f);
  x.node_count = f->nodes.count;
  x.label_count = f->labels.count;
  x.hot = CTI_NEW_N(f->arena, bool, x.node_count);
  x.forced = CTI_NEW_N(f->arena, bool, x.label_count);
  x.result = CTI_NEW_N(f->arena, uint32_t, x.label_count);
  if (failed(&x)) return f->arena->error->status;
  for (uint32_t i = 0; i < x.label_count; i++) x.result[i] = UINT32_MAX;
  do find_hot(&x, f->root);
  while (spread_by_tables(&x));
  statements(&x, f->root, UINT32_MAX);
  cti_ir_set_kids(f, f->root, x.items.items, x.items.count);
  split_branches(&x, f->root);
  detach_arguments(&x);
  return f->arena->error->status;
}
