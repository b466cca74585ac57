#!/usr/bin/env bash
# Measures a release build on this machine: server on core 0, load on core 1, a fresh database each time.
#   scripts/bench.sh [workload...]        start sends fanout idle post post-one-room post-many-rooms post-ramp history rooms friends
#   scripts/bench.sh rooms rooms-off rooms-miss           with a cache as it is configured, without one, and with one that has just forgotten
#   scripts/bench.sh history history-off                  a cache in which the room has its place, and none
#   scripts/postgres.sh scripts/bench.sh [workload...]    the same on PostgreSQL
#   BENCH_REDIS=1 scripts/bench.sh [workload...]          the same with its cache in a private Redis
#   BENCH_FLAGS='--writes 1 --seconds 60' scripts/bench.sh friends
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/build.sh release madang
madang=$PWD/build/release/madang
folder=$(mktemp -d)
server='' redis=''
stop() { [ -z "$server" ] || { kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; }; server=; }
stop_redis() { [ -z "$redis" ] || { kill "$redis" 2>/dev/null || true; wait "$redis" 2>/dev/null || true; }; redis=; }
trap 'stop; stop_redis; rm -rf "$folder"' EXIT

export MADANG_SERVER_LISTEN=127.0.0.1:0 MADANG_ADMIN_LISTEN=127.0.0.1:0 MADANG_LOG_LEVEL=warn MADANG_SERVER_THREADS=1
export MADANG_LIMITS_SENDS_PER_SECOND=0 MADANG_LIMITS_SIGNUPS_PER_HOUR=0

# An empty one for each server: ids begin anew with each database, and what is cached goes by ids.
start_redis() {
  local port
  while port=$((RANDOM % 20000 + 10000)) && (: <>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do :; done
  setpriv --pdeathsig TERM redis-server --port "$port" --bind 127.0.0.1 --save '' --appendonly no --dir "$folder" >"$folder/redis.log" &
  redis=$!
  until redis-cli -p "$port" ping >/dev/null 2>&1; do
    kill -0 "$redis" 2>/dev/null || { cat "$folder/redis.log" >&2; exit 1; }
    read -rt 0.05 <> <(:) || true
  done
  export MADANG_CACHE_URL=redis://127.0.0.1:$port
}

# The database's name, and variables of this server alone.
start() {
  if [ -z "${PRIVATE_POSTGRES:-}" ]; then
    export MADANG_STORAGE_URL=sqlite://$folder/$1/madang.db
  elif [ ! -e "$folder/$1" ]; then
    createdb -h "$PRIVATE_POSTGRES" -U madang "bench $1"
    export MADANG_STORAGE_URL="postgresql://madang@/bench%20$1?host=$PRIVATE_POSTGRES"
    : >"$folder/$1"
  fi
  [ -z "${BENCH_REDIS:-}" ] || { stop_redis; start_redis; }
  : >"$folder/out"
  local began=${EPOCHREALTIME/./}
  taskset -c 0 env "${@:2}" "$madang" serve >"$folder/out" &
  server=$!
  until grep -q '^listening' "$folder/out"; do
    kill -0 "$server" 2>/dev/null || exit 1
    read -rt 0.002 <> <(:) || true
  done
  took=$(((${EPOCHREALTIME/./} - began) / 1000))
  port=$(sed -n 's/^listening on .*:\([0-9]*\)$/\1/p' "$folder/out")
  admin=$(sed -n 's/^admin on .*:\([0-9]*\)$/\1/p' "$folder/out")
}

workloads=("$@")
[ "${#workloads[@]}" -gt 0 ] || workloads=(start sends fanout idle post post-one-room post-many-rooms post-ramp history rooms friends)
read -ra flags <<<"${BENCH_FLAGS:-}"
for workload in "${workloads[@]}"; do
  cache=()
  case "$workload" in
    *-off) cache=(MADANG_CACHE_TTL=0s) ;;
    *-miss) cache=(MADANG_CACHE_TTL=1ms) ;;
    history) cache=(MADANG_CACHE_LOG_BYTES=512MiB) ;;
  esac
  start "$workload" "${cache[@]}"
  if [ "$workload" = start ]; then
    stop
    start "$workload"
    printf 'start   to ready with an existing database: %d ms\n' "$took"
  else
    size=()
    [[ "$workload" != history* ]] || size=(--messages 1000000)
    [ "${#cache[@]}" -eq 0 ] || printf '%s: ' "${cache[0]}"
    name=${workload%-off}
    taskset -c 1 "$madang" bench "${name%-miss}" --port "$port" --admin-port "$admin" "${size[@]}" "${flags[@]}"
  fi
  stop
done
