-- Lineage of funds: from which origins the money of a balance came, and what became of it.

-- Where the money of a balance stands, by origin: what its moves add up to. The key is the order in which origins first came.
CREATE TABLE lineage_source (
    key         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    balance_key bigint NOT NULL REFERENCES balance (key),
    origin      words NOT NULL CHECK (length(origin) BETWEEN 1 AND 200),
    received    minor_units NOT NULL CHECK (received >= 0),
    spent       minor_units NOT NULL CHECK (spent >= 0),
    held_in     minor_units NOT NULL CHECK (held_in >= 0),
    held_out    minor_units NOT NULL CHECK (held_out >= 0),
    UNIQUE (balance_key, origin)
);
CREATE TRIGGER lineage_source_stays BEFORE DELETE ON lineage_source FOR EACH ROW
    EXECUTE FUNCTION refuse_change('an origin of funds cannot be deleted');
CREATE TRIGGER lineage_source_keeps_its_origin BEFORE UPDATE OF balance_key, origin ON lineage_source FOR EACH ROW
    EXECUTE FUNCTION refuse_change('an origin of funds stays what it is');
CREATE TRIGGER lineage_source_is_not_emptied BEFORE TRUNCATE ON lineage_source
    EXECUTE FUNCTION refuse_change('origins of funds cannot be deleted');

-- What each journal row did to an origin of one of its balances. Rows are only ever added.
CREATE TABLE lineage_move (
    key         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- The journal row, and the first row of its family; nothing where keeping lineage ended.
    txn_key     bigint REFERENCES txn (key),
    family_key  bigint REFERENCES txn (key),
    -- The first row of the family that is given back.
    returns_key bigint REFERENCES txn (key),
    balance_key bigint NOT NULL REFERENCES balance (key),
    origin      words NOT NULL CHECK (length(origin) BETWEEN 1 AND 200),
    kind        words NOT NULL CHECK (kind IN ('received', 'spent', 'held_in', 'held_out', 'released_in', 'released_out', 'ended')),
    amount      minor_units NOT NULL CHECK (amount > 0),
    at          bigint NOT NULL,
    CHECK ((txn_key IS NULL) = (kind = 'ended')),
    CHECK ((txn_key IS NULL) = (family_key IS NULL))
);
CREATE INDEX lineage_move_by_balance ON lineage_move (balance_key, origin, key);
CREATE INDEX lineage_move_by_family ON lineage_move (family_key) WHERE family_key IS NOT NULL;
CREATE INDEX lineage_move_by_returned ON lineage_move (returns_key) WHERE returns_key IS NOT NULL;
CREATE TRIGGER lineage_move_keeps BEFORE UPDATE OR DELETE ON lineage_move FOR EACH ROW
    EXECUTE FUNCTION refuse_change('the lineage of funds cannot be changed or deleted');
CREATE TRIGGER lineage_move_is_not_emptied BEFORE TRUNCATE ON lineage_move
    EXECUTE FUNCTION refuse_change('the lineage of funds cannot be deleted');
