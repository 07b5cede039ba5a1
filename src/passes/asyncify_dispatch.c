/* asyncify_dispatch.c - getting back to a call, and saving what lives there. Flows in: a flat function with marks. Flows out: trees without marks.
 *
 *   block $unwind                     the code as it was lies in it
 *     block $2                        ends before call 2
 *       block $1                      ends before call 1
 *         if (state) { take the locals back; br_table $1 $2 (take the number back) }
 *         what ran before call 1
 *       end
 *       call 1; if the state is not 0 go to $unwind with number 0
 *       ...
 *     end
 *     call 2; ...
 *     return
 *   end
 *   push the number, push the locals, give any result
 *
 * A region is code that one such table leads into: the function, each loop around marks, and groups, which keep the nest from getting deep. Blocks that are
 * around a mark begin at the head of its region. */
#include "passes/asyncify.h"

/* A place that a table leads to: a mark, or a region within. */
typedef struct entry {
  uint32_t site, region; /* one of them is UINT32_MAX */
  uint32_t label;
} entry;

typedef struct region {
  CTI_VEC(entry) entries; /* in order of the code */
  uint32_t next;          /* entry, while the nest is built */
  uint32_t first, total;  /* numbers of the calls in it */
  cti_node dispatch;
} region;

typedef struct dispatcher {
  cti_ir *f;
  cti_asyncify *a;
  cti_asyncify_sites *sites;
  bool *marked; /* by node: a mark is in its list, or in one within */
  uint32_t node_count;
  CTI_VEC(region) regions;
  CTI_VEC(cti_node) items;
  uint32_t number; /* the local for the number of the call, UINT32_MAX: not needed */
  uint32_t next_number;
} dispatcher;

static cti_ir_node *at(const dispatcher *d, cti_node node) { return cti_ir_at(d->f, node); }
static bool failed(const dispatcher *d) { return d->f->arena->error->status != CT_OK; }
static bool is_mark(const dispatcher *d, cti_node node) { return at(d, node)->op == CTI_OP_NOP && at(d, node)->a; }
static bool is_marked(const dispatcher *d, cti_node node) { return node >= d->node_count || d->marked[node]; }
static void push(dispatcher *d, cti_node node) { cti_vec_push(d->f->arena, &d->items, node); }

/* Has the node a region of its own? Groups are SEQs that only this file makes. */
static bool is_region(const dispatcher *d, cti_node node) { return at(d, node)->op == CTI_OP_LOOP || at(d, node)->op == CTI_IR_SEQ; }

static bool is_list(const dispatcher *d, cti_node node) { return at(d, node)->op == CTI_OP_BLOCK || at(d, node)->op == CTI_OP_LOOP; }

static bool holds_marks(const dispatcher *d, cti_node node) { return (is_list(d, node) || at(d, node)->op == CTI_IR_SEQ) && is_marked(d, node); }

static bool find_marks(dispatcher *d, cti_node list) {
  bool any = false;
  for (uint32_t i = 0; i < at(d, list)->kid_count; i++) {
    cti_node kid = cti_ir_kid(d->f, list, i);
    any |= is_mark(d, kid) || (is_list(d, kid) && find_marks(d, kid));
  }
  return d->marked[list] = any;
}

static uint32_t new_label(dispatcher *d) {
  cti_vec_push(d->f->arena, &d->f->labels, ((cti_ir_label){0}));
  return d->f->labels.count - 1;
}

/* Gives a node that defines a label its label. */
static cti_node labelled(dispatcher *d, cti_node node, uint32_t label) {
  if (failed(d)) return node;
  at(d, node)->a = label;
  d->f->labels.items[label].target = node;
  return node;
}

static cti_node make(dispatcher *d, uint16_t op, cti_corevt type, uint32_t a, const cti_node *kids, uint32_t count) {
  cti_node node = cti_ir_add(d->f, op, type, kids, count);
  at(d, node)->a = a;
  return node;
}

