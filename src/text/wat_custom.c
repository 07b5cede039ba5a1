/* cti_wat_custom.c - annotations that become custom sections, the name section that identifiers become, and the order of all sections.
 * https://webassembly.github.io/spec/core/appendix/custom.html#custom-annotation */
#include "text/wat_module.h"

/* ---- names */

void cti_wat_name(cti_wat_module *w, cti_name_kind kind, uint32_t index, ct_slice name) {
  if (name.data) cti_vec_push(w->p->arena, &w->maps[kind].names, ((cti_naming){index, name}));
}

void cti_wat_name_inner(cti_wat_module *w, cti_name_kind kind, uint32_t outer, uint32_t index, ct_slice name) {
  if (!name.data) return;
  cti_name_map *map = &w->maps[kind];
  cti_name_group *last = map->groups.count ? cti_vec_last(&map->groups) : NULL;
  if (!last || last->outer != outer) {
    cti_vec_push(w->p->arena, &map->groups, ((cti_name_group){outer, map->names.count, 0}));
    last = map->groups.count ? cti_vec_last(&map->groups) : NULL;
  }
  if (last) last->count++;
  cti_vec_push(w->p->arena, &map->names, ((cti_naming){index, name}));
}

void cti_wat_name_params(cti_wat_module *w, cti_name_kind kind, uint32_t outer) {
  for (uint32_t i = 0; i < w->use_params.count; i++) cti_wat_name_inner(w, kind, outer, w->use_params.items[i].index, w->use_params.items[i].ident.name);
}

/* ---- annotations */

/* Where `(before first)`, `(after code)`, ... puts a section: the code of its anchor, 0 for the first and last place. */
static uint8_t anchor(cti_wat_parser *p) {
  static const struct {
    const char *word;
    uint8_t code;
  } anchors[] = {{"first", 0}, {"last", 0}, {"type", CTI_SECTION_TYPE}, {"import", CTI_SECTION_IMPORT}, {"func", CTI_SECTION_FUNCTION}, {"table", CTI_SECTION_TABLE}, {"memory", CTI_SECTION_MEMORY}, {"global", CTI_SECTION_GLOBAL},
                 {"export", CTI_SECTION_EXPORT}, {"start", CTI_SECTION_START}, {"elem", CTI_SECTION_ELEM}, {"code", CTI_SECTION_CODE}, {"data", CTI_SECTION_DATA}, {"tag", CTI_SECTION_TAG}};
  for (size_t i = 0; i < CTI_COUNT(anchors); i++)
    if (cti_wat_take_word(p, anchors[i].word)) return anchors[i].code;
  cti_wat_expected(p, "the name of a section");
  return 0;
}

static void add_custom(cti_wat_module *w, cti_wat_custom custom) {
  custom.section.changed = true;
  custom.section.frame.id = CTI_SECTION_CUSTOM;
  cti_vec_push(w->p->arena, &w->customs, custom);
}

static void raw_custom(cti_wat_module *w) {
  cti_wat_parser *p = w->p;
  cti_wat_custom custom = {.side = CTI_WAT_AFTER};
  custom.section.name = cti_wat_take_name(p);
  if (cti_wat_at(p, CTI_WAT_LEFT)) {
    cti_wat_advance(p);
    if (cti_wat_take_word(p, "before")) custom.side = CTI_WAT_BEFORE;
    else cti_wat_expect_word(p, "after");
    custom.anchor = anchor(p);
    cti_wat_leave(p);
  }
  custom.section.content = cti_wat_take_strings(p);
  add_custom(w, custom);
}

/* Moves what was written into a section of that name. */
static void add_written(cti_wat_module *w, const char *name, cti_buf *content, int side) {
  cti_wat_custom custom = {.side = side};
  custom.section.name = cti_slice_str(name);
  if (cti_buf_check(content, w->p->arena->error) == CT_OK) custom.section.content = cti_copy(w->p->arena, cti_buf_slice(content));
  ct_buf_free(content);
  add_custom(w, custom);
}

void cti_wat_producers(cti_wat_parser *p, cti_buf *out) {
  static const char *const fields[] = {"language", "sdk", "processed-by"};
  cti_producers by_field[CTI_COUNT(fields)] = {{{0}}}, all = {{0}};
  while (cti_wat_at(p, CTI_WAT_LEFT)) {
    size_t i = 0;
    while (i < CTI_COUNT(fields) && !cti_wat_enter(p, fields[i])) i++;
    if (i == CTI_COUNT(fields)) {
      cti_wat_advance(p);
      cti_wat_expected(p, "`language`, `sdk` or `processed-by`");
      return;
    }
    ct_slice name = cti_wat_take_name(p), version = cti_wat_take_name(p);
    if (by_field[i].fields.count == 0) {
      cti_producers_field field = {.name = cti_slice_str(fields[i])};
      cti_vec_push(p->arena, &by_field[i].fields, field);
    }
    if (by_field[i].fields.count) cti_vec_push(p->arena, &by_field[i].fields.items[0].values, ((cti_producer){.name = name, .version = version}));
    cti_wat_leave(p);
  }
  for (size_t i = 0; i < CTI_COUNT(fields); i++)
    if (by_field[i].fields.count) cti_vec_push(p->arena, &all.fields, by_field[i].fields.items[0]);
  cti_producers_write(out, &all);
}

