/* world.h - a WASI 0.2 host and a guest's memory, in miniature, for the adapter compiled natively.
 *
 * The host is as strict as a real one is when it traps, and stops the process where one would: a handle that is not live or of another kind, a string
 * that is no UTF-8, a list out of memory or out of line, more written than was permitted. It looks besides that what it is given and what it returns
 * never lies in the adapter's own memory. Decisions that a real host may take either way (errors, short reads, how strings are allocated) are read
 * from bytes that the test gives; when there are no more, all goes well. */
#ifndef TEST_ADAPTER_WORLD_H
#define TEST_ADAPTER_WORLD_H

#include <stddef.h>
#include <stdint.h>

#include "adapter/state.h"

#define WORLD_CHECK(condition) world_check(condition, #condition, __FILE__, __LINE__)
void world_check(int holds, const char *condition, const char *file, int line);

enum { WORLD_PAGES = 3, WORLD_MAX_PAGES = 64, WORLD_BASE = 8192, WORLD_STRINGS = 40 };

/* A new host and zeroed memory; the adapter's memory is at WORLD_BASE, as long as compose would make it. */
void world_open(const uint8_t *decisions, size_t size, u32 adapter_memory);

/* Checks the adapter's state, and that what it has open is live in the host. */
void world_check_state(void);
u32 world_live_handles(void);
u32 world_lost_handles(void); /* those that the adapter may leave undropped: the standard streams, and their errors */

/* What the tests look at and set. */
struct world {
  const uint8_t *decisions;
  size_t left;
  u32 pages;
  u32 arguments, variables; /* how many; each is one of world_strings */
  const char *strings[WORLD_STRINGS];
  u32 preopens, listeners;
  u32 waiting; /* connections that can be accepted at once */
  u32 exit_code, exits;
  u32 written; /* bytes to standard output and error */
  u32 calls;   /* of the host, all in all */
  u32 directory_reads;
  u64 now;
  u32 refuse_realloc; /* the guest's allocator answers 0 */
};
extern struct world world;

/* A file of the host by its path from the preopened directory 0, or NULL; and making one. */
const uint8_t *world_file(const char *path, u32 *size);
void world_make_file(const char *path, const char *content);

#endif
