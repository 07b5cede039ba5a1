/* component_new.c - a component out of a core module: the calls, in order. Flows in: the bytes of a module and of its adapters. Flows out: pieces of these
 * bytes with what is made around them.
 * https://github.com/WebAssembly/component-model/blob/main/design/mvp/Explainer.md */
#include <stdarg.h>
#include <stdio.h>

#include "base/pieces.h"
#include "compose/adapter_builtin.h"
#include "compose/component_new.h"
#include "compose/core_make.h"
#include "compose/doubts.h"
#include "compose/emit.h"
#include "compose/layout.h"
#include "compose/realloc_make.h"
#include "compose/units.h"
#include "compose/unmet.h"
#include "compose/world_use.h"
#include "ctool/validate.h"

/* ---- talking to the user */

static void tell(const cti_plan *plan, ct_notice kind, const char *format, va_list args) {
  char text[1024];
  if (!plan->options->tell) return;
  vsnprintf(text, sizeof text, format, args);
  plan->options->tell(plan->options->context, kind, text);
}

void cti_plan_note(const cti_plan *plan, const char *format, ...) {
  va_list args;
  va_start(args, format);
  tell(plan, CT_NOTICE_NOTE, format, args);
  va_end(args);
}

void cti_plan_warn(const cti_plan *plan, const char *format, ...) {
  va_list args;
  va_start(args, format);
  tell(plan, CT_NOTICE_WARNING, format, args);
  va_end(args);
}

/* ---- the stages */

/* What the user asked for by --synthesize-realloc; *module is then the module that has it. */
static ct_status make_allocator(cti_plan *plan, ct_slice *module) {
  cti_realloc_made made;
  CTI_TRY(cti_realloc_make(&made, *module, plan->options->reject_legacy_names ? "cm32p2_realloc" : "cabi_realloc", plan->arena));
  *module = made.bytes;
  if (made.kind == CTI_REALLOC_NONE) cti_plan_note(plan, "no cabi_realloc was made: the module has one, or no memory");
  if (made.kind == CTI_REALLOC_BUMP) cti_plan_note(plan, "cabi_realloc was made: it takes pages by memory.grow, and frees nothing");
  if (made.kind == CTI_REALLOC_MALLOC) cti_plan_note(plan, "cabi_realloc was made: it calls the module's `%.*s`", CTI_S(made.by));
  plan->may_clash = made.grows;
  return CT_OK;
}

static ct_status read_units(cti_plan *plan, ct_slice module) {
  for (size_t i = 0; i < plan->options->adapter_count; i++) {
    const ct_adapter *adapter = &plan->options->adapters[i];
    ct_slice file = adapter->file ? cti_slice_str(adapter->file) : (ct_slice){NULL, 0};
    CTI_TRY(cti_add_unit(plan, CTI_UNIT_ADAPTER, cti_slice_str(adapter->name), file, adapter->bytes));
  }
  cti_module guest;
  if (plan->options->synthesize_realloc) CTI_TRY(make_allocator(plan, &module));
  CTI_TRY(cti_module_decode_interface(&guest, module, 0, plan->arena));
  CTI_TRY(cti_add_builtin_adapter(plan, &guest));
  return cti_set_main(plan, (ct_slice){NULL, 0}, module);
}

static ct_status emit(cti_plan *plan) {
  CTI_TRY(cti_emit_imports(plan));
  CTI_TRY(cti_emit_core(plan));
  CTI_TRY(cti_emit_exports(plan));
  return cti_emit_end(plan);
}

ct_status cti_compose(cti_plan *plan) {
  CTI_TRY(cti_settle_world(plan));
  CTI_TRY(cti_match_units(plan));
  CTI_TRY(cti_find_used(plan));
  CTI_TRY(cti_find_shims(plan));
  CTI_TRY(cti_layout_settle(plan));
  CTI_TRY(emit(plan));
  return cti_tell_doubts(plan);
}

/* ---- output: what was built, with the modules between */

typedef struct output {
  cti_plan *plan;
  CTI_VEC(ct_slice) pieces;
  uint32_t next_item;
} output;

static ct_status put(output *o, ct_slice bytes) { return !bytes.size || cti_vec_push(o->plan->arena, &o->pieces, bytes) ? CT_OK : CT_NOMEM; }

static size_t module_size(const cti_unit *unit) {
  size_t size = 0;
  for (uint32_t i = 0; i < unit->piece_count; i++) size += unit->pieces[i].size;
  return size;
}

