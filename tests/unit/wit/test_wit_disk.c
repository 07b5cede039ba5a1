/* The reader over real files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "wit_fixture.h"

static void test_disk__reads(void **state) {
  (void)state;
  wit_fixture f;
  cti_wit_disk disk;
  ct_slice text, *names;
  uint32_t count;
  wit_begin(&f);
  cti_wit_disk_init(&disk, &f.arena);
  const cti_wit_reader *reader = &disk.reader;
  ct_slice directory = CTI_LIT(CTOOL_SOURCE_DIR "/corpus/wit"), file = CTI_LIT(CTOOL_SOURCE_DIR "/corpus/wit/all.wit");
  assert_int_equal(reader->kind(reader->context, directory), CT_PATH_DIRECTORY);
  assert_int_equal(reader->kind(reader->context, file), CT_PATH_FILE);
  assert_int_equal(reader->kind(reader->context, CTI_LIT(CTOOL_SOURCE_DIR "/corpus/wit/none")), CT_PATH_NONE);
  assert_int_equal(reader->list(reader->context, &names, &count, directory, &f.arena, &f.error), CT_OK);
  uint32_t at = 0;
  while (at < count && !cti_slice_is(names[at], "all.wit")) at++;
  assert_true(count >= 2 && at < count);
  for (uint32_t i = 1; i < count; i++) assert_true(cti_slice_cmp(names[i - 1], names[i]) < 0); /* in order */
  assert_int_equal(reader->read(reader->context, &text, file, &f.error), CT_OK);
  assert_true(cti_slice_starts(text, CTI_LIT("/// A package")));
  assert_int_equal(reader->read(reader->context, &text, CTI_LIT(CTOOL_SOURCE_DIR "/corpus/wit/none"), &f.error), CT_IO_OPEN);
  cti_wit_disk_free(&disk);
  cti_wit_disk_free(&disk);
  wit_end(&f);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_disk__reads),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
