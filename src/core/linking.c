/* linking.c - what relocatable objects say: symbols and relocations, one after the other. Flows in: cursors over linking and reloc.* sections.
 * https://github.com/WebAssembly/tool-conventions/blob/main/Linking.md */
#include "core/custom.h"

enum { LINKING_VERSION = 2 };

cti_cursor cti_linking_cursor(const cti_section *section, ct_error *error) {
  cti_cursor c = cti_custom_cursor(section, error);
  uint64_t offset = cti_cursor_offset(&c);
  uint32_t version = cti_cursor_u32(&c);
  if (!c.failed && version != LINKING_VERSION) cti_cursor_fail_at(&c, CT_CORE_FORM, offset, "version %u of a linking section: version %d is known", version, LINKING_VERSION);
  return c;
}

static void read_indexed(cti_symbol *out, cti_cursor *c) {
  out->index = cti_cursor_u32(c);
  out->has_name = !(out->flags & CTI_SYMBOL_UNDEFINED) || (out->flags & CTI_SYMBOL_EXPLICIT_NAME);
  if (out->has_name) out->name = cti_cursor_name(c);
}

static void read_data_symbol(cti_symbol *out, cti_cursor *c) {
  out->has_name = true;
  out->name = cti_cursor_name(c);
  if (out->flags & CTI_SYMBOL_UNDEFINED) return;
  out->index = cti_cursor_u32(c);
  out->offset = cti_cursor_u32(c);
  out->size = cti_cursor_u32(c);
}

void cti_read_symbol(cti_symbol *out, cti_cursor *c) {
  *out = (cti_symbol){0};
  uint64_t offset = cti_cursor_offset(c);
  uint8_t kind = cti_cursor_u8(c);
  out->flags = cti_cursor_u32(c);
  out->kind = (cti_symbol_kind)kind;
  switch (kind) {
    case CTI_SYMBOL_FUNC:
    case CTI_SYMBOL_GLOBAL:
    case CTI_SYMBOL_TAG:
    case CTI_SYMBOL_TABLE: read_indexed(out, c); break;
    case CTI_SYMBOL_DATA: read_data_symbol(out, c); break;
    case CTI_SYMBOL_SECTION: out->index = cti_cursor_u32(c); break;
    default: cti_cursor_fail_at(c, CT_CORE_FORM, offset, "malformed symbol: kind 0x%02x", kind);
  }
}

/* By code: what the addend and the patched bytes take. */
static const cti_reloc_info reloc_table[] = {
    {"FunctionIndexLeb", "R_WASM_FUNCTION_INDEX_LEB", CTI_ADDEND_NONE, 5},
    {"TableIndexSleb", "R_WASM_TABLE_INDEX_SLEB", CTI_ADDEND_NONE, 5},
    {"TableIndexI32", "R_WASM_TABLE_INDEX_I32", CTI_ADDEND_NONE, 4},
    {"MemoryAddrLeb", "R_WASM_MEMORY_ADDR_LEB", CTI_ADDEND_32, 5},
    {"MemoryAddrSleb", "R_WASM_MEMORY_ADDR_SLEB", CTI_ADDEND_32, 5},
    {"MemoryAddrI32", "R_WASM_MEMORY_ADDR_I32", CTI_ADDEND_32, 4},
    {"TypeIndexLeb", "R_WASM_TYPE_INDEX_LEB", CTI_ADDEND_NONE, 5},
    {"GlobalIndexLeb", "R_WASM_GLOBAL_INDEX_LEB", CTI_ADDEND_NONE, 5},
    {"FunctionOffsetI32", "R_WASM_FUNCTION_OFFSET_I32", CTI_ADDEND_32, 4},
    {"SectionOffsetI32", "R_WASM_SECTION_OFFSET_I32", CTI_ADDEND_32, 4},
    {"EventIndexLeb", "R_WASM_TAG_INDEX_LEB", CTI_ADDEND_NONE, 5},
    {"MemoryAddrRelSleb", "R_WASM_MEMORY_ADDR_REL_SLEB", CTI_ADDEND_32, 5},
    {"TableIndexRelSleb", "R_WASM_TABLE_INDEX_REL_SLEB", CTI_ADDEND_NONE, 5},
    {"GlobalIndexI32", "R_WASM_GLOBAL_INDEX_I32", CTI_ADDEND_NONE, 4},
    {"MemoryAddrLeb64", "R_WASM_MEMORY_ADDR_LEB64", CTI_ADDEND_64, 10},
    {"MemoryAddrSleb64", "R_WASM_MEMORY_ADDR_SLEB64", CTI_ADDEND_64, 10},
    {"MemoryAddrI64", "R_WASM_MEMORY_ADDR_I64", CTI_ADDEND_64, 8},
    {"MemoryAddrRelSleb64", "R_WASM_MEMORY_ADDR_REL_SLEB64", CTI_ADDEND_64, 10},
    {"TableIndexSleb64", "R_WASM_TABLE_INDEX_SLEB64", CTI_ADDEND_NONE, 10},
    {"TableIndexI64", "R_WASM_TABLE_INDEX_I64", CTI_ADDEND_NONE, 8},
    {"TableNumberLeb", "R_WASM_TABLE_NUMBER_LEB", CTI_ADDEND_NONE, 5},
    {"MemoryAddrTlsSleb", "R_WASM_MEMORY_ADDR_TLS_SLEB", CTI_ADDEND_32, 5},
    {"FunctionOffsetI64", "R_WASM_FUNCTION_OFFSET_I64", CTI_ADDEND_64, 8},
    {"MemoryAddrLocrelI32", "R_WASM_MEMORY_ADDR_LOCREL_I32", CTI_ADDEND_32, 4},
    {"TableIndexRelSleb64", "R_WASM_TABLE_INDEX_REL_SLEB64", CTI_ADDEND_NONE, 10},
    {"MemoryAddrTlsSleb64", "R_WASM_MEMORY_ADDR_TLS_SLEB64", CTI_ADDEND_64, 10},
    {"FunctionIndexI32", "R_WASM_FUNCTION_INDEX_I32", CTI_ADDEND_NONE, 4},
};

void cti_read_reloc(cti_reloc *out, cti_cursor *c) {
  static const cti_reloc_info unknown = {"?", "?", CTI_ADDEND_NONE, 0};
  uint64_t offset = cti_cursor_offset(c);
  *out = (cti_reloc){.type = cti_cursor_u8(c), .info = &unknown};
  if (out->type < CTI_COUNT(reloc_table)) out->info = &reloc_table[out->type];
  else cti_cursor_fail_at(c, CT_CORE_FORM, offset, "malformed relocation: type %u", out->type);
  out->offset = cti_cursor_u32(c);
  out->index = cti_cursor_u32(c);
  if (out->info->addend == CTI_ADDEND_32) out->addend = cti_cursor_s32(c);
  if (out->info->addend == CTI_ADDEND_64) out->addend = cti_cursor_s64(c);
}
