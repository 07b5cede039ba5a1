/* optimize.c - the work of `ctool optimize` and `wasm-opt`: read, optimize, write. */
#include "optimize.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- arguments of passes */

/* The text of a file, which ends with a NUL. */
static const char *read_list(optimize_job *job, const char *path, ct_error *error) {
  ct_input input;
  if (ct_input_open(&input, path, error) != CT_OK) return NULL;
  char *text = job->kept_count < PASS_ARGUMENTS ? malloc(input.bytes.size + 1) : NULL;
  if (!text) fail_with(error, FAIL_NOMEM, "out of memory");
  else {
    if (input.bytes.size) memcpy(text, input.bytes.data, input.bytes.size);
    text[input.bytes.size] = 0;
    job->kept[job->kept_count++] = text;
  }
  ct_input_close(&input);
  return text;
}

typedef struct pass_argument {
  const char *key;
  const char **text; /* one of the two */
  bool *flag;
} pass_argument;

static bool take(optimize_job *job, const pass_argument *row, const char *value, ct_error *error) {
  if (row->flag) *row->flag = true;
  else *row->text = value && value[0] == '@' ? read_list(job, value + 1, error) : value ? value : "";
  return row->flag || *row->text;
}

bool optimize_pass_argument(optimize_job *job, const char *argument, ct_error *error) {
  ct_asyncify_options *o = &job->asyncify;
  const pass_argument rows[] = {
      {"asyncify-imports", &o->imports, NULL},
      {"asyncify-removelist", &o->remove_list, NULL},
      {"asyncify-blacklist", &o->remove_list, NULL}, /* the old names */
      {"asyncify-addlist", &o->add_list, NULL},
      {"asyncify-onlylist", &o->only_list, NULL},
      {"asyncify-whitelist", &o->only_list, NULL},
      {"asyncify-memory", &o->memory, NULL},
      {"asyncify-ignore-imports", NULL, &o->ignore_imports},
      {"asyncify-ignore-indirect", NULL, &o->ignore_indirect},
      {"asyncify-propagate-addlist", NULL, &o->propagate_add_list},
      {"asyncify-asserts", NULL, &o->asserts},
      {"asyncify-import-globals", NULL, &o->import_globals},
      {"asyncify-relocatable", NULL, &o->import_globals},
      {"asyncify-export-globals", NULL, &o->export_globals},
      {"asyncify-verbose", NULL, &o->verbose},
  };
  size_t size = strcspn(argument, "@");
  const char *value = argument[size] ? argument + size + 1 : NULL;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    if (strlen(rows[i].key) == size && strncmp(rows[i].key, argument, size) == 0) return take(job, &rows[i], value, error);
  return false;
}

void optimize_free(optimize_job *job) {
  for (unsigned i = 0; i < job->kept_count; i++) free(job->kept[i]);
}

/* ---- the work */

static void note(void *context, const char *text) {
  (void)context;
  fprintf(stderr, "%s\n", text);
}

/* The first time with asyncify, later ones without. */
static ct_status repeat(ct_buf *out, const ct_optimize_options *first, ct_error *error) {
  ct_optimize_options again = *first;
  again.asyncify = NULL;
  for (size_t before = SIZE_MAX; out->size < before;) {
    ct_buf smaller = {0};
    before = out->size;
    ct_status status = ct_optimize(&smaller, (ct_slice){out->data, out->size}, &again, error);
    if (status != CT_OK) return status;
    if (smaller.size < out->size) {
      ct_buf swap = *out;
      *out = smaller;
      smaller = swap;
    }
    ct_buf_free(&smaller);
  }
  return CT_OK;
}

static ct_status optimize(ct_buf *out, const optimize_job *job, ct_slice bytes, ct_error *error) {
  ct_status status = ct_optimize(out, bytes, &job->library, error);
  if (status == CT_OK && job->converge && !job->library.as_it_is) status = repeat(out, &job->library, error);
  return status;
}

static ct_status write_out(const optimize_job *job, const ct_pieces *pieces, ct_error *error) {
  if (!job->output) return CT_OK;
  return output_write_pieces(job->output, pieces, job->text, error);
}

static ct_status show_metrics(const ct_sink *sink, ct_slice bytes, const void *nothing, ct_error *error) {
  (void)nothing;
  return ct_objdump(sink, bytes, false, error);
}

/* What is asked for beside the file. */
static ct_status show(const optimize_job *job, ct_slice bytes, const ct_pieces *pieces, ct_error *error) {
  ct_status status = job->print ? output_write_pieces("-", pieces, true, error) : CT_OK;
  return status == CT_OK && job->metrics ? show_bytes(bytes, "-", show_metrics, NULL, error) : status;
}

static ct_status finish(const optimize_job *job, ct_slice bytes, ct_error *error) {
  const char *patterns[2];
  ct_strip_options strip = {.deleted = patterns};
  ct_pieces pieces = {.items = &bytes, .count = 1}, stripped = {0};
  if (job->strip_producers) patterns[strip.deleted_count++] = "^producers$";
  if (job->strip_target_features) patterns[strip.deleted_count++] = "^target_features$";
  ct_status status = strip.deleted_count ? ct_strip(&stripped, bytes, &strip, error) : CT_OK;
  if (strip.deleted_count) pieces = stripped;
  if (status == CT_OK) status = write_out(job, &pieces, error);
  if (status == CT_OK) status = show(job, bytes, &pieces, error);
  ct_pieces_free(&stripped);
  return status;
}

ct_status optimize_run(optimize_job *job, const char *path, ct_error *error) {
  ct_wasm_file file;
  ct_buf made = {0};
  job->asyncify.note = note;
  job->library.asyncify = job->pauses ? &job->asyncify : NULL;
  ct_status status = wasm_file_open(&file, path, error);
  if (status == CT_OK) status = optimize(&made, job, file.bytes, error);
  if (status == CT_OK && job->wasm_opt) status = optimize_with(&made, job->wasm_opt, job->library.keep_names, error);
  if (status == CT_OK) status = finish(job, (ct_slice){made.data, made.size}, error);
  ct_buf_free(&made);
  wasm_file_close(&file);
  return status;
}
