/* outputs.c - what the command writes, in front of ct_output: in flow bytes, out go files that are whole, or none. */
#include "outputs.h"

#include <stdlib.h>
#include <string.h>

#include "common.h"
#include "ending.h"
#include "system.h"

struct out_file {
  leftover temporary; /* first: remove_temporary gets it */
  ct_output *file;
  out_file *next;       /* in a set */
};

static void remove_temporary(leftover *it) { system_remove_file(ct_output_temporary(((out_file *)it)->file)); }

ct_status output_open(out_file **out, const char *path, bool binary, ct_error *error) {
  *out = calloc(1, sizeof **out);
  if (!*out) return fail_with(error, FAIL_NOMEM, "out of memory");
  ending_hold();
  ct_status status = ct_output_open(&(*out)->file, path, binary, error);
  if (status == CT_OK && ct_output_temporary((*out)->file)) leftover_add(&(*out)->temporary, remove_temporary);
  ending_release();
  if (status == CT_OK) return CT_OK;
  free(*out);
  *out = NULL;
  return status;
}

ct_sink output_sink(out_file *it) { return ct_output_sink(it->file); }

ct_status output_finish(out_file *it, ct_error *error) { return ct_output_finish(it->file, error); }

ct_status output_close(out_file *it, ct_status status, ct_error *error) {
  if (!it) return status;
  ending_hold();
  leftover_forget(&it->temporary);
  ct_status closed = ct_output_close(it->file, status == CT_OK, error);
  ending_release();
  free(it);
  return status != CT_OK ? status : closed;
}

ct_status join_pieces(ct_slice *out, const ct_pieces *pieces, ct_error *error) {
  size_t size = 0;
  for (size_t i = 0; i < pieces->count; i++) size += pieces->items[i].size;
  uint8_t *at = malloc(size + 1);
  *out = (ct_slice){at, size};
  if (!at) return fail_with(error, FAIL_NOMEM, "out of memory");
  for (size_t i = 0; i < pieces->count; i++) {
    memcpy(at, pieces->items[i].data, pieces->items[i].size);
    at += pieces->items[i].size;
  }
  return CT_OK;
}

static ct_status put_text(out_file *it, const ct_pieces *pieces, ct_error *error) {
  ct_slice whole;
  ct_sink sink = output_sink(it);
  ct_status status = join_pieces(&whole, pieces, error);
  if (status == CT_OK) status = ct_print(&sink, whole, NULL, error);
  free((void *)whole.data);
  return status;
}

static ct_status open_and_put(out_file **out, const char *path, const ct_pieces *pieces, bool binary, bool print, ct_error *error) {
  ct_status status = output_open(out, path, binary, error);
  if (status == CT_OK) status = print ? put_text(*out, pieces, error) : ct_output_put_pieces((*out)->file, pieces->items, pieces->count, error);
  return status;
}

static ct_status write_at_once(const char *path, const ct_pieces *pieces, bool binary, bool print, ct_error *error) {
  out_file *it;
  ct_status status = open_and_put(&it, path, pieces, binary, print, error);
  return output_close(it, status, error);
}

ct_status output_write(const char *path, ct_slice bytes, bool binary, ct_error *error) {
  return write_at_once(path, &(ct_pieces){.items = &bytes, .count = 1}, binary, false, error);
}

ct_status output_write_pieces(const char *path, const ct_pieces *pieces, bool text, ct_error *error) { return write_at_once(path, pieces, !text, text, error); }

/* ---- sets */

static ct_status add(output_set *set, const char *path, const ct_pieces *pieces, bool binary, bool print, ct_error *error) {
  out_file *it;
  ct_status status = open_and_put(&it, path, pieces, binary, print, error);
  if (it && !set->first) set->first = it;
  else if (it) set->last->next = it;
  if (it) set->last = it;
  return status == CT_OK ? output_finish(it, error) : status;
}

ct_status outputs_add(output_set *set, const char *path, ct_slice bytes, bool binary, ct_error *error) {
  return add(set, path, &(ct_pieces){.items = &bytes, .count = 1}, binary, false, error);
}

ct_status outputs_add_pieces(output_set *set, const char *path, const ct_pieces *pieces, bool text, ct_error *error) { return add(set, path, pieces, !text, text, error); }

ct_status outputs_close(output_set *set, ct_status status, ct_error *error) {
  for (out_file *it = set->first, *next; it; it = next) {
    next = it->next;
    status = output_close(it, status, error);
  }
  *set = (output_set){0};
  return status;
}

static ct_status apart(const char *path, const char *other, const char *what, ct_error *error) {
  return ct_is_same_output(path, other) ? fail_with(error, FAIL_WRITE, "%s would be written over %s, the %s", path, other, what) : CT_OK;
}

ct_status output_apart(const char *path, const char *input, ct_error *error) { return strcmp(input, "-") == 0 ? CT_OK : apart(path, input, "input", error); }

ct_status outputs_apart(const char *path, const char *input, const char *output, ct_error *error) {
  ct_status status = output_apart(path, input, error);
  return status == CT_OK ? apart(path, output, "output", error) : status;
}
