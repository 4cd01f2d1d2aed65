-- The holds of a balance, open or not, without a look at those of the others.

CREATE INDEX txn_held_from ON txn (source_key, key) WHERE status = 'INFLIGHT';
CREATE INDEX txn_held_to ON txn (destination_key, key) WHERE status = 'INFLIGHT';
