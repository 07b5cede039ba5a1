/* signal.h - WASI's, and what it leaves out. */
#include_next <signal.h>
#include "lacks.h"
