/* outline.c - sequences of instructions that stand in several places become functions. Flows in: a module whose code is done. Flows out: the module with these
 * functions at its end.
 *
 * requires: valid, bodies in their shortest form, plain function types. preserves: behaviour; a stack trace has a frame more. Not in loops: a call costs time.
 * The group that promises most is looked at first: which of its places are still free and alike, locals by first use, and which constants must be parameters. */
#include "passes/outline.h"

#include "base/map.h"
#include "passes/layout.h"
#include "passes/module_passes.h"

typedef struct place {
  uint32_t start, number; /* number: of its function */
  uint32_t row;       /* of its constants */
  uint32_t outputs;
  int32_t gain;       /* its bytes less those that stand there for the call, with all constants in the function */
  uint64_t shape;     /* of its locals */
  uint64_t constants; /* hash of their values */
} place;

typedef struct slot {
  uint64_t key;
  uint32_t count;
} slot;

typedef struct chooser {
  cti_outline_code code;
  cti_repeats repeats; /* a heap, by what they promise */
  cti_outline_plan plan;
  uint64_t *used;      /* a bit for each token */
  CTI_VEC(place) places, kin; /* those of a group that are free; those of them that are alike */
  CTI_VEC(uint32_t) starts, sorted, constants; /* constants: where they stand in the sequence */
  CTI_VEC(uint64_t) values;  /* of constants, a row for each place */
  CTI_VEC(bool) differs;     /* by constant: it becomes a parameter */
  CTI_VEC(slot) slots;
  uint64_t budget; /* of tokens to look at */
} chooser;

/* ---- a heap */

static bool is_better(const cti_repeat *a, const cti_repeat *b) { return a->gain != b->gain ? a->gain > b->gain : a->first < b->first; }

static void sift_down(chooser *x, uint32_t i) {
  cti_repeat *items = x->repeats.items.items, moved = items[i];
  uint32_t count = x->repeats.items.count;
  for (;;) {
    uint32_t k = 2 * i + 1;
    if (k + 1 < count && is_better(&items[k + 1], &items[k])) k++;
    if (k >= count || !is_better(&items[k], &moved)) break;
    items[i] = items[k];
    i = k;
  }
  items[i] = moved;
}

static void heapify(chooser *x) {
  for (uint32_t i = x->repeats.items.count / 2; i-- > 0;) sift_down(x, i);
}

static void drop_best(chooser *x) {
  uint32_t count = --x->repeats.items.count;
  if (count == 0) return;
  x->repeats.items.items[0] = x->repeats.items.items[count];
  sift_down(x, 0);
}

/* ---- places of a group that are free */

/* Bits [from, to) of the word of `from`. */
static uint64_t bits_from(uint32_t from, uint32_t to) {
  uint32_t low = from % 64, count = to - from < 64 - low ? to - from : 64 - low;
  return (count == 64 ? UINT64_MAX : ((uint64_t)1 << count) - 1) << low;
}

static bool is_used(const chooser *x, uint32_t start, uint32_t length) {
  for (uint32_t i = start, end = start + length; i < end; i = (i / 64 + 1) * 64)
    if (x->used[i / 64] & bits_from(i, end)) return true;
  return false;
}

static void use(chooser *x, uint32_t start, uint32_t length) {
  for (uint32_t i = start, end = start + length; i < end; i = (i / 64 + 1) * 64) x->used[i / 64] |= bits_from(i, end);
}

enum { FEW = 48 };

static void sort_few(uint32_t *items, uint32_t count) {
  for (uint32_t i = 1; i < count; i++) {
    uint32_t moved = items[i], k = i;
    for (; k > 0 && items[k - 1] > moved; k--) items[k] = items[k - 1];
    items[k] = moved;
  }
}

