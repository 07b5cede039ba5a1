/* print_types.c - core types in the text format: value types, definitions, and what imports ask for. Flows in: types of the model. Flows out: text.
 * https://webassembly.github.io/spec/core/text/types.html */
#include "text/print.h"

/* Abstract heap types: their names, and those of their nullable references where the text format has short ones. */
static const struct {
  const char *heap, *nullable;
} heap_names[] = {
    [CTI_HEAP_FUNC - CTI_HEAP_CONT] = {"func", "funcref"},
    [CTI_HEAP_EXTERN - CTI_HEAP_CONT] = {"extern", "externref"},
    [CTI_HEAP_ANY - CTI_HEAP_CONT] = {"any", "anyref"},
    [CTI_HEAP_NONE - CTI_HEAP_CONT] = {"none", "nullref"},
    [CTI_HEAP_NOEXTERN - CTI_HEAP_CONT] = {"noextern", "nullexternref"},
    [CTI_HEAP_NOFUNC - CTI_HEAP_CONT] = {"nofunc", "nullfuncref"},
    [CTI_HEAP_EQ - CTI_HEAP_CONT] = {"eq", "eqref"},
    [CTI_HEAP_STRUCT - CTI_HEAP_CONT] = {"struct", "structref"},
    [CTI_HEAP_ARRAY - CTI_HEAP_CONT] = {"array", "arrayref"},
    [CTI_HEAP_I31 - CTI_HEAP_CONT] = {"i31", "i31ref"},
    [CTI_HEAP_EXN - CTI_HEAP_CONT] = {"exn", "exnref"},
    [CTI_HEAP_NOEXN - CTI_HEAP_CONT] = {"noexn", "nullexnref"},
    [CTI_HEAP_CONT - CTI_HEAP_CONT] = {"cont", NULL},
    [CTI_HEAP_NOCONT - CTI_HEAP_CONT] = {"nocont", NULL},
};

static unsigned heap_row(cti_corevt type) { return (type & 0xff) - CTI_HEAP_CONT; }

static void keyword(cti_printer *p, const char *word) { cti_text_inked(&p->text, CTI_INK_TYPE, word); }

void cti_print_heaptype(cti_printer *p, const cti_scope *scope, cti_corevt type) {
  if (cti_vt_is_concrete(type)) {
    if (type & CTI_VT_EXACT) cti_text_open(&p->text, "exact ");
    cti_print_sort_index(p, scope, CTI_SORT_CORE_TYPE, cti_vt_index(type));
    if (type & CTI_VT_EXACT) cti_text_close(&p->text);
    return;
  }
  if (type & CTI_VT_SHARED) cti_text_open(&p->text, "shared ");
  keyword(p, heap_names[heap_row(type)].heap);
  if (type & CTI_VT_SHARED) cti_text_close(&p->text);
}

static void print_reftype(cti_printer *p, const cti_scope *scope, cti_corevt type) {
  bool nullable = (type & CTI_VT_NULLABLE) != 0;
  bool is_short = nullable && !cti_vt_is_concrete(type) && !(type & CTI_VT_SHARED) && heap_names[heap_row(type)].nullable;
  if (is_short) {
    keyword(p, heap_names[heap_row(type)].nullable);
    return;
  }
  cti_text_open(&p->text, nullable ? "ref" : "ref ");
  if (nullable) cti_text_lit(&p->text, " null ");
  cti_print_heaptype(p, scope, type);
  cti_text_close(&p->text);
}

void cti_print_valtype(cti_printer *p, const cti_scope *scope, cti_corevt type) {
  switch (type) {
    case CTI_VT_I32: keyword(p, "i32"); break;
    case CTI_VT_I64: keyword(p, "i64"); break;
    case CTI_VT_F32: keyword(p, "f32"); break;
    case CTI_VT_F64: keyword(p, "f64"); break;
    case CTI_VT_V128: keyword(p, "v128"); break;
    case CTI_VT_I8: cti_text_lit(&p->text, "i8"); break;
    case CTI_VT_I16: cti_text_lit(&p->text, "i16"); break;
    default: print_reftype(p, scope, type);
  }
}

