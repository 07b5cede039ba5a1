/* strip.c - removes custom sections at every depth, or moves what debuggers read into files of their own. Flows in: the bytes of a module or component. Flows out:
 * pieces of the input in order, with new headers only where something nested changed; debug files; a report. Only the framing is read, so that what validate
 * refuses can be stripped.
 * requires: well-formed framing. preserves: every kept section, byte for byte. breaks: nothing.
 * https://github.com/WebAssembly/tool-conventions/blob/main/Debugging.md, BuildId.md and Linking.md there */
#include "base/hash.h"
#include "base/map.h"
#include "base/regex.h"
#include "core/custom.h"
#include "core/rewrite.h"

enum { BUILD_ID_SIZE = 16 };

/* What the first walk finds in a module. */
typedef struct facts {
  bool has_dwarf, has_names, is_relocatable;
  ct_slice build_id; /* the content of its section; data == NULL: none */
} facts;

typedef struct gone {
  ct_slice name;
  uint32_t count;
  uint64_t bytes;
} gone;

typedef struct strip {
  const ct_strip_options *options;
  cti_arena *arena;
  cti_regex_set *deleted, *keep;
  CTI_VEC(facts) units; /* by number */
  uint32_t split;       /* number of the one module that is split; UINT32_MAX: all that have something to split */
  cti_map gone_names;
  CTI_VEC(gone) gone;
} strip;

static bool is_dwarf(ct_slice name) { return cti_slice_starts(name, CTI_LIT(".debug_")); }
static bool is_relocation(ct_slice name) { return cti_slice_is(name, "linking") || cti_slice_starts(name, CTI_LIT("reloc.")); }

/* ---- the first walk */

static ct_status look(void *context, cti_pieces *out, const cti_unit *unit, const cti_custom_section *section, ct_slice *raw) {
  strip *s = context;
  (void)raw;
  while (s->units.count <= unit->number)
    if (!cti_vec_push(&out->arena, &s->units, ((facts){0}))) return CT_NOMEM;
  facts *f = &s->units.items[unit->number];
  if (unit->kind != CT_KIND_MODULE) return CT_OK;
  f->has_dwarf |= is_dwarf(section->name);
  f->has_names |= cti_slice_is(section->name, "name");
  f->is_relocatable |= is_relocation(section->name);
  if (cti_slice_is(section->name, "build_id") && !f->build_id.data) f->build_id = section->content;
  return CT_OK;
}

static bool splits(const strip *s, uint32_t number) {
  const facts *f = number < s->units.count ? &s->units.items[number] : NULL;
  return s->options->debug && f && (f->has_dwarf || f->has_names) && (s->split == UINT32_MAX || s->split == number);
}

/* Of one debug file the module is asked for: the one with DWARF, or else the one with names. */
static ct_status choose_split(strip *s) {
  uint32_t dwarfs = 0, names = 0, last_dwarf = 0, last_name = 0;
  for (uint32_t i = 0; i < s->units.count; i++) {
    if (s->units.items[i].has_dwarf) dwarfs++, last_dwarf = i;
    if (s->units.items[i].has_names) names++, last_name = i;
  }
  if (dwarfs > 1 || (dwarfs == 0 && names > 1)) {
    cti_fail(s->arena->error, CT_MISUSE, CT_NO_OFFSET, "%u modules have debug information, and one file holds that of one", dwarfs ? dwarfs : names);
    cti_error_hint(s->arena->error, "--split-debug-dir DIRECTORY makes a file for each");
    return s->arena->error->status;
  }
  if (dwarfs + names == 0) return cti_fail(s->arena->error, CT_MISUSE, CT_NO_OFFSET, "there is no debug information: no module has DWARF or names");
  s->split = dwarfs ? last_dwarf : last_name;
  return CT_OK;
}

/* ---- which sections go */

/* What tools after ctool read: names, interfaces, dynamic linking, and the features that an optimizer may use. */
static bool kept_by_default(ct_slice name, bool like_wasm_tools) {
  if (like_wasm_tools) return cti_slice_is(name, "name") || cti_slice_starts(name, CTI_LIT("component-type:")) || cti_slice_is(name, "dylink.0");
  return cti_slice_is(name, "name") || cti_slice_starts(name, CTI_LIT("component-type")) || cti_slice_is(name, "dylink.0") || cti_slice_is(name, "target_features");
}

static bool goes_alone(strip *s, ct_slice name) {
  if (cti_regex_set_matches(s->keep, name, s->arena)) return false;
  if (s->options->all) return true;
  if (s->options->deleted_count) return cti_regex_set_matches(s->deleted, name, s->arena);
  return !kept_by_default(name, s->options->like_wasm_tools);
}

/* What relocates goes or stays together. */
static bool goes(strip *s, ct_slice name) { return goes_alone(s, is_relocation(name) ? CTI_LIT("linking") : name); }

