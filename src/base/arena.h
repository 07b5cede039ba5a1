/* arena.h - memory of one unit of work: allocated in chunks, freed as a whole.
 *
 * The arena carries the ct_error of its unit: an allocation that fails reports CT_ENOMEM there and gives NULL; the caller returns at once.
 * With CTI_ARENA_SINGLE defined (asan builds) each allocation is its own malloc, so that the sanitizer sees each overrun.
 */
#ifndef CTI_BASE_ARENA_H
#define CTI_BASE_ARENA_H

#include "base/error.h"
#include "base/slice.h"

typedef struct cti_chunk cti_chunk;

typedef struct cti_arena {
  cti_chunk *chunks; /* newest first */
  uint8_t *at, *end; /* free room in the newest chunk */
  uint8_t *spare;    /* room that was given back, cut before the chunk is */
  size_t spare_size;
  size_t next_size;  /* of the next chunk, doubling up to a limit */
  size_t total;      /* bytes taken from malloc */
  ct_error *error;   /* never NULL */
} cti_arena;

void cti_arena_init(cti_arena *arena, ct_error *error);
void cti_arena_free(cti_arena *arena); /* may be called twice, and on an all-zero arena */

/* `size` zeroed bytes, aligned for any type; NULL when memory is out (reported). A size of 0 gives a pointer that may not be read. */
void *cti_alloc(cti_arena *arena, size_t size) CTI_MUST_USE;

/* The same for `count` items of `size` bytes; the product cannot overflow. */
void *cti_alloc_n(cti_arena *arena, size_t count, size_t size) CTI_MUST_USE;

/* As cti_alloc_n, but not zeroed: for large tables that are written at once. */
void *cti_alloc_raw(cti_arena *arena, size_t count, size_t size) CTI_MUST_USE;

/* Gives back what cti_alloc gave with this size: small requests will be cut from it, memory that was touched already. No address in it may be kept. */
void cti_give_back(cti_arena *arena, void *memory, size_t size);

#define CTI_NEW(arena, type) ((type *)cti_alloc((arena), sizeof(type)))
#define CTI_NEW_N(arena, type, count) ((type *)cti_alloc_n((arena), (count), sizeof(type)))

/* A copy that the arena owns. On failure the slice is {NULL, 0} and the error is set. */
ct_slice cti_copy(cti_arena *arena, ct_slice bytes);

/* The slices one after another, as a string that the arena owns; NUL stands after its last byte. On failure {NULL, 0}. */
ct_slice cti_join_parts(cti_arena *arena, const ct_slice *parts, size_t count);
#define CTI_JOIN(arena, ...) cti_join_parts((arena), (const ct_slice[]){__VA_ARGS__}, sizeof((const ct_slice[]){__VA_ARGS__}) / sizeof(ct_slice))

/* A key for maps out of a number and a string: no other pair has the same bytes. On failure {NULL, 0}. */
ct_slice cti_key_of(cti_arena *arena, uint32_t number, ct_slice name);

/* A formatted string that the arena owns; NUL stands after its last byte. On failure {NULL, 0}. */
ct_slice cti_format(cti_arena *arena, const char *format, ...) CTI_PRINTF(2, 3);

/* For vec.h: room for one more item. Gives the (moved) items; when memory is out, the old ones with *capacity unchanged. */
void *cti_vec_more(cti_arena *arena, void *items, uint32_t count, uint32_t *capacity, size_t item_size);
/* The same for arrays that nothing else points into: the old items are given back, and a large array grows in place. */
void *cti_vec_more_in_place(cti_arena *arena, void *items, uint32_t count, uint32_t *capacity, size_t item_size);

/* The same for `more` items: exactly so many when the array was empty, else at least half as much again as there was. */
void *cti_vec_widen(cti_arena *arena, void *items, uint32_t count, uint32_t *capacity, uint32_t more, size_t item_size);

/* For tests: the Nth allocation of this thread from now on fails (1 is the next), every later one works; 0 switches it off.
 * cti_alloc_failed tells whether it came to that. They count chunks and buffer growth, which are all the mallocs there are. */
void cti_alloc_fail_at(size_t n);
bool cti_alloc_failed(void);
/* What base uses in place of malloc, realloc and free. */
void *cti_malloc(size_t size) CTI_MUST_USE;
void *cti_realloc(void *old, size_t size) CTI_MUST_USE;
void cti_free(void *old);

#endif
