/* preview1.c - what bench/adapter.py measures of a preview1 adapter: preview1.wasm JOB COUNT
 *   write      COUNT pieces of 64 KB to data/out, by write(2)
 *   print      COUNT pieces of 64 KB to standard output
 *   list       reads the directory data/many, which has COUNT entries besides . and ..
 *   clock      COUNT calls of clock_time_get
 * Exit status 0 when all went as it should. */
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wasi/api.h>

static char piece[65536];

static int fill(int fd, int count) {
  memset(piece, 'x', sizeof piece);
  for (int i = 0; i < count; i++)
    for (size_t done = 0; done < sizeof piece;) {
      ssize_t n = write(fd, piece + done, sizeof piece - done);
      if (n <= 0) return 1;
      done += (size_t)n;
    }
  return 0;
}

static int list(int count) {
  DIR *directory = opendir("data/many");
  if (!directory) return 1;
  int found = 0;
  while (readdir(directory)) found++;
  closedir(directory);
  return found != count + 2;
}

static int ask_clock(int count) {
  __wasi_timestamp_t first = 0, now = 0;
  if (__wasi_clock_time_get(__WASI_CLOCKID_MONOTONIC, 1, &first)) return 1;
  for (int i = 0; i < count; i++)
    if (__wasi_clock_time_get(__WASI_CLOCKID_MONOTONIC, 1, &now)) return 1;
  return now < first;
}

int main(int argc, char **argv) {
  int count = argc == 3 ? atoi(argv[2]) : 0;
  if (argc != 3) return 2;
  if (!strcmp(argv[1], "write")) return fill(open("data/out", O_WRONLY | O_CREAT | O_TRUNC, 0666), count);
  if (!strcmp(argv[1], "print")) return fill(1, count);
  if (!strcmp(argv[1], "list")) return list(count);
  if (!strcmp(argv[1], "clock")) return ask_clock(count);
  return 2;
}
