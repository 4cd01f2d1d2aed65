-- A book on PostgreSQL: who it is, the ledger, the journal, statements, matches and signatures.
--
-- The same tables and rules as the SQLite book, in this database's own types:
-- * Amounts are whole numbers of minor units of any size. NUMERIC(38,0) would silently round 1.5 to 2, so a domain
--   refuses what is not whole, not finite or not written without decimals.
-- * Text that is sorted or compared is ordered by code point, as in the other store.
-- * Times are microseconds since the epoch, days are dates.
-- * What is only ever added to refuses UPDATE, DELETE and TRUNCATE by trigger.
-- Errors raised here have codes of their own: TO001 immutable, TO002 signed.

CREATE DOMAIN minor_units AS numeric
    CHECK (VALUE > '-Infinity' AND VALUE < 'Infinity' AND VALUE = trunc(VALUE) AND scale(VALUE) = 0);
CREATE DOMAIN words AS text COLLATE "C";

-- Text as searches compare it: in lower case, of any script, whatever the language of the database.
CREATE FUNCTION folded(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT lower(value COLLATE "und-x-icu") $$;

-- One writer at a time: a unit of work locks this row first, so that what it read still holds when it commits.
CREATE TABLE writer (
    one boolean PRIMARY KEY DEFAULT true CHECK (one)
);
INSERT INTO writer DEFAULT VALUES;

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'TO001';
END $$;

CREATE FUNCTION refuse_signed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the statement is signed off' USING ERRCODE = 'TO002';
END $$;

CREATE TABLE setting (
    key   words PRIMARY KEY,
    value json NOT NULL
);

CREATE TABLE ledger (
    key        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id         words NOT NULL UNIQUE,
    name       words NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    created_at bigint NOT NULL
);

CREATE TABLE balance (
    key              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id               words NOT NULL UNIQUE,
    ledger_key       bigint NOT NULL REFERENCES ledger (key),
    name             words NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    -- '@name' for balances that are found by name and currency; such a name is taken once per currency.
    indicator        words CHECK (indicator IS NULL OR (left(indicator, 1) = '@' AND length(indicator) > 1)),
    currency         words NOT NULL,
    exponent         bigint NOT NULL CHECK (exponent BETWEEN 0 AND 18),
    account_number   words,
    reconcilable     boolean NOT NULL DEFAULT false,
    pinned           boolean NOT NULL DEFAULT false,
    credit           minor_units NOT NULL DEFAULT 0 CHECK (credit >= 0),
    debit            minor_units NOT NULL DEFAULT 0 CHECK (debit >= 0),
    balance          minor_units NOT NULL DEFAULT 0,
    inflight_credit  minor_units NOT NULL DEFAULT 0 CHECK (inflight_credit >= 0),
    inflight_debit   minor_units NOT NULL DEFAULT 0 CHECK (inflight_debit >= 0),
    inflight_balance minor_units NOT NULL DEFAULT 0,
    version          bigint NOT NULL DEFAULT 1,
    last_entry_on    date,
    created_at       bigint NOT NULL,
    CHECK (balance = credit - debit),
    CHECK (inflight_balance = inflight_credit - inflight_debit)
);
CREATE UNIQUE INDEX balance_indicator ON balance (indicator, currency) WHERE indicator IS NOT NULL;
CREATE INDEX balance_ledger ON balance (ledger_key, name);
CREATE INDEX balance_name ON balance (name);

CREATE FUNCTION balance_has_one_exponent() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM balance b WHERE b.currency = NEW.currency AND b.exponent <> NEW.exponent) THEN
        RAISE EXCEPTION 'a currency has one number of decimals in a book' USING ERRCODE = 'TO001';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER balance_currency_once BEFORE INSERT ON balance FOR EACH ROW EXECUTE FUNCTION balance_has_one_exponent();
