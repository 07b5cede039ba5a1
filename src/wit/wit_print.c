/* wit_print.c - a resolve to its canonical text: interfaces before worlds, imported types before own ones, types before functions, two blanks for each
 * level. The layout is that of the field's printer, to the byte. https://github.com/WebAssembly/component-model/blob/main/design/mvp/WIT.md */
#include "wit/wit_print.h"

#include "base/utf8.h"
#include "wit/wit_error.h"
#include "wit/wit_lex.h"

typedef struct printer {
  const cti_resolve *resolve;
  cti_buf *out;
  const ct_sink *sink;
  uint32_t package; /* whose items need no package name */
  uint32_t indent;
  bool line_start; /* the next thing is indented */
  bool any_items;  /* something stands in this block already */
  bool docs;
} printer;

#define FLUSH_AT 65536

void cti_wit_flush(cti_buf *out, const ct_sink *sink, bool all, ct_error *error) {
  if (!sink || out->failed || error->status != CT_OK || out->size < (all ? 1 : FLUSH_AT)) return;
  sink->write(sink->user, cti_buf_slice(out), error); /* its failure is the error's */
  cti_buf_truncate(out, 0);
}

/* ---- text ---- */

static void indent_if_needed(printer *p) {
  if (p->line_start) cti_buf_fill(p->out, ' ', 2 * (size_t)p->indent);
  p->line_start = false;
}

static void put(printer *p, const char *text) {
  indent_if_needed(p);
  cti_buf_str(p->out, text);
}

static void put_slice(printer *p, ct_slice text) {
  indent_if_needed(p);
  cti_buf_bytes(p->out, text);
}

static void newline(printer *p) {
  cti_buf_u8(p->out, '\n');
  p->line_start = true;
}

static void semicolon(printer *p) {
  put(p, ";");
  newline(p);
}

static void open_block(printer *p) {
  put(p, " {");
  p->indent++;
  newline(p);
}

static void close_block(printer *p) {
  p->indent--;
  put(p, "}");
  newline(p);
}

static void put_name(printer *p, ct_slice name) {
  if (cti_name_is_keyword(name)) put(p, "%");
  put_slice(p, name);
}

/* A blank line between items, not before the first. */
static void new_item(printer *p) {
  cti_wit_flush(p->out, p->sink, false, p->resolve->arena->error);
  if (p->any_items) newline(p);
  p->any_items = true;
}

static void put_docs(printer *p, ct_slice docs) {
  if (!p->docs || docs.size == 0) return;
  for (size_t start = 0, end; start < docs.size; start = end + 1) {
    end = cti_slice_find(docs, '\n', start);
    ct_slice line = cti_slice_cut(docs, start, end);
    if (line.size && line.data[line.size - 1] == '\r' && end < docs.size) line.size--;
    put(p, line.size ? "/// " : "///");
    put_slice(p, line);
    newline(p);
  }
}

static void put_version_gate(printer *p, const char *attribute, const cti_semver *version) {
  put(p, attribute);
  put(p, "(version = ");
  cti_semver_write(version, p->out);
  put(p, ")");
  newline(p);
}

static void put_stability(printer *p, const cti_stability *stability) {
  if (stability->kind == CTI_STABILITY_UNKNOWN) return;
  if (stability->kind == CTI_STABILITY_STABLE) {
    put_version_gate(p, "@since", &stability->gate->since);
  } else {
    put(p, "@unstable(feature = ");
    put_name(p, stability->gate->feature);
    put(p, ")");
    newline(p);
  }
  if (stability->gate->deprecated.present) put_version_gate(p, "@deprecated", &stability->gate->deprecated);
}

