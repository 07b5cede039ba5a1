/* Any bytes, taken apart and put together again: what comes back is what went in, module by module. */
#include <string.h>

#include "ctool/ctool.h"
#include "target.h"

enum { MOST = 64 };

typedef struct taken {
  char names[MOST][40];
  ct_slice modules[MOST];
  unsigned count;
} taken;

static ct_status take(void *context, const char *name, ct_slice module, ct_error *error) {
  taken *t = context;
  (void)error;
  if (t->count < MOST) {
    snprintf(t->names[t->count], sizeof t->names[0], "%s", name);
    t->modules[t->count] = module;
  }
  t->count++;
  return CT_OK;
}

static ct_status give(void *context, const char *name, ct_slice *module, ct_error *error) {
  const taken *t = context;
  (void)error;
  for (unsigned i = 0; i < t->count; i++)
    if (strcmp(t->names[i], name) == 0) *module = t->modules[i];
  return CT_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  ct_error error = {0};
  ct_buf outer = {0}, back = {0};
  static taken t;
  t.count = 0;
  ct_status status = ct_component_unbundle(&outer, (ct_slice){data, size}, 0, take, &t, &error);
  FUZZ_CHECK(status == error.status && (status == CT_OK || error.message[0]));
  if (status == CT_OK && t.count && t.count <= MOST) {
    status = ct_component_bundle(&back, (ct_slice){outer.data, outer.size}, give, &t, &error);
    FUZZ_CHECK(status == error.status && (status == CT_OK || error.message[0]));
  }
  ct_buf_free(&outer);
  ct_buf_free(&back);
  return 0;
}
