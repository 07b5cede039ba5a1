/* dump_custom.c - custom sections for the dumper. Those that are known are shown by their parts, as far as they are well formed; of others the size. */
#include "text/dump.h"

#include <stdio.h>

#include "core/framing.h"

static uint64_t here(const cti_cursor *c) { return cti_cursor_offset(c); }

/* ---- names */

static void dump_naming(cti_dump *d, cti_cursor *c) {
  cti_naming naming = cti_read_naming(c);
  if (c->failed) return;
  cti_buf_printf(&d->what, "Naming { index: %u, name: ", naming.index);
  cti_show_string(&d->what, naming.name);
  cti_buf_str(&d->what, " }");
  cti_dump_line(d, here(c));
}

static void dump_name_map(cti_dump *d, cti_cursor *c, const char *title) {
  uint32_t count = cti_dump_section(d, c, title);
  for (uint32_t i = 0; i < count && !c->failed; i++) dump_naming(d, c);
}

static void dump_indirect(cti_dump *d, cti_cursor *c, const char *outer, const char *inner) {
  char title[64];
  snprintf(title, sizeof title, "%s name", inner);
  uint32_t count = cti_dump_section(d, c, inner);
  for (uint32_t i = 0; i < count && !c->failed; i++) {
    uint32_t index = cti_cursor_u32(c);
    if (c->failed) return;
    /* A group is shown when it is there as a whole, as far as its sizes tell. */
    cti_cursor probe = *c;
    ct_error ignored = {0};
    probe.error = &ignored;
    uint32_t names = cti_cursor_u32(&probe);
    for (uint32_t k = 0; k < names && !probe.failed; k++) {
      cti_cursor_u32(&probe);
      cti_cursor_bytes(&probe, cti_cursor_u32(&probe));
    }
    if (probe.failed) {
      cti_cursor_fail_at(c, ignored.status, ignored.offset, "%s", ignored.message);
      return;
    }
    cti_buf_printf(&d->what, "%s %u ", outer, index);
    dump_name_map(d, c, title);
  }
}

static void dump_single_name(cti_dump *d, cti_cursor *c, const char *label) {
  cti_cursor probe = *c;
  ct_slice name = cti_cursor_name(&probe);
  if (!probe.failed) {
    cti_buf_str(&d->what, label);
    cti_dump_line(d, here(c));
    cti_show_string(&d->what, name);
    cti_dump_line(d, here(&probe));
  }
  *c = probe;
}

static void dump_core_names(cti_dump *d, cti_subsection *sub) {
  static const char *const titles[CTI_NAME_KINDS] = {
      [CTI_NAME_FUNC] = "function name", [CTI_NAME_TYPE] = "type name", [CTI_NAME_TABLE] = "table name", [CTI_NAME_MEMORY] = "memory name", [CTI_NAME_GLOBAL] = "global name", [CTI_NAME_ELEM] = "element name",
      [CTI_NAME_DATA] = "data name", [CTI_NAME_TAG] = "tag name",
  };
  switch (sub->code) {
    case CTI_NAME_MODULE: dump_single_name(d, &sub->c, "module name"); break;
    case CTI_NAME_LOCAL: dump_indirect(d, &sub->c, "function", "local"); break;
    case CTI_NAME_LABEL: dump_indirect(d, &sub->c, "function", "label"); break;
    case CTI_NAME_FIELD: dump_indirect(d, &sub->c, "type", "field"); break;
    case CTI_NAME_PARAM: dump_indirect(d, &sub->c, "func", "param"); break;
    case CTI_NAME_TAG_PARAM: dump_indirect(d, &sub->c, "tag", "param"); break;
    default:
      if (sub->code < CTI_NAME_KINDS) {
        dump_name_map(d, &sub->c, titles[sub->code]);
        break;
      }
      cti_buf_printf(&d->what, "unknown names: %u", sub->code);
      cti_dump_line(d, here(&sub->c));
      cti_cursor_rest(&sub->c);
      cti_dump_line(d, here(&sub->c));
  }
}

