/* wit.h - the front end's entry points: WIT text, files and directories into a cti_resolve (wit_model.h), and what can be done with one there.
 *
 * All that is loaded lives in the arena of the resolve (texts are borrowed: the reader's bytes must outlive it). A failure leaves the resolve half-made:
 * it is then good for nothing but being freed. Failures of text carry file, line, column and source line.
 * https://github.com/WebAssembly/component-model/blob/main/design/mvp/WIT.md */
#ifndef CTI_WIT_WIT_H
#define CTI_WIT_WIT_H

#include "ctool/io.h"
#include "wit/wit_model.h"

/* Where bytes come from. All paths are as the user gave them, or joined with '/'. Lists and bytes must live as long as the arena of the resolve. */
typedef struct cti_wit_reader {
  void *context;
  ct_path_kind (*kind)(void *context, ct_slice path);
  ct_status (*read)(void *context, ct_slice *out, ct_slice path, ct_error *error);
  ct_status (*list)(void *context, ct_slice **out, uint32_t *count, ct_slice path, cti_arena *arena, ct_error *error); /* names, sorted bytewise */
} cti_wit_reader;

/* The reader over the file system. Files stay mapped until cti_wit_disk_free, which may be called twice. */
typedef struct cti_wit_disk {
  cti_wit_reader reader;
  CTI_VEC(ct_input) inputs;
  CTI_VEC(const char *) paths; /* of all that was read, in that order; in the arena */
  cti_arena *arena;
} cti_wit_disk;
void cti_wit_disk_init(cti_wit_disk *disk, cti_arena *arena);
void cti_wit_disk_free(cti_wit_disk *disk);

typedef struct cti_wit_options {
  const ct_slice *features; /* of @unstable; each may hold several, separated by commas or blanks */
  uint32_t feature_count;
  bool all_features;
  bool no_builtin; /* the WASI packages that are carried (wit_wasi.h) are not used where one is missing */
  /* Decodes a WIT package that is encoded as WebAssembly, in binary or in text form, into a resolve of its own over the same arena, and names its main
   * package. NULL: such are refused. */
  ct_status (*decode)(cti_resolve *out, uint32_t *package, ct_slice bytes, cti_arena *arena);
} cti_wit_options;

/* Adds the package at `path` (a directory with its deps/, a WIT file, or a WIT package encoded as WebAssembly) and all that it needs; gives its id.
 * A file that needs other packages finds them in a deps/ beside it. */
ct_status cti_wit_load(cti_resolve *resolve, uint32_t *package, ct_slice path, const cti_wit_reader *reader, const cti_wit_options *options);

/* The same for one text in memory; `path` is for messages alone. */
ct_status cti_wit_load_text(cti_resolve *resolve, uint32_t *package, ct_slice path, ct_slice text, const cti_wit_options *options);

/* The same for a WASI package that is carried (wit_wasi.h), at the version of `name`; CTI_WIT_NONE when it is not. */
ct_status cti_wit_load_carried(cti_resolve *resolve, uint32_t *package, const cti_package_name *name, const cti_wit_options *options);

/* WebAssembly rather than WIT: in binary or in text form. */
bool cti_wit_is_wasm(ct_slice bytes);

/* Chooses a world: `name` is "world" (of the main package), "ns:pkg/world" (without a version when there is one alone) or "ns:pkg/world@version"; with
 * name.data == NULL the main package must have exactly one. Every failure lists what can be chosen. */
ct_status cti_resolve_select_world(const cti_resolve *resolve, uint32_t *world, uint32_t package, ct_slice name);

#endif
