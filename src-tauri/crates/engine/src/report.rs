//! The reconciliation statement as a model, live or as it was signed, and its export.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use jiff::civil::Date;
use ledger::Amount;
use reports::{Cell, Table};
use store::StoreError;
use store::recon::{EntryQuery, EntryRecord, StatementRecord};

use crate::api::statements::{
    LeftOutRow, Report, ReportAct, ReportAmount, ReportCount, ReportEntry, ReportFormat, ReportLine, ReportPosting,
};
use crate::recon::{ledger_cleared, left_out_rows, missing, span, statement_cleared};
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

fn row(label: impl Into<String>, note: Option<String>, amount: &Amount, total: bool) -> ReportAmount {
    ReportAmount { label: label.into(), note, amount: amount.to_string(), total }
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

fn left_out_note(statement: &StatementRecord) -> Option<String> {
    match left_out_rows(statement) {
        0 => None,
        rows => Some(format!("{} left out at import", words::plural(u64::from(rows), "row", "rows"))),
    }
}

/// Matches and the lines in them, by tier or rule.
type Counts = BTreeMap<String, (u32, u32)>;

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
            None => self.draft_report(&statement, None).await,
        }
    }

    /// The present state as a report. `signing`: entries that the signature makes outstanding, shown there already.
    pub(crate) async fn draft_report(
        &self,
        statement: &StatementRecord,
        signing: Option<&[EntryRecord]>,
    ) -> EngineResult<Report> {
        let all = self.store.statements(Some(statement.balance_key)).await?;
        let figures = self.store.line_figures(statement.key).await?;
        let side = self.store.ledger_side(&span(statement, &all)).await?;
        let open_lines = self.store.statement_lines(statement.key, true).await?;
        let proposals = self.proposals(statement).await?;
        let mut unmatched = self.store.entries(&open_entries(statement, &all)).await?.rows;
        let mut outstanding = self
            .store
            .entries(&EntryQuery { from: None, outstanding: true, ..open_entries(statement, &all) })
            .await?
            .rows;
        if signing.is_some() {
            outstanding.append(&mut unmatched);
        } else {
            // The bank seems to have paid it by now: it is open like its line, and counts on neither side of the bank.
            unmatched.extend(outstanding.extract_if(.., |entry| proposals.position(entry).is_some()));
        }
        for list in [&mut unmatched, &mut outstanding] {
            list.sort_by_key(|entry| (entry.date, entry.txn_key));
        }
        let run = self.store.latest_run(statement.key).await?;
        let stamp = self.stamp();
        let money_in = &figures.confirmed_in + &figures.open_in;
        let money_out = &figures.confirmed_out + &figures.open_out;
        let computed = &(&statement.opening + &money_in) + &money_out;
        let missing = Some(missing(statement, &figures)).filter(|missing| !missing.is_zero());
        let lines = |count: u64| Some(words::plural(count, "line", "lines"));
        let (bank_side, adjusted_bank) = bank_side(statement, &outstanding);
        let (book_side, adjusted_book) = book_side(statement, &side, &unmatched, open_lines.len() as u64, &figures);
        let matches = self.store.matches(statement.key).await?;
        let (by_tier, by_rule) = self.match_counts(&matches).await?;
        let open = figures.open_in_lines + figures.open_out_lines;
        Ok(Report {
            book: self
                .store
                .setting("book")
                .await?
                .and_then(|book| book["name"].as_str().map(str::to_owned))
                .unwrap_or_default(),
            balance_name: statement.balance_name.clone(),
            currency: statement.currency.code().to_owned(),
            exponent: statement.currency.exponent(),
            account: statement.account.clone(),
            statement_id: statement.id.clone(),
            statement_name: statement.name.clone(),
            period_from: statement.period_from.to_string(),
            period_to: statement.period_to.to_string(),
            lines: crate::recon::count(figures.lines),
            version: statement.version,
            draft: true,
            state: draft_state(open, proposals.lines.len()),
            prepared_by: stamp.actor.clone(),
            prepared_at: stamp.at.to_string(),
            signed_by: None,
            signed_at: None,
            file_name: statement.file_name.clone(),
            file_sha256: statement.file_sha256.clone(),
            engine: run
                .as_ref()
                .and_then(|run| run.inputs["engine"].as_str())
                .unwrap_or(matching::run::ENGINE_VERSION)
                .to_owned(),
            rules: run
                .iter()
                .flat_map(|run| run.inputs["rules"].as_array().into_iter().flatten())
                .map(rule_name)
                .collect(),
            result_hash: run.as_ref().and_then(|run| run.result_hash.clone()),
            statement_proof: [
                Some(row(format!("Opening balance, {}", statement.period_from), None, &statement.opening, false)),
                Some(row("Money in", lines(figures.confirmed_in_lines + figures.open_in_lines), &money_in, false)),
                Some(row("Money out", lines(figures.confirmed_out_lines + figures.open_out_lines), &money_out, false)),
                missing.as_ref().map(|missing| row("Missing from the lines", left_out_note(statement), missing, false)),
                Some(row(format!("Closing balance, {}", statement.period_to), None, &statement.closing, true)),
            ]
            .into_iter()
            .flatten()
            .collect(),
            statement_ties: computed == statement.closing,
            missing: missing.map(|missing| missing.to_string()),
            bank_side,
            book_side,
            // Both hold the statement's own tie as well: a file that does not tie shows here too.
            sides_agree: adjusted_bank == adjusted_book
                && (ledger_cleared(&side) == statement_cleared(statement, &figures)),
            unmatched_lines: open_lines
                .iter()
                .map(|line| ReportLine {
                    position: line.position,
                    date: line.booking_date.to_string(),
                    text: line.description.clone(),
                    amount: line.amount.to_string(),
                    proposed: proposals.lines.get(&line.key).cloned(),
                })
                .collect(),
            unmatched_entries: unmatched
                .iter()
                .map(|entry| ReportEntry {
                    proposed_for: proposals.position(entry),
                    ..entry_row(entry, statement.period_to)
                })
                .collect(),
            outstanding: outstanding.iter().map(|entry| entry_row(entry, statement.period_to)).collect(),
            by_tier,
            by_rule,
            differences: self.posted(statement, &matches).await?,
            acts: self.acts(statement).await?,
            left_out: serde_json::from_value::<Vec<LeftOutRow>>(statement.left_out.clone())
                .map_err(|error| EngineError::Store(StoreError::damaged("statement", error)))?,
            history: self.history(statement).await?,
            booked_since: Vec::new(),
        })
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

    async fn match_counts(
        &self,
        matches: &[store::recon::MatchRecord],
    ) -> EngineResult<(Vec<ReportCount>, Vec<ReportCount>)> {
        let (mut tiers, mut rules): (Counts, Counts) = (BTreeMap::new(), BTreeMap::new());
        let mut names: BTreeMap<String, String> = BTreeMap::new();
        for one in matches {
            let tier = one.tier.as_deref().map_or("By hand", |tier| match tier {
                "certain" => "Certain",
                "likely" => "Likely",
                "possible" => "Possible",
                _ => "Ambiguous",
            });
            let rule = match &one.rule_id {
                None if one.tier.is_some() => "Closest text".to_owned(),
                None => "By hand".to_owned(),
                Some(id) => match names.get(id) {
                    Some(name) => name.clone(),
                    None => {
                        let name = self.store.rule(id).await?.map_or_else(|| id.clone(), |rule| rule.name);
                        names.insert(id.clone(), name.clone());
                        name
                    }
                },
            };
            for count in [tiers.entry(tier.to_owned()).or_default(), rules.entry(rule).or_default()] {
                count.0 += 1;
                count.1 += one.lines;
            }
        }
        let list = |map: BTreeMap<String, (u32, u32)>| {
            map.into_iter().map(|(label, (matches, lines))| ReportCount { label, matches, lines }).collect()
        };
        Ok((list(tiers), list(rules)))
    }

    async fn posted(
        &self,
        statement: &StatementRecord,
        matches: &[store::recon::MatchRecord],
    ) -> EngineResult<Vec<ReportPosting>> {
        let mut rows = Vec::new();
        for one in matches {
            let Some(key) = one.posted_key else { continue };
            let position = self.store.match_lines(one.key).await?.first().map_or(0, |line| line.position);
            if let Some(entry) = self.store.entries_by_key(statement.balance_key, &[key]).await?.pop() {
                rows.push(ReportPosting {
                    line_position: position,
                    reference: entry.reference,
                    against: entry.other_name,
                    text: entry.description,
                    amount: entry.amount.to_string(),
                    by: one.confirmed_by.clone(),
                    at: one.confirmed_at.to_string(),
                });
            }
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
        let tables = tables(&self.report(statement_id, version).await?)?;
        match format {
            ReportFormat::Csv => Ok(reports::csv(&tables)),
            ReportFormat::Xlsx => reports::xlsx(&tables).map_err(|error| EngineError::Conflict {
                code: "EXPORT_FAILED",
                message: format!("The workbook could not be written: {error}. Nothing was saved."),
            }),
        }
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

fn rule_name(rule: &serde_json::Value) -> String {
    format!("{}, version {}", rule["name"].as_str().unwrap_or_default(), rule["version"].as_u64().unwrap_or_default())
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

fn book_side(
    statement: &StatementRecord,
    side: &store::recon::LedgerSide,
    unmatched: &[EntryRecord],
    open_lines: u64,
    figures: &store::recon::LineFigures,
) -> (Vec<ReportAmount>, Amount) {
    let less: Amount = -unmatched.iter().map(|entry| &entry.amount).sum::<Amount>();
    let add = &figures.open_in + &figures.open_out;
    let mut adjusted = &(&side.balance + &less) + &add;
    let mut rows = vec![
        row(format!("Balance per books, {}", statement.period_to), None, &side.balance, false),
        row("Less ledger entries not yet matched", entries_note(unmatched.len(), "B"), &less, false),
        row(
            "Add statement lines not yet matched",
            Some(format!("{}, schedule A", words::plural(open_lines, "line", "lines"))),
            &add,
            false,
        ),
    ];
    for (label, amount) in [
        ("Add matched entries dated after the period", side.matched_later_dated.clone()),
        ("Less entries matched on later statements", -&side.matched_on_later),
    ] {
        if !amount.is_zero() {
            adjusted += &amount;
            rows.push(row(label, None, &amount, false));
        }
    }
    rows.push(row("Adjusted book balance", None, &adjusted, true));
    (rows, adjusted)
}

/// The report as named tables, the same for every file format.
fn tables(report: &Report) -> EngineResult<Vec<Table>> {
    let exponent = report.exponent;
    let amount = |text: &str| -> EngineResult<Cell> {
        let amount: Amount = text.parse().map_err(|error| EngineError::Store(StoreError::damaged("report", error)))?;
        Ok(Cell::Amount { amount, exponent })
    };
    let text = |value: &str| Cell::Text(value.to_owned());
    let number = |value: u32| Cell::Number(u64::from(value));
    let mut tables = vec![Table {
        name: "Report".into(),
        head: vec!["Field".into(), "Value".into()],
        rows: vec![
            vec![text("Book"), text(&report.book)],
            vec![text("Balance"), text(&format!("{}, {}", report.balance_name, report.currency))],
            vec![text("Statement"), text(&report.statement_name)],
            vec![text("Period"), text(&format!("{} to {}", report.period_from, report.period_to))],
            vec![text("State"), text(&report.state)],
            vec![text("Version"), number(report.version)],
            vec![text("Prepared"), text(&format!("{} by {}", report.prepared_at, report.prepared_by))],
            vec![text("Source file"), text(&report.file_name)],
            vec![text("SHA-256"), text(&report.file_sha256)],
            vec![text("Engine"), text(&report.engine)],
            vec![text("Rules"), text(&report.rules.join("; "))],
            vec![text("Result hash"), text(report.result_hash.as_deref().unwrap_or_default())],
        ],
    }];
    for (name, rows) in
        [("Statement proof", &report.statement_proof), ("Bank", &report.bank_side), ("Books", &report.book_side)]
    {
        let rows = rows
            .iter()
            .map(|row| Ok(vec![text(&row.label), text(row.note.as_deref().unwrap_or_default()), amount(&row.amount)?]))
            .collect::<EngineResult<_>>()?;
        tables.push(Table { name: name.into(), head: ["Item", "Note", "Amount"].map(str::to_owned).to_vec(), rows });
    }
    let lines = report.unmatched_lines.iter().map(|line| {
        let proposed = text(line.proposed.as_deref().unwrap_or_default());
        Ok(vec![number(line.position), text(&line.date), text(&line.text), amount(&line.amount)?, proposed])
    });
    tables.push(Table {
        name: "A. Lines not matched".into(),
        head: ["Line", "Date", "Text", "Amount", "Proposed"].map(str::to_owned).to_vec(),
        rows: lines.collect::<EngineResult<_>>()?,
    });
    for (name, entries) in
        [("B. Entries not matched", &report.unmatched_entries), ("C. Outstanding entries", &report.outstanding)]
    {
        let rows = entries.iter().map(|entry| {
            let days = if entry.age_days.abs() == 1 { "day" } else { "days" };
            let age = Cell::Text(format!("{} {days}{}", entry.age_days, if entry.old { ", old" } else { "" }));
            let line = entry.proposed_for.map_or(text(""), number);
            Ok(vec![text(&entry.date), text(&entry.reference), text(&entry.text), amount(&entry.amount)?, age, line])
        });
        tables.push(Table {
            name: name.into(),
            head: ["Date", "Reference", "Text", "Amount", "Age", "Proposed for line"].map(str::to_owned).to_vec(),
            rows: rows.collect::<EngineResult<_>>()?,
        });
    }
    for (name, counts) in [("Matches by tier", &report.by_tier), ("Matches by rule", &report.by_rule)] {
        let rows =
            counts.iter().map(|count| vec![text(&count.label), number(count.matches), number(count.lines)]).collect();
        tables.push(Table { name: name.into(), head: ["", "Matches", "Lines"].map(str::to_owned).to_vec(), rows });
    }
    let posted = report.differences.iter().map(|one| {
        Ok(vec![
            number(one.line_position),
            text(&one.reference),
            text(&one.against),
            text(&one.text),
            amount(&one.amount)?,
            text(&one.by),
            text(&one.at),
        ])
    });
    tables.push(Table {
        name: "Differences posted".into(),
        head: ["Line", "Reference", "Against", "Text", "Amount", "By", "At"].map(str::to_owned).to_vec(),
        rows: posted.collect::<EngineResult<_>>()?,
    });
    let left_out =
        report.left_out.iter().map(|row| vec![number(row.line), text(&row.raw), text(&row.reason)]).collect();
    tables.push(Table {
        name: "Rows left out".into(),
        head: ["Line", "Text", "Reason"].map(str::to_owned).to_vec(),
        rows: left_out,
    });
    if !report.booked_since.is_empty() {
        tables.push(Table {
            name: "Booked since signing".into(),
            head: ["Date", "Reference", "Amount", "Reason", "By", "At"].map(str::to_owned).to_vec(),
            rows: report
                .booked_since
                .iter()
                .map(|one| {
                    Ok(vec![
                        text(&one.date),
                        text(&one.reference),
                        amount(&one.amount)?,
                        text(&one.reason),
                        text(&one.actor),
                        text(&one.at),
                    ])
                })
                .collect::<EngineResult<_>>()?,
        });
    }
    for (name, acts) in [("Who did what", &report.acts), ("Versions", &report.history)] {
        let rows = acts.iter().map(|act| vec![text(&act.at), text(&act.actor), text(&act.text)]).collect();
        tables.push(Table { name: name.into(), head: ["At", "Who", "What"].map(str::to_owned).to_vec(), rows });
    }
    Ok(tables)
}
