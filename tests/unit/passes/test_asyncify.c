/* The pass as a whole: text in, text out. What each function becomes is seen without the optimizer's work on the result, so that only this pass shows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "ctool/optimize.h"
#include "ctool/text.h"
#include "hurt.h"

static ct_status write(void *context, ct_slice bytes, ct_error *error) { return ct_buf_append(context, bytes, error); }

/* The whole result as text, to be freed, or the failure. */
static ct_buf printed(const char *text, const ct_asyncify_options *options) {
  ct_error error;
  ct_buf binary = {0}, made = {0}, out = {0};
  ct_error_clear(&error);
  const ct_optimize_options all = {.as_it_is = true, .keep_names = true, .asyncify = options};
  const ct_sink sink = {.write = write, .user = &out};
  ct_status status = ct_text_parse(&binary, (ct_slice){(const uint8_t *)text, strlen(text)}, &error);
  if (status == 0) status = ct_optimize(&made, (ct_slice){binary.data, binary.size}, &all, &error);
  if (status == 0) status = ct_print(&sink, (ct_slice){made.data, made.size}, NULL, &error);
  if (status) ct_buf_append(&out, (ct_slice){(const uint8_t *)error.message, strlen(error.message)}, &(ct_error){0});
  ct_buf_append(&out, (ct_slice){(const uint8_t *)"", 1}, &error);
  ct_buf_free(&binary);
  ct_buf_free(&made);
  return out;
}

/* The function `name` of it on one line, with one space between words and without comments. */
static void assert_function(const char *text, const ct_asyncify_options *options, const char *name, const char *expected) {
  char line[4000], head[64];
  size_t size = 0;
  ct_buf out = printed(text, options);
  snprintf(head, sizeof head, "(func $%s ", name);
  const char *at = strstr((const char *)out.data, head), *end = at ? strstr(at, "\n  )") : NULL;
  if (!end) fail_msg("no function $%s in:\n%s", name, (const char *)out.data);
  at = strchr(at, '\n');
  while (at < end && size + 1 < sizeof line) {
    if (strncmp(at, ";;", 2) == 0) at += strcspn(at, "\n");
    if (strncmp(at, "(;", 2) == 0) at = strstr(at, ";)") + 2;
    bool space = *at == ' ' || *at == '\n';
    if (!space) line[size++] = *at;
    else if (size && line[size - 1] != ' ') line[size++] = ' ';
    at++;
  }
  while (size && line[size - 1] == ' ') size--;
  line[size] = 0;
  assert_string_equal(line, expected);
  ct_buf_free(&out);
}

static void assert_holds(const char *text, const ct_asyncify_options *options, const char *part, bool holds) {
  ct_buf out = printed(text, options);
  if ((strstr((const char *)out.data, part) != NULL) != holds) fail_msg("%s\n%s", part, (const char *)out.data);
  ct_buf_free(&out);
}

#define MODULE(body) "(module (import \"env\" \"p\" (func $p (param i32) (result i32))) (import \"env\" \"q\" (func $q)) (memory 1) " body")"
static const ct_asyncify_options defaults;

/* One call: no number is kept. What comes before is passed over; the argument is made again from its local. */
static void test_asyncify__one_call(void **state) {
  (void)state;
  assert_function(MODULE("(func $f (param i32) (result i32) (i32.store (i32.const 0) (local.get 0)) (call $p (i32.add (local.get 0) (i32.const 1))))"), &defaults, "f",
                  "block block global.get $__asyncify_state if call $__asyncify_pop_i32 local.set 0 br 1 end i32.const 0 local.get 0 i32.store end"
                  " local.get 0 i32.const 1 i32.add call $p global.get $__asyncify_state br_if 0 return end local.get 0 call $__asyncify_push_i32 i32.const 0");
}

/* Two calls have numbers. The argument of one that is rewritten itself may be anything while rewinding: nothing is kept for it. */
static void test_asyncify__two_calls(void **state) {
  (void)state;
  assert_function(MODULE("(func $g (param i32) (drop (call $p (local.get 0)))) (func $f (call $g (i32.load (i32.const 8))) (call $g (i32.const 2)))"), &defaults, "f",
                  "(local i32) block (result i32) block block global.get $__asyncify_state if call $__asyncify_pop_i32 br_table 1 2 end i32.const 8 i32.load local.set 0 end"
                  " local.get 0 call $g i32.const 0 global.get $__asyncify_state br_if 1 drop end i32.const 2 call $g i32.const 1 global.get $__asyncify_state br_if 0 drop return end"
                  " call $__asyncify_push_i32");
}

