-- Files beside transactions: invoices, receipts, letters. They are evidence: a file can be taken off its transaction, with
-- a reason, but its bytes stay as long as the history names them by their hash, and the history stays.

-- The bytes, once for each content.
CREATE TABLE attachment_content (
    sha256   TEXT PRIMARY KEY CHECK (length(sha256) = 64),
    size     INTEGER NOT NULL CHECK (size = length(bytes)),
    added_at INTEGER NOT NULL,
    bytes    BLOB NOT NULL CHECK (length(bytes) > 0)
) STRICT;
CREATE TRIGGER attachment_content_no_update BEFORE UPDATE ON attachment_content
BEGIN SELECT RAISE(ABORT, 'immutable: the content of an attachment cannot be changed'); END;
CREATE TRIGGER attachment_content_no_delete BEFORE DELETE ON attachment_content
BEGIN SELECT RAISE(ABORT, 'immutable: the content of an attachment cannot be deleted'); END;
CREATE TRIGGER attachment_content_no_replace BEFORE INSERT ON attachment_content
WHEN EXISTS (SELECT 1 FROM attachment_content WHERE sha256 = NEW.sha256)
BEGIN SELECT RAISE(ABORT, 'taken: this content is stored already'); END;

-- What is attached to the first row of a family, and what was.
CREATE TABLE attachment (
    key         INTEGER PRIMARY KEY AUTOINCREMENT,
    id          TEXT NOT NULL UNIQUE,
    txn_key     INTEGER NOT NULL REFERENCES txn (key),
    sha256      TEXT NOT NULL REFERENCES attachment_content (sha256),
    name        TEXT NOT NULL CHECK (name <> ''),
    -- By what is in it, not by what it is called.
    media_type  TEXT NOT NULL,
    attached_at INTEGER NOT NULL,
    attached_by TEXT NOT NULL,
    detached_at INTEGER,
    detached_by TEXT,
    reason      TEXT,
    CHECK ((detached_at IS NULL) = (detached_by IS NULL)),
    CHECK ((detached_at IS NULL) = (reason IS NULL))
) STRICT;
CREATE INDEX attachment_by_txn ON attachment (txn_key, detached_at);
CREATE UNIQUE INDEX attachment_once ON attachment (txn_key, sha256) WHERE detached_at IS NULL;

CREATE TRIGGER attachment_ends_once BEFORE UPDATE ON attachment WHEN OLD.detached_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'immutable: what was detached stays so'); END;
CREATE TRIGGER attachment_keeps
BEFORE UPDATE OF key, id, txn_key, sha256, name, media_type, attached_at, attached_by ON attachment
BEGIN SELECT RAISE(ABORT, 'immutable: an attachment is detached, not changed'); END;
CREATE TRIGGER attachment_stays BEFORE DELETE ON attachment
BEGIN SELECT RAISE(ABORT, 'immutable: an attachment is detached, not deleted'); END;
CREATE TRIGGER attachment_no_replace BEFORE INSERT ON attachment
WHEN EXISTS (SELECT 1 FROM attachment WHERE key = NEW.key OR id = NEW.id)
  OR EXISTS (SELECT 1 FROM attachment WHERE txn_key = NEW.txn_key AND sha256 = NEW.sha256 AND detached_at IS NULL AND NEW.detached_at IS NULL)
BEGIN SELECT RAISE(ABORT, 'taken: this file is attached already'); END;
