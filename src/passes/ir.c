/* ir.c - nodes: making, comparing, and what is known of them. */
#include "passes/ir_integer.h"

cti_node cti_ir_add(cti_ir *f, uint16_t op, cti_corevt type, const cti_node *kids, uint32_t count) {
  cti_ir_node node = {.op = op, .type = type};
  for (uint32_t i = 0; i < count; i++)
    if (cti_ir_at(f, kids[i])->depth >= node.depth && node.depth < UINT16_MAX) node.depth = (uint16_t)(cti_ir_at(f, kids[i])->depth + 1);
  if (!cti_vec_push(f->arena, &f->nodes, node)) return CTI_NO_NODE;
  cti_ir_set_kids(f, f->nodes.count - 1, kids, count);
  return f->nodes.items[f->nodes.count - 1].kid_count == count ? f->nodes.count - 1 : CTI_NO_NODE;
}

cti_node cti_ir_add_with(cti_ir *f, uint16_t op, cti_corevt type, uint32_t a, const cti_node *kids, uint32_t count) {
  cti_node node = cti_ir_add(f, op, type, kids, count);
  if (node) cti_ir_at(f, node)->a = a;
  return node;
}

/* `kids` may lie in f->kids itself. */
void cti_ir_set_kids(cti_ir *f, cti_node node, const cti_node *kids, uint32_t count) {
  cti_ir_node *n = cti_ir_at(f, node);
  if (count <= n->kid_count) {
    if (count) memmove(&f->kids.items[n->kids], kids, count * sizeof *kids);
    n->kid_count = count;
    return;
  }
  const cti_node *old = f->kids.items;
  bool inside = old && kids >= old && kids < old + f->kids.count;
  size_t from = inside ? (size_t)(kids - old) : 0;
  while (f->kids.capacity - f->kids.count < count) {
    uint32_t before = f->kids.capacity;
    f->kids.items = cti_vec_more(f->arena, f->kids.items, before, &f->kids.capacity, sizeof *f->kids.items); /* as if it were full: it doubles */
    if (f->kids.capacity == before) return;
  }
  if (inside) kids = f->kids.items + from;
  uint32_t first = f->kids.count;
  memcpy(&f->kids.items[first], kids, count * sizeof *kids);
  f->kids.count = first + count;
  n->kids = first;
  n->kid_count = count;
}

cti_node cti_ir_const(cti_ir *f, cti_corevt type, uint64_t value) {
  uint16_t op = type == CTI_VT_I32 ? CTI_OP_I32_CONST : type == CTI_VT_I64 ? CTI_OP_I64_CONST : type == CTI_VT_F32 ? CTI_OP_F32_CONST : CTI_OP_F64_CONST;
  cti_node node = cti_ir_add(f, op, type, NULL, 0);
  if (node) cti_ir_at(f, node)->value = type == CTI_VT_I32 ? (uint32_t)value : value;
  return node;
}

void cti_ir_become(cti_ir *f, cti_node node, cti_node other) {
  cti_ir_node *n = cti_ir_at(f, node);
  *n = *cti_ir_at(f, other);
  if (cti_ir_is_label_node(n->op)) f->labels.items[n->a].target = node;
}

void cti_ir_renumber_locals(cti_ir *f, cti_node node, const uint32_t *to) {
  cti_ir_node *n = cti_ir_at(f, node);
  if (cti_op_names_local(n->op)) n->a = to[n->a];
  for (uint32_t i = 0; i < n->kid_count; i++) cti_ir_renumber_locals(f, cti_ir_kid(f, node, i), to);
}

void cti_ir_remove(cti_ir *f, cti_node node) { *cti_ir_at(f, node) = (cti_ir_node){.op = CTI_OP_NOP}; }

/* Labels inside of the copy stay those of the original: only trees without blocks are copied. */
cti_node cti_ir_copy(cti_ir *f, cti_node node) {
  cti_node copy = cti_ir_add(f, CTI_OP_NOP, CTI_VT_NONE, NULL, 0);
  if (!copy) return copy;
  uint32_t count = cti_ir_at(f, node)->kid_count;
  cti_ir_node made = *cti_ir_at(f, node);
  made.kid_count = 0;
  *cti_ir_at(f, copy) = made;
  cti_ir_set_kids(f, copy, cti_vec_tail(&f->kids, cti_ir_at(f, node)->kids), count);
  for (uint32_t i = 0; i < count; i++) {
    cti_node kid = cti_ir_copy(f, cti_ir_kid(f, node, i));
    *cti_ir_kid_at(f, copy, i) = kid;
  }
  return copy;
}

static bool same_label(const cti_ir *f, uint32_t a, uint32_t b) { return f->labels.items[a].twin ? f->labels.items[a].twin == b : a == b; }

