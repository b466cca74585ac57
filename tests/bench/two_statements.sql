-- For pgbench: what a server without group commit does for each message, on Madang's own tables.
\set room random(1, 1000)
BEGIN;
UPDATE rooms SET last_seq = last_seq + 1, last_ordinal = last_ordinal + 1, last_at = now() WHERE id = :room RETURNING last_seq \gset
INSERT INTO events (room_id, seq, ordinal, kind, author_id, key, body, created_at)
  VALUES (:room, :last_seq, :last_seq, 1, 1, 'k' || :last_seq, repeat('x', 128), now());
COMMIT;
