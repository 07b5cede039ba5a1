/* component_fixture.h - components written as text, for tests of what is done with them. */
#ifndef TEST_COMPONENT_FIXTURE_H
#define TEST_COMPONENT_FIXTURE_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/slice.h"
#include "ctool/text.h"
#include "ctool/validate.h"

/* The binary form of a component whose fields are `text`; ends the test program when it does not parse. */
static inline ct_buf component_of_text(const char *text) {
  ct_error error = {0};
  ct_buf out = {0};
  size_t size = strlen(text) + sizeof "(component )";
  char *whole = malloc(size);
  if (!whole) abort();
  snprintf(whole, size, "(component %s)", text);
  if (ct_text_parse(&out, cti_slice_str(whole), &error) != CT_OK) {
    fprintf(stderr, "%.2000s\n%u:%u: %s\n", whole, error.line, error.column, error.message);
    abort();
  }
  free(whole);
  return out;
}

/* Validates it with these features ("" is the default); the failure, or none, is in `error`. */
static inline ct_status validate_text(const char *text, const char *features, ct_error *error) {
  ct_buf bytes = component_of_text(text);
  ct_validate_options options = {.features = ct_features_default(), .threads = 1};
  ct_error_clear(error);
  if (ct_features_parse(&options.features, features, error) != CT_OK) abort();
  ct_status status = ct_validate((ct_slice){bytes.data, bytes.size}, &options, error);
  ct_buf_free(&bytes);
  return status;
}

/* One row: fields of a component, the features, and a part of the message that is expected; NULL: it is valid. */
typedef struct verdict {
  const char *text, *features, *message;
} verdict;

/* Counts the rows whose verdict is another one, and tells each. */
static inline unsigned check_verdicts(const verdict *rows, size_t count) {
  unsigned wrong = 0;
  for (size_t i = 0; i < count; i++) {
    ct_error error;
    ct_status status = validate_text(rows[i].text, rows[i].features, &error);
    bool good = rows[i].message ? status != CT_OK && strstr(error.message, rows[i].message) : status == CT_OK;
    if (good) continue;
    wrong++;
    fprintf(stderr, "%.2000s [%s]\n  expected: %s\n  found:    %s (%s)\n", rows[i].text, rows[i].features, rows[i].message ? rows[i].message : "valid",
            status == CT_OK ? "valid" : error.message, error.trail);
  }
  return wrong;
}

#endif
