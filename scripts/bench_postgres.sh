#!/usr/bin/env bash
# PostgreSQL's own figures on Madang's tables and, in the same run, Madang's: what a flush to the disk costs; two statements and a commit
# for each message (32 clients) beside messages posted over HTTP; 500 rows in one statement (`unnest`, one connection of our driver)
# and the writer with batches of 500 in turns; from one row to a million; and pages of a room of a million messages, kept and not.
#   scripts/postgres.sh scripts/bench_postgres.sh
set -euo pipefail
cd "$(dirname "$0")/.."
[ -n "${PRIVATE_POSTGRES:-}" ] || { echo "bench: run it as scripts/postgres.sh scripts/bench_postgres.sh" >&2; exit 2; }
scripts/build.sh release madang unit_storage
build/release/madang migrate >/dev/null
sql() { psql -X -q -h "$PRIVATE_POSTGRES" -U madang -d madang -v ON_ERROR_STOP=1 -c "$1"; }
sql "INSERT INTO users (username, display_name, password_hash, locale, role, created_at) VALUES ('bench', 'bench', 'x', 'en', 'user', now())"
sql "INSERT INTO rooms (kind, created_by, created_at, last_at) SELECT 2, 1, now(), now() FROM generate_series(1, 1000)"
tps=$(pgbench -n -h "$PRIVATE_POSTGRES" -U madang -T 5 -c 32 -j 2 -f tests/bench/two_statements.sql madang 2>/dev/null | sed -n 's/^tps = \([0-9.]*\).*/\1/p')
pg_test_fsync -s 1 -f "$(mktemp -u)" 2>/dev/null | awk '$1 == "fdatasync" && !seen++ { print "fdatasync of 8 kB: " $2, $3 ", " $4, $5 }'
printf 'two statements and a commit, 32 clients: %.0f messages/s\n' "$tps"
build/release/unit_storage "[.bench]~*SQLite" | grep -E 'in flight|turns'
# Beside each kind of posting, how many times as many it is.
scripts/bench.sh post post-one-room post-many-rooms post-ramp history history-off |
  awk -v bare="$tps" '{ print } /^post/ && match($0, /[0-9]+\/s,/) { printf "  %.1f of the two statements\n", substr($0, RSTART) / bare } { fflush() }'
