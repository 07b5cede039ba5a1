#!/bin/sh
# The shared library exports ct_ symbols alone, and the static one defines nothing outside ct_ and cti_.
set -eu
shared=$1; static=$2
exported=$(nm -D --defined-only "$shared" | awk '{print $3}' | grep -v -E '^(ct_[a-z])' || true)
[ -z "$exported" ] || { echo "exported, but not public: $exported"; exit 1; }
nm -D --defined-only "$shared" | grep -q ' T ct_version$' || { echo "ct_version is not exported"; exit 1; }
stray=$(nm -g --defined-only "$static" | awk 'NF==3 {print $3}' | grep -v -E '^cti?_[a-z]' || true)
[ -z "$stray" ] || { echo "without a prefix: $stray"; exit 1; }
