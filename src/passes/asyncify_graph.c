/* asyncify_graph.c - which functions, and which indirect calls, may come back with a pause. Flows in: code and lists. Flows out: a set of bits for each
 * function, and one for each type.
 *
 * The graph has a node for each function and one for each type that indirect calls name, which stands for whatever a table may hold of it: edges lead from
 * who is called to who calls. Where code that is not in the module can put functions into tables, any indirect call may pause. */
#include "passes/asyncify.h"

typedef struct edge {
  uint32_t from, to;
} edge;

typedef struct graph {
  cti_asyncify *a;
  cti_asyncify_list imports, remove, add, only;
  uint32_t *class_of; /* by type: the first equal one */
  bool open;          /* tables can hold what is not seen here */
  uint8_t *taken;     /* functions that some table or reference may name */
  CTI_VEC(edge) edges;
  uint32_t nodes;
} graph;

static bool is_ours(const cti_import *import) { return cti_slice_is(import->module, "asyncify"); }

static const cti_import *import_of(const cti_asyncify *a, uint32_t func) { return &a->m->imports.items[a->m->funcs.items[func].import]; }

/* ---- what is outside */

/* externref holds no function that could be called. */
static bool may_hold_func(cti_corevt type) { return cti_vt_is_ref(type) && type != CTI_VT_EXTERNREF; }

static bool tables_are_open(const cti_module *m) {
  if (m->imported[CTI_EXTERN_TABLE]) return true;
  for (uint32_t i = 0; i < m->exports.count; i++) {
    const cti_export *export_ = &m->exports.items[i];
    if (export_->kind == CTI_EXTERN_TABLE && may_hold_func(m->tables.items[export_->index].type.element)) return true;
    if (export_->kind == CTI_EXTERN_GLOBAL && may_hold_func(m->globals.items[export_->index].type.type)) return true;
  }
  for (uint32_t i = 0; i < m->imported[CTI_EXTERN_GLOBAL]; i++)
    if (may_hold_func(m->globals.items[i].type.type)) return true;
  for (uint32_t i = 0; i < m->types.count; i++) { /* references come and go by calls; with subtypes, a call may reach several types */
    const cti_subtype *type = &m->types.items[i];
    if (type->kind != CTI_COMPOSITE_FUNC || type->super_count || !type->is_final) return true;
    for (uint32_t k = 0; k < type->param_count + type->result_count; k++)
      if (may_hold_func(type->types[k])) return true;
  }
  return false;
}

/* ---- edges */

static void link(graph *g, uint32_t from, uint32_t to) { cti_vec_push_large(g->a->arena, &g->edges, ((edge){from, to})); }

static uint32_t type_node(const graph *g, uint32_t type) { return g->a->func_count + g->class_of[type]; }

static ct_status classify_types(graph *g) {
  const cti_module *m = g->a->m;
  cti_map seen = {0};
  g->class_of = CTI_NEW_N(g->a->arena, uint32_t, m->types.count);
  if (!g->class_of) return CT_NOMEM;
  for (uint32_t i = 0; i < m->types.count; i++) {
    const cti_subtype *type = &m->types.items[i];
    cti_buf key = {0};
    bool added;
    g->class_of[i] = i;
    if (type->kind != CTI_COMPOSITE_FUNC) continue;
    cti_buf_uleb(&key, type->param_count);
    for (uint32_t k = 0; k < type->param_count + type->result_count; k++) cti_buf_u32_fixed(&key, type->types[k]);
    ct_slice kept = cti_take(&key, g->a->arena);
    if (!kept.data) return CT_NOMEM;
    CTI_TRY(cti_map_add(&seen, g->a->arena, kept, &g->class_of[i], &added));
  }
  return CT_OK;
}

static void take(graph *g, uint32_t func) {
  if (func >= g->a->func_count || g->taken[func]) return;
  g->taken[func] = 1;
  link(g, func, type_node(g, g->a->m->funcs.items[func].type));
}

static void take_in_code(graph *g, cti_cursor c) {
  cti_instr instr;
  while (cti_instr_next(&instr, &c))
    if (instr.op == CTI_OP_REF_FUNC) take(g, instr.a);
}

