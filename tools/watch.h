/* watch.h - sources in a directory tree that change: by inotify, so on Linux alone. */
#ifndef CTOOL_TOOLS_WATCH_H
#define CTOOL_TOOLS_WATCH_H

#include "words.h"

typedef struct watch watch;

/* Watches the tree, links not followed; hidden directories and those where builds keep what they make (watch_names.def) are left out. *out is freed by
 * watch_close, also after a failure. `more`: further names of sources, ".ext" or whole. */
ct_status watch_open(watch **out, const char *directory, const words *more, ct_error *error);
void watch_close(watch *it);

/* Readable when something has changed. */
int watch_descriptor(const watch *it);

/* Adds to `changed` each source that was written, made, moved or removed since; does not wait. Some names may come twice. */
ct_status watch_read(watch *it, words *changed, ct_error *error);

#endif
