/* wit_encode.h - resolved WIT -> binary: a world as a component type, a package as a component that exports its interfaces and worlds as types.
 * https://github.com/WebAssembly/component-model/blob/main/design/mvp/WIT.md#package-format */
#ifndef CTI_COMPOSE_WIT_ENCODE_H
#define CTI_COMPOSE_WIT_ENCODE_H

#include "component/component.h"
#include "wit/wit_model.h"

/* With `canonical_names`, interfaces are named by the track of their version ("wasi:cli/run@0.2"), the rest of it (".1") being an attribute.
 * https://github.com/WebAssembly/component-model/blob/main/design/mvp/Explainer.md#canonical-interface-name */

/* Fills *out with the declarations of the component type that `world` is. They live in the arena of the resolve and borrow its names. */
ct_status cti_encode_world(cti_component *out, cti_resolve *resolve, uint32_t world, bool canonical_names);

/* Fills *out with the component type that wraps a world: it exports the world's component type by the world's id ("ns:pkg/world@1.0.0"). */
ct_status cti_encode_world_wrapper(cti_component *out, cti_resolve *resolve, uint32_t world, bool canonical_names);

typedef struct cti_encode_options {
  bool canonical_names;
  bool any_size; /* types may be larger than validation accepts */
} cti_encode_options;

/* Appends the package in binary form, documentation and stability (package-docs) and the producers section included. `options` may be NULL. CT_LIMIT when
 * the type of what comes out would be too large, before memory is spent on it. */
ct_status cti_encode_package(cti_buf *out, const cti_resolve *resolve, uint32_t package, const cti_encode_options *options);

/* The extern name of an import or export, with `implements` and `external-id` where it has them. */
cti_extern_name cti_world_item_extern_name(const cti_resolve *resolve, const cti_world_item *item, bool canonical_names);

/* The order in which the functions of an interface are encoded: those of resources first, in the order of the resources, then the others.
 * An array of interfaces.items[interface].funcs.count indices, or NULL when memory is out (reported). */
const uint32_t *cti_interface_func_order(const cti_resolve *resolve, uint32_t interface);

#endif
