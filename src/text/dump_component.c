/* dump_component.c - components for the dumper: item by item, each with the bytes it was read from. Flows in: a decoded component. Flows out: lines. */
#include "text/dump.h"

#include "core/framing.h"

/* "stream.cancel-read" as StreamCancelRead. */
static void show_camel(cti_buf *out, const char *name) {
  bool up = true;
  for (; *name; name++) {
    bool between = *name == '.' || *name == '-' || *name == '_' || *name == ' ';
    if (!between) cti_buf_u8(out, (uint8_t)(up && *name >= 'a' && *name <= 'z' ? *name - 'a' + 'A' : *name));
    up = between;
  }
}

/* ---- value types */

static void show_valtype(cti_buf *out, cti_valtype type) {
  if (!cti_valtype_is_prim(type)) {
    cti_buf_printf(out, "Type(%u)", cti_valtype_index(type));
    return;
  }
  cti_buf_str(out, "Primitive(");
  show_camel(out, cti_prims[cti_valtype_to_prim(type)].name);
  cti_buf_u8(out, ')');
}

static void show_optional(cti_buf *out, cti_valtype type) {
  if (cti_valtype_is_none(type)) {
    cti_buf_str(out, "None");
    return;
  }
  cti_buf_str(out, "Some(");
  show_valtype(out, type);
  cti_buf_u8(out, ')');
}

/* A member by the kind of its list: a pair, a case, a label or a bare type. */
static void show_member(cti_buf *out, const cti_member *member, cti_def_kind kind) {
  switch (kind) {
    case CTI_DEF_RECORD:
      cti_buf_u8(out, '(');
      cti_show_string(out, member->name);
      cti_buf_str(out, ", ");
      show_valtype(out, member->type);
      cti_buf_u8(out, ')');
      break;
    case CTI_DEF_VARIANT:
      cti_buf_str(out, "VariantCase { name: ");
      cti_show_string(out, member->name);
      cti_buf_str(out, ", ty: ");
      show_optional(out, member->type);
      cti_buf_str(out, " }");
      break;
    case CTI_DEF_TUPLE: show_valtype(out, member->type); break;
    default: cti_show_string(out, member->name);
  }
}

static void show_members(cti_buf *out, const cti_def *def) {
  cti_buf_u8(out, '[');
  for (uint32_t i = 0; i < def->member_count; i++) {
    if (i) cti_buf_str(out, ", ");
    show_member(out, &def->members[i], def->kind);
  }
  cti_buf_u8(out, ']');
}

static const char *const def_words[] = {
    [CTI_DEF_RECORD] = "Record(", [CTI_DEF_VARIANT] = "Variant(", [CTI_DEF_ENUM] = "Enum(",     [CTI_DEF_FLAGS] = "Flags(",   [CTI_DEF_TUPLE] = "Tuple(", [CTI_DEF_LIST] = "List(",
    [CTI_DEF_FIXED_LIST] = "FixedLengthList(", [CTI_DEF_MAP] = "Map(", [CTI_DEF_OPTION] = "Option(", [CTI_DEF_STREAM] = "Stream(", [CTI_DEF_FUTURE] = "Future(", [CTI_DEF_OWN] = "Own(",
    [CTI_DEF_BORROW] = "Borrow(",
};

static void show_def(cti_buf *out, const cti_def *def) {
  if (def->kind == CTI_DEF_ALIAS) {
    show_valtype(out, def->element);
    return;
  }
  if (def->kind == CTI_DEF_RESULT) {
    cti_buf_str(out, "Result { ok: ");
    show_optional(out, def->element);
    cti_buf_str(out, ", err: ");
    show_optional(out, def->key);
    cti_buf_str(out, " }");
    return;
  }
  if (def->kind >= CTI_COUNT(def_words) || !def_words[def->kind]) return;
  cti_buf_str(out, def_words[def->kind]);
  switch (def->kind) {
    case CTI_DEF_OWN:
    case CTI_DEF_BORROW: cti_buf_printf(out, "%u", def->resource); break;
    case CTI_DEF_STREAM:
    case CTI_DEF_FUTURE: show_optional(out, def->element); break;
    case CTI_DEF_MAP:
      show_valtype(out, def->key);
      cti_buf_str(out, ", ");
      show_valtype(out, def->element);
      break;
    case CTI_DEF_LIST:
    case CTI_DEF_OPTION:
    case CTI_DEF_FIXED_LIST: show_valtype(out, def->element); break;
    default: show_members(out, def);
  }
  if (def->kind == CTI_DEF_FIXED_LIST) cti_buf_printf(out, ", %u", def->length);
  cti_buf_u8(out, ')');
}

