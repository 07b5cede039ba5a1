/* adapter.c - an adapter cut down to what is used, with a stack of its own. Flows in: what adapter_mark.c found alive. Flows out: a new module with moved
 * indices, and beside the adapter's own functions at most three that are made here: an allocator on top of memory.grow where the main module has none,
 * one that takes the stack, and the start function that calls for it.
 *
 * The order of everything is that of the reference, so that the bytes are equal. */
#include "compose/adapter.h"

#include "compose/core_make.h"
#include "core/core_write.h"

enum { PAGE = 65536 };
enum { STACK_UNALLOCATED, STACK_ALLOCATING, STACK_ALLOCATED }; /* values of `allocation_state` */

typedef struct emitter {
  cti_splice *s;
  cti_module *out;
  uint32_t *to[CTI_SPACE_COUNT];
  uint32_t realloc;    /* function that gives memory; UINT32_MAX when none was needed so far */
  uint32_t grow;       /* function on top of memory.grow that stands for an import of the adapter; UINT32_MAX */
  uint32_t stack_init; /* function that takes the stack when the adapter is entered; UINT32_MAX when the start function does */
  uint32_t empty_type; /* a type () -> () that lives; UINT32_MAX */
  bool *is_exported;   /* by function of `in` */
  ct_slice *names;     /* by function of the output; data == NULL without one */
} emitter;

static ct_status failed(const emitter *e) { return e->s->arena->error->status; }

/* The first name that a function gets is its name. At most three more functions than there were are made. */
static ct_status name_func(emitter *e, uint32_t index, ct_slice name) {
  if (!e->names) e->names = CTI_NEW_N(e->s->arena, ct_slice, (size_t)e->s->count[CTI_SPACE_FUNC] + 4);
  if (!e->names) return CT_NOMEM;
  if (!e->names[index].data) e->names[index] = name;
  return CT_OK;
}

/* ---- functions that are made here */

static void i32_const(cti_buf *code, int32_t value) {
  cti_buf_u8(code, 0x41);
  cti_buf_sleb(code, value);
}

static void op_index(cti_buf *code, uint8_t op, uint32_t index) {
  cti_buf_u8(code, op);
  cti_buf_uleb(code, index);
}

enum { CALL = 0x10, LOCAL_GET = 0x20, LOCAL_TEE = 0x22, GLOBAL_GET = 0x23, GLOBAL_SET = 0x24 };

static void trap_unless_equal(cti_buf *code, int32_t value, uint32_t local) {
  i32_const(code, value);
  op_index(code, LOCAL_GET, local);
  cti_buf_bytes(code, CTI_LIT("\x47\x04\x40\0\x0b")); /* i32.ne if unreachable end */
}

/* realloc(0, 0, align, 65536) by memory.grow; anything else traps. */
static ct_slice grow_body(cti_arena *arena) {
  cti_buf code = {0};
  cti_buf_bytes(&code, CTI_LIT("\1\1\x7f")); /* one local, i32 */
  trap_unless_equal(&code, 0, 0);
  trap_unless_equal(&code, 0, 1);
  trap_unless_equal(&code, PAGE, 3);
  i32_const(&code, 1);
  op_index(&code, 0x40, 0); /* memory.grow */
  op_index(&code, LOCAL_TEE, 4);
  i32_const(&code, -1);
  cti_buf_bytes(&code, CTI_LIT("\x46\x04\x40\0\x0b")); /* i32.eq if unreachable end */
  op_index(&code, LOCAL_GET, 4);
  i32_const(&code, 16);
  cti_buf_bytes(&code, CTI_LIT("\x74\x0b")); /* i32.shl end */
  return cti_take(&code, arena);
}

