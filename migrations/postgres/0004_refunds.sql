-- What gives money back, and of which row of the journal: a refund, whole or in part, or the reversal of a posting.
-- How much of a row is left to give back follows from its refunds.

CREATE TABLE refund (
    txn_key bigint PRIMARY KEY REFERENCES txn (key),
    of_key  bigint NOT NULL REFERENCES txn (key),
    CHECK (of_key < txn_key)
);
CREATE INDEX refund_of ON refund (of_key);

CREATE FUNCTION may_be_given_back(wanted bigint) RETURNS boolean LANGUAGE sql STABLE AS
$$ SELECT EXISTS (SELECT 1 FROM txn t WHERE t.key = wanted AND t.status <> 'VOID') AND NOT EXISTS (SELECT 1 FROM refund r WHERE r.txn_key = wanted) $$;

-- What was let go never moved, and what was given back is not given back again. A hold stands for what was committed of it.
CREATE TRIGGER refund_of_settled BEFORE INSERT ON refund FOR EACH ROW
    WHEN (NOT may_be_given_back(NEW.of_key)) EXECUTE FUNCTION refuse_change('no void and no refund is given back');
CREATE TRIGGER refund_keeps BEFORE UPDATE OR DELETE ON refund FOR EACH ROW EXECUTE FUNCTION refuse_change('a refund cannot be changed or deleted');
CREATE TRIGGER refund_is_not_emptied BEFORE TRUNCATE ON refund EXECUTE FUNCTION refuse_change('refunds cannot be deleted');
