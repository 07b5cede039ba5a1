/* Listening sockets after the preopened directories, connections, waiting and not waiting. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "adapter/guest.h"

enum { LISTENER = 5, LISTENER_6 = 7 }; /* behind 0 to 2 and two directories */

static void open_world(u32 listeners) {
  world_open(NULL, 0, CTI_ADAPTER_MEMORY);
  world.listeners = listeners;
}

static void decide(const uint8_t *decisions, size_t size) {
  world.decisions = decisions;
  world.left = size;
}

static u32 accept_one(u32 flags) {
  assert_int_equal(p1_sock_accept(LISTENER, flags, OUT_WORD), SUCCESS);
  return out_word();
}

static void test_network__descriptors(void **unused) {
  (void)unused;
  open_world(3);
  assert_int_equal(p1_fd_fdstat_get(LISTENER, BUFFER), SUCCESS);
  assert_int_equal(AT(u8, BUFFER), FILETYPE_SOCKET_STREAM);
  assert_int_equal(p1_fd_fdstat_get(LISTENER_6, BUFFER), SUCCESS);
  assert_int_equal(p1_fd_fdstat_get(LISTENER_6 + 1, BUFFER), EBADF);
  assert_int_equal(p1_fd_fdstat_set_flags(LISTENER, FDFLAGS_NONBLOCK | FDFLAGS_APPEND), SUCCESS);
  assert_int_equal(p1_fd_fdstat_get(LISTENER, BUFFER), SUCCESS);
  assert_int_equal(AT(u16, BUFFER + FDSTAT_FLAGS), FDFLAGS_NONBLOCK);
  assert_int_equal(p1_fd_filestat_get(LISTENER, BUFFER), SUCCESS);
  assert_int_equal(AT(u8, BUFFER + FILESTAT_TYPE), FILETYPE_SOCKET_STREAM);
  assert_int_equal(p1_fd_seek(LISTENER, 0, 0, OUT_WORD), ESPIPE);
  assert_int_equal(p1_fd_prestat_get(LISTENER, OUT_WORD), EBADF);
  assert_int_equal(p1_fd_readdir(LISTENER, BUFFER, 100, 0, OUT_WORD), EBADF);
  put_buffer(0, BUFFER, 10);
  assert_int_equal(p1_fd_read(LISTENER, LIST, 1, OUT_WORD), EINVAL);
  for (u32 i = 0; i < 3; i++) assert_int_equal(p1_fd_close(LISTENER + i), SUCCESS);
  world_check_state();
}

/* One that cannot be had leaves a number that is refused, and nothing in the host. */
static void test_network__not_opened(void **unused) {
  (void)unused;
  open_world(2);
  static const uint8_t fails[] = {0, 0, 0, 0, 0, 1, 12}; /* names of two directories, then: created, binding, bound, no */
  u32 number = LISTENER;
  for (size_t cut = 3; cut < sizeof fails; cut++) {
    open_world(2);
    decide(fails + cut, sizeof fails - cut);
    if (p1_fd_fdstat_get(number, BUFFER) == EBADF) assert_int_equal(p1_sock_accept(number, 0, OUT_WORD), EBADF);
    assert_int_equal(p1_fd_fdstat_get(LISTENER + 1, BUFFER), SUCCESS);
    world_check_state();
  }
}

static void test_network__accept(void **unused) {
  (void)unused;
  open_world(1);
  assert_int_equal(p1_sock_accept(99, 0, OUT_WORD), EBADF);
  assert_int_equal(p1_sock_accept(1, 0, OUT_WORD), ENOTSOCK);
  u32 first = accept_one(0); /* waits for one */
  world.waiting = 1;
  u32 second = accept_one(FDFLAGS_NONBLOCK);
  assert_int_not_equal(first, second);
  assert_int_equal(p1_sock_accept(first, 0, OUT_WORD), ENOTSOCK);
  assert_int_equal(p1_sock_accept(LISTENER, 0, WORLD_BASE), EFAULT);
  assert_int_equal(p1_fd_fdstat_set_flags(LISTENER, FDFLAGS_NONBLOCK), SUCCESS);
  assert_int_equal(p1_sock_accept(LISTENER, 0, OUT_WORD), EAGAIN);
  world.refuse_realloc = 1;
  u32 live = world_live_handles();
  while (S->count < S->capacity) assert_int_equal(p1_adapter_open_badfd(OUT_WORD), SUCCESS);
  world.waiting = 1;
  assert_int_equal(p1_sock_accept(LISTENER, 0, OUT_WORD), EMFILE);
  assert_int_equal(world_live_handles(), live);
  assert_int_equal(p1_fd_close(first), SUCCESS);
  assert_int_equal(p1_fd_close(second), SUCCESS);
  world_check_state();
}