static void take_in_expr(graph *g, const cti_expr *expr) {
  if (expr->bytes.size) take_in_code(g, cti_cursor_make(expr->bytes, expr->offset, g->a->arena->error));
}

static void take_in_module(graph *g) {
  const cti_module *m = g->a->m;
  for (uint32_t i = 0; i < m->elems.count; i++)
    for (uint32_t k = 0; k < m->elems.items[i].count; k++) {
      if (m->elems.items[i].is_exprs) take_in_expr(g, &m->elems.items[i].exprs[k]);
      else take(g, m->elems.items[i].funcs[k]);
    }
  for (uint32_t i = 0; i < m->globals.count; i++) take_in_expr(g, &m->globals.items[i].init);
  for (uint32_t i = 0; i < m->tables.count; i++) take_in_expr(g, &m->tables.items[i].init);
}

/* A call of one of the five tells what the caller is. */
static void call_of_api(graph *g, uint32_t caller, cti_asyncify_api api) {
  if (api == CTI_START_UNWIND || api == CTI_STOP_REWIND) g->a->funcs[caller] |= CTI_ASYNCIFY_PAUSES | CTI_ASYNCIFY_TOP;
  if (api == CTI_STOP_UNWIND || api == CTI_START_REWIND) g->a->funcs[caller] |= CTI_ASYNCIFY_BOTTOM;
}

static void call(graph *g, uint32_t caller, uint32_t callee) {
  const cti_import *import = g->a->m->funcs.items[callee].import != UINT32_MAX ? import_of(g->a, callee) : NULL;
  if (import && is_ours(import)) call_of_api(g, caller, cti_asyncify_api_named(import->name));
  else link(g, callee, caller);
}

static void scan(graph *g, uint32_t func) {
  const cti_func *body = &g->a->m->funcs.items[func];
  cti_cursor c = cti_cursor_make(body->body, body->body_offset, g->a->arena->error);
  cti_instr instr;
  for (uint32_t runs = cti_cursor_count(&c, "runs of locals"); runs > 0; runs--) cti_read_local_run(&c);
  while (cti_instr_next(&instr, &c)) {
    switch (instr.op) {
    case CTI_OP_CALL: case CTI_OP_RETURN_CALL: call(g, func, instr.a); break;
    case CTI_OP_CALL_INDIRECT: case CTI_OP_RETURN_CALL_INDIRECT: case CTI_OP_CALL_REF: case CTI_OP_RETURN_CALL_REF:
      if (!g->a->options->ignore_indirect) link(g, type_node(g, instr.a), func);
      break;
    case CTI_OP_REF_FUNC: take(g, instr.a); break;
    default: break;
    }
  }
}

/* ---- spreading */

/* What a node gives on. Functions of the remove list and what pauses lead to take none. */
static bool accepts(const graph *g, uint32_t node) {
  return node >= g->a->func_count || !(g->a->funcs[node] & (CTI_ASYNCIFY_BOTTOM | CTI_ASYNCIFY_REMOVED));
}

static bool is_marked(const graph *g, uint32_t node) {
  return node < g->a->func_count ? g->a->funcs[node] & CTI_ASYNCIFY_PAUSES : g->a->indirect[node - g->a->func_count];
}

static void mark(graph *g, uint32_t node, uint32_t from) {
  const ct_slice *names = g->a->names;
  if (node >= g->a->func_count) {
    g->a->indirect[node - g->a->func_count] = true;
    return;
  }
  g->a->funcs[node] |= CTI_ASYNCIFY_PAUSES;
  if (!g->a->options->verbose) return;
  if (from < g->a->func_count) cti_asyncify_note(g->a->options, "[asyncify] %.*s can change the state due to %.*s", CTI_S(names[node]), CTI_S(names[from]));
  else cti_asyncify_note(g->a->options, "[asyncify] %.*s can change the state due to an indirect call", CTI_S(names[node]));
}

