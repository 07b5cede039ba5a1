/* wit_select.c - which world is meant: by its name, by its id, or because there is no other. */
#include <stdio.h>

#include "types/label.h"
#include "wit/wit.h"
#include "wit/wit_error.h"

/* The worlds of one package, or of all when it is none, each on a line, for the hint. */
static void hint_worlds(const cti_resolve *r, uint32_t package, const char *lead) {
  char text[sizeof r->arena->error->hint] = "";
  size_t used = (size_t)snprintf(text, sizeof text, "%s", lead);
  uint32_t listed = 0;
  for (uint32_t i = 0; i < r->worlds.count && used < sizeof text; i++) {
    if (package != CTI_WIT_NONE && r->worlds.items[i].package != package) continue;
    used += (size_t)snprintf(text + used, sizeof text - used, "\n%.*s", CTI_S(cti_world_id(r, i)));
    listed++;
  }
  if (listed) cti_error_hint(r->arena->error, "%s", text);
}

typedef struct world_path {
  bool has_package;
  cti_package_name package;
  ct_slice world;
} world_path;

/* "world" or "ns:pkg/world@version". */
static bool parse_world_path(world_path *out, ct_slice text) {
  size_t colon = cti_slice_find(text, ':', 0);
  *out = (world_path){.has_package = colon < text.size, .world = text};
  if (out->has_package) {
    size_t slash = cti_slice_find(text, '/', colon), at = cti_slice_find(text, '@', slash);
    out->package.ns = cti_slice_cut(text, 0, colon);
    out->package.name = cti_slice_cut(text, colon + 1, slash);
    out->world = cti_slice_cut(text, slash + 1, at);
    if (at < text.size && !cti_semver_parse(&out->package.version, cti_slice_cut(text, at + 1, text.size))) return false;
    if (!cti_label_valid(out->package.ns) || !cti_label_valid(out->package.name)) return false;
  }
  if (out->world.size && out->world.data[0] == '%') out->world = cti_slice_cut(out->world, 1, out->world.size);
  return cti_label_valid(out->world);
}

/* A package by its name; the version may be left out when there is one alone. */
static ct_status find_package(const cti_resolve *r, const cti_package_name *name, uint32_t *out) {
  cti_arena *arena = r->arena;
  *out = cti_resolve_find_package(r, name);
  if (*out != CTI_WIT_NONE || arena->error->status != CT_OK) return arena->error->status;
  for (uint32_t i = 0; i < r->packages.count && !name->version.present; i++) {
    const cti_package_name *it = &r->packages.items[i].name;
    if (!cti_slice_eq(it->ns, name->ns) || !cti_slice_eq(it->name, name->name)) continue;
    if (*out != CTI_WIT_NONE) {
      cti_fail(arena->error, CT_WIT_WORLD, CT_NO_OFFSET, "there are several versions of the package `%.*s:%.*s`, %.*s and %.*s: name one", CTI_S(name->ns), CTI_S(name->name),
               CTI_S(cti_semver_text(arena, &r->packages.items[*out].name.version)), CTI_S(cti_semver_text(arena, &it->version)));
      return CT_WIT_WORLD;
    }
    *out = i;
  }
  if (*out != CTI_WIT_NONE) return CT_OK;
  cti_fail(arena->error, CT_WIT_WORLD, CT_NO_OFFSET, "the package `%.*s` is not there", CTI_S(cti_package_name_text(arena, name)));
  hint_worlds(r, CTI_WIT_NONE, "the worlds are:");
  return CT_WIT_WORLD;
}

static ct_status only_world(const cti_resolve *r, uint32_t *world, uint32_t package) {
  const cti_wit_package *it = &r->packages.items[package];
  ct_slice name = cti_package_id(r, package);
  if (it->worlds.count == 1) {
    *world = it->worlds.items[0];
    return CT_OK;
  }
  if (it->worlds.count == 0) {
    cti_fail(r->arena->error, CT_WIT_WORLD, CT_NO_OFFSET, "the package `%.*s` has no world, and one is needed", CTI_S(name));
    hint_worlds(r, CTI_WIT_NONE, "packages that it depends on have these, which can be named with --world:");
    if (it->interfaces.count)
      cti_error_hint(r->arena->error, "a world says what a module imports and exports; add one, such as: world app { export %.*s; }",
                     CTI_S(r->interfaces.items[it->interfaces.items[0]].name));
    return CT_WIT_WORLD;
  }
  cti_fail(r->arena->error, CT_WIT_WORLD, CT_NO_OFFSET, "the package `%.*s` has several worlds, and one must be chosen", CTI_S(name));
  hint_worlds(r, package, "choose with --world NAME; there are:");
  return CT_WIT_WORLD;
}

ct_status cti_resolve_select_world(const cti_resolve *r, uint32_t *world, uint32_t package, ct_slice name) {
  world_path path;
  if (!name.data) return only_world(r, world, package);
  if (!parse_world_path(&path, name)) {
    cti_fail(r->arena->error, CT_WIT_WORLD, CT_NO_OFFSET, "`%.*s` is no name of a world", CTI_S(name));
    hint_worlds(r, package, "it is `world`, `ns:pkg/world` or `ns:pkg/world@1.2.3`; there are:");
    return CT_WIT_WORLD;
  }
  if (path.has_package) CTI_TRY(find_package(r, &path.package, &package));
  const cti_wit_package *it = &r->packages.items[package];
  *world = cti_map_get(&it->world_ids, path.world);
  if (*world != CTI_MAP_NONE) return CT_OK;
  cti_nearest nearest = cti_nearest_make(path.world);
  cti_nearest_try_keys(&nearest, &it->world_ids);
  cti_fail(r->arena->error, CT_WIT_WORLD, CT_NO_OFFSET, "the package `%.*s` has no world `%.*s`", CTI_S(cti_package_id(r, package)), CTI_S(path.world));
  if (nearest.best.size) cti_error_hint(r->arena->error, "did you mean `%.*s`?", CTI_S(nearest.best));
  hint_worlds(r, package, "there are:");
  return CT_WIT_WORLD;
}
