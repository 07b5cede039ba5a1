/* diff_module.c - one core module beside another. Flows in: the bytes of both. Flows out: sizes by kind of section, and the functions that are different.
 *
 * Functions are compared by name, or, where the other side has none of that name, by what it means without the hashes of a build. Two that differ in nothing but the indices of functions of one name, of types, globals and tables are the same: a function
 * more in front of others moves all indices. Of functions without names those with the same bytes are the same; what is left over is new or gone. */
#include <stdlib.h>

#include "core/opcode.h"
#include "inspect/diff.h"
#include "inspect/func_names.h"
#include "inspect/symbols.h"

static ct_status failed(const cti_diff *d) { return d->arena->error->status; }

typedef struct side {
  cti_module module;
  const ct_slice *names;
  cti_map by_name;  /* -> any function */
  ct_slice *shown;  /* by function: what its name means */
  ct_slice *keys;   /* by function: its name and which of that name it is; empty for imported ones, and those without a name */
  cti_map by_key;   /* -> function */
} side;

/* ---- reading a side */

static void measure(cti_diff_sizes *out, const cti_module *m) {
  *out = (cti_diff_sizes){.whole = m->bytes.size, .funcs = m->funcs.count - m->imported[CTI_EXTERN_FUNC]};
  for (uint32_t i = 0; i < m->sections.count; i++) {
    const cti_frame *frame = &m->sections.items[i].frame;
    if (frame->id == CTI_SECTION_CODE) out->code += frame->raw.size;
    else if (frame->id == CTI_SECTION_DATA) out->data += frame->raw.size;
    else if (frame->id == CTI_SECTION_CUSTOM) out->custom += frame->raw.size;
  }
}

static ct_status find_keys(cti_diff *d, side *s, const side *other) {
  cti_map times = {0};
  s->keys = CTI_NEW_N(d->arena, ct_slice, s->module.funcs.count);
  if (!s->keys) return CT_NOMEM;
  for (uint32_t i = s->module.imported[CTI_EXTERN_FUNC]; i < s->module.funcs.count; i++) {
    uint32_t count = 1;
    bool added;
    if (!s->names[i].size) continue;
    ct_slice name = cti_map_get(&other->by_name, s->names[i]) == CTI_MAP_NONE ? s->shown[i] : s->names[i];
    CTI_TRY(cti_map_add(&times, d->arena, name, &count, &added));
    if (!added) CTI_TRY(cti_map_set(&times, d->arena, name, ++count));
    s->keys[i] = added ? name : cti_format(d->arena, "%.*s (%u)", CTI_S(name), count);
    if (!s->keys[i].data) return failed(d);
    CTI_TRY(cti_map_set(&s->by_key, d->arena, s->keys[i], i));
  }
  return CT_OK;
}

static ct_status find_names(cti_diff *d, side *s) {
  uint32_t first = s->module.imported[CTI_EXTERN_FUNC], count = s->module.funcs.count;
  s->names = cti_func_names(NULL, &s->module, d->arena);
  s->shown = cti_alloc_raw(d->arena, count, sizeof *s->shown);
  if (!s->names || !s->shown) return CT_NOMEM;
  for (uint32_t i = 0; i < count; i++) s->shown[i] = s->names[i];
  CTI_TRY(cti_demangle_if_can(s->shown + first, count - first, d->arena));
  for (uint32_t i = first; i < count; i++) {
    if (!s->names[i].size) continue;
    s->shown[i] = cti_without_hashes(s->shown[i], d->arena);
    CTI_TRY(cti_map_set(&s->by_name, d->arena, s->names[i], i));
  }
  return failed(d);
}

static ct_status read_side(side *s, cti_diff *d, ct_slice bytes, uint64_t offset) {
  *s = (side){0};
  if (!bytes.data) return CT_OK;
  CTI_TRY(cti_module_decode(&s->module, bytes, offset, d->arena));
  return find_names(d, s);
}

/* ---- are two bodies the same? */

static bool same_name(const side *a, uint32_t x, const side *b, uint32_t y) {
  if (x >= a->module.funcs.count || y >= b->module.funcs.count) return false;
  return cti_slice_eq(a->names[x], b->names[y]) || (a->keys[x].size && cti_slice_eq(a->keys[x], b->keys[y]));
}

