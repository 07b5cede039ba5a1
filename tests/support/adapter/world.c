/* world.c - the memory, the handles and all of the host but files (world_files.c). */
#include "adapter/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "adapter/world_host.h"

struct world world;
u8 *ad_memory;

void world_check(int holds, const char *condition, const char *file, int line) {
  if (holds) return;
  fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, condition);
  abort();
}

/* ---- memory: 4 GB of addresses and one page more, so that no address that the adapter can make is another program's */

enum { PAGE = 65536 };

static void allow(u32 pages) {
  WORLD_CHECK(!mprotect(ad_memory, (size_t)pages * PAGE, PROT_READ | PROT_WRITE));
  world.pages = pages;
}

u64 memory_size(void) { return (u64)world.pages * PAGE; }

u32 memory_grow(u32 pages) {
  u32 old = world.pages;
  if (pages > WORLD_MAX_PAGES - old) return ~0u;
  allow(old + pages);
  return old;
}

_Noreturn void stop(void) { longjmp(world_stopped, 1); }
jmp_buf world_stopped;

/* ---- decisions */

u32 world_decide(u32 ways) {
  if (!world.left) return 0;
  world.left--;
  return *world.decisions++ % ways;
}

/* ---- handles */

enum { HANDLES = 20000 };
static struct world_handle handles[HANDLES];
static u32 handle_count, live, lost;

u32 world_handle_new(enum world_kind kind, u32 node, u64 position) {
  u32 handle = handle_count++;
  WORLD_CHECK(handle < HANDLES);
  handles[handle] = (struct world_handle){.kind = kind, .node = node, .position = position};
  live++;
  return handle + 1; /* 0 is none, as in wasmtime */
}

struct world_handle *world_handle(u32 handle, enum world_kind kind) {
  world.calls++;
  WORLD_CHECK(handle && handle <= handle_count);
  WORLD_CHECK(handles[handle - 1].kind == kind);
  return &handles[handle - 1];
}

void world_handle_drop(u32 handle, enum world_kind kind) {
  world_handle(handle, kind)->kind = WORLD_NONE;
  live--;
}

u32 world_live_handles(void) { return live; }
u32 world_lost_handles(void) { return lost; }

/* ---- what the adapter passes and gets */

static int in_adapter(u32 at, u64 size) {
  u32 table = AT(struct state, ad_base).table, table_size = AT(struct state, ad_base).capacity * (u32)sizeof(struct descriptor);
  return size && ((at < ad_base + sizeof(struct state) && at + size > ad_base) || (at < table + table_size && at + size > table));
}

void world_result(u32 out) { WORLD_CHECK(out == ad_base); }

void world_bytes(u32 at, u32 size) {
  WORLD_CHECK((u64)at + size <= memory_size());
  WORLD_CHECK(!in_adapter(at, size));
}

/* A string that the adapter passes. A real decoder, not the adapter's: each code point is encoded anew and compared. */
void world_string(u32 at, u32 length) {
  WORLD_CHECK((u64)at + length <= memory_size());
  const u8 *text = ad_memory + at;
  for (u32 i = 0; i < length;) {
    u32 size = text[i] < 0x80 ? 1 : text[i] < 0xe0 ? 2 : text[i] < 0xf0 ? 3 : 4, code = size == 1 ? text[i] : text[i] & (0xffu >> (size + 1));
    WORLD_CHECK(size <= length - i);
    for (u32 k = 1; k < size; k++) code = code << 6 | (text[i + k] & 0x3f);
    u8 again[4] = {(u8)code};
    if (size == 2) again[0] = (u8)(0xc0 | code >> 6), again[1] = (u8)(0x80 | (code & 0x3f));
    if (size == 3) again[0] = (u8)(0xe0 | code >> 12), again[1] = (u8)(0x80 | (code >> 6 & 0x3f)), again[2] = (u8)(0x80 | (code & 0x3f));
    if (size == 4) again[0] = (u8)(0xf0 | code >> 18), again[1] = (u8)(0x80 | (code >> 12 & 0x3f)), again[2] = (u8)(0x80 | (code >> 6 & 0x3f)), again[3] = (u8)(0x80 | (code & 0x3f));
    WORLD_CHECK(!memcmp(again, text + i, size));
    WORLD_CHECK(size == 1 || code >= (size == 2 ? 0x80u : size == 3 ? 0x800u : 0x10000u));
    WORLD_CHECK(code <= 0x10ffff && (code < 0xd800 || code > 0xdfff));
    i += size;
  }
}

