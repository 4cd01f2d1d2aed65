-- What the lists of a large book are answered from, so that no question waits for a million rows to be counted.

-- First rows of families by day: how long a list is and on which day its n-th row stands. The columns are named as in
-- the journal, so that one filter reads both. The database counts itself: nothing that books a row can forget it.
CREATE TABLE family_day (
    effective_date TEXT NOT NULL,
    currency       TEXT NOT NULL,
    status         TEXT NOT NULL,
    families       INTEGER NOT NULL CHECK (families > 0),
    PRIMARY KEY (effective_date, currency, status)
) STRICT, WITHOUT ROWID;
INSERT INTO family_day (effective_date, currency, status, families)
SELECT effective_date, currency, status, count(*) FROM txn WHERE parent_key IS NULL GROUP BY effective_date, currency, status;
CREATE TRIGGER txn_counted AFTER INSERT ON txn WHEN NEW.parent_key IS NULL
BEGIN
    INSERT INTO family_day (effective_date, currency, status, families) VALUES (NEW.effective_date, NEW.currency, NEW.status, 1)
    ON CONFLICT (effective_date, currency, status) DO UPDATE SET families = families + 1;
END;

-- The other two orders carry what people filter by as well, as the date index does: a page of a filtered list in order
-- of amount is then a walk inside one index, and not half the journal put in order.
DROP INDEX txn_by_amount;
CREATE INDEX txn_by_amount ON txn (amount_length, amount, key, effective_date, source_key, destination_key, currency, status) WHERE parent_key IS NULL;
DROP INDEX txn_by_reference;
CREATE INDEX txn_by_reference ON txn (reference, key, effective_date, source_key, destination_key, currency, status, amount_length, amount) WHERE parent_key IS NULL;
