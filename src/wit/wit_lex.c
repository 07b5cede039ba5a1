/* wit_lex.c - text to tokens. The text is checked once as a whole, then each token is cut from it without a copy; only strings are unescaped.
 * https://github.com/WebAssembly/component-model/blob/main/design/mvp/WIT.md#lexical-structure */
#include "wit/wit_lex.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/utf8.h"
#include "types/label.h"

static const char *const token_texts[CTI_TOKEN_COUNT] = {
#define CT_CLASS(symbol, text) text,
#define CT_PUNCT(symbol, byte, text) "`" text "`",
#define CT_KEYWORD(symbol, text) "the keyword `" text "`",
#include "wit/wit_tokens.def"
};

const char *cti_token_text(cti_token token) { return token_texts[token]; }

typedef struct keyword {
  const char *text;
  uint8_t size, token;
} keyword;

static const keyword keywords[] = {
#define CT_KEYWORD(symbol, text) {text, sizeof(text) - 1, CTI_TOKEN_##symbol},
#include "wit/wit_tokens.def"
};

/* The first byte decides most comparisons. */
static int compare(ct_slice name, const keyword *word) {
  int order = name.data[0] - (uint8_t)word->text[0];
  return order ? order : cti_slice_cmp(name, cti_slice(word->text, word->size));
}

static cti_token keyword_of(ct_slice name) {
  size_t low = 0, high = name.size ? CTI_COUNT(keywords) : 0;
  while (low < high) {
    size_t middle = (low + high) / 2;
    int order = compare(name, &keywords[middle]);
    if (order == 0) return (cti_token)keywords[middle].token;
    if (order < 0) high = middle;
    else low = middle + 1;
  }
  return CTI_TOKEN_ID;
}

bool cti_name_is_keyword(ct_slice name) {
#define CT_RESERVED(text) \
  if (cti_slice_is(name, text)) return true;
#include "wit/wit_tokens.def"
  return keyword_of(name) != CTI_TOKEN_ID;
}

bool cti_lexer_fail(cti_lexer *lexer, uint32_t at, uint32_t size, const char *format, ...) {
  if (!cti_lexer_failed(lexer)) {
    char message[sizeof lexer->error->message];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    cti_fail(lexer->error, CT_WIT_SYNTAX, CT_NO_OFFSET, "%s", message);
    cti_error_file(lexer->error, lexer->path);
    cti_error_place_text(lexer->error, lexer->text, at, size);
  }
  lexer->token = CTI_TOKEN_END;
  return false;
}

bool cti_lexer_expected(cti_lexer *lexer, const char *what) {
  if (lexer->token == CTI_TOKEN_ID || lexer->token == CTI_TOKEN_EXPLICIT_ID)
    return cti_lexer_fail(lexer, lexer->at, lexer->size, "expected %s, found `%.*s`", what, CTI_S(cti_lexer_text(lexer)));
  return cti_lexer_fail(lexer, lexer->at, lexer->size, "expected %s, found %s", what, token_texts[lexer->token]);
}

/* ---- the text as a whole ---- */

/* Characters that make text look other than it is, or that Unicode tells not to use: U+202A..E and U+2066..9 turn the direction (CVE-2021-42574). */
static const char *unwanted(uint32_t c) {
  static const uint32_t deprecated[] = {0x149, 0x673, 0xf77, 0xf79, 0x17a3, 0x17a4, 0x17b4, 0x17b5};
  if ((c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069)) return "a character that changes the direction of the text";
  if (c < 0x20 || (c >= 0x7f && c <= 0x9f)) return "a control character";
  for (size_t i = 0; i < CTI_COUNT(deprecated); i++)
    if (c == deprecated[i]) return "a character that Unicode deprecates";
  return NULL;
}

