/* print_module.c - a core module in the text format: section by section, in the order of the file. Flows in: the bytes. Flows out: text.
 *
 * A module that breaks off is printed up to the break: the decoder leaves what it read in the model, and its failure is told at the end. */
#include "text/print_stack.h"

/* ---- one function for each section; `scope` counts the items as they come */

static ct_status print_types(cti_printer *p, cti_scope *scope) {
  const cti_module *m = scope->module;
  for (uint32_t i = 0; i < m->rec_groups.count; i++) {
    const cti_rec_group *group = &m->rec_groups.items[i];
    cti_text_newline(&p->text, group->offset);
    cti_print_rec_group(p, scope, group->count ? m->types.items + group->first : NULL, group->count, group->written, group->offset, false);
  }
  return CT_OK;
}

/* Imports that were written as a group are printed as one. */
static uint32_t print_import_group(cti_printer *p, cti_scope *scope, uint32_t at) {
  const cti_module *m = scope->module;
  const cti_import *first = &m->imports.items[at];
  bool shared_type = first->form == CTI_IMPORT_SHARED_TYPE;
  uint32_t end = at;
  cti_text_open(&p->text, "import ");
  cti_text_quoted(&p->text, first->module);
  for (; end < m->imports.count && m->imports.items[end].group == first->group; end++) {
    const cti_import *import = &m->imports.items[end];
    cti_text_newline(&p->text, import->offset);
    cti_text_open(&p->text, "item ");
    cti_text_quoted(&p->text, import->name);
    if (!shared_type) {
      cti_text_char(&p->text, ' ');
      cti_print_extern_type(p, scope, &import->type, true);
      cti_text_close(&p->text);
    }
    cti_text_close(&p->text);
    scope->count[cti_sort_of_extern(import->type.kind)]++;
  }
  if (shared_type) {
    cti_text_newline(&p->text, first->group_offset);
    cti_print_extern_type(p, scope, &first->type, false);
    cti_text_close(&p->text);
  }
  cti_text_close(&p->text);
  return end;
}

static ct_status print_imports(cti_printer *p, cti_scope *scope) {
  const cti_module *m = scope->module;
  for (uint32_t i = 0; i < m->imports.count;) {
    const cti_import *import = &m->imports.items[i];
    cti_text_newline(&p->text, import->group_offset);
    if (import->form == CTI_IMPORT_SINGLE) {
      cti_print_import(p, scope, import, true);
      scope->count[cti_sort_of_extern(import->type.kind)]++;
      i++;
    } else {
      i = print_import_group(p, scope, i);
    }
  }
  return CT_OK;
}

static ct_status print_functions(cti_printer *p, cti_scope *scope) { /* they are printed with their bodies */
  (void)p;
  (void)scope;
  return CT_OK;
}

static ct_status print_tables(cti_printer *p, cti_scope *scope) {
  const cti_module *m = scope->module;
  for (uint32_t i = m->imported[CTI_EXTERN_TABLE]; i < m->tables.count; i++) {
    const cti_table *table = &m->tables.items[i];
    cti_text_newline(&p->text, table->offset);
    cti_print_table_type(p, scope, &table->type, true);
    if (table->init.bytes.size) {
      cti_text_char(&p->text, ' ');
      CTI_TRY(cti_print_expr(p, scope, &table->init, p->options->fold));
    }
    cti_text_close(&p->text);
    scope->count[CTI_SORT_CORE_TABLE]++;
  }
  return CT_OK;
}

static ct_status print_memories(cti_printer *p, cti_scope *scope) {
  const cti_module *m = scope->module;
  for (uint32_t i = m->imported[CTI_EXTERN_MEMORY]; i < m->memories.count; i++) {
    cti_text_newline(&p->text, m->memories.items[i].offset);
    cti_print_memory_type(p, scope, &m->memories.items[i].type, true);
    cti_text_close(&p->text);
    scope->count[CTI_SORT_CORE_MEMORY]++;
  }
  return CT_OK;
}

