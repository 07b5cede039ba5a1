/* Names of built-ins in both manglings: what is one, what is none, and what a name carries. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "compose/core_name.h"

static cti_core_name good(const char *field, cti_mangling mangling, cti_canon_kind canon) {
  cti_core_name name;
  assert_true(cti_core_name_parse(&name, cti_slice_str(field), mangling));
  assert_int_equal(name.info->canon, canon);
  return name;
}

static void bad(const char *field, cti_mangling mangling) {
  cti_core_name name;
  if (cti_core_name_parse(&name, cti_slice_str(field), mangling)) fail_msg("\"%s\" was taken for a built-in", field);
}

static void test_legacy__plain_and_prefixes(void **state) {
  (void)state;
  assert_false(good("[subtask-drop]", CTI_MANGLING_LEGACY, CTI_CANON_SUBTASK_DROP).flag);
  assert_true(good("[async-lower][subtask-cancel]", CTI_MANGLING_LEGACY, CTI_CANON_SUBTASK_CANCEL).flag);
  assert_true(good("[cancellable][thread-yield]", CTI_MANGLING_LEGACY, CTI_CANON_THREAD_YIELD).flag);
  assert_false(good("[thread-yield]", CTI_MANGLING_LEGACY, CTI_CANON_THREAD_YIELD).flag);
  bad("[cancellable][subtask-cancel]", CTI_MANGLING_LEGACY);
  bad("[async-lower][subtask-drop]", CTI_MANGLING_LEGACY);
  bad("[subtask-drop]x", CTI_MANGLING_LEGACY);
  bad("[subtask-drop", CTI_MANGLING_LEGACY);
  bad("subtask-drop]", CTI_MANGLING_LEGACY);
  bad("", CTI_MANGLING_LEGACY);
}

static void test_legacy__widths_encodings_slots(void **state) {
  (void)state;
  assert_int_equal(good("[waitable-set-wait]", CTI_MANGLING_LEGACY, CTI_CANON_WAITABLE_SET_WAIT).type, CTI_VT_I32);
  cti_core_name wide = good("[cancellable][waitable-set-poll-i64]", CTI_MANGLING_LEGACY, CTI_CANON_WAITABLE_SET_POLL);
  assert_int_equal(wide.type, CTI_VT_I64);
  assert_true(wide.flag);
  bad("[waitable-set-wait-i16]", CTI_MANGLING_LEGACY);
  assert_int_equal(good("[error-context-new-latin1+utf16]", CTI_MANGLING_LEGACY, CTI_CANON_ERROR_CONTEXT_NEW).encoding, CTI_ENCODING_COMPACT_UTF16);
  bad("[error-context-new]", CTI_MANGLING_LEGACY);
  assert_int_equal(good("[context-get-1]", CTI_MANGLING_LEGACY, CTI_CANON_CONTEXT_GET).slot, 1);
  cti_core_name slot = good("[context-set-i64-4294967295]", CTI_MANGLING_LEGACY, CTI_CANON_CONTEXT_SET);
  assert_int_equal(slot.slot, UINT32_MAX);
  assert_int_equal(slot.type, CTI_VT_I64);
  bad("[context-get-4294967296]", CTI_MANGLING_LEGACY);
  bad("[context-get-]", CTI_MANGLING_LEGACY);
  bad("[context-get--1]", CTI_MANGLING_LEGACY);
}

static void test_legacy__payloads_and_resources(void **state) {
  (void)state;
  cti_core_name read = good("[async-lower][stream-read-12]ns:p/i#f", CTI_MANGLING_LEGACY, CTI_CANON_STREAM_READ);
  assert_int_equal(read.payload, 12);
  assert_true(read.flag && !read.is_unit && cti_slice_is(read.rest, "ns:p/i#f"));
  assert_true(good("[future-new-unit]", CTI_MANGLING_LEGACY, CTI_CANON_FUTURE_NEW).is_unit);
  assert_true(cti_slice_is(good("[future-cancel-write-0]f", CTI_MANGLING_LEGACY, CTI_CANON_FUTURE_CANCEL_WRITE).rest, "f"));
  bad("[stream-read-x]f", CTI_MANGLING_LEGACY);
  bad("[stream-read]f", CTI_MANGLING_LEGACY);
  assert_true(cti_slice_is(good("[resource-drop]r", CTI_MANGLING_LEGACY, CTI_CANON_RESOURCE_DROP).rest, "r"));
  assert_true(cti_slice_is(good("[task-return][method]r.m", CTI_MANGLING_LEGACY, CTI_CANON_TASK_RETURN).rest, "[method]r.m"));
}

static void test_standard__resources_alone(void **state) {
  (void)state;
  assert_true(cti_slice_is(good("r_drop", CTI_MANGLING_STANDARD, CTI_CANON_RESOURCE_DROP).rest, "r"));
  assert_true(cti_slice_is(good("r_new", CTI_MANGLING_STANDARD, CTI_CANON_RESOURCE_NEW).rest, "r"));
  assert_true(cti_slice_is(good("r_rep", CTI_MANGLING_STANDARD, CTI_CANON_RESOURCE_REP).rest, "r"));
  bad("[resource-drop]r", CTI_MANGLING_STANDARD);
  bad("[subtask-drop]", CTI_MANGLING_STANDARD);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_legacy__plain_and_prefixes),
      cmocka_unit_test(test_legacy__widths_encodings_slots),
      cmocka_unit_test(test_legacy__payloads_and_resources),
      cmocka_unit_test(test_standard__resources_alone),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
