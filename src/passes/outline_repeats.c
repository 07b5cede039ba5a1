/* outline_repeats.c - sequences of tokens that stand in several places. Flows in: tokens. Flows out: groups of places, each with the length that promises most.
 *
 * A place is where a sequence may begin. Places are split by their next token again and again, as in a trie that is walked in depth first and never built: what is
 * left of a group is contiguous in `order`. A group of one, and what no sequence can go beyond, is not followed, so that the work is the sum of the lengths of what
 * repeats; before, places whose first tokens stand nowhere else are dropped by a table of counts. */
#include "passes/outline.h"

#include "base/map.h"

enum { GRAM = 3, LEAST_PROMISE = 10 }; /* tokens of the shortest sequence; bytes, of which locals and constants take some */

typedef struct task {
  uint32_t first, count, length; /* places with `length` tokens in common */
} task;

typedef struct finder {
  const cti_outline_code *code;
  cti_repeats *out;
  cti_arena *arena;
  CTI_VEC(task) tasks, sides;
} finder;

/* ---- places */

static bool may_begin(const cti_outline_code *code, uint32_t i, uint32_t end) {
  enum { NO = CTI_TOKEN_BARRIER | CTI_TOKEN_ELSE | CTI_TOKEN_CLOSES | CTI_TOKEN_LEAVES };
  const cti_token *tokens = code->tokens.items;
  if (i + GRAM > end || code->heats.items[i] > CTI_OUTLINE_MAX_HEAT || tokens[i].flags & NO || tokens[i].reach) return false;
  if (tokens[i].flags & CTI_TOKEN_OPENS) return true;
  for (uint32_t k = i + 1; k < i + GRAM && !(tokens[k].flags & CTI_TOKEN_OPENS); k++)
    if (tokens[k].reach || tokens[k].flags & (CTI_TOKEN_BARRIER | CTI_TOKEN_ELSE | CTI_TOKEN_CLOSES)) return false;
  return true;
}

static uint32_t gram(const cti_outline_code *code, uint32_t i, uint32_t mask) {
  const uint32_t *h = &code->hashes.items[i];
  return (uint32_t)cti_hash_u64(((uint64_t)h[0] << 32 | h[1]) ^ (uint64_t)h[2] * 0x9e3779b97f4a7c15u) & mask;
}

/* Without `order`: how many places there are by the hash of their first tokens. With it: the places, where `at` says, which moves on; UINT32_MAX: nowhere. */
static void each_place(const cti_outline_code *code, uint32_t *at, uint32_t mask, uint32_t *order) {
  for (uint32_t n = 0; n < code->funcs.count; n++) {
    uint32_t end = code->starts.items[n + 1];
    for (uint32_t i = code->starts.items[n]; i < end; i++) {
      if (!may_begin(code, i, end)) continue;
      uint32_t *slot = &at[gram(code, i, mask)];
      if (!order) ++*slot;
      else if (*slot != UINT32_MAX) order[(*slot)++] = i;
    }
  }
}

enum { MAX_SLOTS = 1 << 20 };

/* Places whose first tokens have one hash lie beside each other; *ends has the end of each such group, or UINT32_MAX. */
static ct_status find_places(finder *f, uint32_t **ends, uint32_t *slots) {
  uint32_t count = 0;
  *slots = 1024;
  while (*slots < f->code->tokens.count && *slots < MAX_SLOTS) *slots *= 2;
  uint32_t *at = *ends = CTI_NEW_N(f->arena, uint32_t, *slots);
  if (!at) return f->arena->error->status;
  each_place(f->code, at, *slots - 1, NULL);
  for (uint32_t i = 0; i < *slots; i++) {
    uint32_t here = at[i];
    at[i] = here > 1 ? count : UINT32_MAX;
    if (here > 1) count += here;
  }
  f->out->order = cti_alloc_raw(f->arena, count, sizeof *f->out->order);
  if (!f->out->order) return f->arena->error->status;
  each_place(f->code, at, *slots - 1, f->out->order);
  return CT_OK;
}

/* ---- splitting */

static uint32_t key(const finder *f, uint32_t place, uint32_t at) { return f->code->hashes.items[place + at]; }

static void swap(uint32_t *a, uint32_t *b) {
  uint32_t t = *a;
  *a = *b;
  *b = t;
}

/* Tasks for the groups of equal keys. The smaller side waits, so that few do. */
static ct_status split(finder *f, task t) {
  uint32_t *order = f->out->order;
  task side = t;
  for (;;) {
    if (side.count < 2) {
      if (f->sides.count == 0) return f->arena->error->status;
      side = f->sides.items[--f->sides.count];
      continue;
    }
    uint32_t low = side.first, i = low, high = low + side.count;
    uint32_t pivot = key(f, order[low + side.count / 2], t.length);
    while (i < high) {
      uint32_t k = key(f, order[i], t.length);
      if (k < pivot) swap(&order[low++], &order[i++]);
      else if (k > pivot) swap(&order[i], &order[--high]);
      else i++;
    }
    if (high - low > 1) cti_vec_push(f->arena, &f->tasks, ((task){low, high - low, t.length + 1}));
    task left = {side.first, low - side.first, 0}, right = {high, side.first + side.count - high, 0};
    bool more_left = left.count > right.count;
    cti_vec_push(f->arena, &f->sides, more_left ? left : right);
    side = more_left ? right : left;
  }
}

/* ---- groups */

static bool all_agree(const finder *f, const task *t, uint32_t at) {
  const uint32_t *order = &f->out->order[t->first];
  uint32_t first = key(f, order[0], at);
  for (uint32_t i = 1; i < t->count; i++)
    if (key(f, order[i], at) != first) return false;
  return true;
}

static void promise(const cti_outline_scan *s, const task *t, cti_repeat *best) {
  if (s->length < t->length || s->length < GRAM || !cti_outline_is_whole(s)) return;
  int64_t each = (int64_t)cti_outline_span(s) - cti_outline_site_size(s);
  int64_t gain = each * t->count - cti_outline_body_size(s) + 4; /* locals and constants may be shorter elsewhere */
  if (gain > best->gain) *best = (cti_repeat){t->first, t->count, s->length, (int32_t)(gain < INT32_MAX ? gain : INT32_MAX)};
}

/* Follows a group as far as its places agree; then splits it. */
static ct_status follow(finder *f, task t) {
  cti_outline_scan s;
  cti_repeat best = {.gain = 0};
  uint32_t place = f->out->order[t.first];
  cti_outline_begin(&s, f->code, cti_outline_func_of(f->code, place), place);
  bool more = true;
  while (more && (s.length < t.length || all_agree(f, &t, s.length))) {
    more = cti_outline_step(&s) && !s.ends;
    promise(&s, &t, &best);
  }
  if (best.gain >= LEAST_PROMISE) cti_vec_push(f->arena, &f->out->items, best);
  t.length = s.length;
  return more ? split(f, t) : f->arena->error->status;
}

ct_status cti_outline_find(cti_repeats *out, const cti_outline_code *code) {
  finder f = {.code = code, .out = out, .arena = code->arena};
  uint32_t *ends, slots, first = 0;
  CTI_TRY(find_places(&f, &ends, &slots));
  for (uint32_t i = 0; i < slots; i++) {
    if (ends[i] == UINT32_MAX) continue;
    CTI_TRY(split(&f, (task){first, ends[i] - first, 0}));
    while (f.tasks.count) CTI_TRY(follow(&f, f.tasks.items[--f.tasks.count]));
    first = ends[i];
  }
  return f.arena->error->status;
}