/* ---- names and types of imports and exports */

static void show_attribute(cti_buf *out, const char *label, ct_slice value) {
  cti_buf_printf(out, ", %s: ", label);
  if (!value.data) {
    cti_buf_str(out, "None");
    return;
  }
  cti_buf_str(out, "Some(");
  cti_show_string(out, value);
  cti_buf_u8(out, ')');
}

static void show_extern_name(cti_buf *out, const cti_extern_name *name) {
  const cti_name_attributes *attributes = cti_attributes_of(name);
  cti_buf_str(out, "ComponentExternName { name: ");
  cti_show_string(out, name->name);
  show_attribute(out, "implements", attributes->implements);
  show_attribute(out, "version_suffix", attributes->version_suffix);
  show_attribute(out, "external_id", attributes->external_id);
  cti_buf_str(out, " }");
}

/* What sorts are called here: cores without their "core", but for core modules, which need none. */
static const char *sort_word(cti_sort sort) {
  static const char *const words[CTI_SORT_COUNT] = {
      [CTI_SORT_CORE_FUNC] = "Func",     [CTI_SORT_CORE_TABLE] = "Table", [CTI_SORT_CORE_MEMORY] = "Memory", [CTI_SORT_CORE_GLOBAL] = "Global", [CTI_SORT_CORE_TAG] = "Tag",
      [CTI_SORT_CORE_TYPE] = "CoreType", [CTI_SORT_CORE_MODULE] = "Module", [CTI_SORT_CORE_INSTANCE] = "Instance", [CTI_SORT_FUNC] = "Func", [CTI_SORT_VALUE] = "Value", [CTI_SORT_TYPE] = "Type",
      [CTI_SORT_COMPONENT] = "Component", [CTI_SORT_INSTANCE] = "Instance",
  };
  return words[sort];
}

static void show_externtype(cti_buf *out, const cti_externtype *type) {
  cti_buf_printf(out, "%s(", sort_word(type->sort));
  if (type->sort == CTI_SORT_VALUE) show_valtype(out, type->value);
  else if (type->sort == CTI_SORT_TYPE && !type->is_eq) cti_buf_str(out, "SubResource");
  else cti_buf_printf(out, type->sort == CTI_SORT_TYPE ? "Eq(%u)" : "%u", type->index);
  cti_buf_u8(out, ')');
}

static void show_import(cti_buf *out, const cti_item *item) {
  cti_buf_str(out, "ComponentImport { name: ");
  show_extern_name(out, &item->of.import.name);
  cti_buf_str(out, ", ty: ");
  show_externtype(out, &item->of.import.type);
  cti_buf_str(out, " }");
}

static void show_export(cti_buf *out, const cti_extern_name *name, cti_sort_index what, cti_externtype type) {
  cti_buf_str(out, "ComponentExport { name: ");
  show_extern_name(out, name);
  cti_buf_printf(out, ", kind: %s, index: %u, ty: ", sort_word(what.sort), what.index);
  if (!cti_externtype_is_none(type)) {
    cti_buf_str(out, "Some(");
    show_externtype(out, &type);
    cti_buf_str(out, ") }");
  } else {
    cti_buf_str(out, "None }");
  }
}

/* ---- aliases and instances */

static void show_alias(cti_buf *out, const cti_alias *alias) {
  if (alias->kind == CTI_ALIAS_OUTER) {
    cti_buf_printf(out, "Outer { kind: %s, count: %u, index: %u }", alias->sort == CTI_SORT_CORE_MODULE ? "CoreModule" : sort_word(alias->sort), alias->instance, alias->index);
    return;
  }
  cti_buf_printf(out, "%s { kind: %s, instance_index: %u, name: ", alias->kind == CTI_ALIAS_CORE_EXPORT ? "CoreInstanceExport" : "InstanceExport", sort_word(alias->sort), alias->instance);
  cti_show_string(out, alias->name);
  cti_buf_str(out, " }");
}

