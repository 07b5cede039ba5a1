/* inline.c - functions in the place of their calls. Flows in: the trees of a caller, the code of what it calls. Flows out: the trees with both.
 *
 * requires: a plan, and bodies of the types by which the caller was lifted. preserves: behaviour; a stack trace has a frame less.
 *   call f(a, b)   becomes   p = a; q = b; block { the code of f with its locals behind the caller's, a return being a branch to the block }
 * Locals of f begin as zero each time: sets do that, and go again where they are not needed. */
#include "passes/inline.h"

enum { MAX_NODES = 60000, MAX_LOCALS = 1200, MAX_DEPTH = CTI_IR_MAX_DEPTH / 2, MAX_INLINED_SIZE = 6000, TINY = 3 };

/* ---- the plan */

static bool has_defaults(const cti_signatures *s, uint32_t func) {
  cti_cursor c = cti_cursor_make(s->m->funcs.items[func].body, 0, s->arena->error);
  for (uint32_t runs = cti_cursor_count(&c, "runs of locals"); runs > 0; runs--) {
    if (!cti_vt_is_number(cti_read_local_run(&c).type)) return false;
  }
  return true;
}

/* Code without control and locals of its own that reads each parameter at most once, in order: how many bytes stand for a call; UINT32_MAX: it is not that. */
static uint32_t size_in_place(const cti_signatures *s, uint32_t func) {
  cti_cursor c = cti_cursor_make(s->m->funcs.items[func].body, 0, s->arena->error);
  cti_instr instr;
  uint32_t size = 0, next = 0;
  if (cti_cursor_count(&c, "runs of locals") != 0) return UINT32_MAX;
  while (cti_instr_next(&instr, &c)) {
    if (instr.op == CTI_OP_END) break;
    if (instr.op == CTI_OP_LOCAL_GET && instr.a >= next) next = instr.a + 1;
    else if (instr.op == CTI_OP_UNREACHABLE || (cti_opcodes[instr.op].effects & (CTI_EFFECT_CONTROL | CTI_EFFECT_READ_LOCAL | CTI_EFFECT_WRITE_LOCAL)) == 0) size += (uint32_t)instr.bytes.size;
    else return UINT32_MAX;
    if (size > 64) return UINT32_MAX;
  }
  return size;
}

void cti_inline_decide(cti_signatures *now, bool *any) {
  const cti_module *m = now->m;
  *any = false;
  for (uint32_t i = m->imported[CTI_EXTERN_FUNC]; i < m->funcs.count; i++) {
    cti_func_facts *facts = &now->funcs[i];
    if (!facts->is_noted || facts->calls == 0 || facts->calls_itself || !has_defaults(now, i)) continue;
    bool once = facts->calls == 1 && !facts->fixed && m->funcs.items[i].body.size <= MAX_INLINED_SIZE;
    facts->inlines = once || size_in_place(now, i) <= TINY;
  }
  for (uint32_t i = m->imported[CTI_EXTERN_FUNC]; i < m->funcs.count; i++) { /* who holds an inlined call waits for the next round */
    cti_func_facts *facts = &now->funcs[i];
    if (facts->inlines && facts->calls == 1 && facts->caller < m->funcs.count) now->funcs[facts->caller].holds_inlined = true;
  }
  for (uint32_t i = m->imported[CTI_EXTERN_FUNC]; i < m->funcs.count; i++) {
    cti_func_facts *facts = &now->funcs[i];
    if (facts->holds_inlined) facts->inlines = false;
    *any |= facts->inlines;
  }
}

/* ---- copying */

typedef struct copier {
  const cti_signatures *plan;
  cti_ir *f, *callee;
  const ct_slice *bodies;
  uint32_t first_label, first_local, exit; /* of the copy; the label that stands for the callee's function */
  bool changed;
} copier;

static uint32_t label_of(const copier *p, uint32_t label) { return label == 0 ? p->exit : p->first_label + label; }

