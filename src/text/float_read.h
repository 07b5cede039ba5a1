/* float_read.h - decimal text to f64. */
#ifndef CTI_TEXT_FLOAT_READ_H
#define CTI_TEXT_FLOAT_READ_H

#include <stdbool.h>
#include <stdint.h>

/* The bits of the f64 nearest to a decimal without sign: digits, perhaps a point, perhaps an exponent, as the text format has them; ties go to the even one. */
uint64_t cti_float_read(const char *text);

#endif
