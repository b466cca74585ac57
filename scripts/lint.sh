#!/usr/bin/env bash
# Format, layers, static analysis. With --fix, formats in place.
#   scripts/lint.sh [--fix] [--fast]      --fast leaves clang-tidy out
set -euo pipefail
cd "$(dirname "$0")/.."
fix=no fast=no
for flag in "$@"; do
  case "$flag" in
    --fix) fix=yes ;;
    --fast) fast=yes ;;
    *)
      echo "usage: scripts/lint.sh [--fix] [--fast]" >&2
      exit 2
      ;;
  esac
done

mapfile -t sources < <(git ls-files --cached --others --exclude-standard -- 'include/*.hpp' 'src/*.hpp' 'src/*.cpp' 'src/*.ipp' 'tests/*.hpp' 'tests/*.cpp')
if [ "$fix" = yes ]; then
  clang-format -i "${sources[@]}"
else
  clang-format --dry-run -Werror "${sources[@]}" || {
    echo "lint: run scripts/lint.sh --fix" >&2
    exit 1
  }
fi
echo "format: ${#sources[@]} files"
scripts/check_layers
if command -v shellcheck >/dev/null; then shellcheck scripts/*.sh .ci/run; fi

[ "$fast" = no ] || exit 0
# clang-tidy reads the commands of the clang build.
scripts/build.sh clang madang_precompiled
scripts/tidy.py "$(command -v clang-tidy-22 || command -v clang-tidy)" build/clang
