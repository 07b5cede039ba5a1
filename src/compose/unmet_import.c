/* unmet_import.c - why an import is met by nothing, and what would meet it. Flows in: an import that did not find what it stands for. Flows out: a sentence
 * with its name and type, and the command or the line of WIT that mends it. */
#include "compose/unmet_import.h"

#include "component/extern_name.h"
#include "compose/unmet.h"
#include "compose/world_match.h"
#include "wit/wit_error.h"
#include "wit/wit_wasi.h"

static const char *kind_name(cti_extern_kind kind) {
  static const char *const names[CTI_EXTERN_KINDS] = {"function", "table", "memory", "global", "tag"};
  return kind < CTI_EXTERN_KINDS ? names[kind] : "import";
}

static ct_slice world_name(cti_lookup *l) { return cti_world_title(l->plan, l->unit); }

/* core import "env" "f" (function (i32) -> i32) of main.o */
static ct_slice import_text(cti_lookup *l) {
  cti_arena *arena = l->plan->arena;
  const cti_import *import = l->import;
  ct_slice type = l->type ? cti_func_type_text(arena, l->type) : CTI_LIT("");
  return cti_format(arena, "%.*score import \"%.*s\" \"%.*s\" (%s%s%.*s)%.*s", CTI_S(cti_whose(l->plan, l->unit)), CTI_S(import->module), CTI_S(import->name),
                    kind_name(import->type.kind), l->type ? " " : "", CTI_S(type), CTI_S(cti_object_text(l->plan, l->unit, import->module, import->name)));
}

/* ---- module names that everybody meets */

static const struct {
  const char *module;
  const char *what, *hint;
} known_modules[] = {
    {"wasi_snapshot_preview1", "is WASI preview 1, which a component reaches through an adapter",
     "leave --wasi-adapter none out: ctool has an adapter of its own; another one is given by --adapt wasi_snapshot_preview1=FILE.wasm"},
    {"wasi_unstable", "is WASI preview 0, which no adapter speaks any more", "build the module with a newer toolchain, for wasm32-wasip1 or wasm32-wasip2"},
    {"env", "is a symbol that no object file or library defined when the module was linked",
     "link the library that defines it, or declare it with the import_module and import_name of a WIT function; wasm-ld without --allow-undefined names who asks for it"},
    {"GOT.mem", "belongs to dynamic linking: this is a shared library", "link it with the libraries that it needs: ctool component link NAME=FILE ..."},
    {"GOT.func", "belongs to dynamic linking: this is a shared library", "link it with the libraries that it needs: ctool component link NAME=FILE ..."},
    {"__wbindgen_placeholder__", "is of wasm-bindgen, which makes modules for JavaScript", "build for wasm32-wasip2, or without crates that use wasm-bindgen"},
    {"__wbindgen_externref_xform__", "is of wasm-bindgen, which makes modules for JavaScript", "build for wasm32-wasip2, or without crates that use wasm-bindgen"},
    {"gojs", "is of Go's JavaScript target", "build with GOOS=wasip1 GOARCH=wasm"},
    {"wasi", "is of the threads proposal for WASI preview 1, which components do not have", "build without threads"},
};

/* "wasi-snapshot-preview1" was given where "wasi_snapshot_preview1" is imported? */
static bool same_but_for_dashes(ct_slice a, ct_slice b) {
  if (a.size != b.size) return false;
  for (size_t i = 0; i < a.size; i++)
    if (a.data[i] != b.data[i] && !(strchr("-_.", a.data[i]) && strchr("-_.", b.data[i]))) return false;
  return true;
}

const cti_unit *cti_misnamed_adapter(const cti_plan *plan, ct_slice module) {
  for (uint32_t i = 1; i < plan->units.count; i++) {
    const cti_unit *unit = &plan->units.items[i];
    if (unit->kind == CTI_UNIT_ADAPTER && !cti_slice_eq(unit->name, module) && same_but_for_dashes(unit->name, module)) return unit;
  }
  return NULL;
}