/* Room for a list that the host returns. */
u32 world_list(u32 align, u32 size) {
  u32 at = ad_realloc(0, 0, align, size);
  WORLD_CHECK(at % align == 0);
  world_bytes(at, size);
  return at;
}

/* A string that the host returns, allocated in one of the ways that hosts have: exactly; too long and then shortened; too short and then longer. */
void world_return_string(u32 out, const char *text, u32 length) {
  u32 at = 1;
  u32 way = world_decide(3);
  if (!length && way) length = 0; /* an empty string may lie anywhere */
  else if (way == 0) at = world_list(1, length);
  else if (way == 1) {
    at = world_list(1, length * 3);
    memcpy(ad_memory + at, text, length);
    at = ad_realloc(at, length * 3, 1, length);
  } else {
    u32 half = length / 2;
    at = world_list(1, half);
    memcpy(ad_memory + at, text, half);
    at = ad_realloc(at, half, 1, length);
    WORLD_CHECK(!memcmp(ad_memory + at, text, half));
  }
  if (length) world_bytes(at, length);
  if (length) memcpy(ad_memory + at, text, length);
  AT(u32, out) = at;
  AT(u32, out + 4) = length;
}

void world_return_bytes(u32 out, const u8 *bytes, u32 length) {
  u32 at = length ? world_list(1, length) : 1;
  if (bytes && length) memcpy(ad_memory + at, bytes, length);
  AT(u32, out) = at;
  AT(u32, out + 4) = length;
}

/* The result of a call: an error-code at `offset` now and then. 1 when it is an error. */
u32 world_fails(u32 out, u32 offset) {
  world_result(out);
  AT(u8, out) = 0;
  if (!world_decide(8)) return 0;
  if (!world.left) return 0;
  AT(u8, out) = 1;
  AT(u8, out + offset) = (u8)world_decide(37);
  return 1;
}

u32 world_stream_fails(u32 out, u32 offset, u32 of_file) {
  world_result(out);
  AT(u8, out) = 0;
  u32 way = world_decide(12);
  if (way < 10) return 0;
  AT(u8, out) = 1;
  AT(u8, out + offset) = way == 10;
  if (way == 11) {
    AT(u32, out + offset + 4) = world_handle_new(WORLD_ERROR, 0, 0);
    lost += !of_file;
  }
  return 1;
}

/* ---- arguments, environment, exit */

void h_get_arguments(u32 out) {
  world_result(out);
  u32 list = world_list(4, 8 * world.arguments);
  for (u32 i = 0; i < world.arguments; i++) world_return_string(list + 8 * i, world.strings[i], (u32)strlen(world.strings[i]));
  AT(u32, out) = list;
  AT(u32, out + 4) = world.arguments;
}

void h_get_environment(u32 out) {
  world_result(out);
  u32 list = world_list(4, 16 * world.variables);
  for (u32 i = 0; i < world.variables; i++) {
    const char *name = world.strings[i % WORLD_STRINGS], *value = world.strings[(i + 1) % WORLD_STRINGS];
    world_return_string(list + 16 * i, name, (u32)strlen(name));
    world_return_string(list + 16 * i + 8, value, (u32)strlen(value));
  }
  AT(u32, out) = list;
  AT(u32, out + 4) = world.variables;
}

void h_exit(u32 failed) {
  WORLD_CHECK(failed < 2);
  world.exits++;
}

void h_exit_with_code(u32 code) {
  WORLD_CHECK(code < 256);
  world.exit_code = code;
}

/* ---- clocks and random bytes */

u64 h_monotonic_now(void) { return world.now += 1000; }
u64 h_monotonic_resolution(void) { return 1000; }
u32 h_subscribe_instant(u64 when) { return world_handle_new(WORLD_POLLABLE, when <= world.now, 0); }
u32 h_subscribe_duration(u64 duration) { return world_handle_new(WORLD_POLLABLE, !duration, 0); }

void h_wall_now(u32 out) {
  world_result(out);
  AT(u64, out) = world_decide(50) == 49 ? ~0ull : 1700000000;
  AT(u32, out + 8) = 999999999;
}

void h_wall_resolution(u32 out) {
  world_result(out);
  AT(u64, out) = 0;
  AT(u32, out + 8) = 1000;
}

