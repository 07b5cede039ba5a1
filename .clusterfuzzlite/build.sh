#!/bin/bash -eu
# Builds the fuzz targets with the compiler, flags and engine that the environment names ($CC, $CFLAGS, $LIB_FUZZING_ENGINE), and puts them into $OUT with their seed
# archives, dictionaries and options. tests/fuzz/build_script.py runs it where it is developed, too.
cd "$SRC/ctool"
cmake -S . -B "$WORK/build" -G Ninja -DCMAKE_BUILD_TYPE=None -DCTOOL_FUZZ="$LIB_FUZZING_ENGINE" -DCTOOL_TESTS=OFF -DCTOOL_STATIC=OFF -DLIBIBERTY_LIBRARY=OFF -DLIBDWARF_LIBRARY=OFF
cmake --build "$WORK/build"
cp "$WORK"/build/fuzz/fuzz_* "$OUT"/
tools/fuzz package --out "$OUT"