static void put_escaped(printer *p, uint32_t c, ct_slice bytes) {
  static const char plain[] = "-_./: ";
  static const char names[] = "\\\\\"\"\nn\rr\tt";
  bool letter = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  if (letter || (c < 0x80 && c && strchr(plain, (int)c))) {
    cti_buf_bytes(p->out, bytes);
    return;
  }
  for (const char *name = names; *name; name += 2)
    if (c == (uint8_t)name[0]) {
      cti_buf_printf(p->out, "\\%c", name[1]);
      return;
    }
  cti_buf_printf(p->out, "\\u{%x}", (unsigned)c);
}

static void put_external_id(printer *p, ct_slice id) {
  if (!id.data) return;
  put(p, "@external-id(\"");
  for (size_t at = 0, length; at < id.size; at += length) {
    uint32_t c = cti_utf8_decode(cti_slice_cut(id, at, id.size), &length);
    if (length == 0) length = 1;
    put_escaped(p, c, cti_slice_cut(id, at, at + length));
  }
  put(p, "\")");
  newline(p);
}

/* ---- types ---- */

static ct_status put_type(printer *p, cti_valtype type, uint32_t depth);

/* own<r> is written as r, except where a name is given to the handle itself. */
static void put_handle(printer *p, const cti_def *def, bool written_out) {
  bool wrapped = written_out || def->kind == CTI_DEF_BORROW;
  if (wrapped) put(p, def->kind == CTI_DEF_OWN ? "own<" : "borrow<");
  put_name(p, p->resolve->names.items[def->resource].name);
  if (wrapped) put(p, ">");
}

static const char *word_of(cti_def_kind kind) {
  switch (kind) {
  case CTI_DEF_TUPLE: return "tuple";
  case CTI_DEF_LIST:
  case CTI_DEF_FIXED_LIST: return "list";
  case CTI_DEF_MAP: return "map";
  case CTI_DEF_OPTION: return "option";
  case CTI_DEF_RESULT: return "result";
  case CTI_DEF_STREAM: return "stream";
  case CTI_DEF_FUTURE: return "future";
  case CTI_DEF_RECORD: return "record";
  case CTI_DEF_VARIANT: return "variant";
  case CTI_DEF_ENUM: return "enum";
  case CTI_DEF_FLAGS: return "flags";
  case CTI_DEF_RESOURCE: return "resource";
  default: return "type";
  }
}

/* `word<a, b>`, with _ for a missing ok and nothing for a missing error. */
static ct_status put_generic(printer *p, const cti_def *def, uint32_t depth) {
  uint32_t count = cti_def_child_count(def);
  put(p, word_of(def->kind));
  while (count && cti_valtype_is_none(cti_def_child(def, count - 1))) count--;
  if (count == 0) return CT_OK;
  put(p, "<");
  for (uint32_t i = 0; i < count; i++) {
    if (i) put(p, ", ");
    if (cti_valtype_is_none(cti_def_child(def, i))) put(p, "_");
    else CTI_TRY(put_type(p, cti_def_child(def, i), depth + 1));
  }
  if (def->kind == CTI_DEF_FIXED_LIST) cti_buf_printf(p->out, ", %u", (unsigned)def->length);
  put(p, ">");
  return CT_OK;
}

static ct_status put_type(printer *p, cti_valtype type, uint32_t depth) {
  ct_error *error = p->resolve->arena->error;
  if (depth > CTI_MAX_DEPTH) return cti_fail(error, CT_LIMIT, CT_NO_OFFSET, "types nest more than %d deep", CTI_MAX_DEPTH);
  if (cti_valtype_is_prim(type)) {
    put(p, cti_prims[cti_valtype_to_prim(type)].name);
    return CT_OK;
  }
  const cti_def *def = &p->resolve->types.defs.items[cti_valtype_index(type)];
  ct_slice name = p->resolve->names.items[cti_valtype_index(type)].name;
  if (name.size) put_name(p, name);
  else if (def->kind == CTI_DEF_OWN || def->kind == CTI_DEF_BORROW) put_handle(p, def, false);
  else if (def->kind == CTI_DEF_ALIAS) return put_type(p, def->element, depth + 1);
  else if (def->kind >= CTI_DEF_TUPLE && def->kind <= CTI_DEF_FUTURE) return put_generic(p, def, depth);
  else return cti_fail(error, CT_WIT_TYPE, CT_NO_OFFSET, "a %s without a name cannot be written in WIT", word_of(def->kind));
  return CT_OK;
}

