/* arena.c - chunked memory of one unit of work, and the one place (with buf.c through it) where malloc is called.
 *
 * A chunk is a header and its bytes. Small requests are cut from the newest chunk; a large one gets a chunk of its own, behind the newest, so that
 * the room there is not lost. Chunks double from 4 KiB to 1 MiB.
 *
 * Most of what memory costs is its first touch, a page fault. So memory is zeroed when it is handed out, not before, and the growing room of an array not at
 * all; an array grows in place while it is the last thing in the chunk; and what a moved one leaves behind is the spare, from which the next requests are
 * cut. There is one spare: a larger one takes its place. */
#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#ifdef CTI_ARENA_SINGLE /* each allocation is a chunk of its own, so that the sanitizer sees its ends, and what was given back is forbidden */
#include <sanitizer/asan_interface.h>
enum { SINGLE = 1 };
#else
#define ASAN_POISON_MEMORY_REGION(memory, size) ((void)(memory))
enum { SINGLE = 0 };
#endif

#define ALIGNMENT 16u
#define MALLOC_HEADER 16u /* of most: with it a chunk is a power of two, which allocators round to nothing larger */
#define FIRST_CHUNK ((size_t)4096)
#define LAST_CHUNK ((size_t)1 << 20)
#define OWN_CHUNK (LAST_CHUNK / 4) /* what is larger always has a chunk of its own, and as an array grows in place */

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

static cti_chunk *chunk_new(cti_arena *arena, size_t size, bool zeroed) {
  if (fails_now() || size > SIZE_MAX - HEADER) return out_of_memory(arena);
  cti_chunk *chunk = zeroed ? calloc(1, HEADER + size) : malloc(HEADER + size); /* large ones are fresh pages, which calloc knows to be zero */
  if (!chunk) return out_of_memory(arena);
  chunk->size = size;
  arena->total += size;
  return chunk;
}

static void *take_alone(cti_arena *arena, size_t size, bool zeroed) {
  cti_chunk *chunk = chunk_new(arena, size, zeroed);
  if (!chunk) return NULL;
  cti_chunk **link = arena->chunks ? &arena->chunks->next : &arena->chunks;
  chunk->next = *link;
  *link = chunk;
  return (uint8_t *)chunk + HEADER;
}

static bool next_chunk(cti_arena *arena) {
  cti_chunk *chunk = chunk_new(arena, arena->next_size - HEADER - MALLOC_HEADER, false);
  if (!chunk) return false;
  chunk->next = arena->chunks;
  arena->chunks = chunk;
  arena->at = (uint8_t *)chunk + HEADER;
  arena->end = arena->at + chunk->size;
  if (arena->next_size < LAST_CHUNK) arena->next_size *= 2;
  return true;
}

static size_t round_up(size_t size) { return (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1); }

static void *take(cti_arena *arena, size_t size, bool zeroed) {
  if (SINGLE) {
    void *memory = take_alone(arena, size, zeroed);
    return memory && !zeroed ? memset(memory, 0xa5, size) : memory;
  }
  if (size > SIZE_MAX - ALIGNMENT) return out_of_memory(arena);
  size_t rounded = round_up(size);
  void *memory = arena->spare;
  if (rounded && rounded <= arena->spare_size && rounded <= OWN_CHUNK) {
    arena->spare += rounded;
    arena->spare_size -= rounded;
  } else {
    if (!arena->at || rounded > (size_t)(arena->end - arena->at)) { /* a request of 0 needs an address, too */
      if (rounded > arena->next_size / 4) return take_alone(arena, rounded, zeroed);
      if (!next_chunk(arena)) return NULL;
    }
    memory = arena->at;
    arena->at += rounded;
  }
  return zeroed ? memset(memory, 0, rounded) : memory;
}

void *cti_alloc(cti_arena *arena, size_t size) { return take(arena, size, true); }

void cti_give_back(cti_arena *arena, void *memory, size_t size) {
  if (SINGLE) {
    ASAN_POISON_MEMORY_REGION(memory, size);
  } else if (round_up(size) > arena->spare_size) {
    arena->spare = memory;
    arena->spare_size = round_up(size);
  }
}