/* *numbers is set when the two differ in a number alone, which may be an address. */
static bool same_instr(const side *a, const cti_instr *x, const side *b, const cti_instr *y, bool *numbers) {
  if (x->op != y->op) return false;
  switch (cti_opcodes[x->op].immediate) {
  case CTI_IMM_I32:
  case CTI_IMM_I64: *numbers |= x->value != y->value; return true;
  case CTI_IMM_MEMARG:
    *numbers |= x->memarg.offset != y->memarg.offset;
    return x->memarg.align_log2 == y->memarg.align_log2 && x->memarg.memory == y->memarg.memory;
  case CTI_IMM_FUNC: return same_name(a, x->a, b, y->a);
  case CTI_IMM_TYPE:
  case CTI_IMM_TYPE_TABLE:
  case CTI_IMM_GLOBAL:
  case CTI_IMM_TABLE: return true;
  case CTI_IMM_BLOCK: return x->block.kind == y->block.kind && (x->block.kind == CTI_BLOCK_TYPE || x->block.word == y->block.word);
  default: return cti_slice_eq(x->bytes, y->bytes);
  }
}

static bool same_locals(cti_cursor *x, cti_cursor *y) {
  uint32_t runs = cti_cursor_count(x, "runs of locals"), others = cti_cursor_count(y, "runs of locals");
  if (runs != others) return false;
  for (; runs && !x->failed && !y->failed; runs--) {
    cti_local_run a = cti_read_local_run(x), b = cti_read_local_run(y);
    if (a.count != b.count || a.type != b.type) return false;
  }
  return true;
}

static bool same_body(const side *a, uint32_t x, const side *b, uint32_t y, bool *numbers) {
  ct_slice of_x = a->module.funcs.items[x].body, of_y = b->module.funcs.items[y].body;
  ct_error malformed;
  cti_instr i, k;
  if (cti_slice_eq(of_x, of_y)) return true;
  ct_error_clear(&malformed);
  cti_cursor c = cti_cursor_make(of_x, 0, &malformed), e = cti_cursor_make(of_y, 0, &malformed);
  if (!same_locals(&c, &e)) return false;
  for (;;) {
    bool more = cti_instr_next(&i, &c), others = cti_instr_next(&k, &e);
    if (!more || !others) return more == others && malformed.status == CT_OK;
    if (!same_instr(a, &i, b, &k, numbers)) return false;
  }
}

/* ---- what is different */

static ct_status add_func(cti_diff *d, cti_diff_module *m, cti_diff_func func) {
  m->counts[func.change]++;
  return cti_vec_push_large(d->arena, &m->funcs, func) ? CT_OK : failed(d);
}

static ct_slice shown(const side *s, uint32_t func) { return s->keys[func].data == s->names[func].data ? s->shown[func] : s->keys[func]; }

static ct_status compare_func(cti_diff *d, cti_diff_module *m, const side *a, uint32_t x, const side *b, uint32_t y) {
  bool numbers = false, same = same_body(a, x, b, y, &numbers);
  if (same && !numbers) return CT_OK;
  uint64_t before = a->module.funcs.items[x].body.size, after = b->module.funcs.items[y].body.size;
  cti_func_change change = after > before ? CTI_FUNC_GROWN : after < before ? CTI_FUNC_SHRUNK : CTI_FUNC_CHANGED;
  if (same) change = CTI_FUNC_CONSTANTS;
  return add_func(d, m, (cti_diff_func){change, shown(a, x), {before, after}});
}

static ct_status one_sided(cti_diff *d, cti_diff_module *m, const side *of, uint32_t func, bool added) {
  uint64_t bytes = of->module.funcs.items[func].body.size;
  ct_slice name = of->keys[func].size ? shown(of, func) : cti_format(d->arena, "func %u", func);
  if (!name.data) return failed(d);
  return add_func(d, m, (cti_diff_func){added ? CTI_FUNC_ADDED : CTI_FUNC_REMOVED, name, {added ? 0 : bytes, added ? bytes : 0}});
}

