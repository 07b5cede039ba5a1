/* Files on Windows: names in UTF-8, long paths, replacing what is open or was read, links, directories, and failures that leave what was there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <windows.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/wide.h"

static char directory[512];

static const char *in_directory(const char *name) {
  static char path[4][1024];
  static int turn;
  char *at = path[turn++ % 4];
  snprintf(at, sizeof path[0], "%s/%s", directory, name);
  return at;
}

static void remove_in(const char *folder) {
  ct_error error;
  char **names, path[2048];
  size_t count;
  ct_error_clear(&error);
  if (ct_names_list(&names, &count, folder, &error) != CT_OK) return;
  for (size_t i = 0; i < count; i++) {
    snprintf(path, sizeof path, "%s/%s", folder, names[i]);
    wchar_t *wide = cti_wide_path(path);
    if (ct_path_kind_of(path) == CT_PATH_DIRECTORY) remove_in(path);
    else DeleteFileW(wide);
    cti_free(wide);
  }
  ct_names_free(names, count);
  wchar_t *wide = cti_wide_path(folder);
  RemoveDirectoryW(wide);
  cti_free(wide);
}

static int setup(void **state) {
  wchar_t place[MAX_PATH];
  (void)state;
  GetTempPathW(MAX_PATH, place);
  char *narrow = cti_narrow(place);
  snprintf(directory, sizeof directory, "%sctool-test-\xc3\xa4\xe2\x82\xac-%lu", narrow, (unsigned long)GetCurrentProcessId());
  cti_free(narrow);
  return cti_directory_make(directory) ? 0 : -1;
}

static int teardown(void **state) {
  (void)state;
  remove_in(directory);
  return ct_path_kind_of(directory) == CT_PATH_NONE ? 0 : -1;
}

static size_t count_names(void) {
  ct_error error;
  char **names;
  size_t count;
  ct_error_clear(&error);
  assert_int_equal(ct_names_list(&names, &count, directory, &error), CT_OK);
  ct_names_free(names, count);
  return count;
}

static void assert_content(const char *path, const char *content) {
  ct_error error;
  ct_input input;
  ct_error_clear(&error);
  if (ct_input_open(&input, path, &error) != CT_OK) fail_msg("%s: %s", path, error.message);
  assert_true(cti_slice_is(input.bytes, content));
  ct_input_close(&input);
}

static void test_write__replaces(void **state) {
  (void)state;
  ct_error error;
  ct_error_clear(&error);
  const char *path = in_directory("a");
  assert_int_equal(ct_output_write(path, CTI_LIT("one\r\n\n"), true, &error), CT_OK);
  assert_content(path, "one\r\n\n");
  ct_slice pieces[] = {CTI_LIT("t"), CTI_LIT(""), CTI_LIT("wo")};
  assert_int_equal(ct_output_write_pieces(path, pieces, 3, true, &error), CT_OK);
  assert_content(path, "two");
  assert_int_equal(count_names(), 1);
}

static void test_write__where_it_was_read_from(void **state) {
  (void)state;
  ct_error error;
  ct_input input;
  ct_error_clear(&error);
  const char *path = in_directory("a");
  assert_int_equal(ct_output_write(path, CTI_LIT("old"), true, &error), CT_OK);
  assert_int_equal(ct_input_open(&input, path, &error), CT_OK);
  assert_int_equal(ct_output_write(path, CTI_LIT("new"), true, &error), CT_OK);
  assert_true(cti_slice_is(input.bytes, "old"));
  ct_input_close(&input);
  assert_content(path, "new");
}

static void test_write__many_pieces(void **state) {
  (void)state;
  ct_error error;
  ct_input input;
  ct_slice pieces[1000];
  static uint8_t large[40000];
  ct_error_clear(&error);
  memset(large, 'x', sizeof large);
  for (size_t i = 0; i < 1000; i++) pieces[i] = i % 3 ? CTI_LIT("") : i % 100 ? CTI_LIT("x") : cti_slice(large, sizeof large);
  assert_int_equal(ct_output_write_pieces(in_directory("m"), pieces, 1000, true, &error), CT_OK);
  assert_int_equal(ct_input_open(&input, in_directory("m"), &error), CT_OK);
  assert_int_equal(input.bytes.size, 4 * sizeof large + 330);
  for (size_t i = 0; i < input.bytes.size; i++) assert_int_equal(input.bytes.data[i], 'x');
  ct_input_close(&input);
}

static void test_write__names_in_any_language(void **state) {
  (void)state;
  static const char *const names[] = {"\xc3\xa4.wasm", "\xd0\xb6.wasm", "\xe2\x82\xac.wasm", "\xf0\x9f\xa6\x80.wasm"};
  ct_error error;
  char **found;
  size_t count;
  ct_error_clear(&error);
  for (size_t i = 0; i < CTI_COUNT(names); i++) assert_int_equal(ct_output_write(in_directory(names[i]), cti_slice_str(names[i]), true, &error), CT_OK);
  assert_int_equal(ct_names_list(&found, &count, directory, &error), CT_OK);
  assert_int_equal(count, CTI_COUNT(names));
  for (size_t i = 0; i < count; i++) {
    assert_string_equal(found[i], names[i]);
    assert_content(in_directory(found[i]), names[i]);
  }
  ct_names_free(found, count);
  assert_int_equal(ct_output_write(in_directory("\xff"), CTI_LIT(""), true, &error), CT_IO_WRITE); /* no UTF-8 */
}

