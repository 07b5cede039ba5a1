/* link_layout.c - what the linker puts into the shared memory. Flows in: the libraries. Flows out: the table in which dlopen and dlsym look, and the
 * bookkeeping of thread-local storage, each as bytes with an address.
 *
 * dlopen's table, all words of 32 bits, names padded to words:
 *   for each library: its name, the names of its symbols, then for each symbol, sorted: length and address of its name, its value
 *   then for each library, sorted: length and address of its name, count and address of its symbols
 *   then the root: count and address of the libraries
 * A function's value is its index in the table; that of data is its address, which is known when the library exists: the fixup stores it.
 *
 * Thread-local storage: struct { size_t libraries; void **library_info; void **main_thread_tls_base; } __wasm_program_tls_info */
#include <stdlib.h>

#include "compose/link.h"

enum { WORD = 4 };

static ct_status too_large(cti_link *l) {
  return cti_fail(l->arena->error, CT_COMPOSE_LINK, CT_NO_OFFSET, "the libraries together need more than the 4 GiB that a 32-bit memory has");
}

void cti_link_advance(uint32_t *at, uint32_t size, cti_link *l) {
  if (size > UINT32_MAX - *at) too_large(l);
  else *at += size;
}

void cti_link_align(uint32_t *at, uint32_t align, cti_link *l) {
  if (*at > UINT32_MAX - (align - 1)) too_large(l);
  else *at = (*at + align - 1) & ~(align - 1);
}

/* ---- dlopen */

typedef struct entry {
  ct_slice name;
  uint32_t name_address, value;
  bool is_data;
} entry;

typedef struct shelf {
  ct_slice name;
  uint32_t name_address, count, symbols;
} shelf;

static uint32_t address(const cti_link *l) { return l->dl_memory + (uint32_t)l->dl_data.size; }

static uint32_t put_name(cti_link *l, ct_slice name) {
  uint32_t at = address(l);
  cti_buf_bytes(&l->dl_data, name);
  cti_buf_fill(&l->dl_data, 0, (WORD - name.size % WORD) % WORD);
  return at;
}

static int compare_entries(const void *a, const void *b) { return cti_slice_cmp(((const entry *)a)->name, ((const entry *)b)->name); }
static int compare_shelves(const void *a, const void *b) { return cti_slice_cmp(((const shelf *)a)->name, ((const shelf *)b)->name); }

static uint32_t collect(entry *out, cti_link *l, const cti_link_library *lib) {
  uint32_t count = 0;
  for (uint32_t i = 0; i < lib->symbols.count; i++) {
    const cti_link_symbol *symbol = &lib->symbols.items[i];
    uint8_t kind = symbol->type.data[0];
    uint32_t at = put_name(l, symbol->name);
    if (kind != 1 && !cti_slice_eq(symbol->type, CTI_LINK_ADDRESS)) continue; /* a tag has no address, nor has a global that is no data symbol */
    out[count++] = (entry){symbol->name, at, kind == 1 ? l->dl_table + l->dl_func_count++ : 0, kind != 1};
  }
  if (count) qsort(out, count, sizeof *out, compare_entries);
  return count;
}

static ct_status put_library(shelf *out, cti_link *l, const cti_link_library *lib) {
  entry *entries = CTI_NEW_N(l->arena, entry, lib->symbols.count);
  if (!entries) return CT_NOMEM;
  out->name = lib->name;
  out->name_address = put_name(l, lib->name);
  out->count = collect(entries, l, lib);
  out->symbols = address(l);
  for (uint32_t i = 0; i < out->count; i++) {
    cti_buf_u32_fixed(&l->dl_data, (uint32_t)entries[i].name.size);
    cti_buf_u32_fixed(&l->dl_data, entries[i].name_address);
    if (entries[i].is_data && !cti_vec_push(l->arena, &l->dl_addresses, ((cti_dl_address){lib->name, entries[i].name, address(l)}))) return CT_NOMEM;
    cti_buf_u32_fixed(&l->dl_data, entries[i].value);
  }
  return CT_OK;
}

ct_status cti_link_lay_out_dl(cti_link *l) {
  shelf *shelves = CTI_NEW_N(l->arena, shelf, l->libraries.count);
  uint32_t count = 0;
  if (!shelves) return CT_NOMEM;
  l->dl_table = l->table_at;
  l->dl_memory = l->memory_at;
  for (uint32_t i = 0; i < l->libraries.count; i++)
    if (l->libraries.items[i].is_openable) CTI_TRY(put_library(&shelves[count++], l, &l->libraries.items[i]));
  if (count) qsort(shelves, count, sizeof *shelves, compare_shelves);
  uint32_t start = address(l);
  for (uint32_t i = 0; i < count; i++) {
    cti_buf_u32_fixed(&l->dl_data, (uint32_t)shelves[i].name.size);
    cti_buf_u32_fixed(&l->dl_data, shelves[i].name_address);
    cti_buf_u32_fixed(&l->dl_data, shelves[i].count);
    cti_buf_u32_fixed(&l->dl_data, shelves[i].symbols);
  }
  l->dl_libraries = address(l);
  cti_buf_u32_fixed(&l->dl_data, count);
  cti_buf_u32_fixed(&l->dl_data, start);
  cti_link_advance(&l->table_at, l->dl_func_count, l);
  if (l->dl_data.size > UINT32_MAX) return too_large(l);
  cti_link_advance(&l->memory_at, (uint32_t)l->dl_data.size, l);
  return cti_buf_check(&l->dl_data, l->arena->error);
}

/* ---- thread-local storage */

ct_status cti_link_lay_out_tls(cti_link *l) {
  uint32_t count = 0;
  l->tls_slots = cti_alloc_raw(l->arena, l->libraries.count, sizeof *l->tls_slots);
  if (!l->tls_slots) return CT_NOMEM;
  memset(l->tls_slots, 0xff, l->libraries.count * sizeof *l->tls_slots);
  bool has_program = cti_link_any(l, CTI_LINK_PROGRAM_TLS_INFO);
  if (!has_program && !cti_link_any(l, CTI_LINK_GET_TLS_BASE) && !cti_link_any(l, CTI_LINK_SET_TLS_BASE)) return CT_OK;
  for (uint32_t i = 0; i < l->libraries.count; i++)
    if (l->libraries.items[i].exports[CTI_LINK_LIBRARY_TLS_INFO]) l->tls_slots[i] = count++;
  cti_link_align(&l->memory_at, WORD, l);
  l->tls_base = l->memory_at;
  cti_link_advance(&l->memory_at, count * WORD, l);
  if (!has_program) return l->arena->error->status;
  l->tls_info = l->memory_at;
  cti_link_advance(&l->memory_at, count * WORD, l);
  l->tls_program = l->memory_at;
  cti_link_advance(&l->memory_at, 3 * WORD, l);
  cti_buf_u32_fixed(&l->tls_data, count);
  cti_buf_u32_fixed(&l->tls_data, l->tls_info);
  cti_buf_u32_fixed(&l->tls_data, l->tls_base);
  return cti_buf_check(&l->tls_data, l->arena->error);
}
