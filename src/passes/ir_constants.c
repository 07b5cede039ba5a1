/* ir_constants.c - long constants that are used again and again are kept in a local. Flows in: trees, in which `known` has put constants wherever it could. Flows
 * out: trees that set a local when the function begins, or, where that is as early, when the constant is first used.
 *
 * requires: label counts. preserves: everything else. Late: `known` would put the constants back. */
#include "passes/ir_passes.h"

enum { GET_SIZE = 2, SET_SIZE = 2, DECLARATION_SIZE = 1, MAX_CONSTANTS = 16, MAX_KINDS = 64 };

typedef struct constant {
  uint16_t op;
  uint64_t value;
  cti_corevt type;
  uint32_t size, uses; /* bytes of the instruction */
  uint32_t local;      /* UINT32_MAX: none */
} constant;

/* Those that come first in the function; more than MAX_KINDS are not looked at. */
typedef struct constants {
  constant items[MAX_KINDS];
  uint32_t count, locals;
} constants;

static constant *find(constants *c, const cti_ir_node *n) {
  for (uint32_t i = 0; i < c->count; i++)
    if (c->items[i].value == n->value && c->items[i].op == n->op) return &c->items[i];
  return NULL;
}

static void count(constants *c, const cti_ir *f, cti_node node) {
  const cti_ir_node *n = cti_ir_at(f, node);
  for (uint32_t i = 0; i < n->kid_count; i++) count(c, f, cti_ir_kid(f, node, i));
  if (!cti_op_is_const(n->op) || cti_ir_size(f, node) <= GET_SIZE) return;
  constant *known = find(c, n);
  if (!known && c->count == MAX_KINDS) return;
  if (!known) {
    known = &c->items[c->count++];
    *known = (constant){.op = n->op, .value = n->value, .type = n->type, .size = cti_ir_size(f, node), .local = UINT32_MAX};
  }
  known->uses++;
}

static bool is_worth_it(const constant *c) { return c->uses * c->size > c->size + SET_SIZE + DECLARATION_SIZE + c->uses * GET_SIZE; }

static void choose(constants *c, cti_ir *f) {
  for (uint32_t i = 0; i < c->count && c->locals < MAX_CONSTANTS; i++) {
    if (!is_worth_it(&c->items[i]) || !cti_vec_push(f->arena, &f->locals, c->items[i].type)) continue;
    c->items[i].local = f->locals.count - 1;
    c->locals++;
  }
}

static void read_locals(constants *c, cti_ir *f, cti_node node) {
  cti_ir_node *n = cti_ir_at(f, node);
  for (uint32_t i = 0; i < n->kid_count; i++) read_locals(c, f, cti_ir_kid(f, node, i));
  const constant *known = cti_op_is_const(n->op) ? find(c, n) : NULL;
  if (known && known->local != UINT32_MAX) *n = (cti_ir_node){.op = CTI_OP_LOCAL_GET, .type = n->type, .a = known->local};
}

static void set_locals(const constants *c, cti_ir *f) {
  uint32_t before = cti_ir_at(f, f->root)->kid_count, made = 0;
  cti_node *kids = CTI_NEW_N(f->arena, cti_node, before + c->locals);
  if (!kids) return;
  for (uint32_t i = 0; i < c->count; i++) {
    const constant *x = &c->items[i];
    if (x->local == UINT32_MAX) continue;
    cti_node value = cti_ir_const(f, x->type, x->value);
    kids[made++] = cti_ir_add_with(f, CTI_OP_LOCAL_SET, CTI_VT_NONE, x->local, &value, 1);
  }
  if (before) memcpy(kids + made, f->kids.items + cti_ir_at(f, f->root)->kids, before * sizeof *kids);
  cti_ir_set_kids(f, f->root, kids, before + made);
}

bool cti_ir_pass_constants(cti_ir *f) {
  constants c = {.count = 0};
  bool changed = cti_ir_fetch_constants(f);
  count(&c, f, f->root);
  choose(&c, f);
  if (!c.locals || f->arena->error->status != CT_OK) return changed;
  read_locals(&c, f, f->root);
  set_locals(&c, f);
  cti_ir_pass_sink(f); /* the sets, to where the constants are first used */
  return true;
}
