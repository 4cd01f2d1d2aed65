-- Who is behind a balance, and which bank accounts are theirs.

CREATE TABLE identity (
    key        INTEGER PRIMARY KEY AUTOINCREMENT,
    id         TEXT NOT NULL UNIQUE,
    kind       TEXT NOT NULL CHECK (kind IN ('individual', 'organisation')),
    -- What may be read of the name without a key. Empty: nothing.
    name       TEXT NOT NULL,
    category   TEXT NOT NULL,
    country    TEXT NOT NULL,
    -- Field to plain text or token.
    fields     TEXT NOT NULL CHECK (json_valid(fields)),
    -- The key that sealed the tokens among the fields; nothing without tokens.
    key_id     TEXT,
    -- What is found by, in lower case: nothing that is protected.
    words      TEXT NOT NULL,
    -- Grows with every change, so that nobody overwrites what they have not seen.
    version    INTEGER NOT NULL CHECK (version > 0),
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX identity_by_name ON identity (name, key);
CREATE INDEX identity_by_key_id ON identity (key_id) WHERE key_id IS NOT NULL;

CREATE VIRTUAL TABLE identity_text USING fts5 (words, content = 'identity', content_rowid = 'key', tokenize = 'trigram');
CREATE TRIGGER identity_text_insert AFTER INSERT ON identity
BEGIN INSERT INTO identity_text (rowid, words) VALUES (NEW.key, NEW.words); END;
CREATE TRIGGER identity_text_delete AFTER DELETE ON identity
BEGIN INSERT INTO identity_text (identity_text, rowid, words) VALUES ('delete', OLD.key, OLD.words); END;
CREATE TRIGGER identity_text_update AFTER UPDATE OF words ON identity
BEGIN
    INSERT INTO identity_text (identity_text, rowid, words) VALUES ('delete', OLD.key, OLD.words);
    INSERT INTO identity_text (rowid, words) VALUES (NEW.key, NEW.words);
END;

-- A balance belongs to nobody or to one.
CREATE TABLE balance_identity (
    balance_key  INTEGER PRIMARY KEY REFERENCES balance (key),
    identity_key INTEGER NOT NULL REFERENCES identity (key)
) STRICT;
CREATE INDEX balance_identity_by_identity ON balance_identity (identity_key);

-- An account at a bank or elsewhere.
CREATE TABLE account (
    key          INTEGER PRIMARY KEY AUTOINCREMENT,
    id           TEXT NOT NULL UNIQUE,
    identity_key INTEGER NOT NULL REFERENCES identity (key),
    balance_key  INTEGER REFERENCES balance (key),
    name         TEXT NOT NULL,
    bank         TEXT NOT NULL,
    -- As it was written, and as it is compared: letters and digits alone, in upper case.
    number       TEXT NOT NULL,
    compared     TEXT NOT NULL UNIQUE CHECK (compared <> ''),
    currency     TEXT NOT NULL,
    created_at   INTEGER NOT NULL
) STRICT;
CREATE INDEX account_by_identity ON account (identity_key);
CREATE INDEX account_by_balance ON account (balance_key) WHERE balance_key IS NOT NULL;