CREATE TRIGGER balance_keeps_its_money_unit BEFORE UPDATE ON balance FOR EACH ROW
    WHEN (OLD.id <> NEW.id OR OLD.currency <> NEW.currency OR OLD.exponent <> NEW.exponent OR OLD.indicator IS DISTINCT FROM NEW.indicator)
    EXECUTE FUNCTION refuse_change('a balance keeps its id, currency, decimals and indicator');
CREATE TRIGGER balance_stays BEFORE DELETE ON balance FOR EACH ROW EXECUTE FUNCTION refuse_change('a balance cannot be deleted');
CREATE TRIGGER balance_is_not_emptied BEFORE TRUNCATE ON balance EXECUTE FUNCTION refuse_change('balances cannot be deleted');
CREATE TRIGGER ledger_stays BEFORE DELETE ON ledger FOR EACH ROW EXECUTE FUNCTION refuse_change('a ledger cannot be deleted');
CREATE TRIGGER ledger_is_not_emptied BEFORE TRUNCATE ON ledger EXECUTE FUNCTION refuse_change('ledgers cannot be deleted');

-- The journal. Rows are only ever added.
CREATE TABLE txn (
    key             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id              words NOT NULL UNIQUE,
    -- The hold that this row commits or voids. NULL for the first row of a family.
    parent_key      bigint REFERENCES txn (key),
    status          words NOT NULL CHECK (status IN ('APPLIED', 'INFLIGHT', 'VOID')),
    reference       words NOT NULL CONSTRAINT txn_reference UNIQUE CHECK (length(reference) BETWEEN 1 AND 255),
    source_key      bigint NOT NULL REFERENCES balance (key),
    destination_key bigint NOT NULL REFERENCES balance (key),
    amount          minor_units NOT NULL CHECK (amount > 0),
    currency        words NOT NULL,
    exponent        bigint NOT NULL,
    description     words NOT NULL,
    effective_date  date NOT NULL,
    created_at      bigint NOT NULL,
    expires_at      bigint,
    reason          words,
    actor           words NOT NULL,
    metadata        json,
    -- SHA-256 over what was asked for: the same reference with other content is an error.
    input_hash      bytea NOT NULL,
    -- What people type into the filter, in lower case: reference, description and amount.
    words           text NOT NULL,
    CHECK (source_key <> destination_key),
    CHECK (status <> 'VOID' OR parent_key IS NOT NULL)
);
CREATE INDEX txn_by_date ON txn (effective_date, key) WHERE parent_key IS NULL;
CREATE INDEX txn_by_amount ON txn (amount, key) WHERE parent_key IS NULL;
CREATE INDEX txn_by_source ON txn (source_key, effective_date, key) WHERE parent_key IS NULL;
CREATE INDEX txn_by_destination ON txn (destination_key, effective_date, key) WHERE parent_key IS NULL;
CREATE INDEX txn_by_parent ON txn (parent_key, key) WHERE parent_key IS NOT NULL;
CREATE TRIGGER txn_keeps BEFORE UPDATE OR DELETE ON txn FOR EACH ROW EXECUTE FUNCTION refuse_change('journal rows cannot be changed or deleted');
CREATE TRIGGER txn_is_not_emptied BEFORE TRUNCATE ON txn EXECUTE FUNCTION refuse_change('journal rows cannot be deleted');

-- The index for words inside a text needs an extension that not every server offers; without it a search looks at every row.
DO $$
BEGIN
    CREATE EXTENSION IF NOT EXISTS pg_trgm;
    CREATE INDEX txn_words ON txn USING gin (words gin_trgm_ops) WHERE parent_key IS NULL;
EXCEPTION WHEN OTHERS THEN
    RAISE NOTICE 'no index for words: %', SQLERRM;
END $$;

