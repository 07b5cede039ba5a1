#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "component_fixture.h"
#include "ctool/compose.h"
#include "hurt.h"

/* The instance type of wasi:io/error, and its resource as $E. */
#define ERROR(version) "(import \"wasi:io/error@" version "\" (instance $e (export \"error\" (type (sub resource))))) (alias export $e \"error\" (type $E))"

/* wasi:io/streams with one function, by an alias of the resource of another interface. */
#define STREAMS(version, name)                                                                                              \
  "(import \"wasi:io/streams@" version "\" (instance $" name " (alias outer 1 $E (type $e)) (export \"error\" (type $e2 (eq $e)))"                  \
  " (type $o (own $e2)) (type $v (variant (case \"last-operation-failed\" $o) (case \"closed\"))) (export \"stream-error\" (type $se (eq $v)))"      \
  " (export \"input-stream\" (type $i (sub resource))) (type $b (borrow $i)) (type $l (list u8)) (type $r (result $l (error $se)))"                 \
  " (type $f (func (param \"self\" $b) (param \"len\" u64) (result $r))) (export \"[method]input-stream.read\" (func (type $f)))))"

#define EXIT(version, use)                                                                                                            \
  "(import \"wasi:cli/exit@" version "\" (instance $x (type $r (result)) (type $f (func (param \"status\" $r))) (export \"exit\" (func (type $f)))"  \
  " (type $g (func (param \"status-code\" u8))) (export \"exit-with-code\" (func (type $g)))))"                                                      \
  " (alias export $x \"" use "\" (func $used)) (core func $low (canon lower (func $used)))"                                                          \
  " (core module $m (import \"exits\" \"it\" (func (param i32)))) (core instance $args (export \"it\" (func $low)))"                                  \
  " (core instance $main (instantiate $m (with \"exits\" (instance $args))))"

typedef struct notices {
  char text[2000];
} notices;

static void hear(void *context, ct_notice kind, const char *text) {
  notices *n = context;
  size_t used = strlen(n->text);
  snprintf(n->text + used, sizeof n->text - used, "%s%s\n", kind == CT_NOTICE_WARNING ? "warning: " : "", text);
}

static ct_status retarget(ct_buf *out, const char *text, const char *version, notices *heard, ct_error *error) {
  ct_buf bytes = component_of_text(text);
  ct_error_clear(error);
  *heard = (notices){{0}};
  const ct_retarget_options options = {.tell = hear, .context = heard};
  ct_status status = ct_component_retarget(out, (ct_slice){bytes.data, bytes.size}, version, &options, error);
  ct_buf_free(&bytes);
  return status;
}

/* How often a name stands in the bytes. */
static unsigned count_of(const ct_buf *bytes, const char *name) {
  unsigned count = 0;
  for (size_t i = 0, size = strlen(name); i + size <= bytes->size; i++) count += memcmp(bytes->data + i, name, size) == 0;
  return count;
}

static void assert_moves(const char *text, const char *version, const char *name, unsigned times) {
  ct_error error;
  ct_buf out = {0};
  notices heard;
  if (retarget(&out, text, version, &heard, &error) != CT_OK) fail_msg("%s", error.message);
  assert_int_equal(count_of(&out, name), times);
  ct_buf_free(&out);
}

static void assert_refused(const char *text, const char *version, const char *words) {
  ct_error error;
  ct_buf out = {0};
  notices heard;
  assert_int_equal(retarget(&out, text, version, &heard, &error), CT_COMPOSE_RETARGET);
  if (!strstr(error.message, words)) fail_msg("%s", error.message);
  assert_int_equal(out.size, 0);
}

static void test_retarget__up_and_down(void **state) {
  (void)state;
  const char *text = ERROR("0.2.3") STREAMS("0.2.3", "s");
  assert_moves(text, "0.2.6", "@0.2.6", 2);
  assert_moves(text, "0.2.0", "@0.2.0", 2);
  assert_moves(text, "0.2.10", "@0.2.3", 0);
}

