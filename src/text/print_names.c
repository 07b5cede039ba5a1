/* print_names.c - names of items: from name sections into index spaces, and out as identifiers.
 *
 * An identifier must be one of its kind in a module, so a name that was used before, an empty one, and one that begins with # (which is kept for
 * made-up ones) get a prefix. A name section that is out of order counts up to there, as the reference has it. */
#include "text/print.h"

void cti_scope_init(cti_scope *scope, cti_scope *outer, bool is_component) {
  static const char *const whats[CTI_SORT_COUNT] = {
      [CTI_SORT_CORE_FUNC] = "func",         [CTI_SORT_CORE_TABLE] = "table",   [CTI_SORT_CORE_MEMORY] = "memory", [CTI_SORT_CORE_GLOBAL] = "global",
      [CTI_SORT_CORE_TAG] = "tag",           [CTI_SORT_CORE_TYPE] = "type",     [CTI_SORT_CORE_MODULE] = "module", [CTI_SORT_CORE_INSTANCE] = "instance",
      [CTI_SORT_FUNC] = "func",              [CTI_SORT_VALUE] = "value",        [CTI_SORT_TYPE] = "type",          [CTI_SORT_COMPONENT] = "component",
      [CTI_SORT_INSTANCE] = "instance",
  };
  static const char *const core_groups[CTI_SORT_COUNT] = {
      [CTI_SORT_CORE_FUNC] = "core-func", [CTI_SORT_CORE_TABLE] = "core-table", [CTI_SORT_CORE_MEMORY] = "core-memory", [CTI_SORT_CORE_GLOBAL] = "core-global",
      [CTI_SORT_CORE_TAG] = "core-tag",   [CTI_SORT_CORE_TYPE] = "core-type",   [CTI_SORT_CORE_MODULE] = "core-module", [CTI_SORT_CORE_INSTANCE] = "core-instance",
  };
  *scope = (cti_scope){.outer = outer, .is_component = is_component, .custom_place = is_component ? NULL : "before first"};
  for (int sort = 0; sort < CTI_SORT_COUNT; sort++) {
    scope->spaces[sort].what = whats[sort];
    scope->spaces[sort].group = is_component && core_groups[sort] ? core_groups[sort] : whats[sort];
  }
  scope->elems.what = scope->elems.group = "elem";
  scope->datas.what = scope->datas.group = "data";
  scope->locals.what = "local";
  scope->labels.what = "label";
  scope->fields.what = "field";
  scope->params.what = "parameter";
  scope->tag_params.what = "tag parameter";
}

/* https://webassembly.github.io/spec/core/text/values.html#text-id */
static bool is_id_char(uint8_t c) { return c > 0x20 && c < 0x7f && !strchr("\"(),;[]{}", c); }

static cti_name_style style_of(ct_slice name) {
  if (name.size == 0 || name.data[0] == '#') return CTI_STYLE_SYNTHETIC;
  for (size_t i = 0; i < name.size; i++) {
    if (!is_id_char(name.data[i])) return CTI_STYLE_QUOTED;
  }
  return CTI_STYLE_PLAIN;
}

/* The style of a name that must differ from those in `used`. False when memory is out. */
static bool shown_unique(cti_shown *out, ct_slice name, cti_map *used, cti_arena *arena) {
  *out = (cti_shown){name, style_of(name)};
  if (out->style == CTI_STYLE_SYNTHETIC) return true;
  uint32_t value = 0;
  bool added;
  if (cti_map_add(used, arena, name, &value, &added) != CT_OK) return false;
  if (!added) out->style = CTI_STYLE_SYNTHETIC;
  return true;
}

/* Reads a map of names into `space`, which has room for `limit` items. What lies beyond is no item, and has no use that could be printed. */
static bool read_space(cti_name_space *space, cti_cursor *c, uint32_t limit, cti_arena *arena) {
  uint32_t count = cti_cursor_count(c, "names");
  cti_map used = {0};
  int64_t last = -1;
  if (!space->items && count && limit) {
    space->items = cti_alloc_n(arena, limit, sizeof *space->items);
    if (!space->items) return false;
    space->count = limit;
  }
  for (uint32_t i = 0; i < count && !c->failed; i++) {
    cti_naming naming = cti_read_naming(c);
    if (!c->failed && naming.index <= last) cti_cursor_fail(c, CT_CORE_FORM, "names are out of order");
    if (c->failed) break;
    last = naming.index;
    cti_shown shown;
    if (!shown_unique(&shown, naming.name, &used, arena)) return false;
    if (naming.index < space->count) space->items[naming.index] = shown;
  }
  return true;
}

