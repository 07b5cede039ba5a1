/* ctool-dwarf: DWARF 4 and 5, read by libdwarf. ctool starts it, as DWARF is hostile input and libdwarf is a foreign library: what goes wrong here ends here.
 *
 * Flows in, on standard input: how many addresses are asked for, and these, ascending (none: all is told); then sections, each as LEB size and name, LEB size and bytes; to
 * the end. Flows out, on standard output, all numbers as unsigned LEB128:
 *   'F' size name                                   a file; files count from 0 in the order they come
 *   'L' address file line column                    a row of a line table, in sequences
 *   'E' address                                     the end of a sequence
 *   'S' depth size name file line column count {low high}
 *                                                   a function with the ranges of its code, or, where depth is not 0, what was inlined into the one before it
 *                                                   of a smaller depth, and from which place
 *   'X' size message                                libdwarf gave up on a unit, or on all
 *   '.'                                             the end
 * What there are many of is freed; the rest is not, since the process is short. */
#include <libdwarf.h>

#include <dwarf.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lines.h"

#ifdef __SANITIZE_ADDRESS__
const char *__asan_default_options(void);
const char *__asan_default_options(void) { return "detect_leaks=0"; }
#endif

enum { MOST_SECTIONS = 64, DEEPEST = 256, MOST_HOPS = 16, MOST_FILES = 1 << 20 };

/* ---- sections, as libdwarf wants them: the one at index 0 is empty */

typedef struct section {
  char *name;
  uint8_t *bytes;
  size_t size;
} section;

typedef struct object {
  section sections[MOST_SECTIONS];
  unsigned count;
} object;

static int section_info(void *context, Dwarf_Half index, Dwarf_Obj_Access_Section *out, int *error) {
  const object *o = context;
  (void)error;
  if (index >= o->count) return DW_DLV_NO_ENTRY;
  memset(out, 0, sizeof *out);
  out->name = o->sections[index].name;
  out->size = o->sections[index].size;
  return DW_DLV_OK;
}

static Dwarf_Endianness byte_order(void *context) { return (void)context, DW_OBJECT_LSB; }
static Dwarf_Small length_size(void *context) { return (void)context, 4; }
static Dwarf_Small pointer_size(void *context) { return (void)context, 4; }
static Dwarf_Unsigned section_count(void *context) { return ((const object *)context)->count; }

static int load_section(void *context, Dwarf_Half index, Dwarf_Small **out, int *error) {
  const object *o = context;
  (void)error;
  if (index >= o->count) return DW_DLV_NO_ENTRY;
  *out = o->sections[index].bytes;
  return DW_DLV_OK;
}

static bool read_leb(uint64_t *out) {
  *out = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    int byte = getchar_unlocked();
    if (byte == EOF) return false;
    *out |= (uint64_t)(byte & 0x7f) << shift;
    if (byte < 0x80) return true;
  }
  return false;
}

/* ---- the question */

static struct {
  uint64_t *addresses;
  bool *found; /* a function around it was told */
  size_t count;
} asked;

static bool read_question(void) {
  uint64_t count;
  if (!read_leb(&count) || count > SIZE_MAX / sizeof *asked.addresses) return false;
  asked.count = (size_t)count;
  asked.addresses = calloc(asked.count + 1, sizeof *asked.addresses);
  asked.found = calloc(asked.count + 1, sizeof *asked.found);
  if (!asked.addresses || !asked.found) return false;
  for (size_t i = 0; i < asked.count; i++)
    if (!read_leb(&asked.addresses[i])) return false;
  return true;
}

/* The first address that is asked for from `low` on. */
static size_t asked_from(uint64_t low) {
  size_t from = 0, to = asked.count;
  while (from < to) {
    size_t middle = from + (to - from) / 2;
    if (asked.addresses[middle] < low) from = middle + 1;
    else to = middle;
  }
  return from;
}

static bool is_asked(uint64_t low, uint64_t high) {
  size_t at = asked_from(low);
  return asked.count == 0 || (at < asked.count && asked.addresses[at] < high);
}

static uint8_t *read_block(size_t *size) {
  uint64_t wanted;
  if (!read_leb(&wanted) || wanted > SIZE_MAX - 1) return NULL;
  uint8_t *out = malloc((size_t)wanted + 1);
  if (!out || fread(out, 1, (size_t)wanted, stdin) != wanted) return NULL;
  out[wanted] = 0;
  *size = (size_t)wanted;
  return out;
}

