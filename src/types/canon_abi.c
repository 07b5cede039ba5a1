/* canon_abi.c - layouts of types, worked out bottom-up with an explicit stack, and core signatures made of them.
 * Flows in: a table of definitions in any order. Flows out: one cti_layout for each definition asked for, kept in abi->layouts.
 * Invariant: a layout with align 0 is unknown; one that is being worked out has flat_count ENTERED, so that a type inside of itself is seen.
 * https://github.com/WebAssembly/component-model/blob/main/design/mvp/CanonicalABI.md */
#include "types/canon_abi.h"

enum { MANY = CTI_MAX_FLAT_PARAMS + 1, ENTERED = 255 };

void cti_abi_init(cti_abi *abi, const cti_types *types, cti_arena *arena, uint8_t pointer) {
  *abi = (cti_abi){.types = types, .arena = arena, .pointer = pointer};
}

static uint64_t saturating_add(uint64_t a, uint64_t b) { return a > UINT64_MAX - b ? UINT64_MAX : a + b; }

static uint64_t align_to(uint64_t at, uint64_t align) {
  uint64_t up = saturating_add(at, align - 1);
  return up == UINT64_MAX ? up : up & ~(align - 1);
}

static uint8_t pointer_size(const cti_abi *abi) { return abi->pointer == CTI_FLAT_I64 ? 8 : 4; }

static cti_layout scalar(uint8_t size, uint8_t flat) { return (cti_layout){.size = size, .align = size, .flat_count = 1, .flat = {flat}}; }

/* A pointer and a length: strings, lists, maps. */
static cti_layout pair(const cti_abi *abi, uint8_t holds) {
  uint8_t size = pointer_size(abi);
  return (cti_layout){.size = 2u * size, .align = size, .holds = holds, .flat_count = 2, .flat = {abi->pointer, abi->pointer}};
}

static uint8_t flat_of_prim(cti_prim prim) {
  switch (prim) {
    case CTI_PRIM_S64:
    case CTI_PRIM_U64: return CTI_FLAT_I64;
    case CTI_PRIM_F32: return CTI_FLAT_F32;
    case CTI_PRIM_F64: return CTI_FLAT_F64;
    default: return CTI_FLAT_I32;
  }
}

static cti_layout layout_of_prim(const cti_abi *abi, cti_prim prim) {
  return prim == CTI_PRIM_STRING ? pair(abi, CTI_HOLDS_STRING) : scalar(cti_prims[prim].size, flat_of_prim(prim));
}

/* The layout of a type whose definition, if it has one, is known. */
static cti_layout known(const cti_abi *abi, cti_valtype type) {
  if (cti_valtype_is_none(type)) return (cti_layout){.align = 1};
  return cti_valtype_is_prim(type) ? layout_of_prim(abi, cti_valtype_to_prim(type)) : abi->layouts.items[cti_valtype_index(type)];
}

static void push_flat(cti_layout *to, uint8_t flat) {
  if (to->flat_count >= CTI_MAX_FLAT_PARAMS) to->flat_count = MANY;
  else to->flat[to->flat_count++] = flat;
}

static void append_flat(cti_layout *to, const cti_layout *from) {
  if (from->flat_count == MANY) to->flat_count = MANY;
  for (unsigned i = 0; i < from->flat_count && to->flat_count != MANY; i++) push_flat(to, from->flat[i]);
}

/* A field after those that are there. */
static void add_field(cti_layout *to, const cti_layout *field) {
  to->size = saturating_add(align_to(to->size, field->align), field->size);
  if (field->align > to->align) to->align = field->align;
  to->holds |= field->holds;
  append_flat(to, field);
}

static uint8_t join(uint8_t a, uint8_t b) {
  if (a == b) return a;
  bool small = (a == CTI_FLAT_I32 || a == CTI_FLAT_F32) && (b == CTI_FLAT_I32 || b == CTI_FLAT_F32);
  return small ? CTI_FLAT_I32 : CTI_FLAT_I64;
}