static void producers(cti_wat_module *w) {
  cti_buf content = {0};
  cti_wat_producers(w->p, &content);
  add_written(w, "producers", &content, CTI_WAT_AFTER);
}

/* ---- (@dylink.0 ...). https://github.com/WebAssembly/tool-conventions/blob/main/DynamicLinking.md */

static uint32_t symbol_flags(cti_wat_parser *p) {
  static const struct {
    const char *word;
    uint32_t flag;
  } words[] = {{"binding-weak", CTI_SYMBOL_WEAK}, {"binding-local", CTI_SYMBOL_LOCAL}, {"visibility-hidden", CTI_SYMBOL_HIDDEN}, {"undefined", CTI_SYMBOL_UNDEFINED}, {"exported", CTI_SYMBOL_EXPORTED},
               {"explicit-name", CTI_SYMBOL_EXPLICIT_NAME}, {"no-strip", CTI_SYMBOL_NO_STRIP}, {"tls", CTI_SYMBOL_TLS}, {"absolute", CTI_SYMBOL_ABSOLUTE}};
  uint32_t flags = 0;
  while (cti_wat_more(p)) {
    if (cti_wat_at(p, CTI_WAT_INTEGER)) {
      flags |= cti_wat_take_u32(p);
      continue;
    }
    size_t i = 0;
    while (i < CTI_COUNT(words) && !cti_wat_take_word(p, words[i].word)) i++;
    if (i == CTI_COUNT(words)) cti_wat_expected(p, "a flag of a symbol");
    else flags |= words[i].flag;
  }
  return flags;
}

static void mem_info(cti_wat_parser *p, cti_dylink_part *part) {
  if (cti_wat_enter(p, "memory")) {
    part->memory_size = cti_wat_take_u32(p);
    part->memory_align = cti_wat_take_u32(p);
    cti_wat_leave(p);
  }
  if (cti_wat_enter(p, "table")) {
    part->table_size = cti_wat_take_u32(p);
    part->table_align = cti_wat_take_u32(p);
    cti_wat_leave(p);
  }
}

/* Neighbouring export-info groups are one subsection, and so are import-info groups. */
static cti_dylink_part *dylink_part(cti_wat_parser *p, cti_dylink *all, uint8_t code) {
  bool joins = code == CTI_DYLINK_EXPORT_INFO || code == CTI_DYLINK_IMPORT_INFO;
  if (joins && all->parts.count && cti_vec_last(&all->parts)->code == code) return cti_vec_last(&all->parts);
  cti_dylink_part *part = cti_vec_add(p->arena, &all->parts);
  if (part) part->code = code;
  return part;
}

static void dylink_group(cti_wat_parser *p, cti_dylink *all) {
  static const char *const words[] = {[CTI_DYLINK_MEM_INFO] = "mem-info", [CTI_DYLINK_NEEDED] = "needed", [CTI_DYLINK_EXPORT_INFO] = "export-info", [CTI_DYLINK_IMPORT_INFO] = "import-info", [CTI_DYLINK_RUNTIME_PATH] = "runtime-path"};
  uint8_t code = 1;
  cti_wat_expect(p, CTI_WAT_LEFT);
  while (code < CTI_COUNT(words) && !cti_wat_take_word(p, words[code])) code++;
  if (code == CTI_COUNT(words)) {
    cti_wat_expected(p, "`mem-info`, `needed`, `export-info`, `import-info` or `runtime-path`");
    return;
  }
  cti_dylink_part *part = dylink_part(p, all, code);
  if (!part) return;
  if (code == CTI_DYLINK_MEM_INFO) mem_info(p, part);
  else if (code == CTI_DYLINK_NEEDED || code == CTI_DYLINK_RUNTIME_PATH) {
    while (cti_wat_more(p)) cti_vec_push(p->arena, &part->names, cti_wat_take_name(p));
  } else {
    cti_dylink_symbol symbol = {0};
    if (code == CTI_DYLINK_IMPORT_INFO) symbol.module = cti_wat_take_name(p);
    symbol.name = cti_wat_take_name(p);
    symbol.flags = symbol_flags(p);
    cti_vec_push(p->arena, &part->symbols, symbol);
  }
  cti_wat_leave(p);
}

