/* wide.h (Windows) - paths and names as the system has them, in UTF-16, and as ctool has them, in UTF-8. */
#ifndef CTI_BASE_WIDE_H
#define CTI_BASE_WIDE_H

#include <wchar.h>

/* What cti_free frees; NULL, with errno, when memory is out or the text is no UTF-8. */
wchar_t *cti_wide(const char *text);
char *cti_narrow(const wchar_t *text);

/* The same of a path, which may be longer than the 260 characters that functions take without a word to the contrary. */
wchar_t *cti_wide_path(const char *path);

/* errno by what GetLastError gives. */
void cti_wide_errno(void);

#endif
