/* map.c - open addressing with linear probing over an index of slots; the entries stand apart, in order of insertion. */
#include "base/map.h"

uint64_t cti_hash_u64(uint64_t value) {
  value ^= value >> 32;
  value *= 0xd6e8feb86659fd93u;
  value ^= value >> 32;
  value *= 0xd6e8feb86659fd93u;
  return value ^ value >> 32;
}

uint64_t cti_hash_bytes(const void *data, size_t size) {
  const uint8_t *at = data;
  uint64_t hash = 0x9e3779b97f4a7c15u ^ size;
  for (; size >= 8; at += 8, size -= 8) {
    uint64_t word;
    memcpy(&word, at, 8);
    hash = cti_hash_u64(hash ^ word) + 0x9e3779b97f4a7c15u;
  }
  uint64_t tail = 0;
  for (size_t i = 0; i < size; i++) tail |= (uint64_t)at[i] << (8 * i);
  return cti_hash_u64(hash ^ tail);
}

static bool same(const cti_map_entry *entry, ct_slice key, uint64_t number) {
  return entry->number == number && (key.data ? entry->key.data && cti_slice_eq(entry->key, key) : !entry->key.data);
}

/* The slot that holds the key, or the free one where it belongs. slot_count is a power of two and never full. */
static uint32_t *find(const cti_map *map, ct_slice key, uint64_t number) {
  uint64_t hash = key.data ? number : cti_hash_u64(number);
  uint32_t mask = map->slot_count - 1;
  for (uint32_t i = (uint32_t)hash & mask;; i = (i + 1) & mask) {
    uint32_t slot = map->slots[i];
    if (slot == 0 || same(&map->entries[slot - 1], key, number)) return &map->slots[i];
  }
}

static ct_status resize(cti_map *map, cti_arena *arena, uint32_t slot_count) {
  uint32_t *slots = CTI_NEW_N(arena, uint32_t, slot_count);
  cti_map_entry *entries = CTI_NEW_N(arena, cti_map_entry, slot_count / 2);
  if (!slots || !entries) return arena->error->status;
  if (map->count) memcpy(entries, map->entries, map->count * sizeof *entries);
  cti_map larger = {entries, slots, map->count, slot_count / 2, slot_count};
  for (uint32_t i = 0; i < map->count; i++) *find(&larger, entries[i].key, entries[i].number) = i + 1;
  *map = larger;
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

/* Empty bytes as a key still need an address, which tells them from numbers. */
static ct_slice as_key(ct_slice key) { return key.data ? key : (ct_slice){(const uint8_t *)"", 0}; }

static uint32_t get(const cti_map *map, ct_slice key, uint64_t number) {
  if (map->slot_count == 0) return CTI_MAP_NONE;
  uint32_t slot = *find(map, key, number);
  return slot ? map->entries[slot - 1].value : CTI_MAP_NONE;
}

static ct_status add(cti_map *map, cti_arena *arena, cti_map_entry entry, cti_map_entry **out, bool *added) {
  if (map->count == map->capacity) CTI_TRY(grow(map, arena));
  uint32_t *slot = find(map, entry.key, entry.number);
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

static cti_map_entry by_bytes(ct_slice key, uint32_t value) {
  key = as_key(key);
  return (cti_map_entry){key, cti_hash_bytes(key.data, key.size), value};
}

uint32_t cti_map_get(const cti_map *map, ct_slice key) {
  cti_map_entry entry = by_bytes(key, 0);
  return get(map, entry.key, entry.number);
}

uint32_t cti_map_get_u64(const cti_map *map, uint64_t key) { return get(map, (ct_slice){NULL, 0}, key); }

ct_status cti_map_add(cti_map *map, cti_arena *arena, ct_slice key, uint32_t *value, bool *added) {
  return add_value(map, arena, by_bytes(key, 0), value, added);
}

ct_status cti_map_add_u64(cti_map *map, cti_arena *arena, uint64_t key, uint32_t *value, bool *added) {
  return add_value(map, arena, (cti_map_entry){{NULL, 0}, key, 0}, value, added);
}

ct_status cti_map_set(cti_map *map, cti_arena *arena, ct_slice key, uint32_t value) { return set_value(map, arena, by_bytes(key, value)); }

ct_status cti_map_set_u64(cti_map *map, cti_arena *arena, uint64_t key, uint32_t value) {
  return set_value(map, arena, (cti_map_entry){{NULL, 0}, key, value});
}
