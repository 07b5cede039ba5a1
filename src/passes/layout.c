/* layout.c - a new order of all index spaces, and everything that holds an index moved to it. Flows in: a module and counts of uses. Flows out: the module,
 * its sections marked as changed.
 *
 * Imports come first in their spaces, which the format demands; recursion groups stay together; all else is ordered by use, then by old index. */
#include "passes/layout.h"

#include "passes/names_move.h"
#include "passes/module_passes.h"

typedef struct layout {
  cti_module *m;
  const cti_uses *uses;
  bool by_use;
  cti_arena *arena;
  uint32_t *from[CTI_SPACE_COUNT]; /* new to old */
  uint32_t count[CTI_SPACE_COUNT];
  cti_remap remap;
} layout;

/* ---- the order */

typedef struct ranked {
  uint32_t uses, index;
} ranked;

/* Merge sort: stable, and the same on every machine. */
static void sort(ranked *items, ranked *spare, uint32_t count) {
  if (count < 2) return;
  uint32_t half = count / 2, i = 0, k = half, out = 0;
  sort(items, spare, half);
  sort(items + half, spare, count - half);
  memcpy(spare, items, count * sizeof *items);
  while (out < count) {
    bool left = k >= count || (i < half && spare[i].uses >= spare[k].uses);
    items[out++] = left ? spare[i++] : spare[k++];
  }
}

static bool is_imported(const cti_module *m, cti_space space, uint32_t index) { return space <= CTI_SPACE_TAG && index < m->imported[space]; }

/* Items that stay: imports first, the rest by use when that makes indices shorter. */
static ct_status order_space(layout *l, cti_space space, bool by_use) {
  uint32_t size = l->uses->size[space], count = 0;
  ranked *items = CTI_NEW_N(l->arena, ranked, size), *spare = CTI_NEW_N(l->arena, ranked, size);
  uint32_t *to = CTI_NEW_N(l->arena, uint32_t, size);
  l->from[space] = CTI_NEW_N(l->arena, uint32_t, size);
  if (!items || !spare || !to || !l->from[space]) return l->arena->error->status;
  for (uint32_t i = 0; i < size; i++) {
    to[i] = UINT32_MAX;
    if (l->uses->count[space][i]) items[count++] = (ranked){l->uses->count[space][i], i};
  }
  uint32_t fixed = 0;
  while (fixed < count && is_imported(l->m, space, items[fixed].index)) fixed++;
  if (by_use && fixed) sort(items, spare, fixed);
  if (by_use) sort(items + fixed, spare, count - fixed);
  for (uint32_t i = 0; i < count; i++) {
    l->from[space][i] = items[i].index;
    to[items[i].index] = i;
  }
  l->count[space] = count;
  l->remap.space[space].to = to;
  l->remap.space[space].count = size;
  return CT_OK;
}

/* Groups of one type can move, as long as what a type refers to stays before it; a module that has more than function types keeps its order. */
bool cti_types_are_plain(const cti_module *m) {
  for (uint32_t i = 0; i < m->types.count; i++) {
    const cti_subtype *type = &m->types.items[i];
    if (type->kind != CTI_COMPOSITE_FUNC || type->super_count) return false;
    for (uint32_t k = 0; k < type->param_count + type->result_count; k++)
      if (cti_vt_is_concrete(type->types[k])) return false;
  }
  for (uint32_t i = 0; i < m->rec_groups.count; i++)
    if (m->rec_groups.items[i].count != 1) return false;
  return true;
}

static ct_status order_types(layout *l) {
  if (cti_types_are_plain(l->m)) return order_space(l, CTI_SPACE_TYPE, l->by_use);
  for (uint32_t i = 0; i < l->uses->size[CTI_SPACE_TYPE]; i++)
    if (!l->uses->count[CTI_SPACE_TYPE][i]) l->uses->count[CTI_SPACE_TYPE][i] = 1; /* all stay */
  return order_space(l, CTI_SPACE_TYPE, false);
}

/* A global whose value another global's initial value reads must stay before it. */
static bool globals_can_move(const cti_module *m) {
  for (uint32_t i = m->imported[CTI_EXTERN_GLOBAL]; i < m->globals.count; i++) {
    cti_cursor c = cti_cursor_make(m->globals.items[i].init.bytes, 0, m->arena->error);
    cti_instr instr;
    while (cti_instr_next(&instr, &c))
      if (instr.op == CTI_OP_GLOBAL_GET && instr.a >= m->imported[CTI_EXTERN_GLOBAL]) return false;
  }
  return true;
}

