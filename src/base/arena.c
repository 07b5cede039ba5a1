/* arena.c - chunked memory of one unit of work, and the one place (with buf.c through it) where malloc is called.
 *
 * A chunk is a header and its bytes. Small requests are cut from the newest chunk; a large one gets a chunk of its own, behind the newest, so that
 * the room there is not lost. Chunks double from 4 KiB to 1 MiB. All is zeroed: chunks come from calloc, which gets zero pages for free. */
#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define ALIGNMENT 16u
#define FIRST_CHUNK ((size_t)4096)
#define LAST_CHUNK ((size_t)1 << 20)
#define OWN_CHUNK ((size_t)1 << 18) /* an array of this size has a chunk of its own, and grows in place */

struct cti_chunk {
  cti_chunk *next;
  size_t size; /* of the bytes after the header */
};

#define HEADER ((sizeof(cti_chunk) + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1))

/* Test hook: each thread counts its own allocations. */
static _Thread_local size_t fail_countdown;
static _Thread_local bool fail_happened;

void cti_alloc_fail_at(size_t n) {
  fail_countdown = n;
  fail_happened = false;
}

bool cti_alloc_failed(void) { return fail_happened; }

static bool fails_now(void) {
  if (fail_countdown == 0 || --fail_countdown > 0) return false;
  fail_happened = true;
  return true;
}

void *cti_malloc(size_t size) { return fails_now() ? NULL : malloc(size ? size : 1); }
void *cti_realloc(void *old, size_t size) { return fails_now() ? NULL : realloc(old, size ? size : 1); }
void cti_free(void *old) { free(old); }

void cti_arena_init(cti_arena *arena, ct_error *error) { *arena = (cti_arena){.next_size = FIRST_CHUNK, .error = error}; }

void cti_arena_free(cti_arena *arena) {
  for (cti_chunk *chunk = arena->chunks, *next; chunk; chunk = next) {
    next = chunk->next;
    free(chunk);
  }
  *arena = (cti_arena){.next_size = FIRST_CHUNK, .error = arena->error};
}

static void *out_of_memory(cti_arena *arena) {
  cti_fail(arena->error, CT_NOMEM, CT_NO_OFFSET, "out of memory (%zu bytes are in use by this step)", arena->total);
  return NULL;
}

static cti_chunk *chunk_new(cti_arena *arena, size_t size) {
  if (fails_now() || size > SIZE_MAX - HEADER) return out_of_memory(arena);
  cti_chunk *chunk = calloc(1, HEADER + size);
  if (!chunk) return out_of_memory(arena);
  chunk->size = size;
  arena->total += size;
  return chunk;
}

static void *alloc_alone(cti_arena *arena, size_t size) {
  cti_chunk *chunk = chunk_new(arena, size);
  if (!chunk) return NULL;
  if (arena->chunks) {
    chunk->next = arena->chunks->next;
    arena->chunks->next = chunk;
  } else {
    arena->chunks = chunk;
  }
  return (uint8_t *)chunk + HEADER;
}