static void dump_component_names(cti_dump *d, cti_subsection *sub) {
  if (sub->code == 0) {
    dump_single_name(d, &sub->c, "component name");
    return;
  }
  uint8_t code = cti_cursor_u8(&sub->c);
  bool is_core = code == 0;
  if (is_core) code = cti_cursor_u8(&sub->c);
  for (int sort = 0; sort < CTI_SORT_COUNT && sub->code == 1 && !sub->c.failed; sort++) {
    if (cti_sorts[sort].is_core != is_core || cti_sorts[sort].code != code) continue;
    char title[64];
    snprintf(title, sizeof title, "%s name", cti_sorts[sort].text);
    dump_name_map(d, &sub->c, title);
    return;
  }
  if (!sub->c.failed) cti_cursor_fail(&sub->c, CT_CORE_FORM, "unknown names of a component");
}

/* ---- dylink.0 */

static void show_flags(cti_buf *out, const char *type, uint32_t flags, const char *const *names, uint32_t count) {
  const char *between = "";
  cti_buf_printf(out, "%s(", type);
  if (flags == 0) cti_buf_str(out, "0x0");
  for (uint32_t bit = 0; bit < 32; bit++) {
    if (!(flags >> bit & 1) || bit >= count || !names[bit]) continue;
    cti_buf_printf(out, "%s%s", between, names[bit]);
    between = " | ";
    flags &= ~((uint32_t)1 << bit);
  }
  if (flags) cti_buf_printf(out, "%s0x%x", between, flags);
  cti_buf_u8(out, ')');
}

static void show_symbol_flags(cti_buf *out, uint32_t flags) {
  static const char *const names[] = {"BINDING_WEAK", "BINDING_LOCAL", "VISIBILITY_HIDDEN", NULL, "UNDEFINED", "EXPORTED", "EXPLICIT_NAME", "NO_STRIP", "TLS", "ABSOLUTE"};
  show_flags(out, "SymbolFlags", flags, names, CTI_COUNT(names));
}

static void show_strings(cti_buf *out, const char *word, cti_cursor *c) {
  uint32_t count = cti_cursor_count(c, "names");
  cti_buf_printf(out, "%s([", word);
  for (uint32_t i = 0; i < count && !c->failed; i++) {
    if (i) cti_buf_str(out, ", ");
    cti_show_string(out, cti_cursor_name(c));
  }
  cti_buf_str(out, "])");
}

static void show_dylink_symbols(cti_buf *out, cti_cursor *c, bool imports) {
  uint32_t count = cti_cursor_count(c, "symbols");
  cti_buf_str(out, imports ? "ImportInfo([" : "ExportInfo([");
  for (uint32_t i = 0; i < count && !c->failed; i++) {
    if (i) cti_buf_str(out, ", ");
    cti_buf_str(out, imports ? "ImportInfo { module: " : "ExportInfo { name: ");
    cti_show_string(out, cti_cursor_name(c));
    if (imports) {
      cti_buf_str(out, ", field: ");
      cti_show_string(out, cti_cursor_name(c));
    }
    cti_buf_str(out, ", flags: ");
    show_symbol_flags(out, cti_cursor_u32(c));
    cti_buf_str(out, " }");
  }
  cti_buf_str(out, "])");
}

