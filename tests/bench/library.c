/* Two libraries for the benchmark of `component link`: with -DPROGRAM the one that is called, with -DHELPER what it calls; both use libc. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

__attribute__((visibility("default"))) int helper(const char *text);

#ifdef HELPER
int helper(const char *text) { return (int)strlen(text) * 3; }
#endif

#ifdef PROGRAM
__attribute__((export_name("run"))) int run(void) {
  char *text = malloc(16);
  snprintf(text, 16, "%d", 5);
  printf("%d\n", helper(text));
  free(text);
  return 0;
}
#endif
