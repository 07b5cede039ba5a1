/* Dummy modules: what they import and export in each style; and the numbers of streams and futures. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "compose/dummy.h"
#include "compose/payloads.h"
#include "core/module.h"
#include "hurt.h"
#include "wit_fixture.h"

static const char text[] = "package a:b@0.2.3;\ninterface i {\n  resource r {\n    constructor();\n    m: func(x: string) -> list<u8>;\n  }\n}\n"
                           "world w {\n  import i;\n  import f: async func(a: u32, b: u64, c: f32, d: f64, e: u8) -> string;\n  export i;\n  export g: async func(s: stream<u8>) -> u64;\n}\n";

static char letter(cti_corevt type) { return type == CTI_VT_I32 ? 'i' : type == CTI_VT_I64 ? 'I' : type == CTI_VT_F32 ? 'f' : 'F'; }

static void append_type(cti_buf *out, const cti_subtype *type) {
  for (uint32_t i = 0; i < type->param_count + type->result_count; i++) {
    if (i == type->param_count) cti_buf_u8(out, ':');
    cti_buf_u8(out, (uint8_t)letter(type->types[i]));
  }
  if (type->result_count == 0) cti_buf_u8(out, ':');
}

/* "module|name params:results" of each import, then "name params:results" of each export, one a line. */
static const char *described(wit_fixture *f, const char *wit, cti_dummy_style style) {
  cti_buf bytes = {0};
  cti_module m;
  wit_begin(f);
  assert_int_equal(wit_load_all(f, cti_slice_str(wit)), CT_OK);
  assert_int_equal(cti_dummy_module(&bytes, &f->resolve, f->resolve.packages.items[f->package].worlds.items[0], style), CT_OK);
  assert_int_equal(cti_module_decode(&m, bytes.size ? cti_buf_slice(&bytes) : (ct_slice){NULL, 0}, 0, &f->arena), CT_OK);
  for (uint32_t i = 0; i < m.imports.count; i++) {
    cti_buf_printf(&f->text, "%.*s|%.*s ", CTI_S(m.imports.items[i].module), CTI_S(m.imports.items[i].name));
    append_type(&f->text, &m.types.items[m.imports.items[i].type.type]);
    cti_buf_u8(&f->text, '\n');
  }
  for (uint32_t i = 0; i < m.exports.count; i++) {
    cti_buf_printf(&f->text, "%.*s ", CTI_S(m.exports.items[i].name));
    if (m.exports.items[i].kind == CTI_EXTERN_FUNC) append_type(&f->text, cti_module_func_type(&m, m.exports.items[i].index));
    cti_buf_u8(&f->text, '\n');
  }
  cti_buf_u8(&f->text, 0);
  ct_buf_free(&bytes);
  return (const char *)f->text.data;
}

static void test_dummy__standard(void **state) {
  (void)state;
  wit_fixture f;
  assert_string_equal(described(&f, text, CTI_DUMMY_STANDARD32),
                      "cm32p2|a:b/i@0.2|[constructor]r :i\n"
                      "cm32p2|a:b/i@0.2|[method]r.m iiii:\n"
                      "cm32p2|a:b/i@0.2|r_drop i:\n"
                      "cm32p2|f iIfFii:\n"
                      "cm32p2|_ex_a:b/i@0.2|r_drop i:\n"
                      "cm32p2|_ex_a:b/i@0.2|r_new i:i\n"
                      "cm32p2|_ex_a:b/i@0.2|r_rep i:i\n"
                      "cm32p2||g i:I\n"
                      "cm32p2||g_post I:\n"
                      "cm32p2|a:b/i@0.2|[constructor]r :i\n"
                      "cm32p2|a:b/i@0.2|[constructor]r_post i:\n"
                      "cm32p2|a:b/i@0.2|[method]r.m iii:i\n"
                      "cm32p2|a:b/i@0.2|[method]r.m_post i:\n"
                      "cm32p2|a:b/i@0.2|r_dtor i:\n"
                      "cm32p2_memory \n"
                      "cm32p2_realloc iiii:i\n"
                      "cm32p2_initialize :\n");
  wit_end(&f);
}

static void test_dummy__legacy(void **state) {
  (void)state;
  wit_fixture f;
  assert_string_equal(described(&f, "package a:b;\nworld w {\n  import f: async func(x: string);\n  export g: func();\n  type t = u8;\n  resource q;\n}\n", CTI_DUMMY_LEGACY),
                      "$root|[resource-drop]q i:\n"
                      "$root|f ii:\n"
                      "g :\n"
                      "cabi_post_g :\n"
                      "memory \n"
                      "cabi_realloc iiii:i\n"
                      "_initialize :\n");
  wit_end(&f);
}