static bool read_sections(object *o) {
  static char nothing[] = "";
  size_t size;
  o->sections[o->count++] = (section){nothing, NULL, 0};
  for (int c; o->count < MOST_SECTIONS && (c = getchar_unlocked()) != EOF;) {
    ungetc(c, stdin);
    section *s = &o->sections[o->count++];
    s->name = (char *)read_block(&size);
    s->bytes = s->name ? read_block(&s->size) : NULL;
    if (!s->bytes) return false;
    if (asked.count && strcmp(s->name, ".debug_line") == 0) cut_lines(s->bytes, s->size, is_asked);
  }
  return true;
}

/* ---- answers */

static void put_leb(uint64_t value) {
  do {
    putchar_unlocked((int)((value & 0x7f) | (value > 0x7f ? 0x80 : 0)));
    value >>= 7;
  } while (value);
}

static void put_text(const char *text) {
  size_t size = strlen(text);
  put_leb(size);
  fwrite(text, 1, size, stdout);
}

static void put_failure(const char *message) {
  putchar_unlocked('X');
  put_text(message);
}

/* ---- one unit */

typedef struct unit {
  Dwarf_Debug debug;
  Dwarf_Die die;
  Dwarf_Half version;
  const char *directory; /* of the compilation */
  Dwarf_Line_Context lines;
  uint32_t *files; /* number in the line table, to number of the answer + 1 */
  Dwarf_Signed file_count;
  uint64_t low;
} unit;

static uint32_t files_told;

static bool attribute(Dwarf_Attribute *out, Dwarf_Die die, Dwarf_Half name) {
  Dwarf_Error error;
  return dwarf_attr(die, name, out, &error) == DW_DLV_OK;
}

static const char *text_of(Dwarf_Die die, Dwarf_Half name) {
  Dwarf_Attribute a;
  Dwarf_Error error;
  char *text;
  if (!attribute(&a, die, name)) return NULL;
  if (dwarf_formstring(a, &text, &error) != DW_DLV_OK) text = NULL;
  dwarf_dealloc_attribute(a);
  return text;
}

static uint64_t number_of(Dwarf_Die die, Dwarf_Half name) {
  Dwarf_Attribute a;
  Dwarf_Error error;
  Dwarf_Unsigned u;
  Dwarf_Signed s;
  if (!attribute(&a, die, name)) return 0;
  if (dwarf_formudata(a, &u, &error) != DW_DLV_OK) u = dwarf_formsdata(a, &s, &error) == DW_DLV_OK && s > 0 ? (uint64_t)s : 0;
  dwarf_dealloc_attribute(a);
  return u;
}

/* The parts of a path: each absolute one makes what is before it void. */
static char *join_path(const char *const *parts, size_t count) {
  size_t first = 0, size = 1;
  for (size_t i = 0; i < count; i++) {
    if (parts[i] && parts[i][0] == '/') first = i;
    size += parts[i] ? strlen(parts[i]) + 1 : 0;
  }
  char *out = calloc(size, 1);
  for (size_t i = first; out && i < count; i++) {
    if (!parts[i] || !*parts[i]) continue;
    if (*out && out[strlen(out) - 1] != '/') strcat(out, "/");
    strcat(out, parts[i]);
  }
  return out;
}

/* The number under which a file of the line table was told, told now when it was not yet. Directory 0 is that of the compilation. */
static uint32_t file_number(unit *u, uint64_t index) {
  const char *name = NULL, *directory = NULL;
  Dwarf_Unsigned directory_index = 0, time, size;
  Dwarf_Form_Data16 *md5;
  Dwarf_Error error;
  if (!u->lines || index >= MOST_FILES) return 0;
  if ((Dwarf_Signed)index >= u->file_count) {
    size_t count = (size_t)index * 2 + 16;
    uint32_t *more = realloc(u->files, count * sizeof *more);
    if (!more) return 0;
    memset(more + u->file_count, 0, (count - (size_t)u->file_count) * sizeof *more);
    u->files = more;
    u->file_count = (Dwarf_Signed)count;
  }
  if (u->files[index]) return u->files[index];
  if (dwarf_srclines_files_data_b(u->lines, (Dwarf_Signed)index, &name, &directory_index, &time, &size, &md5, &error) != DW_DLV_OK) return 0;
  if (directory_index) dwarf_srclines_include_dir_data(u->lines, (Dwarf_Signed)directory_index, &directory, &error);
  char *path = join_path((const char *const[]){u->directory, directory, name}, 3);
  if (!path) return 0;
  putchar_unlocked('F');
  put_text(path);
  return u->files[index] = ++files_told;
}

