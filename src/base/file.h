/* file.h - between io.c, which is the same on every system, and the file of each that touches its files: file.c, file_windows.c. */
#ifndef CTI_BASE_FILE_H
#define CTI_BASE_FILE_H

#include "base/error.h"
#include "base/slice.h"
#include "ctool/io.h"

/* A failure that errno has the reason of. */
ct_status cti_file_fail(ct_error *error, ct_status status, const char *path, const char *what);

/* Names as they are found. ct_names_list gives them sorted, or an error when memory was out. */
typedef struct cti_listing {
  char **items;
  size_t count;
  bool failed;
} cti_listing;
void cti_listing_add(cti_listing *names, const char *name);
ct_status cti_listing_done(cti_listing *names, const char *directory, ct_error *error);

/* One directory: true when it is there now, else errno tells why not. */
bool cti_directory_make(const char *path);

/* A copy that cti_free frees; NULL when memory is out. */
char *cti_file_text(const char *text);

/* What an output is called. All are cti_free's. */
typedef struct cti_output_names {
  char *path;      /* as it was given, for messages */
  char *target;    /* what is replaced: where links lead to; NULL when that is written straight */
  char *temporary; /* beside it, or NULL */
} cti_output_names;
void cti_output_names_free(cti_output_names *names);

ct_status cti_output_no_memory(const char *path, ct_error *error);
ct_status cti_output_is_terminal(ct_error *error); /* and what is to be written is binary */

static inline bool cti_is_dash(const char *path) { return strcmp(path, "-") == 0; }

#endif
