/* ir_stack.c - values wait on the operand stack instead of in a local. Flows in: trees. Flows out: trees with SEQs whose value comes first.
 *
 *   x = v; S; E(x, ..)   becomes   E((v; S), ..)   where x is the first thing that E evaluates.
 * requires: label counts. preserves: everything runs in the order in which it ran. Branches out of S leave the value behind, which the format allows. Late:
 * statements inside of values are what other passes see less of. */
#include "passes/ir_passes.h"

typedef struct stacker {
  cti_ir *f;
  uint32_t *gets; /* by local */
  bool changed;
} stacker;

enum { MAX_BACK = 12, MAX_SEQ_DEPTH = CTI_IR_MAX_DEPTH - 100 };

static cti_ir_node *at(const stacker *s, cti_node node) { return cti_ir_at(s->f, node); }

/* What of a statement or value is evaluated first; a block's contents do not see the stack outside of it. */
static cti_node first_leaf(const stacker *s, cti_node node) {
  for (;;) {
    const cti_ir_node *n = at(s, node);
    if (n->op == CTI_OP_BLOCK || n->op == CTI_OP_LOOP || n->kid_count == 0) return node;
    if (n->op == CTI_IR_SEQ && at(s, cti_ir_kid(s->f, node, 0))->type == CTI_VT_NONE && n->type == CTI_VT_NONE) return CTI_NO_NODE;
    node = cti_ir_kid(s->f, node, 0);
  }
}

static bool writes(const cti_ir *f, cti_node node, uint32_t local) {
  const cti_ir_node *n = cti_ir_at(f, node);
  if (cti_op_sets_local(n->op) && n->a == local) return true;
  for (uint32_t i = 0; i < n->kid_count; i++)
    if (writes(f, cti_ir_kid(f, node, i), local)) return true;
  return false;
}

static bool written_between(const stacker *s, cti_node list, uint32_t from, uint32_t to, uint32_t local) {
  for (uint32_t k = from; k < to; k++)
    if (writes(s->f, cti_ir_kid(s->f, list, k), local)) return true;
  return false;
}

/* The set of the local that the statement at `i` of the list comes upon first, going back. UINT32_MAX: none. Most have none, so that what statements hold is
 * looked into last. */
static uint32_t set_before(const stacker *s, cti_node list, uint32_t i, uint32_t local) {
  for (uint32_t k = i; k-- > 0 && i - k <= MAX_BACK;) {
    const cti_ir_node *n = at(s, cti_ir_kid(s->f, list, k));
    if (n->type != CTI_VT_NONE) return UINT32_MAX; /* a value that waits already */
    if (n->op == CTI_OP_LOCAL_SET && n->a == local) return written_between(s, list, k + 1, i, local) ? UINT32_MAX : k;
  }
  return UINT32_MAX;
}

/* The get becomes the value of the set at `from`, then what stands between. */
static void stack(stacker *s, cti_node list, uint32_t from, uint32_t i, cti_node get) {
  cti_ir *f = s->f;
  cti_node set = cti_ir_kid(f, list, from);
  uint32_t local = at(s, set)->a, count = at(s, list)->kid_count;
  cti_corevt type = f->locals.items[local];
  cti_node value = cti_ir_kid(f, set, 0);
  if (s->gets[local] > 1) value = cti_ir_add_with(f, CTI_OP_LOCAL_TEE, type, local, &value, 1);
  s->gets[local]--;
  *cti_ir_kid_at(f, list, from) = value;
  cti_node seq = cti_ir_add(f, CTI_IR_SEQ, type, f->kids.items + at(s, list)->kids + from, i - from);
  if (!seq) return;
  at(s, seq)->a = 0;
  *at(s, get) = *at(s, seq);
  cti_node *kids = f->kids.items + at(s, list)->kids;
  memmove(kids + from, kids + i, (count - i) * sizeof *kids);
  at(s, list)->kid_count = count - (i - from);
  if (at(s, list)->op == CTI_IR_SEQ && at(s, list)->a != UINT32_MAX && at(s, list)->a >= i) at(s, list)->a -= i - from;
  s->changed = true;
}

static void walk_list(stacker *s, cti_node list) {
  for (uint32_t i = 1; i < at(s, list)->kid_count; i++) {
    cti_node leaf = first_leaf(s, cti_ir_kid(s->f, list, i));
    if (!leaf || at(s, leaf)->op != CTI_OP_LOCAL_GET) continue;
    uint32_t from = set_before(s, list, i, at(s, leaf)->a);
    if (from == UINT32_MAX) continue;
    stack(s, list, from, i, leaf);
    i = from;
    if (i) i--;
  }
}

static void walk(stacker *s, cti_node node, uint32_t depth) {
  if (depth > MAX_SEQ_DEPTH) return;
  uint16_t op = at(s, node)->op;
  if (op == CTI_OP_BLOCK || op == CTI_OP_LOOP || op == CTI_IR_SEQ) walk_list(s, node);
  for (uint32_t i = 0; i < at(s, node)->kid_count; i++) walk(s, cti_ir_kid(s->f, node, i), depth + 1);
}

static void count_gets(stacker *s, cti_node node) {
  if (at(s, node)->op == CTI_OP_LOCAL_GET) s->gets[at(s, node)->a]++;
  for (uint32_t i = 0; i < at(s, node)->kid_count; i++) count_gets(s, cti_ir_kid(s->f, node, i));
}

bool cti_ir_pass_stack(cti_ir *f) {
  stacker s = {.f = f, .gets = CTI_NEW_N(f->arena, uint32_t, f->locals.count)};
  if (!s.gets) return false;
  count_gets(&s, f->root);
  walk(&s, f->root, 0);
  return s.changed;
}