static cti_node copy(copier *p, cti_node from) {
  cti_ir *f = p->f;
  cti_ir_node made = *cti_ir_at(p->callee, from);
  uint32_t count = made.kid_count;
  cti_node *kids = CTI_NEW_N(f->arena, cti_node, count);
  if (!kids) return CTI_NO_NODE;
  for (uint32_t i = 0; i < count; i++) kids[i] = copy(p, cti_ir_kid(p->callee, from, i));
  if (cti_ir_is_label_node(made.op) || made.op == CTI_OP_BR || made.op == CTI_OP_BR_IF) made.a = label_of(p, made.a);
  if (cti_op_names_local(made.op)) made.a += p->first_local;
  if (made.op == CTI_OP_BR_TABLE) {
    uint32_t first = f->lists.count;
    for (uint32_t i = 0; i < made.b; i++) cti_vec_push(f->arena, &f->lists, label_of(p, p->callee->lists.items[made.a + i]));
    made.a = first;
  }
  if (made.is_instr) {
    cti_vec_push(f->arena, &f->instrs, p->callee->instrs.items[made.value]);
    made.value = f->instrs.count - 1;
  }
  cti_node node = cti_ir_add(f, made.op, made.type, kids, count);
  if (!node) return node;
  made.kids = cti_ir_at(f, node)->kids;
  made.depth = cti_ir_at(f, node)->depth;
  *cti_ir_at(f, node) = made;
  if (cti_ir_is_label_node(made.op)) f->labels.items[made.a].target = node;
  return node;
}

static cti_node set_of(cti_ir *f, uint32_t local, cti_node value) {
  return cti_ir_add_with(f, CTI_OP_LOCAL_SET, CTI_VT_NONE, local, &value, 1);
}

/* The callee's function node as a block of the caller. */
static cti_node block_of(copier *p, cti_corevt type) {
  cti_ir *f = p->f;
  cti_node root = p->callee->root;
  uint32_t count = cti_ir_at(p->callee, root)->kid_count;
  cti_node *kids = CTI_NEW_N(f->arena, cti_node, count);
  if (!kids) return CTI_NO_NODE;
  for (uint32_t i = 0; i < count; i++) kids[i] = copy(p, cti_ir_kid(p->callee, root, i));
  cti_node block = cti_ir_add_with(f, CTI_OP_BLOCK, type, p->exit, kids, count);
  f->labels.items[p->exit].target = block;
  return block;
}

static void put(copier *p, cti_node call) {
  cti_ir *f = p->f, *g = p->callee;
  uint32_t arguments = cti_ir_at(f, call)->kid_count, count = 0;
  cti_node *list = CTI_NEW_N(f->arena, cti_node, g->locals.count + 1);
  if (!list) return;
  p->first_label = f->labels.count;
  p->first_local = f->locals.count;
  p->exit = f->labels.count;
  for (uint32_t i = 0; i < g->labels.count; i++) cti_vec_push(f->arena, &f->labels, ((cti_ir_label){0}));
  for (uint32_t i = 0; i < g->locals.count; i++) cti_vec_push(f->arena, &f->locals, g->locals.items[i]);
  for (uint32_t i = 0; i < arguments; i++) list[count++] = set_of(f, p->first_local + i, cti_ir_kid(f, call, i));
  for (uint32_t i = arguments; i < g->locals.count; i++) list[count++] = set_of(f, p->first_local + i, cti_ir_const(f, g->locals.items[i], 0));
  cti_corevt type = cti_ir_at(f, call)->type;
  list[count++] = block_of(p, type);
  cti_node seq = cti_ir_add(f, CTI_IR_SEQ, type, list, count);
  if (!seq || f->arena->error->status != CT_OK) return;
  cti_ir_at(f, seq)->a = type == CTI_VT_NONE ? UINT32_MAX : count - 1;
  *cti_ir_at(f, call) = *cti_ir_at(f, seq);
  p->changed = true;
}

/* ---- calls */

static bool lift_callee(copier *p, uint32_t func) {
  bool lifted;
  return cti_ir_lift_body(p->callee, func, p->bodies[func], &lifted) == CT_OK && lifted;
}

static bool fits(const copier *p) {
  const cti_ir *f = p->f, *g = p->callee;
  return f->nodes.count + g->nodes.count <= MAX_NODES && f->locals.count + g->locals.count <= MAX_LOCALS && cti_ir_at(g, g->root)->depth + cti_ir_at(f, f->root)->depth <= MAX_DEPTH;
}

static void walk(copier *p, cti_node node) {
  for (uint32_t i = 0; i < cti_ir_at(p->f, node)->kid_count; i++) walk(p, cti_ir_kid(p->f, node, i));
  const cti_ir_node *n = cti_ir_at(p->f, node);
  if (n->op != CTI_OP_CALL || n->is_instr || !p->plan->funcs[n->a].inlines || n->a == p->f->func) return;
  if (lift_callee(p, n->a) && fits(p)) put(p, node);
}

bool cti_inline_apply(const cti_signatures *plan, cti_ir *f, cti_ir *callee, const ct_slice *bodies) {
  copier p = {.plan = plan, .f = f, .callee = callee, .bodies = bodies};
  walk(&p, f->root);
  return p.changed;
}
