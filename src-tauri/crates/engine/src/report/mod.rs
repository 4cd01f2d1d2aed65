//! The reconciliation statement as a model, live or as it was signed, and its export.

pub(crate) mod file;
mod matched;
pub(crate) mod tables;

use std::collections::{HashMap, HashSet};
use std::path::Path;

use jiff::civil::Date;
use ledger::Amount;
use serde::Deserialize;
use store::StoreError;
use store::recon::{
    EntryQuery, EntryRecord, LedgerSide, LineFigures, LineRecord, ProofSpan, RunRecord, StatementRecord,
};

use crate::api::statements::{
    LeftOutRow, Report, ReportAct, ReportAmount, ReportEntry, ReportFormat, ReportLine, ReportPosting,
};
use crate::desk::OpeningGap;
use crate::recon::{apart, closing_is_computed, left_out_rows, missing, span};
use crate::signoff::open_entries;
use crate::{Engine, EngineError, EngineResult, words};

/// Outstanding entries older than this are flagged.
const OLD_DAYS: i32 = 60;

/// An entry on a schedule, with its age on a day.
pub(crate) fn entry_row(entry: &EntryRecord, on: Date) -> ReportEntry {
    let days = on.duration_since(entry.date).as_secs() / 86_400;
    let age_days = i32::try_from(days).unwrap_or(i32::MAX);
    ReportEntry {
        id: entry.txn_id.clone(),
        date: entry.date.to_string(),
        reference: entry.reference.clone(),
        text: entry.description.clone(),
        amount: entry.amount.to_string(),
        age_days,
        old: age_days > OLD_DAYS,
        proposed_for: None,
    }
}

fn line_row(line: &LineRecord) -> ReportLine {
    ReportLine {
        position: line.position,
        date: line.booking_date.to_string(),
        text: line.description.clone(),
        amount: line.amount.to_string(),
        proposed: None,
    }
}

fn row(label: impl Into<String>, note: Option<String>, amount: &Amount, total: bool) -> ReportAmount {
    ReportAmount { label: label.into(), note, amount: amount.to_string(), total }
}

/// What a draft is made of.
struct Looked {
    figures: LineFigures,
    side: LedgerSide,
    open_lines: Vec<LineRecord>,
    proposals: Proposals,
    unmatched: Vec<EntryRecord>,
    outstanding: Vec<EntryRecord>,
    run: Option<RunRecord>,
    gap: Option<OpeningGap>,
}

impl Looked {
    fn line_rows(&self) -> Vec<ReportLine> {
        let row =
            |line: &LineRecord| ReportLine { proposed: self.proposals.lines.get(&line.key).cloned(), ..line_row(line) };
        self.open_lines.iter().map(row).collect()
    }

    fn entry_rows(&self, entries: &[EntryRecord], on: Date) -> Vec<ReportEntry> {
        let row = |entry| ReportEntry { proposed_for: self.proposals.position(entry), ..entry_row(entry, on) };
        entries.iter().map(row).collect()
    }
}

/// Opening and lines against the closing balance.
struct StatementProof {
    rows: Vec<ReportAmount>,
    ties: bool,
    missing: Option<Amount>,
}

fn statement_proof(statement: &StatementRecord, figures: &LineFigures) -> StatementProof {
    let money_in = &figures.confirmed_in + &figures.open_in;
    let money_out = &figures.confirmed_out + &figures.open_out;
    let missing = Some(missing(statement, figures)).filter(|missing| !missing.is_zero());
    let lines = |count: u64| Some(words::plural(count, "line", "lines"));
    let rows = [
        Some(row(format!("Opening balance, {}", statement.period_from), None, &statement.opening, false)),
        Some(row("Money in", lines(figures.confirmed_in_lines + figures.open_in_lines), &money_in, false)),
        Some(row("Money out", lines(figures.confirmed_out_lines + figures.open_out_lines), &money_out, false)),
        missing.as_ref().map(|missing| row("Missing from the lines", left_out_note(statement), missing, false)),
        Some(row(
            format!("Closing balance, {}", statement.period_to),
            closing_note(statement),
            &statement.closing,
            true,
        )),
    ];
    let computed = &(&statement.opening + &money_in) + &money_out;
    StatementProof { rows: rows.into_iter().flatten().collect(), ties: computed == statement.closing, missing }
}

/// What the newest run proposes for lines nobody has decided on yet.
#[derive(Default)]
struct Proposals {
    /// “CHQ-000317, certain” by the key of the line.
    lines: HashMap<i64, String>,
    /// Position of the line by the key of the entry.
    entries: HashMap<i64, u32>,
}

impl Proposals {
    fn position(&self, entry: &EntryRecord) -> Option<u32> {
        self.entries.get(&entry.txn_key).copied()
    }
}

