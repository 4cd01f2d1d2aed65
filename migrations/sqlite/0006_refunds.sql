-- What gives money back, and of which row of the journal: a refund, whole or in part, or the reversal of a posting.
-- How much of a row is left to give back follows from its refunds.

CREATE TABLE refund (
    txn_key INTEGER PRIMARY KEY REFERENCES txn (key),
    of_key  INTEGER NOT NULL REFERENCES txn (key),
    CHECK (of_key < txn_key)
) STRICT;
CREATE INDEX refund_of ON refund (of_key);

-- What the review desk reversed before there were refunds said so in its metadata.
INSERT INTO refund (txn_key, of_key)
SELECT t.key, o.key FROM txn t JOIN txn o ON o.id = json_extract(t.metadata, '$.reverses')
WHERE t.metadata IS NOT NULL AND t.source_key = o.destination_key AND t.destination_key = o.source_key AND o.key < t.key
  AND t.status = 'APPLIED' AND o.status = 'APPLIED' AND t.amount = o.amount
  AND (o.metadata IS NULL OR json_extract(o.metadata, '$.reverses') IS NULL);

-- What was let go never moved, and what was given back is not given back again. A hold stands for what was committed of it.
CREATE TRIGGER refund_of_settled BEFORE INSERT ON refund
WHEN (SELECT status FROM txn WHERE key = NEW.of_key) = 'VOID' OR EXISTS (SELECT 1 FROM refund WHERE txn_key IN (NEW.of_key, NEW.txn_key))
BEGIN SELECT RAISE(ABORT, 'immutable: no void and no refund is given back'); END;
CREATE TRIGGER refund_no_update BEFORE UPDATE ON refund
BEGIN SELECT RAISE(ABORT, 'immutable: a refund cannot be changed'); END;
CREATE TRIGGER refund_no_delete BEFORE DELETE ON refund
BEGIN SELECT RAISE(ABORT, 'immutable: a refund cannot be deleted'); END;
