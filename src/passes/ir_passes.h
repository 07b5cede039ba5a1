/* ir_passes.h - the passes over one function, and what they share. Each gives true when it changed something. */
#ifndef CTI_PASSES_IR_PASSES_H
#define CTI_PASSES_IR_PASSES_H

#include "passes/ir.h"

/* All of them, in the order of passes.def. */
void cti_ir_optimize(cti_ir *f);

bool cti_ir_pass_blocks(cti_ir *f); /* in ir_blocks.c and, for the second half, ir_ends.c */
bool cti_ir_pass_fold(cti_ir *f);
bool cti_ir_pass_known(cti_ir *f);
bool cti_ir_pass_sink(cti_ir *f);
bool cti_ir_pass_dead_sets(cti_ir *f);
bool cti_ir_pass_mirrors(cti_ir *f);       /* in ir_globals.c, as is the next */
bool cti_ir_pass_global_sets(cti_ir *f);
bool cti_ir_pass_offsets(cti_ir *f);
bool cti_ir_pass_constants(cti_ir *f);
bool cti_ir_pass_lower(cti_ir *f);        /* undoes what `sink` prepared and nobody used; afterwards `sink` would prepare it again */
bool cti_ir_pass_stack(cti_ir *f);
bool cti_ir_pass_tails(cti_ir *f);
bool cti_ir_pass_share_locals(cti_ir *f); /* once, last: afterwards one local stands for several */

/* The halves of `blocks`: ends of lists that branch to where control comes anyway, requires label counts; and branches of a tree to one label go to another. */
bool cti_ir_simplify_ends(cti_ir *f);
bool cti_ir_retarget(cti_ir *f, cti_node node, uint32_t from, uint32_t to);

/* Of `constants`: what locals hold already. */
bool cti_ir_fetch_constants(cti_ir *f);

/* By local: is it alive at some NOP whose `a` is not 0, before the kids of that node are used? NULL when memory is out. */
bool *cti_ir_live_at_marks(cti_ir *f);

#endif
