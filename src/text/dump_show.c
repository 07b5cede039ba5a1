/* dump_show.c - core types and instructions in words, for the dumper. Flows in: what the readers gave. Flows out: one line's description. */
#include "text/dump.h"

#include "base/utf8.h"

/* ---- simple values */

static bool is_shown(uint32_t scalar) {
  if (scalar < 0xa0) return scalar >= 0x20 && scalar < 0x7f;
  bool hidden = scalar == 0xad || (scalar >= 0x200b && scalar <= 0x200f) || (scalar >= 0x2028 && scalar <= 0x202e) || (scalar >= 0x2060 && scalar <= 0x206f) || (scalar >= 0x0300 && scalar <= 0x036f) || (scalar >= 0xfe00 && scalar <= 0xfe0f) ||
                (scalar >= 0xe000 && scalar <= 0xf8ff) || scalar == 0xfeff || (scalar & 0xfffe) == 0xfffe || scalar >= 0xe0000;
  return !hidden;
}

void cti_show_string(cti_buf *out, ct_slice string) {
  cti_buf_u8(out, '"');
  for (size_t at = 0, length = 1; at < string.size; at += length ? length : 1) {
    uint32_t scalar = cti_utf8_decode(cti_slice_cut(string, at, string.size), &length);
    const char *short_form = scalar == 0 ? "\\0" : scalar == '\t' ? "\\t" : scalar == '\r' ? "\\r" : scalar == '\n' ? "\\n" : scalar == '"' ? "\\\"" : scalar == '\\' ? "\\\\" : NULL;
    if (short_form) cti_buf_str(out, short_form);
    else if (is_shown(scalar)) cti_buf_bytes(out, cti_slice_cut(string, at, at + length));
    else cti_buf_printf(out, "\\u{%x}", scalar);
  }
  cti_buf_u8(out, '"');
}

void cti_show_optional(cti_buf *out, bool present, uint64_t value) {
  if (present) cti_buf_printf(out, "Some(%llu)", (unsigned long long)value);
  else cti_buf_str(out, "None");
}

void cti_show_bool(cti_buf *out, bool value) { cti_buf_str(out, value ? "true" : "false"); }

void cti_show_bytes(cti_buf *out, ct_slice bytes) {
  cti_buf_u8(out, '[');
  for (size_t i = 0; i < bytes.size; i++) cti_buf_printf(out, i ? ", %u" : "%u", bytes.data[i]);
  cti_buf_u8(out, ']');
}

/* ---- types */

static const struct {
  const char *short_name, *name, *nullable;
} heap_names[] = {
    [CTI_HEAP_FUNC - CTI_HEAP_CONT] = {"func", "Func", "func"},         [CTI_HEAP_EXTERN - CTI_HEAP_CONT] = {"extern", "Extern", "extern"},
    [CTI_HEAP_ANY - CTI_HEAP_CONT] = {"any", "Any", "any"},             [CTI_HEAP_NONE - CTI_HEAP_CONT] = {"none", "None", "null"},
    [CTI_HEAP_EQ - CTI_HEAP_CONT] = {"eq", "Eq", "eq"},                 [CTI_HEAP_I31 - CTI_HEAP_CONT] = {"i31", "I31", "i31"},
    [CTI_HEAP_STRUCT - CTI_HEAP_CONT] = {"struct", "Struct", "struct"}, [CTI_HEAP_ARRAY - CTI_HEAP_CONT] = {"array", "Array", "array"},
    [CTI_HEAP_EXN - CTI_HEAP_CONT] = {"exn", "Exn", "exn"},             [CTI_HEAP_CONT - CTI_HEAP_CONT] = {"cont", "Cont", "cont"},
    [CTI_HEAP_NOEXTERN - CTI_HEAP_CONT] = {"noextern", "NoExtern", "nullextern"}, [CTI_HEAP_NOFUNC - CTI_HEAP_CONT] = {"nofunc", "NoFunc", "nullfunc"},
    [CTI_HEAP_NOEXN - CTI_HEAP_CONT] = {"noexn", "NoExn", "nullexn"},   [CTI_HEAP_NOCONT - CTI_HEAP_CONT] = {"nocont", "NoCont", "nullcont"},
};

static unsigned heap_row(cti_corevt type) { return (type & 0xff) - CTI_HEAP_CONT; }

static void show_reftype(cti_buf *out, cti_corevt type) {
  bool nullable = (type & CTI_VT_NULLABLE) != 0, shared = (type & CTI_VT_SHARED) != 0;
  if (cti_vt_is_concrete(type)) {
    const char *format = type & CTI_VT_EXACT ? "(ref (exact (module %u)))" : nullable ? "(ref null (module %u))" : "(ref (module %u))";
    cti_buf_printf(out, format, cti_vt_index(type));
  } else if (nullable) {
    cti_buf_printf(out, shared ? "(shared %sref)" : "%sref", heap_names[heap_row(type)].nullable);
  } else {
    cti_buf_printf(out, shared ? "(ref (shared %s))" : "(ref %s)", heap_names[heap_row(type)].short_name);
  }
}