static void dump_dylink(cti_dump *d, cti_subsection *sub) {
  cti_cursor *c = &sub->c;
  static const char *const fields[] = {"memory_size", "memory_alignment", "table_size", "table_alignment"};
  switch (sub->code) {
    case CTI_DYLINK_MEM_INFO:
      cti_buf_str(&d->what, "MemInfo(MemInfo { ");
      for (size_t i = 0; i < CTI_COUNT(fields); i++) cti_buf_printf(&d->what, i ? ", %s: %u" : "%s: %u", fields[i], cti_cursor_u32(c));
      cti_buf_str(&d->what, " })");
      break;
    case CTI_DYLINK_NEEDED: show_strings(&d->what, "Needed", c); break;
    case CTI_DYLINK_RUNTIME_PATH: show_strings(&d->what, "RuntimePath", c); break;
    case CTI_DYLINK_EXPORT_INFO:
    case CTI_DYLINK_IMPORT_INFO: show_dylink_symbols(&d->what, c, sub->code == CTI_DYLINK_IMPORT_INFO); break;
    case CTI_DYLINK_TARGET_ARCH:
      cti_buf_str(&d->what, "TargetArch(");
      cti_show_string(&d->what, cti_cursor_name(c));
      cti_buf_u8(&d->what, ')');
      break;
    default: {
      uint64_t from = here(c);
      ct_slice rest = cti_cursor_rest(c);
      cti_buf_printf(&d->what, "Unknown { ty: %u, data: ", sub->code);
      cti_show_bytes(&d->what, rest);
      cti_buf_printf(&d->what, ", range: %llu..%llu }", (unsigned long long)from, (unsigned long long)(from + rest.size));
    }
  }
  if (c->failed) d->what.size = 0;
  else cti_dump_line(d, c->base + (uint64_t)(c->end - c->start));
}

/* ---- linking and relocations */

static void show_symbol(cti_buf *out, const cti_symbol *symbol) {
  static const char *const words[] = {[CTI_SYMBOL_FUNC] = "Func", [CTI_SYMBOL_DATA] = "Data", [CTI_SYMBOL_GLOBAL] = "Global", [CTI_SYMBOL_SECTION] = "Section", [CTI_SYMBOL_TAG] = "Event", [CTI_SYMBOL_TABLE] = "Table"};
  cti_buf_printf(out, "%s { flags: ", words[symbol->kind]);
  show_symbol_flags(out, symbol->flags);
  if (symbol->kind == CTI_SYMBOL_SECTION) {
    cti_buf_printf(out, ", section: %u }", symbol->index);
    return;
  }
  if (symbol->kind == CTI_SYMBOL_DATA) {
    cti_buf_str(out, ", name: ");
    cti_show_string(out, symbol->name);
    if (symbol->flags & CTI_SYMBOL_UNDEFINED) cti_buf_str(out, ", symbol: None }");
    else cti_buf_printf(out, ", symbol: Some(DefinedDataSymbol { index: %u, offset: %u, size: %u }) }", symbol->index, symbol->offset, symbol->size);
    return;
  }
  cti_buf_printf(out, ", index: %u, name: ", symbol->index);
  if (!symbol->has_name) {
    cti_buf_str(out, "None }");
    return;
  }
  cti_buf_str(out, "Some(");
  cti_show_string(out, symbol->name);
  cti_buf_str(out, ") }");
}

static void dump_symbol(cti_dump *d, cti_cursor *c) {
  cti_symbol symbol;
  cti_read_symbol(&symbol, c);
  if (!c->failed) show_symbol(&d->what, &symbol);
}

static void dump_segment(cti_dump *d, cti_cursor *c) {
  static const char *const names[] = {"STRINGS", "TLS"};
  cti_buf_str(&d->what, "Segment { name: ");
  cti_show_string(&d->what, cti_cursor_name(c));
  cti_buf_printf(&d->what, ", alignment: %u, flags: ", cti_cursor_u32(c));
  show_flags(&d->what, "SegmentFlags", cti_cursor_u32(c), names, CTI_COUNT(names));
  cti_buf_str(&d->what, " }");
}

static void dump_init_func(cti_dump *d, cti_cursor *c) {
  uint32_t priority = cti_cursor_u32(c);
  cti_buf_printf(&d->what, "InitFunc { priority: %u, symbol_index: %u }", priority, cti_cursor_u32(c));
}

static void dump_comdat(cti_dump *d, cti_cursor *c) {
  static const char *const kinds[] = {"Data", "Func", "Global", "Event", "Table", "Section"};
  cti_buf_str(&d->what, "Comdat { name: ");
  cti_show_string(&d->what, cti_cursor_name(c));
  cti_buf_printf(&d->what, ", flags: %u, symbols: [", cti_cursor_u32(c));
  uint32_t count = cti_cursor_count(c, "symbols");
  for (uint32_t i = 0; i < count && !c->failed; i++) {
    uint8_t kind = cti_cursor_u8(c);
    if (kind >= CTI_COUNT(kinds)) cti_cursor_fail(c, CT_CORE_FORM, "malformed kind of a comdat symbol: 0x%02x", kind);
    else cti_buf_printf(&d->what, i ? ", ComdatSymbol { kind: %s, index: %u }" : "ComdatSymbol { kind: %s, index: %u }", kinds[kind], cti_cursor_u32(c));
  }
  cti_buf_str(&d->what, "] }");
}

