/* taken.h - core modules beside a component: a list that `component unbundle`, `bundle` and `map` share, and the files of a directory that hold them. */
#ifndef CTOOL_TOOLS_TAKEN_H
#define CTOOL_TOOLS_TAKEN_H

#include "common.h"
#include "ending.h"

typedef struct taken_module {
  char *name, *path;
  ct_slice bytes; /* of the component that it was taken from */
  ct_input file;  /* of the file that it comes back from */
} taken_module;

/* All-zero, and `directory`, is empty. */
typedef struct taken_list {
  leftover scratch; /* first: what removes it gets it */
  const char *directory;
  char *made;       /* in a scratch directory: a file for whatever a program makes */
  taken_module *items;
  size_t count, laid_out;
} taken_list;

void taken_free(taken_list *list);

/* A ct_take_module whose context is the list: keeps each module, with the path DIRECTORY/NAME.wasm. */
ct_status taken_add(void *list, const char *name, ct_slice module, ct_error *error);

/* Makes the directory, where it is absent, and adds the files to what is written. */
ct_status taken_write(const taken_list *list, output_set *set, ct_error *error);

/* A directory of their own for the modules, while programs work on them: made before the first is added; with all that is laid out there it goes in the end, and
 * when a signal ends the process. The list stays where it is, and gets no module more once they are laid out. */
ct_status taken_scratch_make(taken_list *list, ct_error *error);
ct_status taken_lay_out(taken_list *list, ct_error *error);
void taken_scratch_remove(taken_list *list);

/* A ct_give_module whose context is the list: reads DIRECTORY/NAME.wasm. One that is not there is a failure when its name is one that unbundle gives. */
ct_status taken_read(void *list, const char *name, ct_slice *module, ct_error *error);

/* Validates the component unless that is not wanted, then writes it, as text or in binary form. */
ct_status taken_output(const char *path, const ct_buf *component, bool validate, bool text, ct_error *error);

#endif
