/* why_cut.c - what would have to go: the fewest functions of the program without which nothing leads to an import. Flows in: calls. Flows out: a cut.
 *
 * A minimum cut by augmenting paths (Ford and Fulkerson, Maximal flow through a network, 1956): each function is two nodes with an arc of 1 between them, each
 * call an arc without limit, as is what stands for an adapter, a table or an export. Of all such cuts it is the one nearest to the import. */
#include "inspect/why.h"

enum { NO_LIMIT = 1 << 30 };

typedef struct arc {
  uint32_t to, next; /* the arc before it of the same node; the reverse of arc i is i ^ 1 */
  int32_t room;
} arc;

typedef struct network {
  const cti_why *w;
  cti_arena *arena;
  uint32_t *place;             /* by caller: its place in `callers`, UINT32_MAX for what lies on no way */
  CTI_VEC(uint32_t) callers;
  uint32_t *last;              /* by node, which are 2 * place (in) and 2 * place + 1 (out): its last arc */
  CTI_VEC(arc) arcs;
  uint32_t *came_by, *queue;   /* by node: the arc that a search came by; scratch */
  bool *is_end;                /* by place */
} network;

static ct_status failed(const network *n) { return n->arena->error->status; }

/* ---- callers that lie on a way */

static ct_status find_callers(network *n) {
  const cti_calls *c = &n->w->calls;
  uint32_t count = c->callers.count, edges = c->first[count];
  uint32_t *first = CTI_NEW_N(n->arena, uint32_t, count + (size_t)2), *from = cti_alloc_raw(n->arena, edges, sizeof *from);
  n->place = cti_alloc_raw(n->arena, count, sizeof *n->place);
  if (!first || !from || !n->place) return CT_NOMEM;
  for (uint32_t i = 0; i < edges; i++) first[c->to[i] + 2]++;
  for (uint32_t i = 0; i < count; i++) first[i + 2] += first[i + 1];
  for (uint32_t i = 0; i < count; i++)
    for (uint32_t k = c->first[i]; k < c->first[i + 1]; k++) from[first[c->to[k] + 1]++] = i;
  for (uint32_t i = 0; i < count; i++) n->place[i] = UINT32_MAX;
  for (uint32_t i = 0; i < n->w->kept.count; i++) {
    n->place[n->w->kept.items[i]] = i;
    if (!cti_vec_push(n->arena, &n->callers, n->w->kept.items[i])) return CT_NOMEM;
  }
  for (uint32_t at = 0; at < n->callers.count; at++) {
    uint32_t caller = n->callers.items[at];
    for (uint32_t i = first[caller]; i < first[caller + 1]; i++) {
      if (n->place[from[i]] != UINT32_MAX || n->w->parent[from[i]] == UINT32_MAX) continue;
      n->place[from[i]] = n->callers.count;
      if (!cti_vec_push_large(n->arena, &n->callers, from[i])) return CT_NOMEM;
    }
  }
  return CT_OK;
}

/* ---- the network */

static void add_arc(network *n, uint32_t from, uint32_t to, int32_t room) {
  cti_vec_push_large(n->arena, &n->arcs, ((arc){to, n->last[from], room}));
  n->last[from] = n->arcs.count - 1;
  cti_vec_push_large(n->arena, &n->arcs, ((arc){from, n->last[to], 0}));
  n->last[to] = n->arcs.count - 1;
}

static bool can_go(const cti_why *w, uint32_t caller) { return cti_caller_at(&w->calls, caller)->kind == CTI_CALLER_FUNC && !cti_why_is_glue(w, caller); }

static ct_status make_network(network *n) {
  const cti_calls *c = &n->w->calls;
  uint32_t nodes = 2 * n->callers.count;
  n->last = cti_alloc_raw(n->arena, nodes, sizeof *n->last);
  n->came_by = cti_alloc_raw(n->arena, nodes, sizeof *n->came_by);
  n->queue = cti_alloc_raw(n->arena, nodes, sizeof *n->queue);
  n->is_end = CTI_NEW_N(n->arena, bool, n->callers.count);
  if (!n->last || !n->came_by || !n->queue || !n->is_end) return CT_NOMEM;
  for (uint32_t i = 0; i < nodes; i++) n->last[i] = UINT32_MAX;
  for (uint32_t i = 0; i < n->w->kept.count; i++) n->is_end[i] = true;
  for (uint32_t i = 0; i < n->callers.count && failed(n) == CT_OK; i++) {
    uint32_t caller = n->callers.items[i];
    add_arc(n, 2 * i, 2 * i + 1, can_go(n->w, caller) ? 1 : NO_LIMIT);
    for (uint32_t k = c->first[caller]; k < c->first[caller + 1]; k++)
      if (n->place[c->to[k]] != UINT32_MAX) add_arc(n, 2 * i + 1, 2 * n->place[c->to[k]], NO_LIMIT);
  }
  return failed(n);
}