static const char *number_name(cti_corevt type) {
  switch (type) {
    case CTI_VT_I32: return "i32";
    case CTI_VT_I64: return "i64";
    case CTI_VT_F32: return "f32";
    case CTI_VT_F64: return "f64";
    case CTI_VT_V128: return "v128";
    case CTI_VT_I8: return "i8";
    case CTI_VT_I16: return "i16";
    default: return NULL;
  }
}

void cti_show_valtype_short(cti_buf *out, cti_corevt type) {
  const char *name = number_name(type);
  if (name) cti_buf_str(out, name);
  else show_reftype(out, type);
}

void cti_show_valtype(cti_buf *out, cti_corevt type) {
  const char *name = number_name(type);
  if (name) {
    cti_buf_u8(out, (uint8_t)(name[0] - 'a' + 'A'));
    cti_buf_str(out, name + 1);
    return;
  }
  cti_buf_str(out, "Ref(");
  show_reftype(out, type);
  cti_buf_u8(out, ')');
}

void cti_show_heaptype(cti_buf *out, cti_corevt type) {
  if (cti_vt_is_concrete(type)) {
    cti_buf_printf(out, type & CTI_VT_EXACT ? "Exact(Module(%u))" : "Concrete(Module(%u))", cti_vt_index(type));
    return;
  }
  cti_buf_printf(out, "Abstract { shared: %s, ty: %s }", type & CTI_VT_SHARED ? "true" : "false", heap_names[heap_row(type)].name);
}

static void show_valtypes(cti_buf *out, const cti_corevt *types, uint32_t count) {
  cti_buf_u8(out, '[');
  for (uint32_t i = 0; i < count; i++) {
    if (i) cti_buf_str(out, ", ");
    cti_show_valtype(out, types[i]);
  }
  cti_buf_u8(out, ']');
}

static void show_index(cti_buf *out, uint32_t index) { cti_buf_printf(out, "CoreTypeIndex { kind: \"module\", index: %u }", index); }

static void show_optional_index(cti_buf *out, uint32_t index) {
  if (index == UINT32_MAX) {
    cti_buf_str(out, "None");
    return;
  }
  cti_buf_str(out, "Some(");
  show_index(out, index);
  cti_buf_u8(out, ')');
}

static void show_field(cti_buf *out, const cti_field *field) {
  bool packed = field->type == CTI_VT_I8 || field->type == CTI_VT_I16;
  cti_buf_str(out, packed ? "FieldType { element_type: " : "FieldType { element_type: Val(");
  cti_show_valtype(out, field->type);
  cti_buf_printf(out, packed ? ", mutable: %s }" : "), mutable: %s }", field->is_mutable ? "true" : "false");
}

static void show_composite(cti_buf *out, const cti_subtype *type) {
  switch (type->kind) {
    case CTI_COMPOSITE_FUNC:
      cti_buf_str(out, "Func(FuncType { params: ");
      show_valtypes(out, type->types, type->param_count);
      cti_buf_str(out, ", results: ");
      show_valtypes(out, type->param_count ? type->types + type->param_count : type->types, type->result_count);
      cti_buf_str(out, " })");
      break;
    case CTI_COMPOSITE_STRUCT:
      cti_buf_str(out, "Struct(StructType { fields: [");
      for (uint32_t i = 0; i < type->field_count; i++) {
        if (i) cti_buf_str(out, ", ");
        show_field(out, &type->fields[i]);
      }
      cti_buf_str(out, "] })");
      break;
    case CTI_COMPOSITE_ARRAY:
      cti_buf_str(out, "Array(ArrayType(");
      show_field(out, type->fields);
      cti_buf_str(out, "))");
      break;
    case CTI_COMPOSITE_CONT:
      cti_buf_str(out, "Cont(ContType(");
      show_index(out, type->cont);
      cti_buf_str(out, "))");
      break;
  }
}

static const uint32_t *supers_of(const cti_subtype *type) { return type->super_count > 1 ? type->supers : &type->super; }

void cti_show_subtype(cti_buf *out, const cti_subtype *type) {
  cti_buf_printf(out, "SubType { is_final: %s, supertype_idxs: [", type->is_final ? "true" : "false");
  for (uint32_t i = 0; i < type->super_count; i++) {
    if (i) cti_buf_str(out, ", ");
    show_index(out, supers_of(type)[i]);
  }
  cti_buf_str(out, "], composite_type: CompositeType { inner: ");
  show_composite(out, type);
  cti_buf_printf(out, ", shared: %s, descriptor_idx: ", type->shared ? "true" : "false");
  show_optional_index(out, type->descriptor);
  cti_buf_str(out, ", describes_idx: ");
  show_optional_index(out, type->describes);
  cti_buf_str(out, " } }");
}

static void show_field_short(cti_buf *out, const cti_field *field) {
  if (field->is_mutable) cti_buf_str(out, "(mut ");
  cti_show_valtype_short(out, field->type);
  if (field->is_mutable) cti_buf_u8(out, ')');
}