static void dump_vector(cti_dump *d, cti_cursor *c, void (*item)(cti_dump *d, cti_cursor *c)) {
  uint32_t count = cti_dump_count(d, c);
  for (uint32_t i = 0; i < count && !c->failed; i++) {
    item(d, c);
    if (c->failed) d->what.size = 0;
    else cti_dump_line(d, here(c));
  }
}

static void dump_linking(cti_dump *d, cti_subsection *sub) {
  static const struct {
    const char *title;
    void (*item)(cti_dump *d, cti_cursor *c);
  } forms[] = {[CTI_LINKING_SEGMENTS] = {"segment info", dump_segment}, [CTI_LINKING_INIT_FUNCS] = {"init funcs", dump_init_func}, [CTI_LINKING_COMDATS] = {"comdat info", dump_comdat}, [CTI_LINKING_SYMBOLS] = {"symbol table", dump_symbol}};
  cti_cursor *c = &sub->c;
  if (sub->code < CTI_COUNT(forms) && forms[sub->code].item) {
    cti_buf_printf(&d->what, "%s section", forms[sub->code].title);
    cti_dump_heading(d, here(c));
    dump_vector(d, c, forms[sub->code].item);
    return;
  }
  if (sub->code == CTI_LINKING_TARGET_ARCH) {
    cti_buf_str(&d->what, "target arch: ");
    cti_show_string(&d->what, cti_cursor_name(c));
  } else {
    cti_buf_printf(&d->what, "unknown subsection: %u", sub->code);
    cti_dump_line(d, here(c));
    cti_cursor_rest(c);
  }
  if (!c->failed) cti_dump_line(d, c->base + (uint64_t)(c->end - c->start));
}

static void dump_reloc(cti_dump *d, cti_cursor *c) {
  cti_reloc reloc;
  cti_read_reloc(&reloc, c);
  cti_buf_printf(&d->what, "RelocationEntry { ty: %s, offset: %u, index: %u, addend: %lld }", reloc.info->name, reloc.offset, reloc.index, (long long)reloc.addend);
}

/* ---- producers and branch hints */

static void dump_producer(cti_dump *d, cti_cursor *c) {
  cti_buf_str(&d->what, "ProducersFieldValue { name: ");
  cti_show_string(&d->what, cti_cursor_name(c));
  cti_buf_str(&d->what, ", version: ");
  cti_show_string(&d->what, cti_cursor_name(c));
  cti_buf_str(&d->what, " }");
}

static void dump_producers(cti_dump *d, cti_cursor *c) {
  uint32_t count = cti_dump_count(d, c);
  for (uint32_t i = 0; i < count && !c->failed; i++) {
    ct_slice name = cti_cursor_name(c);
    if (c->failed) return;
    cti_buf_str(&d->what, "field: ");
    cti_buf_bytes(&d->what, name);
    cti_dump_line(d, here(c));
    dump_vector(d, c, dump_producer);
  }
}

static void dump_hint(cti_dump *d, cti_cursor *c) {
  uint32_t offset = cti_cursor_u32(c);
  uint64_t at = here(c);
  uint8_t size = cti_cursor_u8(c), value = cti_cursor_u8(c);
  if (size != 1 || value > 1) cti_cursor_fail_at(c, CT_CORE_FORM, at, "malformed branch hint: size %u, value %u", size, value);
  cti_buf_printf(&d->what, "BranchHint { func_offset: %u, taken: %s }", offset, value ? "true" : "false");
}

