/* wit_deps.c - which packages there are: the files of a directory, those in its deps/ (directories, single files, packages in binary form), and packages
 * nested in files; each parsed and drafted, ordered by what it depends on, and linked.
 * https://github.com/WebAssembly/component-model/blob/main/design/mvp/WIT.md#package-management-use-and-deps */
#include "wit/wit.h"

#include <stdio.h>

#include "wit/wit_link.h"
#include "wit/wit_locate.h"
#include "wit/wit_merge.h"
#include "wit/wit_wasi.h"

typedef struct loader {
  cti_resolve *resolve;
  cti_arena *arena; /* of the resolve */
  cti_arena scratch; /* of trees and drafts: goes when all is linked */
  const cti_wit_reader *reader; /* NULL: one text in memory */
  const cti_wit_options *options;
  CTI_VEC(cti_draft *) drafts;
  cti_wit_gates gates;
  CTI_VEC(ct_slice) searched;
  ct_slice directory; /* of the main package; empty when it came from memory */
} loader;

static ct_status status_of(const loader *l) { return l->arena->error->status; }

static ct_slice join(loader *l, ct_slice directory, ct_slice name) {
  bool slash = directory.size && directory.data[directory.size - 1] == '/';
  return CTI_JOIN(l->arena, directory, slash ? CTI_LIT("") : CTI_LIT("/"), name);
}

static ct_status add_searched(loader *l, ct_slice place, const char *remark) {
  ct_slice text = cti_format(l->arena, "%.*s%s", CTI_S(place), remark);
  return text.data && cti_vec_push(l->arena, &l->searched, text) ? CT_OK : status_of(l);
}

/* ---- files to drafts ---- */

/* The files of one directory, or one file alone: together one package, and those that are nested in them. */
typedef struct file_group {
  CTI_VEC(cti_ast_file *) files;
} file_group;

static ct_status parse_text(loader *l, file_group *group, ct_slice path, ct_slice text) {
  cti_wit_file file = {path, text};
  cti_ast_file *ast = CTI_NEW(&l->scratch, cti_ast_file);
  if (!ast || !cti_vec_push(l->arena, &l->resolve->files, file) || !cti_vec_push(&l->scratch, &group->files, ast)) return status_of(l);
  return cti_wit_parse(ast, l->resolve, l->resolve->files.count - 1, &l->scratch);
}

static ct_status draft_units(loader *l, const cti_ast_unit *const *units, uint32_t count, cti_draft **out) {
  cti_draft *draft = *out = CTI_NEW(&l->scratch, cti_draft);
  if (!draft || !cti_vec_push(&l->scratch, &l->drafts, draft)) return status_of(l);
  return cti_draft_make(draft, l->resolve, units, count, &l->scratch);
}

static ct_status draft_group(loader *l, const file_group *group, cti_draft **out) {
  CTI_VEC(const cti_ast_unit *) units = {0};
  cti_draft *nested;
  for (uint32_t i = 0; i < group->files.count; i++) {
    const cti_ast_file *file = group->files.items[i];
    for (uint32_t j = 0; j < file->nested.count; j++) {
      const cti_ast_unit *unit = &file->nested.items[j];
      CTI_TRY(draft_units(l, &unit, 1, &nested));
    }
    if (!cti_vec_push(&l->scratch, &units, &file->main)) return status_of(l);
  }
  ct_status status = draft_units(l, units.items, units.count, out);
  if (status == CT_WIT_PACKAGE) cti_error_file(l->arena->error, group->files.count ? l->resolve->files.items[group->files.items[0]->file].path : CTI_LIT(""));
  return status;
}

/* ---- packages encoded as WebAssembly, and directories ---- */

/* Where a block comment of the text format that begins at `at` ends; they nest. */
static size_t wasm_comment_end(ct_slice text, size_t at) {
  size_t depth = 0;
  for (; at + 1 < text.size; at++) {
    bool opens = text.data[at] == '(' && text.data[at + 1] == ';', closes = text.data[at] == ';' && text.data[at + 1] == ')';
    if (!opens && !closes) continue;
    depth = opens ? depth + 1 : depth - 1;
    at++;
    if (depth == 0) return at + 1;
  }
  return text.size;
}

