/* socket.c (adapter) - functions on sockets, of which 0.2 hands none to a component: what is open is none. */
#include "adapter/state.h"

static u32 no_socket(u32 number) {
  u32 d = ad_find(number);
  return d < ERRNO_LIMIT ? d : ENOTSOCK;
}

EXPORT(sock_accept)(u32 number, u32 flags, u32 out) {
  (void)flags, (void)out;
  return no_socket(number);
}

EXPORT(sock_recv)(u32 number, u32 list, u32 count, u32 flags, u32 out, u32 flags_out) {
  (void)list, (void)count, (void)flags, (void)out, (void)flags_out;
  return no_socket(number);
}

EXPORT(sock_send)(u32 number, u32 list, u32 count, u32 flags, u32 out) {
  (void)list, (void)count, (void)flags, (void)out;
  return no_socket(number);
}

EXPORT(sock_shutdown)(u32 number, u32 how) {
  (void)how;
  return no_socket(number);
}
