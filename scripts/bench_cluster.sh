#!/usr/bin/env bash
# Measures one node, then three, on one PostgreSQL and one Redis behind Nginx (scripts/cluster.sh), and how many Redis commands a message costs.
# CPU seconds are the first node's alone.
#   scripts/bench_cluster.sh
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/build.sh release madang
export MADANG_BIN=$PWD/build/release/madang MADANG_LOG_LEVEL=warn MADANG_LIMITS_SENDS_PER_SECOND=0 MADANG_LIMITS_SIGNUPS_PER_HOUR=0
folder=$(mktemp -d)
cluster=
stop() { [ -z "$cluster" ] || { kill "$cluster" 2>/dev/null || true; wait "$cluster" 2>/dev/null || true; }; cluster=; }
trap 'stop; rm -rf "$folder"' EXIT

start() {
  : >"$folder/out"
  PORT=0 scripts/cluster.sh "$1" >"$folder/out" 2>&1 &
  cluster=$!
  until grep -q '^cluster on ' "$folder/out"; do
    kill -0 "$cluster" 2>/dev/null || { cat "$folder/out" >&2; exit 1; }
    read -rt 0.1 <> <(:) || true
  done
  port=$(sed -n 's/^cluster on .*:\([0-9]*\)$/\1/p' "$folder/out")
  mapfile -t admins < <(sed -n 's/.*admin on .*:\([0-9]*\)  pid.*/\1/p' "$folder/out")
}

# The sum of these metrics over all nodes.
total() {
  local admin
  for admin in "${admins[@]}"; do curl -fsS "http://127.0.0.1:$admin/metrics"; done |
    awk -v names=" $* " 'index(names, " " $1 " ") { n += $2 } END { printf "%d\n", n }'
}

for nodes in 1 3; do
  start "$nodes"
  for workload in sends fanout; do
    commands=$(total madang_bus_commands_total madang_cache_redis_commands_total) units=$(total madang_storage_units_total)
    printf '%d node(s)  ' "$nodes"
    "$MADANG_BIN" bench "$workload" --port "$port" --admin-port "${admins[0]}"
    commands=$(($(total madang_bus_commands_total madang_cache_redis_commands_total) - commands)) units=$(($(total madang_storage_units_total) - units))
    awk -v c="$commands" -v u="$units" 'BEGIN { printf "           %d Redis commands for %d units of writing: %.2f each\n", c, u, c / u }'
  done
  stop
done