/* A case beside those that are there; flat[0] is the discriminant. `to->size` is the largest payload until end_cases. */
static void add_case(cti_layout *to, const cti_layout *payload) {
  if (payload->size > to->size) to->size = payload->size;
  if (payload->align > to->align) to->align = payload->align;
  to->holds |= payload->holds;
  if (payload->flat_count == MANY) to->flat_count = MANY;
  for (unsigned i = 0; i < payload->flat_count && to->flat_count != MANY; i++) {
    if (i + 1 < to->flat_count) to->flat[i + 1] = join(to->flat[i + 1], payload->flat[i]);
    else push_flat(to, payload->flat[i]);
  }
}

static uint8_t discriminant_size(uint32_t cases) { return cases <= 0x100 ? 1 : cases <= 0x10000 ? 2 : 4; }

static cti_layout begin_cases(uint32_t count) {
  return (cti_layout){.align = discriminant_size(count), .flat_count = 1, .flat = {CTI_FLAT_I32}};
}

static void end_cases(cti_layout *to, uint32_t count) {
  to->size = align_to(saturating_add(align_to(discriminant_size(count), to->align), to->size), to->align);
}

static cti_layout layout_of_members(const cti_abi *abi, const cti_def *def) {
  cti_layout out = {.align = 1};
  for (uint32_t i = 0; i < def->member_count; i++) {
    cti_layout field = known(abi, def->members[i].type);
    add_field(&out, &field);
  }
  out.size = align_to(out.size, out.align);
  return out;
}

static cti_layout layout_of_cases(const cti_abi *abi, const cti_def *def) {
  cti_layout out = begin_cases(def->member_count);
  for (uint32_t i = 0; i < def->member_count; i++) {
    cti_layout payload = known(abi, def->members[i].type);
    add_case(&out, &payload);
  }
  end_cases(&out, def->member_count);
  return out;
}

static cti_layout layout_of_two_cases(const cti_abi *abi, cti_valtype first, cti_valtype second) {
  cti_layout out = begin_cases(2), a = known(abi, first), b = known(abi, second);
  add_case(&out, &a);
  add_case(&out, &b);
  end_cases(&out, 2);
  return out;
}

static cti_layout layout_of_flags(uint32_t count) {
  if (count == 0) return (cti_layout){.align = 1};
  if (count <= 16) return scalar(count <= 8 ? 1 : 2, CTI_FLAT_I32);
  uint32_t words = count / 32 + (count % 32 != 0);
  cti_layout out = {.size = 4ull * words, .align = 4};
  for (uint32_t i = 0; i < words && out.flat_count != MANY; i++) push_flat(&out, CTI_FLAT_I32);
  return out;
}

static cti_layout layout_of_fixed_list(const cti_abi *abi, const cti_def *def) {
  cti_layout element = known(abi, def->element);
  cti_layout out = {.align = element.align, .holds = element.holds};
  out.size = element.size && def->length > UINT64_MAX / element.size ? UINT64_MAX : element.size * def->length;
  for (uint32_t i = 0; element.flat_count && i < def->length && out.flat_count != MANY; i++) append_flat(&out, &element);
  return out;
}

static ct_status layout_of_def(cti_layout *out, const cti_abi *abi, const cti_def *def) {
  switch (def->kind) {
    case CTI_DEF_ALIAS: *out = known(abi, def->element); return CT_OK;
    case CTI_DEF_RECORD:
    case CTI_DEF_TUPLE: *out = layout_of_members(abi, def); return CT_OK;
    case CTI_DEF_VARIANT:
    case CTI_DEF_ENUM: *out = layout_of_cases(abi, def); return CT_OK;
    case CTI_DEF_FLAGS: *out = layout_of_flags(def->member_count); return CT_OK;
    case CTI_DEF_LIST:
    case CTI_DEF_MAP: *out = pair(abi, CTI_HOLDS_LIST | known(abi, def->element).holds | known(abi, def->key).holds); return CT_OK;
    case CTI_DEF_FIXED_LIST: *out = layout_of_fixed_list(abi, def); return CT_OK;
    case CTI_DEF_OPTION: *out = layout_of_two_cases(abi, CTI_VALTYPE_NONE, def->element); return CT_OK;
    case CTI_DEF_RESULT: *out = layout_of_two_cases(abi, def->element, def->key); return CT_OK;
    case CTI_DEF_STREAM:
    case CTI_DEF_FUTURE:
    case CTI_DEF_OWN:
    case CTI_DEF_BORROW: *out = scalar(4, CTI_FLAT_I32); return CT_OK;
    case CTI_DEF_UNKNOWN:
    case CTI_DEF_RESOURCE: break;
  }
  return cti_fail(abi->arena->error, CT_COMP_TYPE, CT_NO_OFFSET, "a resource, or a type that is not resolved, stands where a value type is needed");
}

