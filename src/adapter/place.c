/* place.c (adapter) - memory beside what it was given: the guest's own allocator is asked, or pages are added. */
#include "adapter/state.h"

HOOK(grow)(u32 size) { return h_guest_realloc(0, 0, 8, size); }

/* What may stand in its place. */
EXPORTED(CTI_ADAPTER_GROW_BY_MALLOC) u32 ad_grow_by_malloc(u32 size) { return h_guest_malloc(size); }

EXPORTED(CTI_ADAPTER_GROW_BY_PAGES) u32 ad_grow_by_pages(u32 size) {
  u32 page = memory_grow((size + 65535) / 65536);
  return page == ~0u ? 0 : page * 65536;
}

HOOK(place)(void) {
  if (ad_base) return EAGAIN; /* the guest's allocator called back */
  ad_base = PLACING;
  ad_base = ad_grow(CTI_ADAPTER_MEMORY_OWN);
  if (!ad_base) return ENOMEM;
  ad_limit = ad_base + CTI_ADAPTER_MEMORY_OWN;
  S->count = 0;
  return SUCCESS;
}
