#!/usr/bin/env bash
# PostgreSQL's own figures on Madang's tables and, in the same run, Madang's: two statements and a commit for each message (32 clients) beside
# messages posted over HTTP; 500 rows in one statement (one connection) beside the writer; and pages of a room of a million messages.
#   scripts/postgres.sh scripts/bench_postgres.sh
set -euo pipefail
cd "$(dirname "$0")/.."
[ -n "${PRIVATE_POSTGRES:-}" ] || { echo "bench: run it as scripts/postgres.sh scripts/bench_postgres.sh" >&2; exit 2; }
scripts/build.sh release madang unit_storage
build/release/madang migrate >/dev/null
sql() { psql -X -q -h "$PRIVATE_POSTGRES" -U madang -d madang -v ON_ERROR_STOP=1 -c "$1"; }
load() { pgbench -n -h "$PRIVATE_POSTGRES" -U madang -T 5 -f "tests/bench/$1.sql" "${@:2}" madang 2>/dev/null | sed -n 's/^tps = \([0-9.]*\).*/\1/p'; }
sql "INSERT INTO users (username, display_name, password_hash, locale, role, created_at) VALUES ('bench', 'bench', 'x', 'en', 'user', now())"
sql "INSERT INTO rooms (kind, created_by, created_at, last_at) SELECT 2, 1, now(), now() FROM generate_series(1, 1000)"
sql "CREATE SEQUENCE bench_seq CACHE 500"
printf 'two statements and a commit, 32 clients: %.0f messages/s\n' "$(load two_statements -c 32 -j 2)"
sql "TRUNCATE events"
printf '500 rows a statement, one connection:    %.0f rows/s\n' "$(awk -v tps="$(load bare_insert -c 1)" 'BEGIN {print tps * 500}')"
build/release/unit_storage "[.bench]~*SQLite" | grep 'in flight'
scripts/bench.sh post post-one-room post-many-rooms history
