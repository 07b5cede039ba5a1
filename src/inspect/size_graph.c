/* size_graph.c - what refers to what in a core module, and what keeps what alive. Flows in: a measured module. Flows out: shortest ways from the root, dominators,
 * and the bytes that each function retains.
 *
 * The root stands for whoever is outside: it refers to exports, the start function, and the elements of imported tables. A function refers to those that its body
 * names, and, where it calls through a table, to that table, which refers to all of its elements. Imported functions have no bytes.
 * Dominators: T. Lengauer and R. E. Tarjan, A Fast Algorithm for Finding Dominators in a Flowgraph, 1979, in its simple form: nearly linear. */
#include "inspect/size.h"
#include "passes/remap.h"

typedef struct edge {
  uint32_t from, to;
} edge;

typedef struct builder {
  const cti_module *m;
  cti_arena *arena;
  uint32_t from, funcs, count;
  CTI_VEC(edge) edges;
  uint32_t *last_from; /* by target: the last source that an edge came from, so that each stands once in a row */
} builder;

static uint32_t func_node(uint32_t index) { return index + 1; }
static uint32_t table_node(const builder *b, uint32_t index) { return b->funcs + 1 + index; }

static void add_edge(builder *b, uint32_t to) {
  if (to >= b->count || b->last_from[to] == b->from) return;
  b->last_from[to] = b->from;
  cti_vec_push_large(b->arena, &b->edges, ((edge){b->from, to}));
}

static void add_ref(void *context, cti_space space, uint32_t index) {
  builder *b = context;
  if (space == CTI_SPACE_FUNC && index < b->funcs) add_edge(b, func_node(index));
  else if (space == CTI_SPACE_TABLE && index < b->m->tables.count) add_edge(b, table_node(b, index));
}

static void add_code(builder *b, cti_cursor c) {
  for (cti_instr instr; cti_instr_next(&instr, &c);) cti_instr_each_ref(&instr, add_ref, b);
}

static void add_expr(builder *b, const cti_expr *expr) {
  ct_error ignored = {0};
  if (expr->bytes.size) add_code(b, cti_cursor_make(expr->bytes, 0, &ignored));
}

static void add_body(builder *b, const cti_func *func) {
  ct_error ignored = {0};
  cti_cursor c = cti_cursor_make(func->body, 0, &ignored);
  uint32_t runs = cti_cursor_count(&c, "runs of locals");
  for (uint32_t i = 0; i < runs && !c.failed; i++) cti_read_local_run(&c);
  add_code(b, c);
}

static void add_elems(builder *b) {
  for (uint32_t i = 0; i < b->m->elems.count; i++) {
    const cti_elem *elem = &b->m->elems.items[i];
    bool known = elem->mode == CTI_SEGMENT_ACTIVE && elem->table < b->m->tables.count && b->m->tables.items[elem->table].import == UINT32_MAX;
    b->from = known ? table_node(b, elem->table) : CTI_SIZE_ROOT;
    for (uint32_t j = 0; j < elem->count; j++) {
      if (elem->is_exprs) add_expr(b, &elem->exprs[j]);
      else add_ref(b, CTI_SPACE_FUNC, elem->funcs[j]);
    }
  }
}

static void add_roots(builder *b) {
  b->from = CTI_SIZE_ROOT;
  for (uint32_t i = 0; i < b->m->exports.count; i++) {
    const cti_export *e = &b->m->exports.items[i];
    if (e->kind == CTI_EXTERN_FUNC) add_ref(b, CTI_SPACE_FUNC, e->index);
    else if (e->kind == CTI_EXTERN_TABLE) add_ref(b, CTI_SPACE_TABLE, e->index);
  }
  if (b->m->start != UINT32_MAX) add_ref(b, CTI_SPACE_FUNC, b->m->start);
  for (uint32_t i = 0; i < b->m->globals.count; i++) add_expr(b, &b->m->globals.items[i].init);
  for (uint32_t i = 0; i < b->m->tables.count; i++) add_expr(b, &b->m->tables.items[i].init);
}

