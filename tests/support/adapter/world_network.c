/* world_network.c - sockets of the host. What is bound, listening and connected is told by the handle's node; what a connection sends is read as from standard
 * input, what it gets is counted. */
#include "adapter/world.h"
#include "adapter/world_host.h"

enum { FRESH, BINDING, BOUND, STARTING, LISTENING, CONNECTED, WOULD_BLOCK = 8, INVALID_STATE = 9, PORT = 8080 };

/* IPv4 127.0.0.1:8080, 8081, ...; every third is IPv6 ::1 */
u32 ad_listen_address(u32 index, u32 part) {
  u32 is_6 = index % 3 == 2;
  if (index >= world.listeners) return 0;
  if (part == 0) return is_6 ? 6 : 4;
  if (part == 1) return PORT + index;
  if (is_6) return part == 10;
  return part == 2 ? 127 : part == 5;
}

u32 h_instance_network(void) { return 4711; }

void h_create_tcp_socket(u32 version, u32 out) {
  WORLD_CHECK(version < 2);
  if (!world_fails(out, 4)) AT(u32, out + 4) = world_handle_new(WORLD_SOCKET, FRESH, 0);
}

/* From one state to another; an error-code otherwise. */
static void step(u32 socket, u32 from, u32 to, u32 out) {
  struct world_handle *h = world_handle(socket, WORLD_SOCKET);
  if (world_fails(out, 1)) return;
  AT(u8, out) = h->node != from;
  if (h->node != from) AT(u8, out + 1) = INVALID_STATE;
  else h->node = to;
}

void h_tcp_start_bind(u32 socket, u32 network, u32 version, u32 a, u32 b, u32 c, u32 d, u32 e, u32 f, u32 g, u32 h, u32 i, u32 j, u32 k, u32 out) {
  WORLD_CHECK(network == 4711 && a >= PORT && a < PORT + world.listeners);
  WORLD_CHECK(!f && !g && !h && !i && !k);
  if (version) WORLD_CHECK(!b && !c && !d && !e && j == 1);
  else WORLD_CHECK(b == 127 && !c && !d && e == 1 && !j);
  step(socket, FRESH, BINDING, out);
}

void h_tcp_finish_bind(u32 socket, u32 out) { step(socket, BINDING, BOUND, out); }
void h_tcp_start_listen(u32 socket, u32 out) { step(socket, BOUND, STARTING, out); }
void h_tcp_finish_listen(u32 socket, u32 out) { step(socket, STARTING, LISTENING, out); }

static u32 stream_of(u32 socket, enum world_kind kind) {
  u32 stream = world_handle_new(kind, 0, 0);
  world_handle(stream, kind)->parent = socket;
  world_handle(socket, WORLD_SOCKET)->children++;
  return stream;
}

void h_tcp_accept(u32 socket, u32 out) {
  struct world_handle *h = world_handle(socket, WORLD_SOCKET);
  WORLD_CHECK(h->node == LISTENING);
  if (world_fails(out, 4)) return;
  AT(u8, out) = !world.waiting;
  AT(u8, out + 4) = WOULD_BLOCK;
  if (!world.waiting) return;
  world.waiting--;
  u32 accepted = world_handle_new(WORLD_SOCKET, CONNECTED, 0);
  AT(u32, out + 4) = accepted;
  AT(u32, out + 8) = stream_of(accepted, WORLD_INPUT);
  AT(u32, out + 12) = stream_of(accepted, WORLD_OUTPUT);
}

/* Whoever waits for a listener is served. */
u32 h_tcp_subscribe(u32 socket) {
  if (world_handle(socket, WORLD_SOCKET)->node == LISTENING) world.waiting++;
  return world_handle_new(WORLD_POLLABLE, 1, 0);
}

void h_tcp_shutdown(u32 socket, u32 how, u32 out) {
  WORLD_CHECK(world_handle(socket, WORLD_SOCKET)->node == CONNECTED && how < 3);
  world_fails(out, 1);
}

void h_drop_socket(u32 socket) {
  WORLD_CHECK(!world_handle(socket, WORLD_SOCKET)->children);
  world_handle_drop(socket, WORLD_SOCKET);
}

void h_drop_input(u32 stream) {
  world_handle(world_handle(stream, WORLD_INPUT)->parent, WORLD_SOCKET)->children--;
  world_handle_drop(stream, WORLD_INPUT);
}
