/* Layouts and core signatures, against values worked out by hand from CanonicalABI.md. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "types/canon_abi.h"

#define P(prim) cti_valtype_prim(CTI_PRIM_##prim)
#define NONE CTI_VALTYPE_NONE

typedef struct fixture {
  ct_error error;
  cti_arena arena;
  cti_types types;
  cti_abi abi;
} fixture;

static fixture *fresh(uint8_t pointer) {
  static fixture f;
  f = (fixture){0};
  ct_error_clear(&f.error);
  cti_arena_init(&f.arena, &f.error);
  cti_abi_init(&f.abi, &f.types, &f.arena, pointer);
  return &f;
}

static void done(fixture *f) { cti_arena_free(&f->arena); }

static cti_valtype add(fixture *f, cti_def def) {
  assert_true(cti_vec_push(&f->arena, &f->types.defs, def));
  return cti_valtype_def(f->types.defs.count - 1);
}

static cti_valtype members(fixture *f, cti_def_kind kind, uint32_t count, const cti_valtype *types) {
  cti_member *items = CTI_NEW_N(&f->arena, cti_member, count);
  assert_non_null(items);
  for (uint32_t i = 0; types && i < count; i++) items[i].type = types[i];
  return add(f, (cti_def){.kind = kind, .member_count = count, .members = items});
}

static cti_valtype element(fixture *f, cti_def_kind kind, cti_valtype type) { return add(f, (cti_def){.kind = kind, .element = type}); }

static void check(fixture *f, cti_valtype type, uint64_t size, unsigned align, const char *flat) {
  const cti_layout *layout = cti_abi_layout(&f->abi, type);
  assert_non_null(layout);
  assert_int_equal(layout->size, size);
  assert_int_equal(layout->align, align);
  assert_int_equal(layout->flat_count, strlen(flat));
  for (unsigned i = 0; flat[i]; i++) assert_int_equal(layout->flat[i], flat[i] == 'i' ? CTI_FLAT_I32 : flat[i] == 'l' ? CTI_FLAT_I64 : flat[i] == 'f' ? CTI_FLAT_F32 : CTI_FLAT_F64);
}

static void test_layout__primitives(void **state) {
  (void)state;
  fixture *f = fresh(CTI_FLAT_I32);
  check(f, P(BOOL), 1, 1, "i");
  check(f, P(S64), 8, 8, "l");
  check(f, P(F32), 4, 4, "f");
  check(f, P(F64), 8, 8, "d");
  check(f, P(CHAR), 4, 4, "i");
  check(f, P(STRING), 8, 4, "ii");
  check(f, P(ERROR_CONTEXT), 4, 4, "i");
  check(f, NONE, 0, 1, "");
  done(f);
}

static void test_layout__aggregates(void **state) {
  (void)state;
  fixture *f = fresh(CTI_FLAT_I32);
  check(f, members(f, CTI_DEF_RECORD, 3, (cti_valtype[]){P(U8), P(U64), P(STRING)}), 24, 8, "ilii");
  check(f, members(f, CTI_DEF_TUPLE, 2, (cti_valtype[]){P(U16), P(U8)}), 4, 2, "ii");
  check(f, members(f, CTI_DEF_VARIANT, 3, (cti_valtype[]){P(F32), NONE, P(U32)}), 8, 4, "ii");
  check(f, members(f, CTI_DEF_VARIANT, 2, (cti_valtype[]){P(STRING), P(F64)}), 16, 8, "ili");
  check(f, members(f, CTI_DEF_ENUM, 257, NULL), 2, 2, "i");
  check(f, members(f, CTI_DEF_ENUM, 65537, NULL), 4, 4, "i");
  check(f, members(f, CTI_DEF_FLAGS, 8, NULL), 1, 1, "i");
  check(f, members(f, CTI_DEF_FLAGS, 9, NULL), 2, 2, "i");
  check(f, members(f, CTI_DEF_FLAGS, 33, NULL), 8, 4, "ii");
  check(f, element(f, CTI_DEF_OPTION, P(U64)), 16, 8, "il");
  check(f, add(f, (cti_def){.kind = CTI_DEF_RESULT, .element = P(F32), .key = P(F64)}), 16, 8, "il");
  check(f, add(f, (cti_def){.kind = CTI_DEF_FIXED_LIST, .element = P(U16), .length = 5}), 10, 2, "iiiii");
  check(f, element(f, CTI_DEF_STREAM, P(STRING)), 4, 4, "i");
  check(f, element(f, CTI_DEF_ALIAS, P(U64)), 8, 8, "l");
  assert_int_equal(cti_abi_layout(&f->abi, element(f, CTI_DEF_LIST, P(STRING)))->holds, CTI_HOLDS_LIST | CTI_HOLDS_STRING);
  assert_int_equal(cti_abi_layout(&f->abi, element(f, CTI_DEF_STREAM, P(STRING)))->holds, 0);
  done(f);
}

static void test_layout__wide_pointers(void **state) {
  (void)state;
  fixture *f = fresh(CTI_FLAT_I64);
  check(f, P(STRING), 16, 8, "ll");
  check(f, members(f, CTI_DEF_VARIANT, 2, (cti_valtype[]){P(STRING), P(F32)}), 24, 8, "ill");
  done(f);
}

/* A type of 30 levels with two references each has 2^30 paths, and one of 100,000 levels would end the stack. */
static void test_layout__shared_and_deep(void **state) {
  (void)state;
  fixture *f = fresh(CTI_FLAT_I32);
  cti_valtype type = P(U8);
  for (unsigned i = 0; i < 30; i++) type = members(f, CTI_DEF_VARIANT, 2, (cti_valtype[]){type, type});
  assert_int_equal(cti_abi_layout(&f->abi, type)->flat_count, CTI_MAX_FLAT_PARAMS + 1);
  type = P(U8);
  for (unsigned i = 0; i < 100000; i++) type = members(f, CTI_DEF_TUPLE, 1, &type);
  check(f, type, 1, 1, "i");
  done(f);
}

