/* How many variables there are, and bytes in them; the reference's adapter traps on more than 64 KB. */
#include <stdio.h>
#include <string.h>

extern char **environ;

int main(void) {
  size_t count = 0, bytes = 0;
  for (char **at = environ; *at; at++) {
    count++;
    bytes += strlen(*at);
  }
  printf("%zu variables, %zu bytes\n", count, bytes);
  return 0;
}
