/* adapter_far: as adapter, for the adapter in a memory of its own: whatever a hostile guest passes, copies stay inside of both memories and out of the
 * adapter's state, and each call answers an errno. The input: how long the half is that says what the host does, that half, then calls. */
#include <setjmp.h>
#include <string.h>

#include "adapter/world.h"
#include "adapter/world_host.h"
#include "target.h"
#ifdef __GNUC__
#pragma GCC diagnostic ignored "-Wmissing-prototypes"
#endif
#include "adapter/far.c"

enum { GUEST_PAGES = 6, GUEST_SIZE = GUEST_PAGES << 16, LISTS = 4096, NAMES = 8192 };
static u8 guest[GUEST_SIZE];
static const uint8_t *at;
static size_t left;

static void check_own(u32 address, u32 size) {
  FUZZ_CHECK((u64)address + size <= memory_size());
  FUZZ_CHECK(size == 0 || address >= ad_limit || address + size <= ad_base);
}

void h_far_in(u32 to, u32 from, u32 size) {
  check_own(to, size);
  FUZZ_CHECK((u64)from + size <= GUEST_SIZE);
  memcpy(ad_memory + to, guest + from, size);
}

void h_far_out(u32 to, u32 from, u32 size) {
  check_own(from, size);
  FUZZ_CHECK((u64)to + size <= GUEST_SIZE);
  memcpy(guest + to, ad_memory + from, size);
}

u32 h_far_pages(void) { return GUEST_PAGES; }

static u32 byte(void) {
  if (!left) return 0;
  left--;
  return *at++;
}

static u32 word_of_input(void) {
  u32 w = 0;
  for (int i = 0; i < 4; i++) w = w << 8 | byte();
  return w;
}

static u32 pointer(void) {
  u32 way = byte();
  switch (way & 15) {
  case 0: return word_of_input();
  case 1: return GUEST_SIZE - byte();
  case 2: return ~byte();
  default: return 65536 + way * 256 + byte();
  }
}

static u32 length(void) {
  u32 way = byte();
  return way < 200 ? way : way < 245 ? (way - 199) * 7000 : way < 252 ? word_of_input() : ~0u - byte();
}

static u32 number(void) { return byte() % 12; }

static u64 offset(void) { return byte() & 1 ? (u64)word_of_input() << 32 | word_of_input() : byte() * 100; }

static u32 path(u32 *size) {
  static const char *const some[] = {"a", "b", "dir", "dir/a", ".", "\xc3\xa9", "link", "c"};
  u32 way = byte();
  if (way > 220) {
    *size = length();
    return pointer();
  }
  u32 where = NAMES + 64 * (way % 32);
  *size = (u32)strlen(some[way % 8]);
  memcpy(guest + where, some[way % 8], *size);
  return where;
}

static u32 list(u32 *count) {
  *count = byte() % 5;
  if (byte() > 230) {
    *count = length();
    return pointer();
  }
  for (u32 i = 0; i < *count; i++) {
    *(any32 *)(guest + LISTS + 8 * i) = pointer();
    *(any32 *)(guest + LISTS + 8 * i + 4) = length();
  }
  return LISTS;
}

static void call_path(u32 function) {
  u32 size, other, a = path(&size), b = path(&other);
  switch (function) {
  case 0: far_path_create_directory(number(), a, size); break;
  case 1: far_path_remove_directory(number(), a, size); break;
  case 2: far_path_unlink_file(number(), a, size); break;
  case 3: far_path_filestat_set_times(number(), byte(), a, size, offset(), offset(), byte()); break;
  case 4: far_path_symlink(a, size, number(), b, other); break;
  case 5: far_path_rename(number(), a, size, number(), b, other); break;
  case 6: far_path_link(number(), byte(), a, size, number(), b, other); break;
  case 7: far_path_filestat_get(number(), byte(), a, size, pointer()); break;
  case 8: far_path_readlink(number(), a, size, pointer(), length(), pointer()); break;
  default: far_path_open(number(), byte(), a, size, byte(), byte() & 3 ? 66 : offset(), 0, byte() & 31, pointer()); break;
  }
}

static void call_buffers(u32 function) {
  u32 count, buffers = list(&count);
  switch (function) {
  case 0: far_fd_read(number(), buffers, count, pointer()); break;
  case 1: far_fd_write(number(), buffers, count, pointer()); break;
  case 2: far_fd_pread(number(), buffers, count, offset(), pointer()); break;
  case 3: far_fd_pwrite(number(), buffers, count, offset(), pointer()); break;
  case 4: far_sock_send(number(), buffers, count, byte(), pointer()); break;
  case 5: far_sock_recv(number(), buffers, count, byte(), pointer(), pointer()); break;
  case 6: far_fd_readdir(number(), pointer(), length(), byte() & 1 ? byte() % 20 : offset(), pointer()); break;
  case 7: far_fd_prestat_dir_name(number(), pointer(), length()); break;
  case 8: far_random_get(pointer(), length()); break;
  default: far_poll_oneoff(buffers, pointer(), count, pointer()); break;
  }
}

static void call_other(u32 function) {
  switch (function) {
  case 0: far_clock_res_get(byte() % 4, pointer()); break;
  case 1: far_clock_time_get(byte() % 4, 0, pointer()); break;
  case 2: far_fd_fdstat_get(number(), pointer()); break;
  case 3: far_fd_filestat_get(number(), pointer()); break;
  case 4: far_fd_prestat_get(number(), pointer()); break;
  case 5: far_fd_seek(number(), offset(), byte() % 4, pointer()); break;
  case 6: far_fd_tell(number(), pointer()); break;
  case 7: far_sock_accept(number(), 0, pointer()); break;
  case 8: far_adapter_open_badfd(pointer()); break;
  case 9: far_args_sizes_get(pointer(), pointer()); break;
  case 10: far_args_get(pointer(), pointer()); break;
  case 11: far_environ_sizes_get(pointer(), pointer()); break;
  case 12: far_environ_get(pointer(), pointer()); break;
  case 13: world.variables = byte() % WORLD_STRINGS; break;
  default: p1_fd_close(number()); break;
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < 4) return 0;
  size_t half = (size_t)data[0] * (size - 2) / 255;
  world_open(NULL, 0, CTI_ADAPTER_MEMORY);
  world.preopens = data[1] >> 1 & 3;
  world.listeners = data[1] >> 3 & 3;
  far_at = far_size = 0;
  at = data + 2 + half;
  left = size - 2 - half;
  memset(guest, 0, sizeof guest);
  if (setjmp(world_stopped)) return 0; /* memory is at its end */
  memory_grow(CTI_ADAPTER_FAR_PAGES - WORLD_PAGES);
  world.decisions = data + 2;
  world.left = half;
  while (left) {
    u32 function = byte();
    if (function < 90) call_path(function % 10);
    else if (function < 190) call_buffers(function % 10);
    else call_other(function % 15);
    world_check_state();
  }
  return 0;
}
