/* ending.h - signals: what one that ends the process must not leave behind, and what one that tells of a bad input becomes. The library installs no handler;
 * the command's are here, and what they remove is a list that outputs, scratch directories and the like put themselves on. */
#ifndef CTOOL_TOOLS_ENDING_H
#define CTOOL_TOOLS_ENDING_H

#include <sys/types.h>

/* Something in the file system that is to go when the process ends early. It lies in the structure of what it is about, so that noting it cannot fail. `remove`
 * runs in a signal handler: it may call unlink and rmdir, and read what it is about, which does not change between the holds below. */
typedef struct leftover {
  void (*remove)(struct leftover *it);
  struct leftover *next, **link;
} leftover;

/* For main, once. */
void ending_watch(void);

/* Between these two a signal waits, so that what is made is noted, and what is put in place or removed is forgotten, before it ends the process. They do not nest.
 * A call that blocks in between (opening a fifo) is interrupted; a second signal does not wait. */
void ending_hold(void);
void ending_release(void);

/* To be called in between. */
void leftover_add(leftover *it, void (*remove)(leftover *it));
void leftover_forget(leftover *it);

/* For who ends the process, and nothing else. */
void leftover_remove_all(void);

/* A program that runs, which is told of the signal and waited for; 0: none does any more. */
void ending_child(pid_t child);

#endif