static void test_write__long_paths(void **state) {
  (void)state;
  ct_error error;
  char path[1024];
  ct_error_clear(&error);
  size_t size = (size_t)snprintf(path, sizeof path, "%s", directory);
  for (int i = 0; i < 6; i++) size += (size_t)snprintf(path + size, sizeof path - size, "/%060d", i);
  assert_int_equal(ct_directory_make(path, &error), CT_OK);
  snprintf(path + size, sizeof path - size, "/a.wasm");
  assert_int_equal(ct_output_write(path, CTI_LIT("far"), true, &error), CT_OK);
  assert_content(path, "far");
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
    assert_int_equal(count_names(), 1);
  }
  assert_int_equal(ct_output_open(&out, "NUL", true, &error), CT_OK);
  assert_null(ct_output_temporary(out));
  assert_int_equal(ct_output_put(out, CTI_LIT("x"), &error), CT_OK);
  assert_int_equal(ct_output_close(out, true, &error), CT_OK);
}

static void test_failures__leave_what_was_there(void **state) {
  (void)state;
  ct_error error;
  ct_input input;
  ct_error_clear(&error);
  assert_int_equal(ct_output_write(in_directory("absent/a"), CTI_LIT(""), true, &error), CT_IO_WRITE);
  assert_non_null(strstr(error.message, "its directory does not exist"));
  ct_error_clear(&error);
  assert_int_equal(ct_output_write(directory, CTI_LIT(""), true, &error), CT_IO_WRITE);
  ct_error_clear(&error);
  assert_int_equal(ct_input_open(&input, directory, &error), CT_IO_OPEN);
  assert_non_null(strstr(error.message, "a file is needed here"));
  ct_error_clear(&error);
  assert_int_equal(ct_input_open(&input, in_directory("absent"), &error), CT_IO_OPEN);
  assert_non_null(strstr(error.message, "No such file or directory"));
  ct_error_clear(&error);
  assert_int_equal(ct_output_write(in_directory("a"), CTI_LIT("old"), true, &error), CT_OK);
  wchar_t *wide = cti_wide_path(in_directory("a"));
  HANDLE alone = CreateFileW(wide, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL); /* as another program may have it */
  cti_free(wide);
  assert_int_equal(ct_output_write(in_directory("a"), CTI_LIT("new"), true, &error), CT_IO_WRITE);
  CloseHandle(alone);
  assert_content(in_directory("a"), "old");
  assert_int_equal(count_names(), 1);
}

static void test_same_output(void **state) {
  (void)state;
  ct_error error;
  ct_error_clear(&error);
  assert_int_equal(ct_output_write(in_directory("a"), CTI_LIT(""), true, &error), CT_OK);
  assert_int_equal(ct_output_write(in_directory("b"), CTI_LIT(""), true, &error), CT_OK);
  static const struct {
    const char *a, *b;
    bool same;
  } cases[] = {{"a", "a", true}, {"a", "./a", true}, {"a", "b", false}, {"a", "c", false}, {"c", "./c", true}, {"c", "C", true}, {"c", "d", false}, {"x/c", "c", false}};
  for (size_t i = 0; i < CTI_COUNT(cases); i++) {
    assert_int_equal(ct_is_same_output(in_directory(cases[i].a), in_directory(cases[i].b)), cases[i].same);
    assert_int_equal(ct_is_same_output(in_directory(cases[i].b), in_directory(cases[i].a)), cases[i].same);
  }
  assert_true(ct_is_same_output("-", "-"));
  assert_false(ct_is_same_output("-", in_directory("a")));
  assert_false(ct_is_same_output("NUL", "NUL"));
}

static void test_out_of_memory(void **state) {
  (void)state;
  ct_error error;
  ct_error_clear(&error);
  const char *path = in_directory("a");
  assert_int_equal(ct_output_write(path, CTI_LIT("old"), true, &error), CT_OK);
  size_t step = 1;
  for (bool again = true; again; step++) {
    ct_error_clear(&error);
    cti_alloc_fail_at(step);
    ct_status status = ct_output_write(path, CTI_LIT("new"), true, &error);
    again = cti_alloc_failed();
    cti_alloc_fail_at(0);
    assert_true(status == CT_OK || again);
    assert_content(path, status == CT_OK ? "new" : "old");
    assert_int_equal(count_names(), 1);
    if (again && status == CT_OK) assert_int_equal(ct_output_write(path, CTI_LIT("old"), true, &error), CT_OK); /* what it lacked was not needed */
  }
  assert_true(step > 4);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(test_write__replaces),
      TEST(test_write__where_it_was_read_from),
      TEST(test_write__many_pieces),
      TEST(test_write__names_in_any_language),
      TEST(test_write__long_paths),
      TEST(test_output__finished_is_not_yet_in_place),
      TEST(test_failures__leave_what_was_there),
      TEST(test_same_output),
      TEST(test_out_of_memory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
