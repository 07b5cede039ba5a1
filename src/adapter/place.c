/* place.c (adapter) - memory for an adapter to which nobody gave any: the guest's own allocator is asked. */
#include "adapter/state.h"

HOOK(place)(void) {
  if (ad_base) return EAGAIN; /* the guest's allocator called back */
  ad_base = PLACING;
  ad_base = h_guest_realloc(0, 0, 8, CTI_ADAPTER_MEMORY_OWN);
  if (!ad_base) return EAGAIN;
  ad_limit = ad_base + CTI_ADAPTER_MEMORY_OWN;
  S->count = 0;
  return SUCCESS;
}