/* A value that waits and could be another one later goes to a local, which is kept. */
static void test_asyncify__waiting_values(void **state) {
  (void)state;
  assert_function(MODULE("(func $f (result i32) (i32.add (i32.load (i32.const 8)) (call $p (i32.const 1))))"), &defaults, "f",
                  "(local i32) block block global.get $__asyncify_state if call $__asyncify_pop_i32 local.set 0 br 1 end i32.const 8 i32.load local.set 0 end"
                  " local.get 0 i32.const 1 call $p global.get $__asyncify_state br_if 0 i32.add return end local.get 0 call $__asyncify_push_i32 i32.const 0");
}

/* A loop that begins with its call needs no table; an if around a call becomes a branch. */
static void test_asyncify__loops_and_ifs(void **state) {
  (void)state;
  assert_function(MODULE("(func $f (param i32) (loop $l (call $q) (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))"), &defaults, "f",
                  "block global.get $__asyncify_state if call $__asyncify_pop_i32 local.set 0 end loop call $q global.get $__asyncify_state br_if 1"
                  " local.get 0 i32.const -1 i32.add local.tee 0 br_if 0 end return end local.get 0 call $__asyncify_push_i32");
  assert_function(MODULE("(func $f (param i32) (if (local.get 0) (then (call $q)) (else (i32.store (i32.const 0) (i32.const 1)))))"), &defaults, "f",
                  "block block global.get $__asyncify_state br_if 0 local.get 0 i32.eqz if i32.const 0 i32.const 1 i32.store br 2 end end"
                  " call $q global.get $__asyncify_state br_if 1 end return");
}

static void test_asyncify__quiet_functions_stay(void **state) {
  (void)state;
  assert_function(MODULE("(func $g (drop (call $p (i32.const 1)))) (func $f (param i32) (result i32) (block (br_if 0 (local.get 0))) (i32.div_u (local.get 0) (i32.const 3)))"), &defaults, "f",
                  "block local.get 0 br_if 0 end local.get 0 i32.const 3 i32.div_u");
  assert_function(MODULE("(func $f (drop (call $p (i32.const 1))))"), &(ct_asyncify_options){.imports = "env.q"}, "f", "i32.const 1 call $p drop");
}

static void test_asyncify__asserts(void **state) {
  (void)state;
  assert_function(MODULE("(func $f (param i32) (local i64) (drop (call $p (i32.const 1))))"), &(ct_asyncify_options){.remove_list = "f", .asserts = true}, "f",
                  "(local i64 i32) global.get $__asyncify_state local.set 2 i32.const 1 call $p global.get $__asyncify_state local.get 2 i32.ne if unreachable end drop");
}

static void test_asyncify__globals(void **state) {
  (void)state;
  static const char text[] = "(module (import \"env\" \"p\" (func $p)) (memory 1) (global $g (mut i64) (i64.const 5)) (func $f (export \"f\") (global.set $g (i64.const 1)) (call $p) (global.set $g (i64.const 2))))";
  assert_holds(text, &defaults, "(global $__asyncify_state (;1;) (mut i32) i32.const 0)", true);
  assert_holds(text, &defaults, "(export \"__asyncify_data\"", false);
  assert_holds(text, &(ct_asyncify_options){.export_globals = true}, "(export \"__asyncify_data\" (global $__asyncify_data))", true);
  assert_holds(text, &(ct_asyncify_options){.import_globals = true}, "(import \"env\" \"__asyncify_state\" (global (;0;) (mut i32)))", true);
  assert_holds(text, &(ct_asyncify_options){.import_globals = true}, "(global $g (;2;) (mut i64) i64.const 5)", true);
  assert_holds(text, &(ct_asyncify_options){.import_globals = true}, "global.set $g", true);
  assert_holds(text, &(ct_asyncify_options){.import_globals = true, .export_globals = true}, "imported or exported, not both", true);
}

static void test_asyncify__wide_memories_and_types(void **state) {
  (void)state;
  static const char text[] = "(module (import \"env\" \"p\" (func $p)) (memory i64 1) (func $f (param i64 f32 f64 v128) (result v128) (call $p) (drop (local.get 0)) (drop (local.get 1))"
                             " (i64.store (i64.const 0) (local.get 0)) (f32.store (i64.const 0) (local.get 1)) (f64.store (i64.const 0) (local.get 2)) (local.get 3)))";
  assert_holds(text, &defaults, "(global $__asyncify_data (;1;) (mut i64) i64.const 0)", true);
  assert_holds(text, &defaults, "(func $asyncify_start_rewind (;4;) (type 2) (param i64)", true);
  assert_holds(text, &defaults, "(func $__asyncify_pop_v128", true);
  assert_holds(text, &defaults, "v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000", true);
  assert_holds("(module (import \"env\" \"p\" (func $p)) (func (export \"f\") (call $p)))", &defaults, "(memory (;0;) 1 1)", true);
}

