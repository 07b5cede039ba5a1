/* ir_offsets.c - constants that are added to an address go to the offset of the access. Flows in: trees. Flows out: trees with fewer sums.
 *
 * requires: label counts. preserves: everything else. A sum of 32 bits wraps around where address and offset together do not, so it must be known that it does
 * not: an access to x + c that has not trapped tells that x + c lies below 2^32, and with it all sums of x and less than that, as long as x stays as it is.
 * https://webassembly.github.io/spec/core/exec/instructions.html#memory-instructions */
#include "passes/ir_passes.h"

enum { MAX_BASES = 16, MAX_GLOBALS = 16 };

/* A local or global, by number; globals come behind the locals. */
typedef struct base {
  uint32_t number;
  uint64_t reach; /* its value and any number up to this make no more than 2^32 - 1 */
} base;

typedef struct bases {
  base items[MAX_BASES];
  uint32_t count;
  bool dead; /* no control comes here */
} bases;

typedef struct folder {
  cti_ir *f;
  uint32_t *written; /* when the base was set last: by number, in steps of `time` */
  uint32_t time;
  bool changed;
} folder;

static cti_ir_node *at(const folder *x, cti_node node) { return cti_ir_at(x->f, node); }

/* ---- bases */

static uint32_t number_of(const folder *x, cti_node node) {
  const cti_ir_node *n = at(x, node);
  if (n->op == CTI_OP_LOCAL_GET || n->op == CTI_OP_LOCAL_TEE) return n->a;
  return n->op == CTI_OP_GLOBAL_GET && n->a < MAX_GLOBALS ? x->f->locals.count + n->a : UINT32_MAX;
}

static base *find(bases *now, uint32_t number) {
  for (uint32_t i = 0; i < now->count; i++)
    if (now->items[i].number == number) return &now->items[i];
  return NULL;
}

static void learn(bases *now, uint32_t number, uint64_t reach) {
  base *known = find(now, number);
  if (known && known->reach >= reach) return;
  if (!known && now->count == MAX_BASES) memmove(&now->items[0], &now->items[1], --now->count * sizeof *now->items);
  if (!known) known = &now->items[now->count++];
  *known = (base){number, reach};
}

/* What was not set after `time` is still what it was. */
static void keep_unwritten(const folder *x, bases *now, uint32_t time) {
  uint32_t kept = 0;
  for (uint32_t i = 0; i < now->count; i++)
    if (x->written[now->items[i].number] <= time) now->items[kept++] = now->items[i];
  now->count = kept;
}

static void write(folder *x, bases *now, uint32_t number) {
  x->written[number] = ++x->time;
  keep_unwritten(x, now, x->time - 1);
}

static void write_globals(folder *x, bases *now) {
  x->time++;
  for (uint32_t i = 0; i < MAX_GLOBALS; i++) x->written[x->f->locals.count + i] = x->time;
  keep_unwritten(x, now, x->time - 1);
}

static void meet(bases *into, bases *other) {
  uint32_t kept = 0;
  if (other->dead) return;
  if (into->dead) {
    *into = *other;
    return;
  }
  for (uint32_t i = 0; i < into->count; i++) {
    const base *theirs = find(other, into->items[i].number);
    if (!theirs) continue;
    into->items[kept] = into->items[i];
    if (theirs->reach < into->items[kept].reach) into->items[kept].reach = theirs->reach;
    kept++;
  }
  into->count = kept;
}

/* ---- the walk */

static void walk(folder *x, cti_node node, bases *now);

static void walk_kids(folder *x, cti_node node, uint32_t from, bases *now) {
  for (uint32_t i = from; i < at(x, node)->kid_count; i++) walk(x, cti_ir_kid(x->f, node, i), now);
}