/* ---- lines */

static void tell_row(unit *u, Dwarf_Line row) {
  Dwarf_Addr address;
  Dwarf_Unsigned line, file, column;
  Dwarf_Error error;
  if (dwarf_lineaddr(row, &address, &error) != DW_DLV_OK) return;
  if (dwarf_lineno(row, &line, &error) != DW_DLV_OK) line = 0;
  if (dwarf_lineoff_b(row, &column, &error) != DW_DLV_OK) column = 0;
  uint32_t number = dwarf_line_srcfileno(row, &file, &error) == DW_DLV_OK ? file_number(u, file) : 0;
  putchar_unlocked('L');
  put_leb(address);
  put_leb(number);
  put_leb(line);
  put_leb(column);
}

static void tell_lines(unit *u) {
  Dwarf_Unsigned version;
  Dwarf_Small tables;
  Dwarf_Error error;
  Dwarf_Line *rows;
  Dwarf_Signed count, first = 0;
  if (dwarf_srclines_b(u->die, &version, &tables, &u->lines, &error) != DW_DLV_OK) return;
  if (dwarf_srclines_from_linecontext(u->lines, &rows, &count, &error) != DW_DLV_OK) return;
  for (Dwarf_Signed i = 0; i < count; i++) {
    Dwarf_Addr low, high;
    Dwarf_Bool end;
    if (dwarf_lineendsequence(rows[i], &end, &error) != DW_DLV_OK || !end) continue;
    if (dwarf_lineaddr(rows[first], &low, &error) != DW_DLV_OK || dwarf_lineaddr(rows[i], &high, &error) != DW_DLV_OK) return;
    if (is_asked(low, high)) {
      while (first < i) tell_row(u, rows[first++]);
      putchar_unlocked('E');
      put_leb(high);
    }
    first = i + 1;
  }
}

/* ---- functions */

typedef struct range {
  uint64_t low, high;
} range;

typedef struct ranges {
  range *items;
  size_t count, room;
} ranges;

static void add_range(ranges *r, uint64_t low, uint64_t high) {
  if (high <= low) return;
  if (r->count == r->room) {
    size_t room = r->room * 2 + 8;
    range *more = realloc(r->items, room * sizeof *more);
    if (!more) exit(1);
    r->items = more;
    r->room = room;
  }
  r->items[r->count++] = (range){low, high};
}

static void ranges_of_4(unit *u, Dwarf_Attribute a, Dwarf_Die die, ranges *out) {
  Dwarf_Off at;
  Dwarf_Unsigned value, size;
  Dwarf_Ranges *list;
  Dwarf_Signed count;
  Dwarf_Error error;
  if (dwarf_global_formref(a, &at, &error) != DW_DLV_OK) {
    if (dwarf_formudata(a, &value, &error) != DW_DLV_OK) return;
    at = value;
  }
  if (dwarf_get_ranges_b(u->debug, at, die, NULL, &list, &count, &size, &error) != DW_DLV_OK) return;
  uint64_t base = u->low;
  for (Dwarf_Signed i = 0; i < count && list[i].dwr_type != DW_RANGES_END; i++) {
    if (list[i].dwr_type == DW_RANGES_ADDRESS_SELECTION) base = list[i].dwr_addr2;
    else add_range(out, base + list[i].dwr_addr1, base + list[i].dwr_addr2);
  }
}

