/* io.c - what of files is the same on every system: names in their order, outputs as wholes, directories with their parents. */
#include <errno.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/file.h"

ct_status cti_file_fail(ct_error *error, ct_status status, const char *path, const char *what) {
  int code = errno;
  cti_fail(error, status, CT_NO_OFFSET, "%s: %s", what, strerror(code));
  cti_error_file(error, cti_slice_str(path));
  return error->status;
}

char *cti_file_text(const char *text) {
  size_t size = strlen(text) + 1;
  char *copy = cti_malloc(size);
  if (copy) memcpy(copy, text, size);
  return copy;
}

/* ---- names */

void cti_listing_add(cti_listing *names, const char *name) {
  if (names->failed) return;
  names->failed = true;
  if ((names->count & (names->count - 1)) == 0) { /* a power of two is full */
    char **more = cti_realloc(names->items, (names->count ? names->count * 2 : 1) * sizeof *more);
    if (!more) return;
    names->items = more;
  }
  char *copy = cti_file_text(name);
  if (!copy) return;
  names->items[names->count++] = copy;
  names->failed = false;
}

static int by_name(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

ct_status cti_listing_done(cti_listing *names, const char *directory, ct_error *error) {
  if (names->failed) {
    ct_names_free(names->items, names->count);
    *names = (cti_listing){0};
    return cti_fail(error, CT_NOMEM, CT_NO_OFFSET, "out of memory while listing %s", directory);
  }
  if (names->count) qsort(names->items, names->count, sizeof *names->items, by_name);
  return CT_OK;
}

void ct_names_free(char **names, size_t count) {
  for (size_t i = 0; i < count; i++) cti_free(names[i]);
  cti_free(names);
}

/* ---- outputs */

void cti_output_names_free(cti_output_names *names) {
  cti_free(names->path);
  cti_free(names->target);
  cti_free(names->temporary);
}

ct_status cti_output_no_memory(const char *path, ct_error *error) { return cti_fail(error, CT_NOMEM, CT_NO_OFFSET, "out of memory while writing %s", path); }

ct_status cti_output_is_terminal(ct_error *error) {
  cti_fail(error, CT_IO_TERMINAL, CT_NO_OFFSET, "the output is binary, and standard output is a terminal");
  cti_error_hint(error, "name a file with -o FILE, or send standard output to a file or a pipe");
  return error->status;
}

ct_status ct_output_put(ct_output *output, ct_slice bytes, ct_error *error) { return ct_output_put_pieces(output, &bytes, 1, error); }

static ct_status put_to_output(void *user, ct_slice bytes, ct_error *error) { return ct_output_put(user, bytes, error); }

ct_sink ct_output_sink(ct_output *output) { return (ct_sink){put_to_output, output}; }

ct_status ct_output_write_pieces(const char *path, const ct_slice *pieces, size_t count, bool binary, ct_error *error) {
  ct_output *output;
  CTI_TRY(ct_output_open(&output, path, binary, error));
  ct_status status = ct_output_put_pieces(output, pieces, count, error);
  ct_status closed = ct_output_close(output, status == CT_OK, error);
  return status != CT_OK ? status : closed;
}

ct_status ct_output_write(const char *path, ct_slice bytes, bool binary, ct_error *error) { return ct_output_write_pieces(path, &bytes, 1, binary, error); }

/* ---- directories */

ct_status ct_directory_make(const char *path, ct_error *error) {
  size_t size = strlen(path);
  char *part = cti_file_text(path);
  if (!part) return cti_fail(error, CT_NOMEM, CT_NO_OFFSET, "out of memory while making %s", path);
  bool ok = true;
  for (size_t i = 1; ok && i <= size; i++) {
    if (part[i] != '/' && part[i] != 0) continue;
    char kept = part[i];
    part[i] = 0;
    ok = cti_directory_make(part);
    part[i] = kept;
  }
  cti_free(part);
  return ok ? CT_OK : cti_file_fail(error, CT_IO_WRITE, path, "cannot make the directory");
}
