/* Bytes in pieces: the verdict does not depend on how they are cut. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "ctool/io.h"
#include "ctool/text.h"
#include "ctool/validate.h"
#include "hurt.h"

static ct_status feed(ct_error *error, ct_slice bytes, size_t piece) {
  ct_error_clear(error);
  ct_validate_options options = {.features = ct_features_default(), .threads = 1};
  if (ct_features_parse(&options.features, "all", error) != CT_OK) abort();
  ct_validator *validator = ct_validator_new(&options, error);
  if (!validator) return error->status;
  for (size_t at = 0; at < bytes.size; at += piece) {
    ct_slice part = cti_slice_cut(bytes, at, at + piece);
    uint8_t *copy = hurt_copy(part); /* gone when the call is over */
    ct_validator_feed(validator, (ct_slice){copy, part.size});
    free(copy);
  }
  ct_status status = ct_validator_finish(validator);
  ct_validator_free(validator);
  return status;
}

/* Whole files have one failure however they come; what a cut file is blamed for may differ, that it is refused may not. */
static void compare(ct_slice bytes, const char *name, bool same_words) {
  static const size_t pieces[] = {1, 2, 7, 64, 100000};
  ct_error whole;
  ct_error_clear(&whole);
  ct_validate_options options = {.features = ct_features_default(), .threads = 1};
  if (ct_features_parse(&options.features, "all", &whole) != CT_OK) abort();
  ct_status status = ct_validate(bytes, &options, &whole);
  for (size_t i = 0; i < CTI_COUNT(pieces); i++) {
    ct_error error;
    ct_status streamed = feed(&error, bytes, pieces[i]);
    if ((streamed == CT_OK) != (status == CT_OK)) fail_msg("%s in pieces of %zu: %s; whole: %s", name, pieces[i], error.message, whole.message);
    if (same_words && status != CT_OK && (strcmp(error.message, whole.message) != 0 || error.offset != whole.offset))
      fail_msg("%s in pieces of %zu: %s at %llu; whole: %s at %llu", name, pieces[i], error.message, (unsigned long long)error.offset, whole.message, (unsigned long long)whole.offset);
  }
}

static ct_slice parse(ct_buf *owner, const char *text) {
  ct_error error;
  ct_error_clear(&error);
  *owner = (ct_buf){0};
  if (ct_text_parse(owner, cti_slice_str(text), &error) != CT_OK) fail_msg("%s", error.message);
  return (ct_slice){owner->data, owner->size};
}

static const char *const texts[] = {
    "(module)",
    "(module (func (export \"a\")) (func (export \"b\") (result i32) i32.const 1) (memory 1) (data (i32.const 0) \"abc\"))",
    "(module (func (export \"a\") i32.const 1) (func (export \"b\") drop))",
    "(module (func) (export \"a\" (func 0)) (export \"a\" (func 0)))",
    "(component (core module (func drop)))",
    "(component (core module (func (export \"f\"))))",
};

static void test_stream__whole(void **state) {
  (void)state;
  for (size_t i = 0; i < CTI_COUNT(texts); i++) {
    ct_buf owner;
    ct_slice bytes = parse(&owner, texts[i]);
    compare(bytes, texts[i], true);
    ct_buf_free(&owner);
  }
}

static void compare_hurt(ct_slice bytes, void *context) {
  (void)context;
  compare(bytes, "hurt", false);
}

static void test_stream__cut_and_bent(void **state) {
  (void)state;
  ct_buf owner;
  ct_slice bytes = parse(&owner, texts[1]);
  hurt_cuts(bytes, compare_hurt, NULL);
  hurt_bits(bytes, compare_hurt, NULL);
  ct_buf_free(&owner);
}

static void test_stream__the_suite(void **state) {
  (void)state;
  const char *folder = CTOOL_SOURCE_DIR "/../shared/conformance/core/spec";
  char **names;
  size_t count;
  ct_error error;
  ct_error_clear(&error);
  if (ct_path_kind_of(folder) != CT_PATH_DIRECTORY) {
    print_message("the conformance suite is not beside the project\n");
    skip();
  }
  assert_int_equal(ct_names_list(&names, &count, folder, &error), CT_OK);
  for (size_t i = 0; i < count; i += 5) {
    char path[1024];
    ct_input input;
    snprintf(path, sizeof path, "%s/%s", folder, names[i]);
    if (ct_input_open(&input, path, &error) == CT_OK && input.bytes.size < 20000) compare(input.bytes, path, false);
    ct_input_close(&input);
  }
  ct_names_free(names, count);
}

static void test_stream__failure_stays(void **state) {
  (void)state;
  ct_error error;
  ct_error_clear(&error);
  ct_validator *validator = ct_validator_new(NULL, &error);
  assert_int_not_equal(ct_validator_feed(validator, cti_slice("\0asn\1\0\0\0", 8)), CT_OK);
  ct_status first = error.status;
  assert_int_equal(ct_validator_feed(validator, cti_slice("\0", 1)), first);
  assert_int_equal(ct_validator_finish(validator), first);
  ct_validator_free(validator);
  ct_validator_free(NULL);
}

/* Bodies that nobody looks at may be wrong; what is around them may not. */
static ct_status around_bodies(ct_slice bytes, bool in_pieces) {
  ct_error error;
  ct_validate_options options = {.threads = 1, .skip_bodies = true};
  ct_error_clear(&error);
  if (!in_pieces) return ct_validate(bytes, &options, &error);
  ct_validator *validator = ct_validator_new(&options, &error);
  for (size_t at = 0; at < bytes.size; at += 3) ct_validator_feed(validator, cti_slice_cut(bytes, at, at + 3));
  ct_status status = ct_validator_finish(validator);
  ct_validator_free(validator);
  return status;
}

static void test_stream__skip_bodies(void **state) {
  (void)state;
  ct_buf wrong_body, wrong_around;
  ct_slice body = parse(&wrong_body, "(module (func (result i32) i64.const 1) (func) (export \"f\" (func 1)))");
  ct_slice around = parse(&wrong_around, "(module (func (result i32) i64.const 1) (func) (export \"f\" (func 2)))");
  for (int in_pieces = 0; in_pieces < 2; in_pieces++) {
    assert_int_equal(around_bodies(body, in_pieces), CT_OK);
    assert_int_equal(around_bodies(around, in_pieces), CT_CORE_INDEX);
  }
  ct_buf_free(&wrong_body);
  ct_buf_free(&wrong_around);
}

static void must_not_lie(ct_slice bytes, void *context) {
  ct_error error;
  ct_status status = feed(&error, bytes, 16);
  (void)context;
  if (!cti_alloc_failed()) assert_int_equal(status, CT_OK);
  else if (status == CT_OK) fail_msg("an allocation failed, and the module is valid?");
}

static void test_stream__each_allocation_fails(void **state) {
  (void)state;
  ct_buf owner;
  ct_slice bytes = parse(&owner, texts[1]);
  assert_in_range(hurt_starve(bytes, must_not_lie, NULL), 5, 200);
  ct_buf_free(&owner);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_stream__whole),
      cmocka_unit_test(test_stream__cut_and_bent),
      cmocka_unit_test(test_stream__the_suite),
      cmocka_unit_test(test_stream__failure_stays),
      cmocka_unit_test(test_stream__skip_bodies),
      cmocka_unit_test(test_stream__each_allocation_fails),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
