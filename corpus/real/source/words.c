/* Counts the words of standard input: a command with libc, a stack, a heap and data. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

int main(void) {
  size_t words = 0, room = 64, used = 0;
  char *line = malloc(room);
  for (int c, inside = 0; line && (c = getchar()) != EOF;) {
    if (used == room) line = realloc(line, room *= 2);
    if (line) line[used++] = (char)c;
    if (!isspace(c) && !inside) words++;
    inside = !isspace(c);
  }
  printf("%zu words, %zu bytes\n", words, used);
  free(line);
  return 0;
}
