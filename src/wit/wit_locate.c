/* wit_locate.c - looks into the first lines of .wit files in the places where people put packages by mistake. It reads no more than a fixed number of
 * files, and nothing that goes wrong here is told. */
#include "wit/wit_locate.h"

#include "wit/wit_ast.h"

#define MAX_FILES 256

typedef struct search {
  const cti_wit_reader *reader;
  const cti_package_name *name;
  cti_arena arena; /* of the search alone */
  ct_error error;
  uint32_t files; /* read so far */
  ct_slice found;
} search;

static ct_slice join(search *s, ct_slice directory, ct_slice name) {
  if (cti_slice_is(directory, ".")) return name;
  return cti_format(&s->arena, "%.*s%s%.*s", CTI_S(directory), cti_slice_ends(directory, CTI_LIT("/")) ? "" : "/", CTI_S(name));
}

/* The directory around one, by the path alone where it tells. */
static ct_slice parent_of(search *s, ct_slice directory) {
  size_t end = directory.size;
  while (end > 1 && directory.data[end - 1] == '/') end--;
  size_t start = end;
  while (start > 0 && directory.data[start - 1] != '/') start--;
  ct_slice last = cti_slice_cut(directory, start, end);
  if (!last.size || cti_slice_is(last, ".") || cti_slice_is(last, "..")) return cti_slice_is(directory, ".") ? CTI_LIT("..") : join(s, directory, CTI_LIT(".."));
  return start == 0 ? CTI_LIT(".") : start == 1 ? CTI_LIT("/") : cti_slice_cut(directory, 0, start - 1);
}

static bool is_directory(search *s, ct_slice path) { return path.data && s->reader->kind(s->reader->context, path) == CT_PATH_DIRECTORY; }

static uint32_t list(search *s, ct_slice **names, ct_slice directory) {
  uint32_t count = 0;
  return s->reader->list(s->reader->context, names, &count, directory, &s->arena, &s->error) == CT_OK ? count : 0;
}

static ct_slice word(ct_slice text, size_t *at) {
  size_t start = *at;
  while (*at < text.size && strchr(" \t\r\n;{", text.data[*at]) == NULL) ++*at;
  return cti_slice_cut(text, start, *at);
}

/* Does a line of the text begin with `package NAME`? */
static bool names_package(search *s, ct_slice text) {
  ct_slice wanted = cti_package_name_text(&s->arena, s->name), keyword = CTI_LIT("package ");
  for (size_t line = 0; wanted.data && line < text.size; line = cti_slice_find(text, '\n', line) + 1) {
    if (!cti_slice_starts(cti_slice_cut(text, line, text.size), keyword)) continue;
    size_t at = line + keyword.size;
    if (cti_slice_eq(word(text, &at), wanted)) return true;
  }
  return false;
}

static bool try_file(search *s, ct_slice path) {
  ct_slice text;
  if (s->files++ >= MAX_FILES || s->reader->read(s->reader->context, &text, path, &s->error) != CT_OK) return false;
  return names_package(s, text);
}

/* The files of one directory; what is found is the file, or all of them. */
static bool try_directory(search *s, ct_slice directory, bool file_alone) {
  ct_slice *names;
  for (uint32_t i = 0, count = list(s, &names, directory); i < count; i++) {
    ct_slice path = join(s, directory, names[i]);
    if (!cti_slice_ends(names[i], CTI_LIT(".wit")) || !path.data || !try_file(s, path)) continue;
    s->found = file_alone ? path : directory;
    return true;
  }
  return false;
}

/* The directories in one, each with those in it down to `depth`. */
static bool try_below(search *s, ct_slice directory, ct_slice but, unsigned depth) {
  ct_slice *names;
  for (uint32_t i = 0, count = list(s, &names, directory); i < count && s->files < MAX_FILES; i++) {
    ct_slice path = join(s, directory, names[i]);
    if (cti_slice_starts(names[i], CTI_LIT(".")) || cti_slice_eq(names[i], but) || !is_directory(s, path)) continue;
    if (try_directory(s, path, false) || (depth > 1 && try_below(s, path, (ct_slice){0}, depth - 1))) return true;
  }
  return false;
}

ct_slice cti_wit_locate(const cti_wit_reader *reader, ct_slice directory, const cti_package_name *name, cti_arena *arena) {
  search s = {.reader = reader, .name = name};
  ct_error_clear(&s.error);
  cti_arena_init(&s.arena, &s.error);
  ct_slice deps = join(&s, directory, CTI_LIT("deps")), beside = parent_of(&s, directory);
  if (is_directory(&s, deps)) try_below(&s, deps, (ct_slice){0}, 3);
  if (!s.found.size) try_directory(&s, directory, true); /* a file was given, not its directory */
  if (!s.found.size) try_below(&s, directory, CTI_LIT("deps"), 2);
  if (!s.found.size && is_directory(&s, beside)) try_below(&s, beside, (ct_slice){0}, 1);
  ct_slice found = s.found.size ? cti_copy(arena, s.found) : (ct_slice){0};
  cti_arena_free(&s.arena);
  return found;
}

/* Directories below that hold .wit files, up to `depth`; three are enough. */
static void list_below(search *s, cti_buf *out, uint32_t *count, ct_slice directory, unsigned depth) {
  ct_slice *names;
  bool has = false;
  for (uint32_t i = 0, n = list(s, &names, directory); i < n && s->files < MAX_FILES && *count < 3; i++, s->files++) {
    ct_slice path = join(s, directory, names[i]);
    if (cti_slice_starts(names[i], CTI_LIT(".")) || !path.data) continue;
    if (is_directory(s, path)) {
      if (depth) list_below(s, out, count, path, depth - 1);
    } else if (!has && cti_slice_ends(names[i], CTI_LIT(".wit"))) {
      cti_buf_printf(out, "%s%.*s", (*count)++ ? ", " : "", CTI_S(directory));
      has = true;
    }
  }
}

ct_slice cti_wit_nearby(const cti_wit_reader *reader, ct_slice directory, cti_arena *arena) {
  search s = {.reader = reader};
  cti_buf text = {0};
  uint32_t count = 0;
  ct_error_clear(&s.error);
  cti_arena_init(&s.arena, &s.error);
  list_below(&s, &text, &count, directory, 2);
  cti_arena_free(&s.arena);
  return cti_take(&text, arena);
}
