//! One search over everything, and building anew what it looks in.
//!
//! What is protected of an identity is neither looked at nor shown, and of an account number only its end is.

use std::time::{Duration, Instant};

use store::filters::{ACCOUNTS, BALANCES, IDENTITIES, LEDGERS, List, TRANSACTIONS};
use store::ledger::{BalanceRecord, FamilyRecord};
use store::people::IdentityRecord;
use store::recon::StatementRecord;
use store::search::{FoundLine, SearchIndex};
use store::{Query, words::plain_amount};

use crate::api::book::JobProgress;
use crate::api::page::ListQuery;
use crate::api::search::{SearchGroup, SearchHit, SearchKind, SearchRebuilt};
use crate::filters::checked;
use crate::people::masked;
use crate::{Engine, EngineError, EngineResult, ExportProgress, Topic};

/// Most hits of one kind.
const MOST: u32 = 50;
/// Rows that are built anew at once.
const AT_ONCE: u32 = 2_000;
/// Where words are found that no text holds.
const AMOUNT: &str = "amount";
/// A listener hears of progress at most this often.
const TELL_EVERY: Duration = Duration::from_millis(120);

impl SearchKind {
    pub const ALL: [Self; 7] =
        [Self::Balance, Self::Ledger, Self::Identity, Self::Account, Self::Statement, Self::Transaction, Self::Line];
}

/// The first of the texts that holds the words, or else what is looked for in its digits, which no text says.
fn found_in(words: &str, texts: &[(&str, &str)], digits: &str) -> String {
    let words = words.to_lowercase();
    let found = texts.iter().find(|(_, text)| text.to_lowercase().contains(&words));
    found.map_or(digits, |(name, _)| name).to_owned()
}

/// Words as they are looked for: an amount without its sign, which stands apart from it.
fn looked_for(text: &str) -> String {
    let plain = plain_amount(text.trim());
    let unsigned = plain.trim_start_matches(['-', '+', '\u{2212}']);
    let is_amount = !unsigned.is_empty() && unsigned.chars().all(|letter| letter.is_ascii_digit() || letter == '.');
    if is_amount { unsigned.to_owned() } else { plain }
}

fn hit(id: &str, title: &str, detail: String, found_in: String) -> SearchHit {
    SearchHit {
        id: id.to_owned(),
        title: title.to_owned(),
        detail,
        open_id: id.to_owned(),
        found_in,
        amount: None,
        currency: None,
        exponent: None,
    }
}

fn of_family(words: &str, record: &FamilyRecord) -> SearchHit {
    let first = &record.first;
    let row = &first.row;
    let texts = [
        ("reference", row.reference.as_str()),
        ("description", &row.description),
        ("from", &first.source_name),
        ("to", &first.destination_name),
    ];
    let detail = format!("{} to {}, {}", first.source_name, first.destination_name, row.effective_date);
    SearchHit {
        amount: Some(row.amount.to_string()),
        currency: Some(row.currency.code().to_owned()),
        exponent: Some(row.currency.exponent()),
        ..hit(&row.id, &row.reference, detail, found_in(words, &texts, AMOUNT))
    }
}

fn of_balance(words: &str, record: &BalanceRecord) -> SearchHit {
    let balance = &record.balance;
    let number = record.account_number.as_deref().unwrap_or_default();
    let texts = [
        ("name", balance.name.as_str()),
        ("ledger", &record.ledger_name),
        ("currency", balance.currency.code()),
        ("account number", number),
        ("id", &balance.id),
    ];
    SearchHit {
        amount: Some(balance.figures.balance().to_string()),
        currency: Some(balance.currency.code().to_owned()),
        exponent: Some(balance.currency.exponent()),
        ..hit(&balance.id, &balance.name, record.ledger_name.clone(), found_in(words, &texts, AMOUNT))
    }
}