static void show_instance(cti_buf *out, const cti_item *item, bool is_core) {
  bool exports = item->of.instance.is_exports;
  if (exports) cti_buf_str(out, "FromExports([");
  else cti_buf_printf(out, "Instantiate { %s: %u, args: [", is_core ? "module_index" : "component_index", item->of.instance.index);
  for (uint32_t i = 0; i < item->of.instance.count; i++) {
    const cti_named_index *named = &item->of.instance.items[i];
    if (i) cti_buf_str(out, ", ");
    if (exports && !is_core) {
      show_export(out, &named->name, named->item, CTI_EXTERNTYPE_NONE);
      continue;
    }
    cti_buf_printf(out, "%s { name: ", exports ? "Export" : is_core ? "InstantiationArg" : "ComponentInstantiationArg");
    cti_show_string(out, named->name.name);
    cti_buf_printf(out, ", kind: %s, index: %u }", sort_word(named->item.sort), named->item.index);
  }
  cti_buf_str(out, exports ? "])" : "] }");
}

/* ---- types */

static void show_rec_group(cti_buf *out, const cti_core_type_def *type) {
  cti_buf_str(out, type->written ? "RecGroup { inner: Explicit([" : "RecGroup { inner: Implicit(");
  for (uint32_t i = 0; i < type->sub_count; i++) {
    cti_buf_printf(out, i ? ", (%llu, " : "(%llu, ", (unsigned long long)type->subs[i].offset);
    cti_show_subtype(out, &type->subs[i]);
    cti_buf_u8(out, ')');
  }
  cti_buf_str(out, type->written ? "]) }" : ") }");
}

static void show_module_decl(cti_buf *out, const cti_module_decl *decl) {
  switch (decl->kind) {
    case CTI_MODULE_DECL_TYPE:
      cti_buf_str(out, "Type(");
      show_rec_group(out, decl->type);
      cti_buf_u8(out, ')');
      break;
    case CTI_MODULE_DECL_EXPORT:
      cti_buf_str(out, "Export { name: ");
      cti_show_string(out, decl->import.name);
      cti_buf_str(out, ", ty: ");
      cti_show_extern_type(out, &decl->import.type);
      cti_buf_str(out, " }");
      break;
    case CTI_MODULE_DECL_ALIAS: cti_buf_printf(out, "OuterAlias { kind: Type, count: %u, index: %u }", decl->outer_count, decl->outer_index); break;
    case CTI_MODULE_DECL_IMPORT:
      cti_buf_str(out, "Import(");
      cti_show_import(out, &decl->import);
      cti_buf_u8(out, ')');
      break;
  }
}

static void show_core_type(cti_buf *out, const cti_core_type_def *type) {
  if (type->kind == CTI_CORE_TYPE_REC) {
    cti_buf_str(out, "Rec(");
    show_rec_group(out, type);
    cti_buf_u8(out, ')');
    return;
  }
  cti_buf_str(out, "Module([");
  for (uint32_t i = 0; i < type->decl_count; i++) {
    if (i) cti_buf_str(out, ", ");
    show_module_decl(out, &type->decls[i]);
  }
  cti_buf_str(out, "])");
}

static void show_ctype(cti_buf *out, const cti_ctype *type);

static void show_decl(cti_buf *out, const cti_item *item) {
  switch (item->kind) {
    case CTI_ITEM_CORE_TYPE: cti_buf_str(out, "CoreType("); show_core_type(out, item->of.core_type); break;
    case CTI_ITEM_TYPE: cti_buf_str(out, "Type("); show_ctype(out, item->of.type); break;
    case CTI_ITEM_ALIAS: cti_buf_str(out, "Alias("); show_alias(out, &item->of.alias); break;
    case CTI_ITEM_IMPORT: cti_buf_str(out, "Import("); show_import(out, item); break;
    default:
      cti_buf_str(out, "Export { name: ");
      show_extern_name(out, &item->of.export_.name);
      cti_buf_str(out, ", ty: ");
      show_externtype(out, &item->of.export_.type);
      cti_buf_str(out, " }");
      return;
  }
  cti_buf_u8(out, ')');
}

