-- A closed period takes no settled entry, whatever books it. The last closed day stands among the settings.

CREATE FUNCTION lies_in_closed_period(day date) RETURNS boolean LANGUAGE sql STABLE AS
$$ SELECT coalesce((SELECT day <= (value #>> '{}')::date FROM setting WHERE key = 'closed_through'), false) $$;
CREATE TRIGGER txn_in_open_period BEFORE INSERT ON txn FOR EACH ROW
    WHEN (NEW.status = 'APPLIED' AND lies_in_closed_period(NEW.effective_date))
    EXECUTE FUNCTION refuse_change('this day lies in a closed period');
