/* text_parse.c - a file in the text format. Flows in: text. Flows out: one module or component in binary form. */
#include "ctool/text.h"

#include "core/framing.h"
#include "text/wast.h"

/* (module $id? binary "..."), (module $id? field*) and the same of components; without the outer group the file is the fields of a module. */
static ct_status group(cti_wat_parser *p, cti_buf *out, ct_status (*fields)(cti_wat_parser *p, cti_wat_ident ident, cti_buf *out)) {
  cti_wat_ident ident = cti_wat_take_ident(p);
  if (cti_wat_take_word(p, "binary")) cti_buf_bytes(out, cti_wat_take_strings(p));
  else CTI_TRY(fields(p, ident, out));
  cti_wat_leave(p);
  return cti_wat_status(p);
}

/* Other text, or none: https://webassembly.github.io/spec/core/text/modules.html#text-module allows a file of no fields, which is always a mistake; no peer takes it. */
static ct_status no_group(cti_wat_parser *p, ct_slice text) {
  bool empty = cti_wat_at(p, CTI_WAT_END);
  CTI_TRY(cti_wat_status(p));
  if (empty) {
    cti_wat_fail(p, p->token, CT_TEXT_SYNTAX, "the input is empty: a module or component was expected, in binary form or as text");
    cti_error_hint(p->arena->error, "was it written? The smallest module is: (module)");
  } else {
    cti_wat_expected(p, "`(`");
    cti_hint_foreign(p->arena->error, text);
  }
  return cti_wat_status(p);
}

static ct_status file(cti_wat_parser *p, ct_slice text, bool may_be_empty, cti_buf *out) {
  if (may_be_empty && cti_wat_at(p, CTI_WAT_END) && cti_wat_status(p) == CT_OK) return cti_wat_module_fields(p, (cti_wat_ident){.number = CTI_WAT_NO_IDENT}, out);
  if (!cti_wat_at(p, CTI_WAT_LEFT)) return no_group(p, text);
  if (cti_wat_enter(p, "module")) CTI_TRY(group(p, out, cti_wat_module_fields));
  else if (cti_wat_enter(p, "component")) CTI_TRY(group(p, out, cti_wat_component));
  else CTI_TRY(cti_wat_module_fields(p, (cti_wat_ident){.number = CTI_WAT_NO_IDENT}, out));
  cti_wat_expect(p, CTI_WAT_END);
  CTI_TRY(cti_wat_status(p));
  return cti_buf_check(out, p->arena->error);
}

static ct_status parse(ct_buf *out, ct_slice text, const ct_input *input, const ct_parse_options *options, bool is_quoted, ct_error *error) {
  cti_arena arena;
  cti_wat_parser p;
  *out = (ct_buf){0};
  cti_arena_init(&arena, error);
  ct_status status = cti_wat_parser_make(&p, text, input, &arena);
  p.whole_bodies = options && options->whole_bodies;
  if (status == CT_OK && options) status = cti_wat_debug_make(&p.debug, options->generate_dwarf, options->file, text, &arena);
  p.lexer.any_direction = is_quoted;
  if (status == CT_OK) status = file(&p, text, is_quoted, out);
  if (status == CT_OK) status = error->status; /* memory may have ended where names alone depend on it */
  if (status != CT_OK) ct_buf_free(out);
  cti_arena_free(&arena);
  return status;
}

ct_status ct_text_parse(ct_buf *out, ct_slice text, ct_error *error) { return parse(out, text, NULL, NULL, false, error); }

ct_status cti_text_parse_quoted(ct_buf *out, ct_slice text, ct_error *error) { return parse(out, text, NULL, NULL, true, error); }

ct_status ct_text_parse_input(ct_buf *out, const ct_input *input, const ct_parse_options *options, ct_error *error) { return parse(out, input->bytes, input, options, false, error); }