fn of_identity(words: &str, record: &IdentityRecord) -> SearchHit {
    let mut texts = vec![("name", record.name.as_str()), ("id", &record.id)];
    let readable = record.values.iter().filter_map(|(field, value)| Some((field.word(), value.plain()?)));
    texts.extend(readable);
    hit(&record.id, &record.name, record.kind.word().to_owned(), found_in(words, &texts, AMOUNT))
}

fn of_statement(words: &str, record: &StatementRecord) -> Option<SearchHit> {
    let account = record.account.as_deref().unwrap_or_default();
    let texts = [
        ("name", record.name.as_str()),
        ("file", &record.file_name),
        ("balance", &record.balance_name),
        ("account number", account),
    ];
    let fits = texts.iter().any(|(_, text)| text.to_lowercase().contains(&words.to_lowercase()));
    let detail = format!("{}, {} to {}", record.balance_name, record.period_from, record.period_to);
    fits.then(|| hit(&record.id, &record.name, detail, found_in(words, &texts, AMOUNT)))
}

fn of_line(words: &str, found: &FoundLine) -> SearchHit {
    let line = &found.line;
    let texts = [
        ("description", line.description.as_str()),
        ("reference", line.reference.as_deref().unwrap_or_default()),
        ("counterparty", line.counterparty.as_deref().unwrap_or_default()),
    ];
    SearchHit {
        open_id: found.statement_id.clone(),
        amount: Some(line.amount.to_string()),
        currency: Some(found.currency.code().to_owned()),
        exponent: Some(found.currency.exponent()),
        ..hit(
            &line.id,
            &line.description,
            format!("{}, {}", found.statement_name, line.booking_date),
            found_in(words, &texts, AMOUNT),
        )
    }
}

/// A group of what a list found, which was asked for one more than is shown.
fn group<T>(kind: SearchKind, limit: usize, mut found: Vec<T>, hit: impl Fn(&T) -> SearchHit) -> SearchGroup {
    let all = found.len() <= limit;
    found.truncate(limit);
    let hits: Vec<_> = found.iter().map(hit).collect();
    SearchGroup { kind, total: all.then_some(hits.len() as u64), hits }
}

impl Engine {
    /// What a book holds with some words or an amount in it, by kind; of `kinds` alone if any are named. Groups without a
    /// hit are left out.
    ///
    /// # Errors
    /// [`EngineError::Invalid`] for no words, [`EngineError::Filter`] for too many.
    pub async fn search_all(&self, text: &str, kinds: &[SearchKind], limit: u32) -> EngineResult<Vec<SearchGroup>> {
        let words = looked_for(text);
        if words.is_empty() {
            return Err(EngineError::invalid("text", "Enter the words to look for."));
        }
        let limit = limit.clamp(1, MOST);
        let mut groups = Vec::new();
        for kind in SearchKind::ALL.into_iter().filter(|kind| kinds.is_empty() || kinds.contains(kind)) {
            let group = self.search_in(kind, &words, limit).await?;
            if !group.hits.is_empty() {
                groups.push(group);
            }
        }
        Ok(groups)
    }

