/* metadata.h - what a module or component says of itself: its name, who made it and with what, and the annotations that registries read.
 *
 * These are custom sections: `name` (`component-name` in components), `producers`, and one for each annotation, whose content is plain text.
 * https://github.com/WebAssembly/tool-conventions/blob/main/ProducersSection.md, https://github.com/opencontainers/image-spec/blob/main/annotations.md */
#ifndef CTOOL_METADATA_H
#define CTOOL_METADATA_H

#include "ctool/io.h"
#include "ctool/module.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum ct_annotation {
  CT_ANNOTATION_AUTHORS,
  CT_ANNOTATION_DESCRIPTION,
  CT_ANNOTATION_LICENSES, /* an SPDX expression */
  CT_ANNOTATION_SOURCE,   /* URL of the source code */
  CT_ANNOTATION_HOMEPAGE, /* URL to find more information at */
  CT_ANNOTATION_REVISION,
  CT_ANNOTATION_VERSION,
  CT_ANNOTATIONS
} ct_annotation;

typedef enum ct_metadata_format {
  CT_METADATA_TABLES, /* a summary, then a table for each module and component; 80 columns */
  CT_METADATA_JSON    /* one line */
} ct_metadata_format;

/* Writes the metadata of a module or component and of all that is nested in it. Sections that cannot be read are a failure (CT_CORE_*). */
CT_API ct_status ct_metadata_show(const ct_sink *sink, ct_slice bytes, ct_metadata_format format, ct_error *error);

/* A value of a producers field, like language "C11" with version "". */
typedef struct ct_producer {
  const char *field; /* "language", "processed-by" or "sdk" */
  const char *name, *version;
} ct_producer;

/* What becomes of one text: all-zero leaves it as it is. */
typedef struct ct_metadata_text {
  const char *set; /* the new text, or NULL */
  bool clear;      /* remove it; ignored when `set` is given */
} ct_metadata_text;

typedef struct ct_metadata_change {
  ct_metadata_text name;
  ct_metadata_text annotations[CT_ANNOTATIONS];
  const ct_producer *producers; /* added; one of the same field and name gets the new version */
  size_t producer_count;
} ct_metadata_change;

/* Changes the metadata of the outermost module or component. What is not changed stays byte for byte; what is added comes last. A licence that is no
 * SPDX expression in form, or a URL that is none, is CT_MISUSE. `change` may be NULL. */
CT_API ct_status ct_metadata_add(ct_pieces *out, ct_slice bytes, const ct_metadata_change *change, ct_error *error);

#ifdef __cplusplus
}
#endif
#endif
