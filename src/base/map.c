/* map.c - open addressing with linear probing over an index of slots; the entries stand apart, in order of insertion. */
#include "base/map.h"

uint64_t cti_hash_u64(uint64_t value) {
  value ^= value >> 32;
  value *= 0xd6e8feb86659fd93u;
  value ^= value >> 32;
  value *= 0xd6e8feb86659fd93u;
  return value ^ value >> 32;
}

static uint64_t word_at(const uint8_t *at) {
  uint64_t word;
  memcpy(&word, at, sizeof word);
  return word;
}

static uint64_t half_at(const uint8_t *at) {
  uint32_t half;
  memcpy(&half, at, sizeof half);
  return half;
}

/* The last word may overlap the one before; of less than a word, two halves may overlap. The size is in the hash, so that all bytes are told apart. */
uint64_t cti_hash_bytes(const void *data, size_t size) {
  uint64_t hash = 0x9e3779b97f4a7c15u ^ size;
  if (!size) return cti_hash_u64(hash); /* `data` may be NULL, to which nothing is added */
  const uint8_t *at = data, *end = at + size;
  for (; end - at > 8; at += 8) hash = cti_hash_u64(hash ^ word_at(at)) + 0x9e3779b97f4a7c15u;
  if (size >= 8) return cti_hash_u64(hash ^ word_at(end - 8));
  if (size >= 4) return cti_hash_u64(hash ^ half_at(at) ^ half_at(end - 4) << 32);
  return cti_hash_u64(hash ^ ((uint64_t)at[0] << 16 | (uint64_t)at[size / 2] << 8 | end[-1]));
}

static bool same(const cti_map_entry *a, const cti_map_entry *b) {
  return a->hash == b->hash && a->number == b->number && !a->data == !b->data && (!a->data || memcmp(a->data, b->data, (size_t)a->number) == 0);
}

/* The slot that holds the key, or the free one where it belongs. slot_count is a power of two and never full. */
static uint32_t *find(const cti_map *map, const cti_map_entry *key) {
  uint32_t mask = map->slot_count - 1;
  for (uint32_t i = key->hash & mask;; i = (i + 1) & mask) {
    uint32_t slot = map->slots[i];
    if (slot == 0 || same(&map->entries[slot - 1], key)) return &map->slots[i];
  }
}

/* Nobody else points into the tables, so the smaller ones are given back. */
static ct_status resize(cti_map *map, cti_arena *arena, uint32_t slot_count) {
  uint32_t *slots = CTI_NEW_N(arena, uint32_t, slot_count);
  cti_map_entry *entries = cti_alloc_raw(arena, slot_count / 2, sizeof *entries);
  if (!slots || !entries) return arena->error->status;
  if (map->count) memcpy(entries, map->entries, map->count * sizeof *entries);
  cti_give_back(arena, map->entries, map->capacity * sizeof *entries);
  cti_give_back(arena, map->slots, map->slot_count * sizeof *slots);
  *map = (cti_map){entries, slots, map->count, slot_count / 2, slot_count};
  uint32_t mask = slot_count - 1;
  for (uint32_t i = 0; i < map->count; i++) {
    uint32_t at = entries[i].hash & mask;
    while (slots[at]) at = (at + 1) & mask;
    slots[at] = i + 1;
  }
  return CT_OK;
}

static ct_status grow(cti_map *map, cti_arena *arena) {
  if (map->slot_count >= 0x80000000u) return cti_fail(arena->error, CT_NOMEM, CT_NO_OFFSET, "a table has more than %u entries", map->count);
  return resize(map, arena, map->slot_count ? map->slot_count * 2 : 8);
}

ct_status cti_map_reserve(cti_map *map, cti_arena *arena, uint32_t count) {
  uint32_t slot_count = map->slot_count ? map->slot_count : 8;
  while (slot_count / 2 < count && slot_count < 0x80000000u) slot_count *= 2;
  return count == 0 || slot_count == map->slot_count ? CT_OK : resize(map, arena, slot_count);
}

static uint32_t get(const cti_map *map, cti_map_entry key) {
  if (map->slot_count == 0) return CTI_MAP_NONE;
  uint32_t slot = *find(map, &key);
  return slot ? map->entries[slot - 1].value : CTI_MAP_NONE;
}

static ct_status add(cti_map *map, cti_arena *arena, cti_map_entry entry, cti_map_entry **out, bool *added) {
  if (map->count == map->capacity) CTI_TRY(grow(map, arena));
  uint32_t *slot = find(map, &entry);
  *added = *slot == 0;
  if (*added) {
    map->entries[map->count] = entry;
    *slot = ++map->count;
  }
  *out = &map->entries[*slot - 1];
  return CT_OK;
}

static ct_status add_value(cti_map *map, cti_arena *arena, cti_map_entry entry, uint32_t *value, bool *added) {
  cti_map_entry *stored;
  entry.value = *value;
  CTI_TRY(add(map, arena, entry, &stored, added));
  *value = stored->value;
  return CT_OK;
}

static ct_status set_value(cti_map *map, cti_arena *arena, cti_map_entry entry) {
  cti_map_entry *stored;
  bool added;
  CTI_TRY(add(map, arena, entry, &stored, &added));
  stored->value = entry.value;
  return CT_OK;
}

/* Empty bytes as a key still need an address, which tells them from numbers. */
static cti_map_entry by_bytes(ct_slice key, uint32_t value) {
  return (cti_map_entry){key.data ? key.data : (const uint8_t *)"", key.size, (uint32_t)cti_hash_bytes(key.data, key.size), value};
}

static cti_map_entry by_number(uint64_t key, uint32_t value) { return (cti_map_entry){NULL, key, (uint32_t)cti_hash_u64(key), value}; }

uint32_t cti_map_get(const cti_map *map, ct_slice key) { return get(map, by_bytes(key, 0)); }

uint32_t cti_map_get_u64(const cti_map *map, uint64_t key) { return get(map, by_number(key, 0)); }

ct_status cti_map_add(cti_map *map, cti_arena *arena, ct_slice key, uint32_t *value, bool *added) {
  return add_value(map, arena, by_bytes(key, 0), value, added);
}

ct_status cti_map_add_u64(cti_map *map, cti_arena *arena, uint64_t key, uint32_t *value, bool *added) {
  return add_value(map, arena, by_number(key, 0), value, added);
}

ct_status cti_map_set(cti_map *map, cti_arena *arena, ct_slice key, uint32_t value) { return set_value(map, arena, by_bytes(key, value)); }

ct_status cti_map_set_u64(cti_map *map, cti_arena *arena, uint64_t key, uint32_t value) { return set_value(map, arena, by_number(key, value)); }
