/* signatures.c - parameters that nobody reads, or that are the same constant in every call, go, and so do results that nobody uses. Flows in: the trees of all
 * live functions, noted one after the other. Flows out: a plan, then trees with shorter calls.
 *
 * requires: types of plain functions only. preserves: behaviour. A function that is exported, stands in a table, is named by ref.func, or is called from code
 * that has no trees keeps its signature. */
#include "passes/signatures.h"

#include "passes/layout.h"

/* ---- who knows a function by its signature */

static void fix(cti_signatures *s, uint32_t func) {
  if (func < s->m->funcs.count) s->funcs[func].fixed = true;
}

static void fix_named(void *context, cti_space space, uint32_t index) {
  if (space == CTI_SPACE_FUNC) fix(context, index);
}

static ct_status fix_in_code(cti_signatures *s, cti_cursor *c) {
  cti_instr instr;
  while (cti_instr_next(&instr, c)) cti_instr_each_ref(&instr, fix_named, s);
  return cti_cursor_status(c);
}

static ct_status fix_in_expr(cti_signatures *s, const cti_expr *expr) {
  cti_cursor c = cti_cursor_make(expr->bytes, expr->offset, s->arena->error);
  return expr->bytes.size ? fix_in_code(s, &c) : CT_OK;
}

static ct_status fix_roots(cti_signatures *s) {
  const cti_module *m = s->m;
  for (uint32_t i = 0; i < m->imported[CTI_EXTERN_FUNC]; i++) fix(s, i);
  for (uint32_t i = 0; i < m->exports.count; i++)
    if (m->exports.items[i].kind == CTI_EXTERN_FUNC) fix(s, m->exports.items[i].index);
  if (m->start != UINT32_MAX) fix(s, m->start);
  for (uint32_t i = 0; i < m->globals.count; i++) CTI_TRY(fix_in_expr(s, &m->globals.items[i].init));
  for (uint32_t i = 0; i < m->tables.count; i++) CTI_TRY(fix_in_expr(s, &m->tables.items[i].init));
  for (uint32_t i = 0; i < m->elems.count; i++) {
    const cti_elem *elem = &m->elems.items[i];
    for (uint32_t k = 0; k < elem->count; k++) {
      if (elem->is_exprs) CTI_TRY(fix_in_expr(s, &elem->exprs[k]));
      else fix(s, elem->funcs[k]);
    }
  }
  return CT_OK;
}

ct_status cti_signatures_start(cti_signatures *out, const cti_signatures *plan, cti_module *m, cti_arena *arena) {
  *out = (cti_signatures){.m = m, .arena = arena, .funcs = CTI_NEW_N(arena, cti_func_facts, m->funcs.count)};
  if (!out->funcs) return arena->error->status;
  for (uint32_t i = 0; i < m->funcs.count; i++) {
    uint32_t index = plan && plan->funcs[i].changes ? plan->funcs[i].new_type : m->funcs.items[i].type;
    const cti_subtype *type = cti_module_type_func(m, index);
    cti_func_facts *facts = &out->funcs[i];
    *facts = (cti_func_facts){.first = out->params.count, .param_count = type->param_count, .type = index, .new_type = index};
    for (uint32_t k = 0; k < type->param_count; k++) cti_vec_push(arena, &out->params, ((cti_param_facts){0}));
  }
  CTI_TRY(fix_roots(out));
  return arena->error->status;
}

/* ---- noting */

static void note_argument(cti_param_facts *param, const cti_ir_node *value, bool is_own) {
  if (is_own || param->state == CTI_ARG_VARIES) return; /* handed on as it came */
  bool constant = cti_op_is_const(value->op);
  bool same = param->state == CTI_ARG_UNCALLED || (param->op == value->op && param->value == value->value);
  param->state = constant && same ? CTI_ARG_CONSTANT : CTI_ARG_VARIES;
  param->op = value->op;
  param->value = value->value;
}

typedef struct noter {
  cti_signatures *s;
  const cti_ir *f;
  bool *written; /* parameters of the function that it sets */
} noter;

static void note_call(noter *n, cti_node node, bool used) {
  const cti_ir_node *call = cti_ir_at(n->f, node);
  cti_func_facts *facts = &n->s->funcs[call->a];
  facts->calls++;
  facts->caller = n->f->func;
  facts->calls_itself |= call->a == n->f->func;
  facts->result_used |= used && call->type != CTI_VT_NONE;
  for (uint32_t i = 0; i < call->kid_count && i < facts->param_count; i++) {
    const cti_ir_node *value = cti_ir_at(n->f, cti_ir_kid(n->f, node, i));
    bool own = call->a == n->f->func && value->op == CTI_OP_LOCAL_GET && value->a == i && !n->written[i];
    note_argument(&n->s->params.items[facts->first + i], value, own);
  }
}