static ct_status put_members(printer *p, const cti_def *def) {
  open_block(p);
  for (uint32_t i = 0; i < def->member_count; i++) {
    const cti_member *member = &def->members[i];
    put_docs(p, member->docs);
    put_name(p, member->name);
    if (!cti_valtype_is_none(member->type)) {
      put(p, def->kind == CTI_DEF_RECORD ? ": " : "(");
      CTI_TRY(put_type(p, member->type, 0));
      if (def->kind == CTI_DEF_VARIANT) put(p, ")");
    }
    put(p, ",");
    newline(p);
  }
  close_block(p);
  return CT_OK;
}

static ct_status declare_type(printer *p, uint32_t type) {
  const cti_def *def = &p->resolve->types.defs.items[type];
  bool members = def->kind == CTI_DEF_RECORD || def->kind == CTI_DEF_VARIANT || def->kind == CTI_DEF_ENUM || def->kind == CTI_DEF_FLAGS;
  put(p, members ? word_of(def->kind) : "type");
  put(p, " ");
  put_name(p, p->resolve->names.items[type].name);
  if (members) return put_members(p, def);
  put(p, " = ");
  if (def->kind == CTI_DEF_ALIAS) CTI_TRY(put_type(p, def->element, 0));
  else if (def->kind == CTI_DEF_OWN || def->kind == CTI_DEF_BORROW) put_handle(p, def, true);
  else CTI_TRY(put_generic(p, def, 0));
  semicolon(p);
  return CT_OK;
}

/* ---- functions ---- */

/* A constructor that returns its resource is written without a result. */
static bool is_short_constructor(const printer *p, const cti_wit_func *func) {
  if (func->kind != CTI_FUNC_CONSTRUCTOR || !cti_valtype_is_def(func->result)) return false;
  const cti_def *def = &p->resolve->types.defs.items[cti_valtype_index(func->result)];
  return def->kind == CTI_DEF_OWN && def->resource == func->resource;
}

static ct_status put_signature(printer *p, const cti_wit_func *func) {
  static const char *const words[] = {"func", "get", "set"};
  if (func->is_async) put(p, "async ");
  put(p, func->kind == CTI_FUNC_CONSTRUCTOR ? "constructor" : words[func->accessor]);
  put(p, "(");
  uint32_t first = func->kind == CTI_FUNC_METHOD; /* self */
  for (uint32_t i = first; i < func->param_count; i++) {
    if (i > first) put(p, ", ");
    put_name(p, func->params[i].name);
    put(p, ": ");
    CTI_TRY(put_type(p, func->params[i].type, 0));
  }
  put(p, ")");
  if (cti_valtype_is_none(func->result) || is_short_constructor(p, func)) return CT_OK;
  put(p, " -> ");
  return put_type(p, func->result, 0);
}

static ct_status put_func(printer *p, const cti_wit_func *func) {
  put_docs(p, func->docs);
  put_stability(p, &func->stability);
  put_external_id(p, func->external_id);
  if (func->kind != CTI_FUNC_CONSTRUCTOR) {
    put_name(p, cti_func_item_name(func));
    put(p, func->kind == CTI_FUNC_STATIC ? ": static " : ": ");
  }
  CTI_TRY(put_signature(p, func));
  semicolon(p);
  return CT_OK;
}

/* Functions of resources, each list in its order: chained, so that finding those of one resource is a step. */
typedef struct method_table {
  cti_map first, last; /* resource -> index into links */
  CTI_VEC(struct { const cti_wit_func *func; uint32_t next; }) links;
} method_table;