static bool same_immediates(const cti_ir *f, const cti_ir_node *x, const cti_ir_node *y) {
  if (x->is_instr) return cti_slice_eq(f->instrs.items[x->value].bytes, f->instrs.items[y->value].bytes);
  if (x->value != y->value) return false;
  switch (x->op) {
  case CTI_OP_BLOCK: case CTI_OP_LOOP: case CTI_OP_IF: return true;
  case CTI_OP_BR: case CTI_OP_BR_IF: return same_label(f, x->a, y->a);
  case CTI_OP_BR_TABLE:
    for (uint32_t i = 0; i < x->b && x->b == y->b; i++)
      if (!same_label(f, f->lists.items[x->a + i], f->lists.items[y->a + i])) return false;
    return x->b == y->b;
  default: return x->a == y->a && x->b == y->b;
  }
}

bool cti_ir_equal(const cti_ir *f, cti_node a, cti_node b) {
  const cti_ir_node *x = cti_ir_at(f, a), *y = cti_ir_at(f, b);
  if (a == b) return true;
  if (x->op != y->op || x->type != y->type || x->is_instr != y->is_instr || x->kid_count != y->kid_count || !same_immediates(f, x, y)) return false;
  bool labels = cti_ir_is_label_node(x->op), same = true;
  if (labels) f->labels.items[x->a].twin = y->a;
  for (uint32_t i = 0; i < x->kid_count && same; i++) same = cti_ir_equal(f, cti_ir_kid(f, a, i), cti_ir_kid(f, b, i));
  if (labels) f->labels.items[x->a].twin = 0;
  return same;
}

/* ---- effects */

static bool leaves(const cti_ir *f, const cti_ir_node *n) {
  switch (n->op) {
  case CTI_OP_BR: case CTI_OP_BR_IF: return !f->labels.items[n->a].is_open;
  case CTI_OP_BR_TABLE:
    for (uint32_t i = 0; i < n->b; i++)
      if (!f->labels.items[f->lists.items[n->a + i]].is_open) return true;
    return false;
  case CTI_OP_RETURN: case CTI_OP_UNREACHABLE: case CTI_OP_LOOP: return true; /* a loop may never end */
  default: return false;
  }
}

static void add_effects(cti_ir_effects *out, const cti_ir *f, cti_node node) {
  const cti_ir_node *n = cti_ir_at(f, node);
  if (n->op < CTI_OPS) out->bits |= cti_opcodes[n->op].effects;
  if (n->op == CTI_OP_LOCAL_GET) out->reads |= cti_ir_local_bit(n->a);
  if (cti_op_sets_local(n->op)) out->writes |= cti_ir_local_bit(n->a);
  if (leaves(f, n)) out->leaves = true;
  if (cti_ir_is_label_node(n->op)) f->labels.items[n->a].is_open = true;
  for (uint32_t i = 0; i < n->kid_count; i++) add_effects(out, f, cti_ir_kid(f, node, i));
  if (cti_ir_is_label_node(n->op)) f->labels.items[n->a].is_open = false;
}

void cti_ir_effects_of(cti_ir_effects *out, const cti_ir *f, cti_node node) {
  *out = (cti_ir_effects){0};
  add_effects(out, f, node);
}

enum {
  READS = CTI_EFFECT_READ_GLOBAL | CTI_EFFECT_READ_TABLE | CTI_EFFECT_READ_MEMORY | CTI_EFFECT_READ_HEAP,
  WRITES = CTI_EFFECT_WRITE_GLOBAL | CTI_EFFECT_WRITE_TABLE | CTI_EFFECT_WRITE_MEMORY | CTI_EFFECT_WRITE_HEAP | CTI_EFFECT_CALL | CTI_EFFECT_SYNC,
  STOPS = CTI_EFFECT_TRAP | CTI_EFFECT_THROW | CTI_EFFECT_CALL
};

/* The bits of what is written, moved to where what is read stands. */
static uint32_t written(uint32_t bits) {
  if (bits & (CTI_EFFECT_CALL | CTI_EFFECT_SYNC)) return READS;
  uint32_t reads = 0;
  if (bits & CTI_EFFECT_WRITE_GLOBAL) reads |= CTI_EFFECT_READ_GLOBAL;
  if (bits & CTI_EFFECT_WRITE_TABLE) reads |= CTI_EFFECT_READ_TABLE;
  if (bits & CTI_EFFECT_WRITE_MEMORY) reads |= CTI_EFFECT_READ_MEMORY;
  if (bits & CTI_EFFECT_WRITE_HEAP) reads |= CTI_EFFECT_READ_HEAP;
  return reads;
}

static bool one_way(const cti_ir_effects *a, const cti_ir_effects *b) {
  if (a->writes & (b->reads | b->writes)) return true;
  if (written(a->bits) & (b->bits | written(b->bits))) return true;
  bool a_lasts = (a->bits & WRITES) != 0 || a->leaves; /* somebody can see whether it ran */
  bool b_stops = (b->bits & STOPS) != 0 || b->leaves;
  return (a_lasts && b_stops) || (a->leaves && (b->bits & STOPS || b->writes || b->leaves));
}

