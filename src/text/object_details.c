/* object_details.c - the items of each section in the layout of `wasm-objdump -x`. Flows in: the model. Flows out: one line for each item. */
#include <stdio.h>

#include "text/dump.h"
#include "text/object_dump.h"
#include "text/print.h"

void cti_object_type(cti_object *d, cti_corevt type) {
  cti_buf out = {0};
  cti_show_valtype_short(&out, type);
  if (cti_buf_check(&out, d->error) == CT_OK) cti_text_slice(&d->text, cti_buf_slice(&out));
  ct_buf_free(&out);
}

/* ---- types */

static void types(cti_object *d, const cti_corevt *items, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    if (i) cti_text_lit(&d->text, ", ");
    cti_object_type(d, items[i]);
  }
}

static void func_type(cti_object *d, const cti_subtype *type) {
  cti_text_char(&d->text, '(');
  types(d, type->types, type->param_count);
  cti_text_lit(&d->text, ") -> ");
  if (!type->result_count) cti_text_lit(&d->text, "nil");
  if (type->result_count > 1) cti_text_char(&d->text, '(');
  types(d, type->types + type->param_count, type->result_count);
  if (type->result_count > 1) cti_text_char(&d->text, ')');
}

static void fields(cti_object *d, const cti_subtype *type) {
  cti_text_str(&d->text, type->kind == CTI_COMPOSITE_ARRAY ? "(array" : "(struct");
  for (uint32_t i = 0; i < type->field_count; i++) {
    const char *form = type->fields[i].is_mutable ? "(mut " : "";
    cti_text_str(&d->text, type->kind == CTI_COMPOSITE_ARRAY ? " " : " (field ");
    cti_text_str(&d->text, form);
    cti_object_type(d, type->fields[i].type);
    if (*form) cti_text_char(&d->text, ')');
    if (type->kind != CTI_COMPOSITE_ARRAY) cti_text_char(&d->text, ')');
  }
  cti_text_char(&d->text, ')');
}

static void type_items(cti_object *d) {
  for (uint32_t i = 0; i < d->module.types.count; i++) {
    const cti_subtype *type = &d->module.types.items[i];
    cti_text_printf(&d->text, " - type[%u] ", i);
    if (type->kind == CTI_COMPOSITE_FUNC) func_type(d, type);
    else if (type->kind == CTI_COMPOSITE_CONT) cti_text_printf(&d->text, "(cont %u)", type->cont);
    else fields(d, type);
    cti_text_char(&d->text, '\n');
  }
}

/* ---- what imports and definitions have in common */

static void limits(cti_object *d, const cti_limits *l) {
  cti_text_printf(&d->text, "initial=%llu", (unsigned long long)l->min);
  if (l->has_max) cti_text_printf(&d->text, " max=%llu", (unsigned long long)l->max);
  if (l->shared) cti_text_lit(&d->text, " shared");
  if (l->is_64) cti_text_lit(&d->text, " i64");
}

static void table_type(cti_object *d, uint32_t index, const cti_table_type *type) {
  cti_text_printf(&d->text, " - table[%u] type=", index);
  cti_object_type(d, type->element);
  cti_text_char(&d->text, ' ');
  limits(d, &type->limits);
}

static void memory_type(cti_object *d, uint32_t index, const cti_limits *type) {
  cti_text_printf(&d->text, " - memory[%u] pages: ", index);
  limits(d, type);
}

static void global_type(cti_object *d, uint32_t index, const cti_global_type *type) {
  cti_text_printf(&d->text, " - global[%u] ", index);
  cti_object_type(d, type->type);
  cti_text_printf(&d->text, " mutable=%d", type->is_mutable);
}

static void func_of_type(cti_object *d, uint32_t index, uint32_t type) {
  cti_text_printf(&d->text, " - func[%u] sig=%u", index, type);
  cti_object_name(d, CTI_EXTERN_FUNC, index);
}

static void tag_of_type(cti_object *d, uint32_t index, uint32_t type) {
  cti_text_printf(&d->text, " - tag[%u] sig=%u", index, type);
  cti_object_name(d, CTI_EXTERN_TAG, index);
}

static void import_items(cti_object *d) {
  uint32_t next[CTI_EXTERN_KINDS] = {0};
  for (uint32_t i = 0; i < d->module.imports.count; i++) {
    const cti_import *import = &d->module.imports.items[i];
    const cti_extern_type *type = &import->type;
    uint32_t index = next[type->kind]++;
    switch (type->kind) {
      case CTI_EXTERN_FUNC: func_of_type(d, index, type->type); break;
      case CTI_EXTERN_TABLE: table_type(d, index, &type->of.table); break;
      case CTI_EXTERN_MEMORY: memory_type(d, index, &type->of.memory); break;
      case CTI_EXTERN_GLOBAL: global_type(d, index, &type->of.global); break;
      default: tag_of_type(d, index, type->type); break;
    }
    cti_text_lit(&d->text, " <- ");
    cti_text_slice(&d->text, import->module);
    cti_text_char(&d->text, '.');
    cti_text_slice(&d->text, import->name);
    cti_text_char(&d->text, '\n');
  }
}

