/* merge_equal.c - equal types and equal functions become one. Flows in: a module. Flows out: the module, whose references all go to the first of the equal
 * ones; what nothing reaches is for the garbage collection.
 *
 * requires: valid, bodies in their shortest form. preserves: behaviour; two names may mean one function afterwards, which WebAssembly cannot tell (only
 * `ref.eq` compares, and not functions). Functions that call equal ones are equal in the next round. */
#include "passes/layout.h"
#include "passes/module_passes.h"

typedef struct merger {
  cti_module *m;
  cti_arena *arena;
  uint32_t *to; /* by index, of the space at work */
} merger;

/* What makes two items equal. */
typedef struct item_key {
  ct_slice bytes;
  uint32_t number;
} item_key;

/* Fills `to`: each item from `first` on goes to the first of its equals. */
static ct_status find_equal(merger *g, uint32_t first, uint32_t count, item_key (*key_of)(const cti_module *m, uint32_t i), bool *any) {
  cti_map same_bytes = {0}, seen = {0};
  g->to = CTI_NEW_N(g->arena, uint32_t, count);
  if (!g->to) return g->arena->error->status;
  for (uint32_t i = 0; i < count; i++) {
    g->to[i] = i;
    if (i < first) continue;
    item_key key = key_of(g->m, i);
    uint32_t bytes = i;
    bool added;
    CTI_TRY(cti_map_add(&same_bytes, g->arena, key.bytes, &bytes, &added));
    CTI_TRY(cti_map_add_u64(&seen, g->arena, (uint64_t)bytes << 32 | key.number, &g->to[i], &added));
    *any |= !added;
  }
  return CT_OK;
}

static ct_status move(const merger *g, cti_space space, uint32_t count) {
  cti_remap remap = {0};
  remap.space[space].to = g->to;
  remap.space[space].count = count;
  return cti_module_remap(g->m, &remap);
}

/* ---- types: those of modules that have nothing but plain function types; others are told apart by their groups */

static item_key key_of_type(const cti_module *m, uint32_t i) {
  const cti_subtype *type = &m->types.items[i];
  return (item_key){{(const uint8_t *)type->types, (type->param_count + type->result_count) * sizeof *type->types}, type->param_count};
}

static ct_status merge_types(merger *g) {
  cti_module *m = g->m;
  bool merged = false;
  if (!cti_types_are_plain(m)) return g->arena->error->status;
  CTI_TRY(find_equal(g, 0, m->types.count, key_of_type, &merged));
  if (!merged) return CT_OK;
  for (uint32_t i = 0; i < m->imports.count; i++) {
    cti_extern_type *type = &m->imports.items[i].type;
    if (type->kind == CTI_EXTERN_FUNC || type->kind == CTI_EXTERN_TAG) type->type = g->to[type->type];
  }
  return move(g, CTI_SPACE_TYPE, m->types.count);
}

/* ---- functions */

static item_key key_of_func(const cti_module *m, uint32_t i) { return (item_key){m->funcs.items[i].body, m->funcs.items[i].type}; }

static ct_status merge_funcs(merger *g, bool *merged) {
  cti_module *m = g->m;
  *merged = false;
  CTI_TRY(find_equal(g, m->imported[CTI_EXTERN_FUNC], m->funcs.count, key_of_func, merged));
  return *merged ? move(g, CTI_SPACE_FUNC, m->funcs.count) : CT_OK;
}

enum { MAX_ROUNDS = 8 };

ct_status cti_merge_equal(cti_module *m, cti_arena *arena) {
  merger g = {.m = m, .arena = arena};
  bool merged = true;
  CTI_TRY(merge_types(&g));
  for (int round = 0; merged && round < MAX_ROUNDS; round++) CTI_TRY(merge_funcs(&g, &merged));
  return CT_OK;
}