/* What is left behind blanks and comments of the text format. */
static ct_slice skip_wasm_gap(ct_slice text) {
  for (size_t at = 0; at < text.size;) {
    uint8_t c = text.data[at], after = at + 1 < text.size ? text.data[at + 1] : 0;
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r') at++;
    else if (c == ';' && after == ';') at = cti_slice_find(text, '\n', at);
    else if (c == '(' && after == ';') at = wasm_comment_end(text, at);
    else return cti_slice_cut(text, at, text.size);
  }
  return (ct_slice){0};
}

bool cti_wit_is_wasm(ct_slice bytes) {
  if (cti_slice_starts(bytes, CTI_LIT("\0asm"))) return true;
  ct_slice rest = skip_wasm_gap(bytes);
  return cti_slice_starts(rest, CTI_LIT("(module")) || cti_slice_starts(rest, CTI_LIT("(component"));
}

static ct_status merge_wasm(loader *l, ct_slice path, ct_slice bytes, uint32_t *package) {
  cti_resolve decoded;
  cti_merge_maps maps;
  cti_resolve_init(&decoded, l->arena);
  ct_status status = CT_OK;
  if (!l->options->decode) status = cti_fail(l->arena->error, CT_UNSUPPORTED, CT_NO_OFFSET, "this is WebAssembly, and only WIT as text is read here");
  if (status == CT_OK) status = l->options->decode(&decoded, package, bytes, l->arena);
  if (status == CT_OK) status = cti_resolve_merge(l->resolve, &decoded, &maps);
  if (status == CT_OK) *package = maps.packages[*package];
  else cti_error_file(l->arena->error, path);
  return status;
}

static ct_status parse_directory(loader *l, ct_slice path, cti_draft **out) {
  ct_slice *names;
  uint32_t count;
  file_group group = {0};
  CTI_TRY(l->reader->list(l->reader->context, &names, &count, path, l->arena, l->arena->error));
  for (uint32_t i = 0; i < count; i++) {
    ct_slice text, file = join(l, path, names[i]);
    if (!file.data) return status_of(l);
    if (!cti_slice_ends(names[i], CTI_LIT(".wit")) || l->reader->kind(l->reader->context, file) == CT_PATH_DIRECTORY) continue;
    CTI_TRY(l->reader->read(l->reader->context, &text, file, l->arena->error));
    CTI_TRY(parse_text(l, &group, file, text));
  }
  if (group.files.count) return draft_group(l, &group, out);
  cti_fail(l->arena->error, CT_WIT_PACKAGE, CT_NO_OFFSET, "there is no .wit file in this directory");
  ct_slice near = cti_wit_nearby(l->reader, path, l->arena);
  cti_error_hint(l->arena->error, "%s%.*s%sthe files of a package lie in the directory itself, the packages that it depends on in deps/NAME/ below it", near.size ? "there are some in " : "",
                 CTI_S(near), near.size ? "\n" : "");
  cti_error_file(l->arena->error, path);
  return CT_WIT_PACKAGE;
}

/* A file beside others in deps/: what is no package is left alone. */
static ct_status parse_deps_file(loader *l, ct_slice path, ct_slice name) {
  ct_slice bytes;
  cti_draft *draft;
  uint32_t package;
  file_group group = {0};
  if (!cti_slice_ends(name, CTI_LIT(".wit")) && !cti_slice_ends(name, CTI_LIT(".wasm")) && !cti_slice_ends(name, CTI_LIT(".wat"))) return CT_OK;
  CTI_TRY(l->reader->read(l->reader->context, &bytes, path, l->arena->error));
  if (cti_wit_is_wasm(bytes)) return merge_wasm(l, path, bytes, &package);
  CTI_TRY(parse_text(l, &group, path, bytes));
  return draft_group(l, &group, &draft);
}

static ct_status parse_deps(loader *l, ct_slice directory) {
  ct_slice *names, path = join(l, directory, CTI_LIT("deps"));
  uint32_t count;
  if (!path.data) return status_of(l);
  if (l->reader->kind(l->reader->context, path) == CT_PATH_NONE) return add_searched(l, path, " (does not exist)");
  CTI_TRY(add_searched(l, path, ""));
  CTI_TRY(l->reader->list(l->reader->context, &names, &count, path, l->arena, l->arena->error));
  for (uint32_t i = 0; i < count; i++) {
    ct_slice entry = join(l, path, names[i]);
    cti_draft *draft;
    if (!entry.data) return status_of(l);
    if (l->reader->kind(l->reader->context, entry) == CT_PATH_DIRECTORY) CTI_TRY(parse_directory(l, entry, &draft));
    else CTI_TRY(parse_deps_file(l, entry, names[i]));
  }
  return CT_OK;
}