static void test_layout__refuses(void **state) {
  (void)state;
  fixture *f = fresh(CTI_FLAT_I32);
  cti_valtype self = element(f, CTI_DEF_OPTION, cti_valtype_def(0));
  assert_null(cti_abi_layout(&f->abi, self));
  assert_int_equal(f->error.status, CT_COMP_TYPE);
  ct_error_clear(&f->error);
  assert_null(cti_abi_layout(&f->abi, add(f, (cti_def){.kind = CTI_DEF_RESOURCE})));
  ct_error_clear(&f->error);
  assert_null(cti_abi_layout(&f->abi, cti_valtype_def(77)));
  assert_int_equal(f->error.status, CT_COMP_TYPE);
  done(f);
}

static void test_layout__saturates(void **state) {
  (void)state;
  fixture *f = fresh(CTI_FLAT_I32);
  cti_valtype type = P(U64);
  for (unsigned i = 0; i < 3; i++) type = add(f, (cti_def){.kind = CTI_DEF_FIXED_LIST, .element = type, .length = UINT32_MAX});
  assert_true(cti_abi_layout(&f->abi, type)->size == UINT64_MAX);
  done(f);
}

static cti_core_sig signature(fixture *f, const char *params, cti_valtype result, cti_abi_variant variant) {
  cti_member items[20];
  memset(items, 0, sizeof items);
  uint32_t count = 0;
  for (; params[count]; count++) items[count].type = params[count] == 's' ? P(STRING) : params[count] == 'l' ? P(U64) : P(U32);
  cti_core_sig sig;
  assert_int_equal(cti_abi_signature(&sig, &f->abi, items, count, result, variant), CT_OK);
  return sig;
}

