/* wit_wasi.c - finds a carried WASI package and puts the version that is asked for into it. A later version of a track has all of an earlier one, and says
 * of each item that was added since when it is there. https://github.com/WebAssembly/WASI */
#include "wit/wit_wasi.h"

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
