/* module_passes.h - the passes over a whole module, in the order in which the pipeline runs them. */
#ifndef CTI_PASSES_MODULE_PASSES_H
#define CTI_PASSES_MODULE_PASSES_H

#include "passes/remap.h"
#include "passes/settings.h"

/* The passes of passes.def over every function that something reaches, and signatures that say no more than callers need. */
ct_status cti_optimize_code(cti_module *m, const cti_settings *settings, cti_arena *arena);

/* Active data segments cut at long runs of zeros and joined over short ones. requires: no code names a data segment. */
ct_status cti_pack_data(cti_module *m, cti_arena *arena);

/* Types and functions that are equal become one, again and again until none is: all references go to the first of them, so that nothing reaches the others. */
ct_status cti_merge_equal(cti_module *m, cti_arena *arena);

/* Functions that differ in nothing but constants call one that takes these as parameters. */
ct_status cti_merge_similar(cti_module *m);

/* Sequences of instructions that stand in several places become functions. requires: code that no later pass works on but by moving indices. */
ct_status cti_outline_run(cti_module *m);

/* Moves the indices in code, segments, globals, tables, tags, exports and the start; imports and types are left as they are. */
ct_status cti_module_remap(cti_module *m, const cti_remap *remap);

#endif
