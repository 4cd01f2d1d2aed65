//! The duplicates step: what is new, what is known, and whether this is the right account.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use jiff::civil::Date;
use ledger::Currency;
use serde::Deserialize;
use statements::{LineFingerprint, Reading, Statement, StatementLine, line_fingerprints};
use store::ledger::BalanceRecord;
use store::recon::{ImportSeen, StatementRecord};

use super::chain::closed_days;
use super::known::{Doubt, Said, Stored, open_days, recognise};
use super::preview::{pick, statement_currency, warnings};
use super::proof::{Computed, Previous, compute, last_before, missing};
use super::work::Work;
use super::{same_account, seen_view};
use crate::api::imports::{EarlierImport, ImportOptions, ImportPlan, PlanLine, ProofVerdict};
use crate::api::statements::LeftOutRow;
use crate::recon::place;
use crate::{Engine, EngineResult, words};

/// Lines of each kind sent to the window.
const SHOWN: usize = 200;

/// A reading laid against what the balance has.
pub(super) struct Planned {
    pub(super) reading: Arc<Reading>,
    /// Of the file.
    sha256: String,
    /// Which of its statements.
    pub(super) index: usize,
    pub(super) balance: BalanceRecord,
    pub(super) computed: Computed,
    /// Of the lines, in their order.
    pub(super) keys: Vec<LineFingerprint>,
    /// The earlier import of a line, in their order.
    pub(super) known: Vec<Option<ImportSeen>>,
    /// What has to be asked about a new line, in their order.
    pub(super) doubts: Vec<Option<Doubt>>,
    /// The occurrence under which a new line is stored, in their order.
    pub(super) stored_as: Vec<u32>,
    /// The statement of another balance that came from this very file.
    pub(super) elsewhere: Option<StatementRecord>,
    pub(super) currency: Currency,
    /// Of the balance, oldest period first.
    pub(super) statements: Vec<StatementRecord>,
}

/// Content keys that the book is asked about at once.
pub(super) const ASKED_AT_ONCE: usize = 5_000;

/// One of each content key, to ask the book about.
pub(super) fn asked(keys: &[LineFingerprint]) -> Vec<String> {
    keys.iter().filter(|key| key.occurrence == 1).map(|key| key.key.clone()).collect()
}

impl Planned {
    pub(super) fn statement(&self) -> &Statement {
        &self.reading.statements[self.index]
    }

    /// Looks the lines up again among what is stored by now.
    pub(super) fn look_up(&mut self, stored: Stored, options: &ImportOptions) -> EngineResult<()> {
        let said = Said {
            options,
            same_file: self.of_this_file().next().is_some(),
            left_out: &self.left_out_then(|_| true),
            typed_opening: self.typed_opening().filter(|_| self.computed.view.verdict == ProofVerdict::Ties),
        };
        let found = recognise(self.statement(), &self.keys, stored, &self.statements, &said);
        (self.known, self.doubts, self.stored_as) = (found.known, found.doubts, found.stored_as);
        self.computed = self.compute(options)?;
        Ok(())
    }

    /// The proof, now that known lines are told. An opening balance that is the closing one of the statement before has
    /// the lines in it that the file shares with that statement and those before.
    fn compute(&self, options: &ImportOptions) -> EngineResult<Computed> {
        let previous = last_before(&self.statements, self.statement()).map(|last| {
            let before = self.statements.iter().filter(|other| place(other) <= place(last));
            let before: HashSet<&str> = before.map(|other| other.id.as_str()).collect();
            let shared = self.known_lines().filter(|(_, seen)| before.contains(seen.statement_id.as_str()));
            Previous { statement: last, shared: shared.map(|(line, _)| &line.amount).sum() }
        });
        compute(&self.reading, self.statement(), options, &self.currency, previous.as_ref())
    }

    /// Known lines and where they are stored.
    pub(super) fn known_lines(&self) -> impl Iterator<Item = (&StatementLine, &ImportSeen)> {
        let lines = self.statement().lines.iter().zip(&self.known);
        lines.filter_map(|(line, known)| Some((line, known.as_ref()?)))
    }

    /// The statements of the balance that came from this very file.
    fn of_this_file(&self) -> impl Iterator<Item = &StatementRecord> {
        self.statements.iter().filter(|other| other.file_sha256 == self.sha256)
    }

