/* print_custom.c - custom sections as annotations: @producers and @dylink.0 by their parts, all others as @custom with their bytes. Names and branch
 * hints are printed where they belong, not here. Flows in: the section's name and content. Flows out: text. */
#include "text/print.h"

static void print_strings(cti_printer *p, const char *word, const ct_slice *names, uint32_t count) {
  cti_text_open(&p->text, word);
  for (uint32_t i = 0; i < count; i++) {
    cti_text_char(&p->text, ' ');
    cti_text_quoted(&p->text, names[i]);
  }
  cti_text_close(&p->text);
}

static void print_producers(cti_printer *p, const cti_producers *producers, uint64_t place) {
  cti_text_newline(&p->text, place);
  cti_text_open(&p->text, "@producers");
  for (uint32_t i = 0; i < producers->fields.count; i++) {
    const cti_producers_field *field = &producers->fields.items[i];
    for (uint32_t k = 0; k < field->values.count; k++) {
      cti_text_newline(&p->text, field->values.items[k].offset);
      cti_text_open(&p->text, "");
      cti_text_ink(&p->text, CTI_INK_KEYWORD);
      cti_text_slice(&p->text, field->name);
      cti_text_plain(&p->text);
      cti_text_char(&p->text, ' ');
      cti_text_quoted(&p->text, field->values.items[k].name);
      cti_text_char(&p->text, ' ');
      cti_text_quoted(&p->text, field->values.items[k].version);
      cti_text_close(&p->text);
    }
  }
  cti_text_close(&p->text);
}

/* ---- dylink.0 */

static void print_flags(cti_printer *p, uint32_t flags) {
  static const struct {
    uint32_t bit;
    const char *text;
  } known[] = {
      {CTI_SYMBOL_WEAK, " binding-weak"}, {CTI_SYMBOL_LOCAL, " binding-local"},           {CTI_SYMBOL_HIDDEN, " visibility-hidden"}, {CTI_SYMBOL_UNDEFINED, " undefined"}, {CTI_SYMBOL_EXPORTED, " exported"},
      {CTI_SYMBOL_EXPLICIT_NAME, " explicit-name"}, {CTI_SYMBOL_NO_STRIP, " no-strip"}, {CTI_SYMBOL_TLS, " tls"},                  {CTI_SYMBOL_ABSOLUTE, " absolute"},
  };
  for (size_t i = 0; i < CTI_COUNT(known); i++) {
    if (!(flags & known[i].bit)) continue;
    cti_text_str(&p->text, known[i].text);
    flags &= ~known[i].bit;
  }
  if (flags) cti_text_printf(&p->text, " 0x%x", flags);
}

static void print_symbols(cti_printer *p, const cti_dylink_part *part) {
  for (uint32_t i = 0; i < part->symbols.count; i++) {
    const cti_dylink_symbol *symbol = &part->symbols.items[i];
    cti_text_newline(&p->text, part->offset);
    cti_text_open(&p->text, part->code == CTI_DYLINK_IMPORT_INFO ? "import-info " : "export-info ");
    if (part->code == CTI_DYLINK_IMPORT_INFO) {
      cti_text_quoted(&p->text, symbol->module);
      cti_text_char(&p->text, ' ');
    }
    cti_text_quoted(&p->text, symbol->name);
    print_flags(p, symbol->flags);
    cti_text_close(&p->text);
  }
}

static void print_mem_info(cti_printer *p, const cti_dylink_part *part) {
  cti_text_open(&p->text, "mem-info");
  if (part->memory_size || part->memory_align) cti_text_printf(&p->text, " (memory %u %u)", part->memory_size, part->memory_align);
  if (part->table_size || part->table_align) cti_text_printf(&p->text, " (table %u %u)", part->table_size, part->table_align);
  cti_text_close(&p->text);
}

static void print_dylink(cti_printer *p, const cti_dylink *dylink, uint64_t place) {
  static const char *const words[] = {[CTI_DYLINK_NEEDED] = "needed", [CTI_DYLINK_RUNTIME_PATH] = "runtime-path", [CTI_DYLINK_TARGET_ARCH] = "target-arch"};
  cti_text_newline(&p->text, place);
  cti_text_open(&p->text, "@dylink.0");
  for (uint32_t i = 0; i < dylink->parts.count; i++) {
    const cti_dylink_part *part = &dylink->parts.items[i];
    if (part->code == CTI_DYLINK_EXPORT_INFO || part->code == CTI_DYLINK_IMPORT_INFO) {
      print_symbols(p, part);
      continue;
    }
    cti_text_newline(&p->text, part->offset);
    if (part->code == CTI_DYLINK_MEM_INFO) print_mem_info(p, part);
    else print_strings(p, words[part->code], part->names.items, part->names.count);
  }
  cti_text_close(&p->text);
}

/* Only parts that have a text form: with others the section is printed as bytes. */
static bool dylink_is_known(const cti_dylink *dylink) {
  for (uint32_t i = 0; i < dylink->parts.count; i++) {
    if (dylink->parts.items[i].code < CTI_DYLINK_MEM_INFO || dylink->parts.items[i].code > CTI_DYLINK_TARGET_ARCH) return false;
  }
  return true;
}

/* ---- all others */

static void print_raw(cti_printer *p, const cti_scope *scope, ct_slice name, ct_slice content, uint64_t place) {
  cti_text_newline(&p->text, place);
  cti_text_open(&p->text, "@custom ");
  cti_text_quoted(&p->text, name);
  if (scope->custom_place) {
    cti_text_lit(&p->text, " (");
    cti_text_str(&p->text, scope->custom_place);
    cti_text_char(&p->text, ')');
  }
  cti_text_char(&p->text, ' ');
  if (p->options->skeleton) cti_text_lit(&p->text, "...");
  else cti_text_data(&p->text, content);
  cti_text_close(&p->text);
}

static void print_malformed(cti_printer *p, const cti_scope *scope, ct_slice name, ct_slice content, uint64_t place, uint64_t content_offset, const ct_error *error) {
  cti_text_newline(&p->text, content_offset);
  cti_text_printf(&p->text, ";; failed to parse custom section `%.*s`: %.200s", CTI_S(name), error->message);
  if (error->offset != CT_NO_OFFSET) cti_text_printf(&p->text, " (at offset 0x%llx)", (unsigned long long)error->offset);
  print_raw(p, scope, name, content, place);
}

void cti_print_custom(cti_printer *p, const cti_scope *scope, ct_slice name, ct_slice content, uint64_t place, uint64_t content_offset) {
  bool is_producers = cti_slice_is(name, "producers"), is_dylink = cti_slice_is(name, "dylink.0");
  if (cti_slice_is(name, "name") || cti_slice_is(name, "component-name") || cti_slice_is(name, "metadata.code.branch_hint")) return;
  ct_error error = {0};
  cti_producers producers = {0};
  cti_dylink dylink = {0};
  if (is_producers) cti_producers_parse(&producers, content, content_offset, p->arena, &error);
  if (is_dylink) cti_dylink_parse(&dylink, content, content_offset, p->arena, &error);
  if (error.status != CT_OK) print_malformed(p, scope, name, content, place, content_offset, &error);
  else if (is_producers) print_producers(p, &producers, place);
  else if (is_dylink && dylink_is_known(&dylink)) print_dylink(p, &dylink, place);
  else print_raw(p, scope, name, content, place);
}
