/* print_component.c - components in the text format: item by item, in the order of the file. Flows in: a decoded component. Flows out: text.
 * https://github.com/WebAssembly/component-model/blob/main/design/mvp/Explainer.md */
#include "text/print_component.h"

static void sort_group(cti_printer *p, cti_sort sort) {
  cti_text_open(&p->text, cti_sorts[sort].text);
  cti_text_char(&p->text, ' ');
}

/* (func 3) */
static void print_use(cti_printer *p, const cti_scope *scope, cti_sort sort, uint32_t index) {
  sort_group(p, sort);
  cti_print_sort_index(p, scope, sort, index);
  cti_text_close(&p->text);
}

/* (func $f (;3;)), and the index space grows by it */
static void print_new(cti_printer *p, cti_scope *scope, cti_sort sort) {
  if (scope->is_component) sort_group(p, sort);
  else cti_text_open(&p->text, "type "); /* the one sort that module types alias */
  cti_print_sort_definition(p, scope, sort);
  cti_text_close(&p->text);
  scope->count[sort]++;
}

/* ---- instances */

static void print_core_args(cti_printer *p, cti_scope *scope, const cti_item *item) {
  for (uint32_t i = 0; i < item->of.instance.count; i++) {
    const cti_named_index *arg = &item->of.instance.items[i];
    cti_text_newline(&p->text, item->offset);
    cti_text_open(&p->text, "with ");
    cti_text_quoted(&p->text, arg->name.name);
    cti_text_lit(&p->text, " ");
    cti_text_open(&p->text, "instance ");
    cti_print_sort_index(p, scope, CTI_SORT_CORE_INSTANCE, arg->item.index);
    cti_text_close(&p->text);
    cti_text_close(&p->text);
  }
}

static void print_core_instance(cti_printer *p, cti_scope *scope, const cti_item *item) {
  cti_text_open(&p->text, "core instance ");
  cti_print_sort_definition(p, scope, CTI_SORT_CORE_INSTANCE);
  if (item->of.instance.is_exports) {
    for (uint32_t i = 0; i < item->of.instance.count; i++) {
      const cti_named_index *export_ = &item->of.instance.items[i];
      cti_text_newline(&p->text, item->offset);
      cti_print_export(p, scope, export_->name.name, export_->item.sort, export_->item.index);
    }
  } else {
    cti_text_char(&p->text, ' ');
    cti_text_open(&p->text, "instantiate ");
    cti_print_sort_index(p, scope, CTI_SORT_CORE_MODULE, item->of.instance.index);
    print_core_args(p, scope, item);
    cti_text_close(&p->text);
  }
  cti_text_close(&p->text);
  scope->count[CTI_SORT_CORE_INSTANCE]++;
}

static void print_args(cti_printer *p, cti_scope *scope, const cti_item *item) {
  for (uint32_t i = 0; i < item->of.instance.count; i++) {
    const cti_named_index *arg = &item->of.instance.items[i];
    cti_text_newline(&p->text, item->offset);
    cti_text_open(&p->text, "with ");
    cti_text_quoted(&p->text, arg->name.name);
    cti_text_char(&p->text, ' ');
    print_use(p, scope, arg->item.sort, arg->item.index);
    cti_text_close(&p->text);
  }
}

static void print_inline_exports(cti_printer *p, cti_scope *scope, const cti_item *item) {
  for (uint32_t i = 0; i < item->of.instance.count; i++) {
    const cti_named_index *export_ = &item->of.instance.items[i];
    cti_text_newline(&p->text, item->offset);
    cti_text_open(&p->text, "export ");
    cti_print_extern_name(p, &export_->name);
    cti_text_char(&p->text, ' ');
    print_use(p, scope, export_->item.sort, export_->item.index);
    cti_text_close(&p->text);
  }
}

