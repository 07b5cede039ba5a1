/* pipeline.c - the optimizer's order of work. Flows in: a valid module or component. Flows out: a smaller one that does the same.
 * Indices move once, at the end. */
#include "ctool/optimize.h"
#include "ctool/validate.h"
#include "passes/asyncify.h"
#include "passes/layout.h"
#include "passes/module_passes.h"

const ct_pass_info *ct_optimize_passes(void) {
  static const ct_pass_info infos[] = {
#define CT_PASS(function, name, summary) {name, summary},
#define CT_LAST_PASS(function, name, summary) {name, summary},
#include "passes/passes.def"
#undef CT_PASS
#undef CT_LAST_PASS
      {"merge-equal", "Equal types and equal functions become one"},
      {"merge-similar", "Functions that differ in nothing but constants share their code"},
      {"dead-code", "Functions, globals, types and the like that nothing reaches go"},
      {"pack-data", "Data segments leave out runs of zeros"},
      {"order", "What is referred to most gets the shortest index"},
      {NULL, NULL},
  };
  return infos;
}

typedef struct cti_pass_context {
  cti_module *m;
  cti_arena *arena;
  const ct_optimize_options *options;
} cti_pass_context;

/* ---- sections */

static bool is_empty(const cti_module *m, uint8_t code) {
  switch (code) {
  case CTI_SECTION_TYPE: return m->types.count == 0;
  case CTI_SECTION_IMPORT: return m->imports.count == 0;
  case CTI_SECTION_FUNCTION: case CTI_SECTION_CODE: return m->funcs.count == m->imported[CTI_EXTERN_FUNC];
  case CTI_SECTION_TABLE: return m->tables.count == m->imported[CTI_EXTERN_TABLE];
  case CTI_SECTION_MEMORY: return m->memories.count == m->imported[CTI_EXTERN_MEMORY];
  case CTI_SECTION_TAG: return m->tags.count == m->imported[CTI_EXTERN_TAG];
  case CTI_SECTION_GLOBAL: return m->globals.count == m->imported[CTI_EXTERN_GLOBAL];
  case CTI_SECTION_EXPORT: return m->exports.count == 0;
  case CTI_SECTION_START: return m->start == UINT32_MAX;
  case CTI_SECTION_ELEM: return m->elems.count == 0;
  case CTI_SECTION_DATA_COUNT: case CTI_SECTION_DATA: return m->datas.count == 0;
  default: return false;
  }
}

/* Sections that hold offsets into code, or names that were not asked for, go. */
static bool custom_goes(ct_slice name, bool keep_names) {
  static const char *const names[] = {"sourceMappingURL", "external_debug_info", "metadata.code.branch_hint"};
  if (cti_slice_is(name, "name")) return !keep_names;
  for (size_t i = 0; i < CTI_COUNT(names); i++)
    if (cti_slice_is(name, names[i])) return true;
  return cti_slice_starts(name, CTI_LIT(".debug"));
}

static void mark_sections(cti_pass_context *x, bool needs_data_count) {
  cti_module *m = x->m;
  m->data_count = m->datas.count;
  for (uint32_t i = 0; i < m->sections.count; i++) {
    cti_section *section = &m->sections.items[i];
    if (section->frame.id == CTI_SECTION_CUSTOM) section->dropped |= custom_goes(section->name, x->options->keep_names);
    else section->changed = true, section->dropped = is_empty(m, section->frame.id) || (section->frame.id == CTI_SECTION_DATA_COUNT && !needs_data_count);
  }
}

static ct_status make_small(cti_pass_context *x, cti_uses *uses) {
  cti_module *m = x->m;
  CTI_TRY(cti_optimize_code(m, x->arena));
  CTI_TRY(cti_merge_equal(m, x->arena));
  CTI_TRY(cti_merge_similar(m));
  CTI_TRY(cti_merge_equal(m, x->arena)); /* types that were made */
  CTI_TRY(cti_gc_mark(uses, m, x->arena));
  CTI_TRY(cti_layout_apply(m, uses));
  return uses->code_names_datas ? CT_OK : cti_pack_data(m, x->arena);
}