void *cti_alloc(cti_arena *arena, size_t size) {
#ifdef CTI_ARENA_SINGLE
  return alloc_alone(arena, size);
#else
  if (size > SIZE_MAX - ALIGNMENT) return out_of_memory(arena);
  size_t rounded = (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
  if (!arena->at || rounded > (size_t)(arena->end - arena->at)) { /* a request of 0 needs an address, too */
    if (rounded > arena->next_size / 4) return alloc_alone(arena, rounded);
    cti_chunk *chunk = chunk_new(arena, arena->next_size);
    if (!chunk) return NULL;
    chunk->next = arena->chunks;
    arena->chunks = chunk;
    arena->at = (uint8_t *)chunk + HEADER;
    arena->end = arena->at + chunk->size;
    if (arena->next_size < LAST_CHUNK) arena->next_size *= 2;
  }
  void *memory = arena->at;
  arena->at += rounded;
  return memory;
#endif
}

void *cti_alloc_n(cti_arena *arena, size_t count, size_t size) {
  if (size && count > SIZE_MAX / size) return out_of_memory(arena);
  return cti_alloc(arena, count * size);
}

void *cti_alloc_raw(cti_arena *arena, size_t count, size_t size) { return cti_alloc_n(arena, count, size); }

ct_slice cti_copy(cti_arena *arena, ct_slice bytes) {
  uint8_t *copy = cti_alloc(arena, bytes.size);
  if (!copy) return (ct_slice){NULL, 0};
  if (bytes.size) memcpy(copy, bytes.data, bytes.size);
  return (ct_slice){copy, bytes.size};
}

ct_slice cti_format(cti_arena *arena, const char *format, ...) {
  va_list arguments, again;
  va_start(arguments, format);
  va_copy(again, arguments);
  int size = vsnprintf(NULL, 0, format, arguments);
  va_end(arguments);
  char *text = size < 0 ? NULL : cti_alloc(arena, (size_t)size + 1);
  if (text) vsnprintf(text, (size_t)size + 1, format, again);
  va_end(again);
  return text ? (ct_slice){(uint8_t *)text, (size_t)size} : (ct_slice){NULL, 0};
}

/* The link to the chunk that holds `items` alone; NULL when there is none. */
static cti_chunk **chunk_of(cti_arena *arena, void *items) {
  for (cti_chunk **link = &arena->chunks; *link; link = &(*link)->next)
    if ((uint8_t *)*link + HEADER == items) return link;
  return NULL;
}

/* Arrays of many megabytes do not leave each smaller self behind. */
static void *grow_chunk(cti_arena *arena, cti_chunk **link, size_t size) {
  cti_chunk *larger = size > SIZE_MAX - HEADER ? NULL : cti_realloc(*link, HEADER + size);
  if (!larger) return out_of_memory(arena);
  arena->total += size - larger->size;
  larger->size = size;
  *link = larger;
  return (uint8_t *)larger + HEADER;
}

static uint32_t more_room(uint32_t count) { return count < 2 ? 4 : count > UINT32_MAX / 2 ? UINT32_MAX : count * 2; }

void *cti_vec_more(cti_arena *arena, void *items, uint32_t count, uint32_t *capacity, size_t item_size) {
  uint32_t room = more_room(count);
  void *more = cti_alloc_n(arena, room, item_size);
  if (!more) return items;
  if (count) memcpy(more, items, (size_t)count * item_size);
  *capacity = room;
  return more;
}

/* In asan builds each array has a chunk of its own, so that old addresses are caught. */
void *cti_vec_more_in_place(cti_arena *arena, void *items, uint32_t count, uint32_t *capacity, size_t item_size) {
  uint32_t room = more_room(count);
  if (room > SIZE_MAX / item_size) return out_of_memory(arena), items;
#ifdef CTI_ARENA_SINGLE
  const size_t own_chunk = 0;
#else
  const size_t own_chunk = OWN_CHUNK;
#endif
  size_t size = room * item_size;
  cti_chunk **own = *capacity && *capacity * item_size >= own_chunk ? chunk_of(arena, items) : NULL;
  void *more = own ? grow_chunk(arena, own, size) : size >= own_chunk ? alloc_alone(arena, size) : cti_alloc(arena, size);
  if (!more) return items;
  if (count && !own) memcpy(more, items, (size_t)count * item_size);
  *capacity = room;
  return more;
}

void *cti_vec_widen(cti_arena *arena, void *items, uint32_t count, uint32_t *capacity, uint32_t more, size_t item_size) {
  uint64_t room = (uint64_t)count + more, grown = (uint64_t)*capacity + *capacity / 2;
  if (room < grown) room = grown;
  if (room > UINT32_MAX) return out_of_memory(arena), items;
  void *wider = cti_alloc_n(arena, (size_t)room, item_size);
  if (!wider) return items;
  if (count) memcpy(wider, items, (size_t)count * item_size);
  *capacity = (uint32_t)room;
  return wider;
}