static void print_instance(cti_printer *p, cti_scope *scope, const cti_item *item) {
  cti_text_open(&p->text, "instance ");
  cti_print_sort_definition(p, scope, CTI_SORT_INSTANCE);
  scope->count[CTI_SORT_INSTANCE]++;
  if (item->of.instance.is_exports) {
    print_inline_exports(p, scope, item);
  } else {
    cti_text_char(&p->text, ' ');
    cti_text_open(&p->text, "instantiate ");
    cti_print_sort_index(p, scope, CTI_SORT_COMPONENT, item->of.instance.index);
    print_args(p, scope, item);
    cti_text_close(&p->text);
  }
  cti_text_close(&p->text);
}

/* ---- aliases */

static bool same_name(const cti_shown *a, const cti_shown *b) { return a->style == b->style && cti_slice_eq(a->name, b->name); }

/* The scope `count` steps out: by its name, unless a nearer one has the same. */
static void print_outer_count(cti_printer *p, const cti_scope *scope, uint32_t count) {
  const cti_scope *outer = scope;
  for (uint32_t i = 0; i < count && outer; i++) outer = outer->outer;
  bool hidden = !outer || outer->self.style == CTI_STYLE_NONE;
  for (const cti_scope *s = scope; !hidden && s != outer; s = s->outer) hidden = same_name(&s->self, &outer->self);
  if (hidden) cti_text_u64(&p->text, count);
  else cti_print_shown(p, &outer->self, "component", outer->outer ? outer->outer->count[CTI_SORT_COMPONENT] : 0);
}

static void print_outer_alias(cti_printer *p, cti_scope *scope, const cti_alias *alias) {
  static const cti_name_space nothing[CTI_SORT_COUNT];
  const cti_scope *outer = scope;
  for (uint32_t i = 0; i < alias->instance && outer; i++) outer = outer->outer;
  if (!outer) cti_text_printf(&p->text, "(; invalid outer alias count %u ;) ", alias->instance);
  cti_text_open(&p->text, "alias outer ");
  print_outer_count(p, scope, alias->instance);
  cti_text_char(&p->text, ' ');
  cti_name_space names = outer ? outer->spaces[alias->sort] : nothing[alias->sort];
  names.what = scope->spaces[alias->sort].what;
  cti_print_index(p, &names, alias->index);
  cti_text_char(&p->text, ' ');
  print_new(p, scope, alias->sort);
  cti_text_close(&p->text);
  if (alias->sort == CTI_SORT_CORE_TYPE && !cti_vec_push(p->arena, &scope->types, NULL)) p->text.failed = true;
}

void cti_print_alias(cti_printer *p, cti_scope *scope, const cti_alias *alias) {
  if (alias->kind == CTI_ALIAS_OUTER) {
    print_outer_alias(p, scope, alias);
    return;
  }
  bool is_core = alias->kind == CTI_ALIAS_CORE_EXPORT;
  cti_text_open(&p->text, is_core ? "alias core export " : "alias export ");
  cti_print_sort_index(p, scope, is_core ? CTI_SORT_CORE_INSTANCE : CTI_SORT_INSTANCE, alias->instance);
  cti_text_char(&p->text, ' ');
  cti_text_quoted(&p->text, alias->name);
  cti_text_char(&p->text, ' ');
  print_new(p, scope, alias->sort);
  cti_text_close(&p->text);
}

/* ---- canonical functions, by the immediates that canon.def lists */