/* __stack_pointer = realloc(0, 0, 8, 65536) + 65536, once: allocation_state keeps the allocator from coming back here. */
static ct_slice stack_body(const emitter *e) {
  cti_buf code = {0};
  uint32_t sp = e->to[CTI_SPACE_GLOBAL][e->s->stack_pointer];
  uint32_t state = e->s->allocation_state == UINT32_MAX ? UINT32_MAX : e->to[CTI_SPACE_GLOBAL][e->s->allocation_state];
  cti_buf_u8(&code, 0); /* no locals */
  if (state != UINT32_MAX) {
    op_index(&code, GLOBAL_GET, state);
    i32_const(&code, STACK_UNALLOCATED);
    cti_buf_bytes(&code, CTI_LIT("\x46\x04\x40")); /* i32.eq if */
    i32_const(&code, STACK_ALLOCATING);
    op_index(&code, GLOBAL_SET, state);
  }
  i32_const(&code, 0);
  i32_const(&code, 0);
  i32_const(&code, 8);
  i32_const(&code, PAGE);
  op_index(&code, CALL, e->realloc);
  i32_const(&code, PAGE);
  cti_buf_u8(&code, 0x6a); /* i32.add */
  op_index(&code, GLOBAL_SET, sp);
  if (state != UINT32_MAX) {
    i32_const(&code, STACK_ALLOCATED);
    op_index(&code, GLOBAL_SET, state);
    cti_buf_u8(&code, 0x0b);
  }
  cti_buf_u8(&code, 0x0b);
  return cti_take(&code, e->s->arena);
}

/* ---- index spaces: what lives moves up */

static ct_status make_maps(emitter *e) {
  for (unsigned space = 0; space < CTI_SPACE_COUNT; space++) {
    uint32_t count = e->s->count[space];
    e->to[space] = cti_alloc_raw(e->s->arena, count, sizeof(uint32_t));
    if (!e->to[space]) return CT_NOMEM;
    memset(e->to[space], 0xff, count * sizeof(uint32_t));
    e->s->remap.space[space].to = e->to[space];
    e->s->remap.space[space].count = count;
  }
  return CT_OK;
}

static ct_status emit_types(emitter *e) {
  uint32_t next = 0;
  for (uint32_t i = 0; i < e->s->count[CTI_SPACE_TYPE]; i++)
    if (e->s->live[CTI_SPACE_TYPE][i]) e->to[CTI_SPACE_TYPE][i] = next++;
  for (uint32_t i = 0; i < e->s->count[CTI_SPACE_TYPE]; i++) {
    if (!e->s->live[CTI_SPACE_TYPE][i]) continue;
    cti_subtype type = e->s->in.types.items[i];
    uint32_t count = type.param_count + type.result_count;
    cti_corevt *types = CTI_NEW_N(e->s->arena, cti_corevt, count);
    if (!types) return CT_NOMEM;
    for (uint32_t t = 0; t < count; t++) types[t] = cti_remap_valtype(&e->s->remap, type.types[t]);
    type.types = types;
    uint32_t index = cti_make_func_type(e->out, &type);
    if (index == UINT32_MAX) return failed(e);
    if (count == 0) e->empty_type = index;
  }
  return CT_OK;
}

/* A type that is made anew, whether it is there or not: the reference does not look. */
static uint32_t new_type(emitter *e, const char *letters) {
  cti_map none = {0};
  cti_core_sig sig = {0};
  for (; *letters != ':'; letters++) sig.params[sig.param_count++] = CTI_FLAT_I32;
  for (letters++; *letters; letters++) sig.results[sig.result_count++] = CTI_FLAT_I32;
  return cti_make_sig(e->out, &none, &sig);
}

static ct_status emit_memories(emitter *e) {
  for (uint32_t i = 0; i < e->s->count[CTI_SPACE_MEMORY]; i++) {
    const cti_memory *memory = &e->s->in.memories.items[i];
    if (!e->s->live[CTI_SPACE_MEMORY][i]) continue;
    if (memory->import == UINT32_MAX) {
      return cti_fail(e->s->arena->error, CT_COMPOSE_ADAPTER, CT_NO_OFFSET, "\"%.*s\" is no adapter: it defines a memory, where an adapter imports that of the module it serves",
                      CTI_S(e->s->name));
    }
    const cti_import *import = &e->s->in.imports.items[memory->import];
    e->to[CTI_SPACE_MEMORY][i] = cti_make_import(e->out, import->module, import->name, &import->type);
    if (e->to[CTI_SPACE_MEMORY][i] == UINT32_MAX) return failed(e);
  }
  if (e->out->memories.count > 1) return cti_fail(e->s->arena->error, CT_COMPOSE_ADAPTER, CT_NO_OFFSET, "\"%.*s\" is no adapter: it uses two memories", CTI_S(e->s->name));
  for (uint32_t i = 0; i < e->s->count[CTI_SPACE_TABLE]; i++)
    if (e->s->live[CTI_SPACE_TABLE][i])
      return cti_fail(e->s->arena->error, CT_COMPOSE_ADAPTER, CT_NO_OFFSET, "\"%.*s\" is no adapter: it uses a table, which an adapter has no way to fill", CTI_S(e->s->name));
  return CT_OK;
}

