/* module_gen.h - valid core modules out of any bytes. */
#ifndef FUZZ_GEN_MODULE_GEN_H
#define FUZZ_GEN_MODULE_GEN_H

#include "base/buf.h"
#include "gen/choices.h"

/* Appends a module with functions over integers, locals, globals, a memory, a table, and calls among them, imports and exports. It is valid for every byte
 * string, and evaluate.h knows all of its instructions. Loops end. */
void gen_module(cti_buf *out, choices *from);

#endif