static void print_options(cti_printer *p, const cti_scope *scope, const cti_canon *canon) {
  static const cti_sort sorts[CTI_CANON_OPT_COUNT] = {[CTI_CANON_OPT_MEMORY] = CTI_SORT_CORE_MEMORY, [CTI_CANON_OPT_REALLOC] = CTI_SORT_CORE_FUNC, [CTI_CANON_OPT_POST_RETURN] = CTI_SORT_CORE_FUNC,
                                                      [CTI_CANON_OPT_CALLBACK] = CTI_SORT_CORE_FUNC, [CTI_CANON_OPT_CORE_TYPE] = CTI_SORT_CORE_TYPE};
  for (uint32_t i = 0; i < canon->option_count; i++) {
    const cti_canon_opt *option = &canon->options[i];
    const cti_canon_opt_info *info = &cti_canon_opts[option->kind];
    cti_text_char(&p->text, ' ');
    if (!info->has_index) {
      if (option->kind == CTI_CANON_OPT_ASYNC) cti_text_inked(&p->text, CTI_INK_TYPE, info->name);
      else cti_text_str(&p->text, info->name);
      continue;
    }
    cti_text_open(&p->text, info->name);
    cti_text_char(&p->text, ' ');
    cti_print_sort_index(p, scope, sorts[option->kind], option->index);
    cti_text_close(&p->text);
  }
}

static void print_lift(cti_printer *p, cti_scope *scope, const cti_canon *canon) {
  cti_text_open(&p->text, "func ");
  cti_print_sort_definition(p, scope, CTI_SORT_FUNC);
  cti_text_char(&p->text, ' ');
  print_use(p, scope, CTI_SORT_TYPE, canon->type);
  cti_text_char(&p->text, ' ');
  cti_text_open(&p->text, "canon lift ");
  print_use(p, scope, CTI_SORT_CORE_FUNC, canon->func);
  print_options(p, scope, canon);
  cti_text_close(&p->text);
  cti_text_close(&p->text);
  scope->count[CTI_SORT_FUNC]++;
}

static void print_canon_immediate(cti_printer *p, const cti_scope *scope, const cti_canon *canon, char immediate) {
  if (immediate == 'o') {
    print_options(p, scope, canon);
    return;
  }
  bool absent = immediate == '0' || ((immediate == 'a' || immediate == 'c') && !canon->flag) || (immediate == 'r' && cti_valtype_is_none(canon->result));
  if (absent) return;
  cti_text_char(&p->text, ' ');
  switch (immediate) {
    case 'f': print_use(p, scope, CTI_SORT_FUNC, canon->func); break;
    case 'R':
    case 'S':
    case 'U': cti_print_sort_index(p, scope, CTI_SORT_TYPE, canon->type); break;
    case 'y': cti_print_sort_index(p, scope, CTI_SORT_CORE_TYPE, canon->type); break;
    case 'b': cti_print_sort_index(p, scope, CTI_SORT_CORE_TABLE, canon->table); break;
    case 'm':
      cti_text_open(&p->text, "memory ");
      cti_print_sort_index(p, scope, CTI_SORT_CORE_MEMORY, canon->memory);
      cti_text_close(&p->text);
      break;
    case 'a': cti_text_inked(&p->text, CTI_INK_TYPE, "async"); break;
    case 'c': cti_text_lit(&p->text, "cancellable"); break;
    case 'r':
      cti_text_open(&p->text, "result ");
      cti_print_component_valtype(p, scope, canon->result);
      cti_text_close(&p->text);
      break;
    case 'v': cti_print_valtype(p, scope, canon->slot_type); break;
    case 'n': cti_text_u64(&p->text, canon->slot); break;
    default: break;
  }
}

static void print_canon(cti_printer *p, cti_scope *scope, const cti_canon *canon) {
  if (canon->kind == CTI_CANON_LIFT) {
    print_lift(p, scope, canon);
    return;
  }
  cti_text_open(&p->text, "core func ");
  cti_print_sort_definition(p, scope, CTI_SORT_CORE_FUNC);
  cti_text_char(&p->text, ' ');
  cti_text_open(&p->text, "canon ");
  cti_text_ink(&p->text, CTI_INK_KEYWORD);
  cti_text_str(&p->text, cti_canons[canon->kind].name);
  cti_text_plain(&p->text);
  for (const char *immediate = cti_canons[canon->kind].immediates; *immediate; immediate++) print_canon_immediate(p, scope, canon, *immediate);
  cti_text_close(&p->text);
  cti_text_close(&p->text);
  scope->count[CTI_SORT_CORE_FUNC]++;
}

