/* print_component_types.c - types of components in the text format: value types, functions, and types with declarations, each of which is a scope of
 * its own. Flows in: types of the model. Flows out: text.
 * https://github.com/WebAssembly/component-model/blob/main/design/mvp/Explainer.md#type-definitions */
#include "text/print_component.h"

static void blank(cti_printer *p) { cti_text_char(&p->text, ' '); }

void cti_print_component_valtype(cti_printer *p, const cti_scope *scope, cti_valtype type) {
  if (cti_valtype_is_prim(type)) cti_text_inked(&p->text, CTI_INK_TYPE, cti_prims[cti_valtype_to_prim(type)].name);
  else cti_print_sort_index(p, scope, CTI_SORT_TYPE, cti_valtype_index(type));
}

/* ---- value types */

/* What stands in the parentheses of each constructor, in order: m members in groups named by the row, t types, l labels, e element, E optional element,
 * k key, K optional key as an error, n length, r resource. */
static const struct {
  const char *keyword, *member, *layout;
} def_forms[] = {
    [CTI_DEF_RECORD] = {"record", "field ", "m"}, [CTI_DEF_VARIANT] = {"variant", "case ", "m"}, [CTI_DEF_ENUM] = {"enum", NULL, "l"},        [CTI_DEF_FLAGS] = {"flags", NULL, "l"},
    [CTI_DEF_TUPLE] = {"tuple", NULL, "t"},       [CTI_DEF_LIST] = {"list", NULL, "e"},          [CTI_DEF_FIXED_LIST] = {"list", NULL, "en"}, [CTI_DEF_MAP] = {"map", NULL, "ke"},
    [CTI_DEF_OPTION] = {"option", NULL, "e"},     [CTI_DEF_RESULT] = {"result", NULL, "EK"},     [CTI_DEF_STREAM] = {"stream", NULL, "E"},    [CTI_DEF_FUTURE] = {"future", NULL, "E"},
    [CTI_DEF_OWN] = {"own", NULL, "r"},           [CTI_DEF_BORROW] = {"borrow", NULL, "r"},
};

static void print_members(cti_printer *p, const cti_scope *scope, const cti_def *def, const char *keyword) {
  for (uint32_t i = 0; i < def->member_count; i++) {
    const cti_member *member = &def->members[i];
    blank(p);
    if (keyword) cti_text_open(&p->text, keyword);
    if (keyword || cti_valtype_is_none(member->type)) cti_text_quoted(&p->text, member->name);
    if (keyword && !cti_valtype_is_none(member->type)) blank(p);
    if (!cti_valtype_is_none(member->type)) cti_print_component_valtype(p, scope, member->type);
    if (keyword) cti_text_close(&p->text);
  }
}

static void print_def_part(cti_printer *p, const cti_scope *scope, const cti_def *def, char part) {
  bool absent = (part == 'E' && cti_valtype_is_none(def->element)) || (part == 'K' && cti_valtype_is_none(def->key));
  if (absent) return;
  blank(p);
  if (part == 'K') cti_text_open(&p->text, "error ");
  switch (part) {
    case 'e':
    case 'E': cti_print_component_valtype(p, scope, def->element); break;
    case 'k':
    case 'K': cti_print_component_valtype(p, scope, def->key); break;
    case 'n': cti_text_u64(&p->text, def->length); break;
    default: cti_print_sort_index(p, scope, CTI_SORT_TYPE, def->resource);
  }
  if (part == 'K') cti_text_close(&p->text);
}

static void print_def(cti_printer *p, const cti_scope *scope, const cti_def *def) {
  if (def->kind == CTI_DEF_ALIAS) {
    cti_print_component_valtype(p, scope, def->element);
    return;
  }
  if (def->kind >= CTI_COUNT(def_forms) || !def_forms[def->kind].keyword) return;
  cti_text_open(&p->text, def_forms[def->kind].keyword);
  for (const char *part = def_forms[def->kind].layout; *part; part++) {
    if (strchr("mtl", *part)) print_members(p, scope, def, def_forms[def->kind].member);
    else print_def_part(p, scope, def, *part);
  }
  cti_text_close(&p->text);
}

