/* addr2line.c - source lines of addresses in a module, or in the modules of a component. Flows in: bytes and addresses. Flows out: for each address the functions that
 * are inlined there, innermost first, each with its place, as wasm-tools writes them, or JSON. */
#include <stdlib.h>

#include "base/json.h"
#include "core/custom.h"
#include "ctool/inspect.h"
#include "inspect/dwarf.h"
#include "inspect/module_walk.h"
#include "inspect/symbols.h"

/* What is asked of one module. */
typedef struct asked_module {
  CTI_VEC(uint64_t) addresses; /* in its code, in the order asked for, then ascending */
  cti_dwarf dwarf;             /* of these addresses; read when the first is answered */
  bool was_read;
} asked_module;

typedef struct position {
  uint32_t module;
  uint64_t address; /* in its code */
} position;

typedef struct lookup {
  cti_arena arena;
  const ct_addr2line_options *options;
  cti_module_list modules;
  asked_module *asked; /* by module */
  cti_buf out;
  cti_json json;
} lookup;

typedef struct frame {
  ct_slice function; /* empty: not known */
  uint32_t file, line, column;
} frame;

/* ---- from address to module */

/* `text` is decimal, or hexadecimal after 0x or @. */
static bool parse_address(uint64_t *out, const char *text) {
  bool hexadecimal = strncmp(text, "0x", 2) == 0 || text[0] == '@';
  const char *at = !hexadecimal ? text : text[0] == '@' ? text + 1 : text + 2;
  uint64_t base = hexadecimal ? 16 : 10;
  *out = 0;
  if (!*at) return false;
  for (; *at; at++) {
    uint64_t digit = *at >= '0' && *at <= '9' ? (uint64_t)(*at - '0') : *at >= 'a' && *at <= 'f' ? (uint64_t)(*at - 'a' + 10) : *at >= 'A' && *at <= 'F' ? (uint64_t)(*at - 'A' + 10) : 99;
    if (digit >= base || *out > (UINT64_MAX - digit) / base) return false;
    *out = *out * base + digit;
  }
  return true;
}

static ct_status no_module(lookup *l, const char *text) {
  return cti_fail(l->arena.error, CT_MISUSE, CT_NO_OFFSET, "no module holds the address %s", text);
}

/* The module that an address lies in, and the address in its code. */
static ct_status find(lookup *l, const char *text, position *out) {
  uint64_t value;
  if (!parse_address(&value, text)) return cti_fail(l->arena.error, CT_MISUSE, CT_NO_OFFSET, "\"%s\" is no address: 0x2a, @2a and 42 are", text);
  if (l->options->code_section_relative) {
    if (l->modules.items.count != 1) return cti_fail(l->arena.error, CT_MISUSE, CT_NO_OFFSET, "addresses that count from the code section tell which code only in a file of one module; this one has %u", l->modules.items.count);
    *out = (position){0, value};
    return CT_OK;
  }
  uint32_t from = 0, to = l->modules.items.count;
  while (from < to) {
    uint32_t middle = from + (to - from) / 2;
    if (l->modules.items.items[middle].offset <= value) from = middle + 1;
    else to = middle;
  }
  if (from == 0) return no_module(l, text);
  const cti_module_item *item = &l->modules.items.items[from - 1];
  if (value > item->offset + item->bytes.size || !item->code.data || value < item->code_offset) return no_module(l, text);
  *out = (position){from - 1, value - item->code_offset};
  return CT_OK;
}

static int by_address(const void *a, const void *b) {
  const uint64_t *x = a, *y = b;
  return (*x > *y) - (*x < *y);
}

static ct_status dwarf_of(lookup *l, uint32_t module, const cti_dwarf **out) {
  asked_module *asked = &l->asked[module];
  *out = &asked->dwarf;
  if (asked->was_read) return CT_OK;
  asked->was_read = true;
  qsort(asked->addresses.items, asked->addresses.count, sizeof *asked->addresses.items, by_address);
  return cti_dwarf_read(&asked->dwarf, &l->modules.items.items[module].dwarf, asked->addresses.items, asked->addresses.count, l->options->reader, &l->arena);
}

/* ---- frames */

enum { MOST_FRAMES = 256 };

/* Innermost first. The place of each but the innermost is where the one before it was inlined. */
static uint32_t frames_at(const cti_dwarf *dwarf, uint64_t address, frame *out) {
  uint32_t chain[MOST_FRAMES], depth = 0, top = cti_dwarf_func_at(dwarf, address);
  const cti_dwarf_row *row = cti_dwarf_row_at(dwarf, address);
  frame place = row ? (frame){{NULL, 0}, row->file, row->line, row->column} : (frame){{NULL, 0}, 0, 0, 0};
  if (top == UINT32_MAX) {
    out[0] = place;
    return row ? 1 : 0;
  }
  chain[depth++] = top;
  for (uint32_t i = top + 1; i < dwarf->funcs.count && dwarf->funcs.items[i].depth > 0; i++)
    if (depth < MOST_FRAMES && dwarf->funcs.items[i].depth == depth && cti_dwarf_func_covers(dwarf, i, address)) chain[depth++] = i;
  for (uint32_t i = 0; i < depth; i++) {
    const cti_dwarf_func *f = &dwarf->funcs.items[chain[depth - 1 - i]];
    out[i] = place;
    out[i].function = f->name;
    place = (frame){{NULL, 0}, f->call_file, f->call_line, f->call_column};
  }
  return depth;
}

