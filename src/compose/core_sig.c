/* core_sig.c - core signatures: from the letters of the tables, from functions of the world, as text; and the streams in a function's signature. */
#include "compose/world_match.h"

static uint8_t letter_type(char letter, cti_corevt pointer, cti_corevt slot) {
  switch (letter) {
  case 'l': return CTI_FLAT_I64;
  case 'f': return CTI_FLAT_F32;
  case 'd': return CTI_FLAT_F64;
  case 'p': return (uint8_t)pointer;
  case 'v': return (uint8_t)slot;
  default: return CTI_FLAT_I32;
  }
}

cti_core_sig cti_sig_of_letters(const char *letters, cti_corevt pointer, cti_corevt slot) {
  cti_core_sig sig = {0};
  for (; *letters != ':'; letters++) sig.params[sig.param_count++] = letter_type(*letters, pointer, slot);
  for (letters++; *letters; letters++) sig.results[sig.result_count++] = letter_type(*letters, pointer, slot);
  return sig;
}

bool cti_sig_eq(const cti_core_sig *sig, const cti_subtype *type) {
  if (type->param_count != sig->param_count || type->result_count != sig->result_count) return false;
  for (uint32_t i = 0; i < type->param_count; i++)
    if (type->types[i] != sig->params[i]) return false;
  for (uint32_t i = 0; i < type->result_count; i++)
    if (type->types[type->param_count + i] != sig->results[i]) return false;
  return true;
}

static bool is_plain(cti_corevt type) { return type <= CTI_VT_I32 && type >= CTI_VT_F64; }

ct_status cti_sig_of_type(cti_core_sig *out, cti_plan *plan, const cti_subtype *type, ct_slice name) {
  *out = (cti_core_sig){0};
  bool fits = type->param_count <= sizeof out->params && type->result_count <= sizeof out->results;
  for (uint32_t i = 0; fits && i < type->param_count + type->result_count; i++) {
    fits = is_plain(type->types[i]);
    if (i < type->param_count) out->params[out->param_count++] = (uint8_t)type->types[i];
    else out->results[out->result_count++] = (uint8_t)type->types[i];
  }
  if (fits) return CT_OK;
  return cti_fail(plan->arena->error, CT_COMPOSE_TYPE, CT_NO_OFFSET, "core import \"%.*s\" has type %.*s, which an adapter cannot have: at most %u numbers go in and %u comes out", CTI_S(name),
                  CTI_S(cti_func_type_text(plan->arena, type)), (unsigned)sizeof out->params, (unsigned)sizeof out->results);
}

static const char *type_name(cti_corevt type) {
  switch (type) {
  case CTI_VT_I32: return "i32";
  case CTI_VT_I64: return "i64";
  case CTI_VT_F32: return "f32";
  case CTI_VT_F64: return "f64";
  case CTI_VT_V128: return "v128";
  default: return "a reference";
  }
}

/* At most this many of a list are shown. */
enum { SHOWN_TYPES = 24 };

static void write_types(cti_buf *out, const cti_corevt *types, uint32_t count) {
  for (uint32_t i = 0; i < count && i < SHOWN_TYPES; i++) cti_buf_printf(out, "%s%s", i ? ", " : "", type_name(types[i]));
  if (count > SHOWN_TYPES) cti_buf_str(out, ", ...");
}

static ct_slice types_text(cti_arena *arena, const cti_corevt *types, uint32_t params, uint32_t results) {
  cti_buf text = {0};
  cti_buf_u8(&text, '(');
  write_types(&text, types, params);
  cti_buf_u8(&text, ')');
  cti_buf_str(&text, results == 1 ? " -> " : " -> (");
  write_types(&text, types + params, results);
  if (results != 1) cti_buf_u8(&text, ')');
  ct_slice out = cti_buf_check(&text, arena->error) == CT_OK ? cti_copy(arena, cti_buf_slice(&text)) : (ct_slice){NULL, 0};
  ct_buf_free(&text);
  return out;
}

ct_slice cti_sig_text(cti_arena *arena, const cti_core_sig *sig) {
  cti_corevt types[CTI_MAX_FLAT_PARAMS + 1 + CTI_MAX_FLAT_RESULTS];
  for (unsigned i = 0; i < sig->param_count; i++) types[i] = sig->params[i];
  for (unsigned i = 0; i < sig->result_count; i++) types[sig->param_count + i] = sig->results[i];
  return types_text(arena, types, sig->param_count, sig->result_count);
}

