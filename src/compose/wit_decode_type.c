/* wit_decode_type.c - types and functions of a validated component -> those of the resolve.
 *
 * The store's ids are nominal: each import or export of a type has one of its own, which knows what it is an alias of. A type is the alias of one that was
 * met before when something on that chain is in d->types; else it is new. Anonymous types become one type of the resolve for each id.
 * Recursion goes as deep as types nest, which validation bounds. */
#include "compose/wit_decoder.h"

static ct_status failed(const cti_wit_decoder *d) { return d->arena->error->status; }

static ct_status mismatch(const cti_wit_decoder *d, const char *expected) {
  return cti_fail(d->arena->error, CT_WIT_BINARY, CT_NO_OFFSET, "two definitions of one type do not agree: expected %s", expected);
}

/* ---- structure */

static ct_status convert_value(cti_valtype *out, cti_wit_decoder *d, cti_valtype type);

static ct_status convert_handle(cti_def *out, cti_wit_decoder *d) {
  uint32_t resource = cti_map_get_u64(&d->types, out->resource);
  if (resource == CTI_MAP_NONE) return cti_fail(d->arena->error, CT_WIT_BINARY, CT_NO_OFFSET, "a handle is of a resource that has no name");
  out->resource = resource;
  return CT_OK;
}

/* The definition of `type` with its parts converted. Members are copied: documentation is put there later. */
static ct_status convert_def(cti_def *out, cti_wit_decoder *d, uint32_t type) {
  *out = *cti_value_at(d->store, type);
  if (out->kind == CTI_DEF_OWN || out->kind == CTI_DEF_BORROW) return convert_handle(out, d);
  if (out->member_count) {
    const cti_member *members = out->members;
    out->members = CTI_NEW_N(d->arena, cti_member, out->member_count);
    if (!out->members) return failed(d);
    for (uint32_t i = 0; i < out->member_count; i++) out->members[i].name = members[i].name;
    for (uint32_t i = 0; i < out->member_count; i++) CTI_TRY(convert_value(&out->members[i].type, d, members[i].type));
    return CT_OK;
  }
  for (uint32_t i = 0, count = cti_def_child_count(out); i < count; i++) {
    cti_valtype child;
    CTI_TRY(convert_value(&child, d, cti_def_child(out, i)));
    cti_def_set_child(out, i, child);
  }
  return CT_OK;
}

static ct_status add_type(uint32_t *out, cti_wit_decoder *d, const cti_def *def, const cti_wit_type *names, uint32_t stored) {
  *out = cti_resolve_add_type(d->resolve, def, names);
  return *out == CTI_WIT_NONE ? failed(d) : cti_map_set_u64(&d->types, d->arena, stored, *out);
}

static ct_status convert_value(cti_valtype *out, cti_wit_decoder *d, cti_valtype type) {
  *out = type;
  if (!cti_valtype_is_def(type)) return CT_OK;
  uint32_t stored = cti_valtype_index(type), id = cti_map_get_u64(&d->types, stored);
  if (id == CTI_MAP_NONE) {
    cti_def def;
    CTI_TRY(convert_def(&def, d, stored));
    bool needs_name = def.kind == CTI_DEF_RECORD || def.kind == CTI_DEF_VARIANT || def.kind == CTI_DEF_ENUM || def.kind == CTI_DEF_FLAGS;
    if (needs_name || def.kind == CTI_DEF_UNKNOWN)
      return cti_fail(d->arena->error, CT_WIT_BINARY, CT_NO_OFFSET, "a %s has no name, which WIT has no form for", cti_type_describe(d->store, stored));
    CTI_TRY(add_type(&id, d, &def, &(cti_wit_type){.span.file = CTI_WIT_NONE}, stored));
  }
  *out = cti_valtype_def(id);
  return CT_OK;
}

/* ---- named types */