static ct_status print_tags(cti_printer *p, cti_scope *scope) {
  const cti_module *m = scope->module;
  for (uint32_t i = m->imported[CTI_EXTERN_TAG]; i < m->tags.count; i++) {
    cti_text_newline(&p->text, m->tags.items[i].offset);
    cti_print_tag_type(p, scope, m->tags.items[i].type, true);
    cti_text_close(&p->text);
    scope->count[CTI_SORT_CORE_TAG]++;
  }
  return CT_OK;
}

static ct_status print_globals(cti_printer *p, cti_scope *scope) {
  const cti_module *m = scope->module;
  for (uint32_t i = m->imported[CTI_EXTERN_GLOBAL]; i < m->globals.count; i++) {
    const cti_global *global = &m->globals.items[i];
    cti_text_newline(&p->text, global->offset);
    cti_print_global_type(p, scope, &global->type, true);
    cti_text_char(&p->text, ' ');
    CTI_TRY(cti_print_expr(p, scope, &global->init, p->options->fold));
    cti_text_close(&p->text);
    scope->count[CTI_SORT_CORE_GLOBAL]++;
  }
  return CT_OK;
}

static ct_status print_exports(cti_printer *p, cti_scope *scope) {
  const cti_module *m = scope->module;
  for (uint32_t i = 0; i < m->exports.count; i++) {
    cti_text_newline(&p->text, m->exports.items[i].offset);
    cti_print_export(p, scope, m->exports.items[i].name, cti_sort_of_extern(m->exports.items[i].kind), m->exports.items[i].index);
  }
  return CT_OK;
}

static ct_status print_start(cti_printer *p, cti_scope *scope) {
  cti_text_newline(&p->text, cti_module_section(scope->module, CTI_SECTION_START)->frame.payload_offset);
  cti_text_open(&p->text, "start ");
  cti_print_sort_index(p, scope, CTI_SORT_CORE_FUNC, scope->module->start);
  cti_text_close(&p->text);
  return CT_OK;
}

static ct_status print_elem_items(cti_printer *p, cti_scope *scope, const cti_elem *elem) {
  if (p->options->skeleton) {
    cti_text_lit(&p->text, "...");
    return CT_OK;
  }
  if (elem->is_exprs) cti_print_valtype(p, scope, elem->type);
  else cti_text_lit(&p->text, "func");
  for (uint32_t i = 0; i < elem->count; i++) {
    cti_text_char(&p->text, ' ');
    if (elem->is_exprs) CTI_TRY(cti_print_expr_group(p, scope, &elem->exprs[i], "item"));
    else cti_print_sort_index(p, scope, CTI_SORT_CORE_FUNC, elem->funcs[i]);
  }
  return CT_OK;
}

static ct_status print_elems(cti_printer *p, cti_scope *scope) {
  const cti_module *m = scope->module;
  for (uint32_t i = 0; i < m->elems.count; i++) {
    const cti_elem *elem = &m->elems.items[i];
    cti_text_newline(&p->text, elem->offset);
    cti_text_open(&p->text, "elem ");
    cti_print_definition(p, &scope->elems, i);
    if (elem->mode == CTI_SEGMENT_DECLARED) cti_text_lit(&p->text, " declare");
    if (elem->mode == CTI_SEGMENT_ACTIVE) {
      if (elem->flags & 2) { /* the table was written */
        cti_text_char(&p->text, ' ');
        cti_text_open(&p->text, "table ");
        cti_print_sort_index(p, scope, CTI_SORT_CORE_TABLE, elem->table);
        cti_text_close(&p->text);
      }
      cti_text_char(&p->text, ' ');
      CTI_TRY(cti_print_expr_group(p, scope, &elem->offset_expr, "offset"));
    }
    cti_text_char(&p->text, ' ');
    CTI_TRY(print_elem_items(p, scope, elem));
    cti_text_close(&p->text);
  }
  return CT_OK;
}

static ct_status print_data_count(cti_printer *p, cti_scope *scope) { /* the text format does without it */
  (void)p;
  (void)scope;
  return CT_OK;
}

