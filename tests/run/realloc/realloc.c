/* A library that takes strings and lists and has no cabi_realloc: `component new --synthesize-realloc` makes it one. Without a libc nothing is ever freed;
 * with one (-DWITH_LIBC, and `realloc` exported) what comes in is freed, as it came by the libc's own allocator. But not what is empty: some hosts (jco) hand
 * that over without asking for a block. */
#include <stddef.h>
#include <stdint.h>

#define NAME(func) __attribute__((export_name("test:realloc/words#" func)))

#ifdef WITH_LIBC
#include <stdlib.h>
#else
static void free(void *block) { (void)block; }
#endif

typedef struct { char *data; size_t size; } text;
typedef struct { text key; uint64_t value; } entry;
typedef struct { text keys; uint64_t sum; } folded;

__attribute__((import_module("$root"), import_name("answer"))) void answer(const char *data, size_t size, text *out);

static char room[1 << 20];

static void release(void *block, size_t size) {
  if (size) free(block);
}

NAME("reverse") text *reverse(char *data, size_t size) {
  static text out;
  for (size_t i = 0; i < size / 2; i++) {
    char c = data[i];
    data[i] = data[size - 1 - i];
    data[size - 1 - i] = c;
  }
  out = (text){data, size};
  return &out;
}

__attribute__((export_name("cabi_post_test:realloc/words#reverse"))) void reverse_done(text *out) { release(out->data, out->size); }

NAME("fold") folded *fold(entry *entries, size_t count) {
  static folded out;
  size_t used = 0;
  out.sum = 0;
  if ((uintptr_t)entries % _Alignof(entry)) __builtin_trap();
  for (size_t i = 0; i < count; i++) {
    room[used++] = (char)('0' + entries[i].key.size % 10);
    for (size_t k = 0; k < entries[i].key.size; k++) room[used++] = entries[i].key.data[k];
    out.sum += entries[i].value;
    release(entries[i].key.data, entries[i].key.size);
  }
  release(entries, count);
  out.keys = (text){room, used};
  return &out;
}

NAME("ask") text *ask(text *words, size_t count) {
  static text out;
  size_t used = 0;
  for (size_t i = 0; i < count; i++) {
    text said;
    answer(words[i].data, words[i].size, &said);
    for (size_t k = 0; k < said.size; k++) room[used++] = said.data[k];
    release(said.data, said.size);
    release(words[i].data, words[i].size);
  }
  release(words, count);
  out = (text){room, used};
  return &out;
}