/* Are the eight bytes at `at` all printable ASCII? Below 0x20 borrows into the top bit, 0x7f carries into it. */
static bool is_plain_word(const uint8_t *at) {
  const uint64_t ones = 0x0101010101010101u, tops = 0x80 * ones;
  uint64_t word;
  memcpy(&word, at, sizeof word);
  return ((word | (word + ones) | (word - 0x20 * ones)) & tops) == 0;
}

static bool is_plain(uint8_t c) { return (c >= 0x20 && c < 0x7f) || c == '\n' || c == '\t' || c == '\r'; }

static bool check_text(cti_lexer *lexer) {
  ct_slice text = lexer->text;
  if (text.size >= UINT32_MAX) return cti_lexer_fail(lexer, 0, 0, "the file is larger than 4 GB");
  for (size_t i = 0; i < text.size;) {
    if (text.size - i >= 8 && is_plain_word(text.data + i)) {
      i += 8;
      continue;
    }
    if (is_plain(text.data[i])) {
      i++;
      continue;
    }
    size_t length;
    uint32_t c = cti_utf8_decode(cti_slice_cut(text, i, text.size), &length);
    if (length == 0) return cti_lexer_fail(lexer, (uint32_t)i, 1, "the text is not valid UTF-8");
    const char *what = unwanted(c);
    if (what) return cti_lexer_fail(lexer, (uint32_t)i, (uint32_t)length, "the text holds %s, U+%04X, which WIT does not allow", what, (unsigned)c);
    i += length;
  }
  return true;
}

void cti_lexer_init(cti_lexer *lexer, ct_slice path, ct_slice text, uint32_t file, cti_arena *arena, cti_arena *keep) {
  *lexer = (cti_lexer){.text = text, .path = path, .file = file, .arena = arena, .keep = keep, .error = arena->error};
  if (!check_text(lexer)) return;
  if (cti_slice_starts(text, CTI_LIT("\xef\xbb\xbf"))) lexer->next = 3; /* a byte order mark */
  cti_lexer_next(lexer);
}

/* ---- tokens ---- */

static uint8_t peek(const cti_lexer *lexer, uint32_t ahead) {
  size_t at = (size_t)lexer->next + ahead;
  return at < lexer->text.size ? lexer->text.data[at] : 0;
}

/* A block comment, which may hold others. */
static bool skip_block(cti_lexer *lexer) {
  uint32_t start = lexer->next, depth = 1;
  for (lexer->next += 2; depth > 0;) {
    if (lexer->next >= lexer->text.size) return cti_lexer_fail(lexer, start, 2, "this comment is not closed: */ is missing");
    if (peek(lexer, 0) == '/' && peek(lexer, 1) == '*') {
      depth++;
      lexer->next += 2;
    } else if (peek(lexer, 0) == '*' && peek(lexer, 1) == '/') {
      depth--;
      lexer->next += 2;
    } else {
      lexer->next++;
    }
  }
  return true;
}

/* Moves to the next token's first byte; false after a failure. */
static bool skip_gap(cti_lexer *lexer) {
  lexer->gap = lexer->next;
  lexer->has_comment = false;
  for (;;) {
    uint8_t c = peek(lexer, 0), after = peek(lexer, 1);
    if (c == ' ' || c == '\n' || c == '\t' || (c == '\r' && after == '\n')) {
      lexer->next++;
    } else if (c == '/' && after == '/') {
      lexer->has_comment = true;
      lexer->next = (uint32_t)cti_slice_find(lexer->text, '\n', lexer->next);
    } else if (c == '/' && after == '*') {
      lexer->has_comment = true;
      if (!skip_block(lexer)) return false;
    } else {
      return true;
    }
  }
}

static bool is_digit(uint8_t c) { return c >= '0' && c <= '9'; }
static bool is_word(uint8_t c) { return (c >= 'a' && c <= 'z') || c == '-' || is_digit(c) || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80; }

