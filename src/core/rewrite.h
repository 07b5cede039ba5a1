/* rewrite.h - a module or component as it came, but for its custom sections, at every depth: what strip, demangle and the like do. Only the framing is read, so
 * that what validate refuses is taken; what the visitor keeps is byte for byte what it was, and a parent of something that changed gets the shortest form of its size. */
#ifndef CTI_CORE_REWRITE_H
#define CTI_CORE_REWRITE_H

#include "base/buf.h"
#include "base/pieces.h"
#include "core/framing.h"

/* A module or component on the way. */
typedef struct cti_unit {
  ct_kind kind;
  uint32_t number; /* in the order of the file; the outermost is 0 */
  uint32_t depth;
  uint64_t offset; /* absolute, of its preamble */
  ct_slice bytes;
} cti_unit;

typedef struct cti_custom_section {
  ct_slice name, content;
  uint64_t offset; /* absolute, of the content */
  ct_slice raw;    /* the whole section, id and size included */
} cti_custom_section;

/* Called for each custom section; what stands in *raw afterwards is written in its place: at first that is section->raw, nothing drops it. */
typedef ct_status (*cti_rewrite_custom)(void *context, cti_pieces *out, const cti_unit *unit, const cti_custom_section *section, ct_slice *raw);
/* Called after the last section of a module or component: may put sections, and says so. */
typedef ct_status (*cti_rewrite_end)(void *context, cti_pieces *out, const cti_unit *unit, bool *changed);

typedef struct cti_rewriter {
  cti_rewrite_custom custom;
  cti_rewrite_end end; /* or NULL */
  void *context;
} cti_rewriter;

/* `out` has its arena; *changed tells whether anything did. */
ct_status cti_rewrite(cti_pieces *out, const cti_rewriter *rewriter, ct_slice bytes, bool *changed);

/* A custom section with that content, in the arena of `out`; `content` is freed. data == NULL when memory is out (reported). */
ct_slice cti_custom_make(cti_pieces *out, ct_slice name, cti_buf *content);

#endif
