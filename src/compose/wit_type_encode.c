/* wit_type_encode.c - from types of the resolve by id to definitions in the type index space of a scope.
 *
 * A type is defined after all that it is made of. The walk keeps its own stack (`pending`), so that types may nest as deep as memory allows; each type
 * is pushed once for each scope, each edge looked at once, so the cost is linear. The order of definitions is that of the reference, which makes the
 * bytes equal: children in order of the source, then the type, then its name. */
#include "compose/wit_type_encode.h"

cti_extern_name cti_extern_name_make(ct_slice name, ct_slice external_id, cti_arena *arena) {
  cti_extern_name made = {.name = name};
  cti_extern_name_set(&made, (cti_name_attributes){.external_id = external_id}, arena);
  return made;
}

static ct_status failed(const cti_type_encoder *e) { return e->arena->error->status; }

static const cti_def *def_of(const cti_type_encoder *e, uint32_t type) { return &e->resolve->types.defs.items[type]; }

/* Bytes that are equal exactly for anonymous types of one kind over the same type ids. */
static ct_slice structure_of(cti_type_encoder *e, const cti_def *def) {
  uint32_t children = cti_def_child_count(def);
  uint32_t *words = CTI_NEW_N(e->arena, uint32_t, (size_t)children + 2);
  if (!words) return (ct_slice){NULL, 0};
  words[0] = (uint32_t)def->kind;
  words[1] = def->length;
  for (uint32_t i = 0; i < children; i++) words[i + 2] = cti_def_child(def, i).word;
  return cti_slice(words, ((size_t)children + 2) * sizeof *words);
}

/* ---- one definition */

static uint32_t define(cti_type_encoder *e, const cti_def *value) {
  cti_ctype type = {.kind = CTI_CTYPE_VALUE, .value = *value};
  return cti_build_type(e->scope, &type);
}

static cti_valtype encoded(const cti_type_encoder *e, cti_valtype type) {
  return cti_valtype_is_def(type) ? (cti_valtype){cti_map_get_u64(&e->maps->types, cti_valtype_index(type))} : type;
}

static uint32_t define_structure(cti_type_encoder *e, const cti_def *def) {
  cti_def value = *def;
  if (def->kind == CTI_DEF_RECORD || def->kind == CTI_DEF_VARIANT || def->kind == CTI_DEF_TUPLE) { /* others have no members with types: borrowed */
    value.members = CTI_NEW_N(e->arena, cti_member, def->member_count);
    if (!value.members) return UINT32_MAX;
    for (uint32_t i = 0; i < def->member_count; i++) value.members[i] = def->members[i];
  }
  for (uint32_t i = 0, count = cti_def_child_count(def); i < count; i++) cti_def_set_child(&value, i, encoded(e, cti_def_child(def, i)));
  return define(e, &value);
}

/* Makes the definition `index`, or a new resource, visible by the name of `type`; gives the index that is to be used from now on. */
static uint32_t give_name(cti_type_encoder *e, uint32_t type, cti_externtype bound) {
  const cti_wit_type *names = &e->resolve->names.items[type];
  cti_extern_name name = cti_extern_name_make(names->name, names->external_id, e->arena);
  switch (e->naming) {
  case CTI_NAMING_DECLARE: return cti_build_type_export(e->scope, &name, bound);
  case CTI_NAMING_IMPORT: return cti_build_import(e->scope, &name, bound);
  case CTI_NAMING_EXPORT: return cti_build_export(e->scope, &name, (cti_sort_index){CTI_SORT_TYPE, bound.index}, NULL);
  case CTI_NAMING_CUSTOM: return e->name_type(e, type, bound);
  case CTI_NAMING_NONE: break;
  }
  return bound.index;
}

static uint32_t define_named(cti_type_encoder *e, uint32_t type, cti_valtype meaning) {
  uint32_t index = cti_valtype_index(meaning);
  if (!cti_valtype_is_def(meaning)) index = define(e, &(cti_def){.kind = CTI_DEF_ALIAS, .element = meaning});
  if (index == UINT32_MAX) return index;
  return give_name(e, type, (cti_externtype){.sort = CTI_SORT_TYPE, .is_eq = true, .index = index});
}