/* ---- constant expressions */

void cti_object_words(cti_object *d, ct_slice bytes) {
  ct_error malformed = {0};
  cti_cursor c = cti_cursor_make(bytes, 0, &malformed);
  for (int i = 0; i < 4; i++) cti_text_printf(&d->text, i ? " 0x%08x" : "0x%08x", cti_cursor_u32_fixed(&c));
}

static void several(cti_object *d, const cti_expr *init) {
  ct_error malformed = {0};
  cti_cursor c = cti_cursor_make(init->bytes, init->offset, &malformed);
  cti_instr in;
  cti_text_char(&d->text, '(');
  for (bool first = true; cti_instr_next(&in, &c) && !cti_cursor_done(&c); first = false) {
    if (!first) cti_text_lit(&d->text, ", ");
    cti_text_str(&d->text, cti_opcodes[in.op].text);
    cti_object_immediates(d, &in);
  }
  cti_text_char(&d->text, ')');
}

/* Addresses have no sign. */
static void init_of(cti_object *d, const cti_expr *init, bool is_address) {
  cti_instr in;
  cti_text_lit(&d->text, " - init ");
  cti_op op = cti_expr_single(&in, init) ? in.op : CTI_OP_NONE;
  switch (op) {
    case CTI_OP_I32_CONST: cti_text_printf(&d->text, is_address ? "i32=%u" : "i32=%d", (uint32_t)in.value); break;
    case CTI_OP_I64_CONST: cti_text_printf(&d->text, "i64=%lld", (long long)in.value); break;
    case CTI_OP_F32_CONST:
    case CTI_OP_F64_CONST:
      cti_text_str(&d->text, op == CTI_OP_F64_CONST ? "f64=" : "f32=");
      cti_print_float_alone(&d->text, in.value, op == CTI_OP_F64_CONST);
      break;
    case CTI_OP_V128_CONST:
      cti_text_lit(&d->text, "v128=");
      cti_object_words(d, in.list);
      break;
    case CTI_OP_GLOBAL_GET:
      cti_text_printf(&d->text, "global=%u", in.a);
      cti_object_name(d, CTI_EXTERN_GLOBAL, in.a);
      break;
    case CTI_OP_REF_FUNC:
      cti_text_printf(&d->text, "ref.func %u", in.a);
      cti_object_name(d, CTI_EXTERN_FUNC, in.a);
      break;
    default: several(d, init); break;
  }
}

/* ---- definitions */

static void func_items(cti_object *d) {
  for (uint32_t i = d->module.imported[CTI_EXTERN_FUNC]; i < d->module.funcs.count; i++) {
    func_of_type(d, i, d->module.funcs.items[i].type);
    cti_text_char(&d->text, '\n');
  }
}

static void table_items(cti_object *d) {
  for (uint32_t i = d->module.imported[CTI_EXTERN_TABLE]; i < d->module.tables.count; i++) {
    table_type(d, i, &d->module.tables.items[i].type);
    cti_object_name(d, CTI_EXTERN_TABLE, i);
    cti_text_char(&d->text, '\n');
  }
}

static void memory_items(cti_object *d) {
  for (uint32_t i = d->module.imported[CTI_EXTERN_MEMORY]; i < d->module.memories.count; i++) {
    memory_type(d, i, &d->module.memories.items[i].type);
    cti_text_char(&d->text, '\n');
  }
}

static void tag_items(cti_object *d) {
  for (uint32_t i = d->module.imported[CTI_EXTERN_TAG]; i < d->module.tags.count; i++) {
    tag_of_type(d, i, d->module.tags.items[i].type);
    cti_text_char(&d->text, '\n');
  }
}

static void global_items(cti_object *d) {
  for (uint32_t i = d->module.imported[CTI_EXTERN_GLOBAL]; i < d->module.globals.count; i++) {
    global_type(d, i, &d->module.globals.items[i].type);
    cti_object_name(d, CTI_EXTERN_GLOBAL, i);
    init_of(d, &d->module.globals.items[i].init, false);
    cti_text_char(&d->text, '\n');
  }
}

static void export_items(cti_object *d) {
  static const char *const kinds[] = {"func", "table", "memory", "global", "tag"};
  for (uint32_t i = 0; i < d->module.exports.count; i++) {
    const cti_export *export_ = &d->module.exports.items[i];
    cti_text_printf(&d->text, " - %s[%u]", kinds[export_->kind], export_->index);
    if (export_->kind == CTI_EXTERN_FUNC) cti_object_name(d, CTI_EXTERN_FUNC, export_->index);
    cti_text_lit(&d->text, " -> \"");
    cti_text_slice(&d->text, export_->name);
    cti_text_lit(&d->text, "\"\n");
  }
}

static void start_item(cti_object *d) {
  cti_text_printf(&d->text, " - start function: %u", d->module.start);
  cti_object_name(d, CTI_EXTERN_FUNC, d->module.start);
  cti_text_char(&d->text, '\n');
}

