/* diff.c - two components or two core modules side by side. Flows in: bytes. Flows out: differences of their worlds, and of each core module.
 * Core modules are those that are instantiated, at every depth, and those that lie beside them; two are compared when their instances have one name, within components
 * of one name, or else they themselves. */
#include "inspect/diff.h"
#include "inspect/graph.h"

static ct_status failed(const cti_diff *d) { return d->arena->error->status; }

/* ---- instances of core modules, by name */

/* The second of a name is "nested/main (2)". */
static ct_slice numbered(cti_diff *d, ct_slice name, cti_map *times) {
  uint32_t count = 1;
  bool added;
  if (!name.data || cti_map_add(times, d->arena, name, &count, &added) != CT_OK || added) return name;
  cti_map_set(times, d->arena, name, count + 1);
  return cti_format(d->arena, "%.*s (%u)", CTI_S(name), count + 1);
}

/* Modules that are only passed on, or are of no use, under their own names. */
static ct_status name_others(cti_map *out, cti_diff *d, const cti_flow *flow, cti_map *times, cti_map *seen) {
  for (uint32_t i = 0; i < flow->values.count; i++) {
    const cti_value *value = cti_flow_value(flow, i);
    uint32_t first = i;
    bool added = false;
    if (value->kind == CTI_VALUE_MODULE && value->is.module.data) CTI_TRY(cti_map_add_u64(seen, d->arena, i, &first, &added));
    if (!added) continue;
    ct_slice own = cti_flow_module_name(value->is.module), name = numbered(d, own.size ? own : CTI_LIT("(no name)"), times);
    if (!name.data) return failed(d);
    CTI_TRY(cti_map_set(out, d->arena, name, i));
  }
  return CT_OK;
}

/* Each module once, under the name of its first instance: "nested/main". */
static ct_status name_modules(cti_map *out, cti_diff *d, const cti_flow *flow) {
  cti_map times = {0}, seen = {0};
  for (uint32_t i = 0; i < flow->instances.count; i++) {
    const cti_flow_instance *instance = &flow->instances.items[i];
    uint32_t first = i;
    bool added;
    if (!instance->is_core || cti_flow_value(flow, instance->of)->kind != CTI_VALUE_MODULE) continue;
    CTI_TRY(cti_map_add_u64(&seen, d->arena, instance->of, &first, &added));
    if (!added) continue;
    ct_slice name = cti_instance_text(flow, instance, "");
    if (name.data) name = numbered(d, name, &times);
    if (!name.data) return failed(d);
    CTI_TRY(cti_map_set(out, d->arena, name, instance->of));
  }
  return name_others(out, d, flow, &times, &seen);
}

static ct_status compare_modules(cti_diff *d, const cti_flow flows[2]) {
  cti_map names[2] = {{0}, {0}};
  const cti_value nothing = {.kind = CTI_VALUE_NONE};
  for (unsigned side = 0; side < 2; side++) CTI_TRY(name_modules(&names[side], d, &flows[side]));
  for (unsigned side = 0; side < 2; side++)
    for (uint32_t i = 0; i < names[side].count; i++) {
      ct_slice name = cti_map_key(&names[side].entries[i]);
      uint32_t other = cti_map_get(&names[!side], name);
      if (side && other != CTI_MAP_NONE) continue; /* seen from the first side */
      const cti_value *mine = cti_flow_value(&flows[side], names[side].entries[i].value);
      const cti_value *its = other == CTI_MAP_NONE ? &nothing : cti_flow_value(&flows[!side], other);
      const cti_value *a = side ? its : mine, *b = side ? mine : its;
      CTI_TRY(cti_diff_modules(d, name, a->is.module, a->offset, b->is.module, b->offset));
    }
  return CT_OK;
}

/* ---- all of it */

static ct_status two_kinds(cti_diff *d) {
  const char *which = ct_kind_of(d->bytes[0]) == CT_KIND_MODULE ? "first" : "second";
  cti_fail(d->arena->error, CT_CORE_KIND, CT_NO_OFFSET, "the %s file is a core module, the other a component", which);
  cti_error_hint(d->arena->error, "two of one kind can be compared; `ctool component unbundle` takes core modules out of a component");
  return failed(d);
}

static ct_status compare_core(cti_diff *d) {
  cti_module modules[2];
  d->is_module = true;
  for (unsigned side = 0; side < 2; side++) CTI_TRY(cti_module_decode_interface(&modules[side], d->bytes[side], 0, d->arena));
  CTI_TRY(cti_diff_core_worlds(d, &modules[0], &modules[1]));
  return cti_diff_modules(d, CTI_LIT("the module"), d->bytes[0], 0, d->bytes[1], 0);
}

ct_status cti_diff_make(cti_diff *d, ct_slice a, ct_slice b, cti_arena *arena) {
  cti_flow flows[2];
  *d = (cti_diff){.arena = arena, .bytes = {a, b}};
  bool a_is_module = ct_kind_of(a) == CT_KIND_MODULE, b_is_module = ct_kind_of(b) == CT_KIND_MODULE;
  if (a_is_module != b_is_module) return two_kinds(d);
  if (a_is_module) return compare_core(d);
  for (unsigned side = 0; side < 2; side++) {
    ct_status status = cti_flow_make(&flows[side], d->bytes[side], arena);
    if (status != CT_OK) cti_error_trail(arena->error, "the %s file", side ? "second" : "first");
    CTI_TRY(status);
  }
  CTI_TRY(cti_diff_worlds(d, flows));
  return compare_modules(d, flows);
}

bool cti_diff_is_same(const cti_diff *d) { return cti_slice_eq(d->bytes[0], d->bytes[1]); }

/* ---- the public face */

ct_status ct_component_diff(ct_buf *out, ct_slice a, ct_slice b, const ct_diff_options *options, bool *same, ct_error *error) {
  const ct_diff_options none = {0};
  cti_arena arena;
  cti_diff diff;
  cti_arena_init(&arena, error);
  if (!options) options = &none;
  ct_status status = cti_diff_make(&diff, a, b, &arena);
  if (status == CT_OK) {
    if (same) *same = cti_diff_is_same(&diff);
    if (options->json) cti_diff_write_json(out, &diff);
    else cti_diff_write(out, &diff, options->code);
    status = cti_buf_check(out, error);
  }
  if (status == CT_OK) status = error->status;
  cti_arena_free(&arena);
  return status;
}