static ct_status print_func(cti_printer *p, cti_scope *scope, uint32_t func) {
  const cti_func *f = &scope->module->funcs.items[func];
  uint64_t end_place;
  cti_text_newline(&p->text, f->body_offset);
  cti_text_open(&p->text, "func ");
  cti_print_sort_definition(p, scope, CTI_SORT_CORE_FUNC);
  cti_text_char(&p->text, ' ');
  uint32_t params = cti_print_func_type_use(p, scope, f->type, CTI_PARAMS_OF_FUNC, func);
  if (p->options->skeleton) {
    cti_text_lit(&p->text, " ...");
    cti_text_close(&p->text);
  } else {
    CTI_TRY(cti_print_body(p, scope, func, params, &end_place));
    cti_text_close_at(&p->text, end_place);
  }
  scope->count[CTI_SORT_CORE_FUNC]++;
  return CT_OK;
}

static ct_status print_code(cti_printer *p, cti_scope *scope) {
  const cti_module *m = scope->module;
  for (uint32_t i = m->imported[CTI_EXTERN_FUNC]; i < m->funcs.count && m->funcs.items[i].body.data; i++) CTI_TRY(print_func(p, scope, i));
  return CT_OK;
}

static ct_status print_datas(cti_printer *p, cti_scope *scope) {
  const cti_module *m = scope->module;
  for (uint32_t i = 0; i < m->datas.count; i++) {
    const cti_data *data = &m->datas.items[i];
    cti_text_newline(&p->text, data->offset);
    cti_text_open(&p->text, "data ");
    cti_print_definition(p, &scope->datas, i);
    cti_text_char(&p->text, ' ');
    if (data->memory != 0) {
      cti_text_open(&p->text, "memory ");
      cti_print_sort_index(p, scope, CTI_SORT_CORE_MEMORY, data->memory);
      cti_text_close(&p->text);
      cti_text_char(&p->text, ' ');
    }
    if (data->mode == CTI_SEGMENT_ACTIVE) {
      CTI_TRY(cti_print_expr_group(p, scope, &data->offset_expr, "offset"));
      cti_text_char(&p->text, ' ');
    }
    if (p->options->skeleton) cti_text_lit(&p->text, "...");
    else cti_text_data(&p->text, data->bytes);
    cti_text_close(&p->text);
  }
  return CT_OK;
}

/* By section code: what prints it, and how a custom section behind it says so. */
static const struct {
  ct_status (*print)(cti_printer *p, cti_scope *scope);
  const char *place;
} section_printers[CTI_SECTION_CODES] = {
    [CTI_SECTION_TYPE] = {print_types, "after type"},
    [CTI_SECTION_IMPORT] = {print_imports, "after import"},
    [CTI_SECTION_FUNCTION] = {print_functions, "after func"},
    [CTI_SECTION_TABLE] = {print_tables, "after table"},
    [CTI_SECTION_MEMORY] = {print_memories, "after memory"},
    [CTI_SECTION_TAG] = {print_tags, "after tag"},
    [CTI_SECTION_GLOBAL] = {print_globals, "after global"},
    [CTI_SECTION_EXPORT] = {print_exports, "after export"},
    [CTI_SECTION_START] = {print_start, "after start"},
    [CTI_SECTION_ELEM] = {print_elems, "after elem"},
    [CTI_SECTION_DATA_COUNT] = {print_data_count, NULL},
    [CTI_SECTION_CODE] = {print_code, "after code"},
    [CTI_SECTION_DATA] = {print_datas, "after data"},
};

/* A section without items is no place for others to stand behind. */
static bool has_items(const cti_section *section) { return section->frame.id == CTI_SECTION_START || section->frame.payload.size > 1 || cti_slice_find(section->frame.payload, 0, 0) != 0; }

static ct_status print_sections(cti_printer *p, cti_scope *scope) {
  const cti_module *m = scope->module;
  for (uint32_t i = 0; i < m->sections.count && !p->text.failed; i++) {
    const cti_section *section = &m->sections.items[i];
    const cti_frame *frame = &section->frame;
    if (scope->stack) cti_stack_section(scope->stack, p, frame);
    if (frame->id == CTI_SECTION_CUSTOM) {
      if (section->name.data) cti_print_custom(p, scope, section->name, section->content, frame->payload_offset, frame->payload_offset + frame->payload.size - section->content.size);
    } else if (frame->id < CTI_SECTION_CODES) {
      CTI_TRY(section_printers[frame->id].print(p, scope));
      if (section_printers[frame->id].place && has_items(section)) scope->custom_place = section_printers[frame->id].place;
    }
  }
  return p->text.failed ? p->error->status : CT_OK;
}