static ct_slice remap_expr(emitter *e, const cti_expr *expr) {
  cti_buf code = {0};
  cti_cursor c = cti_cursor_make(expr->bytes, expr->offset, e->s->arena->error);
  cti_remap_code(&code, &e->s->remap, &c);
  return cti_take(&code, e->s->arena);
}

/* Imported ones come first in the index space already, so that one pass keeps the order. */
static ct_status emit_globals(emitter *e) {
  for (uint32_t i = 0; i < e->s->count[CTI_SPACE_GLOBAL]; i++) {
    const cti_global *global = &e->s->in.globals.items[i];
    if (!e->s->live[CTI_SPACE_GLOBAL][i]) continue;
    cti_global_type type = global->type;
    type.type = cti_remap_valtype(&e->s->remap, type.type);
    if (global->import != UINT32_MAX) {
      cti_extern_type as_extern = {.kind = CTI_EXTERN_GLOBAL, .of = {.global = type}};
      const cti_import *import = &e->s->in.imports.items[global->import];
      e->to[CTI_SPACE_GLOBAL][i] = cti_make_import(e->out, import->module, import->name, &as_extern);
    } else {
      ct_slice init = remap_expr(e, &global->init);
      if (failed(e)) return failed(e);
      e->to[CTI_SPACE_GLOBAL][i] = cti_make_global(e->out, &type, init);
    }
    if (e->to[CTI_SPACE_GLOBAL][i] == UINT32_MAX) return failed(e);
  }
  return CT_OK;
}

/* ---- functions */

static const cti_import *import_of(const emitter *e, uint32_t func) {
  uint32_t import = e->s->in.funcs.items[func].import;
  return import == UINT32_MAX ? NULL : &e->s->in.imports.items[import];
}

/* Is it an import in the output, too? That of an allocator which the main module does not have is not: it is made here. */
static bool stays_import(const emitter *e, uint32_t func) {
  const cti_import *import = import_of(e, func);
  return import && (!cti_splice_is_realloc(import) || e->s->realloc.data);
}

static uint32_t moved_type(const emitter *e, uint32_t func) { return cti_remap_index(&e->s->remap, CTI_SPACE_TYPE, e->s->in.funcs.items[func].type); }

static ct_status emit_func_imports(emitter *e) {
  for (uint32_t i = 0; i < e->s->count[CTI_SPACE_FUNC]; i++) {
    if (!e->s->live[CTI_SPACE_FUNC][i] || !stays_import(e, i)) continue;
    const cti_import *import = import_of(e, i);
    bool is_realloc = cti_splice_is_realloc(import);
    cti_extern_type type = cti_func_of_type(moved_type(e, i));
    e->to[CTI_SPACE_FUNC][i] = cti_make_import(e->out, import->module, is_realloc ? e->s->realloc : import->name, &type);
    if (e->to[CTI_SPACE_FUNC][i] == UINT32_MAX) return failed(e);
    if (is_realloc) e->realloc = e->to[CTI_SPACE_FUNC][i];
  }
  if (!e->s->realloc.data || e->s->stack_pointer == UINT32_MAX || e->realloc != UINT32_MAX) return CT_OK;
  /* the adapter does not import the allocator, but its stack is to come from there */
  cti_extern_type type = cti_func_of_type(new_type(e, "iiii:i"));
  e->realloc = cti_make_import(e->out, CTI_LIT("__main_module__"), e->s->realloc, &type);
  return e->realloc == UINT32_MAX ? failed(e) : name_func(e, e->realloc, e->s->realloc);
}

