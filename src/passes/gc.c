/* gc.c - reachability. Flows in: a module. Flows out: counts of references from what is live.
 * requires: valid. preserves: the module. */
#include "passes/gc.h"

typedef struct marker {
  const cti_module *m;
  cti_arena *arena;
  cti_uses *uses;
  CTI_VEC(uint64_t) work; /* space << 32 | index */
  bool names_funcs;       /* a ref.func stands in live code: what declares functions stays */
} marker;

static void mark(void *context, cti_space space, uint32_t index) {
  marker *k = context;
  if (index >= k->uses->size[space]) return;
  if (k->uses->count[space][index]++ == 0) cti_vec_push(k->arena, &k->work, (uint64_t)space << 32 | index);
}

static void mark_type(marker *k, cti_corevt type) { cti_valtype_each_ref(type, mark, k); }

static void mark_ref_in_code(void *context, cti_space space, uint32_t index) {
  marker *k = context;
  if (space == CTI_SPACE_DATA) k->uses->code_names_datas = true;
  mark(k, space, index);
}

static void mark_code(marker *k, cti_cursor c) {
  cti_instr instr;
  while (cti_instr_next(&instr, &c)) {
    k->names_funcs |= instr.op == CTI_OP_REF_FUNC;
    cti_instr_each_ref(&instr, mark_ref_in_code, k);
  }
}

static void mark_expr(marker *k, const cti_expr *expr) {
  if (expr->bytes.size) mark_code(k, cti_cursor_make(expr->bytes, expr->offset, k->arena->error));
}

static bool names_func(const marker *k, const cti_expr *expr) {
  cti_cursor c = cti_cursor_make(expr->bytes, expr->offset, k->arena->error);
  cti_instr instr;
  while (expr->bytes.size && cti_instr_next(&instr, &c))
    if (instr.op == CTI_OP_REF_FUNC) return true;
  return false;
}

static void mark_func(marker *k, uint32_t index) {
  const cti_func *func = &k->m->funcs.items[index];
  mark(k, CTI_SPACE_TYPE, func->type);
  if (func->import != UINT32_MAX) return;
  cti_cursor c = cti_cursor_make(func->body, func->body_offset, k->arena->error);
  uint32_t runs = cti_cursor_count(&c, "runs of locals");
  for (uint32_t i = 0; i < runs; i++) mark_type(k, cti_read_local_run(&c).type);
  mark_code(k, c);
}

/* A type is kept with its whole recursion group, which is one thing to canonical equality. */
static void mark_type_definition(marker *k, uint32_t index) {
  const cti_subtype *type = &k->m->types.items[index];
  for (uint32_t i = 0; i < type->param_count + type->result_count && type->kind == CTI_COMPOSITE_FUNC; i++) mark_type(k, type->types[i]);
  for (uint32_t i = 0; i < type->field_count; i++) mark_type(k, type->fields[i].type);
  if (type->super_count) mark(k, CTI_SPACE_TYPE, type->super);
  if (type->describes != UINT32_MAX) mark(k, CTI_SPACE_TYPE, type->describes);
  if (type->descriptor != UINT32_MAX) mark(k, CTI_SPACE_TYPE, type->descriptor);
  if (type->kind == CTI_COMPOSITE_CONT) mark(k, CTI_SPACE_TYPE, type->cont);
}

/* An active segment of a table or memory that is live runs at instantiation. */
static void mark_segments_of(marker *k, cti_space space, uint32_t index) {
  for (uint32_t i = 0; space == CTI_SPACE_TABLE && i < k->m->elems.count; i++)
    if (k->m->elems.items[i].mode == CTI_SEGMENT_ACTIVE && k->m->elems.items[i].table == index) mark(k, CTI_SPACE_ELEM, i);
  for (uint32_t i = 0; space == CTI_SPACE_MEMORY && i < k->m->datas.count; i++)
    if (k->m->datas.items[i].mode == CTI_SEGMENT_ACTIVE && k->m->datas.items[i].memory == index) mark(k, CTI_SPACE_DATA, i);
}

static void mark_elem(marker *k, uint32_t index) {
  const cti_elem *elem = &k->m->elems.items[index];
  mark_expr(k, &elem->offset_expr);
  mark_type(k, elem->type);
  if (elem->mode == CTI_SEGMENT_ACTIVE) mark(k, CTI_SPACE_TABLE, elem->table);
  for (uint32_t i = 0; i < elem->count; i++) {
    if (elem->is_exprs) mark_expr(k, &elem->exprs[i]);
    else mark(k, CTI_SPACE_FUNC, elem->funcs[i]);
  }
}

