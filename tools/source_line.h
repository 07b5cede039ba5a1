/* source_line.h - failures of a binary that has DWARF tell the line of its source. */
#ifndef CTOOL_TOOLS_SOURCE_LINE_H
#define CTOOL_TOOLS_SOURCE_LINE_H

#include "common.h"

/* Puts "source: FUNCTION FILE:LINE:COLUMN" before the hint of a failure of validation, when the DWARF in `bytes` knows the place, and the program that reads DWARF
 * is there. Nothing is said otherwise. */
void add_source_line(ct_error *error, ct_slice bytes);

#endif
