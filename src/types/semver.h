/* semver.h - semantic versions, as packages in WIT and interface names in components carry them. https://semver.org/spec/v2.0.0.html */
#ifndef CTI_TYPES_SEMVER_H
#define CTI_TYPES_SEMVER_H

#include "base/arena.h"
#include "base/buf.h"

/* All-zero: no version. pre and build borrow, without "-" and "+". */
typedef struct cti_semver {
  uint64_t major, minor, patch;
  ct_slice pre, build;
  bool present;
} cti_semver;

/* Semantic versions: parsing of the whole slice (false when it is none), order, and text. */
bool cti_semver_parse(cti_semver *out, ct_slice text);
int cti_semver_cmp(const cti_semver *a, const cti_semver *b);
void cti_semver_write(const cti_semver *version, cti_buf *out);
ct_slice cti_semver_text(cti_arena *arena, const cti_semver *version);
/* Do two versions lie on one compatible track: the same major, or 0.minor, or else the same but for the build? */
bool cti_semver_compatible(const cti_semver *a, const cti_semver *b);
/* The track as canonical interface names have it ("1", "0.2", "0.0.3", "1.0.0-rc1"); *suffix is the rest of the version's text (".1", "+b"), may be empty. */
ct_slice cti_semver_track(cti_arena *arena, const cti_semver *version, ct_slice *suffix);

#endif
