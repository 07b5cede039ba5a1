/* Decode -> encode gives the input back, for every binary below the given folders, for each component and for each module nested in them.
 *
 * Four things are asked of each well-formed module and component: unchanged it encodes to its own bytes; with each section marked `changed` it encodes
 * to its own bytes, or (padded numbers, long forms of types) to something that decodes and encodes to itself; what a folder's manifest.tsv
 * calls valid or invalid decodes; and custom sections that we parse are written as they came, or in a shorter form. Exit 77 (skipped) when no folder is
 * there. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/custom.h"
#include "ctool/io.h"
#include "reencode.h"

typedef struct counts {
  unsigned files, modules, components, same, other_form, malformed, customs, problems;
  bool verbose;
} counts;

static void problem(counts *n, const char *path, const char *what, const ct_error *error) {
  n->problems++;
  printf("FAIL %s: %s%s%s\n", path, what, error ? ": " : "", error ? error->message : "");
}

/* Unchanged, `bytes` encode to themselves; written anew they do too, or to another form that then stays. */
static void check_encoding(counts *n, const char *path, reencode again, ct_slice bytes, bool must_decode) {
  ct_error error = {0};
  cti_buf copied = {0}, written = {0}, twice = {0};
  if (!again(&copied, bytes, 0, false, &error)) {
    n->malformed++;
    if (must_decode) problem(n, path, "does not decode", &error);
  } else {
    if (!cti_slice_eq(cti_buf_slice(&copied), bytes)) problem(n, path, "unchanged, it does not encode to its own bytes", NULL);
    again(&written, bytes, 0, true, &error);
    bool same = cti_slice_eq(cti_buf_slice(&written), bytes);
    *(same ? &n->same : &n->other_form) += 1;
    if (!same && n->verbose) printf("other form: %s\n", path);
    bool fixpoint = same || (again(&twice, cti_buf_slice(&written), 0, true, &error) && cti_slice_eq(cti_buf_slice(&written), cti_buf_slice(&twice)));
    if (!fixpoint) problem(n, path, "written anew, it does not encode to itself", &error);
  }
  ct_buf_free(&copied);
  ct_buf_free(&written);
  ct_buf_free(&twice);
}

/* Parses and writes a custom section; false when its name is none that we parse, or its content is malformed. */
static bool rewrite_custom(cti_buf *out, const cti_section *section, cti_arena *arena) {
  ct_error error = {0};
  cti_names names;
  cti_producers producers;
  cti_target_features features;
  cti_dylink dylink;
  cti_branch_hints hints;
  if (cti_slice_is(section->name, "name") && cti_names_parse(&names, section->content, 0, arena, &error) == CT_OK) cti_names_write(out, &names);
  else if (cti_slice_is(section->name, "producers") && cti_producers_parse(&producers, section->content, 0, arena, &error) == CT_OK) cti_producers_write(out, &producers);
  else if (cti_slice_is(section->name, "target_features") && cti_target_features_parse(&features, section->content, 0, arena, &error) == CT_OK) cti_target_features_write(out, &features);
  else if (cti_slice_is(section->name, "dylink.0") && cti_dylink_parse(&dylink, section->content, 0, arena, &error) == CT_OK) cti_dylink_write(out, &dylink);
  else if (cti_slice_is(section->name, "metadata.code.branch_hint") && cti_branch_hints_parse(&hints, section->content, 0, arena, &error) == CT_OK) cti_branch_hints_write(out, &hints);
  else return false;
  return true;
}

/* The custom sections of the module that `bytes` are, if they are one. */
static void check_customs(counts *n, const char *path, ct_slice bytes) {
  ct_error error = {0};
  cti_arena arena;
  cti_arena_init(&arena, &error);
  cti_module module;
  bool good = cti_module_decode(&module, bytes, 0, &arena) == CT_OK;
  for (uint32_t i = 0; good && i < module.sections.count; i++) {
    const cti_section *section = &module.sections.items[i];
    cti_buf out = {0};
    if (section->frame.id == CTI_SECTION_CUSTOM && rewrite_custom(&out, section, &arena)) {
      n->customs++;
      if (out.size >= section->content.size && !cti_slice_eq(cti_buf_slice(&out), section->content)) problem(n, path, "a custom section is not written as it came", NULL);
    }
    ct_buf_free(&out);
  }
  cti_arena_free(&arena);
}