static uint32_t word_size(const cti_lexer *lexer, uint32_t from) {
  size_t at = (size_t)lexer->next + from;
  while (at < lexer->text.size && is_word(lexer->text.data[at])) at++;
  return (uint32_t)(at - lexer->next);
}

/* Names that are no labels are refused here, with the part that is wrong. */
static bool check_name(cti_lexer *lexer, ct_slice name) {
  if (cti_label_valid(name)) return true;
  for (size_t i = 0; i < name.size; i++)
    if (name.data[i] >= 0x80) return cti_lexer_fail(lexer, lexer->at, lexer->size, "names are of a-z, A-Z, 0-9 and `-`: `%.*s` is none", CTI_S(name));
  if (name.size == 0) return cti_lexer_fail(lexer, lexer->at, lexer->size, "a name must follow `%%`");
  cti_lexer_fail(lexer, lexer->at, lexer->size, "`%.*s` is not a name: words of a-z or of A-Z, and of digits, are joined by single `-`; the first begins with a letter",
                 CTI_S(name));
  if (cti_slice_find(name, '_', 0) < name.size) cti_error_hint(lexer->error, "write `-` in place of `_`");
  return false;
}

static void lex_word(cti_lexer *lexer, bool is_explicit) {
  lexer->size = word_size(lexer, is_explicit);
  lexer->token = is_explicit ? CTI_TOKEN_EXPLICIT_ID : keyword_of(cti_lexer_text(lexer));
  if (lexer->token == CTI_TOKEN_ID || is_explicit) check_name(lexer, cti_slice_cut(cti_lexer_text(lexer), is_explicit, lexer->size));
}

static void lex_integer(cti_lexer *lexer) {
  lexer->token = CTI_TOKEN_INTEGER;
  while (is_digit(peek(lexer, lexer->size))) lexer->size++;
}

/* A string's end is found here; its escapes are looked at by cti_lexer_string. */
static void lex_string(cti_lexer *lexer) {
  lexer->token = CTI_TOKEN_STRING;
  for (lexer->size = 1;; lexer->size++) {
    uint8_t c = peek(lexer, lexer->size);
    if (lexer->at + lexer->size >= lexer->text.size || c == '\n' || c == '\r') {
      cti_lexer_fail(lexer, lexer->at, lexer->size, "this string is not closed: \" is missing");
      return;
    }
    if (c == '\\') lexer->size++;
    else if (c == '"') break;
  }
  lexer->size++;
}

/* By the byte that is the whole token; END, which is 0, for all others. */
static const uint8_t single[128] = {
#define CT_PUNCT(symbol, byte, text) [byte] = CTI_TOKEN_##symbol,
#include "wit/wit_tokens.def"
};

/* `#` begins lines of what is taken for WIT by mistake. */
static void hint_foreign(cti_lexer *lexer) {
  static const char *const of_c[] = {"#include", "#define", "#if", "#pragma"};
  ct_slice rest = cti_slice_cut(lexer->text, lexer->at, lexer->text.size);
  for (unsigned i = 0; i < CTI_COUNT(of_c); i++)
    if (cti_slice_starts(rest, cti_slice_str(of_c[i]))) cti_error_hint(lexer->error, "this looks like C; WIT is in files that end in .wit, or a folder of them is given");
  if (cti_slice_starts(rest, CTI_LIT("# "))) cti_error_hint(lexer->error, "comments begin with //");
}

static void lex_punctuation(cti_lexer *lexer, uint8_t c) {
  lexer->size = 1;
  lexer->token = c < 128 ? (cti_token)single[c] : CTI_TOKEN_END;
  if (c == '-' && peek(lexer, 1) == '>') {
    lexer->token = CTI_TOKEN_ARROW;
    lexer->size = 2;
  } else if (c == '\r') {
    cti_lexer_fail(lexer, lexer->at, 1, "a carriage return stands without a line feed");
  } else if (lexer->token == CTI_TOKEN_END) {
    cti_lexer_fail(lexer, lexer->at, 1, "`%c` has no meaning in WIT", c);
    if (c == '#') hint_foreign(lexer);
  }
}

