/* error.h (private) - reporting a failure. The first report wins; all return the status that `error` then holds. `error` is never NULL. */
#ifndef CTI_BASE_ERROR_H
#define CTI_BASE_ERROR_H

#include "base/macros.h"
#include "ctool/error.h"

#define CT_E(symbol, number, class, name, story) CT_##symbol = number,
enum {
#include "base/errors.def"
  CT_STATUS_LIMIT = 1000
};
#undef CT_E

/* In a function that returns ct_status: leave it when `expr` failed. */
#define CTI_TRY(expr)                       \
  do {                                      \
    ct_status cti_try_status_ = (expr);     \
    if (cti_try_status_ != CT_OK) return cti_try_status_; \
  } while (0)

/* A failure at a byte offset (CT_NO_OFFSET where there is none). */
ct_status cti_fail(ct_error *error, ct_status status, uint64_t offset, const char *format, ...) CTI_PRINTF(4, 5);

/* What to do about the failure that was just reported; ignored when there is a hint already. */
void cti_error_hint(ct_error *error, const char *format, ...) CTI_PRINTF(2, 3);

/* One more line of it. */
void cti_error_hint_more(ct_error *error, const char *format, ...) CTI_PRINTF(2, 3);

/* Puts "STEP" before what the trail holds ("STEP > ..."): called on the way out, innermost first. Does nothing without an error. */
void cti_error_trail(ct_error *error, const char *format, ...) CTI_PRINTF(2, 3);

/* Names the file of the failure, unless it has one. `path` need not end with a NUL. */
void cti_error_file(ct_error *error, ct_slice path);

/* Gives line, column, span and source line from a byte range [at, at + size) of `text`. */
void cti_error_place_text(ct_error *error, ct_slice text, size_t at, size_t size);

#endif
