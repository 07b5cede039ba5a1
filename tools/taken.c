/* taken.c - core modules beside a component. */
#include "taken.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common.h"
#include "system.h"

void taken_free(taken_list *list) {
  for (size_t i = 0; i < list->count; i++) {
    free(list->items[i].name);
    free(list->items[i].path);
    ct_input_close(&list->items[i].file);
  }
  free(list->items);
  list->items = NULL;
  list->count = 0;
}

static char *joined(const char *a, const char *b, const char *c) {
  size_t size = strlen(a) + strlen(b) + strlen(c) + 2;
  char *text = malloc(size);
  if (text) snprintf(text, size, "%s%s%s%s", a, *c ? "/" : "", b, c);
  return text;
}

static taken_module *add(taken_list *list, const char *name, ct_error *error) {
  taken_module *more = realloc(list->items, (list->count + 1) * sizeof *more), *item = NULL;
  if (more) {
    list->items = more;
    item = &more[list->count++];
    *item = (taken_module){.name = joined(name, "", ""), .path = joined(list->directory, name, ".wasm")};
  }
  if (!item || !item->name || !item->path) {
    fail_with(error, FAIL_NOMEM, "out of memory");
    return NULL;
  }
  return item;
}

ct_status taken_add(void *list, const char *name, ct_slice module, ct_error *error) {
  taken_module *item = add(list, name, error);
  if (item) item->bytes = module;
  return error->status;
}

ct_status taken_write(const taken_list *list, output_set *set, ct_error *error) {
  ct_status status = list->count ? ct_directory_make(list->directory, error) : CT_OK;
  for (size_t i = 0; i < list->count && status == CT_OK; i++) status = outputs_add(set, list->items[i].path, list->items[i].bytes, true, error);
  return status;
}

/* ---- a directory of their own */

/* In a signal handler, too. */
static void remove_scratch(leftover *it) {
  const taken_list *list = (taken_list *)it;
  for (size_t i = 0; i < list->laid_out; i++) system_remove_file(list->items[i].path);
  system_remove_file(list->made);
  system_remove_directory(list->directory);
}

ct_status taken_scratch_make(taken_list *list, ct_error *error) {
  ending_hold();
  char *directory = scratch_directory(error);
  list->made = directory ? joined(directory, "made", ".wasm") : NULL;
  list->directory = directory;
  if (list->made) leftover_add(&list->scratch, remove_scratch);
  ending_release();
  if (list->made || !directory) return error->status;
  system_remove_directory(directory);
  free(directory);
  list->directory = NULL;
  return fail_with(error, FAIL_NOMEM, "out of memory");
}

ct_status taken_lay_out(taken_list *list, ct_error *error) {
  output_set set = {0};
  list->laid_out = list->count;
  ct_status status = taken_write(list, &set, error);
  return outputs_close(&set, status, error);
}

void taken_scratch_remove(taken_list *list) {
  if (!list->made) return;
  ending_hold();
  remove_scratch(&list->scratch);
  leftover_forget(&list->scratch);
  ending_release();
  free(list->made);
  free((char *)list->directory);
  list->made = NULL;
}

/* ---- reading them back */

/* Names that come from a component are no paths. */
static bool is_file_name(const char *name) { return *name && *name != '.' && !strpbrk(name, SYSTEM_PATH_CHARACTERS); }

ct_status taken_read(void *list, const char *name, ct_slice *module, ct_error *error) {
  static const char own[] = "unbundled-module";
  if (!is_file_name(name)) return CT_OK;
  taken_module *item = add(list, name, error);
  if (!item) return error->status;
  if (ct_path_kind_of(item->path) == CT_PATH_NONE && strncmp(name, own, sizeof own - 1) != 0) return CT_OK;
  ct_status status = ct_input_open(&item->file, item->path, error);
  *module = item->file.bytes;
  return status;
}

ct_status taken_output(const char *path, const ct_buf *component, bool validate, bool text, ct_error *error) {
  ct_slice bytes = {component->data, component->size};
  ct_pieces pieces = {.items = &bytes, .count = 1};
  ct_status status = validate ? validate_made(bytes, error) : CT_OK;
  if (status != CT_OK) {
    snprintf(error->file, sizeof error->file, "the component that was made");
    return status;
  }
  return output_write_pieces(path, &pieces, text, error);
}