/* What the first id on the chain of aliases that was met before became; CTI_MAP_NONE when all are new. */
static uint32_t find_alias(const cti_wit_decoder *d, uint32_t stored) {
  for (uint32_t at = stored; at != UINT32_MAX; at = cti_store_alias_of(d->store, at)) {
    uint32_t id = cti_map_get_u64(&d->types, at);
    if (id != CTI_MAP_NONE) return id;
  }
  return CTI_MAP_NONE;
}

ct_status cti_decode_type(uint32_t *out, cti_wit_decoder *d, const cti_decode_item *item, cti_owner owner) {
  cti_wit_type names = {.name = item->name, .owner = owner, .external_id = item->external_id, .span.file = CTI_WIT_NONE};
  cti_def def = {.kind = CTI_DEF_ALIAS};
  uint32_t alias = find_alias(d, item->entity.type);
  cti_type_kind kind = (cti_type_kind)cti_type_at(d->store, item->entity.type)->kind;
  if (alias != CTI_MAP_NONE) {
    if (owner.kind == CTI_OWNER_INTERFACE && d->resolve->names.items[alias].owner.kind != CTI_OWNER_INTERFACE)
      return cti_fail(d->arena->error, CT_WIT_BINARY, CT_NO_OFFSET, "the type \"%.*s\" of an interface is one of the world around it, which WIT has no form for", CTI_S(item->name));
    def.element = cti_valtype_def(alias);
  } else if (kind == CTI_TYPE_RESOURCE) {
    def.kind = CTI_DEF_RESOURCE;
  } else if (kind == CTI_TYPE_VALUE) {
    CTI_TRY(convert_def(&def, d, item->entity.type));
  } else {
    return cti_fail(d->arena->error, CT_WIT_BINARY, CT_NO_OFFSET, "type \"%.*s\" is a %s, which WIT has no form for", CTI_S(item->name),
                    cti_type_describe(d->store, item->entity.type));
  }
  if (cti_map_get_u64(&d->types, item->entity.created) != CTI_MAP_NONE)
    return cti_fail(d->arena->error, CT_WIT_BINARY, CT_NO_OFFSET,
                    "the type \"%.*s\" appears more than once (an imported instance may be exported again under a new name), which WIT has no form for", CTI_S(item->name));
  CTI_TRY(add_type(out, d, &def, &names, item->entity.created));
  if (def.kind != CTI_DEF_RESOURCE || owner.kind != CTI_OWNER_WORLD) return CT_OK;
  return cti_map_set(&d->world_resources, d->arena, item->name, *out);
}

/* ---- types that are there: their anonymous parts become known under the ids that stand here */

static ct_status know_def(cti_wit_decoder *d, uint32_t stored, uint32_t type);

static ct_status know_value(cti_wit_decoder *d, cti_valtype stored, cti_valtype type) {
  if (!cti_valtype_is_def(stored)) return cti_valtype_eq(stored, type) ? CT_OK : mismatch(d, "the same payload");
  if (!cti_valtype_is_def(type)) return mismatch(d, "a defined type");
  bool is_new = cti_map_get_u64(&d->types, cti_valtype_index(stored)) == CTI_MAP_NONE;
  CTI_TRY(cti_map_set_u64(&d->types, d->arena, cti_valtype_index(stored), cti_valtype_index(type)));
  return is_new ? know_def(d, cti_valtype_index(stored), cti_valtype_index(type)) : CT_OK;
}

/* Names make their own connections, so the walk ends at aliases and at what has no structure below. */
static ct_status know_def(cti_wit_decoder *d, uint32_t stored, uint32_t type) {
  const cti_def *ours = cti_value_at(d->store, stored);
  const cti_def def = d->resolve->types.defs.items[type];
  if (ours->kind == CTI_DEF_ALIAS || ours->kind == CTI_DEF_FLAGS || ours->kind == CTI_DEF_ENUM || ours->kind == CTI_DEF_OWN || ours->kind == CTI_DEF_BORROW) return CT_OK;
  if (def.kind == CTI_DEF_ALIAS && cti_valtype_is_def(def.element)) return CT_OK;
  if (def.kind != ours->kind || def.length != ours->length || def.member_count != ours->member_count) return mismatch(d, cti_type_describe(d->store, stored));
  for (uint32_t i = 0; i < def.member_count; i++)
    if (!cti_slice_eq(def.members[i].name, ours->members[i].name)) return mismatch(d, "the same fields or cases in the same order");
  for (uint32_t i = 0, count = cti_def_child_count(&def); i < count; i++) CTI_TRY(know_value(d, cti_def_child(ours, i), cti_def_child(&def, i)));
  return CT_OK;
}