void cti_lexer_next(cti_lexer *lexer) {
  if (cti_lexer_failed(lexer) || !skip_gap(lexer)) {
    lexer->token = CTI_TOKEN_END;
    return;
  }
  lexer->at = lexer->next;
  lexer->size = 0;
  uint8_t c = peek(lexer, 0);
  if (lexer->next >= lexer->text.size) lexer->token = CTI_TOKEN_END;
  else if (is_digit(c)) lex_integer(lexer);
  else if (c == '%') lex_word(lexer, true);
  else if (is_word(c) && c != '-') lex_word(lexer, false);
  else if (c == '"') lex_string(lexer);
  else lex_punctuation(lexer, c);
  lexer->next = lexer->at + lexer->size;
}

bool cti_lexer_eat(cti_lexer *lexer, cti_token token) {
  if (lexer->token != token || cti_lexer_failed(lexer)) return false;
  cti_lexer_next(lexer);
  return true;
}

/* What should have ended a line is told at the token that comes next, lines below. */
static void hint_line_above(cti_lexer *lexer) {
  unsigned line = 1;
  if (cti_slice_find(cti_slice_cut(lexer->text, lexer->gap, lexer->at), '\n', 0) == lexer->at - lexer->gap) return;
  for (uint32_t i = 0; i < lexer->gap; i++) line += lexer->text.data[i] == '\n';
  cti_error_hint(lexer->error, "line %u ends without `;`", line);
}

bool cti_lexer_expect(cti_lexer *lexer, cti_token token) {
  if (cti_lexer_eat(lexer, token)) return true;
  if (cti_lexer_failed(lexer)) return false;
  cti_lexer_expected(lexer, token_texts[token]);
  if (token == CTI_TOKEN_SEMICOLON) hint_line_above(lexer);
  return false;
}

ct_slice cti_lexer_docs(const cti_lexer *lexer) {
  return lexer->has_comment ? cti_slice_cut(lexer->text, lexer->gap, lexer->at) : (ct_slice){0};
}

/* ---- versions and strings, which are more than one token or less than one ---- */

/* How far a version reaches: a dot belongs to it when an identifier follows, since `use a:b/c@1.0.0.{x}` goes on with a dot. */
static uint32_t version_size(const cti_lexer *lexer) {
  uint32_t size = 0;
  for (;; size++) {
    size_t at = (size_t)lexer->at + size;
    uint8_t c = at < lexer->text.size ? lexer->text.data[at] : 0;
    uint8_t after = at + 1 < lexer->text.size ? lexer->text.data[at + 1] : 0;
    bool joins = (c == '.' || c == '+') && is_word(after) && after < 0x80 && after != '_';
    if (!joins && (!is_word(c) || c >= 0x80 || c == '_')) return size;
  }
}

/* A lone `-`, and a lone `+` behind it, say that nothing follows; the reference reads them so, and they are not of the version. */
static void skip_empty_ids(cti_lexer *lexer, const cti_semver *version) {
  if (!version->pre.size && !version->build.size) cti_lexer_eat(lexer, CTI_TOKEN_MINUS);
  if (!version->build.size) cti_lexer_eat(lexer, CTI_TOKEN_PLUS);
}

bool cti_lexer_version(cti_lexer *lexer, cti_semver *out, cti_span *span) {
  *out = (cti_semver){0};
  if (cti_lexer_failed(lexer)) return false;
  lexer->size = version_size(lexer);
  ct_slice text = cti_lexer_text(lexer);
  bool lone = text.size > 1 && text.data[text.size - 1] == '-' && cti_slice_find(text, '-', 0) == text.size - 1;
  if (lone) lexer->size--;
  *span = cti_lexer_span(lexer);
  if (!cti_semver_parse(out, cti_lexer_text(lexer))) {
    if (lexer->size == 0) return cti_lexer_expected(lexer, "a version like 1.2.3");
    cti_lexer_fail(lexer, lexer->at, (uint32_t)text.size, "`%.*s` is not a semantic version: major.minor.patch, each without leading zeros, then -pre and +build if any",
                   CTI_S(text));
    return false;
  }
  lexer->next = lexer->at + lexer->size;
  cti_lexer_next(lexer);
  skip_empty_ids(lexer, out);
  return !cti_lexer_failed(lexer);
}

