-- Files beside transactions: invoices, receipts, letters. They are evidence: a file can be taken off its transaction, with
-- a reason, but its bytes stay as long as the history names them by their hash, and the history stays.

-- The bytes, once for each content.
CREATE TABLE attachment_content (
    sha256   words PRIMARY KEY CHECK (length(sha256) = 64),
    size     bigint NOT NULL CHECK (size = length(bytes)),
    added_at bigint NOT NULL,
    bytes    bytea NOT NULL CHECK (length(bytes) > 0)
);
CREATE TRIGGER attachment_content_keeps BEFORE UPDATE OR DELETE ON attachment_content FOR EACH ROW EXECUTE FUNCTION refuse_change('the content of an attachment cannot be changed or deleted');
CREATE TRIGGER attachment_content_is_not_emptied BEFORE TRUNCATE ON attachment_content EXECUTE FUNCTION refuse_change('the contents of attachments cannot be deleted');

-- What is attached to the first row of a family, and what was.
CREATE TABLE attachment (
    key         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id          words NOT NULL UNIQUE,
    txn_key     bigint NOT NULL REFERENCES txn (key),
    sha256      words NOT NULL REFERENCES attachment_content (sha256),
    name        words NOT NULL CHECK (name <> ''),
    -- By what is in it, not by what it is called.
    media_type  words NOT NULL,
    attached_at bigint NOT NULL,
    attached_by words NOT NULL,
    detached_at bigint,
    detached_by words,
    reason      words,
    CHECK ((detached_at IS NULL) = (detached_by IS NULL)),
    CHECK ((detached_at IS NULL) = (reason IS NULL))
);
CREATE INDEX attachment_by_txn ON attachment (txn_key, detached_at);
CREATE UNIQUE INDEX attachment_once ON attachment (txn_key, sha256) WHERE detached_at IS NULL;

CREATE TRIGGER attachment_ends_once BEFORE UPDATE ON attachment FOR EACH ROW
    WHEN (OLD.detached_at IS NOT NULL OR (NEW.key, NEW.id, NEW.txn_key, NEW.sha256, NEW.name, NEW.media_type, NEW.attached_at, NEW.attached_by)
        IS DISTINCT FROM (OLD.key, OLD.id, OLD.txn_key, OLD.sha256, OLD.name, OLD.media_type, OLD.attached_at, OLD.attached_by))
    EXECUTE FUNCTION refuse_change('an attachment is detached, once, and not changed');
CREATE TRIGGER attachment_stays BEFORE DELETE ON attachment FOR EACH ROW EXECUTE FUNCTION refuse_change('an attachment is detached, not deleted');
CREATE TRIGGER attachment_is_not_emptied BEFORE TRUNCATE ON attachment EXECUTE FUNCTION refuse_change('attachments cannot be deleted');
