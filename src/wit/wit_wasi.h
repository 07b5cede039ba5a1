/* wit_wasi.h - the WASI packages that are carried (src/wit/wasi/): used where a package asks for one that is nowhere else. */
#ifndef CTI_WIT_WIT_WASI_H
#define CTI_WIT_WIT_WASI_H

#include "wit/wit_model.h"

/* One carried package; the table is made by the build from the files. */
typedef struct cti_wasi_text {
  const char *version, *name; /* "0.2.12", "cli" */
  const uint8_t *bytes;
  size_t size;
} cti_wasi_text;

extern const cti_wasi_text cti_wasi_texts[];
extern const size_t cti_wasi_text_count;

/* The text of `wasi:name@version`, when that or a later compatible version is carried, with that version in it; {NULL, 0} when not, or when memory is
 * out (reported). Items that came later than the version are in it, gated by @since. In the arena. */
ct_slice cti_wasi_find(const cti_package_name *name, cti_arena *arena);

/* The latest version of `wasi:name` that is carried and compatible with the one of `name`, or any when `name` has none; NULL when there is none. */
const char *cti_wasi_version(const cti_package_name *name);

/* What may be written behind a name of `wasi:name`: the last version of each compatible track that is carried, "@0.2.12 or @0.3.0". {NULL, 0} when none is, or
 * when memory is out (reported). */
ct_slice cti_wasi_versions(const cti_package_name *name, cti_arena *arena);

/* Hints, after a failure: the package `ns:name` was named where an item of it is needed. */
void cti_hint_package_item(ct_slice ns, ct_slice name, cti_arena *arena);

#endif