static cti_node state(dispatcher *d) { return make(d, CTI_OP_GLOBAL_GET, CTI_VT_I32, d->a->state, NULL, 0); }

/* ---- groups */

enum { GROUP = 64 };

/* How many places a table around this has to lead to for it. */
static uint32_t weight(const dispatcher *d, cti_node node) {
  if (is_mark(d, node)) return 1;
  if (!holds_marks(d, node)) return 0;
  if (is_region(d, node)) return 1;
  return at(d, node)->b; /* of a BLOCK: kept by group_list */
}

static void close_group(dispatcher *d, uint32_t start, uint32_t total) {
  if (total < 2 || total > GROUP) return;
  cti_node group = cti_ir_add(d->f, CTI_IR_SEQ, CTI_VT_NONE, cti_vec_tail(&d->items, start), d->items.count - start);
  if (failed(d)) return;
  at(d, group)->a = UINT32_MAX;
  d->items.count = start;
  push(d, group);
}

/* Neighbours become groups of up to GROUP places. The weight of the list afterwards. */
static uint32_t make_groups(dispatcher *d, cti_node list) {
  uint32_t base = d->items.count, start = base, total = 0;
  for (uint32_t i = 0; i < at(d, list)->kid_count; i++) {
    cti_node kid = cti_ir_kid(d->f, list, i);
    uint32_t more = weight(d, kid);
    if (more && total && total + more > GROUP) {
      close_group(d, start, total);
      start = d->items.count;
      total = 0;
    }
    push(d, kid);
    total += more;
  }
  if (start > base) close_group(d, start, total);
  uint32_t left = 0;
  for (uint32_t i = base; i < d->items.count; i++) left += weight(d, d->items.items[i]);
  cti_ir_set_kids(d->f, list, cti_vec_tail(&d->items, base), d->items.count - base);
  d->items.count = base;
  return left;
}

static void group_list(dispatcher *d, cti_node list) {
  uint32_t total = 0;
  for (uint32_t i = 0; i < at(d, list)->kid_count; i++) {
    cti_node kid = cti_ir_kid(d->f, list, i);
    if (is_list(d, kid) && d->marked[kid]) group_list(d, kid);
    total += weight(d, kid);
  }
  for (uint32_t before = UINT32_MAX; total > GROUP && total < before && !failed(d);) {
    before = total;
    total = make_groups(d, list);
  }
  if (at(d, list)->op == CTI_OP_BLOCK) at(d, list)->b = total;
}

/* ---- regions */

static uint32_t new_region(dispatcher *d) {
  cti_vec_add(d->f->arena, &d->regions);
  return d->regions.count - 1;
}

static void gather(dispatcher *d, cti_node list, uint32_t in) {
  for (uint32_t i = 0; i < at(d, list)->kid_count && !failed(d); i++) {
    cti_node kid = cti_ir_kid(d->f, list, i);
    entry e = {.site = UINT32_MAX, .region = UINT32_MAX};
    if (is_mark(d, kid)) {
      e.site = at(d, kid)->a - 1;
    } else if (!holds_marks(d, kid)) {
      continue;
    } else if (!is_region(d, kid)) {
      gather(d, kid, in);
      continue;
    } else {
      e.region = new_region(d);
      if (failed(d)) return;
      gather(d, kid, e.region);
    }
    e.label = new_label(d);
    if (failed(d)) return;
    d->regions.items[in].total += e.site != UINT32_MAX ? 1 : d->regions.items[e.region].total;
    cti_vec_push(d->f->arena, &d->regions.items[in].entries, e);
  }
}

/* Calls of the region itself first, the region within that has the most last: a table leads there by default. */
static void number_calls(dispatcher *d, uint32_t index) {
  region *r = &d->regions.items[index];
  uint32_t largest = UINT32_MAX;
  r->first = d->next_number;
  for (uint32_t i = 0; i < r->entries.count; i++) {
    const entry *e = &r->entries.items[i];
    if (e->site != UINT32_MAX) at(d, d->sites->items.items[e->site].number)->value = d->next_number++;
    else if (largest == UINT32_MAX || d->regions.items[e->region].total > d->regions.items[largest].total) largest = e->region;
  }
  for (uint32_t i = 0; i < r->entries.count; i++)
    if (r->entries.items[i].region != UINT32_MAX && r->entries.items[i].region != largest) number_calls(d, r->entries.items[i].region);
  if (largest != UINT32_MAX) number_calls(d, largest);
}

