/* What can a process do? probe open|closed|starting [OUTPUT] enters the sandbox, but for `open`, with that output, and prints a word for each: can it start a
 * program, make a process, open a socket, write in the folder it is in, remove a file there, write in out/, start a thread, read a file. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox.h"

static bool child_ends_well(pid_t child) {
  int status;
  return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* Where no process can be made, this one tries to become the program: it fails, or the test sees nothing. */
static bool starts_program(void) {
  pid_t child = fork();
  if (child < 0) return execl("/bin/true", "true", (char *)NULL) == 0;
  if (child == 0) {
    execl("/bin/true", "true", (char *)NULL);
    _exit(1);
  }
  return child_ends_well(child);
}

static bool makes_process(void) {
  pid_t child = fork();
  if (child == 0) _exit(0);
  return child_ends_well(child);
}

static bool opens_socket(void) {
  int descriptor = socket(AF_INET, SOCK_STREAM, 0);
  return descriptor >= 0 && close(descriptor) == 0;
}

static bool writes(const char *path) {
  int descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
  return descriptor >= 0 && write(descriptor, "x", 1) == 1 && close(descriptor) == 0;
}

static void *nothing(void *context) { return context; }

static bool starts_thread(void) {
  pthread_t thread;
  return pthread_create(&thread, NULL, nothing, NULL) == 0 && pthread_join(thread, NULL) == 0;
}

static bool reads(void) {
  int descriptor = open("/proc/self/status", O_RDONLY);
  char text[64];
  return descriptor >= 0 && read(descriptor, text, sizeof text) > 0 && close(descriptor) == 0;
}

int main(int argc, char **argv) {
  if (argc < 2) return 2;
  if (!writes("victim")) return 1;
  if (strcmp(argv[1], "open") == 0 && !sandbox_is_available()) {
    puts("unavailable: no Landlock or no seccomp");
    return 0;
  }
  if (strcmp(argv[1], "open") != 0) sandbox_want(strcmp(argv[1], "starting") == 0 ? SANDBOX_STARTING : SANDBOX_CLOSED);
  if (argc > 2) sandbox_allow(argv[2]);
  sandbox_enter();
  const bool answers[] = {starts_program(), makes_process(), opens_socket(), writes("stray"), unlink("victim") == 0, writes("out/file"), starts_thread(), reads()};
  for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) printf("%s ", answers[i] ? "yes" : "no");
  return 0;
}
