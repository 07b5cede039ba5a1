/* ctool component graph [FILE]: a picture of a component. */
#include <string.h>

#include "common.h"
#include "opts.h"

typedef struct graph_options {
  const char *format, *output, *error_format;
} graph_options;

static int run(const char *path, const graph_options *o, ct_graph_format format, bool json) {
  ct_error error;
  ct_error_clear(&error);
  ct_wasm_file file;
  ct_buf out = {0};
  ct_status status = wasm_file_open(&file, path, &error);
  if (status == CT_OK) status = ct_component_graph(&out, file.bytes, format, &error);
  if (status == CT_OK) status = ct_output_write(o->output, (ct_slice){out.data, out.size}, false, &error);
  ct_buf_free(&out);
  wasm_file_close(&file);
  return status == CT_OK ? EXIT_GOOD : tell(&error, path, json);
}

static bool parse_format(ct_graph_format *out, const char *text) {
  static const char *const names[] = {[CT_GRAPH_MERMAID] = "mermaid", [CT_GRAPH_DOT] = "dot", [CT_GRAPH_JSON] = "json", [CT_GRAPH_SVG] = "svg"};
  for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
    if (strcmp(text, names[i]) != 0) continue;
    *out = (ct_graph_format)i;
    return true;
  }
  return false;
}

int cmd_component_graph(int argc, char **argv) {
  graph_options o = {.output = "-", .format = "mermaid"};
  const opt_row rows[] = {
      {'f', "format", OPT_STRING, &o.format, "FORMAT", "mermaid (default), dot, json, or svg, which needs no other tool"},
      {'o', "output", OPT_STRING, &o.output, "FILE", "Where to write; - is standard output"},
      {0, "error-format", OPT_STRING, &o.error_format, "text|json", "How failures are told"},
      {0},
  };
  const opt_spec spec = {
      "ctool component graph [OPTIONS] [FILE]",
      "Draws a component as instantiation makes it: imports, instances of core modules at every depth, exports, and what flows between them.\n"
      "Dashed lines go through canonical definitions. Without FILE, or with -, standard input is read. Text is taken as well.",
      rows,
      "  ctool component graph app.wasm --format svg -o app.svg\n"
      "  ctool component graph app.wasm --format dot | dot -Tpdf -o app.pdf\n"
      "  ctool component graph app.wasm --format json | jq -r '.nodes[] | select(.kind == \"import\").name'\n"};
  int count;
  int status = opt_parse(&spec, argc, argv, &count);
  if (status >= 0) return status;
  bool bad;
  bool json = wants_json(o.error_format, &bad);
  ct_graph_format format;
  if (bad) return opt_usage_error(&spec, "--error-format takes text or json, not \"%s\"", o.error_format);
  if (!parse_format(&format, o.format)) return opt_usage_error(&spec, "--format takes mermaid, dot, json or svg, not \"%s\"", o.format);
  if (count > 1) return opt_usage_error(&spec, "one component is drawn at a time; \"%s\" is a second one", argv[2]);
  return run(count ? argv[1] : "-", &o, format, json);
}