/* ---- what is said */

static ct_status add(cti_lookup *l, ct_status status, ct_slice what, ct_slice hint) {
  return cti_unmet_add_as(l->plan, status, cti_format(l->plan->arena, "%.*s %.*s", CTI_S(import_text(l)), CTI_S(what)), hint, l->group);
}

static ct_status no_metadata(cti_lookup *l) {
  return add(l, CT_COMPOSE_METADATA, CTI_LIT("is provided by nothing: the module has no component-type section, so that its world is not known"),
             CTI_LIT("name the WIT that it was built for: ctool component new MODULE --wit WIT [-w WORLD] -o OUT, or embed it before: ctool component embed WIT MODULE -o MODULE"));
}

static const cti_world_items *items_of(const cti_lookup *l) { return l->use.of_export ? l->plan->export_names.items : l->plan->import_names.items; }

/* The name of an item that is an interface of a package; {NULL, 0} for another. */
static ct_slice interface_name(cti_lookup *l, uint32_t item) {
  const cti_world_item *it = &items_of(l)->items[item];
  return it->name.data ? (ct_slice){NULL, 0} : cti_world_item_name(&l->plan->resolve, it);
}

/* The interface of the same package and name that the world imports, or exports, at another version; CTI_WIT_NONE when there is none. */
static uint32_t other_version(cti_lookup *l, ct_slice base) {
  for (uint32_t i = 0; i < items_of(l)->count; i++) {
    ct_slice name = interface_name(l, i);
    if (name.data && cti_slice_eq(cti_name_unversioned(name), base)) return i;
  }
  return CTI_WIT_NONE;
}

/* The interface that is nearest to `base`: one of the two parts, package and interface, must be right. CTI_WIT_NONE when none is near. */
static uint32_t near_interface(cti_lookup *l, ct_slice base) {
  size_t slash = cti_slice_find(base, '/', 0);
  uint32_t best = CTI_WIT_NONE;
  ct_slice package = cti_slice_cut(base, 0, slash), own = cti_slice_cut(base, slash, base.size);
  cti_nearest by_own = cti_nearest_make(cti_slice_cut(own, own.size > 0, own.size)), by_package = cti_nearest_make(package);
  for (uint32_t i = 0; i < items_of(l)->count; i++) {
    ct_slice there = cti_name_unversioned(interface_name(l, i));
    size_t cut = cti_slice_find(there, '/', 0);
    uint32_t before = by_own.distance + by_package.distance;
    if (cut == there.size) continue;
    if (cti_slice_eq(cti_slice_cut(there, 0, cut), package)) cti_nearest_try(&by_own, cti_slice_cut(there, cut + 1, there.size));
    else if (cti_slice_eq(cti_slice_cut(there, cut, there.size), own)) cti_nearest_try(&by_package, cti_slice_cut(there, 0, cut));
    if (by_own.distance + by_package.distance < before) best = i;
  }
  return best;
}

/* What the module is to call that interface, in the mangling that it has. */
static ct_slice right_name(cti_lookup *l, uint32_t item) {
  const cti_world_item *it = &items_of(l)->items[item];
  ct_slice prefix = {NULL, 0}, module = l->import->module;
  if (l->interface_name.data) prefix = cti_slice_cut(module, 0, (size_t)(l->interface_name.data - module.data));
  ct_slice name = l->mangling == CTI_MANGLING_LEGACY ? cti_world_item_name(&l->plan->resolve, it) : cti_world_item_track_name(&l->plan->resolve, it, l->plan->arena);
  return cti_format(l->plan->arena, "name it in the module as \"%.*s%.*s\"", CTI_S(prefix), CTI_S(name));
}

