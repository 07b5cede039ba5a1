/* metadata.h - the `component-type` custom sections of a core module: the world that its code was written for and the encoding of its strings. Bindings
 * generators write them, `component embed` adds them, linkers keep them all, `component new` reads them.
 *
 * The content is a component: a custom section `wit-component-encoding` (version 4, encoding), the world as an exported type (cti_encode_world_wrapper),
 * and producers. The form before (version 3: encoding, name of the world, a WIT package in binary form) is read.
 * The format is that of the reference; its one description is the source of wit-component (metadata.rs). */
#ifndef CTI_COMPOSE_METADATA_H
#define CTI_COMPOSE_METADATA_H

#include "component/component.h"
#include "core/custom.h"
#include "wit/wit_model.h"

#define CTI_COMPONENT_TYPE_SECTION "component-type" /* what the section's name begins with */

/* "utf8", "utf16" or "compact-utf16"; CTI_ENCODING_COUNT for another name. */
cti_string_encoding cti_string_encoding_of_name(ct_slice name);

/* CT_WIT_WORLD when two imports, or two exports, of the world have one canonical name. */
ct_status cti_check_canonical_names(const cti_resolve *resolve, uint32_t world);

/* Appends the content of a component-type section; wit_encode.h tells what canonical names are. CT_WIT_WORLD when two items have one canonical name. */
ct_status cti_metadata_encode(cti_buf *out, const cti_resolve *resolve, uint32_t world, cti_string_encoding encoding, bool canonical_names);

/* What the sections of one core module say, or of several: one world, `root` of a package `root:root`, that has all their imports and exports. */
typedef struct cti_bindings {
  cti_resolve resolve;
  uint32_t world;
  uint32_t section_count;       /* how many were read; 0: the world is empty */
  cti_string_encoding encoding; /* that of all functions, as long as `mixed` is not set */
  bool mixed;                   /* the sections differ: look at the maps below */
  cti_map import_encodings, export_encodings; /* "ns:name/interface/function" or "name/function" -> encoding */
  cti_producers producers;      /* of all sections */
} cti_bindings;

/* Begins with the empty world; everything lives in `arena`. */
ct_status cti_bindings_init(cti_bindings *out, cti_arena *arena);

/* Adds the content of one section, which begins at absolute offset `offset`. *exports, unless NULL, takes the places in the world's exports of what the
 * section exports, each place once however many sections have it. Fails as CT_COMPOSE_METADATA when the section cannot be read, CT_WIT_MERGE when it does not
 * agree with those before. */
ct_status cti_bindings_add(cti_bindings *bindings, ct_slice content, uint64_t offset, cti_ids *exports);

/* Adds all component-type sections of a module, in order. */
ct_status cti_bindings_add_module(cti_bindings *bindings, const cti_module *module, cti_ids *exports);

/* The encoding of the strings of a function of `item`. */
cti_string_encoding cti_bindings_encoding(const cti_bindings *bindings, bool is_export, const cti_world_item *item, const cti_wit_func *func);

#endif
