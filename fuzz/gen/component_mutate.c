/* component_mutate.c - decodes, changes one to three things, encodes. Memory that is out ends the process: this is for tests alone. */
#include "gen/component_mutate.h"

#include <stdlib.h>

#include "component/component.h"
#include "gen/draw.h"

typedef struct mutator {
  uint64_t state; /* of gen/draw.h */
  cti_arena arena;
  CTI_VEC(cti_component *) scopes; /* components and the declarations of types */
  CTI_VEC(ct_slice) names;
} mutator;

static uint32_t draw(mutator *m, uint32_t below) { return draw_below(&m->state, below); }

/* Mostly one that exists, counting what comes later. */
static uint32_t draw_index(mutator *m, const cti_component *c, cti_sort sort) { return draw(m, c->count[sort] + (draw(m, 8) == 0)); }

static ct_slice draw_name(mutator *m) {
  static const char *const some[] = {"a",           "b",     "A",           "r",           "f",      "[method]a.b", "[constructor]a",
                                     "[static]a.b", "a:b/c", "a:b/c@1.2.3", "[method]r.f", "[get]a", "[set]a",      "[method][get]r.p"};
  if (m->names.count && draw(m, 3)) return m->names.items[draw(m, m->names.count)];
  return cti_slice_str(some[draw(m, CTI_COUNT(some))]);
}

static cti_valtype draw_valtype(mutator *m, const cti_component *c) {
  bool defined = c->count[CTI_SORT_TYPE] && draw(m, 2);
  return defined ? cti_valtype_def(draw_index(m, c, CTI_SORT_TYPE)) : cti_valtype_prim((cti_prim)draw(m, CTI_PRIM_COUNT));
}

/* ---- what there is to change */

static void collect(mutator *m, cti_component *c);

static void note(mutator *m, ct_slice name) {
  if (!cti_vec_push(&m->arena, &m->names, name)) abort();
}

static void collect_item(mutator *m, cti_item *item) {
  item->section = 0; /* each item is written anew */
  switch (item->kind) {
    case CTI_ITEM_COMPONENT: collect(m, item->of.component); break;
    case CTI_ITEM_TYPE:
      if (cti_ctype_is_scope(item->of.type)) collect(m, item->of.type->decls);
      break;
    case CTI_ITEM_IMPORT: note(m, item->of.import.name.name); break;
    case CTI_ITEM_EXPORT: note(m, item->of.export_.name.name); break;
    case CTI_ITEM_ALIAS:
      if (item->of.alias.name.data) note(m, item->of.alias.name);
      break;
    case CTI_ITEM_INSTANCE:
    case CTI_ITEM_CORE_INSTANCE:
      for (uint32_t i = 0; i < item->of.instance.count; i++) note(m, item->of.instance.items[i].name.name);
      break;
    default: break;
  }
}

static void collect(mutator *m, cti_component *c) {
  c->changed = true;
  if (!cti_vec_push(&m->arena, &m->scopes, c)) abort();
  for (uint32_t i = 0; i < c->items.count; i++) collect_item(m, &c->items.items[i]);
}

/* ---- types. The model is const where it is shared; here it belongs to the mutator alone. */

/* Gives a definition whatever its new kind may ask for. */
static void complete_def(mutator *m, const cti_component *c, cti_def *def) {
  if (!def->members) {
    def->members = CTI_NEW_N(&m->arena, cti_member, 2);
    if (!def->members) abort();
    def->member_count = 2;
  }
  for (uint32_t i = 0; i < def->member_count; i++) {
    if (!def->members[i].name.data) def->members[i].name = draw_name(m);
    if (cti_valtype_is_none(def->members[i].type)) def->members[i].type = draw_valtype(m, c);
  }
  if (cti_valtype_is_none(def->element)) def->element = draw_valtype(m, c);
  if (cti_valtype_is_none(def->key)) def->key = draw_valtype(m, c);
  if (!def->length) def->length = draw(m, 5);
  def->resource = draw_index(m, c, CTI_SORT_TYPE);
}

static void change_member(mutator *m, const cti_component *c, cti_member *member) {
  if (!cti_valtype_is_none(member->type) && draw(m, 2)) member->type = draw_valtype(m, c);
  else if (member->name.data) member->name = draw(m, 4) ? draw_name(m) : CTI_LIT("self");
}

static void change_def(mutator *m, const cti_component *c, cti_def *def) {
  switch (draw(m, 4)) {
    case 0:
      def->kind = (cti_def_kind)(CTI_DEF_RECORD + draw(m, CTI_DEF_BORROW - CTI_DEF_RECORD + 1));
      complete_def(m, c, def);
      break;
    case 1:
      if (!cti_valtype_is_none(def->element) && def->kind != CTI_DEF_ALIAS) def->element = draw_valtype(m, c);
      break;
    case 2:
      if (def->member_count) change_member(m, c, &def->members[draw(m, def->member_count)]);
      break;
    default:
      def->length = draw(m, 40);
      def->resource = draw_index(m, c, CTI_SORT_TYPE);
  }
}