static void print_func(cti_printer *p, const cti_scope *scope, const cti_ctype *type) {
  cti_text_open(&p->text, "func");
  if (type->is_async) cti_text_inked(&p->text, CTI_INK_TYPE, " async");
  for (uint32_t i = 0; i < type->param_count; i++) {
    blank(p);
    cti_text_open(&p->text, "param ");
    cti_text_quoted(&p->text, type->params[i].name);
    blank(p);
    cti_print_component_valtype(p, scope, type->params[i].type);
    cti_text_close(&p->text);
  }
  if (!cti_valtype_is_none(type->result)) {
    blank(p);
    cti_text_open(&p->text, "result ");
    cti_print_component_valtype(p, scope, type->result);
    cti_text_close(&p->text);
  }
  cti_text_close(&p->text);
}

static void print_resource(cti_printer *p, const cti_scope *scope, const cti_ctype *type) {
  cti_text_open(&p->text, "resource ");
  cti_text_open(&p->text, "rep ");
  cti_print_valtype(p, scope, type->rep);
  cti_text_close(&p->text);
  if (type->dtor != UINT32_MAX) {
    blank(p);
    cti_text_open(&p->text, "dtor ");
    cti_print_sort_index(p, scope, CTI_SORT_CORE_FUNC, type->dtor);
    cti_text_close(&p->text);
  }
  cti_text_close(&p->text);
}

/* ---- names and types of imports and exports */

static void print_attribute(cti_printer *p, const char *keyword, ct_slice value) {
  if (!value.data) return;
  blank(p);
  cti_text_open(&p->text, keyword);
  cti_text_quoted(&p->text, value);
  cti_text_close(&p->text);
}

void cti_print_extern_name(cti_printer *p, const cti_extern_name *name) {
  cti_text_quoted(&p->text, name->name);
  if (!name->attributes) return;
  print_attribute(p, "implements ", name->attributes->implements);
  print_attribute(p, "version-suffix ", name->attributes->version_suffix);
  print_attribute(p, "external-id ", name->attributes->external_id);
}

static void print_use_of_type(cti_printer *p, const cti_scope *scope, cti_sort sort, uint32_t index) {
  cti_text_open(&p->text, "type ");
  cti_print_sort_index(p, scope, sort, index);
  cti_text_close(&p->text);
}

static void print_bounds(cti_printer *p, const cti_scope *scope, const cti_externtype *type) {
  cti_text_open(&p->text, type->is_eq ? "eq " : "sub ");
  if (type->is_eq) cti_print_sort_index(p, scope, CTI_SORT_TYPE, type->index);
  else cti_text_inked(&p->text, CTI_INK_TYPE, "resource");
  cti_text_close(&p->text);
}

void cti_print_externtype(cti_printer *p, cti_scope *scope, const cti_externtype *type, bool with_index) {
  cti_text_open(&p->text, cti_sorts[type->sort].text);
  blank(p);
  if (with_index) {
    cti_print_sort_definition(p, scope, type->sort);
    blank(p);
    scope->count[type->sort]++;
  }
  if (type->sort == CTI_SORT_TYPE) print_bounds(p, scope, type);
  else if (type->sort == CTI_SORT_VALUE && cti_valtype_is_prim(type->value)) cti_print_component_valtype(p, scope, type->value);
  else if (type->sort == CTI_SORT_VALUE) print_use_of_type(p, scope, CTI_SORT_TYPE, cti_valtype_index(type->value));
  else print_use_of_type(p, scope, type->sort == CTI_SORT_CORE_MODULE ? CTI_SORT_CORE_TYPE : CTI_SORT_TYPE, type->index);
  cti_text_close(&p->text);
}

void cti_print_component_import(cti_printer *p, cti_scope *scope, const cti_item *item) {
  cti_text_open(&p->text, "import ");
  cti_print_extern_name(p, &item->of.import.name);
  blank(p);
  cti_print_externtype(p, scope, &item->of.import.type, true);
  cti_text_close(&p->text);
}

/* An export that a type declares. */
static void print_export_decl(cti_printer *p, cti_scope *scope, const cti_item *item) {
  const cti_externtype *type = &item->of.export_.type;
  cti_text_open(&p->text, "export ");
  cti_print_sort_definition(p, scope, type->sort);
  scope->count[type->sort]++;
  blank(p);
  cti_print_extern_name(p, &item->of.export_.name);
  blank(p);
  cti_print_externtype(p, scope, type, false);
  cti_text_close(&p->text);
}

/* ---- types with declarations */

