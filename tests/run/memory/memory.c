// Fills all memory that malloc gives, from its start and in growing pieces, between calls of WASI: what the adapter keeps must not be in it.
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PIECES = 24 };

static int fill(unsigned char **pieces, size_t *sizes, int count) {
  for (int i = 0; i < count; i++) {
    sizes[i] = (size_t)1 << (10 + i / 2);
    pieces[i] = malloc(sizes[i]);
    if (!pieces[i]) return 0;
    memset(pieces[i], 0xff, sizes[i]);
  }
  return 1;
}

static int intact(unsigned char **pieces, size_t *sizes, int count) {
  for (int i = 0; i < count; i++)
    for (size_t at = 0; at < sizes[i]; at++)
      if (pieces[i][at] != 0xff) return 0;
  return 1;
}

static int read_input(void) {
  char bytes[64];
  int file = open("data/input.txt", O_RDONLY);
  ssize_t got = file < 0 ? -1 : read(file, bytes, sizeof bytes);
  if (file >= 0) close(file);
  return got > 0;
}

/* More than the adapter's first table holds, kept while memory is filled again. */
static int open_many(int *files, int count) {
  for (int i = 0; i < count; i++)
    if ((files[i] = open("data/input.txt", O_RDONLY)) < 0) return i;
  return count;
}

int main(void) {
  static unsigned char *pieces[2][PIECES];
  static size_t sizes[2][PIECES];
  static int files[400];
  printf("filled: %d\n", fill(pieces[0], sizes[0], PIECES));
  printf("environment: %s\n", getenv("WHO"));
  printf("read: %d\n", read_input());
  int opened = open_many(files, 200);
  printf("open: %d\n", opened >= 200);
  printf("filled again: %d\n", fill(pieces[1], sizes[1], PIECES));
  int good = 0;
  for (int i = 0; i < opened; i++) {
    char byte;
    good += pread(files[i], &byte, 1, 0) == 1 && close(files[i]) == 0;
  }
  printf("read of all: %d\n", good == opened);
  printf("intact: %d\n", intact(pieces[0], sizes[0], PIECES) && intact(pieces[1], sizes[1], PIECES));
  return 0;
}