static void change_type(mutator *m, const cti_component *c, cti_ctype *type) {
  switch (type->kind) {
    case CTI_CTYPE_VALUE: change_def(m, c, &type->value); break;
    case CTI_CTYPE_FUNC:
      if (type->param_count && draw(m, 2)) change_member(m, c, (cti_member *)&type->params[draw(m, type->param_count)]);
      else if (draw(m, 4) == 0) type->is_async = !type->is_async;
      else type->result = draw(m, 3) ? draw_valtype(m, c) : CTI_VALTYPE_NONE;
      break;
    case CTI_CTYPE_RESOURCE: type->dtor = draw(m, 2) ? UINT32_MAX : draw_index(m, c, CTI_SORT_CORE_FUNC); break;
    default: break; /* declarations are scopes, and drawn as such */
  }
}

static void change_externtype(mutator *m, const cti_component *c, cti_externtype *type) {
  static const cti_sort sorts[] = {CTI_SORT_CORE_MODULE, CTI_SORT_FUNC, CTI_SORT_TYPE, CTI_SORT_COMPONENT, CTI_SORT_INSTANCE, CTI_SORT_VALUE};
  if (draw(m, 3) == 0) type->sort = (uint8_t)sorts[draw(m, CTI_COUNT(sorts))];
  if (type->sort == CTI_SORT_TYPE && draw(m, 2)) type->is_eq = !type->is_eq;
  if (type->sort == CTI_SORT_VALUE) type->value = draw_valtype(m, c);
  else type->index = draw_index(m, c, type->sort == CTI_SORT_CORE_MODULE ? CTI_SORT_CORE_TYPE : CTI_SORT_TYPE);
}

/* ---- items */

static void change_alias(mutator *m, const cti_component *c, cti_alias *alias) {
  switch (draw(m, 4)) {
    case 0: alias->sort = (cti_sort)draw(m, CTI_SORT_COUNT); break;
    case 1:
      if (alias->kind == CTI_ALIAS_OUTER) alias->instance = draw(m, 3);
      else alias->instance = draw_index(m, c, alias->kind == CTI_ALIAS_EXPORT ? CTI_SORT_INSTANCE : CTI_SORT_CORE_INSTANCE);
      break;
    case 2:
      if (alias->kind == CTI_ALIAS_OUTER) alias->index = draw(m, 5);
      else alias->name = draw_name(m);
      break;
    default:
      alias->kind = (cti_alias_kind)draw(m, 3);
      if (!alias->name.data) alias->name = draw_name(m);
  }
}

static void change_import(mutator *m, const cti_component *c, cti_item *item) {
  if (draw(m, 2)) change_externtype(m, c, &item->of.import.type);
  else item->of.import.name.name = draw_name(m);
}

static void change_export(mutator *m, const cti_component *c, cti_item *item) {
  cti_sort_index *of = &item->of.export_.item;
  switch (draw(m, 4)) {
    case 0: item->of.export_.name.name = draw_name(m); break;
    case 1: of->index = draw_index(m, c, of->sort); break;
    case 2:
      if (cti_externtype_is_none(item->of.export_.type)) item->of.export_.type = (cti_externtype){.sort = CTI_SORT_FUNC};
      change_externtype(m, c, &item->of.export_.type);
      break;
    default:
      of->sort = (cti_sort)(CTI_SORT_FUNC + draw(m, CTI_SORT_COUNT - CTI_SORT_FUNC));
      of->index = draw_index(m, c, of->sort);
  }
}

static void change_instance(mutator *m, const cti_component *c, cti_item *item) {
  bool is_core = item->kind == CTI_ITEM_CORE_INSTANCE;
  if (!item->of.instance.count || draw(m, 4) == 0) {
    item->of.instance.index = draw_index(m, c, is_core ? CTI_SORT_CORE_MODULE : CTI_SORT_COMPONENT);
    return;
  }
  cti_named_index *of = (cti_named_index *)&item->of.instance.items[draw(m, item->of.instance.count)];
  if (draw(m, 3) == 0) of->name.name = draw_name(m);
  else if (!is_core && draw(m, 4) == 0) of->item.sort = (cti_sort)(CTI_SORT_FUNC + draw(m, CTI_SORT_COUNT - CTI_SORT_FUNC));
  else of->item.index = draw_index(m, c, of->item.sort);
}