-- What is still open of each hold: derived from the journal, kept so that the queue needs no search.
CREATE TABLE hold (
    txn_key    bigint PRIMARY KEY REFERENCES txn (key),
    state      words NOT NULL CHECK (state IN ('open', 'committed', 'voided', 'expired')),
    committed  minor_units NOT NULL CHECK (committed >= 0),
    remaining  minor_units NOT NULL CHECK (remaining >= 0),
    expires_at bigint,
    closed_at  bigint,
    CHECK ((state = 'open') = (remaining <> 0))
);
CREATE INDEX hold_open ON hold (expires_at, txn_key) WHERE state = 'open';
CREATE INDEX hold_by_state ON hold (state, txn_key);
CREATE TRIGGER hold_stays BEFORE DELETE ON hold FOR EACH ROW EXECUTE FUNCTION refuse_change('a hold cannot be deleted');
CREATE TRIGGER hold_is_not_emptied BEFORE TRUNCATE ON hold EXECUTE FUNCTION refuse_change('holds cannot be deleted');

-- Settled money as a balance sees it: one row per side of every settled journal row. The register reads it.
CREATE TABLE entry (
    balance_key    bigint NOT NULL REFERENCES balance (key),
    effective_date date NOT NULL,
    txn_key        bigint NOT NULL REFERENCES txn (key),
    side           words NOT NULL CHECK (side IN ('debit', 'credit')),
    amount         minor_units NOT NULL,
    PRIMARY KEY (balance_key, effective_date, txn_key)
);
CREATE INDEX entry_by_txn ON entry (txn_key);
CREATE TRIGGER entry_keeps BEFORE UPDATE OR DELETE ON entry FOR EACH ROW EXECUTE FUNCTION refuse_change('entries cannot be changed or deleted');
CREATE TRIGGER entry_is_not_emptied BEFORE TRUNCATE ON entry EXECUTE FUNCTION refuse_change('entries cannot be deleted');

-- Turnover per balance and day: makes running balances, charts and as-of balances a short sum at any size.
CREATE TABLE balance_day (
    balance_key bigint NOT NULL REFERENCES balance (key),
    day         date NOT NULL,
    credit      minor_units NOT NULL CHECK (credit >= 0),
    debit       minor_units NOT NULL CHECK (debit >= 0),
    entries     bigint NOT NULL CHECK (entries > 0),
    PRIMARY KEY (balance_key, day)
);

-- Who did what: only ever added to.
CREATE TABLE event (
    key       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at        bigint NOT NULL,
    actor     words NOT NULL,
    kind      words NOT NULL,
    object_id words NOT NULL,
    payload   json NOT NULL
);
CREATE INDEX event_by_object ON event (object_id, key);
CREATE TRIGGER event_keeps BEFORE UPDATE OR DELETE ON event FOR EACH ROW EXECUTE FUNCTION refuse_change('history cannot be changed or deleted');
CREATE TRIGGER event_is_not_emptied BEFORE TRUNCATE ON event EXECUTE FUNCTION refuse_change('history cannot be deleted');

-- Long work: survives the program that started it.
CREATE TABLE job (
    id          words PRIMARY KEY,
    kind        words NOT NULL CHECK (kind IN ('import', 'reconcile', 'export', 'check')),
    title       words NOT NULL,
    state       words NOT NULL CHECK (state IN ('running', 'interrupted', 'cancelled', 'failed', 'done')),
    params      json NOT NULL,
    phase       words NOT NULL DEFAULT '',
    done        bigint NOT NULL DEFAULT 0,
    total       bigint NOT NULL DEFAULT 0,
    result      json,
    error       words,
    actor       words NOT NULL,
    started_at  bigint NOT NULL,
    finished_at bigint
);
CREATE INDEX job_by_state ON job (state, started_at);

-- The bytes a bank gave us, kept by hash.
CREATE TABLE source_file (
    sha256   words PRIMARY KEY,
    name     words NOT NULL,
    size     bigint NOT NULL,
    bytes    bytea NOT NULL,
    added_at bigint NOT NULL
);
CREATE TRIGGER source_file_keeps BEFORE UPDATE OR DELETE ON source_file FOR EACH ROW EXECUTE FUNCTION refuse_change('the file of an import cannot be changed or deleted');
CREATE TRIGGER source_file_is_not_emptied BEFORE TRUNCATE ON source_file EXECUTE FUNCTION refuse_change('the files of imports cannot be deleted');

