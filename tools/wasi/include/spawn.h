/* spawn.h - programs that cannot be started. */
#ifndef CTOOL_WASI_SPAWN_H
#define CTOOL_WASI_SPAWN_H

#include <errno.h>
#include <sys/types.h>

typedef int posix_spawn_file_actions_t, posix_spawnattr_t;
static inline int posix_spawn_file_actions_init(posix_spawn_file_actions_t *actions) { return (void)actions, 0; }
static inline int posix_spawn_file_actions_destroy(posix_spawn_file_actions_t *actions) { return (void)actions, 0; }
static inline int posix_spawn_file_actions_addopen(posix_spawn_file_actions_t *actions, int to, const char *path, int flags, mode_t mode) { return (void)actions, (void)to, (void)path, (void)flags, (void)mode, 0; }
static inline int posix_spawn_file_actions_adddup2(posix_spawn_file_actions_t *actions, int from, int to) { return (void)actions, (void)from, (void)to, 0; }
static inline int posix_spawnp(pid_t *out, const char *file, const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attributes, char *const arguments[], char *const environment[]) {
  return (void)out, (void)file, (void)actions, (void)attributes, (void)arguments, (void)environment, ENOSYS;
}

#endif
