/* wit_fixture.h - WIT from strings: packages read from memory, printed back, and failures as one comparable line. */
#ifndef TEST_WIT_FIXTURE_H
#define TEST_WIT_FIXTURE_H

#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "wit/wit.h"
#include "wit/wit_print.h"

typedef struct wit_fixture {
  ct_error error;
  cti_arena arena;
  cti_resolve resolve;
  uint32_t package;
  cti_buf text; /* what was printed last, with a NUL behind it */
} wit_fixture;

static inline void wit_begin(wit_fixture *f) {
  *f = (wit_fixture){.package = CTI_WIT_NONE};
  ct_error_clear(&f->error);
  cti_arena_init(&f->arena, &f->error);
  cti_resolve_init(&f->resolve, &f->arena);
}

static inline void wit_end(wit_fixture *f) {
  ct_buf_free(&f->text);
  cti_arena_free(&f->arena);
}

/* ---- a file system in memory: pairs of path and text, ending with NULL ---- */

typedef struct wit_memory {
  const char *const *files;
} wit_memory;

static inline ct_path_kind wit_memory_kind(void *context, ct_slice path) {
  for (const char *const *file = ((wit_memory *)context)->files; *file; file += 2) {
    ct_slice name = cti_slice_str(file[0]);
    if (cti_slice_eq(name, path)) return CT_PATH_FILE;
    if (cti_slice_starts(name, path) && name.size > path.size && name.data[path.size] == '/') return CT_PATH_DIRECTORY;
  }
  return CT_PATH_NONE;
}

static inline ct_status wit_memory_read(void *context, ct_slice *out, ct_slice path, ct_error *error) {
  for (const char *const *file = ((wit_memory *)context)->files; *file; file += 2)
    if (cti_slice_eq(cti_slice_str(file[0]), path)) return *out = cti_slice_str(file[1]), CT_OK;
  return cti_fail(error, CT_IO_OPEN, CT_NO_OFFSET, "no such file: %.*s", CTI_S(path));
}

/* Files are given sorted, so entries of a directory come sorted as well. */
static inline ct_status wit_memory_list(void *context, ct_slice **out, uint32_t *count, ct_slice path, cti_arena *arena, ct_error *error) {
  *count = 0;
  *out = CTI_NEW_N(arena, ct_slice, 64);
  if (!*out) return error->status;
  for (const char *const *file = ((wit_memory *)context)->files; *file; file += 2) {
    ct_slice name = cti_slice_str(file[0]);
    if (!cti_slice_starts(name, path) || name.size <= path.size || name.data[path.size] != '/') continue;
    ct_slice entry = cti_slice_cut(name, path.size + 1, cti_slice_find(name, '/', path.size + 1));
    if (*count == 0 || !cti_slice_eq((*out)[*count - 1], entry)) (*out)[(*count)++] = entry;
  }
  return CT_OK;
}

static inline ct_status wit_load_files(wit_fixture *f, const char *path, const char *const *files, const cti_wit_options *options) {
  wit_memory memory = {files};
  cti_wit_reader reader = {&memory, wit_memory_kind, wit_memory_read, wit_memory_list};
  return cti_wit_load(&f->resolve, &f->package, cti_slice_str(path), &reader, options);
}

static inline ct_status wit_load_all(wit_fixture *f, ct_slice text) {
  cti_wit_options options = {.all_features = true};
  return cti_wit_load_text(&f->resolve, &f->package, CTI_LIT("t.wit"), text, &options);
}

/* The package as text. */
static inline const char *wit_printed(wit_fixture *f) {
  cti_buf_truncate(&f->text, 0);
  if (cti_wit_print(&f->resolve, f->package, true, true, &f->text) != CT_OK) return f->error.message;
  cti_buf_u8(&f->text, 0);
  return f->text.failed ? "out of memory" : (const char *)f->text.data;
}

/* "FILE:LINE:COLUMN: message | hint" of the failure, lines of the hint joined by " / ". */
static inline const char *wit_failure(wit_fixture *f) {
  cti_buf_truncate(&f->text, 0);
  if (f->error.file[0]) cti_buf_printf(&f->text, "%s:", f->error.file);
  if (f->error.line) cti_buf_printf(&f->text, "%u:%u:", (unsigned)f->error.line, (unsigned)f->error.column);
  cti_buf_printf(&f->text, "%s%s", f->text.size ? " " : "", f->error.message);
  if (f->error.hint[0]) cti_buf_str(&f->text, " | ");
  for (const char *c = f->error.hint; *c; c++) {
    if (*c == '\n') cti_buf_str(&f->text, " / ");
    else cti_buf_u8(&f->text, (uint8_t)*c);
  }
  cti_buf_u8(&f->text, 0);
  return (const char *)f->text.data;
}

/* What text says when it is read with all features: the printed package, or the failure. */
static inline const char *wit_result(wit_fixture *f, const char *text) {
  wit_begin(f);
  return wit_load_all(f, cti_slice_str(text)) == CT_OK ? wit_printed(f) : wit_failure(f);
}

/* A table of texts and what they say. `prefix` is put before each text; `from` is where the part begins that is compared ("": the whole). */
typedef struct wit_case {
  const char *text, *expected;
} wit_case;

#define wit_check_cases(prefix, cases) wit_check_cases_from(prefix, cases, "")
#define wit_check_cases_from(prefix, cases, from)                                                   \
  do {                                                                                              \
    for (size_t case_at_ = 0; case_at_ < sizeof(cases) / sizeof *(cases); case_at_++) {             \
      wit_fixture fixture_;                                                                         \
      char text_[8192];                                                                             \
      snprintf(text_, sizeof text_, "%s%s", (prefix), (cases)[case_at_].text);                      \
      const char *found_ = wit_result(&fixture_, text_), *part_ = strstr(found_, (from));           \
      assert_string_equal(part_ ? part_ : found_, (cases)[case_at_].expected);                      \
      wit_end(&fixture_);                                                                           \
    }                                                                                               \
  } while (0)

#endif
