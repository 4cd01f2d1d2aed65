-- Many links in one statement: they must follow the head and each other without a gap, and the head moves to the last.

DROP TRIGGER history_link_follows ON history_link;
DROP TRIGGER history_link_moves_the_head ON history_link;
DROP TRIGGER history_head_follows ON history_head;
DROP FUNCTION follow_history();
DROP FUNCTION move_history_head();

CREATE FUNCTION follow_history() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    added record;
BEGIN
    SELECT count(*) AS links, min(sequence) AS lowest, max(sequence) AS highest INTO added FROM new_links;
    IF added.links = 0 THEN
        RETURN NULL;
    END IF;
    IF added.lowest <> (SELECT sequence + 1 FROM history_head) OR added.highest <> added.lowest + added.links - 1 THEN
        RAISE EXCEPTION 'links follow the last one' USING ERRCODE = 'TO001';
    END IF;
    UPDATE history_head SET (sequence, link) = (SELECT sequence, link FROM new_links WHERE sequence = added.highest);
    RETURN NULL;
END $$;
CREATE TRIGGER history_link_follows AFTER INSERT ON history_link REFERENCING NEW TABLE AS new_links
    FOR EACH STATEMENT EXECUTE FUNCTION follow_history();
-- Whoever moves the head by hand finds no link under it, or leaves links behind it.
CREATE FUNCTION history_head_is_newest(wanted bigint, last bytea) RETURNS boolean LANGUAGE sql STABLE AS
$$ SELECT EXISTS (SELECT 1 FROM history_link WHERE sequence = wanted AND link = last)
      AND NOT EXISTS (SELECT 1 FROM history_link WHERE sequence > wanted) $$;
CREATE TRIGGER history_head_follows BEFORE UPDATE ON history_head FOR EACH ROW
    WHEN (NEW.sequence <= OLD.sequence OR NOT history_head_is_newest(NEW.sequence, NEW.link))
    EXECUTE FUNCTION refuse_change('the head moves with the last link only');