/* Gives every defined function its index; bodies follow when all are known. */
static ct_status place_funcs(emitter *e) {
  for (uint32_t i = 0; i < e->s->count[CTI_SPACE_FUNC]; i++) {
    if (!e->s->live[CTI_SPACE_FUNC][i] || stays_import(e, i)) continue;
    ct_slice body = {NULL, 0};
    if (import_of(e, i)) {
      body = grow_body(e->s->arena);
      e->realloc = e->grow = e->out->funcs.count;
      if (!body.data) return failed(e);
    }
    e->to[CTI_SPACE_FUNC][i] = cti_make_func(e->out, moved_type(e, i), body);
    if (e->to[CTI_SPACE_FUNC][i] == UINT32_MAX) return failed(e);
  }
  if (e->s->stack_pointer == UINT32_MAX || e->s->allocation_state == UINT32_MAX || !e->s->realloc.data) return CT_OK;
  e->stack_init = cti_make_func(e->out, new_type(e, ":"), (ct_slice){NULL, 0});
  return e->stack_init == UINT32_MAX ? failed(e) : CT_OK;
}

static ct_status emit_body(emitter *e, cti_buf *code, uint32_t func) {
  const cti_func *from = &e->s->in.funcs.items[func];
  cti_cursor c = cti_cursor_make(from->body, from->body_offset, e->s->arena->error);
  cti_remap_locals(code, &e->s->remap, &c);
  if (e->stack_init != UINT32_MAX && e->is_exported[func]) op_index(code, CALL, e->stack_init);
  return cti_remap_code(code, &e->s->remap, &c);
}

static ct_status emit_bodies(emitter *e) {
  for (uint32_t i = 0; i < e->s->count[CTI_SPACE_FUNC]; i++) {
    if (!e->s->live[CTI_SPACE_FUNC][i] || import_of(e, i)) continue;
    cti_buf code = {0};
    ct_status status = emit_body(e, &code, i);
    ct_slice body = cti_take(&code, e->s->arena);
    if (status != CT_OK || !body.data) return failed(e);
    e->out->funcs.items[e->to[CTI_SPACE_FUNC][i]].body = body;
  }
  if (e->stack_init == UINT32_MAX) return CT_OK;
  ct_slice body = stack_body(e);
  e->out->funcs.items[e->stack_init].body = body;
  return body.data ? CT_OK : failed(e);
}

/* An allocator that cannot be called again while it works must not give the stack: memory.grow does. */
static ct_status emit_grow(emitter *e) {
  if (e->s->stack_pointer == UINT32_MAX || (e->realloc != UINT32_MAX && e->s->allocation_state != UINT32_MAX)) return CT_OK;
  e->realloc = cti_make_func(e->out, new_type(e, "iiii:i"), grow_body(e->s->arena));
  return failed(e);
}

static ct_status emit_start(emitter *e) {
  if (e->s->stack_pointer == UINT32_MAX || e->stack_init != UINT32_MAX || e->out->memories.count == 0) return CT_OK;
  if (e->empty_type == UINT32_MAX) e->empty_type = new_type(e, ":");
  e->out->start = cti_make_func(e->out, e->empty_type, stack_body(e));
  return failed(e) ? failed(e) : name_func(e, e->out->start, CTI_LIT("allocate_stack"));
}

static ct_status emit_exports(emitter *e) {
  for (uint32_t i = 0; i < e->s->exports.count; i++) {
    const cti_export *export_ = &e->s->in.exports.items[e->s->exports.items[i]];
    CTI_TRY(cti_make_export(e->out, export_->name, export_->kind, e->to[export_->kind][export_->index]));
  }
  return CT_OK;
}

static ct_status find_exported(emitter *e) {
  e->is_exported = CTI_NEW_N(e->s->arena, bool, e->s->count[CTI_SPACE_FUNC]);
  for (uint32_t i = 0; e->is_exported && i < e->s->exports.count; i++) {
    const cti_export *export_ = &e->s->in.exports.items[e->s->exports.items[i]];
    if (export_->kind == CTI_EXTERN_FUNC) e->is_exported[export_->index] = true;
  }
  return e->is_exported ? CT_OK : CT_NOMEM;
}

