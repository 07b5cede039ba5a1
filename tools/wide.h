/* wide.h (Windows) - text as the system has it. */
#ifndef CTOOL_TOOLS_WIDE_H
#define CTOOL_TOOLS_WIDE_H

#include <wchar.h>

/* To be freed; NULL when memory is out, or for what is no UTF-8. */
wchar_t *wide(const char *text);
char *narrow(const wchar_t *text);

/* errno by what GetLastError gives, for the few reasons that are told. */
void errno_by_system(void);

#endif
