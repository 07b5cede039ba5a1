/* cti_wat_lex.c - text to tokens. Flows in: UTF-8 text. Flows out: one token a call, borrowing from the text. Comments, white space and annotations that
 * ctool does not know are passed over here, so that no parser sees them. */
#include "text/wat_lex.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/utf8.h"

/* Classes of bytes. https://webassembly.github.io/spec/core/text/values.html#text-idchar */
enum { SPACE = 1, IDCHAR = 2 };
static const uint8_t classes[256] = {
    ['\t'] = SPACE, ['\n'] = SPACE, ['\r'] = SPACE, [' '] = SPACE,
    ['!'] = IDCHAR, ['#'] = IDCHAR, ['$'] = IDCHAR, ['%'] = IDCHAR, ['&'] = IDCHAR, ['\''] = IDCHAR, ['*'] = IDCHAR, ['+'] = IDCHAR, ['-'] = IDCHAR,
    ['.'] = IDCHAR, ['/'] = IDCHAR, ['0'] = IDCHAR, ['1'] = IDCHAR, ['2'] = IDCHAR, ['3'] = IDCHAR, ['4'] = IDCHAR, ['5'] = IDCHAR, ['6'] = IDCHAR,
    ['7'] = IDCHAR, ['8'] = IDCHAR, ['9'] = IDCHAR, [':'] = IDCHAR, ['<'] = IDCHAR, ['='] = IDCHAR, ['>'] = IDCHAR, ['?'] = IDCHAR, ['@'] = IDCHAR,
    ['A'] = IDCHAR, ['B'] = IDCHAR, ['C'] = IDCHAR, ['D'] = IDCHAR, ['E'] = IDCHAR, ['F'] = IDCHAR, ['G'] = IDCHAR, ['H'] = IDCHAR, ['I'] = IDCHAR,
    ['J'] = IDCHAR, ['K'] = IDCHAR, ['L'] = IDCHAR, ['M'] = IDCHAR, ['N'] = IDCHAR, ['O'] = IDCHAR, ['P'] = IDCHAR, ['Q'] = IDCHAR, ['R'] = IDCHAR,
    ['S'] = IDCHAR, ['T'] = IDCHAR, ['U'] = IDCHAR, ['V'] = IDCHAR, ['W'] = IDCHAR, ['X'] = IDCHAR, ['Y'] = IDCHAR, ['Z'] = IDCHAR, ['\\'] = IDCHAR,
    ['^'] = IDCHAR, ['_'] = IDCHAR, ['`'] = IDCHAR, ['a'] = IDCHAR, ['b'] = IDCHAR, ['c'] = IDCHAR, ['d'] = IDCHAR, ['e'] = IDCHAR, ['f'] = IDCHAR,
    ['g'] = IDCHAR, ['h'] = IDCHAR, ['i'] = IDCHAR, ['j'] = IDCHAR, ['k'] = IDCHAR, ['l'] = IDCHAR, ['m'] = IDCHAR, ['n'] = IDCHAR, ['o'] = IDCHAR,
    ['p'] = IDCHAR, ['q'] = IDCHAR, ['r'] = IDCHAR, ['s'] = IDCHAR, ['t'] = IDCHAR, ['u'] = IDCHAR, ['v'] = IDCHAR, ['w'] = IDCHAR, ['x'] = IDCHAR,
    ['y'] = IDCHAR, ['z'] = IDCHAR, ['|'] = IDCHAR, ['~'] = IDCHAR,
};

static const uint8_t *end_of(const cti_wat_lexer *lexer) { return lexer->text.data + lexer->text.size; }

ct_status cti_wat_fail_at(cti_wat_lexer *lexer, cti_wat_token token, ct_status status, const char *format, ...) {
  if (lexer->failed) return lexer->error->status;
  char message[sizeof lexer->error->message];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(message, sizeof message, format, arguments);
  va_end(arguments);
  lexer->failed = true;
  size_t at = token.at ? (size_t)(token.at - lexer->text.data) : 0;
  cti_fail(lexer->error, status, CT_NO_OFFSET, "%s", message);
  cti_error_place_text(lexer->error, lexer->text, at, token.size ? token.size : 1);
  lexer->at = end_of(lexer);
  return status;
}