/* Edges by source, by counting. */
static ct_status sort_edges(cti_size_graph *out, const builder *b) {
  uint32_t *first = CTI_NEW_N(b->arena, uint32_t, (size_t)b->count + 2), *to = cti_alloc_raw(b->arena, b->edges.count, sizeof *to);
  if (!first || !to) return CT_NOMEM;
  for (uint32_t i = 0; i < b->edges.count; i++) first[b->edges.items[i].from + 2]++;
  for (uint32_t i = 2; i <= b->count + 1; i++) first[i] += first[i - 1];
  for (uint32_t i = 0; i < b->edges.count; i++) to[first[b->edges.items[i].from + 1]++] = b->edges.items[i].to;
  out->first = first;
  out->to = to;
  return CT_OK;
}

static ct_status build(cti_size_graph *out, cti_arena *arena) {
  const cti_module *m = out->of->module;
  builder b = {.m = m, .arena = arena, .funcs = m->funcs.count};
  b.count = out->count = m->funcs.count + m->tables.count + 1;
  b.last_from = cti_alloc_raw(arena, b.count, sizeof *b.last_from);
  if (!b.last_from) return CT_NOMEM;
  memset(b.last_from, 0xff, b.count * sizeof *b.last_from);
  add_roots(&b);
  for (uint32_t i = m->imported[CTI_EXTERN_FUNC]; i < m->funcs.count; i++) {
    b.from = func_node(i);
    add_body(&b, &m->funcs.items[i]);
  }
  add_elems(&b);
  CTI_TRY(arena->error->status);
  return sort_edges(out, &b);
}

/* ---- shortest ways: breadth first */

static ct_status find_ways(cti_size_graph *g, cti_arena *arena) {
  uint32_t *queue = cti_alloc_raw(arena, g->count, sizeof *queue), head = 0, tail = 0;
  g->parent = cti_alloc_raw(arena, g->count, sizeof *g->parent);
  if (!queue || !g->parent) return CT_NOMEM;
  memset(g->parent, 0xff, g->count * sizeof *g->parent);
  g->parent[CTI_SIZE_ROOT] = CTI_SIZE_ROOT;
  queue[tail++] = CTI_SIZE_ROOT;
  while (head < tail) {
    uint32_t node = queue[head++];
    for (uint32_t e = g->first[node]; e < g->first[node + 1]; e++) {
      if (g->parent[g->to[e]] != UINT32_MAX) continue;
      g->parent[g->to[e]] = node;
      queue[tail++] = g->to[e];
    }
  }
  return CT_OK;
}

/* ---- dominators: all arrays but `vertex` are by place in the depth-first order */

typedef struct tarjan {
  const cti_size_graph *g;
  uint32_t *place, *vertex, *parent; /* node -> place, place -> node, place -> place */
  uint32_t *semi, *label, *ancestor, *idom, *next; /* next: in the bucket of */
  uint32_t *bucket, *stack, *at;
  uint32_t *pred_first, *pred; /* by node: nodes */
  uint32_t count;
} tarjan;

static bool make_room(tarjan *t, cti_arena *arena) {
  uint32_t **const arrays[] = {&t->place, &t->vertex, &t->parent, &t->semi, &t->label, &t->ancestor, &t->idom, &t->next, &t->bucket, &t->stack, &t->at};
  for (size_t i = 0; i < CTI_COUNT(arrays); i++) {
    *arrays[i] = cti_alloc_raw(arena, t->g->count, sizeof(uint32_t));
    if (!*arrays[i]) return false;
    memset(*arrays[i], 0xff, t->g->count * sizeof(uint32_t));
  }
  uint32_t edges = t->g->first[t->g->count];
  t->pred_first = CTI_NEW_N(arena, uint32_t, (size_t)t->g->count + 2);
  t->pred = cti_alloc_raw(arena, edges, sizeof *t->pred);
  return t->pred_first && t->pred;
}

static void find_preds(tarjan *t) {
  const cti_size_graph *g = t->g;
  for (uint32_t e = 0; e < g->first[g->count]; e++) t->pred_first[g->to[e] + 2]++;
  for (uint32_t i = 2; i <= g->count + 1; i++) t->pred_first[i] += t->pred_first[i - 1];
  for (uint32_t node = 0; node < g->count; node++)
    for (uint32_t e = g->first[node]; e < g->first[node + 1]; e++) t->pred[t->pred_first[g->to[e] + 1]++] = node;
}

