-- Journal entries of several postings. The first posting carries the reference of the entry; each says which of how many
-- it is, so that one that went missing is noticed.

CREATE TABLE leg (
    txn_key   bigint PRIMARY KEY REFERENCES txn (key),
    first_key bigint NOT NULL REFERENCES txn (key),
    position  bigint NOT NULL CHECK (position BETWEEN 1 AND legs),
    legs      bigint NOT NULL,
    CHECK ((position = 1) = (first_key = txn_key)),
    CHECK (first_key <= txn_key),
    UNIQUE (first_key, position)
);
CREATE TRIGGER leg_keeps BEFORE UPDATE OR DELETE ON leg FOR EACH ROW EXECUTE FUNCTION refuse_change('a posting keeps its place in an entry');
CREATE TRIGGER leg_is_not_emptied BEFORE TRUNCATE ON leg EXECUTE FUNCTION refuse_change('a posting keeps its place in an entry');
