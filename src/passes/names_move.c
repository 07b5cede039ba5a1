/* names_move.c - the `name` section when index spaces have moved. Flows in: a module and where its indices went. Flows out: the section, written anew.
 * https://webassembly.github.io/spec/core/appendix/custom.html#name-section */
#include "passes/names_move.h"

bool cti_custom_tells_offsets(ct_slice name) {
  static const char *const names[] = {"sourceMappingURL", "external_debug_info", "metadata.code.branch_hint"};
  for (size_t i = 0; i < CTI_COUNT(names); i++)
    if (cti_slice_is(name, names[i])) return true;
  return cti_slice_starts(name, CTI_LIT(".debug"));
}

static cti_space space_of(uint8_t kind) {
  switch (kind) {
  case CTI_NAME_FUNC: return CTI_SPACE_FUNC;
  case CTI_NAME_TYPE: return CTI_SPACE_TYPE;
  case CTI_NAME_TABLE: return CTI_SPACE_TABLE;
  case CTI_NAME_MEMORY: return CTI_SPACE_MEMORY;
  case CTI_NAME_GLOBAL: return CTI_SPACE_GLOBAL;
  case CTI_NAME_ELEM: return CTI_SPACE_ELEM;
  case CTI_NAME_TAG: return CTI_SPACE_TAG;
  default: return CTI_SPACE_NONE;
  }
}

static cti_section *name_section(cti_module *m) {
  const cti_section *found = cti_module_custom(m, CTI_LIT("name"), NULL);
  return found ? &m->sections.items[found - m->sections.items] : NULL;
}

/* The section as it can be read, or NULL; what cannot be read goes, since nobody could say what its indices are. */
static cti_section *parse(cti_names *out, cti_module *m) {
  cti_section *section = name_section(m);
  ct_error ignored;
  ct_error_clear(&ignored);
  if (!section || cti_names_parse(out, section->content, 0, m->arena, &ignored) == CT_OK) return section;
  section->dropped = true;
  return NULL;
}

static ct_status write(cti_section *section, const cti_names *names, cti_arena *arena) {
  cti_buf content = {0};
  cti_names_write(&content, names);
  section->content = cti_take(&content, arena);
  section->changed = true;
  return arena->error->status;
}

/* In order of the new indices: each is taken at most once, so a table of them all is the shortest way. */
static ct_status move_map(cti_name_map *map, cti_space space, const cti_remap *remap, cti_arena *arena) {
  uint32_t size = remap->space[space].count, count = 0;
  cti_naming *at = CTI_NEW_N(arena, cti_naming, size);
  if (!at) return arena->error->status;
  for (uint32_t i = 0; i < map->names.count; i++) {
    uint32_t to = cti_remap_index(remap, space, map->names.items[i].index);
    if (to < size) at[to] = (cti_naming){to, map->names.items[i].name};
  }
  for (uint32_t i = 0; i < size; i++)
    if (at[i].name.data) at[count++] = at[i];
  map->names.items = at;
  map->names.count = map->names.capacity = count;
  return CT_OK;
}

ct_status cti_names_move(cti_module *m, const cti_remap *remap) {
  cti_names names;
  uint32_t kept = 0;
  cti_section *section = parse(&names, m);
  if (!section) return m->arena->error->status;
  for (uint32_t i = 0; i < names.maps.count; i++) {
    cti_name_map *map = &names.maps.items[i];
    cti_space space = space_of(map->kind);
    if (map->kind != CTI_NAME_MODULE && space == CTI_SPACE_NONE) continue;
    if (space != CTI_SPACE_NONE && remap->space[space].to) CTI_TRY(move_map(map, space, remap, m->arena));
    if (map->kind == CTI_NAME_MODULE || map->names.count) names.maps.items[kept++] = *map;
  }
  names.maps.count = kept;
  return write(section, &names, m->arena);
}

/* ---- further names */

/* The map of that kind, made at its place among the others if need be; or NULL when memory is out. */
static cti_name_map *map_of(cti_names *names, cti_name_kind kind, cti_arena *arena) {
  uint32_t place = 0;
  while (place < names->maps.count && names->maps.items[place].kind < kind) place++;
  if (place < names->maps.count && names->maps.items[place].kind == kind) return &names->maps.items[place];
  if (!cti_vec_add(arena, &names->maps)) return NULL;
  cti_name_map *map = &names->maps.items[place];
  memmove(map + 1, map, (names->maps.count - 1 - place) * sizeof *map);
  *map = (cti_name_map){.kind = (uint8_t)kind};
  return map;
}

ct_status cti_names_add(cti_module *m, cti_name_kind kind, const cti_naming *added, uint32_t count) {
  cti_names names;
  cti_section *section = parse(&names, m);
  if (!section) return m->arena->error->status;
  cti_name_map *map = map_of(&names, kind, m->arena);
  if (!map) return m->arena->error->status;
  for (uint32_t i = 0; i < count; i++)
    if (!cti_vec_push(m->arena, &map->names, added[i])) return m->arena->error->status;
  return write(section, &names, m->arena);
}