/* ---- answers */

static void write_place(cti_buf *out, const cti_dwarf *dwarf, const frame *f) {
  ct_slice file = cti_dwarf_file(dwarf, f->file);
  if (!file.size && !f->line) return;
  cti_buf_u8(out, ' ');
  cti_buf_bytes(out, file);
  if (f->line) cti_buf_printf(out, ":%u:%u", f->line, f->column);
}

static void write_text(lookup *l, const char *text, const cti_dwarf *dwarf, const frame *frames, uint32_t count) {
  cti_buf_str(&l->out, text);
  if (count == 0) cti_buf_str(&l->out, ": no dwarf frames found for this address\n");
  for (uint32_t i = 0; i < count; i++) {
    cti_buf_str(&l->out, i ? "\t" : ": ");
    cti_buf_bytes(&l->out, frames[i].function.size ? frames[i].function : CTI_LIT("<unnamed>"));
    write_place(&l->out, dwarf, &frames[i]);
    cti_buf_u8(&l->out, '\n');
  }
}

static void write_json(lookup *l, const char *text, const cti_dwarf *dwarf, const frame *frames, uint32_t count) {
  cti_json *json = &l->json;
  cti_json_open(json, '{');
  cti_json_member_str(json, "address", text);
  cti_json_member_open(json, "frames", '[');
  for (uint32_t i = 0; i < count; i++) {
    ct_slice file = cti_dwarf_file(dwarf, frames[i].file);
    cti_json_open(json, '{');
    cti_json_key(json, "function");
    if (frames[i].function.size) cti_json_string(json, frames[i].function);
    else cti_json_null(json);
    cti_json_key(json, "file");
    if (file.size) cti_json_string(json, file);
    else cti_json_null(json);
    cti_json_member_uint(json, "line", frames[i].line);
    cti_json_member_uint(json, "column", frames[i].column);
    cti_json_close(json, '}');
  }
  cti_json_close(json, ']');
  cti_json_close(json, '}');
}

static ct_status answer(lookup *l, const char *text, const position *where) {
  const cti_dwarf *dwarf;
  frame frames[MOST_FRAMES];
  ct_slice names[MOST_FRAMES];
  CTI_TRY(dwarf_of(l, where->module, &dwarf));
  uint32_t count = frames_at(dwarf, where->address, frames);
  if (count == 0 && dwarf->failure.size) {
    cti_fail(l->arena.error, CT_CORE_FORM, CT_NO_OFFSET, "the DWARF cannot be read: %.*s", CTI_S(cti_slice_cut(dwarf->failure, 0, 200)));
    return l->arena.error->status;
  }
  for (uint32_t i = 0; i < count; i++) names[i] = frames[i].function;
  CTI_TRY(cti_demangle_if_can(names, count, &l->arena));
  for (uint32_t i = 0; i < count; i++) frames[i].function = names[i];
  if (l->options->json) write_json(l, text, dwarf, frames, count);
  else write_text(l, text, dwarf, frames, count);
  return CT_OK;
}

static ct_status run(lookup *l, const ct_sink *sink, ct_slice bytes) {
  CTI_TRY(cti_module_list_read(&l->modules, bytes, &l->arena));
  size_t count = l->options->address_count;
  l->asked = CTI_NEW_N(&l->arena, asked_module, l->modules.items.count);
  position *positions = CTI_NEW_N(&l->arena, position, count);
  if (!l->asked || !positions) return CT_NOMEM;
  for (size_t i = 0; i < count; i++) {
    CTI_TRY(find(l, l->options->addresses[i], &positions[i]));
    if (!cti_vec_push(&l->arena, &l->asked[positions[i].module].addresses, positions[i].address)) return CT_NOMEM;
  }
  l->json = cti_json_make(&l->out, 0);
  if (l->options->json) cti_json_open(&l->json, '[');
  for (size_t i = 0; i < count; i++) CTI_TRY(answer(l, l->options->addresses[i], &positions[i]));
  if (l->options->json) {
    cti_json_close(&l->json, ']');
    cti_buf_u8(&l->out, '\n');
  }
  CTI_TRY(cti_buf_check(&l->out, l->arena.error));
  return sink->write(sink->user, cti_buf_slice(&l->out), l->arena.error);
}

ct_status ct_addr2line(const ct_sink *sink, ct_slice bytes, const ct_addr2line_options *options, ct_error *error) {
  lookup l = {.options = options};
  cti_arena_init(&l.arena, error);
  ct_status status = run(&l, sink, bytes);
  ct_buf_free(&l.out);
  cti_arena_free(&l.arena);
  return status;
}