static void show_decls(cti_buf *out, const char *word, const cti_component *decls) {
  cti_buf_printf(out, "%s([", word);
  for (uint32_t i = 0; i < decls->items.count; i++) {
    if (i) cti_buf_str(out, ", ");
    show_decl(out, &decls->items.items[i]);
  }
  cti_buf_str(out, "])");
}

static void show_func(cti_buf *out, const cti_ctype *type) {
  cti_buf_printf(out, "Func(ComponentFuncType { async_: %s, params: [", type->is_async ? "true" : "false");
  for (uint32_t i = 0; i < type->param_count; i++) {
    if (i) cti_buf_str(out, ", ");
    show_member(out, &type->params[i], CTI_DEF_RECORD);
  }
  cti_buf_str(out, "], result: ");
  show_optional(out, type->result);
  cti_buf_str(out, " })");
}

static void show_ctype(cti_buf *out, const cti_ctype *type) {
  switch (type->kind) {
    case CTI_CTYPE_VALUE:
      cti_buf_str(out, "Defined(");
      show_def(out, &type->value);
      cti_buf_u8(out, ')');
      break;
    case CTI_CTYPE_FUNC: show_func(out, type); break;
    case CTI_CTYPE_COMPONENT: show_decls(out, "Component", type->decls); break;
    case CTI_CTYPE_INSTANCE: show_decls(out, "Instance", type->decls); break;
    case CTI_CTYPE_RESOURCE:
      cti_buf_str(out, "Resource { rep: ");
      cti_show_valtype(out, type->rep);
      cti_buf_str(out, ", dtor: ");
      cti_show_optional(out, type->dtor != UINT32_MAX, type->dtor);
      cti_buf_str(out, " }");
      break;
  }
}

/* ---- canonical functions */

static void show_options(cti_buf *out, const cti_canon *canon) {
  static const char *const words[CTI_CANON_OPT_COUNT] = {
      [CTI_CANON_OPT_UTF8] = "UTF8",         [CTI_CANON_OPT_UTF16] = "UTF16",            [CTI_CANON_OPT_LATIN1_UTF16] = "CompactUTF16", [CTI_CANON_OPT_MEMORY] = "Memory",
      [CTI_CANON_OPT_REALLOC] = "Realloc",   [CTI_CANON_OPT_POST_RETURN] = "PostReturn", [CTI_CANON_OPT_ASYNC] = "Async",               [CTI_CANON_OPT_CALLBACK] = "Callback",
      [CTI_CANON_OPT_CORE_TYPE] = "CoreType", [CTI_CANON_OPT_GC] = "Gc",
  };
  cti_buf_str(out, "options: [");
  for (uint32_t i = 0; i < canon->option_count; i++) {
    const cti_canon_opt *option = &canon->options[i];
    cti_buf_printf(out, i ? ", %s" : "%s", words[option->kind]);
    if (cti_canon_opts[option->kind].has_index) cti_buf_printf(out, "(%u)", option->index);
  }
  cti_buf_u8(out, ']');
}

static void show_canon_part(cti_buf *out, const cti_canon *canon, char part) {
  switch (part) {
    case 'f': cti_buf_printf(out, canon->kind == CTI_CANON_LIFT ? "core_func_index: %u" : "func_index: %u", canon->func); break;
    case 't': cti_buf_printf(out, "type_index: %u", canon->type); break;
    case 'R': cti_buf_printf(out, "resource: %u", canon->type); break;
    case 'S':
    case 'U': cti_buf_printf(out, "ty: %u", canon->type); break;
    case 'y': cti_buf_printf(out, "func_ty_index: %u", canon->type); break;
    case 'b': cti_buf_printf(out, "table_index: %u", canon->table); break;
    case 'm': cti_buf_printf(out, "memory: %u", canon->memory); break;
    case 'a': cti_buf_printf(out, "async_: %s", canon->flag ? "true" : "false"); break;
    case 'o': show_options(out, canon); break;
    case 'r':
      cti_buf_str(out, "result: ");
      show_optional(out, canon->result);
      break;
    case 'v':
      cti_buf_str(out, "ty: ");
      cti_show_valtype(out, canon->slot_type);
      break;
    default: cti_buf_printf(out, "slot: %u", canon->slot);
  }
}