void *cti_alloc_n(cti_arena *arena, size_t count, size_t size) {
  return size && count > SIZE_MAX / size ? out_of_memory(arena) : take(arena, count * size, true);
}

void *cti_alloc_raw(cti_arena *arena, size_t count, size_t size) {
  return size && count > SIZE_MAX / size ? out_of_memory(arena) : take(arena, count * size, false);
}

ct_slice cti_copy(cti_arena *arena, ct_slice bytes) {
  uint8_t *copy = take(arena, bytes.size, false);
  if (!copy) return (ct_slice){NULL, 0};
  if (bytes.size) memcpy(copy, bytes.data, bytes.size);
  return (ct_slice){copy, bytes.size};
}

ct_slice cti_join_parts(cti_arena *arena, const ct_slice *parts, size_t count) {
  size_t size = 0;
  for (size_t i = 0; i < count; i++) size += parts[i].size;
  uint8_t *text = take(arena, size + 1, false), *at = text;
  if (!text) return (ct_slice){NULL, 0};
  for (size_t i = 0; i < count; at += parts[i++].size)
    if (parts[i].size) memcpy(at, parts[i].data, parts[i].size);
  *at = 0;
  return (ct_slice){text, size};
}

ct_slice cti_key_of(cti_arena *arena, uint32_t number, ct_slice name) {
  return CTI_JOIN(arena, cti_slice((const uint8_t *)&number, sizeof number), name);
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

/* Is `items` the last that was cut from the chunk, with room behind it for `size` in all? Then it has that now. */
static bool extend(cti_arena *arena, void *items, size_t old_size, size_t size) {
  if (old_size == 0 || size > OWN_CHUNK || (uint8_t *)items + round_up(old_size) != arena->at) return false;
  size_t more = round_up(size) - round_up(old_size);
  if (more > (size_t)(arena->end - arena->at)) return false;
  arena->at += more;
  return true;
}

/* Room for `size` bytes where `old_size` were, the first `used` of them kept, in place or elsewhere. NULL when memory is out. */
static void *regrow(cti_arena *arena, void *items, size_t used, size_t old_size, size_t size) {
  if (extend(arena, items, old_size, size)) return items;
  void *more = take(arena, size, false);
  if (more && used) memcpy(more, items, used);
  return more;
}

void *cti_vec_more(cti_arena *arena, void *items, uint32_t count, uint32_t *capacity, size_t item_size) {
  uint32_t room = more_room(count);
  if (room > SIZE_MAX / item_size) return out_of_memory(arena), items;
  void *more = regrow(arena, items, count * item_size, *capacity * item_size, room * item_size);
  if (!more) return items;
  *capacity = room;
  return more;
}

void *cti_vec_more_in_place(cti_arena *arena, void *items, uint32_t count, uint32_t *capacity, size_t item_size) {
  uint32_t room = more_room(count);
  if (room > SIZE_MAX / item_size) return out_of_memory(arena), items;
  size_t old_size = *capacity * item_size, size = room * item_size;
  cti_chunk **own = old_size > OWN_CHUNK ? chunk_of(arena, items) : NULL;
  void *more = own ? grow_chunk(arena, own, size) : regrow(arena, items, count * item_size, old_size, size);
  if (!more) return items;
  if (!own && more != items) cti_give_back(arena, items, old_size);
  *capacity = room;
  return more;
}

void *cti_vec_widen(cti_arena *arena, void *items, uint32_t count, uint32_t *capacity, uint32_t more, size_t item_size) {
  uint64_t room = (uint64_t)count + more, grown = (uint64_t)*capacity + *capacity / 2;
  if (room < grown) room = grown;
  if (room > UINT32_MAX || room > SIZE_MAX / item_size) return out_of_memory(arena), items;
  void *wider = regrow(arena, items, count * item_size, *capacity * item_size, (size_t)room * item_size);
  if (!wider) return items;
  *capacity = (uint32_t)room;
  return wider;
}
