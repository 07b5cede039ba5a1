/* size_page.h - the bytes of size_page.html, which the build makes a table of. */
#ifndef CTI_INSPECT_SIZE_PAGE_H
#define CTI_INSPECT_SIZE_PAGE_H

#include <stddef.h>
#include <stdint.h>

extern const uint8_t cti_size_page[];
extern const size_t cti_size_page_size;

#endif