/* ---- the walk */

static ct_status remember(cti_type_encoder *e, uint32_t type, ct_slice structure, cti_valtype meaning) {
  CTI_TRY(cti_map_set_u64(&e->maps->types, e->arena, type, meaning.word));
  return structure.data ? cti_map_set(&e->maps->structures, e->arena, structure, meaning.word) : CT_OK;
}

static ct_status finish(cti_type_encoder *e, cti_type_step step) {
  const cti_def *def = def_of(e, step.type);
  cti_valtype meaning;
  if (def->kind == CTI_DEF_ALIAS) {
    meaning = encoded(e, def->element);
  } else {
    uint32_t index = define_structure(e, def);
    if (index == UINT32_MAX) return failed(e);
    meaning = cti_valtype_def(index);
  }
  if (e->resolve->names.items[step.type].name.data) {
    uint32_t index = define_named(e, step.type, meaning);
    if (index == UINT32_MAX) return failed(e);
    meaning = cti_valtype_def(index);
  }
  return remember(e, step.type, step.structure, meaning);
}

static ct_status remember_index(cti_type_encoder *e, uint32_t type, uint32_t index) {
  return index == UINT32_MAX ? failed(e) : remember(e, type, (ct_slice){NULL, 0}, cti_valtype_def(index));
}

/* Takes up a type: it is there already, or can be had at once, or waits in `pending` for its children. */
static ct_status begin(cti_type_encoder *e, uint32_t type) {
  if (cti_map_get_u64(&e->maps->types, type) != CTI_MAP_NONE) return CT_OK;
  const cti_wit_type *names = &e->resolve->names.items[type];
  const cti_def *def = def_of(e, type);
  ct_slice structure = {NULL, 0};
  if (!names->name.data) {
    structure = structure_of(e, def);
    if (!structure.data) return failed(e);
    uint32_t known = cti_map_get(&e->maps->structures, structure);
    if (known != CTI_MAP_NONE) return cti_map_set_u64(&e->maps->types, e->arena, type, known);
  }
  if (names->owner.kind == CTI_OWNER_INTERFACE && names->owner.id != e->interface) return remember_index(e, type, e->import_type(e, type));
  if (def->kind == CTI_DEF_RESOURCE) return remember_index(e, type, give_name(e, type, (cti_externtype){.sort = CTI_SORT_TYPE, .index = UINT32_MAX}));
  return cti_vec_push(e->arena, &e->pending, ((cti_type_step){type, 0, structure})) ? CT_OK : failed(e);
}

static ct_status encode_id(cti_type_encoder *e, uint32_t type) {
  uint32_t floor = e->pending.count;
  CTI_TRY(begin(e, type));
  while (e->pending.count > floor) {
    cti_type_step *top = cti_vec_last(&e->pending);
    const cti_def *def = def_of(e, top->type);
    if (top->next_child < cti_def_child_count(def)) {
      cti_valtype child = cti_def_child(def, top->next_child++);
      if (cti_valtype_is_def(child)) CTI_TRY(begin(e, cti_valtype_index(child)));
    } else {
      cti_type_step step = *top;
      e->pending.count--;
      CTI_TRY(finish(e, step));
    }
  }
  return CT_OK;
}

ct_status cti_encode_valtype(cti_valtype *out, cti_type_encoder *e, cti_valtype type) {
  if (cti_valtype_is_def(type)) CTI_TRY(encode_id(e, cti_valtype_index(type)));
  *out = encoded(e, type);
  return CT_OK;
}

ct_status cti_encode_type_id(uint32_t *out, cti_type_encoder *e, uint32_t type) {
  cti_valtype meaning;
  CTI_TRY(cti_encode_valtype(&meaning, e, cti_valtype_def(type)));
  *out = cti_valtype_index(meaning);
  return CT_OK;
}

/* ---- functions */