static uint32_t first_number(const dispatcher *d, const entry *e) {
  return e->site != UINT32_MAX ? (uint32_t)at(d, d->sites->items.items[e->site].number)->value : d->regions.items[e->region].first;
}

/* A br_table on `value`, which is the number of a call of the region; small numbers need no subtraction. */
static cti_node table(dispatcher *d, const region *r, cti_node value) {
  cti_ir *f = d->f;
  uint32_t first = f->lists.count, skipped = r->first > 3 ? r->first : 0, size = r->first + r->total - skipped, end = 0;
  uint32_t *labels = CTI_NEW_N(f->arena, uint32_t, size);
  if (!labels || failed(d)) return CTI_NO_NODE;
  for (uint32_t i = 0; i < r->entries.count; i++) {
    const entry *e = &r->entries.items[i];
    uint32_t from = first_number(d, e) - skipped, count = e->site != UINT32_MAX ? 1 : d->regions.items[e->region].total;
    for (uint32_t k = 0; k < count; k++) labels[from + k] = e->label;
  }
  for (uint32_t i = 0; i < r->first - skipped; i++) labels[i] = r->entries.items[0].label; /* no call of this region has these */
  for (end = size; end > 1 && labels[end - 2] == labels[size - 1]; end--) continue;
  for (uint32_t i = 0; i < end; i++) cti_vec_push(f->arena, &f->lists, labels[i]);
  if (skipped) value = make(d, CTI_OP_I32_SUB, CTI_VT_I32, 0, (cti_node[]){value, cti_ir_const(f, CTI_VT_I32, skipped)}, 2);
  cti_node node = make(d, CTI_OP_BR_TABLE, CTI_VT_NONE, first, &value, 1);
  at(d, node)->b = end;
  return node;
}

/* `if (state) { items from start on }` */
static cti_node if_state(dispatcher *d, uint32_t start) {
  cti_node list = make(d, CTI_IR_SEQ, CTI_VT_NONE, UINT32_MAX, cti_vec_tail(&d->items, start), d->items.count - start);
  cti_node node = make(d, CTI_OP_IF, CTI_VT_NONE, 0, (cti_node[]){state(d), list}, 2);
  d->items.count = start;
  return labelled(d, node, new_label(d));
}

static cti_node number(dispatcher *d) { return make(d, CTI_OP_LOCAL_GET, CTI_VT_I32, d->number, NULL, 0); }

/* The head of a loop or group: nothing has to be taken back. */
static cti_node inner_dispatch(dispatcher *d, const region *r) {
  uint32_t start = d->items.count;
  if (r->entries.count == 1) {
    cti_node condition = state(d);
    return make(d, CTI_OP_BR_IF, CTI_VT_NONE, r->entries.items[0].label, &condition, 1);
  }
  push(d, table(d, r, number(d)));
  return if_state(d, start);
}

/* ---- saving and taking back */

/* A float lies in a frame as the integer with its bits: one pair of functions less, for a byte at each use. */
static cti_corevt type_in_frame(cti_corevt type) { return type == CTI_VT_F32 ? CTI_VT_I32 : type == CTI_VT_F64 ? CTI_VT_I64 : type; }

static cti_node pop(dispatcher *d, cti_corevt type) {
  cti_corevt kept = type_in_frame(type);
  cti_node node = make(d, CTI_OP_CALL, kept, cti_asyncify_helper(d->a, cti_asyncify_slot(kept), true), NULL, 0);
  return kept == type ? node : make(d, type == CTI_VT_F32 ? CTI_OP_F32_REINTERPRET_I32 : CTI_OP_F64_REINTERPRET_I64, type, 0, &node, 1);
}

