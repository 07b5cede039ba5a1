/* dwarf.c - asks ctool-dwarf (tools/dwarf) and keeps its answer in order. Flows in: sections. Flows out: rows and functions that can be looked up by address. */
#include "inspect/dwarf.h"

#include <stdlib.h>

#include "base/child.h"
#include "base/utf8.h"

enum { SECONDS = 60, MEGABYTES = 4096 };

bool cti_is_dwarf(ct_slice section_name) { return cti_slice_starts(section_name, CTI_LIT(".debug_")); }

/* ---- the answer */

static void take_row(cti_dwarf *out, cti_cursor *c, cti_arena *arena) {
  cti_dwarf_row row = {.address = cti_cursor_u64(c)};
  row.file = cti_cursor_u32(c);
  row.line = (uint32_t)cti_cursor_u64(c);
  row.column = (uint32_t)cti_cursor_u64(c);
  if (!c->failed && row.file > out->files.count) row.file = CTI_DWARF_NO_FILE;
  if (!c->failed) cti_vec_push_large(arena, &out->rows, row);
}

/* Ends the sequence that began with row `first`; what does not ascend, or covers nothing, is no sequence. Addresses of functions that the linker dropped are 0 or the
 * largest ones. */
static void take_end(cti_dwarf *out, cti_cursor *c, uint32_t first, cti_arena *arena) {
  cti_dwarf_sequence sequence = {.high = cti_cursor_u64(c), .first = first, .count = out->rows.count - first};
  bool ascends = sequence.count > 0;
  for (uint32_t i = first + 1; i < out->rows.count; i++) ascends = ascends && out->rows.items[i - 1].address <= out->rows.items[i].address;
  if (ascends) sequence.low = out->rows.items[first].address;
  if (ascends && sequence.low != 0 && sequence.high > sequence.low && cti_vec_last(&out->rows)->address <= sequence.high) cti_vec_push_large(arena, &out->sequences, sequence);
}

static void take_func(cti_dwarf *out, cti_cursor *c, cti_arena *arena) {
  cti_dwarf_func func = {.depth = cti_cursor_u32(c), .first = out->ranges.count};
  ct_slice name = cti_cursor_bytes(c, cti_cursor_u32(c));
  if (cti_utf8_valid(name)) func.name = name;
  func.call_file = cti_cursor_u32(c);
  func.call_line = (uint32_t)cti_cursor_u64(c);
  func.call_column = (uint32_t)cti_cursor_u64(c);
  func.count = cti_cursor_count(c, "ranges");
  for (uint32_t i = 0; i < func.count && !c->failed; i++) {
    cti_dwarf_range range = {.low = cti_cursor_u64(c)};
    range.high = cti_cursor_u64(c);
    if (!cti_vec_push_large(arena, &out->ranges, range)) return;
  }
  if (func.call_file > out->files.count) func.call_file = CTI_DWARF_NO_FILE;
  if (c->failed || !cti_vec_push_large(arena, &out->funcs, func)) return;
  for (uint32_t i = func.first; func.depth == 0 && i < out->ranges.count; i++)
    if (out->ranges.items[i].low != 0) cti_vec_push_large(arena, &out->tops, ((cti_dwarf_range){out->ranges.items[i].low, out->funcs.count - 1}));
}

static int by_low(const void *a, const void *b) {
  const cti_dwarf_range *x = a, *y = b;
  if (x->low != y->low) return x->low < y->low ? -1 : 1;
  return (x->high > y->high) - (x->high < y->high);
}

static int by_sequence(const void *a, const void *b) {
  const cti_dwarf_sequence *x = a, *y = b;
  if (x->low != y->low) return x->low < y->low ? -1 : 1;
  return (x->first > y->first) - (x->first < y->first);
}

static void put_in_order(cti_dwarf *out) {
  if (out->tops.count) qsort(out->tops.items, out->tops.count, sizeof *out->tops.items, by_low);
  if (out->sequences.count) qsort(out->sequences.items, out->sequences.count, sizeof *out->sequences.items, by_sequence);
}

ct_status cti_dwarf_take(cti_dwarf *out, ct_slice answer, cti_arena *arena) {
  ct_error bad = {0};
  cti_cursor c = cti_cursor_make(answer, 0, &bad);
  uint32_t first = 0;
  bool ended = false;
  *out = (cti_dwarf){0};
  while (!cti_cursor_done(&c) && !ended && arena->error->status == CT_OK) {
    switch (cti_cursor_u8(&c)) {
    case 'F': {
      ct_slice name = cti_cursor_bytes(&c, cti_cursor_u32(&c));
      if (!c.failed) cti_vec_push(arena, &out->files, (cti_utf8_valid(name) ? name : CTI_LIT("?")));
      break;
    }
    case 'L': take_row(out, &c, arena); break;
    case 'E':
      take_end(out, &c, first, arena);
      first = out->rows.count;
      break;
    case 'S': take_func(out, &c, arena); break;
    case 'X': out->failure = cti_cursor_bytes(&c, cti_cursor_u32(&c)); break;
    case '.': ended = true; break;
    default: cti_cursor_fail(&c, CT_CORE_FORM, "this is no answer"); break;
    }
  }
  if (!ended && !out->failure.size) out->failure = CTI_LIT("the reader broke off");
  put_in_order(out);
  return arena->error->status;
}

