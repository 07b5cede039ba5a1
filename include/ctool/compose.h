/* compose.h - making components: out of a core module and the WIT of its world, with adapters where it needs them. */
#ifndef CTOOL_COMPOSE_H
#define CTOOL_COMPOSE_H

#include "ctool/module.h"
#include "ctool/wit.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- the world of a core module, embedded into it */

typedef enum ct_string_encoding { CT_STRING_UTF8, CT_STRING_UTF16, CT_STRING_COMPACT_UTF16 } ct_string_encoding;

/* Appends the content of a `component-type` section for a world: what ct_component_new_options.component_types takes. `world` is a name or id; NULL for the
 * only world of the main package, else the failure lists what there is. */
CT_API ct_status ct_component_type(ct_buf *out, ct_wit *wit, const char *world, ct_string_encoding encoding, ct_error *error);

/* Appends the same as a whole custom section: the bytes that come after those of `module`, which is looked at only to tell whether it is a core module. */
CT_API ct_status ct_component_embed(ct_buf *out, ct_slice module, ct_wit *wit, const char *world, ct_string_encoding encoding, ct_error *error);

/* How the imports and exports of a dummy module are named, and how its async functions are called. */
typedef enum ct_dummy_style {
  CT_DUMMY_STANDARD32,      /* the names of the canonical ABI's build target */
  CT_DUMMY_LEGACY,          /* those that most tools use */
  CT_DUMMY_LEGACY_CALLBACK, /* the same; async functions are lowered and lifted as such, with a callback */
  CT_DUMMY_LEGACY_STACKFUL  /* ..., without one */
} ct_dummy_style;

/* Appends a core module that has all imports and exports of a world and traps in each: a template, or something to test with. It carries no
 * component-type section yet. */
CT_API ct_status ct_dummy_module(ct_buf *out, ct_wit *wit, const char *world, ct_dummy_style style, ct_error *error);

#ifdef __cplusplus
}
#endif
#endif
