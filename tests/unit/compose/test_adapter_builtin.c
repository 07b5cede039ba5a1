/* ctool's own preview1 adapter, for guests that import this and that: what is in the component, and what is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "compose/plan.h"
#include "ctool/text.h"
#include "ctool/validate.h"
#include "hurt.h"

#define P1(name, type) "(import \"wasi_snapshot_preview1\" \"" name "\" (func " type "))"
#define FD_WRITE P1("fd_write", "(param i32 i32 i32 i32) (result i32)")
#define FD_READ P1("fd_read", "(param i32 i32 i32 i32) (result i32)")
#define FD_FILESTAT_GET P1("fd_filestat_get", "(param i32 i32) (result i32)")
#define PROC_EXIT P1("proc_exit", "(param i32)")
#define PATH_OPEN P1("path_open", "(param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)")
#define SOCK_ACCEPT P1("sock_accept", "(param i32 i32 i32) (result i32)")
#define GUEST(imports, rest)                                                                                                                \
  "(module " imports "(memory (export \"memory\") 2) (global $__stack_pointer (mut i32) (i32.const 65536))" rest ")"
#define START "(func (export \"_start\"))"

/* The component as one block; empty when it failed, with the failure in *error. */
static ct_buf make(const char *text, const ct_component_new_options *options, ct_error *error) {
  ct_buf binary = {0}, whole = {0};
  ct_pieces pieces = {0};
  ct_error_clear(error);
  if (ct_text_parse(&binary, cti_slice_str(text), error)) fail_msg("%s", error->message);
  if (ct_component_new(&pieces, cti_buf_slice(&binary), options, error) == CT_OK)
    for (size_t i = 0; i < pieces.count; i++) cti_buf_bytes(&whole, pieces.items[i]);
  ct_pieces_free(&pieces);
  ct_buf_free(&binary);
  return whole;
}

static bool holds(const ct_buf *component, const char *text) {
  size_t size = strlen(text);
  for (size_t at = 0; at + size <= component->size; at++)
    if (memcmp(component->data + at, text, size) == 0) return true;
  return false;
}

/* Makes it, and looks for names that must be in it (with '+') or must not ('-'). */
static void expect(const char *text, const ct_component_new_options *options, const char *const *names) {
  ct_error error;
  ct_buf component = make(text, options, &error);
  if (!component.size) fail_msg("%s\n  %s", text, error.message);
  ct_validate_options checks = {.features = ct_features_default()};
  assert_int_equal(ct_features_parse(&checks.features, "-multi-memory", &error), CT_OK);
  if (ct_validate(cti_buf_slice(&component), &checks, &error)) fail_msg("%s\n  is not valid: %s", text, error.message);
  for (; *names; names++)
    if (holds(&component, *names + 1) != (**names == '+')) fail_msg("%s\n  %s", text, *names);
  ct_buf_free(&component);
}

#define EXPECT(text, options, ...) expect(text, options, (const char *const[]){__VA_ARGS__, NULL})

static void test_builtin__forms(void **state) {
  (void)state;
  EXPECT(GUEST(FD_WRITE, START), NULL, "+wasi:cli/run@", "+wasi:cli/stdout@");
  EXPECT(GUEST(FD_WRITE, ""), NULL, "-wasi:cli/run@", "+wasi:cli/stdout@");
  ct_component_new_options reactor = {.wasi_adapter = CT_WASI_ADAPTER_REACTOR}, proxy = {.wasi_adapter = CT_WASI_ADAPTER_PROXY};
  EXPECT(GUEST(FD_WRITE, START), &reactor, "-wasi:cli/run@");
  EXPECT(GUEST(FD_WRITE PATH_OPEN PROC_EXIT, ""), &proxy, "-wasi:filesystem", "-wasi:cli/exit", "-wasi:cli/environment", "+wasi:cli/stdout@");
  ct_component_new_options none = {.wasi_adapter = CT_WASI_ADAPTER_NONE};
  ct_error error;
  assert_int_equal(make(GUEST(FD_WRITE, START), &none, &error).size, 0);
  assert_int_equal(error.status, CT_COMPOSE_IMPORT);
}

