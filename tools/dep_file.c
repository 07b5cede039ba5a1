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

/* As make reads names: a blank, '#' or ':' comes after a backslash, and each backslash before a blank is doubled; '$' comes twice. */
static void put_name(ct_buf *out, const char *name, ct_error *error) {
  for (size_t backslashes = 0; *name; name++) {
    bool is_blank = *name == ' ' || *name == '\t';
    for (size_t i = 0; is_blank && i < backslashes; i++) put(out, "\\", 1, error);
    if (is_blank || *name == '#' || *name == ':') put(out, "\\", 1, error);
    if (*name == '$') put(out, "$", 1, error);
    put(out, name, 1, error);
    backslashes = *name == '\\' ? backslashes + 1 : 0;
  }
}

static int by_bytes(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static bool is_named_before(const words *inputs, size_t i) { return strcmp(inputs->items[i], "-") == 0 || (i && strcmp(inputs->items[i], inputs->items[i - 1]) == 0); }

/* A tab in a target becomes a blank when make reads it. */
static ct_status check_name(const char *name, bool is_target, ct_error *error) {
  bool has_tab = is_target && strchr(name, '\t');
  if (!has_tab && !strpbrk(name, "\r\n")) return CT_OK;
  fail_with(error, FAIL_WRITE, "a file for make cannot name %s with a %s in its name", is_target ? "an output" : "a file", has_tab ? "tab" : "line break");
  snprintf(error->file, sizeof error->file, "%s", name);
  return error->status;
}

static void put_rules(ct_buf *out, const char *output, const words *inputs, ct_error *error) {
  put_name(out, output, error);
  put(out, ":", 1, error);
  for (size_t i = 0; i < inputs->count; i++) {
    if (is_named_before(inputs, i)) continue;
    put(out, " \\\n  ", 5, error);
    put_name(out, inputs->items[i], error);
  }
  put(out, "\n", 1, error);
  for (size_t i = 0; i < inputs->count; i++) {
    if (is_named_before(inputs, i)) continue;
    put_name(out, inputs->items[i], error);
    put(out, ":\n", 2, error);
  }
}

ct_status dep_file_add(output_set *set, const char *path, const char *output, words *inputs, ct_error *error) {
  ct_buf out = {0};
  ct_status status = check_name(output, true, error);
  if (inputs->count) qsort(inputs->items, inputs->count, sizeof *inputs->items, by_bytes);
  for (size_t i = 0; i < inputs->count && status == CT_OK; i++)
    if (!is_named_before(inputs, i) && (status = check_name(inputs->items[i], false, error)) == CT_OK) status = output_apart(path, inputs->items[i], error);
  if (status == CT_OK) put_rules(&out, output, inputs, error);
  if (status == CT_OK) status = out.failed ? error->status : outputs_add(set, path, (ct_slice){out.data, out.size}, false, error);
  ct_buf_free(&out);
  return status;
}
