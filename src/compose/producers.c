/* producers.c - the producers section of what is made here, and the union of several. */
#include "compose/producers.h"

ct_status cti_producers_merge(cti_producers *producers, const cti_producers *other, cti_arena *arena) {
  for (uint32_t i = 0; i < other->fields.count; i++) {
    const cti_producers_field *field = &other->fields.items[i];
    for (uint32_t j = 0; j < field->values.count; j++)
      if (!cti_producers_add(producers, arena, field->name, field->values.items[j].name, field->values.items[j].version)) return arena->error->status;
  }
  return CT_OK;
}

void cti_producers_base_write(cti_buf *out, cti_maker maker) {
  bool is_ctool = maker == CTI_MAKER_CTOOL;
  cti_buf_uleb(out, 1);
  cti_buf_name(out, CTI_LIT("processed-by"));
  cti_buf_uleb(out, 1);
  cti_buf_name(out, is_ctool ? CTI_LIT("ctool") : CTI_LIT("wit-component"));
  cti_buf_name(out, is_ctool ? CTI_LIT(CT_VERSION) : CTI_LIT("0.263.0"));
}