/* ---- order ---- */

static int by_name(const cti_draft *a, const cti_draft *b) {
  int order = cti_slice_cmp(a->name.ns, b->name.ns);
  if (!order) order = cti_slice_cmp(a->name.name, b->name.name);
  return order ? order : cti_semver_cmp(&a->name.version, &b->name.version);
}

/* Merge sort: stable, n log n, whatever the input. */
static ct_status sort_drafts(loader *l, cti_draft **items, uint32_t count) {
  cti_draft **from = items, **to = CTI_NEW_N(&l->scratch, cti_draft *, count);
  if (!to) return status_of(l);
  for (size_t width = 1; width < count; width *= 2) {
    for (size_t start = 0; start < count; start += 2 * width) {
      size_t middle = start + width < count ? start + width : count, end = start + 2 * width < count ? start + 2 * width : count;
      for (size_t i = start, j = middle, k = start; k < end; k++) to[k] = j >= end || (i < middle && by_name(from[i], from[j]) <= 0) ? from[i++] : from[j++];
    }
    cti_draft **swap = from;
    from = to;
    to = swap;
  }
  if (from != items) memcpy(items, from, count * sizeof *items);
  return CT_OK;
}

static ct_status map_drafts(loader *l, cti_map *by_text) {
  for (uint32_t i = 0; i < l->drafts.count; i++) {
    const cti_draft *draft = l->drafts.items[i];
    ct_slice text = cti_package_name_text(l->arena, &draft->name);
    uint32_t other = i;
    bool added;
    if (!text.data) return status_of(l);
    CTI_TRY(cti_map_add(by_text, l->arena, text, &other, &added));
    if (added) continue;
    cti_wit_fail(l->resolve, CT_WIT_PACKAGE, draft->name_span, "the package `%.*s` is defined in two places", CTI_S(text));
    cti_error_hint(l->arena->error, "the other one is %.*s", CTI_S(cti_span_text(l->resolve, l->drafts.items[other]->name_span)));
    return CT_WIT_PACKAGE;
  }
  return CT_OK;
}

typedef struct visit_frame {
  uint32_t draft, next;
} visit_frame;

typedef CTI_VEC(visit_frame) visit_stack;

static ct_status fail_cycle(const loader *l, const visit_stack *stack, uint32_t again, cti_span span) {
  char path[512];
  size_t used = 0;
  uint32_t first = 0;
  while (stack->items[first].draft != again) first++;
  for (uint32_t i = first; i <= stack->count && used < sizeof path; i++) {
    const cti_draft *draft = l->drafts.items[i < stack->count ? stack->items[i].draft : again];
    used += (size_t)snprintf(path + used, sizeof path - used, "%s%.*s", i > first ? " -> " : "", CTI_S(cti_package_name_text(l->arena, &draft->name)));
  }
  cti_wit_fail(l->resolve, CT_WIT_PACKAGE, span, "the package `%.*s` depends on itself: %s", CTI_S(cti_package_name_text(l->arena, &l->drafts.items[again]->name)), path);
  if (first + 1 == stack->count) cti_error_hint(l->arena->error, "within a package its interfaces and worlds are named without the package");
  return CT_WIT_PACKAGE;
}

/* Depth first from each package in the order of names; dependencies in the order in which they are mentioned. */
static ct_status link_from(loader *l, const cti_map *by_text, uint8_t *state, uint32_t root, uint32_t *packages) {
  enum { FRESH, OPEN, DONE };
  visit_stack stack = {0};
  visit_frame frame = {root, 0};
  if (state[root] != FRESH) return CT_OK;
  state[root] = OPEN;
  if (!cti_vec_push(l->arena, &stack, frame)) return status_of(l);
  while (stack.count) {
    visit_frame *top = cti_vec_last(&stack);
    cti_draft *draft = l->drafts.items[top->draft];
    if (top->next == draft->foreign.count) {
      CTI_TRY(cti_draft_link(draft, &packages[top->draft], &l->gates));
      state[top->draft] = DONE;
      stack.count--;
      continue;
    }
    const cti_draft_foreign *foreign = &draft->foreign.items[top->next++];
    ct_slice text = cti_package_name_text(l->arena, &foreign->package);
    if (!text.data) return status_of(l);
    uint32_t dep = cti_map_get(by_text, text);
    if (dep == CTI_MAP_NONE || state[dep] == DONE) continue;
    if (state[dep] == OPEN) return fail_cycle(l, &stack, dep, foreign->package_span);
    state[dep] = OPEN;
    frame = (visit_frame){dep, 0};
    if (!cti_vec_push(l->arena, &stack, frame)) return status_of(l);
  }
  return CT_OK;
}

