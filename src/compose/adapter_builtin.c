/* adapter_builtin.c - ctool's own preview1 adapter for one guest. Flows in: the compiled adapter (adapter/image.h) and what the guest imports and exports.
 * Flows out: an adapter unit as any other, in which the parts that this guest cannot reach are empty, so that cutting removes what they need.
 * adapter/adapter.h is the contract. */
#include "compose/adapter_builtin.h"

#include "adapter/image.h"
#include "compose/adapter_place.h"
#include "compose/core_make.h"
#include "compose/realloc_make.h"
#include "compose/units.h"
#include "compose/unmet_import.h"

static const char preview1[] = "wasi_snapshot_preview1";

typedef struct builtin {
  cti_plan *plan;
  const cti_module *guest;
  cti_module module; /* the adapter */
  cti_map exports;   /* of it -> place */
  ct_wasi_adapter form;
  uint32_t reasons; /* CTI_ADAPTER_* */
  cti_place place;
  const char *grows; /* the export whose body `grow` gets; NULL: its own */
} builtin;

/* ---- what the guest is */

static bool imports(const cti_module *guest, const char *name) {
  for (uint32_t i = 0; i < guest->imports.count; i++) {
    const cti_import *import = &guest->imports.items[i];
    if (cti_slice_is(import->module, preview1) && (!name || cti_slice_is(import->name, name))) return true;
  }
  return false;
}

static bool exports_func(const cti_module *guest, const char *name) { return cti_module_find_export(guest, CTI_EXTERN_FUNC, cti_slice_str(name)); }

/* Of whatever kind: what is no function is refused when the adapter asks for it. */
static bool exports_start(const cti_module *guest) {
  for (uint32_t i = 0; i < guest->exports.count; i++)
    if (cti_slice_is(guest->exports.items[i].name, "_start")) return true;
  return false;
}