static cti_node save(dispatcher *d, cti_corevt type, cti_node value) {
  cti_corevt kept = type_in_frame(type);
  if (kept != type) value = make(d, type == CTI_VT_F32 ? CTI_OP_I32_REINTERPRET_F32 : CTI_OP_I64_REINTERPRET_F64, kept, 0, &value, 1);
  return make(d, CTI_OP_CALL, CTI_VT_NONE, cti_asyncify_helper(d->a, cti_asyncify_slot(kept), false), &value, 1);
}

/* The head of the function: locals in the opposite order of saving, then the number. */
static cti_node outer_dispatch(dispatcher *d, const bool *live) {
  const region *r = &d->regions.items[0];
  uint32_t start = d->items.count;
  for (uint32_t i = d->f->locals.count; i-- > 0;) {
    if (!live[i]) continue;
    cti_node value = pop(d, d->f->locals.items[i]);
    push(d, make(d, CTI_OP_LOCAL_SET, CTI_VT_NONE, i, &value, 1));
  }
  if (d->number != UINT32_MAX) {
    cti_node value = pop(d, CTI_VT_I32);
    push(d, make(d, CTI_OP_LOCAL_SET, CTI_VT_NONE, d->number, &value, 1));
  }
  if (r->entries.count == 1 && d->items.count == start) return inner_dispatch(d, r); /* nothing to take back */
  if (r->entries.count == 1) push(d, make(d, CTI_OP_BR, CTI_VT_NONE, r->entries.items[0].label, NULL, 0));
  else push(d, table(d, r, d->number == UINT32_MAX ? pop(d, CTI_VT_I32) : number(d)));
  return if_state(d, start);
}

static cti_node zero(dispatcher *d, cti_corevt type) {
  static const uint8_t zeros[16];
  cti_ir *f = d->f;
  if (!cti_vt_is_ref(type) && type != CTI_VT_V128) return cti_ir_const(f, type, 0);
  cti_instr instr = {.op = CTI_OP_V128_CONST, .list = {zeros, sizeof zeros}};
  if (cti_vt_is_ref(type)) instr = (cti_instr){.op = CTI_OP_REF_NULL, .heap = type & ~(CTI_VT_REF | CTI_VT_NULLABLE)};
  cti_node node = make(d, (uint16_t)instr.op, type, 0, NULL, 0);
  at(d, node)->is_instr = true;
  at(d, node)->value = f->instrs.count;
  cti_vec_push(f->arena, &f->instrs, instr);
  return node;
}

/* ---- the nest */

/* What was built since `start` becomes a block that ends here, where the region's table leads to. The first thing of a region needs no table. */
static void end_here(dispatcher *d, region *r, uint32_t start) {
  if (failed(d)) return;
  const entry *e = &r->entries.items[r->next++];
  bool is_first = d->items.count - start == 1 && d->items.items[start] == r->dispatch && r->entries.count == 1;
  if (is_first && at(d, r->dispatch)->op == CTI_OP_BR_IF) {
    d->items.count = start;
    return;
  }
  if (is_first) {
    at(d, cti_ir_kid(d->f, r->dispatch, 1))->kid_count--;
    return;
  }
  cti_node block = cti_ir_add(d->f, CTI_OP_BLOCK, CTI_VT_NONE, cti_vec_tail(&d->items, start), d->items.count - start);
  if (failed(d)) return;
  d->items.count = start;
  push(d, labelled(d, block, e->label));
}

static void close_list(dispatcher *d, cti_node node, uint32_t start) {
  cti_ir_set_kids(d->f, node, cti_vec_tail(&d->items, start), d->items.count - start);
  if (at(d, node)->op == CTI_OP_BLOCK) at(d, node)->b = 0;
  d->items.count = start;
  push(d, node);
}

