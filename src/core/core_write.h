/* core_write.h - writers of single things of core modules: twin of core_read.h. Numbers are written in their shortest form. */
#ifndef CTI_CORE_CORE_WRITE_H
#define CTI_CORE_CORE_WRITE_H

#include "base/buf.h"
#include "core/module.h"

/* Value, storage and reference types. A nullable abstract heap type is written short (`funcref`), never as `ref null func`. */
void cti_write_valtype(cti_buf *out, cti_corevt type);
void cti_write_heaptype(cti_buf *out, cti_corevt type); /* the nullable bit does not matter */
void cti_write_limits(cti_buf *out, const cti_limits *limits);
void cti_write_table_type(cti_buf *out, const cti_table_type *type);
void cti_write_global_type(cti_buf *out, const cti_global_type *type);
void cti_write_tag_type(cti_buf *out, uint32_t type);
void cti_write_extern_type(cti_buf *out, const cti_extern_type *type); /* with the kind byte */
void cti_write_subtype(cti_buf *out, const cti_subtype *type);
void cti_write_import(cti_buf *out, const cti_import *import); /* alone, whatever its form says */
void cti_write_export(cti_buf *out, const cti_export *export_);
void cti_write_expr(cti_buf *out, const cti_expr *expr);
void cti_write_memarg(cti_buf *out, uint32_t align_log2, uint32_t memory, uint64_t offset);

#endif