void cti_print_type_use(cti_printer *p, const cti_scope *scope, uint32_t type) {
  cti_text_open(&p->text, "type ");
  cti_print_sort_index(p, scope, CTI_SORT_CORE_TYPE, type);
  cti_text_close(&p->text);
}

/* ---- parameters and locals */

static const cti_shown *local_name(const cti_scope *scope, cti_param_names names, uint32_t owner, uint32_t index, const char **group) {
  const cti_name_pairs *pairs = names == CTI_PARAMS_OF_FUNC ? &scope->locals : names == CTI_PARAMS_OF_TYPE ? &scope->params : &scope->tag_params;
  *group = pairs->what;
  return names == CTI_PARAMS_UNNAMED ? NULL : cti_shown_pair(pairs, owner, index);
}

void cti_print_local(cti_printer *p, cti_locals_printer *l, const cti_scope *scope, cti_corevt type, cti_param_names names, uint32_t owner, uint32_t index) {
  cti_text *t = &p->text;
  const char *group;
  const cti_shown *shown = local_name(scope, names, owner, index, &group);
  bool made_up = !shown && names == CTI_PARAMS_OF_FUNC && p->options->name_unnamed;
  if (shown) cti_print_locals_end(p, l);
  if (l->begun) cti_text_char(t, ' ');
  l->begun = true;
  if (!l->in_group) {
    cti_text_open(t, l->keyword);
    cti_text_char(t, ' ');
    l->in_group = true;
  }
  if (shown) cti_print_shown_defined(p, shown, group, index);
  if (made_up) cti_text_printf(t, "$#local%u", index);
  if (shown || made_up) cti_text_char(t, ' ');
  cti_print_valtype(p, scope, type);
  if (shown || made_up) cti_print_locals_end(p, l);
}

void cti_print_locals_end(cti_printer *p, cti_locals_printer *l) {
  if (l->in_group) cti_text_close(&p->text);
  l->in_group = false;
}

static void print_func_type(cti_printer *p, const cti_scope *scope, const cti_subtype *type, cti_param_names names, uint32_t owner) {
  cti_locals_printer params = {.keyword = "param"};
  if (type->param_count) cti_text_char(&p->text, ' ');
  for (uint32_t i = 0; i < type->param_count; i++) cti_print_local(p, &params, scope, type->types[i], names, owner, i);
  cti_print_locals_end(p, &params);
  if (type->result_count == 0) return;
  cti_text_char(&p->text, ' ');
  cti_text_open(&p->text, "result");
  for (uint32_t i = 0; i < type->result_count; i++) {
    cti_text_char(&p->text, ' ');
    cti_print_valtype(p, scope, type->types[type->param_count + i]);
  }
  cti_text_close(&p->text);
}

/* Only a plain function type is repeated behind its use; others have no inline form. */
uint32_t cti_print_func_type_use(cti_printer *p, const cti_scope *scope, uint32_t type, cti_param_names names, uint32_t owner) {
  cti_print_type_use(p, scope, type);
  const cti_subtype *t = type < scope->types.count ? scope->types.items[type] : NULL;
  if (!t || t->kind != CTI_COMPOSITE_FUNC || t->shared || t->descriptor != UINT32_MAX || t->describes != UINT32_MAX) return 0;
  print_func_type(p, scope, t, names, owner);
  return t->param_count;
}

/* ---- definitions */

static void print_field(cti_printer *p, const cti_scope *scope, const cti_field *field) {
  if (field->is_mutable) cti_text_lit(&p->text, "(mut ");
  cti_print_valtype(p, scope, field->type);
  if (field->is_mutable) cti_text_char(&p->text, ')');
}

static void print_fields(cti_printer *p, const cti_scope *scope, const cti_subtype *type, uint32_t index) {
  for (uint32_t i = 0; i < type->field_count; i++) {
    const cti_shown *shown = cti_shown_pair(&scope->fields, index, i);
    cti_text_lit(&p->text, " (field ");
    if (shown) cti_print_shown(p, shown, "field", i);
    else if (p->options->name_unnamed) cti_text_printf(&p->text, "$#field%u", i);
    if (shown || p->options->name_unnamed) cti_text_char(&p->text, ' ');
    print_field(p, scope, &type->fields[i]);
    cti_text_char(&p->text, ')');
  }
}

