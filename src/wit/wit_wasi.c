/* wit_wasi.c - finds a carried WASI package and puts the version that is asked for into it. A later version of a track has all of an earlier one, and says
 * of each item that was added since when it is there. https://github.com/WebAssembly/WASI */
#include "wit/wit_wasi.h"

#include "wit/wit_error.h"

static bool is_release_of(const cti_wasi_text *text, const cti_package_name *name, cti_semver *version) {
  return cti_slice_is(name->name, text->name) && cti_semver_parse(version, cti_slice_str(text->version));
}

/* The carried package of the lowest version that is not before the one asked for. */
static const cti_wasi_text *lowest_from(const cti_package_name *name) {
  const cti_wasi_text *best = NULL;
  cti_semver best_version = {0};
  if (!cti_slice_is(name->ns, "wasi") || !name->version.present || name->version.pre.size || name->version.build.size) return NULL;
  for (size_t i = 0; i < cti_wasi_text_count; i++) {
    cti_semver version;
    if (!is_release_of(&cti_wasi_texts[i], name, &version) || !cti_semver_compatible(&version, &name->version)) continue;
    if (cti_semver_cmp(&version, &name->version) < 0 || (best && cti_semver_cmp(&version, &best_version) > 0)) continue;
    best = &cti_wasi_texts[i];
    best_version = version;
  }
  return best;
}

/* The text with "@old" replaced by "@new" throughout; gates have no @ before their version. */
static ct_slice with_version(ct_slice text, ct_slice old, ct_slice new, cti_arena *arena) {
  size_t size = 0, uses = 0;
  for (size_t at = cti_slice_find(text, '@', 0); at < text.size; at = cti_slice_find(text, '@', at + 1))
    uses += cti_slice_starts(cti_slice_cut(text, at + 1, text.size), old);
  uint8_t *out = cti_alloc(arena, text.size + uses * new.size);
  if (!out) return (ct_slice){0};
  for (size_t at = 0; at < text.size;) {
    out[size++] = text.data[at++];
    if (out[size - 1] != '@' || !cti_slice_starts(cti_slice_cut(text, at, text.size), old)) continue;
    memcpy(out + size, new.data, new.size);
    size += new.size;
    at += old.size;
  }
  return cti_slice(out, size);
}

ct_slice cti_wasi_find(const cti_package_name *name, cti_arena *arena) {
  const cti_wasi_text *found = lowest_from(name);
  if (!found) return (ct_slice){0};
  ct_slice version = cti_semver_text(arena, &name->version);
  return version.data ? with_version(cti_slice(found->bytes, found->size), cti_slice_str(found->version), version, arena) : version;
}

const char *cti_wasi_version(const cti_package_name *name) {
  const char *best = NULL;
  cti_semver best_version = {0};
  for (size_t i = 0; i < cti_wasi_text_count && cti_slice_is(name->ns, "wasi"); i++) {
    cti_semver version;
    if (!is_release_of(&cti_wasi_texts[i], name, &version) || (best && cti_semver_cmp(&version, &best_version) < 0)) continue;
    if (name->version.present && !cti_semver_compatible(&version, &name->version)) continue;
    best = cti_wasi_texts[i].version;
    best_version = version;
  }
  return best;
}

ct_slice cti_wasi_versions(const cti_package_name *name, cti_arena *arena) {
  cti_buf list = {0};
  for (size_t i = 0; i < cti_wasi_text_count && cti_slice_is(name->ns, "wasi"); i++) {
    cti_package_name track = *name;
    const cti_wasi_text *text = &cti_wasi_texts[i];
    if (!is_release_of(text, name, &track.version) || cti_wasi_version(&track) != text->version) continue;
    cti_buf_printf(&list, "%s@%s", list.size ? " or " : "", text->version);
  }
  return list.size || list.failed ? cti_take(&list, arena) : (ct_slice){NULL, 0};
}

/* The interfaces of a carried package: its files have each at the beginning of a line. */
static ct_slice interfaces_of(const cti_wasi_text *text, cti_arena *arena) {
  static const char word[] = "interface ";
  ct_slice rest = cti_slice(text->bytes, text->size);
  cti_buf list = {0};
  for (size_t at = 0; at < rest.size; at = cti_slice_find(rest, '\n', at) + 1) {
    ct_slice line = cti_slice_cut(rest, at, cti_slice_find(rest, '\n', at));
    if (!cti_slice_starts(line, cti_slice_str(word))) continue;
    ct_slice name = cti_slice_cut(line, sizeof word - 1, cti_slice_find(line, ' ', sizeof word - 1));
    cti_buf_printf(&list, "%s%.*s", list.size ? ", " : "", CTI_S(name));
  }
  return cti_take(&list, arena);
}

void cti_hint_package_item(ct_slice ns, ct_slice name, cti_arena *arena) {
  const cti_package_name package = {.ns = ns, .name = name};
  const cti_wasi_text *text = NULL;
  cti_nearest nearest = cti_nearest_make(name);
  for (size_t i = 0; i < cti_wasi_text_count && cti_slice_is(ns, "wasi"); i++) {
    cti_nearest_try(&nearest, cti_slice_str(cti_wasi_texts[i].name));
    if (!text && cti_slice_is(name, cti_wasi_texts[i].name)) text = &cti_wasi_texts[i];
  }
  ct_slice versions = cti_wasi_versions(&package, arena), items = text ? interfaces_of(text, arena) : (ct_slice){NULL, 0};
  if (versions.data && items.data) {
    cti_error_hint(arena->error, "`wasi:%.*s` is a package; an interface of it is `wasi:%.*s/NAME` and a version, %.*s\nNAME is one of %.*s", CTI_S(name), CTI_S(name),
                   CTI_S(versions), CTI_S(items));
    return;
  }
  cti_error_hint(arena->error, "`%.*s:%.*s` is a package; an interface of it is `%.*s:%.*s/name`, and a version comes last: `%.*s:%.*s/name@1.0.0`", CTI_S(ns), CTI_S(name), CTI_S(ns),
                 CTI_S(name), CTI_S(ns), CTI_S(name));
  if (nearest.best.size) cti_error_hint_more(arena->error, "did you mean `wasi:%.*s`?", CTI_S(nearest.best));
}
