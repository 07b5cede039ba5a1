/* module_remap.c - everything in a module that holds an index, moved. Flows in: a module and where its indices go. Flows out: the module; imports, types
 * and the arrays of items themselves stay as they are. */
#include "passes/module_passes.h"

typedef struct mover {
  cti_module *m;
  cti_arena *arena;
  const cti_remap *remap;
  cti_buf out; /* of one body after the other */
} mover;

static uint32_t moved(const mover *v, cti_space space, uint32_t index) { return cti_remap_index(v->remap, space, index); }

/* Code written with the new indices, in the arena; what comes out as it was is not copied. */
static ct_slice rewrite(mover *v, ct_slice bytes, uint64_t offset, bool has_locals) {
  cti_cursor c = cti_cursor_make(bytes, offset, v->arena->error);
  v->out.size = 0;
  ct_status status = has_locals ? cti_remap_locals(&v->out, v->remap, &c) : CT_OK;
  if (status == CT_OK) status = cti_remap_code(&v->out, v->remap, &c);
  if (status == CT_OK) status = cti_buf_check(&v->out, v->arena->error);
  if (status != CT_OK) return (ct_slice){NULL, 0};
  return cti_slice_eq(cti_buf_slice(&v->out), bytes) ? bytes : cti_copy(v->arena, cti_buf_slice(&v->out));
}

static void move_expr(mover *v, cti_expr *expr) {
  if (expr->bytes.size) expr->bytes = rewrite(v, expr->bytes, expr->offset, false);
}

static void move_elem(mover *v, cti_elem *elem) {
  move_expr(v, &elem->offset_expr);
  elem->type = cti_remap_valtype(v->remap, elem->type);
  if (elem->mode == CTI_SEGMENT_ACTIVE) elem->table = moved(v, CTI_SPACE_TABLE, elem->table);
  uint32_t *funcs = elem->is_exprs ? NULL : CTI_NEW_N(v->arena, uint32_t, elem->count);
  cti_expr *exprs = elem->is_exprs ? CTI_NEW_N(v->arena, cti_expr, elem->count) : NULL;
  if (!funcs && !exprs) return;
  for (uint32_t i = 0; i < elem->count; i++) {
    if (funcs) funcs[i] = moved(v, CTI_SPACE_FUNC, elem->funcs[i]);
    else {
      exprs[i] = elem->exprs[i];
      move_expr(v, &exprs[i]);
    }
  }
  elem->funcs = funcs;
  elem->exprs = exprs;
}

static void move_contents(mover *v) {
  cti_module *m = v->m;
  for (uint32_t i = 0; i < m->funcs.count; i++) {
    cti_func *func = &m->funcs.items[i];
    func->type = moved(v, CTI_SPACE_TYPE, func->type);
    if (func->import == UINT32_MAX) func->body = rewrite(v, func->body, func->body_offset, true);
  }
  for (uint32_t i = 0; i < m->tables.count; i++) {
    m->tables.items[i].type.element = cti_remap_valtype(v->remap, m->tables.items[i].type.element);
    move_expr(v, &m->tables.items[i].init);
  }
  for (uint32_t i = 0; i < m->globals.count; i++) {
    m->globals.items[i].type.type = cti_remap_valtype(v->remap, m->globals.items[i].type.type);
    move_expr(v, &m->globals.items[i].init);
  }
  for (uint32_t i = 0; i < m->tags.count; i++) m->tags.items[i].type = moved(v, CTI_SPACE_TYPE, m->tags.items[i].type);
  for (uint32_t i = 0; i < m->elems.count; i++) move_elem(v, &m->elems.items[i]);
  for (uint32_t i = 0; i < m->datas.count; i++) {
    cti_data *data = &m->datas.items[i];
    move_expr(v, &data->offset_expr);
    if (data->mode == CTI_SEGMENT_ACTIVE) data->memory = moved(v, CTI_SPACE_MEMORY, data->memory);
    if (data->flags == 2 && data->memory == 0) data->flags = 0;
  }
  for (uint32_t i = 0; i < m->exports.count; i++) m->exports.items[i].index = moved(v, (cti_space)m->exports.items[i].kind, m->exports.items[i].index);
  if (m->start != UINT32_MAX) m->start = moved(v, CTI_SPACE_FUNC, m->start);
}

ct_status cti_module_remap(cti_module *m, const cti_remap *remap) {
  mover v = {m, m->arena, remap, {0}};
  move_contents(&v);
  ct_buf_free(&v.out);
  return m->arena->error->status;
}
