/* ctool component graph [FILE]: a picture of a component. */
#include <string.h>

#include "common.h"
#include "opts.h"

typedef struct graph_options {
  const char *output;
  int format, error_format;
} graph_options;

static int run(const char *path, const graph_options *o) {
  ct_error error;
  ct_error_clear(&error);
  ct_wasm_file file;
  ct_buf out = {0};
  ct_status status = wasm_file_open(&file, path, &error);
  if (status == CT_OK) status = ct_component_graph(&out, file.bytes, (ct_graph_format)o->format, &error);
  if (status == CT_OK) status = output_write(o->output, (ct_slice){out.data, out.size}, false, &error);
  ct_buf_free(&out);
  wasm_file_close(&file);
  return status == CT_OK ? EXIT_GOOD : tell(&error, path, o->error_format);
}

int cmd_component_graph(int argc, char **argv) {
  graph_options o = {.output = "-"};
  const opt_row rows[] = {
      {'f', "format", OPT_WORD, &o.format, "FORMAT", "mermaid (default), dot, json, or svg, which needs no other tool", "mermaid|dot|json|svg"},
      {'o', "output", OPT_OUTPUT, &o.output, "FILE", "Where to write; - is standard output"},
      ERROR_FORMAT_ROW(o.error_format),
      {0},
  };
  const opt_spec spec = {
      "ctool component graph [OPTIONS] [FILE]",
      "Draws a component as instantiation makes it: imports, instances of core modules at every depth, exports, and what flows between them.\n"
      "Dashed lines go through canonical definitions. Without FILE, or with -, standard input is read. Text is taken as well.",
      rows,
      "  ctool component graph app.wasm --format svg -o app.svg\n"
      "  ctool component graph app.wasm --format dot | dot -Tpdf -o app.pdf\n"
      "  ctool component graph app.wasm --format json |\n"
      "    jq -r '.nodes[] | select(.kind == \"import\").name'\n"};
  int count;
  int status = opt_parse(&spec, argc, argv, &count);
  if (status >= 0) return status;
  if (count > 1) return opt_usage_error(&spec, "one component is drawn at a time; \"%s\" is a second one", argv[2]);
  return run(count ? argv[1] : "-", &o);
}
