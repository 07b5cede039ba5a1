/* type_names.c - are the types that an import or export speaks of named? Flows in: an entity. Flows out: CT_OK with its types registered as named in the
 * scope, or the type that has no name.
 *
 * Records, variants, enums, flags and resources must be introduced by an import or export before others speak of them; all else may be anonymous. What is
 * imported is named for exports too. A type that was found named stays so while names are only added: its `epoch` remembers for which list. */
#include "component/scope.h"

typedef struct names {
  cti_component_validator *v;
  cti_externs *in;   /* whose names count */
  cti_externs *also; /* imports alone: exports, where the name counts as well */
  uint32_t culprit;  /* the type that has no name */
} names;

/* The word that has the bit of an id; NULL when there is none. */
static uint64_t *word_of(cti_id_set *set, uint32_t id) {
  bool is_last = set->last < set->bits.count && set->words.entries[set->last].number == id / 64;
  uint32_t word = is_last ? set->last : cti_map_get_u64(&set->words, id / 64);
  if (word == CTI_MAP_NONE) return NULL;
  set->last = word;
  return &set->bits.items[word];
}

static bool has_name(cti_externs *in, uint32_t id) {
  const uint64_t *word = word_of(&in->named, id);
  return word && (*word >> id % 64 & 1);
}

static ct_status set_named(cti_externs *in, uint32_t id, bool named) {
  cti_id_set *set = &in->named;
  if (!word_of(set, id)) {
    set->last = set->bits.count;
    CTI_TRY(cti_map_set_u64(&set->words, in->arena, id / 64, set->last));
    if (!cti_vec_push(in->arena, &set->bits, 0)) return CT_NOMEM;
  }
  uint64_t bit = (uint64_t)1 << id % 64;
  if (named) set->bits.items[set->last] |= bit;
  else set->bits.items[set->last] &= ~bit;
  return CT_OK;
}

static bool is_named(names *n, uint32_t id) {
  if (has_name(n->in, id)) return true;
  n->culprit = id;
  return false;
}

static bool value_named(names *n, cti_valtype type);

static bool parts_named(names *n, const cti_def *def) {
  if (def->kind == CTI_DEF_OWN || def->kind == CTI_DEF_BORROW) return is_named(n, def->resource);
  if (!value_named(n, def->element) || !value_named(n, def->key)) return false;
  for (uint32_t i = 0; i < def->member_count; i++)
    if (!value_named(n, def->members[i].type)) return false;
  return true;
}

static bool needs_name(cti_def_kind kind) { return kind == CTI_DEF_RECORD || kind == CTI_DEF_VARIANT || kind == CTI_DEF_ENUM || kind == CTI_DEF_FLAGS; }

static bool value_named(names *n, cti_valtype value) {
  if (!cti_valtype_is_def(value)) return true;
  uint32_t id = cti_valtype_index(value);
  cti_type *type = cti_type_at(&n->v->store, id);
  if (!(type->flags & CTI_TYPE_OPEN) || type->of.value.epoch == n->in->epoch) return true;
  const cti_def *def = cti_value_at(&n->v->store, id);
  if (needs_name(def->kind) ? !is_named(n, id) : !parts_named(n, def)) return false;
  type->of.value.epoch = n->in->epoch;
  return true;
}

static bool func_named(names *n, uint32_t id) {
  const cti_func_type *func = cti_type_at(&n->v->store, id)->of.func;
  for (uint32_t i = 0; i < func->param_count; i++)
    if (!value_named(n, func->params[i].type)) return false;
  return value_named(n, func->result);
}

static ct_status unnamed(const names *n, const char *role, const char *what, uint64_t offset) {
  const char *culprit = cti_type_describe(&n->v->store, n->culprit);
  return cti_fail(n->v->error, CT_COMP_RESOURCE, offset,
                  "%s not valid to be used as %s: it speaks of %s%s that has no name here; %s the type before what uses it", what, role, cti_article(culprit),
                  culprit, role);
}

static bool type_named(names *n, uint32_t id, ct_status *status);

