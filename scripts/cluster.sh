#!/usr/bin/env bash
# Sets up, builds and runs a cluster on loopback: PostgreSQL, Redis, several nodes and Nginx from Debian's packages, private, until Ctrl-C.
#   scripts/cluster.sh            three nodes behind http://127.0.0.1:8080
#   PORT=0 scripts/cluster.sh 5   five nodes behind a free port
# With MADANG_BIN it takes that binary and builds nothing. Everything else of MADANG_* is for every node.
set -euo pipefail
fail() { printf 'cluster: %s\n' "$*" >&2; exit 1; }
count=${1:-3} port=${PORT:-8080} madang=${MADANG_BIN:-}
[[ $# -le 1 && $count =~ ^[1-9][0-9]?$ && $port =~ ^[0-9]{1,5}$ ]] || fail "usage: [PORT=8080] scripts/cluster.sh [NODES]"
[ -z "$madang" ] || madang=$(realpath -e "$madang")
cd "$(dirname "$0")/.."
if [ -z "$madang" ]; then
  scripts/setup.sh
  scripts/build.sh release madang || fail "the build failed: see the lines above"
  madang=$PWD/build/release/madang
fi
nginx=/usr/sbin/nginx
for program in "$nginx" redis-server; do command -v "$program" >/dev/null || fail "there is no $program: run scripts/setup.sh"; done

folder=$(mktemp -d)
chmod 711 "$folder" # PostgreSQL does not run as root
declare -A pids=()
nodes=() servers=()

# In a session of its own, so that Ctrl-C reaches this script alone; ended with it in any case.
start() {
  local name=$1
  shift
  setsid setpriv --pdeathsig TERM "$@" <"$folder/hold" >"$folder/$name.log" 2>&1 {hold}>&- &
  pids[$name]=$!
}

# With its group, for Nginx's workers outlive a master that was killed. Each part has a deadline of its own, a node 25 s.
stop() {
  local name
  for name in "$@"; do kill -- "-${pids[$name]}" 2>/dev/null || true; done
  for name in "$@"; do wait "${pids[$name]}" 2>/dev/null || true; done
}

# Nodes first, and all at once, while Nginx still tells their sockets. A second Ctrl-C does not wait for them.
end() {
  trap - INT TERM
  stop "${nodes[@]}"
  for name in nginx redis; do [ -z "${pids[$name]:-}" ] || stop "$name"; done
  exec {hold}>&-
  wait
  rm -rf "$folder"
}

died() {
  tail -n 20 "$folder/$1.log" >&2 || true
  fail "$1 has ended: the end of its log is above"
}

# Asks again until it is so, while the part lives.
await() {
  local name=$1 deadline=$((SECONDS + 60))
  shift
  until "$@" >/dev/null 2>&1; do
    kill -0 "${pids[$name]}" 2>/dev/null || died "$name"
    [ "$SECONDS" -lt "$deadline" ] || fail "$name is not ready after a minute"
    read -rt 0.05 <> <(:) || true
  done
}

# Below the ports that the system gives to outgoing connections.
free_port() {
  local candidate
  while candidate=$((RANDOM % 20000 + 10000)) && (: <>"/dev/tcp/127.0.0.1/$candidate") 2>/dev/null; do :; done
  echo "$candidate"
}

# What all parts read from; it ends when we close it or are gone.
mkfifo "$folder/hold"
exec {hold}<>"$folder/hold"
trap end EXIT
trap 'exit 0' INT TERM

# scripts/postgres.sh ends its server when its command ends: with what it reads from, or when the server is gone.
# shellcheck disable=SC2016  # that shell's variables
start postgres env TMPDIR="$folder" scripts/postgres.sh bash -c 'echo "at $MADANG_STORAGE_URL"
  read -r server <"$PRIVATE_POSTGRES/data/postmaster.pid"
  until read -rt 1 || [ $? -le 128 ] || ! kill -0 "$server"; do :; done'
redis_port=$(free_port)
start redis redis-server --port "$redis_port" --bind 127.0.0.1 --save '' --appendonly no --dir "$folder"
await postgres grep -q '^at ' "$folder/postgres.log"
await redis redis-cli -p "$redis_port" ping
export MADANG_STORAGE_URL MADANG_BUS_URLS="redis://127.0.0.1:$redis_port" MADANG_CACHE_URL="redis://127.0.0.1:$redis_port"
export MADANG_SERVER_TRUSTED_PROXIES=127.0.0.1
export MADANG_SERVER_LISTEN=127.0.0.1:0 MADANG_ADMIN_LISTEN=127.0.0.1:0
MADANG_STORAGE_URL=$(sed -n 's/^at //p' "$folder/postgres.log")
printf 'postgres  %s\nredis     %s\n' "$MADANG_STORAGE_URL" "$MADANG_BUS_URLS"

# One after the other: the first makes the schema.
for ((i = 1; i <= count; ++i)); do
  nodes+=("node$i")
  start "node$i" "$madang" serve
  await "node$i" grep -q '^listening on ' "$folder/node$i.log"
  url=$(sed -n 's/^listening on //p' "$folder/node$i.log")
  printf 'node%-5s %s  %s  pid %s\n' "$i" "$url" "$(grep '^admin on ' "$folder/node$i.log")" "${pids[node$i]}"
  servers+=("${url#http://}")
done

# The files of config/nginx, with these nodes and this port.
[ "$port" -ne 0 ] || port=$(free_port)
mkdir "$folder/snippets"
cp config/nginx/madang-locations.conf "$folder/snippets"
awk -v nodes="${servers[*]}" '$1 != "server" { print; next } !done++ { n = split(nodes, all); for (i = 1; i <= n; ++i) { $2 = all[i]; print } }' \
  config/nginx/madang-upstream.conf >"$folder/snippets/madang-upstream.conf"
sed -e '/listen \[::\]/d' -e "s/listen 80 /listen 127.0.0.1:$port /" config/nginx/madang.conf >"$folder/madang.conf"
temporary=$(printf '%s_temp_path temporary; ' client_body proxy fastcgi uwsgi scgi)
user=$([ "$(id -u)" -ne 0 ] || echo 'user root;')
echo "$user worker_processes 2; pid nginx.pid; events { worker_connections 4096; } http { access_log off; $temporary include madang.conf; }" >"$folder/nginx.conf"
start nginx "$nginx" -e stderr -p "$folder" -c "$folder/nginx.conf" -g 'daemon off; error_log stderr warn;'
await nginx test -s "$folder/nginx.pid"
printf 'logs      %s\ncluster on http://127.0.0.1:%s\n' "$folder/*.log" "$port"

# Looks first, for `wait` knows nothing of what has ended before.
while for name in "${!pids[@]}"; do kill -0 "${pids[$name]}" 2>/dev/null || died "$name"; done; do wait -n "${pids[@]}" || true; done