static void show_canon(cti_buf *out, const cti_canon *canon) {
  const char *parts = canon->kind == CTI_CANON_LIFT ? "fto" : cti_canons[canon->kind].immediates;
  const char *between = " { ";
  show_camel(out, cti_canons[canon->kind].name);
  for (; *parts; parts++) {
    if (*parts == '0' || *parts == 'c') continue;
    cti_buf_str(out, between);
    show_canon_part(out, canon, *parts);
    between = ", ";
  }
  if (between[0] == ',') cti_buf_str(out, " }");
}

/* ---- items */

static void show_start(cti_buf *out, const cti_item *item) {
  cti_buf_printf(out, "ComponentStartFunction { func_index: %u, arguments: [", item->of.start.func);
  for (uint32_t i = 0; i < item->of.start.arg_count; i++) cti_buf_printf(out, i ? ", %u" : "%u", item->of.start.args[i]);
  cti_buf_printf(out, "], results: %u }", item->of.start.result_count);
}

/* "[core func 3] ", and the index space grows. */
static void show_new(cti_buf *out, uint32_t *count, cti_sort sort) {
  const char *name = sort == CTI_SORT_CORE_MODULE ? "module" : cti_sorts[sort].text;
  cti_buf_printf(out, "[%s %u] ", name, count[sort]++);
}

static void show_item(cti_buf *out, const cti_item *item, uint32_t *count) {
  switch (item->kind) {
    case CTI_ITEM_CORE_INSTANCE: show_new(out, count, CTI_SORT_CORE_INSTANCE); show_instance(out, item, true); break;
    case CTI_ITEM_CORE_TYPE: show_new(out, count, CTI_SORT_CORE_TYPE); show_core_type(out, item->of.core_type); break;
    case CTI_ITEM_INSTANCE: show_new(out, count, CTI_SORT_INSTANCE); show_instance(out, item, false); break;
    case CTI_ITEM_ALIAS: cti_buf_str(out, "alias "); show_new(out, count, item->of.alias.sort); show_alias(out, &item->of.alias); break;
    case CTI_ITEM_TYPE: show_new(out, count, CTI_SORT_TYPE); show_ctype(out, item->of.type); break;
    case CTI_ITEM_CANON: show_new(out, count, item->of.canon.kind == CTI_CANON_LIFT ? CTI_SORT_FUNC : CTI_SORT_CORE_FUNC); show_canon(out, &item->of.canon); break;
    case CTI_ITEM_IMPORT: show_new(out, count, item->of.import.type.sort); show_import(out, item); break;
    case CTI_ITEM_EXPORT: cti_buf_str(out, "export "); show_export(out, &item->of.export_.name, item->of.export_.item, item->of.export_.type); break;
    case CTI_ITEM_START: show_start(out, item); break;
    default: break;
  }
}

static const char *const titles[CTI_ITEM_COUNT] = {
    [CTI_ITEM_CORE_INSTANCE] = "core instance", [CTI_ITEM_CORE_TYPE] = "core type", [CTI_ITEM_INSTANCE] = "component instance", [CTI_ITEM_ALIAS] = "component alias",
    [CTI_ITEM_TYPE] = "component type",         [CTI_ITEM_CANON] = "canonical function", [CTI_ITEM_IMPORT] = "component import", [CTI_ITEM_EXPORT] = "component export",
};

/* ---- sections: each item is shown when it is read, and forgotten */

static ct_status dump_status(const cti_dump *d) {
  if (d->what.failed) return cti_fail(d->error, CT_NOMEM, CT_NO_OFFSET, "out of memory");
  return d->text.failed ? d->error->status : CT_OK;
}

