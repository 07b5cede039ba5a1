/* wit_gen.h - WIT packages out of any bytes. */
#ifndef FUZZ_GEN_WIT_GEN_H
#define FUZZ_GEN_WIT_GEN_H

#include "base/buf.h"
#include "gen/choices.h"

/* Appends the text of a package with interfaces and one world `w`, which resolves for every byte string. */
void gen_wit(cti_buf *out, choices *from);

#endif
