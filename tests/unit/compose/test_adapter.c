/* Adapters: what is not used goes, the stack is taken in each of the three ways, and what is no adapter is refused in words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "compose/adapter.h"
#include "ctool/text.h"
#include "ctool/validate.h"
#include "hurt.h"

static const char with_stack[] =
    "(module"
    "  (type (func (param f64)))"
    "  (import \"env\" \"memory\" (memory 0))"
    "  (import \"wasi:a/b\" \"used\" (func $used (param i32)))"
    "  (import \"wasi:a/b\" \"unused\" (func $unused (param i64)))"
    "  (import \"__main_module__\" \"cabi_realloc\" (func $realloc (param i32 i32 i32 i32) (result i32)))"
    "  (global $other (mut i64) (i64.const 1))"
    "  (global $__stack_pointer (mut i32) (i32.const 0))"
    "  (global $allocation_state (mut i32) (i32.const 0))"
    "  (func $helper (param i32) (call $used (local.get 0)))"
    "  (func $dead (call $unused (global.get $other)))"
    "  (func (export \"f\") (global.set $__stack_pointer (i32.sub (global.get $__stack_pointer) (i32.const 16)))"
    "    (drop (global.get $allocation_state)) (call $helper (call $realloc (i32.const 0) (i32.const 0) (i32.const 8) (i32.const 65536))))"
    "  (func (export \"g\") (call $dead)))";

typedef struct fixture {
  ct_error error;
  cti_arena arena;
  ct_buf binary;
  cti_map required;
  cti_module cut;
} fixture;

static fixture *fresh(const char *text) {
  static fixture f;
  f = (fixture){0};
  ct_error_clear(&f.error);
  cti_arena_init(&f.arena, &f.error);
  if (ct_text_parse(&f.binary, cti_slice_str(text), &f.error)) fail_msg("%s", f.error.message);
  return &f;
}

static void done(fixture *f) {
  ct_buf_free(&f->binary);
  cti_arena_free(&f->arena);
}

static ct_status splice(fixture *f, const char *export_, const char *realloc) {
  ct_slice out = {NULL, 0};
  assert_int_equal(cti_map_set(&f->required, &f->arena, cti_slice_str(export_), 0), CT_OK);
  ct_status status = cti_adapter_splice(&out, cti_buf_slice(&f->binary), CTI_LIT("a"), &f->required, realloc ? cti_slice_str(realloc) : (ct_slice){NULL, 0}, &f->arena);
  if (status != CT_OK) return status;
  if (ct_validate(out, NULL, &f->error)) fail_msg("the cut adapter is not valid: %s", f->error.message);
  assert_int_equal(cti_module_decode(&f->cut, out, 0, &f->arena), CT_OK);
  return CT_OK;
}

static bool imports(const fixture *f, const char *name) {
  for (uint32_t i = 0; i < f->cut.imports.count; i++)
    if (cti_slice_is(f->cut.imports.items[i].name, name)) return true;
  return false;
}

static void test_splice__keeps_what_is_reached(void **state) {
  (void)state;
  fixture *f = fresh(with_stack);
  assert_int_equal(splice(f, "f", "cabi_realloc"), CT_OK);
  assert_true(imports(f, "used") && imports(f, "cabi_realloc") && !imports(f, "unused"));
  assert_int_equal(f->cut.exports.count, 1);
  assert_int_equal(f->cut.globals.count, 2);
  assert_int_equal(f->cut.funcs.count, 2 + 2 + 1); /* imports; f and its helper; the one that takes the stack */
  assert_int_equal(f->cut.start, UINT32_MAX);
  done(f);
}

static void test_splice__other_export(void **state) {
  (void)state;
  fixture *f = fresh(with_stack);
  assert_int_equal(splice(f, "g", "cabi_realloc"), CT_OK);
  assert_true(!imports(f, "used") && !imports(f, "cabi_realloc") && imports(f, "unused") && !imports(f, "memory"));
  assert_int_equal(f->cut.globals.count, 1); /* no stack: nothing that lives uses it */
  assert_int_equal(f->cut.funcs.count, 1 + 2);
  done(f);
}

/* Without an allocator one is made, and the stack is taken at the start. */
static void test_splice__memory_grow(void **state) {
  (void)state;
  fixture *f = fresh(with_stack);
  assert_int_equal(splice(f, "f", NULL), CT_OK);
  assert_true(!imports(f, "cabi_realloc"));
  assert_int_not_equal(f->cut.start, UINT32_MAX);
  done(f);
}

/* The allocator of the main module has another name there. */
static void test_splice__renamed_realloc(void **state) {
  (void)state;
  fixture *f = fresh(with_stack);
  assert_int_equal(splice(f, "f", "canonical_abi_realloc"), CT_OK);
  assert_true(imports(f, "canonical_abi_realloc"));
  done(f);
}

static void refused(const char *text, const char *export_, const char *why) {
  fixture *f = fresh(text);
  assert_int_equal(splice(f, export_, NULL), CT_COMPOSE_ADAPTER);
  if (!strstr(f->error.message, why)) fail_msg("\"%s\" does not tell \"%s\"", f->error.message, why);
  done(f);
}

static void test_splice__refuses(void **state) {
  (void)state;
  refused("(module (memory 1) (data (i32.const 0) \"x\") (func (export \"f\")))", "f", "data section");
  refused("(module (table 1 funcref) (func (export \"f\")) (elem (i32.const 0) 0))", "f", "element section");
  refused("(module (memory 1) (func (export \"f\") (drop (memory.size))))", "f", "defines a memory");
  refused("(module (table 1 funcref) (func (export \"f\") (drop (table.size))))", "f", "uses a table");
  refused("(module (func (export \"f\")))", "g", "does not export \"g\"");
  refused("(module (func $s) (start $s) (func (export \"f\")))", "f", "start section");
  refused("(module (import \"env\" \"memory\" (memory $a 1)) (import \"env\" \"m2\" (memory $b 1)) (func (export \"f\") (memory.copy $a $b (i32.const 0) (i32.const 0) (i32.const 0))))", "f",
          "two memories");
}

static void target(ct_slice bytes, void *context) {
  (void)context;
  ct_error error;
  ct_error_clear(&error);
  cti_arena arena;
  cti_arena_init(&arena, &error);
  cti_map required = {0};
  ct_slice out;
  if (cti_map_set(&required, &arena, CTI_LIT("f"), 0) == CT_OK) {
    ct_status status = cti_adapter_splice(&out, bytes, CTI_LIT("a"), &required, CTI_LIT("cabi_realloc"), &arena);
    assert_int_equal(status, error.status);
  }
  cti_arena_free(&arena);
}

static void test_splice__hostile_input(void **state) {
  (void)state;
  fixture *f = fresh(with_stack);
  hurt_cuts(cti_buf_slice(&f->binary), target, NULL);
  hurt_bits(cti_buf_slice(&f->binary), target, NULL);
  assert_true(hurt_starve(cti_buf_slice(&f->binary), target, NULL) > 0);
  done(f);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_splice__keeps_what_is_reached), cmocka_unit_test(test_splice__other_export), cmocka_unit_test(test_splice__memory_grow),
      cmocka_unit_test(test_splice__renamed_realloc),       cmocka_unit_test(test_splice__refuses),      cmocka_unit_test(test_splice__hostile_input),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
