/* object_custom.c - custom sections in the layout of `wasm-objdump -x`: names, symbols, relocations, what a shared library says. Flows in: their contents. Flows
 * out: lines; a malformed section is shown up to its break. */
#include "text/object_dump.h"

/* ---- relocations */

static void target_of(cti_object *d, const cti_reloc *reloc) {
  if (reloc->type != CTI_RELOC_TYPE_INDEX_LEB) cti_object_angled(d, cti_object_symbol_name(d, reloc->index));
  if (reloc->addend) cti_text_printf(&d->text, reloc->addend < 0 ? "-0x%llx" : "+0x%llx", (unsigned long long)(reloc->addend < 0 ? -(uint64_t)reloc->addend : (uint64_t)reloc->addend));
}

void cti_object_reloc(cti_object *d, const cti_reloc *reloc) {
  cti_text_printf(&d->text, "%s %u", reloc->info->object_name, reloc->index);
  target_of(d, reloc);
}

static void relocation_items(cti_object *d, cti_cursor *c) {
  uint32_t target = cti_cursor_u32(c), count = cti_cursor_count(c, "relocations");
  if (c->failed || target >= d->module.sections.count) return;
  const cti_section *of = &d->module.sections.items[target];
  uint64_t start = of->frame.payload_offset; /* of a custom section: behind its name */
  if (of->frame.id == CTI_SECTION_CUSTOM) start += of->frame.payload.size - of->content.size;
  cti_text_printf(&d->text, "  - relocations for section: %u (", target);
  if (of->frame.id == CTI_SECTION_CUSTOM) cti_text_slice(&d->text, of->name);
  else cti_text_str(&d->text, cti_object_section_name(of->frame.id));
  cti_text_printf(&d->text, ") [%u]\n", count);
  for (uint32_t i = 0; i < count; i++) {
    cti_reloc reloc;
    cti_read_reloc(&reloc, c);
    if (c->failed) return;
    cti_text_printf(&d->text, "   - %s offset=0x%06x(file=0x%06llx) %s=%u", reloc.info->object_name, reloc.offset, (unsigned long long)(start + reloc.offset),
                    reloc.type == CTI_RELOC_TYPE_INDEX_LEB ? "type" : "symbol", reloc.index);
    target_of(d, &reloc);
    cti_text_char(&d->text, '\n');
  }
}

/* ---- linking */

static void symbol_flags(cti_object *d, uint32_t flags) {
  static const struct {
    uint32_t bit;
    const char *text;
  } words[] = {{CTI_SYMBOL_UNDEFINED, "undefined "}, {CTI_SYMBOL_EXPORTED, "exported "}, {CTI_SYMBOL_EXPLICIT_NAME, "explicit_name "},
               {CTI_SYMBOL_NO_STRIP, "no_strip "},   {CTI_SYMBOL_TLS, "tls "},           {CTI_SYMBOL_ABSOLUTE, "absolute "}};
  cti_text_lit(&d->text, " [ ");
  for (size_t i = 0; i < CTI_COUNT(words); i++)
    if (flags & words[i].bit) cti_text_str(&d->text, words[i].text);
  cti_text_printf(&d->text, "binding=%s vis=%s ]\n", flags & CTI_SYMBOL_WEAK ? "weak" : flags & CTI_SYMBOL_LOCAL ? "local" : "global", flags & CTI_SYMBOL_HIDDEN ? "hidden" : "default");
}

static void symbol_items(cti_object *d, cti_cursor *c) {
  static const char letters[] = "FDGSET";
  static const char *const targets[] = {"func", NULL, "global", "section", "tag", "table"};
  uint32_t count = cti_cursor_count(c, "symbols");
  cti_text_printf(&d->text, "  - symbol table [count=%u]\n", count);
  for (uint32_t i = 0; i < count && i < d->symbols.count; i++) {
    const cti_symbol *s = &d->symbols.items[i];
    cti_text_printf(&d->text, "   - %u: %c", i, letters[s->kind]);
    cti_object_angled(d, cti_object_symbol_name(d, i));
    if (s->kind != CTI_SYMBOL_DATA) cti_text_printf(&d->text, " %s=%u", targets[s->kind], s->index);
    else if (!(s->flags & CTI_SYMBOL_UNDEFINED)) cti_text_printf(&d->text, " segment=%u offset=%u size=%u", s->index, s->offset, s->size);
    symbol_flags(d, s->flags);
  }
}

