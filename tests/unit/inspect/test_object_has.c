/* Who asks for a symbol: objects, archives of both kinds, and such as break off or lie about sizes. (Real ones are linked by tests/run/linker.py.) */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "ctool/inspect.h"
#include "ctool/text.h"

static cti_buf parse(const char *text) {
  cti_buf out = {0};
  ct_error error = {0};
  assert_int_equal(ct_text_parse(&out, cti_slice_str(text), &error), CT_OK);
  return out;
}

/* An object that imports env.f and defines h: version 2, a symbol table with one function. */
static cti_buf object(void) {
  return parse("(module (import \"env\" \"f\" (func)) (func (export \"named\")) (@custom \"linking\" \"\\02\\08\\06\\01\\00\\00\\01\\01h\"))");
}

static void header(cti_buf *out, const char *name, size_t size) { cti_buf_printf(out, "%-16s%-12s%-6s%-6s%-8s%-10zu`\n", name, "0", "0", "0", "644", size); }

static void member(cti_buf *out, const char *name, const char *before, ct_slice content) {
  header(out, name, strlen(before) + content.size);
  cti_buf_str(out, before);
  cti_buf_bytes(out, content);
  if (out->size % 2) cti_buf_u8(out, '\n');
}

static bool asks(ct_slice object_bytes, const char *module, const char *name, ct_slice linked, const char *member_name) {
  ct_slice found;
  ct_object_question question = {module, name, linked};
  bool has = ct_object_has(&found, object_bytes, &question);
  if (has) assert_true(cti_slice_is(found, member_name));
  return has;
}

static void test_object_has__object(void **state) {
  (void)state;
  cti_buf o = object();
  ct_slice bytes = cti_buf_slice(&o), none = {NULL, 0};
  assert_true(asks(bytes, "env", "f", none, ""));
  assert_false(asks(bytes, "env", "g", none, ""));
  assert_false(asks(bytes, "e", "f", none, ""));
  assert_true(asks(bytes, NULL, "named", none, ""));
  assert_true(asks(bytes, NULL, "h", none, ""));
  assert_false(asks(bytes, NULL, "f", none, ""));
  assert_false(asks(CTI_LIT("text"), "env", "f", none, ""));
  ct_buf_free(&o);
}

static void test_object_has__archives(void **state) {
  (void)state;
  cti_buf o = object(), a = {0}, linked = parse("(module (func $h))"), other = parse("(module (func $x))"), nameless = parse("(module (func))");
  cti_buf_str(&a, "!<arch>\n");
  member(&a, "/", "", CTI_LIT("\0\0\0\0"));
  member(&a, "//", "", CTI_LIT("short.o/\na_name_that_is_long.o/\n"));
  member(&a, "text.o/", "", CTI_LIT("odd"));
  size_t to_long = a.size;
  member(&a, "/9", "", cti_buf_slice(&o));
  ct_slice bytes = cti_buf_slice(&a);
  assert_true(asks(bytes, "env", "f", cti_buf_slice(&linked), "a_name_that_is_long.o"));
  assert_true(asks(bytes, "env", "f", cti_buf_slice(&nameless), "a_name_that_is_long.o"));
  assert_false(asks(bytes, "env", "f", cti_buf_slice(&other), ""));
  assert_false(asks(bytes, "env", "g", cti_buf_slice(&linked), ""));
  for (size_t size = 0; size + 1 < a.size; size++) assert_false(asks((ct_slice){a.data, size}, "env", "f", cti_buf_slice(&linked), ""));
  memcpy(a.data + to_long + 48, "9999999999", 10);
  assert_false(asks(bytes, "env", "f", cti_buf_slice(&linked), ""));
  ct_buf_free(&a);
  cti_buf_str(&a, "!<arch>\n");
  header(&a, "#1/8", 8 + o.size);
  cti_buf_bytes(&a, cti_slice("bsd.o\0\0\0", 8));
  cti_buf_bytes(&a, cti_buf_slice(&o));
  assert_true(asks(cti_buf_slice(&a), "env", "f", cti_buf_slice(&linked), "bsd.o"));
  ct_buf_free(&a);
  ct_buf_free(&o);
  ct_buf_free(&linked);
  ct_buf_free(&other);
  ct_buf_free(&nameless);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_object_has__object), cmocka_unit_test(test_object_has__archives)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
