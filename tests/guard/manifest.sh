#!/bin/sh
# corpus/MANIFEST lists the content key of every file of the corpus: manifest.sh CTOOL CORPUS [--bless]
set -eu
ctool=$1; corpus=$2
cd "$corpus"
digests() { find . -type f ! -name MANIFEST | sed 's|^\./||' | LC_ALL=C sort | xargs "$ctool" digest; }
if [ "${3:-}" = --bless ]; then
  digests > MANIFEST
  exit
fi
now=$(mktemp)
trap 'rm -f "$now"' EXIT
digests > "$now"
diff MANIFEST "$now" || { echo "corpus/MANIFEST does not agree with the files; after a wanted change: sh tests/guard/manifest.sh CTOOL corpus --bless"; exit 1; }