static ct_status add_method(method_table *table, const cti_wit_func *func, cti_arena *arena) {
  uint32_t at = table->links.count, last = cti_map_get_u64(&table->last, func->resource);
  if (!cti_vec_add(arena, &table->links)) return arena->error->status;
  cti_vec_last(&table->links)->func = func;
  cti_vec_last(&table->links)->next = CTI_WIT_NONE;
  if (last == CTI_MAP_NONE) CTI_TRY(cti_map_set_u64(&table->first, arena, func->resource, at));
  else table->links.items[last].next = at;
  return cti_map_set_u64(&table->last, arena, func->resource, at);
}

static ct_status put_resource(printer *p, uint32_t type, const method_table *methods) {
  uint32_t at = cti_map_get_u64(&methods->first, type);
  put(p, "resource ");
  put_name(p, p->resolve->names.items[type].name);
  if (at == CTI_MAP_NONE) {
    semicolon(p);
    return CT_OK;
  }
  open_block(p);
  for (; at != CTI_WIT_NONE; at = methods->links.items[at].next) CTI_TRY(put_func(p, methods->links.items[at].func));
  close_block(p);
  return CT_OK;
}

/* ---- the types of an interface or world ---- */

static void put_interface_path(printer *p, uint32_t interface) {
  const cti_wit_interface *it = &p->resolve->interfaces.items[interface];
  if (it->package == p->package) {
    put_name(p, it->name);
    return;
  }
  const cti_package_name *name = &p->resolve->packages.items[it->package].name;
  put_name(p, name->ns);
  put(p, ":");
  put_name(p, name->name);
  put(p, "/");
  put_name(p, it->name);
  if (!name->version.present) return;
  put(p, "@");
  cti_semver_write(&name->version, p->out);
}

/* The type that a `use` is of, or CTI_WIT_NONE for a type of one's own. */
static uint32_t used_type(const printer *p, uint32_t type) {
  return cti_type_interface_dep(p->resolve, type) == CTI_WIT_NONE ? CTI_WIT_NONE : cti_valtype_index(p->resolve->types.defs.items[type].element);
}

/* Can two used types stand in one `use`? */
static bool same_use(const printer *p, uint32_t a, uint32_t b) {
  const cti_wit_type *x = &p->resolve->names.items[a], *y = &p->resolve->names.items[b];
  return cti_type_interface_dep(p->resolve, a) == cti_type_interface_dep(p->resolve, b) && cti_stability_eq(&x->stability, &y->stability) &&
         (x->external_id.data != NULL) == (y->external_id.data != NULL) && cti_slice_eq(x->external_id, y->external_id);
}

static void put_used_name(printer *p, uint32_t type) {
  ct_slice mine = p->resolve->names.items[type].name, other = p->resolve->names.items[used_type(p, type)].name;
  put_name(p, other);
  if (cti_slice_eq(mine, other)) return;
  put(p, " as ");
  put_name(p, mine);
}

static void put_uses(printer *p, const uint32_t *types, uint32_t count) {
  uint32_t open = CTI_WIT_NONE; /* the first type of the `use` that is being written */
  for (uint32_t i = 0; i < count; i++) {
    if (used_type(p, types[i]) == CTI_WIT_NONE) continue;
    if (open != CTI_WIT_NONE && same_use(p, open, types[i])) {
      put(p, ", ");
    } else {
      if (open != CTI_WIT_NONE) put(p, "}");
      if (open != CTI_WIT_NONE) semicolon(p);
      open = types[i];
      p->any_items = true;
      put_stability(p, &p->resolve->names.items[open].stability);
      put_external_id(p, p->resolve->names.items[open].external_id);
      put(p, "use ");
      put_interface_path(p, cti_type_interface_dep(p->resolve, open));
      put(p, ".{");
    }
    put_used_name(p, types[i]);
  }
  if (open == CTI_WIT_NONE) return;
  put(p, "}");
  semicolon(p);
}

