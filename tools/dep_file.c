/* dep_file.c - dependency files as gcc's -MMD -MP writes them: https://gcc.gnu.org/onlinedocs/gcc/Preprocessor-Options.html */
#include "dep_file.h"

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

/* As make reads names: a blank or '#' comes after a backslash, '$' twice. */
static void put_name(ct_buf *out, const char *name, ct_error *error) {
  for (; *name; name++) {
    if (*name == ' ' || *name == '#') put(out, "\\", 1, error);
    if (*name == '$') put(out, "$", 1, error);
    put(out, name, 1, error);
  }
}

static int by_bytes(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static bool is_named_before(const words *inputs, size_t i) { return strcmp(inputs->items[i], "-") == 0 || (i && strcmp(inputs->items[i], inputs->items[i - 1]) == 0); }

ct_status dep_file_write(const char *path, const char *output, words *inputs, ct_error *error) {
  ct_buf out = {0};
  if (inputs->count) qsort(inputs->items, inputs->count, sizeof *inputs->items, by_bytes);
  put_name(&out, output, error);
  put(&out, ":", 1, error);
  for (size_t i = 0; i < inputs->count; i++) {
    if (is_named_before(inputs, i)) continue;
    put(&out, " \\\n  ", 5, error);
    put_name(&out, inputs->items[i], error);
  }
  put(&out, "\n", 1, error);
  for (size_t i = 0; i < inputs->count; i++) {
    if (is_named_before(inputs, i)) continue;
    put_name(&out, inputs->items[i], error);
    put(&out, ":\n", 2, error);
  }
  ct_status status = out.failed ? error->status : ct_output_write(path, (ct_slice){out.data, out.size}, false, error);
  ct_buf_free(&out);
  return status;
}
