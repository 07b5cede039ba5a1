/* component link: the bytes are up to three shared libraries, each but the last after its length in two bytes. A component comes of them, or a message about
 * one of them: libraries that are valid but keep to no convention of dynamic linking may not fit together, but of valid ones never comes a component that
 * link's own validation refuses. The sum of the bytes chooses what may be stubbed and opened, and whether the component is validated. */
#include <string.h>

#include "ctool/compose.h"
#include "target.h"

enum { MOST = 3 };

static size_t cut(ct_library *out, const uint8_t *data, size_t size) {
  static const char *const names[] = {"libc.so", "liba.so", "libb.so"};
  size_t count = 0;
  while (size > 2 && count < MOST) {
    size_t length = data[0] | (size_t)data[1] << 8;
    if (count == MOST - 1 || length > size - 2) length = size - 2;
    out[count] = (ct_library){.name = names[count], .bytes = {data + 2, length}};
    count++;
    data += 2 + length;
    size -= 2 + length;
  }
  return count;
}

static bool all_valid(const ct_library *libraries, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (!is_valid(libraries[i].bytes, "all")) return false;
  return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  ct_error error = {0};
  ct_library libraries[MOST];
  ct_pieces pieces = {0};
  unsigned sum = 0;
  for (size_t i = 0; i < size; i++) sum += data[i];
  size_t count = cut(libraries, data, size);
  for (size_t i = 0; i < count; i++) libraries[i].dl_openable = sum >> i & 1;
  const ct_component_link_options options = {
      .libraries = libraries, .library_count = count, .stub_missing_functions = sum & 8, .built_in_libdl = sum & 16, .component = {.skip_validation = sum & 32, .wasi_adapter = CT_WASI_ADAPTER_NONE}};
  ct_status status = ct_component_link(&pieces, &options, &error);
  FUZZ_CHECK(status == error.status && (status == CT_OK || error.message[0]));
  bool made_invalid = status != CT_OK && !is_starved(status) && strncmp(error.trail, "the component that was made", 27) == 0;
  FUZZ_CHECK(!made_invalid || !all_valid(libraries, count));
  ct_pieces_free(&pieces);
  return 0;
}