    /// Rows that were left out when this very file was imported.
    fn left_out_then(&self, which: impl Fn(&LeftOutRow) -> bool) -> HashSet<u32> {
        self.of_this_file()
            .flat_map(|other| Vec::<LeftOutRow>::deserialize(&other.left_out).unwrap_or_default())
            .filter(|row| which(row))
            .map(|row| row.line)
            .collect()
    }

    /// Why rows are not taken as stored already that nothing stored looks like.
    pub(super) fn unfounded(&self, options: &ImportOptions) -> Option<String> {
        let known: HashSet<u32> = self.known_lines().map(|(line, _)| line.position).collect();
        let row = options.same.iter().find(|row| !known.contains(row))?;
        Some(format!("Row {row} is said to be stored already, but nothing stored looks like it."))
    }

    /// What to say when this very file is in the balance already and the choices would add more of its rows: as a rule
    /// the same rows, read another way. Rows that were left out then are not there yet.
    pub(super) fn same_file(&self) -> Option<String> {
        let last = self.of_this_file().last()?;
        // What somebody left out may be stored otherwise.
        let left_out = self.left_out_then(|row| !row.by_choice);
        let rows = self.statement().lines.iter().zip(&self.known);
        let again = rows.filter(|(line, known)| known.is_none() && !left_out.contains(&line.position)).count() as u64;
        (again > 0).then(|| {
            format!(
                "This very file was imported into {} on {} as {}. Read this way it has {} not stored yet; the same rows \
                 read another way would count twice.",
                last.balance_name,
                &last.imported_at.to_string()[..10],
                last.name,
                words::plural(again, "line that is", "lines that are")
            )
        })
    }

    /// New lines that may be there already all the same, in their order.
    fn doubtful(&self) -> impl Iterator<Item = (usize, &Doubt)> {
        self.doubts.iter().enumerate().filter_map(|(at, doubt)| Some((at, doubt.as_ref()?)))
    }

    /// What to ask before new lines are stored that may be there already. Of a file that was imported before,
    /// [`Planned::same_file`] asks.
    pub(super) fn late(&self) -> Option<String> {
        if self.of_this_file().next().is_some() {
            return None;
        }
        let days = |alike: fn(&Doubt) -> bool| -> Vec<Date> {
            let found = self.doubtful().filter(|(_, doubt)| alike(doubt));
            found.map(|(at, _)| self.statement().lines[at].booking_date).collect()
        };
        let said = [
            late_words(&days(|doubt| matches!(doubt, Doubt::Late(_)))),
            alike_words(&days(|doubt| matches!(doubt, Doubt::Twin(_))), "under another running balance"),
            alike_words(
                &days(|doubt| matches!(doubt, Doubt::Again(_))),
                "and nothing in the file tells whether it goes back to the day",
            ),
            alike_words(&days(|doubt| matches!(doubt, Doubt::Reworded(_))), "with the same amount in other words"),
        ];
        let said: Vec<String> = said.into_iter().flatten().collect();
        (!said.is_empty()).then(|| format!("{} Say which it is: new, or stored already.", said.join(" ")))
    }

    pub(super) fn new_count(&self) -> usize {
        self.known.iter().filter(|known| known.is_none()).count()
    }
}