/* In order of the code, by bytes of the number: four turns, so that they end where they began. */
static ct_status sort_starts(chooser *x) {
  uint32_t count = x->starts.count;
  uint32_t *from = x->starts.items;
  if (count <= FEW) return sort_few(from, count), CT_OK;
  x->sorted.count = 0;
  if (!cti_vec_ensure(x->code.arena, &x->sorted, count)) return x->code.arena->error->status;
  uint32_t *to = x->sorted.items;
  for (uint32_t shift = 0; shift < 32; shift += 8) {
    uint32_t at[257] = {0};
    for (uint32_t i = 0; i < count; i++) at[(from[i] >> shift & 255) + 1]++;
    for (uint32_t b = 0; b < 256; b++) at[b + 1] += at[b];
    for (uint32_t i = 0; i < count; i++) to[at[from[i] >> shift & 255]++] = from[i];
    uint32_t *t = from;
    from = to, to = t;
  }
  return CT_OK;
}

static ct_status free_starts(chooser *x, const cti_repeat *r) {
  x->starts.count = 0;
  for (uint32_t i = 0; i < r->count; i++) {
    uint32_t start = x->repeats.order[r->first + i];
    if (!is_used(x, start, r->length)) cti_vec_push(x->code.arena, &x->starts, start);
  }
  return sort_starts(x);
}

/* The value of a constant, sign-extended, or its bits. */
static uint64_t constant_at(const chooser *x, const uint8_t *body, uint32_t token) {
  const cti_token *t = &x->code.tokens.items[token];
  const uint8_t *at = body + t->at + 1, *end = body + t[1].at;
  uint64_t value = 0;
  if (at[-1] > 0x42) {
    memcpy(&value, at, (size_t)(end - at));
    return value;
  }
  for (uint32_t shift = 0; at < end; at++, shift += 7) {
    value |= (uint64_t)(*at & 0x7f) << shift;
    if (at + 1 == end && *at & 0x40 && shift < 57) value |= UINT64_MAX << (shift + 7);
  }
  return value;
}

static void find_constants(chooser *x, uint32_t start, uint32_t length) {
  const uint8_t *body = cti_outline_body(&x->code, start);
  x->constants.count = 0;
  for (uint32_t i = 0; i < length; i++) {
    uint8_t op = body[x->code.tokens.items[start + i].at];
    if (op >= 0x41 && op <= 0x44) cti_vec_push(x->code.arena, &x->constants, i);
  }
}

/* How many bytes a call must save at the least: the more the more often it may run. */
static int32_t least_gain_at(int8_t heat) { return 6 * (heat + 2); }

static void add_place(chooser *x, const cti_outline_scan *s, uint32_t number) {
  uint32_t count = x->constants.count, row = x->values.count;
  uint64_t hash = 0;
  if (!cti_vec_ensure(x->code.arena, &x->values, count)) return;
  for (uint32_t k = 0; k < count; k++) {
    x->values.items[row + k] = constant_at(x, s->body, s->start + x->constants.items[k]);
    hash = cti_hash_u64(hash ^ x->values.items[row + k]);
  }
  x->values.count += count;
  int32_t gain = (int32_t)cti_outline_span(s) - (int32_t)cti_outline_site_size(s);
  if (gain < least_gain_at(x->code.heats.items[s->start])) {
    x->values.count = row;
    return;
  }
  cti_vec_push(x->code.arena, &x->places, ((place){s->start, number, row, cti_outline_outputs(s), gain, s->shape, hash}));
}

/* Hashes may be equal by chance: are the instructions, but for locals, constants and ways to return? */
static bool is_same(const uint8_t *body, const cti_token *t, const uint8_t *other_body, const cti_token *other) {
  const uint8_t *at = body + t->at, *other_at = other_body + other->at;
  if (t->flags & CTI_TOKEN_RETURNS) return other->flags & CTI_TOKEN_RETURNS && (*at == 0x0d) == (*other_at == 0x0d);
  if (*at != *other_at || other->flags & CTI_TOKEN_RETURNS) return false;
  if ((*at >= 0x20 && *at <= 0x22) || (*at >= 0x41 && *at <= 0x44)) return true;
  uint32_t size = t[1].at - t->at;
  return other[1].at - other->at == size && memcmp(at, other_at, size) == 0;
}

