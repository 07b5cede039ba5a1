/* package_docs.h - the `package-docs` custom section of binary WIT: documentation and stability, which the type encoding has no room for. A version
 * byte, then JSON that mirrors the package by names. Versions 0 and 1 are read, 1 is written.
 * The format is that of the reference; its one description is the source of wit-parser (metadata.rs). */
#ifndef CTI_COMPOSE_PACKAGE_DOCS_H
#define CTI_COMPOSE_PACKAGE_DOCS_H

#include "wit/wit_model.h"

#define CTI_PACKAGE_DOCS_SECTION "package-docs"

/* Appends the content of the section for a package. */
void cti_package_docs_write(cti_buf *out, const cti_resolve *resolve, uint32_t package);

/* Puts what the section says into the resolve. `base` is the absolute offset of the content. CT_WIT_* where it names something that is not there. */
ct_status cti_package_docs_read(cti_resolve *resolve, uint32_t package, ct_slice content, uint64_t base);

#endif