static ct_status spread(graph *g) {
  cti_arena *arena = g->a->arena;
  uint32_t *first = CTI_NEW_N(arena, uint32_t, g->nodes + 1), *to = CTI_NEW_N(arena, uint32_t, g->edges.count);
  CTI_VEC(uint32_t) work = {0};
  if (!first || !to) return arena->error->status;
  for (uint32_t i = 0; i < g->edges.count; i++) first[g->edges.items[i].from]++;
  for (uint32_t i = 0, sum = 0; i <= g->nodes; i++) sum += first[i], first[i] = sum;
  for (uint32_t i = g->edges.count; i-- > 0;) to[--first[g->edges.items[i].from]] = g->edges.items[i].to;
  for (uint32_t i = 0; i < g->nodes; i++)
    if (is_marked(g, i)) cti_vec_push(arena, &work, i);
  while (work.count) {
    uint32_t node = work.items[--work.count];
    for (uint32_t i = first[node]; i < first[node + 1]; i++) {
      if (is_marked(g, to[i]) || !accepts(g, to[i])) continue;
      mark(g, to[i], node);
      cti_vec_push(arena, &work, to[i]);
    }
  }
  return arena->error->status;
}

/* ---- the lists */

static ct_status parse_lists(graph *g) {
  const ct_asyncify_options *o = g->a->options;
  cti_arena *arena = g->a->arena;
  CTI_TRY(cti_asyncify_list_parse(&g->imports, "import", o->imports, arena));
  CTI_TRY(cti_asyncify_list_parse(&g->remove, "remove", o->remove_list, arena));
  CTI_TRY(cti_asyncify_list_parse(&g->add, "add", o->add_list, arena));
  CTI_TRY(cti_asyncify_list_parse(&g->only, "only", o->only_list, arena));
  if (!g->only.given || !(g->remove.given || g->add.given)) return CT_OK;
  return cti_fail(arena->error, CT_MISUSE, CT_NO_OFFSET, "asyncify takes either an only list, or a remove list and an add list");
}

static ct_status mark_imports(graph *g) {
  cti_asyncify *a = g->a;
  for (uint32_t i = 0; i < a->m->imported[CTI_EXTERN_FUNC]; i++) {
    const cti_import *import = import_of(a, i);
    bool pauses = !a->options->ignore_imports && !g->imports.given;
    if (is_ours(import)) {
      cti_asyncify_api api = cti_asyncify_api_named(import->name);
      if (api == CTI_ASYNCIFY_API)
        return cti_fail(a->arena->error, CT_CORE_INVALID, import->offset,
                        "asyncify has no function `%.*s` for the import; it has start_unwind, stop_unwind, start_rewind, stop_rewind and get_state", CTI_S(import->name));
      pauses = api == CTI_START_UNWIND || api == CTI_STOP_REWIND;
    } else if (g->imports.given) {
      ct_slice name = cti_format(a->arena, "%.*s.%.*s", CTI_S(import->module), CTI_S(import->name));
      pauses = cti_asyncify_list_has(&g->imports, name);
    }
    if (!pauses) continue;
    a->funcs[i] |= CTI_ASYNCIFY_PAUSES;
    if (a->options->verbose) cti_asyncify_note(a->options, "[asyncify] %.*s is an import that can change the state", CTI_S(a->names[i]));
  }
  return a->arena->error->status;
}

/* Names in lists of functions are those of defined ones. */
static ct_status refuse_imports(graph *g) {
  cti_asyncify_list *lists[] = {&g->remove, &g->add, &g->only};
  for (size_t k = 0; k < CTI_COUNT(lists); k++)
    for (uint32_t i = 0; i < g->a->m->imported[CTI_EXTERN_FUNC]; i++)
      if (cti_map_get(&lists[k]->numbers, g->a->names[i]) != CTI_MAP_NONE)
        return cti_fail(g->a->arena->error, CT_MISUSE, CT_NO_OFFSET, "the %s list of asyncify names `%.*s`, which is an import; the import list is for those",
                        lists[k]->title, CTI_S(g->a->names[i]));
  return CT_OK;
}

static ct_status apply_add_list(graph *g) {
  cti_asyncify *a = g->a;
  for (uint32_t i = a->m->imported[CTI_EXTERN_FUNC]; i < a->func_count && g->add.given; i++) {
    if (!cti_asyncify_list_has(&g->add, a->names[i])) continue;
    if (a->funcs[i] & CTI_ASYNCIFY_REMOVED)
      return cti_fail(a->arena->error, CT_MISUSE, CT_NO_OFFSET, "`%.*s` is in the add list and in the remove list of asyncify", CTI_S(a->names[i]));
    if (a->options->verbose && !(a->funcs[i] & CTI_ASYNCIFY_PAUSES)) cti_asyncify_note(a->options, "[asyncify] %.*s is in the add list", CTI_S(a->names[i]));
    a->funcs[i] |= CTI_ASYNCIFY_PAUSES | CTI_ASYNCIFY_LISTED;
  }
  return CT_OK;
}