static void segment_items(cti_object *d, cti_cursor *c) {
  static const char *const flags_of[] = {"STRINGS ", "TLS ", "RETAIN "};
  uint32_t count = cti_cursor_count(c, "segments");
  cti_text_printf(&d->text, "  - segment info [count=%u]\n", count);
  for (uint32_t i = 0; i < count && !c->failed; i++) {
    ct_slice name = cti_cursor_name(c);
    uint32_t alignment = cti_cursor_u32(c), flags = cti_cursor_u32(c);
    cti_text_printf(&d->text, "   - %u: ", i);
    cti_text_slice(&d->text, name);
    cti_text_printf(&d->text, " p2align=%u [ ", alignment);
    for (size_t bit = 0; bit < CTI_COUNT(flags_of); bit++)
      if (flags >> bit & 1) cti_text_str(&d->text, flags_of[bit]);
    cti_text_lit(&d->text, "]\n");
  }
}

static void init_items(cti_object *d, cti_cursor *c) {
  uint32_t count = cti_cursor_count(c, "functions");
  cti_text_printf(&d->text, "  - init functions [count=%u]\n", count);
  for (uint32_t i = 0; i < count && !c->failed; i++) {
    uint32_t priority = cti_cursor_u32(c), symbol = cti_cursor_u32(c);
    cti_text_printf(&d->text, "   - %u: priority=%u\n", symbol, priority);
  }
}

static void comdat_member(cti_object *d, uint8_t kind, uint32_t index) {
  enum { DATA, FUNCTION, SECTION = 5 };
  cti_text_printf(&d->text, "    - %s[%u]", kind == DATA ? "segment" : kind == FUNCTION ? "func" : kind == SECTION ? "section" : "?", index);
  if (kind == DATA) cti_object_name(d, CTI_OBJECT_SEGMENT, index);
  if (kind == FUNCTION) cti_object_name(d, CTI_EXTERN_FUNC, index);
  cti_text_char(&d->text, '\n');
}

static void comdat_items(cti_object *d, cti_cursor *c) {
  uint32_t count = cti_cursor_count(c, "groups");
  cti_text_printf(&d->text, "  - comdat groups [count=%u]\n", count);
  for (uint32_t i = 0; i < count && !c->failed; i++) {
    ct_slice name = cti_cursor_name(c);
    cti_cursor_u32(c); /* flags: none are defined */
    uint32_t members = cti_cursor_count(c, "members");
    cti_text_lit(&d->text, "   - ");
    cti_text_slice(&d->text, name);
    cti_text_printf(&d->text, ": [count=%u]\n", members);
    for (uint32_t j = 0; j < members && !c->failed; j++) {
      uint8_t kind = cti_cursor_u8(c);
      comdat_member(d, kind, cti_cursor_u32(c));
    }
  }
}

static void linking_items(cti_object *d, const cti_section *section) {
  ct_error malformed = {0};
  cti_cursor c = cti_linking_cursor(section, &malformed);
  for (cti_subsection part; cti_subsection_next(&part, &c);) {
    if (part.code == CTI_LINKING_SYMBOLS) symbol_items(d, &part.c);
    if (part.code == CTI_LINKING_SEGMENTS) segment_items(d, &part.c);
    if (part.code == CTI_LINKING_INIT_FUNCS) init_items(d, &part.c);
    if (part.code == CTI_LINKING_COMDATS) comdat_items(d, &part.c);
  }
}

/* ---- dylink.0 */