impl Engine {
    /// What importing would do: new lines, known lines with their earlier import, equal rows, and what stands in the way.
    pub async fn import_plan(
        &self,
        session: &str,
        options: ImportOptions,
        balance_id: &str,
    ) -> EngineResult<ImportPlan> {
        let session = self.session(session)?;
        let planned = self.planned(&Work::new(self, &session), &options, balance_id).await?;
        let before = self.store.file_imports(&session.sha256).await?;
        let mut lines: Vec<PlanLine> = Vec::with_capacity(planned.keys.len());
        let mut counts: HashMap<&str, u32> = HashMap::new();
        for key in &planned.keys {
            *counts.entry(key.key.as_str()).or_default() += 1;
        }
        for ((line, key), known) in planned.statement().lines.iter().zip(&planned.keys).zip(&planned.known) {
            lines.push(PlanLine {
                line: line.position,
                date: line.booking_date.to_string(),
                amount: line.amount.to_string(),
                description: line.description.clone(),
                reference: line.reference.clone(),
                counterparty: line.counterparty.clone(),
                occurrence: key.occurrence,
                occurrences: counts.get(key.key.as_str()).copied().unwrap_or(1),
                known: known.as_ref().map(seen_view),
            });
        }
        let of = |wanted: fn(&PlanLine) -> bool| {
            lines.iter().filter(|line| wanted(line)).take(SHOWN).cloned().collect::<Vec<_>>()
        };
        let late = planned.late();
        let doubtful = || planned.doubtful().filter(|_| late.is_some());
        let late_line = |(at, doubt): (usize, _)| PlanLine { known: twin(doubt), ..lines[at].clone() };
        let currency_problem = currency_problem(&planned);
        let mut missing = missing(&planned.reading, planned.statement(), &planned.computed, true);
        missing.extend(currency_problem.clone());
        missing.extend(closed_days(&planned));
        missing.extend(planned.untied_without_known());
        missing.extend(planned.unfounded(&options));
        let names: HashSet<_> = self.store.statements(None).await?.into_iter().map(|other| other.name).collect();
        let new_count = planned.new_count() as u32;
        let period = planned.period();
        Ok(ImportPlan {
            session: session.id.clone(),
            balance_id: planned.balance.balance.id.clone(),
            balance_name: planned.balance.balance.name.clone(),
            currency: planned.currency.code().to_owned(),
            exponent: planned.currency.exponent(),
            new_count,
            known_count: lines.len() as u32 - new_count,
            equal_count: lines.iter().filter(|line| line.occurrences > 1).count() as u32,
            new_lines: of(|line| line.known.is_none()),
            known_lines: of(|line| line.known.is_some()),
            equal_lines: of(|line| line.occurrences > 1),
            late_count: doubtful().count() as u32,
            late_lines: doubtful().take(SHOWN).map(late_line).collect(),
            late,
            imported_before: before.iter().map(seen_view).collect(),
            account_warning: account_warning(&planned),
            balance_warning: balance_warning(&planned),
            same_file: planned.same_file(),
            currency_problem,
            period_from: period.map(|(from, _)| from.to_string()),
            period_to: period.map(|(_, to)| to.to_string()),
            suggested_name: free_name(suggested_name(&planned), &names),
            bad_rows: planned.reading.counts.problem_rows,
            left_out_rows: options.leave_out.len() as u32,
            warnings: warnings(&planned.reading)
                .into_iter()
                .chain(planned.broken_chain())
                .chain(planned.other_statements())
                .collect(),
            missing,
            nothing_new: new_count == 0,
            proof: planned.computed.view,
        })
    }

    /// Reads the file and lays it against what the balance has by now.
    pub(super) async fn planned(
        &self,
        work: &Work<'_>,
        options: &ImportOptions,
        balance_id: &str,
    ) -> EngineResult<Planned> {
        let balance = self.balance_record(balance_id).await?;
        let statements = self.store.statements(Some(balance.key)).await?;
        let reading = work.read(options, Some(balance.balance.currency.clone())).await?;
        let statement = pick(&reading, options)?;
        let currency = statement_currency(statement, Some(&balance.balance.currency))?;
        let computed = compute(&reading, statement, options, &currency, None)?;
        let elsewhere = self.elsewhere(&work.session.sha256, statement, &balance).await?;
        let index = options.statement as usize;
        let lines = Arc::clone(&reading);
        let keys = work.work_out(move || line_fingerprints(&lines.statements[index].lines)).await?;
        let mut planned = Planned {
            elsewhere,
            known: Vec::new(),
            doubts: Vec::new(),
            stored_as: Vec::new(),
            reading,
            sha256: work.session.sha256.clone(),
            index,
            balance,
            computed,
            keys,
            currency,
            statements,
        };
        let mut stored = Stored::default();
        let asked = asked(&planned.keys);
        for (at, group) in asked.chunks(ASKED_AT_ONCE).enumerate() {
            work.tell("compare", (at * ASKED_AT_ONCE) as u64, asked.len() as u64)?;
            stored.same.extend(self.store.known_lines(planned.balance.key, group).await?);
        }
        let days = open_days(planned.statement(), &planned.statements);
        stored.of_open_days = self.store.lines_of_days(planned.balance.key, &days).await?;
        planned.look_up(stored, options)?;
        Ok(planned)
    }

    /// The statement of another balance that holds the same account of the same file. One file may well carry several
    /// accounts, each for its own balance.
    async fn elsewhere(
        &self,
        sha256: &str,
        statement: &Statement,
        balance: &BalanceRecord,
    ) -> EngineResult<Option<StatementRecord>> {
        if self.store.file_imports(sha256).await?.iter().all(|seen| seen.balance_id == balance.balance.id) {
            return Ok(None);
        }
        Ok(self.store.statements(None).await?.into_iter().find(|other| {
            other.file_sha256 == sha256
                && other.balance_key != balance.key
                && other.account == statement.account
                && other.currency.code() == balance.balance.currency.code()
        }))
    }
}

