/* map.h - open-addressing map from bytes or from a number to a u32. Iteration is by insertion order only, so output never depends on hashes.
 *
 * Keys are borrowed: the bytes must live as long as the map. Hashing is seeded by nothing; a hostile input can make collisions, so that a probe
 * sequence is bounded by growth at load 1/2 over a mixing hash (see map.c). */
#ifndef CTI_BASE_MAP_H
#define CTI_BASE_MAP_H

#include "base/arena.h"

typedef struct cti_map_entry {
  const uint8_t *data; /* NULL when the key is a number */
  uint64_t number;     /* the key, or how many bytes are at `data` */
  uint32_t hash, value;
} cti_map_entry;

static inline ct_slice cti_map_key(const cti_map_entry *entry) { return cti_slice(entry->data, (size_t)entry->number); }

typedef struct cti_map {
  cti_map_entry *entries; /* in order of insertion */
  uint32_t *slots;        /* index of the entry + 1; 0 is free */
  uint32_t count, capacity, slot_count;
} cti_map;

#define CTI_MAP_NONE UINT32_MAX

/* The value of a key, or CTI_MAP_NONE. */
uint32_t cti_map_get(const cti_map *map, ct_slice key);
uint32_t cti_map_get_u64(const cti_map *map, uint64_t key);

/* Inserts, unless the key is there: *value then is what stands there and *added false. CT_NOMEM is the one failure (reported by the arena).
 * One map takes keys of one kind only. */
ct_status cti_map_add(cti_map *map, cti_arena *arena, ct_slice key, uint32_t *value, bool *added);
ct_status cti_map_add_u64(cti_map *map, cti_arena *arena, uint64_t key, uint32_t *value, bool *added);

/* Room for `count` entries in all, so that none of the smaller tables on the way there is made. */
ct_status cti_map_reserve(cti_map *map, cti_arena *arena, uint32_t count);

/* Inserts or replaces. */
ct_status cti_map_set(cti_map *map, cti_arena *arena, ct_slice key, uint32_t value);
ct_status cti_map_set_u64(cti_map *map, cti_arena *arena, uint64_t key, uint32_t value);

/* A 64-bit mix of bytes: for in-memory tables only, never for output. */
uint64_t cti_hash_bytes(const void *data, size_t size);
uint64_t cti_hash_u64(uint64_t value);

#endif
