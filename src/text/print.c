/* print.c - ct_print: a binary, module or component, as text. Flows in: bytes and options. Flows out: text to a sink, as it is made. */
#include "text/print.h"
#include "core/maker.h"

static ct_status print(cti_printer *p, ct_slice bytes) {
  cti_cursor c = cti_cursor_make(bytes, 0, p->error);
  ct_kind kind;
  CTI_TRY(cti_preamble_read(&c, &kind));
  CTI_TRY(kind == CT_KIND_MODULE ? cti_print_module(p, NULL, bytes, 0, "module") : cti_print_component(p, bytes));
  cti_text_char(&p->text, '\n');
  return CT_OK;
}

ct_status ct_print(const ct_sink *sink, ct_slice bytes, const ct_print_options *options, ct_error *error) {
  static const ct_print_options defaults;
  cti_arena arena;
  cti_printer p = {.options = options ? options : &defaults, .arena = &arena, .own = &arena, .error = error};
  cti_arena_init(&arena, error);
  ct_slice indent = p.options->indent ? cti_slice_str(p.options->indent) : CTI_LIT("  ");
  ct_status status = CT_NOMEM;
  if (cti_text_init(&p.text, *sink, indent, &arena)) {
    p.text.color = p.options->color;
    p.text.offsets = p.options->offsets;
    status = print(&p, bytes);
    ct_status written = cti_text_flush(&p.text);
    if (status == CT_OK) status = written != CT_OK ? written : error->status; /* memory may have ended where only a comment depends on it */
  }
  cti_arena_free(&arena);
  if (status != CT_OK) cti_hint_maker(error, bytes, 0);
  return status;
}