/* "0.2.3" of what the world has of WASI, of the same package if it can be; {NULL, 0} when it has nothing of WASI. */
static ct_slice wasi_version_of_world(cti_lookup *l, ct_slice package) {
  ct_slice found = {NULL, 0};
  for (unsigned exports = 0; exports < 2; exports++) {
    const cti_world_items *items = exports ? l->plan->export_names.items : l->plan->import_names.items;
    for (uint32_t i = 0; i < items->count; i++) {
      ct_slice name = items->items[i].name.data ? (ct_slice){NULL, 0} : cti_world_item_name(&l->plan->resolve, &items->items[i]);
      size_t at = cti_slice_find(name, '@', 0);
      bool same = at < name.size && cti_slice_starts(name, package);
      if (same || (at < name.size && !found.data && cti_slice_starts(name, CTI_LIT("wasi:")))) found = cti_slice_cut(name, at + 1, name.size);
      if (same) return found;
    }
  }
  return found;
}

/* Packages of WASI have versions: without one, a name of theirs stands for nothing. It gets that of the world, or the latest of 0.2 that is known here. */
static ct_slice with_wasi_version(cti_lookup *l, ct_slice name) {
  size_t slash = cti_slice_find(name, '/', 0);
  const cti_package_name package = {.ns = CTI_LIT("wasi"), .name = cti_slice_cut(name, sizeof "wasi:" - 1, slash), .version = {.minor = 2, .present = true}};
  if (!cti_slice_starts(name, CTI_LIT("wasi:")) || slash == name.size || cti_slice_find(name, '@', 0) < name.size) return name;
  ct_slice of_world = wasi_version_of_world(l, cti_slice_cut(name, 0, slash + 1));
  if (of_world.data) return cti_format(l->plan->arena, "%.*s@%.*s", CTI_S(name), CTI_S(of_world));
  const char *version = cti_wasi_version(&package);
  return version ? cti_format(l->plan->arena, "%.*s@%s", CTI_S(name), version) : name;
}

/* Most of WASI comes as one world. */
static bool is_of_cli_world(ct_slice name) {
  static const char *const packages[] = {"wasi:cli/", "wasi:io/", "wasi:clocks/", "wasi:filesystem/", "wasi:random/", "wasi:sockets/"};
  for (unsigned i = 0; i < CTI_COUNT(packages); i++)
    if (cti_slice_starts(name, cti_slice_str(packages[i]))) return true;
  return false;
}

static ct_slice line_of_wit(cti_lookup *l, ct_slice name, const char *verb) {
  cti_arena *arena = l->plan->arena;
  ct_slice full = with_wasi_version(l, name), version = cti_slice_cut(full, cti_slice_find(full, '@', 0), full.size);
  ct_slice line = cti_format(arena, "add to %.*s: %s %.*s;", CTI_S(world_name(l)), verb, CTI_S(full));
  if (!l->use.of_export && is_of_cli_world(full))
    line = cti_format(arena, "%.*s (or include wasi:cli/imports%.*s; for all that a command may use)", CTI_S(line), CTI_S(version));
  return full.size == name.size ? line : cti_format(arena, "%.*s and name it in the module with its version, as \"%.*s\"", CTI_S(line), CTI_S(full));
}

/* The world has the interface at another version, or one of the two names has a version and the other has none. */
static ct_status versions_differ(cti_lookup *l, ct_slice name, uint32_t item, const char *verb) {
  cti_arena *arena = l->plan->arena;
  ct_slice world = world_name(l), other = interface_name(l, item);
  bool has_one = cti_slice_find(name, '@', 0) < name.size, other_has_one = cti_slice_find(other, '@', 0) < other.size;
  if (has_one && other_has_one) {
    ct_slice what = cti_format(arena, "needs interface \"%.*s\", but %.*s %ss \"%.*s\", which is no compatible version", CTI_S(name), CTI_S(world), verb, CTI_S(other));
    return add(l, CT_COMPOSE_IMPORT, what, line_of_wit(l, name, verb));
  }
  ct_slice what = cti_format(arena, "is provided by nothing: %.*s %ss \"%.*s\", %s a version, and the module's name for it has %s", CTI_S(world), verb, CTI_S(other),
                             other_has_one ? "with" : "without", other_has_one ? "none" : "one");
  return add(l, CT_COMPOSE_IMPORT, what, right_name(l, item));
}

