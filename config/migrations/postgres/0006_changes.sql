-- Edits and deletions alone: whether what was read of a room's log is still as it stands there.
CREATE INDEX events_changes ON events (room_id, seq) WHERE kind IN (6, 7);
