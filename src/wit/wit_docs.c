/* wit_docs.c - documentation: the comments before an item to the text that JSON and binaries carry.
 * Every comment counts, doc comment or not, as the field's tools have it. https://github.com/WebAssembly/component-model/blob/main/design/mvp/WIT.md#comments */
#include "base/buf.h"
#include "base/utf8.h"
#include "wit/wit_lex.h"

/* White space as Unicode has it, beyond what the lexer refuses anyway. */
static bool is_space(uint32_t c) {
  return c == ' ' || (c >= '\t' && c <= '\r') || c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f ||
         c == 0x205f || c == 0x3000;
}

static ct_slice trim_end(ct_slice text) {
  while (text.size) {
    size_t start = text.size - 1, length;
    while (start > 0 && (text.data[start] & 0xc0) == 0x80) start--;
    if (!is_space(cti_utf8_decode(cti_slice_cut(text, start, text.size), &length)) || length == 0) break;
    text.size = start;
  }
  return text;
}

static size_t leading_space(ct_slice text) {
  size_t count = 0;
  while (count < text.size && (text.data[count] == ' ' || text.data[count] == '\t' || text.data[count] == '\n' || text.data[count] == '\r')) count++;
  return count;
}

/* Where the comment that begins at `at` ends. */
static size_t comment_end(ct_slice gap, size_t at) {
  if (gap.data[at + 1] == '/') return cti_slice_find(gap, '\n', at);
  size_t depth = 0;
  do {
    bool opens = gap.data[at] == '/' && gap.data[at + 1] == '*', closes = gap.data[at] == '*' && gap.data[at + 1] == '/';
    depth = opens ? depth + 1 : closes ? depth - 1 : depth;
    at += opens || closes ? 2 : 1;
  } while (depth > 0 && at + 1 < gap.size);
  return at;
}

/* A comment without its marks. */
static ct_slice comment_text(ct_slice comment) {
  if (cti_slice_starts(comment, CTI_LIT("/**"))) {
    size_t end = comment.size >= 5 ? comment.size - 2 : 3;
    return trim_end(cti_slice_cut(comment, 3, end));
  }
  size_t slashes = 0;
  while (slashes < comment.size && comment.data[slashes] == '/') slashes++;
  return trim_end(cti_slice_cut(comment, slashes, comment.size));
}

/* The next comment of the gap from *at on, moved past; false when there is none left. */
static bool next_comment(ct_slice gap, size_t *at, ct_slice *text) {
  size_t start = cti_slice_find(gap, '/', *at);
  if (start + 1 >= gap.size) return false;
  *at = comment_end(gap, start);
  *text = comment_text(cti_slice_cut(gap, start, *at));
  return true;
}

/* Appends the lines of one comment, less `indent` blanks at its start, each with a line feed. */
static size_t put_lines(uint8_t *out, ct_slice text, size_t indent) {
  size_t size = 0, blanks = 0;
  while (blanks < text.size && text.data[blanks] == ' ') blanks++;
  if (blanks >= indent) text = cti_slice_cut(text, indent, text.size);
  for (size_t i = 0; i < text.size; i++)
    if (text.data[i] != '\r' || i + 1 == text.size || text.data[i + 1] != '\n') out[size++] = text.data[i];
  if (size == 0 || out[size - 1] != '\n') out[size++] = '\n';
  return size;
}

ct_slice cti_docs_text(cti_arena *arena, ct_slice gap) {
  ct_slice text, none = {0};
  size_t at = 0, indent = SIZE_MAX, comments = 0;
  for (; next_comment(gap, &at, &text); comments++)
    if (text.size && leading_space(text) < indent) indent = leading_space(text);
  if (comments == 0) return none;
  uint8_t *out = cti_alloc(arena, gap.size + comments);
  if (!out) return none;
  size_t size = 0;
  for (at = 0; next_comment(gap, &at, &text);) size += put_lines(out + size, text, indent);
  while (size && out[size - 1] == '\n') size--;
  return cti_slice(out, size);
}
