/* type_encode.c - writes what type_decode.c reads, function for function: names, sorts, value types, and the definitions of types.
 * Flows in: parts of a component's model. Flows out: bytes, with the shortest form of each integer.
 * https://github.com/WebAssembly/component-model/blob/main/design/mvp/Binary.md#type-definitions */
#include "component/codec.h"
#include "core/core_write.h"

typedef struct deftype_info {
  uint8_t code;
  const char *layout;
} deftype_info;

static const deftype_info deftypes[] = {
#define CT_DEFTYPE(kind, code, name, layout) [CTI_DEF_##kind] = {code, layout},
#include "component/deftypes.def"
#undef CT_DEFTYPE
};

/* ---- names and sorts */

static void write_attribute(cti_buf *out, uint8_t code, ct_slice value) {
  if (!value.data) return;
  cti_buf_u8(out, code);
  cti_buf_name(out, value);
}

void cti_write_extern_name(cti_buf *out, const cti_extern_name *name) {
  const cti_name_attributes *attributes = name->attributes;
  cti_buf_u8(out, name->form);
  cti_buf_name(out, name->name);
  if (!attributes) return;
  if (attributes->bytes.data) cti_buf_bytes(out, attributes->bytes);
  else {
    cti_buf_uleb(out, (attributes->implements.data != NULL) + (attributes->version_suffix.data != NULL) + (attributes->external_id.data != NULL));
    write_attribute(out, 0, attributes->implements);
    write_attribute(out, 1, attributes->version_suffix);
    write_attribute(out, 2, attributes->external_id);
  }
}

void cti_write_sort(cti_buf *out, cti_sort sort) {
  if (cti_sorts[sort].is_core) cti_buf_u8(out, 0);
  cti_buf_u8(out, cti_sorts[sort].code);
}

void cti_write_externtype(cti_buf *out, const cti_externtype *type) {
  cti_write_sort(out, type->sort);
  if (type->sort == CTI_SORT_VALUE) {
    cti_write_component_valtype(out, type->value);
    return;
  }
  bool has_bound = type->sort == CTI_SORT_TYPE;
  if (has_bound) cti_buf_u8(out, type->is_eq ? 0 : 1);
  if (!has_bound || type->is_eq) cti_buf_uleb(out, type->index);
}

void cti_write_alias(cti_buf *out, const cti_alias *alias) {
  static const uint8_t codes[] = {[CTI_ALIAS_EXPORT] = 0, [CTI_ALIAS_CORE_EXPORT] = 1, [CTI_ALIAS_OUTER] = 2};
  cti_write_sort(out, alias->sort);
  cti_buf_u8(out, codes[alias->kind]);
  cti_buf_uleb(out, alias->instance);
  if (alias->kind == CTI_ALIAS_OUTER) cti_buf_uleb(out, alias->index);
  else cti_buf_name(out, alias->name);
}

/* ---- value types */

void cti_write_component_valtype(cti_buf *out, cti_valtype type) {
  if (cti_valtype_is_def(type)) cti_buf_sleb(out, cti_valtype_index(type));
  else cti_buf_u8(out, cti_prims[cti_valtype_to_prim(type)].code);
}

static void write_optional(cti_buf *out, cti_valtype type) {
  cti_buf_u8(out, cti_valtype_is_none(type) ? 0 : 1);
  if (!cti_valtype_is_none(type)) cti_write_component_valtype(out, type);
}

void cti_write_result_list(cti_buf *out, cti_valtype result) {
  cti_buf_u8(out, cti_valtype_is_none(result) ? 1 : 0);
  if (cti_valtype_is_none(result)) cti_buf_u8(out, 0);
  else cti_write_component_valtype(out, result);
}

/* `form` is a letter of deftypes.def: F, C, T or L. */
static void write_members(cti_buf *out, const cti_member *members, uint32_t count, char form) {
  cti_buf_uleb(out, count);
  for (uint32_t i = 0; i < count; i++) {
    if (form != 'T') cti_buf_name(out, members[i].name);
    if (form == 'F' || form == 'T') cti_write_component_valtype(out, members[i].type);
    if (form == 'C') {
      write_optional(out, members[i].type);
      cti_buf_u8(out, 0);
    }
  }
}

static void write_def(cti_buf *out, const cti_def *def) {
  if (def->kind == CTI_DEF_ALIAS) {
    cti_write_component_valtype(out, def->element);
    return;
  }
  cti_buf_u8(out, deftypes[def->kind].code);
  for (const char *part = deftypes[def->kind].layout; *part; part++) {
    switch (*part) {
      case 'e': cti_write_component_valtype(out, def->element); break;
      case 'E': write_optional(out, def->element); break;
      case 'k': cti_write_component_valtype(out, def->key); break;
      case 'K': write_optional(out, def->key); break;
      case 'n': cti_buf_uleb(out, def->length); break;
      case 'r': cti_buf_uleb(out, def->resource); break;
      default: write_members(out, def->members, def->member_count, *part);
    }
  }
}