static ct_status no_interface(cti_lookup *l) {
  cti_arena *arena = l->plan->arena;
  ct_slice name = l->interface_name.data ? l->interface_name : l->import->module, base = cti_name_unversioned(name);
  const char *verb = l->use.of_export ? "export" : "import";
  uint32_t other = other_version(l, base), near = other == CTI_WIT_NONE ? near_interface(l, base) : other;
  if (other != CTI_WIT_NONE) return versions_differ(l, name, other, verb);
  ct_slice what = cti_format(arena, "is provided by nothing: %.*s does not %s \"%.*s\"", CTI_S(world_name(l)), verb, CTI_S(name)), hint = line_of_wit(l, name, verb);
  if (near == CTI_WIT_NONE) return add(l, CT_COMPOSE_IMPORT, what, hint);
  what = cti_format(arena, "%.*s; did you mean \"%.*s\", which it does?", CTI_S(what), CTI_S(interface_name(l, near)));
  return add(l, CT_COMPOSE_IMPORT, what, cti_format(arena, "%.*s, or %.*s", CTI_S(right_name(l, near)), CTI_S(hint)));
}

/* ---- "env": a function that was declared without saying whose it is */

/* The function of WIT that a C identifier may mean, and the module name under which it is imported. Of thousands, the first ones say enough. */
static const cti_wit_func *meant_in_env(cti_lookup *l, ct_slice *module) {
  enum { LOOKED_AT = 1000 };
  cti_plan *plan = l->plan;
  if (l->unit->kind != CTI_UNIT_MAIN || l->use.import >= LOOKED_AT) return NULL;
  uint8_t *name = cti_alloc(plan->arena, l->import->name.size);
  if (!name || !cti_slice_is(l->import->module, "env") || l->import->type.kind != CTI_EXTERN_FUNC) return NULL;
  for (size_t i = 0; i < l->import->name.size; i++) name[i] = l->import->name.data[i] == '_' ? '-' : l->import->name.data[i];
  ct_slice kebab = cti_slice(name, l->import->name.size);
  const cti_world_items *items = plan->import_names.items;
  uint32_t item = cti_world_names_find(&plan->import_names, kebab, CTI_WORLD_FUNC);
  *module = CTI_LIT("$root");
  if (item != CTI_WIT_NONE) return &items->items[item].func;
  for (uint32_t i = 0; i < items->count; i++) {
    if (items->items[i].kind != CTI_WORLD_INTERFACE) continue;
    const cti_wit_interface *interface = &plan->resolve.interfaces.items[items->items[i].interface];
    uint32_t func = cti_map_get(&interface->func_slots, kebab);
    if (func == CTI_MAP_NONE) continue;
    *module = cti_world_item_name(&plan->resolve, &items->items[i]);
    return &interface->funcs.items[func];
  }
  return NULL;
}

static ct_status undeclared(cti_lookup *l) {
  cti_arena *arena = l->plan->arena;
  ct_slice what = cti_format(arena, "has the name of WIT function `%.*s`, but does not say that it is that", CTI_S(cti_func_text(l->plan, l->meant)));
  ct_slice hint = cti_format(arena, "in C: __attribute__((import_module(\"%.*s\"), import_name(\"%.*s\"))) before the declaration; "
                                    "or use the bindings that a generator makes of the WIT", CTI_S(l->meant_module), CTI_S(l->meant->name));
  return add(l, CT_COMPOSE_IMPORT, what, hint);
}