static void nest(dispatcher *d, cti_node list, uint32_t in, uint32_t start) {
  for (uint32_t i = 0; i < at(d, list)->kid_count && !failed(d); i++) {
    cti_node kid = cti_ir_kid(d->f, list, i);
    if (is_mark(d, kid)) {
      end_here(d, &d->regions.items[in], start);
    } else if (!holds_marks(d, kid)) {
      push(d, kid);
    } else if (!is_region(d, kid)) {
      nest(d, kid, in, start);
      close_list(d, kid, start);
    } else {
      region *inner = &d->regions.items[d->regions.items[in].entries.items[d->regions.items[in].next].region];
      end_here(d, &d->regions.items[in], start);
      uint32_t inner_start = d->items.count;
      push(d, inner->dispatch = inner_dispatch(d, inner));
      if (failed(d)) return;
      nest(d, kid, (uint32_t)(inner - d->regions.items), inner_start);
      close_list(d, kid, inner_start);
    }
  }
}

/* After all of it: the number and the locals are pushed. */
static void unwind(dispatcher *d, const bool *live, uint32_t live_count) {
  bool numbered = d->sites->items.count > 1;
  cti_node block = cti_ir_add(d->f, CTI_OP_BLOCK, numbered ? CTI_VT_I32 : CTI_VT_NONE, d->items.items, d->items.count);
  if (failed(d)) return;
  labelled(d, block, d->sites->unwind);
  d->items.count = 0;
  push(d, numbered ? save(d, CTI_VT_I32, block) : block);
  for (uint32_t i = 0; i < live_count; i++)
    if (live[i]) push(d, save(d, d->f->locals.items[i], make(d, CTI_OP_LOCAL_GET, d->f->locals.items[i], i, NULL, 0)));
  if (d->f->result != CTI_VT_NONE) push(d, zero(d, d->f->result));
  cti_ir_set_kids(d->f, d->f->root, d->items.items, d->items.count);
}

/* ---- blocks that end at one place */

/* A block whose one kid is a block has that one's branches too. */
static void find_doubles(dispatcher *d, cti_node node, uint32_t *same) {
  for (uint32_t i = 0; i < at(d, node)->kid_count; i++) find_doubles(d, cti_ir_kid(d->f, node, i), same);
  if (at(d, node)->op != CTI_OP_BLOCK || at(d, node)->kid_count != 1) return;
  const cti_ir_node *inner = at(d, cti_ir_kid(d->f, node, 0));
  if (inner->op != CTI_OP_BLOCK || inner->type != at(d, node)->type) return;
  uint32_t first = inner->kids, count = inner->kid_count;
  same[inner->a] = at(d, node)->a;
  at(d, node)->kids = first;
  at(d, node)->kid_count = count;
}

/* The label that stands for it now: doubles are found from the inside out, so the way there is at most as long as the nest. */
static uint32_t resolve(uint32_t *same, uint32_t label) {
  uint32_t root = label;
  while (same[root] != root) root = same[root];
  while (same[label] != root) {
    uint32_t next = same[label];
    same[label] = root;
    label = next;
  }
  return root;
}

static void relabel(dispatcher *d, cti_node node, uint32_t *same) {
  cti_ir_node *n = at(d, node);
  if (n->op == CTI_OP_BR || n->op == CTI_OP_BR_IF) n->a = resolve(same, n->a);
  for (uint32_t i = 0; i < n->b && n->op == CTI_OP_BR_TABLE; i++) d->f->lists.items[n->a + i] = resolve(same, d->f->lists.items[n->a + i]);
  for (uint32_t i = 0; i < n->kid_count; i++) relabel(d, cti_ir_kid(d->f, node, i), same);
}

static void merge_doubles(dispatcher *d) {
  uint32_t *same = CTI_NEW_N(d->f->arena, uint32_t, d->f->labels.count);
  if (!same || failed(d)) return;
  for (uint32_t i = 0; i < d->f->labels.count; i++) same[i] = i;
  find_doubles(d, d->f->root, same);
  relabel(d, d->f->root, same);
}