/* ---- core types: https://github.com/WebAssembly/component-model/blob/main/design/mvp/Binary.md#type-definitions */

enum { CODE_MODULE = 0x50, CODE_REC = 0x4e };

static void write_rec(cti_buf *out, const cti_core_type_def *type) {
  if (type->written) {
    cti_buf_u8(out, CODE_REC);
    cti_buf_uleb(out, type->sub_count);
  }
  for (uint32_t i = 0; i < type->sub_count; i++) cti_write_subtype(out, &type->subs[i]);
}

static void write_module_declaration(cti_buf *out, const cti_module_decl *decl) {
  static const uint8_t codes[] = {[CTI_MODULE_DECL_IMPORT] = 0, [CTI_MODULE_DECL_TYPE] = 1, [CTI_MODULE_DECL_ALIAS] = 2, [CTI_MODULE_DECL_EXPORT] = 3};
  cti_buf_u8(out, codes[decl->kind]);
  switch (decl->kind) {
    case CTI_MODULE_DECL_IMPORT: cti_write_import(out, &decl->import); break;
    case CTI_MODULE_DECL_TYPE: write_rec(out, decl->type); break;
    case CTI_MODULE_DECL_ALIAS:
      cti_buf_u8(out, cti_sorts[CTI_SORT_CORE_TYPE].code);
      cti_buf_u8(out, 1); /* outer */
      cti_buf_uleb(out, decl->outer_count);
      cti_buf_uleb(out, decl->outer_index);
      break;
    case CTI_MODULE_DECL_EXPORT:
      cti_buf_name(out, decl->import.name);
      cti_write_extern_type(out, &decl->import.type);
      break;
  }
}

/* 0x50 begins a module type here, so a subtype that is not final, which begins with the same byte, gets a zero byte before. */
void cti_write_core_type(cti_buf *out, const cti_core_type_def *type) {
  if (type->kind == CTI_CORE_TYPE_REC) {
    bool begins_with_sub = !type->written && type->sub_count && !type->subs[0].is_final;
    if (begins_with_sub) cti_buf_u8(out, 0);
    write_rec(out, type);
    return;
  }
  cti_buf_u8(out, CODE_MODULE);
  cti_buf_uleb(out, type->decl_count);
  for (uint32_t i = 0; i < type->decl_count; i++) write_module_declaration(out, &type->decls[i]);
}

/* ---- definitions of types */

static void write_func(cti_buf *out, const cti_ctype *type) {
  cti_buf_u8(out, type->is_async ? 0x43 : 0x40);
  write_members(out, type->params, type->param_count, 'F');
  cti_write_result_list(out, type->result);
}

static void write_resource(cti_buf *out, const cti_ctype *type) {
  cti_buf_u8(out, 0x3f);
  cti_write_valtype(out, type->rep);
  cti_buf_u8(out, type->dtor == UINT32_MAX ? 0 : 1);
  if (type->dtor != UINT32_MAX) cti_buf_uleb(out, type->dtor);
}

static void write_declaration(cti_buf *out, const cti_item *item) {
  switch (item->kind) {
    case CTI_ITEM_CORE_TYPE:
      cti_buf_u8(out, 0);
      cti_write_core_type(out, item->of.core_type);
      break;
    case CTI_ITEM_TYPE:
      cti_buf_u8(out, 1);
      cti_ctype_encode(item->of.type, out);
      break;
    case CTI_ITEM_ALIAS:
      cti_buf_u8(out, 2);
      cti_write_alias(out, &item->of.alias);
      break;
    case CTI_ITEM_IMPORT:
      cti_buf_u8(out, 3);
      cti_write_extern_name(out, &item->of.import.name);
      cti_write_externtype(out, &item->of.import.type);
      break;
    default:
      cti_buf_u8(out, 4);
      cti_write_extern_name(out, &item->of.export_.name);
      cti_write_externtype(out, &item->of.export_.type);
  }
}

static void write_declarations(cti_buf *out, uint8_t code, const cti_component *decls) {
  cti_buf_u8(out, code);
  cti_buf_uleb(out, decls->items.count);
  for (uint32_t i = 0; i < decls->items.count; i++) write_declaration(out, &decls->items.items[i]);
}

void cti_ctype_encode(const cti_ctype *type, cti_buf *out) {
  switch (type->kind) {
    case CTI_CTYPE_VALUE: write_def(out, &type->value); break;
    case CTI_CTYPE_FUNC: write_func(out, type); break;
    case CTI_CTYPE_COMPONENT: write_declarations(out, 0x41, type->decls); break;
    case CTI_CTYPE_INSTANCE: write_declarations(out, 0x42, type->decls); break;
    case CTI_CTYPE_RESOURCE: write_resource(out, type); break;
  }
}