/* ---- the question */

/* What lines and functions are made of; places of variables (.debug_loc) and indices of names, often half of all, are left out. */
static bool is_read(ct_slice section_name) {
  static const char *const names[] = {".debug_abbrev", ".debug_addr", ".debug_info", ".debug_line", ".debug_line_str", ".debug_ranges", ".debug_rnglists", ".debug_str", ".debug_str_offsets"};
  for (size_t i = 0; i < CTI_COUNT(names); i++)
    if (cti_slice_is(section_name, names[i])) return true;
  return false;
}

ct_status cti_dwarf_read(cti_dwarf *out, const cti_dwarf_sections *sections, const uint64_t *addresses, uint32_t address_count, const char *reader, cti_arena *arena) {
  *out = (cti_dwarf){0};
  if (sections->names.count == 0) return CT_OK;
  CTI_VEC(ct_slice) pieces = {0};
  cti_buf question = {0};
  cti_buf_uleb(&question, address_count);
  for (uint32_t i = 0; i < address_count; i++) cti_buf_uleb(&question, addresses[i]);
  ct_slice asked = cti_take(&question, arena);
  if (!asked.data || !cti_vec_push(arena, &pieces, asked)) return arena->error->status;
  for (uint32_t i = 0; i < sections->names.count; i++) {
    if (!is_read(sections->names.items[i])) continue;
    cti_buf head = {0};
    cti_buf_name(&head, sections->names.items[i]);
    cti_buf_uleb(&head, sections->contents.items[i].size);
    ct_slice taken = cti_take(&head, arena);
    if (!taken.data || !cti_vec_push(arena, &pieces, taken) || !cti_vec_push(arena, &pieces, sections->contents.items[i])) return arena->error->status;
  }
  cti_buf answer = {0};
  cti_child_end end;
  ct_status status = cti_child_exec(&answer, &end, reader, pieces.items, pieces.count, (cti_child_limits){SECONDS, MEGABYTES}, arena->error);
  ct_slice kept = status == CT_OK ? cti_take(&answer, arena) : (ct_slice){NULL, 0};
  ct_buf_free(&answer);
  if (arena->error->status == CT_OK) status = cti_dwarf_take(out, kept, arena);
  if (status == CT_OK && end == CTI_CHILD_DIED) out->failure = CTI_LIT("the reader died of it");
  return status;
}

/* ---- looking up */

/* Sequences and functions of code that the linker dropped may lie over the true ones: so many that begin at or before an address are looked at. */
enum { LOOK_BACK = 64 };

const cti_dwarf_row *cti_dwarf_row_at(const cti_dwarf *dwarf, uint64_t address) {
  uint32_t from = 0, to = dwarf->sequences.count; /* the last one that begins at or before the address */
  while (from < to) {
    uint32_t middle = from + (to - from) / 2;
    if (dwarf->sequences.items[middle].low <= address) from = middle + 1;
    else to = middle;
  }
  for (uint32_t looked = 0; from && looked < LOOK_BACK && address >= dwarf->sequences.items[from - 1].high; looked++) from--;
  if (from == 0 || address >= dwarf->sequences.items[from - 1].high) return NULL;
  const cti_dwarf_sequence *sequence = &dwarf->sequences.items[from - 1];
  uint32_t low = 0, high = sequence->count;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (dwarf->rows.items[sequence->first + middle].address <= address) low = middle + 1;
    else high = middle;
  }
  return low ? &dwarf->rows.items[sequence->first + low - 1] : NULL;
}

bool cti_dwarf_func_covers(const cti_dwarf *dwarf, uint32_t func, uint64_t address) {
  const cti_dwarf_func *f = &dwarf->funcs.items[func];
  for (uint32_t i = 0; i < f->count; i++) {
    const cti_dwarf_range *range = &dwarf->ranges.items[f->first + i];
    if (address >= range->low && address < range->high) return true;
  }
  return false;
}

uint32_t cti_dwarf_func_at(const cti_dwarf *dwarf, uint64_t address) {
  uint32_t from = 0, to = dwarf->tops.count;
  while (from < to) {
    uint32_t middle = from + (to - from) / 2;
    if (dwarf->tops.items[middle].low <= address) from = middle + 1;
    else to = middle;
  }
  for (uint32_t looked = 0; from && looked < LOOK_BACK; looked++, from--) {
    uint32_t func = (uint32_t)dwarf->tops.items[from - 1].high;
    if (cti_dwarf_func_covers(dwarf, func, address)) return func;
  }
  return UINT32_MAX;
}

ct_slice cti_dwarf_file(const cti_dwarf *dwarf, uint32_t number) { return number && number <= dwarf->files.count ? dwarf->files.items[number - 1] : (ct_slice){NULL, 0}; }
