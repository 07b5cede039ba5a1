/* calls_code.c - the calls that stand in the code and segments of core modules. Flows in: an instance. Flows out: calls, and what its tables hold.
 * An indirect call whose index is the constant before it reaches that slot alone, while no code writes to the table: so do the shims of `component new`. */
#include "core/opcode.h"
#include "inspect/calls.h"

static ct_status failed(const cti_calls *c) { return c->arena->error->status; }

/* ---- functions that nobody names */

static uint32_t class_of(const cti_calls *c, uint32_t instance, uint32_t type) {
  const cti_calls_module *m = c->instances.items[instance].of;
  return type < m->module.types.count ? m->classes[type] : UINT32_MAX;
}

static uint32_t func_class(const cti_calls *c, uint32_t instance, uint32_t func) {
  const cti_module *m = &c->instances.items[instance].of->module;
  return func < m->funcs.count ? class_of(c, instance, m->funcs.items[func].type) : UINT32_MAX;
}

/* Any function of a class in a table; with UINT32_MAX for the table, any that a reference was taken of. */
static uint32_t any_func(cti_calls *c, uint32_t table, uint32_t class) {
  uint32_t caller = c->callers.count;
  bool added;
  if (class == UINT32_MAX || cti_map_add_u64(&c->table_of, c->arena, (uint64_t)table << 32 | class, &caller, &added) != CT_OK) return UINT32_MAX;
  const cti_caller made = {.kind = table == UINT32_MAX ? CTI_CALLER_REFS : CTI_CALLER_TABLE, .instance = table, .index = class};
  return added && !cti_vec_push_large(c->arena, &c->callers, made) ? UINT32_MAX : caller;
}

static ct_status take_reference(cti_calls *c, uint32_t instance, uint32_t func) {
  return cti_calls_add(c, any_func(c, UINT32_MAX, func_class(c, instance, func)), cti_calls_func(c, instance, func));
}

/* ---- segments */

/* The function of element `i`; UINT32_MAX when it is none that is known. */
static uint32_t element(const cti_elem *elem, uint32_t i) {
  cti_instr instr;
  if (!elem->is_exprs) return elem->funcs[i];
  return cti_expr_single(&instr, &elem->exprs[i]) && instr.op == CTI_OP_REF_FUNC ? instr.a : UINT32_MAX;
}

static ct_status add_slot(cti_calls *c, uint32_t instance, uint32_t table, uint32_t index, uint32_t func) {
  const cti_slot slot = {table, index, cti_calls_func(c, instance, func), func_class(c, instance, func)};
  if (slot.func == UINT32_MAX || slot.class == UINT32_MAX || table == UINT32_MAX) return CT_OK;
  if (!cti_vec_push_large(c->arena, &c->slots, slot)) return failed(c);
  return index == UINT32_MAX ? CT_OK : cti_map_set_u64(&c->slot_of, c->arena, (uint64_t)table << 32 | index, c->slots.count - 1);
}

static ct_status segment(cti_calls *c, uint32_t instance, const cti_elem *elem) {
  cti_instr offset;
  bool is_active = elem->mode == CTI_SEGMENT_ACTIVE;
  bool is_fixed = is_active && cti_expr_single(&offset, &elem->offset_expr) && offset.op == CTI_OP_I32_CONST;
  uint32_t table = is_active ? cti_calls_table(c, instance, elem->table) : UINT32_MAX;
  for (uint32_t i = 0; i < elem->count; i++) {
    uint32_t func = element(elem, i);
    if (func == UINT32_MAX) continue;
    if (!is_active) CTI_TRY(take_reference(c, instance, func));
    else CTI_TRY(add_slot(c, instance, table, is_fixed ? (uint32_t)offset.value + i : UINT32_MAX, func));
  }
  return failed(c);
}

ct_status cti_calls_of_segments(cti_calls *c, uint32_t instance) {
  const cti_calls_module *of = c->instances.items[instance].of;
  for (uint32_t i = 0; of && i < of->module.elems.count; i++) CTI_TRY(segment(c, instance, &of->module.elems.items[i]));
  for (uint32_t i = 0; of && i < of->module.globals.count; i++) {
    const cti_expr *init = &of->module.globals.items[i].init;
    cti_instr instr;
    if (init->bytes.size && cti_expr_single(&instr, init) && instr.op == CTI_OP_REF_FUNC) CTI_TRY(take_reference(c, instance, instr.a));
  }
  return CT_OK;
}