static bool add_pair(cti_name_pairs *pairs, uint32_t outer, uint32_t inner, cti_shown shown, cti_arena *arena) {
  return cti_map_set_u64(&pairs->by_pair, arena, (uint64_t)outer << 32 | inner, pairs->items.count) == CT_OK && cti_vec_push(arena, &pairs->items, shown);
}

static bool read_pair_group(cti_name_pairs *pairs, cti_cursor *c, uint32_t outer, bool unique, cti_arena *arena) {
  uint32_t count = cti_cursor_count(c, "names");
  cti_map used = {0};
  int64_t last = -1;
  for (uint32_t i = 0; i < count && !c->failed; i++) {
    cti_naming naming = cti_read_naming(c);
    if (!c->failed && naming.index <= last) cti_cursor_fail(c, CT_CORE_FORM, "names are out of order");
    if (c->failed) break;
    last = naming.index;
    cti_shown shown = {naming.name, style_of(naming.name)}; /* labels may shadow each other */
    if (unique && !shown_unique(&shown, naming.name, &used, arena)) return false;
    if (!add_pair(pairs, outer, naming.index, shown, arena)) return false;
  }
  return true;
}

static bool read_pairs(cti_name_pairs *pairs, cti_cursor *c, bool unique, cti_arena *arena) {
  uint32_t count = cti_cursor_count(c, "groups of names");
  int64_t last = -1;
  for (uint32_t i = 0; i < count && !c->failed; i++) {
    uint32_t outer = cti_cursor_u32(c);
    if (!c->failed && outer <= last) cti_cursor_fail(c, CT_CORE_FORM, "names are out of order");
    last = outer;
    if (!c->failed && !read_pair_group(pairs, c, outer, unique, arena)) return false;
  }
  return true;
}

/* ---- modules */

static bool read_module_names(cti_scope *s, cti_subsection *sub, const cti_module *m, cti_arena *a) {
  cti_cursor *c = &sub->c;
  switch (sub->code) {
    case CTI_NAME_MODULE: s->self.name = cti_cursor_name(c); s->self.style = style_of(s->self.name); return true;
    case CTI_NAME_FUNC: return read_space(&s->spaces[CTI_SORT_CORE_FUNC], c, m->funcs.count, a);
    case CTI_NAME_LOCAL: return read_pairs(&s->locals, c, true, a);
    case CTI_NAME_LABEL: return read_pairs(&s->labels, c, false, a);
    case CTI_NAME_TYPE: return read_space(&s->spaces[CTI_SORT_CORE_TYPE], c, m->types.count, a);
    case CTI_NAME_TABLE: return read_space(&s->spaces[CTI_SORT_CORE_TABLE], c, m->tables.count, a);
    case CTI_NAME_MEMORY: return read_space(&s->spaces[CTI_SORT_CORE_MEMORY], c, m->memories.count, a);
    case CTI_NAME_GLOBAL: return read_space(&s->spaces[CTI_SORT_CORE_GLOBAL], c, m->globals.count, a);
    case CTI_NAME_ELEM: return read_space(&s->elems, c, m->elems.count, a);
    case CTI_NAME_DATA: return read_space(&s->datas, c, m->datas.count, a);
    case CTI_NAME_FIELD: return read_pairs(&s->fields, c, true, a);
    case CTI_NAME_TAG: return read_space(&s->spaces[CTI_SORT_CORE_TAG], c, m->tags.count, a);
    case CTI_NAME_PARAM: return read_pairs(&s->params, c, true, a);
    case CTI_NAME_TAG_PARAM: return read_pairs(&s->tag_params, c, true, a);
    default: return true;
  }
}