/* The bytes are the input's but for the names, and going back gives the input. */
static void test_retarget__there_and_back(void **state) {
  (void)state;
  ct_error error = {0};
  ct_buf there = {0}, back = {0}, bytes = component_of_text(ERROR("0.2.3") STREAMS("0.2.3", "s"));
  assert_int_equal(ct_component_retarget(&there, (ct_slice){bytes.data, bytes.size}, "0.2.11", NULL, &error), CT_OK);
  assert_int_equal(there.size, bytes.size + 2);
  assert_int_equal(ct_component_retarget(&back, (ct_slice){there.data, there.size}, "0.2.3", NULL, &error), CT_OK);
  assert_int_equal(back.size, bytes.size);
  assert_memory_equal(back.data, bytes.data, bytes.size);
  ct_buf_free(&there);
  ct_buf_free(&back);
  ct_buf_free(&bytes);
}

static void test_retarget__what_is_used_must_be_there(void **state) {
  (void)state;
  assert_refused(EXIT("0.2.12", "exit-with-code"), "0.2.6", "wasi:cli/exit: 0.2.6 has no `exit-with-code`, it came with 0.2.12\n    used by the core module `main`, as \"exits\" \"it\"");
  assert_moves(EXIT("0.2.12", "exit-with-code"), "0.2.13", "@0.2.13", 1);
}

static void test_retarget__what_is_not_used_is_left_out(void **state) {
  (void)state;
  ct_error error;
  ct_buf out = {0};
  notices heard;
  assert_int_equal(retarget(&out, EXIT("0.2.12", "exit"), "0.2.6", &heard, &error), CT_OK);
  assert_int_equal(count_of(&out, "exit-with-code"), 0);
  assert_non_null(strstr(heard.text, "wasi:cli/exit: `exit-with-code` is not used, and not in 0.2.6: left out"));
  ct_buf_free(&out);
  /* handed on as it is, all of it counts as used */
  assert_refused(EXIT("0.2.12", "exit") "(export \"again\" (instance $x))", "0.2.6", "`exit-with-code`");
}

static void test_retarget__other_types_are_told(void **state) {
  (void)state;
  assert_refused("(import \"wasi:random/random@0.2.3\" (instance $r (type $f (func (result u32))) (export \"get-random-u64\" (func (type $f)))))"
                 "(alias export $r \"get-random-u64\" (func))",
                 "0.2.6", "wasi:random/random: `get-random-u64` differs: u32 is u64 in 0.2.6");
  assert_refused("(import \"wasi:io/streams@0.2.3\" (instance $r (type $v (enum \"a\" \"closed\")) (export \"stream-error\" (type (eq $v)))))", "0.2.6",
                 "wasi:io/streams: `stream-error` differs: an enum is a variant in 0.2.6");
  assert_refused("(import \"wasi:filesystem/types@0.2.3\" (instance $r (type $v (flags \"read\" \"write\" \"more\")) (export \"descriptor-flags\" (type (eq $v)))))", "0.2.6",
                 "the flag `more` in `descriptor-flags` is `file-integrity-sync` in 0.2.6");
  assert_refused("(import \"wasi:cli/telepathy@0.2.3\" (instance))", "0.2.6", "0.2.6 has no interface wasi:cli/telepathy");
}

/* `field-name` came with 0.2.1 as another name of `field-key`. */
static void test_retarget__a_type_loses_its_second_name(void **state) {
  (void)state;
  static const char text[] = "(import \"wasi:http/types@0.2.1\" (instance $t (type $s string) (export \"field-key\" (type $k (eq $s))) (export \"field-name\" (type $n (eq $k)))"
                             " (export \"fields\" (type $f (sub resource))) (type $b (borrow $f)) (type $h (func (param \"self\" $b) (param \"name\" $n) (result bool)))"
                             " (export \"[method]fields.has\" (func (type $h))))) (alias export $t \"field-name\" (type $again)) (alias export $t \"[method]fields.has\" (func))"
                             "(type $uses (list $again))";
  assert_moves(text, "0.2.0", "field-name", 0);
  assert_moves(text, "0.2.9", "field-name", 2);
}

