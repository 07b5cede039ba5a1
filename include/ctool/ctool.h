/* ctool.h - the whole public API of libctool. */
#ifndef CTOOL_CTOOL_H
#define CTOOL_CTOOL_H

#include "ctool/asyncify.h"
#include "ctool/base.h"
#include "ctool/compose.h"
#include "ctool/error.h"
#include "ctool/inspect.h"
#include "ctool/io.h"
#include "ctool/metadata.h"
#include "ctool/module.h"
#include "ctool/optimize.h"
#include "ctool/text.h"
#include "ctool/validate.h"
#include "ctool/wit.h"

#endif