/* ---- bodies */

typedef struct reader {
  cti_calls *c;
  uint32_t instance, caller;
  cti_instr before; /* the instruction before this one */
} reader;

static void write_table(reader *r, uint32_t index) {
  uint32_t table = cti_calls_table(r->c, r->instance, index);
  if (table != UINT32_MAX) r->c->is_written.items[table] = true;
}

static ct_status call_indirect(reader *r, const cti_instr *instr) {
  cti_calls *c = r->c;
  uint32_t table = cti_calls_table(c, r->instance, instr->b), class = class_of(c, r->instance, instr->a);
  if (table == UINT32_MAX) return cti_calls_add(c, r->caller, any_func(c, UINT32_MAX, class));
  uint32_t slot = r->before.op == CTI_OP_I32_CONST ? cti_map_get_u64(&c->slot_of, (uint64_t)table << 32 | (uint32_t)r->before.value) : CTI_MAP_NONE;
  if (slot == CTI_MAP_NONE || c->is_written.items[table]) return cti_calls_add(c, r->caller, any_func(c, table, class));
  return cti_calls_add(c, r->caller, c->slots.items[slot].func);
}

static ct_status instruction(reader *r, const cti_instr *instr) {
  switch (instr->op) {
  case CTI_OP_CALL:
  case CTI_OP_RETURN_CALL: return cti_calls_add(r->c, r->caller, cti_calls_func(r->c, r->instance, instr->a));
  case CTI_OP_CALL_INDIRECT:
  case CTI_OP_RETURN_CALL_INDIRECT: return call_indirect(r, instr);
  case CTI_OP_CALL_REF:
  case CTI_OP_RETURN_CALL_REF: return cti_calls_add(r->c, r->caller, any_func(r->c, UINT32_MAX, class_of(r->c, r->instance, instr->a)));
  case CTI_OP_REF_FUNC:
    CTI_TRY(take_reference(r->c, r->instance, instr->a));
    return cti_calls_add(r->c, r->caller, cti_calls_func(r->c, r->instance, instr->a));
  case CTI_OP_TABLE_SET:
  case CTI_OP_TABLE_GROW:
  case CTI_OP_TABLE_FILL:
  case CTI_OP_TABLE_COPY: write_table(r, instr->a); return CT_OK;
  case CTI_OP_TABLE_INIT: write_table(r, instr->b); return CT_OK;
  default: return CT_OK;
  }
}

/* Code that is malformed is read up to the break: validation tells of it. */
static ct_status body(cti_calls *c, uint32_t instance, uint32_t index, const cti_func *func) {
  ct_error malformed;
  ct_error_clear(&malformed);
  cti_cursor cursor = cti_cursor_make(func->body, func->body_offset, &malformed);
  reader r = {.c = c, .instance = instance, .caller = cti_calls_func(c, instance, index), .before.op = CTI_OP_NONE};
  cti_instr instr;
  cti_skip_locals(&cursor);
  while (cti_instr_next(&instr, &cursor)) {
    CTI_TRY(instruction(&r, &instr));
    r.before = instr;
  }
  return failed(c);
}

ct_status cti_calls_of_code(cti_calls *c, uint32_t instance) {
  const cti_calls_module *of = c->instances.items[instance].of;
  for (uint32_t i = of ? of->module.imported[CTI_EXTERN_FUNC] : 0; of && i < of->module.funcs.count; i++) CTI_TRY(body(c, instance, i, &of->module.funcs.items[i]));
  return CT_OK;
}

/* ---- tables */

ct_status cti_calls_of_tables(cti_calls *c) {
  for (uint32_t i = 0; i < c->slots.count; i++) {
    const cti_slot *slot = &c->slots.items[i];
    uint32_t any = cti_map_get_u64(&c->table_of, (uint64_t)slot->table << 32 | slot->class);
    if (any != CTI_MAP_NONE) CTI_TRY(cti_calls_add(c, any, slot->func));
  }
  for (uint32_t i = 0, count = c->table_of.count; i < count; i++) {
    uint32_t table = (uint32_t)(c->table_of.entries[i].number >> 32), class = (uint32_t)c->table_of.entries[i].number;
    if (table != UINT32_MAX && c->is_written.items[table]) CTI_TRY(cti_calls_add(c, c->table_of.entries[i].value, any_func(c, UINT32_MAX, class)));
  }
  return failed(c);
}