static void fail(cti_wat_lexer *lexer, const uint8_t *at, size_t size, const char *what) { cti_wat_fail_at(lexer, (cti_wat_token){CTI_WAT_RESERVED, at, size}, CT_TEXT_SYNTAX, "%s", what); }

void cti_wat_lexer_make(cti_wat_lexer *out, ct_slice text, ct_error *error) {
  static const uint8_t nothing[1];
  if (!text.data) text.data = nothing;
  *out = (cti_wat_lexer){.text = text, .at = text.data, .error = error};
}

size_t cti_wat_check_utf8(cti_wat_lexer *lexer, size_t from, size_t to) {
  size_t room = lexer->text.size - to < 3 ? lexer->text.size : to + 3;
  size_t valid = from + cti_utf8_valid_prefix(cti_slice_cut(lexer->text, from, room));
  if (valid >= to) return valid;
  cti_wat_fail_at(lexer, (cti_wat_token){CTI_WAT_RESERVED, lexer->text.data + valid, 1}, CT_TEXT_SYNTAX, "malformed UTF-8 encoding: the text format is UTF-8, and this byte is not");
  return from;
}

/* Characters that turn the direction of text, so that a reader sees another program than the machine: refused in comments and strings, as the reference
 * does. All begin with 0xe2. https://trojansource.codes */
static bool turns_direction(const uint8_t *at, const uint8_t *end) {
  if (end - at < 3 || at[0] != 0xe2) return false;
  return (at[1] == 0x80 && at[2] >= 0xaa && at[2] <= 0xae) || (at[1] == 0x81 && (at[2] == 0xac || (at[2] >= 0xa6 && at[2] <= 0xa9)));
}

static bool plain(cti_wat_lexer *lexer, const uint8_t *at, const uint8_t *end) {
  for (; !lexer->any_direction && (at = memchr(at, 0xe2, (size_t)(end - at))) != NULL; at++) {
    if (!turns_direction(at, end)) continue;
    fail(lexer, at, 3, "a character that changes the direction of text would make the source look like something else; remove it, or write it as \\u{...} in a string");
    return false;
  }
  return true;
}

/* ---- passing over */

static bool skip_line(cti_wat_lexer *lexer) {
  const uint8_t *start = lexer->at, *end = end_of(lexer), *at = start;
  while (at < end && *at != '\n' && *at != '\r') at++;
  lexer->at = at;
  return plain(lexer, start, at);
}

static bool skip_block(cti_wat_lexer *lexer) {
  const uint8_t *start = lexer->at, *end = end_of(lexer), *at = start + 2;
  for (uint32_t depth = 1; depth; at++) {
    if (end - at < 2) {
      fail(lexer, start, 2, "this block comment is not closed: ;) is missing");
      return false;
    }
    if (at[0] == '(' && at[1] == ';') depth++, at++;
    else if (at[0] == ';' && at[1] == ')') depth--, at++;
  }
  lexer->at = at;
  return plain(lexer, start, at);
}

/* From the quote on; leaves `at` after the closing one. */
static bool skip_string(cti_wat_lexer *lexer) {
  const uint8_t *start = lexer->at, *end = end_of(lexer), *at = start + 1;
  for (; at < end; at++) {
    if (*at == '"') {
      lexer->at = at + 1;
      return plain(lexer, start, at);
    }
    if (*at == '\\') at++;
    else if (*at < 0x20 || *at == 0x7f) {
      fail(lexer, at, 1, "a control character in a string; write it as an escape, such as \\n or \\00");
      return false;
    }
  }
  fail(lexer, start, 1, "this string is not closed: a \" is missing");
  return false;
}

static bool unclosed(cti_wat_lexer *lexer, cti_wat_token opened) {
  cti_wat_fail_at(lexer, opened, CT_TEXT_SYNTAX, "unexpected end: this parenthesis is not closed");
  return false;
}