static ct_status unknown_module(cti_lookup *l) {
  cti_arena *arena = l->plan->arena;
  if (l->meant) return undeclared(l);
  const cti_unit *near = cti_misnamed_adapter(l->plan, l->import->module);
  if (near) {
    return add(l, CT_COMPOSE_IMPORT, cti_format(arena, "is provided by nothing: the adapter that was given is called \"%.*s\"", CTI_S(near->name)),
               cti_format(arena, "name it as the module does: --adapt %.*s=%.*s%s", CTI_S(l->import->module), CTI_S(near->file.size ? near->file : CTI_LIT("FILE")),
                          cti_slice_is(l->import->module, "wasi_snapshot_preview1") ? ", or leave --adapt out: ctool has an adapter of its own" : ""));
  }
  for (unsigned i = 0; i < CTI_COUNT(known_modules); i++)
    if (cti_slice_is(l->import->module, known_modules[i].module)) return add(l, CT_COMPOSE_IMPORT, cti_slice_str(known_modules[i].what), cti_slice_str(known_modules[i].hint));
  if (l->plan->options->reject_legacy_names && !cti_slice_starts(l->import->module, CTI_LIT("cm32p2")))
    return add(l, CT_COMPOSE_IMPORT, CTI_LIT("is not named as the canonical ABI's build target names imports (\"cm32p2...\"), and legacy names are refused"),
               CTI_LIT("leave --reject-legacy-names out, or make the bindings with the newer names"));
  if (l->unit->kind == CTI_UNIT_MAIN && !l->unit->bindings.section_count) return no_metadata(l);
  if (cti_slice_find(l->import->module, ':', 0) < l->import->module.size) return no_interface(l);
  ct_slice name = l->import->module;
  return add(l, CT_COMPOSE_IMPORT, cti_format(arena, "is provided by nothing: %.*s has no import \"%.*s\", and no adapter of that name was given", CTI_S(world_name(l)), CTI_S(name)),
             cti_format(arena, "add it to the world as an interface (import %.*s: interface { ... }), or give an adapter: --adapt %.*s=FILE.wasm", CTI_S(name), CTI_S(name)));
}

/* What to do about a name that the world, or an interface of it, does not have: a built-in is no function that could be added to WIT. */
static ct_slice name_hint(cti_lookup *l) {
  cti_core_name name;
  bool is_builtin = cti_core_name_parse(&name, l->field, l->mangling);
  if (is_builtin && name.info->place == CTI_CORE_EXPORT && !l->use.of_export) {
    return cti_format(l->plan->arena, "this built-in is for what the component itself exports: its module name begins with \"%s\"",
                      l->mangling == CTI_MANGLING_LEGACY ? "[export]" : "cm32p2|_ex_");
  }
  if (is_builtin && name.slot >= CTI_CONTEXT_SLOTS) return CTI_LIT("a task's context has slots 0 and 1 alone");
  if (is_builtin) return CTI_LIT("it names a resource or function that the WIT does not have: embed the WIT that the module's bindings were made from");
  if (l->use.interface == CTI_WIT_NONE && l->field.size && l->field.data[0] != '[')
    return cti_format(l->plan->arena, "add it to the world (import %.*s: func(...);), or embed the WIT that the module's bindings were made from", CTI_S(l->field));
  return CTI_LIT("embed the WIT that the module's bindings were made from, or make the bindings again from the WIT that is embedded");
}

/* The functions that are there: the one that was meant, or else some. */
typedef struct there {
  cti_nearest nearest;
  cti_buf list;
  uint32_t count;
} there;

static void add_name(there *t, ct_slice name) {
  enum { NAMED = 6 };
  cti_nearest_try(&t->nearest, name);
  if (t->count < NAMED) cti_buf_printf(&t->list, "%s`%.*s`", t->count ? ", " : "", CTI_S(name));
  else if (t->count == NAMED) cti_buf_printf(&t->list, ", ...");
  t->count++;
}

static ct_slice names_there(cti_lookup *l, const cti_world_items *items) {
  cti_arena *arena = l->plan->arena;
  there t = {.nearest = cti_nearest_make(l->field)};
  const cti_wit_interface *interface = l->use.interface == CTI_WIT_NONE ? NULL : &l->plan->resolve.interfaces.items[l->use.interface];
  for (uint32_t i = 0; interface && i < interface->funcs.count; i++) add_name(&t, interface->funcs.items[i].name);
  for (uint32_t i = 0; !interface && i < items->count; i++)
    if (items->items[i].kind == CTI_WORLD_FUNC) add_name(&t, items->items[i].func.name);
  ct_slice list = cti_take(&t.list, arena);
  if (!t.count || !list.data) return (ct_slice){NULL, 0};
  return t.nearest.best.size ? cti_format(arena, "; did you mean `%.*s`?", CTI_S(t.nearest.best)) : cti_format(arena, " (there are: %.*s)", CTI_S(list));
}

