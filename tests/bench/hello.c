/* The smallest program of C that formats and prints: mostly its library. */
#include <stdio.h>

int main(int argc, char **argv) {
  for (int i = 1; i < argc; i++) printf("Hello, %s, number %d!\n", argv[i], i);
  return argc < 2 && puts("Hello, world!") < 0;
}