/* Passes over the sequence at a place; false where it is not that of the first place, or can be no function: other locals may be alive. */
static bool pass_over(const chooser *x, cti_outline_scan *s, uint32_t number, uint32_t start, uint32_t length) {
  const cti_token *tokens = x->code.tokens.items, *first = &tokens[x->starts.items[0]];
  const uint8_t *body = cti_outline_body(&x->code, x->starts.items[0]);
  cti_outline_begin(s, &x->code, number, start);
  while (s->length < length && is_same(body, &first[s->length], s->body, &tokens[start + s->length]) && cti_outline_step(s)) {}
  return s->length == length && cti_outline_is_whole(s);
}

enum { MAX_VALUES = 1 << 20 };

/* The places of a group that are free and can be a call. */
static ct_status look_at_all(chooser *x, const cti_repeat *r) {
  uint32_t end = 0, number = 0;
  cti_outline_scan s;
  CTI_TRY(free_starts(x, r));
  x->places.count = x->values.count = 0;
  if (x->starts.count < 2) return CT_OK;
  find_constants(x, x->starts.items[0], r->length);
  for (uint32_t i = 0; i < x->starts.count && x->values.count < MAX_VALUES; i++) {
    uint32_t start = x->starts.items[i];
    if (start < end) continue; /* it overlaps the one before */
    if (x->code.starts.items[number + 1] <= start) number = cti_outline_func_of(&x->code, start);
    if (!pass_over(x, &s, number, start, r->length)) continue;
    add_place(x, &s, number);
    end = start + r->length;
  }
  uint64_t cost = (uint64_t)r->count + (uint64_t)x->starts.count * r->length;
  x->budget -= cost < x->budget ? cost : x->budget;
  return x->code.arena->error->status;
}

/* ---- places that are alike */

typedef uint64_t place_key(const place *p);
static uint64_t shape_key(const place *p) { return p->shape; }
static uint64_t output_key(const place *p) { return p->outputs; }
static uint64_t constant_key(const place *p) { return p->constants; }

/* The key that most of `kin` have; of several the first. */
static uint64_t most_common(chooser *x, place_key *key) {
  uint32_t mask = 15, best = 0, most = 0;
  while (mask < 2 * x->kin.count) mask = 2 * mask + 1;
  x->slots.count = 0;
  if (!cti_vec_ensure(x->code.arena, &x->slots, mask + 1)) return 0;
  slot *slots = x->slots.items;
  memset(slots, 0, (mask + 1) * sizeof *slots);
  for (uint32_t i = 0; i < x->kin.count; i++) {
    uint64_t wanted = key(&x->kin.items[i]);
    uint32_t at = (uint32_t)cti_hash_u64(wanted) & mask;
    while (slots[at].count && slots[at].key != wanted) at = (at + 1) & mask;
    slots[at].key = wanted;
    if (++slots[at].count > most) most = slots[at].count, best = at;
  }
  return slots[best].key;
}

static void keep_only(chooser *x, place_key *key, uint64_t wanted, bool or_zero) {
  uint32_t kept = 0;
  for (uint32_t i = 0; i < x->kin.count; i++) {
    uint64_t found = key(&x->kin.items[i]);
    if (found == wanted || (or_zero && found == 0)) x->kin.items[kept++] = x->kin.items[i];
  }
  x->kin.count = kept;
}

/* The local that most places want to have afterwards, if any does; who wants another one is left out. */
static uint32_t agree_on_output(chooser *x) {
  uint64_t wanted = most_common(x, output_key);
  for (uint32_t i = 0; i < x->kin.count && !wanted; i++) wanted = x->kin.items[i].outputs;
  keep_only(x, output_key, wanted, true);
  return (uint32_t)wanted;
}

