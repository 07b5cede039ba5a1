/* module.h - what can be done with the bytes of a binary, module or component alike: telling its kind, removing custom sections. */
#ifndef CTOOL_MODULE_H
#define CTOOL_MODULE_H

#include "ctool/error.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum ct_kind {
  CT_KIND_MODULE,    /* a core module in binary form */
  CT_KIND_COMPONENT, /* a component in binary form (a WIT package in binary form is one, too) */
  CT_KIND_TEXT,      /* UTF-8 without a NUL, as far as its first 4 KiB tell: WIT or the text format */
  CT_KIND_UNKNOWN
} ct_kind;

/* Tells the kind from the first eight bytes, never from a name.
 * https://github.com/WebAssembly/component-model/blob/main/design/mvp/Binary.md#component-definitions */
CT_API ct_kind ct_kind_of(ct_slice bytes);

/* Output in pieces: slices of the input and small buffers that `owner` holds, to be written in order (ct_output_write_pieces). The input must
 * outlive it. All-zero is empty; ct_pieces_free may be called twice, also after a failure. */
typedef struct ct_pieces {
  ct_slice *items;
  size_t count;
  void *owner;
} ct_pieces;
CT_API void ct_pieces_free(ct_pieces *pieces);

/* Which custom sections go. All-zero: all but `name`, `component-type*`, `dylink.0` and `target_features`. `linking` and `reloc.*` go or stay together, by what the
 * options say of `linking`. */
typedef struct ct_strip_options {
  bool like_wasm_tools;        /* by default a section called just `component-type`, and `target_features`, go as well */
  bool all;                    /* every custom section goes, unless `keep` holds it */
  const char *const *deleted;  /* POSIX extended regular expressions; when there are any, only what one of them matches goes */
  size_t deleted_count;
  const char *const *keep; /* what one of these matches stays in any case */
  size_t keep_count;
  bool reproducible; /* versions in a producers section that stays lose paths, dates and times */
  /* When set, DWARF and names go, and each module that has any is given here as it was, to be kept as a file. What is left names that file (external_debug_info), and both
   * have the same build_id. With `debug_name` it is one file of that name: of the module with DWARF, or else that with names; CT_MISUSE when there are several. */
  ct_status (*debug)(void *context, const char *name, ct_slice bytes, ct_error *error);
  const char *debug_name;
  ct_buf *report; /* gets lines that tell what went and how large it was; NULL: none */
  void (*tell)(void *context, const char *warning); /* or NULL */
  void *context;
} ct_strip_options;

/* Removes custom sections from a module or component and from all that is nested in it. What is kept is byte for byte what it was; a parent of
 * something that shrank gets the shortest form of its new size. CT_CORE_* for input that is no well-formed sequence of sections, CT_USAGE for a
 * regular expression that does not compile. `options` may be NULL. */
CT_API ct_status ct_strip(ct_pieces *out, ct_slice bytes, const ct_strip_options *options, ct_error *error);

#ifdef __cplusplus
}
#endif
#endif
