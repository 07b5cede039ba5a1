/* source_line.c - where the source of a failing instruction is. Flows in: a failure with an offset, and the binary. Flows out: a line more in its hint. */
#include "source_line.h"

#include <stdio.h>
#include <string.h>

typedef struct answer {
  char text[512];
  size_t size;
} answer;

static ct_status keep(void *user, ct_slice bytes, ct_error *error) {
  answer *a = user;
  size_t room = sizeof a->text - 1 - a->size, size = bytes.size < room ? bytes.size : room;
  (void)error;
  if (size) memcpy(a->text + a->size, bytes.data, size);
  a->size += size;
  a->text[a->size] = 0;
  return CT_OK;
}

/* The answer is "0x2a: FUNCTION FILE:LINE:COLUMN", then the functions that it was inlined into, each on a line. */
void add_source_line(ct_error *error, ct_slice bytes) {
  char address[24], reader[READER_SIZE], before[sizeof error->hint];
  answer a = {.size = 0};
  ct_error ignored;
  if (error->offset == CT_NO_OFFSET || ct_status_class(error->status) != CT_CLASS_INVALID) return;
  ct_error_clear(&ignored);
  snprintf(address, sizeof address, "0x%llx", (unsigned long long)error->offset);
  const char *const addresses[] = {address};
  ct_addr2line_options options = {.addresses = addresses, .address_count = 1, .reader = dwarf_reader(reader)};
  if (ct_addr2line(&(ct_sink){keep, &a}, bytes, &options, &ignored) != CT_OK) return; /* no DWARF, or none that can be read: nothing to add */
  const char *found = strstr(a.text, ": ");
  if (!found || strcmp(found, ": no dwarf frames found for this address\n") == 0) return;
  snprintf(before, sizeof before, "%s", error->hint);
  int size = (int)strcspn(found + 2, "\n");
  snprintf(error->hint, sizeof error->hint, "source: %.*s%s%.500s", size < 240 ? size : 240, found + 2, before[0] ? "\n" : "", before);
}