/* ---- start, imports, exports */

static void print_start(cti_printer *p, cti_scope *scope, const cti_item *item) {
  cti_text_open(&p->text, "start ");
  cti_print_sort_index(p, scope, CTI_SORT_FUNC, item->of.start.func);
  for (uint32_t i = 0; i < item->of.start.arg_count; i++) {
    cti_text_char(&p->text, ' ');
    print_use(p, scope, CTI_SORT_VALUE, item->of.start.args[i]);
  }
  for (uint32_t i = 0; i < item->of.start.result_count && !p->text.failed; i++) {
    cti_text_char(&p->text, ' ');
    cti_text_open(&p->text, "result ");
    print_new(p, scope, CTI_SORT_VALUE);
    cti_text_close(&p->text);
  }
  cti_text_close(&p->text);
}

static void print_export(cti_printer *p, cti_scope *scope, const cti_item *item) {
  cti_sort_index what = item->of.export_.item;
  cti_text_open(&p->text, "export ");
  cti_print_sort_definition(p, scope, what.sort);
  scope->count[what.sort]++;
  cti_text_char(&p->text, ' ');
  cti_print_extern_name(p, &item->of.export_.name);
  cti_text_char(&p->text, ' ');
  print_use(p, scope, what.sort, what.index);
  if (!cti_externtype_is_none(item->of.export_.type)) {
    cti_text_char(&p->text, ' ');
    cti_print_externtype(p, scope, &item->of.export_.type, false);
  }
  cti_text_close(&p->text);
}

/* ---- items. Each is printed as soon as it is read, and forgotten: what later ones need of it, names and the length of index spaces, is in the scope. */

static void print_custom_item(cti_printer *p, const cti_scope *scope, const cti_frame *frame, const cti_item *item) {
  ct_slice content = item->of.custom.content;
  cti_print_custom(p, scope, item->of.custom.name, content, frame->payload_offset, frame->payload_offset + frame->payload.size - content.size);
}

/* A component as far as it can be read: `is_broken` when that is not to its end, and the failure is its form's. */
static ct_status print_component(bool *is_broken, cti_printer *p, cti_scope *outer, ct_slice bytes, uint64_t base, uint32_t depth);

static ct_status print_nested(cti_printer *p, cti_scope *scope, cti_component_reader *r) {
  bool is_broken;
  ct_status status = print_component(&is_broken, p, scope, r->frame.payload, r->frame.payload_offset, r->depth + 1);
  if (status != CT_OK && !is_broken) return status;
  cti_text_close_at(&p->text, r->frame.payload_offset + r->frame.payload.size);
  if (is_broken) cti_component_reader_fail_nested(r, scope->count[CTI_SORT_COMPONENT]);
  scope->count[CTI_SORT_COMPONENT]++;
  return p->text.failed ? p->error->status : CT_OK;
}

static ct_status print_item(cti_printer *p, cti_scope *scope, cti_component_reader *r, const cti_item *item) {
  if (item->kind != CTI_ITEM_CUSTOM) cti_text_newline(&p->text, item->offset);
  switch (item->kind) {
    case CTI_ITEM_CUSTOM: print_custom_item(p, scope, &r->frame, item); break;
    case CTI_ITEM_CORE_MODULE:
      CTI_TRY(cti_print_module(p, scope, item->of.module, item->offset, "core module"));
      scope->count[CTI_SORT_CORE_MODULE]++;
      break;
    case CTI_ITEM_CORE_INSTANCE: print_core_instance(p, scope, item); break;
    case CTI_ITEM_CORE_TYPE: cti_print_core_type(p, scope, item->of.core_type); break;
    case CTI_ITEM_COMPONENT: CTI_TRY(print_nested(p, scope, r)); break;
    case CTI_ITEM_INSTANCE: print_instance(p, scope, item); break;
    case CTI_ITEM_ALIAS: cti_print_alias(p, scope, &item->of.alias); break;
    case CTI_ITEM_TYPE: cti_print_ctype(p, scope, item->of.type); break;
    case CTI_ITEM_CANON: print_canon(p, scope, &item->of.canon); break;
    case CTI_ITEM_START: print_start(p, scope, item); break;
    case CTI_ITEM_IMPORT: cti_print_component_import(p, scope, item); break;
    case CTI_ITEM_EXPORT: print_export(p, scope, item); break;
    case CTI_ITEM_VALUE:
    case CTI_ITEM_COUNT: return cti_fail(p->error, CT_UNSUPPORTED, item->offset, "a value section has no text form");
  }
  return p->text.failed ? p->error->status : CT_OK;
}

