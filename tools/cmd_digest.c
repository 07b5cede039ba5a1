/* ctool digest FILE...: the content key of each file, as `b2sum -l 256` prints it. */
#include <stdio.h>

#include "common.h"
#include "opts.h"

static ct_status digest(const char *path, ct_error *error) {
  ct_input input;
  char hex[CT_DIGEST_HEX_SIZE];
  ct_status status = ct_input_open(&input, path, error);
  if (status != CT_OK) return status;
  ct_digest_hex(input.bytes, hex);
  printf("%s  %s\n", hex, path);
  ct_input_close(&input);
  return CT_OK;
}

int cmd_digest(int argc, char **argv) {
  int error_format = 0;
  const opt_row rows[] = {
      ERROR_FORMAT_ROW(error_format),
      {0},
  };
  const opt_spec spec = {
      "ctool digest FILE...", "Prints the BLAKE2b-256 content key of each file, as `b2sum -l 256` does. - is standard input.", rows,
      "  ctool digest app.wasm          the key that the corpus manifest holds\n"};
  int count;
  int status = opt_parse(&spec, argc, argv, &count);
  if (status >= 0) return status;
  if (count == 0) return opt_usage_error(&spec, "a file is needed");
  status = EXIT_GOOD;
  for (int i = 1; i <= count; i++) {
    ct_error error;
    ct_error_clear(&error);
    if (digest(argv[i], &error) != CT_OK) status = tell(&error, argv[i], error_format);
  }
  return status;
}
