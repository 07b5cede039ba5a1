/* network.c (adapter) - listening sockets, opened at the start as --tcplisten of wasip1 hosts did, and connections. Descriptors of listeners follow those of
 * the preopened directories; one that could not be opened is a bad descriptor, so that the others keep their numbers. */
#include "adapter/state.h"

enum { ACCEPTED_SOCKET = 4, ACCEPTED_INPUT = 8, ACCEPTED_OUTPUT = 12, WOULD_BLOCK = 8, VERSION_6 = 6 };

/* The errno of an error-code of wasi:sockets; eight to a word. */
static u32 network_errno(u32 code) {
  const u64 first = 0x1c0749301c3a021d, second = 0x0f0e170304211c06;
  u64 codes = code < 8 ? first : second;
  return code < 16 ? (u32)(codes >> code % 8 * 8) & 255 : EIO;
}

/* Waits until a socket has something to tell. */
static void wait(u32 socket) {
  S->moved = h_tcp_subscribe(socket);
  ad_expect(0, 0);
  h_poll(ad_base + (u32)__builtin_offsetof(struct state, moved), 1, RESULT);
  h_drop_pollable(S->moved);
}

/* After a result whose error stands at `offset`: whether it is to be tried again, now that something happened. */
static u32 again(u32 socket, u32 offset) {
  if (!OUT(u8, 0) || FIELD(u8, ad_base, offset) != WOULD_BLOCK) return 0;
  wait(socket);
  return 1;
}

#define PART(part) ad_listen_address(index, part)

/* A listening socket at 4 of the result, or an error in the result. */
static void open_listener(u32 index, u32 network) {
  h_create_tcp_socket(PART(0) == VERSION_6, RESULT);
  if (OUT(u8, 0)) return;
  u32 socket = OUT(u32, 4);
  h_tcp_start_bind(socket, network, PART(0) == VERSION_6, PART(1), PART(2), PART(3), PART(4), PART(5), PART(6), PART(7), PART(8), PART(9), PART(10),
                   PART(11), RESULT);
  if (!OUT(u8, 0)) do h_tcp_finish_bind(socket, RESULT); while (again(socket, 1));
  if (!OUT(u8, 0)) h_tcp_start_listen(socket, RESULT);
  if (!OUT(u8, 0)) do h_tcp_finish_listen(socket, RESULT); while (again(socket, 1));
  if (OUT(u8, 0)) h_drop_socket(socket);
  OUT(u32, 4) = socket;
}

HOOK(open_listeners)(void) {
  u32 network = 0;
  for (u32 index = 0; PART(0); index++) {
    if (!index) network = h_instance_network();
    u32 number = ad_claim();
    if (number == NO_NUMBER) return EMFILE;
    open_listener(index, network);
    u32 d = DESCRIPTOR(number);
    D(d).kind = OUT(u8, 0) ? KIND_BAD : KIND_LISTENER;
    D(d).handle = OUT(u32, 4);
  }
  return SUCCESS;
}

HOOK(socket_accept)(u32 d, u32 flags, u32 out) {
  u32 listener = D(d).handle;
  do h_tcp_accept(listener, RESULT);
  while (!(D(d).flags & FDFLAGS_NONBLOCK) && again(listener, 4));
  if (OUT(u8, 0)) return network_errno(OUT(u8, 4));
  u32 socket = OUT(u32, ACCEPTED_SOCKET), input = OUT(u32, ACCEPTED_INPUT), output = OUT(u32, ACCEPTED_OUTPUT), number = ad_claim();
  if (number == NO_NUMBER) {
    h_drop_input(input);
    h_drop_output(output);
    h_drop_socket(socket);
    return EMFILE;
  }
  u32 connection = DESCRIPTOR(number);
  D(connection).kind = KIND_SOCKET;
  D(connection).flags = (u8)(flags & FDFLAGS_NONBLOCK);
  D(connection).handle = socket;
  D(connection).stream = input;
  D(connection).output = output;
  AT(any32, out) = number;
  return SUCCESS;
}

/* As much as the host takes without waiting; it goes out on its own. */
static u32 send_now(u32 stream, u32 at, u32 length) {
  h_output_check_write(stream, RESULT);
  u32 error = ad_stream_failed(8, EPIPE);
  if (error) return error;
  u64 room = OUT(u64, 8);
  if (!room) return EAGAIN;
  if (length > room) length = (u32)room;
  h_output_write(stream, at, length, RESULT);
  error = ad_stream_failed(4, EPIPE);
  if (error) return error;
  S->moved = length;
  h_output_begin_flush(stream, RESULT);
  return ad_stream_failed(4, EPIPE);
}

/* An error of a stream is a resource of its own, which a long-lived server must not gather. */
static u32 settled(u32 error) {
  if (error == EIO) h_drop_error(S->reason);
  return error;
}

HOOK(socket_piece)(u32 d, u32 writes, u32 at, u32 length, u32 is_first) {
  if (D(d).kind != KIND_SOCKET) return EINVAL;
  u32 waits = !(D(d).flags & FDFLAGS_NONBLOCK);
  if (writes) return settled(waits ? ad_output_piece(D(d).output, at, length) : send_now(D(d).output, at, length));
  u32 error = settled(ad_input(D(d).stream, at, length, waits && is_first));
  u32 is_end = OUT(u8, 0); /* the stream is closed */
  return !error && !S->moved && !is_end && is_first && !waits ? EAGAIN : error;
}

HOOK(socket_recv)(u32 number, u32 list, u32 count, u32 out) { return p1_fd_read(number, list, count, out); }

HOOK(socket_send)(u32 number, u32 list, u32 count, u32 out) { return p1_fd_write(number, list, count, out); }

HOOK(socket_shut)(u32 d, u32 how) {
  h_tcp_shutdown(D(d).handle, how - 1, RESULT);
  return OUT(u8, 0) ? network_errno(OUT(u8, 1)) : SUCCESS;
}

HOOK(socket_subscribe)(u32 d, u32 tag) {
  if (D(d).kind == KIND_LISTENER) return h_tcp_subscribe(D(d).handle);
  return tag == EVENTTYPE_FD_READ ? h_input_subscribe(D(d).stream) : h_output_subscribe(D(d).output);
}

/* Streams go before the socket that they are of. */
HOOK(socket_close)(u32 d) {
  if (D(d).kind == KIND_SOCKET) {
    h_drop_input(D(d).stream);
    h_drop_output(D(d).output);
  }
  h_drop_socket(D(d).handle);
  return SUCCESS;
}
