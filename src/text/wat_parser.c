/* cti_wat_parser.c - one token of lookahead, a second one on demand, and the small things that every grammar of the text format is made of. */
#include "text/wat_parser.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/utf8.h"

enum { STEP = 1 << 22 }; /* bytes of text that are looked at before their memory is given back */

ct_status cti_wat_parser_make(cti_wat_parser *out, ct_slice text, const ct_input *input, cti_arena *arena) {
  *out = (cti_wat_parser){.arena = arena, .input = input};
  cti_wat_lexer_make(&out->lexer, text, arena->error);
  for (size_t at = 0; at < text.size && !out->lexer.failed;) {
    size_t valid = cti_wat_check_utf8(&out->lexer, at, text.size - at < STEP ? text.size : at + STEP);
    if (input) ct_input_forget(input, at, valid);
    at = valid;
  }
  cti_wat_advance(out);
  return cti_wat_status(out);
}

ct_status cti_wat_status(const cti_wat_parser *p) { return p->arena->error->status; }

void cti_wat_advance(cti_wat_parser *p) {
  if (p->has_second) {
    p->token = p->second;
    p->has_second = false;
  } else {
    p->token = cti_wat_next(&p->lexer);
  }
}

cti_wat_token cti_wat_second(cti_wat_parser *p) {
  if (!p->has_second) p->second = cti_wat_next(&p->lexer);
  p->has_second = true;
  if (p->lexer.failed) p->token.kind = CTI_WAT_END;
  return p->second;
}

cti_wat_place cti_wat_here(const cti_wat_parser *p) { return (cti_wat_place){p->token, p->has_second ? p->second.at : p->lexer.at}; }

void cti_wat_go(cti_wat_parser *p, cti_wat_place place) {
  if (cti_wat_failed(p)) return;
  p->token = place.token;
  p->lexer.at = place.at;
  p->has_second = false;
}

void cti_wat_forget(cti_wat_parser *p) {
  if (!p->input) return;
  const uint8_t *start = p->input->bytes.data;
  if (!p->forgotten || p->token.at < p->forgotten) p->forgotten = start; /* another walk has begun */
  if (p->token.at - p->forgotten < STEP) return;
  ct_input_forget(p->input, (size_t)(p->forgotten - start), (size_t)(p->token.at - start));
  p->forgotten = p->token.at;
}

void cti_wat_skip_rest(cti_wat_parser *p, cti_wat_token opened) {
  if (cti_wat_failed(p)) return;
  p->lexer.at = p->token.at;
  p->has_second = false;
  cti_wat_skip_group(&p->lexer, opened);
  cti_wat_advance(p);
}

bool cti_wat_is(cti_wat_token token, const char *word) { return (token.kind == CTI_WAT_KEYWORD || token.kind == CTI_WAT_ANNOTATION) && cti_slice_is(cti_wat_slice(token), word); }

bool cti_wat_at_group(cti_wat_parser *p, const char *word) { return cti_wat_at(p, CTI_WAT_LEFT) && cti_wat_is(cti_wat_second(p), word); }

bool cti_wat_take_word(cti_wat_parser *p, const char *word) {
  if (!cti_wat_at_word(p, word)) return false;
  cti_wat_advance(p);
  return true;
}

bool cti_wat_enter(cti_wat_parser *p, const char *word) {
  if (!cti_wat_at_group(p, word)) return false;
  cti_wat_advance(p);
  cti_wat_advance(p);
  return true;
}

void cti_wat_expect_word(cti_wat_parser *p, const char *word) {
  if (cti_wat_take_word(p, word)) return;
  char what[64];
  snprintf(what, sizeof what, "`%s`", word);
  cti_wat_expected(p, what);
}

void cti_wat_expect_group(cti_wat_parser *p, const char *word) {
  if (cti_wat_enter(p, word)) return;
  char what[64];
  snprintf(what, sizeof what, "`(%s`", word);
  cti_wat_expected(p, what);
}

void cti_wat_expect(cti_wat_parser *p, cti_wat_kind kind) {
  static const char *const names[] = {[CTI_WAT_END] = "the end", [CTI_WAT_LEFT] = "`(`", [CTI_WAT_RIGHT] = "`)`", [CTI_WAT_STRING] = "a string", [CTI_WAT_ID] = "an identifier", [CTI_WAT_KEYWORD] = "a keyword", [CTI_WAT_INTEGER] = "an integer"};
  if (cti_wat_at(p, kind)) cti_wat_advance(p);
  else cti_wat_expected(p, names[kind]);
}

