/* asyncify_lists.c - lists of names with wildcards, as the options give them. Flows in: text. Flows out: what is in the list. */
#include <stdarg.h>
#include <stdio.h>

#include "passes/asyncify.h"

void cti_asyncify_note(const ct_asyncify_options *options, const char *format, ...) {
  char text[512];
  va_list arguments;
  if (!options->note) return;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  options->note(options->context, text);
}

/* ---- taking apart */

static ct_slice trim(ct_slice text) {
  while (text.size && (text.data[0] <= ' ')) text = cti_slice_cut(text, 1, text.size);
  while (text.size && (text.data[text.size - 1] <= ' ')) text.size--;
  return text;
}

static bool has_byte(ct_slice text, uint8_t byte) { return cti_slice_find(text, byte, 0) < text.size; }

static void add(cti_asyncify_list *list, ct_slice item, cti_arena *arena) {
  uint32_t number = list->exact.count;
  bool added = false;
  if (!item.size) return;
  if (has_byte(item, '*')) cti_vec_push(arena, &list->patterns, item);
  else if (cti_map_add(&list->numbers, arena, item, &number, &added) == CT_OK && added) cti_vec_push(arena, &list->exact, item);
}

/* Where brackets are open a comma is one of a C++ name: `f(int, int)`. */
static size_t item_size(ct_slice text, char separator) {
  int open = 0;
  for (size_t i = 0; i < text.size; i++) {
    char byte = (char)text.data[i];
    if (byte == separator && (open == 0 || separator == '\n')) return i;
    if (strchr("(<[{", byte)) open++;
    else if (strchr(")>]}", byte)) open--;
  }
  return text.size;
}

ct_status cti_asyncify_list_parse(cti_asyncify_list *out, const char *title, const char *text, cti_arena *arena) {
  *out = (cti_asyncify_list){.title = title};
  ct_slice rest = trim(cti_slice_str(text ? text : ""));
  char separator = has_byte(rest, '\n') ? '\n' : ',';
  while (rest.size) {
    size_t size = item_size(rest, separator);
    add(out, trim(cti_slice_cut(rest, 0, size)), arena);
    size_t next = size < rest.size ? size + 1 : size;
    rest = cti_slice_cut(rest, next, rest.size);
  }
  out->given = out->patterns.count || out->exact.count;
  out->pattern_used = CTI_NEW_N(arena, bool, out->patterns.count);
  out->exact_used = CTI_NEW_N(arena, bool, out->exact.count);
  return arena->error->status;
}

/* ---- matching */

/* Goes back to the last star only: what an earlier one took could not help. */
static bool matches(ct_slice pattern, ct_slice text) {
  size_t p = 0, t = 0, star = SIZE_MAX, from = 0;
  while (t < text.size) {
    if (p < pattern.size && pattern.data[p] == '*') {
      star = p++;
      from = t;
    } else if (p < pattern.size && pattern.data[p] == text.data[t]) {
      p++;
      t++;
    } else if (star != SIZE_MAX) {
      p = star + 1;
      t = ++from;
    } else {
      return false;
    }
  }
  while (p < pattern.size && pattern.data[p] == '*') p++;
  return p == pattern.size;
}

bool cti_asyncify_list_has(cti_asyncify_list *list, ct_slice name) {
  uint32_t number = cti_map_get(&list->numbers, name);
  if (number != CTI_MAP_NONE) {
    list->exact_used[number] = true;
    return true;
  }
  for (uint32_t i = 0; i < list->patterns.count; i++) {
    if (!matches(list->patterns.items[i], name)) continue;
    list->pattern_used[i] = true;
    return true;
  }
  return false;
}

void cti_asyncify_list_warn(const cti_asyncify_list *list, const ct_asyncify_options *options) {
  for (uint32_t i = 0; i < list->exact.count; i++) {
    ct_slice name = list->exact.items[i];
    if (!list->exact_used[i]) cti_asyncify_note(options, "warning: the %s list of asyncify names a function that the module does not have: `%.*s`", list->title, CTI_S(name));
  }
  for (uint32_t i = 0; i < list->patterns.count; i++) {
    ct_slice pattern = list->patterns.items[i];
    if (!list->pattern_used[i]) cti_asyncify_note(options, "warning: nothing matches `%.*s` in the %s list of asyncify", CTI_S(pattern), list->title);
  }
}

/* ---- names of functions */

ct_status cti_asyncify_name_funcs(cti_asyncify *a) {
  const cti_section *section = cti_module_custom(a->m, CTI_LIT("name"), NULL);
  const cti_name_map *map = NULL;
  cti_names names;
  ct_error ignored;
  ct_error_clear(&ignored);
  a->names = CTI_NEW_N(a->arena, ct_slice, a->func_count);
  if (!a->names) return a->arena->error->status;
  if (section && cti_names_parse(&names, section->content, 0, a->arena, &ignored) == CT_OK) map = cti_names_of(&names, CTI_NAME_FUNC);
  for (uint32_t i = 0; map && i < map->names.count; i++)
    if (map->names.items[i].index < a->func_count) a->names[map->names.items[i].index] = map->names.items[i].name;
  uint32_t imported = a->m->imported[CTI_EXTERN_FUNC];
  for (uint32_t i = 0; i < a->func_count; i++)
    if (!a->names[i].size) a->names[i] = i < imported ? cti_format(a->arena, "fimport$%u", i) : cti_format(a->arena, "%u", i - imported);
  return a->arena->error->status;
}