static void number(tarjan *t) {
  uint32_t depth = 0;
  t->stack[depth++] = CTI_SIZE_ROOT;
  t->at[CTI_SIZE_ROOT] = t->g->first[CTI_SIZE_ROOT];
  t->place[CTI_SIZE_ROOT] = t->count;
  t->vertex[t->count++] = CTI_SIZE_ROOT;
  while (depth) {
    uint32_t node = t->stack[depth - 1];
    if (t->at[node] == t->g->first[node + 1]) {
      depth--;
      continue;
    }
    uint32_t next = t->g->to[t->at[node]++];
    if (t->place[next] != UINT32_MAX) continue;
    t->place[next] = t->count;
    t->parent[t->count] = t->place[node];
    t->vertex[t->count++] = next;
    t->at[next] = t->g->first[next];
    t->stack[depth++] = next;
  }
}

/* The label of the least semidominator on the way up, with the way made short. */
static uint32_t evaluate(tarjan *t, uint32_t v) {
  uint32_t depth = 0;
  if (t->ancestor[v] == UINT32_MAX) return v;
  for (uint32_t u = v; t->ancestor[t->ancestor[u]] != UINT32_MAX; u = t->ancestor[u]) t->stack[depth++] = u;
  while (depth) {
    uint32_t u = t->stack[--depth], above = t->ancestor[u];
    if (t->semi[t->label[above]] < t->semi[t->label[u]]) t->label[u] = t->label[above];
    t->ancestor[u] = t->ancestor[above];
  }
  return t->label[v];
}

static void find_dominators(tarjan *t) {
  for (uint32_t i = 0; i < t->count; i++) t->semi[i] = t->label[i] = i;
  for (uint32_t w = t->count - 1; w > 0 && w < t->count; w--) {
    uint32_t node = t->vertex[w];
    for (uint32_t p = t->pred_first[node]; p < t->pred_first[node + 1]; p++) {
      uint32_t v = t->place[t->pred[p]];
      if (v == UINT32_MAX) continue;
      uint32_t u = evaluate(t, v);
      if (t->semi[u] < t->semi[w]) t->semi[w] = t->semi[u];
    }
    t->next[w] = t->bucket[t->semi[w]];
    t->bucket[t->semi[w]] = w;
    uint32_t parent = t->parent[w];
    t->ancestor[w] = parent;
    for (uint32_t v = t->bucket[parent]; v != UINT32_MAX; v = t->next[v]) {
      uint32_t u = evaluate(t, v);
      t->idom[v] = t->semi[u] < t->semi[v] ? u : parent;
    }
    t->bucket[parent] = UINT32_MAX;
  }
  for (uint32_t w = 1; w < t->count; w++)
    if (t->idom[w] != t->semi[w]) t->idom[w] = t->idom[t->idom[w]];
}

static ct_status dominate(cti_size_graph *g, cti_arena *arena) {
  tarjan t = {.g = g};
  g->dominator = cti_alloc_raw(arena, g->count, sizeof *g->dominator);
  g->retained = CTI_NEW_N(arena, uint64_t, g->count);
  if (!make_room(&t, arena) || !g->dominator || !g->retained) return CT_NOMEM;
  memset(g->dominator, 0xff, g->count * sizeof *g->dominator);
  find_preds(&t);
  number(&t);
  memset(t.ancestor, 0xff, g->count * sizeof *t.ancestor);
  find_dominators(&t);
  for (uint32_t i = 0; i < g->of->funcs.count; i++) g->retained[g->of->funcs.items[i].index + 1] = g->of->funcs.items[i].bytes;
  for (uint32_t w = t.count - 1; w > 0 && w < t.count; w--) {
    uint32_t node = t.vertex[w], above = t.vertex[t.idom[w]];
    g->dominator[node] = above;
    g->retained[above] += g->retained[node];
  }
  g->dominator[CTI_SIZE_ROOT] = CTI_SIZE_ROOT;
  return CT_OK;
}

uint32_t cti_size_graph_func(const cti_size_graph *graph, uint32_t node) { return node > 0 && node <= graph->of->module->funcs.count ? node - 1 : UINT32_MAX; }

ct_status cti_size_graph_make(cti_size_graph *out, const cti_size_module *module, cti_arena *arena) {
  *out = (cti_size_graph){.of = module};
  CTI_TRY(build(out, arena));
  CTI_TRY(find_ways(out, arena));
  return dominate(out, arena);
}