ct_slice cti_func_type_text(cti_arena *arena, const cti_subtype *type) { return types_text(arena, type->types, type->param_count, type->result_count); }

ct_status cti_func_sig(cti_core_sig *out, cti_plan *plan, const cti_wit_func *func, cti_abi_variant variant) {
  return cti_abi_signature(out, &plan->abi, func->params, func->param_count, func->result, variant);
}

/* ---- streams and futures of a signature. How many a type holds is counted once for each type, so that types shared along many paths cost their size. */

enum { UNKNOWN = UINT32_MAX, MOST = UINT32_MAX - 1 };

static bool is_stream(const cti_def *def) { return def->kind == CTI_DEF_STREAM || def->kind == CTI_DEF_FUTURE; }

/* The part number `at` of a definition that can hold streams: resources are none. */
static bool part(cti_valtype *out, const cti_def *def, uint32_t at) {
  if (def->kind == CTI_DEF_OWN || def->kind == CTI_DEF_BORROW || at >= cti_def_child_count(def)) return false;
  *out = cti_def_child(def, at);
  return true;
}

static const cti_def *def_of(const cti_plan *plan, uint32_t type) { return &plan->resolve.types.defs.items[type]; }

static uint32_t count_of(const cti_plan *plan, cti_valtype type) {
  return cti_valtype_is_def(type) ? plan->stream_counts.items[cti_valtype_index(type)] : 0;
}

static uint32_t total(const cti_plan *plan, const cti_def *def) {
  uint32_t sum = is_stream(def);
  cti_valtype child;
  for (uint32_t i = 0; part(&child, def, i); i++) sum = sum > MOST - count_of(plan, child) ? MOST : sum + count_of(plan, child);
  return sum;
}

static bool is_unknown(const cti_plan *plan, cti_valtype type) { return cti_valtype_is_def(type) && count_of(plan, type) == UNKNOWN; }

/* Counts for `type` and all that it holds, parts first. Types of a resolve do not contain themselves. */
static ct_status count_streams(cti_plan *plan, cti_valtype type) {
  CTI_VEC(cti_type_step) stack = {0};
  while (plan->stream_counts.count < plan->resolve.types.defs.count)
    if (!cti_vec_push(plan->arena, &plan->stream_counts, UNKNOWN)) return CT_NOMEM;
  if (is_unknown(plan, type) && !cti_vec_push(plan->arena, &stack, ((cti_type_step){.type = cti_valtype_index(type)}))) return CT_NOMEM;
  while (stack.count) {
    cti_type_step *top = cti_vec_last(&stack);
    cti_valtype child;
    if (!part(&child, def_of(plan, top->type), top->next_child++)) {
      plan->stream_counts.items[top->type] = total(plan, def_of(plan, top->type));
      stack.count--;
    } else if (is_unknown(plan, child) && !cti_vec_push(plan->arena, &stack, ((cti_type_step){.type = cti_valtype_index(child)}))) {
      return CT_NOMEM;
    }
  }
  return CT_OK;
}

/* Goes down to the one that is wanted, which is in `type`. */
static uint32_t descend(const cti_plan *plan, cti_valtype type, uint32_t at) {
  for (;;) {
    cti_valtype child;
    uint32_t i = 0;
    for (; part(&child, def_of(plan, cti_valtype_index(type)), i) && at >= count_of(plan, child); i++) at -= count_of(plan, child);
    if (!part(&child, def_of(plan, cti_valtype_index(type)), i)) return cti_valtype_index(type);
    type = child;
  }
}

uint32_t cti_func_nth_stream(cti_plan *plan, const cti_wit_func *func, uint32_t at) {
  for (uint32_t i = 0; i <= func->param_count; i++) {
    cti_valtype type = i < func->param_count ? func->params[i].type : func->result;
    if (count_streams(plan, type)) return CTI_WIT_NONE;
    if (at < count_of(plan, type)) return descend(plan, type, at);
    at -= count_of(plan, type);
  }
  return CTI_WIT_NONE;
}
