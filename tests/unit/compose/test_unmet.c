/* What stands between a module and its component, all at once: grouping, order and number of what is told, with each allocation failing once. In which words
 * is the business of tests/cli/component_new.test. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/buf.h"
#include "ctool/compose.h"
#include "ctool/text.h"
#include "hurt.h"

static const char wit_text[] =
    "package a:b; interface i { f: func(x: string); log-line: func(s: string); } interface o { put: func(s: string); take: func() -> string; }"
    " world w { import i; import name: func() -> string; export o; export run: func() -> u32; }";

typedef struct input {
  ct_buf module, world;
} input;

static void append(char *out, size_t size, const char *text) { strncat(out, text, size - strlen(out) - 1); }

static void open_input(input *in, const char *module) {
  ct_error error;
  ct_wit *wit = NULL;
  *in = (input){0};
  ct_error_clear(&error);
  if (ct_text_parse(&in->module, cti_slice_str(module), &error)) fail_msg("%s", error.message);
  if (ct_wit_read(&wit, "t.wit", cti_slice_str(wit_text), NULL, &error) || ct_component_type(&in->world, wit, NULL, &error)) fail_msg("%s", error.message);
  ct_wit_free(wit);
}

static void close_input(input *in) {
  ct_buf_free(&in->module);
  ct_buf_free(&in->world);
}

/* Fails with *error filled in, or makes a component that is thrown away. */
static ct_status try_new(ct_slice module, const ct_buf *world, ct_error *error) {
  ct_slice types = cti_buf_slice(world);
  ct_component_new_options options = {.component_types = &types, .component_type_count = 1, .skip_validation = true};
  ct_pieces pieces;
  ct_error_clear(error);
  ct_status status = ct_component_new(&pieces, module, &options, error);
  ct_pieces_free(&pieces);
  return status;
}

static unsigned count(const char *text, const char *part) {
  unsigned n = 0;
  for (const char *at = text; (at = strstr(at, part)) != NULL; at++) n++;
  return n;
}

#define EXPORTS "(memory (export \"memory\") 1) (func (export \"a:b/o#put\") (param i32 i32)) (func (export \"a:b/o#take\") (result i32) unreachable) (func (export \"run\") (result i32) unreachable)"

/* Imports of one module name are told as one; what to do stands once when it is the same for all. */
static void test_unmet__groups(void **state) {
  input in;
  ct_error error;
  (void)state;
  open_input(&in, "(module (import \"a:b/x\" \"f\" (func)) (import \"a:b/x\" \"g\" (func)) (import \"a:b/x\" \"h\" (func))" EXPORTS ")");
  assert_int_equal(try_new(cti_buf_slice(&in.module), &in.world, &error), CT_COMPOSE_IMPORT);
  assert_int_equal(count(error.message, "core import"), 1);
  assert_non_null(strstr(error.message, "; the same holds for \"g\", \"h\""));
  assert_non_null(strstr(error.hint, "import a:b/x;"));
  close_input(&in);
  open_input(&in, "(module (import \"a:b/x\" \"f\" (func)) (import \"a:b/y\" \"f\" (func)) (import \"a:b/x\" \"g\" (func))" EXPORTS ")");
  assert_int_equal(try_new(cti_buf_slice(&in.module), &in.world, &error), CT_COMPOSE_IMPORT);
  assert_int_equal(count(error.message, "core import"), 3); /* neighbours alone */
  assert_int_equal(count(error.message, "\n  = "), 3);
  assert_int_equal(error.hint[0], 0);
  close_input(&in);
}

/* Twelve are told, the others counted; of a group, nine are named. */
static void test_unmet__many(void **state) {
  static char text[65536];
  char line[128];
  input in;
  ct_error error;
  (void)state;
  strcpy(text, "(module");
  for (unsigned i = 0; i < 40; i++) append(text, sizeof text, (snprintf(line, sizeof line, "(import \"a:b/x%u\" \"f\" (func))", i), line));
  append(text, sizeof text, EXPORTS ")");
  open_input(&in, text);
  assert_int_equal(try_new(cti_buf_slice(&in.module), &in.world, &error), CT_COMPOSE_IMPORT);
  unsigned told = count(error.message, "core import");
  assert_in_range(told, 8, 12); /* as many as there is room for */
  snprintf(line, sizeof line, "\nand %u more", 40 - told);
  assert_non_null(strstr(error.message, line));
  close_input(&in);
  strcpy(text, "(module");
  for (unsigned i = 0; i < 40; i++) append(text, sizeof text, (snprintf(line, sizeof line, "(import \"a:b/x\" \"f%u\" (func))", i), line));
  append(text, sizeof text, EXPORTS ")");
  open_input(&in, text);
  assert_int_equal(try_new(cti_buf_slice(&in.module), &in.world, &error), CT_COMPOSE_IMPORT);
  assert_non_null(strstr(error.message, "\"f8\" and 31 more"));
  close_input(&in);
}

static void make(ct_slice bytes, void *context) {
  ct_error error;
  ct_status status = try_new(bytes, context, &error);
  assert_int_equal(status, error.status);
  assert_true(status == CT_OK || error.message[0]);
}

/* One module with every kind of problem. */
static void test_unmet__hostile(void **state) {
  input in;
  (void)state;
  open_input(&in, "(module (import \"a:b/i\" \"g\" (func)) (import \"a:b/i\" \"f\" (func (param i64))) (import \"a:b/i\" \"[resource-drop]r\" (func (param i32)))"
                  " (import \"$root\" \"nome\" (func (param i32))) (import \"env\" \"log_line\" (func (param i32 i32))) (import \"env\" \"sin\" (func)) (import \"env\" \"cos\" (func))"
                  " (import \"wasi:cli/environment@0.2.0\" \"get-arguments\" (func (param i32))) (import \"a:b/i@1.0.0\" \"g\" (func)) (import \"a:c/i\" \"g\" (func)) (import \"wasi:cli/stdin\" \"g\" (func))"
                  " (import \"GOT.mem\" \"x\" (global (mut i32))) (import \"env\" \"t\" (table 1 funcref))"
                  " (memory (export \"memory\") 1) (memory (export \"cm32p2_memory\") 1) (func (export \"a:b/o#putt\")) (func (export \"a:b/o@1.0.0#put\")) (func (export \"run\") (param i32)) (func (export \"cabi_realloc\")))");
  hurt_starve(cti_buf_slice(&in.module), make, &in.world);
  hurt_cuts(cti_buf_slice(&in.module), make, &in.world);
  hurt_bits(cti_buf_slice(&in.module), make, &in.world);
  close_input(&in);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_unmet__groups),
      cmocka_unit_test(test_unmet__many),
      cmocka_unit_test(test_unmet__hostile),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