/* The interface is there, or the world itself is meant, but has nothing of that name. */
static ct_status not_found(cti_lookup *l) {
  cti_arena *arena = l->plan->arena;
  const cti_world_items *items = l->use.of_export ? l->plan->export_names.items : l->plan->import_names.items;
  const char *verb = l->use.of_export ? "exports" : "imports";
  ct_slice what;
  if (l->use.interface == CTI_WIT_NONE) {
    if (l->unit->kind == CTI_UNIT_MAIN && !l->unit->bindings.section_count) return no_metadata(l);
    what = cti_format(arena, "%.*s %s no function or built-in of that name", CTI_S(world_name(l)), verb);
  } else {
    ct_slice name = cti_world_item_name(&l->plan->resolve, &items->items[l->use.item]);
    what = cti_format(arena, "interface \"%.*s\", which %.*s %s, has no function or built-in of that name", CTI_S(name), CTI_S(world_name(l)), verb);
  }
  return add(l, CT_COMPOSE_IMPORT, cti_format(arena, "is provided by nothing: %.*s%.*s", CTI_S(what), CTI_S(names_there(l, items))), name_hint(l));
}

static ct_status mismatch(cti_lookup *l) {
  cti_arena *arena = l->plan->arena;
  ct_slice expected = cti_sig_text(arena, &l->expected);
  ct_slice what = l->func ? cti_format(arena, "must have type %.*s: that is how WIT function `%.*s` is called by the canonical ABI", CTI_S(expected),
                                       CTI_S(cti_func_text(l->plan, l->func)))
                          : cti_format(arena, "must have type %.*s: that is the type of this built-in", CTI_S(expected));
  return add(l, CT_COMPOSE_TYPE, what, CTI_LIT("the bindings were made from another version of the WIT, or by hand: make them again from the WIT that is embedded"));
}

static ct_status other_payload(cti_lookup *l) {
  const char *kind = l->plan->resolve.types.defs.items[l->use.type].kind == CTI_DEF_FUTURE ? "future" : "stream";
  return add(l, CT_COMPOSE_IMPORT, cti_format(l->plan->arena, "is a built-in for the other kind: what its number names is a %s", kind),
             CTI_LIT("the bindings were made from another version of the WIT, or by hand: make them again from the WIT that is embedded"));
}

static ct_status not_a_function(cti_lookup *l) {
  if (cti_slice_is(l->import->module, "GOT.mem") || cti_slice_is(l->import->name, "__memory_base") || cti_slice_is(l->import->name, "__table_base")) {
    return add(l, CT_COMPOSE_IMPORT, CTI_LIT("belongs to dynamic linking: this is a shared library"),
               CTI_LIT("link it with the libraries that it needs: ctool component link NAME=FILE ..."));
  }
  return add(l, CT_COMPOSE_IMPORT, CTI_LIT("is no function: a component gives its modules functions, and a memory as \"env\" \"memory\", and nothing else"),
             CTI_LIT("let the module define it (wasm-ld without --import-memory and --import-table)"));
}

static ct_status no_main_export(cti_lookup *l) {
  bool is_start = cti_slice_is(l->import->name, "_start");
  ct_slice hint = is_start ? CTI_LIT("this adapter is for commands, the module is a library: use the adapter for reactors, or link the module as a command")
                           : cti_format(l->plan->arena, "export `%.*s` from the module, or use an adapter that does without it", CTI_S(l->import->name));
  return add(l, CT_COMPOSE_ADAPTER, CTI_LIT("is to come from the main module, which does not export it"), hint);
}

