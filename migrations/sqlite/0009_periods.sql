-- A closed period takes no settled entry, whatever books it. The last closed day stands among the settings.

CREATE TRIGGER txn_in_open_period BEFORE INSERT ON txn
WHEN NEW.status = 'APPLIED'
  AND NEW.effective_date <= (SELECT json_extract(value, '$') FROM setting WHERE key = 'closed_through')
BEGIN SELECT RAISE(ABORT, 'closed: this day lies in a closed period'); END;