/* A section of several items: each ends where the next one begins. */
static ct_status dump_vector(cti_dump *d, cti_component_reader *r, uint32_t *count, cti_arena *scratch) {
  cti_cursor c = cti_cursor_make(r->frame.payload, r->frame.payload_offset, d->error);
  cti_dump_section(d, &c, titles[r->frame.id]);
  for (cti_item item; cti_component_reader_item(r, &item, scratch);) {
    show_item(&d->what, &item, count);
    cti_dump_line(d, cti_cursor_offset(&r->items));
    CTI_TRY(dump_status(d));
    if (scratch->total > CTI_ITEMS_KEPT) cti_arena_free(scratch);
  }
  return CT_OK;
}

static ct_status dump_component(bool *is_broken, cti_dump *d, ct_slice bytes, uint64_t base, uint32_t depth);

static ct_status dump_nested(cti_dump *d, cti_component_reader *r, const cti_item *item, const char *what, uint32_t index) {
  bool is_broken = false;
  cti_buf_printf(&d->what, "[%s %u] inline size", what, index);
  cti_dump_line(d, item->offset);
  d->nesting++;
  ct_status status = item->kind == CTI_ITEM_CORE_MODULE ? cti_dump_module(d, item->of.module, item->offset)
                                                        : dump_component(&is_broken, d, r->frame.payload, r->frame.payload_offset, r->depth + 1);
  d->nesting--;
  if (!is_broken) return status;
  cti_component_reader_fail_nested(r, index);
  return CT_OK;
}

static void dump_start(cti_dump *d, const cti_frame *frame, const cti_item *item, uint32_t *count) {
  cti_buf_str(&d->what, "start section");
  cti_dump_line(d, frame->payload_offset);
  show_item(&d->what, item, count);
  cti_dump_line(d, frame->payload_offset + frame->payload.size);
}

static void dump_unknown(cti_dump *d, const cti_frame *frame) {
  cti_buf_printf(&d->what, "unknown section: %u", frame->id);
  cti_dump_heading(d, frame->payload_offset);
  cti_dump_skip(d, frame->payload_offset + frame->payload.size, frame->payload.size);
}

static ct_status dump_section(cti_dump *d, cti_component_reader *r, uint32_t *count, cti_arena *scratch) {
  cti_item item;
  if (titles[r->frame.id]) return dump_vector(d, r, count, scratch);
  if (r->frame.id == CTI_ITEM_CUSTOM) CTI_TRY(cti_dump_custom(d, &r->frame));
  if (r->frame.id == CTI_ITEM_VALUE) dump_unknown(d, &r->frame);
  while (cti_component_reader_item(r, &item, scratch)) {
    if (item.kind == CTI_ITEM_CORE_MODULE) CTI_TRY(dump_nested(d, r, &item, "core module", count[CTI_SORT_CORE_MODULE]++));
    if (item.kind == CTI_ITEM_COMPONENT) CTI_TRY(dump_nested(d, r, &item, "component", count[CTI_SORT_COMPONENT]++));
    if (item.kind == CTI_ITEM_START) dump_start(d, &r->frame, &item, count);
  }
  return dump_status(d);
}

/* `is_broken`: it could not be read to its end, and the failure is its form's. */
static ct_status dump_component(bool *is_broken, cti_dump *d, ct_slice bytes, uint64_t base, uint32_t depth) {
  uint32_t count[CTI_SORT_COUNT] = {0};
  cti_component_reader r;
  cti_arena scratch;
  ct_status status = CT_OK;
  if (bytes.size >= CTI_PREAMBLE_SIZE) {
    cti_buf_str(&d->what, "version 13 (Component)");
    cti_dump_heading(d, base + CTI_PREAMBLE_SIZE);
  }
  *is_broken = cti_component_reader_begin(&r, bytes, base, depth, d->error) != CT_OK;
  if (*is_broken) return d->error->status;
  cti_arena_init(&scratch, d->error);
  while (status == CT_OK && cti_component_reader_section(&r)) status = dump_section(d, &r, count, &scratch);
  *is_broken = cti_component_reader_status(&r) != CT_OK;
  cti_arena_free(&scratch);
  return status == CT_OK ? cti_component_reader_status(&r) : status;
}

ct_status cti_dump_component(cti_dump *d, ct_slice bytes) {
  bool is_broken;
  return dump_component(&is_broken, d, bytes, 0, 0);
}
