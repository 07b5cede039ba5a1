/* cti_wat_lex.h - tokens of the text format, each a slice of the source; numbers and strings are worked out when they are asked for.
 * https://webassembly.github.io/spec/core/text/lexical.html */
#ifndef CTI_TEXT_WAT_LEX_H
#define CTI_TEXT_WAT_LEX_H

#include "base/arena.h"

typedef enum cti_wat_kind {
  CTI_WAT_END, /* of the source; all that comes after a failure, too */
  CTI_WAT_LEFT,
  CTI_WAT_RIGHT,
  CTI_WAT_STRING,     /* with its quotes */
  CTI_WAT_ID,         /* with its dollar sign */
  CTI_WAT_KEYWORD,
  CTI_WAT_INTEGER,
  CTI_WAT_FLOAT,
  CTI_WAT_ANNOTATION, /* "@name", after a left parenthesis: one of those that ctool knows; others are passed over like comments */
  CTI_WAT_RESERVED
} cti_wat_kind;

typedef struct cti_wat_token {
  cti_wat_kind kind;
  const uint8_t *at;
  size_t size; /* bytes */
} cti_wat_token;

static inline ct_slice cti_wat_slice(cti_wat_token token) { return (ct_slice){token.at, token.size}; }

typedef struct cti_wat_lexer {
  ct_slice text; /* valid UTF-8: cti_wat_parser_make has looked */
  const uint8_t *at;
  ct_error *error;
  bool failed;
  bool any_direction; /* characters that turn the direction of text are taken */
} cti_wat_lexer;

void cti_wat_lexer_make(cti_wat_lexer *out, ct_slice text, ct_error *error);

/* Checks the bytes [from, to) of the text; a character may end after `to`. Gives how far is valid, at least `to`, or `from` after a failure (reported). */
size_t cti_wat_check_utf8(cti_wat_lexer *lexer, size_t from, size_t to);

/* The next token. After a failure (reported with its place) only CTI_WAT_END. */
cti_wat_token cti_wat_next(cti_wat_lexer *lexer);

/* Reports at a token: file, line, column and caret. */
ct_status cti_wat_fail_at(cti_wat_lexer *lexer, cti_wat_token token, ct_status status, const char *format, ...) CTI_PRINTF(4, 5);

/* From just after a left parenthesis to just after the right one that closes it; nothing between is looked at but strings and comments. False (reported)
 * when the text ends before. `opened` is the left parenthesis, for the message. */
bool cti_wat_skip_group(cti_wat_lexer *lexer, cti_wat_token opened);

/* The bytes of a string token, escapes resolved; borrows from the source when there are none. Fails on an escape that is none. */
ct_status cti_wat_string(ct_slice *out, cti_wat_lexer *lexer, cti_wat_token token, cti_arena *arena);

/* What is between the dollar sign and the end of an identifier, `$"..."` resolved. */
ct_status cti_wat_id(ct_slice *out, cti_wat_lexer *lexer, cti_wat_token token, cti_arena *arena);

/* ---- numbers (cti_wat_number.c). https://webassembly.github.io/spec/core/text/values.html */

/* Is the whole of `text` an integer, a float, or no number? */
cti_wat_kind cti_wat_number_kind(ct_slice text);

/* An integer of `bits` bits: -2^(bits-1) .. 2^bits - 1 when `is_signed` allows a sign, else 0 .. 2^bits - 1 without one. False when out of range. */
bool cti_wat_integer(uint64_t *out, ct_slice text, unsigned bits, bool is_signed);

/* The bits of a float of 32 or 64 bits, rounded to nearest; integers count as floats. False when it is out of range. */
bool cti_wat_float32(uint32_t *out, ct_slice text, cti_arena *arena);
bool cti_wat_float64(uint64_t *out, ct_slice text, cti_arena *arena);

#endif