/* The items up to `end`, and the header of the module that comes after them, unless that is NULL. */
static ct_status put_items(output *o, uint32_t end, const cti_unit *module) {
  cti_buf bytes = {0};
  cti_component_encode_items(&o->plan->component, o->next_item, end, &bytes);
  if (module) {
    cti_buf_u8(&bytes, CTI_COMPONENT_SECTION_MODULE);
    cti_buf_uleb(&bytes, module_size(module));
  }
  o->next_item = end;
  ct_slice copy = cti_take(&bytes, o->plan->arena);
  return copy.data ? put(o, copy) : o->plan->arena->error->status;
}

static ct_status put_module(output *o, uint32_t index) {
  cti_unit *unit = &o->plan->units.items[index];
  CTI_TRY(cti_unit_pieces(o->plan, index));
  CTI_TRY(put_items(o, unit->item, unit));
  for (uint32_t i = 0; i < unit->piece_count; i++) CTI_TRY(put(o, unit->pieces[i]));
  o->next_item = unit->item + 1;
  return CT_OK;
}

ct_status cti_plan_pieces(ct_pieces *out, cti_plan *plan) {
  static const uint8_t preamble[] = {0, 'a', 's', 'm', 0x0d, 0, 1, 0};
  output o = {.plan = plan};
  CTI_TRY(put(&o, cti_slice(preamble, sizeof preamble)));
  for (uint32_t i = 1; i < plan->units.count; i++)
    if (plan->units.items[i].is_used && cti_is_fused(plan, i)) CTI_TRY(cti_fuse_adapter(plan, i));
  for (uint32_t i = 0; i < plan->units.count; i++)
    if (plan->units.items[i].is_used && !cti_is_fused(plan, i)) CTI_TRY(put_module(&o, i));
  CTI_TRY(put_items(&o, plan->component.items.count, NULL));
  *out = (ct_pieces){.items = o.pieces.items, .count = o.pieces.count};
  return CT_OK;
}

/* ---- validation of what was made */

/* The pieces stand in one block for it; that the component is wrong is ctool's fault, unless the module was not valid to begin with. */
ct_status cti_validate_pieces(const ct_pieces *pieces, ct_error *error) {
  cti_buf whole = {0};
  ct_validate_options options = {0};
  CTI_TRY(ct_features_parse(&options.features, "all", error));
  size_t size = 0;
  for (size_t i = 0; i < pieces->count; i++) size += pieces->items[i].size;
  cti_buf_expect(&whole, size);
  for (size_t i = 0; i < pieces->count; i++) cti_buf_bytes(&whole, pieces->items[i]);
  ct_status status = cti_buf_check(&whole, error);
  if (status == CT_OK) {
    status = ct_validate(cti_buf_slice(&whole), &options, error);
    if (status != CT_OK) {
      cti_error_trail(error, "the component that was made");
      cti_error_hint(error, "if `ctool validate` accepts the core module, this is a bug of ctool; --validate=false writes the component as it is");
    }
  }
  ct_buf_free(&whole);
  return status;
}

/* A module that was not valid to begin with is told by its own places. */
static ct_status check(const ct_pieces *pieces, cti_plan *plan, ct_slice module) {
  ct_error of_module;
  ct_validate_options options = {0};
  ct_status status = cti_validate_pieces(pieces, plan->arena->error);
  if (status == CT_OK || status == CT_NOMEM) return status;
  ct_error_clear(&of_module);
  if (ct_features_parse(&options.features, "all", &of_module) == CT_OK && ct_validate(module, &options, &of_module) != CT_OK) *plan->arena->error = of_module;
  return plan->arena->error->status;
}

/* ---- the page */

static ct_status run(ct_pieces *out, cti_plan *plan, ct_slice module) {
  CTI_TRY(read_units(plan, module));
  CTI_TRY(cti_compose(plan));
  CTI_TRY(cti_plan_pieces(out, plan));
  return plan->options->skip_validation ? CT_OK : check(out, plan, module);
}

ct_status ct_component_new(ct_pieces *out, ct_slice module, const ct_component_new_options *options, ct_error *error) {
  static const ct_component_new_options defaults;
  cti_arena arena;
  cti_plan plan;
  *out = (ct_pieces){0};
  cti_arena_init(&arena, error);
  ct_status status = cti_plan_init(&plan, options ? options : &defaults, &arena);
  if (status == CT_OK) status = run(out, &plan, module);
  return cti_hand_over(out, &arena, status);
}