static void print_clause(cti_printer *p, const cti_scope *scope, const char *word, uint32_t type) {
  if (type == UINT32_MAX) return;
  cti_text_open(&p->text, word);
  cti_text_char(&p->text, ' ');
  cti_print_sort_index(p, scope, CTI_SORT_CORE_TYPE, type);
  cti_text_close(&p->text);
  cti_text_char(&p->text, ' ');
}

static void print_composite(cti_printer *p, const cti_scope *scope, const cti_subtype *type, uint32_t index) {
  static const char *const words[] = {[CTI_COMPOSITE_FUNC] = "func", [CTI_COMPOSITE_STRUCT] = "struct", [CTI_COMPOSITE_ARRAY] = "array", [CTI_COMPOSITE_CONT] = "cont"};
  if (type->shared) {
    cti_text_open(&p->text, "shared");
    cti_text_char(&p->text, ' ');
  }
  print_clause(p, scope, "describes", type->describes);
  print_clause(p, scope, "descriptor", type->descriptor);
  cti_text_open(&p->text, words[type->kind]);
  switch (type->kind) {
    case CTI_COMPOSITE_FUNC: print_func_type(p, scope, type, CTI_PARAMS_OF_TYPE, index); break;
    case CTI_COMPOSITE_STRUCT: print_fields(p, scope, type, index); break;
    case CTI_COMPOSITE_ARRAY: cti_text_char(&p->text, ' '); print_field(p, scope, type->fields); break;
    case CTI_COMPOSITE_CONT: cti_text_char(&p->text, ' '); cti_print_sort_index(p, scope, CTI_SORT_CORE_TYPE, type->cont); break;
  }
  cti_text_close(&p->text);
  if (type->shared) cti_text_close(&p->text);
}

static void print_subtype(cti_printer *p, const cti_scope *scope, const cti_subtype *type, uint32_t index) {
  bool is_sub = !type->is_final || type->super_count;
  if (is_sub) {
    const uint32_t *supers = type->super_count > 1 ? type->supers : &type->super;
    cti_text_open(&p->text, "sub");
    cti_text_str(&p->text, type->is_final ? " final " : " ");
    for (uint32_t i = 0; i < type->super_count; i++) {
      cti_print_sort_index(p, scope, CTI_SORT_CORE_TYPE, supers[i]);
      cti_text_char(&p->text, ' ');
    }
  }
  print_composite(p, scope, type, index);
  if (is_sub) cti_text_close(&p->text);
}

static void print_type(cti_printer *p, cti_scope *scope, const cti_subtype *type, bool in_component) {
  cti_text_open(&p->text, in_component ? "core type " : "type ");
  cti_print_sort_definition(p, scope, CTI_SORT_CORE_TYPE);
  cti_text_char(&p->text, ' ');
  print_subtype(p, scope, type, scope->count[CTI_SORT_CORE_TYPE]);
  cti_text_close(&p->text);
  scope->count[CTI_SORT_CORE_TYPE]++;
  if (!cti_vec_push(p->arena, &scope->types, type)) p->text.failed = true;
}

void cti_print_rec_group(cti_printer *p, cti_scope *scope, const cti_subtype *types, uint32_t count, bool written, uint64_t place, bool in_component) {
  if (!written) {
    for (uint32_t i = 0; i < count; i++) print_type(p, scope, &types[i], in_component);
    return;
  }
  cti_text_open(&p->text, in_component ? "core rec" : "rec");
  for (uint32_t i = 0; i < count; i++) {
    cti_text_newline(&p->text, place == CTI_NO_PLACE ? place : place + 2);
    print_type(p, scope, &types[i], false);
  }
  cti_text_close(&p->text);
}

/* ---- what imports and definitions have in common; each leaves its group open */

static void open_item(cti_printer *p, const cti_scope *scope, const char *word, cti_sort sort, bool with_index) {
  cti_text_open(&p->text, word);
  if (!with_index) return;
  cti_print_sort_definition(p, scope, sort);
  cti_text_char(&p->text, ' ');
}

static void print_limits(cti_printer *p, const cti_limits *limits) {
  cti_text_ink(&p->text, CTI_INK_LITERAL);
  cti_text_u64(&p->text, limits->min);
  if (limits->has_max) {
    cti_text_char(&p->text, ' ');
    cti_text_u64(&p->text, limits->max);
  }
  cti_text_plain(&p->text);
}

