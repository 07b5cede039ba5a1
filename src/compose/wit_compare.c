/* wit_compare.c - structural equality of types in two resolves. Flows in: two types or functions. Flows out: the first difference, in words.
 * The walk goes down both sides at once, on a stack of its own, for types may be deep; pairs that were found equal are not gone through again.
 * https://github.com/WebAssembly/component-model/blob/main/design/mvp/Subtyping.md: records, variants, enums and flags are equal or unrelated. */
#include "compose/wit_compare.h"

typedef struct step {
  uint32_t a, b, next_child;
} step;

typedef struct walk {
  cti_wit_compare *compare;
  cti_arena *arena;
  CTI_VEC(step) stack;
  ct_slice difference;
} walk;

static const char *const kind_words[] = {
    [CTI_DEF_UNKNOWN] = "unknown", [CTI_DEF_ALIAS] = "an alias",       [CTI_DEF_RECORD] = "a record",         [CTI_DEF_VARIANT] = "a variant", [CTI_DEF_ENUM] = "an enum",
    [CTI_DEF_FLAGS] = "flags",     [CTI_DEF_TUPLE] = "a tuple",        [CTI_DEF_LIST] = "a list",             [CTI_DEF_FIXED_LIST] = "a list of fixed length",
    [CTI_DEF_MAP] = "a map",       [CTI_DEF_OPTION] = "an option",     [CTI_DEF_RESULT] = "a result",         [CTI_DEF_STREAM] = "a stream",   [CTI_DEF_FUTURE] = "a future",
    [CTI_DEF_OWN] = "a handle",    [CTI_DEF_BORROW] = "a borrowed handle", [CTI_DEF_RESOURCE] = "a resource",
};

static const char *kind_word(const cti_resolve *resolve, cti_valtype type) {
  if (cti_valtype_is_none(type)) return "nothing";
  return cti_valtype_is_prim(type) ? cti_prims[cti_valtype_to_prim(type)].name : kind_words[resolve->types.defs.items[cti_valtype_index(type)].kind];
}

static const char *member_word(cti_def_kind kind) {
  switch (kind) {
  case CTI_DEF_RECORD: return "field";
  case CTI_DEF_FLAGS: return "flag";
  default: return "case";
  }
}

/* The innermost type around the place that has a name: " in `name`". */
static ct_slice place(const walk *w) {
  for (uint32_t i = w->stack.count; i > 0; i--) {
    ct_slice name = w->compare->a->names.items[w->stack.items[i - 1].a].name;
    if (name.size) return cti_format(w->arena, " in `%.*s`", CTI_S(name));
  }
  return (ct_slice){NULL, 0};
}

/* The first member that only one side has, or that stands elsewhere. */
static void members_differ(walk *w, const cti_def *a, const cti_def *b) {
  uint32_t at = 0;
  ct_slice where = place(w);
  const char *word = member_word(a->kind), *other = w->compare->b_name;
  while (at < a->member_count && at < b->member_count && cti_slice_eq(a->members[at].name, b->members[at].name)) at++;
  if (a->kind == CTI_DEF_TUPLE) w->difference = cti_format(w->arena, "a tuple of %u%.*s is one of %u in %s", a->member_count, CTI_S(where), b->member_count, other);
  else if (at == b->member_count) w->difference = cti_format(w->arena, "the %s `%.*s`%.*s is not in %s", word, CTI_S(a->members[at].name), CTI_S(where), other);
  else if (at == a->member_count)
    w->difference = cti_format(w->arena, "the %s `%.*s`%.*s of %s is not in %s", word, CTI_S(b->members[at].name), CTI_S(where), other, w->compare->a_name);
  else w->difference = cti_format(w->arena, "the %s `%.*s`%.*s is `%.*s` in %s", word, CTI_S(a->members[at].name), CTI_S(where), CTI_S(b->members[at].name), other);
}

static bool has_names(cti_def_kind kind) { return kind == CTI_DEF_RECORD || kind == CTI_DEF_VARIANT || kind == CTI_DEF_ENUM || kind == CTI_DEF_FLAGS; }

static bool same_members(const cti_def *a, const cti_def *b) {
  if (a->member_count != b->member_count) return false;
  for (uint32_t i = 0; has_names(a->kind) && i < a->member_count; i++)
    if (!cti_slice_eq(a->members[i].name, b->members[i].name)) return false;
  return true;
}

/* "ns:pkg/interface", without a version; the parts stay apart. */
static bool same_home(const cti_resolve *a, cti_owner in_a, const cti_resolve *b, cti_owner in_b) {
  if (in_a.kind != CTI_OWNER_INTERFACE || in_b.kind != CTI_OWNER_INTERFACE) return in_a.kind == in_b.kind;
  const cti_wit_interface *x = &a->interfaces.items[in_a.id], *y = &b->interfaces.items[in_b.id];
  if (!cti_slice_eq(x->name, y->name) || (x->package == CTI_WIT_NONE) != (y->package == CTI_WIT_NONE)) return false;
  if (x->package == CTI_WIT_NONE) return true;
  const cti_package_name *p = &a->packages.items[x->package].name, *q = &b->packages.items[y->package].name;
  return cti_slice_eq(p->ns, q->ns) && cti_slice_eq(p->name, q->name);
}

