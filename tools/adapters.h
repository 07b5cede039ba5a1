/* adapters.h - the files of --adapt, opened. */
#ifndef CTOOL_TOOLS_ADAPTERS_H
#define CTOOL_TOOLS_ADAPTERS_H

#include "common.h"
#include "opts.h"

/* All-zero is empty, and may be closed, as after a failure. */
typedef struct adapter_list {
  ct_adapter *items;
  size_t count;
  ct_wasm_file *files;
  char **names;
} adapter_list;

/* Opens [NAME=]FILE, in either form; without NAME it is that of the file up to its first dot. `arguments` must outlive the list. */
ct_status adapters_open(adapter_list *list, const opt_strings *arguments, ct_error *error);
void adapters_close(adapter_list *list);

#endif
