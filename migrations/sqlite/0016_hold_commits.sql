-- Holds that commit themselves: the instant from which what is still held is booked.

ALTER TABLE hold ADD COLUMN commits_at INTEGER;
CREATE INDEX hold_commits ON hold (commits_at, txn_key) WHERE state = 'open' AND commits_at IS NOT NULL;
