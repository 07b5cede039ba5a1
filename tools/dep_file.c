/* dep_file.c - dependency files as gcc's -MMD -MP writes them: https://gcc.gnu.org/onlinedocs/gcc/Preprocessor-Options.html */
#include "dep_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct adding {
  words *inputs;
  ct_error *error;
} adding;

static ct_status add_path(void *context, const char *path) {
  adding *a = context;
  return words_add(a->inputs, path, a->error);
}

ct_status dep_add_wit(words *inputs, const ct_wit *wit, ct_error *error) { return ct_wit_each_source(wit, add_path, &(adding){inputs, error}); }

static void put(ct_buf *out, const char *text, size_t size, ct_error *error) { ct_buf_append(out, (ct_slice){(const uint8_t *)text, size}, error); }

/* As make reads names: a blank or '#' comes after a backslash, and each backslash before a blank is doubled; '$' comes twice. The colon of a target would end it. */
static void put_name(ct_buf *out, const char *name, bool is_target, ct_error *error) {
  for (size_t backslashes = 0; *name; name++) {
    bool is_blank = *name == ' ' || *name == '\t';
    for (size_t i = 0; is_blank && i < backslashes; i++) put(out, "\\", 1, error);
    if (is_blank || *name == '#' || (is_target && *name == ':')) put(out, "\\", 1, error);
    if (*name == '$') put(out, "$", 1, error);
    put(out, name, 1, error);
    backslashes = *name == '\\' ? backslashes + 1 : 0;
  }
}

static int by_bytes(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static bool is_named_before(const words *inputs, size_t i) { return strcmp(inputs->items[i], "-") == 0 || (i && strcmp(inputs->items[i], inputs->items[i - 1]) == 0); }

static ct_status check(const char *path, const char *name, ct_error *error) {
  if (!strpbrk(name, "\r\n")) return output_apart(path, name, error);
  fail_with(error, FAIL_WRITE, "a file for make cannot name a file with a line break in its name");
  snprintf(error->file, sizeof error->file, "%s", name);
  return error->status;
}

static void put_rules(ct_buf *out, const char *output, const words *inputs, ct_error *error) {
  put_name(out, output, true, error);
  put(out, ":", 1, error);
  for (size_t i = 0; i < inputs->count; i++) {
    if (is_named_before(inputs, i)) continue;
    put(out, " \\\n  ", 5, error);
    put_name(out, inputs->items[i], false, error);
  }
  put(out, "\n", 1, error);
  for (size_t i = 0; i < inputs->count; i++) {
    if (is_named_before(inputs, i)) continue;
    put_name(out, inputs->items[i], true, error);
    put(out, ":\n", 2, error);
  }
}

ct_status dep_file_add(output_set *set, const char *path, const char *output, words *inputs, ct_error *error) {
  ct_buf out = {0};
  ct_status status = strpbrk(output, "\r\n") ? check(path, output, error) : CT_OK;
  if (inputs->count) qsort(inputs->items, inputs->count, sizeof *inputs->items, by_bytes);
  for (size_t i = 0; i < inputs->count && status == CT_OK; i++)
    if (!is_named_before(inputs, i)) status = check(path, inputs->items[i], error);
  if (status == CT_OK) put_rules(&out, output, inputs, error);
  if (status == CT_OK) status = out.failed ? error->status : outputs_add(set, path, (ct_slice){out.data, out.size}, false, error);
  ct_buf_free(&out);
  return status;
}