/* One function by each version; the second has types that the first does not know, from an interface that is imported between the two. */
static void test_retarget__two_versions_become_one_import(void **state) {
  (void)state;
  const char *text = "(import \"wasi:io/streams@0.2.2\" (instance $old (export \"input-stream\" (type (sub resource)))))"
                     "(alias export $old \"input-stream\" (type $I)) (import \"my:own/thing\" (instance $own (alias outer 1 $I (type $i)) (export \"it\" (type $t (eq $i)))"
                     " (type $h (own $t)) (type $f (func (result $h))) (export \"get\" (func (type $f)))))" ERROR("0.2.3") STREAMS("0.2.3", "new")
                     "(alias export $new \"input-stream\" (type $J)) (core func $drop-i (canon resource.drop $I)) (core func $drop-j (canon resource.drop $J))"
                     "(alias export $own \"get\" (func $get)) (core func $low (canon lower (func $get)))";
  assert_moves(text, "0.2.3", "wasi:io/streams", 1);
  assert_moves(text, "0.2.3", "[method]input-stream.read", 1);
  assert_moves(text, "0.2.20", "@0.2.20", 2);
}

/* Instances that go into a nested component whole, as composition makes them. */
static void test_retarget__merged_instances_are_handed_on(void **state) {
  (void)state;
  const char *text = "(import \"wasi:cli/environment@0.2.2\" (instance $a (type $f (func (result (option string)))) (export \"initial-cwd\" (func (type $f)))))"
                     "(import \"wasi:cli/environment@0.2.3\" (instance $b (type $l (list string)) (type $f (func (result $l))) (export \"get-arguments\" (func (type $f)))))"
                     "(component $inner (import \"one\" (instance (type $f (func (result (option string)))) (export \"initial-cwd\" (func (type $f)))))"
                     "  (import \"two\" (instance (type $l (list string)) (type $f (func (result $l))) (export \"get-arguments\" (func (type $f))))))"
                     "(instance (instantiate $inner (with \"one\" (instance $a)) (with \"two\" (instance $b))))";
  assert_moves(text, "0.2.4", "wasi:cli/environment@0.2.4", 1);
}

static void test_retarget__exports(void **state) {
  (void)state;
  static const char run[] = "(core module $m (func (export \"run\") (result i32) i32.const 0)) (core instance $i (instantiate $m)) (type $r (result))"
                            "(func $f (result $r) (canon lift (core func $i \"run\"))) (instance $run (export \"run\" (func $f)))"
                            "(export \"wasi:cli/run@0.2.0\" (instance $run))";
  char both[800];
  snprintf(both, sizeof both, "%s(export \"wasi:cli/run@0.2.5\" (instance $run))", run);
  assert_moves(run, "0.2.7", "wasi:cli/run@0.2.7", 1);
  assert_refused(both, "0.2.7", "wasi:cli/run@0.2.0 and wasi:cli/run@0.2.5 are exported both");
  assert_refused("(instance $none) (export \"wasi:cli/run@0.2.0\" (instance $none))", "0.2.7", "export wasi:cli/run: 0.2.7 has `run`, which the component does not export");
}

