/* wasm-objdump: a core module in the layout of wabt's wasm-objdump, when ctool is called by that name. */
#include "wabt.h"

static ct_status show(const ct_sink *sink, ct_slice bytes, const void *o, ct_error *error) { return ct_object_dump(sink, bytes, o, error); }

int cmd_wasm_objdump(int argc, char **argv) {
  wabt w = {.spec.usage = "wasm-objdump [OPTIONS] FILE..."};
  ct_object_dump_options o = {0};
  bool ignored = false;
  const opt_row rows[WABT_OWN_ROWS] = {
      {'h', "headers", OPT_FLAG, &o.headers, NULL, "A line for each section"},
      {'x', "details", OPT_FLAG, &o.details, NULL, "A line for each item of a section"},
      {'d', "disassemble", OPT_FLAG, &o.disassembly, NULL, "Instructions, with their offsets and bytes"},
      {'r', "reloc", OPT_FLAG, &o.relocations, NULL, "With -d: relocations"},
      {'s', "full-contents", OPT_FLAG, &o.contents, NULL, "The bytes of sections"},
      {'j', "section", OPT_STRING, &o.section, "SECTION", "With -x and -s: the sections of that name alone"},
      {0, "section-offsets", OPT_FLAG, &o.section_offsets, NULL, "With -d: offsets from the start of the section"},
      {0, "debug", OPT_FLAG, &ignored, NULL, ""},
      {0},
  };
  wabt_init(&w, "Shows what core modules and object files hold. This is ctool under the name of wasm-objdump; components, too, are shown by\n`ctool objdump`, `ctool dump` and `ctool print`.", &rows,
            false, "  wasm-objdump -x app.wasm\n  wasm-objdump -x -j import app.wasm\n  wasm-objdump -dr main.o\n");
  int count, result = EXIT_GOOD;
  int status = wabt_parse(&w, argc, argv, &count);
  if (status >= 0) return status;
  if (!o.headers && !o.details && !o.disassembly && !o.contents) return opt_usage_error(&w.spec, "what to show? -h, -x, -d or -s");
  for (int i = 1; i <= count; i++) {
    ct_error error;
    ct_error_clear(&error);
    o.title = base_name(argv[i]);
    if (show_file(argv[i], &(text_options){0}, "-", show, &o, &error) != CT_OK) result = tell(&error, argv[i], false);
  }
  return result;
}
