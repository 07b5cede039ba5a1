/* func_names.c - names for functions. Flows in: a decoded module. Flows out: a name for each of its functions, imported ones included. */
#include "inspect/func_names.h"

const ct_slice *cti_func_names(cti_names *parsed, const cti_module *module, cti_arena *arena) {
  ct_slice *names = CTI_NEW_N(arena, ct_slice, module->funcs.count);
  const cti_section *section = cti_module_custom(module, CTI_LIT("name"), NULL);
  cti_names own;
  ct_error malformed;
  ct_error_clear(&malformed);
  if (!parsed) parsed = &own;
  *parsed = (cti_names){0};
  if (!names) return NULL;
  for (uint32_t i = 0; i < module->exports.count; i++) {
    const cti_export *export_ = &module->exports.items[i];
    if (export_->kind == CTI_EXTERN_FUNC && export_->index < module->funcs.count && !names[export_->index].size) names[export_->index] = export_->name;
  }
  if (section) cti_names_parse(parsed, section->content, 0, arena, &malformed);
  const cti_name_map *funcs = cti_names_of(parsed, CTI_NAME_FUNC);
  for (uint32_t i = 0; funcs && i < funcs->names.count; i++)
    if (funcs->names.items[i].index < module->funcs.count && funcs->names.items[i].name.size) names[funcs->names.items[i].index] = funcs->names.items[i].name;
  return arena->error->status == CT_OK ? names : NULL;
}