static void test_signature__sync(void **state) {
  (void)state;
  fixture *f = fresh(CTI_FLAT_I32);
  cti_core_sig sig = signature(f, "ul", P(U32), CTI_ABI_LOWER);
  assert_int_equal(sig.param_count, 2);
  assert_int_equal(sig.params[1], CTI_FLAT_I64);
  assert_int_equal(sig.result_count, 1);
  assert_int_equal(sig.needs, 0);
  sig = signature(f, "s", P(STRING), CTI_ABI_LOWER);
  assert_int_equal(sig.param_count, 3);
  assert_int_equal(sig.result_count, 0);
  assert_int_equal(sig.needs, CTI_NEEDS_MEMORY | CTI_NEEDS_REALLOC | CTI_NEEDS_ENCODING);
  sig = signature(f, "s", NONE, CTI_ABI_LOWER);
  assert_int_equal(sig.needs, CTI_NEEDS_MEMORY | CTI_NEEDS_ENCODING);
  sig = signature(f, "", P(STRING), CTI_ABI_LIFT);
  assert_int_equal(sig.param_count, 0);
  assert_int_equal(sig.result_count, 1);
  assert_int_equal(sig.needs, CTI_NEEDS_MEMORY | CTI_NEEDS_ENCODING);
  sig = signature(f, "uuuuuuuuuuuuuuuu", P(STRING), CTI_ABI_LOWER);
  assert_int_equal(sig.param_count, 17);
  sig = signature(f, "uuuuuuuuuuuuuuuuu", NONE, CTI_ABI_LIFT);
  assert_true(sig.indirect_params && sig.param_count == 1);
  assert_int_equal(sig.needs, CTI_NEEDS_MEMORY | CTI_NEEDS_REALLOC);
  done(f);
}

static void test_signature__async(void **state) {
  (void)state;
  fixture *f = fresh(CTI_FLAT_I32);
  cti_core_sig sig = signature(f, "uuuu", P(U32), CTI_ABI_LOWER_ASYNC);
  assert_int_equal(sig.param_count, 5);
  assert_int_equal(sig.needs, CTI_NEEDS_MEMORY | CTI_NEEDS_ASYNC);
  sig = signature(f, "uuuuu", NONE, CTI_ABI_LOWER_ASYNC);
  assert_true(sig.indirect_params && sig.param_count == 1 && sig.result_count == 1);
  sig = signature(f, "", P(STRING), CTI_ABI_LIFT_CALLBACK);
  assert_int_equal(sig.result_count, 1);
  assert_int_equal(sig.needs, CTI_NEEDS_MEMORY | CTI_NEEDS_ENCODING | CTI_NEEDS_ASYNC);
  sig = signature(f, "", P(STRING), CTI_ABI_LIFT_STACKFUL);
  assert_int_equal(sig.result_count, 0);
  assert_int_equal(cti_abi_task_return(&sig, &f->abi, NULL, 0, P(STRING)), CT_OK);
  assert_int_equal(sig.param_count, 2);
  assert_int_equal(sig.needs, CTI_NEEDS_MEMORY | CTI_NEEDS_ENCODING);
  done(f);
}

static void test_layout__survives_failing_allocations(void **state) {
  (void)state;
  for (size_t n = 1;; n++) {
    fixture *f = fresh(CTI_FLAT_I32);
    cti_member field = {.type = P(U8)};
    bool built = true;
    for (uint32_t i = 0; built && i < 3000; i++) {
      cti_member *own = CTI_NEW(&f->arena, cti_member);
      built = own && (*own = field, true) && cti_vec_push(&f->arena, &f->types.defs, ((cti_def){.kind = CTI_DEF_TUPLE, .member_count = 1, .members = own}));
      field.type = cti_valtype_def(i);
    }
    assert_true(built);
    cti_alloc_fail_at(n);
    const cti_layout *layout = cti_abi_layout(&f->abi, field.type);
    bool failed = cti_alloc_failed();
    cti_alloc_fail_at(0);
    if (failed) assert_true(layout == NULL && f->error.status == CT_NOMEM);
    else assert_non_null(layout);
    done(f);
    if (!failed) break;
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_layout__primitives),        cmocka_unit_test(test_layout__aggregates), cmocka_unit_test(test_layout__wide_pointers),
      cmocka_unit_test(test_layout__shared_and_deep),   cmocka_unit_test(test_layout__refuses),    cmocka_unit_test(test_layout__saturates),
      cmocka_unit_test(test_signature__sync),           cmocka_unit_test(test_signature__async),   cmocka_unit_test(test_layout__survives_failing_allocations),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