/* A guest that imports nothing which only files and directories have cannot tell whether there are preopened directories: it has descriptors 0 to 2 alone. */
static bool can_have_files(const builtin *b) {
  if (b->form == CT_WASI_ADAPTER_PROXY) return false;
#define CT_EXPORT(name) \
  if (imports(b->guest, #name)) return true;
  CTI_ADAPTER_FILE_EXPORTS(CT_EXPORT)
#undef CT_EXPORT
  return false;
}

/* Pages are all that the adapter could live in, and there are none to be had. */
static void warn_of_full_memory(const builtin *b) {
  const cti_export *export_ = cti_module_find_export(b->guest, CTI_EXTERN_MEMORY, CTI_LIT("memory"));
  const cti_limits *limits = export_ && export_->index < b->guest->memories.count ? &b->guest->memories.items[export_->index].type : NULL;
  if (b->place.kind != CTI_PLACE_NONE || !limits || !limits->has_max || limits->max > limits->min) return;
  cti_plan_warn(b->plan, "ctool's own adapter finds no room in the module's memory, which cannot grow, so that its functions fail: export cabi_realloc or malloc, "
                         "let the memory grow (wasm-ld --max-memory), or give the adapter one of its own (--adapter-memory separate)");
}

/* Where a longer table of descriptors comes from. Pages are left alone by every allocator that has run once, but for Go's, and those of guests without a place
 * are not known: the reference takes pages there, too. */
static void choose_growth(builtin *b) {
  if (b->plan->options->separate_memory) {
    b->grows = CTI_ADAPTER_GROW_BY_PAGES; /* its own */
    return;
  }
  static const char *const reallocs[] = {"cabi_realloc_adapter", "cabi_realloc", "canonical_abi_realloc"};
  const uint32_t nothing = CTI_ADAPTER_NO_FILES | CTI_ADAPTER_NO_SOCKETS;
  if (b->place.kind != CTI_PLACE_NONE && ((b->reasons & nothing) == nothing || b->place.kind == CTI_PLACE_GO)) {
    b->reasons |= CTI_ADAPTER_NO_GROWTH;
    return;
  }
  bool by_pages = b->plan->options->realloc_via_memory_grow;
  for (unsigned i = 0; i < CTI_COUNT(reallocs) && !by_pages; i++)
    if (exports_func(b->guest, reallocs[i])) return;
  if (!cti_find_allocator(b->guest, "malloc", 1)) by_pages = true;
  b->grows = by_pages ? CTI_ADAPTER_GROW_BY_PAGES : CTI_ADAPTER_GROW_BY_MALLOC;
  if (by_pages) warn_of_full_memory(b);
}

static ct_status look_at_guest(builtin *b) {
  b->form = b->plan->options->wasi_adapter;
  if (b->form == CT_WASI_ADAPTER_AUTO) b->form = exports_start(b->guest) ? CT_WASI_ADAPTER_COMMAND : CT_WASI_ADAPTER_REACTOR;
  bool files = can_have_files(b), sockets = b->plan->options->tcp_listen_count > 0;
  if (b->plan->options->separate_memory) b->place = (cti_place){.kind = CTI_PLACE_SEPARATE, .base = CTI_ADAPTER_FAR_BASE, .limit = CTI_ADAPTER_FAR_LIMIT};
  else CTI_TRY(cti_find_place(&b->place, b->guest, files || sockets ? CTI_ADAPTER_MEMORY : CTI_ADAPTER_MEMORY_NO_FILES, b->plan->arena));
  if (b->place.kind != CTI_PLACE_NONE) b->reasons |= CTI_ADAPTER_PLACED;
  if (!files) b->reasons |= CTI_ADAPTER_NO_FILES;
  if (!sockets) b->reasons |= CTI_ADAPTER_NO_SOCKETS;
  bool is_proxy = b->form == CT_WASI_ADAPTER_PROXY;
  if (is_proxy) b->reasons |= CTI_ADAPTER_NO_CLI;
  if (is_proxy || !(imports(b->guest, "args_get") || imports(b->guest, "args_sizes_get"))) b->reasons |= CTI_ADAPTER_NO_ARGUMENTS;
  if (is_proxy || !(imports(b->guest, "environ_get") || imports(b->guest, "environ_sizes_get"))) b->reasons |= CTI_ADAPTER_NO_ENVIRONMENT;
  if (!imports(b->guest, "fd_read")) b->reasons |= CTI_ADAPTER_NO_READ;
  if (!b->plan->options->exit_with_code) b->reasons |= CTI_ADAPTER_NO_EXIT_CODE;
  choose_growth(b);
  return CT_OK;
}

/* ---- the adapter for it */

/* The contract names what is not there only when image.c is not what adapter.h says. */
static ct_status broken(const builtin *b, const char *name) {
  return cti_fail(b->plan->arena->error, CT_COMPOSE_ADAPTER, CT_NO_OFFSET, "ctool's own adapter has no export \"%s\": a bug of ctool", name);
}

static const cti_export *export_named(const builtin *b, const char *name) {
  uint32_t place = cti_map_get(&b->exports, cti_slice_str(name));
  return place == CTI_MAP_NONE ? NULL : &b->module.exports.items[place];
}

static ct_status empty(builtin *b, const char *name, uint32_t result) {
  const cti_export *export_ = export_named(b, name);
  if (!export_) return broken(b, name);
  cti_buf body = {0};
  cti_buf_bytes(&body, CTI_LIT("\0\x41")); /* no locals, i32.const */
  cti_buf_sleb(&body, (int32_t)result);
  cti_buf_u8(&body, 0x0b);
  ct_slice bytes = cti_take(&body, b->plan->arena);
  b->module.funcs.items[export_->index].body = bytes;
  return bytes.data ? CT_OK : b->plan->arena->error->status;
}

static ct_status empty_hooks(builtin *b) {
#define CT_HOOK(name, result, when) \
  if (b->reasons & (when)) CTI_TRY(empty(b, CTI_ADAPTER_HOOK_PREFIX #name, result));
  CTI_ADAPTER_HOOKS(CT_HOOK)
#undef CT_HOOK
#define CT_EXPORT(name) \
  if (b->reasons & CTI_ADAPTER_NO_FILES) CTI_TRY(empty(b, #name, CTI_ADAPTER_FILE_RESULT));
  CTI_ADAPTER_FILE_EXPORTS(CT_EXPORT)
#undef CT_EXPORT
  return CT_OK;
}

static ct_status replace_growth(builtin *b) {
  if (!b->grows) return CT_OK;
  const cti_export *grow = export_named(b, CTI_ADAPTER_HOOK_PREFIX "grow"), *other = export_named(b, b->grows);
  if (!grow || !other) return broken(b, b->grows);
  b->module.funcs.items[grow->index].body = b->module.funcs.items[other->index].body;
  return CT_OK;
}

static void when_equal(cti_buf *code, uint8_t local, uint32_t value) {
  cti_buf_u8(code, 0x20); /* local.get */
  cti_buf_u8(code, local);
  cti_buf_u8(code, 0x41); /* i32.const */
  cti_buf_sleb(code, (int32_t)value);
  cti_buf_u8(code, 0x46); /* i32.eq */
}

/* if (index == i && part == k) return value */
static void answer(cti_buf *code, uint32_t index, uint32_t part, uint32_t value) {
  if (value == 0) return;
  when_equal(code, 0, index);
  when_equal(code, 1, part);
  cti_buf_bytes(code, CTI_LIT("\x71\x04\x40\x41")); /* i32.and, if, i32.const */
  cti_buf_sleb(code, (int32_t)value);
  cti_buf_bytes(code, CTI_LIT("\x0f\x0b")); /* return, end */
}

/* The function that tells where to listen: the flat form of wasi:sockets' ip-socket-address (adapter.h). */
static ct_status write_addresses(builtin *b) {
  const ct_component_new_options *o = b->plan->options;
  const cti_export *export_ = export_named(b, CTI_ADAPTER_LISTEN_ADDRESS);
  if (!export_) return broken(b, CTI_ADAPTER_LISTEN_ADDRESS);
  cti_buf code = {0};
  cti_buf_u8(&code, 0); /* no locals */
  for (uint32_t i = 0; i < o->tcp_listen_count; i++) {
    const ct_tcp_address *address = &o->tcp_listen[i];
    answer(&code, i, 0, address->is_ipv6 ? 6 : 4);
    answer(&code, i, 1, address->port);
    for (uint32_t k = 0; k < (address->is_ipv6 ? 8u : 4u); k++) answer(&code, i, (address->is_ipv6 ? 3 : 2) + k, address->words[k]);
  }
  cti_buf_bytes(&code, CTI_LIT("\x41\0\x0b"));
  ct_slice body = cti_take(&code, b->plan->arena);
  b->module.funcs.items[export_->index].body = body;
  return body.data ? CT_OK : b->plan->arena->error->status;
}

static ct_status set_global(builtin *b, const char *name, uint32_t value) {
  const cti_export *export_ = export_named(b, name);
  if (!export_) return broken(b, name);
  ct_slice bytes = cti_make_i32_const(b->plan->arena, value);
  b->module.globals.items[export_->index].init.bytes = bytes;
  return bytes.data ? CT_OK : b->plan->arena->error->status;
}

/* A guest may begin without a page: then so does the adapter, which gets memory before it uses any. */
static ct_status take_any_memory(builtin *b) {
  for (uint32_t i = 0; i < b->module.imports.count; i++) {
    cti_extern_type *type = &b->module.imports.items[i].type;
    if (type->kind == CTI_EXTERN_MEMORY) type->of.memory.min = 0;
  }
  return cti_module_touch(&b->module, CTI_SECTION_IMPORT) ? CT_OK : b->plan->arena->error->status;
}

static void drop_names(builtin *b) {
  for (uint32_t i = 0; i < b->module.sections.count; i++) {
    cti_section *section = &b->module.sections.items[i];
    if (section->frame.id == CTI_SECTION_CUSTOM && cti_slice_is(section->name, "name")) section->dropped = true;
  }
}

static ct_status make_module(ct_slice *out, builtin *b) {
  cti_arena *arena = b->plan->arena;
  CTI_TRY(cti_module_decode(&b->module, cti_adapter_module, 0, arena));
  for (uint32_t i = 0; i < b->module.exports.count; i++) CTI_TRY(cti_map_set(&b->exports, arena, b->module.exports.items[i].name, i));
  CTI_TRY(empty_hooks(b));
  CTI_TRY(replace_growth(b));
  if (!(b->reasons & CTI_ADAPTER_NO_SOCKETS)) CTI_TRY(write_addresses(b));
  if (!b->plan->options->separate_memory) CTI_TRY(take_any_memory(b));
  CTI_TRY(set_global(b, CTI_ADAPTER_BASE, b->place.base));
  CTI_TRY(set_global(b, CTI_ADAPTER_LIMIT, b->place.limit));
  if (!cti_module_touch(&b->module, CTI_SECTION_CODE) || !cti_module_touch(&b->module, CTI_SECTION_GLOBAL)) return arena->error->status;
  if (!b->plan->options->adapter_names) drop_names(b);
  cti_buf bytes = {0};
  cti_module_encode(&b->module, &bytes);
  cti_buf_bytes(&bytes, cti_adapter_imports);
  if (b->form == CT_WASI_ADAPTER_COMMAND) cti_buf_bytes(&bytes, cti_adapter_command);
  *out = cti_take(&bytes, arena);
  return out->data ? CT_OK : arena->error->status;
}

/* ---- names in the component */

/* "a" to "z", "ba", "bb", ... */
static ct_slice short_name(cti_arena *arena, uint32_t number) {
  char text[8];
  size_t at = sizeof text;
  do {
    text[--at] = (char)('a' + number % 26);
    number /= 26;
  } while (number);
  uint8_t *copy = cti_alloc(arena, sizeof text - at);
  if (copy) memcpy(copy, text + at, sizeof text - at);
  return (ct_slice){copy, copy ? sizeof text - at : 0};
}

static ct_status shorten_imports(cti_plan *plan, cti_unit *u) {
  for (uint32_t i = 0; i < u->uses.count; i++) {
    u->uses.items[i].field = short_name(plan->arena, i);
    if (!u->uses.items[i].field.data) return plan->arena->error->status;
  }
  if (!u->groups.count) return CT_OK;
  u->groups.items[0] = (cti_use_group){.module = CTI_LIT(""), .count = u->uses.count};
  u->groups.count = 1;
  u->has_renamed_imports = true;
  return CT_OK;
}

/* The name by which a use of the main module takes the export at `place`. Nothing in a component imports one name twice, as Go's modules do: who comes second in
 * the direct layout, where the adapter's instance is what the main module imports, finds the same export under another name. */
static ct_status name_of_use(ct_slice *out, cti_plan *plan, cti_unit *u, uint32_t place, bool *taken) {
  *out = u->module.exports.items[place].name;
  if (!taken[place] || !plan->is_direct || plan->is_fused) {
    taken[place] = true;
    return CT_OK;
  }
  cti_export again = u->module.exports.items[place];
  *out = again.name = short_name(plan->arena, u->module.exports.count);
  return again.name.data && cti_vec_push(plan->arena, &u->module.exports, again) ? CT_OK : CT_NOMEM;
}

/* Exports, and who asks for them: the main module's uses, and the offers to the component model. */
static ct_status shorten_exports(cti_plan *plan, uint32_t unit) {
  cti_unit *u = &plan->units.items[unit], *main_unit = &plan->units.items[0];
  cti_map places = {0};
  bool *taken = CTI_NEW_N(plan->arena, bool, u->module.exports.count);
  if (!taken) return CT_NOMEM;
  for (uint32_t i = 0; i < u->module.exports.count; i++) {
    cti_export *export_ = &u->module.exports.items[i];
    CTI_TRY(cti_map_set(&places, plan->arena, export_->name, i));
    export_->name = short_name(plan->arena, i);
    if (!export_->name.data) return plan->arena->error->status;
  }
  for (uint32_t i = 0; i < main_unit->uses.count; i++) {
    cti_use *use = &main_unit->uses.items[i];
    if (use->kind == CTI_USE_ADAPTER && use->unit == unit) CTI_TRY(name_of_use(&use->source, plan, u, cti_map_get(&places, use->source), taken));
  }
  for (uint32_t i = 0; i < u->offers.count; i++) u->offers.items[i].name = u->module.exports.items[cti_map_get(&places, u->offers.items[i].name)].name;
  u->has_renamed_exports = true;
  return CT_OK;
}

ct_status cti_shorten_names(cti_plan *plan, uint32_t unit) {
  CTI_TRY(shorten_imports(plan, &plan->units.items[unit]));
  return shorten_exports(plan, unit);
}

/* ---- telling */

static void note(const builtin *b) {
  static const char *const forms[] = {"auto", "command", "reactor", "proxy", "none"};
  static const char *const places[] = {"where the guest's allocator puts it", "above the initial stack pointer, which is lowered for it", "in what Go's linker leaves free", "in a memory of its own"};
  cti_plan_note(b->plan, "ctool's own preview1 adapter, form %s; its memory lies %s%s", forms[b->form], places[b->place.kind],
                b->reasons & CTI_ADAPTER_NO_FILES ? "; no file can be open" : "");
  if (b->place.kind != CTI_PLACE_NONE) cti_plan_note(b->plan, "adapter's memory: addresses %u to %u", b->place.base, b->place.limit);
}

/* The module imports from preview1; or it imports nothing from there, but its `_start` is to be wasi:cli/run. An adapter of nearly that name was meant to be it,
 * as the imports will tell. */
static bool is_wanted(const cti_plan *plan, const cti_module *guest) {
  ct_wasi_adapter form = plan->options->wasi_adapter;
  if (form == CT_WASI_ADAPTER_NONE || cti_map_get(&plan->unit_ids, cti_slice_str(preview1)) != CTI_MAP_NONE) return false;
  return (imports(guest, NULL) || form == CT_WASI_ADAPTER_COMMAND) && !cti_misnamed_adapter(plan, cti_slice_str(preview1));
}

ct_status cti_add_builtin_adapter(cti_plan *plan, const cti_module *guest) {
  ct_slice bytes;
  if (!is_wanted(plan, guest)) return CT_OK;
  builtin b = {.plan = plan, .guest = guest};
  CTI_TRY(look_at_guest(&b));
  CTI_TRY(make_module(&bytes, &b));
  plan->main_globals = b.place.globals;
  plan->main_stack = b.place.base;
  note(&b);
  CTI_TRY(cti_add_unit(plan, CTI_UNIT_ADAPTER, cti_slice_str(preview1), (ct_slice){NULL, 0}, bytes));
  cti_vec_last(&plan->units)->is_builtin = true;
  return CT_OK;
}
