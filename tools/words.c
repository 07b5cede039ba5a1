/* words.c - lists of words: they grow, read response files and write them. Response files are quoted as LLVM quotes them, since clang and lld write and read
 * them so: https://llvm.org/docs/CommandLine.html#response-files */
#include "words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEEPEST = 16 /* response files within response files: one that names itself ends here */ };

void words_free(words *list) {
  for (size_t i = 0; i < list->count; i++) free(list->items[i]);
  free(list->items);
  *list = (words){0};
}

ct_status words_add_bytes(words *list, const char *bytes, size_t size, ct_error *error) {
  if ((list->count & (list->count + 1)) == 0) { /* full: with the NULL at the end, a power of two */
    char **more = realloc(list->items, (list->count + 1) * 2 * sizeof *more);
    if (!more) return fail_with(error, FAIL_NOMEM, "out of memory");
    list->items = more;
  }
  char *word = malloc(size + 1);
  if (!word) return fail_with(error, FAIL_NOMEM, "out of memory");
  memcpy(word, bytes, size);
  word[size] = 0;
  list->items[list->count++] = word;
  list->items[list->count] = NULL;
  return CT_OK;
}

ct_status words_add(words *list, const char *word, ct_error *error) { return words_add_bytes(list, word, strlen(word), error); }

static bool is_blank(uint8_t c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

/* One word from `at`, unquoted into `room`; gives its end. */
static const uint8_t *unquote(char *room, size_t *size, const uint8_t *at, const uint8_t *end) {
  uint8_t quote = 0;
  *size = 0;
  for (; at < end && (quote || !is_blank(*at)); at++) {
    if (*at == '\\' && at + 1 < end) room[(*size)++] = (char)*++at;
    else if (quote ? *at == quote : *at == '"' || *at == '\'') quote = quote ? 0 : *at;
    else room[(*size)++] = (char)*at;
  }
  return at;
}

ct_status words_split(words *list, ct_slice text, const char *file, ct_error *error) {
  if (!text.size) return CT_OK;
  if (memchr(text.data, 0, text.size)) {
    snprintf(error->file, sizeof error->file, "%s", file);
    return fail_with(error, FAIL_OPEN, "this is no list of arguments: it holds a NUL");
  }
  char *room = malloc(text.size + 1);
  if (!room) return fail_with(error, FAIL_NOMEM, "out of memory");
  ct_status status = CT_OK;
  for (const uint8_t *at = text.data, *end = at + text.size; at < end && status == CT_OK;) {
    size_t size;
    if (is_blank(*at)) {
      at++;
      continue;
    }
    at = unquote(room, &size, at, end);
    status = words_add_bytes(list, room, size, error);
  }
  free(room);
  return status;
}

static ct_status expand(words *list, words *files, char *const *arguments, size_t count, unsigned depth, ct_error *error);

static ct_status expand_file(words *list, words *files, const char *path, unsigned depth, ct_error *error) {
  ct_input input;
  words inner = {0};
  if (depth == DEEPEST) return fail_with(error, FAIL_OPEN, "@%s: response files stand in each other %d deep; does one name itself?", path, DEEPEST);
  ct_status status = ct_input_open(&input, path, error);
  if (status == CT_OK) status = words_add(files, path, error);
  if (status == CT_OK) status = words_split(&inner, input.bytes, path, error);
  if (status == CT_OK) status = expand(list, files, inner.items, inner.count, depth + 1, error);
  ct_input_close(&input);
  words_free(&inner);
  return status;
}

static ct_status expand(words *list, words *files, char *const *arguments, size_t count, unsigned depth, ct_error *error) {
  ct_status status = CT_OK;
  for (size_t i = 0; i < count && status == CT_OK; i++) {
    bool is_file = arguments[i][0] == '@' && arguments[i][1];
    status = is_file ? expand_file(list, files, arguments[i] + 1, depth, error) : words_add(list, arguments[i], error);
  }
  return status;
}

ct_status words_expand(words *list, words *files, char *const *arguments, size_t count, ct_error *error) { return expand(list, files, arguments, count, 0, error); }

ct_status words_quote(ct_buf *out, const words *list, ct_error *error) {
  for (size_t i = 0; i < list->count; i++) {
    ct_buf_append(out, (ct_slice){(const uint8_t *)"\"", 1}, error);
    for (const char *at = list->items[i]; *at; at++) {
      if (*at == '"' || *at == '\\') ct_buf_append(out, (ct_slice){(const uint8_t *)"\\", 1}, error);
      ct_buf_append(out, (ct_slice){(const uint8_t *)at, 1}, error);
    }
    ct_buf_append(out, (ct_slice){(const uint8_t *)"\"\n", 2}, error);
  }
  return out->failed ? error->status : CT_OK;
}
