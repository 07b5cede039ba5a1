/* print_component.h (private) - what the two files that print components share. */
#ifndef CTI_TEXT_PRINT_COMPONENT_H
#define CTI_TEXT_PRINT_COMPONENT_H

#include "text/print.h"

void cti_print_component_valtype(cti_printer *p, const cti_scope *scope, cti_valtype type);
void cti_print_extern_name(cti_printer *p, const cti_extern_name *name);
/* (func (type 3)); with_index: a new item of the scope, which is counted. */
void cti_print_externtype(cti_printer *p, cti_scope *scope, const cti_externtype *type, bool with_index);
void cti_print_component_import(cti_printer *p, cti_scope *scope, const cti_item *item);
void cti_print_alias(cti_printer *p, cti_scope *scope, const cti_alias *alias);
void cti_print_ctype(cti_printer *p, cti_scope *scope, const cti_ctype *type);
void cti_print_core_type(cti_printer *p, cti_scope *scope, const cti_core_type_def *type);

#endif