bool cti_wat_skip_group(cti_wat_lexer *lexer, cti_wat_token opened) {
  static const uint8_t stops[256] = {['('] = 1, [')'] = 1, ['"'] = 1, [';'] = 1};
  const uint8_t *end = end_of(lexer);
  for (uint32_t depth = 1; depth;) {
    const uint8_t *at = lexer->at;
    while (at < end && !stops[*at]) at++;
    lexer->at = at;
    if (at == end) return unclosed(lexer, opened);
    bool good = true;
    if (*at == '"') good = skip_string(lexer);
    else if (*at == ';' && end - at > 1 && at[1] == ';') good = skip_line(lexer);
    else if (*at == '(' && end - at > 1 && at[1] == ';') good = skip_block(lexer);
    else {
      depth += *at == '(';
      depth -= *at == ')';
      lexer->at++;
    }
    if (!good) return false;
  }
  return true;
}

/* ---- tokens */

/* (@name ...) of a name that ctool knows is parsed; any other is a comment. https://github.com/WebAssembly/annotations */
static bool is_known_annotation(ct_slice name) {
  static const char *const known[] = {"@custom", "@name", "@producers", "@dylink.0", "@metadata.code.branch_hint"};
  for (size_t i = 0; i < CTI_COUNT(known); i++)
    if (cti_slice_is(name, known[i])) return true;
  return false;
}

static size_t idchars(const uint8_t *at, const uint8_t *end) {
  const uint8_t *start = at;
  while (at < end && classes[*at] & IDCHAR) at++;
  return (size_t)(at - start);
}

/* A run of name characters and strings without space between. A lone string is one; `$"..."` is an identifier; other mixtures are no token.
 * https://webassembly.github.io/spec/core/text/lexical.html#text-reserved */
static cti_wat_token mixture(cti_wat_lexer *lexer) {
  const uint8_t *start = lexer->at, *end = end_of(lexer);
  unsigned strings = 0, others = 0;
  while (lexer->at < end) {
    size_t size = idchars(lexer->at, end);
    others += size > 0;
    lexer->at += size;
    if (lexer->at == end || *lexer->at != '"') break;
    strings++;
    if (!skip_string(lexer)) return (cti_wat_token){CTI_WAT_END, end, 0};
  }
  cti_wat_kind kind = strings == 1 && others == 0 ? CTI_WAT_STRING : strings == 1 && others == 1 && *start == '$' && start[1] == '"' && lexer->at[-1] == '"' ? CTI_WAT_ID : CTI_WAT_RESERVED;
  return (cti_wat_token){kind, start, (size_t)(lexer->at - start)};
}

static cti_wat_kind word_kind(ct_slice word) {
  uint8_t first = word.data[0];
  if (first == '$') return word.size > 1 ? CTI_WAT_ID : CTI_WAT_RESERVED;
  if (first >= 'a' && first <= 'z') {
    bool may_be_number = first == 'i' ? word.size == 3 : first == 'n';
    cti_wat_kind kind = may_be_number ? cti_wat_number_kind(word) : CTI_WAT_RESERVED;
    return kind == CTI_WAT_RESERVED ? CTI_WAT_KEYWORD : kind;
  }
  if ((first >= '0' && first <= '9') || first == '+' || first == '-') return cti_wat_number_kind(word);
  return first == '@' && word.size > 1 ? CTI_WAT_ANNOTATION : CTI_WAT_RESERVED;
}

static cti_wat_token word(cti_wat_lexer *lexer) {
  const uint8_t *end = end_of(lexer);
  size_t size = idchars(lexer->at, end);
  if (lexer->at + size < end && lexer->at[size] == '"') return mixture(lexer);
  ct_slice text = {lexer->at, size};
  lexer->at += size;
  return (cti_wat_token){word_kind(text), text.data, size};
}

