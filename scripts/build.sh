#!/usr/bin/env bash
# Builds Madang into build/<mode>/madang.
#   scripts/build.sh [release|debug|asan|tsan|clang] [target...]
set -euo pipefail
cd "$(dirname "$0")/.."
mode=${1:-release}
shift || true

options=(-G Ninja)
case "$mode" in
  release) options+=(-DCMAKE_BUILD_TYPE=Release) ;;
  debug) options+=(-DCMAKE_BUILD_TYPE=Debug) ;;
  asan | tsan) options+=(-DCMAKE_BUILD_TYPE=Debug -DMADANG_SANITIZE="$mode") ;;
  clang)
    # The newest that Debian offers here (scripts/setup.sh), or the default one.
    compiler=$(command -v clang++-22 || command -v clang++) || { echo "build: no clang++: run scripts/setup.sh" >&2; exit 1; }
    options+=(-DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_COMPILER="$compiler")
    # A newer one has been installed: what the older one has precompiled is of no use.
    grep -qs "^CMAKE_CXX_COMPILER:.*=$compiler\$" build/clang/CMakeCache.txt || rm -rf build/clang
    ;;
  *)
    echo "usage: scripts/build.sh [release|debug|asan|tsan|clang] [target...]" >&2
    exit 2
    ;;
esac

# ccache cannot see into a precompiled header; this is its documented setting for that case.
export CCACHE_SLOPPINESS=pch_defines,time_macros
# A clone in another folder finds what this one has compiled.
export CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1
[ -f "build/$mode/build.ninja" ] || cmake -S . -B "build/$mode" "${options[@]}" >&2
cmake --build "build/$mode" ${1:+--target "$@"} >&2
