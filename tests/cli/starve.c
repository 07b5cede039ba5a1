/* starve MOST PROGRAM WORD...: runs the command once as it is, then with one allocation failing, each of them in turn: all with a MOST of 0, else that many of the
 * first and ever fewer of those behind. It may then fail, with exit status 1 and a word, or come to the same status and the same words on standard output; nothing
 * third. What the last run of all leaves behind is that of a good one.
 *
 * It has the sources of the command in it, where main is ctool_main; a process is one run of main for users, and many here: under the address sanitizer this
 * shows what a failure leaks. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"

int ctool_main(int argc, char **argv);

typedef struct outcome {
  int status;
  cti_buf out, err;
} outcome;

static FILE *stream(int descriptor) {
  FILE *file = tmpfile();
  if (!file || dup2(fileno(file), descriptor) < 0) abort();
  return file;
}

/* The file's content, which is emptied. */
static void take(cti_buf *out, FILE *file) {
  char piece[4096];
  int descriptor = fileno(file);
  ssize_t count;
  for (off_t at = 0; (count = pread(descriptor, piece, sizeof piece, at)) > 0; at += count) cti_buf_bytes(out, (ct_slice){(const uint8_t *)piece, (size_t)count});
  if (lseek(descriptor, 0, SEEK_SET) < 0 || ftruncate(descriptor, 0) < 0) abort();
}

/* Commands may write into their words. */
static int run(int argc, char **argv) {
  char **copy = calloc((size_t)argc + 1, sizeof *copy);
  if (!copy) abort();
  for (int i = 0; i < argc; i++)
    if (!(copy[i] = strdup(argv[i]))) abort();
  char **words = calloc((size_t)argc + 1, sizeof *words); /* the array, too */
  if (!words) abort();
  memcpy(words, copy, (size_t)argc * sizeof *copy);
  int status = ctool_main(argc, words);
  for (int i = 0; i < argc; i++) free(copy[i]);
  free(copy);
  free(words);
  return status;
}

static const char *complaint(const outcome *good, const outcome *starved) {
  if (starved->status == 1) return starved->err.size || good->status == 1 ? NULL : "it fails without a word";
  if (starved->status != good->status) return "it ends with another status";
  return cti_slice_eq(cti_buf_slice(&good->out), cti_buf_slice(&starved->out)) ? NULL : "it prints something else, and no failure";
}

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  size_t most = strtoul(argv[1], NULL, 10);
  int words = argc - 2, report = dup(STDOUT_FILENO);
  FILE *out = stream(STDOUT_FILENO), *err = stream(STDERR_FILENO);
  outcome good = {0}, starved = {0};
  good.status = run(words, argv + 2);
  take(&good.out, out), take(&good.err, err);
  bool failed = true, fine = true;
  for (size_t n = 1; failed; n += most ? 1 + n / most : 1) {
    cti_alloc_fail_at(n);
    starved.status = run(words, argv + 2);
    failed = cti_alloc_failed();
    cti_alloc_fail_at(0);
    cti_buf_truncate(&starved.out, 0), cti_buf_truncate(&starved.err, 0);
    take(&starved.out, out), take(&starved.err, err);
    const char *what = complaint(&good, &starved);
    if (!what) continue;
    if (getenv("STARVE_SHOWS")) dprintf(report, "%.*s\n--- instead of\n%.*s\n", CTI_S(cti_buf_slice(&starved.out)), CTI_S(cti_buf_slice(&good.out)));
    dprintf(report, "allocation %zu fails: %s (status %d)\n%.*s\n", n, what, starved.status, CTI_S(cti_buf_slice(&starved.err)));
    fine = false;
  }
  ct_buf_free(&good.out), ct_buf_free(&good.err), ct_buf_free(&starved.out), ct_buf_free(&starved.err);
  return fine ? 0 : 1;
}
