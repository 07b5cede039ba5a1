/* unistd.h - WASI's, and what it leaves out. */
#include_next <unistd.h>
#include "lacks.h"
