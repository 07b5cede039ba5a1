/* ctool component unbundle [FILE] --module-dir DIR -o OUT: takes the core modules out of a component. */
#include <stdio.h>

#include "opts.h"
#include "taken.h"

typedef struct unbundle_options {
  bool text;
  const char *output, *directory, *threshold;
  text_options read;
  int error_format;
} unbundle_options;

/* What is no component has no modules to take out. */
static ct_status unbundle(ct_buf *out, taken_list *list, ct_slice bytes, uint64_t threshold, listener *to, ct_error *error) {
  if (ct_kind_of(bytes) != CT_KIND_MODULE) return ct_component_unbundle(out, bytes, threshold, taken_add, list, error);
  tell_notice(to, CT_NOTICE_WARNING, "this is a core module, not a component: it is written as it is");
  return ct_buf_append(out, bytes, error);
}

static ct_status write_all(const taken_list *list, const ct_buf *component, const char *input, const unbundle_options *o, ct_error *error) {
  output_set set = {0};
  ct_slice bytes = {component->data, component->size};
  ct_status status = CT_OK;
  for (size_t i = 0; i < list->count && status == CT_OK; i++) status = outputs_apart(list->items[i].path, input, o->output, error);
  if (status == CT_OK) status = taken_write(list, &set, error);
  if (status == CT_OK) status = outputs_add_pieces(&set, o->output, &(ct_pieces){.items = &bytes, .count = 1}, o->text, error);
  return outputs_close(&set, status, error);
}

static int run(const char *path, const unbundle_options *o, uint64_t threshold) {
  ct_error error;
  ct_error_clear(&error);
  ct_wasm_file file;
  ct_buf out = {0};
  taken_list list = {.directory = o->directory};
  ct_status status = wasm_file_open_text(&file, path, &o->read, &error);
  if (status == CT_OK) status = unbundle(&out, &list, file.bytes, threshold, &(listener){.file = path, .json = o->error_format}, &error);
  if (status == CT_OK) status = write_all(&list, &out, path, o, &error);
  taken_free(&list);
  ct_buf_free(&out);
  wasm_file_close(&file);
  return status == CT_OK ? EXIT_GOOD : tell(&error, path, o->error_format);
}

int cmd_component_unbundle(int argc, char **argv) {
  unbundle_options o = {.output = "-", .threshold = "10240"};
  const opt_row rows[] = {
      {'o', "output", OPT_OUTPUT, &o.output, "FILE", "Where to write the component; may be the input; - is standard output"},
      {0, "module-dir", OPT_DIRECTORY, &o.directory, "DIR", "Where to write the modules, as unbundled-moduleN.wasm"},
      {0, "threshold", OPT_STRING, &o.threshold, "BYTES", "Only modules larger than this are taken out (default 10240)"},
      {'t', "wat", OPT_FLAG, &o.text, NULL, "Write the component as text"},
      DWARF_ROWS(o.read),
      ERROR_FORMAT_ROW(o.error_format),
      {0},
  };
  const opt_spec spec = {
      "ctool component unbundle --module-dir DIR [OPTIONS] [FILE]",
      "Takes the core modules out of a component, which imports them then. `ctool component bundle` puts them back.\n"
      "Without FILE, or with -, standard input is read. Text is taken as well.",
      rows,
      "  ctool component unbundle app.wasm --module-dir mods -o outer.wasm\n"
      "  ctool component bundle outer.wasm --module-dir mods -o app.wasm\n"};
  int count;
  int status = opt_parse(&spec, argc, argv, &count);
  if (status >= 0) return status;
  uint64_t threshold;
  if (!o.directory) return opt_usage_error(&spec, "--module-dir is needed: where the modules go");
  if (!parse_number(&threshold, o.threshold)) return opt_usage_error(&spec, "--threshold takes a number of bytes, not \"%s\"", o.threshold);
  if (count > 1) return opt_usage_error(&spec, "one component is unbundled at a time; \"%s\" is a second one", argv[2]);
  return run(count ? argv[1] : "-", &o, threshold);
}
