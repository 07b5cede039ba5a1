/* core_text.c - canonical types of core items -> text for messages. */
#include "component/core_text.h"

#include <inttypes.h>
#include <stdio.h>

static void put_limits(char *out, size_t size, const cti_limits *limits, const char *unit) {
  char max[40] = "";
  if (limits->has_max) snprintf(max, sizeof max, " and at most %" PRIu64, limits->max);
  bool one = (limits->has_max ? limits->max : limits->min) == 1;
  snprintf(out, size, "of at least %" PRIu64 "%s %s%s%s%s", limits->min, max, unit, one ? "" : "s", limits->is_64 ? ", 64-bit" : "",
           limits->shared ? ", shared" : "");
}

static void put_func(cti_core_text *out, const cti_type_table *table, const char *what, uint32_t id) {
  const cti_deftype *type = id < table->types.count ? &table->types.items[id] : NULL;
  if (!type || type->kind != CTI_COMPOSITE_FUNC) {
    snprintf(out->text, sizeof out->text, "%s of another type", what);
    return;
  }
  cti_types_text params = cti_valtypes_text(type->of.types, type->param_count, NULL);
  cti_types_text results = cti_valtypes_text(type->of.types + type->param_count, type->result_count, NULL);
  snprintf(out->text, sizeof out->text, "%s%s %s -> %s", type->shared ? "shared " : "", what, params.text, results.text);
}

cti_core_text cti_core_extern_text(const cti_type_table *table, const cti_extern_type *type) {
  cti_core_text out = {{0}};
  char limits[160];
  switch (type->kind) {
    case CTI_EXTERN_FUNC: put_func(&out, table, type->exact ? "exact function" : "function", type->type); break;
    case CTI_EXTERN_TAG: put_func(&out, table, "tag", type->type); break;
    case CTI_EXTERN_TABLE:
      put_limits(limits, sizeof limits, &type->of.table.limits, "element");
      snprintf(out.text, sizeof out.text, "table of %s %s", cti_valtype_text(type->of.table.element, NULL).text, limits);
      break;
    case CTI_EXTERN_MEMORY:
      put_limits(limits, sizeof limits, &type->of.memory, "page");
      snprintf(out.text, sizeof out.text, "memory %s", limits);
      if (type->of.memory.page_log2 != 16) snprintf(out.text, sizeof out.text, "memory %s of %llu bytes", limits, 1ull << (type->of.memory.page_log2 & 63));
      break;
    case CTI_EXTERN_GLOBAL:
      snprintf(out.text, sizeof out.text, "global of %s%s%s", type->of.global.is_mutable ? "mutable " : "", type->of.global.shared ? "shared " : "",
               cti_valtype_text(type->of.global.type, NULL).text);
      break;
    case CTI_EXTERN_KINDS: break;
  }
  return out;
}
