/* guest.h - a guest for unit tests: puts things into memory, calls, and reads what came. */
#ifndef TEST_ADAPTER_GUEST_H
#define TEST_ADAPTER_GUEST_H

#include <string.h>

#include "adapter/world.h"

enum { GUEST = 65536, OUT_WORD = GUEST, LIST = GUEST + 64, TEXT = GUEST + 1024, BUFFER = GUEST + 8192, FIRST_DIRECTORY = 3 };

static inline u32 put_text(u32 at, const char *text) {
  memcpy(ad_memory + at, text, strlen(text));
  return (u32)strlen(text);
}

static inline u32 out_word(void) { return AT(u32, OUT_WORD); }

static inline void put_buffer(u32 index, u32 at, u32 length) {
  AT(u32, LIST + 8 * index) = at;
  AT(u32, LIST + 8 * index + 4) = length;
}

/* Opens a file of the first directory to read and write; its number, or ~0. */
static inline u32 open_path(const char *path, u32 how) {
  u32 length = put_text(TEXT, path);
  u32 error = p1_path_open(FIRST_DIRECTORY, 1, TEXT, length, how, RIGHTS_FD_READ | RIGHTS_FD_WRITE, 0, 0, OUT_WORD);
  return error ? ~0u : out_word();
}

#endif
