-- Postings that are accepted and not booked yet: they wait for their time, survive the program that took them, and end
-- once: posted, refused or cancelled.

CREATE TABLE scheduled (
    key         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id          words NOT NULL UNIQUE,
    state       words NOT NULL CHECK (state IN ('waiting', 'posted', 'rejected', 'cancelled')),
    due_at      bigint NOT NULL,
    -- Empty: one is made when it is posted.
    reference   words NOT NULL,
    request     json NOT NULL,
    accepted_at bigint NOT NULL,
    accepted_by words NOT NULL,
    -- Why it was refused or cancelled.
    reason      words,
    txn_key     bigint REFERENCES txn (key),
    finished_at bigint,
    CHECK ((state = 'waiting') = (finished_at IS NULL)),
    CHECK ((state = 'posted') = (txn_key IS NOT NULL)),
    CHECK ((state IN ('rejected', 'cancelled')) = (reason IS NOT NULL))
);
CREATE INDEX scheduled_due ON scheduled (due_at, key) WHERE state = 'waiting';
CREATE UNIQUE INDEX scheduled_reference ON scheduled (reference) WHERE state = 'waiting' AND reference <> '';

CREATE TRIGGER scheduled_ends_once BEFORE UPDATE ON scheduled FOR EACH ROW
    WHEN (OLD.state <> 'waiting' OR (NEW.key, NEW.id, NEW.accepted_at, NEW.accepted_by) IS DISTINCT FROM (OLD.key, OLD.id, OLD.accepted_at, OLD.accepted_by))
    EXECUTE FUNCTION refuse_change('what became of a scheduled posting stays');
CREATE TRIGGER scheduled_stays BEFORE DELETE ON scheduled FOR EACH ROW EXECUTE FUNCTION refuse_change('a scheduled posting is cancelled, not deleted');
CREATE TRIGGER scheduled_is_not_emptied BEFORE TRUNCATE ON scheduled EXECUTE FUNCTION refuse_change('scheduled postings cannot be deleted');