void h_random_bytes(u64 count, u32 out) {
  world_result(out);
  WORLD_CHECK(count <= 65536);
  u32 at = world_list(1, (u32)count);
  memset(ad_memory + at, 0xa5, (size_t)count);
  AT(u32, out) = at;
  AT(u32, out + 4) = (u32)count;
}

/* ---- streams */

u32 h_get_stdin(void) { return lost++, world_handle_new(WORLD_INPUT, 0, 0); }
u32 h_get_stdout(void) { return lost++, world_handle_new(WORLD_OUTPUT, 0, 0); }
u32 h_get_stderr(void) { return lost++, world_handle_new(WORLD_OUTPUT, 0, 0); }

static void terminal(u32 out) {
  world_result(out);
  AT(u8, out) = (u8)world_decide(2);
  AT(u32, out + 4) = 12345;
}

void h_get_terminal_stdin(u32 out) { terminal(out); }
void h_get_terminal_stdout(u32 out) { terminal(out); }
void h_get_terminal_stderr(u32 out) { terminal(out); }

static void read_input(u32 stream, u64 length, u32 out, u32 least_bytes) {
  if (world_stream_fails(out, 4, world_handle(stream, WORLD_INPUT)->parent)) return;
  u64 given = world_decide(3) ? world_decide(255) : length;
  if (given < least_bytes) given = least_bytes;
  if (given > length) given = length;
  if (given > 100000) given = 100000;
  u8 bytes[256];
  memset(bytes, 'i', sizeof bytes);
  world_return_bytes(out + 4, given <= sizeof bytes ? bytes : NULL, (u32)given);
}

void h_input_read(u32 stream, u64 length, u32 out) { read_input(stream, length, out, 0); }
void h_input_blocking_read(u32 stream, u64 length, u32 out) { read_input(stream, length, out, 1); }
u32 h_input_subscribe(u32 stream) { return world_handle(stream, WORLD_INPUT), world_handle_new(WORLD_POLLABLE, 0, 0); }
u32 h_output_subscribe(u32 stream) { return world_handle(stream, WORLD_OUTPUT), world_handle_new(WORLD_POLLABLE, 1, 0); }

void h_output_check_write(u32 stream, u32 out) {
  struct world_handle *h = world_handle(stream, WORLD_OUTPUT);
  h->permit = 0;
  if (world_stream_fails(out, 8, h->node || h->parent)) return;
  static const u32 permits[] = {65536, 0, 1, 4096, 4097, 1000000};
  h->permit = permits[world_decide(6)];
  AT(u64, out + 8) = h->permit;
}

static void take_output(struct world_handle *h, u32 at, u32 length) {
  world_bytes(at, length);
  if (h->node) world_append(h->node, at, length);
  else world.written += length;
}

void h_output_write(u32 stream, u32 at, u32 length, u32 out) {
  struct world_handle *h = world_handle(stream, WORLD_OUTPUT);
  WORLD_CHECK(length <= h->permit);
  h->permit = 0;
  take_output(h, at, length);
  world_stream_fails(out, 4, h->node || h->parent);
}

void h_output_write_and_flush(u32 stream, u32 at, u32 length, u32 out) {
  struct world_handle *h = world_handle(stream, WORLD_OUTPUT);
  WORLD_CHECK(length <= 4096);
  take_output(h, at, length);
  world_stream_fails(out, 4, h->node || h->parent);
}

void h_output_flush(u32 stream, u32 out) {
  struct world_handle *h = world_handle(stream, WORLD_OUTPUT);
  world_stream_fails(out, 4, h->node || h->parent);
}

void h_output_begin_flush(u32 stream, u32 out) { h_output_flush(stream, out); }

void h_drop_output(u32 stream) {
  struct world_handle *h = world_handle(stream, WORLD_OUTPUT);
  if (h->parent) world_handle(h->parent, WORLD_SOCKET)->children--;
  world_handle_drop(stream, WORLD_OUTPUT);
}

void h_drop_pollable(u32 pollable) { world_handle_drop(pollable, WORLD_POLLABLE); }
void h_drop_error(u32 error) { world_handle_drop(error, WORLD_ERROR); }

