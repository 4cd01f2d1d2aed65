//! What the functions of `store::rows` read, as this database selects it.

/// What `statement` reads.
pub(super) const STATEMENT: &str = "SELECT s.key, s.id, s.balance_key, b.id AS balance_id, b.name AS balance_name, b.currency, b.exponent, s.file_sha256, \
     f.name AS file_name, s.name, s.account, s.period_from, s.period_to, s.opening, s.closing, s.opening_from, s.closing_from, s.proof, s.left_out, s.state, \
     s.version, s.imported_at, s.imported_by \
     FROM statement s JOIN balance b ON b.key = s.balance_key JOIN source_file f ON f.sha256 = s.file_sha256 ";

/// What `seen` reads, after the table that has the statement key as `statement_key`.
pub(super) const SEEN: &str = "s.id AS statement_id, s.name AS statement_name, f.name AS file_name, b.id AS balance_id, b.name AS balance_name, s.imported_at";

/// Columns of `line` for a table `l` joined with `ml` (match_line) and `m` (match).
pub(crate) const LINE: &str = "l.key, l.id, l.statement_key, l.position, l.booking_date, l.value_date, l.amount, l.description, l.reference, l.counterparty, \
     ml.match_key, m.id AS match_id";

/// Its tables.
pub(super) const LINE_FROM: &str =
    " FROM statement_line l LEFT JOIN match_line ml ON ml.line_key = l.key LEFT JOIN match m ON m.key = ml.match_key ";

/// Those beside its own.
pub(crate) const LINE_JOINS: &str =
    " LEFT JOIN match_line ml ON ml.line_key = l.key LEFT JOIN match m ON m.key = ml.match_key ";

/// Columns of `proposal` for a table `p`.
pub(super) const PROPOSAL: &str =
    "p.run_key, p.line_key, p.txn_key, p.score, p.margin, p.tier, p.rule_id, p.difference, p.detail";

/// What `entry` reads; `e` is the entry, `t` its journal row.
pub(super) const ENTRY: &str = "SELECT e.txn_key, t.id AS txn_id, e.effective_date, t.created_at, t.reference, t.description, o.id AS other_id, o.name AS other_name, \
     e.side, e.amount, me.match_key, ou.statement_key AS outstanding_on ";

/// Its tables; conditions follow.
pub(super) const ENTRY_FROM: &str = " FROM entry e JOIN txn t ON t.key = e.txn_key \
     JOIN balance o ON o.key = CASE e.side WHEN 'credit' THEN t.source_key ELSE t.destination_key END \
     LEFT JOIN match_entry me ON me.balance_key = e.balance_key AND me.txn_key = e.txn_key \
     LEFT JOIN outstanding ou ON ou.balance_key = e.balance_key AND ou.txn_key = e.txn_key ";

/// What `matched` reads.
pub(super) const MATCH: &str =
    "SELECT m.*, (SELECT count(*) FROM match_line ml WHERE ml.match_key = m.key) AS lines FROM match m ";