static void expect_line(const char *lines, const char *line) {
  if (!strstr(lines, line)) print_error("no line \"%s\" in:\n%s\n", line, lines);
  assert_non_null(strstr(lines, line));
}

static void test_dummy__async(void **state) {
  (void)state;
  wit_fixture f;
  const char *lines = described(&f, text, CTI_DUMMY_LEGACY_CALLBACK);
  expect_line(lines, "$root|[async-lower]f ii:i\n"); /* five parameters are too many: by a pointer; the result by another */
  expect_line(lines, "[export]$root|[task-return]g I:\n");
  expect_line(lines, "[export]$root|[stream-new-0]g :I\n");
  expect_line(lines, "[export]$root|[async-lower][stream-read-0]g iii:i\n");
  expect_line(lines, "$root|[waitable-set-wait] ii:i\n");
  expect_line(lines, "[async-lift]g i:i\n");
  expect_line(lines, "[callback][async-lift]g iii:i\n");
  expect_line(lines, "a:b/i@0.2.3#[method]r.m iii:i\n"); /* no async function: as ever */
  wit_end(&f);
  lines = described(&f, text, CTI_DUMMY_LEGACY_STACKFUL);
  expect_line(lines, "[async-lift-stackful]g i:\n");
  assert_null(strstr(lines, "[callback]"));
  wit_end(&f);
}

/* ---- payloads */

static void find_payloads(wit_fixture *f, cti_ids *out, const char *wit, ct_status expected) {
  cti_payload_finder finder;
  wit_begin(f);
  assert_int_equal(wit_load_all(f, cti_slice_str(wit)), CT_OK);
  assert_int_equal(cti_payload_finder_init(&finder, &f->resolve), CT_OK);
  *out = (cti_ids){0};
  assert_int_equal(cti_payloads_find(out, &finder, &f->resolve.interfaces.items[0].funcs.items[0]), expected);
}

static void test_payloads__order(void **state) {
  (void)state;
  wit_fixture f;
  cti_ids found;
  find_payloads(&f, &found, "package a:b;\ninterface i {\n  f: func(x: future<future<u32>>, y: u32, z: list<stream>) -> tuple<stream<u8>, future>;\n}\n", CT_OK);
  static const cti_def_kind kinds[] = {CTI_DEF_FUTURE, CTI_DEF_FUTURE, CTI_DEF_STREAM, CTI_DEF_STREAM, CTI_DEF_FUTURE};
  assert_int_equal(found.count, CTI_COUNT(kinds));
  for (uint32_t i = 0; i < found.count; i++) assert_int_equal(f.resolve.types.defs.items[found.items[i]].kind, kinds[i]);
  assert_true(cti_valtype_index(f.resolve.types.defs.items[found.items[1]].element) == found.items[0]);
  wit_end(&f);
}

static void test_payloads__none_and_too_many(void **state) {
  (void)state;
  wit_fixture f;
  cti_ids found;
  char wit[4096] = "package a:b;\ninterface i {\n  f: func(x: t40);\n  type t0 = u8;\n";
  char doubled[4096] = "package a:b;\ninterface i {\n  f: func(x: t40);\n  type t0 = stream<u8>;\n";
  for (int i = 1; i <= 40; i++) {
    snprintf(wit + strlen(wit), sizeof wit - strlen(wit), "  type t%d = tuple<t%d, t%d>;\n", i, i - 1, i - 1);
    snprintf(doubled + strlen(doubled), sizeof doubled - strlen(doubled), "  type t%d = tuple<t%d, t%d>;\n", i, i - 1, i - 1);
  }
  strcat(wit, "}\n");
  strcat(doubled, "}\n");
  find_payloads(&f, &found, wit, CT_OK); /* two to the power of 40 paths that lead to nothing */
  assert_int_equal(found.count, 0);
  wit_end(&f);
  find_payloads(&f, &found, doubled, CT_LIMIT);
  wit_end(&f);
}

static void dummy_starved(ct_slice wit, void *context) {
  wit_fixture f;
  cti_buf out = {0};
  (void)context;
  wit_begin(&f);
  ct_status status = wit_load_all(&f, wit);
  if (status == CT_OK) status = cti_dummy_module(&out, &f.resolve, 0, CTI_DUMMY_LEGACY_CALLBACK);
  assert_int_equal(status, f.error.status);
  ct_buf_free(&out);
  wit_end(&f);
}

static void test_dummy__starved(void **state) {
  (void)state;
  assert_true(hurt_starve(cti_slice_str(text), dummy_starved, NULL) > 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_dummy__standard),   cmocka_unit_test(test_dummy__legacy),
      cmocka_unit_test(test_dummy__async),      cmocka_unit_test(test_payloads__order),
      cmocka_unit_test(test_payloads__none_and_too_many), cmocka_unit_test(test_dummy__starved),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