static ct_status count_gone(strip *s, const cti_custom_section *section) {
  uint32_t index = s->gone.count;
  bool added;
  if (!s->options->report) return CT_OK;
  CTI_TRY(cti_map_add(&s->gone_names, s->arena, section->name, &index, &added));
  if (added && !cti_vec_push(s->arena, &s->gone, ((gone){.name = section->name}))) return CT_NOMEM;
  s->gone.items[index].count++;
  s->gone.items[index].bytes += section->raw.size;
  return CT_OK;
}

static void warn(const strip *s, const char *text) {
  if (s->options->tell) s->options->tell(s->options->context, text);
}

/* A section of a relocatable object: its relocations name sections by number, so while they stay, all else stays. */
static ct_status check_relocatable(strip *s, const cti_custom_section *section) {
  if (is_relocation(section->name)) {
    if (cti_slice_is(section->name, "linking")) warn(s, "this is a relocatable object: without `linking` and `reloc.*` it cannot be linked any more");
    return CT_OK;
  }
  if (goes(s, CTI_LIT("linking"))) return CT_OK;
  cti_fail(s->arena->error, CT_MISUSE, section->offset, "this is a relocatable object: its relocations count sections, and would be wrong without `%.*s`", CTI_S(cti_slice_cut(section->name, 0, 60)));
  cti_error_hint(s->arena->error, "strip what the linker makes of it, or let `linking` and `reloc.*` go as well");
  return s->arena->error->status;
}

/* ---- producers without clocks and paths */

static bool is_digit(uint8_t byte) { return byte >= '0' && byte <= '9'; }

/* Holds it a path, a date like 2024-06-10 or a time like 12:30? */
static bool is_local(ct_slice word) {
  for (size_t i = 0; i < word.size; i++) {
    bool slash = word.data[i] == '/' || word.data[i] == '\\';
    bool between = i > 1 && i + 2 < word.size && is_digit(word.data[i - 1]) && is_digit(word.data[i - 2]) && is_digit(word.data[i + 1]) && is_digit(word.data[i + 2]);
    if (slash || (between && (word.data[i] == ':' || (word.data[i] == '-' && i > 3 && is_digit(word.data[i - 3]) && is_digit(word.data[i - 4]))))) return true;
  }
  return false;
}

/* A word of a version, or all of its parentheses with what is before the next blank. */
static ct_slice version_word(ct_slice text, size_t at) {
  size_t end = at;
  for (uint32_t depth = 0; end < text.size && (depth || text.data[end] != ' '); end++) {
    if (text.data[end] == '(') depth++;
    else if (text.data[end] == ')' && depth) depth--;
  }
  return cti_slice_cut(text, at, end);
}

static ct_slice version_without_locals(ct_slice version, cti_arena *arena, bool *changed) {
  cti_buf out = {0};
  for (size_t at = 0; at < version.size;) {
    ct_slice word = version_word(version, at);
    at += word.size + 1;
    if (is_local(word)) {
      *changed = true;
      continue;
    }
    if (out.size) cti_buf_u8(&out, ' ');
    cti_buf_bytes(&out, word);
  }
  return cti_take(&out, arena);
}

/* The section with such versions, in its place; one that cannot be read stays. */
static ct_status clean_producers(cti_pieces *out, const cti_custom_section *section, ct_slice *raw) {
  cti_producers producers;
  ct_error ignored = {0};
  bool changed = false;
  ct_status status = cti_producers_parse(&producers, section->content, section->offset, &out->arena, &ignored);
  if (out->arena.error->status != CT_OK || status != CT_OK) return out->arena.error->status;
  for (uint32_t i = 0; i < producers.fields.count; i++) {
    for (uint32_t j = 0; j < producers.fields.items[i].values.count; j++) {
      ct_slice *version = &producers.fields.items[i].values.items[j].version;
      *version = version_without_locals(*version, &out->arena, &changed);
    }
  }
  if (!changed) return out->arena.error->status;
  cti_buf content = {0};
  cti_producers_write(&content, &producers);
  *raw = cti_custom_make(out, section->name, &content);
  return out->arena.error->status;
}

/* ---- the second walk */

static ct_status custom(void *context, cti_pieces *out, const cti_unit *unit, const cti_custom_section *section, ct_slice *raw) {
  strip *s = context;
  bool moves = splits(s, unit->number) && (is_dwarf(section->name) || cti_slice_is(section->name, "name"));
  bool is_build_id = splits(s, unit->number) && cti_slice_is(section->name, "build_id");
  if (!moves && !is_build_id && !goes(s, section->name)) {
    bool cleans = s->options->reproducible && cti_slice_is(section->name, "producers");
    return cleans ? clean_producers(out, section, raw) : out->arena.error->status;
  }
  if (s->units.items[unit->number].is_relocatable) CTI_TRY(check_relocatable(s, section));
  *raw = (ct_slice){NULL, 0};
  if (!is_build_id) CTI_TRY(count_gone(s, section)); /* that comes again, at the end */
  return out->arena.error->status;
}