fn draft_state(open: u64, proposed: usize) -> String {
    let lines = words::plural(open, "line", "lines");
    match proposed {
        0 => format!("Draft, {lines} left to clear"),
        count => format!("Draft, {lines} left to clear, {count} of them only proposed"),
    }
}

fn closing_note(statement: &StatementRecord) -> Option<String> {
    closing_is_computed(statement).then(|| "computed from the lines, not stated by the bank".to_owned())
}

fn left_out_note(statement: &StatementRecord) -> Option<String> {
    match left_out_rows(statement) {
        0 => None,
        rows => Some(format!("{} left out at import", words::plural(u64::from(rows), "row", "rows"))),
    }
}

impl Engine {
    /// The report of a statement: a signed version as it was signed, or the present state.
    pub async fn report(&self, statement_id: &str, version: Option<u32>) -> EngineResult<Report> {
        let statement = self.statement_record(statement_id).await?;
        let signed = self.store.sign_offs(statement.key).await?;
        let wanted = match version {
            Some(version) => Some(
                signed
                    .iter()
                    .find(|one| one.version == version)
                    .ok_or_else(|| EngineError::not_found("signed version", &version.to_string()))?,
            ),
            None if statement.state == store::recon::StatementState::Signed => signed.last(),
            None => None,
        };
        match wanted {
            Some(one) => {
                let mut report: Report = serde_json::from_value(one.report.clone())
                    .map_err(|error| EngineError::Store(StoreError::damaged("report", error)))?;
                report.booked_since = self.booked_since(&statement, one.version).await?;
                Ok(report)
            }
            None => self.draft_report(&statement, false).await,
        }
    }

    /// The present state as a report. `signing`: what the signature makes outstanding is shown there already.
    pub(crate) async fn draft_report(&self, statement: &StatementRecord, signing: bool) -> EngineResult<Report> {
        let looked = self.look(statement, signing).await?;
        let matches = self.store.matches(statement.key).await?;
        let names = self.rule_names(&matches).await?;
        let (by_tier, by_rule) = matched::counts(&matches, &names);
        let run = looked.run.as_ref();
        let (bank_side, adjusted_bank) = bank_side(statement, &looked.outstanding);
        let (book_side, adjusted_book) = book_side(statement, &looked);
        let proof = statement_proof(statement, &looked.figures);
        let stamp = self.stamp();
        Ok(Report {
            book: self.book_name().await?,
            balance_name: statement.balance_name.clone(),
            currency: statement.currency.code().to_owned(),
            exponent: statement.currency.exponent(),
            account: statement.account.clone(),
            statement_id: statement.id.clone(),
            statement_name: statement.name.clone(),
            period_from: statement.period_from.to_string(),
            period_to: statement.period_to.to_string(),
            lines: crate::recon::count(looked.figures.lines),
            version: statement.version,
            draft: true,
            state: draft_state(looked.open_lines.len() as u64, looked.proposals.lines.len()),
            prepared_by: stamp.actor.clone(),
            prepared_at: stamp.at.to_string(),
            signed_by: None,
            signed_at: None,
            file_name: statement.file_name.clone(),
            file_sha256: statement.file_sha256.clone(),
            engine: engine_of(run),
            rules: rules_of(run),
            result_hash: run.and_then(|run| run.result_hash.clone()),
            limits: self.limits_of(run).await?,
            statement_proof: proof.rows,
            statement_ties: proof.ties,
            missing: proof.missing.map(|missing| missing.to_string()),
            bank_side,
            book_side,
            // Both hold the statement's own tie as well: a file that does not tie shows here too.
            sides_agree: adjusted_bank == adjusted_book && apart(&looked.side, statement, &looked.figures).is_zero(),
            apart: looked.gap.as_ref().map(|gap| gap.words(statement)),
            unmatched_lines: looked.line_rows(),
            unmatched_entries: looked.entry_rows(&looked.unmatched, statement.period_to),
            outstanding: looked.entry_rows(&looked.outstanding, statement.period_to),
            matched: self.matched(statement, &matches, &names).await?,
            by_tier,
            by_rule,
            differences: self.posted(statement).await?,
            acts: self.acts(statement).await?,
            left_out: serde_json::from_value::<Vec<LeftOutRow>>(statement.left_out.clone())
                .map_err(|error| EngineError::Store(StoreError::damaged("statement", error)))?,
            history: self.history(statement).await?,
            booked_since: Vec::new(),
        })
    }

