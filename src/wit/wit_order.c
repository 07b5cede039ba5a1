/* wit_order.c - topological order that keeps to the order of the source where dependencies leave a choice, so that printing and reading again gives the
 * same. A heap of the nodes whose dependencies are all placed; (n + e) log n. */
#include "wit/wit_order.h"

typedef struct sorter {
  uint32_t count;
  uint32_t *waiting;  /* how many edges of each node lead to what is not placed yet */
  uint32_t *start;    /* dependents of node i: dependents[start[i] .. start[i + 1]) */
  uint32_t *dependents;
  uint32_t *heap, heap_count;
} sorter;

static void heap_push(sorter *s, uint32_t node) {
  uint32_t at = s->heap_count++;
  for (; at > 0 && s->heap[(at - 1) / 2] > node; at = (at - 1) / 2) s->heap[at] = s->heap[(at - 1) / 2];
  s->heap[at] = node;
}

static uint32_t heap_pop(sorter *s) {
  uint32_t top = s->heap[0], last = s->heap[--s->heap_count], at = 0;
  for (uint32_t child = 1; child < s->heap_count; child = 2 * at + 1) {
    if (child + 1 < s->heap_count && s->heap[child + 1] < s->heap[child]) child++;
    if (s->heap[child] >= last) break;
    s->heap[at] = s->heap[child];
    at = child;
  }
  s->heap[at] = last;
  return top;
}

static bool sorter_init(sorter *s, uint32_t count, const cti_edges *edges, cti_arena *arena) {
  *s = (sorter){.count = count};
  s->waiting = CTI_NEW_N(arena, uint32_t, count);
  s->start = CTI_NEW_N(arena, uint32_t, (size_t)count + 2);
  s->dependents = CTI_NEW_N(arena, uint32_t, edges->count);
  s->heap = CTI_NEW_N(arena, uint32_t, count);
  if (!s->waiting || !s->start || !s->dependents || !s->heap) return false;
  uint32_t *fill = s->start + 1; /* shifted by one while filling, so that it ends as start */
  for (uint32_t i = 0; i < edges->count; i++) {
    s->waiting[edges->items[i].node]++;
    fill[edges->items[i].on + 1]++;
  }
  for (uint32_t i = 0; i < count; i++) fill[i + 1] += fill[i];
  for (uint32_t i = 0; i < edges->count; i++) s->dependents[fill[edges->items[i].on]++] = edges->items[i].node;
  return true;
}

static uint32_t place_all(sorter *s, uint32_t *order) {
  uint32_t placed = 0;
  for (uint32_t i = 0; i < s->count; i++)
    if (s->waiting[i] == 0) heap_push(s, i);
  while (s->heap_count) {
    uint32_t node = heap_pop(s);
    order[placed++] = node;
    for (uint32_t i = s->start[node]; i < s->start[node + 1]; i++)
      if (--s->waiting[s->dependents[i]] == 0) heap_push(s, s->dependents[i]);
  }
  return placed;
}

/* Every node that is not placed has an edge to another such node: following those comes back somewhere. */
static ct_status find_cycle(const sorter *s, cti_edges *cycle, const cti_edges *edges, cti_arena *arena) {
  uint32_t *edge_of = CTI_NEW_N(arena, uint32_t, s->count), *seen = CTI_NEW_N(arena, uint32_t, s->count);
  if (!edge_of || !seen) return arena->error->status;
  for (uint32_t i = edges->count; i-- > 0;)
    if (s->waiting[edges->items[i].node] && s->waiting[edges->items[i].on]) edge_of[edges->items[i].node] = i;
  uint32_t node = 0;
  while (s->waiting[node] == 0) node++;
  for (; !seen[node]; node = edges->items[edge_of[node]].on) seen[node] = 1;
  uint32_t first = node;
  do {
    if (!cti_vec_push(arena, cycle, edges->items[edge_of[node]])) return arena->error->status;
    node = edges->items[edge_of[node]].on;
  } while (node != first);
  return CT_OK;
}

ct_status cti_order_nodes(uint32_t **order, cti_edges *cycle, uint32_t count, const cti_edges *edges, cti_arena *arena) {
  sorter s;
  *cycle = (cti_edges){0};
  *order = CTI_NEW_N(arena, uint32_t, count);
  if (!*order || !sorter_init(&s, count, edges, arena)) return arena->error->status;
  if (place_all(&s, *order) == count) return CT_OK;
  *order = NULL;
  return find_cycle(&s, cycle, edges, arena);
}
