/* listen.c (adapter) - where to listen: nowhere. compose writes another body, see adapter.h. */
#include "adapter/state.h"

EXPORTED(CTI_ADAPTER_LISTEN_ADDRESS) u32 ad_listen_address(u32 index, u32 part) {
  (void)index, (void)part;
  return 0;
}