static ct_status order_all(layout *l) {
  for (int space = 0; space < CTI_SPACE_COUNT; space++) {
    if (space == CTI_SPACE_TYPE) CTI_TRY(order_types(l));
    else CTI_TRY(order_space(l, (cti_space)space, l->by_use && (space == CTI_SPACE_FUNC || (space == CTI_SPACE_GLOBAL && globals_can_move(l->m)))));
  }
  return CT_OK;
}

/* ---- moving */

static uint32_t moved(const layout *l, cti_space space, uint32_t index) { return cti_remap_index(&l->remap, space, index); }

/* The items of a vector that stay, in their new order. */
#define PERMUTE(l, space, vec)                                                                        \
  do {                                                                                                \
    void *items_ = cti_alloc_n((l)->arena, (l)->count[space], sizeof *(vec)->items);                  \
    if (!items_) return (l)->arena->error->status;                                                    \
    for (uint32_t i_ = 0; i_ < (l)->count[space]; i_++)                                               \
      memcpy((uint8_t *)items_ + i_ * sizeof *(vec)->items, &(vec)->items[(l)->from[space][i_]], sizeof *(vec)->items); \
    (vec)->items = items_;                                                                            \
    (vec)->count = (vec)->capacity = (l)->count[space];                                               \
  } while (0)

static void move_types(layout *l) {
  cti_module *m = l->m;
  for (uint32_t i = 0; i < m->types.count; i++) m->types.items[i].offset = 0;
  if (m->rec_groups.count == m->types.count) return;
  if (!cti_types_are_plain(m)) return; /* all stayed where they were */
  m->rec_groups.count = m->types.count;
  for (uint32_t i = 0; i < m->types.count; i++) m->rec_groups.items[i] = (cti_rec_group){.first = i, .count = 1};
}

static uint32_t *import_slot(cti_module *m, cti_space space, uint32_t i) {
  switch (space) {
  case CTI_SPACE_FUNC: return &m->funcs.items[i].import;
  case CTI_SPACE_TABLE: return &m->tables.items[i].import;
  case CTI_SPACE_MEMORY: return &m->memories.items[i].import;
  case CTI_SPACE_GLOBAL: return &m->globals.items[i].import;
  default: return &m->tags.items[i].import;
  }
}

/* Imports in the order of their index spaces. Their order between kinds stays as it was as far as that goes: kind by kind. */
static ct_status move_imports(layout *l) {
  cti_module *m = l->m;
  cti_import *imports = CTI_NEW_N(l->arena, cti_import, m->imports.count);
  uint32_t count = 0;
  if (!imports) return l->arena->error->status;
  for (int space = 0; space <= CTI_SPACE_TAG; space++) {
    uint32_t kept = 0;
    for (; kept < l->count[space] && is_imported(m, (cti_space)space, l->from[space][kept]); kept++) {
      uint32_t *slot = import_slot(m, (cti_space)space, kept);
      cti_import *import = &imports[count];
      *import = m->imports.items[*slot];
      import->form = CTI_IMPORT_SINGLE;
      if (import->type.kind == CTI_EXTERN_FUNC || import->type.kind == CTI_EXTERN_TAG) import->type.type = moved(l, CTI_SPACE_TYPE, import->type.type);
      if (import->type.kind == CTI_EXTERN_TABLE) import->type.of.table.element = cti_remap_valtype(&l->remap, import->type.of.table.element);
      if (import->type.kind == CTI_EXTERN_GLOBAL) import->type.of.global.type = cti_remap_valtype(&l->remap, import->type.of.global.type);
      *slot = count++;
    }
    m->imported[space] = kept;
  }
  m->imports.items = imports;
  m->imports.count = m->imports.capacity = count;
  return CT_OK;
}

static ct_status permute(layout *l) {
  cti_module *m = l->m;
  PERMUTE(l, CTI_SPACE_TYPE, &m->types);
  PERMUTE(l, CTI_SPACE_FUNC, &m->funcs);
  PERMUTE(l, CTI_SPACE_TABLE, &m->tables);
  PERMUTE(l, CTI_SPACE_MEMORY, &m->memories);
  PERMUTE(l, CTI_SPACE_GLOBAL, &m->globals);
  PERMUTE(l, CTI_SPACE_TAG, &m->tags);
  PERMUTE(l, CTI_SPACE_ELEM, &m->elems);
  PERMUTE(l, CTI_SPACE_DATA, &m->datas);
  return CT_OK;
}

ct_status cti_layout_apply(cti_module *m, const cti_uses *uses, bool by_use) {
  layout l = {.m = m, .uses = uses, .by_use = by_use, .arena = m->arena};
  CTI_TRY(order_all(&l));
  CTI_TRY(permute(&l));
  move_types(&l);
  CTI_TRY(cti_names_move(m, &l.remap));
  CTI_TRY(move_imports(&l));
  return cti_module_remap(m, &l.remap);
}
