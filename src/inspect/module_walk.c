/* module_walk.c - walks the framing of a module or component for its core modules. Flows in: bytes. Flows out: a list in the order of the file. */
#include "inspect/module_walk.h"

#include "core/module.h"

static ct_status take_section(cti_module_item *item, const cti_frame *frame, cti_arena *arena) {
  if (frame->id == CTI_SECTION_CODE) {
    item->code = frame->payload;
    item->code_offset = frame->payload_offset;
  }
  if (frame->id != CTI_SECTION_CUSTOM) return CT_OK;
  ct_slice name, content;
  CTI_TRY(cti_custom_name(frame, &name, &content, arena->error));
  if (!cti_is_dwarf(name)) return CT_OK;
  return cti_vec_push(arena, &item->dwarf.names, name) && cti_vec_push(arena, &item->dwarf.contents, content) ? CT_OK : CT_NOMEM;
}

/* `section` is what the bytes are the content of; 0 (a custom section holds neither): they are the whole file. */
static ct_status check_kind(uint8_t section, ct_kind kind, uint64_t offset, ct_error *error) {
  if (section == CTI_COMPONENT_SECTION_MODULE && kind != CT_KIND_MODULE)
    return cti_fail(error, CT_CORE_KIND, offset, "a core module was expected, a component was found");
  if (section == CTI_COMPONENT_SECTION_COMPONENT && kind != CT_KIND_COMPONENT)
    return cti_fail(error, CT_CORE_KIND, offset, "a component was expected, a core module was found");
  return CT_OK;
}

static ct_status walk(cti_module_list *out, ct_slice bytes, uint64_t offset, uint8_t section, uint32_t depth, cti_arena *arena) {
  if (depth > CTI_MAX_DEPTH) return cti_fail(arena->error, CT_LIMIT, offset, "components are nested more than %d deep", CTI_MAX_DEPTH);
  ct_kind kind;
  cti_cursor c = cti_cursor_make(bytes, offset, arena->error);
  CTI_TRY(cti_preamble_read(&c, &kind));
  CTI_TRY(check_kind(section, kind, offset, arena->error));
  cti_module_item item = {.bytes = bytes, .offset = offset};
  for (cti_frame frame; cti_frame_next(&c, &frame);) {
    bool nested = frame.id == CTI_COMPONENT_SECTION_MODULE || frame.id == CTI_COMPONENT_SECTION_COMPONENT;
    if (kind == CT_KIND_MODULE) CTI_TRY(take_section(&item, &frame, arena));
    else if (nested) CTI_TRY(walk(out, frame.payload, frame.payload_offset, frame.id, depth + 1, arena));
  }
  CTI_TRY(cti_cursor_status(&c));
  return kind != CT_KIND_MODULE || cti_vec_push(arena, &out->items, item) ? CT_OK : CT_NOMEM;
}

ct_status cti_module_list_read(cti_module_list *out, ct_slice bytes, cti_arena *arena) {
  *out = (cti_module_list){0};
  return walk(out, bytes, 0, 0, 0, arena);
}
