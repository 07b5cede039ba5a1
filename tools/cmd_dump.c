/* ctool dump [FILE]: each byte of a binary beside what it means. ctool objdump [FILE]: the table of its sections. */
#include "common.h"
#include "opts.h"

typedef struct dump_options {
  text_options read;
  const char *output;
  int color, error_format;
  bool colored, sections_only, json;
} dump_options;

static ct_status dump(const ct_sink *sink, ct_slice bytes, const void *context, ct_error *error) {
  const dump_options *o = context;
  ct_dump_form form = o->json ? CT_DUMP_JSON : o->colored ? CT_DUMP_COLOR : CT_DUMP_PLAIN;
  return o->sections_only ? ct_objdump(sink, bytes, o->json, error) : ct_dump(sink, bytes, form, error);
}

static int run(const opt_spec *spec, dump_options *o, int argc, char **argv) {
  int count;
  int status = opt_parse(spec, argc, argv, &count);
  if (status >= 0) return status;
  if (count > 1) return opt_usage_error(spec, "one file is shown at a time; \"%s\" is a second one", argv[2]);
  o->colored = wants_color(o->color, o->output);
  const char *path = count ? argv[1] : "-";
  ct_error error;
  ct_error_clear(&error);
  return show_file(path, &o->read, o->output, dump, o, &error) == CT_OK ? EXIT_GOOD : tell(&error, path, o->error_format);
}

int cmd_dump(int argc, char **argv) {
  dump_options o = {.output = "-"};
  const opt_row rows[] = {
      COLOR_ROW(o.color),
      {0, "json", OPT_FLAG, &o.json, NULL, "Write JSON: an object on each line"},
      DWARF_ROWS(o.read),
      {'o', "output", OPT_OUTPUT, &o.output, "FILE", "Where to write; - is standard output"},
      ERROR_FORMAT_ROW(o.error_format),
      {0},
  };
  const opt_spec spec = {
      "ctool dump [OPTIONS] [FILE]",
      "Shows each byte of a module or component beside what it means. A broken one is shown up to the break.\nWithout FILE, or with -, standard input is read.",
      rows,
      "  ctool dump app.wasm | less\n"
      "  ctool dump app.wasm | grep -A3 'export section'\n"};
  return run(&spec, &o, argc, argv);
}

int cmd_objdump(int argc, char **argv) {
  dump_options o = {.output = "-", .sections_only = true};
  const opt_row rows[] = {
      {0, "json", OPT_FLAG, &o.json, NULL, "Write JSON: an object on each line"},
      DWARF_ROWS(o.read),
      {'o', "output", OPT_OUTPUT, &o.output, "FILE", "Where to write; - is standard output"},
      ERROR_FORMAT_ROW(o.error_format),
      {0},
  };
  const opt_spec spec = {
      "ctool objdump [OPTIONS] [FILE]",
      "Lists the sections of a module or component and of all that is nested in it: name, where, how large, how many items.\nWithout FILE, or with -, standard input is read.",
      rows,
      "  ctool objdump app.wasm\n"};
  return run(&spec, &o, argc, argv);
}