/* Core types stay, for function types are printed where they are used. */
static ct_status print_items(bool *is_broken, cti_printer *p, cti_scope *scope, cti_component_reader *r, cti_arena *scratch) {
  while (cti_component_reader_section(r)) {
    cti_arena *arena = r->frame.id == CTI_ITEM_CORE_TYPE ? p->arena : scratch;
    for (cti_item item; cti_component_reader_item(r, &item, arena);) {
      CTI_TRY(print_item(p, scope, r, &item));
      if (scratch->total > CTI_ITEMS_KEPT) cti_arena_free(scratch);
    }
  }
  *is_broken = cti_component_reader_status(r) != CT_OK;
  return cti_component_reader_status(r);
}

static void print_self(cti_printer *p, cti_scope *scope) {
  cti_scope *outer = scope->outer;
  cti_text_open(&p->text, "component");
  if (outer) {
    /* The outer one's name for it is what counts: outer aliases use that. */
    const cti_shown *shown = cti_shown_of(&outer->spaces[CTI_SORT_COMPONENT], outer->count[CTI_SORT_COMPONENT]);
    scope->self = shown ? *shown : (cti_shown){.style = CTI_STYLE_NONE};
    cti_text_char(&p->text, ' ');
    cti_print_sort_definition(p, outer, CTI_SORT_COMPONENT);
  } else if (scope->self.style) {
    cti_text_char(&p->text, ' ');
    cti_print_shown_defined(p, &scope->self, "component", 0);
  }
}

static ct_status print_opened(bool *is_broken, cti_printer *p, cti_scope *outer, ct_slice bytes, uint64_t base, uint32_t depth) {
  cti_component_reader r;
  cti_arena scratch;
  cti_scope *scope = CTI_NEW(p->arena, cti_scope);
  if (!scope) return CT_NOMEM;
  cti_scope_init(scope, outer, true);
  if (!cti_scope_name_component(scope, bytes, base, p)) return CT_NOMEM;
  print_self(p, scope);
  *is_broken = cti_component_reader_begin(&r, bytes, base, depth, p->error) != CT_OK;
  if (*is_broken) return p->error->status;
  cti_arena_init(&scratch, p->error);
  ct_status status = print_items(is_broken, p, scope, &r, &scratch);
  cti_arena_free(&scratch);
  return status;
}

static ct_status print_component(bool *is_broken, cti_printer *p, cti_scope *outer, ct_slice bytes, uint64_t base, uint32_t depth) {
  cti_arena *around = p->arena, arena;
  *is_broken = false;
  cti_arena_init(&arena, p->error);
  p->arena = &arena;
  ct_status status = print_opened(is_broken, p, outer, bytes, base, depth);
  p->arena = around;
  cti_arena_free(&arena);
  return status;
}

ct_status cti_print_component(cti_printer *p, ct_slice bytes) {
  bool is_broken;
  ct_status status = print_component(&is_broken, p, NULL, bytes, 0, 0);
  if (status == CT_OK) cti_text_close_at(&p->text, bytes.size);
  return status;
}
