/* size_name.c - what a readable name of a function says of where it comes from. Flows in: a demangled name. Flows out: package, and the name without its instance. */
#include "inspect/size.h"
#include "inspect/symbols.h"

static bool is_word(uint8_t c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c >= 0x80; }

/* Rust and C++: the first name of a path, wherever it begins: <alloc::vec::Vec<T> as core::ops::Drop>::drop is of alloc, `vtable for std::x` of std. */
static ct_slice path_root(ct_slice name) {
  size_t at = 0;
  while (at < name.size && (name.data[at] == '<' || name.data[at] == '&' || name.data[at] == '*' || name.data[at] == '(' || name.data[at] == '[')) at++;
  if (cti_slice_starts(cti_slice_cut(name, at, name.size), CTI_LIT("dyn "))) at += 4;
  size_t end = at;
  while (end < name.size && is_word(name.data[end])) end++;
  if (cti_slice_starts(cti_slice_cut(name, end, name.size), CTI_LIT("["))) { /* a v0 name with its hash: core[0123]::fmt */
    size_t close = cti_slice_find(name, ']', end);
    if (cti_slice_starts(cti_slice_cut(name, close, name.size), CTI_LIT("]::"))) return cti_slice_cut(name, at, end);
  }
  return end > at && cti_slice_starts(cti_slice_cut(name, end, name.size), CTI_LIT("::")) ? cti_slice_cut(name, at, end) : (ct_slice){NULL, 0};
}

/* Go: what is before the first dot after the last slash before any parenthesis. TinyGo writes methods as (*runtime.x).f. */
static ct_slice go_package(ct_slice name) {
  size_t from = 0, slash = 0;
  if (cti_slice_starts(name, CTI_LIT("(*"))) from = 2;
  else if (cti_slice_starts(name, CTI_LIT("("))) from = 1;
  size_t end = from;
  for (; end < name.size && (is_word(name.data[end]) || name.data[end] == '.' || name.data[end] == '/' || name.data[end] == '-'); end++)
    if (name.data[end] == '/') slash = end;
  size_t dot = cti_slice_find(name, '.', slash ? slash : from);
  return dot < end && dot > from && dot + 1 < name.size && is_word(name.data[dot + 1]) ? cti_slice_cut(name, from, dot) : (ct_slice){NULL, 0};
}

ct_slice cti_size_package(ct_slice name) {
  static const char *const prefixes[] = {"vtable for ", "typeinfo for ", "typeinfo name for ", "guard variable for ", "non-virtual thunk to ", "virtual thunk to ", "construction vtable for "};
  for (size_t i = 0; i < CTI_COUNT(prefixes); i++) {
    size_t size = strlen(prefixes[i]);
    if (cti_slice_starts(name, cti_slice(prefixes[i], size))) name = cti_slice_cut(name, size, name.size);
  }
  ct_slice root = path_root(name);
  if (root.data) return root;
  /* a C++ function template is preceded by its result: void std::sort<...>(...) */
  size_t blank = cti_slice_find(name, ' ', 0);
  ct_slice after = cti_slice_cut(name, blank < name.size ? blank + 1 : blank, name.size);
  if (blank < cti_slice_find(name, '(', 0) && blank < cti_slice_find(name, '<', 0)) root = path_root(after);
  return root.data ? root : go_package(name);
}

/* Arguments are what stands in angle brackets after a name or "::"; those that begin a name, <T as Trait>, stay. `->` and operators have no bracket that counts. */
ct_slice cti_size_generic(ct_slice name, cti_arena *arena) {
  name = cti_without_hashes(name, arena);
  cti_buf out = {0};
  uint32_t depth = 0;
  bool changed = false;
  for (size_t i = 0; i < name.size; i++) {
    uint8_t c = name.data[i], before = i ? name.data[i - 1] : ' ';
    bool opens = c == '<' && (depth || is_word(before) || before == ':') && !(out.size >= 8 && memcmp(out.data + out.size - 8, "operator", 8) == 0);
    if (opens && depth++ == 0) {
      changed = true;
      if (out.size > 2 && memcmp(out.data + out.size - 2, "::", 2) == 0) cti_buf_truncate(&out, out.size - 2);
      cti_buf_str(&out, "<..>");
    }
    bool parameters = c == '(' && !depth && changed && name.data[0] != '<' && (before == '>' || is_word(before));
    if (parameters) break; /* those of a template depend on its arguments */
    if (!depth) cti_buf_u8(&out, c);
    if (c == '>' && depth && before != '-') depth--;
  }
  if (!changed || out.failed) {
    ct_buf_free(&out);
    return name;
  }
  return cti_take(&out, arena);
}
