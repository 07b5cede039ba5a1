/* The command's allocator under musl (tools/musl/malloc.c): random requests in three threads; each block keeps its bytes, calloc's are zero, all are aligned.
 * A program without cmocka, which is not there for musl. */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCKS = 300, STEPS = 60000 };

typedef struct held {
  uint8_t *bytes;
  size_t size;
  uint8_t value;
} held;

static void need(int good, const char *what) {
  if (good) return;
  fprintf(stderr, "%s\n", what);
  abort();
}

static uint64_t next(uint64_t *seed) { return (*seed = *seed * 6364136223846793005u + 1442695040888963407u) >> 16; }

static size_t random_size(uint64_t *seed) {
  static const size_t most[] = {40, 200, 5000, 40000};
  uint64_t r = next(seed);
  return r % 400 == 0 ? next(seed) % 6000000 : next(seed) % most[r % 4]; /* a few of those that are mapped alone */
}

/* All of a small block, some bytes of a large one. */
static void check(const held *h, size_t size) {
  size_t step = size > 64 ? size / 37 + 1 : 1;
  for (size_t i = 0; i < size; i += step) need(h->bytes[i] == h->value, "a block lost its bytes");
  if (size) need(h->bytes[size - 1] == h->value, "a block lost its last byte");
}

static void change(held *h, uint64_t *seed) {
  size_t size = random_size(seed), kept = h->size < size ? h->size : size;
  unsigned way = next(seed) % 4;
  check(h, h->size);
  if (way == 3) {
    h->bytes = realloc(h->bytes, size);
    need(h->bytes != NULL, "realloc failed");
    check(h, kept < h->size ? kept : h->size);
  } else {
    free(h->bytes);
    h->bytes = way == 0 ? NULL : way == 1 ? malloc(size) : calloc(1, size);
    if (way == 0) size = 0;
    for (size_t i = 0; way == 2 && i < size; i++) need(h->bytes[i] == 0, "calloc gave bytes that are not zero");
  }
  need((uintptr_t)h->bytes % 16 == 0, "a block is not aligned");
  h->size = size;
  h->value = (uint8_t)next(seed);
  if (size) memset(h->bytes, h->value, size);
}

static void *run(void *number) {
  held *blocks = calloc(BLOCKS, sizeof *blocks);
  uint64_t seed = *(uint64_t *)number;
  for (unsigned i = 0; i < STEPS; i++) change(&blocks[next(&seed) % BLOCKS], &seed);
  for (unsigned i = 0; i < BLOCKS; i++) {
    check(&blocks[i], blocks[i].size);
    free(blocks[i].bytes);
  }
  free(blocks);
  return NULL;
}

int main(void) {
  uint64_t seeds[] = {1, 22, 333};
  pthread_t threads[3];
  volatile size_t huge = SIZE_MAX - 5, many = SIZE_MAX / 2;
  for (int i = 0; i < 3; i++) need(pthread_create(&threads[i], NULL, run, &seeds[i]) == 0, "no thread");
  for (int i = 0; i < 3; i++) pthread_join(threads[i], NULL);
  need(!malloc(huge) && !calloc(many, 3), "a size that cannot be was given");
  void *nothing = malloc(0);
  need(nothing != NULL, "nothing has no address");
  free(nothing);
  puts("good");
  return 0;
}