static void mark_item(marker *k, cti_space space, uint32_t index) {
  const cti_module *m = k->m;
  switch (space) {
  case CTI_SPACE_FUNC: mark_func(k, index); break;
  case CTI_SPACE_TABLE:
    mark_type(k, m->tables.items[index].type.element);
    mark_expr(k, &m->tables.items[index].init);
    mark_segments_of(k, space, index);
    break;
  case CTI_SPACE_MEMORY: mark_segments_of(k, space, index); break;
  case CTI_SPACE_GLOBAL:
    mark_type(k, m->globals.items[index].type.type);
    mark_expr(k, &m->globals.items[index].init);
    break;
  case CTI_SPACE_TAG: mark(k, CTI_SPACE_TYPE, m->tags.items[index].type); break;
  case CTI_SPACE_TYPE: mark_type_definition(k, index); break;
  case CTI_SPACE_ELEM: mark_elem(k, index); break;
  case CTI_SPACE_DATA:
    mark_expr(k, &m->datas.items[index].offset_expr);
    if (m->datas.items[index].mode == CTI_SEGMENT_ACTIVE) mark(k, CTI_SPACE_MEMORY, m->datas.items[index].memory);
    break;
  default: break;
  }
}

bool cti_constant_address(uint64_t *out, const cti_expr *expr, ct_error *error) {
  cti_cursor c = cti_cursor_make(expr->bytes, 0, error);
  cti_instr first, end;
  if (!cti_instr_next(&first, &c) || !cti_instr_next(&end, &c) || end.op != CTI_OP_END) return false;
  *out = first.op == CTI_OP_I32_CONST ? (uint32_t)first.value : first.value;
  return first.op == CTI_OP_I32_CONST || first.op == CTI_OP_I64_CONST;
}

/* Does the segment end inside of what is there at first, so that dropping it drops no trap? */
static bool fits(const marker *k, const cti_expr *address, uint64_t count, uint64_t size) {
  uint64_t at;
  return cti_constant_address(&at, address, k->arena->error) && at <= size && count <= size - at;
}

static bool elem_is_root(const marker *k, const cti_elem *elem) {
  if (elem->mode == CTI_SEGMENT_DECLARED) return true; /* what they declare is what ref.func may name */
  if (elem->mode != CTI_SEGMENT_ACTIVE) return false;
  const cti_table *table = &k->m->tables.items[elem->table];
  return table->import != UINT32_MAX || !fits(k, &elem->offset_expr, elem->count, table->type.limits.min);
}

static bool data_is_root(const marker *k, const cti_data *data) {
  if (data->mode != CTI_SEGMENT_ACTIVE) return false;
  const cti_memory *memory = &k->m->memories.items[data->memory];
  uint32_t page = cti_page_log2(&memory->type);
  bool small = memory->type.min <= UINT32_MAX;
  return memory->import != UINT32_MAX || !fits(k, &data->offset_expr, data->bytes.size, small ? memory->type.min << page : UINT64_MAX);
}

/* Segments that are applied to what somebody outside sees, and those that may trap there, stay. */
static void mark_roots(marker *k) {
  const cti_module *m = k->m;
  for (uint32_t i = 0; i < m->exports.count; i++) mark(k, (cti_space)m->exports.items[i].kind, m->exports.items[i].index);
  if (m->start != UINT32_MAX) mark(k, CTI_SPACE_FUNC, m->start);
  for (uint32_t i = 0; i < m->elems.count; i++)
    if (elem_is_root(k, &m->elems.items[i])) mark(k, CTI_SPACE_ELEM, i);
  for (uint32_t i = 0; i < m->datas.count; i++)
    if (data_is_root(k, &m->datas.items[i])) mark(k, CTI_SPACE_DATA, i);
}

static void mark_all(marker *k) {
  while (k->work.count) {
    uint64_t item = k->work.items[--k->work.count];
    mark_item(k, (cti_space)(item >> 32), (uint32_t)item);
  }
}

/* A ref.func in code is valid when something outside of code names the function: whatever does is kept. */
static void mark_declaring(marker *k) {
  const cti_module *m = k->m;
  for (uint32_t i = 0; i < m->elems.count; i++) mark(k, CTI_SPACE_ELEM, i);
  for (uint32_t i = 0; i < m->globals.count; i++)
    if (names_func(k, &m->globals.items[i].init)) mark(k, CTI_SPACE_GLOBAL, i);
  for (uint32_t i = 0; i < m->tables.count; i++)
    if (names_func(k, &m->tables.items[i].init)) mark(k, CTI_SPACE_TABLE, i);
}

ct_status cti_gc_mark(cti_uses *out, const cti_module *m, cti_arena *arena) {
  marker k = {.m = m, .arena = arena, .uses = out};
  *out = (cti_uses){0};
  const uint32_t sizes[CTI_SPACE_COUNT] = {m->funcs.count, m->tables.count, m->memories.count, m->globals.count, m->tags.count, m->types.count, m->elems.count, m->datas.count};
  for (int space = 0; space < CTI_SPACE_COUNT; space++) {
    out->size[space] = sizes[space];
    out->count[space] = CTI_NEW_N(arena, uint32_t, sizes[space]);
    if (!out->count[space]) return arena->error->status;
  }
  mark_roots(&k);
  mark_all(&k);
  if (k.names_funcs) mark_declaring(&k);
  mark_all(&k);
  return arena->error->status;
}

void cti_gc_keep_all(cti_uses *uses) {
  for (int space = 0; space < CTI_SPACE_COUNT; space++)
    for (uint32_t i = 0; i < uses->size[space]; i++)
      if (!uses->count[space][i]) uses->count[space][i] = 1;
}