static void test_network__transfer(void **unused) {
  (void)unused;
  open_world(1);
  u32 connection = accept_one(0);
  put_buffer(0, BUFFER, 100);
  put_buffer(1, BUFFER + 100, 100);
  assert_int_equal(p1_fd_read(connection, LIST, 2, OUT_WORD), SUCCESS);
  assert_int_equal(out_word(), 200);
  assert_int_equal(p1_sock_recv(connection, LIST, 1, 0, OUT_WORD, OUT_WORD + 8), SUCCESS);
  assert_int_equal(p1_sock_recv(connection, LIST, 1, RECV_PEEK, OUT_WORD, OUT_WORD + 8), ENOTSUP);
  assert_int_equal(p1_sock_recv(1, LIST, 1, 0, OUT_WORD, OUT_WORD + 8), ENOTSOCK);
  assert_int_equal(p1_sock_send(connection, LIST, 2, 0, OUT_WORD), SUCCESS);
  assert_int_equal(out_word(), 200);
  assert_int_equal(p1_sock_shutdown(connection, 2), SUCCESS);
  assert_int_equal(p1_sock_shutdown(connection, 0), EINVAL);
  static const uint8_t closed[] = {10}, failed[] = {11};
  decide(closed, 1);
  assert_int_equal(p1_fd_read(connection, LIST, 1, OUT_WORD), SUCCESS);
  assert_int_equal(out_word(), 0);
  u32 live = world_live_handles();
  decide(failed, 1);
  assert_int_equal(p1_fd_write(connection, LIST, 1, OUT_WORD), EIO);
  assert_int_equal(world_live_handles(), live); /* its error was dropped */
  assert_int_equal(p1_fd_close(connection), SUCCESS);
}

static void test_network__without_waiting(void **unused) {
  (void)unused;
  open_world(1);
  u32 connection = accept_one(FDFLAGS_NONBLOCK);
  put_buffer(0, BUFFER, 100);
  static const uint8_t nothing[] = {0, 1, 0}, no_room[] = {0, 1};
  decide(nothing, sizeof nothing);
  assert_int_equal(p1_fd_read(connection, LIST, 1, OUT_WORD), EAGAIN);
  decide(no_room, sizeof no_room);
  assert_int_equal(p1_fd_write(connection, LIST, 1, OUT_WORD), EAGAIN);
  assert_int_equal(p1_fd_write(connection, LIST, 1, OUT_WORD), SUCCESS);
  assert_int_equal(out_word(), 100);
}

static void test_network__poll(void **unused) {
  (void)unused;
  open_world(1);
  u32 connection = accept_one(0), in = GUEST + 20000, events = GUEST + 30000;
  memset(ad_memory + in, 0, 3 * SUBSCRIPTION_SIZE);
  for (u32 i = 0; i < 3; i++) {
    AT(u64, in + i * SUBSCRIPTION_SIZE) = i;
    AT(u8, in + i * SUBSCRIPTION_SIZE + SUBSCRIPTION_TAG) = i == 2 ? EVENTTYPE_FD_WRITE : EVENTTYPE_FD_READ;
    AT(u32, in + i * SUBSCRIPTION_SIZE + SUBSCRIPTION_FD) = i == 0 ? LISTENER : connection;
  }
  u32 live = world_live_handles();
  assert_int_equal(p1_poll_oneoff(in, events, 3, OUT_WORD), SUCCESS);
  assert_true(out_word() >= 2);
  assert_int_equal(AT(u64, events), 0);
  assert_int_equal(world_live_handles(), live);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_network__descriptors), cmocka_unit_test(test_network__not_opened),      cmocka_unit_test(test_network__accept),
      cmocka_unit_test(test_network__transfer),    cmocka_unit_test(test_network__without_waiting), cmocka_unit_test(test_network__poll),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