/* An instance type's own exports name types inside of it alone: they count while it is looked at, and no longer. */
static bool instance_type_named(names *n, uint32_t id, ct_status *status) {
  const cti_extern_list *exports = &cti_type_at(&n->v->store, id)->of.instance->exports;
  CTI_VEC(uint32_t) added = {0};
  bool good = true;
  for (uint32_t i = 0; good && i < exports->names->count; i++) {
    const cti_entity *of = &exports->entities[i];
    bool is_value = of->sort == CTI_SORT_VALUE && cti_valtype_is_def((cti_valtype){of->type});
    if (of->sort == CTI_SORT_FUNC) good = func_named(n, of->type);
    else if (of->sort == CTI_SORT_INSTANCE) good = instance_type_named(n, of->type, status);
    else if (is_value) good = parts_named(n, cti_value_at(&n->v->store, cti_valtype_index((cti_valtype){of->type})));
    else if (of->sort == CTI_SORT_TYPE) {
      good = type_named(n, of->created, status);
      if (!good || has_name(n->in, of->created)) continue;
      *status = set_named(n->in, of->created, true);
      good = *status == CT_OK && cti_vec_push(n->in->arena, &added, of->created);
    }
  }
  for (uint32_t i = 0; i < added.count && *status == CT_OK; i++) *status = set_named(n->in, added.items[i], false);
  if (added.count) n->in->epoch = ++n->v->store.epoch;
  return good;
}

/* Are the types that a type is made of named? Resources and component types stand alone. */
static bool type_named(names *n, uint32_t id, ct_status *status) {
  switch (cti_type_at(&n->v->store, id)->kind) {
    case CTI_TYPE_VALUE: return parts_named(n, cti_value_at(&n->v->store, id));
    case CTI_TYPE_FUNC: return func_named(n, id);
    case CTI_TYPE_INSTANCE: return instance_type_named(n, id, status);
    default: return true;
  }
}

static ct_status check_type(names *n, const cti_entity *entity, const char *role, uint64_t offset) {
  ct_status status = CT_OK;
  if (n->also && has_name(n->also, entity->type) && !has_name(n->in, entity->type))
    return cti_fail(n->v->error, CT_COMP_RESOURCE, offset, "type not valid to be used as import: it is one that the component exports");
  if (!type_named(n, entity->type, &status)) return status != CT_OK ? status : unnamed(n, role, "type", offset);
  CTI_TRY(status);
  CTI_TRY(set_named(n->in, entity->created, true));
  return n->also ? set_named(n->also, entity->created, true) : CT_OK;
}

static ct_status check(names *n, const cti_entity *entity, const char *role, uint64_t offset) {
  bool good = true;
  switch (entity->sort) {
    case CTI_SORT_TYPE: return check_type(n, entity, role, offset);
    case CTI_SORT_FUNC: good = func_named(n, entity->type); break;
    case CTI_SORT_VALUE: good = value_named(n, (cti_valtype){entity->type}); break;
    case CTI_SORT_INSTANCE: {
      const cti_extern_list *exports = &cti_type_at(&n->v->store, entity->type)->of.instance->exports;
      for (uint32_t i = 0; i < exports->names->count; i++) {
        ct_status status = check(n, &exports->entities[i], role, offset);
        if (status == CT_OK) continue;
        cti_error_trail(n->v->error, "export `%.*s`", CTI_S(exports->names->items[i]->name));
        return status;
      }
      return CT_OK;
    }
    default: return CT_OK;
  }
  return good ? CT_OK : unnamed(n, role, entity->sort == CTI_SORT_FUNC ? "function" : "value", offset);
}

ct_status cti_check_named(cti_component_validator *v, const cti_entity *entity, bool is_import, uint64_t offset) {
  cti_scope *scope = cti_scope_current(v);
  if (scope->kind == CTI_SCOPE_INSTANCE_TYPE) return CT_OK;
  names n = {v, is_import ? &scope->imports : &scope->exports, is_import ? &scope->exports : NULL, 0};
  return check(&n, entity, is_import ? "import" : "export", offset);
}
