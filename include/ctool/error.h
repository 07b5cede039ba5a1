/* error.h - how every function of ctool says what went wrong. */
#ifndef CTOOL_ERROR_H
#define CTOOL_ERROR_H

#include "ctool/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* CT_OK, or a stable number of errors.def (also printed by `ctool explain`). */
typedef int ct_status;
#define CT_OK 0

typedef enum ct_error_class {
  CT_CLASS_NONE,
  CT_CLASS_MALFORMED,   /* the bytes or the text do not have the form */
  CT_CLASS_INVALID,     /* the form holds, the meaning does not */
  CT_CLASS_UNSUPPORTED, /* well formed, but not handled by this version */
  CT_CLASS_MISUSE,      /* the caller broke the contract of the API */
  CT_CLASS_NOMEM,
  CT_CLASS_IO
} ct_error_class;

#define CT_NO_OFFSET UINT64_MAX

/* One failure. Its text lives in fixed arrays, so that describing a failure cannot fail; longer texts are cut. All-zero is "no error".
 * The first failure wins: once `status` is not CT_OK, later reports are ignored until ct_error_clear. */
typedef struct ct_error {
  ct_status status;
  uint64_t offset;       /* absolute byte offset in the file, or CT_NO_OFFSET */
  uint32_t line, column; /* from 1, for text; 0 when `offset` tells the place, or none does. Column counts Unicode scalar values. */
  uint32_t span;         /* how many columns the caret underlines, at least 1 for text */
  char file[256];        /* the file as the user named it; empty when unknown */
  char trail[256];       /* where inside: "component > module 0 > code > func 12 (\"parse_row\")"; may be empty */
  char message[3072];    /* what is wrong, expected and found, in plain words; one or several lines; no newline at the end */
  char hint[1536];       /* what to do; may be empty */
  char source[256];      /* the source line, for text; may be empty */
} ct_error;

CT_API void ct_error_clear(ct_error *error);

/* The class of a status, its short name ("type-mismatch") and its longer story. Static strings; "unknown" for a number that is none. */
CT_API ct_error_class ct_status_class(ct_status status);
CT_API const char *ct_status_name(ct_status status);
CT_API const char *ct_status_story(ct_status status);

/* Appends the failure as a person reads it to `out`:
 *   error: MESSAGE
 *     --> FILE:LINE:COLUMN (text) or FILE, at offset 0xHEX, in TRAIL (binary)
 *   and for text the source line with a caret, then the hint. */
CT_API void ct_error_print(const ct_error *error, ct_buf *out);

/* The same as one JSON object on one line, for editors and CI (`--error-format json`). */
CT_API void ct_error_print_json(const ct_error *error, ct_buf *out);

/* Appends what is no failure, of severity "warning" or "note", as one JSON object on one line. `file` may be NULL. */
CT_API void ct_notice_print_json(const char *severity, const char *text, const char *file, ct_buf *out);

#ifdef __cplusplus
}
#endif
#endif