static int hex_of(uint8_t c) {
  return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static int escape_of(uint8_t c) {
  static const char pairs[] = "\"\"''t\tn\nr\r\\\\";
  for (const char *pair = pairs; *pair; pair += 2)
    if (c == (uint8_t)pair[0]) return (uint8_t)pair[1];
  return -1;
}

/* `{hex}` with single underscores inside; gives how many bytes that is, 0 when it is not well formed. */
static size_t take_scalar(ct_slice text, uint32_t *scalar) {
  size_t at = 1;
  *scalar = 0;
  if (text.size < 3 || text.data[0] != '{' || hex_of(text.data[1]) < 0) return 0;
  for (; at < text.size && text.data[at] != '}'; at++) {
    if (text.data[at] == '_') continue;
    int digit = hex_of(text.data[at]);
    if (digit < 0 || *scalar > 0x10ffff) return 0;
    *scalar = *scalar * 16 + (uint32_t)digit;
  }
  bool scalar_value = *scalar <= 0x10ffff && (*scalar < 0xd800 || *scalar > 0xdfff);
  return at < text.size && text.data[at - 1] != '_' && scalar_value ? at + 1 : 0;
}

/* What follows a backslash, written to `out`; gives how many bytes were read, 0 when it is no escape. */
static size_t take_escape(ct_slice rest, uint8_t *out, size_t *size) {
  if (rest.size == 0) return 0;
  int simple = escape_of(rest.data[0]);
  if (simple >= 0) {
    out[(*size)++] = (uint8_t)simple;
    return 1;
  }
  if (rest.data[0] == 'u') {
    uint32_t scalar;
    size_t read = take_scalar(cti_slice_cut(rest, 1, rest.size), &scalar);
    if (read) *size += cti_utf8_encode(scalar, out + *size);
    return read ? read + 1 : 0;
  }
  if (rest.size < 2 || hex_of(rest.data[0]) < 0 || hex_of(rest.data[1]) < 0) return 0;
  out[(*size)++] = (uint8_t)(hex_of(rest.data[0]) * 16 + hex_of(rest.data[1]));
  return 2;
}

ct_slice cti_lexer_string(cti_lexer *lexer) {
  ct_slice none = {0}, text = cti_slice_cut(cti_lexer_text(lexer), 1, lexer->size - 1);
  uint8_t *out = lexer->size < 2 ? NULL : cti_alloc(lexer->keep, text.size);
  if (!out) return none;
  size_t size = 0;
  for (size_t i = 0; i < text.size;) {
    uint32_t at = lexer->at + 1 + (uint32_t)i;
    if (text.data[i] != '\\') {
      if (text.data[i] < 0x20) return cti_lexer_fail(lexer, at, 1, "a string holds a control character; write \\t"), none;
      out[size++] = text.data[i++];
      continue;
    }
    size_t read = take_escape(cti_slice_cut(text, i + 1, text.size), out, &size);
    if (read == 0) return cti_lexer_fail(lexer, at, 2, "this is no escape; there are \\\" \\' \\t \\n \\r \\\\ \\u{hex} and two hexadecimal digits"), none;
    i += 1 + read;
  }
  if (!cti_utf8_valid(cti_slice(out, size))) return cti_lexer_fail(lexer, lexer->at, lexer->size, "the string's escapes do not make valid UTF-8"), none;
  return cti_slice(out, size);
}
