/* A module in the shape of TinyGo's wasip2 target: it imports interfaces of WASI 0.2 directly, exports _initialize, _start, cabi_realloc and wasi:cli/run, and its
 * tasks run on a scheduler that needs asyncify. Its initialization must have happened before it runs. */
#include <stddef.h>
#include <stdint.h>

#define PRINT_IS_DEFINED
#include "../asyncify/scheduler.c"

#define IMPORT(module, name) __attribute__((import_module(module), import_name(name)))
#define EXPORT(name) __attribute__((export_name(name)))

IMPORT("wasi:cli/stdout@0.2.0", "get-stdout") int32_t get_stdout(void);
IMPORT("wasi:io/streams@0.2.0", "[method]output-stream.blocking-write-and-flush") void write_and_flush(int32_t stream, const char *data, size_t size, void *result);
IMPORT("wasi:io/streams@0.2.0", "[resource-drop]output-stream") void drop_stream(int32_t stream);
IMPORT("wasi:cli/environment@0.2.0", "get-arguments") void get_arguments(uint32_t result[2]);

static _Bool initialized;
static char heap[1 << 16];
static size_t used;

EXPORT("cabi_realloc") void *cabi_realloc(void *old, size_t old_size, size_t align, size_t size) {
  (void)old, (void)old_size;
  size_t at = (used + align - 1) & ~(align - 1);
  if (at + size > sizeof heap) __builtin_trap();
  used = at + size;
  return heap + at;
}

EXPORT("_initialize") void initialize(void) { initialized = 1; }
EXPORT("_start") void start(void) { __builtin_trap(); } /* of the other kind of build: never called here */

static char *put_number(char *end, int value) {
  unsigned rest = value < 0 ? -(unsigned)value : (unsigned)value;
  do *--end = (char)('0' + rest % 10);
  while (rest /= 10);
  if (value < 0) *--end = '-';
  return end;
}

static void print(int task_number, int value) {
  char line[32], *at = line + sizeof line;
  uint32_t result[3];
  *--at = '\n';
  at = put_number(at, value);
  *--at = ' ';
  at = put_number(at, task_number);
  int32_t out = get_stdout();
  write_and_flush(out, at, (size_t)(line + sizeof line - at), result);
  drop_stream(out);
}

EXPORT("wasi:cli/run@0.2.0#run") int32_t run_command(void) {
  uint32_t arguments[2];
  if (!initialized) return 1;
  get_arguments(arguments);
  print(-1, (int)arguments[1]);
  print(-2, run());
  return 0;
}
