-- Who is told what happens, and what became of telling them. What happened stands in the history, written in the database
-- transaction in which it happened: nothing can be booked and not told.

CREATE TABLE webhook (
    key        INTEGER PRIMARY KEY AUTOINCREMENT,
    id         TEXT NOT NULL UNIQUE,
    name       TEXT NOT NULL,
    url        TEXT NOT NULL,
    role       TEXT NOT NULL CHECK (role IN ('webhook', 'before', 'after', 'slack')),
    -- JSON list of names; empty: everything.
    events     TEXT NOT NULL CHECK (json_valid(events)),
    -- Before a posting: it waits for the answer and takes a no.
    blocking   INTEGER NOT NULL CHECK (blocking IN (0, 1)),
    timeout_ms INTEGER NOT NULL CHECK (timeout_ms > 0),
    attempts   INTEGER NOT NULL CHECK (attempts > 0),
    -- paused: what happens meanwhile is told later; off: it is not told.
    state      TEXT NOT NULL CHECK (state IN ('on', 'paused', 'off')),
    -- A token; nothing where nothing is signed.
    secret     TEXT,
    -- The newest event that was looked at for it.
    seen_key   INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE delivery (
    key         INTEGER PRIMARY KEY AUTOINCREMENT,
    id          TEXT NOT NULL UNIQUE,
    webhook_key INTEGER NOT NULL REFERENCES webhook (key) ON DELETE CASCADE,
    -- Nothing for a test, an error or a question before a posting, which bring their own content.
    event_key   INTEGER REFERENCES event (key),
    event       TEXT NOT NULL,
    object_id   TEXT NOT NULL,
    body        TEXT CHECK (body IS NULL OR json_valid(body)),
    state       TEXT NOT NULL CHECK (state IN ('waiting', 'delivered', 'dead')),
    attempts    INTEGER NOT NULL CHECK (attempts >= 0),
    -- The attempt after which it is given up.
    most        INTEGER NOT NULL CHECK (most > 0),
    next_at     INTEGER NOT NULL,
    created_at  INTEGER NOT NULL,
    finished_at INTEGER,
    -- Of the last attempt.
    status      INTEGER,
    error       TEXT,
    duration_ms INTEGER,
    CHECK ((state = 'waiting') = (finished_at IS NULL)),
    CHECK ((event_key IS NULL) = (body IS NOT NULL)),
    UNIQUE (webhook_key, event_key)
) STRICT;
CREATE INDEX delivery_due ON delivery (next_at, key) WHERE state = 'waiting';
CREATE INDEX delivery_by_webhook ON delivery (webhook_key, state, key);
CREATE INDEX delivery_finished ON delivery (finished_at) WHERE finished_at IS NOT NULL;

CREATE TABLE delivery_attempt (
    delivery_key INTEGER NOT NULL REFERENCES delivery (key) ON DELETE CASCADE,
    number       INTEGER NOT NULL CHECK (number > 0),
    at           INTEGER NOT NULL,
    duration_ms  INTEGER NOT NULL,
    status       INTEGER,
    error        TEXT,
    -- The beginning of what was answered.
    response     TEXT NOT NULL,
    PRIMARY KEY (delivery_key, number)
) STRICT, WITHOUT ROWID;
