#!/bin/sh
# Each public header compiles alone under strict warnings, as C and as C++.
set -eu
root=$1; cc=$2; cxx=$3
for header in "$root"/include/ctool/*.h; do
  name=ctool/$(basename "$header")
  printf '#include "%s"\nint main(void) { return 0; }\n' "$name" | "$cc" -std=c11 -pedantic -Wall -Wextra -Werror -Wstrict-prototypes -I"$root/include" -fsyntax-only -x c -
  if command -v "$cxx" >/dev/null; then
    printf '#include "%s"\nint main() { return 0; }\n' "$name" | "$cxx" -std=c++11 -pedantic -Wall -Wextra -Werror -I"$root/include" -fsyntax-only -x c++ -
  fi
done
