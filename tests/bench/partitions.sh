#!/usr/bin/env bash
# Whether partitions would pay: Madang's log with 10^7 rows in 1000 rooms, as it is and in 16 hash partitions by room, in turns. Rows are
# inserted 500 in a statement; pages of 50 are read anywhere in a room, and at its end.
#   scripts/postgres.sh tests/bench/partitions.sh
set -euo pipefail
cd "$(dirname "$0")/../.."
[ -n "${PRIVATE_POSTGRES:-}" ] || { echo "bench: run it as scripts/postgres.sh tests/bench/partitions.sh" >&2; exit 2; }
export PGHOST=$PRIVATE_POSTGRES PGUSER=madang PGDATABASE=madang
export PGOPTIONS='-c plan_cache_mode=force_generic_plan -c jit=off -c enable_seqscan=off -c enable_bitmapscan=off -c maintenance_work_mem=512MB'
scripts/build.sh release madang
build/release/madang migrate >/dev/null
rows="INSERT INTO %s (room_id, seq, ordinal, kind, author_id, key, body, created_at) SELECT 1 + n %% 1000, 1 + n / 1000, 1 + n / 1000, 1, 1,
  'k' || lpad(n::text, 16, '0'), repeat('x', 128), now() FROM "
psql -X -q -v ON_ERROR_STOP=1 <<SQL
CREATE TABLE one (LIKE events);
CREATE TABLE many (LIKE events) PARTITION BY HASH (room_id);
SELECT format('CREATE TABLE many_%s PARTITION OF many FOR VALUES WITH (MODULUS 16, REMAINDER %s)', i, i) FROM generate_series(0, 15) i \gexec
SELECT format(\$\$${rows}generate_series(0, 9999999) n\$\$, t) FROM unnest('{one,many}'::text[]) t \gexec
SELECT format('ALTER TABLE %1\$s ADD PRIMARY KEY (room_id, seq); CREATE UNIQUE INDEX ON %1\$s (room_id, author_id, key) WHERE key IS NOT NULL;
  CREATE INDEX ON %1\$s (room_id, seq) WHERE kind <= 4; CREATE SEQUENCE n_%1\$s START 10000000 CACHE 500', t) FROM unnest('{one,many}'::text[]) t \gexec
VACUUM ANALYZE one;
VACUUM ANALYZE many;
SQL
page="SELECT seq, kind, author_id, created_at, ordinal, key, target, subject, value, edited_at, deleted_at, body FROM %s WHERE room_id = :room"
# shellcheck disable=SC2059  # the table's name belongs into the text
measure() {
  local tps
  tps=$(printf "\\\\set room random(1, 1000)\n\\\\set after random(1, 9900)\n$3\n" "$2" "$2" |
    pgbench -n -M prepared -T 5 -f /dev/stdin 2>/dev/null | sed -n 's/^tps = \([0-9.]*\).*/\1/p')
  printf '%-22s %-5s %8.0f/s\n' "$1" "$2" "$tps"
}
for _ in 1 2 3 4 5; do
  for table in one many; do measure '500 rows' "$table" "${rows}(SELECT nextval('n_%s') AS n FROM generate_series(1, 500)) s;"; done
  for table in one many; do measure 'a page anywhere' "$table" "$page AND seq > :after ORDER BY seq LIMIT 50;"; done
  for table in one many; do measure 'the newest page' "$table" "$page AND kind <= 4 ORDER BY seq DESC LIMIT 50;"; done
done
