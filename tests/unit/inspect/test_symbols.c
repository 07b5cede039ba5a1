/* Demangling: what names mean, and that a hostile one harms neither the process nor the names after it. Each case passes, too, where libiberty is absent: then
 * there is an error that says so. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "base/error.h"
#include "ctool/inspect.h"
#include "hurt.h"
#include "inspect/symbols.h"
#include "pieces.h"

/* Demangles, and says whether libiberty is there. */
static bool demangled(ct_slice *names, uint32_t count, cti_arena *arena, ct_error *error) {
  cti_arena_init(arena, error);
  ct_status status = cti_demangle(names, count, arena);
  if (status == CT_UNSUPPORTED) assert_non_null(strstr(error->message, "libiberty"));
  else assert_int_equal(status, CT_OK);
  return status == CT_OK;
}

static void test_symbols__meanings(void **state) {
  static const char *const cases[][2] = {
      {"plain", "plain"},
      {"_Z3food", "foo(double)"},
      {"__Z3foov", "foo()"},
      {"_ZN3std2rt10lang_start17h0123456789abcdefE", "std::rt::lang_start::h0123456789abcdef"},
      {"_RNvCs15kBYyAo9fc_7mycrate3foo", "mycrate[ca63f166dbe9294]::foo"},
      {"_Z", "_Z"},
      {"_R", "_R"},
      {"_Zwhat?", "_Zwhat?"},
      {"", ""},
  };
  (void)state;
  ct_error error = {0};
  cti_arena arena;
  ct_slice names[CTI_COUNT(cases)];
  for (uint32_t i = 0; i < CTI_COUNT(cases); i++) names[i] = cti_slice_str(cases[i][0]);
  if (demangled(names, CTI_COUNT(cases), &arena, &error)) {
    for (uint32_t i = 0; i < CTI_COUNT(cases); i++) {
      if (!cti_slice_is(names[i], cases[i][1])) print_error("%s: %.*s\n", cases[i][0], CTI_S(names[i]));
      assert_true(cti_slice_is(names[i], cases[i][1]));
    }
  }
  cti_arena_free(&arena);
}

static void test_symbols__without_hashes(void **state) {
  static const char *const cases[][2] = {
      {"core::fmt::write::h0123456789abcdef", "core::fmt::write"},
      {"::h0123456789abcdef", "::h0123456789abcdef"},
      {"core::fmt::write::h0123456789abcdeg", "core::fmt::write::h0123456789abcdeg"},
      {"mycrate[ca63f166dbe9294]::foo", "mycrate::foo"},
      {"<a[0123456789]::B as core[f0fd674eaa06beef]::C<a[0123456789]::D>>::next", "<a::B as core::C<a::D>>::next"},
      {"f(int (&) [12345678])", "f(int (&) [12345678])"},
      {"x[12]::y", "x[12]::y"},
      {"std::string[abi:cxx11]::size() const", "std::string[abi:cxx11]::size() const"},
      {"[", "["},
      {"a[0123456789", "a[0123456789"},
      {"", ""},
  };
  (void)state;
  ct_error error = {0};
  cti_arena arena;
  cti_arena_init(&arena, &error);
  for (uint32_t i = 0; i < CTI_COUNT(cases); i++) {
    ct_slice found = cti_without_hashes(cti_slice_str(cases[i][0]), &arena);
    if (!cti_slice_is(found, cases[i][1])) fail_msg("%s: %.*s", cases[i][0], CTI_S(found));
  }
  cti_arena_free(&arena);
}

/* Each S*_ repeats what came before twice: 34 of them would mean 2^34 types. */
static void test_symbols__a_hostile_name_stays(void **state) {
  (void)state;
  ct_error error = {0};
  cti_arena arena;
  char bomb[1024] = "_Z1fSt4pairIiiE";
  static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  for (int i = 0; i < 34; i++) snprintf(bomb + strlen(bomb), sizeof bomb - strlen(bomb), "S_IS%c_S%c_E", digits[i], digits[i]);
  ct_slice names[] = {cti_slice_str("_Z3onev"), cti_slice_str(bomb), cti_slice_str("_Z3twov")};
  if (demangled(names, 3, &arena, &error)) {
    assert_true(cti_slice_is(names[0], "one()"));
    assert_true(cti_slice_is(names[1], bomb));
    assert_true(cti_slice_is(names[2], "two()"));
  }
  cti_arena_free(&arena);
}

/* (module (func $_Z3foov (local $_Z1xv i32))), with an unknown subsection of the names. */
static const uint8_t module[] = "\0asm\1\0\0\0\1\4\1\x60\0\0\3\2\1\0\xa\6\1\4\1\1\x7f\xb\0\x20\4name\1\x0a\1\0\7_Z3foov\2\xa\1\0\1\0\5_Z1xv\x63\1!";

static void demangle(ct_slice bytes, void *context) {
  ct_pieces pieces;
  ct_error error = {0};
  if (ct_demangle(&pieces, bytes, &error) == CT_OK) {
    size_t size;
    uint8_t *out = pieces_join(&pieces, &size);
    if (context) *(size_t *)context = size;
    free(out);
  } else {
    assert_true(error.message[0] != 0);
  }
  ct_pieces_free(&pieces);
}

static void list(ct_slice bytes, void *context) {
  ct_buf out = {0};
  ct_error error = {0};
  (void)context;
  if (ct_demangle_list(&out, bytes, &error) == CT_OK) assert_true(out.size > 2 && out.data[0] == '[' && out.data[out.size - 1] == '\n');
  else assert_true(error.message[0] != 0 && out.size == 0);
  ct_buf_free(&out);
}

static void test_symbols__list_whole_cut_and_starved(void **state) {
  (void)state;
  const ct_slice bytes = {module, sizeof module - 1};
  ct_error error = {0};
  ct_buf out = {0};
  if (ct_demangle_list(&out, bytes, &error) == CT_UNSUPPORTED) return;
  assert_true(cti_slice_is(cti_slice(out.data, out.size), "[{\"module\":0,\"symbol\":\"_Z3foov\",\"name\":\"foo()\"},{\"module\":0,\"symbol\":\"_Z1xv\",\"name\":\"x()\"}]\n"));
  ct_buf_free(&out);
  hurt_cuts(bytes, list, NULL);
  assert_true(hurt_starve(bytes, list, NULL) > 3);
}

static void test_symbols__module_whole_cut_and_starved(void **state) {
  (void)state;
  const ct_slice bytes = {module, sizeof module - 1};
  size_t size = 0;
  ct_error error = {0};
  ct_pieces pieces;
  if (ct_demangle(&pieces, bytes, &error) == CT_UNSUPPORTED) return;
  uint8_t *out = pieces_join(&pieces, &size);
  assert_int_equal(size, bytes.size - 2 - 2); /* foo(), x() */
  assert_memory_equal(out + size - 3, "\x63\1!", 3);
  free(out);
  ct_pieces_free(&pieces);
  hurt_cuts(bytes, demangle, NULL);
  assert_true(hurt_starve(bytes, demangle, NULL) > 3);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_symbols__meanings),
      cmocka_unit_test(test_symbols__without_hashes),
      cmocka_unit_test(test_symbols__a_hostile_name_stays),
      cmocka_unit_test(test_symbols__list_whole_cut_and_starved),
      cmocka_unit_test(test_symbols__module_whole_cut_and_starved),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