/* The rest of an annotation whose content nobody reads: its tokens are tokens all the same. */
static void skip_annotation(cti_wat_lexer *lexer, cti_wat_token opened) {
  const uint8_t *end = end_of(lexer);
  for (uint32_t depth = 1; depth && !lexer->failed;) {
    const uint8_t *at = lexer->at;
    if (at == end) {
      unclosed(lexer, opened);
    } else if (*at == '"') {
      skip_string(lexer);
    } else if (end - at > 1 && at[1] == ';' && (*at == ';' || *at == '(')) {
      if (*at == ';') skip_line(lexer);
      else skip_block(lexer);
    } else if ((*at < 0x20 && *at != '\t' && *at != '\n' && *at != '\r') || *at >= 0x7f) {
      fail(lexer, at, 1, "illegal character: outside of strings and comments the text format has printable ASCII alone");
    } else {
      depth += *at == '(';
      depth -= *at == ')';
      lexer->at++;
    }
  }
}

/* The name of an annotation as a string, at its quote: not empty, and UTF-8. */
static void skip_annotation_name(cti_wat_lexer *lexer) {
  cti_arena arena;
  ct_slice name = {NULL, 0};
  const uint8_t *start = lexer->at;
  if (!skip_string(lexer)) return;
  cti_arena_init(&arena, lexer->error);
  cti_wat_token token = {CTI_WAT_STRING, start, (size_t)(lexer->at - start)};
  ct_status status = cti_wat_string(&name, lexer, token, &arena);
  if (status == CT_OK && name.size == 0) fail(lexer, start, 2, "empty annotation id: an annotation needs a name right after its @");
  if (status == CT_OK && !cti_utf8_valid(name)) fail(lexer, start, 1, "malformed UTF-8 encoding in the name of an annotation");
  cti_arena_free(&arena);
}

/* At a left parenthesis: is it the start of an annotation that is to be passed over? Then passes over it. */
static bool passed_annotation(cti_wat_lexer *lexer) {
  const uint8_t *start = lexer->at, *end = end_of(lexer);
  if (end - start < 2 || start[1] != '@') return false;
  ct_slice name = {start + 1, idchars(start + 1, end)};
  if (is_known_annotation(name)) return false;
  lexer->at = name.data + name.size;
  if (name.size == 1 && (lexer->at == end || *lexer->at != '"')) {
    fail(lexer, start, 2, "an annotation needs a name right after its @");
    return true;
  }
  if (name.size == 1) skip_annotation_name(lexer);
  if (!lexer->failed) skip_annotation(lexer, (cti_wat_token){CTI_WAT_LEFT, start, 1});
  return true;
}

/* White space and comments; false at the end of the text and after a failure. */
static bool skip_space(cti_wat_lexer *lexer) {
  const uint8_t *end = end_of(lexer);
  while (!lexer->failed) {
    const uint8_t *at = lexer->at;
    while (at < end && classes[*at] & SPACE) at++;
    lexer->at = at;
    if (at == end) return false;
    uint8_t next = end - at > 1 ? at[1] : 0;
    if (*at == ';' && next == ';') skip_line(lexer);
    else if (*at == '(' && next == ';') skip_block(lexer);
    else if (*at != '(' || !passed_annotation(lexer)) return true;
  }
  return false;
}

cti_wat_token cti_wat_next(cti_wat_lexer *lexer) {
  if (!skip_space(lexer)) return (cti_wat_token){CTI_WAT_END, end_of(lexer), 0};
  const uint8_t *at = lexer->at;
  if (*at == '(' || *at == ')') {
    lexer->at++;
    return (cti_wat_token){*at == '(' ? CTI_WAT_LEFT : CTI_WAT_RIGHT, at, 1};
  }
  if (*at == '"') return mixture(lexer);
  if (classes[*at] & IDCHAR) return word(lexer);
  if (*at < 0x80 && *at > 0x20) {
    lexer->at++;
    return (cti_wat_token){CTI_WAT_RESERVED, at, 1};
  }
  size_t size = 1;
  cti_utf8_decode((ct_slice){at, (size_t)(end_of(lexer) - at)}, &size);
  fail(lexer, at, size, "an unexpected character; outside of strings and comments the text format is ASCII");
  return (cti_wat_token){CTI_WAT_END, end_of(lexer), 0};
}

