-- Friendships and requests stand twice, once for each side, so that a person's list is one range of one index.

CREATE TABLE contacts (
    user     INTEGER NOT NULL REFERENCES users (id),
    other    INTEGER NOT NULL REFERENCES users (id),
    friends  INTEGER NOT NULL,  -- 0: a request
    incoming INTEGER NOT NULL,  -- 1: the other one asked
    since    INTEGER NOT NULL,
    PRIMARY KEY (user, other),
    CHECK (user <> other)
) STRICT, WITHOUT ROWID;
CREATE INDEX contacts_by_state ON contacts (user, friends, other);

CREATE TABLE blocks (
    user    INTEGER NOT NULL REFERENCES users (id),
    blocked INTEGER NOT NULL REFERENCES users (id),
    since   INTEGER NOT NULL,
    PRIMARY KEY (user, blocked),
    CHECK (user <> blocked)
) STRICT, WITHOUT ROWID;
CREATE INDEX blocks_by_blocked ON blocks (blocked);
