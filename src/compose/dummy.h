/* dummy.h - a core module that imports and exports what a world asks for, and does nothing: every export traps. For templates, tests and checks.
 * The names are those that `component new` reads. https://github.com/WebAssembly/component-model/blob/main/design/mvp/BuildTargets.md */
#ifndef CTI_COMPOSE_DUMMY_H
#define CTI_COMPOSE_DUMMY_H

#include "base/buf.h"
#include "wit/wit_model.h"

typedef enum cti_dummy_style {
  CTI_DUMMY_STANDARD32,
  CTI_DUMMY_LEGACY,
  CTI_DUMMY_LEGACY_CALLBACK, /* async functions are lowered and lifted as such, exports with a callback */
  CTI_DUMMY_LEGACY_STACKFUL  /* ..., exports without one */
} cti_dummy_style;

/* Appends the module for `world`. */
ct_status cti_dummy_module(cti_buf *out, const cti_resolve *resolve, uint32_t world, cti_dummy_style style);

#endif