/* ---- constants */

static bool same_constant(const chooser *x, const place *a, const place *b, uint32_t k) { return x->values.items[a->row + k] == x->values.items[b->row + k]; }

/* Constants that are not the same everywhere become parameters. */
static void find_differing(chooser *x) {
  x->differs.count = 0;
  for (uint32_t k = 0; k < x->constants.count; k++) {
    bool differs = false;
    for (uint32_t i = 1; i < x->kin.count && !differs; i++) differs = !same_constant(x, &x->kin.items[0], &x->kin.items[i], k);
    cti_vec_push(x->code.arena, &x->differs, differs);
  }
}

static uint32_t constant_size(const chooser *x, const place *p, uint32_t k) {
  const cti_token *t = &x->code.tokens.items[p->start + x->constants.items[k]];
  return t[1].at - t->at;
}

static int64_t gain_of_kin(chooser *x, uint32_t length, uint32_t output) {
  const place *first = &x->kin.items[0];
  cti_outline_scan s;
  cti_outline_begin(&s, &x->code, first->number, first->start);
  while (s.length < length && cti_outline_step(&s)) {}
  int64_t gain = -(int64_t)cti_outline_body_size(&s);
  for (uint32_t i = 0; i < x->kin.count; i++) gain += x->kin.items[i].gain - (output && !x->kin.items[i].outputs); /* a drop */
  for (uint32_t k = 0; k < x->constants.count; k++) {
    if (!x->differs.items[k]) continue;
    gain += (int64_t)constant_size(x, first, k) - 2;
    for (uint32_t i = 0; i < x->kin.count; i++) gain -= constant_size(x, &x->kin.items[i], k);
  }
  return gain;
}

/* ---- choosing */

enum { LEAST_GAIN = 6, LEAST_EACH = 2, MAX_TURNS = 12 };

static ct_status accept(chooser *x, uint32_t length, uint32_t output) {
  cti_outline o = {.start = x->kin.items[0].start, .length = length, .out = UINT32_MAX};
  for (uint32_t i = 0; i < CTI_OUTLINE_MAX_LOCALS; i++)
    if (output >> i & 1) o.out = i;
  o.constants = CTI_NEW_N(x->code.arena, uint32_t, x->differs.count);
  if (!o.constants) return x->code.arena->error->status;
  for (uint32_t i = 0; i < x->differs.count; i++)
    if (x->differs.items[i]) o.constants[o.constant_count++] = i;
  for (uint32_t i = 0; i < x->kin.count; i++) {
    use(x, x->kin.items[i].start, length);
    cti_vec_push(x->code.arena, &x->plan.sites, ((cti_outline_site){x->kin.items[i].start, x->plan.outlines.count}));
  }
  cti_vec_push(x->code.arena, &x->plan.outlines, o);
  return x->code.arena->error->status;
}

/* Takes away from the places those that are in `kin`, both in order of the code. */
static void drop_kin(chooser *x) {
  uint32_t kept = 0, k = 0;
  for (uint32_t i = 0; i < x->places.count; i++) {
    if (k < x->kin.count && x->kin.items[k].start == x->places.items[i].start) k++;
    else x->places.items[kept++] = x->places.items[i];
  }
  x->places.count = kept;
}

static ct_status take_all_kin(chooser *x) {
  x->kin.count = 0;
  if (!cti_vec_ensure(x->code.arena, &x->kin, x->places.count)) return x->code.arena->error->status;
  memcpy(x->kin.items, x->places.items, x->places.count * sizeof *x->kin.items);
  x->kin.count = x->places.count;
  return CT_OK;
}

/* Those of one shape, most of them. */
static ct_status choose_kin(chooser *x, uint32_t *output) {
  CTI_TRY(take_all_kin(x));
  keep_only(x, shape_key, most_common(x, shape_key), false);
  *output = agree_on_output(x);
  find_differing(x);
  return x->code.arena->error->status;
}

