/* metadata.c - component-type sections, written and read. Flows in: a world of a resolve, or sections of a core module. Flows out: the content of a section,
 * or one world into which those of all sections are merged. */
#include "compose/metadata.h"

#include "compose/producers.h"
#include "compose/wit_encode.h"
#include "compose/wit_type_encode.h"

enum { VERSION = 4 };

cti_string_encoding cti_string_encoding_of_name(ct_slice name) {
  static const char *const names[CTI_ENCODING_COUNT] = {"utf8", "utf16", "compact-utf16"};
  unsigned i = 0;
  while (i < CTI_ENCODING_COUNT && !cti_slice_is(name, names[i])) i++;
  return (cti_string_encoding)i;
}

ct_status cti_metadata_encode(cti_buf *out, cti_resolve *resolve, uint32_t world, cti_string_encoding encoding) {
  cti_arena *arena = resolve->arena;
  cti_component component;
  cti_component *wrapper = CTI_NEW(arena, cti_component);
  if (!wrapper) return arena->error->status;
  cti_component_init(&component, arena);
  CTI_TRY(cti_encode_world_wrapper(wrapper, resolve, world));
  const uint8_t header[2] = {VERSION, (uint8_t)encoding};
  cti_build_custom(&component, CTI_LIT("wit-component-encoding"), cti_slice(header, sizeof header));
  cti_ctype type = {.kind = CTI_CTYPE_COMPONENT, .decls = wrapper};
  cti_sort_index item = {CTI_SORT_TYPE, cti_build_type(&component, &type)};
  cti_extern_name name = cti_extern_name_make(resolve->worlds.items[world].name, (ct_slice){NULL, 0}, (ct_slice){NULL, 0});
  cti_build_export(&component, &name, item, NULL);
  cti_buf producers = {0};
  cti_producers_base_write(&producers);
  cti_build_custom(&component, CTI_LIT("producers"), cti_buf_slice(&producers));
  ct_status status = cti_buf_check(&producers, arena->error);
  if (status == CT_OK) {
    cti_component_encode(&component, out);
    status = cti_buf_check(out, arena->error);
  }
  ct_buf_free(&producers);
  return status;
}