void h_poll(u32 pollables, u32 count, u32 out) {
  world_result(out);
  WORLD_CHECK(count && pollables % 4 == 0);
  WORLD_CHECK((u64)pollables + (u64)count * 4 <= memory_size()); /* the adapter's own when it waits by itself */
  u32 ready = 0;
  static u8 is_ready[4096];
  for (u32 i = 0; i < count; i++) {
    u8 now = (u8)(world_handle(AT(u32, pollables + 4 * i), WORLD_POLLABLE)->node || world_decide(2));
    if (i < sizeof is_ready) is_ready[i] = now;
    if (i < sizeof is_ready) ready += now;
  }
  if (!ready) is_ready[0] = 1, ready = 1;
  u32 list = world_list(4, 4 * ready), at = list;
  for (u32 i = 0; i < count && i < sizeof is_ready; i++)
    if (is_ready[i]) AT(u32, at) = i, at += 4;
  AT(u32, out) = list;
  AT(u32, out + 4) = ready;
}

/* ---- the guest */

u32 h_guest_realloc(u32 old, u32 old_size, u32 align, u32 size) {
  WORLD_CHECK(!old && !old_size && align == 8);
  if (world.refuse_realloc || world_decide(5) == 4) return 0;
  u32 page = memory_grow((size + PAGE - 1) / PAGE);
  if (page == ~0u) return 0;
  memset(ad_memory + (size_t)page * PAGE, 0xee, size); /* an allocator's memory is not zero */
  return page * PAGE;
}

u32 h_guest_malloc(u32 size) { return h_guest_realloc(0, 0, 8, size); }

void h_guest_start(void) { world.calls++; }

/* ---- opening and checking */

void world_open(const uint8_t *decisions, size_t size, u32 adapter_memory) {
  const size_t all = ((size_t)1 << 32) + PAGE;
  if (!ad_memory) {
    ad_memory = mmap(NULL, all, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    WORLD_CHECK(ad_memory != MAP_FAILED);
  } else {
    WORLD_CHECK(!madvise(ad_memory, (size_t)WORLD_MAX_PAGES * PAGE, MADV_DONTNEED));
    WORLD_CHECK(!mprotect(ad_memory, (size_t)WORLD_MAX_PAGES * PAGE, PROT_NONE));
  }
  world = (struct world){.decisions = decisions, .left = size, .arguments = 3, .variables = 4, .preopens = 2};
  static const char *const some[] = {"program", "-x", "", "value with spaces", "PATH", "\xe2\x82\xac", "a=b", "0123456789012345678901234567890123456789"};
  for (u32 i = 0; i < WORLD_STRINGS; i++) world.strings[i] = some[i % (sizeof some / sizeof *some)];
  allow(WORLD_PAGES);
  handle_count = live = lost = 0;
  world_files_open();
  ad_base = adapter_memory ? WORLD_BASE : 0;
  ad_limit = ad_base + adapter_memory;
}

static void check_descriptor(u32 d) {
  u32 kind = D(d).kind;
  if (kind == KIND_LISTENER || kind == KIND_SOCKET) {
    world_handle(D(d).handle, WORLD_SOCKET);
    if (kind == KIND_SOCKET) world_handle(D(d).stream, WORLD_INPUT), world_handle(D(d).output, WORLD_OUTPUT);
    return;
  }
  if (kind < KIND_FILE) {
    WORLD_CHECK(kind <= KIND_STDERR);
    if (kind > KIND_BAD && D(d).flags & HAS_STREAM) world_handle(D(d).stream, kind == KIND_STDIN ? WORLD_INPUT : WORLD_OUTPUT);
    return;
  }
  world_handle(D(d).handle, WORLD_DESCRIPTOR);
  if (D(d).flags & HAS_STREAM) world_handle(D(d).stream, kind == KIND_DIRECTORY ? WORLD_ENTRIES : WORLD_OUTPUT);
}

void world_check_state(void) {
  if (ad_base <= PLACING || !S->count) return;
  WORLD_CHECK(S->count >= 3 && S->count <= S->capacity);
  WORLD_CHECK(S->table >= ad_base + sizeof(struct state) || S->table + S->capacity * sizeof(struct descriptor) <= ad_base);
  WORLD_CHECK((u64)S->table + S->capacity * sizeof(struct descriptor) <= memory_size());
  u32 closed = 0;
  for (u32 i = 0; i < S->count; i++) {
    check_descriptor(DESCRIPTOR(i));
    closed += D(DESCRIPTOR(i)).kind == KIND_CLOSED;
  }
  for (u32 number = S->closed; number; number = D(DESCRIPTOR(number - 1)).handle) {
    WORLD_CHECK(closed-- && number <= S->count && D(DESCRIPTOR(number - 1)).kind == KIND_CLOSED);
  }
  WORLD_CHECK(!closed);
  WORLD_CHECK(S->kept.length <= CTI_ADAPTER_KEPT_NAME);
}
