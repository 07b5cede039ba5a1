/* ir_ends.c - branches at the end of lists to where control comes anyway go, and with a value they are the value; branches go to their last stop at once. Flows in:
 * trees. Flows out: trees with fewer branches.
 *
 * requires: label counts, which stay right. preserves: order of effects. */
#include "passes/ir_passes.h"

typedef struct ender {
  cti_ir *f;
  bool changed;
} ender;

static cti_ir_node *at(const ender *e, cti_node node) { return cti_ir_at(e->f, node); }

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

static void retarget(cti_ir *f, cti_node node, uint32_t from, uint32_t to) {
  cti_ir_node *n = cti_ir_at(f, node);
  if ((n->op == CTI_OP_BR || n->op == CTI_OP_BR_IF) && n->a == from) n->a = to;
  for (uint32_t i = 0; n->op == CTI_OP_BR_TABLE && i < n->b; i++)
    if (f->lists.items[n->a + i] == from) f->lists.items[n->a + i] = to;
  for (uint32_t i = 0; i < n->kid_count; i++) retarget(f, cti_ir_kid(f, node, i), from, to);
}

bool cti_ir_retarget(cti_ir *f, cti_node node, uint32_t from, uint32_t to) {
  cti_ir_label *labels = f->labels.items;
  if (labels[from].uses == 0 || from == to) return false;
  retarget(f, node, from, to);
  labels[to].uses += labels[from].uses;
  labels[from].uses = 0;
  return true;
}

static void tail_list(ender *e, cti_node node, const exits *places);

/* The last statement of what ends at `places`. */
static void tail(ender *e, cti_node node, const exits *places) {
  cti_ir_node *n = at(e, node);
  switch (n->op) {
  case CTI_OP_BR:
    if (n->kid_count || !leads_to(places, n->a)) return;
    e->f->labels.items[n->a].uses--;
    cti_ir_remove(e->f, node);
    e->changed = true;
    return;
  case CTI_OP_BR_IF:
    if (n->kid_count != 1 || !leads_to(places, n->a)) return;
    e->f->labels.items[n->a].uses--;
    n->op = CTI_OP_DROP;
    n->a = 0;
    e->changed = true;
    return;
  case CTI_OP_BLOCK:
    if (n->type != CTI_VT_NONE) return;
    if (places) e->changed |= cti_ir_retarget(e->f, node, n->a, outermost(places));
    tail_list(e, node, &(exits){places, at(e, node)->a});
    return;
  case CTI_OP_IF:
    if (n->type != CTI_VT_NONE) return;
    if (places) e->changed |= cti_ir_retarget(e->f, node, n->a, outermost(places));
    for (uint32_t i = 1; i < at(e, node)->kid_count; i++) tail_list(e, cti_ir_kid(e->f, node, i), &(exits){places, at(e, node)->a});
    return;
  case CTI_OP_LOOP: case CTI_IR_SEQ:
    if (n->type == CTI_VT_NONE) tail_list(e, node, places);
    return;
  default: return;
  }
}

static void tail_of_value(ender *e, cti_node node, const exits *places);

/* The last kid of a list that ends at `places` with a value. */
static void tail_value_list(ender *e, cti_node node, const exits *places) {
  uint32_t count = at(e, node)->kid_count;
  if (count) tail_of_value(e, cti_ir_kid(e->f, node, count - 1), places);
  if (count && at(e, node)->op == CTI_IR_SEQ && at(e, cti_ir_kid(e->f, node, count - 1))->type != CTI_VT_NONE) at(e, node)->a = count - 1;
}

/* What gives the value of what ends at `places`: a branch there with a value is the value. */
static void tail_of_value(ender *e, cti_node node, const exits *places) {
  cti_ir *f = e->f;
  cti_ir_node *n = at(e, node);
  bool branch = n->op == CTI_OP_BR && n->kid_count == 1 && leads_to(places, n->a), returns = n->op == CTI_OP_RETURN && n->kid_count == 1 && leads_to(places, 0);
  if (branch || returns) {
    if (branch) f->labels.items[n->a].uses--;
    cti_ir_become(f, node, cti_ir_kid(f, node, 0));
    e->changed = true;
    tail_of_value(e, node, places);
  } else if (n->op == CTI_OP_BLOCK && n->type != CTI_VT_NONE) {
    if (places) e->changed |= cti_ir_retarget(e->f, node, n->a, outermost(places));
    tail_value_list(e, node, &(exits){places, at(e, node)->a});
  } else if (n->op == CTI_OP_IF && n->type != CTI_VT_NONE) {
    if (places) e->changed |= cti_ir_retarget(e->f, node, n->a, outermost(places));
    for (uint32_t i = 1; i < at(e, node)->kid_count; i++) tail_value_list(e, cti_ir_kid(f, node, i), &(exits){places, at(e, node)->a});
  } else if (n->op == CTI_IR_SEQ && n->type != CTI_VT_NONE && (n->a == UINT32_MAX || n->a + 1 == n->kid_count)) {
    tail_value_list(e, node, places);
  } else if (n->op == CTI_OP_LOOP && n->type != CTI_VT_NONE) {
    tail_value_list(e, node, places);
  }
}

/* Typed blocks, wherever they stand. */
static void tails_of_values(ender *e, cti_node node) {
  cti_ir_node *n = at(e, node);
  if ((n->op == CTI_OP_BLOCK || n->op == CTI_OP_IF) && n->type != CTI_VT_NONE && n->a) tail_of_value(e, node, NULL);
  for (uint32_t i = 0; i < at(e, node)->kid_count; i++) tails_of_values(e, cti_ir_kid(e->f, node, i));
}

static void tail_list(ender *e, cti_node node, const exits *places) {
  uint32_t count = at(e, node)->kid_count;
  if (count) tail(e, cti_ir_kid(e->f, node, count - 1), places);
}

bool cti_ir_simplify_ends(cti_ir *f) {
  ender e = {.f = f};
  const exits function = {NULL, 0};
  if (f->result == CTI_VT_NONE) tail_list(&e, f->root, &function);
  else tail_value_list(&e, f->root, &function);
  tails_of_values(&e, f->root);
  return e.changed;
}
