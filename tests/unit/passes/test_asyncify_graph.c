/* Which functions are rewritten: by what they call, by tables, by lists. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "ctool/text.h"
#include "passes/asyncify.h"

/* The names of the functions that are rewritten, in order, with a space after each; or the failure. */
static const char *rewritten(const char *text, const ct_asyncify_options *options) {
  static char out[4000];
  ct_error error;
  ct_buf binary = {0};
  cti_arena arena;
  cti_module m;
  ct_error_clear(&error);
  cti_arena_init(&arena, &error);
  if (ct_text_parse(&binary, cti_slice_str(text), &error)) fail_msg("%s", error.message);
  assert_int_equal(cti_module_decode(&m, cti_buf_slice(&binary), 0, &arena), CT_OK);
  cti_asyncify a = {.m = &m, .arena = &arena, .options = options, .func_count = m.funcs.count};
  out[0] = 0;
  ct_status status = cti_asyncify_name_funcs(&a);
  if (status == CT_OK) status = cti_asyncify_analyze(&a);
  for (uint32_t i = 0; i < a.func_count && status == CT_OK; i++)
    if (a.funcs[i] & CTI_ASYNCIFY_REWRITTEN) snprintf(out + strlen(out), sizeof out - strlen(out), "%.*s ", CTI_S(a.names[i]));
  if (status != CT_OK) snprintf(out, sizeof out, "error: %s", error.message);
  ct_buf_free(&binary);
  cti_arena_free(&arena);
  return out;
}

#define EXPECT(expected, text, ...) assert_string_equal(rewritten(text, &(ct_asyncify_options){__VA_ARGS__}), expected)

static const char chain[] =
    "(module (import \"env\" \"sleep\" (func $sleep)) (import \"env\" \"log\" (func $log))"
    " (func $a (call $b)) (func $b (call $sleep)) (func $c (call $log)) (func $d) (func $e (call $c) (call $d)) (func (call $a)))";

static void test_asyncify_graph__callers_of_imports(void **state) {
  (void)state;
  EXPECT("a b c e 5 ", chain, 0);
  EXPECT("a b 5 ", chain, .imports = "env.sleep");
  EXPECT("c e ", chain, .imports = "*.l*");
  EXPECT("", chain, .imports = "env.absent");
  EXPECT("", chain, .ignore_imports = true);
}

static void test_asyncify_graph__lists(void **state) {
  (void)state;
  EXPECT("a 5 ", chain, .imports = "env.sleep", .remove_list = "b", .add_list = "a,5");
  EXPECT("", chain, .imports = "env.sleep", .remove_list = "b");
  EXPECT("c d ", chain, .ignore_imports = true, .add_list = "c,d");
  EXPECT("c d e ", chain, .ignore_imports = true, .add_list = "c,d", .propagate_add_list = true);
  EXPECT("b d ", chain, .only_list = "b,d");
  EXPECT("error: asyncify takes either an only list, or a remove list and an add list", chain, .only_list = "b", .add_list = "a");
  EXPECT("error: `b` is in the add list and in the remove list of asyncify", chain, .remove_list = "b", .add_list = "b");
  EXPECT("error: the remove list of asyncify names `log`, which is an import; the import list is for those", chain, .remove_list = "log");
}

#define TABLE(more)                                                                                                                              \
  "(module (type $u (func (param i32))) (type $v (func (param i64))) (import \"env\" \"sleep\" (func $sleep)) (table $t 4 funcref)"              \
  " (elem (i32.const 0) $quiet $waits $other) " more                                                                                           \
  " (func $quiet (type $v)) (func $waits (type $u) (call $sleep)) (func $other (type $v))"                                                       \
  " (func $by_u (call_indirect (type $u) (i32.const 1) (i32.const 1))) (func $by_v (call_indirect (type $v) (i64.const 1) (i32.const 0)))"      \
  " (func $same (call_indirect (param i64) (i64.const 1) (i32.const 0))))"

static void test_asyncify_graph__tables_by_type(void **state) {
  (void)state;
  EXPECT("waits by_u ", TABLE(""), 0);
  EXPECT("waits ", TABLE(""), .ignore_indirect = true);
  EXPECT("waits by_v ", TABLE(""), .ignore_indirect = true, .add_list = "by_v");
  EXPECT("", TABLE(""), .imports = "env.none");
}

/* What is outside may put a function of its own into the table. */
static void test_asyncify_graph__open_tables(void **state) {
  (void)state;
  EXPECT("waits by_u by_v same ", TABLE("(export \"t\" (table $t))"), 0);
  EXPECT("waits by_u by_v same ", TABLE("(func (export \"set\") (param funcref) (table.set $t (i32.const 0) (local.get 0)))"), 0);
  EXPECT("waits by_u by_v same ", TABLE("(global (export \"g\") (mut funcref) (ref.null func))"), 0);
  EXPECT("waits by_u ", TABLE("(table (export \"x\") 1 externref) (func (export \"take\") (param externref))"), 0);
}

/* A reference in code may come into a table. */
static void test_asyncify_graph__references(void **state) {
  (void)state;
  EXPECT("waits user ",
         "(module (import \"env\" \"sleep\" (func $sleep)) (table 1 funcref) (elem declare func $waits) (func $waits (call $sleep))"
         " (func $put (table.set (i32.const 0) (ref.func $waits))) (func $user (call_indirect (i32.const 0))))",
         0);
}

static const char own[] =
    "(module (import \"asyncify\" \"start_unwind\" (func $su (param i32))) (import \"asyncify\" \"stop_unwind\" (func $tu))"
    " (import \"asyncify\" \"start_rewind\" (func $sr (param i32))) (import \"asyncify\" \"stop_rewind\" (func $tr)) (import \"asyncify\" \"get_state\" (func $gs (result i32)))"
    " (import \"env\" \"log\" (func $log))"
    " (func $pause (if (call $gs) (then (call $tr)) (else (call $su (i32.const 0))))) (func $task (call $pause)) (func $quiet (drop (call $gs)))"
    " (func $step (call $sr (i32.const 0)) (call $task) (call $tu)) (func $main (call $step)) (func $prints (call $log)))";

static void test_asyncify_graph__schedulers_inside(void **state) {
  (void)state;
  EXPECT("task prints ", own, 0);
  EXPECT("task ", own, .ignore_imports = true);
  EXPECT("error: asyncify has no function `wait` for the import; it has start_unwind, stop_unwind, start_rewind, stop_rewind and get_state", "(module (import \"asyncify\" \"wait\" (func)))", 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_asyncify_graph__callers_of_imports), cmocka_unit_test(test_asyncify_graph__lists),      cmocka_unit_test(test_asyncify_graph__tables_by_type),
      cmocka_unit_test(test_asyncify_graph__open_tables),        cmocka_unit_test(test_asyncify_graph__references), cmocka_unit_test(test_asyncify_graph__schedulers_inside),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
