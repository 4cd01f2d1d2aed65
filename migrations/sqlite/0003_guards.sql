-- What may not be changed, written over or deleted is refused by the database itself, for every table that promises it.
--
-- INSERT OR REPLACE deletes the row that stands in its way without firing a delete trigger, and UPDATE OR REPLACE does
-- the same when a key moves. So a table that keeps its rows has a guard before the insert, and its keys never move.

-- Ledgers and balances.
CREATE TRIGGER ledger_keeps_its_id BEFORE UPDATE OF key, id, created_at ON ledger
BEGIN SELECT RAISE(ABORT, 'immutable: a ledger keeps its id'); END;
CREATE TRIGGER ledger_no_replace BEFORE INSERT ON ledger
WHEN EXISTS (SELECT 1 FROM ledger WHERE key = NEW.key OR id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'taken: this ledger is there already'); END;
CREATE TRIGGER balance_keeps_its_key BEFORE UPDATE OF key, created_at ON balance
BEGIN SELECT RAISE(ABORT, 'immutable: a balance keeps its key'); END;
CREATE TRIGGER balance_no_replace BEFORE INSERT ON balance
WHEN EXISTS (SELECT 1 FROM balance WHERE key = NEW.key OR id = NEW.id)
  OR EXISTS (SELECT 1 FROM balance WHERE indicator = NEW.indicator AND currency = NEW.currency)
BEGIN SELECT RAISE(ABORT, 'taken: this balance is there already'); END;

-- One code, one number of decimals: sums go by the code. A book that has two from before keeps them.
CREATE INDEX balance_currency ON balance (currency, exponent);
CREATE TRIGGER balance_one_exponent BEFORE INSERT ON balance
WHEN EXISTS (SELECT 1 FROM balance WHERE currency = NEW.currency)
  AND NOT EXISTS (SELECT 1 FROM balance WHERE currency = NEW.currency AND exponent = NEW.exponent)
BEGIN SELECT RAISE(ABORT, 'exponent: this book keeps the currency with other decimals'); END;

-- The bytes a bank gave us.
CREATE TRIGGER source_file_no_update BEFORE UPDATE ON source_file
BEGIN SELECT RAISE(ABORT, 'immutable: the file of an import cannot be changed'); END;
CREATE TRIGGER source_file_no_replace BEFORE INSERT ON source_file
WHEN EXISTS (SELECT 1 FROM source_file WHERE sha256 = NEW.sha256)
BEGIN SELECT RAISE(ABORT, 'taken: this file is stored already'); END;

-- Statements and their lines.
CREATE TRIGGER statement_keeps_its_key BEFORE UPDATE OF key, imported_at, imported_by ON statement
BEGIN SELECT RAISE(ABORT, 'immutable: a statement keeps what was imported'); END;
CREATE TRIGGER statement_line_keeps_its_key BEFORE UPDATE OF key ON statement_line
BEGIN SELECT RAISE(ABORT, 'immutable: a statement line keeps its key'); END;
CREATE TRIGGER statement_line_comes_back_by_import BEFORE UPDATE OF active ON statement_line
WHEN OLD.active = 0 AND NEW.active <> 0
BEGIN SELECT RAISE(ABORT, 'immutable: a line that was taken back is imported again'); END;

-- Rules as they were, and runs with what they were given.
CREATE TRIGGER matching_rule_version_no_update BEFORE UPDATE ON matching_rule_version
BEGIN SELECT RAISE(ABORT, 'immutable: an earlier version of a rule cannot be changed'); END;
CREATE TRIGGER matching_rule_version_stays BEFORE DELETE ON matching_rule_version
BEGIN SELECT RAISE(ABORT, 'immutable: an earlier version of a rule cannot be deleted'); END;
CREATE TRIGGER matching_rule_version_no_replace BEFORE INSERT ON matching_rule_version
WHEN EXISTS (SELECT 1 FROM matching_rule_version WHERE rule_id = NEW.rule_id AND version = NEW.version)
BEGIN SELECT RAISE(ABORT, 'taken: this version of the rule is stored already'); END;
CREATE TRIGGER run_keeps_its_inputs
BEFORE UPDATE OF key, id, job_id, statement_key, dry_run, inputs, newest_txn_key, started_at, actor ON run
BEGIN SELECT RAISE(ABORT, 'immutable: a run keeps what it was given'); END;
CREATE TRIGGER run_stays BEFORE DELETE ON run
BEGIN SELECT RAISE(ABORT, 'immutable: a run cannot be deleted'); END;
CREATE TRIGGER run_no_replace BEFORE INSERT ON run
WHEN EXISTS (SELECT 1 FROM run WHERE key = NEW.key OR id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'taken: this run is there already'); END;

-- Matches, the log of the desk, and what was signed.
CREATE TRIGGER match_keeps
BEFORE UPDATE OF key, id, statement_key, kind, tier, rule_id, run_key, reasons, posted_key, posted_kind, confirmed_at, confirmed_by ON match
BEGIN SELECT RAISE(ABORT, 'immutable: a match is undone, not changed'); END;
CREATE TRIGGER match_no_replace BEFORE INSERT ON match
WHEN EXISTS (SELECT 1 FROM match WHERE key = NEW.key OR id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'taken: this match is there already'); END;
CREATE TRIGGER desk_action_keeps_its_key BEFORE UPDATE OF key ON desk_action
BEGIN SELECT RAISE(ABORT, 'immutable: what was done stays in the log'); END;
CREATE TRIGGER desk_action_no_replace BEFORE INSERT ON desk_action
WHEN EXISTS (SELECT 1 FROM desk_action WHERE key = NEW.key)
BEGIN SELECT RAISE(ABORT, 'taken: what was done stays in the log'); END;
CREATE TRIGGER sign_off_reopened_once BEFORE UPDATE ON sign_off
WHEN OLD.reopened_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'immutable: a reopened report stays as it was reopened'); END;