static bool read_component_names(cti_scope *s, cti_subsection *sub, const uint32_t *counts, cti_arena *a);

/* One name section, up to where it is malformed. False when memory is out. */
static bool read_names(cti_scope *scope, ct_slice content, const cti_module *module, const uint32_t *counts, cti_printer *p) {
  ct_error ignored = {0};
  cti_cursor c = cti_cursor_make(content, 0, &ignored);
  int last = -1;
  for (cti_subsection sub; cti_subsection_next(&sub, &c);) {
    if (module && sub.code <= last) break;
    last = sub.code;
    bool good = module ? read_module_names(scope, &sub, module, p->arena) : read_component_names(scope, &sub, counts, p->arena);
    if (!good) return false;
    if (sub.c.failed) break;
  }
  return true;
}

bool cti_scope_name_module(cti_scope *scope, const cti_module *module, cti_printer *p) {
  for (uint32_t i = 0; i < module->sections.count; i++) {
    const cti_section *section = &module->sections.items[i];
    if (section->frame.id != CTI_SECTION_CUSTOM) continue;
    if (cti_slice_is(section->name, "name") && !read_names(scope, section->content, module, NULL, p)) return false;
    if (!cti_slice_is(section->name, "metadata.code.branch_hint")) continue;
    ct_error ignored = {0};
    cti_branch_hints_parse(&scope->hints, section->content, section->frame.payload_offset + section->frame.payload.size - section->content.size, p->arena, &ignored);
  }
  return p->error->status != CT_NOMEM;
}

/* ---- components: https://github.com/WebAssembly/component-model/blob/main/design/mvp/Binary.md#name-section */

static bool read_component_names(cti_scope *s, cti_subsection *sub, const uint32_t *counts, cti_arena *a) {
  cti_cursor *c = &sub->c;
  if (sub->code == 0) {
    s->self.name = cti_cursor_name(c);
    s->self.style = style_of(s->self.name);
    return true;
  }
  if (sub->code != 1) return true;
  uint8_t code = cti_cursor_u8(c);
  bool is_core = code == 0;
  if (is_core) code = cti_cursor_u8(c);
  for (int sort = 0; sort < CTI_SORT_COUNT; sort++) {
    if (cti_sorts[sort].is_core == is_core && cti_sorts[sort].code == code) return read_space(&s->spaces[sort], c, counts[sort], a);
  }
  return true;
}

typedef CTI_VEC(ct_slice) contents;

static bool is_name_section(const cti_frame *frame) {
  ct_error ignored = {0};
  cti_cursor c = cti_cursor_make(frame->payload, 0, &ignored);
  return frame->id == CTI_ITEM_CUSTOM && cti_slice_is(cti_cursor_name(&c), "component-name");
}

/* Most components have no names: that is seen by their sections alone. */
static bool has_names(ct_slice bytes) {
  ct_error ignored = {0};
  cti_component_reader r;
  bool found = false;
  if (cti_component_reader_begin(&r, bytes, 0, 0, &ignored) != CT_OK) return false;
  while (!found && cti_component_reader_section(&r)) found = is_name_section(&r.frame);
  return found;
}

/* The name sections, and how many items each index space has in the end, or up to where the component is broken. */
static bool find_names(contents *out, uint32_t *counts, ct_slice bytes, uint64_t base, cti_arena *arena) {
  ct_error ignored = {0};
  cti_arena scratch;
  cti_component_reader r;
  bool good = cti_component_reader_begin(&r, bytes, base, 0, &ignored) == CT_OK;
  cti_arena_init(&scratch, &ignored);
  while (good && cti_component_reader_section(&r)) {
    for (cti_item item; good && cti_component_reader_item(&r, &item, &scratch);) {
      cti_sort sort = cti_item_sort(&item, false);
      if (sort != CTI_SORT_COUNT) counts[sort] += cti_item_defines(&item);
      if (item.kind == CTI_ITEM_CUSTOM && cti_slice_is(item.of.custom.name, "component-name")) good = cti_vec_push(arena, out, item.of.custom.content);
      if (scratch.total > CTI_ITEMS_KEPT) cti_arena_free(&scratch);
    }
  }
  cti_arena_free(&scratch);
  if (ignored.status == CT_NOMEM) *arena->error = ignored;
  return good && ignored.status != CT_NOMEM;
}