static void print_decl(cti_printer *p, cti_scope *scope, const cti_item *item) {
  switch (item->kind) {
    case CTI_ITEM_CORE_TYPE: cti_print_core_type(p, scope, item->of.core_type); break;
    case CTI_ITEM_TYPE: cti_print_ctype(p, scope, item->of.type); break;
    case CTI_ITEM_ALIAS: cti_print_alias(p, scope, &item->of.alias); break;
    case CTI_ITEM_IMPORT: cti_print_component_import(p, scope, item); break;
    case CTI_ITEM_EXPORT: print_export_decl(p, scope, item); break;
    default: break;
  }
}

static void print_decls(cti_printer *p, cti_scope *outer, const cti_component *decls, const char *keyword) {
  cti_scope scope; /* these nest no deeper than the decoder lets them */
  cti_scope_init(&scope, outer, true);
  cti_text_newline(&p->text, CTI_NO_PLACE);
  cti_text_open(&p->text, keyword);
  for (uint32_t i = 0; i < decls->items.count; i++) {
    cti_text_newline(&p->text, CTI_NO_PLACE);
    print_decl(p, &scope, &decls->items.items[i]);
  }
  cti_text_close(&p->text);
}

void cti_print_ctype(cti_printer *p, cti_scope *scope, const cti_ctype *type) {
  cti_text_open(&p->text, "type ");
  cti_print_sort_definition(p, scope, CTI_SORT_TYPE);
  if (type->kind != CTI_CTYPE_COMPONENT && type->kind != CTI_CTYPE_INSTANCE) blank(p);
  switch (type->kind) {
    case CTI_CTYPE_VALUE: print_def(p, scope, &type->value); break;
    case CTI_CTYPE_FUNC: print_func(p, scope, type); break;
    case CTI_CTYPE_RESOURCE: print_resource(p, scope, type); break;
    case CTI_CTYPE_COMPONENT: print_decls(p, scope, type->decls, "component"); break;
    case CTI_CTYPE_INSTANCE: print_decls(p, scope, type->decls, "instance"); break;
  }
  cti_text_close(&p->text);
  scope->count[CTI_SORT_TYPE]++;
}

/* ---- core types */

static void print_module_decl(cti_printer *p, cti_scope *scope, const cti_module_decl *decl) {
  switch (decl->kind) {
    case CTI_MODULE_DECL_TYPE: cti_print_rec_group(p, scope, decl->type->subs, decl->type->sub_count, decl->type->written, CTI_NO_PLACE, false); break;
    case CTI_MODULE_DECL_ALIAS: {
      const cti_alias alias = {.kind = CTI_ALIAS_OUTER, .sort = CTI_SORT_CORE_TYPE, .instance = decl->outer_count, .index = decl->outer_index};
      cti_print_alias(p, scope, &alias);
      break;
    }
    case CTI_MODULE_DECL_IMPORT: cti_print_import(p, scope, &decl->import, false); break;
    case CTI_MODULE_DECL_EXPORT:
      cti_text_open(&p->text, "export ");
      cti_text_quoted(&p->text, decl->import.name);
      blank(p);
      cti_print_extern_type(p, scope, &decl->import.type, false);
      cti_text_close(&p->text);
      cti_text_close(&p->text);
      break;
  }
}

static void print_module_type(cti_printer *p, cti_scope *outer, const cti_core_type_def *type) {
  cti_scope scope;
  cti_scope_init(&scope, outer, false);
  cti_text_newline(&p->text, CTI_NO_PLACE);
  cti_text_open(&p->text, "module");
  for (uint32_t i = 0; i < type->decl_count; i++) {
    cti_text_newline(&p->text, CTI_NO_PLACE);
    print_module_decl(p, &scope, &type->decls[i]);
  }
  cti_text_close(&p->text);
}

void cti_print_core_type(cti_printer *p, cti_scope *scope, const cti_core_type_def *type) {
  if (type->kind == CTI_CORE_TYPE_REC) {
    cti_print_rec_group(p, scope, type->subs, type->sub_count, type->written, CTI_NO_PLACE, true);
    return;
  }
  cti_text_open(&p->text, "core type ");
  cti_print_sort_definition(p, scope, CTI_SORT_CORE_TYPE);
  print_module_type(p, scope, type);
  cti_text_close(&p->text);
  scope->count[CTI_SORT_CORE_TYPE]++;
  if (!cti_vec_push(p->arena, &scope->types, NULL)) p->text.failed = true;
}