CREATE TABLE mapping_profile (
    id          words PRIMARY KEY,
    name        words NOT NULL,
    fingerprint words NOT NULL UNIQUE,
    mapping     json NOT NULL,
    balance_key bigint REFERENCES balance (key),
    updated_at  bigint NOT NULL
);

CREATE TABLE statement (
    key          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id           words NOT NULL UNIQUE,
    balance_key  bigint NOT NULL REFERENCES balance (key),
    file_sha256  words NOT NULL REFERENCES source_file (sha256),
    name         words NOT NULL,
    account      words,
    period_from  date NOT NULL,
    period_to    date NOT NULL,
    opening      minor_units NOT NULL,
    closing      minor_units NOT NULL,
    -- where the two came from: 'file', 'balance_column', 'typed', 'previous', 'computed'
    opening_from words NOT NULL,
    closing_from words NOT NULL,
    proof        json NOT NULL,
    left_out     json NOT NULL DEFAULT '[]',
    state        words NOT NULL CHECK (state IN ('open', 'signed', 'undone')),
    version      bigint NOT NULL DEFAULT 1,
    imported_at  bigint NOT NULL,
    imported_by  words NOT NULL
);
CREATE INDEX statement_by_balance ON statement (balance_key, period_to, key);

CREATE TABLE statement_line (
    key             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id              words NOT NULL UNIQUE,
    statement_key   bigint NOT NULL REFERENCES statement (key),
    balance_key     bigint NOT NULL REFERENCES balance (key),
    position        bigint NOT NULL,
    booking_date    date NOT NULL,
    value_date      date,
    amount          minor_units NOT NULL,
    description     words NOT NULL,
    reference       words,
    counterparty    words,
    counterparty_account words,
    running_balance minor_units,
    raw             json NOT NULL,
    -- content key and its count within the file: the same line of the same account is never stored twice.
    fingerprint     words NOT NULL,
    occurrence      bigint NOT NULL,
    active          boolean NOT NULL DEFAULT true
);
CREATE UNIQUE INDEX statement_line_once ON statement_line (balance_key, fingerprint, occurrence) WHERE active;
CREATE INDEX statement_line_order ON statement_line (statement_key, position);

CREATE TABLE matching_rule (
    id         words PRIMARY KEY,
    position   bigint NOT NULL,
    name       words NOT NULL,
    enabled    boolean NOT NULL,
    version    bigint NOT NULL,
    body       json NOT NULL,
    deleted    boolean NOT NULL DEFAULT false,
    updated_at bigint NOT NULL,
    updated_by words NOT NULL
);

CREATE TABLE matching_rule_version (
    rule_id words NOT NULL REFERENCES matching_rule (id),
    version bigint NOT NULL,
    name    words NOT NULL,
    body    json NOT NULL,
    at      bigint NOT NULL,
    actor   words NOT NULL,
    PRIMARY KEY (rule_id, version)
);

CREATE TABLE run (
    key            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id             words NOT NULL UNIQUE,
    job_id         words NOT NULL REFERENCES job (id),
    statement_key  bigint NOT NULL REFERENCES statement (key),
    dry_run        boolean NOT NULL,
    -- everything the result depends on: rules with versions, parameters, engine version, file hash, newest journal row
    inputs         json NOT NULL,
    newest_txn_key bigint NOT NULL,
    -- SHA-256 over the ordered proposals: the same inputs give the same hash
    result_hash    words,
    lines          bigint NOT NULL DEFAULT 0,
    matched        bigint NOT NULL DEFAULT 0,
    confirmed      bigint NOT NULL DEFAULT 0,
    started_at     bigint NOT NULL,
    finished_at    bigint,
    actor          words NOT NULL
);
CREATE INDEX run_by_statement ON run (statement_key, key);

