#!/bin/sh
# Makes the modules that stand here anew, in the folder that is named: build.sh FOLDER. They were made with clang 19.1.7 and wasi-libc of Debian 12;
# another version makes other bytes, which are as good a corpus: the fuzz replays look at what is here, not at what this makes. CTOOL names the command.
set -eu
here=$(cd "$(dirname "$0")" && pwd); out=$1; mkdir -p "$out"
freestanding="clang-19 --target=wasm32 -nostdlib -Wl,--no-entry"
placeless="-fdebug-compilation-dir=. -ffile-prefix-map=$here/=" # the same bytes wherever it is built
clang-19 --target=wasm32-wasi --sysroot=/usr -isystem /usr/include/wasm32-wasi -L/usr/lib/wasm32-wasi -Oz -s "$here/source/words.c" -o "$out/words-Oz.wasm"
$freestanding -O0 -g $placeless "$here/source/sort.c" -o "$out/sort-O0-g.wasm"
$freestanding -O2 -msimd128 -mbulk-memory "$here/source/sort.c" -o "$out/sort-O2-simd.wasm"
$freestanding -Oz -s "$here/source/sort.c" -o "$out/sort-Oz.wasm"
clang-19 --target=wasm64 -nostdlib -Wl,--no-entry -O1 "$here/source/sort.c" -o "$out/sort-memory64.wasm"
clang-19 --target=wasm32 -O1 -g $placeless -c "$here/source/sort.c" -o "$out/sort.o.wasm"
clang-19 --target=wasm32 -O1 -mtail-call -mmultivalue -c "$here/source/library.c" -o "$out/library.o.wasm"
clang-19 --target=wasm32-wasi -fPIC -O1 -nostdlib -shared -Wl,--no-entry -fvisibility=default "$here/source/library.c" -Wl,--experimental-pic,--unresolved-symbols=import-dynamic -o "$out/library.so.wasm"
"${CTOOL:-ctool}" component new "$out/words-Oz.wasm" -o "$out/words-component.wasm"