static ct_status compare_named(cti_diff *d, cti_diff_module *m, const side *a, const side *b) {
  for (uint32_t i = 0; i < a->module.funcs.count; i++) {
    uint32_t other = a->keys[i].size ? cti_map_get(&b->by_key, a->keys[i]) : CTI_MAP_NONE;
    if (!a->keys[i].size) continue;
    CTI_TRY(other == CTI_MAP_NONE ? one_sided(d, m, a, i, false) : compare_func(d, m, a, i, b, other));
  }
  for (uint32_t i = 0; i < b->module.funcs.count; i++)
    if (b->keys[i].size && cti_map_get(&a->by_key, b->keys[i]) == CTI_MAP_NONE) CTI_TRY(one_sided(d, m, b, i, true));
  return CT_OK;
}

static bool is_nameless(const side *s, uint32_t func) { return func >= s->module.imported[CTI_EXTERN_FUNC] && !s->keys[func].size; }

/* How often each body is on the first side, less those of the second. */
static ct_status compare_nameless(cti_diff *d, cti_diff_module *m, const side *a, const side *b) {
  cti_map counts = {0};
  for (uint32_t i = 0; i < a->module.funcs.count; i++) {
    uint32_t count = 1;
    bool added;
    if (!is_nameless(a, i)) continue;
    CTI_TRY(cti_map_add(&counts, d->arena, a->module.funcs.items[i].body, &count, &added));
    if (!added) CTI_TRY(cti_map_set(&counts, d->arena, a->module.funcs.items[i].body, count + 1));
  }
  for (uint32_t i = 0; i < b->module.funcs.count; i++) {
    if (!is_nameless(b, i)) continue;
    uint32_t count = cti_map_get(&counts, b->module.funcs.items[i].body);
    if (count == CTI_MAP_NONE || count == 0) CTI_TRY(one_sided(d, m, b, i, true));
    else CTI_TRY(cti_map_set(&counts, d->arena, b->module.funcs.items[i].body, count - 1));
  }
  for (uint32_t i = 0; i < a->module.funcs.count; i++) {
    if (!is_nameless(a, i)) continue;
    uint32_t count = cti_map_get(&counts, a->module.funcs.items[i].body);
    if (!count) continue;
    CTI_TRY(one_sided(d, m, a, i, false));
    CTI_TRY(cti_map_set(&counts, d->arena, a->module.funcs.items[i].body, count - 1));
  }
  return CT_OK;
}

static uint64_t distance(const cti_diff_func *func) {
  uint64_t a = func->bytes[0], b = func->bytes[1];
  return a > b ? a - b : b - a;
}

static int by_distance(const void *a, const void *b) {
  const cti_diff_func *x = a, *y = b;
  uint64_t of_x = distance(x), of_y = distance(y);
  if (of_x != of_y) return of_x > of_y ? -1 : 1;
  int order = cti_slice_cmp(x->name, y->name);
  return order ? order : (int)x->change - (int)y->change;
}

ct_status cti_diff_modules(cti_diff *d, ct_slice name, ct_slice a, uint64_t a_offset, ct_slice b, uint64_t b_offset) {
  side sides[2];
  cti_diff_module m = {.name = name, .in_a = a.data != NULL, .in_b = b.data != NULL};
  if (m.in_a && m.in_b && cti_slice_eq(a, b)) {
    d->same_modules++;
    return CT_OK;
  }
  CTI_TRY(read_side(&sides[0], d, a, a_offset));
  CTI_TRY(read_side(&sides[1], d, b, b_offset));
  if (m.in_a && m.in_b) {
    CTI_TRY(find_keys(d, &sides[0], &sides[1]));
    CTI_TRY(find_keys(d, &sides[1], &sides[0]));
  }
  measure(&m.sizes[0], &sides[0].module);
  measure(&m.sizes[1], &sides[1].module);
  if (m.in_a && m.in_b) {
    CTI_TRY(compare_named(d, &m, &sides[0], &sides[1]));
    CTI_TRY(compare_nameless(d, &m, &sides[0], &sides[1]));
    if (m.funcs.count) qsort(m.funcs.items, m.funcs.count, sizeof *m.funcs.items, by_distance);
  }
  return cti_vec_push(d->arena, &d->modules, m) ? CT_OK : failed(d);
}