/* ---- flow */

/* The node of an end that still can be reached, UINT32_MAX when none can. */
static uint32_t search(network *n, uint32_t start) {
  uint32_t count = 1;
  for (uint32_t i = 0; i < 2 * n->callers.count; i++) n->came_by[i] = UINT32_MAX;
  n->queue[0] = start;
  for (uint32_t at = 0; at < count; at++) {
    uint32_t node = n->queue[at];
    if (n->is_end[node / 2]) return node;
    for (uint32_t i = n->last[node]; i != UINT32_MAX; i = n->arcs.items[i].next) {
      uint32_t to = n->arcs.items[i].to;
      if (!n->arcs.items[i].room || n->came_by[to] != UINT32_MAX || to == start) continue;
      n->came_by[to] = i;
      n->queue[count++] = to;
    }
  }
  return UINT32_MAX;
}

/* How much more can flow to `end` by the way that was found; makes it flow. */
static int32_t augment(network *n, uint32_t start, uint32_t end) {
  int32_t room = NO_LIMIT;
  for (uint32_t node = end; node != start; node = n->arcs.items[n->came_by[node] ^ 1].to)
    if (n->arcs.items[n->came_by[node]].room < room) room = n->arcs.items[n->came_by[node]].room;
  if (room == NO_LIMIT) return room;
  for (uint32_t node = end; node != start; node = n->arcs.items[n->came_by[node] ^ 1].to) {
    arc *by = &n->arcs.items[n->came_by[node]];
    if (by->room < NO_LIMIT) by->room -= room;
    arc *back = &n->arcs.items[n->came_by[node] ^ 1];
    if (back->room < NO_LIMIT) back->room += room;
  }
  return room;
}

/* What can still reach an end stands behind the cut. */
static ct_status find_cut(network *n, cti_cut *cut) {
  uint32_t nodes = 2 * n->callers.count, count = 0;
  bool *behind = CTI_NEW_N(n->arena, bool, nodes);
  if (!behind) return CT_NOMEM;
  for (uint32_t i = 0; i < nodes; i++) {
    if (!n->is_end[i / 2]) continue;
    behind[i] = true;
    n->queue[count++] = i;
  }
  for (uint32_t at = 0; at < count; at++)
    for (uint32_t i = n->last[n->queue[at]]; i != UINT32_MAX; i = n->arcs.items[i].next) {
      uint32_t from = n->arcs.items[i].to;
      if (behind[from] || !n->arcs.items[i ^ 1].room) continue;
      behind[from] = true;
      n->queue[count++] = from;
    }
  for (uint32_t i = 0; i < n->callers.count; i++)
    if (behind[2 * i + 1] && !behind[2 * i] && !cti_vec_push(n->arena, &cut->functions, n->callers.items[i])) return CT_NOMEM;
  return CT_OK;
}

/* ---- what goes with it */

static ct_status count_more(cti_why *w) {
  const cti_calls *c = &w->calls;
  bool *seen = CTI_NEW_N(w->arena, bool, c->callers.count);
  uint32_t *queue = cti_alloc_raw(w->arena, c->callers.count, sizeof *queue), count = 1;
  if (!seen || !queue) return CT_NOMEM;
  for (uint32_t i = 0; i < w->cut.functions.count; i++) seen[w->cut.functions.items[i]] = true;
  queue[0] = 0;
  seen[0] = true;
  for (uint32_t at = 0; at < count; at++)
    for (uint32_t i = c->first[queue[at]]; i < c->first[queue[at] + 1]; i++)
      if (!seen[c->to[i]]) {
        seen[c->to[i]] = true;
        queue[count++] = c->to[i];
      }
  for (uint32_t i = 0; i < c->callers.count; i++) {
    if (seen[i] || w->parent[i] == UINT32_MAX || cti_caller_at(c, i)->kind != CTI_CALLER_FUNC) continue;
    w->cut.more_count++;
    w->cut.more_bytes += cti_caller_bytes(c, i);
  }
  return CT_OK;
}

ct_status cti_why_cut(cti_why *w) {
  network n = {.w = w, .arena = w->arena};
  uint32_t flow = 0, end;
  if (!w->kept.count) return CT_OK;
  CTI_TRY(find_callers(&n));
  CTI_TRY(make_network(&n));
  uint32_t start = 2 * n.place[0];
  while ((end = search(&n, start)) != UINT32_MAX) {
    if (augment(&n, start, end) == NO_LIMIT) {
      w->cut.kind = CTI_CUT_IMPOSSIBLE;
      return CT_OK;
    }
    if (++flow > CTI_CUT_MOST) {
      w->cut.kind = CTI_CUT_LARGE;
      return CT_OK;
    }
  }
  w->cut.kind = CTI_CUT_FOUND;
  CTI_TRY(find_cut(&n, &w->cut));
  return count_more(w);
}