/* With constants that differ as parameters, or only those where all are the same: what is better. */
static ct_status choose_best_kin(chooser *x, uint32_t length, uint32_t *output, int64_t *gain) {
  CTI_TRY(choose_kin(x, output));
  *gain = gain_of_kin(x, length, *output);
  uint32_t all = x->kin.count;
  keep_only(x, constant_key, most_common(x, constant_key), false);
  if (x->kin.count == all) return CT_OK;
  find_differing(x);
  int64_t same = gain_of_kin(x, length, *output);
  if (same < *gain) return choose_kin(x, output);
  *gain = same;
  return CT_OK;
}

static void put_back(chooser *x, int64_t gain) {
  cti_repeat *best = &x->repeats.items.items[0];
  if (gain < best->gain) best->gain = (int32_t)gain;
  else best->gain--;
  if (best->gain < LEAST_GAIN) drop_best(x);
  else sift_down(x, 0);
}

static int32_t second_gain(const chooser *x) {
  int32_t second = 0;
  for (uint32_t i = 1; i < 3 && i < x->repeats.items.count; i++)
    if (x->repeats.items.items[i].gain > second) second = x->repeats.items.items[i].gain;
  return second;
}

/* The group that promises most: kin after kin, as long as what they save is more than what the next group promises. */
static ct_status consider(chooser *x) {
  cti_repeat r = x->repeats.items.items[0];
  int64_t gain = 0;
  CTI_TRY(look_at_all(x, &r));
  for (uint32_t turn = 0; turn < MAX_TURNS && x->places.count >= 2; turn++) {
    uint32_t output;
    CTI_TRY(choose_best_kin(x, r.length, &output, &gain));
    bool good = gain >= LEAST_GAIN && gain >= (int64_t)LEAST_EACH * x->kin.count;
    if (good && gain * 8 < (int64_t)second_gain(x) * 7) break;
    if (good) CTI_TRY(accept(x, r.length, output));
    drop_kin(x);
  }
  if (x->places.count < 2) drop_best(x);
  else put_back(x, gain);
  return x->code.arena->error->status;
}

static ct_status choose(chooser *x) {
  x->used = CTI_NEW_N(x->code.arena, uint64_t, x->code.tokens.count / 64 + 1);
  if (!x->used) return x->code.arena->error->status;
  x->budget = 64 * (uint64_t)x->code.tokens.count + (1 << 20);
  heapify(x);
  while (x->repeats.items.count && x->budget) CTI_TRY(consider(x));
  return CT_OK;
}

/* Functions from *next on, so many that memory stays small. */
static ct_status run_some(cti_module *m, cti_outline_made *made, const cti_outline_heats *heats, uint32_t *next, uint32_t end) {
  cti_arena scratch;
  cti_arena_init(&scratch, m->arena->error);
  chooser x = {.code = {.m = m, .arena = &scratch}};
  ct_status status = cti_outline_read(&x.code, heats, next, end);
  if (status == CT_OK && x.code.funcs.count) status = cti_outline_find(&x.repeats, &x.code);
  if (status == CT_OK) status = choose(&x);
  if (status == CT_OK && x.plan.outlines.count) status = cti_outline_write(made, &x.code, &x.plan);
  cti_arena_free(&scratch);
  return status;
}

ct_status cti_outline_run(cti_module *m) {
  cti_arena own;
  cti_outline_heats heats;
  uint32_t next = m->imported[CTI_EXTERN_FUNC], end = m->funcs.count;
  if (!cti_types_are_plain(m)) return CT_OK;
  cti_arena_init(&own, m->arena->error);
  cti_outline_made made = {.arena = &own};
  ct_status status = cti_outline_find_heats(&heats, m, &own);
  while (status == CT_OK && next < end) status = run_some(m, &made, &heats, &next, end);
  cti_arena_free(&own);
  return status;
}
