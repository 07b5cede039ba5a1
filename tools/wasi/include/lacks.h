/* lacks.h - what the libc of WASI leaves out of unistd.h, signal.h and their like. lacking.c has the functions: files are made as elsewhere; there are no other
 * processes, threads or permissions, and what would make one fails as on a system that has run out of them. */
#ifndef CTOOL_WASI_LACKS_H
#define CTOOL_WASI_LACKS_H

#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

mode_t umask(mode_t mask);
int fchmod(int descriptor, mode_t mode);
int mkstemp(char *name);
char *mkdtemp(char *name);
char *realpath(const char *path, char *out);

pid_t fork(void);
int execvp(const char *file, char *const arguments[]);
int execl(const char *file, const char *argument, ...);
int dup2(int from, int to);
FILE *popen(const char *command, const char *mode);
int pclose(FILE *stream);
int pipe(int ends[2]);
int socketpair(int domain, int type, int protocol, int ends[2]);
int kill(pid_t process, int number);
void (*signal(int number, void (*handler)(int)))(int);

typedef struct siginfo_t { int si_code; } siginfo_t;
struct sigaction {
  union {
    void (*sa_handler)(int);
    void (*sa_sigaction)(int, siginfo_t *, void *);
  };
  sigset_t sa_mask;
  int sa_flags;
};
enum { SA_SIGINFO = 4, BUS_ADRERR = 2 };
int sigaction(int number, const struct sigaction *action, struct sigaction *old);
int sigemptyset(sigset_t *set);
int sigaddset(sigset_t *set, int number);

#ifndef F_DUPFD_CLOEXEC
#define F_DUPFD_CLOEXEC 1030 /* which its fcntl refuses: there are no descriptors to name */
#endif
#ifndef AF_UNIX
#define AF_UNIX 1
#endif
#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0
#endif

#endif