/* The names of all packages that were read. */
static ct_status known_names(loader *l, cti_map *out) {
  for (uint32_t i = 0; i < l->drafts.count; i++) {
    ct_slice text = cti_package_name_text(l->arena, &l->drafts.items[i]->name);
    if (!text.data) return status_of(l);
    CTI_TRY(cti_map_set(out, &l->scratch, text, i));
  }
  return CT_OK;
}

static bool is_known(const loader *l, const cti_map *known, const cti_package_name *name) {
  ct_slice text = cti_package_name_text(l->arena, name);
  return !text.data || cti_map_get(known, text) != CTI_MAP_NONE || cti_map_get(&l->resolve->package_ids, text) != CTI_MAP_NONE;
}

/* Is there another package that nothing read so far defines? */
static ct_status lacks_packages(loader *l, bool *out) {
  cti_map known = {0};
  *out = false;
  CTI_TRY(known_names(l, &known));
  for (uint32_t i = 0; i < l->drafts.count && !*out; i++)
    for (uint32_t j = 0; j < l->drafts.items[i]->foreign.count && !*out; j++) *out = !is_known(l, &known, &l->drafts.items[i]->foreign.items[j].package);
  return status_of(l);
}

static ct_status add_carried(loader *l, cti_map *known, const cti_package_name *name) {
  file_group group = {0};
  cti_draft *draft;
  if (is_known(l, known, name)) return status_of(l);
  ct_slice text = cti_wasi_find(name, l->arena), id = cti_package_name_text(l->arena, name);
  if (!text.data || !id.data) return status_of(l);
  ct_slice path = cti_format(l->arena, "%.*s (built in)", CTI_S(id));
  if (!path.data) return status_of(l);
  CTI_TRY(parse_text(l, &group, path, text));
  CTI_TRY(draft_group(l, &group, &draft));
  draft->carried = true;
  return cti_map_set(known, &l->scratch, id, l->drafts.count - 1);
}

/* What nothing else defines may be a WASI package that is carried; so may be what that one needs. */
static ct_status add_builtin(loader *l) {
  cti_map known = {0};
  if (l->options->no_builtin) return CT_OK;
  CTI_TRY(known_names(l, &known));
  for (uint32_t i = 0; i < l->drafts.count; i++)
    for (uint32_t j = 0; j < l->drafts.items[i]->foreign.count; j++) CTI_TRY(add_carried(l, &known, &l->drafts.items[i]->foreign.items[j].package));
  return CT_OK;
}

static ct_slice locate(void *context, const cti_package_name *name) {
  loader *l = context;
  return l->directory.size ? cti_wit_locate(l->reader, l->directory, name, l->arena) : (ct_slice){0};
}

static ct_status link_all(loader *l, const cti_draft *main, uint32_t *package) {
  cti_map by_text = {0};
  CTI_TRY(add_builtin(l));
  uint8_t *state = CTI_NEW_N(l->arena, uint8_t, l->drafts.count);
  uint32_t *packages = CTI_NEW_N(l->arena, uint32_t, l->drafts.count);
  if (!state || !packages) return status_of(l);
  l->gates.searched = l->searched.items;
  l->gates.searched_count = l->searched.count;
  l->gates.builtin = !l->options->no_builtin;
  l->gates.known = &by_text;
  l->gates.locate = locate;
  l->gates.locate_context = l;
  l->gates.directory = l->directory;
  CTI_TRY(sort_drafts(l, l->drafts.items, l->drafts.count));
  CTI_TRY(map_drafts(l, &by_text));
  for (uint32_t i = 0; i < l->drafts.count; i++) CTI_TRY(link_from(l, &by_text, state, i, packages));
  for (uint32_t i = 0; i < l->drafts.count; i++)
    if (l->drafts.items[i] == main) *package = packages[i];
  return CT_OK;
}

