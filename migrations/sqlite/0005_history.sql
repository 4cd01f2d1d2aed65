-- The history as a chain. Each event is sealed by a link, SHA-256 over the link before it and every field of the event;
-- the head says how many links there are and which is the last, so that a history whose end was cut off is found out.
-- Events of before are sealed by the program when it brings a book up to date.

CREATE TABLE history_link (
    -- 1 for the first event of the book, without gaps.
    sequence  INTEGER PRIMARY KEY,
    event_key INTEGER NOT NULL UNIQUE REFERENCES event (key),
    link      BLOB NOT NULL CHECK (length(link) = 32)
) STRICT;

CREATE TABLE history_head (
    one      INTEGER PRIMARY KEY CHECK (one = 1),
    sequence INTEGER NOT NULL,
    link     BLOB NOT NULL CHECK (length(link) = 32)
) STRICT;
INSERT INTO history_head (one, sequence, link) VALUES (1, 0, zeroblob(32));

CREATE TRIGGER history_link_follows BEFORE INSERT ON history_link
WHEN NEW.sequence <> (SELECT sequence + 1 FROM history_head) OR EXISTS (SELECT 1 FROM history_link WHERE event_key = NEW.event_key)
BEGIN SELECT RAISE(ABORT, 'immutable: a link follows the last one'); END;
CREATE TRIGGER history_link_moves_the_head AFTER INSERT ON history_link
BEGIN UPDATE history_head SET sequence = NEW.sequence, link = NEW.link; END;
CREATE TRIGGER history_link_no_update BEFORE UPDATE ON history_link
BEGIN SELECT RAISE(ABORT, 'immutable: history cannot be changed'); END;
CREATE TRIGGER history_link_no_delete BEFORE DELETE ON history_link
BEGIN SELECT RAISE(ABORT, 'immutable: history cannot be deleted'); END;

CREATE TRIGGER history_head_follows BEFORE UPDATE ON history_head
WHEN NEW.one <> 1 OR NEW.sequence <> OLD.sequence + 1
  OR NOT EXISTS (SELECT 1 FROM history_link WHERE sequence = NEW.sequence AND link = NEW.link)
BEGIN SELECT RAISE(ABORT, 'immutable: the head moves with the last link only'); END;
CREATE TRIGGER history_head_no_delete BEFORE DELETE ON history_head
BEGIN SELECT RAISE(ABORT, 'immutable: history cannot be deleted'); END;
-- INSERT OR REPLACE deletes without firing the delete trigger.
CREATE TRIGGER history_head_no_second BEFORE INSERT ON history_head
BEGIN SELECT RAISE(ABORT, 'immutable: a book has one head'); END;