static void data_count_item(cti_object *d) { cti_text_printf(&d->text, " - data count: %u\n", d->module.data_count); }

static void code_items(cti_object *d) {
  for (uint32_t i = d->module.imported[CTI_EXTERN_FUNC]; i < d->module.funcs.count; i++) {
    cti_text_printf(&d->text, " - func[%u] size=%zu", i, d->module.funcs.items[i].body.size);
    cti_object_name(d, CTI_EXTERN_FUNC, i);
    cti_text_char(&d->text, '\n');
  }
}

/* ---- segments */

/* Where a segment begins, when its offset is a constant; else 0. */
static uint64_t start_of(const cti_expr *offset, cti_segment_mode mode) {
  cti_instr in;
  if (mode != CTI_SEGMENT_ACTIVE || !cti_expr_single(&in, offset)) return 0;
  return in.op == CTI_OP_I32_CONST ? (uint32_t)in.value : in.op == CTI_OP_I64_CONST ? in.value : 0;
}

static void elem_expr(cti_object *d, const cti_expr *expr) {
  cti_instr in;
  bool single = cti_expr_single(&in, expr);
  if (single && in.op == CTI_OP_REF_FUNC) {
    cti_text_printf(&d->text, "func[%u]", in.a);
    cti_object_name(d, CTI_EXTERN_FUNC, in.a);
  } else if (single && in.op == CTI_OP_REF_NULL) {
    cti_text_lit(&d->text, "ref.null ");
    cti_object_type(d, in.heap | CTI_VT_REF | CTI_VT_NULLABLE);
  } else {
    several(d, expr);
  }
}

static void elem_items(cti_object *d) {
  for (uint32_t i = 0; i < d->module.elems.count; i++) {
    const cti_elem *elem = &d->module.elems.items[i];
    uint64_t start = start_of(&elem->offset_expr, elem->mode);
    cti_text_printf(&d->text, " - segment[%u] flags=%u table=%u count=%u", i, elem->flags, elem->table, elem->count);
    if (elem->mode == CTI_SEGMENT_ACTIVE) init_of(d, &elem->offset_expr, true);
    cti_text_char(&d->text, '\n');
    for (uint32_t j = 0; j < elem->count; j++) {
      cti_text_printf(&d->text, "  - elem[%llu] = ", (unsigned long long)(start + j));
      if (elem->is_exprs) elem_expr(d, &elem->exprs[j]);
      else cti_text_printf(&d->text, "func[%u]", elem->funcs[j]), cti_object_name(d, CTI_EXTERN_FUNC, elem->funcs[j]);
      cti_text_char(&d->text, '\n');
    }
  }
}

static void data_items(cti_object *d) {
  for (uint32_t i = 0; i < d->module.datas.count; i++) {
    const cti_data *data = &d->module.datas.items[i];
    cti_text_printf(&d->text, " - segment[%u]", i);
    cti_object_name(d, CTI_OBJECT_SEGMENT, i);
    if (data->mode == CTI_SEGMENT_ACTIVE) cti_text_printf(&d->text, " memory=%u size=%zu", data->memory, data->bytes.size), init_of(d, &data->offset_expr, true);
    else cti_text_printf(&d->text, " passive size=%zu", data->bytes.size);
    cti_text_char(&d->text, '\n');
    cti_object_bytes(d, data->bytes, start_of(&data->offset_expr, data->mode), "  - ");
  }
}

/* ---- all */

void cti_object_details(cti_object *d, const cti_section *section) {
  static void (*const items[CTI_SECTION_CODES])(cti_object *) = {
      [CTI_SECTION_TYPE] = type_items,     [CTI_SECTION_IMPORT] = import_items, [CTI_SECTION_FUNCTION] = func_items, [CTI_SECTION_TABLE] = table_items, [CTI_SECTION_MEMORY] = memory_items,
      [CTI_SECTION_TAG] = tag_items,       [CTI_SECTION_GLOBAL] = global_items, [CTI_SECTION_EXPORT] = export_items, [CTI_SECTION_START] = start_item,  [CTI_SECTION_ELEM] = elem_items,
      [CTI_SECTION_CODE] = code_items,     [CTI_SECTION_DATA] = data_items,     [CTI_SECTION_DATA_COUNT] = data_count_item};
  uint8_t id = section->frame.id;
  ct_error malformed = {0};
  cti_cursor c = cti_cursor_make(section->frame.payload, section->frame.payload_offset, &malformed);
  if (id == CTI_SECTION_CUSTOM) {
    cti_object_custom_details(d, section);
    return;
  }
  cti_text_str(&d->text, cti_object_section_name(id));
  if (id != CTI_SECTION_START && id != CTI_SECTION_DATA_COUNT) cti_text_printf(&d->text, "[%u]", cti_cursor_u32(&c));
  cti_text_lit(&d->text, ":\n");
  if (id < CTI_COUNT(items) && items[id]) items[id](d);
}
