#!/usr/bin/env bash
# Measures a release build on this machine: server on core 0, load on core 1, a fresh database each time.
#   scripts/bench.sh [workload...]        start sends fanout idle post post-one-room post-many-rooms history
#   scripts/postgres.sh scripts/bench.sh [workload...]    the same on PostgreSQL
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/build.sh release madang
madang=$PWD/build/release/madang
folder=$(mktemp -d)
server=
stop() { [ -z "$server" ] || { kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; }; server=; }
trap 'stop; rm -rf "$folder"' EXIT

export MADANG_SERVER_LISTEN=127.0.0.1:0 MADANG_ADMIN_LISTEN=127.0.0.1:0 MADANG_LOG_LEVEL=warn MADANG_SERVER_THREADS=1
export MADANG_LIMITS_SENDS_PER_SECOND=0 MADANG_LIMITS_SIGNUPS_PER_HOUR=0

start() {
  if [ -z "${PRIVATE_POSTGRES:-}" ]; then
    export MADANG_STORAGE_URL=sqlite://$folder/$1/madang.db
  elif [ ! -e "$folder/$1" ]; then
    createdb -h "$PRIVATE_POSTGRES" -U madang "bench $1"
    export MADANG_STORAGE_URL="postgresql://madang@/bench%20$1?host=$PRIVATE_POSTGRES"
    : >"$folder/$1"
  fi
  : >"$folder/out"
  local began=${EPOCHREALTIME/./}
  taskset -c 0 "$madang" serve >"$folder/out" &
  server=$!
  until grep -q '^listening' "$folder/out"; do
    kill -0 "$server" || exit 1
    read -rt 0.002 <> <(:) || true
  done
  took=$(((${EPOCHREALTIME/./} - began) / 1000))
  port=$(sed -n 's/^listening on .*:\([0-9]*\)$/\1/p' "$folder/out")
  admin=$(sed -n 's/^admin on .*:\([0-9]*\)$/\1/p' "$folder/out")
}

workloads=("$@")
[ "${#workloads[@]}" -gt 0 ] || workloads=(start sends fanout idle post post-one-room post-many-rooms history)
for workload in "${workloads[@]}"; do
  start "$workload"
  if [ "$workload" = start ]; then
    stop
    start "$workload"
    printf 'start   to ready with an existing database: %d ms\n' "$took"
  else
    size=()
    [ "$workload" != history ] || size=(--messages 1000000)
    taskset -c 1 "$madang" bench "$workload" --port "$port" --admin-port "$admin" "${size[@]}"
  fi
  stop
done
