/* component_mutate.h - mutants of components that keep their form.
 *
 * A component is decoded, one to three things in it are changed (an index to another that mostly exists, a name to one that stands elsewhere, a type, a sort,
 * an option; an item goes, comes twice, or changes places), and it is encoded again. Nearly half of the mutants are valid, and the others break a rule of
 * meaning, not of form: that is what bytes flipped at random hardly reach. */
#ifndef FUZZ_GEN_COMPONENT_MUTATE_H
#define FUZZ_GEN_COMPONENT_MUTATE_H

#include "base/buf.h"

/* Appends a mutant of `bytes`, or, when they are no component, the bytes as they are. The same `state`, which is not 0 and moves on, gives the same mutant. */
void mutate_component(cti_buf *out, ct_slice bytes, uint64_t *state);

#endif