/* Bytes that are equal exactly for functions of one signature over the same type ids, with the same names of parameters. */
static ct_slice signature_of(cti_type_encoder *e, const cti_wit_func *func) {
  size_t size = 2 * sizeof(uint32_t);
  for (uint32_t i = 0; i < func->param_count; i++) size += 2 * sizeof(uint32_t) + func->params[i].name.size;
  uint8_t *bytes = cti_alloc(e->arena, size);
  if (!bytes) return (ct_slice){NULL, 0};
  uint32_t head[2] = {func->is_async, func->result.word};
  uint8_t *at = memcpy(bytes, head, sizeof head);
  at += sizeof head;
  for (uint32_t i = 0; i < func->param_count; i++) {
    const cti_member *param = &func->params[i];
    uint32_t words[2] = {param->type.word, (uint32_t)param->name.size};
    memcpy(at, words, sizeof words);
    at += sizeof words;
    if (param->name.size) memcpy(at, param->name.data, param->name.size);
    at += param->name.size;
  }
  return cti_slice(bytes, size);
}

static ct_status encode_params(const cti_member **out, cti_type_encoder *e, const cti_wit_func *func) {
  cti_member *params = CTI_NEW_N(e->arena, cti_member, func->param_count);
  if (!params) return failed(e);
  for (uint32_t i = 0; i < func->param_count; i++) {
    params[i].name = func->params[i].name;
    CTI_TRY(cti_encode_valtype(&params[i].type, e, func->params[i].type));
  }
  *out = params;
  return CT_OK;
}

ct_status cti_encode_func_type(uint32_t *out, cti_type_encoder *e, const cti_wit_func *func) {
  ct_slice signature = signature_of(e, func);
  if (!signature.data) return failed(e);
  *out = cti_map_get(&e->maps->funcs, signature);
  if (*out != CTI_MAP_NONE) return CT_OK;
  cti_ctype type = {.kind = CTI_CTYPE_FUNC, .is_async = func->is_async, .param_count = func->param_count};
  CTI_TRY(encode_params(&type.params, e, func));
  CTI_TRY(cti_encode_valtype(&type.result, e, func->result));
  *out = cti_build_type(e->scope, &type);
  return *out == UINT32_MAX ? failed(e) : cti_map_set(&e->maps->funcs, e->arena, signature, *out);
}

ct_status cti_encode_unit(uint32_t *out, cti_type_encoder *e, cti_def_kind kind) {
  *out = cti_map_get_u64(&e->maps->units, kind);
  if (*out != CTI_MAP_NONE) return CT_OK;
  *out = define(e, &(cti_def){.kind = kind});
  return *out == UINT32_MAX ? failed(e) : cti_map_set_u64(&e->maps->units, e->arena, kind, *out);
}

/* ---- what a scope has */

ct_status cti_forget_type(cti_type_encoder *e, uint32_t type) {
  ct_slice structure = structure_of(e, def_of(e, type));
  if (!structure.data) return failed(e);
  CTI_TRY(cti_map_set(&e->maps->structures, e->arena, structure, CTI_MAP_NONE));
  return cti_map_set_u64(&e->maps->types, e->arena, type, CTI_MAP_NONE);
}

static ct_status copy_map(cti_map *out, const cti_map *map, cti_arena *arena) {
  *out = (cti_map){0};
  for (uint32_t i = 0; i < map->count; i++) {
    const cti_map_entry *entry = &map->entries[i];
    CTI_TRY(entry->data ? cti_map_set(out, arena, cti_map_key(entry), entry->value) : cti_map_set_u64(out, arena, entry->number, entry->value));
  }
  return CT_OK;
}

ct_status cti_type_maps_copy(cti_type_maps *out, const cti_type_maps *maps, cti_arena *arena) {
  CTI_TRY(copy_map(&out->types, &maps->types, arena));
  CTI_TRY(copy_map(&out->structures, &maps->structures, arena));
  CTI_TRY(copy_map(&out->funcs, &maps->funcs, arena));
  return copy_map(&out->units, &maps->units, arena);
}
