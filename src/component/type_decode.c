/* type_decode.c - reads names, sorts, value types, and the definitions of types; twin of type_encode.c.
 * Flows in: a cursor at the first byte. Flows out: parts of the model, which borrow from the input.
 * Invariant: form only. Indices are not followed and limits are not looked at, but for the depth of types, which bounds the recursion here.
 * https://github.com/WebAssembly/component-model/blob/main/design/mvp/Binary.md#type-definitions */
#include "component/codec.h"
#include "core/core_read.h"

enum {
#define CT_COMPONENT_LIMIT(symbol, value, what) MOST_##symbol = value,
#include "component/limits.def"
#undef CT_COMPONENT_LIMIT
};

typedef struct deftype_info {
  uint8_t code;
  cti_def_kind kind;
  const char *name, *layout;
} deftype_info;

static const deftype_info deftypes[] = {
#define CT_DEFTYPE(kind, code, name, layout) {code, CTI_DEF_##kind, name, layout},
#include "component/deftypes.def"
#undef CT_DEFTYPE
};

static void bad_byte(cti_cursor *c, uint64_t offset, uint8_t byte, const char *what) {
  if (!c->failed) cti_cursor_fail_at(c, CT_COMP_FORM, offset, "malformed %s: byte 0x%02x", what, byte);
}

/* ---- names and sorts */

/* A vector of attributes. The first of each kind counts; the bytes are kept for the encoder. */
static void read_attributes(cti_extern_name *name, cti_cursor *c, cti_arena *arena) {
  cti_name_attributes *out = CTI_NEW(arena, cti_name_attributes);
  if (!out) {
    cti_cursor_fail(c, CT_NOMEM, "out of memory");
    return;
  }
  name->attributes = out;
  ct_slice *fields[] = {&out->implements, &out->version_suffix, &out->external_id};
  const uint8_t *start = c->at;
  uint32_t count = cti_cursor_count(c, "attributes of a name");
  for (uint32_t i = 0; i < count && !c->failed; i++) {
    uint64_t offset = cti_cursor_offset(c);
    uint8_t code = cti_cursor_u8(c);
    if (code >= CTI_COUNT(fields)) {
      bad_byte(c, offset, code, "attribute of a name");
      return;
    }
    ct_slice value = cti_cursor_name(c);
    if (fields[code]->data) out->repeated = true;
    else *fields[code] = value;
  }
  if (!c->failed) out->bytes = cti_slice(start, (size_t)(c->at - start));
}

void cti_read_extern_name(cti_extern_name *out, cti_cursor *c, cti_arena *arena) {
  *out = (cti_extern_name){0};
  uint64_t offset = cti_cursor_offset(c);
  out->form = cti_cursor_u8(c);
  if (out->form > 2) bad_byte(c, offset, out->form, "name of an import or export");
  out->name = cti_cursor_name(c);
  if (out->form == 2) read_attributes(out, c, arena);
}

static cti_sort sort_of_code(cti_cursor *c, bool is_core, uint64_t offset, uint8_t code) {
  for (unsigned i = 0; i < CTI_SORT_COUNT; i++)
    if (cti_sorts[i].is_core == is_core && cti_sorts[i].code == code) return (cti_sort)i;
  bad_byte(c, offset, code, is_core ? "core sort" : "sort");
  return CTI_SORT_CORE_FUNC;
}

cti_sort cti_read_core_sort(cti_cursor *c) {
  uint64_t offset = cti_cursor_offset(c);
  return sort_of_code(c, true, offset, cti_cursor_u8(c));
}

cti_sort cti_read_sort(cti_cursor *c) {
  uint64_t offset = cti_cursor_offset(c);
  uint8_t code = cti_cursor_u8(c);
  return code == 0 ? cti_read_core_sort(c) : sort_of_code(c, false, offset, code);
}

static bool is_extern_sort(cti_sort sort) { return !cti_sorts[sort].is_core || sort == CTI_SORT_CORE_MODULE; }

void cti_read_externtype(cti_externtype *out, cti_cursor *c) {
  *out = (cti_externtype){0};
  uint64_t offset = cti_cursor_offset(c);
  out->sort = cti_read_sort(c);
  if (!c->failed && !is_extern_sort(out->sort)) {
    cti_cursor_fail_at(c, CT_COMP_FORM, offset, "malformed type of an import or export: a %s cannot be imported or exported", cti_sorts[out->sort].name);
  } else if (out->sort == CTI_SORT_VALUE) {
    out->value = cti_read_component_valtype(c);
  } else {
    uint64_t bound_offset = cti_cursor_offset(c);
    uint8_t bound = out->sort == CTI_SORT_TYPE ? cti_cursor_u8(c) : 0;
    if (bound > 1) bad_byte(c, bound_offset, bound, "bound of a type");
    out->is_eq = out->sort == CTI_SORT_TYPE && bound == 0;
    out->index = bound == 0 ? cti_cursor_u32(c) : UINT32_MAX;
  }
}

