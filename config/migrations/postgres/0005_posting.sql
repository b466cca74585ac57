-- Group commit: messages of many rooms in one transaction, judged and written where they are kept (src/storage/postgres/README.md).
--
-- given_rooms     the rooms, each once, in the order of their ids, in which they are locked
-- given_counts    how many of the messages are for each; none: it is locked for what follows in the transaction
-- For each message, in the order in which they were sent:
-- given_authors, given_keys, given_bodies, given_replies (0: none)
-- given_places    which of the rooms, from 1
-- given_turns     which of the room's messages, from 1
-- given_last      whether it is its author's last one in the room
-- given_sought    whether the key may be there already; another one was drawn for this message
--
-- One row for each message, in their order. outcome: n new, d the key is there already (then the row says what stands there), r no member
-- or no room, p no such message to reply to, g the room is guarded (src/storage/postgres/slow_message.hpp) and its messages
-- are judged and written one after the other: one may bring back the author of the next.
--
-- Tables may gain columns: each column is said with its table, and what is a variable's name is the variable.
CREATE OR REPLACE FUNCTION post_messages(
    given_rooms bigint[], given_counts bigint[], given_authors bigint[], given_keys text[], given_bodies text[], given_replies bigint[],
    given_places bigint[], given_turns bigint[], given_last boolean[], given_sought boolean[], given_time timestamptz)
RETURNS TABLE (i bigint, outcome text, seq bigint, ordinal bigint, member_count bigint,
               old_at timestamptz, old_body text, old_target bigint, old_deleted_at timestamptz)
LANGUAGE plpgsql AS $$
#variable_conflict use_variable
DECLARE
    locked bigint[];
    room_rows tid[];
    room_seqs bigint[];       -- before these messages
    room_ordinals bigint[];
    room_members bigint[];
    room_guards boolean[];
    seats bigint;             -- of the authors in their rooms