ct_status cti_decode_known_type(cti_wit_decoder *d, const cti_decode_item *item, uint32_t type) {
  cti_type_kind kind = (cti_type_kind)cti_type_at(d->store, item->entity.type)->kind;
  if (kind == CTI_TYPE_VALUE) CTI_TRY(know_def(d, item->entity.type, type));
  else if (kind != CTI_TYPE_RESOURCE) return mismatch(d, "a value type or a resource");
  return cti_map_set_u64(&d->types, d->arena, item->entity.created, type);
}

/* ---- functions */

/* The resource of a method, constructor or static function: a resource of the same interface or world, by name. */
static ct_status find_resource(uint32_t *out, cti_wit_decoder *d, ct_slice name, cti_owner owner) {
  *out = cti_map_get(owner.kind == CTI_OWNER_INTERFACE ? &d->resolve->interfaces.items[owner.id].type_ids : &d->world_resources, name);
  if (*out != CTI_MAP_NONE && d->resolve->types.defs.items[*out].kind == CTI_DEF_RESOURCE) return CT_OK;
  return cti_fail(d->arena->error, CT_WIT_BINARY, CT_NO_OFFSET, "a function belongs to the resource \"%.*s\", which is not defined beside it", CTI_S(name));
}

static ct_status func_kind(cti_wit_func *out, cti_wit_decoder *d, cti_owner owner) {
  static const cti_func_kind kinds[] = {
      [CTI_RESOURCE_FUNC_NONE] = CTI_FUNC_FREE,
      [CTI_RESOURCE_FUNC_CONSTRUCTOR] = CTI_FUNC_CONSTRUCTOR,
      [CTI_RESOURCE_FUNC_METHOD] = CTI_FUNC_METHOD,
      [CTI_RESOURCE_FUNC_STATIC] = CTI_FUNC_STATIC,
  };
  cti_name name;
  CTI_TRY(cti_name_parse(&name, out->name, cti_features_all(), CT_NO_OFFSET, d->arena->error));
  if (name.form != CTI_NAME_PLAIN) return cti_fail(d->arena->error, CT_WIT_BINARY, CT_NO_OFFSET, "the function `%.*s` has no plain name, which WIT has no form for", CTI_S(out->name));
  out->kind = kinds[name.resource_func];
  out->accessor = name.accessor;
  out->resource = CTI_WIT_NONE;
  return out->kind == CTI_FUNC_FREE ? CT_OK : find_resource(&out->resource, d, name.resource, owner);
}

ct_status cti_decode_func(cti_wit_func *out, cti_wit_decoder *d, const cti_decode_item *item, cti_owner owner) {
  const cti_func_type *type = cti_type_at(d->store, item->entity.type)->of.func;
  *out = (cti_wit_func){.name = item->name, .is_async = type->is_async, .param_count = type->param_count, .external_id = item->external_id, .span.file = CTI_WIT_NONE};
  out->params = CTI_NEW_N(d->arena, cti_member, type->param_count);
  if (!out->params) return failed(d);
  for (uint32_t i = 0; i < type->param_count; i++) {
    out->params[i].name = type->params[i].name;
    CTI_TRY(convert_value(&out->params[i].type, d, type->params[i].type));
  }
  CTI_TRY(convert_value(&out->result, d, type->result));
  return func_kind(out, d, owner);
}