void cti_read_alias(cti_alias *out, cti_cursor *c) {
  *out = (cti_alias){0};
  out->sort = cti_read_sort(c);
  uint64_t offset = cti_cursor_offset(c);
  uint8_t kind = cti_cursor_u8(c);
  if (kind > 2) bad_byte(c, offset, kind, "alias");
  out->kind = kind == 0 ? CTI_ALIAS_EXPORT : kind == 1 ? CTI_ALIAS_CORE_EXPORT : CTI_ALIAS_OUTER;
  out->instance = cti_cursor_u32(c);
  if (out->kind == CTI_ALIAS_OUTER) out->index = cti_cursor_u32(c);
  else out->name = cti_cursor_name(c);
}

/* ---- value types */

/* An index past what a cti_valtype can hold is out of every index space, so the greatest one stands for all of them. */
cti_valtype cti_read_component_valtype(cti_cursor *c) {
  cti_prim prim = cti_prim_of_code(cti_cursor_peek(c));
  uint64_t offset = cti_cursor_offset(c);
  uint8_t first = cti_cursor_peek(c);
  if (prim != CTI_PRIM_COUNT) {
    cti_cursor_u8(c);
    return cti_valtype_prim(prim);
  }
  int64_t index = cti_cursor_s33(c);
  if (index < 0) bad_byte(c, offset, first, "value type");
  return cti_valtype_def(index < 0 ? 0 : index > INT32_MAX ? INT32_MAX : (uint32_t)index);
}

static cti_valtype read_optional(cti_cursor *c) {
  uint64_t offset = cti_cursor_offset(c);
  uint8_t present = cti_cursor_u8(c);
  if (present > 1) bad_byte(c, offset, present, "optional value type");
  return present == 1 ? cti_read_component_valtype(c) : CTI_VALTYPE_NONE;
}

cti_valtype cti_read_result_list(cti_cursor *c) {
  uint64_t offset = cti_cursor_offset(c);
  uint8_t form = cti_cursor_u8(c);
  if (form == 0) return cti_read_component_valtype(c);
  if (form > 1) bad_byte(c, offset, form, "result of a function");
  offset = cti_cursor_offset(c);
  uint8_t count = cti_cursor_u8(c);
  if (count != 0) bad_byte(c, offset, count, "count of results");
  return CTI_VALTYPE_NONE;
}

static void read_member(cti_member *out, cti_cursor *c, char form) {
  if (form != 'T') out->name = cti_cursor_name(c);
  if (form == 'F' || form == 'T') out->type = cti_read_component_valtype(c);
  if (form == 'C') {
    out->type = read_optional(c);
    uint64_t offset = cti_cursor_offset(c);
    uint8_t zero = cti_cursor_u8(c);
    if (zero != 0) bad_byte(c, offset, zero, "end of a case");
  }
}

/* `form` is a letter of deftypes.def: F, C, T or L. Memory grows with what was read, not with what the count promises. */
static cti_member *read_members(uint32_t *out_count, cti_cursor *c, cti_arena *arena, char form) {
  CTI_VEC(cti_member) members = {0};
  uint32_t count = cti_cursor_count(c, form == 'C' ? "cases" : form == 'T' ? "types" : form == 'L' ? "labels" : "fields");
  if (!c->failed && !cti_vec_reserve(arena, &members, count < 16 ? count : 16)) cti_cursor_fail(c, CT_NOMEM, "out of memory");
  for (uint32_t i = 0; i < count && !c->failed; i++) {
    cti_member *member = cti_vec_add(arena, &members);
    if (!member) {
      cti_cursor_fail(c, CT_NOMEM, "out of memory");
      break;
    }
    read_member(member, c, form);
  }
  *out_count = members.count;
  return members.items;
}

static void read_def(cti_def *out, cti_cursor *c, cti_arena *arena, uint64_t offset, uint8_t code) {
  const deftype_info *info = NULL;
  for (size_t i = 0; i < CTI_COUNT(deftypes) && !info; i++)
    if (deftypes[i].code == code) info = &deftypes[i];
  if (!info) {
    bad_byte(c, offset, code, "type definition");
    return;
  }
  out->kind = info->kind;
  for (const char *part = info->layout; *part; part++) {
    switch (*part) {
      case 'e': out->element = cti_read_component_valtype(c); break;
      case 'E': out->element = read_optional(c); break;
      case 'k': out->key = cti_read_component_valtype(c); break;
      case 'K': out->key = read_optional(c); break;
      case 'n': out->length = cti_cursor_u32(c); break;
      case 'r': out->resource = cti_cursor_u32(c); break;
      default: out->members = read_members(&out->member_count, c, arena, *part);
    }
  }
}

