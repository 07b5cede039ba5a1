/* The cabi_realloc that --synthesize-realloc makes: for which modules, by which means, and that the module stays what it was. What it does when it runs is the
 * business of tests/run/realloc. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "compose/realloc_make.h"
#include "ctool/text.h"
#include "ctool/validate.h"
#include "hurt.h"

typedef struct made {
  ct_error error;
  cti_arena arena;
  ct_buf binary;
  cti_realloc_made out;
  cti_module module; /* what came out */
} made;

static void start(made *m, const char *text) {
  *m = (made){0};
  ct_error_clear(&m->error);
  cti_arena_init(&m->arena, &m->error);
  if (ct_text_parse(&m->binary, cti_slice_str(text), &m->error)) fail_msg("%s\n  %s", text, m->error.message);
}

static void end(made *m) {
  cti_arena_free(&m->arena);
  ct_buf_free(&m->binary);
}

/* Makes it, and validates what comes out. */
static void make(made *m, const char *text, cti_realloc_kind kind) {
  start(m, text);
  if (cti_realloc_make(&m->out, cti_buf_slice(&m->binary), "cabi_realloc", &m->arena)) fail_msg("%s\n  %s", text, m->error.message);
  if (m->out.kind != kind) fail_msg("%s\n  gives %d", text, (int)m->out.kind);
  ct_validate_options checks = {0};
  assert_int_equal(ct_features_parse(&checks.features, "all", &m->error), CT_OK);
  if (ct_validate(m->out.bytes, &checks, &m->error)) fail_msg("%s\n  is not valid: %s", text, m->error.message);
  assert_int_equal(cti_module_decode(&m->module, m->out.bytes, 0, &m->arena), CT_OK);
  if (kind == CTI_REALLOC_NONE) assert_true(m->out.bytes.data == m->binary.data);
}

/* The new function is the last one, and nobody calls it yet. */
static void check_new(const made *m) {
  const cti_export *last = cti_vec_last(&m->module.exports);
  assert_true(cti_slice_is(last->name, "cabi_realloc"));
  assert_int_equal(last->index, m->module.funcs.count - 1);
  const cti_subtype *type = cti_module_func_type(&m->module, last->index);
  assert_int_equal(type->param_count, 4);
  assert_int_equal(type->result_count, 1);
}

static void test_make__bump(void **state) {
  made m;
  (void)state;
  make(&m, "(module (memory (export \"memory\") 1))", CTI_REALLOC_BUMP);
  check_new(&m);
  assert_int_equal(m.module.globals.count, 2);
  assert_false(m.out.grows);
  end(&m);
  make(&m, "(module (import \"a\" \"f\" (func)) (import \"a\" \"g\" (global i32)) (memory 1) (memory (export \"cm32p2_memory\") 1) (table 1 funcref) (elem (i32.const 0) 1)"
           " (func (export \"run\") call 0) (global i32 (i32.const 5)) (start 1) (data (memory 1) (i32.const 4) \"x\") (@custom \"after\" \"y\"))", CTI_REALLOC_BUMP);
  check_new(&m);
  assert_int_equal(m.module.globals.count, 4);
  assert_int_equal(m.module.exports.items[1].index, 1);
  assert_int_equal(m.module.start, 1);
  end(&m);
}

static void test_make__own_allocator(void **state) {
  made m;
  (void)state;
  make(&m, "(module (memory (export \"memory\") 1) (func (export \"malloc\") (param i32) (result i32) unreachable) (func (export \"realloc\") (param i32 i32) (result i32) unreachable))", CTI_REALLOC_MALLOC);
  check_new(&m);
  assert_true(cti_slice_is(m.out.by, "realloc"));
  assert_int_equal(m.module.globals.count, 0);
  end(&m);
  make(&m, "(module (memory (export \"memory\") 1) (func (export \"malloc\") (param i32) (result i32) unreachable) (func (export \"realloc\") (param i32 i64) (result i32) unreachable))", CTI_REALLOC_MALLOC);
  assert_true(cti_slice_is(m.out.by, "malloc"));
  end(&m);
  make(&m, "(module (memory (export \"memory\") 1) (func (export \"malloc\") (param i32) unreachable))", CTI_REALLOC_BUMP); /* another malloc */
  end(&m);
}

