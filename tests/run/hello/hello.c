/* A command for WASI 0.2 in plain C: greets each of its arguments. wit/world.wit says what it imports and exports; the attributes below are all the binding
 * that a component needs. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef struct { char *data; size_t size; } string;
typedef struct { string *items; size_t count; } strings;
typedef struct { bool failed; uint8_t kind; int32_t error; } written;

__attribute__((import_module("wasi:cli/environment@0.2.0"), import_name("get-arguments"))) void get_arguments(strings *out);
__attribute__((import_module("wasi:cli/stdout@0.2.0"), import_name("get-stdout"))) int32_t get_stdout(void);
__attribute__((import_module("wasi:io/streams@0.2.0"), import_name("[method]output-stream.blocking-write-and-flush")))
void stream_write(int32_t stream, const char *data, size_t size, written *out);
__attribute__((import_module("wasi:io/streams@0.2.0"), import_name("[resource-drop]output-stream"))) void stream_drop(int32_t stream);

/* The host asks for memory with it, for the arguments that it hands over. */
__attribute__((export_name("cabi_realloc"))) void *cabi_realloc(void *old, size_t old_size, size_t align, size_t size) {
  (void)old_size, (void)align;
  void *block = realloc(old, size);
  if (!block) abort();
  return block;
}

static bool say(int32_t stream, const char *data, size_t size) {
  written result;
  stream_write(stream, data, size, &result);
  return !result.failed;
}

/* run: func() -> result. 0 is ok. */
__attribute__((export_name("wasi:cli/run@0.2.0#run"))) int32_t run(void) {
  strings arguments;
  get_arguments(&arguments);
  int32_t out = get_stdout();
  bool good = true;
  for (size_t i = 1; i < arguments.count; i++)
    good = good && say(out, "Hello, ", 7) && say(out, arguments.items[i].data, arguments.items[i].size) && say(out, "!\n", 2);
  stream_drop(out);
  return !good;
}