/* ---- entry points ---- */

static bool is_separator(uint8_t c) { return c == ',' || c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

static ct_status loader_init(loader *l, cti_resolve *resolve, const cti_wit_reader *reader, const cti_wit_options *options) {
  static const cti_wit_options defaults = {0};
  *l = (loader){.resolve = resolve, .arena = resolve->arena, .reader = reader, .options = options ? options : &defaults};
  cti_arena_init(&l->scratch, resolve->arena->error);
  l->gates.all_features = l->options->all_features;
  for (uint32_t i = 0; i < l->options->feature_count; i++) {
    ct_slice list = l->options->features[i];
    for (size_t start = 0, end; start < list.size; start = end + 1) {
      for (end = start; end < list.size && !is_separator(list.data[end]);) end++;
      if (end > start) CTI_TRY(cti_map_set(&l->gates.features, l->arena, cti_slice_cut(list, start, end), 0));
    }
  }
  return CT_OK;
}

static ct_slice directory_of(ct_slice path) {
  size_t end = path.size;
  while (end > 0 && path.data[end - 1] != '/') end--;
  return end == 0 ? CTI_LIT(".") : end == 1 ? CTI_LIT("/") : cti_slice_cut(path, 0, end - 1);
}

/* A file alone is a package. When it needs others, and there is a deps/ beside it, that is what is meant. */
static ct_status load_text(loader *l, uint32_t *package, ct_slice path, ct_slice text) {
  file_group group = {0};
  cti_draft *main;
  bool lacks;
  CTI_TRY(parse_text(l, &group, path, text));
  CTI_TRY(draft_group(l, &group, &main));
  CTI_TRY(add_searched(l, path, " alone"));
  CTI_TRY(lacks_packages(l, &lacks));
  if (l->reader) l->directory = directory_of(path);
  if (lacks && l->reader) CTI_TRY(parse_deps(l, l->directory));
  return link_all(l, main, package);
}

/* Ends a load. The first failure wins: where one allocation failed and a later stage missed what it would have held, the memory is what is told. */
static ct_status loaded(loader *l, ct_status status) {
  cti_arena_free(&l->scratch);
  return status == CT_OK ? CT_OK : status_of(l);
}

ct_status cti_wit_load_text(cti_resolve *resolve, uint32_t *package, ct_slice path, ct_slice text, const cti_wit_options *options) {
  loader l;
  ct_status status = loader_init(&l, resolve, NULL, options);
  if (status == CT_OK) status = cti_wit_is_wasm(text) ? merge_wasm(&l, path, text, package) : load_text(&l, package, path, text);
  return loaded(&l, status);
}

ct_status cti_wit_load_carried(cti_resolve *resolve, uint32_t *package, const cti_package_name *name, const cti_wit_options *options) {
  loader l;
  cti_map known = {0};
  *package = cti_resolve_find_package(resolve, name);
  if (*package != CTI_WIT_NONE) return CT_OK;
  ct_status status = loader_init(&l, resolve, NULL, options);
  if (status == CT_OK) status = add_carried(&l, &known, name);
  if (status == CT_OK && l.drafts.count) status = link_all(&l, l.drafts.items[0], package);
  return loaded(&l, status);
}

static ct_status load_directory(loader *l, uint32_t *package, ct_slice path) {
  cti_draft *main;
  l->directory = path;
  CTI_TRY(parse_directory(l, path, &main));
  CTI_TRY(add_searched(l, path, ""));
  CTI_TRY(parse_deps(l, path));
  return link_all(l, main, package);
}

static ct_status load_file(loader *l, uint32_t *package, ct_slice path) {
  ct_slice bytes;
  CTI_TRY(l->reader->read(l->reader->context, &bytes, path, l->arena->error));
  return cti_wit_is_wasm(bytes) ? merge_wasm(l, path, bytes, package) : load_text(l, package, path, bytes);
}

ct_status cti_wit_load(cti_resolve *resolve, uint32_t *package, ct_slice path, const cti_wit_reader *reader, const cti_wit_options *options) {
  loader l;
  ct_status status = loader_init(&l, resolve, reader, options);
  bool directory = reader->kind(reader->context, path) == CT_PATH_DIRECTORY;
  if (status == CT_OK) status = directory ? load_directory(&l, package, path) : load_file(&l, package, path);
  return loaded(&l, status);
}
