/* embed.c - the public functions that turn the world of a ct_wit into what core modules carry of it: the component-type section, or a whole dummy module. */
#include "compose/dummy.h"
#include "compose/metadata.h"
#include "compose/wit_api.h"
#include "ctool/compose.h"
#include "ctool/validate.h"
#include "wit/wit_transform.h"

ct_status cti_wit_choose_world(uint32_t *out, ct_wit *wit, const char *world, ct_error *error) {
  wit->arena.error = error;
  *out = wit->world;
  if (!world && wit->world != CTI_WIT_NONE) return CT_OK;
  ct_status status = cti_resolve_select_world(&wit->resolve, out, wit->package, world ? cti_slice_str(world) : (ct_slice){NULL, 0});
  if (status != CT_OK) cti_error_file(error, wit->name);
  return status;
}

/* It is a component in binary form, and every feature may be used. Types beyond the limits of engines may never get into a component: `component new` tells. */
static ct_status validate(ct_slice content, const ct_wit *wit, ct_error *error) {
  ct_validate_options options = {.threads = 1};
  CTI_TRY(ct_features_parse(&options.features, "all", error));
  ct_status status = ct_validate(content, &options, error);
  if (status == CT_LIMIT) {
    ct_error_clear(error);
    return CT_OK;
  }
  if (status == CT_OK) return CT_OK;
  error->offset = CT_NO_OFFSET; /* nobody has these bytes */
  cti_error_file(error, wit->name);
  cti_error_trail(error, "the section made of it");
  return status;
}

ct_status ct_component_type(ct_buf *out, ct_wit *wit, const ct_embed_options *options, ct_error *error) {
  static const ct_embed_options defaults;
  const ct_embed_options *o = options ? options : &defaults;
  uint32_t id;
  size_t start = out->size;
  if ((unsigned)o->encoding >= CTI_ENCODING_COUNT) return cti_fail(error, CT_MISUSE, CT_NO_OFFSET, "there is no string encoding %d", (int)o->encoding);
  CTI_TRY(cti_wit_choose_world(&id, wit, o->world, error));
  if (o->canonical_names) CTI_TRY(cti_world_merge_imports(&wit->resolve, id, false));
  CTI_TRY(cti_metadata_encode(out, &wit->resolve, id, (cti_string_encoding)o->encoding, o->canonical_names));
  return o->skip_validation ? CT_OK : validate(cti_slice_cut(cti_buf_slice(out), start, out->size), wit, error);
}

ct_status ct_component_embed(ct_buf *out, ct_slice module, ct_wit *wit, const ct_embed_options *options, ct_error *error) {
  if (ct_kind_of(module) == CT_KIND_COMPONENT) {
    cti_fail(error, CT_CORE_KIND, 0, "this is a component; a world is embedded into a core module");
    cti_error_hint(error, "give what the compiler wrote, not what `component new` made of it; `ctool component wit` prints what a component imports and exports");
    return CT_CORE_KIND;
  }
  if (ct_kind_of(module) != CT_KIND_MODULE) return cti_fail(error, CT_CORE_MAGIC, 0, "this is no core module in binary form");
  cti_buf_u8(out, CTI_SECTION_CUSTOM);
  size_t section = cti_buf_open(out);
  cti_buf_name(out, CTI_LIT(CTI_COMPONENT_TYPE_SECTION));
  CTI_TRY(ct_component_type(out, wit, options, error));
  cti_buf_close(out, section);
  return cti_buf_check(out, error);
}

ct_status ct_dummy_module(ct_buf *out, ct_wit *wit, const char *world, ct_dummy_style style, ct_error *error) {
  static const cti_dummy_style styles[] = {
      [CT_DUMMY_STANDARD32] = CTI_DUMMY_STANDARD32,
      [CT_DUMMY_LEGACY] = CTI_DUMMY_LEGACY,
      [CT_DUMMY_LEGACY_CALLBACK] = CTI_DUMMY_LEGACY_CALLBACK,
      [CT_DUMMY_LEGACY_STACKFUL] = CTI_DUMMY_LEGACY_STACKFUL,
  };
  uint32_t id;
  if ((unsigned)style >= CTI_COUNT(styles)) return cti_fail(error, CT_MISUSE, CT_NO_OFFSET, "there is no style of dummy modules %d", (int)style);
  CTI_TRY(cti_wit_choose_world(&id, wit, world, error));
  return cti_dummy_module(out, &wit->resolve, id, styles[style]);
}
