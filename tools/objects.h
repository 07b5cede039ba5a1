/* objects.h - which of the files that were linked has a symbol: asked when the component cannot be made. */
#ifndef CTOOL_TOOLS_OBJECTS_H
#define CTOOL_TOOLS_OBJECTS_H

#include "words.h"

/* Borrows the list and the module. All-zero but for these two. */
typedef struct objects {
  const words *files; /* objects and archives */
  ct_slice linked;
  char answer[512];
} objects;

/* "main.o", or "libx.a(y.o)": the first that imports, or exports (`module` NULL), that. Objects come before archives, of which not all was linked. NULL: none of them. */
const char *objects_find(objects *all, const char *module, const char *name);

#endif
