/* binary_fixture.h - WIT text -> binary, for tests of what reads binaries. */
#ifndef TEST_BINARY_FIXTURE_H
#define TEST_BINARY_FIXTURE_H

#include "compose/metadata.h"
#include "compose/wit_decode.h"
#include "compose/wit_encode.h"
#include "wit_fixture.h"

/* The package in binary form, owned by the caller; fails the test when the text is not WIT. */
static inline cti_buf binary_package(const char *text) {
  wit_fixture f;
  cti_buf out = {0};
  wit_begin(&f);
  if (wit_load_all(&f, cti_slice_str(text)) != CT_OK || cti_encode_package(&out, &f.resolve, f.package, NULL) != CT_OK) {
    fprintf(stderr, "%s\n", wit_failure(&f));
    abort();
  }
  wit_end(&f);
  return out;
}

/* The content of a component-type section for the world of that name. */
static inline cti_buf binary_world(const char *text, const char *world, cti_string_encoding encoding) {
  wit_fixture f;
  cti_buf out = {0};
  uint32_t id;
  wit_begin(&f);
  if (wit_load_all(&f, cti_slice_str(text)) != CT_OK || cti_resolve_select_world(&f.resolve, &id, f.package, cti_slice_str(world)) != CT_OK ||
      cti_metadata_encode(&out, &f.resolve, id, encoding, false) != CT_OK) {
    fprintf(stderr, "%s\n", wit_failure(&f));
    abort();
  }
  wit_end(&f);
  return out;
}

/* Decodes a package or component into the fixture. */
static inline ct_status binary_decode(wit_fixture *f, ct_slice bytes) {
  cti_decoded what;
  wit_begin(f);
  ct_status status = cti_wit_decode(&f->resolve, &what, bytes, 0, &f->arena);
  if (status == CT_OK) f->package = what.package;
  return status;
}

#endif