static void dylink(cti_wat_module *w) {
  cti_dylink all = {{0}};
  while (cti_wat_more(w->p)) dylink_group(w->p, &all);
  cti_buf content = {0};
  cti_dylink_write(&content, &all);
  add_written(w, "dylink.0", &content, CTI_WAT_BEFORE);
}

void cti_wat_custom_field(cti_wat_module *w, ct_slice keyword) {
  if (cti_slice_is(keyword, "@custom")) raw_custom(w);
  else if (cti_slice_is(keyword, "@producers")) producers(w);
  else if (cti_slice_is(keyword, "@dylink.0")) dylink(w);
  else cti_wat_expected(w->p, "a field of a module; this annotation does not stand here");
}

/* ---- the order of sections */

static void place_customs(cti_wat_module *w, int side, uint8_t code) {
  for (uint32_t i = 0; i < w->customs.count; i++) {
    const cti_wat_custom *custom = &w->customs.items[i];
    if ((int)custom->side == side && custom->anchor == code) cti_vec_push(w->p->arena, &w->m.sections, custom->section);
  }
}

void cti_wat_place_custom(cti_wat_module *w, const char *name, cti_buf *content) {
  add_written(w, name, content, CTI_WAT_AFTER);
  if (w->customs.count) cti_vec_push(w->p->arena, &w->m.sections, w->customs.items[--w->customs.count].section);
}

static void place_hints(cti_wat_module *w) {
  if (w->hints.items.count == 0) return;
  cti_buf content = {0};
  cti_branch_hints_write(&content, &w->hints);
  cti_wat_place_custom(w, "metadata.code.branch_hint", &content);
}

static void place_names(cti_wat_module *w) {
  cti_names names = {.module = w->module_name};
  for (int kind = 0; kind < CTI_NAME_KINDS; kind++) {
    w->maps[kind].kind = (uint8_t)kind;
    if (w->maps[kind].names.count || (kind == CTI_NAME_MODULE && names.module.data)) cti_vec_push(w->p->arena, &names.maps, w->maps[kind]);
  }
  if (names.maps.count == 0) return;
  cti_buf content = {0};
  cti_names_write(&content, &names);
  cti_wat_place_custom(w, "name", &content);
}

static bool has_section(const cti_wat_module *w, uint8_t code) {
  const cti_module *m = &w->m;
  switch (code) {
  case CTI_SECTION_TYPE: return m->types.count > 0 || m->rec_groups.count > 0;
  case CTI_SECTION_IMPORT: return m->imports.count > 0;
  case CTI_SECTION_FUNCTION: case CTI_SECTION_CODE: return m->funcs.count > m->imported[CTI_EXTERN_FUNC];
  case CTI_SECTION_TABLE: return m->tables.count > m->imported[CTI_EXTERN_TABLE];
  case CTI_SECTION_MEMORY: return m->memories.count > m->imported[CTI_EXTERN_MEMORY];
  case CTI_SECTION_TAG: return m->tags.count > m->imported[CTI_EXTERN_TAG];
  case CTI_SECTION_GLOBAL: return m->globals.count > m->imported[CTI_EXTERN_GLOBAL];
  case CTI_SECTION_EXPORT: return m->exports.count > 0;
  case CTI_SECTION_START: return m->start != UINT32_MAX;
  case CTI_SECTION_ELEM: return m->elems.count > 0;
  case CTI_SECTION_DATA_COUNT: return w->needs_data_count;
  case CTI_SECTION_DATA: return m->datas.count > 0;
  default: return false;
  }
}

void cti_wat_finish_sections(cti_wat_module *w) {
  static const uint8_t order[] = {
#define CT_SECTION(symbol, code, name, items, reader, writer) code,
#include "core/sections.def"
#undef CT_SECTION
  };
  w->m.data_count = w->m.datas.count;
  place_customs(w, CTI_WAT_BEFORE, 0);
  for (size_t i = 0; i < CTI_COUNT(order); i++) {
    uint8_t code = order[i];
    place_customs(w, CTI_WAT_BEFORE, code);
    if (has_section(w, code)) {
      if (code == CTI_SECTION_CODE) place_hints(w);
      cti_section section = {.changed = true, .frame.id = code};
      cti_vec_push(w->p->arena, &w->m.sections, section);
    }
    place_customs(w, CTI_WAT_AFTER, code);
  }
  place_customs(w, CTI_WAT_AFTER, 0);
  place_names(w);
  cti_wat_place_dwarf(w);
}