/* Is it an argument that a call hands on to the very parameter it came by? Such a read is none. */
static bool hands_on(const noter *n, cti_node call, uint32_t i) {
  const cti_ir_node *c = cti_ir_at(n->f, call), *kid = cti_ir_at(n->f, cti_ir_kid(n->f, call, i));
  return c->op == CTI_OP_CALL && c->a == n->f->func && kid->op == CTI_OP_LOCAL_GET && kid->a == i;
}

static void note_tree(noter *n, cti_node node, bool used) {
  const cti_ir_node *x = cti_ir_at(n->f, node);
  cti_func_facts *own = &n->s->funcs[n->f->func];
  if (x->op == CTI_OP_CALL && !x->is_instr) note_call(n, node, used);
  if (x->is_instr) cti_instr_each_ref(&n->f->instrs.items[x->value], fix_named, n->s);
  if (x->op == CTI_OP_REF_FUNC && !x->is_instr) fix(n->s, x->a);
  if (x->op == CTI_OP_LOCAL_GET && x->a < own->param_count) n->s->params.items[own->first + x->a].is_read = true;
  if (x->op == CTI_OP_BR_IF && x->a == 0) own->result_stays = true;
  for (uint32_t i = 0; x->op == CTI_OP_BR_TABLE && i < x->b; i++)
    if (n->f->lists.items[x->a + i] == 0) own->result_stays = true;
  for (uint32_t i = 0; i < x->kid_count; i++)
    if (!hands_on(n, node, i)) note_tree(n, cti_ir_kid(n->f, node, i), x->op != CTI_OP_DROP);
}

static void find_written(noter *n, cti_node node) {
  const cti_ir_node *x = cti_ir_at(n->f, node);
  if (cti_op_sets_local(x->op) && x->a < n->f->param_count) n->written[x->a] = true;
  for (uint32_t i = 0; i < x->kid_count; i++) find_written(n, cti_ir_kid(n->f, node, i));
}

void cti_signatures_note(cti_signatures *s, const cti_ir *f) {
  noter n = {s, f, CTI_NEW_N(f->arena, bool, f->param_count)};
  s->funcs[f->func].is_noted = true;
  if (!n.written) return;
  find_written(&n, f->root);
  note_tree(&n, f->root, true);
}

ct_status cti_signatures_note_code(cti_signatures *s, uint32_t func) {
  const cti_func *body = &s->m->funcs.items[func];
  cti_cursor c = cti_cursor_make(body->body, body->body_offset, s->arena->error);
  fix(s, func);
  cti_skip_locals(&c);
  return fix_in_code(s, &c);
}

static void add_argument(cti_param_facts *to, const cti_param_facts *from) {
  to->is_read |= from->is_read;
  if (from->state == CTI_ARG_UNCALLED || to->state == CTI_ARG_VARIES) return;
  bool same = to->state == CTI_ARG_UNCALLED || (from->state == CTI_ARG_CONSTANT && to->op == from->op && to->value == from->value);
  to->state = same ? from->state : CTI_ARG_VARIES;
  to->op = from->op;
  to->value = from->value;
}

void cti_signatures_add(cti_signatures *s, const cti_signatures *other) {
  for (uint32_t i = 0; i < s->m->funcs.count; i++) {
    cti_func_facts *to = &s->funcs[i];
    const cti_func_facts *from = &other->funcs[i];
    to->fixed |= from->fixed;
    to->is_noted |= from->is_noted;
    to->result_used |= from->result_used;
    to->result_stays |= from->result_stays;
    to->calls_itself |= from->calls_itself;
    to->calls += from->calls;
    if (from->calls) to->caller = from->caller;
  }
  for (uint32_t i = 0; i < s->params.count; i++) add_argument(&s->params.items[i], &other->params.items[i]);
}

/* ---- the plan */

/* A new function type at the end, which merging makes one with its equals. */
static ct_status make_type(cti_signatures *s, cti_func_facts *facts, const cti_subtype *old) {
  cti_module *m = s->m;
  cti_subtype made = *old;
  cti_corevt *types = CTI_NEW_N(m->arena, cti_corevt, old->param_count + old->result_count);
  uint32_t count = 0;
  if (!types) return m->arena->error->status;
  for (uint32_t i = 0; i < old->param_count; i++)
    if (!s->params.items[facts->first + i].goes) types[count++] = old->types[i];
  made.param_count = count;
  made.result_count = facts->result_goes ? 0 : old->result_count;
  if (made.result_count) types[count] = old->types[old->param_count];
  made.types = types;
  return cti_module_add_type(&facts->new_type, m, &made);
}

