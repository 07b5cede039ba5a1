/* The WASI packages that are carried: found by name and version, linked where they are missing, and not when that is switched off. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "wit/wit_wasi.h"
#include "wit_fixture.h"

static cti_package_name named(const char *ns, const char *name, const char *version) {
  cti_package_name out = {cti_slice_str(ns), cti_slice_str(name), {0}};
  if (version) assert_true(cti_semver_parse(&out.version, cti_slice_str(version)));
  return out;
}

static void test_find__versions(void **state) {
  (void)state;
  static const struct { const char *ns, *name, *version; bool found; } cases[] = {
      {"wasi", "cli", "0.2.0", true}, {"wasi", "cli", "0.2.3", true}, {"wasi", "cli", "0.2.12", true}, {"wasi", "cli", "0.3.0", true}, {"wasi", "http", "0.2.0", true},
      {"wasi", "cli", "0.2.13", false}, {"wasi", "cli", "0.3.1", false}, {"wasi", "cli", "0.2.0-rc", false}, {"wasi", "cli", NULL, false}, {"wasi", "nn", "0.2.0", false}, {"asi", "cli", "0.2.0", false},
  };
  for (size_t i = 0; i < CTI_COUNT(cases); i++) {
    wit_fixture f;
    char first[64];
    cti_package_name name = named(cases[i].ns, cases[i].name, cases[i].version);
    wit_begin(&f);
    ct_slice text = cti_wasi_find(&name, &f.arena);
    snprintf(first, sizeof first, "package %s:%s@%s;", cases[i].ns, cases[i].name, cases[i].version ? cases[i].version : "");
    assert_int_equal(text.data != NULL, cases[i].found);
    if (text.data) assert_true(cti_slice_starts(text, cti_slice_str(first)));
    assert_int_equal(f.error.status, CT_OK);
    wit_end(&f);
  }
}

static void test_version__latest(void **state) {
  (void)state;
  cti_package_name any = named("wasi", "io", NULL), old = named("wasi", "cli", "0.2.99"), three = named("wasi", "cli", "0.3.7"), none = named("wasi", "nn", NULL);
  assert_string_equal(cti_wasi_version(&any), "0.2.12"); /* 0.3 has no wasi:io */
  assert_string_equal(cti_wasi_version(&old), "0.2.12");
  assert_string_equal(cti_wasi_version(&three), "0.3.0");
  assert_null(cti_wasi_version(&none));
}

/* Every carried package, at every version that can be asked for, is a package by itself. */
static void test_link__every_version(void **state) {
  (void)state;
  static const char *const names[] = {"cli", "clocks", "filesystem", "http", "io", "random", "sockets"};
  for (unsigned patch = 0; patch <= 13; patch++)
    for (size_t i = 0; i < CTI_COUNT(names); i++) {
      wit_fixture f;
      char text[128], version[16];
      snprintf(version, sizeof version, patch == 13 ? "0.3.0" : "0.2.%u", patch);
      if (patch == 13 && strcmp(names[i], "io") == 0) continue;
      snprintf(text, sizeof text, "package a:b; world w { include wasi:%s/%s@%s; }", names[i], patch == 13 && strcmp(names[i], "http") == 0 ? "service" : "imports", version);
      wit_begin(&f);
      if (cti_wit_load_text(&f.resolve, &f.package, CTI_LIT("t.wit"), cti_slice_str(text), NULL) != CT_OK) assert_string_equal(wit_failure(&f), text);
      for (uint32_t j = 0; j < f.resolve.packages.count; j++)
        if (j != f.package) assert_true(cti_slice_ends(cti_package_id(&f.resolve, j), cti_slice_str(version)));
      wit_end(&f);
    }
}

static bool has_func(wit_fixture *f, const char *package, const char *interface, const char *func) {
  uint32_t id = cti_map_get(&f->resolve.package_ids, cti_slice_str(package));
  id = cti_map_get(&f->resolve.packages.items[id].interface_ids, cti_slice_str(interface));
  return cti_map_get(&f->resolve.interfaces.items[id].func_slots, cti_slice_str(func)) != CTI_MAP_NONE;
}

static void test_link__what_came_later(void **state) {
  (void)state;
  wit_fixture f;
  wit_begin(&f);
  assert_int_equal(cti_wit_load_text(&f.resolve, &f.package, CTI_LIT("t.wit"), CTI_LIT("package a:b; world w { import wasi:cli/exit@0.2.11; import wasi:cli/exit@0.2.12; }"), NULL), CT_OK);
  assert_true(has_func(&f, "wasi:cli@0.2.11", "exit", "exit"));
  assert_false(has_func(&f, "wasi:cli@0.2.11", "exit", "exit-with-code"));
  assert_true(has_func(&f, "wasi:cli@0.2.12", "exit", "exit-with-code"));
  wit_end(&f);
}

static void test_link__own_packages_come_first(void **state) {
  (void)state;
  static const char *const files[] = {"w/a.wit", "package a:b; world w { import wasi:cli/stdin@0.2.1; }", "w/deps/io.wit", "package wasi:io@0.2.1; interface error { resource error; } interface poll { resource pollable; } interface streams { resource input-stream; resource output-stream; use error.{error}; }", NULL};
  wit_fixture f;
  wit_begin(&f);
  if (wit_load_files(&f, "w", files, NULL) != CT_OK) assert_string_equal(wit_failure(&f), "");
  assert_false(has_func(&f, "wasi:io@0.2.1", "streams", "[method]input-stream.read"));
  wit_end(&f);
}

static void test_link__switched_off(void **state) {
  (void)state;
  cti_wit_options options = {.no_builtin = true};
  wit_fixture f;
  wit_begin(&f);
  assert_int_equal(cti_wit_load_text(&f.resolve, &f.package, CTI_LIT("t.wit"), CTI_LIT("package a:b; world w { import wasi:cli/exit@0.2.11; }"), &options), CT_WIT_PACKAGE);
  assert_string_equal(wit_failure(&f), "t.wit:1:31: the package `wasi:cli@0.2.11` was not found | searched: t.wit alone / `wasi:cli` is built in, but not looked at: --no-builtin-wit / put its .wit files into deps/cli/, one directory for each package");
  wit_end(&f);
}

static void test_link__out_of_reach(void **state) {
  (void)state;
  wit_fixture f;
  assert_string_equal(wit_result(&f, "package a:b; world w { import wasi:cli/exit@0.2.13; }"),
                      "t.wit:1:31: the package `wasi:cli@0.2.13` was not found | searched: t.wit alone / `wasi:cli` is built in up to version 0.2.12 / put its .wit files into deps/cli/, one directory for each package");
  wit_end(&f);
  assert_string_equal(wit_result(&f, "package a:b; world w { import wasi:cli/exit; }"),
                      "t.wit:1:31: the package `wasi:cli` was not found | searched: t.wit alone / `wasi:cli` is built in when a version is named, as in @0.2.12 or @0.3.0 / put its .wit files into deps/cli/, one directory for each package");
  wit_end(&f);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_find__versions),
      cmocka_unit_test(test_version__latest),
      cmocka_unit_test(test_link__every_version),
      cmocka_unit_test(test_link__what_came_later),
      cmocka_unit_test(test_link__own_packages_come_first),
      cmocka_unit_test(test_link__switched_off),
      cmocka_unit_test(test_link__out_of_reach),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
