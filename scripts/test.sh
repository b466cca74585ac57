#!/usr/bin/env bash
# Sets up, builds and runs every test; the last line says how many passed.
#   scripts/test.sh             everything, as CI does
#   scripts/test.sh --quick     the release build alone: unit, integration, protocol, browser
#   scripts/test.sh --soak      everything, with the full counts of what is short in CI (fuzzing, property tests), and clang's build
set -euo pipefail
cd "$(dirname "$0")/.."
mode=all
case "${1:-}" in
  '') ;;
  --quick) mode=quick ;;
  --soak) mode=soak ;;
  *)
    echo "usage: scripts/test.sh [--quick|--soak]" >&2
    exit 2
    ;;
esac
most=1500  # seconds that a suite may take
if [ "$mode" = soak ]; then
  export MADANG_SOAK=1
  most=5400
fi

logs=build/test-logs
mkdir -p "$logs"
passed=0 failed=0 failures=()
started=$SECONDS

step() { printf '\n== %s (%d s)\n' "$*" $((SECONDS - started)); }

# What the tests of a suite have drawn and counted: seeds, faults, acknowledgements.
figures() { sed -n 's/^# \\#/  #/p; s/^# .*MADANG_SEED/  &/p' "$1"; }

# Runs one suite, keeps its output, and counts its tests. What failed is shown at the end, where it is looked for.
suite() {
  local name=$1 log="$logs/${1//[^a-z0-9]/-}.log" code=0 good bad
  shift
  timeout "$most" "$@" >"$log" 2>&1 || code=$?
  # Catch2: "test cases: 9 | 9 passed" or "All tests passed (… in 9 test cases)"; node: "# pass 9".
  good=$(awk '/^# pass /{n+=$3} /All tests passed/{for(i=1;i<=NF;i++) if($i=="in") n+=$(i+1)} /^test cases:/{for(i=1;i<=NF;i++) if($i=="passed") n+=$(i-1)} END{print n+0}' "$log")
  bad=$(awk '/^# fail /{n+=$3} /^test cases:/{for(i=1;i<=NF;i++) if($i=="failed") n+=$(i-1)} END{print n+0}' "$log")
  if [ "$code" -ne 0 ] && [ "$bad" -eq 0 ]; then bad=1; fi
  if [ "$code" -eq 0 ] && [ "$good" -eq 0 ]; then good=1; fi
  passed=$((passed + good)) failed=$((failed + bad))
  printf '%-34s %4d passed, %d failed (%d s)\n' "$name" "$good" "$bad" $((SECONDS - started))
  [ "$mode" != soak ] || figures "$log"
  [ "$bad" -eq 0 ] || failures+=("$name" "$log")
}

# The failures of one suite: the tests' names and what they say.
excerpt() {
  local found
  found=$(grep -nE -B 8 -A 14 '^ *not ok|FAILED:|due to unexpected|ERROR: |WARNING: ThreadSanitizer|runtime error|error:' "$2" | head -80) || true
  printf '\n-- %s: %s\n%s\n%s\n' "$1" "$2" "$(figures "$2")" "${found:-$(tail -n 40 "$2")}"
}

unit_tests() {
  local build=$1 program
  shift
  for program in "$@"; do suite "unit $program ($build)" "build/$build/unit_$program"; done
}

# The tests in a folder against the binary of a build.
against() {
  local build=$1 folder=$2 at_once=$3
  suite "$folder ($build)" env MADANG_BIN="$PWD/build/$build/madang" node --test --test-reporter=tap --test-concurrency="$at_once" tests/"$folder"/*.test.mjs
}

# The same over PostgreSQL, but for what is about neither store or brings its own.
over_postgres() {
  local build=$1 folder=$2 at_once=$3 files=() file
  for file in tests/"$folder"/*.test.mjs; do
    case "$file" in */postgres-* | */setup.test.mjs | */moving.test.mjs) ;; *) files+=("$file") ;; esac
  done
  suite "$folder over PostgreSQL ($build)" env MADANG_TEST_STORE=postgres MADANG_BIN="$PWD/build/$build/madang" \
    node --test --test-reporter=tap --test-concurrency="$at_once" "${files[@]}"
}

step set-up
scripts/setup.sh
modules=()
for folder in tests/unit/*/; do modules+=("$(basename "$folder")"); done

step lint
if [ "$mode" = quick ]; then suite lint scripts/lint.sh --fast; else suite lint scripts/lint.sh; fi

step release
scripts/build.sh release
unit_tests release "${modules[@]}"
suite "pages" node --test --test-reporter=tap tests/pages/*.test.mjs
against release integration 2
against release protocol 2
over_postgres release integration 2
over_postgres release protocol 2
against release cluster 1
against release e2e 1

if [ "$mode" != quick ]; then
  step "address and undefined behaviour"
  export ASAN_OPTIONS=detect_stack_use_after_return=1 UBSAN_OPTIONS=print_stacktrace=1
  scripts/build.sh asan
  unit_tests asan "${modules[@]}"
  against asan integration 2
  against asan protocol 2
  against asan cluster 1

  step threads
  export TSAN_OPTIONS=halt_on_error=1
  scripts/build.sh tsan unit_broker unit_storage unit_domain unit_runtime unit_observe unit_redis unit_bus unit_cache
  unit_tests tsan broker storage domain runtime observe redis bus cache

  step fuzz
  suite "fuzz stomp parser" scripts/fuzz.sh "$([ "$mode" = soak ] && echo 600 || echo 20)"

  if [ "$mode" = soak ]; then
    # The second compiler's opinion. On every run clang-tidy has read all sources with it.
    step clang
    scripts/build.sh clang
    unit_tests clang "${modules[@]}"
  fi
fi

for ((i = 0; i < ${#failures[@]}; i += 2)); do excerpt "${failures[i]}" "${failures[i + 1]}"; done
printf '\n%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
