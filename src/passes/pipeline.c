/* pipeline.c - the optimizer's order of work. Flows in: a valid module or component. Flows out: a smaller one that does the same.
 * Indices move once, at the end. */
#include "ctool/optimize.h"
#include "ctool/validate.h"
#include "passes/asyncify.h"
#include "passes/component_links.h"
#include "passes/component_remap.h"
#include "passes/layout.h"
#include "passes/module_passes.h"
#include "passes/names_move.h"
#include "passes/settings.h"

typedef struct cti_pass_context {
  cti_module *m;
  cti_arena *arena;
  const ct_optimize_options *options;
  cti_settings settings;
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
static bool custom_goes(ct_slice name, bool keep_names) { return cti_slice_is(name, "name") ? !keep_names : cti_custom_tells_offsets(name); }

static void mark_sections(cti_pass_context *x, bool needs_data_count) {
  cti_module *m = x->m;
  m->data_count = m->datas.count;
  for (uint32_t i = 0; i < m->sections.count; i++) {
    cti_section *section = &m->sections.items[i];
    if (section->frame.id == CTI_SECTION_CUSTOM) section->dropped |= custom_goes(section->name, x->options->keep_names);
    else section->changed = true, section->dropped = is_empty(m, section->frame.id) || (section->frame.id == CTI_SECTION_DATA_COUNT && !needs_data_count);
  }
}

/* Bytes of the module as it is, when somebody asks what passes save. */
static ct_status measure(const cti_pass_context *x, int64_t *size) {
  cti_buf out = {0};
  *size = 0;
  if (!x->settings.saved) return CT_OK;
  for (uint32_t i = 0; i < x->m->sections.count; i++) x->m->sections.items[i].changed |= x->m->sections.items[i].frame.id != CTI_SECTION_CUSTOM;
  cti_module_encode(x->m, &out);
  *size = (int64_t)out.size;
  ct_status status = cti_buf_check(&out, x->arena->error);
  ct_buf_free(&out);
  return status;
}

static ct_status merge_similar(cti_pass_context *x) {
  CTI_TRY(cti_merge_similar(x->m));
  return cti_merge_equal(x->m, x->arena); /* types that were made */
}

static ct_status lay_out(cti_pass_context *x, cti_uses *uses, bool by_use) {
  CTI_TRY(cti_gc_mark(uses, x->m, x->arena));
  if (!cti_pass_runs(&x->settings, CTI_PASS_DEAD_CODE)) cti_gc_keep_all(uses);
  return cti_layout_apply(x->m, uses, by_use);
}

static ct_status make_small(cti_pass_context *x, cti_uses *uses) {
  const cti_settings *s = &x->settings;
  int64_t sizes[7];
  CTI_TRY(cti_optimize_code(x->m, s, x->arena));
  CTI_TRY(measure(x, &sizes[0]));
  if (cti_pass_runs(s, CTI_PASS_MERGE_EQUAL)) CTI_TRY(cti_merge_equal(x->m, x->arena));
  CTI_TRY(measure(x, &sizes[1]));
  if (cti_pass_runs(s, CTI_PASS_MERGE_SIMILAR) && !cti_should_stop(s)) CTI_TRY(merge_similar(x));
  CTI_TRY(measure(x, &sizes[2]));
  if (cti_pass_runs(s, CTI_PASS_OUTLINE) && !cti_should_stop(s)) CTI_TRY(cti_outline_run(x->m));
  CTI_TRY(measure(x, &sizes[3]));
  if (s->saved) CTI_TRY(lay_out(x, uses, false)); /* to tell the two apart */
  CTI_TRY(measure(x, &sizes[4]));
  CTI_TRY(lay_out(x, uses, cti_pass_runs(s, CTI_PASS_ORDER)));
  CTI_TRY(measure(x, &sizes[5]));
  if (cti_pass_runs(s, CTI_PASS_PACK_DATA) && !uses->code_names_datas) CTI_TRY(cti_pack_data(x->m, x->arena));
  CTI_TRY(measure(x, &sizes[6]));
  static const cti_pass between[] = {CTI_PASS_MERGE_EQUAL, CTI_PASS_MERGE_SIMILAR, CTI_PASS_OUTLINE, CTI_PASS_DEAD_CODE, CTI_PASS_ORDER, CTI_PASS_PACK_DATA};
  for (size_t i = 0; i < CTI_COUNT(between); i++) cti_pass_saved(s, between[i], sizes[i] - sizes[i + 1]);
  return CT_OK;
}

/* What is small before it is made to pause becomes smaller than what is only made small afterwards: functions that are one by then have one frame. */
static ct_status make_pausing(cti_pass_context *x) {
  cti_uses uses = {0};
  const ct_asyncify_options *asyncify = x->options->asyncify;
  bool smallest = !x->options->as_it_is && (x->options->level == 0 || x->options->level == 4);
  if (smallest && !cti_asyncify_names_funcs(x->m, asyncify)) {
    CTI_TRY(cti_asyncify_refuse_second(x->m, x->arena->error)); /* before the work, not after it */
    CTI_TRY(make_small(x, &uses));
  }
  return cti_asyncify_run(x->m, asyncify, x->arena);
}

static ct_status run_module(cti_pass_context *x, cti_uses *uses) {
  if (x->options->asyncify) CTI_TRY(make_pausing(x));
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
  cti_pass_context x = {.m = &m, .arena = &arena, .options = options};
  ct_status status = cti_settings_from(&x.settings, options, error);
  if (status == CT_OK) status = cti_module_decode(&m, bytes, base, &arena);
  if (status == CT_OK) status = run_module(&x, &uses);
  if (status == CT_OK) {
    cti_module_encode(&m, out);
    status = cti_buf_check(out, error);
  }
  cti_arena_free(&arena);
  return status;
}

/* ---- components: the modules inside, at every depth, and what they say to each other */

static ct_status optimize_unit(cti_buf *out, ct_slice bytes, uint64_t base, uint32_t depth, const ct_optimize_options *options, ct_error *error);

static ct_status optimize_bytes(ct_slice *bytes, uint64_t base, uint32_t depth, const ct_optimize_options *options, cti_arena *arena) {
  cti_buf made = {0};
  ct_status status = optimize_unit(&made, *bytes, base, depth + 1, options, arena->error);
  if (status == CT_OK) *bytes = cti_copy(arena, cti_buf_slice(&made));
  ct_buf_free(&made);
  return status == CT_OK ? arena->error->status : status;
}

/* All core modules; a nested component is written and read anew. */
static ct_status optimize_items(cti_component *c, uint32_t depth, const ct_optimize_options *options) {
  for (uint32_t i = 0; i < c->items.count; i++) {
    cti_item *item = &c->items.items[i];
    if (item->kind == CTI_ITEM_CORE_MODULE) CTI_TRY(optimize_bytes(&item->of.module, item->offset, depth, options, c->arena));
    if (item->kind == CTI_ITEM_COMPONENT) {
      ct_slice bytes = item->of.component->bytes;
      uint64_t base = item->of.component->base;
      CTI_TRY(optimize_bytes(&bytes, base, depth, options, c->arena));
      CTI_TRY(cti_component_decode(item->of.component, bytes, base, c->arena));
    }
    if (item->kind == CTI_ITEM_CORE_MODULE || item->kind == CTI_ITEM_COMPONENT) cti_component_touch(c, item);
  }
  return CT_OK;
}

enum { MAX_LINK_ROUNDS = 4 }; /* exports that go let imports go, which let exports go */

static ct_status optimize_component(cti_component *c, uint32_t depth, const ct_optimize_options *options) {
  cti_settings settings;
  CTI_TRY(cti_settings_from(&settings, options, c->arena->error));
  bool changed = cti_links_are_closed(c), closed = changed;
  if (changed && cti_pass_runs(&settings, CTI_PASS_DEAD_LINKS)) CTI_TRY(cti_drop_dead_exports(c, &changed));
  CTI_TRY(optimize_items(c, depth, options));
  for (int round = 0; closed && changed && round < MAX_LINK_ROUNDS && cti_pass_runs(&settings, CTI_PASS_DEAD_LINKS); round++) {
    changed = false;
    CTI_TRY(cti_drop_dead_items(c));
    CTI_TRY(cti_drop_dead_exports(c, &changed));
    if (changed) CTI_TRY(optimize_items(c, depth, options));
  }
  if (cti_pass_runs(&settings, CTI_PASS_DEAD_LINKS)) CTI_TRY(cti_drop_dead_items(c));
  if (closed && !options->keep_names && cti_pass_runs(&settings, CTI_PASS_SHORT_LINKS)) CTI_TRY(cti_shorten_links(c));
  return CT_OK;
}

static ct_status optimize_unit(cti_buf *out, ct_slice bytes, uint64_t base, uint32_t depth, const ct_optimize_options *options, ct_error *error) {
  cti_component component;
  cti_arena arena;
  if (depth > CTI_MAX_DEPTH) return cti_fail(error, CT_LIMIT, base, "components are nested more than %d deep", CTI_MAX_DEPTH);
  if (ct_kind_of(bytes) == CT_KIND_MODULE) return optimize_module(out, bytes, base, options, error);
  if (options->asyncify) return cti_fail(error, CT_CORE_KIND, base, "asyncify works on a core module, and this is a component: it comes before `component new`");
  cti_arena_init(&arena, error);
  ct_status status = cti_component_decode(&component, bytes, base, &arena);
  if (status == CT_OK && !options->as_it_is) status = optimize_component(&component, depth, options);
  else if (status == CT_OK) status = optimize_items(&component, depth, options);
  if (status == CT_OK) {
    cti_component_encode(&component, out);
    status = cti_buf_check(out, error);
  }
  cti_arena_free(&arena);
  return status;
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