/* x + c as an address, where the sum does not wrap around. */
static void fold(folder *x, cti_node node, bases *now) {
  cti_node sum = cti_ir_kid(x->f, node, 0);
  if (at(x, sum)->op != CTI_OP_I32_ADD || at(x, cti_ir_kid(x->f, sum, 1))->op != CTI_OP_I32_CONST) return;
  uint64_t more = at(x, cti_ir_kid(x->f, sum, 1))->value;
  const base *known = find(now, number_of(x, cti_ir_kid(x->f, sum, 0)));
  if (!known || more > known->reach || at(x, node)->value + more > UINT32_MAX) return;
  at(x, node)->value += more;
  cti_ir_set_kid(x->f, node, 0, cti_ir_kid(x->f, sum, 0));
  x->changed = true;
}

static void walk_access(folder *x, cti_node node, bases *now) {
  cti_node address = cti_ir_kid(x->f, node, 0);
  walk(x, address, now);
  fold(x, node, now);
  uint32_t number = number_of(x, cti_ir_kid(x->f, node, 0)), time = x->time;
  walk_kids(x, node, 1, now);
  if (number != UINT32_MAX && x->written[number] <= time) learn(now, number, at(x, node)->value);
}

static void walk_if(folder *x, cti_node node, bases *now) {
  walk(x, cti_ir_kid(x->f, node, 0), now);
  bases before = *now, other = *now;
  uint32_t time = x->time;
  walk(x, cti_ir_kid(x->f, node, 1), now);
  if (at(x, node)->kid_count == 3) walk(x, cti_ir_kid(x->f, node, 2), &other);
  meet(now, &other);
  if (x->f->labels.items[at(x, node)->a].uses == 0) return;
  *now = before;
  keep_unwritten(x, now, time);
}

/* From a branch to its end a block may come with no more than what holds all through it. */
static void walk_block(folder *x, cti_node node, bases *now) {
  bases before = *now;
  uint32_t time = x->time;
  walk_kids(x, node, 0, now);
  if (x->f->labels.items[at(x, node)->a].uses == 0) return;
  *now = before;
  keep_unwritten(x, now, time);
}

static void write_all(folder *x, cti_node node, bases *now) {
  const cti_ir_node *n = at(x, node);
  if (cti_op_sets_local(n->op)) write(x, now, n->a);
  else if (n->op < CTI_OPS && cti_opcodes[n->op].effects & (CTI_EFFECT_CALL | CTI_EFFECT_WRITE_GLOBAL)) write_globals(x, now);
  for (uint32_t i = 0; i < n->kid_count && now->count; i++) write_all(x, cti_ir_kid(x->f, node, i), now);
}

static bool is_narrow_access(const folder *x, const cti_ir_node *n) {
  if (n->op >= CTI_OPS || n->is_instr || cti_opcodes[n->op].immediate != CTI_IMM_MEMARG || !n->kid_count) return false;
  return n->b < x->f->m->memories.count && !x->f->m->memories.items[n->b].type.is_64;
}

static void walk(folder *x, cti_node node, bases *now) {
  const cti_ir_node *n = at(x, node);
  switch (n->op) {
  case CTI_OP_IF: walk_if(x, node, now); return;
  case CTI_OP_BLOCK: walk_block(x, node, now); return;
  case CTI_OP_LOOP:
    write_all(x, node, now);
    walk_kids(x, node, 0, now);
    return;
  case CTI_OP_BR: case CTI_OP_BR_TABLE: case CTI_OP_RETURN: case CTI_OP_UNREACHABLE:
    walk_kids(x, node, 0, now);
    now->dead = true;
    return;
  default: break;
  }
  if (is_narrow_access(x, n)) {
    walk_access(x, node, now);
    return;
  }
  walk_kids(x, node, 0, now);
  if (cti_op_sets_local(n->op)) write(x, now, at(x, node)->a);
  else if (n->op == CTI_OP_GLOBAL_SET && at(x, node)->a < MAX_GLOBALS) write(x, now, x->f->locals.count + at(x, node)->a);
  else if (n->op < CTI_OPS && cti_opcodes[n->op].effects & CTI_EFFECT_CALL) write_globals(x, now);
}

bool cti_ir_pass_offsets(cti_ir *f) {
  folder x = {.f = f, .written = CTI_NEW_N(f->arena, uint32_t, f->locals.count + MAX_GLOBALS)};
  bases now = {.count = 0};
  if (x.written) walk(&x, f->root, &now);
  return x.changed;
}