static void dump_hints(cti_dump *d, cti_cursor *c) {
  uint32_t count = cti_dump_count(d, c);
  for (uint32_t i = 0; i < count && !c->failed; i++) {
    uint32_t func = cti_cursor_u32(c);
    if (c->failed) return;
    cti_buf_printf(&d->what, "func: %u", func);
    cti_dump_line(d, here(c));
    dump_vector(d, c, dump_hint);
  }
}

/* ---- all */

/* What is malformed ends the section, with a word, but not the dump. */
static void dump_break(cti_dump *d, uint64_t at, uint64_t end, const ct_error *error) {
  if (d->at != at) {
    if (d->what.size == 0) cti_buf_str(&d->what, "???");
    cti_dump_line(d, at);
  }
  d->what.size = 0;
  const char *message = error->status == CT_CORE_END ? "unexpected end-of-file" : error->message;
  cti_buf_printf(&d->what, "failed to decode %llu more bytes: %s (at offset 0x%llx)", (unsigned long long)(end - at), message, (unsigned long long)error->offset);
  cti_dump_gap(d, end);
}

static void dump_subsections(cti_dump *d, const cti_cursor *from, void (*part)(cti_dump *d, cti_subsection *sub)) {
  uint64_t end = from->base + (uint64_t)(from->end - from->start);
  ct_error error = {0};
  cti_cursor c = *from;
  c.error = &error;
  while (!cti_cursor_done(&c)) {
    cti_cursor head = c;
    cti_subsection sub;
    if (!cti_subsection_next(&sub, &c)) {
      ct_error ignored = {0}; /* how far code and size could be read */
      head.error = &ignored;
      cti_cursor_u8(&head);
      cti_cursor_u32(&head);
      dump_break(d, here(&head), end, &error);
      return;
    }
    part(d, &sub);
    if (!sub.c.failed) continue;
    dump_break(d, here(&c), end, &error);
    return;
  }
}

static bool starts(ct_slice name, const char *prefix) { return cti_slice_starts(name, cti_slice_str(prefix)); }

static void dump_reloc_section(cti_dump *d, cti_cursor *c) {
  uint32_t section = cti_cursor_u32(c);
  if (c->failed) return;
  cti_buf_printf(&d->what, "section %u", section);
  cti_dump_line(d, here(c));
  dump_vector(d, c, dump_reloc);
}

static void dump_linking_section(cti_dump *d, cti_cursor *c) {
  cti_buf_printf(&d->what, "linking version %u", cti_cursor_u32(c));
  cti_dump_line(d, here(c));
  dump_subsections(d, c, dump_linking);
}

/* Linking is known in one version. */
static bool is_linking(ct_slice name, ct_slice content) { return cti_slice_is(name, "linking") && content.size && content.data[0] == 2; }

ct_status cti_dump_custom(cti_dump *d, const cti_frame *frame) {
  ct_slice name, content;
  cti_buf_str(&d->what, "custom section");
  cti_dump_heading(d, frame->payload_offset);
  CTI_TRY(cti_custom_name(frame, &name, &content, d->error));
  uint64_t end = frame->payload_offset + frame->payload.size;
  cti_cursor c = cti_cursor_make(content, end - content.size, d->error);
  cti_buf_str(&d->what, "name: ");
  cti_show_string(&d->what, name);
  cti_dump_line(d, here(&c));
  if (cti_slice_is(name, "name")) dump_subsections(d, &c, dump_core_names);
  else if (cti_slice_is(name, "component-name")) dump_subsections(d, &c, dump_component_names);
  else if (cti_slice_is(name, "dylink.0")) dump_subsections(d, &c, dump_dylink);
  else if (is_linking(name, content)) dump_linking_section(d, &c);
  else if (cti_slice_is(name, "producers")) dump_producers(d, &c);
  else if (cti_slice_is(name, "metadata.code.branch_hint")) dump_hints(d, &c);
  else if (starts(name, "reloc.")) dump_reloc_section(d, &c);
  else cti_dump_skip(d, end, content.size);
  if (c.failed) return cti_dump_status(d, &c);
  if (d->at < end) cti_dump_skip(d, end, end - d->at);
  return cti_dump_status(d, &c);
}
