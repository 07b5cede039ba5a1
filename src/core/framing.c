/* framing.c - preamble and sections. Flows in: the bytes of a module or component. Flows out: one frame after the other, borrowing from the input. */
#include "core/framing.h"

#include "base/utf8.h"

/* The magic, then a version of two bytes and a layer of two bytes: 0 for core modules, 1 for components. */
static const uint8_t module_preamble[CTI_PREAMBLE_SIZE] = {0, 'a', 's', 'm', 1, 0, 0, 0};
static const uint8_t component_preamble[CTI_PREAMBLE_SIZE] = {0, 'a', 's', 'm', 0x0d, 0, 1, 0};

static bool starts(ct_slice bytes, const uint8_t *preamble) { return bytes.size >= CTI_PREAMBLE_SIZE && memcmp(bytes.data, preamble, CTI_PREAMBLE_SIZE) == 0; }

enum { TEXT_HEAD = 4096 }; /* how much is looked at to tell text from other bytes; who parses it checks it all */

ct_kind ct_kind_of(ct_slice bytes) {
  if (starts(bytes, module_preamble)) return CT_KIND_MODULE;
  if (starts(bytes, component_preamble)) return CT_KIND_COMPONENT;
  ct_slice head = cti_slice_cut(bytes, 0, TEXT_HEAD);
  size_t cut = bytes.size > head.size ? 3 : 0; /* a character may lie across the end of what is looked at */
  bool text = cti_slice_find(head, 0, 0) == head.size && cti_utf8_valid_prefix(head) + cut >= head.size;
  return text ? CT_KIND_TEXT : CT_KIND_UNKNOWN;
}

void cti_hint_foreign(ct_error *error, ct_slice bytes) {
  static const struct { const char *start, *hint; } known[] = {
      {"\x7f" "ELF", "this is a file for the machine itself (ELF): compile with --target=wasm32-wasi"},
      {"!<arch>\n", "this is an archive of object files: link it, as in `clang --target=wasm32-wasi main.o library.a -o core.wasm`"},
      {"\x1f\x8b", "this is compressed by gzip: unpack it with `gunzip`"},
      {"\x28\xb5\x2f\xfd", "this is compressed by zstd: unpack it with `zstd -d`"},
      {"\xfd" "7zXZ", "this is compressed by xz: unpack it with `xz -d`"},
      {"BZh", "this is compressed by bzip2: unpack it with `bunzip2`"},
      {"PK\3\4", "this is a zip archive: unpack it with `unzip`"},
      {"package ", "this looks like WIT, not like a program: `ctool component wit` reads WIT, and --wit takes it beside a module"},
      {"interface ", "this looks like WIT, not like a program: `ctool component wit` reads WIT, and --wit takes it beside a module"},
      {"world ", "this looks like WIT, not like a program: `ctool component wit` reads WIT, and --wit takes it beside a module"},
      {"#include", "this looks like C: compile it first, as in `clang --target=wasm32-wasi program.c -o core.wasm`"},
      {"/*", "this looks like a program's source: compile it first, as in `clang --target=wasm32-wasi program.c -o core.wasm`"},
      {"//", "this looks like source, of a program or of WIT: a program is compiled first; `ctool component wit` reads WIT"},
  };
  for (size_t i = 0; i < CTI_COUNT(known); i++)
    if (cti_slice_starts(bytes, cti_slice_str(known[i].start))) cti_error_hint(error, "%s", known[i].hint);
  if (ct_kind_of(bytes) == CT_KIND_TEXT) cti_error_hint(error, "it does not begin as a binary, with \\0asm, and was read as text, which begins with (module or (component");
}

static ct_status wrong_preamble(cti_cursor *c, ct_slice bytes) {
  uint64_t offset = cti_cursor_offset(c);
  if (bytes.size == 0) return cti_cursor_fail_at(c, CT_CORE_MAGIC, offset, "the input is empty; a WebAssembly binary begins with \\0asm");
  if (!cti_slice_starts(bytes, (ct_slice){module_preamble, bytes.size < 4 ? bytes.size : 4})) {
    bool text = ct_kind_of(bytes) == CT_KIND_TEXT;
    cti_cursor_fail_at(c, CT_CORE_MAGIC, offset, "this is no WebAssembly binary: \\0asm was expected, %s", text ? "text was found" : "other bytes were found");
    if (!text) cti_hint_foreign(c->error, bytes);
    return c->error->status;
  }
  if (bytes.size < CTI_PREAMBLE_SIZE) return cti_cursor_fail_at(c, CT_CORE_END, offset + bytes.size, "unexpected end: a WebAssembly binary has at least 8 bytes, this has %zu", bytes.size);
  unsigned version = bytes.data[4] | bytes.data[5] << 8, layer = bytes.data[6] | bytes.data[7] << 8;
  return cti_cursor_fail_at(c, CT_CORE_MAGIC, offset + 4, "unknown binary version: version %u of layer %u was found; version 1 of layer 0 (a core module) or version 13 of layer 1 (a component) was expected", version,
                            layer);
}

ct_status cti_preamble_read(cti_cursor *c, ct_kind *kind) {
  ct_slice bytes = {c->at, cti_cursor_left(c)};
  *kind = starts(bytes, module_preamble) ? CT_KIND_MODULE : starts(bytes, component_preamble) ? CT_KIND_COMPONENT : CT_KIND_UNKNOWN;
  if (*kind == CT_KIND_UNKNOWN) return wrong_preamble(c, bytes);
  cti_cursor_bytes(c, CTI_PREAMBLE_SIZE);
  return CT_OK;
}

bool cti_frame_next(cti_cursor *c, cti_frame *frame) {
  if (cti_cursor_done(c)) return false;
  const uint8_t *start = c->at;
  frame->offset = cti_cursor_offset(c);
  frame->id = cti_cursor_u8(c);
  uint32_t size = cti_cursor_u32(c);
  frame->payload_offset = cti_cursor_offset(c);
  if (!c->failed && size > cti_cursor_left(c)) {
    cti_cursor_fail_at(c, CT_CORE_END, frame->offset, "unexpected end: section %u announces %u bytes, only %zu are left", frame->id, size, cti_cursor_left(c));
  }
  frame->payload = cti_cursor_bytes(c, size);
  if (c->failed) return false;
  frame->raw = (ct_slice){start, (size_t)(c->at - start)};
  return true;
}

ct_status cti_custom_name(const cti_frame *frame, ct_slice *name, ct_slice *rest, ct_error *error) {
  cti_cursor c = cti_cursor_make(frame->payload, frame->payload_offset, error);
  *name = cti_cursor_name(&c);
  *rest = cti_cursor_rest(&c);
  return cti_cursor_status(&c);
}