static void check_nested(counts *n, const char *path, ct_slice bytes, uint64_t base, bool must_decode, unsigned depth) {
  ct_error error = {0};
  cti_cursor c = cti_cursor_make(bytes, base, &error);
  ct_kind kind;
  if (depth > 100 || cti_preamble_read(&c, &kind) != CT_OK) return;
  if (kind == CT_KIND_MODULE) {
    n->modules++;
    check_encoding(n, path, reencode_module, bytes, must_decode);
    check_customs(n, path, bytes);
    return;
  }
  cti_frame frame;
  while (cti_frame_next(&c, &frame)) {
    if (frame.id == CTI_COMPONENT_SECTION_MODULE || frame.id == CTI_COMPONENT_SECTION_COMPONENT) check_nested(n, path, frame.payload, frame.payload_offset, must_decode, depth + 1);
  }
}

static void check_file(counts *n, const char *path, bool must_decode) {
  ct_error error = {0};
  ct_input input;
  if (ct_input_open(&input, path, &error) == CT_OK) {
    n->files++;
    if (ct_kind_of(input.bytes) == CT_KIND_COMPONENT) {
      n->components++;
      check_encoding(n, path, reencode_component, input.bytes, must_decode);
    }
    check_nested(n, path, input.bytes, 0, must_decode, 0);
  } else {
    problem(n, path, "cannot be read", &error);
  }
  ct_input_close(&input);
}

/* core/manifest.tsv and component/manifest.tsv: path, expectation, line, message ... with tabs between. False when the folder has none. A row that upstream
 * calls invalid for a leading byte is one of form all the same. */
static bool check_manifest(counts *n, const char *folder) {
  char line[4096], path[4096];
  snprintf(path, sizeof path, "%s/manifest.tsv", folder);
  FILE *file = fopen(path, "r");
  while (file && fgets(line, sizeof line, file)) {
    char *name = strtok(line, "\t"), *expect = strtok(NULL, "\t"), *rest = strtok(NULL, "");
    if (line[0] == '#' || !name || !expect) continue;
    snprintf(path, sizeof path, "%.2000s/%.2000s", folder, name);
    check_file(n, path, strcmp(expect, "valid") == 0 || (strcmp(expect, "invalid") == 0 && !(rest && strstr(rest, "invalid leading byte"))));
  }
  if (file) fclose(file);
  return file != NULL;
}

static void walk(counts *n, const char *path) {
  ct_error error = {0};
  size_t length = strlen(path), count = 0;
  char **names, child[4096];
  if (ct_path_kind_of(path) == CT_PATH_FILE) {
    if (length > 5 && strcmp(path + length - 5, ".wasm") == 0) check_file(n, path, false);
    return;
  }
  bool has_manifest = (length > 5 && strcmp(path + length - 5, "/core") == 0) || (length > 10 && strcmp(path + length - 10, "/component") == 0);
  if (has_manifest && check_manifest(n, path)) return;
  if (ct_names_list(&names, &count, path, &error) != CT_OK) return;
  for (size_t i = 0; i < count; i++) {
    snprintf(child, sizeof child, "%.2000s/%.2000s", path, names[i]);
    walk(n, child);
  }
  ct_names_free(names, count);
}

int main(int argc, char **argv) {
  counts n = {0};
  for (int i = 1; i < argc; i++) {
    if (strcmp(argv[i], "-v") == 0) n.verbose = true;
    else if (ct_path_kind_of(argv[i]) != CT_PATH_NONE) walk(&n, argv[i]);
  }
  if (n.files == 0) {
    puts("skipped: none of the folders is there");
    return 77;
  }
  printf("%u files, %u components, %u modules: %u written anew byte for byte, %u in another form, %u malformed; %u custom sections; %u problems\n", n.files, n.components, n.modules, n.same, n.other_form,
         n.malformed, n.customs, n.problems);
  return n.problems || n.same == 0;
}