bool cti_ir_conflict(const cti_ir_effects *a, const cti_ir_effects *b) {
  if (one_way(a, b) || one_way(b, a)) return true;
  return (a->bits & STOPS) && (b->bits & STOPS) && ((a->bits | b->bits) & (CTI_EFFECT_CALL | CTI_EFFECT_THROW));
}

bool cti_ir_is_pure(const cti_ir *f, cti_node node) {
  cti_ir_effects e;
  cti_ir_effects_of(&e, f, node);
  enum { SEEN = CTI_EFFECT_TRAP | CTI_EFFECT_THROW | CTI_EFFECT_CALL | CTI_EFFECT_WRITE_GLOBAL | CTI_EFFECT_WRITE_TABLE | CTI_EFFECT_WRITE_MEMORY | CTI_EFFECT_WRITE_HEAP | CTI_EFFECT_SYNC };
  uint32_t seen = f->no_traps ? SEEN & ~(uint32_t)CTI_EFFECT_TRAP : SEEN;
  return !(e.bits & seen) && !e.writes && !e.leaves;
}

static uint32_t count_nodes(const cti_ir *f, cti_node node) {
  uint32_t count = 1;
  for (uint32_t i = 0; i < cti_ir_at(f, node)->kid_count; i++) count += count_nodes(f, cti_ir_kid(f, node, i));
  return count;
}

enum { CHEAP = 6 }; /* nodes */

bool cti_ir_is_cheap(const cti_ir *f, cti_node node) {
  return cti_ir_at(f, node)->depth < CHEAP && count_nodes(f, node) <= CHEAP && cti_ir_is_pure(f, node);
}

/* ---- control */

static bool last_diverges(const cti_ir *f, cti_node node, uint32_t from) {
  const cti_ir_node *n = cti_ir_at(f, node);
  for (uint32_t i = from; i < n->kid_count; i++)
    if (cti_ir_diverges(f, cti_ir_kid(f, node, i))) return true;
  return false;
}

/* Asks label counts: a block that is branched to comes out. */
bool cti_ir_diverges(const cti_ir *f, cti_node node) {
  const cti_ir_node *n = cti_ir_at(f, node);
  switch (n->op) {
  case CTI_OP_BR: case CTI_OP_BR_TABLE: case CTI_OP_RETURN: case CTI_OP_UNREACHABLE: return true;
  case CTI_OP_BLOCK: return f->labels.items[n->a].uses == 0 && last_diverges(f, node, 0);
  case CTI_OP_IF:
    if (cti_ir_diverges(f, cti_ir_kid(f, node, 0))) return true;
    return f->labels.items[n->a].uses == 0 && n->kid_count == 3 && cti_ir_diverges(f, cti_ir_kid(f, node, 1)) && cti_ir_diverges(f, cti_ir_kid(f, node, 2));
  default: return last_diverges(f, node, 0);
  }
}

bool cti_ir_diverges_plainly(const cti_ir *f, cti_node node) {
  const cti_ir_node *n = cti_ir_at(f, node);
  if (n->op == CTI_OP_BR || n->op == CTI_OP_BR_TABLE || n->op == CTI_OP_RETURN || n->op == CTI_OP_UNREACHABLE) return true;
  uint32_t end = n->op == CTI_OP_BLOCK || n->op == CTI_OP_LOOP ? 0 : n->op == CTI_OP_IF ? 1 : n->kid_count;
  for (uint32_t i = 0; i < end; i++)
    if (cti_ir_diverges_plainly(f, cti_ir_kid(f, node, i))) return true;
  return false;
}

static void count(cti_ir *f, cti_node node) {
  const cti_ir_node *n = cti_ir_at(f, node);
  if (n->op == CTI_OP_BR || n->op == CTI_OP_BR_IF) f->labels.items[n->a].uses++;
  for (uint32_t i = 0; n->op == CTI_OP_BR_TABLE && i < n->b; i++) f->labels.items[f->lists.items[n->a + i]].uses++;
  for (uint32_t i = 0; i < n->kid_count; i++) count(f, cti_ir_kid(f, node, i));
}

void cti_ir_count_labels(cti_ir *f) {
  for (uint32_t i = 0; i < f->labels.count; i++) f->labels.items[i].uses = 0;
  count(f, f->root);
  f->counted = true;
}

/* ---- conditions: only whether they are zero matters */

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
  uint16_t opposite = cti_opposite_op(n->op);
  if (opposite != CTI_OP_NOP) {
    n->op = opposite;
    return node;
  }
  return cti_ir_add(f, CTI_OP_I32_EQZ, CTI_VT_I32, &node, 1);
}
