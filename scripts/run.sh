#!/usr/bin/env bash
# Sets up, builds and serves Madang on http://127.0.0.1:8080 with SQLite in ./data. Arguments go to `madang serve`:
#   scripts/run.sh --server.listen 0.0.0.0:8000
set -euo pipefail
cd "$(dirname "$0")/.."
fail() { printf 'run: %s\n' "$*" >&2; exit 1; }

free=$(df -Pk . | awk 'NR==2 {print $4}')
if [ ! -x build/release/madang ] && [ "$free" -lt 1500000 ]; then fail "the disk is full: a build needs 1.5 GB here, $((free / 1024)) MB are free"; fi
scripts/setup.sh build
scripts/build.sh release madang || fail "the build failed: see the lines above"
exec build/release/madang serve "$@"