ct_status cti_signatures_decide(cti_signatures *s, bool *any) {
  *any = false;
  if (!cti_types_are_plain(s->m)) return CT_OK;
  for (uint32_t i = s->m->imported[CTI_EXTERN_FUNC]; i < s->m->funcs.count; i++) {
    cti_func_facts *facts = &s->funcs[i];
    const cti_subtype *old = &s->m->types.items[facts->type];
    if (facts->fixed || !facts->is_noted || facts->calls == 0 || facts->inlines) continue;
    facts->result_goes = old->result_count == 1 && cti_vt_is_number(old->types[old->param_count]) && !facts->result_used && !facts->result_stays;
    for (uint32_t k = 0; k < facts->param_count; k++) {
      cti_param_facts *param = &s->params.items[facts->first + k];
      param->goes = !param->is_read || param->state == CTI_ARG_CONSTANT;
      facts->changes |= param->goes;
    }
    facts->changes |= facts->result_goes;
    if (facts->changes) CTI_TRY(make_type(s, facts, old));
    *any |= facts->changes;
  }
  return CT_OK;
}

/* ---- the calls */

typedef struct applier {
  const cti_signatures *plan;
  cti_ir *f;
  bool changed;
} applier;

static cti_node seq(cti_ir *f, const cti_node *kids, uint32_t count, uint32_t value) {
  cti_corevt type = value < count ? cti_ir_at(f, kids[value])->type : CTI_VT_NONE;
  return cti_ir_add_with(f, CTI_IR_SEQ, type, type == CTI_VT_NONE ? UINT32_MAX : value, kids, count);
}

enum { MAX_ARGUMENTS = 64 }; /* as many operands as trees have (ir_lift.c) */

/* Arguments that stay; the effects of those that go run where they ran. *before: such that run before all that stay. */
static uint32_t kept_arguments(applier *p, cti_node call, cti_node *kept, cti_node *before) {
  cti_ir *f = p->f;
  const cti_func_facts *facts = &p->plan->funcs[cti_ir_at(f, call)->a];
  uint32_t count = 0;
  for (uint32_t i = 0; i < facts->param_count; i++) {
    cti_node argument = cti_ir_kid(f, call, i);
    if (!p->plan->params.items[facts->first + i].goes) {
      kept[count++] = argument;
      continue;
    }
    if (cti_ir_is_const(f, argument) || cti_ir_at(f, argument)->op == CTI_OP_LOCAL_GET) continue;
    cti_node dropped = cti_ir_add(f, CTI_OP_DROP, CTI_VT_NONE, &argument, 1);
    cti_node *onto = count ? &kept[count - 1] : before, both[2] = {*onto, dropped};
    *onto = *onto ? seq(f, both, 2, count ? 0 : UINT32_MAX) : dropped;
  }
  return count;
}

/* The call without what goes, in the place of `node`. Where its result was wanted after all, code that never runs wants it: a zero stands for it. */
static void shorten_call(applier *p, cti_node node, bool dropped) {
  cti_ir *f = p->f;
  const cti_func_facts *facts = &p->plan->funcs[cti_ir_at(f, node)->a];
  cti_node kept[MAX_ARGUMENTS], before = CTI_NO_NODE, list[3];
  cti_corevt type = cti_ir_at(f, node)->type;
  uint32_t count = kept_arguments(p, node, kept, &before), n = 0;
  cti_node call = cti_ir_add_with(f, CTI_OP_CALL, facts->result_goes ? CTI_VT_NONE : type, cti_ir_at(f, node)->a, kept, count);
  if (!call) return;
  p->changed = true;
  if (before) list[n++] = before;
  list[n++] = call;
  if (facts->result_goes && !dropped) list[n++] = cti_ir_const(f, type, 0);
  cti_node whole = n == 1 ? call : seq(f, list, n, n - 1);
  *cti_ir_at(f, node) = *cti_ir_at(f, whole);
}

static bool is_changing_call(const applier *p, cti_node node) {
  const cti_ir_node *n = cti_ir_at(p->f, node);
  return n->op == CTI_OP_CALL && !n->is_instr && p->plan->funcs[n->a].changes;
}

