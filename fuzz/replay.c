/* Runs a fuzz target without an engine: replay [--hurt] [--mutate=COUNT] [--random=COUNT] [--keep=FILE] FILE|FOLDER...
 *
 * Each file is given to the target as it is. With --hurt, one of up to 2 KiB is also cut at every byte, has each bit flipped, and meets each allocation
 * failing once; what was found by an engine has a name of sixteen digits, and is given as it is alone. With --mutate as many mutants of each file follow (a tenth of it for a large one), which
 * know the form of modules and components (gen/binary_mutate.h), each crossed with the file before. With --random the target then gets as many strings of
 * random bytes, for what makes valid inputs of them. All is the same on every machine, and takes seconds. A crash names the file on stderr before it; with --keep each input is written to a file
 * before it is run, so that the one that crashed stays there. Exit 77 (skipped) when there is no file. */
#include <string.h>

#include "ctool/io.h"
#include "gen/binary_mutate.h"
#include "gen/draw.h"
#include "hurt.h"
#include "target.h"

enum { HURT_LIMIT = 2048, LARGE = 8192 };

typedef struct totals {
  size_t files, runs, failed_allocations;
  unsigned long mutants; /* of each file */
  cti_buf before;        /* the file that came before */
  bool hurt;
  const char *keep; /* NULL: inputs are not kept */
} totals;

static void give(ct_slice bytes, void *context) {
  totals *t = context;
  ct_error error = {0};
  t->runs++;
  if (t->keep) ct_output_write(t->keep, bytes, false, &error);
  LLVMFuzzerTestOneInput(bytes.data, bytes.size);
}

/* Named by its digest: an engine found it, beside hundreds of others. */
static bool is_found(const char *path) {
  const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
  return strlen(name) == 16 && strspn(name, "0123456789abcdef") == 16;
}

static void replay_mutants(ct_slice bytes, totals *t) {
  enum { MOST = 1 << 16 };
  uint8_t *out = malloc(MOST);
  if (!out) abort();
  unsigned long count = bytes.size > LARGE ? t->mutants / 10 : t->mutants;
  for (unsigned long i = 0; i < count; i++) {
    size_t size = i % 4 ? mutate_binary(out, MOST, bytes, i) : cross_binaries(out, MOST, bytes, cti_buf_slice(&t->before), i);
    if (size) give((ct_slice){out, size}, t);
  }
  free(out);
  cti_buf_truncate(&t->before, 0);
  cti_buf_bytes(&t->before, bytes);
}

static void replay_file(const char *path, totals *t) {
  ct_error error = {0};
  ct_input input;
  if (ct_input_open(&input, path, &error) != CT_OK) {
    fprintf(stderr, "%s: %s\n", path, error.message);
    exit(1);
  }
  fprintf(stderr, "%s\n", path);
  t->files++;
  uint8_t *copy = hurt_copy(input.bytes);
  ct_slice bytes = {copy, input.bytes.size};
  give(bytes, t);
  if (t->hurt && bytes.size <= HURT_LIMIT && !is_found(path)) {
    hurt_cuts(bytes, give, t);
    hurt_bits(bytes, give, t);
    t->failed_allocations += hurt_starve(bytes, give, t);
  }
  replay_mutants(bytes, t);
  free(copy);
  ct_input_close(&input);
}

static void replay_random(unsigned long count, totals *t) {
  uint8_t bytes[768];
  uint64_t state = 0x9e3779b97f4a7c15u;
  for (unsigned long i = 0; i < count; i++) {
    size_t size = 16 + i % (sizeof bytes - 16);
    for (size_t at = 0; at < size; at++) bytes[at] = (uint8_t)(draw_word(&state) >> 24);
    if (i % 2) bytes[0] &= 7; /* choices, for targets that take text, too */
    give((ct_slice){bytes, size}, t);
  }
}

static void replay(const char *path, totals *t) {
  if (ct_path_kind_of(path) != CT_PATH_DIRECTORY) {
    replay_file(path, t);
    return;
  }
  ct_error error = {0};
  char **names = NULL, file[4096];
  size_t count = 0;
  if (ct_names_list(&names, &count, path, &error) != CT_OK) {
    fprintf(stderr, "%s: %s\n", path, error.message);
    exit(1);
  }
  for (size_t i = 0; i < count; i++) {
    snprintf(file, sizeof file, "%s/%s", path, names[i]);
    replay_file(file, t);
  }
  ct_names_free(names, count);
}

int main(int argc, char **argv) {
  totals t = {0};
  unsigned long random = 0;
  for (int i = 1; i < argc; i++) {
    if (!strcmp(argv[i], "--hurt")) t.hurt = true;
    if (!strncmp(argv[i], "--mutate=", 9)) t.mutants = strtoul(argv[i] + 9, NULL, 10);
    if (!strncmp(argv[i], "--random=", 9)) random = strtoul(argv[i] + 9, NULL, 10);
    if (!strncmp(argv[i], "--keep=", 7)) t.keep = argv[i] + 7;
  }
  for (int i = 1; i < argc; i++)
    if (strncmp(argv[i], "--", 2) && ct_path_kind_of(argv[i]) != CT_PATH_NONE) replay(argv[i], &t);
  replay_random(random, &t);
  ct_buf_free(&t.before);
  printf("%zu files, %zu runs, %zu failed allocations\n", t.files, t.runs, t.failed_allocations);
  return t.runs ? 0 : 77;
}
