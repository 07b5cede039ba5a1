/* core_write.c - single things of core modules to bytes. Flows in: a thing of the model. Flows out: its shortest form at the end of a buffer. */
#include "core/core_write.h"

#include "core/codes.h"

void cti_write_heaptype(cti_buf *out, cti_corevt type) {
  if (cti_vt_is_concrete(type)) {
    if (type & CTI_VT_EXACT) {
      cti_buf_u8(out, CTI_CODE_EXACT);
      cti_buf_uleb(out, cti_vt_index(type));
    } else {
      cti_buf_sleb(out, cti_vt_index(type));
    }
    return;
  }
  if (type & CTI_VT_SHARED) cti_buf_u8(out, CTI_CODE_SHARED);
  cti_buf_u8(out, (uint8_t)type);
}

void cti_write_valtype(cti_buf *out, cti_corevt type) {
  bool is_short = !cti_vt_is_concrete(type) && (type & CTI_VT_NULLABLE);
  if (!cti_vt_is_ref(type)) {
    cti_buf_u8(out, (uint8_t)type);
    return;
  }
  if (!is_short) cti_buf_u8(out, type & CTI_VT_NULLABLE ? CTI_CODE_REF_NULL : CTI_CODE_REF);
  cti_write_heaptype(out, type);
}

void cti_write_limits(cti_buf *out, const cti_limits *limits) {
  unsigned flags = (limits->has_max ? CTI_LIMITS_MAX : 0u) | (limits->shared ? CTI_LIMITS_SHARED : 0u) | (limits->is_64 ? CTI_LIMITS_64 : 0u) | (limits->has_page_log2 ? CTI_LIMITS_PAGE : 0u);
  cti_buf_u8(out, (uint8_t)flags);
  cti_buf_uleb(out, limits->min);
  if (limits->has_max) cti_buf_uleb(out, limits->max);
  if (limits->has_page_log2) cti_buf_uleb(out, limits->page_log2);
}

void cti_write_table_type(cti_buf *out, const cti_table_type *type) {
  cti_write_valtype(out, type->element);
  cti_write_limits(out, &type->limits);
}

void cti_write_global_type(cti_buf *out, const cti_global_type *type) {
  cti_write_valtype(out, type->type);
  cti_buf_u8(out, (uint8_t)((type->is_mutable ? CTI_GLOBAL_MUTABLE : 0) | (type->shared ? CTI_GLOBAL_SHARED : 0)));
}

void cti_write_tag_type(cti_buf *out, uint32_t type) {
  cti_buf_u8(out, 0);
  cti_buf_uleb(out, type);
}

void cti_write_extern_type(cti_buf *out, const cti_extern_type *type) {
  cti_buf_u8(out, type->kind == CTI_EXTERN_FUNC && type->exact ? CTI_EXTERN_FUNC_EXACT : (uint8_t)type->kind);
  switch (type->kind) {
    case CTI_EXTERN_FUNC: cti_buf_uleb(out, type->type); break;
    case CTI_EXTERN_TABLE: cti_write_table_type(out, &type->of.table); break;
    case CTI_EXTERN_MEMORY: cti_write_limits(out, &type->of.memory); break;
    case CTI_EXTERN_GLOBAL: cti_write_global_type(out, &type->of.global); break;
    case CTI_EXTERN_TAG: cti_write_tag_type(out, type->type); break;
    case CTI_EXTERN_KINDS: break;
  }
}

/* ---- defined types */

static void write_valtypes(cti_buf *out, const cti_corevt *types, uint32_t count) {
  cti_buf_uleb(out, count);
  for (uint32_t i = 0; i < count; i++) cti_write_valtype(out, types[i]);
}

static void write_field(cti_buf *out, const cti_field *field) {
  cti_write_valtype(out, field->type);
  cti_buf_u8(out, field->is_mutable);
}

static void write_optional(cti_buf *out, uint8_t code, uint32_t index) {
  if (index == UINT32_MAX) return;
  cti_buf_u8(out, code);
  cti_buf_uleb(out, index);
}

void cti_write_subtype(cti_buf *out, const cti_subtype *type) {
  if (type->written || !type->is_final || type->super_count) {
    cti_buf_u8(out, type->is_final ? CTI_CODE_SUB_FINAL : CTI_CODE_SUB);
    cti_buf_uleb(out, type->super_count);
    const uint32_t *supers = type->super_count > 1 ? type->supers : &type->super;
    for (uint32_t i = 0; i < type->super_count; i++) cti_buf_uleb(out, supers[i]);
  }
  if (type->shared) cti_buf_u8(out, CTI_CODE_SHARED);
  write_optional(out, CTI_CODE_DESCRIBES, type->describes);
  write_optional(out, CTI_CODE_DESCRIPTOR, type->descriptor);
  switch (type->kind) {
    case CTI_COMPOSITE_FUNC:
      cti_buf_u8(out, CTI_CODE_FUNC);
      write_valtypes(out, type->types, type->param_count);
      write_valtypes(out, type->param_count ? type->types + type->param_count : type->types, type->result_count);
      break;
    case CTI_COMPOSITE_STRUCT:
      cti_buf_u8(out, CTI_CODE_STRUCT);
      cti_buf_uleb(out, type->field_count);
      for (uint32_t i = 0; i < type->field_count; i++) write_field(out, &type->fields[i]);
      break;
    case CTI_COMPOSITE_ARRAY:
      cti_buf_u8(out, CTI_CODE_ARRAY);
      write_field(out, type->fields);
      break;
    case CTI_COMPOSITE_CONT:
      cti_buf_u8(out, CTI_CODE_CONT);
      cti_buf_sleb(out, type->cont);
      break;
  }
}

/* ---- imports, exports, expressions */

void cti_write_import(cti_buf *out, const cti_import *import) {
  cti_buf_name(out, import->module);
  cti_buf_name(out, import->name);
  cti_write_extern_type(out, &import->type);
}

void cti_write_export(cti_buf *out, const cti_export *export_) {
  cti_buf_name(out, export_->name);
  cti_buf_u8(out, (uint8_t)export_->kind);
  cti_buf_uleb(out, export_->index);
}

void cti_write_expr(cti_buf *out, const cti_expr *expr) { cti_buf_bytes(out, expr->bytes); }

void cti_write_memarg(cti_buf *out, uint32_t align_log2, uint32_t memory, uint64_t offset) {
  cti_buf_uleb(out, align_log2 | (memory ? CTI_MEMARG_MEMORY : 0u));
  if (memory) cti_buf_uleb(out, memory);
  cti_buf_uleb(out, offset);
}