static void test_builtin__only_what_is_used(void **state) {
  (void)state;
  EXPECT(GUEST(FD_WRITE, START), NULL, "-wasi:filesystem", "-wasi:sockets", "-wasi:cli/stdin", "-wasi:cli/exit", "-wasi:cli/environment", "-wasi:clocks");
  EXPECT(GUEST(FD_WRITE FD_READ, START), NULL, "-wasi:filesystem", "+wasi:cli/stdin@");
  EXPECT(GUEST(FD_WRITE FD_FILESTAT_GET, START), NULL, "-wasi:filesystem");
  EXPECT(GUEST(P1("path_create_directory", "(param i32 i32 i32) (result i32)"), START), NULL, "+wasi:filesystem/preopens@"); /* descriptor 3, unasked */
  EXPECT(GUEST(P1("fd_prestat_get", "(param i32 i32) (result i32)"), START), NULL, "+wasi:filesystem/preopens@");
  EXPECT(GUEST(FD_WRITE PATH_OPEN, START), NULL, "+wasi:filesystem/types@", "+wasi:filesystem/preopens@", "-wasi:sockets");
  EXPECT(GUEST(SOCK_ACCEPT, START), NULL, "-wasi:sockets", "-wasi:filesystem");
  EXPECT(GUEST(PROC_EXIT, START), NULL, "+wasi:cli/exit@", "-exit-with-code");
}

static void test_builtin__options(void **state) {
  (void)state;
  ct_component_new_options coded = {.exit_with_code = true}, named = {.adapter_names = true};
  EXPECT(GUEST(PROC_EXIT, START), &coded, "+exit-with-code");
  EXPECT(GUEST(FD_WRITE, START), &named, "+p1_fd_write");
  EXPECT(GUEST(FD_WRITE, START), NULL, "-p1_fd_write");
  const ct_tcp_address addresses[] = {{false, 8080, {127, 0, 0, 1}}, {true, 80, {0x2001, 0xdb8, 0, 0, 0, 0, 0, 1}}};
  ct_component_new_options listens = {.tcp_listen = addresses, .tcp_listen_count = 2};
  EXPECT(GUEST(SOCK_ACCEPT FD_WRITE, START), &listens, "+wasi:sockets/tcp@", "+wasi:sockets/instance-network@");
}

/* A guest of unknown make: its allocator is asked, or memory grows. */
static void test_builtin__memory(void **state) {
  (void)state;
  static const char *const guests[] = {
      "(module " FD_WRITE PATH_OPEN "(memory (export \"memory\") 1) (func (export \"cabi_realloc\") (param i32 i32 i32 i32) (result i32) i32.const 8) (func (export \"_start\")))",
      "(module " FD_WRITE PATH_OPEN "(memory (export \"memory\") 1) (func (export \"malloc\") (param i32) (result i32) i32.const 8) (func (export \"_start\")))",
      "(module " FD_WRITE PATH_OPEN "(memory (export \"memory\") 1) (func (export \"malloc\") (param i64) (result i32) i32.const 8) (func (export \"_start\")))",
      "(module " FD_WRITE PATH_OPEN "(memory (export \"memory\") 1) (func (export \"_start\")))",
      GUEST(FD_WRITE PATH_OPEN, START "(func (export \"malloc\") (param i32) (result i32) i32.const 8)")};
  for (unsigned i = 0; i < CTI_COUNT(guests); i++) EXPECT(guests[i], NULL, "+wasi:filesystem");
}

static void test_builtin__unknown_function(void **state) {
  (void)state;
  ct_error error;
  assert_int_equal(make(GUEST(P1("fd_frobnicate", ""), START), NULL, &error).size, 0);
  assert_non_null(strstr(error.message, "fd_frobnicate"));
  assert_int_equal(make(GUEST(P1("fd_write", "(param i64)"), START), NULL, &error).size, 0);
  assert_non_null(strstr(error.message, "fd_write"));
}