/* core export "_start" (function () -> i32), which adapter "x" imports, must be a function () -> () */
static ct_status other_main_export(cti_lookup *l) {
  cti_arena *arena = l->plan->arena;
  const cti_subtype *have = l->main_export->kind == CTI_EXTERN_FUNC ? cti_module_func_type(&l->plan->units.items[0].module, l->main_export->index) : NULL;
  ct_slice found = have ? cti_func_type_text(arena, have) : CTI_LIT(""), wanted = l->type ? cti_func_type_text(arena, l->type) : CTI_LIT("");
  ct_slice text = cti_format(arena, "core export \"%.*s\" (%s%s%.*s), which adapter \"%.*s\" imports, must be a %s%s%.*s", CTI_S(l->import->name), kind_name(l->main_export->kind),
                             have ? " " : "", CTI_S(found), CTI_S(l->unit->name), kind_name(l->import->type.kind), l->type ? " " : "", CTI_S(wanted));
  bool is_start = cti_slice_is(l->import->name, "_start");
  ct_slice hint = is_start ? CTI_LIT("what a command begins with takes nothing and gives nothing, its exit status goes to proc_exit: link it with the start file of its toolchain (crt1), or, "
                                     "as a library, with --wasi-adapter reactor")
                           : CTI_LIT("give what the module exports that type, or another name, or use an adapter that does without it");
  return cti_unmet_add_as(l->plan, CT_COMPOSE_TYPE, text, hint, l->group);
}

/* What is said of an import, and what to do, is the same for all of one module name when that name is what is unknown; when its interface is known, for all
 * that are no built-ins. Empty: it stands alone. */
static ct_slice group_of(const cti_lookup *l, cti_found result) {
  cti_core_name ignored;
  if (l->meant) return (ct_slice){NULL, 0};
  bool of_interface = result == CTI_NOT_FOUND && l->use.interface != CTI_WIT_NONE && !cti_core_name_parse(&ignored, l->field, l->mangling);
  bool of_linker = result == CTI_NOT_A_FUNCTION && cti_slice_is(l->import->module, "GOT.mem");
  if (result != CTI_NO_INTERFACE && !of_interface && !of_linker) return (ct_slice){NULL, 0};
  return cti_format(l->plan->arena, "%.*s%.*s", CTI_S(cti_whose(l->plan, l->unit)), CTI_S(l->import->module));
}

static ct_status tell(cti_lookup *l, cti_found result) {
  switch (result) {
  case CTI_FOUND: return CT_OK;
  case CTI_FOUND_MISMATCH: return mismatch(l);
  case CTI_NOT_FOUND: return not_found(l);
  case CTI_OTHER_PAYLOAD: return other_payload(l);
  case CTI_NO_INTERFACE: return unknown_module(l);
  case CTI_NOT_A_FUNCTION: return not_a_function(l);
  case CTI_BAD_TYPE: return add(l, CT_CORE_INVALID, CTI_LIT("has a type that is no function type"), CTI_LIT("the module is not valid: ctool validate tells more"));
  case CTI_SECOND_MEMORY: return add(l, CT_COMPOSE_IMPORT, CTI_LIT("is a second memory: a module shares one"), CTI_LIT("import one memory alone"));
  case CTI_NO_MAIN_EXPORT: return no_main_export(l);
  case CTI_OTHER_MAIN_EXPORT: return other_main_export(l);
  }
  return CT_OK;
}

ct_status cti_unmet_import(cti_lookup *l, cti_found result) {
  if (result == CTI_NO_INTERFACE && !cti_unmet_is_full(l->plan)) l->meant = meant_in_env(l, &l->meant_module);
  l->group = group_of(l, result);
  if (cti_unmet_join(l->plan, l->group, l->import->name)) return l->plan->arena->error->status;
  if (!cti_unmet_is_full(l->plan)) return tell(l, result);
  l->plan->unmet_count++;
  return l->plan->arena->error->status;
}