static void ranges_of_5(Dwarf_Attribute a, ranges *out) {
  Dwarf_Half form;
  Dwarf_Unsigned value, count, at, raw1, raw2, low, high;
  Dwarf_Off offset;
  Dwarf_Rnglists_Head head;
  Dwarf_Error error;
  if (dwarf_whatform(a, &form, &error) != DW_DLV_OK) return;
  if (form == DW_FORM_rnglistx) {
    if (dwarf_formudata(a, &value, &error) != DW_DLV_OK) return;
  } else {
    if (dwarf_global_formref(a, &offset, &error) != DW_DLV_OK) return;
    value = offset;
  }
  if (dwarf_rnglists_get_rle_head(a, form, value, &head, &count, &at, &error) != DW_DLV_OK) return;
  for (Dwarf_Unsigned i = 0; i < count; i++) {
    unsigned code, entry_size;
    Dwarf_Bool missing;
    if (dwarf_get_rnglists_entry_fields_a(head, i, &entry_size, &code, &raw1, &raw2, &missing, &low, &high, &error) != DW_DLV_OK) return;
    if (code == DW_RLE_end_of_list) return;
    if (!missing && code != DW_RLE_base_address && code != DW_RLE_base_addressx) add_range(out, low, high);
  }
}

static void ranges_of(unit *u, Dwarf_Die die, ranges *out) {
  Dwarf_Attribute a;
  Dwarf_Addr low, high;
  Dwarf_Half form;
  enum Dwarf_Form_Class form_class;
  Dwarf_Error error;
  out->count = 0;
  if (attribute(&a, die, DW_AT_ranges)) {
    if (u->version >= 5) ranges_of_5(a, out);
    else ranges_of_4(u, a, die, out);
    dwarf_dealloc_attribute(a);
  } else if (dwarf_lowpc(die, &low, &error) == DW_DLV_OK && dwarf_highpc_b(die, &high, &form, &form_class, &error) == DW_DLV_OK) {
    add_range(out, low, form_class == DW_FORM_CLASS_CONSTANT ? low + high : high);
  }
}

static bool follow(unit *u, Dwarf_Die die, Dwarf_Half name, Dwarf_Die *out) {
  Dwarf_Attribute a;
  Dwarf_Off at;
  Dwarf_Error error;
  if (!attribute(&a, die, name)) return false;
  bool good = dwarf_global_formref(a, &at, &error) == DW_DLV_OK && dwarf_offdie_b(u->debug, at, 1, out, &error) == DW_DLV_OK;
  dwarf_dealloc_attribute(a);
  return good;
}

/* The name that the linker knows, else the one of the source, here or where the function is declared. */
static const char *name_of(unit *u, Dwarf_Die die) {
  const char *plain = NULL;
  for (int hop = 0; hop < MOST_HOPS; hop++) {
    const char *linked = text_of(die, DW_AT_linkage_name);
    if (!linked) linked = text_of(die, DW_AT_MIPS_linkage_name);
    if (linked) return linked;
    if (!plain) plain = text_of(die, DW_AT_name);
    if (!follow(u, die, DW_AT_abstract_origin, &die) && !follow(u, die, DW_AT_specification, &die)) break;
  }
  return plain ? plain : "";
}

static void tell_function(unit *u, Dwarf_Die die, unsigned depth, const ranges *where) {
  uint32_t file = depth ? file_number(u, number_of(die, DW_AT_call_file)) : 0;
  putchar_unlocked('S');
  put_leb(depth);
  put_text(name_of(u, die));
  put_leb(file);
  put_leb(depth ? number_of(die, DW_AT_call_line) : 0);
  put_leb(depth ? number_of(die, DW_AT_call_column) : 0);
  put_leb(where->count);
  for (size_t i = 0; i < where->count; i++) {
    put_leb(where->items[i].low);
    put_leb(where->items[i].high);
  }
}

static bool any_asked(const ranges *where) {
  for (size_t i = 0; i < where->count; i++)
    if (is_asked(where->items[i].low, where->items[i].high)) return true;
  return false;
}

/* Code that the linker dropped is at 0: what seems to be there says nothing. */
static void note_found(const ranges *where) {
  for (size_t i = 0; i < where->count; i++)
    for (size_t at = asked_from(where->items[i].low); where->items[i].low && at < asked.count && asked.addresses[at] < where->items[i].high; at++) asked.found[at] = true;
}

static bool all_found(const ranges *where) {
  for (size_t i = 0; i < where->count; i++)
    for (size_t at = asked_from(where->items[i].low); at < asked.count && asked.addresses[at] < where->items[i].high; at++)
      if (!asked.found[at]) return false;
  return true;
}