void cti_print_table_type(cti_printer *p, const cti_scope *scope, const cti_table_type *type, bool with_index) {
  open_item(p, scope, "table ", CTI_SORT_CORE_TABLE, with_index);
  if (type->limits.shared) keyword(p, "shared ");
  if (type->limits.is_64) keyword(p, "i64 ");
  print_limits(p, &type->limits);
  cti_text_char(&p->text, ' ');
  cti_print_valtype(p, scope, type->element);
}

void cti_print_memory_type(cti_printer *p, const cti_scope *scope, const cti_limits *type, bool with_index) {
  open_item(p, scope, "memory ", CTI_SORT_CORE_MEMORY, with_index);
  if (type->is_64) keyword(p, "i64 ");
  print_limits(p, type);
  if (type->shared) keyword(p, " shared");
  if (!type->has_page_log2) return;
  cti_text_char(&p->text, ' ');
  cti_text_open(&p->text, "pagesize ");
  cti_text_lit(&p->text, "0x");
  cti_text_hex(&p->text, (uint64_t)1 << type->page_log2);
  cti_text_close(&p->text);
}

void cti_print_global_type(cti_printer *p, const cti_scope *scope, const cti_global_type *type, bool with_index) {
  open_item(p, scope, "global ", CTI_SORT_CORE_GLOBAL, with_index);
  bool grouped = type->shared || type->is_mutable;
  if (grouped) cti_text_char(&p->text, '(');
  if (type->shared) keyword(p, "shared ");
  if (type->is_mutable) keyword(p, "mut ");
  cti_print_valtype(p, scope, type->type);
  if (grouped) cti_text_char(&p->text, ')');
}

void cti_print_tag_type(cti_printer *p, const cti_scope *scope, uint32_t type, bool with_index) {
  open_item(p, scope, "tag ", CTI_SORT_CORE_TAG, with_index);
  cti_print_func_type_use(p, scope, type, with_index ? CTI_PARAMS_OF_TAG : CTI_PARAMS_UNNAMED, scope->count[CTI_SORT_CORE_TAG]);
}

static void print_func_import(cti_printer *p, const cti_scope *scope, const cti_extern_type *type, bool with_index) {
  open_item(p, scope, "func ", CTI_SORT_CORE_FUNC, with_index);
  if (type->exact) cti_text_open(&p->text, "exact ");
  cti_print_func_type_use(p, scope, type->type, CTI_PARAMS_OF_FUNC, scope->count[CTI_SORT_CORE_FUNC]);
  if (type->exact) cti_text_close(&p->text);
}

void cti_print_extern_type(cti_printer *p, const cti_scope *scope, const cti_extern_type *type, bool with_index) {
  switch (type->kind) {
    case CTI_EXTERN_FUNC: print_func_import(p, scope, type, with_index); break;
    case CTI_EXTERN_TABLE: cti_print_table_type(p, scope, &type->of.table, with_index); break;
    case CTI_EXTERN_MEMORY: cti_print_memory_type(p, scope, &type->of.memory, with_index); break;
    case CTI_EXTERN_GLOBAL: cti_print_global_type(p, scope, &type->of.global, with_index); break;
    case CTI_EXTERN_TAG: cti_print_tag_type(p, scope, type->type, with_index); break;
    case CTI_EXTERN_KINDS: break;
  }
}

void cti_print_import(cti_printer *p, const cti_scope *scope, const cti_import *import, bool with_index) {
  cti_text_open(&p->text, "import ");
  cti_text_quoted(&p->text, import->module);
  cti_text_char(&p->text, ' ');
  cti_text_quoted(&p->text, import->name);
  cti_text_char(&p->text, ' ');
  cti_print_extern_type(p, scope, &import->type, with_index);
  cti_text_close(&p->text);
  cti_text_close(&p->text);
}

cti_sort cti_sort_of_extern(cti_extern_kind kind) {
  static const cti_sort sorts[] = {CTI_SORT_CORE_FUNC, CTI_SORT_CORE_TABLE, CTI_SORT_CORE_MEMORY, CTI_SORT_CORE_GLOBAL, CTI_SORT_CORE_TAG};
  return sorts[kind];
}
