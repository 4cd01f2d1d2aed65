-- What is signed stays as it was signed until it is reopened.

CREATE FUNCTION statement_is_signed(wanted bigint) RETURNS boolean LANGUAGE sql STABLE AS
$$ SELECT EXISTS (SELECT 1 FROM statement s WHERE s.key = wanted AND s.state = 'signed') $$;
CREATE FUNCTION match_is_signed(wanted bigint) RETURNS boolean LANGUAGE sql STABLE AS
$$ SELECT EXISTS (SELECT 1 FROM match m JOIN statement s ON s.key = m.statement_key WHERE m.key = wanted AND s.state = 'signed') $$;
CREATE FUNCTION line_is_signed(wanted bigint) RETURNS boolean LANGUAGE sql STABLE AS
$$ SELECT EXISTS (SELECT 1 FROM statement_line l JOIN statement s ON s.key = l.statement_key WHERE l.key = wanted AND s.state = 'signed') $$;
CREATE FUNCTION line_is_matched(wanted bigint) RETURNS boolean LANGUAGE sql STABLE AS
$$ SELECT EXISTS (SELECT 1 FROM match_line m WHERE m.line_key = wanted) $$;

CREATE TRIGGER signed_match_line_stays BEFORE DELETE ON match_line FOR EACH ROW
    WHEN (match_is_signed(OLD.match_key)) EXECUTE FUNCTION refuse_signed();
CREATE TRIGGER signed_match_line_none_added BEFORE INSERT ON match_line FOR EACH ROW
    WHEN (match_is_signed(NEW.match_key)) EXECUTE FUNCTION refuse_signed();
CREATE TRIGGER match_line_no_update BEFORE UPDATE ON match_line FOR EACH ROW
    EXECUTE FUNCTION refuse_change('a match is undone, not changed');
CREATE TRIGGER match_line_is_not_emptied BEFORE TRUNCATE ON match_line EXECUTE FUNCTION refuse_change('a match is undone, not deleted');

CREATE TRIGGER signed_match_entry_stays BEFORE DELETE ON match_entry FOR EACH ROW
    WHEN (match_is_signed(OLD.match_key)) EXECUTE FUNCTION refuse_signed();
CREATE TRIGGER signed_match_entry_none_added BEFORE INSERT ON match_entry FOR EACH ROW
    WHEN (match_is_signed(NEW.match_key)) EXECUTE FUNCTION refuse_signed();
CREATE TRIGGER match_entry_no_update BEFORE UPDATE ON match_entry FOR EACH ROW
    EXECUTE FUNCTION refuse_change('a match is undone, not changed');
CREATE TRIGGER match_entry_is_not_emptied BEFORE TRUNCATE ON match_entry EXECUTE FUNCTION refuse_change('a match is undone, not deleted');

CREATE TRIGGER match_stays BEFORE DELETE ON match FOR EACH ROW EXECUTE FUNCTION refuse_change('a match is undone, not deleted');
CREATE TRIGGER match_is_not_emptied BEFORE TRUNCATE ON match EXECUTE FUNCTION refuse_change('a match is undone, not deleted');
CREATE TRIGGER signed_match_keeps BEFORE UPDATE ON match FOR EACH ROW
    WHEN (statement_is_signed(OLD.statement_key)) EXECUTE FUNCTION refuse_signed();
CREATE TRIGGER signed_match_none_added BEFORE INSERT ON match FOR EACH ROW
    WHEN (statement_is_signed(NEW.statement_key)) EXECUTE FUNCTION refuse_signed();

CREATE TRIGGER statement_line_content_stays
    BEFORE UPDATE OF id, statement_key, balance_key, position, booking_date, value_date, amount, description, reference, counterparty,
        counterparty_account, running_balance, raw, fingerprint, occurrence ON statement_line
    FOR EACH ROW EXECUTE FUNCTION refuse_change('a statement line keeps what the bank said');
CREATE TRIGGER statement_line_stays BEFORE DELETE ON statement_line FOR EACH ROW
    EXECUTE FUNCTION refuse_change('a statement line cannot be deleted');
CREATE TRIGGER statement_line_is_not_emptied BEFORE TRUNCATE ON statement_line EXECUTE FUNCTION refuse_change('statement lines cannot be deleted');
CREATE TRIGGER signed_line_keeps BEFORE UPDATE ON statement_line FOR EACH ROW
    WHEN (statement_is_signed(OLD.statement_key)) EXECUTE FUNCTION refuse_signed();
CREATE TRIGGER signed_line_none_added BEFORE INSERT ON statement_line FOR EACH ROW
    WHEN (statement_is_signed(NEW.statement_key)) EXECUTE FUNCTION refuse_signed();
-- A matched line cannot leave the books with its statement.
CREATE TRIGGER matched_line_stays_active BEFORE UPDATE OF active ON statement_line FOR EACH ROW
    WHEN (NOT NEW.active AND line_is_matched(OLD.key)) EXECUTE FUNCTION refuse_change('a matched line cannot be taken back');

CREATE TRIGGER signed_rejection_stays BEFORE DELETE ON rejected_pair FOR EACH ROW
    WHEN (line_is_signed(OLD.line_key)) EXECUTE FUNCTION refuse_signed();
