-- Statements, matching rules, runs, matches and sign-off.

-- The bytes a bank gave us, kept by hash.
CREATE TABLE source_file (
    sha256    TEXT PRIMARY KEY,
    name      TEXT NOT NULL,
    size      INTEGER NOT NULL,
    bytes     BLOB NOT NULL,
    added_at  INTEGER NOT NULL
) STRICT;

CREATE TABLE mapping_profile (
    id          TEXT PRIMARY KEY,
    name        TEXT NOT NULL,
    fingerprint TEXT NOT NULL UNIQUE,
    mapping     TEXT NOT NULL CHECK (json_valid(mapping)),
    balance_key INTEGER REFERENCES balance (key),
    updated_at  INTEGER NOT NULL
) STRICT;

CREATE TABLE statement (
    key          INTEGER PRIMARY KEY AUTOINCREMENT,
    id           TEXT NOT NULL UNIQUE,
    balance_key  INTEGER NOT NULL REFERENCES balance (key),
    file_sha256  TEXT NOT NULL REFERENCES source_file (sha256),
    name         TEXT NOT NULL,
    account      TEXT,
    period_from  TEXT NOT NULL,
    period_to    TEXT NOT NULL,
    opening      TEXT NOT NULL,
    closing      TEXT NOT NULL,
    -- where the two came from: 'file', 'balance_column', 'typed', 'previous', 'computed'
    opening_from TEXT NOT NULL,
    closing_from TEXT NOT NULL,
    proof        TEXT NOT NULL CHECK (json_valid(proof)),
    left_out     TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(left_out)),
    state        TEXT NOT NULL CHECK (state IN ('open', 'signed', 'undone')),
    version      INTEGER NOT NULL DEFAULT 1,
    imported_at  INTEGER NOT NULL,
    imported_by  TEXT NOT NULL
) STRICT;
CREATE INDEX statement_by_balance ON statement (balance_key, period_to, key);

CREATE TABLE statement_line (
    key             INTEGER PRIMARY KEY AUTOINCREMENT,
    id              TEXT NOT NULL UNIQUE,
    statement_key   INTEGER NOT NULL REFERENCES statement (key),
    balance_key     INTEGER NOT NULL REFERENCES balance (key),
    position        INTEGER NOT NULL,
    booking_date    TEXT NOT NULL,
    value_date      TEXT,
    amount          TEXT NOT NULL,
    description     TEXT NOT NULL,
    reference       TEXT,
    counterparty    TEXT,
    counterparty_account TEXT,
    running_balance TEXT,
    raw             TEXT NOT NULL CHECK (json_valid(raw)),
    -- content key and its count within the file: the same line of the same account is never stored twice.
    fingerprint     TEXT NOT NULL,
    occurrence      INTEGER NOT NULL,
    active          INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1))
) STRICT;
CREATE UNIQUE INDEX statement_line_once ON statement_line (balance_key, fingerprint, occurrence) WHERE active = 1;
CREATE INDEX statement_line_order ON statement_line (statement_key, position);
CREATE TRIGGER statement_line_content_stays
BEFORE UPDATE OF id, statement_key, balance_key, position, booking_date, value_date, amount, description, reference, counterparty,
    counterparty_account, running_balance, raw, fingerprint, occurrence ON statement_line
BEGIN SELECT RAISE(ABORT, 'immutable: a statement line keeps what the bank said'); END;
CREATE TRIGGER statement_line_stays BEFORE DELETE ON statement_line
BEGIN SELECT RAISE(ABORT, 'immutable: a statement line cannot be deleted'); END;

CREATE TABLE matching_rule (
    id         TEXT PRIMARY KEY,
    position   INTEGER NOT NULL,
    name       TEXT NOT NULL,
    enabled    INTEGER NOT NULL CHECK (enabled IN (0, 1)),
    version    INTEGER NOT NULL,
    body       TEXT NOT NULL CHECK (json_valid(body)),
    deleted    INTEGER NOT NULL DEFAULT 0 CHECK (deleted IN (0, 1)),
    updated_at INTEGER NOT NULL,
    updated_by TEXT NOT NULL
) STRICT;

