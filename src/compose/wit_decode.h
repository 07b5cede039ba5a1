/* wit_decode.h - binary -> resolved WIT: a WIT package in binary form, or the world that a component implements.
 *
 * What is decoded is validated first, for the meaning of types in a component is what validation finds out. The resolve has the same ids in the same order
 * as the reference's. https://github.com/WebAssembly/component-model/blob/main/design/mvp/WIT.md#package-format */
#ifndef CTI_COMPOSE_WIT_DECODE_H
#define CTI_COMPOSE_WIT_DECODE_H

#include "component/component.h"
#include "wit/wit_model.h"

typedef struct cti_decoded {
  bool is_package;  /* a WIT package; else a component, whose world is `root` of a package `root:component` */
  uint32_t package; /* the main package */
  uint32_t world;   /* of a component */
} cti_decoded;

/* Fills *out, which it initializes over `arena`, from the component that begins at absolute offset `base` of its file. The resolve borrows from `bytes`.
 * CT_WIT_BINARY for a valid component that WIT has no form for. */
ct_status cti_wit_decode(cti_resolve *out, cti_decoded *what, ct_slice bytes, uint64_t base, cti_arena *arena);

/* The same for what a component-type section holds: a component that exports one world as a type, which must be its only export. */
ct_status cti_wit_decode_world(cti_resolve *out, uint32_t *world, ct_slice bytes, uint64_t base, cti_arena *arena);

/* cti_wit_decode in the form that cti_wit_options asks for: what is no package is refused. */
ct_status cti_wit_decode_package(cti_resolve *out, uint32_t *package, ct_slice bytes, cti_arena *arena);

#endif
