/* label.h - labels (kebab-case names) and the plain names built from them: form, and the canonical form in which names of one scope must differ.
 * https://github.com/WebAssembly/component-model/blob/main/design/mvp/Explainer.md#import-and-export-definitions */
#ifndef CTI_TYPES_LABEL_H
#define CTI_TYPES_LABEL_H

#include "base/arena.h"

/* A function that reads or writes: "[get]f" and "[set]f". */
typedef enum cti_accessor { CTI_ACCESSOR_NONE, CTI_ACCESSOR_GET, CTI_ACCESSOR_SET } cti_accessor;

/* Is `text` a label: words of one case each, separated by single hyphens, the first beginning with a letter? */
bool cti_label_valid(ct_slice text);

/* Do two labels differ in nothing but case and hyphens? */
bool cti_label_same(ct_slice a, ct_slice b);

/* The canonical form of a label or plain name ("f", "[get]f", "[method]r.m", "[static][set]r.m", "[constructor]r"): two names of one scope that have the
 * same are in conflict. Lower case, without hyphens; annotations other than [constructor] and [set] fall away; `r.r` is `r`. Owned by the arena. */
ct_slice cti_plain_name_canonical(cti_arena *arena, ct_slice name);

/* The annotations at the start of a plain name: how many bytes of `[...]` there are. */
size_t cti_plain_name_prefix(ct_slice name);

#endif
