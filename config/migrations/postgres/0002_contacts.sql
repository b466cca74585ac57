-- Friendships and requests stand twice, once for each side, so that a person's list is one range of one index.

CREATE TABLE contacts (
    user_id  bigint NOT NULL REFERENCES users,
    other_id bigint NOT NULL REFERENCES users,
    friends  boolean NOT NULL,  -- false: a request
    incoming boolean NOT NULL,  -- the other one asked
    since    timestamptz NOT NULL,
    PRIMARY KEY (user_id, other_id),
    CHECK (user_id <> other_id)
);
CREATE INDEX contacts_by_state ON contacts (user_id, friends, other_id);

CREATE TABLE blocks (
    user_id    bigint NOT NULL REFERENCES users,
    blocked_id bigint NOT NULL REFERENCES users,
    since      timestamptz NOT NULL,
    PRIMARY KEY (user_id, blocked_id),
    CHECK (user_id <> blocked_id)
);
CREATE INDEX blocks_by_blocked ON blocks (blocked_id);