CREATE TRIGGER signed_rejection_none_added BEFORE INSERT ON rejected_pair FOR EACH ROW
    WHEN (line_is_signed(NEW.line_key)) EXECUTE FUNCTION refuse_signed();
CREATE TRIGGER signed_outstanding_stays BEFORE DELETE ON outstanding FOR EACH ROW
    WHEN (statement_is_signed(OLD.statement_key)) EXECUTE FUNCTION refuse_signed();
CREATE TRIGGER signed_outstanding_none_added BEFORE INSERT ON outstanding FOR EACH ROW
    WHEN (statement_is_signed(NEW.statement_key)) EXECUTE FUNCTION refuse_signed();

CREATE TRIGGER statement_stays BEFORE DELETE ON statement FOR EACH ROW EXECUTE FUNCTION refuse_change('a statement cannot be deleted');
CREATE TRIGGER statement_is_not_emptied BEFORE TRUNCATE ON statement EXECUTE FUNCTION refuse_change('statements cannot be deleted');
CREATE TRIGGER statement_keeps_what_the_bank_said
    BEFORE UPDATE OF id, balance_key, file_sha256, account, period_from, period_to, opening, closing, opening_from, closing_from, proof, left_out ON statement
    FOR EACH ROW EXECUTE FUNCTION refuse_change('a statement keeps what the bank said');
-- A signed statement is reopened as its next version, or stays.
CREATE TRIGGER statement_signed_is_reopened BEFORE UPDATE OF state, version ON statement FOR EACH ROW
    WHEN (OLD.state = 'signed' AND NOT (NEW.state = 'open' AND NEW.version = OLD.version + 1)) EXECUTE FUNCTION refuse_signed();

CREATE TRIGGER sign_off_stays BEFORE DELETE ON sign_off FOR EACH ROW EXECUTE FUNCTION refuse_change('a signed report cannot be deleted');
CREATE TRIGGER sign_off_is_not_emptied BEFORE TRUNCATE ON sign_off EXECUTE FUNCTION refuse_change('signed reports cannot be deleted');
CREATE TRIGGER sign_off_report_stays BEFORE UPDATE OF statement_key, version, report, signed_at, signed_by ON sign_off FOR EACH ROW
    EXECUTE FUNCTION refuse_change('a signed report cannot be changed');
CREATE TRIGGER desk_action_stays BEFORE DELETE ON desk_action FOR EACH ROW EXECUTE FUNCTION refuse_change('what was done stays in the log');
CREATE TRIGGER desk_action_is_not_emptied BEFORE TRUNCATE ON desk_action EXECUTE FUNCTION refuse_change('what was done stays in the log');
CREATE TRIGGER desk_action_keeps BEFORE UPDATE OF statement_key, at, actor, kind, summary, undo ON desk_action FOR EACH ROW
    EXECUTE FUNCTION refuse_change('what was done stays in the log');
CREATE TRIGGER rule_version_keeps BEFORE UPDATE OR DELETE ON matching_rule_version FOR EACH ROW
    EXECUTE FUNCTION refuse_change('a version of a rule stays as it was');
CREATE TRIGGER rule_version_is_not_emptied BEFORE TRUNCATE ON matching_rule_version EXECUTE FUNCTION refuse_change('versions of rules cannot be deleted');
CREATE TRIGGER match_keeps
    BEFORE UPDATE OF id, statement_key, kind, tier, rule_id, run_key, reasons, posted_key, posted_kind, confirmed_at, confirmed_by ON match
    FOR EACH ROW EXECUTE FUNCTION refuse_change('a match is undone, not changed');
CREATE TRIGGER run_keeps_its_inputs BEFORE UPDATE OF id, job_id, statement_key, dry_run, inputs, newest_txn_key, started_at, actor ON run
    FOR EACH ROW EXECUTE FUNCTION refuse_change('a run keeps what it was given');
CREATE TRIGGER run_stays BEFORE DELETE ON run FOR EACH ROW EXECUTE FUNCTION refuse_change('a run cannot be deleted');
CREATE TRIGGER run_is_not_emptied BEFORE TRUNCATE ON run EXECUTE FUNCTION refuse_change('runs cannot be deleted');
CREATE TRIGGER sign_off_reopened_once BEFORE UPDATE ON sign_off FOR EACH ROW
    WHEN (OLD.reopened_at IS NOT NULL) EXECUTE FUNCTION refuse_change('a reopened report stays as it was reopened');
CREATE TRIGGER statement_line_comes_back_by_import BEFORE UPDATE OF active ON statement_line FOR EACH ROW
    WHEN (NOT OLD.active AND NEW.active) EXECUTE FUNCTION refuse_change('a line that was taken back is imported again');
CREATE TRIGGER outstanding_is_not_emptied BEFORE TRUNCATE ON outstanding EXECUTE FUNCTION refuse_change('outstanding entries go one by one');
CREATE TRIGGER rejected_pair_is_not_emptied BEFORE TRUNCATE ON rejected_pair EXECUTE FUNCTION refuse_change('rejections go one by one');
