/* ir_constants.c - long constants that are used again and again are kept in a local. Flows in: trees, in which `known` has put constants wherever it could. Flows
 * out: trees that set a local when the function begins, or, where that is as early, when the constant is first used.
 *
 * requires: label counts. preserves: everything else. Late: `known` would put the constants back. */
#include <stdlib.h>

#include "passes/ir_passes.h"

enum { GET_SIZE = 2, SET_SIZE = 2, DECLARATION_SIZE = 1 }; /* bytes */
enum { MAX_CONSTANTS = 100 }; /* locals: of more, the numbers would get long */

typedef struct use {
  uint16_t op;
  uint64_t value;
  cti_node node;
} use;

typedef struct constants {
  cti_ir *f;
  CTI_VEC(use) uses;
  CTI_VEC(cti_node) sets;
} constants;

static void find_uses(constants *c, cti_node node) {
  const cti_ir_node *n = cti_ir_at(c->f, node);
  for (uint32_t i = 0; i < n->kid_count; i++) find_uses(c, cti_ir_kid(c->f, node, i));
  if (cti_op_is_const(n->op) && cti_ir_size(c->f, node) > GET_SIZE) cti_vec_push(c->f->arena, &c->uses, ((use){n->op, n->value, node}));
}

static int by_value(const void *a, const void *b) {
  const use *x = a, *y = b;
  if (x->op != y->op) return x->op < y->op ? -1 : 1;
  if (x->value != y->value) return x->value < y->value ? -1 : 1;
  return x->node < y->node ? -1 : x->node > y->node;
}

static uint32_t run_length(const constants *c, uint32_t at) {
  uint32_t end = at + 1;
  while (end < c->uses.count && c->uses.items[end].op == c->uses.items[at].op && c->uses.items[end].value == c->uses.items[at].value) end++;
  return end - at;
}

/* The uses from `at` on read a new local. */
static void keep_in_local(constants *c, uint32_t at, uint32_t count) {
  cti_ir *f = c->f;
  const use *first = &c->uses.items[at];
  cti_corevt type = cti_ir_at(f, first->node)->type;
  uint32_t local = f->locals.count;
  cti_node value = cti_ir_const(f, type, first->value), set = cti_ir_add_with(f, CTI_OP_LOCAL_SET, CTI_VT_NONE, local, &value, 1);
  if (!value || !set || !cti_vec_push(f->arena, &f->locals, type) || !cti_vec_push(f->arena, &c->sets, set)) return;
  for (uint32_t i = at; i < at + count; i++) *cti_ir_at(f, c->uses.items[i].node) = (cti_ir_node){.op = CTI_OP_LOCAL_GET, .type = type, .a = local};
}

static void keep_all(constants *c) {
  for (uint32_t i = 0, count; i < c->uses.count && c->sets.count < MAX_CONSTANTS; i += count) {
    uint32_t size = cti_ir_size(c->f, c->uses.items[i].node);
    count = run_length(c, i);
    if (count * size > size + SET_SIZE + DECLARATION_SIZE + count * GET_SIZE) keep_in_local(c, i, count);
  }
}

/* The sets come before all else. */
static void put_sets(constants *c) {
  const cti_ir_node *root = cti_ir_at(c->f, c->f->root);
  for (uint32_t i = 0; i < root->kid_count; i++) cti_vec_push(c->f->arena, &c->sets, cti_ir_kid(c->f, c->f->root, i));
  cti_ir_set_kids(c->f, c->f->root, c->sets.items, c->sets.count);
}

bool cti_ir_pass_constants(cti_ir *f) {
  constants c = {.f = f};
  bool changed = cti_ir_fetch_constants(f);
  find_uses(&c, f->root);
  if (c.uses.count > 1) qsort(c.uses.items, c.uses.count, sizeof *c.uses.items, by_value);
  keep_all(&c);
  if (!c.sets.count) return changed;
  put_sets(&c);
  cti_ir_pass_sink(f); /* sets go to where the constants are first used */
  return true;
}