CREATE TABLE proposal (
    run_key    bigint NOT NULL REFERENCES run (key),
    line_key   bigint NOT NULL REFERENCES statement_line (key),
    txn_key    bigint NOT NULL REFERENCES txn (key),
    score      bigint NOT NULL,
    margin     bigint NOT NULL,
    tier       words NOT NULL,
    rule_id    words,
    -- line less entry, minor units
    difference minor_units NOT NULL,
    -- reasons, alternatives and what the margin means
    detail     json NOT NULL,
    PRIMARY KEY (run_key, line_key),
    UNIQUE (run_key, txn_key)
);

CREATE TABLE match (
    key           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id            words NOT NULL UNIQUE,
    statement_key bigint NOT NULL REFERENCES statement (key),
    kind          words NOT NULL CHECK (kind IN ('proposal', 'manual')),
    tier          words,
    rule_id       words,
    run_key       bigint REFERENCES run (key),
    reasons       json NOT NULL DEFAULT '[]',
    -- the entry that was posted for this match, and why
    posted_key    bigint REFERENCES txn (key),
    posted_kind   words CHECK (posted_kind IN ('difference', 'new_entry', 'reversal')),
    confirmed_at  bigint NOT NULL,
    confirmed_by  words NOT NULL,
    undone_at     bigint,
    CHECK ((posted_key IS NULL) = (posted_kind IS NULL))
);
CREATE INDEX match_by_statement ON match (statement_key, key);

-- A line and a posting are in at most one confirmed match: the primary keys say so.
CREATE TABLE match_line (
    line_key  bigint PRIMARY KEY REFERENCES statement_line (key),
    match_key bigint NOT NULL REFERENCES match (key)
);
CREATE INDEX match_line_group ON match_line (match_key);
CREATE TABLE match_entry (
    balance_key bigint NOT NULL REFERENCES balance (key),
    txn_key     bigint NOT NULL REFERENCES txn (key),
    match_key   bigint NOT NULL REFERENCES match (key),
    PRIMARY KEY (balance_key, txn_key)
);
CREATE INDEX match_entry_group ON match_entry (match_key);

CREATE TABLE rejected_pair (
    line_key bigint NOT NULL REFERENCES statement_line (key),
    txn_key  bigint NOT NULL REFERENCES txn (key),
    at       bigint NOT NULL,
    actor    words NOT NULL,
    PRIMARY KEY (line_key, txn_key)
);

-- Entries that are expected on a later statement; they bridge ledger and bank until then.
CREATE TABLE outstanding (
    balance_key   bigint NOT NULL REFERENCES balance (key),
    txn_key       bigint NOT NULL REFERENCES txn (key),
    statement_key bigint NOT NULL REFERENCES statement (key),
    at            bigint NOT NULL,
    actor         words NOT NULL,
    PRIMARY KEY (balance_key, txn_key)
);

-- Everything done on a statement, with what is needed to take it back.
CREATE TABLE desk_action (
    key           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    statement_key bigint NOT NULL REFERENCES statement (key),
    at            bigint NOT NULL,
    actor         words NOT NULL,
    kind          words NOT NULL,
    summary       words NOT NULL,
    undo          json NOT NULL,
    undone_at     bigint,
    undone_by     words
);
CREATE INDEX desk_action_by_statement ON desk_action (statement_key, key);

-- A signed statement, frozen: the report as it was signed. Reopening adds a version, it never removes one.
CREATE TABLE sign_off (
    statement_key bigint NOT NULL REFERENCES statement (key),
    version       bigint NOT NULL,
    signed_at     bigint NOT NULL,
    signed_by     words NOT NULL,
    report        json NOT NULL,
    reopened_at   bigint,
    reopened_by   words,
    reopen_reason words,
    PRIMARY KEY (statement_key, version)
);
