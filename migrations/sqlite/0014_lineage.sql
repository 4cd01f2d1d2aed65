-- Lineage of funds: from which origins the money of a balance came, and what became of it.

-- Where the money of a balance stands, by origin: what its moves add up to. The key is the order in which origins first came.
CREATE TABLE lineage_source (
    key         INTEGER PRIMARY KEY AUTOINCREMENT,
    balance_key INTEGER NOT NULL REFERENCES balance (key),
    origin      TEXT NOT NULL CHECK (length(origin) BETWEEN 1 AND 200),
    received    TEXT NOT NULL CHECK (received NOT GLOB '*[^0-9]*' AND received <> ''),
    spent       TEXT NOT NULL CHECK (spent NOT GLOB '*[^0-9]*' AND spent <> ''),
    held_in     TEXT NOT NULL CHECK (held_in NOT GLOB '*[^0-9]*' AND held_in <> ''),
    held_out    TEXT NOT NULL CHECK (held_out NOT GLOB '*[^0-9]*' AND held_out <> ''),
    UNIQUE (balance_key, origin)
) STRICT;

-- What each journal row did to an origin of one of its balances. Rows are only ever added.
CREATE TABLE lineage_move (
    key         INTEGER PRIMARY KEY AUTOINCREMENT,
    -- The journal row, and the first row of its family; nothing where keeping lineage ended.
    txn_key     INTEGER REFERENCES txn (key),
    family_key  INTEGER REFERENCES txn (key),
    -- The first row of the family that is given back.
    returns_key INTEGER REFERENCES txn (key),
    balance_key INTEGER NOT NULL REFERENCES balance (key),
    origin      TEXT NOT NULL CHECK (length(origin) BETWEEN 1 AND 200),
    kind        TEXT NOT NULL CHECK (kind IN ('received', 'spent', 'held_in', 'held_out', 'released_in', 'released_out', 'ended')),
    amount      TEXT NOT NULL CHECK (amount NOT GLOB '*[^0-9]*' AND amount NOT IN ('', '0')),
    at          INTEGER NOT NULL,
    CHECK ((txn_key IS NULL) = (kind = 'ended')),
    CHECK ((txn_key IS NULL) = (family_key IS NULL))
) STRICT;
CREATE INDEX lineage_move_by_balance ON lineage_move (balance_key, origin, key);
CREATE INDEX lineage_move_by_family ON lineage_move (family_key) WHERE family_key IS NOT NULL;
CREATE INDEX lineage_move_by_returned ON lineage_move (returns_key) WHERE returns_key IS NOT NULL;

CREATE TRIGGER lineage_move_no_update BEFORE UPDATE ON lineage_move
BEGIN SELECT RAISE(ABORT, 'immutable: the lineage of funds cannot be changed'); END;
CREATE TRIGGER lineage_move_no_delete BEFORE DELETE ON lineage_move
BEGIN SELECT RAISE(ABORT, 'immutable: the lineage of funds cannot be deleted'); END;
CREATE TRIGGER lineage_move_no_replace BEFORE INSERT ON lineage_move
WHEN EXISTS (SELECT 1 FROM lineage_move WHERE key = NEW.key)
BEGIN SELECT RAISE(ABORT, 'taken: this move of funds is there already'); END;
CREATE TRIGGER lineage_source_stays BEFORE DELETE ON lineage_source
BEGIN SELECT RAISE(ABORT, 'immutable: an origin of funds cannot be deleted'); END;
CREATE TRIGGER lineage_source_keeps_its_origin BEFORE UPDATE OF key, balance_key, origin ON lineage_source
BEGIN SELECT RAISE(ABORT, 'immutable: an origin of funds stays what it is'); END;
CREATE TRIGGER lineage_source_no_replace BEFORE INSERT ON lineage_source
WHEN EXISTS (SELECT 1 FROM lineage_source WHERE key = NEW.key OR (balance_key = NEW.balance_key AND origin = NEW.origin))
BEGIN SELECT RAISE(ABORT, 'taken: this origin of funds is there already'); END;