/* ---- strings */

static int hex_digit(uint8_t byte) {
  if (byte >= '0' && byte <= '9') return byte - '0';
  byte |= 0x20;
  return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

/* \u{...}: gives how many bytes of the source it takes, 0 when it is malformed. */
static size_t unicode_escape(const uint8_t *at, const uint8_t *end, uint32_t *scalar) {
  const uint8_t *start = at;
  if (end - at < 3 || *at++ != '{' || hex_digit(*at) < 0) return 0;
  for (*scalar = 0; at < end && (hex_digit(*at) >= 0 || *at == '_'); at++) {
    if (*at == '_') {
      if (at + 1 == end || hex_digit(at[1]) < 0) return 0;
      continue;
    }
    if (*scalar >> 20) return 0;
    *scalar = *scalar << 4 | (uint32_t)hex_digit(*at);
  }
  bool is_scalar = *scalar < 0xd800 || (*scalar > 0xdfff && *scalar <= 0x10ffff);
  return at < end && *at == '}' && is_scalar ? (size_t)(at + 1 - start) : 0;
}

/* One escape, after its backslash. Gives how many bytes of the source it takes, 0 when it is none. */
static size_t escape(const uint8_t *at, const uint8_t *end, uint8_t *out, size_t *written) {
  *written = 1;
  switch (*at) {
  case 't': *out = '\t'; return 1;
  case 'n': *out = '\n'; return 1;
  case 'r': *out = '\r'; return 1;
  case '"': case '\'': case '\\': *out = *at; return 1;
  case 'u': {
    uint32_t scalar = 0;
    size_t size = unicode_escape(at + 1, end, &scalar);
    *written = size ? cti_utf8_encode(scalar, out) : 0;
    return size ? size + 1 : 0;
  }
  default:
    if (end - at < 2 || hex_digit(at[0]) < 0 || hex_digit(at[1]) < 0) return 0;
    *out = (uint8_t)(hex_digit(at[0]) << 4 | hex_digit(at[1]));
    return 2;
  }
}

ct_status cti_wat_string(ct_slice *out, cti_wat_lexer *lexer, cti_wat_token token, cti_arena *arena) {
  ct_slice inner = {token.at + 1, token.size - 2};
  *out = inner;
  if (cti_slice_find(inner, '\\', 0) == inner.size) return CT_OK;
  uint8_t *bytes = cti_alloc(arena, inner.size); /* no escape is longer than what it stands for */
  if (!bytes) return lexer->failed = true, arena->error->status;
  size_t size = 0;
  for (const uint8_t *at = inner.data, *end = at + inner.size; at < end;) {
    if (*at != '\\') {
      bytes[size++] = *at++;
      continue;
    }
    size_t written, taken = escape(at + 1, end, bytes + size, &written);
    if (!taken) return cti_wat_fail_at(lexer, (cti_wat_token){CTI_WAT_RESERVED, at, 2}, CT_TEXT_SYNTAX, "an unknown escape in a string; there are \\t \\n \\r \\\" \\' \\\\ \\hh and \\u{hhhh}");
    size += written;
    at += 1 + taken;
  }
  *out = (ct_slice){bytes, size};
  return CT_OK;
}

ct_status cti_wat_id(ct_slice *out, cti_wat_lexer *lexer, cti_wat_token token, cti_arena *arena) {
  *out = (ct_slice){token.at + 1, token.size - 1};
  if (token.at[1] != '"') return CT_OK;
  CTI_TRY(cti_wat_string(out, lexer, (cti_wat_token){CTI_WAT_STRING, token.at + 1, token.size - 1}, arena));
  if (out->size == 0) return cti_wat_fail_at(lexer, token, CT_TEXT_SYNTAX, "an identifier cannot be empty");
  if (!cti_utf8_valid(*out)) return cti_wat_fail_at(lexer, token, CT_TEXT_SYNTAX, "malformed UTF-8 encoding in an identifier");
  return CT_OK;
}
