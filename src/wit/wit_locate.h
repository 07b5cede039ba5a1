/* wit_locate.h - where a package lies that is missing: for the message alone. */
#ifndef CTI_WIT_WIT_LOCATE_H
#define CTI_WIT_WIT_LOCATE_H

#include "wit/wit.h"

/* The directory or file of a package that was not read, though it is near: in `directory` itself (the file), beside or below it but outside of deps/, or in
 * the deps/ of a dependency. In the arena; empty when it is in none of these. Failures of reading are passed over. */
ct_slice cti_wit_locate(const cti_wit_reader *reader, ct_slice directory, const cti_package_name *name, cti_arena *arena);

/* Directories below one that hold .wit files, when it holds none itself: up to three, with commas between. In the arena; empty when there are none. */
ct_slice cti_wit_nearby(const cti_wit_reader *reader, ct_slice directory, cti_arena *arena);

#endif