static void resources_differ(walk *w, uint32_t a, uint32_t b) {
  const cti_wit_type *x = &w->compare->a->names.items[a], *y = &w->compare->b->names.items[b];
  if (cti_slice_eq(x->name, y->name) && same_home(w->compare->a, x->owner, w->compare->b, y->owner)) return;
  w->difference = cti_format(w->arena, "the resource `%.*s` is `%.*s` in %s", CTI_S(x->name), CTI_S(y->name), w->compare->b_name);
}

static uint64_t key_of(uint32_t a, uint32_t b) { return (uint64_t)a << 32 | b; }

/* Puts a pair of definitions on the stack, unless it is known to be the same. Tells what differs of the two themselves. */
static ct_status enter(walk *w, cti_valtype a, cti_valtype b) {
  cti_wit_compare *c = w->compare;
  a = cti_types_strip_alias(&c->a->types, a);
  b = cti_types_strip_alias(&c->b->types, b);
  if (!cti_valtype_is_def(a) && cti_valtype_eq(a, b)) return CT_OK;
  uint32_t of_a = cti_valtype_index(a), of_b = cti_valtype_index(b);
  bool both = cti_valtype_is_def(a) && cti_valtype_is_def(b);
  if (both && cti_map_get_u64(&c->same, key_of(of_a, of_b)) != CTI_MAP_NONE) return CT_OK;
  const cti_def *x = both ? &c->a->types.defs.items[of_a] : NULL, *y = both ? &c->b->types.defs.items[of_b] : NULL;
  if (!both || x->kind != y->kind) {
    w->difference = cti_format(w->arena, "%s%.*s is %s in %s", kind_word(c->a, a), CTI_S(place(w)), kind_word(c->b, b), c->b_name);
    return w->arena->error->status;
  }
  if (!cti_vec_push(w->arena, &w->stack, ((step){of_a, of_b, 0}))) return CT_NOMEM;
  if (!same_members(x, y)) members_differ(w, x, y);
  else if (x->kind == CTI_DEF_FIXED_LIST && x->length != y->length)
    w->difference = cti_format(w->arena, "a list of %u%.*s has %u elements in %s", x->length, CTI_S(place(w)), y->length, c->b_name);
  else if (x->kind == CTI_DEF_RESOURCE) resources_differ(w, of_a, of_b);
  return w->arena->error->status;
}

ct_status cti_wit_compare_type(ct_slice *difference, cti_wit_compare *compare, cti_valtype a, cti_valtype b) {
  walk w = {.compare = compare, .arena = compare->a->arena};
  CTI_TRY(enter(&w, a, b));
  while (w.stack.count && !w.difference.data) {
    step *top = cti_vec_last(&w.stack);
    const cti_def *x = &compare->a->types.defs.items[top->a], *y = &compare->b->types.defs.items[top->b];
    if (top->next_child < cti_def_child_count(x)) {
      uint32_t at = top->next_child++;
      CTI_TRY(enter(&w, cti_def_child(x, at), cti_def_child(y, at)));
      continue;
    }
    CTI_TRY(cti_map_set_u64(&compare->same, w.arena, key_of(top->a, top->b), 0));
    w.stack.count--;
  }
  *difference = w.difference;
  return CT_OK;
}

ct_status cti_wit_compare_func(ct_slice *difference, cti_wit_compare *compare, const cti_wit_func *a, const cti_wit_func *b) {
  cti_arena *arena = compare->a->arena;
  *difference = (ct_slice){NULL, 0};
  if (a->is_async != b->is_async) *difference = cti_format(arena, "it is %s in %s", b->is_async ? "async" : "not async", compare->b_name);
  else if (a->param_count != b->param_count) *difference = cti_format(arena, "it has %u parameters, %u in %s", a->param_count, b->param_count, compare->b_name);
  if (difference->data) return CT_OK;
  for (uint32_t i = 0; i < a->param_count && !difference->data; i++) {
    if (!cti_slice_eq(a->params[i].name, b->params[i].name))
      *difference = cti_format(arena, "the parameter `%.*s` is `%.*s` in %s", CTI_S(a->params[i].name), CTI_S(b->params[i].name), compare->b_name);
    else CTI_TRY(cti_wit_compare_type(difference, compare, a->params[i].type, b->params[i].type));
  }
  if (!difference->data) CTI_TRY(cti_wit_compare_type(difference, compare, a->result, b->result));
  return arena->error->status;
}