pub(super) fn currency_problem(planned: &Planned) -> Option<String> {
    let (kept, found) = (&planned.balance.balance.currency, &planned.currency);
    let name = &planned.balance.balance.name;
    if kept.code() != found.code() {
        return Some(format!(
            "The file is in {}. {name} is kept in {}. Choose another balance.",
            found.code(),
            kept.code()
        ));
    }
    (kept.exponent() != found.exponent()).then(|| {
        format!("The file counts {} with {} decimals, {name} with {}.", kept.code(), found.exponent(), kept.exponent())
    })
}

/// The stored line that says the same.
fn twin(doubt: &Doubt) -> Option<EarlierImport> {
    match doubt {
        Doubt::Late(_) => None,
        Doubt::Twin(seen) | Doubt::Again(seen) | Doubt::Reworded(seen) => Some(seen_view(seen)),
    }
}

fn late_words(days: &[Date]) -> Option<String> {
    let (first, last) = (days.iter().min()?, days.iter().max()?);
    let when = if first == last { format!("of {first}") } else { format!("from {first} to {last}") };
    Some(format!(
        "{} {when} {} among days that were imported before without {}: the bank booked late, or it is the same money in \
         other words.",
        words::plural(days.len() as u64, "new line", "new lines"),
        if days.len() == 1 { "stands" } else { "stand" },
        if days.len() == 1 { "it" } else { "them" },
    ))
}

fn alike_words(days: &[Date], how: &str) -> Option<String> {
    let (first, last) = (days.iter().min()?, days.iter().max()?);
    let one = days.len() == 1;
    let when = if first == last { format!("{first}") } else { format!("{first} to {last}") };
    Some(format!(
        "{} of {when} {} like {} that {} there already, {how}.",
        words::plural(days.len() as u64, "line", "lines"),
        if one { "looks" } else { "look" },
        if one { "one" } else { "lines" },
        if one { "is" } else { "are" },
    ))
}

/// The file names another account than the balance does, or, where that has no number, than its statements so far.
pub(super) fn account_warning(planned: &Planned) -> Option<String> {
    let found = planned.statement().account.as_deref()?;
    let name = &planned.balance.balance.name;
    if let Some(own) = planned.balance.account_number.as_deref() {
        return (!same_account(own, found))
            .then(|| format!("The file is for {}. {name} is {}.", masked(found), masked(own)));
    }
    let before = planned.statements.iter().filter_map(|one| Some((one, one.account.as_deref()?)));
    let (last, own) = before.max_by_key(|(one, _)| (one.period_to, one.key))?;
    (!same_account(own, found)).then(|| {
        format!(
            "The file is for {}. {}, imported into {name} before, is for {}.",
            masked(found),
            last.name,
            masked(own)
        )
    })
}

pub(super) fn balance_warning(planned: &Planned) -> Option<String> {
    planned.elsewhere.as_ref().map(|other| {
        format!(
            "This very file was imported into {} on {} as {}. {} is another balance.",
            other.balance_name,
            &other.imported_at.to_string()[..10],
            other.name,
            planned.balance.balance.name
        )
    })
}

/// The first two and the last four characters of an account number.
fn masked(number: &str) -> String {
    let plain: Vec<char> = number.chars().filter(|letter| !letter.is_whitespace()).collect();
    if plain.len() <= 8 {
        return plain.into_iter().collect();
    }
    let (head, tail): (String, String) = (plain[..2].iter().collect(), plain[plain.len() - 4..].iter().collect());
    format!("{head}\u{2022}\u{2022} {tail}")
}

fn suggested_name(planned: &Planned) -> String {
    let name = &planned.balance.balance.name;
    match planned.period() {
        Some((from, to)) if (from.year(), from.month()) == (to.year(), to.month()) => {
            format!("{name}, {}", to.strftime("%B %Y"))
        }
        Some((from, to)) => format!("{name}, {from} to {to}"),
        None => name.clone(),
    }
}

/// The name, or the first of `name (2)`, `name (3)`… that no statement has: a name alone must say which one is meant.
fn free_name(name: String, taken: &HashSet<String>) -> String {
    let others = (2_u32..).map(|number| format!("{name} ({number})"));
    std::iter::once(name.clone()).chain(others).find(|one| !taken.contains(one)).unwrap_or(name)
}
