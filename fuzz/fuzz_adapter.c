/* adapter: a hostile guest calls the preview1 adapter, compiled natively, on a host that fails as it likes (tests/support/adapter). Whatever happens, each
 * call answers an errno, the host is given nothing that it would trap on, the adapter's own memory stays whole, and no handle is lost.
 *
 * The input: how long the half is that says what the host does, that half, then calls: a function, and for each parameter how it is made. */
#include <setjmp.h>
#include <string.h>

#include "adapter/world.h"
#include "adapter/world_host.h"
#include "target.h"

static const uint8_t *at;
static size_t left;
static int has_reset; /* which forgets what is open: handles are lost on purpose */

static u32 byte(void) {
  if (!left) return 0;
  left--;
  return *at++;
}

static u32 word(void) {
  u32 w = 0;
  for (int i = 0; i < 4; i++) w = w << 8 | byte();
  return w;
}

/* An address: mostly the guest's, sometimes the adapter's, at the end of memory or beyond. */
static u32 pointer(void) {
  u32 way = byte();
  u32 low = byte() * 16 + (way >> 4);
  switch (way & 15) {
  case 0: return word();
  case 1: return WORLD_BASE + low;
  case 2: return ad_base + CTI_ADAPTER_MEMORY - low % 64;
  case 3: return (u32)memory_size() - low % 128;
  case 4: return ~low;
  case 5: return AT(struct state, WORLD_BASE).table + low;
  default: return 65536 + low * 8;
  }
}

static u32 length(void) {
  u32 way = byte();
  return way < 200 ? way : way < 240 ? (way - 199) * 300 : way < 250 ? word() : ~0u - byte();
}

static u32 number(void) { return byte() % 12; }

/* Something is open from the start, in each of the ways that matter. */
static void open_some(void) {
  static const u8 ways[][2] = {{1, 0}, {1, FDFLAGS_APPEND}, {1, FDFLAGS_NONBLOCK}};
  memcpy(ad_memory + 131072, "dir", 3);
  p1_path_create_directory(3, 131072, 3);
  p1_path_open(3, 0, 131072, 3, 2, RIGHTS_FD_READ, 0, 0, 140000);
  for (u32 i = 0; i < 3; i++) {
    ad_memory[131072] = (u8)('a' + i);
    p1_path_open(3, 0, 131072, 1, ways[i][0], RIGHTS_FD_READ | RIGHTS_FD_WRITE, 0, ways[i][1], 140000);
  }
}

static u64 offset(void) { return byte() & 1 ? (u64)word() << 32 | word() : byte() * 100; }

/* A path in the guest's memory, rarely a hostile one. */
static u32 path(u32 *size) {
  static const char *const some[] = {"a", "b", "dir", "dir/a", ".", "a-name-that-is-rather-long-so-that-few-of-it-fit", "\xc3\xa9", "link"};
  u32 way = byte();
  if (way > 220) {
    *size = length();
    return pointer();
  }
  const char *name = some[way % 8];
  u32 where = 131072 + 4096 * (way & 1);
  *size = (u32)strlen(name);
  memcpy(ad_memory + where, name, *size);
  if (way > 200 && *size) ad_memory[where + way % *size] = (u8)byte();
  return where;
}

/* Buffers in the guest's memory. */
static u32 list(u32 *count) {
  u32 way = byte();
  *count = way % 5;
  if (way > 230) {
    *count = length();
    return pointer();
  }
  u32 where = 140000;
  for (u32 i = 0; i < *count; i++) AT(any32, where + 8 * i) = pointer(), AT(any32, where + 8 * i + 4) = length();
  return where;
}

static void call_path(u32 function) {
  u32 size, other_size, a = path(&size), b, fd = number();
  switch (function) {
  case 0: p1_path_create_directory(fd, a, size); break;
  case 1: p1_path_remove_directory(fd, a, size); break;
  case 2: p1_path_unlink_file(fd, a, size); break;
  case 3: p1_path_filestat_get(fd, byte(), a, size, pointer()); break;
  case 4: p1_path_filestat_set_times(fd, byte(), a, size, offset(), offset(), byte()); break;
  case 5: b = path(&other_size), p1_path_link(fd, byte(), a, size, number(), b, other_size); break;
  case 6: b = path(&other_size), p1_path_rename(fd, a, size, number(), b, other_size); break;
  case 7: b = path(&other_size), p1_path_symlink(a, size, fd, b, other_size); break;
  case 8: p1_path_readlink(fd, a, size, pointer(), length(), pointer()); break;
  default: p1_path_open(fd, byte(), a, size, byte(), byte() & 3 ? 66 : offset(), 0, byte() & 31, pointer()); break;
  }
}

