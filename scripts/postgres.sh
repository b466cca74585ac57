#!/usr/bin/env bash
# Runs a command beside a private PostgreSQL from Debian's package, and ends that afterwards. Its data goes with it.
#   scripts/postgres.sh scripts/run.sh          Madang on PostgreSQL
#   scripts/postgres.sh scripts/bench.sh post   a workload on PostgreSQL
# The command finds MADANG_STORAGE_URL, and in PRIVATE_POSTGRES the folder of the server's socket (user madang, no password).
set -euo pipefail
fail() { printf 'postgres: %s\n' "$*" >&2; exit 1; }
[ $# -gt 0 ] || fail "usage: scripts/postgres.sh COMMAND..."

programs=$(find /usr/lib/postgresql -mindepth 2 -maxdepth 2 -name bin 2>/dev/null | sort -V | tail -1)
[ -n "$programs" ] || fail "there is no PostgreSQL server: run scripts/setup.sh"
folder=$(mktemp -d)
# PostgreSQL refuses to run as root.
as=(setpriv --pdeathsig INT)
if [ "$(id -u)" -eq 0 ]; then
  chown postgres: "$folder"
  as+=(--reuid postgres --regid postgres --init-groups)
fi
server=
end() {
  [ -z "$server" ] || { kill -INT "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; }
  rm -rf "$folder"
}
trap end EXIT
cd /
"${as[@]}" "$programs/initdb" -D "$folder/data" -U madang -A trust --locale=C -E UTF8 >/dev/null || fail "initdb failed: see the lines above"
# shellcheck disable=SC2086  # several words: settings for a bench
"${as[@]}" "$programs/postgres" -D "$folder/data" -k "$folder" -c listen_addresses= -c max_connections=200 ${PRIVATE_POSTGRES_FLAGS:-} >"$folder/log" 2>&1 &
server=$!
until "$programs/pg_isready" -q -h "$folder" -U madang -d postgres; do
  kill -0 "$server" 2>/dev/null || { cat "$folder/log" >&2; fail "the server did not start"; }
  read -rt 0.05 <> <(:) || true
done
"$programs/createdb" -h "$folder" -U madang madang
cd "$OLDPWD"
export MADANG_STORAGE_URL="postgresql://madang@/madang?host=$folder" PRIVATE_POSTGRES=$folder PATH=$PATH:$programs
"$@"