/* An allocator that is not exported shows by memory.grow. */
static void test_make__grows(void **state) {
  made m;
  (void)state;
  make(&m, "(module (memory (export \"memory\") 1) (func) (func (local i32 i64) (if (i32.const 1) (then (drop (memory.grow (i32.const 1)))))))", CTI_REALLOC_BUMP);
  assert_true(m.out.grows);
  end(&m);
  make(&m, "(module (memory (export \"memory\") 1) (func (drop (memory.size))))", CTI_REALLOC_BUMP);
  assert_false(m.out.grows);
  end(&m);
}

/* Every name in use, and no memory at all. */
static void test_make__not_needed(void **state) {
  static const char *const names[] = {"cabi_realloc", "cm32p2_realloc", "canonical_abi_realloc"};
  made m;
  char text[512];
  (void)state;
  for (unsigned i = 0; i < CTI_COUNT(names); i++) {
    snprintf(text, sizeof text, "(module (memory (export \"memory\") 1) (func (export \"%s\") (param i32 i32 i32 i32) (result i32) unreachable))", names[i]);
    make(&m, text, CTI_REALLOC_NONE);
    end(&m);
  }
  make(&m, "(module (memory (export \"memory\") 1) (func (export \"cabi_import_realloc\") (export \"cabi_export_realloc\") (param i32 i32 i32 i32) (result i32) unreachable))", CTI_REALLOC_NONE);
  end(&m);
  make(&m, "(module (memory (export \"memory\") 1) (func (export \"cabi_import_realloc\") (param i32 i32 i32 i32) (result i32) unreachable))", CTI_REALLOC_BUMP);
  end(&m);
  make(&m, "(module (memory 1))", CTI_REALLOC_NONE);
  end(&m);
}

static void test_make__memories(void **state) {
  static const char *const memories[] = {"i64 1", "1 1 shared", "1 (pagesize 1)"};
  made m;
  char text[128];
  (void)state;
  for (unsigned i = 0; i < CTI_COUNT(memories); i++) {
    snprintf(text, sizeof text, "(module (memory (export \"memory\") %s))", memories[i]);
    start(&m, text);
    assert_int_equal(cti_realloc_make(&m.out, cti_buf_slice(&m.binary), "cabi_realloc", &m.arena), CT_COMPOSE_EXPORT);
    end(&m);
  }
}

/* A module that decodes gets its allocator, however wrong it is. */
static void try_make(ct_slice bytes, void *context) {
  ct_error error;
  cti_arena arena;
  cti_realloc_made out;
  (void)context;
  ct_error_clear(&error);
  cti_arena_init(&arena, &error);
  ct_status status = cti_realloc_make(&out, bytes, "cabi_realloc", &arena);
  assert_int_equal(status, error.status);
  cti_arena_free(&arena);
}

static void test_make__hostile(void **state) {
  made m;
  (void)state;
  start(&m, "(module (memory (export \"memory\") 1) (global (mut i32) (i32.const 1)) (func (export \"malloc\") (param i32) (result i32) (local i64) (drop (memory.grow (i32.const 1))) local.get 0))");
  hurt_cuts(cti_buf_slice(&m.binary), try_make, NULL);
  hurt_bits(cti_buf_slice(&m.binary), try_make, NULL);
  assert_true(hurt_starve(cti_buf_slice(&m.binary), try_make, NULL) > 0);
  end(&m);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_make__bump),       cmocka_unit_test(test_make__own_allocator), cmocka_unit_test(test_make__grows),
      cmocka_unit_test(test_make__not_needed), cmocka_unit_test(test_make__memories),      cmocka_unit_test(test_make__hostile),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
