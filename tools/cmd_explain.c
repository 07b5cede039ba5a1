/* ctool explain CODE: the longer story of an error, from the same table that numbers it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common.h"
#include "opts.h"

enum { LAST_STATUS = 999 };

static bool known(int status) { return strcmp(ct_status_name(status), "unknown") != 0; }

static void story(int status) {
  printf("%d %s\n  ", status, ct_status_name(status));
  opt_put_wrapped(ct_status_story(status), 2, 2);
  putchar('\n');
}

static int find(const char *code) {
  char *end;
  long number = strtol(code, &end, 10);
  if (*end == 0 && end != code) return number > 0 && number <= LAST_STATUS && known((int)number) ? (int)number : 0;
  for (int status = 1; status <= LAST_STATUS; status++)
    if (strcmp(ct_status_name(status), code) == 0 && known(status)) return status;
  return 0;
}

int cmd_explain(int argc, char **argv) {
  static const opt_row rows[] = {{0}};
  static const opt_spec spec = {"ctool explain [CODE...]", "Tells the longer story of an error, by number or by short name; without one, of all.", rows,
                                "  ctool explain 201\n  ctool explain type-mismatch\n"};
  int count;
  int status = opt_parse(&spec, argc, argv, &count);
  if (status >= 0) return status;
  if (count == 0) {
    for (int each = 1; each <= LAST_STATUS; each++)
      if (known(each)) story(each);
    return EXIT_GOOD;
  }
  for (int i = 1; i <= count; i++) {
    int found = find(argv[i]);
    if (!found) return opt_usage_error(&spec, "no error is called \"%s\"; `ctool explain` lists them", argv[i]);
    story(found);
  }
  return EXIT_GOOD;
}