static void call_descriptor(u32 function) {
  u32 fd = number(), count, buffers;
  switch (function) {
  case 0: p1_fd_advise(fd, offset(), offset(), byte() % 8); break;
  case 1: p1_fd_allocate(fd, offset(), offset()); break;
  case 2: p1_fd_close(fd); break;
  case 3: p1_fd_datasync(fd); break;
  case 4: p1_fd_sync(fd); break;
  case 5: p1_fd_fdstat_get(fd, pointer()); break;
  case 6: p1_fd_fdstat_set_flags(fd, byte() % 32); break;
  case 7: p1_fd_fdstat_set_rights(fd, 0, 0); break;
  case 8: p1_fd_filestat_get(fd, pointer()); break;
  case 9: p1_fd_filestat_set_size(fd, offset()); break;
  case 10: p1_fd_filestat_set_times(fd, offset(), offset(), byte()); break;
  case 11: buffers = list(&count), p1_fd_pread(fd, buffers, count, offset(), pointer()); break;
  case 12: buffers = list(&count), p1_fd_pwrite(fd, buffers, count, offset(), pointer()); break;
  case 13: buffers = list(&count), p1_fd_read(fd, buffers, count, pointer()); break;
  case 14: buffers = list(&count), p1_fd_write(fd, buffers, count, pointer()); break;
  case 15: p1_fd_prestat_get(fd, pointer()); break;
  case 16: p1_fd_prestat_dir_name(fd, pointer(), length()); break;
  case 17: p1_fd_readdir(fd, pointer(), length(), byte() & 1 ? byte() % 20 : offset(), pointer()); break;
  case 18: p1_fd_renumber(fd, number()); break;
  case 19: p1_fd_seek(fd, offset(), byte() % 4, pointer()); break;
  default: p1_fd_tell(fd, pointer()); break;
  }
}

static void poll(void) {
  u32 count = byte() % 6, in = 150000;
  for (u32 i = 0; i < count; i++) {
    AT(any64, in + 48 * i) = i;
    AT(u8, in + 48 * i + SUBSCRIPTION_TAG) = (u8)(byte() % 4);
    AT(any32, in + 48 * i + SUBSCRIPTION_FD) = number();
    AT(any64, in + 48 * i + SUBSCRIPTION_TIMEOUT) = offset();
    AT(any16, in + 48 * i + SUBSCRIPTION_FLAGS) = (u16)byte();
  }
  if (byte() > 200) in = pointer(), count = length();
  p1_poll_oneoff(in, pointer(), count, pointer());
}

static void call_other(u32 function) {
  switch (function) {
  case 0: p1_args_get(pointer(), pointer()); break;
  case 1: p1_args_sizes_get(pointer(), pointer()); break;
  case 2: p1_environ_get(pointer(), pointer()); break;
  case 3: p1_environ_sizes_get(pointer(), pointer()); break;
  case 4: p1_clock_res_get(byte() % 4, pointer()); break;
  case 5: p1_clock_time_get(byte() % 4, 0, pointer()); break;
  case 6: poll(); break;
  case 7: p1_random_get(pointer(), length()); break;
  case 8: p1_sock_shutdown(number(), byte()); break;
  case 9: p1_adapter_open_badfd(pointer()); break;
  case 10: p1_adapter_close_badfd(number()); break;
  case 11: p1_adapter_monotonic_clock_set_paused(byte()); break;
  case 14: p1_reset_adapter_state(), has_reset = 1; break;
  case 12: world.variables = byte() * 8; break; /* between calls hosts may do as they like */
  case 13: world.arguments = byte() % WORLD_STRINGS; break;
  case 15: p1_sock_accept(number(), 0, pointer()); break;
  case 16: p1_sock_send(number(), pointer(), length(), 0, pointer()); break;
  default: p1_sock_recv(number(), pointer(), length(), 0, pointer(), pointer()); break;
  }
}

static void call(void) {
  u32 function = byte();
  if (function < 96) call_path(function % 12);
  else if (function < 200) call_descriptor(function % 21);
  else call_other(function % 18);
}

/* All that the guest could open is closed: what is live is that of standard streams, and errors of theirs that nobody asks for. */
static void close_all(void) {
  world.left = 0;
  u32 count = ad_base > PLACING ? S->count : 0;
  for (u32 fd = 0; fd < count; fd++)
    if (p1_fd_close(fd) == EBADF) p1_adapter_close_badfd(fd);
  world_check_state();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < 4) return 0;
  size_t half = (size_t)data[0] * (size - 2) / 255;
  world_open(NULL, 0, data[1] & 1 ? 0 : CTI_ADAPTER_MEMORY);
  world.preopens = data[1] >> 1 & 3;
  world.listeners = data[1] >> 3 & 3;
  has_reset = 0;
  at = data + 2 + half;
  left = size - 2 - half;
  if (setjmp(world_stopped)) return 0; /* memory is at its end */
  open_some();
  world.decisions = data + 2;
  world.left = half;
  while (left) {
    call();
    world_check_state();
  }
  close_all();
  FUZZ_CHECK(has_reset || world_live_handles() <= world_lost_handles());
  return 0;
}
