/* retarget.h - moving a component from one version of WASI 0.2 to another: what its parts share.
 *
 * The way of the data: names of the component's imports and exports that carry a version of WASI 0.2 become moves (retarget.c); each is compared with what
 * the interface holds at the version asked for (retarget_check.c), which gives obstacles, or functions and types to leave out; then the items are edited in
 * place (retarget_edit.c), so that nothing else of the component moves, unless two imports become one (retarget_merge.c). */
#ifndef CTI_COMPOSE_RETARGET_H
#define CTI_COMPOSE_RETARGET_H

#include "component/flow.h"
#include "compose/wit_compare.h"
#include "ctool/compose.h"
#include "wit/wit_model.h"

/* One import or export that moves. */
typedef struct cti_move {
  uint32_t item;             /* place in component.items */
  bool is_export;
  bool is_whole;             /* the instance is handed on as it is, so all of it is used */
  uint32_t instance;         /* imports: its index in the space of instances */
  cti_package_name package;  /* as the component has it */
  ct_slice interface;        /* "exit" */
  ct_slice old;              /* "wasi:cli/exit@0.2.12", or the label of an implements */
  ct_slice title;            /* "wasi:cli/exit" */
  cti_extern_name name;      /* what it becomes */
  uint32_t there;            /* the interface in `target`; CTI_WIT_NONE before the check */
  cti_map used;              /* names of what is aliased out of the instance */
  cti_map left_out;          /* names of functions that the version does not have and nobody uses */
  cti_map unnamed;           /* names of types that the version does not have -> place in `renamed`, the name there of the same type */
  CTI_VEC(ct_slice) renamed;
} cti_move;

typedef struct cti_retarget {
  cti_arena *arena;
  const ct_retarget_options *options;
  ct_slice bytes;
  cti_semver to;
  const char *to_text;
  cti_component component;
  cti_resolve own;    /* the component's world */
  cti_map own_imports, own_exports; /* name -> interface in `own` */
  cti_resolve target; /* the carried packages at the version asked for */
  cti_resolve latest; /* and as they are carried, to tell when something came */
  cti_wit_compare compare;
  CTI_VEC(cti_move) moves;
  uint32_t *move_of;  /* by instance: place of the move that imports it, UINT32_MAX */
  CTI_VEC(ct_slice) obstacles;
  bool adapter_exits; /* an adapter uses exit-with-code, which --exit-with-code makes ctool's own do */
  bool has_doubles;   /* an interface is imported twice */
  struct cti_users *users; /* retarget_users.c; NULL until somebody asks */
} cti_retarget;

/* The move that imports an instance; NULL for any other. */
cti_move *cti_retarget_move_of(cti_retarget *retarget, uint32_t instance);

/* Compares every move with the version asked for: fills left_out and unnamed, adds obstacles. */
ct_status cti_retarget_check(cti_retarget *retarget);

/* Renames, and leaves out what the version does not have. */
ct_status cti_retarget_edit(cti_retarget *retarget);

/* After that: all imports without a label are made anew, those of one interface as one. */
ct_status cti_retarget_merge(cti_retarget *retarget);

/* The core module that uses what a move imports as `name`, as the end of a message; {NULL, 0} when none is found. */
ct_slice cti_retarget_user(cti_retarget *retarget, const cti_move *move, ct_slice name);
void cti_retarget_users_free(cti_retarget *retarget);

void cti_retarget_tell(const cti_retarget *retarget, ct_notice kind, const char *format, ...) CTI_PRINTF(3, 4);

#endif