    /// Reads what a draft says. `signing`: entries that are open now are outstanding by the signature.
    async fn look(&self, statement: &StatementRecord, signing: bool) -> EngineResult<Looked> {
        let all = self.store.statements(Some(statement.balance_key)).await?;
        let run = self.store.latest_run(statement.key).await?;
        let open = self.open_outstanding(statement, run.as_ref()).await?;
        let entries = EntryQuery { open: open.clone(), ..open_entries(statement, &all) };
        let mut unmatched = self.store.entries(&entries).await?.rows;
        let mut outstanding = self.store.entries(&EntryQuery { from: None, outstanding: true, ..entries }).await?.rows;
        if signing {
            outstanding.append(&mut unmatched);
            outstanding.sort_by_key(|entry| (entry.date, entry.txn_key));
        }
        let figures = self.store.line_figures(statement.key).await?;
        let side = self.store.ledger_side(&ProofSpan { open, ..span(statement, &all) }).await?;
        let difference = apart(&side, statement, &figures);
        Ok(Looked {
            gap: OpeningGap::read(self.store.as_ref(), statement, &all, &figures, &difference).await?,
            figures,
            side,
            open_lines: self.store.statement_lines(statement.key, true).await?,
            proposals: self.proposals(statement).await?,
            unmatched,
            outstanding,
            run,
        })
    }

    async fn book_name(&self) -> EngineResult<String> {
        let book = self.store.setting("book").await?;
        Ok(book.and_then(|book| book["name"].as_str().map(str::to_owned)).unwrap_or_default())
    }

    /// Bounds that the run reached, as its job has them.
    async fn limits_of(&self, run: Option<&RunRecord>) -> EngineResult<Vec<String>> {
        let Some(run) = run else { return Ok(Vec::new()) };
        let result = self.store.job(&run.job_id).await?.and_then(|job| job.result);
        Ok(result.and_then(|result| Vec::deserialize(&result["limits"]).ok()).unwrap_or_default())
    }

    async fn proposals(&self, statement: &StatementRecord) -> EngineResult<Proposals> {
        let rows: Vec<_> = self
            .proposed_lines(statement)
            .await?
            .into_iter()
            .filter_map(|row| row.proposal.map(|proposal| (row.line, proposal)))
            .collect();
        let keys: Vec<i64> = rows.iter().map(|(_, proposal)| proposal.txn_key).collect();
        let references: HashMap<i64, String> = self
            .store
            .entries_by_key(statement.balance_key, &keys)
            .await?
            .into_iter()
            .map(|entry| (entry.txn_key, entry.reference))
            .collect();
        let mut proposals = Proposals::default();
        for (line, proposal) in rows {
            // Where several entries fit equally well, none of them is proposed.
            let Some(reference) = references.get(&proposal.txn_key).filter(|_| proposal.tier != "ambiguous") else {
                continue;
            };
            proposals.lines.insert(line.key, format!("{reference}, {}", proposal.tier));
            proposals.entries.insert(proposal.txn_key, line.position);
        }
        Ok(proposals)
    }

    /// Every entry that was posted for the statement, once, as long as it is in the journal: what was taken back stands
    /// beside what took it back.
    async fn posted(&self, statement: &StatementRecord) -> EngineResult<Vec<ReportPosting>> {
        let mut rows = Vec::new();
        let mut seen = HashSet::new();
        for one in self.store.postings(statement.key).await? {
            let Some(key) = one.posted_key.filter(|key| seen.insert(*key)) else { continue };
            let Some(entry) = self.store.entries_by_key(statement.balance_key, &[key]).await?.pop() else { continue };
            // Taken apart and matched again, it belongs to the line of the later match.
            let in_match = if one.undone_at.is_none() { Some(one.key) } else { entry.match_key };
            let lines = match in_match {
                Some(key) => self.store.match_lines(key).await?,
                None => Vec::new(),
            };
            let own = lines.iter().find(|line| line.statement_key == statement.key);
            rows.push(ReportPosting {
                line_position: own.map_or(0, |line| line.position),
                reference: entry.reference,
                against: entry.other_name,
                text: entry.description,
                amount: entry.amount.to_string(),
                by: one.confirmed_by,
                at: one.confirmed_at.to_string(),
            });
        }
        Ok(rows)
    }

    async fn acts(&self, statement: &StatementRecord) -> EngineResult<Vec<ReportAct>> {
        let mut acts = vec![ReportAct {
            at: statement.imported_at.to_string(),
            actor: statement.imported_by.clone(),
            text: format!("Imported {}", statement.file_name),
        }];
        for action in self.store.actions(statement.key).await?.into_iter().rev() {
            let text = match (&action.undone_at, &action.undone_by) {
                (Some(at), Some(by)) => format!("{} (undone {} by {by})", action.summary, words::clock(*at)),
                _ => action.summary,
            };
            acts.push(ReportAct { at: action.at.to_string(), actor: action.actor, text });
        }
        Ok(acts)
    }

