/* Files: atomic writing, links, special files, directories, and failures that leave what was there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "ctool/io.h"

static char directory[64];

static const char *in_directory(const char *name) {
  static char path[4][128];
  static int turn;
  char *at = path[turn++ % 4];
  snprintf(at, sizeof path[0], "%s/%s", directory, name);
  return at;
}

static int setup(void **state) {
  (void)state;
  strcpy(directory, "/tmp/ctool-test-XXXXXX");
  return mkdtemp(directory) ? 0 : -1;
}

static int teardown(void **state) {
  (void)state;
  ct_error error;
  ct_error_clear(&error);
  char **names;
  size_t count;
  if (ct_names_list(&names, &count, directory, &error) == CT_OK) {
    for (size_t i = 0; i < count; i++) remove(in_directory(names[i]));
    ct_names_free(names, count);
  }
  return rmdir(directory);
}

static void assert_content(const char *path, const char *content) {
  ct_error error;
  ct_error_clear(&error);
  ct_input input;
  assert_int_equal(ct_input_open(&input, path, &error), CT_OK);
  assert_true(cti_slice_is(input.bytes, content));
  ct_input_close(&input);
}

static void test_write__replaces_and_keeps_the_mode(void **state) {
  (void)state;
  ct_error error;
  ct_error_clear(&error);
  const char *path = in_directory("a");
  assert_int_equal(ct_output_write(path, CTI_LIT("one"), true, &error), CT_OK);
  chmod(path, 0640);
  ct_slice pieces[] = {CTI_LIT("t"), CTI_LIT(""), CTI_LIT("wo")};
  assert_int_equal(ct_output_write_pieces(path, pieces, 3, true, &error), CT_OK);
  assert_content(path, "two");
  struct stat st;
  assert_int_equal(stat(path, &st), 0);
  assert_int_equal(st.st_mode & 0777, 0640);
}

static void test_write__many_pieces(void **state) {
  (void)state;
  ct_error error;
  ct_error_clear(&error);
  ct_slice pieces[1000];
  for (size_t i = 0; i < 1000; i++) pieces[i] = i % 3 ? CTI_LIT("") : CTI_LIT("x");
  assert_int_equal(ct_output_write_pieces(in_directory("m"), pieces, 1000, true, &error), CT_OK);
  struct stat st;
  assert_int_equal(stat(in_directory("m"), &st), 0);
  assert_int_equal(st.st_size, 334);
}

static void test_write__through_a_link(void **state) {
  (void)state;
  ct_error error;
  ct_error_clear(&error);
  assert_int_equal(ct_output_write(in_directory("target"), CTI_LIT("old"), true, &error), CT_OK);
  assert_int_equal(symlink("target", in_directory("link")), 0);
  assert_int_equal(ct_output_write(in_directory("link"), CTI_LIT("new"), true, &error), CT_OK);
  assert_content(in_directory("target"), "new");
  struct stat st;
  assert_int_equal(lstat(in_directory("link"), &st), 0);
  assert_true(S_ISLNK(st.st_mode));
}

static void test_write__where_a_link_leads(void **state) {
  (void)state;
  ct_error error;
  ct_error_clear(&error);
  assert_int_equal(symlink("second", in_directory("first")), 0);
  assert_int_equal(symlink(in_directory("absent"), in_directory("second")), 0);
  assert_int_equal(ct_output_write(in_directory("first"), CTI_LIT("new"), true, &error), CT_OK);
  assert_content(in_directory("absent"), "new");
  assert_int_equal(symlink("loop", in_directory("loop")), 0);
  assert_int_equal(ct_output_write(in_directory("loop"), CTI_LIT("new"), true, &error), CT_IO_WRITE);
  assert_string_equal(error.file, in_directory("loop"));
}

static void test_output__finished_is_not_yet_in_place(void **state) {
  (void)state;
  ct_error error;
  ct_output *out;
  ct_error_clear(&error);
  assert_int_equal(ct_output_write(in_directory("a"), CTI_LIT("old"), true, &error), CT_OK);
  for (int keep = 0; keep < 2; keep++) {
    assert_int_equal(ct_output_open(&out, in_directory("a"), true, &error), CT_OK);
    assert_int_equal(ct_output_put_pieces(out, (ct_slice[]){CTI_LIT("n"), CTI_LIT("ew")}, 2, &error), CT_OK);
    assert_int_equal(ct_output_finish(out, &error), CT_OK);
    assert_content(ct_output_temporary(out), "new");
    assert_content(in_directory("a"), "old");
    assert_int_equal(ct_output_close(out, keep, &error), CT_OK);
    assert_content(in_directory("a"), keep ? "new" : "old");
  }
  assert_int_equal(ct_output_open(&out, "/dev/null", true, &error), CT_OK);
  assert_null(ct_output_temporary(out));
  assert_int_equal(ct_output_close(out, true, &error), CT_OK);
}

static void test_same_output(void **state) {
  (void)state;
  ct_error error;
  ct_error_clear(&error);
  assert_int_equal(ct_output_write(in_directory("a"), CTI_LIT(""), true, &error), CT_OK);
  assert_int_equal(ct_output_write(in_directory("b"), CTI_LIT(""), true, &error), CT_OK);
  assert_int_equal(link(in_directory("a"), in_directory("hard")), 0);
  assert_int_equal(symlink("a", in_directory("soft")), 0);
  assert_int_equal(symlink("c", in_directory("loose")), 0);
  static const struct {
    const char *a, *b;
    bool same;
  } cases[] = {{"a", "a", true}, {"a", "./a", true}, {"a", "hard", true}, {"a", "soft", true}, {"a", "b", false}, {"a", "c", false}, {"c", "./c", true}, {"c", "loose", true}, {"c", "d", false}, {"x/c", "x/c", true}, {"x/c", "c", false}};
  for (size_t i = 0; i < CTI_COUNT(cases); i++) {
    assert_int_equal(ct_is_same_output(in_directory(cases[i].a), in_directory(cases[i].b)), cases[i].same);
    assert_int_equal(ct_is_same_output(in_directory(cases[i].b), in_directory(cases[i].a)), cases[i].same);
  }
  assert_true(ct_is_same_output("-", "-"));
  assert_false(ct_is_same_output("-", in_directory("a")));
  assert_false(ct_is_same_output("/dev/null", "/dev/null"));
}

static void test_write__special_file(void **state) {
  (void)state;
  ct_error error;
  ct_error_clear(&error);
  assert_int_equal(ct_output_write("/dev/null", CTI_LIT("x"), true, &error), CT_OK);
  assert_int_equal(ct_output_write("/dev/full", CTI_LIT("x"), true, &error), CT_IO_WRITE);
  assert_string_equal(error.file, "/dev/full");
}

static void test_write__failure_leaves_nothing(void **state) {
  (void)state;
  ct_error error;
  ct_error_clear(&error);
  assert_int_equal(ct_output_write(in_directory("none/x"), CTI_LIT("x"), true, &error), CT_IO_WRITE);
  ct_error_clear(&error);
  assert_int_equal(ct_output_write(in_directory("f"), CTI_LIT("old"), true, &error), CT_OK);
  cti_alloc_fail_at(1);
  assert_int_equal(ct_output_write(in_directory("f"), CTI_LIT("new"), true, &error), CT_NOMEM);
  cti_alloc_fail_at(0);
  assert_content(in_directory("f"), "old");
}

static void test_open__directory_and_absent(void **state) {
  (void)state;
  ct_error error;
  ct_error_clear(&error);
  ct_input input;
  assert_int_equal(ct_input_open(&input, directory, &error), CT_IO_OPEN);
  ct_input_close(&input);
  ct_error_clear(&error);
  assert_int_equal(ct_input_open(&input, in_directory("absent"), &error), CT_IO_OPEN);
  assert_non_null(strstr(error.message, "No such file"));
  ct_input_close(&input);
}

static void test_open__empty_file(void **state) {
  (void)state;
  ct_error error;
  ct_error_clear(&error);
  assert_int_equal(ct_output_write(in_directory("empty"), CTI_LIT(""), true, &error), CT_OK);
  assert_content(in_directory("empty"), "");
}

/* Small files are read, larger ones mapped. */
static void test_open__sizes(void **state) {
  (void)state;
  static uint8_t bytes[70000];
  for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (uint8_t)(i * 7 + i / 256);
  const size_t sizes[] = {1, 16383, 16384, 16385, sizeof bytes};
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    ct_error error;
    ct_input input;
    ct_error_clear(&error);
    assert_int_equal(ct_output_write(in_directory("sized"), cti_slice(bytes, sizes[i]), true, &error), CT_OK);
    assert_int_equal(ct_input_open(&input, in_directory("sized"), &error), CT_OK);
    assert_true(cti_slice_eq(input.bytes, cti_slice(bytes, sizes[i])));
    ct_input_close(&input);
  }
}

static void test_names__sorted(void **state) {
  (void)state;
  ct_error error;
  ct_error_clear(&error);
  static const char *const wanted[] = {"B", "a", "b", "c.d"};
  for (int i = 3; i >= 0; i--) assert_int_equal(ct_output_write(in_directory(wanted[i]), CTI_LIT(""), true, &error), CT_OK);
  char **names;
  size_t count;
  assert_int_equal(ct_names_list(&names, &count, directory, &error), CT_OK);
  assert_int_equal(count, 4);
  for (size_t i = 0; i < 4; i++) assert_string_equal(names[i], wanted[i]);
  ct_names_free(names, count);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      T(test_write__replaces_and_keeps_the_mode), T(test_write__many_pieces),         T(test_write__through_a_link), T(test_write__special_file),
      T(test_write__failure_leaves_nothing),      T(test_open__directory_and_absent), T(test_open__empty_file), T(test_open__sizes),      T(test_names__sorted),
      T(test_write__where_a_link_leads),          T(test_output__finished_is_not_yet_in_place), T(test_same_output),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
