-- Postings that are accepted and not booked yet: they wait for their time, survive the program that took them, and end
-- once: posted, refused or cancelled.

CREATE TABLE scheduled (
    key         INTEGER PRIMARY KEY AUTOINCREMENT,
    id          TEXT NOT NULL UNIQUE,
    state       TEXT NOT NULL CHECK (state IN ('waiting', 'posted', 'rejected', 'cancelled')),
    due_at      INTEGER NOT NULL,
    -- Empty: one is made when it is posted.
    reference   TEXT NOT NULL,
    request     TEXT NOT NULL CHECK (json_valid(request)),
    accepted_at INTEGER NOT NULL,
    accepted_by TEXT NOT NULL,
    -- Why it was refused or cancelled.
    reason      TEXT,
    txn_key     INTEGER REFERENCES txn (key),
    finished_at INTEGER,
    CHECK ((state = 'waiting') = (finished_at IS NULL)),
    CHECK ((state = 'posted') = (txn_key IS NOT NULL)),
    CHECK ((state IN ('rejected', 'cancelled')) = (reason IS NOT NULL))
) STRICT;
CREATE INDEX scheduled_due ON scheduled (due_at, key) WHERE state = 'waiting';
CREATE UNIQUE INDEX scheduled_reference ON scheduled (reference) WHERE state = 'waiting' AND reference <> '';

CREATE TRIGGER scheduled_ends_once BEFORE UPDATE ON scheduled WHEN OLD.state <> 'waiting'
BEGIN SELECT RAISE(ABORT, 'immutable: what became of a scheduled posting stays'); END;
CREATE TRIGGER scheduled_keeps BEFORE UPDATE OF key, id, accepted_at, accepted_by ON scheduled
BEGIN SELECT RAISE(ABORT, 'immutable: a scheduled posting keeps when it was accepted'); END;
CREATE TRIGGER scheduled_stays BEFORE DELETE ON scheduled
BEGIN SELECT RAISE(ABORT, 'immutable: a scheduled posting is cancelled, not deleted'); END;
CREATE TRIGGER scheduled_no_replace BEFORE INSERT ON scheduled
WHEN EXISTS (SELECT 1 FROM scheduled WHERE key = NEW.key OR id = NEW.id)
  OR EXISTS (SELECT 1 FROM scheduled WHERE state = 'waiting' AND reference = NEW.reference AND reference <> '' AND NEW.state = 'waiting')
BEGIN SELECT RAISE(ABORT, 'taken: this posting is scheduled already'); END;
