/* world_names.c - maps from names to items of a world. Flows in: the final world. Flows out: two maps for each direction, so that any number of core imports
 * and exports is matched in linear time. */
#include "compose/world_names.h"

static ct_slice join_version(cti_arena *arena, ct_slice base, const cti_semver *version) {
  ct_slice suffix, track = cti_semver_track(arena, version, &suffix);
  return track.data ? cti_format(arena, "%.*s@%.*s", CTI_S(base), CTI_S(track)) : (ct_slice){NULL, 0};
}

bool cti_split_version(ct_slice *base, cti_semver *version, ct_slice name) {
  size_t at = cti_slice_find(name, '@', 0);
  if (at == name.size) return false;
  *base = cti_slice_cut(name, 0, at);
  return cti_semver_parse(version, cti_slice_cut(name, at + 1, name.size));
}

ct_slice cti_world_item_track_name(const cti_resolve *resolve, const cti_world_item *item, cti_arena *arena) {
  ct_slice name = cti_world_item_name(resolve, item), base;
  cti_semver version;
  if (item->name.data || !cti_split_version(&base, &version, name)) return name;
  return join_version(arena, base, &version);
}

ct_status cti_world_names_make(cti_world_names *out, const cti_resolve *resolve, const cti_world_items *items, cti_arena *arena) {
  *out = (cti_world_names){.resolve = resolve, .items = items};
  for (uint32_t i = 0; i < items->count; i++) {
    ct_slice name = cti_world_item_name(resolve, &items->items[i]), track = cti_world_item_track_name(resolve, &items->items[i], arena);
    if (!name.data || !track.data) return arena->error->status;
    uint32_t value = i;
    bool added;
    CTI_TRY(cti_map_add(&out->by_name, arena, name, &value, &added));
    value = i;
    CTI_TRY(cti_map_add(&out->by_track, arena, track, &value, &added));
  }
  return CT_OK;
}

static uint32_t of_kind(const cti_world_names *names, uint32_t place, cti_world_item_kind kind) {
  return place != CTI_MAP_NONE && names->items->items[place].kind == kind ? place : CTI_WIT_NONE;
}

uint32_t cti_world_names_find(const cti_world_names *names, ct_slice name, cti_world_item_kind kind) {
  return of_kind(names, cti_map_get(&names->by_name, name), kind);
}

uint32_t cti_world_names_interface(const cti_world_names *names, ct_slice name, cti_mangling mangling, cti_arena *arena) {
  if (mangling == CTI_MANGLING_STANDARD) return of_kind(names, cti_map_get(&names->by_track, name), CTI_WORLD_INTERFACE);
  uint32_t place = of_kind(names, cti_map_get(&names->by_name, name), CTI_WORLD_INTERFACE);
  ct_slice base;
  cti_semver version;
  if (place != CTI_WIT_NONE || !cti_split_version(&base, &version, name)) return place;
  ct_slice track = join_version(arena, base, &version);
  return track.data ? of_kind(names, cti_map_get(&names->by_track, track), CTI_WORLD_INTERFACE) : CTI_WIT_NONE;
}