static void show_group(cti_buf *out, const char *word, const cti_corevt *types, uint32_t count) {
  if (count == 0) return;
  cti_buf_printf(out, " (%s", word);
  for (uint32_t i = 0; i < count; i++) {
    cti_buf_u8(out, ' ');
    cti_show_valtype_short(out, types[i]);
  }
  cti_buf_u8(out, ')');
}

static void show_composite_short(cti_buf *out, const cti_subtype *type) {
  static const char *const words[] = {[CTI_COMPOSITE_FUNC] = "(func", [CTI_COMPOSITE_STRUCT] = "(struct", [CTI_COMPOSITE_ARRAY] = "(array", [CTI_COMPOSITE_CONT] = "(cont"};
  if (type->shared) cti_buf_str(out, "(shared ");
  cti_buf_str(out, words[type->kind]);
  if (type->kind == CTI_COMPOSITE_FUNC) {
    show_group(out, "param", type->types, type->param_count);
    show_group(out, "result", type->param_count ? type->types + type->param_count : type->types, type->result_count);
  }
  for (uint32_t i = 0; i < type->field_count; i++) {
    cti_buf_u8(out, ' ');
    show_field_short(out, &type->fields[i]);
  }
  if (type->kind == CTI_COMPOSITE_CONT) cti_buf_printf(out, " (module %u)", type->cont);
  cti_buf_u8(out, ')');
  if (type->shared) cti_buf_u8(out, ')');
}

void cti_show_subtype_short(cti_buf *out, const cti_subtype *type) {
  bool is_sub = !type->is_final || type->super_count;
  if (is_sub) {
    cti_buf_str(out, type->is_final ? "(sub final " : "(sub ");
    for (uint32_t i = 0; i < type->super_count; i++) cti_buf_printf(out, "(module %u) ", supers_of(type)[i]);
  }
  show_composite_short(out, type);
  if (is_sub) cti_buf_u8(out, ')');
}

/* ---- what is imported, defined and exported */

void cti_show_table_type(cti_buf *out, const cti_table_type *type) {
  const cti_limits *limits = &type->limits;
  cti_buf_str(out, "TableType { element_type: ");
  show_reftype(out, type->element);
  cti_buf_printf(out, ", table64: %s, initial: %llu, maximum: ", limits->is_64 ? "true" : "false", (unsigned long long)limits->min);
  cti_show_optional(out, limits->has_max, limits->max);
  cti_buf_printf(out, ", shared: %s }", limits->shared ? "true" : "false");
}

void cti_show_memory_type(cti_buf *out, const cti_limits *type) {
  cti_buf_printf(out, "MemoryType { memory64: %s, shared: %s, initial: %llu, maximum: ", type->is_64 ? "true" : "false", type->shared ? "true" : "false", (unsigned long long)type->min);
  cti_show_optional(out, type->has_max, type->max);
  cti_buf_str(out, ", page_size_log2: ");
  cti_show_optional(out, type->has_page_log2, type->page_log2);
  cti_buf_str(out, " }");
}

void cti_show_global_type(cti_buf *out, const cti_global_type *type) {
  cti_buf_str(out, "GlobalType { content_type: ");
  cti_show_valtype(out, type->type);
  cti_buf_printf(out, ", mutable: %s, shared: %s }", type->is_mutable ? "true" : "false", type->shared ? "true" : "false");
}

void cti_show_tag_type(cti_buf *out, uint32_t type) { cti_buf_printf(out, "TagType { kind: Exception, func_type_idx: %u }", type); }

void cti_show_extern_type(cti_buf *out, const cti_extern_type *type) {
  static const char *const words[] = {[CTI_EXTERN_FUNC] = "Func(", [CTI_EXTERN_TABLE] = "Table(", [CTI_EXTERN_MEMORY] = "Memory(", [CTI_EXTERN_GLOBAL] = "Global(", [CTI_EXTERN_TAG] = "Tag("};
  cti_buf_str(out, type->exact ? "FuncExact(" : words[type->kind]);
  switch (type->kind) {
    case CTI_EXTERN_FUNC: cti_buf_printf(out, "%u", type->type); break;
    case CTI_EXTERN_TABLE: cti_show_table_type(out, &type->of.table); break;
    case CTI_EXTERN_MEMORY: cti_show_memory_type(out, &type->of.memory); break;
    case CTI_EXTERN_GLOBAL: cti_show_global_type(out, &type->of.global); break;
    case CTI_EXTERN_TAG: cti_show_tag_type(out, type->type); break;
    case CTI_EXTERN_KINDS: break;
  }
  cti_buf_u8(out, ')');
}

void cti_show_import(cti_buf *out, const cti_import *import) {
  cti_buf_str(out, "Import { module: ");
  cti_show_string(out, import->module);
  cti_buf_str(out, ", name: ");
  cti_show_string(out, import->name);
  cti_buf_str(out, ", ty: ");
  cti_show_extern_type(out, &import->type);
  cti_buf_str(out, " }");
}
