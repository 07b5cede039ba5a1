/* wait.h - processes that never were. */
#ifndef CTOOL_WASI_WAIT_H
#define CTOOL_WASI_WAIT_H

#include <sys/types.h>

#define WNOHANG 1
#define WIFEXITED(how) (((how) & 0x7f) == 0)
#define WEXITSTATUS(how) ((how) >> 8 & 0xff)
#define WIFSIGNALED(how) (((how) & 0x7f) != 0)
#define WTERMSIG(how) ((how) & 0x7f)
pid_t waitpid(pid_t process, int *how, int flags);

#endif
