-- Rooms, who is in them, and their logs.

CREATE TABLE rooms (
    id               INTEGER NOT NULL PRIMARY KEY,
    kind             INTEGER NOT NULL,        -- 1 direct, 2 group
    name             TEXT NOT NULL DEFAULT '',
    direct_key       TEXT UNIQUE,             -- '<lower user>:<higher user>': one direct room for each pair
    created_by       INTEGER NOT NULL REFERENCES users (id),
    create_key       TEXT,                    -- the creator's Idempotency-Key
    created_at       INTEGER NOT NULL,
    last_at          INTEGER NOT NULL,        -- of the newest message; of the creation while there is none
    last_seq         INTEGER NOT NULL DEFAULT 0,
    last_ordinal     INTEGER NOT NULL DEFAULT 0,
    last_message_seq INTEGER NOT NULL DEFAULT 0,
    member_count     INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX rooms_create_key ON rooms (created_by, create_key) WHERE create_key IS NOT NULL;

CREATE TABLE members (
    room         INTEGER NOT NULL REFERENCES rooms (id),
    user         INTEGER NOT NULL REFERENCES users (id),
    role         INTEGER NOT NULL,            -- 1 member, 2 admin, 3 owner
    joined_at    INTEGER NOT NULL,
    visible_from INTEGER NOT NULL,            -- sees what has a greater seq
    read_ordinal INTEGER NOT NULL,
    muted        INTEGER NOT NULL DEFAULT 0,
    hidden       INTEGER NOT NULL DEFAULT 0,  -- a direct room that its member has left
    PRIMARY KEY (room, user)
) STRICT, WITHOUT ROWID;
CREATE INDEX members_by_user ON members (user, hidden);
CREATE INDEX members_by_joining ON members (room, joined_at, user);
CREATE UNIQUE INDEX members_owner ON members (room) WHERE role = 3;

-- The log. Written by one place that is tested for it, and without foreign keys: rooms and users are never deleted under it.
--   kind        body             target           subject   value
--   1 message   text             replied seq
--   2 join      [user ids]
--   3 leave                                       user
--   4 rename    name
--   5 role                                        user      role
--   6 edit                       message's seq
--   7 delete                     message's seq
--   8 reaction  emoji            message's seq              1 on, 0 off
CREATE TABLE events (
    room       INTEGER NOT NULL,
    seq        INTEGER NOT NULL,
    kind       INTEGER NOT NULL,
    author     INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    ordinal    INTEGER,          -- messages alone
    key        TEXT,             -- messages alone
    body       TEXT,
    target     INTEGER,
    subject    INTEGER,
    value      INTEGER,
    edited_at  INTEGER,
    deleted_at INTEGER,          -- a deleted message keeps its row and loses its body
    PRIMARY KEY (room, seq)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX events_key ON events (room, author, key) WHERE key IS NOT NULL;
-- message, join, leave, rename: a timeline pages as fast where a thousand reactions stand between two messages.
CREATE INDEX events_timeline ON events (room, seq) WHERE kind <= 4;

CREATE TABLE reactions (
    room  INTEGER NOT NULL,
    seq   INTEGER NOT NULL,
    emoji TEXT NOT NULL,
    user  INTEGER NOT NULL,
    PRIMARY KEY (room, seq, emoji, user)
) STRICT, WITHOUT ROWID;
