/* ctool addr2line FILE ADDRESS...: the source line of an instruction. */
#include "common.h"
#include "opts.h"

typedef struct addr2line_options {
  text_options read;
  ct_addr2line_options lookup;
  const char *output;
  int error_format;
} addr2line_options;

static ct_status look_up(const ct_sink *sink, ct_slice bytes, const void *o, ct_error *error) {
  return ct_addr2line(sink, bytes, &((const addr2line_options *)o)->lookup, error);
}

int cmd_addr2line(int argc, char **argv) {
  addr2line_options o = {.output = "-"};
  const opt_row rows[] = {
      {0, "code-section-relative", OPT_FLAG, &o.lookup.code_section_relative, NULL, "Addresses count from the content of the code section, as in DWARF"},
      DWARF_ROWS(o.read),
      {0, "json", OPT_FLAG, &o.lookup.json, NULL, "Write JSON, on one line"},
      {'o', "output", OPT_OUTPUT, &o.output, "FILE", "Where to write; - is standard output"},
      ERROR_FORMAT_ROW(o.error_format),
      {0},
  };
  const opt_spec spec = {
      "ctool addr2line [OPTIONS] FILE [ADDRESS...]",
      "Tells the function and source line of instructions in a module, or in any module of a component, by its DWARF. An address is an offset in the file: 0x2a or @2a, or "
      "42 in decimal. What is inlined comes first, then where it was inlined to. With - for FILE, standard input is read.",
      rows,
      "  ctool addr2line app.wasm 0x1a2b            as a trap's trace has it\n"
      "  ctool addr2line -g hello.wat 0x18          of a text, by its own lines\n"};
  int count;
  char reader[READER_SIZE];
  int status = opt_parse(&spec, argc, argv, &count);
  if (status >= 0) return status;
  if (count == 0) return opt_usage_error(&spec, "of which file? - is standard input");
  o.lookup.addresses = (const char *const *)argv + 2;
  o.lookup.address_count = (size_t)count - 1;
  o.lookup.reader = dwarf_reader(reader);
  ct_error error;
  ct_error_clear(&error);
  return show_file(argv[1], &o.read, o.output, look_up, &o, &error) == CT_OK ? EXIT_GOOD : tell(&error, argv[1], o.error_format);
}
