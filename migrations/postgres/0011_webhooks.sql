-- Who is told what happens, and what became of telling them. What happened stands in the history, written in the database
-- transaction in which it happened: nothing can be booked and not told.

CREATE TABLE webhook (
    key        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id         words NOT NULL UNIQUE,
    name       words NOT NULL,
    url        words NOT NULL,
    role       words NOT NULL CHECK (role IN ('webhook', 'before', 'after', 'slack')),
    -- JSON list of names; empty: everything.
    events     json NOT NULL,
    -- Before a posting: it waits for the answer and takes a no.
    blocking   boolean NOT NULL,
    timeout_ms bigint NOT NULL CHECK (timeout_ms > 0),
    attempts   bigint NOT NULL CHECK (attempts > 0),
    -- paused: what happens meanwhile is told later; off: it is not told.
    state      words NOT NULL CHECK (state IN ('on', 'paused', 'off')),
    -- A token; nothing where nothing is signed.
    secret     words,
    -- The newest event that was looked at for it.
    seen_key   bigint NOT NULL,
    created_at bigint NOT NULL
);

CREATE TABLE delivery (
    key         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id          words NOT NULL UNIQUE,
    webhook_key bigint NOT NULL REFERENCES webhook (key) ON DELETE CASCADE,
    -- Nothing for a test, an error or a question before a posting, which bring their own content.
    event_key   bigint REFERENCES event (key),
    event       words NOT NULL,
    object_id   words NOT NULL,
    body        json,
    state       words NOT NULL CHECK (state IN ('waiting', 'delivered', 'dead')),
    attempts    bigint NOT NULL CHECK (attempts >= 0),
    -- The attempt after which it is given up.
    most        bigint NOT NULL CHECK (most > 0),
    next_at     bigint NOT NULL,
    created_at  bigint NOT NULL,
    finished_at bigint,
    -- Of the last attempt.
    status      bigint,
    error       words,
    duration_ms bigint,
    CHECK ((state = 'waiting') = (finished_at IS NULL)),
    CHECK ((event_key IS NULL) = (body IS NOT NULL)),
    UNIQUE (webhook_key, event_key)
);
CREATE INDEX delivery_due ON delivery (next_at, key) WHERE state = 'waiting';
CREATE INDEX delivery_by_webhook ON delivery (webhook_key, state, key);
CREATE INDEX delivery_finished ON delivery (finished_at) WHERE finished_at IS NOT NULL;

CREATE TABLE delivery_attempt (
    delivery_key bigint NOT NULL REFERENCES delivery (key) ON DELETE CASCADE,
    number       bigint NOT NULL CHECK (number > 0),
    at           bigint NOT NULL,
    duration_ms  bigint NOT NULL,
    status       bigint,
    error        words,
    -- The beginning of what was answered.
    response     words NOT NULL,
    PRIMARY KEY (delivery_key, number)
);
