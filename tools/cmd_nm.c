/* ctool nm [FILE]: the symbols of a module, or of the modules of a component. */
#include <string.h>

#include "common.h"
#include "opts.h"

typedef struct nm_options {
  text_options read;
  ct_nm_options nm;
  const char *output;
  int error_format;
} nm_options;

static ct_status list(const char *path, const nm_options *o, ct_error *error) {
  ct_wasm_file file;
  ct_buf out = {0};
  ct_status status = wasm_file_open_text(&file, path, &o->read, error);
  if (status == CT_OK) status = ct_nm(&out, file.bytes, &o->nm, error);
  if (status == CT_OK) status = output_write(o->output, (ct_slice){out.data, out.size}, false, error);
  ct_buf_free(&out);
  wasm_file_close(&file);
  return status;
}

int cmd_nm(int argc, char **argv) {
  nm_options o = {.output = "-"};
  const opt_row rows[] = {
      {'u', "undefined-only", OPT_FLAG, &o.nm.undefined, NULL, "What is imported, alone"},
      {'U', "defined-only", OPT_FLAG, &o.nm.defined, NULL, "What is defined, alone"},
      {'x', "exported-only", OPT_FLAG, &o.nm.exported, NULL, "What is exported, alone"},
      {'C', "demangle", OPT_FLAG, &o.nm.demangle, NULL, "Make names of C++ and Rust readable"},
      {0, "json", OPT_FLAG, &o.nm.json, NULL, "Write JSON, on one line"},
      DWARF_ROWS(o.read),
      {'o', "output", OPT_OUTPUT, &o.output, "FILE", "Where to write; - is standard output"},
      ERROR_FORMAT_ROW(o.error_format),
      {0},
  };
  const opt_spec spec = {
      "ctool nm [OPTIONS] [FILE]",
      "Lists the symbols of a module, or of all modules in a component: offset in the file, size, kind, name.\n"
      "T function, G global, B table, M memory, E tag, D data; small letters are not exported; U is imported.\nWithout FILE, or with -, standard input is read.",
      rows,
      "  ctool nm -C app.wasm | sort -k2 -n -r | head      the largest first\n"
      "  ctool nm -u app.wasm                              what it needs\n"
      "  ctool nm --json app.wasm | jq '.[].symbols[].name'\n"};
  int count;
  int status = opt_parse(&spec, argc, argv, &count);
  if (status >= 0) return status;
  if (o.nm.undefined && o.nm.defined) return opt_usage_error(&spec, "--undefined-only and --defined-only do not go together");
  if (count > 1) return opt_usage_error(&spec, "one file is listed at a time; \"%s\" is a second one", argv[2]);
  const char *path = count ? argv[1] : "-";
  ct_error error;
  ct_error_clear(&error);
  return list(path, &o, &error) == CT_OK ? EXIT_GOOD : tell(&error, path, o.error_format);
}