static void add_option(mutator *m, const cti_component *c, cti_canon *canon) {
  cti_canon_opt *options = CTI_NEW_N(&m->arena, cti_canon_opt, canon->option_count + 1);
  if (!options) abort();
  if (canon->option_count) memcpy(options, canon->options, canon->option_count * sizeof *options);
  cti_canon_opt *added = &options[canon->option_count++];
  added->kind = (cti_canon_opt_kind)draw(m, CTI_CANON_OPT_COUNT);
  added->index = draw_index(m, c,
                            added->kind == CTI_CANON_OPT_MEMORY      ? CTI_SORT_CORE_MEMORY
                            : added->kind == CTI_CANON_OPT_CORE_TYPE ? CTI_SORT_CORE_TYPE
                                                                     : CTI_SORT_CORE_FUNC);
  canon->options = options;
}

static void change_canon(mutator *m, const cti_component *c, cti_canon *canon) {
  switch (draw(m, 6)) {
    case 0: canon->func = draw_index(m, c, canon->kind == CTI_CANON_LIFT ? CTI_SORT_CORE_FUNC : CTI_SORT_FUNC); break;
    case 1: canon->type = draw_index(m, c, CTI_SORT_TYPE); break;
    case 2: add_option(m, c, canon); break;
    case 3: canon->option_count -= canon->option_count > 0; break;
    case 4: /* another built-in with the same immediates: it adds to the same index space */
      if (canon->kind != CTI_CANON_LIFT) canon->kind = (cti_canon_kind)(CTI_CANON_LIFT + 1 + draw(m, CTI_CANON_COUNT - 1));
      if (!canon->slot_type) canon->slot_type = CTI_VT_I32;
      break;
    default:
      canon->flag = !canon->flag;
      canon->result = draw_valtype(m, c);
      canon->memory = draw_index(m, c, CTI_SORT_CORE_MEMORY);
      canon->table = draw_index(m, c, CTI_SORT_CORE_TABLE);
  }
}

static void change_item(mutator *m, const cti_component *c, cti_item *item) {
  switch (item->kind) {
    case CTI_ITEM_ALIAS: change_alias(m, c, &item->of.alias); break;
    case CTI_ITEM_TYPE: change_type(m, c, (cti_ctype *)item->of.type); break;
    case CTI_ITEM_IMPORT: change_import(m, c, item); break;
    case CTI_ITEM_EXPORT: change_export(m, c, item); break;
    case CTI_ITEM_CORE_INSTANCE:
    case CTI_ITEM_INSTANCE: change_instance(m, c, item); break;
    case CTI_ITEM_CANON: change_canon(m, c, &item->of.canon); break;
    default: break;
  }
}

/* ---- the order of items */

static void remove_item(cti_component *c, uint32_t at) {
  memmove(&c->items.items[at], &c->items.items[at + 1], (c->items.count - at - 1) * sizeof *c->items.items);
  c->items.count--;
}

static void insert_copy(mutator *m, cti_component *c, uint32_t of, uint32_t at) {
  cti_item copy = c->items.items[of];
  if (!cti_vec_push(&m->arena, &c->items, copy)) abort();
  memmove(&c->items.items[at + 1], &c->items.items[at], (c->items.count - at - 1) * sizeof copy);
  c->items.items[at] = copy;
}

static void swap_with_next(cti_component *c, uint32_t at) {
  if (at + 1 >= c->items.count) return;
  cti_item item = c->items.items[at];
  c->items.items[at] = c->items.items[at + 1];
  c->items.items[at + 1] = item;
}

static void mutate(mutator *m) {
  cti_component *c = m->scopes.items[draw(m, m->scopes.count)];
  if (!c->items.count) return;
  uint32_t at = draw(m, c->items.count);
  switch (draw(m, 20)) {
    case 0: remove_item(c, at); break;
    case 1: insert_copy(m, c, draw(m, c->items.count), at); break;
    case 2: swap_with_next(c, at); break;
    default: change_item(m, c, &c->items.items[at]);
  }
}

static void change(mutator *m, ct_slice bytes, cti_buf *out) {
  cti_component component;
  if (cti_component_decode(&component, bytes, 0, &m->arena) == CT_OK) {
    collect(m, &component);
    for (uint32_t changes = 1 + draw(m, 3); changes; changes--) mutate(m);
    cti_component_encode(&component, out);
  } else {
    cti_buf_bytes(out, bytes);
  }
}

void mutate_component(cti_buf *out, ct_slice bytes, uint64_t *state) {
  ct_error error = {0};
  mutator m = {.state = *state};
  cti_arena_init(&m.arena, &error);
  change(&m, bytes, out);
  cti_arena_free(&m.arena);
  *state = m.state;
}