static void refused(const char *text, const ct_component_new_options *options, const char *message) {
  ct_error error;
  ct_buf component = make(text, options, &error);
  if (component.size || !strstr(error.message, message)) fail_msg("%s\n  %s", text, component.size ? "was taken" : error.message);
  ct_buf_free(&component);
}

/* `_start` is called as a function that takes and gives nothing, whatever the layout. */
static void test_builtin__start(void **state) {
  (void)state;
  ct_component_new_options shim = {.layout = CT_LAYOUT_SHIM}, fused = {.fuse_adapter = true}, separate = {.separate_memory = true}, reactor = {.wasi_adapter = CT_WASI_ADAPTER_REACTOR};
  const ct_component_new_options *const ways[] = {NULL, &shim, &fused, &separate};
  static const char gives[] = GUEST(FD_WRITE, "(func (export \"_start\") (result i32) i32.const 0)"), takes[] = GUEST(FD_WRITE, "(func (export \"_start\") (param i64))");
  for (unsigned i = 0; i < CTI_COUNT(ways); i++) {
    refused(gives, ways[i], "\"_start\" (function () -> i32), which adapter \"wasi_snapshot_preview1\" imports, must be a function () -> ()");
    refused(takes, ways[i], "\"_start\" (function (i64) -> ())");
    refused(GUEST(FD_WRITE, "(export \"_start\" (global 0))"), ways[i], "\"_start\" (global)");
  }
  EXPECT(takes, &reactor, "-wasi:cli/run@");
}

/* What the canonical ABI and the adapter cannot work on is told with what it is; a memory may begin without a page. */
static void test_builtin__memory_types(void **state) {
  (void)state;
  ct_component_new_options shim = {.layout = CT_LAYOUT_SHIM}, fused = {.fuse_adapter = true}, pages = {.realloc_via_memory_grow = true};
  const ct_component_new_options *const ways[] = {NULL, &shim, &fused, &pages};
  for (unsigned i = 0; i < CTI_COUNT(ways); i++) {
    refused("(module " FD_WRITE "(memory (export \"memory\") i64 1)" START ")", ways[i], "memory has addresses of 64 bits: adapter \"wasi_snapshot_preview1\"");
    refused("(module " FD_WRITE "(memory (export \"memory\") 1 2 shared)" START ")", ways[i], "memory is shared between threads");
    refused("(module " FD_WRITE "(memory (export \"memory\") 1 (pagesize 1))" START ")", ways[i], "memory has pages of another size");
    EXPECT("(module " FD_WRITE PATH_OPEN "(memory (export \"memory\") 0)" START ")", ways[i], "+wasi:filesystem");
  }
}

static void new_component(ct_slice bytes, void *context) {
  ct_error error;
  ct_pieces pieces = {0};
  (void)context;
  ct_error_clear(&error);
  if (ct_component_new(&pieces, bytes, NULL, &error) != CT_OK) assert_int_not_equal(error.status, CT_OK);
  ct_pieces_free(&pieces);
}

/* Cut at every byte, each bit flipped, each allocation failing once. */
static void test_builtin__hostile(void **state) {
  (void)state;
  ct_error error;
  ct_buf binary = {0};
  ct_error_clear(&error);
  assert_int_equal(ct_text_parse(&binary, CTI_LIT(GUEST(FD_WRITE PROC_EXIT, START "(data (i32.const 100) \"x\")")), &error), CT_OK);
  hurt_cuts(cti_buf_slice(&binary), new_component, NULL);
  hurt_bits(cti_buf_slice(&binary), new_component, NULL);
  hurt_starve(cti_buf_slice(&binary), new_component, NULL);
  ct_buf_free(&binary);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_builtin__forms),   cmocka_unit_test(test_builtin__only_what_is_used), cmocka_unit_test(test_builtin__options),
      cmocka_unit_test(test_builtin__memory),  cmocka_unit_test(test_builtin__start), cmocka_unit_test(test_builtin__memory_types), cmocka_unit_test(test_builtin__unknown_function),  cmocka_unit_test(test_builtin__hostile),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
