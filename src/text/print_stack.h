/* print_stack.h (private) - the operand stack beside each instruction (--print-operand-stack): a validator that goes along with the printer. */
#ifndef CTI_TEXT_PRINT_STACK_H
#define CTI_TEXT_PRINT_STACK_H

#include "text/arity.h"

typedef struct cti_stack_view cti_stack_view;

/* NULL when memory is out. Close with cti_stack_close, which takes NULL. */
cti_stack_view *cti_stack_open(cti_printer *p);
void cti_stack_close(cti_stack_view *view);

/* A section is about to be printed: it is validated first, and a comment tells when it is invalid. After that no stack is shown. */
void cti_stack_section(cti_stack_view *view, cti_printer *p, const cti_frame *frame);

/* A body is about to be printed, its locals already are; an instruction is about to be printed; it was printed; the body's last `end` comes. */
void cti_stack_body(cti_stack_view *view, cti_printer *p, uint32_t func, ct_slice bytes, uint64_t offset);
void cti_stack_step(cti_stack_view *view, const cti_code *code, const cti_instr *instr);
void cti_stack_note(cti_stack_view *view, cti_printer *p, bool folded);
void cti_stack_end(cti_stack_view *view, cti_printer *p);

#endif
