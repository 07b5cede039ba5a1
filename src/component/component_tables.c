/* component_tables.c - facts about sorts, sections, canonical definitions and their options, expanded from the tables; what an item adds to which index
 * space. */
#include "component/component.h"
#include "core/features.h"

const cti_name_attributes cti_no_attributes = {.repeated = false};

const cti_sort_info cti_sorts[CTI_SORT_COUNT] = {
#define CT_SORT(symbol, core, code, name, text) {core, code, name, text},
#include "component/sorts.def"
#undef CT_SORT
};

const cti_component_section_info cti_component_sections[CTI_ITEM_COUNT] = {
#define CT_SECTION(symbol, code, vector, name, clause) [code] = {name, clause, vector},
#include "component/sections.def"
#undef CT_SECTION
};

const cti_canon_info cti_canons[CTI_CANON_COUNT] = {
#define CT_CANON(symbol, code, name, immediates, signature, rules, feature) {code, name, immediates, signature, rules, CTI_FEATURE_##feature},
#include "component/canon.def"
#undef CT_CANON
};

const cti_canon_opt_info cti_canon_opts[CTI_CANON_OPT_COUNT] = {
#define CT_CANON_OPT(symbol, code, name, index) {code, name, index},
#include "component/canon.def"
#undef CT_CANON_OPT
};

cti_sort cti_item_sort(const cti_item *item, bool in_type) {
  switch (item->kind) {
    case CTI_ITEM_CORE_MODULE: return CTI_SORT_CORE_MODULE;
    case CTI_ITEM_CORE_INSTANCE: return CTI_SORT_CORE_INSTANCE;
    case CTI_ITEM_CORE_TYPE: return CTI_SORT_CORE_TYPE;
    case CTI_ITEM_COMPONENT: return CTI_SORT_COMPONENT;
    case CTI_ITEM_INSTANCE: return CTI_SORT_INSTANCE;
    case CTI_ITEM_ALIAS: return item->of.alias.sort;
    case CTI_ITEM_TYPE: return CTI_SORT_TYPE;
    case CTI_ITEM_CANON: return item->of.canon.kind == CTI_CANON_LIFT ? CTI_SORT_FUNC : CTI_SORT_CORE_FUNC;
    case CTI_ITEM_START: return CTI_SORT_VALUE;
    case CTI_ITEM_IMPORT: return item->of.import.type.sort;
    case CTI_ITEM_EXPORT: return in_type ? item->of.export_.type.sort : item->of.export_.item.sort;
    case CTI_ITEM_VALUE: return CTI_SORT_VALUE;
    case CTI_ITEM_CUSTOM:
    case CTI_ITEM_COUNT: break;
  }
  return CTI_SORT_COUNT;
}

uint32_t cti_item_defines(const cti_item *item) {
  switch (item->kind) {
    case CTI_ITEM_CUSTOM: return 0;
    case CTI_ITEM_CORE_TYPE: return item->of.core_type->kind == CTI_CORE_TYPE_REC ? item->of.core_type->sub_count : 1;
    case CTI_ITEM_START: return item->of.start.result_count;
    default: return 1;
  }
}