/* The content of the section: that of the module, or a size and the beginning of the module's content key. */
static void write_build_id(cti_buf *out, const facts *f, ct_slice module) {
  if (f->build_id.data) {
    cti_buf_bytes(out, f->build_id);
    return;
  }
  cti_digest digest = cti_digest_of(module);
  cti_buf_name(out, cti_slice(digest.bytes, BUILD_ID_SIZE));
}

/* The file's name: what was asked for, or the build id in digits. */
static ct_slice debug_name(const strip *s, ct_slice id) {
  cti_buf name = {0};
  if (s->options->debug_name) return cti_slice_str(s->options->debug_name);
  for (size_t i = 1; i < id.size && i <= 32; i++) cti_buf_printf(&name, "%02x", id.data[i]);
  cti_buf_str(&name, ".debug.wasm");
  cti_buf_u8(&name, 0);
  ct_slice taken = cti_take(&name, s->arena);
  return taken.data ? cti_slice_cut(taken, 0, taken.size - 1) : taken;
}

/* At the end of a module that was split: which file has what is gone, and the id that both share. The file is the whole module as it was: readers of object files, LLVM's
 * among them, want the functions that names are about. */
static ct_status end(void *context, cti_pieces *out, const cti_unit *unit, bool *changed) {
  strip *s = context;
  if (!splits(s, unit->number)) return CT_OK;
  cti_buf content = {0}, file = {0};
  write_build_id(&content, &s->units.items[unit->number], unit->bytes);
  ct_slice id = cti_buf_check(&content, s->arena->error) == CT_OK ? cti_copy(s->arena, cti_buf_slice(&content)) : (ct_slice){NULL, 0};
  ct_slice id_section = cti_custom_make(out, CTI_LIT("build_id"), &content), name = debug_name(s, id);
  cti_buf_name(&content, name);
  ct_slice link = cti_custom_make(out, CTI_LIT("external_debug_info"), &content);
  if (s->arena->error->status == CT_OK) *changed = cti_pieces_put(out, id_section) == CT_OK && cti_pieces_put(out, link) == CT_OK;
  cti_buf_bytes(&file, unit->bytes);
  if (!s->units.items[unit->number].build_id.data) cti_buf_bytes(&file, id_section);
  ct_status status = cti_buf_check(&file, s->arena->error);
  if (status == CT_OK) status = s->arena->error->status;
  if (status == CT_OK) status = s->options->debug(s->options->context, (const char *)name.data, cti_buf_slice(&file), s->arena->error);
  ct_buf_free(&file);
  return status;
}

/* ---- the report */

static void write_report(const strip *s, uint64_t before, uint64_t after) {
  cti_buf *out = s->options->report;
  for (uint32_t i = 0; i < s->gone.count; i++) {
    const gone *g = &s->gone.items[i];
    cti_buf_printf(out, "%12llu  %.*s", (unsigned long long)g->bytes, CTI_S(cti_slice_cut(g->name, 0, 200)));
    if (g->count > 1) cti_buf_printf(out, " (%u sections)", g->count);
    cti_buf_u8(out, '\n');
  }
  if (s->gone.count == 0) cti_buf_str(out, "nothing went\n");
  cti_buf_printf(out, "%12llu  before\n%12llu  after", (unsigned long long)before, (unsigned long long)after);
  if (before && after < before) cti_buf_printf(out, ", %.1f %% less", 100.0 * (double)(before - after) / (double)before);
  cti_buf_u8(out, '\n');
}

static ct_status run(strip *s, cti_pieces *out, ct_slice bytes) {
  bool changed;
  CTI_TRY(cti_regex_set_make(&s->deleted, s->options->deleted, s->options->deleted_count, &out->arena));
  CTI_TRY(cti_regex_set_make(&s->keep, s->options->keep, s->options->keep_count, &out->arena));
  CTI_TRY(cti_rewrite(out, &(cti_rewriter){look, NULL, s}, bytes, &changed));
  if (s->options->debug && s->options->debug_name) CTI_TRY(choose_split(s));
  out->list.count = 0;
  CTI_TRY(cti_rewrite(out, &(cti_rewriter){custom, end, s}, bytes, &changed));
  if (!s->options->report) return CT_OK;
  write_report(s, bytes.size, cti_pieces_size(out, 0));
  return cti_buf_check(s->options->report, s->arena->error);
}

ct_status ct_strip(ct_pieces *out, ct_slice bytes, const ct_strip_options *options, ct_error *error) {
  static const ct_strip_options defaults;
  cti_pieces pieces = {0};
  strip s = {.options = options ? options : &defaults, .arena = &pieces.arena, .split = UINT32_MAX};
  *out = (ct_pieces){0};
  cti_arena_init(&pieces.arena, error);
  ct_status status = run(&s, &pieces, bytes);
  cti_regex_set_free(s.deleted);
  cti_regex_set_free(s.keep);
  return cti_pieces_give(out, &pieces, status);
}