/* ---- the module */

static void open_module(cti_printer *p, const cti_scope *scope, const char *keyword) {
  cti_text_open(&p->text, keyword);
  if (scope->outer) {
    cti_text_char(&p->text, ' ');
    cti_print_sort_definition(p, scope->outer, CTI_SORT_CORE_MODULE);
  } else if (scope->self.style) {
    cti_text_char(&p->text, ' ');
    cti_print_shown_defined(p, &scope->self, "module", 0);
  }
}

/* Decodes with an error of its own, so that a failure that printing meets before the break is told first. */
static ct_status decode(cti_module *out, ct_slice bytes, uint64_t base, cti_arena *arena, ct_error *broken) {
  ct_error *error = arena->error;
  arena->error = broken;
  ct_status status = cti_module_decode(out, bytes, base, arena);
  arena->error = error;
  return status;
}

static ct_status print_module(cti_printer *p, cti_scope *outer, ct_slice bytes, uint64_t base, const char *keyword) {
  cti_module *module = CTI_NEW(p->arena, cti_module);
  cti_scope *scope = CTI_NEW(p->arena, cti_scope);
  ct_error broken = {0};
  if (!module || !scope) return CT_NOMEM;
  ct_status decoded = decode(module, bytes, base, p->arena, &broken);
  if (decoded == CT_CORE_MAGIC || decoded == CT_CORE_KIND || decoded == CT_NOMEM) {
    *p->error = broken;
    return decoded;
  }
  cti_scope_init(scope, outer, false);
  scope->module = module;
  if (!cti_scope_name_module(scope, module, p)) return CT_NOMEM;
  if (p->options->operand_stack && !(scope->stack = cti_stack_open(p))) return CT_NOMEM;
  open_module(p, scope, keyword);
  ct_status printed = print_sections(p, scope);
  cti_stack_close(scope->stack);
  CTI_TRY(printed);
  if (decoded != CT_OK) {
    *p->error = broken;
    return decoded;
  }
  cti_text_close_at(&p->text, base + bytes.size);
  return p->text.failed ? p->error->status : CT_OK;
}

/* Each module has memory of its own, so that a component with many of them needs no more than the largest one. */
ct_status cti_print_module(cti_printer *p, cti_scope *outer, ct_slice bytes, uint64_t base, const char *keyword) {
  cti_arena *around = p->arena, arena;
  cti_arena_init(&arena, p->error);
  p->arena = &arena;
  ct_status status = print_module(p, outer, bytes, base, keyword);
  p->arena = around;
  cti_arena_free(&arena);
  return status;
}

void cti_print_export(cti_printer *p, const cti_scope *scope, ct_slice name, cti_sort sort, uint32_t index) {
  static const char *const words[CTI_SORT_COUNT] = {[CTI_SORT_CORE_FUNC] = "func ", [CTI_SORT_CORE_TABLE] = "table ", [CTI_SORT_CORE_MEMORY] = "memory ", [CTI_SORT_CORE_GLOBAL] = "global ", [CTI_SORT_CORE_TAG] = "tag ",
                                                    [CTI_SORT_CORE_TYPE] = "type ", [CTI_SORT_CORE_MODULE] = "module ", [CTI_SORT_CORE_INSTANCE] = "instance "}; /* the last three have the form alone */
  cti_text_open(&p->text, "export ");
  cti_text_quoted(&p->text, name);
  cti_text_char(&p->text, ' ');
  cti_text_open(&p->text, words[sort]);
  if (sort == CTI_SORT_CORE_TAG) cti_text_u64(&p->text, index);
  else cti_print_sort_index(p, scope, sort, index);
  cti_text_close(&p->text);
  cti_text_close(&p->text);
}
