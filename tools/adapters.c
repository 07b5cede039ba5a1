/* adapters.c - opening what --adapt names. */
#include "adapters.h"

#include <stdio.h>
#include <stdlib.h>

static ct_status open_next(adapter_list *list, const char *argument, ct_error *error) {
  size_t at = list->count++;
  ct_adapter *adapter = &list->items[at];
  adapter->name = list->names[at] = name_of_argument(argument, true, &adapter->file);
  if (!adapter->name) return fail_with(error, FAIL_NOMEM, "out of memory");
  ct_status status = wasm_file_open(&list->files[at], adapter->file, error);
  if (status != CT_OK) snprintf(error->file, sizeof error->file, "%s", adapter->file);
  adapter->bytes = list->files[at].bytes;
  return status;
}

ct_status adapters_open(adapter_list *list, const opt_strings *arguments, ct_error *error) {
  list->items = calloc(arguments->count + 1, sizeof *list->items);
  list->files = calloc(arguments->count + 1, sizeof *list->files);
  list->names = calloc(arguments->count + 1, sizeof *list->names);
  if (!list->items || !list->files || !list->names) return fail_with(error, FAIL_NOMEM, "out of memory");
  ct_status status = CT_OK;
  for (size_t i = 0; i < arguments->count && status == CT_OK; i++) status = open_next(list, arguments->items[i], error);
  return status;
}

void adapters_close(adapter_list *list) {
  for (size_t i = 0; i < list->count; i++) {
    wasm_file_close(&list->files[i]);
    free(list->names[i]);
  }
  free(list->items);
  free(list->files);
  free(list->names);
  *list = (adapter_list){0};
}
