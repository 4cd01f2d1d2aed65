-- The book: who it is, the ledger, and the journal.
--
-- Amounts are canonical decimal TEXT in minor units (no sign for journal rows, which are always above zero).
-- Sorting uses (length, text), which is numeric order for canonical text; sums use 12-digit slices.
-- Times are microseconds since the epoch (INTEGER); days are ISO dates (TEXT).

CREATE TABLE setting (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL CHECK (json_valid(value))
) STRICT, WITHOUT ROWID;

CREATE TABLE ledger (
    key        INTEGER PRIMARY KEY,
    id         TEXT NOT NULL UNIQUE,
    name       TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE balance (
    key             INTEGER PRIMARY KEY,
    id              TEXT NOT NULL UNIQUE,
    ledger_key      INTEGER NOT NULL REFERENCES ledger (key),
    name            TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    -- '@name' for balances that are found by name and currency; such a name is taken once per currency.
    indicator       TEXT CHECK (indicator IS NULL OR (substr(indicator, 1, 1) = '@' AND length(indicator) > 1)),
    currency        TEXT NOT NULL,
    exponent        INTEGER NOT NULL CHECK (exponent BETWEEN 0 AND 18),
    -- Bank account number (IBAN or local) when statements are expected for this balance.
    account_number  TEXT,
    reconcilable    INTEGER NOT NULL DEFAULT 0 CHECK (reconcilable IN (0, 1)),
    pinned          INTEGER NOT NULL DEFAULT 0 CHECK (pinned IN (0, 1)),
    credit          TEXT NOT NULL DEFAULT '0' CHECK (credit NOT GLOB '*[^0-9]*' AND credit <> ''),
    debit           TEXT NOT NULL DEFAULT '0' CHECK (debit NOT GLOB '*[^0-9]*' AND debit <> ''),
    balance         TEXT NOT NULL DEFAULT '0',
    inflight_credit TEXT NOT NULL DEFAULT '0' CHECK (inflight_credit NOT GLOB '*[^0-9]*' AND inflight_credit <> ''),
    inflight_debit  TEXT NOT NULL DEFAULT '0' CHECK (inflight_debit NOT GLOB '*[^0-9]*' AND inflight_debit <> ''),
    inflight_balance TEXT NOT NULL DEFAULT '0',
    version         INTEGER NOT NULL DEFAULT 1,
    last_entry_on   TEXT,
    created_at      INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX balance_indicator ON balance (indicator, currency) WHERE indicator IS NOT NULL;
CREATE INDEX balance_ledger ON balance (ledger_key, name);
CREATE INDEX balance_name ON balance (name);

CREATE TRIGGER balance_keeps_its_money_unit BEFORE UPDATE OF id, currency, exponent, indicator ON balance
WHEN OLD.id <> NEW.id OR OLD.currency <> NEW.currency OR OLD.exponent <> NEW.exponent OR OLD.indicator IS NOT NEW.indicator
BEGIN SELECT RAISE(ABORT, 'immutable: a balance keeps its id, currency, decimals and indicator'); END;
CREATE TRIGGER balance_stays BEFORE DELETE ON balance
BEGIN SELECT RAISE(ABORT, 'immutable: a balance cannot be deleted'); END;
CREATE TRIGGER ledger_stays BEFORE DELETE ON ledger
BEGIN SELECT RAISE(ABORT, 'immutable: a ledger cannot be deleted'); END;

-- The journal. Rows are only ever added.
CREATE TABLE txn (
    key             INTEGER PRIMARY KEY AUTOINCREMENT,
    id              TEXT NOT NULL UNIQUE,
    -- The hold that this row commits or voids. NULL for the first row of a family.
    parent_key      INTEGER REFERENCES txn (key),
    status          TEXT NOT NULL CHECK (status IN ('APPLIED', 'INFLIGHT', 'VOID')),
    reference       TEXT NOT NULL UNIQUE CHECK (length(reference) BETWEEN 1 AND 255),
    source_key      INTEGER NOT NULL REFERENCES balance (key),
    destination_key INTEGER NOT NULL REFERENCES balance (key),
    amount          TEXT NOT NULL CHECK (amount NOT GLOB '*[^0-9]*' AND substr(amount, 1, 1) BETWEEN '1' AND '9'),
    amount_length   INTEGER NOT NULL GENERATED ALWAYS AS (length(amount)) VIRTUAL,
    currency        TEXT NOT NULL,
    exponent        INTEGER NOT NULL,
    description     TEXT NOT NULL,
    effective_date  TEXT NOT NULL CHECK (effective_date GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    created_at      INTEGER NOT NULL,
    expires_at      INTEGER,
    reason          TEXT,
    actor           TEXT NOT NULL,
    metadata        TEXT CHECK (metadata IS NULL OR json_valid(metadata)),
    -- SHA-256 over what was asked for: the same reference with other content is an error.
    input_hash      BLOB NOT NULL,
    CHECK (source_key <> destination_key),
    CHECK ((status = 'VOID') <= (parent_key IS NOT NULL))
) STRICT;
-- The grid walks one of the next three to reach a page. The date index carries what people filter by most, so that the
-- walk never leaves it: at a million rows that is the difference between a blink and a wait.
CREATE INDEX txn_by_date ON txn (effective_date, key, source_key, destination_key, currency, status, amount_length, amount) WHERE parent_key IS NULL;
CREATE INDEX txn_by_amount ON txn (amount_length, amount, key) WHERE parent_key IS NULL;
CREATE INDEX txn_by_reference ON txn (reference, key) WHERE parent_key IS NULL;
CREATE INDEX txn_by_source ON txn (source_key, effective_date, key) WHERE parent_key IS NULL;
CREATE INDEX txn_by_destination ON txn (destination_key, effective_date, key) WHERE parent_key IS NULL;
CREATE INDEX txn_by_parent ON txn (parent_key, key) WHERE parent_key IS NOT NULL;

CREATE TRIGGER txn_no_update BEFORE UPDATE ON txn
BEGIN SELECT RAISE(ABORT, 'immutable: journal rows cannot be changed'); END;
CREATE TRIGGER txn_no_delete BEFORE DELETE ON txn
BEGIN SELECT RAISE(ABORT, 'immutable: journal rows cannot be deleted'); END;
-- INSERT OR REPLACE deletes without firing the delete trigger.
CREATE TRIGGER txn_no_replace BEFORE INSERT ON txn
WHEN EXISTS (SELECT 1 FROM txn WHERE key = NEW.key OR id = NEW.id OR reference = NEW.reference)
BEGIN SELECT RAISE(ABORT, 'duplicate: this reference is already used'); END;

-- Substring search over what people type into the filter. Filled in the same transaction as the row.
CREATE VIRTUAL TABLE txn_text USING fts5 (words, content = '', tokenize = 'trigram');

-- What is still open of each hold: derived from the journal, kept so that the queue needs no search.
CREATE TABLE hold (
    txn_key    INTEGER PRIMARY KEY REFERENCES txn (key),
    state      TEXT NOT NULL CHECK (state IN ('open', 'committed', 'voided', 'expired')),
    committed  TEXT NOT NULL CHECK (committed NOT GLOB '*[^0-9]*' AND committed <> ''),
    remaining  TEXT NOT NULL CHECK (remaining NOT GLOB '*[^0-9]*' AND remaining <> ''),
    expires_at INTEGER,
    closed_at  INTEGER,
    CHECK ((state = 'open') = (remaining <> '0'))
) STRICT;
CREATE INDEX hold_open ON hold (expires_at, txn_key) WHERE state = 'open';
CREATE INDEX hold_by_state ON hold (state, txn_key);

-- Settled money as a balance sees it: one row per side of every settled journal row. The register reads it.
CREATE TABLE entry (
    balance_key    INTEGER NOT NULL REFERENCES balance (key),
    effective_date TEXT NOT NULL,
    txn_key        INTEGER NOT NULL REFERENCES txn (key),
    side           TEXT NOT NULL CHECK (side IN ('debit', 'credit')),
    amount         TEXT NOT NULL,
    PRIMARY KEY (balance_key, effective_date, txn_key)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER entry_no_update BEFORE UPDATE ON entry
BEGIN SELECT RAISE(ABORT, 'immutable: entries cannot be changed'); END;
CREATE TRIGGER entry_no_delete BEFORE DELETE ON entry
BEGIN SELECT RAISE(ABORT, 'immutable: entries cannot be deleted'); END;
CREATE TRIGGER entry_no_replace BEFORE INSERT ON entry
WHEN EXISTS (SELECT 1 FROM entry WHERE balance_key = NEW.balance_key AND effective_date = NEW.effective_date AND txn_key = NEW.txn_key)
BEGIN SELECT RAISE(ABORT, 'immutable: entries cannot be replaced'); END;

-- Turnover per balance and day: makes running balances, charts and as-of balances a short sum at any size.
CREATE TABLE balance_day (
    balance_key INTEGER NOT NULL REFERENCES balance (key),
    day         TEXT NOT NULL,
    credit      TEXT NOT NULL,
    debit       TEXT NOT NULL,
    entries     INTEGER NOT NULL,
    PRIMARY KEY (balance_key, day)
) STRICT, WITHOUT ROWID;

-- Who did what: only ever added to.
CREATE TABLE event (
    key        INTEGER PRIMARY KEY AUTOINCREMENT,
    at         INTEGER NOT NULL,
    actor      TEXT NOT NULL,
    kind       TEXT NOT NULL,
    object_id  TEXT NOT NULL,
    payload    TEXT NOT NULL CHECK (json_valid(payload))
) STRICT;
CREATE INDEX event_by_object ON event (object_id, key);
CREATE TRIGGER event_no_update BEFORE UPDATE ON event
BEGIN SELECT RAISE(ABORT, 'immutable: history cannot be changed'); END;
CREATE TRIGGER event_no_delete BEFORE DELETE ON event
BEGIN SELECT RAISE(ABORT, 'immutable: history cannot be deleted'); END;
CREATE TRIGGER event_no_replace BEFORE INSERT ON event
WHEN EXISTS (SELECT 1 FROM event WHERE key = NEW.key)
BEGIN SELECT RAISE(ABORT, 'immutable: history cannot be replaced'); END;

-- Long work: survives the program that started it.
CREATE TABLE job (
    id          TEXT PRIMARY KEY,
    kind        TEXT NOT NULL CHECK (kind IN ('import', 'reconcile', 'export', 'check')),
    title       TEXT NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('running', 'interrupted', 'cancelled', 'failed', 'done')),
    params      TEXT NOT NULL CHECK (json_valid(params)),
    phase       TEXT NOT NULL DEFAULT '',
    done        INTEGER NOT NULL DEFAULT 0,
    total       INTEGER NOT NULL DEFAULT 0,
    result      TEXT CHECK (result IS NULL OR json_valid(result)),
    error       TEXT,
    actor       TEXT NOT NULL,
    started_at  INTEGER NOT NULL,
    finished_at INTEGER
) STRICT;
CREATE INDEX job_by_state ON job (state, started_at);
