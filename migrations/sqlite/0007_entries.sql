-- Journal entries of several postings. The first posting carries the reference of the entry; each says which of how many
-- it is, so that one that went missing is noticed.

CREATE TABLE leg (
    txn_key   INTEGER PRIMARY KEY REFERENCES txn (key),
    first_key INTEGER NOT NULL REFERENCES txn (key),
    position  INTEGER NOT NULL CHECK (position BETWEEN 1 AND legs),
    legs      INTEGER NOT NULL,
    CHECK ((position = 1) = (first_key = txn_key)),
    CHECK (first_key <= txn_key)
) STRICT;
CREATE UNIQUE INDEX leg_of_entry ON leg (first_key, position);

-- INSERT OR REPLACE deletes without firing the delete trigger.
CREATE TRIGGER leg_no_replace BEFORE INSERT ON leg
WHEN EXISTS (SELECT 1 FROM leg WHERE txn_key = NEW.txn_key OR (first_key = NEW.first_key AND position = NEW.position))
BEGIN SELECT RAISE(ABORT, 'immutable: a posting keeps its place in an entry'); END;
CREATE TRIGGER leg_no_update BEFORE UPDATE ON leg
BEGIN SELECT RAISE(ABORT, 'immutable: a posting keeps its place in an entry'); END;
CREATE TRIGGER leg_no_delete BEFORE DELETE ON leg
BEGIN SELECT RAISE(ABORT, 'immutable: a posting keeps its place in an entry'); END;