static ct_status put_types(printer *p, const uint32_t *types, uint32_t count, const method_table *methods) {
  put_uses(p, types, count);
  for (uint32_t i = 0; i < count; i++) {
    const cti_wit_type *names = &p->resolve->names.items[types[i]];
    if (used_type(p, types[i]) != CTI_WIT_NONE) continue;
    new_item(p);
    put_docs(p, names->docs);
    put_stability(p, &names->stability);
    put_external_id(p, names->external_id);
    if (p->resolve->types.defs.items[types[i]].kind == CTI_DEF_RESOURCE) CTI_TRY(put_resource(p, types[i], methods));
    else CTI_TRY(declare_type(p, types[i]));
  }
  return CT_OK;
}

/* ---- interfaces and worlds ---- */

static ct_status put_interface(printer *p, uint32_t interface) {
  const cti_wit_interface *it = &p->resolve->interfaces.items[interface];
  bool outer_items = p->any_items;
  method_table methods = {0};
  p->any_items = false;
  for (uint32_t i = 0; i < it->funcs.count; i++)
    if (it->funcs.items[i].resource != CTI_WIT_NONE) CTI_TRY(add_method(&methods, &it->funcs.items[i], p->resolve->arena));
  CTI_TRY(put_types(p, it->types.items, it->types.count, &methods));
  for (uint32_t i = 0; i < it->funcs.count; i++) {
    if (it->funcs.items[i].resource != CTI_WIT_NONE) continue;
    new_item(p);
    CTI_TRY(put_func(p, &it->funcs.items[i]));
  }
  p->any_items = outer_items;
  return CT_OK;
}

static ct_status put_world_interface(printer *p, const cti_world_item *item) {
  const cti_wit_interface *it = &p->resolve->interfaces.items[item->interface];
  if (item->name.data) {
    put_name(p, item->name);
    put(p, ": ");
  }
  if (it->name.data) {
    put_interface_path(p, item->interface);
    semicolon(p);
    return CT_OK;
  }
  put(p, "interface");
  open_block(p);
  CTI_TRY(put_interface(p, item->interface));
  close_block(p);
  return CT_OK;
}

static ct_status put_world_item(printer *p, const cti_world_item *item, const char *keyword) {
  cti_wit_flush(p->out, p->sink, false, p->resolve->arena->error);
  bool is_func = item->kind == CTI_WORLD_FUNC;
  ct_slice docs = is_func ? item->func.docs : item->docs;
  if (!is_func && !docs.data && item->name.data) docs = p->resolve->interfaces.items[item->interface].docs;
  put_docs(p, docs);
  put_stability(p, cti_world_item_stability(p->resolve, item));
  put_external_id(p, is_func ? item->func.external_id : item->external_id);
  put(p, keyword);
  if (!is_func) return put_world_interface(p, item);
  put_name(p, cti_func_item_name(&item->func));
  put(p, ": ");
  CTI_TRY(put_signature(p, &item->func));
  semicolon(p);
  return CT_OK;
}

static ct_status put_world_types(printer *p, const cti_wit_world *world) {
  cti_arena *arena = p->resolve->arena;
  cti_ids types = {0};
  method_table methods = {0};
  for (uint32_t i = 0; i < world->imports.count; i++) {
    const cti_world_item *item = &world->imports.items[i];
    if (item->kind == CTI_WORLD_TYPE && !cti_vec_push(arena, &types, item->type)) return arena->error->status;
    if (item->kind == CTI_WORLD_FUNC && item->func.resource != CTI_WIT_NONE) CTI_TRY(add_method(&methods, &item->func, arena));
  }
  return put_types(p, types.items, types.count, &methods);
}

