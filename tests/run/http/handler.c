/* An HTTP handler in C with its bindings written by hand.
 *   GET /hello?NAME   answers "hello NAME" with a header taken from the request's
 *   POST /count       answers how many bytes the body held and their sum
 *   anything else     404 */
#include "abi.h"
#include <stdbool.h>
#include <stdio.h>
ABI_DEFINE

#define TYPES "wasi:http/types@0.2.3"
#define STREAMS "wasi:io/streams@0.2.3"

typedef struct { uint8_t tag; text other; } method;
typedef struct { bool some; text value; } maybe_text;
typedef struct { bool failed; int32_t value; } handle_result;
typedef struct { bool failed; uint8_t error; } header_result;
typedef struct { text *items; size_t count; } texts;
typedef struct { uint8_t failed; uint8_t error_tag; int32_t error; } stream_result;
typedef struct { uint8_t failed; union { text bytes; struct { uint8_t tag; int32_t error; } error; } as; } read_result;
typedef struct { uint8_t failed; char error[39] __attribute__((aligned(8))); } finish_result; /* result<_, error-code>: 8 and 32 bytes */

IMPORT(TYPES, "[method]incoming-request.method") void request_method(int32_t request, method *out);
IMPORT(TYPES, "[method]incoming-request.path-with-query") void request_path(int32_t request, maybe_text *out);
IMPORT(TYPES, "[method]incoming-request.headers") int32_t request_headers(int32_t request);
IMPORT(TYPES, "[method]incoming-request.consume") void request_consume(int32_t request, handle_result *out);
IMPORT(TYPES, "[resource-drop]incoming-request") void request_drop(int32_t request);
IMPORT(TYPES, "[method]incoming-body.stream") void body_stream(int32_t body, handle_result *out);
IMPORT(TYPES, "[resource-drop]incoming-body") void body_drop(int32_t body);
IMPORT(TYPES, "[constructor]fields") int32_t fields_new(void);
IMPORT(TYPES, "[method]fields.get") void fields_get(int32_t fields, const char *name, size_t size, texts *out);
IMPORT(TYPES, "[method]fields.append")
void fields_append(int32_t fields, const char *name, size_t size, const char *value, size_t value_size, header_result *out);
IMPORT(TYPES, "[resource-drop]fields") void fields_drop(int32_t fields);
IMPORT(TYPES, "[constructor]outgoing-response") int32_t response_new(int32_t headers);
IMPORT(TYPES, "[method]outgoing-response.set-status-code") int32_t response_status(int32_t response, int32_t status);
IMPORT(TYPES, "[method]outgoing-response.body") void response_body(int32_t response, handle_result *out);
IMPORT(TYPES, "[method]outgoing-body.write") void outgoing_write(int32_t body, handle_result *out);
IMPORT(TYPES, "[static]outgoing-body.finish") void outgoing_finish(int32_t body, int32_t has_trailers, int32_t trailers, finish_result *out);
/* result<outgoing-response, error-code>, flat: which, then the response or the error's tag, then the six slots of what an error may carry */
IMPORT(TYPES, "[static]response-outparam.set")
void outparam_set(int32_t out, int32_t failed, int32_t response, int32_t a, int64_t b, int32_t c, int32_t d, int32_t e, int32_t f);
IMPORT(STREAMS, "[method]input-stream.blocking-read") void stream_read(int32_t stream, uint64_t size, read_result *out);
IMPORT(STREAMS, "[resource-drop]input-stream") void input_drop(int32_t stream);
IMPORT(STREAMS, "[method]output-stream.blocking-write-and-flush") void stream_write(int32_t stream, const char *data, size_t size, stream_result *out);
IMPORT(STREAMS, "[resource-drop]output-stream") void output_drop(int32_t stream);
IMPORT("wasi:io/error@0.2.3", "[resource-drop]error") void error_drop(int32_t error);

static int32_t must(handle_result r) {
  if (r.failed) __builtin_trap();
  return r.value;
}

static void add_header(int32_t fields, const char *name, const char *value, size_t size) {
  header_result result;
  fields_append(fields, name, strlen(name), value, size, &result);
  if (result.failed) __builtin_trap();
}

/* Hands the headers over first, then writes the body: a host may begin to send in between. */
static void respond(int32_t out, int status, int32_t headers, const char *data, size_t size) {
  handle_result result;
  int32_t response = response_new(headers);
  if (response_status(response, status)) __builtin_trap();
  response_body(response, &result);
  int32_t body = must(result);
  outparam_set(out, 0, response, 0, 0, 0, 0, 0, 0);
  outgoing_write(body, &result);
  int32_t stream = must(result);
  for (size_t at = 0; at < size; at += 4096) { /* the most that one call takes */
    stream_result written;
    stream_write(stream, data + at, size - at < 4096 ? size - at : 4096, &written);
    if (written.failed) __builtin_trap();
  }
  output_drop(stream);
  finish_result finished;
  outgoing_finish(body, 0, 0, &finished);
  if (finished.failed) __builtin_trap();
}

static void hello(int32_t request, int32_t out, text path) {
  char line[128];
  int32_t headers = fields_new(), theirs = request_headers(request);
  texts values;
  fields_get(theirs, "x-color", 7, &values);
  if (values.count) add_header(headers, "x-color", values.items[0].data, values.items[0].size);
  for (size_t i = 0; i < values.count; i++) abi_free(values.items[i].data, values.items[i].size);
  abi_free(values.items, values.count * sizeof(text));
  fields_drop(theirs);
  add_header(headers, "content-type", "text/plain", 10);
  int size = snprintf(line, sizeof line, "hello %.*s\n", (int)path.size - 7, path.data + 7);
  respond(out, 200, headers, line, (size_t)size);
}

static void count(int32_t request, int32_t out) {
  char line[128];
  handle_result result;
  request_consume(request, &result);
  int32_t body = must(result);
  body_stream(body, &result);
  int32_t stream = must(result);
  unsigned long bytes = 0, sum = 0;
  for (read_result r;;) {
    stream_read(stream, 65536, &r);
    if (r.failed) {
      if (r.as.error.tag == 0) error_drop(r.as.error.error);
      break;
    }
    for (size_t i = 0; i < r.as.bytes.size; i++) sum += (uint8_t)r.as.bytes.data[i];
    bytes += r.as.bytes.size;
    abi_free(r.as.bytes.data, r.as.bytes.size);
  }
  input_drop(stream);
  body_drop(body);
  int size = snprintf(line, sizeof line, "%lu bytes, sum %lu\n", bytes, sum);
  respond(out, 200, fields_new(), line, (size_t)size);
}

EXPORT("wasi:http/incoming-handler@0.2.3#handle") void handle(int32_t request, int32_t out) {
  method how;
  maybe_text path;
  request_method(request, &how);
  request_path(request, &path);
  if (how.tag == 0 && path.some && path.value.size > 7 && !memcmp(path.value.data, "/hello?", 7)) hello(request, out, path.value);
  else if (how.tag == 2 && path.some && path.value.size == 6 && !memcmp(path.value.data, "/count", 6)) count(request, out);
  else respond(out, 404, fields_new(), "nothing here\n", 13);
  if (path.some) abi_free(path.value.data, path.value.size);
  if (how.tag == 9) abi_free(how.other.data, how.other.size);
  request_drop(request);
}
