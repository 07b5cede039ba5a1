/* lines.h - line programs (DWARF 5, 6.2) made short before libdwarf makes a row of each of their lines: those of a large unit take more time and memory than all else. */
#ifndef CTOOL_DWARF_LINES_H
#define CTOOL_DWARF_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Takes the sequences out of .debug_line that cover no address for which `wanted` answers true, being given the range that holds it. Programs that are not understood stay as
 * they are, for libdwarf to judge. */
void cut_lines(uint8_t *bytes, size_t size, bool (*wanted)(uint64_t low, uint64_t high));

#endif
