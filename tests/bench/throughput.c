/* Validates files in this process, on one thread: prints "best milliseconds, megabytes a second" for each, of several runs over bytes that were read. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "ctool/ctool.h"

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

int main(int argc, char **argv) {
  for (int i = 1; i < argc; i++) {
    ct_error error;
    ct_error_clear(&error);
    ct_input input;
    double best = 1e9;
    if (ct_input_open(&input, argv[i], &error) != CT_OK) return 1;
    for (int run = 0; run < 15; run++) {
      double start = seconds();
      if (ct_validate(input.bytes, &(ct_validate_options){.threads = 1}, &error) != CT_OK) return 1;
      double took = seconds() - start;
      if (took < best) best = took;
    }
    printf("%.2f %.0f\n", best * 1e3, (double)input.bytes.size / best / 1e6);
    ct_input_close(&input);
  }
  return 0;
}
