-- People, their sign-in sessions, the keys that sign access tokens. Times are milliseconds since 1970 in UTC.

CREATE TABLE meta (
    name  TEXT NOT NULL PRIMARY KEY,   -- 'epoch': names this history of the database
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Never deleted: a person who leaves becomes a tombstone that keeps the username.
CREATE TABLE users (
    id             INTEGER NOT NULL PRIMARY KEY,
    username       TEXT NOT NULL UNIQUE,
    display_name   TEXT NOT NULL,
    status_message TEXT NOT NULL DEFAULT '',
    password_hash  TEXT NOT NULL,
    email          TEXT NOT NULL DEFAULT '',
    locale         TEXT NOT NULL,
    role           TEXT NOT NULL CHECK (role IN ('user', 'admin')),
    disabled       INTEGER NOT NULL DEFAULT 0,
    created_at     INTEGER NOT NULL,
    deleted_at     INTEGER
) STRICT;

CREATE TABLE sessions (
    id           INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,  -- named by tokens: never given again
    user         INTEGER NOT NULL REFERENCES users (id),
    device       TEXT NOT NULL,
    address      TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    ended_at     INTEGER,
    generation   INTEGER NOT NULL DEFAULT 0,  -- of the current refresh tokens
    rotated_at   INTEGER NOT NULL             -- when the first token of this generation was given
) STRICT;
CREATE INDEX sessions_open ON sessions (user, last_used_at) WHERE ended_at IS NULL;
CREATE INDEX sessions_ended ON sessions (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX sessions_expiring ON sessions (expires_at);

CREATE TABLE refresh_tokens (
    hash       BLOB NOT NULL PRIMARY KEY,
    session    INTEGER NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    generation INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX refresh_tokens_by_session ON refresh_tokens (session, generation);

CREATE TABLE signing_keys (
    kid        TEXT NOT NULL PRIMARY KEY,
    seed       BLOB NOT NULL,  -- Ed25519, 32 bytes
    created_at INTEGER NOT NULL,
    revoked    INTEGER NOT NULL DEFAULT 0
) STRICT;
