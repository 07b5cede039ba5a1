/* outline.c - sequences of instructions that stand in several places become functions. Flows in: a module whose code is done. Flows out: the module with these
 * functions at its end.
 *
 * requires: valid, bodies in their shortest form, plain function types. preserves: behaviour; a stack trace has a frame more. Not in loops: a call costs time.
 * The group that promises most is looked at first: which of its places are still free and alike, locals by first use, and which constants must be parameters. */
#include "passes/outline.h"

#include <stdio.h>
#include <stdlib.h>
#include "base/map.h"
#include "passes/layout.h"
#include "passes/module_passes.h"

typedef struct place {
  uint32_t start;
  uint32_t number;    /* of its function */
  uint64_t shape;     /* of its locals */
  uint64_t constants; /* hash of their values */
  uint32_t outputs, site_size, constant_bytes;
  bool taken;
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
  CTI_VEC(place) places;
  CTI_VEC(uint32_t) starts, sorted;
  CTI_VEC(uint64_t) values, sample; /* of constants of one place, and of the first */
  CTI_VEC(uint8_t) differs;
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

static bool is_used(const chooser *x, uint32_t start, uint32_t length) {
  for (uint32_t i = start; i < start + length; i++)
    if (x->used[i / 64] >> (i % 64) & 1) return true;
  return false;
}

static void use(chooser *x, uint32_t start, uint32_t length) {
  for (uint32_t i = start; i < start + length; i++) x->used[i / 64] |= (uint64_t)1 << (i % 64);
}

/* In order of the code, by bytes of the number: as many turns for each size. */
static ct_status sort_starts(chooser *x) {
  uint32_t count = x->starts.count;
  x->sorted.count = 0;
  if (!cti_vec_ensure(x->code.arena, &x->sorted, count)) return x->code.arena->error->status;
  uint32_t *from = x->starts.items, *to = x->sorted.items;
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

static uint64_t constant_at(const chooser *x, const cti_outline_scan *s, uint32_t token) {
  const cti_token *t = &x->code.tokens.items[token];
  ct_error error;
  ct_error_clear(&error);
  cti_cursor c = cti_cursor_make((ct_slice){s->body + t->at, t[1].at - t->at}, 0, &error);
  cti_instr instr;
  return cti_instr_next(&instr, &c) ? instr.value : 0;
}

static bool is_constant(const cti_outline_scan *s, uint32_t token) { return cti_op_is_const((uint32_t)(s->body[s->code->tokens.items[token].at] - 0x41 + CTI_OP_I32_CONST)) && s->body[s->code->tokens.items[token].at] >= 0x41; }

/* The sequence at a place, to its end. */
static void look(chooser *x, cti_outline_scan *s, uint32_t number, uint32_t start, uint32_t length) {
  cti_outline_begin(s, &x->code, number, start);
  x->values.count = 0;
  while (s->length < length && cti_outline_step(s))
    if (is_constant(s, start + s->length - 1)) cti_vec_push(x->code.arena, &x->values, constant_at(x, s, start + s->length - 1));
  x->budget -= length < x->budget ? length : x->budget;
}

static ct_status look_at_all(chooser *x, const cti_repeat *r) {
  uint32_t end = 0, number = 0;
  cti_outline_scan s;
  CTI_TRY(free_starts(x, r));
  x->places.count = 0;
  for (uint32_t i = 0; i < x->starts.count; i++) {
    uint32_t start = x->starts.items[i];
    if (start < end) continue; /* it overlaps the one before */
    while (x->code.starts.items[number + 1] <= start) number++;
    look(x, &s, number, start, r->length);
    if (s.length != r->length || !cti_outline_is_whole(&s)) continue; /* other locals are alive */
    uint64_t hash = cti_hash_bytes(x->values.items ? (const void *)x->values.items : "", x->values.count * sizeof(uint64_t));
    cti_vec_push(x->code.arena, &x->places, ((place){start, number, s.shape, hash, cti_outline_outputs(&s), cti_outline_site_size(&s), s.constant_bytes, false}));
    end = start + r->length;
  }
  return x->code.arena->error->status;
}

/* ---- places that are alike */

typedef uint64_t place_key(const place *p);
static uint64_t shape_key(const place *p) { return p->shape; }
static uint64_t output_key(const place *p) { return p->outputs; }
static uint64_t constant_key(const place *p) { return p->constants; }

/* The key that most places have; of several the first. Slots have a key's first place and how many there are. */
static uint64_t most_common(chooser *x, place_key *key) {
  uint32_t mask = 15, best = 0, most = 0;
  while (mask < 2 * x->places.count) mask = 2 * mask + 1;
  x->slots.count = 0;
  if (!cti_vec_ensure(x->code.arena, &x->slots, mask + 1)) return 0;
  slot *slots = x->slots.items;
  memset(slots, 0, (mask + 1) * sizeof *slots);
  for (uint32_t i = 0; i < x->places.count; i++) {
    uint64_t wanted = key(&x->places.items[i]);
    uint32_t at = (uint32_t)cti_hash_u64(wanted) & mask;
    while (slots[at].count && slots[at].key != wanted) at = (at + 1) & mask;
    slots[at].key = wanted;
    if (++slots[at].count > most) most = slots[at].count, best = at;
  }
  return slots[best].key;
}

static void keep_only(chooser *x, place_key *key, uint64_t wanted, bool or_zero) {
  uint32_t kept = 0;
  for (uint32_t i = 0; i < x->places.count; i++) {
    uint64_t found = key(&x->places.items[i]);
    if (found == wanted || (or_zero && found == 0)) x->places.items[kept++] = x->places.items[i];
  }
  x->places.count = kept;
}

/* The local that most places want to have afterwards, if any does; who wants another one is left out. */
static uint32_t agree_on_output(chooser *x) {
  uint32_t wanted = 0;
  for (uint32_t i = 0; i < x->places.count && !wanted; i++) wanted = x->places.items[i].outputs;
  uint64_t most = most_common(x, output_key);
  if (most) wanted = (uint32_t)most;
  keep_only(x, output_key, wanted, true);
  return wanted;
}

/* ---- constants */

static uint32_t constant_size(const chooser *x, const cti_outline_scan *s, uint32_t token) {
  (void)s;
  return x->code.tokens.items[token + 1].at - x->code.tokens.items[token].at;
}

/* Marks constants that are not the same everywhere, by number. */
static void find_differing(chooser *x, uint32_t length) {
  cti_outline_scan s;
  x->sample.count = x->differs.count = 0;
  for (uint32_t i = 0; i < x->places.count; i++) {
    const place *p = &x->places.items[i];
    if (i && p->constants == x->places.items[0].constants) continue;
    look(x, &s, p->number, p->start, length);
    for (uint32_t k = 0; k < x->values.count; k++) {
      if (i == 0) cti_vec_push(x->code.arena, &x->sample, x->values.items[k]), cti_vec_push(x->code.arena, &x->differs, 0);
      else x->differs.items[k] |= x->values.items[k] != x->sample.items[k];
    }
  }
}

/* How much shorter a place becomes; a constant that is a parameter stays there. */
static int64_t gain_at(chooser *x, const place *p, uint32_t length, uint32_t output) {
  cti_outline_scan s;
  int64_t constants = 0;
  uint32_t number = 0;
  cti_outline_begin(&s, &x->code, p->number, p->start);
  while (s.length < length && cti_outline_step(&s)) {
    uint32_t token = p->start + s.length - 1;
    if (is_constant(&s, token) && x->differs.items[number++]) constants += constant_size(x, &s, token);
  }
  return (int64_t)cti_outline_span(&s) - p->site_size - constants - (output && !p->outputs); /* a drop */
}

static int64_t gain_of_all(chooser *x, uint32_t length, uint32_t output) {
  cti_outline_scan s;
  int64_t gain = 0;
  look(x, &s, x->places.items[0].number, x->places.items[0].start, length);
  gain -= cti_outline_body_size(&s) + (output && !x->places.items[0].outputs ? 2 : 0);
  for (uint32_t i = 0, number = 0; i < length; i++)
    if (is_constant(&s, s.start + i) && x->differs.items[number++]) gain += (int64_t)constant_size(x, &s, s.start + i) - 2;
  for (uint32_t i = 0; i < x->places.count; i++) gain += gain_at(x, &x->places.items[i], length, output);
  return gain;
}

/* With constants that differ as parameters, or only the places where all are the same: what is better. The places are those then. */
static int64_t settle_constants(chooser *x, uint32_t length, uint32_t output) {
  find_differing(x, length);
  int64_t all = gain_of_all(x, length, output);
  uint64_t most = most_common(x, constant_key);
  int64_t same = 0;
  uint32_t count = 0;
  memset(x->differs.items ? x->differs.items : (uint8_t[1]){0}, 0, x->differs.count);
  for (uint32_t i = 0; i < x->places.count; i++)
    if (x->places.items[i].constants == most) {
      if (count++ == 0) {
        cti_outline_scan s;
        look(x, &s, x->places.items[i].number, x->places.items[i].start, length);
        same -= cti_outline_body_size(&s);
      }
      same += gain_at(x, &x->places.items[i], length, output);
    }
  if (same >= all) {
    keep_only(x, constant_key, most, false);
    return same;
  }
  find_differing(x, length);
  return all;
}

/* ---- choosing */

enum { LEAST_GAIN = 6, LEAST_EACH = 2 };

static ct_status accept(chooser *x, const cti_repeat *r, uint32_t output) {
  cti_outline o = {.start = x->places.items[0].start, .length = r->length, .out = UINT32_MAX};
  for (uint32_t i = 0; i < CTI_OUTLINE_MAX_LOCALS; i++)
    if (output >> i & 1) o.out = i;
  o.constants = CTI_NEW_N(x->code.arena, uint32_t, x->differs.count);
  if (!o.constants) return x->code.arena->error->status;
  for (uint32_t i = 0; i < x->differs.count; i++)
    if (x->differs.items[i]) o.constants[o.constant_count++] = i;
  for (uint32_t i = 0; i < x->places.count; i++) {
    use(x, x->places.items[i].start, r->length);
    cti_vec_push(x->code.arena, &x->plan.sites, ((cti_outline_site){x->places.items[i].start, x->plan.outlines.count}));
  }
  cti_vec_push(x->code.arena, &x->plan.outlines, o);
  return x->code.arena->error->status;
}

static void put_back(chooser *x, int64_t gain) {
  cti_repeat *best = &x->repeats.items.items[0];
  if (gain < best->gain) best->gain = (int32_t)gain;
  else best->gain--;
  if (best->gain < LEAST_GAIN) drop_best(x);
  else sift_down(x, 0);
}

static ct_status consider(chooser *x) {
  cti_repeat r = x->repeats.items.items[0];
  CTI_TRY(look_at_all(x, &r));
  uint32_t all = x->places.count;
  if (all < 2) {
    drop_best(x);
    return CT_OK;
  }
  keep_only(x, shape_key, most_common(x, shape_key), false);
  uint32_t output = agree_on_output(x);
  int64_t gain = settle_constants(x, r.length, output);
  int32_t second = 0;
  for (uint32_t i = 1; i < 3 && i < x->repeats.items.count; i++)
    if (x->repeats.items.items[i].gain > second) second = x->repeats.items.items[i].gain;
  bool good = gain >= LEAST_GAIN && gain >= (int64_t)LEAST_EACH * x->places.count;
  if (good && gain * 8 >= (int64_t)second * 7) CTI_TRY(accept(x, &r, output));
  else if (!good && all == x->places.count) gain = 0;
  put_back(x, gain);
  return x->code.arena->error->status;
}

ct_status cti_outline_run(cti_module *m) {
  cti_arena scratch;
  cti_arena_init(&scratch, m->arena->error);
  chooser x = {.code = {.m = m, .arena = &scratch}};
  ct_status status = cti_types_are_plain(m) ? cti_outline_read(&x.code) : CT_OK;
  if (status == CT_OK && x.code.funcs.count) status = cti_outline_find(&x.repeats, &x.code);
  x.budget = 64 * (uint64_t)x.code.tokens.count + (1 << 20);
  x.used = CTI_NEW_N(&scratch, uint64_t, x.code.tokens.count / 64 + 1);
  if (!x.used) status = scratch.error->status;
  if (getenv("OUTDBG")) fprintf(stderr, "tokens %u funcs %u repeats %u mem %zu\n", x.code.tokens.count, x.code.funcs.count, x.repeats.items.count, scratch.total);
  heapify(&x);
  while (status == CT_OK && x.repeats.items.count && x.budget) status = consider(&x);
  if (getenv("OUTDBG")) fprintf(stderr, "outlines %u sites %u budget left %llu mem %zu\n", x.plan.outlines.count, x.plan.sites.count, (unsigned long long)x.budget, scratch.total);
  if (status == CT_OK && x.plan.outlines.count) status = cti_outline_write(&x.code, &x.plan);
  cti_arena_free(&scratch);
  return status;
}
