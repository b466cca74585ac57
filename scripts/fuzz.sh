#!/usr/bin/env bash
# Fuzzes the STOMP parser for some seconds, under the address and undefined behaviour sanitizers (clang's libFuzzer).
#   scripts/fuzz.sh [seconds]
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-60}
if [ ! -f build/fuzz/build.ninja ]; then
  cmake -S . -B build/fuzz -G Ninja -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_COMPILER=clang++ -DMADANG_FUZZ=ON >/dev/null
fi
cmake --build build/fuzz --target stomp_parser_fuzz
mkdir -p build/fuzz/corpus
build/fuzz/stomp_parser_fuzz -max_total_time="$seconds" -max_len=4096 -rss_limit_mb=2048 build/fuzz/corpus