BEGIN
    -- As if nobody were refused and no key repeated. Otherwise all of it is taken back, locks too: what is locked here and written
    -- there needs one transaction id, for PostgreSQL keeps two of one row as a MultiXact.
    BEGIN
        SELECT array_agg(r.place), array_agg(r.last_seq), array_agg(r.last_ordinal), array_agg(r.member_count), array_agg(r.guarded)
        INTO room_rows, room_seqs, room_ordinals, room_members, room_guards
        FROM (SELECT rooms.ctid AS place, rooms.last_seq, rooms.last_ordinal, rooms.member_count, rooms.guarded FROM rooms
              WHERE rooms.id = ANY(given_rooms) ORDER BY rooms.id FOR NO KEY UPDATE) r;

        -- From here on nobody else writes to these rooms, their members and their logs, and each statement sees what is committed.
        IF room_rows IS NULL OR cardinality(room_rows) <> cardinality(given_rooms) THEN
            RAISE no_data_found;
        END IF;
        IF true = ANY(room_guards)
           AND EXISTS (SELECT FROM unnest(room_guards, given_counts) AS n(guarded, messages) WHERE n.guarded AND n.messages > 0) THEN
            RAISE no_data_found;
        END IF;

        UPDATE members m SET read_ordinal = room_ordinals[n.room] + n.turn
        FROM unnest(given_authors, given_places, given_turns, given_last) AS n(author_id, room, turn, is_last)
        WHERE n.is_last AND m.room_id = given_rooms[n.room] AND m.user_id = n.author_id AND NOT m.hidden;
        GET DIAGNOSTICS seats = ROW_COUNT;
        IF seats <> cardinality(array_positions(given_last, true)) THEN
            RAISE no_data_found;
        END IF;

        IF 0 <> ANY(given_replies)
           AND EXISTS (SELECT FROM unnest(given_authors, given_replies, given_places) AS n(author_id, reply_to, room)
                       CROSS JOIN LATERAL (SELECT members.visible_from FROM members
                                           WHERE members.room_id = given_rooms[n.room] AND members.user_id = n.author_id LIMIT 1) m
                       LEFT JOIN LATERAL (SELECT events.seq FROM events
                                          WHERE events.room_id = given_rooms[n.room] AND events.seq = n.reply_to
                                          AND events.seq > m.visible_from AND events.kind = 1 LIMIT 1) t ON true
                       WHERE n.reply_to <> 0 AND t.seq IS NULL) THEN
            RAISE no_data_found;
        END IF;

        INSERT INTO events (room_id, seq, ordinal, kind, author_id, key, body, target, created_at)
        SELECT given_rooms[n.room], room_seqs[n.room] + n.turn, room_ordinals[n.room] + n.turn, 1, n.author_id, n.key, n.body,
               nullif(n.reply_to, 0), given_time
        FROM unnest(given_authors, given_keys, given_bodies, given_replies, given_places, given_turns)
             AS n(author_id, key, body, reply_to, room, turn);

        UPDATE rooms r SET last_seq = r.last_seq + n.messages, last_ordinal = r.last_ordinal + n.messages,
                           last_message_seq = r.last_seq + n.messages, last_at = greatest(r.last_at, given_time)
        FROM unnest(room_rows, given_counts) AS n(place, messages) WHERE n.messages > 0 AND r.ctid = n.place;

        RETURN QUERY
        SELECT n.i, 'n', room_seqs[n.room] + n.turn, room_ordinals[n.room] + n.turn, room_members[n.room],
               NULL::timestamptz, NULL::text, NULL::bigint, NULL::timestamptz
        FROM unnest(given_places, given_turns) WITH ORDINALITY AS n(room, turn, i);
        RETURN;
    EXCEPTION WHEN no_data_found OR unique_violation THEN
        NULL;  -- somebody is refused, or a key is there already (`events_key`)
    END;

    -- Each is judged, and only who is new gets a number. A room that has come meanwhile is not locked, and so is none.
    -- The look-ups are LATERAL with a LIMIT, so that no plan, made while the tables were empty, can scan one of them.
    SELECT array_agg(r.id) INTO locked
    FROM (SELECT rooms.id FROM rooms WHERE rooms.id = ANY(given_rooms) ORDER BY rooms.id FOR NO KEY UPDATE) r;
    RETURN QUERY
    WITH judged AS (
        SELECT n.*, r.place AS room_place, m.place AS member_place, r.last_seq, r.last_ordinal, r.member_count,
               e.seq AS old_seq, e.ordinal AS old_ordinal, e.created_at AS old_at,
               e.body AS old_body, e.target AS old_target, e.deleted_at AS old_deleted_at,
               CASE WHEN e.seq IS NOT NULL THEN 'd' WHEN r.place IS NULL THEN 'r' WHEN r.guarded THEN 'g' WHEN m.place IS NULL THEN 'r'
                    WHEN n.reply_to <> 0 AND t.seq IS NULL THEN 'p' ELSE 'n' END AS outcome
        FROM (SELECT given_rooms[u.room] AS room_id, u.*
              FROM unnest(given_authors, given_keys, given_bodies, given_replies, given_places, given_sought)
                   WITH ORDINALITY AS u(author_id, key, body, reply_to, room, sought, i)) n
        LEFT JOIN LATERAL (SELECT rooms.ctid AS place, rooms.guarded, rooms.last_seq, rooms.last_ordinal, rooms.member_count FROM rooms
                           WHERE rooms.id = n.room_id AND n.room_id = ANY(locked) LIMIT 1) r ON true
        LEFT JOIN LATERAL (SELECT members.ctid AS place, members.visible_from FROM members
                           WHERE members.room_id = n.room_id AND members.user_id = n.author_id AND NOT members.hidden LIMIT 1) m ON true
        LEFT JOIN LATERAL (SELECT events.seq, events.ordinal, events.created_at, events.body, events.target, events.deleted_at FROM events
                           WHERE n.sought AND events.room_id = n.room_id AND events.author_id = n.author_id AND events.key = n.key
                           LIMIT 1) e ON true
        LEFT JOIN LATERAL (SELECT events.seq FROM events WHERE n.reply_to <> 0 AND events.room_id = n.room_id AND events.seq = n.reply_to
                           AND events.seq > m.visible_from AND events.kind = 1 LIMIT 1) t ON true
    ), numbered AS MATERIALIZED (
        SELECT j.*, j.last_seq     + count(*) FILTER (WHERE j.outcome = 'n') OVER room AS seq,
                    j.last_ordinal + count(*) FILTER (WHERE j.outcome = 'n') OVER room AS ordinal
        FROM judged j WINDOW room AS (PARTITION BY j.room_id ORDER BY j.i)
    ), written AS (
        INSERT INTO events (room_id, seq, ordinal, kind, author_id, key, body, target, created_at)
        SELECT n.room_id, n.seq, n.ordinal, 1, n.author_id, n.key, n.body, nullif(n.reply_to, 0), given_time
        FROM numbered n WHERE n.outcome = 'n'
    ), counted AS (
        UPDATE rooms r SET last_seq = c.seq, last_ordinal = c.ordinal, last_message_seq = c.seq, last_at = greatest(r.last_at, given_time)
        FROM (SELECT n.room_place, max(n.seq) AS seq, max(n.ordinal) AS ordinal FROM numbered n WHERE n.outcome = 'n'
              GROUP BY n.room_place) c
        WHERE r.ctid = c.room_place
    ), marked AS (
        UPDATE members m SET read_ordinal = c.ordinal
        FROM (SELECT n.member_place, max(n.ordinal) AS ordinal FROM numbered n WHERE n.outcome = 'n' GROUP BY n.member_place) c
        WHERE m.ctid = c.member_place
    )
    SELECT n.i, n.outcome, CASE n.outcome WHEN 'n' THEN n.seq ELSE n.old_seq END,
           CASE n.outcome WHEN 'n' THEN n.ordinal ELSE n.old_ordinal END, n.member_count,
           n.old_at, n.old_body, n.old_target, n.old_deleted_at
    FROM numbered n ORDER BY n.i;
END
$$;