ct_status cti_wat_expected(cti_wat_parser *p, const char *what) {
  if (cti_wat_at(p, CTI_WAT_END)) return cti_wat_fail(p, p->token, CT_TEXT_SYNTAX, "unexpected end: %s was expected", what);
  ct_slice found = cti_wat_slice(p->token);
  bool cut = found.size > 40;
  return cti_wat_fail(p, p->token, CT_TEXT_SYNTAX, "unexpected token: %s was expected, `%.*s%s` was found", what, CTI_S(cti_slice_cut(found, 0, 40)), cut ? "..." : "");
}

ct_status cti_wat_fail(cti_wat_parser *p, cti_wat_token at, ct_status status, const char *format, ...) {
  char message[512];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(message, sizeof message, format, arguments);
  va_end(arguments);
  cti_wat_fail_at(&p->lexer, at, status, "%s", message);
  p->token.kind = CTI_WAT_END;
  p->has_second = false;
  return cti_wat_status(p);
}

ct_slice cti_wat_take_string(cti_wat_parser *p) {
  ct_slice bytes = {NULL, 0};
  if (!cti_wat_at(p, CTI_WAT_STRING)) return cti_wat_expected(p, "a string"), bytes;
  if (cti_wat_string(&bytes, &p->lexer, p->token, p->arena) == CT_OK) cti_wat_advance(p);
  else p->token.kind = CTI_WAT_END;
  return bytes;
}

ct_slice cti_wat_take_name(cti_wat_parser *p) {
  cti_wat_token token = p->token;
  ct_slice name = cti_wat_take_string(p);
  if (!cti_wat_failed(p) && !cti_utf8_valid(name)) cti_wat_fail(p, token, CT_TEXT_SYNTAX, "malformed UTF-8 encoding in a name");
  return name;
}

ct_slice cti_wat_take_strings(cti_wat_parser *p) {
  if (cti_wat_at(p, CTI_WAT_STRING) && cti_wat_second(p).kind == CTI_WAT_RIGHT) return cti_wat_take_string(p);
  cti_buf joined = {0};
  while (cti_wat_at(p, CTI_WAT_STRING)) cti_buf_bytes(&joined, cti_wat_take_string(p));
  ct_slice copy = {NULL, 0};
  if (cti_buf_check(&joined, p->arena->error) == CT_OK) copy = cti_copy(p->arena, cti_buf_slice(&joined));
  ct_buf_free(&joined);
  return copy;
}

uint64_t cti_wat_take_int(cti_wat_parser *p, unsigned bits, bool is_signed) {
  uint64_t value = 0;
  if (!cti_wat_at(p, CTI_WAT_INTEGER)) return cti_wat_expected(p, bits == 8 ? "a small integer" : "an integer"), 0;
  if (!cti_wat_integer(&value, cti_wat_slice(p->token), bits, is_signed))
    return cti_wat_fail(p, p->token, CT_TEXT_SYNTAX, "constant out of range: a%s integer of %u bits was expected", is_signed ? "n" : "n unsigned", bits), 0;
  cti_wat_advance(p);
  return value;
}

uint32_t cti_wat_ident_number(cti_wat_parser *p, cti_wat_token id) {
  ct_slice name;
  uint32_t number = CTI_MAP_NONE;
  if (cti_wat_id(&name, &p->lexer, id, p->arena) == CT_OK) number = cti_map_get(&p->idents, name);
  if (number != CTI_MAP_NONE) return number;
  if (p->input && !cti_wat_failed(p)) name = cti_copy(p->arena, name); /* each use is compared with it, and the text's memory is given back on the way */
  if (cti_wat_failed(p) || cti_map_set(&p->idents, p->arena, name, number = p->idents.count) != CT_OK) {
    p->token.kind = CTI_WAT_END;
    return CTI_WAT_NO_IDENT;
  }
  return number;
}

cti_wat_ident cti_wat_take_ident(cti_wat_parser *p) {
  cti_wat_ident ident = {CTI_WAT_NO_IDENT, {NULL, 0}, p->token};
  if (cti_wat_at(p, CTI_WAT_ID)) {
    ident.number = cti_wat_ident_number(p, p->token);
    if (ident.number != CTI_WAT_NO_IDENT) ident.name = cti_map_key(&p->idents.entries[ident.number]);
    cti_wat_advance(p);
  }
  if (cti_wat_enter(p, "@name")) {
    ident.name = cti_wat_take_name(p);
    cti_wat_leave(p);
  }
  return ident;
}