    async fn search_in(&self, kind: SearchKind, words: &str, limit: u32) -> EngineResult<SearchGroup> {
        let shown = limit as usize;
        let asked = |list: &'static List| -> EngineResult<Query> {
            checked(list, ListQuery { limit: limit + 1, text: Some(words.to_owned()), ..ListQuery::default() })
        };
        let counted = |group: SearchGroup, total: u64| SearchGroup { total: Some(total), ..group };
        Ok(match kind {
            SearchKind::Transaction => {
                let query = asked(&TRANSACTIONS)?;
                match self.store.families_start(&query).await? {
                    // More may fit further down, even when few came.
                    Some(rows) => SearchGroup { total: None, ..group(kind, shown, rows, |row| of_family(words, row)) },
                    None => {
                        let page = self.store.families(&query).await?;
                        counted(group(kind, shown, page.rows, |row| of_family(words, row)), page.total)
                    }
                }
            }
            SearchKind::Balance => {
                let page = self.store.balances(&asked(&BALANCES)?).await?;
                counted(group(kind, shown, page.rows, |row| of_balance(words, row)), page.total)
            }
            SearchKind::Ledger => {
                let page = self.store.ledger_page(&asked(&LEDGERS)?).await?;
                let of_ledger = |row: &store::ledger::LedgerRecord| {
                    let detail = crate::words::plural(row.balances, "balance", "balances");
                    hit(&row.id, &row.name, detail, found_in(words, &[("name", &row.name), ("id", &row.id)], AMOUNT))
                };
                counted(group(kind, shown, page.rows, of_ledger), page.total)
            }
            SearchKind::Identity => {
                let page = self.store.identities(&asked(&IDENTITIES)?).await?;
                counted(group(kind, shown, page.rows, |row| of_identity(words, row)), page.total)
            }
            SearchKind::Account => {
                let page = self.store.accounts(&asked(&ACCOUNTS)?).await?;
                let of_account = |row: &store::people::AccountRecord| {
                    let texts = [("name", row.name.as_str()), ("bank", &row.bank), ("id", &row.id)];
                    let found = found_in(words, &texts, "number");
                    let title = if row.name.is_empty() { masked(&row.number) } else { row.name.clone() };
                    let detail = [row.bank.as_str(), &masked(&row.number)].join(" ").trim().to_owned();
                    SearchHit { open_id: row.identity_id.clone(), ..hit(&row.id, &title, detail, found) }
                };
                counted(group(kind, shown, page.rows, of_account), page.total)
            }
            SearchKind::Statement => {
                let all = self.store.statements(None).await?;
                // The newest period first.
                let hits: Vec<_> = all.iter().rev().filter_map(|record| of_statement(words, record)).collect();
                let total = hits.len() as u64;
                counted(group(kind, shown, hits, SearchHit::clone), total)
            }
            SearchKind::Line => {
                let lines = self.store.lines_with(words, limit + 1).await?;
                group(kind, shown, lines, |line| of_line(words, line))
            }
        })
    }

    /// Builds anew what words are looked for in, from the rows. Lists are read as before while it works, and postings
    /// wait; cancelled or cut off, nothing has changed.
    ///
    /// # Errors
    /// `SEARCH_BUSY` while it is built already; `CANCELLED`; [`EngineError::Store`].
    pub async fn search_rebuild(&self, job: &str, progress: Option<ExportProgress<'_>>) -> EngineResult<SearchRebuilt> {
        let Ok(_one) = self.searching.try_lock() else {
            let message = "The search is being built anew already. Wait until it is done.".to_owned();
            return Err(EngineError::Conflict { code: "SEARCH_BUSY", message });
        };
        let built = self.build_search(job, progress).await?;
        self.changed(&[Topic::Transactions, Topic::Identities, Topic::Statements]);
        Ok(built)
    }

    async fn build_search(&self, job: &str, progress: Option<ExportProgress<'_>>) -> EngineResult<SearchRebuilt> {
        let started = Instant::now();
        let mut told = started;
        let mut unit = self.store.begin().await?;
        let mut total = 0;
        for index in SearchIndex::ALL {
            total += unit.load_search_rows(index).await?;
        }
        let tell = |done: u64| {
            let step = JobProgress::running(job, "Build the search anew", "search", (done, total), started);
            if progress.is_none_or(|progress| progress(step)) { Ok(()) } else { Err(EngineError::Cancelled) }
        };
        let mut done = 0;
        tell(done)?;
        for index in SearchIndex::ALL {
            unit.clear_search(index).await?;
            let mut after = i64::MIN;
            while let Some(filled) = unit.fill_search(index, after, AT_ONCE).await? {
                (after, done) = (filled.last, done + filled.rows);
                if told.elapsed() >= TELL_EVERY {
                    told = Instant::now();
                    tell(done)?;
                }
            }
        }
        tell(total)?;
        unit.commit().await?;
        Ok(SearchRebuilt { rows: total })
    }
}