static void test_asyncify__imports_of_its_own_functions(void **state) {
  (void)state;
  static const char text[] = "(module (import \"asyncify\" \"start_unwind\" (func $su (param i32))) (import \"env\" \"other\" (func $o)) (memory 1) (table (export \"t\") 1 funcref) (elem (i32.const 0) $su)"
                             " (func $pause (export \"pause\") (call $su (i32.const 16))) (func $task (export \"task\") (call $pause) (call $o)))";
  assert_holds(text, &defaults, "(import \"asyncify\"", false);
  assert_function(text, &defaults, "pause", "i32.const 16 call $asyncify_start_unwind");
  assert_holds(text, &defaults, "(elem (;0;) (i32.const 0) func $asyncify_start_unwind)", true);
}

static void test_asyncify__refusals(void **state) {
  (void)state;
  assert_holds("(module (import \"env\" \"p\" (func $p)) (func $f (return_call $p)))", &defaults, "a call in function `f` may pause, but it has a tail call", true);
  assert_holds("(module (import \"env\" \"p\" (func $p (result externref))) (func $f (result externref) (call $p) (drop (call $p))))", &defaults, "a reference that is needed after it", true);
  assert_holds("(module (import \"env\" \"p\" (func $p)) (func $f (block (result i32 i32) (call $p) (i32.const 1) (i32.const 2)) drop drop))", &defaults, "several results of one block", true);
  assert_holds("(module (import \"env\" \"p\" (func $p)) (type $t (func)) (func $f (param (ref $t)) (call $p) (call_ref $t (local.get 0))))", &defaults, "a call_ref", true);
  assert_holds("(module (func (export \"asyncify_get_state\")))", &defaults, "it went through asyncify before", true);
  assert_holds("(module (import \"asyncify\" \"start_unwind\" (func (param i64))) (memory 1))", &defaults, "has another type than asyncify's function: it takes i32 and gives nothing", true);
  assert_holds("(component)", &defaults, "this is a component", true);
}

static void starved(ct_slice bytes, void *context) {
  ct_error error;
  ct_buf out = {0};
  ct_error_clear(&error);
  ct_status status = ct_optimize(&out, bytes, context, &error);
  assert_true(status == 0 || (status == 1 && out.size == 0 && error.message[0]));
  ct_buf_free(&out);
}

static void test_asyncify__without_memory(void **state) {
  (void)state;
  static const char text[] = MODULE("(table 2 funcref) (elem (i32.const 0) $f $f) (global $g (mut i32) (i32.const 1)) (func $f (export \"f\") (param i32) (result i32) (local i64)"
                                    " (block $b (result i32) (loop $l (if (call $p (local.get 0)) (then (drop (br_if $b (call $p (i32.load (i32.const 4))) (call $f (i32.const 1)))) (br $l)) (else (call $q)))) (i32.const 3)))");
  const ct_asyncify_options list = {.add_list = "f", .export_globals = true}, imported = {.import_globals = true, .asserts = true};
  ct_error error;
  ct_buf binary = {0};
  ct_error_clear(&error);
  assert_int_equal(ct_text_parse(&binary, (ct_slice){(const uint8_t *)text, strlen(text)}, &error), 0);
  ct_optimize_options a = {.as_it_is = true, .keep_names = true, .asyncify = &list}, b = {.as_it_is = true, .asyncify = &imported};
  assert_true(hurt_starve((ct_slice){binary.data, binary.size}, starved, &a) > 20);
  assert_true(hurt_starve((ct_slice){binary.data, binary.size}, starved, &b) > 20);
  ct_buf_free(&binary);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_asyncify__one_call), cmocka_unit_test(test_asyncify__two_calls), cmocka_unit_test(test_asyncify__waiting_values), cmocka_unit_test(test_asyncify__loops_and_ifs),
      cmocka_unit_test(test_asyncify__quiet_functions_stay), cmocka_unit_test(test_asyncify__asserts), cmocka_unit_test(test_asyncify__globals), cmocka_unit_test(test_asyncify__wide_memories_and_types),
      cmocka_unit_test(test_asyncify__imports_of_its_own_functions), cmocka_unit_test(test_asyncify__refusals), cmocka_unit_test(test_asyncify__without_memory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
