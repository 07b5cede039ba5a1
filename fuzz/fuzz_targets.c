/* Does it fit? Any bytes beside one world, by exact versions and by compatible ones: a verdict comes, and a failure has words. */
#include <string.h>

#include "ctool/ctool.h"
#include "target.h"

static const char world[] = "package a:b@0.2.1;\ninterface i {\n  resource r;\n  f: func(x: borrow<r>) -> list<string>;\n}\n"
                            "world w {\n  import i;\n  export i;\n  export run: func() -> option<u32>;\n}\n";

/* Gives a failure or none, but not in silence. */
static void check(ct_slice component, bool semver_compatible) {
  ct_error error = {0};
  ct_wit *wit = NULL;
  ct_status status = ct_wit_read(&wit, "world", (ct_slice){(const uint8_t *)world, sizeof world - 1}, NULL, &error);
  if (status == CT_OK) status = ct_component_targets(wit, NULL, component, semver_compatible, &error);
  FUZZ_CHECK(status == error.status && (status == CT_OK || error.message[0]));
  ct_wit_free(wit);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  check((ct_slice){data, size}, false);
  check((ct_slice){data, size}, true);
  return 0;
}