static void apply_only_list(graph *g) {
  cti_asyncify *a = g->a;
  for (uint32_t i = a->m->imported[CTI_EXTERN_FUNC]; i < a->func_count && g->only.given; i++) {
    a->funcs[i] &= (uint8_t)~CTI_ASYNCIFY_PAUSES;
    if (!cti_asyncify_list_has(&g->only, a->names[i])) continue;
    a->funcs[i] |= CTI_ASYNCIFY_PAUSES | CTI_ASYNCIFY_LISTED;
    if (a->options->verbose) cti_asyncify_note(a->options, "[asyncify] %.*s is in the only list", CTI_S(a->names[i]));
  }
}

/* ---- the whole */

static ct_status build(graph *g) {
  cti_asyncify *a = g->a;
  CTI_TRY(classify_types(g));
  g->open = tables_are_open(a->m);
  g->nodes = a->func_count + a->m->types.count;
  for (uint32_t i = 0; i < a->m->types.count; i++) a->indirect[i] = g->open && !a->options->ignore_indirect;
  take_in_module(g);
  for (uint32_t i = a->m->imported[CTI_EXTERN_FUNC]; i < a->func_count; i++) scan(g, i);
  for (uint32_t i = 0; i < a->func_count; i++) {
    if (i >= a->m->imported[CTI_EXTERN_FUNC] && cti_asyncify_list_has(&g->remove, a->names[i])) a->funcs[i] |= CTI_ASYNCIFY_REMOVED;
    if (a->funcs[i] & (CTI_ASYNCIFY_REMOVED | CTI_ASYNCIFY_BOTTOM)) a->funcs[i] &= (uint8_t)~CTI_ASYNCIFY_PAUSES;
  }
  return a->arena->error->status;
}

static void conclude(graph *g) {
  cti_asyncify *a = g->a;
  for (uint32_t i = 0; i < a->m->types.count; i++) a->indirect[i] = !a->options->ignore_indirect && a->indirect[g->class_of[i]];
  for (uint32_t i = a->m->imported[CTI_EXTERN_FUNC]; i < a->func_count; i++)
    if ((a->funcs[i] & CTI_ASYNCIFY_PAUSES) && !(a->funcs[i] & CTI_ASYNCIFY_TOP)) a->funcs[i] |= CTI_ASYNCIFY_REWRITTEN;
  cti_asyncify_list_warn(&g->remove, a->options);
  cti_asyncify_list_warn(&g->add, a->options);
  cti_asyncify_list_warn(&g->only, a->options);
}

ct_status cti_asyncify_analyze(cti_asyncify *a) {
  graph g = {.a = a};
  a->funcs = CTI_NEW_N(a->arena, uint8_t, a->func_count);
  a->indirect = CTI_NEW_N(a->arena, bool, a->m->types.count);
  g.taken = CTI_NEW_N(a->arena, uint8_t, a->func_count);
  if (!a->funcs || !a->indirect || !g.taken) return a->arena->error->status;
  CTI_TRY(parse_lists(&g));
  CTI_TRY(refuse_imports(&g));
  CTI_TRY(mark_imports(&g));
  CTI_TRY(build(&g));
  if (a->options->propagate_add_list) CTI_TRY(apply_add_list(&g));
  CTI_TRY(spread(&g));
  apply_only_list(&g);
  if (!a->options->propagate_add_list) CTI_TRY(apply_add_list(&g));
  conclude(&g);
  return a->arena->error->status;
}

bool cti_asyncify_may_pause(const cti_asyncify *a, uint32_t func, const cti_ir_node *node) {
  if (node->op == CTI_OP_CALL) return node->a < a->func_count && a->funcs[node->a] & CTI_ASYNCIFY_PAUSES;
  return node->op == CTI_OP_CALL_INDIRECT && (a->indirect[node->a] || a->funcs[func] & CTI_ASYNCIFY_LISTED);
}
