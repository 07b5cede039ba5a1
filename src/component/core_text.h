/* core_text.h - types of core items as messages show them: "function [i32] -> [i64]", "memory of at least 1 page". */
#ifndef CTI_COMPONENT_CORE_TEXT_H
#define CTI_COMPONENT_CORE_TEXT_H

#include "core/type_table.h"

typedef struct cti_core_text {
  char text[640];
} cti_core_text;

cti_core_text cti_core_extern_text(const cti_type_table *table, const cti_extern_type *type);

#endif
