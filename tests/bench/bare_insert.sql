-- For pgbench: 500 rows in one statement into Madang's own log, with nothing judged, numbered or counted.
INSERT INTO events (room_id, seq, ordinal, kind, author_id, key, body, created_at)
  SELECT 1 + i % 1000, n, n, 1, 1, 'k' || n, repeat('x', 128), now() FROM (SELECT i, nextval('bench_seq') AS n FROM generate_series(1, 500) i) s;
