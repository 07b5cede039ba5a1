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
  uint32_t *to;   /* by index, of the space at work */
  uint32_t *next; /* functions with the same body and another type, as chains that end with UINT32_MAX */
} merger;

static bool start(merger *g, uint32_t count) {
  g->to = CTI_NEW_N(g->arena, uint32_t, count);
  g->next = CTI_NEW_N(g->arena, uint32_t, count);
  if (!g->to || !g->next) return false;
  for (uint32_t i = 0; i < count; i++) g->to[i] = i, g->next[i] = UINT32_MAX;
  return true;
}

static ct_status move(const merger *g, cti_space space, uint32_t count) {
  cti_remap remap = {0};
  remap.space[space].to = g->to;
  remap.space[space].count = count;
  return cti_module_remap(g->m, &remap);
}

/* ---- types: those of modules that have nothing but plain function types; others are told apart by their groups */

static ct_slice type_key(const cti_subtype *type) { return (ct_slice){(const uint8_t *)type->types, (type->param_count + type->result_count) * sizeof *type->types}; }

static ct_status merge_types(merger *g) {
  cti_module *m = g->m;
  cti_map seen = {0};
  bool merged = false;
  if (!cti_types_are_plain(m) || !start(g, m->types.count)) return g->arena->error->status;
  for (uint32_t i = 0; i < m->types.count; i++) {
    uint32_t first = i;
    bool added;
    CTI_TRY(cti_map_add(&seen, g->arena, type_key(&m->types.items[i]), &first, &added));
    while (!added && m->types.items[first].param_count != m->types.items[i].param_count && g->next[first] != UINT32_MAX) first = g->next[first];
    if (added) continue;
    if (m->types.items[first].param_count == m->types.items[i].param_count) g->to[i] = first, merged = true;
    else g->next[first] = i;
  }
  if (!merged) return CT_OK;
  for (uint32_t i = 0; i < m->imports.count; i++) {
    cti_extern_type *type = &m->imports.items[i].type;
    if (type->kind == CTI_EXTERN_FUNC || type->kind == CTI_EXTERN_TAG) type->type = g->to[type->type];
  }
  return move(g, CTI_SPACE_TYPE, m->types.count);
}

/* ---- functions */

static ct_status merge_funcs(merger *g, bool *merged) {
  cti_module *m = g->m;
  cti_map seen = {0};
  *merged = false;
  if (!start(g, m->funcs.count)) return g->arena->error->status;
  for (uint32_t i = m->imported[CTI_EXTERN_FUNC]; i < m->funcs.count; i++) {
    uint32_t first = i;
    bool added;
    CTI_TRY(cti_map_add(&seen, g->arena, m->funcs.items[i].body, &first, &added));
    while (!added && m->funcs.items[first].type != m->funcs.items[i].type && g->next[first] != UINT32_MAX) first = g->next[first];
    if (added) continue;
    if (m->funcs.items[first].type == m->funcs.items[i].type) g->to[i] = first, *merged = true;
    else g->next[first] = i;
  }
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
