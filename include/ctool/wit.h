/* wit.h - WIT: reading packages from text, directories and binaries; printing them, as text or JSON; changing worlds.
 * https://github.com/WebAssembly/component-model/blob/main/design/mvp/WIT.md */
#ifndef CTOOL_WIT_H
#define CTOOL_WIT_H

#include "ctool/io.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Packages, of which one is the main one, with all that they need. After a failure of a function that changes one, it may only be freed. */
typedef struct ct_wit ct_wit;

/* All-zero: no unstable features. */
typedef struct ct_wit_options {
  const char *const *features; /* of @unstable; each may name several, separated by commas or blanks */
  size_t feature_count;
  bool all_features;
  bool no_builtin; /* wasi:* packages that are missing are not taken from those that ctool carries (0.2.0 to 0.2.12, 0.3.0) */
} ct_wit_options;

/* Reads what is at `path`: a directory of .wit files with its deps/, one WIT file, a WIT package in binary form, a component, or a core module with
 * component-type sections. "-" is standard input. `options` may be NULL. *out is to be freed with ct_wit_free, also after a failure (it then is NULL). */
CT_API ct_status ct_wit_open(ct_wit **out, const char *path, const ct_wit_options *options, ct_error *error);

/* The same for bytes in memory, which must outlive *out. `name` is for messages. */
CT_API ct_status ct_wit_read(ct_wit **out, const char *name, ct_slice bytes, const ct_wit_options *options, ct_error *error);

CT_API void ct_wit_free(ct_wit *wit); /* NULL is fine */

/* Gives the path of each file that ct_wit_open read, as a build would have to watch it; standard input and the packages that ctool carries are none. The path
 * lives until the visitor returns, or as long as the one given to ct_wit_open. A visitor that returns anything but CT_OK ends the walk with that. */
typedef ct_status (*ct_wit_source_visitor)(void *context, const char *path);
CT_API ct_status ct_wit_each_source(const ct_wit *wit, ct_wit_source_visitor visitor, void *context);

/* Was this read from a component or module, so that one world is what it is about? */
CT_API bool ct_wit_is_component(const ct_wit *wit);

typedef struct ct_wit_print_options {
  bool no_docs;
} ct_wit_print_options;

/* Appends the main package as text, the others behind it in braces. `options` may be NULL. */
CT_API ct_status ct_wit_print(ct_wit *wit, const ct_wit_print_options *options, ct_buf *out, ct_error *error);

/* Readers of the JSON broke when its shape changed; the older ones can be had. */
typedef enum ct_wit_json_shape {
  CT_WIT_JSON_CURRENT,
  CT_WIT_JSON_1_225, /* up to wasm-tools 1.225: `results` rather than `result` */
  CT_WIT_JSON_1_208  /* up to wasm-tools 1.208: no stability either */
} ct_wit_json_shape;

/* Appends the whole graph as JSON, indented by two. */
CT_API ct_status ct_wit_print_json(ct_wit *wit, ct_wit_json_shape shape, ct_buf *out, ct_error *error);

/* The same two, given to a sink as they are made, so that long output is never held as a whole. */
CT_API ct_status ct_wit_print_to(ct_wit *wit, const ct_wit_print_options *options, const ct_sink *sink, ct_error *error);
CT_API ct_status ct_wit_print_json_to(ct_wit *wit, ct_wit_json_shape shape, const ct_sink *sink, ct_error *error);

/* Gives each package as a file of its own: the main one as "name.wit", the others as "deps/name.wit" (with namespace or version where names are shared).
 * `path` ends with a NUL; both live until the visitor returns. A visitor that returns anything but CT_OK ends the walk with that. */
typedef ct_status (*ct_wit_file_visitor)(void *context, const char *path, ct_slice text);
CT_API ct_status ct_wit_each_file(ct_wit *wit, const ct_wit_print_options *options, ct_wit_file_visitor visitor, void *context, ct_error *error);

typedef struct ct_wit_encode_options {
  bool canonical_names; /* interfaces are named by the track of their version, as "wasi:cli/run@0.2" */
  bool any_size;        /* types may be larger than engines, and ct_validate, take; else that is refused before memory is spent on it */
} ct_wit_encode_options;

/* Appends the main package in binary form; `options` may be NULL. */
CT_API ct_status ct_wit_encode(ct_wit *wit, const ct_wit_encode_options *options, ct_buf *out, ct_error *error);

/* Changes a world, which is what the result is about from then on. `world` is its name or id, NULL for that of a component or the only one there is;
 * `new_name` is NULL for the old name with -importized or -exportized. */
CT_API ct_status ct_wit_importize(ct_wit *wit, const char *world, const char *new_name, ct_error *error); /* exports become imports */
/* Imports become exports: all, or those named by `imports` (plain names, or names of interfaces without their package). */
CT_API ct_status ct_wit_exportize(ct_wit *wit, const char *world, const char *new_name, const char *const *imports, size_t count, ct_error *error);
/* Of imports that differ in a compatible version alone, the latest stays. */
CT_API ct_status ct_wit_merge_imports(ct_wit *wit, const char *world, ct_error *error);
/* Interfaces that are both imported and exported become two, so that each type of the JSON is one type of a binding. */
CT_API ct_status ct_wit_nominalize(ct_wit *wit, const char *world, ct_error *error);

#ifdef __cplusplus
}
#endif
#endif