/* ---- core types */

enum { CODE_SUB = 0x50, CODE_MODULE = 0x50 };

static void read_rec(cti_core_type_def *out, cti_cursor *c, cti_arena *arena) {
  CTI_VEC(cti_subtype) subs = {0};
  uint32_t count = cti_read_rec_head(&out->written, c);
  for (uint32_t i = 0; i < count && !c->failed; i++) {
    cti_subtype *sub = cti_vec_add(arena, &subs);
    if (sub) cti_read_subtype(sub, c, arena);
    else cti_cursor_fail(c, CT_NOMEM, "out of memory");
  }
  out->subs = subs.items;
  out->sub_count = subs.count;
}

static void skip_sub_prefix(cti_cursor *c) {
  cti_cursor_u8(c);
  uint8_t next = cti_cursor_peek(c);
  if (next != CODE_SUB) bad_byte(c, cti_cursor_offset(c), next, "core type after a zero byte, which only `sub` may follow");
}

static void read_outer_core_alias(cti_module_decl *out, cti_cursor *c) {
  uint64_t offset = cti_cursor_offset(c);
  uint8_t sort = cti_cursor_u8(c);
  if (sort != cti_sorts[CTI_SORT_CORE_TYPE].code) bad_byte(c, offset, sort, "sort of an alias in a module type");
  offset = cti_cursor_offset(c);
  uint8_t target = cti_cursor_u8(c);
  if (target != 1) bad_byte(c, offset, target, "target of an alias in a module type");
  out->outer_count = cti_cursor_u32(c);
  out->outer_index = cti_cursor_u32(c);
}

/* A lone subtype that is not final follows bare, as the reference writes it, or after a zero byte, as Binary.md has it for all core types. */
static void read_inner_core_type(cti_module_decl *out, cti_cursor *c, cti_arena *arena) {
  cti_core_type_def *type = CTI_NEW(arena, cti_core_type_def);
  if (!type) {
    cti_cursor_fail(c, CT_NOMEM, "out of memory");
    return;
  }
  out->type = type;
  if (cti_cursor_peek(c) == 0) skip_sub_prefix(c);
  read_rec(type, c, arena);
}

static void read_module_declaration(cti_module_decl *out, cti_cursor *c, cti_arena *arena) {
  static const cti_module_decl_kind kinds[] = {CTI_MODULE_DECL_IMPORT, CTI_MODULE_DECL_TYPE, CTI_MODULE_DECL_ALIAS, CTI_MODULE_DECL_EXPORT};
  out->offset = cti_cursor_offset(c);
  uint8_t code = cti_cursor_u8(c);
  if (code >= CTI_COUNT(kinds)) {
    bad_byte(c, out->offset, code, "declaration of a module type");
    return;
  }
  out->kind = kinds[code];
  out->import.offset = cti_cursor_offset(c);
  switch (out->kind) {
    case CTI_MODULE_DECL_TYPE: read_inner_core_type(out, c, arena); break;
    case CTI_MODULE_DECL_ALIAS: read_outer_core_alias(out, c); break;
    case CTI_MODULE_DECL_IMPORT: out->import.module = cti_cursor_name(c); CTI_FALLTHROUGH;
    case CTI_MODULE_DECL_EXPORT:
      out->import.name = cti_cursor_name(c);
      cti_read_extern_type(&out->import.type, c);
      break;
  }
}

static void read_module_type(cti_core_type_def *out, cti_cursor *c, cti_arena *arena) {
  CTI_VEC(cti_module_decl) decls = {0};
  out->kind = CTI_CORE_TYPE_MODULE;
  cti_cursor_u8(c);
  uint32_t count = cti_cursor_count(c, "declarations of a module type");
  for (uint32_t i = 0; i < count && !c->failed; i++) {
    cti_module_decl *decl = cti_vec_add(arena, &decls);
    if (decl) read_module_declaration(decl, c, arena);
    else cti_cursor_fail(c, CT_NOMEM, "out of memory");
  }
  out->decls = decls.items;
  out->decl_count = decls.count;
}

/* 0x50 begins a module type here. A subtype that is not final, which begins with the same byte, has a zero byte before. */
const cti_core_type_def *cti_read_core_type(cti_cursor *c, cti_arena *arena) {
  cti_core_type_def *out = CTI_NEW(arena, cti_core_type_def);
  if (!out) {
    cti_cursor_fail(c, CT_NOMEM, "out of memory");
    return NULL;
  }
  uint8_t first = cti_cursor_peek(c);
  if (first == CODE_MODULE) {
    read_module_type(out, c, arena);
    return out;
  }
  if (first == 0) skip_sub_prefix(c);
  read_rec(out, c, arena);
  return out;
}