static ct_status run_module(cti_pass_context *x, cti_uses *uses) {
  if (x->options->asyncify) CTI_TRY(cti_asyncify_run(x->m, x->options->asyncify, x->arena));
  if (x->options->as_it_is) uses->code_names_datas = cti_module_section(x->m, CTI_SECTION_DATA_COUNT) != NULL;
  else CTI_TRY(make_small(x, uses));
  mark_sections(x, uses->code_names_datas);
  return CT_OK;
}

static ct_status optimize_module(cti_buf *out, ct_slice bytes, uint64_t base, const ct_optimize_options *options, ct_error *error) {
  cti_module m;
  cti_uses uses = {0};
  cti_arena arena;
  cti_arena_init(&arena, error);
  cti_pass_context x = {&m, &arena, options};
  ct_status status = cti_module_decode(&m, bytes, base, &arena);
  if (status == CT_OK) status = run_module(&x, &uses);
  if (status == CT_OK) {
    cti_module_encode(&m, out);
    status = cti_buf_check(out, error);
  }
  cti_arena_free(&arena);
  return status;
}

/* ---- components: the modules inside, at every depth */

static ct_status optimize_unit(cti_buf *out, ct_slice bytes, uint64_t base, uint32_t depth, const ct_optimize_options *options, ct_error *error) {
  cti_cursor c = cti_cursor_make(bytes, base, error);
  cti_frame frame;
  ct_kind kind;
  if (depth > CTI_MAX_DEPTH) return cti_fail(error, CT_LIMIT, base, "components are nested more than %d deep", CTI_MAX_DEPTH);
  CTI_TRY(cti_preamble_read(&c, &kind));
  if (kind == CT_KIND_MODULE) return optimize_module(out, bytes, base, options, error);
  if (options->asyncify) return cti_fail(error, CT_CORE_KIND, base, "asyncify works on a core module, and this is a component: it comes before `component new`");
  cti_buf_bytes(out, cti_slice_cut(bytes, 0, CTI_PREAMBLE_SIZE));
  while (cti_frame_next(&c, &frame)) {
    if (frame.id != CTI_COMPONENT_SECTION_MODULE && frame.id != CTI_COMPONENT_SECTION_COMPONENT) {
      cti_buf_bytes(out, frame.raw);
      continue;
    }
    cti_buf_u8(out, frame.id);
    size_t mark = cti_buf_open(out);
    CTI_TRY(optimize_unit(out, frame.payload, frame.payload_offset, depth + 1, options, error));
    cti_buf_close(out, mark);
  }
  CTI_TRY(cti_cursor_status(&c));
  return cti_buf_check(out, error);
}

static ct_status validate(ct_slice bytes, ct_error *error) {
  ct_validate_options options = {.features = 0};
  CTI_TRY(ct_features_parse(&options.features, "all", error));
  return ct_validate(bytes, &options, error);
}

ct_status ct_optimize(ct_buf *out, ct_slice bytes, const ct_optimize_options *options, ct_error *error) {
  static const ct_optimize_options defaults;
  if (!options) options = &defaults;
  *out = (ct_buf){0};
  ct_status status = validate(bytes, error);
  if (status == CT_OK) status = optimize_unit(out, bytes, 0, 0, options, error);
  if (status != CT_OK) ct_buf_free(out);
  else status = validate(cti_buf_slice(out), error);
  if (status != CT_OK && out->size && status != CT_NOMEM) {
    ct_error found = *error;
    ct_error_clear(error);
    status = cti_fail(error, CT_INTERNAL, CT_NO_OFFSET, "the optimized file is not valid: a bug in ctool, please report it with the input; nothing was written (%.200s, at offset 0x%llx)", found.message,
                      (unsigned long long)found.offset);
  }
  if (status != CT_OK) ct_buf_free(out);
  return status;
}