static void dylink_part(cti_object *d, const cti_dylink_part *part) {
  if (part->code == CTI_DYLINK_MEM_INFO)
    cti_text_printf(&d->text, " - mem_size     : %u\n - mem_p2align  : %u\n - table_size   : %u\n - table_p2align: %u\n", part->memory_size, part->memory_align, part->table_size, part->table_align);
  if (part->code == CTI_DYLINK_NEEDED) cti_text_printf(&d->text, " - needed_dynlibs[%u]:\n", part->names.count);
  for (uint32_t i = 0; part->code == CTI_DYLINK_NEEDED && i < part->names.count; i++) {
    cti_text_lit(&d->text, "  - ");
    cti_text_slice(&d->text, part->names.items[i]);
    cti_text_char(&d->text, '\n');
  }
  if (part->code == CTI_DYLINK_EXPORT_INFO || part->code == CTI_DYLINK_IMPORT_INFO)
    cti_text_printf(&d->text, " - %s[%u]:\n", part->code == CTI_DYLINK_EXPORT_INFO ? "exports" : "imports", part->symbols.count);
  for (uint32_t i = 0; i < part->symbols.count; i++) {
    cti_text_lit(&d->text, "  -");
    cti_object_angled(d, part->symbols.items[i].name);
    symbol_flags(d, part->symbols.items[i].flags);
  }
}

static void dylink_items(cti_object *d, const cti_section *section) {
  cti_dylink dylink = {0};
  ct_error malformed = {0};
  cti_dylink_parse(&dylink, section->content, 0, d->arena, &malformed);
  for (uint32_t i = 0; i < dylink.parts.count; i++) dylink_part(d, &dylink.parts.items[i]);
}

/* ---- names */

static void name_items(cti_object *d) {
  static const char *const kinds[CTI_NAME_KINDS] = {
      [CTI_NAME_FUNC] = "func",     [CTI_NAME_LOCAL] = "local",    [CTI_NAME_LABEL] = "label",      [CTI_NAME_TYPE] = "type", [CTI_NAME_TABLE] = "table", [CTI_NAME_MEMORY] = "memory",
      [CTI_NAME_GLOBAL] = "global", [CTI_NAME_ELEM] = "elemseg", [CTI_NAME_DATA] = "dataseg", [CTI_NAME_FIELD] = "field", [CTI_NAME_TAG] = "tag"};
  if (d->names.module.size) {
    cti_text_lit(&d->text, " - module");
    cti_object_angled(d, d->names.module);
    cti_text_char(&d->text, '\n');
  }
  for (uint32_t i = 0; i < d->names.maps.count; i++) {
    const cti_name_map *map = &d->names.maps.items[i];
    const char *kind = map->kind < CTI_COUNT(kinds) ? kinds[map->kind] : NULL;
    uint32_t group = 0;
    for (uint32_t j = 0; kind && j < map->names.count; j++) {
      while (group < map->groups.count && j >= map->groups.items[group].first + map->groups.items[group].count) group++;
      if (group < map->groups.count) cti_text_printf(&d->text, " - %s[%u] %s[%u]", map->kind == CTI_NAME_FIELD ? "type" : "func", map->groups.items[group].outer, kind, map->names.items[j].index);
      else cti_text_printf(&d->text, " - %s[%u]", kind, map->names.items[j].index);
      cti_object_angled(d, map->names.items[j].name);
      cti_text_char(&d->text, '\n');
    }
  }
}

static void feature_items(cti_object *d, const cti_section *section) {
  cti_target_features features = {0};
  ct_error malformed = {0};
  cti_target_features_parse(&features, section->content, 0, d->arena, &malformed);
  for (uint32_t i = 0; i < features.items.count; i++) {
    cti_text_printf(&d->text, "  - [%c] ", features.items.items[i].prefix);
    cti_text_slice(&d->text, features.items.items[i].name);
    cti_text_char(&d->text, '\n');
  }
}

void cti_object_custom_details(cti_object *d, const cti_section *section) {
  ct_error malformed = {0};
  cti_text_lit(&d->text, "Custom:\n - name: \"");
  cti_text_slice(&d->text, section->name);
  cti_text_lit(&d->text, "\"\n");
  cti_cursor c = cti_custom_cursor(section, &malformed);
  if (cti_slice_is(section->name, "linking")) linking_items(d, section);
  else if (cti_slice_is(section->name, "dylink.0")) dylink_items(d, section);
  else if (cti_slice_is(section->name, "name")) name_items(d);
  else if (cti_slice_is(section->name, "target_features")) feature_items(d, section);
  else if (cti_slice_starts(section->name, CTI_LIT("reloc."))) relocation_items(d, &c);
}
