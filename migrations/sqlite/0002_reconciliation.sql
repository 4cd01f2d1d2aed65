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
BEFORE UPDATE OF id, statement_key, balance_key, position, booking_date, value_date, amount, description, reference, raw ON statement_line
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
    tier         TEXT NOT NULL,
    rule_id      TEXT,
    reasons      TEXT NOT NULL CHECK (json_valid(reasons)),
    alternatives TEXT NOT NULL CHECK (json_valid(alternatives)),
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
    confirmed_at INTEGER NOT NULL,
    confirmed_by TEXT NOT NULL,
    undone_at    INTEGER
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

-- What is signed stays as it was signed until it is reopened.
CREATE TRIGGER signed_match_line_stays BEFORE DELETE ON match_line
WHEN EXISTS (SELECT 1 FROM match m JOIN statement s ON s.key = m.statement_key WHERE m.key = OLD.match_key AND s.state = 'signed')
BEGIN SELECT RAISE(ABORT, 'signed: the statement is signed off'); END;
CREATE TRIGGER signed_match_line_none_added BEFORE INSERT ON match_line
WHEN EXISTS (SELECT 1 FROM match m JOIN statement s ON s.key = m.statement_key WHERE m.key = NEW.match_key AND s.state = 'signed')
BEGIN SELECT RAISE(ABORT, 'signed: the statement is signed off'); END;
CREATE TRIGGER signed_match_entry_stays BEFORE DELETE ON match_entry
WHEN EXISTS (SELECT 1 FROM match m JOIN statement s ON s.key = m.statement_key WHERE m.key = OLD.match_key AND s.state = 'signed')
BEGIN SELECT RAISE(ABORT, 'signed: the statement is signed off'); END;
CREATE TRIGGER sign_off_stays BEFORE DELETE ON sign_off
BEGIN SELECT RAISE(ABORT, 'immutable: a signed report cannot be deleted'); END;
CREATE TRIGGER sign_off_report_stays BEFORE UPDATE OF report, signed_at, signed_by ON sign_off
BEGIN SELECT RAISE(ABORT, 'immutable: a signed report cannot be changed'); END;