/* ---- the whole */

static void attach_arguments(dispatcher *d) {
  for (uint32_t i = 0; i < d->sites->items.count; i++) {
    const cti_asyncify_site *site = &d->sites->items.items[i];
    if (site->exact || !at(d, site->mark)->kid_count) continue;
    cti_ir_set_kids(d->f, site->call, cti_vec_tail(&d->f->kids, at(d, site->mark)->kids), at(d, site->mark)->kid_count);
  }
}

/* The one call of a function has no number. */
static void forget_number(dispatcher *d) {
  if (d->sites->items.count != 1) return;
  cti_node check = d->sites->items.items[0].check, condition = state(d);
  if (failed(d)) return;
  *at(d, check) = (cti_ir_node){.op = CTI_OP_BR_IF, .a = d->sites->unwind};
  cti_ir_set_kids(d->f, check, &condition, 1);
}

static bool needs_number(const dispatcher *d) {
  for (uint32_t i = 1; i < d->regions.count; i++)
    if (d->regions.items[i].entries.count > 1) return true;
  return false;
}

/* The code as it was leaves the function at its end. */
static void leave(dispatcher *d) {
  cti_ir *f = d->f;
  uint32_t count = at(d, f->root)->kid_count;
  for (uint32_t i = 0; i < count; i++) push(d, cti_ir_kid(f, f->root, i));
  if (failed(d)) return;
  cti_node last = count ? d->items.items[count - 1] : CTI_NO_NODE;
  uint16_t op = at(d, last)->op;
  if (at(d, last)->type != CTI_VT_NONE) d->items.items[count - 1] = make(d, CTI_OP_BR, CTI_VT_NONE, 0, &last, 1);
  else if (op != CTI_OP_BR && op != CTI_OP_RETURN && op != CTI_OP_BR_TABLE && op != CTI_OP_UNREACHABLE)
    push(d, make(d, f->result == CTI_VT_NONE ? CTI_OP_BR : CTI_OP_UNREACHABLE, CTI_VT_NONE, 0, NULL, 0));
  cti_ir_set_kids(f, f->root, d->items.items, d->items.count);
  d->items.count = 0;
}

static void build(dispatcher *d, const bool *live) {
  cti_ir *f = d->f;
  uint32_t live_count = f->locals.count;
  leave(d);
  d->node_count = f->nodes.count;
  if (failed(d) || !(d->marked = CTI_NEW_N(f->arena, bool, f->nodes.count))) return;
  find_marks(d, f->root);
  group_list(d, f->root);
  if (failed(d)) return;
  new_region(d);
  if (!failed(d)) gather(d, f->root, 0);
  if (failed(d)) return;
  number_calls(d, 0);
  region *outer = &d->regions.items[0];
  if (needs_number(d)) d->number = f->locals.count;
  push(d, outer->dispatch = outer_dispatch(d, live));
  if (failed(d)) return;
  if (d->number != UINT32_MAX) cti_vec_push(f->arena, &f->locals, CTI_VT_I32);
  forget_number(d);
  nest(d, f->root, 0, 0);
  at(d, f->root)->b = 0;
  unwind(d, live, live_count);
  merge_doubles(d);
}

ct_status cti_asyncify_dispatch(cti_ir *f, cti_asyncify *a, cti_asyncify_sites *sites, cti_corevt *unsaved) {
  dispatcher d = {.f = f, .a = a, .sites = sites, .number = UINT32_MAX};
  *unsaved = CTI_VT_NONE;
  const bool *live = cti_ir_live_at_marks(f);
  if (!live) return f->arena->error->status;
  for (uint32_t i = 0; i < f->locals.count; i++)
    if (live[i] && cti_asyncify_slot(type_in_frame(f->locals.items[i])) == CTI_ASYNCIFY_TYPES) *unsaved = f->locals.items[i];
  attach_arguments(&d);
  if (*unsaved == CTI_VT_NONE) build(&d, live);
  return f->arena->error->status;
}