CREATE TABLE matching_rule_version (
    rule_id    TEXT NOT NULL REFERENCES matching_rule (id),
    version    INTEGER NOT NULL,
    name       TEXT NOT NULL,
    body       TEXT NOT NULL,
    at         INTEGER NOT NULL,
    actor      TEXT NOT NULL,
    PRIMARY KEY (rule_id, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE run (
    key            INTEGER PRIMARY KEY AUTOINCREMENT,
    id             TEXT NOT NULL UNIQUE,
    job_id         TEXT NOT NULL REFERENCES job (id),
    statement_key  INTEGER NOT NULL REFERENCES statement (key),
    dry_run        INTEGER NOT NULL CHECK (dry_run IN (0, 1)),
    -- everything the result depends on: rules with versions, parameters, engine version, file hash, newest journal row
    inputs         TEXT NOT NULL CHECK (json_valid(inputs)),
    newest_txn_key INTEGER NOT NULL,
    -- SHA-256 over the ordered proposals: the same inputs give the same hash
    result_hash    TEXT,
    lines          INTEGER NOT NULL DEFAULT 0,
    matched        INTEGER NOT NULL DEFAULT 0,
    confirmed      INTEGER NOT NULL DEFAULT 0,
    started_at     INTEGER NOT NULL,
    finished_at    INTEGER,
    actor          TEXT NOT NULL
) STRICT;
CREATE INDEX run_by_statement ON run (statement_key, key);

CREATE TABLE proposal (
    run_key      INTEGER NOT NULL REFERENCES run (key),
    line_key     INTEGER NOT NULL REFERENCES statement_line (key),
    txn_key      INTEGER NOT NULL REFERENCES txn (key),
    score        INTEGER NOT NULL,
    margin       INTEGER NOT NULL,
    tier         TEXT NOT NULL,
    rule_id      TEXT,
    -- line less entry, minor units
    difference   TEXT NOT NULL,
    -- reasons, alternatives and what the margin means
    detail       TEXT NOT NULL CHECK (json_valid(detail)),
    PRIMARY KEY (run_key, line_key),
    UNIQUE (run_key, txn_key)
) STRICT, WITHOUT ROWID;

CREATE TABLE match (
    key          INTEGER PRIMARY KEY AUTOINCREMENT,
    id           TEXT NOT NULL UNIQUE,
    statement_key INTEGER NOT NULL REFERENCES statement (key),
    kind         TEXT NOT NULL CHECK (kind IN ('proposal', 'manual')),
    tier         TEXT,
    rule_id      TEXT,
    run_key      INTEGER REFERENCES run (key),
    reasons      TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(reasons)),
    -- the entry that was posted for this match, and why
    posted_key   INTEGER REFERENCES txn (key),
    posted_kind  TEXT CHECK (posted_kind IN ('difference', 'new_entry', 'reversal')),
    confirmed_at INTEGER NOT NULL,
    confirmed_by TEXT NOT NULL,
    undone_at    INTEGER,
    CHECK ((posted_key IS NULL) = (posted_kind IS NULL))
) STRICT;
CREATE INDEX match_by_statement ON match (statement_key, key);

-- A line and a posting are in at most one confirmed match: the primary keys say so.
CREATE TABLE match_line (
    line_key  INTEGER PRIMARY KEY REFERENCES statement_line (key),
    match_key INTEGER NOT NULL REFERENCES match (key)
) STRICT;
CREATE INDEX match_line_group ON match_line (match_key);
CREATE TABLE match_entry (
    balance_key INTEGER NOT NULL REFERENCES balance (key),
    txn_key     INTEGER NOT NULL REFERENCES txn (key),
    match_key   INTEGER NOT NULL REFERENCES match (key),
    PRIMARY KEY (balance_key, txn_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX match_entry_group ON match_entry (match_key);

CREATE TABLE rejected_pair (
    line_key INTEGER NOT NULL REFERENCES statement_line (key),
    txn_key  INTEGER NOT NULL REFERENCES txn (key),
    at       INTEGER NOT NULL,
    actor    TEXT NOT NULL,
    PRIMARY KEY (line_key, txn_key)
) STRICT, WITHOUT ROWID;

-- Entries that are expected on a later statement; they bridge ledger and bank until then.
CREATE TABLE outstanding (
    balance_key   INTEGER NOT NULL REFERENCES balance (key),
    txn_key       INTEGER NOT NULL REFERENCES txn (key),
    statement_key INTEGER NOT NULL REFERENCES statement (key),
    at            INTEGER NOT NULL,
    actor         TEXT NOT NULL,
    PRIMARY KEY (balance_key, txn_key)
) STRICT, WITHOUT ROWID;

-- Everything done on a statement, with what is needed to take it back.
CREATE TABLE desk_action (
    key           INTEGER PRIMARY KEY AUTOINCREMENT,
    statement_key INTEGER NOT NULL REFERENCES statement (key),
    at            INTEGER NOT NULL,
    actor         TEXT NOT NULL,
    kind          TEXT NOT NULL,
    summary       TEXT NOT NULL,
    undo          TEXT NOT NULL CHECK (json_valid(undo)),
    undone_at     INTEGER,
    undone_by     TEXT
) STRICT;
CREATE INDEX desk_action_by_statement ON desk_action (statement_key, key);

-- A signed statement, frozen: the report as it was signed. Reopening adds a version, it never removes one.
CREATE TABLE sign_off (
    statement_key INTEGER NOT NULL REFERENCES statement (key),
    version       INTEGER NOT NULL,
    signed_at     INTEGER NOT NULL,
    signed_by     TEXT NOT NULL,
    report        TEXT NOT NULL CHECK (json_valid(report)),
    reopened_at   INTEGER,
    reopened_by   TEXT,
    reopen_reason TEXT,
    PRIMARY KEY (statement_key, version)
) STRICT, WITHOUT ROWID;

-- What is signed stays as it was signed until it is reopened. INSERT OR REPLACE deletes without firing a delete
-- trigger, so what may not be deleted may not be inserted over either.
CREATE TRIGGER signed_match_line_stays BEFORE DELETE ON match_line
WHEN EXISTS (SELECT 1 FROM match m JOIN statement s ON s.key = m.statement_key WHERE m.key = OLD.match_key AND s.state = 'signed')
BEGIN SELECT RAISE(ABORT, 'signed: the statement is signed off'); END;
CREATE TRIGGER signed_match_line_none_added BEFORE INSERT ON match_line
WHEN EXISTS (SELECT 1 FROM match m JOIN statement s ON s.key = m.statement_key WHERE m.key = NEW.match_key AND s.state = 'signed')
BEGIN SELECT RAISE(ABORT, 'signed: the statement is signed off'); END;
CREATE TRIGGER match_line_no_replace BEFORE INSERT ON match_line
WHEN EXISTS (SELECT 1 FROM match_line WHERE line_key = NEW.line_key)
BEGIN SELECT RAISE(ABORT, 'taken: this line is in a match'); END;
CREATE TRIGGER match_line_no_update BEFORE UPDATE ON match_line
BEGIN SELECT RAISE(ABORT, 'immutable: a match is undone, not changed'); END;
CREATE TRIGGER signed_match_entry_stays BEFORE DELETE ON match_entry
WHEN EXISTS (SELECT 1 FROM match m JOIN statement s ON s.key = m.statement_key WHERE m.key = OLD.match_key AND s.state = 'signed')
BEGIN SELECT RAISE(ABORT, 'signed: the statement is signed off'); END;
CREATE TRIGGER signed_match_entry_none_added BEFORE INSERT ON match_entry
WHEN EXISTS (SELECT 1 FROM match m JOIN statement s ON s.key = m.statement_key WHERE m.key = NEW.match_key AND s.state = 'signed')
BEGIN SELECT RAISE(ABORT, 'signed: the statement is signed off'); END;
CREATE TRIGGER match_entry_no_replace BEFORE INSERT ON match_entry
WHEN EXISTS (SELECT 1 FROM match_entry WHERE balance_key = NEW.balance_key AND txn_key = NEW.txn_key)
BEGIN SELECT RAISE(ABORT, 'taken: this entry is in a match'); END;
CREATE TRIGGER match_entry_no_update BEFORE UPDATE ON match_entry
BEGIN SELECT RAISE(ABORT, 'immutable: a match is undone, not changed'); END;
CREATE TRIGGER match_stays BEFORE DELETE ON match
BEGIN SELECT RAISE(ABORT, 'immutable: a match is undone, not deleted'); END;
CREATE TRIGGER signed_match_keeps BEFORE UPDATE ON match
WHEN EXISTS (SELECT 1 FROM statement s WHERE s.key = OLD.statement_key AND s.state = 'signed')
BEGIN SELECT RAISE(ABORT, 'signed: the statement is signed off'); END;
CREATE TRIGGER signed_match_none_added BEFORE INSERT ON match
WHEN EXISTS (SELECT 1 FROM statement s WHERE s.key = NEW.statement_key AND s.state = 'signed')
BEGIN SELECT RAISE(ABORT, 'signed: the statement is signed off'); END;

CREATE TRIGGER signed_line_keeps BEFORE UPDATE ON statement_line
WHEN EXISTS (SELECT 1 FROM statement s WHERE s.key = OLD.statement_key AND s.state = 'signed')
BEGIN SELECT RAISE(ABORT, 'signed: the statement is signed off'); END;
CREATE TRIGGER signed_line_none_added BEFORE INSERT ON statement_line
WHEN EXISTS (SELECT 1 FROM statement s WHERE s.key = NEW.statement_key AND s.state = 'signed')
BEGIN SELECT RAISE(ABORT, 'signed: the statement is signed off'); END;
CREATE TRIGGER statement_line_no_replace BEFORE INSERT ON statement_line
WHEN EXISTS (SELECT 1 FROM statement_line WHERE key = NEW.key OR id = NEW.id
             OR (NEW.active = 1 AND active = 1 AND balance_key = NEW.balance_key
                 AND fingerprint = NEW.fingerprint AND occurrence = NEW.occurrence))
BEGIN SELECT RAISE(ABORT, 'taken: this statement line is stored already'); END;
-- A matched line cannot leave the books with its statement.
CREATE TRIGGER matched_line_stays_active BEFORE UPDATE OF active ON statement_line
WHEN NEW.active = 0 AND EXISTS (SELECT 1 FROM match_line WHERE line_key = OLD.key)
BEGIN SELECT RAISE(ABORT, 'immutable: a matched line cannot be taken back'); END;

CREATE TRIGGER signed_rejection_stays BEFORE DELETE ON rejected_pair
WHEN EXISTS (SELECT 1 FROM statement_line l JOIN statement s ON s.key = l.statement_key WHERE l.key = OLD.line_key AND s.state = 'signed')
BEGIN SELECT RAISE(ABORT, 'signed: the statement is signed off'); END;
CREATE TRIGGER signed_rejection_none_added BEFORE INSERT ON rejected_pair
WHEN EXISTS (SELECT 1 FROM statement_line l JOIN statement s ON s.key = l.statement_key WHERE l.key = NEW.line_key AND s.state = 'signed')
BEGIN SELECT RAISE(ABORT, 'signed: the statement is signed off'); END;
CREATE TRIGGER signed_outstanding_stays BEFORE DELETE ON outstanding
WHEN EXISTS (SELECT 1 FROM statement s WHERE s.key = OLD.statement_key AND s.state = 'signed')
BEGIN SELECT RAISE(ABORT, 'signed: the statement is signed off'); END;
CREATE TRIGGER signed_outstanding_none_added BEFORE INSERT ON outstanding
WHEN EXISTS (SELECT 1 FROM statement s WHERE s.key = NEW.statement_key AND s.state = 'signed')
  OR EXISTS (SELECT 1 FROM outstanding o JOIN statement s ON s.key = o.statement_key
             WHERE o.balance_key = NEW.balance_key AND o.txn_key = NEW.txn_key AND s.state = 'signed')
BEGIN SELECT RAISE(ABORT, 'signed: the statement is signed off'); END;

CREATE TRIGGER statement_stays BEFORE DELETE ON statement
BEGIN SELECT RAISE(ABORT, 'immutable: a statement cannot be deleted'); END;
CREATE TRIGGER statement_no_replace BEFORE INSERT ON statement
WHEN EXISTS (SELECT 1 FROM statement WHERE key = NEW.key OR id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'immutable: a statement cannot be replaced'); END;
CREATE TRIGGER statement_keeps_what_the_bank_said
BEFORE UPDATE OF id, balance_key, file_sha256, account, period_from, period_to, opening, closing, opening_from, closing_from, proof, left_out ON statement
BEGIN SELECT RAISE(ABORT, 'immutable: a statement keeps what the bank said'); END;
-- A signed statement is reopened as its next version, or stays.
CREATE TRIGGER statement_signed_is_reopened BEFORE UPDATE OF state, version ON statement
WHEN OLD.state = 'signed' AND NOT (NEW.state = 'open' AND NEW.version = OLD.version + 1)
BEGIN SELECT RAISE(ABORT, 'signed: the statement is signed off'); END;
CREATE TRIGGER source_file_stays BEFORE DELETE ON source_file
BEGIN SELECT RAISE(ABORT, 'immutable: the file of an import cannot be deleted'); END;

CREATE TRIGGER sign_off_stays BEFORE DELETE ON sign_off
BEGIN SELECT RAISE(ABORT, 'immutable: a signed report cannot be deleted'); END;
CREATE TRIGGER sign_off_report_stays BEFORE UPDATE OF statement_key, version, report, signed_at, signed_by ON sign_off
BEGIN SELECT RAISE(ABORT, 'immutable: a signed report cannot be changed'); END;
CREATE TRIGGER sign_off_no_replace BEFORE INSERT ON sign_off
WHEN EXISTS (SELECT 1 FROM sign_off WHERE statement_key = NEW.statement_key AND version = NEW.version)
BEGIN SELECT RAISE(ABORT, 'immutable: a signed report cannot be replaced'); END;
CREATE TRIGGER desk_action_stays BEFORE DELETE ON desk_action
BEGIN SELECT RAISE(ABORT, 'immutable: what was done stays in the log'); END;
CREATE TRIGGER desk_action_keeps BEFORE UPDATE OF statement_key, at, actor, kind, summary, undo ON desk_action
BEGIN SELECT RAISE(ABORT, 'immutable: what was done stays in the log'); END;