    async fn history(&self, statement: &StatementRecord) -> EngineResult<Vec<ReportAct>> {
        let mut rows = Vec::new();
        for signed in self.store.sign_offs(statement.key).await? {
            rows.push(ReportAct {
                at: signed.signed_at.to_string(),
                actor: signed.signed_by,
                text: format!("Signed version {}", signed.version),
            });
            if let (Some(at), Some(by), Some(reason)) = (signed.reopened_at, signed.reopened_by, signed.reopen_reason) {
                rows.push(ReportAct { at: at.to_string(), actor: by, text: format!("Reopened: {reason}") });
            }
        }
        Ok(rows)
    }

    /// The report as a file's bytes.
    pub async fn report_bytes(
        &self,
        statement_id: &str,
        version: Option<u32>,
        format: ReportFormat,
    ) -> EngineResult<Vec<u8>> {
        let report = self.report(statement_id, version).await?;
        file::bytes(format, || tables::tables(&report), || tables::pages(&report, self.clock.now()))
    }

    /// Writes the report to a file, whole or not at all.
    pub async fn report_export(
        &self,
        statement_id: &str,
        version: Option<u32>,
        format: ReportFormat,
        path: &Path,
    ) -> EngineResult<()> {
        let bytes = self.report_bytes(statement_id, version, format).await?;
        let path = path.to_owned();
        let shown = path.display().to_string();
        let written = tokio::task::spawn_blocking(move || crate::files::write_atomically(&path, &bytes));
        match written.await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(EngineError::File { path: shown, reason: error.to_string() }),
            Err(error) => Err(EngineError::File { path: shown, reason: error.to_string() }),
        }
    }
}

fn engine_of(run: Option<&RunRecord>) -> String {
    run.and_then(|run| run.inputs["engine"].as_str()).unwrap_or(matching::run::ENGINE_VERSION).to_owned()
}

/// Names and versions of the rules of a run.
fn rules_of(run: Option<&RunRecord>) -> Vec<String> {
    let rules = run.into_iter().flat_map(|run| run.inputs["rules"].as_array().into_iter().flatten());
    rules
        .map(|rule| {
            let (name, version) = (rule["name"].as_str(), rule["version"].as_u64());
            format!("{}, version {}", name.unwrap_or_default(), version.unwrap_or_default())
        })
        .collect()
}

fn entries_note(count: usize, schedule: &str) -> Option<String> {
    Some(format!("{}, schedule {schedule}", words::plural(count as u64, "entry", "entries")))
}

fn bank_side(statement: &StatementRecord, outstanding: &[EntryRecord]) -> (Vec<ReportAmount>, Amount) {
    let part = |negative: bool| -> (usize, Amount) {
        let rows: Vec<_> = outstanding.iter().filter(|entry| entry.amount.is_negative() == negative).collect();
        (rows.len(), rows.iter().map(|entry| &entry.amount).sum())
    };
    let ((count_in, deposits), (count_out, payments)) = (part(false), part(true));
    let adjusted = &(&statement.closing + &deposits) + &payments;
    let rows = vec![
        row(format!("Balance per bank, {}", statement.period_to), None, &statement.closing, false),
        row("Add deposits in transit", entries_note(count_in, "C"), &deposits, false),
        row("Less outstanding payments", entries_note(count_out, "C"), &payments, false),
        row("Adjusted bank balance", None, &adjusted, true),
    ];
    (rows, adjusted)
}

fn book_side(statement: &StatementRecord, looked: &Looked) -> (Vec<ReportAmount>, Amount) {
    let Looked { side, figures, unmatched, open_lines, .. } = looked;
    let less: Amount = -unmatched.iter().map(|entry| &entry.amount).sum::<Amount>();
    let add = &figures.open_in + &figures.open_out;
    let mut adjusted = &(&side.balance + &less) + &add;
    let mut rows = vec![
        row(format!("Balance per books, {}", statement.period_to), None, &side.balance, false),
        row("Take out ledger entries not yet matched", entries_note(unmatched.len(), "B"), &less, false),
        row(
            "Add statement lines not yet matched",
            Some(format!("{}, schedule A", words::plural(open_lines.len() as u64, "line", "lines"))),
            &add,
            false,
        ),
    ];
    for (label, amount) in [
        ("Add matched entries dated after the period", side.matched_later_dated.clone()),
        ("Take out entries matched on later statements", -&side.matched_on_later),
    ] {
        if !amount.is_zero() {
            adjusted += &amount;
            rows.push(row(label, None, &amount, false));
        }
    }
    rows.push(row("Adjusted book balance", None, &adjusted, true));
    (rows, adjusted)
}