static void apply_tree(applier *p, cti_node node) {
  cti_ir *f = p->f;
  for (uint32_t i = 0; i < cti_ir_at(f, node)->kid_count; i++) {
    cti_node kid = cti_ir_kid(f, node, i);
    bool changing = is_changing_call(p, kid); /* before: what was a drop may be a call afterwards */
    apply_tree(p, kid);
    if (!changing) continue;
    bool drop = cti_ir_at(f, node)->op == CTI_OP_DROP, goes = p->plan->funcs[cti_ir_at(f, kid)->a].result_goes;
    shorten_call(p, kid, drop);
    if (!drop || !goes) continue;
    *cti_ir_at(f, node) = *cti_ir_at(f, kid); /* whose kids are done */
    return;
  }
}

/* ---- the function itself */

/* In front of everything: what each call gave. */
static void set_constants(cti_ir *f, const cti_param_facts *params, const uint32_t *to) {
  uint32_t kid_count = cti_ir_at(f, f->root)->kid_count, count = 0;
  cti_node *all = CTI_NEW_N(f->arena, cti_node, kid_count + f->param_count);
  if (!all) return;
  for (uint32_t i = f->param_count; i-- > 0;) {
    if (!params[i].goes || params[i].state != CTI_ARG_CONSTANT || !params[i].is_read) continue;
    cti_node value = cti_ir_const(f, f->locals.items[to[i]], params[i].value);
    all[count++] = cti_ir_add_with(f, CTI_OP_LOCAL_SET, CTI_VT_NONE, to[i], &value, 1);
  }
  if (kid_count) memcpy(all + count, f->kids.items + cti_ir_at(f, f->root)->kids, kid_count * sizeof *all);
  if (count) cti_ir_set_kids(f, f->root, all, count + kid_count);
}

/* Parameters that go become locals behind the others. */
static void move_params(applier *p, const cti_func_facts *facts) {
  cti_ir *f = p->f;
  uint32_t count = f->locals.count, made = 0;
  uint32_t *to = CTI_NEW_N(f->arena, uint32_t, count);
  cti_corevt *types = CTI_NEW_N(f->arena, cti_corevt, count);
  if (!to || !types) return;
  const cti_param_facts *params = cti_vec_tail(&p->plan->params, facts->first);
  for (uint32_t i = 0; i < count; i++)
    if (i >= f->param_count || !params[i].goes) to[i] = made, types[made++] = f->locals.items[i];
  uint32_t kept = made - (count - f->param_count);
  for (uint32_t i = 0; i < f->param_count; i++)
    if (params[i].goes) to[i] = made, types[made++] = f->locals.items[i];
  cti_ir_renumber_locals(f, f->root, to);
  memcpy(f->locals.items, types, count * sizeof *types);
  set_constants(f, params, to);
  f->param_count = kept;
}

/* Values that were returned are dropped. */
static void drop_results(cti_ir *f, cti_node node) {
  for (uint32_t i = 0; i < cti_ir_at(f, node)->kid_count; i++) drop_results(f, cti_ir_kid(f, node, i));
  cti_ir_node *n = cti_ir_at(f, node);
  if (!(n->op == CTI_OP_RETURN || (n->op == CTI_OP_BR && n->a == 0)) || n->kid_count != 1) return;
  cti_node value = cti_ir_kid(f, node, 0), both[2] = {cti_ir_add(f, CTI_OP_DROP, CTI_VT_NONE, &value, 1), cti_ir_add(f, CTI_OP_RETURN, CTI_VT_NONE, NULL, 0)};
  cti_node list = seq(f, both, 2, UINT32_MAX);
  *cti_ir_at(f, node) = *cti_ir_at(f, list);
}

static void drop_result(applier *p) {
  cti_ir *f = p->f;
  drop_results(f, f->root);
  uint32_t n = cti_ir_at(f, f->root)->kid_count;
  for (uint32_t i = 0; i < n; i++) {
    cti_node kid = cti_ir_kid(f, f->root, i);
    if (cti_ir_at(f, kid)->type == CTI_VT_NONE) continue;
    cti_ir_set_kid(f, f->root, i, cti_ir_add(f, CTI_OP_DROP, CTI_VT_NONE, &kid, 1));
  }
  cti_ir_at(f, f->root)->type = CTI_VT_NONE;
  f->result = CTI_VT_NONE;
}

bool cti_signatures_apply(const cti_signatures *plan, cti_ir *f) {
  applier p = {.plan = plan, .f = f};
  const cti_func_facts *own = &plan->funcs[f->func];
  apply_tree(&p, f->root);
  if (!own->changes) return p.changed;
  if (own->result_goes) drop_result(&p);
  move_params(&p, own);
  return true;
}
