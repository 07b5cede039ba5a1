/* common.c - telling failures. */
#include "common.h"

#include <stdio.h>
#include <string.h>

int tell(ct_error *error, const char *file, bool json) {
  ct_buf text = {0};
  if (file && !error->file[0]) snprintf(error->file, sizeof error->file, "%s", strcmp(file, "-") == 0 ? "standard input" : file);
  if (json) ct_error_print_json(error, &text);
  else ct_error_print(error, &text);
  if (text.failed) fprintf(stderr, "error: %s\n", error->message);
  else fwrite(text.data, 1, text.size, stderr);
  ct_buf_free(&text);
  return EXIT_BAD_INPUT;
}

bool wants_json(const char *format, bool *bad) {
  bool json = format && strcmp(format, "json") == 0;
  *bad = format && !json && strcmp(format, "text") != 0;
  return json;
}
