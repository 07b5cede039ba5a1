/* ctool digest FILE...: the content key of each file, as `b2sum -l 256` prints it. */
#include <stdio.h>

#include "common.h"
#include "opts.h"

int cmd_digest(int argc, char **argv) {
  static const opt_row rows[] = {{0}};
  static const opt_spec spec = {
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
    ct_input input;
    if (ct_input_open(&input, argv[i], &error) != CT_OK) {
      status = tell(&error, argv[i], false);
      continue;
    }
    char hex[CT_DIGEST_HEX_SIZE];
    ct_digest_hex(input.bytes, hex);
    printf("%s  %s\n", hex, argv[i]);
    ct_input_close(&input);
  }
  return status;
}