/* ---- custom sections */

static ct_status collect_names(emitter *e, cti_name_map *globals) {
  for (uint32_t i = 0; i < e->s->count[CTI_SPACE_FUNC]; i++)
    if (e->s->live[CTI_SPACE_FUNC][i] && e->s->func_names[i].data) CTI_TRY(name_func(e, e->to[CTI_SPACE_FUNC][i], e->s->func_names[i]));
  for (uint32_t i = 0; i < e->s->count[CTI_SPACE_GLOBAL]; i++) {
    if (!e->s->live[CTI_SPACE_GLOBAL][i] || !e->s->global_names[i].data) continue;
    if (!cti_vec_push(e->s->arena, &globals->names, ((cti_naming){e->to[CTI_SPACE_GLOBAL][i], e->s->global_names[i]}))) return CT_NOMEM;
  }
  if (e->grow != UINT32_MAX) CTI_TRY(name_func(e, e->grow, CTI_LIT("realloc_via_memory_grow")));
  return e->stack_init == UINT32_MAX ? CT_OK : name_func(e, e->stack_init, CTI_LIT("allocate_stack"));
}

static ct_status add_custom(emitter *e, const char *name, cti_buf *content) {
  ct_status status = cti_make_custom(e->out, name, content);
  ct_buf_free(content);
  return status;
}

static ct_status emit_names(emitter *e) {
  cti_names names = {0};
  cti_name_map funcs = {.kind = CTI_NAME_FUNC}, globals = {.kind = CTI_NAME_GLOBAL};
  CTI_TRY(collect_names(e, &globals));
  for (uint32_t i = 0; e->names && i < e->out->funcs.count; i++)
    if (e->names[i].data && !cti_vec_push(e->s->arena, &funcs.names, ((cti_naming){i, e->names[i]}))) return CT_NOMEM;
  if (funcs.names.count && !cti_vec_push(e->s->arena, &names.maps, funcs)) return CT_NOMEM;
  if (globals.names.count && !cti_vec_push(e->s->arena, &names.maps, globals)) return CT_NOMEM;
  if (names.maps.count == 0) return CT_OK;
  cti_buf content = {0};
  cti_names_write(&content, &names);
  return add_custom(e, "name", &content);
}

static ct_status emit_producers(emitter *e) {
  const cti_section *section = cti_module_custom(&e->s->in, CTI_LIT("producers"), NULL);
  cti_producers producers = {0};
  ct_error ignored;
  ct_error_clear(&ignored);
  if (!section || cti_producers_parse(&producers, section->content, 0, e->s->arena, &ignored)) return failed(e);
  cti_buf content = {0};
  cti_producers_write(&content, &producers);
  return add_custom(e, "producers", &content);
}

static ct_status emit(emitter *e) {
  CTI_TRY(make_maps(e));
  CTI_TRY(emit_types(e));
  CTI_TRY(emit_memories(e));
  CTI_TRY(emit_globals(e));
  CTI_TRY(emit_func_imports(e));
  CTI_TRY(place_funcs(e));
  CTI_TRY(find_exported(e));
  CTI_TRY(emit_bodies(e));
  CTI_TRY(emit_grow(e));
  CTI_TRY(emit_start(e));
  CTI_TRY(emit_exports(e));
  CTI_TRY(emit_names(e));
  return emit_producers(e);
}

ct_status cti_adapter_splice(ct_slice *out, ct_slice bytes, ct_slice name, const cti_map *required, ct_slice realloc, cti_arena *arena) {
  cti_splice s = {.arena = arena, .name = name, .realloc = realloc, .required = required};
  cti_make_module(&s.out, arena);
  CTI_TRY(cti_splice_mark(&s, bytes));
  emitter e = {.s = &s, .out = &s.out, .realloc = UINT32_MAX, .grow = UINT32_MAX, .stack_init = UINT32_MAX, .empty_type = UINT32_MAX};
  CTI_TRY(emit(&e));
  cti_buf encoded = {0};
  ct_status status = cti_make_encode(&s.out, &encoded);
  *out = cti_take(&encoded, arena);
  return status != CT_OK ? status : out->data ? CT_OK : arena->error->status;
}