/* Room for a layout of every definition there is by now. */
static ct_status make_room(cti_abi *abi) {
  uint32_t count = abi->layouts.count, more = abi->types->defs.count - count;
  if (!cti_vec_ensure(abi->arena, &abi->layouts, more)) return CT_NOMEM;
  if (more) memset(abi->layouts.items + count, 0, more * sizeof *abi->layouts.items);
  abi->layouts.count += more;
  return CT_OK;
}

static ct_status push_step(cti_abi *abi, cti_valtype type) {
  if (!cti_valtype_is_def(type)) return CT_OK;
  uint32_t def = cti_valtype_index(type);
  if (def >= abi->layouts.count) return cti_fail(abi->arena->error, CT_COMP_TYPE, CT_NO_OFFSET, "a value type points past the end of the types");
  const cti_layout *layout = &abi->layouts.items[def];
  if (layout->align) return CT_OK;
  if (layout->flat_count == ENTERED) return cti_fail(abi->arena->error, CT_COMP_TYPE, CT_NO_OFFSET, "a type contains itself");
  return cti_vec_push(abi->arena, &abi->steps, ((cti_abi_step){def, false})) ? CT_OK : CT_NOMEM;
}

/* The types whose layouts a definition needs; none for handles, streams and futures. */
static ct_status push_parts(cti_abi *abi, const cti_def *def) {
  if (def->kind == CTI_DEF_STREAM || def->kind == CTI_DEF_FUTURE) return CT_OK;
  CTI_TRY(push_step(abi, def->element));
  CTI_TRY(push_step(abi, def->key));
  for (uint32_t i = 0; i < def->member_count; i++) CTI_TRY(push_step(abi, def->members[i].type));
  return CT_OK;
}

/* The top of the stack: its parts first, itself when they are done. */
static ct_status step(cti_abi *abi) {
  cti_abi_step *top = cti_vec_last(&abi->steps);
  uint32_t index = top->def;
  cti_layout *layout = &abi->layouts.items[index];
  const cti_def *def = &abi->types->defs.items[index];
  if (layout->align) { /* shared: another path was faster */
    abi->steps.count--;
    return CT_OK;
  }
  if (!top->entered) {
    top->entered = true;
    layout->flat_count = ENTERED;
    return push_parts(abi, def);
  }
  abi->steps.count--;
  return layout_of_def(layout, abi, def);
}

/* A definition was asked for: works it out with all that it holds. */
static ct_status work_out(cti_abi *abi, cti_valtype type) {
  CTI_TRY(make_room(abi));
  abi->steps.count = 0;
  ct_status status = push_step(abi, type);
  while (status == CT_OK && abi->steps.count) status = step(abi);
  return status;
}

static ct_status layout_of(cti_layout *out, cti_abi *abi, cti_valtype type) {
  if (cti_valtype_is_def(type)) CTI_TRY(work_out(abi, type));
  *out = known(abi, type);
  return CT_OK;
}

const cti_layout *cti_abi_layout(cti_abi *abi, cti_valtype type) {
  return layout_of(&abi->answer, abi, type) == CT_OK ? &abi->answer : NULL;
}

/* Values that go into the module: whoever brings a string or a list must be given room for it. */
static uint8_t needs_of_lower(uint8_t holds) {
  uint8_t needs = holds ? CTI_NEEDS_MEMORY | CTI_NEEDS_REALLOC : 0;
  return holds & CTI_HOLDS_STRING ? needs | CTI_NEEDS_ENCODING : needs;
}

/* Values that come out of the module are in its memory already. */
static uint8_t needs_of_lift(uint8_t holds) {
  uint8_t needs = holds ? CTI_NEEDS_MEMORY : 0;
  return holds & CTI_HOLDS_STRING ? needs | CTI_NEEDS_ENCODING : needs;
}