/* ---- definitions of types */

static void read_func(cti_ctype *out, cti_cursor *c, cti_arena *arena) {
  out->kind = CTI_CTYPE_FUNC;
  out->params = read_members(&out->param_count, c, arena, 'F');
  out->result = cti_read_result_list(c);
}

static void read_resource(cti_ctype *out, cti_cursor *c) {
  out->kind = CTI_CTYPE_RESOURCE;
  out->rep = cti_read_valtype(c);
  uint64_t offset = cti_cursor_offset(c);
  uint8_t has_dtor = cti_cursor_u8(c);
  if (has_dtor > 1) bad_byte(c, offset, has_dtor, "destructor of a resource");
  out->dtor = has_dtor == 1 ? cti_cursor_u32(c) : UINT32_MAX;
}

static void read_declaration(cti_item *out, cti_cursor *c, cti_arena *arena, uint32_t depth, bool of_component) {
  static const cti_item_kind kinds[] = {CTI_ITEM_CORE_TYPE, CTI_ITEM_TYPE, CTI_ITEM_ALIAS, CTI_ITEM_IMPORT, CTI_ITEM_EXPORT};
  out->offset = cti_cursor_offset(c);
  uint8_t code = cti_cursor_u8(c);
  if (code >= CTI_COUNT(kinds) || (kinds[code] == CTI_ITEM_IMPORT && !of_component)) {
    bad_byte(c, out->offset, code, of_component ? "declaration of a component type" : "declaration of an instance type");
    return;
  }
  out->kind = kinds[code];
  switch (out->kind) {
    case CTI_ITEM_CORE_TYPE: out->of.core_type = cti_read_core_type(c, arena); break;
    case CTI_ITEM_TYPE: out->of.type = cti_read_ctype(c, arena, depth + 1); break;
    case CTI_ITEM_ALIAS: cti_read_alias(&out->of.alias, c); break;
    case CTI_ITEM_IMPORT:
      cti_read_extern_name(&out->of.import.name, c, arena);
      cti_read_externtype(&out->of.import.type, c);
      break;
    default:
      cti_read_extern_name(&out->of.export_.name, c, arena);
      cti_read_externtype(&out->of.export_.type, c);
  }
}

enum { MOST_EXPECTED = 4096 }; /* declarations for which there is room before they are read: counts may lie, at each of the levels that may be nested */

static void read_declarations(cti_ctype *out, cti_cursor *c, cti_arena *arena, uint32_t depth, cti_ctype_kind kind) {
  out->kind = kind;
  if (depth >= MOST_TYPE_NESTING) {
    cti_cursor_fail(c, CT_LIMIT, "component and instance types are nested more than %d deep", MOST_TYPE_NESTING);
    return;
  }
  out->decls = CTI_NEW(arena, cti_component);
  if (!out->decls) {
    cti_cursor_fail(c, CT_NOMEM, "out of memory");
    return;
  }
  cti_component_init(out->decls, arena);
  uint32_t count = cti_cursor_count(c, "declarations of a type");
  if (!c->failed && !cti_vec_reserve(arena, &out->decls->items, count < MOST_EXPECTED ? count : MOST_EXPECTED)) cti_cursor_fail(c, CT_NOMEM, "out of memory");
  for (uint32_t i = 0; i < count && !c->failed; i++) {
    cti_item item = {0};
    read_declaration(&item, c, arena, depth, kind == CTI_CTYPE_COMPONENT);
    if (!c->failed && !cti_component_append(out->decls, &item, true)) cti_cursor_fail(c, CT_NOMEM, "out of memory");
  }
}

const cti_ctype *cti_read_ctype(cti_cursor *c, cti_arena *arena, uint32_t depth) {
  cti_ctype *out = CTI_NEW(arena, cti_ctype);
  if (!out) {
    cti_cursor_fail(c, CT_NOMEM, "out of memory");
    return NULL;
  }
  uint64_t offset = cti_cursor_offset(c);
  uint8_t code = cti_cursor_u8(c);
  cti_prim prim = cti_prim_of_code(code);
  switch (code) {
    case 0x3f: read_resource(out, c); break;
    case 0x43: out->is_async = true; CTI_FALLTHROUGH;
    case 0x40: read_func(out, c, arena); break;
    case 0x41: read_declarations(out, c, arena, depth, CTI_CTYPE_COMPONENT); break;
    case 0x42: read_declarations(out, c, arena, depth, CTI_CTYPE_INSTANCE); break;
    default:
      if (prim == CTI_PRIM_COUNT) read_def(&out->value, c, arena, offset, code);
      else out->value = (cti_def){.kind = CTI_DEF_ALIAS, .element = cti_valtype_prim(prim)};
  }
  return out;
}