/* What may have a function in it: all but types and variables, which are most of a unit. */
static bool is_scope(Dwarf_Half tag) {
  switch (tag) {
  case DW_TAG_subprogram: case DW_TAG_inlined_subroutine: case DW_TAG_lexical_block: case DW_TAG_try_block: case DW_TAG_catch_block: case DW_TAG_with_stmt:
  case DW_TAG_namespace: case DW_TAG_module: case DW_TAG_class_type: case DW_TAG_structure_type: case DW_TAG_union_type: case DW_TAG_interface_type:
  case DW_TAG_enumeration_type: case DW_TAG_variant_part: case DW_TAG_variant: case DW_TAG_common_block: return true;
  default: return false;
  }
}

/* Functions that are asked for. `inlined` is how many functions around this one hold it; `nested`: one may lie in another whose code is elsewhere, as those of Swift and Ada do. */
static void tell_functions(unit *u, Dwarf_Die die, unsigned inlined, unsigned depth, bool nested, ranges *scratch) {
  Dwarf_Die child, next;
  Dwarf_Error error;
  if (depth > DEEPEST || dwarf_child(die, &child, &error) != DW_DLV_OK) return;
  for (;;) {
    Dwarf_Half tag;
    unsigned inside = inlined;
    if (dwarf_tag(child, &tag, &error) != DW_DLV_OK) return;
    bool look = is_scope(tag);
    if (tag == DW_TAG_subprogram || tag == DW_TAG_inlined_subroutine) {
      ranges_of(u, child, scratch);
      bool tell = scratch->count && any_asked(scratch);
      if (tell) tell_function(u, child, tag == DW_TAG_subprogram ? 0 : inlined, scratch);
      if (tell && tag == DW_TAG_subprogram) note_found(scratch);
      inside = tag == DW_TAG_subprogram ? 1 : inlined + tell;
      look = tell || nested;
    }
    if (look) tell_functions(u, child, inside, depth + 1, nested, scratch);
    int more = dwarf_siblingof_b(u->debug, child, 1, &next, &error);
    dwarf_dealloc(u->debug, child, DW_DLA_DIE);
    if (more != DW_DLV_OK) return;
    child = next;
  }
}

/* A unit whose code is known, and is not asked for, is passed by. */
static void tell_unit(unit *u, ranges *whole, ranges *scratch) {
  Dwarf_Error error;
  Dwarf_Addr low;
  u->low = dwarf_lowpc(u->die, &low, &error) == DW_DLV_OK ? low : 0;
  ranges_of(u, u->die, whole);
  if (whole->count && !any_asked(whole)) return;
  u->directory = text_of(u->die, DW_AT_comp_dir);
  tell_lines(u);
  tell_functions(u, u->die, 1, 0, asked.count == 0 || whole->count == 0, scratch);
  if (!all_found(whole)) tell_functions(u, u->die, 1, 0, true, scratch);
  free(u->files);
}

static void tell_units(Dwarf_Debug debug) {
  ranges whole = {0}, scratch = {0};
  for (;;) {
    unit u = {.debug = debug};
    Dwarf_Unsigned length, abbreviations, type_offset, next;
    Dwarf_Half address_size, size, extension, kind;
    Dwarf_Sig8 signature;
    Dwarf_Error error;
    int status = dwarf_next_cu_header_d(debug, 1, &length, &u.version, &abbreviations, &address_size, &size, &extension, &signature, &type_offset, &next, &kind, &error);
    if (status == DW_DLV_NO_ENTRY) return;
    if (status != DW_DLV_OK) {
      put_failure(dwarf_errmsg(error));
      return;
    }
    if (dwarf_siblingof_b(debug, NULL, 1, &u.die, &error) == DW_DLV_OK) tell_unit(&u, &whole, &scratch);
  }
}

int main(void) {
  static object o;
  static const Dwarf_Obj_Access_Methods methods = {section_info, byte_order, length_size, pointer_size, section_count, load_section, NULL};
  Dwarf_Obj_Access_Interface access = {&o, &methods};
  Dwarf_Debug debug;
  Dwarf_Error error = NULL;
  if (!read_question() || !read_sections(&o)) return 1;
  dwarf_set_de_alloc_flag(0); /* a tree of all that was allocated, for who frees it at the end: half of the time */
  int status = dwarf_object_init_b(&access, NULL, NULL, DW_GROUPNUMBER_ANY, &debug, &error);
  if (status == DW_DLV_OK) tell_units(debug);
  else if (status == DW_DLV_ERROR) put_failure(dwarf_errmsg(error));
  putchar_unlocked('.');
  return fflush(stdout) == 0 ? 0 : 1;
}
