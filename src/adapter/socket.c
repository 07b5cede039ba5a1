/* socket.c (adapter) - preview1's functions on sockets. 0.2 hands none to a component; there are those that the adapter itself listens at (network.c),
 * when it was told to, and what they accept. */
#include "adapter/state.h"

/* An open descriptor of that kind, else ENOTSOCK. */
static u32 find_socket(u32 number, u32 kind) {
  u32 d = ad_find(number);
  return d < ERRNO_LIMIT || D(d).kind == kind ? d : ENOTSOCK;
}

EXPORT(sock_accept)(u32 number, u32 flags, u32 out) {
  u32 d = find_socket(number, KIND_LISTENER);
  if (d < ERRNO_LIMIT) return d;
  if (ad_fault(out, 4)) return EFAULT;
  return ad_socket_accept(d, flags, out);
}

EXPORT(sock_recv)(u32 number, u32 list, u32 count, u32 flags, u32 out, u32 flags_out) {
  u32 d = find_socket(number, KIND_SOCKET);
  if (d < ERRNO_LIMIT) return d;
  if (flags & RECV_PEEK) return ENOTSUP;
  if (ad_fault(flags_out, 2)) return EFAULT;
  AT(any16, flags_out) = 0;
  return ad_socket_recv(number, list, count, out);
}

EXPORT(sock_send)(u32 number, u32 list, u32 count, u32 flags, u32 out) {
  u32 d = find_socket(number, KIND_SOCKET);
  if (d < ERRNO_LIMIT) return d;
  if (flags) return EINVAL;
  return ad_socket_send(number, list, count, out);
}

EXPORT(sock_shutdown)(u32 number, u32 how) {
  u32 d = find_socket(number, KIND_SOCKET);
  if (d < ERRNO_LIMIT) return d;
  return how && how <= SHUTDOWN_ALL ? ad_socket_shut(d, how) : EINVAL;
}