static void test_retarget__names_that_stay(void **state) {
  (void)state;
  const char *text = "(import \"wasi:cli/exit@0.3.0\" (instance)) (import \"wasi:cli/exit@0.2.0-rc-2023-11-10\" (instance)) (import \"a:b/c@0.2.3\" (instance))";
  ct_error error;
  ct_buf out = {0};
  notices heard;
  assert_int_equal(retarget(&out, text, "0.2.6", &heard, &error), CT_OK);
  assert_int_equal(count_of(&out, "@0.2.6"), 0);
  assert_non_null(strstr(heard.text, "warning: nothing to move"));
  ct_buf_free(&out);
  assert_int_equal(retarget(&out, "(import \"wasi:blobstore/container@0.2.3\" (instance))", "0.2.6", &heard, &error), CT_OK);
  assert_non_null(strstr(heard.text, "warning: wasi:blobstore/container@0.2.3 stays as it is: ctool does not carry the package wasi:blobstore"));
  ct_buf_free(&out);
}

static void test_retarget__versions_that_are_none(void **state) {
  (void)state;
  assert_refused(ERROR("0.2.3"), "0.3.0", "\"0.3.0\" is no version of WASI 0.2");
  assert_refused(ERROR("0.2.3"), "0.2", "\"0.2\" is no version of WASI 0.2");
  assert_refused(ERROR("0.2.3"), "", "\"\" is no version of WASI 0.2");
}

/* Then the input is at fault, and its offsets are told. */
static void test_retarget__what_is_not_valid_before(void **state) {
  (void)state;
  ct_error error;
  ct_buf out = {0};
  notices heard;
  assert_int_not_equal(retarget(&out, ERROR("0.2.3") "(core module (func (result i32)))", "0.2.10", &heard, &error), CT_OK);
  assert_null(strstr(error.trail, "the component that was made"));
  assert_int_equal(out.size, 0);
  ct_buf_free(&out);
}

/* One to merge, for an interface of few lines: each allocation fails once, and the carried text is read each time. */
static const char small[] = "(import \"wasi:random/insecure-seed@0.2.2\" (instance $a (type $t (tuple u64 u64)) (type $f (func (result $t))) (export \"insecure-seed\" (func (type $f)))))"
                            "(import \"wasi:random/insecure-seed@0.2.3\" (instance $b (type $t (tuple u64 u64)) (type $f (func (result $t))) (export \"insecure-seed\" (func (type $f)))))"
                            "(alias export $a \"insecure-seed\" (func $f)) (alias export $b \"insecure-seed\" (func $g)) (export \"g\" (func $g))";

static void run_all(ct_slice bytes, void *context) {
  (void)context;
  ct_error error = {0};
  ct_buf out = {0};
  ct_status status = ct_component_retarget(&out, bytes, "0.2.6", NULL, &error);
  assert_int_equal(status, error.status);
  ct_buf_free(&out);
}

static void test_retarget__survives_what_is_broken(void **state) {
  (void)state;
  ct_buf bytes = component_of_text(small);
  assert_moves(small, "0.2.6", "wasi:random/insecure-seed@0.2.6", 1);
  hurt_cuts((ct_slice){bytes.data, bytes.size}, run_all, NULL);
  hurt_bits((ct_slice){bytes.data, bytes.size}, run_all, NULL);
  assert_true(hurt_starve((ct_slice){bytes.data, bytes.size}, run_all, NULL) > 3);
  ct_buf_free(&bytes);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_retarget__up_and_down),
      cmocka_unit_test(test_retarget__there_and_back),
      cmocka_unit_test(test_retarget__what_is_used_must_be_there),
      cmocka_unit_test(test_retarget__what_is_not_used_is_left_out),
      cmocka_unit_test(test_retarget__other_types_are_told),
      cmocka_unit_test(test_retarget__a_type_loses_its_second_name),
      cmocka_unit_test(test_retarget__two_versions_become_one_import),
      cmocka_unit_test(test_retarget__merged_instances_are_handed_on),
      cmocka_unit_test(test_retarget__exports),
      cmocka_unit_test(test_retarget__names_that_stay),
      cmocka_unit_test(test_retarget__versions_that_are_none),
      cmocka_unit_test(test_retarget__what_is_not_valid_before),
      cmocka_unit_test(test_retarget__survives_what_is_broken),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
