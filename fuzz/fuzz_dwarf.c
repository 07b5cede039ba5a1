/* dwarf: whatever the program that reads DWARF answers, lookups in it come back and find what covers the address. */
#include "inspect/dwarf.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  ct_error error = {0};
  cti_arena arena;
  cti_dwarf dwarf;
  cti_arena_init(&arena, &error);
  if (cti_dwarf_take(&dwarf, (ct_slice){data, size}, &arena) == CT_OK) {
    for (uint64_t address = 0; address < 4096; address += 7) {
      const cti_dwarf_row *row = cti_dwarf_row_at(&dwarf, address);
      uint32_t func = cti_dwarf_func_at(&dwarf, address);
      FUZZ_CHECK(!row || (row->address <= address && row->file <= dwarf.files.count));
      FUZZ_CHECK(func == UINT32_MAX || cti_dwarf_func_covers(&dwarf, func, address));
    }
  } else {
    FUZZ_CHECK(error.message[0]);
  }
  cti_arena_free(&arena);
  return 0;
}
