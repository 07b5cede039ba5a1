/* image.h (private) - the compiled adapter, see adapter.h. Made from the sources beside it by tools/adapter, which states the compiler. */
#ifndef CTI_ADAPTER_IMAGE_H
#define CTI_ADAPTER_IMAGE_H

#include "adapter/adapter.h"
#include "ctool/base.h"

extern const ct_slice cti_adapter_module;  /* a core module */
extern const ct_slice cti_adapter_imports; /* whole component-type sections, to be appended to it: for every form, */
extern const ct_slice cti_adapter_command; /* and for a command besides */

#endif
