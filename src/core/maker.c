/* maker.c - who made a file that cannot be read. Flows in: a failure, and the bytes it is about. Flows out: a line of its hint. The sections are walked by their
 * frames alone, so that what could not be read is passed over.
 * https://github.com/WebAssembly/tool-conventions/blob/main/ProducersSection.md */
#include "core/maker.h"

#include <string.h>

#include "base/buf.h"
#include "core/custom.h"
#include "core/framing.h"

enum { MAX_NESTING = 100 };

/* Forms that another version of the format may have; what is cut off or no text at all is nobody's newer version. */
static bool may_be_newer(ct_status status) {
  return status == CT_CORE_FORM || status == CT_CORE_OPCODE || status == CT_CORE_SECTION || status == CT_CORE_MAGIC || status == CT_COMP_FORM || status == CT_UNSUPPORTED ||
         status == CT_COMPOSE_METADATA;
}

/* What one binary holds: its producers section, and the binary inside that the place lies in (data == NULL: none). */
typedef struct level {
  ct_slice producers, inner;
  uint64_t inner_base;
  bool inner_is_module;
} level;

static bool holds(const cti_frame *frame, uint64_t place) {
  return place != CT_NO_OFFSET && place >= frame->payload_offset && place - frame->payload_offset < frame->payload.size;
}

static level look(ct_slice bytes, uint64_t base, uint64_t place) {
  level out = {{NULL, 0}, {NULL, 0}, 0, false};
  ct_error ignored;
  cti_frame frame;
  ct_slice name, content;
  ct_error_clear(&ignored);
  if (bytes.size < CTI_PREAMBLE_SIZE || !cti_slice_starts(bytes, CTI_LIT("\0asm"))) return out;
  bool is_component = ct_kind_of(bytes) == CT_KIND_COMPONENT;
  cti_cursor c = cti_cursor_make(cti_slice_cut(bytes, CTI_PREAMBLE_SIZE, bytes.size), base + CTI_PREAMBLE_SIZE, &ignored);
  while (cti_frame_next(&c, &frame)) {
    if (frame.id == CTI_SECTION_CUSTOM) {
      if (cti_custom_name(&frame, &name, &content, &ignored) == CT_OK && cti_slice_is(name, "producers")) out.producers = content;
    } else if (is_component && holds(&frame, place) && (frame.id == CTI_COMPONENT_SECTION_MODULE || frame.id == CTI_COMPONENT_SECTION_COMPONENT)) {
      out.inner = frame.payload;
      out.inner_base = frame.payload_offset;
      out.inner_is_module = frame.id == CTI_COMPONENT_SECTION_MODULE;
    }
  }
  return out;
}

static ct_slice find_producers(ct_slice bytes, uint64_t base, uint64_t place) {
  ct_slice found = {NULL, 0};
  for (unsigned depth = 0; depth < MAX_NESTING && bytes.data; depth++) {
    level here = look(bytes, base, place);
    if (here.producers.data) found = here.producers;
    if (here.inner_is_module) found = (ct_slice){NULL, 0}; /* another tool made it */
    bytes = here.inner;
    base = here.inner_base;
  }
  return found;
}

/* Languages are no tools. */
static void list_tools(cti_buf *out, const cti_producers *producers) {
  for (uint32_t i = 0; i < producers->fields.count; i++) {
    const cti_producers_field *field = &producers->fields.items[i];
    for (uint32_t k = 0; k < field->values.count && !cti_slice_is(field->name, "language"); k++)
      cti_buf_printf(out, "%s%.*s %.*s", out->size ? ", " : "", CTI_S(field->values.items[k].name), CTI_S(field->values.items[k].version));
  }
}

void cti_hint_maker(ct_error *error, ct_slice bytes, uint64_t base) {
  static const char mark[] = "(producers section)";
  ct_error ignored;
  cti_arena arena;
  cti_producers producers = {0};
  cti_buf tools = {0};
  if (!may_be_newer(error->status) || strstr(error->hint, mark)) return;
  ct_slice content = find_producers(bytes, base, error->offset);
  if (!content.data) return;
  ct_error_clear(&ignored);
  cti_arena_init(&arena, &ignored);
  if (cti_producers_parse(&producers, content, 0, &arena, &ignored) == CT_OK) list_tools(&tools, &producers);
  if (tools.size && !tools.failed) cti_error_hint_more(error, "made by %.*s %s: ctool %s may be too old for it", CTI_S(cti_buf_slice(&tools)), mark, ct_version());
  ct_buf_free(&tools);
  cti_arena_free(&arena);
}