bool cti_scope_name_component(cti_scope *scope, ct_slice bytes, uint64_t base, cti_printer *p) {
  contents found = {0};
  uint32_t counts[CTI_SORT_COUNT] = {0};
  if (!has_names(bytes)) return true;
  if (!find_names(&found, counts, bytes, base, p->arena)) return p->error->status != CT_NOMEM;
  for (uint32_t i = 0; i < found.count; i++)
    if (!read_names(scope, found.items[i], NULL, counts, p)) return false;
  return true;
}

/* ---- output */

const cti_shown *cti_shown_of(const cti_name_space *space, uint32_t index) {
  return index < space->count && space->items[index].style ? &space->items[index] : NULL;
}

const cti_shown *cti_shown_pair(const cti_name_pairs *pairs, uint32_t outer, uint32_t inner) {
  if (pairs->items.count == 0) return NULL;
  uint32_t at = cti_map_get_u64(&pairs->by_pair, (uint64_t)outer << 32 | inner);
  return at == CTI_MAP_NONE ? NULL : &pairs->items.items[at];
}

void cti_print_shown(cti_printer *p, const cti_shown *shown, const char *group, uint32_t index) {
  cti_text *t = &p->text;
  cti_text_char(t, '$');
  if (shown->style == CTI_STYLE_PLAIN) {
    cti_text_slice(t, shown->name);
    return;
  }
  cti_text_char(t, '"');
  if (shown->style == CTI_STYLE_SYNTHETIC) {
    cti_text_char(t, '#');
    cti_text_str(t, group);
    cti_text_u64(t, index);
    cti_text_char(t, ' ');
  }
  cti_text_escaped(t, shown->name);
  cti_text_char(t, '"');
}

void cti_print_shown_defined(cti_printer *p, const cti_shown *shown, const char *group, uint32_t index) {
  cti_print_shown(p, shown, group, index);
  if (shown->style != CTI_STYLE_SYNTHETIC) return;
  cti_text_char(&p->text, ' ');
  cti_text_open(&p->text, "@name \"");
  cti_text_escaped(&p->text, shown->name);
  cti_text_char(&p->text, '"');
  cti_text_close(&p->text);
}

static void made_up(cti_printer *p, const char *what, uint32_t index) {
  cti_text_lit(&p->text, "$#");
  cti_text_str(&p->text, what);
  cti_text_u64(&p->text, index);
}

void cti_print_index(cti_printer *p, const cti_name_space *space, uint32_t index) {
  const cti_shown *shown = cti_shown_of(space, index);
  cti_text_ink(&p->text, CTI_INK_NAME);
  if (shown) cti_print_shown(p, shown, space->group, index);
  else if (p->options->name_unnamed) made_up(p, space->what, index);
  else cti_text_u64(&p->text, index);
  cti_text_plain(&p->text);
}

void cti_print_pair_index(cti_printer *p, const cti_name_pairs *pairs, uint32_t outer, uint32_t inner) {
  const cti_shown *shown = cti_shown_pair(pairs, outer, inner);
  cti_text_ink(&p->text, CTI_INK_NAME);
  if (shown) cti_print_shown(p, shown, pairs->what, inner);
  else if (p->options->name_unnamed) made_up(p, pairs->what, inner);
  else cti_text_u64(&p->text, inner);
  cti_text_plain(&p->text);
}

void cti_print_definition(cti_printer *p, const cti_name_space *space, uint32_t index) {
  const cti_shown *shown = cti_shown_of(space, index);
  cti_text_ink(&p->text, CTI_INK_NAME);
  if (shown) cti_print_shown_defined(p, shown, space->group, index);
  else if (p->options->name_unnamed) made_up(p, space->what, index);
  if (shown || p->options->name_unnamed) cti_text_char(&p->text, ' ');
  cti_text_lit(&p->text, "(;");
  cti_text_u64(&p->text, index);
  cti_text_lit(&p->text, ";)");
  cti_text_plain(&p->text);
}