static ct_status flatten_params(cti_layout *out, cti_abi *abi, const cti_member *params, uint32_t count) {
  *out = (cti_layout){.align = 1};
  for (uint32_t i = 0; i < count; i++) {
    cti_layout param;
    CTI_TRY(layout_of(&param, abi, params[i].type));
    add_field(out, &param);
  }
  return CT_OK;
}

static void set_params(cti_core_sig *sig, const cti_abi *abi, const cti_layout *params, uint32_t limit) {
  sig->indirect_params = params->flat_count > limit;
  sig->param_count = sig->indirect_params ? 1 : params->flat_count;
  memcpy(sig->params, params->flat, CTI_MAX_FLAT_PARAMS);
  if (sig->indirect_params) sig->params[0] = abi->pointer;
}

static void add_result(cti_core_sig *sig, uint8_t flat) { sig->results[sig->result_count++] = flat; }

static void set_result(cti_core_sig *sig, const cti_abi *abi, const cti_layout *result, bool present, cti_abi_variant variant) {
  switch (variant) {
    case CTI_ABI_LOWER:
    case CTI_ABI_LIFT:
      sig->indirect_result = result->flat_count > CTI_MAX_FLAT_RESULTS;
      if (!sig->indirect_result && result->flat_count) add_result(sig, result->flat[0]);
      else if (sig->indirect_result && variant == CTI_ABI_LIFT) add_result(sig, abi->pointer);
      else if (sig->indirect_result) sig->params[sig->param_count++] = abi->pointer;
      return;
    case CTI_ABI_LOWER_ASYNC: /* the result is written through a pointer, what is returned is the state of the call */
      sig->indirect_result = present;
      if (present) sig->params[sig->param_count++] = abi->pointer;
      add_result(sig, CTI_FLAT_I32);
      return;
    case CTI_ABI_LIFT_CALLBACK: add_result(sig, CTI_FLAT_I32); return;
    case CTI_ABI_LIFT_STACKFUL: return; /* the result goes through task.return */
  }
}

static void set_needs(cti_core_sig *sig, const cti_layout *params, const cti_layout *result, cti_abi_variant variant) {
  bool lift = cti_abi_is_lift(variant);
  sig->needs = lift ? needs_of_lower(params->holds) | needs_of_lift(result->holds) : needs_of_lift(params->holds) | needs_of_lower(result->holds);
  if (sig->indirect_params || sig->indirect_result) sig->needs |= CTI_NEEDS_MEMORY;
  if (lift && sig->indirect_params) sig->needs |= CTI_NEEDS_REALLOC;
  if (cti_abi_is_async(variant)) sig->needs |= CTI_NEEDS_ASYNC;
}

ct_status cti_abi_signature(cti_core_sig *out, cti_abi *abi, const cti_member *params, uint32_t param_count, cti_valtype result, cti_abi_variant variant) {
  cti_layout flat_params, flat_result;
  CTI_TRY(flatten_params(&flat_params, abi, params, param_count));
  CTI_TRY(layout_of(&flat_result, abi, result));
  *out = (cti_core_sig){0};
  set_params(out, abi, &flat_params, variant == CTI_ABI_LOWER_ASYNC ? CTI_MAX_FLAT_ASYNC_PARAMS : CTI_MAX_FLAT_PARAMS);
  set_result(out, abi, &flat_result, !cti_valtype_is_none(result), variant);
  set_needs(out, &flat_params, &flat_result, variant);
  if (variant == CTI_ABI_LIFT_CALLBACK || variant == CTI_ABI_LIFT_STACKFUL) {
    cti_core_sig task_return;
    CTI_TRY(cti_abi_task_return(&task_return, abi, params, param_count, result));
    out->needs |= task_return.needs;
  }
  return CT_OK;
}

ct_status cti_abi_task_return(cti_core_sig *out, cti_abi *abi, const cti_member *params, uint32_t param_count, cti_valtype result) {
  cti_core_sig whole;
  CTI_TRY(cti_abi_signature(&whole, abi, params, param_count, result, CTI_ABI_LOWER));
  cti_member only = {.type = result};
  CTI_TRY(cti_abi_signature(out, abi, &only, !cti_valtype_is_none(result), CTI_VALTYPE_NONE, CTI_ABI_LOWER));
  out->needs = whole.needs & ~CTI_NEEDS_REALLOC;
  return CT_OK;
}
