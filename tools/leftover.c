/* leftover.c - the list of what is to go when the process ends early, the same on every system; ending.c and ending_windows.c tell when. */
#include <stddef.h>

#include "ending.h"

static leftover *leftovers;

void leftover_add(leftover *it, void (*remove)(leftover *it)) {
  *it = (leftover){remove, leftovers, &leftovers};
  if (leftovers) leftovers->link = &it->next;
  leftovers = it;
}

void leftover_forget(leftover *it) {
  if (!it->link) return;
  *it->link = it->next;
  if (it->next) it->next->link = it->link;
  it->link = NULL;
}

void leftover_remove_all(void) {
  for (leftover *it = leftovers; it; it = it->next) it->remove(it);
}
