-- The history as a chain. Each event is sealed by a link, SHA-256 over the link before it and every field of the event;
-- the head says how many links there are and which is the last, so that a history whose end was cut off is found out.

CREATE TABLE history_link (
    -- 1 for the first event of the book, without gaps.
    sequence  bigint PRIMARY KEY,
    event_key bigint NOT NULL UNIQUE REFERENCES event (key),
    link      bytea NOT NULL CHECK (length(link) = 32)
);

CREATE TABLE history_head (
    one      boolean PRIMARY KEY DEFAULT true CHECK (one),
    sequence bigint NOT NULL,
    link     bytea NOT NULL CHECK (length(link) = 32)
);
INSERT INTO history_head (sequence, link) VALUES (0, decode(repeat('00', 32), 'hex'));

CREATE FUNCTION follow_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.sequence <> (SELECT sequence + 1 FROM history_head) THEN
        RAISE EXCEPTION 'a link follows the last one' USING ERRCODE = 'TO001';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION move_history_head() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE history_head SET sequence = NEW.sequence, link = NEW.link;
    RETURN NULL;
END $$;
CREATE FUNCTION history_head_is_last(wanted bigint, last bytea) RETURNS boolean LANGUAGE sql STABLE AS
$$ SELECT EXISTS (SELECT 1 FROM history_link WHERE sequence = wanted AND link = last) $$;

CREATE TRIGGER history_link_follows BEFORE INSERT ON history_link FOR EACH ROW EXECUTE FUNCTION follow_history();
CREATE TRIGGER history_link_moves_the_head AFTER INSERT ON history_link FOR EACH ROW EXECUTE FUNCTION move_history_head();
CREATE TRIGGER history_link_keeps BEFORE UPDATE OR DELETE ON history_link FOR EACH ROW
    EXECUTE FUNCTION refuse_change('history cannot be changed or deleted');
CREATE TRIGGER history_link_is_not_emptied BEFORE TRUNCATE ON history_link EXECUTE FUNCTION refuse_change('history cannot be deleted');
CREATE TRIGGER history_head_follows BEFORE UPDATE ON history_head FOR EACH ROW
    WHEN (NEW.sequence <> OLD.sequence + 1 OR NOT history_head_is_last(NEW.sequence, NEW.link))
    EXECUTE FUNCTION refuse_change('the head moves with the last link only');
CREATE TRIGGER history_head_stays BEFORE DELETE ON history_head FOR EACH ROW EXECUTE FUNCTION refuse_change('history cannot be deleted');
CREATE TRIGGER history_head_is_not_emptied BEFORE TRUNCATE ON history_head EXECUTE FUNCTION refuse_change('history cannot be deleted');
