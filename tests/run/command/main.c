/* A command that reads its arguments, environment, standard input, files, directories and clocks, and asks its host one thing that WASI does not know. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#ifdef WITH_ADVICE
#include "abi.h"
ABI_DEFINE

IMPORT("test:command/advice", "greet") void advice_greet(const char *name, size_t size, text *greeting);

static void advice(const char *name) {
  text greeting;
  advice_greet(name, strlen(name), &greeting);
  printf("advice: %.*s\n", (int)greeting.size, greeting.data);
  abi_free(greeting.data, greeting.size);
}
#else
#include <stdlib.h>
#include <string.h>
#define ABI_MAIN
#endif

static void read_file(const char *path) {
  FILE *file = fopen(path, "r");
  if (!file) {
    printf("%s: %s\n", path, strerror(errno));
    return;
  }
  char line[256];
  unsigned lines = 0, bytes = 0;
  while (fgets(line, sizeof line, file)) {
    lines++;
    bytes += (unsigned)strlen(line);
    if (lines == 1) printf("%s: %s", path, line);
  }
  fclose(file);
  printf("%s: %u lines, %u bytes\n", path, lines, bytes);
}

static void write_file(const char *path) {
  FILE *file = fopen(path, "w");
  if (!file) {
    printf("%s: %s\n", path, strerror(errno));
    return;
  }
  for (int i = 0; i < 1000; i++) fprintf(file, "line %d\n", i);
  fclose(file);
  struct stat facts;
  printf("%s: %s, %lld bytes\n", path, stat(path, &facts) ? strerror(errno) : "written", (long long)facts.st_size);
}

static int by_name(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static void list_directory(const char *path) {
  char *names[16];
  size_t count = 0;
  DIR *directory = opendir(path);
  if (!directory) {
    printf("%s: %s\n", path, strerror(errno));
    return;
  }
  for (struct dirent *entry; count < 16 && (entry = readdir(directory));)
    if (entry->d_name[0] != '.') names[count++] = strdup(entry->d_name);
  closedir(directory);
  qsort(names, count, sizeof names[0], by_name);
  printf("%s:", path);
  for (size_t i = 0; i < count; i++) printf(" %s", names[i]);
  printf("\n");
}

static void clocks(void) {
  struct timespec wall, before, after;
  clock_gettime(CLOCK_REALTIME, &wall);
  clock_gettime(CLOCK_MONOTONIC, &before);
  do clock_gettime(CLOCK_MONOTONIC, &after);
  while (before.tv_sec == after.tv_sec && before.tv_nsec == after.tv_nsec);
  int forward = after.tv_sec > before.tv_sec || (after.tv_sec == before.tv_sec && after.tv_nsec > before.tv_nsec);
  printf("clocks: %s, %s\n", wall.tv_sec > 1700000000 ? "later than 2023" : "before 2023", forward ? "forward" : "backward");
}

int main(int argc, char **argv) {
  ABI_MAIN
  for (int i = 0; i < argc; i++) printf("argument %d: %s\n", i, argv[i]);
  const char *who = getenv("WHO"), *none = getenv("NOT_SET");
  printf("WHO=%s NOT_SET=%s\n", who ? who : "(none)", none ? none : "(none)");
  char line[64];
  while (fgets(line, sizeof line, stdin)) printf("stdin: %s", line);
  read_file("data/input.txt");
  read_file("data/absent.txt");
  write_file("data/output.txt");
  list_directory("data");
  clocks();
#ifdef WITH_ADVICE
  advice(who ? who : "nobody");
#endif
  fprintf(stderr, "done\n");
  exit(argc > 1 && !strcmp(argv[1], "fail") ? 1 : 0);
}