static ct_status put_world(printer *p, const cti_wit_world *world) {
  p->any_items = false;
  for (uint32_t i = 0; i < world->imports.count; i++) {
    if (world->imports.items[i].kind != CTI_WORLD_INTERFACE) continue;
    CTI_TRY(put_world_item(p, &world->imports.items[i], "import "));
    p->any_items = true;
  }
  CTI_TRY(put_world_types(p, world));
  for (uint32_t i = 0; i < world->imports.count; i++) {
    const cti_world_item *item = &world->imports.items[i];
    if (item->kind != CTI_WORLD_FUNC || item->func.resource != CTI_WIT_NONE) continue;
    CTI_TRY(put_world_item(p, item, "import "));
    p->any_items = true;
  }
  if (world->exports.count) new_item(p);
  for (uint32_t i = 0; i < world->exports.count; i++) CTI_TRY(put_world_item(p, &world->exports.items[i], "export "));
  p->any_items = false;
  return CT_OK;
}

/* ---- packages ---- */

static void put_head(printer *p, ct_slice docs, const cti_stability *stability, const char *keyword, ct_slice name) {
  put_docs(p, docs);
  put_stability(p, stability);
  put(p, keyword);
  put_name(p, name);
  open_block(p);
}

static ct_status put_package_items(printer *p, const cti_wit_package *package, bool is_main) {
  for (uint32_t i = 0; i < package->interfaces.count; i++) {
    const cti_wit_interface *it = &p->resolve->interfaces.items[package->interfaces.items[i]];
    put_head(p, it->docs, &it->stability, "interface ", it->name);
    CTI_TRY(put_interface(p, package->interfaces.items[i]));
    close_block(p);
    if (is_main) newline(p);
  }
  for (uint32_t i = 0; i < package->worlds.count; i++) {
    const cti_wit_world *it = &p->resolve->worlds.items[package->worlds.items[i]];
    put_head(p, it->docs, &it->stability, "world ", it->name);
    CTI_TRY(put_world(p, it));
    close_block(p);
  }
  return CT_OK;
}

static ct_status put_package(printer *p, uint32_t package, bool is_main) {
  const cti_wit_package *it = &p->resolve->packages.items[package];
  p->package = package;
  put_docs(p, it->docs);
  put(p, "package ");
  put_name(p, it->name.ns);
  put(p, ":");
  put_name(p, it->name.name);
  if (it->name.version.present) put(p, "@");
  if (it->name.version.present) cti_semver_write(&it->name.version, p->out);
  if (is_main) {
    semicolon(p);
    newline(p);
  } else {
    open_block(p);
  }
  CTI_TRY(put_package_items(p, it, is_main));
  if (!is_main) close_block(p);
  return CT_OK;
}

static ct_status put_packages(printer *p, uint32_t package, bool nested) {
  bool first = true;
  CTI_TRY(put_package(p, package, true));
  for (uint32_t i = 0; nested && i < p->resolve->packages.count; i++) {
    if (i == package) continue;
    if (!first) newline(p);
    if (!first) newline(p);
    first = false;
    CTI_TRY(put_package(p, i, false));
  }
  cti_wit_flush(p->out, p->sink, true, p->resolve->arena->error);
  cti_buf_check(p->out, p->resolve->arena->error);
  return p->resolve->arena->error->status;
}

ct_status cti_wit_print(const cti_resolve *resolve, uint32_t package, bool nested, bool docs, cti_buf *out) {
  printer p = {.resolve = resolve, .out = out, .docs = docs};
  return put_packages(&p, package, nested);
}

ct_status cti_wit_print_to(const cti_resolve *resolve, uint32_t package, bool nested, bool docs, const ct_sink *sink) {
  cti_buf out = {0};
  printer p = {.resolve = resolve, .out = &out, .sink = sink, .docs = docs};
  ct_status status = put_packages(&p, package, nested);
  ct_buf_free(&out);
  return status;
}

ct_status cti_wit_print_func(const cti_resolve *resolve, const cti_wit_func *func, cti_buf *out) {
  printer p = {.resolve = resolve, .out = out};
  put_slice(&p, func->name);
  put(&p, ": ");
  return put_signature(&p, func);
}
